"""The tables of stage occupancy: probabilities at chosen days, and expected days within a horizon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from ..base.cells import CellOf, Of
from ..base.language import Readable, tr
from ..base.table import Column, Table
from ..base.types import Counts, Flags, Floats, Tallies
from ..estimate.limits import Limits, normal_quantile, pointwise
from ..estimate.multistate import Moves, Occupation, Spells, initial_error, initial_share
from ..estimate.multistate_variance import jackknife
from ..tables import SpellTable
from .declared import strata_columns
from .visits import last_days

OccupancyVariance: TypeAlias = Literal["greenwood", "infinitesimal_jackknife"]


class Estimated(NamedTuple):
    """What the tables and the drawing are read from."""

    spells: Spells
    moves: Moves
    curve: Occupation
    initial: Floats | None
    variance: OccupancyVariance
    limits: Limits
    confidence_level: float


def watched(table: SpellTable, days: Sequence[int] | Counts) -> Flags:
    """Return whether somebody of each stratum was under observation on each day, (G, H)."""
    flags: Flags = np.asarray(days)[None, :] <= last_days(table)[:, None]
    return flags


def shares_at(estimated: Estimated, days: Sequence[int] | Counts) -> Floats:
    """Return the probabilities after each of ``days``, (G, J, H)."""
    known = initial_share(estimated.moves) if estimated.initial is None else estimated.initial
    every = np.concatenate([known[:, :, None], estimated.curve.probability], axis=2)
    at = np.searchsorted(estimated.moves.days, np.asarray(days), side="right")
    return every[:, :, at]


def _errors(estimated: Estimated, days: Sequence[int]) -> Floats:
    """Return the standard errors after each of ``days``, (G, J, H); NaN where the variance does not know weights."""
    spells, moves = estimated.spells, estimated.moves
    if estimated.variance == "infinitesimal_jackknife":
        found = jackknife(spells, moves, np.asarray(days), horizon=1.0, initial=estimated.initial)
        return found.std_error
    if spells.weight is not None:
        return np.full((*moves.started.shape, len(days)), np.nan)
    before = initial_error(moves) if estimated.initial is None else np.zeros(moves.started.shape)
    every = np.concatenate([before[:, :, None], estimated.curve.std_error], axis=2)
    errors: Floats = every[:, :, np.searchsorted(moves.days, np.asarray(days), side="right")]
    return errors


class StageCells(NamedTuple):
    """In which words the counts of stages by day are told to the gate.

    Attributes
    ----------
    start : str
    units : mapping of str to tuple of str
        What restricts the units, where not all cases are among them.
    """

    start: str
    units: Mapping[str, tuple[str, ...]]

    def observed(self, days: Sequence[int]) -> CellOf:
        """Return who is observed after the day of the row: those watched for longer are among them."""
        limits = sorted(set(days))
        names = [f"{low}-{high - 1}" for low, high in pairwise(limits)] + [f"{limits[-1]}-"]
        later = {str(day): tuple(names[place:]) for place, day in enumerate(limits)}
        sets = {"days": (f"days observed since {self.start}", later)}
        # no box says that who stands there after so many days is who reached the stage: the count stays inside
        return CellOf(fixed=self.units, sets=sets, internal=True)

    def there(self, days: Sequence[int]) -> CellOf:
        """Return who of them is in the state of the row."""
        return replace(self.observed(days), keys={"state": f"state {{days}} days after {self.start}"})


def stage_cells(start: str, table: SpellTable, *, first: bool) -> StageCells:
    """Return the words of an answer; without a restriction where the visits of all cases can be told."""
    units: dict[str, tuple[str, ...]] = {}
    if not first:
        units[f"recorded: {start}"] = ("yes",)
    if any(np.asarray(one).any() for reason, one in table.left_out.items() if reason != "not_started"):
        units[f"visits told since {start}"] = ("yes",)
    return StageCells(start, units)


def probability_table(
    table: SpellTable,
    estimated: Estimated,
    days: Sequence[int],
    words: Mapping[str, Readable],
    cells: StageCells,
) -> Table:
    """Return one row per stratum, day and state: probability with limits, and who is observed there."""
    g, j, h = len(table.strata), len(table.states), len(days)
    seen = watched(table, days)[:, None, :]
    shares = np.where(seen, shares_at(estimated, days), np.nan)
    errors = np.where(seen, _errors(estimated, days), np.nan)
    band = pointwise(shares, errors, confidence_level=estimated.confidence_level, limits=estimated.limits)
    inside = _observed(estimated.spells, days, (g, j, h))
    # a share of cases still observed is no share of those counted beside it, but nearly
    here = Of(inputs=("numerator", "at_risk"))
    columns = (
        *strata_columns(table.strata.names),
        Column("state", tr("stage or ending"), "text", "key", "key"),
        Column("days", tr("after day"), "days", "key", "key"),
        Column("numerator", tr("observed there"), "units", "count", "count", cell=cells.there(days)),
        Column("at_risk", tr("observed in all"), "units", "count", "count", cell=cells.observed(days)),
        Column("estimate", tr("share of all cases"), "share", "estimate", "mean", of=here),
        Column("std_error", tr("standard error"), "points", "interval", "mean", 2, of=here),
        Column("conf_low", tr("lower limit"), "share", "interval", "mean", of=here),
        Column("conf_high", tr("upper limit"), "share", "interval", "mean", of=here),
    )
    by_day = (0, 2, 1)
    values = {
        **table.strata.columns(h * j),
        "state": np.tile(np.array(table.states, dtype=object), g * h),
        "days": np.tile(np.repeat(np.asarray(days, np.int64), j), g),
        "numerator": inside.transpose(by_day).ravel(),
        "at_risk": np.repeat(inside.sum(axis=1)[:, :, None], j, axis=2).ravel(),
        "estimate": shares.transpose(by_day).ravel(),
        "std_error": errors.transpose(by_day).ravel(),
        "conf_low": band.conf_low.transpose(by_day).ravel(),
        "conf_high": band.conf_high.transpose(by_day).ravel(),
    }
    return Table(columns, values, labels={"state": words}, title=tr("Where the cases are at chosen days"))


def _observed(spells: Spells, days: Sequence[int], shape: tuple[int, int, int]) -> Tallies:
    """Count who is under observation in each state after each day: entry <= day < exit."""
    counts: Tallies = np.zeros(shape, dtype=spells.tally.dtype)
    for place, day in enumerate(days):
        here = (spells.entry <= day) & (spells.exit > day)
        np.add.at(counts[:, :, place], (spells.group[here], spells.state[here]), spells.tally[here])
    return counts


def expected_table(
    table: SpellTable, estimated: Estimated, horizon: int, words: Mapping[str, Readable], cells: StageCells
) -> Table:
    """Return one row per stratum and state: mean days in it within the horizon, with limits."""
    g, j = len(table.strata), len(table.states)
    seen = watched(table, [horizon])
    days, errors = estimated.curve.expected, estimated.curve.expected_error
    if estimated.variance == "infinitesimal_jackknife":
        found = jackknife(
            estimated.spells, estimated.moves, np.zeros(0), horizon=float(horizon), initial=estimated.initial
        )
        errors = found.expected_error
    elif estimated.spells.weight is not None:
        errors = np.full_like(days, np.nan)
    days, errors = np.where(seen, days, np.nan), np.where(seen, errors, np.nan)
    reach = normal_quantile(estimated.confidence_level) * errors
    # a mean over all cases tells how long the few stayed who were there at all
    all_of = Of(inputs=("denominator", "numerator"))
    began = CellOf(
        fixed={f"visit begins within {horizon} days": ("yes",)},
        keys={"state": f"visit since {cells.start} to"},
        events=True,
        internal=True,
    )
    visits = np.zeros((g, j), table.tally.dtype)
    early = table.since < horizon
    np.add.at(visits, (table.stratum[early], table.from_state[early]), table.tally[early])
    columns = (
        *strata_columns(table.strata.names),
        Column("state", tr("stage or ending"), "text", "key", "key"),
        Column("horizon_days", tr("within days"), "days", "key", "key"),
        Column(
            "denominator",
            tr("cases"),
            "units",
            "count",
            "count",
            cell=CellOf(fixed=cells.units, internal=bool(cells.units)),
        ),
        Column("numerator", tr("visits that began within the horizon"), "units", "count", "count", cell=began),
        Column("estimate", tr("mean days there"), "days", "estimate", "mean", of=all_of),
        Column("std_error", tr("standard error"), "days", "interval", "mean", of=all_of),
        Column("conf_low", tr("lower limit"), "days", "interval", "mean", of=all_of),
        Column("conf_high", tr("upper limit"), "days", "interval", "mean", of=all_of),
    )
    values = {
        **table.strata.columns(j),
        "state": np.tile(np.array(table.states, dtype=object), g),
        "horizon_days": np.full(g * j, horizon),
        "denominator": np.repeat(table.units, j),
        "numerator": visits.ravel(),
        "estimate": days.ravel(),
        "std_error": errors.ravel(),
        "conf_low": np.maximum(days - reach, 0).ravel(),
        "conf_high": np.minimum(days + reach, horizon).ravel(),
    }
    return Table(
        columns,
        values,
        labels={"state": words},
        title=tr("Mean days in each stage, over all cases and within the horizon"),
    )
