"""Rows counted by covariates and times, as an engine collects them: what patterns and histories are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.levels import MISSING_LEVELS, naturally
from ..base.types import Counts, Flags, Floats, Values
from ..cases.durations import LEFT_OUT, Durations
from .pattern_cells import COVARIATE_MISSING, LARGEST_KEY, WIDEST, MissingLevels, ensure_some, numbers_of


class KeyColumn(NamedTuple):
    """One key of the cells: codes and what they stand for, in rising or natural order."""

    codes: Counts  # (C,)
    distinct: Values  # (L,) texts or numbers
    missing: Flags  # (C,)


class Cells(NamedTuple):
    """The collected count."""

    columns: dict[str, KeyColumn]
    left_out: Counts
    entry: Counts
    exit: Counts
    code: Counts
    n: Counts
    once: Counts  # units that are not the later part of a split
    weight: Floats | None
    starts: dict[str, Floats]  # days from which a time-varying covariate holds, NaN for never


def grouped_cells(
    spells: Durations,
    names: Sequence[str],
    by_level: frozenset[str],
    cluster: str | None,
    starts: Mapping[str, nw.Expr],
) -> Cells:
    """Count in the engine."""
    frame, sampling = spells.frame, spells.sampling
    keys: dict[str, nw.Expr] = {}
    for place, name in enumerate(names):
        keys[f"key__{place}"] = spells.level(name) if name in by_level else _number(spells, name)
    if cluster is not None:
        keys["cluster"] = nw.col("unit_id") if cluster == "unit_id" else spells.level(cluster)
    keys |= {f"since__{place}": one.cast(nw.Int64) for place, one in enumerate(starts.values())}
    keys["why"] = nw.col("time__left_out").cast(nw.Int64)
    for short in ("entry", "days", "code"):
        keys[short] = nw.col(f"time__{short}").fill_null(0).cast(nw.Int64)
    weight = ["weight"] if sampling.weighted else []
    repeated = ["frequency"] if sampling.repeated else []
    narrow = frame.select(*[expr.alias(name) for name, expr in keys.items()], *weight, *repeated)
    count = nw.col("frequency").cast(nw.Int64).sum() if repeated else nw.len()
    collected = narrow.group_by(*keys, *weight).agg(count.alias("n")).collect()
    columns = {
        name: _texts(collected, f"key__{place}") if name in by_level else _coded(numbers_of(collected, f"key__{place}"))
        for place, name in enumerate(names)
    }
    if cluster is not None:
        columns["cluster"] = _ids(collected, "cluster", units=cluster == "unit_id")
    whole = {name: numbers_of(collected, name).astype(np.int64) for name in ("why", "entry", "days", "code", "n")}
    return Cells(
        columns,
        whole["why"],
        whole["entry"],
        whole["days"],
        whole["code"],
        whole["n"],
        whole["n"],
        numbers_of(collected, "weight").astype(np.float64) if weight else None,
        {name: numbers_of(collected, f"since__{place}").astype(np.float64) for place, name in enumerate(starts)},
    )


def _number(spells: Durations, name: str) -> nw.Expr:
    spells.level(name)  # an unknown name is refused in words
    return nw.col(name).cast(nw.Float64)


def _texts(collected: nw.DataFrame[Any], name: str) -> KeyColumn:
    """Return a column of texts as codes, levels in the order in which a reader expects them."""
    column: Any = collected.get_column(name).to_arrow()
    column = column.combine_chunks() if hasattr(column, "combine_chunks") else column
    coded = column.dictionary_encode()
    levels = [str(one) for one in coded.dictionary.to_pylist()]
    return _natural(np.asarray(coded.indices.to_numpy(zero_copy_only=False), dtype=np.int64), levels)


def _natural(codes: Counts, levels: Sequence[str]) -> KeyColumn:
    order = sorted(range(len(levels)), key=lambda one: naturally(levels[one]))
    places = np.empty(len(levels), np.int64)
    places[order] = np.arange(len(levels))
    distinct = np.array([levels[one] for one in order], dtype=object)
    without = np.array([level in MISSING_LEVELS for level in distinct], dtype=np.bool_)
    codes = places[codes] if len(levels) else codes
    return KeyColumn(codes, distinct, without[codes] if len(levels) else np.zeros(len(codes), np.bool_))


def _ids(collected: nw.DataFrame[Any], name: str, *, units: bool) -> KeyColumn:
    """Return clusters as codes; their names are told to nobody."""
    column: Any = collected.get_column(name).to_arrow()
    column = column.combine_chunks() if hasattr(column, "combine_chunks") else column
    coded = column.dictionary_encode()
    codes = np.asarray(coded.indices.fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False), dtype=np.int64)
    # Engines return groups in any order: clusters are numbered in the order of their names, units in that of texts.
    names = [*(str(one) for one in coded.dictionary.to_pylist()), ""]
    order = (
        np.argsort(np.array(names), kind="stable")
        if units
        else sorted(range(len(names)), key=lambda one: naturally(names[one]))
    )
    places = np.empty(len(names), np.int64)
    places[order] = np.arange(len(names))
    return KeyColumn(places[codes], np.arange(len(names)), np.zeros(len(codes), np.bool_))


def _coded(values: Values) -> KeyColumn:
    """Return numbers as codes of their distinct values, rising."""
    missing = ~np.isfinite(values)
    known = values[~missing]
    codes = np.zeros(len(values), np.int64)
    if not len(known):
        return KeyColumn(codes, np.zeros(1), missing)
    low, high = known.min(), known.max()
    if high - low < WIDEST and np.all(known == np.floor(known)):
        offset = (known - low).astype(np.int64)
        there = np.flatnonzero(np.bincount(offset))
        places = np.zeros(int(high - low) + 1, np.int64)
        places[there] = np.arange(len(there))
        codes[~missing] = places[offset]
        return KeyColumn(codes, (there + low).astype(np.float64), missing)
    distinct, codes[~missing] = np.unique(known, return_inverse=True)
    return KeyColumn(codes, distinct.astype(np.float64), missing)


def usable_cells(cells: Cells, covariates: Sequence[str], missing: MissingLevels) -> tuple[Cells, dict[str, int]]:
    """Leave out rows whose time cannot be told and rows without a covariate, and count them."""
    left_out = {name: int(cells.n[cells.left_out == place].sum()) for place, name in enumerate(LEFT_OUT, start=1)}
    timed = cells.left_out == 0
    without = np.zeros(len(timed), np.bool_)
    for name in covariates:
        column = cells.columns.get(name)
        if column is not None and (missing == "leave_out" or column.distinct.dtype != object):
            without |= column.missing
    left_out[COVARIATE_MISSING] = int(cells.n[timed & without].sum())
    kept = timed & ~without & (cells.n > 0)
    ensure_some(cells.n[kept])
    return picked(cells, np.flatnonzero(kept)), {name: n for name, n in left_out.items() if n}


def picked(cells: Cells, rows: Counts) -> Cells:
    """Return some of the cells, in the order asked for."""
    return Cells(
        {name: KeyColumn(one.codes[rows], one.distinct, one.missing[rows]) for name, one in cells.columns.items()},
        cells.left_out[rows],
        cells.entry[rows],
        cells.exit[rows],
        cells.code[rows],
        cells.n[rows],
        cells.once[rows],
        None if cells.weight is None else cells.weight[rows],
        {name: one[rows] for name, one in cells.starts.items()},
    )


def numbered(columns: Sequence[KeyColumn], size: int) -> tuple[Counts, Counts]:
    """Number the distinct combinations in the order of their values; also return a cell of each."""
    key = np.zeros(size, np.int64)
    most = 1
    for column in columns:
        if most * len(column.distinct) >= LARGEST_KEY:
            key = np.unique(key, return_inverse=True)[1]
            most = int(key.max()) + 1
        key = key * len(column.distinct) + column.codes
        most *= len(column.distinct)
    if most <= WIDEST:
        first = np.full(most, -1, np.int64)
        first[key[::-1]] = np.arange(size)[::-1]
        there = np.flatnonzero(first >= 0)
        places = np.zeros(most, np.int64)
        places[there] = np.arange(len(there))
        return places[key], first[there]
    _, at, number = np.unique(key, return_index=True, return_inverse=True)
    return number, at


def folded(keys: Sequence[Counts], weight: Floats | None) -> tuple[Counts, Counts]:
    """Return the order of the cells by their keys, and where in it each distinct one begins."""
    packed: list[Any] = [np.zeros(len(keys[0]), np.int64)]
    most = 1
    for key in keys:
        low, size = int(key.min()), int(key.max()) - int(key.min()) + 1
        if most * size >= LARGEST_KEY:
            packed.append(np.zeros(len(key), np.int64))
            most = 1
        packed[-1] = packed[-1] * size + (key - low)
        most *= size
    if weight is not None:
        packed.append(weight)
    order = np.argsort(packed[0], kind="stable") if len(packed) == 1 else np.lexsort(packed[::-1])
    changes = np.zeros(len(order), np.bool_)
    changes[0] = True
    for one in packed:
        changes[1:] |= one[order][1:] != one[order][:-1]
    return order, np.flatnonzero(changes)
