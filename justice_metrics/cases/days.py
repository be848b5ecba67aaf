"""Days in every engine: one spelling of the day number that runs everywhere with equal results."""

from __future__ import annotations

import datetime as dt

import narwhals.stable.v2 as nw

from .calendar import day_number

# 0001-01-01 to 1970-01-01; narwhals has no days-between-dates on SQL engines.
_DAYS_TO_EPOCH = 719_163


def day_of_date(date: nw.Expr) -> nw.Expr:
    """Return the day number of a date column, from its year and the day in that year."""
    before = date.dt.year().cast(nw.Int64) - 1
    leap_days = before // 4 - before // 100 + before // 400
    return (before * 365 + leap_days + date.dt.ordinal_day().cast(nw.Int64) - _DAYS_TO_EPOCH).cast(nw.Int32)


def year_of_day(day: nw.Expr, first: int, last: int) -> nw.Expr:
    """Return the calendar year of a day number from ``first`` to ``last``; one before or after these means outside.

    Counting the New Years that have passed needs no division; a formula in the day number is one deep expression that
    SQL engines write out again at each of its uses.
    """
    passed = [(day >= day_number(dt.date(year, 1, 1))).cast(nw.Int64) for year in range(first, last + 2)]
    return nw.sum_horizontal(*passed) + (first - 1)
