"""Tables of models and of words: what no count gives back, and what says nothing of cases."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ..base.language import tr
from ..base.table import Column, Table
from ..base.types import Floats
from .derived import guarded_counts
from .guarded import SILENT, Asked, Guarded, Shown, in_order, numbers, told_in_words
from .listed import NOTHING_SHOWN, listed_rows
from .rounded import significant, towards

_ESTIMATE_DIGITS: Final = 3
# Of a standard error more digits would tell how many cases stand behind a coefficient.
_DOUBT_DIGITS: Final = 2
_DOUBTS: Final = frozenset({"interval", "std_error"})
# Ends the name of a published column of units that stand in place of sums of weights.
UNWEIGHTED: Final = "_unweighted"


def guarded_model(table: Table, asked: Asked, *, excepted: bool = False, weighted: bool = False) -> Guarded:
    """Round the numbers of a model whose cells are all large enough.

    Parameters
    ----------
    table : Table
        Its ``cells`` are the counts that must be large enough.
    asked : Asked
    excepted : bool
        A person decided that it leaves though a cell is small.
    weighted : bool
        Its own counts are sums of weights: they are not shown.

    Returns
    -------
    Guarded
        Without a table where a cell is small, or none is named.
    """
    reason = told_in_words(table)
    if reason is not None:
        return Guarded(None, {}, reason)
    if not table.cells:
        return Guarded(None, {}, tr("it does not say which cases stand behind its numbers"))
    small = sum(not asked.large_enough(one) for one in table.cells)
    if small and not excepted:
        return Guarded(None, {"model": small}, tr("too few cases stand behind some of its numbers"))
    shown = Shown(table)
    shown.put_silent()
    if not weighted:
        shown.put_counts(asked)
    for column in table.columns:
        if column.name not in shown.values:
            _put_rounded(shown, column)
    shown.put_dependent(rounding=asked.rounding)
    every = np.arange(len(table), dtype=np.int64)
    return Guarded(shown.rebuilt(every), shown.rules_of(every))


def guarded_words(table: Table) -> Guarded:
    """Let a table of words leave that holds no number of cases."""
    loud = [one.name for one in table.columns if one.kind not in SILENT]
    if loud:
        return Guarded(
            None, {}, tr("its columns {columns} are numbers, and it claims to be words", columns=tuple(loud))
        )
    reason = told_in_words(table)
    if reason is not None:
        return Guarded(None, {}, reason)
    shown = Shown(table)
    shown.put_silent()
    return Guarded(shown.rebuilt(np.arange(len(table), dtype=np.int64)), {})


def guarded_weighted(table: Table, asked: Asked) -> Guarded:
    """Guard a table of weighted counts by the units that stand behind it; without any it stays inside.

    Where the cells say how many units each sum of weights is, these are counts like any others: the gate has decided
    of each, they are shown in place of the sums, and a share of sums is shown where all its units are. Else the cells
    stand behind the whole table, which is a model then.
    """
    if not table.cells:
        return Guarded(None, {}, tr("it is weighted, and does not say how many units stand behind its numbers"))
    return guarded_in_units(table, asked) if table.in_units else guarded_model(table, asked, weighted=True)


def guarded_in_units(table: Table, asked: Asked) -> Guarded:
    """Guard a table of weighted shares whose units are counted: each leaves with its units, or not at all.

    Parameters
    ----------
    table : Table
    asked : Asked
        Where counts are rounded no weighted share leaves: nothing shown gives it, so it tells of the true counts.

    Returns
    -------
    Guarded
        Shares, differences and limits in whole per cent, limits rounded outwards. What rests on a hidden count is
        hidden with its limits, also where there were none: that there are none tells that the share is 0 or 100 %.
    """
    reason = told_in_words(table)
    if reason is not None:
        return Guarded(None, {}, reason)
    shown = Shown(_counted_in_units(table))
    shown.put_silent()
    shown.put_counts(asked)
    for column in table.columns:
        if column.name in shown.values or (column.cell is not None and column.name not in table.in_units):
            continue
        raw = numbers(table, column.name)
        rests = () if column.of is None else column.of.inputs
        known = set(rests) <= table.in_units and column.of is not None and column.of.rows == "own" and bool(rests)
        hidden = np.any([shown.hidden[one] for one in rests], axis=0) if known else np.ones(len(raw), np.bool_)
        rule = "derived"
        if asked.rounding:
            hidden, rule = hidden | ~np.isnan(raw), "no_formula"
        shown.put(column.name, _in_per_cent(raw, column), np.asarray(hidden, np.bool_), rule)
    shown.put_dependent(rounding=asked.rounding)
    kept = listed_rows(shown)
    if not len(kept) and len(table) and not table.sparse:
        return Guarded(None, {}, NOTHING_SHOWN)
    if any(bool(one.any()) for one in shown.hidden.values()):
        there = set(kept.tolist())
        kept = np.array([one for one in in_order(table).tolist() if one in there], np.int64)
    return Guarded(_named_as_units(shown.rebuilt(kept)), shown.rules_of(kept))


def _counted_in_units(table: Table) -> Table:
    """Return a table with the units in place of the sums of weights; sums without units are left out."""
    columns = [one for one in table.columns if one.cell is None or one.name in table.in_units]
    values = {one.name: np.array(table[one.name], copy=True) for one in columns}
    for name in table.in_units:
        values[name] = np.full(len(table), np.nan)
    for one in table.cells:
        if one.place[1] in table.in_units:
            values[one.place[1]][one.place[2]] = one.value
    return Table(
        columns,
        values,
        labels=table.labels,
        title=table.title,
        statuses={name: one for name, one in table.statuses.items() if name in values},
        guard=table.guard,
        sparse=table.sparse,
    )


def _named_as_units(table: Table) -> Table:
    """Return a table whose counts say that they are not weighted, and whose shares are none of these counts."""
    called = {one.name: f"{one.name}{UNWEIGHTED}" if one.cell is not None else one.name for one in table.columns}
    columns = []
    for one in table.columns:
        if one.cell is not None:
            one = replace(one, name=called[one.name], meaning=tr("{what} (not weighted)", what=one.meaning))
        elif one.of is not None:
            one = replace(one, of=replace(one.of, inputs=tuple(called[name] for name in one.of.inputs), formula=""))
        columns.append(replace(one, decimals=0) if one.unit in {"share", "points"} else one)
    return Table(
        columns,
        {called[name]: values for name, values in table.values.items()},
        labels=table.labels,
        title=table.title,
        statuses={called[name]: one for name, one in table.statuses.items()},
        guard=table.guard,
        sparse=table.sparse,
    )


def _in_per_cent(raw: Floats, column: Column) -> Floats:
    """Round shares and differences to whole per cent, limits outwards; other numbers to few digits."""
    if column.unit in {"share", "points"}:
        return np.asarray(np.round(towards(column.name)(np.round(raw * 100, 6)) / 100, 2), np.float64)
    return _rounded(raw, column)


def guarded(table: Table, asked: Asked, *, weighted: bool, excepted: bool) -> Guarded:
    """Guard a table by what it declares; one of curves is left to its answer, which makes it anew.

    Parameters
    ----------
    table : Table
    asked : Asked
    weighted : bool
        Whether the answer's counts are sums of weights.
    excepted : bool
        Whether a person decided that it leaves against the guard of a model.
    """
    if table.guard == "counts":
        return guarded_weighted(table, asked) if weighted else guarded_counts(table, asked)
    if table.guard == "model":
        return guarded_model(table, asked, excepted=excepted, weighted=weighted)
    if table.guard == "words":
        return guarded_words(table)
    reason = None if table.guard == "curve" else tr("it is for the people who may see the case files only")
    return Guarded(None, {}, reason)


def _put_rounded(shown: Shown, column: Column) -> None:
    """Keep a number of a model with few digits; one that claims to be a count and does not say of what is held back."""
    raw = numbers(shown.table, column.name)
    if column.kind == "count":
        shown.put(column.name, raw, np.asarray(~np.isnan(raw), np.bool_), "undeclared")
        return
    shown.put(column.name, _rounded(raw, column), np.zeros(len(raw), np.bool_))


def _rounded(raw: Floats, column: Column) -> Floats:
    """Keep few digits of the numbers of a column, fewer of those that tell of doubt."""
    made = significant(raw, _DOUBT_DIGITS if column.kind in _DOUBTS else _ESTIMATE_DIGITS, column.name)
    if column.kind == "interval":
        # two digits are a tenth above 1 and a hundredth below it: near 1 both are a hundredth, or a thousandth
        for near, steps in ((0.05, 100.0), (0.005, 1000.0)):
            fine = np.round(towards(column.name)(np.round(raw * steps, 6)) / steps, 3)
            made = np.where(np.abs(raw - 1) < near, fine, made)
        # a limit keeps its side of "no difference"
        made = np.where((raw != 1) & (np.sign(raw - 1) != np.sign(made - 1)), _beside_one(raw), made)
    return made


def _beside_one(raw: Floats) -> Floats:
    """Round numbers near 1 away from it, at the third decimal."""
    return np.where(raw < 1, np.minimum(np.round(raw, 3), 0.999), np.maximum(np.round(raw, 3), 1.001))
