"""Quotation marks that do not belong: one that never closes, and two that swallow the rows between them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from ...base.errors import ReadError
from ...base.language import Message, tr, trn
from .layout import Layout

_DIGITS: Final = re.compile(r"\d+")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
# Shapes of ids; a column of names or texts has more, and none that tells.
_MOST_SHAPES: Final = 1000


class _Inside(NamedTuple):
    """A line inside a quoted cell that holds as many separators as a row: its row, and how it is made."""

    row: int
    shape: str


class _Lines:
    """The lines of a text, those given out since they were last asked for remembered."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="")
        self._given: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self._given.append(line)
            yield line

    def given(self) -> list[str]:
        """Return the lines since the last call."""
        given, self._given = self._given, []
        return given


def check_quotes(text: str, layout: Layout, name: str) -> tuple[Message, ...]:
    """Refuse a quotation mark that does not close its cell, and rows inside a quoted cell.

    Two stray marks in different rows make one cell of all that stands between them, and the rows in between are lost
    without a trace but this: each of their lines holds as many separators as a row, and begins as a row does.

    Parameters
    ----------
    text : str
        The whole file.
    layout : Layout
        How it parts into cells.
    name : str
        Name of the file, for messages.

    Returns
    -------
    tuple of Message
        How many lines inside quoted cells hold as many separators as a row, but begin otherwise: they may be texts.

    Raises
    ------
    ReadError
        With the first line.
    """
    inside: list[_Inside] = []
    shapes: set[str] = set()
    lines = _Lines(text)
    rows = csv.reader(lines, delimiter=layout.separator, strict=True)
    marks = len(layout.header) - 1
    begun = 1
    try:
        for cells in rows:
            given = lines.given()
            if begun > layout.skip + layout.has_header:
                if len(given) == 1 and cells and len(shapes) < _MOST_SHAPES:
                    shapes.add(_shape(cells[0]))
                inside += [
                    _Inside(begun, _shape(line.partition(layout.separator)[0]))
                    for line in given[1:]
                    if line.count(layout.separator) == marks
                ]
            begun = rows.line_num + 1
    except csv.Error:
        raise unclosed(name, begun) from None
    swallowed = [one for one in inside if one.shape in shapes and "9" in one.shape]
    if swallowed:
        raise ReadError(
            trn(
                "{n} line of '{name}' is made like a row and stands inside a quoted cell (of the row that begins in "
                "line {line}): a stray quotation mark swallows rows.",
                "{n} lines of '{name}' are made like rows and stand inside quoted cells (the first of the row that "
                "begins in line {line}): stray quotation marks swallow rows.",
                len(swallowed),
                name=name,
                line=swallowed[0].row,
            ),
            tr("Correct the cell in the program that made the file, or export it again, perhaps as xlsx."),
        )
    if not inside or marks < 2:
        return ()
    return (
        trn(
            "{n} line inside a quoted cell holds as many separators as a row (the row begins in line {line}): look "
            "whether a stray quotation mark swallows a row.",
            "{n} lines inside quoted cells hold as many separators as a row (the first row begins in line {line}): "
            "look whether stray quotation marks swallow rows.",
            len(inside),
            line=inside[0].row,
        ),
    )


def unclosed(name: str, line: int | None) -> ReadError:
    """Build the error for a quotation mark that never closes."""
    return ReadError(
        tr(
            "'{name}' cannot be parted into rows: a quotation mark is opened and never closed{where}.",
            name=name,
            where=tr(" (in the row that begins in line {line})", line=line) if line is not None else "",
        ),
        tr("Correct the cell in the program that made the file, or export it again."),
    )


def _shape(text: str) -> str:
    """Return how a text is made: runs of digits as 9, of letters as a."""
    return _LETTERS.sub("a", _DIGITS.sub("9", text.strip().strip('"')))
