"""What one row does to a curve: first-order influences of rows on Kaplan-Meier, Nelson-Aalen and Aalen-Johansen.

The influence of a row on a curve is nothing up to its entry, follows one combination of few common curves while the
row is at risk and another one from its exit on. Storing the combinations instead of the values makes a variance for
every day cost one pass over the rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from ..base.types import Counts, Days, Floats
from .curves import NOBODY, aalen_johansen
from .day_index import distinct_days, up_to
from .hazards import ratio
from .risk import at_risk
from .rows import Rows

Coefficients: TypeAlias = Callable[[slice | Counts], tuple[Floats, Floats]]


class RowTable(NamedTuple):
    """Weighted counts per group and day, and where each cell stands in them.

    Positions run from 0 (before the first day) to T, so that position p + 1 is day number p. Padded curves have a
    column for position 0.
    """

    days: Days  # (T,), sorted distinct days of entry and exit
    events: Floats  # (G, K, T), sums of weights
    at_risk: Floats  # (G, T), sums of weights
    entry_at: Counts  # (C,), position of the entry
    exit_at: Counts  # (C,), position of the exit


class Paths(NamedTuple):
    """Influence of a row as a combination of B common curves.

    ``coefficients(cells)`` gives two arrays (c, B): the combination that holds from the entry until the day before
    the exit, and the one that holds from the exit on; the last common curve plays no part in the second. Areas grow
    between two days, by the slopes.
    """

    estimate: Floats  # (G, T + 1)
    basis: Floats  # (B, G, T + 1)
    coefficients: Coefficients
    estimate_slope: Floats | None = None  # (G, T + 1)
    basis_slope: Floats | None = None  # (B, G, T + 1)


def row_table(rows: Rows, *, groups: int | None = None, outcomes: int | None = None) -> RowTable:
    """Count rows per group and day, with their sampling weights.

    Parameters
    ----------
    rows : Rows
        ``stratum`` is the group. Codes below 1 leave the risk set without an ending; cells that exit no later than
        they enter count for nothing.
    groups, outcomes : int, optional
        G and K, when some may be absent from these rows.

    Returns
    -------
    RowTable
        Entries on day -1 are at position 0.

    Examples
    --------
    >>> import numpy as np
    >>> day = np.array([1, 2], dtype=np.int32)
    >>> one = np.array([1, 1])
    >>> row_table(Rows(day * 0 - 1, day, one, one, None, one * 0, one * 0, None)).at_risk
    array([[2., 1.]])
    """
    days = distinct_days(rows)
    width = len(days)
    size = groups if groups is not None else int(rows.stratum.max(initial=0)) + 1
    causes = outcomes if outcomes is not None else int(rows.code.max(initial=0))
    entry_at, exit_at = up_to(days, rows.entry), up_to(days, rows.exit)
    mass = masses(rows)
    kind = np.where(rows.code > 0, rows.code - 1, causes)
    place = (rows.stratum * (causes + 1) + kind) * width + exit_at - 1
    left = np.bincount(place, mass, size * (causes + 1) * width).astype(np.float64).reshape(size, causes + 1, width)
    late = rows.entry >= 0
    place = rows.stratum[late] * width + entry_at[late] - 1
    entered = np.bincount(place, mass[late], size * width).reshape(size, width)
    events = left[:, :causes]
    return RowTable(days, events, at_risk(events, left[:, causes], entered), entry_at, exit_at)


def masses(rows: Rows) -> Floats:
    """Weight of each cell in an estimate: number of rows times their sampling weight, (C,)."""
    return np.asarray(rows.n * row_weights(rows), dtype=np.float64)


def row_weights(rows: Rows) -> Floats:
    """Sampling weight of one row of each cell, (C,); 0 where it exits no later than it enters and is never at risk."""
    return np.where(rows.entry < rows.exit, 1.0 if rows.weight is None else rows.weight, 0.0)


def survival_paths(rows: Rows, table: RowTable) -> Paths:
    """Influences on the Kaplan-Meier curve; basis S and S A with A = sum h / (Y - d).

    A row that ends on x has D(t) = -S(t) [1 / (Y - d)(x) - A(x) + A(entry)] from then on, a row at risk
    D(t) = S(t) [A(t) - A(entry)].
    """
    group, entry_at, exit_at, code = rows.stratum, table.entry_at, table.exit_at, rows.code
    survival, spread, jump = _survival(table)

    def coefficients(cells: slice | Counts) -> tuple[Floats, Floats]:
        g, e, x = group[cells], entry_at[cells], exit_at[cells]
        start = spread[g, e]
        settled = np.where(code[cells] > 0, jump[g, x], 0) - spread[g, x] + start
        return np.stack([-start, np.ones(len(g))], axis=1), np.stack([-settled, np.zeros(len(g))], axis=1)

    return Paths(survival, np.stack([survival, survival * spread]), coefficients)


def hazard_paths(rows: Rows, table: RowTable, outcome: int | None = None) -> Paths:
    """Influences on the Nelson-Aalen sum of d / Y, of one outcome (0..K-1) or of all; basis 1 and sum d / Y^2."""
    group, entry_at, exit_at, code = rows.stratum, table.entry_at, table.exit_at, rows.code
    ended = table.events.sum(axis=1) if outcome is None else table.events[:, outcome]
    share = ratio(np.ones(ended.shape), table.at_risk)
    hazard, spread, jump = _summed(ended * share), _summed(ended * share**2), _padded(share)

    def coefficients(cells: slice | Counts) -> tuple[Floats, Floats]:
        g, e, x = group[cells], entry_at[cells], exit_at[cells]
        counted = code[cells] > 0 if outcome is None else code[cells] == outcome + 1
        start = spread[g, e]
        settled = np.where(counted, jump[g, x], 0) - spread[g, x] + start
        none = np.zeros(len(g))
        return np.stack([start, none - 1], axis=1), np.stack([settled, none], axis=1)

    return Paths(hazard, np.stack([np.ones(hazard.shape), spread]), coefficients)


def incidence_paths(rows: Rows, table: RowTable, outcome: int) -> Paths:
    """Influences on the Aalen-Johansen incidence F of one outcome (0..K-1).

    Basis 1, R = F(last day) - F and H = sum dF(u) [A(u-) - 1 / Y(u)]. A row at risk has
    D(t) = H(t) - H(e) + A(e) [R(t) - R(e)]; when it ends on x, S(x-) / Y(x) is added if by this outcome, and from then
    on f [R(t) - R(x)] with f = 1 / (Y - d)(x) - A(x) + A(e). What remains of F, not F: late rows have a large f, and
    then R is small, so that nothing large cancels.
    """
    group, entry_at, exit_at, code = rows.stratum, table.entry_at, table.exit_at, rows.code
    survival, spread, jump = _survival(table)
    share = ratio(np.ones(table.at_risk.shape), table.at_risk)
    steps = survival[:, :-1] * share * table.events[:, outcome]
    incidence = _summed(steps)
    rest = incidence[:, -1:] - incidence
    drift = _summed(steps * (spread[:, :-1] - share))
    won = _padded(survival[:, :-1] * share)

    def coefficients(cells: slice | Counts) -> tuple[Floats, Floats]:
        g, e, x = group[cells], entry_at[cells], exit_at[cells]
        start, ends = spread[g, e], code[cells]
        settled = np.where(ends > 0, jump[g, x], 0) - spread[g, x] + start
        level = drift[g, x] - drift[g, e] + start * (rest[g, x] - rest[g, e])
        level += np.where(ends == outcome + 1, won[g, x], 0) - settled * rest[g, x]
        none = np.zeros(len(g))
        during = np.stack([-start * rest[g, e] - drift[g, e], start, none + 1], axis=1)
        return during, np.stack([level, settled, none], axis=1)

    return Paths(incidence, np.stack([np.ones(incidence.shape), rest, drift]), coefficients)


def area_paths(paths: Paths, rows: Rows, table: RowTable) -> Paths:
    """Influences on the area under a curve from day 0 on, of the influences on the curve.

    With I the integrals of the basis, a row at risk collects a I(t) - a I(entry) and afterwards b I(t) - b I(exit).
    """
    areas = _areas(paths.basis, table.days)
    group, entry_at, exit_at = rows.stratum, table.entry_at, table.exit_at

    def coefficients(cells: slice | Counts) -> tuple[Floats, Floats]:
        during, after = paths.coefficients(cells)
        g = group[cells]
        start, end = areas[:, g, entry_at[cells]].T, areas[:, g, exit_at[cells]].T
        before = -(during * start).sum(axis=1)
        level = before + ((during - after) * end).sum(axis=1)
        return np.column_stack([before, during]), np.column_stack([level, after])

    whole = _areas(paths.estimate[None], table.days)[0]
    flat = np.ones((1, *whole.shape))
    basis, slope = np.concatenate([flat, areas]), np.concatenate([flat * 0, paths.basis])
    return Paths(whole, basis, coefficients, paths.estimate, slope)


def _areas(curves: Floats, days: Days) -> Floats:
    """Area under step curves (..., T + 1) from day 0 up to each position; 0 at position 0."""
    widths = np.diff(days, prepend=0)
    areas = np.zeros(curves.shape)
    areas[..., 1:] = np.cumsum(curves[..., :-1] * widths, axis=-1)
    return areas


def _survival(table: RowTable) -> tuple[Floats, Floats, Floats]:
    """S, A = sum h / (Y - d) and 1 / (Y - d), padded; nothing is added where nobody stays, since S is 0 from there."""
    ended = table.events.sum(axis=1)
    survival = aalen_johansen(table.events, table.at_risk).survival if table.events.shape[1] else np.ones(ended.shape)
    staying = np.where(table.at_risk - ended > NOBODY * table.at_risk, table.at_risk - ended, 0)
    jump = ratio(np.ones(ended.shape), staying)
    spread = _summed(ratio(ended, table.at_risk) * jump)
    return _padded(survival, first=1), spread, _padded(jump)


def _padded(values: Floats, first: float = 0) -> Floats:
    return np.concatenate([np.full((*values.shape[:-1], 1), float(first)), values], axis=-1)


def _summed(values: Floats) -> Floats:
    return _padded(np.cumsum(values, axis=-1))
