"""From durations to covariate patterns and folded rows: what a regression works on.

Rows that are alike in covariates, stratum, cluster, entry, exit and ending are one cell with a number. A formula is
then computed on the distinct patterns, never on rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import narwhals.stable.v2 as nw
import numpy as np

from ..cases.durations import Durations
from ..estimate.rows import Rows
from ..tables import Strata
from .cells import Cells, KeyColumn, folded, grouped_cells, numbered, picked, usable_cells
from .packed import in_memory, packed
from .pattern_cells import COVARIATE_MISSING, MissingLevels, Patterns, covariate_of, level_text

__all__ = ["COVARIATE_MISSING", "HOLDS", "MissingLevels", "Patterns", "patterns_of"]


# Levels of a covariate that holds from a day on.
HOLDS: Final = ("not_yet", "started")


def patterns_of(
    spells: Durations,
    *,
    covariates: Sequence[str],
    categorical: frozenset[str],
    strata: Sequence[str] = (),
    cluster: str | None = None,
    time_varying: Mapping[str, nw.Expr] | None = None,
    missing: MissingLevels = "level",
) -> Patterns:
    """Count rows by covariates, baseline stratum, cluster, entry, exit and ending, in one aggregation.

    Parameters
    ----------
    spells : Durations
    covariates : sequence of str
        Attributes, and names of ``time_varying``.
    categorical : frozenset of str
        Those told apart by level; the others are numbers.
    strata : sequence of str
        Attributes whose groups have a baseline hazard of their own.
    cluster : str, optional
        Attribute whose groups are not independent inside; ``unit_id`` for the units of a table with several rows each.
    time_varying : mapping of str to expression, optional
        Day since the start from which a covariate holds, null for never. A unit is at risk without it (``not_yet``) up
        to and on that day and with it (``started``) from the day after, so that what ends a case on the day is not
        laid to it.
    missing : {"level", "leave_out"}
        Whether "not recorded" is a level like others. A missing number always leaves its row out.

    Returns
    -------
    Patterns

    Raises
    ------
    QuestionError
        When a name is unknown, or no row is left.
    """
    starts = dict(time_varying or {})
    made = None if starts else in_memory(spells, covariates, categorical, strata, cluster, missing)
    if made is None and not starts:
        made = packed(spells, covariates, categorical, strata, cluster, missing)
    if made is not None:
        return made
    wanted = [name for name in dict.fromkeys((*covariates, *strata)) if name not in starts]
    cells = grouped_cells(spells, wanted, categorical | set(strata), cluster, starts)
    cells, left_out = usable_cells(cells, [*covariates, *strata], missing)
    seen = {name: _seen(cells, name) for name in starts}
    for name in starts:
        cells = _split(cells, name)
    return _assembled(cells, covariates, categorical, strata, cluster, left_out)._replace(seen=seen)


def _seen(cells: Cells, name: str) -> tuple[int, int]:
    """Return how many units were ever at risk without a covariate that holds from a day on, and how many with it."""
    since = np.where(np.isnan(cells.starts[name]), np.inf, cells.starts[name])
    return int(cells.n[since > cells.entry].sum()), int(cells.n[since < cells.exit].sum())


def _split(cells: Cells, name: str) -> Cells:
    """Split cells at the day from which a covariate holds; it is 0 up to and on that day and 1 after it."""
    since = np.where(np.isnan(cells.starts[name]), np.inf, cells.starts[name])
    inside = (since > cells.entry) & (since < cells.exit)
    split = np.flatnonzero(inside)
    both = picked(cells, np.concatenate([np.arange(len(since)), split]))
    before, after = np.arange(len(since))[inside], len(since) + np.arange(len(split))
    day = since[inside].astype(np.int64)
    # -1 says that the unit goes on, in another row: it is not censored.
    both.exit[before], both.code[before] = day, -1
    both.entry[after] = day
    both.once[after] = 0
    holds = np.concatenate([since <= cells.entry, np.ones(len(split), np.bool_)]).astype(np.int64)
    column = KeyColumn(holds, np.array(HOLDS, dtype=object), np.zeros(len(holds), np.bool_))
    return both._replace(columns={**both.columns, name: column})


def _assembled(
    cells: Cells,
    covariates: Sequence[str],
    categorical: frozenset[str],
    strata: Sequence[str],
    cluster: str | None,
    left_out: Mapping[str, int],
) -> Patterns:
    pattern, first = numbered([cells.columns[name] for name in covariates], len(cells.n))
    made = {}
    for name in covariates:
        column = cells.columns[name]
        made[name] = covariate_of(column.codes[first], column.distinct, by_level=name in categorical)
    stratum, at = numbered([cells.columns[name] for name in strata], len(cells.n))
    levels = tuple(
        tuple(level_text(cells.columns[name].distinct[cells.columns[name].codes[one]]) for name in strata) for one in at
    )
    clusters = None if cluster is None else numbered([cells.columns["cluster"]], len(cells.n))[0]
    order, group = folded(
        [pattern, stratum, *([] if clusters is None else [clusters]), cells.entry, cells.exit, cells.code], cells.weight
    )
    n = np.add.reduceat(cells.n[order], group)
    place = order[group]
    rows = Rows(
        entry=cells.entry[place].astype(np.int32),
        exit=cells.exit[place].astype(np.int32),
        code=cells.code[place],
        n=n,
        weight=None if cells.weight is None else cells.weight[place],
        stratum=stratum[place],
        pattern=pattern[place],
        cluster=None if clusters is None else clusters[place],
    )
    total, units = (
        np.bincount(pattern, weights=one, minlength=len(first)).astype(np.int64) for one in (cells.n, cells.once)
    )
    return Patterns(
        made,
        total,
        units,
        rows,
        Strata(tuple(strata), levels or ((),)),
        0 if clusters is None else int(clusters.max()) + 1,
        left_out,
    )
