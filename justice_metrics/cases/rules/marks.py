"""Units marked by what other rows say: ids that extend another, people and events told twice, sentences pronounced."""

from __future__ import annotations

from typing import Any, Final

import narwhals.stable.v2 as nw

from ...base.levels import MISSING_LEVELS, NOT_RECORDED
from ..casedata import CaseData
from .masks import bare_id, sure
from .named_days import birth_of, event_day, exact_event_day

# A number or a letter after the last mark of an id: "123-1", "123-a".
_MEMBER: Final = r"-(\p{L}|\p{N}{1,2})$"
_YEAR_DAYS: Final = 365.25
# Two ages of one person may differ by a year more than the time between the dates: one of them may be rounded.
_SLACK_DAYS: Final = 366
OLDEST: Final = 120


def alike_ids(cases: CaseData) -> nw.LazyFrame[Any] | None:
    """Return ids that occur in several spellings, ``bare__id``, with the first of these; None where there are none."""
    spelled = cases.milestones.select("unit_id", bare__id=bare_id(nw.col("unit_id")))
    groups = spelled.group_by("bare__id").agg(alike__id=nw.len(), first__alike=nw.col("unit_id").min())
    return _unless_empty(groups.filter(nw.col("alike__id") > 1))


def numbered_ids(cases: CaseData) -> nw.LazyFrame[Any] | None:
    """Return units whose id is that of another unit with a number or a letter added; None where there are none."""
    spelled = cases.milestones.select("unit_id", bare__id=bare_id(nw.col("unit_id")))
    stems = spelled.with_columns(stem__id=nw.col("bare__id").str.replace_all(_MEMBER, ""))
    members = stems.filter(nw.col("stem__id") != nw.col("bare__id")).select("unit_id", "stem__id")
    whole = spelled.group_by("bare__id").agg(numbered=nw.len())
    found = members.join(whole, left_on="stem__id", right_on="bare__id", how="inner")
    return _unless_empty(found.select("unit_id", numbered__id=nw.lit(1)))


def person_link(cases: CaseData) -> str | None:
    """Return the column that says whom age and sex describe: the accused of accused and charges, else the victim."""
    name = "link__accused" if cases.unit in {"accused", "charge"} else "link__victim"
    return name if _has_link(cases, name) else None


def differing_people(cases: CaseData) -> nw.LazyFrame[Any] | None:
    """Return units of people with several records, and what these disagree on; None where nobody has several.

    Columns ``person__several`` (1), ``person__age``, ``person__sex`` and ``person__birth``: whether the ages do not fit
    the days between the facts, the sexes differ, the days of birth differ. An age puts the birth into a span of one
    year; ages fit when the spans of all records of a person meet, give or take a year.
    """
    person = person_link(cases)
    if person is None:
        return None
    told: dict[str, nw.Expr] = {"low": nw.lit(None, dtype=nw.Float64), "high": nw.lit(None, dtype=nw.Float64)}
    day = event_day(cases)
    if "age_at_fact" in cases.numeric_attributes and day is not None:
        age = nw.col("age_at_fact")
        known = nw.when((age >= 0) & (age <= OLDEST))
        told = {"low": known.then(day - (age + 1) * _YEAR_DAYS), "high": known.then(day - age * _YEAR_DAYS)}
    told["sex"], told["birth"] = nw.lit(None, dtype=nw.String), nw.lit(None, dtype=nw.Int32)
    if "sex" in cases.attributes and "sex" not in cases.numeric_attributes:
        told["sex"] = nw.when(~nw.col("sex").is_in(list(MISSING_LEVELS))).then(nw.col("sex"))
    if birth_of(cases) is not None:
        told["birth"] = nw.col(str(birth_of(cases)))
    frame = cases.milestones.select("unit_id", person=nw.col(person), **told).filter(~nw.col("person").is_null())
    people = frame.group_by("person").agg(
        *[nw.col(one).min().alias(f"first_{one}") for one in ("high", "sex", "birth")],
        *[nw.col(one).max().alias(f"last_{one}") for one in ("low", "sex", "birth")],
        records=nw.len(),
    )
    several = people.filter(nw.col("records") > 1).select(
        "person",
        person__several=nw.lit(1),
        person__age=sure(nw.col("last_low") > nw.col("first_high") + _SLACK_DAYS).cast(nw.Int64),
        person__sex=sure(nw.col("last_sex") != nw.col("first_sex")).cast(nw.Int64),
        person__birth=sure(nw.col("last_birth") != nw.col("first_birth")).cast(nw.Int64),
    )
    if _unless_empty(several) is None:
        return None
    return frame.select("unit_id", "person").join(several, on="person", how="inner").drop("person")


def case_key(cases: CaseData) -> nw.Expr | None:
    """Return what tells one case from another; None where the data do not say which case an accused belongs to."""
    for name in ("link__case", "link__complaint"):
        if _has_link(cases, name):
            return nw.col(name)
    return None if cases.unit in {"accused", "charge"} else nw.col("unit_id")


def repeated_events(cases: CaseData) -> nw.LazyFrame[Any] | None:
    """Return units of one victim, one day and one offence that stand in several cases; None where there are none.

    Column ``event__offices`` is 1 where the cases lie in several offices, else 0.
    """
    case, day = case_key(cases), exact_event_day(cases)
    if case is None or day is None or not _has_link(cases, "link__victim"):
        return None
    offence = nw.col("offence") if "offence" in cases.attributes else nw.lit("")
    office = next((nw.col(one) for one in ("office", "court") if one in cases.attributes), nw.lit(""))
    frame = cases.milestones.select(
        "unit_id",
        victim=nw.col("link__victim"),
        event=day,
        offence=offence.cast(nw.String).fill_null(NOT_RECORDED),
        case=case,
        office=office.cast(nw.String).fill_null(NOT_RECORDED),
    ).filter(~nw.col("victim").is_null() & ~nw.col("event").is_null() & ~nw.col("case").is_null())
    keys = ["victim", "event", "offence"]
    first_last = {f"{end}_{one}": getattr(nw.col(one), end)() for one in ("case", "office") for end in ("min", "max")}
    events = frame.group_by(*keys).agg(**first_last).filter(nw.col("min_case") != nw.col("max_case"))
    if _unless_empty(events) is None:
        return None
    apart = (nw.col("min_office") != nw.col("max_office")).cast(nw.Int64)
    marked = events.select(*keys, event__offices=apart)
    return frame.join(marked, on=keys, how="inner").select("unit_id", "event__offices")


def sentenced(cases: CaseData) -> nw.LazyFrame[Any] | None:
    """Return the units with a row of sentences; None without such a table."""
    if "sentences" not in cases.children:
        return None
    return cases.child("sentences").group_by("unit_id").agg(sentence__rows=nw.len())


def _has_link(cases: CaseData, name: str) -> bool:
    return cases.links is not None and name in cases.milestones.collect_schema().names()


def _unless_empty(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any] | None:
    found = frame.select(n=nw.len()).collect().get_column("n")[0]
    return frame if int(found or 0) else None
