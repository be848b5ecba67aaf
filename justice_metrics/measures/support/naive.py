"""The naive table of support: shares by number of actors ever, which stands in a box with the reason not to use it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from ...base.language import Readable, tr
from ...base.table import Column, Table
from ...base.types import Counts
from ...estimate.proportion import wilson

WHY_NOT: Final = tr(
    "Do not use it: a case must stay open long enough to meet its supporters, so cases that were "
    "closed early have "
    "few of them and cases that went far have many, even where support changes nothing (immortal time). In "
    "simulated cases without any effect this table shows a strong one."
)


def naive_table(
    units: Counts, ended: Sequence[tuple[Sequence[str], Counts]], words: Mapping[str, Readable], level: float
) -> Table:
    """Return the share with each outcome by number of actors ever, of closed and of all cases, with its warning.

    Parameters
    ----------
    units : (A,)
        Cases by number of actors ever, 0 to A - 1.
    ended : sequence of (outcomes, counts)
        For each set of endings that do not overlap: names of the first ones, and cases with every ending, (A, K).
    words : mapping of str to Readable
        Of the outcomes.
    level : float
        Confidence level of the Wilson intervals, which are not shown.
    """
    a = len(units)
    named = [
        (name, counts[:, place], counts.sum(axis=1)) for names, counts in ended for place, name in enumerate(names)
    ]
    number: Counts = np.stack([one for _, one, _ in named], axis=1).ravel()
    closed: Counts = np.stack([one for _, _, one in named], axis=1).ravel()
    every = np.repeat(units, len(named))
    columns = (
        Column("actors", tr("actors ever"), "number", "key", "key", 0),
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("numerator", tr("with the outcome"), "units", "count", "count"),
        Column("closed", tr("of closed cases"), "units", "count", "count"),
        Column("estimate", tr("share of closed cases"), "share", "estimate", "share"),
        Column("denominator", tr("of all cases"), "units", "count", "count"),
        Column("share_of_all", tr("share of all cases"), "share", "estimate", "share"),
    )
    values = {
        "actors": np.repeat(np.arange(a), len(named)),
        "outcome": [name for name, _, _ in named] * a,
        "numerator": number,
        "closed": closed,
        "estimate": wilson(number, closed, level).estimate,
        "denominator": every,
        "share_of_all": wilson(number, every, level).estimate,
    }
    return Table(
        columns,
        values,
        labels={"outcome": words},
        title=tr("Share with the outcome by number of actors ever"),
        warning=WHY_NOT,
    )
