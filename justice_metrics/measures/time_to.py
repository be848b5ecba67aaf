"""Time to an outcome: after how many days a share of all cases has come there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from ..base.cells import BaseCounts
from ..base.errors import QuestionError
from ..base.language import Language, Readable, Setting, tr
from ..base.result import Definition, Protected, Result
from ..base.table import Column, Table
from ..base.types import Days, Floats, Names, Tallies, names
from ..cases.casedata import CaseData
from ..cases.durations import Durations
from ..estimate.limits import Limits
from ..estimate.risk import last_observed_days
from ..estimate.steps import Quantiles, incidence_quantiles, quantiles
from ..figures.curves import step_curves
from ..tables import RiskTable
from .curve_bands import BandDays, BandKind, CurveBand, band_notes, band_table, drawn_band, incidence_band, open_band
from .curve_estimates import incidence_of, open_share_of, seen_only, survival_of
from .curve_release import (
    CoarseCurve,
    CurveCells,
    PublishedCurve,
    coarse_curve,
    curve_base_counts,
    curve_cells,
    published_curve,
)
from .curve_tables import axis_words, limits_words
from .curve_times import CurveVariance, Times, conditional, ensure_curve, method_words, reopening_notes, times_of
from .declared import (
    Share,
    days_words,
    ensure_level,
    few_units_note,
    group_words,
    levels_words,
    sampling_notes,
    spells_of,
    strata_columns,
    time_provenance,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, kw_only=True)
class TimeTo(Result):
    """After how many days a given share of all cases has come to an outcome.

    Tables
    ------
    main
        One row per stratum and share: ``share, estimate, conf_low, conf_high`` in days; not defined where the curve
        never reaches the share. ``numerator, denominator, censored`` beside it.
    band
        With ``band``: limits of the share that came there, which hold on all days of a range at once.
    """

    question: ClassVar[str] = "time_to"

    times: Times
    share_reached: Floats
    limits: tuple[Floats, Floats]
    still_open: Floats
    band: CurveBand | None
    confidence_level: float
    outcome: str
    outcome_words: Readable
    start_words: Readable
    scale: Limits
    cells: CurveCells
    shown_until: int | None = None

    @property
    def table(self) -> RiskTable:
        """The counts that the curves rest on."""
        return self.times.table

    @property
    def days(self) -> Days:
        """The days of the curves, shape (T,)."""
        return self.times.table.days

    def base_counts(self) -> BaseCounts:
        """Return every count that the days rest on, for the disclosure gate."""
        return curve_base_counts(self, self.times, self.cells)

    def rebuild(self, protected: Protected) -> PublishedCurve:
        """Return the answer as it may be published: the days read from the curve of what the gate gave back.

        Raises
        ------
        QuestionError
            When too few cases came to the outcome in each group.
        """
        curve = coarse_curve(self.times, protected)
        if self.outcome in self.table.outcomes:
            curve = curve.only(self.outcome)
        shares = tuple(dict.fromkeys(self.main["share"].tolist()))
        read = _reached(
            curve.times, self.outcome, shares, confidence_level=self.confidence_level, limits=self.scale, coarse=curve
        )
        # nothing is drawn before the first step, for it is not nothing that happened
        untold = np.zeros(read.share.shape, np.bool_)
        if self.outcome in curve.times.table.outcomes:
            untold = curve.untold[:, curve.times.table.outcomes.index(self.outcome)]
        main = _days_table(curve.times.table, self.outcome, shares, read.found)
        return published_curve(
            self,
            protected,
            curve,
            {"main": self._without_open_counts(main, curve)},
            times=curve.times,
            share_reached=np.where(untold, np.nan, read.share),
            limits=(np.where(untold, np.nan, read.conf_low), np.where(untold, np.nan, read.conf_high)),
            still_open=read.still_open,
            band=None,
            shown_until=int(curve.times.table.days[-1]),
        )

    def _without_open_counts(self, main: Table, curve: CoarseCurve) -> Table:
        """Return the published table with the counts of whole groups, as far as other answers count the same units.

        The steps of a published curve add up to less than came to the outcome. Of how many came in all, of an outcome
        or among cases that no other answer counts, differences would tell what other tables hide.
        """
        everybody, standing = self.cells.everybody, self.cells.dimension == "ending"
        kept = {"denominator"} if everybody else set[str]()
        values: dict[str, Any] = {
            one.name: main[one.name] for one in main.columns if one.role != "count" or one.name in kept
        }
        if everybody and standing and self.outcome in curve.times.table.outcomes:
            came = curve.totals[:, curve.times.table.outcomes.index(self.outcome)]
            if np.isfinite(came).all():
                values["numerator"] = np.repeat(came, len(main) // len(came)).astype(np.int64)
        columns = [one for one in main.columns if one.name in values]
        return Table(columns, {one.name: values[one.name] for one in columns}, title=main.title, guard="curve")

    def findings(self) -> tuple[Readable, ...]:
        """Return the median per stratum, or what share was reached at most."""
        main = self.main
        said: list[Readable] = []
        for row in range(len(main)):
            if abs(float(main["share"][row]) - 0.5) > 1e-9:
                continue
            group = [str(main[name][row]) for name in self.table.strata.names]
            place = list(self.table.strata.levels).index(tuple(group))
            most = float(np.nan_to_num(self.share_reached[place]).max(initial=0.0))
            values = {
                "outcome": self.outcome_words,
                "days": days_words(main["estimate"][row]),
                "start": self.start_words,
            }
            groups: Readable = tr("{groups}", groups=levels_words(group)) if group else tr("All together")
            bounds = [float(main[one][row]) for one in ("conf_low", "conf_high")]
            if np.isfinite(main["estimate"][row]) and not np.isfinite(bounds).any():
                said.append(
                    tr(
                        "{groups}: half of the cases had come to {outcome} {days} after {start}.",
                        groups=groups,
                        **values,
                    )
                )
            elif np.isfinite(main["estimate"][row]):
                low, high = (days_words(one) for one in bounds)
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
            elif self.shown_until is not None:
                said.append(
                    tr(
                        "{groups}: within the {shown} days that are published {most} of the cases came to {outcome}, "
                        "so no median can be given.",
                        groups=groups,
                        shown=self.shown_until,
                        most=Share(most),
                        outcome=self.outcome_words,
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
        return tuple(conditional(one, self.times.given_days) for one in said)

    def headline(self) -> Readable | None:
        """Return the sentence on the largest group, of those that have a median where any has one."""
        half = np.flatnonzero(np.isclose(self.main["share"].astype(float), 0.5))
        if not len(half):
            return None
        told = np.isfinite(self.main["estimate"][half].astype(float))
        units = np.repeat(self.table.units, len(self.main) // len(self.table.strata))[half]
        size = np.where(told | ~told.any(), units.astype(float), -1.0)
        return self.findings()[int(size.argmax())]

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share that has come to the outcome, with the number still open below and the medians marked."""
        half = np.isclose(self.main["share"].astype(float), 0.5)
        return step_curves(
            estimate=seen_only(self.times, self.share_reached, self.still_open),
            conf_low=seen_only(self.times, self.limits[0], self.still_open),
            conf_high=seen_only(self.times, self.limits[1], self.still_open),
            limits_label=""
            if np.isnan(self.limits[0]).all()
            else limits_words(
                self.confidence_level, groups=len(self.table.strata), band=self.band is not None, language=language
            ),
            groups=group_words(self.table.strata, language),
            y_label=tr("share that came to: {outcome}", outcome=self.outcome_words).text(language),
            marks=self.main["estimate"][half].astype(float) if half.any() else None,
            ax=ax,
            **drawn_band(self.band),
            **axis_words(self.table, self.start_words, language, start=max(self.times.given_days, 0)),
        )


def time_to(
    cases: CaseData | Durations,
    *,
    start: str = "complaint",
    outcome: str = "any_exit",
    by: Names = (),
    shares: Sequence[float] = (0.25, 0.5, 0.75),
    given_days: int | None = None,
    variance: CurveVariance | None = None,
    limits: Limits = "log-log",
    band: BandKind | None = None,
    band_days: BandDays | None = None,
    cluster: str | None = None,
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
    given_days : int, optional
        Of the cases that were still open after so many days only. Days go on counting from the start.
    variance : {"greenwood", "counting_process", "infinitesimal_jackknife"}, optional
        Of the curve; by default Greenwood's, and the robust one where there are sampling weights or clusters.
    limits : {"log-log", "log", "plain", "arcsine"}
        Scale of the limits of the curve, from which those of the days are read.
    band : {"hall-wellner", "equal-precision"}, optional
        Also give limits of the curve that hold for all of it at once; with ``hall-wellner`` for ``any_exit`` only.
    band_days : sequence of two int, optional
        First and last day of the band; by default from the tenth ending on, as long as ten cases are still open.
    cluster : str, optional
        Attribute whose groups are not independent inside, such as court; by default the cluster of the sampling.
    confidence_level : float

    Returns
    -------
    TimeTo

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, a share is not between 0 and 1, time cannot be told of any case, or nobody was open
        after ``given_days``.

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
    ensure_curve(given_days, limits)
    if not shares or any(not 0 < one < 1 for one in shares):
        raise QuestionError(tr("Shares lie between 0 and 1."), tr("Write the median as 0.5."))
    spells = spells_of(cases, start=start, wanted=(outcome,))
    times = times_of(spells, cases, by=by, variance=variance, cluster=cluster, given_days=given_days)
    read = _reached(times, outcome, shares, confidence_level=confidence_level, limits=limits)
    over = None if band is None else _band(times, read, outcome, band, confidence_level, limits, band_days)
    words, start_words = spells.label(outcome), spells.start_words
    table, given = times.table, times.given_days
    tables = {"main": _days_table(table, outcome, shares, read.found)}
    if over is not None:
        tables["band"] = band_table(times, over, keys={}, labels={})
    return TimeTo(
        heading=tr("Days from {start} to {outcome}", start=start_words, outcome=words),
        tables=tables,
        definition=Definition(
            answers=tr("After how many days had a given share of all cases come to {outcome}?", outcome=words),
            numerator=tr("cases that came to {outcome} by the day", outcome=words),
            denominator=tr("all cases that reached: {start}", start=start_words)
            if given < 0
            else tr(
                "cases still open after {given} days that reached: {start}", given=Setting(given), start=start_words
            ),
            basis="cohort",
            pending=tr("observed as open up to the cut-off, then censored"),
            method=tr(
                "Quantiles of the Kaplan-Meier curve (any ending) or of the cumulative incidence (one ending among "
                "several), limits read from those of the curve (Brookmeyer and Crowley 1982); {how}.",
                how=method_words(times, limits),
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
            *few_units_note(table.strata, times.n_units),
            *(reopening_notes(cases, given_days=given_days)[1:]),
            *band_notes(over),
        ),
        frame_library=cases.frame_library,
        times=times,
        share_reached=read.share,
        limits=(read.conf_low, read.conf_high),
        still_open=read.still_open,
        band=over,
        confidence_level=confidence_level,
        outcome=outcome,
        outcome_words=words,
        start_words=start_words,
        scale=limits,
        cells=curve_cells(cases, times.table, start=start, wanted=(outcome,), given_days=times.given_days),
    )


class _Read(NamedTuple):
    """The curve of those who came to the outcome, and the days read from it."""

    share: Floats  # (G, T)
    conf_low: Floats  # (G, T)
    conf_high: Floats  # (G, T)
    still_open: Floats  # (G, T), in any way
    found: Quantiles


def _reached(
    times: Times,
    outcome: str,
    shares: Sequence[float],
    *,
    confidence_level: float,
    limits: Limits,
    coarse: CoarseCurve | None = None,
) -> _Read:
    given: dict[str, Any] = {"confidence_level": confidence_level, "limits": limits}
    days = times.table.days
    if outcome not in times.table.outcomes:
        nothing = np.zeros(times.at_risk.shape)
        found = incidence_quantiles(days, nothing, nothing, nothing, shares)
        return _Read(nothing, nothing, nothing, survival_of(times), found)
    if outcome == "any_exit":
        curve = open_share_of(times, **given) if coarse is None else coarse.open_share(**given)
        low, high = curve.conf_low, curve.conf_high
        last = last_observed_days(days, times.at_risk)
        found = quantiles(days, curve.survival, low, high, shares, last_days=last)
        return _Read(1 - curve.survival, 1 - high, 1 - low, curve.survival, found)
    place = times.table.outcomes.index(outcome)
    curves = incidence_of(times, **given) if coarse is None else coarse.incidence(**given, masked=False)
    reached, low, high = (array[:, place] for array in (curves.incidence, curves.conf_low, curves.conf_high))
    return _Read(reached, low, high, curves.survival, incidence_quantiles(days, reached, low, high, shares))


def _band(
    times: Times,
    read: _Read,
    outcome: str,
    kind: BandKind,
    confidence_level: float,
    limits: Limits,
    band_days: BandDays | None,
) -> CurveBand:
    """Return the band of the share that came to the outcome."""
    given: Any = {"confidence_level": confidence_level, "limits": limits, "band_days": band_days}
    if outcome == "any_exit":
        band = open_band(times, read.still_open, kind, **given)
        return band._replace(conf_low=1 - band.conf_high, conf_high=1 - band.conf_low, estimate=1 - band.estimate)
    if outcome not in times.table.outcomes:
        nothing = np.full((*times.at_risk.shape[:1], 1, times.at_risk.shape[1]), np.nan)
        return CurveBand(kind, nothing, nothing, nothing, len(nothing))
    place = times.table.outcomes.index(outcome)
    one = replace(times, table=replace(times.table, outcomes=(outcome, "other"), events=_against_others(times, place)))
    both = incidence_band(one, np.stack([read.share, 1 - read.share - read.still_open], axis=1), kind, **given)
    low, high, estimate = (array[:, :1] for array in (both.conf_low, both.conf_high, both.estimate))
    return CurveBand(kind, low, high, estimate, int((~np.isfinite(low).any(axis=-1)).sum()))


def _against_others(times: Times, place: int) -> Tallies:
    events = times.table.events
    return np.stack([events[:, place], events.sum(axis=1) - events[:, place]], axis=1)


def _days_table(table: RiskTable, outcome: str, shares: Sequence[float], found: Quantiles) -> Table:
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
    values: dict[str, Any] = {
        **table.strata.columns(p),
        "share": np.tile(np.asarray(shares, dtype=np.float64), len(table.strata)),
        "estimate": found.estimate.ravel(),
        "conf_low": found.conf_low.ravel(),
        "conf_high": found.conf_high.ravel(),
        "numerator": np.repeat(events, p),
        "denominator": np.repeat(table.units, p),
        "censored": np.repeat(table.censored.sum(axis=1), p),
    }
    return Table(columns, values, title=tr("Days until a share of all cases has come there"), guard="curve")
