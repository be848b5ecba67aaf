"""P values of a family of tests, adjusted for their number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..base.types import Floats


def holm(p_values: Floats | Sequence[float]) -> Floats:
    """Holm's adjusted p values: below the level, the chance of even one false finding in the family is too.

    Parameters
    ----------
    p_values : (M,)
        NaN is a test that could not be made; it is not counted and stays NaN.

    Returns
    -------
    (M,)
        The i-th smallest of m becomes the largest of (m - j + 1) p_j over j up to i, cut at 1; holds under any
        dependence between the tests. Equal to R ``p.adjust(method = "holm")``.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics, 6, 65-70.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    array([0.03, 0.06, 0.06])
    """
    ordered, order, adjusted = _in_order(p_values)
    left = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(left * ordered), 1)
    return adjusted


def benjamini_hochberg(p_values: Floats | Sequence[float]) -> Floats:
    """Benjamini and Hochberg's adjusted p values: on average at most that share of the findings below it is false.

    Parameters
    ----------
    p_values : (M,)
        NaN is a test that could not be made; it is not counted and stays NaN.

    Returns
    -------
    (M,)
        The i-th smallest of m becomes the smallest of m p_j / j over j from i on, cut at 1; holds for independent and
        for positively dependent tests. Equal to R ``p.adjust(method = "BH")``.

    References
    ----------
    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B, 57, 289-300.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03])
    array([0.03, 0.04, 0.04])
    """
    ordered, order, adjusted = _in_order(p_values)
    rank = np.arange(1, len(order) + 1)
    raised = np.flip(np.minimum.accumulate(np.flip(len(order) / rank * ordered)))
    adjusted[order] = np.minimum(raised, 1)
    return adjusted


def _in_order(p_values: Floats | Sequence[float]) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.intp]], Floats]:
    """Return the p values that are numbers in rising order, where they stood, and an answer full of NaN."""
    values = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(values, kind="stable")[: np.count_nonzero(~np.isnan(values))]
    return values[order], order, np.full(values.shape, np.nan)
