"""The tables of an answer about flows: every number with its status, every ratio from summed counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from ...base.cells import CellOf, Of
from ...base.language import Readable, Setting, tr
from ...base.quantities import STATUSES, Quantity, quantity
from ...base.table import Column, Kind, Role, Table, Unit
from ...base.types import Floats
from ...cases.counts.quantities import WORDS
from ...cases.periods import period_words
from ...estimate import flows as formula
from ...reduce.flow_counts import Flows
from ..declared import strata_columns
from .indicators import Balance, indicator, together
from .things import Things, same

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


def counted(things: Things, name: str, meaning: Readable, cells: Quantity, of: str = "") -> Cells:
    """Declare a column of counts: of ``of``, or of what the column is called."""
    return Cells(Column(name, meaning, "units", "count", "count", cell=things.cell(of or name, cells)), cells)


def derived(
    name: str,
    meaning: Readable,
    cells: Quantity,
    unit: Unit = "share",
    decimals: int = 1,
    *,
    of: tuple[str, ...],
    formula: str = "ratio",
    kind: Kind = "share",
) -> Cells:
    """Declare a column of numbers made of counts: of which columns, and how."""
    role: Role = "estimate"
    made_of = Of(inputs=of, formula=formula)
    return Cells(Column(name, meaning, unit, role, kind, decimals, of=made_of), cells)


def _days(flows: Flows) -> Cells:
    """Declare how long each period is, which tells nothing of cases."""
    days = quantity(np.tile(flows.days, (len(flows.strata), 1)))
    return Cells(Column("days", tr("days"), "days", "key", "setting"), days)


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


def rates(flows: Flows, found: Balance, things: Things) -> list[Cells]:
    """Return stock, flow and the rates of both."""
    cells: list[Cells] = []
    if found.pending_start is not None:
        cells.append(counted(things, "pending_start", WORDS["pending_start"], found.pending_start))
    if found.incoming is not None:
        cells.append(counted(things, "incoming", WORDS["incoming"], found.incoming))
    if found.resolved is not None:
        cells.append(counted(things, "resolved", WORDS["resolved"], found.resolved))
    more = found.outgoing is not None and not same(found.outgoing, found.resolved)
    if more and found.outgoing is not None:
        words = tr("outgoing: resolved, placed on inactive status, transferred out")
        cells.append(counted(things, "outgoing", words, found.outgoing))
    if found.pending_end is not None:
        words = WORDS["pending_end"] if found.end_told else tr("pending at the end, by the flows")
        cells.append(counted(things, "pending_end", words, found.pending_end))
    return [*cells, *_rates(flows, found, things, more=more)]


def _rates(flows: Flows, found: Balance, things: Things, *, more: bool) -> list[Cells]:
    cells: list[Cells] = []
    beside: list[Cells] = []
    end, done = found.pending_end, found.resolved
    came, resolved, out = found.pairs

    def column(name: str, told: Quantity | None, used: Quantity, meaning: Readable) -> str:
        """Return the column that a rate is made of; sums over fewer rows of the table stand in one of their own."""
        if same(used, told):
            return name
        own = f"{name}_paired"
        if own not in [one.column.name for one in beside]:
            beside.append(counted(things, own, meaning, used))
        return own

    if came is not None:
        below = column("incoming", found.incoming, came, tr("incoming, where both sides of the rate are told"))
    if came is not None and out is not None:
        rate = indicator(formula.clearance_rate(out.values, came.values), out, came)
        told, name = (found.outgoing, "outgoing") if more else (done, "resolved")
        above = column(name, told, out, tr("outgoing, where both sides of the rate are told"))
        cells.append(derived("clearance_rate", tr("clearance rate"), rate, of=(above, below)))
    if more and came is not None and resolved is not None:
        rate = indicator(formula.clearance_rate(resolved.values, came.values), resolved, came)
        above = column("resolved", done, resolved, tr("resolved, where both sides of the rate are told"))
        words = tr("clearance rate, resolved cases only")
        cells.append(derived("clearance_resolved", words, rate, of=(above, below)))
    if end is not None and done is not None:
        days = indicator(formula.disposition_time(end.values, done.values, flows.days), end, done)
        words = tr("disposition time (theoretical)")
        made_of = ("pending_end", "resolved", "days")
        cells.append(derived("disposition_time", words, days, "days", of=made_of, formula="disposition_time"))
        beside.append(_days(flows))
    return [*cells, *beside]


def pace(flows: Flows, found: Balance, things: Things) -> list[Cells]:
    """Return the days of each period, and how often the stock was turned over in them."""
    start, came, done, end = found.pending_start, found.incoming, found.resolved, found.pending_end
    if done is None or end is None:
        return []
    turned = indicator(formula.case_turnover(done.values, end.values), done, end)
    cells = [
        _days(flows),
        derived("case_turnover", tr("case turnover"), turned, "number", 2, of=("resolved", "pending_end")),
    ]
    counts = {"resolved": done, "pending_end": end}
    if start is not None and came is not None:
        ratio = indicator(formula.congestion(start.values, came.values, done.values), start, came, done)
        made_of = ("pending_start", "incoming", "resolved")
        cells.append(derived("congestion", tr("congestion"), ratio, "number", 2, of=made_of, formula="congestion"))
        counts = {"pending_start": start, "incoming": came, **counts}
    return [*cells, *(counted(things, name, WORDS[name], one) for name, one in counts.items())]


def identity(found: Balance, things: Things) -> list[Cells]:
    """Return what the stock should be by the flows, what it is told to be, and the difference."""
    by_flows, left = found.by_flows, found.residual
    if by_flows is None or left is None:
        return []
    parts = (found.pending_start, found.came_in, found.went_out, found.pending_end)
    start, came, went, end = (one for one in parts if one is not None)
    by_the_flows = tr("pending at the end, by the flows")
    return [
        counted(things, "pending_start", WORDS["pending_start"], start),
        counted(things, "came_in", tr("came in, transfers among them"), came),
        counted(things, "went_out", tr("went out, transfers among them"), went),
        derived(
            "by_flows",
            by_the_flows,
            by_flows,
            "units",
            of=("pending_start", "came_in", "went_out"),
            formula="stock",
            kind="difference",
        ),
        counted(things, "pending_end", WORDS["pending_end"], end),
        _residual(left, ("pending_end", "by_flows")),
    ]


def _residual(left: Quantity, of: tuple[str, str]) -> Cells:
    words = tr("residual: told less by the flows")
    return derived("residual", words, left, "units", of=of, formula="difference", kind="difference")


def inactive_identity(flows: Flows, things: Things) -> list[Cells]:
    """Return the same for the stock on inactive status, where it is counted."""
    names = ("pending_inactive_start", "placed_inactive", "reactivated", "pending_inactive_end")
    if not all(flows.has(one) for one in names):
        return []
    start, placed, back, end = (flows.quantities[one] for one in names)
    left = indicator(formula.residual(*(one.values for one in (start, placed, back, end))), start, placed, back, end)
    by_flows = indicator(formula.total_backlog(start.values, placed.values, back.values), start, placed, back)
    cells = [counted(things, one, WORDS[one], flows.quantities[one]) for one in names]
    return [
        *cells,
        _residual(left, ("pending_inactive_end", "by_flows")),
        derived(
            "by_flows",
            tr("pending at the end, by the flows"),
            by_flows,
            "units",
            of=names[:3],
            formula="stock",
            kind="difference",
        ),
    ]


def parts(flows: Flows, words: Mapping[str, Readable], things: Things) -> list[Cells]:
    """Return what incoming and outgoing cases are made of; nothing where each is of one kind."""
    there = [one for one in _PARTS if flows.has(one)]
    if not set(there) - {"new", "resolved"}:
        return []
    return [counted(things, one, words.get(one, WORDS[one]), flows.quantities[one]) for one in there]


def capacity(flows: Flows, found: Balance, things: Things) -> list[Cells]:
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
        cells.append(Cells(Column(base, WORDS[base], "number", "count", "setting", 0), among))
        for name, flow in flow_of.items():
            if flow is not None:
                per = indicator(scale * formula.over(flow.values, among.values), flow, among)
                how = "per_100000" if base == "population" else "ratio"
                label = f"{name}_per_{base}"
                cells.append(derived(label, words[name, base], per, "number", decimals, of=(name, base), formula=how))
    if not cells:
        return []
    return [*cells, *(counted(things, name, WORDS[name], one) for name, one in flow_of.items() if one is not None)]


def backlog(flows: Flows, found: Balance, rule: Readable, things: Things, *, of_year: int) -> list[Cells]:
    """Return the old among the pending: their share, and the aging index."""
    if not flows.has("old_pending") or found.pending_end is None:
        return []
    old, end = flows.quantities["old_pending"], found.pending_end
    share = indicator(formula.over(old.values, end.values), old, end)
    cells = [
        counted(things, "pending_end", WORDS["pending_end"], end),
        counted(things, "old_pending", rule, old),
        derived(
            "backlog_share", tr("share of the pending cases"), share, decimals=2, of=("old_pending", "pending_end")
        ),
    ]
    year = flows.quantities.get("resolved_past_year") or _past_year(flows, found.resolved, of_year)
    if year is None:
        return cells
    index = indicator(formula.aging_index(old.values, end.values, year.values), old, end, year)
    return [
        *cells,
        counted(things, "resolved_past_year", tr("resolved in the past year"), year),
        derived(
            "aging_index",
            tr("aging case index"),
            index,
            decimals=2,
            of=("old_pending", "pending_end", "resolved_past_year"),
            formula="aging_index",
        ),
    ]


def ages(flows: Flows, counts: Floats, cuts: Sequence[int], things: Things, *, provisional: Sequence[bool]) -> Table:
    """Return the pending cases by age: count, share, and share up to the band."""
    g, p, b = counts.shape
    total = counts.sum(axis=2, keepdims=True)
    share = indicator(formula.over(counts, total), quantity(counts))
    so_far = indicator(formula.over(counts.cumsum(axis=2), total), quantity(counts))
    labels = [f"{low}-{high}" for low, high in zip((0, *cuts), cuts, strict=False)] + [f"{cuts[-1]}+"]
    stock = things.cell("pending_end", quantity(total[:, :, 0]))
    # other bands of age are another dimension
    bands = f"age_days_{'_'.join(map(str, cuts))}"
    in_band = replace(stock, keys={**stock.keys, "age_band": bands})
    so_old = {one: ("all",) if place == b - 1 else tuple(labels[: place + 1]) for place, one in enumerate(labels)}
    up_to = replace(stock, sets={"age_band": (bands, so_old)})
    columns = (
        *strata_columns(flows.strata.names),
        Column("period", tr("period"), "text", "key", "key"),
        Column("state", tr("state"), "text", "key", "key"),
        Column("age_band", tr("age in days"), "text", "key", "key"),
        Column("numerator", tr("pending cases"), "units", "count", "count", cell=in_band),
        Column(
            "estimate",
            tr("share of the pending cases"),
            "share",
            "estimate",
            "share",
            of=Of(inputs=("numerator", "denominator"), formula="share"),
        ),
        Column(
            "cumulative_share",
            tr("share up to this age"),
            "share",
            "estimate",
            "share",
            of=Of(inputs=("up_to", "denominator"), formula="share"),
        ),
        Column("up_to", tr("pending cases up to this age"), "units", "count", "count", cell=up_to),
        Column("denominator", tr("all pending cases"), "units", "count", "count", cell=stock),
    )
    values = {
        **flows.strata.columns(p * b),
        "period": [one for one in flows.labels for _ in range(b)] * g,
        "state": [("provisional" if one else "complete") for one in provisional for _ in range(b)] * g,
        "age_band": labels * (g * p),
        "numerator": counts.ravel(),
        "estimate": share.values.ravel(),
        "cumulative_share": so_far.values.ravel(),
        "up_to": counts.cumsum(axis=2).ravel(),
        "denominator": np.repeat(total.ravel(), b),
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
        return tr("over {days} days", days=Setting(band.removesuffix("+")))
    low, high = (Setting(one) for one in band.split("-"))
    if low == 0:
        return tr("up to {days} days", days=high)
    return tr("{low} to {high} days", low=Setting(low + 1), high=high)


def on_time(
    flows: Flows,
    kept: Sequence[Quantity],
    resolved: Quantity,
    standards: Mapping[str, Readable],
    goals: Sequence[float],
    things: Things,
    *,
    provisional: Sequence[bool],
) -> Table:
    """Return the resolved cases that kept each standard, beside the share that should have."""
    g, p, s = len(flows.strata), len(flows.labels), len(kept)
    shares = [indicator(formula.over(one.values, resolved.values), one, resolved) for one in kept]
    done = things.cell("resolved", resolved)
    columns = [
        *strata_columns(flows.strata.names),
        Column("period", tr("period"), "text", "key", "key"),
        Column("state", tr("state"), "text", "key", "key"),
        Column("standard", tr("standard"), "text", "key", "key"),
        Column(
            "numerator",
            tr("resolved within it"),
            "units",
            "count",
            "count",
            cell=replace(done, flags={"standard": "resolved within"}),
        ),
        Column("denominator", tr("resolved"), "units", "count", "count", cell=done),
        Column(
            "estimate",
            tr("share of the resolved cases"),
            "share",
            "estimate",
            "share",
            of=Of(inputs=("numerator", "denominator"), formula="ratio"),
        ),
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
            Column("goal", tr("goal"), "share", "key", "setting"),
            Column(
                "points",
                tr("percentage points above the goal"),
                "points",
                "estimate",
                "difference",
                of=Of(inputs=("estimate", "goal"), formula="difference"),
            ),
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


def to_date(flows: Flows, found: Balance, months: int, things: Things) -> Table:
    """Return incoming and resolved cases of the year so far, beside those of the same months of the year before."""
    names = ("incoming", "resolved")
    there = [(name, one) for name in names if (one := getattr(found, name)) is not None]
    g, k = len(flows.strata), len(there)
    what = {name: {"unit": (things.name(name, one),)} for name, one in there}

    def in_months(year: str) -> CellOf:
        # first months of a year lie in it, and in more of its months, which a later release tells of
        first = {f"month_of_{year}": tuple(f"{one:02d}" for one in range(1, months + 1))} if months < 12 else {}
        return CellOf(each={"flow": what}, fixed={"year_of_it": (year,), **first})

    now = _interleaved([Quantity(one.values[:, :1], one.status[:, :1]) for _, one in there])
    before = _interleaved([Quantity(one.values[:, 1:], one.status[:, 1:]) for _, one in there])
    change = indicator(formula.change(now.values, before.values), now, before)
    columns = (
        *strata_columns(flows.strata.names),
        Column("flow", tr("flow"), "text", "key", "key"),
        Column("period", tr("year"), "text", "key", "key"),
        Column("months", tr("months, from January on"), "number", "key", "setting", 0),
        Column("numerator", tr("cases"), "units", "count", "count", cell=in_months(flows.labels[0])),
        Column(
            "before",
            tr("the same months of the year before"),
            "units",
            "count",
            "count",
            cell=in_months(flows.labels[1]),
        ),
        Column(
            "change",
            tr("change"),
            "change",
            "estimate",
            "difference",
            of=Of(inputs=("numerator", "before"), formula="change"),
        ),
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
    return {str(one): tr("within {days} days", days=Setting(one)) for one in days}


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
