"""Whether exposed and others are alike, before weighting and after it, and where their scores overlap."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Floats, Tallies
from .point_effects import PointCells, Scores, Weights


class PointBalance(NamedTuple):
    """Means of N covariates or levels in both arms (exposed first), before weighting and after it.

    Attributes
    ----------
    means, weighted_means : (2, N)
    difference, weighted_difference : (N,)
        Exposed less others, in standard deviations of both arms before weighting; NaN for one that does not vary.
    """

    means: Floats
    weighted_means: Floats
    difference: Floats
    weighted_difference: Floats


class Overlap(NamedTuple):
    """How the scores of both arms are spread over B bins, and how much the weights leave of the cases.

    Attributes
    ----------
    edges : (B + 1,)
    shares, weighted_shares : (2, B)
        Of each arm, exposed first; NaN for an arm of nobody.
    lowest, highest : (2,)
        Scores of each arm.
    extreme : int
        Units whose score says that they would hardly ever, or almost always, be exposed.
    effective : (2,)
        Effective number of units, (sum w)^2 / sum w^2.
    largest : (2,)
        Largest stabilised weight.
    """

    edges: Floats
    shares: Floats
    weighted_shares: Floats
    lowest: Floats
    highest: Floats
    extreme: int
    effective: Floats
    largest: Floats


def point_balance(cells: PointCells, columns: Floats, weights: Weights) -> PointBalance:
    """Compare the means of covariates between both arms.

    Parameters
    ----------
    cells : PointCells
    columns : (P, N)
        Values of the patterns: numbers, or 0 and 1 for a level.
    weights : Weights

    Returns
    -------
    PointBalance

    Notes
    -----
    (m0 - m1) / sqrt((s0^2 + s1^2) / 2), the standard deviations before weighting in both cases, so that a change is one
    of the means.

    References
    ----------
    Austin (2009), Statistics in Medicine, 28, 3083-3107.

    Examples
    --------
    >>> import numpy as np
    >>> from justice_metrics.estimate.point_effects import fit_scores, inverse_weights
    >>> cells = PointCells(np.array([0, 1, 0, 1]), np.array([True, True, False, False]), np.zeros(4),
    ...                    np.array([10, 20, 30, 10]), None, None)
    >>> severe = np.array([[0.0], [1.0]])
    >>> found = point_balance(cells, severe, inverse_weights(cells, fit_scores(cells, severe)))
    >>> found.difference.round(3), abs(found.weighted_difference) < 1e-9
    (array([0.921]), array([ True]))
    """
    values = columns[cells.pattern]
    mass = cells.mass
    before = _means(values, cells.arms * mass)
    after = _means(values, cells.arms * np.where(np.isfinite(weights.value), mass * weights.value, 0.0))
    centred = (values[None] - before[:, None]) ** 2
    variance = np.stack([_means(one, (arm * mass)[None])[0] for one, arm in zip(centred, cells.arms, strict=True)])
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.sqrt(variance.mean(axis=0))
        scale = np.where(scale > 1e-12 * np.maximum(np.abs(columns).max(axis=0, initial=0.0), 1e-300), scale, np.nan)
        return PointBalance(before, after, (before[0] - before[1]) / scale, (after[0] - after[1]) / scale)


def overlap(cells: PointCells, scores: Scores, weights: Weights, *, bins: int = 20, extreme: float = 0.025) -> Overlap:
    """Return how the scores of both arms are spread.

    Parameters
    ----------
    cells : PointCells
    scores : Scores
    weights : Weights
    bins : int
        Of equal width between 0 and 1.
    extreme : float
        A score below it or above one less it is extreme.

    Returns
    -------
    Overlap
    """
    own = scores.probability[cells.pattern]
    place = np.minimum((own * bins).astype(np.int64), bins - 1)
    mass, arms = cells.mass, cells.arms
    value = np.where(np.isfinite(weights.value), weights.value, 0.0)
    spread = [_spread(place, arms * one, bins) for one in (mass, mass * value)]
    there = arms & (mass > 0)
    lowest = np.array([own[arm].min(initial=np.inf) for arm in there])
    highest = np.array([own[arm].max(initial=-np.inf) for arm in there])
    total = (arms * mass * value).sum(axis=1)
    squares = (arms * cells.n * (cells.each * value) ** 2).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = total**2 / squares
    return Overlap(
        edges=np.linspace(0, 1, bins + 1),
        shares=spread[0],
        weighted_shares=spread[1],
        lowest=np.where(np.isfinite(lowest), lowest, np.nan),
        highest=np.where(np.isfinite(highest), highest, np.nan),
        extreme=int(cells.n[(own < extreme) | (own > 1 - extreme)].sum()),
        effective=effective,
        largest=np.array([weights.stabilised[arm].max(initial=0.0) for arm in there]),
    )


def _means(values: Floats, mass: Tallies) -> Floats:
    """Return the mean of each column of ``values`` (C, N) under each row of ``mass`` (A, C): (A, N)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(mass @ values / mass.sum(axis=1, keepdims=True))


def _spread(place: Tallies, mass: Tallies, bins: int) -> Floats:
    counts = np.stack([np.bincount(place, weights=one, minlength=bins) for one in mass])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(counts / counts.sum(axis=1, keepdims=True))
