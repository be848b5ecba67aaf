"""A smooth line through points of unequal weight: least squares on a natural cubic spline."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Floats
from .limits import normal_quantile


class Smooth(NamedTuple):
    """A fitted line at the points it was asked for.

    Attributes
    ----------
    estimate, conf_low, conf_high : (Q,)
    """

    estimate: Floats
    conf_low: Floats
    conf_high: Floats


def natural_spline(x: Floats, knots: Floats) -> Floats:
    """Basis of a cubic spline that is straight beyond its outer knots, shape (N, K) for K knots.

    Columns: 1, x, and K - 2 differences of truncated cubes.

    References
    ----------
    Hastie, Tibshirani and Friedman (2009), *The Elements of Statistical Learning*, section 5.2.1.

    Examples
    --------
    >>> natural_spline(np.array([0.0, 3.0]), np.array([0.0, 1.0, 2.0])).tolist()
    [[1.0, 0.0, 0.0], [1.0, 3.0, 12.0]]
    """
    last = knots[-1]

    def cubes(knot: float) -> Floats:
        above = np.maximum(x - knot, 0) ** 3 - np.maximum(x - last, 0) ** 3
        return np.asarray(above / (last - knot), dtype=np.float64)

    columns = [np.ones_like(x), x]
    columns += [cubes(one) - cubes(knots[-2]) for one in knots[:-2]]
    return np.column_stack(columns)


def smooth_line(
    x: Floats, y: Floats, n: Counts, at: Floats, *, variance: float, confidence_level: float, degrees: int = 4
) -> Smooth:
    """Fit a natural cubic spline with ``degrees`` degrees of freedom besides the constant.

    Parameters
    ----------
    x, y : (N,)
        Points.
    n : (N,)
        Observations that each point is the mean of; knots lie at quantiles of the observations.
    at : (Q,)
        Where the line is wanted.
    variance : float
        Variance of one observation around the line.
    confidence_level : float
        Level of the pointwise band, normal.
    degrees : int
        With fewer distinct x than this asks for, the line is straight or constant.

    Returns
    -------
    Smooth

    Notes
    -----
    b = (X'NX)^-1 X'Ny, band z sqrt(variance x'(X'NX)^-1 x): the band that R ``plot(cox.zph)`` draws around scaled
    Schoenfeld residuals.

    Examples
    --------
    >>> line = smooth_line(np.arange(5.0), 2 * np.arange(5.0), np.ones(5, int), np.array([1.5]), variance=1.0,
    ...                    confidence_level=0.95)
    >>> line.estimate.round(6).tolist()
    [3.0]
    """
    knots = _knots(x, n, degrees + 1)
    low, span = (float(knots[0]), float(knots[-1] - knots[0])) if len(knots) > 1 else (0.0, 1.0)

    def basis(points: Floats) -> Floats:
        scaled = (points - low) / span
        if len(knots) > 2:
            return natural_spline(scaled, (knots - low) / span)
        return np.column_stack([np.ones_like(scaled), scaled][: max(len(knots), 1)])

    own, wanted = basis(x), basis(at)
    inverse = np.linalg.pinv(own.T @ (own * n[:, None]))
    estimate = wanted @ (inverse @ (own.T @ (n * y)))
    half = normal_quantile(confidence_level) * np.sqrt(variance * np.einsum("ij,jk,ik->i", wanted, inverse, wanted))
    return Smooth(estimate, estimate - half, estimate + half)


def _knots(x: Floats, n: Counts, wanted: int) -> Floats:
    """Outer knots at the ends, inner ones at quantiles of the observations, each once."""
    order = np.argsort(x, kind="stable")
    upto = np.cumsum(n[order])
    if not len(x):
        return np.zeros(0)
    shares = np.linspace(0, 1, wanted) * (upto[-1] - 1)
    return np.unique(x[order][np.searchsorted(upto, np.floor(shares), side="right")])
