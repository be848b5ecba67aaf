"""How many files tell a share to within a margin: independent ones, from finite registers, in clusters."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Floats
from .limits import student_quantile
from .proportion import clopper_pearson

# Counts that lie further from what is expected than this many standard deviations do not occur.
_FAR: Final = 9.0


def share_units(
    share: ArrayLike, margin: ArrayLike, *, confidence_level: float = 0.95, degrees_of_freedom: ArrayLike = np.inf
) -> Floats:
    """Independent units that tell a share to within a margin, by the normal approximation.

    Parameters
    ----------
    share : (...)
        Share that is expected, between 0 and 1; 0.5 needs most.
    margin : (...)
        Half the width of the interval: 0.05 for five percentage points on either side.
    confidence_level : float
        Of the interval.
    degrees_of_freedom : (...)
        Of Student's quantile in place of the normal one: clusters - 1, where the error will be one over clusters.

    Returns
    -------
    (...)
        z^2 p (1 - p) / d^2, not rounded.

    References
    ----------
    Cochran (1977), *Sampling Techniques*, section 4.4.

    Examples
    --------
    >>> float(share_units(0.5, 0.05).round(1))
    384.1
    """
    p, d = np.asarray(share, np.float64), np.asarray(margin, np.float64)
    z = student_quantile((1 + confidence_level) / 2, degrees_of_freedom)
    with np.errstate(divide="ignore"):
        return np.asarray(z**2 * p * (1 - p) / d**2)


def wilson_units(
    share: ArrayLike, margin: ArrayLike, *, confidence_level: float = 0.95, degrees_of_freedom: ArrayLike = np.inf
) -> Floats:
    """Independent units after which Wilson's interval is as narrow as asked when the share comes out as expected.

    Parameters
    ----------
    share, margin, confidence_level, degrees_of_freedom
        As for :func:`share_units`; a share of 0 or 1 has an answer too.

    Returns
    -------
    (...)
        z^2 (pq - 2 d^2 + sqrt(p^2 q^2 + d^2 (1 - 4 pq))) / (2 d^2), not rounded.

    References
    ----------
    Piegorsch (2004), Computational Statistics and Data Analysis, 46, 309-316.

    Examples
    --------
    >>> wilson_units([0.5, 0.02], 0.05).round(1).tolist()
    [380.3, 51.1]
    """
    p, d = np.asarray(share, np.float64), np.asarray(margin, np.float64)
    z = student_quantile((1 + confidence_level) / 2, degrees_of_freedom)
    spread = p * (1 - p)
    with np.errstate(divide="ignore"):
        needed = z**2 * (spread - 2 * d**2 + np.sqrt(spread**2 + d**2 * (1 - 4 * spread))) / (2 * d**2)
    return np.asarray(np.maximum(needed, 0.0))


def exact_units(share: float, margin: float, *, confidence_level: float = 0.95) -> int:
    """Return the fewest independent units with which the exact interval is on average as narrow as asked.

    Parameters
    ----------
    share, margin : float
        As for :func:`share_units`.
    confidence_level : float
        Of the interval of Clopper and Pearson.

    Returns
    -------
    int
        Smallest n for which the mean half-width over what n units can show, weighted by the binomial distribution, is
        at most the margin.

    Examples
    --------
    >>> exact_units(0.5, 0.05), exact_units(0.02, 0.05)
    (401, 52)
    """
    low, high = 0, max(2, int(share_units(share, margin, confidence_level=confidence_level)))
    while exact_margin(high, share, confidence_level) > margin:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        enough = exact_margin(middle, share, confidence_level) <= margin
        low, high = (low, middle) if enough else (middle, high)
    return high


def share_margin(
    units: ArrayLike, share: ArrayLike, *, confidence_level: float = 0.95, degrees_of_freedom: ArrayLike = np.inf
) -> Floats:
    """Half the width of the normal interval of a share: the inverse of :func:`share_units`.

    Examples
    --------
    >>> float(share_margin(384.1459, 0.5).round(4))
    0.05
    """
    p, n = np.asarray(share, np.float64), np.asarray(units, np.float64)
    with np.errstate(divide="ignore"):
        return np.asarray(student_quantile((1 + confidence_level) / 2, degrees_of_freedom) * np.sqrt(p * (1 - p) / n))


def wilson_margin(
    units: ArrayLike, share: ArrayLike, *, confidence_level: float = 0.95, degrees_of_freedom: ArrayLike = np.inf
) -> Floats:
    """Half the width of Wilson's interval when the share comes out as expected: the inverse of :func:`wilson_units`.

    Examples
    --------
    >>> float(wilson_margin(380.3, 0.5).round(4))
    0.05
    """
    p, n = np.asarray(share, np.float64), np.asarray(units, np.float64)
    z = student_quantile((1 + confidence_level) / 2, degrees_of_freedom)
    return np.asarray(z * np.sqrt(p * (1 - p) * n + z**2 / 4) / (n + z**2))


def exact_margin(units: int, share: float, confidence_level: float = 0.95) -> float:
    """Return half the width that the exact interval has on average: what :func:`exact_units` makes small enough.

    Examples
    --------
    >>> round(exact_margin(401, 0.5), 4)
    0.05
    """
    from scipy.special import bdtr

    middle, spread = units * share, np.sqrt(units * share * (1 - share))
    first = max(0, int(middle - _FAR * spread - 20))
    last = min(units, int(middle + _FAR * spread + 20))
    counts = np.arange(first, last + 1)
    limits = clopper_pearson(counts, np.full(len(counts), units), confidence_level)
    up_to = bdtr(counts.astype(np.float64), units, share)
    chance = np.diff(up_to, prepend=0.0 if first == 0 else float(bdtr(float(first - 1), units, share)))
    return float((chance * (limits.conf_high - limits.conf_low)).sum() / 2)


def finite_units(units: ArrayLike, population: ArrayLike) -> Floats:
    """Units needed from a finite number of them, where they are drawn without putting any back.

    Parameters
    ----------
    units : (...)
        Units needed from a population without end, n.
    population : (...)
        Units that there are, N; may be infinite.

    Returns
    -------
    (...)
        n / (1 + (n - 1) / N), never more than N.

    References
    ----------
    Cochran (1977), *Sampling Techniques*, section 4.4.
    Krejcie and Morgan (1970), Educational and Psychological Measurement, 30, 607-610.

    Examples
    --------
    >>> finite_units(384.15, [100, 1000, 10000]).round().tolist()
    [80.0, 278.0, 370.0]
    """
    n, whole = np.asarray(units, np.float64), np.asarray(population, np.float64)
    return np.asarray(np.minimum(1 / (_per_unit(n, whole) + 1 / whole), whole))


def clusters_needed(
    units: ArrayLike,
    files_per_cluster: ArrayLike,
    icc: ArrayLike,
    *,
    size_cv: float = 0.0,
    population: float = np.inf,
    clusters_in_population: float = np.inf,
) -> Floats:
    """Clusters that carry as much as independent units, when so many files are read in each.

    Parameters
    ----------
    units : (...)
        Independent units needed from a population without end.
    files_per_cluster : (...)
        m.
    icc : (...)
        Intraclass correlation, 0 to 1.
    size_cv : float
        Coefficient of variation of the numbers of files read in a cluster.
    population, clusters_in_population : float
        Files and clusters that there are, N and C.

    Returns
    -------
    (...)
        Clusters c for which :func:`variance_factor` is 1 / units, not rounded: (a + b / m) / ((1 - 1/N) / units + a / C
        + b / N) with a = (1 + cv^2) icc and b = 1 - icc. It can be more than C: then m is too small.

    Examples
    --------
    >>> float(clusters_needed(380, 30, 0.05).round(2)) == round(380 * (1 + 29 * 0.05) / 30, 2)
    True
    """
    n, m, alike = (np.asarray(given, np.float64) for given in (units, files_per_cluster, icc))
    between, within = (1 + size_cv**2) * alike, 1 - alike
    wanted = _per_unit(n, population) + between / clusters_in_population + within / population
    return np.asarray((between + within / m) / wanted)


def units_from_clusters(
    units: ArrayLike,
    clusters: ArrayLike,
    icc: ArrayLike,
    *,
    size_cv: float = 0.0,
    weights_cv: float = 0.0,
    population: float = np.inf,
    clusters_in_population: float = np.inf,
) -> Floats:
    """Files that carry as much as independent units, when they come from so many clusters.

    Parameters
    ----------
    units, icc, size_cv, population, clusters_in_population
        As for :func:`clusters_needed`.
    clusters : (...)
        Clusters that take part, c.
    weights_cv : float
        As for :func:`variance_factor`.

    Returns
    -------
    (...)
        Files, not rounded: (1 + v^2) b / ((1 - 1/N) / units + b / N - a (1/c - 1/C)), v being ``weights_cv``, at least
        one in each cluster; infinite where no number of files per cluster is enough.

    Examples
    --------
    >>> units_from_clusters(100, [30, 5], 0.1).round(1).tolist()
    [135.0, inf]
    """
    n, c, alike = np.broadcast_arrays(*(np.asarray(given, np.float64) for given in (units, clusters, icc)))
    between, within = (1 + size_cv**2) * alike, 1 - alike
    told = np.maximum(1 / c - 1 / clusters_in_population, 0)
    room = _per_unit(n, population) + within / population - between * told
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = np.maximum((1 + weights_cv**2) * within / room, c)
    return np.asarray(np.where(room > 0, needed, np.inf))


def variance_factor(
    units: ArrayLike,
    clusters: ArrayLike,
    icc: ArrayLike,
    *,
    size_cv: float = 0.0,
    weights_cv: float = 0.0,
    population: float = np.inf,
    clusters_in_population: float = np.inf,
) -> Floats:
    """Variance of a mean from a two-stage sample, over the variance of one unit; its inverse is the effective size.

    Parameters
    ----------
    units, clusters : (...)
        Files read, n, and clusters that they come from, c.
    icc, size_cv, population, clusters_in_population
        As for :func:`clusters_needed`.
    weights_cv : float
        Coefficient of variation v of the weights of the files: where as many are read in each of all clusters, that of
        the clusters' sizes.

    Returns
    -------
    (...)
        N / (N - 1) times (1 + cv^2) icc (1/c - 1/C) + (1 - icc) ((1 + v^2) / n - 1/N).

    Notes
    -----
    It is the variance of two stages of simple draws, (1 - c/C) S1^2 / c + (1 - m/M) S2^2 / n, with the variance of
    cluster means S1^2 = icc + (1 - icc) / M and the variance inside S2^2 = 1 - icc. Without finite populations it is
    Kish's design effect over n. With m files in each of all C clusters of N_j, the error is sum (N_j / N)^2 (1 - icc)
    (1/m - 1/N_j), and sum (N_j / N)^2 is (1 + v^2) / C.

    References
    ----------
    Cochran (1977), *Sampling Techniques*, section 10.3.

    Examples
    --------
    >>> float((1800 * variance_factor(1800, 60, 0.05)).round(4))
    2.45
    """
    n, c, alike = (np.asarray(given, np.float64) for given in (units, clusters, icc))
    between = (1 + size_cv**2) * alike * np.maximum(1 / c - 1 / clusters_in_population, 0)
    within = (1 - alike) * np.maximum((1 + weights_cv**2) / n - 1 / population, 0)
    share = 1 - 1 / population
    return np.asarray((between + within) / share if share > 0 else np.zeros_like(between + within))


def drawn_for(units: ArrayLike, lost_share: float) -> Floats:
    """Files to draw so that enough are left when a share of them is lost, sealed or out of scope.

    Examples
    --------
    >>> float(drawn_for(270, 0.1))
    300.0
    """
    return np.asarray(np.asarray(units, np.float64) / (1 - lost_share))


def _per_unit(units: Floats, population: ArrayLike) -> Floats:
    """Return the variance that so many independent units have, for the variance of one of a finite population."""
    return np.asarray((1 - 1 / np.asarray(population, np.float64)) / units)
