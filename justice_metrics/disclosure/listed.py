"""Which rows of a table may be listed: that a group is there, or is not, tells as much as a small number of it."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..base.language import Message, tr
from ..base.levels import ALL
from ..base.table import Table
from ..base.types import Counts, Flags
from .guarded import SILENT, Shown

NOTHING_SHOWN: Final[Message] = tr("all of its numbers are hidden")
# Said of every answer by groups, whether something was left out or not.
NOT_LISTED: Final[Message] = tr(
    "Groups of which every number is hidden are not listed, so a group that is missing can have few cases or none."
)


def listed_rows(shown: Shown) -> Counts:
    """Return the rows that may be listed, in their order.

    Parameters
    ----------
    shown : Shown
        After its counts were put.

    Returns
    -------
    array of int
        Rows of the groups of which a number is shown. Where a table lists only the groups that there are, a group whose
        numbers are all hidden has at least one case, and one that is not listed has none. In a sparse table this
        holds for every row.
    """
    kept = _of_shown_groups(shown)
    if shown.table.sparse:
        kept &= _of_shown_counts(shown)
    return np.flatnonzero(kept).astype(np.int64)


def has_groups(table: Table) -> bool:
    """Whether a table tells of groups and not of all units together."""
    return any(one.role == "stratum" and bool((table[one.name] != ALL).any()) for one in table.columns)


def _of_shown_groups(shown: Shown) -> Flags:
    table = shown.table
    strata = [table[one.name].tolist() for one in table.columns if one.role == "stratum"]
    loud = [one.name for one in table.columns if one.kind not in SILENT and (one.cell is None or not one.cell.internal)]
    if not strata or not loud:
        return np.ones(len(table), np.bool_)
    told, silenced = np.zeros(len(table), np.bool_), np.zeros(len(table), np.bool_)
    for name in loud:
        hidden = shown.hidden[name]
        told |= ~hidden & _there(shown, name)
        silenced |= hidden
    groups = list(zip(*strata, strict=True))
    seen = {group for group, one in zip(groups, told.tolist(), strict=True) if one}
    # of a group that counts nothing at all, nothing was hidden
    lost = {group for group, one in zip(groups, silenced.tolist(), strict=True) if one} - seen
    return np.array([group not in lost or set(group) == {ALL} for group in groups], np.bool_)


def _of_shown_counts(shown: Shown) -> Flags:
    """Return where a count with the most keys of its own is shown."""
    keys = {one.name for one in shown.table.columns if one.role == "key"}
    own = {
        one.name: len(keys & {*one.cell.keys, *one.cell.sets, *one.cell.flags, *one.cell.each})
        for one in shown.table.columns
        if one.cell is not None and not one.cell.internal
    }
    most = max(own.values(), default=0)
    names = [name for name, n in own.items() if n == most]
    if not names:
        return np.ones(len(shown.table), np.bool_)
    return np.asarray(np.any([_there(shown, name) for name in names], axis=0), np.bool_)


def _there(shown: Shown, name: str) -> Flags:
    return np.array([one is not None and not np.isnan(one) for one in shown.values[name].tolist()], np.bool_)
