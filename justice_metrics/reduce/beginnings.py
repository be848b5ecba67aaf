"""From the days of registration: whether a register begins, or stops, in the middle of a period."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts
from ..cases.casedata import CaseData
from ..cases.periods import Periods
from .cohorts import arrival_counts

# Days without a registration that chance makes less often than this are none: the register was not there yet.
_UNLIKELY: Final = 0.001


class Beginning(NamedTuple):
    """The first and the last day of registrations, and how often there were days with some between them.

    Attributes
    ----------
    day : int
    pace : float
        Days with a registration, of all days up to the last of them.
    last : int
    """

    day: int
    pace: float
    last: int

    def inside(self, first_day: int, last_day: int) -> bool:
        """Whether the register begins in the middle of a period: too late in it to be chance.

        Examples
        --------
        >>> busy, quiet = Beginning(day=75, pace=1.0, last=99), Beginning(day=75, pace=0.02, last=99)
        >>> busy.inside(0, 90), quiet.inside(0, 90)
        (True, False)
        """
        return first_day < self.day <= last_day and self._no_chance(self.day - first_day)

    def until(self, evening: int) -> int:
        """Return the last day that the register tells of: ``evening``, or the last registration if it stops before.

        Examples
        --------
        >>> Beginning(day=0, pace=0.5, last=100).until(110), Beginning(day=0, pace=0.5, last=100).until(150)
        (110, 100)
        """
        return self.last if self.last < evening and self._no_chance(evening - self.last) else evening

    def _no_chance(self, days: int) -> bool:
        return float(np.exp(-self.pace * days)) < _UNLIKELY

    def first_days(self, periods: Periods) -> Counts:
        """Return the first day of each period that the register tells of, shape (P,)."""
        return np.array(
            [
                self.day if self.inside(int(one), int(other)) else int(one)
                for one, other in zip(periods.first_day, periods.last_day, strict=True)
            ],
            np.int64,
        )


def beginning(days: Counts) -> Beginning | None:
    """Return how a register begins, by its days of registration; None where it has none.

    Parameters
    ----------
    days : array of int, shape (R,)

    Examples
    --------
    >>> beginning(np.array([10, 10, 12, 14]))
    Beginning(day=10, pace=0.5, last=14)
    """
    if not len(days):
        return None
    # several cases of one day (weights, frequencies, one report of many) are one chance of a day without any
    different = np.unique(days)
    first, last = int(different[0]), int(different[-1])
    return Beginning(first, (len(different) - 1) / max(last - first, 1), last)


def register_beginning(cases: CaseData) -> Beginning | None:
    """Return how the register of these cases begins."""
    return beginning(arrival_counts(cases, states=(cases.procedure.start,), by=()).day)
