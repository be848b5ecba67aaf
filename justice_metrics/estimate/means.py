"""Mean days up to a horizon: how long cases are open, and how many of those days each ending took.

A mean over finished cases only is too short, and an unrestricted mean cannot be had while cases are pending. The area
under a curve up to a horizon needs neither: of 730 days, so many were spent open, so many were saved by a verdict (the
case had ended so for the rest of the time), so many by a rejection; together they are 730.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from ..base.types import Days, Floats, Tallies
from .curves import Variance
from .hazards import DaySteps, day_steps, hazard_variances, later, ratio
from .limits import Limits, normal_quantile, pointwise


class Means(NamedTuple):
    """Mean days up to the horizon, with limits."""

    estimate: Floats  # (G,) or (G, K)
    std_error: Floats  # as the estimate
    conf_low: Floats  # as the estimate
    conf_high: Floats  # as the estimate


class Contrast(NamedTuple):
    """One mean against another."""

    estimate: Floats  # (...), days of difference, or a ratio
    std_error: Floats  # (...), of the difference, or of the logarithm of the ratio
    conf_low: Floats  # (...)
    conf_high: Floats  # (...)
    p_value: Floats  # (...), two-sided, of no difference


def restricted_mean_open(
    days: Days,
    events: Tallies,
    at_risk: Tallies,
    *,
    horizon_days: int,
    confidence_level: float = 0.95,
    variance: Variance = "greenwood",
    limits: Limits = "plain",
) -> Means:
    """Restricted mean time open: area under the Kaplan-Meier curve from day 0 to the horizon.

    Parameters
    ----------
    days : (T,)
        Sorted distinct days.
    events : (G, T)
        Endings of any kind on the day.
    at_risk : (G, T)
        Open and observed just before the day.
    horizon_days : int
        Day h up to which days are counted.
    confidence_level : float
        Of the limits.
    variance : {"greenwood", "counting_process"}
        Of one day's hazard, see :func:`justice_metrics.estimate.hazards.hazard_variances`. Greenwood's is that of R
        ``survfit``.
    limits : {"plain", "log", "log-log", "arcsine"}
        Scale of the limits, on the mean as a share of the horizon.

    Returns
    -------
    Means
        Each (G,), in days. NaN for a group without anybody at risk. Where a group is not observed up to the horizon
        (:func:`justice_metrics.estimate.risk.last_observed_days`) its last value is carried forward, as R does; that
        is an assumption to state, or a reason for an earlier horizon.

    Notes
    -----
    The mean is the integral of S from 0 to h; its variance is the sum over days u of A(u)^2 Var(h_u) / (1 - h_u)^2,
    with A(u) the area between u and h: for Greenwood, A(u)^2 d / (Y (Y - d)). It takes in that the heights of the curve
    depend on each other, which the variance of min(time, h) over cases does not.

    References
    ----------
    Irwin (1949), Journal of Hygiene, 47, 188-189.
    Andersen, Hansen and Klein (2004), Lifetime Data Analysis, 10, 335-350.
    Klein and Moeschberger (2003), *Survival Analysis*, section 4.5.

    Examples
    --------
    Two cases, ended on days 10 and 30: within 20 days 10 and 20 days open.

    >>> import numpy as np
    >>> mean = restricted_mean_open(np.array([10, 30]), np.array([[1, 1]]), np.array([[2, 1]]), horizon_days=20)
    >>> mean.estimate
    array([15.])
    """
    steps = day_steps(events, at_risk)
    area = _area_after(days, steps, horizon_days)
    whole = hazard_variances(events[..., None, :], at_risk, variance).own[..., 0, :]
    spread = (area**2 * ratio(whole, steps.staying**2)).sum(axis=-1)
    estimate = horizon_days - _lost(days, steps.before * steps.hazard, horizon_days)
    return _with_limits(estimate, spread, at_risk, horizon_days, confidence_level, limits)


def restricted_mean_lost(
    days: Days,
    events: Tallies,
    at_risk: Tallies,
    *,
    horizon_days: int,
    confidence_level: float = 0.95,
    variance: Variance = "greenwood",
    limits: Limits = "plain",
) -> Means:
    """Restricted mean time lost to each outcome: area under its cumulative incidence from day 0 to the horizon.

    Parameters
    ----------
    days : (T,)
        Sorted distinct days.
    events : (G, K, T)
        Endings on the day by outcome.
    at_risk : (G, T)
        Open and observed just before the day.
    horizon_days : int
        Day h up to which days are counted.
    confidence_level : float
        Of the limits.
    variance : {"greenwood", "counting_process"}
        As in :func:`justice_metrics.estimate.curves.aalen_johansen`.
    limits : {"plain", "log", "log-log", "arcsine"}
        Scale of the limits, on the mean as a share of the horizon.

    Returns
    -------
    Means
        Each (G, K), in days; with :func:`restricted_mean_open` they add up to the horizon. NaN for a group without
        anybody at risk; carried forward beyond its last observed day.

    Notes
    -----
    The mean of ending k is the sum of (h - u) S(u-) h_k(u) over days u up to h. A small change of the hazard of ending
    j on day u moves it by a [j = k] - b, with a = (h - u) S(u-) and b = sum over later days of (h - v) S(v-) h_k(v),
    divided by 1 - h(u). So its variance is the sum of a^2 Var(h_k) - 2 a b Cov(h_k, h) + b^2 Var(h): two running sums.
    Without late entries Greenwood's kind equals the infinitesimal jackknife of R ``survfit``.

    References
    ----------
    Andersen (2013), Statistics in Medicine, 32, 5278-5285.
    Aalen and Johansen (1978), Scandinavian Journal of Statistics, 5, 141-150.

    Examples
    --------
    >>> import numpy as np
    >>> events = np.array([[[1, 0], [0, 1]]])
    >>> lost = restricted_mean_lost(np.array([10, 15]), events, np.array([[2, 1]]), horizon_days=20)
    >>> lost.estimate
    array([[5. , 2.5]])
    """
    steps = day_steps(events.sum(axis=-2), at_risk)
    part = ratio(events, at_risk[..., None, :])
    a, b, estimate = _sensitivities(days, steps, part, horizon_days)
    own, shared, whole = hazard_variances(events, at_risk, variance)
    spread = (a * (a * own - 2 * b * shared) + b * b * whole).sum(axis=-1)
    return _with_limits(estimate, np.maximum(spread, 0), at_risk[..., None, :], horizon_days, confidence_level, limits)


def restricted_mean_covariance(days: Days, events: Tallies, at_risk: Tallies, *, horizon_days: int) -> Floats:
    """Covariance of the restricted mean time open and those lost to each outcome.

    Parameters
    ----------
    days : (T,)
        Sorted distinct days.
    events : (G, K, T)
        Endings on the day by outcome.
    at_risk : (G, T)
        Open and observed just before the day.
    horizon_days : int
        Day h up to which days are counted.

    Returns
    -------
    (G, 1 + K, 1 + K)
        Open first, then the outcomes, in days squared. Rows and columns add up to 0, because the means add up to the
        horizon. Of Greenwood's kind, the only one in which all endings together have one covariance.

    Examples
    --------
    >>> import numpy as np
    >>> events = np.array([[[1, 0], [0, 1]]])
    >>> restricted_mean_covariance(np.array([10, 15]), events, np.array([[2, 1]]), horizon_days=20)[0]
    array([[ 3.125, -6.25 ,  3.125],
           [-6.25 , 12.5  , -6.25 ],
           [ 3.125, -6.25 ,  3.125]])
    """
    steps = day_steps(events.sum(axis=-2), at_risk)
    part = ratio(events, at_risk[..., None, :])
    a, b, _ = _sensitivities(days, steps, part, horizon_days)
    rows, hazard = np.broadcast_to(a, b.shape), steps.hazard[..., None, :]
    per_unit = ratio(np.ones_like(steps.hazard), at_risk)[..., None, :]
    # Cov = sum over days of (mean of products - product of means) over the endings of the day, divided by Y
    mean = rows * part - b * hazard
    crossed = -(rows * part * per_unit) @ np.swapaxes(b, -1, -2)
    lost = crossed + np.swapaxes(crossed, -1, -2)
    lost = lost + (b * hazard * per_unit) @ np.swapaxes(b, -1, -2) - (mean * per_unit) @ np.swapaxes(mean, -1, -2)
    outcomes = np.arange(part.shape[-2])
    lost[..., outcomes, outcomes] += (rows**2 * part * per_unit).sum(axis=-1)
    with_open = np.concatenate([-lost.sum(axis=-2, keepdims=True), lost], axis=-2)
    covariance: Floats = np.concatenate([-with_open.sum(axis=-1, keepdims=True), with_open], axis=-1)
    return covariance


def difference(of: Means, against: Means, *, confidence_level: float = 0.95) -> Contrast:
    """Difference of two independent means, in days.

    Parameters
    ----------
    of, against : Means
        Of different groups, of shapes that broadcast: ``difference(means, first)`` compares all with one.
    confidence_level : float
        Of the limits, symmetric on the scale of days.

    Returns
    -------
    Contrast
        NaN limits and p where neither mean has a variance.

    References
    ----------
    Royston and Parmar (2013), BMC Medical Research Methodology, 13, 152.

    Examples
    --------
    >>> import numpy as np
    >>> nothing = np.array([np.nan])
    >>> one = Means(np.array([60.0]), np.array([3.0]), nothing, nothing)
    >>> two = Means(np.array([50.0]), np.array([4.0]), nothing, nothing)
    >>> difference(one, two).std_error, difference(one, two).p_value.round(4)
    (array([5.]), array([0.0455]))
    """
    estimate = of.estimate - against.estimate
    std_error = _told(np.hypot(of.std_error, against.std_error))
    reach = normal_quantile(confidence_level) * std_error
    return Contrast(estimate, std_error, estimate - reach, estimate + reach, _two_sided(estimate / std_error))


def quotient(of: Means, against: Means, *, confidence_level: float = 0.95) -> Contrast:
    """Ratio of two independent means.

    Parameters
    ----------
    of, against : Means
        Of different groups, of shapes that broadcast.
    confidence_level : float
        Of the limits, symmetric on the logarithm of the ratio.

    Returns
    -------
    Contrast
        NaN where a mean is 0.

    Notes
    -----
    Var(log ratio) = Var(a) / a^2 + Var(b) / b^2, by the delta method.

    References
    ----------
    Royston and Parmar (2013), BMC Medical Research Methodology, 13, 152.

    Examples
    --------
    >>> import numpy as np
    >>> nothing = np.array([np.nan])
    >>> one = Means(np.array([60.0]), np.array([3.0]), nothing, nothing)
    >>> two = Means(np.array([50.0]), np.array([4.0]), nothing, nothing)
    >>> quotient(one, two).estimate, quotient(one, two).std_error.round(4)
    (array([1.2]), array([0.0943]))
    """
    both = (of.estimate > 0) & (against.estimate > 0)
    top, bottom = (np.where(both, one.estimate, np.nan) for one in (of, against))
    estimate = top / bottom
    std_error = _told(np.hypot(of.std_error / top, against.std_error / bottom))
    factor = np.exp(normal_quantile(confidence_level) * std_error)
    return Contrast(estimate, std_error, estimate / factor, estimate * factor, _two_sided(np.log(estimate) / std_error))


def _area_after(days: Days, steps: DaySteps, horizon: int) -> Floats:
    """Area under the curve between each day and the horizon; 0 from the horizon on."""
    ends = np.minimum(np.append(days[1:], horizon), horizon)
    width = np.maximum(ends - np.minimum(days, horizon), 0)
    under = steps.survival * width
    area: Floats = under + later(under)
    return area


def _lost(days: Days, ending: Floats, horizon: int) -> Floats:
    lost: Floats = (np.maximum(horizon - days, 0) * ending).sum(axis=-1)
    return lost


def _sensitivities(days: Days, steps: DaySteps, part: Floats, horizon: int) -> tuple[Floats, Floats, Floats]:
    """Return a (..., 1, T) and b (..., K, T) of the notes above, and the means (..., K)."""
    a = (np.maximum(horizon - days, 0) * steps.before)[..., None, :]
    lost = a * part
    within = (days < horizon).astype(np.float64)
    b = ratio(later(lost), steps.staying[..., None, :]) * within
    return a, b, lost.sum(axis=-1)


def _with_limits(
    estimate: Floats, spread: Floats, at_risk: Tallies, horizon: int, level: float, limits: Limits
) -> Means:
    somebody = (at_risk > 0).any(axis=-1)
    estimate, std_error = np.where(somebody, estimate, np.nan), np.where(somebody, np.sqrt(spread), np.nan)
    band = pointwise(estimate / horizon, std_error / horizon, confidence_level=level, limits=limits)
    return Means(estimate, std_error, band.conf_low * horizon, band.conf_high * horizon)


def _told(std_error: Floats) -> Floats:
    """Return NaN for a standard error of 0: nobody had ended, or everybody at once, which proves nothing exactly."""
    return np.where(std_error > 0, std_error, np.nan)


def _two_sided(z: Floats) -> Floats:
    p: Floats = 2 * ndtr(-np.abs(z))
    return p
