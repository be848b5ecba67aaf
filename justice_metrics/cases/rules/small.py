"""Flags of few units, made in parts and added up here: an engine needs minutes to plan a thousand flags at once.

A coding sheet has hundreds of columns and hundreds of files, and rules look at each column. To plan one question of a
thousand expressions, each made of others, takes a database longer than to answer twenty of them fifty times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ...base.types import Counts
from ..readers.embedded import Embedded

_AT_ONCE: Final = 20
_ROW: Final = "row__"


class Sums(NamedTuple):
    """Counts by keys: one entry per combination of them; all units are one without any."""

    keys: Mapping[str, Counts]
    n: Counts
    sums: Mapping[str, Counts]


def held_here(frame: nw.LazyFrame[Any]) -> Any:
    """Return the rows of a frame of the embedded engine as an Arrow table; None of another engine, or without rows."""
    if not frame.implementation.is_duckdb():
        return None
    # read once, so that the rows stand in one order in every part
    held = frame.collect().to_arrow()
    return held if held.num_rows else None


def added_up(
    held: Any,
    made: Mapping[str, nw.Expr],
    then: Sequence[Mapping[str, nw.Expr]],
    *,
    keys: Sequence[str],
    frequency: str | None,
) -> Sums:
    """Make flags part by part, further ones of them, and add all up by keys.

    Parameters
    ----------
    held : pyarrow.Table
        The rows.
    made : mapping of str to expression
        Flags, keys and the frequency, over the columns of the rows.
    then : sequence of mapping
        Further flags over those made before, in turn.
    keys : sequence of str
        Which of what was made are keys: whole numbers, never null.
    frequency : str, optional
        Which of what was made says how often a row counts.
    """
    import pyarrow as pa

    n = held.num_rows
    numbered = held.append_column(_ROW, pa.array(range(n), pa.int64()))
    frame = Embedded().table(numbered)
    columns: dict[str, Any] = {}
    for part in _parts(made):
        read = frame.select(nw.col(_ROW), **part).collect().sort(_ROW).to_arrow()
        columns |= {name: read[name] for name in part}
    table = nw.from_native(pa.table(columns), eager_only=True)
    for more in then:
        if more:
            table = table.with_columns(**more)
    times = np.ones(n, np.int64) if frequency is None else _whole(table, frequency)
    group, levels = _groups([_whole(table, name) for name in keys], n)
    names = [name for name in table.columns if name not in {*keys, frequency}]
    return Sums(
        keys=dict(zip(keys, levels, strict=True)),
        n=_sum(group, times),
        sums={name: _sum(group, _whole(table, name) * times) for name in names},
    )


def _parts(made: Mapping[str, nw.Expr]) -> Iterator[dict[str, nw.Expr]]:
    rest: Iterable[tuple[str, nw.Expr]] = iter(made.items())
    while part := dict(islice(rest, _AT_ONCE)):
        yield part


def _whole(table: nw.DataFrame[Any], name: str) -> Counts:
    # Through the array protocol, because a frame library's own conversion imports pandas.
    return np.from_dlpack(table.get_column(name).cast(nw.Int64).fill_null(0).to_arrow()).astype(np.int64)


def _groups(keys: list[Counts], n: int) -> tuple[Counts, list[Counts]]:
    """Return the place of each row's combination of keys, and the combinations, key by key."""
    if not keys:
        return np.zeros(n, np.int64), []
    found, group = np.unique(np.stack(keys, axis=1), axis=0, return_inverse=True)
    return np.asarray(group, np.int64).reshape(n), list(found.T)


def _sum(group: Counts, values: Counts) -> Counts:
    # whole numbers below 2^53 are added up exactly
    return np.asarray(np.bincount(group, weights=values), np.float64).astype(np.int64)
