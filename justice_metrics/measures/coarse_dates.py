"""What dates that give the month or the year only do to times: one answer per reading of them, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ..base.errors import QuestionError
from ..base.language import Language, Readable, format_number, format_share, tr
from ..base.result import Definition, Result
from ..base.types import Days, Floats, Names, Tallies, names
from ..cases.casedata import CaseData
from ..estimate.steps import at_days
from ..figures.curves import step_curves
from ..figures.dots import dots
from ..reduce.coarse import coarse_times
from ..reduce.risk import risk_table_of
from ..tables import RiskTable, Strata
from .coarse_tables import (
    CONVENTIONS,
    INTERVALS,
    READING_WORDS,
    Convention,
    exactness_table,
    incidence_curves,
    interval_estimates,
    medians_table,
    read_table,
    readings_table,
)
from .declared import (
    Share,
    ensure_level,
    ensure_some,
    few_units_note,
    group_words,
    left_out_of,
    levels_words,
    sampling_notes,
    spells_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
        """Return the share of coarse dates, and how far the conventions lie apart on the day of the widest range."""
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
        for group in self.strata.levels:
            readings = [(day, self._readings(group, day)) for day in dict.fromkeys(main["days"].tolist())]
            told = [(day, values) for day, values in readings if np.isfinite(_known(values)).any()]
            if not told:
                continue
            day, values = max(told, key=lambda one: float(np.nanmax(_known(one[1])) - np.nanmin(_known(one[1]))))
            known = _known(values)
            said.append(
                tr(
                    "{groups}: by day {days}, {share} had come to {outcome} with the convention used ({convention}); "
                    "the conventions give {low} to {high}, the dates as intervals {intervals}.",
                    groups=tr("{groups}", groups=levels_words(group)) if group else tr("All together"),
                    days=int(day),
                    share=Share(values[self.convention]),
                    outcome=self.outcome_words,
                    convention=READING_WORDS[self.convention],
                    low=Share(np.nanmin(known)),
                    high=Share(np.nanmax(known)),
                    intervals=Share(values[INTERVALS]),
                )
            )
        return tuple(said)

    def _readings(self, group: Sequence[str], day: int) -> dict[str, float]:
        """Return the share under each reading, of one group on one day."""
        main = self.main
        rows = main["days"] == day
        for name, level in zip(self.strata.names, group, strict=True):
            rows &= main[name] == level
        return {
            str(one): float(value) for one, value in zip(main["convention"][rows], main["estimate"][rows], strict=True)
        }

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
                groups=[READING_WORDS[one].text(language) for one in CONVENTIONS],
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
            labels=[READING_WORDS[str(one)].text(language) for one in main["convention"][rows]],
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
    counted = risk_table_of(spells.unweighted(), by=by)
    tables = {
        one: read_table(times, spells.outcomes, one, weighted=weighted) for one in (*CONVENTIONS, "shortest", "longest")
    }
    ensure_some(tables[convention], cases)
    answers = {one: incidence_curves(table, confidence_level) for one, table in tables.items()}
    bounds = interval_estimates(times, marks)
    grid = np.unique(np.concatenate([tables[one].days for one in CONVENTIONS])).astype(np.int32)
    grid = grid[grid >= 0]
    words, start_words = spells.label(outcome), spells.start_words
    doubly = int(times.n[(times.start_precision > 0) & (times.end_precision > 0)].sum())
    return CoarseDates(
        heading=tr("Dates that are not exact: {start} to {outcome}", start=start_words, outcome=words),
        tables={
            "main": readings_table(times, tables, answers, bounds, marks),
            "medians": medians_table(times, tables, answers),
            "coarse": exactness_table(times),
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
            *few_units_note(counted.strata, counted.units),
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


def _known(values: Mapping[str, float]) -> Floats:
    return np.array([values[one] for one in CONVENTIONS])


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
