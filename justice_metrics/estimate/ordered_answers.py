"""Two independent groups of ordered answers, or of scores: which one lies higher, and by how much."""

from __future__ import annotations

from math import comb
from typing import Final, NamedTuple

import numpy as np

from ..base.types import Floats, Tallies
from .limits import student_quantile

# Permutations of people are drawn by a lot that is always the same one.
_DRAWS: Final = 20_000
_SEED: Final = 2018


class RelativeEffect(NamedTuple):
    """How likely somebody of the second group lies above somebody of the first; equal answers count half."""

    estimate: float
    conf_low: float
    conf_high: float
    p_value: float


class MeanDifference(NamedTuple):
    """Second mean less first one, with limits and the p value of no difference."""

    estimate: float
    conf_low: float
    conf_high: float
    p_value: float


class MeanScore(NamedTuple):
    """A mean with its limits."""

    estimate: float
    conf_low: float
    conf_high: float


def brunner_munzel(first: Tallies, second: Tallies, confidence_level: float = 0.95) -> RelativeEffect:
    """Relative effect of two groups of ordered answers, with the test of Brunner and Munzel.

    Parameters
    ----------
    first, second : (K,)
        How many people of each group gave each of K answers, from the lowest to the highest: whole numbers.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    RelativeEffect
        0.5 where no group tends to higher answers. NaN with fewer than two people in a group. Where all of a group gave
        one answer, or the groups do not overlap, it has no spread from which an error could be told: then there are no
        limits, and the p value is that of the rank sum over permutations of the people.

    Notes
    -----
    p = P(X < Y) + P(X = Y) / 2, estimated from midranks. It needs no equal spreads, unlike the test of Wilcoxon, Mann
    and Whitney, and takes ties as they are. Limits and p value are Student's, with Satterthwaite's degrees of freedom.
    With fewer than ten people in a group it finds differences somewhat too often; permutations are of use where groups
    may be taken as alike in spread too.

    References
    ----------
    Brunner and Munzel (2000), Biometrical Journal, 42, 17-25.

    Examples
    --------
    Pain scores of two groups of patients, 1 to 5 (the data of Brunner and Munzel's first example):

    >>> found = brunner_munzel(np.array([11, 2, 0, 1, 0]), np.array([3, 1, 4, 2, 1]))
    >>> round(found.estimate, 4), round(found.conf_low, 4), round(found.conf_high, 4), round(found.p_value, 6)
    (0.789, 0.5952, 0.9827, 0.005786)
    """
    from scipy.special import stdtr

    x, y = np.asarray(first, np.float64), np.asarray(second, np.float64)
    n, m = float(x.sum()), float(y.sum())
    if n < 2 or m < 2:
        return RelativeEffect(*(4 * [np.nan]))
    # how much of the other group lies below each answer, its own share of it counted half: a placement
    below_x, below_y = (np.cumsum(one) - one / 2 for one in (y, x))
    effect = float((y * below_y).sum()) / (n * m)
    spread_x = float((x * (below_x - (x * below_x).sum() / n) ** 2).sum()) / (n - 1) / m**2
    spread_y = float((y * (below_y - (y * below_y).sum() / m) ** 2).sum()) / (m - 1) / n**2
    variance = spread_x / n + spread_y / m
    if spread_x <= 0 or spread_y <= 0:
        pooled = x + y
        return RelativeEffect(effect, np.nan, np.nan, _permuted(np.cumsum(pooled) - pooled / 2, x, y))
    degrees = variance**2 / ((spread_x / n) ** 2 / (n - 1) + (spread_y / m) ** 2 / (m - 1))
    error = float(np.sqrt(variance))
    reach = float(student_quantile((1 + confidence_level) / 2, degrees)) * error
    p_value = 2 * float(stdtr(degrees, -abs(effect - 0.5) / error))
    return RelativeEffect(effect, max(effect - reach, 0.0), min(effect + reach, 1.0), p_value)


def welch_difference(first: Floats, second: Floats, confidence_level: float = 0.95) -> MeanDifference:
    """Difference of two means, second less first, without taking the spreads for equal.

    Parameters
    ----------
    first : (N,)
    second : (M,)
        Scores of independent people; no NaN.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    MeanDifference
        NaN with fewer than two people in a group. Where nobody of a group differs from anybody else of it, it has no
        spread from which an error could be told: no limits, and the p value is that of permutations of the people.

    References
    ----------
    Welch (1947), Biometrika, 34, 28-35.

    Examples
    --------
    >>> found = welch_difference(np.array([1.0, 2, 3, 4]), np.array([3.0, 4, 5, 6, 7]))
    >>> round(found.estimate, 3), round(found.conf_low, 3), round(found.conf_high, 3), round(found.p_value, 4)
    (2.5, 0.235, 4.765, 0.0349)
    """
    from scipy.special import stdtr

    n, m = len(first), len(second)
    if n < 2 or m < 2:
        return MeanDifference(*(4 * [np.nan]))
    one, two = float(np.var(first, ddof=1)) / n, float(np.var(second, ddof=1)) / m
    difference = float(second.mean() - first.mean())
    if one <= 0 or two <= 0:
        values, place = np.unique(np.concatenate([first, second]), return_inverse=True)
        sides = (np.bincount(part, minlength=len(values)) for part in (place[:n], place[n:]))
        return MeanDifference(difference, np.nan, np.nan, _permuted(values, *sides))
    degrees = (one + two) ** 2 / (one**2 / (n - 1) + two**2 / (m - 1))
    error = float(np.sqrt(one + two))
    reach = float(student_quantile((1 + confidence_level) / 2, degrees)) * error
    return MeanDifference(
        difference, difference - reach, difference + reach, 2 * float(stdtr(degrees, -abs(difference) / error))
    )


def student_mean(scores: Floats, confidence_level: float = 0.95) -> MeanScore:
    """Mean of independent scores with Student's limits.

    Parameters
    ----------
    scores : (N,)
        No NaN.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    MeanScore
        One score has no limits, and no more have several that are the same; without any score all are NaN. Limits can
        lie beyond the scale.

    Examples
    --------
    >>> found = student_mean(np.array([2.0, 3, 3, 4, 5]))
    >>> round(found.estimate, 3), round(found.conf_low, 3), round(found.conf_high, 3)
    (3.4, 1.984, 4.816)
    """
    n = len(scores)
    if n < 2 or float(scores.max()) == float(scores.min()):
        return MeanScore(float(scores.mean()) if n else np.nan, np.nan, np.nan)
    mean, error = float(scores.mean()), float(scores.std(ddof=1)) / n**0.5
    reach = float(student_quantile((1 + confidence_level) / 2, n - 1)) * error
    return MeanScore(mean, mean - reach, mean + reach)


def bootstrap_mean(
    scores: Floats, confidence_level: float = 0.95, *, draws: int = 4_000, seed: int = 2018
) -> MeanScore:
    """Mean of independent scores with limits from drawing the people again, corrected for bias and skewness (BCa).

    Parameters
    ----------
    scores : (N,)
        No NaN.
    confidence_level : float
        Between 0 and 1.
    draws : int
        How often as many people are drawn again.
    seed : int
        The same seed gives the same limits.

    Returns
    -------
    MeanScore
        Without limits for fewer than three scores, or where all are the same.

    Notes
    -----
    With z0 the normal quantile of the share of draws below the mean (equal ones count half) and a the skewness of the
    jackknife, sum d^3 / (6 (sum d^2)^{3/2}) with d = mean - score, the limits are the quantiles of the draws at
    Phi(z0 + (z0 + z) / (1 - a (z0 + z))), z the normal quantiles of the level. They cannot lie beyond the scale, as
    Student's can.

    References
    ----------
    Efron (1987), Journal of the American Statistical Association, 82, 171-185.

    Examples
    --------
    >>> found = bootstrap_mean(np.array([1.0, 1, 1, 2, 5, 1, 1, 3]))
    >>> round(found.estimate, 3), round(found.conf_low, 1), round(found.conf_high, 1)
    (1.875, 1.1, 3.2)
    """
    from scipy.special import ndtr, ndtri

    n = len(scores)
    mean = float(scores.mean()) if n else np.nan
    if n < 3 or float(scores.max()) == float(scores.min()):
        return MeanScore(mean, np.nan, np.nan)
    # people with the same score are drawn together: many draws of few different scores
    values, often = np.unique(scores, return_counts=True)
    drawn = np.random.default_rng(seed).multinomial(n, often / n, size=draws) @ values / n
    below = float((drawn < mean - 1e-12).mean() + (np.abs(drawn - mean) <= 1e-12).mean() / 2)
    bias = float(ndtri(min(max(below, 0.5 / draws), 1 - 0.5 / draws)))
    away = scores - mean
    skewness = float((away**3).sum() / (6 * float((away**2).sum()) ** 1.5))
    tails = ndtri(np.array([(1 - confidence_level) / 2, (1 + confidence_level) / 2]))
    low, high = np.quantile(drawn, ndtr(bias + (bias + tails) / (1 - skewness * (bias + tails))))
    return MeanScore(mean, float(low), float(high))


def _permuted(values: Floats, first: Tallies, second: Tallies) -> float:
    """Return how often the lot that parts people into two groups sets their sums as far apart as they are.

    Parameters
    ----------
    values : (K,)
        Distinct values or ranks, ascending.
    first, second : (K,)
        How many people of each group have each of them.
    """
    n, m = round(float(np.sum(first))), round(float(np.sum(second)))
    pooled = (np.asarray(first) + np.asarray(second)).astype(np.int64)
    if np.count_nonzero(pooled) < 2:
        return 1.0
    held = [np.flatnonzero(one) for one in (first, second)]
    if held[0].max() < held[1].min() or held[1].max() < held[0].min():
        # wholly apart: two of all partings are so
        return 2 / comb(n + m, n)
    # the smaller group is drawn; what is left is the other one
    drawn, least = (first, n) if n <= m else (second, m)
    middle = least * float(pooled @ values) / (n + m)
    sums = np.random.default_rng(_SEED).multivariate_hypergeometric(pooled, least, size=_DRAWS) @ values
    far = np.abs(sums - middle) >= abs(float(np.asarray(drawn) @ values) - middle) - 1e-9
    return float((1 + far.sum()) / (1 + _DRAWS))
