"""Curves of groups made comparable by a Cox model: averaged over one population's covariates (g-formula)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..base.types import Counts, Days, Floats, Tallies
from .cox import CoxFit
from .cox_curves import baseline_sums, read_baseline, relative_hazards, scaled_covariance
from .limits import Limits, normal_quantile, pointwise

# Places of a patterns x days block of curves that is held at once.
PLACES = 2_000_000


class StandardisedCurves(NamedTuple):
    """Probability of being still open, had all of the population belonged to each group in turn.

    Attributes
    ----------
    survival, std_error, conf_low, conf_high : (G, D)
    covariance : (D, G, G)
        Between the groups on each day; they rest on the same coefficients and baseline.
    """

    survival: Floats
    std_error: Floats
    conf_low: Floats
    conf_high: Floats
    covariance: Floats


class RiskContrasts(NamedTuple):
    """Ended by the day in each group, against the reference group; all (G, D), the reference itself is 0 or 1."""

    difference: Floats
    difference_std_error: Floats
    difference_low: Floats
    difference_high: Floats
    ratio: Floats
    ratio_std_error: Floats  # of its logarithm
    ratio_low: Floats
    ratio_high: Floats


def standardised_curves(
    fit: CoxFit,
    designs: Sequence[Floats],
    mass: Tallies,
    *,
    days: Days,
    stratum: Counts | int = 0,
    offset: Floats | float = 0.0,
    squared_mass: Tallies | None = None,
    covariance: Floats | None = None,
    confidence_level: float = 0.95,
    limits: Limits = "log-log",
) -> StandardisedCurves:
    """Curves of groups made comparable: each averaged over the covariates of one population (g-formula).

    Parameters
    ----------
    fit : CoxFit
    designs : G arrays (P, p)
        The design of the population, with the group set to the g-th for everybody.
    mass : (P,)
        How many units of the population (or their weight) have each pattern.
    days : (D,)
        Days on which to read the curves.
    stratum : int or (P,)
        Baseline stratum of each pattern.
    offset : float or (P,)
    squared_mass : (P,), optional
        Sum of squared weights of those units; without weights the same as ``mass``. Given when the population is a
        sample of a larger one that is meant; None when it is itself the population.
    covariance : (p, p), optional
        Of the coefficients; None: inverse information.
    confidence_level, limits :
        As in :func:`justice_metrics.estimate.limits.pointwise`.

    Returns
    -------
    StandardisedCurves
        Differences between groups: :func:`risk_contrasts`.

    Notes
    -----
    S_g(t) = sum_p pi_p exp(-H(t) r_pg). Delta method, without a bootstrap: with A = sum_p pi_p S_p r_p in each stratum
    and B = sum_p pi_p S_p r_p g_p (g as in :func:`predicted_curves`), Cov = sum over strata of A A' Var H + B V B' +
    sum_p q_p (S_p - S)(S_p - S)', the last term with q_p the squared mass over the total mass squared.

    References
    ----------
    Makuch (1982), Journal of Chronic Diseases, 35, 437-443.
    Gail and Byar (1986), Biometrical Journal, 28, 587-599.
    Zhang, Loberiza, Klein and Zhang (2007), Computer Methods and Programs in Biomedicine, 88, 95-101.

    Examples
    --------
    >>> import numpy as np
    >>> from justice_metrics.estimate.cox import cox
    >>> from justice_metrics.estimate.rows import Rows
    >>> whole = np.ones(4, dtype=np.int64)
    >>> rows = Rows(-whole, np.array([1, 2, 3, 4]), whole, whole, None, 0 * whole, np.array([1, 0, 1, 0]), None)
    >>> fit = cox(rows, np.array([[0.0], [1.0]]))
    >>> curves = standardised_curves(fit, [np.zeros((2, 1)), np.ones((2, 1))], np.array([2, 2]), days=np.array([2]))
    >>> curves.survival.round(3)
    array([[0.698],
           [0.398]])
    """
    model, groups = fit.model, len(designs)
    base, variance = baseline_sums(fit), scaled_covariance(fit, covariance)
    total = float(np.sum(mass))
    share = np.asarray(mass, dtype=np.float64) / total
    spread = np.zeros_like(share) if squared_mass is None else np.asarray(squared_mass, dtype=np.float64) / total**2
    strata = np.broadcast_to(np.asarray(stratum, dtype=np.int64), len(share))
    offsets = np.broadcast_to(np.asarray(offset, dtype=np.float64), len(share))
    whole = [np.asarray(design, dtype=np.float64) for design in designs]

    risk = np.zeros((groups, len(days)))
    gradient = np.zeros((groups, len(days), len(model.columns)))
    crossed, centre = np.zeros((2, len(days), groups, groups))
    lean = np.zeros((groups, len(days)))
    step = max(1, PLACES // max(1, len(days)))
    for one in np.unique(strata):
        hazard, own, mean = read_baseline(model, base, int(one), days)
        slope = np.zeros((groups, len(days)))
        here = np.flatnonzero(strata == one)
        for start in range(0, len(here), step):
            part = here[start : start + step]
            curves = np.empty((groups, len(part), len(days)))
            for g in range(groups):
                relative, z = relative_hazards(fit, whole[g][part], offsets[part])
                curves[g] = np.exp(-relative[:, None] * hazard)
                weighted = curves[g] * (share[part] * relative)[:, None]
                risk[g] += share[part] @ (1 - curves[g])  # exactly 0 before the first ending
                slope[g] += weighted.sum(axis=0)
                gradient[g] += hazard[:, None] * (weighted.T @ z)
            ended = 1 - curves
            crossed += np.einsum("gpd,hpd,p->dgh", ended, ended, spread[part])
            lean += np.einsum("gpd,p->gd", ended, spread[part])
        gradient -= slope[:, :, None] * mean
        centre += np.einsum("gd,hd,d->dgh", slope, slope, own)
    survival = 1 - risk
    pulled = np.einsum("gd,hd->dgh", lean, risk)
    sampling = crossed - pulled - pulled.transpose(0, 2, 1) + spread.sum() * np.einsum("gd,hd->dgh", risk, risk)
    matrix = centre + np.einsum("gdq,qr,hdr->dgh", gradient, variance, gradient) + sampling
    std_error = np.sqrt(np.maximum(np.einsum("dgg->gd", matrix), 0))
    band = pointwise(survival, std_error, confidence_level=confidence_level, limits=limits)
    return StandardisedCurves(survival, std_error, band.conf_low, band.conf_high, matrix)


def risk_contrasts(curves: StandardisedCurves, *, reference: int = 0, confidence_level: float = 0.95) -> RiskContrasts:
    """Difference and ratio of the standardised probability of having ended.

    Parameters
    ----------
    curves : StandardisedCurves
    reference : int
        Group against which the others stand.
    confidence_level : float
        Of the limits: difference + and - z SE; ratio times and by exp(z SE), with the delta method on its logarithm.

    Returns
    -------
    RiskContrasts
        (G, D). The ratio is NaN on days before anything ended in the reference group.

    Examples
    --------
    >>> import numpy as np
    >>> survival = np.array([[0.8], [0.6]])
    >>> matrix = np.array([[[0.01, 0.002], [0.002, 0.01]]])
    >>> both = risk_contrasts(StandardisedCurves(survival, survival, survival, survival, matrix))
    >>> both.difference.round(3)[1], both.difference_std_error.round(4)[1], both.ratio.round(3)[1]
    (array([0.2]), array([0.1265]), array([2.]))
    """
    risk, matrix = 1 - curves.survival, curves.covariance
    own = np.einsum("dgg->gd", matrix)
    shared, base = matrix[:, :, reference].T, own[reference]
    z = normal_quantile(confidence_level)
    difference = risk - risk[reference]
    spread = np.sqrt(np.maximum(own - 2 * shared + base, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = risk / risk[reference]
        log_spread = np.sqrt(
            np.maximum(own / risk**2 - 2 * shared / (risk * risk[reference]) + base / risk[reference] ** 2, 0)
        )
        low, high = ratio * np.exp(-z * log_spread), ratio * np.exp(z * log_spread)
    return RiskContrasts(
        difference, spread, difference - z * spread, difference + z * spread, ratio, log_spread, low, high
    )
