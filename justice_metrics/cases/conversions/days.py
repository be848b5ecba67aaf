"""Texts to day numbers: the order of day and month is declared or found out from the whole column, never guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from ...base.errors import CaseDataError
from ...base.language import Message, tr, trn
from .date_texts import Parts, Precision, checked_day, parts_of
from .swapped import swapped_dates, swapped_error
from .text import NO_CODES, CountsOf, Texts, looking_like, normalise, part_missing, shapes

DateOrder: TypeAlias = Literal["dmy", "mdy", "ymd"]
ColumnOrder: TypeAlias = Literal["dmy", "mdy", "ymd", "excel_1900", "excel_1904"]
# Days from 1 January 1970 back to each spreadsheet's day 0. The 1900 system counts a 29 February 1900 that never was.
_SERIAL_ZERO: Final[Mapping[str, int]] = MappingProxyType({"excel_1900": -25569, "excel_1904": -24107})
_LAST_SERIAL: Final = 2_958_465
_FIRST_SOUND_SERIAL: Final = 61

_PRECISION_WORDS: Final[Mapping[str, Precision]] = MappingProxyType(
    {
        **dict.fromkeys(("day", "dia", "d", "exact", "exacta", "completa"), "day"),
        **dict.fromkeys(("month", "mes", "m"), "month"),
        **dict.fromkeys(("year", "ano", "anio", "y", "a"), "year"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLookup:
    """How the distinct texts of a column become days.

    Attributes
    ----------
    column : str
        Name of the column.
    days : mapping of str to int or None
        Days since 1 January 1970; None for a text that stands for missing or cannot be read. Never shown.
    precision : mapping of str to {"day", "month", "year"}
        What each readable text knows. A month is placed on its 15th, a year on 1 July.
    order : {"dmy", "mdy", "ymd"} or None
        Order declared or found out; None when no date in the column needs one.
    n_values : int
        Cells that say something.
    n_missing : int
        Cells that are blank or hold a code for missing.
    missing_codes : mapping of str to int
        Those cells by kind of missing.
    unreadable : tuple of str
        Texts that are no date in this order. Never shown.
    n_unreadable, n_month_only, n_year_only, n_short_year, n_serial : int
        Cells that cannot be read; that know the month or the year only; among the unreadable, those with a
        two-digit year and those that look like a spreadsheet's day count.
    looks : tuple of (str, int)
        How the unreadable texts look (digits as 9), most frequent first.
    """

    column: str
    days: Mapping[str, int | None] = field(repr=False)
    precision: Mapping[str, Precision] = field(repr=False)
    order: DateOrder | None
    n_values: int
    n_missing: int
    missing_codes: Mapping[str, int]
    unreadable: tuple[str, ...] = field(repr=False)
    n_unreadable: int
    n_month_only: int
    n_year_only: int
    n_short_year: int = 0
    n_serial: int = 0
    looks: tuple[tuple[str, int], ...] = ()


def day_lookup(
    texts: Texts,
    counts: CountsOf,
    *,
    column: str,
    order: ColumnOrder | None = None,
    text_order: DateOrder | None = None,
    missing: Mapping[str, str] = NO_CODES,
    sure: bool = False,
) -> DayLookup:
    """Find out how the texts of one column become days.

    Parameters
    ----------
    texts : iterable of str or None
        Distinct texts of the column.
    counts : iterable of int
        Cells with each text.
    column : str
        Name of the column, for messages.
    order : {"dmy", "mdy", "ymd", "excel_1900", "excel_1904"}, optional
        Order of the numbers. Without it the whole column decides: one value with a part above 12 settles it.
        With "excel_1900" or "excel_1904" plain numbers are read as a spreadsheet's day count.
    text_order : {"dmy", "mdy", "ymd"}, optional
        Order of the texts that stand among day counts; found out by default.
    missing : mapping of str to str
        Codes that stand for missing.
    sure : bool
        Whether typed dates are right also where they look as if a program had turned day and month round.

    Raises
    ------
    CaseDataError
        When no value tells day from month, or values tell both, or typed dates were turned round.

    Examples
    --------
    >>> found = day_lookup(["30/04/2018", "ene-16", "S/D"], [5, 2, 1], column="Fecha", missing={"S/D": "not_available"})
    >>> found.order, found.days["30/04/2018"], found.precision["ene-16"], found.n_missing
    ('dmy', 17651, 'month', 1)
    """
    present = part_missing(texts, counts, missing)
    serial_zero = _SERIAL_ZERO.get(order or "")
    cache: dict[str, Parts] = {}
    parts = {text: parts_of(text, cache, serials=serial_zero is not None) for text, _ in present.values}
    declared = order if order in {"dmy", "mdy", "ymd"} else text_order if serial_zero is not None else None
    swapped = None if sure else swapped_dates(present.values, parts, serial_zero=serial_zero)
    if swapped is not None:
        raise swapped_error(swapped, column=column)
    found = declared or _order_of(present.values, parts, column)
    days: dict[str, int | None] = dict.fromkeys(present.levels)
    precision: dict[str, Precision] = {}
    by_precision: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    unreadable: list[tuple[str, int]] = []
    for text, count in present.values:
        one = parts[text]
        days[text] = day = _day(one, found, serial_zero)
        if day is None:
            unreadable.append((text, count))
            faults[one.kind] += count
        else:
            precision[text] = one.precision
            by_precision[one.precision] += count
    return DayLookup(
        column=column,
        days=MappingProxyType(days),
        precision=MappingProxyType(precision),
        order=found if precision else declared,
        n_values=present.n_values,
        n_missing=present.n_missing,
        missing_codes=present.missing_codes,
        unreadable=tuple(text for text, _ in unreadable),
        n_unreadable=sum(count for _, count in unreadable),
        n_month_only=by_precision["month"],
        n_year_only=by_precision["year"],
        n_short_year=faults["short_year"],
        n_serial=faults["serial"],
        looks=shapes(unreadable),
    )


def precision_lookup(texts: Texts) -> Mapping[str, Precision]:
    """Return what the texts of a precision column say; a text that says nothing known is left out.

    Examples
    --------
    >>> dict(precision_lookup(["Mes", "año", "?"]))
    {'Mes': 'month', 'año': 'year'}
    """
    found = {text: _PRECISION_WORDS.get(normalise(text)) for text in texts if text is not None}
    return MappingProxyType({text: word for text, word in found.items() if word is not None})


def unreadable_days(found: DayLookup, *, row: int | None = None) -> CaseDataError:
    """Build the error for dates that cannot be read: how many, how they look, never what they say.

    Parameters
    ----------
    found : DayLookup
        A lookup with unreadable texts.
    row : int, optional
        Number of the first such row, counted as the reader's program shows it.
    """
    problem = trn(
        "{n} value of {total} in the date column '{column}' cannot be read as a date{where}{looks}.",
        "{n} values of {total} in the date column '{column}' cannot be read as dates{where}{looks}.",
        found.n_unreadable,
        total=found.n_values,
        column=found.column,
        where=tr(" (the first in row {row})", row=row) if row is not None else "",
        looks=looking_like(found.looks),
    )
    return CaseDataError(problem, _remedy(found))


def _remedy(found: DayLookup) -> Message:
    if found.n_short_year * 2 >= found.n_unreadable:
        return tr("Write the years with four digits.")
    if found.n_serial * 2 >= found.n_unreadable:
        return tr(
            "If these are day counts of a spreadsheet, write the column as a table with "
            'order = "excel_1900" (or "excel_1904").'
        )
    if found.order in {"dmy", "mdy"}:
        return tr(
            "The column is read in the order {order}. Correct the cells, name their code in [missing], or set "
            'faults = "count" in [data] to count them as missing.',
            order=found.order,
        )
    return tr(
        'Correct the cells, name their code in [missing], or set faults = "count" in [data] to count them as missing.'
    )


def _order_of(values: tuple[tuple[str, int], ...], parts: Mapping[str, Parts], column: str) -> DateOrder | None:
    """Find the order out from the whole column."""
    day_first = month_first = either = silent = 0
    for text, count in values:
        one = parts[text]
        if one.kind != "open":
            continue
        if one.first > 12 >= one.second:
            day_first += count
        elif one.second > 12 >= one.first:
            month_first += count
        elif one.first == one.second:
            silent += count
        elif one.first <= 12:
            either += count
    if day_first and month_first:
        raise CaseDataError(
            tr(
                "The dates in the column '{column}' contradict each other: {day_first} can only be dd/mm/yyyy, "
                "{month_first} can only be mm/dd/yyyy, {either} could be either.",
                column=column,
                day_first=day_first,
                month_first=month_first,
                either=either,
            ),
            tr('Say which is right: date_order = "dmy" or "mdy" in [data]; the others then count as unreadable.'),
        )
    if day_first or month_first:
        return "dmy" if day_first else "mdy"
    if either:
        raise CaseDataError(
            trn(
                "{n} date in the column '{column}' could be dd/mm/yyyy or mm/dd/yyyy, and no other says which.",
                "{n} dates in the column '{column}' could be dd/mm/yyyy or mm/dd/yyyy, and none says which.",
                either,
                column=column,
            ),
            tr('Set date_order = "dmy" (day first) or date_order = "mdy" (month first) in [data].'),
        )
    return None if silent else "ymd"


def _day(one: Parts, order: DateOrder | None, serial_zero: int | None) -> int | None:
    if one.kind == "serial" and serial_zero is not None:
        return one.year + serial_zero if _sound_serial(one.year, serial_zero) else None
    if one.kind == "fixed":
        return checked_day(one.year, one.first, one.second)
    if one.kind != "open" or order == "ymd":
        return None
    # without an order all such values have day and month equal
    month, day = (one.first, one.second) if order == "mdy" else (one.second, one.first)
    return checked_day(one.year, month, day)


def _sound_serial(serial: int, zero: int) -> bool:
    first = _FIRST_SOUND_SERIAL if zero == _SERIAL_ZERO["excel_1900"] else 1
    return first <= serial <= _LAST_SERIAL
