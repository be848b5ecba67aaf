"""A ratio of two totals, such as money paid over money ordered, with limits that know how its parts differ."""

from __future__ import annotations

import numpy as np

from ..base.types import Floats, Tallies
from .limits import student_quantile
from .proportion import Share


def ratio_of_totals(
    numerator: Floats, denominator: Floats, n: Tallies, confidence_level: float = 0.95
) -> tuple[Share, float]:
    """Ratio of the totals of two amounts over independent units, with its limits.

    Parameters
    ----------
    numerator, denominator : (V,)
        Amounts of each kind of unit.
    n : (V,)
        How many units there are of it: whole numbers.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Share
        Each (1,): the ratio, not below 0 at its lower limit. NaN without a denominator; one unit has no limits.
    float
        Standard error.

    Notes
    -----
    R = sum y / sum x. By linearisation its variance is N / (N - 1) sum (y - R x)^2 / (sum x)^2 over the N units, and
    the limits take Student's quantile with N - 1 degrees of freedom. A mean of the ratios of the units is another
    quantity: in it a small amount weighs as much as a large one.

    References
    ----------
    Cochran (1977), *Sampling Techniques*, section 6.4.

    Examples
    --------
    >>> import numpy as np
    >>> share, error = ratio_of_totals(np.array([1.0, 0.0]), np.array([1.0, 3.0]), np.ones(2))
    >>> share.estimate, round(error, 4)
    (array([0.25]), 0.375)
    """
    total, units = float((denominator * n).sum()), float(np.sum(n))
    if total <= 0:
        nothing = np.full(1, np.nan)
        return Share(nothing, nothing.copy(), nothing.copy()), float("nan")
    ratio = float((numerator * n).sum()) / total
    if units <= 1:
        return Share(np.full(1, ratio), np.full(1, np.nan), np.full(1, np.nan)), float("nan")
    squares = float((n * (numerator - ratio * denominator) ** 2).sum())
    error = float(np.sqrt(units / (units - 1) * squares)) / total
    reach = float(student_quantile((1 + confidence_level) / 2, units - 1)) * error
    return Share(np.full(1, ratio), np.full(1, max(ratio - reach, 0.0)), np.full(1, ratio + reach)), error
