"""From events to clocks: when a legal limit began for each unit, when the act came, what stopped it meanwhile.

One clock per unit and limit: that of the first time. How the dates become a clock:

- *The start* is the first day in one of the states the limit counts from, or the day on which that very act was
  notified.
- *The act* is the first one after it, in the order of days and, within a day, that of the event log or the procedure.
  Another one of the same kind before the start (an earlier visit) is not the act; where the procedure says that it
  must follow the start, it is a contradiction. Nor is one of a later round: where the case ended otherwise and began
  again before it, the first clock ended with that ending.
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
from ..cases.procedure_graph import reachable, rising
from ..cases.standing import ORDERS, RANKS
from ..tables import Strata
from .grouped import NO_DAY, grouped_counts
from .recorded_states import recorded_states

# Why a clock cannot be judged, in the order in which the reasons are looked for; the place less one is the code.
UNTOLD_REASONS: Final = (
    "start_undated",
    "notice_undated",
    "start_coarse",
    "notice_coarse",
    "notice_before_act",
    "act_undated",
    "act_coarse",
    "act_before_start",
    "end_undated",
    "end_before_start",
    "end_after_cutoff",
    "end_coarse",
    "pause_coarse",
    "act_unrecorded",
)
# A date that is known by its year only may lie half a year off.
_COARSEST: Final = 183
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
    looked_at = _of_first_days if _by_first_days(cases) else _of_events
    frame, most = looked_at(cases, limit, suspended)
    frame = frame.with_columns(**_judgements(cases, limit, from_act_without_notice, most))
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
    goes on from there to where it was. Nor do states to which a case comes only by going back.
    """
    rank = {one.id: one.rank for one in procedure.states}
    ahead = frozenset().union(*[rising(procedure.edges, one, rank) for one in limit.from_states])
    without = reachable(procedure.edges, limit.from_states, not_through={*limit.to, *procedure.suspended})
    return tuple(one for one in procedure.ids if one in ahead - without and one not in procedure.suspended)


def _by_first_days(cases: CaseData) -> bool:
    """Return whether there is one date per state: a wide table, or members that became one unit."""
    return cases.intake.one_row_per_unit or cases.members_merged


def _of_first_days(cases: CaseData, limit: Limit, suspended: Sequence[str]) -> tuple[nw.LazyFrame[Any], int]:
    """Return milestones with the days of each unit's clock, told within the unit's row."""
    there = cases.milestones.collect_schema().names()
    passed, follows = past_the_act(cases.procedure, limit), _following(cases.procedure, limit)
    begins, acts = (_dated(cases, states) for states in (limit.from_states, limit.to))
    known = dict.fromkeys((*begins, *acts, *_dated(cases, passed), *suspended))
    others = tuple(one for one in cases.dated_states if suspended)
    keys = {f"clock__key_{one}": _first_key(cases, one) for one in dict.fromkeys((*known, *others))}
    frame = cases.milestones.with_columns(**keys) if keys else cases.milestones
    starts = [nw.when(~_key(one).is_null()).then(nw.col(f"first__{one}").cast(nw.Int64)) for one in begins]
    frame = frame.with_columns(clock__start_key=_least([_key(one) for one in begins]), clock__begin=_least(starts))
    frame = (
        _with_notice(frame, cases, begins)
        if limit.counted_from == "notified"
        else frame.with_columns(
            clock__notified=nw.lit(None, dtype=nw.Int64), clock__notice_coarse=nw.lit(0, dtype=nw.Int64)
        )
    )
    start = nw.col("clock__start_key")

    def day(one: str) -> nw.Expr:
        return nw.col(f"first__{one}").cast(nw.Int64)

    def coarse(one: str) -> nw.Expr:
        name = f"exact__{one}"
        return (nw.col(name) != "day").fill_null(False) if name in there else nw.lit(value=False)

    frame = frame.with_columns(
        clock__act=_least([nw.when(_key(one) > start).then(day(one)) for one in acts]),
        clock__act_exact=_least([nw.when((_key(one) > start) & ~coarse(one)).then(day(one)) for one in acts]),
        clock__start_coarse=_any([(_key(one) == start) & coarse(one) for one in begins]),
        clock__again=nw.lit(0, dtype=nw.Int64),
        clock__passed=_any([_key(one) > start for one in _dated(cases, passed)]),
        clock__early=_any([_key(one) < start for one in _dated(cases, follows)]),
        clock__end_coarse=_any(
            [(nw.col("outcome") == one) & coarse(one) for one in _otherwise(cases.procedure, limit)]
        ),
        clock__closed=nw.lit(None, dtype=nw.Int64),
    )
    pauses: dict[str, nw.Expr] = {}
    for place, one in enumerate(suspended):
        after = [nw.when(_key(other) > _key(one)).then(day(other)) for other in others if other != one]
        pauses[f"clock__pause_from_{place}"] = nw.when(~_key(one).is_null()).then(day(one))
        until = nw.coalesce(_least(after), nw.lit(cases.cutoff_day, dtype=nw.Int64))
        pauses[f"clock__pause_to_{place}"] = nw.when(~_key(one).is_null()).then(until)
        ends = [(_key(other) > _key(one)) & (day(other) == until) & coarse(other) for other in others if other != one]
        pauses[f"clock__pause_coarse_{place}"] = _any([coarse(one), *ends])
    return (frame.with_columns(**pauses) if pauses else frame), len(suspended)


def _with_notice(frame: nw.LazyFrame[Any], cases: CaseData, begins: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return the frame with the day on which the act that starts the clock was notified."""
    said, coarse = [], []
    day, exact = nw.col("notified_day").cast(nw.Int64), (nw.col("notified_precision") == "day").fill_null(True)
    for one in begins:
        if one in cases.dated_states:
            told = f"clock__notice_{one}"
            rows = cases.events.filter(nw.col("state") == one)
            notices = rows.with_columns(told=day, told_exact=nw.when(exact).then(day)).group_by("unit_id")
            first = notices.agg(**{told: nw.col("told").min(), f"{told}_exact": nw.col("told_exact").min()})
            frame = frame.join(first, on="unit_id", how="left")
            # by the day: a date of "the verdict" may stand beside that of the acquittal
            same = nw.col(f"first__{one}").cast(nw.Int64) == nw.col("clock__begin")
            said.append(nw.when(same).then(nw.col(told)))
            inexact = nw.col(f"{told}_exact").is_null() | (nw.col(f"{told}_exact") > nw.col(told))
            coarse.append(same & ~nw.col(told).is_null() & inexact)
    return frame.with_columns(clock__notified=_least(said), clock__notice_coarse=_any(coarse))


def _of_events(cases: CaseData, limit: Limit, suspended: Sequence[str]) -> tuple[nw.LazyFrame[Any], int]:
    """Return milestones with the days of each unit's clock, from an event log."""
    procedure = cases.procedure
    passed, follows = past_the_act(procedure, limit), _following(procedure, limit)
    known = ~nw.col("day").is_null() & (nw.col("day") <= cases.cutoff_day)
    rows = cases.events.filter(known).select(
        "unit_id",
        "state",
        day=nw.col("day").cast(nw.Int64),
        notified=nw.col("notified_day").cast(nw.Int64),
        notice_exact=(nw.col("notified_precision") == "day").fill_null(True),
        exact=nw.col("precision") == "day",
        order=nw.col("seq").fill_null(0).cast(nw.Int64),
        rank=_rank(procedure),
    )
    rows = rows.with_columns(key=(nw.col("day") * ORDERS + nw.col("order")) * RANKS + nw.col("rank"))
    pauses, most = _pauses(rows, cases, suspended) if suspended else (None, 0)
    otherwise = _otherwise(procedure, limit)
    wanted = [one for one in procedure.ids if one in {*limit.from_states, *limit.to, *passed, *otherwise}]
    state, key, start = nw.col("state"), nw.col("key"), nw.col("start_key")
    begins, acts = state.is_in(list(limit.from_states)), state.is_in(list(limit.to))
    ends = state.is_in(list(otherwise)) if otherwise else nw.lit(value=False)
    rows = rows.filter(state.is_in(wanted))
    first = rows.filter(begins).group_by("unit_id").agg(start_key=key.min())
    rows = rows.join(first, on="unit_id", how="inner")
    later = rows.with_columns(act=nw.when(acts & (key > start)).then(key), end=nw.when(ends & (key > start)).then(key))
    rows = rows.join(
        later.group_by("unit_id").agg(act_key=nw.col("act").min(), end_key=nw.col("end").min()),
        on="unit_id",
        how="left",
    )
    # the case ended otherwise, and began again before the act
    of_this_round = nw.col("act_key").is_null() | (key < nw.col("act_key"))
    reopened = begins & (key > nw.col("end_key")).fill_null(False) & of_this_round
    at_end = ends & (key == nw.col("end_key")).fill_null(False)
    columns = {
        "clock__begin": nw.when(begins & (key == start)).then(nw.col("day")),
        "clock__notified": nw.when(begins & (key == start)).then(nw.col("notified")),
        "clock__act": nw.when(acts & (key > start)).then(nw.col("day")),
        "clock__act_exact": nw.when(acts & (key > start) & nw.col("exact")).then(nw.col("day")),
        "clock__end": nw.when(at_end).then(nw.col("day")),
    }
    flags = {
        "clock__start_coarse": begins & (key == start) & ~nw.col("exact"),
        "clock__again": begins & (key > start),
        "clock__notice_coarse": begins & (key == start) & ~nw.col("notified").is_null() & ~nw.col("notice_exact"),
        "clock__reopened": reopened,
        "clock__first_end_coarse": at_end & ~nw.col("exact"),
        "clock__passed": state.is_in(list(passed)) & (key > start) if passed else nw.lit(value=False),
        "clock__early": state.is_in(list(follows)) & (key < start) if follows else nw.lit(value=False),
    }
    rows = rows.with_columns(
        **columns,
        **{name: flag.cast(nw.Int64) for name, flag in flags.items()},
        clock__coarse_end=nw.when(ends & ~nw.col("exact")).then(nw.col("day")),
    )
    most_of = (*flags, "clock__coarse_end")
    dates = rows.group_by("unit_id").agg(
        *[nw.col(one).min() for one in columns], *[nw.col(one).max() for one in most_of]
    )
    closed = (nw.col("clock__reopened") == 1).fill_null(False)
    coarse = (nw.col("clock__coarse_end") == nw.col("outcome_day").cast(nw.Int64)).fill_null(False)
    first_coarse = (nw.col("clock__first_end_coarse") == 1).fill_null(False)
    frame = cases.milestones.join(dates, on="unit_id", how="left").with_columns(
        clock__closed=nw.when(closed).then(nw.col("clock__end")),
        clock__end_coarse=((closed & first_coarse) | (~closed & coarse)).cast(nw.Int64),
    )
    return (frame if pauses is None else frame.join(pauses, on="unit_id", how="left")), most


def _pauses(rows: nw.LazyFrame[Any], cases: CaseData, suspended: Sequence[str]) -> tuple[nw.LazyFrame[Any] | None, int]:
    """Return the suspensions of each unit side by side, and how many the unit with most of them has."""
    inexact = (~nw.col("exact")).cast(nw.Int64)
    rows = rows.with_columns(pause__inexact=inexact).with_columns(
        pause__to=nw.col("day").shift(-1).over("unit_id", order_by="key"),
        pause__next=nw.col("pause__inexact").shift(-1).over("unit_id", order_by="key"),
    )
    rows = rows.filter(nw.col("state").is_in(list(suspended))).select(
        "unit_id",
        "key",
        pause__one=nw.lit(1, dtype=nw.Int64),
        pause__from=nw.col("day"),
        pause__to=nw.col("pause__to").fill_null(cases.cutoff_day),
        pause__coarse=nw.max_horizontal(nw.col("pause__inexact"), nw.col("pause__next").fill_null(0)),
    )
    rows = rows.with_columns(pause__place=nw.col("pause__one").cum_sum().over("unit_id", order_by="key"))
    most = int(rows.select(most=nw.col("pause__place").max()).collect().get_column("most")[0] or 0)
    if not most:
        return None, 0
    columns = {
        f"clock__pause_{what}_{place}": nw.when(nw.col("pause__place") == place + 1).then(nw.col(f"pause__{what}"))
        for place in range(most)
        for what in ("from", "to", "coarse")
    }
    return rows.with_columns(**columns).group_by("unit_id").agg(*[nw.col(one).max() for one in columns]), most


def _on_the_way(procedure: Procedure, limit: Limit) -> frozenset[str]:
    """Return the outcomes that do not end a clock: its own ends, and a verdict that has yet to become final."""
    goals = set(limit.to)
    verdicts = [one.id for one in procedure.states if one.role == "verdict" and one.kind == "outcome"]
    waiting = {one for one in verdicts if goals & reachable(procedure.edges, [one])}
    return frozenset({*limit.from_states, *limit.to, *waiting})


def _otherwise(procedure: Procedure, limit: Limit) -> tuple[str, ...]:
    """Return the outcomes that end a clock without its act."""
    kept = {*_on_the_way(procedure, limit), *past_the_act(procedure, limit)}
    return tuple(one for one in procedure.outcomes if one not in kept)


def _following(procedure: Procedure, limit: Limit) -> tuple[str, ...]:
    """Return the acts of a limit that come after its start in every case."""
    return tuple(one for one in limit.to if set(limit.from_states) & set(procedure.required_before(one)))


def _dated(cases: CaseData, states: Sequence[str]) -> tuple[str, ...]:
    """Return those of the states that have a date, and the roles with a date of their own that only they play."""
    roles = tuple(one for one in cases.dated_roles if set(cases.procedure.resolve(one)) <= set(states))
    return (*[one for one in states if one in cases.dated_states], *roles)


def _first_key(cases: CaseData, word: str) -> nw.Expr:
    """Return the place in time of the first day in a state; null after the cut-off."""
    day = nw.col(f"first__{word}").cast(nw.Int64)
    rank = cases.procedure.state(cases.procedure.resolve(word)[0]).rank
    return nw.when(day <= cases.cutoff_day).then(day * RANKS + rank)


def _key(word: str) -> nw.Expr:
    return nw.col(f"clock__key_{word}")


def _rank(procedure: Procedure) -> nw.Expr:
    rank: nw.Expr = nw.lit(-1, dtype=nw.Int64)
    for one in procedure.ids:
        rank = nw.when(nw.col("state") == one).then(nw.lit(procedure.state(one).rank, dtype=nw.Int64)).otherwise(rank)
    return rank


def _least(columns: Sequence[nw.Expr]) -> nw.Expr:
    if not columns:
        return nw.lit(None, dtype=nw.Int64)
    return columns[0] if len(columns) == 1 else nw.min_horizontal(*columns)


def _any(flags: Sequence[nw.Expr]) -> nw.Expr:
    """Return 1 where one of the flags is true, else 0."""
    true = [flag.fill_null(False) for flag in flags]
    return reduce(or_, true).cast(nw.Int64) if true else nw.lit(0, dtype=nw.Int64)


def _judgements(cases: CaseData, limit: Limit, from_act: bool, most: int) -> dict[str, nw.Expr]:
    """Return the columns of a clock: its start, the act, another ending, and why it cannot be judged."""
    procedure = cases.procedure
    # Where a later round began, the first one ended with the ending before it; what came after belongs to the later.
    closed = ~nw.col("clock__closed").is_null()
    begin, act = nw.col("clock__begin"), nw.when(~closed).then(nw.col("clock__act"))
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
    ways = tuple(one for one in procedure.outcomes if one not in _on_the_way(procedure, limit))
    otherwise = cases.stands(_otherwise(procedure, limit))
    done = cases.stands(tuple(one for one in procedure.outcomes if one in (*limit.to, *through)))
    seen = [(nw.col(f"seen__{one}") == 1).fill_null(False) for one in cases.seen_states if one in (*limit.to, *through)]
    undated = reduce(or_, [*seen, done, (nw.col("clock__passed") == 1).fill_null(False)])
    open_act = act.is_null() & ~closed
    end = nw.col("outcome_day")
    ended = nw.coalesce(nw.col("clock__closed"), nw.when(open_act & otherwise).then(end).cast(nw.Int64))
    notice_coarse = (nw.col("clock__notice_coarse") == 1).fill_null(False)
    start_coarse = (nw.col("clock__start_coarse") == 1).fill_null(False)
    stopped = nw.coalesce(act, ended, nw.lit(cases.cutoff_day, dtype=nw.Int64))
    paused = [
        (nw.col(f"clock__pause_coarse_{place}") == 1)
        & (nw.col(f"clock__pause_from_{place}") <= stopped + _COARSEST)
        & (nw.col(f"clock__pause_to_{place}") >= start - _COARSEST)
        for place in range(most)
    ]
    coarse_act = ~act.is_null() & (nw.col("clock__act_exact").is_null() | (nw.col("clock__act_exact") > act))
    extinct = tuple(one for one in ways if procedure.class_of(one) == "extinction")
    reasons = {
        "start_undated": begin.is_null(),
        "notice_undated": start.is_null(),
        "start_coarse": start_coarse & (~nw.lit(notified) | unsaid),
        "notice_coarse": notice_coarse,
        "notice_before_act": ~start_coarse & (nw.col("clock__notified") < begin).fill_null(False),
        "act_before_start": open_act & (nw.col("clock__early") == 1).fill_null(False),
        "act_undated": open_act & undated,
        "act_coarse": coarse_act,
        "end_undated": open_act & otherwise & end.is_null(),
        "end_before_start": open_act & otherwise & (end < begin).fill_null(False),
        "end_after_cutoff": open_act & otherwise & (end > cases.cutoff_day).fill_null(False),
        "end_coarse": ~ended.is_null() & (nw.col("clock__end_coarse") == 1).fill_null(False),
        "pause_coarse": _any(paused) == 1,
        # nobody can say that what no column names was not done
        "act_unrecorded": nw.lit(value=_unrecorded(cases, limit)),
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
        "clock__act": act,
        "clock__ended": ended,
        "clock__extinct": (cases.stands(extinct) & open_act).cast(nw.Int64),
        "clock__entry": entry,
        "clock__why": why,
        "clock__unsaid": (unsaid & ~begin.is_null()).cast(nw.Int64),
    }


def _unrecorded(cases: CaseData, limit: Limit) -> bool:
    """Return whether a table with one row per unit names the act of a limit nowhere; an event log may know of none."""
    return cases.intake.one_row_per_unit and not recorded_states(cases).intersection(limit.to)


def _without(strata: Strata, stratum: Counts, kept: int) -> tuple[Strata, Counts]:
    """Return the strata of the first ``kept`` names, and the place of each row's among them."""
    if kept == len(strata.names):
        return strata, stratum
    shorter = [level[:kept] for level in strata.levels]
    levels = tuple(dict.fromkeys(shorter)) if kept else ((),) * bool(len(strata.levels))
    place = {level: at for at, level in enumerate(levels)}
    moved = np.array([place[level] for level in shorter], dtype=np.int64)
    return Strata(strata.names[:kept], levels), moved[stratum] if len(stratum) else stratum
