"""From units of a sample to the cells of a share when sampling units were drawn without replacement."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np

from ..base.types import Counts, Flags, Floats
from .survey import DesignCells, Stages

Numbers = TypeVar("Numbers", Counts, Floats, Flags)


class DrawnUnits(NamedTuple):
    """Units of a sample; those that are alike in everything stand in one row."""

    group: Counts  # (R,) group that a share is asked for, 0 to G - 1
    stratum: Counts  # (R,) design stratum
    cluster: Counts  # (R,) cluster within it; 0 for all where units were drawn directly
    chance: Floats  # (R,) of the cluster to be drawn; 1 where it was certain, or units were drawn directly
    weight: Floats  # (R,) inverse of the chance of each unit, above 0
    numerator: Counts  # (R,) units in the numerator; they are in the denominator too
    denominator: Counts  # (R,)
    units: Counts  # (R,)


def without_replacement(drawn: DrawnUnits, groups: int) -> DesignCells:
    """Cells of a share with what is known of the draw, for its finite population correction.

    Parameters
    ----------
    drawn : DrawnUnits
    groups : int
        G.

    Returns
    -------
    DesignCells
        A cluster that was drawn by chance is a sampling unit, and its units are the second stage. Of a cluster that was
        certain to be drawn the units themselves are sampling units, and the cluster is their stratum.

    Notes
    -----
    With k units of a cluster in the sample, of chance pi and weights w, the part of the cluster that they are is
    k / (pi sum w), at most 1: where weights were raised for units that could not be had, only those that were had count
    as drawn.

    References
    ----------
    Cochran (1977), *Sampling Techniques*, section 11.2 and 11.9.

    Examples
    --------
    Two of four courts, and in each 2 of 4 files: weights of 4.

    >>> import numpy as np
    >>> zero, one = np.zeros(2, int), np.ones(2, int)
    >>> drawn = DrawnUnits(zero, zero, np.arange(2), np.full(2, 0.5), np.full(2, 4.0), one, 2 * one, 2 * one)
    >>> cells = without_replacement(drawn, 1)
    >>> cells.denominator, cells.stages.fraction
    (array([8., 8.]), array([0.5, 0.5]))
    """
    alone = drawn.chance >= 1
    # a cluster that is certain is a stratum of its own, as no other could have come in its place
    pair = np.stack([drawn.stratum, np.where(alone, drawn.cluster, -1)])
    stratum = np.unique(pair, axis=1, return_inverse=True)[1].ravel()
    singles = _singles(_rows(drawn, alone), stratum[alone], groups)
    clusters = _clusters(_rows(drawn, ~alone), stratum[~alone], groups)
    return _both(singles, clusters)


def _rows(drawn: DrawnUnits, chosen: Flags) -> DrawnUnits:
    return DrawnUnits._make(one[chosen] for one in drawn)


def _singles(drawn: DrawnUnits, stratum: Counts, groups: int) -> DesignCells:
    """Split each row into its units in the numerator, in the denominator only, and in neither."""
    y, x, n = drawn.numerator, drawn.denominator, drawn.units
    copies = np.concatenate([y, x - y, n - x])
    zero = np.zeros(len(n))
    top = np.concatenate([drawn.weight, zero, zero])
    base = np.concatenate([drawn.weight, drawn.weight, zero])
    chance = np.tile(np.minimum(1 / drawn.weight, 1), 3)
    kept = np.flatnonzero(copies > 0)
    one = np.ones(len(kept))
    return DesignCells(
        np.tile(drawn.group, 3)[kept],
        np.arange(len(kept)),
        top[kept],
        base[kept],
        np.tile(stratum, 3)[kept],
        copies[kept],
        groups,
        Stages(chance[kept], one.astype(np.int64), one, top[kept] ** 2, base[kept] ** 2, one > 0),
    )


def _clusters(drawn: DrawnUnits, stratum: Counts, groups: int) -> DesignCells:
    """Add the units of each cluster up, in each group."""
    pairs, first, psu = np.unique(np.stack([stratum, drawn.cluster]), axis=1, return_index=True, return_inverse=True)
    psu = psu.ravel()
    found, cell = np.unique(psu * groups + drawn.group, return_inverse=True)
    w, y, x = drawn.weight, drawn.numerator, drawn.denominator

    def of_cells(values: Floats) -> Floats:
        return np.bincount(cell, weights=values, minlength=len(found)).astype(np.float64)

    def of_psu(values: Floats | Counts) -> Floats:
        return np.bincount(psu, weights=values, minlength=pairs.shape[1]).astype(np.float64)

    size, chance = of_psu(drawn.units), drawn.chance[first]
    part = size / np.maximum(chance * of_psu(w * drawn.units), size)
    return DesignCells(
        found % groups,
        found // groups,
        of_cells(w * y),
        of_cells(w * x),
        pairs[0],
        np.ones(pairs.shape[1], np.int64),
        groups,
        Stages(chance, size.astype(np.int64), part, of_cells(w**2 * y), of_cells(w**2 * x), chance > 1),
    )


def _both(one: DesignCells, other: DesignCells) -> DesignCells:
    """Put two kinds of sampling units side by side."""
    left, right = one.stages, other.stages
    if left is None or right is None:
        raise TypeError("cells of a draw without replacement know its stages")

    def joined(a: Numbers, b: Numbers) -> Numbers:
        return np.concatenate([a, b])

    return DesignCells(
        joined(one.group, other.group),
        joined(one.psu, other.psu + len(one.stratum)),
        joined(one.numerator, other.numerator),
        joined(one.denominator, other.denominator),
        joined(one.stratum, other.stratum),
        joined(one.copies, other.copies),
        one.groups,
        Stages(
            joined(left.probability, right.probability),
            joined(left.size, right.size),
            joined(left.fraction, right.fraction),
            joined(left.numerator_squares, right.numerator_squares),
            joined(left.denominator_squares, right.denominator_squares),
            joined(left.direct, right.direct),
        ),
    )
