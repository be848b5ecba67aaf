"""What goes into a simulation and what comes out of it: cases, a strategy of support, events, support spells."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

import numpy as np

from ..base.types import Counts, Days, Floats

STILL_THERE: Final = -1  # end day of a spell that had not ended when the case was last seen


class Cases(NamedTuple):
    """What is given before anything happens; shapes (n,)."""

    complaint_day: Days  # since 1 January 1970
    last_day: Days  # last day on which the case is seen
    court: Counts
    severity: Floats  # 0 or 1
    tier: Floats  # 1: court of a capital
    frailty: Floats  # log hazard ratio of the court on moves forward

    @property
    def n(self) -> int:
        """How many cases there are."""
        return int(self.complaint_day.shape[0])

    def between(self, first: int, last: int) -> Cases:
        """Return the cases at the places ``first`` to ``last``, the latter not included."""
        part = slice(first, last)
        return Cases(
            self.complaint_day[part],
            self.last_day[part],
            self.court[part],
            self.severity[part],
            self.tier[part],
            self.frailty[part],
        )

    def copied(self, copies: int) -> Cases:
        """Return every case ``copies`` times."""
        return Cases(
            np.tile(self.complaint_day, copies),
            np.tile(self.last_day, copies),
            np.tile(self.court, copies),
            np.tile(self.severity, copies),
            np.tile(self.tier, copies),
            np.tile(self.frailty, copies),
        )

    def followed(self, days: int) -> Cases:
        """Return the same cases, each seen until ``days`` after its complaint."""
        return self._replace(last_day=(self.complaint_day + days).astype(np.int32))


class Strategy(NamedTuple):
    """What is done about support.

    ``natural``: nothing. ``start``: an actor who has not come ``window_days`` before day ``within_days`` joins on a day
    drawn evenly from that window, if the case is then open. ``defer``: until day ``within_days`` no actor joins who
    would make the set complete. ``on``: on the day that is planned for the case in ``days``, shape (n,), every actor
    who has not come joins if the case is then open; until then no actor joins who would make the set complete.
    """

    kind: Literal["natural", "start", "defer", "on"] = "natural"
    within_days: float = 0.0
    window_days: float = 0.0
    days: Floats | None = None

    def between(self, first: int, last: int) -> Strategy:
        """Return the strategy for the cases at the places ``first`` to ``last``, the latter not included."""
        return self if self.days is None else self._replace(days=self.days[first:last])


NATURAL: Final = Strategy()


class Events(NamedTuple):
    """Entries into states, by case and in order of time; shapes (m,)."""

    unit: Counts
    seq: Counts  # 0, 1, 2 ... within the case
    day: Days
    state: Counts  # number in ``Run.states``


class Support(NamedTuple):
    """Support spells, by case and in order of their end; shapes (m,)."""

    unit: Counts
    actor: Counts  # number in ``Run.actors``
    start_day: Days
    end_day: Days  # STILL_THERE when it lasted to the end of observation


class Run(NamedTuple):
    """A finished simulation."""

    states: tuple[str, ...]
    actors: tuple[str, ...]
    cases: Cases
    events: Events
    support: Support

    def first_day(self, *states: str) -> Days:
        """Day of the first entry into any of ``states``; shape (n,), -1 when it never happened."""
        never = np.iinfo(np.int32).max
        first = np.full(self.cases.n, never, dtype=np.int32)
        wanted = np.isin(self.events.state, [self.states.index(state) for state in states])
        np.minimum.at(first, self.events.unit[wanted], self.events.day[wanted])
        return np.where(first == never, np.int32(-1), first).astype(np.int32)

    def last_state(self) -> Counts:
        """Number of the state in which each case was last seen; shape (n,)."""
        last = np.empty(self.cases.n, dtype=np.int64)
        last[self.events.unit] = self.events.state  # events are in order, the last one stays
        return last

    def all_started_day(self) -> Days:
        """Day on which the last of all actors first started; shape (n,), -1 when some never did."""
        n, never = self.cases.n, np.iinfo(np.int32).max
        first = np.full((n, len(self.actors)), never, dtype=np.int32)
        np.minimum.at(first, (self.support.unit, self.support.actor), self.support.start_day)
        complete = first.max(axis=1, initial=0)
        return np.where(complete == never, np.int32(-1), complete).astype(np.int32)
