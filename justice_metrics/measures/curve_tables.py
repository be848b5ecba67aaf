"""Tables and axes that answers about time share: a curve day by day, a curve on chosen days, ticks, words of limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from ..base.language import Language, Readable, format_number, format_share, tr
from ..base.table import Column, Table
from ..base.types import Counts, Flags, Floats, Tallies, Values
from ..estimate.steps import at_days
from ..figures.curves import DRAWN_CURVES, MOST_CURVES, MOST_SHADED
from ..tables import RiskTable
from .curve_estimates import open_after
from .declared import interval_columns, strata_columns

HALF_YEAR, YEAR, TWO_YEARS = 180, 365, 730
_TICKS: Final = 6
_STEPS: Final = (1, 2, 5, 10, 20, 30, 60, 90, 180, 365, 730, 1095, 1825)


def day_rows(
    table: RiskTable,
    at_risk: Tallies,
    events: Tallies,
    curves: Mapping[str, Floats],
    *,
    keys: Mapping[str, Sequence[str]],
    columns: Sequence[Column],
    labels: Mapping[str, Readable],
    title: Readable,
) -> Table:
    """Return one row per group, outcome and day on which a unit of the group left.

    Parameters
    ----------
    table : RiskTable
    at_risk : array, shape (G, T)
    events : array, shape (G, Q, T)
    curves : mapping of str to array, shape (G, Q, T)
        Values of the columns after the counts.
    keys : mapping of str to sequence of str, Q of them
        At most one: the name of the column that tells the curves of a group apart, and its values.
    columns : sequence of Column
        Of ``curves``.
    labels : mapping of str to words
        Of the values of ``keys``.
    title : Readable
    """
    g, q, t = events.shape
    moved = (table.events.sum(axis=1) + table.censored) > 0
    kept = np.repeat(moved[:, None, :], q, axis=1).ravel()

    def spread(array: Tallies) -> Values:
        column: Values = np.repeat(array[:, None, :], q, axis=1).ravel()[kept]
        return column

    strata = {name: np.array(column, dtype=object)[kept] for name, column in table.strata.columns(q * t).items()}
    declared = (
        *strata_columns(table.strata.names),
        *(Column(name, tr("ending"), "text", "key", "key") for name in keys),
        Column("days", tr("day"), "days", "key", "key"),
        Column("at_risk", tr("open just before"), "units", "count", "count"),
        Column("events", tr("ended so on the day"), "units", "count", "count"),
        Column("censored", tr("no longer observed after it"), "units", "count", "count"),
        *columns,
    )
    values: dict[str, Any] = {
        **strata,
        **{
            name: np.array([one for one in given for _ in range(t)] * g, dtype=object)[kept]
            for name, given in keys.items()
        },
        "days": np.tile(table.days, g * q)[kept],
        "at_risk": spread(at_risk),
        "events": events.ravel()[kept],
        "censored": spread(table.censored),
        **{name: array.ravel()[kept] for name, array in curves.items()},
    }
    return Table(declared, values, labels=dict.fromkeys(keys, labels), title=title, guard="curve", sparse=True)


def chosen_rows(
    table: RiskTable,
    days: Sequence[int],
    curves: Mapping[str, tuple[Floats, float]],
    seen: Flags,
    *,
    keys: Mapping[str, Sequence[str]],
    columns: Sequence[Column],
    labels: Mapping[str, Readable],
    title: Readable,
) -> Table:
    """Return one row per group, outcome and chosen day; NaN where a group was not watched so long.

    Parameters
    ----------
    table, keys, columns, labels, title
        As for :func:`day_rows`.
    days : sequence of int, H of them
    curves : mapping of str to (array of shape (G, Q, T), value before the first day)
    seen : array of bool, shape (G, H)
    """
    g, q, h = len(table.strata), len(next(iter(keys.values()), ("",))), len(days)
    still = open_after(table, days)
    declared = (
        *strata_columns(table.strata.names),
        *(Column(name, tr("ending"), "text", "key", "key") for name in keys),
        Column("days", tr("by day"), "days", "key", "key"),
        Column("at_risk", tr("still open and observed"), "units", "count", "count"),
        *columns,
    )
    values: dict[str, Any] = {
        **table.strata.columns(q * h),
        **{name: [one for one in given for _ in range(h)] * g for name, given in keys.items()},
        "days": list(days) * (g * q),
        "at_risk": np.repeat(still[:, None, :], q, axis=1).ravel(),
    }
    for name, (array, before) in curves.items():
        values[name] = np.where(seen[:, None, :], at_days(table.days, array, list(days), before=before), np.nan).ravel()
    return Table(declared, values, labels=dict.fromkeys(keys, labels), title=title, guard="curve")


def curve_columns(meaning: Readable) -> tuple[Column, ...]:
    """Declare a probability on a curve with its standard error and limits."""
    return (
        Column("estimate", meaning, "share", "estimate", "probability"),
        Column("std_error", tr("standard error"), "points", "interval", "std_error", 2),
        *interval_columns()[1:],
    )


def marked_days(table: RiskTable, given_days: int) -> list[int]:
    """Return half a year, one, two and three years from where the curves begin, as far as the data reach."""
    start, last = max(given_days, 0), int(table.days[-1])
    return [start + one for one in (HALF_YEAR, YEAR, TWO_YEARS, YEAR * 3) if start + one <= last] or [last]


def tick_days(table: RiskTable, *, start: int = 0) -> list[int]:
    """Return at most seven round days for the axis, from ``start`` to the last day."""
    last = int(table.days[-1]) if len(table.days) else 0
    step = next((one for one in _STEPS if (last - start) / one <= _TICKS), 3650)
    # after an odd start the axis goes on with round days, leaving room for the first number
    return [start, *(one for one in range(0, last + 1, step) if one > start + step // 3)]


def limits_words(confidence_level: float, *, groups: int, band: bool, language: Language) -> str:
    """Return what the areas and thin lines of a drawing are, and how many of the groups it shows."""
    level = format_share(confidence_level, language, decimals=0 if round(confidence_level * 100, 6) % 1 == 0 else 1)
    said: list[Readable] = []
    if band and groups > 1:
        said.append(tr("thin lines: {level} limits for a whole curve at once", level=level))
    elif band:
        said.append(
            tr("area: {level} limits for each day by itself; thin lines: for the whole curve at once", level=level)
        )
    elif groups <= MOST_SHADED:
        said.append(tr("areas: {level} limits for each day by itself", level=level))
    if groups > MOST_CURVES:
        said.append(
            tr(
                "drawn: the {shown} groups with most cases; {n} others stand in the table",
                shown=DRAWN_CURVES,
                n=groups - DRAWN_CURVES,
            )
        )
    return "\n".join(one.text(language) for one in said)


def axis_words(table: RiskTable, start_words: Readable, language: Language, *, start: int = 0) -> dict[str, Any]:
    """Return what every drawing of a curve over days is given: ticks, numbers below, words and number formats."""
    shown = tick_days(table, start=start)
    below: Counts | Floats = open_after(table, shown)
    since = tr("days since: {start}", start=start_words)
    if start > 0:
        since = tr("days since: {start} (only cases still open after {n} days)", start=start_words, n=start)
    return {
        "days": table.days,
        "first_day": float(start),
        "at_risk_days": shown,
        "at_risk": below,
        "at_risk_label": tr("still open and observed").text(language),
        "x_label": since.text(language),
        "number": lambda n: format_number(round(n), language),
        "percent": lambda one: format_share(one, language, decimals=0),
    }
