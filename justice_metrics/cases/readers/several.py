"""Several files as one table: yearly workbooks whose columns were renamed, came or went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ...base.errors import ReadError, nearest
from ...base.language import Language, Message, tr, trn
from ..conversions.text import normalise
from .several_dates import open_in_one, swapped_in_one
from .several_labels import labels_of_all, with_own_gaps
from .text_table import TextTable
from .typed_numbers import numbers_of_all

if TYPE_CHECKING:
    import pyarrow as pa

# Longer lists of columns are cut.
_MOST_NAMED: Final = 6


def one_below_the_other(
    tables: Sequence[TextTable],
    *,
    renamed: Mapping[str, str] = MappingProxyType({}),
    absent: Collection[str] = (),
    needed: Collection[str] | None = None,
    codes: bool | Collection[str] = False,
    order_declared: bool = False,
) -> TextTable:
    """Put tables one below the other, by the names of their columns.

    Parameters
    ----------
    tables : sequence of TextTable
        One per file or sheet.
    renamed : mapping of str to str
        Name of a column in some tables = its name in the others.
    absent : collection of str
        Columns that some tables do not have; their cells are null there, and counted.
    needed : collection of str, optional
        Columns that every table must have but for those that are ``absent``; by default all that any table has. Others
        are null where they are missing.
    codes : bool or collection of str
        Whether labelled columns keep their codes, or which of them do, by their names in the files.
    order_declared : bool
        Whether somebody said if the day or the month comes first; else a table that does not show it is told.

    Raises
    ------
    ReadError
        With the columns that each table lacks, and what comes nearest in it; or when codes that are kept mean one thing
        in one table and another thing in another.
    """
    import pyarrow as pa

    tables = [_renamed(one, renamed) for one in tables]
    if len(tables) == 1 and not absent:
        return tables[0]
    columns = list(dict.fromkeys(name for one in tables for name in one.columns))
    columns += [name for name in absent if name not in columns]
    must = set(columns if needed is None else needed).intersection(columns) - set(absent)
    _refuse_missing(tables, [one for one in columns if one in must])
    labels = labels_of_all(tables, kept=_kept(codes, renamed), needed=needed)
    tables, told_apart = with_own_gaps(tables, needed=needed)
    notes = [*_notes(tables), *_missing_notes(tables, columns, absent), *labels.notes, *told_apart]
    notes += [] if order_declared else open_in_one(tables, called=_called)
    whole = pa.concat_tables([_with_columns(one.table, columns) for one in tables])
    first = tables[0]
    return replace(
        first,
        table=whole,
        source=", ".join(dict.fromkeys(one.source for one in tables)),
        n_rows=whole.num_rows,
        # the rows of several files have no number that a spreadsheet would show
        numbers=None if len(tables) > 1 else first.numbers,
        first_row=2 if len(tables) > 1 else first.first_row,
        sheet=", ".join(one.sheet for one in tables if one.sheet is not None) or None,
        notes=tuple(notes),
        column_labels={name: label for one in reversed(tables) for name, label in one.column_labels.items()},
        value_labels=labels.of,
        user_missing={
            name: tuple(dict.fromkeys(text for one in tables for text in one.user_missing.get(name, ())))
            for one in tables
            for name in one.user_missing
        },
        written_numbers=numbers_of_all(tables),
        swapped_dates=swapped_in_one(tables, called=_called),
    )


def _called(one: TextTable) -> str:
    return f"{one.source} ({one.sheet})" if one.sheet is not None else one.source


def _renamed(one: TextTable, renamed: Mapping[str, str]) -> TextTable:
    new = {old: name for old, name in renamed.items() if old in one.columns}
    if not new:
        return one
    twice = [name for name, n in Counter(new.get(column, column) for column in one.columns).items() if n > 1]
    if twice:
        raise ReadError(
            tr("'{name}' has two columns that are to be '{column}'.", name=_called(one), column=twice[0]),
            tr("Take one of them out of [data.renamed]."),
        )
    return replace(
        one,
        table=one.table.rename_columns([new.get(column, column) for column in one.columns]),
        column_labels={new.get(name, name): held for name, held in one.column_labels.items()},
        value_labels={new.get(name, name): held for name, held in one.value_labels.items()},
        user_missing={new.get(name, name): held for name, held in one.user_missing.items()},
        written_numbers={new.get(name, name): held for name, held in one.written_numbers.items()},
    )


def _refuse_missing(tables: Sequence[TextTable], must: Sequence[str]) -> None:
    lacking = {_called(one): [name for name in must if name not in one.columns] for one in tables}
    lacking = {source: names for source, names in lacking.items() if names}
    if not lacking:
        return
    by_source = {_called(one): one for one in tables}
    lines = {source: _named(names, _unused(by_source[source], tables, must)) for source, names in lacking.items()}
    raise ReadError(
        trn(
            "{n} file does not have all columns of the others:{lines}",
            "{n} files do not have all columns of the others:{lines}",
            len(lines),
            lines=_Lines(lines),
        ),
        tr(
            'If a column is called otherwise there, say so in [data.renamed]: "old name" = "name used below". If it is '
            'not there at all: absent = ["name"] in [data].'
        ),
    )


def _unused(one: TextTable, tables: Sequence[TextTable], must: Sequence[str]) -> list[str]:
    """Return the columns of a table that stand for none that is needed: one of them may be the missing one renamed."""
    others = [each for each in tables if each is not one]
    everywhere = set.intersection(*(set(each.columns) for each in others)) if others else set()
    elsewhere = {name for each in others for name in each.columns}
    return [name for name in one.columns if name not in everywhere and not (name in must and name in elsewhere)]


def _named(names: Sequence[str], unused: Sequence[str]) -> tuple[str | Message, ...]:
    """Return the names of missing columns, each with what the table has in its place, perhaps; and what else it has."""
    shown: list[str | Message] = []
    left = list(unused)
    for name in names:
        match = nearest(name, left) or _part_of(name, left)
        shown.append(tr("'{name}' (perhaps '{match}')", name=name, match=match) if match else f"'{name}'")
        if match:
            left.remove(match)
    if left:
        listed = ", ".join(f"'{one}'" for one in left[:_MOST_NAMED]) + (" …" * (len(left) > _MOST_NAMED))
        shown.append(tr("unlike the others it has {listed}", listed=listed))
    return tuple(shown)


def _part_of(name: str, others: Sequence[str]) -> str | None:
    """Return a name whose words are some of those of another: "Estado" for "Estado del proceso"."""
    words = set(normalise(name).split())
    held = {other: set(normalise(other).split()) for other in others}
    return next((other for other, its in held.items() if its and (its <= words or words <= its)), None)


class _Lines:
    """What each file lacks, one line each."""

    def __init__(self, lines: Mapping[str, tuple[str | Message, ...]]) -> None:
        self._lines = lines

    def text(self, language: Language = "en") -> str:
        return "".join(
            f"\n  - {source}: " + ", ".join(one if isinstance(one, str) else one.text(language) for one in names)
            for source, names in self._lines.items()
        )


def _notes(tables: Sequence[TextTable]) -> list[Message]:
    """Return the notes of all tables, each with the name of its file; what all have alike once."""
    if len(tables) == 1:
        return list(tables[0].notes)
    times = Counter(note for one in tables for note in set(one.notes))
    shared = [note for note in dict.fromkeys(tables[0].notes) if times[note] == len(tables)]
    own = [
        tr("{name}: {note}", name=_called(one), note=note)
        for one in tables
        for note in one.notes
        if times[note] < len(tables)
    ]
    return [*shared, *own]


def _missing_notes(tables: Sequence[TextTable], columns: Sequence[str], absent: Collection[str]) -> list[Message]:
    notes = [
        trn(
            "{n} row of '{name}' has no column '{column}': blank.",
            "{n} rows of '{name}' have no column '{column}': blank.",
            one.n_rows,
            name=_called(one),
            column=column,
        )
        for column in columns
        if column in absent
        for one in tables
        if column not in one.columns
    ]
    others = [name for name in columns if name not in absent and any(name not in one.columns for one in tables)]
    if others:
        notes.append(
            trn(
                "{n} column that the mapping does not use is not in every file: {listed}.",
                "{n} columns that the mapping does not use are not in every file: {listed}.",
                len(others),
                listed=", ".join(f"'{one}'" for one in others[:_MOST_NAMED]) + (" …" * (len(others) > _MOST_NAMED)),
            )
        )
    return notes


def _with_columns(table: pa.Table, columns: Sequence[str]) -> pa.Table:
    import pyarrow as pa

    names = set(table.column_names)
    blank = pa.nulls(table.num_rows, pa.string())
    return pa.table([table.column(name) if name in names else blank for name in columns], names=list(columns))


def _kept(codes: bool | Collection[str], renamed: Mapping[str, str]) -> bool | Collection[str]:
    """Return the columns that keep their codes by the names they have below."""
    return codes if isinstance(codes, bool) else {*codes, *(renamed[one] for one in codes if one in renamed)}
