"""Whether several things together do more than the sum of what each does: interaction on the additive scale."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Floats


class Excess(NamedTuple):
    """Relative excess risk due to interaction.

    Attributes
    ----------
    estimate, std_error : float
        NaN where a coefficient has no value.
    """

    estimate: float
    std_error: float


def excess_of_all(coefficients: Floats, covariance: Floats) -> Excess:
    """Excess of all parts together over the sum of the excesses of each part by itself.

    Parameters
    ----------
    coefficients : (A + 1,)
        Log ratios of A parts, then that of all of them together beyond the product of the parts.
    covariance : (A + 1, A + 1)

    Returns
    -------
    Excess

    Notes
    -----
    With r_a = exp(b_a) and r = exp(sum b_a + c): excess = (r - 1) - sum (r_a - 1). For two parts it is the usual
    r11 - r10 - r01 + 1. It is 0 where what the parts add to the hazard adds up. Variance by the delta method, with
    the slopes r - r_a for each part and r for c.

    References
    ----------
    Rothman (1986), *Modern Epidemiology*, chapter 15.
    Hosmer and Lemeshow (1992), Epidemiology, 3, 452-456.

    Examples
    --------
    Ratios 2 and 3 alone and 12 together: 12 - 2 - 3 + 1 = 8.

    >>> round(excess_of_all(np.log([2.0, 3.0, 2.0]), np.eye(3)).estimate, 12)
    8.0
    """
    alone = np.exp(coefficients[:-1])
    together = float(np.exp(coefficients.sum()))
    slope = together - np.append(alone, 0.0)
    variance = float(slope @ covariance @ slope)
    return Excess(together - 1 - float((alone - 1).sum()), float(np.sqrt(variance)) if variance >= 0 else float("nan"))
