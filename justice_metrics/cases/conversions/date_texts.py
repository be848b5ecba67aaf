"""What a text says of a day: numbers in their places, or numbers whose places are open; nothing is guessed here."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

from ..calendar import day_number
from .text import normalise

Precision: TypeAlias = Literal["day", "month", "year"]

# Where an imprecise date is placed: the middle of what is known, so that durations are not biased one way.
_MIDDLE_DAY: Final = 15
_MIDDLE_OF_YEAR: Final = (7, 1)
_FIRST_YEAR: Final = 1000

_TIME: Final = re.compile(
    r"^(?P<date>.*\S)(?:\s+|t)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?\s?m\.?)?\s*(?:hs?|hrs|horas)?\.?\s*(?:z|utc|[+-]\d{2}:?\d{2})?$"
)
# "mar" is left out of the short names: it is March far more often than Tuesday.
_WEEKDAY: Final = re.compile(
    r"^(?:(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\s*,?\s+"
    r"|(?:lun|mie|jue|vie|sab|dom|mon|tue|wed|thu|fri|sat|sun)\.?\s*,?\s+(?=\d))"
)
_YEAR_FIRST: Final = re.compile(r"^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$")
_YEAR_LAST: Final = re.compile(r"^(\d{1,2})([-/. ])(\d{1,2})\2(\d{4})$")
_SHORT_YEAR: Final = re.compile(r"^(\d{1,2})([-/. ])(\d{1,2})\2(\d{2})$")
_EIGHT: Final = re.compile(r"^\d{8}$")
_SERIAL: Final = re.compile(r"^(\d{1,7})(?:[.,]\d+)?$")
_YEAR_MONTH: Final = re.compile(r"^(\d{4})[-/.](\d{1,2})$")
_MONTH_YEAR: Final = re.compile(r"^(\d{1,2})[-/.](\d{4})$")
_YEAR: Final = re.compile(r"^(\d{4})$")
_DAY_NAME: Final = re.compile(
    r"^(\d{1,2})(?:st|nd|rd|th|o)?[-/. ]*(?:de |of )?([a-z]{3,})\.?[-/., ]*(?:del? |of )?(\d{4}|\d{2})$"
)
_NAME_DAY: Final = re.compile(r"^([a-z]{3,})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$")
_NAME_YEAR: Final = re.compile(r"^([a-z]{3,})\.?[-/., ]*(?:del? |of )?(\d{4}|\d{2})$")
_NAME_NUMBER: Final = re.compile(r"^[a-z]{3,}[., ]+\d{2}$")

_MONTHS: Final[Mapping[str, int]] = MappingProxyType(
    {
        name: number
        for number, names in enumerate(
            (
                "enero ene january jan",
                "febrero feb february",
                "marzo mar march",
                "abril abr april apr",
                "mayo may",
                "junio jun june",
                "julio jul july",
                "agosto ago august aug",
                "septiembre setiembre sep set sept september",
                "octubre oct october",
                "noviembre nov november",
                "diciembre dic december dec",
            ),
            start=1,
        )
        for name in names.split()
    }
)


class Parts(NamedTuple):
    """What a text says: numbers in their places, or two numbers whose places are open.

    Attributes
    ----------
    kind : {"fixed", "open", "short_year", "serial", "unreadable"}
    year : int
        Also the number of a day count.
    first, second : int
        Month and day of a "fixed" date; the two open numbers as they stand.
    precision : {"day", "month", "year"}
    typed : bool
        Whether it is written as programs write typed dates, the year first.
    """

    kind: Literal["fixed", "open", "short_year", "serial", "unreadable"]
    year: int = 0
    first: int = 0
    second: int = 0
    precision: Precision = "day"
    typed: bool = False


_UNREADABLE: Final = Parts("unreadable")


def checked_day(year: int, month: int, day: int) -> int | None:
    """Return the day number of a date; None for one that is in no calendar, or before the year 1000."""
    if year < _FIRST_YEAR:
        return None
    try:
        return day_number(dt.date(year, month, day))
    except ValueError:
        return None


def parts_of(text: str, cache: dict[str, Parts], *, serials: bool) -> Parts:
    """Take a text apart; the time of day is checked and dropped, the calendar day stays as written."""
    bare = normalise(text)
    if ":" in bare:
        timed = _TIME.match(bare)
        if timed is None or not _sound_time(timed):
            return _UNREADABLE
        bare = timed["date"].rstrip(",")
    if bare not in cache:
        cache[bare] = _date_parts(bare, serials=serials)
    return cache[bare]


def _sound_time(timed: re.Match[str]) -> bool:
    hour, minute, second = int(timed["hour"]), int(timed["minute"]), int(timed["second"] or 0)
    if timed["half"]:
        return 1 <= hour <= 12 and minute < 60 and second < 60
    return (hour < 24 and minute < 60 and second < 61) or (hour, minute, second) == (24, 0, 0)


def _date_parts(bare: str, *, serials: bool) -> Parts:
    if serials and (found := _SERIAL.match(bare)):
        return Parts("serial", int(found[1]))
    if found := _YEAR_FIRST.match(bare):
        return Parts("fixed", int(found[1]), int(found[3]), int(found[4]), typed=True)
    if found := _YEAR_LAST.match(bare):
        return Parts("open", int(found[4]), int(found[1]), int(found[3]))
    if _EIGHT.match(bare):
        # yyyymmdd and ddmmyyyy cannot be mixed up while years begin with 19 or 20: the month would be 19 or 20.
        if checked_day(int(bare[:4]), int(bare[4:6]), int(bare[6:])) is not None and bare[:2] in {"19", "20"}:
            return Parts("fixed", int(bare[:4]), int(bare[4:6]), int(bare[6:]))
        return Parts("open", int(bare[4:]), int(bare[:2]), int(bare[2:4]))
    if found := _YEAR_MONTH.match(bare):
        return Parts("fixed", int(found[1]), int(found[2]), _MIDDLE_DAY, "month")
    if found := _MONTH_YEAR.match(bare):
        return Parts("fixed", int(found[2]), int(found[1]), _MIDDLE_DAY, "month")
    if found := _YEAR.match(bare):
        return Parts("fixed", int(found[1]), *_MIDDLE_OF_YEAR, "year")
    if _SERIAL.match(bare):
        return Parts("serial")
    if _SHORT_YEAR.match(bare):
        return Parts("short_year")
    return _named_parts(_WEEKDAY.sub("", bare))


def month_number(name: str) -> int | None:
    """Return the number of a month named in English or Spanish, also in its short forms.

    Examples
    --------
    >>> month_number("Setiembre"), month_number("ene."), month_number("13")
    (9, 1, None)
    """
    return _MONTHS.get(normalise(name).rstrip("."))


def _named_parts(bare: str) -> Parts:
    """Take a date with the month in words apart."""
    if (found := _DAY_NAME.match(bare)) and (month := _MONTHS.get(found[2])):
        return _with_year(found[3], month, int(found[1]), "day")
    if (found := _NAME_DAY.match(bare)) and (month := _MONTHS.get(found[1])):
        return _with_year(found[3], month, int(found[2]), "day")
    if (found := _NAME_YEAR.match(bare)) and (month := _MONTHS.get(found[1])):
        # "mar 30" may be a day without its year
        return Parts("short_year") if _NAME_NUMBER.match(bare) else _with_year(found[2], month, _MIDDLE_DAY, "month")
    return _UNREADABLE


def _with_year(year: str, month: int, day: int, precision: Precision) -> Parts:
    """Read a year beside a month in words, where spreadsheets write two digits; 50 to 99 could be either century."""
    number = int(year)
    if len(year) == 2:
        if number >= 50:
            return Parts("short_year")
        number += 2000
    return Parts("fixed", number, month, day, precision)
