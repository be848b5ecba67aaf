"""Cumulative incidence: what share of the cases had ended, and how, by each day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..base.cells import BaseCounts
from ..base.language import Language, Readable, Setting, tr
from ..base.result import Definition, Protected, Result
from ..base.table import Column, Table
from ..base.types import Floats, Names, names, several
from ..cases.casedata import CaseData
from ..cases.durations import Durations
from ..estimate.curves import Incidence
from ..estimate.limits import Limits
from ..estimate.steps import at_days
from ..figures.curves import stacked_incidence, step_curves
from ..reduce.risk import Endings
from ..tables import RiskTable
from .curve_bands import BandDays, BandKind, CurveBand, band_notes, band_table, drawn_band, incidence_band
from .curve_estimates import incidence_of, seen_only, watched
from .curve_release import CurveCells, PublishedCurve, coarse_curve, curve_base_counts, curve_cells, published_curve
from .curve_tables import TWO_YEARS, YEAR, axis_words, chosen_rows, curve_columns, day_rows, limits_words, marked_days
from .curve_times import CurveVariance, Times, conditional, ensure_curve, method_words, reopening_notes, times_of
from .declared import (
    Share,
    ensure_level,
    few_units_note,
    group_words,
    levels_words,
    outcome_labels,
    sampling_notes,
    spells_of,
    strata_columns,
    time_provenance,
)
from .shown import among_shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
    band
        With ``band``: limits that hold on all days of a range at once.
    naive
        Mean days of finished cases only, with the reason not to use it.
    """

    question: ClassVar[str] = "cumulative_incidence"

    times: Times
    curves: Incidence
    band: CurveBand | None
    outcome_words: Mapping[str, Readable]
    start_words: Readable
    confidence_level: float
    limits: Limits
    cells: CurveCells
    some_hidden: bool = False

    @property
    def table(self) -> RiskTable:
        """The counts that the curves rest on."""
        return self.times.table

    def at(self, days: Sequence[int] | int) -> Table:
        """Return the incidence at given days since the start.

        Parameters
        ----------
        days : sequence of int
        """
        return _at(self.times, self.curves, several(days), self.outcome_words)

    def base_counts(self) -> BaseCounts:
        """Return every count that the curves rest on, for the disclosure gate."""
        return curve_base_counts(self, self.times, self.cells)

    def rebuild(self, protected: Protected) -> PublishedCurve:
        """Return the answer as it may be published: the curves of what the gate gave back."""
        curve = coarse_curve(self.times, protected)
        curves = curve.incidence(confidence_level=self.confidence_level, limits=self.limits)
        words, times = curve.words(self.outcome_words), curve.times
        tables = {
            "main": _curve_table(times, curves, words),
            "milestones": _at(times, curves, marked_days(times.table, times.given_days), words),
        }
        return published_curve(
            self,
            protected,
            curve,
            tables,
            times=times,
            curves=curves,
            band=None,
            outcome_words=words,
            some_hidden=curve.hidden > 0,
        )

    def findings(self) -> tuple[Readable, ...]:
        """Return the incidence of each outcome after one and two years, and what is still open."""
        said: list[Readable] = []
        given = max(self.times.given_days, 0)
        last = int(self.table.days[-1])
        reached = [one for one in (given + YEAR, given + TWO_YEARS) if one <= last] or [last]
        for horizon in reached if len(self.table.strata) == 1 else ():
            values = at_days(self.table.days, self.curves.incidence, [horizon], before=0.0)[0, :, 0]
            parts = [] if self.table.outcomes else [tr("no case had ended")]
            parts += [
                tr("{outcome} {share}", outcome=self.outcome_words[one], share=Share(value))
                for one, value in zip(self.table.outcomes, values, strict=True)
                if np.isfinite(value)
            ]
            still_open = Share(float(at_days(self.table.days, self.curves.survival, [horizon], before=1.0)[0, 0]))
            found = {"days": horizon, "start": self.start_words, "parts": parts, "open": still_open}
            if self.times.given_days < 0:
                said.append(tr("{days} days after the start ({start}): {parts}; still open {open}.", **found))
            else:
                said.append(
                    tr(
                        "Of the cases still open after {given} days, {days} days after the start ({start}): {parts}; "
                        "still open {open}.",
                        given=self.times.given_days,
                        **found,
                    )
                )
        if len(self.table.strata) > 1 and self.table.outcomes:
            compared = self._range()
            said += [] if compared is None else [conditional(compared, self.times.given_days)]
        elif len(self.table.strata) > 1:
            said.append(conditional(tr("No case was observed to end."), self.times.given_days))
        return tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the endings stacked to 1 with the number still open below; by groups, one outcome with a curve each."""
        given = self.times.given_days
        common = axis_words(self.table, self.start_words, language, start=max(given, 0))
        words = [self.outcome_words[one].text(language) for one in self.table.outcomes]
        open_share = tr("share of cases") if given < 0 else tr("share of the cases open after {n} days", n=given)
        if len(self.table.strata) == 1 and self.band is None:
            common["at_risk"] = common["at_risk"][0]
            return stacked_incidence(
                # an ending that is not told yet stands among the open cases
                incidence=np.nan_to_num(self.curves.incidence[0]),
                labels=words,
                open_label=tr("still open").text(language),
                y_label=open_share.text(language),
                ax=ax,
                **common,
            )
        place = self.main_outcome
        groups = len(self.table.strata)
        if not self.table.outcomes:
            nobody = np.zeros((groups, len(self.table.days)))
            return step_curves(
                estimate=seen_only(self.times, nobody, self.curves.survival),
                groups=group_words(self.table.strata, language),
                y_label=tr("share of cases that had ended").text(language),
                ax=ax,
                **common,
            )
        ended = tr("share that ended by: {outcome}", outcome=self.outcome_words[self.table.outcomes[place]])
        return step_curves(
            estimate=seen_only(self.times, self.curves.incidence[:, place], self.curves.survival),
            conf_low=seen_only(self.times, self.curves.conf_low[:, place], self.curves.survival),
            conf_high=seen_only(self.times, self.curves.conf_high[:, place], self.curves.survival),
            limits_label=""
            if np.isnan(self.curves.conf_low).all()
            else limits_words(self.confidence_level, groups=groups, band=self.band is not None, language=language),
            groups=group_words(self.table.strata, language),
            y_label=ended.text(language),
            ax=ax,
            **drawn_band(self.band, place),
            **common,
        )

    @property
    def main_outcome(self) -> int:
        """Position of the outcome that a drawing by groups shows: a conviction where there is one, else the first."""
        # what is published may tell of an ending in some groups only
        told = np.isfinite(self.curves.incidence[:, :, -1]).sum(axis=0)
        first = sorted(range(len(told)), key=lambda k: self.table.outcomes[k] not in {"verdict", "conviction"})
        compared = [k for k in first if told[k] >= min(2, len(self.table.strata))]
        return (compared or first or [0])[0]

    def _range(self) -> Readable | None:
        sentence, hidden = self._lowest_and_highest()
        return sentence if sentence is None else among_shown(sentence, some_hidden=hidden)

    def _lowest_and_highest(self) -> tuple[Readable | None, bool]:
        horizon = min(max(self.times.given_days, 0) + TWO_YEARS, int(self.table.days[-1]))
        values = at_days(self.table.days, self.curves.incidence[:, self.main_outcome], [horizon], before=0.0)[:, 0]
        seen = watched(self.times, self.curves.survival, [horizon])[:, 0]
        values = np.where(seen, values, np.nan)
        hidden = self.some_hidden or bool((np.isnan(values) & seen).any())
        if np.isfinite(values).sum() < 2 and hidden:
            return None, hidden
        if np.isfinite(values).sum() < 2:
            said: Readable = tr(
                "Fewer than two groups were watched for {days} days; they cannot be compared there.", days=horizon
            )
            return said, False
        low, high = int(np.nanargmin(values)), int(np.nanargmax(values))
        if Share(values[low]).text() == Share(values[high]).text():
            said = tr(
                "{outcome} within {days} days: {share} in each group that was watched so long.",
                outcome=self.outcome_words[self.table.outcomes[self.main_outcome]],
                days=horizon,
                share=Share(values[low]),
            )
            return said, hidden
        groups = self.table.strata.levels
        said = tr(
            "{outcome} within {days} days: from {low} ({group_low}) to {high} ({group_high}).",
            outcome=self.outcome_words[self.table.outcomes[self.main_outcome]],
            days=horizon,
            low=Share(values[low]),
            group_low=levels_words(groups[low]),
            high=Share(values[high]),
            group_high=levels_words(groups[high]),
        )
        return said, hidden


def cumulative_incidence(
    cases: CaseData | Durations,
    *,
    start: str = "complaint",
    outcome: Names | None = None,
    by: Names = (),
    endings: Endings = "standing",
    given_days: int | None = None,
    variance: CurveVariance | None = None,
    limits: Limits = "log-log",
    band: BandKind | None = None,
    band_days: BandDays | None = None,
    cluster: str | None = None,
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
    given_days : int, optional
        Of the cases that were still open after so many days only: their probability of having ended by day t. Days go
        on counting from the start.
    variance : {"greenwood", "counting_process", "infinitesimal_jackknife"}, optional
        Greenwood type (R ``survfit``), counting process with tie factors (R ``cmprsk``), or robust. By default
        Greenwood's, and the robust one where there are sampling weights or clusters.
    limits : {"log-log", "log", "plain", "arcsine"}
        Scale of the pointwise limits.
    band : {"equal-precision"}, optional
        Also give limits that hold for a whole curve at once, by simulation (Lin 1997).
    band_days : sequence of two int, optional
        First and last day of the band; by default from the tenth ending on, as long as ten cases are still open.
    cluster : str, optional
        Attribute whose groups are not independent inside, such as court; by default the cluster of the sampling.
    confidence_level : float
        Level of the limits.

    Returns
    -------
    CumulativeIncidence

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, time cannot be told of any case, or nobody was open after ``given_days``.

    References
    ----------
    .. [1] Aalen, O. O. and Johansen, S. (1978). An empirical transition matrix for non-homogeneous Markov chains based
       on censored observations. Scandinavian Journal of Statistics, 5, 141-150.
    .. [2] Lin, D. Y. (1997). Non-parametric inference for cumulative incidence functions in competing risks studies.
       Statistics in Medicine, 16, 901-910.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> cases = jm.sample_cases()
    >>> jm.cumulative_incidence(cases).at(days=(365, 730)).columns[0].name
    'outcome'
    """
    by, wanted = names(by), names(outcome)
    ensure_level(confidence_level)
    ensure_curve(given_days, limits)
    spells = spells_of(cases, start=start, wanted=wanted, endings=endings)
    times = times_of(spells, cases, by=by, variance=variance, cluster=cluster, given_days=given_days)
    curves = incidence_of(times, confidence_level=confidence_level, limits=limits)
    over: CurveBand | None = None
    if band is not None:
        over = incidence_band(
            times, curves.incidence, band, confidence_level=confidence_level, limits=limits, band_days=band_days
        )
    words, start_words = outcome_labels(spells, times.table.outcomes), spells.start_words
    tables = {
        "main": _curve_table(times, curves, words),
        "milestones": _at(times, curves, marked_days(times.table, times.given_days), words),
    }
    if over is not None:
        tables["band"] = band_table(times, over, keys={"outcome": times.table.outcomes}, labels=words)
    if given_days is None:
        tables["naive"] = _naive_mean(times.table, words)
    return CumulativeIncidence(
        heading=tr("Time to an ending, from: {start}", start=start_words),
        tables=tables,
        definition=_definition(times, limits, start_words),
        provenance=time_provenance(
            cases,
            times.table,
            "cumulative_incidence",
            start=start,
            outcome=wanted or None,
            by=by,
            endings=endings,
            given_days=given_days,
            variance=times.variance,
            limits=limits,
            band=band,
            band_days=None if band_days is None else tuple(band_days),
            cluster=cluster,
            confidence_level=confidence_level,
        ),
        notes=(
            *sampling_notes(cases, design_used=True),
            *times.notes,
            *few_units_note(times.table.strata, times.n_units),
            *reopening_notes(cases, given_days=given_days, endings=endings),
            *band_notes(over),
        ),
        frame_library=cases.frame_library,
        times=times,
        curves=curves,
        band=over,
        outcome_words=words,
        start_words=start_words,
        confidence_level=confidence_level,
        limits=limits,
        cells=curve_cells(cases, times.table, start=start, wanted=wanted, endings=endings, given_days=times.given_days),
    )


def _definition(times: Times, limits: Limits, start_words: Readable) -> Definition:
    given = times.given_days
    return Definition(
        answers=tr("What share of the cases had ended, and how, by each day since {start}?", start=start_words)
        if given < 0
        else tr(
            "Of the cases still open {given} days after {start}, what share had ended, and how, by each later day?",
            given=Setting(given),
            start=start_words,
        ),
        numerator=tr("cases that ended by the outcome up to the day, weighted for those no longer observed"),
        denominator=tr("all cases that reached: {start}", start=start_words)
        if given < 0
        else tr("cases still open after {given} days that reached: {start}", given=Setting(given), start=start_words),
        basis="cohort",
        pending=tr("observed as open up to the cut-off, then censored"),
        method=tr("Aalen-Johansen estimator (Aalen and Johansen 1978); {how}.", how=method_words(times, limits)),
    )


def _curve_table(times: Times, curves: Incidence, words: Mapping[str, Readable]) -> Table:
    return day_rows(
        times.table,
        times.at_risk,
        times.table.events,
        {
            "estimate": curves.incidence,
            "std_error": curves.std_error,
            "conf_low": curves.conf_low,
            "conf_high": curves.conf_high,
        },
        keys={"outcome": times.table.outcomes},
        columns=curve_columns(tr("cumulative incidence")),
        labels=words,
        title=tr("Cumulative incidence, day by day"),
    )


def _at(times: Times, curves: Incidence, days: Sequence[int], words: Mapping[str, Readable]) -> Table:
    seen = watched(times, curves.survival, days) & (np.asarray(days) >= times.given_days)
    columns: dict[str, tuple[Floats, float]] = {
        "estimate": (curves.incidence, 0.0),
        "std_error": (curves.std_error, 0.0),
        "conf_low": (curves.conf_low, 0.0),
        "conf_high": (curves.conf_high, 0.0),
    }
    return chosen_rows(
        times.table,
        days,
        columns,
        seen,
        keys={"outcome": times.table.outcomes},
        columns=curve_columns(tr("cumulative incidence")),
        labels=words,
        title=tr("At chosen days"),
    )


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
    values: dict[str, Any] = {
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
