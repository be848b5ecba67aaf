"""From events to clocks: when a legal limit began for each unit, when the act came, what stopped it meanwhile.

One clock per unit and limit: that of the first time. How the dates become a clock:

- *The start* is the first day in one of the states the limit counts from, or the day on which that very act was
  notified.
- *The act* is the first one after it, in the order of days and, within a day, that of the event log or the procedure.
  Another one of the same kind before the start (an earlier visit) is not the act; where the procedure says that it
  must follow the start, it is a contradiction.
- *Suspensions* last from the day of a suspended state (default of the accused) to that of whatever follows it.
- *Nothing after the cut-off* counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.types import Counts, Tallies
from ..cases.casedata import CaseData
from ..cases.procedure import Limit, Procedure
from ..cases.procedure_graph import reachable
from ..cases.standing import ORDERS, RANKS
from ..tables import Strata
from .grouped import NO_DAY, grouped_counts

# Why a clock cannot be judged, in the order in which the reasons are looked for; the place less one is the code.
UNTOLD_REASONS: Final = (
    "start_undated",
    "notice_undated",
    "start_coarse",
    "act_undated",
    "act_coarse",
    "act_before_start",
    "end_undated",
    "end_before_start",
    "end_after_cutoff",
)
_NEVER: Final = -1
# Offices and strata together; far fewer are shown.
_MOST_GROUPS: Final = 100_000


class Clocks(NamedTuple):
    """The clocks of one limit, alike ones counted together: C cells.

    Attributes
    ----------
    strata : Strata, G of them
    stratum : (C,)
    office : (C,) of str
        Level of the attribute whose calendar counts; "" where none was asked for.
    start : (C,)
        Day from which the clock counts.
    act, ended : (C,)
        Day of the act, and day on which the case ended otherwise before any; ``NO_DAY`` for neither.
    extinct : (C,)
        1 where that ending is an extinction.
    entry : (C,)
        Day from which on the unit was observed; ``NO_DAY`` from the start.
    pauses : (C, K, 2)
        Suspensions, from and to; ``NO_DAY`` where there is none.
    why : (C,)
        0, or the place (from 1) in ``UNTOLD_REASONS`` of why the clock cannot be judged.
    again : (C,)
        1 where the clock began again later.
    notice_missing : (C,)
        1 where the clock counts from the act because its notification has no date.
    n : (C,)
        Units, or the sum of their weights.
    units : (C,)
    """

    strata: Strata
    stratum: Counts
    office: tuple[str, ...]
    start: Counts
    act: Counts
    ended: Counts
    extinct: Counts
    entry: Counts
    pauses: Counts
    why: Counts
    again: Counts
    notice_missing: Counts
    n: Tallies
    units: Counts


def clocks(
    cases: CaseData,
    limit: Limit,
    *,
    by: Sequence[str] = (),
    office: str | None = None,
    pausing: bool = True,
    from_act_without_notice: bool = False,
) -> Clocks:
    """Reduce cases to the clocks of one limit, in one grouped count.

    Parameters
    ----------
    cases : CaseData
    limit : Limit
        With states at both ends.
    by : sequence of str
        Attributes that split the units.
    office : str, optional
        Attribute that says whose calendar counts.
    pausing : bool
        Whether suspended states are looked for.
    from_act_without_notice : bool
        Whether a clock that counts from a notification without a date counts from the act.
    """
    suspended = tuple(one for one in cases.procedure.suspended if one in cases.dated_states) if pausing else ()
    frame, most = _looked_at(cases, limit, suspended)
    frame = frame.with_columns(clock__why=nw.lit(0, dtype=nw.Int64)).with_columns(
        **_judgements(cases, limit, from_act_without_notice)
    )
    frame = frame.filter(nw.col("clock__began"))
    names = ("start", "act", "ended", "extinct", "entry", "why", "again", "unsaid")
    pauses = [f"pause_{what}_{place}" for place in range(most) for what in ("from", "to")]
    split = tuple(by) if office is None or office in by else (*by, office)
    grouped = grouped_counts(
        cases,
        by=split,
        keys={name: nw.col(f"clock__{name}").fill_null(NO_DAY) for name in (*names, *pauses)},
        frame=frame,
        most_strata=_MOST_GROUPS,
    )
    strata, stratum = _without(grouped.strata, grouped.stratum, len(by))
    place = None if office is None else split.index(office)
    levels = grouped.strata.levels
    keys = {name: np.asarray(grouped.keys[name], np.int64) for name in (*names, *pauses)}
    c = len(grouped.n)
    stacked = np.stack([keys[one] for one in pauses], axis=1) if pauses else np.zeros((c, 0), np.int64)
    return Clocks(
        strata=strata,
        stratum=stratum,
        office=tuple("" if place is None else levels[one][place] for one in grouped.stratum),
        start=keys["start"],
        act=keys["act"],
        ended=keys["ended"],
        extinct=keys["extinct"],
        entry=keys["entry"],
        pauses=stacked.reshape(c, most, 2),
        why=keys["why"],
        again=keys["again"],
        notice_missing=keys["unsaid"],
        n=grouped.n,
        units=grouped.units,
    )


def past_the_act(procedure: Procedure, limit: Limit) -> tuple[str, ...]:
    """Return the states to which no case comes from the start of a limit but through the act that it asks for.

    A case that is there did the act, whether or not its file dates it. Roads through a suspension do not count: a case
    goes on from there to where it was.
    """
    anywhere = reachable(procedure.edges, limit.from_states)
    without = reachable(procedure.edges, limit.from_states, not_through={*limit.to, *procedure.suspended})
    return tuple(one for one in procedure.ids if one in anywhere - without)


def _looked_at(cases: CaseData, limit: Limit, suspended: tuple[str, ...]) -> tuple[nw.LazyFrame[Any], int]:
    """Return milestones with the days of each unit's clock, and the most suspensions that a unit has."""
    procedure = cases.procedure
    passed = past_the_act(procedure, limit)
    follows = tuple(one for one in limit.to if set(limit.from_states) & set(procedure.required_before(one)))
    rows = _rows(cases, limit, passed)
    begins = nw.col("clock__from")
    first = rows.group_by("unit_id").agg(start_key=nw.when(begins).then(nw.col("key")).min())
    rows = rows.join(first, on="unit_id", how="inner").filter(~nw.col("start_key").is_null())
    key, start, day = nw.col("key"), nw.col("start_key"), nw.col("day")
    at_start = begins & (key == start)
    act = nw.col("clock__to") & (key > start)
    exact = nw.col("precision") == "day"
    columns = {
        "clock__begin": nw.when(at_start).then(day),
        "clock__notified": nw.when(at_start).then(nw.col("notified_day")),
        "clock__act": nw.when(act).then(day),
        "clock__act_exact": nw.when(act & exact).then(day),
    }
    flags = {
        "clock__start_coarse": at_start & ~exact,
        "clock__again": begins & (key > start) & ~nw.col("clock__of_role"),
        "clock__passed": nw.col("state").is_in(list(passed)) & (key > start) if passed else nw.lit(value=False),
        "clock__early": nw.col("state").is_in(list(follows)) & (key < start) if follows else nw.lit(value=False),
    }
    rows = rows.with_columns(**columns, **{name: flag.cast(nw.Int64) for name, flag in flags.items()})
    dates = rows.group_by("unit_id").agg(*[nw.col(one).min() for one in columns], *[nw.col(one).max() for one in flags])
    frame = cases.milestones.join(dates, on="unit_id", how="left")
    if not suspended:
        return frame, 0
    pauses, most = _pauses(cases, suspended)
    return (frame.join(pauses, on="unit_id", how="left"), most) if most else (frame, 0)


def _rows(cases: CaseData, limit: Limit, passed: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return the events that a limit is about, each with a key that sorts them by day, order and procedure."""
    procedure = cases.procedure
    wanted = [one for one in procedure.ids if one in {*limit.from_states, *limit.to, *passed}]
    rank: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for one in wanted:
        rank = nw.when(nw.col("state") == one).then(nw.lit(procedure.state(one).rank, dtype=nw.Int64)).otherwise(rank)
    known = ~nw.col("day").is_null() & (nw.col("day") <= cases.cutoff_day)
    events = cases.events.filter(known & nw.col("state").is_in(wanted)).select(
        "unit_id",
        nw.col("day").cast(nw.Int64),
        nw.col("state"),
        nw.col("precision").cast(nw.String),
        nw.col("notified_day").cast(nw.Int64),
        order=nw.col("seq").fill_null(0).cast(nw.Int64),
        rank=rank,
        clock__of_role=nw.lit(value=False),
    )
    # A date that the file gives for a verdict, whichever it was, is a date of the limit where all verdicts are.
    roles = [
        cases.milestones.filter((~nw.col(f"first__{role}").is_null()) & (nw.col(f"first__{role}") <= cases.cutoff_day))
        .select(
            "unit_id",
            day=nw.col(f"first__{role}").cast(nw.Int64),
            state=nw.lit(states[0]),
            precision=nw.lit("day"),
            notified_day=nw.lit(None, dtype=nw.Int64),
            order=nw.lit(procedure.state(states[0]).rank, dtype=nw.Int64),
            rank=nw.lit(procedure.state(states[0]).rank, dtype=nw.Int64),
            clock__of_role=nw.lit(value=True),
        )
        .select("unit_id", "day", "state", "precision", "notified_day", "order", "rank", "clock__of_role")
        for role in cases.dated_roles
        for states in [procedure.resolve(role)]
        if set(states) <= set(limit.from_states) or set(states) <= set(limit.to)
    ]
    rows = nw.concat([events, *roles], how="vertical") if roles else events
    state = nw.col("state")
    return rows.with_columns(
        key=(nw.col("day") * ORDERS + nw.col("order")) * RANKS + nw.col("rank"),
        clock__from=state.is_in(list(limit.from_states)),
        clock__to=state.is_in(list(limit.to)),
    )


def _pauses(cases: CaseData, suspended: tuple[str, ...]) -> tuple[nw.LazyFrame[Any], int]:
    """Return the suspensions of each unit side by side, and how many the unit with most of them has."""
    procedure = cases.procedure
    rank: nw.Expr = nw.lit(-1, dtype=nw.Int64)
    for one in procedure.ids:
        rank = nw.when(nw.col("state") == one).then(nw.lit(procedure.state(one).rank, dtype=nw.Int64)).otherwise(rank)
    known = ~nw.col("day").is_null() & (nw.col("day") <= cases.cutoff_day)
    rows = cases.events.filter(known).with_columns(
        key=(nw.col("day").cast(nw.Int64) * ORDERS + nw.col("seq").fill_null(0).cast(nw.Int64)) * RANKS + rank
    )
    following = nw.col("day").cast(nw.Int64).shift(-1).over("unit_id", order_by="key")
    rows = rows.with_columns(pause__to=following, pause__one=nw.lit(1, dtype=nw.Int64))
    rows = rows.filter(nw.col("state").is_in(list(suspended))).select(
        "unit_id",
        "key",
        "pause__one",
        pause__from=nw.col("day").cast(nw.Int64),
        pause__to=nw.col("pause__to").fill_null(cases.cutoff_day),
    )
    rows = rows.with_columns(pause__place=nw.col("pause__one").cum_sum().over("unit_id", order_by="key"))
    found = rows.select(most=nw.col("pause__place").max()).collect().get_column("most")[0]
    most = int(found or 0)
    columns = {
        f"clock__pause_{what}_{place}": nw.when(nw.col("pause__place") == place + 1).then(nw.col(f"pause__{what}"))
        for place in range(most)
        for what in ("from", "to")
    }
    if not most:
        return rows, 0
    return rows.with_columns(**columns).group_by("unit_id").agg(*[nw.col(one).max() for one in columns]), most


def _judgements(cases: CaseData, limit: Limit, from_act: bool) -> dict[str, nw.Expr]:
    """Return the columns of a clock: its start, the act, another ending, and why it cannot be judged."""
    procedure = cases.procedure
    begin, act = nw.col("clock__begin"), nw.col("clock__act")
    notified = limit.counted_from == "notified"
    unsaid = nw.col("clock__notified").is_null() if notified else nw.lit(value=False)
    start = nw.col("clock__notified") if notified else begin
    if notified and from_act:
        start = nw.coalesce(nw.col("clock__notified"), begin)
    reached = cases.reached(limit.from_states)
    after_cutoff = (cases.first_day(limit.from_states) > cases.cutoff_day).fill_null(False)
    # A notice after the cut-off: by then the clock had not begun.
    later_notice = (start > cases.cutoff_day).fill_null(False)
    began = (~begin.is_null() & ~later_notice) | (reached & begin.is_null() & ~after_cutoff)
    # A case that still stands where the limit begins has not ended otherwise, nor has one that ended by the act.
    through = past_the_act(procedure, limit)
    ways = tuple(one for one in procedure.outcomes if one not in (*limit.from_states, *limit.to))
    otherwise = cases.stands(tuple(one for one in ways if one not in through))
    done = cases.stands(tuple(one for one in procedure.outcomes if one in (*limit.to, *through)))
    seen = [
        (nw.col(f"seen__{one}") == 1).fill_null(False)
        for one in cases.seen_states
        if one in (*limit.to, *through)
    ]
    undated = reduce(or_, [*seen, done, (nw.col("clock__passed") == 1).fill_null(False)])
    end = nw.col("outcome_day")
    coarse_act = ~act.is_null() & (nw.col("clock__act_exact").is_null() | (nw.col("clock__act_exact") > act))
    extinct = tuple(one for one in ways if procedure.class_of(one) == "extinction")
    reasons = {
        "start_undated": begin.is_null(),
        "notice_undated": start.is_null(),
        "start_coarse": (nw.col("clock__start_coarse") == 1).fill_null(False)
        & (~nw.lit(notified) | unsaid),
        "act_before_start": act.is_null() & (nw.col("clock__early") == 1).fill_null(False),
        "act_undated": act.is_null() & undated,
        "act_coarse": coarse_act,
        "end_undated": act.is_null() & otherwise & end.is_null(),
        "end_before_start": act.is_null() & otherwise & (end < begin).fill_null(False),
        "end_after_cutoff": act.is_null() & otherwise & (end > cases.cutoff_day).fill_null(False),
    }
    why: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for name in reversed(reasons):
        place = UNTOLD_REASONS.index(name) + 1
        why = nw.when(reasons[name]).then(nw.lit(place, dtype=nw.Int64)).otherwise(why)
    entry: nw.Expr = nw.lit(NO_DAY, dtype=nw.Int64)
    if cases.sampling.delayed_entry:
        entry = nw.col("entry_day").cast(nw.Int64).fill_null(NO_DAY)
    return {
        "clock__began": began,
        "clock__start": start,
        "clock__ended": nw.when(act.is_null() & otherwise).then(end),
        "clock__extinct": cases.stands(extinct) & act.is_null(),
        "clock__entry": entry,
        "clock__why": why,
        "clock__unsaid": unsaid & ~begin.is_null(),
    }


def _without(strata: Strata, stratum: Counts, kept: int) -> tuple[Strata, Counts]:
    """Return the strata of the first ``kept`` names, and the place of each row's among them."""
    if kept == len(strata.names):
        return strata, stratum
    shorter = [level[:kept] for level in strata.levels]
    levels = tuple(dict.fromkeys(shorter)) if kept else ((),) * bool(len(strata.levels))
    place = {level: at for at, level in enumerate(levels)}
    moved = np.array([place[level] for level in shorter], dtype=np.int64)
    return Strata(strata.names[:kept], levels), moved[stratum] if len(stratum) else stratum
