"""Stages that a case comes to again: the first day in them after a start, not the first day at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from ..cases.casedata import CaseData


def after_start(cases: CaseData, *, start: str, outcome: str) -> CaseData:
    """Return the cases with the first day in each state of ``outcome`` counted from the start on.

    A trial that was held again after an appeal is what follows the appeal; the first trial lies before it.

    Parameters
    ----------
    cases : CaseData
    start, outcome : str
        A state, a role, an outcome class or an endpoint each.

    Returns
    -------
    CaseData
        The same where a state is visited once only (a wide table, members that became one unit).
    """
    if cases.intake.one_row_per_unit or cases.members_merged:
        return cases
    begin = cases.resolve(start)
    again = tuple(one for one in cases.resolve(outcome) if one in cases.dated_states and one not in begin)
    if not again:
        return cases
    started = cases.milestones.select("unit_id", start__day=cases.first_day(begin))
    events = cases.events.filter(nw.col("state").is_in(list(again)) & ~nw.col("day").is_null())
    events = events.select("unit_id", "day", "state").join(started, on="unit_id", how="inner")
    # On the day of the start itself the order of the procedure says what came after it.
    rank = {one: cases.procedure.state(one).rank for one in (*begin, *again)}
    later = [one for one in again if rank[one] > min(rank[state] for state in begin)]
    same_day = (nw.col("day") == nw.col("start__day")) & nw.col("state").is_in(later)
    events = events.filter((nw.col("day") > nw.col("start__day")) | same_day)
    days = events.with_columns(
        **{f"after__{one}": nw.when(nw.col("state") == one).then(nw.col("day")) for one in again}
    )
    found = days.group_by("unit_id").agg(*[nw.col(f"after__{one}").min() for one in again])
    milestones = cases.milestones.join(found, on="unit_id", how="left")
    return cases.with_(milestones=_replaced(milestones, again))


def _replaced(milestones: nw.LazyFrame[Any], states: Sequence[str]) -> nw.LazyFrame[Any]:
    """Put the later first days in the place of the first ones; a case that never started is none of theirs."""
    columns = {f"first__{one}": nw.col(f"after__{one}") for one in states}
    return milestones.with_columns(**columns).drop(*[f"after__{one}" for one in states])
