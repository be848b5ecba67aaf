"""Distributions of time as formulas: log survival and log hazard of each accelerated failure time model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
from scipy.special import gammainc, gammaincc, gammaln, log_ndtr

from ..base.types import Counts, Floats

Distribution: TypeAlias = Literal["weibull", "log-normal", "log-logistic", "generalised-gamma", "spline"]
DISTRIBUTIONS: Final[tuple[Distribution, ...]] = (
    "weibull",
    "log-normal",
    "log-logistic",
    "generalised-gamma",
    "spline",
)
# A case that ends on its first day lasted some part of it; the models have no time 0.
FIRST_DAY: Final = 0.5
SPLINE_KNOTS: Final = 4
_LEAST: Final = 1e-300


class Times(NamedTuple):
    """What a model is fitted to: cells of like units.

    Attributes
    ----------
    design : (C, p)
        Covariates of each cell, without a constant.
    entry, exit : (C,)
        In days; -1 enters from the start. A unit that ended on day 0 lasted half a day.
    ended : (C,)
        1 where it ended by the outcome, 0 where observation ended.
    n : (C,)
        Units in the cell.
    weight : (C,) or None
        Sampling weight of each of them.
    cluster : (C,) or None
    """

    design: Floats
    entry: Floats
    exit: Floats
    ended: Counts
    n: Counts
    weight: Floats | None
    cluster: Counts | None


def log_survival(
    distribution: Distribution, eta: Floats, shape: Sequence[float] | Floats, log_time: Floats, knots: Floats
) -> Floats:
    """Return the log of the probability of lasting so long, each of the shape of ``log_time``."""
    if distribution == "spline":
        return np.asarray(-np.exp(_log_cumulative(shape, log_time - eta, knots)[0]))
    w = (log_time - eta) / np.exp(shape[0])
    if distribution == "weibull":
        return np.asarray(-np.exp(w))
    if distribution == "log-normal":
        return np.asarray(log_ndtr(-w))
    if distribution == "log-logistic":
        return np.asarray(-np.logaddexp(0, w))
    q = shape[1]
    if abs(q) < 1e-3:  # the limit is the log-normal model
        return np.asarray(log_ndtr(-w))
    inside = np.exp(np.minimum(q * w, 600.0)) / q**2
    tail = gammaincc(1 / q**2, inside) if q > 0 else gammainc(1 / q**2, inside)
    return np.asarray(np.log(np.maximum(tail, _LEAST)))


def log_hazard(
    distribution: Distribution,
    eta: Floats,
    shape: Sequence[float] | Floats,
    log_time: Floats,
    knots: Floats,
    gone: Floats,
) -> Floats:
    """Return the log hazard, ``gone`` being the log survival at the same time."""
    if distribution == "spline":
        level, slope = _log_cumulative(shape, log_time - eta, knots)
        # a cumulative hazard that falls is none: the likelihood is then 0
        return np.asarray(level + np.log(np.where(slope > 0, slope, _LEAST)) - log_time)
    w = (log_time - eta) / np.exp(shape[0])
    scale = shape[0] + log_time
    if distribution == "weibull":
        return np.asarray(w - scale)
    if distribution == "log-logistic":
        return np.asarray(w - scale - np.logaddexp(0, w))
    q = shape[1] if distribution == "generalised-gamma" else 0.0
    if abs(q) < 1e-3:
        return np.asarray(-(w**2) / 2 - 0.5 * np.log(2 * np.pi) - scale - gone)
    k = 1 / q**2
    density = np.log(abs(q)) + k * np.log(k) - gammaln(k) + k * (q * w - np.exp(np.minimum(q * w, 600.0))) - scale
    return np.asarray(density - gone)


def _log_cumulative(shape: Sequence[float] | Floats, u: Floats, knots: Floats) -> tuple[Floats, Floats]:
    """Log cumulative hazard as a natural cubic spline of u, and its slope."""
    basis, slope, _, _ = spline_basis(np.asarray(u), knots)
    return np.asarray(basis @ np.asarray(shape)), np.asarray(slope @ np.asarray(shape))


def spline_basis(u: Floats, knots: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Functions of a natural cubic spline (…, k) at u and their first three derivatives."""
    low, high = knots[0], knots[-1]
    found = [np.zeros((*u.shape, len(knots))) for _ in range(4)]
    found[0][..., 0], found[0][..., 1], found[1][..., 1] = 1.0, u, 1.0
    for place, knot in enumerate(knots[1:-1], start=2):
        part = (high - knot) / (high - low)
        for amount, at in ((1.0, knot), (-part, low), (part - 1, high)):
            beyond = np.maximum(u - at, 0)
            found[0][..., place] += amount * beyond**3
            found[1][..., place] += 3 * amount * beyond**2
            found[2][..., place] += 6 * amount * beyond
            found[3][..., place] += 6 * amount * (beyond > 0)
    return found[0], found[1], found[2], found[3]
