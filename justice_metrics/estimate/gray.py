"""Are the cumulative incidences of one ending alike in several groups, when other endings compete? Gray's test.

A log-rank test answers that for the cause-specific hazard, which is another question: a group can have the higher
hazard of a verdict and fewer verdicts.
"""

from __future__ import annotations

import numpy as np

from ..base.types import Counts, Floats
from .comparison import Comparison, compared
from .hazards import day_steps, earlier, hypergeometric, ratio


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
    steps = day_steps(events.sum(axis=-2), at_risk)
    own = np.swapaxes(events, 0, 1).astype(np.float64)  # (K, G, T), as all below
    together = own.sum(axis=1)  # (K, T)
    exposed = at_risk.astype(np.float64)
    incidence = np.cumsum(steps.before * ratio(own, exposed), axis=-1)

    open_like = ratio(exposed, steps.before)  # (G, T), h_r
    pooled = open_like.sum(axis=0)  # (T,), h
    growth = ratio(together, pooled)  # (K, T), dF
    left = np.maximum(1 - np.cumsum(growth, axis=-1), 0)  # (K, T), 1 - F
    left_before = earlier(left, first=1)
    weight = left_before**rho

    still = open_like * (1 - earlier(incidence))  # (K, G, T), R_r
    observed = (weight[:, None] * own).sum(axis=-1)
    expected = ((weight * ratio(together, still.sum(axis=1)))[:, None] * still).sum(axis=-1)

    alike = pooled * steps.before  # (r, T), y
    factor = np.where(alike > 1, 1 - ratio(together[:, None] - 1, alike - 1), 1)
    spread_own = ratio(growth[:, None], open_like) * factor  # (K, r, T)
    spread_others = steps.before**2 * hypergeometric(events.sum(axis=1) - own, exposed)
    kept = ratio(left[:, None], steps.survival)  # (K, r, T), (1 - F) / S_r
    pull = weight * ratio(growth, left_before)

    share = ratio(open_like, pooled)
    compare = open_like[:, None] * (np.eye(len(share))[:, :, None] - share)  # (g, r, T)
    covariance = np.empty((len(own), len(share), len(share)))
    for k in range(len(own)):  # one ending at a time fits the cache
        to_come = _to_come(compare * pull[k])
        of_others = kept[k] * to_come
        of_own = compare * weight[k] + to_come - of_others
        covariance[k] = _weighted(of_own, spread_own[k]) + _weighted(of_others, spread_others[k])
    return observed, expected, covariance


def _to_come(values: Floats) -> Floats:
    """Sum over all later days."""
    onwards: Floats = np.cumsum(values[..., ::-1], axis=-1)[..., ::-1]
    onwards -= values
    return onwards


def _weighted(coefficients: Floats, spread: Floats) -> Floats:
    """Sum over groups and days of coefficient times coefficient times variance: (g, r, T) -> (g, g)."""
    flat = coefficients.reshape(len(coefficients), -1)
    products: Floats = (flat * spread.reshape(-1)) @ flat.T
    return products
