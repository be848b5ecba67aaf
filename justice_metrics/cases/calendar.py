"""Days as whole numbers since 1 January 1970, and back."""

from __future__ import annotations

import datetime as dt
from typing import Final

EPOCH: Final = dt.date(1970, 1, 1)


def day_number(date: dt.date) -> int:
    """Return the number of days from 1 January 1970 to ``date``.

    Examples
    --------
    >>> import datetime
    >>> day_number(datetime.date(2018, 4, 30))
    17651
    """
    return dt.date(date.year, date.month, date.day).toordinal() - EPOCH.toordinal()


def date_of(day: int) -> dt.date:
    """Return the date of a day number.

    Examples
    --------
    >>> date_of(17651)
    datetime.date(2018, 4, 30)
    """
    return dt.date.fromordinal(int(day) + EPOCH.toordinal())
