"""Event logs and linked stage tables become milestones: first day per state, and how the unit stands."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from ..base.errors import MappingError
from ..base.language import tr
from ..base.levels import PENDING
from .collapse import collapsed
from .mappings.mapping import CaseMapping, OutcomePart, StagePart
from .procedure import Procedure
from .standing import ORDERS, day_that_counts, last_state_key, stood
from .typed import Typing
from .wide import Made, state_of


def event_rows(typing: Typing, mapping: CaseMapping, procedure: Procedure) -> tuple[nw.LazyFrame[Any], bool]:
    """Return the typed event log and whether it has an order within a day."""
    spec = mapping.events
    if spec is None:
        raise TypeError("no events section")
    state = state_of(procedure, "events.state.labels")
    typing.label(spec.state, name="state", where="events.state", known=procedure.ids, state=state)
    if not typing.day(spec.date, name="day", where="events.date", precision="precision"):
        typing.source.add("precision", nw.lit("day"))
    if spec.date.notified is not None:
        notified = spec.date.model_copy(update={"column": spec.date.notified, "notified": None, "precision": None})
        coarse = typing.day(notified, name="notified_day", where="events.date", precision="notified_precision")
    else:
        typing.source.add("notified_day", nw.lit(None, dtype=nw.Int32))
        coarse = False
    if not coarse:
        typing.source.add("notified_precision", nw.lit("day"))
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
    coarse = ended_coarse = False
    if spec.date is not None:
        coarse = typing.day(spec.date, name="day", where=f"{where}.date", precision="precision")
    else:
        typing.source.add("day", nw.lit(None, dtype=nw.Int32))
    outcome: OutcomePart | None = spec.outcome
    if outcome is not None:
        known = (*procedure.ids, PENDING)
        meant = state_of(procedure, f"{where}.outcome.labels")
        typing.label(outcome, name="label", where=f"{where}.outcome", known=known, state=meant)
        if outcome.date is not None:
            ended_coarse = typing.day(
                outcome.date, name="outcome_date", where=f"{where}.outcome.date", precision="outcome_precision"
            )
    frame = typing.source.lazy().filter(~nw.col("unit_id").is_null())
    rows = []
    if spec.state is not None:
        one = state_of(procedure, f"{where}.state")(spec.state)
        rows.append(_long(frame, nw.lit(one), nw.col("day"), _precision("precision", coarse)))
    if outcome is not None:
        ended = frame.filter(~nw.col("label").is_null() & (nw.col("label") != PENDING))
        if outcome.date is not None:
            day, precision = nw.col("outcome_date"), _precision("outcome_precision", ended_coarse)
        else:
            day, precision = nw.col("day"), _precision("precision", coarse)
        rows.append(_long(ended, nw.col("label"), day, precision))
    return rows


def milestones_of_events(
    long: nw.LazyFrame[Any], procedure: Procedure, *, described: tuple[str, ...], ordered: bool, cutoff_day: int
) -> Made:
    """Return what :func:`wide_milestones` returns, from one row per event.

    Of an attribute that varies within a unit the smallest recorded value is kept, whichever event it stands with.
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
        rank = nw.when(nw.col("state") == one).then(nw.lit(procedure.state(one).rank)).otherwise(rank)
    endings = tuple(one for one in dated if one in procedure.outcomes)
    weighing = tuple(one for one in dated if one not in procedure.aftermath) if endings else ()
    ends = nw.col("state").is_in(list(endings))
    day = day_that_counts(nw.col("day"), ends=ends, cutoff_day=cutoff_day)
    keyed = long.with_columns(rank=rank).with_columns(
        key=last_state_key(day, nw.col("rank"), nw.col("seq") if ordered else None),
        undated_rank=nw.when(nw.col("day").is_null() & ends).then(nw.col("rank")),
    )
    columns: dict[str, nw.Expr] = {
        f"first__{one}": nw.when(nw.col("state") == one).then(nw.col("day")) for one in dated
    }
    columns |= {f"last__{one}": columns[f"first__{one}"] for one in endings}
    columns |= {f"seen__{one}": (nw.col("state") == one).cast(nw.Int64) for one in seen}
    columns |= {f"key__{one}": nw.when(nw.col("state") == one).then(nw.col("key")) for one in weighing}
    made = collapsed(
        keyed.with_columns(**columns),
        described,
        nw.col("undated_rank").max(),
        *[nw.col(one).min() if one.startswith("first__") else nw.col(one).max() for one in columns],
    )
    made = made.with_columns(set_aside=_set_aside(procedure, weighing))
    made = stood(made, procedure, weighing)
    # An ending without a date stands, but nobody can say since when.
    outcome, day = nw.col("outcome"), nw.lit(None, dtype=nw.Int32)
    for one in endings:
        day = nw.when(nw.col("outcome") == one).then(nw.col(f"last__{one}")).otherwise(day)
        outcome = nw.when(nw.col("undated_rank") == procedure.state(one).rank).then(nw.lit(one)).otherwise(outcome)
    since = nw.when(nw.col("undated_rank").is_null()).then(day)
    milestones = made.with_columns(outcome=outcome, outcome_day=since).drop(
        "undated_rank", *[f"last__{one}" for one in endings]
    )
    events = long.select("unit_id", "seq", "day", "state", "precision", "notified_day", "notified_precision")
    return milestones, events, dated, seen, ()


def _set_aside(procedure: Procedure, states: tuple[str, ...]) -> nw.Expr:
    """Return 1 for a unit that went back to a stage before the verdict after it had one: the verdict was set aside."""
    verdicts = [nw.col(f"key__{one}") for one in states if one in procedure.verdicts]
    before = [nw.col(f"key__{one}") for one in states if one in procedure.road]
    if not verdicts or not before:
        return nw.lit(0, dtype=nw.Int64)
    latest = [one[0] if len(one) == 1 else nw.max_horizontal(*one) for one in (before, verdicts)]
    return nw.when(latest[0] > latest[1]).then(nw.lit(1)).otherwise(nw.lit(0))


def _precision(column: str, coarse: bool) -> nw.Expr:
    return nw.col(column) if coarse else nw.lit("day")


def _long(frame: nw.LazyFrame[Any], state: nw.Expr, day: nw.Expr, precision: nw.Expr) -> nw.LazyFrame[Any]:
    return frame.select(
        nw.col("unit_id"),
        seq=nw.lit(0, dtype=nw.Int64),
        day=day.cast(nw.Int32),
        state=state.cast(nw.String),
        precision=precision,
        notified_day=nw.lit(None, dtype=nw.Int32),
        notified_precision=nw.lit("day"),
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
