"""When does support start: a pooled logistic regression of the daily hazard, from counts.

A person-day is a day that a case ends open and without support so far; on it support starts or does not. Person-days
of one kind of case (a pattern of covariates in a state of milestones) within one interval of days are exchangeable, so
all that the fit needs is two numbers per cell: person-days, and starts.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from scipy.special import expit

from ..base.types import Counts, Flags, Floats

MOST_INTERVALS: Final = 10
STARTS_PER_INTERVAL: Final = 20.0
# Odds of 1 to 7 * 10^10 are never: where a whole kind of cases never starts, its coefficient runs off to here.
FARTHEST: Final = 25.0
FAR: Final = 20.0  # beyond it a coefficient that still moves keeps nobody waiting
STEPS: Final = 60
HALVINGS: Final = 40


class StartFit(NamedTuple):
    """A fitted hazard of starting support.

    Attributes
    ----------
    intervals : (J,)
        Log odds per day in each interval of days, at a linear predictor of 0; -inf where nobody starts.
    coefficients : (q,)
        Log odds ratios of the columns; 0 for a column that tells no two person-days apart.
    hazard : (M, J)
        Chance per day of starting, by kind of case and interval.
    log_odds : (M, J)
        Of the same, kept between plus and minus ``FARTHEST``.
    converged : bool
        Whether Newton's method came to rest.
    steps : int
        Steps it took.
    """

    intervals: Floats
    coefficients: Floats
    hazard: Floats
    log_odds: Floats
    converged: bool
    steps: int


def interval_starts(
    days: Counts, mass: Floats, within_days: int, *, most: int = MOST_INTERVALS, at_least: float = STARTS_PER_INTERVAL
) -> Counts:
    """First day of each interval in which the hazard of starting is taken as constant.

    Parameters
    ----------
    days : (N,)
        Observed start days, 0..``within_days``.
    mass : (N,)
        Cases that start then.
    within_days : int
        Last day of the last interval.
    most : int
        Intervals after day 0, at most.
    at_least : float
        Starts that an interval should hold, as far as there are two of them.

    Returns
    -------
    (J,)
        Ascending, the first is 0. Day 0 stands by itself: who brings a lawyer along is not who finds one later. Days
        after it on which nobody has started yet are an interval too; the others are cut at quantiles of the start days.

    Examples
    --------
    >>> import numpy as np
    >>> interval_starts(np.array([0, 3, 8, 20]), np.array([9.0, 30.0, 30.0, 30.0]), 30)
    array([0, 1, 3, 4, 9])
    """
    if within_days == 0:
        return np.zeros(1, dtype=np.int64)
    later = days > 0
    order = np.argsort(days[later], kind="stable")
    ordered, upto = days[later][order], np.cumsum(mass[later][order])
    total = float(upto[-1]) if len(upto) else 0.0
    wanted = int(np.clip(total // at_least, 1, most))
    shares = np.arange(1, wanted) * (total / wanted)
    last_days = ordered[np.searchsorted(upto, shares * (1 - 1e-12))] if len(upto) else np.empty(0, np.int64)
    firsts = last_days[last_days < ordered[-1:]] + 1 if len(ordered) else last_days
    return np.unique(np.concatenate([[0, 1], ordered[:1], firsts])).astype(np.int64)


def fit_start(starts: Floats, person_days: Floats, columns: Floats, *, first: StartFit | None = None) -> StartFit:
    """Logistic regression of starting, with a constant of its own in every interval of days.

    Parameters
    ----------
    starts, person_days : (M, J)
        By kind of case and interval; sums of weights as well as counts. The starts are among the person-days.
    columns : (M, q)
        What sets the kinds apart: baseline columns and milestones held.
    first : StartFit, optional
        A fit to nearly the same counts, to begin from.

    Returns
    -------
    StartFit

    Notes
    -----
    logit h(m, j) = a_j + z_m b, by Newton's method on the binomial log likelihood, with halved steps where a full one
    does not raise it. An interval without starts has hazard 0, its maximum of the likelihood, and plays no further
    part. Where a column sets apart kinds that never (or always) start, its coefficient has no finite estimate; it runs
    off until the odds are beyond any use and the others have come to rest. Columns that determine each other share
    their effect in the least-squares sense, which leaves hazards as they would be without the spare ones.

    References
    ----------
    D'Agostino et al. (1990), Statistics in Medicine, 9, 1501-1515, for pooled logistic regression.
    Hernán, Brumback and Robins (2000), Epidemiology, 11, 561-570, for its use in weights.

    Examples
    --------
    >>> import numpy as np
    >>> fit = fit_start(np.array([[2.0], [5.0]]), np.array([[10.0], [10.0]]), np.array([[0.0], [1.0]]))
    >>> fit.hazard.round(6).tolist(), float(np.exp(fit.coefficients[0]).round(6))
    ([[0.2], [0.5]], 4.0)
    """
    live = starts.sum(axis=0) > 0
    y, n = starts[:, live], person_days[:, live]
    informative, centre = _telling(columns, n.sum(axis=1))
    spread = (columns - centre)[:, informative]
    a, b = _beginning(y, n, spread.shape[1])
    if first is not None:
        b = np.clip(first.coefficients[informative], -FARTHEST, FARTHEST)
        given = first.intervals[live] + centre[informative] @ b
        a = np.where(np.abs(given) < FARTHEST, given, a)
    eta = a + (spread @ b)[:, None]
    value = _log_likelihood(y, n, eta)
    converged, step = False, 0
    while not converged and step < STEPS:
        step += 1
        hazard = expit(eta)
        move = _newton_step(y - n * hazard, n * hazard * (1 - hazard), spread)
        for _ in range(HALVINGS):
            next_a, next_b = a + move[: len(a)], b + move[len(a) :]
            reached = next_a + (spread @ next_b)[:, None]
            higher = _log_likelihood(y, n, reached)
            if higher >= value - 1e-11 * (abs(value) + 1):
                break
            move = move / 2
        else:
            break  # no way up that numbers of this size can tell from rounding
        moved = np.abs(reached - eta)[(n > 0) & (np.abs(reached) < FAR)]
        converged = bool(moved.max(initial=0) < 1e-9 and higher - value <= 1e-9 * (abs(value) + 1))
        a, b, eta, value = next_a, next_b, reached, higher
    coefficients, intervals = np.zeros(columns.shape[1]), np.full(len(live), -np.inf)
    coefficients[informative] = b
    intervals[live] = a - centre[informative] @ b
    log_odds = np.full(starts.shape, -np.inf)
    log_odds[:, live] = np.clip(eta, -FARTHEST, FARTHEST)
    return StartFit(intervals, coefficients, expit(log_odds), log_odds, converged, step)


def start_errors(fit: StartFit, person_days: Floats, columns: Floats) -> Floats:
    """Standard errors of the coefficients, as if every person-day stood by itself.

    Parameters
    ----------
    fit : StartFit
    person_days : (M, J)
    columns : (M, q)
        As they were fitted.

    Returns
    -------
    (q,)
        From the information of the fit; NaN for a column that tells no two person-days apart, and where a coefficient
        ran off. Whether weights are right does not depend on them: they tell how well the start model is known.

    Examples
    --------
    >>> import numpy as np
    >>> days, columns = np.array([[10.0], [10.0]]), np.array([[0.0], [1.0]])
    >>> fit = fit_start(np.array([[2.0], [5.0]]), days, columns)
    >>> bool(np.isclose(start_errors(fit, days, columns)[0], np.sqrt(1 / 2 + 1 / 8 + 1 / 5 + 1 / 5)))
    True
    """
    live = np.isfinite(fit.intervals)
    informative, centre = _telling(columns, person_days[:, live].sum(axis=1))
    hazard = fit.hazard[:, live]
    information = _information(person_days[:, live] * hazard * (1 - hazard), (columns - centre)[:, informative])
    errors = np.full(columns.shape[1], np.nan)
    variance = np.diag(np.linalg.pinv(information, hermitian=True))[live.sum() :]
    known = (variance > 0) & (np.diag(information)[live.sum() :] > 1e-6)
    errors[informative] = np.where(known, np.sqrt(np.where(known, variance, 1)), np.nan)
    return errors


def _log_likelihood(y: Floats, n: Floats, eta: Floats) -> float:
    return float((y * eta - n * np.logaddexp(0, eta)).sum())


def _newton_step(residual: Floats, weight: Floats, columns: Floats) -> Floats:
    """Solve information x step = score; the information has intervals first, then columns."""
    score = np.concatenate([residual.sum(axis=0), residual.sum(axis=1) @ columns])
    return _solve(_information(weight, columns), score)


def _information(weight: Floats, columns: Floats) -> Floats:
    intervals = weight.shape[1]
    whole = np.empty((intervals + columns.shape[1],) * 2)
    whole[:intervals, :intervals] = np.diag(weight.sum(axis=0))
    whole[intervals:, :intervals] = columns.T @ weight
    whole[:intervals, intervals:] = whole[intervals:, :intervals].T
    whole[intervals:, intervals:] = columns.T @ (columns * weight.sum(axis=1)[:, None])
    return whole


def _solve(information: Floats, score: Floats) -> Floats:
    """Least-squares solution, each parameter on a scale of its own."""
    scale = np.sqrt(np.maximum(np.diag(information), 1e-300))
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    inverse = np.where(values > 1e-10 * values[-1:], 1 / np.where(values > 0, values, 1), 0)
    step: Floats = vectors @ (inverse * (vectors.T @ (score / scale))) / scale
    return step


def _telling(columns: Floats, seen: Floats) -> tuple[Flags, Floats]:
    """Which columns differ between any two person-days, and the means of all columns over these."""
    there = columns[seen > 0]
    if not len(there):
        return np.zeros(columns.shape[1], dtype=bool), np.zeros(columns.shape[1])
    return there.max(axis=0) > there.min(axis=0), (seen @ columns) / seen.sum()


def _beginning(y: Floats, n: Floats, width: int) -> tuple[Floats, Floats]:
    days = n.sum(axis=0)
    share = np.clip(y.sum(axis=0) / np.where(days > 0, days, 1), 1e-9, 1 - 1e-9)
    return np.log(share / (1 - share)), np.zeros(width)
