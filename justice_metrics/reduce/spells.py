"""From case data to spells: which state a unit came to, on which day, when it left it and where to.

A unit is in one state at a time: the last that it came to. How the days become visits:

- *Order on one day* is that of the event log where it has one, else that of the procedure. Several states on one day
  are visits of no length; each is a move. For the occupation of states only where the unit stood in the evening counts
  (``evening``), as one move of that day.
- *A repeated record* of the state in which the unit is (a second hearing of the same trial) begins no new visit.
- *An ending lasts* until another ending, a suspension, or something to which a case can go on from there. What else is
  dated after it (the execution of a sentence, a slip of the pen) changes nothing.
- *Stages after the cut-off* are plans and do not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np

from ..base.errors import QuestionError
from ..base.language import tr
from ..base.types import Counts
from ..cases.casedata import CaseData
from ..cases.procedure import Procedure
from ..cases.procedure_graph import reachable
from ..cases.standing import ORDERS, RANKS, reopening
from ..tables import MOST_STRATA, SpellTable, Strata
from .grouped import Grouped, grouped_counts, summed

# Why the visits of a unit cannot be told, in the order in which the reasons are looked for.
NO_SPELLS: Final = (
    "not_started",
    "start_undated",
    "start_after_cutoff",
    "stage_undated",
    "end_undated",
    "verdict_untold",
    "end_after_cutoff",
    "before_start",
    "entry_after_end",
    "reopened_undated",
)
_KEYS: Final = ("from_state", "to_state", "evening", "since", "entry", "exit", "late")
# Clusters are courts or offices; many, yet not one per unit by mistake.
_MOST_CLUSTERS: Final = 100_000


def spell_table(
    cases: CaseData,
    *,
    start: str = "complaint",
    by: Sequence[str] = (),
    linked: bool = False,
    cluster: str | None = None,
    most_strata: int = MOST_STRATA,
) -> SpellTable:
    """Reduce cases to visits of states, in one grouped count.

    Parameters
    ----------
    cases : CaseData
    start : str
        State or role from whose first day time runs; what came before it is not in the table.
    by : sequence of str
        Attributes that split the units.
    linked : bool
        Whether to keep which visits belong to one unit, as a variance needs that takes units as independent. Such a
        table has a cell per visit, while others have one per kind of visit.
    cluster : str, optional
        Attribute whose levels are the independent ones instead (a court).
    most_strata : int
        How many strata at the most.

    Returns
    -------
    SpellTable
        Over all states of the procedure but those that only follow a final verdict, so that tables add up.

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, or no state of the start has a date in the data.
    """
    procedure = cases.procedure
    states = tuple(one for one in procedure.ids if one not in procedure.aftermath)
    dated = tuple(one for one in cases.dated_states if one in states)
    begin = tuple(one for one in cases.resolve(start) if one in dated)
    if not begin:
        raise QuestionError(
            tr("No case has a date for '{state}'.", state=procedure.label(start)),
            tr("Count time from another stage, or map a column to this one."),
        )
    by = tuple(by)
    split = (*by, cluster) if cluster is not None and cluster not in by else by
    frame = _looked_at(cases, start, begin, dated)
    if linked and cluster is None:
        # A number of our own, the same in every engine: ids stay where they are.
        frame = frame.with_row_index("spell__unit", order_by="unit_id")
    else:
        frame = frame.with_columns(spell__unit=nw.lit(0, dtype=nw.Int64))
    carried = _carried(cases, frame, split)
    visits = _visits(frame, cases, begin, dated, carried)
    nothing = {name: nw.lit(-1, dtype=nw.Int64) for name in _KEYS}
    without = frame.filter(nw.col("spell__why") != 0).select(*carried, nw.col("spell__why"), **nothing)
    grouped = grouped_counts(
        cases,
        by=split,
        keys={name: nw.col(name) for name in ("spell__why", *_KEYS, "spell__unit")},
        frame=nw.concat([visits.select(*carried, "spell__why", *_KEYS), without], how="vertical"),
        most_strata=most_strata if split == by else _MOST_CLUSTERS,
    )
    place = np.full(max(procedure.state(one).rank for one in procedure.ids) + 2, -1)
    place[[procedure.state(one).rank for one in states]] = np.arange(len(states))
    return _table(grouped, states, place, by=by, cluster=cluster, linked=linked, weighted=cases.sampling.weighted)


def _looked_at(cases: CaseData, start: str, begin: tuple[str, ...], dated: tuple[str, ...]) -> nw.LazyFrame[Any]:
    """Return milestones with the start of time, the day of entry, and why a unit's visits cannot be told."""
    procedure = cases.procedure
    whole = cases.resolve(start) == (procedure.start,)
    first = {one: nw.col(f"first__{one}") for one in dated}
    came = nw.lit(value=True) if whole else cases.reached(cases.resolve(start))
    frame = cases.milestones.with_columns(spell__begin=_earliest([first[one] for one in begin]), spell__came=came)
    start_day, cutoff = nw.col("spell__begin"), cases.cutoff_day
    ahead = reachable(procedure.edges, begin)
    unknown = [
        (nw.col(f"seen__{one}") == 1).fill_null(False) & nw.col(f"first__{one}").is_null()
        for one in cases.seen_states
        if one in ahead and one not in begin and one in procedure.ids and one not in procedure.aftermath
        and one not in procedure.outcomes and one in cases.dated_states
    ]  # fmt: skip
    unknown += [
        (nw.col(f"seen__{one}") == 1).fill_null(False)
        for one in cases.seen_states
        if one in ahead and one not in begin and one not in cases.dated_states
    ]
    untold = [
        (nw.col(f"first__{role}") <= cutoff).fill_null(False)
        & reduce(
            lambda a, b: a & b,
            [nw.col(f"first__{one}").is_null() for one in procedure.resolve(role) if one in dated],
            nw.lit(value=True),
        )
        for role in cases.dated_roles
    ]
    endings = [first[one] for one in dated if one in procedure.outcomes]
    closed = nw.lit(value=False)
    if _by_first_days(cases):
        # In an event log a unit stands as its last event says; beside a column of outcomes it may not.
        lasting = [procedure.state(one).rank for one in dated if one in _lasting(procedure)]
        last_key = _latest([_first_key(procedure, one) for one in dated])
        closed = (last_key % RANKS).is_in(lasting) & (nw.col("outcome_rank").fill_null(-1) != last_key % RANKS)
    earlier = [first[one] for one in dated if one not in begin]
    entry: nw.Expr = nw.lit(-1, dtype=nw.Int64)
    if cases.sampling.delayed_entry:
        since = (nw.col("entry_day") - start_day).fill_null(-1).cast(nw.Int64)
        entry = nw.when(since < 0).then(nw.lit(-1, dtype=nw.Int64)).otherwise(since)
    # After a verdict a case can go on; whoever is first seen then is at risk of what follows.
    over = nw.col("outcome_rank").is_in([procedure.state(one).rank for one in _lasting(procedure)])
    over = (over & (nw.col("outcome_day") <= cutoff)).fill_null(False)
    last = nw.when(over).then(nw.col("outcome_day")).otherwise(nw.lit(cutoff)) - start_day
    frame = frame.with_columns(spell__entry=entry, spell__last=last)
    reasons = {
        "not_started": ~nw.col("spell__came"),
        "start_undated": start_day.is_null(),
        "start_after_cutoff": start_day > cutoff,
        "stage_undated": _any(unknown),
        "end_undated": ~nw.col("outcome").is_null() & nw.col("outcome_day").is_null(),
        "verdict_untold": _any(untold),
        "end_after_cutoff": _any([(day > cutoff).fill_null(False) for day in endings]),
        "before_start": _any([(day < start_day).fill_null(False) for day in earlier] if whole else []),
        "entry_after_end": (nw.col("spell__entry") >= nw.col("spell__last")) & (nw.col("spell__entry") >= 0),
        "reopened_undated": closed,
    }
    why: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for name in reversed(reasons):
        place = NO_SPELLS.index(name) + 1
        why = nw.when(reasons[name].fill_null(False)).then(nw.lit(place, dtype=nw.Int64)).otherwise(why)
    return frame.with_columns(spell__why=why)


def _carried(cases: CaseData, frame: nw.LazyFrame[Any], split: Sequence[str]) -> list[str]:
    """Return the columns that a visit takes along: what strata are read from, the design, and the entry."""
    there = frame.collect_schema().names()
    started = [f"first__{one}" for one in (cases.procedure.start, *cases.dated_roles)] if "year" in split else []
    design = [one for one in ("frequency", "weight", "cluster", "stratum") if cases.has(one)]
    own = ["unit_id", "spell__unit", "spell__begin", "spell__entry"]
    return [one for one in dict.fromkeys((*own, *split, *design, *started)) if one in there]


def _visits(
    frame: nw.LazyFrame[Any],
    cases: CaseData,
    begin: tuple[str, ...],
    dated: tuple[str, ...],
    carried: list[str],
) -> nw.LazyFrame[Any]:
    """Return one row per visit, with the state that followed it and where the unit stood that evening."""
    told = frame.filter(nw.col("spell__why") == 0)
    rows = _of_first_days if _by_first_days(cases) else _of_events
    key = nw.col("key")
    long = rows(told, cases, begin, dated, carried).with_columns(stood=key.max().over("unit_id", "day"))
    long = long.with_columns(
        next_key=key.shift(-1).over("unit_id", order_by="key"),
        next_stood=nw.col("stood").shift(-1).over("unit_id", order_by="key"),
    )
    return _timed(long, cases)


def _of_first_days(
    told: nw.LazyFrame[Any], cases: CaseData, begin: tuple[str, ...], dated: tuple[str, ...], carried: list[str]
) -> nw.LazyFrame[Any]:
    """Return the rows of visits from the first day in each state: what follows what is told within the unit's row."""
    procedure = cases.procedure
    keys = {one: _first_key(procedure, one) for one in dated}
    only = _ways_on(procedure, dated)
    starts = [keys[one] for one in begin]
    told = told.with_columns(start_key=starts[0] if len(starts) == 1 else nw.min_horizontal(*starts))
    parts = []
    for one in dated:
        key = keys[one]
        kept = (key >= nw.col("start_key")) & (nw.col(f"first__{one}") <= cases.cutoff_day)
        anchors = [nw.when(keys[other] < key).then(keys[other]) for other in (*only, *procedure.suspended)
                   if other in dated and other != one]  # fmt: skip
        forbidding = [procedure.state(ending).rank for ending, after in only.items() if one not in after]
        if one not in only and one not in procedure.suspended and anchors and forbidding:
            kept = kept & ~(_latest(anchors) % RANKS).is_in(forbidding).fill_null(False)
        parts.append(
            told.filter(kept.fill_null(False)).select(
                *carried,
                day=nw.col(f"first__{one}").cast(nw.Int64) - nw.col("spell__begin"),
                rank=nw.lit(procedure.state(one).rank, dtype=nw.Int64),
                key=key,
                start_key=nw.col("start_key"),
            )
        )
    return nw.concat(parts, how="vertical")


def _of_events(
    told: nw.LazyFrame[Any], cases: CaseData, begin: tuple[str, ...], dated: tuple[str, ...], carried: list[str]
) -> nw.LazyFrame[Any]:
    """Return the rows of visits from an event log."""
    procedure = cases.procedure
    ranks = {one: procedure.state(one).rank for one in dated}
    rank: nw.Expr = nw.lit(-1, dtype=nw.Int64)
    for one, place in ranks.items():
        rank = nw.when(nw.col("state") == one).then(nw.lit(place, dtype=nw.Int64)).otherwise(rank)
    events = cases.events.filter(
        ~nw.col("day").is_null() & nw.col("state").is_in(list(dated)) & (nw.col("day") <= cases.cutoff_day)
    ).select("unit_id", day=nw.col("day").cast(nw.Int64), order=nw.col("seq").fill_null(0).cast(nw.Int64), rank=rank)
    long = events.join(told.select(*carried), on="unit_id", how="inner")
    long = long.with_columns(day=nw.col("day") - nw.col("spell__begin")).filter(nw.col("day") >= 0)
    long = long.with_columns(key=_key(nw.col("day"), nw.col("order"), nw.col("rank")))
    key, nowhere = nw.col("key"), nw.lit(-1, dtype=nw.Int64)
    only = _ways_on(procedure, dated)
    anchors = [place for one, place in ranks.items() if one in only or one in procedure.suspended]
    anchor = nw.when(nw.col("rank").is_in(anchors)).then(key).otherwise(nowhere)
    starts = nw.when(nw.col("rank").is_in([ranks[one] for one in begin])).then(key)
    long = long.with_columns(anchor=anchor, starts=starts)
    long = long.with_columns(
        start_key=nw.col("starts").min().over("unit_id"),
        anchor=nw.col("anchor").cum_max().over("unit_id", order_by="key"),
        before=key.shift(1).over("unit_id", order_by="key"),
    )
    long = long.with_columns(
        anchor=nw.when(nw.col("anchor") >= 0).then(nw.col("anchor") % RANKS).otherwise(nowhere),
        repeated=((nw.col("before") % RANKS == nw.col("rank")) & (nw.col("before") >= nw.col("start_key"))).fill_null(
            False
        ),
    )
    slips = [
        (nw.col("anchor") == ranks[ending]) & ~nw.col("rank").is_in([ranks[one] for one in after])
        for ending, after in only.items()
    ]
    kept = (key >= nw.col("start_key")) & ~nw.col("repeated")
    return long.filter(kept & ~_any(slips) if slips else kept).select(*carried, "day", "rank", "key", "start_key")


def _by_first_days(cases: CaseData) -> bool:
    """Return whether visits are told by the first day in each state: a wide table, or members that became one unit."""
    return cases.intake.one_row_per_unit or cases.members_merged


def _key(day: nw.Expr, order: nw.Expr, rank: nw.Expr) -> nw.Expr:
    return (day * ORDERS + order) * RANKS + rank


def _first_key(procedure: Procedure, state: str) -> nw.Expr:
    """Return the place in time of the first day in a state; days before the start are below 0."""
    day = nw.col(f"first__{state}").cast(nw.Int64) - nw.col("spell__begin")
    return nw.when(day >= 0).then(_key(day, nw.lit(0), nw.lit(procedure.state(state).rank)))


def _lasting(procedure: Procedure) -> tuple[str, ...]:
    """Return the endings that are not verdicts: beside an open case they have been overtaken."""
    return tuple(one for one in procedure.outcomes if one not in procedure.verdicts)


def _timed(long: nw.LazyFrame[Any], cases: CaseData) -> nw.LazyFrame[Any]:
    """Give each visit its days."""
    nowhere = nw.lit(-1, dtype=nw.Int64)
    first, follows = nw.col("key") == nw.col("start_key"), ~nw.col("next_key").is_null()
    next_day = nw.col("next_key") // (RANKS * ORDERS)
    seen = nw.col("spell__entry")
    long = long.with_columns(
        spell__why=nw.lit(0, dtype=nw.Int64),
        from_state=nw.col("rank"),
        to_state=nw.when(follows).then(nw.col("next_key") % RANKS).otherwise(nowhere),
        evening=nw.when(follows).then(nw.col("next_stood") % RANKS).otherwise(nowhere),
        since=nw.col("day"),
        exit=nw.when(follows).then(next_day).otherwise(nw.lit(cases.cutoff_day) - nw.col("spell__begin")),
        late=((seen >= nw.col("day")) & (seen >= 0)).cast(nw.Int64),
        entry=nw.when(first).then(nowhere).otherwise(nw.col("day")),
    )
    if not cases.sampling.delayed_entry:
        return long
    # What ended before the unit was observed is known, but was never at risk of being seen.
    long = long.filter((nw.col("late") == 0) | (nw.col("exit") > seen))
    return long.with_columns(entry=nw.when(nw.col("late") == 1).then(seen).otherwise(nw.col("entry")))


def _ways_on(procedure: Procedure, dated: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Return for each ending what can come after it, itself among it; another ending or a suspension always can."""
    always = [one for one in dated if one in procedure.outcomes or one in procedure.suspended]
    return {one: (*after, *always) for one, after in reopening(procedure, dated).items()}


def _earliest(days: Sequence[nw.Expr]) -> nw.Expr:
    return days[0] if len(days) == 1 else nw.min_horizontal(*days)


def _any(parts: Sequence[nw.Expr]) -> nw.Expr:
    return reduce(or_, parts) if parts else nw.lit(value=False)


def _latest(keys: Sequence[nw.Expr]) -> nw.Expr:
    return keys[0] if len(keys) == 1 else nw.max_horizontal(*keys)


def _table(
    grouped: Grouped,
    states: tuple[str, ...],
    place: Counts,
    *,
    by: tuple[str, ...],
    cluster: str | None,
    linked: bool,
    weighted: bool,
) -> SpellTable:
    """Arrange a collected count as a spell table."""
    strata, stratum, clusters = _without_cluster(grouped, by, cluster)
    why = grouped.keys["spell__why"]
    left = summed(stratum * (len(NO_SPELLS) + 1) + why, grouped.units, len(strata) * (len(NO_SPELLS) + 1))
    reasons: Any = left.reshape(len(strata), -1)[:, 1:]
    kept = why == 0
    keys = {name: grouped.keys[name][kept] for name in _KEYS}
    for name in ("from_state", "to_state", "evening"):
        keys[name] = place[keys[name]]
    number = grouped.units[kept]
    weight = grouped.n[kept] / np.where(number > 0, number, 1) if weighted else None
    return SpellTable(
        strata=strata,
        states=states,
        stratum=stratum[kept],
        **{name: (column.astype(bool) if name == "late" else column) for name, column in keys.items()},
        n=number,
        weight=weight,
        unit=grouped.keys["spell__unit"][kept] if linked and cluster is None else None,
        cluster=clusters[kept] if cluster is not None else None,
        left_out={name: reasons[:, i] for i, name in enumerate(NO_SPELLS) if reasons[:, i].any()},
    )


def _without_cluster(grouped: Grouped, by: tuple[str, ...], cluster: str | None) -> tuple[Strata, Counts, Counts]:
    """Return the strata asked for, the stratum of each row, and its cluster."""
    if cluster is None:
        return grouped.strata, grouped.stratum, np.zeros(len(grouped.stratum), np.int64)
    levels = grouped.strata.levels
    own = list(dict.fromkeys(one[: len(by)] for one in levels)) or ([()] if not by else [])
    at = grouped.strata.names.index(cluster)
    named = {level: i for i, level in enumerate(dict.fromkeys(one[at] for one in levels))}
    of_stratum = np.array([own.index(one[: len(by)]) for one in levels], np.int64)
    of_cluster = np.array([named[one[at]] for one in levels], np.int64)
    return Strata(by, tuple(own)), of_stratum[grouped.stratum], of_cluster[grouped.stratum]
