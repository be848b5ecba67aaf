"""Tables as csv and as workbooks: what a person reads in each cell, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from ...base.errors import OutputError
from ...base.language import tr, trn
from ..private_file import inert
from ..readers.text_table import TextTable
from .columns import WrittenColumn, shown

# A sheet has no more rows and columns, and a cell no more letters.
_MOST_ROWS: Final = 1_048_576
_MOST_COLUMNS: Final = 16_384
_MOST_LETTERS: Final = 32_767
# Before this day the calendar of spreadsheets has a 29 February 1900 that never was.
_FIRST_DAY: Final = dt.date(1900, 3, 1)
_SHEET: Final = "Data"


def write_delimited(read: TextTable, path: Path) -> Mapping[str, str]:
    """Write a table as csv: UTF-8 with the mark that spreadsheets look for, dates in ISO order, blank cells blank.

    A text that a spreadsheet would take for a formula gets an apostrophe in front, which reading takes off again;
    numbers stay as they are.

    Returns
    -------
    mapping of str to str
        What each column is called in the file.
    """
    kinds = [shown(read, column).kind for column in read.columns]
    guards: list[Callable[[str], str]] = [str if kind == "number" else inert for kind in kinds]
    names = {column: inert(column) for column in read.columns}
    with path.open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(names.values())
        for batch in read.table.to_batches(max_chunksize=1 << 16):
            columns = [column.to_pylist() for column in batch.columns]
            writer.writerows(
                ["" if cell is None else guard(cell) for cell, guard in zip(row, guards, strict=True)]
                for row in zip(*columns, strict=True)
            )
    return names


def write_workbook(read: TextTable, path: Path) -> Mapping[str, str]:
    """Write a table as the one sheet of a workbook: numbers as numbers, days as days, everything else as text.

    Returns
    -------
    mapping of str to str
        What each column is called in the file.

    Raises
    ------
    OutputError
        When the table has more rows, columns or letters in a cell than a sheet holds.
    """
    import xlsxwriter

    _ensure_fits(read)
    columns = [shown(read, column) for column in read.columns]
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet(_SHEET)
        sheet.freeze_panes(1, 0)
        day, text = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "@"})
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column.name, book.add_format({"bold": True}))
        row = 1
        for batch in read.table.to_batches(max_chunksize=1 << 16):
            for cells in zip(*[column.to_pylist() for column in batch.columns], strict=True):
                for place, cell in enumerate(cells):
                    if cell is not None:
                        _write_cell(sheet, row, place, cell, columns[place], day, text)
                row += 1
    return {column: column for column in read.columns}


def _write_cell(sheet: Any, row: int, place: int, cell: str, column: WrittenColumn, day: Any, text: Any) -> None:
    if column.kind == "number" and float(f"{float(cell):.16G}") == float(cell):  # as many digits as a sheet keeps
        sheet.write_number(row, place, float(cell))
    elif column.kind == "date" and dt.date.fromisoformat(cell) >= _FIRST_DAY:
        sheet.write_datetime(row, place, dt.date.fromisoformat(cell), day)
    else:
        sheet.write_string(row, place, cell, text)


def _ensure_fits(read: TextTable) -> None:
    import pyarrow.compute as pc

    if read.n_rows >= _MOST_ROWS or len(read.columns) > _MOST_COLUMNS:
        raise OutputError(
            tr(
                "A sheet holds {rows} rows and {columns} columns; the table has {n} rows and {m} columns.",
                rows=_MOST_ROWS - 1,
                columns=_MOST_COLUMNS,
                n=read.n_rows,
                m=len(read.columns),
            ),
            tr("Write it as csv, dta or sav."),
        )
    long = sum(pc.sum(pc.greater(pc.utf8_length(one), _MOST_LETTERS)).as_py() or 0 for one in read.table.columns)
    if long:
        raise OutputError(
            trn(
                "{n} cell holds more letters than a sheet keeps ({most}); it would be cut.",
                "{n} cells hold more letters than a sheet keeps ({most}); they would be cut.",
                long,
                most=_MOST_LETTERS,
            ),
            tr("Write it as csv, dta or sav."),
        )
