"""Dates that stand in three columns: year, month and day of one act."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from ..calendar import day_number
from .columns import ColumnLook, LookedAt

_YEAR: Final = frozenset(("ano", "anio", "year", "yr", "aaaa", "yyyy"))
_MONTH: Final = frozenset(("mes", "month", "mm"))
_DAY: Final = frozenset(("dia", "day", "dd"))


class MadeDate(NamedTuple):
    """A date that the file does not have as one column.

    Attributes
    ----------
    name : str
        What the mapping calls it.
    year, month, day : str
        Its columns.
    """

    name: str
    year: str
    month: str
    day: str


def with_made_dates(table: LookedAt) -> tuple[LookedAt, tuple[MadeDate, ...]]:
    """Return a table with one more column for each date in three columns, and what those are made of."""
    found = dates_in_parts(table.columns)
    if not found:
        return table, ()
    looks = tuple(_look(table, one) for one in found)
    return replace(table, columns=(*table.columns, *looks)), found


def dates_in_parts(columns: Sequence[ColumnLook]) -> tuple[MadeDate, ...]:
    """Return the dates whose year, month and day are called alike but for that word.

    Examples
    --------
    >>> from justice_metrics.cases.proposals.words import words_of
    >>> looks = [
    ...     ColumnLook(name=one, words=words_of(one), n_rows=9, n_filled=9, n_distinct=5, share_numbers=1.0)
    ...     for one in ("ANO_EMISION", "MES_EMISION", "DIA_EMISION", "EDAD")
    ... ]
    >>> dates_in_parts(looks)
    (MadeDate(name='fecha emision', year='ANO_EMISION', month='MES_EMISION', day='DIA_EMISION'),)
    """
    parts: dict[tuple[str, ...], dict[str, str]] = {}
    for one in columns:
        for kind, words in (("year", _YEAR), ("month", _MONTH), ("day", _DAY)):
            if set(one.words) & words and one.share_numbers > 0.9:
                rest = tuple(word for word in one.words if word not in words)
                parts.setdefault(rest, {}).setdefault(kind, one.name)
    taken = {one.name for one in columns}
    made = []
    for rest, held in parts.items():
        if len(held) == 3 and len(set(held.values())) == 3:
            name = " ".join(("fecha", *rest)) if "fecha" not in rest else " ".join(rest)
            name = name if name not in taken else f"{name} (2)"
            made.append(MadeDate(name, held["year"], held["month"], held["day"]))
    return tuple(made)


def _look(table: LookedAt, made: MadeDate) -> ColumnLook:
    """Look at the date as if it were one column."""
    days: Counter[int] = Counter()
    filled = 0
    for (year, month, day), n in table.counted((made.year, made.month, made.day)):
        if not (year and month and day):
            continue
        filled += n
        try:
            days[day_number(dt.date(int(float(year)), int(float(month)), int(float(day))))] += n
        except ValueError:  # no such day
            continue
    kept = sorted(days)
    return ColumnLook(
        name=made.name,
        words=tuple(made.name.split()),
        n_rows=table.n_rows,
        n_filled=filled,
        n_distinct=len(kept),
        share_dates=sum(days.values()) / filled if filled else 0.0,
        order="ymd",
        days=tuple(kept),
        day_counts=tuple(days[one] for one in kept),
    )
