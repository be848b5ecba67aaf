"""Cox regression on folded rows: exact day ties, delayed entry, time-varying rows, strata, two kinds of weight.

The fit never makes a rows x covariates matrix of its own. A Newton step needs S0 and S1 (sums over risk sets of the
relative hazard r and of r z) on the event days, and per pattern the hazard E its rows were exposed to; then

- score = sum_p z_p (endings_p - r_p E_p),
- information = sum_p r_p E_p z_p z_p' - sum_t sum_l mean_tl mean_tl',

where mean_tl is the mean of z in the risk set that the l-th tied ending is set against. So sums of z z' over risk sets,
the costly part of the usual algorithm, are needed nowhere: a step costs cells x (2 + p) and patterns x p^2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.stats import chi2

from ..base.types import Counts, Flags, Floats
from .cox_ties import TiePlan, Ties, TieSums, tie_plan, tie_sums
from .risk_sums import (
    CHUNK,
    RiskSets,
    event_exposures,
    exposures,
    pattern_magnitudes,
    pattern_sums,
    risk_and_event_sums,
    risk_sets,
)
from .rows import Rows

# A column whose own share of the information is below this is a combination of the columns before it.
COLLINEAR = 1e-11
CLOSE = 1e-12  # squared distance to the maximum, in standard errors, from which one more step is exact
DIVERGING = 0.01  # a step of this size in the linear predictor where the likelihood no longer rises
LEAST_GAIN = 1e-9


class ChiSquared(NamedTuple):
    """A test statistic."""

    statistic: float
    degrees_of_freedom: int
    p_value: float


class CoxModel(NamedTuple):
    """Data of a fit in the form in which it is computed.

    Columns are centred and scaled; collinear ones are left out. ``z = (design - centre) / scale``.
    """

    rows: Rows
    outcome: int | None
    sets: RiskSets
    plan: TiePlan
    z: Floats  # (P, 1 + q): a column of ones, then the scaled columns
    columns: Counts  # (q,) of the design
    centre: Floats  # (q,)
    scale: Floats  # (q,)
    offset: Floats  # (P,), around its mean
    offset_mean: float
    ridge: Floats  # (q,)
    ended: Floats  # (1 + q,) sums of weight x offset and of weight x z over the endings
    reach: Floats  # (q,) largest absolute value in each column
    share: Floats  # (T,) mean weight of the endings of a day


class CoxPoint(NamedTuple):
    """Everything about the likelihood at one value of the coefficients."""

    coefficients: Floats  # (q,) of the scaled columns
    log_likelihood: float
    score: Floats  # (q,)
    information: Floats  # (q, q)
    hazard: Floats  # (P,) relative hazard
    at_risk: Floats  # (T, 1 + q) sums of hazard and hazard x z over the risk set
    ending: Floats  # (T, 1 + q) the same over those who ended
    ties: TieSums


class CoxFit(NamedTuple):
    """A fitted Cox model.

    Attributes
    ----------
    coefficients : (p,)
        Log hazard ratios; NaN where a column is constant or a combination of those before it.
    covariance : (p, p)
        Inverse information; NaN in the rows and columns of such coefficients.
    log_likelihood_null, log_likelihood : float
        Partial log-likelihood without covariates (but with the offset), and fitted.
    likelihood_ratio_test, score_test, wald_test : ChiSquared
        Of all coefficients being 0.
    iterations : int
        Newton steps.
    converged : bool
        False: the estimates must not be used.
    events : int
        Endings used (sum of n).
    estimable : (p,)
        False: collinear, the coefficient is NaN.
    separated : (p,)
        True: the likelihood rises without end as the coefficient grows (a level without an ending, for example). The
        coefficient is then only "very large", its standard error means nothing; see :mod:`.cox_firth`.
    model, point :
        For the functions that take a fit.
    """

    coefficients: Floats
    covariance: Floats
    log_likelihood_null: float
    log_likelihood: float
    likelihood_ratio_test: ChiSquared
    score_test: ChiSquared
    wald_test: ChiSquared
    iterations: int
    converged: bool
    events: int
    estimable: Flags
    separated: Flags
    model: CoxModel
    point: CoxPoint


def cox(
    rows: Rows,
    design: Floats,
    *,
    offset: Floats | None = None,
    ties: Ties = "efron",
    outcome: int | None = None,
    ridge: Floats | None = None,
    most_steps: int = 60,
    sets: RiskSets | None = None,
) -> CoxFit:
    """Fit a Cox model by Newton's method.

    Parameters
    ----------
    rows : Rows
        Cells of identical rows. A unit may have several rows with neighbouring spells (time-varying covariates).
    design : (P, p)
        Covariates of each pattern, without a column of ones.
    offset : (P,), optional
        Added to the linear predictor with coefficient 1.
    ties : {"efron", "breslow"}
        What endings of one day are set against, see :mod:`.cox_ties`.
    outcome : int, optional
        Code of the ending of interest; all other endings are censored on their day (cause-specific hazard). None: any.
    ridge : (p,), optional
        Penalty: ridge_j b_j^2 / 2 is taken from the log-likelihood. R's ``ridge(x, theta=, scale=TRUE)`` is theta times
        the variance of the column over rows. The covariance is then the inverse of the penalised information.
    most_steps : int
        Newton steps before giving up.
    sets : RiskSets, optional
        Risk sets of these rows, when they are not the usual ones (subdistribution hazards, :mod:`.finegray`).

    Returns
    -------
    CoxFit
        Without an ending, or without an estimable column, all coefficients are NaN and ``converged`` is False or the
        tests have 0 degrees of freedom; nothing is raised.

    Notes
    -----
    Partial likelihood over event days t with d_t endings of mean weight m_t (1 without sampling weights):
    l(b) = sum over endings of w (z'b) - sum_t m_t sum_{l < d_t} log(S0_t - (l / d_t) D0_t) with Efron's rule;
    Breslow's leaves out (l / d_t) D0_t. Cells with n > 1 are replicated rows; sampling weights follow R's
    ``coxph(weights=)``, whose mean-weight rule is not replication. Equal to ``coxph`` to 8 digits and more.

    A step is halved while it lowers the likelihood. Columns are centred and scaled inside; nothing of it shows.

    References
    ----------
    Cox (1972), Journal of the Royal Statistical Society B, 34, 187-220.
    Efron (1977), Journal of the American Statistical Association, 72, 557-565.
    Andersen and Gill (1982), Annals of Statistics, 10, 1100-1120.
    Therneau and Grambsch (2000), *Extending the Cox Model*, chapter 3 and appendix D.

    Examples
    --------
    Cases with and without support end in turn; the hazard ratio solves r^2 = r + 4, so r = (1 + sqrt(17)) / 2 = 2.5616.

    >>> import numpy as np
    >>> whole = np.ones(4, dtype=np.int64)
    >>> rows = Rows(-whole, np.array([1, 2, 3, 4]), whole, whole, None, 0 * whole, np.array([1, 0, 1, 0]), None)
    >>> fit = cox(rows, np.array([[0.0], [1.0]]))
    >>> np.exp(fit.coefficients).round(4), fit.events
    (array([2.5616]), 4)
    """
    design = np.asarray(design, dtype=np.float64)
    found = risk_sets(rows, len(design), outcome) if sets is None else sets
    model, estimable = cox_model(rows, found, design, offset, ties, outcome, ridge)
    null = evaluate(model, np.zeros(len(model.columns)))
    point, steps, converged = _climb(model, null, most_steps)
    diverging = _diverging(model, point)
    variance = inverse(point.information)
    b = point.coefficients
    tests = {
        "likelihood_ratio_test": 2 * (point.log_likelihood - null.log_likelihood),
        "score_test": float(null.score @ inverse(null.information) @ null.score),
        "wald_test": float(b @ point.information @ b),
    }
    return CoxFit(
        coefficients=spread(b / model.scale, model.columns, design.shape[1]),
        covariance=spread_matrix(model, variance, design.shape[1]),
        log_likelihood_null=null.log_likelihood,
        log_likelihood=_unpenalised(model, point),
        iterations=steps,
        converged=converged,
        events=int(model.sets.events.sum()),
        estimable=estimable,
        separated=spread(diverging, model.columns, design.shape[1]) == 1,
        model=model,
        point=point,
        **{name: chi_squared(value, len(b)) for name, value in tests.items()},
    )


def evaluate(model: CoxModel, coefficients: Floats) -> CoxPoint:
    """Likelihood, score and information at coefficients (q,) of the scaled columns."""
    sets, z, share = model.sets, model.z, model.share
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        predictor = model.offset + z[:, 1:] @ coefficients
        hazard = np.exp(predictor)
        at_risk, ending = risk_and_event_sums(sets, z, hazard)
        ties = tie_sums(model.plan, at_risk[:, 0], ending[:, 0])
        spent = hazard * _exposure(sets, share, ties)
        penalty = model.ridge * coefficients
        moment = second_moment(z, spent)
        score = model.ended[1:] - moment[0, 1:] - penalty
        information = moment[1:, 1:] - _squared_means(at_risk, ending, share * ties.squared)
        seen = model.ended[0] + model.ended[1:] @ coefficients
        log_likelihood = float(seen - share @ ties.log - penalty @ coefficients / 2)
    information += np.diag(model.ridge)
    return CoxPoint(coefficients, log_likelihood, score, information, hazard, at_risk, ending, ties)


def spent_over(model: CoxModel, point: CoxPoint, factor: Floats) -> Floats:
    """(P,): hazard that the rows of each pattern went through, every event day times its factor (T,)."""
    return point.hazard * _exposure(model.sets, model.share * factor, point.ties)


def information_over(model: CoxModel, point: CoxPoint, factor: Floats) -> Floats:
    """(q, q): the information of single event days, summed with a factor (T,) each; without ridge."""
    moment = second_moment(model.z, spent_over(model, point, factor))[1:, 1:]
    return moment - _squared_means(point.at_risk, point.ending, model.share * factor * point.ties.squared)


def second_moment(z: Floats, weight: Floats) -> Floats:
    """(k, k): sum over patterns of weight z z'; in chunks, so that no second matrix as large as z is made."""
    total = np.zeros((z.shape[1], z.shape[1]))
    for start in range(0, len(z), CHUNK):
        part = z[start : start + CHUNK]
        total += (part * weight[start : start + CHUNK, None]).T @ part
    return total


def inverse(information: Floats) -> Floats:
    """Inverse of an information matrix; NaN where it has none."""
    size = np.sqrt(np.abs(np.diag(information)))
    try:
        with np.errstate(divide="ignore", invalid="ignore"):  # scores of one cluster may cancel out exactly
            return np.asarray(np.linalg.inv(information / np.outer(size, size)) / np.outer(size, size))
    except np.linalg.LinAlgError:
        return np.full_like(information, np.nan)


def chi_squared(statistic: float, degrees_of_freedom: int) -> ChiSquared:
    """Statistic with its p-value; without degrees of freedom there is nothing to test."""
    if degrees_of_freedom == 0 or not np.isfinite(statistic):
        return ChiSquared(float("nan"), degrees_of_freedom, float("nan"))
    return ChiSquared(float(statistic), degrees_of_freedom, float(chi2.sf(statistic, degrees_of_freedom)))


def spread_matrix(model: CoxModel, scaled: Floats, size: int) -> Floats:
    """(p, p): a covariance (q, q) of the scaled coefficients in the units of the design; NaN for collinear columns."""
    matrix = np.full((size, size), np.nan)
    matrix[np.ix_(model.columns, model.columns)] = scaled / np.outer(model.scale, model.scale)
    return matrix


def cox_model(
    rows: Rows,
    sets: RiskSets,
    design: Floats,
    offset: Floats | None,
    ties: Ties,
    outcome: int | None,
    ridge: Floats | None,
) -> tuple[CoxModel, Flags]:
    """Centre, scale, and leave out the columns that tell nothing of their own."""
    mass = np.bincount(sets.pattern, sets.n * sets.weight, len(design)).astype(np.float64)
    for part in sets.lingering:  # a pattern may be in a risk set only by what lingers there
        mass += pattern_magnitudes(part.joining)
    total = max(mass.sum(), np.finfo(float).tiny)
    centre = mass @ design / total
    z = np.empty((len(design), design.shape[1] + 1))
    z[:, 0] = 1
    np.subtract(design, centre, out=z[:, 1:])
    absent = np.flatnonzero(mass == 0)
    z[absent, 1:] = 0  # a pattern that is never at risk must not overflow
    scale = np.sqrt(np.diag(second_moment(z, mass))[1:] / total)
    flat = scale <= 1e-14 * np.abs(centre)
    scale[flat | (scale == 0)] = 1
    z[:, 1:] /= scale
    if flat.any():
        z[:, 1:][:, flat] = 0
    shift = np.zeros(len(design)) if offset is None else np.asarray(offset, dtype=np.float64)
    mean = float(mass @ shift / total)
    shift = shift - mean
    shift[absent] = 0
    penalty = np.zeros(design.shape[1]) if ridge is None else np.asarray(ridge, dtype=np.float64) / scale**2
    ended = pattern_sums(sets.ending, np.ones(len(sets.day)))
    whole = CoxModel(
        rows=rows,
        outcome=outcome,
        sets=sets,
        plan=tie_plan(sets.events, ties),
        z=z,
        columns=np.arange(design.shape[1]),
        centre=centre,
        scale=scale,
        offset=shift,
        offset_mean=mean,
        ridge=penalty,
        ended=np.concatenate([[ended @ shift], ended @ z[:, 1:]]),
        reach=np.maximum(z[:, 1:].max(axis=0, initial=0), -z[:, 1:].min(axis=0, initial=0)),
        share=sets.mass / sets.events,
    )
    kept = _independent(evaluate(whole, np.zeros(design.shape[1])).information, sets.mass.sum())
    columns = np.flatnonzero(kept)
    if len(columns) == len(kept):
        return whole, kept
    return whole._replace(
        z=np.ascontiguousarray(z[:, np.concatenate([[0], columns + 1])]),
        columns=columns,
        centre=centre[columns],
        scale=scale[columns],
        ridge=penalty[columns],
        ended=whole.ended[np.concatenate([[0], columns + 1])],
        reach=whole.reach[columns],
    ), kept


def _independent(information: Floats, mass: float) -> Flags:
    """Columns that are not, inside risk sets, combinations of the ones before them."""
    kept = np.zeros(len(information), dtype=bool)
    for column in range(len(information)):
        own = information[column, column]
        if kept.any():
            shared = information[kept, column]
            own -= shared @ np.linalg.solve(information[np.ix_(kept, kept)], shared)
        kept[column] = own > COLLINEAR * mass
    return kept


def _climb(model: CoxModel, null: CoxPoint, most_steps: int) -> tuple[CoxPoint, int, bool]:
    """Newton's method from 0, each step halved while it lowers the likelihood."""
    point, last = null, False
    if not len(model.sets.day):
        return point, 0, False
    if not len(model.columns):
        return point, 0, True
    for number in range(1, most_steps + 1):
        step = inverse(point.information) @ point.score
        gain = float(point.score @ step)
        if not np.isfinite(gain):
            return point, number, False
        slack = 1e-12 * abs(point.log_likelihood)  # rounding of the likelihood itself
        for halving in range(40):
            trial = evaluate(model, point.coefficients + step * 0.5**halving)
            if trial.log_likelihood >= point.log_likelihood - slack:
                break
        else:
            return point, number, False
        point = trial
        if last or (gain < LEAST_GAIN and _diverging(model, point).any()):
            return point, number, True
        last = gain < CLOSE
    return point, most_steps, False


def _diverging(model: CoxModel, point: CoxPoint) -> Flags:
    """Coefficients that another step would still move, although the likelihood has stopped rising."""
    if not len(model.sets.day):
        return np.zeros(len(model.columns), dtype=bool)
    step = inverse(point.information) @ point.score
    return np.asarray(~(np.abs(step) * model.reach < DIVERGING), dtype=np.bool_)


def _exposure(sets: RiskSets, share: Floats, ties: TieSums) -> Floats:
    """(P,): baseline hazard summed over the days at risk of the rows of each pattern, less what tied rows skip."""
    return exposures(sets, share * ties.inverse[0]) - event_exposures(sets, share * ties.inverse[1])


def _squared_means(at_risk: Floats, ending: Floats, squared: Floats) -> Floats:
    """(q, q): sum over days and tied endings of the mean of z in the risk set, times its transpose."""
    s, d = at_risk[:, 1:], ending[:, 1:]
    crossed = (s * squared[1][:, None]).T @ d
    return np.asarray(
        (s * squared[0][:, None]).T @ s - crossed - crossed.T + (d * squared[2][:, None]).T @ d, dtype=np.float64
    )


def _unpenalised(model: CoxModel, point: CoxPoint) -> float:
    return point.log_likelihood + float(model.ridge @ point.coefficients**2) / 2


def spread(values: Floats | Flags, columns: Counts, size: int) -> Floats:
    """(p,): values of the estimable columns, NaN for the others."""
    whole = np.full(size, np.nan)
    whole[columns] = values
    return whole
