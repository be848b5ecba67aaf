"""Days that say something by themselves: stand-ins for no date, day and month of a day number, days without office."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Final

import narwhals.stable.v2 as nw

from .calendar import day_number

# Written by programs and people where there is no date: zero dates of spreadsheets and databases, epochs, "never".
PLACEHOLDERS: Final = (
    *(dt.date(1, 1, 1), dt.date(1111, 11, 11), dt.date(1753, 1, 1), dt.date(1899, 12, 30), dt.date(1899, 12, 31)),
    *(dt.date(1900, 1, 1), dt.date(1900, 1, 2), dt.date(1901, 1, 1), dt.date(1904, 1, 1), dt.date(1911, 11, 11)),
    *(dt.date(1970, 1, 1), dt.date(2099, 12, 31), dt.date(2100, 1, 1), dt.date(2199, 12, 31), dt.date(2999, 12, 31)),
    *(dt.date(9999, 1, 1), dt.date(9999, 9, 9), dt.date(9999, 12, 31)),
)
PLACEHOLDER_DAYS: Final = [day_number(one) for one in PLACEHOLDERS]

_DAYS_TO_EPOCH: Final = 719_163
_DAYS_OF_400_YEARS: Final = 146_097


def with_calendar(frame: nw.LazyFrame[Any], names: Sequence[str]) -> nw.LazyFrame[Any]:
    """Add day in the month, month and year of the columns ``on__<name>``, in every engine alike.

    Years are counted from 1 March, so that the leap day comes last and no table of months is needed. The steps are
    columns of their own: one expression for all of it would hold the day some hundred times over.

    Returns
    -------
    LazyFrame
        With ``day_in_month__<name>`` (1 to 31), ``month__<name>`` (1 to 12) and ``year__<name>``.
    """
    steps: tuple[tuple[str, Callable[[str], nw.Expr]], ...] = (
        ("shifted", lambda name: nw.col(f"on__{name}").cast(nw.Int64) + (_DAYS_TO_EPOCH - 1 + 306)),
        ("era", lambda name: _step("shifted", name) // _DAYS_OF_400_YEARS),
        ("of_era", lambda name: _step("shifted", name) - _step("era", name) * _DAYS_OF_400_YEARS),
        ("leaps", lambda name: _step("of_era", name) // 1460 - _step("of_era", name) // 36524),
        ("years", lambda name: (_step("of_era", name) - _step("leaps", name) - _step("of_era", name) // 146096) // 365),
        ("of_year", lambda name: _step("of_era", name) - _days_of_years(_step("years", name))),
        ("from_march", lambda name: (5 * _step("of_year", name) + 2) // 153),
        ("day_in_month", lambda name: _step("of_year", name) - (153 * _step("from_march", name) + 2) // 5 + 1),
        ("month", lambda name: _step("from_march", name) + 3 - (_step("from_march", name) // 10) * 12),
        ("year", lambda name: _step("era", name) * 400 + _step("years", name) + _step("from_march", name) // 10),
    )
    for step, made in steps:
        frame = frame.with_columns(**{f"{step}__{name}": made(name) for name in names})
    return frame


def _step(step: str, name: str) -> nw.Expr:
    return nw.col(f"{step}__{name}")


def _days_of_years(years: nw.Expr) -> nw.Expr:
    return 365 * years + years // 4 - years // 100


def weekday(day: nw.Expr) -> nw.Expr:
    """Return 0 for Monday to 6 for Sunday."""
    # 1 January of the year 1 was a Monday.
    since = day.cast(nw.Int64) + (_DAYS_TO_EPOCH - 1)
    return since - (since // 7) * 7


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
