"""One emulation of the two strategies with given multiplicities of courts: fit, weigh, count day by day."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Floats
from .emulation_fold import Folded, Strategy
from .emulation_weights import (
    LogWeights,
    at_least,
    daily_waits,
    final_weights,
    held_back,
    log_weights,
    strategy_hazard,
    waiting_mass,
)
from .start_model import StartFit, fit_start


class Watched(NamedTuple):
    """Which endings are counted where, which no resample changes.

    Attributes
    ----------
    outcomes : int
    days : int
        Days 0..days - 1 are followed, g + 1 among them.
    ended : two of (N,)
        By arm, cells that end under observation while they follow the strategy.
    place : two of (N,)
        Where they are counted, in a table of outcomes by days.
    """

    outcomes: int
    days: int
    ended: tuple[Counts, Counts]
    place: tuple[Counts, Counts]


class Run(NamedTuple):
    """Clones of one resample.

    Attributes
    ----------
    fit : StartFit
    hazard : (g + 1,)
        Of the first strategy.
    weights : (2, C)
        Final weights, after truncation.
    caps : (2,)
        Largest weight allowed; inf without truncation.
    events : (2, K, T)
        Weighted endings.
    at_risk : (2, T)
        Weighted clones just before each day.
    """

    fit: StartFit
    hazard: Floats
    weights: Floats
    caps: Floats
    events: Floats
    at_risk: Floats


def watch(folded: Folded, strategy: Strategy, outcomes: int, last_day: int) -> Watched:
    """Sort the cells by what becomes of their clones; a code beyond the outcomes is refused."""
    if folded.code.max(initial=0) > outcomes:
        raise ValueError("cases have more endings than were told")
    days = max(last_day, strategy.within_days + 1) + 1
    seen = (folded.code > 0) & (folded.exit < days)
    departs = np.zeros((2, len(seen)), dtype=bool)
    departs[0, folded.late] = departs[1, folded.starters] = True
    ended = np.flatnonzero(seen & ~departs[0]), np.flatnonzero(seen & ~departs[1])
    first, second = ((folded.code[rows] - 1) * days + folded.exit[rows] for rows in ended)
    return Watched(outcomes, days, ended, (first, second))


def run(
    folded: Folded, watched: Watched, strategy: Strategy, times: Floats, *, first: StartFit | None = None
) -> Run | None:
    """Emulate both strategies when each unit comes ``times`` times.

    Parameters
    ----------
    folded : Folded
    watched : Watched
    strategy : Strategy
    times : (units,)
    first : StartFit, optional
        Where the fit begins.

    Returns
    -------
    Run or None
        None when nobody starts within the grace period.
    """
    starts, person_days = folded.drawn(folded.starts, times), folded.drawn(folded.person_days, times)
    if not starts.sum() > 0:
        return None
    mass = folded.mass * times[folded.unit]
    fit = fit_start(starts, person_days, folded.kinds.columns, first=first)
    logs = log_weights(folded, fit, starts, person_days, strategy)
    hazard = strategy_hazard(strategy, starts.sum(axis=0), folded.firsts)
    weights = final_weights(folded, fit, logs, hazard, mass)
    waiting = waiting_mass(folded, logs, mass, held_back(hazard), strategy)
    caps = np.full(2, np.inf)
    if strategy.truncate is not None:
        cuts = np.array([weighted_quantile(one, mass, strategy.truncate / 100) for one in weights])
        caps = np.where(np.isnan(cuts), np.inf, cuts)  # an arm without clones has nothing to cut
        waiting = waiting + _cut(folded, logs, mass, hazard, caps, strategy)
        weights = np.minimum(weights, caps[:, None])
    return Run(fit, hazard, weights, caps, *count(folded, watched, mass * weights, waiting))


def count(folded: Folded, watched: Watched, weighted: Floats, waiting: Floats) -> tuple[Floats, Floats]:
    """Add up endings and risk sets.

    Parameters
    ----------
    folded : Folded
    watched : Watched
    weighted : (2, C)
        Mass times final weight.
    waiting : (2, g + 2)
        Weighted mass of those that wait.

    Returns
    -------
    (2, K, T), (2, T)
        Endings and clones at risk.
    """
    days, K, grace = watched.days, watched.outcomes, waiting.shape[1] - 1
    events = np.empty((2, K, days))
    for arm, (rows, place) in enumerate(zip(watched.ended, watched.place, strict=True)):
        events[arm] = np.bincount(place, weights=weighted[arm, rows], minlength=K * days).reshape(K, days)
    at_risk = np.zeros((2, days))
    at_risk[:, :grace] = waiting[:, :-1]
    rows, late = folded.starters, folded.late
    mass = weighted[0, rows]
    at_risk[0] += at_least(folded.exit[rows], mass, days) - at_least(folded.until[rows], mass, days)
    at_risk[1, grace:] = at_least(folded.exit[late], weighted[1, late], days)[grace:]
    return events, at_risk


def incidence_of(events: Floats, at_risk: Floats) -> Floats:
    """Aalen-Johansen incidence on every day.

    Parameters
    ----------
    events : (..., K, T)
    at_risk : (..., T)

    Returns
    -------
    (..., K, T)
        At the end of each day; with nobody at risk the last value is carried forward.

    Examples
    --------
    >>> import numpy as np
    >>> incidence_of(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([4.0, 3.0])).tolist()
    [[0.25, 0.25], [0.0, 0.25]]
    """
    total = events.sum(axis=-2)
    watched = at_risk > 0
    exposed = np.where(watched, np.maximum(at_risk, total), 1)  # a sum of weights may fall short by rounding
    before = np.ones_like(exposed)
    np.cumprod((exposed - np.where(watched, total, 0))[..., :-1] / exposed[..., :-1], axis=-1, out=before[..., 1:])
    reached: Floats = np.cumsum(events * np.where(watched, before / exposed, 0)[..., None, :], axis=-1)
    return reached


def weighted_quantile(values: Floats, mass: Floats, probability: float) -> float:
    """Least value that a share of the mass does not exceed, among positive values; NaN without any.

    Examples
    --------
    >>> import numpy as np
    >>> weighted_quantile(np.array([3.0, 1.0, 0.0, 2.0]), np.array([1.0, 2.0, 9.0, 1.0]), 0.5)
    1.0
    """
    there = (values > 0) & (mass > 0)
    if not there.any():
        return float("nan")
    order = np.argsort(values[there], kind="stable")
    upto = np.cumsum(mass[there][order])
    return float(values[there][order][np.searchsorted(upto, probability * upto[-1] * (1 - 1e-12))])


def _cut(folded: Folded, logs: LogWeights, mass: Floats, hazard: Floats, caps: Floats, strategy: Strategy) -> Floats:
    """(2, g + 2): what truncation takes from those that wait; few weigh too much, and these are followed by day."""
    days = len(hazard) + 1
    taken = np.zeros((2, days))
    kept, own = held_back(hazard), strategy.own_days
    heavy = (mass > 0) & (logs.waited > np.log(caps.min()))
    for rows, waited in daily_waits(folded, logs.waits, np.flatnonzero(heavy), days - 1):
        there = mass[rows, None] * (np.arange(days) <= folded.until[rows, None])
        since = waited - waited[:, [own]]
        with np.errstate(over="ignore", invalid="ignore"):
            both = np.exp(np.where(np.arange(days) <= own, 0, since + kept)), np.exp(waited)
        for arm in range(2):
            excess = np.where(there > 0, np.maximum(both[arm] - caps[arm], 0), 0)
            taken[arm] -= (there * excess).sum(axis=0)
    return taken
