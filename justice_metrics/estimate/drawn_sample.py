"""What a drawn sample is worth, before anything is read: weights that differ, files in clusters, what was left out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def unequal_weights(weights: ArrayLike, files: ArrayLike, icc: float) -> float:
    """Design effect of a drawn sample: of weights that differ, and of files that lie together in clusters.

    Parameters
    ----------
    weights : (C,)
        Weight of each file of a drawn cluster; with clusters that are drawn in proportion to their size and as many
        files in each they are all alike, and differ where a cluster has fewer.
    files : (C,)
        Files read in it.
    icc : float
        Intraclass correlation, 0 to 1.

    Returns
    -------
    float
        n sum w^2 / (sum w)^2 times 1 + (b - 1) icc, with b = sum (m w)^2 / sum m w^2. NaN without files.

    References
    ----------
    Kish (1987), The Survey Statistician, 17, 13-17.
    Gabler, Häder and Lahiri (1999), Survey Methodology, 25, 105-106.

    Examples
    --------
    >>> round(unequal_weights([2.0, 2.0, 2.0], [30, 30, 30], 0.05), 4)
    2.45
    """
    w, m = np.asarray(weights, np.float64), np.asarray(files, np.float64)
    squares = float((m * w**2).sum())
    if squares == 0:
        return float("nan")
    by_weights = float(m.sum()) * squares / float((m * w).sum()) ** 2
    together = float(((m * w) ** 2).sum()) / squares
    return by_weights * (1 + (together - 1) * icc)


def drawn_variance(weights: ArrayLike, files: ArrayLike, sizes: ArrayLike, probability: ArrayLike, icc: float) -> float:
    """Variance of a mean that a draw without replacement is expected to have, over the variance of one unit.

    Parameters
    ----------
    weights, files : (C,)
        As for :func:`unequal_weights`.
    sizes : (C,)
        Files that each drawn cluster has.
    probability : (C,)
        Chance of the cluster to be drawn.
    icc : float
        Intraclass correlation, 0 to 1.

    Returns
    -------
    float
        N / (N - 1) times the sum of a^2 [(1 - pi) (icc + (1 - icc) / m) + pi (1 - m / M) (1 - icc) / m], with a the
        part of the weights that lies in the cluster, and N the sum of the weights. 0 where all files are drawn; NaN
        without files.

    References
    ----------
    Brewer and Donadio (2003), Survey Methodology, 29, 189-196.

    Examples
    --------
    Two clusters of three by lot, and half of the files in each:

    >>> round(drawn_variance([3.0, 3.0], [10, 10], [20, 20], [2 / 3, 2 / 3], 0.1), 4)
    0.0475
    """
    w, m, size, chance = (np.asarray(one, np.float64) for one in (weights, files, sizes, probability))
    whole = float((w * m).sum())
    if whole <= 1:
        return 0.0 if whole else float("nan")
    within = (1 - icc) / m
    each = (1 - chance) * (icc + within) + chance * np.maximum(1 - m / size, 0) * within
    return float(((w * m / whole) ** 2 * each).sum()) * whole / (whole - 1)
