"""A second coder of the simulated files, who errs with known chances; the first one never does."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from ..cases.coding.plan import CASE_TABLE, CodedField, CodingPlan
from .coding import CODERS, Answers
from .coding_words import NO_DATA
from .draws import generator, some_of, whole_numbers
from .practice import NO, NOT_DOCUMENTED, YES
from .register import Table

SEED: Final = 2_018_09
CODED_TWICE: Final = 60

# Chance that the second coder writes something else, by what is asked.
TURNED: Final = 0.06  # a practice item: yes for no, no for yes
NOT_FOUND: Final = 0.05  # it is in the file, and the second coder did not find it
TAKEN_FOR_NO: Final = 0.20  # the file does not tell, and the second coder takes that for a no
OTHER_LEVEL: Final = 0.05  # another level of an attribute, each with the same chance
OTHER_NUMBER: Final = 0.05  # one more or one less
OTHER_DAY: Final = 0.04  # a week off at most
NO_DAY: Final = 0.02  # the date was overlooked
OTHER_ENDING: Final = 0.05  # a rejection is taken for a dismissal, and the other way round
MISSED_ROW: Final = 0.08  # a spell of support was overlooked
MOST_DAYS_OFF: Final = 7

_TAKEN_FOR: Final[Mapping[str, str]] = MappingProxyType({"rejected": "dismissed", "dismissed": "rejected"})
# What is copied from the list of files, or what the order of all other days hangs on.
_COPIED: Final = frozenset(
    ("case_id", "round", "department", "municipality", "court", "office", "reviewed", "complaint_date")
)


def coded_again(plan: CodingPlan, answers: Answers, cutoff: dt.date, *, files: int = CODED_TWICE) -> Answers:
    """Return what a second coder wrote down of some of the files, drawn by lot.

    Parameters
    ----------
    plan : CodingPlan
        What is asked.
    answers : dict
        What the first coder wrote down.
    cutoff : datetime.date
        No date is later.
    files : int
        How many are coded again; all if there are fewer.
    """
    first = answers[CASE_TABLE]
    n = len(first["case_id"])
    drawn = np.sort(some_of(generator(SEED), np.arange(n), min(files, n)))
    case = {name: [values[row] for row in drawn] for name, values in first.items()}
    for field in plan.table(CASE_TABLE).fields:
        if field.name == "coder":
            case["coder"] = [CODERS[(CODERS.index(one) + 1) % len(CODERS)] for one in case["coder"]]
        elif field.name not in _COPIED:
            case[field.name] = _with_slips(field, case[field.name], case["complaint_date"], cutoff)
    for field in plan.table(CASE_TABLE).fields:
        if field.name.startswith("practice_") and field.requires is not None:
            said = case[field.requires]
            case[field.name] = [day if one == YES else None for day, one in zip(case[field.name], said, strict=True)]
        if field.not_before is not None:
            case[field.name] = _in_order(case[field.name], case[field.not_before])
    case["fact_date"] = _in_order(case["fact_date"], case["complaint_date"], at_most=True)
    there = set(case["case_id"])
    again: Answers = {CASE_TABLE: case}
    for table, values in answers.items():
        if table != CASE_TABLE:
            again[table] = _rows(values, [number in there for number in values["case_id"]])
    kept = _stream("support").random(len(again["support"]["case_id"])) >= MISSED_ROW
    again["support"] = _rows(again["support"], kept.tolist())
    return again


def _rows(table: Table, keep: list[bool]) -> Table:
    return {name: [one for one, kept in zip(values, keep, strict=True) if kept] for name, values in table.items()}


def _with_slips(field: CodedField, values: list[Any], begun: list[Any], cutoff: dt.date) -> list[Any]:
    rng = _stream(field.name)
    n = len(values)
    chance, which = rng.random(n), rng.random(n)
    if field.kind == "date":
        off = whole_numbers(rng, 1, MOST_DAYS_OFF, n) * np.where(which < 0.5, -1, 1)
        return [
            _other_day(day, lot, int(days), first, cutoff)
            for day, lot, days, first in zip(values, chance, off, begun, strict=True)
        ]
    if field.name.startswith("practice_") and field.kind == "level":
        return [_other_answer(one, lot) for one, lot in zip(values, chance, strict=True)]
    if field.name == "outcome":
        return [
            _TAKEN_FOR.get(one, one) if lot < OTHER_ENDING else one for one, lot in zip(values, chance, strict=True)
        ]
    if field.kind == "level":
        known = [id for id, _ in field.levels] + ([NO_DATA] if field.missing else [])
        return [
            one if one is None or lot >= OTHER_LEVEL else _another(known, one, mark)
            for one, lot, mark in zip(values, chance, which, strict=True)
        ]
    if field.kind == "number":
        least = field.low or 0
        return [
            one if one is None or lot >= OTHER_NUMBER else one - 1 if mark < 0.5 and one > least else one + 1
            for one, lot, mark in zip(values, chance, which, strict=True)
        ]
    return values


def _other_answer(one: Any, lot: float) -> Any:
    if one in (YES, NO):
        return NOT_DOCUMENTED if lot < NOT_FOUND else (NO if one == YES else YES) if lot < NOT_FOUND + TURNED else one
    return NO if one == NOT_DOCUMENTED and lot < TAKEN_FOR_NO else one


def _other_day(day: Any, lot: float, off: int, begun: Any, cutoff: dt.date) -> Any:
    if day is None or lot >= NO_DAY + OTHER_DAY:
        return day
    if lot < NO_DAY:
        return None
    moved = day + dt.timedelta(days=off)
    # what lies before the complaint, such as the day of the fact, may be moved within its past
    return moved if moved <= cutoff and (moved >= begun or day < begun) else day


def _in_order(days: list[Any], others: list[Any], *, at_most: bool = False) -> list[Any]:
    """Return days that do not lie before others, or after them: the sheet refuses such days, so they were corrected."""
    choose = min if at_most else max
    return [
        day if day is None or other is None else choose(day, other) for day, other in zip(days, others, strict=True)
    ]


def _another(known: list[str], one: str, mark: float) -> str:
    others = [level for level in known if level != one]
    return others[int(mark * len(others))]


def _stream(name: str) -> np.random.Generator:
    return generator(SEED + zlib.crc32(name.encode()))
