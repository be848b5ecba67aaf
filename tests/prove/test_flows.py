"""Prediction limits of late registration over 400 simulated registers, against the cases that came in truth.

Two years of a register, 2 cases a day; half are entered within days (mean 4), half late (mean 40). In the uneven world
the late delays of a month are longer or shorter by a factor of its own (lognormal, sd 0.4). Limits of 95 % for the last
month, the month before and the one before that.

Rule: limits that cover less than they say (upper end of the exact 99 % binomial interval below 95 %) are refused in the
steady world. In the uneven world the last month's delays are its own and unknown, so no limits can be exact: there the
correction for dispersion must win back half of what plain limits lose, within 2 points.

Observed with this seed (last month, the month before, two before; Monte Carlo error 1 point):

==========================================  ======================
steady, limits                              95.8, 96.3, 98.0 %
uneven, limits without dispersion           92.5, 88.3, 86.5 %
uneven, limits                              95.5, 91.5, 90.5 %
steady, mean error of the total of 60       0.05, -0.05, 0.04
steady, cases seen of those in truth        59, 84, 92 %
entered within 30 days: true 77.0 %         77.0 %, naive 78.5 %
==========================================  ======================

In the uneven world the limits are still too narrow two months back (90.5 %): a note names the dispersion.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from scipy.stats import binomtest

from justice_metrics.base.types import Counts, Floats
from justice_metrics.estimate.nowcast import DelayCurve, delay_curve, foreseen, overdispersion

pytestmark = pytest.mark.prove

DAYS, LONGEST, PER_DAY, REPLICATES, LEVEL = 730, 365, 2.0, 400, 0.95
FIRST = np.array([DAYS - 90, DAYS - 60, DAYS - 30])
LAST = FIRST + 29


class Run(NamedTuple):
    """One simulated register: what was seen and foreseen of the last three months, and what came."""

    true: Floats
    seen: Floats
    total: Floats
    inside: Floats
    inside_plain: Floats
    curve: DelayCurve
    naive: float


def register(rng: np.random.Generator, *, spread: float) -> tuple[Counts, Counts]:
    """Draw the starts and delays of a register."""
    n = rng.poisson(PER_DAY * DAYS)
    start = rng.integers(0, DAYS, n)
    factor = np.exp(spread * rng.standard_normal(DAYS // 30 + 1))[start // 30]
    late = rng.random(n) < 0.5
    delay = np.where(late, factor * rng.exponential(40, n), rng.exponential(4, n))
    return start, delay.astype(np.int64)


def run(seed: int, *, spread: float) -> Run:
    """Foresee one register."""
    rng = np.random.default_rng(seed)
    start, delay = register(rng, spread=spread)
    kept = (start + delay < DAYS) & (delay <= LONGEST)
    s, d, n = start[kept], delay[kept], np.ones(int(kept.sum()))
    curve = delay_curve(s, d, n, cutoff=DAYS - 1, longest=LONGEST)
    phi = overdispersion(s, d, n, period=s // 30, cutoff=DAYS - 1, longest=LONGEST)

    def of_months(days: Counts) -> Floats:
        return np.array([float(((days >= a) & (days <= b)).sum()) for a, b in zip(FIRST, LAST, strict=True)])

    true, seen = of_months(start[delay <= LONGEST]), of_months(s)
    asked = {"cutoff": DAYS - 1, "level": LEVEL, "draws": 1_000, "seed": seed}
    made = foreseen(curve, seen, FIRST, LAST, dispersion=phi, **asked)  # type: ignore[arg-type]
    plain = foreseen(curve, seen, FIRST, LAST, dispersion=1.0, **asked)  # type: ignore[arg-type]
    inside, inside_plain = ((one.low <= true) & (true <= one.high) for one in (made, plain))
    return Run(true, seen, made.total, inside.astype(float), inside_plain.astype(float), curve, float((d <= 30).mean()))


def test_limits_of_late_registration_cover_what_they_say() -> None:
    steady = [run(seed, spread=0.0) for seed in range(REPLICATES)]
    uneven = [run(1_000 + seed, spread=0.4) for seed in range(REPLICATES)]
    covered = np.mean([one.inside for one in steady], axis=0)
    plain = np.mean([one.inside_plain for one in uneven], axis=0)
    widened = np.mean([one.inside for one in uneven], axis=0)
    error = np.mean([one.total - one.true for one in steady], axis=0)
    seen = np.mean([one.seen for one in steady], axis=0) / np.mean([one.true for one in steady], axis=0)
    shares = np.mean([one.curve.share[30] for one in steady]), np.mean([one.naive for one in steady])
    print("steady", covered[::-1], "uneven plain", plain[::-1], "uneven", widened[::-1])  # noqa: T201
    print("error", error[::-1], "seen", seen[::-1], "share within 30 days, naive", shares)  # noqa: T201
    for one in covered:
        assert binomtest(round(one * REPLICATES), REPLICATES).proportion_ci(0.99).high >= LEVEL
    assert (np.abs(error) < 0.02 * 30 * PER_DAY).all()
    assert (LEVEL - widened <= np.maximum(LEVEL - plain, 0) / 2 + 0.02).all()
    # of the last month a third is not registered yet, and whoever reads it as it is sees a fall
    assert seen[-1] < 0.7
    # half of the cases within days, half with mean 40: 0.5 + 0.5 (1 - exp(-31 / 40))
    assert abs(shares[0] - (1 - 0.5 * np.exp(-31 / 40))) < 0.005
