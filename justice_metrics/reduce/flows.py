"""From case data to stays: from which day to which a case was open, why it came in and why it went out.

A stay is a stretch of days on which a case was open: worked on (active) or standing still (inactive, a suspended state
of the procedure). Incoming and outgoing cases, the stock on any day and the age of what is pending are counts of stays.

- A case comes in *new* on the first day of the procedure's start. It is *resolved* by the first ending; a later verdict
  on the same charge, a final one for instance, resolves it no second time.
- It is *reopened* by a stage to which the procedure lets it go on from its ending. After a verdict only a stage before
  the verdict reopens it (the verdict was set aside); an appeal is work of another court.
- A suspended state places it on *inactive* status, the next stage *reactivates* it; an ending out of inactive status
  counts as reactivated and resolved on that day.
- An ending of the class ``transfer`` is a transfer out.
- *Active days* count from the registration or the reopening, without the days on inactive status.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.types import Counts, Flags, Tallies
from ..cases.casedata import CaseData
from ..cases.procedure import Procedure
from ..cases.standing import ORDERS, RANKS, reopening
from ..tables import Strata
from .grouped import NO_DAY, Grouped, grouped_counts

# Why a stay began, and why it was over. A stay that is not over has OPEN; one whose last day nobody knows UNDATED.
NEW, REOPENED, REACTIVATED, PLACED_INACTIVE = range(4)
OPEN, RESOLVED, REOPENED_RESOLVED, PLACED, TRANSFERRED_OUT, BACK, UNDATED = range(7)
# Later than any day of the data: what is still open.
NEVER: Final = 2**30


class Stays(NamedTuple):
    """Stays of cases, alike ones counted together.

    Attributes
    ----------
    strata : Strata, G of them
    stratum : array of int, shape (C,)
    opened : array of int, shape (C,)
        ``NEW, REOPENED, REACTIVATED``; ``PLACED_INACTIVE`` for a stay on inactive status.
    begin : array of int, shape (C,)
        Day on which the stay began.
    closed : array of int, shape (C,)
        ``OPEN, RESOLVED, REOPENED_RESOLVED, PLACED`` (on inactive status), ``TRANSFERRED_OUT``, ``BACK`` (from inactive
        status) or ``UNDATED``.
    end : array of int, shape (C,)
        Day on which it was over, ``NEVER`` when it is not or nobody knows.
    before : array of int, shape (C,)
        Active days of the case before this stay.
    n : array, shape (C,)
        Cases, or the sum of their sampling weights.
    left_out : mapping of str to int
        Cases without a stay, by reason.
    """

    strata: Strata
    stratum: Counts
    opened: Counts
    begin: Counts
    closed: Counts
    end: Counts
    before: Counts
    n: Tallies
    left_out: Mapping[str, int]

    @property
    def active(self) -> Flags:
        """Whether the case was worked on."""
        return np.asarray(self.opened != PLACED_INACTIVE, np.bool_)


def stays_of(cases: CaseData, *, by: Sequence[str] = ()) -> Stays:
    """Reduce cases to stays, in one grouped count of most cases and one of those that came back or stood still.

    Parameters
    ----------
    cases : CaseData
    by : sequence of str
        Attributes that split the cases.

    Raises
    ------
    QuestionError
        When an attribute is unknown or there are too many strata.
    """
    turns = _Turns(cases)
    frame = turns.marked()
    plain = _plain(cases, frame.filter(nw.col("flow__turns") == 0), by)
    turning = frame.filter(nw.col("flow__turns") == 1)
    told = turns.told(turning, by)
    return _together(plain, _walked(told, turns))


class _Turns:
    """What the procedure says of cases that come back or stand still, and which cases these are."""

    def __init__(self, cases: CaseData) -> None:
        procedure = cases.procedure
        self.cases = cases
        self.log = not (cases.intake.one_row_per_unit or cases.members_merged)
        self.states = tuple(one for one in cases.dated_states if one not in procedure.aftermath)
        self.outcomes = tuple(one for one in self.states if one in procedure.outcomes)
        self.transfers = tuple(one for one in procedure.outcomes if procedure.class_of(one) == "transfer")
        self.others = tuple(one for one in self.states if one not in procedure.outcomes and one != procedure.start)
        self.suspended = tuple(one for one in self.states if one in procedure.suspended)

    def marked(self) -> nw.LazyFrame[Any]:
        """Return the milestones with start, first ending, and whether the case came back or stood still."""
        cases = self.cases
        ended = cases.first_day(cases.procedure.outcomes)
        frame = cases.milestones.with_columns(
            flow__begin=cases.first_day((cases.procedure.start,)).cast(nw.Int64),
            flow__end=nw.when(~ended.is_null()).then(ended).otherwise(nw.col("outcome_day")).cast(nw.Int64),
        )
        undated = ~nw.col("outcome").is_null() & nw.col("outcome_day").is_null()
        turning = self._turning() & ~undated & ~nw.col("flow__begin").is_null()
        if self.log:
            frame = frame.join(self._log_keys(), on="unit_id", how="left")
        return frame.with_columns(flow__turns=nw.when(turning.fill_null(False)).then(nw.lit(1)).otherwise(nw.lit(0)))

    def _turning(self) -> nw.Expr:
        if self.log:
            return (nw.col("flow__last_open") > nw.col("flow__first_end")) | (nw.col("flow__still") == 1)
        cutoff = self.cases.cutoff_day
        still = [~nw.col(f"first__{one}").is_null() & (nw.col(f"first__{one}") <= cutoff) for one in self.suspended]
        ends = [self._first_key(one) for one in self.outcomes]
        last = [nw.when(nw.col(f"first__{one}") <= cutoff).then(self._first_key(one)) for one in self.others]
        parts = still
        if ends and last:
            earliest = ends[0] if len(ends) == 1 else nw.min_horizontal(*ends)
            latest = last[0] if len(last) == 1 else nw.max_horizontal(*last)
            parts = [*still, (latest > earliest).fill_null(False)]
        return reduce(or_, parts) if parts else nw.lit(value=False)

    def _first_key(self, state: str) -> nw.Expr:
        rank = self.cases.procedure.state(state).rank
        return nw.col(f"first__{state}").cast(nw.Int64) * ORDERS * RANKS + rank

    def _events(self) -> nw.LazyFrame[Any]:
        """Return the dated events of a log up to the cut-off, each with its place in time."""
        cases = self.cases
        rank: nw.Expr = nw.lit(-1, dtype=nw.Int64)
        for one in self.states:
            place = nw.lit(cases.procedure.state(one).rank, dtype=nw.Int64)
            rank = nw.when(nw.col("state") == one).then(place).otherwise(rank)
        kept = nw.col("state").is_in(list(self.states)) & (nw.col("day") <= cases.cutoff_day)
        events = cases.events.filter(~nw.col("day").is_null() & kept)
        key = (nw.col("day").cast(nw.Int64) * ORDERS + nw.col("seq").fill_null(0).cast(nw.Int64)) * RANKS + rank
        return events.select("unit_id", rank=rank, key=key)

    def _log_keys(self) -> nw.LazyFrame[Any]:
        ranks = {one: self.cases.procedure.state(one).rank for one in self.states}
        of = {name: nw.col("rank").is_in([ranks[one] for one in group] or [-9]) for name, group in (
            ("end", self.outcomes), ("open", self.others), ("still", self.suspended))}  # fmt: skip
        marked = self._events().with_columns(
            flow__first_end=nw.when(of["end"]).then(nw.col("key")),
            flow__last_open=nw.when(of["open"]).then(nw.col("key")),
            flow__still=nw.when(of["still"]).then(nw.lit(1)).otherwise(nw.lit(0)),
        )
        return marked.group_by("unit_id").agg(
            nw.col("flow__first_end").min(), nw.col("flow__last_open").max(), nw.col("flow__still").max()
        )

    def told(self, turning: nw.LazyFrame[Any], by: Sequence[str]) -> _Told:
        """Return all events of the cases that came back or stood still, in order of time."""
        cases = self.cases
        start = {"begin": nw.col("flow__begin")}
        if self.log:
            numbered = turning.with_row_index("flow__unit", order_by="unit_id")
            long = self._events().join(numbered, on="unit_id", how="inner")
            keys = {**start, "unit": nw.col("flow__unit"), "key": nw.col("key")}
            grouped = grouped_counts(cases, by=by, keys=keys, frame=long)
            return _Told(grouped, grouped.keys["unit"], grouped.keys["key"], grouped.keys["begin"])
        columns = {one: self._first_key(one).fill_null(_NOTHING) for one in self.states}
        grouped = grouped_counts(cases, by=by, keys={**start, **columns}, frame=turning)
        rows = len(grouped.stratum)
        keys_of = np.stack([grouped.keys[one] for one in self.states], axis=1) if self.states else np.zeros((rows, 0))
        unit, place = np.nonzero(keys_of != _NOTHING)
        return _Told(grouped, unit.astype(np.int64), keys_of[unit, place].astype(np.int64), None)


class _Told(NamedTuple):
    """Events of cases: the collected count, and of each event its case and its place in time."""

    grouped: Grouped
    unit: Counts  # (E,)
    key: Counts  # (E,)
    begin: Counts | None  # (E,) for a log, whose rows are events; None where a row is a case


_NOTHING: Final = -(2**62)
_LEFT_OUT: Final = ("start_undated", "start_after_cutoff")


def _plain(cases: CaseData, frame: nw.LazyFrame[Any], by: Sequence[str]) -> Stays:
    """Return the one stay of each case that neither came back nor stood still."""
    begin, end = nw.col("flow__begin"), nw.col("flow__end")
    transfers = tuple(one for one in cases.procedure.outcomes if cases.procedure.class_of(one) == "transfer")
    grouped = grouped_counts(
        cases,
        by=by,
        keys={
            "begin": begin.fill_null(NO_DAY),
            "end": end.fill_null(NO_DAY),
            "ended": ~nw.col("outcome").is_null(),
            "transferred": cases.stands(transfers),
        },
        frame=frame,
    )
    begun, over = grouped.keys["begin"], grouped.keys["end"]
    ended, away = grouped.keys["ended"] == 1, grouped.keys["transferred"] == 1
    closed = np.where(away, TRANSFERRED_OUT, RESOLVED)
    closed = np.where(over == NO_DAY, np.where(ended, UNDATED, OPEN), closed)
    closed = np.where(over > cases.cutoff_day, OPEN, closed)
    undated, late = begun == NO_DAY, begun > cases.cutoff_day
    kept = ~undated & ~late
    left_out = {name: int(grouped.units[flag].sum()) for name, flag in zip(_LEFT_OUT, (undated, late), strict=True)}
    n = int(kept.sum())
    return Stays(
        strata=grouped.strata,
        stratum=grouped.stratum[kept],
        opened=np.full(n, NEW),
        begin=begun[kept],
        closed=closed[kept],
        end=np.where((closed == OPEN) | (closed == UNDATED), NEVER, over)[kept],
        before=np.zeros(n, np.int64),
        n=grouped.n[kept],
        left_out=left_out,
    )


class _Kinds(NamedTuple):
    """What each state does to a case, by its rank in the procedure."""

    ends: Flags  # (R,)
    away: Flags  # (R,)
    still: Flags  # (R,)
    reopens: Flags  # (R, R): a case that ended by the first goes on at the second


def _kinds(procedure: Procedure, states: Sequence[str]) -> _Kinds:
    size = max(procedure.state(one).rank for one in procedure.ids) + 1
    ends, away, still = (np.zeros(size, np.bool_) for _ in range(3))
    reopens = np.zeros((size, size), np.bool_)
    rank = {one: procedure.state(one).rank for one in procedure.ids}
    for one in procedure.outcomes:
        ends[rank[one]] = True
        away[rank[one]] = procedure.class_of(one) == "transfer"
    for one in procedure.suspended:
        still[rank[one]] = True
    for ending, after in reopening(procedure, [*states, *procedure.outcomes]).items():
        allowed = set(procedure.road) if ending in procedure.verdicts else {*after, *procedure.suspended}
        for one in (*after, *procedure.suspended):
            reopens[rank[ending], rank[one]] = one in allowed and one not in procedure.outcomes
    return _Kinds(ends, away, still, reopens)


def _walked(told: _Told, turns: _Turns) -> Stays:
    """Follow each case from event to event: one step of all cases at a time."""
    grouped, kinds = told.grouped, _kinds(turns.cases.procedure, turns.states)
    order = np.lexsort((told.key, told.unit))
    unit, key = told.unit[order], told.key[order]
    found, first, count = np.unique(unit, return_index=True, return_counts=True)
    if told.begin is None:
        stratum, begin, n = (grouped.stratum[found], grouped.keys["begin"][found], grouped.n[found])
    else:
        row = order[first]
        stratum, begin, n = grouped.stratum[row], told.begin[row], grouped.n[row]
    walk = _Walk(kinds, begin)
    for step in range(int(count.max(initial=0))):
        who = np.flatnonzero(count > step)
        at = key[first[who] + step]
        walk.come_to(who, at // (RANKS * ORDERS), at % RANKS)
    walk.stop()
    parts = [np.concatenate([emitted[i] for emitted in walk.stays]) for i in range(6)] if walk.stays else _NO_STAYS
    who, opened, begun, closed, end, before = parts
    late = begin[who] > turns.cases.cutoff_day
    return Stays(
        strata=grouped.strata,
        stratum=stratum[who][~late],
        opened=opened[~late],
        begin=begun[~late],
        closed=closed[~late],
        end=end[~late],
        before=before[~late],
        n=n[who][~late],
        left_out={},
    )


_NO_STAYS: Final = tuple(np.zeros(0, np.int64) for _ in range(6))
_ACTIVE, _INACTIVE, _CLOSED = range(3)


class _Walk:
    """Where each case is while its events are gone through, and the stays that are over by then."""

    def __init__(self, kinds: _Kinds, begin: Counts) -> None:
        size = len(begin)
        self.kinds = kinds
        self.mode = np.full(size, _ACTIVE)
        self.begin = begin.astype(np.int64).copy()
        self.opened = np.full(size, NEW)
        self.before = np.zeros(size, np.int64)
        self.again = np.zeros(size, np.bool_)
        self.ending = np.zeros(size, np.int64)
        self.stays: list[tuple[Counts, Counts, Counts, Counts, Counts, Counts]] = []

    def come_to(self, who: Counts, day: Counts, rank: Counts) -> None:
        """Let the cases ``who`` come to a state each."""
        ends, still = self.kinds.ends[rank], self.kinds.still[rank]
        mode = self.mode[who].copy()
        back = (mode == _CLOSED) & ~ends & self.kinds.reopens[self.ending[who], rank]
        self._open(who[back], day[back], REOPENED)
        awake = (mode == _INACTIVE) & ~still
        self._emit(who[awake], day[awake], np.full(int(awake.sum()), BACK))
        self._open(who[awake], day[awake], REACTIVATED)
        active = self.mode[who] == _ACTIVE
        stop = active & still
        self._emit(who[stop], day[stop], np.full(int(stop.sum()), PLACED))
        self._open(who[stop], day[stop], PLACED_INACTIVE)
        over = active & ends
        how = np.where(self.again[who], REOPENED_RESOLVED, RESOLVED)
        how = np.where(self.kinds.away[rank], TRANSFERRED_OUT, how)
        self._emit(who[over], day[over], how[over])
        self.mode[who[over]] = _CLOSED
        self.ending[who[over]] = rank[over]

    def stop(self) -> None:
        """Let what is not over stay open."""
        who = np.flatnonzero(self.mode != _CLOSED)
        self._emit(who, np.full(len(who), NEVER), np.full(len(who), OPEN))

    def _emit(self, who: Counts, day: Counts, how: Counts) -> None:
        stay = (who, self.opened[who], self.begin[who], how, day, self.before[who])
        self.stays.append(tuple(np.array(one, np.int64) for one in stay))  # type: ignore[arg-type]
        worked = self.mode[who] == _ACTIVE
        self.before[who] += np.where(worked, day - self.begin[who], 0)

    def _open(self, who: Counts, day: Counts, why: int) -> None:
        self.mode[who] = _INACTIVE if why == PLACED_INACTIVE else _ACTIVE
        self.begin[who], self.opened[who] = day, why
        if why == REOPENED:
            self.before[who] = 0
            self.again[who] = True


def _together(one: Stays, other: Stays) -> Stays:
    """Return the stays of both, over the strata of both."""
    strata = one.strata.union(other.strata)
    places = [np.array(part.strata.places_in(strata), np.int64) for part in (one, other)]
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(one, name), getattr(other, name)])
        for name in ("opened", "begin", "closed", "end", "before", "n")
    }
    stratum = np.concatenate([place[part.stratum] for place, part in zip(places, (one, other), strict=True)])
    return Stays(strata=strata, stratum=stratum, left_out=one.left_out, **columns)
