"""How a text parts into cells: the separator and the header, found out from the first rows or declared."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from ...base.errors import ReadError
from ...base.language import tr
from .header import no_header
from .text_table import MOST_TITLE_ROWS

SEPARATORS: Final = (",", ";", "\t", "|")

_SNIFFED_LETTERS: Final = 1 << 18
_SNIFFED_ROWS: Final = 400
# A separator that parts so many of the rows alike may be the one, even where another parts more of them.
_PLAUSIBLE: Final = 0.8

_DECIMAL: Final = re.compile(r"^\s*-?[\d.]*,\d+\s*$")
_LINE_END: Final = re.compile(r"\r\n|\n|\r")


class Layout(NamedTuple):
    """How a text parts into cells: separator, and physical lines above the header."""

    separator: str
    skip: int
    header: tuple[str, ...]
    has_header: bool = True


class _Parted(NamedTuple):
    """The first rows as one separator parts them: each with the number of its last line."""

    separator: str
    rows: list[tuple[int, list[str]]]
    width: int
    share: float

    @property
    def fits_first(self) -> bool:
        return len(self.rows[0][1]) == self.width

    @property
    def stray_quotes(self) -> int:
        """Cells with a quotation mark inside: one that a wrong separator cuts out of a quoted text, most often."""
        return sum(1 for _, cells in self.rows for one in cells if '"' in one)

    @property
    def is_punctuation(self) -> bool:
        """Whether a space follows wherever this parts cells, as in "Quispe, Juan"."""
        return all(one.startswith(" ") for _, cells in self.rows for one in cells[1:])

    @property
    def has_decimal_commas(self) -> bool:
        """Whether every comma in the cells stands in a number, as in "2,5"."""
        with_comma = [one for _, cells in self.rows for one in cells if "," in one]
        return bool(with_comma) and all(_DECIMAL.match(one) is not None for one in with_comma)


def layout_of(text: str, declared: str | None, name: str, *, header: bool, header_row: int | None) -> Layout:
    """Find the separator and the header from the first rows.

    Parameters
    ----------
    text : str
        The whole file.
    declared : str, optional
        The separator.
    name : str
        Name of the file, for messages.
    header : bool
        Whether a line holds the names of the columns.
    header_row : int, optional
        Number of that line, counted from 1.

    Raises
    ------
    ReadError
        When nothing parts the lines, two separators part them equally well, or the line that would be left out above
        the header is the header by another separator.
    """
    skip = 0
    if header_row is not None:
        begins = next(islice(_LINE_END.finditer(text), header_row - 2, None), None) if header_row > 1 else None
        if header_row > 1 and begins is None:
            raise no_header(name, header_row)
        text, skip = text[begins.end() if begins else 0 :], header_row - 1
    head = text[:_SNIFFED_LETTERS]
    hint = re.match(r"(?i)sep=(.)\r?\n", head)
    if hint and declared is None:  # a line that Excel writes for itself
        declared, skip = hint[1], skip + 1
        head = head[hint.end() :]
    if len(text) > _SNIFFED_LETTERS and "\n" in head:
        head = head[: head.rindex("\n") + 1]
    parted = [one for separator in SEPARATORS if (one := _parted(head, separator)) is not None]
    best = _parted(head, declared) if declared is not None else _best(parted, name)
    if best is None:
        raise ReadError(
            tr("'{name}' is not a table: no comma, semicolon, tab or bar parts its lines into columns.", name=name)
            if declared is None
            else tr("The separator '{separator}' does not part the lines of '{name}'.", name=name, separator=declared),
            tr("Save it as csv or xlsx with one row per case, or declare separator in [data]."),
        )
    if not header:
        return Layout(best.separator, skip, ("",) * best.width, has_header=False)
    if header_row is not None:
        return Layout(best.separator, skip, tuple(best.rows[0][1]))
    titles = _titles(best)
    _refuse_lost_header(titles, best, parted, name)
    last_line, cells = best.rows[titles]
    # blank lines above the header count too, and a name may run over several
    lines = last_line - 1 - sum(len(_LINE_END.findall(one)) for one in cells)
    return Layout(best.separator, skip + lines, tuple(cells))


def records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the number of its last line; blank lines are passed over."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in rows:
            if cells:
                yield rows.line_num, cells
    except csv.Error:
        return


def shown(separator: str) -> str:
    """Return a separator as messages show it."""
    return "tab" if separator == "\t" else separator


def _parted(head: str, separator: str) -> _Parted | None:
    """Part the first rows; None for a separator that most of them do not hold."""
    rows = list(islice(records(head, separator), _SNIFFED_ROWS))
    if not rows:
        return None
    width, n = Counter(len(cells) for _, cells in rows).most_common(1)[0]
    return _Parted(separator, rows, width, n / len(rows)) if width > 1 else None


def _best(parted: Sequence[_Parted], name: str) -> _Parted | None:
    """Return what parts most rows alike, the first line among them before others; two that do so equally are refused.

    Raises
    ------
    ReadError
        When a table would come out of two separators: which is right cannot be guessed.
    """
    if not parted:
        return None
    share, fits = max((one.share, one.fits_first) for one in parted)
    equal = [one for one in parted if (one.share, one.fits_first) == (share, fits)]
    # Nobody types a tab into a text.
    equal = [one for one in equal if one.separator == "\t"] or equal
    fewest = min(one.stray_quotes for one in equal)
    equal = [one for one in equal if one.stray_quotes == fewest]
    equal = [one for one in equal if not one.is_punctuation] or equal
    if len(equal) > 1 and any(one.has_decimal_commas for one in equal):
        equal = [one for one in equal if one.separator != ","]
    if len(equal) > 1 and share >= _PLAUSIBLE:
        raise ReadError(
            tr(
                "'{name}' can be parted into columns by '{one}' and by '{other}' alike.",
                name=name,
                one=equal[0].separator,
                other=equal[1].separator,
            ),
            tr('Say which it is: separator = "{separator}" in [data].', separator=equal[1].separator),
        )
    return max(equal, key=lambda one: one.width)


def _titles(best: _Parted) -> int:
    """Return how many records stand above the header: they hold one cell at most."""
    titles = 0
    for _, cells in best.rows[:MOST_TITLE_ROWS]:
        filled = sum(1 for one in cells if one.strip())
        if len(cells) == best.width and filled > (1 if best.width > 2 else 0):
            break
        if filled > 1:
            break
        titles += 1
    return titles if titles < len(best.rows) else 0


def _refuse_lost_header(titles: int, best: _Parted, parted: Sequence[_Parted], name: str) -> None:
    """Refuse to leave out a line as a title that another separator parts, one that parts the rows below it too.

    It is the header, and the first row would be shown as the names of the columns.
    """
    for other in parted:
        if other.separator == best.separator or other.share < _PLAUSIBLE:
            continue
        above = best.rows[titles][0] if titles else 0
        lost = [cells for line, cells in other.rows if line < above and sum(1 for one in cells if one.strip()) > 1]
        if lost:
            raise ReadError(
                tr(
                    "A line above the header of '{name}' holds '{other}', as the rows do: it may be the header, and "
                    "'{separator}' not the separator.",
                    name=name,
                    other=shown(other.separator),
                    separator=shown(best.separator),
                ),
                tr("Set separator in [data], and header_row, the number of the line with the names of the columns."),
            )
