"""Curves of open cases and of endings: Kaplan-Meier and Aalen-Johansen on counts per day.

Ties are exact: everything that happens on one day happens at once, and a unit censored on a day counts as at risk for
the endings of that day. Delayed entry needs no other formula, only the right risk set (:mod:`.risk`).
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from ..base.types import Floats, Tallies
from .limits import Limits, pointwise

Variance: TypeAlias = Literal["greenwood", "counting_process"]

# Sums of weights can leave a survivor of 1e-17 where nobody survived; no real survivor is this small a part of its set.
NOBODY = 1e-12


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


class _Steps(NamedTuple):
    """What one day does to the curve."""

    hazard: Floats  # (G, T), share of the risk set that ends
    staying: Floats  # (G, T), 1 - hazard without cancellation
    survival: Floats  # (G, T), after the day
    before: Floats  # (G, T), just before the day


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
    steps = _steps(events, at_risk)
    gone = steps.survival == 0
    spread = _ratio(steps.hazard, np.where(gone, 0, at_risk * steps.staying))
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
    steps = _steps(events.sum(axis=-2), at_risk)
    exposed = at_risk[..., None, :]
    before = steps.before[..., None, :]
    part = _ratio(events, exposed)
    ending = before * part
    incidence = np.cumsum(ending, axis=-1)

    own, shared, whole = _hazard_variances(events, part, steps, exposed, variance)
    staying = steps.staying[..., None, :]
    spread = _earlier(np.cumsum(_ratio(whole, staying**2), axis=-1))
    mixed = _earlier(np.cumsum(ending * spread - before * _ratio(shared, staying), axis=-1))
    gains = ending * (2 * mixed + ending * spread) + before**2 * own
    growing = np.cumsum(gains, axis=-1)
    # an incidence that reaches 1 has variance 0, where the sum leaves 1e-17 of what it was before
    settled = growing <= NOBODY * np.maximum.accumulate(growing, axis=-1)
    std_error = np.sqrt(np.where(settled, 0, growing))
    band = pointwise(incidence, std_error, confidence_level=confidence_level, limits=limits)
    return Incidence(steps.survival, incidence, std_error, band.conf_low, band.conf_high)


def _hazard_variances(
    events: Tallies, part: Floats, steps: _Steps, exposed: Tallies, variance: Variance
) -> tuple[Floats, Floats, Floats]:
    """Var(h_k), Cov(h_k, h) and Var(h) of one day's hazards; each (G, K, T) or (G, 1, T)."""
    hazard, staying = steps.hazard[..., None, :], steps.staying[..., None, :]
    if variance == "greenwood":
        return _ratio(part * (1 - part), exposed), _ratio(part * staying, exposed), _ratio(hazard * staying, exposed)
    others = events.sum(axis=-2, keepdims=True) - events
    own = _hypergeometric(events, exposed)
    return own, own, own + _hypergeometric(others, exposed)


def _hypergeometric(count: Tallies, exposed: Tallies) -> Floats:
    """Variance of count / exposed with the tie factor, which is 1 for a single event."""
    tie_factor = np.where(exposed > 1, _ratio(exposed - count, exposed - 1), 1)
    return _ratio(count * tie_factor, exposed * 1.0 * exposed)


def _steps(events: Tallies, at_risk: Tallies) -> _Steps:
    staying = _ratio(at_risk - events, at_risk, empty=1)
    staying = np.where(staying <= NOBODY, 0, staying)
    survival = np.cumprod(staying, axis=-1, dtype=np.float64)
    return _Steps(_ratio(events, at_risk), staying, survival, _earlier(survival, first=1))


def _earlier(values: Floats, first: float = 0) -> Floats:
    """Value just before each day: shifted by one day along the last axis."""
    shifted = np.empty_like(values)
    shifted[..., 1:] = values[..., :-1]
    shifted[..., :1] = first
    return shifted


def _ratio(numerator: Tallies, denominator: Tallies, empty: float = 0) -> Floats:
    """Divide; ``empty`` where the denominator is 0 or less."""
    positive = denominator > 0
    return np.where(positive, numerator / np.where(positive, denominator, 1), empty)
