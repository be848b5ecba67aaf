"""The list of disagreements as a workbook that somebody decides in, and read back: personal data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from ...base.errors import CaseDataError, MappingError, OutputError
from ...base.language import LANGUAGES, Language, Message, tr, trn
from ..conversions.text import normalise
from ..private_file import PREFIX, placed
from ..readers.files import read_text_table
from .compared import WHOLE_ROWS, Disagreement

Decided: TypeAlias = Literal["first", "second", "other"]

DECISIONS: Final[Mapping[Decided, Message]] = MappingProxyType(
    {"first": tr("first"), "second": tr("second"), "other": tr("another value")}
)
# What a new value says that empties a cell; an empty new value is one that was forgotten.
BLANK: Final = tr("(blank)")
_ROWS: Final = tr("(all rows)")
HEADINGS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "case": tr("case"),
        "table": tr("table"),
        "row": tr("row"),
        "column": tr("item"),
        "first": tr("first coding"),
        "second": tr("second coding"),
        "decision": tr("decision"),
        "value": tr("new value"),
        "by": tr("decided by"),
        "on": tr("decided on"),
        "why": tr("reason"),
    }
)
_WIDTHS: Final = MappingProxyType(
    {"case": 18, "table": 12, "row": 6, "column": 34, "first": 30, "second": 30, "decision": 16, "value": 24, "by": 14}
)
_MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody decided on one disagreement; printing it shows no content.

    Attributes
    ----------
    of : Disagreement
    decision : {"first", "second", "other"}
    value : str or None
        For another value: what the cell is to hold; None empties it.
    by, on, why : str
        Who decided, when, and the reason, as far as they were written down.
    """

    of: Disagreement
    decision: Decided
    value: str | None = field(default=None, repr=False)
    by: str = field(default="", repr=False)
    on: str = field(default="", repr=False)
    why: str = field(default="", repr=False)


def write_decisions(path: Path, found: Sequence[Disagreement], *, language: Language) -> Path:
    """Write the list of disagreements, with an empty column for the decision on each.

    Parameters
    ----------
    path : Path
        An xlsx file whose name begins with ``PERSONAL_DATA_``; readable by its owner only.
    found : sequence of Disagreement
    language : {"en", "es"}

    Raises
    ------
    OutputError
        When the name does not say what it is, there is a file of that name, which may hold decisions, or it cannot be
        written.
    """
    import xlsxwriter

    if not path.name.startswith(PREFIX) or path.suffix.lower() != ".xlsx":
        raise OutputError(
            tr("The list of disagreements holds personal data, and '{name}' does not say so.", name=path.name),
            tr("Call it {name}.", name=f"{PREFIX}disagreements.xlsx"),
        )
    if path.exists():
        raise OutputError(
            tr("There is a file '{name}' already, and somebody may have decided in it.", name=path.name),
            tr("Give another name, or move that file away."),
        )
    with placed(path) as beside:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        book = xlsxwriter.Workbook(str(beside), options)
        sheet = book.add_worksheet(tr("Decisions").text(language))
        _fill(book, sheet, found, language)
        book.close()
    return path


def _fill(book: Any, sheet: Any, found: Sequence[Disagreement], language: Language) -> None:
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8E8E8"})
    ours = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#FFF2CC"})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
    places = {name: place for place, name in enumerate(HEADINGS)}
    sheet.freeze_panes(1, 4)
    for name, place in places.items():
        sheet.set_column(place, place, _WIDTHS.get(name, 14), day if name == "on" else text)
        open_to_all = place >= places["decision"]
        sheet.write_string(0, place, HEADINGS[name].text(language), ours if open_to_all else head)
    for row, one in enumerate(found, start=1):
        cells = _cells(one, language)
        for name, cell in cells.items():
            if cell is not None:
                sheet.write_string(row, places[name], cell, text)
    last = max(len(found), 1)
    sheet.autofilter(0, 0, last, len(places) - 1)
    sheet.data_validation(
        1,
        places["decision"],
        last,
        places["decision"],
        {
            "validate": "list",
            "source": [word.text(language) for word in DECISIONS.values()],
            "input_message": tr(
                "Choose which coding is right. If neither is, choose '{other}' and write it in the next column.",
                other=DECISIONS["other"],
            ).text(language),
        },
    )


def _cells(one: Disagreement, language: Language) -> dict[str, str | None]:
    return {
        "case": one.case,
        "table": one.called,
        "row": str(one.row) if one.row and one.table else None,
        "column": _ROWS.text(language) if one.column == WHOLE_ROWS else one.column,
        "first": one.first,
        "second": one.second,
    }


def read_decisions(path: Path, found: Sequence[Disagreement]) -> dict[Disagreement, Decision]:
    """Read what was decided on the disagreements of two codings.

    Parameters
    ----------
    path : Path
        The list, filled in.
    found : sequence of Disagreement
        Those of the codings as they are now.

    Returns
    -------
    dict of Disagreement to Decision
        Without those on which nothing was decided yet.

    Raises
    ------
    ReadError
        When the file cannot be read.
    MappingError
        When a column of the list is missing.
    CaseDataError
        When rows are not of these codings, stand there twice, or their decision cannot be read; with their numbers.
    """
    read = read_text_table(path)
    columns = _columns(read.columns, read.source)
    known = {_key(one.case, one.called, str(one.row) if one.table and one.row else "", one.column): one
             for one in found}  # fmt: skip
    rows = zip(*(read.table.column(columns[name]).to_pylist() for name in HEADINGS), strict=True)
    words = {normalise(word.text(language)): id for id, word in DECISIONS.items() for language in LANGUAGES}
    blank = {normalise(BLANK.text(language)) for language in LANGUAGES}
    whole = {normalise(_ROWS.text(language)) for language in LANGUAGES}
    strange: list[int] = []
    unread: list[int] = []
    forgotten: list[int] = []
    decided: dict[Disagreement, Decision] = {}
    for place, cells in enumerate(rows):
        row = dict(zip(HEADINGS, cells, strict=True))
        column = WHOLE_ROWS if normalise(row["column"] or "") in whole else row["column"] or ""
        one = known.get(_key(row["case"] or "", row["table"] or "", row["row"] or "", column))
        number = read.row_number(place)
        if one is None or one in decided or (row["first"], row["second"]) != (one.first, one.second):
            strange.append(number)
            continue
        if row["decision"] is None and row["value"] is None:
            continue
        decision = words.get(normalise(row["decision"] or ""))
        if decision is None or (decision == "other") != (row["value"] is not None):
            (unread if decision is None else forgotten).append(number)
            continue
        if decision == "other" and one.column == WHOLE_ROWS:
            forgotten.append(number)
            continue
        value = row["value"]
        decided[one] = Decision(
            of=one,
            decision=decision,
            value=None if value is not None and normalise(value) in blank else value,
            by=row["by"] or "",
            on=row["on"] or "",
            why=row["why"] or "",
        )
    _refuse(strange, unread, forgotten)
    return decided


def _key(case: str, table: str, row: str, column: str) -> tuple[str, str, str, str]:
    return case, table, row, column


def _columns(columns: Sequence[str], source: str) -> dict[str, str]:
    """Return the column of each thing, by its heading in any language."""
    bare = {normalise(one): one for one in columns}
    found = {}
    for name, heading in HEADINGS.items():
        words = [heading.text(language) for language in LANGUAGES]
        there = next((bare[normalise(word)] for word in words if normalise(word) in bare), None)
        if there is None:
            raise MappingError(
                tr("'{file}' is no list of disagreements: it has no column '{name}'.", file=source, name=heading),
                tr("Give the list that coder-agreement --disagreements wrote, with its headings as they were."),
            )
        found[name] = there
    return found


def _refuse(strange: Sequence[int], unread: Sequence[int], forgotten: Sequence[int]) -> None:
    if strange:
        raise CaseDataError(
            trn(
                "{n} row of the list is no disagreement of these codings, or stands there twice (row {rows}).",
                "{n} rows of the list are no disagreements of these codings, or stand there twice (rows {rows}).",
                len(strange),
                rows=_told(strange),
            ),
            tr(
                "Nothing was written. The list belongs to the codings as they were when it was made: change neither "
                "the coded files nor its first six columns. Make a new list if the files have changed."
            ),
        )
    if unread:
        raise CaseDataError(
            trn(
                "{n} decision of the list cannot be read (row {rows}).",
                "{n} decisions of the list cannot be read (rows {rows}).",
                len(unread),
                rows=_told(unread),
            ),
            tr("Choose one of: {known}.", known=list(DECISIONS.values())),
        )
    if forgotten:
        raise CaseDataError(
            trn(
                "{n} decision and its new value do not fit together (row {rows}).",
                "{n} decisions and their new values do not fit together (rows {rows}).",
                len(forgotten),
                rows=_told(forgotten),
            ),
            tr(
                "A new value stands beside '{other}' only, and '{blank}' there empties the cell. Of all rows of a case "
                "one coding is chosen.",
                other=DECISIONS["other"],
                blank=BLANK,
            ),
        )


def _told(rows: Sequence[int]) -> str:
    return ", ".join(map(str, rows[:_MOST_NAMED])) + (" …" if len(rows) > _MOST_NAMED else "")
