"""From milestones to victims who take part: until when each did, and who still does among cases open on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.language import tr
from ..base.types import Counts, Tallies
from ..cases.casedata import CaseData
from ..cases.durations import OTHER_ENDING, Durations
from ..cases.mappings.parts import DISENGAGED, ENGAGED, LEFT_DAY, RELIANCE_STATUS
from ..tables import Strata
from .grouped import grouped_counts, summed
from .landmark import MOST_CLUSTERS
from .risk import durations_of, timed

LEFT: Final = "left"
# What is known of each unit: until when, or why that is not known.
KNOWN, UNDATED, NOT_RECORDED = range(3)


class OpenCounts(NamedTuple):
    """Cases still open on some days, and the victims among them who still took part.

    Attributes
    ----------
    strata : Strata, G of them
        Splits and, where there is one, the cluster last.
    open, engaged : (G, H)
    """

    strata: Strata
    open: Tallies
    engaged: Tallies


class StatusCounts(NamedTuple):
    """How victims stand at the cut-off.

    Attributes
    ----------
    strata : Strata, G of them
    counts : (G, 2, 3)
        Of all cases and of those still open: engaged, disengaged, not recorded.
    """

    strata: Strata
    counts: Tallies


def tells_when(cases: CaseData) -> bool:
    """Return whether the data say on which day victims stopped taking part."""
    return LEFT_DAY in cases.milestones.collect_schema().names()


def tells_whether(cases: CaseData) -> bool:
    """Return whether the data say anything of victims' taking part."""
    return bool({LEFT_DAY, RELIANCE_STATUS} & set(cases.milestones.collect_schema().names()))


def leaving_durations(cases: CaseData, *, start: str) -> Durations:
    """Return the time from ``start`` to the victim's leaving, which the ending of the case competes with.

    Leaving and ending on one day is an ending first, except where the victim withdrew the complaint: then the case
    ended because the victim left. Units of which it is not known until when the victim took part are not in it; they
    are counted by :func:`unknown_counts`.
    """
    spells = durations_of(cases, start=start, outcomes=None)
    frame = _with_leaving(spells.frame, cases)
    end, left = nw.col("time__end"), nw.col("left__day")
    first = left <= end
    gone = ~left.is_null() & (
        ~nw.col("time__ended") | ((left < end) | (first & nw.col("left__withdrew"))).fill_null(False)
    )
    frame = frame.with_columns(left__first=gone).filter(nw.col("left__known") == KNOWN)
    frame = frame.with_columns(
        time__code=nw.when(nw.col("left__first"))
        .then(nw.lit(1))
        .otherwise(nw.when(nw.col("time__ended")).then(nw.lit(2)).otherwise(nw.lit(0))),
        time__end=nw.when(nw.col("left__first")).then(left).otherwise(end),
    )
    frame = frame.with_columns(time__ended=nw.col("time__code") > 0)
    return replace(
        spells,
        opened=lambda: timed(frame, cases, start=cases.resolve(start)),
        outcomes=(LEFT, OTHER_ENDING),
        outcome_words={LEFT: tr("the victim stopped taking part"), OTHER_ENDING: tr("the case ended first")},
        memo={},
    )


def unknown_counts(cases: CaseData) -> dict[int, int]:
    """Count the units by whether it is known until when the victim took part."""
    frame = _with_leaving(cases.milestones, cases)
    found = grouped_counts(cases, keys={"known": nw.col("left__known")}, frame=frame)
    return {int(key): int(n) for key, n in zip(found.keys["known"], found.units, strict=True)}


def open_counts(
    cases: CaseData, *, start: str, days: Sequence[int], by: Sequence[str] = (), cluster: str | None = None
) -> OpenCounts:
    """Count the cases open and observed after each day, of which it is known until when the victim took part."""
    spells = durations_of(cases, start=start, outcomes=None)
    frame = _with_leaving(spells.frame, cases)
    told = (nw.col("time__left_out") == 0) & (nw.col("left__known") == KNOWN)
    since = nw.col("left__day") - nw.col("time__begin")
    sums: dict[str, nw.Expr] = {}
    for place, day in enumerate(days):
        still = (told & (nw.col("time__days") > day) & (nw.col("time__entry") <= day)).fill_null(False)
        sums[f"open_{place}"] = still
        sums[f"engaged_{place}"] = still & ~(since <= day).fill_null(False)
    splits = list(dict.fromkeys((*by, *([cluster] if cluster else []))))
    grouped = grouped_counts(
        cases, by=splits, keys={"all": nw.lit(0)}, sums=sums, frame=frame, most_strata=MOST_CLUSTERS
    )
    g = len(grouped.strata)
    added = {name: np.asarray(summed(grouped.stratum, one, g)) for name, one in grouped.sums.items()}
    return OpenCounts(
        grouped.strata,
        *(np.stack([added[f"{what}_{place}"] for place in range(len(days))], axis=1) for what in ("open", "engaged")),
    )


def status_counts(cases: CaseData, *, by: Sequence[str] = (), cluster: str | None = None) -> StatusCounts:
    """Count how victims stand at the cut-off, in all cases and in those still open."""
    frame = _with_leaving(cases.milestones, cases)
    stands = nw.col("left__stands")
    is_open = nw.col("outcome").is_null()
    sums = {
        f"{among}_{level}": kept & (stands == level)
        for among, kept in (("all", ~nw.col("unit_id").is_null()), ("open", is_open))
        for level in range(3)
    }
    splits = list(dict.fromkeys((*by, *([cluster] if cluster else []))))
    grouped = grouped_counts(
        cases, by=splits, keys={"all": nw.lit(0)}, sums=sums, frame=frame, most_strata=MOST_CLUSTERS
    )
    g = len(grouped.strata)
    added = [np.asarray(summed(grouped.stratum, grouped.sums[name], g)) for name in sums]
    return StatusCounts(grouped.strata, np.stack(added, axis=1).reshape(g, 2, 3))


def _with_leaving(frame: nw.LazyFrame[Any], cases: CaseData) -> nw.LazyFrame[Any]:
    """Return a frame with the day of leaving, what is known of it, and how the victim stands at the cut-off.

    ``left__stands`` is 0 engaged, 1 disengaged, 2 not recorded. A day after the cut-off has not come yet.
    """
    there = set(cases.milestones.collect_schema().names())
    day: nw.Expr = nw.col(LEFT_DAY) if LEFT_DAY in there else nw.lit(None, dtype=nw.Int32)
    withdrawals = tuple(one for one in cases.procedure.outcomes if cases.procedure.class_of(one) == "withdrawal")
    frame = frame.with_columns(
        left__day=nw.when(day <= cases.cutoff_day).then(day), left__withdrew=cases.stands(withdrawals)
    )
    ended = nw.when(nw.col("outcome_day") <= cases.cutoff_day).then(nw.col("outcome_day"))
    at_latest = nw.when(nw.col("left__withdrew")).then(nw.min_horizontal(nw.col("left__day"), ended))
    frame = frame.with_columns(
        left__day=nw.when(nw.col("left__withdrew")).then(at_latest).otherwise(nw.col("left__day"))
    )
    left = ~nw.col("left__day").is_null()
    if RELIANCE_STATUS in there:
        status = nw.col(RELIANCE_STATUS)
        gone = left | nw.col("left__withdrew") | (status == DISENGAGED).fill_null(False)
        said = (status == ENGAGED).fill_null(False)
    else:
        gone, said = left | nw.col("left__withdrew"), nw.lit(value=True)
    stands = nw.when(gone).then(nw.lit(1)).otherwise(nw.when(said).then(nw.lit(0)).otherwise(nw.lit(2)))
    frame = frame.with_columns(left__stands=stands)
    known = (
        nw.when(left | (nw.col("left__stands") == 0))
        .then(nw.lit(KNOWN))
        .otherwise(nw.when(nw.col("left__stands") == 1).then(nw.lit(UNDATED)).otherwise(nw.lit(NOT_RECORDED)))
    )
    return frame.with_columns(left__known=known)


def regrouped(strata: Strata, names: Sequence[str]) -> tuple[Strata, Counts]:
    """Return the strata by some of their names, and to which of them each of the given ones belongs."""
    places = [strata.names.index(name) for name in names]
    levels = [tuple(level[place] for place in places) for level in strata.levels]
    kept = sorted(set(levels))
    return Strata(tuple(names), tuple(kept)), np.array([kept.index(one) for one in levels], dtype=np.int64)


def by_name(counts: Mapping[int, int]) -> dict[str, int]:
    """Return the units that are left out, by reason."""
    return {name: counts.get(key, 0) for key, name in ((UNDATED, "left_undated"), (NOT_RECORDED, "not_recorded"))}
