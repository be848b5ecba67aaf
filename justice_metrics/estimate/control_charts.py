"""Control charts: the range in which shares and rates of equal periods move by chance alone."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts, Flags, Floats, Tallies

# Mean of the range of two standard normal numbers, 2 / sqrt(pi).
MEAN_RANGE: Final = 1.1283791670955126
# A ratio of the moving range below one would narrow the limits below those of pure chance.
_NARROWEST: Final = 1.0


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

    Returns
    -------
    Chart
        Limits within [0, 1].

    Notes
    -----
    centre p = sum y / sum n over the base periods (of the season); sigma_t = sqrt(p (1 - p) / n_t); limits
    p -+ sigmas spread sigma_t. The spread is the mean moving range of z over 1.128.

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
    p = _centre(y, n, used, season)
    with np.errstate(invalid="ignore", divide="ignore"):
        sigma = np.sqrt(np.maximum(p * (1 - p), 0) / n)
    return _chart(y / n, p, sigma, used, sigmas=sigmas, overdispersed=overdispersed, highest=1.0)


def u_chart(
    counts: Tallies,
    exposure: Floats,
    *,
    base: Flags | None = None,
    season: Counts | None = None,
    sigmas: float = 3.0,
    overdispersed: bool = False,
) -> Chart:
    """Chart of rates: counts over what they come from, such as days of the period, judges or inhabitants.

    Parameters
    ----------
    counts : (T,)
    exposure : (T,)
        A period with exposure 0 is NaN.
    base, season, sigmas, overdispersed
        As in :func:`p_chart`.

    Returns
    -------
    Chart
        Limits not below 0.

    Notes
    -----
    centre u = sum y / sum e; sigma_t = sqrt(u / e_t); limits u -+ sigmas spread sigma_t.

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
    u = _centre(y, e, used, season)
    with np.errstate(invalid="ignore", divide="ignore"):
        sigma = np.sqrt(u / e)
    return _chart(y / e, u, sigma, used, sigmas=sigmas, overdispersed=overdispersed, highest=np.inf)


def beyond_limits(chart: Chart) -> Flags:
    """Return which periods lie outside the control limits, shape (T,)."""
    with np.errstate(invalid="ignore"):
        outside: Flags = (chart.estimate > chart.upper) | (chart.estimate < chart.lower)
    return outside


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


def moving_range_spread(z: Floats) -> float:
    """Return Laney's sigma of z: the mean moving range over 1.128; NaN with fewer than two numbers.

    Parameters
    ----------
    z : (T,)
        NaN is skipped: its neighbours are compared with each other.

    Examples
    --------
    >>> import numpy as np
    >>> round(moving_range_spread(np.array([0.0, 2.0, 0.0])), 4)
    1.7725
    """
    known = z[np.isfinite(z)]
    return float(np.abs(np.diff(known)).mean() / MEAN_RANGE) if len(known) > 1 else float("nan")


def _counted(counts: Tallies, whole: Tallies, base: Flags | None) -> tuple[Floats, Floats, Flags]:
    n = np.where(np.asarray(whole) > 0, whole, np.nan).astype(np.float64)
    y = np.where(np.isnan(n), np.nan, counts).astype(np.float64)
    n = np.where(np.isnan(y), np.nan, n)
    used = np.isfinite(n) if base is None else np.isfinite(n) & base
    return y, n, used


def _centre(y: Floats, n: Floats, used: Flags, season: Counts | None) -> Floats:
    """Return the pooled share or rate of the base periods of each period's season, shape (T,)."""
    codes = np.zeros(len(y), np.int64) if season is None else np.asarray(season, np.int64)
    size = int(codes.max(initial=0)) + 1
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = np.bincount(codes[used], weights=y[used], minlength=size) / np.bincount(
            codes[used], weights=n[used], minlength=size
        )
    return np.asarray(pooled[codes], np.float64)


def _chart(
    estimate: Floats,
    centre: Floats,
    sigma: Floats,
    used: Flags,
    *,
    sigmas: float,
    overdispersed: bool,
    highest: float,
) -> Chart:
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(sigma > 0, (estimate - centre) / sigma, np.where(estimate == centre, 0.0, np.nan))
    spread = max(np.nan_to_num(moving_range_spread(z[used]), nan=1.0), _NARROWEST) if overdispersed else 1.0
    half = sigmas * spread * sigma
    return Chart(
        estimate=estimate,
        centre=centre,
        sigma=sigma,
        spread=float(spread),
        lower=np.maximum(centre - half, 0.0),
        upper=np.minimum(centre + half, highest),
        z=z,
    )
