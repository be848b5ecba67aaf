"""Stock and flow out of what the question is asked of: case files, or a table of counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...base.errors import QuestionError, suggestion
from ...base.language import Readable, tr, trn
from ...base.provenance import LeftOut, Provenance
from ...base.quantities import STATUSES, Quantity, quantity, sums
from ...base.types import Counts, Flags, Floats, FrameLibrary
from ...cases.calendar import date_of, day_number
from ...cases.casedata import CaseData
from ...cases.counts.data import CountData
from ...cases.counts.gathering import groups_of
from ...cases.periods import PERIODS, Period, Periods, months_in, numbered, period_number, period_words, periods_between
from ...reduce.beginnings import beginning
from ...reduce.count_sums import added, paired
from ...reduce.flow_counts import Flows, counted, pending_ages, resolved_past_year, resolved_within, undated
from ...reduce.flows import NEW, Stays, stays_of
from ...tables import Strata
from ..declared import LEFT_OUT_WORDS, sampling_notes
from ..series.series import ensure_few

# Quantities that add up over the months of a year.
_FLOWS: Final = (
    *("incoming", "new", "reopened", "reactivated", "transferred_in"),
    *("resolved", "reopened_resolved", "placed_inactive", "transferred_out"),
)
_COME: Final = ("incoming", "new", "reopened", "reactivated")
_GO: Final = ("resolved", "reopened_resolved")
_MOVES: Final = ("transferred_in", "transferred_out", "placed_inactive")
# The periods of the rows of a table of counts as they are, such as years that begin in July.
OWN: Final = "own"
_STOCKS: Final = ("pending_start", "pending_end")
_NOT_APPLICABLE: Final = STATUSES.index("not_applicable")
# What a register without such cases need not speak of.
_SELDOM: Final = ("reopened", "reactivated", "reopened_resolved", "placed_inactive", "transferred_out")


@dataclass(frozen=True, eq=False, kw_only=True)
class Source:
    """What an answer about flows is made of.

    Attributes
    ----------
    flows : Flows
        By stratum and period.
    whole : Flows or None
        All strata added up, where something splits them.
    to_date : Flows or None
        Two periods: the months of the last year that are over, and the same months of the year before.
    months : int
        How many months these are.
    ages : array of float, shape (G, P, B), or None
        Pending cases by age.
    within : array of float, shape (G, P, S), or None
        Cases resolved within each standard.
    per_office : bool
        Whether each stratum is one office (or part of one), so that transfers are moves across its border.
    provenance, notes, frame_library
        As a result takes them.
    """

    flows: Flows
    whole: Flows | None
    to_date: Flows | None
    months: int
    ages: Floats | None = None
    within: Floats | None = None
    per_office: bool
    provenance: Provenance
    notes: tuple[Readable, ...]
    frame_library: FrameLibrary
    own_words: Mapping[str, Readable] = field(default_factory=dict)


def ensure_period(period: str, *, of_rows: bool = False) -> None:
    """Refuse a word that is no period; only rows that are about periods have some of their own.

    Raises
    ------
    QuestionError
    """
    known = (*PERIODS, OWN) if of_rows else PERIODS
    if period not in known:
        raise QuestionError(tr("'{period}' is no period.", period=period), suggestion(period, known))


def of_cases(
    cases: CaseData,
    *,
    by: tuple[str, ...],
    period: Period,
    from_year: int | None,
    age_bands: Sequence[int],
    within_days: Sequence[int],
    backlog_days: int,
) -> Source:
    """Count the flows of case files.

    Raises
    ------
    QuestionError
        When the files are no register (closed files only, or cases open on a day), or none has a date of registration.
    """
    if cases.sampling.frame in {"closed_only", "prevalent"}:
        raise QuestionError(
            tr("These files are no register: what came in and what is pending cannot be told from them."),
            tr("Ask of a registered cohort, or of a table of counts."),
        )
    stays = stays_of(cases, by=by)
    if len(stays.begin) == 0:
        raise QuestionError(tr("No case has a date of registration."))
    first = int(stays.begin.min())
    # nothing is known of the time before the first of the files: its zeros would be no zeros
    since = first if from_year is None else max(first, _new_year(from_year))
    periods = periods_between(min(since, cases.cutoff_day), cases.cutoff_day, period)
    ensure_few(len(periods.labels))
    last = np.minimum(periods.last_day, cases.cutoff_day).astype(np.int32)
    began = beginning(stays.begin[stays.opened == NEW])
    begins = periods.first_day if began is None else began.first_days(periods).astype(np.int32)
    late = begins > periods.first_day

    made = counted(stays, periods.first_day, last)
    made = {name: one for name, one in made.items() if name not in _SELDOM or one.values.any()}
    made["old_pending"] = quantity(pending_ages(stays, last, (backlog_days,))[:, :, 1])
    since = int(periods.first_day[0]) if first >= periods.first_day[0] else first
    made["resolved_past_year"] = resolved_past_year(stays, last, since=first if late.any() else since)
    flows = Flows(
        strata=stays.strata,
        labels=periods.labels,
        first_day=begins,
        last_day=last,
        whole=np.asarray((last == periods.last_day) & ~late, np.bool_),
        quantities=made,
    )
    spans, months = _to_date(cases.cutoff_day)
    # after the last registration nobody knows whether none came in or the files end there
    until = cases.cutoff_day if began is None else began.until(cases.cutoff_day)
    stops = until if until < cases.cutoff_day else None
    # the same months of the year before are not all there
    short = began is not None and began.inside(int(spans.first_day.min()), int(spans.last_day.min()))
    gone = began is not None and began.day > int(spans.last_day.min())
    n = undated(stays)
    notes: list[Readable] = [*sampling_notes(cases, design_used=True)]
    notes += [
        tr(
            "The register begins in the middle of {period}: its days before that are not counted.",
            period=period_words(label),
        )
        for label, cut in zip(periods.labels, late, strict=True)
        if cut
    ]
    if stops is not None:
        notes.append(
            tr(
                "Nothing was registered after {day}: cases of later days are perhaps not in the files, so do not read "
                "them as a fall in complaints.",
                day=date_of(stops),
            )
        )
    if cases.sampling.weighted:
        notes.append(tr("Cases are counted with their sampling weights."))
    if n:
        notes.append(
            trn(
                "{n} case ended nobody knows when: it came in, is not pending, and is in the residual of its period.",
                "{n} cases ended nobody knows when: they came in, are not pending, and are in the residual of their "
                "period.",
                round(n),
            )
        )
    notes.append(
        tr(
            "The stock is that of the cases in these files. What was pending before the first of them is not there, so "
            "stock and disposition time of the first periods are too low unless the files hold it."
        )
    )
    return Source(
        flows=flows,
        whole=_all_of(flows) if by else None,
        to_date=None if short or gone else _two_spans(stays, spans, stops=stops),
        months=months,
        ages=pending_ages(stays, last, age_bands),
        within=resolved_within(stays, periods.first_day, last, within_days) if within_days else None,
        per_office="court" in by,
        provenance=cases.provenance.leave_out(
            *[LeftOut(LEFT_OUT_WORDS[name], n) for name, n in stays.left_out.items()]
        ),
        notes=tuple(notes),
        frame_library=cases.frame_library,
    )


def of_counts(
    counts: CountData,
    *,
    by: tuple[str, ...],
    period: Period | None,
    from_year: int | None,
    transfers_included: bool,
    complete_only: bool,
) -> Source:
    """Add up the flows of a table of counts.

    Raises
    ------
    QuestionError
        When nothing in the table is a flow, or the table does not split as asked.
    """
    if not any(counts.has(one) for one in _FLOWS):
        raise QuestionError(
            tr("This table of counts says neither what came in nor what was resolved."),
            tr("Name the columns of incoming and resolved cases in the mapping's [counts.quantities] section."),
        )
    notes = list(counts.notes)
    same = _ever_complete(counts) if complete_only else counts
    to_date, months = _counts_to_date(same, by) if same.rows else (None, 0)
    if complete_only:
        counts, left, series = _complete(counts, period)
        if left:
            notes.append(
                tr(
                    "{left} of {n} series (office and breakdown, by period) lack a figure and are left out of their "
                    "period: the sums are those of the others, not of all.",
                    left=left,
                    n=series,
                )
            )
    flows = _flows_of(counts, by, period, from_year)
    per_office = counts.offices is not None and counts.offices in by
    moved = counts.has("transferred_in") or counts.has("transferred_out")
    if moved and not transfers_included and per_office:
        notes.append(tr("Transfers count as moves of the single office; the sum of all leaves them out."))
    return Source(
        flows=flows,
        whole=_flows_of(counts, (), period, from_year) if by else None,
        to_date=to_date,
        months=months,
        per_office=per_office,
        provenance=counts.provenance,
        notes=tuple(notes),
        frame_library=counts.frame_library,
        own_words={name: counts.label(name) for name in counts.quantities},
    )


def _complete(counts: CountData, period: Period | None) -> tuple[CountData, int, int]:
    """Return the rows of the series that have every figure in their period, and how many series have not.

    A ratio of those who told the one number to those who told the other would be of different offices.

    Raises
    ------
    QuestionError
        When no series is complete.
    """
    number = counts.last_day if period is None else period_number(counts.last_day, period)
    cell, leader = groups_of([_series(counts), number])
    wrong = np.bincount(cell[_gaps(counts)], minlength=len(leader)) > 0
    if wrong.all():
        raise QuestionError(
            tr("No office has all its figures in any period."),
            tr("Ask without complete_only: what is missing is then told cell by cell."),
        )
    return counts.selected(~wrong[cell]), int(wrong.sum()), len(leader)


def _ever_complete(counts: CountData) -> CountData:
    """Return the series without a gap in the last two years: a change is of the same offices before and after."""
    year = period_number(counts.last_day, "year")
    lately = year >= int(period_number(day_number(counts.cutoff), "year")) - 1
    series = _series(counts)
    wrong = np.bincount(series[_gaps(counts) & lately], minlength=int(series.max()) + 1) > 0
    return counts.selected(~wrong[series])


def _series(counts: CountData) -> Counts:
    """Return which office and breakdown each row is about."""
    series, _ = groups_of([one.codes for one in counts.keys.values()] or [np.zeros(counts.rows, np.int64)])
    return series


def _gaps(counts: CountData) -> Flags:
    """Return the rows that lack a figure of stock or flow."""
    gap = np.zeros(counts.rows, np.bool_)
    for name in (*_FLOWS, *_STOCKS):
        if counts.has(name):
            one = counts.quantities[name]
            gap |= ~one.known & (one.status != _NOT_APPLICABLE) & counts.given_in(name)
    return gap


def _flows_of(counts: CountData, by: tuple[str, ...], period: Period | None, from_year: int | None) -> Flows:
    table = added(counts, by=by, period=period)
    over = np.minimum(table.seen_last, table.last_day)
    whole = (table.seen_first == table.first_day) & (over == table.last_day)
    ins, outs = ([one for one in names if counts.has(one)] for names in (_COME, _GO))
    moves = [one for one in _MOVES if counts.has(one)]
    both, alone = paired(counts, ins, outs, moves) if ins and outs else (counts, 0)
    again = added(both, by=by, period=period, quantities=(*ins, *outs, *moves)).quantities if alone else {}
    made = Flows(
        strata=table.strata,
        labels=table.labels,
        first_day=table.seen_first,
        last_day=over.astype(np.int32),
        whole=np.asarray(whole, np.bool_),
        quantities=dict(table.quantities),
        paired=dict(again),
        unpaired=alone,
    )
    if from_year is None:
        return made
    return _columns(made, np.flatnonzero(table.first_day >= _new_year(from_year)))


def _columns(flows: Flows, places: NDArray[np.intp]) -> Flows:
    return replace(
        flows,
        labels=tuple(flows.labels[one] for one in places),
        first_day=flows.first_day[places],
        last_day=flows.last_day[places],
        whole=flows.whole[places],
        quantities={
            name: Quantity(one.values[:, places], one.status[:, places]) for name, one in flows.quantities.items()
        },
        paired={name: Quantity(one.values[:, places], one.status[:, places]) for name, one in flows.paired.items()},
    )


def _new_year(year: int) -> int:
    return int(np.datetime64(f"{year:04d}-01-01").astype("datetime64[D]").astype(np.int64))


def _all_of(flows: Flows) -> Flows:
    """Return the flows of all strata of case files together; no count of theirs is missing."""
    summed = {name: quantity(one.values.sum(axis=0, keepdims=True)) for name, one in flows.quantities.items()}
    return replace(flows, strata=Strata((), ((),)), quantities=summed)


def _to_date(cutoff_day: int) -> tuple[Periods, int]:
    """Return January to the last month that is over by the cut-off, in its year and in the one before."""
    month = int(period_number(cutoff_day + 1, "month")) - 1
    ends = numbered(np.array([month, month - 12]), "month").last_day
    begins = np.array([_new_year(1970 + one // 12) for one in (month, month - 12)], np.int32)
    return Periods(begins, ends, tuple(str(1970 + one // 12) for one in (month, month - 12))), month % 12 + 1


def _two_spans(stays: Stays, spans: Periods, *, stops: int | None) -> Flows:
    """Count the flows of spans that need not follow each other; stocks of such are not asked for.

    What came in by a day on which the register did not go on any more is not known.
    """
    order = np.argsort(spans.first_day)
    made = counted(stays, spans.first_day[order], spans.last_day[order])
    found = {name: Quantity(one.values[:, order], one.status[:, order]) for name, one in made.items() if name in _FLOWS}
    if stops is not None:
        unknown = np.broadcast_to(spans.last_day > stops, found["new"].values.shape)
        found["new"] = quantity(np.where(unknown, np.nan, found["new"].values))
    return Flows(
        strata=stays.strata,
        labels=spans.labels,
        first_day=spans.first_day,
        last_day=spans.last_day,
        whole=np.ones(len(order), np.bool_),
        quantities=found,
    )


def _counts_to_date(counts: CountData, by: tuple[str, ...]) -> tuple[Flows | None, int]:
    """Return the same for a table of months or quarters; None where it has not the same ones of both years."""
    period = counts.native_period
    if period not in {"month", "quarter"}:
        return None, 0
    flows = _flows_of(counts, by, period, None)
    over = np.flatnonzero(flows.whole & (flows.last_day <= day_number(counts.cutoff)))
    if len(over) == 0:
        return None, 0
    number = period_number(flows.first_day, period)
    of_year = 12 // months_in(period)
    last = int(number[over[-1]])
    wanted = np.arange(last - last % of_year, last + 1)
    parts = [np.flatnonzero(np.isin(number, one) & flows.whole) for one in (wanted, wanted - of_year)]
    if any(len(one) != len(wanted) for one in parts):
        return None, 0
    made = {name: _summed(flows.quantities[name], parts) for name in _FLOWS if flows.has(name)}
    return Flows(
        strata=flows.strata,
        labels=tuple(str(1970 + int(one) // of_year) for one in (last, last - of_year)),
        first_day=np.array([flows.first_day[one[0]] for one in parts], np.int32),
        last_day=np.array([flows.last_day[one[-1]] for one in parts], np.int32),
        whole=np.ones(2, np.bool_),
        quantities=made,
    ), len(wanted) * months_in(period)


def _summed(one: Quantity, parts: Sequence[NDArray[np.intp]]) -> Quantity:
    """Add up the columns of each part, shape (G, parts)."""
    g = len(one.values)
    found = [_sum_of(one, part, g) for part in parts]
    return Quantity(np.stack([x.values for x in found], axis=1), np.stack([x.status for x in found], axis=1))


def _sum_of(one: Quantity, part: NDArray[np.intp], g: int) -> Quantity:
    taken = Quantity(one.values[:, part].ravel(), one.status[:, part].ravel())
    return sums(taken, np.repeat(np.arange(g), len(part)), g)
