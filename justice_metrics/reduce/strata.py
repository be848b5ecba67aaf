"""From milestones to counts per stratum: outcomes among units that reached a stage, caseload, age of cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import narwhals.stable.v2 as nw
import numpy as np

from ..base.levels import PENDING
from ..cases.casedata import CaseData
from ..cases.days import year_of_day
from ..tables import StratumTable
from .grouped import Grouped, grouped_counts, summed
from .risk import classes
from .stages import funnel_steps


def flag_counts(cases: CaseData, flags: Mapping[str, nw.Expr], *, by: Sequence[str] = ()) -> StratumTable:
    """Count units by stratum and 0/1 flag; the cell ``units`` counts all of them."""
    grouped = (
        grouped_counts(cases, by=by, keys={}, sums=flags) if by else grouped_counts(cases, keys=_NO_KEY, sums=flags)
    )
    g = len(grouped.strata)
    columns = [summed(grouped.stratum, grouped.n, g)]
    columns += [summed(grouped.stratum, grouped.sums[name], g) for name in flags]
    return StratumTable(strata=grouped.strata, cells=("units", *flags), counts=np.stack(columns, axis=1), left_out={})


def reached_or_passed(cases: CaseData, word: str) -> nw.Expr:
    """Return whether a unit reached a stage, by its own record or by that of a later step of the funnel."""
    states = cases.resolve(word)
    steps = funnel_steps(cases)
    # A step that asks for less than the word does is no place of it: every final verdict is a verdict.
    places = [place for place, step in enumerate(steps) if set(step.states) <= set(states)]
    if not places:
        return cases.reached(states)
    later = tuple(dict.fromkeys(state for step in steps[min(places) :] for state in step.states))
    if min(places) == 0:
        return nw.lit(value=True)
    return cases.reached(tuple(dict.fromkeys((*states, *later))))


def convicted(cases: CaseData, states: tuple[str, ...]) -> nw.Expr:
    """Return whether a unit was convicted and, at the cut-off, does not stand as ended in any other way."""
    elsewhere = tuple(one for one in cases.procedure.outcomes if one not in states)
    pending_again = nw.col("outcome").is_null() & (nw.col("set_aside") == 1)
    return cases.reached(states) & ~cases.stands(elsewhere) & ~pending_again


def outcome_counts(cases: CaseData, *, by: Sequence[str] = ()) -> StratumTable:
    """Count units by the outcome class with which they stand at the cut-off, pending among them."""
    flags = {name: cases.stands(states) for name, states in classes(cases).items()}
    flags[PENDING] = nw.col("outcome").is_null()
    return flag_counts(cases, flags, by=by)


def year_counts(cases: CaseData, *, by: Sequence[str] = ()) -> Grouped:
    """Count units by stratum, year of registration and year of the ending (0 where there is none)."""
    end = nw.col("outcome_day")
    ended = ~nw.col("outcome").is_null()
    return grouped_counts(
        cases,
        by=by,
        keys={
            "registered": cases.start_year(),
            "ended": nw.when(ended & ~end.is_null()).then(year_of_day(end, *cases.years)).otherwise(nw.lit(0)),
            "status": nw.when(ended).then(nw.lit(1)).otherwise(nw.lit(0)),
        },
    )


def age_counts(cases: CaseData, *, by: Sequence[str] = ()) -> Grouped:
    """Count units by stratum, outcome class (0 pending) and age in days at the ending or at the cut-off.

    Ages are taken as the dates give them, negative ones too; ``dated`` is 0 where a date is missing.
    """
    begin = cases.first_day((cases.procedure.start,))
    code: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for place, states in enumerate(classes(cases).values(), start=1):
        code = nw.when(cases.stands(states)).then(nw.lit(place)).otherwise(code)
    age = nw.when(code > 0).then(nw.col("outcome_day")).otherwise(nw.lit(cases.cutoff_day)) - begin
    dated = ~age.is_null()
    return grouped_counts(
        cases,
        by=by,
        keys={"ending": code, "dated": dated, "age": nw.when(dated).then(age).otherwise(nw.lit(0))},
    )


_NO_KEY: Mapping[str, nw.Expr] = {"all": nw.lit(0)}
