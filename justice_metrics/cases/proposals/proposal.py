"""What was made out about a file: a guess for each column and each outcome label."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ...base.language import Language, Readable, format_share, tr
from ..conversions.conversion import DateOrder
from .columns import ColumnLook
from .keys import ProposedKind

# From here on a guess needs no CHECK mark beside it.
SURE: Final = 0.8


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
    """

    column: str
    key: str
    confidence: float
    look: ColumnLook = field(repr=False)

    @property
    def sure(self) -> bool:
        """Whether no check is asked for."""
        return self.confidence >= SURE


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
class Guesses:
    """What was made out about one file.

    Attributes
    ----------
    file : str
        Name of the file.
    kind : {"wide", "events"}
        One row per unit, or one row per event.
    language : {"en", "es"}
        Language of the file.
    n_rows : int
        Rows below the header.
    guesses : tuple of Guess
        One per column, in the order of the file.
    labels : tuple of LabelGuess
        For the outcome column, or the state column of an event log.
    rare_labels, rare_cells : int
        Labels that too few cells hold to be printed, and those cells.
    date_order : {"dmy", "mdy", "ymd"} or None
        Found out from all dates of the file.
    ambiguous_dates : int
        Date columns that do not settle the order themselves.
    cutoff : datetime.date or None
        Latest date in the file that is not in the future.
    later_dates : int
        Different days after that one.
    procedure : str or None
        Shipped procedure that the words of the file speak for.
    missing : mapping of str to str
        Usual codes for missing that occur.
    sheet, other_sheets
        For a workbook.
    """

    file: str
    kind: ProposedKind
    language: Language
    n_rows: int
    guesses: tuple[Guess, ...]
    labels: tuple[LabelGuess, ...] = field(default=(), repr=False)
    rare_labels: int = 0
    rare_cells: int = 0
    date_order: DateOrder | None = None
    ambiguous_dates: int = 0
    cutoff: dt.date | None = None
    later_dates: int = 0
    procedure: str | None = None
    missing: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    other_sheets: tuple[str, ...] = ()

    def at(self, key: str) -> Guess | None:
        """Return the guess for a key of the mapping."""
        return next((one for one in self.guesses if one.key == key), None)

    def under(self, section: str) -> tuple[Guess, ...]:
        """Return the guesses for a section of the mapping."""
        return tuple(one for one in self.guesses if one.key.startswith(section + "."))

    def headings(self, language: Language = "en") -> list[str]:
        """Return the headings of ``rows``."""
        words = (tr("column"), tr("looks like"), tr("filled"), tr("proposed as"), tr("confidence"))
        return [one.text(language) for one in words]

    def rows(self, language: Language = "en") -> list[list[str]]:
        """Return the guesses for reading: names and shares only, nothing that a cell says."""
        return [
            [
                one.column,
                looks_like(one.look).text(language),
                format_share(one.look.share_filled, language, decimals=0),
                one.key or "–",
                format_share(one.confidence, language, decimals=0) if one.key else "–",
            ]
            for one in self.guesses
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
