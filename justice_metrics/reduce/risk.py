"""From milestones to a risk table: who ended how, on which day since the start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from ..base.types import Counts
from ..cases.casedata import CaseData
from ..tables import RiskTable
from .grouped import NO_DAY, Grouped, grouped_counts, summed

Endings: TypeAlias = Literal["standing", "first"]

# Why time cannot be told of a unit, in the order in which the reasons are looked for.
LEFT_OUT: Final = (
    "not_started",
    "start_undated",
    "start_after_cutoff",
    "end_undated",
    "end_before_start",
    "end_after_cutoff",
    "entry_after_end",
)
OTHER_ENDING: Final = "other_ending"


def event_expressions(
    cases: CaseData, outcomes: Mapping[str, tuple[str, ...]], *, endings: Endings
) -> tuple[nw.Expr, nw.Expr]:
    """Return code and day of the ending of each unit: 0 pending, 1..K the outcomes, K+1 any other ending.

    A unit that came to one of the outcomes ended by the earliest of them (the first named one on the same day), else
    by its exit; with ``first``, an exit that came before them all ended it. A code without a day is a unit whose ending
    is undated.
    """
    arrivals = [arrival(cases, states, endings=endings) for states in outcomes.values()]
    reached_exit, exit_day = arrival(cases, cases.procedure.outcomes, endings=endings)
    days = [day for _, day in arrivals]
    earliest = days[0] if len(days) == 1 else nw.min_horizontal(*days)
    code = nw.when(reached_exit).then(nw.lit(len(outcomes) + 1)).otherwise(nw.lit(0))
    for place, (reached, day) in reversed(list(enumerate(arrivals, start=1))):
        dated = (day == earliest).fill_null(False)
        code = nw.when(dated | (earliest.is_null() & reached)).then(nw.lit(place)).otherwise(code)
    if endings == "first":
        code = nw.when((exit_day < earliest).fill_null(False)).then(nw.lit(len(outcomes) + 1)).otherwise(code)
    return code, nw.when(code <= len(outcomes)).then(earliest).otherwise(exit_day)


def arrival(cases: CaseData, states: tuple[str, ...], *, endings: Endings) -> tuple[nw.Expr, nw.Expr]:
    """Return whether and on which day a unit came to ``states``.

    A stage or a verdict is reached when the unit was there at all. Any other ending counts, with ``standing``, only
    if the unit still stands so at the cut-off: a rejection that was reopened has not ended the case.
    """
    lasting = {one for one in cases.procedure.outcomes if one not in cases.procedure.verdicts}
    if endings == "first" or not lasting.intersection(states):
        return cases.reached(states), cases.first_day(states)
    held = cases.stands(states)
    return held, nw.when(held).then(nw.col("outcome_day"))


def risk_table(
    cases: CaseData,
    *,
    start: str,
    outcomes: Mapping[str, tuple[str, ...]] | None,
    by: Sequence[str] = (),
    endings: Endings = "standing",
    most_strata: int = 1_000,
) -> RiskTable:
    """Reduce cases to exits per day since ``start``.

    Parameters
    ----------
    cases : CaseData
    start : str
        State or role from whose first day time runs; units that never reached it are not in the table.
    outcomes : mapping of str to states, or None
        The competing endings; None takes every outcome class that occurs. A verdict counts from its first day, any
        other class as the units stand at the cut-off.
    by : sequence of str
        Attributes that split the units.
    endings : {"standing", "first"}
        Whether a unit that was reopened ended when it was first closed.

    Returns
    -------
    RiskTable
        With an outcome ``other_ending`` last where any unit ended otherwise.
    """
    outcomes = classes(cases) if outcomes is None else outcomes
    code, end = event_expressions(cases, outcomes, endings=endings)
    if endings == "first" and cases.resolve(start) != (cases.procedure.start,):
        # A case that was closed and reopened before this start has its first ending behind it: how it stands counts.
        later_code, later_end = event_expressions(cases, outcomes, endings="standing")
        behind = (end < cases.first_day(cases.resolve(start))).fill_null(False)
        code = nw.when(behind).then(later_code).otherwise(code)
        end = nw.when(behind).then(later_end).otherwise(end)
    # A verdict that the file dates without saying which is no class's, yet it may be a first ending.
    names = (*outcomes, OTHER_ENDING)
    grouped = grouped_counts(
        cases,
        by=by,
        keys=duration_keys(),
        frame=timed(cases.milestones, cases, start=cases.resolve(start), code=code, end=end),
        most_strata=most_strata,
    )
    return drop_empty(table_of(grouped, names, weighted=cases.sampling.weighted))


def timed(
    frame: nw.LazyFrame[Any], cases: CaseData, *, start: tuple[str, ...], code: nw.Expr, end: nw.Expr
) -> nw.LazyFrame[Any]:
    """Return ``frame`` with columns that say why a unit is left out, how it ended, days to the end and to the entry.

    Each step makes columns that the next one names. An SQL engine writes a formula out again at each of its uses, so
    one formula of all steps would take longer to plan than the count takes.
    """
    started = nw.lit(value=True) if start == (cases.procedure.start,) else cases.reached(start)
    frame = frame.with_columns(
        time__code=code, time__end=end, time__begin=cases.first_day(start), time__started=started
    )
    begin, last = nw.col("time__begin"), nw.col("time__end")
    ended = nw.col("time__code") > 0
    days = nw.when(ended).then(last).otherwise(nw.lit(cases.cutoff_day)) - begin
    entry: nw.Expr = nw.lit(-1)
    if cases.sampling.delayed_entry:
        since = (nw.col("entry_day") - begin).fill_null(-1)
        entry = nw.when(since < 0).then(nw.lit(-1)).otherwise(since)
    frame = frame.with_columns(time__days=days, time__entry=entry)
    reasons = {
        "not_started": ~nw.col("time__started"),
        "start_undated": begin.is_null(),
        "start_after_cutoff": begin > cases.cutoff_day,
        "end_undated": ended & last.is_null(),
        "end_before_start": nw.col("time__days") < 0,
        "end_after_cutoff": ended & (last > cases.cutoff_day),
        "entry_after_end": (nw.col("time__entry") >= nw.col("time__days")) & (nw.col("time__entry") >= 0),
    }
    why: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for place, name in reversed(list(enumerate(LEFT_OUT, start=1))):
        why = nw.when(reasons[name].fill_null(False)).then(nw.lit(place)).otherwise(why)
    return frame.with_columns(time__left_out=why)


def duration_keys() -> dict[str, nw.Expr]:
    """Return the integer keys of a count over a frame made by :func:`timed`."""
    kept = nw.col("time__left_out") == 0
    return {
        "left_out": nw.col("time__left_out"),
        "code": nw.when(kept).then(nw.col("time__code")).otherwise(nw.lit(0)),
        "days": nw.when(kept).then(nw.col("time__days")).otherwise(nw.lit(NO_DAY)),
        "entry": nw.when(kept).then(nw.col("time__entry")).otherwise(nw.lit(NO_DAY)),
    }


def table_of(grouped: Grouped, outcomes: tuple[str, ...], *, weighted: bool) -> RiskTable:
    """Arrange a collected count as a risk table; endings that a stratum lacks are zeros."""
    g, k = len(grouped.strata), len(outcomes)
    why, code, duration, entry = (grouped.keys[name] for name in ("left_out", "code", "days", "entry"))
    kept = why == 0
    days = np.unique(np.concatenate([duration[kept], entry[kept]])).astype(np.int32)
    t = len(days)
    exit_at = np.searchsorted(days, duration[kept])
    entry_at = np.searchsorted(days, entry[kept])
    stratum, number = grouped.stratum[kept], grouped.n[kept]
    exits = summed((stratum * (k + 1) + code[kept]) * t + exit_at, number, g * (k + 1) * t).reshape(g, k + 1, t)
    return RiskTable(
        strata=grouped.strata,
        outcomes=outcomes,
        days=days,
        events=exits[:, 1:],
        censored=exits[:, 0],
        entered=summed(stratum * t + entry_at, number, g * t).reshape(g, t),
        left_out=left_out_counts(grouped),
        weighted=weighted,
    )


def left_out_counts(grouped: Grouped) -> dict[str, Counts]:
    """Return units by the reason why time cannot be told of them, each of shape (G,)."""
    g, why = len(grouped.strata), grouped.keys["left_out"]
    table: Any = summed(grouped.stratum * (len(LEFT_OUT) + 1) + why, grouped.units, g * (len(LEFT_OUT) + 1))
    columns = table.reshape(g, len(LEFT_OUT) + 1)[:, 1:]
    return {name: columns[:, place] for place, name in enumerate(LEFT_OUT) if columns[:, place].any()}


def classes(cases: CaseData) -> dict[str, tuple[str, ...]]:
    """Return the outcome classes of the procedure, each with its states, in the order in which the file lists them."""
    found: dict[str, list[str]] = {}
    for state in cases.procedure.outcomes:
        found.setdefault(str(cases.procedure.class_of(state)), []).append(state)
    return {name: tuple(states) for name, states in found.items()}


def drop_empty(table: RiskTable) -> RiskTable:
    """Leave out endings that no unit of any stratum had."""
    kept = [place for place in range(len(table.outcomes)) if table.events[:, place].any()]
    return RiskTable(
        strata=table.strata,
        outcomes=tuple(table.outcomes[place] for place in kept),
        days=table.days,
        events=table.events[:, kept],
        censored=table.censored,
        entered=table.entered,
        left_out=table.left_out,
        weighted=table.weighted,
    )
