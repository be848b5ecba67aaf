"""Worst-case bounds: what a share or a median could be if units that nobody saw all were one way, or all the other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Floats


class Bounds(NamedTuple):
    """The least and the most that a quantity can be."""

    low: Floats
    high: Floats


def share_bounds(numerator: Floats, denominator: Floats, missing: Floats) -> Bounds:
    """Bounds of a share when nothing is known of some units.

    Parameters
    ----------
    numerator, denominator : (...)
        Weighted units that were seen: those that count, and all.
    missing : (...)
        Weighted units that were not seen.

    Returns
    -------
    Bounds
        Each (...): y / (x + m) and (y + m) / (x + m); NaN without a unit.

    References
    ----------
    Horowitz and Manski (1998), Journal of Econometrics, 84, 37-58.

    Examples
    --------
    Thirty of a hundred, and twenty of which nothing is known:

    >>> found = share_bounds(np.array([30.0]), np.array([100.0]), np.array([20.0]))
    >>> found.low, found.high.round(3)
    (array([0.25]), array([0.417]))
    """
    whole = np.asarray(denominator + missing, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        every = np.where(whole > 0, whole, np.nan)
        return Bounds(np.asarray(numerator / every), np.asarray((numerator + missing) / every))


def quantile_bounds(probability: float, denominator: Floats, missing: Floats) -> Bounds:
    """Probabilities at which the times of the units that were seen are read, to bound a quantile of all.

    Parameters
    ----------
    probability : float
        Between 0 and 1; 0.5 for the median.
    denominator, missing : (...)
        Weighted units that were seen, and that were not.

    Returns
    -------
    Bounds
        Each (...): p - (1 - p) m / x, as if all others had been there on the first day, and p + p m / x, as if none
        ever came. At 0 or below the quantile can be 0 days; above 1 it may never be reached.

    Notes
    -----
    With F the curve of the units that were seen, that of all lies between F x / (x + m) and (F x + m) / (x + m).

    Examples
    --------
    >>> found = quantile_bounds(0.5, np.array([100.0]), np.array([20.0]))
    >>> found.low, found.high
    (array([0.4]), array([0.6]))
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.asarray(missing / np.where(denominator > 0, denominator, np.nan), np.float64)
    return Bounds(probability - (1 - probability) * odds, probability + probability * odds)
