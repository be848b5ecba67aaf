"""Events by year and stratum, of case files or of a table of counts, for rates of a population."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.quantities import Quantity, quantity
from ..base.types import Counts, Flags, Floats
from ..cases.calendar import date_of
from ..cases.casedata import CaseData
from ..cases.counts.data import CountData
from ..cases.days import year_of_day
from ..cases.periods import numbered
from .beginnings import register_beginning
from .count_sums import added, paired
from .grouped import grouped_counts, summed

_MOST_CELLS: Final = 200_000


class Events(NamedTuple):
    """How often something happened, by year and stratum.

    Attributes
    ----------
    levels : tuple of tuple of str, (R,)
        Level of each row by each of the columns asked for.
    year : (R,)
    counts : Quantity, (R,)
    years : (Y,)
        Years that the data are about, rising.
    part : (Y,)
        Part of each year that they cover.
    people : Quantity or None, (R,)
        People of each row, where the table of counts has them.
    left_out : mapping of str to int
    stops : int or None
        The day of the last registration, where registrations stop before the cut-off.
    """

    levels: tuple[tuple[str, ...], ...]
    year: Counts
    counts: Quantity
    years: Counts
    part: Floats
    people: Quantity | None
    left_out: Mapping[str, int]
    stops: int | None = None


def case_events(cases: CaseData, *, states: tuple[str, ...], by: Sequence[str]) -> Events:
    """Count units by the year in which they first came to ``states``, up to the cut-off."""
    day = cases.first_day(states)
    # every unit was at the start of the procedure, whether or not a day was written down
    reached = nw.lit(value=True) if states == (cases.procedure.start,) else cases.reached(states)
    late = (day > cases.cutoff_day).fill_null(False)
    year = nw.when(~day.is_null() & ~late).then(year_of_day(day, *cases.years)).otherwise(nw.lit(0))
    why = nw.when(~reached).then(nw.lit(1)).when(day.is_null()).then(nw.lit(2)).when(late).then(nw.lit(3))
    grouped = grouped_counts(
        cases,
        by=by,
        keys={"year": year, "why": why.otherwise(nw.lit(0))},
        most_strata=_MOST_CELLS,
    )
    reason = grouped.keys["why"]
    kept = (reason == 0) & (grouped.keys["year"] > 0)
    left_out = {
        name: int(grouped.units[reason == place].sum())
        for name, place in (("start_undated", 2), ("end_after_cutoff", 3))
    }
    cutoff = date_of(cases.cutoff_day)
    # a file of cases that holds none of them at all has no years but that of its cut-off
    first = int(grouped.keys["year"][kept].min()) if kept.any() else cutoff.year
    began = register_beginning(cases)
    until = cases.cutoff_day
    if began is not None:
        if states == (cases.procedure.start,):
            # later nobody knows whether none was reported or the file ends there
            until = began.until(cases.cutoff_day)
        # a year of the register in which none of them happened is a year too
        first = min(first, date_of(began.day).year)
    periods = numbered(np.arange(first, date_of(until).year + 1) - 1970, "year")
    years = np.arange(first, date_of(until).year + 1)
    begins = periods.first_day if began is None else began.first_days(periods)
    part = (np.minimum(periods.last_day, until) - begins + 1) / periods.days
    cell = grouped.stratum[kept] * len(years) + (grouped.keys["year"][kept] - first)
    found, place = np.unique(cell, return_inverse=True)
    counts = np.asarray(summed(place.astype(np.int64), grouped.n[kept], len(found)), np.float64)
    return Events(
        tuple(grouped.strata.levels[one] for one in found // len(years)),
        years[found % len(years)],
        quantity(counts),
        years,
        part,
        None,
        left_out,
        until if until < cases.cutoff_day else None,
    )


def table_events(data: CountData, *, counted: str, by: Sequence[str]) -> Events:
    """Add up a quantity of a table of counts by year, and the people where the table has them."""
    people = ("population",) if data.has("population") else ()
    # where the events do not apply, the people are none that they could have happened to
    data = paired(data, data.need(counted), people)[0] if people else data
    table = added(data, by=by, period="year", quantities=(data.need(counted), *people))
    g, p = len(table.strata), len(table.labels)
    years = np.array([date_of(int(one)).year for one in table.first_day], np.int64)
    levels = tuple(level for level in table.strata.levels for _ in range(p))

    def flat(name: str) -> Quantity:
        one = table.quantity(name)
        return Quantity(one.values.ravel(), one.status.ravel())

    seen = table.rows.ravel() > 0
    counts = flat(data.need(counted))
    return Events(
        tuple(level for level, there in zip(levels, seen, strict=True) if there),
        np.tile(years, g)[seen],
        _rows(counts, seen),
        years,
        table.seen_days / table.days,
        _rows(flat("population"), seen) if people else None,
        {},
    )


def _rows(one: Quantity, kept: Flags) -> Quantity:
    return Quantity(one.values[kept], one.status[kept])
