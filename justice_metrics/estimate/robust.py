"""Robust variances of curves and means: sampling weights, and rows that depend on one another within clusters.

The infinitesimal jackknife: each row's first-order influence on the estimate is weighted, summed within its cluster,
and the squares are added up. It assumes independent clusters and nothing about what happens inside them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
from scipy import sparse

from ..base.types import Counts, Days, Floats
from .robust_paths import Paths, RowTable, area_paths, hazard_paths, incidence_paths, row_table, survival_paths
from .robust_variance import BLOCK, units_of, variance_each_day
from .rows import Rows

Curve: TypeAlias = Literal["survival", "incidence", "cumulative_hazard", "mean_open", "mean_lost"]

# A standard error below 3e-7 of a probability, or of a day on the first day, is rounding.
_DUST: Final = 1e-13


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
    Therneau and Grambsch (2000), section 7.2 of their book (Springer).
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
    # sums of squares leave dust where nothing varies; a mean grows with the days, and its dust with it
    reach = np.maximum(1.0, table.days.astype(np.float64)) ** 2
    spreads = [spread[:, 1:] for spread in variance_each_day(rows, table, every)]
    errors = [np.sqrt(np.where(spread <= _DUST * reach, 0.0, spread)) for spread in spreads]
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
    unit, first, copies, mass = units_of(rows)
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
