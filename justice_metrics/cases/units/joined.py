"""Cases that were joined into others, or split off from them: each counted once, none lost, the first dates kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw

from ...base.levels import MISSING_LEVELS
from ..intake import Joining, Sampling
from ..mappings.children import TIES
from ..procedure import Procedure
from .exactness import exact_keys, with_exactness

Kept: TypeAlias = Callable[[nw.LazyFrame[Any]], nw.LazyFrame[Any]]

# Following the file into which a file was joined, and again, doubles the reach: chains of so many files end.
_DOUBLINGS: Final = 4
# Classes of endings that decide nothing.
_HANDED_ON: Final = frozenset({"transfer", "other"})
# Files split off from files that were split off.
_GENERATIONS: Final = 3


class Columns(NamedTuple):
    """What the columns of milestones hold.

    Attributes
    ----------
    texts : tuple of str
        Attributes.
    stages : tuple of str
        Stages and roles of stages: their first day is the first in any file of the proceeding.
    seen : tuple of str
        Stages that are seen without a date.
    endings : tuple of str
        Outcomes by which a case is decided, not handed on: what ends a file because it was joined is none.
    """

    texts: tuple[str, ...]
    stages: tuple[str, ...]
    seen: tuple[str, ...]
    endings: tuple[str, ...]

    @classmethod
    def of(
        cls,
        procedure: Procedure,
        *,
        attributes: Sequence[str],
        dated: Sequence[str],
        roles: Sequence[str],
        seen: Sequence[str],
    ) -> Columns:
        """Tell stages from endings: an ending is that of the leading file only."""
        ends = set(procedure.outcomes)
        return cls(
            tuple(attributes),
            tuple(one for one in (*dated, *roles) if not set(procedure.resolve(one)) & ends),
            tuple(one for one in seen if one not in ends),
            tuple(one for one in procedure.outcomes if procedure.class_of(one) not in _HANDED_ON),
        )


def leading_cases(
    pairs: nw.LazyFrame[Any], milestones: nw.LazyFrame[Any], *, kept: Kept
) -> tuple[nw.LazyFrame[Any], Joining]:
    """Return the leading case of each joined one, and what was met.

    Parameters
    ----------
    pairs : lazy frame
        ``unit_id, into``: a case of the data and the one into which it was joined. A chain of joinings is followed to
        its end; of several joinings of one case the one with the smallest id stands.
    milestones : lazy frame
    kept : callable
        Computes a frame once, where its engine can.

    Returns
    -------
    lazy frame
        ``unit_id, leading``, for the cases that count with another one.
    """
    pairs = _told(pairs, "into")
    followed = kept(pairs.group_by("unit_id").agg(nw.col("into").min()))
    first = followed
    for _ in range(_DOUBLINGS):
        onward = followed.select(into=nw.col("unit_id"), further=nw.col("into"))
        step = followed.join(onward, on="into", how="left")
        followed = kept(step.select("unit_id", into=nw.coalesce(nw.col("further"), nw.col("into"))))
    again = first.select(into=nw.col("unit_id"), again=nw.lit(1))
    there = milestones.select(into=nw.col("unit_id"), there=nw.lit(1))
    ends = kept(followed.join(again, on="into", how="left").join(there, on="into", how="left"))
    circle, known = ~nw.col("again").is_null(), ~nw.col("there").is_null()
    found = ends.select(
        circle=circle.cast(nw.Int64).sum(),
        elsewhere=(~circle & ~known).cast(nw.Int64).sum(),
        joined=(~circle & known).cast(nw.Int64).sum(),
    ).collect()
    number = {one: int(found.get_column(one)[0] or 0) for one in ("circle", "elsewhere", "joined")}
    return (
        ends.filter(~circle & known).select("unit_id", leading=nw.col("into")),
        Joining(joined=number["joined"], joined_elsewhere=number["elsewhere"], joined_in_circle=number["circle"]),
    )


def with_joined(milestones: nw.LazyFrame[Any], leading: nw.LazyFrame[Any], columns: Columns) -> nw.LazyFrame[Any]:
    """Return milestones in which joined cases are part of their leading case.

    A stage was reached on the first day in any of the files. Everything else is that of the leading file, in which the
    proceeding goes on: how it stands, weights, whether the victim takes part. An attribute that the leading file does
    not tell is taken from the others.
    """
    names = [one for one in milestones.collect_schema().names() if one != "unit_id"]
    first = {f"first__{one}" for one in columns.stages}
    seen = {f"seen__{one}" for one in columns.seen}
    keys = exact_keys([*first, *[one for one in names if f"first__{one.removeprefix('exact__')}" in first]])
    of_stages = {f"exact__{key.removeprefix('exactkey__')}" for key in keys}
    frame = milestones.join(leading, on="unit_id", how="left")
    leads = nw.col("leading").is_null()
    schema = milestones.collect_schema()
    told = {one: _recorded(one, text=schema[one] == nw.String) for one in columns.texts}
    frame = frame.with_columns(
        unit__whole=nw.coalesce(nw.col("leading"), nw.col("unit_id")),
        **{f"lead__{one}": nw.when(leads).then(nw.col(one)) for one in names if one not in first | seen},
        **{f"told__{one}": nw.when(is_told).then(nw.col(one)) for one, is_told in told.items()},
        **keys,
    )
    made = frame.group_by("unit__whole").agg(
        *[nw.col(one).min() for one in (*sorted(first), *keys)],
        *[nw.col(one).max() for one in sorted(seen)],
        *[nw.col(f"lead__{one}").min() for one in names if one not in first | seen],
        *[nw.col(f"told__{one}").min() for one in told],
    )
    leading_told = {
        one: nw.when(_recorded(f"lead__{one}", text=schema[one] == nw.String)).then(nw.col(f"lead__{one}"))
        for one in told
    }
    settled = {
        one: nw.coalesce(leading_told[one], nw.col(f"told__{one}"), nw.col(f"lead__{one}"))
        if one in told
        else nw.col(f"lead__{one}")
        for one in names
        if one not in first | seen | of_stages
    }
    made = with_exactness(made.with_columns(unit_id=nw.col("unit__whole"), **settled), keys)
    return made.select("unit_id", *names)


def with_origin(
    milestones: nw.LazyFrame[Any], pairs: nw.LazyFrame[Any], columns: Columns, *, start: str, kept: Kept
) -> tuple[nw.LazyFrame[Any], int, int]:
    """Return milestones in which a case that was split off has the stages that its origin reached before.

    Parameters
    ----------
    pairs : lazy frame
        ``unit_id, origin, day``: the day of the splitting, or else the first day of the new file, is the last on which
        a stage of the origin is one of the new case too.

    Returns
    -------
    lazy frame, int, int
        Milestones, how many cases have their origin in the data, and how many have it elsewhere.
    """
    pairs = _told(pairs, "origin").group_by("unit_id").agg(nw.col("origin").min(), nw.col("day").min())
    pairs = kept(pairs.select("unit_id", "origin", split__day=nw.col("day")))
    there = milestones.select(origin=nw.col("unit_id"), there=nw.lit(1))
    known = nw.col("there").is_null()
    found = pairs.join(there, on="origin", how="left").select(n=nw.len(), gone=known.cast(nw.Int64).sum()).collect()
    n, elsewhere = (int(found.get_column(one)[0] or 0) for one in ("n", "gone"))
    names = milestones.collect_schema().names()
    frame = milestones
    for _ in range(_GENERATIONS if _several_generations(pairs) else 1):
        frame = kept(_taken_over(frame, pairs, columns, names, start))
    return frame, n - elsewhere, elsewhere


class Tied(NamedTuple):
    """Case data after joining and splitting."""

    milestones: nw.LazyFrame[Any]
    events: nw.LazyFrame[Any]
    support: nw.LazyFrame[Any] | None
    hanging: Mapping[str, nw.LazyFrame[Any]]
    joining: Joining
    leading: nw.LazyFrame[Any] | None


def tied(
    milestones: nw.LazyFrame[Any],
    *,
    events: nw.LazyFrame[Any],
    support: nw.LazyFrame[Any] | None,
    hanging: Mapping[str, nw.LazyFrame[Any]],
    columns: Columns,
    start: str,
    kept: Kept,
) -> Tied:
    """Bring together what belongs together, where the tables ``joined`` and ``split`` say so; these two go.

    A case that was split off stays a unit of its own, with the dates that it shares with its origin. Splitting comes
    first, so that a case that was joined later hands these dates on.
    """
    joining = Joining()
    whole: nw.LazyFrame[Any] | None = None
    if "split" in hanging:
        milestones, n, elsewhere = with_origin(milestones, hanging["split"], columns, start=start, kept=kept)
        joining = replace(joining, split=n, split_elsewhere=elsewhere)
    if "joined" in hanging:
        leading, found = leading_cases(hanging["joined"], milestones, kept=kept)
        joining = replace(found, split=joining.split, split_elsewhere=joining.split_elsewhere)
        if found.joined:
            leading = whole = kept(leading)
            joining = replace(joining, joined_ended=_untold_endings(milestones, leading, columns))
            milestones = kept(with_joined(milestones, leading, columns))
            events = relabelled(events, leading)
            support = None if support is None else relabelled(support, leading)
            hanging = {name: relabelled(one, leading) for name, one in hanging.items()}
    others = {name: one for name, one in hanging.items() if name not in TIES}
    return Tied(milestones, events, support, others, joining, whole)


def _untold_endings(milestones: nw.LazyFrame[Any], leading: nw.LazyFrame[Any], columns: Columns) -> int:
    """Return how many joined cases had been decided otherwise than their leading case, which tells the ending."""
    own = milestones.select("unit_id", own=nw.col("outcome")).join(leading, on="unit_id", how="inner")
    theirs = milestones.select(leading=nw.col("unit_id"), theirs=nw.col("outcome"))
    both = own.join(theirs, on="leading", how="left")
    alike = (nw.col("own") == nw.col("theirs")).fill_null(value=False)
    untold = nw.col("own").is_in(list(columns.endings)).fill_null(value=False) & ~alike
    return int(both.select(n=untold.cast(nw.Int64).sum()).collect().get_column("n")[0] or 0)


def relabelled(frame: nw.LazyFrame[Any], leading: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return rows that hang on cases with the id of the leading case in place of that of a joined one."""
    names = frame.collect_schema().names()
    whole = nw.coalesce(nw.col("leading"), nw.col("unit_id"))
    return frame.join(leading, on="unit_id", how="left").with_columns(unit_id=whole).select(*names)


def units_of(milestones: nw.LazyFrame[Any], sampling: Sampling) -> int:
    """Return how many units milestones hold."""
    count = nw.col("frequency").sum() if sampling.repeated else nw.len()
    return int(milestones.select(n=count).collect().get_column("n")[0] or 0)


def _taken_over(
    frame: nw.LazyFrame[Any], pairs: nw.LazyFrame[Any], columns: Columns, names: Sequence[str], start: str
) -> nw.LazyFrame[Any]:
    days = [f"first__{one}" for one in columns.stages]
    exact = [one for one in (f"exact__{each}" for each in columns.stages) if one in names]
    origin = frame.select(origin=nw.col("unit_id"), **{f"origin__{one}": nw.col(one) for one in (*days, *exact)})
    wide = frame.join(pairs, on="unit_id", how="left").join(origin, on="origin", how="left")
    own_start = f"first__{start}"
    last = nw.coalesce(nw.col("split__day"), nw.col(own_start)) if own_start in names else nw.col("split__day")
    wide = wide.with_columns(split__last=last)
    taken = {}
    for day in days:
        theirs = nw.col(f"origin__{day}")
        before = (theirs <= nw.col("split__last")).fill_null(value=False)
        if day == own_start:
            before = before | nw.col("split__last").is_null()
        earlier = nw.col(day).is_null() | (theirs < nw.col(day))
        taken[day] = before & earlier & ~theirs.is_null()
    wide = wide.with_columns(**{f"taken__{day}": flag.fill_null(value=False) for day, flag in taken.items()})
    made = {day: nw.when(nw.col(f"taken__{day}")).then(nw.col(f"origin__{day}")).otherwise(nw.col(day)) for day in days}
    for one in exact:
        day = f"first__{one.removeprefix('exact__')}"
        made[one] = nw.when(nw.col(f"taken__{day}")).then(nw.col(f"origin__{one}")).otherwise(nw.col(one))
    return wide.with_columns(**made).select(*names)


def _several_generations(pairs: nw.LazyFrame[Any]) -> bool:
    found = pairs.select(unit_id=nw.col("origin")).join(pairs.select("unit_id"), on="unit_id", how="inner")
    return int(found.select(n=nw.len()).collect().get_column("n")[0] or 0) > 0


def _told(pairs: nw.LazyFrame[Any], column: str) -> nw.LazyFrame[Any]:
    """Return the rows that name another case."""
    named = ~nw.col(column).is_null() & ~nw.col("unit_id").is_null()
    return pairs.filter(named & (nw.col(column) != "") & (nw.col(column) != nw.col("unit_id")))


def _recorded(column: str, *, text: bool) -> nw.Expr:
    known = ~nw.col(column).is_null()
    return known & ~nw.col(column).fill_null("").is_in(list(MISSING_LEVELS)) if text else known
