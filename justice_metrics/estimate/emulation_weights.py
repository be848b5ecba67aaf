"""Weights of the clones: what makes those that follow a strategy stand for all cases.

With h the natural chance of starting on a day and h* the chance that the strategy sets for it, a clone that is to start
support carries the product of (1 - h*) / (1 - h) over the days on which it did not start, and of h* / h on the day on
which it did; a clone that is not to start carries the product of 1 / (1 - h). Nothing after the start, or after the
grace period, changes a weight.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts, Floats
from .emulation_fold import CELLS, Folded, Strategy
from .start_model import StartFit

# Weights of a kind may grow so far over the grace period, as a log, before its cases are added up one by one: what sums
# lose by rounding is multiplied by them.
STEEPEST: Final = 12.0


class Waits(NamedTuple):
    """What waiting weighs: minus the log of the chance of not having started.

    Attributes
    ----------
    per_day : (M, J)
        By kind and interval.
    upto : (M, J)
        Added up to the first day of each interval, for a case that were always of that kind.
    curve : (M, g + 2) or None
        Added up to each day; None where the table would be too large.
    """

    per_day: Floats
    upto: Floats
    curve: Floats | None

    def at(self, kind: Counts, day: Counts, folded: Folded) -> Floats:
        """(N,): added up over the days before ``day``."""
        if self.curve is not None:
            found: Floats = self.curve.ravel()[kind * self.curve.shape[1] + day]
            return found
        interval = folded.interval[day]
        found = self.upto[kind, interval] + self.per_day[kind, interval] * (day - folded.firsts[interval])
        return found

    def table(self, kinds: slice, folded: Folded) -> Floats:
        """(kinds, g + 2): the same for every day."""
        return _curve(self.per_day[kinds], self.upto[kinds], folded) if self.curve is None else self.curve[kinds]


def _curve(per_day: Floats, upto: Floats, folded: Folded) -> Floats:
    day = np.arange(len(folded.interval)) - folded.firsts[folded.interval]
    found: Floats = upto[:, folded.interval] + per_day[:, folded.interval] * day
    return found


class LogWeights(NamedTuple):
    """Logs of weights, before the strategy's own part.

    Attributes
    ----------
    waits : Waits
    constant : (S,)
        Of each segment: the log weight on a day of it is this and the wait of its kind at that day.
    waited : (C,)
        Of the days before ``until``.
    before : (C,)
        Of those of them on which nature sets the start under the first strategy.
    """

    waits: Waits
    constant: Floats
    waited: Floats
    before: Floats


def log_weights(folded: Folded, fit: StartFit, starts: Floats, person_days: Floats, strategy: Strategy) -> LogWeights:
    """Add up the waits of every cell.

    Parameters
    ----------
    folded : Folded
    fit : StartFit
        Hazards (M, J).
    starts, person_days : (M, J)
        To which it was fitted. Where nobody waits on, the wait is of no use to anybody and set to 0.
    strategy : Strategy

    Returns
    -------
    LogWeights
    """
    goes_on = person_days - starts > 1e-9 * person_days
    per_day = np.where(goes_on, np.logaddexp(0, fit.log_odds), 0)
    lengths = np.diff(folded.firsts)
    upto = np.zeros_like(per_day)
    np.cumsum(per_day[:, :-1] * lengths, axis=1, out=upto[:, 1:])
    small = len(upto) * len(folded.interval) <= CELLS
    waits = Waits(per_day, upto, _curve(per_day, upto, folded) if small else None)
    kind, begin = folded.segments.kind, folded.segments.begin
    constant = np.zeros(len(kind))
    for now, earlier in folded.segments.later:
        day = begin[now]
        here, there = waits.at(kind[now], day, folded), waits.at(kind[earlier], day, folded)
        constant[now] = constant[earlier] + there - here
    waited = constant[folded.last] + waits.at(kind[folded.last], folded.until, folded)
    if not strategy.own_days:
        return LogWeights(waits, constant, waited, np.zeros_like(waited))
    own = np.minimum(folded.until, strategy.own_days)
    return LogWeights(waits, constant, waited, constant[folded.own] + waits.at(kind[folded.own], own, folded))


def strategy_hazard(strategy: Strategy, starts: Floats, firsts: Counts) -> Floats:
    """Chance per day of starting that the first strategy sets for a case without support so far.

    Parameters
    ----------
    strategy : Strategy
    starts : (J,)
        Mass of starts by interval.
    firsts : (J,)
        First days of the intervals.

    Returns
    -------
    (g + 1,)
        1 on the last day, and from the day on after which nobody is seen to start; NaN where nature decides.

    Examples
    --------
    >>> import numpy as np
    >>> strategy_hazard(Strategy(3, "even"), np.ones(1), np.zeros(1, np.int64)).round(4).tolist()
    [0.25, 0.3333, 0.5, 1.0]
    >>> strategy_hazard(Strategy(2, "usual"), np.array([10.0, 10.0]), np.array([0, 1])).tolist()
    [0.5, 0.5, 1.0]
    """
    g = strategy.within_days
    if strategy.timing != "usual":
        even = 1 / (g - np.arange(g + 1.0) + 1)
        return np.where(np.arange(g + 1) < strategy.own_days, np.nan, even)
    lengths = np.diff(np.append(firsts, g + 1))
    density = np.repeat(starts / lengths, lengths)
    to_come = np.cumsum(density[::-1])[::-1]
    hazard = density / np.where(to_come > 0, to_come, 1)
    last = int(np.flatnonzero(density > 0)[-1]) if (density > 0).any() else 0
    hazard[last:] = 1  # the last day with starts has nothing to come after it but rounding
    return hazard


def held_back(hazard: Floats) -> Floats:
    """(g + 2,): log of the chance under the strategy of not having started before each day."""
    with np.errstate(divide="ignore"):
        daily = np.log1p(-np.where(np.isnan(hazard), 0, hazard))
    return np.concatenate([[0], np.cumsum(daily)])


def final_weights(folded: Folded, fit: StartFit, logs: LogWeights, hazard: Floats, mass: Floats) -> Floats:
    """Weight of every cell's clones on their last day of waiting, or from their start on.

    Parameters
    ----------
    folded : Folded
    fit : StartFit
    logs : LogWeights
    hazard : (g + 1,)
        From :func:`strategy_hazard`.
    mass : (C,)
        Cases without mass have no weight.

    Returns
    -------
    (2, C)
        Arm "started", then arm "not started"; 0 where the clone departed from its strategy within the grace period.
    """
    kept, until = held_back(hazard), folded.until
    weights = np.zeros((2, len(until)))
    with np.errstate(divide="ignore", invalid="ignore"):
        for rows in (folded.starters, folded.early):
            weights[0, rows] = kept[until[rows]] + logs.waited[rows] - logs.before[rows]
        ratio = np.log(hazard[until[folded.starters]]) - np.log(fit.hazard.ravel()[folded.cell])
        weights[0, folded.starters] += np.where(np.isnan(ratio), 0, ratio)  # NaN: nature decides
        weights[0] = np.exp(weights[0])
    weights[0, folded.late] = 0
    for rows in (folded.early, folded.late):
        weights[1, rows] = np.exp(logs.waited[rows])
    weights[:, mass <= 0] = 0
    return weights


def waiting_mass(folded: Folded, logs: LogWeights, mass: Floats, kept: Floats, strategy: Strategy) -> Floats:
    """Weighted mass of the clones that wait for support, by arm and day.

    Parameters
    ----------
    folded : Folded
    logs : LogWeights
    mass : (C,)
    kept : (g + 2,)
        From :func:`held_back`.
    strategy : Strategy

    Returns
    -------
    (2, g + 2)
        At risk just before each day.
    """
    segments, own = folded.segments, strategy.own_days
    segment_mass = mass[segments.row]
    not_started = _by_day(folded, logs.waits, segment_mass, logs.constant, np.arange(len(segment_mass)))
    if not own:
        return np.stack([not_started * np.exp(kept), not_started])
    plain = at_least(folded.until, mass, len(kept))
    after = np.flatnonzero(segments.begin > own)
    relative = logs.constant[after] - logs.before[segments.row[after]]
    since = _by_day(folded, logs.waits, segment_mass[after], relative, after)
    days = np.arange(len(kept))
    return np.stack([np.where(days <= own, plain, since * np.exp(kept)), not_started])


def at_least(day: Counts, mass: Floats, days: int) -> Floats:
    """(days,): mass of the cells whose day is that day or later."""
    counted = np.bincount(np.minimum(day, days), weights=mass, minlength=days + 1).astype(np.float64, copy=False)
    found: Floats = np.cumsum(counted[::-1])[::-1][:days]
    return found


def _by_day(folded: Folded, waits: Waits, mass: Floats, constant: Floats, places: Counts) -> Floats:
    """Sum of mass times weight over segments, day by day."""
    last = np.full(len(folded.kinds.pattern), len(folded.interval) - 1)
    fast = waits.at(np.arange(len(last)), last, folded) > STEEPEST
    if not fast.any():
        return _slowly(folded, waits, mass * np.exp(constant), places)
    quick = fast[folded.segments.kind[places]]
    slow = ~quick
    quick &= mass > 0
    return _slowly(folded, waits, mass[slow] * np.exp(constant[slow]), places[slow]) + _quickly(
        folded, waits, mass[quick], constant[quick], places[quick]
    )


def _slowly(folded: Folded, waits: Waits, weighted: Floats, places: Counts) -> Floats:
    """Curves of the kinds times the segments that are on them."""
    kind, begin, end = (part[places] for part in folded.segments[1:4])
    days, kinds = len(folded.interval), len(folded.kinds.pattern)
    total = np.zeros(days)
    step = max(1, CELLS // (days + 1))
    for first in range(0, kinds, step):
        number = min(step, kinds - first)
        low, high = np.searchsorted(kind, (first, first + number))
        at = (kind[low:high] - first) * (days + 1)
        size = number * (days + 1)
        here = weighted[low:high]
        on = np.bincount(at + begin[low:high], weights=here, minlength=size)
        off = np.bincount(at + end[low:high] + 1, weights=here, minlength=size)
        there = np.cumsum((on - off).reshape(number, days + 1)[:, :-1], axis=1)
        curve = np.exp(np.minimum(waits.table(slice(first, first + number), folded), STEEPEST))
        total += (curve * there).sum(axis=0)
    return total


def _quickly(folded: Folded, waits: Waits, mass: Floats, constant: Floats, places: Counts) -> Floats:
    """Segment by segment and day by day: in sums of what comes and goes a steep curve would blow up the rounding."""
    kind, begin, end = (part[places] for part in folded.segments[1:4])
    days = len(folded.interval)
    total = np.zeros(days)
    lengths = end - begin + 1
    pieces = np.searchsorted(np.cumsum(lengths), np.arange(0, int(lengths.sum()), CELLS // 8))
    for low, high in pairwise([*pieces, len(places)]):
        which = np.repeat(np.arange(low, high), lengths[low:high])
        day = begin[which] + _within(lengths[low:high])
        weights = mass[which] * np.exp(constant[which] + waits.at(kind[which], day, folded))
        total += np.bincount(day, weights=weights, minlength=days)
    return total


def daily_waits(folded: Folded, waits: Waits, rows: Counts, until: int) -> Iterator[tuple[Counts, Floats]]:
    """Log weights of waiting on each day, row by row: for the few rows that need them.

    Parameters
    ----------
    folded : Folded
    waits : Waits
    rows : (N,)
        Cells.
    until : int
        Last day.

    Yields
    ------
    (n,), (n, until + 1)
        Some of the rows, and their log weights on days 0, 1 ... ``until``; what stands after their last day of waiting
        is of no meaning.
    """
    order = np.argsort(folded.segments.row, kind="stable")
    first = np.searchsorted(folded.segments.row[order], np.arange(len(folded.until) + 1))
    step = max(1, CELLS // (until + 1) // 4)
    for low in range(0, len(rows), step):
        piece = rows[low : low + step]
        number = first[piece + 1] - first[piece]
        places = order[np.repeat(first[piece], number) + _within(number)]
        at = np.repeat(np.arange(len(piece)), number)
        begin = folded.segments.begin[places]
        inside = begin <= until
        marks = np.full((len(piece), until + 1), -1, dtype=np.int64)
        marks[at[inside], begin[inside]] = folded.segments.kind[places[inside]]
        # segments of a row begin on ascending days: the latest mark holds
        latest = np.maximum.accumulate(np.where(marks >= 0, np.arange(until + 1), 0), axis=1)
        kinds = np.take_along_axis(marks, latest, axis=1)
        daily = waits.per_day[kinds[:, :-1], folded.interval[:until]]
        yield piece, np.concatenate([np.zeros((len(piece), 1)), np.cumsum(daily, axis=1)], axis=1)


def _within(number: Counts) -> Counts:
    """0, 1 .. n - 1 for each n, one after the other."""
    ends = np.cumsum(number)
    return np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - number, number)
