"""Rules on attributes: impossible ages, adults among child victims, years that disagree with the date, gaps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

import narwhals.stable.v2 as nw

from ...base.language import tr
from ...base.levels import MISSING_LEVELS
from ..attributes import attribute_words
from .calendar import new_year
from .masks import one_of, without_stand_in
from .named_days import says_fact
from .rule import Counted, Facts, Probe, Rule, Subject, Tally, either, sure

OLDEST: Final = 120
# Hardly one victim or accused in a hundred is so old; and of children fewer are 0 than a few times those who are 1.
_CODES: Final = (97, 99)
_FEWEST_CODES: Final = 5
_SHARE_OF_CODES: Final = 0.01
_FEWEST_INFANTS: Final = 10
_TIMES_ONE: Final = 4
ADULT: Final = 18
_AGE: Final = re.compile(r"^(age|edad)(_|$)|_(age|edad)$")
_YEARS: Final = (1950, 2100)
_ALL_YEARS: Final = 0.95
# Below this agreement a year column is not a few slips but another thing, or rows out of step.
_SAME_THING: Final = 0.5
_LATER: Final = 0.02
# So few that disagree are slips, whichever side they fall on.
_A_FEW_SLIPS: Final = 0.05
# Slips of the pen fall on both sides; of late reports all years are earlier.
_BOTH_WAYS: Final = 0.1


def ages(subject: Subject) -> list[str]:
    """Return the numeric attributes that are ages by their name."""
    return [one for one in subject.cases.numeric_attributes if _AGE.search(one)]


def _impossible_ages(subject: Subject) -> list[Probe]:
    probes = []
    for name in ages(subject):
        age = nw.col(name)
        hit = (age < 0) | (age > OLDEST)
        probes.append(Probe(key=name, words=attribute_words(name), mask=hit, base=~age.is_null()))
    return probes


def _stand_in_ages(subject: Subject) -> list[Probe]:
    """Look for ages that forms use for "not known": 97 to 99, and a 0 that is far more frequent than a 1."""

    def often(tally: Tally) -> bool:
        codes, infants = tally.extra["codes"], tally.n - tally.extra["codes"]
        many_codes = codes >= _FEWEST_CODES and codes > _SHARE_OF_CODES * tally.base
        return many_codes or (infants >= _FEWEST_INFANTS and infants > _TIMES_ONE * tally.extra["ones"])

    probes = []
    for name in ages(subject):
        age = nw.col(name)
        codes = (age >= _CODES[0]) & (age <= _CODES[1])
        probes.append(
            Probe(
                key=name,
                words=attribute_words(name),
                mask=codes | (age == 0),
                base=~age.is_null(),
                extra={"codes": sure(codes), "ones": sure(age == 1)},
                fires=often,
            )
        )
    return probes


def _adults(subject: Subject) -> list[Probe]:
    cases = subject.cases
    # Of an accused or a charge the age is that of the accused.
    if cases.unit in {"accused", "charge"}:
        return []
    if "offence" not in cases.attributes or "offence" in cases.numeric_attributes:
        return []
    if "age_at_fact" not in cases.numeric_attributes:
        return []
    if not subject.child_offences:
        return []
    age, of_child = nw.col("age_at_fact"), one_of(nw.col("offence"), subject.child_offences)
    return [Probe(mask=(age >= ADULT) & (age <= OLDEST), base=of_child & ~age.is_null())]


def _years(subject: Subject) -> list[Probe]:
    """Look at every whole-number attribute; which of them are years is known when they are counted."""
    if subject.start not in subject.cases.dated_states:
        return []
    start = subject.span(subject.start)
    probes = []
    for name in subject.cases.numeric_attributes:
        if name in ages(subject):
            continue
        value = nw.col(name)
        possible = sure((value >= _YEARS[0]) & (value <= _YEARS[1]))
        # the column gives a later, or an earlier, year than that of the start
        later, earlier = start.last < new_year(value), start.first >= new_year(value + 1)
        probes.append(
            Probe(
                key=name,
                words=attribute_words(name),
                mask=later | earlier,
                base=possible & start.known,
                extra={"recorded": ~value.is_null(), "possible": possible, "later": possible & sure(later)},
                fires=partial(disagrees, of_fact=says_fact(name)),
            )
        )
    return probes


def disagrees(tally: Tally, *, of_fact: bool = False) -> bool:
    """Return whether a column of years should be the year of the start, and is not in every case.

    One that often gives later years should: rows out of step are so both ways. So should one that agrees in nearly
    every case. One that gives earlier years is the year of something that came before, such as a birth, or the fact in
    cases that were reported late; a few later ones are slips of its own.
    """
    recorded = tally.extra["recorded"]
    if tally.n == 0 or recorded == 0 or tally.extra["possible"] < _ALL_YEARS * recorded:
        return False
    later = tally.extra["later"]
    if later > _LATER * tally.base:
        return True
    if of_fact:
        return False
    return tally.share < _A_FEW_SLIPS or (tally.share < _SAME_THING and later >= _BOTH_WAYS * tally.n)


def gaps(subject: Subject) -> dict[str, Mapping[str, nw.Expr]]:
    """Return, for each attribute, the units with a value and those with each kind of missing."""
    found: dict[str, Mapping[str, nw.Expr]] = {}
    for name in subject.cases.attributes:
        column = nw.col(name)
        if name in subject.cases.numeric_attributes:
            kinds = {MISSING_LEVELS[0]: column.is_null()}
        else:
            kinds = {level: sure(column == level) for level in MISSING_LEVELS}
            kinds[MISSING_LEVELS[0]] = kinds[MISSING_LEVELS[0]] | column.is_null()
        found[name] = MappingProxyType({"recorded": ~either(list(kinds.values())), **kinds})
    for name in subject.cases.date_attributes:
        there = ~without_stand_in(nw.col(name)).is_null()
        found[name] = MappingProxyType({"recorded": there, MISSING_LEVELS[0]: ~there})
    return found


def _missing(subject: Subject, facts: Facts, *, nothing: bool) -> list[Counted]:
    enough = subject.settings.enough_recorded
    found = []
    for one in facts.recorded:
        if one.kind == "attribute":
            none, few = one.recorded == 0 < one.base, 0 < one.recorded < enough * one.base
            # a question that a coding sheet asks where the files answer it is no column mapped by mistake
            none &= one.column not in subject.cases.intake.optional
            found.append(Counted(one.column, one.words, one.base - one.recorded, one.base, none if nothing else few))
    return found


def _unreadable_numbers(subject: Subject, _: Facts) -> list[Counted]:
    found = (one for one in subject.cases.intake.conversions if one.target in {"number", "attribute"})
    return [
        Counted(one.column, None, one.unreadable, one.n) for one in found if one.target == "number" or one.unreadable
    ]


PEOPLE_RULES: Final = (
    Rule(
        id="impossible_ages",
        severity="error",
        sentence=tr("An age is below 0 or above 120"),
        remedy=tr('Correct the age. A code such as 999 for "unknown" belongs in [missing] of the mapping.'),
        touches=("breakdowns",),
        probes=_impossible_ages,
    ),
    Rule(
        id="stand_in_ages",
        severity="warning",
        sentence=tr('Many ages are 97 to 99, or 0, which forms use for "not known"'),
        remedy=tr(
            'Look at the form. A code for "not known" belongs in [missing] of the mapping; until then it is an age.'
        ),
        touches=("breakdowns",),
        probes=_stand_in_ages,
        certain=False,
    ),
    Rule(
        id="adult_victim_of_child_offence",
        severity="warning",
        sentence=tr("The victim is 18 or older, but the offence is one against children"),
        remedy=tr("Compare age and offence with the file. The age meant is that on the day of the fact."),
        touches=("breakdowns",),
        probes=_adults,
    ),
    Rule(
        id="year_disagrees",
        severity="warning",
        sentence=tr("A column of years disagrees with the year in which the case started"),
        remedy=tr(
            'Do not use the column as the year of the case: "year" is made from the date. If it disagrees in many '
            "cases, its rows are probably out of step with the others."
        ),
        touches=("breakdowns",),
        probes=_years,
        certain=False,
    ),
    Rule(
        id="never_recorded",
        severity="warning",
        sentence=tr("An attribute is empty in every case"),
        remedy=tr("Check the column that the mapping names for it, or take it out of the mapping."),
        touches=("breakdowns",),
        counted=partial(_missing, nothing=True),
        certain=False,
    ),
    Rule(
        id="poorly_recorded",
        severity="warning",
        sentence=tr("An attribute is missing in many cases"),
        remedy=tr(
            'Complete it from the files. Until then show "not recorded" as a group of its own and do not compare the '
            "others."
        ),
        touches=("breakdowns",),
        counted=partial(_missing, nothing=False),
        certain=False,
    ),
    Rule(
        id="unreadable_numbers",
        severity="error",
        sentence=tr("A cell of a column of numbers is no number"),
        remedy=tr(
            "Correct the cell, or name what it says in [missing] of the mapping. Until then it counts as not recorded."
        ),
        touches=("breakdowns",),
        counts="cells",
        counted=_unreadable_numbers,
    ),
)
