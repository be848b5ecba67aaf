"""Workbooks: looked at here, parsed in a child process (:mod:`.sheets`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ...base.errors import ReadError
from ...base.language import tr
from .apart import read_all_apart, read_apart
from .archive import refuse_bomb
from .text_table import TextTable, missing_file, no_rows

# Old workbooks (xls), and new ones with a password, are containers of another kind.
_OLE: Final = b"\xd0\xcf\x11\xe0"
_MARKUP: Final = re.compile(rb"^\s*(?:\xef\xbb\xbf)?\s*(?:<!doctype|<html|<table|<\?xml|<head|<meta)", re.IGNORECASE)


def read_workbook(
    path: Path, *, sheet: str | None = None, header: bool | None = None, header_row: int | None = None
) -> TextTable:
    """Read one sheet of an xlsx, xlsm, xls or ods file, every cell as text.

    Parameters
    ----------
    path : Path
        The workbook.
    sheet : str, optional
        Name of the sheet; it may be left out when only one sheet that is not hidden holds a table.
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
    _refuse_other_kinds(path)
    return read_apart("workbook", path, sheet=sheet, header=header, header_row=header_row)


def read_workbook_tables(
    path: Path, *, sheets: Sequence[str], may_be_empty: Sequence[str] = (), header: bool | None = None
) -> dict[str, TextTable]:
    """Read several sheets of a workbook, which is opened once for all of them; see :func:`read_workbook`.

    Parameters
    ----------
    path : Path
        The workbook.
    sheets : sequence of str
        Names of the sheets.
    may_be_empty : sequence of str
        Those of which a header without rows is a table without rows.
    header : bool, optional
        As for one sheet.

    Returns
    -------
    dict
        The tables by the names of the sheets.
    """
    if not path.is_file():
        raise missing_file(path)
    _refuse_other_kinds(path)
    read = read_all_apart(
        "workbook_tables", path, sheets=tuple(sheets), may_be_empty=tuple(may_be_empty), header=header
    )
    return dict(zip(sheets, read, strict=True))


def sheets_with_data(path: Path) -> tuple[tuple[str, int], ...]:
    """Return the sheets of a workbook that hold a table, with the number of their filled cells; hidden ones last."""
    _refuse_other_kinds(path)
    listed = read_apart("workbook_sheets", path).table
    return tuple(
        (str(name), int(filled))
        for name, filled in zip(listed.column("sheet").to_pylist(), listed.column("filled").to_pylist(), strict=True)
    )


def _refuse_other_kinds(path: Path) -> None:
    """Refuse what is no workbook by its first bytes, and an archive that would fill the memory."""
    with path.open("rb") as file:
        start = file.read(2000)
    if not start:
        raise no_rows(path.name, header=False)
    if start.startswith(b"PK"):
        refuse_bomb(path)
    elif _MARKUP.match(start):
        raise ReadError(
            tr("'{name}' is called a workbook and is a web page or XML.", name=path.name),
            tr("Open it in a spreadsheet program and save it as xlsx."),
        )
    elif not start.startswith(_OLE):
        raise ReadError(
            tr("'{name}' is called a workbook and is none.", name=path.name),
            tr("If it is text, give it the ending .csv; otherwise open it where it was made and save it as xlsx."),
        )
