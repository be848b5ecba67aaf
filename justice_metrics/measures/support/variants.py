"""The same comparison of two strategies, with one thing changed at a time; cases are read once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from scipy.special import stdtrit

from ...base.types import Counts, Flags, Floats
from ...estimate.emulation import NoStartsError, Strategy, emulate
from ...estimate.emulation_resamples import intervals, resample
from ...estimate.followed import Followed
from ...estimate.landmark_weighted import LandmarkCells, landmark_incidence
from ...estimate.resampling import cluster_draws
from ...reduce.histories import UNDATED
from .data import SupportData

# The outcome that was asked for; any other ending has the next code.
OUTCOME: Final = 1
OTHER: Final = 2


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What does not change from one row to the next.

    Attributes
    ----------
    data : SupportData
        With cases whose support has no date.
    within, horizon : int
    resamples, seed : int
    level : float
    tick : callable
        Told of every resample.
    """

    data: SupportData
    within: int
    horizon: int
    resamples: int
    seed: int
    level: float
    tick: Callable[[int], None]

    @property
    def strategy(self) -> Strategy:
        """Support within the days of grace, at usual times."""
        return Strategy(self.within)

    @property
    def design(self) -> Floats:
        """Columns of the baseline covariates, (P, p)."""
        return self.data.design.matrix


class Compared(NamedTuple):
    """One comparison: difference of the outcome at the horizon, with its interval.

    Attributes
    ----------
    estimate, std_error, low, high : float
        Difference of shares; NaN where it cannot be told.
    incidence : tuple of two floats
        Under both strategies.
    ratio, ratio_low, ratio_high : float
    variance : tuple of three floats
        Of both shares, and their covariance.
    units : int
        Cases.
    started : int
        In which support started in time.
    draws : int
        Courts or cases that were drawn again.
    """

    estimate: float
    std_error: float
    low: float
    high: float
    incidence: tuple[float, float]
    ratio: float
    ratio_low: float
    ratio_high: float
    variance: tuple[float, float, float]
    units: int
    started: int
    draws: int


def compared(
    followed: Followed, asked: Asked, *, strategy: Strategy | None = None, design: Floats | None = None
) -> Compared:
    """Compare both strategies, with an interval from resamples of courts or cases.

    Raises
    ------
    NoStartsError
        When nobody starts in time.
    """
    chosen = asked.strategy if strategy is None else strategy
    matrix = asked.design if design is None else design
    cases = without_gaps(followed)
    found = emulate(cases, matrix, chosen, outcomes=OTHER, horizons=[asked.horizon])
    drawn = resample(
        cases, matrix, chosen, outcomes=OTHER, horizons=[asked.horizon], resamples=asked.resamples, seed=asked.seed,
        errors=False, tick=asked.tick,
    )  # fmt: skip
    limits = intervals(found, drawn, asked.level)
    came = (cases.code == OUTCOME) & (cases.exit <= asked.horizon)
    # Without a case that came to it under a strategy no error can be told: the formula would say there is none.
    told = all((cases.mass * came * (arm > 0)).sum() > 0 for arm in found.final_weights)
    sides = drawn.values.incidence[:, :, OUTCOME - 1, 0]
    usable = sides[~np.isnan(sides).any(axis=1)]
    spread = np.cov(usable.T) * (drawn.units / max(drawn.units - 1, 1)) if len(usable) > 1 else np.full((2, 2), np.nan)
    one, other = (float(side) for side in found.at_horizons[:, OUTCOME - 1, 0])

    def of(table: Floats) -> float:
        return float(table[OUTCOME - 1, 0]) if told else float("nan")

    return Compared(
        one - other, of(limits.difference.std_error), of(limits.difference.low), of(limits.difference.high),
        (one, other), float(found.ratio[OUTCOME - 1, 0]), of(limits.ratio.low), of(limits.ratio.high),
        (float(spread[0, 0]), float(spread[1, 1]), float(spread[0, 1])), _units(cases.mass),
        _units(cases.mass[(cases.start <= chosen.within_days) & (cases.start < cases.exit)]), drawn.units,
    )  # fmt: skip


def without_term(asked: Asked, followed: Followed, term: str) -> float:
    """Return the difference when one term is not adjusted for, NaN when nobody starts in time."""
    kept = [place for place, column in enumerate(asked.data.design.columns) if column.term != term]
    found = emulate(
        without_gaps(followed), asked.design[:, kept], asked.strategy, outcomes=OTHER, horizons=[asked.horizon]
    )
    return float(found.difference[OUTCOME - 1, 0])


def other_outcome(dated: SupportData, name: str, followed: Followed) -> Followed:
    """Return the cases as they come to a stage instead of the outcome; every ending before it competes."""
    day = np.clip(dated.histories.days[name], 0, None)
    came = (day <= followed.exit) & (dated.histories.days[name] != UNDATED)
    return followed._replace(
        exit=np.where(came, day, followed.exit), code=np.where(came, OUTCOME, np.where(followed.code > 0, OTHER, 0))
    )


def half_day(followed: Followed) -> int:
    """Return the day by which half of the cases that came to the outcome had come to it; 1 at least."""
    came = followed.code == OUTCOME
    if not came.any():
        return 1
    order = np.argsort(followed.exit[came], kind="stable")
    upto = np.cumsum(followed.mass[came][order])
    return max(1, int(followed.exit[came][order][np.searchsorted(upto, upto[-1] / 2)]))


def at_landmark(asked: Asked, followed: Followed, landmark: int) -> Compared:
    """Compare cases that had support by a day with others, among those open then, each weighted to all of them.

    Cases without one side give NaN.
    """
    there = followed.exit > landmark
    cases = without_gaps(some(followed, there))
    states = cases.milestones <= landmark
    kinds, kind = np.unique(np.column_stack([cases.pattern, states]), axis=0, return_inverse=True)
    columns = np.column_stack([asked.design[kinds[:, 0]], kinds[:, 1:]]).astype(np.float64)
    cells = LandmarkCells(cases.exit - landmark, cases.code, cases.start <= landmark, kind.ravel())

    def sides(mass: Floats) -> Floats:
        found = landmark_incidence(cells, mass, columns, outcomes=OTHER, horizon_days=asked.horizon - landmark)
        return np.asarray(found[:, OUTCOME - 1])

    own = sides(cases.mass)
    values = []
    for mass in _resampled(cases, asked.resamples, asked.seed):
        values.append(sides(mass))
        asked.tick(1)
    drawn = np.array(values).reshape(-1, 2)
    draws = int(cases.mass.sum()) if cases.cluster is None else int(cases.cluster.max(initial=-1)) + 1
    return _from_draws(own, drawn, draws, asked.level, _units(cases.mass), _units(cases.mass[cells.supported]))


def without_gaps(followed: Followed) -> Followed:
    """Number the courts anew: one whose cases were all left out is none that could be drawn."""
    if followed.cluster is None:
        return followed
    return followed._replace(cluster=np.unique(followed.cluster, return_inverse=True)[1].astype(np.int64))


def some(followed: Followed, kept: Flags | Counts) -> Followed:
    """Return some of the cells."""
    return Followed(*(None if one is None else one[kept] for one in followed))  # type: ignore[arg-type]


def tried(make: Callable[[], Compared]) -> Compared | None:
    """Return a comparison, or None when nobody starts in time."""
    try:
        return make()
    except NoStartsError:
        return None


def quantile_of(level: float, draws: int) -> float:
    """Return how many standard errors a limit lies off, by Student's distribution."""
    return -float(stdtrit(max(draws - 1, 1), (1 - level) / 2))


def _units(mass: Floats) -> int:
    return round(float(mass.sum()))


def _from_draws(own: Floats, drawn: Floats, draws: int, level: float, units: int, started: int) -> Compared:
    usable = drawn[~np.isnan(drawn).any(axis=1)]
    enough = len(usable) > 1 and draws > 1
    spread = np.cov(usable.T) * draws / (draws - 1) if enough else np.full((2, 2), np.nan)
    error = float(np.sqrt(spread[0, 0] + spread[1, 1] - 2 * spread[0, 1]))
    gap, reach = float(own[0] - own[1]), quantile_of(level, draws) * error
    nothing = float("nan")
    return Compared(
        gap, error, gap - reach, gap + reach, (float(own[0]), float(own[1])),
        float(own[0] / own[1]) if own[1] > 0 else nothing, nothing, nothing,
        (float(spread[0, 0]), float(spread[1, 1]), float(spread[0, 1])), units, started, draws,
    )  # fmt: skip


def _resampled(cases: Followed, resamples: int, seed: int) -> Iterator[Floats]:
    """Give the mass of the cells in each resample of courts or cases."""
    if cases.cluster is not None:
        for one in cluster_draws(int(cases.cluster.max(initial=-1)) + 1, resamples, seed):
            yield np.asarray(one[cases.cluster] * cases.mass, dtype=np.float64)
        return
    generator, whole = np.random.default_rng(seed), np.rint(cases.mass)
    n = whole if np.array_equal(whole, cases.mass) else np.ones_like(cases.mass)
    for _ in range(resamples):
        drawn = generator.multinomial(int(n.sum()), n / n.sum()).astype(np.float64)
        yield drawn * np.divide(cases.mass, n, out=np.zeros_like(n), where=n > 0)
