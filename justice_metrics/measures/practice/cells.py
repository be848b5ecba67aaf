"""Which units the counts of practice count, so that the disclosure gate links them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ...base.cells import CellOf, Tie
from ...base.levels import ALL
from ...cases.checklist import Item
from ..boxes import Restrictions, tie

# Each unit is in one of five ways of an item.
MET: Final = ("met",)
JUDGED: Final = ("met", "not met")
NOT_APPLICABLE: Final = ("not applicable",)
NOT_DOCUMENTED: Final = ("not documented",)
NOT_KNOWN: Final = ("not known whether it applies",)
APPLICABLE: Final = (*JUDGED, *NOT_DOCUMENTED)

# What the rows of a domain count: not units, but items of units.
_UNIT: Final = "unit"


def dimension(item: str) -> str:
    """Return the dimension of an item."""
    return f"practice:{item}"


def item_cell(items: Sequence[Item], levels: tuple[str, ...]) -> CellOf:
    """Return what a column counts, by the item of the row."""
    return CellOf(each={"item": {one.id: {dimension(one.id): levels} for one in items}})


def domain_restrictions(items: Sequence[Item], levels: tuple[str, ...]) -> dict[str, Restrictions]:
    """Return, for each domain and all together, the items that its row counts.

    Which items were asked for is part of what is counted: other items are another number.
    """
    asked = f"item of practice ({', '.join(one.id for one in items)})"
    domains = [*dict.fromkeys(one.domain for one in items)]
    counted: dict[str, Restrictions] = {
        one: {_UNIT: (asked,), "domain of practice": (one,), "item became": levels} for one in domains
    }
    return {ALL: {_UNIT: (asked,), "item became": levels}, **counted}


def domain_cell(items: Sequence[Item], levels: tuple[str, ...]) -> CellOf:
    """Return what a column counts, by the domain of the row."""
    return CellOf(each={"domain": domain_restrictions(items, levels)}, events=True)


def ties_of(
    items: Sequence[Item], strata: Sequence[Restrictions], same: Mapping[str, Sequence[bool]] | None = None
) -> tuple[Tie, ...]:
    """Return the sums that an outsider knows: the items of a domain add up to it, and conditions follow from answers.

    Parameters
    ----------
    items : sequence of Item
    strata : sequence of restrictions
        (G,) groups of the units.
    same : mapping of str to sequence of bool, optional
        For items that apply by the answer to one other: in which groups just the units without that answer are the
        ones to which they do not apply.
    """
    found: list[Tie] = []
    for place, group in enumerate(strata):
        for levels in (MET, JUDGED, NOT_DOCUMENTED, APPLICABLE):
            for domain, counted in domain_restrictions(items, levels).items():
                inside = [_of(group, one.id, levels) for one in items if domain in {ALL, one.domain}]
                found.append(tie([{**group, **counted}], inside))
        follows = [one for one in items if one.id in (same or {}) and (same or {})[one.id][place]]
        found += [_condition(group, one, items) for one in follows]
    return tuple(found)


def _condition(group: Restrictions, item: Item, items: Sequence[Item]) -> Tie:
    """Return that an item does not apply to just the units in which another one was answered otherwise."""
    ((other, answers),) = item.applies_if.items()
    met = next(one.met for one in items if one.id == other)
    without, neither = _of(group, item.id, NOT_APPLICABLE), _of(group, other, NOT_APPLICABLE)
    if met in answers:
        return tie([without, _of(group, other, MET)], [neither, _of(group, other, JUDGED)])
    return tie([without], [neither, _of(group, other, MET)])


def _of(group: Restrictions, item: str, levels: tuple[str, ...]) -> Restrictions:
    return {**group, dimension(item): levels}
