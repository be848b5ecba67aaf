"""Rows of a chart: what is drawn, word by word, as a script may put others in their place."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from ....base.language import Language, Message, format_share, tr
from ....base.levels import MISSING_LEVELS, PENDING, UNDER_REVIEW
from ....base.provenance import unit_words
from ....base.quantities import STATUS_WORDS
from ....base.table import Table

# Fields of every row: period, level, label, series, n, text, status; some have low and high too.
Row: TypeAlias = dict[str, str | float | None]

NOW: Final = "now"
BEFORE: Final = "before"
COUNT: Final = "count"
PROVISIONAL: Final = "provisional"
HIDDEN: Final = "hidden"
"""In a legend: the empty box of a number that is not shown."""
NOT_KNOWN: Final = "not_known"
"""Series of levels that say that nothing is known, or not yet; drawn in grey."""
_NUMBER_OF: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "complaint": tr("Number of complaints"),
        "case": tr("Number of cases"),
        "victim": tr("Number of victims"),
        "accused": tr("Number of accused persons"),
        "charge": tr("Number of charges"),
        "offence": tr("Number of offences"),
        "person": tr("Number of persons"),
    }
)

_GREY: Final = frozenset({*MISSING_LEVELS, PENDING})


class Cell(NamedTuple):
    """A number of a table: None where it is hidden or missing, with the id of the reason."""

    n: float | None
    status: str
    text: str


class Reader:
    """Reads a protected table cell by cell, in one language.

    Parameters
    ----------
    table : Table
    language : str
    """

    def __init__(self, table: Table, language: Language) -> None:
        self.table = table
        self.language = language
        _, shown = table.display(language)
        both = "conf_low" in table.values and "conf_high" in table.values
        names = [one.name for one in table.columns if not (both and one.name == "conf_high")]
        self._text = {name: [row[place] for row in shown] for place, name in enumerate(names)}

    def __len__(self) -> int:
        return len(self.table)

    def has(self, column: str) -> bool:
        """Whether the table has a column."""
        return column in self.table.values

    def meaning(self, column: str) -> str:
        """Return the heading of a column, beginning with a capital."""
        found = next(one for one in self.table.columns if one.name == column)
        return capital(found.meaning.text(self.language))

    def counted(self, column: str, unit: str) -> str:
        """Return what a column of counts counts, for an axis: "Number of victims (complaint)"."""
        words = self.meaning(column)
        if column != COUNT or unit not in _NUMBER_OF:
            return words
        number = _NUMBER_OF[unit].text(self.language)
        word = words.casefold()
        same = word == unit_words(unit).text(self.language).casefold()
        return number if same or number.casefold().endswith(word) else f"{number} ({words[:1].lower()}{words[1:]})"

    def level(self, column: str, row: int) -> str:
        """Return the id that stands in a cell."""
        return str(self.table[column][row])

    def words(self, column: str, row: int) -> str:
        """Return what a reader sees in a cell, beginning with a capital."""
        return capital(self._text[column][row])

    def cell(self, column: str, row: int) -> Cell:
        """Return the number of a cell; what is not there has None, never zero."""
        value = float(self.table[column][row])
        statuses = self.table.statuses.get(column, ())
        status = statuses[row] if statuses else ""
        if not math.isnan(value):
            return Cell(value, status if status == UNDER_REVIEW else "", self._text[column][row])
        return Cell(None, status or "not_available", STATUS_WORDS[status or "not_available"].text(self.language))

    def limit(self, column: str, row: int) -> float | None:
        """Return a limit of an interval, None where there is none."""
        if not self.has(column):
            return None
        value = float(self.table[column][row])
        return None if math.isnan(value) else value

    def provisional(self, row: int) -> bool:
        """Whether the period of a row is not over."""
        return any(self.has(one) and self.level(one, row) == PROVISIONAL for one in ("maturity", "state"))

    def share(self, column: str, row: int) -> str:
        """Return a number as a reader of a chart sees it: shares with one decimal at most."""
        cell = self.cell(column, row)
        found = next(one for one in self.table.columns if one.name == column)
        if cell.n is None or found.unit != "share":
            return cell.text
        return format_share(cell.n, self.language, decimals=0 if cell.n == 1 else 1)

    def first(self, role: str, *, besides: Sequence[str] = ()) -> str | None:
        """Return the name of the first column with a role."""
        return next((one.name for one in self.table.columns if one.role == role and one.name not in besides), None)

    def rows(self, only: Mapping[str, str]) -> list[int]:
        """Return the places of the rows in which columns hold these ids; a column that is not there is passed over."""
        wanted = {column: level for column, level in only.items() if self.has(column)}
        return [row for row in range(len(self)) if all(self.level(one, row) == wanted[one] for one in wanted)]


def row(cell: Cell, *, label: str, level: str = "", period: str = "", series: str = NOW) -> Row:
    """Return one row of a chart."""
    return {
        "period": period,
        "level": level,
        "label": label,
        "series": NOT_KNOWN if series == NOW and level in _GREY else series,
        "n": cell.n,
        "text": cell.text,
        "status": cell.status,
    }


def capital(words: str) -> str:
    """Return words that begin with a capital; those of a procedure file begin small.

    Examples
    --------
    >>> capital("años")
    'Años'
    """
    return words[:1].upper() + words[1:]
