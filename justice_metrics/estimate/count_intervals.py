"""Exact intervals of counts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Floats, Tallies


class Limits(NamedTuple):
    """Limits of the number expected where a count was seen."""

    conf_low: Floats
    conf_high: Floats


def garwood(counts: Tallies, confidence_level: float = 0.95) -> Limits:
    """Exact Poisson limits of a count.

    Parameters
    ----------
    counts : (...)
        Not negative; NaN stays NaN.
    confidence_level : float

    Returns
    -------
    Limits
        Divide them by an exposure to get those of a rate. The lower limit of 0 is 0.

    Notes
    -----
    Half the quantiles of chi-square with 2 y and 2 y + 2 degrees of freedom; it holds at least its level. Equal to R
    ``poisson.test``.

    References
    ----------
    Garwood (1936), Biometrika, 28, 437-442.

    Examples
    --------
    >>> import numpy as np
    >>> limits = garwood(np.array([0, 10]))
    >>> limits.conf_low.round(3).tolist(), limits.conf_high.round(3).tolist()
    ([0.0, 4.795], [3.689, 18.39])
    """
    from scipy.special import gammaincinv

    y = np.asarray(counts, np.float64)
    tail = (1 - confidence_level) / 2
    known = np.isfinite(y)
    at = np.where(known, y, 0.0)
    low = np.where(at > 0, gammaincinv(np.maximum(at, 1e-300), tail), 0.0)
    high = gammaincinv(at + 1, 1 - tail)
    return Limits(np.where(known, low, np.nan), np.where(known, high, np.nan))
