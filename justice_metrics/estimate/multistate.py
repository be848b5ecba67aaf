"""Where units are: states that are moved between, forth and back, on counts per day (Aalen-Johansen on a graph).

Axes: ``G`` groups, ``J`` states, ``M`` moves that occur, ``T`` days on which anybody moves. Everything that happens on
one day happens at once: at risk in a state on day t are the units with entry < t <= exit.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from ..base.types import Counts, Days, Floats, Tallies

IntensityVariance: TypeAlias = Literal["greenwood", "counting_process"]


class Spells(NamedTuple):
    """Cells of visits to states, each with at least one day under observation.

    Attributes
    ----------
    group, state : (C,)
        Group 0..G-1 and state 0..J-1.
    to : (C,)
        State moved to on the exit day; -1 for a visit whose observation ended, the state itself for a visit that goes
        on in another cell (a row that was split).
    entry, exit : (C,)
        Under observation on the days entry < day <= exit; -1 is from the start.
    n : (C,)
        Visits that are alike.
    weight : (C,) or None
        Sampling weight of each of them.
    unit : (C,) or None
        Visits of one unit; n says of how many such units.
    cluster : (C,) or None
        Visits of the units of one cluster.
    """

    group: Counts
    state: Counts
    to: Counts
    entry: Days
    exit: Days
    n: Counts
    weight: Floats | None = None
    unit: Counts | None = None
    cluster: Counts | None = None

    @property
    def tally(self) -> Tallies:
        """Visits or the sum of their weights, (C,)."""
        total: Tallies = self.n if self.weight is None else self.n * self.weight
        return total

    def rows(self, at: slice | Counts) -> Spells:
        """Return some of the cells."""
        return self._replace(**{name: held[at] for name, held in self._asdict().items() if held is not None})


class Moves(NamedTuple):
    """Moves and risk sets by day, the sufficient statistics of every estimate here.

    Attributes
    ----------
    days : (T,)
        Days with a move in any group, rising.
    source, target : (M,)
        States of each move that occurs.
    events : (G, M, T)
        Units that made the move on the day.
    at_risk : (G, J, T)
        Units in the state and observed just before the day.
    started : (G, J)
        Units observed from the start, by the state in which they were.
    """

    days: Days
    source: Counts
    target: Counts
    events: Tallies
    at_risk: Tallies
    started: Tallies


class Occupation(NamedTuple):
    """Probability of being in each state, and the time to be spent in it."""

    probability: Floats  # (G, J, T), after each day
    std_error: Floats  # (G, J, T)
    expected: Floats  # (G, J), days in the state up to the horizon
    expected_error: Floats  # (G, J)


class Intensities(NamedTuple):
    """Cumulative intensity of each move (Nelson-Aalen)."""

    cumulative: Floats  # (G, M, T)
    std_error: Floats  # (G, M, T)


def counted(spells: Spells, *, groups: int, states: int) -> Moves:
    """Count moves and risk sets per day.

    Parameters
    ----------
    spells : Spells
    groups, states : int
        G and J.

    Returns
    -------
    Moves
        Whole numbers stay whole.

    Examples
    --------
    Two units: one moves from state 0 to state 1 on day 3, the other is last seen in state 0 on day 5.

    >>> import numpy as np
    >>> one = np.array([1, 1], np.int64)
    >>> spells = Spells(0 * one, 0 * one, np.array([1, -1]), -one, np.array([3, 5]), one)
    >>> counted(spells, groups=1, states=2).at_risk[0, 0]
    array([2])
    """
    moved = (spells.to >= 0) & (spells.to != spells.state)
    days = np.unique(spells.exit[moved]).astype(np.int32)
    pairs = np.unique(spells.state[moved] * states + spells.to[moved])
    t, m, tally = len(days), len(pairs), spells.tally
    at = np.searchsorted(days, spells.exit)
    of_move = np.searchsorted(pairs, (spells.state * states + spells.to)[moved])
    events = _added((spells.group[moved] * m + of_move) * t + at[moved], tally[moved], groups * m * t)
    # a visit is at risk from the first day after its entry up to its exit
    begins = np.searchsorted(days, spells.entry, side="right")
    ends = np.searchsorted(days, spells.exit, side="right")
    row = (spells.group * states + spells.state) * (t + 1)
    change = _added(row + begins, tally, groups * states * (t + 1)) - _added(
        row + ends, tally, groups * states * (t + 1)
    )
    risk = np.cumsum(change.reshape(groups, states, t + 1), axis=-1)[..., :t]
    if np.issubdtype(risk.dtype, np.floating):
        # sums of weights leave dust where nobody is left
        risk = np.where(risk <= 1e-10 * np.max(risk, axis=-1, keepdims=True, initial=0), 0.0, risk)
    first = spells.entry == -1
    started = _added((spells.group * states + spells.state)[first], tally[first], groups * states)
    return Moves(
        days,
        pairs // states,
        pairs % states,
        events.reshape(groups, m, t),
        risk,
        started.reshape(groups, states),
    )


def initial_share(moves: Moves) -> Floats:
    """Return the share of the units that were in each state at the start, (G, J); NaN where none was observed then."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share: Floats = moves.started / moves.started.sum(axis=1, keepdims=True)
    return share


def initial_error(moves: Moves) -> Floats:
    """Return the standard error of :func:`initial_share`, binomial, (G, J)."""
    share = initial_share(moves)
    return np.sqrt(_divided(share * (1 - share), moves.started.sum(axis=1, keepdims=True) + 0 * share))


def occupation(
    moves: Moves, *, horizon: float, initial: Floats | None = None, after: int = -1, errors: bool = True
) -> Occupation:
    """Probability of being in each state after each day, and the expected days in it, with Greenwood-type variance.

    Parameters
    ----------
    moves : Moves
    horizon : float
        Day up to which the expected days are added up, from ``after`` (day 0 where that is -1) on.
    initial : (G, J), optional
        Probabilities of the states just before the first day, taken as known; the shares observed at the start by
        default, whose own variance is added.
    after : int
        Days up to this one are passed over: with a fixed state, the result is a row of the matrix of transition
        probabilities P(after, t).
    errors : bool
        Whether standard errors are wanted; they take most of the time.

    Returns
    -------
    Occupation
        Probabilities add up to 1 in each group and on each day; expected days add up to the length of time. On and
        before ``after`` the initial shares stand. Without errors those arrays are NaN.

    Notes
    -----
    p(t) = p(0) Π (I + dA(u)) over the days u up to t, dA_hj(u) = dN_hj(u) / Y_h(u), the staying on the diagonal. All
    moves of a day are multinomial given the risk set of their state, so with F = I + dA and w_h = p_h(u−)² / Y_h(u)

    - V(u) = Fᵀ (V(u−) − diag w) F + diag(w F),
    - the expected days e and their covariance C = Cov(e, p) follow: over Δ days Var(e) gains 2 Δ diag C + Δ² diag V and
      C gains Δ V; on a day of moves C becomes C F.

    No approximation but the delta method. Equal to R ``etm`` for the probabilities; for one state that is left by
    endings only it is :func:`justice_metrics.estimate.curves.aalen_johansen` with ``variance="greenwood"``.

    References
    ----------
    Aalen and Johansen (1978), Scandinavian Journal of Statistics, 5, 141-150.
    Andersen, Borgan, Gill and Keiding (1993), *Statistical Models Based on Counting Processes*, section IV.4.
    Allignol, Schumacher and Beyersmann (2011), Journal of Statistical Software, 38(4).

    Examples
    --------
    Four units in state 0: one moves to state 1 on day 2 and back on day 4.

    >>> import numpy as np
    >>> state, to = np.array([0, 1, 0, 0]), np.array([1, 0, -1, -1])
    >>> entry, leaving = np.array([-1, 2, 4, -1]), np.array([2, 4, 9, 9])
    >>> group = np.zeros(4, np.int64)
    >>> moves = counted(Spells(group, state, to, entry, leaving, np.array([1, 1, 1, 3])), groups=1, states=2)
    >>> found = occupation(moves, horizon=8)
    >>> found.probability[0]
    array([[0.75, 1.  ],
           [0.25, 0.  ]])
    >>> found.expected
    array([[7.5, 0.5]])
    """
    g, j, t = moves.at_risk.shape
    p, v = _at_start(moves, initial)
    spent, mixed, gained = np.zeros((g, j)), np.zeros((g, j, j)), np.zeros((g, j))
    shares, variances = np.empty((t, g, j)), np.full((t, g, j), np.nan)
    hazards = intensity_steps(moves)
    before = float(max(after, 0))
    axis = np.arange(j)
    for k in range(t):
        day = float(moves.days[k])
        if day > after:
            length = min(day, horizon) - before
            if length > 0:
                spent += length * p
                if errors:
                    gained += 2 * length * mixed[:, axis, axis] + length**2 * v[:, axis, axis]
                    mixed += length * v
                before = min(day, horizon)
            busy = np.flatnonzero(moves.events[:, :, k].any(axis=0))
            step = one_step(hazards[:, busy, k], moves.source[busy], moves.target[busy], j)
            if errors:
                states = np.unique(moves.source[busy])
                noise = np.zeros((g, j))
                noise[:, states] = _divided(p[:, states] ** 2, moves.at_risk[:, states, k])
                v[:, axis, axis] -= noise
                v = np.swapaxes(step, 1, 2) @ v @ step
                v[:, axis, axis] += (noise[:, None, :] @ step)[:, 0]
                mixed = mixed @ step
            p = (p[:, None, :] @ step)[:, 0]
        shares[k] = p
        if errors:
            variances[k] = v[:, axis, axis]
    length = horizon - before
    if length > 0:
        spent += length * p
        gained += 2 * length * mixed[:, axis, axis] + length**2 * v[:, axis, axis]
    return Occupation(
        np.moveaxis(shares, 0, 2),
        np.sqrt(np.moveaxis(_without_dust(variances), 0, 2)),
        spent,
        np.sqrt(np.maximum(gained, 0)) if errors else np.full((g, j), np.nan),
    )


def intensities(moves: Moves, *, variance: IntensityVariance = "greenwood") -> Intensities:
    """Cumulative intensity of each move: the sum of moves per unit at risk.

    Parameters
    ----------
    moves : Moves
    variance : {"greenwood", "counting_process"}
        Gain of the variance on a day with d moves among Y at risk: d (Y − d) / Y³, or Aalen's d / Y².

    Returns
    -------
    Intensities
        Both (G, M, T). Days without anybody at risk add nothing.

    References
    ----------
    Aalen (1978), Annals of Statistics, 6, 534-545.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.array([1, 1], np.int64)
    >>> spells = Spells(0 * one, 0 * one, np.array([1, -1]), -one, np.array([3, 5]), one)
    >>> intensities(counted(spells, groups=1, states=2)).cumulative
    array([[[0.5]]])
    """
    risk = moves.at_risk[:, moves.source]
    steps = intensity_steps(moves)
    gain = _divided(steps * (1 - steps if variance == "greenwood" else 1), risk)
    return Intensities(np.cumsum(steps, axis=-1), np.sqrt(np.cumsum(gain, axis=-1)))


def intensity_steps(moves: Moves) -> Floats:
    """Return the share of the risk set that makes each move on each day, (G, M, T)."""
    return _divided(moves.events, moves.at_risk[:, moves.source])


def one_step(hazards: Floats, source: Counts, target: Counts, states: int) -> Floats:
    """Return I + dA of one day, (G, J, J), from hazards (G, m) of its moves; no staying is below 0."""
    step = np.zeros((len(hazards), states, states))
    axis = np.arange(states)
    step[:, axis, axis] = 1
    step[:, source, target] = hazards
    leaving = np.zeros((states, len(hazards)))
    np.add.at(leaving, source, hazards.T)
    staying = 1 - leaving.T
    # the sum of shares that empty a state is 1 but for rounding
    step[:, axis, axis] = np.where(staying < 1e-12, 0, staying)
    return step


def _at_start(moves: Moves, initial: Floats | None) -> tuple[Floats, Floats]:
    """Return the initial probabilities and their covariance, multinomial where they are estimated."""
    g, j, _ = moves.at_risk.shape
    if initial is not None:
        return np.array(initial, dtype=np.float64), np.zeros((g, j, j))
    share = initial_share(moves)
    units = moves.started.sum(axis=1)[:, None, None]
    spread = np.eye(j)[None] * share[:, None, :] - share[:, :, None] * share[:, None, :]
    return share, _divided(spread, np.broadcast_to(units, spread.shape))


def _without_dust(variances: Floats) -> Floats:
    """Return variances without what rounding leaves of one that has come back to 0, and without those below 0."""
    largest = np.fmax.accumulate(variances, axis=0)
    return np.where(variances <= 1e-13 * largest, 0, variances)


def _added(index: Counts, values: Tallies, size: int) -> Tallies:
    if np.issubdtype(values.dtype, np.integer):
        total = np.zeros(size, np.int64)
        np.add.at(total, index, values)
        return total
    return np.bincount(index, weights=values, minlength=size)


def _divided(numerator: Tallies, denominator: Tallies) -> Floats:
    """Divide; 0 where the denominator is 0."""
    positive = denominator > 0
    return np.where(positive, numerator / np.where(positive, denominator, 1), 0.0)
