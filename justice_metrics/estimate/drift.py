"""Whether labels are used as before: an index of the change in shares, and a test of it."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from ..base.types import Floats, Tallies

# The rule of Cochran: cells with fewer expected units make the chi-square approximation doubtful.
LEAST_EXPECTED = 5.0
# Below this number of trials a normal score says little.
FEWEST_TRIALS = 10


class Homogeneity(NamedTuple):
    """Pearson's test of two rows of counts, after rare levels were put together."""

    statistic: float
    degrees: int
    p_value: float


def stability_index(before: Tallies, after: Tallies) -> float:
    """Population stability index of two rows of counts.

    Parameters
    ----------
    before, after : (K,)
        Units of each level in the two periods or groups.

    Returns
    -------
    float
        0 where the shares are the same; NaN where either row is empty or there is one level only.

    Notes
    -----
    sum (q - p) log(q / p) over the levels, with p and q the shares of the two rows, each level counted with half a unit
    more so that one that is new or vanished has a finite part. It is the symmetric divergence of Jeffreys. By custom
    below 0.1 is little, and from 0.25 on a lot; that custom knows nothing of the number of cases, see
    :func:`index_by_chance`.

    References
    ----------
    Kullback and Leibler (1951), Annals of Mathematical Statistics, 22, 79-86.
    Siddiqi (2006), *Credit Risk Scorecards*, chapter 6 (the customary limits).

    Examples
    --------
    >>> import numpy as np
    >>> round(stability_index(np.array([50, 50]), np.array([70, 30])), 3)
    0.166
    """
    one, two = np.asarray(before, np.float64), np.asarray(after, np.float64)
    if len(one) < 2 or one.sum() <= 0 or two.sum() <= 0:
        return float("nan")
    p, q = (one + 0.5) / (one + 0.5).sum(), (two + 0.5) / (two + 0.5).sum()
    return float(((q - p) * np.log(q / p)).sum())


def index_by_chance(levels: int, n_before: float, n_after: float, *, level: float = 0.95) -> float:
    """Stability index that chance alone stays below with this probability, if nothing changed.

    Parameters
    ----------
    levels : int
    n_before, n_after : float
        Units in the two rows.
    level : float
        Between 0 and 1.

    Returns
    -------
    float
        NaN where there is nothing to compare.

    Notes
    -----
    Without a change the index over (1/n1 + 1/n2) is about chi-square with K - 1 degrees of freedom.

    References
    ----------
    Yurdakul and Naranjo (2020), Journal of Risk Model Validation, 14(4), 89-100.

    Examples
    --------
    >>> round(index_by_chance(2, 100, 100), 3)
    0.077
    """
    from scipy.special import chdtri

    if levels < 2 or n_before <= 0 or n_after <= 0:
        return float("nan")
    return float(chdtri(levels - 1, 1 - level) * (1 / n_before + 1 / n_after))


def expected_index(before: Tallies, after: Tallies) -> float:
    """Stability index that chance makes on average, if both rows come from the shares of both together.

    Parameters
    ----------
    before, after : (K,)
        Units of each level.

    Returns
    -------
    float
        NaN where there is nothing to compare.

    Notes
    -----
    The expectation of :func:`stability_index` with independent counts of Poisson's distribution, each level's part
    times 1 - its share, as counts of a fixed total vary less. With many units of each level it is (K - 1)(1/n1 +
    1/n2); of levels with few units less. Fifty labels and 500 cases a year make 0.2 of nothing.

    Examples
    --------
    >>> import numpy as np
    >>> round(expected_index(np.full(100, 20), np.full(100, 20)), 3)
    0.097
    """
    x, y = np.asarray(before, np.float64), np.asarray(after, np.float64)
    if len(x) < 2 or x.sum() <= 0 or y.sum() <= 0:
        return float("nan")
    q = (x + y) / (x + y).sum()
    one, two = x.sum() * q, y.sum() * q
    # half a unit is added to each level
    total_one, total_two = x.sum() + len(x) / 2, y.sum() + len(y) / 2
    (log_one, product_one), (log_two, product_two) = _mean_logs(one), _mean_logs(two)
    log_one, product_one = log_one - np.log(total_one), product_one - (one + 0.5) * np.log(total_one)
    log_two, product_two = log_two - np.log(total_two), product_two - (two + 0.5) * np.log(total_two)
    parts = (product_one - (one + 0.5) * log_two) / total_one + (product_two - (two + 0.5) * log_one) / total_two
    return float(((1 - q) * parts).sum())


def _mean_logs(mean: Floats) -> tuple[Floats, Floats]:
    """Return E log(X + 1/2) and E (X + 1/2) log(X + 1/2) of counts X of Poisson's distribution with these means."""
    means, logs, products = _small_means()
    many = mean > means[-1]
    m = np.where(many, mean, means[-1])
    c = m + 0.5
    fourth = m + 3 * m**2
    log = np.log(c) - m / (2 * c**2) + m / (3 * c**3) - fourth / (4 * c**4)
    product = c * np.log(c) + m / (2 * c) - m / (6 * c**2) + fourth / (12 * c**3)
    return np.where(many, log, np.interp(mean, means, logs)), np.where(many, product, np.interp(mean, means, products))


@cache
def _small_means() -> tuple[Floats, Floats, Floats]:
    """Return the same for means from 0 to 60, summed over the distribution."""
    from scipy.special import gammaln

    means, x = np.linspace(0, 60, 601), np.arange(160.0)
    log_mean = np.log(np.maximum(means, 1e-300))[:, None]
    chance = np.exp(x * log_mean - means[:, None] - gammaln(x + 1))
    logs = np.log(x + 0.5)
    return means, chance @ logs, chance @ ((x + 0.5) * logs)


def homogeneity(before: Tallies, after: Tallies) -> Homogeneity:
    """Pearson's chi-square test whether two rows of counts have the same shares.

    Parameters
    ----------
    before, after : (K,)
        Whole numbers.

    Returns
    -------
    Homogeneity
        NaN where either row is empty or fewer than two levels remain.

    Notes
    -----
    Levels with fewer than five expected units in the smaller row are put together, the rarest first, until that is no
    longer so: a level that three people in a thousand hold cannot make the test say more than it knows. Without such
    levels equal to R ``chisq.test(rbind(before, after), correct = FALSE)``.

    References
    ----------
    Cochran (1954), Biometrics, 10, 417-451.

    Examples
    --------
    >>> import numpy as np
    >>> found = homogeneity(np.array([50, 50]), np.array([70, 30]))
    >>> round(found.statistic, 3), found.degrees, round(found.p_value, 4)
    (8.333, 1, 0.0039)
    """
    from scipy.special import chdtrc

    counts = np.stack([np.asarray(before, np.float64), np.asarray(after, np.float64)])
    totals = counts.sum(axis=1)
    if totals.min() <= 0:
        return Homogeneity(float("nan"), 0, float("nan"))
    counts = _put_together(counts[:, counts.sum(axis=0) > 0], float(totals.min() / totals.sum()))
    degrees = counts.shape[1] - 1
    if degrees < 1:
        return Homogeneity(float("nan"), 0, float("nan"))
    expected = totals[:, None] * counts.sum(axis=0) / totals.sum()
    statistic = float(((counts - expected) ** 2 / expected).sum())
    return Homogeneity(statistic, degrees, float(chdtrc(degrees, statistic)))


def _put_together(counts: Floats, smaller: float) -> Floats:
    """Return the counts with the rarest levels in one, so that each is expected five times in the smaller row."""
    both = counts.sum(axis=0)
    order = np.argsort(both, kind="stable")
    rising = both[order]
    few = int((rising * smaller < LEAST_EXPECTED).sum())
    while 0 < few < len(rising) and rising[:few].sum() * smaller < LEAST_EXPECTED:
        few += 1
    if few == 0:
        return counts
    rest = counts[:, order[:few]].sum(axis=1, keepdims=True)
    kept: Floats = np.concatenate([counts[:, order[few:]], rest], axis=1)
    return kept


def never_by_chance(total: float, whole: float, part: float) -> float:
    """Chance that none of a label's units lies in a part of all units, if the label were used evenly.

    Parameters
    ----------
    total : float
        Units with the label.
    whole, part : float
        All units, and those of the part in which the label is not found.

    Returns
    -------
    float
        C(whole - part, total) / C(whole, total): the smaller, the less a new or vanished label is chance.

    Examples
    --------
    >>> round(never_by_chance(10, 100, 50), 5)
    0.00059
    """
    from scipy.special import gammaln

    left = whole - part
    if total > left:
        return 0.0
    ways = gammaln(left + 1) - gammaln(left - total + 1) - gammaln(whole + 1) + gammaln(whole - total + 1)
    return float(np.exp(ways))


def equal_shares(successes_one: Tallies, trials_one: Tallies, successes_two: Tallies, trials_two: Tallies) -> Floats:
    """P value of the score test that two independent shares are equal.

    Parameters
    ----------
    successes_one, trials_one, successes_two, trials_two : (...)
        Whole numbers with 0 <= successes <= trials.

    Returns
    -------
    (...)
        Two-sided; NaN where either share rests on fewer than ten trials, or nothing differs at all.

    Notes
    -----
    z = (p1 - p2) / sqrt(q (1 - q) (1/n1 + 1/n2)) with q the share of both together. Equal to R
    ``prop.test(correct = FALSE)``.

    Examples
    --------
    >>> import numpy as np
    >>> equal_shares(np.array([50]), np.array([100]), np.array([70]), np.array([100])).round(5)
    array([0.00389])
    """
    from scipy.special import ndtr

    x, n, y, m = (np.asarray(one, np.float64) for one in (successes_one, trials_one, successes_two, trials_two))
    with np.errstate(divide="ignore", invalid="ignore"):
        q = (x + y) / (n + m)
        z = (x / n - y / m) / np.sqrt(q * (1 - q) * (1 / n + 1 / m))
    found: Floats = np.where((n >= FEWEST_TRIALS) & (m >= FEWEST_TRIALS), 2 * ndtr(-np.abs(z)), np.nan)
    return found
