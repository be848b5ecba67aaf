"""From stays, or from a table of counts, to stock and flow by stratum and period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from ..base.quantities import Quantity, quantity
from ..base.types import Counts, Days, Flags, Floats
from ..tables import Strata
from .flows import (
    NEVER,
    NEW,
    PLACED,
    REACTIVATED,
    REOPENED,
    REOPENED_RESOLVED,
    RESOLVED,
    TRANSFERRED_OUT,
    UNDATED,
    Stays,
)

_COMES_IN: Final = {"new": NEW, "reopened": REOPENED, "reactivated": REACTIVATED}
_GOES_OUT: Final = {
    "resolved": RESOLVED,
    "reopened_resolved": REOPENED_RESOLVED,
    "placed_inactive": PLACED,
    "transferred_out": TRANSFERRED_OUT,
}


@dataclass(frozen=True, eq=False, kw_only=True)
class Flows:
    """Stock and flow by stratum and period.

    Attributes
    ----------
    strata : Strata, G of them
    labels : tuple of str
        (P,) what the periods are called.
    first_day, last_day : array of int, shape (P,)
        The days of each period that the figures tell of; a period that is not over ends with the cut-off.
    whole : array of bool, shape (P,)
        Whether that is the whole period.
    quantities : mapping of str to Quantity, shape (G, P)
        By the canonical names; those that nobody counts are not there.
    paired : mapping of str to Quantity, shape (G, P)
        The flows without the rows of a table in which only incoming or only resolved cases apply; empty where there
        are none, so that they are those above.
    unpaired : int
        How many rows these are.
    """

    strata: Strata
    labels: tuple[str, ...]
    first_day: Days
    last_day: Days
    whole: Flags
    quantities: Mapping[str, Quantity]
    paired: Mapping[str, Quantity] = field(default_factory=dict)
    unpaired: int = 0

    @property
    def days(self) -> Floats:
        """Days that the figures of each period tell of, shape (P,)."""
        return (self.last_day.astype(np.int64) - self.first_day + 1).astype(np.float64)

    def has(self, name: str) -> bool:
        """Whether a quantity is there."""
        return name in self.quantities


def counted(stays: Stays, first_day: Days, last_day: Days) -> dict[str, Quantity]:
    """Count what came in, went out and was open, by stratum and period.

    Parameters
    ----------
    stays : Stays
    first_day, last_day : array of int, shape (P,)
        Periods one after the other without gaps.

    Returns
    -------
    dict of str to Quantity, shape (G, P)
        ``pending_start, new, reopened, reactivated, resolved, reopened_resolved, placed_inactive, transferred_out,
        pending_end``, and the stock on inactive status where there is any.

    Notes
    -----
    Nothing is repaired: a case that ended nobody knows when came in and is not pending; one that ended before it came
    in by its dates is never pending. What the flows do not explain of the stock is the residual.
    """
    active = stays.active
    found: dict[str, Quantity] = {"pending_start": _stock(stays, active, first_day.astype(np.int64) - 1)}
    for name, code in _COMES_IN.items():
        found[name] = _in_periods(stays, stays.opened == code, stays.begin, first_day, last_day)
    for name, code in _GOES_OUT.items():
        found[name] = _in_periods(stays, active & (stays.closed == code), stays.end, first_day, last_day)
    found["pending_end"] = _stock(stays, active, last_day.astype(np.int64))
    if not active.all():
        found["pending_inactive_start"] = _stock(stays, ~active, first_day.astype(np.int64) - 1)
        found["pending_inactive_end"] = _stock(stays, ~active, last_day.astype(np.int64))
    return found


def pending_ages(stays: Stays, on: Days, cuts: Sequence[int]) -> Floats:
    """Count the pending active cases of each day by their age in active days.

    Parameters
    ----------
    stays : Stays
    on : array of int, shape (P,)
        The day in whose evening the stock is looked at.
    cuts : sequence of int
        Upper ends of the bands, rising; a case of exactly that age is in the band.

    Returns
    -------
    array, shape (G, P, B)
        The last band is open.
    """
    # A case is at most so old in the evenings from its first day on that lie no further than that from it.
    pending = stays.active & (stays.closed != UNDATED)
    evenings = np.asarray(on, np.int64)
    until = [np.minimum(stays.end, stays.begin - stays.before + cut + 1) for cut in cuts]
    so_old = [_covered(stays, pending, stays.begin, end, evenings) for end in (*until, stays.end)]
    return np.diff(np.stack(so_old, axis=2), axis=2, prepend=0.0)


def resolved_within(stays: Stays, first_day: Days, last_day: Days, limits: Sequence[int]) -> Floats:
    """Count the cases resolved in each period by the standard they kept: their active days are at most the limit.

    Returns
    -------
    array, shape (G, P, L)
    """
    over = (stays.closed == RESOLVED) | (stays.closed == REOPENED_RESOLVED)
    took = np.where(over, stays.before + stays.end - stays.begin, NEVER)
    parts = [_in_periods(stays, over & (took <= one), stays.end, first_day, last_day).values for one in limits]
    return np.stack(parts, axis=2)


def resolved_past_year(stays: Stays, evenings: Days, *, since: int) -> Quantity:
    """Count the cases resolved in the year up to each evening, shape (G, P): 366 days where 29 February is in it.

    Parameters
    ----------
    since : int
        First day that the files tell of: where it lies within these days, the count is not available.
    """
    over = (stays.closed == RESOLVED) | (stays.closed == REOPENED_RESOLVED)
    days = evenings.astype(np.int64)
    before = year_before(days)
    ever = np.full(len(stays.end), NEVER + 1)
    found = _covered(stays, over, stays.end, ever, days) - _covered(stays, over, stays.end, ever, before)
    return quantity(np.where(before >= since - 1, np.round(found, 9), np.nan))


def year_before(days: Counts) -> Counts:
    """Return the same day of the year before; 28 February for the 29th.

    Examples
    --------
    >>> leap_day = np.datetime64("2016-02-29").astype(np.int64)
    >>> [str(np.datetime64(int(one), "D")) for one in year_before(np.array([leap_day, leap_day + 1]))]
    ['2015-02-28', '2015-03-01']
    """
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    of_month = days - months.astype("datetime64[D]").astype(np.int64)
    first = (months - 12).astype("datetime64[D]").astype(np.int64)
    last = (months - 11).astype("datetime64[D]").astype(np.int64) - 1
    found: Counts = np.minimum(first + of_month, last)
    return found


def undated(stays: Stays) -> float:
    """Return how many cases ended nobody knows when."""
    return float(stays.n[stays.closed == UNDATED].sum())


def _stock(stays: Stays, which: Flags, evenings: Counts) -> Quantity:
    """Count what is open in the evening of each day: begun by then and not over."""
    return quantity(_covered(stays, which & (stays.closed != UNDATED), stays.begin, stays.end, evenings))


def _covered(stays: Stays, which: Flags, begin: Counts, end: Counts, evenings: Counts) -> Floats:
    """Count the spans from ``begin`` to the day before ``end`` that each evening lies in, shape (G, P)."""
    g, p = len(stays.strata), len(evenings)
    kept = which & (end > begin)
    changes = np.zeros(g * (p + 1))
    for day, sign in ((begin, 1.0), (end, -1.0)):
        cell = stays.stratum[kept] * (p + 1) + np.searchsorted(evenings, day[kept], side="left")
        changes += sign * np.bincount(cell, weights=stays.n[kept], minlength=g * (p + 1))
    # Sums of sampling weights that come and go leave traces in the last digits.
    return np.round(changes.reshape(g, p + 1).cumsum(axis=1)[:, :p], 9)


def _in_periods(stays: Stays, which: Flags, days: Counts, first_day: Days, last_day: Days) -> Quantity:
    g, p = len(stays.strata), len(first_day)
    place = np.searchsorted(first_day, days, side="right") - 1
    inside = which & (place >= 0)
    inside[inside] = days[inside] <= last_day[place[inside]]
    cells = stays.stratum[inside] * p + place[inside]
    return quantity(np.bincount(cells, weights=stays.n[inside], minlength=g * p).reshape(g, p))
