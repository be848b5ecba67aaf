"""Intervals for few clusters: a bootstrap that measures every resample by its own standard error.

With a dozen courts the spread of the resamples is itself poorly known, and an estimate tends to lie far from the truth
just when its standard error comes out small. Dividing each resample's deviation by the standard error of that resample
takes both in. The standard error comes from leaving out one cluster at a time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Floats
from .resampling import percentile_interval


class Studentised(NamedTuple):
    """Limits, and the p value of a true value of 0.

    Attributes
    ----------
    conf_low, conf_high : (...)
    p_value : (...)
        Two-sided: share of resamples whose standardised deviation is as large as that of the estimate from 0.
    """

    conf_low: Floats
    conf_high: Floats
    p_value: Floats


def jackknife_error(values: Floats, times: Floats) -> Floats:
    """Standard error from leaving out one cluster at a time.

    Parameters
    ----------
    values : (D, ...)
        The statistic without one draw of each of D clusters; NaN where it is not defined.
    times : (D,)
        How often each cluster is in the sample: 1 for the data as they are.

    Returns
    -------
    (...)
        NaN where a value is not defined, and with fewer than two draws.

    Notes
    -----
    With C = sum of ``times`` draws: the root of (C - 1) / C times the sum of squared deviations from their mean, each
    counted ``times`` times.

    References
    ----------
    Efron and Tibshirani (1993), *An Introduction to the Bootstrap*, chapter 11.

    Examples
    --------
    The mean of 1, 2 and 6; its standard error is sqrt(7 / 3).

    >>> import numpy as np
    >>> bool(np.isclose(jackknife_error(np.array([4.0, 3.5, 1.5]), np.ones(3)) ** 2, 7 / 3))
    True
    """
    draws = float(times.sum())
    if draws < 2:
        return np.full(values.shape[1:], np.nan)
    share = (times / draws).reshape(-1, *[1] * (values.ndim - 1))
    middle = (share * values).sum(axis=0)
    spread: Floats = (draws - 1) * (share * (values - middle) ** 2).sum(axis=0)
    return np.sqrt(spread)


def studentised(
    estimate: Floats, error: Floats, values: Floats, errors: Floats, confidence_level: float = 0.95
) -> Studentised:
    """Studentised bootstrap interval.

    Parameters
    ----------
    estimate, error : (...)
        Of the data as they are.
    values, errors : (R, ...)
        Of each resample; one without an error, or with an error of 0, is left out.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Studentised
        NaN where fewer than two resamples can be used.

    Notes
    -----
    The limits are estimate - q error, with q the upper and the lower quantile of (value - estimate) / error over the
    resamples, read as :func:`justice_metrics.estimate.resampling.percentile_interval` does. Take 1,000 resamples or
    more.

    References
    ----------
    Davison and Hinkley (1997), *Bootstrap Methods and their Application*, section 5.2.1.
    Cameron, Gelbach and Miller (2008), Review of Economics and Statistics, 90, 414-427, on few clusters.

    Examples
    --------
    >>> import numpy as np
    >>> deviations = np.arange(-499.0, 500.0)[:, None] / 100
    >>> found = studentised(np.array([1.0]), np.array([0.5]), 1 + deviations, np.ones((999, 1)))
    >>> found.conf_low.round(3), found.conf_high.round(3)
    (array([-1.375]), array([3.375]))
    """
    usable = np.isfinite(values) & np.isfinite(errors) & (errors > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        deviations = np.where(usable, (values - estimate) / errors, np.nan)
        own = np.where(error > 0, estimate / error, np.nan)
        as_large = np.count_nonzero(np.abs(deviations) >= np.abs(own), axis=0)
    number = np.count_nonzero(usable, axis=0)
    limits = percentile_interval(deviations, confidence_level)
    known = np.isfinite(own) & (number >= 2)
    p_value = np.where(known, (as_large + 1) / (number + 1), np.nan)
    return Studentised(estimate - limits.conf_high * error, estimate - limits.conf_low * error, p_value)
