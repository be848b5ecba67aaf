"""Differences and ratios of shares from a sample with weights, strata and clusters, by linearisation."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts, Flags, Floats
from .limits import student_quantile
from .share_contrasts import Contrast
from .survey import (
    LEAST_DEGREES,
    DesignCells,
    covariances,
    design_degrees,
    satterthwaite,
    scores_of,
    units_less_strata,
)

# What rounding leaves of a variance of 0.
_NO_SPREAD: Final = 1e-14
_ROUNDING: Final = 1e-9


class Covariances(NamedTuple):
    """Shares, that of the reference, and what each stratum adds to their variances and covariance."""

    p: Floats  # (G,)
    q: Floats  # (G,)
    own: Floats  # (H, G)
    other: Floats  # (H, G)
    shared: Floats  # (H, G)

    @property
    def error(self) -> Floats:
        """Standard error of the difference; (G,)."""
        return np.asarray(np.sqrt(np.maximum((self.own + self.other - 2 * self.shared).sum(axis=0), 0)))

    @property
    def correlation(self) -> Floats:
        """Correlation of the two shares, 0 where either has no spread; (G,)."""
        squared = np.maximum(self.own.sum(axis=0) * self.other.sum(axis=0), 0)
        there = squared > _NO_SPREAD**2
        found = self.shared.sum(axis=0) / np.where(there, np.sqrt(squared), 1.0)
        return np.where(there, np.clip(found, -1, 1), 0.0)


class DesignContrast(NamedTuple):
    """Differences of means or shares from that of a reference group."""

    estimate: Floats  # (G,)
    std_error: Floats  # (G,)
    degrees_of_freedom: Floats  # (G,)


def linearised_covariances(cells: DesignCells, reference: int) -> Covariances:
    """Shares of the groups beside that of a reference group, with what strata add to their covariances.

    Parameters
    ----------
    cells : DesignCells
    reference : int
        Group that the others are compared with.
    """
    scores = scores_of(cells)
    every, base = np.arange(cells.groups), np.full(cells.groups, reference)
    own = covariances(cells, scores, every)
    return Covariances(scores.estimate, scores.estimate[base], own, own[:, base], covariances(cells, scores, base))


def linearised_contrast(cells: DesignCells, reference: int) -> DesignContrast:
    """Difference of each group's mean or share from that of a reference group, with its standard error.

    Parameters
    ----------
    cells : DesignCells
    reference : int
        Group that the others are compared with.

    Returns
    -------
    DesignContrast
        (G,) clusters that hold units of both groups make the error smaller: their covariance counts.

    Notes
    -----
    The variance of p - q is v(p) + v(q) - 2 cov(p, q), by linearisation as in
    :func:`justice_metrics.estimate.survey.linearised_share`, each multiplied as :func:`small_group_factor` says. Its
    degrees of freedom are those of Satterthwaite, (v(p) + v(q))^2 / (v(p)^2 / f + v(q)^2 / g), with f and g the degrees
    of each group, at most those of both together (sampling units less strata). Nearly all of the error comes from the
    smaller group, of which the many units of the other tell nothing. With units drawn directly, of equal weight and in
    one stratum, this is Welch's test.

    References
    ----------
    Satterthwaite (1946), Biometrics Bulletin, 2, 110-114.
    Welch (1947), Biometrika, 34, 28-35.

    Examples
    --------
    Three units against 200: the degrees are nearly those of three.

    >>> n, m = 3, 200
    >>> y = np.array([1.0, 2, 3] + [1.0, 3] * 100)
    >>> zero = np.zeros(n + m, np.int64)
    >>> cells = DesignCells(np.repeat([0, 1], [n, m]), np.arange(n + m), y, zero + 1.0, zero, zero + 1, 2)
    >>> linearised_contrast(cells, 1).degrees_of_freedom.round(2).tolist()
    [2.06, 199.0]
    """
    both = _against(cells, reference)
    return DesignContrast(both.p - both.q, both.error, _degrees(cells, reference, both))


def linearised_difference(cells: DesignCells, reference: int, confidence_level: float = 0.95) -> Contrast:
    """Difference of each group's share from that of a reference group, with limits from the sampling design.

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
        (G,) differences of shares, with limits between -1 and 1; 0 with no width for the reference itself. No limits
        with fewer than two degrees of freedom.

    Notes
    -----
    Score limits of the two shares, with p (1 - p) / v for the number of units, are put together as Newcombe does, and
    so is the correlation r of the two shares, where clusters hold units of both: with p' and q' the limits of the
    shares, the lower limit is p - q - sqrt(a^2 - 2 r a b + b^2), a = p - p'low and b = q'high - q. Variances and the
    degrees of freedom of Student's quantile are those of :func:`linearised_contrast`. A group without spread, as at 0
    and 1, has (sum x)^2 / sum x^2 over its sampling units for the number of units.

    References
    ----------
    Newcombe (1998), Statistics in Medicine, 17, 873-890; 2635-2650 for two shares that go together.

    Examples
    --------
    Three of four against eight of 42:

    >>> y = np.array([1.0, 1, 1, 0] + [1.0] * 8 + [0.0] * 34)
    >>> zero = np.zeros(46, np.int64)
    >>> cells = DesignCells(np.repeat([0, 1], [4, 42]), np.arange(46), y, zero + 1.0, zero, zero + 1, 2)
    >>> [round(float(one[0]), 3) for one in linearised_difference(cells, 1)]
    [0.56, -0.089, 0.82]
    """
    both = _against(cells, reference)
    p, q = both.p, both.q
    quantile = student_quantile_of(_degrees(cells, reference, both), confidence_level)
    n = _worth(cells, p, both.own.sum(axis=0))
    below, above = _score_limits(p, n, quantile)
    least, most = _score_limits(q, np.full_like(n, n[reference]), quantile)
    together = both.correlation
    with np.errstate(invalid="ignore"):
        low = p - q - _put_together(p - below, most - q, together)
        high = p - q + _put_together(above - p, q - least, together)
    itself = np.arange(cells.groups) == reference
    nothing = np.where(np.isnan(p), np.nan, 0.0)
    return Contrast(p - q, np.where(itself, nothing, low), np.where(itself, nothing, high))


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
        (G,) ratios; NaN where the share of the reference is 0, without limits where a share is 0 or has no spread, or
        with fewer than two degrees of freedom.

    Notes
    -----
    Limits are symmetric on the logarithmic scale, with variance v(p)/p^2 + v(q)/q^2 - 2 cov(p, q)/(p q), and degrees of
    freedom as in :func:`linearised_contrast`, with v(p)/p^2 and v(q)/q^2.
    """
    found = _against(cells, reference)
    p, q = found.p, found.q
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(q > 0, p / q, np.nan)
        both = found._replace(own=found.own / p**2, other=found.other / q**2, shared=found.shared / (p * q))
        flat = _flat(cells)
        told = ((p > 0) & ~flat & ~flat[reference]) | (np.arange(cells.groups) == reference)
        quantile = student_quantile_of(_degrees(cells, reference, both), confidence_level)
        reach = np.exp(quantile * np.where(told & (p > 0), both.error, np.nan))
        return Contrast(ratio, ratio / reach, ratio * reach)


def small_group_factor(cells: DesignCells) -> Floats:
    """What the variance of each group's share is multiplied by, because deviations are from the share that was found.

    Parameters
    ----------
    cells : DesignCells

    Returns
    -------
    (G,)
        1 or more: n / (n - 1) for n units of a stratum that holds very many others too; 1 where strata hold units of
        one group only, which are centred by stratum.

    Notes
    -----
    1 / (1 - b), where b is the bias of the linearised variance, relative to the variance, if sampling units were
    independent and their totals had variances as the square of their part a of the denominator: b = sum over strata h
    of m / (m - 1) [2 sum a^2 (a - mean a) / sum a^2 - sum (a - mean a)^2], over all m sampling units of the stratum.

    References
    ----------
    Bell and McCaffrey (2002), Survey Methodology, 28, 169-181.

    Examples
    --------
    >>> zero = np.zeros(1000, np.int64)
    >>> group = np.repeat([0, 1], [4, 996])
    >>> small_group_factor(DesignCells(group, np.arange(1000), zero + 1.0, zero + 1.0, zero, zero + 1, 2)).round(3)
    array([1.332, 1.   ])
    """
    g, h = cells.groups, int(cells.stratum.max(initial=0)) + 1
    copies = cells.copies[cells.psu]
    total = np.bincount(cells.group, weights=cells.denominator * copies, minlength=g)
    part = cells.denominator / np.where(total > 0, total, 1.0)[cells.group]
    place = cells.stratum[cells.psu] * g + cells.group
    first, second, third = (
        np.bincount(place, weights=copies * part**power, minlength=h * g).reshape(h, g) for power in (1, 2, 3)
    )
    units = np.bincount(cells.stratum, weights=cells.copies, minlength=h)[:, None]
    several = units > 1
    factor = np.where(several, units / np.maximum(units - 1, 1), 1.0)
    middle = np.where(several, first / np.maximum(units, 1), 0.0)
    squares = second.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        bias = 2 * (factor * (third - middle * second)).sum(axis=0) / squares
        bias -= (factor * (second - middle * first)).sum(axis=0)
        # one unit has no spread, whatever it is multiplied by
        usable = (squares > 0) & (bias < 1 - _ROUNDING)
        return np.where(usable, 1 / (1 - np.clip(bias, 0, None)), 1.0)


def student_quantile_of(degrees: Floats | Counts, confidence_level: float) -> Floats:
    """Student's quantile of limits on both sides; NaN with fewer than two degrees of freedom."""
    quantile = student_quantile((1 + confidence_level) / 2, np.maximum(degrees, 1).astype(np.float64))
    return np.where(degrees >= LEAST_DEGREES, quantile, np.nan)


def _against(cells: DesignCells, reference: int) -> Covariances:
    """Return the covariances of a contrast as small groups need them."""
    plain = linearised_covariances(cells, reference)
    more = small_group_factor(cells)
    own = plain.own * more
    return plain._replace(own=own, other=own[:, np.full(cells.groups, reference)],
                          shared=plain.shared * np.sqrt(more * more[reference]))  # fmt: skip


def _degrees(cells: DesignCells, reference: int, both: Covariances) -> Floats:
    """Return the degrees of freedom of a contrast from those of its two sides; (G,)."""
    own = design_degrees(cells, both.own)
    base = np.full_like(own, design_degrees(cells, both.other)[reference])
    most = units_less_strata(cells, reference=reference).astype(np.float64)
    return satterthwaite([both.own.sum(axis=0), both.other.sum(axis=0)], [own, base], most)


def _put_together(one: Floats, other: Floats, correlation: Floats) -> Floats:
    """Return the reach of a difference on one side, from how far the limits of either share lie; (G,)."""
    return np.asarray(np.sqrt(np.maximum(one**2 + other**2 - 2 * correlation * one * other, 0)))


def _flat(cells: DesignCells) -> Flags:
    """Whether nothing tells how the sampling units of a group differ, though not all of them were drawn; (G,)."""
    replaced = cells._replace(stages=None)
    variance = covariances(replaced, scores_of(replaced), np.arange(cells.groups)).sum(axis=0)
    return np.asarray(variance <= _NO_SPREAD, np.bool_)


def _worth(cells: DesignCells, p: Floats, variance: Floats) -> Floats:
    """Number of independent units that tell as much as those of each group; (G,)."""
    copies, x = cells.copies[cells.psu], cells.denominator
    first = np.bincount(cells.group, weights=copies * x, minlength=cells.groups)
    second = np.bincount(cells.group, weights=copies * x**2, minlength=cells.groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(_flat(cells), first**2 / second, p * (1 - p) / np.maximum(variance, 0))


def _score_limits(p: Floats, n: Floats, quantile: Floats) -> tuple[Floats, Floats]:
    """Wilson's score limits of a share."""
    with np.errstate(divide="ignore", invalid="ignore"):
        square = quantile**2 / n
        centre = (p + square / 2) / (1 + square)
        half = np.sqrt(square * p * (1 - p) + square**2 / 4) / (1 + square)
    return centre - half, centre + half
