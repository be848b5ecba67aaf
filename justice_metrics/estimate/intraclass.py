"""How alike the units of one cluster are: the intraclass correlation of an outcome that came or did not."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Tallies


class Intraclass(NamedTuple):
    """An intraclass correlation with its interval, and what it rests on."""

    estimate: float
    conf_low: float
    conf_high: float
    clusters: int  # with a unit in them
    cluster_size: float  # mean
    size_cv: float  # coefficient of variation of the sizes


def intraclass(successes: Tallies, trials: Tallies, confidence_level: float = 0.95) -> Intraclass:
    """Intraclass correlation of a yes or no within clusters, by analysis of variance.

    Parameters
    ----------
    successes, trials : (C,)
        Of each cluster, 0 <= successes <= trials; a cluster without trials is left out.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Intraclass
        Estimates below 0 (clusters differ less than chance would make them) stay below 0. NaN with fewer than two
        clusters, with one unit in each, or when all units are alike.

    Notes
    -----
    With MSB and MSW the mean squares between and within C clusters of n_i units, N in all, and n0 = (N - sum n_i^2 / N)
    / (C - 1): (MSB - MSW) / (MSB + (n0 - 1) MSW). The limits are those of Searle, (F/q - 1) / (F/q + n0 - 1) with
    F = MSB / MSW and q the quantiles of the F distribution with C - 1 and N - C degrees of freedom: exact for normal
    values in clusters of one size, an approximation for yes and no.

    References
    ----------
    Donner (1986), International Statistical Review, 54, 67-82.
    Ridout, Demetrio and Firth (1999), Biometrics, 55, 137-148.
    Searle (1971), *Linear Models*, section 9.9.

    Examples
    --------
    >>> import numpy as np
    >>> found = intraclass(np.array([9, 1, 5, 5]), np.array([10, 10, 10, 10]))
    >>> round(found.estimate, 3), found.clusters
    (0.317, 4)
    """
    from scipy.stats import f as f_distribution

    there = np.asarray(trials) > 0
    y, n = np.asarray(successes, np.float64)[there], np.asarray(trials, np.float64)[there]
    c, total = len(n), float(n.sum())
    mean_size = total / c if c else np.nan
    cv = float(n.std(ddof=1) / mean_size) if c > 1 else 0.0
    untold = Intraclass(np.nan, np.nan, np.nan, c, mean_size, cv)
    if c < 2 or total <= c:
        return untold
    explained = float((y**2 / n).sum())
    between = (explained - float(y.sum()) ** 2 / total) / (c - 1)
    within = (float(y.sum()) - explained) / (total - c)
    size = (total - float((n**2).sum()) / total) / (c - 1)
    spread = between + (size - 1) * within
    if spread <= 0:
        return untold
    with np.errstate(divide="ignore"):
        ratio = np.float64(between) / within
    tail = (1 - confidence_level) / 2
    low, high = (ratio / f_distribution.isf(one, c - 1, total - c) for one in (tail, 1 - tail))
    return Intraclass((between - within) / spread, _of_ratio(low, size), _of_ratio(high, size), c, mean_size, cv)


def _of_ratio(ratio: float, size: float) -> float:
    return float((ratio - 1) / (ratio + size - 1)) if np.isfinite(ratio) else 1.0
