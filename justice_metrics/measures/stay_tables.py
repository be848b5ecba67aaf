"""The tables of stage durations: how long cases stay, what comes next, and the naive mean in its box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from ..base.cells import CellOf, Of
from ..base.language import Readable, tr
from ..base.table import Column, Table
from ..base.types import Floats
from ..estimate.limits import normal_quantile
from ..tables import SpellTable
from .declared import strata_columns
from .stays import Stay

# What is counted are visits, of which a case can have several; how a visit was left, and by which move.
_LEFT: Final = "visit is over"
_NEXT: Final = "visit is followed by"


def visits_to(start: str, state: str = "state", next_state: str = "", over: str = "") -> CellOf:
    """Declare a count of visits.

    Parameters
    ----------
    start : str
        What came before it does not count.
    state, next_state : str
        Key columns of the stage, and of the one that came next.
    over : str
        "yes" for visits that are over, "no" for those that are not.

    Notes
    -----
    Who came, left and is still there are in most data the cases that reached a step, were lost at it or are pending;
    no box says so, since a case can come to a stage again. So these counts stay inside.
    """
    keys = {state: f"visit since {start} to"}
    if next_state:
        keys[next_state] = _NEXT
    return CellOf(fixed={_LEFT: (over,)} if over else {}, keys=keys, events=True, internal=True)


def main_table(
    table: SpellTable,
    stays: Sequence[Stay],
    words: Mapping[str, Readable],
    start: str,
    horizon: int,
    confidence_level: float,
) -> Table:
    """Return one row per stratum and stage: who came, left and is still there, quartiles and restricted mean."""
    s = len(stays)

    def column(name: str, place: int | None = None) -> Floats:
        rows = [getattr(one, name) if place is None else getattr(one, name)[:, place] for one in stays]
        return np.array(rows).T.ravel() if rows else np.zeros(0)

    mean, error = column("mean"), column("mean_error")
    reach = normal_quantile(confidence_level) * error
    over, came = Of(inputs=("numerator",)), Of(inputs=("denominator",))
    columns = (
        *strata_columns(table.strata.names),
        Column("state", tr("stage"), "text", "key", "key"),
        Column("denominator", tr("came"), "units", "count", "count", cell=visits_to(start)),
        Column("numerator", tr("left"), "units", "count", "count", cell=visits_to(start, over="yes")),
        Column(
            "censored", tr("still there at the cut-off"), "units", "count", "count", cell=visits_to(start, over="no")
        ),
        Column("lower_quartile", tr("a quarter left by day"), "days", "estimate", "quantile", of=over),
        Column("estimate", tr("half left by day"), "days", "estimate", "quantile", of=over),
        Column("conf_low", tr("lower limit"), "days", "interval", "quantile", of=over),
        Column("conf_high", tr("upper limit"), "days", "interval", "quantile", of=over),
        Column("upper_quartile", tr("three quarters left by day"), "days", "estimate", "quantile", of=over),
        Column("horizon_days", tr("mean within days"), "days", "key", "key"),
        Column("mean", tr("mean stay up to there"), "days", "estimate", "mean", of=came),
        Column("mean_low", tr("lower limit of the mean"), "days", "interval", "mean", of=came),
        Column("mean_high", tr("upper limit of the mean"), "days", "interval", "mean", of=came),
    )
    values = {
        **table.strata.columns(s),
        "state": np.tile(np.array([table.states[one.state] for one in stays], dtype=object), len(table.strata)),
        "denominator": column("entered"),
        "numerator": column("left"),
        "censored": column("still"),
        "lower_quartile": column("quarters", 0),
        "estimate": column("quarters", 1),
        "conf_low": column("low", 1),
        "conf_high": column("high", 1),
        "upper_quartile": column("quarters", 2),
        "horizon_days": np.full(s * len(table.strata), horizon),
        "mean": mean,
        "mean_low": np.maximum(mean - reach, 0),
        "mean_high": np.minimum(mean + reach, horizon),
    }
    return Table(columns, values, labels={"state": words}, title=tr("Days in each stage, open cases counted"))


def moves_table(table: SpellTable, stays: Sequence[Stay], words: Mapping[str, Readable], start: str) -> Table:
    """Return one row per stratum and move: number, share of all visits, and the days of half of them."""
    rows = [
        (group, one, k)
        for group in range(len(table.strata))
        for one in stays
        for k in range(len(one.targets))
        if one.entered[group] > 0
    ]
    at = [group for group, _, _ in rows]
    came = visits_to(start, "from_state")
    moved = visits_to(start, "from_state", "to_state", over="yes")
    made, of_all = Of(inputs=("numerator",)), Of(inputs=("numerator", "denominator"))
    columns = (
        *strata_columns(table.strata.names),
        Column("from_state", tr("from"), "text", "key", "key"),
        Column("to_state", tr("to"), "text", "key", "key"),
        Column("numerator", tr("made the move"), "units", "count", "count", cell=moved),
        Column("denominator", tr("came to the stage"), "units", "count", "count", cell=came),
        Column("estimate", tr("share that leaves so, open cases counted"), "share", "estimate", "mean", of=of_all),
        Column("days", tr("half of these moves by day"), "days", "estimate", "quantile", of=made),
    )
    values = {
        **{name: [table.strata.column(name)[group] for group in at] for name in table.strata.names},
        "from_state": np.array([table.states[one.state] for _, one, _ in rows], dtype=object),
        "to_state": np.array([table.states[int(one.targets[k])] for _, one, k in rows], dtype=object),
        "numerator": np.array([one.moved[group, k] for group, one, k in rows]),
        "denominator": np.array([one.entered[group] for group, one, _ in rows]),
        "estimate": np.array([float(one.share[group, k]) for group, one, k in rows]),
        "days": np.array([float(one.wait[group, k]) for group, one, k in rows]),
    }
    return Table(
        columns, values, labels={"from_state": words, "to_state": words}, title=tr("What comes next"), sparse=True
    )


def naive_table(table: SpellTable, stays: Sequence[Stay], words: Mapping[str, Readable]) -> Table:
    """Return the mean days of the visits that were left, which is not a duration of stages."""
    columns = (
        *strata_columns(table.strata.names),
        Column("state", tr("stage"), "text", "key", "key"),
        Column("events", tr("visits that were left"), "units", "count", "count"),
        Column("estimate", tr("mean days of the visits that were left"), "days", "estimate", "quantile"),
    )
    values = {
        **table.strata.columns(len(stays)),
        "state": np.tile(np.array([table.states[one.state] for one in stays], dtype=object), len(table.strata)),
        "events": np.array([one.left for one in stays]).T.ravel(),
        "estimate": np.round(np.array([one.naive for one in stays], dtype=np.float64).T.ravel(), 1),
    }
    return Table(
        columns,
        values,
        labels={"state": words},
        title=tr("Mean days of finished visits"),
        warning=tr(
            "Do not use it as a duration: it leaves out every case that is still in the stage, and those are the long "
            "ones. The shorter the time since the cases came, the shorter this mean, whatever the offices do."
        ),
    )
