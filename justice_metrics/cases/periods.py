"""Months, quarters, half years and years as pairs of days, and what they are called."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

import numpy as np

from ..base.language import Language, Readable, format_date
from ..base.types import Counts, Days, Flags
from .calendar import date_of

Period: TypeAlias = Literal["month", "quarter", "half_year", "year"]

PERIODS: Final[tuple[Period, ...]] = get_args(Period)

_MONTHS: Final[dict[Period, int]] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
_LABEL: Final = re.compile(r"^(\d{4})-(?:(Q|H)(\d)|(\d\d))$")
# The letter before the number, as each language abbreviates quarter and half year.
_LETTERS: Final[dict[Language, dict[str, str]]] = {"en": {"Q": "Q", "H": "H"}, "es": {"Q": "T", "H": "S"}}


class Periods(NamedTuple):
    """Periods one after the other; both days belong to the period.

    Attributes
    ----------
    first_day, last_day : array of int, shape (P,)
        Days since 1 January 1970.
    labels : tuple of str
        "2019", "2019-H1", "2019-Q1", "2019-03"; "2019-01-01/2019-02-15" for any other.
    """

    first_day: Days
    last_day: Days
    labels: tuple[str, ...]

    @property
    def days(self) -> Counts:
        """Days in each period; 366 in a leap year."""
        return (self.last_day - self.first_day + 1).astype(np.int64)


def months_in(period: Period) -> int:
    """Return how many months a period has.

    Examples
    --------
    >>> months_in("quarter")
    3
    """
    return _MONTHS[period]


def period_number(days: Days | int, period: Period) -> Counts:
    """Number the periods that days fall in; that of 1 January 1970 is 0, and the next one is one more.

    Examples
    --------
    >>> period_number(np.array([0, 31, 365]), "month")
    array([ 0,  1, 12])
    """
    months = np.asarray(days).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    numbers: Counts = months // _MONTHS[period]
    return numbers


def numbered(numbers: Counts, period: Period) -> Periods:
    """Return the periods that have these numbers; the inverse of :func:`period_number`.

    Examples
    --------
    >>> numbered(np.array([196, 197]), "quarter").labels
    ('2019-Q1', '2019-Q2')
    """
    months = np.asarray(numbers, np.int64) * _MONTHS[period]
    first = _first_of(months)
    last = (_first_of(months + _MONTHS[period]) - 1).astype(np.int32)
    return Periods(first, last, tuple(_label(int(month), period) for month in months))


def periods_of(days: Days, period: Period) -> Periods:
    """Return the period that each day falls in.

    Examples
    --------
    >>> periods_of(np.array([17651], np.int32), "year").labels
    ('2018',)
    """
    return numbered(period_number(days, period), period)


def periods_between(first: int, last: int, period: Period) -> Periods:
    """Return every period from the one that holds the first day to the one that holds the last day.

    Examples
    --------
    >>> periods_between(17897, 18261, "half_year").labels
    ('2019-H1', '2019-H2')
    """
    start, stop = int(period_number(first, period)), int(period_number(last, period))
    return numbered(np.arange(start, stop + 1), period)


def length_of(first_day: Days, last_day: Days) -> Period | None:
    """Return which kind of period all these are, or None where they are of several kinds or of none.

    Examples
    --------
    >>> length_of(np.array([17897], np.int32), np.array([17986], np.int32))
    'quarter'
    """
    for period in PERIODS:
        if bool(are(period, first_day, last_day).all()):
            return period
    return None


def are(period: Period, first_day: Days, last_day: Days) -> Flags:
    """Return which pairs of days are the limits of one such period."""
    number = period_number(first_day, period)
    begins = _first_of(number * _MONTHS[period]) == first_day
    ends = _first_of((number + 1) * _MONTHS[period]) - 1 == last_day
    return np.asarray(begins & ends, np.bool_)


def label_of(first_day: int, last_day: int) -> str:
    """Return what a period is called, by its two days.

    Examples
    --------
    >>> label_of(17897, 17927), label_of(17897, 17911)
    ('2019-01', '2019-01-01/2019-01-15')
    """
    period = length_of(np.array([first_day], np.int32), np.array([last_day], np.int32))
    if period is None:
        return f"{date_of(first_day)}/{date_of(last_day)}"
    return periods_of(np.array([first_day], np.int32), period).labels[0]


@dataclass(frozen=True, slots=True)
class PeriodWords:
    """A period in the reader's language.

    Parameters
    ----------
    label : str
        As :class:`Periods` calls it.
    """

    label: str

    def text(self, language: Language = "en") -> str:
        """Return the words in ``language``."""
        found = _LABEL.match(self.label)
        if found is None:
            days = self.label.split("/")
            return " – ".join(format_date(dt.date.fromisoformat(one), language) for one in days if len(days) == 2) or (
                self.label
            )
        year, letter, number, month = found.groups()
        if letter:
            return f"{_LETTERS.get(language, _LETTERS['en'])[letter]}{number} {year}"
        from babel.dates import format_date as babel_date

        return str(babel_date(dt.date(int(year), int(month), 1), format="MMM y", locale=language))

    def __str__(self) -> str:
        return self.text("en")


def period_words(label: str) -> Readable:
    """Return a period's words for a reader.

    Examples
    --------
    >>> [period_words(one).text("es") for one in ("2019", "2019-Q1", "2019-03")]
    ['2019', 'T1 2019', 'mar 2019']
    """
    return PeriodWords(label)


def _first_of(months: Counts) -> Days:
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int32)


def _label(month: int, period: Period) -> str:
    year, place = 1970 + month // 12, month % 12
    if period == "year":
        return f"{year:04d}"
    if period == "month":
        return f"{year:04d}-{place + 1:02d}"
    letter = "Q" if period == "quarter" else "H"
    return f"{year:04d}-{letter}{place // _MONTHS[period] + 1}"
