"""Single cells corrected before anything is typed: by id and column, and only where they hold what they held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from ...base.errors import CaseDataError, MappingError, suggestion
from ...base.language import tr, trn
from ..readers.files import read_text_table
from ..readers.text_table import TextTable

CELLS_HEADER: Final = ("rule", "unit_id", "table", "column", "from", "to")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One corrected cell; printing it shows no content.

    Attributes
    ----------
    rule : str
        Id of the rule whose finding it corrects; empty where the row names none.
    unit_id : str
        Id of the row, its columns joined by "|" where several make it.
    table : str
        Name of the file, or of the section of the mapping, that holds the row; empty for the cases.
    column : str
        Name of the column in the file.
    before, after : str or None
        What the cell holds and what it is to hold; None for blank.
    row : int
        Number of the row in the file of corrections, as a spreadsheet counts.
    """

    rule: str
    unit_id: str
    table: str
    column: str
    before: str | None
    after: str | None
    row: int = 0

    def __repr__(self) -> str:
        return "Cell(…)"


class Corrected(NamedTuple):
    """A table with its cells corrected.

    Attributes
    ----------
    table : TextTable
    changed : tuple of Cell
        Cells that were changed.
    already : tuple of Cell
        Cells that hold the corrected text already: the register was corrected too.
    """

    table: TextTable
    changed: tuple[Cell, ...]
    already: tuple[Cell, ...]


class CellsFile(NamedTuple):
    """The file of cells: corrections, and which units a rule was broken by when the plan was made; personal.

    Attributes
    ----------
    cells : tuple of Cell
        Rows that name a column.
    listed : mapping of str to frozenset of str
        Ids that stand beside each rule, in rows with a column or without.
    """

    cells: tuple[Cell, ...]
    listed: Mapping[str, frozenset[str]]

    def __repr__(self) -> str:
        return f"CellsFile({len(self.cells)} corrections)"


def read_cells(path: Path) -> CellsFile:
    """Read the file of corrected cells.

    Raises
    ------
    ReadError
        When the file cannot be read.
    MappingError
        When a column of it is missing.
    """
    read = read_text_table(path)
    for name in CELLS_HEADER:
        if name not in read.columns:
            raise MappingError.unknown_column(name, read.columns, where=read.source)
    rows = list(zip(*(read.table.column(name).to_pylist() for name in CELLS_HEADER), strict=True))
    listed: dict[str, set[str]] = defaultdict(set)
    for rule, unit, *_ in rows:
        if rule is not None and unit is not None:
            listed[rule].add(unit)
    cells = (
        Cell(
            rule=rule or "",
            unit_id=unit,
            table=table or "",
            column=column,
            before=before,
            after=after,
            row=int(read.numbers[place]) if read.numbers is not None else place + read.first_row,
        )
        for place, (rule, unit, table, column, before, after) in enumerate(rows)
        if unit is not None and column is not None
    )
    return CellsFile(tuple(cells), {rule: frozenset(ids) for rule, ids in listed.items()})


def tables_with_cells(
    tables: Mapping[str, Any], ids: Mapping[str, Sequence[str]], cells: Iterable[Cell]
) -> tuple[dict[str, Any], tuple[Cell, ...], tuple[Cell, ...]]:
    """Return tables with their cells corrected, the corrections made, and those found made already.

    Parameters
    ----------
    tables : mapping of str to table
        By the name that a correction gives: empty for the cases, the name of a file, or of a section.
    ids : mapping of str to sequence of str
        Columns of the id of each table.
    cells : iterable of Cell

    Raises
    ------
    MappingError
        When a correction names a table or a column that is not there.
    CaseDataError
        When corrections do not fit, or a table is not one of texts.
    """
    by_table: dict[str, list[Cell]] = defaultdict(list)
    for one in cells:
        by_table[one.table].append(one)
    made = dict(tables)
    changed: tuple[Cell, ...] = ()
    already: tuple[Cell, ...] = ()
    for name, mine in by_table.items():
        if name not in tables:
            raise MappingError(
                tr("A correction names the table '{name}', which the mapping does not have.", name=name),
                suggestion(name, tuple(one for one in tables if one)),
            )
        if not isinstance(tables[name], TextTable):
            raise CaseDataError(
                tr("Cells of a parquet file or a database cannot be corrected by a plan."),
                tr("Correct them where the table is made, or save it as csv."),
            )
        done = with_cells(tables[name], ids[name], mine)
        made[name] = done.table
        changed, already = changed + done.changed, already + done.already
    return made, changed, already


def with_cells(read: TextTable, ids: Sequence[str], cells: Iterable[Cell]) -> Corrected:
    """Return a table with cells corrected.

    Parameters
    ----------
    read : TextTable
    ids : sequence of str
        Columns of the id.
    cells : iterable of Cell
        Corrections of this table.

    Raises
    ------
    MappingError
        When a correction names a column that is not there.
    CaseDataError
        When a correction finds no row, finds other content than it says, or finds several such rows: counted.
    """
    import pyarrow as pa

    wanted = list(cells)
    if not wanted:
        return Corrected(read, (), ())
    for name in ids:
        if name not in read.columns:
            raise MappingError.unknown_column(name, read.columns, where=read.source)
    for name in dict.fromkeys(one.column for one in wanted):
        if name not in read.columns:
            raise _no_column(name, read.columns, read.source)
    if any(one.column in ids for one in wanted):
        raise MappingError(
            tr("A correction changes the id of a row, which says what the row is."),
            tr("Correct ids in the register; everything else is looked up by them."),
        )
    rows = _rows_of({one.unit_id for one in wanted}, read, ids)
    columns: dict[str, list[Any]] = {}
    moves: dict[tuple[str, int], Cell] = {}
    already: list[Cell] = []
    missing: list[Cell] = []
    ambiguous: list[Cell] = []
    # all are looked up in the file as it is: no correction stands on another one
    for one in wanted:
        texts = columns.setdefault(one.column, read.table.column(one.column).to_pylist())
        places = [place for place in rows[one.unit_id] if texts[place] == one.before]
        if len(places) == 1 and (one.column, places[0]) not in moves:
            moves[one.column, places[0]] = one
        elif places:
            ambiguous.append(one)
        elif any(texts[place] == one.after for place in rows[one.unit_id]):
            already.append(one)
        else:
            missing.append(one)
    if missing or ambiguous:
        raise _do_not_fit(missing, ambiguous, len(wanted))
    for (column, place), one in moves.items():
        columns[column][place] = one.after
    table = read.table
    for name, texts in columns.items():
        table = table.set_column(table.column_names.index(name), name, pa.chunked_array([pa.array(texts, pa.string())]))
    return Corrected(replace(read, table=table), tuple(moves.values()), tuple(already))


def _rows_of(wanted: set[str], read: TextTable, ids: Sequence[str]) -> dict[str, list[int]]:
    """Return the places of the rows of each id that is wanted."""
    import pyarrow as pa
    import pyarrow.compute as pc

    joined = read.table.column(ids[0])
    if len(ids) > 1:
        joined = pc.binary_join_element_wise(*[read.table.column(one) for one in ids], "|")
    hit = pc.indices_nonzero(pc.is_in(joined, value_set=pa.array(sorted(wanted), pa.string())))
    found: dict[str, list[int]] = defaultdict(list)
    for place, text in zip(hit.to_pylist(), joined.take(hit).to_pylist(), strict=True):
        found[text].append(place)
    return found


def _do_not_fit(missing: Sequence[Cell], ambiguous: Sequence[Cell], total: int) -> CaseDataError:
    first = (missing or ambiguous)[0].row
    problem = (
        trn(
            "{n} of {total} corrections finds no cell that holds what it says stood there (row {row} of their file).",
            "{n} of {total} corrections find no cell that holds what they say stood there (the first in row {row} of "
            "their file).",
            len(missing),
            total=total,
            row=first,
        )
        if missing
        else trn(
            "{n} of {total} corrections fits several rows of its id, or a cell that another one corrects (row {row} of "
            "their file).",
            "{n} of {total} corrections fit several rows of their id, or a cell that another one corrects (the first "
            "in row {row} of their file).",
            len(ambiguous),
            total=total,
            row=first,
        )
    )
    return CaseDataError(
        problem,
        tr(
            "Nothing was corrected. Compare the columns unit_id, table, column and from of the file of corrections "
            "with the data: they must be written as there."
        ),
    )


def _no_column(name: str, columns: Sequence[str], source: str) -> MappingError:
    return MappingError(
        tr(
            "The file of corrections names the column '{column}', which '{source}' does not have.",
            column=name,
            source=source,
        ),
        suggestion(name, tuple(columns)),
    )
