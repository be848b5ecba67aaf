"""How far two codings of the same files agree: share of agreement, kappa, weighted kappa, with their limits."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..base.types import Floats, Tallies
from .limits import normal_quantile
from .proportion import wilson

Weighting: TypeAlias = Literal["none", "linear", "quadratic"]
# An error as small as this is none: all units agree, or none does.
NO_ERROR: Final = 1e-9


class Kappa(NamedTuple):
    """Agreement beyond chance."""

    observed: float
    expected: float
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float


def agreement_weights(levels: int, weighting: Weighting = "none") -> Floats:
    """Return how much credit each pair of levels gets: 1 on the diagonal, less the farther apart.

    Parameters
    ----------
    levels : int
        K levels, in their order.
    weighting : {"none", "linear", "quadratic"}
        No credit for any disagreement; 1 - d/(K - 1); 1 - d^2/(K - 1)^2, with d the steps between the levels.

    Returns
    -------
    (K, K)

    Examples
    --------
    >>> agreement_weights(3, "linear")
    array([[1. , 0.5, 0. ],
           [0.5, 1. , 0.5],
           [0. , 0.5, 1. ]])
    """
    if weighting == "none" or levels < 2:
        return np.eye(levels)
    steps = np.abs(np.subtract.outer(np.arange(levels), np.arange(levels))) / (levels - 1)
    return np.asarray(1.0 - (steps if weighting == "linear" else steps**2), np.float64)


def spanned(used: Floats) -> NDArray[np.intp]:
    """Return the levels from the first to the last that anybody uses: those beyond them are no part of the scale."""
    there = np.flatnonzero(used)
    return np.arange(there[0], there[-1] + 1) if there.size else there


def less_chance(observed: float, expected: float, n: float, confidence_level: float) -> tuple[float, float]:
    """Return Wilson's limits of a share of agreement, less chance, for agreement that has no error of its own.

    Examples
    --------
    >>> [round(one, 2) for one in less_chance(0.0, 0.5, 10, 0.95)]
    [-1.0, -0.44]
    """
    share = wilson(np.array([observed * n]), np.array([n]), confidence_level)
    low, high = (float((one[0] - expected) / (1 - expected)) for one in (share.conf_low, share.conf_high))
    return max(low, -1.0), min(high, 1.0)


def kappa(table: Tallies, weighting: Weighting = "none", confidence_level: float = 0.95) -> Kappa:
    """Cohen's kappa of two codings, with the error of large samples.

    Parameters
    ----------
    table : (K, K)
        Units by the level of the first coding (rows) and of the second (columns); for weights, levels in their order.
    weighting : {"none", "linear", "quadratic"}
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Kappa
        1 is full agreement, 0 as much as by chance. NaN without units, and where both codings put all units on one
        level: chance alone then explains all agreement. Limits are cut at -1 and 1. Where the codings agree on every
        unit, or on none, the error of large samples is 0; limits are then those of the share of agreement (Wilson),
        less chance. Where one coding puts all units on one level and the other does not, kappa is 0 whatever they are,
        so that it has no error and no limits.

    Notes
    -----
    With w the weights, p the shares, p_o = sum w p, p_e = sum w r c (r, c the margins): kappa = (p_o - p_e)/(1 - p_e).
    Var = (sum p_ij (w_ij - (W_i. + W_.j)(1 - kappa))^2 - (kappa - p_e (1 - kappa))^2) / (n (1 - p_e)^2), with
    W_i. = sum_j w_ij c_j and W_.j = sum_i w_ij r_i. Equal to R ``vcd::Kappa``. Its limits are too short below some 50
    units; :func:`kappa_by_resampling` is then the better answer.

    References
    ----------
    Cohen (1960), Educational and Psychological Measurement, 20, 37-46; (1968), Psychological Bulletin, 70, 213-220.
    Fleiss, Cohen and Everitt (1969), Psychological Bulletin, 72, 323-327.

    Examples
    --------
    >>> import numpy as np
    >>> found = kappa(np.array([[20, 5], [10, 15]]))
    >>> round(found.observed, 2), round(found.estimate, 2), round(found.std_error, 4)
    (0.7, 0.4, 0.127)
    """
    counts = np.asarray(table, np.float64)
    counts = counts[np.ix_(*[spanned(counts.sum(axis=0) + counts.sum(axis=1))] * 2)]
    n, weights = counts.sum(), agreement_weights(len(counts), weighting)
    if n <= 0:
        return Kappa(*[float("nan")] * 6)
    p = counts / n
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    observed, expected = float((weights * p).sum()), float(rows @ weights @ columns)
    if expected >= 1 - 1e-12:
        return Kappa(observed, expected, *[float("nan")] * 4)
    estimate = (observed - expected) / (1 - expected)
    of_row, of_column = weights @ columns, rows @ weights
    credit = weights - (of_row[:, None] + of_column[None, :]) * (1 - estimate)
    inside = (p * credit**2).sum() - (estimate - expected * (1 - estimate)) ** 2
    error = float(np.sqrt(max(inside, 0.0) / n)) / (1 - expected)
    if max(rows.max(), columns.max()) >= 1 - 1e-12:
        return Kappa(observed, expected, estimate, *[float("nan")] * 3)
    if error < NO_ERROR:
        return Kappa(observed, expected, estimate, 0.0, *less_chance(observed, expected, n, confidence_level))
    reach = normal_quantile(confidence_level) * error
    return Kappa(observed, expected, estimate, error, max(estimate - reach, -1.0), min(estimate + reach, 1.0))


def kappa_by_resampling(
    table: Tallies,
    weighting: Weighting = "none",
    confidence_level: float = 0.95,
    *,
    draws: int = 2_000,
    seed: int = 2018,
) -> Kappa:
    """Cohen's kappa with limits from drawing the units again.

    Parameters
    ----------
    table, weighting, confidence_level
        As in :func:`kappa`.
    draws, seed : int
        Of the resampling.

    Returns
    -------
    Kappa
        Limits are quantiles of kappa over the draws (Efron's percentiles); ``std_error`` is their standard deviation.
        A draw in which kappa is not defined, because it holds one level only, counts as no agreement beyond chance, 0.

    References
    ----------
    Efron and Tibshirani (1993), *An Introduction to the Bootstrap*, chapter 13.

    Examples
    --------
    >>> import numpy as np
    >>> found = kappa_by_resampling(np.array([[20, 5], [10, 15]]))
    >>> round(found.estimate, 2), found.conf_low < 0.2, found.conf_high > 0.6
    (0.4, True, True)
    """
    counts = np.asarray(table, np.float64)
    point = kappa(counts, weighting, confidence_level)
    n = round(float(counts.sum()))
    if np.isnan(point.std_error) or point.std_error == 0:
        return point
    counts = counts[np.ix_(*[spanned(counts.sum(axis=0) + counts.sum(axis=1))] * 2)]
    k = len(counts)
    drawn = np.random.default_rng(seed).multinomial(n, (counts / counts.sum()).ravel(), size=draws)
    p = drawn.reshape(draws, k, k) / n
    weights = agreement_weights(k, weighting)
    observed = (p * weights).sum(axis=(1, 2))
    expected = np.einsum("di,ij,dj->d", p.sum(axis=2), weights, p.sum(axis=1))
    told = expected < 1 - 1e-12
    values = np.where(told, (observed - expected) / np.where(told, 1 - expected, 1.0), 0.0)
    tail = (1 - confidence_level) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return point._replace(std_error=float(values.std(ddof=1)), conf_low=float(low), conf_high=float(high))
