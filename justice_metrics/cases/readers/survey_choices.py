"""Questions with several answers: one column, a column of 0 and 1 per choice, or both, brought to one text per row.

The three styles of an export say the same and are read alike: the chosen labels in the order of the form, "; " between
them. A row in which nothing was answered is blank, which is not the same as one in which a choice was not taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ..conversions.text import normalise
from .survey_names import SEPARATORS

if TYPE_CHECKING:
    import pyarrow as pa

BETWEEN: Final = "; "
_TAKEN: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("1", "1.0", "true", "yes"), True),
    **dict.fromkeys(("0", "0.0", "false", "no"), False),
}
_NOT_ASKED: Final = frozenset({"n/a", "na"})


def split_columns(table: pa.Table, parents: Sequence[str]) -> dict[str, list[str]]:
    """Return the columns of 0 and 1 of a question, by choice; those of other form versions side by side.

    Parameters
    ----------
    table : pyarrow.Table
        Columns of texts.
    parents : sequence of str
        What the question itself is called, or would be.

    Returns
    -------
    dict
        Columns of each choice, by what the header calls the choice.
    """
    found: dict[str, list[str]] = {}
    for parent in parents:
        for separator in SEPARATORS:
            mark = parent + separator
            # where "::" or ": " parts them, ":" alone does not
            columns = [
                one
                for one in table.column_names
                if one.startswith(mark) and one[len(mark) :][:1] not in f" {separator}"
            ]
            if columns and all(_says_taken(table.column(one)) for one in columns):
                for one in columns:
                    found.setdefault(one[len(mark) :], []).append(one)
                break
    return found


def split_parents(name: str, columns: Sequence[str]) -> list[str]:
    """Return what a question is called whose own column was not exported: the beginnings that end in its name."""
    found: dict[str, None] = {}
    for column in columns:
        for separator in SEPARATORS:
            at = column.rfind(separator)
            while at > 0:
                before = column[:at]
                if before == name or any(before.endswith(one + name) for one in SEPARATORS):
                    found[before] = None
                at = column.rfind(separator, 0, at)
    return list(found)


def from_split(table: pa.Table, choices: Mapping[str, Sequence[str]], cells: Mapping[str, str]) -> pa.Array:
    """Return one text per row from columns of 0 and 1.

    Parameters
    ----------
    table : pyarrow.Table
    choices : mapping of str to sequence of str
        Columns of each choice, in order.
    cells : mapping of str to str
        What a choice is called in the cells, where not as in the header.

    Returns
    -------
    pyarrow.Array
        Null where no column holds anything.
    """
    import pyarrow as pa

    columns = [(cells.get(choice, choice), one) for choice, several in choices.items() for one in several]
    taken = zip(*(_taken(table.column(one)) for _, one in columns), strict=True)
    made: dict[tuple[bool | None, ...], str | None] = {}
    texts = []
    for row in taken:
        if row not in made:
            chosen = dict.fromkeys(name for (name, _), one in zip(columns, row, strict=True) if one)
            made[row] = BETWEEN.join(chosen) or None
        texts.append(made[row])
    return pa.array(texts, pa.string())


def from_summary(column: Any, labels: Mapping[str, str], cells: Mapping[str, str]) -> tuple[pa.Array, int]:
    """Return one text per row from the column that holds all chosen names or labels with spaces between them.

    Labels hold spaces themselves, so a cell is only taken apart where that can be done in one way.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Texts.
    labels : mapping of str to str
        What may stand in a cell, each with the name of its choice.
    cells : mapping of str to str
        What a choice is called in the result, in the order of the form.

    Returns
    -------
    texts : pyarrow.Array
    unclear : int
        Number of cells that could not be taken apart, or in several ways; they stay as they are.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    counted = pc.value_counts(column)
    order = {name: place for place, name in enumerate(cells)}
    made: dict[str | None, str | None] = {None: None}
    unclear = 0
    for text, n in zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True):
        if text is None:
            continue
        ways = _parted(normalise(text), labels)
        if len(ways) == 1:
            made[text] = BETWEEN.join(cells[one] for one in sorted(ways[0], key=order.__getitem__))
        else:
            made[text] = text
            unclear += int(n)
    return pa.array([made[text] for text in column.to_pylist()], pa.string()), unclear


def _parted(text: str, labels: Mapping[str, str]) -> list[frozenset[str]]:
    """Return the sets of choices whose labels, with spaces between them, make up a text; two at most."""
    ways: dict[int, list[frozenset[str]]] = {0: [frozenset()]}
    for at in sorted({0, *(place + 1 for place, sign in enumerate(text) if sign == " ")}):
        for so_far in ways.get(at, []):
            for label, name in labels.items():
                end = at + len(label)
                if name not in so_far and text.startswith(label, at) and (end == len(text) or text[end] == " "):
                    reached = ways.setdefault(end if end == len(text) else end + 1, [])
                    both = so_far | {name}
                    if both not in reached and len(reached) < 2:
                        reached.append(both)
    return ways.get(len(text), []) if text else []


def _says_taken(column: Any) -> bool:
    import pyarrow.compute as pc

    texts = [one.casefold() for one in pc.unique(column).to_pylist() if one is not None]
    return all(one in _TAKEN or one in _NOT_ASKED for one in texts)


def _taken(column: Any) -> list[bool | None]:
    import pyarrow.compute as pc

    meant = {one: _TAKEN.get(one.casefold()) for one in pc.unique(column).to_pylist() if one is not None}
    return [None if one is None else meant[one] for one in column.to_pylist()]
