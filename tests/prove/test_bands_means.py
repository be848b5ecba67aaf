"""Bands, restricted means, conditional curves and tests of groups, over 1,000 simulated studies of 300 cases.

Rule: an interval is accepted when its level lies inside the exact 99 % binomial interval of the observed coverage, a
test when its size does. Seed and design are those of test_coverage.py; two groups are two studies of one draw.

Observed with this seed, Monte Carlo error 0.6 to 0.8 points; late = a third enter late:

=====================================  =====================  =====================
                                       from the start         late
=====================================  =====================  =====================
band, equal precision, log-log         95.8 %                 95.3 %
band, Hall-Wellner, log-log            95.1 %                 95.2 %
both, arcsine                          95.8, 95.8 %           95.2, 95.8 %
bands of incidence 1, 2                94.1, 94.5 %           95.0, 94.7 %
mean open, lost 1, lost 2 (730 days)   95.5, 95.2, 95.3 %     94.9, 95.0, 95.5 %
their differences                      95.1, 94.0, 94.1 %     94.4, 93.4, 94.7 %
their ratios                           94.9, 93.7, 94.5 %     94.3, 94.2, 94.8 %
730 days given 365: open, 1, 2         94.4, 95.1, 94.9 %     94.4, 95.1, 94.9 %
size, log-rank and trend               5.8, 6.1 %             5.4, 6.0 %
size, G-rho 1, Fleming-Harrington 0 1  4.8, 6.8 %             4.5, 6.6 %
size, Gehan, Tarone-Ware               4.9, 5.4 %             4.9, 4.9 %
size, stratified log-rank              3.4 %                  4.1 %
size, Gray rho 0, 1                    5.3, 5.1 %             6.2, 5.9 %
the same, other endings unequal        4.4, 4.7 %             4.5, 4.6 %
=====================================  =====================  =====================

The means are of Greenwood's kind; those of the counting-process kind differ by at most 0.4 points.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from scipy.stats import binomtest

from justice_metrics.base.types import Counts, Days, Floats
from justice_metrics.estimate.bands import (
    SimultaneousBand,
    days_with,
    equal_precision,
    equal_precision_incidence,
    hall_wellner,
)
from justice_metrics.estimate.comparison import fleming_harrington, gehan, log_rank, tarone_ware, trend
from justice_metrics.estimate.conditional import conditional_incidence, conditional_survival
from justice_metrics.estimate.gray import gray
from justice_metrics.estimate.means import Means, difference, quotient, restricted_mean_lost, restricted_mean_open
from justice_metrics.estimate.risk import at_risk
from justice_metrics.estimate.steps import at_days

pytestmark = pytest.mark.prove

STUDIES, CASES, LEVEL = 1000, 300, 0.95
SEED = 2018
DAILY = np.array([0.0008, 0.0012])  # verdict and rejection, as in test_coverage.py
FASTER = np.array([0.0012, 0.0012])  # the other group of a contrast
LONGEST, HORIZON, LASTED = 1400, 730, 365
ENTRIES = ("from the start", "a third enter late")
KINDS = ("greenwood", "counting_process")


class Studies(NamedTuple):
    """Every simulated study is one group, so one call estimates them all."""

    days: Days  # (T,)
    events: Counts  # (studies, 2, T)
    risk: Counts  # (studies, T)
    units: Counts  # (studies,)


@cache
def studies(entries: str, fast: bool = False) -> Studies:
    rng = np.random.default_rng((SEED, fast))
    daily = FASTER if fast else DAILY
    shape = (STUDIES, CASES)
    ending = rng.geometric(daily.sum(), shape) - 1
    outcome = (rng.random(shape) >= daily[0] / daily.sum()).astype(np.int64)
    return counted(rng, ending, outcome, late=entries != "from the start")


def counted(rng: np.random.Generator, ending: Counts, outcome: Counts, *, late: bool) -> Studies:
    """Counts of cases that end on a day, seen from an entry on and up to a cut-off."""
    shape = ending.shape
    cutoff = rng.integers(200, LONGEST + 1, shape)
    leaving = np.minimum(ending, cutoff)
    cell = np.where(ending <= cutoff, outcome, 2)
    entry = np.where(late & (rng.random(shape) < 1 / 3), rng.integers(0, 300, shape), -1)
    seen = entry < leaving
    study = np.broadcast_to(np.arange(shape[0])[:, None], shape)
    exits = _count((study, cell, leaving), seen, (shape[0], 3, LONGEST + 1))
    entered = _count((study, entry), seen & (entry >= 0), (shape[0], LONGEST + 1))
    days = np.arange(LONGEST + 1, dtype=np.int32)
    return Studies(days, exits[:, :2], at_risk(exits[:, :2], exits[:, 2], entered), seen.sum(axis=1))


def _count(cells: tuple[Counts, ...], keep: Counts, shape: tuple[int, ...]) -> Counts:
    flat = np.ravel_multi_index(tuple(axis[keep] for axis in cells), shape)
    return np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape)


def true_survival(daily: Floats = DAILY) -> Floats:
    return (1 - daily.sum()) ** (np.arange(LONGEST + 1) + 1.0)


def true_means(daily: Floats, horizon: int) -> Floats:
    """Open, lost to verdicts, lost to rejections."""
    still = true_survival(daily)[:horizon].sum()
    return np.array([still, *(daily / daily.sum() * (horizon - still))])


def report(capsys, name: str, held: int, of: int, level: float) -> None:
    share = held / of
    interval = binomtest(held, of).proportion_ci(0.99, method="exact")
    with capsys.disabled():
        sys.stdout.write(f"\n  {name}: {share:.1%}, Monte Carlo error {np.sqrt(share * (1 - share) / of):.1%}")
    assert interval.low <= level <= interval.high, f"{name}: {held} of {of}, 99 % between {interval}"


def accept(capsys, name: str, low: Floats, high: Floats, truth: Floats | float) -> None:
    report(capsys, name, int(np.count_nonzero((low <= truth) & (truth <= high))), len(low), LEVEL)


def accept_size(capsys, name: str, p_values: list[float] | Floats) -> None:
    rejected = int(np.count_nonzero(np.asarray(p_values) < 1 - LEVEL))
    report(capsys, f"size of {name}", rejected, len(p_values), 1 - LEVEL)


# ---- bands ---------------------------------------------------------------------------------------------------------


def accept_band(capsys, name: str, band: SimultaneousBand, truth: Floats) -> None:
    drawn = np.isfinite(band.conf_low)
    assert drawn.any(axis=-1).all()
    within = ((band.conf_low <= truth) & (truth <= band.conf_high)) | ~drawn
    report(capsys, name, int(within.all(axis=-1).sum()), len(within), LEVEL)


@pytest.mark.parametrize("limits", ["log-log", "arcsine"])
@pytest.mark.parametrize("entries", ENTRIES)
def test_bands_of_survival(entries, limits, capsys):
    data = studies(entries)
    events = data.events.sum(axis=1)
    reach = days_with(data.days, events, data.risk, ended=20, still_open=20).T
    common = {"first_day": reach[0], "last_day": reach[1], "confidence_level": LEVEL, "limits": limits}
    equal = equal_precision(data.days, events, data.risk, **common)
    accept_band(capsys, f"equal precision, {limits}, {entries}", equal, true_survival())
    wide = hall_wellner(data.days, events, data.risk, units=data.units, **common)
    accept_band(capsys, f"Hall-Wellner, {limits}, {entries}", wide, true_survival())


@pytest.mark.parametrize("outcome", [0, 1])
@pytest.mark.parametrize("entries", ENTRIES)
def test_bands_of_incidences(entries, outcome, capsys):
    data = studies(entries)
    reach = days_with(data.days, data.events, data.risk[:, None], ended=20, still_open=20)
    band = equal_precision_incidence(
        data.days,
        data.events,
        data.risk,
        first_day=reach[..., 0],
        last_day=reach[..., 1],
        confidence_level=LEVEL,
        draws=1000,
    )
    truth = DAILY[outcome] / DAILY.sum() * (1 - true_survival())
    one = SimultaneousBand(*(field[:, outcome] for field in band))
    accept_band(capsys, f"band of incidence {outcome + 1}, {entries}", one, truth)


# ---- means ---------------------------------------------------------------------------------------------------------


def means_of(data: Studies, variance: str) -> list[Means]:
    """Open, lost to verdicts, lost to rejections."""
    mean = restricted_mean_open(
        data.days, data.events.sum(axis=1), data.risk, horizon_days=HORIZON, variance=variance, limits="log-log"
    )
    lost = restricted_mean_lost(
        data.days, data.events, data.risk, horizon_days=HORIZON, variance=variance, limits="log-log"
    )
    return [mean, *(Means(*(field[:, k] for field in lost)) for k in (0, 1))]


@pytest.mark.parametrize("variance", KINDS)
@pytest.mark.parametrize("entries", ENTRIES)
def test_restricted_means(entries, variance, capsys):
    slow, fast = (means_of(studies(entries, fast), variance) for fast in (False, True))
    truths = true_means(DAILY, HORIZON), true_means(FASTER, HORIZON)
    for one, two, true_one, true_two, what in zip(slow, fast, *truths, ("open", "lost 1", "lost 2"), strict=True):
        name = f"{what}, {variance}, {entries}"
        accept(capsys, f"mean {name}", one.conf_low, one.conf_high, true_one)
        apart = difference(one, two, confidence_level=LEVEL)
        accept(capsys, f"difference {name}", apart.conf_low, apart.conf_high, true_one - true_two)
        times = quotient(one, two, confidence_level=LEVEL)
        accept(capsys, f"ratio {name}", times.conf_low, times.conf_high, true_one / true_two)


# ---- conditional curves --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entries", ENTRIES)
def test_conditional_curves(entries, capsys):
    data = studies(entries)
    more = HORIZON - LASTED
    alive = conditional_survival(
        data.days, data.events.sum(axis=1), data.risk, lasted_days=LASTED, confidence_level=LEVEL
    )
    low, high = (at_days(alive.days, v, [more], before=1)[:, 0] for v in (alive.curve.conf_low, alive.curve.conf_high))
    truth = (1 - DAILY.sum()) ** more
    accept(capsys, f"open after {HORIZON} given {LASTED} days, {entries}", low, high, truth)
    ended = conditional_incidence(data.days, data.events, data.risk, lasted_days=LASTED, confidence_level=LEVEL)
    for outcome in (0, 1):
        low, high = (
            at_days(ended.days, v[:, outcome], [more], before=0)[:, 0]
            for v in (ended.curves.conf_low, ended.curves.conf_high)
        )
        share = DAILY[outcome] / DAILY.sum() * (1 - truth)
        accept(capsys, f"outcome {outcome + 1} by {HORIZON} given {LASTED} days, {entries}", low, high, share)


# ---- sizes of tests ------------------------------------------------------------------------------------------------


def three_groups(entries: str, *, unequal_rest: bool = False) -> tuple[Counts, Counts]:
    """Events (studies, 3, 2, T) and risk sets (studies, 3, T): 150, 100 and 50 cases with equal chances of a verdict.

    With ``unequal_rest`` the other ending comes at another pace in each group, and only the incidence of verdicts is
    the same.
    """
    rng = np.random.default_rng((SEED, 3, unequal_rest))
    parts = []
    for cases, pace in ((150, 1.0), (100, 3.0 if unequal_rest else 1.0), (50, 0.4 if unequal_rest else 1.0)):
        outcome = (rng.random((STUDIES, cases)) >= 0.4).astype(np.int64)
        ending = rng.geometric(np.where(outcome == 0, 0.002, 0.002 * pace)) - 1
        parts.append(counted(rng, ending, outcome, late=entries != "from the start"))
    return np.stack([p.events for p in parts], axis=1), np.stack([p.risk for p in parts], axis=1)


@pytest.mark.parametrize("entries", ENTRIES)
def test_sizes_of_the_log_rank_family(entries, capsys):
    events, risk = three_groups(entries)
    events = events.sum(axis=2)
    weights = {
        "log-rank": lambda e, r: None,
        "G-rho 1": lambda e, r: fleming_harrington(e, r, 1),
        "Fleming-Harrington 0, 1": lambda e, r: fleming_harrington(e, r, 0, 1),
        "Gehan": lambda e, r: gehan(r),
        "Tarone-Ware": lambda e, r: tarone_ware(r),
    }
    for name, weigh in weights.items():
        tests = [log_rank(e, r, weigh(e, r)) for e, r in zip(events, risk, strict=True)]
        accept_size(capsys, f"{name}, {entries}", [float(test.p_value) for test in tests])
        if name == "log-rank":
            p_values = [float(trend(test, [0, 1, 2]).p_value) for test in tests]
            accept_size(capsys, f"trend, {entries}", p_values)


@pytest.mark.parametrize("entries", ENTRIES)
def test_size_of_the_stratified_log_rank_test(entries, capsys):
    """Two strata of different pace, the groups unequally spread over them: only the stratified test is right."""
    rng = np.random.default_rng((SEED, 4))
    strata = []
    for pace, sizes in ((0.001, (120, 40)), (0.004, (40, 100))):
        groups = []
        for cases in sizes:
            ending = rng.geometric(pace, (STUDIES, cases)) - 1
            groups.append(counted(rng, ending, np.zeros_like(ending), late=entries != "from the start"))
        strata.append((np.stack([g.events.sum(axis=1) for g in groups], 1), np.stack([g.risk for g in groups], 1)))
    events, risk = (np.stack(arrays, axis=1) for arrays in zip(*strata, strict=True))  # (studies, 2, 2, T)
    stratified = [float(log_rank(e, r).p_value) for e, r in zip(events, risk, strict=True)]
    pooled = [float(log_rank(e.sum(axis=0), r.sum(axis=0)).p_value) for e, r in zip(events, risk, strict=True)]
    accept_size(capsys, f"stratified log-rank, {entries}", stratified)
    assert np.mean(np.array(pooled) < 1 - LEVEL) > 0.5  # what leaving the strata out would do


@pytest.mark.parametrize("unequal_rest", [False, True])
@pytest.mark.parametrize("entries", ENTRIES)
def test_sizes_of_grays_test(entries, unequal_rest, capsys):
    events, risk = three_groups(entries, unequal_rest=unequal_rest)
    for rho in (0.0, 1.0):
        tests = [gray(e, r, rho=rho) for e, r in zip(events, risk, strict=True)]
        name = f"Gray rho {rho:.0f}, {entries}" + (", others unequal" if unequal_rest else "")
        accept_size(capsys, name, [float(test.p_value[0]) for test in tests])
