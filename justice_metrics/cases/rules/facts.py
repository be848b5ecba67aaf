"""Rules on days that describe a case: the fact against the complaint, acts and ages against the day of birth."""

from __future__ import annotations

from typing import Final

import narwhals.stable.v2 as nw

from ...base.language import tr
from ..attributes import attribute_words
from .named_days import birth_of, fact_of
from .rule import TIME, Probe, Rule, Subject

_YEAR_DAYS: Final = 365.25
# An age may be rounded up, and a day of birth be off by some months.
_SLACK_YEARS: Final = 1.0
_OLDEST: Final = 120


def _fact_after_start(subject: Subject) -> list[Probe]:
    fact = fact_of(subject.cases)
    if fact is None or subject.start not in subject.cases.dated_states:
        return []
    day, start = subject.described(fact), subject.span(subject.start)
    return [Probe(mask=start.before(day), base=day.known & start.known)]


def _before_birth(subject: Subject) -> list[Probe]:
    name = birth_of(subject.cases)
    if name is None:
        return []
    birth = subject.described(name)
    days = [
        (one, subject.words(one), subject.ending if one == "ending" else subject.span(one)) for one in subject.dates
    ]
    fact = fact_of(subject.cases)
    days += [(fact, attribute_words(fact), subject.described(fact))] if fact else []
    return [
        Probe(key=key, words=words, mask=day.before(birth), base=day.known & birth.known) for key, words, day in days
    ]


def _age_and_birth(subject: Subject) -> list[Probe]:
    """Compare the age at the fact with the years since birth; without a day of the fact it can only be too high."""
    cases, name, fact = subject.cases, birth_of(subject.cases), fact_of(subject.cases)
    if name is None or "age_at_fact" not in cases.numeric_attributes:
        return []
    if fact is None and subject.start not in cases.dated_states:
        return []
    age, birth = nw.col("age_at_fact"), subject.described(name)
    day = subject.described(fact) if fact else subject.span(subject.start)
    wrong = age > (day.last - birth.first) / _YEAR_DAYS + _SLACK_YEARS
    if fact:
        wrong = wrong | (age < (day.first - birth.last) / _YEAR_DAYS - 1 - _SLACK_YEARS)
    plausible = (age >= 0) & (age <= _OLDEST) & (day.last >= birth.first)
    return [Probe(mask=wrong, base=plausible)]


FACT_RULES: Final = (
    Rule(
        id="fact_after_start",
        severity="error",
        sentence=tr("The day of the fact lies after the start of the case"),
        remedy=tr("Correct one of the two dates: often a year is wrong, or day and month were swapped."),
        touches=("breakdowns", *TIME),
        probes=_fact_after_start,
    ),
    Rule(
        id="date_before_birth",
        severity="error",
        sentence=tr("A date lies before the day of birth"),
        remedy=tr("Correct the day of birth or the date: often the day of the complaint was entered as day of birth."),
        touches=("breakdowns", *TIME),
        probes=_before_birth,
    ),
    Rule(
        id="age_disagrees_with_birth",
        severity="warning",
        sentence=tr("The age at the fact does not agree with the day of birth"),
        remedy=tr("Compare both with the file. The age meant is that on the day of the fact, not of today."),
        touches=("breakdowns",),
        probes=_age_and_birth,
    ),
)
