"""Curves of times with the variance that the sampling asks for: by formula for independent cases, else robust."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..base.types import Days, Flags, Floats
from ..estimate.curves import (
    CumulativeHazard,
    HazardVariance,
    Incidence,
    KaplanMeier,
    aalen_johansen,
    kaplan_meier,
    nelson_aalen,
)
from ..estimate.limits import Limits, pointwise
from ..estimate.risk import last_observed_days
from ..estimate.robust import Curve, robust_curves
from ..estimate.steps import at_days
from ..tables import RiskTable
from .curve_times import Times


def incidence_of(times: Times, *, confidence_level: float, limits: Limits = "log-log") -> Incidence:
    """Return cumulative incidences with pointwise limits."""
    formula = "greenwood" if times.variance == "infinitesimal_jackknife" else times.variance
    curves = Incidence(
        *[
            _of_somebody(times, array)
            for array in aalen_johansen(
                times.table.events, times.at_risk, confidence_level=confidence_level, variance=formula, limits=limits
            )
        ]
    )
    if times.rows is None:
        return curves
    std_error = robust_errors(times, "incidence")
    band = pointwise(curves.incidence, std_error, confidence_level=confidence_level, limits=limits)
    return curves._replace(std_error=std_error, conf_low=band.conf_low, conf_high=band.conf_high)


def open_share_of(times: Times, *, confidence_level: float, limits: Limits = "log-log") -> KaplanMeier:
    """Return the share still open with pointwise limits."""
    events = times.table.events.sum(axis=1)
    curve = KaplanMeier(
        *[
            _of_somebody(times, array)
            for array in kaplan_meier(events, times.at_risk, confidence_level=confidence_level, limits=limits)
        ]
    )
    if times.rows is not None:
        std_error = robust_errors(times, "survival")[:, 0]
    elif times.variance == "counting_process":
        one = aalen_johansen(events[:, None], times.at_risk, variance="counting_process")
        std_error = one.std_error[:, 0]
    else:
        return curve
    band = pointwise(curve.survival, std_error, confidence_level=confidence_level, limits=limits)
    return KaplanMeier(curve.survival, std_error, band.conf_low, band.conf_high)


def survival_of(times: Times) -> Floats:
    """Return the share still open alone, shape (G, T)."""
    return _of_somebody(times, kaplan_meier(times.table.events.sum(axis=1), times.at_risk).survival)


def hazard_of(times: Times, *, confidence_level: float) -> CumulativeHazard:
    """Return the cumulative hazard of each ending, and of all together last, with limits on the log scale."""
    events = np.concatenate([times.table.events, times.table.events.sum(axis=1, keepdims=True)], axis=1)
    formula: HazardVariance = "poisson" if times.variance != "counting_process" else "counting_process"
    curves = nelson_aalen(events, times.at_risk, confidence_level=confidence_level, variance=formula)
    if times.rows is None:
        return curves
    together = replace(times, rows=times.rows._replace(code=(times.rows.code > 0).astype(np.int64)))
    std_error = np.concatenate(
        [robust_errors(times, "cumulative_hazard"), robust_errors(together, "cumulative_hazard", outcomes=1)], axis=1
    )
    band = _log_limits(curves.hazard, std_error, confidence_level)
    return CumulativeHazard(curves.hazard, std_error, *band)


def robust_errors(times: Times, curve: Curve, *, outcomes: int | None = None) -> Floats:
    """Return robust standard errors on the days of the table, shape (G, Q, T); NaN where they cannot be known."""
    if times.rows is None:
        raise TypeError("these times have no rows")
    k = len(times.table.outcomes) if outcomes is None else outcomes
    found = robust_curves(times.rows, curve, groups=len(times.table.strata), outcomes=k)
    errors: Floats = at_days(found.days, found.std_error, times.table.days, before=0.0)
    errors[times.unsure] = np.nan
    return errors


def watched(times: Times, open_share: Floats, days: Sequence[int]) -> Flags:
    """Return whether each group was watched up to each day, or had nobody left to watch, shape (G, H)."""
    last = last_observed_days(times.table.days, times.at_risk)
    nobody_left = open_share[:, -1] <= 0
    flags: Flags = nobody_left[:, None] | (np.asarray(days)[None, :] <= last[:, None])
    return flags


def seen_only(times: Times, curve: Floats, open_share: Floats) -> Floats:
    """Return curves (G, T) as NaN from the day on which nobody of a group is observed any more, for a drawing.

    Where everybody had ended there is nothing left to observe, and the curve goes on.
    """
    return np.where(watched(times, open_share, times.table.days.tolist()), curve, np.nan)


def open_after(table: RiskTable, days: Sequence[int] | Days) -> Floats:
    """Return the units open and observed after each of ``days``, shape (G, H)."""
    inside = table.entered.cumsum(axis=1) - (table.events.sum(axis=1) + table.censored).cumsum(axis=1)
    return at_days(table.days, inside, list(days), before=0.0)


def _of_somebody(times: Times, array: Floats) -> Floats:
    """Return a curve (G, ..., T) as NaN for groups in which nobody was ever at risk."""
    nobody = ~(times.at_risk > 0).any(axis=1)
    return np.where(nobody.reshape(-1, *[1] * (array.ndim - 1)), np.nan, array)


def _log_limits(estimate: Floats, std_error: Floats, confidence_level: float) -> tuple[Floats, Floats]:
    from ..estimate.limits import normal_quantile

    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        spread = np.exp(normal_quantile(confidence_level) * std_error / np.where(estimate > 0, estimate, np.nan))
        return estimate / spread, estimate * spread
