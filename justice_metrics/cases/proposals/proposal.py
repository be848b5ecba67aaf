"""What was made out about a file: a guess for each column and each outcome label."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ...base.language import Language, Readable, format_share, tr
from ..conversions.conversion import DateOrder
from ..conversions.labels import LabelMatch
from ..readers.database_url import source_name
from .columns import ColumnLook, Given
from .date_parts import MadeDate
from .keys import ProposedKind, is_id, unit_of

# From here on a guess needs no CHECK mark beside it.
SURE: Final = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelGuess:
    """What one outcome label probably means.

    Attributes
    ----------
    label : str
        As it may be written into the mapping.
    n : int
        Cells that hold it.
    state : str or None
        Id of the state, "pending", or None when its words are not known.
    sure : bool
        Whether no check is asked for.
    """

    label: str
    n: int
    state: str | None
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelGuesses:
    """What the labels of one column probably mean.

    Attributes
    ----------
    labels : tuple of LabelGuess
        Those that may be printed, the most frequent first.
    rare : tuple of (str, int)
        Those that too few cells hold to be printed, and the cells.
    match : {"whole", "start"}
        Whether a label is the whole text or its first words.
    otherwise : str or None
        State of everything else, where one can be proposed.
    rest : str or None
        State for whatever has none of its own, which the user may choose.
    """

    labels: tuple[LabelGuess, ...] = field(default=(), repr=False)
    rare: tuple[tuple[str, int], ...] = field(default=(), repr=False)
    match: LabelMatch = "whole"
    otherwise: str | None = None
    rest: str | None = None

    @property
    def rare_cells(self) -> int:
        """Cells with a label that is not printed."""
        return sum(n for _, n in self.rare)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What one column probably is.

    Attributes
    ----------
    column : str
        Name in the file.
    key : str
        Where the mapping takes it, such as "dates.complaint"; empty when nothing was recognised.
    confidence : float
        From 0 to 1.
    look : ColumnLook
        How the column looks.
    labels : LabelGuesses or None
        What its labels mean, where the key is one of labels.
    """

    column: str
    key: str
    confidence: float
    look: ColumnLook = field(repr=False)
    labels: LabelGuesses | None = None

    @property
    def sure(self) -> bool:
        """Whether no check is asked for."""
        return self.confidence >= SURE


@dataclass(frozen=True, slots=True, kw_only=True)
class TableGuess:
    """What one table of several probably is.

    Attributes
    ----------
    section : str
        Section of the mapping: "stages", "support", or that of a table which hangs on the cases.
    files : tuple of Path or str
        Where it lies.
    sheet : str or None
        For a workbook.
    n_rows : int
    guesses : tuple of Guess
        One per column.
    state : str or None
        For a stage table: the state that its rows stand for.
    sure : bool
        Whether no check of it is asked for.
    """

    section: str
    files: tuple[Given, ...]
    sheet: str | None
    n_rows: int
    guesses: tuple[Guess, ...]
    state: str | None = None
    sure: bool = True

    def at(self, key: str) -> Guess | None:
        """Return the guess for a key of the section."""
        return next((one for one in self.guesses if one.key == key), None)

    @property
    def name(self) -> str:
        """How messages call it."""
        return self.sheet or ", ".join(source_name(one) for one in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guesses:
    """What was made out about one file.

    Attributes
    ----------
    files : tuple of Path or str
        The file with the cases; several of one shape; none when there is a table per stage.
    kind : {"wide", "events", "stages"}
        One row per unit, one row per event, or one table per stage.
    language : {"en", "es"}
        Language of the file.
    n_rows : int
        Rows below the header.
    guesses : tuple of Guess
        One per column of the table of the cases, in the order of the file.
    tables : tuple of TableGuess
        Further tables: one per stage, support, tables that hang on the cases.
    date_order : {"dmy", "mdy", "ymd"} or None
        Found out from all dates of the file.
    ambiguous_dates : int
        Date columns that do not settle the order themselves.
    cutoff : datetime.date or None
        Latest date in the files that is no slip.
    later_dates : int
        Different days after that one: in the future, or months after all others.
    procedure : str or None
        Shipped procedure that the words of the file speak for, or the one that the user named.
    named : bool
        Whether the user named it.
    unit : str
        What a row counts.
    frame : str or None
        How the cases came into the file, where a person said it.
    decided : frozenset of str
        Keys that a person decided, which need no mark.
    left_out : tuple of str
        Tables that could not be tied to the cases.
    export : {"kobo", "odk"} or None
        Survey system whose export the file is.
    made : tuple of MadeDate
        Dates that stand in three columns each.
    missing : mapping of str to str
        Usual codes for missing that occur.
    sheet, other_sheets, sheets, near_sheets
        For a workbook: the sheet that was taken, those that were not, those of one shape that were taken together, and
        of the others those with most of its columns.
    header_row : int or None
        Row with the names of the columns, where it is not the first one of the table.
    """

    files: tuple[Given, ...]
    kind: ProposedKind
    language: Language
    n_rows: int
    guesses: tuple[Guess, ...]
    tables: tuple[TableGuess, ...] = ()
    date_order: DateOrder | None = None
    ambiguous_dates: int = 0
    cutoff: dt.date | None = None
    later_dates: int = 0
    procedure: str | None = None
    named: bool = False
    unit: str = "case"
    frame: str | None = None
    decided: frozenset[str] = frozenset()
    left_out: tuple[str, ...] = ()
    export: str | None = None
    made: tuple[MadeDate, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    other_sheets: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    near_sheets: tuple[str, ...] = ()
    header_row: int | None = None

    @property
    def source(self) -> str:
        """Names of the files."""
        paths = self.files or tuple(path for one in self.tables for path in one.files)
        return ", ".join(dict.fromkeys(source_name(one) for one in paths))

    def every(self) -> tuple[tuple[str, Guess], ...]:
        """Return the guesses of all tables, each with the section that its key belongs to."""
        of_tables = ((f"{one.section}.", guess) for one in self.tables for guess in one.guesses)
        return (*(("", guess) for guess in self.guesses), *of_tables)

    def at(self, key: str) -> Guess | None:
        """Return the guess for a key of the mapping."""
        return next((one for one in self._of_cases() if one.key == key), None)

    def under(self, section: str) -> tuple[Guess, ...]:
        """Return the guesses for a section of the mapping."""
        found: dict[str, Guess] = {}
        for one in self._of_cases():
            if one.key.startswith(section + "."):
                found.setdefault(one.key, one)
        return tuple(found.values())

    def other_ids(self) -> tuple[tuple[str, str], ...]:
        """Return the columns with ids of other units in the first table of the cases, and those units."""
        first = self.stages()[0].guesses if self.stages() else self.guesses
        ids = [one for one in first if not one.key and is_id(one.look)]
        return tuple((one.column, unit_of(one.look.words) or "case") for one in ids)

    def stages(self) -> tuple[TableGuess, ...]:
        """Return the stage tables."""
        return tuple(one for one in self.tables if one.section == "stages")

    def rare_labels(self) -> tuple[tuple[str, str, str, int], ...]:
        """Return table, column, label and cells of what is not printed. Personal data: never shown."""
        names = [("", one) for one in self.guesses]
        names += [(table.name, one) for table in self.tables for one in table.guesses]
        return tuple(
            (table, guess.column, label, n)
            for table, guess in names
            if guess.labels is not None
            for label, n in guess.labels.rare
        )

    def _of_cases(self) -> tuple[Guess, ...]:
        return (*self.guesses, *(guess for one in self.stages() for guess in one.guesses))

    def headings(self, language: Language = "en") -> list[str]:
        """Return the headings of ``rows``."""
        table = [tr("table").text(language)] if self.tables else []
        return table + guess_headings(language)

    def rows(self, language: Language = "en") -> list[list[str]]:
        """Return the guesses for reading: names and shares only, nothing that a cell says."""
        if not self.tables:
            return guess_rows(self.guesses, language)
        main = [
            [", ".join(source_name(one) for one in self.files), *_row(guess, "", language)] for guess in self.guesses
        ]
        return main + [
            [table.name, *_row(guess, f"{table.section}.", language)]
            for table in self.tables
            for guess in table.guesses
        ]


def guess_headings(language: Language) -> list[str]:
    """Return the headings of a list of guesses."""
    words = (tr("column"), tr("looks like"), tr("filled"), tr("proposed as"), tr("confidence"))
    return [one.text(language) for one in words]


def guess_rows(guesses: Sequence[Guess], language: Language) -> list[list[str]]:
    """Return guesses for reading: names and shares only, nothing that a cell says."""
    return [_row(one, "", language) for one in guesses]


def _row(one: Guess, section: str, language: Language) -> list[str]:
    whole = one.key if one.key.startswith(("cases.", "attributes.")) else section + one.key
    return [
        f"{one.column} ({one.look.called})" if one.look.called else one.column,
        looks_like(one.look).text(language),
        format_share(one.look.share_filled, language, decimals=0),
        whole if one.key else "–",
        format_share(one.confidence, language, decimals=0) if one.key else "–",
    ]


def looks_like(look: ColumnLook) -> Readable:
    """Return in words what a column holds, without saying what."""
    if look.n_filled == 0:
        return tr("nothing (blank)")
    if look.is_date:
        return tr("dates, of two possible orders") if look.ambiguous else tr("dates")
    if look.share_numbers > 0.9:
        return tr("whole numbers, all different") if look.is_unique else tr("whole numbers")
    if look.is_unique:
        return tr("texts, all different")
    return tr("texts, {n} different", n=look.n_distinct)
