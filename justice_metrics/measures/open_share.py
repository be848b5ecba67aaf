"""Share of the cases that is still open by each day, and the cumulative hazards behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ..base.cells import BaseCounts
from ..base.language import Language, Readable, Setting, tr, trn
from ..base.result import Definition, Protected, Result
from ..base.table import Column, Table
from ..base.types import Floats, Names, names, several
from ..cases.casedata import CaseData
from ..cases.durations import ANY_EXIT, Durations
from ..estimate.curves import CumulativeHazard, KaplanMeier
from ..estimate.limits import Limits
from ..estimate.risk import last_observed_days
from ..estimate.steps import quantiles
from ..figures.curves import step_curves
from ..reduce.risk import Endings
from ..tables import RiskTable
from .curve_bands import BandDays, BandKind, CurveBand, band_notes, band_table, drawn_band, open_band
from .curve_estimates import hazard_of, open_share_of, seen_only, watched
from .curve_release import CurveCells, PublishedCurve, coarse_curve, curve_base_counts, curve_cells, published_curve
from .curve_tables import YEAR, axis_words, chosen_rows, curve_columns, day_rows, limits_words, marked_days
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
    time_provenance,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, kw_only=True)
class OpenShare(Result):
    """Share of the cases still open after each day.

    Tables
    ------
    main
        One row per stratum and day on which a case left: ``at_risk`` just before it, ``events`` and ``censored`` on
        it, ``estimate, std_error, conf_low, conf_high``.
    milestones
        The same at 180, 365, 730 and 1,095 days, as far as the data reach.
    band
        With ``band``: limits that hold on all days of a range at once.
    hazard
        Cumulative hazard of each ending, and of any (Nelson-Aalen). It is no share: it can pass 1.
    """

    question: ClassVar[str] = "open_share"

    times: Times
    curve: KaplanMeier
    band: CurveBand | None
    start_words: Readable
    outcome_words: Mapping[str, Readable]
    confidence_level: float
    limits: Limits
    cells: CurveCells

    @property
    def table(self) -> RiskTable:
        """The counts that the curve rests on."""
        return self.times.table

    def at(self, days: Sequence[int] | int) -> Table:
        """Return the share still open after given days since the start.

        Parameters
        ----------
        days : sequence of int
        """
        return _at(self.times, self.curve, several(days))

    def base_counts(self) -> BaseCounts:
        """Return every count that the curve rests on, for the disclosure gate."""
        return curve_base_counts(self, _together(self.times), self.cells)

    def rebuild(self, protected: Protected) -> PublishedCurve:
        """Return the answer as it may be published: the curve of what the gate gave back."""
        coarse = coarse_curve(_together(self.times), protected)
        if self.table.outcomes:
            coarse = coarse.only(ANY_EXIT)
        times = coarse.times
        curve = coarse.open_share(confidence_level=self.confidence_level, limits=self.limits)
        hazard = hazard_of(times, confidence_level=self.confidence_level)
        # its limits would take the days of the steps for known
        none = np.full_like(hazard.hazard, np.nan)
        hazard = CumulativeHazard(hazard.hazard, none, none, none)
        tables = {
            "main": _curve_table(times, curve),
            "milestones": _at(times, curve, marked_days(times.table, times.given_days)),
            "hazard": _hazard_table(times, hazard, self.outcome_words),
        }
        return published_curve(self, protected, coarse, tables, times=times, curve=curve, band=None)

    def findings(self) -> tuple[Readable, ...]:
        """Return the share still open after a year, by group, with its limits."""
        horizon = max(self.times.given_days, 0) + YEAR
        if horizon > self.table.days[-1]:
            horizon = int(self.table.days[-1])
        rows = self.at((horizon,))
        said: list[Readable] = []
        for place, group in enumerate(self.table.strata.levels):
            if not np.isfinite(rows["estimate"][place]):
                continue
            told = {
                "groups": tr("{groups}", groups=levels_words(group)) if group else tr("All together"),
                "share": Share(rows["estimate"][place]),
                "days": horizon,
                "start": self.start_words,
            }
            low, high = (float(rows[one][place]) for one in ("conf_low", "conf_high"))
            if not np.isfinite(low) and not np.isfinite(high):
                said.append(tr("{groups}: {share} were still open {days} days after {start}.", **told))
                continue
            said.append(
                tr(
                    "{groups}: {share} were still open {days} days after {start} (interval {low} to {high}).",
                    low=Share(low),
                    high=Share(high),
                    **told,
                )
            )
        untold = int((~np.isfinite(rows["estimate"].astype(float))).sum())
        if untold:
            said.append(
                trn(
                    "{n} group was not watched for {days} days; nothing is said of it there.",
                    "{n} groups were not watched for {days} days; nothing is said of them there.",
                    untold,
                    days=horizon,
                )
            )
        return tuple(conditional(one, self.times.given_days) for one in said)

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share still open, with the number still observed below and the medians marked."""
        medians = quantiles(
            self.table.days,
            self.curve.survival,
            self.curve.conf_low,
            self.curve.conf_high,
            [0.5],
            last_days=last_observed_days(self.table.days, self.times.at_risk),
        )
        return step_curves(
            estimate=seen_only(self.times, self.curve.survival, self.curve.survival),
            conf_low=seen_only(self.times, self.curve.conf_low, self.curve.survival),
            conf_high=seen_only(self.times, self.curve.conf_high, self.curve.survival),
            limits_label=""
            if np.isnan(self.curve.conf_low).all()
            else limits_words(
                self.confidence_level, groups=len(self.table.strata), band=self.band is not None, language=language
            ),
            groups=group_words(self.table.strata, language),
            y_label=tr("share still open").text(language),
            start=1.0,
            marks=medians.estimate[:, 0],
            ax=ax,
            **drawn_band(self.band),
            **axis_words(self.table, self.start_words, language, start=max(self.times.given_days, 0)),
        )


def open_share(
    cases: CaseData | Durations,
    *,
    start: str = "complaint",
    by: Names = (),
    endings: Endings = "standing",
    given_days: int | None = None,
    variance: CurveVariance | None = None,
    limits: Limits = "log-log",
    band: BandKind | None = None,
    band_days: BandDays | None = None,
    cluster: str | None = None,
    confidence_level: float = 0.95,
) -> OpenShare:
    """Share of the cases that is still open after each day, counting those that were observed a shorter time.

    Kaplan-Meier: S(t) = Π_{s ≤ t} (1 − d(s) / Y(s)), where d counts every ending and Y the cases open and under
    observation just before day s. The table ``hazard`` holds Σ d_k(s) / Y(s) (Nelson-Aalen) of each ending.

    Parameters
    ----------
    cases : CaseData or Durations
    start : str
        Stage or role from whose first day time runs, in days.
    by : str or tuple of str
        Attributes that split the cases.
    endings : {"standing", "first"}
        Whether a case that was closed and reopened counts as open throughout, or ended when it was first closed.
    given_days : int, optional
        Of the cases that were still open after so many days only. Days go on counting from the start.
    variance : {"greenwood", "counting_process", "infinitesimal_jackknife"}, optional
        Greenwood's by default, and the robust one where there are sampling weights or clusters.
    limits : {"log-log", "log", "plain", "arcsine"}
        Scale of the pointwise limits.
    band : {"hall-wellner", "equal-precision"}, optional
        Also give limits that hold for the whole curve at once.
    band_days : sequence of two int, optional
        First and last day of the band; by default from the tenth ending on, as long as ten cases are still open.
    cluster : str, optional
        Attribute whose groups are not independent inside, such as court; by default the cluster of the sampling.
    confidence_level : float

    Returns
    -------
    OpenShare

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, time cannot be told of any case, or nobody was open after ``given_days``.

    References
    ----------
    .. [1] Kaplan, E. L. and Meier, P. (1958). Nonparametric estimation from incomplete observations. Journal of the
       American Statistical Association, 53, 457-481.
    .. [2] Aalen, O. O. (1978). Nonparametric inference for a family of counting processes. Annals of Statistics, 6,
       701-726.
    .. [3] Hall, W. J. and Wellner, J. A. (1980). Confidence bands for a survival curve from censored data. Biometrika,
       67, 133-143.
    .. [4] Nair, V. N. (1984). Confidence bands for survival functions with censored data. Technometrics, 26, 265-275.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> answer = jm.open_share(jm.sample_cases())
    >>> list(answer.tables)
    ['main', 'milestones', 'hazard']
    """
    by = names(by)
    ensure_level(confidence_level)
    ensure_curve(given_days, limits)
    spells = spells_of(cases, start=start, wanted=(), endings=endings)
    times = times_of(spells, cases, by=by, variance=variance, cluster=cluster, given_days=given_days)
    curve = open_share_of(times, confidence_level=confidence_level, limits=limits)
    over: CurveBand | None = None
    if band is not None:
        over = open_band(
            times, curve.survival, band, confidence_level=confidence_level, limits=limits, band_days=band_days
        )
    hazard = hazard_of(times, confidence_level=confidence_level)
    words = {**outcome_labels(spells, times.table.outcomes), ANY_EXIT: tr("any ending")}
    start_words, given = spells.start_words, times.given_days
    tables = {
        "main": _curve_table(times, curve),
        "milestones": _at(times, curve, marked_days(times.table, given)),
        "hazard": _hazard_table(times, hazard, words),
    }
    if over is not None:
        tables["band"] = band_table(times, over, keys={}, labels={})
    return OpenShare(
        heading=tr("Share of the cases still open, from: {start}", start=start_words),
        tables=tables,
        definition=Definition(
            answers=tr("What share of the cases was still open after each day since {start}?", start=start_words),
            numerator=tr("cases still open after the day, weighted for those no longer observed"),
            denominator=tr("all cases that reached: {start}", start=start_words)
            if given < 0
            else tr(
                "cases still open after {given} days that reached: {start}", given=Setting(given), start=start_words
            ),
            basis="cohort",
            pending=tr("observed as open up to the cut-off, then censored"),
            method=tr(
                "Kaplan-Meier estimator (1958); {how}. Cumulative hazards: Nelson-Aalen.",
                how=method_words(times, limits),
            ),
        ),
        provenance=time_provenance(
            cases,
            times.table,
            "open_share",
            start=start,
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
        curve=curve,
        band=over,
        start_words=start_words,
        outcome_words=words,
        confidence_level=confidence_level,
        limits=limits,
        cells=curve_cells(
            cases, times.table, start=start, wanted=(), endings=endings, given_days=times.given_days
        ).together(),
    )


def _together(times: Times) -> Times:
    """Return the times with any ending as the one ending: by itself each would be held back longer than all are."""
    events = times.table.events.sum(axis=1, keepdims=True)
    rows = times.rows
    if rows is not None:
        rows = rows._replace(code=(rows.code > 0).astype(np.int64))
    return replace(times, table=replace(times.table, outcomes=(ANY_EXIT,), events=events), rows=rows)


def _columns(curve: KaplanMeier) -> dict[str, Floats]:
    return {
        "estimate": curve.survival[:, None],
        "std_error": curve.std_error[:, None],
        "conf_low": curve.conf_low[:, None],
        "conf_high": curve.conf_high[:, None],
    }


def _curve_table(times: Times, curve: KaplanMeier) -> Table:
    return day_rows(
        times.table,
        times.at_risk,
        times.table.events.sum(axis=1, keepdims=True),
        _columns(curve),
        keys={},
        columns=curve_columns(tr("share still open")),
        labels={},
        title=tr("Share still open, day by day"),
    )


def _at(times: Times, curve: KaplanMeier, days: Sequence[int]) -> Table:
    before = {"estimate": 1.0, "std_error": 0.0, "conf_low": 1.0, "conf_high": 1.0}
    return chosen_rows(
        times.table,
        days,
        {name: (array, before[name]) for name, array in _columns(curve).items()},
        watched(times, curve.survival, days) & (np.asarray(days) >= times.given_days),
        keys={},
        columns=curve_columns(tr("share still open")),
        labels={},
        title=tr("At chosen days"),
    )


def _hazard_table(times: Times, hazard: CumulativeHazard, words: Mapping[str, Readable]) -> Table:
    events = times.table.events
    columns = (
        Column("estimate", tr("cumulative hazard"), "number", "estimate", "probability", 3),
        Column("std_error", tr("standard error"), "number", "interval", "std_error", 4),
        Column("conf_low", tr("lower limit"), "number", "interval", "interval", 3),
        Column("conf_high", tr("upper limit"), "number", "interval", "interval", 3),
    )
    outcomes = times.table.outcomes
    alone = outcomes == (ANY_EXIT,)
    every = slice(0, 1) if alone else slice(None)
    return day_rows(
        times.table,
        times.at_risk,
        np.concatenate([events, events.sum(axis=1, keepdims=True)], axis=1)[:, every],
        {
            "estimate": hazard.hazard[:, every],
            "std_error": hazard.std_error[:, every],
            "conf_low": hazard.conf_low[:, every],
            "conf_high": hazard.conf_high[:, every],
        },
        keys={"outcome": (*outcomes, ANY_EXIT)[every]},
        columns=columns,
        labels=words,
        title=tr("Cumulative hazard of each ending (a sum of daily rates, no share of cases)"),
    )
