"""What the columns of an unknown file look like: how full, how many different texts, how many of them dates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from ...base.errors import CaseDataError, ReadError
from ...base.language import tr
from ...base.levels import NOT_AVAILABLE
from ..conversions.conversion import DateOrder, DayLookup, day_lookup, number_lookup
from ..conversions.numbers import DecimalMark, NumberKind
from ..conversions.text import normalise, part_missing
from ..readers.database import read_database
from ..readers.database_url import refuse_secrets, source_name
from ..readers.files import is_parquet, is_workbook, open_parquet, parquet_files, read_text_tables, sheets_with_data
from ..readers.survey import MainTable, read_survey
from ..readers.survey_links import looks_like_survey
from .sheet_shapes import MOST_SHEETS, header_below, of_one_shape
from .words import DATE_WORDS, MISSING_CODES, says, words_of

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

# The name of a file or the address of a database.
Given: TypeAlias = str | Path

# Enough texts to know a column by, and enough to find its latest day.
_FEW_TEXTS: Final = 500
_MOST_TEXTS: Final = 20_000
_MOST_LABELS: Final = 300
# Between the groups of a question in an export of a survey and its name.
_GROUPS: Final = re.compile(r"/| - |::|\.")
_MOST_KEYS: Final = 1 << 62
DECIMAL_MARKS: Final[tuple[DecimalMark, ...]] = (",", ".")

_CODES: Final[Mapping[str, str]] = MappingProxyType({normalise(code): code for code in MISSING_CODES})


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnLook:
    """How one column looks; nothing in it that a cell says, except ``labels``, which are never shown as they are.

    Attributes
    ----------
    name : str
        As the file calls it.
    words : tuple of str
        Words of the name.
    called : str
        What a statistics file calls it besides.
    n_rows, n_filled, n_distinct : int
        Rows of the file; cells that say something; different texts among them.
    share_dates, share_numbers, share_decimals : float
        Share of the filled cells that are whole dates, whole numbers, or numbers of any kind.
    order : {"dmy", "mdy", "ymd"} or None
        Order of the dates, where the column settles it.
    ambiguous : bool
        Whether its dates could be read in two orders.
    days, day_counts : tuple of int
        The days, and how many cells hold each; for the cut-off.
    labels : tuple of (str, int)
        Texts and counts of a column with few different texts.
    missing_codes : mapping of str to str
        Usual codes for missing that occur in it.
    decimal : {",", "."} or None
        The mark that must be the decimal one for numbers like 9.999 to be whole, where nothing in the column says so.
    units : mapping of str to int, optional
        Where a unit has several rows: how many units hold each label.
    """

    name: str
    words: tuple[str, ...]
    n_rows: int
    n_filled: int
    n_distinct: int
    share_dates: float = 0.0
    share_numbers: float = 0.0
    share_decimals: float = 0.0
    order: DateOrder | None = None
    ambiguous: bool = False
    days: tuple[int, ...] = field(default=(), repr=False)
    day_counts: tuple[int, ...] = field(default=(), repr=False)
    labels: tuple[tuple[str, int], ...] = field(default=(), repr=False)
    missing_codes: Mapping[str, str] = field(default_factory=dict)
    called: str = ""
    decimal: DecimalMark | None = None
    units: Mapping[str, int] | None = field(default=None, repr=False)

    @property
    def share_filled(self) -> float:
        """Share of the rows in which the column says something."""
        return self.n_filled / self.n_rows if self.n_rows else 0.0

    @property
    def is_date(self) -> bool:
        """Whether the column holds dates: most cells are, or it is blank and is called so."""
        if self.n_filled == 0:
            return any(says(self.words, one) for one in DATE_WORDS)
        return self.share_dates >= 0.5

    @property
    def is_unique(self) -> bool:
        """Whether every filled cell is different."""
        return self.n_filled > 0 and self.n_distinct == self.n_filled


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """A table that was looked at.

    Attributes
    ----------
    files : tuple of Path or str
        Where it lies; several files of one shape, or the address of a database.
    n_rows : int
    columns : tuple of ColumnLook
    sheet : str or None
        Sheet that was taken.
    other_sheets : tuple of str
        Further sheets with tables.
    sheets : tuple of str
        Sheets of one shape that were taken together, one below the other; none where it is one sheet.
    near_sheets : tuple of str
        Of the others those with most columns of the sheet that was taken: another year, perhaps.
    header_row : int or None
        Row with the names of the columns, where a row with names of groups of columns stands above it.
    table : pyarrow.Table or DuckDB relation
        The rows, for what only several columns together can tell. Personal: never shown.
    export : {"kobo", "odk"} or None
        Survey system whose export it is.
    """

    files: tuple[Given, ...]
    n_rows: int
    columns: tuple[ColumnLook, ...]
    sheet: str | None = None
    other_sheets: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    near_sheets: tuple[str, ...] = ()
    header_row: int | None = None
    table: Any = field(default=None, repr=False)
    export: Literal["kobo", "odk"] | None = None

    @property
    def name(self) -> str:
        """How messages call it."""
        return self.sheet or ", ".join(source_name(one) for one in self.files)

    def n_distinct(self, columns: Sequence[str]) -> int:
        """Return how many different rows some columns have together."""
        import pyarrow as pa

        if isinstance(self.table, pa.Table):
            return _n_distinct(self.table, columns)
        names = ", ".join(_column(one) for one in columns)
        return len(self.table.aggregate(names, names))

    def counted(self, columns: Sequence[str]) -> list[tuple[tuple[str | None, ...], int]]:
        """Return the different rows of some columns as texts, and how many rows hold each."""
        import pyarrow as pa

        if isinstance(self.table, pa.Table):
            found = self.table.select(list(columns)).group_by(list(columns)).aggregate([([], "count_all")])
            rows = zip(*(found.column(one).to_pylist() for one in (*columns, "count_all")), strict=True)
        else:
            names = ", ".join(f"{_column(one)}::VARCHAR" for one in columns)
            groups = ", ".join(_column(one) for one in columns)
            rows = iter(self.table.aggregate(f"{names}, count(*)", groups).fetchall())
        return [(tuple(None if one is None else str(one) for one in row[:-1]), int(row[-1])) for row in rows]

    def of_units(self, look: ColumnLook, id_column: str | None) -> ColumnLook:
        """Return how a column looks with how many units hold each label, where a unit may have several rows."""
        if id_column is None or not look.labels or id_column == look.name:
            return look
        if next((one.is_unique for one in self.columns if one.name == id_column), False):
            return look
        units = Counter(text for (text, _), _ in self.counted([look.name, id_column]) if text is not None)
        return replace(look, units=dict(units))

    def texts(self, column: str) -> list[str]:
        """Return the different texts of a column."""
        import pyarrow as pa

        if isinstance(self.table, pa.Table):
            found = self.table.column(column).unique().to_pylist()
        else:
            found = [one for (one,) in self.table.aggregate(f"{_column(column)}::VARCHAR", _column(column)).fetchall()]
        return [str(one) for one in found if one is not None]


def look_at(
    path: Given | Sequence[Path],
    *,
    sheet: str | None = None,
    main: MainTable | None = None,
    folder: Path | None = None,
) -> LookedAt:
    """Look at every column of a table: a file, or several files of one shape.

    Parameters
    ----------
    path : Path, address of a database, or sequence of Path
    sheet : str, optional
        For a workbook; the fullest one by default. For a database the table.
    main : MainTable, optional
        For a repeat in an export of a survey: the table on which it hangs.
    folder : Path, optional
        Where the address of a database starts; the current folder by default.
    """
    if isinstance(path, str):
        refuse_secrets(path)
        read = read_database(path, folder=folder or Path(), table=sheet)
        columns = tuple(_look(name, name, read.n_rows, *read.distinct(name)) for name in read.columns)
        return LookedAt(files=(path,), n_rows=read.n_rows, columns=columns, sheet=sheet, table=read.table)
    paths = (path,) if isinstance(path, Path) else tuple(path)
    if all(is_parquet(one) for one in paths):
        relation = open_parquet(parquet_files(paths))
        n_rows = len(relation)
        columns = tuple(_look(name, name, n_rows, *_counted(relation, name)) for name in relation.columns)
        return LookedAt(files=paths, n_rows=n_rows, columns=columns, table=relation)
    others: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    if sheet is None and is_workbook(paths[0]) and paths[0].is_file():
        listed = sheets_with_data(paths[0])
        fullest = sorted(listed, key=lambda one: -one[1])
        sheet, others = (fullest[0][0] if fullest else None), tuple(name for name, _ in fullest[1:])
    read = read_text_tables(paths, sheet=sheet)
    header_row = header_below(read)
    if header_row is not None:
        read = read_text_tables(paths, sheet=sheet, header_row=header_row)
    if others and len(paths) == 1 and not looks_like_survey(read.columns):
        in_order = [name for name, _ in listed if name in others[:MOST_SHEETS]]
        alike, near = of_one_shape(paths[0], read.columns, in_order, header_row)
        if alike:
            sheets = tuple(name for name, _ in listed if name in {sheet, *alike})
            others = tuple(one for one in others if one not in alike)
            first, read = read.sheet, read_text_tables(paths, sheet=sheets, header_row=header_row)
            read = replace(read, sheet=first)
    export: Literal["kobo", "odk"] | None = None
    if looks_like_survey(read.columns):
        export = "odk" if "KEY" in read.columns else "kobo"
        sheets = (*([read.sheet] if read.sheet is not None else []), *others)
        read = read_survey(paths, sheet=sheet if main is not None else None, main=main)
        others = tuple(one for one in sheets if one != read.sheet)
    columns = tuple(
        replace(
            _look(
                f"{_GROUPS.split(name)[-1] if export is not None else name} {read.column_labels.get(name, '')}",
                name,
                read.n_rows,
                *read.distinct(name),
                read.user_missing.get(name, ()),
            ),
            called=read.column_labels.get(name, ""),
        )
        for name in read.columns
    )
    return LookedAt(
        files=paths,
        n_rows=read.n_rows,
        columns=columns,
        sheet=read.sheet,
        other_sheets=others,
        sheets=sheets,
        near_sheets=near,
        header_row=header_row,
        table=read.table,
        export=export,
    )


def _n_distinct(table: pa.Table, columns: Sequence[str]) -> int:
    """Count different rows by numbers in place of texts, which is ten times as fast."""
    import numpy as np

    keys, most = np.zeros(table.num_rows, np.int64), 1
    for name in columns:
        coded = table.column(name).combine_chunks().dictionary_encode(null_encoding="encode")
        size = max(len(coded.dictionary), 1)
        if most * size >= _MOST_KEYS:
            distinct, keys = np.unique(keys, return_inverse=True)
            most = len(distinct)
        keys = keys * size + np.from_dlpack(coded.indices)
        most *= size
    return len(np.unique(keys))


def _counted(relation: duckdb.DuckDBPyRelation, name: str) -> tuple[list[str | None], list[int]]:
    column = _column(name)
    rows = relation.aggregate(f"{column}::VARCHAR AS t, count(*) AS n", column).order("n DESC, t").fetchall()
    return [text for text, _ in rows], [int(n) for _, n in rows]


def _column(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _look(
    said: str,
    name: str,
    n_rows: int,
    texts: Iterable[str | None],
    counts: Iterable[int],
    declared: Iterable[str] = (),
) -> ColumnLook:
    """Look at one column through its distinct texts, the most frequent ones where there are very many.

    ``said`` is its name with what a statistics file calls it besides; of a question in a survey, without its groups.
    ``declared`` are texts that the file itself calls missing.
    """
    present = part_missing(texts, counts, {**dict.fromkeys(declared, NOT_AVAILABLE), **MISSING_CODES})
    values = sorted(present.values, key=lambda one: (-one[1], one[0]))
    few = values[:_FEW_TEXTS]
    some = values[:_MOST_TEXTS] if _share_dates(_dates(few)[0], few) >= 0.5 else few
    dates, ambiguous = _dates(some)
    whole = _share_dates(dates, some)
    days: Counter[int] = Counter()
    for text, n in some if dates is not None else ():
        day = dates.days.get(text) if dates is not None else None
        if dates is not None and day is not None and dates.precision[text] == "day":
            days[day] += n
    return ColumnLook(
        name=name,
        words=words_of(said),
        n_rows=n_rows,
        n_filled=present.n_values,
        n_distinct=len(values),
        share_dates=whole,
        share_numbers=_share_numbers(few, "integer"),
        share_decimals=_share_numbers(few, "number"),
        order=None if dates is None or ambiguous or whole < 0.5 else dates.order,
        ambiguous=ambiguous and whole >= 0.5,
        days=tuple(sorted(days)),
        day_counts=tuple(days[one] for one in sorted(days)),
        labels=tuple(values) if len(values) <= _MOST_LABELS else (),
        missing_codes={
            _CODES[normalise(code)]: level for code, level in present.levels.items() if normalise(code) in _CODES
        },
        decimal=_decimal_of(few),
    )


def _dates(values: list[tuple[str, int]]) -> tuple[DayLookup | None, bool]:
    """Read texts as dates in the order that fits; say whether both orders fit equally well."""
    if not values:
        return None, False
    texts, counts = [text for text, _ in values], [n for _, n in values]
    try:
        return day_lookup(texts, counts, column="?"), False
    except CaseDataError:
        day_first = day_lookup(texts, counts, column="?", order="dmy", sure=True)
        month_first = day_lookup(texts, counts, column="?", order="mdy", sure=True)
        better = month_first if month_first.n_unreadable < day_first.n_unreadable else day_first
        return better, day_first.n_unreadable == month_first.n_unreadable


def _share_dates(found: DayLookup | None, values: list[tuple[str, int]]) -> float:
    if found is None:
        return 0.0
    return sum(n for text, n in values if found.precision.get(text) == "day") / sum(n for _, n in values)


def _share_numbers(values: list[tuple[str, int]], kind: NumberKind) -> float:
    total = sum(n for _, n in values)
    if not total:
        return 0.0
    texts, counts = [text for text, _ in values], [n for _, n in values]
    try:
        return 1 - number_lookup(texts, counts, column="?", kind=kind).n_unreadable / total
    except CaseDataError:
        # 9.999 is a number whichever of two the point makes it
        found = (number_lookup(texts, counts, column="?", kind=kind, decimal=mark) for mark in DECIMAL_MARKS)
        return max(1 - one.n_unreadable / total for one in found)


def _decimal_of(values: list[tuple[str, int]]) -> DecimalMark | None:
    """Return the decimal mark by which numbers like 9.999, thousands or fractions, are whole, if one clearly is."""
    texts, counts = [text for text, _ in values], [n for _, n in values]
    try:
        number_lookup(texts, counts, column="?", kind="number")
    except CaseDataError:
        whole = {mark: _unreadable_by(mark, texts, counts) for mark in DECIMAL_MARKS}
        best = min(DECIMAL_MARKS, key=lambda mark: whole[mark])
        return best if whole[best] < max(whole.values()) else None
    return None


def _unreadable_by(mark: DecimalMark, texts: list[str], counts: list[int]) -> int:
    return number_lookup(texts, counts, column="?", kind="integer", decimal=mark).n_unreadable


def nothing_to_map(name: str) -> ReadError:
    """Build the error for a file in which nothing can be mapped."""
    return ReadError(
        tr("'{name}' has fewer than two columns; a case file needs an id and a date or an outcome.", name=name),
        tr("Look at the separator, or name the sheet."),
    )
