"""Rows of a table of counts to sums by stratum and period; nothing missing ever turns into a zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from ..base.errors import QuestionError
from ..base.language import Readable, tr, trn
from ..base.levels import NOT_APPLICABLE
from ..base.quantities import STATUSES, Quantity, sums
from ..base.types import Counts, Days, Flags, Names, names
from ..cases.counts.data import CountData
from ..cases.counts.gathering import groups_of
from ..cases.counts.quantities import OverTime
from ..cases.periods import Period, Periods, label_of, numbered, period_number
from ..tables import CountTable, Strata


def added(
    data: CountData,
    *,
    by: Names = (),
    period: Period | None = None,
    quantities: Names | None = None,
    known_only: bool = False,
) -> CountTable:
    """Add up a table of counts by stratum and period.

    A flow adds up; of a stock, the first or the last figure of each office and breakdown is that of the whole period;
    of judges, staff and people the mean by days is. A figure that belongs to an office and stands again on each row of
    the other keys is counted once.

    Parameters
    ----------
    data : CountData
    by : str or sequence of str
        Keys that split the counts.
    period : {"month", "quarter", "half_year", "year"}, optional
        By default the periods of the rows.
    quantities : str or sequence of str, optional
        By default all.
    known_only : bool
        Whether cells without a number are left out of the sums, which are then those of who reported; how many they
        are is in ``unknown``. Without it, one of them leaves the sum without a number too.

    Raises
    ------
    QuestionError
        When a key or quantity is not there, or a row is about more than one of the periods.
    """
    by = names(by)
    asked = tuple(data.quantities) if quantities is None else tuple(data.need(one) for one in names(quantities))
    strata, stratum = _strata(data, by)
    when = _own_periods(data) if period is None else _calendar_periods(data, period, asked)
    p = len(when.periods.labels)
    cell = stratum * p + when.place
    counted = when.place >= 0
    shape = (len(strata), p)
    owners: dict[tuple[str, ...], Counts] = {}
    for name in asked:
        keys = data.per.get(name, tuple(data.keys))
        if keys not in owners:
            columns = [data.keys[key].codes for key in keys] or [np.zeros(data.rows, np.int64)]
            owners[keys], _ = groups_of(columns)
    made: dict[str, Quantity] = {}
    unknown: dict[str, Counts] = {}
    for name in asked:
        owner = owners[data.per.get(name, tuple(data.keys))]
        parts = _parts(data, name, stratum, owner, when)
        made[name], unknown[name] = _summed(parts, shape, known_only=known_only)
    seen_first = np.array(when.periods.last_day)
    seen_last = np.array(when.periods.first_day)
    seen = counted & data.happening(asked)
    np.minimum.at(seen_first, when.place[seen], data.first_day[seen])
    np.maximum.at(seen_last, when.place[seen], data.last_day[seen])
    blank = np.bincount(when.place[seen], minlength=p) == 0
    return CountTable(
        strata=strata,
        first_day=when.periods.first_day,
        last_day=when.periods.last_day,
        labels=when.periods.labels,
        seen_first=np.where(blank, when.periods.first_day, seen_first).astype(np.int32),
        seen_last=np.where(blank, when.periods.last_day, seen_last).astype(np.int32),
        quantities=made,
        unknown=unknown,
        rows=np.bincount(cell[counted], minlength=shape[0] * p).reshape(shape).astype(np.int64),
    )


def paired(data: CountData, ups: Names, downs: Names, also: Names = ()) -> tuple[CountData, int]:
    """Return the table without the cells that only one side of a ratio has, and how many rows these are.

    Where one number does not apply, it adds nothing to its sum; the other one, added up there too, would be of more
    offices or months. In such a row none of them applies.

    Parameters
    ----------
    data : CountData
    ups, downs : str or sequence of str
        The quantities of either side; a side of several applies where one of them does.
    also : str or sequence of str
        Quantities that go with them.
    """
    ups, downs, also = names(ups), names(downs), names(also)
    (up, no_up), (down, no_down) = _applies(data, ups), _applies(data, downs)
    alone = (no_up & down) | (no_down & up)
    n = int(alone.sum())
    if not n:
        return data, 0
    nap = np.uint8(STATUSES.index(NOT_APPLICABLE))
    changed = {
        one: Quantity(
            np.where(alone, np.nan, data.quantities[one].values), np.where(alone, nap, data.quantities[one].status)
        )
        for one in (*ups, *downs, *also)
    }
    return replace(data, quantities=MappingProxyType({**data.quantities, **changed})), n


def _applies(data: CountData, side: Sequence[str]) -> tuple[Flags, Flags]:
    """Return where a side of a ratio applies, and where it has cells and none of them does, shape (R,) each."""
    some, none = np.zeros(data.rows, np.bool_), np.zeros(data.rows, np.bool_)
    for one in side:
        nap = data.quantities[data.need(one)].status == STATUSES.index(NOT_APPLICABLE)
        some |= data.given_in(one) & ~nap
        none |= data.given_in(one) & nap
    return some, none & ~some


class _When(NamedTuple):
    """The periods asked for, and where each row belongs; -1 where a row is about several."""

    periods: Periods
    place: Counts
    first: int = 0
    kind: Period | None = None


def _strata(data: CountData, by: Sequence[str]) -> tuple[Strata, Counts]:
    """Return the observed combinations of levels, and which one each row has."""
    if not by:
        return Strata((), ((),)), np.zeros(data.rows, np.int64)
    keys = [data.key(name) for name in by]
    group, leader = groups_of([one.codes for one in keys])
    # The levels of a key stand in the order in which a reader expects them, and so do the strata.
    order = np.lexsort([key.codes[leader] for key in reversed(keys)])
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    levels = tuple(tuple(key.levels[key.codes[row]] for key in keys) for row in leader[order])
    return Strata(tuple(by), levels), place[group]


def _own_periods(data: CountData) -> _When:
    """Return the periods of the rows as they are."""
    _, leader = groups_of([data.first_day, data.last_day])
    leader = leader[np.lexsort((data.last_day[leader], data.first_day[leader]))]
    first, last = data.first_day[leader], data.last_day[leader]
    if len(first) > 1 and bool((first[1:] <= last[:-1]).any()):
        raise QuestionError(
            tr("The rows of this table are about periods of different lengths."),
            tr('Name the period to count by, long enough for all of them: period = "year".'),
        )
    place = np.searchsorted(first, data.first_day).astype(np.int64)
    labels = tuple(label_of(int(one), int(other)) for one, other in zip(first, last, strict=True))
    return _When(Periods(first, last, labels), place)


def _calendar_periods(data: CountData, period: Period, asked: Sequence[str]) -> _When:
    """Return the calendar periods from the first to the last row."""
    start, stop = period_number(data.first_day, period), period_number(data.last_day, period)
    low, high = int(start.min()), int(stop.max())
    several = start != stop
    for name in asked:
        wrong = int((several & data.given_in(name) & (data.over_time[name] != "mean")).sum())
        if wrong:
            words: Readable = data.label(name)
            raise QuestionError(
                trn(
                    "{n} row counts '{words}' over a longer time than the period asked for ({period}).",
                    "{n} rows count '{words}' over a longer time than the period asked for ({period}).",
                    wrong,
                    words=words,
                    period=PERIOD_WORDS[period],
                ),
                tr("Ask for a longer period; what happened within a row's period is not known."),
            )
    place = np.where(several, -1, start - low)
    return _When(numbered(np.arange(low, high + 1), period), place, low, period)


PERIOD_WORDS = {"month": tr("month"), "quarter": tr("quarter"), "half_year": tr("half year"), "year": tr("year")}


class _Parts(NamedTuple):
    """The rows of one quantity: stratum, place in time, what they belong to, days and numbers."""

    stratum: Counts
    place: Counts
    owner: Counts
    first_day: Days
    last_day: Days
    number: Quantity

    def at(self, rows: Counts) -> _Parts:
        """Return some of the rows, in the order asked for."""
        number = Quantity(self.number.values[rows], self.number.status[rows])
        return _Parts(
            self.stratum[rows], self.place[rows], self.owner[rows], self.first_day[rows], self.last_day[rows], number
        )


def _parts(data: CountData, name: str, stratum: Counts, owner: Counts, when: _When) -> _Parts:
    """Return what has to be added for one quantity."""
    how: OverTime = data.over_time[name]
    parts = _Parts(stratum, when.place, owner, data.first_day, data.last_day, data.quantities[name])
    if name in data.given:
        parts = parts.at(np.flatnonzero(data.given[name]))
    if when.kind is not None and how == "mean":
        parts = _parted(parts, when)
    if name in data.per:
        parts = _once(parts)
    return parts if how == "add" else _over_time(parts, how)


def _summed(parts: _Parts, shape: tuple[int, int], *, known_only: bool) -> tuple[Quantity, Counts]:
    """Return the sums, shape (G, P), and how many parts of each have no number though they apply."""
    n = shape[0] * shape[1]
    cell = parts.stratum * shape[1] + parts.place
    number = parts.number
    lost = ~number.known & (number.status != STATUSES.index(NOT_APPLICABLE))
    unknown = np.bincount(cell[lost], minlength=n).astype(np.int64)
    if known_only:
        # Where nobody reported, the reason stays.
        anybody = np.bincount(cell[number.known], minlength=n) > 0
        stay = ~(lost & anybody[cell])
        cell, number = cell[stay], Quantity(number.values[stay], number.status[stay])
    total = sums(number, cell, n)
    return Quantity(total.values.reshape(shape), total.status.reshape(shape)), unknown.reshape(shape)


def _parted(parts: _Parts, when: _When) -> _Parts:
    """Let a figure that was there all the time stand in each of the periods that its row is about."""
    if when.kind is None:
        return parts
    start = period_number(parts.first_day, when.kind) - when.first
    times = period_number(parts.last_day, when.kind) - when.first - start + 1
    rows = np.repeat(np.arange(len(times)), times)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(times) - times, times)
    place = start[rows] + within
    spread = parts.at(rows)
    return spread._replace(
        place=place,
        first_day=np.maximum(spread.first_day, when.periods.first_day[place]),
        last_day=np.minimum(spread.last_day, when.periods.last_day[place]),
    )


def _once(parts: _Parts) -> _Parts:
    """Keep one row of each stratum, owner and time: one with a number, where there is one."""
    order = np.argsort(~parts.number.known, kind="stable")
    sorted_parts = parts.at(order)
    _, leader = groups_of([sorted_parts.stratum, sorted_parts.owner, sorted_parts.first_day, sorted_parts.last_day])
    return sorted_parts.at(leader)


def _over_time(parts: _Parts, how: OverTime) -> _Parts:
    """Return one row per stratum, place and owner: the first figure, the last one, or the mean by days."""
    if how == "mean":
        group, leader = groups_of([parts.stratum, parts.place, parts.owner])
        days = (parts.last_day - parts.first_day + 1).astype(np.float64)
        weighted = sums(Quantity(parts.number.values * days, parts.number.status), group, len(leader))
        # What does not apply on some days has no weight on them.
        applies = ~np.isnan(parts.number.values)
        total = np.bincount(group, weights=np.where(applies, days, 0.0), minlength=len(leader))
        with np.errstate(invalid="ignore", divide="ignore"):
            values = weighted.values / total
        return parts.at(leader)._replace(number=Quantity(values, weighted.status))
    order = np.argsort(parts.first_day if how == "first" else -parts.last_day.astype(np.int64), kind="stable")
    ordered = parts.at(order)
    _, leader = groups_of([ordered.stratum, ordered.place, ordered.owner])
    return ordered.at(leader)
