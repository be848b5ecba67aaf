"""Parametric models of time: the door to lifelines, and the formulas that read its answers.

lifelines finds the parameters. What is made of them here: the likelihood written out, with which its answer is carried
to the very maximum and checked; variances that know frequencies, sampling weights and clusters; curves.

In every model a covariate stretches time: log T = b0 + x b + s W, so exp(b) is the ratio of times. lifelines is
imported inside the function that needs it; the formulas are numpy and scipy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from ..base.types import Floats
from .lifelines_door import fitted_by_lifelines
from .time_distributions import (
    FIRST_DAY,
    SPLINE_KNOTS,
    Distribution,
    Times,
    log_hazard,
    log_survival,
    spline_basis,
)

_STEP: Final = 1e-2
_MOST_STEPS: Final = 60
# The score per unit at which the maximum is reached.
_SCORE: Final = 1e-9
_PLACES: Final = np.array([-3, -2, -1, 1, 2, 3])
_FIRST: Final = np.array([-1, 9, -45, 45, -9, 1]) / 60
_SECOND: Final = np.array([2, -27, 270, 270, -27, 2]) / 180


class Fit(NamedTuple):
    """A fitted model.

    Attributes
    ----------
    distribution : str
    location : float
        b0; for the spline 0, its level is the first of ``shape``.
    coefficients : (p,)
        exp of each is a ratio of times.
    shape : (s,)
        log s (log of 1 / Weibull's shape); for the generalised gamma also its Q; for the spline g0, g1, ….
    knots : (k,)
        Of the spline, on the scale of log days.
    centre : (p,)
        Covariates are counted from here.
    covariance, model_covariance : (P, P)
        Of (location, coefficients, shape), without location for the spline; the second from the information alone.
    log_likelihood : float
    parameters : int
    units, events : float
    converged : bool
        Whether the score is 0 and the likelihood bends down there.
    """

    distribution: Distribution
    location: float
    coefficients: Floats
    shape: Floats
    knots: Floats
    centre: Floats
    covariance: Floats
    model_covariance: Floats
    log_likelihood: float
    parameters: int
    units: float
    events: float
    converged: bool

    @property
    def aic(self) -> float:
        """Akaike's criterion: twice the parameters less twice the log-likelihood."""
        return 2 * self.parameters - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Schwarz's criterion, with the number of endings, as for censored times (Volinsky and Raftery 2000)."""
        return float(np.log(max(self.events, 1)) * self.parameters - 2 * self.log_likelihood)

    def predictor(self, design: Floats) -> Floats:
        """Return the linear predictor of each row of a design, shape (C,)."""
        eta: Floats = self.location + (design - self.centre) @ self.coefficients
        return eta


def fit(distribution: Distribution, times: Times, *, robust: bool = False) -> Fit:
    """Fit a model with lifelines and carry its answer to the maximum.

    Parameters
    ----------
    distribution : {"weibull", "log-normal", "log-logistic", "generalised-gamma", "spline"}
        The spline is the accelerated failure time model of Crowther, Royston and Clements, with four knots at
        percentiles of the ended times; without covariates it is that of Royston and Parmar.
    times : Times
    robust : bool
        Whether the variance is the sandwich, which sampling weights and clusters need.

    Returns
    -------
    Fit

    Raises
    ------
    ImportError
        Without lifelines.
    ArithmeticError
        When neither lifelines nor the steps after it find a maximum.

    Notes
    -----
    The log-likelihood is Σ n w [δ log h(t) + log S(t) - log S(entry)]. lifelines stops a little before its maximum;
    Newton's method takes the rest of the way, until the score per unit is below 1e-9. Its derivatives are differences
    of sixth order, exact to about 12 digits, and written out for the spline. The model-based variance is the inverse
    of the observed information, right for frequencies; the sandwich is A⁻¹ Σ_c (Σ_{i in c} n w u)(…)' A⁻¹, clusters c
    being single units by default (then n w² u u'). It equals that of R's ``survreg(robust = TRUE)`` without weights;
    with them, version 3.5 of that package leaves the weights out of the squares.

    References
    ----------
    Kalbfleisch and Prentice (2002), *The Statistical Analysis of Failure Time Data*, chapter 3.
    Prentice (1974), Biometrika, 61, 539-544 (generalised gamma).
    Crowther, Royston and Clements (2023), Biostatistics, 24, 811-831.
    Royston and Parmar (2002), Statistics in Medicine, 21, 2175-2197.
    """
    share = times.n / times.n.sum()
    mean: Floats = share @ times.design
    spread: Floats = np.sqrt(share @ (times.design - mean) ** 2)
    spread = np.where(spread > 0, spread, 1.0)
    scaled = times._replace(design=(times.design - mean) / spread)
    begin, end = _clock(times)
    knots = _knots(end, times) if distribution == "spline" else np.zeros(0)
    weight: Floats = times.n * (times.weight if times.weight is not None else np.ones(len(times.n)))
    model = _Model(distribution, scaled.design, begin, end, times.ended == 1, knots)
    starts = [fitted_by_lifelines(distribution, scaled, begin, end, weight, knots)]
    if distribution in ("generalised-gamma", "spline"):
        # a Weibull model is one of them, and a start that cannot be far off when lifelines loses its way
        start = fitted_by_lifelines("weibull", scaled, begin, end, weight, knots)
        weibull = _climbed(model._replace(distribution="weibull"), start, weight)[0]
        starts.append(_nested(distribution, weibull, len(mean)))
    start = max(starts, key=lambda one: model.log_likelihood(one, weight))
    theta, information, converged = _climbed(model, start, weight)
    covariance: Floats = np.linalg.pinv(information).astype(np.float64)
    plain = covariance
    if robust:
        covariance = covariance @ _meat(model, theta, times) @ covariance
    first = 0 if distribution == "spline" else 1
    p = len(mean)
    # back to the covariates' own units: a linear map of the parameters
    back = np.eye(len(theta))
    back[first : first + p, first : first + p] = np.diag(1 / spread)
    theta, covariance, plain = back @ theta, back @ covariance @ back.T, back @ plain @ back.T
    location = float(theta[0]) if first else 0.0
    return Fit(
        distribution,
        location,
        theta[first : first + p],
        theta[first + p :],
        knots,
        mean,
        covariance,
        plain,
        model.log_likelihood(_standardised(theta, first, spread), weight),
        len(theta),
        float(weight.sum()),
        float((weight * times.ended).sum()),
        converged,
    )


def _nested(distribution: Distribution, weibull: Floats, p: int) -> Floats:
    """Write a Weibull model as a generalised gamma or a spline."""
    if distribution == "generalised-gamma":
        return np.append(weibull, 1.0)
    rho = np.exp(-weibull[-1])
    return np.array([*weibull[1 : 1 + p], -weibull[0] * rho, rho, *np.zeros(SPLINE_KNOTS - 2)])


def _standardised(theta: Floats, first: int, spread: Floats) -> Floats:
    """Return parameters on the scale of standardised covariates."""
    scaled = theta.copy()
    scaled[first : first + len(spread)] *= spread
    return scaled


def survival(fitted: Fit, eta: Floats, days: Floats) -> Floats:
    """Probability of lasting longer than so many days.

    Parameters
    ----------
    fitted : Fit
    eta : (C,)
        From :meth:`Fit.predictor`.
    days : (C,) or (H, 1)
        Broadcast against ``eta``.

    Returns
    -------
    Same shape as both together.
    """
    time = np.maximum(np.asarray(days, dtype=np.float64), FIRST_DAY)
    gone = log_survival(fitted.distribution, np.asarray(eta), fitted.shape, np.log(time), fitted.knots)
    return np.asarray(np.where(np.asarray(days) < 0, 1.0, np.exp(gone)))


def quantile_days(fitted: Fit, eta: Floats, share: float) -> Floats:
    """Days by which a share has ended, by halving; shape (C,)."""
    low, high = np.full(np.shape(eta), np.log(1e-3)), np.full(np.shape(eta), np.log(1e7))
    for _ in range(80):
        middle = (low + high) / 2
        reached = 1 - np.exp(log_survival(fitted.distribution, eta, fitted.shape, middle, fitted.knots)) >= share
        low, high = np.where(reached, low, middle), np.where(reached, middle, high)
    return np.asarray(np.exp((low + high) / 2))


# ------------------------------------------------------------------------------------------------------- likelihood


class _Model(NamedTuple):
    """The likelihood of one data set under one distribution; local parameters are (eta, shape…)."""

    distribution: Distribution
    design: Floats
    begin: Floats
    end: Floats
    ended: Any
    knots: Floats

    def local(self, eta: Floats, shape: Sequence[float] | Floats) -> Floats:
        """Log-likelihood of one unit of each cell, shape (C,)."""
        late = self.begin > 0
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            log_end = np.log(self.end)
            gone = log_survival(self.distribution, eta, shape, log_end, self.knots)
            value = gone + np.where(
                self.ended, log_hazard(self.distribution, eta, shape, log_end, self.knots, gone), 0.0
            )
            if late.any():
                before = log_survival(self.distribution, eta[late], shape, np.log(self.begin[late]), self.knots)
                value[late] -= before
        return np.asarray(value)

    def parts(self, theta: Floats) -> tuple[Floats, Floats]:
        first = 0 if self.distribution == "spline" else 1
        p = self.design.shape[1]
        return (theta[0] if first else 0.0) + self.design @ theta[first : first + p], theta[first + p :]

    def log_likelihood(self, theta: Floats, weight: Floats) -> float:
        eta, shape = self.parts(theta)
        total = float(weight @ self.local(eta, shape))
        return total if np.isfinite(total) else -np.inf

    def derivatives(self, theta: Floats) -> tuple[Floats, Floats]:
        """First (C, d) and second (C, d, d) derivatives by the local parameters."""
        eta, shape = self.parts(theta)
        if self.distribution == "spline":
            return self._spline_derivatives(eta, shape)
        d = 1 + len(shape)
        # the predictor is felt in units of the scale
        steps = _STEP * np.array([min(1.0, float(np.exp(shape[0]))), *np.ones(len(shape))])

        def moved(one: int, by: float, other: int = 0, by_other: float = 0.0) -> Floats:
            shift = np.zeros(d)
            shift[one] += by * steps[one]
            shift[other] += by_other * steps[other]
            return self.local(eta + shift[0], shape + shift[1:])

        here = self.local(eta, shape)
        first, second = np.zeros((len(eta), d)), np.zeros((len(eta), d, d))
        for one in range(d):
            around = np.stack([moved(one, float(place)) for place in _PLACES])
            first[:, one] = _FIRST @ around / steps[one]
            second[:, one, one] = (_SECOND @ around - 490 / 180 * here) / steps[one] ** 2
            for other in range(one):
                mixed = np.zeros(len(eta))
                for a, place in zip(_FIRST, _PLACES, strict=True):
                    for b, beside in zip(_FIRST, _PLACES, strict=True):
                        mixed += a * b * moved(one, float(place), other, float(beside))
                second[:, one, other] = second[:, other, one] = mixed / (steps[one] * steps[other])
        return first, second

    def _spline_derivatives(self, eta: Floats, shape: Floats) -> tuple[Floats, Floats]:
        """Return them written out: a spline's third derivative jumps at its knots, so differences would be rough."""
        basis, slope, bend, turn = spline_basis(np.log(self.end) - eta, self.knots)
        s, s1, s2 = slope @ shape, bend @ shape, turn @ shape
        hazard = np.exp(basis @ shape)
        s = np.where(s > 0, s, np.nan)
        event = self.ended.astype(np.float64)
        by_eta = -(event * (s + s1 / s) - hazard * s)
        by_shape = event[:, None] * (basis + slope / s[:, None]) - hazard[:, None] * basis
        both = -(
            event[:, None] * (slope + bend / s[:, None] - (s1 / s**2)[:, None] * slope)
            - hazard[:, None] * (s[:, None] * basis + slope)
        )
        twice = event * (s1 + s2 / s - (s1 / s) ** 2) - hazard * (s**2 + s1)
        outer = -(event / s**2)[:, None, None] * slope[:, :, None] * slope[:, None, :]
        outer -= hazard[:, None, None] * basis[:, :, None] * basis[:, None, :]
        late = np.flatnonzero(self.begin > 0)
        if len(late):
            basis, slope, bend, _ = spline_basis(np.log(self.begin[late]) - eta[late], self.knots)
            s, s1, hazard = slope @ shape, bend @ shape, np.exp(basis @ shape)
            by_eta[late] -= hazard * s
            by_shape[late] += hazard[:, None] * basis
            both[late] -= hazard[:, None] * (s[:, None] * basis + slope)
            twice[late] += hazard * (s**2 + s1)
            outer[late] += hazard[:, None, None] * basis[:, :, None] * basis[:, None, :]
        d = 1 + len(shape)
        second = np.zeros((len(eta), d, d))
        second[:, 0, 0], second[:, 0, 1:], second[:, 1:, 0], second[:, 1:, 1:] = twice, both, both, outer
        return np.column_stack([by_eta, by_shape]), second

    def full_design(self) -> Floats:
        """Covariates behind eta, with the constant where there is one."""
        if self.distribution == "spline":
            return self.design
        return np.column_stack([np.ones(len(self.design)), self.design])


def _score_rows(model: _Model, local: Floats) -> Floats:
    """Score of one unit of each cell by the parameters, (C, P)."""
    return np.column_stack([model.full_design() * local[:, :1], local[:, 1:]])


def _climbed(model: _Model, theta: Floats, weight: Floats) -> tuple[Floats, Floats, bool]:
    """Newton's method with halved steps; returns the parameters, the information there, and whether it is a maximum."""
    design, total = model.full_design(), float(weight.sum())
    best = model.log_likelihood(theta, weight)
    if not np.isfinite(best):
        raise ArithmeticError("the likelihood is not defined where it should be climbed from")
    information = np.eye(len(theta))
    q = design.shape[1]
    converged = False
    for _ in range(_MOST_STEPS):
        first, second = model.derivatives(theta)
        score = weight @ _score_rows(model, first)
        information = np.zeros((len(theta), len(theta)))
        information[:q, :q] = -(design * (weight * second[:, 0, 0])[:, None]).T @ design
        information[:q, q:] = -(design * weight[:, None]).T @ second[:, 0, 1:]
        information[q:, :q] = information[:q, q:].T
        information[q:, q:] = -np.einsum("c,cij->ij", weight, second[:, 1:, 1:])
        if not (np.isfinite(score).all() and np.isfinite(information).all()):
            raise ArithmeticError("the likelihood has no derivative")
        values, vectors = np.linalg.eigh(information)
        # where the likelihood bends up, a step along its slope
        bent = np.maximum(np.abs(values), 1e-9 * np.abs(values).max())
        converged = bool(np.abs(score).max() <= _SCORE * total and (values > 0).all())
        if converged:
            break
        move = vectors @ ((vectors.T @ score) / bent)
        length = 1.0
        while length > 1e-8:
            tried = theta + length * move
            reached = model.log_likelihood(tried, weight)
            if reached > best or (reached >= best - 1e-12 * abs(best) and length == 1.0):
                break
            length /= 2
        else:
            break
        theta, best = tried, reached
    return theta, information, converged


def _meat(model: _Model, theta: Floats, times: Times) -> Floats:
    rows = _score_rows(model, model.derivatives(theta)[0])
    weight = times.weight if times.weight is not None else np.ones(len(rows))
    if times.cluster is None:
        return np.asarray((rows * (times.n * weight**2)[:, None]).T @ rows)
    of_cluster = np.zeros((int(times.cluster.max()) + 1, rows.shape[1]))
    np.add.at(of_cluster, times.cluster, rows * (times.n * weight)[:, None])
    return np.asarray(of_cluster.T @ of_cluster)


def _clock(times: Times) -> tuple[Floats, Floats]:
    return np.maximum(times.entry, 0).astype(np.float64), np.maximum(times.exit, FIRST_DAY).astype(np.float64)


def _knots(end: Floats, times: Times) -> Floats:
    """Percentiles 5 to 95 of the logs of ended times, each counted as often as it is there."""
    ended = times.ended == 1
    if not ended.any():
        raise ArithmeticError("nobody ended, so a spline has nowhere to bend")
    # each distinct time once, so that it does not matter whether like units stand in one cell or in several
    distinct, place = np.unique(np.log(end[ended]), return_inverse=True)
    n = np.bincount(place, weights=times.n[ended])
    middle = (np.cumsum(n) - n / 2) / n.sum()
    knots = np.interp(np.linspace(0.05, 0.95, SPLINE_KNOTS), middle, distinct)
    if len(np.unique(knots)) < SPLINE_KNOTS:
        raise ArithmeticError("the ended times are too few or too much alike for a spline")
    return np.asarray(knots)
