"""Shares that follow one another in time: how fast they rise, and whether they rise at all."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ..base.types import Floats, Tallies
from .limits import student_quantile
from .proportion import Share, wilson

# Below this p value of the fit of a line, its residuals tell of chance, and not the number of units.
_DOUBTFUL_FIT: Final = 0.25


class Slope(NamedTuple):
    """Change of a share per step of time, with its interval."""

    estimate: Floats  # (G,)
    conf_low: Floats  # (G,)
    conf_high: Floats  # (G,)
    p_value: Floats  # (G,) that there is no slope
    dispersion: (
        Floats  # (G,) how much more the periods stray from the line than chance between units lets them, 1 or more
    )
    degrees: Floats  # (G,) of Student's distribution; infinite where the periods stray no more than chance


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
        limits where every share is 0 or 1, since nothing there tells of chance. With two periods nothing tells how much
        a period differs from the next without any trend.

    Notes
    -----
    b = sum w (t - T)(p) / sum w (t - T)^2 with T the weighted mean time, and Var b = sum w^2 (t - T)^2 Var p over the
    same sum squared. Years can differ by more than chance between units, with no trend at all. With s^2 = sum w^2 Var p
    / sum w, sum w (p - line)^2 / s^2 is about chi-square with P - 2 degrees of freedom if they do not; where its p
    value is below 0.25, the usual level of such a preliminary test, Var b is multiplied by that sum over P - 2, and the
    quantile is Student's with P - 2 degrees of freedom, so that the residuals alone tell of chance. The line is a
    summary, no model of what happened in between.

    References
    ----------
    McCullagh and Nelder (1989), *Generalized Linear Models*, section 4.5 (dispersion).
    Bancroft (1964), Biometrics, 20, 427-442 (preliminary test).

    Examples
    --------
    >>> import numpy as np
    >>> share = np.array([[0.5, 0.6, 0.7]])
    >>> found = slope_of_shares(share, share * (1 - share) / 100, np.full((1, 3), 100), np.array([2016.0, 2017, 2018]))
    >>> found.estimate.round(3), found.conf_low.round(3), found.conf_high.round(3)
    (array([0.1]), array([0.034]), array([0.166]))
    """
    from scipy.special import chdtrc

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
        line = level[..., None] + slope[..., None] * away
        chance = (w**2 * v).sum(axis=-1) / w.sum(axis=-1)
        free = (w > 0).sum(axis=-1) - 2.0
        strays = (w * (p - line) ** 2).sum(axis=-1) / chance
        doubtful = (free > 0) & (chance > 0) & (chdtrc(np.maximum(free, 1), strays) < _DOUBTFUL_FIT)
        dispersion = np.where(doubtful, np.maximum(strays / free, 1.0), 1.0)
    degrees = np.where(doubtful, free, np.inf)
    error = np.where(told & (error > 0), error, np.nan) * np.sqrt(dispersion)
    reach = student_quantile((1 + confidence_level) / 2, degrees) * error
    p_value = _two_sided(slope / error, degrees)
    return Slope(slope, slope - reach, slope + reach, p_value, dispersion, degrees)


def _two_sided(z: Floats, degrees: Floats | float) -> Floats:
    """Return the p value of a deviation over its error; infinite degrees of freedom are the normal distribution."""
    from scipy.special import ndtr, stdtr

    free = np.broadcast_to(np.asarray(degrees, np.float64), np.shape(z))
    finite = np.isfinite(free)
    return np.asarray(2 * np.where(finite, stdtr(np.where(finite, free, 1.0), -np.abs(z)), ndtr(-np.abs(z))))


def trend_p_value(
    successes: Tallies,
    trials: Tallies,
    when: Floats,
    *,
    dispersion: Floats | float = 1.0,
    degrees: Floats | float = np.inf,
) -> Floats:
    """P value of the test of Cochran and Armitage for a linear trend in shares.

    Parameters
    ----------
    successes, trials : (G, P)
        Whole numbers with 0 <= successes <= trials.
    when : (P,)
        Time of each period.
    dispersion, degrees : (G,)
        Of the line through the shares (see :func:`slope_of_shares`): where years differ by more than chance, z is
        divided by the root of the one and compared with Student's distribution with the other.

    Returns
    -------
    (G,)
        Two-sided; NaN where fewer than two periods have trials, or all or none of the trials succeed.

    Notes
    -----
    z = sum x (t - T) / sqrt(q (1 - q) sum n (t - T)^2) with q the share of all periods and T the mean time of all
    trials; z^2 is chi-square with one degree of freedom. With a dispersion of 1 equal to R ``prop.trend.test``.

    References
    ----------
    Armitage (1955), Biometrics, 11, 375-386.

    Examples
    --------
    >>> import numpy as np
    >>> trend_p_value(np.array([[50, 60, 70]]), np.full((1, 3), 100), np.arange(3.0)).round(5)
    array([0.00389])
    """
    x, n = np.asarray(successes, np.float64), np.asarray(trials, np.float64)
    total = n.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        q = x.sum(axis=-1) / total
        away = when - ((n * when).sum(axis=-1) / total)[..., None]
        q = np.where((q > 0) & (q < 1), q, np.nan)
        z = (x * away).sum(axis=-1) / np.sqrt(q * (1 - q) * (n * away**2).sum(axis=-1))
    found: Floats = np.where((n > 0).sum(axis=-1) > 1, _two_sided(z / np.sqrt(dispersion), degrees), np.nan)
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


def pooled_limits(found: Ratios, due: Tallies, units: Tallies, confidence_level: float = 0.95) -> Share:
    """Limits of :func:`pooled_share`: those of Wilson for as many independent values as tell the same.

    Parameters
    ----------
    found : Ratios
    due, units : (...)
        Values that should be there, and units that hold them.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Share
        NaN without any value due, and where a single unit has values of both kinds.

    Notes
    -----
    The number is p (1 - p) / Var p, times (z / t)^2 with t the quantile of Student's distribution with n - 1 degrees of
    freedom, at most the values due. Where every value is there, or none, nothing tells how values of a unit go
    together: they then count as one per unit, so that 30 whole files say as much as 30 of 30.

    References
    ----------
    Korn and Graubard (1998), Survey Methodology, 24, 193-201.

    Examples
    --------
    Thirty files, all whole:

    >>> import numpy as np
    >>> found = pooled_limits(Ratios(np.array([1.0]), np.array([0.0])), np.array([150]), np.array([30]))
    >>> found.conf_low.round(3), found.conf_high
    (array([0.886]), array([1.]))
    """
    p, variance = found
    n, most = np.asarray(units, np.float64), np.asarray(due, np.float64)
    tail = (1 + confidence_level) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        shrink = (student_quantile(tail) / student_quantile(tail, np.maximum(n - 1, 1))) ** 2
        worth = np.where(variance > 0, np.minimum(p * (1 - p) / variance * shrink, most), most)
    worth = np.where((p <= 0) | (p >= 1), np.minimum(n, most), np.where(np.isnan(variance), 0, worth))
    worth = np.where(np.isnan(p), 0, worth)
    limits = wilson(np.nan_to_num(p) * worth, worth, confidence_level)
    return limits._replace(estimate=p)
