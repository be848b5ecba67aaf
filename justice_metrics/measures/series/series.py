"""A row of periods: what trends, control charts and change points are asked of, from cases or from counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np

from ...base.cells import CellOf
from ...base.errors import QuestionError
from ...base.language import Message, Readable, Setting, tr, trn
from ...base.levels import PENDING
from ...base.provenance import LeftOut
from ...base.quantities import STATUSES, Quantity, quantity, ratio
from ...base.result import Definition
from ...base.types import Counts, Flags, Floats
from ...cases.casedata import CaseData
from ...cases.periods import Period, Periods, period_number, period_words, periods_between
from ...estimate.count_intervals import garwood
from ...estimate.proportion import wilson
from ...reduce.beginnings import beginning
from ...reduce.cohorts import DayCounts, arrival_counts, cohort_counts, resolved_counts
from ...reduce.grouped import summed
from ...tables import Strata
from ..boxes import Restrictions, watched_levels
from ..declared import LEFT_OUT_WORDS, sampling_notes
from ..recorded import ensure_mapped, silence_notes
from ..untold_endings import untold_note

# More periods than this come from a mistyped year, and no reader follows them.
MOST_PERIODS: Final = 240
_MONTHS: Final = MappingProxyType({"month": 12, "quarter": 4, "half_year": 2, "year": 1})
_PENDING: Final = STATUSES.index(PENDING)
ARRIVAL_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "arrival_undated": tr("came there, but no date says when"),
        "arrival_after_cutoff": tr("came there after the cut-off, by its dates"),
    }
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Series:
    """Numbers by stratum and period, shape (G, P).

    Attributes
    ----------
    strata : Strata, G of them
    periods : Periods, P of them
    period : str
    numerator, denominator : Quantity, shape (G, P)
        Of a share the denominator are units; of a rate it is what the count comes from, in units of the estimate.
    units : Quantity, shape (G, P)
        All units of the cohort, followed for long enough or not; the numerator's period otherwise.
    seen : array of float, shape (G, P)
        Part of the cohort (or of the period's days) that was observed for the whole time; 1 is complete.
    so_far : Quantity or None
        Of a cohort, those with the outcome by the cut-off.
    is_share : bool
    heading, of, among : Readable
        What is shown, numerator and denominator in words.
    scale_words : Readable
        Words of the estimate, for a column and an axis.
    definition : Definition
    left_out : tuple of LeftOut
    notes : tuple of Readable
    weighted : bool
    cells : mapping of str to CellOf
        Which units ``units``, ``numerator`` and ``denominator`` count; none of what is no count.
    """

    strata: Strata
    periods: Periods
    period: Period
    numerator: Quantity
    denominator: Quantity
    units: Quantity
    seen: Floats
    so_far: Quantity | None = None
    is_share: bool
    scale_words: Readable
    definition: Definition
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Readable, ...] = field(default=())
    weighted: bool = False
    cells: Mapping[str, CellOf] = field(default_factory=dict)

    @property
    def estimate(self) -> Quantity:
        """Share or rate, shape (G, P); pending where no unit of a cohort has been followed for long enough."""
        return ratio(self.numerator, self.denominator)

    @property
    def complete(self) -> Flags:
        """Where the whole cohort or period was observed and there is a number, shape (G, P)."""
        return np.asarray((self.seen >= 1) & self.estimate.known, np.bool_)

    @property
    def season(self) -> Counts:
        """Season of each period, shape (P,); 0 for years."""
        return np.asarray(period_number(self.periods.first_day, self.period) % _MONTHS[self.period], np.int64)

    def limits(self, confidence_level: float) -> tuple[Floats, Floats]:
        """Return limits of the estimate, shape (G, P): Wilson's of a share, exact Poisson ones of a rate."""
        known = self.estimate.known
        y, n = (np.where(known, one.values, 0.0) for one in (self.numerator, self.denominator))
        if self.weighted:
            low = high = np.full(y.shape, np.nan)
        elif self.is_share:
            share = wilson(y, n, confidence_level)
            low, high = share.conf_low, share.conf_high
        else:
            count = garwood(y, confidence_level)
            with np.errstate(invalid="ignore", divide="ignore"):
                low, high = count.conf_low / n, count.conf_high / n
        return np.where(known, low, np.nan), np.where(known, high, np.nan)


def cohort_series(
    cases: CaseData, *, outcome: str, start: str, within_days: int, period: Period, by: tuple[str, ...]
) -> Series:
    """Make the row of cohorts by the period of their start, with those that came to the outcome in time.

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, no unit has a start with a date, or the dates span too many periods.
    """
    if within_days < 0:
        raise QuestionError(tr("The days of the follow-up must not be negative: {days}.", days=within_days))
    ensure_mapped(cases, (outcome, start))
    counts = cohort_counts(cases, start=start, states=cases.resolve(outcome), within_days=within_days, by=by)
    periods, place = _spread(counts, int(counts.day.max(initial=-1)), period)
    followed = counts.day + within_days <= cases.cutoff_day
    units = _summed(counts, place, counts.n, len(periods.labels))
    denominator = _summed(counts, place, np.where(followed, counts.n, 0), len(periods.labels))
    numerator = _summed(counts, place, np.where(followed, counts.in_time, 0), len(periods.labels))
    with np.errstate(invalid="ignore", divide="ignore"):
        seen = np.where(units.values > 0, denominator.values / units.values, np.nan)
    # a cohort of which nobody was followed for long enough is no zero: its answer is still to come
    waiting = (units.values > 0) & (denominator.values == 0)
    status = np.where(waiting, np.uint8(_PENDING), denominator.status).astype(np.uint8)
    denominator = Quantity(np.where(waiting, np.nan, denominator.values), status)
    words, began = cases.procedure.label(outcome), cases.procedure.label(start)
    return Series(
        strata=counts.strata,
        periods=periods,
        period=period,
        numerator=numerator,
        denominator=denominator,
        units=units,
        seen=seen,
        so_far=_summed(counts, place, counts.so_far, len(periods.labels)),
        is_share=True,
        scale_words=tr("{outcome} within {days} days, share", outcome=words, days=Setting(within_days)),
        definition=Definition(
            answers=tr("Of the cases that began in each period, how many came to the outcome in the same time?"),
            numerator=tr(
                "cases with: {outcome}, within {days} days of: {start}",
                outcome=words,
                days=Setting(within_days),
                start=began,
            ),
            denominator=tr("cases of the period that could be followed for {days} days", days=Setting(within_days)),
            basis="cohort",
            pending=tr(
                "followed for {days} days each; cases that began later than {days} days before the cut-off are not "
                "counted yet, and their period is marked",
                days=Setting(within_days),
            ),
        ),
        left_out=tuple(LeftOut(LEFT_OUT_WORDS[name], n) for name, n in counts.left_out.items()),
        notes=(
            *sampling_notes(cases),
            *silence_notes(cases, (outcome, start)),
            *_last_note(periods, cases.cutoff_day, period),
            *untold_note(float(numerator.values.sum()), float(np.nansum(denominator.values)), counts.untold),
        ),
        weighted=cases.sampling.weighted,
        cells=_cohort_cells(cases, counts, outcome=outcome, start=start, within_days=within_days, period=period),
    )


def _cohort_cells(
    cases: CaseData, counts: DayCounts, *, outcome: str, start: str, within_days: int, period: Period
) -> dict[str, CellOf]:
    """Say which units a cohort's numbers count: where none was left out but for its start, those that others count."""
    first = set(cases.resolve(start)) == {cases.procedure.start}
    lost = sum(n for name, n in counts.left_out.items() if name not in {"start_undated", "not_started"})
    name = f"{within_days} days from {start}"
    there: Restrictions = {} if first and not lost else {f"in cohorts of {start}, to {outcome}": ("yes",)}
    followed: Restrictions = {f"followed {name}": ("yes",)}
    if first and not lost:
        followed = {"watched_days": watched_levels(within_days)}
    keys = {"period": period if first else f"{start}_{period}"}
    return {
        "units": CellOf(fixed=there, keys=keys),
        "denominator": CellOf(fixed={**there, **followed}, keys=keys),
        "numerator": CellOf(fixed={**there, **followed, f"{outcome} in {name}": ("yes",)}, keys=keys),
    }


def arrival_series(cases: CaseData, *, quantity: str, period: Period, by: tuple[str, ...]) -> Series:
    """Make the row of how many units came to a stage or outcome in each period.

    Raises
    ------
    QuestionError, ProcedureError
        When a word names nothing, nobody came there on a known day, or the dates span too many periods.
    """
    states = _states_of(cases, quantity)
    # endings are those of the flows: the first of a case, and the first after it was reopened
    counts = resolved_counts(cases, by=by) if states is None else arrival_counts(cases, states=states, by=by)
    # after the last registration nobody knows whether none came in or the file ends there; of verdicts it is known
    begins = states == (cases.procedure.start,)
    periods, place = _spread(counts, int(counts.day.max(initial=-1)) if begins else cases.cutoff_day, period)
    registered = counts if begins else arrival_counts(cases, states=(cases.procedure.start,), by=())
    first, last = _register(registered, periods, cases.cutoff_day)
    last = last if begins else cases.cutoff_day
    seen_days = np.minimum(periods.last_day, last) - np.maximum(periods.first_day, first) + 1
    seen_days = np.where(seen_days > 0, seen_days, periods.days)
    words = _words_of(cases, quantity)
    numerator = _summed(counts, place, counts.n, len(periods.labels))
    shape = numerator.values.shape
    return Series(
        strata=counts.strata,
        periods=periods,
        period=period,
        numerator=numerator,
        denominator=_plain(np.broadcast_to(seen_days / 30.0, shape)),
        units=numerator,
        seen=np.broadcast_to(seen_days / periods.days, shape).copy(),
        is_share=False,
        scale_words=tr("{what}, per 30 days", what=words),
        definition=flow_definition(words),
        left_out=tuple(LeftOut({**LEFT_OUT_WORDS, **ARRIVAL_WORDS}[name], n) for name, n in counts.left_out.items()),
        notes=(
            *sampling_notes(cases),
            *_last_note(periods, cases.cutoff_day, period),
            *_register_note(periods, first, last, cases.cutoff_day),
        ),
        weighted=cases.sampling.weighted,
        cells=_arrival_cells(cases, states, period),
    )


def _arrival_cells(cases: CaseData, states: tuple[str, ...] | None, period: Period) -> dict[str, CellOf]:
    """Say which units came there in each period: of the start, those of the cohort."""
    if states == (cases.procedure.start,):
        cell = CellOf(keys={"period": period})
    else:
        thing = "ended" if states is None else f"came to {'+'.join(sorted(states))}"
        cell = CellOf(fixed={"unit": (f"{thing}, by day",)}, keys={"period": f"{period}_of_it"})
    return {"units": cell, "numerator": cell}


def _register(registered: DayCounts, periods: Periods, cutoff_day: int) -> tuple[int, int]:
    """Return the first and the last day of the register, for periods that it begins or stops in the middle of."""
    begun = beginning(registered.day)
    if begun is None:
        return int(periods.first_day[0]), cutoff_day
    at = int(np.searchsorted(periods.last_day, begun.day))
    begin = int(periods.first_day[at]) if at < len(periods.labels) else begun.day
    at = int(np.searchsorted(periods.last_day, begun.last))
    stop = min(int(periods.last_day[at]), cutoff_day) if at < len(periods.labels) else begun.last
    return (begun.day if begun.inside(begin, begun.day) else begin), max(begun.until(stop), begun.last)


def _register_note(periods: Periods, first: int, last: int, cutoff_day: int) -> tuple[Readable, ...]:
    """Say that the register begins, or stops, in the middle of a period."""
    notes: list[Readable] = []
    if first > periods.first_day[0] and first <= periods.last_day[-1]:
        label = periods.labels[int(np.searchsorted(periods.last_day, first))]
        notes.append(
            tr(
                "The register begins in the middle of {period}: its days before that are not counted.",
                period=period_words(label),
            )
        )
    if last < min(int(periods.last_day[-1]), cutoff_day):
        notes.append(
            tr(
                "Nothing was registered in the last days of {period}: they are not counted, since the register seems "
                "to stop there.",
                period=period_words(periods.labels[-1]),
            )
        )
    return tuple(notes)


def flow_definition(words: Readable) -> Definition:
    """Return what a count of a period means."""
    return Definition(
        answers=tr("How many were there in each period?"),
        numerator=tr("counted in the period: {what}", what=words),
        denominator=tr("days of the period, in units of 30; periods are not of the same length"),
        basis="flow",
        pending=tr("not the same cases from period to period; a period that the cut-off cuts is marked"),
    )


def seasons_of(series: Series, used: Flags, *, least: int) -> Counts | None:
    """Return the season of each period, or None where one of them has fewer than ``least`` used periods.

    Parameters
    ----------
    series : Series
    used : (P,) bool
    least : int
    """
    season = series.season
    counts = np.bincount(season[used], minlength=_MONTHS[series.period])
    return season if _MONTHS[series.period] > 1 and bool((counts >= least).all()) else None


def _states_of(cases: CaseData, quantity: str) -> tuple[str, ...] | None:
    """Return the states that a word of the counts, or of the procedure, names; None of the flow of endings."""
    if quantity == "new":
        return (cases.procedure.start,)
    if quantity == "resolved":
        return None
    return cases.resolve(quantity)


def _words_of(cases: CaseData, quantity: str) -> Readable:
    if quantity == "resolved":
        return tr("ended")
    return cases.procedure.label(cases.procedure.start if quantity == "new" else quantity)


def _last_note(periods: Periods, cutoff_day: int, period: Period) -> tuple[Readable, ...]:
    """Say that the row ends before the cut-off, where it does."""
    missing = int(period_number(cutoff_day, period)) - int(period_number(int(periods.first_day[-1]), period))
    if missing < 1:
        return ()
    return (
        trn(
            "The last case began in {last}; {n} period from then to the cut-off is not shown: no case began in it, or "
            "the file holds no later ones.",
            "The last case began in {last}; {n} periods from then to the cut-off are not shown: no case began in "
            "them, or the file holds no later ones.",
            missing,
            last=period_words(periods.labels[-1]),
        ),
    )


def _spread(counts: DayCounts, last_day: int, period: Period) -> tuple[Periods, Counts]:
    """Return every period up to the last day, and the place of each row's among them.

    Raises
    ------
    QuestionError
        When there is none, or there are too many.
    """
    if not len(counts.day):
        raise QuestionError(tr("No unit came there on a day that is known and not after the cut-off."))
    periods = periods_between(int(counts.day.min()), last_day, period)
    ensure_few(len(periods.labels))
    first = int(period_number(periods.first_day[:1], period)[0])
    return periods, period_number(counts.day.astype(np.int32), period) - first


def ensure_few(n: int) -> None:
    """Refuse more periods than anybody reads.

    Raises
    ------
    QuestionError
        With the number.
    """
    if n > MOST_PERIODS:
        raise QuestionError(
            tr("The dates span {n} periods; at most {most} are shown.", n=n, most=MOST_PERIODS),
            tr("Ask for a longer period such as year, and look for a mistyped year with: check."),
        )


def _summed(counts: DayCounts, place: Counts, values: object, n: int) -> Quantity:
    g = len(counts.strata)
    total = summed(counts.stratum * n + place, np.asarray(values), g * n)
    return _plain(np.asarray(total, np.float64).reshape(g, n))


def _plain(values: Floats) -> Quantity:
    return quantity(np.asarray(values, np.float64))
