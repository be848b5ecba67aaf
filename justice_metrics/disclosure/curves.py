"""Curves on a coarse grid of days, so that each step rests on enough cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from ..base.cells import Box, CurveCounts
from ..base.types import Counts, Flags, Floats
from .held_back import Released, Rule, consistent, last_day

# The last ending of a curve, of which small endings were put together.
JOINED: Final = "joined"
GRID: Final = 30
_CENSORED: Final[Box] = frozenset({("censored", frozenset({"yes"}))})


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


class Asked(NamedTuple):
    """A curve with what may be shown of its totals, one per stratum."""

    curve: CurveCounts
    totals: Sequence[Totals]


class Coarse(NamedTuple):
    """A curve as it may be published, and how many strata of it are hidden."""

    counts: CurveCounts
    hidden: int


class _Stratum(NamedTuple):
    entered: Floats  # (D,)
    events: Floats  # (K + 1, D), NaN where an ending was joined
    censored: Floats  # (D,)


def coarsened(asked: Sequence[Asked], rule: Rule, *, grid: int = GRID) -> tuple[Coarse, ...]:
    """Hold back what happens until enough have come together, and cut the tails; for all curves of the same cases.

    Parameters
    ----------
    asked : sequence of Asked
        All curves of a release that are about the same population.
    rule : Rule
    grid : int
        Days from one point of a curve to the next.

    Returns
    -------
    tuple of Coarse
        Days of the grid. A stratum whose curve is hidden has nobody in it. Endings that are hidden in a stratum are NaN
        there, and their events stand in a last ending, "joined". Those who are left at the last day are censored on it.

    Notes
    -----
    An ending whose rest after the last step is smaller than the minimum has it joined to that step: its total, told
    elsewhere, would else give the rest away. Of the censored the last step is then left to the last day.

    Narrow groups and single endings come first, in whatever order they were asked. What a curve of all, or of several
    endings together, tells is the sum of what these tell, and of the rest once this comes to the minimum: else its
    difference from one of them would tell what another still holds back.
    """
    if not asked:
        return ()
    points = _grid([one.curve for one in asked], grid)
    prepared = {
        (a, g): _Curve(one, g, points, grid).cut(rule)
        for a, one in enumerate(asked)
        for g in range(len(one.curve.strata))
    }
    there = {place: one for place, one in prepared.items() if one is not None}
    made: dict[tuple[int, int], _Stratum | None] = {}
    # a curve that cannot be told must not stand between others
    while True:
        steps = _in_turn(there, rule)
        made = {place: one.put_together(steps[place], len(points)) for place, one in there.items()}
        left = {place: one for place, one in there.items() if made[place] is not None}
        if len(left) == len(there):
            break
        there = left
    return tuple(
        _coarse(one, [made.get((a, g)) for g in range(len(one.curve.strata))], points) for a, one in enumerate(asked)
    )


def _in_turn(there: Mapping[tuple[int, int], _Cut], rule: Rule) -> dict[tuple[int, int], list[Floats]]:
    """Return the steps of the endings of each curve, and of its censored last: those of the fewest units first."""
    released = Released()
    series = [(place, k) for place, one in there.items() for k in range(len(one.parts))]

    def narrow(which: tuple[tuple[int, int], int]) -> tuple[int, int, float]:
        part = there[which[0]].parts[which[1]]
        return -len(part.units), sum(len(levels) for _, levels in part.units), float(part.counts.sum())

    found = {place: [np.zeros(0)] * len(one.parts) for place, one in there.items()}
    for place, k in sorted(series, key=narrow):
        one = there[place].parts[k]
        told = released.within(one.units, len(one.counts))
        last = k == len(there[place].parts) - 1
        steps = (rule.censored if last else rule.steps)(one.counts, one.total, told)
        released.add(one.units, steps)
        found[place][k] = steps
    return found


def _grid(curves: Sequence[CurveCounts], grid: int) -> Counts:
    """Return the days of all curves: those of the grid, and the first one, on which nothing had begun."""
    told = [_told(np.asarray(one.days, np.int64), grid) for one in curves if len(one.days)]
    if not told:
        return np.zeros(0, np.int64)
    every = np.concatenate(told)
    return np.unique(np.concatenate([every, np.arange(0, max(int(every.max()), 0) + 1, grid)]))


def _told(days: Counts, grid: int) -> Counts:
    """Return the day on which each day is told; one before the first stays itself."""
    return np.where(days < 0, days, -(-days // grid) * grid).astype(np.int64)


def _binned(counts: Floats, place: Counts, n: int) -> Floats:
    return np.bincount(place, weights=np.asarray(counts, np.float64), minlength=n).astype(np.float64)


class _Curve:
    """One stratum of a curve on the grid."""

    def __init__(self, asked: Asked, g: int, points: Counts, grid: int) -> None:
        curve = asked.curve
        place = np.searchsorted(points, _told(np.asarray(curve.days, np.int64), grid)).astype(np.int64)
        n = len(points)
        self.units = curve.strata[g]
        self.total = asked.totals[g]
        self.boxes = curve.ending_boxes
        self.entered = _binned(curve.entered[g], place, n)
        self.events = np.array([_binned(one, place, n) for one in curve.events[g]]).reshape(len(curve.endings), n)
        self.censored = _binned(curve.censored[g], place, n)

    def cut(self, rule: Rule) -> _Cut | None:
        """Return the parts of the curve that may be told, as far as enough are at risk; None where nothing may."""
        total = self.total
        hidden = np.isnan(np.array(total.endings, np.float64))
        if np.isnan(total.entered):
            return None
        if np.isnan(total.pending):
            return self._of_hidden_pending(hidden, rule)
        # exact totals leave one hidden ending no secret; of rounded ones only about so much follows as is shown anyway
        if rule.base is None and int(hidden.sum()) == 1:
            return None
        # what is hidden goes together; what is shown by itself stays
        own = np.flatnonzero(~hidden).tolist()
        parts = [(self.boxes[k], self.events[k], total.endings[k]) for k in own]
        if hidden.any():
            rest = total.entered - total.pending - sum(one[2] for one in parts)
            together = union([self.boxes[k] for k in np.flatnonzero(hidden).tolist()])
            few = rest < rule.minimum
            if few and rest > 0 and rule.base is None:
                return None
            # what is left between rounded totals may be next to nothing: then it is told with those who are left
            gone_by = self.events[hidden].sum(axis=0)
            parts.append((together, np.zeros(len(gone_by)) if few else gone_by, 0.0 if few else rest))
        last = last_day(self.entered, self.events.sum(axis=0), self.censored, rule.at_risk)
        places = [*own, -1] if hidden.any() else own
        return self._cut_at(last, parts, total.pending, places, rule)

    def _of_hidden_pending(self, hidden: Flags, rule: Rule) -> _Cut | None:
        """Return the parts of a curve of which the total of the pending is hidden, and of an ending as well.

        It is cut while of all whose total is hidden, pending or not, twice the minimum are left: among these nobody can
        tell the few.
        """
        if rule.base is not None or not hidden.any():
            return None
        total = self.total
        own, behind = np.flatnonzero(~hidden).tolist(), np.flatnonzero(hidden).tolist()
        series = self.events[hidden].sum(axis=0)
        parts = [(self.boxes[k], self.events[k], total.endings[k]) for k in own]
        # how many ended so in all stays unknown
        parts.append((union([self.boxes[k] for k in behind]), series, np.nan))
        rest = total.entered - sum(total.endings[k] for k in own)
        enough = np.flatnonzero(rest - np.cumsum(series) >= 2 * rule.minimum)
        last = last_day(self.entered, self.events.sum(axis=0), self.censored, rule.at_risk)
        last = min(last, int(enough[-1]) if len(enough) else -1)
        return self._cut_at(last, parts, np.nan, [*own, behind[0] if len(behind) == 1 else -1], rule)

    def _cut_at(
        self, last: int, parts: Sequence[tuple[Box, Floats, float]], pending: float, places: list[int], rule: Rule
    ) -> _Cut | None:
        if last < 0:
            return None
        total, cut = self.total, slice(0, last + 1)
        series = [_Part(self.units | where, counts[cut], n) for where, counts, n in parts]
        series.append(_Part(self.units | _CENSORED, self.censored[cut], pending))
        came = rule.held_back(self.entered[cut], None)
        came[int(np.argmax(came > 0))] += total.entered - came.sum()
        return _Cut(series, came, total.entered, places, len(self.events))


class _Part(NamedTuple):
    """One ending of a stratum, or its censored, up to the last day that is shown."""

    units: Box
    counts: Floats  # (D,)
    total: float


class _Cut(NamedTuple):
    """A stratum of a curve up to the last day that is shown: its endings, and its censored last."""

    parts: list[_Part]
    came: Floats  # (D,)
    entered: float
    places: list[int]
    endings: int

    def put_together(self, steps: Sequence[Floats], n: int) -> _Stratum | None:
        """Return the stratum of steps; None where these would have somebody leave before coming."""
        made, left = steps[:-1], steps[-1].copy()
        left[-1] += self.entered - sum(float(one.sum()) for one in steps)
        if not consistent(self.came, made, left):
            return None
        events = np.full((self.endings + 1, n), np.nan)
        for place, row in zip(self.places, made, strict=True):
            events[place] = _padded(row, n)
        if -1 not in self.places:
            events[-1] = 0.0
        return _Stratum(_padded(self.came, n), events, _padded(left, n))


def _padded(values: Floats, n: int) -> Floats:
    return np.concatenate([values, np.zeros(n - len(values))])


def _coarse(asked: Asked, strata: Sequence[_Stratum | None], points: Counts) -> Coarse:
    """Put the strata of one curve together again."""
    curve = asked.curve
    k, n = len(curve.endings), len(points)
    nobody = _Stratum(np.zeros(n), np.zeros((k + 1, n)), np.zeros(n))
    kept = [nobody if one is None else one for one in strata]
    joined = any(bool(np.isnan(one.events[:k]).any()) for one in kept)
    endings, boxes = curve.endings, curve.ending_boxes
    if joined:
        endings, boxes = (*endings, JOINED), (*boxes, union(boxes))
    shown = [one.endings if its is not None else (0.0,) * k for one, its in zip(asked.totals, strata, strict=True)]
    totals = np.full((len(kept), len(endings)), np.nan)
    totals[:, :k] = np.array(shown, np.float64).reshape(len(kept), k)
    used = _used(kept, n)
    events = np.stack([one.events for one in kept])[:, : len(endings)] if kept else np.zeros((0, len(endings), n))
    return Coarse(
        replace(
            curve,
            endings=endings,
            ending_boxes=boxes,
            days=points[used].astype(np.int32),
            entered=np.array([one.entered for one in kept]).reshape(len(kept), n)[:, used],
            events=events[:, :, used],
            censored=np.array([one.censored for one in kept]).reshape(len(kept), n)[:, used],
            totals=totals,
        ),
        sum(one is None for one in strata),
    )


def union(boxes: Sequence[Box]) -> Box:
    """Return the box of several endings together."""
    levels: dict[str, set[str]] = {}
    for one in boxes:
        for name, some in one:
            levels.setdefault(name, set()).update(some)
    return frozenset((name, frozenset(some)) for name, some in levels.items())


def _used(strata: Sequence[_Stratum], n: int) -> Flags:
    """Return the days of the grid up to the last one on which anything is told."""
    something = np.zeros(n, np.bool_)
    for one in strata:
        something |= (one.entered > 0) | (one.censored > 0) | (np.nan_to_num(one.events) > 0).any(axis=0)
    last = int(np.flatnonzero(something)[-1]) if something.any() else -1
    return np.arange(n) <= last


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
