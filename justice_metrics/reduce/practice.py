"""From what was coded of practice to counts: which items apply to a unit, are documented, and were met."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add, or_
from typing import NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.errors import QuestionError, suggestion
from ..base.language import tr
from ..base.levels import MISSING_LEVELS, NOT_APPLICABLE
from ..base.types import Tallies
from ..cases.casedata import CaseData
from ..cases.checklist import Checklist, Item
from ..cases.conversions.text import normalise
from ..cases.mappings.practice import CODED, CODED_MISSING
from ..estimate.survey import DesignCells
from ..tables import MOST_STRATA, Strata, in_order
from .grouped import Grouped, grouped_counts, refuse_many, summed

# Sampling units times groups times the numbers of items that a file can meet.
_MOST_ROWS = 2_000_000


class ItemFlags(NamedTuple):
    """What is known of one item in each unit; 0/1, never null, and one of the last three holds (judged or not).

    Attributes
    ----------
    met : expression
        Judged, and the standard was kept.
    judged : expression
        It applies, and the file tells.
    not_applicable, not_documented : expression
    contradicted : expression
        A condition of the checklist says that it does not apply, and something was coded all the same.
    """

    met: nw.Expr
    judged: nw.Expr
    not_applicable: nw.Expr
    not_documented: nw.Expr
    contradicted: nw.Expr


class Pooled(NamedTuple):
    """Items of several kinds added up, for shares of all that could be met.

    Attributes
    ----------
    strata : Strata, G of them
    cells : DesignCells
        A unit, or a cluster of the sampling, is one sampling unit; its items go together.
    numerator, denominator : array, shape (G,)
        Items met, and items that apply and are documented.
    """

    strata: Strata
    cells: DesignCells
    numerator: Tallies
    denominator: Tallies


def coded_items(cases: CaseData, items: Sequence[str] = (), domains: Sequence[str] = ()) -> tuple[Item, ...]:
    """Return the items that were coded, or those of them that are asked for, in the order of the checklist.

    Raises
    ------
    QuestionError
        When no practice was coded, or an item or domain is not there.
    """
    checklist = checklist_of(cases)
    there = set(cases.milestones.collect_schema().names())
    coded = {one.id: one for one in checklist.items if f"{CODED}{one.id}" in there}
    for one in items:
        if checklist.item(one).id not in coded:
            raise QuestionError(
                tr("The item '{item}' was not coded in these cases.", item=one), suggestion(one, tuple(coded))
            )
    wanted = {each.id for one in domains for each in checklist.items_of(one)} | set(items)
    found = tuple(one for one in coded.values() if not wanted or one.id in wanted)
    if not found:
        raise QuestionError(
            tr("No item that is asked for was coded in these cases."),
            tr("Name the columns of the items in [practice.items] of the mapping; docs/practice.md tells how."),
        )
    return found


def checklist_of(cases: CaseData) -> Checklist:
    """Return the checklist by which the cases were coded.

    Raises
    ------
    QuestionError
        When there is none.
    """
    if cases.checklist is None:
        raise QuestionError(
            tr("These cases tell nothing of how the victim was treated."),
            tr("Name a checklist and the columns of its items in [practice] of the mapping; docs/practice.md."),
        )
    return cases.checklist


def item_flags(cases: CaseData, items: Sequence[Item]) -> dict[str, ItemFlags]:
    """Return what is known of each item in each unit.

    Parameters
    ----------
    cases : CaseData
    items : sequence of Item
        Items that were coded.
    """
    there = set(cases.milestones.collect_schema().names())
    return {one.id: _flags(cases, one, there) for one in items}


def unchecked_conditions(cases: CaseData, items: Sequence[Item]) -> tuple[str, ...]:
    """Return the attributes that conditions name and the cases do not have: only the coder says what applies then."""
    named = dict.fromkeys(name for one in items for name in one.applies_to)
    return tuple(name for name in named if name not in cases.attributes)


def contradictions(cases: CaseData, flags: Sequence[ItemFlags]) -> int:
    """Count the answers that were coded where a condition says that the item does not apply, each once."""
    total = reduce(add, [one.contradicted.cast(nw.Int64) for one in flags])
    return int(cases.milestones.with_columns(n=total).select(nw.col("n").sum()).collect().get_column("n")[0] or 0)


def _flags(cases: CaseData, item: Item, there: set[str]) -> ItemFlags:
    value = nw.col(f"{CODED}{item.id}")
    coded = ~value.is_null()
    said = nw.lit(value=False)
    if item.kind == "answer":
        said = (value == NOT_APPLICABLE).fill_null(value=False)
        kept = value == item.met
    else:
        if f"{CODED_MISSING}{item.id}" in there:
            said = (nw.col(f"{CODED_MISSING}{item.id}") == NOT_APPLICABLE).fill_null(value=False)
        bounds = [value >= item.at_least] if item.at_least is not None else []
        bounds += [value <= item.at_most] if item.at_most is not None else []
        kept = reduce(lambda one, other: one & other, bounds)
    ruled_out = _ruled_out(cases, item, there)
    not_applicable = said | ruled_out
    judged = coded & ~not_applicable
    return ItemFlags(
        met=judged & kept.fill_null(value=False),
        judged=judged,
        not_applicable=not_applicable,
        not_documented=~coded & ~not_applicable,
        contradicted=ruled_out & coded & ~said,
    )


def _ruled_out(cases: CaseData, item: Item, there: set[str]) -> nw.Expr:
    """Return whether a condition of the checklist says that an item does not apply; never null."""
    rules = []
    for name, levels in item.applies_to.items():
        if name in cases.attributes:
            applying = _levels(cases, name, levels)
            other = ~nw.col(name).is_null() & ~nw.col(name).is_in([*applying, *MISSING_LEVELS])
            rules.append(other.fill_null(value=False))
    for name, answers in item.applies_if.items():
        if f"{CODED}{name}" in there:
            answer = nw.col(f"{CODED}{name}")
            rules.append((~answer.is_null() & ~answer.is_in(list(answers))).fill_null(value=False))
    return reduce(or_, rules) if rules else nw.lit(value=False)


def _levels(cases: CaseData, name: str, levels: Sequence[str]) -> list[str]:
    """Return the levels of an attribute that are those of a condition, by one spelling."""
    wanted = {normalise(one) for one in levels}
    found = cases.milestones.select(level=nw.col(name).cast(nw.String)).unique().collect().get_column("level").to_list()
    return sorted(str(one) for one in found if one is not None and normalise(str(one)) in wanted)


def pooled(cases: CaseData, flags: Sequence[ItemFlags], *, by: Sequence[str] = ()) -> Pooled:
    """Add up items in each unit, and units of one cluster of the sampling: what shares of all items rest on.

    Parameters
    ----------
    cases : CaseData
    flags : sequence of ItemFlags
        Of the items that are added up.
    by : sequence of str
        Attributes that split the cases.
    """
    by = tuple(by)
    met = reduce(add, [one.met.cast(nw.Int64) for one in flags])
    judged = reduce(add, [one.judged.cast(nw.Int64) for one in flags])
    design = tuple(name for name in ("stratum", "cluster") if cases.has(name) and name not in by)
    grouped = grouped_counts(
        cases, by=(*by, *design), keys={"met": met, "judged": judged}, most_strata=_MOST_ROWS if design else MOST_STRATA
    )
    levels = grouped.strata.levels
    found = in_order({one[: len(by)] for one in levels})
    refuse_many(len(found), by, MOST_STRATA)
    place = {one: position for position, one in enumerate(found)}
    group = np.array([place[one[: len(by)]] for one in levels], np.int64)
    split = (*by, *design)

    def coded(name: str) -> Tallies:
        if not cases.has(name):
            return np.zeros(len(levels), np.int64)
        return np.unique([one[split.index(name)] for one in levels], return_inverse=True)[1].astype(np.int64)

    make = _of_clusters if cases.has("cluster") else _of_units
    cells = make(grouped, group, coded("stratum"), coded("cluster"), len(found))
    of = group[grouped.stratum]
    totals = [summed(of, grouped.n * grouped.keys[one], len(found)) for one in ("met", "judged")]
    return Pooled(Strata(by, found), cells, *totals)


def _of_units(grouped: Grouped, group: Tallies, stratum: Tallies, cluster: Tallies, groups: int) -> DesignCells:
    """Take each unit as a sampling unit; those with the same numbers are told once, with their number."""
    del cluster
    kept = np.flatnonzero(grouped.units > 0)
    weight = grouped.n[kept] / grouped.units[kept]
    row = grouped.stratum[kept]
    return DesignCells(
        group[row],
        np.arange(len(kept)),
        weight * grouped.keys["met"][kept],
        weight * grouped.keys["judged"][kept],
        stratum[row],
        grouped.units[kept],
        groups,
    )


def _of_clusters(grouped: Grouped, group: Tallies, stratum: Tallies, cluster: Tallies, groups: int) -> DesignCells:
    # a cluster that crosses strata of the design is one sampling unit in each of them
    pairs, psu = np.unique(np.stack([stratum, cluster]), axis=1, return_inverse=True)
    n = len(group)

    def total(part: str) -> Tallies:
        return np.bincount(grouped.stratum, weights=grouped.n * grouped.keys[part], minlength=n)

    return DesignCells(
        group, psu.ravel(), total("met"), total("judged"), pairs[0], np.ones(pairs.shape[1], np.int64), groups
    )
