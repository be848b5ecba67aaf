"""Date attributes that rules know by their names: the day of the fact, of birth, of registration, of reopening."""

from __future__ import annotations

import re
from typing import Final

import narwhals.stable.v2 as nw

from ..casedata import CaseData
from ..days import EXACTNESS
from .masks import without_stand_in

_FACT: Final = re.compile(r"fact|hecho|incident|crime|delito|offence_da")
_BIRTH: Final = re.compile(r"birth|born|nacim|nacid")
_REGISTERED: Final = re.compile(r"regist|recorded|entered|ingres")
_REOPENED: Final = re.compile(r"reop|reapert|reabr|desarchiv")


def says_fact(name: str) -> bool:
    """Return whether a name speaks of the fact."""
    return _FACT.search(name.lower()) is not None


def fact_of(cases: CaseData) -> str | None:
    """Return the attribute with the day of the fact."""
    return _named(cases, _FACT)


def birth_of(cases: CaseData) -> str | None:
    """Return the attribute with the day of birth."""
    return _named(cases, _BIRTH)


def registration_of(cases: CaseData) -> str | None:
    """Return the attribute with the day on which the case was entered in the register."""
    return _named(cases, _REGISTERED)


def reopening_of(cases: CaseData) -> str | None:
    """Return the attribute with the day on which the case was reopened."""
    return _named(cases, _REOPENED)


def exact_event_day(cases: CaseData) -> nw.Expr | None:
    """Return the day of the fact where the file says the day, else that of the start: months and years are shared."""
    fact, start = fact_of(cases), cases.procedure.start
    known = without_stand_in(nw.col(fact)) if fact else None
    if known is not None and f"{EXACTNESS}{fact}" in cases.milestones.collect_schema().names():
        known = nw.when(nw.col(f"{EXACTNESS}{fact}") == "day").then(known)
    days = [] if known is None else [known]
    days += [without_stand_in(nw.col(f"first__{start}"))] if start in cases.dated_states else []
    if not days:
        return None
    return days[0] if len(days) == 1 else nw.coalesce(*days)


def event_day(cases: CaseData) -> nw.Expr | None:
    """Return the day of the fact, or that of the start where it is not known; None where neither has a column."""
    fact, start = fact_of(cases), cases.procedure.start
    days = [without_stand_in(nw.col(fact))] if fact else []
    days += [without_stand_in(nw.col(f"first__{start}"))] if start in cases.dated_states else []
    if not days:
        return None
    return days[0] if len(days) == 1 else nw.coalesce(*days)


def _named(cases: CaseData, words: re.Pattern[str]) -> str | None:
    return next((one for one in cases.date_attributes if words.search(one.lower())), None)
