"""Practice as it stood when a case entered a stage, and what followed: nothing that came later is known then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.errors import QuestionError
from ..base.language import tr
from ..base.types import Tallies
from ..cases.casedata import CaseData
from ..cases.checklist import Item
from ..cases.days import EXACTNESS
from ..cases.mappings.practice import CODED, CODED_DAY
from ..estimate.survey import DesignCells
from ..tables import Strata
from .design_counts import cells_of, folded_groups
from .grouped import grouped_counts, summed
from .practice import item_flags
from .practice_counts import packed_ways, ways_of

# How an item stood on entering the stage.
MET: Final = "met"
NOT_MET: Final = "not met"
UNKNOWN: Final = "not known"
STATUSES: Final = (NOT_MET, MET, UNKNOWN)

# Sampling units times the ways of items that occur together.
_MOST_ROWS: Final = 2_000_000


class Followed(NamedTuple):
    """Cases that entered a stage early enough to be followed from it.

    Attributes
    ----------
    cases : CaseData
        With the columns ``entry__day``, ``entry__exact`` (whether it is known to the day) and ``entry__came``, and only
        cases that were followed.
    left_out : mapping of str to int
        Cases that were not, by reason: never_entered, undated, too_late, there_already.
    """

    cases: CaseData
    left_out: Mapping[str, int]


def followed(cases: CaseData, *, at: str, to: str, within_days: int) -> Followed:
    """Return the cases that entered ``at`` at least ``within_days`` before the cut-off and were not at ``to`` by then.

    Raises
    ------
    QuestionError
        When there is no date of the stage, or nobody is left.
    """
    states, aims = cases.resolve(at), cases.resolve(to)
    entry, day = cases.first_day(states), cases.first_day(aims)
    there = cases.reached(aims)
    frame = cases.milestones.with_columns(
        entry__reached=cases.reached(states).cast(nw.Int64),
        entry__day=entry,
        entry__exact=_exact(cases, states, entry),
        to__there=there.cast(nw.Int64),
        to__day=day,
    )
    entered, to_day = nw.col("entry__day"), nw.col("to__day")
    undated_end = (nw.col("to__there") == 1) & to_day.is_null()
    reasons = {
        "never_entered": nw.col("entry__reached") == 0,
        "undated": entered.is_null() | undated_end,
        "too_late": (entered + within_days > cases.cutoff_day).fill_null(value=False),
        "there_already": (to_day <= entered).fill_null(value=False),
    }
    why: nw.Expr = nw.lit(0)
    for place, flag in reversed(list(enumerate(reasons.values(), start=1))):
        why = nw.when(flag).then(nw.lit(place)).otherwise(why)
    frame = frame.with_columns(entry__why=why)
    n = nw.col("frequency").sum() if cases.sampling.repeated else nw.len()
    found = frame.group_by("entry__why").agg(n=n).collect()
    counts = dict(zip(found.get_column("entry__why").to_list(), found.get_column("n").to_list(), strict=True))
    if not counts.get(0):
        raise QuestionError(
            tr("No case entered '{at}' so early that it could be followed for {days} days.", at=at, days=within_days),
            tr("Choose an earlier stage or fewer days."),
        )
    came = (to_day <= entered + within_days).fill_null(value=False)
    kept = frame.filter(nw.col("entry__why") == 0).with_columns(entry__came=came.cast(nw.Int64))
    left_out = {name: int(counts.get(place, 0)) for place, name in enumerate(reasons, start=1)}
    return Followed(cases.with_(milestones=kept), left_out)


def placed_items(cases: CaseData, items: Sequence[Item], at: str) -> tuple[Item, ...]:
    """Return the items of which the data can tell how they stood when a case entered ``at``.

    Those with a date, days counted from a date, and those that the checklist declares settled by then.
    """
    there = set(cases.milestones.collect_schema().names())
    return tuple(one for one in items if _dated(cases, one, there) or _settled(cases, one, at))


class EntryCounts(NamedTuple):
    """What became of followed cases, by how each item stood when they entered the stage.

    Attributes
    ----------
    came, units : array, shape (K, 3)
        Those that came so far, and all of them, by ``STATUSES``; sums of weights where there are any.
    unweighted : (array, array), shape (K, 3) each
        The same two, whatever the units weigh.
    cells : tuple of DesignCells
        (K,) with ``STATUSES`` as groups, where weights or clusters are declared; else empty.
    """

    came: Tallies
    units: Tallies
    unweighted: tuple[Tallies, Tallies]
    cells: tuple[DesignCells, ...]


def entry_counts(cases: CaseData, items: Sequence[Item], at: str, *, design: bool) -> EntryCounts:
    """Count followed cases by how each item stood on entering the stage, in one grouped count.

    Parameters
    ----------
    cases : CaseData
        As ``followed`` gives them.
    items : sequence of Item
        K items that can be placed (``placed_items``).
    at : str
    design : bool
        Whether the sampling units are told, for limits of the design; without a finite population correction.
    """
    there = set(cases.milestones.collect_schema().names())
    statuses = packed_ways([_status(cases, one, at, there) for one in items])
    split = tuple(name for name in ("stratum", "cluster") if cases.has(name))
    keys = {**statuses, "came": nw.col("entry__came")}
    grouped = grouped_counts(cases, by=split, keys=keys, most_strata=_MOST_ROWS)
    codes, came = ways_of(grouped, len(items)), grouped.keys["came"]
    k = len(STATUSES)
    whole = grouped.units.astype(np.float64)
    came_w, units_w, came_n, units_n = (
        np.array([summed(one, n, k) for one in codes.T]) for n in (grouped.n * came, grouped.n, whole * came, whole)
    )
    cells: tuple[DesignCells, ...] = ()
    if design:
        folded = folded_groups(
            cases,
            grouped,
            by=(),
            shares={"came": (grouped.units * came, grouped.units)},
            totals={"came": (grouped.n * came, grouped.n)},
        )
        # what follows a practice is asked of how the system works, and not of the files of one frame
        folded = folded._replace(chance=None)
        groups = Strata(("status",), tuple((one,) for one in STATUSES))
        cells = tuple(
            cells_of(cases, folded._replace(strata=groups, group=one.astype(np.int64))).cells["came"] for one in codes.T
        )
    return EntryCounts(came_w, units_w, (came_n, units_n), cells)


def _status(cases: CaseData, item: Item, at: str, there: set[str]) -> nw.Expr:
    """Return the place among ``STATUSES`` of how one item stood when a case entered the stage."""
    flags = item_flags(cases, [item])[item.id]
    if _settled(cases, item, at):
        met, unmet = flags.met, flags.judged & ~flags.met
    else:
        # within a month of which no day is told, nobody knows what came first
        exact = nw.col("entry__exact")
        if item.kind == "days":
            met, unmet = _in_time(cases, item, there)
        else:
            met, unmet = _done(cases, item, there)
            exact = exact & ~flags.not_applicable
        met, unmet = met & exact, unmet & exact
    told = nw.when(unmet).then(nw.lit(STATUSES.index(NOT_MET))).otherwise(nw.lit(STATUSES.index(UNKNOWN)))
    return nw.when(met).then(nw.lit(STATUSES.index(MET))).otherwise(told)


def _settled(cases: CaseData, item: Item, at: str) -> bool:
    if item.settled is None:
        return False
    rank = {one: cases.procedure.state(one).rank for one in cases.procedure.ids}
    stage = min(rank[one] for one in cases.resolve(at))
    return min(rank[one] for one in cases.resolve(item.settled)) <= stage


def _dated(cases: CaseData, item: Item, there: set[str]) -> bool:
    if item.kind == "days":
        return f"{CODED_DAY}{item.id}" in there or f"first__{_since(cases, item)}" in there
    # a condition on another answer may speak of what came later
    return item.kind == "answer" and f"{CODED_DAY}{item.id}" in there and not item.applies_if


def _since(cases: CaseData, item: Item) -> str:
    states = cases.resolve(item.since)
    return next((one for one in (item.since, *states) if one in (*cases.dated_states, *cases.dated_roles)), "")


def _exact(cases: CaseData, states: Sequence[str], day: nw.Expr) -> nw.Expr:
    """Return whether the first day in any of some states is known to the day; never null."""
    there = set(cases.milestones.collect_schema().names())
    roles = (one for one in cases.dated_roles if set(cases.procedure.resolve(one)) <= set(states))
    exact: nw.Expr = nw.lit(value=True)
    for name in (*states, *roles):
        if {f"first__{name}", f"exact__{name}"} <= there:
            coarse = (nw.col(f"exact__{name}") != "day") & (nw.col(f"first__{name}") == day)
            exact = exact & ~coarse.fill_null(value=False)
    return exact


def _day(item: Item, there: set[str]) -> nw.Expr:
    """Return the day on which an item was done, null where it is not known to the day."""
    day = nw.col(f"{CODED_DAY}{item.id}")
    exactness = f"{EXACTNESS}{CODED_DAY}{item.id}"
    if exactness not in there:
        return day
    return nw.when((nw.col(exactness) == "day").fill_null(value=True)).then(day)


def _done(cases: CaseData, item: Item, there: set[str]) -> tuple[nw.Expr, nw.Expr]:
    """Return whether an answer was met on entering the stage, and whether it was not; both never null.

    What the whole file says was never done had not been done by then either; what was done later had not. A day before
    the case began is a slip of the pen, and nobody knows the right one.
    """
    answer, day, entry = nw.col(f"{CODED}{item.id}"), _day(item, there), nw.col("entry__day")
    start = (cases.procedure.start,)
    began = cases.first_day(start)
    early = (_exact(cases, start, began) & (day < began)).fill_null(value=False)
    yes = (answer == "yes").fill_null(value=False) & ~early
    done = yes & (day <= entry).fill_null(value=False)
    not_done = (answer == "no").fill_null(value=False) | (yes & (day > entry).fill_null(value=False))
    return (done, not_done) if item.met == "yes" else (not_done, done)


def _in_time(cases: CaseData, item: Item, there: set[str]) -> tuple[nw.Expr, nw.Expr]:
    """Return whether something had been done in time when the stage was entered, and whether it had not; never null.

    Both are told only of cases whose days had run out by then: else quick cases could be on the side of those in time
    and never on the other. What had not been done was not done in time, whether or not it was done later: cases in
    which it was never done are among them, where the answer on which the item depends says so. Whether the item applies
    is not asked, as that answer may be given later. Days that run backwards tell nothing.
    """
    since = _since(cases, item)
    entry, start = nw.col("entry__day"), nw.col(f"first__{since}")
    days = nw.col(f"{CODED}{item.id}")
    day = _day(item, there) if f"{CODED_DAY}{item.id}" in there else start + days
    by_then = (day <= entry).fill_null(value=False) & (days >= 0).fill_null(value=False)
    later = (day > entry).fill_null(value=False)
    for name in item.applies_if:
        if f"{CODED}{name}" in there:
            later = later | (nw.col(f"{CODED}{name}") == "no").fill_null(value=False) & day.is_null()
    exact = _exact(cases, (since,), start)
    ran_out = exact & (entry - start > item.at_most).fill_null(value=False)
    in_time = (days <= item.at_most).fill_null(value=False)
    return ran_out & by_then & in_time, ran_out & ((by_then & ~in_time) | later)
