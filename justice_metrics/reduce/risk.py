"""From milestones to a risk table: who ended how, on which day since the start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any, Literal, TypeAlias

import narwhals.stable.v2 as nw

from ..base.language import tr
from ..cases.casedata import CaseData
from ..cases.durations import LEFT_OUT, OTHER_ENDING, Durations
from ..tables import MOST_STRATA, RiskTable
from .counted import table_in_memory, table_of
from .grouped import NO_DAY, grouped_counts, refuse_many
from .plain import plain_counts

Endings: TypeAlias = Literal["standing", "first"]


def with_endings(
    frame: nw.LazyFrame[Any],
    cases: CaseData,
    outcomes: Mapping[str, tuple[str, ...]],
    *,
    endings: Endings,
    name: str = "time",
) -> nw.LazyFrame[Any]:
    """Return ``frame`` with the ending of each unit: ``<name>__code``, ``<name>__ended`` and its day ``<name>__end``.

    Codes are 0 pending, 1..K the outcomes, K+1 any other ending. A unit that came to one of the outcomes ended by the
    earliest of them (the first named one on the same day), else by its exit; with ``first``, an exit that came before
    them all ended it. A unit that ended without a day is one whose ending is undated.

    Each step makes columns that the next one names, and day and code are told each by itself: an SQL engine writes a
    formula out again at each of its uses, so one formula of all would take longer to plan than the count takes.
    """
    ways = [cases.procedure.outcomes, *outcomes.values()]
    came: dict[str, nw.Expr] = {}
    for place, states in enumerate(ways):
        came[f"{name}__reached_{place}"], came[f"{name}__day_{place}"] = arrival(cases, states, endings=endings)
    frame = frame.with_columns(**came)
    reached, days = ([nw.col(f"{name}__{what}_{place}") for place in range(len(ways))] for what in ("reached", "day"))
    frame = frame.with_columns(
        **{
            f"{name}__earliest": days[1] if len(ways) == 2 else nw.min_horizontal(*days[1:]),
            f"{name}__came": reduce(or_, reached[1:]),
        }
    )
    earliest, there, other = nw.col(f"{name}__earliest"), nw.col(f"{name}__came"), nw.lit(len(ways))
    code = nw.when(reached[0]).then(other).otherwise(nw.lit(0))
    for place in reversed(range(1, len(ways))):
        dated = (days[place] == earliest).fill_null(False)
        code = nw.when(dated | (earliest.is_null() & reached[place])).then(nw.lit(place)).otherwise(code)
    if endings == "first":
        code = nw.when((days[0] < earliest).fill_null(False)).then(other).otherwise(code)
    # Of an outcome that was come to without a day nobody knows when, whatever day the exit has.
    known = ~(there & earliest.is_null())
    day = nw.min_horizontal(earliest, days[0]) if endings == "first" else nw.coalesce(earliest, days[0])
    return frame.with_columns(
        **{f"{name}__code": code, f"{name}__ended": there | reached[0], f"{name}__end": nw.when(known).then(day)}
    )


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
    cases: CaseData | Durations,
    *,
    start: str,
    outcomes: Mapping[str, tuple[str, ...]] | None,
    by: Sequence[str] = (),
    endings: Endings = "standing",
    most_strata: int = MOST_STRATA,
) -> RiskTable:
    """Reduce cases to exits per day since ``start``.

    Parameters
    ----------
    cases : CaseData or Durations
        A table of times has its start and its endings; ``start``, ``outcomes`` and ``endings`` are not for it.
    start : str
        State or role from whose first day time runs; units that never reached it are not in the table.
    outcomes : mapping of str to states, or None
        The competing endings; None takes every outcome class. A verdict counts from its first day, any
        other class as the units stand at the cut-off.
    by : sequence of str
        Attributes that split the units.
    endings : {"standing", "first"}
        Whether a unit that was reopened ended when it was first closed.

    Returns
    -------
    RiskTable
        With an outcome ``other_ending`` last; endings that no unit had are zeros, so that tables add up.
    """
    spells = durations_of(cases, start=start, outcomes=outcomes, endings=endings)
    return risk_table_of(spells, by=by, most_strata=most_strata)


def risk_table_of(spells: Durations, *, by: Sequence[str] = (), most_strata: int = MOST_STRATA) -> RiskTable:
    """Reduce times to exits per day.

    Parameters
    ----------
    spells : Durations
    by : sequence of str
        Attributes that split the units.
    most_strata : int

    Returns
    -------
    RiskTable
    """
    if spells.parent is not None and not spells.sampling.weighted:
        # sums of weights are made anew: merged ones would differ from them in the last bit
        return risk_table_of(spells.parent, by=by, most_strata=most_strata).merged(spells.outcomes, spells.codes)
    asked = ("risk table", tuple(by))
    if asked not in spells.memo:
        spells.memo[asked] = _counted(spells, by, most_strata)
    table: RiskTable = spells.memo[asked]
    refuse_many(len(table.strata), tuple(by), most_strata)
    return table


def _counted(spells: Durations, by: Sequence[str], most_strata: int) -> RiskTable:
    quick = table_in_memory(spells, by, most_strata=most_strata)
    if quick is not None:
        return quick
    if spells.plain is not None:
        grouped = plain_counts(spells, spells.plain, by=by, most_strata=most_strata)
    else:
        grouped = grouped_counts(spells, by=by, keys=duration_keys(), most_strata=most_strata)
    return table_of(grouped, spells.outcomes, weighted=spells.sampling.weighted)


def durations_of(
    cases: CaseData | Durations,
    *,
    start: str,
    outcomes: Mapping[str, tuple[str, ...]] | None,
    endings: Endings = "standing",
) -> Durations:
    """Turn case data into times from ``start`` to an ending; a table of times is handed on as it is.

    Parameters
    ----------
    cases, start, outcomes, endings
        As for :func:`risk_table`.

    Returns
    -------
    Durations
        With an outcome ``other_ending`` last.
    """
    if isinstance(cases, Durations):
        return cases
    outcomes = classes(cases) if outcomes is None else outcomes
    begin = cases.resolve(start)
    frame = with_endings(cases.milestones, cases, outcomes, endings=endings)
    if endings == "first" and begin != (cases.procedure.start,):
        # A case that was closed and reopened before this start has its first ending behind it: how it stands counts.
        frame = with_endings(frame, cases, outcomes, endings="standing", name="later")
        behind = (nw.col("time__end") < cases.first_day(begin)).fill_null(False)
        frame = frame.with_columns(
            **{
                f"time__{one}": nw.when(behind).then(nw.col(f"later__{one}")).otherwise(nw.col(f"time__{one}"))
                for one in ("code", "ended", "end")
            }
        )
    design = tuple(one for one in ("cluster", "stratum") if cases.has(one))
    return Durations(
        opened=lambda: timed(frame, cases, start=begin),
        # A verdict that the file dates without saying which is no class's, yet it may be a first ending.
        outcomes=(*outcomes, OTHER_ENDING),
        outcome_words={
            **{name: cases.procedure.label(name) for name in outcomes},
            OTHER_ENDING: tr("any other ending"),
        },
        start_words=cases.procedure.label(start),
        levels={name: cases.level(name) for name in dict.fromkeys((*cases.attributes, "year", *design))},
        attributes=cases.attributes,
        numeric_attributes=cases.numeric_attributes,
        sampling=cases.sampling,
        intake=cases.intake,
        provenance=cases.provenance,
        frame_library=cases.frame_library,
    )


def timed(frame: nw.LazyFrame[Any], cases: CaseData, *, start: tuple[str, ...]) -> nw.LazyFrame[Any]:
    """Return a frame with endings, and with why a unit is left out, days to the end and days to the entry."""
    started = nw.lit(value=True) if start == (cases.procedure.start,) else cases.reached(start)
    frame = frame.with_columns(time__begin=cases.first_day(start), time__started=started)
    begin, last = nw.col("time__begin"), nw.col("time__end")
    ended = nw.col("time__ended")
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
    for name, broken in reversed(reasons.items()):
        why = nw.when(broken.fill_null(False)).then(nw.lit(LEFT_OUT.index(name) + 1)).otherwise(why)
    return frame.with_columns(time__left_out=why)


def duration_keys() -> dict[str, nw.Expr]:
    """Return the integer keys of a count over a frame made by :func:`timed`."""
    return {
        "left_out": nw.col("time__left_out"),
        "code": nw.col("time__code"),
        "days": nw.col("time__days").fill_null(NO_DAY),
        "entry": nw.col("time__entry"),
    }


def classes(cases: CaseData) -> dict[str, tuple[str, ...]]:
    """Return the outcome classes of the procedure, each with its states, in the order in which the file lists them."""
    found: dict[str, list[str]] = {}
    for state in cases.procedure.outcomes:
        found.setdefault(str(cases.procedure.class_of(state)), []).append(state)
    return {name: tuple(states) for name, states in found.items()}
