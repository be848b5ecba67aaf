"""A result as a workbook: its tables, the meaning of each column, what the numbers mean and rest on."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from ..base.language import Language, Readable, tr
from ..base.levels import LEVEL_WORDS
from ..base.quantities import STATUS_WORDS
from ..base.result import Published, Result
from ..base.table import Column, Table, Unit
from .account import settings, sources
from .audience import COLOURS, MARKS, Audience, audience_of
from .inert import plain
from .page import SIMULATED, WORDS
from .sections import BASIS_WORDS, UNLISTED_WORDS, hidden_pair, hides
from .sheet_names import LONGEST_NAME, sheet_name

# The file says that it was made on this day, whenever it is made: two runs give the same bytes.
_CREATED: Final = dt.datetime(2000, 1, 1)
_LONGEST_CELL: Final = 32_000
"""A cell of a workbook holds 32,767 characters; a longer text is lost without a word."""
_MOST_ROWS: Final = 1_048_000

UNIT_WORDS: Final[Mapping[Unit, Readable]] = MappingProxyType(
    {
        "text": tr("text"),
        "units": tr("number of units"),
        "share": tr("share: 0.04 is 4 %"),
        "points": tr("percentage points (in csv files a difference of shares: 0.01 is one point)"),
        "change": tr("change, relative to before: 0.04 is +4 %"),
        "days": tr("days"),
        "number": tr("number"),
    }
)
ROLE_WORDS: Final[Mapping[str, Readable]] = MappingProxyType(
    {
        "stratum": tr("group"),
        "key": tr("key"),
        "count": tr("count"),
        "estimate": tr("estimate"),
        "interval": tr("limit of an interval"),
    }
)


def workbook_bytes(
    result: Result, *, table: str = "main", language: Language = "en", audience: Audience | None = None
) -> bytes:
    """Return a result as the bytes of an xlsx file; the same result gives the same bytes.

    Parameters
    ----------
    result : Result
        Any answer of the library.
    table : str
        The table of the first sheet; the other tables follow, each on a sheet of its own. A naive one keeps its
        warning above it.
    language : {"en", "es"}
        Language of headings, words and notes.
    audience : {"internal", "public"}, optional
        For whom it is; what the answer itself says by default.

    Returns
    -------
    bytes
        Text is never a formula and never a link. The sheets are the tables, the columns (name, meaning, unit) and what
        the numbers mean and rest on; each says for whom it is.
    """
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    book.set_properties({"created": _CREATED, "title": _short(result.heading, language, 200)})
    writer = _Writer(book, language, audience or audience_of(result), simulated=result.provenance.simulated)
    names = (table, *(name for name in result.tables if name != table))
    for name in names:
        writer.table(result, name)
    writer.columns(result, names)
    writer.account(result)
    book.close()
    return file.getvalue()


class _Writer:
    """Writes sheets of one workbook in one language, and keeps their names apart."""

    def __init__(self, book: Any, language: Language, audience: Audience, *, simulated: bool) -> None:
        self._book = book
        self._language = language
        self._mark = MARKS[audience].text(language)
        self._simulated = simulated
        self._names: set[str] = set()
        self._sheets: dict[str, str] = {}
        self._formats: dict[str, Any] = {
            "title": book.add_format({"bold": True, "font_size": 13}),
            "mark": book.add_format({"bold": True, "font_color": COLOURS[audience]}),
            "simulated": book.add_format({"bold": True, "font_color": "#4A3800"}),
            "head": book.add_format({"bold": True, "bottom": 1, "top": 1, "text_wrap": True, "valign": "bottom"}),
            "head_number": book.add_format(
                {"bold": True, "bottom": 1, "top": 1, "text_wrap": True, "valign": "bottom", "align": "right"}
            ),
            "text": book.add_format({"valign": "top"}),
            "wrap": book.add_format({"valign": "top", "text_wrap": True}),
            "term": book.add_format({"valign": "top", "bold": True}),
        }

    def table(self, result: Result, name: str) -> None:
        """Write one table, real numbers in its cells."""
        table = result.tables[name]
        heading = result.heading if name == "main" or table.title is None else table.title
        wanted = WORDS["table"].text(self._language) if name == "main" else sheet_name(name, table, self._language)
        sheet = self._sheet(wanted)
        self._sheets[name] = sheet.get_name()
        top = self._top(sheet, self._short(heading))
        if table.warning is not None:
            sheet.set_tab_color("#8F1414")
            self._text(sheet, top, 0, self._short(WORDS["naive"]) + ": " + self._short(table.warning), "mark")
            top += 2
        for place, column in enumerate(table.columns):
            number = column.unit != "text"
            self._text(sheet, top, place, self._heading(column), "head_number" if number else "head")
            self._column(sheet, top + 1, place, table, column)
        sheet.freeze_panes(top + 1, 0)
        sheet.repeat_rows(top)

    def columns(self, result: Result, names: tuple[str, ...]) -> None:
        """Write the data dictionary: what each column of each table says."""
        sheet = self._sheet(tr("Columns").text(self._language))
        top = self._top(sheet, tr("Columns").text(self._language))
        heads = (tr("table"), tr("column"), tr("meaning"), tr("unit"), tr("role"), tr("values"))
        for place, head in enumerate(heads):
            self._text(sheet, top, place, head.text(self._language), "head")
        sheet.freeze_panes(top + 1, 0)
        for place, width in enumerate((24, 18, 48, 30, 20, 60)):
            sheet.set_column(place, place, width)
        for name in names:
            for column in result.tables[name].columns:
                top += 1
                words = result.tables[name].labels.get(column.name, {})
                values = "; ".join(f"{key} = {self._short(word)}" for key, word in words.items())
                said = (UNIT_WORDS[column.unit], ROLE_WORDS[column.role])
                shown = self._sheets[name]
                called = shown if shown.casefold() == name.casefold() else f"{shown} ({name})"
                cells = (called, column.name, self._short(column.meaning), *(self._short(one) for one in said), values)
                for place, text in enumerate(cells):
                    self._text(sheet, top, place, text, "wrap")

    def account(self, result: Result) -> None:
        """Write what the numbers mean, what they rest on, and with which settings they were computed."""
        sheet = self._sheet(tr("About").text(self._language))
        top = self._top(sheet, self._short(result.heading))
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 110)
        definition = result.definition
        blocks: list[tuple[Readable, list[tuple[str, str]]]] = [
            (tr("Findings"), [("", self._short(one)) for one in result.findings()]),
            (
                WORDS["definition"],
                [
                    (self._short(term), self._short(words))
                    for term, words in (
                        (tr("Question"), definition.answers),
                        (tr("Numerator"), definition.numerator),
                        (tr("Denominator"), definition.denominator),
                        (tr("Basis"), BASIS_WORDS[definition.basis]),
                        (tr("Pending cases"), definition.pending),
                        (tr("Method"), definition.method),
                    )
                    if words is not None
                ],
            ),
            (WORDS["notes"], [("", self._short(one)) for one in result.notes]),
            (WORDS["hidden"], _about_hidden(result, self._language)),
            (WORDS["base"], [("", self._short(one)) for one in result.provenance.lines()]),
            (WORDS["provenance"], sources((result,), self._language)[0]),
            (WORDS["settings"], [(one.name, one.value) for one in settings((result,), self._language)]),
        ]
        for heading, rows in blocks:
            if not rows:
                continue
            self._text(sheet, top, 0, self._short(heading), "head")
            self._text(sheet, top, 1, "", "head")
            for term, words in rows:
                top += 1
                self._text(sheet, top, 0, term, "term")
                self._text(sheet, top, 1, words, "wrap")
            top += 2

    def _sheet(self, wanted: str) -> Any:
        """Add a sheet under a name that a workbook takes and that is not taken."""
        base = re.sub(r"[\[\]:*?/\\]", " ", plain(wanted)).strip(" '")[:LONGEST_NAME] or "-"
        name, turn = base, 1
        while name.casefold() in self._names or name.casefold() == "history":
            turn += 1
            name = f"{base} {turn}"
        self._names.add(name.casefold())
        sheet = self._book.add_worksheet(name)
        mark = self._mark.replace("&", "&&")
        sheet.set_header(f"&C&B{mark}")
        sheet.set_footer("&R&P / &N")
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_paper(9)
        return sheet

    def _top(self, sheet: Any, title: str) -> int:
        """Write title and mark; return the row at which the content begins."""
        self._text(sheet, 0, 0, title, "title")
        self._text(sheet, 1, 0, self._mark, "mark")
        if self._simulated:
            self._text(sheet, 2, 0, SIMULATED.text(self._language), "simulated")
        return 4

    def _column(self, sheet: Any, top: int, place: int, table: Table, column: Column) -> None:
        words = table.labels.get(column.name, {})
        look = self._number_format(table, column)
        widest = min(len(self._heading(column)), 18)
        statuses = table.statuses.get(column.name, ("",) * len(table))
        for row, value in enumerate(table[column.name][:_MOST_ROWS].tolist()):
            if value is None or (isinstance(value, float) and not math.isfinite(value)):
                if statuses[row]:
                    self._text(sheet, top + row, place, STATUS_WORDS[statuses[row]].text(self._language), "text")
                continue
            if isinstance(value, int | float) and not isinstance(value, bool):
                marked = self._number_format(table, column, statuses[row]) if statuses[row] else look
                sheet.write_number(top + row, place, _as_shown(value, column), marked)
                continue
            readable = words.get(value) or LEVEL_WORDS.get(value)
            text = readable.text(self._language) if readable else str(value)
            widest = max(widest, min(len(text), 48))
            self._text(sheet, top + row, place, text, "text")
        sheet.set_column(place, place, max(widest + 2, 11))

    def _heading(self, column: Column) -> str:
        """Say what a column holds, and that it is in points where its words do not."""
        words = self._short(column.meaning)
        points = tr("points").text(self._language)
        return words if column.unit != "points" or points in words else f"{words} ({points})"

    def _number_format(self, table: Table, column: Column, status: str = "") -> Any:
        """Return how a number is shown; one with a status stays a number and is shown with its words."""
        words = STATUS_WORDS[status].text(self._language) if status else ""
        pattern = _pattern(table, column) + (f'" ({words})"' if words else "")
        if pattern not in self._formats:
            self._formats[pattern] = self._book.add_format({"num_format": pattern, "valign": "top"})
        return self._formats[pattern]

    def _text(self, sheet: Any, row: int, place: int, text: str, look: str) -> None:
        sheet.write_string(row, place, plain(text, longest=_LONGEST_CELL), self._formats[look])

    def _short(self, words: Readable) -> str:
        return _short(words, self._language, _LONGEST_CELL)


def _about_hidden(result: Result, language: Language) -> list[tuple[str, str]]:
    """Say what the word for a hidden number means, and that rows may be missing, where there is such a table."""
    tables = result.tables.values()
    partial = isinstance(result, Published) and any(one.sparse for one in tables)
    return [
        *([hidden_pair(language)] if any(map(hides, tables)) else []),
        *([("", UNLISTED_WORDS.text(language))] if partial else []),
    ]


def _short(words: Readable, language: Language, longest: int) -> str:
    return plain(words.text(language), longest=longest)


def _as_shown(value: float, column: Column) -> float:
    """Return a number in the unit in which a page shows it.

    A spreadsheet shows shares as percentages, but it has no look for points: they are written as points.
    """
    # 0.067 in points is 6.7, and not the binary neighbour that multiplication leaves.
    return round(value * 100, 12) if column.unit == "points" else value


def _pattern(table: Table, column: Column) -> str:
    """Say how a spreadsheet shows the numbers of a column; the cells hold them with every digit."""
    decimals = column.decimals
    if column.unit == "text":
        return "General"  # a year is not 2,018
    if column.unit in {"units", "days"}:
        values = [one for one in table[column.name].tolist() if one is not None]
        decimals = 0 if all(float(one).is_integer() for one in values if math.isfinite(one)) else 1
    places = "." + "0" * decimals if decimals else ""
    if column.unit == "change":
        return f"+0{places}%;-0{places}%;0{places}%"
    return f"0{places}%" if column.unit == "share" else f"#,##0{places}"
