"""From milestones to what a pilot tells a plan: outcomes by a horizon and support in time, court by court."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ..base.levels import NOT_RECORDED
from ..base.types import Counts
from ..cases.casedata import CaseData
from ..cases.durations import LEFT_OUT
from .grouped import grouped_counts, summed
from .landmark import MOST_CLUSTERS
from .risk import duration_keys, timed, with_endings
from .support import actors_started, with_support


class PilotCounts(NamedTuple):
    """Units that are old enough for the horizon, so that of each it is known whether the outcome came by then.

    Attributes
    ----------
    units, came, supported : (C,)
        By cluster: units, those with the outcome by the horizon, and those in which all actors had started in time
        (without actors none). One cluster where none was named.
    clustered : bool
        Whether the clusters were named; units of which theirs is not recorded are then left out of them.
    share : float
        Share with the outcome, weighted like the units; NaN without a unit.
    all_units, all_supported : int
        The same of all clusters together, and of the units whose cluster is not recorded.
    left_out : mapping of str to int
        Units of which time cannot be told, and those that are too young, by reason.
    """

    units: Counts
    came: Counts
    supported: Counts
    clustered: bool
    share: float
    all_units: int
    all_supported: int
    left_out: Mapping[str, int]


def pilot_counts(
    cases: CaseData,
    *,
    start: str,
    outcome: Mapping[str, tuple[str, ...]],
    horizon_days: int,
    cluster: str | None = None,
    actors: Sequence[str] = (),
    within_days: int = 0,
) -> PilotCounts:
    """Count the units that started at least ``horizon_days`` before the cut-off.

    Parameters
    ----------
    cases : CaseData
    start : str
        Stage or role from whose first day time runs.
    outcome : mapping of str to states
        The one outcome that is looked at.
    horizon_days : int
    cluster : str, optional
        Attribute.
    actors : sequence of str
        Needs support spells.
    within_days : int
        Day by which all actors must have started.
    """
    begin = cases.resolve(start)
    frame = with_support(cases, actors) if actors else cases.milestones
    first = cases.first_day(begin)
    grouped = grouped_counts(
        cases,
        by=(cluster,) if cluster else (),
        keys={
            **duration_keys(),
            "old": (first <= cases.cutoff_day - horizon_days).fill_null(False),
            "actors": actors_started(actors, by_day=first + within_days),
        },
        frame=timed(with_endings(frame, cases, outcome, endings="standing"), cases, start=begin),
        most_strata=MOST_CLUSTERS,
    )
    keys = grouped.keys
    told = keys["left_out"] == 0
    old = told & (keys["old"] == 1)
    came = old & (keys["code"] == 1) & (keys["days"] <= horizon_days)
    started = old & (keys["actors"] == len(actors)) & bool(actors)
    names = [level[0] if level else "" for level in grouped.strata.levels]
    kept = np.array([one != NOT_RECORDED for one in names], dtype=np.bool_)
    by_cluster = [
        np.asarray(summed(grouped.stratum[rows], grouped.units[rows], len(names))) for rows in (old, came, started)
    ]
    left_out = {
        name: int(grouped.units[keys["left_out"] == place].sum()) for place, name in enumerate(LEFT_OUT, start=1)
    }
    left_out["too_young"] = int(grouped.units[told & ~old].sum())
    mass = float(grouped.n[old].sum())
    return PilotCounts(
        units=by_cluster[0][kept],
        came=by_cluster[1][kept],
        supported=by_cluster[2][kept],
        clustered=cluster is not None,
        share=float(grouped.n[came].sum()) / mass if mass else np.nan,
        all_units=int(grouped.units[old].sum()),
        all_supported=int(grouped.units[started].sum()),
        left_out={name: n for name, n in left_out.items() if n},
    )
