"""From milestones to counts by day: cohorts of one start with who came to an outcome in time, and arrivals by day."""

from __future__ import annotations

from typing import Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.types import Counts, Tallies
from ..cases.casedata import CaseData
from ..tables import MOST_STRATA, Strata
from .flow_counts import undated
from .flows import REOPENED_RESOLVED, RESOLVED, stays_of
from .grouped import NO_DAY, grouped_counts
from .risk import arrival

# Why a unit is in no cohort, in the order in which the reasons are looked for.
REASONS: Final = ("not_started", "start_undated", "start_after_cutoff", "end_undated", "end_before_start")


class DayCounts(NamedTuple):
    """Units by stratum and day.

    Attributes
    ----------
    strata : Strata, G of them
    stratum, day : array of int, shape (rows,)
    n : array, shape (rows,)
        Units (or their weights) that started, or that came to the state, on the day.
    in_time, so_far : array, shape (rows,)
        Of them, those with the outcome within the days asked for, and by the cut-off; zeros for arrivals.
    left_out : mapping of str to int
        Units by the reason why they are in none.
    untold : number
        Of cohorts: units (or their weights) that were followed for long enough and came to the outcome on a day that
        nobody knows, so that they are in no row.
    """

    strata: Strata
    stratum: Counts
    day: Counts
    n: Tallies
    in_time: Tallies
    so_far: Tallies
    left_out: dict[str, int]
    untold: float = 0.0


def cohort_counts(
    cases: CaseData, *, start: str, states: tuple[str, ...], within_days: int, by: tuple[str, ...]
) -> DayCounts:
    """Count units by the first day of ``start``, with those that came to ``states`` within so many days of it.

    A unit that ended otherwise stays in the count, whether or not its ending has a day: it did not come to them.
    """
    begin_states = cases.resolve(start)
    started = nw.lit(value=True) if begin_states == (cases.procedure.start,) else cases.reached(begin_states)
    reached, day = arrival(cases, states, endings="standing")
    frame = cases.milestones.with_columns(
        cohort__begin=cases.first_day(begin_states), cohort__came=reached, cohort__day=day
    )
    begin, came, end = nw.col("cohort__begin"), nw.col("cohort__came"), nw.col("cohort__day")
    reasons = {
        "not_started": ~started,
        "start_undated": begin.is_null(),
        "start_after_cutoff": begin > cases.cutoff_day,
        "end_undated": came & end.is_null(),
        "end_before_start": came & (end < begin),
    }
    why: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for place, broken in reversed(list(enumerate(reasons.values(), start=1))):
        why = nw.when(broken.fill_null(False)).then(nw.lit(place)).otherwise(why)
    known = came & (end <= cases.cutoff_day)
    grouped = grouped_counts(
        cases,
        by=by,
        frame=frame,
        keys={"why": why, "day": begin.fill_null(NO_DAY)},
        sums={"in_time": (known & (end - begin <= within_days)).fill_null(False), "so_far": known.fill_null(False)},
    )
    kept = grouped.keys["why"] == 0
    followed = grouped.keys["day"] + within_days <= cases.cutoff_day
    untold = (grouped.keys["why"] == 1 + REASONS.index("end_undated")) & followed
    left_out = {
        name: int(grouped.units[grouped.keys["why"] == place].sum()) for place, name in enumerate(REASONS, start=1)
    }
    return DayCounts(
        strata=grouped.strata,
        stratum=grouped.stratum[kept],
        day=grouped.keys["day"][kept],
        n=grouped.n[kept],
        in_time=grouped.sums["in_time"][kept],
        so_far=grouped.sums["so_far"][kept],
        left_out={name: n for name, n in left_out.items() if n},
        untold=float(grouped.n[untold].sum()),
    )


def resolved_counts(cases: CaseData, *, by: tuple[str, ...]) -> DayCounts:
    """Count endings by day, as flows count them: the first of a case, and the first after each reopening.

    A final verdict after a verdict resolves nothing again, and a transfer to another court resolves nothing.
    """
    stays = stays_of(cases, by=by)
    over = (stays.closed == RESOLVED) | (stays.closed == REOPENED_RESOLVED)
    nothing = np.zeros(int(over.sum()), np.int64)
    left_out = {**stays.left_out, "arrival_undated": round(undated(stays))}
    return DayCounts(
        strata=stays.strata,
        stratum=stays.stratum[over],
        day=stays.end[over],
        n=stays.n[over],
        in_time=nothing,
        so_far=nothing,
        left_out={name: n for name, n in left_out.items() if n},
    )


def arrival_counts(
    cases: CaseData, *, states: tuple[str, ...], by: tuple[str, ...], most_strata: int = MOST_STRATA
) -> DayCounts:
    """Count units by the day on which they came to ``states``; those that did not come there are in no count.

    A verdict counts on its first day; any other ending as units stand at the cut-off.
    """
    reached, day = arrival(cases, states, endings="standing")
    if states == (cases.procedure.start,):
        # every case began, also one whose beginning has no date
        reached = nw.lit(value=True)
    frame = cases.milestones.with_columns(cohort__came=reached, cohort__day=day)
    came, end = nw.col("cohort__came").fill_null(False), nw.col("cohort__day")
    why = (
        nw.when(came & end.is_null())
        .then(nw.lit(2))
        .otherwise(
            nw.when(~came).then(nw.lit(1)).otherwise(nw.when(end > cases.cutoff_day).then(nw.lit(3)).otherwise(0))
        )
    )
    grouped = grouped_counts(
        cases, by=by, frame=frame, keys={"why": why, "day": end.fill_null(NO_DAY)}, most_strata=most_strata
    )
    kept = grouped.keys["why"] == 0
    nothing = np.zeros(int(kept.sum()), np.int64)
    left_out = {
        "arrival_undated": int(grouped.units[grouped.keys["why"] == 2].sum()),
        "arrival_after_cutoff": int(grouped.units[grouped.keys["why"] == 3].sum()),
    }
    return DayCounts(
        strata=grouped.strata,
        stratum=grouped.stratum[kept],
        day=grouped.keys["day"][kept],
        n=grouped.n[kept],
        in_time=nothing,
        so_far=nothing,
        left_out={name: n for name, n in left_out.items() if n},
    )
