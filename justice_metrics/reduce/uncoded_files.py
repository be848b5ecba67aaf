"""Coded files and files that were not coded, side by side in the design of the draw."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.levels import NOT_RECORDED
from ..base.types import Counts, Flags, Floats
from ..cases.casedata import CaseData
from ..cases.intake import FileGroup, FileLog
from ..cases.sampled import DRAWN_WEIGHT
from ..estimate.survey import DesignCells
from ..estimate.survey_cells import DrawnUnits, without_replacement
from ..tables import MOST_STRATA, Strata, in_order
from .design_counts import FoldedUnits, Share, drawn_directly, folded_units
from .grouped import refuse_many

# Any chance below 1 makes clusters sampling units; without known chances nothing is made of it.
_SOME_CHANCE = 0.5


class UncodedFiles(NamedTuple):
    """Coded files that came to something, and the files of some statuses, in each group."""

    strata: Strata
    came: Counts  # (G,) coded files in the numerator
    coded: Counts  # (G,)
    files: Counts  # (G,) files of the statuses
    numerator: Floats  # (G,) the same by the weights of the draw
    denominator: Floats  # (G,)
    missing: Floats  # (G,)
    none: DesignCells  # cells of the share if none of these files had come there
    every: DesignCells  # and if all had


def by_the_draw(cases: CaseData) -> CaseData:
    """Return the cases with the weights of the draw, before these were raised for files that were not coded."""
    return cases.with_(milestones=cases.milestones.with_columns(weight=nw.col(DRAWN_WEIGHT)))


def uncoded_files(
    cases: CaseData, log: FileLog, share: Share, statuses: Sequence[Sequence[str]], *, by: Sequence[str] = ()
) -> list[UncodedFiles]:
    """Count coded files, and put those of some statuses beside them.

    Parameters
    ----------
    cases : CaseData
        Read with ``log``, as :func:`by_the_draw` returns them.
    log : FileLog
    share : (numerator, denominator)
        0/1 expressions.
    statuses : sequence of sequence of str
        For each answer the statuses of the files that are added.
    by : sequence of str
        ``stratum`` or ``cluster``.

    Returns
    -------
    list of UncodedFiles
        The same groups in each: those with a coded file, and those that have files of these statuses only.
    """
    by = tuple(by)
    lost = {_level(one, by) for one in log.groups if any(one.status in some for some in statuses)}
    found = _with_groups(folded_units(cases, {"share": share}, by=by), lost)
    return [_with(found, cases, log, one, by) for one in statuses]


def _with_groups(found: FoldedUnits, levels: Collection[tuple[str, ...]]) -> FoldedUnits:
    """Return the same units beside groups in which there may be none."""
    groups = found.strata.union(Strata(found.strata.names, in_order(levels)))
    refuse_many(len(groups), groups.names, MOST_STRATA)
    return found._replace(strata=groups, group=np.array(found.strata.places_in(groups), np.int64)[found.group])


def _with(
    found: FoldedUnits, cases: CaseData, log: FileLog, statuses: Sequence[str], by: tuple[str, ...]
) -> UncodedFiles:
    place = {level: position for position, level in enumerate(found.strata.levels)}
    groups = [(one, place[_level(one, by)]) for one in log.groups if one.status in statuses]
    weight = np.array([one.weight for one, _ in groups], np.float64)
    n = np.array([one.n for one, _ in groups], np.int64)
    group = np.array([position for _, position in groups], np.int64)
    own = {name: tuple(_text(cases, name, getattr(one, name)) for one, _ in groups) for name in ("stratum", "cluster")}
    y, x = found.shares["share"]
    stratum, cluster = (
        np.unique(np.array([*one, *other], dtype=object).astype(str), return_inverse=True)[1].astype(np.int64)
        for one, other in ((found.stratum, own["stratum"]), (found.cluster, own["cluster"]))
    )
    chance = _chances(found, groups, drawn_directly(cases, (*found.cluster, *own["cluster"])))
    zero = np.zeros_like(n)

    def cells(came: Counts) -> DesignCells:
        made = without_replacement(
            DrawnUnits(
                group=np.concatenate([found.group, group]),
                stratum=stratum,
                cluster=cluster,
                chance=chance,
                weight=np.concatenate([found.weight, weight]),
                numerator=np.concatenate([y, came]),
                denominator=np.concatenate([x, n]),
                units=np.concatenate([found.units, n]),
            ),
            len(found.strata),
        )
        return made if found.chance is not None else made._replace(stages=None)

    size = len(found.strata)
    return UncodedFiles(
        strata=found.strata,
        came=_added(found.group, y, size).astype(np.int64),
        coded=_added(found.group, x, size).astype(np.int64),
        files=_added(group, n, size).astype(np.int64),
        numerator=_added(found.group, found.weight * y, size),
        denominator=_added(found.group, found.weight * x, size),
        missing=_added(group, weight * n, size),
        none=cells(zero),
        every=cells(n),
    )


def _chances(found: FoldedUnits, groups: Sequence[tuple[FileGroup, int]], alone: Flags) -> Floats:
    if found.chance is not None:
        return np.concatenate([found.chance, np.array([one.chance for one, _ in groups], np.float64)])
    return np.where(alone, 1.0, _SOME_CHANCE)


def _text(cases: CaseData, name: str, told: str) -> str:
    """Return what the cases call a stratum or cluster of the log."""
    return told or (NOT_RECORDED if cases.has(name) else "")


def _level(one: FileGroup, by: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(getattr(one, name) or NOT_RECORDED for name in by)


def _added(group: Counts, values: Counts | Floats, size: int) -> Floats:
    return np.bincount(group, weights=values, minlength=size).astype(np.float64)
