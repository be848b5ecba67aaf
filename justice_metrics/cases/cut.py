"""Case files as they tell of an earlier day: what is dated later has not happened yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import narwhals.stable.v2 as nw

from ..base.errors import QuestionError
from ..base.language import tr
from .calendar import date_of
from .casedata import CaseData
from .eventlog import milestones_of_events
from .mappings.parts import DISENGAGED, ENGAGED, LEFT_DAY, RELIANCE_STATUS
from .standing import outcome_rank, with_standing

# What a row of the file says of its ending before it is made sense of; it belongs to the later day.
_AS_WRITTEN: Final = ("conclusion_said", "conclusion_day")
_STAGE_COLUMNS: Final = ("first__", "seen__", "exact__")


def cut_at(cases: CaseData, day: int) -> CaseData:
    """Return the cases as their own dates tell of the end of an earlier day.

    Units that start after the day are gone, stages after it have not been reached, endings after it are pending. What
    has no date stays as it is: nobody can say on which side of the day it lies. An event log is followed again from its
    events, so a case that was closed on the day and reopened later is closed; a wide table knows its last ending and
    the first days of its stages, and such a case is open there. Tables that hang on the cases are left out.

    Parameters
    ----------
    cases : CaseData
    day : int
        Day number; not after the cut-off of the cases.

    Returns
    -------
    CaseData
        With ``day`` as its cut-off.

    Raises
    ------
    QuestionError
        When the day lies after the cut-off.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> cases = jm.sample_cases()
    >>> cut_at(cases, cases.cutoff_day - 365).n_units < cases.n_units
    True
    """
    if day > cases.cutoff_day:
        raise QuestionError(
            tr("The day {day} lies after the cut-off {cutoff}.", day=date_of(day), cutoff=cases.cutoff),
            tr("Name a day on which the data were complete already."),
        )
    whole = cases.intake.one_row_per_unit or cases.members_merged
    frame = _blanked(cases, day) if whole else _followed(cases, day)
    frame = frame.with_columns(outcome_rank=outcome_rank(cases.procedure))
    count = nw.col("frequency").sum() if cases.sampling.repeated else nw.len()
    n = int(frame.select(n=count).collect().get_column("n")[0] or 0)
    spells = cases.support
    if spells is not None:
        ended = nw.when(nw.col("end_day") <= day).then(nw.col("end_day"))
        later = (nw.col("start_day") > day).fill_null(value=False)
        spells = spells.filter(~later).with_columns(end_day=ended)
    return replace(
        cases,
        milestones=frame,
        events=cases.events.filter(nw.col("day").is_null() | (nw.col("day") <= day)),
        support=spells,
        children={},
        # what was coded tells of the whole file, not of an earlier day
        checklist=None,
        cutoff_day=day,
        years=(min(cases.years[0], date_of(day).year), min(cases.years[1], date_of(day).year)),
        provenance=replace(cases.provenance, units_in=n, cutoff=date_of(day)),
    )


def _blanked(cases: CaseData, day: int) -> nw.LazyFrame[Any]:
    """Return milestones without anything after the day.

    A unit whose ending came later stands as its earlier dates say: convicted where the conviction became final later.
    """
    frame = cases.milestones
    names = frame.collect_schema().names()
    start = f"first__{cases.procedure.start}"
    if start in names:
        frame = frame.filter(nw.col(start).is_null() | (nw.col(start) <= day))
    frame = frame.drop(*[one for one in _AS_WRITTEN if one in names])
    later = (nw.col("outcome_day") > day).fill_null(value=False)
    columns = {name: nw.when(nw.col(name) <= day).then(nw.col(name)) for name in names if name.startswith("first__")}
    frame = _still_engaged(frame, names, day).with_columns(
        was__later=later.cast(nw.Int64), was__outcome=nw.col("outcome"), was__day=nw.col("outcome_day"), **columns
    )
    # of a unit made of members the first days are of several, and no order of them says how it stood
    if cases.members_merged and cases.joined is None:
        frame = frame.with_columns(outcome=nw.lit(None, dtype=nw.String), outcome_day=nw.lit(None, dtype=nw.Int32))
    else:
        frame = with_standing(frame, cases.procedure, cases.dated_states, cutoff_day=day)
    since = nw.col("was__later") == 1
    return frame.with_columns(
        outcome=nw.when(since).then(nw.col("outcome")).otherwise(nw.col("was__outcome")),
        outcome_day=nw.when(since).then(nw.col("outcome_day")).otherwise(nw.col("was__day")),
    ).drop("was__later", "was__outcome", "was__day")


def _followed(cases: CaseData, day: int) -> nw.LazyFrame[Any]:
    """Return milestones made again from the events up to the day; undated ones stay."""
    events = cases.events.filter(nw.col("day").is_null() | (nw.col("day") <= day))
    made, _, dated, seen, _ = milestones_of_events(events, cases.procedure, described=(), ordered=True, cutoff_day=day)
    missing: dict[str, nw.Expr] = {
        f"first__{one}": nw.lit(None, dtype=nw.Int32) for one in cases.dated_states if one not in dated
    }
    missing |= {f"seen__{one}": nw.lit(0, dtype=nw.Int64) for one in cases.seen_states if one not in seen}
    made = made.with_columns(**missing) if missing else made
    derived = ("outcome", "outcome_day", "outcome_rank", "set_aside", *_AS_WRITTEN)
    names = cases.milestones.collect_schema().names()
    described = [one for one in names if one not in derived and not one.startswith(_STAGE_COLUMNS)]
    return made.join(_still_engaged(cases.milestones, names, day).select(*described), on="unit_id", how="left")


def _still_engaged(frame: nw.LazyFrame[Any], names: list[str], day: int) -> nw.LazyFrame[Any]:
    """Return the frame with victims who left after the day as taking part on it."""
    if LEFT_DAY not in names:
        return frame
    later = (nw.col(LEFT_DAY) > day).fill_null(value=False)
    columns: dict[str, nw.Expr] = {LEFT_DAY: nw.when(~later).then(nw.col(LEFT_DAY))}
    if RELIANCE_STATUS in names:
        gone = later & (nw.col(RELIANCE_STATUS) == DISENGAGED).fill_null(value=False)
        columns[RELIANCE_STATUS] = nw.when(gone).then(nw.lit(ENGAGED)).otherwise(nw.col(RELIANCE_STATUS))
    return frame.with_columns(**columns)
