"""From counts to a risk table: of a collected group-by, or straight from whole numbers in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from ..base.types import Counts
from ..cases.durations import LEFT_OUT, Durations
from ..cases.memory import Coded, Memory
from ..tables import MOST_STRATA, RiskTable, Strata, in_order
from .grouped import Grouped, refuse_many, summed

# Counting in memory needs one place per stratum, ending and day; more than these and the engine counts.
_MOST_CELLS: Final = 20_000_000
# Rows taken at once, so that the keys of a piece stay in the processor's cache.
_PIECE: Final = 1 << 17


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
    """Count whole numbers that lie in memory, without an engine: one key a row, one place a key.

    Returns
    -------
    RiskTable or None
        The same table, bit for bit, as a grouped count; None where the columns do not lie in memory as whole numbers.
    """
    memory = spells.memory
    if memory is None:
        return None
    coded = [memory.attribute(name) for name in by]
    if any(one is None for one in coded):
        return None
    parts = [one for one in coded if one is not None]
    width = int(memory.days.max()) + 1
    groups = int(np.prod([len(one.levels) for one in parts], dtype=np.int64))
    k = len(spells.outcomes)
    if groups * (k + 1) * width > _MOST_CELLS:
        return None
    exits, entries, late = _count(memory, parts, groups, k, width)
    observed = np.flatnonzero(exits.sum(axis=(1, 2)) + late)
    levels = [_levels(parts, int(code)) for code in observed]
    ordered = in_order(levels)
    refuse_many(len(ordered), tuple(by), most_strata)
    rank = {level: place for place, level in enumerate(levels)}
    order = observed[[rank[level] for level in ordered]]
    exits, entries, late = exits[order], entries[order], late[order]
    busy = exits.sum(axis=(0, 1))
    seen = np.flatnonzero(busy + entries[:, 1:].sum(axis=0))
    days = np.concatenate([[-1] if entries[:, 0].any() else [], seen]).astype(np.int32)
    return RiskTable(
        strata=Strata(tuple(by), ordered),
        outcomes=spells.outcomes,
        days=days,
        events=_on(exits[:, 1:], days),
        censored=_on(exits[:, 0], days),
        entered=entries[:, days + 1],
        left_out={"entry_after_end": late} if late.any() else {},
    )


def _count(memory: Memory, parts: Sequence[Coded], groups: int, k: int, width: int) -> tuple[Counts, Counts, Counts]:
    """Return exits (groups, K + 1, days), entries from day -1 on (groups, days + 1), and rows that enter too late."""
    exits = np.zeros(groups * (k + 1) * width, np.int64)
    entries = np.zeros((groups, width + 1), np.int64)
    late = np.zeros(groups, np.int64)
    # a key fits 32 bits, and 64-bit keys would take twice the time to move
    key = np.int32
    code_of = memory.code_of.astype(key)
    size = max(_PIECE, len(exits))
    for start in range(0, len(memory.days), size):
        piece = slice(start, start + size)
        cell = np.zeros(len(memory.days[piece]), key)
        for one in parts:
            cell = cell * key(len(one.levels)) + one.codes[piece].astype(key, copy=False)
        days = memory.days[piece].astype(key, copy=False)
        ending = code_of[memory.ending[piece].astype(key, copy=False) - key(memory.first)]
        number = None if memory.frequency is None else memory.frequency[piece]
        if memory.entry is not None:
            since = np.maximum(memory.entry[piece], -1).astype(np.int64)
            behind = (since >= days) & (since >= 0)
            if behind.any():
                late += _tally(cell[behind], number if number is None else number[behind], groups)
                cell, days, ending, since = cell[~behind], days[~behind], ending[~behind], since[~behind]
                number = None if number is None else number[~behind]
            entries += _tally(cell * np.int64(width + 1) + since + 1, number, entries.size).reshape(entries.shape)
        exits += _tally((cell * key(k + 1) + ending) * key(width) + days, number, len(exits))
    table = exits.reshape(groups, k + 1, width)
    if memory.entry is None:
        entries[:, 0] = table.sum(axis=(1, 2))
    return table, entries, late


def _tally(keys: Any, number: Any, size: int) -> Counts:
    if number is None:
        return np.bincount(keys, minlength=size)
    total = np.zeros(size, np.int64)
    np.add.at(total, keys, number)
    return total


def _levels(parts: Sequence[Coded], code: int) -> tuple[str, ...]:
    """Return the level of each part that a combined code stands for."""
    found: list[str] = []
    for one in reversed(parts):
        code, place = divmod(code, len(one.levels))
        found.append(one.levels[place])
    return tuple(reversed(found))


def _on(counts: Counts, days: Any) -> Counts:
    """Return counts by day, shape (..., width), on the table's days; nothing ends on day -1."""
    return np.where(days >= 0, counts[..., days], 0)
