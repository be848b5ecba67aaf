"""The tables of an answer about flows: every number with its status, every ratio from summed counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from ...base.language import Readable, tr
from ...base.quantities import STATUSES, Quantity, quantity
from ...base.table import Column, Kind, Role, Table, Unit
from ...base.types import Floats
from ...cases.counts.quantities import WORDS
from ...cases.periods import period_words
from ...estimate import flows as formula
from ...reduce.flow_counts import Flows
from ..declared import strata_columns
from .indicators import Balance, indicator, together

PER: Final = 100_000

_STATE_WORDS: Final[Mapping[str, Readable]] = {"complete": tr("complete"), "provisional": tr("provisional")}
_PARTS: Final = (
    *("new", "reopened", "reactivated", "transferred_in"),
    *("resolved", "reopened_resolved", "placed_inactive", "transferred_out"),
)
_CODE: Final = {name: code for code, name in enumerate(STATUSES)}


class Cells(NamedTuple):
    """One column of a table with what is known of each of its cells."""

    column: Column
    cells: Quantity


def counted(name: str, meaning: Readable, cells: Quantity) -> Cells:
    """Declare a column of counts."""
    return Cells(Column(name, meaning, "units", "count", "count"), cells)


def derived(
    name: str, meaning: Readable, cells: Quantity, unit: Unit = "share", decimals: int = 1, *, kind: Kind = "share"
) -> Cells:
    """Declare a column of numbers made of counts."""
    role: Role = "estimate"
    return Cells(Column(name, meaning, unit, role, kind, decimals), cells)


def arranged(flows: Flows, cells: Sequence[Cells], title: Readable, *, provisional: Sequence[bool]) -> Table:
    """Return a table of one row per stratum and period."""
    g, p = len(flows.strata), len(flows.labels)
    columns = (
        *strata_columns(flows.strata.names),
        Column("period", tr("period"), "text", "key", "key"),
        Column("state", tr("state"), "text", "key", "key"),
        *[one.column for one in cells],
    )
    values = {
        **flows.strata.columns(p),
        "period": list(flows.labels) * g,
        "state": ["provisional" if one else "complete" for one in provisional] * g,
        **{one.column.name: one.cells.values.ravel() for one in cells},
    }
    return Table(
        columns,
        values,
        labels={"period": {one: period_words(one) for one in flows.labels}, "state": _STATE_WORDS},
        title=title,
        statuses={one.column.name: one.cells.words() for one in cells if one.cells.status.any()},
    )


def rates(flows: Flows, found: Balance) -> list[Cells]:
    """Return stock, flow and the rates of both."""
    cells: list[Cells] = []
    if found.pending_start is not None:
        cells.append(counted("pending_start", WORDS["pending_start"], found.pending_start))
    if found.incoming is not None:
        cells.append(counted("incoming", WORDS["incoming"], found.incoming))
    if found.resolved is not None:
        cells.append(counted("resolved", WORDS["resolved"], found.resolved))
    more = found.outgoing is not None and not _same(found.outgoing, found.resolved)
    if more and found.outgoing is not None:
        cells.append(
            counted("outgoing", tr("outgoing: resolved, placed on inactive status, transferred out"), found.outgoing)
        )
    if found.pending_end is not None:
        words = WORDS["pending_end"] if found.end_told else tr("pending at the end, by the flows")
        cells.append(counted("pending_end", words, found.pending_end))
    cells += _rates(flows, found, more=more)
    return cells


def _rates(flows: Flows, found: Balance, *, more: bool) -> list[Cells]:
    cells: list[Cells] = []
    end, done = found.pending_end, found.resolved
    came, resolved, out = found.pairs
    if came is not None and out is not None:
        rate = indicator(formula.clearance_rate(out.values, came.values), out, came)
        cells.append(derived("clearance_rate", tr("clearance rate"), rate))
    if more and came is not None and resolved is not None:
        rate = indicator(formula.clearance_rate(resolved.values, came.values), resolved, came)
        cells.append(derived("clearance_resolved", tr("clearance rate, resolved cases only"), rate))
    if end is not None and done is not None:
        days = indicator(formula.disposition_time(end.values, done.values, flows.days), end, done)
        cells.append(derived("disposition_time", tr("disposition time (theoretical)"), days, "days", kind="quantile"))
    return cells


def pace(flows: Flows, found: Balance) -> list[Cells]:
    """Return the days of each period, and how often the stock was turned over in them."""
    start, came, done, end = found.pending_start, found.incoming, found.resolved, found.pending_end
    if done is None or end is None:
        return []
    days = quantity(np.tile(flows.days, (len(flows.strata), 1)))
    turned = indicator(formula.case_turnover(done.values, end.values), done, end)
    cells = [
        Cells(Column("days", tr("days"), "days", "key", "key"), days),
        derived("case_turnover", tr("case turnover"), turned, "number", 2),
    ]
    if start is not None and came is not None:
        ratio = indicator(formula.congestion(start.values, came.values, done.values), start, came, done)
        cells.append(derived("congestion", tr("congestion"), ratio, "number", 2))
    return cells


def identity(found: Balance) -> list[Cells]:
    """Return what the stock should be by the flows, what it is told to be, and the difference."""
    by_flows, left = found.by_flows, found.residual
    if by_flows is None or left is None:
        return []
    parts = (found.pending_start, found.came_in, found.went_out, found.pending_end)
    start, came, went, end = (one for one in parts if one is not None)
    return [
        counted("pending_start", WORDS["pending_start"], start),
        counted("came_in", tr("came in, transfers among them"), came),
        counted("went_out", tr("went out, transfers among them"), went),
        counted("by_flows", tr("pending at the end, by the flows"), by_flows),
        counted("pending_end", WORDS["pending_end"], end),
        counted("residual", tr("residual: told less by the flows"), left),
    ]


def inactive_identity(flows: Flows) -> list[Cells]:
    """Return the same for the stock on inactive status, where it is counted."""
    names = ("pending_inactive_start", "placed_inactive", "reactivated", "pending_inactive_end")
    if not all(flows.has(one) for one in names):
        return []
    start, placed, back, end = (flows.quantities[one] for one in names)
    left = indicator(formula.residual(*(one.values for one in (start, placed, back, end))), start, placed, back, end)
    cells = [counted(one, WORDS[one], flows.quantities[one]) for one in names]
    return [*cells, counted("residual", tr("residual: told less by the flows"), left)]


def parts(flows: Flows, words: Mapping[str, Readable]) -> list[Cells]:
    """Return what incoming and outgoing cases are made of; nothing where each is of one kind."""
    there = [one for one in _PARTS if flows.has(one)]
    if not set(there) - {"new", "resolved"}:
        return []
    return [counted(one, words.get(one, WORDS[one]), flows.quantities[one]) for one in there]


def capacity(flows: Flows, found: Balance) -> list[Cells]:
    """Return flows per judge, per member of staff and per 100,000 inhabitants."""
    cells: list[Cells] = []
    words = {
        ("incoming", "judges"): tr("incoming per judge"),
        ("resolved", "judges"): tr("resolved per judge"),
        ("incoming", "staff"): tr("incoming per member of staff"),
        ("resolved", "staff"): tr("resolved per member of staff (efficiency)"),
        ("incoming", "population"): tr("incoming per 100,000 inhabitants"),
        ("resolved", "population"): tr("resolved per 100,000 inhabitants"),
    }
    flow_of = {"incoming": found.incoming, "resolved": found.resolved}
    for base, scale, decimals in (("judges", 1, 1), ("staff", 1, 1), ("population", PER, 1)):
        if not flows.has(base):
            continue
        among = flows.quantities[base]
        cells.append(Cells(Column(base, WORDS[base], "number", "count", "text", 0), among))
        for name, flow in flow_of.items():
            if flow is not None:
                per = indicator(scale * formula.over(flow.values, among.values), flow, among)
                cells.append(derived(f"{name}_per_{base}", words[name, base], per, "number", decimals))
    return cells


def backlog(flows: Flows, found: Balance, rule: Readable, *, of_year: int) -> list[Cells]:
    """Return the old among the pending: their share, and the aging index."""
    if not flows.has("old_pending") or found.pending_end is None:
        return []
    old, end = flows.quantities["old_pending"], found.pending_end
    share = indicator(formula.over(old.values, end.values), old, end)
    cells = [
        counted("pending_end", WORDS["pending_end"], end),
        counted("old_pending", rule, old),
        derived("backlog_share", tr("share of the pending cases"), share, decimals=2),
    ]
    year = flows.quantities.get("resolved_past_year") or _past_year(flows, found.resolved, of_year)
    if year is None:
        return cells
    index = indicator(formula.aging_index(old.values, end.values, year.values), old, end, year)
    return [
        *cells,
        counted("resolved_past_year", tr("resolved in the past year"), year),
        derived("aging_index", tr("aging case index"), index, decimals=2),
    ]


def ages(flows: Flows, counts: Floats, cuts: Sequence[int], *, provisional: Sequence[bool]) -> Table:
    """Return the pending cases by age: count, share, and share up to the band."""
    g, p, b = counts.shape
    total = counts.sum(axis=2, keepdims=True)
    share = indicator(formula.over(counts, total), quantity(counts))
    so_far = indicator(formula.over(counts.cumsum(axis=2), total), quantity(counts))
    labels = [f"{low}-{high}" for low, high in zip((0, *cuts), cuts, strict=False)] + [f"{cuts[-1]}+"]
    columns = (
        *strata_columns(flows.strata.names),
        Column("period", tr("period"), "text", "key", "key"),
        Column("state", tr("state"), "text", "key", "key"),
        Column("age_band", tr("age in days"), "text", "key", "key"),
        Column("numerator", tr("pending cases"), "units", "count", "count"),
        Column("estimate", tr("share of the pending cases"), "share", "estimate", "share"),
        Column("cumulative_share", tr("share up to this age"), "share", "estimate", "share"),
    )
    values = {
        **flows.strata.columns(p * b),
        "period": [one for one in flows.labels for _ in range(b)] * g,
        "state": [("provisional" if one else "complete") for one in provisional for _ in range(b)] * g,
        "age_band": labels * (g * p),
        "numerator": counts.ravel(),
        "estimate": share.values.ravel(),
        "cumulative_share": so_far.values.ravel(),
    }
    statuses = {
        name: made.words()
        for name, made in (("estimate", share), ("cumulative_share", so_far))
        if made.status.any()
    }  # fmt: skip
    words = {one: day_band_words(one) for one in labels}
    named = {"period": {one: period_words(one) for one in flows.labels}, "state": _STATE_WORDS, "age_band": words}
    return Table(columns, values, labels=named, title=tr("Age of pending cases"), statuses=statuses)


def day_band_words(band: str) -> Readable:
    """Return a band of days in words."""
    if band.endswith("+"):
        return tr("over {days} days", days=int(band.removesuffix("+")))
    low, high = (int(one) for one in band.split("-"))
    if low == 0:
        return tr("up to {days} days", days=high)
    return tr("{low} to {high} days", low=low + 1, high=high)


def on_time(
    flows: Flows,
    kept: Sequence[Quantity],
    resolved: Quantity,
    standards: Mapping[str, Readable],
    goals: Sequence[float],
    *,
    provisional: Sequence[bool],
) -> Table:
    """Return the resolved cases that kept each standard, beside the share that should have."""
    g, p, s = len(flows.strata), len(flows.labels), len(kept)
    shares = [indicator(formula.over(one.values, resolved.values), one, resolved) for one in kept]
    columns = [
        *strata_columns(flows.strata.names),
        Column("period", tr("period"), "text", "key", "key"),
        Column("state", tr("state"), "text", "key", "key"),
        Column("standard", tr("standard"), "text", "key", "key"),
        Column("numerator", tr("resolved within it"), "units", "count", "count"),
        Column("denominator", tr("resolved"), "units", "count", "count"),
        Column("estimate", tr("share of the resolved cases"), "share", "estimate", "share"),
    ]
    made = {
        "numerator": _interleaved(kept),
        "denominator": _interleaved([resolved] * s),
        "estimate": _interleaved(shares),
    }
    values = {
        **flows.strata.columns(p * s),
        "period": [one for one in flows.labels for _ in range(s)] * g,
        "state": [("provisional" if one else "complete") for one in provisional for _ in range(s)] * g,
        "standard": list(standards) * (g * p),
        **{name: one.values for name, one in made.items()},
    }
    if goals:
        wanted = np.tile(np.asarray(goals, np.float64), g * p)
        made["points"] = indicator(made["estimate"].values - wanted, made["estimate"])
        columns += [
            Column("goal", tr("goal"), "share", "key", "key"),
            Column("points", tr("percentage points above the goal"), "points", "estimate", "difference"),
        ]
        values |= {"goal": wanted, "points": made["points"].values}
    return Table(
        tuple(columns),
        values,
        labels={
            "period": {one: period_words(one) for one in flows.labels},
            "state": _STATE_WORDS,
            "standard": dict(standards),
        },
        title=tr("Resolved within the standards"),
        statuses={name: one.words() for name, one in made.items() if one.status.any()},
    )


def to_date(flows: Flows, found: Balance, months: int) -> Table:
    """Return incoming and resolved cases of the year so far, beside those of the same months of the year before."""
    names = ("incoming", "resolved")
    there = [(name, one) for name in names if (one := getattr(found, name)) is not None]
    g, k = len(flows.strata), len(there)
    now = _interleaved([Quantity(one.values[:, :1], one.status[:, :1]) for _, one in there])
    before = _interleaved([Quantity(one.values[:, 1:], one.status[:, 1:]) for _, one in there])
    change = indicator(formula.change(now.values, before.values), now, before)
    columns = (
        *strata_columns(flows.strata.names),
        Column("flow", tr("flow"), "text", "key", "key"),
        Column("period", tr("year"), "text", "key", "key"),
        Column("months", tr("months, from January on"), "number", "key", "key", 0),
        Column("numerator", tr("cases"), "units", "count", "count"),
        Column("before", tr("the same months of the year before"), "units", "count", "count"),
        Column("change", tr("change"), "change", "estimate", "difference"),
    )
    values = {
        **flows.strata.columns(k),
        "flow": [name for name, _ in there] * g,
        "period": [flows.labels[0]] * (g * k),
        "months": np.full(g * k, months),
        "numerator": now.values,
        "before": before.values,
        "change": change.values,
    }
    statuses = {
        name: one.words()
        for name, one in (("numerator", now), ("before", before), ("change", change))
        if one.status.any()
    }
    labels = {"flow": {name: WORDS[name] for name in names}}
    return Table(columns, values, labels=labels, title=tr("Year to date, against the same months"), statuses=statuses)


def standard_words(days: Sequence[int]) -> dict[str, Readable]:
    """Return the words of standards that are told in days."""
    return {str(one): tr("within {days} days", days=one) for one in days}


def _interleaved(parts: Sequence[Quantity]) -> Quantity:
    """Return quantities of shape (G, P) as one column in which the parts of a cell follow each other."""
    return Quantity(
        np.stack([one.values for one in parts], axis=-1).ravel(),
        np.stack([one.status for one in parts], axis=-1).ravel(),
    )


def _past_year(flows: Flows, resolved: Quantity | None, of_year: int) -> Quantity | None:
    if resolved is None or of_year == 0:
        return None
    values = formula.past_year(np.where(flows.whole, resolved.values, np.nan), of_year)
    status = np.full(values.shape, np.uint8(_CODE["not_available"]))
    seamless = flows.first_day[1:] == flows.last_day[:-1] + 1
    for place in range(len(flows.labels)):
        of_it = slice(max(place - of_year + 1, 0), place + 1)
        if not seamless[of_it.start : place].all():
            values[:, place] = np.nan
        elif place >= of_year - 1 and flows.whole[of_it].all():
            these = range(of_it.start, of_it.stop)
            year = together(*[Quantity(resolved.values[:, [one]], resolved.status[:, [one]]) for one in these])
            values[:, place], status[:, place] = year.values[:, 0], year.status[:, 0]
    return Quantity(values, status)


def _same(one: Quantity, other: Quantity | None) -> bool:
    return other is not None and np.array_equal(one.values, other.values, equal_nan=True)
