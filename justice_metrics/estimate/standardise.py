"""Shares of offices as if they had the same mix of cases: indirect and direct standardisation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Flags, Floats, Tallies
from .limits import normal_quantile
from .proportion import HALVINGS, wilson

# Further apart than this on the scale of log odds, shares are 0 and 1 to all digits.
_FURTHEST = 40.0


class Indirect(NamedTuple):
    """Each office against what its own mix of cases lets expect."""

    expected: Floats  # (I,)
    estimate: Floats  # (I,) observed over expected
    conf_low: Floats  # (I,)
    conf_high: Floats  # (I,)
    size: Floats  # (I,) cases of one kind that would say as much


class Direct(NamedTuple):
    """Share that each office would have with the mix of cases of the standard."""

    estimate: Floats  # (I,)
    conf_low: Floats  # (I,)
    conf_high: Floats  # (I,)
    covered: Floats  # (I,) part of the standard in whose kinds the office has cases


def indirect(successes: Tallies, trials: Tallies, confidence_level: float = 0.95) -> Indirect:
    """Observed over expected outcomes of each office, given its mix of cases.

    Parameters
    ----------
    successes, trials : (I, S)
        Outcomes and cases of each office and kind of case, 0 <= successes <= trials.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Indirect
        With the shares p_s of all offices together as the standard, expected E_i = sum n_is p_s. An office of which
        nothing is expected has no ratio (NaN). ``size`` is (1 - p) / p E_i^2 / V_i, with p the share of all and V_i =
        sum n_is p_s (1 - p_s): a binomial share of so many cases varies as much as the ratio does; with one kind of
        case it is the number of cases. NaN where nothing varies.

    Notes
    -----
    The limits are those of a score test. An office whose log odds differ from the standard's by d in each kind of case
    has the mean m(d) = sum n_is expit(logit p_s + d) and the variance v(d) of a sum of binomials; the limits are m(d) /
    E_i where (O_i - m(d))^2 = z^2 v(d). With one kind of case they are Wilson's limits over p. They take the standard
    as known. Two offices' ratios have each their own standard: they are compared with 1, not with each other.

    References
    ----------
    Breslow and Day (1987), *Statistical Methods in Cancer Research* II, chapter 2 (standardisation).
    Wilson (1927), Journal of the American Statistical Association, 22, 209-212 (the test that is inverted).

    Examples
    --------
    >>> import numpy as np
    >>> found = indirect(np.array([[10, 30], [20, 10]]), np.array([[50, 50], [100, 50]]))
    >>> found.expected.tolist(), found.estimate.round(3).tolist()
    ([30.0, 40.0], [1.333, 0.75])
    """
    successes, trials = np.asarray(successes, np.float64), np.asarray(trials, np.float64)
    shares = pooled_shares(successes, trials)
    observed, expected = successes.sum(axis=1), trials @ shares
    varies = trials @ (shares * (1 - shares))
    overall = successes.sum() / trials.sum() if trials.sum() else np.nan
    low, high = _shifted(observed, trials, shares, normal_quantile(confidence_level))
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.where(varies > 0, (1 - overall) / overall * expected**2 / varies, np.nan)
        there = expected > 0
        return Indirect(
            expected,
            np.where(there, observed / expected, np.nan),
            np.where(there, low / expected, np.nan),
            np.where(there, high / expected, np.nan),
            size,
        )


def direct(successes: Tallies, trials: Tallies, weights: Floats, confidence_level: float = 0.95) -> Direct:
    """Share that each office would have if its cases were mixed as in the standard.

    Parameters
    ----------
    successes, trials : (I, S)
        Outcomes and cases of each office and kind of case, 0 <= successes <= trials.
    weights : (S,)
        Standard: how often each kind of case occurs in it; they need not add up to one.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Direct
        NaN for an office that has no case of some kind that the standard has: nobody knows how it would treat it, and a
        standard of its own would compare it with nobody. ``covered`` says how much of the standard it has.

    Notes
    -----
    p = sum w_s p_s. The limits are p - sqrt(sum w_s^2 (p_s - l_s)^2) and p + sqrt(sum w_s^2 (u_s - p_s)^2) with
    Wilson's limits l_s, u_s of each kind (square-and-add); with one kind of case they are Wilson's.

    References
    ----------
    Zou, Huang and Zhang (2009), Computational Statistics and Data Analysis, 53, 1080-1085.

    Examples
    --------
    >>> import numpy as np
    >>> found = direct(np.array([[10, 30], [20, 0]]), np.array([[50, 50], [100, 0]]), np.array([3.0, 1.0]))
    >>> found.estimate.round(3).tolist(), found.covered.tolist()
    ([0.3, nan], [1.0, 0.75])
    """
    weights = np.asarray(weights, np.float64) / np.sum(weights)
    used = weights > 0
    parts = wilson(successes[:, used], trials[:, used], confidence_level)
    w = weights[used]
    estimate = parts.estimate @ w
    below = np.sqrt(((w * (parts.estimate - parts.conf_low)) ** 2).sum(axis=1))
    above = np.sqrt(((w * (parts.conf_high - parts.estimate)) ** 2).sum(axis=1))
    covered = ((trials[:, used] > 0) * w).sum(axis=1)
    return Direct(estimate, np.maximum(estimate - below, 0), np.minimum(estimate + above, 1), covered)


def pooled_shares(successes: Tallies, trials: Tallies) -> Floats:
    """Share of each kind of case over all offices, (S,) of (I, S); 0 where there is none.

    Examples
    --------
    >>> import numpy as np
    >>> pooled_shares(np.array([[1, 0], [1, 0]]), np.array([[4, 0], [4, 0]])).tolist()
    [0.25, 0.0]
    """
    total = np.asarray(trials.sum(axis=0), np.float64)
    return np.asarray(successes.sum(axis=0), np.float64) / np.where(total > 0, total, 1.0)


def shifted_shares(shares: Floats, shift: Floats) -> Floats:
    """Shares whose log odds are moved by a shift; 0 and 1 stay what they are. The shapes are broadcast.

    Examples
    --------
    >>> import numpy as np
    >>> shifted_shares(np.array([0.0, 0.5, 0.75]), np.log(np.array([3.0, 3.0, 1 / 3]))).round(3).tolist()
    [0.0, 0.75, 0.5]
    """
    odds = np.exp(np.clip(shift, -_FURTHEST, _FURTHEST))
    moved: Floats = shares * odds / (1 - shares + shares * odds)
    return moved


def _shifted(observed: Floats, trials: Floats, shares: Floats, z: float) -> tuple[Floats, Floats]:
    """Return the mean at which a score test just accepts what was observed, below and above."""

    def accepted(at: Floats) -> tuple[Flags, Floats]:
        p = shifted_shares(shares[None, :], at[:, None])
        mean, variance = (trials * p).sum(axis=1), (trials * p * (1 - p)).sum(axis=1)
        return np.asarray((observed - mean) ** 2 <= z**2 * variance, np.bool_), mean

    centre = np.zeros(len(observed))
    low, high = centre - _FURTHEST, centre + _FURTHEST
    for _ in range(HALVINGS):
        centre = (low + high) / 2
        under = (trials * shifted_shares(shares[None, :], centre[:, None])).sum(axis=1) < observed
        low, high = np.where(under, centre, low), np.where(under, high, centre)
    limits = []
    for far in (-_FURTHEST, _FURTHEST):
        inner, outer = centre.copy(), np.full(len(observed), far)
        for _ in range(HALVINGS):
            middle = (inner + outer) / 2
            inside, _ = accepted(middle)
            inner, outer = np.where(inside, middle, inner), np.where(inside, outer, middle)
        limits.append(accepted(inner)[1])
    sure = trials @ (shares == 1)
    possible = trials @ (shares > 0)
    return np.where(observed <= sure, sure, limits[0]), np.where(observed >= possible, possible, limits[1])
