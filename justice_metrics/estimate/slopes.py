"""Shares that follow one another in time: how fast they rise, and whether they rise at all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Floats, Tallies
from .limits import normal_quantile


class Slope(NamedTuple):
    """Change of a share per step of time, with its interval."""

    estimate: Floats  # (G,)
    conf_low: Floats  # (G,)
    conf_high: Floats  # (G,)
    p_value: Floats  # (G,) that there is no slope, by the normal distribution


def slope_of_shares(
    share: Floats, variance: Floats, weight: Tallies, when: Floats, confidence_level: float = 0.95
) -> Slope:
    """Slope of the straight line through shares of periods, each weighted by what it rests on.

    Parameters
    ----------
    share, variance : (G, P)
        Shares and their variances; NaN in a period without any.
    weight : (G, P)
        Units on which each rests.
    when : (P,)
        Time of each period, such as its year.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Slope
        Change of the share per unit of ``when`` (0.02 is two percentage points). NaN with fewer than two periods; no
        limits where every share is 0 or 1, since nothing there tells of chance.

    Notes
    -----
    b = sum w (t - T)(p) / sum w (t - T)^2 with T the weighted mean time, and Var b = sum w^2 (t - T)^2 Var p over the
    same sum squared. The periods are independent; the line is a summary, no model of what happened in between.

    Examples
    --------
    >>> import numpy as np
    >>> share = np.array([[0.5, 0.6, 0.7]])
    >>> found = slope_of_shares(share, share * (1 - share) / 100, np.full((1, 3), 100), np.array([2016.0, 2017, 2018]))
    >>> found.estimate.round(3), found.conf_low.round(3), found.conf_high.round(3)
    (array([0.1]), array([0.034]), array([0.166]))
    """
    from scipy.special import ndtr

    w = np.where(np.isfinite(share), weight, 0).astype(np.float64)
    p, v = np.nan_to_num(share), np.nan_to_num(variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = (w * when).sum(axis=-1) / w.sum(axis=-1)
        away = when - middle[..., None]
        spread = (w * away**2).sum(axis=-1)
        told = np.asarray(((w > 0).sum(axis=-1) > 1) & (spread > 0))
        level = (w * p).sum(axis=-1) / w.sum(axis=-1)
        # less the mean, so that equal shares give a slope of exactly 0
        slope = np.where(told, (w * away * (p - level[..., None])).sum(axis=-1) / spread, np.nan)
        error = np.sqrt((w**2 * away**2 * v).sum(axis=-1)) / spread
    error = np.where(told & (error > 0), error, np.nan)
    reach = normal_quantile(confidence_level) * error
    return Slope(slope, slope - reach, slope + reach, 2 * ndtr(-np.abs(slope) / error))


def trend_p_value(successes: Tallies, trials: Tallies, when: Floats) -> Floats:
    """P value of the test of Cochran and Armitage for a linear trend in shares.

    Parameters
    ----------
    successes, trials : (G, P)
        Whole numbers with 0 <= successes <= trials.
    when : (P,)
        Time of each period.

    Returns
    -------
    (G,)
        Two-sided; NaN where fewer than two periods have trials, or all or none of the trials succeed.

    Notes
    -----
    z = sum x (t - T) / sqrt(q (1 - q) sum n (t - T)^2) with q the share of all periods and T the mean time of all
    trials; z^2 is chi-square with one degree of freedom. Equal to R ``prop.trend.test``.

    References
    ----------
    Armitage (1955), Biometrics, 11, 375-386.

    Examples
    --------
    >>> import numpy as np
    >>> trend_p_value(np.array([[50, 60, 70]]), np.full((1, 3), 100), np.arange(3.0)).round(5)
    array([0.00389])
    """
    from scipy.special import ndtr

    x, n = np.asarray(successes, np.float64), np.asarray(trials, np.float64)
    total = n.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        q = x.sum(axis=-1) / total
        away = when - ((n * when).sum(axis=-1) / total)[..., None]
        q = np.where((q > 0) & (q < 1), q, np.nan)
        z = (x * away).sum(axis=-1) / np.sqrt(q * (1 - q) * (n * away**2).sum(axis=-1))
    found: Floats = np.where((n > 0).sum(axis=-1) > 1, 2 * ndtr(-np.abs(z)), np.nan)
    return found


class Ratios(NamedTuple):
    """Ratios of totals over units, each with its variance."""

    estimate: Floats  # (...)
    variance: Floats  # (...)


def pooled_share(y: Tallies, x: Tallies, yy: Tallies, xy: Tallies, xx: Tallies, units: Tallies) -> Ratios:
    """Share of all values that are there, over units that each should have several: values of a unit go together.

    Parameters
    ----------
    y, x : (...)
        Sums over the units of the values that are there, and of those that should be.
    yy, xy, xx : (...)
        Sums over the units of y^2, x y and x^2.
    units : (...)
        How many units.

    Returns
    -------
    Ratios
        y / x with variance n / (n - 1) (yy - 2 p xy + p^2 xx) / x^2; NaN without any value due, no variance for a
        single unit.

    References
    ----------
    Cochran (1977), *Sampling Techniques*, section 6.4.

    Examples
    --------
    Two files with four values each, one of them whole and one half empty:

    >>> import numpy as np
    >>> found = pooled_share(*(np.array([one]) for one in (6, 8, 20, 24, 32, 2)))
    >>> found.estimate, found.variance
    (array([0.75]), array([0.0625]))
    """
    n, top, base = (np.asarray(one, np.float64) for one in (units, y, x))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = top / np.where(base > 0, base, np.nan)
        squares = np.maximum(yy - 2 * p * xy + p**2 * xx, 0.0)
        variance = np.where(n > 1, n / (n - 1), np.nan) * squares / base**2
    return Ratios(p, variance)
