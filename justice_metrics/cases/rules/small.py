"""Flags of few units, made and added up here: an engine needs minutes to plan a thousand flags at once.

A coding sheet has hundreds of columns and hundreds of files, and rules look at each column. To plan a thousand
expressions, each made of others, takes a database far longer than to answer them; here each is answered as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ...base.types import Counts

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
    """Make flags, further ones of them, and add all up by keys.

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
    n = held.num_rows
    table = _answered(nw.from_native(held, eager_only=True), made)
    for more in then:
        if more:
            table = nw.concat([table, _answered(table, more)], how="horizontal")
    times = np.ones(n, np.int64) if frequency is None else _whole(table, frequency)
    group, levels = _groups([_whole(table, name) for name in keys], n)
    names = [name for name in table.columns if name not in {*keys, frequency}]
    return Sums(
        keys=dict(zip(keys, levels, strict=True)),
        n=_sum(group, times),
        sums={name: _sum(group, _whole(table, name) * times) for name in names},
    )


def _answered(rows: nw.DataFrame[Any], flags: Mapping[str, nw.Expr]) -> nw.DataFrame[Any]:
    # beside a column of the rows: constants alone would be one row, however many units there are
    return rows.select(nw.col(rows.columns[0]).alias(_ROW), **flags).drop(_ROW)


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
