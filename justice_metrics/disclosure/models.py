"""Tables of models and of words: what no count gives back, and what says nothing of cases."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ..base.language import tr
from ..base.table import Column, Table
from ..base.types import Flags, Floats
from .derived import guarded_counts
from .guarded import SILENT, Asked, Guarded, Shown, numbers, told_in_words
from .listed import NOTHING_SHOWN, listed_rows
from .rounded import significant, towards

_ESTIMATE_DIGITS: Final = 3
# Of a standard error more digits would tell how many cases stand behind a coefficient.
_DOUBT_DIGITS: Final = 2
_DOUBTS: Final = frozenset({"interval", "std_error"})


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

    Cells with the place ("", column, row) stand behind this one number, and hide it where one of them is too small;
    else they stand behind the whole table, which is a model then.
    """
    if not table.cells:
        return Guarded(None, {}, tr("it is weighted, and does not say how many units stand behind its numbers"))
    if not all(one.place[1] for one in table.cells):
        return guarded_model(table, asked, weighted=True)
    reason = told_in_words(table)
    if reason is not None:
        return Guarded(None, {}, reason)
    shown = Shown(table)
    shown.put_silent()
    few = _too_few(table, asked)
    for column in table.columns:
        if column.name in shown.values:
            continue
        raw = numbers(table, column.name)
        small = None if column.of is None else few.get(column.of.inputs)
        if column.cell is not None or small is None:
            # a sum of weights would tell the number of units wherever weights are alike
            shown.put(column.name, raw, np.ones(len(raw), np.bool_))
        else:
            shown.put(column.name, _rounded(raw, column), np.asarray(small & ~np.isnan(raw), np.bool_), "minimum")
    shown.put_dependent(rounding=asked.rounding)
    kept = listed_rows(shown)
    if not len(kept) and len(table):
        return Guarded(None, {}, NOTHING_SHOWN)
    return Guarded(_without_sums(shown.rebuilt(kept)), shown.rules_of(kept))


def _without_sums(table: Table) -> Table:
    """Return a table without its sums of weights: its shares are none of counts, and nobody may take them for such."""
    columns = [replace(one, of=None) for one in table.columns if one.cell is None]
    names = {one.name for one in columns}
    return Table(
        columns,
        {name: values for name, values in table.values.items() if name in names},
        labels=table.labels,
        title=table.title,
        statuses={name: one for name, one in table.statuses.items() if name in names},
        guard="model",
        sparse=table.sparse,
    )


def _too_few(table: Table, asked: Asked) -> dict[tuple[str, ...], Flags]:
    """Return, by the counts that a column is computed from, in which rows too few units stand behind it."""
    inputs = {one.name: one.of.inputs for one in table.columns if one.of is not None}
    found: dict[tuple[str, ...], Flags] = {}
    for one in table.cells:
        _, column, row = one.place
        flags = found.setdefault(inputs[column], np.zeros(len(table), np.bool_))
        flags[row] |= not asked.large_enough(one)
    return found


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
