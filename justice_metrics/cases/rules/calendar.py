"""Days that say something by themselves: stand-ins for no date, day and month of a day number, days without office."""

from __future__ import annotations

import datetime as dt
from typing import Final

import narwhals.stable.v2 as nw
import numpy as np

from ...base.types import Counts
from ..calendar import day_number

# Written by programs and people where there is no date: zero dates of spreadsheets and databases, epochs, "never".
PLACEHOLDERS: Final = (
    *(dt.date(1, 1, 1), dt.date(1111, 11, 11), dt.date(1753, 1, 1), dt.date(1899, 12, 30), dt.date(1899, 12, 31)),
    *(dt.date(1900, 1, 1), dt.date(1900, 1, 2), dt.date(1901, 1, 1), dt.date(1904, 1, 1), dt.date(1911, 11, 11)),
    *(dt.date(1970, 1, 1), dt.date(2099, 12, 31), dt.date(2100, 1, 1), dt.date(2199, 12, 31), dt.date(2999, 12, 31)),
    *(dt.date(9999, 1, 1), dt.date(9999, 9, 9), dt.date(9999, 12, 31)),
)
PLACEHOLDER_DAYS: Final = [day_number(one) for one in PLACEHOLDERS]

# All but the epoch of computers lie outside these days, so that most dates need one comparison only.
FIRST_USUAL_DAY: Final = day_number(dt.date(1912, 1, 1))
LAST_USUAL_DAY: Final = day_number(dt.date(2099, 12, 30))
COMPUTER_EPOCH: Final = 0

# Days from 1 January of the year 1 to 1 January 1970; that first day was a Monday.
_DAYS_TO_EPOCH: Final = 719_162


def stands_in(day: nw.Expr) -> nw.Expr:
    """Return whether a day is one that is written where there is no date; null without a day."""
    unusual = (day < FIRST_USUAL_DAY) | (day > LAST_USUAL_DAY)
    return nw.when(unusual).then(day.is_in(PLACEHOLDER_DAYS)).otherwise(day == COMPUTER_EPOCH)


def new_year(year: nw.Expr) -> nw.Expr:
    """Return the day number of 1 January of a year."""
    before = year.cast(nw.Int64) - 1
    return before * 365 + before // 4 - before // 100 + before // 400 - _DAYS_TO_EPOCH


def weekdays(days: Counts) -> Counts:
    """Return 0 for Monday to 6 for Sunday."""
    weekday: Counts = (days + _DAYS_TO_EPOCH) % 7
    return weekday


def days_in_month(days: Counts) -> tuple[Counts, Counts]:
    """Return the day in the month (1 to 31) and the month (1 to 12) of day numbers."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    return (dates - months).astype(np.int64) + 1, months.astype(np.int64) % 12 + 1


def holidays_of(country: str | None, first_year: int, last_year: int) -> list[int]:
    """Return the public holidays of a country as day numbers; none where they are not known."""
    if country is None:
        return []
    import holidays

    try:
        found = holidays.country_holidays(country, years=range(first_year, last_year + 1))
    except NotImplementedError:
        return []
    return sorted(day_number(one) for one in found)
