"""Counts that several rules look at: units by day of each date, and by level of each attribute, year and ending."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ...base.levels import NOT_RECORDED
from ...base.types import Counts
from .subject import Subject

# A column with more texts than this is no set of labels.
MOST_LEVELS: Final = 10_000
# Below so many units a column cannot have too many levels to be taken out of the engine.
_FEW_UNITS: Final = 100_000
_SOMETHING: Final = "recorded"
_OPEN: Final = -1


class DayTally(NamedTuple):
    """How many units have each date of one kind: distinct days and units, shapes (D,)."""

    days: Counts
    n: Counts


class LevelTally(NamedTuple):
    """How many units of one attribute have a level, started in a year and ended in a way.

    Attributes
    ----------
    levels : tuple of str
        The levels, (L,); of a number or a date only whether it is recorded.
    labels : bool
        Whether the levels are texts of the file.
    level, year, ending, n : arrays, (R,)
        One row per level, year and ending: place of the level, year of the start (0 where unknown), rank of the
        outcome (-1 where pending), and units.
    """

    levels: tuple[str, ...]
    labels: bool
    level: Counts
    year: Counts
    ending: Counts
    n: Counts

    def having(self, chosen: set[str]) -> Counts:
        """Return, for each row, its units where the level is among those chosen, else 0; shape (R,)."""
        places = np.array([one in chosen for one in self.levels], bool)
        counted: Counts = np.where(places[self.level], self.n, 0) if len(self.n) else self.n
        return counted


def day_tallies(subject: Subject) -> dict[str, DayTally]:
    """Count how many units have each date; one query for all kinds of dates."""
    number = nw.col("frequency").sum() if subject.cases.sampling.repeated else nw.len()
    parts = [
        subject.days(name)
        .filter(~nw.col("day").is_null())
        .group_by("day")
        .agg(n=number)
        .select("day", "n", name=nw.lit(name))
        for name in subject.dates
    ]
    found = (parts[0] if len(parts) == 1 else nw.concat(parts, how="vertical")).collect()
    named = np.array(found.get_column("name").to_list(), object)
    day, n = (np.array(found.get_column(one).to_list(), np.int64) for one in ("day", "n"))
    return {name: DayTally(day[named == name], n[named == name]) for name in subject.dates}


def level_tallies(subject: Subject) -> dict[str, LevelTally]:
    """Count how many units have each level of each attribute, by year and ending; one query for all of them.

    A column of more than ten thousand texts is left out: it holds no labels.
    """
    cases = subject.cases
    told = [one for one in cases.attributes if one not in cases.numeric_attributes]
    crowded = _too_many(subject, told)
    told = [one for one in told if one not in crowded]
    numbers = (*cases.numeric_attributes, *cases.date_attributes)
    if not told and not numbers:
        return {}
    design = ["frequency"] if cases.sampling.repeated else []
    number = nw.col("frequency").sum() if cases.sampling.repeated else nw.len()
    parts = [_rows(subject, name, nw.col(name).fill_null(NOT_RECORDED), design) for name in told]
    for name in numbers:
        is_there = nw.when(nw.col(name).is_null()).then(nw.lit(NOT_RECORDED)).otherwise(nw.lit(_SOMETHING))
        parts.append(_rows(subject, name, is_there, design))
    keys = ("attribute", "level", "year", "ending")
    grouped = [part.group_by(*keys).agg(n=number) for part in parts]
    found = (grouped[0] if len(grouped) == 1 else nw.concat(grouped, how="vertical")).collect()
    columns = {name: found.get_column(name).to_list() for name in (*keys, "n")}
    rows: dict[str, list[int]] = {name: [] for name in (*told, *numbers)}
    for place, name in enumerate(columns["attribute"]):
        rows[name].append(place)
    return {name: _tally(columns, places, labels=name in told) for name, places in rows.items()}


def _rows(subject: Subject, name: str, level: nw.Expr, design: list[str]) -> nw.LazyFrame[Any]:
    cases = subject.cases
    year = cases.start_year() if cases.procedure.start in cases.dated_states else nw.lit(0)
    return cases.milestones.select(
        attribute=nw.lit(name),
        level=level,
        year=year.cast(nw.Int64),
        ending=nw.col("outcome_rank").fill_null(_OPEN).cast(nw.Int64),
        **{one: nw.col(one) for one in design},
    )


def _too_many(subject: Subject, names: list[str]) -> set[str]:
    if subject.cases.n_units < _FEW_UNITS or not names:
        return set()
    found = subject.cases.milestones.select(**{one: nw.col(one).n_unique() for one in names}).collect()
    return {one for one in names if int(found.get_column(one)[0] or 0) > MOST_LEVELS}


def _tally(columns: dict[str, list[Any]], places: list[int], *, labels: bool) -> LevelTally:
    texts = [str(columns["level"][place]) for place in places]
    levels = tuple(sorted(set(texts)))
    rank = {level: place for place, level in enumerate(levels)}
    year, ending, n = (
        np.array([columns[name][place] for place in places], np.int64) for name in ("year", "ending", "n")
    )
    return LevelTally(levels, labels, np.array([rank[one] for one in texts], np.int64), year, ending, n)
