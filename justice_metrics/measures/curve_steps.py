"""Where the steps of a published curve lie: what was held back came on days that nobody is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np

from ..base.types import Counts, Floats, Tallies
from ..estimate.limits import normal_quantile
from ..tables import RiskTable

# At the beginning, in the middle or at the end of the days over which it came together.
Placed: TypeAlias = Literal["early", "middle", "late"]
# Endings and censored, as they can have come at the most unlike.
EXTREMES: Final[tuple[tuple[Placed, Placed], ...]] = (
    ("early", "late"),
    ("early", "early"),
    ("late", "late"),
    ("late", "early"),
)


class Steps(NamedTuple):
    """A curve as the gate told it: what came together is told on the day on which it was enough.

    Attributes
    ----------
    table : RiskTable
        Who was left stands as censored on the last day.
    untold : array, shape (G, K)
        How many more may have ended before the last day than are told.
    after : array, shape (G, K)
        How many of the last step may have ended after the last day.
    """

    table: RiskTable
    untold: Floats
    after: Floats


def steps_of(table: RiskTable, totals: Floats, minimum: int) -> Steps:
    """Return the steps of a curve with what they leave open.

    Parameters
    ----------
    table : RiskTable
    totals : array, shape (G, K)
        How many ended in all, also after the last day; NaN where it is not told.
    minimum : int
        Fewer are held back; an ending whose rest was smaller has it in its last step.
    """
    told = table.events.sum(axis=2)
    last = _last_steps(table.events)
    complete = told >= totals
    rest = np.where(complete, 0.0, np.fmin(minimum - 1.0, totals - told))
    joined = np.where(complete, np.clip(last - minimum, 0, minimum - 1), 0.0)
    return Steps(table, rest, joined)


def placed(steps: Steps, endings: Placed, censored: Placed) -> RiskTable:
    """Return the table with its steps moved to where they can have come.

    In the middle nothing comes systematically early or late. Who is last seen on the last day stays there, since the
    tail that was cut off is among them. All of a curve's tables have the same days.

    Parameters
    ----------
    steps : Steps
    endings, censored : {"early", "middle", "late"}
    """
    table = steps.table
    g, k, t = table.events.shape
    series = np.concatenate([table.events.reshape(g * k, t), table.censored])
    begin = (table.entered > 0).argmax(axis=1)
    before, middles = _since(table, series, np.concatenate([np.repeat(begin, k), begin]))
    days = np.union1d(table.days, middles[series > 0])
    to: dict[Placed, Counts] = {
        "early": table.days[before].astype(np.int64),
        "middle": middles,
        "late": np.broadcast_to(table.days, series.shape).astype(np.int64),
    }
    target = np.where(np.arange(len(series))[:, None] < g * k, to[endings], to[censored])
    last = np.arange(t) == [[np.flatnonzero(row)[-1] if row.any() else -1] for row in series]
    stays = last & (np.arange(len(series)) >= g * k)[:, None]
    target = np.where(stays, table.days, target)
    moved = np.zeros((len(series), len(days)), np.int64)
    rows, places = np.nonzero(series)
    np.add.at(moved, (rows, np.searchsorted(days, target[rows, places])), series[rows, places])
    entered = np.zeros((g, len(days)), np.int64)
    entered[:, np.searchsorted(days, table.days)] = table.entered
    events, gone = moved[: g * k].reshape(g, k, len(days)), moved[g * k :]
    if endings != "middle":
        _put_tail(events, gone, steps, early=endings == "early")
    return replace(table, days=days.astype(np.int32), events=events, censored=gone, entered=entered)


def _since(table: RiskTable, series: Tallies, begins: Counts) -> tuple[Counts, Counts]:
    """Return for each step the place since which it came together, and the day in the middle."""
    before = np.zeros(series.shape, np.int64)
    middles = np.zeros(series.shape, np.int64)
    for row, numbers in enumerate(series):
        given = np.flatnonzero(numbers)
        since = np.concatenate([begins[row : row + 1], given[:-1]])
        before[row, given] = since
        middles[row, given] = (table.days[since] + table.days[given] + 1) // 2
    return before, middles


def _put_tail(events: Tallies, gone: Tallies, steps: Steps, *, early: bool) -> None:
    """Move those of whom nobody knows whether they ended before the last day."""
    for group in range(len(events)):
        there = np.flatnonzero(gone[group])
        end = int(there[-1]) if len(there) else events.shape[2] - 1
        for place, row in enumerate(events[group]):
            given = np.flatnonzero(row)
            if not len(given):
                continue
            one = given[-1]
            if early:
                n = int(min(steps.untold[group, place], gone[group, end]))
                row[one] += n
                gone[group, end] -= n
            else:
                n = int(min(steps.after[group, place], row[one]))
                row[one] -= n
                gone[group, end] += n


def _last_steps(events: Tallies) -> Floats:
    """Return the size of the last step, shape (G, K); 0 where there is none."""
    t = events.shape[2]
    place = t - 1 - (events[..., ::-1] > 0).argmax(axis=2)
    found: Floats = np.take_along_axis(events, place[..., None], axis=2)[..., 0].astype(np.float64)
    return found


class Bounds(NamedTuple):
    """An estimate with its limits, for one way in which the steps may lie."""

    estimate: Floats
    std_error: Floats
    conf_low: Floats
    conf_high: Floats


def around(middle: Bounds, others: list[Bounds], *, confidence_level: float, most: float = 1.0) -> Bounds:
    """Return limits that hold wherever the steps lie, and a standard error as wide as they are.

    Parameters
    ----------
    middle : Bounds
    others : list of Bounds
    confidence_level : float
    most : float
        The largest value that the estimate can have: there and at 0 a curve has no limits of its own.
    """
    bare = np.isfinite(middle.estimate) & ~np.isfinite(middle.std_error)
    low, high = middle.conf_low, middle.conf_high
    for one in others:
        low = np.fmin(low, np.where(one.estimate <= 0, 0.0, one.conf_low))
        high = np.fmax(high, np.where(one.estimate >= most, most, one.conf_high))
    low, high = (np.where(bare | np.isnan(middle.estimate), np.nan, one) for one in (low, high))
    half = (high - low) / (2 * normal_quantile(confidence_level))
    return Bounds(middle.estimate, np.where(bare, np.nan, np.fmax(middle.std_error, half)), low, high)
