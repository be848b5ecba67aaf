"""What becomes of the cases that are pending now: expected endings within a horizon, given how old each case is.

A case that has been open for a days ends by outcome k within the next h days with probability
(F_k(a + h) - F_k(a)) / S(a), F_k being the cumulative incidence and S the share still open. Added up over the pending
cases that is an expected number; the number that will really be seen varies around it for two reasons, and an interval
for it needs both: the hazards are estimated, and chance decides on each case.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Days, Flags, Floats, Tallies
from .curves import NOBODY
from .limits import normal_quantile


class Hazards(NamedTuple):
    """Daily hazards on every day 0, 1, 2 … up to the last one that anything is known of.

    Attributes
    ----------
    hazard : (K, D)
        Share of the open cases that end by each outcome on the day.
    at_risk : (D,)
        Cases open and observed just before the day; 0 beyond the last observed day.
    last_day : int
        Last day with anybody at risk; what comes after it is a tail that was assumed.
    share : (D,)
        Weight of each observed day in the mean that continues the hazards; all 0 without such a tail.
    slope : (K, D, P)
        Derivative of the hazards of a modelled tail by its parameters; 0 up to the last day.
    covariance : (P, P)
        Of those parameters.
    """

    hazard: Floats
    at_risk: Floats
    last_day: int
    share: Floats
    slope: Floats
    covariance: Floats


class Expected(NamedTuple):
    """Expected endings among cases of known ages, within a horizon.

    Attributes
    ----------
    told : (A,)
        Ages whose whole horizon lies within what is known.
    probability : (K, A)
        Of ending so within the horizon; NaN where not told.
    remaining_days : (A,)
        Expected days still open, cut at the horizon.
    expected : (K,)
        Sum over the told cases.
    estimation_variance, chance_variance : (K,)
        Variance of the expected number because hazards are estimated, and of the number around it.
    any_expected, any_estimation, any_chance : float
        The same for any ending.
    """

    told: Flags
    probability: Floats
    remaining_days: Floats
    expected: Floats
    estimation_variance: Floats
    chance_variance: Floats
    any_expected: float
    any_estimation: float
    any_chance: float


class Prediction(NamedTuple):
    """Limits between which the number will lie."""

    conf_low: Floats  # (...)
    conf_high: Floats  # (...)


def daily_hazards(days: Days, events: Tallies, at_risk: Tallies) -> Hazards:
    """Hazards on every day, from counts on the days on which anything happened.

    Parameters
    ----------
    days : (T,)
        Sorted distinct days; negative ones are entries from the start.
    events : (K, T)
        Endings by outcome on each day.
    at_risk : (T,)
        Open and observed just before each day, from :func:`justice_metrics.estimate.risk.at_risk`.

    Returns
    -------
    Hazards
        Without a tail.

    Examples
    --------
    >>> import numpy as np
    >>> found = daily_hazards(np.array([1, 3]), np.array([[1, 1]]), np.array([4, 2]))
    >>> found.hazard, found.at_risk
    (array([[0.  , 0.25, 0.  , 0.5 ]]), array([4., 4., 2., 2.]))
    """
    watched = np.flatnonzero((at_risk > 0) & (days >= 0))
    last = int(days[watched[-1]]) if len(watched) else -1
    number, k = last + 1, events.shape[0]
    hazard, risk = np.zeros((k, number)), np.zeros(number)
    if number:
        every = np.arange(number)
        # between two of the days nobody left, so whoever is at risk on the later one was at risk on the day, but for
        # those who entered between: an entry is one of the days
        risk = at_risk[np.searchsorted(days, every, side="left")].astype(np.float64)
        kept = watched
        hazard[:, days[kept]] = events[:, kept] / at_risk[kept]
    return Hazards(hazard, risk, last, np.zeros(number), np.zeros((k, number, 0)), np.zeros((0, 0)))


def with_constant_tail(hazards: Hazards, further_days: int, *, window_days: int) -> Hazards:
    """Continue each hazard at its mean over the last days that were observed.

    Parameters
    ----------
    hazards : Hazards
    further_days : int
        Length of the tail.
    window_days : int
        Days before the last one whose endings and time at risk make the mean.

    Returns
    -------
    Hazards
        The mean is endings over days at risk; its doubt, and that it rests on days which the horizon of younger cases
        covers too, are part of the estimation variance.

    Examples
    --------
    >>> import numpy as np
    >>> found = daily_hazards(np.array([1, 3]), np.array([[1, 1]]), np.array([4, 2]))
    >>> with_constant_tail(found, 2, window_days=2).hazard[0]
    array([0.  , 0.25, 0.  , 0.5 , 0.25, 0.25])
    """
    first = max(0, hazards.last_day + 1 - window_days)
    share = np.where(np.arange(len(hazards.at_risk)) >= first, hazards.at_risk, 0.0)
    share = share / share.sum()
    mean = hazards.hazard @ share
    none = np.zeros((len(mean), further_days, 0))
    made = with_tail(hazards, np.repeat(mean[:, None], further_days, axis=1), none, np.zeros((0, 0)))
    return made._replace(share=np.concatenate([share, np.zeros(further_days)]))


def with_tail(hazards: Hazards, hazard: Floats, slope: Floats, covariance: Floats) -> Hazards:
    """Continue the hazards by those of a model.

    Parameters
    ----------
    hazards : Hazards
        Without a tail.
    hazard : (K, H)
        Daily hazards from the day after the last observed one.
    slope : (K, H, P)
        Their derivative by the parameters of the model.
    covariance : (P, P)
        Of the parameters; they are taken as independent of the daily hazards before, as if the tail rested on other
        cases.

    Returns
    -------
    Hazards
    """
    seen = np.zeros((*hazards.hazard.shape, slope.shape[2]))
    return Hazards(
        np.concatenate([hazards.hazard, hazard], axis=1),
        np.concatenate([hazards.at_risk, np.zeros(hazard.shape[1])]),
        hazards.last_day,
        np.concatenate([hazards.share, np.zeros(hazard.shape[1])]),
        np.concatenate([seen, slope], axis=1),
        covariance,
    )


def expected_among(hazards: Hazards, ages: Days, pending: Tallies, within_days: int) -> Expected:
    """Expected number of endings among pending cases within a horizon, with the two parts of its variance.

    Parameters
    ----------
    hazards : Hazards
    ages : (A,)
        Whole days since the start at the cut-off; a case of age a was seen open at the end of day a.
    pending : (A,)
        Cases of each age.
    within_days : int
        Horizon h: endings on the days a + 1 to a + h count.

    Returns
    -------
    Expected
        Cases with a + h beyond the last known day are not told: nobody was ever seen at that age.

    Notes
    -----
    With R_a(t) = S(t-) / S(a) for t = a + 1 … a + h, the expected number of outcome k is
    θ_k = Σ_a m_a Σ_t R_a(t) h_k(t). Its derivative by h_j(t) is R(t) [j = k] - Q_k(t), where R(t) = Σ_a m_a R_a(t) and
    Q_k(t) is the expected number of later endings by k of the cases that are exposed on t, over 1 - h(t). The hazards
    of one day are multinomial given the risk set and those of different days uncorrelated, so the estimation variance
    is Σ_t [ (R - Q)² h_k + Q² (h - h_k) - (R h_k - Q h)² ] / Y(t). The chance variance is Σ_a m_a π_a (1 - π_a): cases
    are taken as independent of each other.

    References
    ----------
    Andersen, Borgan, Gill and Keiding (1993), *Statistical Models Based on Counting Processes*, section IV.4.

    Examples
    --------
    Of four cases one ended on day 1, one of the other three on day 2, the rest is open. A case of age 0 ends within two
    days with probability 1/4 + 3/4 × 1/3.

    >>> import numpy as np
    >>> hazards = daily_hazards(np.array([1, 2]), np.array([[1, 1]]), np.array([4, 3]))
    >>> found = expected_among(hazards, np.array([0, 1]), np.array([10, 5]), 2)
    >>> found.told, found.expected
    (array([ True, False]), array([5.]))
    """
    k, known = hazards.hazard.shape
    total = hazards.hazard.sum(axis=0)
    staying = np.where(1 - total <= NOBODY, 0.0, 1 - total)
    told = (ages >= -1) & (ages.astype(np.int64) + within_days < known)
    probability = np.full((k, len(ages)), np.nan)
    remaining = np.full(len(ages), np.nan)
    exposed, later = np.zeros(known), np.zeros((k, known))
    for place in np.flatnonzero(told):
        window = slice(int(ages[place]) + 1, int(ages[place]) + 1 + within_days)
        open_before = np.concatenate([[1.0], np.cumprod(staying[window])[:-1]])
        ending = np.cumsum(open_before * hazards.hazard[:, window], axis=1)
        probability[:, place] = ending[:, -1] if within_days else 0.0
        remaining[place] = open_before.sum() if within_days else 0.0
        exposed[window] += pending[place] * open_before
        later[:, window] += pending[place] * (ending[:, -1:] - ending)
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = np.where(staying > 0, later / staying, 0.0)
        lost_any = np.where(staying > 0, later.sum(axis=0) / staying, 0.0)
    estimation = _estimation(hazards, exposed, lost, hazards.hazard)
    any_estimation = _estimation(hazards, exposed, lost_any[None], total[None])[0]
    number = np.where(told, pending, 0)
    certain = np.where(told, probability, 0.0)
    of_any = np.minimum(certain.sum(axis=0), 1.0)
    return Expected(
        told,
        probability,
        remaining,
        certain @ number,
        estimation,
        (certain * (1 - certain)) @ number,
        float(of_any @ number),
        float(any_estimation),
        float((of_any * (1 - of_any)) @ number),
    )


def _estimation(hazards: Hazards, exposed: Floats, lost: Floats, own: Floats) -> Floats:
    """Variance of the expected numbers, shape (K,), because the hazards are estimated."""
    total, risk = hazards.hazard.sum(axis=0), hazards.at_risk
    if hazards.share.any():
        # each day of the tail has the mean hazard, and so a share of every day that makes the mean
        tail = hazards.last_day + 1
        exposed = exposed + hazards.share * exposed[tail:].sum()
        lost = lost + hazards.share * lost[:, tail:].sum(axis=1, keepdims=True)
    square = (exposed - lost) ** 2 * own + lost**2 * np.maximum(total - own, 0) - (exposed * own - lost * total) ** 2
    daily = np.where(risk > 0, square / np.where(risk > 0, risk, 1), 0.0).sum(axis=1)
    if not hazards.covariance.size:
        return np.asarray(np.maximum(daily, 0))
    # one row of `own` may be all outcomes together, so the derivative is written for the hazards themselves
    k, together = hazards.hazard.shape[0], own.shape[0] == 1 and hazards.hazard.shape[0] > 1
    through = -np.einsum("kt,jtp->kp", lost, hazards.slope)
    direct = np.einsum("t,jtp->jp", exposed, hazards.slope)
    gradient = through + (direct.sum(axis=0, keepdims=True) if together else direct[:k])
    return np.asarray(np.maximum(daily, 0) + np.einsum("kp,pq,kq->k", gradient, hazards.covariance, gradient))


def prediction_interval(
    expected: Floats, variance: Floats, cases: Floats | float, *, confidence_level: float
) -> Prediction:
    """Limits between which a future number of endings will lie.

    Parameters
    ----------
    expected, variance : (...)
        Expected number, and its estimation and chance variance added up.
    cases : (...)
        Cases that the number is out of.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Prediction
        Whole numbers, each (...). NaN where nothing is expected or everything: the variance knows no doubt there.

    Notes
    -----
    Symmetric on the logit scale of the share p = θ / m, with the standard error sqrt(V) / (m p (1 - p)); so the limits
    stay between 0 and all cases. They are rounded to whole numbers, which is the continuity correction.

    Examples
    --------
    >>> import numpy as np
    >>> prediction_interval(np.array([20.0]), np.array([25.0]), 100, confidence_level=0.95)
    Prediction(conf_low=array([12.]), conf_high=array([31.]))
    """
    cases = np.asarray(cases, dtype=np.float64)
    inside = (expected > 0) & (expected < cases)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(inside, expected / cases, np.nan)
        logit = np.log(share / (1 - share))
        half = normal_quantile(confidence_level) * np.sqrt(variance) / (cases * share * (1 - share))
        low, high = (cases / (1 + np.exp(-(logit + sign * half))) for sign in (-1, 1))
    return Prediction(np.round(low), np.round(high))


def resampled_expected(
    days: Days, events: Tallies, at_risk: Tallies, ages: Days, pending: Tallies, within_days: int
) -> Floats:
    """Expected endings in many resamples at once, the pending cases staying what they are.

    Parameters
    ----------
    days : (T,)
    events : (R, K, T)
    at_risk : (R, T)
        Counts of each resample.
    ages, pending : (A,)
        Told ages only.
    within_days : int

    Returns
    -------
    (R, K)
        NaN where a resample has nobody left at an age of the pending cases.
    """
    watched = at_risk > 0
    hazard = np.where(watched[:, None, :], events / np.where(watched, at_risk, 1)[:, None, :], 0.0)
    staying = 1 - hazard.sum(axis=1)
    survival = np.cumprod(np.where(staying <= NOBODY, 0, staying), axis=-1)
    before = np.concatenate([np.ones((len(survival), 1)), survival[:, :-1]], axis=-1)
    incidence = np.cumsum(before[:, None, :] * hazard, axis=-1)
    survival = np.concatenate([np.ones((len(survival), 1)), survival], axis=-1)
    incidence = np.concatenate([np.zeros((*incidence.shape[:2], 1)), incidence], axis=-1)
    here = np.searchsorted(days, ages, side="right")
    there = np.searchsorted(days, ages.astype(np.int64) + within_days, side="right")
    with np.errstate(divide="ignore", invalid="ignore"):
        given = (incidence[..., there] - incidence[..., here]) / survival[:, None, here]
    return np.asarray(np.where(survival[:, None, here] > 0, given, np.nan) @ pending.astype(np.float64))
