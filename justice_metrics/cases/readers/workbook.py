"""Workbooks: every cell as the text that a reader would write down; the archive is looked at before it is opened.

Dates come out of a workbook typed, so they are written in ISO order whatever the cell shows; a column of such cells can
never be mistaken for month first. Which of its two day counts a workbook uses (1900 or 1904) stands in the workbook and
is obeyed. A date that somebody typed as *text* stays the text it is, and the mapping decides its order.
"""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ...base.errors import ReadError, nearest
from ...base.language import Message, tr, trn
from .text_table import MOST_TITLE_ROWS, TextTable, clean_header, filled_rows, no_rows

# A sheet of a million rows and thirty columns stays below these; a bomb does not.
_MOST_ENTRIES: Final = 5_000
_MOST_BYTES: Final = 1 << 30
_SMALL: Final = 100 << 20
_MOST_RATIO: Final = 150
_CHUNK: Final = 1 << 20

_LOCAL_HEADER: Final = struct.Struct("<4s22xHH")
_OLE: Final = b"\xd0\xcf\x11\xe0"


def read_workbook(path: Path, *, sheet: str | None = None) -> TextTable:
    """Read one sheet of an xlsx file, every cell as text.

    Parameters
    ----------
    path : Path
        The workbook.
    sheet : str, optional
        Name of the sheet; it may be left out when only one sheet holds a table.

    Raises
    ------
    ReadError
        When the file is no sound workbook, the sheet is not there or several could be meant, or it has no rows.
    """
    book = _opened(path)
    name, rows = _chosen(book, path.name, sheet)
    titles = _titles(rows)
    if titles >= len(rows) - 1:
        raise no_rows(path.name, header=bool(rows))
    return _as_table(rows[titles:], path.name, name, titles)


def sheets_with_data(path: Path) -> tuple[tuple[str, int], ...]:
    """Return the sheets of a workbook that hold a table, with the number of their filled cells."""
    return tuple((name, _n_filled(rows)) for name, rows in _tables(_opened(path)))


def _opened(path: Path) -> Any:
    """Open a workbook whose archive is sound and not larger than it may be."""
    from python_calamine import CalamineError, CalamineWorkbook

    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        raise no_rows(path.name, header=False)
    if start == _OLE:
        raise ReadError(
            tr("'{name}' is an old workbook (xls) or one with a password.", name=path.name),
            tr("Open it, take the password off and save it as xlsx."),
        )
    if not start.startswith(b"PK"):
        raise ReadError(
            tr("'{name}' is called a workbook and is none.", name=path.name),
            tr("If it is text, give it the ending .csv; otherwise open it where it was made and save it as xlsx."),
        )
    _refuse_bomb(path)
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged(path.name) from error


def _damaged(name: str) -> ReadError:
    return ReadError(
        tr("The workbook '{name}' is damaged and cannot be read.", name=name),
        tr("Open it in a spreadsheet program, which may repair it, and save it again."),
    )


def _refuse_bomb(path: Path) -> None:
    """Refuse an archive that would fill memory: by what it declares, then by what really comes out of it."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            declared = sum(one.file_size for one in entries)
            if len(entries) > _MOST_ENTRIES:
                raise _too_large(path.name)
            _check_size(declared, path)
            if "[Content_Types].xml" not in archive.namelist() or not any(
                one.filename.startswith("xl/") for one in entries
            ):
                raise ReadError(
                    tr("'{name}' is a zip archive, but not a workbook.", name=path.name),
                    tr("Unpack it, or save the data as xlsx or csv."),
                )
        actual = 0
        with path.open("rb") as file:
            for entry in entries:
                actual = _inflated(file, entry, actual, path)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError):
        raise _damaged(path.name) from None


def _inflated(file: Any, entry: zipfile.ZipInfo, so_far: int, path: Path) -> int:
    """Inflate one entry by chunks: counted, as declared sizes can lie, and added up, as copies get damaged."""
    if entry.compress_type not in {zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED}:
        raise zipfile.BadZipFile
    file.seek(entry.header_offset)
    _, name_length, extra_length = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    file.seek(name_length + extra_length, 1)
    inflate = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    left, checksum = entry.compress_size, 0
    while left > 0 and not (inflate is not None and inflate.eof):
        chunk = file.read(min(_CHUNK, left))
        if not chunk:
            raise EOFError
        left -= len(chunk)
        while chunk:
            out = chunk if inflate is None else inflate.decompress(chunk, _CHUNK)
            so_far += len(out)
            checksum = zlib.crc32(out, checksum)
            _check_size(so_far, path)
            chunk = b"" if inflate is None else inflate.unconsumed_tail
    if checksum != entry.CRC:
        raise zipfile.BadZipFile
    return so_far


def _check_size(size: int, path: Path) -> None:
    if size > _MOST_BYTES or (size > _SMALL and size > _MOST_RATIO * path.stat().st_size):
        raise _too_large(path.name)


def _too_large(name: str) -> ReadError:
    return ReadError(
        tr("The workbook '{name}' would take more memory than a sheet of cases can need.", name=name),
        tr("Save the sheet as csv, or delete unused formatted rows and other sheets."),
    )


def _tables(book: Any) -> list[tuple[str, list[list[Any]]]]:
    """Return the sheets that hold a table: two columns and two rows at least."""
    found = []
    for name in book.sheet_names:
        rows = _rows(book, name)
        if len(rows) > 1 and max(sum(1 for one in row if one != "") for row in rows[:MOST_TITLE_ROWS]) > 1:
            found.append((name, rows))
    return found


def _rows(book: Any, name: str) -> list[list[Any]]:
    from python_calamine import CalamineError

    try:
        # the empty area is kept, so that row numbers are those of the spreadsheet
        return list(book.get_sheet_by_name(name).to_python(skip_empty_area=False))
    except (CalamineError, ValueError):  # a chart or a macro sheet
        return []


def _chosen(book: Any, source: str, sheet: str | None) -> tuple[str, list[list[Any]]]:
    if sheet is not None:
        if sheet not in book.sheet_names:
            match = nearest(sheet, book.sheet_names)
            listed = ", ".join(f"'{one}'" for one in book.sheet_names)
            raise ReadError(
                tr("The workbook '{name}' has no sheet '{sheet}'.", name=source, sheet=sheet),
                tr("Did you mean '{match}'? It has: {listed}.", match=match, listed=listed)
                if match
                else tr("It has: {listed}.", listed=listed),
            )
        return sheet, _rows(book, sheet)
    found = _tables(book)
    if not found:
        raise no_rows(source, header=False)
    if len(found) > 1:
        raise ReadError(
            trn(
                "The workbook '{name}' has {n} sheet with a table: {listed}.",
                "The workbook '{name}' has {n} sheets with tables: {listed}.",
                len(found),
                name=source,
                listed=", ".join(f"'{one}'" for one, _ in found),
            ),
            tr('Say which: sheet = "{first}" in the mapping.', first=found[0][0]),
        )
    return found[0]


def _titles(rows: Sequence[Sequence[Any]]) -> int:
    """Return how many rows above the header are a title: they hold one cell at most, in a table of several columns."""
    widest = max((sum(1 for one in row if one != "") for row in rows[: 2 * MOST_TITLE_ROWS]), default=0)
    if widest < 2:
        return 0
    return next(
        (
            number
            for number, row in enumerate(rows[: MOST_TITLE_ROWS + 1])
            if sum(1 for one in row if one != "") > (1 if widest > 2 else 0)
        ),
        0,
    )


def _n_filled(rows: Sequence[Sequence[Any]]) -> int:
    return sum(1 for row in rows for one in row if one != "")


def _as_table(rows: Sequence[Sequence[Any]], source: str, sheet: str, titles: int) -> TextTable:
    import pyarrow as pa

    width = max(len(row) for row in rows)
    columns = [
        pa.array([_cell(row[place]) if place < len(row) else None for row in rows[1:]], pa.string())
        for place in range(width)
    ]
    header = [_cell(one) for one in rows[0]] + [None] * (width - len(rows[0]))
    names, renamed = clean_header(header, [column.null_count < len(column) for column in columns])
    kept = [place for place, name in enumerate(names) if name is not None]
    table = pa.table([columns[place] for place in kept], names=[name for name in names if name is not None])
    filled = filled_rows(table, first_row=titles + 2)
    if filled.table.num_rows == 0:
        raise no_rows(source, header=True)
    notes: list[Message] = []
    if titles:
        notes.append(
            trn("{n} line above the header was left out.", "{n} lines above the header were left out.", titles)
        )
    return TextTable(
        table=filled.table,
        source=source,
        n_rows=filled.table.num_rows,
        first_row=filled.first_row,
        numbers=filled.numbers,
        sheet=sheet,
        notes=(*notes, *renamed, *filled.notes),
    )


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
