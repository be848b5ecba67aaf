"""Traces that traps leave in a table: exports cut at a program's limit, shortened numbers, pasted headers, totals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from ...base.errors import ReadError
from ...base.language import Message, tr, trn
from ..conversions.text import normalise

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

# Rows that a sheet can hold, of old and of new spreadsheets; with and without the header.
_FULL: Final = frozenset({65_535, 65_536, 1_048_575, 1_048_576})
# Letters that a cell can hold in old exports and in spreadsheets.
_CUT: Final = (255, 32_767)
# A number of an id that a spreadsheet showed and an export wrote down: 2.01712E+15.
_SHORTENED: Final = r"^[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{2,3}$"
# Below a table there may stand its sum and a few lines of notes.
_LAST_ROWS: Final = 8
# What a second column of one name is called.
_NUMBERED: Final = re.compile(r" \(\d+\)$")
# Spaces without width, joiners, marks of direction, soft hyphens, byte order marks.
_INVISIBLE: Final = "[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]"
_TOTALS: Final = re.compile(
    r"(?:(?:sub)?total(?:es|s)?|grand total|suma|sum)(?: (?:general|nacional|pais|del? .*|20\d\d|19\d\d))?"
)


def trap_notes(table: pa.Table, *, rows: int, maybe_shortened: bool = True) -> tuple[Message, ...]:
    """Say which traces of cut or shortened exports a table shows.

    Parameters
    ----------
    table : pyarrow.Table
        Columns of strings.
    rows : int
        Rows of the file, the header among them.
    maybe_shortened : bool
        Whether to look for numbers in the form of 2.01712E+15.

    Returns
    -------
    tuple of Message
        One per trap and column; no cell is quoted.

    Examples
    --------
    >>> import pyarrow as pa
    >>> [str(one) for one in trap_notes(pa.table({"n": ["2.01712E+15", "7"]}), rows=3)]
    ["1 number in the column 'n' was shortened by a spreadsheet (such as 2.01712E+15): its last digits are lost."]
    """
    import pyarrow.compute as pc

    notes: list[Message] = []
    if rows in _FULL:
        notes.append(
            tr("The table has {rows} rows, as many as a spreadsheet can hold: the rest may be missing.", rows=rows)
        )
    for name in table.column_names:
        column = table.column(name)
        longest = pc.max(pc.binary_length(column)).as_py() or 0
        if longest >= _CUT[0]:
            letters = pc.utf8_length(column)
            longest = pc.max(letters).as_py()
            if longest in _CUT:
                notes.append(
                    trn(
                        "{n} cell in the column '{column}' is {letters} letters long and none is longer: it was cut.",
                        "{n} cells in the column '{column}' are {letters} letters long and none is longer: they were "
                        "cut.",
                        pc.sum(pc.equal(letters, longest)).as_py(),
                        column=name,
                        letters=longest,
                    )
                )
        shortened = pc.sum(pc.match_substring_regex(column, _SHORTENED)).as_py() if maybe_shortened else 0
        if shortened:
            notes.append(
                trn(
                    "{n} number in the column '{column}' was shortened by a spreadsheet (such as 2.01712E+15): its "
                    "last digits are lost.",
                    "{n} numbers in the column '{column}' were shortened by a spreadsheet (such as 2.01712E+15): "
                    "their last digits are lost.",
                    shortened,
                    column=name,
                )
            )
    return (*notes, *_last_rows(table))


class WithoutHeaders(NamedTuple):
    """A table without the rows that repeat its header.

    Attributes
    ----------
    table : pyarrow.Table
    numbers : array of int, optional
        Numbers of its rows, where some were taken out.
    notes : tuple of Message
        How many.
    """

    table: pa.Table
    numbers: NDArray[np.int64] | None
    notes: tuple[Message, ...] = ()


def without_headers(table: pa.Table, numbers: NDArray[np.int64] | None, *, first_row: int, name: str) -> WithoutHeaders:
    """Leave out rows that repeat the header, as stand in files that were pasted together.

    Capitals, accents, spaces and a byte order mark make no difference.

    Parameters
    ----------
    table : pyarrow.Table
        Columns of strings with the names of the header.
    numbers : array of int, optional
        Numbers of the rows, where they do not follow one another.
    first_row : int
        Number of the first row.
    name : str
        Name of the file, for messages.

    Raises
    ------
    ReadError
        When a row holds the names of the columns in another order: below it, every cell stands under a wrong name.
    """
    import numpy as np
    import pyarrow as pa

    header = [_bare(one) for one in table.column_names]
    places = _rows_of_names(table, header)
    held = [[_bare(one) for one in row.values()] for row in table.take(pa.array(places, pa.int64())).to_pylist()]
    row_of = np.arange(table.num_rows, dtype=np.int64) + first_row if numbers is None else numbers
    moved = [place for place, cells in zip(places, held, strict=True) if cells != header and _same(cells, header)]
    if moved:
        raise ReadError(
            trn(
                "{n} row of '{name}' holds the names of the columns in another order (row {row}): below it, cells "
                "stand under wrong names.",
                "{n} rows of '{name}' hold the names of the columns in another order (the first is row {row}): below "
                "them, cells stand under wrong names.",
                len(moved),
                name=name,
                row=int(row_of[moved[0]]),
            ),
            tr('Part the file where these rows stand, and name the parts: file = ["first.csv", "second.csv"].'),
        )
    repeated = [place for place, cells in zip(places, held, strict=True) if cells == header]
    if not repeated:
        return WithoutHeaders(table, numbers)
    kept = np.setdiff1d(np.arange(table.num_rows, dtype=np.int64), repeated)
    n = len(repeated)
    note = trn("{n} row repeats the header and was left out.", "{n} rows repeat the header and were left out.", n)
    return WithoutHeaders(table.take(kept), row_of[kept], (note,))


def _rows_of_names(table: pa.Table, header: Sequence[str]) -> list[int]:
    """Return the places of the rows whose cells all look like names of columns."""
    import pyarrow as pa
    import pyarrow.compute as pc

    # as they are written, and without what may differ
    spellings = {
        *header,
        *(form for one in table.column_names for form in (one, one.lower(), _NUMBERED.sub("", one).lower())),
    }
    names = pa.array(sorted(spellings), pa.string())
    rows = None
    for column in table.columns:
        bare = pc.utf8_trim(pc.utf8_lower(column), characters="\ufeff \u00a0")
        alike = pc.is_in(bare, value_set=names)
        rows = alike if rows is None else pc.and_(rows, alike)
        if not pc.any(rows).as_py():
            return []
    return [int(one) for one in pc.indices_nonzero(rows).to_pylist()]


def _bare(name: str | None) -> str:
    """Return the name of a column as those of pasted files are compared; "name (2)" is one that stood there twice."""
    return normalise(_NUMBERED.sub("", (name or "").lstrip("\ufeff")))


def _same(cells: Sequence[str], header: Sequence[str]) -> bool:
    return len(header) > 1 and sorted(cells) == sorted(header)


def invisible_signs(table: pa.Table) -> tuple[Message, ...]:
    """Say in how many cells there are signs that nobody sees: "A-1" with a space without width is another id."""
    import pyarrow.compute as pc

    n = sum(pc.sum(pc.match_substring_regex(column, _INVISIBLE)).as_py() or 0 for column in table.columns)
    if not n:
        return ()
    return (
        trn(
            "{n} cell holds signs that nobody sees, such as spaces without width: what looks alike may differ.",
            "{n} cells hold signs that nobody sees, such as spaces without width: what looks alike may differ.",
            n,
        ),
    )


def _last_rows(table: pa.Table) -> tuple[Message, ...]:
    """Say when the last rows look like a sum or like notes below the table; they are read as all others."""
    last = table.slice(max(0, table.num_rows - _LAST_ROWS)).to_pylist()
    filled = [[cell for cell in row.values() if cell is not None] for row in last]
    sums = sum(1 for row in filled if any(_TOTALS.fullmatch(normalise(cell).rstrip(": ")) for cell in row[:2]))
    alone = next((n for n, row in enumerate(reversed(filled)) if len(row) != 1), len(filled))
    notes: list[Message] = []
    if sums:
        notes.append(
            trn(
                "{n} of the last rows says that it is a total; it is read as a row like all others: delete it.",
                "{n} of the last rows say that they are totals; they are read as rows like all others: delete them.",
                sums,
            )
        )
    if alone and table.num_columns > 2 and table.num_rows > _LAST_ROWS:
        notes.append(
            trn(
                "{n} row at the end has one filled cell only; if it is a note below the table, delete it.",
                "{n} rows at the end have one filled cell only; if they are notes below the table, delete them.",
                alone,
            )
        )
    return tuple(notes)
