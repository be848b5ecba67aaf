"""Incidence that a subdistribution hazards model predicts, with limits; what predictions of all outcomes add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from ..base.types import Floats
from .cox import inverse
from .cox_curves import BaselineHazard, baseline_hazard, relative_hazards
from .cox_influence import day_increments, jump_parts, summed
from .finegray import FineGrayFit
from .finegray_robust import (
    DayWeights,
    FineGrayVariance,
    observation_influence,
    score_influence,
    stayed,
)
from .limits import Limits, pointwise


class PredictedIncidence(NamedTuple):
    """Predicted probability of having ended by the outcome of interest, by pattern (R) and chosen day (J)."""

    incidence: Floats  # (R, J)
    std_error: Floats  # (R, J)
    conf_low: Floats  # (R, J)
    conf_high: Floats  # (R, J)


class Excess(NamedTuple):
    """How far predicted incidences of all outcomes together exceed 1."""

    share: float  # of the weight of the patterns
    largest: float  # sum of incidences over outcomes


def baseline(fit: FineGrayFit) -> BaselineHazard:
    """Baseline subdistribution hazard of each stratum, for covariates 0 and offset 0.

    Parameters
    ----------
    fit : FineGrayFit
        From :func:`.finegray.fine_gray`.

    Returns
    -------
    BaselineHazard
        Jumps follow the fit's rule of ties, as R ``survfit`` of a ``coxph`` fit does: with Efron's rule each of the
        tied endings has its own risk set.

    Examples
    --------
    >>> import numpy as np
    >>> from justice_metrics.estimate.finegray import fine_gray
    >>> from justice_metrics.estimate.rows import Rows
    >>> whole = np.ones(4, dtype=np.int64)
    >>> code = np.array([1, 2, 1, 0])
    >>> rows = Rows(-whole, np.array([1, 2, 3, 3]), code, whole, None, 0 * whole, 0 * whole, None)
    >>> baseline(fine_gray(rows, np.zeros((1, 0)), outcome=1)).cumulative.round(4)
    array([0.25  , 0.5833])
    """
    return baseline_hazard(fit.cox)


def predicted_incidence(
    fit: FineGrayFit,
    covariates: Floats,
    days: Iterable[float],
    *,
    stratum: int = 0,
    offset: Floats | None = None,
    variance: FineGrayVariance = "fine_gray",
    confidence_level: float = 0.95,
    limits: Limits = "log-log",
) -> PredictedIncidence:
    """Predicted cumulative incidence of the outcome of interest on chosen days.

    Parameters
    ----------
    fit : FineGrayFit
        From :func:`.finegray.fine_gray`.
    covariates : (R, p)
        One row for each prediction, in the units of the design.
    days : iterable of float, (J,)
        Chosen days.
    stratum : int
        Whose baseline is used.
    offset : (R,), optional
        Of each prediction.
    variance : {"model", "robust", "fine_gray", "infinitesimal_jackknife"}
        As for :func:`.finegray_robust.fine_gray_covariance`. ``"model"`` adds the variance of the baseline as if its
        endings were Poisson (R ``survfit`` of the ``coxph`` fit); the others sum the influence of every row, or
        cluster, on coefficients and baseline together.
    confidence_level : float
        Of the limits, for each day by itself.
    limits : {"log-log", "log", "plain"}
        Scale of the limits; ``"log-log"`` is the scale of log(-log(1 - F)), on which the model is linear.

    Returns
    -------
    PredictedIncidence
        NaN where a coefficient could not be estimated.

    Notes
    -----
    F(t | x) = 1 - exp(-exp(x'b) L(t)), L the cumulative baseline. With M the sum of hazard times mean covariates,
    the hazard H = exp(x'b) L has derivative exp(x'b) (x L - M) by the coefficients; SE(F) = (1 - F) SE(H).

    References
    ----------
    Fine and Gray (1999), Journal of the American Statistical Association, 94, 496-509, section 4.

    Examples
    --------
    >>> import numpy as np
    >>> from justice_metrics.estimate.finegray import fine_gray
    >>> from justice_metrics.estimate.rows import Rows
    >>> whole = np.ones(4, dtype=np.int64)
    >>> code = np.array([1, 2, 1, 0])
    >>> rows = Rows(-whole, np.array([1, 2, 3, 3]), code, whole, None, 0 * whole, 0 * whole, None)
    >>> fit = fine_gray(rows, np.zeros((1, 0)), outcome=1)
    >>> predicted_incidence(fit, np.zeros((1, 0)), [2, 3]).incidence.round(4)
    array([[0.2212, 0.442 ]])
    """
    model, point = fit.cox.model, fit.cox.point
    chosen = np.asarray(list(days), dtype=np.float64)
    relative, z = relative_hazards(fit.cox, np.asarray(covariates, dtype=np.float64), 0 if offset is None else offset)
    own = np.flatnonzero(model.sets.stratum == stratum)
    at = np.searchsorted(model.sets.day[own], chosen, side="right")
    added = day_increments(fit.cox)
    total = np.concatenate([np.zeros((1, added.shape[1])), np.cumsum(added[own], axis=0)])[at]
    hazard = relative[:, None] * total[:, 0]
    slope = relative[:, None, None] * (z[:, None, :] * total[:, :1] - total[:, 1:])
    if variance == "model":
        jumps = np.concatenate([[0], np.cumsum((model.share * point.ties.squared[0])[own])])[at]
        bread = inverse(point.information)
        spread = relative[:, None] ** 2 * jumps + np.einsum("rjk,kl,rjl->rj", slope, bread, slope)
    else:
        counted = np.zeros((len(model.sets.day), len(at)))
        counted[own] = np.arange(len(own))[:, None] < at
        moments = influence_moments(fit, variance, counted)
        straight = relative[:, None, None] * np.eye(len(at))
        reach = np.concatenate([straight, slope @ inverse(point.information)], axis=2)
        spread = np.einsum("rjk,kl,rjl->rj", reach, moments, reach, optimize=True)
    incidence = -np.expm1(-hazard)
    std_error = np.exp(-hazard) * np.sqrt(spread)
    band = pointwise(1 - incidence, std_error, confidence_level=confidence_level, limits=limits)
    return PredictedIncidence(incidence, std_error, 1 - band.conf_high, 1 - band.conf_low)


def incidence_excess(incidences: Sequence[Floats], weight: Floats | None = None) -> Excess:
    """Patterns whose predicted incidences of all outcomes add up to more than 1.

    Models of each outcome's subdistribution hazard are fitted apart, so nothing keeps their sum below 1.

    Parameters
    ----------
    incidences : sequence of (R,) or (R, J)
        Predictions of each outcome, for the same patterns.
    weight : (R,), optional
        How many cases each pattern stands for.

    Returns
    -------
    Excess
        Share of the patterns (by weight) that exceed 1 on some day, and the largest sum.

    References
    ----------
    Austin, Steyerberg and Putter (2021), Statistics in Medicine, 40, 4200-4212.

    Examples
    --------
    >>> import numpy as np
    >>> incidence_excess([np.array([0.2, 0.7]), np.array([0.3, 0.4])], np.array([3.0, 1.0]))
    Excess(share=0.25, largest=1.1)
    """
    total = np.sum([np.asarray(part, dtype=np.float64) for part in incidences], axis=0)
    highest = total.max(axis=tuple(range(1, total.ndim)), initial=0)
    amount = np.ones(len(total)) if weight is None else weight
    # a sum of exactly 1 may come out a rounding above it
    over = float(amount[highest > 1 + 1e-12].sum() / amount.sum()) if amount.sum() else 0.0
    return Excess(over, float(highest.max(initial=0)))


def influence_moments(fit: FineGrayFit, variance: FineGrayVariance, counted: Floats) -> Floats:
    """Covariance of weighted sums of baseline jumps, coefficients held, and of the score: (r + q, r + q).

    Parameters
    ----------
    fit : FineGrayFit
        From :func:`.finegray.fine_gray`.
    variance : {"robust", "fine_gray", "infinitesimal_jackknife"}
        As for :func:`.finegray_robust.fine_gray_covariance`.
    counted : (T, r)
        What each event day's jump counts for in each of r sums.
    """
    scores, level = score_influence(fit, variance), _baseline_influence(fit, variance, counted)
    columns = counted.shape[1] + len(fit.cox.model.columns)

    def influence(cells: slice) -> Floats:
        return np.concatenate([level(cells), scores(cells)], axis=1)

    moments = np.zeros((columns, columns))
    for sums, copies in summed(fit.rows, influence, columns):
        moments += (sums * copies[:, None]).T @ sums
    return moments


def _baseline_influence(fit: FineGrayFit, variance: FineGrayVariance, counted: Floats) -> Callable[[slice], Floats]:
    """Weighted influence of one row of each cell on the sums of jumps, coefficients held: (c, r)."""
    point, sets = fit.cox.point, fit.cox.model.sets
    lost = counted * (fit.cox.model.share * point.ties.squared[0])[:, None]
    at_risk, staying = jump_parts(fit.cox, counted), stayed(fit, lost)
    drop_out = None
    if variance != "robust":
        days = DayWeights(lost, np.zeros(len(sets.day)))
        drop_out = observation_influence(fit, days, exact=variance == "infinitesimal_jackknife")

    def influence(cells: slice) -> Floats:
        found = at_risk(cells) - point.hazard[fit.rows.pattern[cells], None] * staying(cells)
        if fit.rows.weight is not None:
            found *= fit.rows.weight[cells, None]
        if drop_out is not None:
            found += drop_out(cells)
        return np.asarray(found)

    return influence
