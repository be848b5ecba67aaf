"""Shares of cases: their intervals, and the smallest difference that two groups could show."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Floats, Tallies
from .limits import normal_quantile, student_quantile

# Halving the interval [0, 1] this often passes the precision of a double.
HALVINGS = 60


class Share(NamedTuple):
    """A share with its interval."""

    estimate: Floats  # (G,)
    conf_low: Floats  # (G,)
    conf_high: Floats  # (G,)


def wilson(successes: Tallies, trials: Tallies, confidence_level: float = 0.95) -> Share:
    """Wilson score interval of a share.

    Parameters
    ----------
    successes, trials : (G,)
        Whole numbers with 0 <= successes <= trials; any shape, as long as it is the same.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Share
        Shares, not percent, with limits within [0, 1]: exactly 0 without a success and exactly 1 without a failure.
        A group without trials is NaN, not an error.

    Notes
    -----
    (p + z^2/2n -+ z sqrt(p(1 - p)/n + z^2/4n^2)) / (1 + z^2/n), without continuity correction. It holds its level on
    average over p, also in small groups and near 0 and 1, where p -+ z s does not.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association, 22, 209-212.
    Brown, Cai and DasGupta (2001), Statistical Science, 16, 101-133.

    Examples
    --------
    >>> import numpy as np
    >>> share = wilson(np.array([0, 8]), np.array([10, 321]))
    >>> share.conf_low.round(4), share.conf_high.round(4)
    (array([0.    , 0.0127]), array([0.2775, 0.0484]))
    """
    z = normal_quantile(confidence_level)
    counted = trials > 0
    n = np.where(counted, trials, np.nan)
    p = successes / n
    shrink = 1 + z**2 / n
    centre = (p + z**2 / (2 * n)) / shrink
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / shrink
    # in exact arithmetic these two limits are 0 and 1; rounding would print -1e-18
    low = np.where(counted & (successes == 0), 0.0, np.maximum(centre - half, 0))
    high = np.where(counted & (successes == trials), 1.0, np.minimum(centre + half, 1))
    return Share(p, low, high)


def clopper_pearson(successes: Tallies, trials: Tallies, confidence_level: float = 0.95) -> Share:
    """Exact interval of a share, by inverting the two one-sided binomial tests.

    Parameters
    ----------
    successes, trials : (G,)
        Whole numbers with 0 <= successes <= trials.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Share
        Shares, not percent; limits exactly 0 without a success and exactly 1 without a failure. NaN without trials.

    Notes
    -----
    Limits are quantiles of beta distributions, B(a/2; x, n - x + 1) and B(1 - a/2; x + 1, n - x). The level is never
    missed, at the price of intervals that are wider than needed.

    References
    ----------
    Clopper and Pearson (1934), Biometrika, 26, 404-413.

    Examples
    --------
    >>> import numpy as np
    >>> share = clopper_pearson(np.array([0, 8]), np.array([10, 321]))
    >>> share.conf_low.round(4), share.conf_high.round(4)
    (array([0.    , 0.0108]), array([0.3085, 0.0485]))
    """
    return _beta_limits(successes, trials, confidence_level, prior=0.0)


def jeffreys(successes: Tallies, trials: Tallies, confidence_level: float = 0.95) -> Share:
    """Equal-tailed interval of a share under the prior of Jeffreys, beta(1/2, 1/2).

    Parameters
    ----------
    successes, trials : (G,)
        Whole numbers with 0 <= successes <= trials.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Share
        The observed shares with limits that are quantiles of beta(x + 1/2, n - x + 1/2); 0 without a success and 1
        without a failure, as Brown, Cai and DasGupta advise. NaN without trials.

    References
    ----------
    Brown, Cai and DasGupta (2001), Statistical Science, 16, 101-133.

    Examples
    --------
    >>> import numpy as np
    >>> share = jeffreys(np.array([0, 8]), np.array([10, 321]))
    >>> share.conf_low.round(4), share.conf_high.round(4)
    (array([0.    , 0.0119]), array([0.2172, 0.0465]))
    """
    return _beta_limits(successes, trials, confidence_level, prior=0.5)


def _beta_limits(successes: Tallies, trials: Tallies, confidence_level: float, *, prior: float) -> Share:
    """Limits from beta(x + prior, n - x + 1 - prior) and beta(x + 1 - prior, n - x + prior)."""
    from scipy.special import betaincinv

    tail = (1 - confidence_level) / 2
    counted = trials > 0
    n = np.where(counted, trials, np.nan)
    inside_low, inside_high = counted & (successes > 0), counted & (successes < trials)
    failures = trials - successes
    low = betaincinv(np.where(inside_low, successes, 1) + prior, np.where(inside_low, failures, 1) + 1 - prior, tail)
    high = betaincinv(
        np.where(inside_high, successes, 1) + 1 - prior, np.where(inside_high, failures, 1) + prior, 1 - tail
    )
    return Share(
        successes / n,
        np.where(inside_low, low, np.where(counted, 0.0, np.nan)),
        np.where(inside_high, high, np.where(counted, 1.0, np.nan)),
    )


def detectable_difference(
    n_one: ArrayLike,
    n_two: ArrayLike,
    share: ArrayLike,
    *,
    power: float = 0.8,
    confidence_level: float = 0.95,
    design_effect: float = 1.0,
    degrees_of_freedom: ArrayLike = np.inf,
) -> Floats:
    """Smallest true difference between two groups that data of this size would probably show.

    Parameters
    ----------
    n_one, n_two : (...)
        Units in the two groups.
    share : (...)
        Expected share in group two, the one compared with.
    power : float
        Probability of showing the difference if it is there.
    confidence_level : float
        Of the two-sided test.
    design_effect : float
        How many clustered units carry the information of one independent unit, 1 + (mean cluster size - 1) * intraclass
        correlation. Both groups are divided by it.
    degrees_of_freedom : (...)
        Of Student's quantiles in place of the normal ones: clusters - 1, where the error will be one over clusters.

    Returns
    -------
    (...)
        Absolute difference of shares, 0.05 for five percentage points. A difference of that size would be shown
        whether group one is higher or lower than group two; where one direction is impossible because the share would
        leave [0, 1] or would still not be shown at the very end, the other direction alone. NaN where neither is left.

    Notes
    -----
    Solves d = z_a sqrt(m (1 - m) (1/n1 + 1/n2)) + z_b sqrt(p1 (1 - p1)/n1 + p2 (1 - p2)/n2) with p1 = p2 + d or
    p2 - d, m the mean of the shares weighted by n, z_a and z_b the normal quantiles of level and power, and keeps the
    larger of the two solutions. With a handful of expected successes it is an order of magnitude, not more.

    References
    ----------
    Fleiss, Levin and Paik (2003), *Statistical Methods for Rates and Proportions*, section 4.3.

    Examples
    --------
    With 60 supported and 240 other files, and one verdict in ten:

    >>> round(float(detectable_difference(60, 240, 0.10)), 3)
    0.144
    """
    one, two, base, degrees = np.broadcast_arrays(
        np.asarray(n_one) / design_effect,
        np.asarray(n_two) / design_effect,
        np.asarray(share, dtype=np.float64),
        np.asarray(degrees_of_freedom, dtype=np.float64),
    )
    z_level, z_power = student_quantile((1 + confidence_level) / 2, degrees), student_quantile(power, degrees)

    def missing(direction: int) -> Callable[[Floats], Floats]:
        def gap(difference: Floats) -> Floats:
            other = base + direction * difference
            mean = (one * other + two * base) / (one + two)
            under_none = z_level * np.sqrt(mean * (1 - mean) * (1 / one + 1 / two))
            under_true = z_power * np.sqrt(np.maximum(other * (1 - other), 0) / one + base * (1 - base) / two)
            left_over: Floats = difference - under_none - under_true
            return left_over

        return gap

    with np.errstate(divide="ignore", invalid="ignore"):
        upward = _smallest_root(missing(1), 1 - base)
        downward = _smallest_root(missing(-1), base)
    return np.fmax(upward, downward)


def _smallest_root(gap: Callable[[Floats], Floats], highest: Floats) -> Floats:
    """Difference at which ``gap`` turns positive, by halving [0, highest]; NaN where it never does."""
    low, high = np.zeros_like(highest), highest.copy()
    reachable = gap(highest) > 0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        enough = gap(middle) >= 0
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.where(reachable, high, np.nan)
