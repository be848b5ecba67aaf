"""Changing the unit: the members of a case become one, with a declared principal ending."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw

from ...base.errors import QuestionError, suggestion
from ...base.language import tr
from ...base.levels import PENDING
from ..collapse import collapsed
from ..intake import Sampling
from ..mappings.parts import DISENGAGED, ENGAGED, LEFT_DAY, RELIANCE_STATUS
from ..procedure import OUTCOME_CLASSES, Procedure
from ..standing import outcome_rank
from .exactness import exact_keys, with_exactness
from .weights import members_told, shared_weights, with_shares


class Merged(NamedTuple):
    """Milestones per coarser unit.

    Attributes
    ----------
    milestones : lazy frame
    n : int
        Units.
    without : int
        Members that belong to none.
    partly : int
        Units of a weighted sample that have members which are not in the data.
    """

    milestones: nw.LazyFrame[Any]
    n: int
    without: int
    partly: int


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
    numeric: Sequence[str] = (),
) -> Merged:
    """Return milestones per coarser unit.

    A unit reached a state on the first day on which any member did. It ended as its principal member did: the one whose
    outcome class comes first in ``principal``; its day is the last on which a member ended in that class. An attribute
    on which the members differ is the smallest of their recorded values. Its sampling weight is the sum of its members'
    by the number of all its members (the weight share method), each member of a row counted. It has lost its victim
    when every member has, on the last of their days. A link to a third unit stays where no unit has several.

    Raises
    ------
    QuestionError
        When there is no such link, ``principal`` does not place pending members, or the members have sampling weights
        and nobody says how many a unit has.
    CaseDataError
        When the number of members does not fit the data.
    """
    ranked = _ranks(principal)
    link = _link(links, unit)
    told = members_told(sampling, unit, tuple(numeric)) if sampling.weighted else ""
    loose = milestones.filter(nw.col(link).is_null())
    members = nw.col("frequency").sum() if sampling.repeated else nw.len()
    without = int(loose.select(n=members).collect().get_column("n")[0] or 0)
    frame = milestones.with_columns(unit_id=nw.col(link)).filter(~nw.col("unit_id").is_null())
    rank: nw.Expr = nw.lit(ranked.index(PENDING) * _STATES, dtype=nw.Int64)
    for one in procedure.outcomes:
        place = ranked.index(str(procedure.class_of(one))) * _STATES + procedure.state(one).rank
        rank = nw.when(nw.col("outcome") == one).then(nw.lit(place)).otherwise(rank)
    frame = frame.with_columns(own__rank=rank)
    best = frame.group_by("unit_id").agg(best__rank=nw.col("own__rank").min())
    frame = frame.join(best, on="unit_id", how="left")
    same = nw.col("own__rank") // _STATES == nw.col("best__rank") // _STATES
    frame = frame.with_columns(end__day=nw.when(same).then(nw.col("outcome_day")))
    design = [
        name
        for name, there in (
            ("stratum", sampling.stratum),
            ("cluster", sampling.cluster),
            ("entry_day", sampling.delayed_entry),
        )
        if there
    ]
    names = frame.collect_schema().names()
    keys = exact_keys(names)
    frame = frame.with_columns(**keys) if keys else frame
    frame, leaving = _leaving(frame, names)
    others = tuple(one for one in names if one.startswith("link__") and one != link and _single(frame, one))
    frame, shares = with_shares(frame, sampling, told) if told else (frame, [])
    made = collapsed(
        frame,
        (*attributes, *design, *others),
        *shares,
        *[nw.col(one).min() for one in keys],
        *leaving,
        *[nw.col(f"first__{one}").min() for one in (*dated, *roles)],
        *[nw.col(f"seen__{one}").max() for one in seen],
        nw.col("best__rank").min(),
        nw.col("set_aside").min(),
        outcome_day=nw.col("end__day").max(),
    )
    outcome: nw.Expr = nw.lit(None, dtype=nw.String)
    for one in procedure.outcomes:
        place = ranked.index(str(procedure.class_of(one))) * _STATES + procedure.state(one).rank
        outcome = nw.when(nw.col("best__rank") == place).then(nw.lit(one)).otherwise(outcome)
    made = made.with_columns(outcome=outcome).drop("best__rank").with_columns(outcome_rank=outcome_rank(procedure))
    made = _settled(with_exactness(made, keys), names)
    made, partly = shared_weights(made, told) if told else (made, 0)
    n = int(made.select(n=nw.len()).collect().get_column("n")[0])
    return Merged(made, n, without, partly)


def relinked(frame: nw.LazyFrame[Any], links: nw.LazyFrame[Any], unit: str) -> nw.LazyFrame[Any]:
    """Return events or support spells with the id of the coarser unit in place of the member's."""
    of = links.select("unit_id", other=nw.col(_link(links, unit)))
    names = frame.collect_schema().names()
    joined = frame.join(of, on="unit_id", how="left").with_columns(unit_id=nw.col("other"))
    return joined.select(*names).filter(~nw.col("unit_id").is_null())


def _single(frame: nw.LazyFrame[Any], link: str) -> bool:
    """Return whether every unit has one other unit under a link, so that the link can stay."""
    found = frame.group_by("unit_id").agg(n=nw.col(link).n_unique(), gaps=nw.col(link).is_null().cast(nw.Int64).sum())
    most = found.select(n=nw.col("n").max(), gaps=nw.col("gaps").max()).collect()
    return int(most.get_column("n")[0] or 0) == 1 and int(most.get_column("gaps")[0] or 0) == 0


def _leaving(frame: nw.LazyFrame[Any], names: Sequence[str]) -> tuple[nw.LazyFrame[Any], list[nw.Expr]]:
    """Add what each member says of taking part, and return how the members of a unit are added up."""
    if not {LEFT_DAY, RELIANCE_STATUS} & set(names):
        return frame, []
    day = nw.col(LEFT_DAY) if LEFT_DAY in names else nw.lit(None, dtype=nw.Int32)
    if RELIANCE_STATUS in names:
        status = nw.col(RELIANCE_STATUS)
        gone = (status == DISENGAGED).fill_null(value=False) | (status.is_null() & ~day.is_null())
        still = (status == ENGAGED).fill_null(value=False)
    else:
        gone = ~day.is_null()
        still = day.is_null()
    columns = {
        "still__engaged": still,
        "unknown__engaged": ~still & ~gone,
        "undated__leaving": gone & day.is_null(),
    }
    frame = frame.with_columns(last__leaving=day, **{name: flag.cast(nw.Int64) for name, flag in columns.items()})
    return frame, [nw.col(one).max() for one in ("last__leaving", *columns)]


def _settled(frame: nw.LazyFrame[Any], names: Sequence[str]) -> nw.LazyFrame[Any]:
    """Say of a unit that its victims left when all of them did: on the last of their days."""
    if not {LEFT_DAY, RELIANCE_STATUS} & set(names):
        return frame
    still, unknown = nw.col("still__engaged") == 1, nw.col("unknown__engaged") == 1
    columns: dict[str, nw.Expr] = {}
    if LEFT_DAY in names:
        dated = ~still & ~unknown & (nw.col("undated__leaving") == 0)
        columns[LEFT_DAY] = nw.when(dated).then(nw.col("last__leaving"))
    if RELIANCE_STATUS in names:
        gone = nw.when(~unknown).then(nw.lit(DISENGAGED))
        columns[RELIANCE_STATUS] = nw.when(still).then(nw.lit(ENGAGED)).otherwise(gone)
    return frame.with_columns(**columns).drop("still__engaged", "unknown__engaged", "undated__leaving", "last__leaving")


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
