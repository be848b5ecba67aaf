"""Means from a sample with weights, strata and clusters, and their differences, by linearisation."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ..base.types import Floats
from .survey import LEAST_DEGREES, DesignCells, linearised_share
from .survey_contrasts import linearised_contrast, student_quantile_of

# What rounding leaves of an error of 0.
_NO_SPREAD: Final = 1e-12


class DesignMean(NamedTuple):
    """Means with the error of the design."""

    estimate: Floats  # (G,)
    conf_low: Floats  # (G,)
    conf_high: Floats  # (G,)


class DesignDifference(NamedTuple):
    """Differences from a reference group, with the error of the design."""

    estimate: Floats  # (G,)
    conf_low: Floats  # (G,)
    conf_high: Floats  # (G,)
    p_value: Floats  # (G,)


def linearised_mean(cells: DesignCells, confidence_level: float = 0.95) -> DesignMean:
    """Weighted mean of each group, with Student's limits from the sampling design.

    Parameters
    ----------
    cells : DesignCells
        ``numerator`` holds weighted sums of scores, ``denominator`` sums of weights.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    DesignMean
        NaN without a denominator; no limits with fewer than two degrees of freedom, or where all say the same.

    Notes
    -----
    The variance is that of :func:`justice_metrics.estimate.survey.linearised_share`, of which a mean is the general
    case; the limits are symmetric, with as many degrees of freedom as the group has sampling units less strata.

    Examples
    --------
    >>> zero = np.zeros(3, int)
    >>> cells = DesignCells(zero, np.arange(3), np.array([6.0, 9, 12]), np.full(3, 3.0), zero, zero + 1, 1)
    >>> found = linearised_mean(cells)
    >>> found.estimate, found.conf_low.round(3), found.conf_high.round(3)
    (array([3.]), array([0.516]), array([5.484]))
    """
    found = linearised_share(cells, confidence_level)
    spread = np.where(found.std_error > _NO_SPREAD, found.std_error, np.nan)
    reach = student_quantile_of(found.degrees_of_freedom, confidence_level) * spread
    return DesignMean(found.estimate, found.estimate - reach, found.estimate + reach)


def linearised_mean_difference(cells: DesignCells, reference: int, confidence_level: float = 0.95) -> DesignDifference:
    """Difference of each group's mean, or share, from that of a reference group, with the p value of no difference.

    Parameters
    ----------
    cells : DesignCells
    reference : int
        Group that the others are compared with.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    DesignDifference
        (G,) clusters that hold people of both groups make the error smaller. No limits and no p value where one of the
        two has no spread: the error of the difference would come from the other alone. Degrees of freedom are those of
        :func:`justice_metrics.estimate.survey_contrasts.linearised_contrast`.

    Examples
    --------
    >>> group, psu = np.array([0, 1, 0, 1, 0, 1]), np.array([0, 0, 1, 1, 2, 2])
    >>> scores = np.array([6.0, 8, 9, 12, 12, 13])
    >>> cells = DesignCells(group, psu, scores, np.full(6, 3.0), np.zeros(3, int), np.ones(3, int), 2)
    >>> found = linearised_mean_difference(cells, 0)
    >>> found.estimate.round(3), found.p_value.round(3)
    (array([0.   , 0.667]), array([  nan, 0.074]))
    """
    from scipy.special import stdtr

    difference, error, degrees = linearised_contrast(cells, reference)
    own = linearised_share(cells, confidence_level).std_error
    told = (own > _NO_SPREAD) & (own[reference] > _NO_SPREAD) & (degrees >= LEAST_DEGREES)
    told[reference] = False
    reach = student_quantile_of(degrees, confidence_level) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stdtr(np.maximum(degrees, 1), -np.abs(difference) / error)
    low, high, p = (np.where(told, one, np.nan) for one in (difference - reach, difference + reach, p))
    return DesignDifference(difference, low, high, p)
