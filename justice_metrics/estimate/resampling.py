"""Bootstrap of counts: draw clusters or cases again, and read the incidence of every draw at a horizon.

Nothing here sees a row. A resample of clusters is a weighted sum of their count tables, so all resamples together are
one matrix product; a resample of independent cases is a multinomial draw of the cells of one count table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, stdtrit

from ..base.types import Counts, Days, Floats, Tallies
from .risk import at_risk

# Largest working array, in cells of 8 bytes: 64 MiB.
CELLS = 8_388_608


class Interval(NamedTuple):
    """Limits without an estimate, which comes from the data as they are."""

    conf_low: Floats  # (...)
    conf_high: Floats  # (...)


def cluster_draws(clusters: int, resamples: int, seed: int) -> Counts:
    """How often each cluster is drawn in each resample.

    Parameters
    ----------
    clusters : int
        Number of clusters C; as many are drawn, with replacement.
    resamples : int
        Number of resamples R.
    seed : int
        The same seed gives the same draws.

    Returns
    -------
    (R, C)
        Whole numbers; each row adds up to C.

    References
    ----------
    Davison and Hinkley (1997), *Bootstrap Methods and their Application*, section 3.8.

    Examples
    --------
    >>> cluster_draws(4, 2, seed=7).sum(axis=1)
    array([4, 4])
    """
    if not clusters:
        return np.empty((resamples, 0), dtype=np.int64)
    shares = np.full(clusters, 1 / clusters)
    return np.random.default_rng(seed).multinomial(clusters, shares, size=resamples)


def percentile_interval(values: Floats, confidence_level: float = 0.95, *, units: int | None = None) -> Interval:
    """Percentile interval over resamples.

    Parameters
    ----------
    values : (R, ...)
        One statistic per resample; NaN where a resample does not define it, for instance an arm without cases.
    confidence_level : float
        Between 0 and 1.
    units : int, optional
        Independent units that a resample draws, for instance clusters. With it the interval is widened for their small
        number (the expanded percentile interval); without it, it is the plain one, too narrow with few clusters.

    Returns
    -------
    Interval
        Each (...), from the resamples that define the statistic; NaN where fewer than two do, and with fewer than two
        ``units``.

    Notes
    -----
    The limit at probability a is the order statistic number (R + 1) a, interpolated and cut at the extremes. A plain
    tail a becomes Phi(-sqrt(u / (u - 1)) t), with t the quantile of Student's distribution with u - 1 degrees of
    freedom that leaves a: what a t interval with an unbiased variance would reach. Take 2,000 resamples or more.

    In simulated studies of 300 files (a difference of incidences between two arms, level 95 %) the plain interval held
    the truth in 89.9, 93.6 and 94.5 % with 10, 20 and 40 courts, the widened one in 94.2, 95.5 and 95.3 %.

    References
    ----------
    Davison and Hinkley (1997), *Bootstrap Methods and their Application*, section 5.3.
    Hesterberg (2015), The American Statistician, 69, 371-386, for the expanded interval.

    Examples
    --------
    >>> import numpy as np
    >>> percentile_interval(np.arange(1.0, 1000.0), 0.95)
    Interval(conf_low=array(25.), conf_high=array(975.))
    """
    if not len(values):
        return Interval(*(np.full(values.shape[1:], np.nan) for _ in range(2)))
    ordered = np.sort(values, axis=0)  # NaN last
    usable = np.count_nonzero(~np.isnan(values), axis=0)
    tail = _tail(confidence_level, units)
    return Interval(_order_statistic(ordered, usable, tail), _order_statistic(ordered, usable, 1 - tail))


def incidence_at(events: Tallies, at_risk: Tallies) -> Floats:
    """Cumulative incidence of each outcome at the end of the table, without variance.

    Parameters
    ----------
    events : (..., G, K, T)
        Endings by outcome on each day up to the horizon.
    at_risk : (..., G, T)
        Open and observed just before each day.

    Returns
    -------
    (..., G, K)
        Aalen-Johansen as in :func:`justice_metrics.estimate.curves.aalen_johansen`; 0 for a group that never has
        anybody at risk in the table.

    Examples
    --------
    >>> import numpy as np
    >>> incidence_at(np.array([[[1, 0], [0, 1]]]), np.array([[4, 3]]))
    array([[0.25, 0.25]])
    """
    watched = at_risk > 0
    exposed = np.where(watched, at_risk, 1)
    staying = np.where(watched, (exposed - events.sum(axis=-2)) / exposed, 1)
    before = np.ones_like(staying)
    np.cumprod(staying[..., :-1], axis=-1, out=before[..., 1:])
    reached: Floats = (events * np.where(watched, before / exposed, 0)[..., None, :]).sum(axis=-1)
    return reached


def bootstrap_incidence(
    cluster_events: Tallies,
    cluster_censored: Tallies,
    cluster_entered: Tallies,
    days: Days,
    horizon_days: int,
    draws: Counts,
) -> Floats:
    """Cumulative incidence at a horizon in every resample of clusters.

    Parameters
    ----------
    cluster_events : (C, G, K, T)
        Endings by cluster, group, outcome and day.
    cluster_censored, cluster_entered : (C, G, T)
        Censorings and delayed entries; see :func:`justice_metrics.estimate.risk.at_risk`.
    days : (T,)
        Sorted distinct days, all of them: the risk set at the horizon is made of what happens later.
    horizon_days : int
        Incidence is read at the end of this day.
    draws : (R, C)
        From :func:`cluster_draws`.

    Returns
    -------
    (R, G, K)
        NaN for a group that a resample leaves without cases. Groups are resampled together, so their difference,
        taken resample by resample, keeps the correlation that a shared cluster brings.

    Notes
    -----
    Counts and risk sets are linear in the clusters: one product (R, C) @ (C, cells), in pieces of 64 MiB. Whole
    numbers below 2^53 are added exactly, so the result does not depend on the pieces.

    References
    ----------
    Davison and Hinkley (1997), *Bootstrap Methods and their Application*, sections 3.5 and 3.8.

    Examples
    --------
    >>> import numpy as np
    >>> events = np.array([[[[1, 0]]], [[[0, 1]]]])
    >>> nothing = np.zeros((2, 1, 2), dtype=np.int64)
    >>> draws = np.array([[1, 1], [2, 0]])
    >>> bootstrap_incidence(events, nothing, nothing, np.array([5, 9]), 5, draws)[:, 0, 0]
    array([0.5, 1. ])
    """
    upto = int(np.searchsorted(days, horizon_days, side="right"))
    exposed = at_risk(cluster_events, cluster_censored, cluster_entered)[..., :upto]
    cells = np.concatenate([cluster_events[..., :upto], exposed[..., None, :]], axis=-2).astype(np.float64)
    clusters, *shape = cells.shape
    flat = cells.reshape(clusters, -1)
    sizes = cluster_events.sum(axis=(-2, -1)) + cluster_censored.sum(axis=-1)  # (C, G)
    reached = np.empty((len(draws), shape[0], shape[1] - 1))
    for piece in _pieces(len(draws), flat.shape[1]):
        drawn = (draws[piece].astype(np.float64) @ flat).reshape(piece.stop - piece.start, *shape)
        reached[piece] = incidence_at(drawn[..., :-1, :], drawn[..., -1, :])
    return np.where((draws @ sizes > 0)[..., None], reached, np.nan)


def bootstrap_incidence_of_cases(
    events: Counts, censored: Counts, days: Days, horizon_days: int, *, resamples: int, seed: int
) -> Floats:
    """Cumulative incidence at a horizon in every resample of independent cases, all observed from the start.

    Parameters
    ----------
    events : (G, K, T)
        Endings by group, outcome and day.
    censored : (G, T)
        Censorings.
    days : (T,)
        Sorted distinct days.
    horizon_days : int
        Incidence is read at the end of this day.
    resamples : int
        Number of resamples R.
    seed : int
        The same seed gives the same resamples.

    Returns
    -------
    (R, G, K)
        Each group keeps its number of cases (resampling within groups); NaN for a group without cases.

    Notes
    -----
    Cases of one group, outcome and day are exchangeable, so drawing cases is drawing the cells of the group from a
    multinomial distribution. Without clusters and without delayed entry this is the ordinary bootstrap. What happens
    after the horizon only counts as "still there", so it is one cell.

    References
    ----------
    Efron (1981), Journal of the American Statistical Association, 76, 312-319.

    Examples
    --------
    >>> import numpy as np
    >>> events, censored = np.array([[[3, 0]]]), np.array([[0, 7]])
    >>> bootstrap_incidence_of_cases(events, censored, np.array([5, 9]), 5, resamples=3, seed=1).shape
    (3, 1, 1)
    """
    groups, outcomes, _ = events.shape
    upto = int(np.searchsorted(days, horizon_days, side="right"))
    exits = np.concatenate([events, censored[:, None, :]], axis=1)
    within = exits[..., :upto].reshape(groups, -1)
    later = exits[..., upto:].sum(axis=(1, 2))
    cells = np.concatenate([within, later[:, None]], axis=1)
    sizes = cells.sum(axis=1)
    generator = np.random.default_rng(seed)
    reached = np.full((resamples, groups, outcomes), np.nan)
    for piece in _pieces(resamples, cells.shape[1]):
        for group in np.flatnonzero(sizes):
            drawn = generator.multinomial(sizes[group], cells[group] / sizes[group], size=piece.stop - piece.start)
            table = drawn[:, :-1].reshape(len(drawn), outcomes + 1, upto)
            left = np.cumsum(np.flip(table.sum(axis=1), axis=-1), axis=-1)
            exposed = np.flip(left, axis=-1) + drawn[:, -1:]
            reached[piece, group] = incidence_at(table[:, None, :-1], exposed[:, None])[:, 0]
    return reached


def _tail(confidence_level: float, units: int | None) -> float:
    plain = (1 - confidence_level) / 2
    if units is None:
        return plain
    if units < 2:
        return float("nan")
    return float(ndtr(np.sqrt(units / (units - 1)) * stdtrit(units - 1, plain)))


def _pieces(resamples: int, cells: int) -> Iterator[slice]:
    step = max(1, CELLS // max(cells, 1))
    for start in range(0, resamples, step):
        yield slice(start, min(start + step, resamples))


def _order_statistic(ordered: Floats, usable: Counts, probability: float) -> Floats:
    if np.isnan(probability):
        return np.full(ordered.shape[1:], np.nan)
    # rounded, because 1,000 times a tail of 0.025 is not quite 25 in binary
    position = np.clip(np.round((usable + 1) * probability, 9), 1, np.maximum(usable, 1)) - 1
    below = np.floor(position).astype(np.intp)
    above = np.minimum(below + 1, np.maximum(usable - 1, 0))
    low, high = (np.take_along_axis(ordered, place[None], axis=0)[0] for place in (below, above))
    return np.where(usable >= 2, low + (position - below) * (high - low), np.nan)
