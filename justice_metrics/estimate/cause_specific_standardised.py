"""Standardised incidences of cause-specific Cox models, with the variance of what they are made of.

The incidences that models of all outcomes predict together (:mod:`.cause_specific`) are averaged over a population
whose covariates are set one way or another. Such averages share baselines and coefficients, so their differences need
the covariance between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple

import numpy as np

from ..base.types import Counts, Floats
from .cause_specific import Steps, steps_of
from .cox import CoxFit, inverse
from .cox_curves import relative_hazards
from .cox_influence import day_increments, jump_parts, score_parts, summed
from .limits import Limits, pointwise

# Numbers held at once while many patterns are averaged.
BLOCK = 4_000_000


class StandardisedIncidence(NamedTuple):
    """Averages over one population under L settings of its covariates, by outcome (K) and chosen day (J)."""

    incidence: Floats  # (L, K, J)
    std_error: Floats  # (L, K, J)
    conf_low: Floats  # (L, K, J)
    conf_high: Floats  # (L, K, J)
    covariance: Floats  # (K, J, L, L), between the settings


class _Owed(NamedTuple):
    """First-order change of Q averages by the baseline jumps of one model (T, Q) and by its coefficients (Q, q)."""

    jumps: Floats
    coefficients: Floats


def standardised_incidence(
    fits: Sequence[CoxFit],
    settings: Sequence[Floats],
    mass: Floats,
    days: Iterable[float],
    *,
    stratum: Counts | None = None,
    offset: Floats | None = None,
    variance: Literal["model", "robust"] = "model",
    confidence_level: float = 0.95,
    limits: Limits = "log-log",
) -> StandardisedIncidence:
    """Average predicted incidence of every outcome, under each setting of the covariates.

    Parameters
    ----------
    fits : sequence of CoxFit, K of them
        ``cox(rows, design, outcome=k)`` of the same rows for every outcome.
    settings : sequence of (P, p), L of them
        Covariates of the patterns of the population, as they are or with one of them set to a value for everybody. A
        single pattern of mass 1 gives its prediction.
    mass : (P,)
        How many cases, or how much weight, have each pattern.
    days : iterable of float, (J,)
        Chosen days.
    stratum : (P,), optional
        Whose baselines; 0 for all if left out.
    offset : (P,), optional
        Of each pattern.
    variance : {"model", "robust"}
        ``"model"``: inverse information of each fit and Poisson variance of each baseline, outcomes independent.
        ``"robust"``: infinitesimal jackknife, by row or by cluster; for sampling weights and clusters.
    confidence_level, limits :
        As in :func:`.limits.pointwise`, for 1 - F.

    Returns
    -------
    StandardisedIncidence
        The population is taken as given: its own sampling adds nothing to the variance.

    Notes
    -----
    As in :func:`.cause_specific.cause_specific_incidence`, F_k gains S(t-) h_k g(h) with g(h) = (1 - exp(-h)) / h. A
    change dh_j(u) of one day's hazard moves F_k(t) by S(u-) (g [j = k] + g' h_k) - (F_k(t) - F_k(u)); a change of
    coefficients moves the hazards of all days. The variance is that of this first-order change, summed over patterns
    before it is squared.

    References
    ----------
    Cheng, Fine and Wei (1998), Biometrics, 54, 219-228.
    Ozenne, Scheike, Stærk and Gerds (2020), Biometrical Journal, 62, 751-763.

    Examples
    --------
    Four cases: a conviction on day 1, a withdrawal on day 2, two still open; no covariates.

    >>> import numpy as np
    >>> from justice_metrics.estimate.cox import cox
    >>> from justice_metrics.estimate.rows import Rows
    >>> one = np.ones(4, dtype=np.int64)
    >>> rows = Rows(-one, np.array([1, 2, 3, 3]), np.array([1, 2, 0, 0]), one, None, 0 * one, 0 * one, None)
    >>> fits = [cox(rows, np.zeros((1, 0)), outcome=k) for k in (1, 2)]
    >>> found = standardised_incidence(fits, [np.zeros((1, 0))], np.ones(1), [3])
    >>> found.incidence[0, :, 0].round(4), found.std_error[0, :, 0].round(4)
    (array([0.2212, 0.2208]), array([0.1947, 0.194 ]))
    """
    chosen = np.asarray(list(days), dtype=np.float64)
    share = np.asarray(mass, dtype=np.float64) / np.sum(mass)
    whose = np.zeros(len(share), dtype=np.int64) if stratum is None else np.asarray(stratum, dtype=np.int64)
    shift = np.zeros(len(share)) if offset is None else np.asarray(offset, dtype=np.float64)
    outcomes, width = len(fits), len(chosen)
    found = np.zeros((len(settings), outcomes * width))
    owed: list[list[_Owed]] = []
    for number, setting in enumerate(settings):
        design = np.asarray(setting, dtype=np.float64)
        jumps = [np.zeros((len(fit.model.sets.day), outcomes * width)) for fit in fits]
        slopes = [np.zeros((outcomes * width, len(fit.model.columns))) for fit in fits]
        for one in np.unique(whose[share > 0]):
            mine = np.flatnonzero((whose == one) & (share > 0))
            steps = steps_of(fits, int(one))
            size = max(1, BLOCK // max(steps.hazard.size, 1))
            for start in range(0, len(mine), size):
                here = mine[start : start + size]
                relative = [relative_hazards(fit, design[here], 0.0) for fit in fits]
                factor = np.stack([hazard * np.exp(shift[here]) for hazard, _ in relative], axis=1)
                scaled = [z for _, z in relative]
                found[number] += _averaged(fits, int(one), steps, factor, scaled, share[here], chosen, jumps, slopes)
        owed.append([_Owed(j, s) for j, s in zip(jumps, slopes, strict=True)])
    spread = _model_covariance(fits, owed) if variance == "model" else _robust_covariance(fits, owed)
    shape = (len(settings), outcomes, width)
    incidence = found.reshape(shape)
    std_error = np.sqrt(np.einsum("qll->lq", spread)).reshape(shape)
    band = pointwise(1 - incidence, std_error, confidence_level=confidence_level, limits=limits)
    covariance = spread.reshape(outcomes, width, len(settings), len(settings))
    return StandardisedIncidence(incidence, std_error, 1 - band.conf_high, 1 - band.conf_low, covariance)


def _averaged(
    fits: Sequence[CoxFit],
    stratum: int,
    steps: Steps,
    factor: Floats,
    scaled: Sequence[Floats],
    share: Floats,
    chosen: Floats,
    jumps: Sequence[Floats],
    slopes: Sequence[Floats],
) -> Floats:
    """Averages (K J,) over some patterns of one stratum; adds what they owe to ``jumps`` and ``slopes``."""
    at = np.searchsorted(steps.days, chosen, side="right")
    reached = np.arange(len(steps.days)) < at[:, None]
    hazard = factor[:, :, None] * steps.hazard
    total = hazard.sum(axis=1)
    before = np.exp(-(np.cumsum(total, axis=1) - total))
    kept, slope = _left(total), _slope(total)
    incidence = np.cumsum((before * kept)[:, None] * hazard, axis=2)
    ends = np.concatenate([np.zeros((*incidence.shape[:2], 1)), incidence], axis=2)[:, :, at]
    outcomes, width = incidence.shape[1], len(at)
    for j, fit in enumerate(fits):
        own = np.flatnonzero(fit.model.sets.stratum == stratum)
        place = np.searchsorted(steps.days, fit.model.sets.day[own])
        weight = (share * factor[:, j])[:, None] * np.column_stack([np.ones(len(share)), scaled[j]])
        added = day_increments(fit)[own]
        for k in range(outcomes):
            gained = incidence[:, k] + before * slope * hazard[:, k]
            if j == k:
                gained += before * kept
            moved = weight.T @ gained[:, place]
            lost = weight.T @ ends[:, k]
            for day in range(width):
                column = k * width + day
                part = np.where(reached[day, place], moved - lost[:, day, None], 0)
                jumps[j][own, column] += part[0]
                slopes[j][column] += part[1:] @ added[:, 0] - part[0] @ added[:, 1:]
    return np.asarray(np.einsum("p,pkj->kj", share, ends).ravel())


def _model_covariance(fits: Sequence[CoxFit], owed: Sequence[Sequence[_Owed]]) -> Floats:
    """(Q, L, L)."""
    spread = 0.0
    for j, fit in enumerate(fits):
        jumps = np.stack([one[j].jumps for one in owed])
        slopes = np.stack([one[j].coefficients for one in owed])
        noise = fit.model.share * fit.point.ties.squared[0]
        spread = spread + np.einsum("ltq,t,mtq->qlm", jumps, noise, jumps, optimize=True)
        spread = spread + np.einsum("lqc,cd,mqd->qlm", slopes, inverse(fit.point.information), slopes, optimize=True)
    return np.asarray(spread)


def _robust_covariance(fits: Sequence[CoxFit], owed: Sequence[Sequence[_Owed]]) -> Floats:
    """(Q, L, L)."""
    rows = fits[0].model.rows
    settings, columns = len(owed), owed[0][0].jumps.shape[1]
    parts: list[tuple[Callable[[slice], Floats], Callable[[slice], Floats], Floats]] = []
    for j, fit in enumerate(fits):
        weights = np.concatenate([one[j].jumps for one in owed], axis=1)
        reach = inverse(fit.point.information) @ np.concatenate([one[j].coefficients for one in owed]).T
        parts.append((jump_parts(fit, weights), score_parts(fit), reach))

    def influence(cells: slice) -> Floats:
        found = np.zeros((len(rows.exit[cells]), settings * columns))
        for jump, score, reach in parts:
            found += jump(cells) + score(cells) @ reach
        return found if rows.weight is None else found * rows.weight[cells, None]

    spread = np.zeros((columns, settings, settings))
    for sums, copies in summed(rows, influence, settings * columns):
        wide = sums.reshape(-1, settings, columns)
        spread += np.einsum("ulq,u,umq->qlm", wide, copies, wide, optimize=True)
    return spread


def _left(total: Floats) -> Floats:
    """Share (1 - exp(-h)) / h."""
    positive = total > 0
    return np.where(positive, -np.expm1(-total) / np.where(positive, total, 1), 1)


def _slope(total: Floats) -> Floats:
    """Derivative of (1 - exp(-h)) / h; a series where the formula would cancel."""
    large = np.where(total > 1e-2, total, 1)
    series = -1 / 2 + total * (1 / 3 - total * (1 / 8 - total * (1 / 30 - total * (1 / 144 - total / 840))))
    return np.where(total > 1e-2, (np.exp(-large) * (1 + large) - 1) / large**2, series)
