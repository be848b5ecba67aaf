"""Counting by one whole number per row, in which covariates, stratum, cluster, days and ending are packed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.levels import MISSING_LEVELS, NOT_RECORDED, naturally
from ..base.types import Counts, Flags, Values
from ..cases.durations import LEFT_OUT, Durations
from ..cases.stored import Piece, Stored
from ..estimate.rows import Rows
from ..tables import Strata
from .counted import slices
from .pattern_cells import (
    COVARIATE_MISSING,
    LARGEST_KEY,
    WIDEST,
    MissingLevels,
    Patterns,
    covariate_of,
    ensure_some,
    numbers_of,
    renumbered,
)

# Up to so many places, which stay in the processor's cache, counting is faster than sorting.
_MOST_PLACES: Final = 1_000_000
# Rows taken at once, so that the keys of a piece stay in the processor's cache.
_PIECE: Final = 1 << 17
# An engine compares a text with each level to find its code; with more of them it groups by the text itself.
_MOST_TEXTS: Final = 40
# Keys that are sorted at once, eight bytes each.
_MOST_KEYS: Final = 30_000_000


def packed(
    spells: Durations,
    covariates: Sequence[str],
    categorical: frozenset[str],
    strata: Sequence[str],
    cluster: str | None,
    missing: MissingLevels,
) -> Patterns | None:
    """Count by one whole number per row; None where the keys are no whole numbers or short lists of texts.

    An engine groups by one number several times faster than by a dozen columns. To pack the keys their ranges must be
    known first, which is one more, cheap, look at the columns. An engine that runs inside this process hands the
    numbers over, one per row and nothing else: sorting them takes half the time of its own count of millions of groups.
    """
    if spells.sampling.weighted or cluster == "unit_id" or spells.frame.implementation.is_spark_like():
        return None
    names = [*covariates, *strata, *((cluster,) if cluster else ())]
    by_level = {*categorical, *strata, *((cluster,) if cluster else ())}
    frame, schema = spells.frame, spells.frame.collect_schema()
    levels = {name: spells.level(name) for name in dict.fromkeys(names)}
    whole_numbers = {name for name in levels if name in schema and schema[name].is_integer()}
    if not whole_numbers | by_level >= set(levels):
        return None
    whole = ["time__days", "time__entry", *(name for name in levels if name in whole_numbers)]
    # Where no row is left out, the engine need not ask of each row whether it is.
    all_timed = _largest(frame, "time__left_out") == 0
    timed = frame if all_timed else frame.filter(nw.col("time__left_out") == 0)
    spans = _spans(timed, whole)
    if spans is None:
        return None
    digits: list[tuple[nw.Expr, Values]] = []
    for name in names:
        digit = (
            _number_digit(nw.col(name), spans[name], by_level=name in by_level)
            if name in whole_numbers
            else _text_digit(timed, levels[name])
        )
        if digit is None:
            return None
        digits.append(digit)
    since, width, k = spans["time__entry"].high + 2, spans["time__days"].high + 1, len(spells.outcomes) + 1
    places = float(np.prod([float(len(distinct)) for _, distinct in digits])) * since * width * k
    if places >= LARGEST_KEY:
        return None
    key: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for one, distinct in digits:
        key = key * len(distinct) + one
    if since > 1:
        key = key * since + nw.col("time__entry").cast(nw.Int64) + 1
    key = (key * width + nw.col("time__days").cast(nw.Int64)) * k + nw.col("time__code").cast(nw.Int64)
    if not all_timed:
        why = nw.col("time__left_out").cast(nw.Int64)
        key = nw.when(why == 0).then(key).otherwise(-why)
    if places < 2**31:
        key = key.cast(nw.Int32)
    repeated = ["frequency"] if spells.sampling.repeated else []
    inside = frame.implementation.is_duckdb() or frame.implementation.is_polars()
    narrow = frame.select(key.alias("key"), *repeated)
    if inside and not repeated and max(spells.n_units, spells.intake.rows) <= _MOST_KEYS:
        cell, n = _tallied(np.array(numbers_of(narrow.collect(), "key")))
    else:
        count = nw.col("frequency").cast(nw.Int64).sum() if repeated else nw.len()
        collected = narrow.group_by("key").agg(count.alias("n")).collect()
        cell, n = (numbers_of(collected, name).astype(np.int64) for name in ("key", "n"))
        order = np.argsort(cell)
        cell, n = cell[order], n[order]
    first = int(np.searchsorted(cell, 0))
    left_out = {LEFT_OUT[-int(one) - 1]: int(number) for one, number in zip(cell[:first], n[:first], strict=True)}
    layout = _Layout(names, [distinct for _, distinct in digits], since, width, k)
    return _unpacked(cell[first:], n[first:], layout, covariates, categorical, strata, cluster, missing, left_out)


class _Span(NamedTuple):
    """Smallest and largest value of a column of whole numbers, and whether some are missing."""

    low: int
    high: int
    gaps: bool


def _largest(frame: nw.LazyFrame[Any], name: str) -> int:
    found = frame.select(nw.col(name).max().alias("most")).collect().get_column("most").to_list()[0]
    return int(found or 0)


def _spans(frame: nw.LazyFrame[Any], names: Sequence[str]) -> dict[str, _Span] | None:
    """Return the range of each column, in one look; None when one of them is empty."""
    asked = [
        part
        for place, name in enumerate(names)
        for part in (
            nw.col(name).min().alias(f"low{place}"),
            nw.col(name).max().alias(f"high{place}"),
            nw.col(name).count().alias(f"known{place}"),
        )
    ]
    found = frame.select(nw.len().alias("all"), *asked).collect()
    values = {name: found.get_column(name).to_list()[0] for name in found.columns}
    if any(values[f"low{place}"] is None for place in range(len(names))):
        return None
    return {
        name: _Span(
            int(values[f"low{place}"]), int(values[f"high{place}"]), bool(values[f"known{place}"] < values["all"])
        )
        for place, name in enumerate(names)
    }


def _number_digit(column: nw.Expr, span: _Span, *, by_level: bool) -> tuple[nw.Expr, Values] | None:
    """Return a column of whole numbers as a digit, a missing one as the highest, and what each digit stands for."""
    low, high, gaps = span
    if high - low >= WIDEST or (low < 0 and by_level):
        return None
    digit = column.cast(nw.Int64) - low
    if gaps:
        digit = digit.fill_null(high - low + 1)
    if by_level:
        texts = [*(str(one) for one in range(low, high + 1)), *([NOT_RECORDED] if gaps else [])]
        return digit, np.array(texts, dtype=object)
    return digit, np.concatenate([np.arange(low, high + 1, dtype=np.float64), [np.nan] if gaps else []])


def _text_digit(frame: nw.LazyFrame[Any], level: nw.Expr) -> tuple[nw.Expr, Values] | None:
    """Return a column of texts as a digit; None when they are too many to be compared one by one."""
    counted = frame.select(level=level).group_by("level").agg(n=nw.len()).collect()
    texts = counted.get_column("level").to_list()
    if len(texts) > _MOST_TEXTS:
        return None
    ordered = sorted(texts, key=naturally)
    digit: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for place, text in enumerate(ordered[1:], start=1):
        digit = nw.when(level == text).then(nw.lit(place, dtype=nw.Int64)).otherwise(digit)
    return digit, np.array(ordered, dtype=object)


def in_memory(
    spells: Durations,
    covariates: Sequence[str],
    categorical: frozenset[str],
    strata: Sequence[str],
    cluster: str | None,
    missing: MissingLevels,
) -> Patterns | None:
    """Count whole numbers without an engine, in memory or in files; None where they are not such.

    Every row becomes one whole number, in which the keys stand in the order in which cells are sorted: sorting the
    numbers is all there is to do, and the keys are read off the distinct ones.
    """
    memory, stored = spells.memory, spells.stored
    if cluster == "unit_id" or (memory is None and stored is None):
        return None
    names = (*covariates, *strata, *((cluster,) if cluster else ()))
    coded = [] if memory is None else [one for one in map(memory.attribute, names) if one is not None]
    every = [one.levels for one in coded]
    if stored is not None and memory is None:
        every = [one for one in map(stored.levels, names) if one is not None]
    if len(every) < len(names):
        return None
    parts = [
        _as_numbers(levels) if place < len(covariates) and name not in categorical else _ordered(levels)
        for place, (name, levels) in enumerate(zip(names, every, strict=True))
    ]
    k = len(spells.outcomes) + 1
    if memory is not None:
        latest = -1 if memory.entry is None else int(memory.entry.max())
        packing = _Packing(parts, max(latest, -1) + 2, int(memory.days.max()) + 1, k, memory.code_of)
    elif stored is not None:
        latest = -1 if stored.entry is None else stored.spans[stored.entry].high
        packing = _Packing(parts, max(latest, -1) + 2, stored.width, k, stored.code_of)
    if packing.places >= LARGEST_KEY:
        return None
    if memory is not None:
        cell, n = _tallied(packing.keys(slices(memory, coded, _PIECE)), memory.frequency, packing.places)
    elif stored is not None:
        cell, n = _tallied_in_turn(stored, names, every, packing)
    layout = _Layout(names, [one.distinct for one in parts], packing.since, packing.width, k)
    return _unpacked(cell, n, layout, covariates, categorical, strata, cluster, missing, {})


def _tallied_in_turn(
    stored: Stored, names: Sequence[str], levels: Sequence[tuple[str, ...]], packing: _Packing
) -> tuple[Counts, Counts]:
    """Return the distinct keys of files, rising, and how many rows have each; a block of rows at a time."""
    heaps: list[tuple[Counts, Counts]] = []
    with ThreadPoolExecutor() as pool:
        for block in stored.blocks(_MOST_KEYS):
            repeated: list[Values] = []
            if stored.frequency is None:
                pieces = [part.pieces(names, levels) for part in block.parts()]
                keys = np.concatenate(list(pool.map(packing.keys, pieces)))
                heaps.append(_tallied(keys, None, packing.places))
            else:
                keys = packing.keys(_noting(block.pieces(names, levels), repeated))
                heaps.append(_tallied(keys, np.concatenate(repeated), packing.places))
    if len(heaps) == 1:
        return heaps[0]
    cell, n = (np.concatenate(one) for one in zip(*heaps, strict=True))
    order = np.argsort(cell, kind="stable")
    cell, n = cell[order], n[order]
    first = np.flatnonzero(np.concatenate([[True], cell[1:] != cell[:-1]]))
    return cell[first], np.add.reduceat(n, first)


def _noting(pieces: Iterable[Piece], repeated: list[Values]) -> Iterator[Piece]:
    """Hand pieces on, and write their frequencies down."""
    for piece in pieces:
        if piece.frequency is not None:
            repeated.append(piece.frequency)
        yield piece


class _Part(NamedTuple):
    """The levels of one attribute in natural order."""

    places: Counts | None  # (L,) natural place of each code; None when they are in order
    distinct: Values  # (L,) texts or numbers

    def natural(self, codes: Values, kind: Any) -> Values:
        """Return natural codes."""
        made: Values = codes.astype(kind, copy=False) if self.places is None else self.places.astype(kind)[codes]
        return made


class _Packing(NamedTuple):
    """How a row becomes one whole number."""

    parts: Sequence[_Part]
    since: int
    width: int
    k: int
    code_of: Counts  # (V,) code of each value of the ending

    @property
    def places(self) -> float:
        """How many numbers there may be."""
        sizes = [float(len(one.distinct)) for one in self.parts]
        return float(np.prod([*sizes, float(self.since), float(self.width), float(self.k)]))

    def keys(self, pieces: Iterable[Piece]) -> Values:
        """Return the key of each row."""
        kind: Any = np.int32 if self.places < 2**31 else np.int64
        code_of = self.code_of.astype(kind)
        made: list[Values] = []
        for days, ending, entry, _, attributes in pieces:
            key = np.zeros(len(days), kind)
            for part, codes in zip(self.parts, attributes, strict=True):
                key *= kind(len(part.distinct))
                key += part.natural(codes, kind)
            if entry is not None:
                key *= kind(self.since)
                key += np.maximum(entry, -1).astype(kind) + kind(1)
            key *= kind(self.width)
            key += days.astype(kind, copy=False)
            key *= kind(self.k)
            key += code_of[ending]
            made.append(key)
        return np.concatenate(made)


class _Layout(NamedTuple):
    """What a packed key is made of, the most significant first: attributes, entry + 1, exit and ending."""

    names: Sequence[str]
    distinct: Sequence[Values]  # of each attribute, in order; a number that is missing is NaN
    since: int
    width: int
    k: int


def _unpacked(
    cell: Counts,
    n: Counts,
    layout: _Layout,
    covariates: Sequence[str],
    categorical: frozenset[str],
    strata: Sequence[str],
    cluster: str | None,
    missing: MissingLevels,
    left_out: Mapping[str, int],
) -> Patterns:
    """Read patterns and rows off distinct packed keys, which come rising."""
    _, _, since, width, k = layout
    sizes = [len(one) for one in layout.distinct]
    head, cell = np.divmod(cell, since * width * k)
    entry, cell = np.divmod(cell, width * k)
    exits, code = np.divmod(cell, k)
    late = (entry > exits) & (entry > 0)  # still one more than the day
    unknown = _without_value(head, layout, sizes, cluster, leave_out=missing == "leave_out")
    left_out = {
        **left_out,
        "entry_after_end": left_out.get("entry_after_end", 0) + int(n[late].sum()),
        COVARIATE_MISSING: int(n[unknown & ~late].sum()),
    }
    kept = ~(late | unknown | (n == 0))
    if not kept.all():
        head, entry, exits, code, n = (one[kept] for one in (head, entry, exits, code, n))
    ensure_some(n)
    c, g = len(covariates), len(strata)
    head, at_cluster = np.divmod(head, sizes[-1]) if cluster else (head, None)
    combined, at_stratum = np.divmod(head, int(np.prod(sizes[c : c + g])))
    changes = np.concatenate([[True], combined[1:] != combined[:-1]])
    pattern = np.cumsum(changes) - 1
    stratum, observed = renumbered(at_stratum)
    clusters = None if at_cluster is None else renumbered(at_cluster)[0]
    codes = _digits(combined[changes], sizes[:c])
    made = {
        name: covariate_of(one, distinct, by_level=name in categorical)
        for name, one, distinct in zip(covariates, codes, layout.distinct, strict=False)
    }
    places = _digits(observed, sizes[c : c + g])
    texts = [distinct[one] for distinct, one in zip(layout.distinct[c : c + g], places, strict=True)]
    total = np.bincount(pattern, weights=n, minlength=1).astype(np.int64)
    return Patterns(
        covariates=made,
        n=total,
        units=total,
        rows=Rows(
            entry=(entry - 1).astype(np.int32),
            exit=exits.astype(np.int32),
            code=code,
            n=n,
            weight=None,
            stratum=stratum,
            pattern=pattern,
            cluster=clusters,
        ),
        strata=Strata(tuple(strata), tuple(zip(*texts, strict=True)) if strata else ((),)),
        clusters=0 if clusters is None else int(clusters.max()) + 1,
        left_out={name: number for name, number in left_out.items() if number},
    )


def _without_value(
    head: Counts, layout: _Layout, sizes: Sequence[int], cluster: str | None, *, leave_out: bool
) -> Flags:
    """Return which cells lack a number, or a level where that leaves them out."""
    names = layout.names[:-1] if cluster else layout.names
    without = [_missing(one, leave_out=leave_out) for one, _ in zip(layout.distinct, names, strict=False)]
    if not any(one.any() for one in without):
        return np.zeros(len(head), np.bool_)
    changes = np.concatenate([[True], head[1:] != head[:-1]])
    digits = _digits(head[changes], sizes)
    flags = np.zeros(int(changes.sum()), np.bool_)
    for flagged, codes in zip(without, digits, strict=False):
        flags |= flagged[codes]
    return np.asarray(flags[np.cumsum(changes) - 1], dtype=np.bool_)


def _missing(distinct: Values, *, leave_out: bool) -> Flags:
    if distinct.dtype == object:
        return np.isin(distinct, MISSING_LEVELS) if leave_out else np.zeros(len(distinct), np.bool_)
    return np.isnan(distinct)


def _as_numbers(levels: tuple[str, ...]) -> _Part:
    """Return whole numbers, whose levels rise; one that is missing is NaN."""
    return _Part(None, np.array([np.nan if one in MISSING_LEVELS else float(one) for one in levels]))


def _ordered(levels: tuple[str, ...]) -> _Part:
    order = sorted(range(len(levels)), key=lambda one: naturally(levels[one]))
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    distinct = np.array([levels[one] for one in order], dtype=object)
    return _Part(None if order == list(range(len(order))) else places, distinct)


def _digits(numbers: Counts, sizes: Sequence[int]) -> list[Counts]:
    """Read the keys off packed numbers, the first of them the most significant."""
    found = []
    for size in reversed(sizes):
        numbers, digit = np.divmod(numbers, size)
        found.append(digit)
    return found[::-1]


def _tallied(keys: Values, frequency: Values | None = None, places: float = np.inf) -> tuple[Counts, Counts]:
    """Return the distinct keys, rising, and how many rows have each; the order of ``keys`` is lost."""
    if frequency is not None:
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
        return keys[first].astype(np.int64), np.add.reduceat(frequency[order].astype(np.int64), first)
    if places <= _MOST_PLACES:
        total = np.bincount(keys)
        there = np.flatnonzero(total)
        return there, total[there]
    keys.sort()
    first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    return keys[first].astype(np.int64), np.diff(np.append(first, len(keys)))
