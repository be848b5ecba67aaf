"""Control charts: the range in which shares and rates of equal periods move by chance alone."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts, Flags, Floats, Tallies

# Mean of the range of two standard normal numbers, 2 / sqrt(pi).
MEAN_RANGE: Final = 1.1283791670955126
# Median of the range of two standard normal numbers, sqrt(2) times the normal quantile of 3/4.
MEDIAN_RANGE: Final = 0.9538725524
# Chance of lying above a limit three standard deviations away, where the normal distribution holds.
_BEYOND: Final = 0.00135
# A ratio of the moving range below one would narrow the limits below those of pure chance.
_NARROWEST: Final = 1.0
# So many events are no chance in any base of as many units.
_MOST_EVENTS: Final = 1_000


class Chart(NamedTuple):
    """A Shewhart chart.

    Attributes
    ----------
    estimate : (T,)
        Share or rate of each period.
    centre : (T,)
        What is expected of it; the same in all periods unless they have seasons.
    sigma : (T,)
        Standard deviation by chance alone, before ``spread``.
    spread : float
        By how much periods vary more than by chance alone (Laney's sigma of z); 1 in a chart without it.
    lower, upper : (T,)
        Control limits.
    z : (T,)
        (estimate - centre) / sigma.
    """

    estimate: Floats
    centre: Floats
    sigma: Floats
    spread: float
    lower: Floats
    upper: Floats
    z: Floats


def p_chart(
    numerator: Tallies,
    denominator: Tallies,
    *,
    base: Flags | None = None,
    season: Counts | None = None,
    sigmas: float = 3.0,
    overdispersed: bool = False,
    robust: bool = False,
) -> Chart:
    """Chart of shares, such as cases with a verdict among cases of a period.

    Parameters
    ----------
    numerator, denominator : (T,)
        Units with the outcome and units at all in each period, in order of time; a period with denominator 0 is NaN.
    base : (T,) bool, optional
        Periods from which centre and spread are found; all by default.
    season : (T,) int, optional
        Season of each period (0, 1, ...); the centre is then that of the season. A season without a base period is NaN.
    sigmas : float
        How many standard deviations the limits are away from the centre.
    overdispersed : bool
        Widen the limits by Laney's factor where periods vary more than by chance alone; it never narrows them.
    robust : bool
        Find that factor from the median of the moving ranges, which a few unusual periods of the base do not move, and
        not from their mean.

    Returns
    -------
    Chart
        Limits within [0, 1].

    Notes
    -----
    centre p = sum y / sum n over the base periods (of the season); sigma_t = sqrt(p (1 - p) / n_t); limits
    p -+ sigmas spread sigma_t. The spread is the mean moving range of z over 1.128, or the
    median one over 0.954. Before it is found, z of a base period is divided by sqrt(1 - n_t / n) (robust only), since
    the period is part of its own centre. Where the base holds no event at all, sigma would be 0: the upper limit is
    then the largest number y of which all fall into period t with a chance of 0.135 % or more, C(n_t, y) / C(n + n_t,
    y); the same the other way round where the base holds events only.

    References
    ----------
    Shewhart (1931), *Economic Control of Quality of Manufactured Product*.
    Laney (2002), Quality Engineering, 14, 531-537.

    Examples
    --------
    >>> import numpy as np
    >>> chart = p_chart(np.array([10, 12, 30]), np.array([100, 100, 100]), base=np.array([True, True, False]))
    >>> float(chart.centre[0]), chart.upper.round(3).tolist()
    (0.11, [0.204, 0.204, 0.204])
    """
    y, n, used = _counted(numerator, denominator, base)
    p, whole = _centre(y, n, used, season)
    with np.errstate(invalid="ignore", divide="ignore"):
        sigma = np.sqrt(np.maximum(p * (1 - p), 0) / n)
    spread = _spread(y / n, p, sigma, used, n / whole, robust=robust) if overdispersed else 1.0
    chart = _chart(y / n, p, sigma, spread, sigmas=sigmas, highest=1.0)
    return chart._replace(
        upper=np.where(p == 0, _most_by_chance(n, whole, drawn=True) / n, chart.upper),
        lower=np.where(p == 1, 1 - _most_by_chance(n, whole, drawn=True) / n, chart.lower),
    )


def u_chart(
    counts: Tallies,
    exposure: Floats,
    *,
    base: Flags | None = None,
    season: Counts | None = None,
    sigmas: float = 3.0,
    overdispersed: bool = False,
    robust: bool = False,
) -> Chart:
    """Chart of rates: counts over what they come from, such as days of the period, judges or inhabitants.

    Parameters
    ----------
    counts : (T,)
    exposure : (T,)
        A period with exposure 0 is NaN.
    base, season, sigmas, overdispersed, robust
        As in :func:`p_chart`.

    Returns
    -------
    Chart
        Limits not below 0.

    Notes
    -----
    centre u = sum y / sum e; sigma_t = sqrt(u / e_t); limits u -+ sigmas spread sigma_t. Where the base
    holds no event, the chance that y of y fall into period t is (e_t / (e + e_t))^y.

    References
    ----------
    Montgomery (2009), *Introduction to Statistical Quality Control*, chapter 7.
    Laney (2002), Quality Engineering, 14, 531-537.

    Examples
    --------
    >>> import numpy as np
    >>> chart = u_chart(np.array([31, 28, 62]), np.array([31.0, 28.0, 31.0]), base=np.array([True, True, False]))
    >>> chart.z.round(2).tolist()
    [0.0, 0.0, 5.57]
    """
    y, e, used = _counted(counts, exposure, base)
    u, whole = _centre(y, e, used, season)
    with np.errstate(invalid="ignore", divide="ignore"):
        sigma = np.sqrt(u / e)
    spread = _spread(y / e, u, sigma, used, e / whole, robust=robust) if overdispersed else 1.0
    chart = _chart(y / e, u, sigma, spread, sigmas=sigmas, highest=np.inf)
    return chart._replace(upper=np.where(u == 0, _most_by_chance(e, whole, drawn=False) / e, chart.upper))


def beyond_limits(chart: Chart) -> Flags:
    """Return which periods lie outside the control limits, shape (T,)."""
    with np.errstate(invalid="ignore"):
        outside: Flags = (chart.estimate > chart.upper) | (chart.estimate < chart.lower)
    return outside


def chance_beyond(chart: Chart, whole: Floats, *, share: bool) -> Floats:
    """Return the chance of each period to lie outside its limits where only chance moves it, shape (T,).

    Parameters
    ----------
    chart : Chart
    whole : (T,)
        Units of each period, or exposure.
    share : bool
        Whether counts are binomial; Poisson otherwise.

    Examples
    --------
    >>> import numpy as np
    >>> n = np.full(8, 50)
    >>> chart = p_chart(np.array([1, 0, 0, 1, 0, 1, 0, 1]), n)
    >>> chance_beyond(chart, n, share=True).round(4).tolist()[0]
    0.0138
    """
    from scipy.stats import binom, poisson

    n = np.nan_to_num(np.asarray(whole, np.float64))
    centre, lower, upper = (np.nan_to_num(one) for one in (chart.centre, chart.lower, chart.upper))
    law = binom(n, np.clip(centre, 0, 1)) if share else poisson(centre * n)
    # a number on the limit is inside, in spite of rounding
    above = law.sf(np.floor(upper * n + 1e-9))
    below = law.cdf(np.ceil(lower * n - 1e-9) - 1)
    return np.where(np.isfinite(chart.upper), above + below, 0.0)


def in_runs(chart: Chart, length: int) -> Flags:
    """Return which periods belong to a run of at least ``length`` on one side of the centre.

    A period on the centre, or without a number, ends a run.

    Parameters
    ----------
    chart : Chart
    length : int

    Returns
    -------
    (T,)

    References
    ----------
    Western Electric (1956), *Statistical Quality Control Handbook*: eight in a row on one side.

    Examples
    --------
    >>> import numpy as np
    >>> chart = u_chart(np.array([1, 5, 6, 5, 1]), np.ones(5))
    >>> in_runs(chart, 3).tolist()
    [False, True, True, True, False]
    """
    side = np.sign(np.nan_to_num(chart.estimate - chart.centre)).astype(np.int64)
    begins = np.flatnonzero(np.diff(side, prepend=np.int64(9)))
    lengths = np.diff(begins, append=len(side))
    run = np.repeat(lengths, lengths)
    flagged: Flags = (run >= length) & (side != 0)
    return flagged


def moving_range_spread(z: Floats, *, robust: bool = False) -> float:
    """Return Laney's sigma of z: the mean moving range over 1.128; NaN with fewer than two numbers.

    Parameters
    ----------
    z : (T,)
        NaN is skipped: its neighbours are compared with each other.
    robust : bool
        The median moving range over 0.954: one unusual period makes two large ranges, and they do not move it.

    Examples
    --------
    >>> import numpy as np
    >>> round(moving_range_spread(np.array([0.0, 2.0, 0.0])), 4)
    1.7725
    """
    known = z[np.isfinite(z)]
    if len(known) < 2:
        return float("nan")
    ranges = np.abs(np.diff(known))
    return float(np.median(ranges) / MEDIAN_RANGE if robust else ranges.mean() / MEAN_RANGE)


def _counted(counts: Tallies, whole: Tallies, base: Flags | None) -> tuple[Floats, Floats, Flags]:
    n = np.where(np.asarray(whole) > 0, whole, np.nan).astype(np.float64)
    y = np.where(np.isnan(n), np.nan, counts).astype(np.float64)
    n = np.where(np.isnan(y), np.nan, n)
    used = np.isfinite(n) if base is None else np.isfinite(n) & base
    return y, n, used


def _centre(y: Floats, n: Floats, used: Flags, season: Counts | None) -> tuple[Floats, Floats]:
    """Return the pooled share or rate of the base periods of each period's season, and what it rests on, (T,) each."""
    codes = np.zeros(len(y), np.int64) if season is None else np.asarray(season, np.int64)
    size = int(codes.max(initial=0)) + 1
    whole = np.bincount(codes[used], weights=n[used], minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = np.bincount(codes[used], weights=y[used], minlength=size) / whole
    return np.asarray(pooled[codes], np.float64), np.asarray(whole[codes], np.float64)


def _standardised(estimate: Floats, centre: Floats, sigma: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(sigma > 0, (estimate - centre) / sigma, np.where(estimate == centre, 0.0, np.nan))


def _spread(estimate: Floats, centre: Floats, sigma: Floats, used: Flags, part: Floats, *, robust: bool) -> float:
    """Return the factor of the limits; ``part`` is that of a period in its own centre, (T,)."""
    z = _standardised(estimate, centre, sigma)
    if robust:
        with np.errstate(invalid="ignore", divide="ignore"):
            z = np.where(part < 1, z / np.sqrt(np.maximum(1 - part, 0)), np.nan)
    found = moving_range_spread(z[used], robust=robust)
    return float(max(np.nan_to_num(found, nan=1.0), _NARROWEST))


def _most_by_chance(n: Floats, whole: Floats, *, drawn: bool) -> Floats:
    """Return the largest number of events of a period that is no signal after a base without any, (T,).

    Parameters
    ----------
    n, whole : (T,)
        Units (or exposure) of the period and of the base.
    drawn : bool
        Whether events are units, of which each is drawn once.
    """
    most = np.zeros(len(n))
    with np.errstate(invalid="ignore", divide="ignore"):
        chance = n / (n + whole)
        for events in range(1, _MOST_EVENTS):
            going = chance >= _BEYOND
            if not going.any():
                break
            most = np.where(going, events, most)
            left = (n - events) / (n + whole - events) if drawn else n / (n + whole)
            chance = np.where(going, chance * np.maximum(left, 0.0), 0.0)
    return np.where(np.isfinite(n), most, np.nan)


def _chart(estimate: Floats, centre: Floats, sigma: Floats, spread: float, *, sigmas: float, highest: float) -> Chart:
    half = sigmas * spread * sigma
    return Chart(
        estimate=estimate,
        centre=centre,
        sigma=sigma,
        spread=spread,
        lower=np.maximum(centre - half, 0.0),
        upper=np.minimum(centre + half, highest),
        z=_standardised(estimate, centre, sigma),
    )
