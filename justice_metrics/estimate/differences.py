"""Two readings of the same numbers: how far apart, on average and for most units."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Floats
from .limits import normal_quantile


class Differences(NamedTuple):
    """The second reading less the first, over units that have both."""

    n: int
    same: int
    mean: float
    limit_low: float
    limit_high: float
    median_size: float


def paired_differences(first: Floats, second: Floats, *, level: float = 0.95) -> Differences:
    """Mean difference of two readings and the limits between which most differences lie.

    Parameters
    ----------
    first, second : (N,)
        NaN where a reading is missing; such units are left out.
    level : float
        Share of the differences that lie between the limits, if they are normal.

    Returns
    -------
    Differences
        NaN without units; no limits with a single one.

    Notes
    -----
    Limits of agreement: mean -+ z times the standard deviation of the differences. They are limits of single
    differences, not of the mean.

    References
    ----------
    Bland and Altman (1986), Lancet, 327, 307-310.

    Examples
    --------
    >>> import numpy as np
    >>> found = paired_differences(np.array([10.0, 20, 30]), np.array([10.0, 22, 31]))
    >>> found.n, found.same, found.mean, found.median_size
    (3, 1, 1.0, 1.0)
    """
    there = np.isfinite(first) & np.isfinite(second)
    gap = second[there] - first[there]
    n = len(gap)
    if n == 0:
        return Differences(0, 0, *[float("nan")] * 4)
    mean = float(gap.mean())
    reach = normal_quantile(level) * float(gap.std(ddof=1)) if n > 1 else float("nan")
    return Differences(n, int((gap == 0).sum()), mean, mean - reach, mean + reach, float(np.median(np.abs(gap))))
