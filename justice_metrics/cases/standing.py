"""How a unit stands at the cut-off: the last state it came to, if that state ends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import narwhals.stable.v2 as nw

from .procedure import Procedure

# A key is day * _ORDERS + order, times _RANKS, plus the state's rank: one integer that sorts by day, order, rank.
RANKS: Final = 1_024
ORDERS: Final = 1_048_576


def last_state_key(day: nw.Expr, rank: nw.Expr, order: nw.Expr | None = None) -> nw.Expr:
    """Return an integer that is larger the later a state was come to; null without a day."""
    placed = day.cast(nw.Int64) * ORDERS
    if order is not None:
        placed = placed + order
    return placed * RANKS + rank


def decoded(procedure: Procedure, key: nw.Expr) -> dict[str, nw.Expr]:
    """Return ``outcome`` and ``outcome_day`` from the key of the last state; null when that state is a stage."""
    rank = key - (key // RANKS) * RANKS
    outcome: nw.Expr = nw.lit(None, dtype=nw.String)
    for one in procedure.outcomes:
        outcome = nw.when(rank == procedure.state(one).rank).then(nw.lit(one)).otherwise(outcome)
    ends = rank.is_in([procedure.state(one).rank for one in procedure.outcomes])
    day = (key // RANKS) // ORDERS
    return {"outcome": outcome, "outcome_day": nw.when(ends).then(day.cast(nw.Int32))}


def standing(procedure: Procedure, days: Mapping[str, nw.Expr]) -> dict[str, nw.Expr]:
    """Return ``outcome`` and ``outcome_day`` from the day of each state.

    What follows a final verdict, such as its execution, does not reopen a unit.
    """
    keys = [
        last_state_key(day, nw.lit(procedure.state(one).rank))
        for one, day in days.items()
        if one not in procedure.aftermath
    ]
    return decoded(procedure, keys[0] if len(keys) == 1 else nw.max_horizontal(*keys))
