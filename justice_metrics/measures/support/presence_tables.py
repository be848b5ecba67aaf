"""Tables on who supports: by chosen days, actor by actor, spell by spell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from ...base.cells import CellOf, Of
from ...base.language import Message, Readable, Setting, tr, trn
from ...base.table import Column, Table
from ...base.types import Counts, Flags, Floats, Values
from ...cases.attributes import actor_words
from ...estimate.curves import Incidence
from ...estimate.steps import at_days
from ...reduce.first_support import STARTED, FirstSupport, Present, Spells
from ...reduce.grouped import NO_DAY
from ..curve_estimates import survival_of, watched
from ..curve_times import Times
from ..declared import interval_columns, strata_columns

NAME: Final = "support_by"
NUMBER: Final = "at_least_"
KINDS: Final[Mapping[str, Message]] = {
    "all": tr("all spells"),
    "institution": tr("by institution"),
    "basis": tr("by basis"),
}


# Cases that can be followed from their start on; and of them, those of which it is known when support started.
_HISTORY: Final[Mapping[str, tuple[str, ...]]] = {"time to the ending told": ("yes",)}
_WHETHER: Final = "support by {support_by} before the ending"
_FOLLOWED: Final[Mapping[str, tuple[str, ...]]] = {**_HISTORY, _WHETHER: ("started", "late", "never")}
_THERE: Final = CellOf(
    each={
        "when": {
            "ended": {"{actor} had started": ("ended",)},
            "open": {"{actor} had started": ("open",)},
        }
    }
)


def _by_day(days: Sequence[int]) -> CellOf:
    """Return the cases in which support was seen to start by the day of a row."""
    names = [str(one) for one in days]
    until = {name: tuple(names[: place + 1]) for place, name in enumerate(names)}
    own = {**_HISTORY, _WHETHER: ("started",)}
    return CellOf(fixed=own, sets={"days": (f"support by {{support_by}} by day (of {', '.join(names)})", until)})


def support_words(items: Sequence[str]) -> dict[str, Readable]:
    """Return the words of actors and of numbers of them."""
    return {
        one: trn("at least {n} actor", "at least {n} actors", Setting(one.removeprefix(NUMBER)))
        if one.startswith(NUMBER)
        else actor_words(one)
        for one in items
    }


def days_table(times: Times, curves: Incidence, days: Sequence[int], items: Sequence[str]) -> Table:
    """Return the share of cases in which support had started by each day."""
    table, h = times.table, len(days)
    g = len(table.strata)
    seen = watched(times, survival_of(times), days)
    if STARTED in table.outcomes:
        place = table.outcomes.index(STARTED)
        parts = (curves.incidence[:, place], curves.conf_low[:, place], curves.conf_high[:, place])
        events = table.events[:, place]
    else:
        events = np.zeros((g, len(table.days)), np.int64)
        parts = (np.zeros(events.shape), np.full(events.shape, np.nan), np.full(events.shape, np.nan))
    shares = [np.where(seen, at_days(table.days, one, list(days), before=0.0), np.nan) for one in parts]
    columns = (
        *_strata(table.strata.names),
        Column("days", tr("by day"), "days", "key", "key"),
        Column("denominator", tr("cases"), "units", "count", "count", cell=CellOf(fixed=_FOLLOWED)),
        Column("numerator", tr("seen to start by then"), "units", "count", "count", cell=_by_day(days)),
        *(
            Column(one.name, one.meaning, one.unit, one.role, "coefficient", of=Of(inputs=("numerator", "denominator")))
            for one in interval_columns()
        ),
    )
    values = {
        **table.strata.columns(h),
        "days": list(days) * g,
        "denominator": np.repeat(times.n_units, h),
        "numerator": at_days(table.days, events.cumsum(axis=1), list(days), before=0.0).ravel(),
        **{name: one.ravel() for name, one in zip(("estimate", "conf_low", "conf_high"), shares, strict=True)},
    }
    return Table(columns, values, labels={NAME: support_words(items)}, title=tr("Cases in which support had started"))


def actors_table(found: FirstSupport, items: Sequence[str]) -> Table:
    """Return, for each actor, the cases with a dated start, without any, and without a date."""
    strata = found.table.strata
    recorded = found.started + found.late + found.undated
    with np.errstate(invalid="ignore", divide="ignore"):
        undated = found.undated / recorded
    columns = (
        *_strata(strata.names),
        Column("units", tr("cases"), "units", "count", "count", cell=CellOf(fixed=_HISTORY)),
        *(
            Column(name, words, "units", "count", "count", cell=CellOf(fixed={**_HISTORY, _WHETHER: (name,)}))
            for name, words in (
                ("started", tr("started before the case ended")),
                ("late", tr("started only afterwards")),
                ("never", tr("none recorded")),
                ("undated", tr("no date says when, or whether")),
            )
        ),
        Column(
            "share_undated",
            tr("share without a date, of those recorded"),
            "share",
            "estimate",
            "share",
            of=Of(inputs=("started", "late", "undated")),
        ),
        Column(
            "median_days",
            tr("median days to the start, where it started"),
            "days",
            "estimate",
            "quantile",
            of=Of(inputs=("started",)),
        ),
    )
    values = {
        **strata.columns(1),
        "units": found.units,
        "started": found.started,
        "late": found.late,
        "never": found.never,
        "undated": found.undated,
        "share_undated": undated,
        "median_days": found.median,
    }
    return Table(columns, values, labels={NAME: support_words(items)}, title=tr("Who supports, actor by actor"))


def present_table(found: Present, actors: Sequence[str]) -> Table:
    """Return, for each actor, in how many cases he or she was there to the end."""
    columns = (
        Column("actor", tr("actor"), "text", "key", "key"),
        Column("when", tr("when"), "text", "key", "key"),
        Column("denominator", tr("cases in which the actor had started"), "units", "count", "count", cell=_THERE),
        Column(
            "numerator",
            tr("of them still there"),
            "units",
            "count",
            "count",
            cell=CellOf(fixed={"{actor} there to the end": ("yes",)}, each=_THERE.each),
        ),
        Column(
            "estimate",
            tr("share"),
            "share",
            "estimate",
            "share",
            of=Of(inputs=("numerator", "denominator"), formula="share"),
        ),
    )
    started = np.stack([found.started, found.started_open], axis=1)
    present = np.stack([found.present, found.present_open], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = present / started
    values = {
        "actor": [one for one in actors for _ in range(2)],
        "when": ["ended", "open"] * len(actors),
        "denominator": started.ravel(),
        "numerator": present.ravel(),
        "estimate": share.ravel(),
    }
    labels: dict[str, Mapping[str, Readable]] = {
        "actor": {one: actor_words(one) for one in actors},
        "when": {"ended": tr("on the day on which the case ended"), "open": tr("at the cut-off, in open cases")},
    }
    return Table(columns, values, labels=labels, title=tr("Who was there to the end"))


def spells_table(spells: Spells, actors: Sequence[str], *, late_days: int) -> Table:
    """Return spells by actor, together, by institution and by basis: dates, delays, and when they were written down."""
    rows: list[tuple[str, str, str, Flags]] = []
    for actor in actors:
        own = spells.actor == actor
        rows.append((actor, "all", "all", own))
        for kind, column in (("institution", spells.institution), ("basis", spells.basis)):
            rows += [(actor, kind, one, own & (column == one)) for one in sorted(set(column[own].tolist()))]
    dated, recorded = spells.undated == 0, spells.recorded != NO_DAY
    late = recorded & (spells.recorded > late_days)
    n = np.array([_sum(spells.n, who) for *_, who in rows])
    with_record = np.array([_sum(spells.n, who & recorded) for *_, who in rows])
    with np.errstate(invalid="ignore", divide="ignore"):
        undated = np.array([_sum(spells.n, who & ~dated) for *_, who in rows]) / n
        retroactive = np.array([_sum(spells.n, who & late) for *_, who in rows]) / with_record
    columns = (
        Column("actor", tr("actor"), "text", "key", "key"),
        Column("kind", tr("told apart"), "text", "key", "key"),
        Column("level", tr("institution or basis"), "text", "key", "key"),
        Column("spells", tr("spells of support"), "units", "count", "count"),
        Column("share_undated", tr("share without a date"), "share", "estimate", "share"),
        Column("median_days", tr("median days from the start of the case"), "days", "estimate", "quantile"),
        Column("with_record", tr("spells with a day of recording"), "units", "count", "count"),
        Column(
            "share_late",
            tr("recorded more than {n} days after their start", n=Setting(late_days)),
            "share",
            "estimate",
            "share",
        ),
        Column("median_recording", tr("median days from start to recording"), "days", "estimate", "quantile"),
    )
    values = {
        "actor": [one for one, *_ in rows],
        "kind": [kind for _, kind, _, _ in rows],
        "level": [level for _, _, level, _ in rows],
        "spells": n,
        "share_undated": undated,
        "median_days": _medians(spells.delay, spells.n, [who & dated & (spells.delay != NO_DAY) for *_, who in rows]),
        "with_record": with_record,
        "share_late": retroactive,
        "median_recording": _medians(spells.recorded, spells.n, [who & recorded for *_, who in rows]),
    }
    labels: dict[str, Mapping[str, Readable]] = {"actor": {one: actor_words(one) for one in actors}, "kind": KINDS}
    return Table(
        columns,
        values,
        labels=labels,
        title=tr("Spells of support: dates, and when they were written down"),
        guard="internal",
    )


def _strata(names: Sequence[str]) -> tuple[Column, ...]:
    return (*strata_columns(names[:-1]), Column(NAME, tr("support by"), "text", "key", "key"))


def _sum(n: Counts, who: Values) -> int:
    return int(n[who].sum())


def _medians(values: Counts, n: Counts, groups: Sequence[Values]) -> Floats:
    found = [np.repeat(values[who], n[who]) for who in groups]
    return np.array([np.median(one) if len(one) else np.nan for one in found])
