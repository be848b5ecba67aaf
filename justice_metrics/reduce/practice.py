"""What was coded of practice, unit by unit: which items apply, are documented, and were met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add, or_
from types import MappingProxyType
from typing import Final, NamedTuple

import narwhals.stable.v2 as nw

from ..base.errors import QuestionError, suggestion
from ..base.language import tr
from ..base.levels import MISSING_LEVELS, NOT_APPLICABLE
from ..cases.casedata import CaseData
from ..cases.checklist import Checklist, Item
from ..cases.conversions.text import normalise
from ..cases.mappings.practice import CODED, CODED_DAY, CODED_MISSING

# Columns of stages and of what is known of days; of these only the first day of the start says a year.
_OF_STAGES: Final = ("first__", "seen__", "exact__", "exactness__", "link__")
# The ways in which a unit can be of an item; those that are judged come last.
WAYS: Final[Mapping[str, int]] = MappingProxyType(
    {"not applicable": 0, "not known whether it applies": 1, "not documented": 2, "not met": 3, "met": 4}
)


class ItemFlags(NamedTuple):
    """What is known of one item in each unit; 0/1, never null, and one of the four after the first holds.

    Attributes
    ----------
    met : expression
        Judged, and the standard was kept.
    judged : expression
        It applies, and the file tells.
    not_applicable, not_documented : expression
        Not documented: it applies, and the file does not tell.
    unknown : expression
        Nothing was coded, and what says whether it applies is not known either.
    contradicted : expression
        A condition of the checklist says that it does not apply, and something was coded all the same.
    """

    met: nw.Expr
    judged: nw.Expr
    not_applicable: nw.Expr
    not_documented: nw.Expr
    unknown: nw.Expr
    contradicted: nw.Expr


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
    if not coded and cases.members_merged:
        raise QuestionError(
            tr("Practice was coded file by file; these units are made of several files."),
            tr("Ask it of the cases in the unit in which they were read."),
        )
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


def narrowed(cases: CaseData, items: Sequence[Item], by: Sequence[str]) -> CaseData:
    """Return the cases without the columns that no answer about these items rests on.

    Each further column costs time in every count, and a coding sheet has hundreds.
    """
    wanted = {*by, *(name for one in items for name in one.applies_to)}
    coded = {name for one in items for name in (one.id, *one.applies_if)}
    described = {*cases.attributes, *cases.date_attributes} - wanted
    # by the first day of the start, its own or of a role that it plays, a year is told
    starts = {f"first__{one}" for one in (cases.procedure.start, *cases.dated_roles)}

    def kept(name: str) -> bool:
        if name in described or name.startswith(_OF_STAGES):
            return name in starts
        prefix = next((one for one in (CODED, CODED_MISSING) if name.startswith(one)), "")
        return name.removeprefix(prefix) in coded if prefix else not name.startswith(CODED_DAY)

    names = [one for one in cases.milestones.collect_schema().names() if kept(one)]
    return cases.with_(milestones=cases.milestones.select(*names))


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


def contradictions(cases: CaseData, items: Sequence[Item]) -> int:
    """Count the answers that were coded where a condition says that the item does not apply, each once."""
    under = item_flags(cases, [one for one in items if one.applies_to or one.applies_if]).values()
    if not under:
        return 0
    total = reduce(add, [one.contradicted.cast(nw.Int64) for one in under])
    return int(cases.milestones.with_columns(n=total).select(nw.col("n").sum()).collect().get_column("n")[0] or 0)


def before_the_start(cases: CaseData, items: Sequence[Item]) -> int:
    """Count the days below zero: acts that are dated before the day from which their days are counted."""
    flags = [_backwards(one).cast(nw.Int64) for one in items if one.kind == "days"]
    if not flags:
        return 0
    found = cases.milestones.with_columns(n=reduce(add, flags)).select(nw.col("n").sum()).collect()
    return int(found.get_column("n")[0] or 0)


class _Parts(NamedTuple):
    """What the ways of an item are made of; never null but for ``kept``."""

    coded: nw.Expr
    said: nw.Expr  # the coder says that it does not apply
    ruled_out: nw.Expr  # a condition says so
    open: nw.Expr  # what says whether it applies is not known
    kept: nw.Expr


def item_code(cases: CaseData, item: Item, there: set[str]) -> nw.Expr:
    """Return in which way of an item each unit is, as a number: one of ``WAYS``."""
    one = _parts(cases, item, there)
    judged = nw.when(one.kept.fill_null(value=False)).then(nw.lit(WAYS["met"])).otherwise(nw.lit(WAYS["not met"]))
    silent = (
        nw.when(one.open).then(nw.lit(WAYS["not known whether it applies"])).otherwise(nw.lit(WAYS["not documented"]))
    )
    told = nw.when(one.coded).then(judged).otherwise(silent)
    return nw.when(one.said | one.ruled_out).then(nw.lit(WAYS["not applicable"])).otherwise(told)


def _flags(cases: CaseData, item: Item, there: set[str]) -> ItemFlags:
    one = _parts(cases, item, there)
    not_applicable = one.said | one.ruled_out
    judged = one.coded & ~not_applicable
    silent = ~one.coded & ~not_applicable
    return ItemFlags(
        met=judged & one.kept.fill_null(value=False),
        judged=judged,
        not_applicable=not_applicable,
        not_documented=silent & ~one.open,
        unknown=silent & one.open,
        contradicted=one.ruled_out & one.coded & ~one.said,
    )


def _parts(cases: CaseData, item: Item, there: set[str]) -> _Parts:
    value = nw.col(f"{CODED}{item.id}")
    coded = ~value.is_null()
    silent = ~coded
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
    if item.kind == "days":
        # the act was done, but its day cannot be right: nothing is known of the time that it took
        coded = coded & ~_backwards(item)
    ruled_out, not_known = _conditions(cases, item, there)
    return _Parts(coded, said, ruled_out, not_known & silent, kept)


def _backwards(item: Item) -> nw.Expr:
    """Return whether days run backwards; never null."""
    return (nw.col(f"{CODED}{item.id}") < 0).fill_null(value=False)


def _conditions(cases: CaseData, item: Item, there: set[str]) -> tuple[nw.Expr, nw.Expr]:
    """Return whether a condition of the checklist says that an item does not apply, and whether one is not known.

    Neither is ever null. An attribute or an item that these cases do not have is not known in any of them.
    """
    rules, missing = [nw.lit(value=False)], [nw.lit(value=False)]
    for name, levels in item.applies_to.items():
        if name not in cases.attributes:
            missing.append(nw.lit(value=True))
            continue
        absent = nw.col(name).is_null() | nw.col(name).is_in(list(MISSING_LEVELS)).fill_null(value=True)
        rules.append(
            (~absent & ~nw.col(name).is_in([*_levels(cases, name, levels), *MISSING_LEVELS])).fill_null(value=False)
        )
        missing.append(absent)
    for name, answers in item.applies_if.items():
        if f"{CODED}{name}" not in there:
            missing.append(nw.lit(value=True))
            continue
        answer = nw.col(f"{CODED}{name}")
        rules.append((~answer.is_null() & ~answer.is_in(list(answers))).fill_null(value=False))
        missing.append(answer.is_null())
    return reduce(or_, rules), reduce(or_, missing)


def _levels(cases: CaseData, name: str, levels: Sequence[str]) -> list[str]:
    """Return the levels of an attribute that are those of a condition, by one spelling."""
    wanted = {normalise(one) for one in levels}
    found = cases.milestones.select(level=nw.col(name).cast(nw.String)).unique().collect().get_column("level").to_list()
    return sorted(str(one) for one in found if one is not None and normalise(str(one)) in wanted)
