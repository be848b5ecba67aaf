"""Mean days up to a horizon: how long cases were open, how many of those days each ending took, by group."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

import numpy as np

from ..base.errors import QuestionError, suggestion
from ..base.language import Language, Readable, format_number, tr, trn
from ..base.levels import LEVEL_WORDS
from ..base.result import Column, Definition, Result, Table
from ..base.types import Floats, Names, names
from ..cases.casedata import CaseData
from ..cases.durations import Durations
from ..estimate.contrasts import differences_from, ratios_to
from ..estimate.limits import Limits, pointwise
from ..estimate.means import Contrast, restricted_mean_lost, restricted_mean_open
from ..estimate.robust import cluster_influence, covariance
from ..figures.dots import dots
from ..reduce.risk import Endings
from ..tables import RiskTable, Strata
from .compared_groups import ADJUSTMENT_WORDS, ADJUSTMENTS, Adjustment
from .curve_estimates import survival_of, watched
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
    strata_columns,
    time_provenance,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OPEN: Final = "open"
_MOST_ROWS_DRAWN: Final = 24
_SCALE_WORDS: Final = {"difference": tr("difference, in days"), "ratio": tr("ratio")}


class _Found(NamedTuple):
    """Means of open (first) and of each ending, and how sure they are."""

    estimate: Floats  # (1 + K, G)
    covariance: Floats  # (1 + K, G, G)
    std_error: Floats  # (1 + K, G)
    conf_low: Floats  # (1 + K, G)
    conf_high: Floats  # (1 + K, G)


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

    @property
    def table(self) -> RiskTable:
        """The counts that the means rest on."""
        return self.times.table

    def findings(self) -> tuple[Readable, ...]:
        """Return the mean days open of each group, and which groups differ from the reference."""
        main = self.main
        rows = np.flatnonzero(main["outcome"] == OPEN)
        said: list[Readable] = []
        for row, group in zip(rows, self.table.strata.levels, strict=True):
            if not np.isfinite(main["estimate"][row]):
                continue
            low, high = (days_words(float(main[one][row])) for one in ("conf_low", "conf_high"))
            said.append(
                tr(
                    "{groups}: of the first {horizon} days a case was open {days} on average (interval {low} to "
                    "{high}).",
                    groups=tr("{groups}", groups=levels_words(group)) if group else tr("All together"),
                    horizon=self.horizon_days,
                    days=days_words(float(main["estimate"][row])),
                    low=low,
                    high=high,
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
        return dots(
            labels=words if single else groups * len(shown),
            estimate=main["estimate"][order].astype(float),
            conf_low=main["conf_low"][order].astype(float),
            conf_high=main["conf_high"][order].astype(float),
            groups=None if single or len(shown) == 1 else words,
            annotations=[tr("{n} units", n=round(float(main["denominator"][place]))).text(language) for place in order],
            undefined_label=tr("not observed so long").text(language),
            x_label=tr("mean days open within {n} days", n=self.horizon_days).text(language)
            if shown == [OPEN]
            else tr("mean days within {n} days: open, and after each ending", n=self.horizon_days).text(language),
            percent=False,
            number=lambda one: format_number(one, language),
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
    found = _means(times, horizon_days, confidence_level, limits)
    words: dict[str, Readable] = {**outcome_labels(spells, times.table.outcomes), OPEN: tr("still open")}
    tables = {"main": _main_table(times, found, horizon_days, words)}
    if len(times.table.strata) > 1:
        tables["contrast"] = _contrast_table(times, found, against, ADJUSTMENTS[adjust], confidence_level, words)
    start_words = spells.start_words
    return RestrictedMeans(
        heading=tr("Mean days open within {n} days, from: {start}", n=horizon_days, start=start_words),
        tables=tables,
        definition=Definition(
            answers=tr(
                "Of the first {n} days, how many was a case open on average, and how many were left after each ending?",
                n=horizon_days,
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
            *few_units_note(times.table.strata, times.table.units),
            *_short_note(found, horizon_days, len(times.table.strata)),
        ),
        frame_library=cases.frame_library,
        times=times,
        horizon_days=horizon_days,
        outcome_words=words,
        start_words=start_words,
        confidence_level=confidence_level,
    )


def _means(times: Times, horizon: int, confidence_level: float, limits: Limits) -> _Found:
    table = times.table
    data = (table.days, table.events.sum(axis=1), times.at_risk)
    formula = "greenwood" if times.variance == "infinitesimal_jackknife" else times.variance
    given: dict[str, Any] = {"horizon_days": horizon, "confidence_level": confidence_level, "limits": limits}
    still = restricted_mean_open(*data, variance=formula, **given)
    lost = restricted_mean_lost(table.days, table.events, times.at_risk, variance=formula, **given)
    estimate = np.concatenate([still.estimate[None], lost.estimate.T])
    groups = len(table.strata)
    if times.rows is None:
        std_error = np.concatenate([still.std_error[None], lost.std_error.T])
        spread = std_error[:, :, None] ** 2 * np.eye(groups)
    else:
        sizes: dict[str, int] = {"groups": groups, "outcomes": len(table.outcomes)}
        spread = np.concatenate(
            [covariance(cluster_influence(times.rows, one, [horizon], **sizes))[:, 0] for one in _CURVES]
        )
        spread[:, times.unsure] = np.nan
        spread[:, :, times.unsure] = np.nan
        std_error = np.sqrt(np.maximum(np.diagonal(spread, axis1=1, axis2=2), 0))
    unseen = ~watched(times, survival_of(times), [horizon])[:, 0]
    estimate, std_error = np.where(unseen, np.nan, estimate), np.where(unseen, np.nan, std_error)
    band = pointwise(estimate / horizon, std_error / horizon, confidence_level=confidence_level, limits=limits)
    return _Found(estimate, spread, std_error, band.conf_low * horizon, band.conf_high * horizon)


_CURVES: Final = ("mean_open", "mean_lost")


def _main_table(times: Times, found: _Found, horizon: int, words: Mapping[str, Readable]) -> Table:
    table = times.table
    quantities = (OPEN, *table.outcomes)
    upto = table.days <= horizon
    ended = table.events[:, :, upto].sum(axis=2)
    events = np.concatenate([ended.sum(axis=1, keepdims=True), ended], axis=1)
    columns = (
        *strata_columns(table.strata.names),
        Column("outcome", tr("days spent"), "text", "key", "key"),
        Column("denominator", tr("cases"), "units", "count", "count"),
        Column("events", tr("ended up to the horizon"), "units", "count", "count"),
        Column("estimate", tr("mean days"), "days", "estimate", "quantile"),
        Column("std_error", tr("standard error"), "days", "interval", "std_error"),
        Column("conf_low", tr("lower limit"), "days", "interval", "interval"),
        Column("conf_high", tr("upper limit"), "days", "interval", "interval"),
    )
    values: dict[str, Any] = {
        **table.strata.columns(len(quantities)),
        "outcome": list(quantities) * len(table.strata),
        "denominator": np.repeat(table.units, len(quantities)),
        "events": events.ravel(),
        "estimate": found.estimate.T.ravel(),
        "std_error": found.std_error.T.ravel(),
        "conf_low": found.conf_low.T.ravel(),
        "conf_high": found.conf_high.T.ravel(),
    }
    return Table(
        columns,
        values,
        labels={"outcome": words},
        title=tr("Mean days up to day {n}: spent open, and left after each ending", n=horizon),
    )


def _contrast_table(
    times: Times,
    found: _Found,
    reference: int,
    adjusted: Callable[[Floats], Floats],
    confidence_level: float,
    words: Mapping[str, Readable],
) -> Table:
    strata = times.table.strata
    others = [place for place in range(len(strata)) if place != reference]
    quantities = (OPEN, *times.table.outcomes)
    names_of = _group_names(strata)
    given: dict[str, Any] = {"reference": reference, "confidence_level": confidence_level}
    parts: dict[str, Contrast] = {
        "difference": differences_from(found.estimate, found.covariance, **given),
        "ratio": ratios_to(found.estimate, found.covariance, **given),
    }
    columns = (
        Column("group", tr("group"), "text", "stratum", "stratum"),
        Column("reference", tr("compared with"), "text", "stratum", "stratum"),
        Column("outcome", tr("days spent"), "text", "key", "key"),
        Column("scale", tr("scale"), "text", "key", "key"),
        Column("estimate", tr("estimate"), "number", "estimate", "difference", 2),
        Column("std_error", tr("standard error (of the logarithm for a ratio)"), "number", "interval", "std_error", 3),
        Column("conf_low", tr("lower limit"), "number", "interval", "interval", 2),
        Column("conf_high", tr("upper limit"), "number", "interval", "interval", 2),
        Column("p_value", tr("p value"), "number", "estimate", "probability", 4),
        Column("p_adjusted", tr("p value adjusted for the number of tests"), "number", "estimate", "probability", 4),
    )
    pieces: dict[str, list[Any]] = {one.name: [] for one in columns}
    for scale, contrast in parts.items():
        picked = {name: array[:, others].ravel() for name, array in contrast._asdict().items()}
        n = len(quantities) * len(others)
        pieces["group"] += [names_of[place] for place in others] * len(quantities)
        pieces["reference"] += [names_of[reference]] * n
        pieces["outcome"] += [one for one in quantities for _ in others]
        pieces["scale"] += [scale] * n
        for name, array in picked.items():
            pieces[name] += array.tolist()
        pieces["p_adjusted"] += adjusted(picked["p_value"]).tolist()
    return Table(
        columns,
        pieces,
        labels={"outcome": words, "scale": _SCALE_WORDS, "group": LEVEL_WORDS, "reference": LEVEL_WORDS},
        title=tr("Groups compared with: {group}", group=levels_words((names_of[reference],))),
    )


def _group_names(strata: Strata) -> list[str]:
    return [" · ".join(level) for level in strata.levels]


def _reference(strata: Strata, wanted: str | None) -> int:
    """Return the position of the group that others are compared with.

    Raises
    ------
    QuestionError
        When there is no such group.
    """
    if wanted is None:
        return 0
    known = _group_names(strata)
    if wanted not in known:
        raise QuestionError(tr("'{name}' is no group here.", name=wanted), suggestion(wanted, tuple(known)))
    return known.index(wanted)


def _short_note(found: _Found, horizon: int, groups: int) -> Sequence[Readable]:
    unseen = int(np.isnan(found.estimate[0]).sum())
    if not unseen:
        return ()
    if groups == 1:
        return (
            tr("No case was observed for {days} days, so no mean is given; ask for an earlier horizon.", days=horizon),
        )
    return (
        trn(
            "{n} group was not observed for {days} days, so it has no mean; an earlier horizon would include it.",
            "{n} groups were not observed for {days} days, so they have no mean; an earlier horizon would include "
            "them.",
            unseen,
            days=horizon,
        ),
    )
