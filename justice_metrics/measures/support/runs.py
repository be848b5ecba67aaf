"""The emulations behind one question on support: endings that do not overlap together, each with its resamples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np

from ...base.errors import QuestionError
from ...base.language import tr
from ...base.types import Counts, Flags, Floats
from ...cases.casedata import CaseData
from ...estimate.emulation import Emulation, Strategy, Timing, emulate, truncations
from ...estimate.emulation_resamples import EffectIntervals, Limits, intervals, resample
from ...estimate.followed import Followed
from .data import SupportData
from .effect_tables import Lines, Timed, joined, order_of
from .enough import Starters
from .strategies import arm_words

# Other timings are told with an error of their own; it needs fewer resamples than an interval.
FEWER: Final = 100
CUT: Final = (None, 99.5, 99.0, 95.0)
# So many bins at most tell how likely support in time was.
BINS: Final = 12
# Kinds of cases with fewer of them may lack a start by chance.
FEWEST: Final = 20


class Part(NamedTuple):
    """One emulation: endings that do not overlap, followed together.

    Attributes
    ----------
    outcomes : tuple of str
        Those that were asked for; the endings' codes are 1, 2, …
    data : SupportData
    followed : Followed
    emulation : Emulation
        At a grid of days and at the horizons asked for.
    effects : EffectIntervals
    asked : (H,)
        Where the horizons asked for lie on the grid.
    within : int
        Days of grace.
    starters : Starters
        The cases in which support started in time: without enough of them no limit, error or p value is told.
    """

    outcomes: tuple[str, ...]
    data: SupportData
    followed: Followed
    emulation: Emulation
    effects: EffectIntervals
    asked: Counts
    within: int
    starters: Starters

    @property
    def followed_to(self) -> dict[int, tuple[int, int]]:
        """Cases followed to each horizon under both strategies; -1 where none was lost to sight before."""
        cells, n = self.followed, self.data.histories.n
        keeps, found = kept(self), {}
        for day in _asked(self):
            lost, there = (cells.exit < day) & (cells.code == 0), cells.exit >= day
            one, other = (int(n[arm & there].sum()) if (arm & lost).any() else -1 for arm in keeps)
            found[day] = (one, other)
        return found


def apart(cases: CaseData, wanted: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the outcomes in as few sets as leave no two overlapping outcomes in one: verdict, then conviction.

    Raises
    ------
    ProcedureError
        When a word names nothing.
    """
    sets: list[tuple[str, ...]] = []
    states = {one: set(cases.resolve(one)) for one in wanted}
    for one in wanted:
        for place, together in enumerate(sets):
            if not any(states[one] & states[other] for other in together):
                sets[place] = (*together, one)
                break
        else:
            sets.append((one,))
    return sets


def part_of(
    data: SupportData,
    outcomes: tuple[str, ...],
    strategy: Strategy,
    *,
    lag_days: int,
    horizons: Sequence[int],
    resamples: int,
    seed: int,
    level: float,
    tick: Callable[[int], None],
    errors: bool | None = None,
) -> Part:
    """Emulate both strategies for some endings, with intervals; ``errors`` as for ``resample``.

    Raises
    ------
    NoStartsError
        When nobody starts in time.
    QuestionError
        When nobody is followed to a horizon under one of the strategies.
    """
    data = _drawn_singly(data)
    followed = _units_drawn(data.followed(lag_days=lag_days), data)
    grid = np.unique(np.concatenate([np.linspace(0, max(horizons), 25).astype(np.int64), horizons]))
    k, design = len(data.outcomes), data.design.matrix
    emulation = emulate(followed, design, strategy, outcomes=k, horizons=grid.tolist())
    _ensure_followed(followed, emulation.final_weights > 0, max(horizons), strategy.within_days)
    drawn = resample(
        followed,
        design,
        strategy,
        outcomes=k,
        horizons=grid.tolist(),
        resamples=resamples,
        seed=seed,
        errors=errors,
        tick=tick,
    )
    effects = intervals(emulation, drawn, level)
    starters = _starters(data, followed, strategy.within_days, effects.usable, resamples)
    return Part(
        outcomes,
        data,
        followed,
        emulation,
        effects if starters.enough else _without_limits(effects),
        np.searchsorted(grid, horizons),
        strategy.within_days,
        starters,
    )


def lines_of(part: Part) -> Lines:
    """Return the differences of a part, outcome by outcome, at the horizons asked for."""
    k, at = len(part.outcomes), part.asked
    found, effects = part.emulation, part.effects
    days = found.horizons[at]

    def along(table: Floats) -> Floats:
        return table[..., :k, :][..., at].reshape(*table.shape[:-2], k * len(at))

    # Cases that ended unsupported in the grace period count under both strategies, so they say nothing of support.
    # Without a supported case that came to it, or one of the others, no error can be told: the formula would say none.
    in_time = started_in_time(part, part.within)
    codes = range(1, k + 1)
    events = np.stack([_events(part, kept(part), code, days) for code in codes], axis=1).reshape(2, -1)
    supported = np.stack([_events(part, in_time[None], code, days) for code in codes], axis=1).ravel()
    told = (supported > 0) & (events[1] > 0)

    def where_told(table: Floats) -> Floats:
        return np.where(told, along(table), np.nan)

    return Lines(
        outcome=tuple(name for name in part.outcomes for _ in at),
        days=np.tile(days, k),
        incidence=along(found.at_horizons),
        difference=along(found.difference),
        low=np.maximum(where_told(effects.difference.low), -1),  # a difference of shares
        high=np.minimum(where_told(effects.difference.high), 1),
        std_error=where_told(effects.difference.std_error),
        ratio=along(found.ratio),
        ratio_low=where_told(effects.ratio.low),
        ratio_high=where_told(effects.ratio.high),
        p_value=where_told(effects.difference.p_value),
        events=events,
        supported=supported,
    )


def kept(part: Part) -> Flags:
    """Return which cells' clones never depart from their strategy, (2, C)."""
    return part.emulation.final_weights > 0


def timed(parts: Sequence[Part], wanted: Sequence[str], strategy: Strategy, timing: Timing, **drawn: Any) -> Timed:
    """Return the differences under another timing of the first strategy, with errors of their own."""
    other = strategy._replace(timing=timing)
    made = [part_of(part.data, part.outcomes, other, horizons=_asked(part), errors=False, **drawn) for part in parts]
    return timed_of(made, wanted, timing)


def timed_of(parts: Sequence[Part], wanted: Sequence[str], timing: Timing) -> Timed:
    """Return the differences of emulations that are made already."""
    weights = parts[0].emulation.weights
    lines = joined([lines_of(part) for part in parts], wanted)
    return Timed(timing, lines, float(weights.largest[0]), float(weights.effective[0]))


def cut(parts: Sequence[Part], wanted: Sequence[str], strategy: Strategy) -> dict[float, Floats]:
    """Return the differences with the largest weights cut, (N,) in the order of ``joined``, by share kept."""
    found: dict[float, list[Floats]] = {}
    for part in parts:
        rows = truncations(
            part.followed,
            part.data.design.matrix,
            strategy,
            outcomes=len(part.data.outcomes),
            horizons=_asked(part),
            percentiles=CUT,
        )
        for row in rows:
            share = 1.0 if row.percentile is None else row.percentile / 100
            found.setdefault(share, []).append(row.difference[: len(part.outcomes)].ravel())
    order = _order(parts, wanted)
    return {share: np.concatenate(pieces)[order] for share, pieces in found.items()}


def unweighted(parts: Sequence[Part], wanted: Sequence[str]) -> Floats:
    """Return the incidences before weighting, (2, N) in the order of ``joined``."""
    each = [
        part.emulation.unweighted_at_horizons[:, : len(part.outcomes)][..., part.asked].reshape(2, -1) for part in parts
    ]
    return np.concatenate(each, axis=1)[:, _order(parts, wanted)]


def _order(parts: Sequence[Part], wanted: Sequence[str]) -> list[int]:
    return order_of([name for part in parts for name in part.outcomes for _ in part.asked], wanted)


def overlap_counts(part: Part, within: int) -> tuple[Floats, Counts]:
    """Return limits of bins of the probability of starting in time, and cases in each: (B + 1,), (2, B)."""
    chance, n = part.emulation.overlap.chance, part.data.histories.n
    most = max(float(chance.max(initial=0.0)), 1e-6)
    step = next((one for one in (0.01, 0.02, 0.05, 0.1) if most / one <= BINS), 0.1)
    edges = np.round(np.arange(int(np.ceil(most / step - 1e-9)) + 1) * step, 10)
    at = np.clip(np.searchsorted(edges, chance, side="right") - 1, 0, len(edges) - 2)
    started = started_in_time(part, within)
    sides = [np.bincount(at[who], weights=n[who], minlength=len(edges) - 1) for who in (started, ~started)]
    return edges, np.stack(sides).astype(np.int64)


def started_in_time(part: Part, within: int) -> Flags:
    """Return the cells in which support started within the grace period, before the case ended; (C,)."""
    return (part.followed.start <= within) & (part.followed.start < part.followed.exit)


def without_overlap(part: Part, within: int) -> tuple[int, int]:
    """Return how many kinds of cases have support in time in all or in none of them, and their cases."""
    n, pattern = part.data.histories.n, part.followed.pattern
    started = started_in_time(part, within)
    every = np.bincount(pattern, weights=n)
    some = np.bincount(pattern, weights=n * started, minlength=len(every))
    alone = (every >= FEWEST) & ((some == 0) | (some == every))
    return int(alone.sum()), int(every[alone].sum())


def _asked(part: Part) -> list[int]:
    days: list[int] = part.emulation.horizons[part.asked].tolist()
    return days


def _drawn_singly(data: SupportData) -> SupportData:
    """Take cells of weighted cases apart where no court is drawn: what is drawn is a case, not what it stands for."""
    cells = data.histories
    if cells.weight is None or cells.cluster is not None or (cells.n == 1).all():
        return data
    place = np.repeat(np.arange(len(cells.n)), cells.n)
    return replace(data, histories=cells.where(place)._replace(n=np.ones(len(place), np.int64)))


def _units_drawn(followed: Followed, data: SupportData) -> Followed:
    """Number what is drawn anew: a court whose cases were all left out is none, a weighted case is one of its own."""
    if followed.cluster is not None:
        return followed._replace(cluster=np.unique(followed.cluster, return_inverse=True)[1].astype(np.int64))
    return followed if data.histories.weight is None else followed._replace(cluster=np.arange(len(followed.exit)))


def _starters(data: SupportData, followed: Followed, within: int, usable: int, resamples: int) -> Starters:
    started = (followed.start <= within) & (followed.start < followed.exit)
    cells = data.histories
    courts = None if cells.cluster is None else len(np.unique(cells.cluster[started]))
    supported = int(cells.n[followed.start < followed.exit].sum())
    return Starters(
        int(cells.n[started].sum()), courts, usable, resamples, undated=data.undated_left_out, supported=supported
    )


def _without_limits(effects: EffectIntervals) -> EffectIntervals:
    """Return estimates whose limits, errors and p values are withheld."""

    def bare(one: Limits) -> Limits:
        nothing = np.full(one.estimate.shape, np.nan)
        return one._replace(std_error=nothing, low=nothing, high=nothing, p_value=nothing)

    return effects._replace(
        incidence=bare(effects.incidence),
        lost=bare(effects.lost),
        difference=bare(effects.difference),
        ratio=bare(effects.ratio),
        lost_difference=bare(effects.lost_difference),
    )


def _ensure_followed(followed: Followed, keeps: Flags, horizon: int, within: int) -> None:
    """Refuse a horizon to which nobody is followed under a strategy, unless all were seen to end.

    One last ending after others were lost to sight would otherwise stand for all of them, for ever.

    Raises
    ------
    QuestionError
    """
    last = []
    for arm in keeps & (followed.mass > 0):
        lost = (followed.code[arm] == 0).any()
        last.append(int(followed.exit[arm].max(initial=0)) if lost else horizon)
    first = min(last)
    if first >= horizon:
        return
    raise QuestionError(
        tr(
            "Nobody is followed to day {day} under '{arm}': the last case that keeps to it is observed up to day "
            "{last}.",
            day=horizon,
            arm=list(arm_words(within).values())[last.index(first)],
            last=first,
        ),
        tr("Ask for days up to {last}.", last=first),
    )


def _events(part: Part, arms: Flags, code: int, days: Counts) -> Counts:
    """Return the cases of (A, C) that came to an ending by each day, unweighted; (A, H)."""
    came = arms & (part.followed.code == code)
    exit_, n = part.followed.exit, part.data.histories.n
    return np.stack([[int(n[arm & (exit_ <= day)].sum()) for day in days] for arm in came]).astype(np.int64)
