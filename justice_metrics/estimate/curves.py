"""Curves of open cases and of endings: Kaplan-Meier, Nelson-Aalen and Aalen-Johansen on counts per day.

Ties are exact: everything that happens on one day happens at once, and a unit censored on a day counts as at risk for
the endings of that day. Delayed entry needs no other formula, only the right risk set (:mod:`.risk`).
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from ..base.types import Floats, Tallies
from .hazards import NOBODY, Variance, day_steps, earlier, hazard_variances, hypergeometric, ratio
from .limits import Limits, normal_quantile, pointwise

__all__ = [
    "NOBODY",
    "CumulativeHazard",
    "HazardVariance",
    "Incidence",
    "KaplanMeier",
    "Variance",
    "aalen_johansen",
    "kaplan_meier",
    "nelson_aalen",
]

HazardVariance: TypeAlias = Literal["poisson", "greenwood", "counting_process"]


class KaplanMeier(NamedTuple):
    """Probability of being still open after each day."""

    survival: Floats  # (G, T)
    std_error: Floats  # (G, T)
    conf_low: Floats  # (G, T)
    conf_high: Floats  # (G, T)


class Incidence(NamedTuple):
    """Probability of having ended by each outcome up to and including each day."""

    survival: Floats  # (G, T)
    incidence: Floats  # (G, K, T)
    std_error: Floats  # (G, K, T), of the incidence
    conf_low: Floats  # (G, K, T)
    conf_high: Floats  # (G, K, T)


class CumulativeHazard(NamedTuple):
    """Sum of the daily hazards of each outcome up to and including each day."""

    hazard: Floats  # (G, K, T)
    std_error: Floats  # (G, K, T)
    conf_low: Floats  # (G, K, T)
    conf_high: Floats  # (G, K, T)


def kaplan_meier(
    events: Tallies, at_risk: Tallies, *, confidence_level: float = 0.95, limits: Limits = "log-log"
) -> KaplanMeier:
    """Product-limit estimate of the probability of being still open after each day.

    Parameters
    ----------
    events : (G, T)
        Endings of any kind on the day.
    at_risk : (G, T)
        Open and observed just before the day.
    confidence_level : float
        Of the limits, which hold for each day by itself.
    limits : {"log-log", "log", "plain"}
        Scale of the limits, see :func:`justice_metrics.estimate.limits.pointwise`.

    Returns
    -------
    KaplanMeier
        All (G, T). A day without anybody at risk carries the curve forward. Once the curve is 0 its standard error and
        limits are NaN (Greenwood's sum is infinite there), as in R's survfit. Before the first ending the standard
        error is 0 and the log-log limits are NaN.

    Notes
    -----
    S(t) = prod (1 - d/Y) over days up to t; variance S(t)^2 sum d / (Y (Y - d)) (Greenwood). Equal to R
    ``survival::survfit`` with the same ``conf.type``.

    References
    ----------
    Kaplan and Meier (1958), Journal of the American Statistical Association, 53, 457-481.
    Greenwood (1926), Reports on Public Health and Medical Subjects, 33, 1-26.

    Examples
    --------
    >>> import numpy as np
    >>> curve = kaplan_meier(np.array([[1, 1]]), np.array([[4, 3]]))
    >>> curve.survival
    array([[0.75, 0.5 ]])
    >>> curve.std_error.round(4)
    array([[0.2165, 0.25  ]])
    """
    steps = day_steps(events, at_risk)
    gone = steps.survival == 0
    spread = ratio(steps.hazard, np.where(gone, 0, at_risk * steps.staying))
    std_error = np.where(gone, np.nan, steps.survival * np.sqrt(np.cumsum(spread, axis=-1)))
    band = pointwise(steps.survival, std_error, confidence_level=confidence_level, limits=limits)
    return KaplanMeier(steps.survival, std_error, band.conf_low, band.conf_high)


def aalen_johansen(
    events: Tallies,
    at_risk: Tallies,
    *,
    confidence_level: float = 0.95,
    variance: Variance = "greenwood",
    limits: Limits = "log-log",
) -> Incidence:
    """Cumulative incidence of each outcome when outcomes compete.

    Parameters
    ----------
    events : (G, K, T)
        Endings on the day by outcome.
    at_risk : (G, T)
        Open and observed just before the day.
    confidence_level : float
        Of the limits, which hold for each day and outcome by itself.
    variance : {"greenwood", "counting_process"}
        - ``"greenwood"``: the endings of a day are multinomial given the risk set, Cov(h_k, h_l) =
          (h_k [k = l] - h_k h_l) / Y. Without delayed entry this equals R ``survfit``; with it, R ``etm``.
        - ``"counting_process"``: one outcome against all the others, each with the hypergeometric tie factor
          (Y - d) / (Y - 1), so Var(h) = d (Y - d) / (Y^2 (Y - 1)), and no covariance. Equals R ``cmprsk``; larger than
          Greenwood's by about 1 / Y, which tells in small groups.
    limits : {"log-log", "log", "plain"}
        Scale of the limits of the incidence, see :func:`justice_metrics.estimate.limits.pointwise`.

    Returns
    -------
    Incidence
        Survival (G, T), the rest (G, K, T). Incidences and survival add up to 1 on every day. A day without anybody at
        risk carries everything forward. Where an incidence is still 0, its standard error is 0 and its log-log limits
        are NaN.

    Notes
    -----
    F_k(t) = sum S(u-) d_k(u) / Y(u) over days u up to t. The variance follows the pair (F_k, S) from day to day: with
    S = S(u-), h = sum of h_k, and the variances of the day's hazards as above,

    - u = Var(S)/S^2 gains Var(h) / (1 - h)^2,
    - c = Cov(F_k, S)/S gains h_k S u - S Cov(h_k, h) / (1 - h),
    - Var(F_k) gains 2 h_k S c + (h_k S)^2 u + S^2 Var(h_k),

    u and c being those before the day. Three running sums per outcome, no loop over days and no difference of large
    numbers. It is the usual delta-method variance (Gray 1988; Aalen 1978), rearranged.

    References
    ----------
    Aalen and Johansen (1978), Scandinavian Journal of Statistics, 5, 141-150.
    Aalen (1978), Annals of Statistics, 6, 534-545.
    Gray (1988), Annals of Statistics, 16, 1141-1154.
    Allignol, Schumacher and Beyersmann (2010), Biometrical Journal, 52, 126-137.

    Examples
    --------
    Four cases: a conviction on day 1, a withdrawal on day 2, two still open.

    >>> import numpy as np
    >>> curves = aalen_johansen(np.array([[[1, 0], [0, 1]]]), np.array([[4, 3]]))
    >>> curves.incidence
    array([[[0.25, 0.25],
            [0.  , 0.25]]])
    >>> curves.survival
    array([[0.75, 0.5 ]])
    """
    steps = day_steps(events.sum(axis=-2), at_risk)
    exposed = at_risk[..., None, :]
    before = steps.before[..., None, :]
    part = ratio(events, exposed)
    ending = before * part
    incidence = np.cumsum(ending, axis=-1)

    own, shared, whole = hazard_variances(events, at_risk, variance)
    staying = steps.staying[..., None, :]
    spread = earlier(np.cumsum(ratio(whole, staying**2), axis=-1))
    mixed = earlier(np.cumsum(ending * spread - before * ratio(shared, staying), axis=-1))
    gains = ending * (2 * mixed + ending * spread) + before**2 * own
    growing = np.cumsum(gains, axis=-1)
    # an incidence that reaches 1 has variance 0, where the sum leaves 1e-17 of what it was before
    settled = growing <= NOBODY * np.maximum.accumulate(growing, axis=-1)
    std_error = np.sqrt(np.where(settled, 0, growing))
    band = pointwise(incidence, std_error, confidence_level=confidence_level, limits=limits)
    return Incidence(steps.survival, incidence, std_error, band.conf_low, band.conf_high)


def nelson_aalen(
    events: Tallies,
    at_risk: Tallies,
    *,
    confidence_level: float = 0.95,
    variance: HazardVariance = "poisson",
    limits: Literal["log", "plain"] = "log",
) -> CumulativeHazard:
    """Cumulative hazard of each outcome: the sum of the shares of the risk set that end on each day.

    Parameters
    ----------
    events : (G, K, T)
        Endings on the day by outcome. For all endings together give their sum as the only outcome,
        ``events.sum(axis=1, keepdims=True)``.
    at_risk : (G, T)
        Open and observed just before the day.
    confidence_level : float
        Of the limits, which hold for each day and outcome by itself.
    variance : {"poisson", "greenwood", "counting_process"}
        Variance of one day's hazard h = d / Y:

        - ``"poisson"``: d / Y^2 (Aalen), R's ``survfit``; takes the endings of a day as if they came one by one;
        - ``"greenwood"``: h (1 - h) / Y, binomial, R's ``survfit`` with ``robust=TRUE`` unless entry is delayed;
        - ``"counting_process"``: d (Y - d) / (Y^2 (Y - 1)), with the hypergeometric tie factor.
    limits : {"log", "plain"}
        ``"log"``: H exp(-+ z s / H), NaN while H is 0; ``"plain"``: H -+ z s, cut at 0.

    Returns
    -------
    CumulativeHazard
        All (G, K, T). A cause-specific cumulative hazard is not a probability: it can pass 1, and 1 - exp(-H) is not
        the share that ends so when other outcomes compete; that is :func:`aalen_johansen`.

    Notes
    -----
    H_k(t) = sum d_k(u) / Y(u) over days u up to t; its variance is the sum of those of the days.

    References
    ----------
    Aalen (1978), Annals of Statistics, 6, 701-726.
    Klein (1991), Scandinavian Journal of Statistics, 18, 333-340, on the variances under ties.
    Andersen, Borgan, Gill and Keiding (1993), *Statistical Models Based on Counting Processes*, section IV.1.

    Examples
    --------
    >>> import numpy as np
    >>> nelson_aalen(np.array([[[1, 1]]]), np.array([[4, 2]])).hazard
    array([[[0.25, 0.75]]])
    """
    exposed = at_risk[..., None, :]
    hazard = ratio(events, exposed)
    if variance == "poisson":
        spread = ratio(hazard, exposed)
    elif variance == "greenwood":
        spread = ratio(hazard * ratio(exposed - events, exposed), exposed)
    else:
        spread = hypergeometric(events, exposed)
    total = np.cumsum(hazard, axis=-1)
    std_error = np.sqrt(np.cumsum(spread, axis=-1))
    reach = normal_quantile(confidence_level) * std_error
    if limits == "plain":
        return CumulativeHazard(total, std_error, np.maximum(total - reach, 0), total + reach)
    factor = np.exp(ratio(reach, total, empty=np.nan))
    return CumulativeHazard(total, std_error, total / factor, total * factor)
