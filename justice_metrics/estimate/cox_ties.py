"""Sums over the endings that are tied on one day, as Efron's rule asks for them, in O(1) per day.

With d endings tied, the l-th of them (l = 0..d-1) is set against the risk set less l/d of the tied ones: its weight is
S - (l/d) D, where S and D are the sums of the relative hazards at risk and ended. A likelihood, its derivatives, and
Firth's penalty need sum_l (l/d)^k (S - (l/d) D)^-j. Thousands of endings on one day must not cost thousands of terms:

- d <= 32: summed directly;
- otherwise, and D/S < 1/2: expanded in powers of D/S, with the power sums of l/d in closed form (Faulhaber), because
  the functions below lose digits there, the more the smaller D/S;
- otherwise: differences of the polygamma functions of c + 1 and c - d + 1, with c = d S / D.

All three hold 13 digits (tests/estimate/test_cox_ties.py).
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from scipy import special

from ..base.types import Counts, Floats

Ties: TypeAlias = Literal["efron", "breslow"]

FEW = 32
SMALL_SHARE = 0.5
TERMS = 66  # 0.5^m times the largest coefficient is below 1e-16 from here on


class TiePlan(NamedTuple):
    """What does not change from one step of a fit to the next."""

    ties: Ties
    events: Counts  # (T,)
    few: Counts  # event days with few endings
    owner: Counts  # of each ending on those days: which of them
    fraction: Floats  # l/d of each of those endings
    starts: Counts  # where each of those days begins among its endings
    many: Counts  # the other event days
    powers: Floats  # (TERMS + 4, many), sum over l of (l/d)^m


class TieSums(NamedTuple):
    """Sums over the l = 0..d-1 endings of each event day, with w_l = S - (l/d) D."""

    log: Floats  # (T,), sum log(w_l)
    inverse: Floats  # (2, T), sum (l/d)^k / w_l for k = 0, 1
    squared: Floats  # (3, T), sum (l/d)^k / w_l^2 for k = 0, 1, 2
    cubed: Floats  # (4, T), sum (l/d)^k / w_l^3 for k = 0..3; zeros unless asked for


def tie_plan(events: Counts, ties: Ties) -> TiePlan:
    """Sort event days by their number of endings (T,)."""
    few = np.flatnonzero((events <= FEW) & (ties == "efron"))
    many = np.flatnonzero((events > FEW) & (ties == "efron"))
    count = events[few]
    starts = np.cumsum(count) - count
    owner = np.repeat(np.arange(len(few)), count)
    fraction = (np.arange(len(owner)) - starts[owner]) / count[owner]
    return TiePlan(ties, events, few, owner, fraction, starts, many, _power_sums(events[many]))


def tie_sums(plan: TiePlan, at_risk: Floats, ended: Floats, *, cubes: bool = False) -> TieSums:
    """Sum over the tied endings of each day.

    Parameters
    ----------
    plan : TiePlan
        From :func:`tie_plan`.
    at_risk, ended : (T,)
        S and D of each event day, sums of relative hazards; 0 < D <= S.
    cubes : bool
        Whether the third powers are needed (Firth's penalty).

    Returns
    -------
    TieSums
        Breslow's rule keeps the whole risk set for every ending: the terms with k > 0 are then 0.

    References
    ----------
    Efron (1977), Journal of the American Statistical Association, 72, 557-565.
    Abramowitz and Stegun (1964), *Handbook of Mathematical Functions*, 6.3, 6.4 and 23.1.

    Examples
    --------
    Two endings, weight 3 at risk and 2 ended: 1/3 + 1/(3 - 1).

    >>> import numpy as np
    >>> sums = tie_sums(tie_plan(np.array([2]), "efron"), np.array([3.0]), np.array([2.0]))
    >>> sums.inverse[0].round(6)
    array([0.833333])
    """
    highest = 3 if cubes else 2
    days = len(plan.events)
    log, powers = np.zeros(days), [np.zeros((j + 1, days)) for j in (1, 2, 3)]
    if plan.ties == "breslow":
        log[:] = plan.events * np.log(at_risk)
        for j in range(1, highest + 1):
            powers[j - 1][0] = plan.events / at_risk**j
        return TieSums(log, *powers)

    if len(plan.few):
        _direct(plan, at_risk, ended, highest, log, powers)
    small = ended[plan.many] < SMALL_SHARE * at_risk[plan.many]
    for chosen, formula in ((small, _series), (~small, _closed)):
        where = plan.many[chosen]
        if len(where):
            logs, parts = formula(at_risk[where], ended[where], plan.powers[:, chosen], highest)
            log[where] = plan.events[where] * np.log(at_risk[where]) + logs
            for j in range(1, highest + 1):
                powers[j - 1][:, where] = parts[j - 1] / at_risk[where] ** j
    return TieSums(log, *powers)


def _direct(plan: TiePlan, at_risk: Floats, ended: Floats, highest: int, log: Floats, powers: list[Floats]) -> None:
    where = plan.few
    # what is left of the risk set is at least the l/d-th part of those who ended, also where rounding says otherwise
    left = np.maximum(at_risk[where] - ended[where], 0)[plan.owner] + (1 - plan.fraction) * ended[where][plan.owner]
    log[where] = np.add.reduceat(np.log(left), plan.starts)
    term = np.ones_like(left)
    for j in range(1, highest + 1):
        term = term / left
        weighted = term
        for k in range(j + 1):
            powers[j - 1][k, where] = np.add.reduceat(weighted, plan.starts)
            weighted = weighted * plan.fraction


def _series(at_risk: Floats, ended: Floats, powers: Floats, highest: int) -> tuple[Floats, list[Floats]]:
    """Expansion in D/S: (1 - x)^-j = sum_m C(m + j - 1, j - 1) x^m, and log(1 - x) = -sum_m x^m / m."""
    share = ended / at_risk
    largest = float(share.max())
    terms = TERMS if largest <= 0 else int(np.clip(np.ceil(-44 / np.log(largest)), 6, TERMS))
    m = np.arange(terms)
    rising = share ** m[:, None]
    logs = -np.einsum("mt,mt->t", rising[1:] / m[1:, None], powers[1:terms])
    coefficients = (np.ones(terms), m + 1.0, (m + 1.0) * (m + 2) / 2)
    parts = [
        np.stack([np.einsum("m,mt,mt->t", coefficients[j - 1], rising, powers[k : k + terms]) for k in range(j + 1)])
        for j in range(1, highest + 1)
    ]
    return logs, parts


def _closed(at_risk: Floats, ended: Floats, powers: Floats, highest: int) -> tuple[Floats, list[Floats]]:
    """Polygamma differences: sum_l (c - l)^-j, then (l/d) = (1 - (1 - (l/d) u)) / u takes k up one by one."""
    events = powers[0]
    share = np.minimum(ended / at_risk, 1.0)
    c = events / share
    above, below = c + 1, 1 + events * np.maximum(at_risk - ended, 0) / ended
    logs = special.gammaln(above) - special.gammaln(below) - events * np.log(c)
    sums = [
        events,
        c * (special.digamma(above) - special.digamma(below)),
        c**2 * (special.zeta(2, below) - special.zeta(2, above)),
        c**3 * (special.zeta(3, below) - special.zeta(3, above)) if highest > 2 else c,
    ]
    table = {(0, k): powers[k] for k in range(4)}
    for j in range(1, highest + 1):
        table[j, 0] = sums[j]
        for k in range(1, j + 1):
            table[j, k] = (table[j, k - 1] - table[j - 1, k - 1]) / share
    return logs, [np.stack([table[j, k] for k in range(j + 1)]) for j in range(1, highest + 1)]


def _power_sums(events: Counts) -> Floats:
    """(TERMS + 4, days): sum over l = 0..d-1 of (l/d)^m, by Faulhaber's formula."""
    size = TERMS + 4
    m, k = np.arange(size)[:, None], np.arange(size)
    bernoulli = special.bernoulli(size - 1)  # with B_1 = -1/2, for sums up to d - 1
    coefficients = np.where(k <= m, special.binom(m + 1, k) * bernoulli / (m + 1), 0)
    return np.asarray(coefficients @ (1.0 * events) ** (1.0 - k[:, None]), dtype=np.float64)
