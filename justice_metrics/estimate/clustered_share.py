"""Shares of cases whose clusters are alike inside: limits that allow for it."""

from __future__ import annotations

import numpy as np

from ..base.types import Counts, Floats, Tallies
from .proportion import Share


def clustered_share(
    successes: Tallies, trials: Tallies, group: Counts, *, groups: int, confidence_level: float = 0.95
) -> Share:
    """Share of several groups, with limits that allow for units of one cluster being alike.

    Parameters
    ----------
    successes, trials : (N,)
        Of each cluster in each group, 0 <= successes <= trials.
    group : (N,)
        To which of the groups a row belongs.
    groups : int
        Number G.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Share
        (G,) shares and limits. Without a unit the share is NaN; there are no limits where fewer than two clusters have
        units, or the share is 0 or 1, so that nothing tells how clusters differ.

    Notes
    -----
    With y_c of n_c in cluster c, p = sum y / sum n, and the variance of p is that of a ratio by linearisation,
    C / (C - 1) sum (y_c - p n_c)^2 / (sum n)^2. The limits are logit(p) -+ t s / (p (1 - p)), turned back, with t the
    quantile of Student's distribution with C - 1 degrees of freedom.

    References
    ----------
    Korn and Graubard (1998), Survey Methodology, 24, 193-201.

    Examples
    --------
    >>> import numpy as np
    >>> share = clustered_share(np.array([3, 5, 7]), np.array([10, 10, 10]), np.zeros(3, int), groups=1)
    >>> share.estimate.round(2), share.conf_low.round(3), share.conf_high.round(3)
    (array([0.5]), array([0.121]), array([0.879]))
    """
    from scipy.stats import t as student

    there = np.asarray(trials) > 0
    y, n, at = np.asarray(successes, np.float64)[there], np.asarray(trials, np.float64)[there], np.asarray(group)[there]

    def added(values: Floats) -> Floats:
        return np.bincount(at, weights=values, minlength=groups).astype(np.float64)

    clusters, total = added(np.ones_like(n)), added(n)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = added(y) / total
        squares = added((y - p[at] * n) ** 2)
        error = np.sqrt(clusters / (clusters - 1) * squares) / total
        reach = student.isf((1 - confidence_level) / 2, np.maximum(clusters - 1, 1)) * error / (p * (1 - p))
        told = (clusters > 1) & (p > 0) & (p < 1)
        middle = np.log(p / (1 - p))
        low, high = (np.where(told, 1 / (1 + np.exp(-(middle + side * reach))), np.nan) for side in (-1, 1))
    return Share(p, low, high)
