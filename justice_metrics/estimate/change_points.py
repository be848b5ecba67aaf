"""Change points: has the level of a row of periods changed, and when? All positions are looked at, and it is paid for.

Whoever tries every position and keeps the best one finds a change in any row of numbers. Here the largest statistic is
compared with the largest statistics of the same periods in random order, so that the chance of finding a change where
there is none is the level, however many positions were tried.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts, Flags, Floats, Tallies

# Drop of the log-likelihood at which a position is no longer among the likely ones: half the 95 % point of chi-square
# with one degree of freedom.
_LIKELY: Final = 1.920729


class Residuals(NamedTuple):
    """What each period departs from a row without a change.

    Attributes
    ----------
    excess : (T,)
        Observed less expected.
    variance : (T,)
        Variance of the observed number by chance alone.
    season : (T,) int
        Periods are exchanged within a season only.
    """

    excess: Floats
    variance: Floats
    season: Counts


class Change(NamedTuple):
    """The strongest change of a row.

    Attributes
    ----------
    place : int
        First period of the new level.
    p_value : float
        Corrected for all positions that were looked at.
    first, last : int
        The positions that are nearly as likely.
    statistic : float
        Largest standardised difference between the periods before and after.
    """

    place: int
    p_value: float
    first: int
    last: int
    statistic: float


def share_residuals(numerator: Tallies, denominator: Tallies, season: Counts | None = None) -> Residuals:
    """Return observed less expected of shares, (T,); the expected share is that of all periods (of the season).

    Parameters
    ----------
    numerator, denominator : (T,)
        Denominators above 0.
    season : (T,) int, optional
    """
    y, n, codes = _row(numerator, denominator, season)
    p = _pooled(y, n, codes)
    return Residuals(y - n * p, n * p * (1 - p), codes)


def rate_residuals(counts: Tallies, exposure: Floats, season: Counts | None = None) -> Residuals:
    """Return observed less expected of counts over an exposure, (T,).

    Parameters
    ----------
    counts, exposure : (T,)
        Exposures above 0.
    season : (T,) int, optional
    """
    y, e, codes = _row(counts, exposure, season)
    u = _pooled(y, e, codes)
    return Residuals(y - e * u, e * u, codes)


def strongest_change(residuals: Residuals, *, shortest: int, draws: int, rng: np.random.Generator) -> Change | None:
    """Find the position at which the level changes most, with the chance of so strong a one where there is none.

    Parameters
    ----------
    residuals : Residuals, shape (T,)
    shortest : int
        Periods that a level lasts at least.
    draws : int
        Random orders that the row is compared with.
    rng : numpy Generator

    Returns
    -------
    Change or None
        None where the row is too short, or does not vary at all.

    Notes
    -----
    With S_k = sum of the excess up to k and V_k the sum of the variances, the statistic of position k is
    ``|S_k| / sqrt(V_k (V - V_k) / V)``, and its largest value over k is kept. The same is done with the standardised
    residuals in random order (within seasons): the p value is (1 + those at least as large) / (1 + draws). Periods
    that vary more than by chance alone make both larger alike, so that no model of that variation is needed. It takes
    periods as exchangeable: where good and bad times last (serial correlation), it finds too many changes.

    References
    ----------
    Hawkins (1977), Journal of the American Statistical Association, 72, 180-186 (the largest statistic).
    Phipson and Smyth (2010), Statistical Applications in Genetics and Molecular Biology, 9, 39 (the p value).

    Examples
    --------
    >>> import numpy as np
    >>> y, n = np.array([10, 11, 9, 10, 22, 20, 21, 23]), np.full(8, 100)
    >>> found = strongest_change(share_residuals(y, n), shortest=2, draws=999, rng=np.random.default_rng(1))
    >>> found.place, found.p_value < 0.05
    (4, True)
    """
    size = len(residuals.excess)
    if size < 2 * shortest or not residuals.variance.sum() > 0:
        return None
    allowed = np.zeros(size + 1, np.bool_)
    allowed[shortest : size - shortest + 1] = True
    curve = _statistics(residuals.excess[None], residuals.variance, allowed)[0]
    if not np.isfinite(curve).any() or not np.nanmax(curve) > 0:
        return None
    place = int(np.nanargmax(curve))
    scale = np.sqrt(residuals.variance)
    z = np.divide(residuals.excess, scale, out=np.zeros(size), where=scale > 0)
    shuffled = _shuffled(z, residuals.season, draws, rng) * scale
    # the expected numbers are found anew in each order: per season, what is left over is spread by the variance
    shuffled -= _left_over(shuffled, residuals)
    highest = np.nanmax(_statistics(shuffled, residuals.variance, allowed), axis=1)
    # two orders of the same numbers must tie in spite of rounding
    p_value = (1 + int((highest >= curve[place] * (1 - 1e-9)).sum())) / (1 + draws)
    first, last = _likely(curve, place, _dispersion(residuals, place))
    return Change(place, p_value, first, last, float(curve[place]))


def serial_correlation(residuals: Residuals) -> float:
    """Return the correlation of each period's standardised residual with the one before; NaN where it cannot be told.

    Examples
    --------
    >>> import numpy as np
    >>> row = rate_residuals(np.array([5, 1, 5, 1, 5, 1]), np.ones(6))
    >>> round(serial_correlation(row), 2)
    -0.83
    """
    scale = np.sqrt(residuals.variance)
    z = np.divide(residuals.excess, scale, out=np.zeros(len(scale)), where=scale > 0)
    z = z - z.mean()
    whole = float((z**2).sum())
    return float((z[1:] * z[:-1]).sum() / whole) if whole > 0 else float("nan")


def _row(counts: Tallies, whole: Tallies, season: Counts | None) -> tuple[Floats, Floats, Counts]:
    y, n = np.asarray(counts, np.float64), np.asarray(whole, np.float64)
    return y, n, np.zeros(len(y), np.int64) if season is None else np.asarray(season, np.int64)


def _pooled(y: Floats, n: Floats, codes: Counts) -> Floats:
    totals, wholes = np.bincount(codes, weights=y), np.bincount(codes, weights=n)
    return np.asarray(np.divide(totals, wholes, out=np.zeros(len(totals)), where=wholes > 0)[codes], np.float64)


def _statistics(excess: Floats, variance: Floats, allowed: Flags) -> Floats:
    """Return the statistic of each position, shape (B, T + 1); NaN where no position is allowed."""
    sums = np.zeros((len(excess), len(variance) + 1))
    np.cumsum(excess, axis=1, out=sums[:, 1:])
    before = np.concatenate([[0.0], np.cumsum(variance)])
    spread = before * (before[-1] - before) / before[-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(allowed & (spread > 0), np.abs(sums) / np.sqrt(spread), np.nan)


def _shuffled(z: Floats, season: Counts, draws: int, rng: np.random.Generator) -> Floats:
    """Return the standardised residuals in random order within each season, shape (B, T)."""
    made = np.empty((draws, len(z)))
    for code in np.unique(season):
        places = np.flatnonzero(season == code)
        order = rng.random((draws, len(places))).argsort(axis=1)
        made[:, places] = z[places][order]
    return made


def _left_over(excess: Floats, residuals: Residuals) -> Floats:
    """Return each season's sum of excess, shared out by the variance: what pooling anew would take away, (B, T)."""
    away = np.zeros_like(excess)
    for code in np.unique(residuals.season):
        places = residuals.season == code
        variance = residuals.variance[places]
        if variance.sum() > 0:
            away[:, places] = excess[:, places].sum(axis=1, keepdims=True) * (variance / variance.sum())
    return away


def _dispersion(residuals: Residuals, place: int) -> float:
    """Return by how much periods vary more than by chance alone once the change is taken out; at least 1."""
    total, size = 0.0, len(residuals.excess)
    for part in (slice(0, place), slice(place, size)):
        excess, variance = residuals.excess[part], residuals.variance[part]
        if variance.sum() > 0:
            left = excess - excess.sum() * variance / variance.sum()
            total += float(np.divide(left**2, variance, out=np.zeros(len(left)), where=variance > 0).sum())
    return max(total / max(size - 2, 1), 1.0)


def _likely(curve: Floats, place: int, dispersion: float) -> tuple[int, int]:
    """Return the first and the last position whose likelihood is near that of the best one."""
    gain = np.where(np.isfinite(curve), curve, 0.0) ** 2 / 2
    near = np.flatnonzero(np.isfinite(curve) & (gain >= gain[place] - _LIKELY * dispersion))
    return int(near.min()), int(near.max())
