"""Days in every engine: one spelling of the day number that runs everywhere with equal results."""

from __future__ import annotations

import narwhals.stable.v2 as nw

# 0001-01-01 to 1970-01-01; narwhals has no days-between-dates on SQL engines.
_DAYS_TO_EPOCH = 719_163
_DAYS_OF_400_YEARS = 146_097


def day_of_date(date: nw.Expr) -> nw.Expr:
    """Return the day number of a date column, from its year and the day in that year."""
    before = date.dt.year().cast(nw.Int64) - 1
    leap_days = before // 4 - before // 100 + before // 400
    return (before * 365 + leap_days + date.dt.ordinal_day().cast(nw.Int64) - _DAYS_TO_EPOCH).cast(nw.Int32)


def year_of_day(day: nw.Expr) -> nw.Expr:
    """Return the calendar year of a day number.

    Counting years from 1 March puts the leap day last, so that no table of months is needed.
    """
    shifted = day.cast(nw.Int64) + (_DAYS_TO_EPOCH - 1 + 306)
    era = shifted // _DAYS_OF_400_YEARS
    of_era = shifted - era * _DAYS_OF_400_YEARS
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_from_march = (5 * of_year + 2) // 153
    return era * 400 + year_of_era + month_from_march // 10
