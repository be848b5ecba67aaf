"""Numbers that no count gives back: medians on a grid of days, means and coefficients with few digits."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Final

import numpy as np

from ..base.table import Column, Table
from ..base.types import Floats

# Steps of a grid for numbers of days: a week; a month, from a year on.
_WEEK: Final = 7.0
_MONTH: Final = 30.0
_YEAR: Final = 365.0
# Where weeks would destroy the number, days are told.
_FEW_DAYS: Final = 21.0

# Steps of a grid for shares.
_STEPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)

_TAILS: Final = (("decile", 10.0), ("quartile", 4.0))
_EXTREMES: Final = re.compile(r"(^|_)(min|max|smallest|largest|shortest|longest|lowest|highest|percentile)(_|$)")


def is_lower(name: str) -> bool:
    """Whether a column holds lower limits, by its name (conf_low, alpha_low)."""
    return name.endswith("_low")


def is_upper(name: str) -> bool:
    """Whether a column holds upper limits."""
    return name.endswith("_high")


def significant(values: Floats, digits: int, name: str = "") -> Floats:
    """Round to so many significant digits; limits outwards.

    Parameters
    ----------
    values : array of float
    digits : int
    name : str
        Of the column: a lower limit is rounded down and an upper one up.

    Examples
    --------
    >>> significant(np.array([1234.0, 0.012345, 0.0, np.nan]), 3).tolist()
    [1230.0, 0.0123, 0.0, nan]
    >>> significant(np.array([0.2048, 0.31498]), 2, "conf_high").tolist()
    [0.21, 0.32]
    """
    made = np.array([_digits(one, digits, name) for one in values.ravel().tolist()])
    return made.reshape(values.shape)


def _digits(value: float, digits: int, name: str) -> float:
    if not math.isfinite(value) or value == 0:
        return value
    near = float(f"{value:.{digits - 1}e}")
    step = 10.0 ** (math.floor(math.log10(abs(value))) - digits + 1)
    if is_lower(name) and near > value:
        near = float(f"{near - step:.{digits - 1}e}")
    if is_upper(name) and near < value:
        near = float(f"{near + step:.{digits - 1}e}")
    return near


def on_days(values: Floats, name: str = "") -> Floats:
    """Round numbers of days to weeks, from a year on to 30 days, below three weeks to days; limits outwards.

    Parameters
    ----------
    values : array of float
    name : str
        Of the column: a lower limit is rounded down and an upper one up.

    Examples
    --------
    >>> on_days(np.array([2.6, 100.0, 380.0, np.nan])).tolist()
    [3.0, 98.0, 390.0, nan]
    >>> on_days(np.array([28.0, 51.0]), "conf_high").tolist()
    [28.0, 56.0]
    """
    step = np.where(values < _FEW_DAYS, 1.0, np.where(values < _YEAR, _WEEK, _MONTH))
    found = np.asarray(towards(name)(np.round(values / step, 9)) * step, np.float64)
    # a day that began is no zero
    return np.where((values > 0) & (found == 0) & (not is_lower(name)), 1.0, found)


def towards(name: str) -> Callable[[Floats], Floats]:
    """Return how the numbers of a column are rounded: lower limits down, upper ones up, others to the nearest."""
    return np.floor if is_lower(name) else np.ceil if is_upper(name) else np.round


def on_grid(shares: Floats, least: Floats, column: Column) -> Floats:
    """Round shares to steps that hold enough cases; a lower limit down, an upper one up.

    Parameters
    ----------
    shares : array of float, shape (N,)
    least : array of float, shape (N,)
        The narrowest step: 1, 2, 5, 10, 20 or 50 per cent, the first that is at least so wide.
    column : Column
        Of the shares.

    Examples
    --------
    >>> from ..base.language import Label
    >>> share = Column("estimate", Label("share"), "share", "estimate", "mean")
    >>> on_grid(np.array([0.046, 0.337]), np.array([0.008, 0.06]), share).round(2).tolist()
    [0.05, 0.3]
    """
    steps = np.array(_STEPS)
    step = steps[np.minimum(np.searchsorted(steps, least - 1e-12), len(steps) - 1)]
    found: Floats = np.round(towards(column.name)(np.round(shares / step, 9)) * step, 9)
    return found


def needed(column: Column, table: Table) -> Floats:
    """Return how many times the minimum a quantile must rest on, row by row, so that each tail holds the minimum.

    Parameters
    ----------
    column : Column
        Of kind "quantile"; its name tells quartiles and deciles, the table's column ``quantile`` any other.
    table : Table

    Returns
    -------
    array of float, shape (rows,)
        Two for a median; infinite for the smallest and the largest, which are the numbers of single cases.
    """
    if _EXTREMES.search(column.name):
        return np.full(len(table), np.inf)
    for word, times in _TAILS:
        if word in column.name:
            return np.full(len(table), times)
    if "quantile" in table.values and column.name != "quantile":
        asked = np.asarray(table["quantile"], np.float64)
        with np.errstate(divide="ignore"):
            return np.asarray(np.maximum(1 / np.minimum(asked, 1 - asked), 2.0), np.float64)
    return np.full(len(table), 2.0)
