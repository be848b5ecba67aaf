"""From hearings to counts: what became of each, and how often one was set until it was held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.errors import QuestionError
from ..base.language import Readable, tr
from ..base.levels import NOT_RECORDED, naturally
from ..base.types import Counts, Tallies
from ..cases.casedata import CaseData
from ..cases.durations import Durations
from ..tables import Strata
from .child_spells import (
    ChildEnding,
    ChildTable,
    case_ended,
    child,
    child_column,
    child_spells,
    child_table,
    child_text,
)
from .grouped import grouped_counts, summed

# What became of a hearing; the place is its code.
STATUSES: Final = ("held", "suspended", "scheduled", NOT_RECORDED)
_MOST_KINDS: Final = 50
_MOST_REASONS: Final = 200


class HearingCounts(NamedTuple):
    """Hearings by stratum, kind and what became of them.

    Attributes
    ----------
    strata : Strata, G of them
    kinds : tuple of str, K of them
    n : (G, K, 4)
        Hearings by status, in the order of ``STATUSES``.
    units : (G,)
        Units, with hearings or without.
    """

    strata: Strata
    kinds: tuple[str, ...]
    n: Tallies
    units: Tallies


class Settings(NamedTuple):
    """How often a hearing was set until it was held, for units and kinds in which it was.

    Attributes
    ----------
    units : (G, K, S)
        Units by number of dates set, 1 … S.
    lost_days : (G, K)
        Days from the first date set to the day on which it was held, added up.
    dates : int
        S, the largest number of dates.
    undated : int
        Units and kinds left out because it was held on a day that nobody wrote down.
    """

    units: Tallies
    lost_days: Tallies
    dates: int
    undated: int


def hearing_rows(cases: CaseData, *, kinds: Sequence[str] = (), reached: str | None = None) -> ChildTable:
    """Return the hearings beside the milestones of their units.

    Parameters
    ----------
    cases : CaseData
    kinds : sequence of str
        Kinds that count; all without them.
    reached : str, optional
        Only units that reached this stage or ended so.

    Raises
    ------
    QuestionError, ProcedureError
        When the data have no hearings, or none of a kind.
    """
    table = child_table(cases, "hearings", ("kind", "scheduled_day", "status", "reason"))
    frame = _as_of_the_cutoff(cases, table.frame)
    if kinds:
        known = levels_of(frame, "kind")
        for one in kinds:
            if one not in known:
                raise QuestionError(
                    tr("There is no hearing of the kind '{kind}'.", kind=one),
                    tr("There are: {known}.", known=", ".join(known)),
                )
        frame = frame.filter(child_text("kind").is_in(list(kinds)))
    if reached is not None:
        frame = frame.filter(cases.reached(cases.resolve(reached)))
    table = table._replace(frame=frame)
    rows = int(frame.select(n=nw.len()).collect().get_column("n")[0] or 0) if kinds or reached else table.rows
    if not rows:
        raise QuestionError(
            tr("There is no hearing to count."),
            tr("Ask for fewer conditions, or look whether the table of hearings is empty."),
        )
    return table


def _as_of_the_cutoff(cases: CaseData, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Say what was known of each hearing on the cut-off.

    One whose day has passed and that is still written down as set has an outcome that nobody recorded; one that is
    written down as held on a later day was still ahead.
    """
    status = child_column("status")
    passed = (child("scheduled_day") <= cases.cutoff_day).fill_null(False)
    later = (child("scheduled_day") > cases.cutoff_day).fill_null(False)
    told = (child("status") == "scheduled").fill_null(False)
    known = nw.when(~(told & passed)).then(child("status").cast(nw.String))
    return frame.with_columns(known.alias(status)).with_columns(
        nw.when(later & ~child("status").is_null()).then(nw.lit("scheduled")).otherwise(nw.col(status)).alias(status)
    )


def levels_of(frame: nw.LazyFrame[Any], column: str) -> tuple[str, ...]:
    """Return the texts of a child column, as people count, missing ones last."""
    found = frame.select(level=child_text(column)).unique().collect().get_column("level").to_list()
    return tuple(sorted(map(str, found), key=naturally))


def placed_levels(frame: nw.LazyFrame[Any], column: str, what: Readable) -> tuple[tuple[str, ...], nw.Expr]:
    """Return the texts of a child column, and the place of a row's text among them.

    Raises
    ------
    QuestionError
        When there are too many to be told apart.
    """
    levels = _few(levels_of(frame, column), _MOST_KINDS, what)
    return levels, _placed(column, levels)


def hearing_counts(cases: CaseData, table: ChildTable, *, by: Sequence[str] = ()) -> HearingCounts:
    """Count hearings by stratum, kind and status."""
    kinds, code = placed_levels(table.frame, "kind", tr("kinds of hearing"))
    status: nw.Expr = nw.lit(len(STATUSES) - 1, dtype=nw.Int64)
    for place, name in enumerate(STATUSES[:-1]):
        status = nw.when((child("status") == name).fill_null(False)).then(nw.lit(place)).otherwise(status)
    # An engine may take a table of constants for a single row, so the one key is made of a column.
    of_units = grouped_counts(cases, by=by, keys={"all": nw.col("unit_id").is_null()})
    strata, g, s = of_units.strata, len(of_units.strata), len(STATUSES)
    found = grouped_counts(cases, by=by, keys={"kind": code, "status": status}, frame=table.frame)
    row = np.array(found.strata.places_in(strata), np.int64)[found.stratum] if len(found.n) else found.stratum
    cell = (row * len(kinds) + found.keys["kind"]) * s + found.keys["status"]
    n = summed(cell, found.n, g * len(kinds) * s).reshape(g, len(kinds), s)
    return HearingCounts(strata, kinds, n, summed(of_units.stratum, of_units.n, g))


def reason_counts(
    cases: CaseData, table: ChildTable, strata: Strata, *, by: Sequence[str] = ()
) -> tuple[tuple[str, ...], Tallies]:
    """Return the reasons of suspended hearings, and how many have each: shape (G, reasons)."""
    frame = table.frame.filter((child("status") == "suspended").fill_null(False))
    reasons = _few(levels_of(frame, "reason"), _MOST_REASONS, tr("reasons of suspension"))
    if not reasons:
        return (), np.zeros((len(strata), 0), np.int64)
    found = grouped_counts(cases, by=by, keys={"reason": _placed("reason", reasons)}, frame=frame)
    row = np.array(found.strata.places_in(strata), np.int64)[found.stratum]
    cell = row * len(reasons) + found.keys["reason"]
    return reasons, summed(cell, found.n, len(strata) * len(reasons)).reshape(len(strata), len(reasons))


def settings(
    cases: CaseData, table: ChildTable, strata: Strata, kinds: tuple[str, ...], *, by: Sequence[str] = ()
) -> Settings:
    """Count the dates that were set until a hearing of each kind was first held.

    Dates set for the day on which it was held, or before, count; what was set afterwards was another hearing.
    """
    frame = _until_held(cases, table.frame)
    held = frame.filter(~nw.col("held__day").is_null())
    code = _placed("kind", kinds)
    keys = {"kind": code, "dates": nw.col("held__dates"), "lost": nw.col("held__day") - nw.col("set__first")}
    found = grouped_counts(cases, by=by, keys=keys, frame=held)
    g, k = len(strata), len(kinds)
    row: Counts = np.array(found.strata.places_in(strata), np.int64)[found.stratum] if len(found.n) else found.stratum
    most = int(found.keys["dates"].max(initial=1))
    cell = (row * k + found.keys["kind"]) * most + np.maximum(found.keys["dates"], 1) - 1
    return Settings(
        units=summed(cell, found.n, g * k * most).reshape(g, k, most),
        lost_days=summed(row * k + found.keys["kind"], found.n * found.keys["lost"], g * k).reshape(g, k),
        dates=most,
        undated=int(frame.select(n=nw.col("held__undated").sum()).collect().get_column("n")[0] or 0),
    )


def waits_until_held(cases: CaseData, table: ChildTable, *, start_words: Readable, held_words: Readable) -> Durations:
    """Return, for each unit and kind, the time from the first date set to the day on which it was held.

    The end of the case competes; what was never held and goes on is censored at the cut-off. A first date that lies
    ahead of the cut-off has not begun.
    """
    frame = _until_held(cases, table.frame)
    # held on a day that nobody wrote down is held: time cannot be told of it
    held = ~nw.col("held__day").is_null() | (nw.col("held__undated") == 1)
    over, over_day = case_ended(cases, convictions=True)
    ended = over & ~held & (over_day >= nw.col("set__first")).fill_null(False)
    return child_spells(
        cases,
        table._replace(frame=frame, several=1),
        begin=nw.col("set__first"),
        endings=(
            ChildEnding("held", held_words, held, nw.col("held__day")),
            ChildEnding("case_ended", tr("case ended first"), ended, over_day),
        ),
        start_words=start_words,
        levels={"hearing": child_text("kind")},
    )


def _until_held(cases: CaseData, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return one row per unit and kind: ``set__first``, ``held__day``, ``held__undated`` and ``held__dates``.

    ``held__day`` is null where it was never held, and where it was held only on days that nobody wrote down: then
    ``held__undated`` is 1.
    """
    day, is_held = child("scheduled_day"), (child("status") == "held").fill_null(False)
    keys = ["unit_id", "child__kind"]
    no_day = nw.when(is_held & day.is_null()).then(nw.lit(1)).otherwise(nw.lit(0))
    rows = frame.select(
        "unit_id",
        child__kind=child_text("kind"),
        set__day=day,
        held__on=nw.when(is_held).then(day),
        held__undated=no_day,
    ).filter(~nw.col("set__day").is_null() | (nw.col("held__undated") == 1))
    ends = rows.group_by(*keys).agg(
        set__first=nw.col("set__day").min(),
        held__day=nw.col("held__on").min(),
        held__undated=nw.col("held__undated").max(),
    )
    joined = rows.select(*keys, "set__day").join(ends, on=keys, how="inner")
    before = (nw.col("set__day") <= nw.col("held__day")).fill_null(False)
    counted = joined.with_columns(before=before.cast(nw.Int64))
    per = counted.group_by(*keys).agg(
        held__dates=nw.col("before").sum(),
        set__first=nw.col("set__first").min(),
        held__day=nw.col("held__day").min(),
        held__undated=nw.col("held__undated").max(),
    )
    undated = nw.when(nw.col("held__day").is_null()).then(nw.col("held__undated")).otherwise(nw.lit(0))
    return per.with_columns(held__undated=undated).join(cases.milestones, on="unit_id", how="inner")


def _placed(column: str, levels: tuple[str, ...]) -> nw.Expr:
    place: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for number, name in enumerate(levels):
        place = nw.when(child_text(column) == name).then(nw.lit(number)).otherwise(place)
    return place


def _few(levels: tuple[str, ...], most: int, what: Readable) -> tuple[str, ...]:
    if len(levels) > most:
        raise QuestionError(
            tr("There are {n} different {what}; at most {most} are told apart.", n=len(levels), what=what, most=most),
            tr("Give them labels in the mapping, so that those that mean the same have one name."),
        )
    return levels
