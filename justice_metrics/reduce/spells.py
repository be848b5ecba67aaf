"""From case data to spells: which state a unit came to, on which day, when it left it and where to.

A unit is in one state at a time: the last that it came to. How the days become visits:

- *Order on one day* is that of the event log where it has one, else that of the procedure. Several states on one day
  are visits of no length; each is a move. For the occupation of states only where the unit stood in the evening counts
  (``evening``), as one move of that day.
- *A repeated record* of the state in which the unit is (a second hearing of the same trial) begins no new visit.
- *An ending lasts* until something follows to which a case can go on from there. What else is dated after it (the
  execution of a sentence, a slip of the pen) changes nothing.
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
    "out_of_order",
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
    visits = _visits(_arrivals(cases, frame, carried, dated), cases, begin, dated, carried)
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
    earlier = [first[one] for one in dated if one not in begin]
    entry: nw.Expr = nw.lit(-1, dtype=nw.Int64)
    if cases.sampling.delayed_entry:
        since = (nw.col("entry_day") - start_day).fill_null(-1).cast(nw.Int64)
        entry = nw.when(since < 0).then(nw.lit(-1, dtype=nw.Int64)).otherwise(since)
    last = nw.when(nw.col("outcome_day") <= cutoff).then(nw.col("outcome_day")).otherwise(nw.lit(cutoff)) - start_day
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
    }
    why: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for name in reversed(reasons):
        place = NO_SPELLS.index(name) + 1
        why = nw.when(reasons[name].fill_null(False)).then(nw.lit(place, dtype=nw.Int64)).otherwise(why)
    return frame.with_columns(spell__why=why)


def _carried(cases: CaseData, frame: nw.LazyFrame[Any], split: Sequence[str]) -> list[str]:
    """Return the columns that a visit takes along: what strata are read from, the design, entry and ending."""
    there = frame.collect_schema().names()
    started = [f"first__{one}" for one in (cases.procedure.start, *cases.dated_roles)] if "year" in split else []
    design = [one for one in ("frequency", "weight", "cluster", "stratum") if cases.has(one)]
    own = ["unit_id", "spell__unit", "spell__begin", "spell__entry", "outcome_rank"]
    return [one for one in dict.fromkeys((*own, *split, *design, *started)) if one in there]


def _arrivals(
    cases: CaseData, frame: nw.LazyFrame[Any], carried: list[str], dated: tuple[str, ...]
) -> nw.LazyFrame[Any]:
    """Return one row per unit and state that it came to up to the cut-off, with its place in time ``key``."""
    told = frame.filter(nw.col("spell__why") == 0)
    if cases.intake.one_row_per_unit or cases.members_merged:
        # Of members that became one unit the first days count; their events would be mixed.
        rows = [
            told.filter(~nw.col(f"first__{one}").is_null()).select(
                *carried,
                day=nw.col(f"first__{one}").cast(nw.Int64) - nw.col("spell__begin"),
                order=nw.lit(0, dtype=nw.Int64),
                rank=nw.lit(cases.procedure.state(one).rank, dtype=nw.Int64),
            )
            for one in dated
        ]
        long = nw.concat(rows, how="vertical")
    else:
        rank: nw.Expr = nw.lit(-1, dtype=nw.Int64)
        for one in dated:
            known = nw.lit(cases.procedure.state(one).rank, dtype=nw.Int64)
            rank = nw.when(nw.col("state") == one).then(known).otherwise(rank)
        events = cases.events.filter(~nw.col("day").is_null() & nw.col("state").is_in(list(dated))).select(
            "unit_id", event__day=nw.col("day"), event__order=nw.col("seq").fill_null(0), event__rank=rank
        )
        long = events.join(told, on="unit_id", how="inner").select(
            *carried,
            day=nw.col("event__day").cast(nw.Int64) - nw.col("spell__begin"),
            order=nw.col("event__order").cast(nw.Int64),
            rank=nw.col("event__rank"),
        )
    within = (nw.col("day") >= 0) & (nw.col("day") <= cases.cutoff_day - nw.col("spell__begin"))
    return long.filter(within).with_columns(key=(nw.col("day") * ORDERS + nw.col("order")) * RANKS + nw.col("rank"))


def _visits(
    long: nw.LazyFrame[Any],
    cases: CaseData,
    begin: tuple[str, ...],
    dated: tuple[str, ...],
    carried: list[str],
) -> nw.LazyFrame[Any]:
    """Return one row per visit; of a unit whose visits contradict each other one row with the reason."""
    procedure = cases.procedure
    rank = {one: procedure.state(one).rank for one in dated}
    key, nowhere = nw.col("key"), nw.lit(-1, dtype=nw.Int64)
    starts = nw.when(nw.col("rank").is_in([rank[one] for one in begin])).then(key)
    long = long.with_columns(start_key=starts.min().over("unit_id")).filter(key >= nw.col("start_key"))
    # What follows an ending without being able to: first against the last ending and the row before, then once more.
    ends = nw.col("rank").is_in([rank[one] for one in dated if one in procedure.outcomes])
    long = long.with_columns(end_key=nw.when(ends).then(key).otherwise(nowhere))
    long = long.with_columns(end_key=nw.col("end_key").cum_max().over("unit_id", order_by="key"))
    long = _with_before(long, ended="end_key", previous="key")
    onward, directly = _ways_on(procedure, dated)
    slip = _cannot_follow(nw.col("before__ended"), onward, rank) | _cannot_follow(
        nw.col("before__previous"), directly, rank
    )
    long = long.filter(~slip).select(*carried, "day", "rank", "key", "start_key")
    long = _with_before(long, previous="key")
    long = long.with_columns(broken=_cannot_follow(nw.col("before__previous"), directly, rank).cast(nw.Int64))
    long = long.with_columns(broken=nw.col("broken").max().over("unit_id"))
    long = long.filter(nw.col("before__previous") != nw.col("rank"))
    long = long.with_columns(stood=key.max().over("unit_id", "day"))
    long = long.with_columns(
        next_key=key.shift(-1).over("unit_id", order_by="key"),
        next_stood=nw.col("stood").shift(-1).over("unit_id", order_by="key"),
    )
    lasting = [one for one in dated if one in procedure.outcomes and one not in procedure.verdicts]
    stays = nw.col("next_key").is_null() & nw.col("rank").is_in([rank[one] for one in lasting])
    reopened = stays & (nw.col("outcome_rank").fill_null(-1) != nw.col("rank"))
    long = long.with_columns(reopened=reopened.cast(nw.Int64))
    long = long.with_columns(reopened=nw.col("reopened").max().over("unit_id"))
    why = nw.when(nw.col("reopened") == 1).then(_reason("reopened_undated")).otherwise(nw.lit(0, dtype=nw.Int64))
    long = long.with_columns(spell__why=nw.when(nw.col("broken") == 1).then(_reason("out_of_order")).otherwise(why))
    return _timed(long, cases)


def _timed(long: nw.LazyFrame[Any], cases: CaseData) -> nw.LazyFrame[Any]:
    """Give each visit its days; a unit with a reason keeps its first row alone."""
    nowhere = nw.lit(-1, dtype=nw.Int64)
    told, first = nw.col("spell__why") == 0, nw.col("key") == nw.col("start_key")
    follows = ~nw.col("next_key").is_null()
    next_day = nw.col("next_key") // (RANKS * ORDERS)
    long = long.filter(told | first).with_columns(
        from_state=nw.col("rank"),
        to_state=nw.when(follows).then(nw.col("next_key") % RANKS).otherwise(nowhere),
        evening=nw.when(follows).then(nw.col("next_stood") % RANKS).otherwise(nowhere),
        since=nw.col("day"),
        exit=nw.when(follows).then(next_day).otherwise(nw.lit(cases.cutoff_day) - nw.col("spell__begin")),
        entry=nw.when(first).then(nowhere).otherwise(nw.col("day")),
        late=((nw.col("spell__entry") >= nw.col("day")) & (nw.col("spell__entry") >= 0)).cast(nw.Int64),
    )
    # What ended before the unit was observed is known, but was never at risk of being seen.
    long = long.filter(~told | (nw.col("late") == 0) | (nw.col("exit") > nw.col("spell__entry")))
    long = long.with_columns(entry=nw.when(nw.col("late") == 1).then(nw.col("spell__entry")).otherwise(nw.col("entry")))
    return long.with_columns(*[nw.when(told).then(nw.col(one)).otherwise(nowhere).alias(one) for one in _KEYS])


def _with_before(long: nw.LazyFrame[Any], **columns: str) -> nw.LazyFrame[Any]:
    """Return the frame with the rank of the row before, read from a key, as ``before__<name>``; -1 where none is."""
    shifted = {f"before__{name}": nw.col(one).shift(1).over("unit_id", order_by="key") for name, one in columns.items()}
    long = long.with_columns(**shifted)
    known = {one: nw.when(nw.col(one) >= 0).then(nw.col(one) % RANKS).otherwise(nw.lit(-1)) for one in shifted}
    return long.with_columns(**{one: expr.cast(nw.Int64) for one, expr in known.items()})


def _ways_on(
    procedure: Procedure, dated: Sequence[str]
) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]:
    """Return for each ending what can come after it before the next ending, and what can come next."""
    directly = {one: (*after, one) for one, after in reopening(procedure, dated).items()}
    onward = {
        one: tuple(reachable(procedure.edges, [one], not_through=procedure.outcomes))
        if len(directly[one]) > 1
        else (one,)
        for one in directly
    }
    return onward, directly


def _cannot_follow(before: nw.Expr, ways: Mapping[str, tuple[str, ...]], rank: Mapping[str, int]) -> nw.Expr:
    """Return whether a row stands after an ending from which a case cannot come to it; never null."""
    parts = [
        (before == rank[ending]) & ~nw.col("rank").is_in([rank[one] for one in after if one in rank])
        for ending, after in ways.items()
    ]
    return _any(parts)


def _earliest(days: Sequence[nw.Expr]) -> nw.Expr:
    return days[0] if len(days) == 1 else nw.min_horizontal(*days)


def _any(parts: Sequence[nw.Expr]) -> nw.Expr:
    return reduce(or_, parts) if parts else nw.lit(value=False)


def _reason(name: str) -> nw.Expr:
    return nw.lit(NO_SPELLS.index(name) + 1, dtype=nw.Int64)


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
