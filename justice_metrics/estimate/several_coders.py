"""How far any number of coders agree, also where some did not code every unit: Krippendorff's alpha, Gwet's AC."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..base.types import Floats
from .agreement import NO_ERROR, Kappa, Weighting, agreement_weights, less_chance, spanned
from .limits import student_quantile

Metric: TypeAlias = Literal["nominal", "ordinal"]
# What is nearer to full agreement, or to a single level, is that but for rounding.
_TINY = 1e-12


class Ratings(NamedTuple):
    """Units by how many coders put them on each level; units that are alike are folded into one pattern.

    Attributes
    ----------
    counts : (P, K)
        Coders that put a unit of the pattern on each level.
    units : (P,)
        Units of the pattern.
    """

    counts: Floats
    units: Floats


class Alpha(NamedTuple):
    """Krippendorff's alpha with its limits.

    Attributes
    ----------
    estimate, std_error, conf_low, conf_high : float
    units : int
        Units with two values or more; the others cannot be compared.
    """

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    units: int


def ratings_of(codes: NDArray[np.int64], levels: int) -> Ratings:
    """Count how many coders put each unit on each level.

    Parameters
    ----------
    codes : (N, R)
        Place of the level that each of R coders gave each of N units; below 0 where a coder gave none.
    levels : int
        K levels.

    Returns
    -------
    Ratings
        Of the units with a code at all.

    Examples
    --------
    >>> import numpy as np
    >>> found = ratings_of(np.array([[0, 0, 1], [1, 1, -1], [1, 1, -1], [-1, -1, -1]]), 2)
    >>> found.counts.tolist(), found.units.tolist()
    ([[0.0, 2.0], [2.0, 1.0]], [2.0, 1.0])
    """
    units, coders = codes.shape
    there = codes >= 0
    cells = np.repeat(np.arange(units), coders).reshape(codes.shape)[there] * levels + codes[there]
    counts = np.bincount(cells, minlength=units * levels).reshape(units, levels)
    patterns, times = np.unique(counts[there.any(axis=1)], axis=0, return_counts=True)
    return Ratings(patterns.astype(np.float64), times.astype(np.float64))


def gwet_agreement(ratings: Ratings, weighting: Weighting = "none", confidence_level: float = 0.95) -> Kappa:
    """Gwet's AC1 (AC2 with credit for near levels): agreement beyond chance that does not break down on rare levels.

    Parameters
    ----------
    ratings : Ratings
        Of any number of coders; for weights, levels in their order. Levels that nobody uses do not count.
    weighting : {"none", "linear", "quadratic"}
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Kappa
        NaN where no unit has two codes, and where all bear one level. Limits are Student's with one degree of freedom
        less than units, cut at -1 and 1. Where all codes of every unit are the same, the lower limit is that of the
        share of such units (Wilson), less chance.

    Notes
    -----
    With r_uk coders of the m_u of unit u on level k and weights w: a_u = sum_k r_uk (sum_l w_kl r_ul - 1) /
    (m_u (m_u - 1)), p_o its mean over units with two codes, q_k the mean of r_uk / m_u over all units, T the sum of
    all weights, p_e = T sum q (1 - q) / (K (K - 1)), and AC = (p_o - p_e) / (1 - p_e). The variance is that of the
    mean of Gwet's linearised values of the units, (n / n_2) (a_u - p_e) / (1 - p_e) (0 for a unit with one code) less
    2 (1 - AC) (e_u - p_e) / (1 - p_e), e_u = T / (K (K - 1)) sum_k (1 - q_k) r_uk / m_u.

    References
    ----------
    Gwet (2008), British Journal of Mathematical and Statistical Psychology, 61, 29-48.
    Gwet (2014), *Handbook of Inter-Rater Reliability*, 4th edition, chapters 5 and 6.

    Examples
    --------
    Agreement of 94 in 100, nearly all on one level: kappa is near 0, this is not.

    >>> import numpy as np
    >>> found = gwet_agreement(Ratings(np.array([[2.0, 0.0], [1.0, 1.0]]), np.array([94.0, 6.0])))
    >>> round(found.observed, 2), round(found.estimate, 2)
    (0.94, 0.94)
    """
    scale_of = spanned(ratings.units @ ratings.counts)
    counts = ratings.counts[:, scale_of]
    used = np.flatnonzero(ratings.units @ counts)
    r, units, k = counts[:, used], ratings.units, len(used)
    weights = agreement_weights(len(scale_of), weighting)[np.ix_(used, used)] if k else np.zeros((0, 0))
    m = r.sum(axis=1)
    paired = m >= 2
    n, n_paired = float(units.sum()), float(units[paired].sum())
    if n_paired <= 0 or k < 2:
        return Kappa(*[float("nan")] * 6)
    alike = np.where(paired, (r * (r @ weights - 1)).sum(axis=1) / np.maximum(m * (m - 1), 1), 0.0)
    shares = r / m[:, None]
    q = units @ shares / n
    scale = float(weights.sum()) / (k * (k - 1))
    observed, expected = float(units @ alike) / n_paired, scale * float((q * (1 - q)).sum())
    estimate = (observed - expected) / (1 - expected)
    told = n / n_paired * np.where(paired, alike - expected, 0.0)
    told -= 2 * (1 - estimate) * (scale * (shares @ (1 - q)) - expected)
    error = float(np.sqrt(units @ (told / (1 - expected) - estimate) ** 2 / (n * max(n - 1, 1))))
    if error < NO_ERROR:
        return Kappa(observed, expected, estimate, 0.0, *less_chance(observed, expected, n_paired, confidence_level))
    reach = float(student_quantile((1 + confidence_level) / 2, max(n - 1, 1))) * error
    return Kappa(observed, expected, estimate, error, max(estimate - reach, -1.0), min(estimate + reach, 1.0))


def krippendorff_alpha(ratings: Ratings, metric: Metric = "nominal", confidence_level: float = 0.95) -> Alpha:
    """Krippendorff's alpha of levels, with limits from leaving out one unit after the other.

    Parameters
    ----------
    ratings : Ratings
        Of any number of coders; for "ordinal", levels in their order.
    metric : {"nominal", "ordinal"}
        Whether two levels are the same or not; or how many values lie between them.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Alpha
        1 is full agreement, 0 what chance gives; NaN where no unit has two codes, and where all bear one level. Limits
        are Student's with one degree of freedom less than units, cut at -1 and 1; where the coders agree on every unit,
        the lower one is that of the share of such units (Wilson), less chance. Where without a single unit all would
        bear one level, that unit is all there is to tell, and there are no limits.

    Notes
    -----
    Of units with m_u >= 2 codes, n_k codes on level k, N in all: alpha = 1 - (N - 1) sum_u sum_kl r_uk (r_ul - [k = l])
    d_kl / (m_u - 1) / sum_kl n_k n_l d_kl. Nominal d is 1 for two different levels; ordinal d is the square of the
    values from the middle of one level to the middle of the other, the distance of their mid-ranks. The variance is
    the jackknife's, (n - 1) / n sum_u (alpha without u - their mean)^2, and with it the ranks are made again.

    References
    ----------
    Krippendorff (2011), *Computing Krippendorff's alpha-reliability*, University of Pennsylvania.
    Hayes and Krippendorff (2007), Communication Methods and Measures, 1, 77-89.
    Efron and Tibshirani (1993), *An Introduction to the Bootstrap*, chapter 11.

    Examples
    --------
    >>> import numpy as np
    >>> found = krippendorff_alpha(ratings_of(np.array([[0, 0], [0, 1], [1, 1], [1, 1]]), 2))
    >>> round(found.estimate, 4)
    0.5333
    """
    r, units = _compared(ratings)
    n = float(units.sum())
    point = _alphas(r, units[None, :], metric)[0] if n else float("nan")
    if np.isnan(point):
        return _not_told(round(n))
    without = _alphas(r, units[None, :] - np.eye(len(units)), metric)
    return _jackknifed(point, without, units, 1 - _differing(units @ r), confidence_level)


def alpha_by_resampling(
    ratings: Ratings,
    metric: Metric = "nominal",
    confidence_level: float = 0.95,
    *,
    draws: int = 2_000,
    seed: int = 2018,
) -> Alpha:
    """Krippendorff's alpha with limits from drawing the units again.

    Parameters
    ----------
    ratings, metric, confidence_level
        As in :func:`krippendorff_alpha`.
    draws, seed : int
        Of the resampling.

    Returns
    -------
    Alpha
        Limits are quantiles of alpha over the draws, ``std_error`` their standard deviation. A draw in which alpha is
        not defined, because it holds one level only, counts as no agreement beyond chance, 0.

    References
    ----------
    Zapf, Castell, Morawietz and Karch (2016), BMC Medical Research Methodology, 16, 93.

    Examples
    --------
    >>> import numpy as np
    >>> ratings = Ratings(np.array([[2.0, 0.0], [1.0, 1.0], [0.0, 2.0]]), np.array([20.0, 15.0, 15.0]))
    >>> found = alpha_by_resampling(ratings)
    >>> round(found.estimate, 2), found.conf_low < 0.2, found.conf_high > 0.6
    (0.4, True, True)
    """
    point = krippendorff_alpha(ratings, metric, confidence_level)
    if np.isnan(point.std_error) or point.std_error == 0:
        return point
    r, units = _compared(ratings)
    times = np.random.default_rng(seed).multinomial(round(units.sum()), units / units.sum(), size=draws)
    values = _alphas(r, times.astype(np.float64), metric)
    values = np.where(np.isnan(values), 0.0, values)
    tail = (1 - confidence_level) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return point._replace(std_error=float(values.std(ddof=1)), conf_low=float(low), conf_high=float(high))


def alpha_of_numbers(values: Floats, confidence_level: float = 0.95) -> Alpha:
    """Krippendorff's alpha of numbers or days ("interval"), with limits from leaving out one unit after the other.

    Parameters
    ----------
    values : (N, R)
        The number that each of R coders gave each of N units; NaN where a coder gave none.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Alpha
        As :func:`krippendorff_alpha`, with the square of the difference of two numbers in the place of d.

    References
    ----------
    Krippendorff (2011), *Computing Krippendorff's alpha-reliability*, University of Pennsylvania.

    Examples
    --------
    >>> import numpy as np
    >>> round(alpha_of_numbers(np.array([[10.0, 10.0], [20.0, 22.0], [30.0, 31.0]])).estimate, 3)
    0.99
    """
    there = np.isfinite(values)
    paired = there.sum(axis=1) >= 2
    x, there = np.where(there, values, 0.0)[paired], there[paired]
    n = len(x)
    if n == 0:
        return _not_told(0)
    # days are large numbers near one another: their squares are kept small
    x = np.where(there, x - x[there].mean(), 0.0)
    m, total, squares = there.sum(axis=1).astype(np.float64), x.sum(axis=1), (x**2).sum(axis=1)
    # of each unit: values, their sum, their squares, the squared differences within it
    parts = np.stack([m, total, squares, (m * squares - total**2) / (m - 1)])

    def alpha(of: Floats) -> Floats:
        among = of[0] * of[2] - of[1] ** 2
        told = among > _TINY * max(float(parts[2].sum()), 1.0)
        return np.where(told, 1 - (of[0] - 1) * of[3] / np.where(told, among, 1.0), np.nan)

    whole = parts.sum(axis=1)
    point = float(alpha(whole))
    if np.isnan(point):
        return _not_told(n)
    without = alpha(whole[:, None] - parts)
    expected = 1 - _differing(np.unique(x[there], return_counts=True)[1].astype(np.float64))
    return _jackknifed(point, without, np.ones(n), expected, confidence_level)


def _not_told(units: int) -> Alpha:
    return Alpha(float("nan"), float("nan"), float("nan"), float("nan"), units)


def _compared(ratings: Ratings) -> Ratings:
    """Return the patterns of units with two codes or more, and the levels that they use."""
    paired = ratings.counts.sum(axis=1) >= 2
    counts = ratings.counts[paired]
    return Ratings(counts[:, counts.any(axis=0)], ratings.units[paired])


def _alphas(r: Floats, times: Floats, metric: Metric) -> Floats:
    """Return alpha of D samples, ``times`` (D, P) units of each pattern; NaN where a sample holds one level only."""
    m = r.sum(axis=1)
    n_k = times @ r
    total = n_k.sum(axis=1)
    if metric == "nominal":
        within = times @ ((m**2 - (r**2).sum(axis=1)) / (m - 1))
        among = total**2 - (n_k**2).sum(axis=1)
    else:
        # mid-ranks, made again for each sample, from their mean so that squares stay small
        ranks = np.cumsum(n_k, axis=1) - n_k / 2 - total[:, None] / 2
        squares = ((times * (m / (m - 1))) @ r * ranks**2).sum(axis=1)
        sums = r @ ranks.T  # (P, D)
        within = 2 * (squares - (times * (sums.T**2 / (m - 1))).sum(axis=1))
        among = 2 * (total * (n_k * ranks**2).sum(axis=1) - (n_k * ranks).sum(axis=1) ** 2)
    told = among > 0.5
    return np.where(told, 1 - (total - 1) * within / np.where(told, among, 1.0), np.nan)


def _jackknifed(point: float, without: Floats, units: Floats, expected: float, confidence_level: float) -> Alpha:
    """Return alpha with limits, from alpha without one unit of each pattern.

    Where all units agree, or none does, leaving one out changes next to nothing and proves little: limits are then
    those of the share of units that agree, less what chance gives.
    """
    n = float(units.sum())
    alike = 1 - (1 - float(point)) * (1 - expected)
    if point >= 1 - _TINY or alike <= _TINY:
        observed = 1.0 if point >= 1 - _TINY else 0.0
        return Alpha(float(point), 0.0, *_ends(less_chance(observed, expected, n, confidence_level), point), round(n))
    if np.isnan(without).any():
        return _not_told(round(n))._replace(estimate=float(point))
    mean = units @ without / n
    error = float(np.sqrt((n - 1) / n * (units @ (without - mean) ** 2)))
    reach = float(student_quantile((1 + confidence_level) / 2, max(n - 1, 1))) * error
    return Alpha(float(point), error, max(float(point) - reach, -1.0), min(float(point) + reach, 1.0), round(n))


def _ends(limits: tuple[float, float], point: float) -> tuple[float, float]:
    return min(limits[0], float(point)), max(limits[1], float(point))


def _differing(n_k: Floats) -> float:
    """Return how probably two values, drawn without replacement, differ."""
    total = float(n_k.sum())
    return float((total**2 - (n_k**2).sum()) / (total * (total - 1)))
