"""Rules on people across cases: victim and accused in one, records that disagree, one event in several cases."""

from __future__ import annotations

from typing import Final

import narwhals.stable.v2 as nw

from ...base.language import tr
from ..attributes import attribute_words
from .marks import case_key, person_link
from .masks import bare_id
from .named_days import birth_of, event_day
from .rule import ALWAYS, FLOWS, TIME, Probe, Rule, Subject, Tally, sure

_MOST_ALIKE: Final = 0.5


def _victim_is_accused(subject: Subject) -> list[Probe]:
    """Compare the ids of both; where most are equal they number the people of a case and say nothing of a person."""
    if not {"link__victim", "link__accused"} <= subject.columns or subject.cases.links is None:
        return []
    victim, accused = bare_id(nw.col("link__victim")), bare_id(nw.col("link__accused"))

    def some(tally: Tally) -> bool:
        return tally.n > 0 and tally.share <= _MOST_ALIKE

    return [Probe(mask=victim == accused, base=~victim.is_null() & ~accused.is_null(), fires=some)]


def _people_differ(subject: Subject) -> list[Probe]:
    cases = subject.cases
    if person_link(cases) is None:
        return []
    looked = []
    if "age_at_fact" in cases.numeric_attributes and event_day(cases) is not None:
        looked.append(("age_at_fact", "person__age"))
    if "sex" in cases.attributes and "sex" not in cases.numeric_attributes:
        looked.append(("sex", "person__sex"))
    birth = birth_of(cases)
    looked += [(birth, "person__birth")] if birth else []
    if subject.people is None:
        return [Probe(key=name, words=attribute_words(name), mask=~ALWAYS, base=~ALWAYS) for name, _ in looked]
    several = sure(nw.col("person__several") == 1)
    return [Probe(key=name, words=attribute_words(name), mask=nw.col(mark) == 1, base=several) for name, mark in looked]


def _event_twice(subject: Subject) -> list[Probe]:
    cases = subject.cases
    person = cases.links is not None and "link__victim" in subject.columns
    if not person or case_key(cases) is None or event_day(cases) is None:
        return []
    known = ~nw.col("link__victim").is_null()
    apart = nw.col("event__offices") == 1 if subject.events_twice is not None else ~ALWAYS
    together = nw.col("event__offices") == 0 if subject.events_twice is not None else ~ALWAYS
    return [
        Probe(key="two_offices", words=tr("in two offices"), mask=apart, base=known),
        Probe(key="one_office", words=tr("in one office"), mask=together, base=known),
    ]


def _numbered(subject: Subject) -> list[Probe]:
    if subject.numbered is None:
        return [Probe(mask=~ALWAYS)]
    return [Probe(mask=nw.col("numbered__id") == 1)]


PERSON_RULES: Final = (
    Rule(
        id="victim_is_accused",
        severity="error",
        sentence=tr("Victim and accused of the case are one and the same person, by their ids"),
        remedy=tr("Correct the id of one of them. If two people accused each other, make a case of each complaint."),
        touches=("conviction_rates", "breakdowns"),
        probes=_victim_is_accused,
    ),
    Rule(
        id="person_differs",
        severity="warning",
        sentence=tr("Two records of one person disagree: ages do not fit the dates, or sex or day of birth differ"),
        remedy=tr(
            "See which record is right, or whether two people share one id. Until then the person counts in two groups."
        ),
        touches=("breakdowns",),
        probes=_people_differ,
        needs=("people",),
    ),
    Rule(
        id="event_registered_twice",
        severity="warning",
        sentence=tr("The same victim, day and offence stand in two cases"),
        remedy=tr(
            "See whether police, prosecutor and court, or two districts, opened a case each for one event. If so, keep "
            "one or join them; until then it counts twice."
        ),
        touches=("attrition", "conviction_rates", *FLOWS, *TIME),
        probes=_event_twice,
        needs=("events_twice",),
    ),
    Rule(
        id="units_mixed",
        severity="warning",
        sentence=tr("The id is that of another row with a number or a letter added"),
        remedy=tr(
            "See whether rows of cases and rows of their victims, accused or charges stand in one table. If so, keep "
            "one kind and name it as 'unit' in the mapping; until then such a case counts several times."
        ),
        touches=("attrition", "conviction_rates", *FLOWS),
        probes=_numbered,
        needs=("numbered",),
    ),
)
