"""Shares from a sample with weights, strata and clusters: variance by linearisation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Flags, Floats
from .limits import student_quantile
from .share_contrasts import Contrast

# With one degree of freedom Student's limits reach from almost 0 to almost 1: no interval is better.
LEAST_DEGREES = 2
# What rounding leaves of a variance of 0.
_NO_SPREAD = 1e-14


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
    variance = _products(cells, scores, every)
    spread = np.sqrt(np.maximum(variance.sum(axis=0), 0))
    degrees = design_degrees(cells, variance)
    p = scores.estimate
    with np.errstate(divide="ignore", invalid="ignore"):
        quantile = student_quantile((1 + confidence_level) / 2, np.maximum(degrees, 1).astype(np.float64))
        reach = quantile * spread / (p * (1 - p))
        told = (degrees >= LEAST_DEGREES) & (p > 0) & (p < 1)
        middle = np.log(p / (1 - p))
        low, high = (np.where(told, 1 / (1 + np.exp(-(middle + side * reach))), np.nan) for side in (-1, 1))
    return DesignShare(p, np.where(np.isnan(p), np.nan, spread), low, high, degrees)


def linearised_difference(cells: DesignCells, reference: int, confidence_level: float = 0.95) -> Contrast:
    """Difference of each group's share from that of a reference group, with the error of the design.

    Parameters
    ----------
    cells : DesignCells
    reference : int
        Group that the others are compared with.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Contrast
        (G,) differences of shares; 0 with no width for the reference itself. Clusters that hold units of both groups
        make the error smaller: their covariance counts.

    Notes
    -----
    p - q -+ t s, with s^2 the variance of p - q by linearisation as in :func:`linearised_share`. Where a group has no
    spread, as at 0 and 1, score limits of the two shares are put together as Newcombe does, with p (1 - p) / v for
    the number of units, and for the group without spread (sum x)^2 / sum x^2 over its sampling units.

    References
    ----------
    Newcombe (1998), Statistics in Medicine, 17, 873-890.
    """
    p, q, (own, other, shared) = _against(cells, reference)
    variance = own + other - 2 * shared
    spread = np.sqrt(np.maximum(variance.sum(axis=0), 0))
    quantile = _reach(np.ones_like(p), design_degrees(cells, variance, reference), confidence_level)
    low, high = p - q - quantile * spread, p - q + quantile * spread
    flat = _flat(cells)
    if flat.any():
        # a group without spread adds no variance, and all of the error would come from the other one
        n = _worth(cells, p, own.sum(axis=0), flat)
        below, above = _score_limits(p, n, quantile)
        least, most = _score_limits(q, np.full_like(n, n[reference]), quantile)
        with np.errstate(invalid="ignore"):
            down, up = np.sqrt((p - below) ** 2 + (most - q) ** 2), np.sqrt((above - p) ** 2 + (q - least) ** 2)
        either = flat | flat[reference]
        either[reference] = False
        low, high = np.where(either, p - q - down, low), np.where(either, p - q + up, high)
    return Contrast(p - q, low, high)


def linearised_ratio(cells: DesignCells, reference: int, confidence_level: float = 0.95) -> Contrast:
    """Ratio of each group's share to that of a reference group, with the error of the design.

    Parameters
    ----------
    cells : DesignCells
    reference : int
        Group that the others are compared with.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Contrast
        (G,) ratios; NaN where the share of the reference is 0, without limits where a share is 0 or has no spread.

    Notes
    -----
    Limits are symmetric on the logarithmic scale, with variance v(p)/p^2 + v(q)/q^2 - 2 cov(p, q)/(p q).
    """
    p, q, (own, other, shared) = _against(cells, reference)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(q > 0, p / q, np.nan)
        variance = own / p**2 + other / q**2 - 2 * shared / (p * q)
        spread = np.sqrt(np.maximum(variance.sum(axis=0), 0))
        degrees = design_degrees(cells, variance, reference)
        flat = _flat(cells)
        told = ((p > 0) & ~flat & ~flat[reference]) | (np.arange(cells.groups) == reference)
        reach = np.exp(_reach(np.where(told & (p > 0), spread, np.nan), degrees, confidence_level))
        return Contrast(ratio, ratio / reach, ratio * reach)


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


def design_degrees(cells: DesignCells, variance: Floats, reference: int | None = None) -> Counts:
    """Degrees of freedom of the variance of each group's share, or of its contrast with the reference group.

    Parameters
    ----------
    cells : DesignCells
    variance : (H, G)
        What each stratum adds to the variance.
    reference : int, optional

    Returns
    -------
    (G,)
        As :func:`degrees_of_freedom`; where clusters by lot and files of certain clusters stand side by side,
        (V + W)^2 / (V^2 / v + W^2 / w), with V and W what the two add to the variance, and v and w the degrees of each,
        rounded down.
    """
    whole = degrees_of_freedom(cells, reference)
    if cells.stages is None or cells.stages.direct.all() or not cells.stages.direct.any():
        return whole
    direct = cells.stages.direct
    apart = np.zeros(len(variance), np.bool_)
    apart[cells.stratum[direct]] = True
    parts = ((variance[apart].sum(axis=0), direct), (variance[~apart].sum(axis=0), ~direct))
    below = np.zeros(cells.groups)
    for added, units in parts:
        own = np.maximum(_units_less_strata(cells, units, reference), 1)
        below += np.maximum(np.nan_to_num(added), 0) ** 2 / own
    total = np.maximum(np.nan_to_num(variance.sum(axis=0)), 0)
    found = np.where(below > 0, total**2 / np.where(below > 0, below, 1), whole)
    degrees: Counts = np.minimum(np.floor(found + 1e-9), whole).astype(np.int64)
    return degrees


def degrees_of_freedom(cells: DesignCells, reference: int | None = None) -> Counts:
    """Sampling units less strata that hold a unit of each group, or of it and the reference group together."""
    return _units_less_strata(cells, np.ones(len(cells.stratum), np.bool_), reference)


def _units_less_strata(cells: DesignCells, kind: Flags, reference: int | None) -> Counts:
    """Sampling units of a kind, less strata, that hold a unit of each group, or of it and the reference together."""
    g, h = cells.groups, int(cells.stratum.max(initial=0)) + 1
    there = (cells.denominator > 0) & kind[cells.psu]
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


def clusters_of(cells: DesignCells) -> int:
    """Return the number of clusters of a sample that was drawn in clusters, those that were certain among them."""
    if cells.stages is None:
        return int(cells.copies.sum())
    direct = cells.stages.direct
    return int(cells.copies[~direct].sum()) + len(np.unique(cells.stratum[direct]))


def _against(cells: DesignCells, reference: int) -> tuple[Floats, Floats, tuple[Floats, Floats, Floats]]:
    """Shares, that of the reference, variances and covariance by stratum."""
    scores = scores_of(cells)
    every, base = np.arange(cells.groups), np.full(cells.groups, reference)
    own = _products(cells, scores, every)
    return scores.estimate, scores.estimate[base], (own, own[:, base], _products(cells, scores, base))


def _products(cells: DesignCells, scores: Scores, other: Counts) -> Floats:
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


def _flat(cells: DesignCells) -> Flags:
    """Whether nothing tells how the sampling units of a group differ, though not all of them were drawn; (G,)."""
    replaced = cells._replace(stages=None)
    variance = _products(replaced, scores_of(replaced), np.arange(cells.groups)).sum(axis=0)
    return np.asarray(variance <= _NO_SPREAD, np.bool_)


def _worth(cells: DesignCells, p: Floats, variance: Floats, flat: Flags) -> Floats:
    """Number of independent units that tell as much as those of each group; (G,)."""
    copies, x = cells.copies[cells.psu], cells.denominator
    first = np.bincount(cells.group, weights=copies * x, minlength=cells.groups)
    second = np.bincount(cells.group, weights=copies * x**2, minlength=cells.groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(flat, first**2 / second, p * (1 - p) / variance)


def _score_limits(p: Floats, n: Floats, quantile: Floats) -> tuple[Floats, Floats]:
    """Wilson's score limits of a share."""
    with np.errstate(divide="ignore", invalid="ignore"):
        square = quantile**2 / n
        centre = (p + square / 2) / (1 + square)
        half = np.sqrt(square * p * (1 - p) + square**2 / 4) / (1 + square)
    return centre - half, centre + half


def _reach(spread: Floats, degrees: Counts, confidence_level: float) -> Floats:
    quantile = student_quantile((1 + confidence_level) / 2, np.maximum(degrees, 1).astype(np.float64))
    return np.where(degrees >= LEAST_DEGREES, quantile * spread, np.nan)
