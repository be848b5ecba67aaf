"""From milestones and support spells to counts at a landmark day: who was supported by then, and what followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.types import Counts, Days
from ..cases.casedata import CaseData
from ..cases.durations import LEFT_OUT
from .grouped import grouped_counts, summed
from .risk import duration_keys, timed, with_endings
from .support import actors_started, with_support

# Clusters are courts or offices; a bootstrap over more of them than this needs no more precision.
MOST_CLUSTERS: Final = 20_000


class LandmarkCounts(NamedTuple):
    """Exits after the landmark of the units that were open and observed on it.

    Attributes
    ----------
    clusters : tuple of str, C of them
    days : (T,)
        Distinct days since the landmark, rising.
    events : (C, A, K, T)
        By number of actors who had started by the landmark, 0 to A - 1, and ending.
    censored, entered : (C, A, T)
    left_out : mapping of str to int
        Units that were not open and observed on the landmark, by reason.
    """

    clusters: tuple[str, ...]
    days: Days
    events: Counts
    censored: Counts
    entered: Counts
    left_out: Mapping[str, int]


def landmark_counts(
    cases: CaseData,
    *,
    start: str,
    outcomes: Mapping[str, tuple[str, ...]],
    actors: Sequence[str],
    landmark_days: int,
    cluster: str | None,
) -> LandmarkCounts:
    """Count exits after the landmark by number of actors started by then, ending and cluster."""
    begin = cases.resolve(start)
    frame = with_endings(with_support(cases, actors), cases, outcomes, endings="standing")
    limit = cases.first_day(begin) + landmark_days
    # Whether a case is open on the landmark is judged by what was known then: one that was closed before and reopened
    # later is not picked by its future.
    lasting = tuple(one for one in cases.procedure.outcomes if one not in cases.procedure.verdicts)
    closed_then = (cases.first_day(lasting) <= limit).fill_null(False)
    grouped = grouped_counts(
        cases,
        by=(cluster,) if cluster else (),
        keys={**duration_keys(), "actors": actors_started(actors, by_day=limit), "closed": closed_then},
        frame=timed(frame, cases, start=begin),
        most_strata=MOST_CLUSTERS,
    )
    why, since, entry = grouped.keys["left_out"], grouped.keys["days"] - landmark_days, grouped.keys["entry"]
    closed = (why == 0) & (((since <= 0) & (grouped.keys["code"] > 0)) | (grouped.keys["closed"] == 1))
    young = (why == 0) & ~closed & (since <= 0)
    unseen = (why == 0) & ~closed & ~young & (entry > landmark_days)
    kept = (why == 0) & ~closed & ~young & ~unseen
    left_out = {name: int(grouped.units[why == place].sum()) for place, name in enumerate(LEFT_OUT, start=1)}
    left_out |= {"closed_by_landmark": int(grouped.units[closed].sum()), "too_young": int(grouped.units[young].sum())}
    left_out |= {"not_yet_observed": int(grouped.units[unseen].sum())}
    late = np.full(int(kept.sum()), -1)
    days = np.unique(np.concatenate([since[kept], late])).astype(np.int32)
    c, a, k, t = len(grouped.strata), len(actors) + 1, len(outcomes) + 1, len(days)
    cell = grouped.stratum[kept] * a + grouped.keys["actors"][kept]
    number = grouped.units[kept]
    exit_at, entry_at = np.searchsorted(days, since[kept]), np.searchsorted(days, late)
    exits = np.asarray(
        summed((cell * (k + 1) + grouped.keys["code"][kept]) * t + exit_at, number, c * a * (k + 1) * t)
    ).reshape(c, a, k + 1, t)
    return LandmarkCounts(
        clusters=tuple(level[0] if level else "" for level in grouped.strata.levels),
        days=days,
        events=exits[:, :, 1:],
        censored=exits[:, :, 0],
        entered=np.asarray(summed(cell * t + entry_at, number, c * a * t)).reshape(c, a, t),
        left_out={name: n for name, n in left_out.items() if n},
    )


def ever_supported_counts(
    cases: CaseData, *, outcomes: Mapping[str, tuple[str, ...]], actors: Sequence[str]
) -> tuple[Counts, Counts]:
    """Count units by number of actors who ever started: all, and those with each ending; shapes (A,) and (A, K)."""
    ever = actors_started(actors, by_day=nw.lit(cases.cutoff_day))
    frame = with_endings(with_support(cases, actors), cases, outcomes, endings="standing")
    grouped = grouped_counts(cases, keys={"actors": ever, "code": nw.col("time__code")}, frame=frame)
    a, k = len(actors) + 1, len(outcomes) + 1
    table = np.asarray(
        summed(grouped.keys["actors"] * (k + 1) + grouped.keys["code"], grouped.units, a * (k + 1))
    ).reshape(a, k + 1)
    return table.sum(axis=1), table[:, 1:]
