"""What was made out about a table of counts: its period, its office, what splits it, and its quantities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ...base.language import Language
from ..conversions.numbers import DecimalMark
from .columns import Given
from .proposal import Guess, guess_headings, guess_rows


class QuantityGuess(NamedTuple):
    """One quantity of a table of counts.

    Attributes
    ----------
    name : str
        As the mapping calls it.
    column : str
        Its column; in a long table the text that names it.
    known : bool
        Whether the library knows a quantity of that name.
    per_office : bool
        Whether it stands again on each row of an office.
    """

    name: str
    column: str
    known: bool
    per_office: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CountGuesses:
    """What was made out about a table of counts.

    Attributes
    ----------
    files : tuple of Path or str
    sheet : str or None
    language : {"en", "es"}
    n_rows : int
    guesses : tuple of Guess
        One per column.
    unit : str
        What is counted.
    period : tuple of (str, str)
        Keys of the period with their columns; ``length`` with the length of a period.
    quantities : tuple of QuantityGuess
    long : tuple of (str, str), optional
        In a long table the column that names the quantity, and that of the numbers.
    totals : str or None
        Text of the office that is a row of totals.
    repeated : int
        Rows of an office, period and breakdown that has another row.
    missing : tuple of (str, str)
        Texts that stand in place of a number, with what they mean.
    same : tuple of (str, str)
        Columns that say what another one says.
    decided : frozenset of str
        Keys that a person decided, which need no mark.
    decimal : {",", "."} or None
        The decimal mark by which numbers like 9.999 are whole.
    key_totals : mapping of str to str
        By column of a key, the text of a row of totals.
    other_sheets : tuple of str
        Sheets that were not taken.
    """

    files: tuple[Given, ...]
    sheet: str | None
    language: Language
    n_rows: int
    guesses: tuple[Guess, ...]
    unit: str
    period: tuple[tuple[str, str], ...]
    quantities: tuple[QuantityGuess, ...]
    long: tuple[str, str] | None = None
    totals: str | None = None
    repeated: int = 0
    missing: tuple[tuple[str, str], ...] = field(default=())
    same: tuple[tuple[str, str], ...] = ()
    decided: frozenset[str] = frozenset()
    decimal: DecimalMark | None = None
    key_totals: Mapping[str, str] = field(default_factory=dict)
    other_sheets: tuple[str, ...] = ()

    kind = "counts"

    def headings(self, language: Language = "en") -> list[str]:
        """Return the headings of ``rows``."""
        return guess_headings(language)

    def rows(self, language: Language = "en") -> list[list[str]]:
        """Return the guesses for reading: names and shares only, nothing that a cell says."""
        return guess_rows(self.guesses, language)

    def every(self) -> tuple[tuple[str, Guess], ...]:
        """Return the guesses, each with the section that its key belongs to."""
        return tuple(("", one) for one in self.guesses)

    def rare_labels(self) -> tuple[tuple[str, str, str, int], ...]:
        """Return nothing: levels of a table of counts are taken as they are."""
        return ()
