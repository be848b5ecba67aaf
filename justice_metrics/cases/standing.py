"""How a unit stands at the cut-off: in its last ending, unless it went on from there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import narwhals.stable.v2 as nw

from .procedure import Procedure
from .procedure_graph import reachable

# A key is day * ORDERS + order, times RANKS, plus the state's rank: one integer that sorts by day, order, rank.
RANKS: Final = 1_024
ORDERS: Final = 1_048_576


def last_state_key(day: nw.Expr, rank: nw.Expr, order: nw.Expr | None = None) -> nw.Expr:
    """Return an integer that is larger the later a state was come to; null without a day."""
    placed = day.cast(nw.Int64) * ORDERS
    if order is not None:
        placed = placed + order.fill_null(0)
    return placed * RANKS + rank


def day_that_counts(day: nw.Expr, *, ends: nw.Expr, cutoff_day: int) -> nw.Expr:
    """Return the day, and null for a stage after the cut-off: a hearing that is only planned reopens nothing."""
    return nw.when(ends | (day <= cutoff_day)).then(day)


def reopening(procedure: Procedure, states: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return, for each ending among ``states``, those of them to which a case can go on from it before it ends again.

    What is not among them leaves the ending as it is: the execution of a final verdict, and a complaint or a charge
    that is dated later by a slip of the pen.
    """
    counted = [one for one in states if one not in procedure.aftermath]
    detours = {*procedure.outcomes, *procedure.suspended}
    found = {}
    for ending in procedure.outcomes:
        if ending in counted:
            ahead = reachable(procedure.edges, [ending], not_through=detours) - {ending}
            found[ending] = tuple(one for one in counted if one in ahead)
    return found


def stood(frame: nw.LazyFrame[Any], procedure: Procedure, states: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return the frame with ``outcome``, from the columns ``key__<state>`` of each of ``states``; these are dropped.

    A unit stands in its last ending, unless something followed to which a case can go on from there: then it is open,
    whatever it had ended by before.
    """
    followers = reopening(procedure, states)
    sets = {after: f"after__{place}" for place, after in enumerate(dict.fromkeys(followers.values())) if after}
    # Each step makes columns: an SQL engine writes a formula out again at each of its uses.
    if sets:
        frame = frame.with_columns(**{name: _latest([f"key__{one}" for one in after]) for after, name in sets.items()})
    lasting = {f"lasts__{one}": _unless_followed(one, sets.get(after)) for one, after in followers.items()}
    outcome: nw.Expr = nw.lit(None, dtype=nw.String)
    if lasting:
        frame = frame.with_columns(**lasting, last__key=_latest([f"key__{one}" for one in followers]))
        for one in followers:
            outcome = nw.when(nw.col(f"lasts__{one}") == nw.col("last__key")).then(nw.lit(one)).otherwise(outcome)
    made = frame.with_columns(outcome=outcome)
    helpers = [*sets.values(), *lasting, *(["last__key"] if lasting else [])]
    return made.drop(*[f"key__{one}" for one in states if one not in procedure.aftermath], *helpers)


def with_standing(
    frame: nw.LazyFrame[Any], procedure: Procedure, states: Sequence[str], *, cutoff_day: int
) -> nw.LazyFrame[Any]:
    """Return the frame with ``outcome`` and ``outcome_day``, from the first day in each of ``states``."""
    keys = {
        f"key__{one}": last_state_key(
            day_that_counts(nw.col(f"first__{one}"), ends=nw.lit(one in procedure.outcomes), cutoff_day=cutoff_day),
            nw.lit(procedure.state(one).rank),
        )
        for one in states
        if one not in procedure.aftermath
    }
    frame = stood(frame.with_columns(**keys), procedure, states)
    day: nw.Expr = nw.lit(None, dtype=nw.Int32)
    for one in [one for one in states if one in procedure.outcomes]:
        day = nw.when(nw.col("outcome") == one).then(nw.col(f"first__{one}")).otherwise(day)
    return frame.with_columns(outcome_day=day)


def _latest(columns: Sequence[str]) -> nw.Expr:
    return nw.col(columns[0]) if len(columns) == 1 else nw.max_horizontal(*columns)


def _unless_followed(ending: str, after: str | None) -> nw.Expr:
    key = nw.col(f"key__{ending}")
    if after is None:
        return key
    return nw.when(nw.col(after).is_null() | (key > nw.col(after))).then(key)


def outcome_rank(procedure: Procedure) -> nw.Expr:
    """Return the rank of ``outcome`` in the procedure, a whole number that is quicker to compare than a text."""
    rank: nw.Expr = nw.lit(None, dtype=nw.Int64)
    for one in procedure.outcomes:
        rank = nw.when(nw.col("outcome") == one).then(nw.lit(procedure.state(one).rank)).otherwise(rank)
    return rank
