"""Read a step curve: its value on a day, or the day on which it passes a value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..base.types import Days, Flags, Floats, Values

# A curve that should sit exactly on a half is off by rounding: far below one unit in 100 million, far above the dust of
# a product over ten thousand days.
LEVEL = 1e-10


class Quantiles(NamedTuple):
    """Days on which a curve passes each probability; NaN where it does not."""

    estimate: Floats  # (..., P)
    conf_low: Floats  # (..., P)
    conf_high: Floats  # (..., P)


def at_days(days: Days, values: Values, when: Days | Sequence[int], *, before: float) -> NDArray[Any]:
    """Value of right-continuous step curves on chosen days.

    Parameters
    ----------
    days : (T,)
        Sorted distinct days on which the curves step.
    values : (..., T)
        Value from each day on, until the next.
    when : (H,)
        Days to read, in any order.
    before : float
        Value before the first day: 1 for survival, 0 for incidence.

    Returns
    -------
    (..., H)
        After the last day the last value is carried forward; whether anybody was still observed then is told by
        :func:`justice_metrics.estimate.risk.last_observed_days`.

    Examples
    --------
    >>> import numpy as np
    >>> at_days(np.array([10, 20]), np.array([0.75, 0.5]), (9, 10, 19, 500), before=1.0)
    array([1.  , 0.75, 0.75, 0.5 ])
    """
    padded = np.concatenate([np.full((*values.shape[:-1], 1), before), values], axis=-1)
    return padded[..., np.searchsorted(days, np.asarray(when), side="right")]


def quantiles(
    days: Days,
    survival: Floats,
    conf_low: Floats,
    conf_high: Floats,
    probabilities: Floats | Sequence[float],
    *,
    last_days: Floats | None = None,
) -> Quantiles:
    """Days by which given shares of the cases had ended, from survival curves.

    Parameters
    ----------
    days : (T,)
        Sorted distinct days.
    survival, conf_low, conf_high : (..., T)
        Curve and its pointwise limits; limits may be NaN, which never counts as passed.
    probabilities : (P,)
        Shares ended, strictly between 0 and 1; 0.5 is the median.
    last_days : (...), optional
        Last day observed of each curve, from :func:`justice_metrics.estimate.risk.last_observed_days`. It matters only
        for a curve that ends exactly on a probability. Without it, the last of ``days``.

    Returns
    -------
    Quantiles
        Each (..., P), in days. NaN where the curve, or the limit, does not come down that far.

    Notes
    -----
    The p quantile is the first day on which S <= 1 - p. If the curve lies exactly on 1 - p for a while (within 1e-10),
    it is the middle between that day and the next step down or, without one, the last day observed.

    The limits enclose every day whose pointwise limits contain 1 - p (Brookmeyer and Crowley 1982): from the first day
    on which the lower limit is at 1 - p or below, to the first day from which on the upper limit stays there. Where the
    limits only fall this is R's ``quantile(survfit(...))``. Under delayed entry they may rise again while few are at
    risk; R then drops the days before the highest limit and may print an interval that leaves the estimate outside,
    this reading never does.

    References
    ----------
    Brookmeyer and Crowley (1982), Biometrics, 38, 29-41.

    Examples
    --------
    >>> import numpy as np
    >>> nothing = np.full(3, np.nan)
    >>> quantiles(np.array([10, 20, 40]), np.array([0.75, 0.5, 0.25]), nothing, nothing, [0.25, 0.5, 0.9]).estimate
    array([15., 30., nan])
    """
    levels = 1 - np.asarray(probabilities, dtype=np.float64)
    ends = days[-1:] if last_days is None else last_days
    return Quantiles(
        _days_below(days, survival, levels, ends),
        _days_below(days, conf_low, levels, ends),
        _days_below(days, conf_high, levels, ends, for_good=True),
    )


def incidence_quantiles(
    days: Days, incidence: Floats, conf_low: Floats, conf_high: Floats, probabilities: Floats | Sequence[float]
) -> Quantiles:
    """Days by which given shares of all cases had ended by one outcome.

    Parameters
    ----------
    days : (T,)
        Sorted distinct days.
    incidence, conf_low, conf_high : (..., T)
        Cumulative incidence and its pointwise limits; limits may be NaN, which never counts as reached.
    probabilities : (P,)
        Shares of all cases, above 0; a competing outcome may keep a share from ever being reached.

    Returns
    -------
    Quantiles
        Each (..., P), in days: the first day on which the incidence is at least p (within 1e-10), NaN if never. The
        lower limit is the first day on which the upper limit of the incidence is at p, the upper limit the day from
        which on its lower limit stays at p or above; that is often NaN.

    References
    ----------
    Peng and Fine (2007), Journal of Multivariate Analysis, 98, 1000-1013, for quantiles of improper distributions.

    Examples
    --------
    >>> import numpy as np
    >>> nothing = np.full(3, np.nan)
    >>> incidence_quantiles(np.array([10, 20, 40]), np.array([0.1, 0.2, 0.3]), nothing, nothing, [0.2, 0.5]).estimate
    array([20., nan])
    """
    levels = np.asarray(probabilities, dtype=np.float64)
    return Quantiles(
        _days_reached(days, incidence, levels),
        _days_reached(days, conf_high, levels),
        _days_reached(days, conf_low, levels, for_good=True),
    )


def _days_below(days: Days, curve: Floats, levels: Floats, ends: Floats | Days, *, for_good: bool = False) -> Floats:
    """First day at or below each level; ``for_good`` skips the days before a return above it."""
    found = np.full((*curve.shape[:-1], len(levels)), np.nan)
    for column, level in enumerate(levels if len(days) else ()):
        start = _first(curve <= level + LEVEL, unless=curve > level + LEVEL if for_good else None)
        fall = _first(curve < level - LEVEL, unless=curve > level - LEVEL if for_good else None)
        flat = np.abs(_at(curve, start) - level) <= LEVEL
        until = np.where(fall < 0, ends, days[fall])
        passed = np.where(flat, (days[start] + until) / 2, days[start])
        found[..., column] = np.where(start < 0, np.nan, passed)
    return found


def _days_reached(days: Days, curve: Floats, levels: Floats, *, for_good: bool = False) -> Floats:
    """First day at or above each level; ``for_good`` skips the days before a return below it."""
    found = np.full((*curve.shape[:-1], len(levels)), np.nan)
    for column, level in enumerate(levels if len(days) else ()):
        start = _first(curve >= level - LEVEL, unless=curve < level - LEVEL if for_good else None)
        found[..., column] = np.where(start < 0, np.nan, days[start])
    return found


def _first(passed: Flags, unless: Flags | None = None) -> NDArray[np.intp]:
    """Position of the first day that passed and has no ``unless`` on a later day; -1 without one."""
    if unless is not None:
        passed = passed & ~np.flip(np.logical_or.accumulate(np.flip(unless, axis=-1), axis=-1), axis=-1)
    return np.where(passed.any(axis=-1), passed.argmax(axis=-1), -1)


def _at(curve: Floats, position: NDArray[np.intp]) -> Floats:
    return np.take_along_axis(curve, position[..., None], axis=-1)[..., 0]
