"""From support spells to units: in which episodes each actor was there, for support that counts only while it lasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw

from ..base.errors import QuestionError
from ..base.language import tr
from ..cases.attributes import actor_words
from ..cases.casedata import CaseData
from .support import spell_counts

# An actor who comes and goes more often than this has appearances, not support that lasts.
MOST_EPISODES: Final = 12


class Presence(NamedTuple):
    """Milestones with the episodes of every actor.

    Attributes
    ----------
    frame : narwhals LazyFrame
        The milestones with ``present__<actor>__<k>`` and ``present__<actor>__<k>__end``: first and last day of the k-th
        episode. Without a last day the actor was there to the end.
    episodes : mapping of str to int
        The most episodes that a unit has of each actor.
    """

    frame: nw.LazyFrame[Any]
    episodes: Mapping[str, int]


def with_presence(
    cases: CaseData,
    actors: Sequence[str],
    *,
    basis: Mapping[str, Sequence[str]] | None = None,
    institutions: Sequence[str] = (),
) -> Presence:
    """Return the milestones with the days on which each actor was there, spells that touch or overlap as one.

    Parameters
    ----------
    cases, actors, basis, institutions
        As for :func:`justice_metrics.reduce.support.with_support`.

    Returns
    -------
    Presence
        Spells without a first day do not count here. A last day before the first one is a slip: one day of support.

    Raises
    ------
    QuestionError
        When an actor comes and goes more often than support does.
    """
    if cases.support is None:
        raise TypeError("these cases have no support spells")
    first, last = nw.col("start_day").cast(nw.Int64), nw.col("end_day").cast(nw.Int64)
    ever = nw.lit(2**30, dtype=nw.Int64)
    counts = reduce(or_, [spell_counts(one, (basis or {}).get(one, ()), institutions) for one in actors])
    spells = (
        cases.support.filter(counts & ~nw.col("start_day").is_null())
        .select("unit_id", "actor", first=first, last=last.fill_null(ever))
        .with_columns(last=nw.max_horizontal("first", "last"))
        .group_by("unit_id", "actor", "first")
        .agg(nw.col("last").max())
    )
    same = ("unit_id", "actor")
    spells = spells.with_columns(reach=nw.col("last").cum_max().over(*same, order_by="first"))
    before = nw.col("reach").shift(1).over(*same, order_by="first")
    apart = nw.when((nw.col("first") <= before + 1).fill_null(False)).then(nw.lit(0)).otherwise(nw.lit(1))
    spells = spells.with_columns(apart=apart)
    spells = spells.with_columns(episode=nw.col("apart").cum_sum().over(*same, order_by="first"))
    spells = spells.group_by(*same, "episode").agg(nw.col("first").min(), nw.col("last").max())
    most = spells.group_by("actor").agg(nw.col("episode").max()).collect()
    found = dict(zip(most["actor"].to_list(), most["episode"].to_list(), strict=True))
    episodes = {one: int(found.get(one, 0)) for one in actors}
    for one, number in episodes.items():
        if number > MOST_EPISODES:
            raise QuestionError(
                tr(
                    "{actor} comes and goes up to {n} times in a case; at most {most} episodes are told apart.",
                    actor=actor_words(one),
                    n=number,
                    most=MOST_EPISODES,
                ),
                tr('Ask with present="since_start", or name the bases of a spell that last.'),
            )
    made: dict[str, nw.Expr] = {}
    for one, number in episodes.items():
        for place in range(1, number + 1):
            own = (nw.col("actor") == one) & (nw.col("episode") == place)
            made[f"present__{one}__{place}"] = nw.when(own).then(nw.col("first"))
            made[f"present__{one}__{place}__end"] = nw.when(own & (nw.col("last") < ever)).then(nw.col("last"))
    if not made:
        return Presence(cases.milestones, episodes)
    wide = spells.select("unit_id", **made).group_by("unit_id").agg(*[nw.col(name).min() for name in made])
    return Presence(cases.milestones.join(wide, on="unit_id", how="left"), episodes)
