"""From a procedure and a checklist to the coding plan; what is asked in every country stands in ``sheet.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from ...base.errors import SettingsError
from ...base.language import LANGUAGES, Label, tr
from ..checklist import ANSWERS, Checklist, Item
from ..conversions.text import normalise
from ..crosswalk import read_crosswalk
from ..procedure import Procedure
from .plan import CASE_TABLE, CodedField, CodedTable, CodingPlan, Level, capital, filled

_VERDICTS: Final = ("verdict", "final_verdict")
# More than this is no count of acts on one file.
_MOST: Final = 99
# What is asked of the victim and of the fact comes before the dates, how the case stands and the practice after them.
_BEFORE_DATES: Final = ("file", "fact", "victim")


def coding_plan(procedure: Procedure, checklist: Checklist | None = None) -> CodingPlan:
    """Return what is asked of a case file in a country: the plan of a coding sheet.

    Parameters
    ----------
    procedure : Procedure
        Its stages are dated, its outcomes can be chosen; its country decides the lists of offences and languages.
    checklist : Checklist, optional
        Its items are asked in the table of the cases: answers to choose from, numbers, and days of acts.

    Returns
    -------
    CodingPlan
        The tables case, accused, support, statements, hearings, measures, sentences and reparation.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> plan = jm.coding_plan(jm.read_procedure("guatemala"))
    >>> [str(label) for _, label in plan.table("support").field("actor").levels][:2]
    ['Lawyer', 'Psychologist']
    """
    sheet = _sheet()
    made = _Making(sheet, procedure, _words(sheet))
    tables = tuple(
        _case_table(made, table, checklist) if table["id"] == CASE_TABLE else _child_table(made, table)
        for table in sheet["table"]
    )
    for table in tables:
        _ensure_told_apart(table)
    return CodingPlan(
        procedure=procedure,
        checklist=checklist,
        tables=tables,
        no_data=made.words["not_available"],
        instructions=tuple(Label(one["text"]) for one in sheet["instruction"]),
        words=made.words,
    )


@dataclass(frozen=True, slots=True)
class _Making:
    """What every part of a plan is made of."""

    sheet: Mapping[str, Any]
    procedure: Procedure
    words: Mapping[str, Label]

    @property
    def start(self) -> str:
        """Name of the question for the date on which cases begin."""
        return f"{self.procedure.start}_date"


def _sheet() -> Mapping[str, Any]:
    return tomllib.loads(files("justice_metrics.cases.coding").joinpath("sheet.toml").read_text(encoding="utf-8"))


def _words(sheet: Mapping[str, Any]) -> Mapping[str, Label]:
    return {name: Label(words) for name, words in sheet["words"].items()}


def _child_table(made: _Making, table: Mapping[str, Any]) -> CodedTable:
    return CodedTable(
        id=table["id"],
        text=Label(table["text"]),
        about=Label(table["about"]),
        fields=tuple(_field(made, one) for one in table["field"]),
        repeats=True,
    )


def _case_table(made: _Making, table: Mapping[str, Any], checklist: Checklist | None) -> CodedTable:
    own = [_field(made, one) for one in table["field"]]
    groups = [(one["id"], Label(one["text"])) for one in table["group"]]
    practice: list[CodedField] = []
    if checklist is not None:
        groups += [(f"practice_{one.id}", capital(one.label)) for one in checklist.domains]
        practice = [field for item in checklist.items for field in _practice(made, checklist, item)]
    return CodedTable(
        id=table["id"],
        text=Label(table["text"]),
        about=Label(table["about"]),
        fields=(
            *[one for one in own if one.group in _BEFORE_DATES],
            *_dates(made),
            *[one for one in own if one.group not in _BEFORE_DATES],
            *practice,
        ),
        groups=tuple(groups),
    )


def _field(made: _Making, entry: Mapping[str, Any]) -> CodedField:
    """Return a question as ``sheet.toml`` writes it; a list that no country has becomes the team's own."""
    levels = _levels(made, entry["list"]) if "list" in entry else ()
    open_list = entry["kind"] == "level" and not levels
    after = entry.get("not_before")
    return CodedField(
        name=entry["name"],
        text=Label(entry["text"]),
        kind="text" if open_list else entry["kind"],
        source=entry["source"],
        levels=levels,
        required=entry.get("required", False),
        missing=entry.get("missing", False) and not open_list,
        hint=Label(entry["hint"]) if "hint" in entry else None,
        low=entry.get("low"),
        high=entry.get("high"),
        whole=not entry.get("decimals", False),
        group=entry.get("group", ""),
        requires=entry.get("requires"),
        # in the table of the cases "start" is the day of the complaint, whatever the procedure calls it
        not_before=made.start if after == "start" and "group" in entry else after,
        after_cutoff=entry.get("after_cutoff", False),
        own_list=entry.get("own_list", False) or open_list,
    )


def _levels(made: _Making, name: str) -> tuple[Level, ...]:
    if name == "outcome":
        procedure = made.procedure
        ended = [(one, capital(procedure.label(one))) for one in procedure.outcomes]
        return (("pending", made.words["pending"]), *ended)
    if name == "offence":
        try:
            crosswalk = read_crosswalk(None, made.procedure.country)
        except SettingsError:
            return ()
        return tuple((row.offence, capital(row.label)) for row in crosswalk.rows)
    forms = {one.get("country"): one["levels"] for one in made.sheet["list"] if one["id"] == name}
    found = forms[made.procedure.country if made.procedure.country in forms else None]
    return tuple((id, Label(words)) for id, words in found.items())


def _ensure_told_apart(table: CodedTable) -> None:
    """Refuse questions or answers with one text: the sheet could not tell them apart, nor could the mapping."""
    for language in LANGUAGES:
        asked = [one.text.text(language) for one in table.fields]
        for words in (asked, *[[label.text(language) for _, label in one.levels] for one in table.fields]):
            bare = [normalise(one) for one in words]
            twice = next((one for place, one in enumerate(words) if bare[place] in bare[:place]), None)
            if twice is not None:
                raise SettingsError(
                    tr("Two questions or answers of the coding sheet are called '{text}'.", text=twice),
                    tr("Give each state of the procedure, and each item of the checklist, words of its own."),
                )


def _dates(made: _Making) -> Iterator[CodedField]:
    """Yield the dates of the stages and verdicts, how exact each is, and its notice where a limit counts from it."""
    procedure, words = made.procedure, made.words
    by_notice = {one for limit in procedure.limits if limit.counted_from == "notified" for one in limit.from_states}
    stages = [(one.id, one.label) for one in procedure.states if one.kind in {"start", "stage", "suspended"}]
    verdicts = [(role, words[role]) for role in _VERDICTS if role in procedure.roles]
    for id, label in (*stages, *verdicts):
        first = id == procedure.start
        name = f"{id}_date"
        yield CodedField(
            name=name,
            text=filled(words["date_of"], label),
            kind="date",
            source=f"dates.{id}",
            required=first,
            group="dates",
            not_before="fact_date"
            if first
            else "verdict_date"
            if id == "final_verdict" and "verdict" in procedure.roles
            else made.start,
        )
        yield CodedField(
            name=f"{id}_exact",
            text=filled(words["exact"], label),
            kind="level",
            source=f"dates.{id}.precision",
            levels=_levels(made, "exact"),
            group="dates",
            requires=name,
            hint=words["exact_hint"],
        )
        if by_notice & set(procedure.resolve(id)):
            yield CodedField(
                name=f"{id}_notified",
                text=filled(words["notified"], label),
                kind="date",
                source=f"dates.{id}.notified",
                group="dates",
                not_before=name,
            )


def _practice(made: _Making, checklist: Checklist, item: Item) -> Iterator[CodedField]:
    """Yield the questions of an item: its answer or number, and the day of the act where its time matters."""
    name, source, group = f"practice_{item.id}", f"practice.items.{item.id}", f"practice_{item.domain}"
    answers = tuple((one, made.words[one]) for one in ANSWERS)
    if item.kind == "answer":
        yield CodedField(
            name=name,
            text=item.text,
            kind="level",
            source=source,
            levels=answers,
            required=True,
            hint=item.applies,
            group=group,
        )
    elif item.kind == "number":
        yield CodedField(
            name=name,
            text=item.text,
            kind="number",
            source=source,
            low=0,
            high=_MOST,
            hint=item.applies,
            group=group,
        )
    else:
        yield _act(made, checklist, item)
    timed = [one for one in checklist.items if one.kind == "days" and item.id in one.applies_if]
    if item.kind == "answer" and item.settled is None and not timed:
        yield _act(made, checklist, item)


def _act(made: _Making, checklist: Checklist, item: Item) -> CodedField:
    """Return the question for the day of an act: it tells the days of an item, and what came before a stage."""
    of = next(iter(item.applies_if), None) if item.kind == "days" else item.id
    return CodedField(
        name=f"practice_{item.id}_date",
        text=filled(made.words["done"], item.text if of is None else checklist.item(of).text),
        kind="date",
        source=f"practice.items.{item.id}.date",
        also=() if of in {None, item.id} else (f"practice.items.{of}.date",),
        requires=None if of is None else f"practice_{of}",
        hint=item.applies,
        group=f"practice_{item.domain}",
    )
