"""Numbers that a file types, apart from those that somebody wrote as text among them.

A typed 1.5 is one and a half whatever the country; the point of a text may part thousands. Both become texts while a
file is read, so what stood as text is remembered for each column that holds typed fractions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from .text_table import TextTable

# A text that may be a number with a decimal mark or a mark for thousands.
_MARKED: Final = re.compile(r"^[+\-−]?\s?\d[\d\s'’]*[.,][\d.,\s'’]*$")
# A typed number that looks like thousands.
_LIKE_THOUSANDS: Final = re.compile(r"^-?\d{1,3}\.\d{3}$")


class NumberColumn:
    """Takes the cells of one column in and tells which of its numbers were written as text."""

    def __init__(self) -> None:
        self._has_fractions = False
        self._typed: set[str] = set()
        self._written: set[str] = set()

    def add(self, cells: Iterable[Any]) -> None:
        """Take cells in, as the parser gives them."""
        for one in cells:
            if isinstance(one, str):
                if _MARKED.match(one):
                    self._written.add(one.strip())
            elif isinstance(one, Decimal) or (isinstance(one, float) and not one.is_integer()):
                text = repr(one) if isinstance(one, float) else format(one, "f")
                self._has_fractions |= "." in text or "e" in text
                if _LIKE_THOUSANDS.match(text):
                    self._typed.add(text)

    @property
    def written(self) -> Mapping[str, bool] | None:
        """Numbers that stand as text, and whether a typed number looks the same; None without typed fractions."""
        if not self._has_fractions:
            return None
        return {text: text in self._typed for text in sorted(self._written)}


def all_typed(shown: Iterable[str] = ()) -> Mapping[str, bool]:
    """Return what ``NumberColumn.written`` is for a column of numbers only; labels in place of some are texts."""
    return {text: False for text in shown if _MARKED.match(text)}


def numbers_of_all(tables: Sequence[TextTable]) -> dict[str, Mapping[str, bool]]:
    """Return the numbers that were written as text, of tables that are put one below the other.

    A column that is typed in one table may hold nothing but texts in another.
    """
    found: dict[str, Mapping[str, bool]] = {}
    for column in dict.fromkeys(name for one in tables for name in one.written_numbers):
        typed: set[str] = set()
        written: set[str] = set()
        for one in tables:
            if column not in one.columns:
                continue
            marked = {text for text in one.distinct(column)[0] if text is not None and _MARKED.match(text)}
            held = one.written_numbers.get(column)
            written |= marked if held is None else set(held)
            typed |= {text for text in marked if held is not None and held.get(text, True)}
        found[column] = {text: text in typed for text in sorted(written)}
    return found
