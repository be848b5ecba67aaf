"""A calendar of the user: judicial vacations, suspended terms, days off and days worked, for all offices or for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

from ..base.errors import CaseDataError, MappingError, suggestion
from ..base.language import tr, trn
from .conversions.days import day_lookup, unreadable_days
from .conversions.text import normalise
from .readers.files import read_text_table
from .readers.text_table import TextTable

CalendarKind: TypeAlias = Literal["vacation", "suspension", "holiday", "working"]

# What a column or a kind may be called: the English word first, then those of Spanish files.
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "from": ("from", "desde", "inicio"),
        "to": ("to", "hasta", "fin"),
        "kind": ("kind", "tipo"),
        "office": ("office", "oficina", "juzgado", "despacho"),
    }
)
_KINDS: Final[Mapping[str, CalendarKind]] = MappingProxyType(
    {
        "vacation": "vacation",
        "judicial vacation": "vacation",
        "vacacion": "vacation",
        "vacacion judicial": "vacation",
        "suspension": "suspension",
        "suspension de plazos": "suspension",
        "holiday": "holiday",
        "feriado": "holiday",
        "working": "working",
        "habil": "working",
        "dia habil": "working",
    }
)
_LONGEST: Final = 3_660


class CalendarRow(NamedTuple):
    """One entry: what the days from ``first_day`` to ``last_day`` are, everywhere or in one office."""

    first_day: int
    last_day: int
    kind: CalendarKind
    office: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalCalendar:
    """The entries of a calendar file.

    Attributes
    ----------
    rows : tuple of CalendarRow
    source : str
        Name of the file, without its folder.
    """

    rows: tuple[CalendarRow, ...]
    source: str

    @property
    def offices(self) -> tuple[str, ...]:
        """The offices that have days of their own, in the order of the file."""
        return tuple(dict.fromkeys(one.office for one in self.rows if one.office is not None))

    def first_and_last(self, kind: CalendarKind) -> tuple[int, int] | None:
        """Return the first and the last day of a kind; None when there is none."""
        days = [(one.first_day, one.last_day) for one in self.rows if one.kind == kind]
        return (min(one for one, _ in days), max(one for _, one in days)) if days else None


def read_calendar(path: str | Path) -> LegalCalendar:
    """Read a calendar of vacations, suspended terms, holidays and working days.

    Parameters
    ----------
    path : path
        A csv, tsv or xlsx file with the columns ``from``, ``to`` (blank for a single day), ``kind`` and, where days are
        those of one office only, ``office``; Spanish headings are known too (desde, hasta, tipo, oficina). The kinds:
        ``vacation`` (judicial vacation), ``suspension`` (terms suspended by order), ``holiday`` (a day off) and
        ``working`` (worked although a weekend or a holiday). Other columns are for the reader.

    Returns
    -------
    LegalCalendar

    Raises
    ------
    ReadError, MappingError, CaseDataError
        When the file cannot be read, a column is missing, a kind is unknown or dates are wrong.
    """
    read = read_text_table(path)
    columns = {role: _column(read, words) for role, words in _COLUMNS.items()}
    for role in ("from", "kind"):
        if columns[role] is None:
            raise MappingError(
                tr("The calendar '{name}' has no column '{column}'.", name=read.source, column=role),
                tr("It needs the columns from, to, kind and, for days of one office, office."),
            )
    found = _days(read, [one for one in (columns["from"], columns["to"]) if one is not None])
    first, last = found[0], found[1] if len(found) > 1 else [None] * read.n_rows
    kinds = [_kind(text, read) for text in _cells(read, columns["kind"])]
    offices = _cells(read, columns["office"]) if columns["office"] is not None else [None] * read.n_rows
    rows = []
    for begin, end, kind, office in zip(first, last, kinds, offices, strict=True):
        if begin is None:
            raise CaseDataError(
                tr("A row of the calendar '{name}' has no first day.", name=read.source),
                tr("Give every row a date in the column 'from'."),
            )
        rows.append(CalendarRow(begin, begin if end is None else end, kind, office))
    _ensure_order(rows, read.source)
    return LegalCalendar(rows=tuple(rows), source=read.source)


def _column(read: TextTable, words: Sequence[str]) -> str | None:
    names = {normalise(one): one for one in read.columns}
    return next((names[word] for word in words if word in names), None)


def _cells(read: TextTable, column: str | None) -> list[str | None]:
    return list(read.table.column(column).to_pylist())


def _days(read: TextTable, columns: Sequence[str]) -> list[list[int | None]]:
    """Return the days of each column; the order of day and month is found out from all of them together."""
    cells = [_cells(read, one) for one in columns]
    texts = [text for column in cells for text in column]
    remedy = tr("Write whole dates in one order, such as 2018-12-05.")
    try:
        found = day_lookup(texts, [1] * len(texts), column=" / ".join(columns))
    except CaseDataError as error:
        raise CaseDataError(error.problem, remedy) from None
    if found.n_unreadable:
        raise CaseDataError(unreadable_days(found).problem, remedy)
    coarse = found.n_month_only + found.n_year_only
    if coarse:
        raise CaseDataError(
            trn(
                "{n} date of the calendar '{name}' gives no day.",
                "{n} dates of the calendar '{name}' give no day.",
                coarse,
                name=read.source,
            ),
            remedy,
        )
    return [[None if text is None else found.days[text] for text in column] for column in cells]


def _kind(text: str | None, read: TextTable) -> CalendarKind:
    found = _KINDS.get(normalise(text or ""))
    if found is None:
        raise MappingError(
            tr("The calendar '{name}' has the kind '{kind}', which is not known.", name=read.source, kind=text or ""),
            suggestion(text or "", ("vacation", "suspension", "holiday", "working")),
        )
    return found


def _ensure_order(rows: Sequence[CalendarRow], source: str) -> None:
    backwards = sum(one.last_day < one.first_day for one in rows)
    if backwards:
        raise CaseDataError(
            trn(
                "{n} row of the calendar '{name}' ends before it begins.",
                "{n} rows of the calendar '{name}' end before they begin.",
                backwards,
                name=source,
            ),
            tr("Look at the order of day and month, and at the years."),
        )
    if any(one.last_day - one.first_day > _LONGEST for one in rows):
        raise CaseDataError(
            tr("A row of the calendar '{name}' lasts more than ten years.", name=source),
            tr("Look at the order of day and month, and at the years."),
        )
