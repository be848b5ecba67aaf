"""What the cells of a coding mean by its mapping, so that two spellings of one answer are no disagreement."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from ...base.errors import CaseDataError
from ..calendar import date_of
from ..conversions.days import ColumnOrder, day_lookup
from ..conversions.text import normalise
from ..mappings.children import CHILD_COLUMNS, TextColumn
from ..mappings.mapping import CaseMapping
from ..mappings.parts import AttributeColumn, DateColumn, LabelColumn, Part

Kind: TypeAlias = Literal["date", "label", "number", "text"]
# What a cell means; equal where two cells say the same.
Meaning: TypeAlias = Callable[[str | None], Hashable]

_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_NOTHING: Final = ("missing", "")
# Keys of a mapping that say whose a row is, or what it stands for: nobody coded them.
_NOT_CODED: Final = re.compile(r"cases\.|[a-z]+\.id$")


@dataclass(frozen=True, kw_only=True)
class Answers:
    """How the texts of one column are read.

    Attributes
    ----------
    kind : {"date", "label", "number", "text"}
    labels : mapping of str to str
        What each text stands for, by its bare spelling; empty where texts are free.
    strict : bool
        Whether a text that is not among the labels cannot be read.
    order : str, optional
        For dates: order of the numbers.
    """

    kind: Kind = "text"
    labels: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False
    order: ColumnOrder | None = None


def answers_of(mapping: CaseMapping) -> dict[str, dict[str, Answers]]:
    """Return how each column that was coded is read, table by table: "" for the cases, else the name of the section.

    Ids are left out, and so is what tells of the draw. Columns of sections without a table of their own are those of
    the table of the cases.
    """
    named: dict[str, list[tuple[str, str]]] = {"": list(mapping.columns())}
    specs: dict[str, list[Any]] = {
        "": [mapping.dates, mapping.outcome, mapping.attributes, mapping.reliance, mapping.events]
    }
    hanging: dict[str, tuple[Any, tuple[tuple[str, str], ...]]] = {
        name: (part, mapping.child_columns(name)) for name, part in mapping.children.items()
    }
    if mapping.support is not None:
        hanging["support"] = (mapping.support, mapping.support_columns())
    for name, (part, columns) in hanging.items():
        where = name if part.apart else ""
        named.setdefault(where, []).extend(columns)
        specs.setdefault(where, []).append(part)
    found = {
        name: {column: Answers() for column, key in columns if not _NOT_CODED.match(key)}
        for name, columns in named.items()
    }
    for name, parts in specs.items():
        found[name].update({column: one for part in parts for column, one in _read_as(part) if column in found[name]})
    for name, part in mapping.children.items():
        mine = found[name if part.apart else ""]
        numbers = [getattr(part, one.key) for one in CHILD_COLUMNS[name] if one.kind == "number"]
        mine.update({column: Answers(kind="number") for column in numbers if column in mine})
    if mapping.practice is not None:
        words = {normalise(text): word for text, word in mapping.practice.answers().items()}
        for item in mapping.practice.items.values():
            if item.column is not None:
                found[""][item.column] = Answers(labels=words)
            if item.date is not None:
                found[""].update(_read_as(item.date))
    return found


def _read_as(spec: Any) -> Iterator[tuple[str, Answers]]:
    """Yield the columns of a section with how they are read."""
    if isinstance(spec, DateColumn):
        yield spec.column, Answers(kind="date", order=spec.order)
        if spec.notified is not None:
            yield spec.notified, Answers(kind="date", order=spec.order)
    elif isinstance(spec, AttributeColumn):
        kind: Kind = "date" if spec.type == "date" else "text" if spec.type == "text" else "number"
        labels = {normalise(text): word for text, word in spec.labels.items()}
        yield spec.column, Answers(kind=kind, labels=labels, order=spec.order)
    elif isinstance(spec, LabelColumn | TextColumn):
        labels = {normalise(text): word for text, word in spec.labels.items()}
        whole = isinstance(spec, LabelColumn) and spec.match == "whole" and spec.otherwise is None
        known = {**labels, **{normalise(one): "" for one in getattr(spec, "ignore", ())}}
        yield spec.column, Answers(kind="label", labels=known, strict=whole and bool(labels))
        yield from _read_as(getattr(spec, "date", None))
    elif isinstance(spec, Part):
        for name in type(spec).model_fields:
            yield from _read_as(getattr(spec, name))
    elif isinstance(spec, Mapping):
        for one in spec.values():
            yield from _read_as(one)


def meaning_of(answers: Answers, texts: Iterable[str | None], mapping: CaseMapping, *, column: str) -> Meaning:
    """Return what the cells of a column mean.

    Parameters
    ----------
    answers : Answers
    texts : iterable of str or None
        Every text that will be asked for, of both codings: they tell together whether the day or the month comes first.
    mapping : CaseMapping
    column : str
        Name of the column, for messages.

    Raises
    ------
    CaseDataError
        When the order of dates cannot be told.
    """
    missing = {normalise(text): ("missing", word) for text, word in mapping.missing.items()}
    counted = Counter(text for text in texts if text is not None)
    days: Mapping[str, int | None] = MappingProxyType({})
    if answers.kind == "date":
        order = answers.order or mapping.data.date_order
        days = day_lookup(
            list(counted),
            list(counted.values()),
            column=column,
            order=order,
            text_order=mapping.data.date_order,
            missing=mapping.missing,
            sure=True,
        ).days
    known: dict[str | None, Hashable] = {None: _NOTHING}
    for text in counted:
        bare = normalise(text)
        if bare in missing:
            known[text] = missing[bare]
        elif days.get(text) is not None:
            known[text] = ("day", days[text])
        elif bare in answers.labels:
            known[text] = ("text", answers.labels[bare])
        else:
            known[text] = ("number", _number(bare)) if _NUMBER.fullmatch(bare) else ("text", bare)
    return lambda text: known[text]


def as_read(answers: Answers, text: str, others: Iterable[str | None], mapping: CaseMapping) -> str | None:
    """Return a text that somebody decided on as it is written into the file; None where it would not be read.

    Parameters
    ----------
    answers : Answers
    text : str
    others : iterable of str or None
        What stands in the column: it tells whether the day or the month comes first. A day is written as 2018-04-30,
        which says so itself.
    mapping : CaseMapping
    """
    bare = normalise(text)
    if bare in {normalise(one) for one in mapping.missing}:
        return text
    if answers.kind == "date":
        return _day_text(answers, text, others, mapping)
    readable = _NUMBER.fullmatch(bare) is not None if answers.kind == "number" else True
    return text if readable and (not answers.strict or bare in answers.labels) else None


def _day_text(answers: Answers, text: str, others: Iterable[str | None], mapping: CaseMapping) -> str | None:
    texts = list(dict.fromkeys([text, *(one for one in others if one is not None)]))
    order = answers.order if answers.order in {"dmy", "mdy", "ymd"} else mapping.data.date_order
    try:
        found = day_lookup(texts, [1] * len(texts), column="", order=order, missing=mapping.missing, sure=True)
    except CaseDataError:
        return None
    day = found.days.get(text)
    if day is None:
        return None
    return date_of(day).isoformat() if found.precision[text] == "day" else text


def _number(bare: str) -> float:
    return float(bare.replace(",", "."))
