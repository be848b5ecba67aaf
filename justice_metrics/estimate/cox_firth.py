"""Cox regression with Firth's penalty: finite estimates where the likelihood has no maximum.

A group without an ending, or one in which everybody ended first, drives a coefficient to infinity. Adding half the log
determinant of the information (Jeffreys' prior) keeps it finite, and takes the first-order bias off every other one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2

from ..base.types import Flags, Floats
from .cox import ChiSquared, CoxModel, CoxPoint, chi_squared, cox_model, evaluate, inverse, spread, spread_matrix
from .cox_ties import Ties, tie_sums
from .risk_sums import at_risk_sums, event_exposures, event_sums, exposures, risk_sets
from .rows import Rows

# Longest step of the linear predictor of any pattern; the penalised likelihood is far from quadratic at first.
LONGEST_STEP = 2.5
CLOSE = 1e-18  # squared distance to the maximum, in standard errors
PROFILE_CLOSE = 1e-12  # the same while a limit is searched for: only the height counts
MOST_STEPS = 300
FARTHEST = 64.0  # standard errors from the estimate, beyond which a limit counts as infinite


class FirthFit(NamedTuple):
    """A Cox model with Firth's penalty.

    Attributes
    ----------
    coefficients : (p,)
        NaN where a column is collinear.
    covariance : (p, p)
        Inverse information at the estimate. Under separation the likelihood is lopsided: use the limits below.
    conf_low, conf_high : (p,)
        Profile limits; infinite where the profile does not fall far enough.
    p_value : (p,)
        Penalised likelihood ratio test of each coefficient being 0.
    likelihood_ratio_test : ChiSquared
        Of all of them being 0.
    log_likelihood_null, log_likelihood : float
        Penalised, without covariates and fitted.
    iterations : int
    converged : bool
        Of the fit and of every profile.
    events : int
    estimable : (p,)
    """

    coefficients: Floats
    covariance: Floats
    conf_low: Floats
    conf_high: Floats
    p_value: Floats
    likelihood_ratio_test: ChiSquared
    log_likelihood_null: float
    log_likelihood: float
    iterations: int
    converged: bool
    events: int
    estimable: Flags


class _Summit(NamedTuple):
    """Maximum of the penalised likelihood with some coefficients held."""

    coefficients: Floats
    value: float
    point: CoxPoint
    steps: int
    converged: bool


def cox_firth(
    rows: Rows,
    design: Floats,
    *,
    offset: Floats | None = None,
    ties: Ties = "efron",
    outcome: int | None = None,
    confidence_level: float = 0.95,
) -> FirthFit:
    """Fit a Cox model by maximum penalised likelihood, with profile limits.

    Parameters
    ----------
    rows, design, offset, ties, outcome :
        As in :func:`justice_metrics.estimate.cox.cox`.
    confidence_level : float
        Of the profile limits.

    Returns
    -------
    FirthFit
        Without an ending all coefficients are NaN and ``converged`` is False.

    Notes
    -----
    l*(b) = l(b) + log det I(b) / 2. The score gains tr(I^-1 dI/db_j) / 2, whose third moments over risk sets are never
    formed: with V = I^-1 held, they are sums of z'Vz and of x'V z (x the mean of z) over risk sets, so a step costs
    about three times one of the plain fit. Steps use I, as usual. A profile limit is where the maximum over the other
    coefficients is chi2/2 below the highest; each takes some 30 steps, so this is for small data.

    References
    ----------
    Firth (1993), Biometrika, 80, 27-38.
    Heinze and Schemper (2001), Biometrics, 57, 114-119.

    Examples
    --------
    Three pairs (strata); in each the supported case ended while the other was open. The plain estimate is infinite, the
    penalised hazard ratio of m such pairs is 2 m + 1.

    >>> import numpy as np
    >>> one, pair = np.ones(6, dtype=np.int64), np.arange(6) // 2
    >>> rows = Rows(-one, 5 * one, np.array([1, 0] * 3), one, None, pair, np.array([1, 0] * 3), None)
    >>> np.exp(cox_firth(rows, np.array([[0.0], [1.0]])).coefficients).round(6)
    array([7.])
    """
    design = np.asarray(design, dtype=np.float64)
    model, estimable = cox_model(rows, risk_sets(rows, len(design), outcome), design, offset, ties, outcome, None)
    count, size = len(model.columns), design.shape[1]
    start = np.zeros(count)
    if not len(model.sets.day) or not count:
        nothing, nan = np.full(size, np.nan), float("nan")
        blank = np.full((size, size), np.nan)
        test = chi_squared(nan, count)
        return FirthFit(nothing, blank, nothing, nothing, nothing, test, nan, nan, 0, False, 0, estimable)
    null = _penalised(evaluate(model, start))
    top = _climb(model, start, np.ones(count, dtype=bool), CLOSE)
    variance = inverse(top.point.information)
    drop = float(chi2.isf(1 - confidence_level, 1))
    sides = [_profile(model, top, variance, column, drop) for column in range(count)]
    low, high, p_value, done = (np.array(values) for values in zip(*sides, strict=True))
    units = float(np.log(model.scale).sum())  # the determinant of the information in the units of the design
    return FirthFit(
        coefficients=spread(top.coefficients / model.scale, model.columns, size),
        covariance=spread_matrix(model, variance, size),
        conf_low=spread(low / model.scale, model.columns, size),
        conf_high=spread(high / model.scale, model.columns, size),
        p_value=spread(p_value, model.columns, size),
        likelihood_ratio_test=chi_squared(2 * (top.value - null), count),
        log_likelihood_null=null + units,
        log_likelihood=top.value + units,
        iterations=top.steps,
        converged=top.converged and bool(done.all()),
        events=int(model.sets.events.sum()),
        estimable=estimable,
    )


def _profile(
    model: CoxModel, top: _Summit, variance: Floats, column: int, drop: float
) -> tuple[float, float, float, bool]:
    """Lower and upper limit of a coefficient, the p-value of its being 0, and whether every maximum was found."""
    free = np.arange(len(top.coefficients)) != column
    found, latest = [True], [top.coefficients]

    def depth(value: float) -> float:
        """Root of twice the fall of the profile below the top: a straight line where it is a parabola."""
        start = latest[0].copy()
        start[column] = value
        summit = _climb(model, start, free, PROFILE_CLOSE)
        found[0] &= summit.converged
        latest[0] = summit.coefficients
        return float(np.sqrt(max(2 * (top.value - summit.value), 0.0)))

    estimate, reach = float(top.coefficients[column]), float(np.sqrt(variance[column, column]))
    limits = [_crossing(depth, estimate, side * reach, np.sqrt(drop)) for side in (-1, 1)]
    latest[0] = top.coefficients
    return limits[0], limits[1], float(chi2.sf(depth(0.0) ** 2, 1)), found[0]


def _crossing(depth: Callable[[float], float], estimate: float, reach: float, goal: float) -> float:
    """Where the profile has fallen to the goal, on the side of the estimate to which ``reach`` points."""
    inside, outside = estimate, estimate + goal * reach
    steps = goal
    while depth(outside) < goal:
        steps *= 2
        if steps > FARTHEST:
            return float(np.copysign(np.inf, reach))
        inside, outside = outside, estimate + steps * reach
    return float(brentq(lambda value: depth(value) - goal, inside, outside, xtol=1e-8 * abs(reach), rtol=1e-12))


def _climb(model: CoxModel, start: Floats, free: Flags, close: float) -> _Summit:
    """Scoring steps over the free coefficients, shortened where they go too far or lower the likelihood."""
    b = start
    point = evaluate(model, b)
    value = _penalised(point)
    for number in range(1, MOST_STEPS + 1):
        if not free.any():
            return _Summit(b, value, point, 0, True)
        score = (point.score + _penalty_score(model, point))[free]
        step = np.zeros_like(b)
        step[free] = inverse(point.information[np.ix_(free, free)]) @ score
        gain = float(score @ step[free])
        if not np.isfinite(gain):
            return _Summit(b, value, point, number, False)
        step *= min(1.0, LONGEST_STEP / max(float(np.abs(model.z[:, 1:] @ step).max()), 1e-300))
        for halving in range(30):
            trial = evaluate(model, b + step * 0.5**halving)
            reached = _penalised(trial)
            if reached >= value - 1e-12 * abs(value):
                break
        else:
            return _Summit(b, value, point, number, False)
        b, value, point = trial.coefficients, reached, trial
        if gain < close:
            return _Summit(b, value, point, number, True)
    return _Summit(b, value, point, MOST_STEPS, False)


def _penalised(point: CoxPoint) -> float:
    sign, log_determinant = np.linalg.slogdet(point.information)
    return point.log_likelihood + float(log_determinant) / 2 if sign > 0 else float("-inf")


def _penalty_score(model: CoxModel, point: CoxPoint) -> Floats:
    """(q,): tr(V dI/db_j) / 2 with V the inverse information.

    tr(V I) is a sum over tied endings of mean(z'Vz) - x'Vx, x = mean(z) over the risk set; the derivative of a mean is
    a covariance with z_j.
    """
    sets, z, share = model.sets, model.z[:, 1:], model.share
    variance = inverse(point.information)
    length = np.einsum("pq,qr,pr->p", z, variance, z)[:, None]
    lengths = at_risk_sums(sets, length, point.hazard)[:, 0], event_sums(sets, length, point.hazard)[:, 0]
    s, d = point.at_risk[:, 1:], point.ending[:, 1:]
    ties = tie_sums(model.plan, point.at_risk[:, 0], point.ending[:, 0], cubes=True)
    one, two, three = share * ties.inverse, share * ties.squared, share * ties.cubed

    spent = point.hazard * (exposures(sets, one[0]) - event_exposures(sets, one[1]))
    first = (spent * length[:, 0]) @ z
    second = (two[0] * lengths[0] - two[1] * lengths[1]) @ s - (two[1] * lengths[0] - two[2] * lengths[1]) @ d
    at_risk = (two[0][:, None] * s - two[1][:, None] * d) @ variance
    ended = (two[1][:, None] * s - two[2][:, None] * d) @ variance
    along = np.einsum("pq,pq->p", exposures(sets, at_risk) - event_exposures(sets, ended), z)
    third = (point.hazard * along) @ z
    ss, sd, dd = (np.einsum("tq,qr,tr->t", left, variance, right) for left, right in ((s, s), (s, d), (d, d)))
    fourth = (three[0] * ss - 2 * three[1] * sd + three[2] * dd) @ s
    fourth -= (three[1] * ss - 2 * three[2] * sd + three[3] * dd) @ d
    return np.asarray((first - second - 2 * third + 2 * fourth) / 2, dtype=np.float64)
