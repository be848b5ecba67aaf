"""Sheets of a workbook: every cell as the text that a reader would write down. This runs in the child process.

Dates come out of a workbook typed, so they are written in ISO order whatever the cell shows; a column of such cells can
never be mistaken for month first. Which of its two day counts a workbook uses (1900 or 1904) stands in the workbook and
is obeyed. A date that somebody typed as *text* stays the text it is, and the mapping decides its order.

Formulas are never computed: the value that was stored with them is read. Macros and links to other files are left
alone.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from ...base.errors import ReadError, nearest
from ...base.language import Message, tr, trn
from .archive import Contents, contents, damaged, has_password
from .header import no_header, refuse_data_as_header
from .spreadsheet_slips import turned_into_dates
from .text_table import MOST_TITLE_ROWS, TextTable, clean_header, filled_rows, no_rows
from .traps import invisible_signs, trap_notes, without_headers
from .typed_numbers import NumberColumn

_OLE: Final = b"\xd0\xcf\x11\xe0"
# A new workbook with a password lies in a container of the old kind, under this name.
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
_BATCH: Final = 20_000
# A spreadsheet keeps so many digits of a number and turns the others to 0.
_DIGITS: Final = 15


class _Book(NamedTuple):
    """An opened workbook: its sheets by name with their kinds, those that are hidden, and what its archive holds."""

    native: Any
    kinds: Mapping[str, Any]
    hidden: frozenset[str]
    contents: Contents


class _Table(NamedTuple):
    """A sheet that was taken: rows from the first that holds anything, and their place in the sheet."""

    name: str
    native: Any
    first_row: int
    first_column: int


def read_sheet(
    path: Path, *, sheet: str | None = None, header: bool | None = None, header_row: int | None = None
) -> TextTable:
    """Read one sheet of an xlsx, xlsm, xls or ods file, every cell as text.

    Parameters
    ----------
    path : Path
        The workbook; its archive has been looked at.
    sheet : str, optional
        Name of the sheet; it may be left out when only one sheet holds a table.
    header : bool, optional
        Whether a row holds the names of the columns; without one they are "column 1" and so on. A first row that looks
        like data is refused until this says what it is.
    header_row : int, optional
        Number of that row, as a spreadsheet counts; found out by default.

    Raises
    ------
    ReadError
        When the file is no sound workbook, the sheet is not there or several could be meant, or it has no rows.
    """
    return _read(_opened(path), path.name, sheet, header=header, header_row=header_row)


def read_sheets(
    path: Path, *, sheets: Sequence[str], may_be_empty: Sequence[str] = (), header: bool | None = None
) -> tuple[TextTable, ...]:
    """Read several sheets of a workbook, every cell as text: it is opened once for all of them.

    Parameters
    ----------
    path : Path
        The workbook; its archive has been looked at.
    sheets : sequence of str
        Names of the sheets.
    may_be_empty : sequence of str
        Those of which a header without rows is a table without rows.
    header : bool, optional
        As for one sheet.

    Raises
    ------
    ReadError
        As for one sheet; of the first that cannot be read.
    """
    book = _opened(path)
    return tuple(_read(book, path.name, one, header=header, may_be_empty=one in may_be_empty) for one in sheets)


def _read(
    book: _Book,
    name: str,
    sheet: str | None,
    *,
    header: bool | None = None,
    header_row: int | None = None,
    may_be_empty: bool = False,
) -> TextTable:
    with _damage_of(name):
        taken, others = _chosen(book, name, sheet)
        read = _as_table(taken, name, header=header is not False, header_row=header_row, may_be_empty=may_be_empty)
    if header is None and header_row is None:
        refuse_data_as_header(read.table, name)
    return _with_notes(read, book, others)


def list_sheets(path: Path) -> TextTable:
    """List the sheets of a workbook that hold a table, with the number of their filled cells; hidden ones come last."""
    import pyarrow as pa

    book = _opened(path)
    with _damage_of(path.name):
        found = sorted(_tables(book), key=lambda one: one.name in book.hidden)
        filled = [str(sum(1 for row in one.native.iter_rows() for cell in row if cell != "")) for one in found]
    table = pa.table(
        {"sheet": pa.array([one.name for one in found], pa.string()), "filled": pa.array(filled, pa.string())}
    )
    return TextTable(table=table, source=path.name, n_rows=table.num_rows)


@contextmanager
def _damage_of(name: str) -> Iterator[None]:
    """Turn what the parser says of a damaged workbook into a message."""
    from python_calamine import CalamineError, PasswordError

    try:
        yield
    except PasswordError:
        raise has_password(name) from None
    except (CalamineError, OSError, ValueError, OverflowError):
        raise damaged(name) from None


def _opened(path: Path) -> _Book:
    from python_calamine import SheetVisibleEnum, load_workbook

    raw = path.read_bytes()
    if raw.startswith(_OLE) and _LOCKED in raw:
        raise has_password(path.name)
    held = contents(path) if raw.startswith(b"PK") else Contents()
    with _damage_of(path.name):
        # which kind of workbook it is says its content, not its name
        native = load_workbook(io.BytesIO(raw))
        hidden = frozenset(one.name for one in native.sheets_metadata if one.visible != SheetVisibleEnum.Visible)
        kinds = {one.name: one.typ for one in native.sheets_metadata}
    return _Book(native, kinds, hidden, held)


def _taken(book: _Book, name: str) -> _Table | None:
    """Return a sheet, or None for one without a cell, a chart or a page of macros.

    A sheet that cannot be parsed is damage, whichever sheet is meant: another one must not be read in its place.
    """
    from python_calamine import SheetTypeEnum

    if book.kinds[name] != SheetTypeEnum.WorkSheet:
        return None
    native = book.native.get_sheet_by_name(name)
    return _Table(name, native, *native.start) if native.start is not None else None


def _tables(book: _Book) -> list[_Table]:
    """Return the sheets that hold a table: two columns and two rows at least."""
    found = [one for name in book.native.sheet_names if (one := _taken(book, name)) is not None]
    return [
        one
        for one in found
        if one.native.height > 1 and max(map(_n_filled, one.native.to_python(nrows=MOST_TITLE_ROWS)), default=0) > 1
    ]


def _chosen(book: _Book, source: str, sheet: str | None) -> tuple[_Table, list[str]]:
    """Return the sheet that is meant, and the hidden ones with tables that were passed over for it."""
    if sheet is not None:
        if sheet not in book.native.sheet_names:
            raise _no_such_sheet(sheet, book.native.sheet_names, source)
        taken = _taken(book, sheet)
        if taken is None:
            raise no_rows(source, header=False)
        return taken, []
    found = _tables(book)
    shown = [one for one in found if one.name not in book.hidden] or found
    if not shown:
        raise no_rows(source, header=False)
    if len(shown) > 1:
        raise ReadError(
            trn(
                "The workbook '{name}' has {n} sheet with a table: {listed}.",
                "The workbook '{name}' has {n} sheets with tables: {listed}.",
                len(shown),
                name=source,
                listed=", ".join(f"'{one.name}'" for one in shown),
            ),
            tr('Say which: sheet = "{first}" in the mapping.', first=shown[0].name),
        )
    return shown[0], [one.name for one in found if one.name != shown[0].name]


def _no_such_sheet(sheet: str, names: Sequence[str], source: str) -> ReadError:
    match = nearest(sheet, names)
    listed = ", ".join(f"'{one}'" for one in names)
    return ReadError(
        tr("The workbook '{name}' has no sheet '{sheet}'.", name=source, sheet=sheet),
        tr("Did you mean '{match}'? It has: {listed}.", match=match, listed=listed)
        if match
        else tr("It has: {listed}.", listed=listed),
    )


def _titles(rows: Sequence[Sequence[Any]]) -> int:
    """Return how many rows above the header are a title: they hold one cell at most, in a table of several columns."""
    widest = max((_n_filled(row) for row in rows), default=0)
    if widest < 2:
        return 0
    return next(
        (number for number, row in enumerate(rows[: MOST_TITLE_ROWS + 1]) if _n_filled(row) > (1 if widest > 2 else 0)),
        0,
    )


def _n_filled(row: Sequence[Any]) -> int:
    return sum(1 for one in row if one != "")


def _as_table(
    taken: _Table, source: str, *, header: bool, header_row: int | None, may_be_empty: bool = False
) -> TextTable:
    import pyarrow as pa

    # The rows come from the top of the sheet, the columns from the first that holds anything.
    rows: Iterator[Any] = islice(taken.native.iter_rows(), taken.first_row, None)
    skipped = 0
    if header and header_row is None:
        head = list(islice(rows, 2 * MOST_TITLE_ROWS))
        skipped = _titles(head)
        rows = _again(head[skipped:], rows)
    elif header_row is not None:
        skipped = header_row - 1 - taken.first_row
        if skipped < 0:
            raise no_header(source, header_row)
        rows = islice(rows, skipped, None)
    names_row = next(rows, None) if header else None
    if header and names_row is None:
        raise no_header(source, header_row) if header_row else no_rows(source, header=False)
    width = taken.native.width
    columns, long_numbers, numbers, n_dates = _columns(rows, width)
    # blank columns to the left keep their place, so that "column 3" is that of the spreadsheet
    n_rows = len(columns[0]) if columns else 0
    columns = [pa.chunked_array([pa.nulls(n_rows, pa.string())])] * taken.first_column + columns
    numbers = [*[None] * taken.first_column, *numbers]
    n_dates = [0] * taken.first_column + n_dates
    given = [None] * taken.first_column + [_cell(one) for one in names_row or [""] * width]
    names, renamed = clean_header(given, [one.null_count < n_rows for one in columns])
    kept = [place for place, name in enumerate(names) if name is not None]
    table = pa.table([columns[place] for place in kept], names=[name for name in names if name is not None])
    first = taken.first_row + skipped + (2 if header else 1)
    filled = filled_rows(table, first_row=first)
    if filled.table.num_rows == 0 and may_be_empty:
        return TextTable(table=filled.table, source=source, n_rows=0, first_row=first, sheet=taken.name)
    if filled.table.num_rows == 0:
        raise no_rows(source, header=header)
    notes: list[Message] = []
    above = taken.first_row + skipped if header else 0
    if above:
        notes.append(trn("{n} line above the header was left out.", "{n} lines above the header were left out.", above))
    if long_numbers:
        notes.append(
            trn(
                "{n} number has more than {digits} digits, of which a spreadsheet keeps only the first {digits}; keep "
                "ids as text.",
                "{n} numbers have more than {digits} digits, of which a spreadsheet keeps only the first {digits}; "
                "keep ids as text.",
                long_numbers,
                digits=_DIGITS,
            )
        )
    merged = _merged(taken, first)
    if merged:
        notes.append(
            trn(
                "{n} group of merged cells holds its text in the first cell only; the others are blank.",
                "{n} groups of merged cells hold their text in the first cell only; the others are blank.",
                merged,
            )
        )
    dates = {name: n for name, n in zip(names, n_dates, strict=True) if n and name is not None}
    notes += turned_into_dates({name: table.column(name) for name in dates}, dates)
    if header:
        notes += renamed
    body = without_headers(filled.table, filled.numbers, first_row=filled.first_row, name=source)
    if body.table.num_rows == 0:
        raise no_rows(source, header=True)
    invisible = invisible_signs(body.table)
    traps = trap_notes(body.table, rows=n_rows + int(header), maybe_shortened=False)
    return TextTable(
        table=body.table,
        source=source,
        n_rows=body.table.num_rows,
        first_row=filled.first_row,
        numbers=body.numbers,
        sheet=taken.name,
        notes=(*notes, *filled.notes, *body.notes, *invisible, *traps),
        written_numbers={
            name: written
            for name, written in zip(names, numbers, strict=True)
            if name is not None and written is not None
        },
    )


def _again(head: Sequence[Any], rows: Iterator[Any]) -> Iterator[Any]:
    yield from head
    yield from rows


def _columns(
    rows: Iterator[Sequence[Any]], width: int
) -> tuple[list[Any], int, list[Mapping[str, bool] | None], list[int]]:
    """Return the columns as texts, how many numbers are too long for a spreadsheet, what was not typed, and dates."""
    import pyarrow as pa

    parts: list[list[Any]] = [[] for _ in range(width)]
    numbers = [NumberColumn() for _ in range(width)]
    n_dates = [0] * width
    long_numbers = 0
    while batch := list(islice(rows, _BATCH)):
        for place, column in enumerate(zip(*batch, strict=True)):
            parts[place].append(pa.array([_cell(one) for one in column], pa.string()))
            numbers[place].add(column)
            n_dates[place] += sum(1 for one in column if isinstance(one, dt.date))
            long_numbers += sum(1 for one in column if isinstance(one, float) and abs(one) >= 10**_DIGITS)
    texts = [pa.chunked_array(part, pa.string()) for part in parts]
    return texts, long_numbers, [one.written for one in numbers], n_dates


def _merged(taken: _Table, first_row: int) -> int:
    """Return how many groups of merged cells reach below the header."""
    ranges = taken.native.merged_cell_ranges or []
    return sum(1 for _, (last_row, _) in ranges if last_row + 1 >= first_row)


def _with_notes(read: TextTable, book: _Book, passed_over: Sequence[str]) -> TextTable:
    held = book.contents
    notes: list[Message] = []
    if passed_over:
        notes.append(
            tr(
                "Hidden sheets with a table were left out: {listed}.",
                listed=", ".join(f"'{one}'" for one in passed_over),
            )
        )
    if read.sheet in book.hidden:
        notes.append(tr("The sheet '{sheet}' is hidden in the workbook.", sheet=read.sheet))
    if held.formulas:
        notes.append(
            trn(
                "{n} cell of the workbook holds a formula; the value stored with it was read, and nothing computed.",
                "{n} cells of the workbook hold formulas; the values stored with them were read, and nothing computed.",
                held.formulas,
            )
        )
    if held.formulas_alone:
        notes.append(
            trn(
                "{n} formula has no value stored with it and was read as blank: open and save the workbook once in a "
                "spreadsheet program.",
                "{n} formulas have no value stored with them and were read as blank: open and save the workbook once "
                "in a spreadsheet program.",
                held.formulas_alone,
            )
        )
    if held.faults:
        notes.append(
            trn(
                "{n} cell of the workbook holds an error, such as #N/A, and was read as blank.",
                "{n} cells of the workbook hold an error, such as #N/A, and were read as blank.",
                held.faults,
            )
        )
    if held.hidden_rows:
        notes.append(
            trn(
                "{n} row of the workbook is hidden, by hand or by a filter; it is read like all others.",
                "{n} rows of the workbook are hidden, by hand or by a filter; they are read like all others.",
                held.hidden_rows,
            )
        )
    if held.zeros:
        notes.append(
            trn(
                "{n} number of the workbook is shown with zeros in front, such as 00007, and read without them; keep "
                "ids as text.",
                "{n} numbers of the workbook are shown with zeros in front, such as 00007, and read without them; keep "
                "ids as text.",
                held.zeros,
            )
        )
    if held.since_1904:
        notes.append(
            tr('The workbook counts its days from 1904: days that stand as plain numbers need order = "excel_1904".')
        )
    if held.left_alone:
        notes.append(tr("Macros and links to other files in the workbook were left alone."))
    return replace(read, notes=(*read.notes, *notes))


def _cell(value: Any) -> str | None:
    """Write a cell down: dates in ISO order, whole numbers without a fraction, blank as null."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return None if value is None else str(value)
