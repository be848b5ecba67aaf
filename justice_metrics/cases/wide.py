"""A wide table, one row per unit with a date per stage, becomes milestones and events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import narwhals.stable.v2 as nw

from ..base.errors import MappingError
from ..base.language import tr
from ..base.levels import PENDING
from .calendar import day_number
from .mappings.mapping import CaseMapping
from .procedure import Procedure
from .standing import with_standing
from .typed import Typing

Made = tuple[nw.LazyFrame[Any], nw.LazyFrame[Any], tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def wide_milestones(typing: Typing, mapping: CaseMapping, procedure: Procedure, *, few_rows: bool = False) -> Made:
    """Return milestones, events, dated states, states seen without a date, and roles with a date of their own.

    A date that is given for a role which several states play (a verdict is a conviction or an acquittal) goes to the
    state whose class the outcome has, and in any case to the role itself. Of a table with few rows everything is
    derived once, as its many columns cost more than its rows.
    """
    source = typing.source
    own, roles, notified, coarse = _type_dates(typing, mapping, procedure)
    labelled, ended_coarse = _type_outcome(typing, mapping, procedure)
    frame = source.lazy()
    frame = _with_outcome(frame, mapping, procedure, labelled)
    outcomes = tuple(one for one in labelled if one in procedure.outcomes)
    days = _state_days(procedure, own, roles, outcomes)
    if outcomes:
        known = [days[one] for one in outcomes]
        fallback = nw.coalesce(
            *[nw.when(nw.col("outcome") == one).then(day) for one, day in zip(outcomes, known, strict=True)]
        )
        frame = frame.with_columns(outcome_day=nw.coalesce(nw.col("outcome_day"), fallback))
    columns = {f"first__{one}": day for one, day in days.items()}
    for one in outcomes:
        held = nw.when(nw.col("outcome") == one).then(nw.col("outcome_day"))
        columns[f"first__{one}"] = nw.coalesce(columns[f"first__{one}"], held)
    columns |= {f"first__{role}": nw.col(f"day__{role}") for role in roles}
    columns |= _as_written(mapping, outcomes)
    seen = tuple(one for one in labelled if one not in procedure.outcomes)
    columns |= {f"seen__{one}": (nw.col("label") == one).cast(nw.Int64).fill_null(0) for one in seen}
    frame = frame.with_columns(**columns)
    if mapping.outcome is None:
        # Without an outcome column the latest dated state says how the unit stands.
        cutoff_day = day_number(mapping.cases.cutoff)
        frame = with_standing(frame, procedure, tuple(days), cutoff_day=cutoff_day)
    precision = _precisions(procedure, tuple(days), own, roles, coarse, outcomes, ended_coarse=ended_coarse)
    exact = {f"exact__{one}": expr for one, expr in precision.items()}
    exact |= {f"exact__{role}": nw.col(f"precision__{role}") for role in roles if role in coarse}
    if ended_coarse:
        exact["exact__conclusion"] = nw.col("precision__outcome_date")
    frame = frame.with_columns(**exact) if exact else frame
    if few_rows:
        # the events are as many selections of this frame as there are states; of a wide table each is dear to plan
        frame = source.kept(frame)
    kept = [
        name
        for name in frame.collect_schema().names()
        if not name.startswith(("day__", "notified__", "precision__", "label"))
    ]
    events = _events(frame, tuple(days), notified, precision, procedure)
    return frame.select(*kept), events, tuple(days), seen, tuple(roles)


def _type_dates(
    typing: Typing, mapping: CaseMapping, procedure: Procedure
) -> tuple[tuple[str, ...], Mapping[str, tuple[str, ...]], tuple[str, ...], tuple[str, ...]]:
    own: list[str] = []
    roles: dict[str, tuple[str, ...]] = {}
    notified: list[str] = []
    coarse: list[str] = []
    for word, spec in mapping.dates.items():
        states = procedure.resolve(word)
        name = states[0] if len(states) == 1 else word
        if typing.day(spec, name=f"day__{name}", where=f"dates.{word}", precision=f"precision__{name}"):
            coarse.append(name)
        if spec.notified is not None:
            by_whom = spec.model_copy(update={"column": spec.notified, "notified": None, "precision": None})
            exact, named = f"notified__exact__{name}", f"notified__{name}"
            if not typing.day(by_whom, name=named, where=f"dates.{word}", precision=exact):
                typing.source.add(exact, nw.lit("day"))
            notified.append(name)
        if len(states) == 1:
            own.append(name)
        else:
            roles[word] = states
    return tuple(own), roles, tuple(notified), tuple(coarse)


def _type_outcome(typing: Typing, mapping: CaseMapping, procedure: Procedure) -> tuple[tuple[str, ...], bool]:
    """Type the outcome column; return the states its labels can mean, and whether a column says how exact days are."""
    if mapping.outcome is None:
        return (), False
    state = state_of(procedure, "outcome.labels")
    known = (*procedure.ids, PENDING)
    occurring = typing.label(mapping.outcome, name="label", where="outcome", known=known, state=state)
    coarse = False
    if mapping.outcome.date is not None:
        name, precision = "day__outcome_date", "precision__outcome_date"
        coarse = typing.day(mapping.outcome.date, name=name, where="outcome.date", precision=precision)
    meant = [*mapping.outcome.labels.values(), *([mapping.outcome.otherwise] if mapping.outcome.otherwise else [])]
    # Without labels the texts are ids: any outcome may stand there, and of the stages those that do.
    states = dict.fromkeys(map(state, meant) if meant else (*procedure.outcomes, *occurring))
    return tuple(one for one in states if one != PENDING), coarse


def state_of(procedure: Procedure, where: str) -> Callable[[str], str]:
    """Return what turns a word of the mapping at ``where`` into one state; a role that one state plays is that state.

    The function raises a MappingError when several states play the role: which of them was it?
    """

    def named(word: str) -> str:
        states = (word,) if word == PENDING else procedure.resolve(word)
        if len(states) > 1:
            raise MappingError(
                tr("{where}: '{state}' is a role of several states.", where=where, state=word),
                tr("Name one of: {states}.", states=list(states)),
            )
        return states[0]

    return named


def _with_outcome(
    frame: nw.LazyFrame[Any],
    mapping: CaseMapping,
    procedure: Procedure,
    labelled: tuple[str, ...],
) -> nw.LazyFrame[Any]:
    if mapping.outcome is None:
        return frame
    outcomes = [one for one in labelled if one in procedure.outcomes]
    held = nw.col("label").is_in(outcomes).fill_null(False)
    has_date = mapping.outcome.date is not None
    day = nw.when(held).then(nw.col("day__outcome_date")) if has_date else nw.lit(None, dtype=nw.Int32)
    return frame.with_columns(outcome=nw.when(held).then(nw.col("label")), outcome_day=day)


def _as_written(mapping: CaseMapping, outcomes: tuple[str, ...]) -> dict[str, nw.Expr]:
    """Return what the outcome columns say before it is made sense of; the rules of the check compare the two.

    ``conclusion_said`` is 2 for an outcome, 1 for pending or a stage, 0 where the cell says nothing that is understood;
    ``conclusion_day`` is the date beside it, also of a pending unit.
    """
    if mapping.outcome is None:
        return {}
    label = nw.col("label")
    ended = label.is_in(list(outcomes)).fill_null(False)
    said = nw.when(ended).then(nw.lit(2)).otherwise(nw.when(~label.is_null()).then(nw.lit(1)).otherwise(nw.lit(0)))
    written = {"conclusion_said": said.cast(nw.Int64)}
    if mapping.outcome.date is not None:
        written["conclusion_day"] = nw.col("day__outcome_date")
    return written


def _state_days(
    procedure: Procedure, own: tuple[str, ...], roles: Mapping[str, tuple[str, ...]], outcomes: tuple[str, ...]
) -> dict[str, nw.Expr]:
    """Return the day of each state from its own column, or from that of its role where the outcome's class agrees."""
    days: dict[str, nw.Expr] = {one: nw.col(f"day__{one}") for one in own}
    for role, states in roles.items():
        for state in states:
            alike = [one for one in outcomes if procedure.class_of(one) == procedure.class_of(state)]
            agrees = nw.col("outcome").is_in(alike).fill_null(False) if alike else nw.lit(value=False)
            of_role = nw.when(agrees).then(nw.col(f"day__{role}"))
            days[state] = nw.coalesce(days[state], of_role) if state in days else of_role
    for one in outcomes:
        days.setdefault(one, nw.lit(None, dtype=nw.Int32))
    order = [one for one in procedure.ids if one in days]
    return {one: days[one] for one in order}


def _precisions(
    procedure: Procedure,
    states: tuple[str, ...],
    own: tuple[str, ...],
    roles: Mapping[str, tuple[str, ...]],
    coarse: tuple[str, ...],
    outcomes: tuple[str, ...],
    *,
    ended_coarse: bool,
) -> dict[str, nw.Expr]:
    """Return how exact the day of each state is, from the column that gave the day; only where one may be coarse."""
    found: dict[str, nw.Expr] = {}
    for one in states:
        played = [role for role, those in roles.items() if one in those]
        columns = [*([one] if one in own else []), *played]
        by_outcome = ended_coarse and one in outcomes
        if not by_outcome and not set(columns) & set(coarse):
            continue
        alike = [name for name in outcomes if procedure.class_of(name) == procedure.class_of(one)]
        parts = []
        for name in columns:
            known = ~nw.col(f"day__{name}").is_null()
            if name in played:
                known = known & nw.col("outcome").is_in(alike).fill_null(False)
            said = nw.col(f"precision__{name}") if name in coarse else nw.lit("day")
            parts.append(nw.when(known).then(said))
        if by_outcome:
            parts.append(nw.when(nw.col("outcome") == one).then(nw.col("precision__outcome_date")))
        found[one] = nw.coalesce(*parts, nw.lit("day"))
    return found


def _events(
    frame: nw.LazyFrame[Any],
    states: tuple[str, ...],
    notified: tuple[str, ...],
    precision: Mapping[str, nw.Expr],
    procedure: Procedure,
) -> nw.LazyFrame[Any]:
    """Return one row per dated state; the order on one day is that of the procedure.

    The notice of a role that several states play is that of the state which the case came to.
    """
    notice = {
        one: one if one in notified else next((role for role in notified if one in procedure.resolve(role)), None)
        for one in states
    }
    rows = [
        frame.select(
            nw.col("unit_id"),
            seq=nw.lit(procedure.state(one).rank, dtype=nw.Int64),
            day=nw.col(f"first__{one}"),
            state=nw.lit(one),
            precision=precision.get(one, nw.lit("day")),
            notified_day=nw.lit(None, dtype=nw.Int32) if notice[one] is None else nw.col(f"notified__{notice[one]}"),
            notified_precision=nw.lit("day") if notice[one] is None else nw.col(f"notified__exact__{notice[one]}"),
        ).filter(~nw.col("day").is_null())
        for one in states
    ]
    return nw.concat(rows, how="vertical")
