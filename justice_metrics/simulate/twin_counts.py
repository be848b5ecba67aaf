"""A simulated twin of a table of counts: the same columns under the same mapping, every number invented."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Final

import numpy as np

from ..cases.counts.mapping import CountMapping, KeyColumn, PeriodColumns
from .draws import generator
from .twin_columns import Texts, TwinTable

_LAST: Final = dt.date(2020, 12, 31)
_PERIODS: Final = 24
_MOST: Final = 50
_MADE_UP: Final = ("A", "B", "C")
_MOST_LEVELS: Final = 4
# Rows are offices x levels x periods; more keys than these stay at their first level.
_MOST_ROWS: Final = 5_000


def twin_counts(mapping: CountMapping, *, seed: int = 1) -> TwinTable:
    """Invent a table of counts that a mapping can read.

    Parameters
    ----------
    mapping : CountMapping
    seed : int

    Returns
    -------
    TwinTable
        Monthly rows of the two years before the cut-off, or of the mapping's own kind of period; every text as such.
    """
    rng = generator(seed)
    keys = mapping.counts.key_columns()
    lists = [_levels(one) for one in keys.values()]
    while lists and _PERIODS * int(np.prod([len(one) for one in lists])) > _MOST_ROWS:
        longest = max(range(len(lists)), key=lambda place: len(lists[place]))
        lists[longest] = lists[longest][: max(1, len(lists[longest]) // 2)]
    table = TwinTable(mapping)
    for levels in product(*lists):
        for place, start in enumerate(_months(mapping)):
            base = table.row((), "")
            for column, level in zip(keys.values(), levels, strict=True):
                base.put(column.column, level)
            if not _period(base, mapping.counts.period, start) and place:
                table.drop()
                continue
            _numbers(table, base, mapping, rng)
    return table


def _levels(one: KeyColumn) -> tuple[str, ...]:
    return tuple(one.labels)[:_MOST_LEVELS] or _MADE_UP


def _months(mapping: CountMapping) -> list[dt.date]:
    """Return the first days of the last months before the cut-off, oldest first."""
    cutoff = mapping.counts.cutoff or _LAST
    last = cutoff.year * 12 + cutoff.month - 1 - (0 if (cutoff + dt.timedelta(days=1)).day == 1 else 1)
    return [dt.date(one // 12, one % 12 + 1, 1) for one in range(last - _PERIODS + 1, last + 1)]


def _period(row: Texts, period: PeriodColumns, start: dt.date) -> bool:
    """Write the period of a row; False where this kind of period has one row a year or less, and it is written."""
    end = (start.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    for column, text in (
        (period.column, start.isoformat() if period.length else f"{start:%Y-%m}"),
        (period.start, start.isoformat()),
        (period.end, end.isoformat()),
        (period.year, str(start.year)),
        (period.half_year, str(1 + (start.month - 1) // 6)),
        (period.quarter, str(1 + (start.month - 1) // 3)),
        (period.month, str(start.month)),
    ):
        if isinstance(column, str):
            row.put(column, text)
    if period.month is not None or period.column is not None or isinstance(period.start, str):
        return period.length in {None, "month"} or start.month == 1
    step = 3 if period.quarter is not None else 6 if period.half_year is not None else 12
    return (start.month - 1) % step == 0 if period.year is not None else False


def _numbers(table: TwinTable, base: Texts, mapping: CountMapping, rng: np.random.Generator) -> None:
    long, quantities = mapping.counts.long, mapping.counts.quantities
    for place, one in enumerate(quantities.values()):
        number = "2" if one.per else str(int(rng.random() * _MOST))
        if long is None:
            base.put(one.column, number)
            continue
        row = base
        if place:
            row = table.row((), "")
            row.fill(base.copied())
        row.put(long.quantity, one.column)
        row.put(long.number, number)
