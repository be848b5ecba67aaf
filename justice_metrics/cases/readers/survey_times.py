"""Moments at which submissions were sent, however a server or a spreadsheet wrote them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

_NUMBERS: Final = re.compile(
    r"(?P<a>\d{1,2})[/.-](?P<b>\d{1,2})[/.-](?P<year>\d{4}|\d{2})"
    r"(?:[ ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?\s?m\.?)?)?",
    re.IGNORECASE,
)
_SERIAL: Final = re.compile(r"\d{5}(?:\.\d+)?")
_SERIAL_ZERO: Final = dt.datetime(1899, 12, 30, tzinfo=dt.UTC)


def moments(texts: Sequence[str | None]) -> list[float | None]:
    """Read the moments of one file.

    Parameters
    ----------
    texts : sequence of str or None
        ISO, with a time zone or without (then by UTC, as servers write it); days and months as numbers in the order
        that the file itself shows; serial numbers of a spreadsheet.

    Returns
    -------
    list of float or None
        Seconds since 1970; None where there is no text, or none that can be read in one way.

    Examples
    --------
    >>> moments(["1970-01-01T00:01:00Z", "1/2/2018 9:00", None])
    [60.0, None, None]
    >>> earlier, later, _ = moments(["9/7/2018 10:00", "10/7/2018 9:00 a. m.", "13/7/2018"])
    >>> earlier < later
    True
    """
    orders = _orders(one for one in texts if one is not None)
    known = {one: _moment(one, orders) for one in dict.fromkeys(texts) if one is not None}
    return [None if one is None else known[one] for one in texts]


def _orders(texts: Iterable[str]) -> Collection[str]:
    """Return the orders of day and month in which every date of a file can be read."""
    orders = {"dmy", "mdy"}
    for found in filter(None, map(_NUMBERS.fullmatch, map(str.strip, texts))):
        if int(found["a"]) > 12:
            orders.discard("mdy")
        if int(found["b"]) > 12:
            orders.discard("dmy")
    return orders


def _moment(text: str, orders: Collection[str]) -> float | None:
    plain = text.strip()
    try:
        if found := _NUMBERS.fullmatch(plain):
            return _of_numbers(found, orders)
        if _SERIAL.fullmatch(plain):
            return (_SERIAL_ZERO + dt.timedelta(days=float(plain))).timestamp()
        read = dt.datetime.fromisoformat(plain)
    except (ValueError, OverflowError):
        return None
    return (read if read.tzinfo is not None else read.replace(tzinfo=dt.UTC)).timestamp()


def _of_numbers(found: re.Match[str], orders: Collection[str]) -> float | None:
    first, second = int(found["a"]), int(found["b"])
    if len(orders) != 1 and not (orders and first == second):
        return None
    day, month = (first, second) if "dmy" in orders else (second, first)
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    hour = int(found["hour"] or 0)
    if found["half"] is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"][0] in "pP" else 0)
    minute, sec = int(found["minute"] or 0), int(found["second"] or 0)
    return dt.datetime(year, month, day, hour, minute, sec, tzinfo=dt.UTC).timestamp()
