"""Curves on a coarse grid of days, so that each step rests on enough cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from ..base.cells import Box, CurveCounts
from ..base.types import Counts, Flags, Floats

# The last ending of a curve of which small endings were put together.
JOINED: Final = "joined"
GRID: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What may be shown of the totals of a stratum's curve: NaN where it is hidden.

    Attributes
    ----------
    entered : float
    endings : tuple of float
        (K,)
    pending : float
    """

    entered: float
    endings: tuple[float, ...]
    pending: float


class Coarse(NamedTuple):
    """A curve as it may be published, and how many strata of it are hidden."""

    counts: CurveCounts
    hidden: int


class _Stratum(NamedTuple):
    entered: Floats  # (D,)
    events: Floats  # (K + 1, D), NaN where an ending was joined
    censored: Floats  # (D,)


def coarsened(
    curve: CurveCounts,
    totals: Sequence[Totals],
    *,
    minimum: int,
    at_risk: int,
    base: int | None = None,
    grid: int = GRID,
) -> Coarse:
    """Hold back what happens until at least ``minimum`` have come together, and cut the tail.

    Parameters
    ----------
    curve : CurveCounts
    totals : sequence of Totals
        (G,) what the release shows of each stratum's totals.
    minimum : int
        The fewest events, or censored, of one step.
    at_risk : int
        The curve ends where fewer than these are at risk.
    base : int, optional
        Steps are multiples of it; without it they are exact.
    grid : int
        Days from one point of the curve to the next.

    Returns
    -------
    Coarse
        Days of the grid. A stratum whose curve is hidden has nobody in it. Endings that are hidden in a stratum are NaN
        there, and their events stand in a last ending, "joined". Those who are left at the last day are censored on it.

    Notes
    -----
    An ending whose rest after the last step is smaller than ``minimum`` has it joined to that step: its total, told
    elsewhere, would else give the rest away. Of the censored the last step is then left to the last day.
    """
    days = np.asarray(curve.days, np.int64)
    place, points = _grid(days, grid)
    k = len(curve.endings)
    strata: list[_Stratum | None] = []
    for g, total in enumerate(totals):
        binned = [_binned(one, place, len(points)) for one in (curve.entered[g], *curve.events[g], curve.censored[g])]
        strata.append(
            _stratum(
                binned[0],
                np.stack(binned[1 : k + 1]) if k else np.zeros((0, len(points))),
                binned[-1],
                total,
                minimum,
                at_risk,
                base,
            )
        )
    joined = any(one is not None and bool(np.isnan(one.events[:k]).any()) for one in strata)
    empty = _Stratum(np.zeros(len(points)), np.zeros((k + 1, len(points))), np.zeros(len(points)))
    kept = [empty if one is None else one for one in strata]
    boxes, endings = curve.ending_boxes, curve.endings
    if joined:
        endings, boxes = (*endings, JOINED), (*boxes, _union(boxes))
    events = np.stack([one.events for one in kept])[:, : len(endings)]
    used = _used(kept)
    return Coarse(
        replace(
            curve,
            endings=endings,
            ending_boxes=boxes,
            days=points[used].astype(np.int32),
            entered=np.stack([one.entered for one in kept])[:, used],
            events=events[:, :, used],
            censored=np.stack([one.censored for one in kept])[:, used],
        ),
        sum(one is None for one in strata),
    )


def _grid(days: Counts, grid: int) -> tuple[Counts, Counts]:
    """Return to each day the place of the grid's day on which it is told, and the grid: the first day stays itself."""
    if not len(days):
        return days, days
    told = np.where(days <= min(int(days[0]), 0), days, np.ceil(days / grid).astype(np.int64) * grid)
    last = int(told.max())
    points = np.unique(np.concatenate([told[:1], np.arange(0, last + 1, grid)])) if last >= 0 else np.unique(told)
    points = np.unique(np.concatenate([points, told]))
    return np.searchsorted(points, told).astype(np.int64), points


def _binned(counts: Floats, place: Counts, n: int) -> Floats:
    return np.bincount(place, weights=np.asarray(counts, np.float64), minlength=n).astype(np.float64)


def _stratum(
    entered: Floats, events: Floats, censored: Floats, total: Totals, minimum: int, at_risk: int, base: int | None
) -> _Stratum | None:
    """Return one stratum of the curve; None where it may not be shown."""
    hidden = np.isnan(total.endings) if len(total.endings) else np.zeros(0, np.bool_)
    if np.isnan(total.entered) or np.isnan(total.pending) or int(hidden.sum()) == 1:
        return None
    # what is hidden goes together; what is shown by itself stays
    series = [events[place] for place in np.flatnonzero(~hidden)]
    sums = [total.endings[place] for place in np.flatnonzero(~hidden)]
    if hidden.any():
        series.append(events[hidden].sum(axis=0))
        sums.append(total.entered - total.pending - sum(sums))
    last = _last_day(entered, events, censored, at_risk)
    if last < 0 or (hidden.any() and 0 < sums[-1] < minimum):
        return None
    made = [_steps(one, total_of, minimum, base, last) for one, total_of in zip(series, sums, strict=True)]
    gone = _censored(censored[: last + 1], total.pending, minimum, base)
    came = _held_back(entered[: last + 1], minimum, base)
    came[_first(came)] += total.entered - came.sum()
    left = total.entered - sum(float(one.sum()) for one in made) - float(gone.sum())
    gone[last] += left
    if left < 0 or not _consistent(came, made, gone):
        return None
    n = len(entered)
    shown = np.full((len(events) + 1, n), np.nan)
    for place, row in zip((*np.flatnonzero(~hidden).tolist(), len(events)), made, strict=False):
        shown[place] = _padded(row, n)
    if not hidden.any():
        shown[-1] = 0.0
    return _Stratum(_padded(came, n), shown, _padded(gone, n))


def _first(counts: Floats) -> int:
    return int(np.argmax(counts > 0))


def _last_day(entered: Floats, events: Floats, censored: Floats, at_risk: int) -> int:
    """Return the last place at which enough are at risk still after what happened there; -1 where there never are."""
    left = np.cumsum(entered) - np.cumsum(events.sum(axis=0)) - np.cumsum(censored)
    enough = np.flatnonzero(left >= at_risk)
    return int(enough[-1]) if len(enough) else -1


def _held_back(counts: Floats, minimum: int, base: int | None) -> Floats:
    """Return counts that are told once at least ``minimum`` have come together; the rest is not told."""
    made, waiting = np.zeros(len(counts)), 0.0
    for place, n in enumerate(counts.tolist()):
        waiting += n
        if waiting >= minimum:
            told = waiting if base is None else base * np.floor(waiting / base)
            made[place], waiting = told, waiting - told
    return made


def _steps(counts: Floats, total: float, minimum: int, base: int | None, last: int) -> Floats:
    """Return the steps of an ending up to the last day, whose rest is nothing or at least the minimum."""
    made = _held_back(counts[: last + 1], minimum, base)
    rest = total - made.sum()
    told = np.flatnonzero(made)
    if len(told) and rest != 0 and rest < minimum:
        made[told[-1]] += rest
    return made


def _censored(counts: Floats, total: float, minimum: int, base: int | None) -> Floats:
    """Return the censored up to the last day, those who are left apart: of their total never a small rest."""
    made = _held_back(counts, minimum, base)
    told = np.flatnonzero(made)
    if len(told) and 0 != total - made.sum() < minimum:
        made[told[-1]] = 0.0
    return made


def _consistent(came: Floats, made: Sequence[Floats], gone: Floats) -> bool:
    """Whether nobody leaves before coming, and no step is negative."""
    out = np.sum([*made, np.zeros(len(came))], axis=0)
    before = np.cumsum(came) - np.concatenate([[0.0], np.cumsum(out + gone)[:-1]])
    return bool((before >= out + gone - 1e-9).all() and (out >= 0).all() and (gone >= 0).all())


def _padded(values: Floats, n: int) -> Floats:
    return np.concatenate([values, np.zeros(n - len(values))])


def _union(boxes: Sequence[Box]) -> Box:
    """Return the box of several endings together."""
    levels: dict[str, set[str]] = {}
    for one in boxes:
        for name, some in one:
            levels.setdefault(name, set()).update(some)
    return frozenset((name, frozenset(some)) for name, some in levels.items())


def _used(strata: Sequence[_Stratum]) -> Flags:
    """Return the days of the grid up to the last one on which anything is told."""
    if not strata or not len(strata[0].entered):
        return np.zeros(0, np.bool_)
    something = np.zeros(len(strata[0].entered), np.bool_)
    for one in strata:
        something |= (one.entered > 0) | (one.censored > 0) | (np.nan_to_num(one.events) > 0).any(axis=0)
    last = int(np.flatnonzero(something)[-1]) if something.any() else -1
    return np.arange(len(something)) <= last


def totals_of(curve: CurveCounts, name: str, shown: Callable[[str, str, int], float]) -> tuple[Totals, ...]:
    """Return what is shown of the totals of each stratum.

    Parameters
    ----------
    curve : CurveCounts
    name : str
        Of the curve.
    shown : callable
        (place, column, row) of a total among the counts of the answer to what is shown of it.
    """
    place = f"curve:{name}"
    return tuple(
        Totals(
            entered=shown(place, "entered", g),
            endings=tuple(shown(place, ending, g) for ending in curve.endings),
            pending=shown(place, "pending", g),
        )
        for g in range(len(curve.strata))
    )
