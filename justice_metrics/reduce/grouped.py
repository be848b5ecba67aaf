"""One grouped count in the user's engine: the only place where rows are touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.errors import QuestionError
from ..base.language import tr
from ..base.levels import NOT_RECORDED
from ..base.types import Counts, Tallies, Values
from ..cases.casedata import CaseData
from ..cases.durations import Durations
from ..tables import MOST_STRATA, Strata, in_order

# Stands for a day that does not exist; day numbers and durations are far smaller.
NO_DAY = -(2**30)


class Grouped(NamedTuple):
    """The collected count.

    Attributes
    ----------
    strata : Strata, G of them
    stratum : array of int, shape (rows,)
        Position of each row's stratum.
    keys : mapping of str to array, shape (rows,)
    n : array, shape (rows,)
        Units (with frequencies), or the sum of their sampling weights.
    units : array of int, shape (rows,)
        Units, whatever they weigh.
    sums : mapping of str to array, shape (rows,)
    """

    strata: Strata
    stratum: Counts
    keys: Mapping[str, Values]
    n: Tallies
    units: Counts
    sums: Mapping[str, Tallies]


def grouped_counts(
    cases: CaseData | Durations,
    *,
    by: Sequence[str] = (),
    keys: Mapping[str, nw.Expr],
    sums: Mapping[str, nw.Expr] | None = None,
    frame: nw.LazyFrame[Any] | None = None,
    most_strata: int = MOST_STRATA,
) -> Grouped:
    """Count units by strata and integer keys, in one aggregation where the data live.

    Parameters
    ----------
    cases : CaseData or Durations
    by : sequence of str
        Attributes that split the units; "not recorded" is a level.
    keys : mapping of str to expression
        Integer keys, never null.
    sums : mapping of str to expression, optional
        0/1 flags to add up (weighted like the units).
    frame : LazyFrame, optional
        Milestones with further columns; ``cases.milestones`` by default.
    most_strata : int
        How many strata at the most.

    Raises
    ------
    QuestionError
        When an attribute is unknown or there are too many strata.
    """
    frame = cases.milestones if frame is None else frame
    sums = sums or {}
    strata_columns = {f"by__{name}": cases.level(name) for name in by}
    key_columns = {f"key__{name}": expr.cast(nw.Int64) for name, expr in keys.items()}
    flag_columns = {f"sum__{name}": expr.cast(nw.Int64) for name, expr in sums.items()}
    design = {}
    if cases.sampling.repeated:
        design["frequency"] = nw.col("frequency").cast(nw.Int64)
    weight_key = ["weight"] if cases.sampling.weighted else []
    made = {**strata_columns, **key_columns, **flag_columns, **design}
    # Made beside the columns first: constants alone would be selected as one row, however many units there are.
    narrow = frame.with_columns(*[expr.alias(name) for name, expr in made.items()]).select(*made, *weight_key)
    if cases.sampling.repeated:
        # a row that stands for none is not there, nor is its day or its group
        narrow = narrow.filter(nw.col("frequency") != 0)
        if flag_columns:
            narrow = narrow.with_columns(*[(nw.col(name) * nw.col("frequency")).alias(name) for name in flag_columns])
        count = nw.col("frequency").sum()
    else:
        count = nw.len()
    # Sums of weights that are no whole numbers depend on the order of addition, so the engine groups by the
    # weight's value too and numpy adds up in one fixed order.
    collected = (
        narrow.group_by(*strata_columns, *key_columns, *weight_key)
        .agg(count.alias("units"), *[nw.col(name).sum().alias(name) for name in flag_columns])
        .collect()
    )
    made_keys = {name: integers(collected, f"key__{name}") for name in keys}
    return ordered(collected, tuple(by), made_keys, list(sums), weighted=bool(weight_key), most_strata=most_strata)


def ordered(
    collected: nw.DataFrame[Any],
    by: tuple[str, ...],
    keys: Mapping[str, Counts],
    sums: list[str],
    *,
    weighted: bool,
    most_strata: int,
) -> Grouped:
    """Bring the groups of any engine into one order: the engine's own is never trusted."""
    observed, stratum = _strata(collected, by, most_strata)
    units = integers(collected, "units")
    weight = collected.get_column("weight").to_numpy().astype(np.float64) if weighted else None
    order = np.lexsort((*([weight] if weight is not None else []), *reversed(list(keys.values())), stratum))
    # An engine may group more finely than the keys tell (by the value of an ending, not by its meaning). Such groups
    # are added up as whole numbers first: n1 w + n2 w need not be (n1 + n2) w to the last bit.
    parts = [
        stratum[order],
        *[array[order] for array in keys.values()],
        *([weight[order]] if weight is not None else []),
    ]
    first = _distinct(parts, len(order))
    factor = weight[order][first] if weight is not None else np.int64(1)
    number = _added(units[order], first)
    return Grouped(
        strata=Strata(by, observed or ((),) * (not by)),
        stratum=stratum[order][first],
        keys={name: array[order][first] for name, array in keys.items()},
        n=number * factor,
        units=number,
        sums={name: _added(integers(collected, f"sum__{name}")[order], first) * factor for name in sums},
    )


def _distinct(parts: Sequence[Values], size: int) -> Counts:
    """Return where each distinct row of sorted columns begins."""
    new = np.zeros(size, np.bool_)
    new[:1] = True
    for one in parts:
        new[1:] |= one[1:] != one[:-1]
    return np.flatnonzero(new)


def _added(values: Counts, first: Counts) -> Counts:
    return np.add.reduceat(values, first) if len(first) else values


def _strata(
    collected: nw.DataFrame[Any], by: tuple[str, ...], most_strata: int
) -> tuple[tuple[tuple[str, ...], ...], Counts]:
    """Return the observed strata in a reader's order, and the place of each row's among them."""
    if not by:
        return ((),) * bool(len(collected)), np.zeros(len(collected), np.int64)
    parts = [_coded(collected.get_column(f"by__{name}")) for name in by]
    combined = np.zeros(len(collected), np.int64)
    for codes, levels in parts:
        combined = combined * len(levels) + codes
    found, row = np.unique(combined, return_inverse=True)
    refuse_many(len(found), by, most_strata)
    names = []
    for one in found.tolist():
        level = []
        for _, levels in reversed(parts):
            one, place = divmod(one, len(levels))
            level.append(levels[place])
        names.append(tuple(reversed(level)))
    observed = in_order(names)
    rank = {level: place for place, level in enumerate(observed)}
    return observed, np.array([rank[level] for level in names], dtype=np.int64)[row]


def _coded(series: nw.Series[Any]) -> tuple[Counts, list[str]]:
    """Return the levels of a column as texts, and the place of each row's among them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = series.to_arrow()
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    coded = pc.dictionary_encode(column, null_encoding="encode")
    texts = [NOT_RECORDED if one is None else str(one) for one in coded.dictionary.to_pylist()]
    # a level that is called like the missing one is the missing one
    levels = list(dict.fromkeys(texts))
    place = {text: position for position, text in enumerate(levels)}
    return np.array([place[text] for text in texts], dtype=np.int64)[coded.indices.to_numpy()], levels


def integers(collected: nw.DataFrame[Any], name: str) -> Counts:
    """Return a column of whole numbers; sums of an SQL engine may come as decimals."""
    # Through the array protocol, because a frame library's own conversion imports pandas.
    return np.from_dlpack(collected.get_column(name).cast(nw.Int64).to_arrow()).astype(np.int64)


def summed(index: Counts, values: Tallies, size: int) -> Tallies:
    """Add ``values`` up by ``index`` into ``size`` cells; whole numbers stay whole."""
    if np.issubdtype(values.dtype, np.integer):
        total = np.zeros(size, dtype=np.int64)
        np.add.at(total, index, values)
        return total
    return np.bincount(index, weights=values, minlength=size)


def refuse_many(n: int, by: tuple[str, ...], most_strata: int) -> None:
    """Refuse a breakdown into more strata than anybody reads.

    Raises
    ------
    QuestionError
        With the number.
    """
    if n > most_strata:
        raise QuestionError(
            tr("Splitting by {by} makes {n} groups; at most {most} are made.", by=list(by), n=n, most=most_strata),
            tr("Split by fewer or coarser attributes."),
        )
