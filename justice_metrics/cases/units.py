"""Changing the unit: the members of a case become one, with a declared principal ending."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw

from ..base.errors import QuestionError, suggestion
from ..base.language import tr
from ..base.levels import PENDING
from .collapse import collapsed
from .intake import Sampling
from .procedure import OUTCOME_CLASSES, Procedure
from .standing import outcome_rank


def merged(
    milestones: nw.LazyFrame[Any],
    links: nw.LazyFrame[Any],
    unit: str,
    *,
    procedure: Procedure,
    attributes: Sequence[str],
    dated: Sequence[str],
    roles: Sequence[str],
    seen: Sequence[str],
    sampling: Sampling,
    principal: Sequence[str],
) -> tuple[nw.LazyFrame[Any], int, int]:
    """Return milestones per coarser unit, how many there are, and how many members belong to none.

    A unit reached a state on the first day on which any member did. It ended as its principal member did: the one
    whose outcome class comes first in ``principal``; its day is the last on which a member ended in that class. An
    attribute on which the members differ is the smallest of their recorded values.
    """
    ranked = _ranks(principal)
    link = _link(links, unit)
    loose = milestones.filter(nw.col(link).is_null())
    members = nw.col("frequency").sum() if sampling.repeated else nw.len()
    without = int(loose.select(n=members).collect().get_column("n")[0] or 0)
    frame = milestones.with_columns(unit_id=nw.col(link)).filter(~nw.col("unit_id").is_null())
    rank: nw.Expr = nw.lit(ranked.index(PENDING) * _STATES, dtype=nw.Int64)
    for one in procedure.outcomes:
        place = ranked.index(str(procedure.class_of(one))) * _STATES + procedure.state(one).rank
        rank = nw.when(nw.col("outcome") == one).then(nw.lit(place)).otherwise(rank)
    frame = frame.with_columns(principal=rank)
    best = frame.group_by("unit_id").agg(best=nw.col("principal").min())
    frame = frame.join(best, on="unit_id", how="left")
    same = nw.col("principal") // _STATES == nw.col("best") // _STATES
    frame = frame.with_columns(end=nw.when(same).then(nw.col("outcome_day")))
    design = [
        name
        for name, there in (
            ("weight", sampling.weighted),
            ("stratum", sampling.stratum),
            ("cluster", sampling.cluster),
            ("entry_day", sampling.delayed_entry),
        )
        if there
    ]
    made = collapsed(
        frame,
        (*attributes, *design),
        *[nw.col(f"first__{one}").min() for one in (*dated, *roles)],
        *[nw.col(f"seen__{one}").max() for one in seen],
        nw.col("best").min(),
        nw.col("set_aside").min(),
        outcome_day=nw.col("end").max(),
    )
    outcome: nw.Expr = nw.lit(None, dtype=nw.String)
    for one in procedure.outcomes:
        place = ranked.index(str(procedure.class_of(one))) * _STATES + procedure.state(one).rank
        outcome = nw.when(nw.col("best") == place).then(nw.lit(one)).otherwise(outcome)
    made = made.with_columns(outcome=outcome).drop("best").with_columns(outcome_rank=outcome_rank(procedure))
    n = int(made.select(n=nw.len()).collect().get_column("n")[0])
    return made, n, without


def relinked(frame: nw.LazyFrame[Any], links: nw.LazyFrame[Any], unit: str) -> nw.LazyFrame[Any]:
    """Return events or support spells with the id of the coarser unit in place of the member's."""
    of = links.select("unit_id", other=nw.col(_link(links, unit)))
    names = frame.collect_schema().names()
    joined = frame.join(of, on="unit_id", how="left").with_columns(unit_id=nw.col("other"))
    return joined.select(*names).filter(~nw.col("unit_id").is_null())


# More than the states of any procedure, so that class and state fit one integer.
_STATES = 1_024


def _ranks(principal: Sequence[str]) -> list[str]:
    known = (*OUTCOME_CLASSES, PENDING)
    for one in principal:
        if one not in known:
            raise QuestionError(tr("'{word}' is not an outcome class.", word=one), suggestion(one, known))
    if PENDING not in principal:
        raise QuestionError(
            tr("'principal' does not say where pending members stand."),
            tr(
                "Put 'pending' into it: before an ending, a unit with an open member is open; after it, "
                "it has ended so."
            ),
        )
    return list(dict.fromkeys((*principal, *known)))


def _link(links: nw.LazyFrame[Any], unit: str) -> str:
    there = [name.removeprefix("link__") for name in links.collect_schema().names() if name.startswith("link__")]
    if unit not in there:
        raise QuestionError(
            tr("These cases have no link to the unit '{unit}'.", unit=unit), suggestion(unit, tuple(there))
        )
    return f"link__{unit}"
