"""The columns of a table of counts: texts to numbers with what is known about each, to levels, and to periods."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...base.errors import CaseDataError, MappingError
from ...base.language import tr
from ...base.levels import NOT_AVAILABLE, NOT_RECORDED, UNDER_REVIEW
from ...base.quantities import STATUSES, Quantity
from ...base.types import Counts, Flags
from ..conversions.conversion import normalise, number_lookup, unreadable_numbers
from ..conversions.numbers import DecimalMark
from ..readers.files import read_crosswalk
from .mapping import CountMapping, KeyColumn

_CODED_NUMBER: Final = re.compile(r"^-?\d+$")
_WHEN: Final = re.compile(
    r"(gestion |ano |year )?(19|20)\d\d( ?[-/] ?\d{1,2})?"
    r"|(ene|feb|mar|abr|may|jun|jul|ago|sep|set|oct|nov|dic|jan|apr|aug|dec)[a-z]*\.?( ?[-/]? ?(de )?\d{2,4})?"
    r"|([1-4] ?[tq]|[tq] ?[1-4])( ?[-/]? ?\d{2,4})?"
)


def says_when(name: str) -> bool:
    """Whether a column is called a year, a month or a quarter.

    Examples
    --------
    >>> [says_when(one) for one in ("2017", "Gestión 2017", "ene-19", "Marzo", "T1 2019", "Ingresadas")]
    [True, True, True, True, True, False]
    """
    return _WHEN.fullmatch(normalise(name)) is not None


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
    blank : array of bool, shape (R,)
        The rows whose cell is blank.
    spellings : int
        How many texts are written unlike the level that they are.
    """

    codes: Counts
    levels: list[str]
    written: Counts
    texts: list[str]
    kept: Flags
    blank: Flags
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
    written : mapping of str to mapping
        For columns of typed numbers: the numbers that stand in them as text, and whether a typed one looks the same.
    """

    def __init__(
        self,
        table: Any,
        *,
        name: str,
        row_number: Callable[[int], int | None],
        mapping: CountMapping,
        written: Mapping[str, Mapping[str, bool]] = MappingProxyType({}),
    ) -> None:
        self.name = name
        self.rows = int(table.num_rows)
        self.row_number = row_number
        self._table = table
        self._written = written
        self.mapping = mapping
        self.counting = mapping.data.faults == "count"
        self._codes = {normalise(code): meaning for code, meaning in mapping.missing.items()}
        # What stands in place of a level or of a day says only that there is none.
        self.no_zero = {code: one for code, one in mapping.missing.items() if one != "zero"}
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
            turned = sum(says_when(one) for one in self.columns)
            if turned > 1 and where.startswith("counts.period"):
                raise MappingError(
                    tr("The periods stand beside one another: {n} columns are years, months or quarters.", n=turned),
                    tr(
                        "Turn the table first, so that each row is one period and each column one quantity: in a "
                        "spreadsheet by unpivoting, in pandas by melt."
                    ),
                )
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
        declared = self.mapping.data.decimal
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
            missing=self.mapping.missing,
            written=self._by_hand(column, bare),
        )
        if found.n_unreadable:
            unreadable = np.isin(column.codes, [i for i, text in enumerate(bare) if text in set(found.unreadable)])
            if not self.counting:
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

    def _by_hand(self, column: Coded, bare: Sequence[str]) -> Mapping[str, bool] | None:
        """Return the numbers that stand as text in a column of typed ones, those beside a mark among them."""
        held = self._written.get(column.name)
        if held is None:
            return None
        whole = set(column.texts)
        marked = {one for one, text in zip(bare, column.texts, strict=True) if one != text and one not in held}
        return {**held, **{one: one in whole for one in marked}}

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
        given = spec.labels if spec.crosswalk is None else read_crosswalk(self.mapping.path(spec.crosswalk))
        labels = {normalise(text): level for text, level in given.items()}
        ignored = {normalise(text) for text in spec.ignore}
        codes = {normalise(code): one for code, one in self.no_zero.items()}
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
        kept, blank = ~dropped[column.codes], column.codes < 0
        return Levels(taken, levels, as_written[column.codes], list(written), kept, blank, len(spellings))


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
