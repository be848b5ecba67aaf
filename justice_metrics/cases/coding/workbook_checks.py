"""What the cells of a coding sheet refuse, and what turns red or yellow in them: data validation and coloured cells."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from ...base.language import Language, Message, tr
from .plan import CASE_TABLE, CodedField, CodedTable, CodingPlan
from .workbook_looks import Looks

# Earlier dates are slips of the pen; the facts of a case that is open today lie later.
FIRST_DAY: Final = dt.date(1950, 1, 1)
# Dates that may lie after the cut-off, such as the day on which a file was read.
LAST_DAY: Final = dt.date(2099, 12, 31)
# What a spreadsheet shows beside a cell.
_MOST_TITLE, _MOST_WORDS = 32, 255


@dataclass(frozen=True, slots=True)
class Range:
    """Where a list of answers stands.

    Attributes
    ----------
    sheet : str
    column : int
        From 0.
    rows : int
        Rows below the heading.
    closed : bool
        Whether no other answer is allowed; else a person may insist on one.
    """

    sheet: str
    column: int
    rows: int
    closed: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A table on its sheet.

    Attributes
    ----------
    table : CodedTable
    columns : tuple of str
        Names of the questions, in the order of the columns.
    last : int
        Last row with lists and checks, from 0.
    """

    table: CodedTable
    columns: tuple[str, ...]
    last: int

    def cell(self, name: str) -> str:
        """Return the cell of a question in the first row below the heading; checks of other rows follow it."""
        return f"${letters(self.columns.index(name))}2"


class Checks:
    """Puts lists and checks into the cells of one workbook.

    Parameters
    ----------
    plan : CodingPlan
    language : {"en", "es"}
    cutoff : datetime.date
    looks : Looks
    cases : Range
        Where the numbers of the cases stand.
    """

    def __init__(self, plan: CodingPlan, language: Language, cutoff: dt.date, looks: Looks, cases: Range) -> None:
        self._plan = plan
        self._language: Language = language
        self._cutoff = cutoff
        self._looks = looks
        self._cases = cases

    def of(self, sheet: Any, place: Place, column: int, field: CodedField, answers: Range | None) -> None:
        """Put the lists and checks of one question into its cells."""
        cell = place.cell(field.name)
        rules: list[str] = []
        if field.kind == "id":
            rules.append(self._id(sheet, place, column, field, cell))
        elif answers is not None:
            rules += self._listed(sheet, place, column, field, cell, answers)
        elif field.kind == "date":
            rules.append(self._date(sheet, place, column, field, cell))
        elif field.kind == "number":
            rules.append(self._number(sheet, place, column, field, cell))
        elif field.hint is not None:
            self._put(sheet, place, column, field, {"validate": "any"})
        if field.requires is not None:
            rules.append(self._alone(place, field.requires))
        for rule in rules:
            # an empty cell is no mistake; asked first, it keeps an empty sheet fast
            self._colour(sheet, place, column, f'=IF({cell}="",FALSE,{rule})', self._looks.wrong)
        if field.required:
            begun = f"COUNTA({_row(place)})>0" if field.kind == "id" else '$A2<>""'
            self._colour(sheet, place, column, f'=IF({cell}="",{begun},FALSE)', self._looks.waiting)

    def _id(self, sheet: Any, place: Place, column: int, field: CodedField, cell: str) -> str:
        """Refuse a case number that stands twice, or in a child table one that the cases do not have."""
        cases = reference(self._cases)
        if place.table.id == CASE_TABLE:
            check = {"validate": "custom", "value": f"=COUNTIF({cases},{cell})<2"}
            self._put(sheet, place, column, field, check, tr("This case number stands on the sheet already."))
            return f"COUNTIF({cases},{cell})>1"
        filled = f'MAX(1,SUMPRODUCT(MAX(({cases}<>"")*ROW({cases})))-1)'
        first = f"{_quoted(self._cases.sheet)}!${letters(self._cases.column)}$2"
        check = {"validate": "list", "source": f"=OFFSET({first},0,0,{filled},1)"}
        words = tr("This case number is not on the sheet of the cases: code the case there first.")
        self._put(sheet, place, column, field, check, words)
        return f"COUNTIF({cases},{cell})=0"

    def _listed(self, sheet: Any, place: Place, column: int, field: CodedField, cell: str, answers: Range) -> list[str]:
        """Offer a list; one that the team writes itself is offered as far as it is filled, and may be overruled."""
        source = reference(answers)
        if answers.closed:
            words = tr("Choose an answer from the list of this cell.")
            self._put(sheet, place, column, field, {"validate": "list", "source": f"={source}"}, words)
            return [f"COUNTIF({source},{cell})=0"]
        first = f"{_quoted(answers.sheet)}!${letters(answers.column)}$2"
        check = {
            "validate": "list",
            "source": f"=OFFSET({first},0,0,MAX(1,COUNTA({source})),1)",
            "error_type": "warning",
        }
        words = tr("This text is not on the team's list. Write it there once, so that it is always written alike.")
        self._put(sheet, place, column, field, check, words)
        return []

    def _date(self, sheet: Any, place: Place, column: int, field: CodedField, cell: str) -> str:
        """Refuse what is no date, and dates outside the study or before the act that comes first."""
        last = LAST_DAY if field.after_cutoff else self._cutoff
        first = _date(FIRST_DAY)
        least = wrong = first
        if field.not_before is not None:
            before = place.cell(field.not_before)
            least = wrong = f"MAX({first},{before})"
            exact = place.table.exactness(field)
            if exact is not None:
                # How exact a date is follows in the next cell: of a month or a year only the year can be too early.
                day = _text(dict(exact.levels)["day"].text(self._language))
                said = place.cell(exact.name)
                least = f"MAX({first},DATE(YEAR({before}),1,1))"
                wrong = f'IF(OR({said}="",{said}="{day}"),{wrong},{least})'
        check = {"validate": "date", "criteria": "between", "minimum": f"={least}", "maximum": f"={_date(last)}"}
        self._put(sheet, place, column, field, check, self._date_words(place, field))
        return f"OR(NOT(ISNUMBER({cell})),{cell}<{wrong},{cell}>{_date(last)})"

    def _date_words(self, place: Place, field: CodedField) -> Message:
        if field.not_before is None and field.after_cutoff:
            return tr("Type a date, not a text.")
        if field.not_before is None:
            return tr("Type a date, not a text, up to the cut-off {cutoff}.", cutoff=self._cutoff)
        before = place.table.field(field.not_before).text
        return tr(
            "Type a date, not a text, up to the cut-off {cutoff} and not before '{before}'.",
            cutoff=self._cutoff,
            before=before,
        )

    def _number(self, sheet: Any, place: Place, column: int, field: CodedField, cell: str) -> str:
        """Refuse what is no number within its limits."""
        kind = "integer" if field.whole else "decimal"
        low, high = field.low or 0, field.high
        bounded: dict[str, Any] = {"criteria": ">=", "value": low}
        beyond = f"{cell}<{low:g}"
        words = tr("Type a number from {low} on.", low=low)
        if high is not None:
            bounded = {"criteria": "between", "minimum": low, "maximum": high}
            beyond += f",{cell}>{high:g}"
            words = tr("Type a number from {low} to {high}.", low=low, high=high)
        self._put(sheet, place, column, field, {"validate": kind, **bounded}, words)
        return f"OR(NOT(ISNUMBER({cell})),{beyond})"

    def _alone(self, place: Place, other: str) -> str:
        """Return what says that an answer stands alone: the question that it needs has none, or says pending."""
        cell = place.cell(other)
        pending = dict(place.table.field(other).levels).get("pending")
        empty = f'{cell}=""'
        return empty if pending is None else f'OR({empty},{cell}="{_text(pending.text(self._language))}")'

    def _put(
        self,
        sheet: Any,
        place: Place,
        column: int,
        field: CodedField,
        check: dict[str, Any],
        words: Message | None = None,
    ) -> None:
        """Put a check into the cells of a column, with the hint that is shown and what is said to a wrong answer."""
        options: dict[str, Any] = {"ignore_blank": True, **check}
        if field.hint is not None:
            options["input_title"] = _cut(field.text.text(self._language), _MOST_TITLE)
            options["input_message"] = _cut(field.hint.text(self._language), _MOST_WORDS)
        if words is not None:
            options["error_title"] = _cut(field.text.text(self._language), _MOST_TITLE)
            options["error_message"] = _cut(words.text(self._language), _MOST_WORDS)
        sheet.data_validation(1, column, place.last, column, options)

    def _colour(self, sheet: Any, place: Place, column: int, formula: str, look: Any) -> None:
        sheet.conditional_format(
            1,
            column,
            place.last,
            column,
            {"type": "formula", "criteria": formula, "format": look, "stop_if_true": True},
        )


def reference(cells: Range) -> str:
    """Return the cells of a list as a formula names them.

    Examples
    --------
    >>> reference(Range("Lists", 27, 3, closed=True))
    "'Lists'!$AB$2:$AB$4"
    """
    column = letters(cells.column)
    return f"{_quoted(cells.sheet)}!${column}$2:${column}${cells.rows + 1}"


def letters(column: int) -> str:
    """Return the letters of a column, counted from 0.

    Examples
    --------
    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def _row(place: Place) -> str:
    """Return the cells of a row behind its id."""
    return f"$B2:${letters(len(place.columns) - 1)}2"


def _quoted(sheet: str) -> str:
    return "'" + sheet.replace("'", "''") + "'"


def _text(text: str) -> str:
    """Return a text as it stands between the quotes of a formula."""
    return text.replace('"', '""')


def _date(day: dt.date) -> str:
    return f"DATE({day.year},{day.month},{day.day})"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
