"""The closed set of formulas by which a published number is computed from published counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np

from ..base.types import Counts, Floats
from ..estimate.age_standardise import poisson_rate
from ..estimate.proportion import Share, clopper_pearson, jeffreys, wilson
from ..estimate.share_contrasts import Contrast, count_ratio, newcombe_difference, score_ratio

Inputs: TypeAlias = Sequence[Floats]
# (inputs, confidence level, the rows that belong together) to the values of each row
Formula: TypeAlias = Callable[[Inputs, float, Counts], Floats]
_Limits: TypeAlias = Callable[[Floats, Floats, float], Share]


def _over(one: Floats, other: Floats) -> Floats:
    """Return one over the other; NaN over 0."""
    return np.asarray(one / np.where(other != 0, other, np.nan), np.float64)


def _within(part: Floats, whole: Floats) -> Floats:
    """Return a part no larger than its whole: rounded by itself it may have passed it."""
    return np.minimum(part, whole)


def _row(compute: Callable[..., Floats]) -> Formula:
    """Make a formula of a function of a row's own numbers."""
    return lambda inputs, level, groups: compute(*inputs)  # noqa: ARG005


def _limit(kernel: _Limits, side: str) -> Formula:
    """Make a formula of one limit of a share: of (numerator, denominator)."""

    def limit(inputs: Inputs, level: float, groups: Counts) -> Floats:  # noqa: ARG001
        n, d = inputs
        return np.asarray(getattr(kernel(_within(n, d), d, level), side), np.float64)

    return limit


def _two(kernel: Callable[..., Contrast], side: str, same: float) -> Formula:
    """Make a formula of two shares that are compared: of (n, d, n of the other, d of the other).

    A fifth input is 1 where both are the same group, which differs from itself by nothing, without doubt.
    """

    def compared(inputs: Inputs, level: float, groups: Counts) -> Floats:  # noqa: ARG001
        n, d, other_n, other_d = inputs[:4]
        found = np.asarray(getattr(kernel(_within(n, d), d, _within(other_n, other_d), other_d, level), side))
        itself = (inputs[4] == 1) & (d > 0) if len(inputs) > 4 else np.zeros(len(n), np.bool_)
        return np.where(itself, same, found)

    return compared


def _change_limit(side: str) -> Formula:
    """Make a formula of one limit of a relative change of two counts: of (after, before)."""

    def limit(inputs: Inputs, level: float, groups: Counts) -> Floats:  # noqa: ARG001
        after, before = inputs
        return np.asarray(getattr(count_ratio(after, before, level), side) - 1, np.float64)

    return limit


def _rate(side: str, per: float) -> Formula:
    """Make a formula of a rate of events: of (events, people or years)."""

    def rate(inputs: Inputs, level: float, groups: Counts) -> Floats:  # noqa: ARG001
        events, over = inputs
        return np.asarray(per * getattr(poisson_rate(events, over, level), side), np.float64)

    return rate


def _rows(compute: Callable[[Floats, Counts], Floats]) -> Formula:
    """Make a formula of a function of one column and of the rows that belong together."""

    def of_rows(inputs: Inputs, level: float, groups: Counts) -> Floats:  # noqa: ARG001
        (values,) = inputs
        return compute(values, groups)

    return of_rows


def _summed(values: Floats, groups: Counts) -> Floats:
    """Return to each row the sum over the rows of its group."""
    return np.asarray(np.bincount(groups, weights=values)[groups], np.float64)


def _running(values: Floats, groups: Counts) -> Floats:
    """Return the sum of a group's rows up to each one, in the order in which they are listed."""
    made = np.empty(len(groups))
    for group in np.unique(groups):
        made[groups == group] = np.cumsum(values[groups == group])
    return made


def _beside(values: Floats, groups: Counts, *, first: bool) -> Floats:
    """Return to each row the number of its group's first row, or of the row before it."""
    made = np.full(len(groups), np.nan)
    for group in np.unique(groups):
        places = np.flatnonzero(groups == group)
        if first:
            made[places] = values[places[0]]
        else:
            made[places[1:]] = values[places[:-1]]
    return made


_SHARES: Final[Mapping[str, _Limits]] = MappingProxyType(
    {"wilson": wilson, "clopper_pearson": clopper_pearson, "jeffreys": jeffreys}
)

# By so many times limits can be wider than those of independent cases; few steps, so that they tell little.
WIDER: Final = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0, 10.0)

_ROWS_AND_LIMITS: Final[Mapping[str, Formula]] = MappingProxyType(
    {
        # of (n, d), a part of a whole
        "share": _row(lambda n, d: _over(_within(n, d), d)),
        "complement": _row(lambda n, d: 1 - _over(_within(n, d), d)),
        "percent_of_rest": _row(lambda n, d: _over(_within(n, d), d - _within(n, d))),
        **{f"{name}_low": _limit(kernel, "conf_low") for name, kernel in _SHARES.items()},
        **{f"{name}_high": _limit(kernel, "conf_high") for name, kernel in _SHARES.items()},
        # of (a, b)
        "same": _row(lambda a: a),
        "ratio": _row(_over),
        "percent": _row(lambda a, b: 100 * _over(a, b)),
        "change": _row(lambda a, b: _over(a - b, b)),
        "change_low": _change_limit("conf_low"),
        "change_high": _change_limit("conf_high"),
        "product": _row(lambda a, b: a * b),
        # of (a, b, ...)
        "sum": _row(lambda *several: np.sum(several, axis=0)),
        "difference": _row(lambda a, *others: a - np.sum(others, axis=0)),
        # of stock and flow: (start, in, out), (start, in, out), (old, end, out), (end, out, days)
        "stock": _row(lambda start, came, went: start + came - went),
        "congestion": _row(lambda start, came, went: _over(start + came, went)),
        "aging_index": _row(lambda old, end, out: _over(old, end + out)),
        "disposition_time": _row(lambda end, out, days: _over(end * days, out)),
        # of (events, people or years)
        "per_1000": _rate("estimate", 1e3),
        "per_100000": _rate("estimate", 1e5),
        "poisson_low": _rate("conf_low", 1.0),
        "poisson_high": _rate("conf_high", 1.0),
        "poisson_low_per_100000": _rate("conf_low", 1e5),
        "poisson_high_per_100000": _rate("conf_high", 1e5),
        # of (n, d, n of the other, d of the other)
        "share_difference": _two(newcombe_difference, "estimate", 0.0),
        "share_difference_low": _two(newcombe_difference, "conf_low", 0.0),
        "share_difference_high": _two(newcombe_difference, "conf_high", 0.0),
        "share_ratio": _two(score_ratio, "estimate", 1.0),
        "share_ratio_low": _two(score_ratio, "conf_low", 1.0),
        "share_ratio_high": _two(score_ratio, "conf_high", 1.0),
        # of (a), and of the rows that belong together
        "sum_of_rows": _rows(_summed),
        "share_of_rows": _rows(lambda a, groups: _over(a, _summed(a, groups))),
        "running_sum": _rows(_running),
        "difference_from_first": _rows(lambda a, groups: a - _beside(a, groups, first=True)),
        "difference_from_previous": _rows(lambda a, groups: a - _beside(a, groups, first=False)),
        "change_from_first": _rows(lambda a, groups: _over(a, _beside(a, groups, first=True)) - 1),
        "change_from_previous": _rows(lambda a, groups: _over(a, _beside(a, groups, first=False)) - 1),
    }
)

_SHARED: Final = tuple(
    f"{name}_{side}" for name in ("wilson", "share_difference", "share_ratio") for side in ("low", "high")
)


def wider(formula: str, factor: float) -> str:
    """Return the name of limits that are wider by a factor: those of as many fewer cases.

    Examples
    --------
    >>> wider("wilson_low", 1.5), wider("wilson_low", 1.0)
    ('wilson_low_wider_1.5', 'wilson_low')
    """
    return formula if factor == 1 else f"{formula}_wider_{factor:g}"


def _of_fewer(formula: str, factor: float) -> Formula:
    """Make the formula of limits that are wider by a factor."""

    def limit(inputs: Inputs, level: float, groups: Counts) -> Floats:
        fewer = [one / factor**2 if place < 4 else one for place, one in enumerate(inputs)]
        return _ROWS_AND_LIMITS[formula](fewer, level, groups)

    return limit


FORMULAS: Final[Mapping[str, Formula]] = MappingProxyType(
    {
        **_ROWS_AND_LIMITS,
        **{wider(name, factor): _of_fewer(name, factor) for name in _SHARED for factor in WIDER if factor > 1},
    }
)


def computed(formula: str, inputs: Inputs, *, level: float | None = None, groups: Counts | None = None) -> Floats:
    """Compute one column from others.

    Parameters
    ----------
    formula : str
        One of ``FORMULAS``.
    inputs : sequence of array of float, shape (R,)
        NaN where a number is not known, or hidden: so is what is computed from it.
    level : float, optional
        Confidence level of a limit.
    groups : array of int, shape (R,), optional
        Which rows belong together, from 0 on; all of them by default.

    Returns
    -------
    array of float, shape (R,)
        Parts of a whole never pass it, also where both were rounded by themselves.

    Raises
    ------
    TypeError
        When there is no such formula.

    Examples
    --------
    >>> computed("share", [np.array([8.0]), np.array([321.0])]).round(4)
    array([0.0249])
    >>> computed("wilson_low", [np.array([8.0]), np.array([321.0])], level=0.95).round(4)
    array([0.0127])
    """
    if formula not in FORMULAS:
        raise TypeError(f"no formula {formula!r}; there are {', '.join(FORMULAS)}")
    given = [np.asarray(one, np.float64) for one in inputs]
    rows = len(given[0])
    if rows == 0:
        return np.zeros(0)
    known = np.asarray(~np.isnan(np.stack(given)).any(axis=0), np.bool_)
    together = np.zeros(rows, np.int64) if groups is None else groups
    with np.errstate(invalid="ignore", divide="ignore"):
        found = FORMULAS[formula](given, 0.95 if level is None else level, together)
    return np.asarray(np.where(known, found, np.nan), np.float64)
