"""Simulated cases whose dates of support are missing more often where they were rejected early.

Leaving them out makes support look better than it is; imputing the dates does not. What both are held against is the
same cases with every date.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from justice_metrics.base.types import Counts, Floats
from justice_metrics.estimate.emulation import Strategy, emulate
from justice_metrics.estimate.followed import NEVER, Followed
from justice_metrics.estimate.imputation import Starts, imputed_days

CASES, LAST, GRACE, HORIZON, REPLICATES = 3_000, 500, 60, 400, 40
VERDICT, OTHER = 1, 2


def simulated(rng: np.random.Generator, n: int = CASES) -> tuple[Followed, Counts]:
    """Cases in which support doubles the hazard of a verdict, and an attribute hastens support and the verdict."""
    severe = rng.integers(0, 2, n)
    start, exit_, code = np.full(n, NEVER), np.full(n, LAST), np.zeros(n, int)
    still = np.ones(n, dtype=bool)
    for day in range(LAST):
        supported = start < day
        verdict = (0.0004 if day < 60 else 0.0015) * np.where(severe, 1.6, 1) * np.where(supported, 2, 1)
        other = np.full(n, 0.006 if day < 120 else 0.001)
        chance = rng.random(n)
        ended = still & (chance < verdict + other)
        code[ended] = np.where(chance < verdict, VERDICT, OTHER)[ended]
        exit_[ended] = day
        still &= ~ended
        start[still & (start == NEVER) & (rng.random(n) < np.where(severe, 0.012, 0.006))] = day
    made = Followed(
        exit=exit_, code=code, start=start, milestones=np.zeros((n, 0), np.int64), pattern=severe, cluster=None,
        mass=np.ones(n),
    )  # fmt: skip
    early = (code == OTHER) & (exit_ < 150)
    lost = (start < NEVER) & (rng.random(n) < np.where(early, 0.6, 0.1))
    return made, lost


def difference(cases: Followed, kept: np.ndarray | None = None) -> float:
    if kept is not None:
        cases = Followed(*(one if one is None else one[kept] for one in cases))
    return float(
        emulate(cases, np.array([[0.0], [1.0]]), Strategy(GRACE), outcomes=2, horizons=[HORIZON]).difference[0, 0]
    )


def drawn(cases: Followed, lost: np.ndarray) -> Counts:
    """Five imputations of the lost days, by attribute, ending and time of the ending."""
    age = np.searchsorted([60, 120, 180, 300], cases.exit) * 3 + cases.code
    kinds, of = np.unique(cases.pattern * 100 + age, return_inverse=True)
    latest = np.maximum(cases.exit - (cases.code > 0), 0)  # it came while the case was open
    columns = np.column_stack([kinds // 100, (kinds[:, None] % 100 == np.unique(kinds % 100)[None, 1:])]).astype(float)
    known = Starts(latest[~lost], cases.start[~lost], of[~lost], cases.mass[~lost], None)
    return imputed_days(known, columns, of[lost], latest[lost], imputations=5, seed=3)


def imputed(cases: Followed, lost: np.ndarray) -> float:
    found = []
    for one in drawn(cases, lost):
        start = cases.start.copy()
        start[lost] = one
        found.append(difference(cases._replace(start=start)))
    return float(np.mean(found))


@cache
def replicates() -> Floats:
    """Differences with every date, of complete cases, and imputed; (REPLICATES, 3)."""
    rng = np.random.default_rng(11)
    rows = []
    for _ in range(REPLICATES):
        cases, lost = simulated(rng)
        rows.append((difference(cases), difference(cases, ~lost), imputed(cases, lost)))
    return np.array(rows)


def test_complete_cases_flatter_support() -> None:
    full, complete, _ = replicates().T
    assert np.mean(complete - full) > 0.03


def test_imputation_does_not() -> None:
    full, _, filled = replicates().T
    assert abs(np.mean(filled - full)) < 0.004


def test_imputed_days_are_as_the_lost_ones() -> None:
    cases, lost = simulated(np.random.default_rng(2), 20_000)
    days, truth = drawn(cases, lost), cases.start[lost]
    assert days.mean() == pytest.approx(truth.mean(), rel=0.05)
    assert np.quantile(days, [0.1, 0.5, 0.9]) == pytest.approx(np.quantile(truth, [0.1, 0.5, 0.9]), rel=0.1, abs=2)
