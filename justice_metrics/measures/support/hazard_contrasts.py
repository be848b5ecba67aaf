"""Tests of levels of support against one another, with the errors that the intervals rest on (Wald)."""

from __future__ import annotations

import numpy as np

from ...base.types import Floats
from ...estimate.cox import ChiSquared, chi_squared, inverse
from ...reduce.support_states import orders_to_compare
from .hazard_models import Told
from .hazard_states import ORDER, SET


def no_difference(one: Told) -> ChiSquared:
    """Test that no level of support differs from none, with the errors that the intervals rest on (Wald)."""
    return _wald(one, np.eye(len(one.places)))


def all_alike(one: Told) -> ChiSquared:
    """Test that all levels of support have one ratio: whether it matters who came, or how many more.

    Where others are not compared with cases without support, it is not tested.
    """
    size = len(one.places)
    if any(line.reference != (one.model.states.factors[line.factor].levels or ("",))[0] for line in one.model.lines):
        return chi_squared(float("nan"), 0)
    return _wald(one, (np.eye(size) - np.roll(np.eye(size), 1, axis=1))[:-1])


def order_alike(one: Told) -> ChiSquared:
    """Test that it does not matter in which order the same actors came."""
    place = {line.level: line.place for line in one.model.lines if line.factor == ORDER}
    rows = []
    for levels in orders_to_compare(list(place)):
        for other in levels[1:]:
            row = np.zeros(len(one.places))
            for level, sign in ((levels[0], 1), (other, -1)):
                at = place[level]
                if at is not None:  # the reference level has a log ratio of 0
                    row[one.places.index(at)] = sign
            rows.append(row)
    return _wald(one, np.array(rows).reshape(-1, len(one.places)))


def beyond_parts(one: Told) -> ChiSquared:
    """Test that the set does no more than the product of its parts."""
    place = next((line.place for line in one.model.lines if line.factor == SET and line.place is not None), None)
    contrast = np.array([[float(at == place) for at in one.places]]).reshape(-1, len(one.places))
    return _wald(one, contrast if place is not None else contrast[:0])


def _wald(one: Told, contrast: Floats) -> ChiSquared:
    if one.one is None or not len(contrast):
        return chi_squared(float("nan"), 0)
    b, variance = one.one.estimate[one.places], one.covariance[np.ix_(one.places, one.places)]
    value, spread = contrast @ b, contrast @ variance @ contrast.T
    if not (np.isfinite(value).all() and np.isfinite(spread).all()):
        return chi_squared(float("nan"), len(contrast))
    return chi_squared(float(value @ inverse(spread) @ value), len(contrast))
