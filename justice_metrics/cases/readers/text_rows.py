"""Rows of Python values as a table of texts: nothing lost, memory bounded, what is no text left out by name."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from ...base.errors import ReadError
from ...base.language import Message, tr, trn
from .text_table import TextTable, clean_header, filled_rows, no_rows
from .typed_numbers import NumberColumn

_BLOCK: Final = 50_000
_LARGEST_WHOLE: Final = 2.0**53


class NotText(Exception):  # noqa: N818 (it never leaves this file)
    """A value that no text stands for: bytes, a list, a record."""


def cell_text(value: Any) -> str | None:
    """Write a value down: dates in ISO order, whole numbers without a fraction, all digits of the others.

    Raises
    ------
    NotText
        For bytes, lists, records and other things that are no single value.

    Examples
    --------
    >>> [cell_text(one) for one in (Decimal("1.50"), 3.0, 0.1, True, dt.date(2018, 4, 30), "  ", float("nan"))]
    ['1.50', '3', '0.1', 'TRUE', '2018-04-30', None, None]
    """
    if value is None:
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return str(int(value)) if value.is_integer() and abs(value) < _LARGEST_WHOLE else repr(value)
    if isinstance(value, Decimal):
        return None if value.is_nan() else format(value, "f")
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time() and value.tzinfo is None
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta | uuid.UUID):
        return str(value)
    raise NotText


class TextRows:
    """Takes rows in and gives a table of texts out.

    Parameters
    ----------
    names : sequence of str
        Names of the columns.
    zone : tzinfo, optional
        By whose clocks moments with a time zone are written down; by their own without it.
    """

    def __init__(self, names: Sequence[str], *, zone: dt.tzinfo | None = None) -> None:
        self._names = list(names)
        self._zone = zone
        self._moments: set[int] = set()
        self._cells: list[list[str | None]] = [[] for _ in names]
        self._blocks: list[Any] = []
        self._no_text: set[int] = set()
        self._numbers = [NumberColumn() for _ in names]

    @property
    def n_moments(self) -> int:
        """Number of columns that hold moments with a time zone."""
        return len(self._moments)

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Take rows in."""
        for row in rows:
            for place, value in enumerate(row):
                if isinstance(value, str | float | Decimal):
                    self._numbers[place].add((value,))
                self._cells[place].append(self._cell(value, place))
            if self._cells and len(self._cells[0]) >= _BLOCK:
                self._finish_block()

    def table(self, source: str, *, notes: tuple[Message, ...] = ()) -> TextTable:
        """Return everything that was taken in.

        Raises
        ------
        ReadError
            When there is no row or no column with values that can be texts.
        """
        import pyarrow as pa

        self._finish_block()
        whole = pa.concat_tables(self._blocks)
        columns = [one for place, one in enumerate(whole.columns) if place not in self._no_text]
        given = [one for place, one in enumerate(self._names) if place not in self._no_text]
        written = [one.written for place, one in enumerate(self._numbers) if place not in self._no_text]
        left_out = [one for place, one in enumerate(self._names) if place in self._no_text]
        # rows of a database have no header line above them
        return table_of_columns(columns, given, source, left_out=left_out, notes=notes, first_row=1, written=written)

    def _cell(self, value: Any, place: int) -> str | None:
        if place in self._no_text:
            return None
        if isinstance(value, dt.datetime) and value.tzinfo is not None:
            self._moments.add(place)
            value = value if self._zone is None else value.astimezone(self._zone)
        try:
            return cell_text(value)
        except NotText:
            self._no_text.add(place)
            return None

    def _finish_block(self) -> None:
        import pyarrow as pa

        columns = {str(place): pa.array(cells, pa.string()) for place, cells in enumerate(self._cells)}
        self._blocks.append(pa.table(columns))
        self._cells = [[] for _ in self._names]


def table_of_columns(
    columns: Sequence[Any],
    given: Sequence[str],
    source: str,
    *,
    left_out: Sequence[str] = (),
    notes: tuple[Message, ...] = (),
    first_row: int = 1,
    written: Sequence[Mapping[str, bool] | None] | None = None,
) -> TextTable:
    """Return columns of texts as a table: names cleaned, blank rows left out, and what was left out before noted.

    ``written`` says, for each column of typed numbers, which numbers stand in it as text.

    Raises
    ------
    ReadError
        When nothing is left.
    """
    import pyarrow as pa

    if not columns or not len(columns[0]):
        raise no_rows(source, header=bool(given))
    names, renamed = clean_header(given, [column.null_count < len(column) for column in columns])
    kept = [place for place, name in enumerate(names) if name is not None]
    table = pa.table([columns[place] for place in kept], names=[name for name in names if name is not None])
    filled = filled_rows(table, first_row=first_row)
    if filled.table.num_rows == 0:
        raise no_rows(source, header=True)
    more = (no_text_note(left_out),) if left_out else ()
    return TextTable(
        table=filled.table,
        source=source,
        n_rows=filled.table.num_rows,
        first_row=filled.first_row,
        numbers=filled.numbers,
        notes=(*notes, *more, *renamed, *filled.notes),
        written_numbers={
            name: held
            for name, held in zip(names, written or [None] * len(names), strict=True)
            if name is not None and held is not None
        },
    )


def trimmed(table: Any) -> Any:
    """Trim every cell of a table of texts and make blank ones null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    nothing = pa.nulls(1, pa.string())[0]
    columns = []
    for column in table.columns:
        texts = pc.utf8_trim_whitespace(column.cast(pa.string()))
        columns.append(pc.if_else(pc.binary_length(texts).cast(pa.bool_()), texts, nothing))
    return pa.table(columns, names=table.column_names)


def no_text_note(columns: Sequence[str]) -> Message:
    """Say which columns were left out because they hold no single values."""
    return trn(
        "{n} column holds bytes, lists or records and was left out: {listed}.",
        "{n} columns hold bytes, lists or records and were left out: {listed}.",
        len(columns),
        listed=", ".join(columns[:20]) + (" …" if len(columns) > 20 else ""),
    )


def nothing_readable(source: str) -> ReadError:
    """Build the error for a table without any column that can be read."""
    return ReadError(
        tr("'{name}' has no column of single values.", name=source),
        tr("Name another table, or write a query that makes columns of its parts."),
    )
