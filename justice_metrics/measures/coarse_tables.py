"""Times under each reading of coarse dates, and the tables that set the readings side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias

import numpy as np

from ..base.language import Readable, tr
from ..base.table import Column, Table
from ..base.types import Counts, Floats, Values
from ..estimate.curves import aalen_johansen, kaplan_meier
from ..estimate.risk import at_risk, last_observed_days
from ..estimate.steps import at_days, incidence_quantiles
from ..estimate.turnbull import NEVER, incidence_bounds, turnbull
from ..reduce.coarse import PRECISIONS, CoarseTimes
from ..reduce.grouped import NO_DAY
from ..tables import RiskTable
from .declared import (
    shown_limits,
    strata_columns,
)

Convention: TypeAlias = Literal["middle", "first", "last"]

CONVENTIONS: Final[tuple[Convention, ...]] = ("middle", "first", "last")
INTERVALS: Final = "intervals"
READING_WORDS: Final[dict[str, Readable]] = {
    "middle": tr("middle of the month or year"),
    "first": tr("first day"),
    "last": tr("last day"),
    "shortest": tr("shortest times that the dates allow"),
    "longest": tr("longest times that the dates allow"),
    INTERVALS: tr("dates as intervals"),
}
_PRECISION_WORDS: Final[dict[str, Readable]] = {
    "day": tr("to the day"),
    "month": tr("month only"),
    "year": tr("year only"),
}


def _read(times: CoarseTimes, reading: str) -> tuple[Counts, Counts]:
    """Return days to the ending and days to the entry under one reading of the dates."""
    began, ended = {
        "middle": (times.start_day, times.end_day),
        "first": (times.start_low, times.end_low),
        "last": (times.start_high, times.end_high),
        "shortest": (times.start_high, times.end_low),
        "longest": (times.start_low, times.end_high),
    }[reading]
    # of two coarse dates in one month the end may be read before the start
    lasted = np.maximum(ended - began, 0)
    entry = np.where(times.entry == NO_DAY, -1, np.maximum(times.entry - began, -1))
    return lasted, np.minimum(entry, lasted - 1)


def read_table(times: CoarseTimes, outcomes: tuple[str, ...], reading: str, *, weighted: bool) -> RiskTable:
    """Return the times under one reading as a table of counts."""
    lasted, entry = _read(times, reading)
    days = np.unique(np.concatenate([lasted, entry])).astype(np.int32)
    g, k, t = len(times.strata), len(outcomes), len(days)
    exits = np.zeros((g, k + 1, t), dtype=times.n.dtype)
    entered = np.zeros((g, t), dtype=times.n.dtype)
    np.add.at(exits, (times.stratum, times.code, np.searchsorted(days, lasted)), times.n)
    np.add.at(entered, (times.stratum, np.searchsorted(days, entry)), times.n)
    return RiskTable(
        strata=times.strata,
        outcomes=outcomes,
        days=days,
        events=exits[:, 1:],
        censored=exits[:, 0],
        entered=entered,
        left_out=times.left_out,
        weighted=weighted,
    )


def incidence_curves(table: RiskTable, level: float) -> tuple[Floats, Floats, Floats]:
    """Return incidence and limits of the outcome, each (G, T)."""
    risk = at_risk(table.events, table.censored, table.entered)
    curves = aalen_johansen(table.events, risk, confidence_level=level)
    low, high = shown_limits(curves.conf_low[:, 0], curves.conf_high[:, 0], weighted=table.weighted)
    return curves.incidence[:, 0], low, high


def _seen(table: RiskTable, days: Sequence[int]) -> Values:
    """Return whether each stratum was watched up to each day, (G, H)."""
    risk = at_risk(table.events, table.censored, table.entered)
    last = last_observed_days(table.days, risk)
    nobody_left = kaplan_meier(table.events.sum(axis=1), risk).survival[:, -1] <= 0
    flags: Values = nobody_left[:, None] | (np.asarray(days)[None] <= last[:, None])
    return flags


def interval_estimates(times: CoarseTimes, marks: Sequence[int]) -> tuple[Floats, Floats]:
    """Return the least and the greatest share that the likelihood allows, each (G, H)."""
    shape = len(times.strata), len(marks)
    lowest, highest = np.full(shape, np.nan), np.full(shape, np.nan)
    low = np.maximum(times.end_low - times.start_high, 0) - 1.0
    high = np.maximum(times.end_high - times.start_low, 0).astype(np.float64)
    still_open = times.code == 0
    # an open case lasted at least from the latest start that its date allows
    low = np.where(still_open, np.maximum(times.end_low - times.start_high, 0), low)
    high = np.where(still_open, NEVER, high)
    entry = np.where(times.entry == NO_DAY, -1.0, np.minimum(times.entry - times.start_day, low))
    late = bool((times.entry != NO_DAY).any())
    for group in range(shape[0]):
        mine = (times.stratum == group) & (times.n > 0)
        if not mine.any():
            continue
        fit = turnbull(
            low[mine],
            high[mine],
            times.n[mine],
            outcome=np.maximum(times.code[mine] - 1, 0),
            entry=np.maximum(entry[mine], -1.0) if late else None,
        )
        lowest[group], highest[group] = incidence_bounds(fit, np.asarray(marks), 0)
    return lowest, highest


def readings_table(
    times: CoarseTimes,
    tables: dict[str, RiskTable],
    answers: dict[str, tuple[Floats, Floats, Floats]],
    bounds: tuple[Floats, Floats],
    marks: Sequence[int],
) -> Table:
    """Return the share under each reading of the dates on each chosen day."""
    g, h = len(times.strata), len(marks)
    readings = (*tables, INTERVALS)
    columns: dict[str, list[Floats]] = {name: [] for name in ("estimate", "conf_low", "conf_high", "lowest", "highest")}
    nothing = np.full((g, h), np.nan)
    for reading, table in tables.items():
        seen = _seen(table, marks)
        for name, curve in zip(("estimate", "conf_low", "conf_high"), answers[reading], strict=True):
            columns[name].append(np.where(seen, at_days(table.days, curve, marks, before=0.0), np.nan))
        columns["lowest"].append(nothing)
        columns["highest"].append(nothing)
    seen = _seen(tables["longest"], marks)
    low, high = (np.where(seen, one, np.nan) for one in bounds)
    for name, values in zip(columns, ((low + high) / 2, nothing, nothing, low, high), strict=True):
        columns[name].append(values)
    units = tables["middle"].units
    declared = (
        *strata_columns(times.strata.names),
        Column("convention", tr("reading of the dates"), "text", "key", "key"),
        Column("days", tr("by day"), "days", "key", "key"),
        Column("denominator", tr("units"), "units", "count", "count"),
        Column("estimate", tr("cumulative incidence"), "share", "estimate", "probability"),
        Column("conf_low", tr("lower limit"), "share", "interval", "interval"),
        Column("conf_high", tr("upper limit"), "share", "interval", "interval"),
        Column("lowest", tr("least that the dates allow"), "share", "estimate", "probability"),
        Column("highest", tr("most that the dates allow"), "share", "estimate", "probability"),
    )
    r = len(readings)
    shown: dict[str, object] = {
        **times.strata.columns(r * h),
        "convention": np.array([one for one in readings for _ in marks] * g, dtype=object),
        "days": np.tile(marks, g * r),
        "denominator": np.repeat(units, r * h),
        **{name: np.stack(parts, axis=1).ravel() for name, parts in columns.items()},
    }
    title = tr("The answer under each reading of the dates")
    # the same cases on days that are shifted a little would give away what happened on single days
    return Table(declared, shown, labels={"convention": READING_WORDS}, title=title, guard="internal")


def medians_table(
    times: CoarseTimes,
    tables: dict[str, RiskTable],
    answers: dict[str, tuple[Floats, Floats, Floats]],
) -> Table:
    """Return the days by which half had come to the outcome, under each reading."""
    g = len(times.strata)
    found = {one: incidence_quantiles(tables[one].days, *answers[one], [0.5]) for one in tables}
    declared = (
        *strata_columns(times.strata.names),
        Column("convention", tr("reading of the dates"), "text", "key", "key"),
        Column("estimate", tr("days by which half had come there"), "days", "estimate", "quantile"),
        Column("conf_low", tr("lower limit"), "days", "interval", "interval"),
        Column("conf_high", tr("upper limit"), "days", "interval", "interval"),
    )
    values: dict[str, object] = {
        **times.strata.columns(len(tables)),
        "convention": np.array(list(tables) * g, dtype=object),
        **{
            name: np.stack([getattr(one, name)[:, 0] for one in found.values()], axis=1).ravel()
            for name in ("estimate", "conf_low", "conf_high")
        },
    }
    return Table(
        declared,
        values,
        labels={"convention": READING_WORDS},
        title=tr("Medians under each reading of the dates"),
        guard="internal",
    )


def exactness_table(times: CoarseTimes) -> Table:
    """Return how exact starts and endings are."""
    g = len(times.strata)
    counts: list[float] = []
    totals: list[float] = []
    for group in range(g):
        mine = times.stratum == group
        for precision, those in ((times.start_precision, mine), (times.end_precision, mine & (times.code > 0))):
            total = float(times.n[those].sum())
            counts += [float(times.n[those & (precision == place)].sum()) for place in range(len(PRECISIONS))]
            totals += [total] * len(PRECISIONS)
    n, all_of = np.array(counts), np.array(totals)
    whole = times.n.dtype.kind == "i"
    with np.errstate(invalid="ignore", divide="ignore"):
        share = n / all_of
    declared = (
        *strata_columns(times.strata.names),
        Column("date", tr("date"), "text", "key", "key"),
        Column("precision", tr("exact"), "text", "key", "key"),
        Column("numerator", tr("dates"), "units", "count", "count"),
        Column("denominator", tr("of"), "units", "count", "count"),
        Column("estimate", tr("share"), "share", "estimate", "share"),
    )
    values: dict[str, object] = {
        **times.strata.columns(2 * len(PRECISIONS)),
        "date": np.array((["start"] * len(PRECISIONS) + ["ending"] * len(PRECISIONS)) * g, dtype=object),
        "precision": np.array(list(PRECISIONS) * (2 * g), dtype=object),
        "numerator": n.astype(np.int64) if whole else n,
        "denominator": all_of.astype(np.int64) if whole else all_of,
        "estimate": share,
    }
    labels: dict[str, Mapping[str, Readable]] = {
        "precision": _PRECISION_WORDS,
        "date": {"start": tr("start"), "ending": tr("ending")},
    }
    return Table(declared, values, labels=labels, title=tr("How exact the dates are"), guard="internal")
