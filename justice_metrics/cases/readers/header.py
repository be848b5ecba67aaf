"""The row with the names of the columns: found to be data, or not found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ...base.errors import ReadError
from ...base.language import tr, trn

if TYPE_CHECKING:
    import pyarrow as pa

_LOOKED_AT: Final = 200
_SHARE: Final = 0.8
_FEWEST_CELLS: Final = 3
_DIGIT: Final = re.compile(r"\d")
# Years and numbers of questions name columns.
_NUMBER: Final = re.compile(r"^\d{1,4}$")
_DATE: Final = re.compile(r"^(?:\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{4}-\d{2}-\d{2})(?: .*)?$")


def refuse_data_as_header(table: pa.Table, name: str) -> None:
    """Refuse a table whose names look like its cells: a file without a header would show a person's data as names.

    A name counts when it holds a digit and has the same shape (digits as 9) as most cells below it; two such columns,
    or one of dates, are enough. Years and other numbers of up to four digits name columns. A name counts too when it
    stands again in its column, among other values; an age or another short number only beside such a column. A column
    of nothing but its own name is a box that was ticked.

    Raises
    ------
    ReadError
        With how many columns; none is named.
    """
    dates = others = again = helping = 0
    below = _without_names(table)
    for given in table.column_names:
        column = table.column(given)
        is_number = _NUMBER.match(given) is not None
        if _DIGIT.search(given) and not is_number:
            cells = [one for one in column.slice(0, _LOOKED_AT).to_pylist() if one is not None]
            alike = sum(1 for one in cells if _shape(one) == _shape(given))
            if len(cells) >= _FEWEST_CELLS and alike >= _SHARE * len(cells):
                dates, others = (dates + 1, others) if _DATE.match(given) else (dates, others + 1)
                continue
        cells_below = below.column(given)
        filled, own = len(cells_below) - cells_below.null_count, _times(cells_below, given)
        if filled >= _FEWEST_CELLS and 0 < own < filled:
            again, helping = (again, helping + 1) if is_number else (again + 1, helping)
    others += again + (helping if again else 0)
    if dates or others > 1:
        raise ReadError(
            trn(
                "The first row of '{name}' looks like data, not like names of columns: {n} cell in it is made like the "
                "cells below it.",
                "The first row of '{name}' looks like data, not like names of columns: {n} cells in it are made like "
                "the cells below them.",
                dates + others,
                name=name,
            ),
            tr(
                "Set header = false in [data] if the file has no names (columns are then 'column 1' and so on), "
                "header_row = 3 if they stand in the third row, header = true if these are names."
            ),
        )


def no_header(name: str, row: int) -> ReadError:
    """Build the error for a declared row of names that is not there."""
    return ReadError(
        tr("'{name}' has no header in row {row}: nothing stands there.", name=name, row=row),
        tr("Correct 'header_row' in [data], or leave it out to have the header found."),
    )


def _without_names(table: pa.Table) -> pa.Table:
    """Leave out the rows that hold nothing but names of their columns: headers of pasted files, with blank cells."""
    import pyarrow as pa
    import pyarrow.compute as pc

    names = None
    for given in table.column_names:
        own = pc.fill_null(pc.equal(table.column(given), pa.array([given], pa.string())[0]), pa.array([True])[0])
        names = own if names is None else pc.and_(names, own)
        if not pc.any(names).as_py():
            return table
    return table.filter(pc.invert(names))


def _times(column: pa.ChunkedArray, text: str) -> int:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.sum(pc.equal(column, pa.array([text], pa.string())[0])).as_py() or 0


def _shape(text: str) -> str:
    return _DIGIT.sub("9", text)
