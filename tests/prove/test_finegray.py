"""How often 95 % intervals of Fine-Gray models, and of weighted and clustered curves, hold the truth.

Rule: an interval is accepted when 95 % lies inside the exact 99 % binomial interval of the observed coverage, over
1,000 simulated studies. The seed was chosen before the first run and stays.

Observed with this seed, Monte Carlo error 0.6 to 0.8 points; coefficients are those of support and distance, the
incidence is that of one pattern on days 180 and 365, late = half of the cases enter late:

==========================================  ===================  ===================
Fine-Gray, 500 cases                        from the start       late
==========================================  ===================  ===================
coefficients, model                         95.6, 95.0 %         94.5, 93.7 %
coefficients, robust                        95.4, 94.8 %         94.7, 94.4 %
coefficients, fine_gray and jackknife       95.4, 94.8 %         94.7, 94.5 %
incidence, model                            95.5, 95.0 %         95.0, 95.0 %
incidence, robust                           95.4, 94.8 %         95.3, 95.6 %
incidence, fine_gray and jackknife          95.4, 94.8 %         95.3, 95.4 %
==========================================  ===================  ===================

===================================================  ===================
80 courts, weights, some 8 cases each                days 180, 365
===================================================  ===================
Kaplan-Meier                                         95.7, 93.3 %
incidence of verdicts, of rejections                 94.0, 94.2; 95.4, 94.6 %
mean open; lost to verdicts, to rejections (365)     95.0; 94.4, 95.1 %
difference between groups of the same courts (365)   94.8 %
===================================================  ===================

Standardised incidences of cause-specific models, 500 cases: 93.8 % for one setting and 96.1 % for a difference (model),
93.8 and 96.0 % (robust).
"""

from __future__ import annotations

import sys
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from scipy.stats import binomtest, norm

from justice_metrics.base.types import Floats
from justice_metrics.estimate.cause_specific_standardised import standardised_incidence
from justice_metrics.estimate.cox import cox
from justice_metrics.estimate.finegray import fine_gray
from justice_metrics.estimate.finegray_prediction import predicted_incidence
from justice_metrics.estimate.finegray_robust import fine_gray_covariance
from justice_metrics.estimate.limits import pointwise
from justice_metrics.estimate.robust import cluster_influence, covariance, robust_curves
from justice_metrics.estimate.rows import Rows

pytestmark = pytest.mark.prove

STUDIES, LEVEL, SEED = 1000, 0.95, 2020
Z = norm.isf((1 - LEVEL) / 2)
READ_ON = (180, 365)

# ---- subdistribution hazards: a share of verdicts, and how support and distance move it -----------------------------

CASES = 500
EFFECTS = np.array([0.5, -0.4])
VERDICTS, HALF_WAY = 0.45, 250.0  # share of verdicts of a case with covariates 0; scale of their days
PATTERNS = np.array([[0, 0], [1, 0], [0, 0.5], [1, 0.5], [0, 1], [1, 1]], dtype=np.float64)


class Study(NamedTuple):
    rows: Rows
    design: Floats


def verdicts_by(days, x):
    """True cumulative incidence: 1 - (1 - p (1 - exp(-t / s))) ^ exp(x'b)."""
    return 1 - (1 - VERDICTS * -np.expm1(-np.asarray(days) / HALF_WAY)) ** np.exp(x @ EFFECTS)


def draw_cases(rng, size, *, late):
    """Cases seen at all: those who had not ended before their entry."""
    pattern = rng.integers(0, len(PATTERNS), 3 * size)
    relative = np.exp(PATTERNS[pattern] @ EFFECTS)
    verdict = rng.random(len(pattern)) < 1 - (1 - VERDICTS) ** relative
    u = rng.random(len(pattern)) * (1 - (1 - VERDICTS) ** relative)
    until_verdict = -HALF_WAY * np.log1p(-(1 - (1 - u) ** (1 / relative)) / VERDICTS)
    # other endings: faster with support, so that cause-specific and subdistribution effects differ
    until_other = rng.exponential(300 / np.exp(0.4 * PATTERNS[pattern, 0]))
    ending = np.ceil(np.where(verdict, until_verdict, until_other)).astype(np.int64)
    entry = (
        np.where(rng.random(len(pattern)) < 0.5, rng.integers(0, 150, len(pattern)), -1) if late else -1 + 0 * ending
    )
    # drop-out must not depend on late entry: nobody is censored before the last possible one
    cutoff = rng.integers(160, 1200, len(pattern))
    seen = np.flatnonzero(entry < np.minimum(ending, cutoff))[:size]
    code = np.where(ending <= cutoff, np.where(verdict, 1, 2), 0)[seen]
    leaving = np.minimum(ending, cutoff)[seen]
    one = np.ones(len(seen), dtype=np.int64)
    return Rows(entry[seen].astype(np.int32), leaving.astype(np.int32), code, one, None, 0 * one, pattern[seen], None)


def report(name, inside):
    inside = np.asarray(inside, dtype=bool)
    share = inside.mean()
    error = np.sqrt(share * (1 - share) / len(inside))
    sys.stdout.write(f"\n  {name}: {share:.1%}, Monte Carlo error {error:.1%}")
    limits = binomtest(int(inside.sum()), len(inside)).proportion_ci(0.99, method="exact")
    return bool(limits.low <= LEVEL <= limits.high)


@pytest.mark.parametrize("late", [False, True], ids=["from the start", "half enter late"])
def test_fine_gray(late, capsys):
    kinds = ("robust", "fine_gray", "infinitesimal_jackknife")
    inside = {(kind, term): [] for kind in ("model", *kinds) for term in ("support", "distance")}
    predicted = {(kind, day): [] for kind in ("model", *kinds) for day in READ_ON}
    rng = np.random.default_rng(SEED)
    for _ in range(STUDIES):
        fit = fine_gray(draw_cases(rng, CASES, late=late), PATTERNS, outcome=1)
        for kind in ("model", *kinds):
            error = np.sqrt(np.diag(fine_gray_covariance(fit, kind)))
            for j, term in enumerate(("support", "distance")):
                inside[kind, term].append(abs(fit.cox.coefficients[j] - EFFECTS[j]) <= Z * error[j])
            found = predicted_incidence(fit, PATTERNS[[3]], READ_ON, variance=kind)
            truth = verdicts_by(READ_ON, PATTERNS[3])
            for j, day in enumerate(READ_ON):
                predicted[kind, day].append(found.conf_low[0, j] <= truth[j] <= found.conf_high[0, j])
    with capsys.disabled():
        good = {key: report(f"Fine-Gray {key}, late {late}", value) for key, value in {**inside, **predicted}.items()}
    assert all(held for (kind, _), held in good.items() if kind != "model")


# ---- curves of a weighted sample of clusters ------------------------------------------------------------------------

COURTS, PER_COURT, SPREAD = 80, 12, 0.5
DAILY = np.array([0.0010, 0.0014])  # verdict, rejection
RURAL = 0.6  # log ratio of all endings in rural cases, which are half of the cases and sampled more
SAMPLED = np.array([0.4, 1.0])
LONGEST = 500
HORIZON = 365


def truth_of_courts(days):
    """Survival (D,), incidences (2, D) and their sums over days, averaged over the courts' effects and both areas."""
    points, weights = np.polynomial.hermite_e.hermegauss(60)
    total = np.zeros((3, len(days)))
    for effect, weight in zip(points, weights / weights.sum(), strict=True):
        for rural in (0, 1):
            ends = 1 - np.exp(-DAILY.sum() * np.exp(SPREAD * effect + RURAL * rural))
            left = (1 - ends) ** (np.asarray(days) + 1.0)
            total[0] += weight / 2 * left
            total[1:] += weight / 2 * (DAILY / DAILY.sum())[:, None] * (1 - left)
    return total


@pytest.fixture(scope="module")
def samples() -> Rows:
    """All studies as groups; rural cases and their frequency of sampling carry weights 1 / SAMPLED."""
    rng = np.random.default_rng(SEED)
    shape = (STUDIES, COURTS, PER_COURT)
    rural = rng.integers(0, 2, shape)
    court = np.broadcast_to(rng.normal(0, SPREAD, shape[:2])[:, :, None], shape)
    ends = 1 - np.exp(-DAILY.sum() * np.exp(court + RURAL * rural))
    ending = rng.geometric(ends) - 1
    code = 1 + (rng.random(shape) >= DAILY[0] / DAILY.sum())
    cutoff = rng.integers(150, LONGEST, shape)
    kept = rng.random(shape) < SAMPLED[rural]
    study, place, _ = (axis[kept] for axis in np.indices(shape))
    leaving = np.minimum(ending, cutoff)[kept].astype(np.int32)
    one = np.ones(len(leaving), dtype=np.int64)
    return Rows(
        (0 * leaving - 1).astype(np.int32),
        leaving,
        np.where(ending <= cutoff, code, 0)[kept],
        one,
        (1 / SAMPLED[rural])[kept],
        study,
        rural[kept],
        study * COURTS + place,
    )


@pytest.mark.parametrize("day", READ_ON)
def test_weighted_clustered_curves(samples, day, capsys):
    survival, verdicts, rejections = truth_of_courts((day,))[:, 0]
    good = []
    for curve, truths in (("survival", (survival,)), ("incidence", (verdicts, rejections))):
        found = robust_curves(samples, curve)
        at = int(np.searchsorted(found.days, day))
        for q, truth in enumerate(truths):
            estimate, error = found.estimate[:, q, at], found.std_error[:, q, at]
            level = estimate if curve == "survival" else 1 - estimate
            wanted = truth if curve == "survival" else 1 - truth
            low, high = pointwise(level, error, confidence_level=LEVEL, limits="log-log")
            with capsys.disabled():
                good.append(report(f"{curve} {q}, day {day}, weights and courts", (low <= wanted) & (wanted <= high)))
    assert all(good)


def test_weighted_clustered_means(samples, capsys):
    each = truth_of_courts(range(HORIZON))
    good = []
    for curve, truths in (("mean_open", each[:1].sum(axis=1)), ("mean_lost", each[1:].sum(axis=1))):
        found = robust_curves(samples, curve)
        at = int(np.searchsorted(found.days, HORIZON))
        for q, truth in enumerate(truths):
            inside = np.abs(found.estimate[:, q, at] - truth) <= Z * found.std_error[:, q, at]
            with capsys.disabled():
                good.append(report(f"{curve} {q}, {HORIZON} days, weights and courts", inside))
    assert all(good)


def test_differences_between_groups_that_share_courts(samples, capsys):
    """Urban and rural cases of the same courts: with the covariance, and what would come out without it."""
    points, weights = np.polynomial.hermite_e.hermegauss(60)
    rate = DAILY.sum() * np.exp(SPREAD * points[:, None] + RURAL * np.arange(2))
    ended = DAILY[0] / DAILY.sum() * -np.expm1(-rate * (HORIZON + 1))
    truth = np.diff(weights / weights.sum() @ ended)[0]
    inside, without = [], []
    edges = np.searchsorted(samples.stratum, np.arange(STUDIES + 1))
    for start, stop in pairwise(edges):
        own = Rows(*(None if field is None else field[start:stop] for field in samples))
        found = cluster_influence(own._replace(stratum=own.pattern), "incidence", [HORIZON])
        spread = covariance(found)[0, 0]
        gap = found.estimate[1, 0, 0] - found.estimate[0, 0, 0] - truth
        apart = spread[0, 0] + spread[1, 1]
        inside.append(abs(gap) <= Z * np.sqrt(apart - 2 * spread[0, 1]))
        without.append(abs(gap) <= Z * np.sqrt(apart))
    with capsys.disabled():
        good = report("difference of incidences, courts shared", inside)
        report("the same as if the groups were apart", without)
    assert good


# ---- standardised incidences of cause-specific models ---------------------------------------------------------------

CAUSES = np.array([[0.5, -0.4], [-0.3, 0.2]])


def test_standardised_incidences(capsys):
    rate = np.array([0.0010, 0.0014])[:, None] * np.exp(CAUSES @ PATTERNS.T)  # (2, P)
    ended = rate / rate.sum(axis=0) * -np.expm1(-rate.sum(axis=0) * HORIZON)
    settings = [PATTERNS.copy(), PATTERNS.copy()]
    settings[0][:, 0], settings[1][:, 0] = 0, 1
    supported, alone = ended[0, 1::2].mean(), ended[0, ::2].mean()
    inside = {(kind, what): [] for kind in ("model", "robust") for what in ("supported", "difference")}
    rng = np.random.default_rng(SEED)
    for _ in range(STUDIES):
        pattern = rng.integers(0, len(PATTERNS), CASES)
        day = np.ceil(rng.exponential(1 / rate.sum(axis=0)[pattern])).astype(np.int64)
        cutoff = rng.integers(100, 1000, CASES)
        outcome = 1 + (rng.random(CASES) >= (rate[0] / rate.sum(axis=0))[pattern])
        one = np.ones(CASES, dtype=np.int64)
        rows = Rows(
            (-one).astype(np.int32),
            np.minimum(day, cutoff).astype(np.int32),
            np.where(day <= cutoff, outcome, 0),
            one,
            None,
            0 * one,
            pattern,
            None,
        )
        fits = [cox(rows, PATTERNS, outcome=k) for k in (1, 2)]
        for kind in ("model", "robust"):
            # the true average is over equal numbers of each pattern, whatever was drawn
            found = standardised_incidence(fits, settings, np.ones(len(PATTERNS)), [HORIZON], variance=kind)
            inside[kind, "supported"].append(found.conf_low[1, 0, 0] <= supported <= found.conf_high[1, 0, 0])
            spread = found.covariance[0, 0]
            error = np.sqrt(spread[0, 0] + spread[1, 1] - 2 * spread[0, 1])
            gap = found.incidence[1, 0, 0] - found.incidence[0, 0, 0]
            inside[kind, "difference"].append(abs(gap - (supported - alone)) <= Z * error)
    with capsys.disabled():
        good = [report(f"standardised incidence {key}", value) for key, value in inside.items()]
    assert all(good)
