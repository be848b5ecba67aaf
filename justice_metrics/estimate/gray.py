"""Are the cumulative incidences of one ending alike in several groups, when other endings compete? Gray's test.

A log-rank test answers that for the cause-specific hazard, which is another question: a group can have the higher
hazard of a verdict and fewer verdicts.
"""

from __future__ import annotations

import numpy as np

from ..base.types import Counts, Floats
from .comparison import Comparison, compared
from .hazards import DaySteps, day_steps, earlier, hypergeometric, ratio


def gray(events: Counts, at_risk: Counts, *, rho: float = 0.0) -> Comparison:
    """Gray's test of equal cumulative incidence in G groups, for every ending at once.

    Parameters
    ----------
    events : (G, K, T) or (B, G, K, T)
        Endings on the day by outcome; with B strata the groups are compared within each, and the differences add up.
    at_risk : (G, T) or (B, G, T)
        Open and observed just before the day.
    rho : float
        Weight (1 - F(t-))^rho of the pooled incidence; 0 weighs all days alike, above 0 the early ones.

    Returns
    -------
    Comparison
        ``observed`` and ``expected`` (K, G), ``covariance`` (K, G, G), the rest (K,).

    Notes
    -----
    For one ending (1) against the others (2), group r, with S_r the Kaplan-Meier and F_r the Aalen-Johansen estimate,

    - R_r = Y_r (1 - F_r(t-)) / S_r(t-), the units that count as at risk of the subdistribution;
    - O_g - E_g = sum L (d_1g - R_g d_1 / R), L = (1 - F(t-))^rho.

    Under equal incidences R_r is h_r (1 - F), h_r = Y_r / S_r(t-), and F(t) = sum d_1 / h is the pooled incidence. The
    differences are then a sum of noise of the days of each group, with the coefficients

    - a_gr = D_gr + (1 - (1 - F) / S_r) C_gr for the ending itself, - (1 - F) / S_r C_gr for the others, where
    - D_gr = L h_g ([g = r] - h_r / h) and C_gr = sum of D_gr dF / (1 - F(u-)) over later days u,

    and that noise has the variances dF / h_r and S_r(t-)^2 d_2r / Y_r^2. Gray's paper stops here, without ties. With
    them the second variance takes the hypergeometric factor (Y_r - d_2r) / (Y_r - 1), and the first the factor
    (y - d_1) / (y - 1) with y = h S_r(t-), the units that would be at risk if every group were open as group r is.
    This equals R ``cmprsk::cuminc``, with strata and rho, on data full of ties. (In tiny groups d_1 can pass y; the
    factor is then below 0 there, as in cmprsk.) Late entries, which cmprsk does not take, need only their risk sets.

    Groups in which somebody is still at risk after the curve of the group has reached 0 (possible under late entry
    only) leave the comparison there.

    References
    ----------
    Gray (1988), Annals of Statistics, 16, 1141-1154.

    Examples
    --------
    >>> import numpy as np
    >>> events = np.array([[[2, 0], [0, 1]], [[0, 1], [1, 0]]])
    >>> gray(events, np.array([[6, 4], [6, 5]])).chi_square.round(4)
    array([0.5174, 0.0042])
    """
    if events.ndim == 3:
        events, at_risk = events[None], at_risk[None]
    differs = [_one_stratum(some, exposed, rho) for some, exposed in zip(events, at_risk, strict=True)]
    observed, expected, covariance = (np.sum(parts, axis=0) for parts in zip(*differs, strict=True))
    return compared(observed, expected, covariance)


def _one_stratum(events: Counts, at_risk: Counts, rho: float) -> tuple[Floats, Floats, Floats]:
    """Observed (K, G), expected (K, G) and the covariance of their difference (K, G, G)."""
    exposed, each = at_risk.astype(np.float64), np.swapaxes(events, 0, 1).astype(np.float64)
    together = each.sum(axis=0)
    steps = day_steps(together, exposed)
    running = steps.before > 0
    exposed, each, together = exposed * running, each * running, together * running
    parts = [_one_ending(own, together - own, exposed, steps, rho) for own in each]
    observed, expected, covariance = (np.array(some) for some in zip(*parts, strict=True))
    return observed, expected, covariance


def _one_ending(
    own: Floats, others: Floats, exposed: Floats, steps: DaySteps, rho: float
) -> tuple[Floats, Floats, Floats]:
    """Observed (G,), expected (G,) and the covariance of their difference (G, G); arguments (G, T)."""
    incidence = np.cumsum(steps.before * ratio(own, exposed), axis=-1)
    together = own.sum(axis=0)
    open_like = ratio(exposed, steps.before)  # (G, T), h_r
    pooled = open_like.sum(axis=0)  # (T,), h
    growth = ratio(together, pooled)  # (T,), dF
    left = np.maximum(1 - np.cumsum(growth), 0)  # (T,), 1 - F
    left_before = earlier(left, first=1)
    weight = left_before**rho

    still = open_like * (1 - earlier(incidence))  # (G, T), R_r
    observed = own @ weight
    expected = still @ (weight * ratio(together, still.sum(axis=0)))

    alike = pooled * steps.before  # (G, T), y
    factor = np.where(alike > 1, 1 - ratio(together - 1, alike - 1), 1)
    spread_own = ratio(growth, open_like) * factor
    spread_others = steps.before**2 * hypergeometric(others, exposed)

    share, kept = ratio(open_like, pooled), ratio(left, steps.survival)  # (G, T); kept is (1 - F) / S_r
    pull = weight * ratio(growth, left_before)
    covariance = np.zeros((len(share), len(share)))
    for r in range(len(share)):  # noise of one group at a time: what it works on stays in the cache
        compare = -open_like * share[r]
        compare[r] += open_like[r]
        to_come = _to_come(compare * pull)
        of_others = kept[r] * to_come
        of_own = compare * weight + to_come - of_others
        covariance += (of_own * spread_own[r]) @ of_own.T + (of_others * spread_others[r]) @ of_others.T
    return observed, expected, covariance


def _to_come(values: Floats) -> Floats:
    """Sum over all later days."""
    onwards: Floats = np.cumsum(values[..., ::-1], axis=-1)[..., ::-1]
    onwards -= values
    return onwards
