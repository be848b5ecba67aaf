"""Days in every engine: one spelling of the day number that runs everywhere with equal results."""

from __future__ import annotations

import datetime as dt
from typing import Final

import narwhals.stable.v2 as nw

from .calendar import day_number

# Before the name of a day that describes a unit: the column that says how exact it is, where that differs.
EXACTNESS: Final = "exactness__"
# 0001-01-01 to 1970-01-01; narwhals has no days-between-dates on SQL engines.
_DAYS_TO_EPOCH = 719_163
# First day and year of the cycle of four years, and its length; it holds until 2099.
_CYCLE_YEAR = 1901
_CYCLE_START = day_number(dt.date(_CYCLE_YEAR, 1, 1))
_CYCLE = 1_461


def day_of_date(date: nw.Expr) -> nw.Expr:
    """Return the day number of a date column, from its year and the day in that year."""
    before = date.dt.year().cast(nw.Int64) - 1
    leap_days = before // 4 - before // 100 + before // 400
    return (before * 365 + leap_days + date.dt.ordinal_day().cast(nw.Int64) - _DAYS_TO_EPOCH).cast(nw.Int32)


def year_of_day(day: nw.Expr, first: int, last: int) -> nw.Expr:
    """Return the calendar year of a day number from ``first`` to ``last``; one before or after these means outside.

    Between 1901 and 2099 every fourth year is a leap year, so the days since 1901 follow a cycle of 1,461 and one exact
    division tells the year. Counting the New Years that have passed writes the day out once a year, which an SQL engine
    reads for seconds where faulty dates go back to 1900; a formula for all years is nested divisions, which are worse.
    """
    start, end = (day_number(dt.date(year, 1, 1)) for year in (first, last + 1))
    year = (4 * (day.cast(nw.Int64) - _CYCLE_START) + 3) // _CYCLE + _CYCLE_YEAR
    if first < _CYCLE_YEAR:
        # 1900 is no leap year: the cycle begins after it
        year = nw.when(day >= _CYCLE_START).then(year).otherwise(nw.lit(_CYCLE_YEAR - 1))
    told = nw.when(day >= end).then(nw.lit(last + 1)).otherwise(year)
    return nw.when(day >= start).then(told).otherwise(nw.lit(first - 1))
