"""Repeats of a survey: each row finds the submission it belongs to, and a submission that stands twice counts once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .survey_names import last_part
from .survey_times import moments
from .text_table import TextTable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PARENT_SHEET: Final = "_parent_table_name"
PARENT_INDEX: Final = "_parent_index"
INDEX: Final = "_index"
KEY: Final = "KEY"
PARENT_KEY: Final = "PARENT_KEY"
# What names a submission, the lasting ones first; an edited submission keeps the first and gets a new second.
_LASTING: Final = ("rootUuid", "_uuid", "instanceID", KEY)
_NUMBER: Final = "_id"
_SENT: Final = ("_submission_time", "SubmissionDate")
_PLAIN_KEYS: Final = ("_submission__id", "_submission__uuid")
_NOTHING: Final = frozenset({"n/a", "na", "none", "null", "nan"})
_LONGEST_SHEET: Final = 31


def is_repeat(read: TextTable) -> bool:
    """Return whether a table holds the rows of a repeat."""
    return any(one in read.columns for one in (PARENT_INDEX, PARENT_KEY, *_PLAIN_KEYS))


def looks_like_survey(columns: Sequence[str]) -> bool:
    """Return whether a header is that of an export of KoboToolbox or ODK.

    Examples
    --------
    >>> looks_like_survey(["caso", "_id", "_uuid", "_submission_time"]), looks_like_survey(["caso", "_id"])
    (True, False)
    """
    there = set(columns)
    return (
        {"_uuid", "_submission_time"} <= there
        or {KEY, "SubmissionDate"} <= there
        or PARENT_INDEX in there
        or ({KEY, PARENT_KEY} <= there)
    )


def parent_sheet(read: TextTable, sheets: Sequence[str]) -> str | None:
    """Return the sheet on which the rows of a repeat hang; names of sheets are cut by the program that writes them."""
    named = _parent_named(read)
    if named is None:
        return None
    known = {_bare(one): one for one in sheets}
    return known.get(_bare(named)) or known.get(_bare(named[:_LONGEST_SHEET]))


def _parent_named(read: TextTable) -> str | None:
    """Return the sheet that most rows of a repeat name as their parent."""
    if PARENT_SHEET not in read.columns:
        return None
    texts, counts = read.distinct(PARENT_SHEET)
    return max(((n, text) for text, n in zip(texts, counts, strict=True) if text is not None), default=(0, None))[1]


def _of_another(read: TextTable) -> NDArray[np.bool_]:
    """Return which rows of a repeat name another parent than most: their numbers are places in that one."""
    import numpy as np

    named = _parent_named(read)
    if named is None:
        return np.zeros(read.table.num_rows, dtype=np.bool_)
    texts = read.table.column(PARENT_SHEET).to_pylist()
    return np.array([one is not None and _bare(one) != _bare(named) for one in texts], dtype=np.bool_)


def parent_rows(read: TextTable, parent: TextTable) -> NDArray[np.int64]:
    """Return for each row of a repeat the row of its parent, from 0; -1 where it has none."""
    import numpy as np

    pairs = [(PARENT_INDEX, INDEX), ("_submission__id", _NUMBER), ("_submission__uuid", "_uuid"), (PARENT_KEY, KEY)]
    for own, other in pairs:
        if own in read.columns and (other in parent.columns or own == PARENT_INDEX):
            places = _places(parent, other)
            texts = read.table.column(own).to_pylist()
            shorten = own == PARENT_KEY
            found = np.array([_found(text, places, shorten=shorten) for text in texts], dtype=np.int64)
            return np.where(_of_another(read), -1, found)
    return np.full(read.table.num_rows, -1, dtype=np.int64)


def taken(read: TextTable, rows: NDArray[np.int64]) -> TextTable:
    """Return some rows of a table; each keeps its number in the file."""
    import numpy as np

    if len(rows) == read.table.num_rows and bool((rows == np.arange(len(rows))).all()):
        return read
    numbers = read.numbers if read.numbers is not None else np.arange(read.table.num_rows) + read.first_row
    kept = numbers[rows]
    return replace(
        read,
        table=read.table.take(rows),
        n_rows=len(rows),
        numbers=kept.astype(np.int64),
        first_row=int(kept[0]) if len(kept) else read.first_row,
    )


def with_columns_of(
    read: TextTable, parent: TextTable, rows: NDArray[np.int64], *, columns: Sequence[str], over: Sequence[str] = ()
) -> TextTable:
    """Put columns of the parent beside the rows of a repeat.

    Parameters
    ----------
    read, parent : TextTable
    rows : array of int
        Row of the parent of each row; -1 for none.
    columns : sequence of str
        Columns of the parent that are wanted; one that the repeat has itself stays its own.
    over : sequence of str
        Columns of the parent that go before those of the repeat: the id of the cases.
    """
    import pyarrow as pa

    indices = pa.array(rows, mask=rows < 0)
    table = read.table
    labels, values = dict(read.column_labels), dict(read.value_labels)
    for name in dict.fromkeys([*over, *columns]):
        if name not in parent.columns or (name in read.columns and name not in over):
            continue
        column = parent.table.column(name).take(indices)
        if name in table.column_names:
            table = table.set_column(table.column_names.index(name), name, column)
        else:
            table = table.append_column(name, column)
        labels.update({name: parent.column_labels[name]} if name in parent.column_labels else {})
        values.update({name: parent.value_labels[name]} if name in parent.value_labels else {})
    return replace(read, table=table, column_labels=labels, value_labels=values)


class Latest(NamedTuple):
    """Which submissions of several files to keep, and of how many the place had to decide.

    Attributes
    ----------
    kept : list of array of bool
        For each file, its rows.
    by_place : int
        Submissions that were left out for one that stands further down, as their moments cannot be read.
    """

    kept: list[NDArray[np.bool_]]
    by_place: int


def latest(tables: Sequence[TextTable]) -> Latest:
    """Return which submissions of several files to keep: of each the one sent last, else the one that stands last.

    Submissions are the same when they share the key that outlives editing, or the number that the server gave them.
    """
    import numpy as np

    sizes = [one.table.num_rows for one in tables]
    kept = np.ones(sum(sizes), dtype=bool)
    written = [_joined([one], _SENT) for one in tables]
    sent = [moment for texts in written for moment in moments(texts)]
    when = [text for texts in written for text in texts]
    numbers = _joined(tables, (_NUMBER,))
    # two servers may give one number; but not in one minute, and editing changes neither
    numbered = [
        f"{number} {text if moment is None else int(moment // 60)}" if number and text else None
        for number, text, moment in zip(numbers, when, sent, strict=True)
    ]
    by_place = 0
    for keys in (_joined(tables, _LASTING, lasting=True), numbered):
        alike: dict[str, list[int]] = {}
        for place, key in enumerate(keys):
            if key is not None and kept[place]:
                alike.setdefault(key, []).append(place)
        for places in alike.values():
            if len(places) == 1:
                continue
            unclear = any(when[one] is not None and sent[one] is None for one in places)
            if unclear and len({when[one] for one in places}) > 1:
                by_place += len(places) - 1
                last = places[-1]
            else:
                last = max(places, key=lambda one: (-np.inf if sent[one] is None else sent[one], one))
            kept[[one for one in places if one != last]] = False
    starts = np.cumsum([0, *sizes])
    return Latest([kept[start:stop] for start, stop in pairwise(starts)], by_place)


def _joined(tables: Sequence[TextTable], names: Sequence[str], *, lasting: bool = False) -> list[str | None]:
    """Return a column of all tables: for each row the first of ``names`` that it has."""
    texts: list[str | None] = []
    for one in tables:
        columns = [column for name in names for column in one.columns if last_part(column) == name]
        cells: list[Any] = [None] * one.table.num_rows
        for column in columns:
            cells = [before or text for before, text in zip(cells, one.table.column(column).to_pylist(), strict=True)]
        known = [None if text is None or text.casefold() in _NOTHING else text for text in cells]
        texts += [text.removeprefix("uuid:") if lasting and text else text for text in known]
    return texts


def _places(parent: TextTable, column: str) -> Mapping[str, int]:
    if column not in parent.columns:  # the only export without it has no blank rows: they are counted from 1
        return {str(place + 1): place for place in range(parent.table.num_rows)}
    texts = parent.table.column(column).to_pylist()
    return {text: place for place, text in reversed(list(enumerate(texts))) if text is not None}


def _found(text: str | None, places: Mapping[str, int], *, shorten: bool) -> int:
    """Return the place of a key; of the key of a repeat inside a repeat, that of the submission around it."""
    while text:
        if text in places:
            return places[text]
        if not shorten or "/" not in text:
            return -1
        text = text.rpartition("/")[0]
    return -1


def _bare(name: str) -> str:
    return "".join(one if one.isalnum() else "_" for one in name.casefold())
