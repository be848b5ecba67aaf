"""The tables of the cases and of their events, as a mapping makes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from ...base.language import Label, Readable, tr
from ...base.levels import LEVEL_WORDS, PENDING
from ...base.provenance import unit_words
from ..checklist import ANSWERS, Checklist, Item
from ..mappings.mapping import AttributeColumn, CaseMapping, DateColumn
from ..mappings.parts import DISENGAGED, ENGAGED, LEFT_DAY, RELIANCE_STATUS
from ..mappings.practice import CODED, CODED_DAY
from ..procedure import Procedure
from .parts import Code, Variable, VariableKind
from .words import Words, gaps, labelled, texts_of, unit_id_words

_EXACT: Final = tr("how exactly the day is known")
_DAY_WORDS: Final = (
    Code(id="day", text=tr("day")),
    Code(id="month", text=tr("month")),
    Code(id="year", text=tr("year")),
)


def case_variables(
    mapping: CaseMapping, procedure: Procedure, checklist: Checklist | None, words: Words
) -> tuple[Variable, ...]:
    """Return the variables of the milestones: one row per unit.

    Days of stages and endings, how the unit stands, attributes, items of practice and the sampling design.
    """
    return (
        Variable(name="unit_id", text=unit_id_words(mapping.cases.unit), kind="id", columns=_ids(mapping)),
        *(attribute(name, one, mapping, words) for name, one in mapping.attributes.items()),
        *_days(mapping, procedure),
        *_standing(mapping, procedure),
        *_reliance(mapping, words),
        *(_practice(mapping, checklist) if checklist is not None else ()),
        *_design(mapping),
    )


def event_variables(mapping: CaseMapping, procedure: Procedure) -> tuple[Variable, ...]:
    """Return the variables of the events: one row for each time that a unit came to a state."""
    return (
        Variable(name="unit_id", text=unit_id_words(mapping.cases.unit), kind="id", columns=_ids(mapping)),
        Variable(name="seq", text=tr("order of events of one day"), kind="number"),
        Variable(name="day", text=tr("day of the event"), kind="day"),
        Variable(name="state", text=tr("state to which the case came"), kind="level", codes=_states(procedure)),
        Variable(name="precision", text=_EXACT, kind="level", codes=_DAY_WORDS),
        Variable(name="notified_day", text=tr("day on which it was notified"), kind="day"),
        Variable(name="notified_precision", text=_EXACT, kind="level", codes=_DAY_WORDS),
    )


def attribute(
    name: str, spec: AttributeColumn, mapping: CaseMapping, words: Words, *, section: str = "attributes"
) -> Variable:
    """Return an attribute as the mapping reads it."""
    source = f"{section}.{name}"
    text = words.of_source(source)
    if spec.type == "date":
        return Variable(name=name, text=text, kind="day", columns=(spec.column,))
    if spec.type != "text" and not spec.bands:
        return Variable(name=name, text=text, kind="number", columns=(spec.column,))
    levels = tuple(Code(id=one, text=Label(one)) for one in band_names(spec.bands))
    levels = levels or texts_of(words, source, spec.labels)
    note = tr("Levels of the crosswalk {name}.", name=spec.crosswalk) if spec.crosswalk is not None else None
    return Variable(
        name=name,
        text=text,
        kind="level" if levels or spec.crosswalk is not None else "text",
        codes=(*levels, *gaps(mapping.missing)),
        open=not spec.bands and spec.crosswalk is None,
        columns=(spec.column,),
        note=note,
    )


def band_names(bands: Sequence[int]) -> list[str]:
    """Return the levels that bands make.

    Examples
    --------
    >>> band_names([0, 6, 18])
    ['0-5', '6-17', '18+']
    """
    ends = [f"{low}-{high - 1}" if high - 1 > low else str(low) for low, high in pairwise(bands)]
    return [*ends, *([f"{bands[-1]}+"] if bands else [])]


def _ids(mapping: CaseMapping) -> tuple[str, ...]:
    return mapping.stage_id(0) if mapping.stages else mapping.cases.id


def _states(procedure: Procedure) -> tuple[Code, ...]:
    return tuple(Code(id=one, text=procedure.label(one)) for one in procedure.ids)


def _days(mapping: CaseMapping, procedure: Procedure) -> Iterator[Variable]:
    """Yield the first day in each state of which the mapping tells, by a date of its own or by a label."""
    dates: dict[str, list[DateColumn]] = {}
    for word, spec in mapping.dates.items():
        for one in {word, *procedure.resolve(word)}:
            dates.setdefault(one, []).append(spec)
    ended = mapping.outcome.date if mapping.outcome is not None else None
    for word, _ in mapping.states():
        for state in procedure.resolve(word):
            found = dates.setdefault(state, [])
            if ended is not None and state in procedure.outcomes and ended not in found:
                found.append(ended)
    for stage in mapping.stages:
        if stage.state is not None and stage.date is not None:
            dates.setdefault(procedure.resolve(stage.state)[0], []).append(stage.date)
    # a role that several states play has a day of its own: the data do not say which state played it
    several = [role for role, states in procedure.roles.items() if role not in procedure.ids and len(states) > 1]
    for state in (*procedure.ids, *several):
        if state in dates:
            columns = tuple(dict.fromkeys(one.column for one in dates[state]))
            text = tr("first day: {state}", state=procedure.label(state))
            yield Variable(name=f"first__{state}", text=text, kind="day", columns=columns)
            told = tuple(dict.fromkeys(one.precision for one in dates[state] if one.precision is not None))
            if told:
                yield Variable(name=f"exact__{state}", text=_EXACT, kind="level", codes=_DAY_WORDS, columns=told)


def _standing(mapping: CaseMapping, procedure: Procedure) -> Iterator[Variable]:
    outcome = mapping.outcome
    written: dict[str, list[str]] = {}
    for text, word in (outcome.labels if outcome is not None else {}).items():
        state = word if word == PENDING else procedure.resolve(word)[0]
        written.setdefault(state, []).append(text)
    codes = [Code(id=one, text=procedure.label(one), written=tuple(written.get(one, ()))) for one in procedure.outcomes]
    pending = Code(id=PENDING, text=LEVEL_WORDS[PENDING], written=tuple(written.get(PENDING, ())))
    columns = (outcome.column,) if outcome is not None else ()
    yield Variable(
        name="outcome",
        text=tr("how the case stands at the cut-off"),
        kind="level",
        codes=(*codes, pending),
        columns=columns,
        note=tr("Blank in the data while the case is pending."),
    )
    dated = (outcome.date.column,) if outcome is not None and outcome.date is not None else ()
    yield Variable(name="outcome_day", text=tr("day since which it stands so"), kind="day", columns=dated)
    yield Variable(name="outcome_rank", text=tr("place of the ending in the procedure, from 0"), kind="number")
    yield Variable(
        name="set_aside",
        text=tr("1: it went back to a stage before the verdict after it had one; 0: it did not"),
        kind="number",
    )


def _reliance(mapping: CaseMapping, words: Words) -> Iterator[Variable]:
    spec = mapping.reliance
    if spec is None:
        return
    if spec.left is not None:
        yield Variable(name=LEFT_DAY, text=words.of_source("reliance.left"), kind="day", columns=(spec.left.column,))
    if spec.status is not None:
        codes = labelled(words, "reliance.status", spec.status, (ENGAGED, DISENGAGED))
        yield Variable(
            name=RELIANCE_STATUS,
            text=words.of_source("reliance.status"),
            kind="level",
            codes=codes,
            columns=(spec.status.column,),
        )


def _practice(mapping: CaseMapping, checklist: Checklist) -> Iterator[Variable]:
    part = mapping.practice
    if part is None:
        return
    for id, spec in part.items.items():
        item = checklist.item(id)
        columns = (spec.column,) if spec.column is not None else ()
        dated = (spec.date.column,) if spec.date is not None else ()
        yield Variable(
            name=f"{CODED}{id}",
            text=item.text,
            kind="level" if item.kind == "answer" else "number",
            codes=_answers(part.answers()) if item.kind == "answer" else (),
            columns=columns or dated,
            note=_norm(item),
        )
        if dated:
            yield Variable(
                name=f"{CODED_DAY}{id}", text=tr("day of: {what}", what=item.text), kind="day", columns=dated
            )


def _answers(texts: dict[str, str]) -> tuple[Code, ...]:
    written: dict[str, list[str]] = {}
    for text, answer in texts.items():
        written.setdefault(answer, []).append(text)
    return tuple(
        Code(id=id, text=word, missing=id == "not_documented", written=tuple(written.get(id, ())))
        for id, word in ANSWERS.items()
    )


def _norm(item: Item) -> Readable:
    """Return what makes an item met, to whom it applies, and where that is written."""
    if item.kind == "answer":
        met: Readable = tr("Met by: {answer}.", answer=ANSWERS[item.met])
    elif item.at_least is None:
        met = tr("Met by: {answer}.", answer=tr("at most {n}", n=f"{item.at_most:g}"))
    elif item.at_most is None:
        met = tr("Met by: {answer}.", answer=tr("at least {n}", n=f"{item.at_least:g}"))
    else:
        met = tr("Met by: {answer}.", answer=f"{item.at_least:g} – {item.at_most:g}")
    source = tr("Source: {source}.", source=item.source)
    if item.applies is None:
        return tr("{first} {second}", first=met, second=source)
    applies = tr("Applies to: {cases}.", cases=item.applies)
    return tr("{first} {second}", first=tr("{first} {second}", first=met, second=applies), second=source)


def _design(mapping: CaseMapping) -> Iterator[Variable]:
    sampling = mapping.cases.sampling
    if mapping.cases.frequency is not None:
        yield Variable(
            name="frequency",
            text=tr("how many identical units the row stands for"),
            kind="number",
            columns=(mapping.cases.frequency,),
        )
    kinds: tuple[tuple[str, Readable, VariableKind], ...] = (
        ("weight", tr("sampling weight"), "number"),
        ("stratum", tr("sampling stratum"), "text"),
        ("cluster", tr("sampling cluster"), "text"),
    )
    for name, text, kind in kinds:
        column = getattr(sampling, name)
        if column is not None or sampling.log is not None:
            note = tr("From the sampling log.") if column is None else None
            yield Variable(name=name, text=text, kind=kind, columns=(column,) if column else (), note=note)
    if sampling.log is not None:
        text = tr("sampling weight before the adjustment for files that were not coded")
        yield Variable(name="drawn_weight", text=text, kind="number", note=tr("From the sampling log."))
    if sampling.entry is not None or sampling.at is not None:
        columns = (sampling.entry.column,) if sampling.entry is not None else ()
        yield Variable(name="entry_day", text=tr("day from which the case was observed"), kind="day", columns=columns)
    for unit, linked in mapping.cases.links.items():
        yield Variable(
            name=f"link__{unit}", text=tr("belongs to: {unit}", unit=unit_words(unit)), kind="id", columns=linked
        )
