"""How large a study must be: power and numbers for two shares, with clusters, and for a hazard ratio."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, stdtr

from ..base.types import Floats
from .limits import student_quantile


def design_effect(
    cluster_size: ArrayLike, icc: ArrayLike, *, size_cv: float = 0.0, exposure_icc: float = 1.0
) -> Floats:
    """How many clustered units carry the information of one independent unit, in a comparison of two groups.

    Parameters
    ----------
    cluster_size : (...)
        Mean number of units in a cluster, m.
    icc : (...)
        Intraclass correlation of the outcome: how alike two units of one cluster are, 0 to 1.
    size_cv : float
        Coefficient of variation of the cluster sizes; 0 when all are alike.
    exposure_icc : float
        The same correlation of belonging to one group or the other. 1 where whole clusters belong to a group, and the
        cautious value where this is not known; 0 where the groups are mixed alike in every cluster.

    Returns
    -------
    (...)
        1 + ((1 + cv^2) m - 1) icc exposure_icc. A value below 1 (clusters of less than one unit) is given as 1.

    References
    ----------
    Kish (1965), *Survey Sampling*, section 8.2.
    Scott and Holt (1982), Journal of the American Statistical Association, 77, 848-854 (with an exposure that varies
    inside clusters).
    Eldridge, Ashby and Kerry (2006), International Journal of Epidemiology, 35, 1292-1300 (unequal clusters).

    Examples
    --------
    >>> float(design_effect(30, 0.05).round(4))
    2.45
    """
    size, alike = np.asarray(cluster_size, np.float64), np.asarray(icc, np.float64)
    return np.maximum(1 + ((1 + size_cv**2) * size - 1) * alike * exposure_icc, 1.0)


def two_shares_units(
    share_one: ArrayLike,
    share_two: ArrayLike,
    *,
    in_one: ArrayLike = 0.5,
    power: float = 0.8,
    confidence_level: float = 0.95,
    degrees_of_freedom: ArrayLike = np.inf,
) -> Floats:
    """Independent units needed in both groups together to show that two shares differ.

    Parameters
    ----------
    share_one, share_two : (...)
        True shares of the two groups, between 0 and 1.
    in_one : (...)
        Share of all units that belong to group one.
    power : float
        Probability of showing the difference.
    confidence_level : float
        Of the two-sided test.
    degrees_of_freedom : (...)
        Of Student's quantiles in place of the normal ones: clusters - 1, where the error will be one over clusters.

    Returns
    -------
    (...)
        Units, not rounded: (z_a sqrt(m (1 - m) / (f (1 - f))) + z_b sqrt(p1 (1 - p1) / f + p2 (1 - p2) / (1 - f)))^2
        / (p1 - p2)^2, with f the share in group one, m the mean of the shares weighted by f, z_a and z_b the normal
        quantiles of level and power. Infinite where the shares are equal or f is 0 or 1. Multiply by the
        design effect for clustered units.

    References
    ----------
    Fleiss, Levin and Paik (2003), *Statistical Methods for Rates and Proportions*, chapter 4.

    Examples
    --------
    30 % against 40 % takes 356 in each group:

    >>> round(float(two_shares_units(0.3, 0.4)) / 2)
    356
    """
    arrays = (np.asarray(given, np.float64) for given in (share_one, share_two, in_one, degrees_of_freedom))
    one, two, f, degrees = np.broadcast_arrays(*arrays)
    z_level, z_power = student_quantile((1 + confidence_level) / 2, degrees), student_quantile(power, degrees)
    mean = f * one + (1 - f) * two
    with np.errstate(divide="ignore", invalid="ignore"):
        under_none = z_level * np.sqrt(mean * (1 - mean) / (f * (1 - f)))
        under_true = z_power * np.sqrt(one * (1 - one) / f + two * (1 - two) / (1 - f))
        needed: Floats = (under_none + under_true) ** 2 / (one - two) ** 2
    return needed


def two_shares_power(
    units: ArrayLike,
    share_one: ArrayLike,
    share_two: ArrayLike,
    *,
    in_one: ArrayLike = 0.5,
    confidence_level: float = 0.95,
    degrees_of_freedom: ArrayLike = np.inf,
) -> Floats:
    """Probability that independent units of this number show the difference between two shares.

    Parameters
    ----------
    units : (...)
        Independent units in both groups together; clustered ones divided by their design effect.
    share_one, share_two, in_one, confidence_level, degrees_of_freedom
        As for :func:`two_shares_units`, of which this is the inverse.

    Returns
    -------
    (...)
        Between 0 and 1, NaN where a group is empty; a significant difference in the wrong direction does not count.

    Examples
    --------
    >>> float(two_shares_power(712, 0.3, 0.4).round(2))
    0.8
    """
    given = (units, share_one, share_two, in_one, degrees_of_freedom)
    n, one, two, f, degrees = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in given))
    z_level = student_quantile((1 + confidence_level) / 2, degrees)
    mean = f * one + (1 - f) * two
    with np.errstate(divide="ignore", invalid="ignore"):
        under_none = z_level * np.sqrt(mean * (1 - mean) / (f * (1 - f)))
        under_true = np.sqrt(one * (1 - one) / f + two * (1 - two) / (1 - f))
        reached = (np.sqrt(n) * np.abs(one - two) - under_none) / under_true
    with_student = stdtr(np.where(np.isfinite(degrees), degrees, 1.0), reached)
    shown = np.where(np.isfinite(degrees), with_student, ndtr(reached))
    return np.where(np.isfinite(reached), shown, np.nan)


def units_in_clusters(
    independent: ArrayLike, clusters: ArrayLike, icc: ArrayLike, *, size_cv: float = 0.0, exposure_icc: float = 1.0
) -> Floats:
    """Units needed when there are only so many clusters, so that more units make each cluster larger.

    Parameters
    ----------
    independent : (...)
        Independent units needed, of :func:`two_shares_units`.
    clusters : (...)
        Clusters that take part.
    icc, size_cv, exposure_icc
        As for :func:`design_effect`.

    Returns
    -------
    (...)
        N that solves N = independent * design_effect(N / clusters); infinite where no number is enough, because
        ``clusters`` is not above independent (1 + cv^2) icc exposure_icc.

    References
    ----------
    Hemming, Girling, Sitch, Marsh and Lilford (2011), BMC Medical Research Methodology, 11, 102.

    Examples
    --------
    >>> float(units_in_clusters(100, 30, 0.1).round(1)), float(units_in_clusters(712, 30, 0.05))
    (135.0, inf)
    """
    n, c, alike = np.broadcast_arrays(*(np.asarray(given, np.float64) for given in (independent, clusters, icc)))
    alike = alike * exposure_icc
    room = c - n * (1 + size_cv**2) * alike
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = n * (1 - alike) * c / room
    return np.where(room > 0, np.maximum(needed, n), np.inf)


def cox_events(
    hazard_ratio: ArrayLike,
    *,
    in_one: ArrayLike = 0.5,
    power: float = 0.8,
    confidence_level: float = 0.95,
    degrees_of_freedom: ArrayLike = np.inf,
) -> Floats:
    """Endings needed to show a hazard ratio.

    Parameters
    ----------
    hazard_ratio : (...)
        True ratio, above 0.
    in_one : (...)
        Share of the time at risk that is spent supported.
    power, confidence_level, degrees_of_freedom
        As for :func:`two_shares_units`.

    Returns
    -------
    (...)
        (z_a + z_b)^2 / (f (1 - f) log(hazard_ratio)^2), not rounded; infinite for a ratio of 1. With endings that
        compete, these are the endings of the kind compared.

    References
    ----------
    Schoenfeld (1983), Biometrics, 39, 499-503.

    Examples
    --------
    >>> cox_events([1.5, 1.3, 1.2]).round().tolist()
    [191.0, 456.0, 944.0]
    """
    ratio, f = np.broadcast_arrays(np.asarray(hazard_ratio, np.float64), np.asarray(in_one, np.float64))
    reach = _reach(power, confidence_level, degrees_of_freedom)
    with np.errstate(divide="ignore", invalid="ignore"):
        needed: Floats = reach**2 / (f * (1 - f) * np.log(ratio) ** 2)
    return needed


def cox_detectable(
    events: ArrayLike, *, in_one: ArrayLike = 0.5, power: float = 0.8, confidence_level: float = 0.95
) -> Floats:
    """Smallest hazard ratio above 1 that so many endings would probably show; its inverse is that below 1.

    Parameters
    ----------
    events : (...)
        Endings.
    in_one, power, confidence_level
        As for :func:`cox_events`, of which this is the inverse.

    Returns
    -------
    (...)

    Examples
    --------
    >>> float(cox_detectable(191).round(2))
    1.5
    """
    d, f = np.broadcast_arrays(np.asarray(events, np.float64), np.asarray(in_one, np.float64))
    reach = _reach(power, confidence_level)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Floats = np.exp(reach / np.sqrt(d * f * (1 - f)))
    return ratio


def _reach(power: float, confidence_level: float, degrees_of_freedom: ArrayLike = np.inf) -> Floats:
    """Return how many standard errors lie between no difference and one that is shown with this power."""
    level = student_quantile((1 + confidence_level) / 2, degrees_of_freedom)
    return np.asarray(level + student_quantile(power, degrees_of_freedom))
