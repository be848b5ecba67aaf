"""Means of several groups against one of them, when clusters may link the groups."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from ..base.types import Floats
from .limits import normal_quantile
from .means import Contrast


def differences_from(
    estimate: Floats, covariance: Floats, *, reference: int, confidence_level: float = 0.95
) -> Contrast:
    """Difference of each group from the reference.

    Parameters
    ----------
    estimate : (..., G)
        Means.
    covariance : (..., G, G)
        Of the groups' means; diagonal where no cluster lies in two groups.
    reference : int
        Position of the group that the others are compared with.
    confidence_level : float
        Of the limits, symmetric on the scale of the means.

    Returns
    -------
    Contrast
        Each (..., G). The reference itself, and what has no variance, has difference 0 or its estimate with NaN limits
        and p.

    Notes
    -----
    Var(a - b) = Var(a) + Var(b) - 2 Cov(a, b). With independent groups this is
    :func:`justice_metrics.estimate.means.difference`.

    Examples
    --------
    >>> import numpy as np
    >>> differences_from(np.array([50.0, 60.0]), np.diag([16.0, 9.0]), reference=0).std_error
    array([nan,  5.])
    """
    own, shared = _parts(covariance, reference)
    std_error = _told(own + own[..., reference, None] - 2 * shared, own)
    found = estimate - estimate[..., reference, None]
    reach = normal_quantile(confidence_level) * std_error
    return Contrast(found, std_error, found - reach, found + reach, 2 * ndtr(-np.abs(found / std_error)))


def ratios_to(estimate: Floats, covariance: Floats, *, reference: int, confidence_level: float = 0.95) -> Contrast:
    """Ratio of each group's mean to that of the reference.

    Parameters
    ----------
    estimate, covariance, reference
        As for :func:`differences_from`.
    confidence_level : float
        Of the limits, symmetric on the logarithm of the ratio.

    Returns
    -------
    Contrast
        Each (..., G); NaN where a mean is 0. The standard error is that of the logarithm.

    Notes
    -----
    Var(log a/b) = Var(a) / a^2 + Var(b) / b^2 - 2 Cov(a, b) / (a b), by the delta method.

    Examples
    --------
    >>> import numpy as np
    >>> ratios_to(np.array([50.0, 60.0]), np.diag([16.0, 9.0]), reference=0).estimate
    array([1. , 1.2])
    """
    mean = np.where(estimate > 0, estimate, np.nan)
    own, shared = _parts(covariance / (mean[..., :, None] * mean[..., None, :]), reference)
    std_error = _told(own + own[..., reference, None] - 2 * shared, own)
    found = mean / mean[..., reference, None]
    factor = np.exp(normal_quantile(confidence_level) * std_error)
    return Contrast(found, std_error, found / factor, found * factor, 2 * ndtr(-np.abs(np.log(found) / std_error)))


def _parts(covariance: Floats, reference: int) -> tuple[Floats, Floats]:
    """Return the variances, and the covariances with the reference."""
    return np.diagonal(covariance, axis1=-2, axis2=-1), covariance[..., reference]


def _told(variance: Floats, own: Floats) -> Floats:
    """Return the standard error; NaN where there is none, up to the rounding of the variances it is made of."""
    with np.errstate(invalid="ignore"):
        return np.sqrt(np.where(variance > 1e-12 * own, variance, np.nan))
