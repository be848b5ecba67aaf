"""Late registration: how many cases of the last periods are not registered yet, from the delays seen so far.

What is not registered is not in the data, so delays are known only as far as they fit before the cut-off (right
truncation): of recent cases the quick ones alone are seen. Counted backwards in time they are left-truncated, and the
share registered by each delay is a product of conditional shares, as in a Kaplan-Meier curve [1]_, [2]_:

    F(j) = prod over k > j of (1 - e_k / r_k),

with e_k the cases registered with delay k, and r_k those registered with delay k or less whose start lies at least k
days before the cut-off. F is conditional: it is 1 at the longest delay, and later registrations are not foreseen.

References
----------
.. [1] Lagakos, S. W., Barraj, L. M. & De Gruttola, V. (1988). Nonparametric analysis of truncated survival data, with
   application to AIDS. Biometrika, 75, 515-523.
.. [2] Lawless, J. F. (1994). Adjustments for reporting delays and the prediction of occurred but not reported events.
   Canadian Journal of Statistics, 22, 15-31.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Floats

# Where the delays of successive periods are compared, in days.
_BANDS = (0, 3, 7, 14, 30, 60, 90, 180, 365, 730, 1_460)
# With less than this share registered the rest is a guess.
LEAST_SHARE = 0.05


class DelayCurve(NamedTuple):
    """Registrations by delay, seen backwards.

    Attributes
    ----------
    registered : array of float, shape (D + 1,)
        e_j, cases registered with a delay of j days.
    at_risk : array of float, shape (D + 1,)
        r_j, cases with that delay or less whose start lies at least j days before the cut-off.
    share : array of float, shape (D + 1,)
        F(j), share registered within j days, of those registered within D days; where no start lies D days before the
        cut-off, of those registered within the longest delay that can have been seen, so larger than the former.
    """

    registered: Floats
    at_risk: Floats
    share: Floats


class Foreseen(NamedTuple):
    """Cases of each period once all are registered.

    Attributes
    ----------
    share_seen : array of float, shape (P,)
        Share of the period's cases that is registered by the cut-off.
    total, low, high : array of float, shape (P,)
        Expected number and prediction limits; NaN where less than ``LEAST_SHARE`` is registered.
    """

    share_seen: Floats
    total: Floats
    low: Floats
    high: Floats


def delay_curve(
    start: Counts, delay: Counts, n: Floats, *, cutoff: int, longest: int, window: int | None = None
) -> DelayCurve:
    """Estimate the share registered within each delay.

    Parameters
    ----------
    start : array of int, shape (C,)
        Day on which the cases of a cell started, none after the cut-off.
    delay : array of int, shape (C,)
        Days to their registration, from 0 to ``longest``; start + delay is not after the cut-off.
    n : array, shape (C,)
        Cases in the cell.
    cutoff : int
        Last day of complete data.
    longest : int
        D, the longest delay that is looked at.
    window : int, optional
        Only registrations of the last so many days tell of the delays, where these have changed.

    Returns
    -------
    DelayCurve

    Examples
    --------
    Three cases started on day 0 (registered after 0, 1 and 2 days), two on day 1 (0 and 1), one on day 2 (0):

    >>> curve = delay_curve(np.array([0, 0, 0, 1, 1, 2]), np.array([0, 1, 2, 0, 1, 0]), np.ones(6), cutoff=2, longest=2)
    >>> curve.share.round(4).tolist()  # 2/3 of those within 2 days are there after 1; 2/4 of these after 0
    [0.3333, 0.6667, 1.0]
    """
    size = longest + 1
    least = delay if window is None else np.maximum(delay, cutoff - window + 1 - start)
    most = np.minimum(longest, cutoff - start)
    counted = least <= most
    steps = np.asarray(np.bincount(least[counted], weights=n[counted], minlength=size + 1), np.float64)
    steps -= np.bincount(most[counted] + 1, weights=n[counted], minlength=size + 1)
    at_risk = np.round(np.cumsum(steps)[:size], 9)
    told = counted & (least == delay)
    registered = np.asarray(np.bincount(delay[told], weights=n[told], minlength=size)[:size], np.float64)
    return DelayCurve(registered, at_risk, _share(registered, at_risk))


def _share(registered: Floats, at_risk: Floats) -> Floats:
    """Return the product of the conditional shares, from the longest delay down; the last axis is the delay."""
    with np.errstate(invalid="ignore", divide="ignore"):
        stays = np.where(at_risk > 0, 1 - registered / at_risk, np.nan)
    # Beyond the longest delay that anybody can have been seen with nothing is known, and nothing foreseen.
    known = np.flatnonzero(np.isfinite(stays.reshape(-1, stays.shape[-1])).any(axis=0))
    far = int(known[-1]) if len(known) else 0
    stays = np.where(np.isfinite(stays), stays, 1.0)
    stays[..., far + 1 :] = 1.0
    after = np.concatenate([stays[..., 1:], np.ones((*stays.shape[:-1], 1))], axis=-1)
    return np.asarray(np.cumprod(after[..., ::-1], axis=-1)[..., ::-1], np.float64)


def overdispersion(start: Counts, delay: Counts, n: Floats, *, period: Counts, cutoff: int, longest: int) -> float:
    """Return by how much delays differ between periods beyond chance: Pearson's statistic over its degrees of freedom.

    For each band of delay, the share of a period's cases registered within it, of those registered by its end, is
    compared with that of all periods; only periods that are old enough for the band count. At least 1.

    Parameters
    ----------
    period : array of int, shape (C,)
        Number of the period in which the cases of a cell started.
    """
    found, place = np.unique(period, return_inverse=True)
    latest = np.full(len(found), -(2**40))
    np.maximum.at(latest, place, start)
    edges = [one for one in _BANDS if one < longest] + [longest]
    statistic, free = 0.0, 0
    for low, high in pairwise(edges):
        old = latest + high <= cutoff
        within = np.bincount(place, weights=n * (delay <= high), minlength=len(found))
        here = np.bincount(place, weights=n * ((delay <= high) & (delay > low)), minlength=len(found))
        kept = old & (within > 0)
        if kept.sum() < 2 or not 0 < here[kept].sum() < within[kept].sum():
            continue
        share = here[kept].sum() / within[kept].sum()
        expected = within[kept] * share
        statistic += float(((here[kept] - expected) ** 2 / (expected * (1 - share))).sum())
        free += int(kept.sum()) - 1
    return max(1.0, statistic / free) if free else 1.0


def foreseen(
    curve: DelayCurve,
    seen: Floats,
    first_day: Counts,
    last_day: Counts,
    *,
    cutoff: int,
    level: float,
    dispersion: float = 1.0,
    draws: int = 2_000,
    seed: int = 0,
) -> Foreseen:
    """Foresee how many cases each period has once all are registered.

    The share seen is the mean of F over the days of the period; the total is seen / share. Limits come from draws: the
    conditional shares from beta distributions with the counts as parameters, the rate of the period from a gamma
    distribution with half a case added (Jeffreys), the cases that are still to come from a Poisson distribution; with
    a dispersion above 1 all three are as much wider.

    Parameters
    ----------
    curve : DelayCurve
    seen : array of float, shape (P,)
        Cases of each period registered by the cut-off, within the longest delay.
    first_day, last_day : array of int, shape (P,)
    cutoff : int
    level : float
        Of the prediction limits.
    dispersion : float
        See ``overdispersion``.
    draws, seed : int

    Returns
    -------
    Foreseen

    Examples
    --------
    >>> curve = DelayCurve(np.array([50.0, 50.0]), np.array([50.0, 100.0]), np.array([0.5, 1.0]))
    >>> made = foreseen(curve, np.array([80.0, 20.0]), np.array([0, 5]), np.array([4, 5]), cutoff=5, level=0.95)
    >>> made.share_seen.tolist(), made.total.tolist()
    ([1.0, 0.5], [80.0, 40.0])
    """
    rng = np.random.default_rng(seed)
    share = _mean_share(curve.share, first_day, last_day, cutoff)
    told = share >= LEAST_SHARE
    with np.errstate(invalid="ignore", divide="ignore"):
        total = np.where(told, seen / share, np.nan)
    stay = (curve.at_risk - curve.registered) / dispersion
    drawn = rng.beta(
        np.where(curve.registered > 0, curve.registered / dispersion, 1.0),
        np.where(stay > 0, stay, 1.0),
        size=(draws, len(stay)),
    )
    gone = np.where(curve.registered > 0, np.where(stay > 0, drawn, 1.0), 0.0)
    shares = _mean_share(_share(gone, np.ones_like(gone)), first_day, last_day, cutoff)  # (draws, P)
    rest = np.clip(1 - shares, 0.0, 1.0)
    rate = dispersion * rng.gamma(seen / dispersion + 0.5, size=shares.shape) / np.maximum(shares, 1e-9)
    mean = np.minimum(rate * rest, 1e9)
    if dispersion > 1 + 1e-6:
        mean = rng.gamma(np.maximum(mean / (dispersion - 1), 1e-12)) * (dispersion - 1)
    totals = seen + rng.poisson(mean)
    tail = (1 - level) / 2
    low, high = np.quantile(totals, [tail, 1 - tail], axis=0, method="inverted_cdf")
    return Foreseen(share, total, np.where(told, low, np.nan), np.where(told, high, np.nan))


def _mean_share(share: Floats, first_day: Counts, last_day: Counts, cutoff: int) -> Floats:
    """Return the mean over the days of each period of the share registered by the cut-off, shape (..., P)."""
    top = share.shape[-1] - 1
    parts = []
    for first, last in zip(first_day.tolist(), last_day.tolist(), strict=True):
        delays = np.clip(cutoff - np.arange(first, min(last, cutoff) + 1), 0, top)
        parts.append(share[..., delays].mean(axis=-1))
    return np.stack(parts, axis=-1)
