"""What a median time asks for: the times that are expected, files needed, the margin reached, limits that are seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from ...estimate.median_sizes import (
    curve_spread,
    median_margin,
    median_units,
    share_ended,
    upper_limit_missing,
    weibull_spread,
)
from .planned import Needed, Sampled

# Where the upper limit is missing in more samples than this, it lies beyond what is seen: there is no such interval.
_MOSTLY: Final = 0.5
# What rounding of the machine leaves of a whole number is no further file.
_ROUNDING: Final = 1e-6


class Times(NamedTuple):
    """The times that a plan expects."""

    median: float
    shape: float
    follow_up: float
    registered_over: float

    @property
    def spread(self) -> float:
        """Variance of the log median of a curve, times the number of files."""
        return curve_spread(
            self.median,
            shape=self.shape,
            follow_up_days=self.follow_up,
            registered_over_days=self.registered_over,
        )

    @property
    def least_spread(self) -> float:
        """The same for whoever knows the shape of the times."""
        return weibull_spread(
            self.median,
            shape=self.shape,
            follow_up_days=self.follow_up,
            registered_over_days=self.registered_over,
        )

    @property
    def ended(self) -> float:
        """Share of the files that is seen to end."""
        return share_ended(
            self.median,
            shape=self.shape,
            follow_up_days=self.follow_up,
            registered_over_days=self.registered_over,
        )


def units_for(plan: Sampled, times: Times, margin: float, spread: float) -> Callable[[float], float]:
    """Return the independent files needed as a function of the degrees of freedom."""

    def wanted(degrees: float) -> float:
        return float(
            median_units(
                spread,
                times.median,
                margin,
                confidence_level=plan.confidence_level,
                degrees_of_freedom=degrees,
            )
        )

    return wanted


def _missing(plan: Sampled, times: Times, files: float, clusters: float) -> float:
    """Return the share of samples of so many files in which the upper limit is not reached."""
    return float(
        upper_limit_missing(
            plan.effective(files, clusters),
            times.median,
            shape=times.shape,
            follow_up_days=times.follow_up,
            registered_over_days=times.registered_over,
            confidence_level=plan.confidence_level,
            degrees_of_freedom=plan.degrees(files, clusters),
        )
    )


def needed_for(plan: Sampled, times: Times, units: Callable[[float], float]) -> tuple[Needed, float]:
    """Return what a plan asks for, and the share of samples without an upper limit (NaN where there is no plan)."""
    found = plan.needed(units)
    if not np.isfinite(found.files):
        return found, np.nan
    missing = _missing(plan, times, found.files, found.clusters)
    if missing > _MOSTLY:
        return plan.nothing, np.nan
    return found, missing


def margin_of(plan: Sampled, times: Times, files: float) -> float:
    """Return the margin that so many files reach; NaN where there are too few clusters, or the limits are not seen."""
    clusters = plan.clusters_of(files)
    if not plan.has(files, clusters) or not np.isfinite(times.spread):
        return np.nan
    if _missing(plan, times, files, clusters) > _MOSTLY:
        return np.nan
    return float(
        median_margin(
            times.spread,
            plan.effective(files, clusters),
            times.median,
            confidence_level=plan.confidence_level,
            degrees_of_freedom=plan.degrees(files, clusters),
        )
    )


def independent_files(plan: Sampled, times: Times, units: Callable[[float], float]) -> float:
    """Return the independent files needed from a register without an end; NaN where limits of so many are not seen."""
    files = units(np.inf)
    endless = replace(plan, files_in_frame=np.inf, clusters_in_frame=np.inf, files_per_cluster=None, clusters=None)
    if not np.isfinite(files) or _missing(endless, times, files, np.nan) > _MOSTLY:
        return np.nan
    return float(np.ceil(files - _ROUNDING))
