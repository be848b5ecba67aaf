"""How long those who ended in another way stay in a subdistribution risk set: weights from drop-out and late entry.

A case that ended by another outcome on day s counts on a later day t with the probability that it would still be under
observation then: G(t-) / G(s-) for censoring, times H(t-) / H(s-) when cases enter late, H being the probability of
having entered. Both are product-limit estimates from the same rows.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from ..base.types import Counts, Days, Floats
from .day_index import distinct_days, up_to
from .rows import Rows

CensoringTies: TypeAlias = Literal["events_first", "all_at_risk"]

# Code of a row that goes on in another row of the same unit, which enters on the day this one exits.
CONTINUES = -1


class Observation(NamedTuple):
    """Chance of being under observation, by censoring group (J) and day.

    Positions run from 0 (before the first day) to U; position p holds the value after day number p - 1.

    Attributes
    ----------
    days : (U,)
        Sorted distinct days of entry and exit.
    log_chance : (J, U + 1)
        log(G H) up to a constant, without the days on which nothing is left.
    segment : (J, U + 1)
        Number of days so far on which everybody at risk was censored, or everybody under observation had just entered.
        Weights connect days of one segment only.
    censored, could_be_censored : (J, U)
        Censorings on the day and the rows that might have been.
    entered, had_entered : (J, U)
        Late entries on the day and the rows under observation right after it.
    """

    days: Days
    log_chance: Floats
    segment: Counts
    censored: Floats
    could_be_censored: Floats
    entered: Floats
    had_entered: Floats


def observation(rows: Rows, group: Counts, ties: CensoringTies, *, weighted: bool = False) -> Observation:
    """Product-limit estimates of staying uncensored and of having entered.

    Parameters
    ----------
    rows : Rows
        Code 0 is censored; code -1 goes on in another row, so neither its exit nor that row's entry is counted.
    group : (C,)
        Censoring group of each cell, 0..J-1: drop-out may differ between them.
    ties : {"events_first", "all_at_risk"}
        Who might have been censored on a day with endings: only those who did not end on it, because endings come
        first (R ``survival::finegray``), or all at risk (R ``cmprsk::crr``).
    weighted : bool
        Whether sampling weights count here too. R's ``finegray`` leaves them out; frequencies always count.

    Returns
    -------
    Observation
        G factors 1 - c / Y over censoring days; H factors 1 - a / B over later entry days, B counting the rows with
        entry <= day < exit.

    References
    ----------
    Fine and Gray (1999), Journal of the American Statistical Association, 94, 496-509.
    Geskus (2011), Biometrics, 67, 39-49.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(4, dtype=np.int64)
    >>> rows = Rows(-one, np.array([1, 2, 2, 3]), np.array([2, 0, 1, 1]), one, None, 0 * one, 0 * one, None)
    >>> np.exp(observation(rows, 0 * one, "events_first").log_chance)
    array([[1. , 1. , 0.5, 0.5]])
    >>> np.exp(observation(rows, 0 * one, "all_at_risk").log_chance).round(4)
    array([[1.    , 1.    , 0.6667, 0.6667]])
    """
    mass = np.asarray(rows.n * (rows.weight if weighted and rows.weight is not None else 1.0), dtype=np.float64)
    days = distinct_days(rows)
    groups, width = int(group.max(initial=0)) + 1, len(days)
    leaves = group * width + up_to(days, rows.exit) - 1
    late = rows.entry >= 0
    joins = group[late] * width + up_to(days, rows.entry[late]) - 1

    def count(place: Counts, amount: Floats) -> Floats:
        return np.bincount(place, amount, groups * width).astype(np.float64).reshape(groups, width)

    exits, entries = count(leaves, mass), count(joins, mass[late])
    net = np.flip(np.cumsum(np.flip(exits - entries, axis=-1), axis=-1), axis=-1)
    at_risk = np.maximum(net, 0)
    censored = count(leaves, mass * (rows.code == 0))
    exposed = at_risk - count(leaves, mass * (rows.code > 0)) if ties == "events_first" else at_risk
    entered = entries - count(leaves, mass * (rows.code == CONTINUES))
    entered[entered < 1e-9 * entries] = 0
    under = at_risk - exits + entries

    stays, log_stays = _factor(censored, exposed)
    had, log_had = _factor(entered, under)
    nothing = ((stays == 0) | (had == 0)).astype(np.int64)
    before = ((0, 0), (1, 0))
    return Observation(
        days,
        np.pad(np.cumsum(log_stays - log_had, axis=-1), before),
        np.pad(np.cumsum(nothing, axis=-1), before),
        censored,
        exposed,
        entered,
        under,
    )


def _factor(count: Floats, of: Floats) -> tuple[Floats, Floats]:
    """1 - count / of, 1 where nothing is counted, and its logarithm, 0 where the factor is 0."""
    counted = count > 0
    left = np.where(counted, of - count, 1.0)
    left[left <= 1e-12 * of] = 0
    factor = np.where(counted, left / np.where(counted, np.maximum(of, count), 1), 1.0)
    log = np.zeros(factor.shape)
    np.log(factor, out=log, where=factor > 0)
    return factor, log
