"""From cases to totals of the sampling units: what a share needs when weights or clusters are declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.types import Counts, Floats, Tallies
from ..cases.casedata import CaseData
from ..estimate.survey import DesignCells
from ..tables import MOST_STRATA, Strata, in_order
from .grouped import Grouped, grouped_counts, refuse_many, summed

Share = tuple[nw.Expr, nw.Expr]

# Sampling units times groups: as many as there are courts in a country, times the groups a reader can take in.
_MOST_ROWS = 2_000_000


class DesignCounts(NamedTuple):
    """The cells of several shares of the same cases."""

    strata: Strata
    cells: Mapping[str, DesignCells]


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
    """
    by = tuple(by)
    design = tuple(name for name in ("stratum", "cluster") if cases.has(name) and name not in by)
    flags = {f"{part} {name}": expr for name, pair in shares.items() for part, expr in zip("yx", pair, strict=True)}
    split = (*by, *design)
    grouped = (
        grouped_counts(cases, by=split, keys={}, sums=flags, most_strata=_MOST_ROWS)
        if split
        else grouped_counts(cases, keys={"all": nw.lit(0)}, sums=flags)
    )
    levels = grouped.strata.levels
    found = in_order({one[: len(by)] for one in levels})
    refuse_many(len(found), by, MOST_STRATA)
    place = {one: position for position, one in enumerate(found)}
    group = np.array([place[one[: len(by)]] for one in levels], np.int64)

    def coded(name: str) -> Counts:
        if not cases.has(name):
            return np.zeros(len(levels), np.int64)
        texts = [one[split.index(name)] for one in levels]
        return np.unique(texts, return_inverse=True)[1].astype(np.int64)

    strata = Strata(by, found)
    make = _of_clusters if cases.has("cluster") else _of_units
    stratum, cluster = coded("stratum"), coded("cluster")
    return DesignCounts(strata, {name: make(grouped, name, group, stratum, cluster, len(found)) for name in shares})


def _of_clusters(
    grouped: Grouped, name: str, group: Counts, stratum: Counts, cluster: Counts, groups: int
) -> DesignCells:
    # a cluster that crosses strata of the design is one sampling unit in each of them
    pairs, psu = np.unique(np.stack([stratum, cluster]), axis=1, return_inverse=True)

    def total(part: str) -> Floats:
        added: Tallies = summed(grouped.stratum, grouped.sums[f"{part} {name}"], len(group))
        return added.astype(np.float64)

    return DesignCells(group, psu.ravel(), total("y"), total("x"), pairs[0], np.ones(pairs.shape[1], np.int64), groups)


def _of_units(grouped: Grouped, name: str, group: Counts, stratum: Counts, cluster: Counts, groups: int) -> DesignCells:
    """Split each row into its units in the numerator, in the denominator only, and in neither."""
    del cluster
    n = grouped.units
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(n > 0, grouped.n / n, 0.0)
        y, x = (
            np.where(weight > 0, np.rint(grouped.sums[f"{part} {name}"] / weight), 0).astype(np.int64) for part in "yx"
        )
    copies = np.concatenate([y, x - y, n - x])
    zero = np.zeros(len(n))
    numerator, denominator = np.concatenate([weight, zero, zero]), np.concatenate([weight, weight, zero])
    row = np.tile(grouped.stratum, 3)
    kept = np.flatnonzero(copies > 0)
    return DesignCells(
        group[row[kept]],
        np.arange(len(kept)),
        numerator[kept],
        denominator[kept],
        stratum[row[kept]],
        copies[kept],
        groups,
    )
