"""Variances of curves on every day, from what rows do to them: one pass over the rows, whatever the number of days.

An influence is a combination of few common curves (:mod:`.robust_paths`). The sum over independent pieces of its square
needs only the products of the combinations, which change when a row enters or leaves; they are kept per group and day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement
from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Floats
from .curves import NOBODY
from .robust_paths import Paths, RowTable, masses, row_weights
from .rows import Rows

# Cells taken at a time: the working arrays stay near 100 MiB whatever the number of rows.
BLOCK = 500_000


class Units(NamedTuple):
    """The independent pieces of the data: clusters, group by group, or single cells."""

    unit: Counts  # (C,) piece of each cell
    first: Counts  # (U,) a cell of each piece
    copies: Counts  # (U,) identical pieces that it stands for
    mass: Floats  # (C,) weight of the cell inside its piece


def units_of(rows: Rows) -> Units:
    """Independent piece of each cell, a cell of each piece, its copies, and the cell's weight inside it."""
    cells = len(rows.exit)
    if rows.cluster is None:
        every = np.arange(cells)
        return Units(every, every, rows.n, row_weights(rows))
    width = int(rows.stratum.max(initial=0)) + 1
    _, cluster = np.unique(rows.cluster, return_inverse=True)
    _, first, unit = np.unique(cluster * width + rows.stratum, return_index=True, return_inverse=True)
    return Units(unit, first, np.ones(len(first), dtype=np.int64), masses(rows))


def variance_each_day(rows: Rows, table: RowTable, every: Sequence[Paths]) -> list[Floats]:
    """Sum over units of the squared sums of influences, on every day: (G, T + 1) for each quantity."""
    unit, _, copies, mass = units_of(rows)
    groups, width = every[0].estimate.shape if every else (0, 0)
    products = [np.zeros((len(_pairs(paths)), groups * width)) for paths in every]
    order = np.argsort(unit, kind="stable") if rows.cluster is not None else None
    for cells in _blocks(unit, order):
        moment = np.concatenate([table.entry_at[cells], table.exit_at[cells]])
        place = np.tile(rows.stratum[cells] * width, 2) + moment
        if order is None:
            scale = copies[cells] * mass[cells] ** 2
            for paths, total in zip(every, products, strict=True):
                _add_alone(paths, cells, place, scale, total)
        else:
            owner = np.tile(unit[cells], 2)
            sequence = np.argsort(owner * width + moment)
            owner, place = owner[sequence], place[sequence]
            for paths, total in zip(every, products, strict=True):
                _add_together(paths, cells, mass[cells], sequence, owner, place, total)
    return [_spread(paths, total) for paths, total in zip(every, products, strict=True)]


def _pairs(paths: Paths) -> list[tuple[int, int]]:
    return list(combinations_with_replacement(range(len(paths.basis)), 2))


def _add_alone(paths: Paths, cells: slice | Counts, place: Counts, scale: Floats, total: Floats) -> None:
    """Changes of the products of combinations, each row by itself."""
    during, after = paths.coefficients(cells)
    for row, (a, b) in enumerate(_pairs(paths)):
        before = during[:, a] * during[:, b] * scale
        change = np.concatenate([before, after[:, a] * after[:, b] * scale - before])
        total[row] += np.bincount(place, change, total.shape[1])


def _add_together(
    paths: Paths,
    cells: slice | Counts,
    mass: Floats,
    sequence: Counts,
    owner: Counts,
    place: Counts,
    total: Floats,
) -> None:
    """Changes of the products of summed combinations: units one after the other, each in the order of its days."""
    during, after = paths.coefficients(cells)
    during *= mass[:, None]
    after *= mass[:, None]
    state = _running(np.concatenate([during, after - during])[sequence], owner)
    opens = np.flatnonzero(np.diff(owner, prepend=-1))
    for row, (a, b) in enumerate(_pairs(paths)):
        product = state[:, a] * state[:, b]
        change = np.diff(product, prepend=0)
        change[opens] = product[opens]
        total[row] += np.bincount(place, change, total.shape[1])


def _spread(paths: Paths, products: Floats) -> Floats:
    """Variance (G, T + 1) from the changes of the products."""
    pairs = _pairs(paths)
    held = products.reshape(-1, *paths.estimate.shape)
    spread, size_of_parts = np.zeros(paths.estimate.shape), np.zeros(paths.estimate.shape)
    for row, (a, b) in enumerate(pairs):
        # the last curve belongs to rows at risk: its products end at 0, and are exact there when summed from the end
        ends_at_zero = b == len(paths.basis) - 1
        kept = _from_the_end(held[row]) if ends_at_zero else np.cumsum(held[row], axis=-1)
        part = (1 if a == b else 2) * kept * paths.basis[a] * paths.basis[b]
        spread += part
        size_of_parts += np.abs(part)
    # a curve that nothing moves has variance 0, where the parts leave rounding of their own size
    settled: Floats = np.where(spread > NOBODY * size_of_parts, spread, 0)
    return settled


def _blocks(unit: Counts, order: Counts | None) -> Iterator[slice | Counts]:
    """Cells in pieces of bounded size that never cut a unit."""
    if order is None:
        for start in range(0, len(unit), BLOCK):
            yield slice(start, start + BLOCK)
        return
    owner = unit[order]
    start = 0
    while start < len(order):
        last = owner[min(start + BLOCK, len(order)) - 1]
        stop = int(np.searchsorted(owner, last, side="right"))
        yield order[start:stop]
        start = stop


def _running(change: Floats, whose: Counts) -> Floats:
    """Cumulative sums down the rows that start anew with each owner."""
    total = np.cumsum(change, axis=0)
    starts = np.flatnonzero(np.diff(whose, prepend=-1))
    before = np.where((starts > 0)[:, None], total[starts - 1], 0)
    lengths = np.diff(np.append(starts, len(whose)))
    running: Floats = total - np.repeat(before, lengths, axis=0)
    return running


def _from_the_end(gains: Floats) -> Floats:
    """Cumulative sums along the last axis of gains that add up to 0, as minus the sum of what is still to come."""
    rest = np.zeros(gains.shape)
    rest[..., :-1] = -np.cumsum(gains[..., :0:-1], axis=-1)[..., ::-1]
    return rest
