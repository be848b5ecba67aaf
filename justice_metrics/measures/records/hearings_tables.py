"""The tables of the hearings: how many are suspended and why, and how often one is set until it is held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from ...base.cells import CellOf, Of
from ...base.language import Language, Message, Readable, format_number, tr
from ...base.levels import LEVEL_WORDS
from ...base.table import Column, Table
from ...base.types import Floats, Tallies
from ...estimate.proportion import wilson
from ...reduce.hearings import HearingCounts, Settings
from ...tables import Strata
from ..declared import interval_columns, shown_limits, strata_columns

ALL: Final = "all"
# Numbers of dates told apart: 1, 2, 3, 4, and 5 or more.
MOST_DATES: Final = 5
HEARING: Final = Column("hearing", tr("kind of hearing"), "text", "key", "key")


# Of the cases in which a hearing of the row's kind was held, those that took so many dates.
_DATES_DIMENSION: Final = "dates until held: {hearing}"


def hearing_cell(which: str, *outcomes: str) -> dict[str, tuple[str, ...]]:
    """Return the restrictions of hearings, of those that became one of ``outcomes`` where any is given."""
    unit: dict[str, tuple[str, ...]] = {"unit": (f"hearing{which}",)}
    return {**unit, "hearing became": outcomes} if outcomes else unit


def of_cases(which: str) -> dict[str, tuple[str, ...]]:
    """Return the restrictions of the cases that hearings are counted of."""
    return {f"asked for hearings{which}": ("yes",)} if which else {}


class Average:
    """An average that a message prints with one or two decimals."""

    __slots__ = ("decimals", "value")

    def __init__(self, value: float, decimals: int = 2) -> None:
        self.value = float(value)
        self.decimals = decimals

    def text(self, language: Language = "en") -> str:
        """Return the number."""
        return format_number(self.value, language, decimals=self.decimals)


def kind_words() -> dict[str, Readable]:
    """Return the words of what is no kind of the user's own."""
    return {ALL: tr("all hearings"), **{key: words for key, words in LEVEL_WORDS.items() if key != ALL}}


def with_all(counts: Tallies) -> Tallies:
    """Return counts by stratum and kind with the sum over the kinds before them; without it for a single kind."""
    return counts if counts.shape[1] <= 1 else np.concatenate([counts.sum(axis=1, keepdims=True), counts], axis=1)


def kinds_shown(kinds: Sequence[str]) -> tuple[str, ...]:
    """Return the kinds as the rows of a table name them."""
    return tuple(kinds) if len(kinds) <= 1 else (ALL, *kinds)


def suspension_table(counted: HearingCounts, level: float, *, weighted: bool, which: str) -> Table:
    """Return one row per stratum and kind: what became of the hearings, and the share suspended of those due."""
    kinds, n = kinds_shown(counted.kinds), with_all(counted.n)
    held, suspended, scheduled, unknown = (n[:, :, place].ravel() for place in range(4))
    due = held + suspended
    share = wilson(suspended, due, level)
    low, high = shown_limits(share.conf_low, share.conf_high, weighted=weighted)
    units = np.repeat(counted.units, len(kinds))

    def became(*outcomes: str) -> CellOf:
        return CellOf(fixed=hearing_cell(which, *outcomes), keys={"hearing": "hearing"})

    columns = (
        *strata_columns(counted.strata.names),
        HEARING,
        Column("numerator", tr("hearings suspended"), "units", "count", "count", cell=became("suspended")),
        Column("denominator", tr("held or suspended"), "units", "count", "count", cell=became("held", "suspended")),
        Column("scheduled", tr("still ahead"), "units", "count", "count", cell=became("scheduled")),
        Column("not_recorded", tr("outcome not recorded"), "units", "count", "count", cell=became("not_recorded")),
        *interval_columns(of=("numerator", "denominator"), level=level, interval="" if weighted else "wilson"),
        Column("units", tr("cases"), "units", "count", "count", cell=CellOf(fixed=of_cases(which))),
        Column(
            "per_case",
            tr("hearings set per case"),
            "number",
            "estimate",
            "share",
            2,
            of=Of(inputs=("set", "units"), formula="ratio"),
        ),
        Column("set", tr("hearings set"), "units", "count", "count", cell=became()),
    )
    values = {
        **counted.strata.columns(len(kinds)),
        "hearing": list(kinds) * len(counted.strata),
        "numerator": suspended,
        "denominator": due,
        "scheduled": scheduled,
        "not_recorded": unknown,
        "estimate": share.estimate,
        "conf_low": low,
        "conf_high": high,
        "units": units,
        "per_case": _over(due + scheduled + unknown, units),
        "set": due + scheduled + unknown,
    }
    return Table(
        columns,
        values,
        labels={"hearing": kind_words()},
        title=tr("Hearings that were suspended"),
        statuses={"estimate": undefined(due)},
    )


def reasons_table(
    strata: Strata, reasons: Sequence[str], n: Tallies, level: float, *, weighted: bool, which: str
) -> Table:
    """Return one row per stratum and reason: its share of the suspended hearings, most frequent first."""
    order = np.argsort(-n.sum(axis=0), kind="stable")
    n, names = n[:, order], [reasons[place] for place in order]
    total = np.repeat(n.sum(axis=1, keepdims=True), len(names), axis=1)
    share = wilson(n.ravel(), total.ravel(), level)
    low, high = shown_limits(share.conf_low, share.conf_high, weighted=weighted)
    columns = (
        *strata_columns(strata.names),
        Column("reason", tr("reason of the suspension"), "text", "key", "key"),
        Column(
            "numerator",
            tr("hearings suspended"),
            "units",
            "count",
            "count",
            cell=CellOf(fixed=hearing_cell(which, "suspended"), keys={"reason": "suspended for"}),
        ),
        Column(
            "denominator",
            tr("all suspended"),
            "units",
            "count",
            "count",
            cell=CellOf(fixed=hearing_cell(which, "suspended")),
        ),
        *interval_columns(of=("numerator", "denominator"), level=level, interval="" if weighted else "wilson"),
    )
    values = {
        **strata.columns(len(names)),
        "reason": names * len(strata),
        "numerator": n.ravel(),
        "denominator": total.ravel(),
        "estimate": share.estimate,
        "conf_low": low,
        "conf_high": high,
    }
    return Table(
        columns,
        values,
        labels={"reason": dict(LEVEL_WORDS)},
        title=tr("Why hearings were suspended"),
        statuses={"estimate": undefined(total.ravel())},
    )


def certainty_table(
    strata: Strata, kinds: Sequence[str], counted: Settings, level: float, *, weighted: bool, which: str
) -> Table:
    """Return one row per stratum and kind: held on the first date, dates set and days until it was held."""
    dates = np.arange(1, counted.dates + 1)
    held = counted.units.sum(axis=2).ravel()
    first = counted.units[:, :, 0].ravel()
    total = (counted.units * dates).sum(axis=2).ravel()
    share = wilson(first, held, level)
    low, high = shown_limits(share.conf_low, share.conf_high, weighted=weighted)
    lost = counted.lost_days.ravel()
    held_flag = {"hearing": f"held{which}"}
    columns = (
        *strata_columns(strata.names),
        HEARING,
        Column(
            "numerator",
            tr("held on the first date"),
            "units",
            "count",
            "count",
            cell=CellOf(flags=held_flag, fixed={_DATES_DIMENSION: ("1",)}),
        ),
        Column(
            "denominator", tr("cases in which it was held"), "units", "count", "count", cell=CellOf(flags=held_flag)
        ),
        *interval_columns(of=("numerator", "denominator"), level=level, interval="" if weighted else "wilson"),
        Column(
            "dates",
            tr("dates set, all together"),
            "units",
            "count",
            "count",
            # they are some of the hearings set
            cell=CellOf(fixed={**hearing_cell(which), "until held": ("yes",)}, keys={"hearing": "hearing"}),
        ),
        Column(
            "average_dates",
            tr("dates set per case"),
            "number",
            "estimate",
            "share",
            2,
            of=Of(inputs=("dates", "denominator"), formula="ratio"),
        ),
        Column(
            "days",
            tr("days from the first date to the hearing, all together"),
            "days",
            "count",
            "mean",
            of=Of(inputs=("denominator",)),
        ),
        Column("average_days", tr("days lost per case"), "days", "estimate", "mean", of=Of(inputs=("denominator",))),
    )
    values = {
        **strata.columns(len(kinds)),
        "hearing": list(kinds) * len(strata),
        "numerator": first,
        "denominator": held,
        "estimate": share.estimate,
        "conf_low": low,
        "conf_high": high,
        "dates": total,
        "average_dates": _over(total, held),
        "days": lost,
        "average_days": _over(lost, held),
    }
    none = undefined(held)
    return Table(
        columns,
        values,
        labels={"hearing": kind_words()},
        title=tr("Certainty of the dates"),
        statuses={"estimate": none, "average_dates": none, "average_days": none},
    )


def dates_table(
    strata: Strata, kinds: Sequence[str], counted: Settings, level: float, *, weighted: bool, which: str
) -> Table:
    """Return one row per stratum, kind and number of dates that were set until the hearing was held."""
    g, k = len(strata), len(kinds)
    n = np.zeros((g, k, MOST_DATES), counted.units.dtype)
    shown = min(counted.dates, MOST_DATES)
    n[:, :, :shown] = counted.units[:, :, :shown]
    n[:, :, MOST_DATES - 1] += counted.units[:, :, MOST_DATES:].sum(axis=2)
    total = np.repeat(n.sum(axis=2), MOST_DATES)
    share = wilson(n.ravel(), total, level)
    low, high = shown_limits(share.conf_low, share.conf_high, weighted=weighted)
    held_flag = {"hearing": f"held{which}"}
    names = [str(one) for one in range(1, MOST_DATES)] + [f"{MOST_DATES}+"]
    columns = (
        *strata_columns(strata.names),
        HEARING,
        Column("dates", tr("dates set"), "text", "key", "key"),
        Column(
            "numerator",
            tr("cases"),
            "units",
            "count",
            "count",
            cell=CellOf(flags=held_flag, keys={"dates": _DATES_DIMENSION}),
        ),
        Column(
            "denominator", tr("cases in which it was held"), "units", "count", "count", cell=CellOf(flags=held_flag)
        ),
        *interval_columns(of=("numerator", "denominator"), level=level, interval="" if weighted else "wilson"),
    )
    values = {
        **strata.columns(k * MOST_DATES),
        "hearing": [one for one in kinds for _ in names] * g,
        "dates": names * (g * k),
        "numerator": n.ravel(),
        "denominator": total,
        "estimate": share.estimate,
        "conf_low": low,
        "conf_high": high,
    }
    return Table(
        columns,
        values,
        labels={"hearing": kind_words()},
        title=tr("Dates set until the hearing was held"),
        statuses={"estimate": undefined(total)},
        # beside the dates set all together, few cases with many dates would be known to one or two
        guard="internal",
    )


def named_kinds(table: Table) -> Table:
    """Return a table of times with the column of the kinds called by its words."""
    columns = tuple(
        HEARING
        if one.name == HEARING.name
        else replace(one, cell=one.cell and replace(one.cell, keys={**one.cell.keys, "hearing": "hearing"}))
        for one in table.columns
    )
    labels: Mapping[str, Mapping[str, Readable]] = {**table.labels, "hearing": kind_words()}
    return Table(columns, table.values, labels=labels, title=table.title, statuses=table.statuses, guard=table.guard)


def undefined(denominator: Tallies) -> list[str]:
    """Return the status of a share over each denominator."""
    return ["not_defined" if one <= 0 else "" for one in denominator.tolist()]


def no_reason(reasons: Sequence[str]) -> frozenset[str]:
    """Return those of the reasons that say that none is known."""
    return frozenset(reasons) & frozenset(LEVEL_WORDS)


def _over(numerator: Tallies, denominator: Tallies) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(denominator > 0, numerator / denominator, np.nan)


FIRST_DATE: Final[Message] = tr("first date set")
