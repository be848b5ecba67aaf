"""The coding plan as an XLSForm: the form that KoboToolbox and ODK make of it asks what the workbook asks."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from ...base.language import LANGUAGES, Label, Language, Readable, tr
from ..conversions.text import normalise
from .plan import CodedField, CodedTable, CodingPlan, Level

NO_DATA: Final = "no_data"
# An XLSForm names a language by its own word and its code.
_LANGUAGES: Final[Mapping[str, str]] = MappingProxyType({"en": "English (en)", "es": "Español (es)"})
# The file says that it was made on this day, whenever it is made: two runs give the same bytes.
_CREATED: Final = dt.datetime(2000, 1, 1)
# A longer list of answers is shown as one line that opens.
_MOST_IN_SIGHT: Final = 8
_ASKED: Final[Mapping[str, str]] = MappingProxyType({"id": "text", "text": "text", "date": "date"})
# What a list is called whose questions are many, by a part of their source.
_LISTS: Final[Mapping[str, str]] = MappingProxyType({"practice.items.": "practice", ".precision": "exact"})
# Days that were set for an act may lie ahead.
_MAY_LIE_AHEAD: Final = frozenset({"hearings.scheduled"})
# Questions that arise with one answer to another question of their table only.
_ONLY_WITH: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({"hearings.reason": ("status", "suspended")})
_WIDTHS: Final[Mapping[str, int]] = MappingProxyType(
    {"label": 48, "hint": 48, "constraint": 36, "name": 34, "type": 28}
)

Row = Mapping[str, str | Readable]


class Form(NamedTuple):
    """The three sheets of an XLSForm, one mapping of column to cell for each row.

    Attributes
    ----------
    survey, choices, settings : tuple of mapping
        A cell is a text, or words that stand in one column per language.
    """

    survey: tuple[Row, ...]
    choices: tuple[Row, ...]
    settings: tuple[Row, ...]


def form_names(plan: CodingPlan) -> Mapping[tuple[str, str], str]:
    """Return what each question is called in the form, by its table and its name.

    A name stands once in the whole form, so that an export without groups has no two columns of one name. The case's
    id of a child table is not asked again: an export ties each row to its submission.
    """
    names: dict[tuple[str, str], str] = {}
    taken: set[str] = {table.id for table in plan.tables}
    for table, one in plan.fields:
        if table.repeats and one.kind == "id":
            continue
        of_table = table.repeats and not one.name.startswith(f"{table.id}_")
        wanted = f"{table.id}_{one.name}" if of_table else one.name
        name, turn = wanted, 1
        while name in taken:
            turn += 1
            name = f"{wanted}_{turn}"
        taken.add(name)
        names[table.id, one.name] = name
    return names


def form_labels(plan: CodingPlan) -> Mapping[str, Label]:
    """Return the label of each question of the form by its name; no two are alike in a language.

    An export can have labels as headings, without the table they belong to.
    """
    names = form_names(plan)
    asked = [(table, one) for table, one in plan.fields if (table.id, one.name) in names]
    texts = Counter((each, normalise(one.text.text(each))) for _, one in asked for each in LANGUAGES)
    labels = {}
    for table, one in asked:
        shared = any(texts[each, normalise(one.text.text(each))] > 1 for each in LANGUAGES)
        within = {each: f"{one.text.text(each)} ({table.text.text(each)})" for each in LANGUAGES}
        labels[names[table.id, one.name]] = Label(within) if shared else one.text
    return labels


def xlsform(plan: CodingPlan, language: Language = "es", cutoff: dt.date | None = None) -> Form:
    """Return the form that asks what a coding plan asks.

    Parameters
    ----------
    plan : CodingPlan
    language : {"en", "es"}
        In which language the form opens; it can be read in both.
    cutoff : datetime.date, optional
        Last day on which the files are complete; without it dates up to the day of coding are taken.

    Returns
    -------
    Form
        Tables with several rows per case are repeats, groups of questions are pages. Dates lie between the question
        that comes before them and the cut-off, numbers between their limits; a question that needs the answer to
        another one is asked after it only.
    """
    names = form_names(plan)
    lists = _Lists(plan)
    made = _Making(names, form_labels(plan), lists, cutoff)
    survey: list[Row] = []
    for table in plan.tables:
        if table.repeats:
            survey.append(_begin("repeat", table.id, table.text))
            survey += [row for one in table.fields for row in _question(table, one, made)]
            survey.append({"type": "end_repeat", "name": table.id})
            continue
        for id, words in table.groups or (("", table.text),):
            questions = [one for one in table.fields if one.group == id]
            if questions:
                survey.append(_begin("group", f"group_{id or table.id}", words))
                survey += [row for one in questions for row in _question(table, one, made)]
                survey.append({"type": "end_group", "name": f"group_{id or table.id}"})
    choices = tuple(lists.rows)
    settings: Row = {
        "form_title": tr("Coding sheet: {procedure}", procedure=plan.procedure.title).text(language),
        "form_id": _form_id(plan),
        "version": _version(survey, choices),
        "default_language": language_name(language),
        "style": "pages",
    }
    return Form(tuple(survey), choices, (settings,))


def xlsform_bytes(plan: CodingPlan, language: Language = "es", cutoff: dt.date | None = None) -> bytes:
    """Return a coding plan as the bytes of an XLSForm; the same plan gives the same bytes.

    Parameters
    ----------
    plan : CodingPlan
    language : {"en", "es"}
        In which language the form opens.
    cutoff : datetime.date, optional
        Last day on which the files are complete.

    Returns
    -------
    bytes
        A workbook with the sheets ``survey``, ``choices`` and ``settings``, for KoboToolbox, ODK and whatever else
        reads XLSForms.
    """
    import xlsxwriter

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    form = xlsform(plan, language, cutoff)
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"created": _CREATED})
        bold = book.add_format({"bold": True})
        for name, rows in zip(Form._fields, form, strict=True):
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for place, (head, cells) in enumerate(_columns(rows, language)):
                sheet.write_string(0, place, head, bold)
                sheet.set_column(place, place, _WIDTHS.get(head.partition("::")[0], 16))
                for row, cell in enumerate(cells, start=1):
                    if cell:
                        sheet.write_string(row, place, cell)
    return file.getvalue()


def language_name(language: Language) -> str:
    """Return what an XLSForm calls a language.

    Examples
    --------
    >>> language_name("es")
    'Español (es)'
    """
    return _LANGUAGES.get(language, f"{language} ({language})")


class _Lists:
    """The lists of answers, each once however many questions choose from it."""

    def __init__(self, plan: CodingPlan) -> None:
        self.rows: list[Row] = []
        self._no_data = plan.no_data
        self._names: dict[tuple[tuple[Level, ...], bool], str] = {}

    def name(self, one: CodedField) -> str:
        """Return the name of the list of a question, which is that of the first question that has it."""
        key = (one.levels, one.missing)
        if key not in self._names:
            wanted = next((name for part, name in _LISTS.items() if part in one.source), one.name)
            taken = set(self._names.values())
            self._names[key] = wanted if wanted not in taken else one.source.replace(".", "_")
            self.rows += [self._choice(key, id, words) for id, words in one.levels]
            self.rows += [self._choice(key, NO_DATA, self._no_data)] if one.missing else []
        return self._names[key]

    def _choice(self, key: tuple[tuple[Level, ...], bool], id: str, words: Label) -> Row:
        return {"list_name": self._names[key], "name": id, "label": words}


def _begin(what: str, name: str, words: Label) -> Row:
    return {"type": f"begin_{what}", "name": name, "label": words, "appearance": "field-list"}


@dataclass(frozen=True, slots=True)
class _Making:
    """What the rows of all questions are made of."""

    names: Mapping[tuple[str, str], str]
    labels: Mapping[str, Label]
    lists: _Lists
    cutoff: dt.date | None

    def called(self, table: CodedTable, name: str) -> str:
        """Return how a condition names a question."""
        return f"${{{self.names[table.id, name]}}}"


def _question(table: CodedTable, one: CodedField, made: _Making) -> Iterable[Row]:
    """Yield the row of a question; none for an id that the export brings."""
    name = made.names.get((table.id, one.name))
    if name is None:
        return
    if one.source.endswith(".member"):
        # the rows of a repeat number themselves, so that no two members of a case have one number
        yield {"type": "calculate", "name": name, "calculation": "position(..)"}
        return
    row: dict[str, str | Readable] = {"type": _kind(one, made.lists), "name": name, "label": made.labels[name]}
    if one.hint is not None:
        row["hint"] = one.hint
    if one.required:
        row["required"] = "yes"
    limits = _dates(table, one, made) if one.kind == "date" else _numbers(one)
    if limits:
        row["constraint"] = " and ".join(part for part, _ in limits)
        row["constraint_message"] = _together([words for _, words in limits])
    relevant = _arises(table, one, made)
    if relevant:
        row["relevant"] = relevant
    if one.kind == "level" and len(one.levels) > _MOST_IN_SIGHT:
        row["appearance"] = "minimal"
    yield row


def _kind(one: CodedField, lists: _Lists) -> str:
    if one.kind == "level":
        return f"select_one {lists.name(one)}"
    if one.kind == "number":
        return "integer" if one.whole else "decimal"
    return _ASKED[one.kind]


def _numbers(one: CodedField) -> list[tuple[str, Readable]]:
    """Return between what a number must lie, as the form checks it and in words."""
    limits: list[tuple[str, Readable]] = []
    if one.low is not None:
        limits.append((f". >= {one.low:g}", tr("At least {n}.", n=f"{one.low:g}")))
    if one.high is not None:
        limits.append((f". <= {one.high:g}", tr("At most {n}.", n=f"{one.high:g}")))
    return limits


def _dates(table: CodedTable, one: CodedField, made: _Making) -> list[tuple[str, Readable]]:
    """Return between what a date must lie; nothing was done after today, and nothing is known after the cut-off."""
    limits: list[tuple[str, Readable]] = []
    if made.cutoff is not None and not one.after_cutoff:
        limits.append((f". <= date('{made.cutoff.isoformat()}')", tr("Not after {day}.", day=made.cutoff)))
    elif one.source not in _MAY_LIE_AHEAD:
        limits.append((". <= today()", tr("Not after today.")))
    if one.not_before is not None:
        earlier = table.field(one.not_before).text
        limits.append((_not_before(table, one, one.not_before, made), tr("Not before: {question}.", question=earlier)))
    return limits


def _not_before(table: CodedTable, one: CodedField, earlier: str, made: _Making) -> str:
    """Return that a date does not come before another; one that is known to the month may stand on its first day."""
    before = made.called(table, earlier)
    ways = [f"{before} = ''", f". >= {before}"]
    exact = next((other for other in table.fields if other.source == f"{one.source}.precision"), None)
    if exact is not None:
        known = made.called(table, exact.name)
        ways += [
            f"({known} = '{word}' and format-date(., '{pattern}') >= format-date({before}, '{pattern}'))"
            for word, pattern in (("month", "%Y%m"), ("year", "%Y"))
        ]
    return f"({' or '.join(ways)})"


def _arises(table: CodedTable, one: CodedField, made: _Making) -> str:
    """Return when a question is asked, as the form says it; "" for always."""
    if one.source in _ONLY_WITH:
        other, answer = _ONLY_WITH[one.source]
        return f"{made.called(table, other)} = '{answer}'"
    if one.requires is None:
        return ""
    called = made.called(table, one.requires)
    ids = {id for id, _ in table.field(one.requires).levels}
    if "not_documented" in ids:  # an item of practice has a day where it was done
        return f"{called} = 'yes'"
    return f"{called} != '' and {called} != 'pending'" if "pending" in ids else f"{called} != ''"


def _together(words: Sequence[Readable]) -> Readable:
    """Return one or two sentences as one text."""
    return words[0] if len(words) == 1 else tr("{first} {second}", first=words[0], second=words[1])


def _columns(rows: Iterable[Row], language: Language) -> list[tuple[str, list[str]]]:
    """Return the columns of a sheet in the order in which they first occur; words have one for each language."""
    rows = tuple(rows)
    heads = dict.fromkeys(head for row in rows for head in row)
    words = {head for row in rows for head, cell in row.items() if not isinstance(cell, str)}
    spoken = (language, *(one for one in LANGUAGES if one != language))
    columns = []
    for head in heads:
        if head not in words:
            columns.append((head, [str(row.get(head, "")) for row in rows]))
            continue
        for each in spoken:
            cells = [row.get(head, "") for row in rows]
            columns.append(
                (f"{head}::{language_name(each)}", [one if isinstance(one, str) else one.text(each) for one in cells])
            )
    return columns


def _form_id(plan: CodingPlan) -> str:
    practice = f"_{plan.checklist.id}" if plan.checklist is not None else ""
    return f"coding_sheet_{plan.procedure.id}{practice}"


def _version(survey: Iterable[Row], choices: Iterable[Row]) -> str:
    """Return a number that changes with what is asked, so that a server tells two forms apart."""
    told = repr([[(head, str(cell)) for head, cell in row.items()] for row in (*survey, *choices)])
    return str(int(hashlib.sha256(told.encode()).hexdigest()[:8], 16))
