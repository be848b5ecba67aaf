"""How a coding sheet looks: colours of the groups, formats of the cells, widths of the columns."""

from __future__ import annotations

from typing import Any, Final

from ...base.language import Language
from .plan import CASE_TABLE, CodedField, CodingPlan

# Pale fills tell the groups of questions apart; a heading that needs an answer is dark in every group.
_PALE: Final = ("#DCE6F2", "#E3EFDA", "#FCE9D9", "#E8E0EF", "#F8F0CC", "#DDEFF0")
_PLAIN: Final = "#E6E6E6"
_DARK: Final = "#1F3A5F"
_WIDTHS: Final = {"id": 16, "date": 14, "number": 13, "text": 24}
_NARROWEST, _WIDEST = 14, 34


class Looks:
    """Formats of one workbook.

    Parameters
    ----------
    book : xlsxwriter.Workbook
    plan : CodingPlan
        Whose groups get colours.
    language : {"en", "es"}
        Decides how dates are shown.
    """

    def __init__(self, book: Any, plan: CodingPlan, language: Language) -> None:
        self._book = book
        groups = [id for id, _ in plan.table(CASE_TABLE).groups]
        self._colours = {id: _PALE[place % len(_PALE)] for place, id in enumerate(groups)}
        self._heads: dict[tuple[str, bool], Any] = {}
        date = "yyyy-mm-dd" if language == "en" else "dd/mm/yyyy"
        # Ids and texts are kept as they are typed: 007 stays 007, and nothing becomes a date or a formula.
        formats = {"id": "@", "date": date, "level": "@", "number": "General", "text": "@"}
        self._cells = {kind: book.add_format({"num_format": one, "valign": "top"}) for kind, one in formats.items()}
        self.title = book.add_format({"bold": True, "font_size": 15})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.text = book.add_format({"num_format": "@"})
        self.waiting = book.add_format({"bg_color": "#FFF2B3"})
        self.wrong = book.add_format({"bg_color": "#F4B6B6", "font_color": "#7A0000"})

    def head(self, group: str = "", *, needed: bool = False) -> Any:
        """Return the format of a heading."""
        key = (group, needed)
        if key not in self._heads:
            colours = (
                {"bg_color": _DARK, "font_color": "#FFFFFF"}
                if needed
                else {"bg_color": self._colours.get(group, _PLAIN)}
            )
            self._heads[key] = self._book.add_format(
                {"bold": True, "text_wrap": True, "valign": "top", "border": 1, "border_color": "#BBBBBB", **colours}
            )
        return self._heads[key]

    def cell(self, field: CodedField) -> Any:
        """Return the format of the answers to a question."""
        return self._cells[field.kind]


def width_of(field: CodedField, language: Language) -> float:
    """Return how wide a column is: as wide as the longest answer of a list, within limits."""
    if field.kind != "level":
        return _WIDTHS[field.kind]
    longest = max((len(label.text(language)) for _, label in field.levels), default=0) + 4
    return max(_NARROWEST, min(_WIDEST, longest))


def lines_of(text: str, width: float) -> int:
    """Return how many lines a text takes in a column, nearly.

    Examples
    --------
    >>> lines_of("yes", 10), lines_of("yes\\nno", 10), lines_of("a longer answer", 10)
    (1, 2, 2)
    """
    return sum(1 + int(len(one) // width) for one in text.split("\n"))
