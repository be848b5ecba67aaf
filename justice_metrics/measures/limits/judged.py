"""Clocks of legal limits against their calendars: the last day of each, and how it was kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from ...base.types import Counts, Flags, Tallies
from ...cases.calendar import day_number
from ...cases.conversions.text import normalise
from ...cases.procedure import Limit
from ...cases.working_days import OfficeDays
from ...estimate.clocks import (
    ENDED_AFTER,
    KEPT,
    LATE,
    NO_DAY,
    NOT_DONE,
    UNTOLD,
    Bounds,
    Pause,
    Ticks,
    hour_bounds,
    judged,
    last_days,
    months_after,
    moved_to_working,
    remaining,
    ticks,
)
from ...reduce.limits import Clocks
from ...tables import Strata

MISSED: Final = (LATE, NOT_DONE, ENDED_AFTER)
# Working days are five of seven, and vacations and holidays take some more of them.
_CALENDAR_DAYS: Final = {"hours": 1, "calendar_days": 1, "working_days": 2, "months": 31}


class Judged(NamedTuple):
    """The clocks of one limit with their time: C cells.

    Attributes
    ----------
    limit : Limit
    strata : Strata, G of them
    stratum, status, why : (C,)
        Place of the stratum, code of :mod:`justice_metrics.estimate.clocks`, and the reason why it cannot be told.
    last, over : (C,)
        Last day of the limit, and calendar days after it, 0 within.
    time, code, entry : (C,)
        Time on the clock; 0 pending, 1 the act came, 2 ended otherwise; time from which on it was observed.
    timed : (C,)
        Whether the clock has a time.
    length, latest : int
        The time that is the limit; the last that may have been within it, where days cannot tell.
    extinct : (C,)
    n, units : (C,)
    moved, again, notice_missing, not_in_force : int
        Units in time only because the last day moved; whose clock began again later; counted from the act for want of
        a notice; whose clock began when the limit was not in force.
    """

    limit: Limit
    strata: Strata
    stratum: Counts
    status: Counts
    why: Counts
    last: Counts
    over: Counts
    time: Counts
    code: Counts
    entry: Counts
    timed: Flags
    length: int
    latest: int
    extinct: Counts
    n: Tallies
    units: Counts
    moved: int
    again: int
    notice_missing: int
    not_in_force: int

    def where(self, *statuses: int) -> Flags:
        """Return which clocks stand in one of the statuses."""
        found: Flags = np.isin(self.status, statuses)
        return found

    def tally(self, flags: Flags) -> Tallies:
        """Return the clocks of a kind by stratum, (G,)."""
        whole = np.issubdtype(self.n.dtype, np.integer)
        added = np.bincount(self.stratum[flags], weights=self.n[flags], minlength=len(self.strata))
        return np.round(added).astype(np.int64) if whole else added


def days_needed(limits: Sequence[Limit], start_days: Sequence[int], cutoff_day: int) -> tuple[int, int]:
    """Return the first and the last day that the calendars of these limits must hold."""
    longest = max((one.amount * _CALENDAR_DAYS[one.unit] for one in limits), default=0)
    return min([*start_days, cutoff_day]) - 1, cutoff_day + 2 * longest + 400


def judged_clocks(
    cells: Clocks,
    limit: Limit,
    days: OfficeDays,
    *,
    cutoff_day: int,
    pause: Pause,
    vacation_stops: Sequence[str],
    moves: bool,
) -> Judged:
    """Judge the clocks of one limit.

    Parameters
    ----------
    cells : Clocks
    limit : Limit
    days : OfficeDays
        From before the first start on.
    cutoff_day : int
    pause : {"pause", "restart", "run"}
        What a suspension of the case does to the clock.
    vacation_stops : sequence of str
        Units, besides working days, whose limits stand still in a judicial vacation.
    moves : bool
        Whether a last day that is no working day moves to the next one (calendar days and months).
    """
    force = _in_force(cells, limit)
    out = int(cells.units[~force].sum())
    cells = _kept(cells, force)
    known = cells.why == 0
    start = np.where(known, cells.start, days.first_day + 1)
    done, over = cells.act != NO_DAY, cells.ended != NO_DAY
    seen = np.where(done, cells.act, np.where(over, cells.ended, cutoff_day))
    entered = np.where((cells.entry == NO_DAY) | (cells.entry <= start), NO_DAY, cells.entry)
    entry = np.full(len(start), -1)
    late_entry = entered != NO_DAY
    if limit.unit == "hours":
        bounds = hour_bounds(start, limit.amount)
        length, latest = int(limit.amount // 24 - 1), int(-(-limit.amount // 24))
        time = np.maximum(seen - start, 0)
        entry = np.where(late_entry, entered - start, entry)
        last, moved = bounds.latest, np.zeros(len(start), np.bool_)
    else:
        calendar = _calendars(cells.office, days)
        counting, working = _counting(limit, days, vacation_stops), ticks(days.first_day, days.working)
        plain = _last(cells, limit, counting, calendar, start, pause)
        last = plain
        if moves and limit.unit != "working_days":
            last = moved_to_working(working, calendar, plain)
        bounds = Bounds(last, last)
        pauses = cells.pauses if pause != "run" else cells.pauses[:, :0]
        whole = remaining(counting, calendar, start, last, pauses)
        length = latest = int(whole[known].max(initial=1))

        def on_clock(day: Counts) -> Counts:
            left = remaining(counting, calendar, np.minimum(day, last), last, pauses)
            found: Counts = np.maximum(length - left, 0) + np.maximum(day - last, 0)
            return found

        time = on_clock(seen)
        entry = np.where(late_entry, on_clock(np.where(late_entry, entered, start)), entry)
        moved = done & (cells.act > plain) & (cells.act <= last)
    status = np.where(known, judged(bounds, cells.act, cells.ended, cutoff_day), UNTOLD)
    return Judged(
        limit=limit,
        strata=cells.strata,
        stratum=cells.stratum,
        status=status,
        why=cells.why,
        last=last,
        over=np.where(np.isin(status, MISSED), np.maximum(seen - last, 0), 0),
        time=time,
        code=np.where(done, 1, np.where(over, 2, 0)),
        entry=entry,
        timed=known & (entry < time),
        length=length,
        latest=latest,
        extinct=cells.extinct,
        n=cells.n,
        units=cells.units,
        moved=int(cells.units[known & moved & (status == KEPT)].sum()),
        again=int(cells.units[cells.again == 1].sum()),
        notice_missing=int(cells.units[(cells.notice_missing == 1) & known].sum()),
        not_in_force=out,
    )


def _in_force(cells: Clocks, limit: Limit) -> Flags:
    """Return which clocks began while the limit was law; a clock without a start is not left out."""
    force = np.ones(len(cells.n), np.bool_)
    dated = cells.start != NO_DAY
    if limit.valid_from is not None:
        force &= ~dated | (cells.start >= day_number(limit.valid_from))
    if limit.valid_to is not None:
        force &= ~dated | (cells.start <= day_number(limit.valid_to))
    return force


def _kept(cells: Clocks, which: Flags) -> Clocks:
    office = tuple(one for one, stays in zip(cells.office, which, strict=True) if stays)
    arrays = {name: getattr(cells, name)[which] for name in Clocks._fields if name not in {"strata", "office"}}
    return Clocks(strata=cells.strata, office=office, **arrays)


def _calendars(office: Sequence[str], days: OfficeDays) -> Counts:
    places = {normalise(one): place for place, one in enumerate(days.offices, start=1)}
    place = {one: places.get(normalise(one), 0) for one in set(office)}
    return np.array([place[one] for one in office], np.int64)


def _counting(limit: Limit, days: OfficeDays, vacation_stops: Sequence[str]) -> Ticks:
    """Return which days count for the limit."""
    if limit.unit == "working_days":
        return ticks(days.first_day, days.working)
    stopped = days.suspended | days.vacation if limit.unit in vacation_stops else days.suspended
    return ticks(days.first_day, ~stopped)


def _last(cells: Clocks, limit: Limit, counting: Ticks, calendar: Counts, start: Counts, pause: Pause) -> Counts:
    def length(begin: Counts) -> Counts:
        if limit.unit == "months":
            months: Counts = months_after(begin, limit.amount) - begin
            return months
        return np.full(begin.shape, limit.amount, np.int64)

    pauses = cells.pauses if pause != "run" else cells.pauses[:, :0]
    anew = None
    if pause == "restart":
        back = pauses[:, :, 1]
        anew = length(np.where(back == NO_DAY, start[:, None], back).ravel()).reshape(back.shape)
    return last_days(counting, calendar, start, length(start), pauses, anew)
