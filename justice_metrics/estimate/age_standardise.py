"""Rates of a population: exact limits, and as if all populations had the same ages."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Floats, Tallies


class Rate(NamedTuple):
    """A rate with its interval."""

    estimate: Floats  # (G,)
    conf_low: Floats  # (G,)
    conf_high: Floats  # (G,)


def poisson_rate(counts: Tallies, exposure: Floats, confidence_level: float = 0.95) -> Rate:
    """Counts over what they are set against, with exact limits.

    Parameters
    ----------
    counts : (G,)
        How often it happened, 0 or more.
    exposure : (G,)
        Person-years, or the number expected: then the rate is a standardised ratio (SMR).
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Rate
        Per unit of ``exposure``; NaN where that is 0. The lower limit of no event is 0.

    Notes
    -----
    The limits for the mean of a Poisson count x are half the quantiles of chi-squared distributions with 2 x and 2 (x +
    1) degrees of freedom; they hold their level or more.

    References
    ----------
    Garwood (1936), Biometrika, 28, 437-442.

    Examples
    --------
    >>> import numpy as np
    >>> rate = poisson_rate(np.array([0, 10]), np.array([2.0, 2.0]))
    >>> rate.conf_low.round(3).tolist(), rate.conf_high.round(3).tolist()
    ([0.0, 2.398], [1.844, 9.195])
    """
    from scipy.special import gammaincinv

    x, tail = np.asarray(counts, np.float64), (1 - confidence_level) / 2
    over = np.where(np.asarray(exposure, np.float64) > 0, exposure, np.nan)
    low = np.where(x > 0, gammaincinv(np.maximum(x, 1e-300), tail), 0.0)
    return Rate(x / over, low / over, gammaincinv(x + 1, 1 - tail) / over)


def direct_rate(counts: Tallies, exposure: Floats, standard: Floats, confidence_level: float = 0.95) -> Rate:
    """Rate that each population would have with the ages of the standard.

    Parameters
    ----------
    counts, exposure : (G, A)
        Events and person-years by age.
    standard : (A,)
        How many people of each age the standard has; they need not add up to one.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Rate
        NaN where a population has nobody of an age that the standard has.

    Notes
    -----
    With w_a the part of age a in the standard over the person-years, y = sum w_a x_a, v = sum w_a^2 x_a and w the
    largest w_a, the limits are the quantile of a gamma distribution with mean y and variance v, and that of one with
    mean y + w and variance v + w^2. With one age they are the exact Poisson limits.

    References
    ----------
    Fay and Feuer (1997), Statistics in Medicine, 16, 791-801.

    Examples
    --------
    >>> import numpy as np
    >>> rate = direct_rate(np.array([[3, 12]]), np.array([[5200.0, 8100.0]]), np.array([1.0, 1.0]))
    >>> (100_000 * rate.estimate).round(1).tolist(), (100_000 * rate.conf_high).round(1).tolist()
    ([102.9], [175.5])
    """
    from scipy.special import gammaincinv

    standard = np.asarray(standard, np.float64) / np.sum(standard)
    used = standard > 0
    x, tail = np.asarray(counts, np.float64)[:, used], (1 - confidence_level) / 2
    over = np.where(np.asarray(exposure, np.float64)[:, used] > 0, np.asarray(exposure)[:, used], np.nan)
    w = standard[used] / over
    y, v, top = (w * x).sum(axis=1), (w**2 * x).sum(axis=1), w.max(axis=1, initial=0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        low = np.where(y > 0, gammaincinv(y**2 / v, tail) * v / y, y)
        mean, variance = y + top, v + top**2
        high = gammaincinv(mean**2 / variance, 1 - tail) * variance / mean
    return Rate(y, low, high)
