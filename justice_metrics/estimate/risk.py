"""How many units are open and under observation just before each day.

All kernels of this room share the axes ``G`` (groups), ``K`` (outcomes) and ``T`` (the sorted distinct days on which
anything happens in any group). Counts may be whole numbers or sums of sampling weights.
"""

from __future__ import annotations

import numpy as np

from ..base.types import Days, Floats, Tallies

# Sums of weights leave rounding dust where nobody is left; real weights are never this small against their total.
DUST = 1e-10


def at_risk(events: Tallies, censored: Tallies, entered: Tallies) -> Tallies:
    """Units at risk on each day: entry < day <= exit.

    Parameters
    ----------
    events : (G, K, T)
        Units that ended on the day by each outcome.
    censored : (G, T)
        Units last seen on the day, still open.
    entered : (G, T)
        Units whose observation begins after the day (delayed entry). Units observed from the start enter on day -1;
        they may be counted there or left out, because nobody is at risk before day 0.

    Returns
    -------
    (G, T), of the type of the counts
        An ending or a last sighting on day t is at risk on t; an entry on day t is at risk from the next day only.

    Notes
    -----
    Counted from the last day backwards as (exits from t on) - (entries from t on): whole numbers stay exact and the
    last risk set equals the last exits. Every unit must enter before it exits; the table that holds the counts checks
    that. Leading axes other than G are allowed, in the same order on all three arrays.

    References
    ----------
    Andersen, Borgan, Gill and Keiding (1993), *Statistical Models Based on Counting Processes*, section III.4.

    Examples
    --------
    >>> import numpy as np
    >>> events = np.array([[[1, 0, 1]]])
    >>> at_risk(events, censored=np.array([[0, 1, 0]]), entered=np.array([[1, 0, 0]]))
    array([[2, 2, 1]])
    """
    leaving = events.sum(axis=-2) + censored - entered
    remaining = np.flip(np.cumsum(np.flip(leaving, axis=-1), axis=-1), axis=-1)
    if np.issubdtype(remaining.dtype, np.floating):
        exits = (events.sum(axis=-2) + censored).sum(axis=-1, keepdims=True)
        remaining = np.where(np.abs(remaining) <= DUST * exits, 0.0, remaining)
    return remaining


def last_observed_days(days: Days, at_risk: Tallies) -> Floats:
    """Last day on which each group still has somebody at risk; NaN for a group without units.

    Parameters
    ----------
    days : (T,)
        Sorted distinct days.
    at_risk : (G, T)
        From :func:`at_risk`.

    Returns
    -------
    (G,)
        Beyond this day a curve is carried forward, not estimated.

    Examples
    --------
    >>> import numpy as np
    >>> last_observed_days(np.array([10, 20, 30]), np.array([[3, 1, 0], [0, 0, 0]]))
    array([20., nan])
    """
    if not len(days):
        return np.full(at_risk.shape[:-1], np.nan)
    observed = at_risk > 0
    last = len(days) - 1 - np.argmax(np.flip(observed, axis=-1), axis=-1)
    return np.where(observed.any(axis=-1), days[last], np.nan)
