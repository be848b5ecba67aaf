"""From counts to a risk table: of a collected group-by, or straight from whole numbers in memory."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple

import numpy as np

from ..base.types import Counts
from ..cases.durations import LEFT_OUT, Durations
from ..cases.memory import PIECE, Coded, Memory
from ..cases.stored import Piece, Stored
from ..tables import MOST_STRATA, RiskTable, Strata, in_order
from .grouped import Grouped, refuse_many, summed

# Counting in memory needs one place per stratum, ending and day; more than these and the engine counts.
_MOST_CELLS: Final = 20_000_000


def table_of(grouped: Grouped, outcomes: tuple[str, ...], *, weighted: bool) -> RiskTable:
    """Arrange a collected count as a risk table; endings that a stratum lacks are zeros."""
    g, k = len(grouped.strata), len(outcomes)
    why, code, duration, entry = (grouped.keys[name] for name in ("left_out", "code", "days", "entry"))
    kept = why == 0
    days = np.unique(np.concatenate([duration[kept], entry[kept]])).astype(np.int32)
    t = len(days)
    exit_at = np.searchsorted(days, duration[kept])
    entry_at = np.searchsorted(days, entry[kept])
    stratum, number = grouped.stratum[kept], grouped.n[kept]
    exits = summed((stratum * (k + 1) + code[kept]) * t + exit_at, number, g * (k + 1) * t).reshape(g, k + 1, t)
    return RiskTable(
        strata=grouped.strata,
        outcomes=outcomes,
        days=days,
        events=exits[:, 1:],
        censored=exits[:, 0],
        entered=summed(stratum * t + entry_at, number, g * t).reshape(g, t),
        left_out=left_out_counts(grouped),
        weighted=weighted,
    )


def left_out_counts(grouped: Grouped) -> dict[str, Counts]:
    """Return units by the reason why time cannot be told of them, each of shape (G,)."""
    g, why = len(grouped.strata), grouped.keys["left_out"]
    table: Any = summed(grouped.stratum * (len(LEFT_OUT) + 1) + why, grouped.units, g * (len(LEFT_OUT) + 1))
    columns = table.reshape(g, len(LEFT_OUT) + 1)[:, 1:]
    return {name: columns[:, place] for place, name in enumerate(LEFT_OUT) if columns[:, place].any()}


def table_in_memory(spells: Durations, by: Sequence[str], *, most_strata: int = MOST_STRATA) -> RiskTable | None:
    """Count whole numbers without an engine, from arrays in memory or from files piece by piece.

    Each row has one key, each key one place.

    Returns
    -------
    RiskTable or None
        The same table, bit for bit, as a grouped count; None where the columns are not of that kind.
    """
    counted = None
    if spells.memory is not None:
        counted = _from_memory(spells.memory, by)
    elif spells.stored is not None:
        counted = _from_files(spells.stored, by)
    if counted is None:
        return None
    exits = _by_code(counted.exits, counted.code_of, len(spells.outcomes) + 1)
    if not spells.sampling.delayed_entry:
        counted.entries[:, 0] = exits.sum(axis=(1, 2))
    return _arranged(spells, tuple(by), counted._replace(exits=exits), most_strata)


class _Counted(NamedTuple):
    """Counts of all combinations of levels, G of them, seen or not."""

    levels: Sequence[tuple[str, ...]]
    code_of: Counts  # (V,) code of each value of the ending
    exits: Counts  # (G, V, days)
    entries: Counts  # (G, days + 1), from day -1 on; nothing without delayed entry
    late: Counts  # (G,) rows that enter too late


def _from_memory(memory: Memory, by: Sequence[str]) -> _Counted | None:
    parts = [one for one in (memory.attribute(name) for name in by) if one is not None]
    levels = [one.levels for one in parts]
    shape = _Shape(tuple(map(len, levels)), len(memory.code_of), int(memory.days.max()) + 1)
    if len(parts) < len(by) or shape.cells > _MOST_CELLS:
        return None
    counts = _count(slices(memory, parts, max(PIECE, shape.cells)), shape)
    return _Counted(levels, memory.code_of, *counts)


def _from_files(stored: Stored, by: Sequence[str]) -> _Counted | None:
    """Count parts of the files at the same time; whole numbers add up in any order."""
    levels = [one for one in map(stored.levels, by) if one is not None]
    shape = _Shape(tuple(map(len, levels)), len(stored.code_of), stored.width)
    if len(levels) < len(by) or shape.cells > _MOST_CELLS:
        return None
    with ThreadPoolExecutor() as pool:
        every = list(pool.map(lambda part: _count(part.pieces(by, levels), shape), stored.parts()))
    exits, entries, late = (np.sum(one, axis=0) for one in zip(*every, strict=True))
    return _Counted(levels, stored.code_of, exits, entries, late)


def _arranged(spells: Durations, by: tuple[str, ...], counted: _Counted, most_strata: int) -> RiskTable:
    """Keep the strata and days that occur, in a reader's order."""
    levels, _, exits, entries, late = counted
    observed = np.flatnonzero(exits.sum(axis=(1, 2)) + late)
    named = [_named(levels, int(code)) for code in observed]
    ordered = in_order(named)
    refuse_many(len(ordered), by, most_strata)
    rank = {level: place for place, level in enumerate(named)}
    order = observed[[rank[level] for level in ordered]]
    exits, entries, late = exits[order], entries[order], late[order]
    busy = exits.sum(axis=(0, 1))
    seen = np.flatnonzero(busy + entries[:, 1:].sum(axis=0))
    days = np.concatenate([[-1] if entries[:, 0].any() else [], seen]).astype(np.int32)
    return RiskTable(
        strata=Strata(by, ordered),
        outcomes=spells.outcomes,
        days=days,
        events=_on(exits[:, 1:], days),
        censored=_on(exits[:, 0], days),
        entered=entries[:, days + 1],
        left_out={"entry_after_end": late} if late.any() else {},
    )


class _Shape(NamedTuple):
    """How many places each key has."""

    levels: tuple[int, ...]
    endings: int
    width: int

    @property
    def groups(self) -> int:
        return math.prod(self.levels)

    @property
    def cells(self) -> int:
        return self.groups * self.endings * self.width


def slices(memory: Memory, parts: Sequence[Coded], size: int) -> Iterator[Piece]:
    """Return the rows in memory piece by piece, ``size`` of them at once."""
    for start in range(0, len(memory.days), size):
        piece = slice(start, start + size)
        yield Piece(
            days=memory.days[piece],
            ending=memory.ending[piece] if not memory.first else memory.ending[piece].astype(np.int32) - memory.first,
            entry=None if memory.entry is None else memory.entry[piece],
            frequency=None if memory.frequency is None else memory.frequency[piece],
            attributes=tuple(one.codes[piece] for one in parts),
        )


def _count(pieces: Iterable[Piece], shape: _Shape) -> tuple[Counts, Counts, Counts]:
    """Return exits (groups, values of the ending, days), entries from day -1 on, and rows that enter too late."""
    groups, k, width = shape.groups, shape.endings, shape.width
    exits = np.zeros(shape.cells, np.int64)
    entries = np.zeros((groups, width + 1), np.int64)
    late = np.zeros(groups, np.int64)
    # a key fits 32 bits, and 64-bit keys would take twice the time to move
    key = np.int32
    for days, ending, entry, number, attributes in pieces:
        cell = attributes[0].astype(key) if attributes else np.zeros(len(days), key)
        for codes, levels in zip(attributes[1:], shape.levels[1:], strict=True):
            cell *= key(levels)
            cell += codes
        if entry is not None:
            since = np.maximum(entry, -1).astype(np.int64)
            behind = (since >= days) & (since >= 0)
            if behind.any():
                late += _tally(cell[behind], number if number is None else number[behind], groups)
                cell, days, ending, since = cell[~behind], days[~behind], ending[~behind], since[~behind]
                number = None if number is None else number[~behind]
            entries += _tally(cell * np.int64(width + 1) + since + 1, number, entries.size).reshape(entries.shape)
        cell *= key(k)
        cell += ending
        cell *= key(width)
        cell += days
        exits += _tally(cell, number, len(exits))
    return exits.reshape(groups, k, width), entries, late


def _tally(keys: Any, number: Any, size: int) -> Counts:
    if number is None:
        return np.bincount(keys, minlength=size)
    total = np.zeros(size, np.int64)
    np.add.at(total, keys, number)
    return total


def _by_code(exits: Counts, code_of: Counts, size: int) -> Counts:
    """Return counts by value of the ending as counts by its code, (groups, size, days)."""
    total = np.zeros((len(exits), size, exits.shape[2]), np.int64)
    for place, code in enumerate(code_of):
        total[:, code] += exits[:, place]
    return total


def _named(levels: Sequence[tuple[str, ...]], code: int) -> tuple[str, ...]:
    """Return the level of each attribute that a combined code stands for."""
    found: list[str] = []
    for one in reversed(levels):
        code, place = divmod(code, len(one))
        found.append(one[place])
    return tuple(reversed(found))


def _on(counts: Counts, days: Any) -> Counts:
    """Return counts by day, shape (..., width), on the table's days; nothing ends on day -1."""
    return np.where(days >= 0, counts[..., days], 0)
