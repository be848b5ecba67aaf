"""From durations to covariate patterns and folded rows: what a regression works on.

Rows that are alike in covariates, stratum, cluster, entry, exit and ending are one cell with a number. A formula is
then computed on the distinct patterns, never on rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from ..base.errors import QuestionError
from ..base.language import tr
from ..base.levels import MISSING_LEVELS, NOT_RECORDED, naturally
from ..base.types import Counts, Flags, Floats, Values
from ..cases.durations import LEFT_OUT, Durations
from ..cases.memory import Coded
from ..estimate.rows import Rows
from ..tables import Strata
from .formula import Covariate

MissingLevels: TypeAlias = Literal["level", "leave_out"]

COVARIATE_MISSING: Final = "covariate_missing"
# Levels of a covariate that holds from a day on.
HOLDS: Final = ("not_yet", "started")
# Up to so many places, which stay in the processor's cache, counting is faster than sorting.
_MOST_PLACES: Final = 1_000_000
# Rows taken at once, so that the keys of a piece stay in the processor's cache.
_PIECE: Final = 1 << 17
# A column of whole numbers within this range is coded by its distance from the smallest.
_WIDEST: Final = 4_000_000
_LARGEST_KEY: Final = 2**62
# An engine compares a text with each level to find its code; with more of them it groups by the text itself.
_MOST_TEXTS: Final = 40
# Keys that are sorted at once, eight bytes each.
_MOST_KEYS: Final = 30_000_000


class Patterns(NamedTuple):
    """Distinct covariate patterns, and the rows that have them.

    Attributes
    ----------
    covariates : mapping of str to Covariate
        Each over the same P patterns, which stand in the order of their values.
    n : (P,)
        Rows with the pattern, with their frequencies.
    units : (P,)
        The same, but a unit whose time was split is counted once, with the pattern that it began with.
    rows : Rows, C cells
        In the order of pattern, stratum, cluster, entry, exit, code and weight.
    strata : Strata, G of them
        Baseline strata.
    clusters : int
        How many clusters there are; 0 when rows count as independent.
    left_out : mapping of str to int
        Rows left out, by reason.
    seen : mapping of str to (int, int)
        Of each time-varying covariate: units ever at risk without it, and with it.
    """

    covariates: Mapping[str, Covariate]
    n: Counts
    units: Counts
    rows: Rows
    strata: Strata
    clusters: int
    left_out: Mapping[str, int]
    seen: Mapping[str, tuple[int, int]] = MappingProxyType({})


class _Column(NamedTuple):
    """One key of the cells: codes and what they stand for, in rising or natural order."""

    codes: Counts  # (C,)
    distinct: Values  # (L,) texts or numbers
    missing: Flags  # (C,)


class _Cells(NamedTuple):
    """The collected count."""

    columns: dict[str, _Column]
    left_out: Counts
    entry: Counts
    exit: Counts
    code: Counts
    n: Counts
    once: Counts  # units that are not the later part of a split
    weight: Floats | None
    starts: dict[str, Floats]  # days from which a time-varying covariate holds, NaN for never


def patterns_of(
    spells: Durations,
    *,
    covariates: Sequence[str],
    categorical: frozenset[str],
    strata: Sequence[str] = (),
    cluster: str | None = None,
    time_varying: Mapping[str, nw.Expr] | None = None,
    missing: MissingLevels = "level",
) -> Patterns:
    """Count rows by covariates, baseline stratum, cluster, entry, exit and ending, in one aggregation.

    Parameters
    ----------
    spells : Durations
    covariates : sequence of str
        Attributes, and names of ``time_varying``.
    categorical : frozenset of str
        Those told apart by level; the others are numbers.
    strata : sequence of str
        Attributes whose groups have a baseline hazard of their own.
    cluster : str, optional
        Attribute whose groups are not independent inside; ``unit_id`` for the units of a table with several rows each.
    time_varying : mapping of str to expression, optional
        Day since the start from which a covariate holds, null for never. A unit is at risk without it (``not_yet``) up
        to and on that day and with it (``started``) from the day after, so that what ends a case on the day is not
        laid to it.
    missing : {"level", "leave_out"}
        Whether "not recorded" is a level like others. A missing number always leaves its row out.

    Returns
    -------
    Patterns

    Raises
    ------
    QuestionError
        When a name is unknown, or no row is left.
    """
    starts = dict(time_varying or {})
    made = None if starts else _in_memory(spells, covariates, categorical, strata, cluster, missing)
    if made is None and not starts:
        made = _packed(spells, covariates, categorical, strata, cluster, missing)
    if made is not None:
        return made
    wanted = [name for name in dict.fromkeys((*covariates, *strata)) if name not in starts]
    cells = _grouped(spells, wanted, categorical | set(strata), cluster, starts)
    cells, left_out = _usable(cells, [*covariates, *strata], missing)
    seen = {name: _seen(cells, name) for name in starts}
    for name in starts:
        cells = _split(cells, name)
    return _assembled(cells, covariates, categorical, strata, cluster, left_out)._replace(seen=seen)


def _seen(cells: _Cells, name: str) -> tuple[int, int]:
    """Return how many units were ever at risk without a covariate that holds from a day on, and how many with it."""
    since = np.where(np.isnan(cells.starts[name]), np.inf, cells.starts[name])
    return int(cells.n[since > cells.entry].sum()), int(cells.n[since < cells.exit].sum())


# ------------------------------------------------------------------------------------------------- counting the rows


def _grouped(
    spells: Durations,
    names: Sequence[str],
    by_level: frozenset[str],
    cluster: str | None,
    starts: Mapping[str, nw.Expr],
) -> _Cells:
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
        name: _texts(collected, f"key__{place}") if name in by_level else _coded(_numbers(collected, f"key__{place}"))
        for place, name in enumerate(names)
    }
    if cluster is not None:
        columns["cluster"] = _ids(collected, "cluster", units=cluster == "unit_id")
    whole = {name: _numbers(collected, name).astype(np.int64) for name in ("why", "entry", "days", "code", "n")}
    return _Cells(
        columns,
        whole["why"],
        whole["entry"],
        whole["days"],
        whole["code"],
        whole["n"],
        whole["n"],
        _numbers(collected, "weight").astype(np.float64) if weight else None,
        {name: _numbers(collected, f"since__{place}").astype(np.float64) for place, name in enumerate(starts)},
    )


def _number(spells: Durations, name: str) -> nw.Expr:
    spells.level(name)  # an unknown name is refused in words
    return nw.col(name).cast(nw.Float64)


def _numbers(collected: nw.DataFrame[Any], name: str) -> Values:
    """Return a column of numbers, a missing one as NaN."""
    column: Any = collected.get_column(name).to_arrow()
    values: Values = np.asarray(
        column.to_numpy(zero_copy_only=False)
        if hasattr(column, "type") and not hasattr(column, "chunks")
        else column.to_numpy()
    )
    return values if values.dtype.kind in "iuf" else values.astype(np.float64)


def _texts(collected: nw.DataFrame[Any], name: str) -> _Column:
    """Return a column of texts as codes, levels in the order in which a reader expects them."""
    column: Any = collected.get_column(name).to_arrow()
    column = column.combine_chunks() if hasattr(column, "combine_chunks") else column
    coded = column.dictionary_encode()
    levels = [str(one) for one in coded.dictionary.to_pylist()]
    return _natural(np.asarray(coded.indices.to_numpy(zero_copy_only=False), dtype=np.int64), levels)


def _natural(codes: Counts, levels: Sequence[str]) -> _Column:
    order = sorted(range(len(levels)), key=lambda one: naturally(levels[one]))
    places = np.empty(len(levels), np.int64)
    places[order] = np.arange(len(levels))
    distinct = np.array([levels[one] for one in order], dtype=object)
    without = np.array([level in MISSING_LEVELS for level in distinct], dtype=np.bool_)
    codes = places[codes] if len(levels) else codes
    return _Column(codes, distinct, without[codes] if len(levels) else np.zeros(len(codes), np.bool_))


def _ids(collected: nw.DataFrame[Any], name: str, *, units: bool) -> _Column:
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
    return _Column(places[codes], np.arange(len(names)), np.zeros(len(codes), np.bool_))


def _coded(values: Values) -> _Column:
    """Return numbers as codes of their distinct values, rising."""
    missing = ~np.isfinite(values)
    known = values[~missing]
    codes = np.zeros(len(values), np.int64)
    if not len(known):
        return _Column(codes, np.zeros(1), missing)
    low, high = known.min(), known.max()
    if high - low < _WIDEST and np.all(known == np.floor(known)):
        offset = (known - low).astype(np.int64)
        there = np.flatnonzero(np.bincount(offset))
        places = np.zeros(int(high - low) + 1, np.int64)
        places[there] = np.arange(len(there))
        codes[~missing] = places[offset]
        return _Column(codes, (there + low).astype(np.float64), missing)
    distinct, codes[~missing] = np.unique(known, return_inverse=True)
    return _Column(codes, distinct.astype(np.float64), missing)


def _packed(
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
    timed = frame.filter(nw.col("time__left_out") == 0)
    whole = {name: nw.col(name) for name in levels if name in whole_numbers}
    whole |= {"time__days": nw.col("time__days"), "time__entry": nw.col("time__entry")}
    asked = [
        part
        for place, one in enumerate(whole.values())
        for part in (one.min().alias(f"low{place}"), one.max().alias(f"high{place}"))
    ]
    found = timed.select(*asked).collect()
    spans = {
        name: (found.get_column(f"low{place}").to_list()[0], found.get_column(f"high{place}").to_list()[0])
        for place, name in enumerate(whole)
    }
    if any(low is None for low, _ in spans.values()):
        return None
    digits: list[tuple[nw.Expr, Values]] = []
    for name in names:
        if name not in whole_numbers:
            counted = timed.select(level=levels[name]).group_by("level").agg(n=nw.len()).collect()
            texts = counted.get_column("level").to_list()
            if len(texts) > _MOST_TEXTS:
                return None
            ordered = sorted(texts, key=naturally)
            code: nw.Expr = nw.lit(0, dtype=nw.Int64)
            for place, text in enumerate(ordered[1:], start=1):
                code = nw.when(levels[name] == text).then(nw.lit(place, dtype=nw.Int64)).otherwise(code)
            digits.append((code, np.array(ordered, dtype=object)))
        else:
            low, high = (int(one) for one in spans[name])
            if high - low >= _WIDEST or (low < 0 and name in by_level):
                return None
            distinct = np.append(np.arange(low, high + 1, dtype=np.float64), np.nan)
            if name in by_level:
                distinct = np.array([*(str(one) for one in range(low, high + 1)), NOT_RECORDED], dtype=object)
            digits.append(((nw.col(name).cast(nw.Int64) - low).fill_null(high - low + 1), distinct))
    since, width, k = int(spans["time__entry"][1]) + 2, int(spans["time__days"][1]) + 1, len(spells.outcomes) + 1
    if float(np.prod([float(len(distinct)) for _, distinct in digits])) * since * width * k >= _LARGEST_KEY:
        return None
    key: nw.Expr = nw.lit(0, dtype=nw.Int64)
    for one, distinct in digits:
        key = key * len(distinct) + one
    for one, size in (
        (nw.col("time__entry") + 1, since),
        (nw.col("time__days"), width),
        (nw.col("time__code"), k),
    ):
        key = key * size + one.cast(nw.Int64)
    why = nw.col("time__left_out").cast(nw.Int64)
    key = nw.when(why == 0).then(key).otherwise(-why)
    repeated = ["frequency"] if spells.sampling.repeated else []
    inside = frame.implementation.is_duckdb() or frame.implementation.is_polars()
    narrow = frame.select(key.alias("key"), *repeated)
    if inside and not repeated and spells.n_units <= _MOST_KEYS:
        cell, n = _tallied(np.array(_numbers(narrow.collect(), "key"), dtype=np.int64))
    else:
        count = nw.col("frequency").cast(nw.Int64).sum() if repeated else nw.len()
        collected = narrow.group_by("key").agg(count.alias("n")).collect()
        cell, n = (_numbers(collected, name).astype(np.int64) for name in ("key", "n"))
        order = np.argsort(cell)
        cell, n = cell[order], n[order]
    first = int(np.searchsorted(cell, 0))
    left_out = {LEFT_OUT[-int(one) - 1]: int(number) for one, number in zip(cell[:first], n[:first], strict=True)}
    layout = _Layout(names, [distinct for _, distinct in digits], since, width, k)
    return _unpacked(cell[first:], n[first:], layout, covariates, categorical, strata, cluster, missing, left_out)


def _in_memory(
    spells: Durations,
    covariates: Sequence[str],
    categorical: frozenset[str],
    strata: Sequence[str],
    cluster: str | None,
    missing: MissingLevels,
) -> Patterns | None:
    """Count whole numbers that lie in memory, without an engine; None where they do not.

    Every row becomes one whole number, in which the keys stand in the order in which cells are sorted: sorting the
    numbers is all there is to do, and the keys are read off the distinct ones.
    """
    memory = spells.memory
    if memory is None or cluster == "unit_id" or not len(memory.days):
        return None
    names = (*covariates, *strata, *((cluster,) if cluster else ()))
    found = {name: memory.attribute(name) for name in dict.fromkeys(names)}
    coded = {name: one for name, one in found.items() if one is not None}
    if len(coded) < len(found):
        return None
    numbers = len(covariates)
    parts = [
        _as_numbers(coded[name]) if place < numbers and name not in categorical else _ordered(coded[name])
        for place, name in enumerate(names)
    ]
    width, k = int(memory.days.max()) + 1, len(spells.outcomes) + 1
    since = 1 if memory.entry is None else max(int(memory.entry.max()), -1) + 2
    sizes = [len(one.distinct) for one in parts]
    places = float(np.prod([float(one) for one in (*sizes, since, width, k)]))
    if places >= _LARGEST_KEY:
        return None
    kind: Any = np.int32 if places < 2**31 else np.int64
    keys = np.empty(len(memory.days), kind)
    code_of = memory.code_of.astype(kind)
    for start in range(0, len(keys), _PIECE):
        piece = slice(start, start + _PIECE)
        key = np.zeros(len(keys[piece]), kind)
        for one, size in zip(parts, sizes, strict=True):
            key *= kind(size)
            key += one.piece(piece, kind)
        if memory.entry is not None:
            key *= kind(since)
            key += np.maximum(memory.entry[piece], -1).astype(kind) + kind(1)
        key *= kind(width)
        key += memory.days[piece].astype(kind, copy=False)
        key *= kind(k)
        key += code_of[memory.ending[piece] - memory.ending.dtype.type(memory.first)]
        keys[piece] = key
    cell, n = _tallied(keys, memory.frequency, places)
    del keys
    layout = _Layout(names, [one.distinct for one in parts], since, width, k)
    return _unpacked(cell, n, layout, covariates, categorical, strata, cluster, missing, {})


class _Part(NamedTuple):
    """One attribute in memory, its levels in natural order."""

    codes: Values  # (n,), as they lie in memory
    places: Counts | None  # (L,) natural place of each code; None when they are in order
    distinct: Values  # (L,) texts or numbers

    def piece(self, rows: slice, kind: Any) -> Values:
        """Return natural codes of some rows."""
        codes = self.codes[rows]
        made: Values = codes.astype(kind, copy=False) if self.places is None else self.places.astype(kind)[codes]
        return made


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
    _ensure_some(n)
    c, g = len(covariates), len(strata)
    head, at_cluster = np.divmod(head, sizes[-1]) if cluster else (head, None)
    combined, at_stratum = np.divmod(head, int(np.prod(sizes[c : c + g])))
    changes = np.concatenate([[True], combined[1:] != combined[:-1]])
    pattern = np.cumsum(changes) - 1
    stratum, observed = _renumbered(at_stratum)
    clusters = None if at_cluster is None else _renumbered(at_cluster)[0]
    codes = _digits(combined[changes], sizes[:c])
    made = {
        name: _covariate(one, distinct, by_level=name in categorical)
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


def _as_numbers(coded: Coded) -> _Part:
    """Return whole numbers in memory, whose levels rise."""
    return _Part(coded.codes, None, np.array([float(one) for one in coded.levels]))


def _ordered(coded: Coded) -> _Part:
    order = sorted(range(len(coded.levels)), key=lambda one: naturally(coded.levels[one]))
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    distinct = np.array([coded.levels[one] for one in order], dtype=object)
    return _Part(coded.codes, None if order == list(range(len(order))) else places, distinct)


def _digits(numbers: Counts, sizes: Sequence[int]) -> list[Counts]:
    """Read the keys off packed numbers, the first of them the most significant."""
    found = []
    for size in reversed(sizes):
        numbers, digit = np.divmod(numbers, size)
        found.append(digit)
    return found[::-1]


def _renumbered(codes: Counts) -> tuple[Counts, Counts]:
    """Return codes without gaps, and which codes there are."""
    there = np.flatnonzero(np.bincount(codes))
    places = np.zeros(int(there[-1]) + 1, np.int64)
    places[there] = np.arange(len(there))
    return places[codes], there


def _covariate(codes: Counts, distinct: Values, *, by_level: bool) -> Covariate:
    if not by_level:
        return Covariate(distinct[codes].astype(np.float64), None)
    made, there = _renumbered(codes)
    return Covariate(made, tuple(_level(one) for one in distinct[there]))


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


# ------------------------------------------------------------------------------------------- from counts to patterns


def _usable(cells: _Cells, covariates: Sequence[str], missing: MissingLevels) -> tuple[_Cells, dict[str, int]]:
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
    _ensure_some(cells.n[kept])
    return _picked(cells, np.flatnonzero(kept)), {name: n for name, n in left_out.items() if n}


def _ensure_some(n: Counts) -> None:
    if not len(n):
        raise QuestionError(
            tr("No unit is left for a regression."),
            tr("Look at which covariates are not recorded, and at the dates: justice-metrics check."),
        )


def _picked(cells: _Cells, rows: Counts) -> _Cells:
    return _Cells(
        {name: _Column(one.codes[rows], one.distinct, one.missing[rows]) for name, one in cells.columns.items()},
        cells.left_out[rows],
        cells.entry[rows],
        cells.exit[rows],
        cells.code[rows],
        cells.n[rows],
        cells.once[rows],
        None if cells.weight is None else cells.weight[rows],
        {name: one[rows] for name, one in cells.starts.items()},
    )


def _split(cells: _Cells, name: str) -> _Cells:
    """Split cells at the day from which a covariate holds; it is 0 up to and on that day and 1 after it."""
    since = np.where(np.isnan(cells.starts[name]), np.inf, cells.starts[name])
    inside = (since > cells.entry) & (since < cells.exit)
    split = np.flatnonzero(inside)
    both = _picked(cells, np.concatenate([np.arange(len(since)), split]))
    before, after = np.arange(len(since))[inside], len(since) + np.arange(len(split))
    day = since[inside].astype(np.int64)
    # -1 says that the unit goes on, in another row: it is not censored.
    both.exit[before], both.code[before] = day, -1
    both.entry[after] = day
    both.once[after] = 0
    holds = np.concatenate([since <= cells.entry, np.ones(len(split), np.bool_)]).astype(np.int64)
    column = _Column(holds, np.array(HOLDS, dtype=object), np.zeros(len(holds), np.bool_))
    return both._replace(columns={**both.columns, name: column})


def _assembled(
    cells: _Cells,
    covariates: Sequence[str],
    categorical: frozenset[str],
    strata: Sequence[str],
    cluster: str | None,
    left_out: Mapping[str, int],
) -> Patterns:
    pattern, first = _numbered([cells.columns[name] for name in covariates], len(cells.n))
    made = {}
    for name in covariates:
        column = cells.columns[name]
        made[name] = _covariate(column.codes[first], column.distinct, by_level=name in categorical)
    stratum, at = _numbered([cells.columns[name] for name in strata], len(cells.n))
    levels = tuple(
        tuple(_level(cells.columns[name].distinct[cells.columns[name].codes[one]]) for name in strata) for one in at
    )
    clusters = None if cluster is None else _numbered([cells.columns["cluster"]], len(cells.n))[0]
    order, group = _folded(
        [pattern, stratum, *([] if clusters is None else [clusters]), cells.entry, cells.exit, cells.code], cells.weight
    )
    n = np.add.reduceat(cells.n[order], group)
    place = order[group]
    rows = Rows(
        entry=cells.entry[place].astype(np.int32),
        exit=cells.exit[place].astype(np.int32),
        code=cells.code[place],
        n=n,
        weight=None if cells.weight is None else cells.weight[place],
        stratum=stratum[place],
        pattern=pattern[place],
        cluster=None if clusters is None else clusters[place],
    )
    total, units = (
        np.bincount(pattern, weights=one, minlength=len(first)).astype(np.int64) for one in (cells.n, cells.once)
    )
    return Patterns(
        made,
        total,
        units,
        rows,
        Strata(tuple(strata), levels or ((),)),
        0 if clusters is None else int(clusters.max()) + 1,
        left_out,
    )


def _level(value: Any) -> str:
    """Return a level as text; a whole number as one."""
    return value if isinstance(value, str) else f"{float(value):g}"


def _numbered(columns: Sequence[_Column], size: int) -> tuple[Counts, Counts]:
    """Number the distinct combinations in the order of their values; also return a cell of each."""
    key = np.zeros(size, np.int64)
    most = 1
    for column in columns:
        if most * len(column.distinct) >= _LARGEST_KEY:
            key = np.unique(key, return_inverse=True)[1]
            most = int(key.max()) + 1
        key = key * len(column.distinct) + column.codes
        most *= len(column.distinct)
    if most <= _WIDEST:
        first = np.full(most, -1, np.int64)
        first[key[::-1]] = np.arange(size)[::-1]
        there = np.flatnonzero(first >= 0)
        places = np.zeros(most, np.int64)
        places[there] = np.arange(len(there))
        return places[key], first[there]
    _, at, number = np.unique(key, return_index=True, return_inverse=True)
    return number, at


def _folded(keys: Sequence[Counts], weight: Floats | None) -> tuple[Counts, Counts]:
    """Return the order of the cells by their keys, and where in it each distinct one begins."""
    packed: list[Any] = [np.zeros(len(keys[0]), np.int64)]
    most = 1
    for key in keys:
        low, size = int(key.min()), int(key.max()) - int(key.min()) + 1
        if most * size >= _LARGEST_KEY:
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
