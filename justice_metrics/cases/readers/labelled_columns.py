"""One column of a Stata or SPSS file: what its cells hold as texts, its labels, and what the file declares missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final, TypeAlias

from ..conversions.text import normalise
from .labelled_cells import (
    MOMENTS,
    Writer,
    inexact_numbers,
    kind_of_format,
    midnight_meant,
    writer_of_format,
)
from .letters import Letters
from .text_table import cells_of_labels

# Whether labelled columns keep their codes, or which of them do.
Codes: TypeAlias = bool | Sequence[str]

_SINGLE: Final = "float"
_TEXT: Final = "string"


@dataclass(slots=True)
class LabelledColumn:
    """One column while its cells become texts.

    Attributes
    ----------
    name, label : str
        Its name, and what the file calls it.
    labels : dict of str to str
        Label of each code, the code as text.
    shown : dict of str to str
        What a cell holds for each labelled code; empty where codes are kept.
    missing : dict of str to None
        Texts of cells that the file declares missing, in their order.
    given, single
        Its display format, and whether its numbers are of single precision.
    """

    name: str
    label: str
    stata: bool
    numeric: bool
    write: Writer
    ranges: tuple[tuple[Any, Any], ...]
    labels: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    missing: dict[str, None] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    known: dict[Any, str | None] = field(default_factory=dict)
    given: str | None = None
    single: bool = False

    def texts(self, cells: Sequence[Any], letters: Letters) -> list[str | None]:
        """Return cells as texts; each value is looked at once."""
        known = self.known
        counted: dict[Any, int] = {}
        if not self.numeric:
            for one in cells:
                if one and not one.isascii():
                    counted[one] = counted.get(one, 0) + 1
        for one in set(cells):
            if one not in known or one in counted:
                known[one] = self.cell(one, letters, counted.get(one, 0))
        return list(map(known.__getitem__, cells))

    def cell(self, value: Any, letters: Letters, cells: int) -> str | None:
        """Return what a cell with a value holds: its label, else the value as text."""
        code = self.code(value, letters, cells)
        if code is None:
            return None
        shown = self.shown.get(code)
        if shown is None:
            # a code without a label that looks like the label of another code
            shown = f"[{code}]" if normalise(code) in self.taken else code
        if self.is_missing(value):
            self.missing[shown] = None
        return shown

    def code(self, value: Any, letters: Letters, cells: int = 1) -> str | None:
        """Return a value as text, before any label; None for one that says nothing."""
        if value is None or value != value:  # noqa: PLR0124 (only "not a number" differs from itself)
            return None
        if isinstance(value, str):
            if self.stata and self.numeric:
                return f".{value}"
            return letters.right(value, cells).strip() or None
        return self.write(value)

    @property
    def beyond(self) -> int:
        """Different whole numbers that are longer than their storage holds exactly."""
        return inexact_numbers(self.known, self.given, stata=self.stata, single=self.single) if self.numeric else 0

    @property
    def rough(self) -> bool:
        """Whether it holds moments of single precision, which are exact to a minute or so."""
        if not self.stata or kind_of_format(self.given, stata=True) not in MOMENTS:
            return False
        return self.single or any(isinstance(one, float) and midnight_meant(one) != one for one in self.known)

    def is_missing(self, value: Any) -> bool:
        """Whether the file declares a value missing: .a to .z in Stata, single values and ranges in SPSS."""
        if self.stata:
            return self.numeric and isinstance(value, str)
        return any(_lies(value, low, high) for low, high in self.ranges)

    def tidy(self, code: str) -> str:
        """Return the label of a code with single spaces."""
        return " ".join(self.labels[code].split())


def column_of(place: int, said: Any, *, letters: Letters, codes: Codes, stata: bool) -> LabelledColumn:
    """Take what a file says of the column at a place.

    Parameters
    ----------
    place : int
        From 0.
    said : metadata of pyreadstat
    letters : Letters
        Puts names and labels right.
    codes : bool or sequence of str
        Whether labelled columns keep their codes; or which of them do.
    stata : bool
        Whether it is a file of Stata, else of SPSS.
    """
    raw = said.column_names[place]
    name, kind = letters.right(raw), said.readstat_variable_types.get(raw)
    given, single = said.original_variable_types.get(raw), kind == _SINGLE
    column = LabelledColumn(
        name=name,
        label=letters.right(said.column_labels[place] or "").strip(),
        stata=stata,
        numeric=kind != _TEXT,
        write=writer_of_format(given, stata=stata, single=single),
        given=given,
        single=single,
        ranges=tuple((one["lo"], one["hi"]) for one in said.missing_ranges.get(raw) or ()),
    )
    declared = said.variable_value_labels.get(raw) or {}
    given = {column.code(value, letters): letters.right(str(label or "")) for value, label in declared.items()}
    column.labels = {code: label for code, label in given.items() if code is not None}
    keep = codes is True or (not isinstance(codes, bool) and name.strip() in codes)
    column.shown = {} if keep else cells_of_labels(column.labels)
    column.taken = frozenset(map(normalise, column.shown.values()))
    # A value that is declared missing by itself is kept, also where no cell holds it.
    for value in chain([low for low, high in column.ranges if low == high], declared):
        if column.is_missing(value):
            column.cell(value, letters, 0)
    return column


def _lies(value: Any, low: Any, high: Any) -> bool:
    if isinstance(value, str) or isinstance(low, str):
        return isinstance(value, str) and isinstance(low, str) and value.strip() == low.strip()
    return value is not None and low <= value <= high
