"""One stage on its own clock: how long visits to it last, and how it is left."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts, Days, Floats, Tallies
from ..estimate.curves import aalen_johansen, kaplan_meier
from ..estimate.multistate import Spells, counted, occupation
from ..estimate.risk import at_risk, last_observed_days
from ..estimate.steps import quantiles
from ..tables import SpellTable

_QUARTERS: Final = (0.25, 0.5, 0.75)


class Stay(NamedTuple):
    """One state on its own clock."""

    state: int
    entered: Tallies  # (G,), visits
    left: Tallies  # (G,)
    still: Tallies  # (G,)
    quarters: Floats  # (G, 3), days by which that share had left
    low: Floats  # (G, 3)
    high: Floats  # (G, 3)
    mean: Floats  # (G,), days up to the horizon
    mean_error: Floats  # (G,)
    naive: Floats  # (G,), mean days of those who left
    targets: Counts  # (K,)
    moved: Tallies  # (G, K), visits that were left so
    share: Floats  # (G, K), share that leaves so, open visits counted
    wait: Floats  # (G, K), days by which half of these moves were made


def stay_in(table: SpellTable, state: int, horizon_days: int, confidence_level: float) -> Stay:
    """Estimate how long visits to one state last, from the day on which it is come to."""
    mine = np.flatnonzero(table.from_state == state)
    g = len(table.strata)
    stratum, to, tally = table.stratum[mine], table.to_state[mine], table.tally[mine]
    days = table.exit[mine] - table.since[mine]
    entry = np.where(table.late[mine], table.entry[mine] - table.since[mine], -1)
    targets = np.unique(to[to >= 0])
    k = len(targets)
    grid = np.unique(np.concatenate([days, entry])).astype(np.int32)
    code = np.where(to >= 0, np.searchsorted(targets, to) if k else 0, k)
    exits = np.zeros((g, k + 1, len(grid)), dtype=tally.dtype)
    np.add.at(exits, (stratum, code, np.searchsorted(grid, days)), tally)
    entered = np.zeros((g, len(grid)), dtype=tally.dtype)
    np.add.at(entered, (stratum, np.searchsorted(grid, entry)), tally)
    risk = at_risk(exits[:, :k], exits[:, k], entered)
    left = exits[:, :k].sum(axis=1)
    curve = kaplan_meier(left, risk, confidence_level=confidence_level)
    last = last_observed_days(grid, risk)
    found = quantiles(grid, curve.survival, curve.conf_low, curve.conf_high, _QUARTERS, last_days=last)
    shares = aalen_johansen(exits[:, :k], risk, confidence_level=confidence_level).incidence
    mean, error = _restricted(stratum, to, days, entry, table.n[mine], table.weight, mine, g, horizon_days)
    watched = (last >= horizon_days) | (curve.survival[:, -1] <= 0)
    nothing = table.weight is not None
    with np.errstate(invalid="ignore", divide="ignore"):
        naive = (left * grid).sum(axis=1) / left.sum(axis=1)
    return Stay(
        state=state,
        entered=entered.sum(axis=1),
        left=left.sum(axis=1),
        still=exits[:, k].sum(axis=1),
        quarters=found.estimate,
        low=np.full_like(found.conf_low, np.nan) if nothing else found.conf_low,
        high=np.full_like(found.conf_high, np.nan) if nothing else found.conf_high,
        mean=np.where(watched, mean, np.nan),
        mean_error=np.where(watched & (not nothing), error, np.nan),
        naive=naive,
        targets=targets,
        moved=exits[:, :k].sum(axis=2),
        share=shares[:, :, -1],
        wait=_half(grid, shares),
    )


def _restricted(
    stratum: Counts,
    to: Counts,
    days: Counts,
    entry: Counts,
    n: Counts,
    weight: Floats | None,
    mine: Counts,
    groups: int,
    horizon: int,
) -> tuple[Floats, Floats]:
    """Return the mean days of a stay up to the horizon with its standard error, each (G,)."""
    spells = Spells(
        group=stratum,
        state=np.zeros(len(to), np.int64),
        to=np.where(to >= 0, 1, -1),
        entry=entry.astype(np.int32),
        exit=days.astype(np.int32),
        n=n,
        weight=None if weight is None else weight[mine],
    )
    moves = counted(spells, groups=groups, states=2)
    found = occupation(moves, horizon=horizon, initial=np.tile([1.0, 0.0], (groups, 1)))
    return found.expected[:, 0], found.expected_error[:, 0]


def _half(grid: Days, shares: Floats) -> Floats:
    """Return the first day on which half of each final share is reached, (G, K); NaN for a move that none made."""
    final = shares[:, :, -1:]
    reached = (shares >= final / 2 - 1e-12) & (final > 0)
    return np.where(reached.any(axis=2), grid[np.argmax(reached, axis=2)], np.nan)
