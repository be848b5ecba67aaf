"""The answer about stock and flow: its tables in sentences and in figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, TypedDict, cast

import numpy as np

from ...base.language import Language, Readable, format_number, format_share, tr
from ...base.quantities import STATUS_WORDS, STATUSES
from ...base.result import Result, context_of
from ...base.table import Table
from ...cases.counts.quantities import WORDS
from ...cases.periods import period_words
from ...figures.counts import bars
from ...figures.flow_lines import flow_lines
from ..declared import Share
from ..shown import counts_in, known, numbers, strata_of, tell_hidden
from . import tables as table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# More lines than this in one figure and nobody tells them apart; all groups together are drawn instead.
_MOST_LINES: Final = 8


class _Frame(TypedDict):
    """What the figures of one answer share."""

    provisional: list[bool]
    provisional_label: str
    x_label: str


@dataclass(frozen=True, eq=False, kw_only=True)
class CaseFlows(Result):
    """Stock, flow and their indicators by period.

    Tables
    ------
    main
        One row per stratum and period: ``state`` (complete or provisional), ``pending_start, incoming, resolved,
        pending_end`` and, of what is there, ``clearance_rate, disposition_time``. Where cases are placed on inactive
        status, ``outgoing`` counts them, ``clearance_rate`` is that of outgoing cases and ``clearance_resolved`` that
        of resolved ones alone.
    pace
        ``days`` of each period, ``case_turnover``, ``congestion``.
    identity
        The stock that the flows give, the stock that is told, and the ``residual``.
    inactive
        The same for the stock on inactive status.
    parts
        What incoming and outgoing cases are made of.
    whole
        All strata added up; its ratios are made of the sums.
    backlog
        Old pending cases by the rule that was declared: share, and aging index.
    ages
        Pending cases by age (case files only).
    on_time
        Resolved cases within each standard.
    capacity
        Flows per judge, per member of staff, per 100,000 inhabitants.
    to_date
        The year so far against the same months of the year before.
    """

    question: ClassVar[str] = "case_flows"
    views: ClassVar[Mapping[str, Readable]] = MappingProxyType(
        {
            "clearance": tr("Clearance rate by period"),
            "disposition": tr("Disposition time by period"),
        }
    )

    pictured: ClassVar[Mapping[str, tuple[Readable, Readable]]] = MappingProxyType(
        {
            "": (
                tr("cases that came in and that were resolved in a period, and cases pending at its end"),
                tr("all cases; these are numbers and no shares"),
            ),
            "clearance": (tr("cases resolved in a period"), tr("cases that came in, in the same period")),
            "disposition": (tr("cases pending at the end of a period"), tr("cases resolved in the period, per day")),
            "ages": (
                tr("cases pending on the last day, by their age"),
                tr("all cases; these are numbers and no shares"),
            ),
        }
    )

    period_word: Readable
    whole_periods: tuple[bool, ...]
    last_date: dt.date

    def findings(self) -> tuple[Readable, ...]:
        """Return stock, flow and rates of the last complete period and of the provisional one after it."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say stock, flow and rates of the last complete period and of the provisional one, as far as shown."""
        table = shown.tables.get("whole", shown.main)
        if strata_of(table) or len(table) == 0:
            return ()
        complete = np.flatnonzero(table["state"] == "complete")
        rows = [int(complete[-1])] if len(complete) else []
        rows += [row for row in (len(table) - 1,) if table["state"][row] == "provisional"]
        said = [one for row in rows for one in _of_row(table, row)]
        return (*said, *_to_date(shown))

    def context(self) -> Mapping[str, object]:
        """Return what the figures say of the periods."""
        return {"period_word": self.period_word, "whole_periods": self.whole_periods, "last_date": self.last_date}

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw incoming, resolved and pending cases by period, all strata together.

        The flows of a period that is not over are not drawn: they would look like a fall.
        """
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw incoming, resolved and pending cases by period, all strata together; the axis says what a gap is."""
        table = shown.tables.get("whole", shown.main)
        there = [one for one in ("incoming", "resolved", "pending_end") if one in table.values]
        words = {one.name: one.meaning for one in table.columns}
        whole = np.array(cast("tuple[bool, ...]", context_of(shown)["whole_periods"]))
        drawn = {name: numbers(table, name) for name in there}
        drawn |= {name: np.where(whole, drawn[name], np.nan) for name in there if name != "pending_end"}
        return flow_lines(
            periods=_periods(table, language),
            values=np.stack([drawn[one] for one in there]),
            groups=[words[one].text(language) for one in there],
            y_label=tr("cases").text(language),
            number=lambda n: format_number(round(n), language),
            **_frame(shown, table, language, there),
            ax=ax,
        )

    def draw(self, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the clearance rate or the disposition time by period, one line per stratum."""
        return self.draw_of(self, view, ax, language=language)

    @classmethod
    def draw_of(cls, shown: Result, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the clearance rate or the disposition time by period, as far as they are shown."""
        name = {"clearance": "clearance_rate", "disposition": "disposition_time"}[view]
        table = shown.main
        strata = strata_of(table)
        p = len(dict.fromkeys(table["period"].tolist()))
        if strata and len(table) > p * _MOST_LINES:
            table, strata = shown.tables["whole"], []
        g = len(table) // p
        _, rows = table.display(language)
        there = name in table.values
        is_rate = view == "clearance"
        return flow_lines(
            periods=_periods(table, language)[:p],
            values=numbers(table, name).reshape(g, p) if there else np.full((g, p), np.nan),
            groups=[" · ".join(rows[place * p][: len(strata)]) for place in range(g)],
            reference=1.0 if is_rate else None,
            reference_label=tr("as many out as in").text(language) if is_rate else None,
            y_label=(tr("clearance rate") if is_rate else tr("disposition time (theoretical), days")).text(language),
            percent=(lambda share: format_share(share, language, decimals=0)) if is_rate else False,
            number=lambda n: format_number(round(n), language),
            **_frame(shown, table, language, [name] if there else []),
            ax=ax,
        )


def _of_row(table: Table, row: int) -> list[Readable]:
    period = period_words(str(table["period"][row]))
    late = table["state"][row] == "provisional"
    number = {name: float(numbers(table, name)[row]) for name in table.values if name in _NUMBERS}
    said: list[Readable] = []
    needed = ("incoming", "resolved", "clearance_rate")
    if set(needed) <= set(number) and known(*(number[one] for one in needed)):
        values = {
            "period": period,
            "incoming": round(number["incoming"]),
            "resolved": round(number["resolved"]),
            "rate": Share(number["clearance_rate"]),
        }
        said.append(
            tr("{period}, provisional: {incoming} cases came in and {resolved} were resolved; clearance rate "
               "{rate}.", **values)
            if late
            else tr("{period}: {incoming} cases came in and {resolved} were resolved; clearance rate {rate}.",
                    **values)
        )  # fmt: skip
    if known(number.get("disposition_time", np.nan), number.get("pending_end", np.nan)):
        said.append(
            tr(
                "{period}: {pending} cases were pending at the end; at the pace of the period they would last "
                "{days} days (disposition time, a theoretical figure: not how long cases took).",
                period=period,
                pending=round(number["pending_end"]),
                days=round(number["disposition_time"]),
            )
        )
    return said


def _to_date(shown: Result) -> tuple[Readable, ...]:
    table = shown.tables.get("to_date")
    if table is None or strata_of(table):
        return ()
    change, now, before = (numbers(table, one) for one in ("change", "numerator", "before"))
    return tuple(
        tr(
            "{flow}, {year}, the first {months} months: {now}, against {before} in the same months of the year "
            "before ({change}).",
            flow=WORDS[str(table["flow"][row])],
            year=str(table["period"][row]),
            months=int(table["months"][row]),
            now=round(float(now[row])),
            before=round(float(before[row])),
            change=_Change(float(change[row])),
        )
        for row in range(len(table))
        if known(change[row], now[row], before[row]) and int(table["months"][row]) < 12
    )


def _periods(table: Table, language: Language) -> list[str]:
    return [period_words(str(one)).text(language) for one in table["period"]]


def _frame(shown: Result, table: Table, language: Language, drawn: Sequence[str]) -> _Frame:
    p = len(dict.fromkeys(table["period"].tolist()))
    return {
        "provisional": [one == "provisional" for one in table["state"][:p]],
        "provisional_label": tr("Hollow: provisional, the period is not over or may still change.").text(language),
        "x_label": _gaps(shown, table, language, drawn),
    }


def _gaps(shown: Result, table: Table, language: Language, drawn: Sequence[str]) -> str:
    """Return the words under the figure: why some numbers are not drawn."""
    found = {one for name in drawn for one in table.statuses.get(name, ())}
    reasons = [STATUS_WORDS[one].text(language) for one in STATUSES if one in found - {"", "under_review"}]
    words = cast("Readable", context_of(shown)["period_word"]).text(language)
    if not reasons:
        return words
    return tr("{axis} (a gap is: {reasons})", axis=words, reasons=", ".join(reasons)).text(language)


@dataclass(frozen=True, eq=False, kw_only=True)
class AgedCaseFlows(CaseFlows):
    """Flows of case files, which also tell how old the pending cases are."""

    views: ClassVar[Mapping[str, Readable]] = MappingProxyType({**CaseFlows.views, "ages": tr("Age of pending cases")})

    @classmethod
    def draw_of(cls, shown: Result, view: str, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw one of the views; ``ages`` shows the last period, all strata together."""
        if view != "ages":
            return super().draw_of(shown, view, ax, language=language)
        table = shown.tables["ages"]
        last = table["period"][-1]
        bands = list(dict.fromkeys(table["age_band"].tolist()))
        here = table["period"] == last
        n = numbers(table, "numerator")
        counts = [float(n[here & (table["age_band"] == band)].sum()) for band in bands]
        axes = bars(
            bins=[table_of.day_band_words(one).text(language) for one in bands],
            counts=[counts],
            x_label=tr("age of the pending cases on {day}", day=context_of(shown)["last_date"]).text(language),
            y_label=tr("cases").text(language),
            number=counts_in(language),
            ax=ax,
        )
        return tell_hidden(axes, table, "numerator", language=language)


class _Change:
    """A relative change that a message prints with its sign."""

    def __init__(self, value: float) -> None:
        self.value = value

    def text(self, language: Language = "en") -> str:
        sign = "+" if self.value > 0 else "−" if self.value < 0 else ""
        return sign + format_share(abs(self.value), language, decimals=1)


_NUMBERS: Final = frozenset({"incoming", "resolved", "pending_end", "clearance_rate", "disposition_time"})
