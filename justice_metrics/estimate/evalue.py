"""E-values: how strong an unmeasured common cause would have to be to explain an association away.

Two associations are asked of the unmeasured cause, both as risk ratios and beyond what was adjusted for: with support
and with the outcome. The E-value is what both would have to reach together. Ratios on another scale are turned into
risk ratios first; a difference of risks through the two risks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from ..base.types import Floats
from .limits import normal_quantile

# Between two neighbours of the grid on which the limit of a difference is first looked for, on the log of the factor.
_STEP: Final = 0.002
# A cause that multiplies a risk by more than this is not looked for.
_LARGEST: Final = 1e6


class EValue(NamedTuple):
    """How strong an unmeasured cause must be; 1 when none is needed.

    Attributes
    ----------
    estimate : (...)
        To move the estimate to the target.
    limit : (...)
        To move the limit that lies nearer to the target there; 1 when the interval holds the target.
    """

    estimate: Floats
    limit: Floats


def evalue(ratio: Floats) -> Floats:
    """E-value of a risk ratio.

    Parameters
    ----------
    ratio : (...)
        Risk ratios, above 0.

    Returns
    -------
    (...)
        ``R + sqrt(R (R - 1))`` with ``R`` the ratio or, below 1, its inverse; infinite for 0 and infinity, NaN where
        the ratio is.

    References
    ----------
    VanderWeele and Ding (2017), Annals of Internal Medicine, 167, 268-274.

    Examples
    --------
    >>> evalue(np.array([10.73, 1.0, 1 / 10.73])).round(5)
    array([20.94777,  1.     , 20.94777])
    """
    given = np.asarray(ratio, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        above = np.where(given < 1, 1 / given, given)
        return np.asarray(above + np.sqrt(above * (above - 1)))


def evalues(estimate: Floats, conf_low: Floats, conf_high: Floats, *, target: float = 1.0) -> EValue:
    """E-values of risk ratios and of their intervals, against no association or another target.

    Parameters
    ----------
    estimate, conf_low, conf_high : (...)
        Risk ratios with their limits.
    target : float
        The ratio that an unmeasured cause would have to be hiding; 1 is none.

    Returns
    -------
    EValue
        Those of ``estimate / target`` and of the nearer limit over ``target``.

    References
    ----------
    VanderWeele and Ding (2017), Annals of Internal Medicine, 167, 268-274.

    Examples
    --------
    >>> one = evalues(np.array([10.73]), np.array([8.02]), np.array([14.36]))
    >>> float(one.estimate[0].round(5)), float(one.limit[0].round(5))
    (20.94777, 15.52336)
    """
    middle, low, high = (np.asarray(one, dtype=np.float64) / target for one in (estimate, conf_low, conf_high))
    held = (low <= 1) & (high >= 1)
    nearer = np.where(middle >= 1, low, high)
    return EValue(evalue(middle), np.where(held, 1.0, evalue(nearer)))


def risk_ratio_of_common_hazards(hazard_ratio: Floats) -> Floats:
    """Risk ratio that a hazard ratio stands for when the outcome is common (15 % or more by the end).

    A hazard ratio of a rare outcome is taken as a risk ratio as it is.

    Parameters
    ----------
    hazard_ratio : (...)

    Returns
    -------
    (...)
        ``(1 - 0.5 ** sqrt(HR)) / (1 - 0.5 ** sqrt(1 / HR))``.

    References
    ----------
    VanderWeele (2017), American Journal of Epidemiology, 186, 1191; VanderWeele and Ding (2017).

    Examples
    --------
    >>> risk_ratio_of_common_hazards(np.array([1.0, 4.0])).round(4)
    array([1.    , 2.5607])
    """
    root = np.sqrt(np.asarray(hazard_ratio, dtype=np.float64))
    with np.errstate(divide="ignore"):
        return np.asarray((1 - 0.5**root) / (1 - 0.5 ** (1 / root)))


def risk_ratio_of_common_odds(odds_ratio: Floats) -> Floats:
    """Risk ratio that an odds ratio stands for when the outcome is common (15 % or more).

    An odds ratio of a rare outcome is taken as a risk ratio as it is.

    Parameters
    ----------
    odds_ratio : (...)

    Returns
    -------
    (...)
        ``sqrt(OR)``: never more than 1.25 times too large or too small while both risks lie between 0.2 and 0.8.

    References
    ----------
    VanderWeele (2017), Statistical Science, 32, 526-538; VanderWeele and Ding (2017).

    Examples
    --------
    >>> risk_ratio_of_common_odds(np.array([4.0]))
    array([2.])
    """
    return np.sqrt(np.asarray(odds_ratio, dtype=np.float64))


def bias_factor(with_support: Floats, with_outcome: Floats) -> Floats:
    """Largest factor by which an unmeasured cause can raise a risk ratio.

    Parameters
    ----------
    with_support, with_outcome : (...)
        Risk ratios of the cause with support and with the outcome, 1 or more.

    Returns
    -------
    (...)
        ``a b / (a + b - 1)``. With both equal to the E-value of R it is R.

    References
    ----------
    Ding and VanderWeele (2016), Epidemiology, 27, 368-377.

    Examples
    --------
    >>> bias_factor(np.array([2.0]), np.array([3.0]))
    array([1.5])
    """
    one, other = (np.asarray(given, dtype=np.float64) for given in (with_support, with_outcome))
    return np.asarray(one * other / (one + other - 1))


def other_strength(ratio: float, with_support: Floats) -> Floats:
    """What the association with the outcome must be when the one with support is given, to explain a ratio away.

    Parameters
    ----------
    ratio : float
        Risk ratio to be explained; below 1 its inverse is taken.
    with_support : (...)
        Risk ratio of the cause with support.

    Returns
    -------
    (...)
        ``R (a - 1) / (a - R)``; infinite where ``a <= R``, because each of the two must exceed R.

    Examples
    --------
    >>> other_strength(1.5, np.array([1.5, 2.0, 3.0]))
    array([inf,  3.,  2.])
    """
    wanted = max(ratio, 1 / ratio) if ratio > 0 else np.inf
    given = np.asarray(with_support, dtype=np.float64)
    if wanted == 1:
        return np.ones_like(given)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(given > wanted, wanted * (given - 1) / (given - wanted), np.inf)


class RiskPair(NamedTuple):
    """Two risks to be compared, with what is known of their error.

    Attributes
    ----------
    started, not_started : float
        Risk of the outcome under the two strategies, or in the two groups.
    variance : tuple of three floats
        Of ``started``, of ``not_started``, and their covariance.
    share_started : float
        Share of the population that the first risk stands for. With risks that were standardised to the whole
        population it only enters for a target other than 0.
    share_variance : float
        Of that share; 0 when it is fixed.
    """

    started: float
    not_started: float
    variance: tuple[float, float, float]
    share_started: float = 0.5
    share_variance: float = 0.0


def evalue_of_difference(risks: RiskPair, *, target: float = 0.0, quantile: float | None = None) -> EValue:
    """E-values of a difference of two risks and of its interval.

    Parameters
    ----------
    risks : RiskPair
    target : float
        Difference that an unmeasured cause would have to be hiding; 0 is none.
    quantile : float, optional
        How many standard errors the limit lies off; that of a normal 95 % interval by default. Few courts need one of
        Student's distribution.

    Returns
    -------
    EValue
        Each of shape (). NaN where a risk is missing; infinite where no finite cause would do.

    Notes
    -----
    Under a cause that can raise risk ratios by a factor B at most, the difference of p1 > p0 is at least
    ``(p1 - p0 B)(f + (1 - f) / B)``, with f the share of the first group. That is the target for

        ``B = (d + sqrt(d^2 + 4 f (1 - f) p0 p1)) / (2 f p0)``,  ``d = f p1 - (1 - f) p0 - target``,

    and ``p1 / p0`` for the target 0, whatever f. The limit is the smallest B from 1 on at which the lower limit of that
    bound, with its variance by the delta method, comes to the target; it is looked for on a grid of ratios 0.2 % apart
    and then by a root. A cause that raises risk ratios by B is one of strength ``evalue(B)``. With p1 < p0 the groups
    change places and the target its sign.

    References
    ----------
    Ding and VanderWeele (2016), Epidemiology, 27, 368-377, eAppendix; VanderWeele and Ding (2017).

    Examples
    --------
    >>> one = evalue_of_difference(RiskPair(0.4, 0.2, (0.0004, 0.0004, 0.0)))
    >>> float(one.estimate.round(4)), float(one.limit.round(4))
    (3.4142, 2.6347)
    """
    p1, p0 = risks.started, risks.not_started
    if not (np.isfinite(p1) and np.isfinite(p0)):
        return EValue(np.array(np.nan), np.array(np.nan))
    if p1 - p0 < target:
        turned = (risks.variance[1], risks.variance[0], risks.variance[2])
        other = RiskPair(p0, p1, turned, 1 - risks.share_started, risks.share_variance)
        return evalue_of_difference(other, target=-target, quantile=quantile)
    factor = _factor(risks, target)
    reach = normal_quantile(0.95) if quantile is None else quantile

    def lower(of: Floats) -> Floats:
        return _least(risks, of) - reach * np.sqrt(_least_variance(risks, of)) - target

    return EValue(evalue(np.array(factor)), evalue(np.array(_first_root(lower, factor))))


def _factor(risks: RiskPair, target: float) -> float:
    """Return the factor at which the least difference is the target."""
    p1, p0, f = risks.started, risks.not_started, risks.share_started
    if target == 0:
        return p1 / p0 if p0 > 0 else (np.inf if p1 > 0 else 1.0)
    d = f * p1 - (1 - f) * p0 - target
    inside = d * d + 4 * f * (1 - f) * p0 * p1
    return float((d + np.sqrt(inside)) / (2 * f * p0)) if f * p0 > 0 else np.inf


def _least(risks: RiskPair, factor: Floats) -> Floats:
    """Return the least difference under a cause that raises risk ratios by ``factor``."""
    f = risks.share_started
    return np.asarray((risks.started - risks.not_started * factor) * (f + (1 - f) / factor))


def _least_variance(risks: RiskPair, factor: Floats) -> Floats:
    """Return its variance, by the delta method."""
    f, (v1, v0, both) = risks.share_started, risks.variance
    scale = f + (1 - f) / factor
    gap = risks.started - risks.not_started * factor
    of_risks = (v1 + factor**2 * v0 - 2 * factor * both) * scale**2
    return np.asarray(of_risks + gap**2 * (1 - 1 / factor) ** 2 * risks.share_variance)


def _first_root(lower: Callable[[Floats], Floats], highest: float) -> float:
    """Return where a curve first comes down to 0 between 1 and ``highest``; 1 when it begins there."""
    from scipy.optimize import brentq

    top = min(highest, _LARGEST)
    grid = np.exp(np.linspace(0, np.log(max(top, 1.0)), max(int(np.log(max(top, 1.0)) / _STEP), 1) + 1))
    values = lower(grid)
    if not np.isfinite(values[0]):
        return float("nan")
    under = np.flatnonzero(values <= 0)
    if not len(under):
        return highest
    first = int(under[0])
    if first == 0:
        return 1.0
    return float(brentq(lambda one: float(lower(np.array(one))), grid[first - 1], grid[first]))
