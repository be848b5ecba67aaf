"""Dates of birth as registers have them: swapped, stood in for, or an age only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from ...base.language import Message, trn
from ..calendar import date_of
from ..conversions.days import ColumnOrder, day_lookup
from ..conversions.text import NO_CODES
from ..readers.text_table import TextTable

# Days that programs write for "no date"; on a date of birth the first of January of any year is one of a year at most.
_STAND_IN_YEARS: Final = frozenset((1000, 1111, 1800, 1899, 1900, 1901, 9999))


class Birth(NamedTuple):
    """Keys of a date of birth; None where it is not known so exactly.

    Attributes
    ----------
    day : str or None
        ISO text of a date that is known to the day.
    swap_key : str or None
        Year and the two numbers of month and day in order of size: the same when they were exchanged.
    year : int or None
        Year of birth, as written or counted back from an age.
    from_age : bool
        Whether the year was counted back, so that it may be the next one as well.
    """

    day: str | None = None
    swap_key: str | None = None
    year: int | None = None
    from_age: bool = False


def birth_of(day: int | None, *, precision: str = "day") -> Birth:
    """Make the keys of a date of birth.

    Parameters
    ----------
    day : int or None
        Days since 1 January 1970.
    precision : {"day", "month", "year"}

    Examples
    --------
    >>> birth_of(10_000), birth_of(0)
    (Birth(day='1997-05-19', swap_key='1997-05-19', year=1997, from_age=False), Birth(day=None, swap_key=None, year=1970, from_age=False))
    """  # noqa: E501
    if day is None:
        return Birth()
    date = date_of(day)
    if date.year in _STAND_IN_YEARS:
        return Birth()
    if precision != "day" or (date.month == 1 and date.day == 1):
        return Birth(year=date.year)
    low, high = sorted((date.month, date.day))
    return Birth(date.isoformat(), f"{date.year}-{low:02d}-{high:02d}", date.year)


def birth_from_age(age: int | None, record_day: int | None) -> Birth:
    """Count the year of birth back from an age on the day of the record.

    Examples
    --------
    >>> birth_from_age(12, 17_000).year
    2004
    """
    if age is None or record_day is None or not 0 <= age <= 120:
        return Birth()
    return Birth(year=date_of(record_day).year - age, from_age=True)


class ReadDays(NamedTuple):
    """The days of a column, row by row, with how exact each is; what could not be read is None and counted."""

    days: list[int | None]
    precision: list[str]
    notes: tuple[Message, ...] = ()


def days_of(
    table: TextTable, column: str, *, order: ColumnOrder | None, missing: Mapping[str, str] = NO_CODES
) -> ReadDays:
    """Read a column of dates; a linkage goes on without those that cannot be read.

    Raises
    ------
    CaseDataError
        When the order of day and month can neither be found out nor was declared.
    """
    texts, counts = table.distinct(column)
    found = day_lookup(texts, counts, column=column, order=order, missing=missing)
    notes: tuple[Message, ...] = ()
    if found.n_unreadable:
        notes = (
            trn(
                "{n} date of '{column}' cannot be read and counts as blank.",
                "{n} dates of '{column}' cannot be read and count as blank.",
                found.n_unreadable,
                column=column,
            ),
        )
    cells = table.table.column(column).to_pylist()
    return ReadDays(
        [found.days.get(one) if one is not None else None for one in cells],
        [found.precision.get(one, "day") if one is not None else "day" for one in cells],
        notes,
    )
