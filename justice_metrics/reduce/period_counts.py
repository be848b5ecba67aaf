"""Counts by period and combination of levels, from case files or a table of counts, and their sums over either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.errors import QuestionError
from ..base.language import tr
from ..base.levels import NOT_AVAILABLE
from ..base.quantities import STATUSES, Quantity, sums
from ..base.types import Counts, Tallies
from ..cases.calendar import day_number
from ..cases.casedata import CaseData
from ..cases.conversions.days import precision_lookup
from ..cases.counts.data import CountData
from ..cases.counts.gathering import groups_of
from ..cases.counts.quantities import OverTime
from ..cases.periods import Period, months_in, period_number, periods_of
from ..tables import Strata, in_order
from .beginnings import Beginning, beginning
from .cohorts import DayCounts, arrival_counts

# More combinations of levels than these are no table that anybody reads, nor a filter that anybody sets.
MOST_COMBINATIONS: Final = 50_000
# From short to long: a table of counts is added up in the shortest one that its rows allow.
_SHORT_TO_LONG: Final[tuple[Period, ...]] = ("month", "quarter", "half_year", "year")


class PeriodCounts(NamedTuple):
    """Numbers by combination of levels and period.

    Attributes
    ----------
    strata : Strata, G of them
        The combinations that occur, in a reader's order.
    period : {"month", "quarter", "half_year", "year"}
    first : int
        Number of the first period, as `cases.periods.period_number` counts.
    number : Quantity, shape (G, P)
    over_time : {"add", "first", "last"}
        How a longer period is made of these: counts add up; of a stock, the first or the last one stands for it.
    """

    strata: Strata
    period: Period
    first: int
    number: Quantity
    over_time: OverTime = "add"

    @property
    def periods(self) -> Counts:
        """Numbers of the periods, shape (P,)."""
        return np.arange(self.first, self.first + self.number.values.shape[1], dtype=np.int64)


class Counted(NamedTuple):
    """What was counted, for each combination of attributes that was asked for.

    Attributes
    ----------
    finest : mapping of tuple of str to PeriodCounts
        By the names that split the counts; in the shortest periods that the data tell.
    until : int
        Last day that the numbers tell of.
    begins_late : bool
        Whether the first year is there in part: the data begin in the middle of it.
    left_out : mapping of str to int
        Units that are in no period, by the reason.
    register : Beginning or None
        Of case files counted by their start: how the register begins and stops.
    """

    finest: Mapping[tuple[str, ...], PeriodCounts]
    until: int
    begins_late: bool
    left_out: Mapping[str, int]
    register: Beginning | None = None


def counted_cases(cases: CaseData, *, states: tuple[str, ...], combinations: Sequence[tuple[str, ...]]) -> Counted:
    """Count the units by the month in which they came to some states, and by each combination of attributes.

    Rows are counted once for each combination that is in no other one; the others are sums of these.

    Parameters
    ----------
    cases : CaseData
    states : tuple of str
        Those of the start, or any others.
    combinations : sequence of tuple of str

    Raises
    ------
    QuestionError
        When a combination has too many groups, or no unit came there on a known day.
    """
    found = {
        names: arrival_counts(cases, states=states, by=names, most_strata=MOST_COMBINATIONS)
        for names in _largest(combinations)
    }
    days = next(iter(found.values()))
    if not len(days.day):
        raise QuestionError(tr("No unit came there on a day that is known and not after the cut-off."))
    register = beginning(days.day) if states == (cases.procedure.start,) else None
    until = _until(register, cases.cutoff_day)
    last = int(period_number(until, "month"))
    made = {names: _by_month(one, last) for names, one in found.items()}
    year = periods_of(days.day.min(keepdims=True).astype(np.int32), "year")
    # what came later than the start, such as a verdict, came to nobody before the first one
    late = register is not None and register.inside(int(year.first_day[0]), int(year.last_day[0]))
    return Counted(_with_margins(made, combinations), until, late, days.left_out, register)


def counted_rows(data: CountData, *, quantity: str, combinations: Sequence[tuple[str, ...]]) -> Counted:
    """Add up one quantity of a table of counts, by the shortest period of its rows and each combination of keys.

    A combination without a row in a period that others have rows of counted nothing there; a period of which nobody
    has a row is not available.

    Parameters
    ----------
    data : CountData
    quantity : str
        One that adds up over keys: a count, or a stock of which the first or the last figure is that of a period.
    combinations : sequence of tuple of str

    Raises
    ------
    QuestionError
        When rows are about more than one year, or a combination has too many groups.
    """
    rows = np.flatnonzero(data.given_in(quantity))
    first_day, last_day = data.first_day[rows], data.last_day[rows]
    period = next(
        (one for one in _SHORT_TO_LONG if np.array_equal(period_number(first_day, one), period_number(last_day, one))),
        None,
    )
    if period is None or not len(rows):
        raise QuestionError(
            tr("Rows of this table are about more than one calendar year, so no year can be told."),
            tr("Ask it with another question, such as case_flows with the periods of its rows."),
        )
    number = period_number(first_day, period)
    first, p = int(number.min()), int(number.max() - number.min()) + 1
    blank = np.bincount(number - first, minlength=p) == 0
    given = Quantity(data.quantities[quantity].values[rows], data.quantities[quantity].status[rows])

    def of(names: tuple[str, ...]) -> PeriodCounts:
        strata, stratum = _strata_of(data, names, rows)
        n = len(strata) * p
        cell = stratum * p + number - first
        total = sums(given, cell, n)
        nothing = np.bincount(cell, minlength=n) == 0
        values = np.where(nothing, 0.0, total.values).reshape(-1, p)
        status = np.where(nothing, 0, total.status).astype(np.uint8).reshape(-1, p)
        values[:, blank], status[:, blank] = np.nan, STATUSES.index(NOT_AVAILABLE)
        return PeriodCounts(strata, period, first, Quantity(values, status), data.over_time[quantity])

    made = {names: of(names) for names in _largest(combinations)}
    until = min(day_number(data.cutoff), int(last_day.max()))
    late = bool(first % (12 // months_in(period)))
    return Counted(_with_margins(made, combinations), until, late, {})


def known_by_year_only(cases: CaseData, states: tuple[str, ...]) -> bool:
    """Whether some dates of these states give their year only, so that they stand in the middle month of it."""
    if cases.intake.one_row_per_unit and not cases.members_merged:
        held = set(cases.milestones.collect_schema().names())
        columns = [f"exact__{one}" for one in states if f"exact__{one}" in held]
        frames = [cases.milestones.select(nw.col(one).alias("precision")) for one in columns]
    else:
        frames = [cases.events.filter(nw.col("state").is_in(list(states))).select("precision")]
    words = {word for one in frames for word in one.unique().collect().get_column("precision").to_list()}
    return "year" in precision_lookup(sorted(one for one in words if one)).values()


def summed_over(counts: PeriodCounts, names: tuple[str, ...]) -> PeriodCounts:
    """Return the counts by some of their attributes only.

    Parameters
    ----------
    counts : PeriodCounts
    names : tuple of str
        In the order that the result has.
    """
    if names == counts.strata.names:
        return counts
    places = [counts.strata.names.index(one) for one in names]
    kept = [tuple(levels[place] for place in places) for levels in counts.strata.levels]
    strata = Strata(names, in_order(set(kept)))
    where = {levels: place for place, levels in enumerate(strata.levels)}
    group = np.array([where[one] for one in kept], np.int64)
    return counts._replace(strata=strata, number=_added(counts.number, group, len(strata), axis=0))


def in_longer(counts: PeriodCounts, period: Period) -> PeriodCounts:
    """Return the counts by a longer period, of which the first and the last one may be there in part."""
    if period == counts.period:
        return counts
    longer = counts.periods // (months_in(period) // months_in(counts.period))
    first = int(longer[0])
    number = in_groups(counts, longer - first, int(longer[-1]) - first + 1)
    return PeriodCounts(counts.strata, period, first, number, counts.over_time)


def in_groups(counts: PeriodCounts, group: Counts, n: int) -> Quantity:
    """Return the numbers of groups of periods, shape (G, n); a period of group -1 is in none.

    Parameters
    ----------
    counts : PeriodCounts
    group : array of int, shape (P,)
        Each group with one period at least.
    n : int
    """
    kept = np.flatnonzero(group >= 0)
    if counts.over_time == "first":
        kept = kept[np.unique(group[kept], return_index=True)[1]]
    elif counts.over_time == "last":
        kept = kept[len(kept) - 1 - np.unique(group[kept][::-1], return_index=True)[1]]
    number = Quantity(counts.number.values[:, kept], counts.number.status[:, kept])
    return _added(number, group[kept], n, axis=1)


def _until(register: Beginning | None, cutoff_day: int) -> int:
    """Return the last day that the numbers tell of: where a register stops before, the end of its last month."""
    if register is None or register.until(cutoff_day) == cutoff_day:
        return cutoff_day
    return register.until(int(periods_of(np.array([register.last], np.int32), "month").last_day[0]))


def _by_month(found: DayCounts, last: int) -> PeriodCounts:
    """Return counts of days by month, from the first one with any to ``last``."""
    months = period_number(found.day.astype(np.int32), "month")
    first, g = int(months.min()), len(found.strata)
    p = last - first + 1
    cells = np.bincount(found.stratum * p + months - first, weights=found.n, minlength=g * p)
    values = cells.astype(np.float64).reshape(g, p)
    return PeriodCounts(found.strata, "month", first, Quantity(values, np.zeros(values.shape, np.uint8)))


def _added(number: Quantity, group: Counts, n: int, *, axis: int) -> Quantity:
    """Return the sums of groups of rows or of columns; a missing part leaves its sum missing for the same reason."""
    shape = (n, number.values.shape[1]) if axis == 0 else (number.values.shape[0], n)
    rows, columns = np.arange(number.values.shape[0])[:, None], np.arange(number.values.shape[1])
    cell = (group[rows] * shape[1] + columns if axis == 0 else rows * shape[1] + group[columns]).ravel()
    if not number.status.any():
        total = np.bincount(cell, weights=number.values.ravel(), minlength=shape[0] * shape[1]).astype(np.float64)
        return Quantity(total.reshape(shape), np.zeros(shape, np.uint8))
    made = sums(Quantity(number.values.ravel(), number.status.ravel()), cell, shape[0] * shape[1])
    return Quantity(made.values.reshape(shape), made.status.reshape(shape))


def _largest(combinations: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the combinations that are in no other one; of two with the same names the first."""
    found: list[tuple[str, ...]] = []
    for names in sorted(combinations, key=len, reverse=True):
        if not any(set(names) <= set(other) for other in found):
            found.append(names)
    return found


def _with_margins(
    made: Mapping[tuple[str, ...], PeriodCounts], combinations: Sequence[tuple[str, ...]]
) -> dict[tuple[str, ...], PeriodCounts]:
    """Return the counts of each combination; what is part of others is a sum of the smallest of them."""
    known = dict(made)
    for names in sorted(combinations, key=len, reverse=True):
        if names not in known:
            fitting = [one for one in known.values() if set(names) <= set(one.strata.names)]
            known[names] = summed_over(min(fitting, key=lambda one: len(one.strata)), names)
    return {names: known[names] for names in combinations}


def _strata_of(data: CountData, names: tuple[str, ...], rows: Counts) -> tuple[Strata, Tallies]:
    """Return the combinations of levels of some rows, and which one each of them has."""
    if not names:
        return Strata((), ((),)), np.zeros(len(rows), np.int64)
    keys = [data.key(name) for name in names]
    group, leader = groups_of([one.codes[rows] for one in keys])
    if len(leader) > MOST_COMBINATIONS:
        raise QuestionError(
            tr(
                "Splitting by {by} makes {n} groups; at most {most} are made.",
                by=list(names),
                n=len(leader),
                most=MOST_COMBINATIONS,
            ),
            tr("Split by fewer or coarser attributes."),
        )
    levels = [tuple(key.levels[key.codes[rows[row]]] for key in keys) for row in leader.tolist()]
    strata = Strata(names, in_order(levels))
    where = {one: place for place, one in enumerate(strata.levels)}
    return strata, np.array([where[one] for one in levels], np.int64)[group]
