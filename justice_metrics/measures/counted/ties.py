"""How counts of periods hang together where no box tells it: a year is its months, the months to date some of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from ...base.cells import Box, Signed, Tie, box
from ...base.table import Table
from ...cases.periods import Period, months_in, numbered
from ..boxes import Restrictions, finer
from .asked import TO_DATE, YEAR, Asked, ToDate, to_date
from .tables import plain_restrictions, restrictions, table_names, to_date_restrictions, unfinished_year

_SPANS: Final[tuple[Period, ...]] = ("month", "quarter", "half_year")


def ties_of(asked: Asked, tables: Mapping[str, Table]) -> Iterator[Tie]:
    """Yield the sums that an outsider knows, for the disclosure gate.

    That months of case files come to a year that is over the gate knows by itself; of one that is not over, of what
    happened in a period, and of the months to date, it is told here.

    Parameters
    ----------
    asked : Asked
    tables : mapping of str to Table
        Those of the answer.
    """
    spread, there, unfinished = to_date(asked.counted), _periods_there(asked), unfinished_year(asked)
    for name, (period, by) in table_names(asked).items():
        labels = tuple(dict.fromkeys(tables[name]["period"].tolist()))
        if period == TO_DATE and spread is not None:
            sums = [one for label in labels for one in _to_date_sums(asked, label, spread, there)]
        else:
            told = labels if asked.thing else tuple(one for one in labels if (period, one) == (YEAR, unfinished))
            sums = [one for label in told for one in _sums(asked, period, label, there)]
        if sums:
            yield from _of_groups(asked, by, sums)


def _of_groups(asked: Asked, by: tuple[str, ...], sums: Sequence[tuple[Box, list[Box]]]) -> Iterator[Tie]:
    """Yield sums for each combination of levels."""
    for levels in asked.counted.finest[by].strata.levels:
        group = _Group({column: (level,) for column, level in zip(by, levels, strict=True)}, bool(asked.thing))
        for whole, parts in sums:
            yield (group.signed(whole, 1), *(group.signed(one, -1) for one in parts))


class _Group:
    """One combination of levels; each of its boxes is made once, though a month is in its year and in its quarter."""

    __slots__ = ("_base", "_events", "_known")

    def __init__(self, group: Restrictions, events: bool) -> None:
        self._base, self._events = box(group), events
        self._known: dict[tuple[Box, int], Signed] = {}

    def signed(self, what: Box, sign: int) -> Signed:
        """Return the units of the group among some, as a part of a sum."""
        found = self._known.get((what, sign))
        if found is None:
            found = self._known[what, sign] = Signed(self._base | what, self._events, sign)
        return found


def _sums(asked: Asked, span: str, label: str, there: Mapping[str, frozenset[str]]) -> Iterator[tuple[Box, list[Box]]]:
    """Yield a period with the shorter ones in it that the data tell."""
    whole, plain = box(restrictions(asked, span, label)), box(plain_restrictions(asked, span, label))
    if whole != plain:
        # other answers count the same as all of the year
        yield whole, [plain]
    for name, shorter in finer(label):
        parts = [box(restrictions(asked, name, one)) for one in shorter if one in there.get(name, ())]
        if parts:
            yield whole, _standing_for(asked, parts)


def _to_date_sums(
    asked: Asked, label: str, spread: ToDate, there: Mapping[str, frozenset[str]]
) -> Iterator[tuple[Box, list[Box]]]:
    """Yield the months to date of a year with the shorter periods in them."""
    if _over_time(asked) != "add":
        return  # it is the number of one of the months
    whole = box(to_date_restrictions(asked, label, spread))
    for name, shorter in finer(label):
        if name in there and spread.months % months_in(name) == 0:  # type: ignore[arg-type]
            parts = shorter[: spread.months // months_in(name)]  # type: ignore[arg-type]
            yield whole, [box(restrictions(asked, name, one)) for one in parts]


def _standing_for(asked: Asked, parts: list[Box]) -> list[Box]:
    """Return which periods make up a longer one: all of a count, of a stock the first or the last one."""
    return {"first": parts[:1], "last": parts[-1:]}.get(_over_time(asked), parts)


def _over_time(asked: Asked) -> str:
    return next(iter(asked.counted.finest.values())).over_time


def _periods_there(asked: Asked) -> dict[str, frozenset[str]]:
    """Return the periods of each length that the data tell, the first and the last one in part perhaps."""
    finest = next(iter(asked.counted.finest.values()))
    each = months_in(finest.period)
    return {
        span: frozenset(numbered(np.unique(finest.periods // (months_in(span) // each)), span).labels)
        for span in _SPANS
        if months_in(span) % each == 0
    }
