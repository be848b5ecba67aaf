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
        Share or rate less the expected one, weighted by the inverse of its variance.
    weight : (T,)
        The inverse of the variance, and so the variance of ``excess``.
    chance : (T,)
        Part of the variance that is by chance alone; the rest is variation between periods.
    season : (T,) int
        Periods are exchanged within a season only.
    """

    excess: Floats
    weight: Floats
    chance: Floats
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
    slope : float
        Standardised slope of a straight line through the same periods, without a break.
    even : bool
        Whether that line fits nearly as well as the break, or better: a break in one place is then not shown.
    """

    place: int
    p_value: float
    first: int
    last: int
    statistic: float
    slope: float
    even: bool


def share_residuals(numerator: Tallies, denominator: Tallies, season: Counts | None = None) -> Residuals:
    """Return what shares depart from the share of all periods (of the season), (T,).

    Parameters
    ----------
    numerator, denominator : (T,)
        Denominators above 0.
    season : (T,) int, optional

    Notes
    -----
    A share has the variance p (1 - p) / n by chance, and tau^2 between periods (DerSimonian and Laird's estimate, not
    below 0), so that a row whose periods vary for reasons of their own, large ones as much as small ones, is
    exchangeable after division by its standard deviation.

    References
    ----------
    DerSimonian and Laird (1986), Controlled Clinical Trials, 7, 177-188.
    """
    y, n, codes = _row(numerator, denominator, season)
    p = _pooled(y, n, codes)
    return _weighted(y / n, p * (1 - p) / n, codes)


def rate_residuals(counts: Tallies, exposure: Floats, season: Counts | None = None) -> Residuals:
    """Return what counts over an exposure depart from the rate of all periods (of the season), (T,).

    Parameters
    ----------
    counts, exposure : (T,)
        Exposures above 0.
    season : (T,) int, optional

    Notes
    -----
    As :func:`share_residuals`, with the variance u / e by chance.
    """
    y, e, codes = _row(counts, exposure, season)
    u = _pooled(y, e, codes)
    return _weighted(y / e, u / e, codes)


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
    With S_k the sum of the excess up to k and W_k that of the weights, the statistic of position k is
    ``|S_k| / sqrt(W_k (W - W_k) / W)``, and its largest value over k is kept. The same is done with the standardised
    residuals in random order (within seasons): the p value is (1 + those at least as large) / (1 + draws). It takes
    periods as exchangeable: where good and bad times last (serial correlation), it finds too many changes. An even rise
    is no break, and is found too: the log-likelihood gained by a straight line, half the square of its standardised
    slope, is compared with that of the break; ``even`` where it is not lower by more than 1.92.

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
    if size < 2 * shortest or not residuals.weight.sum() > 0:
        return None
    allowed = np.zeros(size + 1, np.bool_)
    allowed[shortest : size - shortest + 1] = True
    curve = _statistics(residuals.excess[None], residuals.weight, allowed)[0]
    if not np.isfinite(curve).any() or not np.nanmax(curve) > 0:
        return None
    place = int(np.nanargmax(curve))
    shuffled = _shuffled(_standardised(residuals), residuals.season, draws, rng) * np.sqrt(residuals.weight)
    # the expected shares are found anew in each order: per season, what is left over is shared out by the weights
    shuffled -= _left_over(shuffled, residuals)
    highest = np.nanmax(_statistics(shuffled, residuals.weight, allowed), axis=1)
    # two orders of the same numbers must tie in spite of rounding
    p_value = (1 + int((highest >= curve[place] * (1 - 1e-9)).sum())) / (1 + draws)
    dispersion, slope = _dispersion(residuals, place), _slope(residuals)
    first, last = _likely(curve, place, dispersion)
    even = slope**2 / 2 >= curve[place] ** 2 / 2 - _LIKELY * dispersion
    return Change(place, p_value, first, last, float(curve[place]), slope, bool(even))


def _slope(residuals: Residuals) -> float:
    """Return the weighted slope over time over its standard deviation, seasons taken out; 0 where there is none."""
    weight, time = residuals.weight, np.arange(len(residuals.weight), dtype=np.float64)
    centred = time - _mean(time, weight, residuals.season)
    variance = float((weight * centred**2).sum())
    return abs(float((residuals.excess * centred).sum())) / np.sqrt(variance) if variance > 0 else 0.0


def serial_correlation(residuals: Residuals) -> float:
    """Return the correlation of each period's standardised residual with the one before; NaN where it cannot be told.

    Examples
    --------
    >>> import numpy as np
    >>> row = rate_residuals(np.array([5, 1, 5, 1, 5, 1]), np.ones(6))
    >>> round(serial_correlation(row), 2)
    -0.83
    """
    z = _standardised(residuals)
    z = z - z.mean()
    whole = float((z**2).sum())
    return float((z[1:] * z[:-1]).sum() / whole) if whole > 0 else float("nan")


def _row(counts: Tallies, whole: Tallies, season: Counts | None) -> tuple[Floats, Floats, Counts]:
    y, n = np.asarray(counts, np.float64), np.asarray(whole, np.float64)
    return y, n, np.zeros(len(y), np.int64) if season is None else np.asarray(season, np.int64)


def _pooled(y: Floats, n: Floats, codes: Counts) -> Floats:
    totals, wholes = np.bincount(codes, weights=y), np.bincount(codes, weights=n)
    return np.asarray(np.divide(totals, wholes, out=np.zeros(len(totals)), where=wholes > 0)[codes], np.float64)


def _weighted(rate: Floats, chance: Floats, codes: Counts) -> Residuals:
    """Weigh what rates depart from their mean, (T,), by the inverse of chance and of variation between periods.

    A period whose rate cannot vary (expected 0, or a share of 1) has no weight.
    """
    varies = chance > 0
    weight = np.divide(1.0, chance, out=np.zeros(len(chance)), where=varies)
    seasons = np.bincount(codes, weights=weight)
    degrees = int(varies.sum()) - int((seasons > 0).sum())
    squares = np.divide(np.bincount(codes, weights=weight**2), seasons, out=np.zeros(len(seasons)), where=seasons > 0)
    free = float(weight.sum() - squares.sum())
    centred = rate - _mean(rate, weight, codes)
    between = max(float((weight * centred**2).sum()) - degrees, 0.0) / free if free > 0 else 0.0
    total = chance + between
    both = np.divide(1.0, total, out=np.zeros(len(total)), where=varies)
    excess = np.where(varies, both * (rate - _mean(rate, both, codes)), 0.0)
    return Residuals(excess, both, np.divide(chance, total, out=np.ones(len(total)), where=varies), codes)


def _mean(rate: Floats, weight: Floats, codes: Counts) -> Floats:
    """Return the weighted mean of each period's season, (T,)."""
    sums, wholes = np.bincount(codes, weights=weight * rate), np.bincount(codes, weights=weight)
    return np.asarray(np.divide(sums, wholes, out=np.zeros(len(sums)), where=wholes > 0)[codes], np.float64)


def _standardised(residuals: Residuals) -> Floats:
    scale = np.sqrt(residuals.weight)
    return np.asarray(np.divide(residuals.excess, scale, out=np.zeros(len(scale)), where=scale > 0), np.float64)


def _statistics(excess: Floats, weight: Floats, allowed: Flags) -> Floats:
    """Return the statistic of each position, shape (B, T + 1); NaN where no position is allowed."""
    sums = np.zeros((len(excess), len(weight) + 1))
    np.cumsum(excess, axis=1, out=sums[:, 1:])
    before = np.concatenate([[0.0], np.cumsum(weight)])
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
    """Return each season's sum of excess, shared out by the weights: what a new mean would take away, (B, T)."""
    away = np.zeros_like(excess)
    for code in np.unique(residuals.season):
        places = residuals.season == code
        weight = residuals.weight[places]
        if weight.sum() > 0:
            away[:, places] = excess[:, places].sum(axis=1, keepdims=True) * (weight / weight.sum())
    return away


def _dispersion(residuals: Residuals, place: int) -> float:
    """Return the variance that is left once the change is taken out, over the one supposed; at least that of chance."""
    total, size = 0.0, len(residuals.excess)
    for part in (slice(0, place), slice(place, size)):
        excess, weight = residuals.excess[part], residuals.weight[part]
        if weight.sum() > 0:
            left = excess - excess.sum() * weight / weight.sum()
            total += float(np.divide(left**2, weight, out=np.zeros(len(left)), where=weight > 0).sum())
    return max(total / max(size - 2, 1), float(residuals.chance.mean()))


def _likely(curve: Floats, place: int, dispersion: float) -> tuple[int, int]:
    """Return the first and the last position whose likelihood is near that of the best one."""
    gain = np.where(np.isfinite(curve), curve, 0.0) ** 2 / 2
    near = np.flatnonzero(np.isfinite(curve) & (gain >= gain[place] - _LIKELY * dispersion))
    return int(near.min()), int(near.max())
