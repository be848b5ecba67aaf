"""From milestones to stage counts: how far each unit came along the funnel, and how it stands there."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals.stable.v2 as nw
import numpy as np

from ..base.levels import PENDING
from ..base.types import Counts
from ..cases.casedata import CaseData
from ..cases.procedure import FunnelStep
from ..tables import MOST_STRATA, StageCounts
from .grouped import Grouped, grouped_counts, summed
from .risk import classes

# Reasons why a unit has no place in the counts at a fixed age.
TOO_YOUNG = "too_young"
START_UNDATED = "start_undated"
STEP_UNDATED = "step_undated"


def funnel_steps(cases: CaseData) -> tuple[FunnelStep, ...]:
    """Return the steps of the funnel that these data can show: those with a record of their own or of a later one.

    A step that no column of the data speaks of would look as if nobody had been lost there.
    """
    roles = [state for one in cases.dated_roles for state in cases.procedure.resolve(one)]
    known = {*cases.dated_states, *cases.seen_states, *roles}
    return tuple(step for step in cases.procedure.funnel if known.intersection(step.states))


def furthest_step(cases: CaseData, steps: Sequence[FunnelStep]) -> nw.Expr:
    """Return the position of the last step that a unit reached; 0, the start, for every unit."""
    furthest: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for place, step in enumerate(steps):
        if place:
            furthest = nw.when(cases.reached(step.states)).then(nw.lit(place)).otherwise(furthest)
    return furthest


def stage_counts(cases: CaseData, *, by: Sequence[str] = (), most_strata: int = MOST_STRATA) -> StageCounts:
    """Reduce cases to furthest step × ending, as they stand at the cut-off.

    A unit that shows a later step reached the earlier ones; ``recorded`` counts those whose own record says so.
    """
    steps = funnel_steps(cases)
    grouped = grouped_counts(
        cases,
        by=by,
        keys={"furthest": furthest_step(cases, steps), "ending": _ending(cases)},
        sums={step.id: cases.reached(step.states) for step in steps},
        most_strata=most_strata,
    )
    return _stage_table(cases, steps, grouped)


def stage_counts_at_ages(
    cases: CaseData, *, days: Sequence[int], by: Sequence[str] = (), most_strata: int = MOST_STRATA
) -> tuple[StageCounts, ...]:
    """Reduce cases to furthest step × ending at each of several ages, among those that could be watched so long.

    Only dated steps can be placed in time; a unit whose start is undated or that is younger than the age at the
    cut-off is left out and counted. All ages are counted in one pass.
    """
    steps = funnel_steps(cases)
    # Columns first, then formulas of columns: an SQL engine writes a formula out again at each of its uses.
    frame = cases.milestones.with_columns(
        age__begin=cases.first_day((cases.procedure.start,)),
        age__ending=_ending(cases),
        age__undated=_undated(cases, steps),
        **{f"age__{place}": cases.first_day(step.states) for place, step in enumerate(steps)},
    )
    begin = nw.col("age__begin")
    keys: dict[str, nw.Expr] = {}
    for age in days:
        limit = begin + age
        furthest: nw.Expr = nw.lit(0, dtype=nw.Int64)
        for place in range(1, len(steps)):
            furthest = nw.when(nw.col(f"age__{place}") <= limit).then(nw.lit(place)).otherwise(furthest)
        ended = nw.when(nw.col("outcome_day") <= limit).then(nw.col("age__ending")).otherwise(nw.lit(0))
        young = limit > cases.cutoff_day
        why = nw.when(begin.is_null()).then(nw.lit(1)).when(young).then(nw.lit(2)).otherwise(nw.lit(0))
        why = nw.when((why == 0) & nw.col("age__undated")).then(nw.lit(3)).otherwise(why)
        keys |= {f"furthest {age}": furthest, f"ending {age}": ended, f"left_out {age}": why}
    grouped = grouped_counts(cases, by=by, keys=keys, frame=frame, most_strata=most_strata)
    return tuple(_stage_table(cases, steps, _of_age(grouped, age)) for age in days)


def _ending(cases: CaseData) -> nw.Expr:
    """Return the place of the outcome class with which each unit stands, from 1; 0 is pending."""
    ending: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for place, states in enumerate(classes(cases).values(), start=1):
        ending = nw.when(cases.stands(states)).then(nw.lit(place)).otherwise(ending)
    return ending


def _undated(cases: CaseData, steps: Sequence[FunnelStep]) -> nw.Expr:
    """Return whether the furthest step of a unit has no date, so that nobody knows at what age it came there."""
    day: nw.Expr = nw.lit(0)
    for place, step in enumerate(steps):
        if place:
            day = nw.when(cases.reached(step.states)).then(cases.first_day(step.states)).otherwise(day)
    return day.is_null()


def _of_age(grouped: Grouped, age: int) -> Grouped:
    """Return the part of a count that speaks of one age."""
    return grouped._replace(keys={name: grouped.keys[f"{name} {age}"] for name in ("furthest", "ending", "left_out")})


def _stage_table(cases: CaseData, steps: Sequence[FunnelStep], grouped: Grouped) -> StageCounts:
    endings = (*classes(cases), PENDING)
    g, s, k = len(grouped.strata), len(steps), len(endings)
    why = grouped.keys.get("left_out", np.zeros(len(grouped.stratum), np.int64))
    kept = why == 0
    stratum, furthest = grouped.stratum[kept], grouped.keys["furthest"][kept]
    # Code 0 is pending, which stands last in the table.
    ending = (grouped.keys["ending"][kept] - 1) % k
    counts = summed((stratum * s + furthest) * k + ending, grouped.n[kept], g * s * k).reshape(g, s, k)
    recorded = counts.sum(axis=2)[:, ::-1].cumsum(axis=1)[:, ::-1]
    if grouped.sums:
        recorded = np.stack([summed(stratum, grouped.sums[step.id][kept], g) for step in steps], axis=1)
    left_out: dict[str, Counts] = {}
    for code, name in ((1, START_UNDATED), (2, TOO_YOUNG), (3, STEP_UNDATED)):
        if (why == code).any():
            left_out[name] = np.asarray(summed(grouped.stratum[why == code], grouped.units[why == code], g), np.int64)
    return StageCounts(
        strata=grouped.strata,
        steps=tuple(step.id for step in steps),
        endings=endings,
        furthest=counts,
        recorded=recorded,
        left_out=left_out,
    )
