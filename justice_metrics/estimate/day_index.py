"""Whole days as places in a sorted list, by table: a search per row would cost more than the sums that follow."""

from __future__ import annotations

import numpy as np

from ..base.types import Counts, Days
from .rows import Rows

# Above this many possible places a table costs more than searching.
LARGEST_TABLE = 4_000_000


def distinct_days(rows: Rows) -> Days:
    """Sorted distinct days of entry and exit, (T,); entry -1 is none.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(2, dtype=np.int64)
    >>> distinct_days(Rows(np.array([-1, 3]), np.array([7, 5]), one, one, None, one, one, None))
    array([3, 5, 7], dtype=int32)
    """
    last = int(rows.exit.max(initial=-1))
    late = rows.entry[rows.entry >= 0]
    last = max(last, int(late.max(initial=-1)))
    if last >= LARGEST_TABLE:
        return np.unique(np.concatenate([rows.exit, late])).astype(np.int32)
    seen = np.zeros(last + 1, dtype=bool)
    seen[rows.exit] = True
    seen[late] = True
    return np.flatnonzero(seen).astype(np.int32)


def up_to(sorted_places: Counts | Days, values: Counts | Days) -> Counts:
    """How many of the sorted distinct whole numbers (>= 0) are at or below each value (>= -1).

    Examples
    --------
    >>> import numpy as np
    >>> up_to(np.array([3, 5, 7]), np.array([-1, 3, 6, 9]))
    array([0, 1, 2, 3])
    """
    last = int(sorted_places[-1]) if len(sorted_places) else -1
    if last >= LARGEST_TABLE:
        return np.searchsorted(sorted_places, values, side="right").astype(np.int64)
    table = np.zeros(last + 2, dtype=np.int64)
    table[np.asarray(sorted_places) + 1] = 1
    np.cumsum(table, out=table)
    return np.asarray(table[np.minimum(values, last) + 1])
