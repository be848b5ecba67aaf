"""The periods of a table of counts: whatever a column says becomes a first and a last day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from ...base.errors import CaseDataError
from ...base.language import tr, trn
from ...base.types import Days, Flags
from ..calendar import day_number
from ..conversions.conversion import DayLookup, day_lookup, normalise, unreadable_days
from ..periods import Period, months_in, numbered, period_number, periods_of
from .columns import Coded, CountColumns
from .mapping import PeriodColumns

# No period here: the place of a row whose period cannot be read.
NO_DAY: Final = np.iinfo(np.int32).min

# A year or one of its parts that the row leaves blank.
_BLANK: Final = "?"

_GESTION: Final = re.compile(r"^\s*gesti[oó]n\s+(?=\d)", re.IGNORECASE)
_TOTALS: Final = frozenset("total totales totals subtotal suma acumulado".split())

# A quarter or half year, as people write it: 2019-Q1, 1T2019, 2.º semestre de 2019, segundo trimestre 2019.
_TOKENS: Final = re.compile(r"\d+|[a-z]+")
_FILLERS: Final = frozenset("de del of the o a er ro do to st nd rd th".split())
_PART_WORDS: Final[Mapping[str, Period]] = MappingProxyType(
    {
        **dict.fromkeys(("q", "t", "trim", "trimestre", "quarter"), "quarter"),
        **dict.fromkeys(("s", "h", "sem", "semestre", "half"), "half_year"),
    }
)
_NUMBER_WORDS: Final[Mapping[str, int]] = MappingProxyType(
    {
        word: number
        for number, words in enumerate(
            (
                "1 i primer primero first",
                "2 ii segundo second",
                "3 iii tercer tercero third",
                "4 iv cuarto fourth",
            ),
            start=1,
        )
        for word in words.split()
    }
)


def period_days(table: CountColumns, spec: PeriodColumns) -> tuple[Days, Days]:
    """Return the first and the last day of each row's period.

    Raises
    ------
    CaseDataError
        When a period cannot be read, unless faults are counted; then both days are ``NO_DAY``. When most cannot, they
        are refused even so.
    """
    first, last = _days_of_rows(table, spec)
    untold = (first == NO_DAY) | (last == NO_DAY)
    # a table of merged cells would lose most of its rows, and the rest would pass for the whole
    if table.counting and 2 * int(untold.sum()) > table.rows:
        raise _no_periods(table, untold, " + ".join(spec.columns()))
    return first, last


def _days_of_rows(table: CountColumns, spec: PeriodColumns) -> tuple[Days, Days]:
    if spec.column is not None:
        return _of_texts(table, table.need(spec.column, where="counts.period"), spec.length)
    if spec.start is not None and spec.end is not None:
        first, last = _day(table, spec.start, "counts.period.start"), _day(table, spec.end, "counts.period.end")
        backwards = (first > last) & (last != NO_DAY)
        _refuse(table, backwards, "start")
        return np.where(backwards, np.int32(NO_DAY), first), last
    return _numbered(table, spec)


def _of_texts(table: CountColumns, column: Coded, length: Period | None) -> tuple[Days, Days]:
    """Return the period that each text stands for."""
    # Bolivia's word for a year
    column = column._replace(texts=[_GESTION.sub("", text) for text in column.texts])
    first = np.full(len(column.texts) + 1, NO_DAY, np.int32)
    last = first.copy()
    others: list[int] = []
    for place, text in enumerate(column.texts):
        days = _part_of_year(normalise(text))
        if days is None:
            others.append(place)
        else:
            first[place], last[place] = days
    if others:
        found = _days_of(table, column, others)
        exact = [text for text, precision in found.precision.items() if precision == "day"]
        if exact and length is None:
            raise CaseDataError(
                tr(
                    "The column '{column}' holds whole dates, which do not say how long the period is.",
                    column=column.name,
                ),
                tr(
                    'Say so: period = {{ column = "{column}", length = "month" }} (or quarter, half_year, year).',
                    column=column.name,
                ),
            )
        for one in others:
            day = found.days.get(column.texts[one])
            if day is not None:
                precision = found.precision[column.texts[one]]
                kind: Period = length if length is not None and precision == "day" else _coarse(precision)
                period = periods_of(np.array([day], np.int32), kind)
                first[one], last[one] = period.first_day[0], period.last_day[0]
    _refuse(table, first[column.codes] == NO_DAY, column.name)
    return first[column.codes], last[column.codes]


def _days_of(table: CountColumns, column: Coded, places: Sequence[int]) -> DayLookup:
    """Read some texts of a column as days, months or years."""
    found = day_lookup(
        [column.texts[one] for one in places],
        column.counts[list(places)].tolist(),
        column=column.name,
        order=table.mapping.data.date_order,
        missing=table.no_zero,
    )
    if found.n_unreadable and not table.counting:
        unreadable = set(found.unreadable)
        wrong = [one for one in places if column.texts[one] in unreadable]
        raise _no_periods(table, np.isin(column.codes, wrong), column.name, found)
    return found


def _numbered(table: CountColumns, spec: PeriodColumns) -> tuple[Days, Days]:
    """Return the periods of a year and one of its parts."""
    year = _texts(table, spec.year, "counts.period.year")
    parts: list[tuple[Period, Any]] = [
        ("month", spec.month),
        ("quarter", spec.quarter),
        ("half_year", spec.half_year),
    ]
    named = [one for one in parts if one[1] is not None]
    if not named:
        return _of_texts(table, year, None)
    kind, given = named[0]
    part = _texts(table, given, f"counts.period.{kind}")
    width = len(part.texts) + 1
    pairs = (year.codes + 1) * width + part.codes + 1
    distinct, codes = np.unique(pairs, return_inverse=True)
    texts = [
        _pair(year.texts[one // width - 1], part.texts[one % width - 1], kind)
        if one >= width and one % width
        else _BLANK
        for one in distinct.tolist()
    ]
    name = f"{year.name} + {part.name}"
    return _of_texts(table, Coded(name, codes.astype(np.int64), texts), None)


def _texts(table: CountColumns, given: int | str | None, where: str) -> Coded:
    if isinstance(given, str):
        return table.need(given, where=where)
    return Coded(where, np.zeros(table.rows, np.int64), [str(given)])


def _day(table: CountColumns, given: Any, where: str) -> Days:
    if not isinstance(given, str):
        return np.full(table.rows, day_number(given), np.int32)
    column = table.need(given, where=where)
    found = _days_of(table, column, range(len(column.texts)))
    coarse = [text for text, precision in found.precision.items() if precision != "day"]
    if coarse:
        raise CaseDataError(
            tr("The column '{column}' holds dates without a day.", column=column.name),
            tr("The first and the last day of a period are whole dates; else name one column as the period."),
        )
    days = np.array(
        [NO_DAY if (day := found.days[text]) is None else day for text in column.texts] + [NO_DAY], np.int32
    )
    taken: Days = days[column.codes]
    _refuse(table, taken == NO_DAY, column.name)
    return taken


def _refuse(table: CountColumns, rows: Flags, column: str) -> None:
    if not table.counting and rows.any():
        raise _no_periods(table, rows, column)


def _no_periods(table: CountColumns, rows: Flags, column: str, found: DayLookup | None = None) -> CaseDataError:
    """Build the error for rows without a period: what sheets of offices hold besides their numbers, or odd texts."""
    row = table.first_row(rows)
    texts = () if found is None else found.unreadable
    # years with two digits and day counts of a spreadsheet have advice of their own
    if found is not None and 2 * (found.n_short_year + found.n_serial) >= found.n_unreadable:
        return unreadable_days(found, row=row)
    if all(_is_apart(normalise(text)) for text in texts):
        remedy = tr(
            "Totals and footnotes do not belong to the table: delete these rows, or name their text in 'ignore' of "
            'its column, such as office = {{ column = "…", ignore = ["Total"] }}. Of merged cells only the first '
            "holds the value: write it on each row.",
        )
    else:
        remedy = tr(
            "Write periods as 2019, 2019-03, mar 2019 or 2019-Q1, or name the first and the last day; codes for "
            'missing belong into [missing]. With faults = "count" in [data] these rows are left out.'
        )
    return CaseDataError(
        trn(
            "{n} row has no period that can be read in '{column}'{where}.",
            "{n} rows have no period that can be read in '{column}'{where}.",
            int(rows.sum()),
            column=column,
            where=tr(" (the first in row {row})", row=row) if row is not None else "",
        ),
        remedy,
    )


def _is_apart(bare: str) -> bool:
    """Whether a text belongs to no row of numbers: it is blank, names a total, or holds no digit."""
    words = _TOKENS.findall(bare)
    return not any(one.isdecimal() for one in words) or bool(_TOTALS & set(words))


def _coarse(precision: str) -> Period:
    return "month" if precision == "month" else "year"


def _pair(year: str, part: str, kind: Period) -> str:
    """Write a year and one of its parts as one period."""
    part = part.strip()
    if kind == "month":
        return f"{year}-{int(part):02d}" if part.isdecimal() else f"{part} {year}"
    return f"{year} {part}" if set(_TOKENS.findall(normalise(part))) & set(_PART_WORDS) else f"{year} {kind[0]} {part}"


def _part_of_year(bare: str) -> tuple[int, int] | None:
    """Return the days of a quarter or half year; None for any other text."""
    tokens = [one for one in _TOKENS.findall(bare) if one not in _FILLERS]
    years = [one for one in tokens if one.isdecimal() and len(one) == 4]
    kinds = [_PART_WORDS[one] for one in tokens if one in _PART_WORDS]
    numbers = [_NUMBER_WORDS[one] for one in tokens if one in _NUMBER_WORDS]
    if (len(tokens), len(years), len(kinds), len(numbers)) != (3, 1, 1, 1):
        return None
    kind = kinds[0]
    if numbers[0] > 12 // months_in(kind):
        return None
    start = period_number(day_number(dt.date(int(years[0]), 1, 1)), kind) + numbers[0] - 1
    period = numbered(np.array([start]), kind)
    return int(period.first_day[0]), int(period.last_day[0])
