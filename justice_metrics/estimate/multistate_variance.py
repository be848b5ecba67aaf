"""Infinitesimal-jackknife variance of a multi-state estimate: what each unit pulls it by, squared and added up.

It holds where the process is not Markov (a case that was reopened behaves otherwise than a new one), under sampling
weights, and for clusters. A unit is known by all of its visits together.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts, Floats
from .multistate import Moves, Spells, initial_share, intensity_steps, occupation, one_step

# Numbers held at once for the pulls of a piece of the visits.
_PIECE: Final = 8_000_000
# Days whose backward products are held at once.
_DAYS_AT_ONCE: Final = 4


class Jackknife(NamedTuple):
    """Standard errors at chosen days."""

    probability: Floats  # (G, J, H), estimate
    std_error: Floats  # (G, J, H)
    expected: Floats  # (G, J), days in the state up to the horizon
    expected_error: Floats  # (G, J)


def jackknife(
    spells: Spells,
    moves: Moves,
    days: Floats | Counts,
    *,
    horizon: float,
    initial: Floats | None = None,
    after: int = -1,
) -> Jackknife:
    """Occupation probabilities at chosen days and expected days, with infinitesimal-jackknife standard errors.

    Parameters
    ----------
    spells : Spells
        With ``unit`` (or ``cluster``); without both, each row of the cells is a unit by itself.
    moves : Moves
        From :func:`justice_metrics.estimate.multistate.counted`, of the same spells.
    days : (H,)
    horizon : float
    initial : (G, J), optional
        As in :func:`justice_metrics.estimate.multistate.occupation`; where it is estimated, units pull it too.
    after : int
        As there.

    Returns
    -------
    Jackknife

    Notes
    -----
    A visit to state h pulls p(t) by the sum over its days u of p_h(u−) / Y_h(u) times (the move it made less the
    moves expected of it), carried on to t by P(u, t). With the products Q(u) = P(u, t) taken backwards from t, that
    is, for a visit observed from a to b,

        [to j at b] p_h(b−)/Y_h(b) (Q_j(b) − Q_h(b)) − Σ_{a < u ≤ b} p_h(u−)/Y_h(u) Σ_j dA_hj(u) (Q_j(u) − Q_h(u)),

    whose sum is a difference of two values of one running sum: the cost is linear in visits and in days. For the
    expected days Q(u) is the integral of P(u, v) over v up to the horizon. The variance is the sum over units of
    (w × pull)², equal to R ``survival::survfit`` of a multi-state ``Surv`` with ``id``; identical units (n) count as
    often as there are, in a cluster they pull together.

    References
    ----------
    Therneau, T. M. (2024), *Multi-state models and competing risks*, vignette of the R package survival.
    Efron (1982), *The Jackknife, the Bootstrap and Other Resampling Plans*, chapter 6.

    Examples
    --------
    Two of four units leave state 0 on day 3: the share left is a binomial one.

    >>> import numpy as np
    >>> zero, one = np.zeros(2, np.int64), np.ones(2, np.int64)
    >>> from .multistate import counted
    >>> spells = Spells(zero, zero, np.array([1, -1]), -one, np.array([3, 5]), 2 * one)
    >>> jackknife(spells, counted(spells, groups=1, states=2), [4], horizon=5).std_error
    array([[[0.25],
            [0.25]]])
    """
    g, j, _ = moves.at_risk.shape
    h = len(days)
    whole = occupation(moves, horizon=horizon, initial=initial, after=after, errors=False)
    known = np.broadcast_to(initial_share(moves) if initial is None else initial, (g, j))
    out = np.empty((g, h + 1, j))
    for group in range(g):
        mine = _of_group(spells, group)
        for at in range(0, h + 1, _DAYS_AT_ONCE):
            piece = [*days, None][at : at + _DAYS_AT_ONCE]
            shares = np.concatenate([known[group][:, None], whole.probability[group, :, :-1]], axis=1)
            columns = _backwards(moves, group, piece, float(horizon), shares, after)
            start = None if initial is not None else known[group]
            out[group, at : at + len(piece)] = _spread(mine, moves, columns, start).reshape(len(piece), j)
    chosen = np.searchsorted(moves.days, days, side="right")
    shares = np.concatenate([known[:, :, None], whole.probability], axis=2)[:, :, chosen]
    return Jackknife(shares, np.sqrt(np.moveaxis(out[:, :h], 1, 2)), whole.expected, np.sqrt(out[:, h]))


def jackknife_intensities(spells: Spells, moves: Moves, days: Floats | Counts) -> Floats:
    """Infinitesimal-jackknife standard errors of the cumulative intensities at chosen days, (G, M, H).

    A visit to the source h of a move pulls its cumulative intensity by [moved so at b ≤ t] / Y_h(b) − Σ dA(u) / Y_h(u)
    over its days u up to t. Equal to the ``std.chaz`` of R ``survival::survfit``.

    Examples
    --------
    >>> import numpy as np
    >>> zero, one = np.zeros(2, np.int64), np.ones(2, np.int64)
    >>> from .multistate import counted
    >>> spells = Spells(zero, zero, np.array([1, -1]), -one, np.array([3, 5]), 2 * one)
    >>> jackknife_intensities(spells, counted(spells, groups=1, states=2), [4])
    array([[[0.25]]])
    """
    g, m, t = moves.events.shape
    steps, chosen = intensity_steps(moves), np.searchsorted(moves.days, days, side="right")
    out = np.empty((g, m, len(days)))
    for group in range(g):
        mine = _of_group(spells, group)
        risk = moves.at_risk[group]
        each = np.where(risk > 0, 1 / np.where(risk > 0, risk, 1), 0)
        for k in range(m):
            source, target = moves.source[k], moves.target[k]
            drain = np.concatenate([[0.0], np.cumsum(steps[group, k] * each[source])])
            a, b = (np.searchsorted(moves.days, one, side="right") for one in (mine.entry, mine.exit))
            in_state = mine.state == source
            made = in_state & (mine.to == target)
            at = np.minimum(b - 1, t - 1)
            for i, last in enumerate(chosen):
                pull = np.where(made & (b <= last), each[source][at] if t else 0.0, 0.0)
                pull -= np.where(in_state, drain[np.minimum(b, last)] - drain[np.minimum(a, last)], 0)
                out[group, k, i] = _summed_squares(pull[:, None], mine)[0]
    return np.sqrt(out)


class _Columns(NamedTuple):
    """What a visit is looked up in: K = states × chosen days."""

    gain: Floats  # (T, J, K), Q after the day, times nothing
    factor: Floats  # (T, J), share before the day over the risk set
    drain: Floats  # (T + 1, J, K), running sum of what is expected
    from_start: Floats  # (J, K), Q before the first day


def _backwards(
    moves: Moves, group: int, piece: list[float | None], horizon: float, shares: Floats, after: int
) -> _Columns:
    """Take the products P(u, t) backwards for several t at once; None stands for the integral up to the horizon."""
    _, j, t = moves.at_risk.shape
    blocks = len(piece)
    q = np.zeros((j, blocks, j))
    eye = np.eye(j)
    gain = np.zeros((t, j, blocks * j))
    expected = np.zeros((t, j, blocks * j))
    steps = intensity_steps(moves)[group]
    last = [None if day is None else int(np.searchsorted(moves.days, day, side="right")) for day in piece]
    first = int(np.searchsorted(moves.days, after, side="right"))
    risk = moves.at_risk[group]
    factor: Floats = np.where(risk > 0, shares / np.where(risk > 0, risk, 1), 0).T
    factor[:first] = 0
    until = horizon
    for i, stop in enumerate(last):
        if stop is not None and stop >= t:
            q[:, i] = eye
    for k in range(t - 1, first - 1, -1):
        day = float(moves.days[k])
        for i, stop in enumerate(last):
            if stop is None and until > day:
                q[:, i] += (until - day) * eye
            elif stop == k + 1 and stop < t:
                q[:, i] = eye
        until = min(until, day)
        flat = q.reshape(j, -1)
        gain[k] = flat
        busy = np.flatnonzero(moves.events[group, :, k])
        if not len(busy):
            continue
        step = one_step(steps[None, busy, k], moves.source[busy], moves.target[busy], j)[0]
        onward = step @ flat
        states = np.unique(moves.source[busy])
        # Σ dA_hj (Q_j − Q_h) is what the step changes in row h
        expected[k, states] = factor[k, states, None] * (onward[states] - flat[states])
        q = onward.reshape(j, blocks, j)
    begin = float(max(after, 0))
    for i, stop in enumerate(last):
        if stop is None and until > begin:
            q[:, i] += (until - begin) * eye
        elif stop is not None and stop <= first:
            q[:, i] = eye
    drain = np.concatenate([np.zeros((1, j, blocks * j)), np.cumsum(expected, axis=0)])
    return _Columns(gain, factor, drain, q.reshape(j, -1))


def _spread(spells: Spells, moves: Moves, columns: _Columns, start: Floats | None) -> Floats:
    """Add up the squared pulls of all units, (K,); pieces end where a unit ends."""
    k, t = columns.from_start.shape[1], len(moves.days)
    total = np.zeros(k)
    begun = float((spells.tally * (spells.entry == -1)).sum())
    bounds = _pieces(spells, max(1, _PIECE // max(k, 1)))
    for low, high in pairwise(bounds):
        one = spells.rows(slice(low, high))
        a, b = (np.searchsorted(moves.days, when, side="right") for when in (one.entry, one.exit))
        pull = columns.drain[a, one.state] - columns.drain[b, one.state]
        made = np.flatnonzero((one.to >= 0) & (one.to != one.state))
        if t and len(made):
            at, state = b[made] - 1, one.state[made]
            jump = columns.gain[at, one.to[made]] - columns.gain[at, state]
            pull[made] += columns.factor[at, state][:, None] * jump
        if start is not None and begun:
            first = np.flatnonzero(one.entry == -1)
            pull[first] += (columns.from_start[one.state[first]] - start @ columns.from_start) / begun
        total += _summed_squares(pull, one)
    return total


def _summed_squares(pull: Floats, spells: Spells) -> Floats:
    """Return Σ (Σ w pull)² over units or clusters, (K,); the visits of each lie together."""
    if spells.weight is not None:
        pull = pull * spells.weight[:, None]
    if spells.cluster is not None:
        pull = pull * spells.n[:, None]
        one, copies = _together(pull, spells.cluster), None
    elif spells.unit is not None:
        one = _together(pull, spells.unit)
        copies = spells.n[_firsts(spells.unit)]
    else:
        one, copies = pull, spells.n
    squares = one**2 if copies is None else one**2 * copies[:, None]
    added: Floats = squares.sum(axis=0)
    return added


def _firsts(key: Counts) -> Counts:
    new = np.ones(len(key), bool)
    new[1:] = key[1:] != key[:-1]
    return np.flatnonzero(new)


def _together(pull: Floats, key: Counts) -> Floats:
    return np.add.reduceat(pull, _firsts(key), axis=0) if len(key) else pull


def _of_group(spells: Spells, group: int) -> Spells:
    """Return the cells of one group, those of a unit or cluster together."""
    mine = np.flatnonzero(spells.group == group)
    key = spells.cluster if spells.cluster is not None else spells.unit
    if key is not None:
        mine = mine[np.argsort(key[mine], kind="stable")]
    return spells.rows(mine)


def _pieces(spells: Spells, size: int) -> list[int]:
    """Return where to cut the cells so that no unit or cluster is torn apart."""
    key = spells.cluster if spells.cluster is not None else spells.unit
    n = len(spells.state)
    if key is None:
        return [*range(0, n, size), n]
    firsts = np.append(_firsts(key), n)
    bounds = [0]
    while bounds[-1] < n:
        place = int(np.searchsorted(firsts, bounds[-1] + size, side="right")) - 1
        cut = int(firsts[place])
        bounds.append(cut if cut > bounds[-1] else int(firsts[place + 1]))
    return bounds
