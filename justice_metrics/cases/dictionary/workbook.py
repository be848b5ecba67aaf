"""A data dictionary as a workbook: about it, its tables, variables and codes, and what each code of missing means."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from ...base.language import LANGUAGES, Language, Readable, tr
from .parts import BLANK, DAYS, MISSING_CODES, DataDictionary, Variable, VariableKind

# The file says that it was made on this day, whenever it is made: two runs give the same bytes.
_CREATED: Final = dt.datetime(2000, 1, 1)
# A cell of a workbook holds 32,767 letters; a longer text is lost without a word.
_LONGEST: Final = 32_000
# Height of a line of text, and the greatest height of a row, in points.
_LINE: Final = 15
_HIGHEST: Final = 400

KIND_WORDS: Final[Mapping[VariableKind, Readable]] = MappingProxyType(
    {
        "id": tr("id"),
        "day": tr("day"),
        "level": tr("level"),
        "number": tr("number"),
        "text": tr("text"),
    }
)
_OPEN: Final = tr("Other texts of the file stand as they are.")


def dictionary_workbook(dictionary: DataDictionary, language: Language = "en") -> bytes:
    """Return a data dictionary as the bytes of an xlsx file; the same dictionary gives the same bytes.

    Parameters
    ----------
    dictionary : DataDictionary
    language : {"en", "es"}
        Language of the headings; what a variable or a code means stands there in each language, this one first.

    Returns
    -------
    bytes
        The sheets are about the dictionary, tables, variables, codes and codes of missing. Text is never a formula.
    """
    import xlsxwriter

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"created": _CREATED, "title": dictionary.title.text(language)})
        writer = _Writer(book, language)
        writer.about(dictionary)
        writer.tables(dictionary)
        writer.variables(dictionary)
        writer.codes(dictionary)
        writer.missing()
    return file.getvalue()


class _Writer:
    """Writes the sheets of one workbook, words in every language, that of the headings first."""

    def __init__(self, book: Any, language: Language) -> None:
        self._book = book
        self._languages = (language, *(one for one in LANGUAGES if one != language))
        self._head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._cell = book.add_format({"text_wrap": True, "valign": "top"})

    def about(self, dictionary: DataDictionary) -> None:
        """Write what is described."""
        rows: list[tuple[Readable, Readable | str]] = [
            (tr("title"), dictionary.title),
            (tr("procedure"), dictionary.procedure),
            (tr("laws"), dictionary.law),
            (tr("one row of the cases is"), dictionary.unit),
            (tr("days"), DAYS),
            (tr("blank cells"), BLANK),
        ]
        if dictionary.checklist is not None:
            rows.append((tr("checklist of practice"), dictionary.checklist))
        cells = [[self._text(head), *self._spoken(words)] for head, words in rows]
        self._sheet(tr("About"), [("", 28), *self._headed(tr("meaning"), 70)], cells)

    def tables(self, dictionary: DataDictionary) -> None:
        """Write one row per table."""
        heads = [
            (self._text(tr("table")), 16),
            *self._headed(tr("meaning"), 34),
            (self._text(tr("read from")), 40),
            (self._text(tr("variables")), 12),
        ]
        cells = [[one.id, *self._spoken(one.text), one.source, str(len(one.variables))] for one in dictionary.tables]
        self._sheet(tr("Tables"), heads, cells)

    def variables(self, dictionary: DataDictionary) -> None:
        """Write one row per variable."""
        heads = [
            (self._text(tr("table")), 14),
            (self._text(tr("variable")), 30),
            *self._headed(tr("meaning"), 48),
            (self._text(tr("kind")), 12),
            (self._text(tr("columns of the file")), 34),
            *self._headed(tr("note"), 48),
        ]
        cells = [
            [
                table.id,
                one.name,
                *self._spoken(one.text),
                self._text(KIND_WORDS[one.kind]),
                "; ".join(one.columns),
                *self._spoken(_note(one)),
            ]
            for table in dictionary.tables
            for one in table.variables
        ]
        self._sheet(tr("Variables"), heads, cells)

    def codes(self, dictionary: DataDictionary) -> None:
        """Write one row per code of a variable."""
        heads = [
            (self._text(tr("table")), 14),
            (self._text(tr("variable")), 30),
            (self._text(tr("code")), 34),
            *self._headed(tr("meaning"), 44),
            (self._text(tr("missing")), 10),
            (self._text(tr("texts in the file")), 44),
        ]
        yes = self._text(tr("yes"))
        cells = [
            [
                table.id,
                one.name,
                code.id,
                *self._spoken(code.text),
                yes if code.missing else "",
                "; ".join(code.written),
            ]
            for table in dictionary.tables
            for one in table.variables
            for code in one.codes
        ]
        self._sheet(tr("Codes"), heads, cells)

    def missing(self) -> None:
        """Write what each code of missing means, wherever it stands."""
        heads = [
            (self._text(tr("code")), 18),
            *self._headed(tr("word"), 18),
            *self._headed(tr("meaning"), 52),
            *self._headed(tr("where it can stand"), 44),
        ]
        cells = [
            [one.id, *self._spoken(one.text), *self._spoken(one.meaning), *self._spoken(one.where)]
            for one in MISSING_CODES
        ]
        self._sheet(tr("Missing"), heads, cells)

    def _sheet(self, name: Readable, heads: Sequence[tuple[str, int]], rows: Iterable[Sequence[str]]) -> None:
        sheet = self._book.add_worksheet(self._text(name))
        for place, (head, width) in enumerate(heads):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, head, self._head)
        row = 0
        for row, cells in enumerate(rows, start=1):
            # not every program makes a row as high as its text
            lines = max(math.ceil(len(cell) / (1.1 * heads[place][1])) for place, cell in enumerate(cells))
            sheet.set_row(row, min(_LINE * max(lines, 1), _HIGHEST))
            for place, cell in enumerate(cells):
                if cell:
                    sheet.write_string(row, place, cell[:_LONGEST], self._cell)
        sheet.freeze_panes(1, 0)
        if row:
            sheet.autofilter(0, 0, row, len(heads) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def _headed(self, words: Readable, width: int) -> list[tuple[str, int]]:
        """Return a heading for each language."""
        return [(f"{self._text(words)} ({one})", width) for one in self._languages]

    def _spoken(self, words: Readable | str) -> list[str]:
        return [words if isinstance(words, str) else words.text(one) for one in self._languages]

    def _text(self, words: Readable) -> str:
        return words.text(self._languages[0])


def _note(one: Variable) -> Readable | str:
    """Return what else is to be known of a variable."""
    notes: list[Readable] = [one.note] if one.note is not None else []
    notes += [_OPEN] if one.open and any(not code.missing for code in one.codes) else []
    if len(notes) < 2:
        return notes[0] if notes else ""
    return tr("{first} {second}", first=notes[0], second=notes[1])
