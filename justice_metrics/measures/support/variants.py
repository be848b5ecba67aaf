"""The same comparison of two strategies, with one thing changed at a time; cases are read once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from scipy.special import stdtrit

from ...base.language import Readable, tr
from ...base.types import Counts, Flags, Floats
from ...estimate.emulation import NoStartsError, Strategy, emulate
from ...estimate.emulation_resamples import intervals, resample
from ...estimate.followed import NEVER, Followed
from ...estimate.landmark_weighted import LandmarkCells, landmark_incidence
from ...estimate.resampling import cluster_draws
from ...reduce.histories import UNDATED
from .data import SupportData
from .enough import Starters, why_not

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


class Basis(NamedTuple):
    """What the interval of one comparison rests on, in files: sampling weights add none.

    Attributes
    ----------
    within : int
        Days within which support had to start.
    starters : Starters
        Files in which it did, before any ending.
    came : int
        Of these files, those that came to the outcome by the horizon.
    other_came : int
        Files that kept to the other strategy and came to it.
    last : int
        Files still observed at the horizon, under the strategy that has fewer; ``NEVER`` where none was lost from view.
    """

    within: int
    starters: Starters
    came: int
    other_came: int
    last: int

    @property
    def lack(self) -> Readable | None:
        """Return why no interval can be told; None where one can."""
        reason = why_not(self.starters, self.within)
        if reason is None and not (self.came and self.other_came):
            # the formula would say that there is no error
            return tr("In one of both groups no case came to the outcome")
        return reason


class BeyondFollowUpError(ValueError):
    """In one group nobody is followed so far, and some had not ended when they were last seen.

    Attributes
    ----------
    last : int
        Day up to which somebody of that group is followed.
    """

    def __init__(self, last: int) -> None:
        super().__init__(f"nobody is followed beyond day {last}")
        self.last = last


def ensure_followed(cases: Followed, groups: Flags, horizon: int) -> None:
    """Refuse a horizon to which nobody of a group is followed; where all had ended there is nobody to follow.

    Raises
    ------
    BeyondFollowUpError
    """
    reached = []
    for group in groups & (cases.mass > 0):
        last = int(cases.exit[group].max(initial=0))
        reached.append(last if (cases.code[group & (cases.exit == last)] == 0).any() else horizon)
    if min(reached) < horizon:
        raise BeyondFollowUpError(min(reached))


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
    basis : Basis
        What the interval rests on.
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
    basis: Basis


def file_by_file(data: SupportData) -> SupportData:
    """Take cells of weighted cases apart; where no court is drawn, what is drawn is a file, not what it stands for."""
    cells = data.histories
    if cells.weight is None:
        return data
    place = np.repeat(np.arange(len(cells.n)), cells.n)
    apart = cells.where(place)._replace(n=np.ones(len(place), np.int64))
    own = np.arange(len(place)) if cells.cluster is None else apart.cluster
    return replace(data, histories=apart._replace(cluster=own))


def files_of(cases: Followed, asked: Asked) -> Floats:
    """Return the files of each cell: those with sampling weights were taken apart."""
    return cases.mass if asked.data.histories.weight is None else np.ones(len(cases.mass))


def compared(
    followed: Followed, asked: Asked, *, strategy: Strategy | None = None, design: Floats | None = None
) -> Compared:
    """Compare both strategies, with an interval from resamples of courts or cases.

    Raises
    ------
    NoStartsError
        When nobody starts in time.
    BeyondFollowUpError
        When nobody is followed up to the horizon.
    """
    chosen = asked.strategy if strategy is None else strategy
    matrix = asked.design if design is None else design
    cases = without_gaps(followed)
    found = emulate(cases, matrix, chosen, outcomes=OTHER, horizons=[asked.horizon])
    keep = found.final_weights > 0
    ensure_followed(cases, keep, asked.horizon)
    drawn = resample(
        cases, matrix, chosen, outcomes=OTHER, horizons=[asked.horizon], resamples=asked.resamples, seed=asked.seed,
        errors=False, tick=asked.tick,
    )  # fmt: skip
    limits = intervals(found, drawn, asked.level)
    started = (cases.start <= chosen.within_days) & (cases.start < cases.exit)
    basis = basis_of(
        cases, asked, started & keep[0], keep[1], drawn.values.difference[:, OUTCOME - 1, 0], chosen.within_days
    )
    told = basis.lack is None
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
        _units(cases.mass[started]), drawn.units, basis,
    )  # fmt: skip


def basis_of(cases: Followed, asked: Asked, started: Flags, others: Flags, drawn: Floats, within: int) -> Basis:
    """Return what an interval rests on; ``drawn`` are the differences of the resamples, NaN where nobody started."""
    files, came = files_of(cases, asked), (cases.code == OUTCOME) & (cases.exit <= asked.horizon)
    there = cases.exit >= asked.horizon
    courts = asked.data.cluster is not None and cases.cluster is not None
    return Basis(
        within,
        Starters(
            _units(files[started]),
            len(np.unique(cases.cluster[started])) if courts and cases.cluster is not None else None,
            int(np.isfinite(drawn).sum()),
            len(drawn),
        ),
        _units(files[started & came]),
        _units(files[others & came]),
        min(
            _units(files[one & there]) if (one & ~there & (cases.code == 0)).any() else NEVER
            for one in (started, others)
        ),
    )


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

    Raises
    ------
    NoStartsError
        When one side has no case.
    BeyondFollowUpError
        When nobody on one side is followed up to the horizon.
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
    if np.isnan(own).any():
        raise NoStartsError(landmark, _units(cases.mass))
    ensure_followed(cases, np.stack([cells.supported, ~cells.supported]), asked.horizon)
    values = []
    for mass in _resampled(cases, asked.resamples, asked.seed):
        values.append(sides(mass))
        asked.tick(1)
    drawn = np.array(values).reshape(-1, 2)
    draws = int(cases.mass.sum()) if cases.cluster is None else int(cases.cluster.max(initial=-1)) + 1
    basis = basis_of(cases, asked, cells.supported, ~cells.supported, drawn[:, 0] - drawn[:, 1], landmark)
    units, started = _units(cases.mass), _units(cases.mass[cells.supported])
    return _from_draws(own, drawn, draws, asked.level, units, started, basis)


def without_gaps(followed: Followed) -> Followed:
    """Number the courts anew: one whose cases were all left out is none that could be drawn."""
    if followed.cluster is None:
        return followed
    return followed._replace(cluster=np.unique(followed.cluster, return_inverse=True)[1].astype(np.int64))


def some(followed: Followed, kept: Flags | Counts) -> Followed:
    """Return some of the cells."""
    return Followed(*(None if one is None else one[kept] for one in followed))  # type: ignore[arg-type]


def quantile_of(level: float, draws: int) -> float:
    """Return how many standard errors a limit lies off, by Student's distribution."""
    return -float(stdtrit(max(draws - 1, 1), (1 - level) / 2))


def _units(mass: Floats) -> int:
    return round(float(mass.sum()))


def _from_draws(
    own: Floats, drawn: Floats, draws: int, level: float, units: int, started: int, basis: Basis
) -> Compared:
    usable = drawn[~np.isnan(drawn).any(axis=1)]
    enough = len(usable) > 1 and draws > 1 and basis.lack is None
    spread = np.cov(usable.T) * draws / (draws - 1) if enough else np.full((2, 2), np.nan)
    error = float(np.sqrt(spread[0, 0] + spread[1, 1] - 2 * spread[0, 1]))
    gap, reach = float(own[0] - own[1]), quantile_of(level, draws) * error
    nothing = float("nan")
    return Compared(
        gap, error, gap - reach, gap + reach, (float(own[0]), float(own[1])),
        float(own[0] / own[1]) if own[1] > 0 else nothing, nothing, nothing,
        (float(spread[0, 0]), float(spread[1, 1]), float(spread[0, 1])), units, started, draws, basis,
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
