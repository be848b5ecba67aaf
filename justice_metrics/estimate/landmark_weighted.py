"""Incidence after a landmark in two arms, each weighted to all cases that were open then."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Flags, Floats
from .resampling import incidence_at
from .start_model import fit_start


class LandmarkCells(NamedTuple):
    """Cells of identical cases that were open and observed on the landmark; C of them.

    Attributes
    ----------
    exit, code : (C,)
        After the landmark: last day under observation, and 0 open or 1..K ended by that outcome.
    supported : (C,) flags
        Support had started by the landmark.
    kind : (C,)
        Which of M kinds of case, by covariates and what had been reached by the landmark.
    """

    exit: Counts
    code: Counts
    supported: Flags
    kind: Counts


def landmark_incidence(
    cells: LandmarkCells, mass: Floats, columns: Floats, *, outcomes: int, horizon_days: int
) -> Floats:
    """Weighted cumulative incidence of each outcome in both arms.

    Parameters
    ----------
    cells : LandmarkCells
    mass : (C,)
        Cases in each cell; in a resample, as often as its court was drawn.
    columns : (M, q)
        What sets the kinds apart.
    outcomes : int
        K.
    horizon_days : int
        Last day on which an outcome counts, on the scale of ``exit``.

    Returns
    -------
    (2, K)
        Supported by the landmark, and not; NaN when an arm has nobody.

    Notes
    -----
    Aalen-Johansen with weights 1 / e and 1 / (1 - e), where e is the share supported by the landmark among cases of the
    kind, from a logistic regression on the columns. Without columns the weights change nothing.

    References
    ----------
    Cole and Hernán (2004), Computer Methods and Programs in Biomedicine, 75, 45-49, for weighted survival curves.

    Examples
    --------
    >>> cells = LandmarkCells(np.array([1, 2, 1, 2]), np.array([1, 0, 0, 1]), np.array([True, True, False, False]),
    ...                       np.zeros(4, int))
    >>> landmark_incidence(cells, np.ones(4), np.zeros((1, 0)), outcomes=1, horizon_days=5).ravel()
    array([0.5, 1. ])
    """
    arm = np.where(cells.supported, 0, 1)
    there = np.bincount(arm, mass, minlength=2)
    if not (there > 0).all():
        return np.full((2, outcomes), np.nan)
    of_kind = np.zeros((2, len(columns)))
    np.add.at(of_kind, (arm, cells.kind), mass)
    score = fit_start(of_kind[0][:, None], of_kind.sum(axis=0)[:, None], columns).hazard[:, 0]
    chance = np.stack([score, 1 - score])[arm, cells.kind]
    weighted = np.divide(mass, chance, out=np.zeros(len(mass)), where=(mass > 0) & (chance > 0))
    days, at = np.unique(np.minimum(cells.exit, horizon_days + 1), return_inverse=True)
    exits = np.zeros((2, outcomes + 1, len(days)))
    np.add.at(exits, (arm, cells.code, at), weighted)
    at_risk = np.flip(np.flip(exits.sum(axis=1), axis=-1).cumsum(axis=-1), axis=-1)
    within = days <= horizon_days
    return np.asarray(incidence_at(exits[:, 1:, within], at_risk[:, within]), dtype=np.float64)
