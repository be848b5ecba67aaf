"""Drawings of practice: domains one below the other, by groups where there are any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ...base.language import Language, format_share, tr
from ...base.levels import ALL
from ...base.table import Table
from ...figures.dots import dots
from ..shown import group_names, numbers, of_words, undefined_words, words_of, written
from .tables import UNDOCUMENTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# More rows than this in one drawing cannot be read.
_MOST_ROWS: Final = 60


def counts_beside(table: Table, counts: tuple[str, str], share: str, language: Language) -> list[str]:
    """Return what stands beside each dot: part and whole, or the share where the gate left the counts out."""
    if counts[0] in table.values:
        return of_words(table, *counts, language)
    return written(table, share, language, as_share=True)


def domains_drawn(table: Table, ax: Axes | None, language: Language, *, silent: bool = False) -> Axes:
    """Draw domains one below the other; by groups, each domain with its groups, or all items where these are many."""
    names = group_names(table, language)
    domains = table["domain"].tolist()
    rows = list(range(len(table)))
    if names is not None:
        if len(rows) > _MOST_ROWS:
            rows = [row for row in rows if domains[row] == ALL]
        order = list(dict.fromkeys(domains))
        rows.sort(key=lambda row: order.index(domains[row]))
    words = [words_of(table, "domain", one).text(language) for one in domains]
    part, every = (UNDOCUMENTED, "applicable") if silent else ("numerator", "denominator")
    column = "share_not_documented" if silent else "estimate"
    beside = counts_beside(table, (part, every), column, language)
    said = undefined_words(table, column, language, tr("nothing to judge"))
    nothing = np.full(len(table), np.nan)
    label = tr("share not documented, of the items that apply") if silent else tr("share of the items met")
    return dots(
        labels=[words[row] if names is None else names[row] for row in rows],
        groups=None if names is None else [words[row] for row in rows],
        estimate=numbers(table, column)[rows],
        conf_low=(nothing if silent else numbers(table, "conf_low"))[rows],
        conf_high=(nothing if silent else numbers(table, "conf_high"))[rows],
        annotations=[beside[row] for row in rows],
        undefined_label=[said[row] for row in rows],
        x_label=label.text(language),
        number=lambda share: format_share(share, language, decimals=0),
        ax=ax,
    )
