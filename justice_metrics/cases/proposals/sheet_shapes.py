"""Sheets of a workbook beside one another: which have the same columns, and where the names of columns stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ...base.errors import ReadError
from ..readers.files import read_text_tables
from ..readers.text_table import TextTable

# More sheets than this are not looked at: a workbook of lists.
MOST_SHEETS: Final = 12
# How readers call a column without a name.
_UNNAMED: Final = re.compile(r"^column \d+$")


def header_below(read: TextTable) -> int | None:
    """Return the row with the names of the columns where one with names of groups of columns stands above it.

    Such a row is blank in most columns, for its cells are merged; the row below it has a different text in each.
    """
    unnamed = sum(_UNNAMED.match(one) is not None for one in read.columns)
    if 2 * unnamed < len(read.columns) or not read.n_rows:
        return None
    first = [read.table.column(name)[0].as_py() for name in read.columns]
    names = {one for one in first if one is not None and not any(sign.isdigit() for sign in one)}
    return read.first_row if len(names) == len(first) else None


def of_one_shape(
    path: Path, columns: Sequence[str], others: Sequence[str], header_row: int | None
) -> tuple[set[str], tuple[str, ...]]:
    """Return the sheets with just the columns of another one, and those that share most of its columns."""
    alike: set[str] = set()
    near: list[str] = []
    for name in others:
        try:
            found = set(read_text_tables([path], sheet=name, header_row=header_row).columns)
        except ReadError:
            continue  # whoever names the sheet is told why
        if found == set(columns):
            alike.add(name)
        elif 2 * len(found & set(columns)) > max(len(found), len(columns)):
            near.append(name)
    return alike, tuple(near)
