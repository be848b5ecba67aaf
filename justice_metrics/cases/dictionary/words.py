"""What the columns of case data are called in a dictionary, and their levels, where the coding sheet asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Final

from ...base.language import Label, Language, Message, Readable, tr
from ...base.provenance import unit_words
from ..attributes import CANONICAL_ATTRIBUTES
from ..coding.plan import CodedField, CodingPlan
from ..mappings.parts import LabelColumn, MissingCode
from .parts import Code, missing_codes

# Columns that no question of a coding sheet feeds by itself, by section and key of the mapping.
_OWN: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "member": tr("which member of the case"),
        "outcome": tr("how it stands for this member"),
        "outcome.date": tr("day since which it stands so"),
        "sentences.months": tr("length in months"),
        "warrants.issued": tr("day on which the warrant was issued"),
        "warrants.executed": tr("day on which the warrant was executed"),
        "joined.into": tr("case into which it was joined"),
        "split.origin": tr("case from which it was split off"),
        "date": tr("date"),
    }
)


class Words:
    """Words of columns and levels: those of the coding plan, of the canonical attributes, and the few of our own.

    Parameters
    ----------
    plan : CodingPlan
        Of the procedure and checklist that are described.
    answered : Language, optional
        The language of the sheet in which coders answered; its labels are then levels of case data.
    """

    def __init__(self, plan: CodingPlan, answered: Language | None = None) -> None:
        self._plan = plan
        self._answered = answered

    @cached_property
    def _fields(self) -> Mapping[str, CodedField]:
        return {one.source: one for _, one in self._plan.fields}

    def of_source(self, source: str) -> Readable:
        """Return the words of a key of the mapping, such as ``hearings.scheduled``."""
        section, _, key = source.partition(".")
        if section == "attributes" and key in CANONICAL_ATTRIBUTES:
            return CANONICAL_ATTRIBUTES[key]
        own = _OWN.get(source)
        if own is None and source in self._fields:
            return self._fields[source].text
        return own or _OWN.get(key) or tr("{name}", name=key.rpartition(".")[2])

    def level(self, source: str, id: str) -> Readable:
        """Return the words of a level of a key of the mapping; one of the user's own is its own word."""
        field = self._fields.get(source)
        known = dict(field.levels) if field is not None else {}
        return known.get(id) or Label(id)

    def answers(self, source: str) -> tuple[Code, ...]:
        """Return the levels that answers to a question of the coding sheet become where no label changes them."""
        field = self._fields.get(source)
        if self._answered is None or field is None:
            return ()
        return tuple(Code(id=words.text(self._answered), text=words) for _, words in field.levels)


def labelled(words: Words, source: str, spec: LabelColumn, ids: tuple[str, ...] = ()) -> tuple[Code, ...]:
    """Return the codes that a column of labels can hold, each with the texts that become it.

    Parameters
    ----------
    words : Words
    source : str
        Key of the mapping.
    spec : LabelColumn
    ids : tuple of str
        What may stand in a column without labels.
    """
    written = _written(spec.labels)
    if spec.otherwise is not None:
        written.setdefault(spec.otherwise, [])
    found = written or {one: [one] for one in ids}
    return tuple(Code(id=id, text=words.level(source, id), written=tuple(texts)) for id, texts in found.items())


def texts_of(words: Words, source: str, labels: Mapping[str, str]) -> tuple[Code, ...]:
    """Return the levels that the labels of an attribute make, or that the coding sheet has for it."""
    codes = [Code(id=id, text=words.level(source, id), written=tuple(texts)) for id, texts in _written(labels).items()]
    return tuple(codes) or words.answers(source)


def gaps(missing: Mapping[str, MissingCode]) -> tuple[Code, ...]:
    """Return the codes of missing with the texts of the file that stand for each."""
    written = _written(missing)
    return tuple(
        Code(id=one.id, text=one.text, missing=True, written=tuple(written.get(one.id, ()))) for one in missing_codes()
    )


def _written(labels: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text, id in labels.items():
        found.setdefault(id, []).append(text)
    return found


def unit_id_words(unit: str) -> Message:
    """Return the words of the id of what is counted."""
    return tr("id of the unit: {unit}", unit=unit_words(unit))
