"""Multiple imputation of the day on which support started, for cases of which it is known that it started.

The day is drawn from the hazard of starting among cases with a date, at the same covariates, given that support began
while the case was open. What came of the case (how it ended, and when) is among the covariates: an imputation that does
not know the outcome draws days that have nothing to do with it, and so hides part of what support did.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts, Floats
from .followed import NEVER
from .resampling import cluster_draws

# Standard deviation of the normal prior on every coefficient: weak, but no coefficient runs away on empty intervals.
_PRIOR: Final = 5.0
_STEPS: Final = 60
_ENOUGH: Final = 1e-9


class Starts(NamedTuple):
    """Cells of identical cases of which the start of support is known; C of them.

    Attributes
    ----------
    latest : (C,)
        Last day on which support could have started: that of the exit, or of the record.
    start : (C,)
        Day on which it did, ``NEVER`` where it did not; a start after ``latest`` is none.
    covariates : (C, q)
        What cases are alike in, with what came of them.
    mass : (C,)
        Cases in the cell.
    cluster : (C,) or None
        Court; whole courts are drawn again then.
    """

    latest: Counts
    start: Counts
    covariates: Floats
    mass: Floats
    cluster: Counts | None


class StartHazard(NamedTuple):
    """Hazard per day of starting: ``logit h = baseline of the interval + covariates @ slopes``.

    Attributes
    ----------
    cuts : (K,)
        First day of each interval; the first is 0.
    baseline : (K,)
    slopes : (q,)
    """

    cuts: Counts
    baseline: Floats
    slopes: Floats


def start_cuts(start: Counts, latest: Counts, *, intervals: int = 10) -> Counts:
    """First days of intervals on each of which about as many starts lie; day 0 has an interval of its own.

    Parameters
    ----------
    start, latest : (C,)
        As in :class:`Starts`.
    intervals : int
        At most so many.

    Returns
    -------
    (K,)
        Rising, from 0 on.

    Examples
    --------
    >>> start_cuts(np.array([0, 4, 8, 12, 16]), np.full(5, 99), intervals=3).tolist()
    [0, 1, 12]
    """
    later = start[(start > 0) & (start <= latest)]
    if not len(later):
        return np.array([0, 1], dtype=np.int64)
    inner = np.quantile(later, np.arange(1, intervals - 1) / (intervals - 1), method="higher")
    return np.unique(np.concatenate([[0, 1], inner])).astype(np.int64)


def start_hazard(cells: Starts, cuts: Counts, mass: Floats | None = None) -> StartHazard:
    """Fit the hazard of starting by pooled logistic regression on folded days.

    Parameters
    ----------
    cells : Starts
    cuts : (K,)
        First days of the intervals.
    mass : (C,), optional
        In place of that of the cells, for a resample.

    Returns
    -------
    StartHazard

    Notes
    -----
    A case without support until day d is at risk of starting on the days 0 to d, with d its start or its latest day.
    Newton steps to the posterior mode, with normal priors of standard deviation 5 around the hazard of all (baseline)
    and around 0 (slopes of covariates in units of their standard deviation).

    References
    ----------
    D'Agostino et al. (1990), Statistics in Medicine, 9, 1501-1515, for pooled logistic regression of person-time.

    Examples
    --------
    >>> cells = Starts(np.full(3, 9), np.array([0, 5, NEVER]), np.zeros((3, 0)), np.array([100.0, 200, 100]), None)
    >>> fitted = start_hazard(cells, np.array([0, 1]))
    >>> (1 / (1 + np.exp(-fitted.baseline))).round(2)
    array([0.25, 0.11])
    """
    weight = cells.mass if mass is None else mass
    began = (cells.start >= 0) & (cells.start <= cells.latest)
    last = np.where(began, cells.start, cells.latest)
    exposed = _days_in(cuts, last) * weight[:, None]
    started = np.zeros_like(exposed)
    place = np.searchsorted(cuts, np.clip(cells.start, 0, None), side="right") - 1
    np.add.at(started, (np.flatnonzero(began), place[began]), weight[began])
    scale = cells.covariates.std(axis=0)
    centre = cells.covariates.mean(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    x = (cells.covariates - centre) / scale
    baseline, slopes = _posterior_mode(exposed, started, x)
    slopes = slopes / scale
    return StartHazard(cuts, baseline - centre @ slopes, slopes)


def drawn_days(hazard: StartHazard, covariates: Floats, latest: Counts, chance: Floats) -> Counts:
    """Draw the day of the start, given that it was one of the days 0 to ``latest``.

    Parameters
    ----------
    hazard : StartHazard
    covariates : (N, q)
    latest : (N,)
        0 or more.
    chance : (N,)
        Uniform between 0 and 1.

    Returns
    -------
    (N,)
        Smallest day s with F(s) >= chance F(latest), F(s) = 1 - prod (1 - h(u)) over u <= s.

    Examples
    --------
    >>> flat = StartHazard(np.array([0]), np.array([-9.0]), np.zeros(0))
    >>> drawn_days(flat, np.zeros((3, 0)), np.full(3, 9), np.array([0.05, 0.5, 0.99]))
    array([0, 4, 9])
    """
    eta = hazard.baseline[None, :] + (covariates @ hazard.slopes)[:, None]
    rate = np.maximum(np.logaddexp(0, eta), 1e-12)  # -log(1 - h) of a day
    days = _days_in(hazard.cuts, latest)
    cumulated = np.cumsum(days * rate, axis=1)
    goal = -np.log1p(chance * np.expm1(-cumulated[:, -1]))
    place = np.minimum((cumulated < goal[:, None]).sum(axis=1), len(hazard.cuts) - 1)
    row = np.arange(len(place))
    before = np.where(place > 0, cumulated[row, np.maximum(place - 1, 0)], 0.0)
    inside = np.ceil((goal - before) / rate[row, place] - 1e-9).astype(np.int64) - 1
    found = hazard.cuts[place] + np.maximum(inside, 0)
    return np.asarray(np.clip(found, 0, latest), dtype=np.int64)


def imputed_days(
    known: Starts, covariates: Floats, latest: Counts, *, imputations: int, seed: int, intervals: int = 10
) -> Counts:
    """Draw the missing days several times, each time from a hazard that was drawn too.

    Parameters
    ----------
    known : Starts
        Cases with a date, and those that never had support.
    covariates : (N, q)
        Of the cases whose day is missing.
    latest : (N,)
        Their last possible day.
    imputations : int
        How many times, M.
    seed : int
        The same seed gives the same days.
    intervals : int
        On which the hazard is constant.

    Returns
    -------
    (M, N)

    Notes
    -----
    Proper in Rubin's sense: before each imputation the cases with known starts are drawn again (whole courts where
    clusters are given, else cases), and the hazard is fitted to them. Whether a date is missing may depend on the
    covariates, on how and when the case ended; not on the day itself.

    References
    ----------
    Rubin (1987), *Multiple Imputation for Nonresponse in Surveys*, section 4.4; White and Royston (2009), Statistics in
    Medicine, 28, 1982-1998, for the outcome among the covariates.
    """
    generator = np.random.default_rng(seed)
    cuts = start_cuts(known.start, known.latest, intervals=intervals)
    made = np.empty((imputations, len(latest)), dtype=np.int64)
    for m, mass in enumerate(_resampled(known, imputations, generator)):
        hazard = start_hazard(known, cuts, mass)
        made[m] = drawn_days(hazard, covariates, latest, generator.random(len(latest)))
    return made


def spread_days(known: Starts, covariates: Floats, latest: Counts, *, parts: int = 5, intervals: int = 10) -> Counts:
    """Middle days of ``parts`` equally likely parts of the distribution of the start, without chance.

    Parameters
    ----------
    known, covariates, latest, intervals
        As for :func:`imputed_days`.
    parts : int

    Returns
    -------
    (parts, N)

    Examples
    --------
    >>> cells = Starts(np.full(50, 99), np.arange(50), np.zeros((50, 0)), np.full(50, 9.0), None)
    >>> spread_days(cells, np.zeros((1, 0)), np.array([9]), parts=2).ravel()
    array([2, 7])
    """
    hazard = start_hazard(known, start_cuts(known.start, known.latest, intervals=intervals))
    chances = (np.arange(parts) + 0.5) / parts
    return np.stack([drawn_days(hazard, covariates, latest, np.full(len(latest), one)) for one in chances])


def _days_in(cuts: Counts, last: Counts) -> Floats:
    """Return how many of the days 0 to ``last`` lie in each interval, (C, K)."""
    width = np.append(np.diff(cuts), NEVER)
    return np.asarray(np.clip(last[:, None] + 1 - cuts[None, :], 0, width[None, :]), dtype=np.float64)


def _resampled(known: Starts, times: int, generator: np.random.Generator) -> Floats:
    """Return the mass of the cells in each resample of courts or cases, (times, C)."""
    if known.cluster is not None and len(known.cluster):
        draws = cluster_draws(int(known.cluster.max()) + 1, times, int(generator.integers(2**31)))
        return np.asarray(draws[:, known.cluster] * known.mass, dtype=np.float64)
    whole = known.mass.sum()
    return generator.multinomial(round(whole), known.mass / whole, size=times).astype(np.float64)


def _posterior_mode(exposed: Floats, started: Floats, x: Floats) -> tuple[Floats, Floats]:
    """Return baseline (K,) and slopes (q,) of a binomial model with logit link and weak normal priors."""
    k, q = exposed.shape[1], x.shape[1]
    total = max(float(exposed.sum()), 1.0)
    overall = (float(started.sum()) + 0.5) / (total + 1)
    centre = np.log(overall / (1 - overall))
    theta = np.concatenate([np.full(k, centre), np.zeros(q)])
    goal = np.concatenate([np.full(k, centre), np.zeros(q)])
    held = np.full(k + q, 1 / _PRIOR**2)

    def value(at: Floats) -> float:
        eta = at[:k] + (x @ at[k:])[:, None]
        fit = (started * eta - exposed * np.logaddexp(0, eta)).sum()
        return float(fit - 0.5 * (held * (at - goal) ** 2).sum())

    now = value(theta)
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(theta[:k] + (x @ theta[k:])[:, None], -40, 40)))
        residual, weight = started - exposed * chance, exposed * chance * (1 - chance)
        gradient = np.concatenate([residual.sum(axis=0), x.T @ residual.sum(axis=1)]) - held * (theta - goal)
        hessian = np.zeros((k + q, k + q))
        hessian[:k, :k] = np.diag(weight.sum(axis=0))
        hessian[:k, k:] = weight.T @ x
        hessian[k:, :k] = hessian[:k, k:].T
        hessian[k:, k:] = x.T @ (weight.sum(axis=1)[:, None] * x)
        step = np.linalg.solve(hessian + np.diag(held), gradient)
        size = 1.0
        while (then := value(theta + size * step)) < now and size > 1e-6:
            size /= 2
        theta, gained, now = theta + size * step, then - now, then
        if gained < _ENOUGH * (1 + abs(now)):
            break
    return theta[:k], theta[k:]
