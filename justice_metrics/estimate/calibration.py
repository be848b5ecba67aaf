"""Predicted against observed: groups of like predictions beside their Kaplan-Meier estimates at a horizon."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Days, Floats
from .curves import kaplan_meier
from .limits import Limits
from .risk import at_risk, last_observed_days
from .steps import at_days


class Calibration(NamedTuple):
    """One entry per group of predictions, from low to high.

    Attributes
    ----------
    units : (G,)
    predicted : (G,)
        Mean predicted probability of having ended by the horizon.
    observed, conf_low, conf_high : (G,)
        One minus Kaplan-Meier at the horizon with limits; NaN where nobody was watched so long.
    """

    units: Floats
    predicted: Floats
    observed: Floats
    conf_low: Floats
    conf_high: Floats


def calibration(
    predicted: Floats,
    entry: Days,
    exit: Days,
    ended: Counts,
    n: Floats | Counts,
    *,
    groups: int,
    horizon_days: int,
    confidence_level: float,
    limits: Limits = "log-log",
) -> Calibration:
    """Compare predicted probabilities of having ended by a horizon with what was observed.

    Parameters
    ----------
    predicted : (C,)
        Probability of each cell.
    entry, exit, ended, n : (C,)
        Times of the cells as in :class:`justice_metrics.estimate.rows.Rows`, ``ended`` 1 or 0.
    groups : int
        Groups of about equal numbers of units, at the most; cells of one prediction stay together.
    horizon_days : int
    confidence_level, limits
        As for :func:`justice_metrics.estimate.curves.kaplan_meier`.

    Returns
    -------
    Calibration

    Examples
    --------
    >>> import numpy as np
    >>> found = calibration(np.array([0.2, 0.8]), np.array([-1, -1]), np.array([9, 3]), np.array([0, 1]),
    ...     np.array([8, 8]), groups=2, horizon_days=5, confidence_level=0.95)
    >>> found.observed
    array([0., 1.])
    """
    order = np.argsort(predicted, kind="stable")
    where = np.unique(np.round(predicted[order], 12), return_inverse=True)[1]
    of_level = np.bincount(where, weights=n[order])
    middle = (np.cumsum(of_level) - of_level / 2) / of_level.sum()
    group_of_level = np.unique(np.minimum((middle * groups).astype(np.int64), groups - 1), return_inverse=True)[1]
    group = np.empty(len(predicted), np.int64)
    group[order] = group_of_level[where]
    g = int(group.max()) + 1
    days, events, risk = _counted(group, g, entry, exit, ended, n)
    curve = kaplan_meier(events, risk, confidence_level=confidence_level, limits=limits)
    last = last_observed_days(days, risk)
    open_at = at_days(days, curve.survival, [horizon_days], before=1.0)[:, 0]
    seen = (last >= horizon_days) | (open_at <= 0)
    low, high = (at_days(days, one, [horizon_days], before=np.nan)[:, 0] for one in (curve.conf_low, curve.conf_high))
    units = np.bincount(group, weights=n).astype(np.float64)
    mean = np.bincount(group, weights=n * predicted) / units
    return Calibration(
        units,
        mean,
        np.where(seen, 1 - open_at, np.nan),
        np.where(seen, 1 - high, np.nan),
        np.where(seen, 1 - low, np.nan),
    )


def observed_share(entry: Days, exit: Days, ended: Counts, n: Floats | Counts, days: Counts) -> tuple[Floats, Floats]:
    """Share ended by chosen days, and units at risk just before them.

    Parameters
    ----------
    entry, exit, ended, n : (C,)
        As for :func:`calibration`.
    days : (H,)

    Returns
    -------
    share, at_risk : (H,)
        One minus Kaplan-Meier, NaN beyond the last day on which anybody was at risk.

    Examples
    --------
    >>> import numpy as np
    >>> observed_share(np.array([-1, -1]), np.array([9, 3]), np.array([0, 1]), np.array([1, 3]), np.array([2, 3, 12]))
    (array([0.  , 0.75,  nan]), array([4., 4., 0.]))
    """
    on, events, risk = _counted(np.zeros(len(exit), np.int64), 1, entry, exit, ended, n)
    curve = kaplan_meier(events, risk).survival[0]
    share = 1 - at_days(on, curve, days.astype(np.int32), before=1.0)
    there = np.append(risk[0], 0.0)[np.searchsorted(on, days)]
    return np.where((days <= last_observed_days(on, risk)[0]) | (curve[-1] <= 0), share, np.nan), there


def _counted(
    group: Counts, g: int, entry: Days, exit: Days, ended: Counts, n: Floats | Counts
) -> tuple[Days, Floats, Floats]:
    """Return days (T,), endings (G, T) and units at risk (G, T)."""
    days = np.unique(np.concatenate([exit, entry])).astype(np.int32)
    t, place, over = len(days), np.searchsorted(days, exit), ended == 1
    of, since = group * t + place, group * t + np.searchsorted(days, entry)
    events, censored, entered = (
        np.bincount(where, weights=number, minlength=g * t).reshape(g, t).astype(np.float64)
        for where, number in ((of[over], n[over]), (of[~over], n[~over]), (since, n))
    )
    return days, events, at_risk(events[:, None], censored, entered)
