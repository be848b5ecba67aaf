"""Are the curves of several groups alike? Log-rank tests with any weights, stratified, of k groups or of a trend.

Shapes: ``B`` strata within which groups are compared, ``G`` groups, ``T`` days. Ties are exact (hypergeometric), late
entries need nothing but the right risk set. Counts must be whole numbers: with sampling weights the variance would be
wrong.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc

from ..base.types import Counts, Floats
from .hazards import day_steps, ratio, tie_factor

# Directions in which a covariance of correlations has less than this are none: the sum over the groups, and groups that
# are never at risk together.
SINGULAR = 1e-9


class Comparison(NamedTuple):
    """Observed against expected endings of each group, if all groups were alike."""

    observed: Floats  # (..., G), weighted
    expected: Floats  # (..., G), weighted
    covariance: Floats  # (..., G, G), of observed - expected
    chi_square: Floats  # (...)
    degrees: Counts  # (...), of freedom; 0 where nothing can be compared
    p_value: Floats  # (...)


class Trend(NamedTuple):
    """Whether groups with higher scores end earlier."""

    score: Floats  # (...), above 0: they do
    std_error: Floats  # (...)
    chi_square: Floats  # (...), on one degree of freedom
    p_value: Floats  # (...)


def log_rank(events: Counts, at_risk: Counts, weights: Floats | Counts | None = None) -> Comparison:
    """Log-rank test of equal hazards in G groups, with any weights, within strata if there are any.

    Parameters
    ----------
    events : (G, T) or (B, G, T)
        Endings on the day: all of them, or those by one outcome for a test of its cause-specific hazard.
    at_risk : same shape
        Open and observed just before the day.
    weights : (T,) or (B, T), optional
        Weight of each day's difference, known before the day: :func:`fleming_harrington`, :func:`gehan`,
        :func:`tarone_ware`, each made from the same arrays. Without it every day counts alike (log-rank).

    Returns
    -------
    Comparison
        Arrays (G,), (G, G) and scalars, summed over strata. The degrees of freedom are the rank of the covariance: one
        less than the groups that were ever at risk beside another; 0, with statistic and p NaN, where there are none.

    Notes
    -----
    O - E = sum w (d_g - Y_g d / Y), with covariance sum w^2 d (Y - d) / (Y - 1) (Y_g / Y) ([g = h] - Y_h / Y); the
    statistic is the quadratic form in the generalised inverse. Equal to R ``survdiff``; under late entry to the score
    test of ``coxph(ties = "exact")`` and to Mantel and Haenszel's test over days.

    References
    ----------
    Mantel (1966), Cancer Chemotherapy Reports, 50, 163-170.
    Peto and Peto (1972), Journal of the Royal Statistical Society A, 135, 185-207.
    Andersen, Borgan, Gill and Keiding (1993), *Statistical Models Based on Counting Processes*, section V.2.

    Examples
    --------
    Two endings in the first group, then one in the second:

    >>> import numpy as np
    >>> test = log_rank(np.array([[2, 0], [0, 1]]), np.array([[4, 2], [4, 4]]))
    >>> test.observed, test.expected
    (array([2., 1.]), array([1.33333333, 1.66666667]))
    """
    ended, exposed = (array.astype(np.float64) for array in (events, at_risk))
    together, present = ended.sum(axis=-2), exposed.sum(axis=-2)
    weight = np.ones_like(present) if weights is None else np.broadcast_to(weights, present.shape).astype(np.float64)
    share = ratio(exposed, present[..., None, :])
    observed = (weight[..., None, :] * ended).sum(axis=-1)
    expected = ((weight * together)[..., None, :] * share).sum(axis=-1)
    spread = weight**2 * together * tie_factor(together, present)
    covariance = -(share * spread[..., None, :]) @ np.swapaxes(share, -1, -2)
    groups = np.arange(share.shape[-2])
    # from whole numbers: next to a hundred million, one minus a share would have no digits left
    others = ratio(present[..., None, :] - exposed, present[..., None, :])
    covariance[..., groups, groups] = (share * others * spread[..., None, :]).sum(axis=-1)
    if share.ndim > 2:
        observed, expected, covariance = observed.sum(axis=0), expected.sum(axis=0), covariance.sum(axis=0)
    return compared(observed, expected, covariance)


def fleming_harrington(events: Counts, at_risk: Counts, p: float, q: float = 0.0) -> Floats:
    """Weights S(t-)^p (1 - S(t-))^q of the pooled curve just before each day.

    Parameters
    ----------
    events, at_risk : (G, T) or (B, G, T)
        As given to :func:`log_rank`.
    p, q : float
        Not negative. (0, 0) is the log-rank test; (rho, 0) the G-rho family of R ``survdiff``, of which (1, 0) weighs
        early differences in the way of Peto, Peto and Prentice; (0, 1) weighs late ones.

    Returns
    -------
    (T,) or (B, T)

    References
    ----------
    Harrington and Fleming (1982), Biometrika, 69, 553-566.
    Fleming and Harrington (1991), *Counting Processes and Survival Analysis*, section 7.2.

    Examples
    --------
    >>> import numpy as np
    >>> fleming_harrington(np.array([[2, 0], [0, 1]]), np.array([[4, 2], [4, 4]]), 1)
    array([1.  , 0.75])
    """
    before = day_steps(events.sum(axis=-2), at_risk.sum(axis=-2)).before
    weights: Floats = before**p * (1 - before) ** q
    return weights


def gehan(at_risk: Counts) -> Floats:
    """Weights Y(t): the generalised Wilcoxon test of Gehan and Breslow.

    Parameters
    ----------
    at_risk : (G, T) or (B, G, T)
        As given to :func:`log_rank`.

    Returns
    -------
    (T,) or (B, T)
        The number at risk depends on who was censored when, so two studies of the same curves may weigh differently;
        :func:`fleming_harrington` with p = 1 does not.

    References
    ----------
    Gehan (1965), Biometrika, 52, 203-223. Breslow (1970), Biometrika, 57, 579-594.

    Examples
    --------
    >>> import numpy as np
    >>> gehan(np.array([[4, 2], [4, 4]]))
    array([8., 6.])
    """
    weights: Floats = at_risk.sum(axis=-2).astype(np.float64)
    return weights


def tarone_ware(at_risk: Counts) -> Floats:
    """Weights sqrt(Y(t)), between the log-rank test and Gehan's.

    Parameters
    ----------
    at_risk : (G, T) or (B, G, T)
        As given to :func:`log_rank`.

    Returns
    -------
    (T,) or (B, T)

    References
    ----------
    Tarone and Ware (1977), Biometrika, 64, 156-160.

    Examples
    --------
    >>> import numpy as np
    >>> tarone_ware(np.array([[4, 1], [5, 0]]))
    array([3., 1.])
    """
    return np.sqrt(gehan(at_risk))


def trend(test: Comparison, scores: Floats | Counts | list[float]) -> Trend:
    """Test against an ordered alternative, from any test of k groups of this room.

    Parameters
    ----------
    test : Comparison
        From :func:`log_rank` or :func:`justice_metrics.estimate.gray.gray`.
    scores : (G,)
        One number for each group, for instance 0, 1, 2; only their distances in proportion matter.

    Returns
    -------
    Trend
        NaN where the scored differences have no variance.

    Notes
    -----
    T = sum s_g (O_g - E_g) with variance s'Vs. For the log-rank test without ties it is the score test of the Cox model
    with s as a number; with ties, that of its exact likelihood.

    References
    ----------
    Tarone (1975), Biometrika, 62, 679-682.

    Examples
    --------
    >>> import numpy as np
    >>> test = log_rank(np.array([[2, 0], [0, 1]]), np.array([[4, 2], [4, 4]]))
    >>> bool(np.isclose(trend(test, [1, 0]).chi_square, test.chi_square))
    True
    """
    by = np.asarray(scores, dtype=np.float64)
    by = by - by.mean()
    score = (test.observed - test.expected) @ by
    spread = test.covariance @ by @ by
    scale = np.diagonal(test.covariance, axis1=-2, axis2=-1) @ by**2
    std_error = np.sqrt(np.where(spread > SINGULAR * scale, spread, np.nan))
    chi_square = (score / std_error) ** 2
    return Trend(score, std_error, chi_square, chdtrc(1, chi_square))


def compared(observed: Floats, expected: Floats, covariance: Floats) -> Comparison:
    """Chi-square of the differences in the generalised inverse of their covariance.

    Parameters
    ----------
    observed, expected : (..., G)
    covariance : (..., G, G)
        Singular by nature: the differences add up to 0.

    Returns
    -------
    Comparison
        Groups are scaled to correlations first, so a group of one case among a million others counts.

    Examples
    --------
    >>> import numpy as np
    >>> test = compared(np.array([3.0, 1.0]), np.array([2.0, 2.0]), np.array([[1.0, -1.0], [-1.0, 1.0]]))
    >>> float(test.chi_square.round(9)), int(test.degrees)
    (1.0, 1)
    """
    scale = np.sqrt(np.maximum(np.diagonal(covariance, axis1=-2, axis2=-1), 0))
    correlation = ratio(covariance, scale[..., :, None] * scale[..., None, :])
    values, directions = np.linalg.eigh(correlation)
    kept = values > SINGULAR
    along = (ratio(observed - expected, scale)[..., None, :] @ directions)[..., 0, :]
    degrees = np.asarray(kept.sum(axis=-1))
    chi_square = np.where(degrees > 0, ratio(along**2, np.where(kept, values, 0)).sum(axis=-1), np.nan)
    return Comparison(observed, expected, covariance, chi_square, degrees, chdtrc(np.maximum(degrees, 1), chi_square))
