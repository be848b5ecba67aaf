"""Time to an ending: cumulative incidence of each, and after how many days a share of the cases has come there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np

from ..base.errors import QuestionError
from ..base.language import Language, Readable, format_number, format_share, tr
from ..base.result import Column, Definition, Result, Table
from ..base.types import Days, Flags, Floats, Names, Tallies, Values, names
from ..cases.casedata import CaseData
from ..cases.durations import Durations
from ..estimate.curves import Incidence, aalen_johansen, kaplan_meier
from ..estimate.risk import at_risk, last_observed_days
from ..estimate.steps import at_days, incidence_quantiles, quantiles
from ..figures.curves import stacked_incidence, step_curves
from ..reduce.risk import Endings, risk_table_of
from ..tables import RiskTable
from .declared import (
    Share,
    days_words,
    ensure_level,
    ensure_some,
    few_units_note,
    group_words,
    interval_columns,
    levels_words,
    outcome_labels,
    sampling_notes,
    spells_of,
    strata_columns,
    time_provenance,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HALF_YEAR, YEAR, TWO_YEARS = 180, 365, 730
_TICKS: Final = 6


@dataclass(frozen=True, eq=False, kw_only=True)
class CumulativeIncidence(Result):
    """Probability of having ended by each outcome, day by day, with the other endings as competitors.

    Tables
    ------
    main
        One row per stratum, outcome and day on which anything happened: ``at_risk`` just before the day, ``events`` and
        ``censored`` on it, ``estimate, std_error, conf_low, conf_high``.
    milestones
        The same at 180, 365, 730 and 1,095 days, as far as the data reach.
    naive
        Mean days of finished cases only, with the reason not to use it.
    """

    question: ClassVar[str] = "cumulative_incidence"

    table: RiskTable
    curves: Incidence
    outcome_words: Mapping[str, Readable]
    start_words: Readable

    def at(self, days: Sequence[int]) -> Table:
        """Return the incidence at given days since the start.

        Parameters
        ----------
        days : sequence of int
        """
        return _at(self.table, self.curves, days, self.outcome_words)

    def findings(self) -> tuple[Readable, ...]:
        """Return the incidence of each outcome after one and two years, and what is still open."""
        said: list[Readable] = []
        for horizon in (YEAR, TWO_YEARS):
            if len(self.table.strata) > 1 or horizon > self.table.days[-1]:
                continue
            values = at_days(self.table.days, self.curves.incidence, [horizon], before=0.0)[0, :, 0]
            parts = [
                tr("{outcome} {share}", outcome=self.outcome_words[one], share=Share(value))
                for one, value in zip(self.table.outcomes, values, strict=True)
            ]
            still_open = Share(float(at_days(self.table.days, self.curves.survival, [horizon], before=1.0)[0, 0]))
            said.append(
                tr(
                    "{days} days after the start ({start}): {parts}; still open {open}.",
                    days=horizon,
                    start=self.start_words,
                    parts=parts,
                    open=still_open,
                )
            )
        if len(self.table.strata) > 1 and self.table.outcomes:
            said.append(self._range())
        return tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the endings stacked to 1 with the number still open below; by groups, one outcome with a curve each."""
        days, shown = _ticks(self.table)
        risk = at_days(
            self.table.days, at_risk(self.table.events, self.table.censored, self.table.entered), shown, before=0.0
        )
        risk = _open_after(self.table, shown)
        common: dict[str, Any] = {
            "days": days,
            "at_risk_days": shown,
            "at_risk_label": tr("still open and observed").text(language),
            "x_label": tr("days since: {start}", start=self.start_words).text(language),
            "number": lambda n: format_number(round(n), language),
            "percent": lambda one: format_share(one, language, decimals=0),
            "ax": ax,
        }
        words = [self.outcome_words[one].text(language) for one in self.table.outcomes]
        if len(self.table.strata) == 1:
            return stacked_incidence(
                incidence=self.curves.incidence[0],
                labels=words,
                open_label=tr("still open").text(language),
                at_risk=risk[0],
                y_label=tr("share of cases").text(language),
                **common,
            )
        place = self.main_outcome
        limits: dict[str, Any] = (
            {}
            if self.table.weighted
            else {"conf_low": self.curves.conf_low[:, place], "conf_high": self.curves.conf_high[:, place]}
        )
        return step_curves(
            estimate=self.curves.incidence[:, place],
            groups=group_words(self.table.strata, language),
            at_risk=risk,
            y_label=tr("share that ended by: {outcome}", outcome=self.outcome_words[self.table.outcomes[place]]).text(
                language
            ),
            **limits,
            **common,
        )

    @property
    def main_outcome(self) -> int:
        """Position of the outcome that a drawing by groups shows: a conviction where there is one, else the first."""
        wanted = [one for one in ("verdict", "conviction") if one in self.table.outcomes]
        return self.table.outcomes.index(wanted[0]) if wanted else 0

    def _range(self) -> Readable:
        horizon = min(TWO_YEARS, int(self.table.days[-1]))
        values = at_days(self.table.days, self.curves.incidence[:, self.main_outcome], [horizon], before=0.0)[:, 0]
        values = np.where(_watched(self.table, self.curves, [horizon])[:, 0], values, np.nan)
        if np.isfinite(values).sum() < 2:
            return tr(
                "Fewer than two groups were watched for {days} days; they cannot be compared there.", days=horizon
            )
        low, high = int(np.nanargmin(values)), int(np.nanargmax(values))
        groups = self.table.strata.levels
        return tr(
            "{outcome} within {days} days: from {low} ({group_low}) to {high} ({group_high}).",
            outcome=self.outcome_words[self.table.outcomes[self.main_outcome]],
            days=horizon,
            low=Share(values[low]),
            group_low=levels_words(groups[low]),
            high=Share(values[high]),
            group_high=levels_words(groups[high]),
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class TimeTo(Result):
    """After how many days a given share of all cases has come to an outcome.

    Tables
    ------
    main
        One row per stratum and share: ``share, estimate, conf_low, conf_high`` in days; not defined where the curve
        never reaches the share. ``units, events, pending`` beside it.
    curve
        The curve that the days are read from.
    """

    question: ClassVar[str] = "time_to"

    table: RiskTable
    days: Days
    share_reached: Floats
    limits: tuple[Floats, Floats]
    outcome: str
    outcome_words: Readable
    start_words: Readable

    def findings(self) -> tuple[Readable, ...]:
        """Return the median per stratum, or what share was reached at most."""
        main = self.main
        said: list[Readable] = []
        for row in range(len(main)):
            if abs(float(main["share"][row]) - 0.5) > 1e-9:
                continue
            group = [str(main[name][row]) for name in self.table.strata.names]
            place = list(self.table.strata.levels).index(tuple(group))
            most = float(self.share_reached[place].max(initial=0.0))
            values = {
                "outcome": self.outcome_words,
                "days": days_words(main["estimate"][row]),
                "start": self.start_words,
            }
            groups: Readable = tr("{groups}", groups=levels_words(group)) if group else tr("All together")
            if np.isfinite(main["estimate"][row]):
                low, high = (days_words(float(main[one][row])) for one in ("conf_low", "conf_high"))
                said.append(
                    tr(
                        "{groups}: half of the cases had come to {outcome} {days} after {start} (interval {low} to "
                        "{high}).",
                        groups=groups,
                        low=low,
                        high=high,
                        **values,
                    )
                )
            else:
                said.append(
                    tr(
                        "{groups}: in the time observed at most {most} of the cases came to {outcome}, "
                        "so no median can "
                        "be given.",
                        groups=groups,
                        most=Share(most),
                        **values,
                    )
                )
        return tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share that has come to the outcome, with the number still open below and the medians marked."""
        _, shown = _ticks(self.table)
        half = np.isclose(self.main["share"].astype(float), 0.5)
        return step_curves(
            days=self.days,
            estimate=self.share_reached,
            conf_low=None if self.table.weighted else self.limits[0],
            conf_high=None if self.table.weighted else self.limits[1],
            groups=group_words(self.table.strata, language),
            at_risk_days=shown,
            at_risk=_open_after(self.table, shown),
            at_risk_label=tr("still open and observed").text(language),
            x_label=tr("days since: {start}", start=self.start_words).text(language),
            y_label=tr("share that came to: {outcome}", outcome=self.outcome_words).text(language),
            marks=self.main["estimate"][half].astype(float) if half.any() else None,
            number=lambda n: format_number(round(n), language),
            percent=lambda one: format_share(one, language, decimals=0),
            ax=ax,
        )


def cumulative_incidence(
    cases: CaseData | Durations,
    *,
    start: str = "complaint",
    outcome: Names | None = None,
    by: Names = (),
    endings: Endings = "standing",
    confidence_level: float = 0.95,
) -> CumulativeIncidence:
    """Probability of having ended by each outcome by day t, when endings compete and cases are still open.

    Aalen-Johansen: F_k(t) = Σ_{s ≤ t} S(s−) d_k(s) / Y(s), where Y counts the cases open and under observation just
    before day s. One minus Kaplan-Meier would overstate every one of them.

    Parameters
    ----------
    cases : CaseData or Durations
    start : str
        Stage or role from whose first day time runs, in days.
    outcome : str or tuple of str, optional
        Endpoints to be told apart (``verdict``, ``conviction``, a class, a state or a stage); every other ending is one
        competitor. By default each outcome class is an ending of its own. A verdict counts from the day it was first
        given, also while it is appealed or after it was annulled; every other ending counts as the case stands.
    by : str or tuple of str
        Attributes that split the cases.
    endings : {"standing", "first"}
        Whether a case that was closed and reopened counts as open throughout (it ended as it stands at the cut-off), or
        ended when it was first closed.
    confidence_level : float
        Level of the pointwise log-log limits.

    Returns
    -------
    CumulativeIncidence

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, or time cannot be told of any case.

    References
    ----------
    .. [1] Aalen, O. O. and Johansen, S. (1978). An empirical transition matrix for non-homogeneous Markov chains based
       on censored observations. Scandinavian Journal of Statistics, 5, 141-150.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> cases = jm.sample_cases()
    >>> jm.cumulative_incidence(cases).at(days=(365, 730)).columns[0].name
    'outcome'
    """
    by, wanted = names(by), names(outcome)
    ensure_level(confidence_level)
    spells = spells_of(cases, start=start, wanted=wanted, endings=endings)
    table = risk_table_of(spells, by=by).trimmed()
    ensure_some(table, cases)
    risk = at_risk(table.events, table.censored, table.entered)
    curves = _unless_weighted(aalen_johansen(table.events, risk, confidence_level=confidence_level), table)
    words = outcome_labels(spells, table.outcomes)
    start_words = spells.start_words
    marks = [day for day in (HALF_YEAR, YEAR, TWO_YEARS, YEAR * 3) if day <= table.days[-1]] or [int(table.days[-1])]
    return CumulativeIncidence(
        heading=tr("Time to an ending, from: {start}", start=start_words),
        tables={
            "main": _curve_table(table, risk, curves, words),
            "milestones": _at(table, curves, marks, words),
            "naive": _naive_mean(table, words),
        },
        definition=Definition(
            answers=tr("What share of the cases had ended, and how, by each day since {start}?", start=start_words),
            numerator=tr("cases that ended by the outcome up to the day, weighted for those no longer observed"),
            denominator=tr("all cases that reached: {start}", start=start_words),
            basis="cohort",
            pending=tr("observed as open up to the cut-off, then censored"),
            method=tr(
                "Aalen-Johansen estimator with Greenwood-type variance and log-log limits (Aalen and Johansen 1978)."
            ),
        ),
        provenance=time_provenance(
            cases,
            table,
            "cumulative_incidence",
            start=start,
            outcome=wanted or None,
            by=by,
            endings=endings,
            confidence_level=confidence_level,
        ),
        notes=(*sampling_notes(cases), *few_units_note(table.strata, table.units), *_reopening_note(cases, endings)),
        frame_library=cases.frame_library,
        table=table,
        curves=curves,
        outcome_words=words,
        start_words=start_words,
    )


def time_to(
    cases: CaseData | Durations,
    *,
    start: str = "complaint",
    outcome: str = "any_exit",
    by: Names = (),
    shares: Sequence[float] = (0.25, 0.5, 0.75),
    confidence_level: float = 0.95,
) -> TimeTo:
    """After how many days a share of *all* cases has come to an outcome, open cases included.

    For ``any_exit`` the days are read from the Kaplan-Meier curve; for an outcome with competitors from its
    cumulative incidence, which may never reach the share: then there is no such day, and the result says so.

    Parameters
    ----------
    cases : CaseData or Durations
    start : str
        Stage or role from whose first day time runs.
    outcome : str
        Endpoint: ``any_exit``, ``verdict``, ``conviction``, an outcome class, a state, or a later stage such as
        ``charge``.
    by : str or tuple of str
        Attributes that split the cases.
    shares : sequence of float
        Between 0 and 1; 0.5 is the median.
    confidence_level : float
        Level of the limits, read from the log-log band of the curve.

    Returns
    -------
    TimeTo

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, a share is not between 0 and 1, or time cannot be told of any case.

    References
    ----------
    .. [1] Brookmeyer, R. and Crowley, J. (1982). A confidence interval for the median survival time. Biometrics, 38,
    29-41.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> cases = jm.sample_cases()
    >>> jm.time_to(cases, outcome="verdict").outcome
    'verdict'
    """
    by = names(by)
    ensure_level(confidence_level)
    if not shares or any(not 0 < one < 1 for one in shares):
        raise QuestionError(tr("Shares lie between 0 and 1."), tr("Write the median as 0.5."))
    spells = spells_of(cases, start=start, wanted=(outcome,))
    table = risk_table_of(spells, by=by).trimmed()
    ensure_some(table, cases)
    risk = at_risk(table.events, table.censored, table.entered)
    if outcome not in table.outcomes:
        reached = np.zeros(risk.shape)
        limits = (np.zeros(risk.shape), np.zeros(risk.shape))
        found = incidence_quantiles(table.days, reached, *limits, shares)
    elif outcome == "any_exit":
        curve = kaplan_meier(table.events.sum(axis=1), risk, confidence_level=confidence_level)
        reached, limits = 1 - curve.survival, (1 - curve.conf_high, 1 - curve.conf_low)
        found = quantiles(
            table.days,
            curve.survival,
            curve.conf_low,
            curve.conf_high,
            shares,
            last_days=last_observed_days(table.days, risk),
        )
    else:
        place = table.outcomes.index(outcome)
        incidence = aalen_johansen(table.events, risk, confidence_level=confidence_level)
        reached, limits = incidence.incidence[:, place], (incidence.conf_low[:, place], incidence.conf_high[:, place])
        found = incidence_quantiles(table.days, reached, *limits, shares)
    low, high = (np.full_like(found.estimate, np.nan),) * 2 if table.weighted else (found.conf_low, found.conf_high)
    words, start_words = spells.label(outcome), spells.start_words
    return TimeTo(
        heading=tr("Days from {start} to {outcome}", start=start_words, outcome=words),
        tables={"main": _days_table(table, outcome, shares, found.estimate, low, high)},
        definition=Definition(
            answers=tr("After how many days had a given share of all cases come to {outcome}?", outcome=words),
            numerator=tr("cases that came to {outcome} by the day", outcome=words),
            denominator=tr("all cases that reached: {start}", start=start_words),
            basis="cohort",
            pending=tr("observed as open up to the cut-off, then censored"),
            method=tr(
                "Quantiles of the Kaplan-Meier curve (any ending) or of the cumulative incidence (one "
                "ending among several), limits from the log-log band (Brookmeyer and Crowley 1982)."
            ),
        ),
        provenance=time_provenance(
            cases,
            table,
            "time_to",
            start=start,
            outcome=outcome,
            by=by,
            shares=tuple(shares),
            confidence_level=confidence_level,
        ),
        notes=(*sampling_notes(cases), *few_units_note(table.strata, table.units)),
        frame_library=cases.frame_library,
        table=table,
        days=table.days,
        share_reached=reached,
        limits=limits,
        outcome=outcome,
        outcome_words=words,
        start_words=start_words,
    )


def _curve_table(table: RiskTable, risk: Tallies, curves: Incidence, words: Mapping[str, Readable]) -> Table:
    """Return one row per stratum, outcome and day on which a unit of the stratum left."""
    g, k, t = table.events.shape
    moved = (table.events.sum(axis=1) + table.censored) > 0
    kept = np.repeat(moved[:, None, :], k, axis=1).ravel()

    def spread(array: Tallies) -> Values:
        column: Values = np.repeat(array[:, None, :], k, axis=1).ravel()[kept]
        return column

    strata = {name: np.array(column, dtype=object)[kept] for name, column in table.strata.columns(k * t).items()}
    columns = (
        *strata_columns(table.strata.names),
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("days", tr("day"), "days", "key", "key"),
        Column("at_risk", tr("open just before"), "units", "count", "count"),
        Column("events", tr("ended so on the day"), "units", "count", "count"),
        Column("censored", tr("no longer observed after it"), "units", "count", "count"),
        Column("estimate", tr("cumulative incidence"), "share", "estimate", "probability"),
        Column("std_error", tr("standard error"), "points", "interval", "std_error", 2),
        *interval_columns()[1:],
    )
    values = {
        **strata,
        "outcome": np.array([one for one in table.outcomes for _ in range(t)] * g, dtype=object)[kept],
        "days": np.tile(table.days, g * k)[kept],
        "at_risk": spread(risk),
        "events": table.events.ravel()[kept],
        "censored": spread(table.censored),
        "estimate": curves.incidence.ravel()[kept],
        "std_error": curves.std_error.ravel()[kept],
        "conf_low": curves.conf_low.ravel()[kept],
        "conf_high": curves.conf_high.ravel()[kept],
    }
    return Table(columns, values, labels={"outcome": words}, title=tr("Cumulative incidence, day by day"))


def _at(table: RiskTable, curves: Incidence, days: Sequence[int], words: Mapping[str, Readable]) -> Table:
    g, k = len(table.strata), len(table.outcomes)
    h = len(days)

    def pick(values: Tallies) -> Values:
        column: Values = np.where(watched, at_days(table.days, values, list(days), before=0.0), np.nan).ravel()
        return column

    watched = _watched(table, curves, days)[:, None, :]
    still = _open_after(table, np.asarray(days))
    columns = (
        *strata_columns(table.strata.names),
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("days", tr("by day"), "days", "key", "key"),
        Column("at_risk", tr("still open and observed"), "units", "count", "count"),
        Column("estimate", tr("cumulative incidence"), "share", "estimate", "probability"),
        Column("std_error", tr("standard error"), "points", "interval", "std_error", 2),
        *interval_columns()[1:],
    )
    values = {
        **table.strata.columns(k * h),
        "outcome": [one for one in table.outcomes for _ in range(h)] * g,
        "days": list(days) * (g * k),
        "at_risk": np.repeat(still[:, None, :], k, axis=1).ravel(),
        "estimate": pick(curves.incidence),
        "std_error": pick(curves.std_error),
        "conf_low": pick(curves.conf_low),
        "conf_high": pick(curves.conf_high),
    }
    return Table(columns, values, labels={"outcome": words}, title=tr("At chosen days"))


def _naive_mean(table: RiskTable, words: Mapping[str, Readable]) -> Table:
    """Return the mean days of finished cases, which is not a duration of proceedings."""
    number = table.events.sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (table.events * table.days).sum(axis=2) / number
    g, k = number.shape
    columns = (
        *strata_columns(table.strata.names),
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("events", tr("finished cases"), "units", "count", "count"),
        Column("estimate", tr("mean days of the finished cases"), "days", "estimate", "quantile"),
    )
    values = {
        **table.strata.columns(k),
        "outcome": list(table.outcomes) * g,
        "events": number.ravel(),
        "estimate": np.round(mean.ravel(), 1),
    }
    return Table(
        columns,
        values,
        labels={"outcome": words},
        title=tr("Mean days of finished cases"),
        warning=tr(
            "Do not use it as a duration: it leaves out every case that is still open, and those are the "
            "long ones. The "
            "shorter the time since the complaints, the shorter this mean, whatever the courts do."
        ),
    )


def _days_table(
    table: RiskTable, outcome: str, shares: Sequence[float], estimate: Floats, low: Floats, high: Floats
) -> Table:
    p = len(shares)
    events = (
        table.events[:, table.outcomes.index(outcome)].sum(axis=1)
        if outcome in table.outcomes
        else np.zeros(len(table.strata), np.int64)
    )
    columns = (
        *strata_columns(table.strata.names),
        Column("share", tr("share of all cases"), "share", "key", "key", 0),
        Column("estimate", tr("days"), "days", "estimate", "quantile"),
        Column("conf_low", tr("lower limit"), "days", "interval", "interval"),
        Column("conf_high", tr("upper limit"), "days", "interval", "interval"),
        Column("numerator", tr("came to it"), "units", "count", "count"),
        Column("denominator", tr("of"), "units", "count", "count"),
        Column("censored", tr("still open at the cut-off"), "units", "count", "count"),
    )
    values = {
        **table.strata.columns(p),
        "share": np.tile(np.asarray(shares, dtype=np.float64), len(table.strata)),
        "estimate": estimate.ravel(),
        "conf_low": low.ravel(),
        "conf_high": high.ravel(),
        "numerator": np.repeat(events, p),
        "denominator": np.repeat(table.units, p),
        "censored": np.repeat(table.censored.sum(axis=1), p),
    }
    return Table(columns, values, title=tr("Days until a share of all cases has come there"))


def _watched(table: RiskTable, curves: Incidence, days: Sequence[int]) -> Flags:
    """Return whether each stratum was watched up to each day, or had nobody left to watch, shape (G, H)."""
    last = last_observed_days(table.days, at_risk(table.events, table.censored, table.entered))
    nobody_left = curves.survival[:, -1] <= 0
    flags: Flags = nobody_left[:, None] | (np.asarray(days)[None, :] <= last[:, None])
    return flags


def _open_after(table: RiskTable, days: Any) -> Floats:
    """Return the units open and observed after each of ``days``, shape (G, H)."""
    inside = table.entered.cumsum(axis=1) - (table.events.sum(axis=1) + table.censored).cumsum(axis=1)
    return at_days(table.days, inside, list(days), before=0.0)


def _ticks(table: RiskTable) -> tuple[Days, list[int]]:
    last = int(table.days[-1]) if len(table.days) else 0
    step = next((one for one in (30, 60, 90, 180, 365, 730, 1095, 1825) if last / one <= _TICKS), 3650)
    return table.days, list(range(0, last + 1, step))


def _unless_weighted(curves: Incidence, table: RiskTable) -> Incidence:
    if not table.weighted:
        return curves
    nothing = np.full_like(curves.incidence, np.nan)
    return curves._replace(std_error=nothing, conf_low=nothing, conf_high=nothing)


def _reopening_note(cases: CaseData | Durations, endings: Endings) -> tuple[Readable, ...]:
    if isinstance(cases, Durations):
        return ()
    reopens = any(cases.procedure.state(one).reopens for one in cases.procedure.outcomes if one in cases.dated_states)
    if not reopens or endings == "first":
        return ()
    return (tr("A case that was closed and reopened counts as open throughout; it ended as it stands at the cut-off."),)
