"""What is said and drawn of an answer whose class has no sentences or drawing of its own for what is published."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from ..base.language import Label, Language, Readable, format_number, format_share, tr
from ..base.levels import LEVEL_WORDS
from ..base.result import Published, Result
from ..base.table import Table
from ..figures.dots import dots
from .guarded import numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_SENTENCES: Final = 8
_MOST_ROWS: Final = 60


@dataclass(frozen=True, eq=False, kw_only=True)
class Plain(Published):
    """A published answer that is said row by row, because its class says nothing of protected tables."""

    def findings(self) -> tuple[Readable, ...]:
        """Return the first shares of the main table that are shown, with what they are parts of."""
        own = self.asked.findings_of(self)
        return own if own or _has_own(self.asked, "findings_of") else shares_said(self.main)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the shares of the main table."""
        if _has_own(self.asked, "plot_of") or not _drawable(self.main):
            return Published.plot(self, ax, language=language)
        return shares_drawn(self.main, ax, language=language)


def told(shown: Result) -> Published:
    """Return a published answer with sentences and a drawing, made from its tables where its class has none.

    Raises
    ------
    TypeError
        When it is no published answer.
    """
    if not isinstance(shown, Published):
        raise TypeError("not a published answer")
    if type(shown) is not Published or (_has_own(shown.asked, "findings_of") and _has_own(shown.asked, "plot_of")):
        return shown
    return Plain(**{one.name: getattr(shown, one.name) for one in fields(Published)})


def shares_said(table: Table) -> tuple[Readable, ...]:
    """Return one sentence per row of which share, numerator and denominator are shown; the first ones only."""
    if not _drawable(table) or not {"numerator", "denominator"} <= set(table.values):
        return ()
    share, n, d = (numbers(table, one) for one in ("estimate", "numerator", "denominator"))
    rows = np.flatnonzero(np.isfinite(share) & np.isfinite(n) & np.isfinite(d))[:_MOST_SENTENCES].tolist()
    return tuple(
        tr(
            "{group}: {n} of {d} ({share}).",
            group=_named(table, row),
            n=round(n[row]),
            d=round(d[row]),
            share=_Percent(float(share[row])),
        )
        for row in rows
    )


def shares_drawn(table: Table, ax: Axes | None, *, language: Language) -> Axes:
    """Draw the shares of a table, one row each; a hidden one says so."""
    rows = slice(0, _MOST_ROWS)
    nowhere = np.full(len(table), np.nan)
    low, high = (numbers(table, one) if one in table.values else nowhere for one in ("conf_low", "conf_high"))
    meaning = next(one.meaning for one in table.columns if one.name == "estimate")
    return dots(
        labels=[", ".join(one.text(language) for one in _named(table, row)) for row in range(len(table))][rows],
        estimate=numbers(table, "estimate")[rows],
        conf_low=low[rows],
        conf_high=high[rows],
        undefined_label=tr("hidden").text(language),
        x_label=meaning.text(language),
        percent=lambda one: format_share(one, language, decimals=0),
        ax=ax,
    )


class _Percent:
    """A share that a sentence prints."""

    __slots__ = ("value",)

    def __init__(self, value: float) -> None:
        self.value = value

    def text(self, language: Language = "en") -> str:
        """Return it as a percentage."""
        return format_share(self.value, language)


def _has_own(asked: type[Result], name: str) -> bool:
    return getattr(asked, name).__func__ is not getattr(Result, name).__func__


def _drawable(table: Table) -> bool:
    return any(one.name == "estimate" and one.unit == "share" for one in table.columns) and len(table) > 0


def _named(table: Table, row: int) -> list[Readable]:
    """Return the words of a row: its groups and keys; "all" where it has none."""
    found: list[Readable] = []
    for column in table.columns:
        if column.role in {"stratum", "key"}:
            value = table[column.name][row]
            words = table.labels.get(column.name, {}).get(str(value)) or LEVEL_WORDS.get(str(value))
            text = value if isinstance(value, str) else format_number(float(value), "en")
            found.append(words or Label(str(text)))
    return found or [LEVEL_WORDS["all"]]
