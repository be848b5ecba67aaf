"""Curves of the cases that have lasted some days already: what a case that is still open may expect.

Everything after day s depends on the risk sets after day s only, so a condition is a table that starts there: any
kernel of this room can be asked of :func:`restart`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Days, Flags, Tallies
from .curves import Incidence, KaplanMeier, Variance, aalen_johansen, kaplan_meier
from .limits import Limits


class Restarted(NamedTuple):
    """Counts from a later start on."""

    days: Days  # (T',), since the new start, from 1 on
    events: Tallies  # (..., T')
    at_risk: Tallies  # (..., T')


class ConditionalSurvival(NamedTuple):
    """Probability of being still open, among those open after a day."""

    days: Days  # (T',), since that day
    curve: KaplanMeier  # (G, T')


class ConditionalIncidence(NamedTuple):
    """Probability of having ended by each outcome, among those open after a day."""

    days: Days  # (T',), since that day
    curves: Incidence  # (G, K, T')


def restart(days: Days, events: Tallies, at_risk: Tallies, *, lasted_days: int) -> Restarted:
    """Counts of what happened after the first days, to ask any question again of those who had lasted so long.

    Parameters
    ----------
    days : (T,)
        Sorted distinct days.
    events : (..., T)
        Endings on the day.
    at_risk : (..., T)
        Open and observed just before the day.
    lasted_days : int
        Day s: whoever is open after it has lasted. Days count anew from there.

    Returns
    -------
    Restarted
        Units whose observation begins after day s join the risk sets when they come: they too show how cases of that
        age go on. Where only those already under observation on day s are meant (a landmark sample), the rows must be
        chosen before they are counted; without late entries the two are the same.

    References
    ----------
    Andersen, Borgan, Gill and Keiding (1993), *Statistical Models Based on Counting Processes*, section IV.1.3.

    Examples
    --------
    >>> import numpy as np
    >>> later = restart(np.array([3, 9, 12]), np.array([[1, 1, 0]]), np.array([[4, 3, 1]]), lasted_days=3)
    >>> later.days, later.at_risk
    (array([6, 9]), array([[3, 1]]))
    """
    start = int(np.searchsorted(days, lasted_days, side="right"))
    return Restarted(days[start:] - lasted_days, events[..., start:], at_risk[..., start:])


def conditional_survival(
    days: Days,
    events: Tallies,
    at_risk: Tallies,
    *,
    lasted_days: int,
    confidence_level: float = 0.95,
    limits: Limits = "log-log",
) -> ConditionalSurvival:
    """Probability of being still open t days later, given that a case is open after day s: S(s + t) / S(s).

    Parameters
    ----------
    days : (T,)
        Sorted distinct days.
    events : (G, T)
        Endings of any kind on the day.
    at_risk : (G, T)
        Open and observed just before the day.
    lasted_days : int
        Day s.
    confidence_level : float
        Of the limits, which hold for each day by itself.
    limits : {"log-log", "log", "plain", "arcsine"}
        Scale of the limits.

    Returns
    -------
    ConditionalSurvival
        NaN for a group in which nobody is at risk after day s.

    Notes
    -----
    The product of the same factors 1 - d / Y, from the day after s on; Greenwood's sum from there on. The days up to s
    add nothing to the variance: they cancel in the ratio, and the risk set on day s is what there is to learn from.

    References
    ----------
    Kaplan and Meier (1958), Journal of the American Statistical Association, 53, 457-481.
    van Houwelingen and Putter (2012), *Dynamic Prediction in Clinical Survival Analysis*.

    Examples
    --------
    >>> import numpy as np
    >>> given = conditional_survival(np.array([3, 9]), np.array([[1, 1]]), np.array([[4, 2]]), lasted_days=3)
    >>> given.days, given.curve.survival
    (array([6]), array([[0.5]]))
    """
    rest = restart(days, events, at_risk, lasted_days=lasted_days)
    curve = kaplan_meier(rest.events, rest.at_risk, confidence_level=confidence_level, limits=limits)
    nobody: Flags = ~np.any(rest.at_risk > 0, axis=-1, keepdims=True)
    return ConditionalSurvival(rest.days, KaplanMeier(*(np.where(nobody, np.nan, field) for field in curve)))


def conditional_incidence(
    days: Days,
    events: Tallies,
    at_risk: Tallies,
    *,
    lasted_days: int,
    confidence_level: float = 0.95,
    variance: Variance = "greenwood",
    limits: Limits = "log-log",
) -> ConditionalIncidence:
    """Probability of ending by each outcome within t more days, given that a case is open after day s.

    Parameters
    ----------
    days : (T,)
        Sorted distinct days.
    events : (G, K, T)
        Endings on the day by outcome.
    at_risk : (G, T)
        Open and observed just before the day.
    lasted_days : int
        Day s.
    confidence_level, variance, limits
        As in :func:`justice_metrics.estimate.curves.aalen_johansen`.

    Returns
    -------
    ConditionalIncidence
        (F_k(s + t) - F_k(s)) / S(s); with the survival it adds up to 1. NaN for a group in which nobody is at risk
        after day s.

    Notes
    -----
    The Aalen-Johansen estimate begun on day s, which is the ratio above identically, with its variance.

    References
    ----------
    Aalen and Johansen (1978), Scandinavian Journal of Statistics, 5, 141-150.

    Examples
    --------
    >>> import numpy as np
    >>> events = np.array([[[1, 1, 0], [0, 0, 1]]])
    >>> given = conditional_incidence(np.array([3, 9, 12]), events, np.array([[5, 4, 2]]), lasted_days=3)
    >>> given.curves.incidence
    array([[[0.25 , 0.25 ],
            [0.   , 0.375]]])
    """
    rest = restart(days, events, at_risk, lasted_days=lasted_days)
    curves = aalen_johansen(
        rest.events, rest.at_risk, confidence_level=confidence_level, variance=variance, limits=limits
    )
    nobody: Flags = ~np.any(rest.at_risk > 0, axis=-1, keepdims=True)
    of_outcomes = (np.where(nobody[..., None], np.nan, field) for field in curves[1:])
    return ConditionalIncidence(rest.days, Incidence(np.where(nobody, np.nan, curves.survival), *of_outcomes))
