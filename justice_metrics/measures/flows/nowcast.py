"""Late registration: how many cases of the last periods are still to be registered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, cast

import numpy as np

from ...base.cells import CellOf, Of
from ...base.errors import QuestionError
from ...base.language import Language, Message, Readable, Setting, format_number, tr
from ...base.provenance import LeftOut
from ...base.quantities import quantity
from ...base.result import Definition, Result, context_of
from ...base.table import Column, Table
from ...base.types import Floats
from ...cases.attributes import attribute_words, suggested
from ...cases.casedata import CaseData
from ...cases.periods import Period, Periods, period_number, period_words, periods_between
from ...estimate.nowcast import LEAST_SHARE, DelayCurve, Foreseen, delay_curve, foreseen, overdispersion
from ...figures.late_registration import late_registration
from ...reduce.count_sums import PERIOD_WORDS
from ...reduce.registration_delay import Delays, registration_delays
from ..boxes import span_of
from ..declared import LEFT_OUT_WORDS, Share, ensure_level
from ..shown import any_hidden, known, numbers, tell_hidden, whole
from .sources import ensure_period

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_REASONS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        **LEFT_OUT_WORDS,
        "registration_undated": tr("no date of registration"),
        "registered_before": tr("registered before it happened, by its dates"),
        "registered_after_cutoff": tr("registered after the cut-off"),
        "registered_very_late": tr("registered later than the longest delay that is looked at"),
    }
)
_SHOWN_DELAYS: Final = (0, 1, 3, 7, 14, 30, 60, 90, 180, 365, 730, 1_460)
# Beyond this the delays of periods differ so much that limits which allow for it are a makeshift.
_UNSTEADY: Final = 2.0
_FEW: Final = 50


@dataclass(frozen=True, eq=False, kw_only=True)
class Nowcast(Result):
    """Cases of the last periods that are registered, and as many as are expected once all are.

    Tables
    ------
    main
        One row per period: ``seen`` (registered by the cut-off), ``share_seen``, ``estimate`` with prediction limits,
        ``still_to_come``.
    delays
        Share registered within so many days, of those registered within the longest delay.
    """

    question: ClassVar[str] = "nowcast"

    period_word: Readable

    def findings(self) -> tuple[Readable, ...]:
        """Return the periods in which cases are missing."""
        return self.findings_of(self)

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Say the periods in which cases are missing, as far as they are shown."""
        main = shown.main
        columns = (numbers(main, one) for one in ("seen", "estimate", "conf_low", "conf_high"))
        found = [
            tr(
                "{period}: {seen} cases are registered; {total} are expected once all are ({low} to {high}).",
                period=period_words(str(period)),
                seen=whole(seen),
                total=whole(total),
                low=whole(low),
                high=whole(high),
            )
            for period, seen, total, low, high in zip(main["period"], *columns, strict=True)
            if known(seen, total, low, high) and round(float(total)) > round(float(seen))
        ]
        if found or any_hidden(main, "seen", "estimate"):
            return tuple(found)
        return (tr("By the delays seen so far, no case of these periods is still to be registered."),)

    def headline(self) -> Readable | None:
        """Return the last period of which it can be told."""
        return self.findings()[-1]

    def context(self) -> Mapping[str, object]:
        """Return the word of the period."""
        return {"period_word": self.period_word}

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw registered cases and those still to come by period."""
        return self.plot_of(self, ax, language=language)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw registered cases and those still to come by period, as far as they are shown."""
        main = shown.main
        seen, total, low, high = (numbers(main, one) for one in ("seen", "estimate", "conf_low", "conf_high"))
        axes = late_registration(
            periods=[period_words(str(one)).text(language) for one in main["period"]],
            seen=seen,
            # rounded by itself, what is expected may lie below what is registered
            total=np.fmax(total, seen),
            low=low,
            high=high,
            seen_label=tr("registered by the cut-off").text(language),
            rest_label=tr("expected still, with the limits of the whole").text(language),
            x_label=cast("Readable", context_of(shown)["period_word"]).text(language),
            y_label=tr("cases").text(language),
            number=lambda n: format_number(round(n), language),
            ax=ax,
        )
        return tell_hidden(axes, main, "seen", "estimate", language=language)


def nowcast(
    cases: CaseData,
    *,
    recorded: str,
    start: str = "complaint",
    period: Period = "month",
    periods: int = 12,
    longest_days: int = 365,
    window_days: int | None = None,
    confidence_level: float = 0.95,
    draws: int = 2_000,
    seed: int = 2018,
) -> Nowcast:
    """How many cases of the last periods are still to be registered, by the delays of registration seen so far.

    Parameters
    ----------
    cases : CaseData
        With both dates of each case; the data as they stood on the cut-off.
    recorded : str
        Date on which a case entered the register: a date attribute of the mapping (``type = "date"``), or a stage.
        With ``start="fact_day", recorded="complaint"`` the question is how many facts are still to be reported.
    start : str
        Date by which cases are counted: a stage or role, or a date attribute.
    period : {"month", "quarter", "half_year", "year"}
    periods : int
        How many of the last periods to tell of.
    longest_days : int
        Longest delay that is looked at. Later registrations are left out, and none is foreseen.
    window_days : int, optional
        Only registrations of the last so many days tell of the delays; for registers that changed their pace.
    confidence_level : float
        Of the prediction limits.
    draws, seed : int
        Of the limits.

    Returns
    -------
    Nowcast

    Raises
    ------
    QuestionError
        When the dates are not there, or too few cases have both.

    Notes
    -----
    Recent cases are seen only when they were registered quickly. Counted backwards from the cut-off the shares
    registered within each delay are estimated without that bias; the total of a period is the number seen over the
    mean share of its days. The limits hold for the number of cases itself, not for its mean.

    References
    ----------
    .. [1] Lawless, J. F. (1994). Adjustments for reporting delays and the prediction of occurred but not reported
       events. Canadian Journal of Statistics, 22, 15-31.

    Examples
    --------
    >>> import pandas as pd, justice_metrics as jm
    >>> days = pd.date_range("2017-01-01", "2018-04-20", freq="D")
    >>> frame = pd.DataFrame({"id": range(len(days)), "day": days, "entered": days + pd.Timedelta(days=5)})
    >>> cases = jm.CaseData.from_frame(frame, {
    ...     "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
    ...     "dates": {"complaint": "day"},
    ...     "attributes": {"entered_day": {"column": "entered", "type": "date"}},
    ... })
    >>> made = jm.nowcast(cases, recorded="entered_day", longest_days=30, periods=2)
    >>> made.main["seen"].tolist()
    [31.0, 20.0]
    """
    ensure_level(confidence_level)
    ensure_period(period)
    _ensure_settings(cases, start, recorded, longest_days, window_days, periods)
    found = registration_delays(cases, start=start, recorded=recorded, longest=longest_days, weighted=True)
    if float(np.sum(found.n)) < _FEW:
        raise QuestionError(
            tr("Only {n} cases have both dates: too few to tell how late cases are registered.", n=len(found.n)),
            tr("Name other dates with 'start' and 'recorded', or map the columns."),
        )
    cutoff = cases.cutoff_day
    n = found.n.astype(np.float64)
    curve = delay_curve(found.start, found.delay, n, cutoff=cutoff, longest=longest_days, window=window_days)
    number = period_number(found.start.astype(np.int32), period)
    spread = overdispersion(found.start, found.delay, n, period=number, cutoff=cutoff, longest=longest_days)
    spans = _last(periods_between(int(found.start.min()), cutoff, period), periods)
    place = number - int(period_number(int(spans.first_day[0]), period))
    held = place >= 0
    seen = np.asarray(np.bincount(place[held], weights=n[held], minlength=len(spans.labels)), np.float64)
    made = foreseen(
        curve,
        seen,
        spans.first_day.astype(np.int64),
        spans.last_day.astype(np.int64),
        cutoff=cutoff,
        level=confidence_level,
        dispersion=spread,
        draws=draws,
        seed=seed,
    )
    return Nowcast(
        heading=tr("Late registration: cases still to come"),
        tables={
            "main": _periods_table(spans, seen, made, cutoff, start, longest_days),
            "delays": _delays_table(curve, longest_days),
        },
        definition=Definition(
            answers=tr("How many cases of the last periods are registered, and how many will be?"),
            numerator=tr("cases of the period registered by the cut-off"),
            denominator=tr("share of such cases that is registered after as many days"),
            basis="flow",
            pending=tr("counted like all others: the question is of registration, not of the ending"),
            method=tr(
                "Shares registered by delay from reverse-time hazards (Lagakos and others 1988, Lawless 1994); "
                "prediction limits from {draws} draws, allowing for delays that vary.",
                draws=Setting(draws),
            ),
        ),
        provenance=cases.provenance.add(
            "nowcast",
            recorded=recorded,
            start=start,
            period=period,
            longest_days=longest_days,
            confidence_level=confidence_level,
            seed=seed,
            **({} if window_days is None else {"window_days": window_days}),
        ).leave_out(*[LeftOut(_REASONS[name], one) for name, one in found.left_out.items()]),
        notes=_notes(curve, made, spread, longest_days, found),
        frame_library=cases.frame_library,
        period_word=PERIOD_WORDS[period],
    )


class _Decimal:
    """A number with one decimal that a message prints in the reader's language."""

    def __init__(self, value: float) -> None:
        self.value = value

    def text(self, language: Language = "en") -> str:
        return format_number(self.value, language, decimals=1)


def _ensure_settings(
    cases: CaseData, start: str, recorded: str, longest_days: int, window_days: int | None, periods: int
) -> None:
    if recorded == start:
        raise QuestionError(tr("'{name}' cannot be both the start and the registration.", name=recorded))
    if longest_days < 1 or periods < 1 or (window_days is not None and window_days < 1):
        raise QuestionError(tr("Days and periods are counted from 1 on."))
    known = tuple(dict.fromkeys((*cases.date_attributes, *cases.procedure.roles, *cases.procedure.ids)))
    for word in (start, recorded):
        if word not in known:
            words = {one: attribute_words(one) for one in cases.date_attributes}
            raise QuestionError(
                tr("'{name}' is no date of these cases.", name=word), suggested(word, known, *words.items())
            )
    if cases.sampling.weighted:
        raise QuestionError(
            tr("Sampled files do not say how many cases are still to be registered."),
            tr("Ask of the whole register."),
        )


def _last(spans: Periods, periods: int) -> Periods:
    return Periods(spans.first_day[-periods:], spans.last_day[-periods:], spans.labels[-periods:])


def _periods_table(spans: Periods, seen: Floats, made: Foreseen, cutoff: int, start: str, longest: int) -> Table:
    span = span_of(spans.labels[0])
    cohort = span if start == "complaint" else f"{start}_{span}"
    registered = CellOf(fixed={f"registered after {start} within {longest} days": ("yes",)}, keys={"period": cohort})
    # what is foreseen is no count of cases
    of = Of(inputs=("seen",))
    columns = (
        Column("period", tr("period"), "text", "key", "key"),
        Column("state", tr("state"), "text", "key", "key"),
        Column("seen", tr("registered by the cut-off"), "units", "count", "count", cell=registered),
        Column("share_seen", tr("share of the cases that is registered"), "share", "estimate", "mean", of=of),
        Column("estimate", tr("expected once all are registered"), "number", "estimate", "mean", 0, of=of),
        Column("conf_low", tr("lower limit"), "number", "interval", "mean", 0, of=of),
        Column("conf_high", tr("upper limit"), "number", "interval", "mean", 0, of=of),
        Column("still_to_come", tr("still to come"), "number", "estimate", "mean", 0, of=of),
    )
    rest = np.maximum(made.total - seen, 0.0)
    values = {
        "period": list(spans.labels),
        "state": ["provisional" if over > cutoff else "complete" for over in spans.last_day],
        "seen": np.asarray(seen, np.float64),
        "share_seen": made.share_seen,
        "estimate": made.total,
        "conf_low": made.low,
        "conf_high": made.high,
        "still_to_come": rest,
    }
    labels: dict[str, Mapping[str, Readable]] = {
        "period": {one: period_words(one) for one in spans.labels},
        "state": {"complete": tr("the period is over"), "provisional": tr("the period is not over")},
    }
    names = ("estimate", "conf_low", "conf_high", "still_to_come")
    statuses = {name: quantity(np.asarray(values[name], np.float64)).words() for name in names}
    statuses = {name: ids for name, ids in statuses.items() if any(ids)}
    return Table(columns, values, labels=labels, title=tr("Registered and expected"), statuses=statuses)


def _delays_table(curve: DelayCurve, longest: int) -> Table:
    days = np.array([one for one in _SHOWN_DELAYS if one < longest] + [longest])
    columns = (
        Column("day", tr("days from the start to the registration"), "days", "key", "key"),
        Column("estimate", tr("share registered by then"), "share", "estimate", "mean", of=Of(inputs=("at_risk",))),
        Column(
            "at_risk",
            tr("cases it rests on"),
            "units",
            "count",
            "count",
            cell=CellOf(flags={"day": f"tells of delays up to {longest} days on day"}),
        ),
    )
    values = {"day": days, "estimate": curve.share[days], "at_risk": curve.at_risk[days]}
    return Table(columns, values, title=tr("Delay of registration"))


def _notes(curve: DelayCurve, made: Foreseen, spread: float, longest: int, found: Delays) -> tuple[Readable, ...]:
    notes: list[Readable] = [
        tr("Registrations later than {days} days after the start are not foreseen.", days=Setting(longest)),
        tr("The delays of the past are taken to hold on; a register that became slower has more cases to come."),
    ]
    late = found.left_out["registered_very_late"]
    total = float(np.sum(found.n)) + late
    if late > 0.01 * total:
        notes.append(
            tr("{share} of the cases were registered later than that: ask with a longer delay.",
               share=Share(late / total))
        )  # fmt: skip
    if spread > _UNSTEADY:
        notes.append(
            tr(
                "The delays differ between periods more than chance does (dispersion {n}); the limits are widened for "
                "it. A shorter window may tell more of the present pace.",
                n=_Decimal(spread),
            )
        )
    if np.isnan(made.total).any():
        notes.append(
            tr(
                "Where less than {share} of the cases is registered yet, no number is given.",
                share=Share(LEAST_SHARE, 0),
            )
        )
    if not np.any(curve.at_risk[min(longest, len(curve.at_risk) - 1) :] > 0):
        notes.append(
            tr(
                "No case lies {days} days back: longer delays than the data are old are not known.",
                days=Setting(longest),
            )
        )
    return tuple(notes)
