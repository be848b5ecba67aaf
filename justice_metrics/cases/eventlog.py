"""Event logs and linked stage tables become milestones: first day per state, and how the unit stands."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from ..base.errors import MappingError
from ..base.language import tr
from .mapping import CaseMapping, OutcomePart, StagePart
from .procedure import Procedure
from .standing import ORDERS, decoded, last_state_key
from .typed import Typing
from .wide import Made


def event_rows(typing: Typing, mapping: CaseMapping, procedure: Procedure) -> tuple[nw.LazyFrame[Any], bool]:
    """Return the typed event log and whether it has an order within a day."""
    spec = mapping.events
    if spec is None:
        raise TypeError("no events section")
    typing.label(spec.state, name="state", where="events.state", known=procedure.ids)
    typing.day(spec.date, name="day", where="events.date")
    if spec.date.notified is not None:
        notified = spec.date.model_copy(update={"column": spec.date.notified, "notified": None})
        typing.day(notified, name="notified_day", where="events.date")
    else:
        typing.source.add("notified_day", nw.lit(None, dtype=nw.Int32))
    if spec.order is not None:
        typing.number(typing.source.need(spec.order, where="events.order"), name="seq", kind="integer")
    else:
        typing.source.add("seq", nw.lit(0, dtype=nw.Int64))
    return typing.source.lazy().filter(
        ~nw.col("state").is_null() & ~nw.col("unit_id").is_null()
    ), spec.order is not None


def stage_rows(typing: Typing, spec: StagePart, place: int, procedure: Procedure) -> list[nw.LazyFrame[Any]]:
    """Return the event rows of one stage table: one per row for its state, one for its outcome."""
    where = f"stages.{place + 1}"
    if spec.date is not None:
        typing.day(spec.date, name="day", where=f"{where}.date")
    else:
        typing.source.add("day", nw.lit(None, dtype=nw.Int32))
    outcome: OutcomePart | None = spec.outcome
    if outcome is not None:
        typing.label(outcome, name="label", where=f"{where}.outcome", known=(*procedure.ids, "pending"))
        if outcome.date is not None:
            typing.day(outcome.date, name="outcome_date", where=f"{where}.outcome.date")
    frame = typing.source.lazy().filter(~nw.col("unit_id").is_null())
    rows = []
    if spec.state is not None:
        states = procedure.resolve(spec.state)
        if len(states) > 1:
            raise MappingError(
                tr("{where}: '{state}' is a role of several states.", where=f"{where}.state", state=spec.state),
                tr("Name one of: {states}.", states=list(states)),
            )
        rows.append(_long(frame, nw.lit(states[0]), nw.col("day")))
    if outcome is not None:
        ended = frame.filter(~nw.col("label").is_null() & (nw.col("label") != "pending"))
        day = nw.col("outcome_date") if outcome.date is not None else nw.col("day")
        rows.append(_long(ended, nw.col("label"), day))
    return rows


def milestones_of_events(
    long: nw.LazyFrame[Any], procedure: Procedure, *, described: tuple[str, ...], ordered: bool
) -> Made:
    """Return what :func:`wide_milestones` returns, from one row per event.

    Of an attribute that varies within a unit the smallest value is kept, whichever event it stands with.
    """
    found = (
        long.group_by("state")
        .agg(
            n=nw.len(),
            undated=nw.col("day").is_null().cast(nw.Int64).sum(),
            most=nw.col("seq").max(),
            least=nw.col("seq").min(),
        )
        .collect()
    )
    occurring = set(found.get_column("state").to_list())
    undated = dict(zip(found.get_column("state").to_list(), found.get_column("undated").to_list(), strict=True))
    _check_order(found)
    dated = tuple(one for one in procedure.ids if one in occurring)
    seen = tuple(one for one in dated if int(undated[one]))
    rank: nw.Expr = nw.lit(None, dtype=nw.Int64)
    for one in dated:
        if one not in procedure.aftermath:
            rank = nw.when(nw.col("state") == one).then(nw.lit(procedure.state(one).rank)).otherwise(rank)
    keyed = long.with_columns(rank=rank)
    key = last_state_key(nw.col("day"), nw.col("rank"), nw.col("seq") if ordered else None)
    ends = nw.col("state").is_in(list(procedure.outcomes))
    keyed = keyed.with_columns(
        last_key=key,
        undated_rank=nw.when(nw.col("day").is_null() & ends).then(nw.col("rank")),
        **{f"first__{one}": nw.when(nw.col("state") == one).then(nw.col("day")) for one in dated},
        **{f"seen__{one}": (nw.col("state") == one).cast(nw.Int64) for one in seen},
    )
    milestones = keyed.group_by("unit_id").agg(
        *[nw.col(one).min() for one in described],
        *[nw.col(f"first__{one}").min() for one in dated],
        *[nw.col(f"seen__{one}").max() for one in seen],
        nw.col("last_key").max(),
        nw.col("undated_rank").max(),
    )
    # An ending without a date stands, but nobody can say since when.
    stands = decoded(procedure, nw.col("last_key"))
    late = decoded(procedure, nw.col("undated_rank"))["outcome"]
    no_date = ~nw.col("undated_rank").is_null()
    milestones = milestones.with_columns(
        outcome=nw.when(no_date).then(late).otherwise(stands["outcome"]),
        outcome_day=nw.when(~no_date).then(stands["outcome_day"]),
    ).drop("last_key", "undated_rank")
    events = long.select("unit_id", "seq", "day", "state", "notified_day")
    return milestones, events, dated, seen, ()


def _long(frame: nw.LazyFrame[Any], state: nw.Expr, day: nw.Expr) -> nw.LazyFrame[Any]:
    return frame.select(
        nw.col("unit_id"),
        seq=nw.lit(0, dtype=nw.Int64),
        day=day.cast(nw.Int32),
        state=state.cast(nw.String),
        notified_day=nw.lit(None, dtype=nw.Int32),
    )


def _check_order(found: nw.DataFrame[Any]) -> None:
    most = [one for one in found.get_column("most").to_list() if one is not None]
    least = [one for one in found.get_column("least").to_list() if one is not None]
    if most and (int(max(most)) >= ORDERS or int(min(least)) < 0):
        raise MappingError(
            tr(
                "The order of events ('order' in [events]) goes from {least} to {most}; allowed are 0 to {limit}.",
                least=int(min(least)),
                most=int(max(most)),
                limit=ORDERS - 1,
            ),
            tr("Number the events within each case."),
        )
