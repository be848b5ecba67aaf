"""Dates that a program of another country turned round: those that it could read became dates, the others stayed text.

Opened where the month comes first, 05/03/2018 becomes the typed date 3 May, and 19/03/2018 stays the text that it is.
What is left behind is a column in which no typed date has a day above 12, and every text has a part above 12.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

from ...base.errors import CaseDataError
from ...base.language import tr
from .date_texts import Parts, parts_of
from .text import CountsOf, Texts

# Share of the days of a year that are the 12th of their month or before.
_UP_TO_12: Final = 144 / 365.25
# Below this chance the pattern is taken for the trace of a program, not for an accident of few dates.
_BY_CHANCE: Final = 0.01
_FIRST_DAY: Final = dt.date(1970, 1, 1)


class Swapped(NamedTuple):
    """What was turned round.

    Attributes
    ----------
    typed, texts : int
        Cells with typed dates, none with a day above 12; cells with texts, each with a part above 12.
    order : {"dmy", "mdy"}
        Order of the texts.
    """

    typed: int
    texts: int
    order: Literal["dmy", "mdy"]


def swapped_dates(
    values: Sequence[tuple[str, int]], parts: Mapping[str, Parts], *, serial_zero: int | None = None
) -> Swapped | None:
    """Look for the trace of a program that turned day and month round.

    Parameters
    ----------
    values : sequence of (str, int)
        Distinct texts of a column, and cells with each.
    parts : mapping of str to Parts
        What each says.
    serial_zero : int, optional
        Day 0 of the day counts among them, in days since 1 January 1970.

    Returns
    -------
    Swapped or None
        None when a date does not fit the pattern, or so few make it up that it may be chance. Each distinct date
        counts once: many files begin on one day.
    """
    typed: set[tuple[int, int, int]] = set()
    texts: set[tuple[int, int, int]] = set()
    n_typed = n_texts = 0
    orders: set[Literal["dmy", "mdy"]] = set()
    for text, count in values:
        one = parts[text]
        if one.kind == "open":
            if (one.first > 12) == (one.second > 12):
                if one.first <= 12:
                    return None
                continue  # no date in any order
            orders.add("dmy" if one.first > 12 else "mdy")
            texts.add((one.year, one.first, one.second))
            n_texts += count
        elif one.typed or (one.kind == "serial" and serial_zero is not None):
            date = (one.year, one.first, one.second) if one.typed else _date(one.year + (serial_zero or 0))
            if date is None:
                continue
            if date[2] > 12:
                return None
            typed.add(date)
            n_typed += count
    if len(orders) != 1 or not typed:
        return None
    chance = _UP_TO_12 ** len(typed) * (1 - _UP_TO_12) ** len(texts)
    return Swapped(n_typed, n_texts, orders.pop()) if chance < _BY_CHANCE else None


def swapped_in(texts: Texts, counts: CountsOf) -> Swapped | None:
    """Look for the trace among the distinct texts of one file.

    Examples
    --------
    >>> swapped_in(["2018-05-03", "2018-09-01", "2018-02-11", "19/03/2018", "30/04/2018", "28/04/2018"], [9] * 6)
    Swapped(typed=27, texts=27, order='dmy')
    """
    values = [(text, count) for text, count in zip(texts, counts, strict=True) if text is not None]
    cache: dict[str, Parts] = {}
    return swapped_dates(values, {text: parts_of(text, cache, serials=False) for text, _ in values})


def open_dates(texts: Texts, counts: CountsOf) -> tuple[int, int]:
    """Return how many cells hold dates that could be day or month first, and how many settle it.

    Examples
    --------
    >>> open_dates(["05/03/2018", "19/03/2018", "05/05/2018", "x"], [4, 2, 1, 1])
    (4, 2)
    """
    cache: dict[str, Parts] = {}
    either = settled = 0
    for text, count in zip(texts, counts, strict=True):
        one = parts_of(text or "", cache, serials=False)
        if one.kind != "open" or one.first == one.second:
            continue
        if one.first <= 12 and one.second <= 12:
            either += count
        else:
            settled += count
    return either, settled


def swapped_error(found: Swapped, *, column: str, source: str | None = None) -> CaseDataError:
    """Build the error for dates that were turned round: how many, and how to say that they are right.

    Parameters
    ----------
    found : Swapped
    column : str
        Name of the column.
    source : str, optional
        Name of the file, where it is one of several.
    """
    return CaseDataError(
        tr(
            "In the column '{column}'{where} none of {typed} typed dates has a day above 12, and each of {texts} texts "
            "has a part above 12: a program that expects another order has turned day and month of the typed ones "
            "round.",
            column=column,
            where=tr(" of '{name}'", name=source) if source is not None else "",
            typed=found.typed,
            texts=found.texts,
        ),
        tr(
            "Import the original file again, with this column as text. If the typed dates are right all the same, say "
            'so at the column: {{ column = "{column}", order = "{order}" }}.',
            column=column,
            order=found.order,
        ),
    )


def _date(day: int) -> tuple[int, int, int] | None:
    try:
        date = _FIRST_DAY + dt.timedelta(days=day)
    except OverflowError:
        return None
    return date.year, date.month, date.day
