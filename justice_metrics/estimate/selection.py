"""Which units are drawn: with probability in proportion to size, and at random; functions of uniform numbers alone."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from ..base.types import Counts, Flags, Floats

# What summing leaves of a whole number; a probability that comes so near to 1 is 1.
_DUST: Final = 1e-9


def inclusion_probabilities(sizes: ArrayLike, drawn: int) -> Floats:
    """Chances in proportion to size with which so many units are drawn, none twice.

    Parameters
    ----------
    sizes : (N,)
        At least 0; a unit of size 0 is never drawn.
    drawn : int
        Units to draw, n; all of them where there are not more.

    Returns
    -------
    (N,)
        n x / sum x. Units for which this passes 1 are certain (1), and the rest is drawn among the others.

    References
    ----------
    Särndal, Swensson and Wretman (1992), *Model Assisted Survey Sampling*, section 3.6.

    Examples
    --------
    >>> inclusion_probabilities([80, 10, 5, 5], 2).tolist()
    [1.0, 0.5, 0.25, 0.25]
    """
    x = np.asarray(sizes, np.float64)
    chances = np.zeros(len(x))
    certain = np.zeros(len(x), np.bool_)
    if drawn >= int((x > 0).sum()):
        return np.where(x > 0, 1.0, 0.0)
    while drawn > 0:
        others = ~certain
        left = drawn - int(certain.sum())
        chances = np.where(certain, 1.0, left * x / x[others].sum())
        more = others & (chances >= 1 - _DUST)
        if not more.any():
            break
        certain |= more
    return np.where(certain, 1.0, chances)


def systematic(probabilities: Floats, start: float) -> Flags:
    """Draw units along their list, at equal steps of cumulated probability.

    Parameters
    ----------
    probabilities : (N,)
        Chances that add up to a whole number, of :func:`inclusion_probabilities`.
    start : float
        One uniform number, 0 <= start < 1.

    Returns
    -------
    (N,)
        Whether each was drawn: unit k if start, start + 1, … falls into [V(k-1), V(k)), with V the cumulated chances.
        The chances hold exactly. The order of the list matters: where it follows districts or sizes, so does the
        sample; units that stand close together may have no chance of being drawn together.

    References
    ----------
    Madow (1949), Annals of Mathematical Statistics, 20, 333-354.

    Examples
    --------
    >>> systematic(np.array([0.5, 0.5, 0.5, 0.5]), 0.2).tolist()
    [True, False, True, False]
    """
    pi = np.asarray(probabilities, np.float64)
    certain = pi >= 1 - _DUST
    summed = np.cumsum(np.where(certain, 0.0, pi))
    # a sum that is whole but for rounding would give or take one unit
    whole = np.round(summed)
    whole = np.where(np.abs(summed - whole) < _DUST, whole, np.floor(summed))
    passed = whole + (np.where(summed - whole < _DUST, 0.0, summed - whole) > start)
    return np.asarray(certain | (np.diff(passed, prepend=0.0) > 0))


def brewer(probabilities: Floats, uniforms: Floats) -> Flags:
    """Draw units one after the other by the method of Brewer: whatever the order of the list, every pair has a chance.

    Parameters
    ----------
    probabilities : (N,)
        Chances that add up to a whole number n, of :func:`inclusion_probabilities`.
    uniforms : (n,) or longer
        Uniform numbers; one for each unit drawn that is not certain.

    Returns
    -------
    (N,)
        Whether each was drawn. The chances hold exactly.

    Notes
    -----
    At step i, of the units left, one is drawn with chance in proportion to pi (n - a - pi) / (n - a - pi (n - i + 1)),
    a being the sum of the chances of those drawn before.

    References
    ----------
    Brewer (1975), Australian Journal of Statistics, 17, 166-172.
    Tillé (2006), *Sampling Algorithms*, section 6.10.

    Examples
    --------
    >>> brewer(np.array([1.0, 0.5, 0.5]), np.array([0.7, 0.1])).tolist()
    [True, False, True]
    """
    pi = np.asarray(probabilities, np.float64)
    taken = pi >= 1 - _DUST
    free = np.flatnonzero(~taken & (pi > 0))
    p, left = pi[free], np.ones(len(free), np.bool_)
    n = round(float(p.sum()))
    for step in range(n):
        before = float(p[~left].sum())
        rest = n - before
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = p * (rest - p) / (rest - p * (n - step))
        # of the last unit the formula is 0 over 0
        odds = np.where(left, p if step == n - 1 else odds, 0.0)
        summed = np.cumsum(odds)
        at = int(np.searchsorted(summed, uniforms[step] * summed[-1], side="right"))
        at = min(at, int(np.flatnonzero(left)[-1]))
        left[at] = False
    made = taken.copy()
    made[free[~left]] = True
    return made


def random_positions(sizes: Counts, files: Counts, uniforms: Floats) -> tuple[Counts, Counts]:
    """Draw files at random within each cluster, without putting any back.

    Parameters
    ----------
    sizes : (C,)
        Files of each cluster, M.
    files : (C,)
        Files to draw in it, m <= M.
    uniforms : (sum of M,)
        One uniform number for each file, cluster after cluster.

    Returns
    -------
    tuple of (clusters, positions), each (sum of m,)
        Number of the cluster and position of the file in its list, from 0 on; by cluster, in the order of its list.
        Drawn are the files with the smallest numbers.

    Examples
    --------
    >>> clusters, positions = random_positions(np.array([3, 2]), np.array([2, 1]), np.array([0.3, 0.9, 0.1, 0.8, 0.2]))
    >>> clusters.tolist(), positions.tolist()
    ([0, 0, 1], [0, 2, 1])
    """
    cluster = np.repeat(np.arange(len(sizes)), sizes)
    first = np.cumsum(sizes) - sizes
    order = np.lexsort((uniforms, cluster))
    # the files of a cluster stay together, so the place in its row of draws is the rank
    rank = np.arange(len(cluster)) - first[cluster]
    drawn = np.sort(order[rank < files[cluster]])
    return cluster[drawn].astype(np.int64), (drawn - first[cluster[drawn]]).astype(np.int64)
