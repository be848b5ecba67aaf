"""Influence of rows on what a Cox model estimates: its score, and sums of its baseline hazard over chosen days.

Written for slices of cells, so that no array of all rows by all quantities is ever made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from scipy import sparse

from ..base.types import Counts, Floats
from .cox import CoxFit
from .cox_residuals import cell_scores, increments
from .risk_sums import running, spells
from .rows import Rows

# Cells taken at a time.
BLOCK = 200_000


def day_increments(fit: CoxFit) -> Floats:
    """(T, 1 + q): hazard of each event day, and hazard times the mean of z, for rows that did not end on it."""
    share, ties, point = fit.model.share[:, None], fit.point.ties, fit.point
    s, d = point.at_risk[:, 1:], point.ending[:, 1:]
    first = ties.squared[0][:, None] * s - ties.squared[1][:, None] * d
    return np.asarray(np.concatenate([ties.inverse[0][:, None], first], axis=1) * share)


def score_parts(fit: CoxFit) -> Callable[[slice], Floats]:
    """Influence of one row of each cell on the score while at risk, weights left out: (c, q), scaled columns."""
    model, point = fit.model, fit.point
    made = increments(model, point)
    find = _at_risk(fit)

    def influence(cells: slice) -> Floats:
        here, held = find(cells)
        found = np.zeros((len(model.rows.exit[cells]), len(model.columns)))
        if len(here):
            found[here] = cell_scores(model, point, made, held)
        return found

    return influence


def jump_parts(fit: CoxFit, weights: Floats) -> Callable[[slice], Floats]:
    """Influence of one row of each cell on a weighted sum of baseline jumps, coefficients held: (c, r).

    Parameters
    ----------
    fit : CoxFit
        A Cox model.
    weights : (T, r)
        What each event day's jump counts for in each of r sums.

    Notes
    -----
    A jump is m sum_l 1 / (S0 - (l / d) D0), m being the mean weight of the d endings. A row at risk adds its relative
    hazard to S0; one that ended on the day also adds it to D0, and its own weight to m.
    """
    model, point, sets = fit.model, fit.point, fit.model.sets
    ties, share = point.ties, model.share[:, None]
    gathered = running(sets.runs, weights * (share * ties.squared[0][:, None]))
    spared = weights * (share * ties.squared[1][:, None])
    won = weights * (ties.inverse[0] / sets.events)[:, None]
    find = _at_risk(fit)

    def influence(cells: slice) -> Floats:
        here, held = find(cells)
        found = np.zeros((len(model.rows.exit[cells]), weights.shape[1]))
        if not len(here):
            return found
        hazard = point.hazard[sets.pattern[held], None]
        found[here] = -hazard * spells(sets, gathered, held)
        ended = sets.ended[held]
        last = sets.last[held][ended]
        found[here[ended]] += won[last] + hazard[ended] * spared[last]
        return found

    return influence


def summed(rows: Rows, influence: Callable[[slice], Floats], columns: int) -> Iterator[tuple[Floats, Counts]]:
    """Influences added up within clusters: pieces of (sums, copies).

    Parameters
    ----------
    rows : Rows
        The rows.
    influence : callable
        Of a slice of cells: (c, columns), the weighted influence of one row of each.
    columns : int
        Number of columns.
    """
    size = len(rows.exit)
    blocks = [slice(start, min(start + BLOCK, size)) for start in range(0, size, BLOCK)]
    if rows.cluster is None:
        for cells in blocks:
            yield influence(cells), rows.n[cells]
        return
    clusters, whose = np.unique(rows.cluster, return_inverse=True)
    totals = np.zeros((len(clusters), columns))
    for cells in blocks:
        n = rows.n[cells]
        gather = sparse.csr_array((n, (whose[cells], np.arange(len(n)))), shape=(len(clusters), len(n)))
        totals += np.asarray(gather @ influence(cells))
    yield totals, np.ones(len(clusters), dtype=np.int64)


def _at_risk(fit: CoxFit) -> Callable[[slice], tuple[Counts, slice]]:
    """Of a slice of the rows: which of them were ever at risk on an event day, and their slice of the risk sets."""
    kept = fit.model.sets.kept

    def find(cells: slice) -> tuple[Counts, slice]:
        first, last, _ = cells.indices(len(fit.model.rows.exit))
        start, stop = np.searchsorted(kept, [first, last])
        return kept[start:stop] - first, slice(int(start), int(stop))

    return find
