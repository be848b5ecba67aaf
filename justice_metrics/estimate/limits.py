"""Confidence limits of a probability on a curve, on a scale that keeps them between 0 and 1."""

from __future__ import annotations

from statistics import NormalDist
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from ..base.types import Floats

Limits: TypeAlias = Literal["log-log", "log", "plain"]


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


def pointwise(estimate: Floats, std_error: Floats, *, confidence_level: float, limits: Limits) -> Band:
    """Limits of probabilities, each day by itself.

    Parameters
    ----------
    estimate, std_error : same shape
        A probability and its standard error, both on the probability scale.
    confidence_level : float
        Between 0 and 1.
    limits : {"log-log", "log", "plain"}
        Scale on which the limits are symmetric, with z the normal quantile, p the estimate and s its standard error:

        - ``"log-log"``: p ** exp(-+ z s / (p log p)); stays within 0 and 1, best coverage in small groups;
        - ``"log"``: p exp(-+ z s / p), cut at 1;
        - ``"plain"``: p -+ z s, cut at 0 and 1.

    Returns
    -------
    Band
        NaN where the scale has no value: at p = 0 and p = 1 for ``"log-log"``, at p = 0 for ``"log"``, and wherever
        the standard error is NaN. These are the places where R's survfit prints NA; everywhere else the numbers agree.

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
    z = normal_quantile(confidence_level)
    # the probability scale has open ends: 0/0 there is the NaN that the docstring promises
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if limits == "log-log":
            inner = np.where((estimate > 0) & (estimate < 1), estimate, np.nan)
            spread = np.exp(z * std_error / (inner * -np.log(inner)))
            return Band(inner**spread, inner ** (1 / spread))
        if limits == "log":
            inner = np.where(estimate > 0, estimate, np.nan)
            spread = np.exp(z * std_error / inner)
            return Band(inner / spread, np.minimum(inner * spread, 1))
        return Band(np.maximum(estimate - z * std_error, 0), np.minimum(estimate + z * std_error, 1))
