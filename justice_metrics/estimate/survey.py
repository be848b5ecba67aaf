"""Shares from a sample with weights, strata and clusters: variance by linearisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts, Flags, Floats
from .limits import student_quantile

# With one degree of freedom Student's limits reach from almost 0 to almost 1: no interval is better.
LEAST_DEGREES: Final = 2
# What rounding takes off a whole number.
_ROUNDING: Final = 1e-9


class Stages(NamedTuple):
    """What is known of a draw without replacement: the chance of each sampling unit, and what was drawn inside it."""

    probability: Floats  # (P,) chance of the sampling unit to be drawn; 0 counts as drawn with replacement
    size: Counts  # (P,) second-stage units in the sample, inside any group or none
    fraction: Floats  # (P,) part that they are of the second-stage units of the sampling unit
    numerator_squares: Floats  # (N,) sum of squared weights of the second-stage units in the numerator
    denominator_squares: Floats  # (N,) likewise in the denominator
    direct: Flags  # (P,) whether it is one unit that was drawn directly, or in a cluster that was certain


class DesignCells(NamedTuple):
    """Weighted totals of primary sampling units, in each group that a share is asked for."""

    group: Counts  # (N,) group of the row, 0 to G - 1
    psu: Counts  # (N,) sampling unit of the row; a pair (psu, group) stands in one row at most
    numerator: Floats  # (N,) weighted total of one such unit
    denominator: Floats  # (N,) likewise
    stratum: Counts  # (P,) design stratum of each sampling unit
    copies: Counts  # (P,) identical sampling units that it stands for
    groups: int
    stages: Stages | None = None  # for the finite population correction; without it, units count as replaced


class DesignShare(NamedTuple):
    """Shares with the error of the design."""

    estimate: Floats  # (G,)
    std_error: Floats  # (G,)
    conf_low: Floats  # (G,)
    conf_high: Floats  # (G,)
    degrees_of_freedom: Counts  # (G,)


class Scores(NamedTuple):
    """What each sampling unit does to the share of a group, to first order."""

    estimate: Floats  # (G,)
    total: Floats  # (G,) the weighted denominator; 1 where there is none
    score: Floats  # (N,)
    units: Counts  # (H,) sampling units in each stratum
    middle: Floats  # (H, G) what is taken off a score in each stratum


def linearised_share(cells: DesignCells, confidence_level: float = 0.95) -> DesignShare:
    """Weighted share of each group, with limits from the sampling design.

    Parameters
    ----------
    cells : DesignCells
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    DesignShare
        NaN without a denominator; no limits at 0 and 1, and with fewer than two degrees of freedom.

    Notes
    -----
    With y and x the weighted totals of a sampling unit, p = sum y / sum x and z = (y - p x) / sum x. The variance is
    sum over strata h of m / (m - 1) sum (z - mean z)^2 over the m sampling units of the stratum, those without a unit
    in the group among them (z = 0). Without ``stages`` sampling units count as drawn with replacement. A stratum with
    one sampling unit is centred at the mean of all of them. Limits are logit(p) -+ t s / (p (1 - p)), turned back, with
    as many degrees of freedom as the group has sampling units less strata.

    With ``stages`` the term of a sampling unit is multiplied by 1 - pi, pi its chance to be drawn, and the units drawn
    inside it add pi (1 - f) k / (k - 1) sum (z_j - mean z)^2, with k of them a part f of all (Brewer's approximation
    for unequal chances without replacement; exact for two simple random stages). One unit inside tells no spread:
    unless it is the whole, its sampling unit counts as replaced, which errs on the wide side. Where some sampling units
    are clusters by lot and others files of clusters that were certain, the variance is a sum of two with degrees of
    their own, and its degrees are those of Satterthwaite: few clusters by lot count as few.

    References
    ----------
    Binder (1983), International Statistical Review, 51, 279-292.
    Korn and Graubard (1998), Survey Methodology, 24, 193-201.
    Cochran (1977), *Sampling Techniques*, sections 10.3 and 11.2.
    Brewer and Donadio (2003), Survey Methodology, 29, 189-196.
    Satterthwaite (1946), Biometrics Bulletin, 2, 110-114.

    Examples
    --------
    Three clusters of ten, with three, five and seven victims that reported:

    >>> import numpy as np
    >>> zero = np.zeros(3, int)
    >>> cells = DesignCells(zero, np.arange(3), np.array([3.0, 5, 7]), np.full(3, 10.0), zero, zero + 1, 1)
    >>> share = linearised_share(cells)
    >>> share.estimate.round(2), share.conf_low.round(3), share.conf_high.round(3)
    (array([0.5]), array([0.121]), array([0.879]))
    """
    scores = scores_of(cells)
    every = np.arange(cells.groups)
    variance = covariances(cells, scores, every)
    spread = np.sqrt(np.maximum(variance.sum(axis=0), 0))
    degrees = np.floor(design_degrees(cells, variance) + _ROUNDING).astype(np.int64)
    p = scores.estimate
    with np.errstate(divide="ignore", invalid="ignore"):
        quantile = student_quantile((1 + confidence_level) / 2, np.maximum(degrees, 1).astype(np.float64))
        reach = quantile * spread / (p * (1 - p))
        told = (degrees >= LEAST_DEGREES) & (p > 0) & (p < 1)
        middle = np.log(p / (1 - p))
        low, high = (np.where(told, 1 / (1 + np.exp(-(middle + side * reach))), np.nan) for side in (-1, 1))
    return DesignShare(p, np.where(np.isnan(p), np.nan, spread), low, high, degrees)


def scores_of(cells: DesignCells) -> Scores:
    """Shares of the groups and the scores of the sampling units, with what each stratum centres them at."""
    g, h = cells.groups, int(cells.stratum.max(initial=0)) + 1
    copies = cells.copies[cells.psu]
    total = np.bincount(cells.group, weights=cells.denominator * copies, minlength=g)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.bincount(cells.group, weights=cells.numerator * copies, minlength=g) / np.where(total > 0, total, np.nan)
    known = np.where(np.isnan(p), 0.0, p)
    whole = np.where(total > 0, total, 1.0)
    score = (cells.numerator - known[cells.group] * cells.denominator) / whole[cells.group]
    units = np.bincount(cells.stratum, weights=cells.copies, minlength=h).astype(np.int64)
    place = cells.stratum[cells.psu] * g + cells.group
    added = np.bincount(place, weights=score * copies, minlength=h * g).reshape(h, g)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = added / units[:, None]
    # all scores add up to 0, so the mean over every sampling unit is 0 too
    middle[units == 1] = 0.0
    return Scores(p, whole, score, units, np.where(np.isfinite(middle), middle, 0.0))


def design_degrees(cells: DesignCells, variance: Floats) -> Floats:
    """Degrees of freedom of the variance of each group's share.

    Parameters
    ----------
    cells : DesignCells
    variance : (H, G)
        What each stratum adds to the variance.

    Returns
    -------
    (G,)
        Sampling units less strata that hold a unit of the group; where clusters by lot and files of certain clusters
        stand side by side, (V + W)^2 / (V^2 / v + W^2 / w), with V and W what the two add to the variance, and v and w
        the degrees of each.
    """
    whole = units_less_strata(cells).astype(np.float64)
    if cells.stages is None or cells.stages.direct.all() or not cells.stages.direct.any():
        return whole
    direct = cells.stages.direct
    apart = np.zeros(len(variance), np.bool_)
    apart[cells.stratum[direct]] = True
    parts = [(variance[apart].sum(axis=0), direct), (variance[~apart].sum(axis=0), ~direct)]
    return satterthwaite([one for one, _ in parts], [units_less_strata(cells, kind) for _, kind in parts], whole)


def satterthwaite(variances: Sequence[Floats], degrees: Sequence[Floats | Counts], most: Floats) -> Floats:
    """Degrees of freedom of a sum of variances that are each estimated with degrees of their own.

    Parameters
    ----------
    variances, degrees : sequence of (G,)
        Degrees below 1 count as 1.
    most : (G,)
        What is returned at most, and where there is no variance.

    Returns
    -------
    (G,)
        (sum V)^2 / sum (V^2 / v).

    References
    ----------
    Satterthwaite (1946), Biometrics Bulletin, 2, 110-114.

    Examples
    --------
    A variance from three units beside one of the same size from many: as few as four times two degrees.

    >>> satterthwaite([np.ones(1), np.ones(1)], [np.array([2]), np.array([1e9])], np.array([1e9])).round(3)
    array([8.])
    """
    found = [np.where(np.isfinite(one), np.maximum(one, 0), 0) for one in variances]
    below = np.sum([one**2 / np.maximum(of, 1) for one, of in zip(found, degrees, strict=True)], axis=0)
    total = np.sum(found, axis=0)
    return np.minimum(np.where(below > 0, total**2 / np.where(below > 0, below, 1), most), most)


def units_less_strata(cells: DesignCells, kind: Flags | None = None, reference: int | None = None) -> Counts:
    """Count the sampling units less strata that hold a unit of each group, or of it and the reference group together.

    Parameters
    ----------
    cells : DesignCells
    kind : (P,), optional
        Sampling units that count; all by default.
    reference : int, optional
    """
    g, h = cells.groups, int(cells.stratum.max(initial=0)) + 1
    there = cells.denominator > 0
    if kind is not None:
        there = there & kind[cells.psu]
    group, psu = cells.group[there], cells.psu[there]
    units = np.bincount(group, weights=cells.copies[psu], minlength=g)
    strata = np.zeros((h, g), np.bool_)
    strata[cells.stratum[psu], group] = True
    if reference is not None:
        in_both = np.zeros(len(cells.stratum), np.bool_)
        in_both[psu[group == reference]] = True
        shared = in_both[psu]
        both = np.bincount(group[shared], weights=cells.copies[psu[shared]], minlength=g)
        units = units + units[reference] - both
        strata |= strata[:, [reference]]
    degrees: Counts = (units - strata.sum(axis=0)).astype(np.int64)
    return degrees


def fewest_clusters(cells: DesignCells, groups: Sequence[int]) -> int:
    """Return the number of clusters of that group which has units in the fewest of them, of groups with any unit."""
    there = cells.denominator > 0
    clusters = cells.psu
    if cells.stages is not None:
        # files of a cluster that was certain are sampling units, and the cluster is their stratum
        clusters = np.where(cells.stages.direct, -1 - cells.stratum, np.arange(len(cells.stratum)))[cells.psu]
    found = [len(np.unique(clusters[there & (cells.group == one)])) for one in groups]
    return min((one for one in found if one), default=0)


def clusters_of(cells: DesignCells) -> int:
    """Return the number of clusters of a sample that was drawn in clusters, those that were certain among them."""
    if cells.stages is None:
        return int(cells.copies.sum())
    direct = cells.stages.direct
    return int(cells.copies[~direct].sum()) + len(np.unique(cells.stratum[direct]))


def covariances(cells: DesignCells, scores: Scores, other: Counts) -> Floats:
    """What each stratum adds to the covariance of each group's share with that of one other group; (H, G)."""
    g, h = cells.groups, len(scores.units)
    same = bool((other == np.arange(g)).all())
    partner = scores.score if same else _of_group(cells, scores, int(other[0]))[cells.psu]
    drawn = _chance(cells)
    weight = (cells.copies * (1 - drawn))[cells.psu]
    place = cells.stratum[cells.psu] * g + cells.group

    def added(values: Floats) -> Floats:
        return np.bincount(place, weights=values, minlength=h * g).reshape(h, g).astype(np.float64)

    # sum (1 - pi)(z - mean z)(v - mean v) over all units of the stratum, most of which may have z = 0
    middle, others = scores.middle, scores.middle[:, other]
    left = np.bincount(cells.stratum, weights=cells.copies * (1 - drawn), minlength=h)
    firsts = added(weight * scores.score)
    centred = added(weight * scores.score * partner) - middle * firsts[:, other] - others * firsts
    centred += left[:, None] * middle * others
    factor = np.where(scores.units > 1, scores.units / np.maximum(scores.units - 1, 1), 1.0)
    covariance: Floats = factor[:, None] * centred
    return covariance if cells.stages is None else covariance + _inside(cells, scores, partner, drawn, same=same)


def _of_group(cells: DesignCells, scores: Scores, group: int) -> Floats:
    """Return the score of each sampling unit in one group, shape (P,)."""
    found = np.zeros(len(cells.stratum))
    there = cells.group == group
    found[cells.psu[there]] = scores.score[there]
    return found


def _chance(cells: DesignCells) -> Floats:
    """Return the chance of each sampling unit to be drawn, 0 where it counts as replaced; shape (P,)."""
    if cells.stages is None:
        return np.zeros(len(cells.stratum))
    lone = (cells.stages.size == 1) & (cells.stages.fraction < 1)
    return np.where(lone, 0.0, cells.stages.probability)


def _inside(cells: DesignCells, scores: Scores, partner: Floats, drawn: Floats, *, same: bool) -> Floats:
    """What the second stage adds to a covariance by stratum; a second-stage unit is in one group only."""
    stages, g, h = cells.stages, cells.groups, len(scores.units)
    if stages is None:
        return np.zeros((h, g))
    several = stages.size > 1
    k = np.maximum(stages.size, 2)
    factor = np.where(several, drawn * (1 - stages.fraction) * k / (k - 1), 0.0) * cells.copies
    products = -scores.score * partner / k[cells.psu]
    if same:
        p = np.where(np.isnan(scores.estimate), 0.0, scores.estimate)[cells.group]
        # (y - p x)^2 is (1 - 2 p) y + p^2 x where y and x are 0 or 1 and y is never without x
        squares = (1 - 2 * p) * stages.numerator_squares + p**2 * stages.denominator_squares
        products = products + squares / scores.total[cells.group] ** 2
    place = cells.stratum[cells.psu] * g + cells.group
    added = np.bincount(place, weights=factor[cells.psu] * products, minlength=h * g)
    return added.reshape(h, g).astype(np.float64)
