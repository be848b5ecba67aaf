"""How a unit stands at the cut-off: the last state it came to, if that state ends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import narwhals.stable.v2 as nw

from .procedure import Procedure

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


def with_standing(
    frame: nw.LazyFrame[Any], procedure: Procedure, states: Sequence[str], *, cutoff_day: int
) -> nw.LazyFrame[Any]:
    """Return the frame with ``outcome`` and ``outcome_day``, from the first day in each of ``states``.

    What follows a final verdict, such as its execution, does not reopen a unit, nor does a stage after the cut-off.
    """
    days = {
        one: day_that_counts(nw.col(f"first__{one}"), ends=nw.lit(one in procedure.outcomes), cutoff_day=cutoff_day)
        for one in states
        if one not in procedure.aftermath
    }
    keys = {one: last_state_key(day, nw.lit(procedure.state(one).rank)) for one, day in days.items()}
    last = next(iter(keys.values())) if len(keys) == 1 else nw.max_horizontal(*keys.values())
    # The key is a column before it is compared: an SQL engine writes a formula out again at each of its uses. It is
    # never taken apart, because division is spelt at length there, and differently in each engine.
    frame = frame.with_columns(last_key=last)
    outcome: nw.Expr = nw.lit(None, dtype=nw.String)
    day: nw.Expr = nw.lit(None, dtype=nw.Int32)
    for one in [one for one in keys if one in procedure.outcomes]:
        here = keys[one] == nw.col("last_key")
        outcome = nw.when(here).then(nw.lit(one)).otherwise(outcome)
        day = nw.when(here).then(nw.col(f"first__{one}")).otherwise(day)
    return frame.with_columns(outcome=outcome, outcome_day=day).drop("last_key")
