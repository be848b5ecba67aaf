"""From the means of two arms to their difference, ratio and odds ratio, with intervals."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from scipy.special import expit, logit, ndtr, stdtr, stdtrit

from ..base.types import Floats
from .limits import normal_quantile
from .point_effects import ArmMeans, PointCells

# A pseudo-value this near to 0 or 1 is none but for rounding.
_ROUNDING: Final = 1e-9


class Contrasts(NamedTuple):
    """Both arms (exposed first), and the exposed against the others on three scales.

    Attributes
    ----------
    risk, risk_std_error, risk_low, risk_high : (2,)
        Limits on the scale of log odds for shares, plain for other means.
    estimate : (3,)
        Difference, ratio, odds ratio; NaN where a mean does not have it.
    std_error : (3,)
        Of the difference, of the log ratio, of the log odds ratio.
    conf_low, conf_high, p_value : (3,)
        Limits symmetric on these scales; the p value is of no difference.
    """

    risk: Floats
    risk_std_error: Floats
    risk_low: Floats
    risk_high: Floats
    estimate: Floats
    std_error: Floats
    conf_low: Floats
    conf_high: Floats
    p_value: Floats


def covariance(cells: PointCells, influence: Floats) -> Floats:
    """Return the covariance of estimates from what each unit adds to them.

    Parameters
    ----------
    cells : PointCells
    influence : (C, k)
        Of one unit of each cell.

    Returns
    -------
    (k, k)
        Sum of n u u' over cells; over clusters the sum of U U' times C / (C - 1), with U the sum of n u in a cluster.
        NaN with fewer than two clusters.

    References
    ----------
    Huber (1967), Proceedings of the Fifth Berkeley Symposium, 1, 221-233.
    Stefanski and Boos (2002), The American Statistician, 56, 29-38.
    Liang and Zeger (1986), Biometrika, 73, 13-22, for clusters.
    """
    if cells.cluster is None:
        return np.asarray((influence * cells.n[:, None]).T @ influence)
    _, place = np.unique(cells.cluster[cells.n > 0], return_inverse=True)
    clusters = int(place.max(initial=-1)) + 1
    if clusters < 2:
        return np.full((influence.shape[1], influence.shape[1]), np.nan)
    sums = np.zeros((clusters, influence.shape[1]))
    np.add.at(sums, place, (influence * cells.n[:, None])[cells.n > 0])
    return np.asarray(sums.T @ sums * clusters / (clusters - 1))


def clusters_of(cells: PointCells) -> int:
    """Return how many clusters have units; 0 when units count as independent."""
    return 0 if cells.cluster is None else len(np.unique(cells.cluster[cells.n > 0]))


def contrasts(cells: PointCells, means: ArmMeans, *, binary: bool = True, confidence_level: float = 0.95) -> Contrasts:
    """Compare the exposed with the others: difference, ratio and odds ratio of their means.

    Parameters
    ----------
    cells : PointCells
        Those that the means are of.
    means : ArmMeans
    binary : bool
        Whether the means are shares: only they have odds.
    confidence_level : float

    Returns
    -------
    Contrasts
        With clusters, limits and p values are those of Student's distribution with C - 1 degrees of freedom. No error,
        no limits and no ratios where a share is compared and an arm has no unit with the outcome, or none without it:
        the formula would take its share as certain.

    Notes
    -----
    Delta method: the variance of m0 - m1 is a'Va with a = (1, -1); of log m0 - log m1 with a = (1/m0, -1/m1); of the
    difference of log odds with a = (1/(m0 (1 - m0)), -1/(m1 (1 - m1))).

    Examples
    --------
    Of ten exposed six have the outcome, of ten others three:

    >>> import numpy as np
    >>> from justice_metrics.estimate.point_effects import crude
    >>> cells = PointCells(np.zeros(4, int), np.array([True, True, False, False]), np.array([1.0, 0, 1, 0]),
    ...                    np.array([6, 4, 3, 7]), None, None)
    >>> found = contrasts(cells, crude(cells))
    >>> found.estimate.round(4), found.std_error.round(4)
    (array([0.3, 2. , 3.5]), array([0.2121, 0.5477, 0.9449]))
    """
    spread = covariance(cells, means.influence)
    told = not binary or _both_ways(cells)
    if not told:
        spread = np.full_like(spread, np.nan)
    clusters = clusters_of(cells)
    reach = _quantile(clusters, confidence_level)
    mean = means.estimate
    share = np.where((mean > 0) & (mean < 1) & binary, mean, np.nan)
    positive = np.where(mean > 0, mean, np.nan)
    size = float(np.nanmax(np.abs(mean), initial=0.0))
    error = _root(np.diag(spread), size)
    with np.errstate(divide="ignore", invalid="ignore"):
        risk_low, risk_high = mean - reach * error, mean + reach * error
        if binary:
            half = reach * error / (share * (1 - share))
            risk_low, risk_high = expit(logit(share) - half), expit(logit(share) + half)
        odds = mean / (1 - mean)
        found = np.array([mean[0] - mean[1], mean[0] / mean[1], odds[0] / odds[1] if binary else np.nan])
        found[1:] = np.where(told & np.isfinite(found[1:]), found[1:], np.nan)
        slopes = [np.ones(2), 1 / positive, 1 / (share * (1 - share))]
        spreads = [np.array([one[0], -one[1]]) @ spread @ np.array([one[0], -one[1]]) for one in slopes]
        std_error = np.append(_root(np.array(spreads[:1]), size), _root(np.array(spreads[1:])))
        scaled = np.array([found[0], np.log(found[1]), np.log(found[2])])
        low, high = scaled - reach * std_error, scaled + reach * std_error
        for limit in (low, high):
            limit[1:] = np.exp(limit[1:])
        p_value = 2 * _tail(-np.abs(scaled / std_error), clusters)
    return Contrasts(mean, error, risk_low, risk_high, found, std_error, low, high, p_value)


def _both_ways(cells: PointCells) -> bool:
    """Whether both arms have units with the outcome and units without it."""
    there = cells.arms & (cells.mass > 0)
    some, others = cells.outcome > _ROUNDING, cells.outcome < 1 - _ROUNDING
    return bool(((there & some).any(axis=1) & (there & others).any(axis=1)).all())


def _quantile(clusters: int, confidence_level: float) -> float:
    if not clusters:
        return normal_quantile(confidence_level)
    return float(-stdtrit(clusters - 1, (1 - confidence_level) / 2)) if clusters > 1 else float("nan")


def _tail(statistic: Floats, clusters: int) -> Floats:
    return np.asarray(stdtr(clusters - 1, statistic) if clusters > 1 else ndtr(statistic))


def _root(variance: Floats, size: float = 1.0) -> Floats:
    """Return standard errors; NaN where there is no spread but that of rounding."""
    return np.sqrt(np.where(variance > (_ROUNDING * size) ** 2, variance, np.nan))
