"""Effect of an exposure on an outcome at one point in time: standardised, weighted, or both.

Cases are folded: cells of units alike in covariate pattern, exposure, outcome, cluster and sampling weight. All
estimators return the mean outcome had everybody been exposed and had nobody been (arm 0 and arm 1), with what each unit
adds to both: :mod:`.point_contrasts` turns that into differences, ratios and intervals.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from scipy.special import expit

from ..base.types import Counts, Flags, Floats
from .point_models import guessed, linear, logistic

Outcome: TypeAlias = Literal["binary", "continuous"]


class PointCells(NamedTuple):
    """Cells of identical units, C of them.

    Attributes
    ----------
    pattern : (C,)
        Row of the design, 0..P-1.
    exposed : (C,) flags
    outcome : (C,)
        0 and 1, or any number.
    n : (C,)
        Units of the cell: n = 2 is the unit twice.
    weight : (C,) or None
        Sampling weight of each of them.
    cluster : (C,) or None
        Units of one cluster are not independent; None: each unit by itself.
    """

    pattern: Counts
    exposed: Flags
    outcome: Floats
    n: Counts
    weight: Floats | None
    cluster: Counts | None

    @property
    def each(self) -> Floats:
        """Sampling weight of a unit of each cell, (C,)."""
        return np.ones(len(self.n)) if self.weight is None else self.weight

    @property
    def mass(self) -> Floats:
        """Units of each cell, with their sampling weights; (C,)."""
        return self.n * self.each

    @property
    def arms(self) -> Flags:
        """Which cells lie in each arm, (2, C): exposed, not exposed."""
        return np.stack([self.exposed, ~self.exposed])


class ArmMeans(NamedTuple):
    """Mean outcome in both arms, exposed first.

    Attributes
    ----------
    estimate : (2,)
        NaN for an arm that has nobody.
    influence : (C, 2)
        How far one unit of each cell moves both, its sampling weight included.
    """

    estimate: Floats
    influence: Floats


class OutcomeModel(NamedTuple):
    """What the outcome of each pattern would be in both arms.

    Attributes
    ----------
    predicted : (2, P)
    slope : (2, P, r)
        Change of a prediction by the coefficients.
    influence : (C, r)
        How far one unit moves the coefficients.
    separated : bool
        Whether fitted probabilities run to 0 or 1.
    guessed : (2, P) flags
        Patterns with covariates that the arm does not have: their prediction is made by the model alone.
    """

    predicted: Floats
    slope: Floats
    influence: Floats
    separated: bool
    guessed: Flags


class Scores(NamedTuple):
    """Probability of being exposed, by pattern.

    Attributes
    ----------
    probability : (P,)
    slope : (P, r)
        Change of the probability by the coefficients; r = 0 where it is known.
    influence : (C, r)
    separated : bool
    """

    probability: Floats
    slope: Floats
    influence: Floats
    separated: bool


class Weights(NamedTuple):
    """Inverse probability of the exposure that a unit had.

    Attributes
    ----------
    value : (C,)
        1 / probability of the own arm, cut where it is truncated.
    stabilised : (C,)
        The same times the share of the arm; mean about 1.
    slope : (C, r)
        Change of the value by the coefficients of the scores; 0 where it is cut.
    cut : (C,) flags
    """

    value: Floats
    stabilised: Floats
    slope: Floats
    cut: Flags


def fit_outcome(
    cells: PointCells, design: Floats, *, outcome: Outcome = "binary", modified: Floats | None = None
) -> OutcomeModel:
    """Model the outcome by covariates and exposure.

    Parameters
    ----------
    cells : PointCells
    design : (P, p)
        Covariates of the patterns, without a column of ones.
    outcome : {"binary", "continuous"}
        A logistic or a linear model.
    modified : (P, m), optional
        Covariates that the coefficient of the exposure depends on; with ``design`` itself each arm has a model of its
        own, without any the exposure has one coefficient.

    Returns
    -------
    OutcomeModel

    Examples
    --------
    Of three exposed two have the outcome, of two others one; no covariates:

    >>> import numpy as np
    >>> cells = PointCells(np.zeros(4, int), np.array([True, True, False, False]), np.array([1.0, 0, 1, 0]),
    ...                    np.array([2, 1, 1, 1]), None, None)
    >>> fit_outcome(cells, np.empty((1, 0))).predicted.round(6).tolist()
    [[0.666667], [0.5]]
    """
    base = np.column_stack([np.ones(len(design)), design])
    exposure = np.column_stack([np.ones(len(design)), *([] if modified is None else [modified])])
    with_it, without = np.hstack([base, exposure]), np.hstack([base, 0 * exposure])
    rows = np.where(cells.exposed[:, None], with_it[cells.pattern], without[cells.pattern])
    fit = (logistic if outcome == "binary" else linear)(rows, cells.outcome, cells.n.astype(np.float64), cells.each)
    there = rows[cells.mass > 0]
    arms = [fit.coordinates(one) for one in (with_it, without)]
    reach = np.stack([arm @ fit.coefficients for arm in arms])
    predicted = expit(reach) if outcome == "binary" else reach
    steep = predicted * (1 - predicted) if outcome == "binary" else np.ones_like(predicted)
    return OutcomeModel(
        predicted=predicted,
        slope=steep[:, :, None] * np.stack(arms),
        influence=fit.influence,
        separated=fit.separated,
        guessed=np.stack([guessed(one, there) for one in (with_it, without)]),
    )


def fit_scores(cells: PointCells, design: Floats) -> Scores:
    """Model the probability of being exposed by covariates (logistic).

    Parameters
    ----------
    cells : PointCells
    design : (P, p)
        Covariates of the patterns, without a column of ones.

    Returns
    -------
    Scores

    References
    ----------
    Rosenbaum and Rubin (1983), Biometrika, 70, 41-55.
    """
    base = np.column_stack([np.ones(len(design)), design])
    fit = logistic(base[cells.pattern], cells.exposed.astype(np.float64), cells.n.astype(np.float64), cells.each)
    rows = fit.coordinates(base)
    probability = expit(rows @ fit.coefficients)
    return Scores(probability, (probability * (1 - probability))[:, None] * rows, fit.influence, fit.separated)


def known_scores(cells: PointCells, probability: Floats) -> Scores:
    """Take probabilities of exposure (P,) that are known, from a roster or a lottery, instead of fitted ones."""
    return Scores(
        np.asarray(probability, np.float64), np.empty((len(probability), 0)), np.empty((len(cells.n), 0)), False
    )


def inverse_weights(cells: PointCells, scores: Scores, *, truncate: float | None = None) -> Weights:
    """Weight every unit by the inverse probability of the exposure that it had.

    Parameters
    ----------
    cells : PointCells
    scores : Scores
    truncate : float, optional
        Quantile of the stabilised weights, such as 0.99, at which larger ones are cut. Less variance, some bias.

    Returns
    -------
    Weights

    References
    ----------
    Cole and Hernán (2008), American Journal of Epidemiology, 168, 656-664.
    """
    mass = cells.mass
    probability = scores.probability[cells.pattern]
    own = np.where(cells.exposed, probability, 1 - probability)
    share = np.where(cells.exposed, *(np.average(arm, weights=mass) for arm in cells.arms))
    with np.errstate(divide="ignore", invalid="ignore"):
        value = 1 / own
        sign = np.where(cells.exposed, -1.0, 1.0)
        slope = (sign * value**2)[:, None] * scores.slope[cells.pattern]
    cut = np.zeros(len(value), np.bool_)
    if truncate is not None:
        most = _quantile(value * share, mass, truncate)
        cut = value * share > most
        value = np.where(cut, most / share, value)
        slope = np.where(cut[:, None], 0.0, slope)
    return Weights(value, value * share, slope, cut)


def crude(cells: PointCells) -> ArmMeans:
    """Mean outcome of each arm as it is: who was exposed and who was not may differ in everything else."""
    one = np.ones(len(cells.n))
    return weighted_means(cells, Weights(one, one, np.empty((len(one), 0)), np.zeros(len(one), np.bool_)), None)


def g_computation(cells: PointCells, model: OutcomeModel) -> ArmMeans:
    """Average the predictions of an outcome model over all units, in both arms (standardisation).

    Parameters
    ----------
    cells : PointCells
    model : OutcomeModel

    Returns
    -------
    ArmMeans

    Notes
    -----
    m_a = sum n w m(a, x) / sum n w. A unit moves it by w (m(a, x) - m_a) / sum n w, and by what it moves the
    coefficients: the covariates are a sample too.

    References
    ----------
    Robins (1986), Mathematical Modelling, 7, 1393-1512.
    Hernán and Robins (2020), *Causal Inference: What If*, chapter 13.
    """
    mass = cells.mass
    total = mass.sum()
    own = model.predicted[:, cells.pattern]
    estimate = own @ mass / total
    share = np.bincount(cells.pattern, weights=mass, minlength=model.predicted.shape[1]) / total
    moved = np.einsum("p,apr->ar", share, model.slope)
    influence = (cells.each * (own - estimate[:, None]) / total).T + model.influence @ moved.T
    return _where_there(cells, ArmMeans(estimate, influence))


def weighted_means(cells: PointCells, weights: Weights, scores: Scores | None) -> ArmMeans:
    """Average the outcome of each arm with inverse probability weights that add up to its size (Hájek).

    Parameters
    ----------
    cells : PointCells
    weights : Weights
    scores : Scores or None
        Those that the weights were made of; None where the weights are fixed numbers.

    Returns
    -------
    ArmMeans
        The same for stabilised weights: a factor of an arm cancels.

    Notes
    -----
    m_a = sum n w q y / sum n w q over the arm, q the inverse probability. A unit moves it by w q (y - m_a) / sum n w q,
    and by what it moves the coefficients of the scores, which makes the variance smaller than with known scores.

    References
    ----------
    Lunceford and Davidian (2004), Statistics in Medicine, 23, 2937-2960.
    """
    mass = cells.mass
    estimate, influence = np.full(2, np.nan), np.zeros((len(mass), 2))
    for arm, there in enumerate(cells.arms):
        own = np.where(there & np.isfinite(weights.value), mass * weights.value, 0.0)
        total = own.sum()
        if not total > 0:
            continue
        estimate[arm] = own @ cells.outcome / total
        left = cells.outcome - estimate[arm]
        influence[:, arm] = np.where(there, cells.each * weights.value * left, 0.0) / total
        if scores is not None and scores.influence.shape[1]:
            moved = np.where(there, mass * left, 0.0) @ weights.slope / total
            influence[:, arm] += scores.influence @ moved
    return ArmMeans(estimate, influence)


def doubly_robust(cells: PointCells, model: OutcomeModel, weights: Weights, scores: Scores) -> ArmMeans:
    """Augment the weighted means by an outcome model (AIPW): right when either the scores or the model are.

    Parameters
    ----------
    cells : PointCells
    model : OutcomeModel
    weights : Weights
    scores : Scores

    Returns
    -------
    ArmMeans
        Risks may lie slightly outside 0 and 1 where weights are large.

    Notes
    -----
    m_a = sum n w (m(a, x) + q 1{arm a} (y - m(a, x))) / sum n w. The variance is that of all equations together: of
    both models' coefficients and of the means.

    References
    ----------
    Robins, Rotnitzky and Zhao (1994), Journal of the American Statistical Association, 89, 846-866.
    Bang and Robins (2005), Biometrics, 61, 962-973.
    """
    mass = cells.mass
    total = mass.sum()
    estimate, influence = np.full(2, np.nan), np.zeros((len(mass), 2))
    for arm, there in enumerate(cells.arms):
        own = model.predicted[arm, cells.pattern]
        value = np.where(there, weights.value, 0.0)
        augmented = own + value * (cells.outcome - own)
        estimate[arm] = mass @ augmented / total
        by_model = (mass * (1 - value)) @ model.slope[arm, cells.pattern] / total
        by_score = np.where(there, mass * (cells.outcome - own), 0.0) @ weights.slope / total
        influence[:, arm] = cells.each * (augmented - estimate[arm]) / total
        influence[:, arm] += model.influence @ by_model
        if scores.influence.shape[1]:
            influence[:, arm] += scores.influence @ by_score
    return _where_there(cells, ArmMeans(estimate, influence))


def _where_there(cells: PointCells, means: ArmMeans) -> ArmMeans:
    """Return no mean of an arm that nobody was in."""
    there = cells.arms @ cells.mass > 0
    return ArmMeans(np.where(there, means.estimate, np.nan), means.influence)


def _quantile(values: Floats, mass: Floats, at: float) -> float:
    """Return the smallest value up to which at least that share of the mass lies."""
    order = np.argsort(values, kind="stable")
    upto = np.cumsum(mass[order])
    place = int(np.searchsorted(upto, at * upto[-1] * (1 - 1e-12)))
    return float(values[order][min(place, len(values) - 1)])
