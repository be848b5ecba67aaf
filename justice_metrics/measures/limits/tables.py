"""The tables of legal limits: how clocks stand, how far over, what the law says, what could not be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from types import MappingProxyType
from typing import Final

import numpy as np

from ...base.cells import CellOf, Of
from ...base.language import Message, Readable, Setting, tr, trn
from ...base.table import Column, Table
from ...base.types import Floats, Tallies
from ...cases.procedure import Limit
from ...cases.procedure_parts import BREACHES, CERTAINTIES, COUNTED_FROM
from ...estimate.clocks import (
    ENDED_AFTER,
    ENDED_BEFORE,
    KEPT,
    LATE,
    NOT_DONE,
    RUNNING,
    UNTOLD,
    Overrun,
    Within,
    overrun,
    within_limit,
)
from ...reduce.limits import UNTOLD_REASONS
from ...tables import Strata
from ..declared import shown_limits, strata_columns
from .judged import MISSED, Judged

HOURS_AND_DAYS: Final = "hours_and_days"

REASON_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "start_undated": tr("the act that starts the limit has no date"),
        "notice_undated": tr("the notification that starts the limit has no date"),
        "start_coarse": tr("the start is known by month or year only"),
        "notice_coarse": tr("the notification is known by month or year only"),
        "notice_before_act": tr("by its date, the notification came before the act"),
        "act_undated": tr("the act was done, but no date says when"),
        "act_coarse": tr("the act is known by month or year only"),
        "act_before_start": tr("by its date, the act came before what it must follow"),
        "end_undated": tr("ended, but no date says when"),
        "end_before_start": tr("ended before it started, by its dates"),
        "end_after_cutoff": tr("ended after the cut-off, by its dates"),
        "act_unrecorded": tr("the act is not in the data: no column and no label names it"),
        "end_coarse": tr("the day on which it ended is known by month or year only"),
        "pause_coarse": tr("a suspension is known by month or year only"),
        HOURS_AND_DAYS: tr("the limit is in hours, and the dates give days"),
    }
)
STANDING_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "kept": tr("limit kept"),
        "missed": tr("limit missed"),
        "running": tr("limit still running"),
        "ended_otherwise": tr("ended otherwise in time"),
        "cannot_be_told": tr("cannot be told"),
    }
)
_STANDING: Final[Mapping[str, tuple[int, ...]]] = MappingProxyType(
    {
        "kept": (KEPT,),
        "missed": MISSED,
        "running": (RUNNING,),
        "ended_otherwise": (ENDED_BEFORE,),
        "cannot_be_told": (UNTOLD,),
    }
)


# How a clock can stand, each in one way only, and which of these each column counts.
_MISSED: Final = ("late", "not_done", "ended_after", "extinct")
_LEVELS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "clocks": ("kept", *_MISSED, "running", "ended_otherwise", "cannot_be_told"),
        "kept": ("kept",),
        "missed": _MISSED,
        "late": ("late",),
        "not_done": ("not_done",),
        "ended_after": ("ended_after", "extinct"),
        "extinct": ("extinct",),
        "running": ("running",),
        "ended_otherwise": ("ended_otherwise",),
        "cannot_be_told": ("cannot_be_told",),
    }
)
_SHARE: Final = Of(inputs=("kept", "missed"))
_PARTS: Final = Of(inputs=("kept", "missed", "ended_otherwise"))
_OVER: Final = Of(inputs=("missed",))


def clock_cell(found: Sequence[Judged], counted: str, judged_by: str, **keys: str) -> CellOf:
    """Declare which clocks a column counts: of each limit a case has one clock or none.

    Parameters
    ----------
    found : sequence of Judged
    counted : str
        Name of the column.
    judged_by : str
        The calendar and the rules; by others a clock may stand otherwise.
    keys : str
        Further key columns, and what their values tell.
    """
    levels = _LEVELS[counted]
    return CellOf(
        each={"limit": {one.limit.id: {f"clock of {one.limit.id}, {judged_by}": levels} for one in found}}, keys=keys
    )


def length_words(limit: Limit) -> Readable:
    """Return how long a limit is, in words."""
    n = Setting(limit.amount)
    return {
        "hours": trn("{n} hour", "{n} hours", n),
        "working_days": trn("{n} working day", "{n} working days", n),
        "calendar_days": trn("{n} calendar day", "{n} calendar days", n),
        "months": trn("{n} month", "{n} months", n),
    }[limit.unit]


def all_strata(found: Sequence[Judged]) -> Strata:
    """Return the strata of all limits together."""
    return reduce(lambda one, other: one.union(other), [judged.strata for judged in found])


def standing_table(found: Sequence[Judged], confidence_level: float, judged_by: str, *, weighted: bool) -> Table:
    """Return how the clocks of each limit stand, and the share kept with pending ones as censored."""
    parts = [_standing(one, confidence_level, weighted=weighted) for one in found]
    rows = _ordered(found)
    values = {name: _gathered(rows, [part[name] for part in parts]) for name in parts[0]}
    observed = values.pop("observed").astype(bool)
    timed = values.pop("timed")
    status = [
        "" if seen else "pending" if some > 0 else "not_defined" for seen, some in zip(observed, timed, strict=True)
    ]
    columns = (
        *strata_columns(all_strata(found).names),
        *_limit_columns(),
        _count_column("clocks", tr("clocks that began"), found, judged_by),
        *[_count_column(name, words, found, judged_by) for name, words in STANDING_WORDS.items()],
        Column("estimate", tr("done within the limit, pending as censored"), "share", "estimate", "mean", of=_SHARE),
        Column("conf_low", tr("lower limit"), "share", "interval", "mean", of=_SHARE),
        Column("conf_high", tr("upper limit"), "share", "interval", "mean", of=_SHARE),
        Column("at_most", tr("at most, where days cannot tell"), "share", "estimate", "mean", of=_SHARE),
        Column("ended_share", tr("ended otherwise in time, share"), "share", "estimate", "mean", of=_PARTS),
        Column("missed_share", tr("limit ran out, share"), "share", "estimate", "mean", of=_PARTS),
    )
    shares = ("estimate", "at_most", "ended_share", "missed_share")
    return Table(
        columns,
        {**_named(found, rows), **values},
        labels=_labels(found),
        title=tr("How the limits stand"),
        statuses=dict.fromkeys(shares, status),
        # a limit under which no clock of a group began has no row there
        sparse=True,
    )


def over_table(found: Sequence[Judged], confidence_level: float, judged_by: str, *, weighted: bool) -> Table:
    """Return what became of missed limits, and by how many days they were missed."""
    parts = [_over(one, confidence_level, weighted=weighted) for one in found]
    rows = [row for row in _ordered(found) if parts[row[0]]["missed"][row[1]] > 0]
    values = {name: _gathered(rows, [part[name] for part in parts]) for name in parts[0]}
    columns = (
        *strata_columns(all_strata(found).names),
        *_limit_columns(),
        _count_column("missed", STANDING_WORDS["missed"], found, judged_by),
        _count_column("late", tr("done late"), found, judged_by),
        _count_column("not_done", tr("not done by the cut-off"), found, judged_by),
        _count_column("ended_after", tr("ended otherwise after the limit"), found, judged_by),
        _count_column("extinct", tr("of them by extinction"), found, judged_by),
        _days_column("lower_quartile", tr("a quarter were over by at most (days)")),
        _days_column("estimate", tr("half were over by at most (days)")),
        Column("conf_low", tr("lower limit"), "days", "interval", "quantile", of=_OVER),
        Column("conf_high", tr("upper limit"), "days", "interval", "quantile", of=_OVER),
        _days_column("upper_quartile", tr("three quarters were over by at most (days)")),
    )
    return Table(
        columns,
        {**_named(found, rows), **values},
        labels=_labels(found),
        title=tr("How far over the limit"),
        sparse=True,
    )


def law_table(limits: Sequence[Limit], asked: Sequence[Limit]) -> Table:
    """Return what the procedure says of each limit, and whether it was measured here."""
    measured = {one.id for one in asked}
    why = [
        ("measured" if one.stands_for is None else "measured_otherwise")
        if one.id in measured
        else "no_states"
        if not one.measurable
        else "condition"
        if one.condition is not None
        else "other_act"
        if one.stands_for is not None
        else "not_asked"
        for one in limits
    ]
    words: Mapping[str, Readable] = {
        "measured": tr("measured here"),
        "measured_otherwise": tr("measured up to a later act than the one that the law sets"),
        "other_act": tr("not measured: its act has no date, only a later one; name it to ask for that"),
        "no_states": tr("not measured: an act at one of its ends is no state of the procedure"),
        "condition": tr("not measured: it applies to some cases only; name it to ask for it"),
        "not_asked": tr("not measured: not asked for"),
    }
    nothing = tr("all cases")
    conditions = [nothing if one.condition is None else one.condition for one in limits]
    columns = (
        *_limit_columns(),
        _text_column("article", tr("article")),
        _text_column("counted_from", tr("counted from")),
        _text_column("applies_to", tr("applies to")),
        _text_column("breach", tr("what the law attaches to missing it")),
        _text_column("certainty", tr("certainty")),
        _text_column("here", tr("in this answer")),
    )
    values = {
        "limit": [one.id for one in limits],
        "length": [f"{one.amount} {one.unit}" for one in limits],
        "article": [one.article for one in limits],
        "counted_from": [one.counted_from for one in limits],
        "applies_to": [one.id if one.condition is not None else "all" for one in limits],
        "breach": [one.breach for one in limits],
        "certainty": [one.certainty for one in limits],
        "here": why,
    }
    labels: Mapping[str, Mapping[str, Readable]] = {
        **_limit_labels(limits),
        "counted_from": COUNTED_FROM,
        "applies_to": {
            "all": nothing,
            **{one.id: words for one, words in zip(limits, conditions, strict=True) if one.condition is not None},
        },
        "breach": BREACHES,
        "certainty": CERTAINTIES,
        "here": words,
    }
    return Table(columns, values, labels=labels, title=tr("What the law says of each limit"), guard="words")


def untold_table(found: Sequence[Judged], judged_by: str) -> Table:
    """Return why clocks could not be judged."""
    names: list[tuple[str, str, str, float]] = []
    for one in found:
        length = f"{one.limit.amount} {one.limit.unit}"
        for place, reason in enumerate(UNTOLD_REASONS, start=1):
            names.append((one.limit.id, length, reason, float(one.n[one.why == place].sum())))
        in_days = one.where(UNTOLD) & (one.why == 0)
        names.append((one.limit.id, length, HOURS_AND_DAYS, float(one.n[in_days].sum())))
    kept = [one for one in names if one[3] > 0]
    columns = (
        *_limit_columns(),
        Column("reason", tr("reason"), "text", "key", "key"),
        Column(
            "clocks",
            tr("clocks"),
            "units",
            "count",
            "count",
            cell=clock_cell(found, "cannot_be_told", judged_by, reason="why the clock of {limit} is not told"),
        ),
    )
    values = {
        "limit": [one[0] for one in kept],
        "length": [one[1] for one in kept],
        "reason": [one[2] for one in kept],
        "clocks": np.array([one[3] for one in kept], np.float64),
    }
    labels = {**_labels(found), "reason": REASON_WORDS}
    return Table(columns, values, labels=labels, title=tr("Why it cannot be told"), sparse=True)


def _standing(one: Judged, confidence_level: float, *, weighted: bool) -> dict[str, Tallies]:
    within = _within(one, confidence_level)
    low, high = shown_limits(within.conf_low, within.conf_high, weighted=weighted)
    return {
        "clocks": one.tally(np.ones(len(one.n), np.bool_)),
        **{name: one.tally(one.where(*codes)) for name, codes in _STANDING.items()},
        "estimate": within.estimate,
        "conf_low": low,
        "conf_high": high,
        "at_most": within.at_most,
        "ended_share": within.ended,
        "missed_share": within.missed,
        "observed": within.observed,
        "timed": one.tally(one.timed),
    }


def _within(one: Judged, confidence_level: float) -> Within:
    timed = one.timed
    return within_limit(
        one.stratum[timed],
        one.time[timed],
        one.code[timed],
        one.entry[timed],
        one.n[timed],
        groups=len(one.strata),
        limit=one.length,
        latest=one.latest,
        confidence_level=confidence_level,
    )


def _over(one: Judged, confidence_level: float, *, weighted: bool) -> dict[str, Tallies]:
    found = _overrun(one, confidence_level)
    low, high = shown_limits(found.conf_low[:, 1], found.conf_high[:, 1], weighted=weighted)
    return {
        "missed": one.tally(one.where(*MISSED)),
        "late": one.tally(one.where(LATE)),
        "not_done": one.tally(one.where(NOT_DONE)),
        "ended_after": one.tally(one.where(ENDED_AFTER)),
        "extinct": one.tally(one.where(ENDED_AFTER) & (one.extinct == 1)),
        "lower_quartile": found.estimate[:, 0],
        "estimate": found.estimate[:, 1],
        "conf_low": low,
        "conf_high": high,
        "upper_quartile": found.estimate[:, 2],
    }


def _overrun(one: Judged, confidence_level: float) -> Overrun:
    latest = one.latest
    entry = np.where(one.entry > latest, one.entry - latest, -1)
    beyond = one.where(*MISSED) & (one.over > 0) & (entry < one.over)
    return overrun(
        one.stratum[beyond],
        one.over[beyond],
        one.code[beyond] > 0,
        entry[beyond],
        one.n[beyond],
        groups=len(one.strata),
        confidence_level=confidence_level,
    )


def _ordered(found: Sequence[Judged]) -> list[tuple[int, int]]:
    """Return (limit, stratum) of every row: the limits of a stratum stand together."""
    strata = all_strata(found)
    places = [dict(zip(one.strata.levels, range(len(one.strata)), strict=True)) for one in found]
    return [(limit, place[level]) for level in strata.levels for limit, place in enumerate(places) if level in place]


def _gathered(rows: Sequence[tuple[int, int]], parts: Sequence[Tallies]) -> Floats:
    whole = all(np.issubdtype(part.dtype, np.integer) for part in parts)
    return np.array([parts[limit][stratum] for limit, stratum in rows], np.int64 if whole else np.float64)


def _named(found: Sequence[Judged], rows: Sequence[tuple[int, int]]) -> dict[str, list[str]]:
    names = found[0].strata.names
    levels = [found[limit].strata.levels[stratum] for limit, stratum in rows]
    return {
        **{name: [level[place] for level in levels] for place, name in enumerate(names)},
        "limit": [found[limit].limit.id for limit, _ in rows],
        "length": [f"{found[limit].limit.amount} {found[limit].limit.unit}" for limit, _ in rows],
    }


def _limit_columns() -> tuple[Column, ...]:
    return (
        Column("limit", tr("legal limit"), "text", "key", "key"),
        Column("length", tr("length"), "text", "key", "key"),
    )


def _days_column(name: str, words: Readable) -> Column:
    return Column(name, words, "days", "estimate", "quantile", of=_OVER)


def _count_column(name: str, words: Readable, found: Sequence[Judged], judged_by: str) -> Column:
    return Column(name, words, "units", "count", "count", cell=clock_cell(found, name, judged_by))


def _text_column(name: str, words: Readable) -> Column:
    return Column(name, words, "text", "key", "text")


def _limit_labels(limits: Sequence[Limit]) -> dict[str, Mapping[str, Readable]]:
    return {
        "limit": {one.id: one.label for one in limits},
        "length": {f"{one.amount} {one.unit}": length_words(one) for one in limits},
    }


def _labels(found: Sequence[Judged]) -> dict[str, Mapping[str, Readable]]:
    return _limit_labels([one.limit for one in found])
