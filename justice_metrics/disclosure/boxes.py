"""What each published number counts, for whoever attacks a release: definitions, and no number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from ..base.cells import Box, CellOf, Tie, box
from ..base.result import Result
from ..base.table import Column, Table
from .published import ProtectedCells

FORMAT: Final = "justice_metrics boxes 1"
# A box as JSON holds it: dimensions in order, each with its levels in order.
WrittenBox: TypeAlias = list[list[Any]]
_NONE: Final[Mapping[str, Sequence[Tie]]] = MappingProxyType({})


def boxes_record(
    results: Sequence[Result],
    *,
    exact: Iterable[tuple[str, Box]] = (),
    ties: Mapping[str, Sequence[Tie]] = _NONE,
) -> dict[str, Any]:
    """Say of every number of a release which units it counts, or from which columns it was computed.

    It is made from what is published and from nothing else, so it can tell no more than the tables do: a row that is
    not published has no box here.

    Parameters
    ----------
    results : sequence of Result
        As they are published, in their order.
    exact : iterable of (str, Box)
        Population and box of the counts that the policy declares to be known anyway.
    ties : mapping of str to sequence of Tie
        By population, the signed sums of counts that are 0 and that no box tells.

    Returns
    -------
    dict
        Ready for JSON: for each result its population and, for each table, the boxes of the counts row by row and the
        formula and inputs of every other column.
    """
    return {
        "format": FORMAT,
        "exact": sorted([whose, written_box(one)] for whose, one in exact),
        "ties": sorted(
            [whose, sorted([written_box(one.box), one.events, one.sign] for one in tie)]
            for whose, several in ties.items()
            for tie in several
        ),
        "results": [_result(one) for one in results],
    }


def public_cells(cells: ProtectedCells, results: Sequence[Result]) -> ProtectedCells:
    """Return the cells that a reader may know of: shown ones, and hidden ones that have a place in a published table.

    A hidden cell of a group that is not listed would tell that there is such a group. Later releases must know of it,
    so it is kept on the secure side.

    Parameters
    ----------
    cells : ProtectedCells
    results : sequence of Result
        As they are published.
    """
    seen: set[Box] = {frozenset()}
    for result in results:
        for table in result.tables.values():
            for column in table.columns:
                if column.cell is not None:
                    seen.update(_boxes(table, column.cell))
    return replace(cells, cells=tuple(one for one in cells.cells if one.value is not None or one.units in seen))


def written_box(given: Box) -> WrittenBox:
    """Return a box as JSON holds it.

    Examples
    --------
    >>> written_box(box({"sex": ("female",), "department": ("Oruro", "Beni")}))
    [['department', ['Beni', 'Oruro']], ['sex', ['female']]]
    """
    return [[name, sorted(levels)] for name, levels in sorted(given, key=lambda one: one[0])]


def read_box(written: WrittenBox) -> Box:
    """Return the box that JSON holds.

    Examples
    --------
    >>> read_box([["sex", ["female"]]]) == box({"sex": "female"})
    True
    """
    return frozenset((str(name), frozenset(str(one) for one in levels)) for name, levels in written)


def _result(result: Result) -> dict[str, Any]:
    whose = result.provenance
    return {
        "question": whose.question or result.question,
        "population": f"{whose.unit} of {whose.fingerprint}",
        "left_out": [written_box(box({"left out": str(one.reason)})) for one in whose.left_out],
        "tables": {name: _table(table) for name, table in result.tables.items()},
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "guard": table.guard,
        "sparse": table.sparse,
        "columns": {one.name: _column(table, one) for one in table.columns},
    }


def _column(table: Table, column: Column) -> dict[str, Any]:
    said: dict[str, Any] = {"kind": column.kind, "role": column.role, "unit": column.unit}
    if column.cell is not None:
        said["boxes"] = [written_box(one) for one in _boxes(table, column.cell)]
        said["events"] = column.cell.events
    if column.of is not None:
        said["of"] = {
            "inputs": list(column.of.inputs),
            "formula": column.of.formula,
            "level": column.of.level,
            "rows": column.of.rows,
        }
    return said


def _boxes(table: Table, counted: CellOf) -> list[Box]:
    """Return the box of each row of a count column, those of hidden counts too."""
    named = [one.name for one in table.columns if one.role in {"stratum", "key"}]
    strata = [one.name for one in table.columns if one.role == "stratum"]
    found = []
    for place in range(len(table)):
        row = {name: table[name][place] for name in named}
        found.append(counted.box(row, {name: row[name] for name in strata}))
    return found
