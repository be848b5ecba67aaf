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
from .conversions.text import normalise

NO_COUNTRY: Final = "none"
# Lists of holidays reach back to some decades ago, and no clock of a living procedure is older.
_FIRST_YEAR: Final = 1950
_WEEK: Final = 7
_SATURDAY_SUNDAY: Final = frozenset({5, 6})
_HALF_A_YEAR: Final = 183


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
        A later row stands above an earlier one; those of one office stand above those of all. Its own vacation takes
        the place of the common ones that begin within half a year of it: courts take theirs by turns. A span of
        ``working`` days lifts vacations and suspensions, and makes weekends and holidays days of work only where it
        holds no other days.
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
    working = np.repeat(plain[None, :], 1 + len(offices), axis=0)
    vacation, suspended = np.zeros_like(working), np.zeros_like(working)
    for place, office in enumerate((None, *offices)):
        for row in _rows_of(rows, office):
            low, high = max(row.first_day - first_day, 0), max(row.last_day - first_day + 1, 0)
            work = row.kind == "working"
            span = plain[low:high]
            working[place, low:high] = work and (span if span.any() else True)
            # a holiday inside a vacation leaves it a vacation
            for flags, kind in ((vacation, "vacation"), (suspended, "suspension")):
                if work or row.kind == kind:
                    flags[place, low:high] = not work
    return OfficeDays(first_day, working, vacation, suspended, tuple(offices))


def _rows_of(rows: Sequence[CalendarRow], office: str | None) -> list[CalendarRow]:
    """Return the rows that count in an office: those of all first, so that its own stand above them."""
    common = [one for one in rows if one.office is None]
    if office is None:
        return common
    name = normalise(office)
    own = [one for one in rows if one.office is not None and normalise(one.office) == name]
    turns = [one.first_day for one in own if one.kind == "vacation"]
    kept = [
        one for one in common if one.kind != "vacation" or all(abs(one.first_day - day) > _HALF_A_YEAR for day in turns)
    ]
    return [*kept, *own]
