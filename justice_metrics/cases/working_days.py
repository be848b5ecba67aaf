"""Which days count: weekends and public holidays of a country, and what a calendar of the user adds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from ..base.errors import QuestionError, suggestion
from ..base.language import tr
from ..base.types import Counts, Flags
from .calendar import date_of, day_number
from .calendar_file import CalendarRow
from .conversion_text import normalise

NO_COUNTRY: Final = "none"
# Lists of holidays reach back to some decades ago, and no clock of a living procedure is older.
_FIRST_YEAR: Final = 1950
_WEEK: Final = 7
_SATURDAY_SUNDAY: Final = frozenset({5, 6})


class OfficeDays(NamedTuple):
    """What each day is in each of A calendars, on D days in a row.

    Attributes
    ----------
    first_day : int
        Day number of the first column.
    working, vacation, suspended : (A, D)
        Whether work is done; whether the judicial vacation is on; whether terms are suspended by order. No day of a
        vacation or a suspension is a working day.
    offices : tuple of str, A - 1 of them
        Offices of the calendars from the second on; the first is that of all others.
    """

    first_day: int
    working: Flags
    vacation: Flags
    suspended: Flags
    offices: tuple[str, ...]


class Holidays(NamedTuple):
    """Public holidays as day numbers, and the days of the weekend (0 Monday to 6 Sunday)."""

    days: Counts
    weekend: frozenset[int]


def holidays_in(country: str, first_day: int, last_day: int) -> Holidays:
    """Return the public holidays of a country, or of a part of it, and its weekend.

    Parameters
    ----------
    country : str
        ISO 3166 code of a country (``BO``), or of a part of one (``BO-L``, La Paz); ``none`` for no holidays.
    first_day, last_day : int

    Raises
    ------
    QuestionError
        When no list of holidays is known for it; with what is known.
    """
    if country.strip().casefold() == NO_COUNTRY:
        return Holidays(np.zeros(0, np.int64), _SATURDAY_SUNDAY)
    import holidays

    code, _, part = country.strip().upper().partition("-")
    known = holidays.list_supported_countries()
    if code not in known and code not in holidays.list_supported_countries(include_aliases=True):
        raise QuestionError(
            tr("There is no list of public holidays for the country '{country}'.", country=country),
            tr(
                "Give the code of a country, such as BO or GT, or 'none' for weekends only and the holidays in your "
                "calendar file. {more}",
                more=suggestion(code, tuple(sorted(known))),
            ),
        )
    parts = tuple(known.get(code, ()))
    if part and part not in parts:
        raise QuestionError(
            tr("There is no list of public holidays for the part '{part}' of {country}.", part=part, country=code),
            suggestion(part, parts) if parts else tr("No parts of this country are known; give the country alone."),
        )
    years = range(max(date_of(first_day).year, _FIRST_YEAR), max(date_of(last_day).year, _FIRST_YEAR) + 1)
    found = holidays.country_holidays(code, subdiv=part or None, years=years)
    return Holidays(np.array(sorted(day_number(one) for one in found), np.int64), frozenset(found.weekend))


def office_days(
    first_day: int, last_day: int, holidays: Holidays, rows: Sequence[CalendarRow] = (), offices: Sequence[str] = ()
) -> OfficeDays:
    """Return what each day is, in all offices and in those that have days of their own.

    Parameters
    ----------
    first_day, last_day : int
    holidays : Holidays
    rows : sequence of CalendarRow
        A later row stands above an earlier one; those of one office stand above those of all.
    offices : sequence of str
        Offices with days of their own; capitals, accents and spaces make no difference.

    Examples
    --------
    Thursday 1 January 1970 to Sunday: two days of work.

    >>> office_days(0, 3, Holidays(np.array([0]), frozenset({5, 6}))).working.tolist()
    [[False, True, False, False]]
    """
    days = np.arange(first_day, last_day + 1).astype("datetime64[D]")
    mask = [one not in holidays.weekend for one in range(_WEEK)]
    plain = np.is_busday(days, weekmask=mask, holidays=holidays.days.astype("datetime64[D]"))
    a = 1 + len(offices)
    working = np.repeat(plain[None, :], a, axis=0)
    vacation, suspended = np.zeros_like(working), np.zeros_like(working)
    places = {normalise(one): place for place, one in enumerate(offices, start=1)}
    # rows for all offices first, so that an office's own rows stand above them
    for row in sorted(rows, key=lambda one: one.office is not None):
        place = None if row.office is None else places[normalise(row.office)]
        mine = slice(None) if place is None else slice(place, place + 1)
        low, high = max(row.first_day - first_day, 0), max(row.last_day - first_day + 1, 0)
        work = row.kind == "working"
        working[mine, low:high] = work
        # a holiday inside a vacation leaves it a vacation
        for flags, kind in ((vacation, "vacation"), (suspended, "suspension")):
            if work or row.kind == kind:
                flags[mine, low:high] = not work
    return OfficeDays(first_day, working, vacation, suspended, tuple(offices))
