"""Control limits of a funnel plot: how far shares of offices of each size lie apart by chance, exactly."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Floats, Tallies

# The beta-binomial distribution is summed up to this size; beyond it, single cases no longer show.
_SUMMED = 2_000
# Offices that differ less than this differ by chance only.
_NO_SPREAD = 1e-9


class FunnelLimits(NamedTuple):
    """Limits around a target."""

    low: Floats  # (N,)
    high: Floats  # (N,)


def binomial_limits(target: float, trials: Tallies, level: float, *, intraclass: float = 0.0) -> FunnelLimits:
    """Exact limits of a share around a target, for offices of several sizes.

    Parameters
    ----------
    target : float
        Share that all offices would have if they did not differ, between 0 and 1.
    trials : (N,)
        Cases of each office, 1 or more; parts of a case are rounded.
    level : float
        How much lies between the limits, 0.95 or 0.998.
    intraclass : float
        How much the true shares of offices differ without any of them being special: their variance over
        target (1 - target), from 0 (not at all) to below 1.

    Returns
    -------
    FunnelLimits
        Shares. A share below ``low`` has a lower tail of less than (1 - level) / 2, one above ``high`` an upper tail of
        less than that, and no other share has: what the drawing says is what the exact test says.

    Notes
    -----
    With r the smallest number for which P(R <= r) >= a, a = (1 - level) / 2, the lower limit is (r - f) / n,
    f = (P(R <= r) - a) / P(R = r), Spiegelhalter's interpolation. The upper limit is the mirror of the lower limit of
    the cases without the outcome. His own upper limit calls the number r itself, whose tail may be larger than
    a, outside; this one does not. R is binomial, or beta-binomial with ``intraclass`` above 0 (a beta distribution with
    the same mean and variance beyond 2,000 cases).

    References
    ----------
    Spiegelhalter (2005), Funnel plots for comparing institutional performance, Statistics in Medicine, 24, 1185-1202.

    Examples
    --------
    >>> import numpy as np
    >>> limits = binomial_limits(0.2, np.array([10, 1000]), 0.95)
    >>> limits.low.round(3).tolist(), limits.high.round(3).tolist()
    ([0.0, 0.175], [0.529, 0.226])
    """
    sizes, place = np.unique(np.rint(np.asarray(trials, np.float64)).astype(np.int64), return_inverse=True)
    if len(sizes) and sizes[0] < 1:
        raise ValueError("a funnel has no limits at an office without cases")
    tail = (1 - level) / 2
    low = _lower(target, sizes, tail, intraclass)
    high = 1 - _lower(1 - target, sizes, tail, intraclass)
    return FunnelLimits(low[place], high[place])


def widened(limits: FunnelLimits, target: float, factor: float, *, highest: float = 1.0) -> FunnelLimits:
    """Limits for a multiplicative overdispersion: further from the target by the root of the factor.

    Parameters
    ----------
    limits : FunnelLimits
    target : float
    factor : float
        By how much the variance is larger than chance makes it; below 1 counts as 1.
    highest : float
        Where values end.

    Returns
    -------
    FunnelLimits
        Within 0 and ``highest``.

    References
    ----------
    Spiegelhalter (2005), Handling over-dispersion of performance indicators, Quality and Safety in Health Care, 14,
    347-351.

    Examples
    --------
    >>> import numpy as np
    >>> widened(FunnelLimits(np.array([0.1]), np.array([0.4])), 0.2, 4.0)
    FunnelLimits(low=array([0.]), high=array([0.6]))
    """
    by = np.sqrt(max(factor, 1.0))
    return FunnelLimits(
        np.maximum(target - by * (target - limits.low), 0.0), np.minimum(target + by * (limits.high - target), highest)
    )


def _lower(target: float, sizes: Tallies, tail: float, intraclass: float) -> Floats:
    if not 0 < target < 1:
        return np.full(len(sizes), target)
    if intraclass <= _NO_SPREAD:
        return _binomial(target, sizes, tail)
    found = np.empty(len(sizes))
    for place, n in enumerate(sizes.tolist()):
        found[place] = (_summed if n <= _SUMMED else _continuous)(target, n, tail, intraclass)
    return found


def _binomial(target: float, sizes: Tallies, tail: float) -> Floats:
    from scipy.stats import binom

    r = binom.ppf(tail, sizes, target)
    part = (binom.cdf(r, sizes, target) - tail) / binom.pmf(r, sizes, target)
    return np.maximum(r - part, 0.0) / sizes


def _summed(target: float, n: int, tail: float, intraclass: float) -> float:
    from scipy.special import betaln, gammaln

    together = (1 - intraclass) / intraclass
    one, other = target * together, (1 - target) * together
    r = np.arange(n + 1)
    ways = gammaln(n + 1) - gammaln(r + 1) - gammaln(n - r + 1)
    mass = np.exp(ways + betaln(r + one, n - r + other) - betaln(one, other))
    upto = np.cumsum(mass)
    place = int(np.searchsorted(upto, tail))
    return float(max(place - (upto[place] - tail) / mass[place], 0.0) / n)


def _continuous(target: float, n: int, tail: float, intraclass: float) -> float:
    from scipy.special import betaincinv

    # variance of the share over target (1 - target), as a beta distribution has it
    share = intraclass + (1 - intraclass) / n
    together = (1 - share) / share
    # half a case lower, because the sum counts a whole case as soon as it is reached
    return float(max(betaincinv(target * together, (1 - target) * together, tail) - 0.5 / n, 0.0))
