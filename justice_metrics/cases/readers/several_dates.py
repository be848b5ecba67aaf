"""Dates of several files: what one of them alone shows, and what is hidden once they stand in one column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from ...base.language import Message, trn
from ..conversions.swapped import open_dates, swapped_in
from .text_table import SwappedDates, TextTable

if TYPE_CHECKING:
    import pyarrow as pa

_TYPED: Final = r"^\d{4}-\d{2}-\d{2}"
_OPEN: Final = r"^\d{1,2}[-/. ]\d{1,2}[-/. ]\d{4}"


def swapped_in_one(tables: Sequence[TextTable], *, called: Callable[[TextTable], str]) -> dict[str, SwappedDates]:
    """Return the columns whose dates were turned round in one table; those of the others would hide it.

    Parameters
    ----------
    tables : sequence of TextTable
    called : callable
        How messages call a table.
    """
    found: dict[str, SwappedDates] = {}
    for one in tables:
        for name in one.columns:
            column = one.table.column(name)
            if name in found or not _holds(column, _TYPED) or not _holds(column, _OPEN):
                continue
            swapped = swapped_in(*one.distinct(name))
            if swapped is not None:
                found[name] = (called(one), *swapped)
    return found


def open_in_one(tables: Sequence[TextTable], *, called: Callable[[TextTable], str]) -> list[Message]:
    """Say in which tables no date of a column shows its order, while others do: the column is read as these say.

    A file from another office may put the month first, and so few dates that none gives it away.
    """
    notes = []
    for name in dict.fromkeys(column for one in tables for column in one.columns):
        held = [one for one in tables if name in one.columns and _holds(one.table.column(name), _OPEN)]
        if len(held) < 2:
            continue
        found = [open_dates(*one.distinct(name)) for one in held]
        if not any(settled for _, settled in found):
            continue
        notes += [
            trn(
                "{n} date in the column '{column}' of '{name}' could be day or month first, and none of that file "
                "says which: look whether it is in the order of the other files.",
                "{n} dates in the column '{column}' of '{name}' could be day or month first, and none of that file "
                "says which: look whether they are in the order of the other files.",
                either,
                column=name,
                name=called(one),
            )
            for one, (either, settled) in zip(held, found, strict=True)
            if either and not settled
        ]
    return notes


def _holds(column: pa.ChunkedArray, form: str) -> bool:
    import pyarrow.compute as pc

    return bool(pc.any(pc.match_substring_regex(column, form)).as_py())
