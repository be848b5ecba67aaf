"""The door for frames: which engine they stay in, and how a column of texts becomes days, states or levels there.

Polars, DuckDB, Spark and ibis frames stay in their engine. Frames that are in memory already (pandas, Arrow) and files
are handed, through Arrow and without leaving this process, to an embedded engine of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import add, or_
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import narwhals.stable.v2 as nw

from ...base.errors import CaseDataError, MappingError
from ...base.language import tr
from ...base.types import FrameLibrary
from ..calendar import day_number
from ..conversions.conversion import DayLookup
from ..days import day_of_date
from .embedded import DayFrame, Embedded, with_day_numbers
from .in_memory import LARGEST_WHOLE, appended, to_arrow
from .text_table import SwappedDates, TextTable

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["DayFrame", "Embedded", "Source", "ensure_together", "with_day_numbers"]

Family: TypeAlias = Literal["text", "date", "number", "flag"]

# Formats that an SQL engine can read by itself; files and in-memory frames need none of them.
_SQL_FORMATS = tuple(
    pattern.replace("-", mark) for mark in ("-", "/", ".") for pattern in ("%Y-%m-%d", "%d-%m-%Y", "%m-%d-%Y")
)

# Up to so many rows a column is counted faster here than an engine takes to understand the question; a coding sheet has
# hundreds of columns.
_FEW = 100_000


class Source:
    """One table of the user's while its columns are being typed.

    Parameters
    ----------
    native : frame of any supported library
    embedded : Embedded
        Where in-memory frames go.
    name : str
        How messages call this table.
    """

    def __init__(self, native: Any, embedded: Embedded, *, name: str) -> None:
        self._is_ours = isinstance(native, DayFrame)
        self._day_columns = native.columns if isinstance(native, DayFrame) else frozenset[str]()
        native = native.native if isinstance(native, DayFrame) else native
        # A file knows its rows as a spreadsheet counts them, its header and blank lines among them.
        self._file = native if isinstance(native, TextTable) else None
        native = native.table if isinstance(native, TextTable) else native
        frame = _from_native(native, name)
        self.name = name
        self.library: FrameLibrary = _library(frame)
        self._embedded = embedded
        self._arrow: pa.Table | None = None
        self._lazy: nw.LazyFrame[Any] | None = None
        self._made: dict[str, nw.Expr] = {}
        if isinstance(frame, nw.DataFrame) and frame.implementation.is_polars():
            self._lazy = frame.lazy()
        elif isinstance(frame, nw.DataFrame):
            self._arrow = to_arrow(frame)
            frame = nw.from_native(self._arrow)
        else:
            self._lazy = frame
        self._schema: dict[str, Any] = dict(frame.collect_schema())
        self.columns = tuple(self._schema)
        self._whole_days: dict[str, nw.Expr] = {}
        self._not_made: dict[str, str] = {}
        self.made: frozenset[str] = frozenset()

    @property
    def is_embedded(self) -> bool:
        """Whether the table lies in the engine that comes with the library."""
        return self._arrow is not None or self._is_ours

    @property
    def in_memory(self) -> bool:
        """Whether rows can be counted from the top, so that a message can name one."""
        return self._arrow is not None

    def kept(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Return what was derived of this table computed once, where it lies in the embedded engine."""
        return self._embedded.kept(frame) if self.is_embedded else frame

    def need(self, column: str, *, where: str) -> str:
        """Check that a column is there and return it.

        Raises
        ------
        MappingError
            When it is not, naming what comes nearest; when another one is called so but for capitals.
        """
        if column in self._not_made:
            raise MappingError.unknown_column(self._not_made[column], self.columns, where=f"columns.{column}")
        if column not in self.columns:
            raise MappingError.unknown_column(column, self.columns, where=where)
        if self.is_embedded and (twin := self._twin(column)) is not None:
            # the engine takes names that differ by capitals only for one, and reads the first of them
            raise MappingError(
                tr(
                    "The columns '{one}' and '{other}' differ by capitals only; the mapping names one ({where}).",
                    one=twin,
                    other=column,
                    where=where,
                ),
                tr("Give one of them another heading in the file."),
            )
        if isinstance(self._schema[column], nw.List | nw.Array | nw.Struct):
            raise MappingError(
                tr(
                    "The column '{column}' ({where}) holds lists or records, not single values.",
                    column=column,
                    where=where,
                ),
                tr("Make one column of each part, or name another column."),
            )
        return column

    def _twin(self, column: str) -> str | None:
        lowered = column.lower()
        return next((one for one in self.columns if one != column and one.lower() == lowered), None)

    def family(self, column: str) -> Family:
        """Return what a column holds: text, date, number or flag."""
        dtype = self._schema[column]
        if column in self._day_columns or isinstance(dtype, nw.Date | nw.Datetime):
            return "date"
        if dtype.is_numeric():
            return "number"
        return "flag" if isinstance(dtype, nw.Boolean) else "text"

    def is_text(self, column: str) -> bool:
        """Return whether a column holds texts and nothing else."""
        return isinstance(self._schema[column], nw.String)

    def has_fractions(self, column: str) -> bool:
        """Return whether a column of numbers is of a type that can hold fractions."""
        return not self._schema[column].is_integer()

    def distinct(self, column: str) -> tuple[list[str], list[int]]:
        """Return the distinct texts of a column and how often each occurs, in sorted order, without nulls."""
        if self._arrow is not None and self._arrow.num_rows <= _FEW and self.is_text(column):
            counted = self._arrow[column].drop_null().value_counts()
            pairs = sorted(zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True))
        else:
            frame = self._view().select(text=self._as_text(column)).drop_nulls()
            found = frame.group_by("text").agg(nw.len().alias("n")).collect()
            pairs = sorted(zip(found.get_column("text").to_list(), found.get_column("n").to_list(), strict=True))
        return [str(text) for text, _ in pairs], [int(n) for _, n in pairs]

    def value_labels(self, column: str) -> Mapping[str, str]:
        """Return the label of each code of a column, where the file has such labels."""
        return self._file.value_labels.get(column, {}) if self._file is not None else {}

    def cell_of_code(self, column: str) -> Mapping[str, str]:
        """Return what the cells of a labelled column hold for each of its codes."""
        return self._file.cell_of_code(column) if self._file is not None else {}

    def user_missing(self, column: str) -> tuple[str, ...]:
        """Return the texts that the file itself declares missing in a column."""
        return self._file.user_missing.get(column, ()) if self._file is not None else ()

    def written_numbers(self, column: str) -> Mapping[str, bool] | None:
        """Return, of a column whose numbers the file types, those that stand as text; None where all numbers do."""
        return None if self._file is None or column in self.made else self._file.written_numbers.get(column)

    def swapped_dates(self, column: str) -> SwappedDates | None:
        """Return in which of several files a program turned the dates of a column round, and how many."""
        return None if self._file is None or column in self.made else self._file.swapped_dates.get(column)

    def first_row(self, column: str, texts: Iterable[str]) -> int | None:
        """Return the number (from 1) of the first row whose cell is one of ``texts``; None where rows have no order."""
        if self._file is not None and column in self._file.columns:
            return self._file.first_row_with(column, texts)
        if self._arrow is None:
            return None
        import pyarrow as pa
        import pyarrow.compute as pc

        hit = pc.is_in(self._arrow[column].cast(pa.string()), value_set=pa.array(list(texts), pa.string()))
        place = pc.index(hit, value=True).as_py()
        if place < 0:
            return None
        return self._file.row_number(place) if self._file is not None else place + 1

    def add(self, name: str, expr: nw.Expr) -> None:
        """Add a column made by an expression over the user's columns."""
        self._made[name] = expr

    def put(self, name: str, expr: nw.Expr, *, whole_day: nw.Expr | None = None) -> None:
        """Add a text to the user's own columns, made of them by an expression; it takes the place of its namesake.

        Parameters
        ----------
        whole_day : expression, optional
            For a date that is not always known to the day: the same date written whole, in ISO order.
        """
        if self._arrow is not None:
            made = nw.from_native(self._arrow).select(expr.alias(name)).to_native()[name]
            place = self._arrow.schema.get_field_index(name)
            self._arrow = (
                self._arrow.append_column(name, made) if place < 0 else self._arrow.set_column(place, name, made)
            )
        else:
            self._lazy = self._view().with_columns(expr.alias(name))
            if whole_day is not None:
                # the parts may be overwritten later, so it is kept beside
                self._lazy = self._lazy.with_columns(whole_day.alias(f"whole__{name}"))
                self._whole_days[name] = nw.col(f"whole__{name}")
        self._day_columns -= {name}
        self._schema[name] = nw.String()
        self.columns = (*(one for one in self.columns if one != name), name)
        self.made |= {name}

    def not_made(self, name: str, part: str) -> None:
        """Remember that a column could not be made here, because a part of it is not there."""
        if name not in self.columns:
            self._not_made[name] = part

    def looked_up(self, name: str, column: str, lookup: Mapping[str, str | None]) -> nw.Expr:
        """Return the text that ``lookup`` has for each text of a column; null for texts without one."""
        self.add_lookup(name, column, lookup, nw.String)
        made = self._made.pop(name)
        if self._arrow is not None:
            return made
        # a column of its own, as an expression that stands in another several times is computed as often
        self._lazy = self._view().with_columns(made.alias(f"part__{name}"))
        return nw.col(f"part__{name}")

    def add_total(self, name: str, parts: Sequence[tuple[str, int]]) -> None:
        """Add the sum of columns of numbers made before, each times a whole number; a gap beside a number is zero."""
        made = [self._made[one] for one, _ in parts]
        known = reduce(or_, [~one.is_null() for one in made])
        total = reduce(add, [one.fill_null(0.0) * times for one, (_, times) in zip(made, parts, strict=True)])
        self._made[name] = nw.when(known).then(total)

    def add_date(self, name: str, column: str) -> None:
        """Add the day number of a column of dates."""
        self._made[name] = nw.col(column) if column in self._day_columns else day_of_date(nw.col(column))

    def add_lookup(self, name: str, column: str, lookup: Mapping[str, Any], dtype: Any) -> None:
        """Add the value that ``lookup`` has for each text; null for texts without one."""
        used = {text: value for text, value in lookup.items() if value is not None}
        if self._arrow is not None:
            # An attribute may be called like its own column, or like another one of the user's.
            made_as = f"made__{name}"
            self._arrow = appended(self._arrow, made_as, column, used, dtype)
            self._made[name] = nw.col(made_as)
            return
        text = self._as_text(column)
        if self.family(column) == "text" and dtype == nw.String and all(key == value for key, value in lookup.items()):
            self._made[name] = nw.col(column)
            return
        by_value: dict[Any, list[str]] = {}
        for key, value in used.items():
            by_value.setdefault(value, []).append(key)
        if self._is_polars() and used:
            self._made[name] = text.replace_strict(list(used), list(used.values()), default=None, return_dtype=dtype)
            return
        made: nw.Expr = nw.lit(None, dtype=dtype)
        for value, keys in by_value.items():
            made = nw.when(text.is_in(keys)).then(nw.lit(value, dtype=dtype)).otherwise(made)
        self._made[name] = made

    def add_days(self, name: str, column: str, found: DayLookup) -> None:
        """Add the day number of a column of texts.

        Raises
        ------
        CaseDataError
            When the table lies in an SQL engine and its dates have no single form that the engine can read.
        """
        if self._arrow is not None or self._is_polars():
            self.add_lookup(name, column, found.days, nw.Int32)
            return
        if column in self._whole_days:
            blank = [text for text, day in found.days.items() if day is None]
            whole = self._whole_days[column]
            readable = nw.when(~nw.col(column).is_in(blank)).then(whole) if blank else whole
            self._made[name] = day_of_date(readable.str.to_datetime("%Y-%m-%d"))
            return
        texts = {text: day for text, day in found.days.items() if day is not None}
        pattern = next((one for one in _SQL_FORMATS if all(_reads(one, *pair) for pair in texts.items())), None)
        if pattern is None:
            raise CaseDataError(
                tr(
                    "The dates in '{column}' are texts of several forms, which {table} cannot read.",
                    column=column,
                    table=self.name,
                ),
                tr(
                    "Turn the column into dates in the database first, or hand the data over as a file or pandas frame."
                ),
            )
        blank = [text for text, day in found.days.items() if day is None]
        text = nw.col(column)
        readable = nw.when(~text.is_in(blank)).then(text) if blank else text
        self._made[name] = day_of_date(readable.str.to_datetime(pattern))

    def number(self, column: str) -> nw.Expr:
        """Return a column of numbers; "not a number", which is how some engines mark a gap, is null."""
        expr = nw.col(column)
        return nw.when(~expr.is_nan()).then(expr) if self._schema[column].is_float() else expr

    def as_text(self, column: str) -> nw.Expr:
        """Return a column as text, whole numbers without a decimal point."""
        return self._as_text(column)

    def lazy(self, *keep: str) -> nw.LazyFrame[Any]:
        """Return the columns made so far, and those of the user's that are named, as a lazy frame of its engine."""
        columns = {**{name: nw.col(name) for name in keep}, **self._made}
        return self._view().select(*[expr.alias(name) for name, expr in columns.items()])

    def repeated_rows(self) -> int:
        """Return how many rows repeat another one to the letter."""
        if self._arrow is None:
            return 0
        original = self._arrow.select(list(self.columns))
        return int(original.num_rows - original.group_by(list(self.columns)).aggregate([]).num_rows)

    def keep_first(self, columns: Sequence[str]) -> None:
        """Keep, of the rows with one id, the first; rows without an id go."""
        import numpy as np
        import pyarrow.compute as pc

        if self._arrow is None:
            raise CaseDataError(
                tr("Ids repeat in {table}, whose rows have no order.", table=self.name),
                tr("Make the ids unique in the database first."),
            )
        ids = self._arrow[columns[0]]
        if len(columns) > 1:
            ids = pc.binary_join_element_wise(*[self._arrow[one].cast("string") for one in columns], "|")
        indices = pc.dictionary_encode(ids).combine_chunks().indices
        codes = pc.fill_null(indices, -1).to_numpy(zero_copy_only=False)
        _, first = np.unique(codes, return_index=True)
        first = np.sort(first[codes[first] >= 0])
        self._arrow = self._arrow.take(first)

    def _view(self) -> nw.LazyFrame[Any]:
        if self._arrow is not None:
            return self._embedded.table(self._arrow)
        if self._lazy is None:
            raise TypeError("a source is either in memory or lazy")
        return self._lazy

    def _is_polars(self) -> bool:
        return self._lazy is not None and self._lazy.implementation.is_polars()

    def _as_text(self, column: str) -> nw.Expr:
        expr, dtype = nw.col(column), self._schema[column]
        if isinstance(dtype, nw.String):
            return expr
        if dtype.is_float():
            # A whole-number column with gaps comes from pandas as floats.
            number = self.number(column)
            whole = (number == number.floor()) & (number.abs() < LARGEST_WHOLE)
            return nw.when(whole).then(number).cast(nw.Int64).cast(nw.String).fill_null(number.cast(nw.String))
        return expr.cast(nw.String)


def ensure_together(one: nw.LazyFrame[Any], other: nw.LazyFrame[Any], *, name: str) -> None:
    """Refuse a further table that lies in another engine, or in another database, than the first one.

    Raises
    ------
    MappingError
        Because no engine can join the two.
    """
    together = one.implementation is other.implementation
    if together and one.implementation.is_duckdb():
        import duckdb

        try:
            one.select("unit_id").join(other.select("unit_id"), on="unit_id", how="left")
        except duckdb.Error:
            together = False
    if not together:
        raise MappingError(
            tr("{table} lies in another engine or database than the cases, so the two cannot be joined.", table=name),
            tr("Hand over all tables as frames of one library, or as relations of one database connection."),
        )


def _from_native(native: Any, name: str) -> nw.DataFrame[Any] | nw.LazyFrame[Any]:
    try:
        frame: nw.DataFrame[Any] | nw.LazyFrame[Any] = nw.from_native(native)
    except TypeError:
        raise MappingError(
            tr("{table} is a {type}, which is not a frame.", table=name, type=type(native).__name__),
            tr("Hand over a pandas or Polars frame, an Arrow table, a DuckDB relation or a PySpark frame."),
        ) from None
    except nw.exceptions.DuplicateError:
        raise _twice(name) from None
    return frame


def _twice(name: str) -> MappingError:
    return MappingError(
        tr("Two columns of {table} have the same name.", table=name), tr("Give every column a name of its own.")
    )


def _library(frame: nw.DataFrame[Any] | nw.LazyFrame[Any]) -> FrameLibrary:
    kind = frame.implementation
    if kind.is_polars():
        return "polars"
    return "pandas" if kind.is_pandas_like() else "pyarrow"


def _reads(pattern: str, text: str, day: int) -> bool:
    try:
        return day_number(dt.datetime.strptime(text, pattern)) == day
    except ValueError:
        return False
