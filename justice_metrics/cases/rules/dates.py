"""Rules on single dates: after the cut-off, stand-ins for no date, impossible years, missing, unreadable."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import narwhals.stable.v2 as nw

from ...base.language import tr
from ..attributes import attribute_words
from ..calendar import date_of, day_number
from .calendar import stands_in
from .heaps import FEWEST_DATES, STANDARD_ERRORS
from .rule import FLOWS, TIME, Counted, Facts, Probe, Rule, Subject, Tally, earliest, either, latest, sure
from .spans import Span

_OLDEST_YEARS: Final = 60
_PERIOD_DAYS: Final = 90
_BEFORE_DAYS: Final = 365
_STILL_DAYS: Final = 730


def _start_after_cutoff(subject: Subject) -> list[Probe]:
    if subject.start not in subject.cases.dated_states:
        return []
    start = subject.span(subject.start)
    late, dated = start.after_day(subject.cases.cutoff_day), start.known
    return [
        Probe(key="pending", words=tr("pending"), mask=late, base=dated & subject.pending),
        Probe(key="ended", words=tr("ended"), mask=late, base=dated & ~subject.pending),
    ]


def _after_cutoff(subject: Subject) -> list[Probe]:
    probes = []
    for name in (*subject.stages, "ending"):
        days = subject.dated(name)
        late = either([sure(day.after_day(subject.cases.cutoff_day)) for day in days])
        probes.append(Probe(key=name, words=subject.words(name), mask=late, base=_any_dated(days)))
    return probes


def _stand_ins(subject: Subject) -> list[Probe]:
    probes = []
    for name in subject.dates:
        columns = subject.ending_columns if name == "ending" else (name,)
        raw = [subject.raw(one) for one in columns]
        hit = either([sure(stands_in(day)) for day in raw])
        base = either([~day.is_null() for day in raw])
        probes.append(Probe(key=name, words=subject.words(name), mask=hit, base=base))
    return probes


def _stand_ins_of_attributes(subject: Subject) -> list[Probe]:
    return [
        Probe(key=name, words=attribute_words(name), mask=stands_in(nw.col(name)), base=~nw.col(name).is_null())
        for name in subject.cases.date_attributes
    ]


def _all_stand_ins(subject: Subject) -> list[Probe]:
    return [*_stand_ins(subject), *_stand_ins_of_attributes(subject)]


def _after_extraction(subject: Subject) -> list[Probe]:
    """Look at every date, also those that may lie after the cut-off: nobody writes down what has not happened yet."""
    extracted = subject.cases.intake.extracted_day
    if extracted is None:
        return []
    probes = []
    for name in subject.dates:
        days = subject.dated(name)
        late = either([sure(day.after_day(extracted)) for day in days])
        probes.append(Probe(key=name, words=subject.words(name), mask=late, base=_any_dated(days)))
    for name in subject.cases.date_attributes:
        day = subject.described(name)
        probes.append(Probe(key=name, words=attribute_words(name), mask=day.after_day(extracted), base=day.known))
    return probes


def _long_ago(subject: Subject) -> list[Probe]:
    cutoff = date_of(subject.cases.cutoff_day)
    oldest = day_number(cutoff.replace(year=cutoff.year - _OLDEST_YEARS, day=1))
    probes = []
    for name in subject.dates:
        days = subject.dated(name)
        hit = either([sure(day.before_day(oldest)) for day in days])
        probes.append(Probe(key=name, words=subject.words(name), mask=hit, base=_any_dated(days)))
    return probes


def _outside_validity(subject: Subject) -> list[Probe]:
    procedure = subject.cases.procedure
    if subject.start not in subject.cases.dated_states:
        return []
    start = subject.span(subject.start)
    outside = sure(start.before_day(day_number(procedure.valid_from)))
    if procedure.valid_to is not None:
        outside = outside | sure(start.after_day(day_number(procedure.valid_to)))
    return [Probe(mask=outside, base=start.known)]


def _start_missing(subject: Subject) -> list[Probe]:
    if subject.start not in subject.cases.dated_states:
        return []
    return [Probe(mask=subject.raw(subject.start).is_null())]


def _one_day(subject: Subject) -> list[Probe]:
    days = [subject.on(name) for name in subject.dates]
    first, last = earliest(days), latest(days)
    if len(days) < 4 or first is None or last is None:
        return []
    several = nw.sum_horizontal(*[(~day.is_null()).cast(nw.Int64) for day in days]) >= 4
    # the middle of a month is not the day of four acts in it
    spans = [subject.ending if name == "ending" else subject.span(name) for name in subject.dates]
    exact = nw.all_horizontal(*[one.exact.fill_null(value=True) for one in spans], ignore_nulls=True)
    return [Probe(mask=(first == last) & exact, base=several)]


def _no_movement(subject: Subject) -> list[Probe]:
    last = latest([subject.span(one).last for one in subject.dates if one != "ending"])
    if last is None or len(subject.stages) < 2:
        return []
    return [Probe(mask=last < subject.cases.cutoff_day - _STILL_DAYS, base=subject.pending & ~last.is_null())]


def _last_period(subject: Subject) -> list[Probe]:
    if subject.start not in subject.cases.dated_states or subject.cases.sampling.frame in {"closed_only", "prevalent"}:
        return []
    start, cutoff = subject.on(subject.start), subject.cases.cutoff_day
    window = (start > cutoff - _PERIOD_DAYS - _BEFORE_DAYS) & (start <= cutoff)
    usual = _PERIOD_DAYS / (_PERIOD_DAYS + _BEFORE_DAYS)

    def too_few(tally: Tally) -> bool:
        if tally.base < FEWEST_DATES:
            return False
        spread = math.sqrt(usual * (1 - usual) / tally.base)
        return tally.share < min(0.6 * usual, usual - STANDARD_ERRORS * spread)

    return [Probe(mask=start > cutoff - _PERIOD_DAYS, base=window, fires=too_few)]


def _unreadable(subject: Subject, _: Facts) -> list[Counted]:
    return _conversions(subject, "unreadable")


def _coarse(subject: Subject, _: Facts) -> list[Counted]:
    return _conversions(subject, "coarse")


def _conversions(subject: Subject, fault: str) -> list[Counted]:
    found = (one for one in subject.cases.intake.conversions if one.target == "day")
    return [Counted(one.column, None, int(getattr(one, fault)), one.n) for one in found]


def _any_dated(days: Sequence[Span]) -> nw.Expr:
    return either([day.known for day in days])


DATE_RULES: Final = (
    Rule(
        id="start_missing",
        severity="error",
        sentence=tr("The start of the case has no date"),
        remedy=tr(
            "Enter the date of the complaint. Without it no time can be told and the case is in no yearly cohort."
        ),
        touches=(*FLOWS, *TIME),
        probes=_start_missing,
    ),
    Rule(
        id="start_after_cutoff",
        severity="error",
        sentence=tr("The case started after the cut-off"),
        remedy=tr(
            "Correct the date, or set the cut-off to the last day on which the data are complete. Cases that really "
            "came later do not belong in these data."
        ),
        touches=(*FLOWS, *TIME),
        probes=_start_after_cutoff,
    ),
    Rule(
        id="date_after_cutoff",
        severity="error",
        sentence=tr("A date lies after the cut-off"),
        remedy=tr(
            "Correct the date, or set the cut-off to the last day on which the data are complete. A planned hearing "
            "is no act yet: leave its date out."
        ),
        touches=("attrition", *TIME),
        probes=_after_cutoff,
    ),
    Rule(
        id="date_after_extraction",
        severity="error",
        sentence=tr("A date lies after the day on which the file was taken from the register"),
        remedy=tr("Correct the date: it tells of something that had not happened yet. Often a year is wrong."),
        touches=("attrition", *FLOWS, *TIME),
        probes=_after_extraction,
    ),
    Rule(
        id="default_dates",
        severity="error",
        sentence=tr('A date is one that programs write for "no date" (1/1/1900, 1/1/1970, 31/12/9999 and the like)'),
        remedy=tr("Empty the cell or enter the true date. The time of such a case is wrong by decades."),
        touches=("attrition", *FLOWS, *TIME),
        probes=_all_stand_ins,
    ),
    Rule(
        id="dates_long_ago",
        severity="error",
        sentence=tr("A date lies more than 60 years before the cut-off"),
        remedy=tr("Look at the digits of the year: usually two were swapped or one is missing."),
        touches=("attrition", *FLOWS, *TIME),
        probes=_long_ago,
    ),
    Rule(
        id="unreadable_dates",
        severity="error",
        sentence=tr("A cell of a date column is no date"),
        remedy=tr(
            "Correct the cell, or name what it says in [missing] of the mapping. Until then it counts as no date."
        ),
        touches=("attrition", *TIME),
        counts="cells",
        counted=_unreadable,
    ),
    Rule(
        id="outside_validity",
        severity="note",
        sentence=tr(
            "The case started on a day on which the procedure of these data was not yet, or no longer, in force"
        ),
        remedy=tr("Describe the older law in a procedure file of its own, or keep in mind that its stages may differ."),
        touches=("attrition",),
        probes=_outside_validity,
    ),
    Rule(
        id="all_on_one_day",
        severity="note",
        sentence=tr("Four or more acts of a case are dated on one and the same day"),
        remedy=tr("See whether the day of typing was entered in place of the dates of the acts."),
        touches=("time_to", "cumulative_incidence"),
        probes=_one_day,
    ),
    Rule(
        id="month_only_dates",
        severity="note",
        sentence=tr("A date gives only the month or the year"),
        remedy=tr("Enter the day where the file has it. A month stands for its 15th, a year for 1 July."),
        touches=TIME,
        counts="cells",
        counted=_coarse,
    ),
    Rule(
        id="few_recent_starts",
        severity="note",
        sentence=tr("Few cases start in the last 90 days before the cut-off, compared with the 365 days before these"),
        remedy=tr(
            "Cases are perhaps registered late, or the sample ends earlier: do not read the last period as a fall in "
            "complaints, and set an earlier cut-off if registration was not complete."
        ),
        touches=(*FLOWS, "breakdowns"),
        probes=_last_period,
        certain=False,
    ),
    Rule(
        id="no_movement",
        severity="note",
        sentence=tr("The case is pending, and its last recorded act is more than two years old"),
        remedy=tr(
            "See whether the case ended or went on without anybody entering it; else it is truly at a standstill."
        ),
        touches=("attrition", *TIME),
        probes=_no_movement,
    ),
)
