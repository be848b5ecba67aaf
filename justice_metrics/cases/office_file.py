"""When offices opened and closed, from a small file of the user's."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final, NamedTuple

from ..base.errors import SettingsError
from ..base.language import tr
from .calendar import day_number
from .conversions.text import normalise
from .fact_tables import own_rows

OFFICE_COLUMNS: Final = ("office", "opened", "closed")
_LONG_AGO, _FAR_OFF = -(2**30), 2**30


class OfficeDays(NamedTuple):
    """First and last day on which an office existed; the name as ``normalise`` makes it."""

    name: str
    first_day: int
    last_day: int


def read_offices(path: str | Path) -> tuple[OfficeDays, ...]:
    """Read when offices opened and closed.

    Parameters
    ----------
    path : path
        A csv file or workbook with the columns ``office``, ``opened`` and ``closed``; an empty day means "always". An
        office that was closed and opened again has two rows.

    Raises
    ------
    ReadError, SettingsError
        When the file cannot be read, a column is missing, or a line cannot be right; the line is named.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "offices.csv"
    ...     _ = path.write_text("office,opened,closed\\nJuzgado 1º,2014-01-01,2017-06-30\\n", encoding="utf-8")
    ...     read_offices(path)[0].name
    'juzgado 1o'
    """
    path = Path(path)
    rows = own_rows(path, needed=OFFICE_COLUMNS, known=OFFICE_COLUMNS)
    found = []
    for line, row in enumerate(rows, start=2):
        first = _day(row["opened"], "opened", _LONG_AGO, line, path.name)
        last = _day(row["closed"], "closed", _FAR_OFF, line, path.name)
        if last < first:
            raise SettingsError(
                tr("{file}, line {line}: the office closed before it opened.", file=path.name, line=line),
                tr("Correct one of the two days."),
            )
        found.append(OfficeDays(normalise(row["office"]), first, last))
    return tuple(one for one in found if one.name)


def _day(text: str, column: str, otherwise: int, line: int, source: str) -> int:
    if not text.strip():
        return otherwise
    try:
        return day_number(dt.date.fromisoformat(text.strip()))
    except ValueError:
        raise SettingsError(
            tr("{file}, line {line}: '{column}' is no date.", file=source, line=line, column=column),
            tr("Write dates as 2018-04-30."),
        ) from None
