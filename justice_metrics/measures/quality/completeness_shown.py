"""Completeness as it is published, in sentences and a drawing made of its tables alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import numpy as np

from ...base.language import Language, Readable, format_number, tr
from ...base.levels import ALL
from ...base.result import Result, context_of
from ...base.table import Table
from ...base.types import Counts
from ...cases.periods import period_words
from ...figures.shades import shades
from ..shown import HIDDEN, hidden, known, numbers, strata_of, whole, words_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_TOLD: Final = 3
_WELL: Final = 0.95


def least_recorded(shown: Result) -> tuple[Readable, ...]:
    """Return what is recorded least often of all groups together, among the numbers that are shown."""
    if "fields" not in shown.tables:
        return ()
    table = shown.tables["fields"]
    rows = [
        row
        for row in _of_all(table)
        if known(table["recorded"][row], table["denominator"][row], table["estimate"][row])
        and table["estimate"][row] < _WELL
    ]
    rows.sort(key=lambda row: float(table["estimate"][row]))
    if not rows:
        return ()
    parts = [
        tr(
            "{what}: {n} of {base}",
            what=words_of(table, "column", table["column"][row]),
            n=whole(table["recorded"][row]),
            base=whole(table["denominator"][row]),
        )
        for row in rows[:_MOST_TOLD]
    ]
    return (tr("Least often recorded: {parts}.", parts=parts),)


def recorded_shades(shown: Result, ax: Axes | None, language: Language) -> Axes | None:
    """Draw the share recorded of each field by period of the start, all groups together."""
    if "periods" not in shown.tables:
        return None
    table = shown.tables["periods"]
    rows = _of_all(table)
    if not len(rows):
        return None
    fields = list(dict.fromkeys(table["column"][rows].tolist()))
    periods = list(dict.fromkeys(table["period"][rows].tolist()))
    share, marked = np.full((len(fields), len(periods)), np.nan), np.zeros((len(fields), len(periods)), np.bool_)
    every, held = numbers(table, "estimate"), hidden(table, "estimate")
    for row in rows.tolist():
        at = fields.index(table["column"][row]), periods.index(table["period"][row])
        share[at], marked[at] = every[row], held[row]
    word = cast(Readable, context_of(shown)["period"])
    axis = tr("{what} (%)", what=tr("share recorded, by {period} of the start", period=word))
    return shades(
        rows=[words_of(table, "column", one).text(language) for one in fields],
        columns=[period_words(one).text(language) for one in periods],
        texts=[
            [HIDDEN.text(language) if mark else _percent(one, language) for one, mark in zip(*pair, strict=True)]
            for pair in zip(share, marked, strict=True)
        ],
        strength=np.sqrt(1 - share),
        faint=np.isnan(share),
        x_label=axis.text(language),
        faint_label="",
        ax=ax,
    )


def _of_all(table: Table) -> Counts:
    """Return the rows of all groups together."""
    kept = np.ones(len(table), np.bool_)
    for name in strata_of(table):
        kept &= table[name].astype(str) == ALL
    return np.flatnonzero(kept)


def _percent(share: float, language: Language) -> str:
    return format_number(share * 100, language) if np.isfinite(share) else "–"
