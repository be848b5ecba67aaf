"""What one day does to a curve: the hazards of the day, their variances, and two plain steps of arithmetic.

Every curve, mean and test of this room is a sum or a product over these. Shapes are those of :mod:`.risk`.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from ..base.types import Floats, Tallies

Variance: TypeAlias = Literal["greenwood", "counting_process"]

# Sums of weights can leave a survivor of 1e-17 where nobody survived; no real survivor is this small a part of its set.
NOBODY = 1e-12


class DaySteps(NamedTuple):
    """What one day does to the curve."""

    hazard: Floats  # (..., T), share of the risk set that ends
    staying: Floats  # (..., T), 1 - hazard without cancellation
    survival: Floats  # (..., T), after the day
    before: Floats  # (..., T), just before the day


class HazardVariances(NamedTuple):
    """Variances of one day's hazards; with h_k of one ending and h of all together."""

    own: Floats  # (..., K, T), Var(h_k)
    shared: Floats  # (..., K, T), Cov(h_k, h)
    whole: Floats  # (..., 1 or K, T), Var(h)


def day_steps(events: Tallies, at_risk: Tallies) -> DaySteps:
    """Hazard of each day and the product-limit curve before and after it.

    Parameters
    ----------
    events, at_risk : (..., T)
        Endings of any kind on the day; open and observed just before it.

    Returns
    -------
    DaySteps
        A day without anybody at risk has hazard 0 and carries the curve forward.

    Examples
    --------
    >>> import numpy as np
    >>> day_steps(np.array([1, 1]), np.array([4, 3])).survival
    array([0.75, 0.5 ])
    """
    staying = ratio(at_risk - events, at_risk, empty=1)
    staying = np.where(staying <= NOBODY, 0, staying)
    survival = np.cumprod(staying, axis=-1, dtype=np.float64)
    return DaySteps(ratio(events, at_risk), staying, survival, earlier(survival, first=1))


def hazard_variances(events: Tallies, at_risk: Tallies, variance: Variance) -> HazardVariances:
    """Variances and covariances of one day's hazards by ending.

    Parameters
    ----------
    events : (..., K, T)
        Endings on the day by outcome.
    at_risk : (..., T)
        Open and observed just before the day.
    variance : {"greenwood", "counting_process"}
        - ``"greenwood"``: the endings of a day are multinomial given the risk set: Var(h_k) = h_k (1 - h_k) / Y,
          Cov(h_k, h) = h_k (1 - h) / Y, Var(h) = h (1 - h) / Y.
        - ``"counting_process"``: one outcome against all the others, each d (Y - d) / (Y^2 (Y - 1)), and no covariance
          between the two.

    Examples
    --------
    >>> import numpy as np
    >>> hazard_variances(np.array([[1]]), np.array([2]), "greenwood").own
    array([[0.125]])
    """
    exposed = at_risk[..., None, :]
    together = events.sum(axis=-2)
    if variance == "greenwood":
        part, per_unit = ratio(events, exposed), ratio(np.ones(at_risk.shape), at_risk)
        staying = (at_risk - together) * per_unit
        shared = (staying * per_unit)[..., None, :]
        whole = (together * per_unit * staying * per_unit)[..., None, :]
        return HazardVariances(part * (1 - part) * per_unit[..., None, :], part * shared, whole)
    others = together[..., None, :] - events
    own = hypergeometric(events, exposed)
    return HazardVariances(own, own, own + hypergeometric(others, exposed))


def hypergeometric(count: Tallies, at_risk: Tallies) -> Floats:
    """Variance of count / at_risk with the tie factor (Y - d) / (Y - 1), which is 1 for a single event.

    Parameters
    ----------
    count, at_risk : same shape

    Examples
    --------
    >>> import numpy as np
    >>> hypergeometric(np.array([3]), np.array([5]))
    array([0.06])
    """
    return ratio(count * tie_factor(count, at_risk), at_risk * 1.0 * at_risk)


def tie_factor(count: Tallies, at_risk: Tallies) -> Floats:
    """Return (Y - d) / (Y - 1): what drawing without replacement leaves of a variance; 1 where Y is 1 or less.

    Parameters
    ----------
    count, at_risk : same shape

    Examples
    --------
    >>> import numpy as np
    >>> tie_factor(np.array([1, 3]), np.array([5, 5]))
    array([1. , 0.5])
    """
    return np.where(at_risk > 1, ratio(at_risk - count, at_risk - 1), 1.0)


def earlier(values: Floats, first: float = 0) -> Floats:
    """Value just before each day: shifted by one day along the last axis.

    Parameters
    ----------
    values : (..., T)
    first : float
        Value before the first day.

    Examples
    --------
    >>> import numpy as np
    >>> earlier(np.array([0.75, 0.5]), first=1)
    array([1.  , 0.75])
    """
    shifted = np.empty_like(values)
    shifted[..., 1:] = values[..., :-1]
    shifted[..., :1] = first
    return shifted


def later(values: Floats) -> Floats:
    """Sum over all later days, the day itself left out.

    Parameters
    ----------
    values : (..., T)

    Examples
    --------
    >>> import numpy as np
    >>> later(np.array([1.0, 2.0, 4.0]))
    array([6., 4., 0.])
    """
    return np.flip(earlier(np.cumsum(np.flip(values, axis=-1), axis=-1)), axis=-1)


def ratio(numerator: Tallies, denominator: Tallies, empty: float = 0) -> Floats:
    """Divide; ``empty`` where the denominator is 0 or less.

    Parameters
    ----------
    numerator, denominator : shapes that broadcast
    empty : float

    Examples
    --------
    >>> import numpy as np
    >>> ratio(np.array([1, 1]), np.array([4, 0]))
    array([0.25, 0.  ])
    """
    quotient = np.full(np.broadcast_shapes(np.shape(numerator), np.shape(denominator)), empty, dtype=np.float64)
    return np.divide(numerator, denominator, out=quotient, where=np.greater(denominator, 0))
