"""Cells of Stata and SPSS files as texts: numbers without a needless fraction, dates in ISO order, kinds of missing.

Both programs hold a date as a number and its meaning in a display format. The numbers are read as they are and turned
into dates here, so that no date is lost where a calendar of another program ends.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import struct
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

Writer: TypeAlias = Callable[[float], str]

_SPSS_DAY_0: Final = dt.datetime(1582, 10, 14)
_STATA_DAY_0: Final = dt.datetime(1960, 1, 1)
_DAY: Final = 86_400.0
_MIDNIGHTS: Final = 86_400_000.0
_LARGEST_WHOLE: Final = 2.0**53
_LARGEST_SINGLE: Final = 2.0**24
# So many numbers are not all by chance such as single precision holds.
_MANY: Final = 10
# Kinds of Stata's dates that have a time of day, in milliseconds.
MOMENTS: Final = ("c", "C")
_WORD: Final = re.compile(r"^[A-Z]+")
_STATA: Final = re.compile(r"^%-?(d|t[a-zA-Z])")

_SPSS_DAYS: Final = frozenset({"DATE", "ADATE", "EDATE", "SDATE", "JDATE", "WKYR"})
_SPSS_MOMENTS: Final = frozenset({"DATETIME", "YMDHMS"})


def writer_of_format(given: str | None, *, stata: bool, single: bool = False) -> Writer:
    """Return what writes a number down as its display format means it.

    Parameters
    ----------
    given : str or None
        Such as ``DATE11`` or ``%td``.
    stata : bool
        Whose format it is.
    single : bool
        Whether numbers are of single precision, so that 0.1 is not written 0.10000000149011612.

    Examples
    --------
    >>> writer_of_format("%td", stata=True)(21613.0), writer_of_format("MOYR8", stata=False)(13771123200.0)
    ('2019-03-05', '2019-03')
    """
    number = _single_text if single else number_text
    kind = kind_of_format(given, stata=stata)
    if stata:
        writers: dict[str, Writer] = {
            "d": lambda value: _moment(_STATA_DAY_0, value * _DAY),
            **dict.fromkeys(MOMENTS, lambda value: _moment(_STATA_DAY_0, midnight_meant(value) / 1000)),
            "m": lambda value: _part(value, 12, "{year}-{part:02d}"),
            "q": lambda value: _part(value, 4, "{year}-Q{part}"),
            "h": lambda value: _part(value, 2, "{year}-H{part}"),
            "w": lambda value: _part(value, 52, "{year}-W{part:02d}"),
            "y": number,
        }
    else:
        writers = {
            **dict.fromkeys((*_SPSS_DAYS, *_SPSS_MOMENTS), lambda value: _moment(_SPSS_DAY_0, value)),
            "MOYR": lambda value: _moment(_SPSS_DAY_0, value)[:7],
            "QYR": _quarter,
            "TIME": _clock,
        }
    write = writers.get(kind, number)
    return lambda value: _or_number(write, value)


def kind_of_format(given: str | None, *, stata: bool) -> str:
    """Return the part of a display format that says what a number means.

    Examples
    --------
    >>> kind_of_format("%tcDD/NN/CCYY", stata=True), kind_of_format("DATE11", stata=False)
    ('c', 'DATE')
    """
    if stata:
        found = _STATA.match(given or "")
        return (found[1] if found else "").removeprefix("t")
    word = _WORD.match(given or "")
    return word[0] if word else ""


def inexact_numbers(values: Iterable[Any], given: str | None, *, stata: bool, single: bool) -> int:
    """Return how many different whole numbers of a column are longer than what they were stored in holds exactly.

    Numbers of single precision that another program wrote as double ones are known by their number: ten or more, all of
    which single precision holds, and not because they end in 0.

    Examples
    --------
    >>> inexact_numbers([201701232.0, 7.0], "%9.0g", stata=True, single=True)
    1
    """
    dated = (*MOMENTS, *"dmqhw") if stata else (*_SPSS_DAYS, *_SPSS_MOMENTS, "MOYR", "QYR", "TIME")
    if kind_of_format(given, stata=stata) in dated:
        return 0
    long = [one for one in values if isinstance(one, float) and abs(one) > _LARGEST_SINGLE and one.is_integer()]
    singles = single or (len(long) >= _MANY and all(is_single(one) for one in long) and any(one % 10 for one in long))
    return len(long) if singles else sum(abs(one) > _LARGEST_WHOLE for one in long)


def number_text(value: float) -> str:
    """Return a number as a text that gives the same number again: 3.0 is "3"."""
    if isinstance(value, int):
        return str(value)
    return str(int(value)) if value.is_integer() and abs(value) < _LARGEST_WHOLE else repr(value)


def _single_text(value: float) -> str:
    """Return the shortest text that is the same number in single precision."""
    if isinstance(value, int) or value.is_integer():
        return number_text(value)
    for digits in range(1, 10):
        text = f"{value:.{digits}g}"
        if struct.pack("f", float(text)) == struct.pack("f", value):
            return number_text(float(text))
    return number_text(value)


def _or_number(write: Writer, value: float) -> str:
    try:
        return write(value)
    except (OverflowError, ValueError):  # beyond the calendar: what it is, and no date
        return number_text(value)


def _moment(zero: dt.datetime, seconds: float) -> str:
    moment = zero + dt.timedelta(seconds=seconds)
    if moment.time() == dt.time():
        return moment.date().isoformat()
    return moment.isoformat(sep=" ", timespec="microseconds" if moment.microsecond else "seconds")


def is_single(value: float) -> bool:
    """Return whether single precision holds a number as it is."""
    try:
        return bool(struct.unpack("f", struct.pack("f", value))[0] == value)
    except OverflowError:
        return False


def midnight_meant(value: float) -> float:
    """Return the midnight that a moment in milliseconds stands for, where it is one of single precision; else itself.

    A midnight that was computed without "double" lies before or after itself by half the distance of two such numbers;
    taken at its word, it would be the day before as often as not.

    Examples
    --------
    >>> midnight_meant(1830384041984.0), midnight_meant(1830383990000.0)
    (1830384000000.0, 1830383990000.0)
    """
    midnight = round(value / _MIDNIGHTS) * _MIDNIGHTS
    near = abs(value - midnight) <= 2.0 ** (math.frexp(value)[1] - 25)
    return midnight if near and is_single(value) else value


def _part(value: float, parts: int, pattern: str) -> str:
    if not float(value).is_integer():
        raise ValueError
    year, part = divmod(int(value), parts)
    if not 1 <= year + 1960 <= 9999:
        raise ValueError
    return pattern.format(year=year + 1960, part=part + 1)


def _quarter(value: float) -> str:
    day = _SPSS_DAY_0 + dt.timedelta(seconds=value)
    return f"{day.year}-Q{(day.month + 2) // 3}"


def _clock(value: float) -> str:
    if not float(value).is_integer() or value < 0:
        raise ValueError
    hours, rest = divmod(int(value), 3600)
    return f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"
