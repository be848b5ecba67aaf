"""Logistic and linear models of folded cells, with what each unit adds to their coefficients.

A point effect is made of two such models: one of the outcome, one of who was exposed. Its variance needs of each unit
how far it moves the coefficients (the influence), so that is what a fit returns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from scipy.special import expit

from ..base.types import Flags, Floats

# Newton steps until the deviance no longer falls; a separated fit needs most of them.
STEPS: Final = 60
# A linear predictor beyond it is a probability of 0 or 1 to eight digits: its coefficients have no maximum.
FURTHEST: Final = 18.0
# A direction of the design that holds less than this share of the longest is rounding, and left out.
FLAT: Final = 1e-10
# What of a row lies outside the directions that the data have, before a prediction there is called a guess.
OUTSIDE: Final = 1e-6


class Fitted(NamedTuple):
    """A model of C cells, in coordinates in which the columns of its design are orthogonal.

    Attributes
    ----------
    basis : (q, r)
        From the design to the coordinates: ``design @ basis``; r < q where columns determine one another.
    coefficients : (r,)
    mean : (C,)
        Fitted means.
    influence : (C, r)
        How far one unit of the cell moves the coefficients, its sampling weight included.
    separated : bool
        Whether some fitted probabilities run to 0 or 1, so that coefficients have no maximum; predictions have a limit.
    """

    basis: Floats
    coefficients: Floats
    mean: Floats
    influence: Floats
    separated: bool

    def coordinates(self, design: Floats) -> Floats:
        """Return the coordinates (..., r) of rows of a design (..., q)."""
        return np.asarray(design @ self.basis)


def logistic(design: Floats, outcome: Floats, n: Floats, weight: Floats) -> Fitted:
    """Fit a logistic model by maximum likelihood.

    Parameters
    ----------
    design : (C, q)
        With a column of ones.
    outcome : (C,)
        0 or 1, a share, or a pseudo-value, which may lie outside them.
    n : (C,)
        Units of the cell: replication.
    weight : (C,)
        Sampling weight of each of them.

    Returns
    -------
    Fitted

    Notes
    -----
    Newton steps b + I^-1 U, halved where the deviance would rise; I = sum n w p (1 - p) x x', U = sum n w (y - p) x.
    The influence of a unit is I^-1 w (y - p) x, so that n-fold sums of its outer products are the sandwich variance
    (HC0). Where the data are separated the maximum lies at infinity: the steps stop once the predictions stand, and the
    result says so.

    References
    ----------
    McCullagh and Nelder (1989), *Generalized Linear Models*, chapters 2 and 4.
    Albert and Anderson (1984), Biometrika, 71, 1-10, for separation.

    Examples
    --------
    Three of four with the outcome:

    >>> import numpy as np
    >>> one = np.ones(2)
    >>> fit = logistic(np.ones((2, 1)), np.array([1.0, 0.0]), np.array([3.0, 1.0]), one)
    >>> fit.mean.round(6), fit.separated
    (array([0.75, 0.75]), False)
    """
    mass = n * weight
    basis = _basis(design, mass)
    x = np.asarray(design @ basis)
    beta = np.zeros(x.shape[1])
    deviance = _deviance(np.zeros(len(x)), outcome, mass)
    for _ in range(STEPS):
        mean = expit(x @ beta)
        score = x.T @ (mass * (outcome - mean))
        step = _solved(_information(x, mass * mean * (1 - mean)), score)
        beta, now = _descended(lambda b: _deviance(x @ b, outcome, mass), beta, step, deviance)
        still = deviance - now <= 1e-13 * (abs(now) + 1e-6)
        deviance = now
        if still:
            break
    reach = x @ beta
    mean = expit(reach)
    residual = (weight * (outcome - mean))[:, None] * x
    influence = _solved(_information(x, mass * mean * (1 - mean)), residual.T).T
    separated = bool((np.abs(reach[mass > 0]) > FURTHEST).any())
    return Fitted(basis, beta, mean, influence, separated)


def linear(design: Floats, outcome: Floats, n: Floats, weight: Floats) -> Fitted:
    """Fit a linear model by least squares.

    Parameters
    ----------
    design, outcome, n, weight
        As for :func:`logistic`; the outcome is any number.

    Returns
    -------
    Fitted

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(2)
    >>> linear(np.ones((2, 1)), np.array([1.0, 5.0]), np.array([3.0, 1.0]), one).mean
    array([2., 2.])
    """
    mass = n * weight
    basis = _basis(design, mass)
    x = np.asarray(design @ basis)
    information = _information(x, mass)
    beta = _solved(information, x.T @ (mass * outcome))
    mean = x @ beta
    influence = _solved(information, ((weight * (outcome - mean))[:, None] * x).T).T
    return Fitted(basis, beta, mean, influence, separated=False)


def guessed(design: Floats, known: Floats) -> Flags:
    """Return which rows (P,) of a design lie outside what the rows of ``known`` can tell: a model extrapolates there.

    Parameters
    ----------
    design : (P, q)
    known : (C, q)
        Rows of the data.

    Examples
    --------
    The second column is 0 in all data:

    >>> import numpy as np
    >>> guessed(np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([[1.0, 0.0]]))
    array([False,  True])
    """
    size = np.maximum(np.abs(known).max(axis=0, initial=0.0), np.abs(design).max(axis=0, initial=0.0))
    scale = np.where(size > 0, size, 1.0)
    _, length, across = np.linalg.svd(known / scale, full_matrices=False)
    kept = across[length > FLAT * max(float(length.max(initial=0.0)), 1e-300)]
    rows = design / scale
    left = rows - (rows @ kept.T) @ kept
    return np.asarray(np.abs(left).max(axis=1, initial=0.0) > OUTSIDE)


def _basis(design: Floats, mass: Floats) -> Floats:
    """Return the map (q, r) to columns that are orthonormal under the mass, without the directions of none."""
    size = np.abs(design[mass > 0]).max(axis=0, initial=0.0)
    scale = np.where(size > 0, size, 1.0)
    _, length, across = np.linalg.svd(np.sqrt(mass)[:, None] * design / scale, full_matrices=False)
    kept = length > FLAT * max(float(length.max(initial=0.0)), 1e-300)
    return np.asarray((across[kept] / length[kept, None]).T / scale[:, None])


def _information(x: Floats, weight: Floats) -> Floats:
    return np.asarray((x * weight[:, None]).T @ x)


def _solved(matrix: Floats, right: Floats) -> Floats:
    """Solve for a matrix that may be almost flat in a direction that is separated."""
    if not len(matrix):
        return np.zeros_like(right)
    return np.asarray(np.linalg.lstsq(matrix, right, rcond=1e-15)[0])


def _descended(
    deviance_at: Callable[[Floats], float], beta: Floats, step: Floats, before: float
) -> tuple[Floats, float]:
    """Take the step, or as much of it as lets the deviance fall; what rounding adds to it is no rise."""
    share = 1.0
    for _ in range(30):
        there = beta + share * step
        now = deviance_at(there)
        if now <= before + 1e-10 * (abs(before) + 1e-6):
            return there, now
        share /= 2
    return beta, before


def _deviance(reach: Floats, outcome: Floats, mass: Floats) -> float:
    """Return minus twice the log likelihood, without overflow."""
    return float(2 * mass @ (np.logaddexp(0.0, reach) - outcome * reach))
