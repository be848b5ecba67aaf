"""How a sample is shared out among strata: in proportion to their size, or so that the error is least."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Counts, Floats

_HALVINGS: Final = 100
_NOTHING: Final = 1e-12


def proportional_allocation(sizes: ArrayLike, total: int, *, least: int = 0, most: ArrayLike | None = None) -> Counts:
    """Whole numbers for the strata, in proportion to their size.

    Parameters
    ----------
    sizes : (H,)
        Units of each stratum, N; no stratum gives more than it has.
    total : int
        To be shared out.
    least : int
        Given to each stratum that has so many.
    most : (H,), optional
        What each stratum can give, where that is not all of it.

    Returns
    -------
    (H,)
        They add up to ``total``, or to all units where there are fewer. Rounded by largest remainders.

    Examples
    --------
    >>> proportional_allocation([500, 300, 200], 101).tolist()
    [51, 30, 20]
    """
    return allocation(sizes, sizes if most is None else most, total, least=least)


def neyman_allocation(
    sizes: ArrayLike, spreads: ArrayLike, total: int, *, least: int = 0, most: ArrayLike | None = None
) -> Counts:
    """Whole numbers for the strata that make the variance of the overall mean least.

    Parameters
    ----------
    sizes, total, least, most
        As for :func:`proportional_allocation`.
    spreads : (H,)
        Standard deviation within each stratum, sqrt(p (1 - p)) for a share; divided by the root of the cost of a file
        where costs differ.

    Returns
    -------
    (H,)
        In proportion to N S; a stratum that would give more than it has gives all, and the others share the rest.

    References
    ----------
    Neyman (1934), Journal of the Royal Statistical Society, 97, 558-625.
    Cochran (1977), *Sampling Techniques*, sections 5.5 and 5.8.

    Examples
    --------
    >>> neyman_allocation([100, 100], [0.1, 0.4], 50).tolist()
    [10, 40]
    """
    keys = np.asarray(sizes, np.float64) * np.asarray(spreads, np.float64)
    return allocation(keys, sizes if most is None else most, total, least=least)


def stratified_variance(sizes: ArrayLike, spreads: ArrayLike, files: ArrayLike) -> float:
    """Variance of the overall mean from simple draws within strata.

    Parameters
    ----------
    sizes, spreads : (H,)
        Units, N, and standard deviations, S (with divisor N - 1).
    files : (H,)
        Units drawn, n.

    Returns
    -------
    float
        sum (N / sum N)^2 (1 - n / N) S^2 / n; infinite where a stratum with a spread gives none.

    References
    ----------
    Cochran (1977), *Sampling Techniques*, section 5.3.

    Examples
    --------
    >>> round(stratified_variance([100, 100], [0.1, 0.4], [10, 40]), 6)
    0.000825
    """
    whole, s, n = (np.asarray(given, np.float64) for given in (sizes, spreads, files))
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(s > 0, (whole / whole.sum()) ** 2 * (1 - n / whole) * s**2 / n, 0.0)
    return float(parts.sum())


def allocation(keys: ArrayLike, most: ArrayLike, total: int, *, least: int = 0) -> Counts:
    """Whole numbers in proportion to some keys, within limits.

    Parameters
    ----------
    keys : (H,)
        At least 0; where all are 0 the strata share alike.
    most : (H,)
        The most that each can give.
    total, least : int
        As for :func:`proportional_allocation`.

    Returns
    -------
    (H,)
        Rounded by largest remainders.

    Examples
    --------
    Seventy clusters by the files of three provinces that have 60, 10 and 58 of them:

    >>> allocation([5000, 4000, 3000], [60, 10, 58], 70, least=2).tolist()
    [38, 10, 22]
    """
    sizes = np.asarray(most, np.int64)
    low = np.minimum(sizes, least)
    total = min(total, int(sizes.sum()))
    wanted = low.astype(np.float64)
    if total > low.sum():
        wanted = _bounded(np.asarray(keys, np.float64), low.astype(np.float64), sizes.astype(np.float64), float(total))
    given = np.clip(np.floor(wanted + 1e-9).astype(np.int64), low, sizes)
    rest = np.where(given < sizes, wanted - given, -np.inf)
    order = np.argsort(-rest, kind="stable")
    for place in order[: max(total - int(given.sum()), 0)]:
        given[place] += 1
    return given


def _bounded(keys: Floats, low: Floats, high: Floats, total: float) -> Floats:
    """Return clip(t keys, low, high) with the t for which they add up to ``total``."""
    # without keys the strata share alike; one beside which the others are nothing takes all that it can
    keys = np.where(keys > _NOTHING * keys.max(), keys / (keys.max() or 1.0), 0.0) if keys.any() else np.ones(len(keys))
    small, large = 0.0, float((high[keys > 0] / keys[keys > 0]).max())
    for _ in range(_HALVINGS):
        middle = (small + large) / 2
        if np.clip(middle * keys, low, high).sum() < total:
            small = middle
        else:
            large = middle
    found = np.clip(large * keys, low, high)
    # strata without a spread take what the others cannot give
    short = total - found.sum()
    if short > 1e-9:
        room = high - found
        found = found + room * min(1.0, short / room.sum())
    return np.asarray(found)
