"""From rows of a child table (sentences, detentions, warrants, orders) to times, one row per row of the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw

from ..base.language import Readable, tr
from ..base.levels import NOT_RECORDED
from ..cases.casedata import CaseData
from ..cases.durations import LEFT_OUT, Durations

_PREFIX: Final = "child__"
# Days that tell when a row of each table began; the first that is known counts.
_BEGINS: Final[Mapping[str, tuple[str, ...]]] = {
    "detention": ("start_day",),
    "measures": ("requested_day", "ordered_day"),
    "reparation": ("ordered_day",),
    "sentences": ("day",),
    "statements": ("day",),
    "warrants": ("issued_day",),
}
# Days of what came of it.
_FOLLOWS: Final[Mapping[str, tuple[str, ...]]] = {
    "measures": ("ordered_day", "breached_day"),
    "reparation": ("paid_day",),
    "sentences": ("enforced_day",),
    "warrants": ("executed_day",),
}


class ChildEnding(NamedTuple):
    """One way in which a row's time ends.

    Attributes
    ----------
    name : str
    words : Readable
    happened : expression
        Whether it did, never null.
    day : expression
        Null where no date says when.
    """

    name: str
    words: Readable
    happened: nw.Expr
    day: nw.Expr


class ChildTable(NamedTuple):
    """The rows of a child table beside the milestones of their units.

    Attributes
    ----------
    frame : narwhals LazyFrame
        The milestones of each row's unit, with the row's own columns as ``child__<column>``.
    rows, units, several : int
        Rows, units that have any, and those of them that have more than one.
    strays : int
        Rows that belong to no unit of the data.
    later : int
        Rows that begin after the cut-off; they are not in the frame.
    undone : int
        Rows that tell of something after the cut-off, which had not happened then.
    joined : int
        Rows that were taken into the one before them (:func:`joined_rows`).
    """

    frame: nw.LazyFrame[Any]
    rows: int
    units: int
    several: int
    strays: int
    later: int = 0
    undone: int = 0
    joined: int = 0


class LaterRows(NamedTuple):
    """How many rows of a child table tell of something after the cut-off."""

    begun: int
    undone: int


def child(column: str) -> nw.Expr:
    """Return a column of the child table in the frame of a :class:`ChildTable`."""
    return nw.col(child_column(column))


def child_column(column: str) -> str:
    """Return what a column of the child table is called in the frame of a :class:`ChildTable`."""
    return f"{_PREFIX}{column}"


def child_text(column: str) -> nw.Expr:
    """Return a text of the child table, never null."""
    return child(column).cast(nw.String).fill_null(NOT_RECORDED)


def rows_by_cutoff(cases: CaseData, name: str) -> nw.LazyFrame[Any]:
    """Return the rows of a child table as they stood on the cut-off.

    A row that begins later is none, and what is dated later had not happened: its day is empty. Hearings have a
    rule of their own (one that is set for a later day is on record), and so has the end of a detention.

    Raises
    ------
    QuestionError
        When the data have no such table.
    """
    rows = cases.child(name)
    if name not in _BEGINS:
        return rows
    begun, undone = _after(cases, name)
    kept = rows.filter(~begun)
    if name == "sentences":
        status = nw.col("status").cast(nw.String)
        waits = undone & status.fill_null(NOT_RECORDED).is_in(["enforced", NOT_RECORDED])
        kept = kept.with_columns(status=nw.when(waits).then(nw.lit("not_enforced")).otherwise(status))
    if name == "reparation":
        kept = kept.with_columns(paid_amount=nw.when(~undone).then(nw.col("paid_amount")))
    on = {one: nw.when(nw.col(one) <= cases.cutoff_day).then(nw.col(one)) for one in _FOLLOWS.get(name, ())}
    return kept.with_columns(**on) if on else kept


def later_rows(cases: CaseData, name: str) -> LaterRows:
    """Count the rows of a child table that begin after the cut-off, and the others that tell of something later."""
    if name not in _BEGINS:
        return LaterRows(0, 0)
    begun, undone = _after(cases, name)
    met = (
        cases.child(name)
        .select(begun=begun.cast(nw.Int64).sum(), undone=(undone & ~begun).cast(nw.Int64).sum())
        .collect()
    )
    return LaterRows(*(int(met.get_column(one)[0] or 0) for one in ("begun", "undone")))


def _after(cases: CaseData, name: str) -> tuple[nw.Expr, nw.Expr]:
    """Return whether a row begins after the cut-off, and whether something of it is dated later; never null."""
    first, *others = _BEGINS[name]
    begin = nw.col(first)
    for one in others:
        begin = nw.when(~begin.is_null()).then(begin).otherwise(nw.col(one))
    begun, undone = (begin > cases.cutoff_day).fill_null(False), nw.lit(value=False)
    for one in _FOLLOWS.get(name, ()):
        # what led to something by the cut-off had begun by then, whatever its own day says
        begun &= ~(nw.col(one) <= cases.cutoff_day).fill_null(False)
        undone |= (nw.col(one) > cases.cutoff_day).fill_null(False)
    return begun, undone


def child_table(cases: CaseData, name: str, columns: Sequence[str]) -> ChildTable:
    """Join a child table, as it stood on the cut-off, to the milestones of its units.

    Raises
    ------
    QuestionError
        When the data have no such table.
    """
    own = rows_by_cutoff(cases, name).select("unit_id", **{child_column(one): nw.col(one) for one in columns})
    frame = own.join(cases.milestones, on="unit_id", how="inner")
    after = later_rows(cases, name)
    return ChildTable(frame, *_met(frame), cases.strays(name), after.begun, after.undone)


def _met(frame: nw.LazyFrame[Any]) -> tuple[int, int, int]:
    """Return the rows, the units that have any, and those that have several."""
    per_unit = frame.select("unit_id").group_by("unit_id").agg(nw.len().alias("n"))
    again = nw.when(nw.col("n") > 1).then(nw.lit(1)).otherwise(nw.lit(0))
    met = per_unit.select(rows=nw.col("n").sum(), units=nw.len(), several=again.sum()).collect()
    rows, units, several = (int(met.get_column(one)[0] or 0) for one in ("rows", "units", "several"))
    return rows, units, several


def joined_rows(cases: CaseData, table: ChildTable, *, begin: str, end: str) -> ChildTable:
    """Take as one the rows of a unit of which each begins on the day on which the one before ended, or on the next.

    Rows that overlap stay apart: they may be those of two people. The end is that of the last row, null where it has
    none.

    Parameters
    ----------
    cases : CaseData
    table : ChildTable
        Whose columns are ``begin`` and ``end`` only.
    begin, end : str
        Columns of days.
    """
    first, last = child_column(begin), child_column(end)
    none = nw.lit(2**30, dtype=nw.Int64)
    rows = table.frame.select(
        "unit_id",
        first,
        last,
        key__first=nw.col(first).cast(nw.Int64).fill_null(none),
        key__last=nw.col(last).cast(nw.Int64).fill_null(none),
    )
    order = ("key__first", "key__last")
    rows = rows.with_columns(key__before=nw.col("key__last").shift(1).over("unit_id", order_by=order))
    gap = nw.col("key__first") - nw.col("key__before")
    # neither an unknown day nor an end before the beginning goes on with anything
    sound = (nw.col("key__first") < none) & (nw.col("key__last") >= nw.col("key__first"))
    goes_on = (gap >= 0).fill_null(False) & (gap <= 1).fill_null(False) & sound
    rows = rows.with_columns(key__apart=nw.when(goes_on).then(nw.lit(0)).otherwise(nw.lit(1)))
    rows = rows.with_columns(key__place=nw.col("key__apart").cum_sum().over("unit_id", order_by=order))
    whole = rows.group_by("unit_id", "key__place").agg(
        nw.col(first).min(), nw.col(last).max(), key__open=nw.col("key__last").max()
    )
    ends = nw.when(nw.col("key__open") < none).then(nw.col(last))
    frame = whole.select("unit_id", first, ends.alias(last)).join(cases.milestones, on="unit_id", how="inner")
    n, units, several = _met(frame)
    return table._replace(frame=frame, rows=n, units=units, several=several, joined=table.rows - n)


def with_flags(cases: CaseData, name: str, flags: Mapping[str, nw.Expr]) -> nw.LazyFrame[Any]:
    """Return the milestones with 0/1 columns: whether any row that a unit had on the cut-off meets a condition.

    Parameters
    ----------
    cases : CaseData
    name : str
        The child table.
    flags : mapping of str to expression
        Conditions on its canonical columns; a null is no.
    """
    made = {key: nw.when(met.fill_null(False)).then(nw.lit(1)).otherwise(nw.lit(0)) for key, met in flags.items()}
    rows = rows_by_cutoff(cases, name).select("unit_id", **made)
    per_unit = rows.group_by("unit_id").agg(*[nw.col(key).max() for key in made])
    joined = cases.milestones.join(per_unit, on="unit_id", how="left")
    return joined.with_columns(*[nw.col(key).fill_null(0) for key in made])


def case_ended(cases: CaseData, *, convictions: bool) -> tuple[nw.Expr, nw.Expr]:
    """Return whether and on which day a unit stands as ended for good.

    A verdict that is not final ends nothing here, where the procedure tells the two apart. Without ``convictions`` no
    conviction does either. What ended after the cut-off had not ended on it.
    """
    procedure = cases.procedure
    final = procedure.roles.get("final_verdict", ())
    open_verdicts = set(procedure.verdicts) - set(final) if final else set()
    ways = tuple(
        one
        for one in procedure.outcomes
        if one not in open_verdicts and (convictions or procedure.class_of(one) != "conviction")
    )
    stands = cases.stands(ways) & ~(nw.col("outcome_day") > cases.cutoff_day).fill_null(False)
    return stands, nw.when(stands).then(nw.col("outcome_day"))


def child_spells(
    cases: CaseData,
    table: ChildTable,
    *,
    begin: nw.Expr,
    endings: Sequence[ChildEnding],
    start_words: Readable,
    levels: Mapping[str, nw.Expr] | None = None,
    unsaid: nw.Expr | None = None,
) -> Durations:
    """Return times from one day of a row to its ending; what is still running at the cut-off is censored there.

    Of several endings the first named one counts, if it happened; the next one only where it did not.

    Parameters
    ----------
    cases : CaseData
    table : ChildTable
    begin : expression
        Day on which the time of a row begins.
    endings : sequence of ChildEnding
    start_words : Readable
    levels : mapping of str to expression, optional
        What splits the rows besides the attributes of their units; texts, never null.
    unsaid : expression, optional
        Whether nothing says if the time has ended; such rows are left out.

    Returns
    -------
    Durations
        With ``several_rows`` where a unit has more than one, so that a variance can take units as independent.
    """
    code: nw.Expr = nw.lit(0, dtype=nw.Int64)
    end: nw.Expr = nw.lit(None, dtype=nw.Int32)
    for place, one in reversed(list(enumerate(endings, start=1))):
        code = nw.when(one.happened).then(nw.lit(place)).otherwise(code)
        end = nw.when(one.happened).then(one.day).otherwise(end)
    frame = table.frame.with_columns(time__begin=begin, time__code=code, time__end=end)
    ended, last = nw.col("time__code") > 0, nw.col("time__end")
    days = nw.when(ended).then(last).otherwise(nw.lit(cases.cutoff_day)) - nw.col("time__begin")
    entry: nw.Expr = nw.lit(-1, dtype=nw.Int64)
    if cases.sampling.delayed_entry:
        since = (nw.col("entry_day") - nw.col("time__begin")).fill_null(-1)
        entry = nw.when(since < 0).then(nw.lit(-1)).otherwise(since)
    frame = frame.with_columns(time__days=days, time__entry=entry)
    reasons = {
        "start_undated": nw.col("time__begin").is_null(),
        "start_after_cutoff": nw.col("time__begin") > cases.cutoff_day,
        "end_undated": ended & last.is_null(),
        "end_before_start": nw.col("time__days") < 0,
        "end_after_cutoff": ended & (last > cases.cutoff_day),
        "entry_after_end": (nw.col("time__entry") >= nw.col("time__days")) & (nw.col("time__entry") >= 0),
    }
    if unsaid is not None:
        reasons = {"ending_missing": unsaid, **reasons}
    why: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for name, broken in reversed(reasons.items()):
        why = nw.when(broken.fill_null(False)).then(nw.lit(LEFT_OUT.index(name) + 1)).otherwise(why)
    frame = frame.with_columns(time__left_out=why)
    design = tuple(one for one in ("cluster", "stratum") if cases.has(one))
    own = {name: cases.level(name) for name in dict.fromkeys((*cases.attributes, "year", *design))}
    return Durations(
        opened=lambda: frame,
        outcomes=tuple(one.name for one in endings),
        outcome_words={one.name: one.words for one in endings},
        start_words=start_words,
        levels={**own, **(levels or {})},
        attributes=cases.attributes,
        numeric_attributes=cases.numeric_attributes,
        sampling=cases.sampling,
        several_rows=table.several > 0,
        intake=cases.intake,
        provenance=cases.provenance,
        frame_library=cases.frame_library,
    )


def waits_for(
    cases: CaseData,
    table: ChildTable,
    *,
    begin: str,
    event: str,
    ending: tuple[str, Readable],
    convictions: bool,
    start_words: Readable,
) -> Durations:
    """Return the times from one day of a row to another, with the end of the case as a competitor.

    Parameters
    ----------
    cases : CaseData
    table : ChildTable
    begin, event : str
        Columns of the child table with the two days.
    ending : (str, Readable)
        Name and words of what came.
    convictions : bool
        Whether a conviction ends the case, as :func:`case_ended` takes it.
    start_words : Readable
        What the time runs from.
    """
    name, words = ending
    came = child(event)
    over, over_day = case_ended(cases, convictions=convictions)
    # what had ended before the time began did not overtake it
    overtaken = over & came.is_null() & (over_day >= child(begin)).fill_null(False)
    return child_spells(
        cases,
        table,
        begin=child(begin),
        endings=(
            ChildEnding(name, words, ~came.is_null(), came),
            ChildEnding("case_ended", tr("case ended first"), overtaken, over_day),
        ),
        start_words=start_words,
    )
