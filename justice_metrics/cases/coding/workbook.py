"""The coding sheet as a workbook: instructions, one sheet per table with lists and checks, lists and codebook."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from ...base.language import Label, Language, format_date, tr
from ...base.levels import NOT_AVAILABLE
from .plan import CASE_TABLE, CodedField, CodedTable, CodingPlan, named
from .workbook_checks import Checks, Place, Range
from .workbook_looks import Looks, lines_of, width_of

# An answer: a day, a number, a text, or the id of a level.
Answer: TypeAlias = str | float | dt.date | None
Answers: TypeAlias = Mapping[str, Sequence[Mapping[str, Answer]]]

MOST_CASES: Final = 3_000
# Rows of a child table that have lists and checks, for each row of the cases.
_ROWS_PER_CASE: Final = 4
_OWN_ANSWERS: Final = 500
_CODER: Final = "cases.coder"
_LINE: Final = 15
_HEAD_HEIGHT: Final = 96
# The same sheet is the same file, whenever it is written.
_CREATED: Final = dt.datetime(2000, 1, 1)


def workbook_bytes(
    plan: CodingPlan,
    *,
    language: Language,
    cutoff: dt.date,
    coders: Sequence[str] = (),
    answers: Answers = MappingProxyType({}),
) -> bytes:
    """Return a coding sheet as a workbook, empty or filled in.

    Parameters
    ----------
    plan : CodingPlan
        What is asked.
    language : {"en", "es"}
        Of headings, answers and instructions.
    cutoff : datetime.date
        Last day on which the files are complete; later dates are refused by the cells.
    coders : sequence of str
        Codes of those who fill the sheet in. With them each row of each table says who coded it.
    answers : mapping of str to sequence of mapping
        Rows of each table by its id: answers by the name of the question, a level by its id ("not_available" for "no
        data"). A question that is not there stays empty.

    Returns
    -------
    bytes
        An xlsx file. No text in it is a formula, and it holds no macro.

    Raises
    ------
    QuestionError
        When an answer is of a question, or a level, that the plan does not have.
    """
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    book.set_properties({"created": _CREATED, "title": tr("Coding sheet").text(language)})
    _Writer(book, plan, language, cutoff, tuple(coders)).write(answers)
    book.close()
    return file.getvalue()


def sheet_columns(plan: CodingPlan, language: Language) -> dict[tuple[str, str], str]:
    """Return the heading of each question on the sheets, by table and name: what the mapping names."""
    return {(table.id, one.name): one.text.text(language) for table in plan.tables for one in table.fields}


def _places(plan: CodingPlan, language: Language, cutoff: dt.date) -> dict[str, str]:
    """Return the words that the instructions leave a place for."""
    words = {name: plan.words[name].text(language) for name in ("lists", "codebook")}
    return {
        **words,
        "procedure": plan.procedure.title.text(language),
        "cutoff": format_date(cutoff, language),
        "case": plan.table(CASE_TABLE).text.text(language),
        "no_data": plan.no_data.text(language),
    }


class _Writer:
    """Writes the sheets of one workbook."""

    def __init__(
        self, book: Any, plan: CodingPlan, language: Language, cutoff: dt.date, coders: tuple[str, ...]
    ) -> None:
        self._book = book
        self._plan = plan
        self._language: Language = language
        self._cutoff = cutoff
        self._coders = coders
        self._looks = Looks(book, plan, language)
        cases = Range(plan.table(CASE_TABLE).text.text(language), 0, MOST_CASES, closed=True)
        self._checks = Checks(plan, language, cutoff, self._looks, cases)

    def write(self, answers: Answers) -> None:
        """Write every sheet, in the order in which they are read."""
        places = _places(self._plan, self._language, self._cutoff)
        self._instructions(self._sheet(self._plan.words["instructions"]), places)
        tables = {one.id: self._sheet(one.text) for one in self._plan.tables}
        lists = self._lists(self._sheet(self._plan.words["lists"]))
        for table in self._plan.tables:
            self._table(tables[table.id], table, lists, answers.get(table.id, ()))
        self._codebook(self._sheet(self._plan.words["codebook"]))
        tables[CASE_TABLE].activate()

    def _sheet(self, name: Label) -> Any:
        return self._book.add_worksheet(name.text(self._language))

    # ---------------------------------------------------------------------------------------------------- the sheets

    def _instructions(self, sheet: Any, places: Mapping[str, str]) -> None:
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 110)
        for row, one in enumerate(self._plan.instructions):
            text = one.text(self._language).format(**places)
            sheet.write_string(2 * row, 0, text, self._looks.title if row == 0 else self._looks.wrap)
            sheet.set_row(2 * row, 24 if row == 0 else 16 * (1 + len(text) // 105))
        row = 2 * len(self._plan.instructions)
        for id, label in self._plan.table(CASE_TABLE).groups:
            sheet.write_string(row, 0, label.text(self._language), self._looks.head(id))
            row += 1

    def _table(
        self, sheet: Any, table: CodedTable, lists: Mapping[str, Range], rows: Sequence[Mapping[str, Answer]]
    ) -> None:
        """Write the sheet of a table: headings, lists and checks below them, and the answers that are there."""
        fields = self._fields(table)
        last = MOST_CASES if table.id == CASE_TABLE else MOST_CASES * _ROWS_PER_CASE
        place = Place(table, tuple(one.name for one in fields), last)
        sheet.freeze_panes(1, 1)
        sheet.set_row(0, _HEAD_HEIGHT)
        sheet.autofilter(0, 0, last, len(fields) - 1)
        sheet.set_landscape()
        sheet.repeat_rows(0)
        for column, field in enumerate(fields):
            sheet.set_column(column, column, width_of(field, self._language), self._looks.cell(field))
            sheet.write_string(
                0, column, field.text.text(self._language), self._looks.head(field.group, needed=field.required)
            )
            self._checks.of(sheet, place, column, field, lists.get(list_name(table, field)))
        for number, row in enumerate(rows, start=1):
            self._answers(sheet, number, table, fields, row)

    def _fields(self, table: CodedTable) -> tuple[CodedField, ...]:
        """Return the questions of a table; where coders are named, the rows of a child table say who coded them too."""
        if not self._coders or table.id == CASE_TABLE:
            return table.fields
        return (table.fields[0], coder_field(self._plan), *table.fields[1:])

    def _answers(
        self, sheet: Any, row: int, table: CodedTable, fields: Sequence[CodedField], given: Mapping[str, Answer]
    ) -> None:
        known = {one.name: (column, one) for column, one in enumerate(fields)}
        for name, answer in given.items():
            column, field = known[name] if name in known else (0, table.field(name))
            if answer is None:
                continue
            look = self._looks.cell(field)
            if isinstance(answer, dt.date):
                sheet.write_datetime(row, column, answer, look)
            elif isinstance(answer, str):
                sheet.write_string(row, column, self._text(field, answer), look)
            else:
                sheet.write_number(row, column, answer, look)

    def _text(self, field: CodedField, answer: str) -> str:
        if field.kind != "level":
            return answer
        return label_of(self._plan, field, answer).text(self._language)

    def _lists(self, sheet: Any) -> dict[str, Range]:
        """Write the lists of answers, each once, those that the team writes itself behind the others."""
        name = self._plan.words["lists"].text(self._language)
        sheet.freeze_panes(1, 0)
        sheet.set_row(0, 48)
        found: dict[str, Range] = {}
        by_answers: dict[tuple[str, ...], Range] = {}
        ordered = sorted(self._plan.fields, key=lambda one: one[1].own_list)
        column = 0
        for table, field in ordered:
            texts = self._own(field) if field.own_list else answers_of(self._plan, field, self._language)
            key = list_name(table, field)
            if key in found or not (texts or field.own_list):
                continue
            if not field.own_list and texts in by_answers:
                found[key] = by_answers[texts]
                continue
            closed = not field.own_list or (bool(self._coders) and field.source == _CODER)
            sheet.set_column(column, column, 30)
            sheet.write_string(0, column, field.text.text(self._language), self._looks.head(needed=not closed))
            for row, text in enumerate(texts, start=1):
                sheet.write_string(row, column, text, self._looks.text)
            made = Range(name, column, len(texts) if closed else _OWN_ANSWERS, closed=closed)
            found[key] = by_answers[texts] = made
            column += 1
        return found

    def _own(self, field: CodedField) -> tuple[str, ...]:
        """Return what a list that the team writes itself begins with."""
        return (self._coders or ("C1",)) if field.source == _CODER else ()

    def _codebook(self, sheet: Any) -> None:
        """Write what each column means: one row per question."""
        sheet.freeze_panes(1, 0)
        heads = (
            (tr("sheet"), 16),
            (tr("column"), 40),
            (tr("name"), 26),
            (tr("kind"), 10),
            (tr("answers"), 60),
            (tr("needed"), 10),
            (tr("how it is answered"), 60),
            (tr("key of the mapping"), 34),
            (tr("source"), 60),
        )
        for column, (head, width) in enumerate(heads):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, head.text(self._language), self._looks.head())
        for row, (table, field) in enumerate(self._plan.fields, start=1):
            texts = tuple(self._described(table, field))
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text, self._looks.wrap)
            sheet.set_row(
                row, _LINE * max(lines_of(text, width) for text, (_, width) in zip(texts, heads, strict=True))
            )

    def _described(self, table: CodedTable, field: CodedField) -> Iterator[str]:
        language = self._language
        yield table.text.text(language)
        yield field.text.text(language)
        yield field.name
        yield KINDS[field.kind].text(language)
        if field.kind == "level":
            yield "\n".join(f"{label.text(language)} = {id}" for id, label in offered(self._plan, field))
        else:
            yield limits_of(field)
        yield tr("yes").text(language) if field.required else ""
        yield "" if field.hint is None else field.hint.text(language)
        yield ", ".join((field.source, *field.also))
        yield source_of(self._plan, field)


KINDS: Final = MappingProxyType(
    {"id": tr("id"), "date": tr("date"), "level": tr("list"), "number": tr("number"), "text": tr("text")}
)


def coder_field(plan: CodingPlan) -> CodedField:
    """Return the question for the coder, which the table of the cases asks."""
    return next(one for _, one in plan.fields if one.source == _CODER)


def offered(plan: CodingPlan, field: CodedField) -> tuple[tuple[str, Label], ...]:
    """Return the answers that can be chosen, "no data" among them where it may be."""
    return (*field.levels, (NOT_AVAILABLE, plan.no_data)) if field.missing else field.levels


def answers_of(plan: CodingPlan, field: CodedField, language: Language) -> tuple[str, ...]:
    """Return the texts that can be chosen."""
    return tuple(label.text(language) for _, label in offered(plan, field))


def label_of(plan: CodingPlan, field: CodedField, level: str) -> Label:
    """Return the words of a level.

    Raises
    ------
    QuestionError
        When the question has no such answer.
    """
    return named(level, dict(offered(plan, field)))


def list_name(table: CodedTable, field: CodedField) -> str:
    """Return how the list of a question is known."""
    return field.source if field.own_list else f"{table.id}.{field.name}"


def limits_of(field: CodedField) -> str:
    """Return between which numbers an answer lies."""
    if field.kind != "number":
        return ""
    low, high = (None if one is None else f"{one:g}" for one in (field.low, field.high))
    return f"{low} – {high}" if low and high else f"≥ {low}" if low else f"≤ {high}" if high else ""


def source_of(plan: CodingPlan, field: CodedField) -> str:
    """Return the norm from which a practice item comes."""
    if plan.checklist is None or not field.source.startswith("practice.items."):
        return ""
    return plan.checklist.item(field.source.split(".")[2]).source
