"""How many cases stand behind the numbers of a table of practice: where cases have weights, its sums are no cases."""

from __future__ import annotations

import numpy as np

from ...base.table import Table
from ...base.types import Floats
from ...disclosure.models import UNWEIGHTED
from ..shown import numbers


def units_counted(table: Table, name: str) -> Floats:
    """Return how many cases, whatever they weigh, a column of counts stands for.

    Parameters
    ----------
    table : Table
        Of an answer, or what is published of it.
    name : str
        A column of counts, or of sums of weights of which the table knows the cases.

    Returns
    -------
    (rows,)
        NaN where that is hidden, or not told.

    Examples
    --------
    >>> from justice_metrics.base.cells import Count
    >>> from justice_metrics.base.language import tr
    >>> from justice_metrics.base.table import Column
    >>> column = Column("n", tr("number"), "units", "count", "count")
    >>> table = Table((column,), {"n": np.array([40.0])}, cells=(Count(frozenset(), 4, ("", "n", 0)),))
    >>> units_counted(table, "n"), plain_counts(table, "n")
    (array([4.]), array([nan]))
    """
    behind = {one.place[2]: one.value for one in table.cells if one.place[1] == name}
    if behind:
        return np.array([behind.get(row, np.nan) for row in range(len(table))], np.float64)
    shown = name if name in table.values else f"{name}{UNWEIGHTED}"
    return numbers(table, shown) if shown in table.values else np.full(len(table), np.nan)


def plain_counts(table: Table, name: str) -> Floats:
    """Return the counts of a column, (rows,); NaN where it holds, or held, sums of weights."""
    if name not in table.values or any(one.place[1] == name for one in table.cells):
        return np.full(len(table), np.nan)
    return numbers(table, name)
