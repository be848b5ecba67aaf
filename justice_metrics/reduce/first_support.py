"""From histories and spells to counts of support: when each actor first came, who stayed, when it was written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.levels import NOT_RECORDED
from ..base.types import Counts, Days, Floats, Tallies, Values
from ..cases.casedata import CaseData
from ..cases.durations import OTHER_ENDING
from ..estimate.rows import Rows
from ..tables import RiskTable, Strata
from .grouped import NO_DAY
from .histories import NEVER, UNDATED, Histories
from .risk import durations_of
from .support import spell_counts

STARTED = "started"


class FirstSupport(NamedTuple):
    """First support by several actors (or numbers of them), one group per stratum and actor.

    Attributes
    ----------
    table : RiskTable
        Strata with the actor last; outcomes are the start of support and the ending of the case.
    rows : Rows
        The same folded rows, for robust variances.
    units, started, late, never, undated : (G,)
        Cases; those in which support started before they ended; only afterwards; those without any; those of which no
        date says whether or when.
    median : (G,)
        Median of the days to the start, among those in which it started; NaN without any.
    """

    table: RiskTable
    rows: Rows
    units: Counts
    started: Counts
    late: Counts
    never: Counts
    undated: Counts
    median: Floats


class Present(NamedTuple):
    """Cases in which an actor had started, and those in which he or she was there to the end; (A,) each.

    ``open`` are those open at the cut-off, the others had ended.
    """

    started: Counts
    present: Counts
    started_open: Counts
    present_open: Counts


class Spells(NamedTuple):
    """Spells of support, folded: N cells.

    Attributes
    ----------
    actor, institution, basis : (N,) of str
    delay, recorded : (N,)
        Days from the start of the case to that of the spell, and from that to its being recorded; ``NO_DAY`` where a
        date is missing.
    undated : (N,)
        Whether the spell has no start.
    n : (N,)
    """

    actor: Values
    institution: Values
    basis: Values
    delay: Counts
    recorded: Counts
    undated: Counts
    n: Counts


def first_support(histories: Histories, since: Mapping[str, Counts], *, name: str) -> FirstSupport:
    """Reduce histories to the start of support by each actor, which the ending of the case competes with.

    Parameters
    ----------
    histories : Histories
    since : mapping of str to (C,)
        Of each actor, or number of actors, the day of the start.
    name : str
        Name of the stratum that tells them apart.
    """
    g, a, cells = len(histories.strata), len(since), len(histories.n)
    day = np.maximum(np.concatenate([np.where(one == UNDATED, NEVER, one) for one in since.values()]), 0)
    unknown = np.concatenate([one == UNDATED for one in since.values()])
    cell, item = np.tile(np.arange(cells), a), np.repeat(np.arange(a), cells)
    exit_, code, entry = histories.exit[cell], histories.code[cell], histories.entry[cell]
    n, group = histories.n[cell], histories.stratum[cell] * a + item
    begun = (day < exit_) | ((code == 0) & (day <= exit_))
    started, late = ~unknown & begun, ~unknown & ~begun & (day < NEVER)

    def counted(who: Values) -> Counts:
        return np.bincount(group[who], weights=n[who], minlength=g * a).astype(np.int64)

    since_start = [np.repeat(day[started & (group == one)], n[started & (group == one)]) for one in range(g * a)]
    watched = ~unknown & (np.where(started, day, exit_) > entry)
    rows = Rows(
        entry=entry[watched].astype(np.int32),
        exit=np.where(started, day, exit_)[watched].astype(np.int32),
        code=np.where(started, 1, np.where(code > 0, 2, 0))[watched],
        n=n[watched],
        weight=None if histories.weight is None else histories.weight[cell][watched],
        stratum=group[watched],
        pattern=np.zeros(int(watched.sum()), np.int64),
        cluster=None if histories.cluster is None else histories.cluster[cell][watched],
    )
    strata = Strata(
        (*histories.strata.names, name), tuple((*level, one) for level in histories.strata.levels for one in since)
    )
    every = np.ones(len(n), np.bool_)
    return FirstSupport(
        table=_table(rows, strata),
        rows=rows,
        units=counted(every),
        started=counted(started),
        late=counted(late),
        never=counted(~unknown & (day == NEVER)),
        undated=counted(unknown),
        median=np.array([np.median(one) if len(one) else np.nan for one in since_start]),
    )


def _table(rows: Rows, strata: Strata) -> RiskTable:
    days: Days = np.unique(np.concatenate([rows.exit, rows.entry, [-1]])).astype(np.int32)
    g, t = len(strata), len(days)
    mass: Tallies = rows.n if rows.weight is None else rows.n * rows.weight

    def placed(who: Values, on: Days) -> Tallies:
        at = rows.stratum[who] * t + np.searchsorted(days, on[who])
        found = np.bincount(at, weights=mass[who], minlength=g * t).reshape(g, t)
        return found if rows.weight is not None else found.astype(np.int64)

    return RiskTable(
        strata=strata,
        outcomes=(STARTED, OTHER_ENDING),
        days=days,
        events=np.stack([placed(rows.code == one, rows.exit) for one in (1, 2)], axis=1),
        censored=placed(rows.code == 0, rows.exit),
        entered=placed(rows.code >= 0, rows.entry),
        left_out={},
        weighted=rows.weight is not None,
    )


def present_counts(
    cases: CaseData,
    actors: Sequence[str],
    *,
    start: str,
    basis: Mapping[str, Sequence[str]],
    institutions: Sequence[str],
) -> Present:
    """Count the cases in which an actor who had started was still there when the case ended, or at the cut-off.

    A spell without an end lasts; one that ends on the last day of the case was there to its end.
    """
    spells = _spells(cases, actors, start=start, basis=basis, institutions=institutions)
    began = (nw.col("start_day") < nw.col("last__day")) | (
        (nw.col("is__open") == 1) & (nw.col("start_day") <= nw.col("last__day"))
    )
    there = nw.col("end_day").is_null() | (nw.col("end_day") >= nw.col("last__day"))
    found = (
        spells.filter(began.fill_null(False))
        .with_columns(there=nw.when(there).then(nw.lit(1)).otherwise(nw.lit(0)))
        .group_by("unit_id", "actor", "is__open", "times")
        .agg(nw.col("there").max())
        .group_by("actor", "is__open", "there")
        .agg(nw.col("times").sum())
        .collect()
    )
    counts = np.zeros((2, 2, len(actors)), np.int64)
    for actor, is_open, stayed, n in found.rows():
        counts[int(is_open), int(stayed), list(actors).index(actor)] += int(n)
    return Present(counts[0].sum(axis=0), counts[0, 1], counts[1].sum(axis=0), counts[1, 1])


def spell_cells(
    cases: CaseData,
    actors: Sequence[str],
    *,
    start: str,
    basis: Mapping[str, Sequence[str]],
    institutions: Sequence[str],
) -> Spells:
    """Count spells by actor, institution, basis, days to their start and days to their being recorded."""
    spells = _spells(cases, actors, start=start, basis=basis, institutions=institutions)
    delay = nw.col("start_day") - nw.col("begin__day")
    recorded = nw.col("recorded_day") - nw.col("start_day")
    made = spells.with_columns(
        institution=nw.col("institution").fill_null(NOT_RECORDED),
        basis=nw.col("basis").fill_null(NOT_RECORDED),
        delay=delay.cast(nw.Int64).fill_null(NO_DAY),
        recorded=recorded.cast(nw.Int64).fill_null(NO_DAY),
        undated=nw.col("start_day").is_null().cast(nw.Int64),
    )
    keys = ("actor", "institution", "basis", "delay", "recorded", "undated")
    found = made.group_by(*keys).agg(nw.col("times").sum()).collect()
    rows = sorted(tuple(row) for row in found.rows())
    texts = [np.array([*(row[i] for row in rows), None], dtype=object)[:-1] for i in range(3)]
    numbers = [np.array([row[i] for row in rows], np.int64) for i in range(3, 7)]
    return Spells(*texts, *numbers)


def _spells(
    cases: CaseData,
    actors: Sequence[str],
    *,
    start: str,
    basis: Mapping[str, Sequence[str]],
    institutions: Sequence[str],
) -> nw.LazyFrame[Any]:
    """Return the spells that count, of cases of which time can be told, with the first and last day of the case."""
    if cases.support is None:
        raise TypeError("these cases have no support spells")
    begin, days = nw.col("time__begin"), nw.col("time__days")
    units = (
        durations_of(cases, start=start, outcomes=None)
        .frame.filter(nw.col("time__left_out") == 0)
        .select(
            "unit_id",
            begin__day=begin,
            last__day=begin + days,
            is__open=nw.when(nw.col("time__code") == 0).then(nw.lit(1)).otherwise(nw.lit(0)),
            times=nw.col("frequency").cast(nw.Int64) if cases.sampling.repeated else nw.lit(1, dtype=nw.Int64),
        )
    )
    counts = reduce(or_, [spell_counts(one, basis.get(one, ()), institutions) for one in actors])
    return cases.support.filter(counts).join(units, on="unit_id", how="inner")
