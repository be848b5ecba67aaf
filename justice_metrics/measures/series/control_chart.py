"""Control charts: which periods differ by more than chance, allowing for seasons and for restless series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from ...base.errors import QuestionError, suggestion
from ...base.language import Language, Message, Readable, format_number, tr, trn
from ...base.quantities import NOT_DEFINED
from ...base.result import Protected, Result
from ...base.table import Column, Table, Unit
from ...base.types import Flags, Floats, Names, names
from ...cases.casedata import CaseData
from ...cases.counts.data import CountData
from ...cases.periods import Period, period_words
from ...estimate.control_charts import Chart, beyond_limits, chance_beyond, in_runs, p_chart, u_chart
from ...figures.control import control_chart as drawn_chart
from ..declared import AS_INDEPENDENT, Points, group_words, levels_words
from ..published_days import ensure_published_follow_up
from .count_series import asked_series
from .series import Series, seasons_of
from .trends import (
    Rate,
    asked_settings,
    axis_words,
    denominator_column,
    estimate_column,
    largest,
    number_of,
    period_columns,
    period_labels,
    period_values,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Fewer periods than these give no centre worth a limit.
LEAST_PERIODS: Final = 8
# A season's centre rests on as many base periods at least: of fewer, one unusual period bends its own centre.
LEAST_YEARS: Final = 5
# Below this expected number a normal limit is a poor one.
LEAST_EXPECTED: Final = 5
# Limits that are wider by more than this leave open whether anything was to be seen.
_MUCH_WIDER: Final = 1.25
# Beyond three standard deviations by chance alone, where the normal distribution holds.
_FALSE: Final = 0.0027

SIGNAL_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "": tr("–"),
        "above": tr("above the limits"),
        "below": tr("below the limits"),
        "run_above": tr("in a run above the centre"),
        "run_below": tr("in a run below the centre"),
    }
)


@dataclass(frozen=True, eq=False, kw_only=True)
class ControlChart(Result):
    """Which periods differ from the others by more than chance.

    Tables
    ------
    main
        One row per stratum and period: ``estimate``, ``centre``, ``lower`` and ``upper`` control limit, ``signal``
        (above, below, run_above, run_below), ``used`` (whether the centre rests on it).
    spread
        Per stratum: by how much the periods vary more than by chance alone, and how many signals there are.
    """

    question: ClassVar[str] = "control_chart"

    series: Series
    charts: tuple[Chart, ...]
    run_length: int

    def rebuild(self, protected: Protected) -> Result:
        """Return the answer as it may be published, where its days of follow-up are usual ones."""
        ensure_published_follow_up(self.provenance)
        return super().rebuild(protected)

    def findings(self) -> tuple[Readable, ...]:
        """Return the periods that signal; where there are groups, how many in each."""
        main, series = self.main, self.series
        signal = main["signal"].reshape(series.seen.shape)
        said: list[Readable] = []
        for g, levels in enumerate(series.strata.levels):
            name: list[Readable] = levels_words(levels) if levels else [tr("all")]
            at = {word: [p for p, one in enumerate(signal[g]) if one == word] for word in SIGNAL_WORDS if word}
            beyond = sorted(at["above"] + at["below"])
            for places, words in (
                (beyond, tr("beyond the limits")),
                (at["run_above"], SIGNAL_WORDS["run_above"]),
                (at["run_below"], SIGNAL_WORDS["run_below"]),
            ):
                if places:
                    said.append(
                        tr(
                            "{group}: {what} in {periods}.",
                            group=name,
                            what=words,
                            periods=_stretches(series, places, set(beyond)),
                        )
                    )
        return tuple(said) or (self._nothing(),)

    def _nothing(self) -> Readable:
        """Say that nothing signals, and where limits are wide, what they could not have shown."""
        widest = max((one.spread for one in self.charts), default=1.0)
        least = least_seen(self.series, self.charts)
        if widest <= _MUCH_WIDER or least is None:
            return tr("No period differs from the others by more than chance explains.")
        return tr(
            "No period lies beyond the limits, which are up to {times} times as wide as chance alone makes them: a "
            "smaller departure from the centre than {least} was not to be seen.",
            times=Rate(widest),
            least=least,
        )

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the chart; of several groups their distance from the centre, on common limits."""
        series, main = self.series, self.main
        shape, kept = series.seen.shape, largest(series)
        signal = main["signal"].reshape(shape)[kept]
        several = len(series.strata) > 1
        y_label: Readable = series.scale_words
        if several:
            scaled = [self.charts[g].z / self.charts[g].spread for g in kept]
            estimate, ends = np.array(scaled), np.full(shape[1], 3.0)
            centre, lower, upper = 0 * ends, -ends, ends
            y_label = tr("distance from the centre, in standard deviations")
        else:
            estimate = main["estimate"].astype(float).reshape(shape)
            centre, lower, upper = (main[name].astype(float) for name in ("centre", "lower", "upper"))
        return drawn_chart(
            periods=[period_words(one).text(language) for one in series.periods.labels],
            estimate=estimate,
            centre=centre,
            lower=lower,
            upper=upper,
            beyond=np.isin(signal, ["above", "below"]),
            runs=np.isin(signal, ["run_above", "run_below"]),
            complete=series.complete[kept],
            groups=[group_words(series.strata, language)[g] for g in kept] if several else ("",),
            x_label=axis_words(series, kept).text(language),
            y_label=y_label.text(language),
            labels=[
                tr("range by chance").text(language),
                tr("beyond the limits").text(language),
                tr("in a run on one side of the centre").text(language),
                tr("immature: observed in part").text(language),
            ],
            number=(lambda z: format_number(z, language)) if several else number_of(series, language),
            shares=series.is_share and not several,
            ax=ax,
        )


def control_chart(
    data: CaseData | CountData,
    *,
    outcome: str | None = None,
    quantity: str | None = None,
    per: str | None = None,
    share_of: str | None = None,
    start: str = "complaint",
    within_days: int = 365,
    period: Period = "quarter",
    by: Names = (),
    known_only: bool = False,
    base_until: str | None = None,
    seasonal: bool = True,
    overdispersed: bool = True,
    run_length: int = 8,
) -> ControlChart:
    """Which periods of a share (p-chart) or of a rate (u-chart) differ from the others by more than chance.

    Only complete periods make the centre and can signal.

    Parameters
    ----------
    data : CaseData or CountData
        What is counted, as in :func:`trends`; so are the next settings.
    outcome, quantity, per, share_of : str, optional
        What is counted, and over what.
    start : str
        Stage or role from which cases are followed.
    within_days : int
        For how many days each case is followed.
    period : {"month", "quarter", "half_year", "year"}
        Length of a period.
    by : str or tuple of str
        Attributes or keys that split the data.
    known_only : bool
        Of a table of counts: add up those who reported.
    base_until : str, optional
        Label of the last period that makes the centre ("2016-Q4"); later ones are watched against it. All by default.
    seasonal : bool
        Give each month, quarter or half year its own centre, where the base has five of each.
    overdispersed : bool
        Widen the limits where the periods vary more than by chance alone (Laney, from the median moving range, which a
        few unusual periods do not move); they are never narrowed.
    run_length : int
        So many periods in a row on one side of the centre are a signal.

    Returns
    -------
    ControlChart

    Raises
    ------
    QuestionError, ProcedureError
        As :func:`trends`; and when there are fewer than eight complete periods to make a centre of.

    References
    ----------
    Montgomery (2009), *Introduction to Statistical Quality Control*, chapter 7.
    Laney (2002), Quality Engineering, 14, 531-537.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> answer = jm.control_chart(jm.sample_cases(), outcome="rejection", within_days=180)
    >>> str(answer.findings()[0])
    'No period differs from the others by more than chance explains.'
    """
    by = names(by)
    if run_length < 2:
        raise QuestionError(tr("A run has at least two periods, not {n}.", n=run_length))
    series = asked_series(
        data,
        outcome=outcome,
        quantity=quantity,
        per=per,
        share_of=share_of,
        start=start,
        within_days=within_days,
        period=period,
        by=by,
        known_only=known_only,
    )
    ensure_unweighted(series)
    used = series.complete & _base(series, base_until)[None]
    _ensure_enough(int(used.sum(axis=1).max(initial=0)))
    seasons = [seasons_of(series, row, least=LEAST_YEARS) if seasonal else None for row in used]
    charts = tuple(
        _chart(series, g, row, season is not None, overdispersed=overdispersed)
        for g, (row, season) in enumerate(zip(used, seasons, strict=True))
    )
    return ControlChart(
        heading=tr("Control chart: {what}", what=series.scale_words),
        tables=_tables(series, charts, used, run_length),
        definition=series.definition,
        provenance=data.provenance.add(
            "control_chart",
            **asked_settings(series, outcome, quantity, per, share_of, start, within_days),
            period=period,
            by=by,
            known_only=known_only,
            base_until=base_until,
            seasonal=seasonal,
            overdispersed=overdispersed,
            run_length=run_length,
        ).leave_out(*series.left_out),
        notes=(
            *without_intervals(series),
            *_notes(series, charts, used, [one is not None for one in seasons], seasonal=seasonal),
        ),
        frame_library=data.frame_library,
        series=series,
        charts=charts,
        run_length=run_length,
    )


def ensure_unweighted(series: Series) -> None:
    """Refuse sampling weights: limits of chance are not known of weighted shares.

    Raises
    ------
    QuestionError
        When the numbers are sums of weights.
    """
    if series.weighted:
        raise QuestionError(
            tr("The files are weighted, and how weighted shares move by chance is not known here."),
            tr("Ask it of the files without weights, as a description of the sample."),
        )


def _stretches(series: Series, places: list[int], passed: set[int]) -> list[Readable]:
    """Return periods in words, neighbours as from - to; what is not complete or is ``passed`` parts none."""
    complete: list[bool] = np.asarray(series.complete.all(axis=0)).tolist()
    parts: list[list[int]] = []
    for place in places:
        between = range(parts[-1][-1] + 1, place) if parts else range(0)
        if parts and all(one in passed or not complete[one] for one in between):
            parts[-1].append(place)
        else:
            parts.append([place])
    words = [[period_words(series.periods.labels[one]) for one in (part[0], part[-1])] for part in parts]
    return [tr("{first} to {last}", first=one, last=two) if one != two else one for one, two in words]


def without_intervals(series: Series) -> tuple[Readable, ...]:
    """Return the notes of a row, but for the one on intervals: there are none here."""
    return tuple(one for one in series.notes if one is not AS_INDEPENDENT)


def _base(series: Series, base_until: str | None) -> Flags:
    """Return which periods may make the centre, shape (P,).

    Raises
    ------
    QuestionError
        When there is no such period.
    """
    labels = series.periods.labels
    if base_until is None:
        return np.ones(len(labels), np.bool_)
    if base_until not in labels:
        raise QuestionError(
            tr("There is no period '{period}' in these data.", period=base_until), suggestion(base_until, labels)
        )
    return np.arange(len(labels)) <= labels.index(base_until)


def _ensure_enough(n: int) -> None:
    if n < LEAST_PERIODS:
        raise QuestionError(
            tr("{n} complete periods make no centre; at least {least} are needed.", n=n, least=LEAST_PERIODS),
            tr("Ask for shorter periods, a shorter time of follow-up, or a longer row."),
        )


def _chart(series: Series, g: int, used: Flags, by_season: bool, *, overdispersed: bool) -> Chart:
    known = series.estimate.known[g]
    y, n = (np.where(known, one.values[g], 0.0) for one in (series.numerator, series.denominator))
    kind = p_chart if series.is_share else u_chart
    season = series.season if by_season else None
    return kind(y, n, base=used, season=season, overdispersed=overdispersed, robust=True)


def least_seen(series: Series, charts: tuple[Chart, ...]) -> Readable | None:
    """Return the departure from the centre that an ordinary period needs to lie beyond its limits, in words.

    Of several groups the largest of theirs; None where there are no limits.
    """
    wide = [
        float(np.median(half))
        for g, one in enumerate(charts)
        if len(half := (3 * one.spread * one.sigma)[series.complete[g] & (one.sigma > 0)])
    ]
    if not wide:
        return None
    return tr("{points} points", points=Points(max(wide), signed=False)) if series.is_share else Rate(max(wide))


def _signals(series: Series, g: int, chart: Chart, run_length: int) -> list[str]:
    """Return what each period of a group signals; one that is not complete signals nothing."""
    complete = series.complete[g]
    beyond = beyond_limits(chart) & complete
    kept = np.flatnonzero(complete)
    runs = np.zeros(len(complete), np.bool_)
    runs[kept] = in_runs(_of(chart, kept), run_length)
    side = np.where(chart.estimate > chart.centre, "above", "below")
    return [str(side[p]) if beyond[p] else f"run_{side[p]}" if runs[p] else "" for p in range(len(complete))]


def _of(chart: Chart, kept: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> Chart:
    return chart._replace(estimate=chart.estimate[kept], centre=chart.centre[kept])


def _tables(series: Series, charts: tuple[Chart, ...], used: Flags, run_length: int) -> dict[str, Table]:
    signals = [_signals(series, g, chart, run_length) for g, chart in enumerate(charts)]
    unit: Unit = "share" if series.is_share else "number"
    decimals = 1 if series.is_share else 2

    def joined(name: str) -> Floats:
        return np.concatenate([getattr(one, name) for one in charts])

    columns = (
        *period_columns(series),
        Column("numerator", tr("counted"), "units", "count", "count"),
        denominator_column(series),
        estimate_column(series),
        Column("centre", tr("centre"), unit, "estimate", "share", decimals),
        Column("lower", tr("lower control limit"), unit, "interval", "interval", decimals),
        Column("upper", tr("upper control limit"), unit, "interval", "interval", decimals),
        Column("signal", tr("signal"), "text", "key", "key"),
        Column("used", tr("used for the centre"), "text", "key", "key"),
    )
    estimate = series.estimate
    values = {
        **period_values(series),
        "numerator": np.where(estimate.known, series.numerator.values, np.nan).ravel(),
        "denominator": series.denominator.values.ravel(),
        "estimate": estimate.values.ravel(),
        "centre": joined("centre"),
        "lower": joined("lower"),
        "upper": joined("upper"),
        "signal": [one for row in signals for one in row],
        "used": np.where(used.ravel(), "yes", "no").astype(object),
    }
    labels = {**period_labels(series), "signal": SIGNAL_WORDS, "used": {"yes": tr("yes"), "no": tr("no")}}
    statuses = {
        "estimate": estimate.words(),
        **{name: _why_not(joined(name), estimate.words()) for name in ("centre", "lower", "upper")},
    }
    main = Table(columns, values, labels=labels, statuses=statuses, title=tr("By period"))
    per_group = (
        *columns[: len(series.strata.names)],
        Column("periods", tr("periods used for the centre"), "number", "key", "key", 0),
        Column("spread", tr("variation over that of chance"), "number", "key", "key", 2),
        Column("beyond", tr("beyond the limits"), "number", "key", "key", 0),
        Column("in_runs", tr("in a run on one side of the centre"), "number", "key", "key", 0),
    )
    counted = {
        **series.strata.columns(),
        "periods": used.sum(axis=1),
        "spread": [one.spread for one in charts],
        "beyond": [sum(one in {"above", "below"} for one in row) for row in signals],
        "in_runs": [sum(one.startswith("run") for one in row) for row in signals],
    }
    return {"main": main, "spread": Table(per_group, counted, title=tr("How much the periods vary"))}


def _why_not(values: Floats, estimate: list[str]) -> list[str]:
    """Return why a limit is missing: as its estimate is, or because its season has no period in the base."""
    return [(why or NOT_DEFINED) if np.isnan(one) else "" for one, why in zip(values, estimate, strict=True)]


def _notes(
    series: Series, charts: tuple[Chart, ...], used: Flags, by_season: list[bool], *, seasonal: bool
) -> tuple[Readable, ...]:
    notes: list[Readable] = []
    n = int(series.complete.sum())
    chances = [
        np.maximum(chance_beyond(one, series.denominator.values[g], share=series.is_share), _FALSE)
        for g, one in enumerate(charts)
    ]
    false = sum(float(one[series.complete[g]].sum()) for g, one in enumerate(chances))
    notes.append(
        tr(
            "Of {n} periods, about {false} lie beyond the limits by chance alone; a run on one side adds to it. A "
            "signal is a reason to look, not a proof.",
            n=n,
            false=Rate(false),
        )
    )
    if seasonal and series.period != "year" and not all(by_season):
        notes.append(
            tr("There are fewer than {n} complete periods of some season: seasons are not told apart.", n=LEAST_YEARS)
        )
    wide = [one.spread for one in charts if one.spread > 1]
    if wide:
        notes.append(
            tr(
                "The periods vary more than cases by chance alone would make them (up to {times} times): the limits "
                "are that much wider.",
                times=Rate(max(wide)),
            )
        )
    least = least_seen(series, charts)
    if least is not None:
        notes.append(
            tr(
                "A period lies beyond the limits when it departs from the centre by about {least}; smaller departures "
                "are not seen.",
                least=least,
            )
        )
    if any(bool((one.sigma[used[g]] == 0).any()) for g, one in enumerate(charts)):
        notes.append(
            tr(
                "Of a base in which none, or all, had the outcome, the limits are those of chance given that base "
                "(exact), not three standard deviations."
            )
        )
    few = sum(_few(series, g, chart) for g, chart in enumerate(charts))
    if few:
        notes.append(
            trn(
                "In {n} period fewer than {least} are expected: the limits, which suppose many, are rough there.",
                "In {n} periods fewer than {least} are expected: the limits, which suppose many, are rough there.",
                few,
                least=LEAST_EXPECTED,
            )
        )
    thin = int((used.sum(axis=1) < LEAST_PERIODS).sum())
    if thin:
        notes.append(
            trn(
                "{n} group has fewer than {least} complete periods: do not read its limits.",
                "{n} groups have fewer than {least} complete periods: do not read their limits.",
                thin,
                least=LEAST_PERIODS,
            )
        )
    return tuple(notes)


def _few(series: Series, g: int, chart: Chart) -> int:
    """Return in how many complete periods few are expected, with the outcome or without it."""
    n = series.denominator.values[g]
    rare = np.minimum(chart.centre, 1 - chart.centre) if series.is_share else chart.centre
    return int((series.complete[g] & (n * rare < LEAST_EXPECTED)).sum())
