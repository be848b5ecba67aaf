"""Robust variances of curves and means: sampling weights, and rows that depend on one another within clusters.

The infinitesimal jackknife: each row's first-order influence on the estimate is weighted, summed within its cluster,
and the squares are added up. It assumes independent clusters and nothing about what happens inside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations_with_replacement
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from scipy import sparse

from ..base.types import Counts, Days, Floats
from .curves import NOBODY
from .robust_paths import (
    Paths,
    RowTable,
    area_paths,
    hazard_paths,
    incidence_paths,
    masses,
    row_table,
    survival_paths,
)
from .rows import Rows

Curve: TypeAlias = Literal["survival", "incidence", "cumulative_hazard", "mean_open", "mean_lost"]

# Cells taken at a time: the working arrays stay near 100 MiB whatever the number of rows.
BLOCK = 500_000


class RobustCurves(NamedTuple):
    """A curve of each group on every day, and its robust standard error."""

    days: Days  # (T,)
    estimate: Floats  # (G, Q, T); Q = 1 for survival, else one per outcome
    std_error: Floats  # (G, Q, T)


class ClusterInfluence(NamedTuple):
    """What each independent piece of the data did to the estimates on chosen days.

    Attributes
    ----------
    days : (J,)
        As asked for.
    estimate : (G, Q, J)
        Q = 1 for survival and mean time open, else one per outcome.
    sums : (U, Q, J)
        Weighted influences, summed over one cluster's rows in one group.
    group, cluster : (U,)
        Whose they are. A cluster with rows in two groups has two lines, and links the two groups.
    copies : (U,)
        Identical independent pieces that a line stands for: 1 with clusters, the frequency of the cell without.
    """

    days: Floats
    estimate: Floats
    sums: Floats
    group: Counts
    cluster: Counts
    copies: Counts


def robust_curves(
    rows: Rows, curve: Curve = "survival", *, groups: int | None = None, outcomes: int | None = None
) -> RobustCurves:
    """Curve of each group on every day with the infinitesimal-jackknife standard error.

    Parameters
    ----------
    rows : Rows
        ``stratum`` is the group, ``pattern`` is not read. Sampling weights and clusters are used where they are given;
        without clusters every row is independent of the others and a cell counts ``n`` times.
    curve : {"survival", "incidence", "cumulative_hazard", "mean_open", "mean_lost"}
        Kaplan-Meier; Aalen-Johansen and Nelson-Aalen by outcome; area under Kaplan-Meier and under each incidence from
        day 0 to the day (restricted mean time open, and lost to the outcome).
    groups, outcomes : int, optional
        G and K, when some may be absent from these rows.

    Returns
    -------
    RobustCurves
        Days are the distinct days of entry and exit. A group without rows stays at the start of its curve with standard
        error 0, as before the first ending. Where a survival curve is 0 its standard error is 0: no small change of
        the weights moves it.

    Notes
    -----
    Variance = sum over clusters of (sum over their rows of w D)^2, D being the derivative of the estimate with respect
    to the row's weight, and no factor for few clusters. All of a day's endings happen at once. Equal to R ``survfit``
    with ``weights``, ``cluster`` and ``robust = TRUE``, for two states and for many. The work grows with the number of
    cells and not with their number times the days: an influence is a combination of at most four common curves, and
    only the cross products of the combinations, which change when a row enters or leaves, are kept per day.

    References
    ----------
    Therneau and Grambsch (2000), *Modeling Survival Data*, section 7.2.
    Efron (1982), *The Jackknife, the Bootstrap and Other Resampling Plans*, chapter 6.
    Williams (1995), Scandinavian Journal of Statistics, 22, 143-151.

    Examples
    --------
    Four rows of one each: with no weights and no clusters this is Greenwood's formula.

    >>> import numpy as np
    >>> exit, code = np.array([1, 2, 3, 3], dtype=np.int32), np.array([1, 1, 0, 0])
    >>> rows = Rows(exit * 0 - 1, exit, code, code * 0 + 1, None, code * 0, code * 0, None)
    >>> robust_curves(rows).std_error.round(4)
    array([[[0.2165, 0.25  , 0.25  ]]])
    """
    table = row_table(rows, groups=groups, outcomes=outcomes)
    every = list(_paths(rows, table, curve))
    errors = [np.sqrt(spread[:, 1:]) for spread in _variance_each_day(rows, table, every)]
    return RobustCurves(
        table.days, _stacked([paths.estimate[:, 1:] for paths in every], table), _stacked(errors, table)
    )


def cluster_influence(
    rows: Rows,
    curve: Curve,
    days: Iterable[float],
    *,
    groups: int | None = None,
    outcomes: int | None = None,
) -> ClusterInfluence:
    """Influence of each cluster on a curve or a mean, on chosen days.

    From these sums follow variances, covariances between groups, outcomes and days, and those of any contrast.

    Parameters
    ----------
    rows, curve, groups, outcomes
        As for :func:`robust_curves`.
    days : iterable of float, (J,)
        Days, or horizons of the means; 0 or later. They need not be days on which something happened.

    Returns
    -------
    ClusterInfluence
        Without clusters one line per cell.

    Examples
    --------
    >>> import numpy as np
    >>> exit, code = np.array([1, 2, 3, 3], dtype=np.int32), np.array([1, 1, 0, 0])
    >>> rows = Rows(exit * 0 - 1, exit, code, code * 0 + 1, None, code * 0, code * 0, None)
    >>> found = cluster_influence(rows, "mean_open", [3])
    >>> found.estimate.ravel(), np.sqrt(covariance(found)).ravel().round(4)
    (array([2.25]), array([0.4146]))
    """
    table = row_table(rows, groups=groups, outcomes=outcomes)
    chosen = np.asarray(list(days), dtype=np.float64)
    unit, first, copies, mass = _units(rows)
    estimates, sums = [], []
    for paths in _paths(rows, table, curve):
        estimates.append(_on_days(paths.estimate, paths.estimate_slope, table.days, chosen))
        basis = _on_days(paths.basis, paths.basis_slope, table.days, chosen)
        sums.append(_summed_influence(rows, table, paths, basis, chosen, unit, len(first), mass))
    return ClusterInfluence(
        chosen,
        np.stack(estimates, axis=1) if estimates else np.zeros((len(table.at_risk), 0, len(chosen))),
        np.stack(sums, axis=1) if sums else np.zeros((len(first), 0, len(chosen))),
        rows.stratum[first],
        first if rows.cluster is None else rows.cluster[first],
        copies,
    )


def covariance(influence: ClusterInfluence, *, sampling_stratum: Counts | None = None) -> Floats:
    """Covariance of the groups' estimates, for each quantity and chosen day.

    Parameters
    ----------
    influence : ClusterInfluence
        From :func:`cluster_influence`.
    sampling_stratum : (U,), optional
        Stratum of the sampling design from which each line's cluster was drawn. With it the sums are centred within
        each stratum and multiplied by n_h / (n_h - 1), n_h being its clusters, as for a stratified sample drawn with
        replacement; this is what R ``survey::svykm`` reports. A stratum with a single cluster makes the result NaN:
        its variance cannot be known.

    Returns
    -------
    (Q, J, G, G)
        The diagonal holds the variances. Groups are linked by the clusters they share; without clusters they are not.

    Notes
    -----
    Sum over clusters of z z', z being the cluster's vector of sums by group (0 where it has no rows).

    References
    ----------
    Williams (1995), Scandinavian Journal of Statistics, 22, 143-151.
    Binder (1983), International Statistical Review, 51, 279-292.

    Examples
    --------
    Two groups of the same two courts: what a court does to one group it does to the other.

    >>> import numpy as np
    >>> exit = np.array([1, 2, 1, 2], dtype=np.int32)
    >>> rows = Rows(exit * 0 - 1, exit, np.array([1, 0, 1, 0]), exit * 0 + 5, None, np.array([0, 0, 1, 1]), exit * 0,
    ...             np.array([7, 8, 7, 8]))
    >>> covariance(cluster_influence(rows, "survival", [1]))
    array([[[[0.125, 0.125],
             [0.125, 0.125]]]])
    """
    groups, quantities, width = influence.estimate.shape
    clusters, cluster = np.unique(influence.cluster, return_inverse=True)
    found = np.empty((quantities, width, groups, groups))
    stratum, factor = _design(influence, cluster, len(clusters), sampling_stratum)
    for q in range(quantities):
        for j in range(width):
            lines = influence.sums[:, q, j] * np.sqrt(influence.copies)
            by_cluster = sparse.csr_array((lines, (cluster, influence.group)), shape=(len(clusters), groups))
            if sampling_stratum is None:
                found[q, j] = (by_cluster.T @ by_cluster).toarray()
                continue
            weighted = sparse.diags_array(factor[stratum]) @ by_cluster
            means = _means(influence.sums[:, q, j] * influence.copies, influence, cluster, stratum, factor)
            found[q, j] = (by_cluster.T @ weighted).toarray() - means
    return found


def _design(
    influence: ClusterInfluence, cluster: Counts, size: int, sampling_stratum: Counts | None
) -> tuple[Counts, Floats]:
    """Sampling stratum of each cluster (M,), and n_h / (n_h - 1) of each stratum (H,)."""
    if sampling_stratum is None:
        return np.zeros(size, dtype=np.int64), np.ones(1)
    _, code = np.unique(sampling_stratum, return_inverse=True)
    stratum = np.zeros(size, dtype=np.int64)
    stratum[cluster] = code
    copies = np.zeros(size)
    copies[cluster] = influence.copies
    drawn = np.bincount(stratum, copies)
    with np.errstate(divide="ignore", invalid="ignore"):
        return stratum, np.where(drawn > 1, drawn / (drawn - 1), np.nan)


def _means(sums: Floats, influence: ClusterInfluence, cluster: Counts, stratum: Counts, factor: Floats) -> Floats:
    """What centring within the sampling strata takes away: sum of factor / n_h times total total'."""
    groups = influence.estimate.shape[0]
    totals = np.zeros((len(factor), groups))
    np.add.at(totals, (stratum[cluster], influence.group), sums)
    with np.errstate(divide="ignore", invalid="ignore"):
        # factor = n / (n - 1), so factor / n = factor - 1
        taken: Floats = (totals.T * (factor - 1)) @ totals
    return taken


def _paths(rows: Rows, table: RowTable, curve: Curve) -> Iterable[Paths]:
    """One per quantity, made when its turn comes."""
    if curve in ("survival", "mean_open"):
        paths = survival_paths(rows, table)
        yield paths if curve == "survival" else area_paths(paths, rows, table)
        return
    for outcome in range(table.events.shape[1]):
        if curve == "cumulative_hazard":
            yield hazard_paths(rows, table, outcome)
        else:
            paths = incidence_paths(rows, table, outcome)
            yield paths if curve == "incidence" else area_paths(paths, rows, table)


def _stacked(parts: list[Floats], table: RowTable) -> Floats:
    groups, width = table.at_risk.shape
    return np.stack(parts, axis=1) if parts else np.zeros((groups, 0, width))


def _units(rows: Rows) -> tuple[Counts, Counts, Counts, Floats]:
    """Independent piece of each cell, a cell of each piece, its copies, and the cell's weight inside it."""
    cells = len(rows.exit)
    if rows.cluster is None:
        every = np.arange(cells)
        return every, every, rows.n, np.ones(cells) if rows.weight is None else rows.weight
    width = int(rows.stratum.max(initial=0)) + 1
    _, cluster = np.unique(rows.cluster, return_inverse=True)
    _, first, unit = np.unique(cluster * width + rows.stratum, return_index=True, return_inverse=True)
    return unit, first, np.ones(len(first), dtype=np.int64), masses(rows)


def _on_days(curves: Floats, slope: Floats | None, days: Days, chosen: Floats) -> Floats:
    """Padded curves (..., T + 1) on chosen days; an area goes on growing between two days."""
    at = np.searchsorted(days, chosen, side="right")
    values: Floats = curves[..., at]
    if slope is not None:
        values = values + slope[..., at] * (chosen - np.concatenate([[0], days])[at])
    return values


def _summed_influence(
    rows: Rows,
    table: RowTable,
    paths: Paths,
    basis: Floats,
    chosen: Floats,
    unit: Counts,
    units: int,
    mass: Floats,
) -> Floats:
    """Weighted influences on the chosen days, summed over each unit: (U, J)."""
    at = np.searchsorted(table.days, chosen, side="right")
    sums = np.zeros((units, len(chosen)))
    for start in range(0, len(rows.exit), BLOCK):
        cells = slice(start, start + BLOCK)
        during, after = paths.coefficients(cells)
        here = basis[:, rows.stratum[cells]]
        for j, position in enumerate(at):
            held = np.where((table.exit_at[cells] <= position)[:, None], after, during)
            value = np.einsum("cb,bc->c", held, here[:, :, j]) * mass[cells]
            value[table.entry_at[cells] > position] = 0
            sums[:, j] += np.bincount(unit[cells], value, units)
    return sums


def _variance_each_day(rows: Rows, table: RowTable, every: Sequence[Paths]) -> list[Floats]:
    """Sum over units of the squared sums of influences, on every day: (G, T + 1) for each quantity."""
    unit, _, copies, mass = _units(rows)
    groups, width = every[0].estimate.shape if every else (0, 0)
    products = [np.zeros((len(_pairs(paths)), groups * width)) for paths in every]
    order = np.argsort(unit, kind="stable") if rows.cluster is not None else None
    for cells in _blocks(unit, order):
        moment = np.concatenate([table.entry_at[cells], table.exit_at[cells]])
        place = np.tile(rows.stratum[cells] * width, 2) + moment
        if order is None:
            scale = copies[cells] * mass[cells] ** 2
            for paths, total in zip(every, products, strict=True):
                _add_alone(paths, cells, place, scale, total)
        else:
            owner = np.tile(unit[cells], 2)
            sequence = np.argsort(owner * width + moment)
            owner, place = owner[sequence], place[sequence]
            for paths, total in zip(every, products, strict=True):
                _add_together(paths, cells, mass[cells], sequence, owner, place, total)
    return [_spread(paths, total) for paths, total in zip(every, products, strict=True)]


def _pairs(paths: Paths) -> list[tuple[int, int]]:
    return list(combinations_with_replacement(range(len(paths.basis)), 2))


def _add_alone(paths: Paths, cells: slice | Counts, place: Counts, scale: Floats, total: Floats) -> None:
    """Changes of the products of combinations, each row by itself."""
    during, after = paths.coefficients(cells)
    for row, (a, b) in enumerate(_pairs(paths)):
        before = during[:, a] * during[:, b] * scale
        change = np.concatenate([before, after[:, a] * after[:, b] * scale - before])
        total[row] += np.bincount(place, change, total.shape[1])


def _add_together(
    paths: Paths,
    cells: slice | Counts,
    mass: Floats,
    sequence: Counts,
    owner: Counts,
    place: Counts,
    total: Floats,
) -> None:
    """Changes of the products of summed combinations: units one after the other, each in the order of its days."""
    during, after = paths.coefficients(cells)
    during *= mass[:, None]
    after *= mass[:, None]
    state = _running(np.concatenate([during, after - during])[sequence], owner)
    opens = np.flatnonzero(np.diff(owner, prepend=-1))
    for row, (a, b) in enumerate(_pairs(paths)):
        product = state[:, a] * state[:, b]
        change = np.diff(product, prepend=0)
        change[opens] = product[opens]
        total[row] += np.bincount(place, change, total.shape[1])


def _spread(paths: Paths, products: Floats) -> Floats:
    """Variance (G, T + 1) from the changes of the products."""
    pairs = _pairs(paths)
    held = products.reshape(-1, *paths.estimate.shape)
    spread, size_of_parts = np.zeros(paths.estimate.shape), np.zeros(paths.estimate.shape)
    for row, (a, b) in enumerate(pairs):
        # the last curve belongs to rows at risk: its products end at 0, and are exact there when summed from the end
        ends_at_zero = b == len(paths.basis) - 1
        kept = _from_the_end(held[row]) if ends_at_zero else np.cumsum(held[row], axis=-1)
        part = (1 if a == b else 2) * kept * paths.basis[a] * paths.basis[b]
        spread += part
        size_of_parts += np.abs(part)
    # a curve that nothing moves has variance 0, where the parts leave rounding of their own size
    settled: Floats = np.where(spread > NOBODY * size_of_parts, spread, 0)
    return settled


def _blocks(unit: Counts, order: Counts | None) -> Iterator[slice | Counts]:
    """Cells in pieces of bounded size that never cut a unit."""
    if order is None:
        for start in range(0, len(unit), BLOCK):
            yield slice(start, start + BLOCK)
        return
    owner = unit[order]
    start = 0
    while start < len(order):
        last = owner[min(start + BLOCK, len(order)) - 1]
        stop = int(np.searchsorted(owner, last, side="right"))
        yield order[start:stop]
        start = stop


def _running(change: Floats, whose: Counts) -> Floats:
    """Cumulative sums down the rows that start anew with each owner."""
    total = np.cumsum(change, axis=0)
    starts = np.flatnonzero(np.diff(whose, prepend=-1))
    before = np.where((starts > 0)[:, None], total[starts - 1], 0)
    lengths = np.diff(np.append(starts, len(whose)))
    running: Floats = total - np.repeat(before, lengths, axis=0)
    return running


def _from_the_end(gains: Floats) -> Floats:
    """Cumulative sums along the last axis of gains that add up to 0, as minus the sum of what is still to come."""
    rest = np.zeros(gains.shape)
    rest[..., :-1] = -np.cumsum(gains[..., :0:-1], axis=-1)[..., ::-1]
    return rest
