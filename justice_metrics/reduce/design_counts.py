"""From cases to totals of the sampling units: what a share needs when weights or clusters are declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.levels import NOT_RECORDED
from ..base.types import Counts, Flags, Floats, Tallies
from ..cases.casedata import CaseData
from ..estimate.survey import DesignCells
from ..estimate.survey_cells import DrawnUnits, without_replacement
from ..tables import MOST_STRATA, Strata, in_order
from .grouped import Grouped, grouped_counts, refuse_many, summed

Share = tuple[nw.Expr, nw.Expr]

# Sampling units times groups: as many as there are courts in a country, times the groups a reader can take in.
_MOST_ROWS = 2_000_000
_DESIGN = ("stratum", "cluster")


class DesignCounts(NamedTuple):
    """The cells of several shares of the same cases."""

    strata: Strata
    cells: Mapping[str, DesignCells]
    behind: Tallies  # (G, 1 + K) cases of the group, and of each denominator, whatever they weigh


def design_counts(cases: CaseData, shares: Mapping[str, Share], *, by: Sequence[str] = ()) -> DesignCounts:
    """Add up numerators and denominators in each sampling unit.

    Parameters
    ----------
    cases : CaseData
        With weights, clusters or strata of the design.
    shares : mapping of str to (numerator, denominator)
        0/1 expressions; every unit of a numerator is one of its denominator.
    by : sequence of str
        Attributes that split the cases.

    Returns
    -------
    DesignCounts
        Without clusters every unit is a sampling unit; those with the same weight are told once, with their number.
        Where a sampling log tells the chances of the draw, the cells know them, for the finite population correction.
    """
    return cells_of(cases, folded_units(cases, shares, by=by))


def cells_of(cases: CaseData, found: FoldedUnits) -> DesignCounts:
    """Return what the design makes of folded units: the totals of the sampling units for each share."""
    counts = [found.units, *(x for _, x in found.shares.values())]
    behind = np.stack([summed(found.group, n.astype(np.float64), len(found.strata)) for n in counts], axis=1)
    if found.chance is not None:
        known = DrawnUnits(
            found.group, *found.coded(), found.chance, found.weight, found.units, found.units, found.units
        )
        return DesignCounts(
            found.strata,
            {
                name: without_replacement(known._replace(numerator=y, denominator=x), len(found.strata))
                for name, (y, x) in found.shares.items()
            },
            behind,
        )
    alone = drawn_directly(cases, found.cluster)
    return DesignCounts(found.strata, {name: _of_both(found, name, alone) for name in found.shares}, behind)


def drawn_directly(cases: CaseData, cluster: Sequence[str]) -> Flags:
    """Return which units lie in no cluster, so that each is a sampling unit, shape (R,).

    A sampling log may have strata whose files were drawn directly. In other data a blank cell says nothing of the draw.
    """
    if not cases.has("cluster"):
        return np.ones(len(cluster), np.bool_)
    return np.array([cases.sampling.log is not None and one == NOT_RECORDED for one in cluster], np.bool_)


class FoldedUnits(NamedTuple):
    """Cases that are alike in group, stratum, cluster and weight, one row each."""

    strata: Strata
    group: Counts  # (R,)
    stratum: tuple[str, ...]  # (R,) "" without strata of the design
    cluster: tuple[str, ...]  # (R,) "" without clusters
    weight: Floats  # (R,)
    chance: Floats | None  # (R,) of the cluster to be drawn; None where it is not known
    units: Counts  # (R,)
    shares: Mapping[str, tuple[Counts, Counts]]  # (R,) each: in the numerator, in the denominator
    totals: Mapping[str, tuple[Tallies, Tallies]]  # (R,) each: their weighted sums

    def coded(self) -> tuple[Counts, Counts]:
        """Return the numbers of stratum and cluster of each row."""
        stratum, cluster = (np.unique(one, return_inverse=True)[1] for one in (self.stratum, self.cluster))
        return stratum.astype(np.int64), cluster.astype(np.int64)


def folded_units(cases: CaseData, shares: Mapping[str, Share], *, by: Sequence[str] = ()) -> FoldedUnits:
    """Count the cases that are alike in all that the design tells, with how many are in each share."""
    by = tuple(by)
    design = tuple(name for name in _DESIGN if cases.has(name) and name not in by)
    flags = {f"{part} {name}": expr for name, pair in shares.items() for part, expr in zip("yx", pair, strict=True)}
    split = (*by, *design)
    grouped = (
        grouped_counts(cases, by=split, keys={}, sums=flags, most_strata=_MOST_ROWS)
        if split
        else grouped_counts(cases, keys={"all": nw.lit(0)}, sums=flags)
    )
    n = grouped.units
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(n > 0, grouped.n / n, 0.0)
        counts = {
            name: np.where(weight > 0, np.rint(total / weight), 0).astype(np.int64)
            for name, total in grouped.sums.items()
        }
    return folded_groups(
        cases,
        grouped,
        by=by,
        shares={name: (counts[f"y {name}"], counts[f"x {name}"]) for name in shares},
        totals={name: (grouped.sums[f"y {name}"], grouped.sums[f"x {name}"]) for name in shares},
    )


def folded_groups(
    cases: CaseData,
    grouped: Grouped,
    *,
    by: tuple[str, ...],
    shares: Mapping[str, tuple[Counts, Counts]],
    totals: Mapping[str, tuple[Tallies, Tallies]],
) -> FoldedUnits:
    """Return units that were grouped by ``by`` and the design, with what was counted of them; (R,) each."""
    design = tuple(name for name in _DESIGN if cases.has(name) and name not in by)
    split = (*by, *design)
    levels = grouped.strata.levels
    found = in_order({one[: len(by)] for one in levels})
    refuse_many(len(found), by, MOST_STRATA)
    place = {one: position for position, one in enumerate(found)}
    row, n = grouped.stratum, grouped.units

    def texts(name: str) -> tuple[str, ...]:
        if not cases.has(name):
            return ("",) * len(row)
        position = split.index(name)
        return tuple(levels[one][position] for one in row.tolist())

    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(n > 0, grouped.n / n, 0.0)
    stratum, cluster = texts("stratum"), texts("cluster")
    return FoldedUnits(
        strata=Strata(by, found),
        group=np.array([place[one[: len(by)]] for one in levels], np.int64)[row],
        stratum=stratum,
        cluster=cluster,
        weight=weight,
        chance=_chances(cases, stratum, cluster),
        units=n,
        shares=shares,
        totals=totals,
    )


def _chances(cases: CaseData, stratum: Sequence[str], cluster: Sequence[str]) -> Floats | None:
    """Return the chance of each row's cluster to be drawn, as the sampling log tells it; None where it does not."""
    if cases.sampling.log is None:
        return None
    # a blank cell of the log is a level of the cases
    told = {
        tuple(NOT_RECORDED if not one and cases.has(name) else one for one, name in zip(pair, _DESIGN, strict=True)): p
        for pair, p in cases.sampling.log.chances.items()
    }
    found = np.array([told.get(pair, np.nan) for pair in zip(stratum, cluster, strict=True)], np.float64)
    return None if np.isnan(found).any() else found


def _of_both(found: FoldedUnits, name: str, alone: Flags) -> DesignCells:
    """Put the cells of units that were drawn directly beside those of clusters."""
    stratum, cluster = found.coded()
    units = _of_units(found, name, np.flatnonzero(alone), stratum)
    if alone.all():
        return units
    clusters = _of_clusters(found, name, np.flatnonzero(~alone), stratum, cluster)
    return side_by_side(clusters, units)


def side_by_side(one: DesignCells, other: DesignCells) -> DesignCells:
    """Return the cells of two kinds of sampling units, both drawn with replacement."""
    return DesignCells(
        np.concatenate([one.group, other.group]),
        np.concatenate([one.psu, other.psu + len(one.stratum)]),
        np.concatenate([one.numerator, other.numerator]),
        np.concatenate([one.denominator, other.denominator]),
        np.concatenate([one.stratum, other.stratum]),
        np.concatenate([one.copies, other.copies]),
        one.groups,
    )


def _of_clusters(found: FoldedUnits, name: str, rows: Counts, stratum: Counts, cluster: Counts) -> DesignCells:
    # a cluster that crosses strata of the design is one sampling unit in each of them
    pairs, psu = np.unique(np.stack([stratum[rows], cluster[rows]]), axis=1, return_inverse=True)
    groups = len(found.strata)
    cells, cell = np.unique(psu.ravel() * groups + found.group[rows], return_inverse=True)
    y, x = (summed(cell, one[rows], len(cells)).astype(np.float64) for one in found.totals[name])
    return DesignCells(cells % groups, cells // groups, y, x, pairs[0], np.ones(pairs.shape[1], np.int64), groups)


def _of_units(found: FoldedUnits, name: str, rows: Counts, stratum: Counts) -> DesignCells:
    """Split each row into its units in the numerator, in the denominator only, and in neither."""
    n, weight = found.units[rows], found.weight[rows]
    y, x = (one[rows] for one in found.shares[name])
    copies = np.concatenate([y, x - y, n - x])
    zero = np.zeros(len(n))
    numerator, denominator = np.concatenate([weight, zero, zero]), np.concatenate([weight, weight, zero])
    row = np.tile(rows, 3)
    kept = np.flatnonzero(copies > 0)
    return DesignCells(
        found.group[row[kept]],
        np.arange(len(kept)),
        numerator[kept],
        denominator[kept],
        stratum[row[kept]],
        copies[kept],
        len(found.strata),
    )
