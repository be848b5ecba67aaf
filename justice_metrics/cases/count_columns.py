"""The columns of a table of counts: texts to numbers with what is known about each, to levels, and to periods."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..base.errors import CaseDataError, MappingError
from ..base.language import tr, trn
from ..base.levels import NOT_AVAILABLE, NOT_RECORDED, UNDER_REVIEW
from ..base.quantities import STATUSES, Quantity
from ..base.types import Counts, Days, Flags
from .calendar import day_number
from .conversion import day_lookup, normalise, number_lookup, unreadable_days, unreadable_numbers
from .conversion_numbers import DecimalMark
from .count_mapping import CountMapping, KeyColumn, PeriodColumns
from .periods import Period, months_in, numbered, period_number, periods_of
from .readers import read_crosswalk

# No period here: the place of a row whose period cannot be read.
NO_DAY: Final = np.iinfo(np.int32).min

_CODED_NUMBER: Final = re.compile(r"^-?\d+$")

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


class Coded(NamedTuple):
    """A column as it stands: the distinct texts, and which of them each row has.

    Attributes
    ----------
    name : str
    codes : array of int, shape (R,)
        Place in ``texts``; -1 where the cell is blank.
    texts : list of str
    numbers : array of float, shape (R,), or None
        The numbers of a column that holds numbers already; NaN where it is blank.
    """

    name: str
    codes: NDArray[np.int64]
    texts: list[str]
    numbers: NDArray[np.float64] | None = None

    @property
    def counts(self) -> Counts:
        """Rows with each text."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.texts))


class Levels(NamedTuple):
    """The levels of a column.

    Attributes
    ----------
    codes : array of int, shape (R,)
        Place in ``levels``.
    levels : list of str
    written, texts : array of int, shape (R,), and list of str
        The same before anything was given a label.
    kept : array of bool, shape (R,)
        The rows that are not left out on purpose.
    spellings : int
        How many texts are written unlike the level that they are.
    """

    codes: Counts
    levels: list[str]
    written: Counts
    texts: list[str]
    kept: Flags
    spellings: int


class CountColumns:
    """One table of the user's, while its columns are being typed.

    Parameters
    ----------
    table : Arrow table
    name : str
        How messages call it.
    row_number : callable
        Number of a row as the reader's program shows it, of its place; None where rows have no order.
    mapping : CountMapping
    """

    def __init__(
        self, table: Any, *, name: str, row_number: Callable[[int], int | None], mapping: CountMapping
    ) -> None:
        self.name = name
        self.rows = int(table.num_rows)
        self.row_number = row_number
        self._table = table
        self._mapping = mapping
        self._counting = mapping.data.faults == "count"
        self._codes = {normalise(code): meaning for code, meaning in mapping.missing.items()}
        # What stands in place of a level or of a day says only that there is none.
        self._no_zero = {code: one for code, one in mapping.missing.items() if one != "zero"}
        self.n_unreadable = 0
        self.n_blank = 0

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self._table.column_names)

    def need(self, column: str, *, where: str) -> Coded:
        """Return a column.

        Raises
        ------
        MappingError
            When it is not there; names what comes nearest.
        """
        if column not in self.columns:
            raise MappingError.unknown_column(column, self.columns, where=where)
        return _coded(self._table[column], column)

    def first_row(self, rows: Flags) -> int | None:
        """Return the number of the first of some rows, as the reader's program shows it."""
        places = np.flatnonzero(rows)
        return self.row_number(int(places[0])) if places.size else None

    # ------------------------------------------------------------------------------------------------------- numbers

    def quantities(self, columns: Mapping[str, Coded]) -> dict[str, Quantity]:
        """Return the numbers of several columns, and what is known about each.

        A mark that one column leaves open is read as the others say: one table is written by one hand.
        """
        declared = self._mapping.data.decimal
        found: set[DecimalMark] = set()
        typed: dict[str, Quantity] = {}
        open_ones: dict[str, Coded] = {}
        for name, column in columns.items():
            try:
                typed[name], mark = self._quantity(column, declared)
            except CaseDataError:
                if declared is not None:
                    raise
                open_ones[name] = column
                continue
            found |= {mark} if mark is not None else set()
        only = next(iter(found)) if len(found) == 1 else None
        for name, column in open_ones.items():
            typed[name], _ = self._quantity(column, only)
        return {name: typed[name] for name in columns}

    def _quantity(self, column: Coded, decimal: DecimalMark | None) -> tuple[Quantity, DecimalMark | None]:
        if column.numbers is not None:
            return self._number_column(column.numbers), None
        bare, reviewed = zip(*(self._parted(text) for text in column.texts), strict=True) if column.texts else ((), ())
        found = number_lookup(
            bare,
            column.counts.tolist(),
            column=column.name,
            kind="number",
            decimal=decimal,
            missing=self._mapping.missing,
        )
        if found.n_unreadable:
            unreadable = np.isin(column.codes, [i for i, text in enumerate(bare) if text in set(found.unreadable)])
            if not self._counting:
                problem = unreadable_numbers(found, row=self.first_row(unreadable)).problem
                raise CaseDataError(
                    problem,
                    tr(
                        "Correct the cells, name their code in [missing], or set "
                        'faults = "count" in [data] to count them as missing.'
                    ),
                )
            self.n_unreadable += found.n_unreadable
        values = np.array([self._value(text, found.values[text]) for text in bare] + [np.nan], np.float64)
        levels = [
            self._level(text, value, under_review=seen)
            for text, value, seen in zip(bare, values[:-1], reviewed, strict=True)
        ]
        status = np.array([_status(one) for one in levels] + [_status(NOT_AVAILABLE)], np.uint8)
        self.n_blank += int((column.codes < 0).sum())
        return Quantity(values[column.codes], status[column.codes]), found.decimal

    def _number_column(self, numbers: NDArray[np.float64]) -> Quantity:
        """Take a column that holds numbers already; a code may be one of them, such as -9."""
        blank = np.isnan(numbers)
        self.n_blank += int(blank.sum())
        values = numbers.copy()
        status = np.where(blank, _status(NOT_AVAILABLE), 0).astype(np.uint8)
        for code, meaning in self._codes.items():
            if _CODED_NUMBER.match(code):
                coded = numbers == float(code)
                values[coded] = 0.0 if meaning == "zero" else np.nan
                status[coded] = 0 if meaning == "zero" else _status(meaning)
        return Quantity(values, status)

    def _parted(self, text: str) -> tuple[str, bool]:
        """Part a number from the mark beside it that says it is under review, such as "1,204 p"."""
        bare = normalise(text)
        for code, meaning in self._codes.items():
            if meaning == UNDER_REVIEW and bare != code and bare.endswith(code):
                number = text.strip()[: -len(code)].rstrip(" ([")
                if number and number[-1].isdigit():
                    return number, True
            if meaning == UNDER_REVIEW and bare != code and bare.endswith(f"({code})"):
                return text.strip()[: -len(code) - 2].rstrip(), True
        return text, False

    def _value(self, text: str, number: float | None) -> float:
        if number is not None:
            return float(number)
        return 0.0 if self._codes.get(normalise(text)) == "zero" else np.nan

    def _level(self, text: str, value: float, *, under_review: bool) -> str:
        meaning = self._codes.get(normalise(text), "")
        if meaning and meaning != "zero":
            return meaning
        if np.isnan(value):
            return NOT_AVAILABLE
        return UNDER_REVIEW if under_review else ""

    # -------------------------------------------------------------------------------------------------------- levels

    def levels(self, spec: KeyColumn, *, where: str) -> Levels:
        """Return the level of each row.

        Texts that differ in capitals, accents and spaces only are one level, as the first of them is written.
        """
        column = self.need(spec.column, where=where)
        given = spec.labels if spec.crosswalk is None else read_crosswalk(self._mapping.path(spec.crosswalk))
        labels = {normalise(text): level for text, level in given.items()}
        ignored = {normalise(text) for text in spec.ignore}
        codes = {normalise(code): one for code, one in self._no_zero.items()}
        places: dict[str, int] = {}
        levels: list[str] = []
        spellings: set[str] = set()
        of: list[int] = []
        written: dict[str, int] = {}
        for text in [*column.texts, NOT_RECORDED]:
            bare, tidy = normalise(text), " ".join(text.split())
            level = labels.get(bare) or codes.get(bare) or tidy
            if places.setdefault(normalise(level), len(levels)) == len(levels):
                levels.append(level)
            of.append(places[normalise(level)])
            written.setdefault(bare, len(written))
            if level == tidy and levels[of[-1]] != tidy:
                spellings.add(tidy)
        dropped = np.array([normalise(text) in ignored for text in column.texts] + [False], np.bool_)
        taken = np.array(of, np.int64)[column.codes]
        as_written = np.array([*(written[normalise(text)] for text in column.texts), written[NOT_RECORDED]], np.int64)
        return Levels(taken, levels, as_written[column.codes], list(written), ~dropped[column.codes], len(spellings))

    # ------------------------------------------------------------------------------------------------------- periods

    def periods(self, spec: PeriodColumns) -> tuple[Days, Days]:
        """Return the first and the last day of each row's period.

        Raises
        ------
        CaseDataError
            When a period cannot be read, unless faults are counted; then both days are ``NO_DAY``.
        """
        if spec.column is not None:
            return self._period_column(spec.column, spec.length)
        if spec.start is not None and spec.end is not None:
            first, last = self._day(spec.start, "counts.period.start"), self._day(spec.end, "counts.period.end")
            self._refuse((first > last) & (last != NO_DAY), "start")
            return first, last
        return self._numbered(spec)

    def _period_column(self, name: str, length: Period | None) -> tuple[Days, Days]:
        column = self.need(name, where="counts.period")
        return self._of_texts(column, column.texts, length)

    def _of_texts(self, column: Coded, texts: Sequence[str], length: Period | None) -> tuple[Days, Days]:
        """Return the period that each text stands for."""
        first = np.full(len(texts) + 1, NO_DAY, np.int32)
        last = first.copy()
        others: list[int] = []
        for place, text in enumerate(texts):
            days = _part_of_year(normalise(text))
            if days is None:
                others.append(place)
            else:
                first[place], last[place] = days
        if others:
            found = day_lookup(
                [texts[one] for one in others],
                column.counts[others].tolist(),
                column=column.name,
                order=self._mapping.data.date_order,
                missing=self._no_zero,
            )
            if found.n_unreadable and not self._counting:
                wrong = [one for one in others if texts[one] in set(found.unreadable)]
                raise unreadable_days(found, row=self.first_row(np.isin(column.codes, wrong)))
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
                day = found.days.get(texts[one])
                if day is None:
                    continue
                precision = found.precision[texts[one]]
                kind: Period = length if length is not None and precision == "day" else _coarse(precision)
                period = periods_of(np.array([day], np.int32), kind)
                first[one], last[one] = period.first_day[0], period.last_day[0]
        self._refuse(first[column.codes] == NO_DAY, column.name)
        return first[column.codes], last[column.codes]

    def _numbered(self, spec: PeriodColumns) -> tuple[Days, Days]:
        """Return the periods of a year and one of its parts."""
        year = self._texts(spec.year, "counts.period.year")
        parts: list[tuple[Period, Any]] = [
            ("month", spec.month),
            ("quarter", spec.quarter),
            ("half_year", spec.half_year),
        ]
        named = [one for one in parts if one[1] is not None]
        if not named:
            return self._of_texts(year, year.texts, None)
        kind, given = named[0]
        part = self._texts(given, f"counts.period.{kind}")
        width = len(part.texts) + 1
        pairs = (year.codes + 1) * width + part.codes + 1
        distinct, codes = np.unique(pairs, return_inverse=True)
        texts = [
            _pair(year.texts[one // width - 1], part.texts[one % width - 1], kind)
            if one >= width and one % width
            else "?"
            for one in distinct.tolist()
        ]
        name = f"{year.name} + {part.name}"
        return self._of_texts(Coded(name, codes.astype(np.int64), texts), texts, None)

    def _texts(self, given: int | str | None, where: str) -> Coded:
        if isinstance(given, str):
            return self.need(given, where=where)
        return Coded(where, np.zeros(self.rows, np.int64), [str(given)])

    def _day(self, given: Any, where: str) -> Days:
        if not isinstance(given, str):
            return np.full(self.rows, day_number(given), np.int32)
        column = self.need(given, where=where)
        found = day_lookup(
            column.texts,
            column.counts.tolist(),
            column=column.name,
            order=self._mapping.data.date_order,
            missing=self._no_zero,
        )
        coarse = [text for text, precision in found.precision.items() if precision != "day"]
        if coarse:
            raise CaseDataError(
                tr("The column '{column}' holds dates without a day.", column=column.name),
                tr("The first and the last day of a period are whole dates; else name one column as the period."),
            )
        if found.n_unreadable and not self._counting:
            wrong = [place for place, text in enumerate(column.texts) if text in set(found.unreadable)]
            raise unreadable_days(found, row=self.first_row(np.isin(column.codes, wrong)))
        days = np.array(
            [NO_DAY if (day := found.days[text]) is None else day for text in column.texts] + [NO_DAY], np.int32
        )
        taken: Days = days[column.codes]
        self._refuse(taken == NO_DAY, column.name)
        return taken

    def _refuse(self, rows: Flags, column: str) -> None:
        if self._counting or not rows.any():
            return
        row = self.first_row(rows)
        raise CaseDataError(
            trn(
                "{n} row has no period that can be read in '{column}'{where}.",
                "{n} rows have no period that can be read in '{column}'{where}.",
                int(rows.sum()),
                column=column,
                where=tr(" (the first in row {row})", row=row) if row is not None else "",
            ),
            tr('Correct the cells, or set faults = "count" in [data] to leave these rows out.'),
        )


def _coded(column: Any, name: str) -> Coded:
    """Return an Arrow column as distinct texts and codes; numbers as numbers."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _coded_numbers(np.array(column.cast(pa.float64()), np.float64), name)
    if pa.types.is_timestamp(kind):
        column = column.cast(pa.date32(), safe=False)
    # Blank cells are encoded too: a value put in their place would have Arrow import pandas.
    coded = column.cast(pa.string()).dictionary_encode(null_encoding="encode")
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    texts = ["" if one is None else str(one) for one in coded.dictionary.to_pylist()]
    codes = np.from_dlpack(coded.indices).astype(np.int64)
    return Coded(name, *_without_blanks(codes, texts))


def _coded_numbers(numbers: NDArray[np.float64], name: str) -> Coded:
    """Return a column of numbers with their texts, whole ones without a point."""
    blank = np.isnan(numbers)
    distinct, codes = np.unique(numbers[~blank], return_inverse=True)
    texts = [str(int(one)) if one.is_integer() else repr(one) for one in distinct.tolist()]
    placed = np.full(len(numbers), -1, np.int64)
    placed[~blank] = codes
    return Coded(name, placed, texts, numbers)


def _without_blanks(codes: NDArray[np.int64], texts: list[str]) -> tuple[NDArray[np.int64], list[str]]:
    """Give blank texts the code -1."""
    kept = [place for place, text in enumerate(texts) if text.strip()]
    place_of = np.full(max(len(texts), 1), -1, np.int64)
    place_of[kept] = np.arange(len(kept))
    return place_of[codes], [texts[place] for place in kept]


def _status(level: str) -> int:
    return STATUSES.index(level)


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
