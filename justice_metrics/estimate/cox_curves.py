"""Curves of a Cox model for given covariates.

Every curve rests on the baseline cumulative hazard H of its stratum under the tie rule of the fit. Its error has two
parts: that of the jumps of H, and that of the coefficients.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Days, Floats
from .cox import CoxFit, CoxModel, inverse
from .cox_residuals import increments
from .limits import Limits, pointwise
from .risk_sums import running


class BaselineHazard(NamedTuple):
    """Hazard of a row whose covariates and offset are 0, by event day."""

    stratum: Counts  # (T,)
    day: Days  # (T,)
    events: Counts  # (T,)
    hazard: Floats  # (T,), jump on the day
    cumulative: Floats  # (T,), sum of the jumps up to and including the day


class CoxCurves(NamedTuple):
    """Probability of being still open after each day, one curve for each set of covariates."""

    survival: Floats  # (M, D)
    std_error: Floats  # (M, D)
    conf_low: Floats  # (M, D)
    conf_high: Floats  # (M, D)
    cumulative_hazard: Floats  # (M, D)
    cumulative_std_error: Floats  # (M, D)


class Baseline(NamedTuple):
    """Running sums over the event days of each stratum, for the centred covariates."""

    hazard: Floats  # (T,)
    variance: Floats  # (T,)
    mean: Floats  # (T, q), of the jumps times the mean covariates


def baseline_hazard(fit: CoxFit) -> BaselineHazard:
    """Baseline hazard of every stratum, at design 0 and offset 0.

    Notes
    -----
    The jump on a day is m_t sum_l 1 / (S0_t - (l / d_t) D0_t) with Efron's rule, W_t / S0_t with Breslow's. Equal to R
    ``basehaz`` without centring. Where 0 is far from any observed covariate (a year) the jumps can be extreme;
    :func:`predicted_curves` has no such trouble.

    References
    ----------
    Breslow (1974), Biometrics, 30, 89-99.
    Therneau and Grambsch (2000), *Extending the Cox Model*, section 10.2.

    Examples
    --------
    >>> import numpy as np
    >>> from justice_metrics.estimate.cox import cox
    >>> from justice_metrics.estimate.rows import Rows
    >>> one = np.ones(2, dtype=np.int64)
    >>> rows = Rows(-one, np.array([3, 5]), one, one, None, 0 * one, 0 * one, None)
    >>> baseline_hazard(cox(rows, np.zeros((1, 0)))).cumulative
    array([0.5, 1.5])
    """
    model, sets = fit.model, fit.model.sets
    b = fit.point.coefficients / model.scale
    jumps = model.share * fit.point.ties.inverse[0] * np.exp(-(model.centre @ b + model.offset_mean))
    return BaselineHazard(sets.stratum, sets.day, sets.events, jumps, running(sets.runs, jumps))


def predicted_curves(
    fit: CoxFit,
    design: Floats,
    *,
    days: Days,
    stratum: Counts | int = 0,
    offset: Floats | float = 0.0,
    covariance: Floats | None = None,
    confidence_level: float = 0.95,
    limits: Limits = "log-log",
) -> CoxCurves:
    """Curves for given covariates.

    Parameters
    ----------
    fit : CoxFit
    design : (M, p)
        Covariates of each curve.
    days : (D,)
        Days on which to read the curves. Before the first ending of the stratum a curve is 1; after its last one it
        stays where it is.
    stratum : int or (M,)
        Whose baseline.
    offset : float or (M,)
    covariance : (p, p), optional
        Of the coefficients; None: inverse information. Give the robust one with sampling weights or clusters.
    confidence_level, limits :
        As in :func:`justice_metrics.estimate.limits.pointwise`.

    Returns
    -------
    CoxCurves

    Notes
    -----
    S = exp(-H(t) r), r = exp(x'b). Var of H(t) r = r^2 (sum of m_t sum_l 1 / (S0 - (l / d) D0)^2 + g' V g) with g the
    sum over days up to t of (x - mean covariates) dH. Equal to R ``survfit(fit, newdata)``, which uses the robust
    variance of the coefficients where there is one. A collinear column (coefficient NaN) is passed over.

    References
    ----------
    Tsiatis (1981), Annals of Statistics, 9, 93-108.
    Link (1984), Biometrics, 40, 601-609.

    Examples
    --------
    >>> import numpy as np
    >>> from justice_metrics.estimate.cox import cox
    >>> from justice_metrics.estimate.rows import Rows
    >>> one = np.ones(2, dtype=np.int64)
    >>> rows = Rows(-one, np.array([3, 5]), one, one, None, 0 * one, 0 * one, None)
    >>> predicted_curves(cox(rows, np.zeros((1, 0))), np.zeros((1, 0)), days=np.array([2, 3])).survival.round(4)
    array([[1.    , 0.6065]])
    """
    model, curves = fit.model, len(design)
    base, variance = baseline_sums(fit), scaled_covariance(fit, covariance)
    relative, z = relative_hazards(fit, np.asarray(design, dtype=np.float64), offset)
    strata = np.broadcast_to(np.asarray(stratum, dtype=np.int64), curves)
    cumulative, spread = np.empty((2, curves, len(days)))
    for one in np.unique(strata):
        mine = np.flatnonzero(strata == one)
        hazard, own, mean = read_baseline(model, base, int(one), days)
        cumulative[mine] = hazard * relative[mine, None]
        for number in mine:
            gradient = hazard[:, None] * z[number] - mean
            spread[number] = relative[number] ** 2 * (own + np.einsum("dq,qr,dr->d", gradient, variance, gradient))
    survival, cumulative_error = np.exp(-cumulative), np.sqrt(spread)
    std_error = survival * cumulative_error
    band = pointwise(survival, std_error, confidence_level=confidence_level, limits=limits)
    return CoxCurves(survival, std_error, band.conf_low, band.conf_high, cumulative, cumulative_error)


def baseline_sums(fit: CoxFit) -> Baseline:
    """Running sums of the jumps, of their variance, and of jumps times mean covariates."""
    model, point = fit.model, fit.point
    made = increments(model, point)
    variance = running(model.sets.runs, model.share * point.ties.squared[0])
    return Baseline(made.gathered[:, 0], variance, made.gathered[:, 1:])


def read_baseline(model: CoxModel, base: Baseline, stratum: int, days: Days) -> tuple[Floats, Floats, Floats]:
    """Hazard (D,), its variance (D,) and mean covariates (D, q) of a stratum on given days."""
    mine = np.flatnonzero(model.sets.stratum == stratum)
    place = np.searchsorted(model.sets.day[mine], days, side="right")

    def at(values: Floats) -> Floats:
        return np.concatenate([np.zeros((1, *values.shape[1:])), values[mine]])[place]

    return at(base.hazard), at(base.variance), at(base.mean)


def relative_hazards(fit: CoxFit, design: Floats, offset: Floats | float) -> tuple[Floats, Floats]:
    """Relative hazard (M,) and scaled covariates (M, q)."""
    model = fit.model
    z = (design[:, model.columns] - model.centre) / model.scale
    return np.exp(z @ fit.point.coefficients + offset - model.offset_mean), z


def scaled_covariance(fit: CoxFit, covariance: Floats | None) -> Floats:
    """(q, q): covariance of the scaled coefficients."""
    model = fit.model
    if covariance is None:
        return inverse(fit.point.information)
    given = np.asarray(covariance, dtype=np.float64)[np.ix_(model.columns, model.columns)]
    return given * np.outer(model.scale, model.scale)
