"""Protected numbers by territory on a map: each area in a class, hidden, or without a published number."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from ...base.errors import SettingsError
from ...base.language import LANGUAGES, Label, Language, Message, Readable, format_number, format_share, tr, trn
from ...base.levels import ALL, FEW_TOGETHER, LEVEL_WORDS, MISSING_LEVELS
from ...base.quantities import SUPPRESSED
from ...base.table import Column, Table
from ...base.types import Floats
from ...cases.conversions.labels import FEWEST_TO_SHOW
from ...disclosure.classes import map_classes
from .geojson import spelling
from .shapes import Shapes

HIDDEN: Final = "hidden"
NO_NUMBER: Final = "no_number"
_NOWHERE: Final = (*MISSING_LEVELS, ALL, FEW_TOGETHER)
_COMPLETE: Final = "complete"
_TIMES: Final = ("period", "year")
_YEAR_DIGITS: Final = 4
_MOST_LISTED: Final = 20
_NO_ROWS: Final[Mapping[str, str]] = MappingProxyType({})

STEP_WORDS: Final[Mapping[str, Readable]] = MappingProxyType(
    {HIDDEN: tr("hidden to protect persons"), NO_NUMBER: tr("no number published")}
)


class Step(NamedTuple):
    """One entry of the legend: its id (a class "0", "1" …, `HIDDEN`, `NO_NUMBER`) and its words."""

    id: str
    words: Readable


class OnMap(NamedTuple):
    """Numbers by territory as a map tells them.

    Attributes
    ----------
    steps : tuple of Step
        Those that occur, lowest class first, then hidden, then without a number.
    levels : tuple of str
        For each shape the id that the data have for it; the code of the map where they have none.
    names : tuple of Readable
        For each shape.
    of : tuple of str
        For each shape the id of its step.
    off : tuple of Readable
        What the table has and no map can show: not recorded …
    period : Readable, optional
        Of which period the numbers are, where the table has several.
    """

    steps: tuple[Step, ...]
    levels: tuple[str, ...]
    names: tuple[Readable, ...]
    of: tuple[str, ...]
    off: tuple[Readable, ...]
    period: Readable | None

    @property
    def classes(self) -> tuple[Step, ...]:
        """The classes, lowest first; none where too few areas have a number."""
        return tuple(one for one in self.steps if one.id not in STEP_WORDS)


def on_map(
    shapes: Shapes,
    table: Table,
    *,
    place: str,
    value: str,
    people: str | None = None,
    at: Mapping[str, str] = _NO_ROWS,
    cutoff: dt.date | None = None,
    minimum: int = FEWEST_TO_SHOW,
) -> OnMap:
    """Put the published numbers of a table into classes, area by area.

    Parameters
    ----------
    shapes : Shapes
    table : Table
        As it is published.
    place : str
        Column of the territory.
    value : str
        Column of the counts or rates.
    people : str, optional
        Column of the cases that a rate is told of; without it, the values themselves.
    at : mapping of str to str
        Column to id, where the table has several rows for an area. A column ``period`` or ``year`` that is not named is
        the last one that is over.
    cutoff : date, optional
        Day to which the data are complete: by it a year is over, where the table does not say so itself.
    minimum : int
        The fewest cases in a class.

    Raises
    ------
    SettingsError
        When the data have a territory that the map has not.
    """
    ensure_on_map(shapes, table, place=place, value=people or value)
    rows, period = _rows(table, at, cutoff)
    values = np.array([float(table[value][row]) for row in rows], np.float64)
    cases = np.array([float(table[people or value][row]) for row in rows], np.float64)
    levels = [str(table[place][row]) for row in rows]
    if len(set(levels)) < len(levels):
        raise TypeError(f"several rows for one {place!r}: say with 'at' which of them")
    somewhere = np.array([level not in _NOWHERE for level in levels], np.bool_)
    classes = map_classes(np.where(somewhere, values, np.nan), cases, minimum=minimum)
    hidden = np.array([_is_hidden(table, (value, people or value), row) for row in rows], np.bool_)
    found = {
        level: str(step) if step >= 0 else HIDDEN if kept_back else NO_NUMBER
        for level, step, kept_back in zip(levels, classes.of.tolist(), hidden.tolist(), strict=True)
    }
    column = next(one for one in table.columns if one.name == value)
    words = _class_words(classes.breaks, column)
    data = _matched(shapes, table, place)
    known = [data.get(spelling(one.code)) for one in shapes.shapes]
    of = tuple(NO_NUMBER if one is None else found.get(one, NO_NUMBER) for one in known)
    steps = [Step(str(one), text) for one, text in enumerate(words) if str(one) in of]
    steps += [Step(one, STEP_WORDS[one]) for one in (HIDDEN, NO_NUMBER) if one in of]
    named = table.labels.get(place, {})
    return OnMap(
        tuple(steps),
        tuple(one or shape.code for one, shape in zip(known, shapes.shapes, strict=True)),
        tuple(
            Label(shape.name) if one is None else named.get(one) or Label(_own_name(one, shape.name))
            for one, shape in zip(known, shapes.shapes, strict=True)
        ),
        of,
        tuple(LEVEL_WORDS[one] for one in dict.fromkeys(levels) if one in _NOWHERE and one != ALL),
        period,
    )


def class_table(
    shapes: Shapes,
    table: Table,
    *,
    place: str,
    value: str,
    people: str | None = None,
    at: Mapping[str, str] = _NO_ROWS,
    cutoff: dt.date | None = None,
    minimum: int = FEWEST_TO_SHOW,
) -> Table | None:
    """Return what a map shows as a table: each area with its class in words, the highest class first.

    Parameters are those of `on_map`; None where no class can be made.
    """
    shown = on_map(shapes, table, place=place, value=value, people=people, at=at, cutoff=cutoff, minimum=minimum)
    if not shown.classes:
        return None
    rank = {one.id: number for number, one in enumerate((*reversed(shown.classes), *shown.steps[len(shown.classes) :]))}
    order = sorted(range(len(shown.of)), key=lambda one: (rank[shown.of[one]], spelling(shown.names[one].text())))
    by_name = {one.name: one for one in table.columns}
    columns = (
        Column(place, by_name[place].meaning, "text", "stratum", "stratum"),
        Column("class", tr("{what}, in classes", what=by_name[value].meaning), "text", "key", "text"),
    )
    return Table(
        columns,
        {place: [shown.levels[one] for one in order], "class": [shown.of[one] for one in order]},
        labels={
            place: dict(zip(shown.levels, shown.names, strict=True)),
            "class": {one.id: one.words for one in shown.steps},
        },
        guard="words",
    )


def ensure_on_map(shapes: Shapes, table: Table, *, place: str, value: str) -> None:
    """Refuse a map that lacks a territory of the data.

    Parameters
    ----------
    shapes : Shapes
    table : Table
    place : str
        Column of the territory.
    value : str
        Column of counts: a territory is named when at least ten cases hold it, in one row of the table.

    Raises
    ------
    SettingsError
        With how many there are.
    """
    data = _matched(shapes, table, place)
    on = {data[one] for one in shapes.by_spelling if one in data}
    most: dict[str, float] = {}
    for level, n in zip(map(str, table[place].tolist()), table[value].tolist(), strict=True):
        if level not in _NOWHERE and level not in on:
            most[level] = max(most.get(level, 0.0), 0.0 if math.isnan(n) else float(n))
    if not most:
        return
    named = table.labels.get(place, {})
    names = tuple(named.get(level) or Label(level) for level, n in most.items() if n >= FEWEST_TO_SHOW)
    listed = Label("") if not names else _Listed(names)
    problem = trn(
        "{n} value of '{column}' of the data is not on the map{listed}.",
        "{n} values of '{column}' of the data are not on the map{listed}.",
        len(most),
        column=place,
        listed=listed,
    )
    raise SettingsError(problem, _remedy(tuple(one.code for one in shapes.shapes if spelling(one.code) not in data)))


class _Listed(NamedTuple):
    """Names after a colon."""

    names: tuple[Readable, ...]

    def text(self, language: Language = "en") -> str:
        return ": " + ", ".join(one.text(language) for one in self.names)


def _remedy(without: tuple[str, ...]) -> Message:
    if not without:
        return tr("Add them to the file of the map.")
    return tr(
        "The map has areas that the data do not name so: {codes}. Name the property that holds the codes, mend the "
        "labels in the mapping, or add what is missing to the map.",
        codes=without if len(without) <= _MOST_LISTED else (*without[:_MOST_LISTED], "…"),
    )


def _matched(shapes: Shapes, table: Table, place: str) -> dict[str, str]:
    """Return the level of the data for each spelling of a code on the map, by its id or by its words."""
    codes, words = shapes.by_spelling, table.labels.get(place, {})
    found: dict[str, str] = {}
    for level in dict.fromkeys(map(str, table[place].tolist())):
        said = [level, *(words[level].text(language) for language in LANGUAGES if level in words)]
        code = next((spelling(one) for one in said if spelling(one) in codes), None)
        if code is not None and level not in _NOWHERE:
            found.setdefault(code, level)
    return found


def _own_name(level: str, name: str) -> str:
    """Return the name of the map where the data have a number for a code."""
    return name if level.isdecimal() or not any(letter.isalpha() for letter in level) else level


def _rows(table: Table, at: Mapping[str, str], cutoff: dt.date | None) -> tuple[list[int], Readable | None]:
    """Return the rows of one period, and which it is: the last one that is over, where none is named."""
    wanted = {column: str(level) for column, level in at.items() if column in table.values}
    time = next((one for one in _TIMES if one in table.values), None)
    if time is not None and time not in wanted:
        all_of_them = {str(one) for one in table[time].tolist()} - {*_NOWHERE}
        over = {one for one in all_of_them if _is_over(one, cutoff)}
        if "maturity" in table.values:
            over &= {str(one) for one, how in zip(table[time], table["maturity"], strict=True) if how == _COMPLETE}
        wanted[time] = max(over or all_of_them, default=ALL)
    rows = [row for row in range(len(table)) if all(str(table[one][row]) == wanted[one] for one in wanted)]
    period = None if time is None else wanted.get(time)
    return rows, None if period is None else table.labels.get(str(time), {}).get(period) or Label(period)


def _is_over(period: str, cutoff: dt.date | None) -> bool:
    is_year = period.isdecimal() and len(period) == _YEAR_DIGITS
    return cutoff is None or not is_year or dt.date(int(period), 12, 31) <= cutoff


def _is_hidden(table: Table, columns: Sequence[str], row: int) -> bool:
    return any(table.statuses[one][row] == SUPPRESSED for one in columns if one in table.statuses)


class _Between(NamedTuple):
    """Words of a class: "10 to 19" of counts, "from 2 to under 4" of rates and shares."""

    low: float
    high: float
    unit: str

    def text(self, language: Language = "en") -> str:
        if self.unit == "units":
            low, high = math.ceil(self.low), math.ceil(self.high) - 1
            if low >= high:
                return format_number(low, language)
            return tr("{low} to {high}", low=low, high=high).text(language)
        return tr(
            "from {low} to under {high}", low=self._shown(self.low, language), high=self._shown(self.high, language)
        ).text(language)

    def _shown(self, number: float, language: Language) -> str:
        shown = number * 100 if self.unit in {"share", "change", "points"} else number
        decimals = len(f"{shown:.10g}".partition(".")[2])
        if self.unit in {"share", "change"}:
            return format_share(number, language, decimals=decimals)
        return format_number(shown, language, decimals=decimals)


def _class_words(breaks: Floats, column: Column) -> list[Readable]:
    return [
        _Between(low, high, column.unit) for low, high in zip(breaks[:-1].tolist(), breaks[1:].tolist(), strict=True)
    ]
