"""Changing the unit to a finer one: every member that a table tells of becomes a unit, with the dates of its case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw

from ...base.errors import CaseDataError
from ...base.language import tr, trn
from ..children import MEMBER_COLUMNS
from ..procedure import Procedure
from ..standing import outcome_rank


class Parted(NamedTuple):
    """Milestones per member.

    Attributes
    ----------
    milestones : lazy frame
        ``unit_id`` is the id of the case and that of the member.
    attributes, numeric : tuple of str
        Those of the case and of the member, and which of them are numbers.
    n : int
        Members, times the frequency of their case.
    without : int
        Cases of which no member is told; they are no unit of the finer kind.
    """

    milestones: nw.LazyFrame[Any]
    attributes: tuple[str, ...]
    numeric: tuple[str, ...]
    n: int
    without: int


def parted(
    milestones: nw.LazyFrame[Any],
    members: nw.LazyFrame[Any],
    *,
    unit: str,
    procedure: Procedure,
    attributes: Sequence[str],
    numeric: Sequence[str],
    dated: Sequence[str],
    roles: Sequence[str],
    own_endings: bool,
    repeated: bool,
) -> Parted:
    """Return milestones per member of a case.

    A member has the stages of its case, and its attributes unless it has one of that name of its own. With
    ``own_endings`` it ended as its own row says and is pending where that says nothing; the endings of the other
    members are none of its own. Otherwise it ended as its case did.

    Parameters
    ----------
    milestones : lazy frame
    members : lazy frame
        ``unit_id, member_id, outcome, outcome_day`` and attributes.
    unit : str
        What a case is called, for the link by which members become cases again.
    own_endings : bool
        Whether the members' table tells endings.
    repeated : bool
        Whether a row of the milestones stands for several cases.

    Raises
    ------
    CaseDataError
        When a member of a case has several rows, or a row names no member.
    """
    _ensure_told_apart(members)
    schema = members.collect_schema()
    described = tuple(one for one in schema.names() if one not in MEMBER_COLUMNS)
    names = milestones.collect_schema().names()
    ours = members.select(
        "unit_id",
        "member_id",
        **{f"own__{one}": nw.col(one) for one in (*described, "outcome", "outcome_day")},
    )
    frame = milestones.join(ours, on="unit_id", how="inner")
    columns: dict[str, nw.Expr] = {one: nw.col(f"own__{one}") for one in described}
    columns[f"link__{unit}"] = nw.col("unit_id")
    columns["unit_id"] = nw.concat_str([nw.col("unit_id"), nw.col("member_id")], separator="|")
    frame = frame.with_columns(**columns)
    if own_endings:
        frame = _with_own_ending(frame, procedure, dated, roles, names)
    new = tuple(one for one in described if one not in names)
    links = [f"link__{unit}"] if f"link__{unit}" not in names else []
    kept = [one for one in names if one not in {"conclusion_said", "conclusion_day"}]
    numbers = {one for one in numeric if one not in described} | {one for one in described if schema[one].is_numeric()}
    every = (*attributes, *new)
    frame = frame.select(*kept, *new, *links)
    count = nw.col("frequency").sum() if repeated else nw.len()
    n = int(frame.select(n=count).collect().get_column("n")[0] or 0)
    told = members.select("unit_id", told=nw.lit(1)).unique()
    alone = milestones.join(told, on="unit_id", how="left").filter(nw.col("told").is_null())
    without = int(alone.select(n=count).collect().get_column("n")[0] or 0)
    return Parted(frame, every, tuple(one for one in every if one in numbers), n, without)


def handed_on(frame: nw.LazyFrame[Any], members: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return events or support spells of the cases once for every member."""
    names = frame.collect_schema().names()
    joined = frame.join(members.select("unit_id", "member_id"), on="unit_id", how="inner")
    whole = nw.concat_str([nw.col("unit_id"), nw.col("member_id")], separator="|")
    return joined.with_columns(unit_id=whole).select(*names)


def _with_own_ending(
    frame: nw.LazyFrame[Any], procedure: Procedure, dated: Sequence[str], roles: Sequence[str], names: Sequence[str]
) -> nw.LazyFrame[Any]:
    """Return the frame in which a member stands as its own row says."""
    ended = nw.col("own__outcome").is_in(list(procedure.outcomes)).fill_null(value=False)
    frame = frame.with_columns(
        outcome=nw.when(ended).then(nw.col("own__outcome")), outcome_day=nw.when(ended).then(nw.col("own__outcome_day"))
    )
    days: dict[str, nw.Expr] = {}
    for one in (each for each in dated if each in procedure.outcomes):
        held = nw.col("outcome") == one
        # its own day, or that of the case where the case ended so too
        days[f"first__{one}"] = nw.when(held).then(nw.coalesce(nw.col("own__outcome_day"), nw.col(f"first__{one}")))
    for role in roles:
        classes = {procedure.class_of(one) for one in procedure.resolve(role) if one in procedure.outcomes}
        alike = [one for one in procedure.outcomes if procedure.class_of(one) in classes]
        if alike:
            days[f"first__{role}"] = nw.when(nw.col("outcome").is_in(alike)).then(nw.col(f"first__{role}"))
    fallback = [nw.when(nw.col("outcome") == one).then(nw.col(f"first__{one}")) for one in _endings(dated, procedure)]
    frame = frame.with_columns(**days)
    day = nw.coalesce(nw.col("outcome_day"), *fallback) if fallback else nw.col("outcome_day")
    frame = frame.with_columns(outcome_day=day).with_columns(outcome_rank=outcome_rank(procedure))
    return frame.with_columns(set_aside=nw.lit(0, dtype=nw.Int64)) if "set_aside" in names else frame


def _endings(dated: Sequence[str], procedure: Procedure) -> list[str]:
    return [one for one in dated if one in procedure.outcomes]


def missing_endings(members: nw.LazyFrame[Any], procedure: Procedure, dated: Sequence[str]) -> tuple[str, ...]:
    """Return the endings of members that no case has a column of, in the order of the procedure."""
    found = members.select("outcome").unique().collect().get_column("outcome").to_list()
    return tuple(one for one in procedure.outcomes if one in found and one not in dated)


def with_columns_of(milestones: nw.LazyFrame[Any], states: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return milestones with an empty column of days for each of ``states``."""
    empty: Mapping[str, nw.Expr] = {f"first__{one}": nw.lit(None, dtype=nw.Int32) for one in states}
    return milestones.with_columns(**empty) if empty else milestones


def _ensure_told_apart(members: nw.LazyFrame[Any]) -> None:
    no_id = nw.col("member_id").is_null()
    rows = members.filter(~no_id).group_by("unit_id", "member_id").agg(n=nw.len())
    found = rows.select(n=nw.col("n").sum(), pairs=nw.len()).collect()
    repeated = int(found.get_column("n")[0] or 0) - int(found.get_column("pairs")[0] or 0)
    without = int(members.select(n=no_id.cast(nw.Int64).sum()).collect().get_column("n")[0] or 0)
    if repeated + without:
        raise CaseDataError(
            trn(
                "{n} row of the members' table repeats a member of its case, or names none.",
                "{n} rows of the members' table repeat a member of their case, or name none.",
                repeated + without,
            ),
            tr("Name in 'member' the columns that tell the members of one case apart, and keep one row of each."),
        )
