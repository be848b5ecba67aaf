"""Partial pooling: what is believed of each office when it is taken as one of many that differ somewhat."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Floats, Tallies
from .standardise import pooled_shares

# Steps of the shift on the scale of log odds, and of what is not known of its distribution.
_STEPS = 801
_SPREADS = 41
_MEANS = 31
# Log odds beyond these are shares of 0.03 % and 99.97 % where all offices together have a half.
_FURTHEST = 8.0
_WIDEST = 3.0
# What is less likely than the best by this factor of e is left out of the grid.
_UNLIKELY = 10.0
_NOTHING = 1e-290


class Pooled(NamedTuple):
    """What is believed of each office."""

    shifts: Floats  # (M,) log odds of an office less those of all, kind of case by kind of case
    belief: Floats  # (I, M) probability of each shift; rows add up to one
    likelihood: Floats  # (I, M) of the office's own cases, over its largest
    middles: Floats  # (H,) mean of the offices' shifts, as far as it is known
    spreads: Floats  # (H,) standard deviation of the offices' shifts, as far as it is known
    weight: Floats  # (H,) probability of each pair of the two
    best_middle: float  # the most likely pair
    best_spread: float


class BetaBinomial(NamedTuple):
    """Distribution of the true shares of offices."""

    mean: float
    intraclass: float  # variance over mean (1 - mean)


def pooled(successes: Tallies, trials: Tallies) -> Pooled:
    """Mixed model of offices: each one's log odds differ by a normal shift, given its mix of cases.

    Parameters
    ----------
    successes, trials : (I, S)
        Outcomes and cases of each office and kind of case, 0 <= successes <= trials; 3 offices or more with cases.

    Returns
    -------
    Pooled
        An office without cases is believed to be like the others.

    Notes
    -----
    logit p_is = logit p_s + d_i with p_s the share of all offices together, d_i normal with mean m and standard
    deviation s. The beliefs are those of Bayes with flat priors on m and s (s up to 3), so they allow for not knowing
    how much offices differ; all is summed on a grid, so nothing is drawn and nothing has to converge. ``best_*`` is the
    maximum of the likelihood, which R's glmer finds too. With kinds in which nobody or everybody had the outcome, the
    shift changes nothing.

    References
    ----------
    Goldstein and Spiegelhalter (1996), Journal of the Royal Statistical Society A, 159, 385-443.
    Gelman (2006), Bayesian Analysis, 1, 515-534 (flat prior on the standard deviation).

    Examples
    --------
    >>> import numpy as np
    >>> found = pooled(np.array([[1], [5], [20]]), np.array([[10], [20], [40]]))
    >>> shares = 1 / (1 + np.exp(-(np.log(26 / 44) + found.shifts)))
    >>> (found.belief @ shares).round(2).tolist()
    [0.17, 0.26, 0.48]
    """
    successes, trials = np.asarray(successes, np.float64), np.asarray(trials, np.float64)
    shares = pooled_shares(successes, trials)
    moves = (shares > 0) & (shares < 1)
    successes, trials, shares = successes[:, moves], trials[:, moves], shares[moves]
    shifts = _grid(successes, trials)
    likelihood = _likelihood(successes.sum(axis=1), trials, shares, shifts)
    best_middle, best_spread = _best(likelihood, shifts)
    middles, spreads = _unknown(likelihood, shifts, best_middle, best_spread)
    chances = _chances(shifts, middles, spreads)
    # spreads far too small for what an office did: so unlikely that the number is 0, and weighs nothing
    marginal = np.maximum(likelihood @ chances.T, _NOTHING)
    logs = np.log(marginal).sum(axis=0)
    weight = np.exp(logs - logs.max())
    weight /= weight.sum()
    belief = likelihood * ((weight / marginal) @ chances)
    return Pooled(
        shifts,
        belief / belief.sum(axis=1, keepdims=True),
        likelihood,
        middles,
        spreads,
        weight,
        best_middle,
        best_spread,
    )


def drawn_shifts(found: Pooled, offices: Counts, draws: int, generator: np.random.Generator) -> Floats:
    """Draw the shifts of some offices together, as they are believed to be.

    Parameters
    ----------
    found : Pooled
    offices : (R,)
        Places of the offices.
    draws : int
        How many times.
    generator : Generator
        Seeded by the caller.

    Returns
    -------
    (draws, R)
        Each draw has one mean and one spread for all offices.

    Examples
    --------
    >>> import numpy as np
    >>> found = pooled(np.array([[1], [5], [20]]), np.array([[10], [20], [40]]))
    >>> drawn_shifts(found, np.array([0, 2]), 100, np.random.default_rng(1)).shape
    (100, 2)
    """
    pairs, place = np.unique(generator.choice(len(found.weight), draws, p=found.weight), return_inverse=True)
    step = found.shifts[1] - found.shifts[0]
    uniform = generator.random((draws, len(offices)))
    within = generator.random((draws, len(offices))) - 0.5
    chances = _chances(found.shifts, found.middles[pairs], found.spreads[pairs])
    out = np.empty((draws, len(offices)), np.int64)
    # the rows of all offices lie behind one another, so that one look-up serves them all
    row, steps = np.arange(len(offices)), len(found.shifts)
    for pair in range(len(pairs)):
        upto = np.cumsum(found.likelihood[offices] * chances[pair], axis=1)
        upto /= upto[:, -1:]
        these = np.flatnonzero(place == pair)
        at = np.searchsorted((upto + row[:, None]).ravel(), uniform[these] + row)
        out[these] = np.clip(at - row * steps, 0, steps - 1)
    shifts: Floats = found.shifts[out] + within * step
    return shifts


def beta_binomial(successes: Tallies, trials: Tallies) -> BetaBinomial:
    """Beta distribution of the true shares of offices, by maximum likelihood.

    Parameters
    ----------
    successes, trials : (I,)
        Outcomes and cases of each office.

    Returns
    -------
    BetaBinomial
        ``intraclass`` is 0 where offices differ no more than chance makes them.

    References
    ----------
    Williams (1975), Biometrics, 31, 949-952.

    Examples
    --------
    >>> import numpy as np
    >>> found = beta_binomial(np.array([2, 9, 25, 4]), np.array([20, 30, 50, 40]))
    >>> round(found.mean, 3), round(found.intraclass, 3)
    (0.257, 0.112)
    """
    from scipy.optimize import minimize
    from scipy.special import betaln, expit, logit

    successes, trials = np.asarray(successes, np.float64), np.asarray(trials, np.float64)
    whole = successes.sum() / trials.sum()
    if not 0 < whole < 1:
        return BetaBinomial(float(whole), 0.0)

    def lost(at: Floats) -> float:
        mean, inside = expit(at[0]), expit(at[1])
        together = (1 - inside) / inside
        one, other = mean * together, (1 - mean) * together
        return -float((betaln(successes + one, trials - successes + other) - betaln(one, other)).sum())

    chance = -float((successes * np.log(whole) + (trials - successes) * np.log1p(-whole)).sum())
    tried = [
        minimize(lost, np.array([logit(whole), at]), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10})
        for at in (-5.0, -2.0)
    ]
    found = min(tried, key=lambda one: float(one.fun))
    if found.fun >= chance - 1e-4:
        return BetaBinomial(float(whole), 0.0)
    return BetaBinomial(float(expit(found.x[0])), float(expit(found.x[1])))


def _grid(successes: Floats, trials: Floats) -> Floats:
    """Shifts as far as any office could be, by its own cases alone."""
    observed, n = successes.sum(axis=1), trials.sum(axis=1)
    whole = observed.sum() / max(n.sum(), 1.0)
    own = np.log((observed + 0.5) / (n - observed + 0.5)) - np.log(whole / (1 - whole)) if 0 < whole < 1 else 0 * n
    error = np.sqrt(1 / (observed + 0.5) + 1 / (n - observed + 0.5))
    # half as far again, because what lies beyond the grid would make the offices look more different than they are
    reach = np.clip(1.5 * np.max(np.abs(own) + 3 * np.minimum(error, 1.0), initial=1.0), 2.0, _FURTHEST)
    return np.linspace(-reach, reach, _STEPS)


def _likelihood(observed: Floats, trials: Floats, shares: Floats, shifts: Floats) -> Floats:
    # the parts that do not depend on the shift cancel: what is left is O d - sum n log(1 - p + p exp d)
    rest = np.log1p(shares[:, None] * np.expm1(shifts)[None, :])
    logs = observed[:, None] * shifts - trials @ rest
    return np.asarray(np.exp(logs - logs.max(axis=1, keepdims=True)), np.float64)


def _chances(shifts: Floats, middles: Floats, spreads: Floats) -> Floats:
    """Probability of each step of the grid under normal distributions, (H, M); the last steps hold the ends."""
    from scipy.special import ndtr

    between = (shifts[1:] + shifts[:-1]) / 2
    upto = ndtr((between[None, :] - middles[:, None]) / spreads[:, None])
    ends = np.ones((len(middles), 1))
    return np.diff(np.concatenate([0 * ends, upto, ends], axis=1), axis=1)


def _log_marginal(likelihood: Floats, shifts: Floats, middles: Floats, spreads: Floats) -> Floats:
    marginal = np.maximum(likelihood @ _chances(shifts, middles, spreads).T, _NOTHING)
    logs: Floats = np.log(marginal).sum(axis=0)
    return logs


def _best(likelihood: Floats, shifts: Floats) -> tuple[float, float]:
    from scipy.optimize import minimize

    def lost(at: Floats) -> float:
        logs = _log_marginal(likelihood, shifts, at[:1], np.exp(at[1:]))
        return -float(logs[0])

    floor = np.log(shifts[1] - shifts[0])
    bounds = [(shifts[0], shifts[-1]), (floor, np.log(_WIDEST))]
    tried = [
        minimize(
            lost,
            np.array([0.0, np.log(at)]),
            method="Nelder-Mead",
            bounds=bounds,
            options={"xatol": 1e-6, "fatol": 1e-9},
        )
        for at in (0.1, 0.5)
    ]
    found = min(tried, key=lambda one: float(one.fun))
    return float(found.x[0]), float(np.exp(found.x[1]))


def _unknown(likelihood: Floats, shifts: Floats, middle: float, spread: float) -> tuple[Floats, Floats]:
    """Pairs of mean and spread that are not much less likely than the best, on an even grid."""
    step = float(shifts[1] - shifts[0])
    best = _log_marginal(likelihood, shifts, np.array([middle]), np.array([spread]))[0]
    tried = np.linspace(step, _WIDEST, 60)
    means = np.linspace(middle - 2.5, middle + 2.5, 51)
    flat = np.meshgrid(means, tried, indexing="ij")
    logs = _log_marginal(likelihood, shifts, flat[0].ravel(), flat[1].ravel()).reshape(flat[0].shape)
    likely = logs > best - _UNLIKELY
    near = likely.any(axis=1), likely.any(axis=0)
    gap_mean, gap = means[1] - means[0], tried[1] - tried[0]
    low, high = _ends(means, near[0], gap_mean, middle)
    least, most = _ends(tried, near[1], gap, spread)
    grid = np.meshgrid(
        np.linspace(low, high, _MEANS), np.linspace(max(least, step), min(most, _WIDEST), _SPREADS), indexing="ij"
    )
    return grid[0].ravel(), grid[1].ravel()


def _ends(values: Floats, near: Tallies, gap: float, best: float) -> tuple[float, float]:
    inside = np.append(values[near], best)
    return float(inside.min() - gap), float(inside.max() + gap)
