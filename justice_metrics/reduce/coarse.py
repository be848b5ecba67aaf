"""From case data to times known as intervals: what a date that gives the month or the year only leaves open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.types import Counts, Flags, Tallies
from ..cases.casedata import CaseData
from ..cases.conversions.conversion import precision_lookup
from ..cases.durations import LEFT_OUT, Durations
from ..tables import MOST_STRATA, Strata
from .grouped import NO_DAY, grouped_counts
from .risk import duration_keys

PRECISIONS: Final = ("day", "month", "year")
_CODES: Final = 4
# Reasons that a coarse date may not deserve: the day it was given is one of many.
_PERHAPS: Final = ("start_after_cutoff", "end_before_start", "end_after_cutoff")


class CoarseTimes(NamedTuple):
    """Cells of like units, with what is known of both ends of their time.

    Attributes
    ----------
    strata : Strata, G of them
    stratum : (C,)
    code : (C,)
        0 still open, 1..K the ending.
    n : (C,)
        Units, or the sum of their weights.
    start_precision, end_precision : (C,)
        0 day, 1 month, 2 year; the end of an open case is the cut-off, an exact day.
    start_low, start_high, end_low, end_high : (C,)
        First and last day that the dates allow, as days from a zero of the cell's own; both ends fit each other and the
        cut-off.
    start_day, end_day : (C,)
        As the dates are read: the 15th of a month, 1 July of a year.
    entry : (C,)
        Day on which observation began, on the same scale; NO_DAY from the start.
    left_out : mapping of str to array, shape (G,)
    """

    strata: Strata
    stratum: Counts
    code: Counts
    n: Tallies
    start_precision: Counts
    end_precision: Counts
    start_low: Counts
    start_high: Counts
    end_low: Counts
    end_high: Counts
    start_day: Counts
    end_day: Counts
    entry: Counts
    left_out: Mapping[str, Counts]


def coarse_times(
    cases: CaseData, spells: Durations, *, start: tuple[str, ...], outcomes: Sequence[str], by: Sequence[str] = ()
) -> CoarseTimes:
    """Count units by how long they lasted and how exact both dates are, in one aggregation.

    Parameters
    ----------
    cases : CaseData
    spells : Durations
        Made of these cases.
    start : tuple of str
        States from whose first day time runs.
    outcomes : sequence of str
        States that may have ended it.
    by : sequence of str

    Returns
    -------
    CoarseTimes
        A unit whose coarse date contradicts the other one only by the day that stands for it is kept.
    """
    frame = _with_codes(spells.frame, cases, start, tuple(outcomes))
    keys = {
        **duration_keys(),
        "start": nw.col("start__coarse"),
        "end": nw.col("end__coarse"),
        # the calendar matters for coarse dates only, so exact ones are counted together
        "begin": nw.when((nw.col("start__coarse") > 0) | (nw.col("end__coarse") > 0))
        .then(nw.col("time__begin"))
        .otherwise(nw.lit(NO_DAY))
        .fill_null(NO_DAY),
    }
    grouped = grouped_counts(spells, by=by, keys=keys, frame=frame, most_strata=MOST_STRATA)
    return _told(grouped, cases.cutoff_day)


def _with_codes(
    frame: nw.LazyFrame[Any], cases: CaseData, start: tuple[str, ...], endings: tuple[str, ...]
) -> nw.LazyFrame[Any]:
    """Add ``start__coarse`` and ``end__coarse``: 0 exact, 1 month, 2 year."""
    exact = nw.lit(0, dtype=nw.Int64)
    if cases.intake.one_row_per_unit and not cases.members_merged:
        held = {one.removeprefix("exact__") for one in frame.collect_schema().names() if one.startswith("exact__")}
        roles = {role: set(cases.procedure.resolve(role)) for role in cases.dated_roles if role in held}
        codes = {}
        for name, column, states in (("start", "time__begin", start), ("end", "time__end", endings)):
            there = [one for one in states if one in held] + [one for one, its in roles.items() if its <= set(states)]
            known = _lookup(cases.milestones, [f"exact__{one}" for one in there])
            code: nw.Expr = exact
            for one in reversed(there):
                same = (nw.col(f"first__{one}") == nw.col(column)).fill_null(False)
                code = nw.when(same).then(_code(f"exact__{one}", known)).otherwise(code)
            codes[f"{name}__coarse"] = code
        frame = frame.with_columns(**codes)
    else:
        known = _lookup(cases.events, ["precision"])
        if set(known.values()) <= {"day"}:
            return frame.with_columns(start__coarse=exact, end__coarse=exact)
        frame = frame.join(_packed(cases.events, known, start, endings), on="unit_id", how="left")
        begin, end = nw.col("time__begin"), nw.col("time__end")
        frame = frame.with_columns(
            start__coarse=_at(begin, "start__first"),
            end__coarse=nw.max_horizontal(_at(end, "end__first"), _at(end, "end__last")),
        )
    ended = nw.when(nw.col("time__code") > 0).then(nw.col("end__coarse")).otherwise(exact)
    return frame.with_columns(end__coarse=ended)


def _lookup(frame: nw.LazyFrame[Any], columns: Sequence[str]) -> Mapping[str, str]:
    """Return what the words of columns about exactness mean."""
    words: set[str] = set()
    for one in columns:
        words |= {word for word in frame.select(one).unique().collect().get_column(one).to_list() if word}
    return precision_lookup(sorted(words))


def _code(column: str, known: Mapping[str, str]) -> nw.Expr:
    code: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for text, word in known.items():
        if word != "day":
            held = (nw.col(column) == text).fill_null(False)
            code = nw.when(held).then(nw.lit(PRECISIONS.index(word), dtype=nw.Int64)).otherwise(code)
    return code


def _packed(
    events: nw.LazyFrame[Any], known: Mapping[str, str], start: tuple[str, ...], endings: tuple[str, ...]
) -> nw.LazyFrame[Any]:
    """Return how exact a unit's first start, first and last ending are, each with its day: day * 4 + code."""
    ends = tuple(one for one in endings if one not in start)
    wanted = events.filter(nw.col("state").is_in([*start, *ends]) & ~nw.col("day").is_null())
    packed = nw.col("day").cast(nw.Int64) * _CODES + _code("precision", known)
    both = wanted.select("unit_id", "state", packed=packed)
    begins = nw.col("state").is_in(list(start))
    both = both.select(
        "unit_id", start=nw.when(begins).then(nw.col("packed")), end=nw.when(~begins).then(nw.col("packed"))
    )
    return both.group_by("unit_id").agg(
        start__first=nw.col("start").min(), end__first=nw.col("end").min(), end__last=nw.col("end").max()
    )


def _at(day: nw.Expr, column: str) -> nw.Expr:
    """Return the code of a packed day if it is the day asked for, else 0."""
    same = (nw.col(column) // _CODES == day.cast(nw.Int64)).fill_null(False)
    return nw.when(same).then(nw.col(column) % _CODES).otherwise(nw.lit(0, dtype=nw.Int64))


def _told(grouped: Any, cutoff: int) -> CoarseTimes:
    why, code, days, entry, start, end, begin = (
        grouped.keys[one] for one in ("left_out", "code", "days", "entry", "start", "end", "begin")
    )
    dated = begin != NO_DAY
    # exact cells have a calendar of their own, which begins with them
    begin = np.where(dated, begin, 0)
    finish = begin + np.where(days == NO_DAY, 0, days)
    last = np.where(dated, cutoff, np.where(code == 0, finish, np.iinfo(np.int32).max))
    start_low, start_high = _bounds(begin, np.where(dated, start, 0))
    end_low, end_high = _bounds(finish, np.where(dated & (code > 0), end, 0))
    open_case = code == 0
    end_low, end_high = (np.where(open_case & dated, cutoff, one) for one in (end_low, end_high))
    finish = np.where(open_case & dated, cutoff, finish)
    end_high = np.minimum(end_high, last)
    end_low = np.maximum(end_low, start_low)
    start_high = np.minimum(start_high, end_high)
    perhaps = dated & np.isin(why, [LEFT_OUT.index(one) + 1 for one in _PERHAPS]) & (days != NO_DAY)
    kept = ((why == 0) | perhaps) & (start_low <= start_high) & (end_low <= end_high)
    entered = np.where(entry < 0, NO_DAY, begin + entry)
    g = len(grouped.strata)
    reasons = np.where(kept, 0, np.where(why == 0, LEFT_OUT.index("end_before_start") + 1, why))
    left_out = {}
    for place, name in enumerate(LEFT_OUT, start=1):
        of = reasons == place
        if of.any():
            counts = np.bincount(grouped.stratum[of], weights=grouped.units[of], minlength=g)
            left_out[name] = counts.astype(np.int64)
    return CoarseTimes(
        strata=grouped.strata,
        stratum=grouped.stratum[kept],
        code=code[kept],
        n=grouped.n[kept],
        start_precision=start[kept],
        end_precision=np.where(open_case, 0, end)[kept],
        start_low=start_low[kept],
        start_high=start_high[kept],
        end_low=end_low[kept],
        end_high=end_high[kept],
        start_day=np.clip(begin, start_low, start_high)[kept],
        end_day=np.clip(finish, end_low, end_high)[kept],
        entry=entered[kept],
        left_out=left_out,
    )


def _bounds(day: Counts, precision: Counts) -> tuple[Counts, Counts]:
    """Return the first and the last day of the month or the year that a day stands for."""
    low, high = day.copy(), day.copy()
    for place, unit in ((1, "M"), (2, "Y")):
        coarse: Flags = precision == place
        whole = day[coarse].astype("datetime64[D]").astype(f"datetime64[{unit}]")
        low[coarse] = whole.astype("datetime64[D]").astype(np.int64)
        high[coarse] = (whole + 1).astype("datetime64[D]").astype(np.int64) - 1
    return low, high
