"""Limits of the share registered within so many days, and whether groups differ in it beyond chance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Floats
from .nowcast import DelayCurve
from .proportion import Share, wilson


class DelayShares(NamedTuple):
    """Shares of one group, with limits and with the number of plain cases that would tell as much."""

    share: Share  # (J,)
    worth: Floats  # (J,)


def shares_by_day(curve: DelayCurve, days: Counts, whole: float, *, confidence_level: float = 0.95) -> DelayShares:
    """Share registered within so many days, with limits.

    Parameters
    ----------
    curve : DelayCurve
        Its longest delay is D.
    days : array of int, shape (J,)
        Between 0 and D.
    whole : float
        Cases whose start lies at least D days before the cut-off: they alone can be seen with every delay.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    DelayShares
        NaN without such a case, since shares of those seen would be shares of the quick ones.

    Notes
    -----
    Var F(j) = F(j)^2 sum over k > j of e_k / (r_k (r_k - e_k)), as Greenwood's for the curve turned round. The limits
    are Wilson's for F(1 - F)/Var cases; where the variance is 0 or not defined, for ``whole``, so that neither 0 nor 1
    is taken for certain.

    References
    ----------
    Lagakos, Barraj and De Gruttola (1988), Biometrika, 75, 515-523.

    Examples
    --------
    Of four cases that were all seen whole, one was registered at once: 1/4, as in a plain share.

    >>> from justice_metrics.estimate.nowcast import delay_curve
    >>> start, delay = np.zeros(4, int), np.array([0, 1, 2, 2])
    >>> curve = delay_curve(start, delay, np.ones(4), cutoff=9, longest=2)
    >>> found = shares_by_day(curve, np.array([0, 1]), 4)
    >>> found.share.estimate, found.worth.round(6)
    (array([0.25, 0.5 ]), array([4., 4.]))
    """
    e, r = curve.registered, curve.at_risk
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(e > 0, e / (r * (r - e)), 0.0)
        after = np.concatenate([np.cumsum(parts[::-1])[::-1][1:], [0.0]])[days]
        p = np.where(whole > 0, curve.share[days], np.nan)
        variance = p**2 * after
        told = np.isfinite(variance) & (variance > 0) & (p > 0) & (p < 1)
        worth = np.where(told, p * (1 - p) / np.where(told, variance, 1.0), whole)
    worth = np.where(whole > 0, worth, 0.0)
    return DelayShares(wilson(p * worth, worth, confidence_level)._replace(estimate=p), worth)


def delays_differ(share: Floats, worth: Floats) -> float:
    """P value of the test that groups have the same share.

    Parameters
    ----------
    share, worth : (G,)
        Shares of independent groups, and the number of plain cases that would tell as much.

    Returns
    -------
    float
        NaN with fewer than two groups, or where all shares are 0 or 1.

    Notes
    -----
    sum w (p - q)^2 / (q (1 - q)) with q the mean share is chi-square with G - 1 degrees of freedom; one test for all
    groups, so their number does not make it speak by chance. Of plain shares it is Pearson's.

    Examples
    --------
    >>> round(delays_differ(np.array([0.5, 0.7]), np.array([100.0, 100.0])), 4)
    0.0039
    """
    from scipy.special import chdtrc

    there = np.isfinite(share) & (worth > 0)
    p, w = share[there], worth[there]
    if len(p) < 2:
        return float("nan")
    q = float((w * p).sum() / w.sum())
    if not 0 < q < 1:
        return float("nan")
    return float(chdtrc(len(p) - 1, float((w * (p - q) ** 2).sum() / (q * (1 - q)))))
