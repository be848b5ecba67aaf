"""Standardised incidences of a subdistribution hazards model, with the covariance between settings of covariates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Floats
from .cox import inverse
from .cox_curves import relative_hazards
from .cox_influence import day_increments
from .finegray import FineGrayFit
from .finegray_prediction import influence_moments
from .finegray_robust import FineGrayVariance
from .limits import Limits, pointwise


class StandardisedSubdistribution(NamedTuple):
    """Averages over one population under L settings of its covariates, by chosen day (J)."""

    incidence: Floats  # (L, J)
    std_error: Floats  # (L, J)
    conf_low: Floats  # (L, J)
    conf_high: Floats  # (L, J)
    covariance: Floats  # (J, L, L), between the settings


def standardised_subdistribution(
    fit: FineGrayFit,
    settings: Sequence[Floats],
    mass: Floats,
    days: Iterable[float],
    *,
    stratum: Counts | None = None,
    offset: Floats | None = None,
    variance: FineGrayVariance = "fine_gray",
    confidence_level: float = 0.95,
    limits: Limits = "log-log",
) -> StandardisedSubdistribution:
    """Average predicted incidence of the outcome of interest, under each setting of the covariates.

    Parameters
    ----------
    fit : FineGrayFit
        From :func:`.finegray.fine_gray`.
    settings : sequence of (P, p), L of them
        Covariates of the patterns of the population, as they are or with one of them set to a value for everybody.
    mass : (P,)
        How many cases, or how much weight, have each pattern.
    days : iterable of float, (J,)
        Chosen days.
    stratum : (P,), optional
        Whose baselines; 0 for all if left out.
    offset : (P,), optional
        Of each pattern.
    variance : {"model", "robust", "fine_gray", "infinitesimal_jackknife"}
        As for :func:`.finegray_prediction.predicted_incidence`.
    confidence_level, limits :
        As in :func:`.limits.pointwise`, for 1 - F.

    Returns
    -------
    StandardisedSubdistribution
        The population is taken as given: its own sampling adds nothing to the variance.

    Notes
    -----
    The average of 1 - exp(-r H) over the patterns, r = exp(x'b); its change by the baseline is the average of
    exp(-r H) r dH, by the coefficients that of exp(-r H) r (x H - M), M being the sum of jumps times mean covariates.

    References
    ----------
    Fine and Gray (1999), Journal of the American Statistical Association, 94, 496-509.
    Ozenne, Scheike, Stærk and Gerds (2020), Biometrical Journal, 62, 751-763.

    Examples
    --------
    >>> import numpy as np
    >>> from justice_metrics.estimate.finegray import fine_gray
    >>> from justice_metrics.estimate.rows import Rows
    >>> whole = np.ones(4, dtype=np.int64)
    >>> code = np.array([1, 2, 1, 0])
    >>> rows = Rows(-whole, np.array([1, 2, 3, 3]), code, whole, None, 0 * whole, 0 * whole, None)
    >>> fit = fine_gray(rows, np.zeros((1, 0)), outcome=1)
    >>> standardised_subdistribution(fit, [np.zeros((1, 0))], np.ones(1), [2, 3]).incidence.round(4)
    array([[0.2212, 0.442 ]])
    """
    sets = fit.cox.model.sets
    chosen = np.asarray(list(days), dtype=np.float64)
    share = np.asarray(mass, dtype=np.float64) / np.sum(mass)
    whose = np.zeros(len(share), dtype=np.int64) if stratum is None else np.asarray(stratum, dtype=np.int64)
    strata = np.unique(whose[share > 0])
    width, many = len(chosen), len(strata)
    counted = np.zeros((len(sets.day), many, width))
    for place, one in enumerate(strata):
        counted[sets.stratum == one, place] = sets.day[sets.stratum == one][:, None] <= chosen
    added = day_increments(fit.cox)
    total = np.einsum("tsj,tc->sjc", counted, added)

    incidence = np.zeros((len(settings), width))
    level = np.zeros((len(settings), many, width))
    slope = np.zeros((len(settings), width, added.shape[1] - 1))
    for number, setting in enumerate(settings):
        relative, z = relative_hazards(
            fit.cox, np.asarray(setting, dtype=np.float64), 0.0 if offset is None else offset
        )
        for place, one in enumerate(strata):
            mine = np.flatnonzero((whose == one) & (share > 0))
            hazard = relative[mine, None] * total[place, :, 0]
            incidence[number] += share[mine] @ -np.expm1(-hazard)
            moved = (share[mine] * relative[mine])[:, None] * np.exp(-hazard)
            level[number, place] = moved.sum(axis=0)
            slope[number] += (moved.T @ z[mine]) * total[place, :, :1] - moved.sum(axis=0)[:, None] * total[
                place, :, 1:
            ]
    spread = _spread(fit, variance, counted, level, slope)
    std_error = np.sqrt(np.einsum("jll->lj", spread))
    band = pointwise(1 - incidence, std_error, confidence_level=confidence_level, limits=limits)
    return StandardisedSubdistribution(incidence, std_error, 1 - band.conf_high, 1 - band.conf_low, spread)


def _spread(fit: FineGrayFit, variance: FineGrayVariance, counted: Floats, level: Floats, slope: Floats) -> Floats:
    """Covariance (J, L, L) from what the averages owe to the baselines (L, S, J) and the coefficients (L, J, q)."""
    bread = inverse(fit.cox.point.information)
    if variance == "model":
        jumps = np.einsum("tsj,t->sj", counted, fit.cox.model.share * fit.cox.point.ties.squared[0])
        by_jumps = np.einsum("lsj,sj,msj->jlm", level, jumps, level)
        return np.asarray(by_jumps + np.einsum("ljc,cd,mjd->jlm", slope, bread, slope, optimize=True))
    settings, many, width = level.shape
    moments = influence_moments(fit, variance, counted.reshape(len(counted), many * width))
    # an average on one day owes nothing to the sums up to the other days
    straight = np.einsum("lsj,jk->ljsk", level, np.eye(width)).reshape(settings, width, many * width)
    reach = np.concatenate([straight, slope @ bread], axis=2)
    return np.asarray(np.einsum("ljk,kn,mjn->jlm", reach, moments, reach, optimize=True))
