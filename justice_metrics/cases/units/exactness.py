"""How exact the first day of a state is, when the first of several days is taken: that of the earliest day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import narwhals.stable.v2 as nw

PRECISIONS: Final = ("day", "month", "year")
_EXACT: Final = "exact__"
_KEY: Final = "exactkey__"
_LEVELS: Final = len(PRECISIONS) + 1
# Engines differ in the remainder of a number below zero, which a day before 1970 is.
_SHIFT: Final = 10_000_000


def exact_keys(names: Iterable[str]) -> dict[str, nw.Expr]:
    """Return, for each column that says how exact a day is, a whole number that sorts by day, then by exactness.

    The smallest of several such numbers is that of the earliest day and, among equals, of the most exact one.
    """
    there = set(names)
    found: dict[str, nw.Expr] = {}
    for one in sorted(there):
        day = f"first__{one.removeprefix(_EXACT)}"
        if not one.startswith(_EXACT) or day not in there:
            continue
        place: nw.Expr = nw.lit(len(PRECISIONS))
        for at, word in enumerate(PRECISIONS):
            place = nw.when(nw.col(one) == word).then(nw.lit(at)).otherwise(place)
        found[f"{_KEY}{one.removeprefix(_EXACT)}"] = (nw.col(day).cast(nw.Int64) + _SHIFT) * _LEVELS + place
    return found


def with_exactness(frame: nw.LazyFrame[Any], keys: Mapping[str, nw.Expr]) -> nw.LazyFrame[Any]:
    """Return the frame with ``exact__<state>`` in place of the numbers that :func:`exact_keys` made."""
    if not keys:
        return frame
    columns: dict[str, nw.Expr] = {}
    for key in keys:
        place = nw.col(key) % _LEVELS
        words: nw.Expr = nw.lit("day")
        for at, word in enumerate(PRECISIONS[1:], start=1):
            words = nw.when(place == at).then(nw.lit(word)).otherwise(words)
        columns[f"{_EXACT}{key.removeprefix(_KEY)}"] = words
    return frame.with_columns(**columns).drop(*keys)
