"""Cells of Stata and SPSS files as texts: numbers without a needless fraction, dates in ISO order, kinds of missing.

Both programs hold a date as a number and its meaning in a display format. The numbers are read as they are and turned
into dates here, so that no date is lost where a calendar of another program ends.
"""

from __future__ import annotations

import datetime as dt
import re
import struct
from collections.abc import Callable
from typing import Final, TypeAlias

Writer: TypeAlias = Callable[[float], str]

_SPSS_DAY_0: Final = dt.datetime(1582, 10, 14)
_STATA_DAY_0: Final = dt.datetime(1960, 1, 1)
_DAY: Final = 86_400.0
_LARGEST_WHOLE: Final = 2.0**53
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
    if stata:
        found = _STATA.match(given or "")
        kind = (found[1] if found else "").removeprefix("t") or ""
        writers: dict[str, Writer] = {
            "d": lambda value: _moment(_STATA_DAY_0, value * _DAY),
            "c": lambda value: _moment(_STATA_DAY_0, value / 1000),
            "C": lambda value: _moment(_STATA_DAY_0, value / 1000),
            "m": lambda value: _part(value, 12, "{year}-{part:02d}"),
            "q": lambda value: _part(value, 4, "{year}-Q{part}"),
            "h": lambda value: _part(value, 2, "{year}-H{part}"),
            "w": lambda value: _part(value, 52, "{year}-W{part:02d}"),
            "y": number,
        }
    else:
        found = _WORD.match(given or "")
        kind = found[0] if found else ""
        writers = {
            **dict.fromkeys((*_SPSS_DAYS, *_SPSS_MOMENTS), lambda value: _moment(_SPSS_DAY_0, value)),
            "MOYR": lambda value: _moment(_SPSS_DAY_0, value)[:7],
            "QYR": _quarter,
            "TIME": _clock,
        }
    write = writers.get(kind, number)
    return lambda value: _or_number(write, value)


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
