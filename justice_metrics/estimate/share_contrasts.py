"""Two shares, or two counts, set side by side: their difference and their ratio, with intervals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Floats, Tallies
from .limits import normal_quantile
from .proportion import HALVINGS, clopper_pearson, wilson


class Contrast(NamedTuple):
    """A difference or a ratio with its interval."""

    estimate: Floats  # (G,)
    conf_low: Floats  # (G,)
    conf_high: Floats  # (G,)


def newcombe_difference(
    successes_one: Tallies,
    trials_one: Tallies,
    successes_two: Tallies,
    trials_two: Tallies,
    confidence_level: float = 0.95,
) -> Contrast:
    """Difference of two independent shares, one less two, with the hybrid score interval.

    Parameters
    ----------
    successes_one, trials_one, successes_two, trials_two : (G,)
        Whole numbers with 0 <= successes <= trials.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Contrast
        Differences of shares (0.05 is five percentage points); NaN where either group has no trials.

    Notes
    -----
    With the Wilson limits l and u of each share, d - sqrt((p1 - l1)^2 + (u2 - p2)^2) and
    d + sqrt((u1 - p1)^2 + (p2 - l2)^2): method 10 of Newcombe, without continuity correction.

    References
    ----------
    Newcombe (1998), Statistics in Medicine, 17, 873-890.

    Examples
    --------
    >>> import numpy as np
    >>> found = newcombe_difference(np.array([56]), np.array([70]), np.array([48]), np.array([80]))
    >>> found.estimate.round(4), found.conf_low.round(4), found.conf_high.round(4)
    (array([0.2]), array([0.0524]), array([0.3339]))
    """
    one = wilson(successes_one, trials_one, confidence_level)
    two = wilson(successes_two, trials_two, confidence_level)
    difference = one.estimate - two.estimate
    down = np.hypot(one.estimate - one.conf_low, two.conf_high - two.estimate)
    up = np.hypot(one.conf_high - one.estimate, two.estimate - two.conf_low)
    return Contrast(difference, difference - down, difference + up)


def score_ratio(
    successes_one: Tallies,
    trials_one: Tallies,
    successes_two: Tallies,
    trials_two: Tallies,
    confidence_level: float = 0.95,
) -> Contrast:
    """Ratio of two independent shares, one over two, with the asymptotic score interval.

    Parameters
    ----------
    successes_one, trials_one, successes_two, trials_two : (G,)
        Whole numbers with 0 <= successes <= trials.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Contrast
        NaN where either group has no trials or neither has a success; infinite above where group two has none.

    Notes
    -----
    The limits are the ratios t at which the score statistic reaches the squared normal quantile,
    (x1 - n1 p1)^2 / (n1 p1 (1 - p1)) + (x2 - n2 p2)^2 / (n2 p2 (1 - p2)), with p1 = t p2 and p2 the maximum-likelihood
    share under that ratio. Found by halving on a logarithmic scale.

    References
    ----------
    Koopman (1984), Biometrics, 40, 513-517.

    Examples
    --------
    The example of Koopman, 36 of 40 against 16 of 80:

    >>> import numpy as np
    >>> found = score_ratio(np.array([36]), np.array([40]), np.array([16]), np.array([80]))
    >>> found.estimate.round(2), found.conf_low.round(2), found.conf_high.round(2)
    (array([4.5]), array([2.94]), array([7.15]))
    """
    x, n, y, m = (np.asarray(one, np.float64) for one in (successes_one, trials_one, successes_two, trials_two))
    z2 = normal_quantile(confidence_level) ** 2
    told = (n > 0) & (m > 0) & (x + y > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(told, (x / n) / (y / m), np.nan)
    middle = np.log(np.clip(np.where(told, ratio, 1.0), 1e-12, 1e12))

    def beyond(at: Floats) -> Floats:
        return np.asarray(_score(np.exp(at), x, n, y, m) > z2, np.bool_)

    limits = []
    for side in (-1.0, 1.0):
        inner, outer = middle.copy(), middle + side * 40.0
        for _ in range(HALVINGS):
            half = (inner + outer) / 2
            out = beyond(half)
            inner, outer = np.where(out, inner, half), np.where(out, half, outer)
        limits.append(np.exp((inner + outer) / 2))
    low = np.where(told, np.where(x == 0, 0.0, limits[0]), np.nan)
    high = np.where(told, np.where(y == 0, np.inf, limits[1]), np.nan)
    return Contrast(ratio, low, high)


def _score(t: Floats, x: Floats, n: Floats, y: Floats, m: Floats) -> Floats:
    """Score statistic of the ratio t, at the likeliest shares with that ratio."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        a, b, c = t * (n + m), -(t * (n + y) + x + m), x + y
        two = (-b - np.sqrt(np.maximum(b * b - 4 * a * c, 0))) / (2 * a)
        one = t * two
        first, second = (x - n * one) ** 2 / (n * one * (1 - one)), (y - m * two) ** 2 / (m * two * (1 - two))
    # a share at the edge of its range has no spread: it fits exactly, or not at all
    fits = [np.where(np.isnan(part), 0.0, part) for part in (first, second)]
    total: Floats = fits[0] + fits[1]
    return total


def count_ratio(after: Tallies, before: Tallies, confidence_level: float = 0.95) -> Contrast:
    """Ratio of two counts of events, exact given their sum.

    Parameters
    ----------
    after, before : (G,)
        Whole numbers, not negative.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Contrast
        after / before; NaN where ``before`` is 0. Less 1 it is the relative change.

    Notes
    -----
    If both are Poisson counts, ``after`` given the sum of both is binomial with the share r / (1 + r); the limits of
    Clopper and Pearson for that share, turned into those of r. Events that come in clusters vary more.

    References
    ----------
    Przyborowski and Wilenski (1940), Biometrika, 31, 313-323.

    Examples
    --------
    >>> import numpy as np
    >>> found = count_ratio(np.array([12858]), np.array([13442]))
    >>> found.estimate.round(4), found.conf_low.round(3), found.conf_high.round(3)
    (array([0.9566]), array([0.934]), array([0.98]))
    """
    one, two = np.asarray(after), np.asarray(before)
    share = clopper_pearson(one, one + two, confidence_level)
    counted = two > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = np.where(counted, one / two, np.nan)
        low, high = (np.where(counted, side / (1 - side), np.nan) for side in (share.conf_low, share.conf_high))
    return Contrast(estimate, low, high)
