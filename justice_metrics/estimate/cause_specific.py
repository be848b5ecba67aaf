"""Cumulative incidence from Cox models of every ending: what share of cases with given covariates ends how, by when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Days, Floats
from .cox import CoxFit
from .cox_curves import Baseline, baseline_sums, relative_hazards, scaled_covariance
from .limits import Limits, pointwise

# Numbers held at once while many patterns are averaged.
_LARGEST_BLOCK = 4_000_000


class CauseSpecificIncidence(NamedTuple):
    """Predicted probability of having ended by each outcome, by case (M), outcome (K) and chosen day (D).

    Attributes
    ----------
    incidence, std_error, conf_low, conf_high : (M, K, D)
    still_open : (M, D)
        What is left up to 1.
    """

    incidence: Floats
    std_error: Floats
    conf_low: Floats
    conf_high: Floats
    still_open: Floats


class Steps(NamedTuple):
    """The baseline hazards of one stratum on the days on which anything ended.

    Attributes
    ----------
    days : (T,)
    hazard, variance : (K, T)
        Jump of each outcome's baseline hazard, and its variance.
    mean : K arrays (T, q)
        Jump times the mean of the scaled covariates in the risk set.
    """

    days: Days
    hazard: Floats
    variance: Floats
    mean: tuple[Floats, ...]


def cause_specific_incidence(
    fits: Sequence[CoxFit],
    design: Floats,
    *,
    days: Days,
    stratum: int = 0,
    offset: float = 0.0,
    covariances: Sequence[Floats] | None = None,
    confidence_level: float = 0.95,
    limits: Limits = "log-log",
) -> CauseSpecificIncidence:
    """Predict cumulative incidences for given covariates.

    Parameters
    ----------
    fits : K of CoxFit
        One for each outcome, of the same rows and columns.
    design : (M, p)
        Covariates of each case.
    days : (D,)
        Days on which to read the incidences.
    stratum : int
        Whose baseline.
    offset : float
    covariances : K arrays (p, p), optional
        Of the coefficients; None: inverse information.
    confidence_level, limits :
        As in :func:`justice_metrics.estimate.limits.pointwise`, on the scale of 1 - F.

    Returns
    -------
    CauseSpecificIncidence
        Incidences of all outcomes and what is still open add up to 1.

    Notes
    -----
    With dH_k(s) = exp(x'b_k) dL_k(s) and dH their sum, a day takes 1 - exp(-dH) of those open before it and shares it
    out as dH_k / dH: F_k(t) = sum_{s <= t} S(s-) (1 - exp(-dH(s))) dH_k(s) / dH(s), S = exp(-H). This is the matrix
    exponential of R ``survfit`` for a multi-state ``coxph``; a product limit would differ by the ties of a day.

    Delta method over the jumps of every baseline and the coefficients of every model, which are uncorrelated between
    outcomes: dF_j(t) / dH_l(s) = S(s-) (g(dH) [l = j] + g'(dH) dH_j(s)) - (F_j(t) - F_j(s)), g(h) = (1 - exp(-h)) / h.

    References
    ----------
    Cheng, S. C., Fine, J. P. and Wei, L. J. (1998), Biometrics, 54, 219-228.
    Rosthoj, S., Andersen, P. K. and Abildstrom, S. Z. (2004), Computer Methods and Programs in Biomedicine, 74, 69-75.

    Examples
    --------
    Without covariates, four cases: one ends by the first outcome on day 1, one by the second on day 2.

    >>> import numpy as np
    >>> from justice_metrics.estimate.cox import cox
    >>> from justice_metrics.estimate.rows import Rows
    >>> whole = np.ones(4, dtype=np.int64)
    >>> rows = Rows(-whole, np.array([1, 2, 3, 3]), np.array([1, 2, 0, 0]), whole, None, 0 * whole, 0 * whole, None)
    >>> none = np.zeros((1, 0))
    >>> made = cause_specific_incidence([cox(rows, none, outcome=one) for one in (1, 2)], none, days=np.array([3]))
    >>> made.incidence[0, :, 0].round(4), made.still_open[0].round(4)
    (array([0.2212, 0.2208]), array([0.558]))
    """
    steps = steps_of(fits, stratum)
    hazards, scaled = _hazards(fits, steps, design, offset)
    part, before, share = _shares(hazards)
    at = np.searchsorted(steps.days, days, side="right")
    running = np.concatenate([np.zeros((*part.shape[:2], 1)), np.cumsum(part, axis=2)], axis=2)
    total = hazards.sum(axis=1)
    variance = np.zeros((len(design), len(fits), len(at)))
    slope = _slope(total)
    spreads = [scaled_covariance(fit, None if covariances is None else covariances[k]) for k, fit in enumerate(fits)]
    for j in range(len(fits)):
        for place, upto in enumerate(at):
            later = running[:, j, upto, None] - running[:, j, 1 : upto + 1]
            for k in range(len(fits)):
                own = share[:, :upto] if j == k else 0.0
                gain = before[:, :upto] * (own + slope[:, :upto] * hazards[:, j, :upto]) - later
                relative = _relative(hazards[:, k, :upto], steps.hazard[k, :upto])
                pull = gain * relative
                variance[:, j, place] += (pull**2) @ steps.variance[k, :upto]
                moved = scaled[k] * (pull @ steps.hazard[k, :upto])[:, None] - pull @ steps.mean[k][:upto]
                variance[:, j, place] += np.einsum("ij,jk,ik->i", moved, spreads[k], moved)
    incidence = running[:, :, at]
    error = np.sqrt(np.maximum(variance, 0))
    low, high = pointwise(1 - incidence, error, confidence_level=confidence_level, limits=limits)
    still_open = np.exp(-np.concatenate([np.zeros((len(design), 1)), np.cumsum(total, axis=1)], axis=1))[:, at]
    return CauseSpecificIncidence(incidence, error, 1 - high, 1 - low, still_open)


def mean_incidence(
    fits: Sequence[CoxFit], design: Floats, mass: Floats, *, days: Days, stratum: Counts, offset: Floats | float = 0.0
) -> Floats:
    """Average predicted incidences over a population (g-formula), shape (K, D).

    Parameters
    ----------
    fits : K of CoxFit
    design : (P, p)
        Covariates of each pattern of the population.
    mass : (P,)
        How many cases, or how much weight, have each pattern.
    days : (D,)
    stratum : (P,)
        Baseline stratum of each pattern.
    offset : float or (P,)

    Examples
    --------
    >>> import numpy as np
    >>> from justice_metrics.estimate.cox import cox
    >>> from justice_metrics.estimate.rows import Rows
    >>> whole = np.ones(4, dtype=np.int64)
    >>> rows = Rows(-whole, np.array([1, 2, 3, 3]), np.array([1, 2, 0, 0]), whole, None, 0 * whole, 0 * whole, None)
    >>> none, nobody = np.zeros((2, 0)), np.zeros(2, dtype=np.int64)
    >>> fits = [cox(rows, none, outcome=one) for one in (1, 2)]
    >>> mean_incidence(fits, none, np.ones(2), days=np.array([3]), stratum=nobody)[:, 0].round(4)
    array([0.2212, 0.2208])
    """
    total = np.zeros((len(fits), len(days)))
    shifts = np.broadcast_to(np.asarray(offset, dtype=np.float64), (len(design),))
    for one in np.unique(stratum):
        steps = steps_of(fits, int(one))
        at = np.searchsorted(steps.days, days, side="right")
        for rows in _blocks(np.flatnonzero(stratum == one), len(steps.days) * len(fits)):
            hazards, _ = _hazards(fits, steps, design[rows], shifts[rows])
            part = np.tensordot(mass[rows], _shares(hazards)[0], axes=1)
            total += np.concatenate([np.zeros((len(fits), 1)), np.cumsum(part, axis=1)], axis=1)[:, at]
    return np.asarray(total / mass.sum(), dtype=np.float64)


def steps_of(fits: Sequence[CoxFit], stratum: int) -> Steps:
    """Return the jumps of all baselines of one stratum, on the days on which anything ended in it."""
    where = [fit.model.sets.stratum == stratum for fit in fits]
    days = np.unique(np.concatenate([fit.model.sets.day[here] for fit, here in zip(fits, where, strict=True)]))
    hazard, variance, mean = np.zeros((len(fits), len(days))), np.zeros((len(fits), len(days))), []
    for place, (fit, here) in enumerate(zip(fits, where, strict=True)):
        at = np.searchsorted(days, fit.model.sets.day[here])
        base: Baseline = baseline_sums(fit)
        hazard[place, at] = np.diff(base.hazard[here], prepend=0.0)
        variance[place, at] = np.diff(base.variance[here], prepend=0.0)
        moments = np.zeros((len(days), base.mean.shape[1]))
        moments[at] = np.diff(base.mean[here], axis=0, prepend=np.zeros((1, base.mean.shape[1])))
        mean.append(moments)
    return Steps(days.astype(np.int32), hazard, variance, tuple(mean))


def _hazards(
    fits: Sequence[CoxFit], steps: Steps, design: Floats, offset: Floats | float
) -> tuple[Floats, list[Floats]]:
    """Hazards (M, K, T) of the cases on each day, and their scaled covariates for each model."""
    relative, scaled = zip(*(relative_hazards(fit, design, offset) for fit in fits), strict=True)
    return np.stack([r[:, None] * h for r, h in zip(relative, steps.hazard, strict=True)], axis=1), list(scaled)


def _shares(hazards: Floats) -> tuple[Floats, Floats, Floats]:
    """Share of all that ends by each outcome on each day (M, K, T); open before it (M, T); g of its hazard (M, T)."""
    total = hazards.sum(axis=1)
    before = np.exp(-(np.cumsum(total, axis=1) - total))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(total > 0, -np.expm1(-total) / total, 1.0)
    return (before * share)[:, None, :] * hazards, before, share


def _slope(total: Floats) -> Floats:
    """Derivative of (1 - exp(-h)) / h."""
    with np.errstate(invalid="ignore", divide="ignore"):
        exact = (np.exp(-total) * (1 + total) - 1) / total**2
    return np.where(total > 1e-4, exact, -0.5 + total / 3)


def _relative(hazards: Floats, baseline: Floats) -> Floats:
    """Relative hazard (M, T): the same on every day on which the baseline moves; 0 on others, where it is not used."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = hazards / baseline
    return np.where(baseline > 0, ratio, 0.0)


def _blocks(rows: Counts, width: int) -> Iterator[Counts]:
    size = max(1, _LARGEST_BLOCK // max(width, 1))
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
