"""Events set against people: counts and person-years by group and age."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...base.errors import QuestionError
from ...base.language import tr
from ...base.levels import NOT_APPLICABLE, NOT_RECORDED
from ...base.quantities import STATUSES, Quantity, quantity, sums
from ...base.types import Counts, Flags, Floats
from ...cases.population_file import Population, banded, lowest_age, year_numbers
from ...reduce.population import Events
from ...tables import Strata, in_order


class PeopleCells(NamedTuple):
    """Events and person-years.

    Attributes
    ----------
    strata : Strata, G of them
    ages : tuple of str, A of them
        Bands, the youngest first; none when ages are not asked for.
    counts, people : Quantity, (G,)
        All events, and person-years.
    counts_by_age, people_by_age : array of float, (G, A)
        NaN where a part is missing.
    age_unknown : float
        Events without an age.
    other_years : float
        Events in years of which there are no people.
    part_years : tuple of int
        Years that the data cover in part.
    standard : array of float, (A,)
        People of each age, all groups and years together.
    """

    strata: Strata
    ages: tuple[str, ...]
    counts: Quantity
    people: Quantity
    counts_by_age: Floats
    people_by_age: Floats
    age_unknown: float
    other_years: float
    part_years: tuple[int, ...]
    standard: Floats


class _Rows(NamedTuple):
    """Rows of either side, as group, age and number."""

    groups: list[tuple[str, ...]]
    ages: list[str]
    numbers: Quantity


def people_cells(
    events: Events,
    population: Population | None,
    *,
    by: tuple[str, ...],
    split: tuple[str, ...],
    age: str | None,
    complete: bool,
) -> PeopleCells:
    """Set events against the people of a file, or against those that the events have with them.

    Parameters
    ----------
    events : Events
        By ``split``.
    population : Population or None
    by : tuple of str
        Columns of the answer, ``year`` among them perhaps.
    split : tuple of str
        Columns of the events: those of ``by`` without the year, and the age.
    age : str or None
    complete : bool
        Whether a group without a row had no event (case files) or is not known (a table of counts).
    """
    events = _in_bands(events, population, split)
    years = _years(events, population)
    kept = np.isin(events.year, years)
    other = float(np.nansum(events.counts.values[~kept]))
    seen = _event_rows(events, kept, by, split, age)
    there = _people_rows(events, population, years, by, split, age, kept)
    levels = in_order({*seen.groups, *there.groups})
    where = {level: place for place, level in enumerate(levels)}
    g = len(levels)
    counts = _totals(seen, where, g)
    if complete:
        counts = Quantity(np.nan_to_num(counts.values), np.zeros(g, np.uint8))
    bands = [one for one in dict.fromkeys(there.ages) if one and one != NOT_RECORDED]
    ages = tuple(sorted(bands, key=lambda one: (lowest_age(one) is None, lowest_age(one) or 0, one))) if age else ()
    part = [int(year) for year, share in zip(events.years, events.part, strict=True) if share < 1 and year in years]
    by_age, counted = _by_age(there, where, ages, g), _by_age(seen, where, ages, g)
    return PeopleCells(
        Strata(by, levels),
        ages,
        counts,
        _totals(there, where, g),
        np.nan_to_num(counted) if complete else counted,
        by_age,
        float(sum(n for n, one in zip(seen.numbers.values, seen.ages, strict=True) if one not in ages and n > 0))
        if age
        else 0.0,
        other,
        tuple(part),
        np.nansum(by_age, axis=0),
    )


def _in_bands(events: Events, population: Population | None, split: tuple[str, ...]) -> Events:
    """Put whole years of age into the bands of the file, and what the file does not know to what is not recorded."""
    if population is None or not split:
        return events
    columns = []
    for place, name in enumerate(split):
        given = [level[place] for level in events.levels]
        bands = tuple(dict.fromkeys(population.levels[name]))
        ages = all(lowest_age(one) is not None for one in bands if one != NOT_RECORDED)
        columns.append(banded(given, bands) if ages else tuple(given))
    return events._replace(levels=tuple(zip(*columns, strict=True)))


def _years(events: Events, population: Population | None) -> Counts:
    named = None if population is None else year_numbers(population)
    years = events.years if named is None else np.intersect1d(events.years, named)
    if not len(years):
        raise QuestionError(
            tr("The population file has none of the years of the data ({first} to {last}).",
               first=str(events.years[0]), last=str(events.years[-1])),
            tr("Give it a row for each year, or leave out the year when one population holds for all."),
        )  # fmt: skip
    return np.asarray(years, np.int64)


def _group(level: Sequence[str], year: int, by: tuple[str, ...], split: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(year) if name == "year" else level[split.index(name)] for name in by)


def _event_rows(events: Events, kept: Flags, by: tuple[str, ...], split: tuple[str, ...], age: str | None) -> _Rows:
    rows = np.flatnonzero(kept)
    return _Rows(
        [_group(events.levels[row], int(events.year[row]), by, split) for row in rows],
        [events.levels[row][split.index(age)] if age else "" for row in rows],
        Quantity(events.counts.values[rows], events.counts.status[rows]),
    )


def _people_rows(
    events: Events,
    population: Population | None,
    years: Counts,
    by: tuple[str, ...],
    split: tuple[str, ...],
    age: str | None,
    kept: Flags,
) -> _Rows:
    """Return person-years: people times the part of each year that the data cover."""
    part = dict(zip(events.years.tolist(), events.part.tolist(), strict=True))
    if population is None:
        people = events.people or quantity(np.full(len(events.year), np.nan))
        seen = _event_rows(events._replace(counts=people), kept, by, split, age)
        share = np.array([part[int(one)] for one in events.year[np.flatnonzero(kept)]])
        return seen._replace(numbers=Quantity(seen.numbers.values * share, seen.numbers.status))
    named = year_numbers(population)
    # where the events do not apply, the people are none that they could have happened to
    nap = events.counts.status == STATUSES.index(NOT_APPLICABLE)
    apart = {(events.levels[row], int(events.year[row])) for row in np.flatnonzero(nap)}
    groups, ages, numbers = [], [], []
    for row, n in enumerate(population.people):
        level = [population.levels[name][row] for name in split]
        for year in years.tolist() if named is None else [int(named[row])] if int(named[row]) in part else []:
            if (tuple(level), year) in apart:
                continue
            groups.append(_group(level, year, by, split))
            ages.append(level[split.index(age)] if age else "")
            numbers.append(n * part[year])
    return _Rows(groups, ages, quantity(np.array(numbers)))


def _totals(rows: _Rows, where: dict[tuple[str, ...], int], g: int) -> Quantity:
    return sums(rows.numbers, np.array([where[one] for one in rows.groups], np.int64), g)


def _by_age(rows: _Rows, where: dict[tuple[str, ...], int], ages: tuple[str, ...], g: int) -> Floats:
    """Return the sums by group and age, NaN where a part is missing or there is none."""
    which = {band: place for place, band in enumerate(ages)}
    kept = np.array([one in which for one in rows.ages], np.bool_)
    cells = [
        where[level] * len(ages) + which[band]
        for level, band in zip(rows.groups, rows.ages, strict=True)
        if band in which
    ]
    numbers = Quantity(rows.numbers.values[kept], rows.numbers.status[kept])
    return sums(numbers, np.array(cells, np.int64), g * len(ages)).values.reshape(g, len(ages))
