"""How many files tell a median time to within a margin, when part of them are still open."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Floats
from .limits import student_quantile

_NODES: Final = 100
# Days at which it is looked whether the upper limit has been reached.
_DAYS: Final = 2_001
# With fewer units still open than this share a curve is hardly a curve.
_LEFT: Final = 0.005


def median_units(
    spread: ArrayLike,
    median_days: ArrayLike,
    margin_days: ArrayLike,
    *,
    confidence_level: float = 0.95,
    degrees_of_freedom: ArrayLike = np.inf,
) -> Floats:
    """Independent units whose median time has an interval that is as narrow as asked.

    Parameters
    ----------
    spread : (...)
        Variance of the logarithm of the median times the number of units, of :func:`curve_spread` or
        :func:`weibull_spread`.
    median_days : (...)
        Median that is expected.
    margin_days : (...)
        Half the distance between the limits. They are not symmetric: the upper one lies further off.
    confidence_level, degrees_of_freedom
        As for :func:`justice_metrics.estimate.sample_sizes.share_units`.

    Returns
    -------
    (...)
        spread (z / asinh(margin / median))^2: the limits median exp(-+ z s) are then two margins apart.

    Examples
    --------
    Times that are exponential, all seen to their end, a median of 400 days, limits 120 days apart:

    >>> float(median_units(curve_spread(400.0), 400.0, 60.0).round(1))
    358.0
    """
    z = student_quantile((1 + confidence_level) / 2, degrees_of_freedom)
    reach = np.arcsinh(np.asarray(margin_days, np.float64) / np.asarray(median_days, np.float64))
    with np.errstate(divide="ignore"):
        return np.asarray(np.asarray(spread, np.float64) * (z / reach) ** 2)


def median_margin(
    spread: ArrayLike,
    units: ArrayLike,
    median_days: ArrayLike,
    *,
    confidence_level: float = 0.95,
    degrees_of_freedom: ArrayLike = np.inf,
) -> Floats:
    """Half the distance between the limits of a median: the inverse of :func:`median_units`.

    Examples
    --------
    >>> float(median_margin(curve_spread(400.0), 357.96, 400.0).round(1))
    60.0
    """
    z = student_quantile((1 + confidence_level) / 2, degrees_of_freedom)
    error = np.sqrt(np.asarray(spread, np.float64) / np.asarray(units, np.float64))
    with np.errstate(over="ignore"):
        return np.asarray(np.asarray(median_days, np.float64) * np.sinh(z * error))


def curve_spread(
    median_days: float, *, shape: float = 1.0, follow_up_days: float = np.inf, registered_over_days: float = 0.0
) -> float:
    """Variance of the log median of a curve (Kaplan-Meier), times the number of units.

    Parameters
    ----------
    median_days : float
    shape : float
        Shape k of the Weibull distribution that times are planned with: 1 is exponential, above 1 endings become more
        frequent with time. The curve itself supposes none.
    follow_up_days : float
        Days from the last registration to the cut-off, F: every file is seen at least so long.
    registered_over_days : float
        Length of the period in which the files were registered, A, evenly: the first is seen for F + A days.

    Returns
    -------
    float
        I / (k log 2)^2 with I the integral of dH / (S G) up to the median, H the cumulated hazard, S the share still
        open and G the share still under observation; I is 1 when every file is seen to the median. Infinite where the
        median lies beyond the longest follow-up.

    Notes
    -----
    Greenwood's variance of S at the median m, S^2 I / n, over the square of the density there, f(m) m = k log 2 / 2.

    References
    ----------
    Greenwood (1926), Reports on Public Health and Medical Subjects, 33, 1-26.
    Reid (1981), Annals of Statistics, 9, 78-92 (median survival time).

    Examples
    --------
    >>> round(curve_spread(400.0), 4), round(curve_spread(400.0, follow_up_days=300.0, registered_over_days=300.0), 4)
    (2.0814, 2.2294)
    """
    longest = follow_up_days + registered_over_days
    if longest <= median_days and follow_up_days < median_days:
        return float("inf")

    def time_of(inverse: Floats) -> Floats:
        return np.asarray(median_days * (np.log(inverse) / np.log(2)) ** (1 / shape))

    # in s = 1 / S the integral is that of ds / G over 1 to 2, and G bends once
    bend = 2.0 if follow_up_days >= median_days else float(np.exp(np.log(2) * (follow_up_days / median_days) ** shape))
    total = bend - 1.0
    if bend < 2:
        s, width = _nodes(bend, 2.0)
        total += float((width * registered_over_days / (longest - time_of(s))).sum())
    return float(total / (shape * np.log(2)) ** 2)


def weibull_spread(
    median_days: float, *, shape: float = 1.0, follow_up_days: float = np.inf, registered_over_days: float = 0.0
) -> float:
    """Variance of the log median of Weibull times of known shape, times the number of units.

    Parameters
    ----------
    median_days, shape, follow_up_days, registered_over_days
        As for :func:`curve_spread`.

    Returns
    -------
    float
        1 / (k^2 e), with e the share of the units that is seen to end. It is the least that any estimate can have, for
        whoever knows the shape; a curve needs about twice the files.

    References
    ----------
    Kalbfleisch and Prentice (2002), *The Statistical Analysis of Failure Time Data*, section 3.4.

    Examples
    --------
    >>> weibull_spread(400.0), weibull_spread(400.0, follow_up_days=400.0)
    (1.0, 2.0)
    """
    ended = share_ended(
        median_days, shape=shape, follow_up_days=follow_up_days, registered_over_days=registered_over_days
    )
    return 1 / (shape**2 * ended) if ended > 0 else float("inf")


def upper_limit_missing(
    units: ArrayLike,
    median_days: float,
    *,
    shape: float = 1.0,
    follow_up_days: float = np.inf,
    registered_over_days: float = 0.0,
    confidence_level: float = 0.95,
    degrees_of_freedom: ArrayLike = np.inf,
) -> Floats:
    """Share of samples in which the curve ends before the upper limit of its median is reached.

    Parameters
    ----------
    units : (...)
        Independent units.
    median_days, shape, follow_up_days, registered_over_days
        As for :func:`curve_spread`.
    confidence_level, degrees_of_freedom : float, (...)
        As for :func:`median_units`.

    Returns
    -------
    (...)
        Phi(z - max over t of k log(t / m) H(t) / s(t)), over the days t between the median m and the longest follow-up,
        with H the cumulated hazard and s^2 = V(t) / n, V the integral of dH / (S G) up to t; 1 where the median lies
        beyond the longest follow-up.

    Notes
    -----
    The upper limit (Brookmeyer and Crowley 1982) is the first day on which the upper limit of the share still open is
    at most one half. On the scale log(-log S) of a Weibull time the curve has then moved by k log(t / m), with the
    standard error s / H. The limit is reached if it is on any one day; the best of them is taken, which says somewhat
    too much where the follow-up differs between files (0.07 for 0.04).

    Examples
    --------
    Of 359 files, the upper limit lies at 465 days; who follows up for 470 sees it in six samples of ten:

    >>> upper_limit_missing(359, 400.0, follow_up_days=470.0).round(2).tolist()
    0.4
    >>> upper_limit_missing([359, 1000], 400.0, follow_up_days=420.0).round(2).tolist()
    [0.9, 0.81]
    """
    from scipy.special import ndtr

    n = np.asarray(units, np.float64)
    z = student_quantile((1 + confidence_level) / 2, degrees_of_freedom)
    longest = min(follow_up_days + registered_over_days, median_days * (-np.log2(_LEFT)) ** (1 / shape))
    if longest <= median_days:
        return np.ones(np.broadcast_shapes(n.shape, z.shape))
    days = np.linspace(0.0, longest, _DAYS)
    if registered_over_days > 0:
        left = np.clip(follow_up_days + registered_over_days - days, 0.0, registered_over_days)
        watched = left / registered_over_days
    else:
        watched = np.ones(_DAYS)
    # nobody is watched on the very last day of a period of registration
    days, watched = days[watched > 0], watched[watched > 0]
    hazard = np.log(2) * (days / median_days) ** shape
    # in s = 1 / S the integral is that of ds / G
    steps = np.diff(np.exp(hazard)) * (1 / watched[1:] + 1 / watched[:-1]) / 2
    variance = np.concatenate([[0.0], np.cumsum(steps)])
    late = days > median_days
    moved = shape * np.log(days[late] / median_days) * hazard[late] / np.sqrt(variance[late])
    return np.asarray(ndtr(z - moved.max(initial=0.0) * np.sqrt(n)))


def share_ended(
    median_days: float, *, shape: float = 1.0, follow_up_days: float = np.inf, registered_over_days: float = 0.0
) -> float:
    """Share of the units that is seen to end by the cut-off; parameters as for :func:`curve_spread`.

    Examples
    --------
    >>> share_ended(400.0, follow_up_days=400.0), round(share_ended(400.0, registered_over_days=800.0), 3)
    (0.5, 1.0)
    """
    if not np.isfinite(follow_up_days):
        return 1.0
    if registered_over_days == 0:
        seen, width = np.array([follow_up_days]), np.array([1.0])
    else:
        seen, width = _nodes(follow_up_days, follow_up_days + registered_over_days)
        width = width / registered_over_days
    still_open = np.exp(-np.log(2) * (seen / median_days) ** shape)
    return float((width * (1 - still_open)).sum())


def _nodes(low: float, high: float) -> tuple[Floats, Floats]:
    """Return places and widths by which an integral over an interval is summed (Gauss and Legendre)."""
    at, width = _legendre()
    return (low + high) / 2 + (high - low) / 2 * at, (high - low) / 2 * width


@cache
def _legendre() -> tuple[Floats, Floats]:
    at, width = np.polynomial.legendre.leggauss(_NODES)
    return at, width
