"""Labels and declared gaps of several files read as one: what one file says of its codes is not said of another's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ...base.errors import ReadError
from ...base.language import Message, tr, trn
from ..conversions.text import normalise
from .text_table import TextTable


class Labels(NamedTuple):
    """The labels of several tables.

    Attributes
    ----------
    of : dict of str to mapping
        Label of each code of a column; without codes that mean different things.
    notes : tuple of Message
        How many codes those are.
    """

    of: dict[str, Mapping[str, str]]
    notes: tuple[Message, ...]


def labels_of_all(
    tables: Sequence[TextTable], *, kept: bool | Collection[str], needed: Collection[str] | None
) -> Labels:
    """Unite the labels of several tables.

    A code that two tables label in two ways stands for neither. Cells that hold labels are none the worse for it: they
    hold what their own file says. Cells that keep codes would mix.

    Parameters
    ----------
    tables : sequence of TextTable
    kept : bool or collection of str
        Whether cells keep codes, or in which columns.
    needed : collection of str, optional
        Columns that matter; by default all do.

    Raises
    ------
    ReadError
        When codes of a column that matters are kept and mean different things.
    """
    united: dict[str, dict[str, str]] = {}
    clashing: dict[str, dict[str, TextTable]] = {}
    for one in tables:
        for name, held in one.value_labels.items():
            known = united.setdefault(name, {})
            for code, label in held.items():
                if normalise(known.setdefault(code, label)) != normalise(label):
                    clashing.setdefault(name, {}).setdefault(code, one)
    notes = []
    for name, codes in clashing.items():
        for code in codes:
            del united[name][code]
        if needed is not None and name not in needed:
            continue
        if kept is True or (not isinstance(kept, bool) and name in kept):
            codes = {code: one for code, one in codes.items() if not _missing_in_all(tables, name, code)}
            if codes:
                raise _mixed(name, len(codes), next(iter(codes.values())))
            continue
        notes.append(
            trn(
                "{n} code of '{column}' has another label in another file: cells hold what their own file says.",
                "{n} codes of '{column}' have other labels in other files: cells hold what their own file says.",
                len(codes),
                column=name,
            )
        )
    return Labels(dict(united), tuple(notes))


def _missing_in_all(tables: Sequence[TextTable], column: str, code: str) -> bool:
    """Return whether every table that labels a code declares it missing, so that its label changes nothing."""
    return all(code in one.user_missing.get(column, ()) for one in tables if code in one.value_labels.get(column, {}))


def with_own_gaps(
    tables: Sequence[TextTable], *, needed: Collection[str] | None
) -> tuple[list[TextTable], tuple[Message, ...]]:
    """Let a text be missing where its own file declares it so, and nowhere else.

    Where another file holds the same text without declaring it missing, the cells of the file that does are written
    otherwise, so that the two stay apart.

    Parameters
    ----------
    tables : sequence of TextTable
    needed : collection of str, optional
        Columns that matter; others are told apart without a note.
    """
    made = list(tables)
    notes = []
    for column in dict.fromkeys(name for one in tables for name in one.user_missing):
        declared = [frozenset(map(normalise, one.user_missing.get(column, ()))) for one in tables]
        disputed: set[str] = set()
        for one, own in zip(tables, declared, strict=True):
            others = frozenset().union(*declared) - own
            if others and column in one.columns:
                disputed |= others.intersection(normalise(text) for text in one.distinct(column)[0] if text)
        if not disputed:
            continue
        made = [_marked(one, column, disputed) for one in made]
        if needed is None or column in needed:
            notes.append(
                trn(
                    "{n} value of '{column}' is declared missing in one file and not in another: each is read as its "
                    "own file says.",
                    "{n} values of '{column}' are declared missing in one file and not in another: each is read as its "
                    "own file says.",
                    len(disputed),
                    column=column,
                )
            )
    return made, tuple(notes)


def _marked(one: TextTable, column: str, disputed: set[str]) -> TextTable:
    """Write the cells that a table declares missing in a way that no other table shares."""
    import pyarrow as pa

    declared = one.user_missing.get(column, ())
    if column not in one.columns or not any(normalise(text) in disputed for text in declared):
        return one
    ours = {normalise(text) for text in declared}
    cells = one.table.column(column).combine_chunks().dictionary_encode()
    texts = [_mark(text) if normalise(text) in disputed & ours else text for text in cells.dictionary.to_pylist()]
    written = pa.array(texts, pa.string()).take(cells.indices)
    return replace(
        one,
        table=one.table.set_column(one.columns.index(column), column, written),
        user_missing={
            **one.user_missing,
            column: tuple(_mark(text) if normalise(text) in disputed else text for text in declared),
        },
    )


def _mark(text: str) -> str:
    return f"{text} [missing]"


def _mixed(column: str, n: int, other: TextTable) -> ReadError:
    return ReadError(
        trn(
            "{n} code of '{column}' has another label in '{name}' than in the files before it.",
            "{n} codes of '{column}' have other labels in '{name}' than in the files before it.",
            n,
            column=column,
            name=other.source,
        ),
        tr(
            "Codes are kept here ('codes' in [data]) and would mix. Name in 'codes' only the columns that need them, "
            "without this one; its cells then hold the labels of their own file, and the mapping names those."
        ),
    )
