"""Traces that traps leave in a table: exports cut at a program's limit, numbers that a spreadsheet shortened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...base.language import Message, tr, trn

if TYPE_CHECKING:
    import pyarrow as pa

# Rows that a sheet can hold, of old and of new spreadsheets; with and without the header.
_FULL: Final = frozenset({65_535, 65_536, 1_048_575, 1_048_576})
# Letters that a cell can hold in old exports and in spreadsheets.
_CUT: Final = (255, 32_767)
# A number of an id that a spreadsheet showed and an export wrote down: 2.01712E+15.
_SHORTENED: Final = r"^[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{2,3}$"


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
    return tuple(notes)
