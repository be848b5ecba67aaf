"""Mean days up to a horizon: how long cases were open, how many of those days each ending took, by group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from ..base.cells import BaseCounts
from ..base.errors import QuestionError, suggestion
from ..base.language import Label, Language, Readable, Setting, format_number, format_tick, tr, trn
from ..base.result import Definition, Protected, Result
from ..base.table import Table
from ..base.types import Names, names
from ..cases.casedata import CaseData
from ..cases.durations import Durations
from ..estimate.limits import Limits
from ..figures.dots import dots
from ..reduce.risk import Endings
from ..tables import RiskTable, Strata
from .compared_groups import ADJUSTMENT_WORDS, ADJUSTMENTS, Adjustment
from .curve_release import (
    CurveCells,
    PublishedCurve,
    coarse_curve,
    curve_base_counts,
    curve_cells,
    marked,
    published_curve,
)
from .curve_steps import Bounds, around
from .curve_times import LIMITS_WORDS, VARIANCE_WORDS, CurveVariance, Times, ensure_curve, times_of
from .declared import (
    days_words,
    ensure_level,
    few_units_note,
    group_words,
    levels_words,
    outcome_labels,
    sampling_notes,
    spells_of,
    time_provenance,
)
from .mean_days import OPEN, MeanDays, alike_note, contrast_table, group_names, mean_days_of, mean_table, short_note
from .shown import undefined_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS_DRAWN: Final = 24
_UNTESTED: Final = tr(
    "Differences between groups are not tested: published curves do not tell the days of the endings exactly enough."
)


@dataclass(frozen=True, eq=False, kw_only=True)
class RestrictedMeans(Result):
    """Mean days open up to a horizon, and mean days after each ending, by group.

    Tables
    ------
    main
        One row per stratum and quantity: ``outcome`` is ``open`` or an ending; ``denominator`` units, ``events`` up to
        the horizon, ``estimate, std_error, conf_low, conf_high`` in days. The days of a stratum add up to the horizon.
    contrast
        With several strata, one row per stratum, quantity and scale (difference, ratio) against the reference, with p
        values adjusted for the number of comparisons.
    """

    question: ClassVar[str] = "restricted_means"

    times: Times
    horizon_days: int
    outcome_words: Mapping[str, Readable]
    start_words: Readable
    confidence_level: float
    limits: Limits
    reference: int
    adjust: Adjustment
    cells: CurveCells

    @property
    def table(self) -> RiskTable:
        """The counts that the means rest on."""
        return self.times.table

    def base_counts(self) -> BaseCounts:
        """Return every count that the means rest on, for the disclosure gate."""
        return curve_base_counts(self, self.times, self.cells)

    def rebuild(self, protected: Protected) -> PublishedCurve:
        """Return the answer as it may be published: the means of the curves that the gate gave back."""
        curve = coarse_curve(self.times, protected)
        times, words = curve.times, curve.words(self.outcome_words)
        level, most = self.confidence_level, self.horizon_days

        def of(one: Times) -> MeanDays:
            return mean_days_of(one, self.horizon_days, level, self.limits, wider=curve.wider)

        found = of(times)
        others = [_bounds(of(one)) for one in curve.elsewhere]
        spread = around(_bounds(found), others, confidence_level=level, most=most)
        found = MeanDays(spread.estimate, found.covariance, *spread[1:])
        untold = np.concatenate([np.zeros((1, len(times.table.strata)), bool), curve.joined.T])
        found = MeanDays(
            np.where(untold, np.nan, found.estimate),
            np.where(untold[:, :, None], np.nan, found.covariance),
            *(np.where(untold, np.nan, one) for one in found[2:]),
        )
        # no test of differences: it would take the days of the steps for known
        main = _without_events(mean_table(times, found, self.horizon_days, words), everybody=self.cells.everybody)
        tables = {"main": marked(main, curve)}
        shown = published_curve(self, protected, curve, tables, times=times, outcome_words=words)
        return replace(shown, notes=(*shown.notes, _UNTESTED)) if len(self.table.strata) > 1 else shown

    def findings(self) -> tuple[Readable, ...]:
        """Return the mean days open of each group, and which groups differ from the reference."""
        main = self.main
        rows = np.flatnonzero(main["outcome"] == OPEN)
        said: list[Readable] = []
        for row, group in zip(rows, self.table.strata.levels, strict=True):
            if not np.isfinite(main["estimate"][row]):
                continue
            told = {
                "groups": tr("{groups}", groups=levels_words(group)) if group else tr("All together"),
                "horizon": self.horizon_days,
            }
            days, low, high = (float(main[one][row]) for one in ("estimate", "conf_low", "conf_high"))
            if not np.isfinite(low):
                said.append(
                    tr(
                        "{groups}: of the first {horizon} days a case was open {days} on average; no interval can be "
                        "given.",
                        days=days_words(days),
                        **told,
                    )
                )
                continue
            fine = round(low) == round(high)
            said.append(
                tr(
                    "{groups}: of the first {horizon} days a case was open {days} on average (interval {low} to "
                    "{high}).",
                    days=_FineDays(days) if fine else days_words(days),
                    low=_FineDays(low) if fine else days_words(low),
                    high=_FineDays(high) if fine else days_words(high),
                    **told,
                )
            )
        if "contrast" in self.tables:
            said.append(self._compared(self.tables["contrast"]))
        return tuple(said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the means with their intervals: days open by group, and days after each ending where there is room."""
        main, groups = self.main, group_words(self.table.strata, language)
        shown = list(dict.fromkeys(main["outcome"].tolist()))
        single = len(groups) == 1
        if not single and len(shown) * len(groups) > _MOST_ROWS_DRAWN:
            shown = [OPEN]
        order = [place for one in shown for place in np.flatnonzero(main["outcome"] == one)]
        words = [self._spent(str(main["outcome"][place])).text(language) for place in order]
        undefined = undefined_words(main, "estimate", language, tr("not observed so long"))
        return dots(
            labels=words if single else groups * len(shown),
            estimate=main["estimate"][order].astype(float),
            conf_low=main["conf_low"][order].astype(float),
            conf_high=main["conf_high"][order].astype(float),
            groups=None if single or len(shown) == 1 else words,
            annotations=[tr("{n} units", n=round(float(main["denominator"][place]))).text(language) for place in order]
            if "denominator" in main.values
            else None,
            undefined_label=[undefined[place] for place in order],
            x_label=tr("mean days open within {n} days", n=self.horizon_days).text(language)
            if shown == [OPEN]
            else tr("mean days within {n} days: open, and after each ending", n=self.horizon_days).text(language),
            percent=False,
            number=lambda one: format_tick(one, language),
            ax=ax,
        )

    def _spent(self, quantity: str) -> Readable:
        if quantity == OPEN:
            return self.outcome_words[OPEN]
        return tr("after: {outcome}", outcome=self.outcome_words[quantity])

    def _compared(self, contrast: Table) -> Readable:
        rows = (contrast["outcome"] == OPEN) & (contrast["scale"] == "difference")
        p = contrast["p_adjusted"][rows].astype(float)
        reference = contrast["reference"][rows][0]
        apart = int((p < 1 - self.confidence_level).sum())
        if not np.isfinite(p).any():
            return tr("The groups cannot be compared with {reference}.", reference=levels_words((reference,)))
        if not apart:
            return tr(
                "The data do not tell any group apart from {reference} by its mean days open. That is no proof that "
                "they are alike.",
                reference=levels_words((reference,)),
            )
        return trn(
            "The data tell {n} group apart from {reference} by its mean days open, of {all} compared.",
            "The data tell {n} groups apart from {reference} by their mean days open, of {all} compared.",
            apart,
            reference=levels_words((reference,)),
            all=len(p),
        )


def restricted_means(
    cases: CaseData | Durations,
    *,
    start: str = "complaint",
    outcome: Names | None = None,
    by: Names = (),
    horizon_days: int = 730,
    reference: str | None = None,
    endings: Endings = "standing",
    variance: CurveVariance | None = None,
    limits: Limits = "plain",
    cluster: str | None = None,
    adjust: Adjustment = "holm",
    confidence_level: float = 0.95,
) -> RestrictedMeans:
    """Mean days that cases were open up to a horizon, and mean days that were left after each ending.

    A mean over finished cases only is too short, and a mean over all cannot be had while cases are pending. The area
    under the curve of open cases up to a horizon needs neither: of 730 days so many were spent open, so many were left
    after a verdict, so many after a rejection. Together they are 730.

    Parameters
    ----------
    cases : CaseData or Durations
    start : str
        Stage or role from whose first day time runs.
    outcome : str or tuple of str, optional
        Endpoints to be told apart, as for :func:`cumulative_incidence`.
    by : str or tuple of str
        Attributes that split the cases.
    horizon_days : int
        Day up to which days are counted. A group that is not observed so long has no mean, and a note says so.
    reference : str, optional
        Group with which the others are compared; the first by default. Levels of several attributes are joined by
        ``" · "``.
    endings : {"standing", "first"}
        As for :func:`cumulative_incidence`.
    variance : {"greenwood", "counting_process", "infinitesimal_jackknife"}, optional
        Greenwood's by default, and the robust one where there are sampling weights or clusters; clusters that have
        cases in two groups link them, and their contrast allows for it.
    limits : {"plain", "log", "log-log", "arcsine"}
        Scale of the limits, on the mean as a share of the horizon.
    cluster : str, optional
        Attribute whose groups are not independent inside, such as court; by default the cluster of the sampling.
    adjust : {"holm", "benjamini-hochberg"}
        How p values are adjusted for the number of comparisons on one scale.
    confidence_level : float

    Returns
    -------
    RestrictedMeans

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, the horizon is no day, or time cannot be told of any case.

    References
    ----------
    .. [1] Andersen, P. K. (2013). Decomposition of number of life years lost according to causes of death. Statistics
       in Medicine, 32, 5278-5285.
    .. [2] Royston, P. and Parmar, M. K. B. (2013). Restricted mean survival time. BMC Medical Research Methodology,
       13, 152.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> answer = jm.restricted_means(jm.sample_cases(), horizon_days=365)
    >>> float(answer.main["estimate"].sum().round(6))
    365.0
    """
    by, wanted = names(by), names(outcome)
    ensure_level(confidence_level)
    ensure_curve(None, limits)
    if horizon_days < 1:
        raise QuestionError(
            tr("The horizon is day {days}; it must be day 1 or later.", days=horizon_days),
            tr("Write two years as 730."),
        )
    if adjust not in ADJUSTMENTS:
        raise QuestionError(
            tr("'{word}' is not known here.", word=adjust), tr("There are: {known}.", known=list(ADJUSTMENTS))
        )
    spells = spells_of(cases, start=start, wanted=wanted, endings=endings)
    times = times_of(spells, cases, by=by, variance=variance, cluster=cluster)
    against = _reference(times.table.strata, reference)
    found = mean_days_of(times, horizon_days, confidence_level, limits)
    words: dict[str, Readable] = {**outcome_labels(spells, times.table.outcomes), OPEN: tr("still open")}
    tables = {"main": mean_table(times, found, horizon_days, words)}
    if len(times.table.strata) > 1:
        tables["contrast"] = contrast_table(times, found, against, ADJUSTMENTS[adjust], confidence_level, words)
    start_words = spells.start_words
    return RestrictedMeans(
        heading=tr("Mean days open within {n} days, from: {start}", n=Setting(horizon_days), start=start_words),
        tables=tables,
        definition=Definition(
            answers=tr(
                "Of the first {n} days, how many was a case open on average, and how many were left after each ending?",
                n=Setting(horizon_days),
            ),
            numerator=tr("area under the curve of open cases, and under that of each ending, up to the horizon"),
            denominator=tr("all cases that reached: {start}", start=start_words),
            basis="cohort",
            pending=tr("observed as open up to the cut-off, then censored"),
            method=tr(
                "Restricted means of the Kaplan-Meier and Aalen-Johansen curves (Andersen 2013); {variance}, {limits}. "
                "P values {adjusted}.",
                variance=VARIANCE_WORDS[times.variance],
                limits=LIMITS_WORDS[limits],
                adjusted=ADJUSTMENT_WORDS[adjust],
            ),
        ),
        provenance=time_provenance(
            cases,
            times.table,
            "restricted_means",
            start=start,
            outcome=wanted or None,
            by=by,
            horizon_days=horizon_days,
            reference=reference,
            endings=endings,
            variance=times.variance,
            limits=limits,
            cluster=cluster,
            adjust=adjust,
            confidence_level=confidence_level,
        ),
        notes=(
            *sampling_notes(cases, design_used=True),
            *times.notes,
            *few_units_note(times.table.strata, times.n_units),
            *alike_note(times, found),
            *short_note(found.estimate[0], horizon_days),
        ),
        frame_library=cases.frame_library,
        times=times,
        horizon_days=horizon_days,
        outcome_words=words,
        start_words=start_words,
        confidence_level=confidence_level,
        limits=limits,
        reference=against,
        adjust=adjust,
        cells=curve_cells(cases, times.table, start=start, wanted=wanted, endings=endings, given_days=times.given_days),
    )


class _FineDays:
    """Days with two decimals, where whole days would hide the interval."""

    __slots__ = ("value",)

    def __init__(self, value: float) -> None:
        self.value = value

    def text(self, language: Language = "en") -> str:
        """Return the days in words."""
        return tr("{days} days", days=Label(format_number(self.value, language, decimals=2))).text(language)


def _bounds(found: MeanDays) -> Bounds:
    return Bounds(found.estimate, found.std_error, found.conf_low, found.conf_high)


def _without_events(main: Table, *, everybody: bool) -> Table:
    """Return the published table without counts that no other answer links: its steps add up to less."""
    columns = [one for one in main.columns if one.name != "events" and (everybody or one.name != "denominator")]
    values = {one.name: main[one.name] for one in columns}
    return Table(columns, values, labels=main.labels, title=main.title, guard="curve")


def _reference(strata: Strata, wanted: str | None) -> int:
    """Return the position of the group that others are compared with.

    Raises
    ------
    QuestionError
        When there is no such group.
    """
    if wanted is None:
        return 0
    if not strata.names:
        raise QuestionError(
            tr("A group to compare with was named ('{name}'), but nothing splits the cases.", name=wanted),
            tr('Name an attribute: by="court".'),
        )
    known = group_names(strata)
    if wanted not in known:
        raise QuestionError(tr("'{name}' is no group here.", name=wanted), suggestion(wanted, tuple(known)))
    return known.index(wanted)
