"""Times known only as intervals: the nonparametric maximum-likelihood estimate of Turnbull, with competing endings.

A date that gives the month or the year only says that a case lasted between so many and so many days. The likelihood
then fixes how much probability lies in certain intervals (the innermost ones), and says nothing on where inside them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Floats, Values

# A right end that never comes: the case was still open at ``low``.
NEVER = np.inf
# Newton's method solves one dense system; more intervals with mass than this are left to the fixed-point steps.
_MOST_DENSE = 1_500
_DUST = 1e-12
# Newton's method pays once the conditions nearly hold.
_NEAR = 1e-3


class Turnbull(NamedTuple):
    """Where the likelihood puts probability, and how far the answer is from the best one.

    Attributes
    ----------
    low, high : (J,)
        Innermost intervals ``(low, high]`` that carry mass, by ending and day; ``high`` is infinite for the mass of
        those that never ended in the data.
    outcome : (J,)
        Ending 0..K-1 of each; -1 where the mass is beyond the data and no ending is known.
    mass : (J,)
        Probability in each; they add up to 1.
    log_likelihood : float
    excess : float
        How far the conditions of Karush, Kuhn and Tucker are from holding, per unit: the log-likelihood of the best
        answer is at most n times this much higher (without delayed entry).
    steps : int
    converged : bool
    """

    low: Floats
    high: Floats
    outcome: Counts
    mass: Floats
    log_likelihood: float
    excess: float
    steps: int
    converged: bool


class _Likelihood(NamedTuple):
    """Which support intervals each distinct observation covers: ranges ``[first, last)`` of positions."""

    owner: Counts  # (R,) observation of the range
    first: Counts  # (R,)
    last: Counts  # (R,)
    late_owner: Counts  # (Q,) observation of a range of the delayed-entry part
    late_first: Counts  # (Q,)
    late_last: Counts  # (Q,)
    n: Floats  # (N,)
    size: int  # J

    def probabilities(self, mass: Floats) -> tuple[Floats, Floats]:
        """Probability of what was seen (N,), and of being there to be seen (N,)."""
        summed = np.concatenate([[0.0], np.cumsum(mass)])
        seen: Floats = np.bincount(self.owner, summed[self.last] - summed[self.first], len(self.n)).astype(np.float64)
        if not len(self.late_owner):
            return seen, np.ones(len(self.n))
        inside = summed[self.late_last] - summed[self.late_first]
        return seen, np.bincount(self.late_owner, inside, len(self.n)).astype(np.float64)

    def log_likelihood(self, mass: Floats) -> float:
        seen, there = self.probabilities(mass)
        if bool((seen <= 0).any()) or bool((there <= 0).any()):
            return -np.inf
        return float(self.n @ (np.log(seen) - np.log(there)))

    def gradient(self, mass: Floats) -> tuple[Floats, Floats]:
        """Return what a little more mass in each interval would gain (J,), and what it costs (J,)."""
        seen, there = self.probabilities(mass)
        gain = _spread(self.n / seen, self.owner, self.first, self.last, self.size)
        if not len(self.late_owner):
            return gain, np.full(self.size, self.n.sum())
        return gain, _spread(self.n / there, self.late_owner, self.late_first, self.late_last, self.size)


def turnbull(
    low: Floats,
    high: Floats,
    n: Values,
    *,
    outcome: Counts | None = None,
    entry: Floats | None = None,
    tolerance: float = 1e-9,
    most_steps: int = 20_000,
) -> Turnbull:
    """Nonparametric maximum-likelihood estimate from times known to lie in intervals.

    Parameters
    ----------
    low, high : (N,)
        The time of the cell's units lies in ``(low, high]``. A time of exactly d days is ``(d - 1, d]`` where days are
        whole; ``high`` = infinity is a unit still open after day ``low``.
    n : (N,)
        Units in the cell (frequencies; sums of sampling weights work too). Cells with 0 are passed over.
    outcome : (N,), optional
        Ending 0..K-1 of each cell, read only where ``high`` is finite; without it there is one ending.
    entry : (N,), optional
        Delayed entry: the cell is observed because it lasted longer than this; -1 (or any value below all of ``low``)
        for units observed from the start.
    tolerance : float
        On the conditions of Karush, Kuhn and Tucker per unit, see ``Turnbull.excess``.
    most_steps : int
        Fixed-point steps at the most.

    Returns
    -------
    Turnbull
        Only intervals with mass.

    Raises
    ------
    ValueError
        When an interval is empty, or there is no unit.

    Notes
    -----
    The likelihood is Π (p(A_i) / p(B_i))^{n_i}, A_i being the days on which unit i may have ended (by its ending) and
    B_i those that its entry allows. Mass can lie only in innermost intervals: from one of the left ends to the next
    right end (Turnbull 1976; with delayed entry an entry is a right end too, Frydman 1994), for each ending by itself
    (Hudgens, Satten and Longini 2001). The self-consistent step p_j ← p_j gain_j / cost_j is repeated, speeded up by
    squared extrapolation (Varadhan and Roland 2008), and polished by Newton's method on the intervals with mass.
    Intervals whose mass fell to 0 are taken back when the conditions fail there (Gentleman and Geyer 1994), so the end
    is the maximum and not a place where the steps got stuck. With delayed entry the likelihood need not be concave:
    the end is then a stationary point.

    Exact times and right-censoring give Kaplan-Meier (Aalen-Johansen for several endings).

    References
    ----------
    Turnbull (1976), Journal of the Royal Statistical Society B, 38, 290-295.
    Frydman (1994), Journal of the Royal Statistical Society B, 56, 71-74.
    Gentleman and Geyer (1994), Biometrika, 81, 618-623.
    Hudgens, Satten and Longini (2001), Biometrics, 57, 74-80.
    Varadhan and Roland (2008), Scandinavian Journal of Statistics, 35, 335-353.

    Examples
    --------
    Two units ended between day 0 and day 10 and between day 5 and day 20; the likelihood is best when both ended
    between 5 and 10.

    >>> import numpy as np
    >>> fit = turnbull(np.array([0.0, 5.0]), np.array([10.0, 20.0]), np.array([1, 1]))
    >>> fit.low, fit.high, fit.mass
    (array([5.]), array([10.]), array([1.]))
    """
    low, high, n = (np.asarray(one, dtype=np.float64) for one in (low, high, n))
    kept = n > 0
    low, high, n = low[kept], high[kept], n[kept]
    codes = np.zeros(len(low), dtype=np.int64) if outcome is None else np.asarray(outcome, dtype=np.int64)[kept]
    late = np.full(len(low), -np.inf) if entry is None else np.asarray(entry, dtype=np.float64)[kept]
    if not len(low):
        raise ValueError("there is no unit")
    if bool((high <= low).any()) or bool((late > low).any()):
        raise ValueError("an interval is empty")
    late = np.where(late < low.min(), -np.inf, late)
    support = _support(low, high, codes, late)
    problem = _ranges(low, high, codes, late, n, support)
    mass, steps = _climb(problem, tolerance, most_steps)
    gain, cost = problem.gradient(mass)
    excess = float(((gain - cost) / n.sum()).max())
    carries = mass > 0
    left, right, of = support
    return Turnbull(
        left[carries],
        right[carries],
        of[carries],
        mass[carries],
        problem.log_likelihood(mass),
        max(excess, 0.0),
        steps,
        excess <= tolerance,
    )


def incidence_bounds(fit: Turnbull, days: Values, outcome: int | None = None) -> tuple[Floats, Floats]:
    """Least and greatest probability of having ended by each day that the same likelihood allows.

    Parameters
    ----------
    fit : Turnbull
    days : (H,)
        A probability is read at the end of each day.
    outcome : int, optional
        One of the endings; by default all together.

    Returns
    -------
    lowest, highest : (H,)
        They differ inside an innermost interval, where mass may lie at either end. Beyond the last left end, mass that
        nobody knows the ending of is no incidence.

    Examples
    --------
    >>> import numpy as np
    >>> fit = turnbull(np.array([0.0, 5.0]), np.array([10.0, 20.0]), np.array([1, 1]))
    >>> incidence_bounds(fit, np.array([5, 7, 10]))
    (array([0., 0., 1.]), array([0., 1., 1.]))
    """
    at = np.asarray(days, dtype=np.float64)[:, None]
    wanted = fit.outcome >= 0 if outcome is None else fit.outcome == outcome
    low, high, mass = (part[wanted] for part in (fit.low, fit.high, fit.mass))
    return np.asarray((high <= at) @ mass), np.asarray((low < at) @ mass)


def _support(low: Floats, high: Floats, codes: Counts, late: Floats) -> tuple[Floats, Floats, Counts]:
    """Innermost intervals by ending, in the order of ending and day; mass beyond the data last, with the ending -1."""
    open_ended = ~np.isfinite(high)
    entries = late[np.isfinite(late)]
    parts: list[tuple[Floats, Floats, int]] = []
    for code in np.unique(codes[~open_ended]):
        mine = ~open_ended & (codes == code)
        # whoever is still open may yet end so: its last day is a left end for every ending
        lefts = np.unique(np.concatenate([low[mine], low[open_ended], entries]))
        rights = np.unique(np.concatenate([high[mine], entries]))
        left = lefts[np.searchsorted(lefts, rights, side="left") - 1]
        opens = np.searchsorted(lefts, rights, side="left") > 0
        left, right = left[opens], rights[opens]
        innermost = np.concatenate([[True], left[1:] >= right[:-1]])
        left, right = left[innermost], right[innermost]
        # mass that lies in nobody's interval helps only by being before an entry, and those are right ends
        parts.append((left, right, int(code)))
    if bool(open_ended.any()):
        last = low[open_ended].max()
        # no ending can be told beyond the last day on which somebody was seen open, unless an interval reaches there
        parts.append((np.array([last]), np.array([NEVER]), -1))
    return (
        np.concatenate([one[0] for one in parts]),
        np.concatenate([one[1] for one in parts]),
        np.concatenate([np.full(len(one[0]), one[2], dtype=np.int64) for one in parts]),
    )


def _ranges(
    low: Floats, high: Floats, codes: Counts, late: Floats, n: Floats, support: tuple[Floats, Floats, Counts]
) -> _Likelihood:
    left, right, of = support
    owners: list[Counts] = []
    firsts: list[Counts] = []
    lasts: list[Counts] = []
    late_parts: list[tuple[Counts, Counts, Counts]] = []
    truncated = bool(np.isfinite(late).any())
    everybody: Counts = np.arange(len(low), dtype=np.int64)
    for code in np.unique(of):
        where = np.flatnonzero(of == code)
        start, lefts, rights = int(where[0]), left[where], right[where]
        # an interval of the support lies inside (low, high] or outside of it, never across an end
        takes = ~np.isfinite(high) if code == -1 else (codes == code) | ~np.isfinite(high)
        mine = everybody[takes]
        first = start + np.searchsorted(lefts, low[mine], side="left")
        last = start + np.searchsorted(rights, high[mine], side="right")
        some = last > first
        owners.append(mine[some])
        firsts.append(first[some])
        lasts.append(last[some])
        if truncated:
            begin = start + np.searchsorted(lefts, late, side="left")
            late_parts.append((everybody, begin, np.full(len(low), start + len(where))))
    none = np.empty(0, dtype=np.int64)
    entered = [np.concatenate([one[k] for one in late_parts]) if truncated else none for k in range(3)]
    return _Likelihood(
        owner=np.concatenate(owners),
        first=np.concatenate(firsts),
        last=np.concatenate(lasts),
        late_owner=entered[0],
        late_first=entered[1],
        late_last=entered[2],
        n=n,
        size=len(left),
    )


def _climb(problem: _Likelihood, tolerance: float, most_steps: int) -> tuple[Floats, int]:
    """Squared extrapolation of self-consistent steps, polished, until the conditions hold."""
    total = problem.n.sum()
    mass = np.full(problem.size, 1 / problem.size)
    best, steps = problem.log_likelihood(mass), 0
    while steps < most_steps:
        for _ in range(30):
            mass, best = _squared(problem, mass, best)
        steps += 60
        mass = np.where(mass < _DUST, 0, mass)
        mass = mass / mass.sum()
        gain, cost = problem.gradient(mass)
        excess = (gain - cost) / total
        if excess.max() <= _NEAR:
            mass = _polished(problem, mass)
            gain, cost = problem.gradient(mass)
            excess = (gain - cost) / total
        best = problem.log_likelihood(mass)
        held = mass > 0
        if excess.max() <= tolerance and np.abs(excess[held]).max() <= tolerance:
            break
        wrongly_empty = ~held & (excess > tolerance)
        if wrongly_empty.any():
            mass = np.where(wrongly_empty, 0.01 / wrongly_empty.sum(), 0.99 * mass)
            best = problem.log_likelihood(mass)
    return mass, steps


def _step(problem: _Likelihood, mass: Floats) -> Floats:
    gain, cost = problem.gradient(mass)
    new = mass * gain / np.where(cost > 0, cost, 1)
    return np.asarray(new / new.sum())


def _squared(problem: _Likelihood, mass: Floats, best: float) -> tuple[Floats, float]:
    """One step of squared extrapolation, given up for the plain steps where it would lose likelihood."""
    once = _step(problem, mass)
    twice = _step(problem, once)
    first, bend = once - mass, twice - 2 * once + mass
    size = float(np.sqrt((bend**2).sum()))
    if size <= _DUST:
        return twice, problem.log_likelihood(twice)
    length = -max(1.0, float(np.sqrt((first**2).sum())) / size)
    far = mass - 2 * length * first + length**2 * bend
    far = np.where(far > 0, far, twice * 1e-3)
    far = far / far.sum()
    if np.isfinite(problem.log_likelihood(far)):
        far = _step(problem, far)
        reached = problem.log_likelihood(far)
        if reached >= best:
            return far, reached
    return twice, problem.log_likelihood(twice)


def _polished(problem: _Likelihood, mass: Floats) -> Floats:
    """Newton's method on the intervals with mass; a step that empties one of them or loses likelihood is shortened."""
    held = np.flatnonzero(mass > 0)
    if len(held) > _MOST_DENSE or len(problem.n) * len(held) > 20_000_000:
        return mass
    covers = _dense(problem.owner, problem.first, problem.last, problem)[:, held]
    late = _dense(problem.late_owner, problem.late_first, problem.late_last, problem)[:, held]
    best = problem.log_likelihood(mass)
    for _ in range(8):
        seen, there = problem.probabilities(mass)
        slope = covers.T @ (problem.n / seen) - late.T @ (problem.n / there)
        bend = (covers * (problem.n / seen**2)[:, None]).T @ covers - (late * (problem.n / there**2)[:, None]).T @ late
        # the masses add up to 1; where the likelihood is flat, a grain keeps the system solvable
        bend[np.diag_indices_from(bend)] += 1e-12 * np.trace(bend)
        try:
            free, level = np.linalg.solve(bend, np.stack([slope, np.ones(len(held))], axis=1)).T
        except np.linalg.LinAlgError:
            break
        move = free - free.sum() / level.sum() * level
        falling = move < 0
        length = min(1.0, float((-mass[held][falling] / move[falling]).min(initial=1.0)))
        tried = mass.copy()
        tried[held] = np.maximum(mass[held] + length * move, 0)
        tried /= tried.sum()
        reached = problem.log_likelihood(tried)
        if not reached >= best:
            break
        small = float(np.abs(move).max(initial=0.0)) < 1e-13
        mass, best = tried, reached
        if small or length < 1:
            break
    return mass


def _dense(owner: Counts, first: Counts, last: Counts, problem: _Likelihood) -> Floats:
    """Observation by interval, 1 where it is covered."""
    edges = np.zeros((len(problem.n), problem.size + 1))
    np.add.at(edges, (owner, first), 1.0)
    np.add.at(edges, (owner, last), -1.0)
    return np.asarray(np.cumsum(edges, axis=1)[:, :-1])


def _spread(value: Floats, owner: Counts, first: Counts, last: Counts, size: int) -> Floats:
    """Add the value of each observation to all intervals of its ranges."""
    edges = np.bincount(first, value[owner], size + 1) - np.bincount(last, value[owner], size + 1)
    return np.asarray(np.cumsum(edges)[:-1])
