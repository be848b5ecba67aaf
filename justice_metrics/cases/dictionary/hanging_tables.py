"""The tables that hang on the cases: support spells, hearings and the like, as a mapping makes them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ...base.levels import LEVEL_WORDS, PENDING
from ..attributes import actor_words
from ..mappings.children import CHILD_COLUMNS, ChildColumn, ChildPart, TextColumn
from ..mappings.mapping import CaseMapping
from ..mappings.parts import DateColumn, LabelColumn, OutcomePart
from ..procedure import Procedure
from .case_tables import attribute
from .parts import Code, Variable, VariableKind
from .words import Words, gaps, labelled, texts_of, unit_id_words

_KINDS: Final[Mapping[str, VariableKind]] = MappingProxyType(
    {"day": "day", "label": "level", "text": "text", "number": "number", "id": "id"}
)


def support_variables(mapping: CaseMapping, words: Words) -> tuple[Variable, ...]:
    """Return the variables of the support spells; those that no column tells are left out."""
    spec = mapping.support
    if spec is None:
        return ()
    actors = tuple(
        Code(id=one.id, text=actor_words(one.id) if one.text.text() == one.id else one.text, written=one.written)
        for one in labelled(words, "support.actor", spec.actor)
    )
    found = [
        Variable(name="unit_id", text=unit_id_words(mapping.cases.unit), kind="id", columns=spec.id),
        Variable(
            name="actor",
            text=words.of_source("support.actor"),
            kind="level",
            codes=actors,
            open=not actors,
            columns=(spec.actor.column,),
        ),
    ]
    for name, column in (("institution", spec.institution), ("basis", spec.basis)):
        if column is not None:
            source = f"support.{name}"
            codes = (*words.answers(source), *gaps(mapping.missing))
            text = words.of_source(source)
            kind: VariableKind = "level" if any(not one.missing for one in codes) else "text"
            found.append(Variable(name=name, text=text, kind=kind, codes=codes, open=True, columns=(column,)))
    for key, date in (("start", spec.start), ("end", spec.end), ("recorded", spec.recorded)):
        if date is not None:
            text = words.of_source(f"support.{key}")
            found.append(Variable(name=f"{key}_day", text=text, kind="day", columns=(date.column,)))
    return tuple(found)


def child_variables(
    section: str, part: ChildPart, mapping: CaseMapping, procedure: Procedure, words: Words
) -> tuple[Variable, ...]:
    """Return the variables of a child table; those that no column tells are left out."""
    found = [
        Variable(name="unit_id", text=unit_id_words(mapping.cases.unit), kind="id", columns=mapping.child_id(section))
    ]
    for column in CHILD_COLUMNS[section]:
        spec = getattr(part, column.key)
        years = getattr(part, "years", None) if column.name == "months" else None
        if years is not None:
            columns = (years, spec) if isinstance(spec, str) else (years,)
            text = words.of_source(f"{section}.{column.key}")
            found.append(Variable(name=column.name, text=text, kind="number", columns=columns))
        elif spec is not None:
            found += _variable(section, column, spec, mapping, procedure, words)
    for name, one in getattr(part, "attributes", {}).items():
        found.append(attribute(name, one, mapping, words, section=f"{section}.attributes"))
    return tuple(found)


def _variable(
    section: str, column: ChildColumn, spec: object, mapping: CaseMapping, procedure: Procedure, words: Words
) -> list[Variable]:
    source = f"{section}.{column.key}"
    codes: tuple[Code, ...] = ()
    if isinstance(spec, OutcomePart):
        if column.kind == "day":
            if spec.date is None:
                return []
            source, spec = f"{source}.date", spec.date
        else:
            codes = _endings(spec, procedure)
    elif isinstance(spec, LabelColumn):
        codes = labelled(words, source, spec, column.words)
    elif isinstance(spec, TextColumn):
        codes = (*texts_of(words, source, spec.labels), *gaps(mapping.missing))
    if isinstance(spec, LabelColumn | TextColumn | DateColumn):
        columns: tuple[str, ...] = (spec.column,)
    else:
        columns = (spec,) if isinstance(spec, str) else tuple(map(str, spec)) if isinstance(spec, tuple) else ()
    return [
        Variable(
            name=column.name,
            text=words.of_source(source),
            kind="level" if any(not one.missing for one in codes) else _KINDS[column.kind],
            codes=codes,
            open=isinstance(spec, TextColumn),
            columns=columns,
        )
    ]


def _endings(spec: OutcomePart, procedure: Procedure) -> tuple[Code, ...]:
    written: dict[str, list[str]] = {}
    for text, word in spec.labels.items():
        state = word if word == PENDING else procedure.resolve(word)[0]
        written.setdefault(state, []).append(text)
    ids = [one for one in (*procedure.outcomes, PENDING) if not written or one in written]
    return tuple(
        Code(
            id=one,
            text=LEVEL_WORDS[PENDING] if one == PENDING else procedure.label(one),
            written=tuple(written.get(one, ())),
        )
        for one in ids
    )
