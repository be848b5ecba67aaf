"""Confidence limits of a probability on a curve, on a scale that keeps them between 0 and 1."""

from __future__ import annotations

from statistics import NormalDist
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Floats

Limits: TypeAlias = Literal["log-log", "log", "plain", "arcsine"]


class Band(NamedTuple):
    """Limits at one confidence level, day by day."""

    conf_low: Floats  # (..., T)
    conf_high: Floats  # (..., T)


def normal_quantile(confidence_level: float) -> float:
    """Two-sided standard normal quantile, 1.96 for a level of 0.95.

    Examples
    --------
    >>> round(normal_quantile(0.95), 4)
    1.96
    """
    return -NormalDist().inv_cdf((1 - confidence_level) / 2)


def student_quantile(probability: float, degrees_of_freedom: ArrayLike = np.inf) -> Floats:
    """Quantile of Student's distribution below which so much lies; of the normal one for infinite degrees of freedom.

    Examples
    --------
    >>> student_quantile(0.975, [9, np.inf]).round(4).tolist()
    [2.2622, 1.96]
    """
    from scipy.special import stdtrit

    degrees = np.asarray(degrees_of_freedom, np.float64)
    finite = np.where(np.isfinite(degrees), degrees, 1.0)
    return np.where(np.isfinite(degrees), stdtrit(finite, probability), NormalDist().inv_cdf(probability))


def pointwise(estimate: Floats, std_error: Floats, *, confidence_level: float, limits: Limits) -> Band:
    """Limits of probabilities, each day by itself.

    Parameters
    ----------
    estimate, std_error : same shape
        A probability and its standard error, both on the probability scale.
    confidence_level : float
        Between 0 and 1.
    limits : {"log-log", "log", "plain", "arcsine"}
        Scale on which the limits are symmetric, with z the normal quantile, p the estimate and s its standard error:

        - ``"log-log"``: p ** exp(-+ z s / (p log p)); stays within 0 and 1, best coverage in small groups;
        - ``"log"``: p exp(-+ z s / p), cut at 1;
        - ``"plain"``: p -+ z s, cut at 0 and 1;
        - ``"arcsine"``: sin^2 of arcsin(sqrt p) -+ z s / (2 sqrt(p (1 - p))), cut at 0 and 1.

    Returns
    -------
    Band
        NaN where the scale has no value: at p = 0 and p = 1 for ``"log-log"`` and ``"arcsine"``, at p = 0 for
        ``"log"``, and wherever the standard error is NaN. These are the places where R's survfit prints NA (with
        ``"arcsine"`` it also has limits at p = 0); everywhere else the numbers agree.

    References
    ----------
    Kalbfleisch and Prentice (2002), *The Statistical Analysis of Failure Time Data*, section 1.4.
    Borgan and Liestøl (1990), Scandinavian Journal of Statistics, 17, 35-41.

    Examples
    --------
    >>> import numpy as np
    >>> band = pointwise(np.array([0.5]), np.array([0.1]), confidence_level=0.95, limits="plain")
    >>> band.conf_low.round(3), band.conf_high.round(3)
    (array([0.304]), array([0.696]))
    """
    return on_scale(estimate, normal_quantile(confidence_level) * std_error, limits=limits)


def on_scale(estimate: Floats, reach: Floats, *, limits: Limits) -> Band:
    """Limits of probabilities from their half-width on the probability scale.

    Parameters
    ----------
    estimate : any shape
        A probability.
    reach : same shape
        Half-width that plain limits would have: a critical value times the standard error.
    limits : {"log-log", "log", "plain", "arcsine"}
        As in :func:`pointwise`, with ``reach`` in the place of z s.

    Returns
    -------
    Band

    Examples
    --------
    >>> import numpy as np
    >>> on_scale(np.array([0.5]), np.array([0.2]), limits="plain")
    Band(conf_low=array([0.3]), conf_high=array([0.7]))
    """
    # the probability scale has open ends: 0/0 there is the NaN that the docstring promises
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if limits == "plain":
            return Band(np.maximum(estimate - reach, 0), np.minimum(estimate + reach, 1))
        if limits == "log":
            inner = np.where(estimate > 0, estimate, np.nan)
            spread = np.exp(reach / inner)
            return Band(inner / spread, np.minimum(inner * spread, 1))
        inner = np.where((estimate > 0) & (estimate < 1), estimate, np.nan)
        if limits == "log-log":
            logarithm = np.log(inner)
            spread = np.exp(reach / (inner * -logarithm))
            return Band(np.exp(logarithm * spread), np.exp(logarithm / spread))  # inner to the power, at half the cost
        centre, half = np.arcsin(np.sqrt(inner)), reach / (2 * np.sqrt(inner * (1 - inner)))
        return Band(np.sin(np.maximum(centre - half, 0)) ** 2, np.sin(np.minimum(centre + half, np.pi / 2)) ** 2)
