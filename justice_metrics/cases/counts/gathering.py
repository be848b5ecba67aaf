"""Tables of counts put together: one below the other, side by side, and with the rows that nobody wrote."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...base.errors import CaseDataError
from ...base.language import Message, Readable, tr, trn
from ...base.levels import NOT_APPLICABLE, NOT_AVAILABLE, naturally
from ...base.quantities import STATUSES, Quantity, sums
from ...base.types import Counts, Days, Flags
from ..conversions.conversion import normalise
from ..periods import Periods, period_number, periods_between
from .mapping import CountMapping, CountsPart
from .rows import CountRows, Key

# Rows that are not there are written down for tables up to this size; larger ones are taken as they are.
_MOST_ROWS: Final = 5_000_000

# Where the first of some rows stands, for the end of a sentence.
Where = Callable[[Flags], "Message | str"]


class Block(NamedTuple):
    """What one file or frame holds, typed.

    Attributes
    ----------
    name : str
    names : tuple of str
        What the table has: its columns, or in a long table the texts that name quantities.
    keys, written : dict of str to Key
        With the labels of the mapping, and as they stand in the file.
    first_day, last_day : array of int, shape (R,)
    quantities : dict of str to Quantity, shape (R,)
    given : dict of str to array of bool, shape (R,)
        The rows that have a cell for the quantity at all.
    row_number : callable
    notes : tuple of Message
    """

    name: str
    names: tuple[str, ...]
    keys: dict[str, Key]
    written: dict[str, Key]
    first_day: Days
    last_day: Days
    quantities: dict[str, Quantity]
    given: dict[str, Flags]
    row_number: Callable[[int], int | None]
    notes: tuple[Message, ...]


class Gathered(NamedTuple):
    """What all tables hold together; one row per office, period and breakdown."""

    keys: dict[str, Key]
    first_day: Days
    last_day: Days
    quantities: dict[str, Quantity]
    given: dict[str, Flags]
    where: Where
    notes: tuple[Message, ...]


def gathered(blocks: Sequence[Block], mapping: CountMapping) -> Gathered:
    """Put tables together.

    Rows of one office, period and breakdown become one when they hold different quantities, or when the mapping gives
    one label to what they are written as.

    Raises
    ------
    CaseDataError
        When a quantity stands there twice for one office, period and breakdown, and the mapping does not say that
        such rows add up.
    """
    keys = {name: _one_key([block.keys[name] for block in blocks]) for name in blocks[0].keys}
    first = np.concatenate([block.first_day for block in blocks])
    last = np.concatenate([block.last_day for block in blocks])
    names = [name for name in mapping.counts.quantities if any(name in block.quantities for block in blocks)]
    quantities = {name: _joined(name, blocks) for name in names}
    given = {
        name: np.concatenate([block.given.get(name, np.zeros(len(block.first_day), np.bool_)) for block in blocks])
        for name in names
    }
    group, leader = groups_of([*[one.codes for one in keys.values()], first, last])
    where = _where(blocks)
    notes: list[Message] = []
    n = len(leader)
    if n < len(first):
        written = {name: _one_key([block.written[name] for block in blocks]).codes for name in keys}
        as_written, _ = groups_of([*written.values(), first, last])
        again = _again(as_written, given)
        if again.any() and mapping.counts.repeated == "refuse":
            if mapping.data.faults == "refuse":
                raise _twice(again, where)
            given = {name: one & ~again for name, one in given.items()}
            notes.append(
                trn(
                    "{n} row repeats an office, period and breakdown; the first was kept.",
                    "{n} rows repeat an office, period and breakdown; the first was kept.",
                    int(again.sum()),
                )
            )
        joined = int(_again(group, given).sum())
        if joined:
            notes.append(
                trn(
                    "{n} row was added to another of the same office, period and breakdown.",
                    "{n} rows were added to others of the same office, period and breakdown.",
                    joined,
                )
            )
        for name, spec in mapping.counts.quantities.items():
            if name in quantities:
                owner = None if spec.per is None else [written[key] for key in spec.per]
                quantities[name] = _summed(quantities[name], given[name], group, n, owner)
        given = {name: np.bincount(group[one], minlength=n) > 0 for name, one in given.items()}
        keys = {name: Key(one.codes[leader], one.levels) for name, one in keys.items()}
        first, last = first[leader], last[leader]
    return Gathered(
        keys=keys,
        first_day=first,
        last_day=last,
        quantities=quantities,
        given={name: one for name, one in given.items() if not one.all()},
        where=lambda rows: where(_spread(rows, leader, len(group))),
        notes=tuple(notes),
    )


def groups_of(columns: Sequence[NDArray[Any]]) -> tuple[Counts, Counts]:
    """Return the group of each row, numbered as they first occur, and the first row of each group.

    Examples
    --------
    >>> groups_of([np.array([5, 2, 5]), np.array([1, 1, 1])])
    (array([0, 1, 0]), array([0, 1]))
    """
    packed = np.zeros(len(columns[0]), np.int64)
    width = 1
    for column in columns:
        codes, n = _dense(column)
        if width > 2**62 // max(n, 1):
            packed, width = _dense(packed)
        packed = packed * n + codes
        width *= n
    packed, n = _dense(packed)
    leader = np.empty(n, np.int64)
    # the last one written stays, which is the first row
    leader[packed[::-1]] = np.arange(len(packed))[::-1]
    order = np.argsort(leader, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(n)
    return rank[packed], leader[order]


def _dense(column: NDArray[Any]) -> tuple[Counts, int]:
    """Number the distinct values of a column of whole numbers, by looking up instead of sorting where they are few."""
    if not len(column):
        return np.zeros(0, np.int64), 0
    low, high = int(column.min()), int(column.max())
    width = high - low + 1
    if width > 16 * len(column) + 2**16:
        distinct, codes = np.unique(column, return_inverse=True)
        return codes.astype(np.int64), len(distinct)
    there = np.zeros(width, np.bool_)
    there[column.astype(np.int64) - low] = True
    number = np.cumsum(there) - 1
    return number[column.astype(np.int64) - low], int(number[-1]) + 1


def filled(data: CountRows, part: CountsPart) -> CountRows:
    """Write down the rows that are not there, where it is known what their absence means.

    A period in which nobody has a row, in a year in which others do, was not reported by anybody.
    """
    happening = data.happening(tuple(data.quantities))
    calendar = _calendar(data, happening)
    if calendar is None:
        return data
    who, one_of = groups_of([one.codes for one in data.keys.values()] or [np.zeros(data.rows, np.int64)])
    n, p = len(one_of), len(calendar.labels)
    if n * p > _MOST_ROWS or n * p == int(happening.sum()):
        return data
    there = np.zeros((n, p), np.bool_)
    there[who[happening], np.searchsorted(calendar.first_day, data.first_day[happening])] = True
    missing = ~there
    status = part.absent or NOT_AVAILABLE
    notes: list[Readable] = []
    if part.absent is None:
        silent = _silent(data, part, there, one_of)
        n_sparse = int((missing & ~silent).sum())
        missing = silent
        if n_sparse:
            notes.append(
                tr(
                    "{n} of {total} combinations of breakdown and period have no row; nothing is taken to have been "
                    "counted there. The key 'absent' in [counts] says it otherwise.",
                    n=n_sparse,
                    total=n * p,
                )
            )
    rows, columns = np.nonzero(missing)
    if rows.size:
        notes.append(_filled_note(rows.size, status))
        data = _with_rows(data, one_of[rows], calendar.first_day[columns], calendar.last_day[columns], status)
    return replace(data, notes=(*data.notes, *notes))


def _calendar(data: CountRows, happening: Flags) -> Periods | None:
    """Return every period that the rows should be about: those of all years that any of them is about."""
    kind = data.native_period
    if kind is None:
        return None
    first, last = data.first_day[happening], data.last_day[happening]
    whole = periods_between(int(first.min()), int(last.max()), kind)
    years = period_number(whole.first_day, "year")
    kept = np.isin(years, period_number(first, "year"))
    labels = tuple(label for label, one in zip(whole.labels, kept, strict=True) if one)
    return Periods(whole.first_day[kept], whole.last_day[kept], labels)


def _silent(data: CountRows, part: CountsPart, there: Flags, one_of: Counts) -> Flags:
    """Return the combinations and periods, shape (n, P), whose office has no row at all in the period."""
    codes = np.zeros(data.rows, np.int64) if data.offices is None else data.keys[data.offices].codes
    office = codes[one_of]
    reported = np.zeros((int(codes.max()) + 1, there.shape[1]), np.bool_)
    np.logical_or.at(reported, office, there)
    expected = np.ones_like(reported)
    if part.changing_offices:
        # between the first and the last period in which it reported
        forth = np.logical_or.accumulate(reported, axis=1)
        back = np.logical_or.accumulate(reported[:, ::-1], axis=1)[:, ::-1]
        expected = forth & back
    silent: Flags = (expected & ~reported)[office]
    return silent


def _with_rows(data: CountRows, who: Counts, first_day: Days, last_day: Days, status: str) -> CountRows:
    """Return the table with rows of no number; ``who`` are rows that have the same keys."""
    n = len(who)
    happening = data.happening(tuple(data.quantities))
    zero = status == "zero"
    code = 0 if zero else STATUSES.index(status)
    quantities: dict[str, Quantity] = {}
    given: dict[str, Flags] = {}
    for name, one in data.quantities.items():
        # that nothing was counted says nothing of how many judges there were, or of the people of the whole year
        known = bool((data.given_in(name) & happening).any()) and (not zero or data.over_time[name] != "mean")
        value = 0.0 if zero and known else np.nan
        empty = np.full(n, code if known else STATUSES.index(NOT_APPLICABLE), np.uint8)
        quantities[name] = Quantity(
            np.concatenate([one.values, np.full(n, value)]), np.concatenate([one.status, empty])
        )
        if name in data.given or not known:
            given[name] = np.concatenate([data.given_in(name), np.full(n, known)])
    return replace(
        data,
        rows=data.rows + n,
        keys=MappingProxyType(
            {name: Key(np.concatenate([one.codes, one.codes[who]]), one.levels) for name, one in data.keys.items()}
        ),
        first_day=np.concatenate([data.first_day, first_day]),
        last_day=np.concatenate([data.last_day, last_day]),
        quantities=MappingProxyType(quantities),
        given=MappingProxyType(given),
    )


def _filled_note(n: int, status: str) -> Message:
    if status == "zero":
        return trn("{n} row that is not there counts as zero.", "{n} rows that are not there count as zero.", n)
    if status == NOT_APPLICABLE:
        return trn(
            "{n} row that is not there counts as not applicable.",
            "{n} rows that are not there count as not applicable.",
            n,
        )
    return trn(
        "{n} row that is not there counts as not available: its office did not report in the period.",
        "{n} rows that are not there count as not available: their offices did not report in the period.",
        n,
    )


def _one_key(parts: Sequence[Key]) -> Key:
    """Join the columns of one key, levels in the order in which a reader expects them."""
    known: dict[str, str] = {}
    for part in parts:
        for level in part.levels:
            known.setdefault(normalise(level), level)
    used = np.concatenate(
        [np.array([_place(level, known) for level in part.levels], np.int64)[part.codes] for part in parts]
    )
    names = list(known.values())
    seen = sorted(np.unique(used).tolist(), key=lambda one: naturally(names[one]))
    place = np.zeros(len(names), np.int32)
    place[seen] = np.arange(len(seen))
    return Key(place[used], tuple(names[one] for one in seen))


def _place(level: str, known: Mapping[str, str]) -> int:
    return list(known).index(normalise(level))


def _joined(name: str, blocks: Sequence[Block]) -> Quantity:
    parts = []
    for block in blocks:
        n = len(block.first_day)
        none = Quantity(np.full(n, np.nan), np.full(n, STATUSES.index(NOT_AVAILABLE), np.uint8))
        parts.append(block.quantities.get(name, none))
    return Quantity(np.concatenate([one.values for one in parts]), np.concatenate([one.status for one in parts]))


def _again(group: Counts, given: Mapping[str, Flags]) -> Flags:
    """Return the rows that give a quantity which an earlier row of their group has given, shape (R,)."""
    again = np.zeros(len(group), np.bool_)
    for one in given.values():
        places = np.flatnonzero(one)
        _, leader = np.unique(group[places], return_index=True)
        later = np.ones(len(places), np.bool_)
        later[leader] = False
        again[places[later]] = True
    return again


def _summed(
    one: Quantity, given: Flags, group: Counts, n: int, owner: Sequence[NDArray[Any]] | None = None
) -> Quantity:
    """Add up the rows of each group; a figure that stands again on each row of its owner is taken once."""
    rows = np.flatnonzero(given)
    if owner is not None:
        rows = rows[np.argsort(~one.known[rows], kind="stable")]
        rows = rows[groups_of([group[rows], *(column[rows] for column in owner)])[1]]
    return sums(Quantity(one.values[rows], one.status[rows]), group[rows], n)


def _twice(again: Flags, where: Where) -> CaseDataError:
    return CaseDataError(
        trn(
            "{n} row repeats an office, period and breakdown that an earlier row has{where}.",
            "{n} rows repeat an office, period and breakdown that an earlier row has{where}.",
            int(again.sum()),
            where=where(again),
        ),
        tr(
            "Delete the rows that stand there twice. If the table is split by a further column, name it in "
            '[counts.keys], or set repeated = "add" in [counts] to add such rows. Of merged cells only the first holds '
            "the value: write it on each row."
        ),
    )


def _where(blocks: Sequence[Block]) -> Where:
    """Return how to say where the first of some rows stands; with several files, in which."""
    starts = np.cumsum([0, *(len(block.first_day) for block in blocks)])

    def told(rows: Flags) -> Message | str:
        places = np.flatnonzero(rows)
        if not places.size:
            return ""
        block = int(np.searchsorted(starts, places[0], side="right")) - 1
        row = blocks[block].row_number(int(places[0] - starts[block]))
        if row is None:
            return ""
        if len(blocks) == 1:
            return tr(" (the first in row {row})", row=row)
        return tr(" (the first in row {row} of '{name}')", row=row, name=blocks[block].name)

    return told


def _spread(rows: Flags, leader: Counts, n: int) -> Flags:
    """Return rows of the gathered table as rows of the files."""
    spread = np.zeros(n, np.bool_)
    spread[leader[rows[: len(leader)]]] = True
    return spread
