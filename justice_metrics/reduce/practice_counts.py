"""From what was coded of practice to counts: one grouped count of all items, added up by item and by domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add
from typing import Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.levels import ALL
from ..base.types import Counts, Tallies
from ..cases.casedata import CaseData
from ..cases.checklist import Item
from ..estimate.survey import DesignCells
from ..tables import MOST_STRATA, Strata
from .design_counts import FoldedUnits, cells_of, drawn_directly, folded_groups, side_by_side
from .grouped import Grouped, grouped_counts, summed
from .practice import WAYS, item_code

# Sampling units times groups times the ways of items that occur together.
_MOST_ROWS: Final = 2_000_000
# Ways of three bits each that one whole number holds.
_BITS: Final = 3
_PACKED: Final = 20


class PracticeCounts(NamedTuple):
    """In which way of each item the units of each group are.

    Attributes
    ----------
    strata : Strata, G of them
    units : array, shape (G,)
        Units, or the sum of their weights.
    ways : mapping of str to array, shape (G, K)
        Units in each of ``WAYS``, or the sum of their weights.
    unweighted : mapping of str to array, shape (G, K)
        Units in each of ``WAYS``, whatever they weigh.
    cells : tuple of DesignCells
        (K,) where weights or clusters are declared, else empty.
    domains : mapping of str to DesignCells
        Items met and judged added up in each unit, or cluster of the sampling; ``all`` of them first.
    """

    strata: Strata
    units: Tallies
    ways: Mapping[str, Tallies]
    unweighted: Mapping[str, Tallies]
    cells: tuple[DesignCells, ...]
    domains: Mapping[str, DesignCells]


def practice_counts(
    cases: CaseData, items: Sequence[Item], *, by: Sequence[str] = (), design: bool = False, finite: bool = True
) -> PracticeCounts:
    """Count the units in each way of each item, in one grouped count.

    Parameters
    ----------
    cases : CaseData
        With few columns besides (``narrowed``).
    items : sequence of Item
        K items that were coded.
    by : sequence of str
        Attributes that split the cases.
    design : bool
        Whether the sampling units of each item are told, for limits of the design.
    finite : bool
        Whether those of items allow for the part of all files that was drawn, where a sampling log tells it; a
        comparison of rounds is about how the system works, and not about the files of two frames.
    """
    by = tuple(by)
    there = set(cases.milestones.collect_schema().names())
    packed = packed_ways([item_code(cases, one, there) for one in items])
    split = (*by, *(name for name in ("stratum", "cluster") if cases.has(name) and name not in by))
    grouped = grouped_counts(
        cases, by=split, keys=packed, most_strata=_MOST_ROWS if len(split) > len(by) else MOST_STRATA
    )
    codes = ways_of(grouped, len(items))
    met, judged = codes == WAYS["met"], codes >= WAYS["not met"]
    ids = [one.id for one in items]

    def pairs(n: Tallies) -> dict[str, tuple[Tallies, Tallies]]:
        return {one: (n * met[:, k], n * judged[:, k]) for k, one in enumerate(ids)} if design else {}

    folded = folded_groups(cases, grouped, by=by, shares=pairs(grouped.units), totals=pairs(grouped.n))
    if not finite:
        folded = folded._replace(chance=None)
    g = len(folded.strata)

    def ways(n: Tallies) -> dict[str, Tallies]:
        each = [[summed(folded.group, n * (codes[:, k] == way), g) for k in range(len(items))] for way in WAYS.values()]
        return {name: np.stack(one, axis=1) for name, one in zip(WAYS, each, strict=True)}

    return PracticeCounts(
        strata=folded.strata,
        units=summed(folded.group, grouped.n, g),
        ways=ways(grouped.n),
        unweighted=ways(grouped.units.astype(np.float64)),
        cells=tuple(cells_of(cases, folded).cells.values()) if design else (),
        domains={
            name: _pooled(cases, folded, met[:, inside].sum(axis=1), judged[:, inside].sum(axis=1))
            for name, inside in _domains(items).items()
        },
    )


def packed_ways(ways: Sequence[nw.Expr]) -> dict[str, nw.Expr]:
    """Pack numbers from 0 to 7 into a few whole ones, as keys of a grouped count."""
    whole = [one.cast(nw.Int64) for one in ways]
    return {
        f"items {first}": reduce(
            add, [way * 2 ** (_BITS * place) for place, way in enumerate(whole[first : first + _PACKED])]
        )
        for first in range(0, len(whole), _PACKED)
    }


def ways_of(grouped: Grouped, items: int) -> Counts:
    """Return the numbers that were packed; (R, K)."""
    return np.stack(
        [(grouped.keys[f"items {k - k % _PACKED}"] >> _BITS * (k % _PACKED)) & (2**_BITS - 1) for k in range(items)],
        axis=1,
    )


def _domains(items: Sequence[Item]) -> dict[str, list[int]]:
    """Return the places of the items of each domain, all of them first."""
    named = dict.fromkeys(one.domain for one in items)
    return {
        ALL: list(range(len(items))),
        **{name: [place for place, one in enumerate(items) if one.domain == name] for name in named},
    }


def _pooled(cases: CaseData, folded: FoldedUnits, met: Counts, judged: Counts) -> DesignCells:
    """Add up items in each unit, whose items go together, or in each cluster; (R,) items of a unit of each row.

    They count as drawn with replacement, which errs on the wide side.
    """
    stratum, cluster = folded.coded()
    weight, groups = folded.weight, len(folded.strata)
    alone = drawn_directly(cases, folded.cluster)
    kept, rows = np.flatnonzero(alone & (folded.units > 0)), np.flatnonzero(~alone)
    units = DesignCells(
        folded.group[kept],
        np.arange(len(kept)),
        (weight * met)[kept],
        (weight * judged)[kept],
        stratum[kept],
        folded.units[kept],
        groups,
    )
    if not len(rows):
        return units
    # a cluster that crosses strata of the design is one sampling unit in each of them
    pairs, psu = np.unique(np.stack([stratum[rows], cluster[rows]]), axis=1, return_inverse=True)
    cells, cell = np.unique(psu.ravel() * groups + folded.group[rows], return_inverse=True)
    y, x = (
        np.bincount(cell, weights=(weight * folded.units * one)[rows], minlength=len(cells)).astype(np.float64)
        for one in (met, judged)
    )
    copies = np.ones(pairs.shape[1], np.int64)
    return side_by_side(DesignCells(cells % groups, cells // groups, y, x, pairs[0], copies, groups), units)
