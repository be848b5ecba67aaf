"""A checklist of practice: what good attention to a victim is, item by item, and which norm says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from ..base.errors import QuestionError, SettingsError, suggestion
from ..base.language import Label, Message, tr
from .procedure_parts import Certainty, Role

ItemKind: TypeAlias = Literal["answer", "number", "days"]
Answer: TypeAlias = Literal["yes", "no", "not_applicable", "not_documented"]

ANSWERS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "yes": tr("yes"),
        "no": tr("no"),
        "not_applicable": tr("not applicable"),
        "not_documented": tr("not documented"),
    }
)


@dataclass(frozen=True, slots=True)
class Domain:
    """A group of items that belong together, such as how the victim's word was taken.

    Attributes
    ----------
    id : str
    label : Label
    """

    id: str
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that is looked up in every file.

    Attributes
    ----------
    id : str
        Short name, also that of the column ``practice__<id>`` of case data.
    domain : str
        Id of its domain.
    text : Label
        What the coder is asked.
    label : Label
        In few words what is met, for tables and figures; the text where the file gives none.
    kind : {"answer", "number", "days"}
        Whether it is answered yes or no, counted, or measured in days.
    met : {"yes", "no"}
        For an answer: which one means that the standard was kept.
    at_least, at_most : float, optional
        For a number, and ``at_most`` for days: between which values the standard was kept, limits included.
    since : str
        For days: the state or role from whose first day they are counted.
    source : str
        Norm or protocol from which the item comes.
    certainty : {"seen", "from_memory"}
        Whether that source was read for this file or awaits verification.
    applies : Label, optional
        To which cases it applies, in words, when not to all.
    applies_to : mapping of str to tuple of str
        The same as levels of attributes: where the attribute is recorded with another level, the item does not apply.
    applies_if : mapping of str to tuple of str
        Answers to other items: where one is answered otherwise, or does not apply itself, this one does not apply.
    settled : str, optional
        Role of the stage by whose beginning it is settled, whatever the file holds of later days; without it only a
        date can tell whether it was kept before a given day.
    """

    id: str
    domain: str
    text: Label
    label: Label
    kind: ItemKind = "answer"
    met: Literal["yes", "no"] = "yes"
    at_least: float | None = None
    at_most: float | None = None
    since: str = "complaint"
    source: str
    certainty: Certainty
    applies: Label | None = None
    applies_to: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    applies_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    settled: Role | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Checklist:
    """Items of practice in their domains; with a procedure it describes what a study codes from the files of a country.

    Attributes
    ----------
    id : str
    title : Label
    source : str
        Norms and protocols that it rests on.
    domains : tuple of Domain
        In the order in which they are shown.
    items : tuple of Item
        In the order of their domains.

    Examples
    --------
    >>> from justice_metrics.cases.checklist_file import read_checklist
    >>> checklist = read_checklist("child_sexual_assault")
    >>> checklist.item("statements_taken").kind
    'number'
    """

    id: str
    title: Label
    source: str
    domains: tuple[Domain, ...]
    items: tuple[Item, ...]

    def __post_init__(self) -> None:
        _ensure_apart([one.id for one in self.domains], tr("domain"))
        _ensure_apart([one.id for one in self.items], tr("item"))
        places = {one.id: place for place, one in enumerate(self.domains)}
        for one in self.items:
            if one.domain not in places:
                raise SettingsError(
                    tr("The item '{item}' belongs to the domain '{domain}', which is not there.", item=one.id,
                       domain=one.domain),
                    suggestion(one.domain, tuple(places)),
                )  # fmt: skip
            _ensure_conditions(one, self.items)
        object.__setattr__(self, "items", tuple(sorted(self.items, key=lambda one: places[one.domain])))

    @cached_property
    def _by_id(self) -> Mapping[str, Item]:
        return {one.id: one for one in self.items}

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the items, in order."""
        return tuple(one.id for one in self.items)

    def item(self, id: str) -> Item:
        """Return an item by its id.

        Raises
        ------
        QuestionError
            When there is none; says what comes nearest.
        """
        if id not in self._by_id:
            raise QuestionError(
                tr("'{item}' is not an item of the checklist '{checklist}'.", item=id, checklist=self.id),
                suggestion(id, self.ids, [(one.id, one.text) for one in self.items]),
            )
        return self._by_id[id]

    def items_of(self, domain: str) -> tuple[Item, ...]:
        """Return the items of a domain, in order.

        Raises
        ------
        QuestionError
            When there is no such domain.
        """
        known = tuple(one.id for one in self.domains)
        if domain not in known:
            raise QuestionError(
                tr("'{domain}' is not a domain of the checklist '{checklist}'.", domain=domain, checklist=self.id),
                suggestion(domain, known, [(one.id, one.label) for one in self.domains]),
            )
        return tuple(one for one in self.items if one.domain == domain)

    def __repr__(self) -> str:
        return f"Checklist({self.id}, {len(self.items)} items in {len(self.domains)} domains)"


def _ensure_apart(ids: list[str], what: Message) -> None:
    twice = next((one for place, one in enumerate(ids) if one in ids[:place]), None)
    if twice is not None:
        raise SettingsError(
            tr("The {what} '{id}' stands in the checklist twice.", what=what, id=twice),
            tr("Give each an id of its own."),
        )


def _ensure_conditions(one: Item, items: tuple[Item, ...]) -> None:
    """Refuse a condition on an item that is not there, is no question, or has a condition on others itself.

    Conditions do not follow from one another, so that whether an item applies is seen from the answers at once.
    """
    answered = {other.id: other for other in items if other.kind == "answer"}
    for other in one.applies_if:
        if other == one.id or other not in answered:
            raise SettingsError(
                tr("The item '{item}' applies by the answer to '{other}', which is no other item answered with yes or "
                   "no.", item=one.id, other=other),
                suggestion(other, tuple(id for id in answered if id != one.id)),
            )  # fmt: skip
        if answered[other].applies_if:
            raise SettingsError(
                tr("The item '{item}' applies by the answer to '{other}', which applies by another answer itself.",
                   item=one.id, other=other),
                tr("Name in applies_if the item on which both depend."),
            )  # fmt: skip
