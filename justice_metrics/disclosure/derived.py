"""Tables of counts: counts as they may be shown, and all else computed again from these."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..base.language import Message, tr
from ..base.table import Column, Table
from ..base.types import Flags, Floats
from .formulas import FORMULAS, computed
from .guarded import (
    SILENT,
    Asked,
    Guarded,
    Shown,
    anywhere,
    groups_of,
    in_order,
    internal_columns,
    numbers,
    told_in_words,
)
from .listed import NOTHING_SHOWN, listed_rows
from .points import MEAN_DIGITS, telling
from .rounded import needed, on_days, on_grid, significant
from .wider import DOUBTS, widened

# A sum or a mean tells of its largest member: it rests on so many times the minimum, as a median does.
_TIMES_FOR_A_MEAN: Final = 2
_COEFFICIENT_DIGITS: Final = 3
_DIFFERENCES: Final = frozenset({"difference", "difference_from_previous", "difference_from_first"})
# of limits a digit less: they tell of the groups behind a count
_LIMIT_DIGITS: Final = 2


def guarded_counts(table: Table, asked: Asked) -> Guarded:
    """Protect a table of which every number is a count, or computed from counts.

    Parameters
    ----------
    table : Table
    asked : Asked

    Returns
    -------
    Guarded
        Limits without a formula are made of the counts of their row, wider by ``asked.wider``, or held back. Without a
        table where a numeric column does not say what it counts or is computed from.
    """
    reason = _undeclared(table) or told_in_words(table)
    if reason is not None:
        return Guarded(None, {}, reason)
    table = widened(table, asked.wider)
    shown = Shown(table)
    shown.put_silent()
    shown.put_counts(asked)
    tells = np.zeros(len(table), np.bool_)
    if table.cells:
        tells = telling(table, asked.protection, _means_apart(shown, asked))
    for column in _in_turn(table):
        _put_computed(shown, column, asked, tells)
    shown.put_dependent(rounding=asked.rounding)
    kept = listed_rows(shown)
    if not len(kept) and len(table) and not table.sparse:
        return Guarded(None, {}, NOTHING_SHOWN)
    if any(bool(one.any()) for one in shown.hidden.values()):
        there = set(kept.tolist())
        kept = np.array([one for one in in_order(table).tolist() if one in there], np.int64)
    return Guarded(shown.rebuilt(kept), shown.rules_of(kept))


def _undeclared(table: Table) -> Message | None:
    """Return why a table cannot be protected: columns of which nothing is declared."""
    loud = [one for one in table.columns if one.kind not in SILENT or one.of is not None]
    open_ones = [one.name for one in loud if one.cell is None and one.of is None]
    if open_ones:
        return tr("its columns {columns} do not say what they count or are computed from", columns=tuple(open_ones))
    names = {one.name for one in table.columns}
    for one in loud:
        if one.of is not None and (not one.of.inputs or not set(one.of.inputs) <= names):
            return tr("its column {column} is computed from columns that are not there", column=one.name)
        if one.of is not None and one.of.formula and one.of.formula not in FORMULAS:
            return tr("its column {column} is computed by a formula that is not known", column=one.name)
    return None


def _in_turn(table: Table) -> list[Column]:
    """Return the computed columns so that each comes after those it is computed from."""
    waiting = [one for one in table.columns if one.of is not None and one.cell is None and one.kind not in SILENT]
    ready = {one.name for one in table.columns} - {one.name for one in waiting}
    order: list[Column] = []
    while waiting:
        now = [one for one in waiting if one.of is not None and set(one.of.inputs) <= ready]
        if not now:
            raise TypeError(f"columns computed from each other: {[one.name for one in waiting]}")
        order += now
        ready |= {one.name for one in now}
        waiting = [one for one in waiting if one.name not in ready]
    return order


def _means_apart(shown: Shown, asked: Asked) -> Flags:
    """Return in which rows a mean is hidden in any case: it rests on too few people, or on a hidden number."""
    found = np.zeros(len(shown.table), np.bool_)
    least = np.full(len(found), float(_TIMES_FOR_A_MEAN * asked.minimum))
    for column in shown.table.columns:
        if column.kind == "mean" and column.of is not None:
            inputs = [np.asarray(_floats(shown, one), np.float64) for one in column.of.inputs]
            found |= np.any([shown.hidden[one] for one in column.of.inputs], axis=0) | _too_few(inputs, least)
    return found


def _put_computed(shown: Shown, column: Column, asked: Asked, tells: Flags) -> None:
    """Compute a column again from what is shown, or hold it back; of rows that tell too much of answers no mean."""
    of, table = column.of, shown.table
    if of is None:
        return
    groups = groups_of(table, column)
    raw = numbers(table, column.name)
    known = np.asarray(~np.isnan(raw), np.bool_)
    inputs = [np.asarray(_floats(shown, one), np.float64) for one in of.inputs]
    hidden = tells.copy() if column.kind in {"mean", "quantile"} else np.zeros(len(table), np.bool_)
    for one in of.inputs:
        hidden |= anywhere(shown.hidden[one], groups)
    inside = bool(internal_columns(table) & set(of.inputs))
    if inside and column.kind == "mean" and column.unit == "share":
        # with the number of cases known from elsewhere a finer share would tell the count that stays inside
        units = np.fmax.reduce([*inputs, np.full(len(table), float(asked.minimum))])
        grid = on_grid(raw, asked.minimum / units, column)
        shown.put(column.name, grid, hidden | _too_few(inputs, np.full(len(table), float(asked.minimum))), "few")
    elif inside and column.kind not in {"quantile", "mean"}:
        shown.put(column.name, raw, hidden | known, "derived")
    elif column.kind == "quantile":
        hidden |= _too_few(inputs, needed(column, table) * asked.minimum)
        made = on_days(raw, column.name) if column.unit == "days" else significant(raw, MEAN_DIGITS, column.name)
        shown.put(column.name, made, hidden, "few")
    elif column.kind == "mean":
        hidden |= _too_few(inputs, np.full(len(table), float(_TIMES_FOR_A_MEAN * asked.minimum)))
        shown.put(column.name, significant(raw, MEAN_DIGITS, column.name), hidden, "few")
    elif of.formula:
        found = computed(of.formula, inputs, level=of.level, groups=groups)
        if asked.rounding:
            hidden |= _by_rounding_alone(table, column, inputs, found, asked.base) & known
        shown.put(column.name, np.where(known, found, np.nan), hidden, "derived")
    elif asked.rounding or (column.kind in DOUBTS and of.rows == "own"):
        # what takes more than the counts of its row, such as clusters, tells of the counts behind these
        shown.put(column.name, raw, hidden | known, "no_formula")
    else:
        digits = _LIMIT_DIGITS if column.role == "interval" else _COEFFICIENT_DIGITS
        made = significant(raw, digits, column.name) if column.kind == "coefficient" else raw
        shown.put(column.name, made, hidden, "derived")


def _by_rounding_alone(table: Table, column: Column, inputs: list[Floats], found: Floats, base: int) -> Flags:
    """Return where rounding may be all there is: a difference within its reach, a part as large as its whole."""
    nothing = np.zeros(len(table), np.bool_)
    if column.of is None:
        return nothing
    reach = (base - 1) * _counts_behind(table, column)
    if column.of.formula in _DIFFERENCES:
        return np.asarray(np.abs(found) <= reach, np.bool_)
    if column.of.formula == "change":
        return np.asarray(np.abs(inputs[0] - inputs[1]) <= reach, np.bool_)
    if column.of.formula in {"share", "complement"}:
        return np.asarray(inputs[0] >= inputs[1], np.bool_)
    return nothing


def _counts_behind(table: Table, column: Column) -> int:
    """Return how many counts a number of a row is computed from."""
    if column.of is None:
        return 0 if column.kind == "setting" else 1
    others = {one.name: one for one in table.columns}
    return sum(_counts_behind(table, others[one]) for one in column.of.inputs)


def _floats(shown: Shown, name: str) -> Floats:
    return np.array([np.nan if one is None else one for one in shown.values[name].tolist()], np.float64)


def _too_few(inputs: list[Floats], least: Floats) -> Flags:
    """Return where a number rests on fewer units than it must, or nobody knows on how many."""
    few = np.zeros(len(least), np.bool_)
    for one in inputs:
        few |= ~(one >= least)
    return few
