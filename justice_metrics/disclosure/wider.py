"""Limits that took more than the counts of their row, such as clusters: computed from shown counts, and made wider."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np

from ..base.language import LANGUAGES, Label, Message, format_number, tr
from ..base.table import Column, Table
from ..base.types import Flags, Floats
from .formulas import WIDER, computed, wider
from .guarded import Asked, Shown, numbers

# Kinds that tell how sure a number is: at full length they are an equation on every count that they rest on.
DOUBTS: Final = frozenset({"interval", "std_error", "probability"})
_Scale = Callable[[Floats], Floats]


def _logit(share: Floats) -> Floats:
    return np.asarray(np.log(share / (1 - share)), np.float64)


def _itself(value: Floats) -> Floats:
    return value


def _log(ratio: Floats) -> Floats:
    return np.asarray(np.log(ratio), np.float64)


# Formula of an estimate to the limits that independent cases would give it, and the scale on which they are even.
_LIMITS: Final[Mapping[str, tuple[str, _Scale]]] = MappingProxyType(
    {
        "share": ("wilson", _logit),
        "share_difference": ("share_difference", _itself),
        "share_ratio": ("share_ratio", _log),
    }
)


def factor_of(tables: Iterable[Table], asked: Asked) -> float:
    """Return by how much the limits of an answer are wider than those of independent cases.

    One number for all rows of all its tables, the largest ratio among the rows that are shown, rounded up to one of a
    few steps: no interval of a share comes out narrower, and next to nothing can be read of which cluster is unlike
    others.

    Parameters
    ----------
    tables : iterable of Table
    asked : Asked

    Returns
    -------
    float
        NaN where there are no such limits, or they are wider than the last step.
    """
    found = [float(ratio) for table in tables for ratios in _ratios(table, asked) for ratio in ratios]
    if not found:
        return float("nan")
    return next((one for one in WIDER if max(found) <= one + 1e-9), float("nan"))


def widened(table: Table, factor: float) -> Table:
    """Return a table whose limits without a formula are declared to be computed from the counts of their row.

    Parameters
    ----------
    table : Table
    factor : float
        NaN leaves them without a formula, so that they are held back.
    """
    if np.isnan(factor):
        return table
    formulas = {column.name: wider(formula, factor) for column, formula, _, _ in _without_formula(table)}
    if not formulas:
        return table
    columns = tuple(
        replace(one, of=replace(one.of, formula=formulas[one.name])) if one.of and one.name in formulas else one
        for one in table.columns
    )
    return Table(
        columns,
        table.values,
        labels=table.labels,
        title=table.title,
        warning=table.warning,
        statuses=table.statuses,
        guard=table.guard,
        sparse=table.sparse,
        cells=table.cells,
    )


def widened_note(factor: float) -> Message:
    """Say by how much limits are wider."""
    return tr(
        "Intervals allow for cases of one cluster being alike: they are wider by the factor {factor}, which is one for "
        "the whole answer and rounded up.",
        factor=Label({one: format_number(factor, one, decimals=2) for one in LANGUAGES}),
    )


def _without_formula(table: Table) -> Iterator[tuple[Column, str, _Scale, Column]]:
    """Yield limits without a formula, with that of independent cases, its scale and the number that they are around."""
    estimates = {
        one.of.inputs: one for one in table.columns if one.of and one.role == "estimate" and one.of.formula in _LIMITS
    }
    for one in table.columns:
        if one.kind != "interval" or one.of is None or one.of.formula or one.of.rows != "own":
            continue
        side = "low" if one.name.endswith("low") else "high"
        around = estimates.get(one.of.inputs)
        if around is not None and around.of is not None:
            family, scale = _LIMITS[around.of.formula]
            yield one, f"{family}_{side}", scale, around
        elif len(one.of.inputs) == 2:
            yield one, f"wilson_{side}", _logit, one


def _ratios(table: Table, asked: Asked) -> Iterator[Floats]:
    """Yield how many times as wide as those of independent cases the limits are, in the rows that are shown."""
    several = list(_without_formula(table))
    if table.guard != "counts" or not several:
        return
    shown = Shown(table)
    shown.put_silent()
    shown.put_counts(asked)
    for column, formula, scale, around in several:
        if column.of is None or around.of is None:
            continue
        inputs = [numbers(table, one) for one in column.of.inputs]
        hidden: Flags = np.any([shown.hidden[one] for one in column.of.inputs], axis=0)
        middle = computed(around.of.formula or "share", inputs)
        simple = computed(formula, inputs, level=column.of.level)
        with np.errstate(invalid="ignore", divide="ignore"):
            plain, told = (np.abs(scale(one) - scale(middle)) for one in (simple, numbers(table, column.name)))
            # the half-width of Wilson limits on this scale is twice the inverse hyperbolic sine of what grows
            ratio = np.sinh(told / 2) / np.sinh(plain / 2)
        yield ratio[np.isfinite(ratio) & (plain > 0) & ~hidden]
