"""What dates that give the month or the year only do to times: one answer per reading of them, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias

import numpy as np

from ..base.errors import QuestionError
from ..base.language import Language, Readable, format_number, format_share, tr
from ..base.result import Column, Definition, Result, Table
from ..base.types import Counts, Days, Floats, Names, Tallies, Values, names
from ..cases.casedata import CaseData
from ..estimate.curves import aalen_johansen, kaplan_meier
from ..estimate.risk import at_risk, last_observed_days
from ..estimate.steps import at_days, incidence_quantiles
from ..estimate.turnbull import NEVER, incidence_bounds, turnbull
from ..figures.curves import step_curves
from ..figures.dots import dots
from ..reduce.coarse import PRECISIONS, CoarseTimes, coarse_times
from ..reduce.grouped import NO_DAY
from ..tables import RiskTable, Strata
from .declared import (
    Share,
    ensure_level,
    ensure_some,
    few_units_note,
    group_words,
    left_out_of,
    levels_words,
    sampling_notes,
    shown_limits,
    spells_of,
    strata_columns,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Convention: TypeAlias = Literal["middle", "first", "last"]

CONVENTIONS: Final[tuple[Convention, ...]] = ("middle", "first", "last")
INTERVALS: Final = "intervals"
_WORDS: Final[dict[str, Readable]] = {
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


@dataclass(frozen=True, eq=False, kw_only=True)
class CoarseDates(Result):
    """How much an answer about time depends on what is made of dates that are not exact to the day.

    Tables
    ------
    main
        One row per stratum, reading of the dates and chosen day: share that had come to the outcome, ``estimate`` with
        limits. Readings: each convention, the shortest and the longest times that the dates allow, and the dates as
        intervals (Turnbull), with ``lowest`` and ``highest`` where the likelihood leaves the share open.
    medians
        Days by which half had come to the outcome, under each reading.
    coarse
        How many starts and endings are exact to the day, to the month, to the year.
    """

    question: ClassVar[str] = "coarse_dates"

    strata: Strata
    outcome_words: Readable
    start_words: Readable
    convention: Convention
    days: Days
    curves: Floats
    at_risk: Tallies
    units: float

    def findings(self) -> tuple[Readable, ...]:
        """Return the share of coarse dates, and how far the readings lie apart on the last chosen day."""
        coarse, main = self.tables["coarse"], self.main
        all_dates, not_exact = (
            int(coarse["denominator"].sum()),
            int(coarse["numerator"][coarse["precision"] != "day"].sum()),
        )
        total = int(coarse["numerator"].sum())
        said: list[Readable] = [
            tr(
                "{n} of {all} dates ({share}) are not exact to the day.",
                n=not_exact,
                all=total,
                share=Share(not_exact / total if total else np.nan),
            )
        ]
        if not all_dates or not not_exact:
            return tuple(said)
        last = main["days"].max()
        for group in self.strata.levels:
            rows = main["days"] == last
            for name, level in zip(self.strata.names, group, strict=True):
                rows &= main[name] == level
            values = {
                str(one): float(value)
                for one, value in zip(main["convention"][rows], main["estimate"][rows], strict=True)
            }
            known = [values[one] for one in CONVENTIONS if np.isfinite(values[one])]
            if not known:
                continue
            said.append(
                tr(
                    "{groups}: by day {days}, {share} had come to {outcome} with the convention used ({convention}); "
                    "the conventions give {low} to {high}, the dates as intervals {intervals}.",
                    groups=tr("{groups}", groups=levels_words(group)) if group else tr("All together"),
                    days=int(last),
                    share=Share(values[self.convention]),
                    outcome=self.outcome_words,
                    convention=_WORDS[self.convention],
                    low=Share(min(known)),
                    high=Share(max(known)),
                    intervals=Share(values[INTERVALS]),
                )
            )
        return tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the curve under each convention; by strata, the share on the last chosen day under each reading."""

        def percent(one: float) -> str:
            return format_share(one, language, decimals=0)

        y_label = tr("share that came to: {outcome}", outcome=self.outcome_words).text(language)
        if len(self.strata) == 1:
            pace = next((one for one in (30, 60, 90, 180, 365, 730) if self.days[-1] / one <= 6), 1095)
            shown = list(range(0, int(self.days[-1]) + 1, pace))
            inside = at_days(
                self.days, self.at_risk[:, 0].astype(float), shown, before=float(self.at_risk[:, 0, 0].max())
            )
            return step_curves(
                days=self.days,
                estimate=self.curves[:, 0],
                groups=[_WORDS[one].text(language) for one in CONVENTIONS],
                at_risk_days=shown,
                at_risk=inside,
                at_risk_label=tr("still open and observed").text(language),
                x_label=tr("days since: {start}", start=self.start_words).text(language),
                y_label=y_label,
                number=lambda n: format_number(round(n), language),
                percent=percent,
                ax=ax,
            )
        main = self.main
        rows = main["days"] == main["days"].max()
        of = dict(zip(self.strata.levels, group_words(self.strata, language), strict=True))
        levels = [tuple(str(main[name][row]) for name in self.strata.names) for row in np.flatnonzero(rows)]
        return dots(
            labels=[_WORDS[str(one)].text(language) for one in main["convention"][rows]],
            groups=[of[level] for level in levels],
            estimate=main["estimate"][rows].astype(float),
            conf_low=main["conf_low"][rows].astype(float),
            conf_high=main["conf_high"][rows].astype(float),
            x_label=y_label,
            percent=percent,
            ax=ax,
        )


def coarse_dates(
    cases: CaseData,
    *,
    outcome: str = "any_exit",
    start: str = "complaint",
    by: Names = (),
    convention: Convention = "middle",
    days: Sequence[int] = (180, 365, 730),
    confidence_level: float = 0.95,
) -> CoarseDates:
    """What becomes of an answer about time when dates that give the month or the year only are read differently.

    A date of March 2016 is one of 31 days. Read as the middle, the first or the last of them it gives one answer each;
    as an interval it gives the estimate of Turnbull, which takes no side. When the readings lie close together, the
    coarse dates do not matter; otherwise no single figure should be quoted.

    Parameters
    ----------
    cases : CaseData
    outcome : str
        Endpoint; every other ending competes with it.
    start : str
        Stage or role from whose first day time runs.
    by : str or tuple of str
        Attributes that split the cases.
    convention : {"middle", "first", "last"}
        The one whose figure is quoted beside the others.
    days : sequence of int
        Days since the start on which the readings are compared.
    confidence_level : float
        Of the log-log limits under each convention.

    Returns
    -------
    CoarseDates

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, the data hold no dates, or time cannot be told of any case.

    Notes
    -----
    When both dates of a case are coarse, the time between them is taken to lie anywhere between the shortest and the
    longest that both allow. That forgets that the months are given: two dates within one month are as likely a day
    apart as a month. Treating such doubly coarse times as one interval is the usual approximation, and close as long
    as the months are short beside the times.

    References
    ----------
    .. [1] Turnbull, B. W. (1976). The empirical distribution function with arbitrarily grouped, censored and truncated
       data. Journal of the Royal Statistical Society B, 38, 290-295.
    .. [2] Hudgens, M. G., Satten, G. A. and Longini, I. M. (2001). Nonparametric maximum likelihood estimation for
       competing risks survival data subject to interval censoring and truncation. Biometrics, 57, 74-80.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> jm.coarse_dates(jm.sample_cases()).main["convention"][0]
    'middle'
    """
    if not isinstance(cases, CaseData):
        raise QuestionError(
            tr("A table of times holds no dates, so how exact they were is not known."),
            tr("Read the case files with a mapping: jm.read_cases."),
        )
    by, marks = names(by), sorted({int(one) for one in days})
    ensure_level(confidence_level)
    if not marks:
        raise QuestionError(tr("Name at least one day on which to compare."))
    spells = spells_of(cases, start=start, wanted=(outcome,))
    ending = dict.fromkeys((*cases.procedure.outcomes, *cases.resolve(outcome)))
    times = coarse_times(cases, spells, start=cases.resolve(start), outcomes=tuple(ending), by=by)
    weighted = cases.sampling.weighted
    tables = {
        one: _risk_table(times, spells.outcomes, one, weighted=weighted)
        for one in (*CONVENTIONS, "shortest", "longest")
    }
    ensure_some(tables[convention], cases)
    answers = {one: _curves(table, confidence_level) for one, table in tables.items()}
    bounds = _interval_estimates(times, marks)
    grid = np.unique(np.concatenate([tables[one].days for one in CONVENTIONS])).astype(np.int32)
    grid = grid[grid >= 0]
    words, start_words = spells.label(outcome), spells.start_words
    doubly = int(times.n[(times.start_precision > 0) & (times.end_precision > 0)].sum())
    return CoarseDates(
        heading=tr("Dates that are not exact: {start} to {outcome}", start=start_words, outcome=words),
        tables={
            "main": _main(times, tables, answers, bounds, marks),
            "medians": _medians(times, tables, answers),
            "coarse": _exactness(times),
        },
        definition=Definition(
            answers=tr(
                "How much does the share that came to {outcome} depend on dates that are not exact?", outcome=words
            ),
            numerator=tr("cases that ended by the outcome up to the day, weighted for those no longer observed"),
            denominator=tr("all cases that reached: {start}", start=start_words),
            basis="cohort",
            pending=tr("observed as open up to the cut-off, then censored"),
            method=tr(
                "Aalen-Johansen estimator under each convention, with log-log limits; dates as intervals by the "
                "nonparametric maximum-likelihood estimate of Turnbull (1976) with competing endings (Hudgens, Satten "
                "and Longini 2001), half way between its bounds."
            ),
        ),
        provenance=cases.provenance.add(
            "coarse_dates",
            outcome=outcome,
            start=start,
            by=by,
            convention=convention,
            days=tuple(marks),
            confidence_level=confidence_level,
        ).leave_out(*left_out_of(times.left_out)),
        notes=(
            *sampling_notes(cases),
            *few_units_note(tables[convention].strata, tables[convention].units),
            *_notes(doubly, late=cases.sampling.delayed_entry),
        ),
        frame_library=cases.frame_library,
        strata=times.strata,
        outcome_words=words,
        start_words=start_words,
        convention=convention,
        days=grid,
        curves=np.stack([_on_grid(tables[one], answers[one][0], grid) for one in CONVENTIONS]),
        at_risk=np.stack([_left_on_grid(tables[one], grid) for one in CONVENTIONS]),
        units=float(times.n.sum()),
    )


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


def _risk_table(times: CoarseTimes, outcomes: tuple[str, ...], reading: str, *, weighted: bool) -> RiskTable:
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


def _curves(table: RiskTable, level: float) -> tuple[Floats, Floats, Floats]:
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


def _interval_estimates(times: CoarseTimes, marks: Sequence[int]) -> tuple[Floats, Floats]:
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


def _main(
    times: CoarseTimes,
    tables: dict[str, RiskTable],
    answers: dict[str, tuple[Floats, Floats, Floats]],
    bounds: tuple[Floats, Floats],
    marks: Sequence[int],
) -> Table:
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
    return Table(declared, shown, labels={"convention": _WORDS}, title=title)


def _medians(
    times: CoarseTimes,
    tables: dict[str, RiskTable],
    answers: dict[str, tuple[Floats, Floats, Floats]],
) -> Table:
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
    return Table(declared, values, labels={"convention": _WORDS}, title=tr("Medians under each reading of the dates"))


def _exactness(times: CoarseTimes) -> Table:
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
    return Table(declared, values, labels=labels, title=tr("How exact the dates are"))


def _on_grid(table: RiskTable, curve: Floats, grid: Days) -> Floats:
    return at_days(table.days, curve, grid, before=0.0)


def _left_on_grid(table: RiskTable, grid: Days) -> Tallies:
    """Return units open and observed after each day of the grid."""
    inside = table.entered.cumsum(axis=1) - (table.events.sum(axis=1) + table.censored).cumsum(axis=1)
    return at_days(table.days, inside, grid, before=0.0)


def _notes(doubly: int, *, late: bool) -> tuple[Readable, ...]:
    notes: list[Readable] = [
        tr(
            "The shortest and the longest times are read off for all coarse dates at once; the truth lies between "
            "them, and they are no interval of chance."
        ),
        tr("For dates as intervals no limits of chance are given."),
    ]
    if doubly:
        notes.append(
            tr(
                "Of {n} units both dates are coarse; the time between them is taken to lie anywhere between the "
                "shortest and the longest that they allow.",
                n=doubly,
            )
        )
    if late:
        notes.append(tr("The day on which observation began is taken as exact."))
    return tuple(notes)
