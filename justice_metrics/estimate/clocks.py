"""Arithmetic of legal time limits on day numbers: the last day of a limit, what stops its clock, how it was kept.

A clock begins on the day of an act or of its notification, and the first day that counts is the day after. What counts
is said by *ticks*: flags of the days that count (working days; all days but judicial vacations; all days). One running
sum of them answers every question: a limit of n ticks ends on the first day whose sum is n above that of the start.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np

from ..base.types import Counts, Days, Flags, Floats, Tallies
from .curves import aalen_johansen, kaplan_meier
from .limits import Limits
from .risk import at_risk, last_observed_days
from .steps import at_days, quantiles

# What a suspended case does to a clock: it stands still, it begins anew at the return, or nothing.
Pause: TypeAlias = Literal["pause", "restart", "run"]

# Stands for a day that does not exist; real day numbers are far smaller.
NO_DAY: Final = -(2**30)
HOURS_A_DAY: Final = 24

# How a clock stands. The place is the code.
KEPT, LATE, NOT_DONE, ENDED_AFTER, RUNNING, ENDED_BEFORE, UNTOLD = range(7)


class Ticks(NamedTuple):
    """Which days count, for each of A calendars.

    Attributes
    ----------
    first_day : int
        Day number of the first column.
    passed : (A, D)
        Days that counted up to and including each day.
    """

    first_day: int
    passed: Counts

    def at(self, calendar: Counts, day: Counts) -> Counts:
        """Return the days that counted up to each day, (C,): none before the calendar, none after it."""
        place = np.clip(day - self.first_day, 0, self.passed.shape[1] - 1)
        return np.where(day < self.first_day, 0, self.passed[calendar, place])

    def day_of(self, calendar: Counts, count: Counts) -> Counts:
        """Return the first day on which so many days had counted, (C,); the day after the calendar where none does."""
        found = np.zeros(len(count), np.int64)
        for one in np.unique(calendar):
            mine = calendar == one
            found[mine] = np.searchsorted(self.passed[one], count[mine], side="left")
        return found + self.first_day


def ticks(first_day: int, counting: Flags) -> Ticks:
    """Return running sums of the days that count.

    Parameters
    ----------
    first_day : int
    counting : (A, D)

    Examples
    --------
    >>> week = ticks(0, np.array([[True, True, False, False, True]]))
    >>> week.day_of(np.array([0]), np.array([3])).tolist()
    [4]
    """
    return Ticks(first_day, np.cumsum(counting, axis=1, dtype=np.int64))


def months_after(days: Counts, months: int) -> Counts:
    """Same day of the month so many months later; the last day of that month where it has no such day.

    Parameters
    ----------
    days : (C,)
        Day numbers.
    months : int

    Returns
    -------
    (C,)

    Examples
    --------
    31 August and six months: 28 February.

    >>> day = np.datetime64("2016-08-31").astype("datetime64[D]").astype(np.int64)
    >>> print(months_after(np.array([day]), 6).astype("datetime64[D]")[0])
    2017-02-28
    """
    dates = days.astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    target = month + np.timedelta64(months, "M")
    begins = target.astype("datetime64[D]").astype(np.int64)
    length = (target + np.timedelta64(1, "M")).astype("datetime64[D]").astype(np.int64) - begins
    in_month = (dates - month.astype("datetime64[D]")).astype(np.int64)
    found: Counts = begins + np.minimum(in_month, length - 1)
    return found


def last_days(
    counting: Ticks, calendar: Counts, start: Counts, amount: Counts, pauses: Counts, anew: Counts | None = None
) -> Counts:
    """Last day of each limit: the first day on which ``amount`` days counted since the start, pauses left out.

    Parameters
    ----------
    counting : Ticks
    calendar, start, amount : (C,)
        Calendar, first day and length in ticks of each clock.
    pauses : (C, K, 2)
        Days on which the case was suspended and on which it went on, in order; the clock stands still from the day
        after the one up to and including the other. ``NO_DAY`` where there is none.
    anew : (C, K), optional
        Ticks from the return on when a suspension makes the clock begin anew; by default it goes on where it stood.

    Returns
    -------
    (C,)

    Notes
    -----
    With T(d) the days that counted up to d, the last day is the first one with T = T(start) + amount. A suspension
    from s to e before that day moves it to the first day with T(e) - T(s) more; one that begins on the last day or
    later changes nothing.
    """
    target = counting.at(calendar, start) + amount
    last = counting.day_of(calendar, target)
    for place in range(pauses.shape[1]):
        since, until = np.maximum(pauses[:, place, 0], start), pauses[:, place, 1]
        hit = (pauses[:, place, 0] != NO_DAY) & (since < last) & (until > since)
        came_back = counting.at(calendar, until)
        moved = target + came_back - counting.at(calendar, since) if anew is None else came_back + anew[:, place]
        target = np.where(hit, moved, target)
        last = np.where(hit, counting.day_of(calendar, target), last)
    return last


def moved_to_working(working: Ticks, calendar: Counts, last: Counts) -> Counts:
    """Return the next working day where a last day is none, (C,)."""
    return working.day_of(calendar, working.at(calendar, last - 1) + 1)


def remaining(counting: Ticks, calendar: Counts, day: Counts, last: Counts, pauses: Counts) -> Counts:
    """Days that still count from ``day`` to the last day of the limit, pauses left out, (C,)."""
    left = counting.at(calendar, last) - counting.at(calendar, day)
    for place in range(pauses.shape[1]):
        since = np.clip(pauses[:, place, 0], day, last)
        until = np.clip(pauses[:, place, 1], day, last)
        there = (pauses[:, place, 0] != NO_DAY) & (until > since)
        left = left - np.where(there, counting.at(calendar, until) - counting.at(calendar, since), 0)
    return left


class Bounds(NamedTuple):
    """The last day on which an act was in time for certain, and the last on which it may have been; (C,) each."""

    sure: Counts
    latest: Counts


def hour_bounds(start: Counts, hours: int) -> Bounds:
    """Bounds of a limit in hours when dates have no time of day.

    An act d days after the start came less than 24 (d + 1) and more than 24 (d - 1) hours after it. With 24 hours, the
    same day was in time, the next day may have been or not, and any later day was not.

    Examples
    --------
    >>> hour_bounds(np.array([0]), 24), hour_bounds(np.array([0]), 6)
    (Bounds(sure=array([0]), latest=array([1])), Bounds(sure=array([-1]), latest=array([1])))
    """
    return Bounds(start + hours // HOURS_A_DAY - 1, start - (-hours // HOURS_A_DAY))


def judged(bounds: Bounds, stop: Counts, ended: Counts, cutoff_day: int) -> Counts:
    """How each clock stands at the end of the cut-off day.

    Parameters
    ----------
    bounds : Bounds
    stop, ended : (C,)
        Day of the act that the limit asks for, and day on which the case ended in another way; ``NO_DAY`` for neither.
    cutoff_day : int
        Last day of complete data: a limit whose last day it is has run out.

    Returns
    -------
    (C,)
        One of ``KEPT``, ``LATE`` (the act came, too late), ``NOT_DONE`` (still to come, the limit has run out),
        ``ENDED_AFTER`` (the case ended otherwise, the limit had run out), ``RUNNING``, ``ENDED_BEFORE`` (the case ended
        otherwise in time), ``UNTOLD`` (a limit in hours that days cannot judge).

    Examples
    --------
    >>> day = np.array([10])
    >>> [int(judged(Bounds(day, day), np.array([stop]), np.array([NO_DAY]), 20)[0]) for stop in (10, 11, NO_DAY)]
    [0, 1, 2]
    """
    sure, latest = bounds
    done, over = stop != NO_DAY, ended != NO_DAY
    day = np.where(done, stop, ended)
    status = np.select(
        [day <= sure, day > latest], [np.where(done, KEPT, ENDED_BEFORE), np.where(done, LATE, ENDED_AFTER)], UNTOLD
    )
    pending = np.select([cutoff_day >= latest, cutoff_day <= sure], [NOT_DONE, RUNNING], UNTOLD)
    # with a last day of its own a running limit is always known to run
    pending = np.where((sure == latest) & (cutoff_day < latest), RUNNING, pending)
    return np.where(done | over, status, pending)


class Within(NamedTuple):
    """What became of clocks by the end of the limit, pending ones taken as censored; (G,) each.

    Attributes
    ----------
    estimate, conf_low, conf_high
        Probability that the act came within the limit.
    ended
        Probability that the case ended in another way within the limit.
    missed
        Probability that the limit ran out; the three add up to 1.
    at_most
        As ``estimate``, by the end of the last day that may have been in time.
    observed : bool
        Whether anybody was observed up to the limit (the last day that may be in time), or nobody was left to observe.
    """

    estimate: Floats
    conf_low: Floats
    conf_high: Floats
    ended: Floats
    missed: Floats
    at_most: Floats
    observed: Flags


def within_limit(
    group: Counts,
    time: Counts,
    code: Counts,
    entry: Counts,
    n: Tallies,
    *,
    groups: int,
    limit: int,
    latest: int | None = None,
    confidence_level: float = 0.95,
    limits: Limits = "log-log",
) -> Within:
    """Share of clocks whose act came within the limit, by Aalen and Johansen.

    Parameters
    ----------
    group : (C,)
        0..groups - 1.
    time : (C,)
        Time used on the clock, in its own unit; a clock whose limit ran out has more than ``limit``.
    code : (C,)
        0 pending (censored), 1 the act came, 2 the case ended in another way.
    entry : (C,)
        Time from which on the clock was observed; -1 from its start.
    n : (C,)
        How many clocks, or the sum of their weights.
    groups, limit : int
    latest : int, optional
        Where days cannot tell (hours): the last time that may have been within the limit.
    confidence_level, limits
        As in :func:`justice_metrics.estimate.curves.aalen_johansen`.

    Returns
    -------
    Within
        NaN for a group that was not observed up to the limit, or to ``latest``.

    Notes
    -----
    Every clock is at risk from its start until its act, its other ending or the cut-off. The estimate is F_1(limit);
    ``missed`` is S(limit) = 1 - F_1 - F_2.
    """
    days, events, censored, entered = _counted(group, time, code, entry, n, groups)
    exposed = at_risk(events, censored, entered)
    curves = aalen_johansen(events, exposed, confidence_level=confidence_level, limits=limits)
    last = last_observed_days(days, exposed)
    nobody = np.isnan(last)
    everybody_left = (curves.survival[:, -1] <= 0) if len(days) else np.zeros(groups, np.bool_)
    # what runs on the day of the limit has not run out where only the next day could tell
    most = limit if latest is None else latest
    observed = ~nobody & (everybody_left | (last >= most))

    def read(curve: Floats, before: float, when: int) -> Floats:
        found: Floats = at_days(days, curve, [when], before=before)[..., 0]
        return np.where(observed, found, np.nan)

    act, other = curves.incidence[:, 0], curves.incidence[:, 1]
    return Within(
        read(act, 0.0, limit),
        read(curves.conf_low[:, 0], np.nan, limit),
        read(curves.conf_high[:, 0], np.nan, limit),
        read(other, 0.0, limit),
        read(curves.survival, 1.0, limit),
        read(act, 0.0, most),
        observed,
    )


class Overrun(NamedTuple):
    """Days over the limit among the clocks whose limit ran out; (G, P) each, NaN where not reached."""

    estimate: Floats
    conf_low: Floats
    conf_high: Floats


def overrun(
    group: Counts,
    over: Counts,
    finished: Flags,
    entry: Counts,
    n: Tallies,
    *,
    groups: int,
    probabilities: tuple[float, ...] = (0.25, 0.5, 0.75),
    confidence_level: float = 0.95,
) -> Overrun:
    """Quantiles of the days from the last day of the limit to the act or another ending, pending ones censored.

    Parameters
    ----------
    group, over : (C,)
        Group, and calendar days after the last day of the limit, from 1 on.
    finished : (C,)
        Whether the act came or the case ended on that day; else it was pending.
    entry : (C,)
        Day after the limit from which on it was observed; -1 from the start.
    n : (C,)
    groups : int
    probabilities : tuple of float
    confidence_level : float

    Notes
    -----
    Kaplan-Meier from the last day of the limit on, and its quantiles with limits after Brookmeyer and Crowley (1982).
    """
    days, events, censored, entered = _counted(group, over, finished.astype(np.int64), entry, n, groups)
    exposed = at_risk(events, censored, entered)
    curve = kaplan_meier(events.sum(axis=1), exposed, confidence_level=confidence_level)
    found = quantiles(
        days,
        curve.survival,
        curve.conf_low,
        curve.conf_high,
        probabilities,
        last_days=last_observed_days(days, exposed),
    )
    return Overrun(found.estimate, found.conf_low, found.conf_high)


def _counted(
    group: Counts, time: Counts, code: Counts, entry: Counts, n: Tallies, groups: int
) -> tuple[Days, Tallies, Tallies, Tallies]:
    """Return sorted days with endings (G, 2, T), last sightings and entries (G, T)."""
    late = entry >= 0
    days = np.unique(np.concatenate([time, entry[late]]))
    place = np.searchsorted(days, time)
    kind = n.dtype if np.issubdtype(n.dtype, np.floating) else np.dtype(np.int64)
    events = np.zeros((groups, 2, len(days)), kind)
    censored, entered = np.zeros((groups, len(days)), kind), np.zeros((groups, len(days)), kind)
    done = code > 0
    np.add.at(events, (group[done], code[done] - 1, place[done]), n[done])
    np.add.at(censored, (group[~done], place[~done]), n[~done])
    np.add.at(entered, (group[late], np.searchsorted(days, entry[late])), n[late])
    return days.astype(np.int32), events, censored, entered
