"""From case data to how many dates and attributes are recorded, by group, by period of the start and by ending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from ..base.errors import QuestionError
from ..base.language import Message, Readable, tr
from ..base.levels import MISSING_LEVELS, NOT_APPLICABLE, NOT_RECORDED, PENDING
from ..base.types import Counts, Flags, Tallies
from ..cases.attributes import attribute_words, suggested
from ..cases.casedata import CaseData
from ..cases.days import year_of_day
from ..cases.periods import Period, Periods, months_in, numbered, period_number
from ..cases.rules.masks import sure, without_stand_in
from ..cases.rules.people import gaps
from ..cases.rules.recorded import dates_recorded, in_doubt, told_otherwise
from ..cases.rules.subject import Subject
from ..tables import Strata
from .grouped import NO_DAY, Grouped, grouped_counts, summed
from .risk import classes

# What a unit has of all its values together: sums from which the share and its error are told.
MOMENTS: Final = ("y", "x", "yy", "xy", "xx")

# Starts before a gap as long as this, that hold less than this share of the units, are wrong dates.
_GAP_MONTHS: Final = 36
_FEW_BEFORE: Final = 0.01
_FIRST_YEAR: Final = 1901
_LAST_YEAR: Final = 2099


class Field(NamedTuple):
    """One thing that should be recorded of a unit."""

    name: str
    words: Message | Readable
    kind: str  # "date" or "attribute"


class Recorded(NamedTuple):
    """Values that are there, and those that should be; the last place of each row of periods is "no date".

    Attributes
    ----------
    strata : Strata, G of them
    periods : Periods, P of them
    fields : tuple of Field, F of them
    outcomes : tuple of str, O of them
        Classes of endings, and pending.
    units : (G, P + 1)
    recorded, due : (G, P + 1, F)
    missing : mapping of str to (G, F)
        Units by kind of missing.
    moments : mapping of str to (G, P + 1)
        Sums of ``MOMENTS`` over the units.
    by_outcome, due_by_outcome : (O, F)
    sure : (F,)
        Whether anything but the date itself says that it should be there; ``moments`` hold such fields only.
    start_days : (G, P + 1)
        Sum of the days on which the units started.
    doubtful : (G, F)
        Units that came further without this date, by a road that may not pass the stage.
    """

    strata: Strata
    periods: Periods
    fields: tuple[Field, ...]
    outcomes: tuple[str, ...]
    units: Tallies
    recorded: Tallies
    due: Tallies
    missing: Mapping[str, Tallies]
    moments: Mapping[str, Tallies]
    by_outcome: Tallies
    due_by_outcome: Tallies
    sure: Flags
    start_days: Tallies
    doubtful: Tallies


class _Flags(NamedTuple):
    recorded: nw.Expr
    due: nw.Expr
    missing: Mapping[str, nw.Expr]


def fields_of(cases: CaseData) -> tuple[Field, ...]:
    """Return what can be recorded of these cases: their dates, in the order of the procedure, and their attributes."""
    subject = Subject(cases)
    dates = [Field(name, subject.words(name), "date") for name in subject.dates]
    dates += [Field(name, attribute_words(name), "date") for name in cases.date_attributes]
    return (*dates, *(Field(name, attribute_words(name), "attribute") for name in cases.attributes))


def recorded_counts(
    cases: CaseData, *, fields: Sequence[str] = (), by: Sequence[str] = (), period: Period = "year"
) -> Recorded:
    """Count what is recorded, in one grouped count; each file counts once, whatever it weighs.

    Parameters
    ----------
    cases : CaseData
    fields : sequence of str
        Dates (stages, ``ending``, date attributes) and attributes; all but those in ``by`` by default.
    by : sequence of str
        Attributes that split the units.
    period : {"month", "quarter", "half_year", "year"}
        Of the start of the case.

    Notes
    -----
    The date of a stage is due where the case came there or beyond; that of the ending where it ended; an attribute
    always, but where it is "not applicable". A stand-in such as 1 January 1900 is no date. Of a stage that no unit
    reached by anything but its date, none can be missing: it is counted, but stays out of ``moments``.

    Raises
    ------
    QuestionError
        When a word names no field or no attribute.
    """
    chosen = _chosen(fields_of(cases), fields, by)
    cases = cases.with_(sampling=replace(cases.sampling, weighted=False))
    subject = Subject(cases)
    flags = _flags(subject, chosen)
    sums: dict[str, nw.Expr] = {}
    for place, one in enumerate(flags):
        sums |= {f"r{place}": one.recorded, f"d{place}": one.due}
        sums |= {f"m{place} {kind}": flag for kind, flag in one.missing.items()}
    doubtful = in_doubt(subject)
    sums |= {f"q{place}": doubtful[one.name] for place, one in enumerate(chosen) if one.name in doubtful}
    frame = subject.frame(())
    told = _told(cases, subject, chosen, frame)
    counted = [one for one, whether in zip(flags, told, strict=True) if whether]
    nothing = nw.lit(0, dtype=nw.Int64)
    y = nw.sum_horizontal(nothing, *[one.recorded.cast(nw.Int64) for one in counted])
    x = nw.sum_horizontal(nothing, *[one.due.cast(nw.Int64) for one in counted])
    start = without_stand_in(cases.first_day((cases.procedure.start,))).cast(nw.Int64).fill_null(0)
    sums |= {"y": y, "x": x, "yy": y * y, "xy": x * y, "xx": x * x, "start": start}
    endings = classes(cases)
    outcome: nw.Expr = nw.lit(len(endings), dtype=nw.Int64)
    for place, states in enumerate(endings.values()):
        outcome = nw.when(cases.stands(states)).then(nw.lit(place)).otherwise(outcome)
    grouped = grouped_counts(
        cases, by=by, keys={"when": when_begun(cases, period), "outcome": outcome}, sums=sums, frame=frame
    )
    return _arranged(grouped, chosen, (*endings, PENDING), period, cases.cutoff_day)._replace(sure=told)


def _told(cases: CaseData, subject: Subject, chosen: Sequence[Field], frame: nw.LazyFrame[Any]) -> Flags:
    """Return of which fields a missing value can be told from one that is not due."""
    otherwise = told_otherwise(subject)
    sums = {f"t{place}": otherwise[one.name] for place, one in enumerate(chosen) if one.name in otherwise}
    if not sums:
        return np.ones(len(chosen), np.bool_)
    found = grouped_counts(cases, keys={"all": nw.lit(0)}, sums=sums, frame=frame).sums
    return np.array(
        [f"t{place}" not in found or found[f"t{place}"].sum() > 0 for place in range(len(chosen))], np.bool_
    )


def _chosen(known: Sequence[Field], fields: Sequence[str], by: Sequence[str]) -> tuple[Field, ...]:
    there = {one.name: one for one in known}
    for word in fields:
        if word not in there:
            raise QuestionError(
                tr("'{word}' is neither a date nor an attribute of these cases.", word=word),
                suggested(word, tuple(there), *[(one.name, one.words) for one in known]),
            )
    chosen = tuple(there[one] for one in fields) if fields else tuple(one for one in known if one.name not in by)
    if not chosen:
        raise QuestionError(tr("These cases have neither a date nor an attribute to look at."))
    return chosen


def _flags(subject: Subject, chosen: Sequence[Field]) -> list[_Flags]:
    dates, attributes = dates_recorded(subject), gaps(subject)
    found = []
    for one in chosen:
        if one.name in dates:
            recorded, due = dates[one.name]
            there = recorded & due
            found.append(_Flags(there, due, {NOT_RECORDED: due & ~recorded}))
        elif one.name in attributes:
            kinds = {name: flag for name, flag in attributes[one.name].items() if name != "recorded"}
            due = ~kinds[NOT_APPLICABLE] if NOT_APPLICABLE in kinds else nw.lit(value=True)
            found.append(_Flags(attributes[one.name]["recorded"], due, kinds))
        else:
            there = sure(~nw.col(one.name).is_null())
            found.append(_Flags(there, nw.lit(value=True), {NOT_RECORDED: ~there}))
    return found


def when_begun(cases: CaseData, period: Period) -> nw.Expr:
    """Return the year of the start (0 without one), which is cheap to group by, or its day; stand-ins are none."""
    day = without_stand_in(cases.first_day((cases.procedure.start,)))
    if period == "year":
        # any year that a date can have; those outside hold no period
        year = year_of_day(day, _FIRST_YEAR, _LAST_YEAR)
        known = (year >= _FIRST_YEAR) & (year <= _LAST_YEAR)
        return nw.when(known.fill_null(value=False)).then(year).otherwise(nw.lit(0))
    return day.cast(nw.Int64).fill_null(NO_DAY)


def numbers_of(when: Counts, n: Tallies, period: Period, cutoff: int) -> tuple[Counts, Flags]:
    """Return the numbers of the periods of such years or days, and which of them can be used.

    A start after the cut-off cannot, nor one far before all others: it is a wrong date, and would be the first period.
    """
    if period == "year":
        number, known = when - 1970, np.asarray(when > 0, np.bool_)
    else:
        known = np.asarray(when != NO_DAY, np.bool_)
        number = period_number(np.where(known, when, 0).astype(np.int32), period)
    known &= number <= int(period_number(cutoff, period))
    return number, known & (number >= first_usual(number[known], n[known], period))


def first_usual(number: Counts, n: Tallies, period: Period) -> int:
    """Return the first period that counts: those before a gap of more than three years do not, if they hold few units.

    Examples
    --------
    >>> first_usual(np.array([-20, 44, 45, 46]), np.array([1, 300, 280, 310]), "year")
    44
    """
    periods, place = np.unique(number, return_inverse=True)
    if not len(periods):
        return 0
    units = np.bincount(place, weights=n, minlength=len(periods))
    before = np.cumsum(units) - units
    gap = np.diff(periods) > _GAP_MONTHS // months_in(period)
    few = before[1:] < _FEW_BEFORE * units.sum()
    cuts = np.flatnonzero(gap & few)
    return int(periods[cuts[-1] + 1]) if len(cuts) else int(periods[0])


def _arranged(
    grouped: Grouped, chosen: tuple[Field, ...], outcomes: tuple[str, ...], period: Period, cutoff: int
) -> Recorded:
    number, known = numbers_of(grouped.keys["when"], grouped.units, period, cutoff)
    first, last = (int(edge(number[known])) if known.any() else 0 for edge in (np.min, np.max))
    p = last - first + 1 if known.any() else 0
    place = np.where(known, number - first, p)
    g, f, k = len(grouped.strata), len(chosen), len(outcomes)
    cell = grouped.stratum * (p + 1) + place

    def spread(values: Tallies) -> Tallies:
        return summed(cell, values, g * (p + 1)).reshape(g, p + 1)

    def of_fields(letter: str) -> Tallies:
        return np.stack([spread(grouped.sums[f"{letter}{one}"]) for one in range(f)], axis=2)

    def of_outcomes(letter: str) -> Tallies:
        outcome: Counts = grouped.keys["outcome"]
        return np.stack([summed(outcome, grouped.sums[f"{letter}{one}"], k) for one in range(f)], axis=1)

    def of_groups(names: Sequence[str]) -> Tallies:
        nothing = np.zeros(g, np.int64)
        columns = [grouped.sums.get(one) for one in names]
        return np.stack([nothing if one is None else summed(grouped.stratum, one, g) for one in columns], axis=1)

    return Recorded(
        strata=grouped.strata,
        periods=numbered(np.arange(first, first + p), period),
        fields=chosen,
        outcomes=outcomes,
        units=spread(grouped.n),
        recorded=of_fields("r"),
        due=of_fields("d"),
        missing={kind: of_groups([f"m{one} {kind}" for one in range(f)]) for kind in MISSING_LEVELS},
        moments={name: spread(grouped.sums[name]) for name in MOMENTS},
        by_outcome=of_outcomes("r"),
        due_by_outcome=of_outcomes("d"),
        sure=np.ones(f, np.bool_),
        start_days=spread(grouped.sums["start"]),
        doubtful=of_groups([f"q{one}" for one in range(f)]),
    )
