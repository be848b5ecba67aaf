"""Sums over risk sets of a regression, from folded rows, in time linear in the cells.

A regression asks, on every day with an ending, for the sum of something over all rows then at risk. Its axes:

- ``C`` cells of identical rows (:class:`~justice_metrics.estimate.rows.Rows`),
- ``P`` patterns, the rows of the design matrix,
- ``T`` *event days*: the days with an ending, stratum by stratum, ascending inside a stratum.

Only cells touch both a day and a pattern. They make a sparse day x pattern matrix, whose product with any block of
pattern values is summed over days *after* the product; a dense day x pattern matrix is never made. The two directions,

- ``at_risk_sums(sets, v)[t] = sum of n w v[pattern]`` over the rows at risk on event day t, and
- ``exposures(sets, a)[p] = sum over the rows of pattern p of n w (sum of a[t] over the days t they were at risk)``,

are transposes of each other: sums of x x' over risk sets, weighted over days, need the second one only and never a
T x p x p array. Both cost cells x columns. Other risk sets (Fine-Gray's) are made of the same parts: a
:func:`day_matrix` of whatever happens on which day, and :func:`running` or :func:`remaining` sums over days.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from scipy import sparse

from ..base.types import Counts, Days, Flags, Floats, Tallies, Values
from .rows import Rows

# Patterns whose values are held at once: with continuous covariates there are as many patterns as rows.
CHUNK = 16_384
# A table of every day of every stratum is the fastest way from a day to its place; above this size it is searched for.
LARGEST_TABLE = 4_000_000

DayMatrix: TypeAlias = tuple[sparse.csc_array | sparse.csr_array, ...]


class Run(NamedTuple):
    """Neighbouring strata that have the same number of event days."""

    start: int
    strata: int
    days: int


class Lingering(NamedTuple):
    """Rows that stay in the risk sets after they have ended, with a weight that changes from day to day.

    Fine and Gray's subdistribution keeps those who ended in another way, see :mod:`.finegray`.
    """

    weight: Floats  # (T,) on each event day
    joining: DayMatrix  # T x P: amounts, by the first event day on which they count


class RiskSets(NamedTuple):
    """Who is at risk on which event day.

    Attributes
    ----------
    stratum, day : (T,)
        Of each event day.
    events : (T,)
        Rows that ended on it (sum of n).
    mass : (T,)
        Their weight (sum of n w); equal to ``events`` without sampling weights.
    first, last : (C,)
        First and last event day on which the cell is at risk. Cells that never are have been left out.
    ended : (C,)
        Whether the cell ended on its last event day; otherwise it was seen beyond it, or censored on it.
    kept : (C,)
        Where the cells stand in the rows that came in.
    late : (L,)
        Cells that joined after the first event day of their stratum.
    pattern, n, weight, cluster : (C,)
        As in the rows; ``weight`` is 1 without sampling weights, ``cluster`` None without clusters.
    patterns : int
        P.
    runs : tuple of Run
        Strata with the same number of event days lie side by side, so sums over days need no loop over strata.
    leaving, ending : day_matrix
        T x P: rows that leave the risk set after the day minus those that join it after the day; rows that ended.
    lingering : tuple of Lingering
        Empty, but for subdistribution hazards.
    """

    stratum: Counts
    day: Days
    events: Counts
    mass: Floats
    first: Counts
    last: Counts
    ended: Flags
    kept: Counts
    late: Counts
    pattern: Counts
    n: Counts
    weight: Floats
    cluster: Counts | None
    patterns: int
    runs: tuple[Run, ...]
    leaving: DayMatrix
    ending: DayMatrix
    lingering: tuple[Lingering, ...] = ()


def risk_sets(rows: Rows, patterns: int, outcome: int | None = None) -> RiskSets:
    """Order folded rows by the event days on which they are at risk.

    Parameters
    ----------
    rows : Rows
        Cells with n = 0 or weight 0, and cells that exit no later than they enter, are never at risk.
    patterns : int
        Rows of the design matrix, P.
    outcome : int, optional
        Code of the ending that counts as the event; all others are censored on their day. None: any ending.

    Returns
    -------
    RiskSets
        Without an ending it has no event day (T = 0) and no cell.

    Notes
    -----
    At risk on day t: entry < t <= exit. A row that is censored on t is at risk for the endings of t.

    Examples
    --------
    Three cases: pattern 0 ended on day 2, pattern 1 still open on day 2, pattern 1 ended on day 5.

    >>> import numpy as np
    >>> whole = np.ones(3, dtype=np.int64)
    >>> rows = Rows(-whole, np.array([2, 2, 5]), np.array([1, 0, 1]), whole, None, 0 * whole, np.array([0, 1, 1]), None)
    >>> sets = risk_sets(rows, patterns=2)
    >>> sets.day, at_risk_sums(sets, np.array([[1.0], [10.0]]))[:, 0]
    (array([2, 5], dtype=int32), array([21., 10.]))
    """
    alive = observed(rows)
    base = int(rows.entry.min(initial=-1))
    span = int(rows.exit.max(initial=0)) - base + 1
    day = np.asarray(rows.exit, dtype=np.int64) - base
    stratum, names, moments, runs = _event_days(rows.stratum, day, alive & is_outcome(rows, outcome), span)
    owner, moment = np.divmod(moments, span)
    days = len(moments)
    block = stratum * span if len(names) > 1 else stratum

    last = _places(moments, block + day) - 1
    opening = np.searchsorted(moments, np.arange(len(names)) * span)
    first = opening[stratum] if len(names) > 1 else np.zeros_like(stratum)
    entered = np.flatnonzero(rows.entry >= int(moment.min(initial=0)) + base)  # others miss no event day
    first[entered] = _places(moments, block[entered] + (rows.entry[entered] - base))
    present = alive & (last >= first)
    everyone = bool(present.all())
    kept = np.flatnonzero(present)

    def mine(column: Values, kind: type) -> Values:
        """Cells that are ever at risk; nothing is copied when all of them are."""
        values: Values = np.asarray(column, dtype=kind)
        return values if everyone else values[kept]

    first, last = mine(first, np.int64), mine(last, np.int64)
    ended, pattern = mine(is_outcome(rows, outcome), np.bool_), mine(rows.pattern, np.int64)
    n = mine(rows.n, np.int64)
    weight = np.ones(len(n)) if rows.weight is None else mine(rows.weight, np.float64)
    amount = n * weight if rows.weight is not None else n.astype(np.float64)
    ends = np.flatnonzero(ended)
    on, who, many = last.take(ends), pattern.take(ends), amount.take(ends)
    # those who joined after the first event day of their stratum
    late = np.flatnonzero(first > opening[stratum[kept]]) if len(entered) else entered
    return RiskSets(
        stratum=names[owner],
        day=(moment + base).astype(np.int32),
        events=np.bincount(on, n[ends], days).astype(np.int64),
        mass=np.bincount(on, many, days).astype(np.float64),
        first=first,
        last=last,
        ended=ended,
        kept=kept,
        late=late,
        pattern=pattern,
        n=n,
        weight=weight,
        cluster=None if rows.cluster is None else mine(rows.cluster, np.int64),
        patterns=patterns,
        runs=runs,
        leaving=day_matrix(
            np.concatenate([last, first[late] - 1]) if len(late) else last,
            np.concatenate([pattern, pattern[late]]) if len(late) else pattern,
            np.concatenate([amount, -amount[late]]) if len(late) else amount,
            (days, patterns),
        ),
        ending=day_matrix(on, who, many, (days, patterns)),
    )


def observed(rows: Rows) -> Flags:
    """(C,): cells that hold at least one row that is at risk on at least one day."""
    some = np.asarray(rows.entry < rows.exit) & np.asarray(rows.n > 0)
    return some if rows.weight is None else some & np.asarray(rows.weight > 0)


def is_outcome(rows: Rows, outcome: int | None) -> Flags:
    """(C,): cells that ended by the outcome; by any when it is None."""
    return np.asarray(rows.code > 0 if outcome is None else rows.code == outcome)


def day_matrix(day: Counts, pattern: Counts, amount: Tallies, shape: tuple[int, int]) -> DayMatrix:
    """Sparse T x P matrix of amounts that fall on a day and a pattern, cut into chunks of patterns.

    It is stored along the longer axis, so that the block of values that is jumped about in is the shorter one.

    Examples
    --------
    >>> import numpy as np
    >>> counts = day_matrix(np.array([0, 1, 1]), np.array([0, 0, 1]), np.array([2.0, 3, 4]), (2, 2))
    >>> day_sums(counts, np.array([[1.0], [10]]))[:, 0], pattern_sums(counts, np.array([1.0, 10]))
    (array([ 2., 43.]), array([32., 40.]))
    """
    days, patterns = shape
    place = (np.asarray(day, dtype=np.int32), np.asarray(pattern, dtype=np.int32))
    whole = sparse.coo_array((np.asarray(amount, dtype=np.float64), place), shape=shape)
    whole.has_canonical_format = True  # amounts of one place need not be added up: no sorting
    if 0 < patterns <= min(days, CHUNK):
        return (whole.tocsr(),)
    by_pattern = whole.tocsc()
    if patterns <= CHUNK:
        return (by_pattern,)
    return tuple(by_pattern[:, start : start + CHUNK] for start in range(0, patterns, CHUNK))


def day_sums(matrix: DayMatrix, values: Floats, factor: Floats | None = None) -> Floats:
    """(T, k): matrix @ values for values (P, k), each row times its factor (P,); worked through chunk by chunk."""
    return _day_sums((matrix,), values, factor)[0]


def pattern_sums(matrix: DayMatrix, amounts: Floats) -> Floats:
    """(P,) or (P, k): transposed matrix @ amounts for amounts (T,) or (T, k)."""
    if not matrix:
        return np.zeros((0, *amounts.shape[1:]))
    return np.concatenate([part.T @ amounts for part in matrix])


def pattern_magnitudes(matrix: DayMatrix) -> Floats:
    """(P,): sum of the absolute amounts of each pattern."""
    if not matrix:
        return np.zeros(0)
    return np.concatenate([abs(part).T @ np.ones(part.shape[0]) for part in matrix])


def running(runs: tuple[Run, ...], amounts: Floats) -> Floats:
    """Sum of the amounts (T,) or (T, k) over the event days of the stratum up to and including each."""
    total = np.empty_like(amounts)
    for run in runs:
        part, out = _strata(run, amounts), _strata(run, total)
        np.cumsum(part, axis=1, out=out)
    return total


def remaining(runs: tuple[Run, ...], amounts: Floats) -> Floats:
    """Sum of the amounts (T,) or (T, k) over the event days of the stratum from each one on."""
    total = np.empty_like(amounts)
    for run in runs:
        part, out = _strata(run, amounts), _strata(run, total)
        np.cumsum(part[:, ::-1], axis=1, out=out[:, ::-1])
    return total


def at_risk_sums(sets: RiskSets, values: Floats, factor: Floats | None = None) -> Floats:
    """(T, k): sum of n w factor values over the rows at risk on each event day, for values (P, k), factor (P,)."""
    return risk_and_event_sums(sets, values, factor)[0]


def event_sums(sets: RiskSets, values: Floats, factor: Floats | None = None) -> Floats:
    """(T, k): sum of n w factor values over the rows that ended on each event day, for values (P, k), factor (P,)."""
    return day_sums(sets.ending, values, factor)


def risk_and_event_sums(sets: RiskSets, values: Floats, factor: Floats | None = None) -> tuple[Floats, Floats]:
    """:func:`at_risk_sums` and :func:`event_sums` in one go through the patterns."""
    matrices = (sets.ending, sets.leaving, *(part.joining for part in sets.lingering))
    ending, leaving, *joining = _day_sums(matrices, values, factor)
    total = remaining(sets.runs, leaving)
    for part, joined in zip(sets.lingering, joining, strict=True):
        total += part.weight[:, None] * running(sets.runs, joined)
    return total, ending


def exposures(sets: RiskSets, amounts: Floats) -> Floats:
    """(P,) or (P, k): amounts (T,) or (T, k) summed over the days at risk of all rows of each pattern, times n w."""
    total = pattern_sums(sets.leaving, running(sets.runs, amounts))
    for part in sets.lingering:
        weighted = (part.weight * amounts.T).T
        total += pattern_sums(part.joining, remaining(sets.runs, weighted))
    return total


def event_exposures(sets: RiskSets, amounts: Floats) -> Floats:
    """(P,) or (P, k): amounts (T,) or (T, k) of the day on which each row of the pattern ended, times n w."""
    return pattern_sums(sets.ending, amounts)


def spells(sets: RiskSets, running_sums: Floats, cells: slice = slice(None)) -> Floats:
    """(C,) or (C, k): what each cell gathered while it was at risk, from running sums (T,) or (T, k) over days."""
    return since_entry(sets, running_sums.take(sets.last[cells], axis=0), running_sums, cells)


def since_entry(sets: RiskSets, gathered: Floats, running_sums: Floats, cells: slice = slice(None)) -> Floats:
    """Take from what cells have ``gathered`` (in place) what had gathered before they entered."""
    start, stop, _ = cells.indices(len(sets.last))
    late = sets.late[np.searchsorted(sets.late, start) : np.searchsorted(sets.late, stop)]
    gathered[late - start] -= running_sums[sets.first[late] - 1]
    return gathered


def _day_sums(matrices: tuple[DayMatrix, ...], values: Floats, factor: Floats | None) -> list[Floats]:
    """Products of matrices that are cut alike with the same values, a chunk of which is weighted once for all."""
    totals = [np.zeros((matrix[0].shape[0] if matrix else 0, values.shape[1])) for matrix in matrices]
    start = 0
    for parts in zip(*matrices, strict=True):
        here = slice(start, start + parts[0].shape[1])
        weighted = values[here] if factor is None else values[here] * factor[here, None]
        for total, part in zip(totals, parts, strict=True):
            total += part @ weighted
        start = here.stop
    return totals


def _event_days(
    stratum: Counts, day: Counts, is_event: Flags, span: int
) -> tuple[Counts, Counts, Counts, tuple[Run, ...]]:
    """Strata renumbered by their number of event days, their names, the event days as sorted numbers, and the runs."""
    stratum = np.asarray(stratum, dtype=np.int64)
    size = int(stratum.max(initial=-1)) + 1
    keys = stratum[is_event] * span + day[is_event] if size > 1 else day[is_event]
    moments = _distinct(keys, size * span)
    lengths = np.bincount(moments // span, minlength=size)
    order = np.argsort(lengths, kind="stable")
    if np.any(order != np.arange(size)):
        rank = np.empty_like(order)
        rank[order] = np.arange(size)
        moments = np.sort(rank[moments // span] * span + moments % span)
        stratum = rank[stratum]
    sizes, strata = np.unique(lengths[lengths > 0], return_counts=True)
    ends = np.cumsum(sizes * strata)
    runs = [
        Run(int(end - length * count), int(count), int(length))
        for length, count, end in zip(sizes, strata, ends, strict=True)
    ]
    return stratum, order, moments, tuple(runs)


def _distinct(keys: Counts, limit: int) -> Counts:
    if limit > LARGEST_TABLE:
        return np.unique(keys)
    seen = np.zeros(limit, dtype=bool)
    seen[keys] = True
    return np.flatnonzero(seen)


def _places(moments: Counts, keys: Counts) -> Counts:
    """Number of event days at or before each key."""
    limit = int(keys.max(initial=-1)) + 1
    if limit > LARGEST_TABLE:
        return np.searchsorted(moments, keys, side="right")
    seen = np.zeros(limit, dtype=np.int64)
    seen[moments[moments < limit]] = 1
    return np.cumsum(seen).take(keys)


def _strata(run: Run, values: Floats) -> Floats:
    """(strata, days, ...): a view of the values of one run."""
    part = values[run.start : run.start + run.strata * run.days]
    return part.reshape(run.strata, run.days, *values.shape[1:])
