"""The tables that hang on the simulated cases: drawn apart from them, of known cases only, with dates in order."""

from __future__ import annotations

import copy

import pytest

import justice_metrics as jm
from justice_metrics.cases.rules.children import CHILD_RULES
from justice_metrics.simulate.attention import HELD, SUSPENDED, TRIAL
from justice_metrics.simulate.extracts import CHILD_HEADINGS, COHORT, Extract, child_tables
from justice_metrics.simulate.register import Table


@pytest.fixture(scope="module")
def children(cohort: Extract) -> dict[str, Table]:
    return child_tables(cohort.cases, COHORT.cutoff)


def test_the_same_every_time_and_the_cases_stay_as_they_are(cohort: Extract, children: dict[str, Table]) -> None:
    before = copy.deepcopy(cohort.cases)
    assert child_tables(cohort.cases, COHORT.cutoff) == children
    assert cohort.cases == before


def test_columns_and_cases(cohort: Extract, children: dict[str, Table]) -> None:
    known = set(cohort.cases["numero_caso"])
    for name, table in children.items():
        assert list(table) == list(CHILD_HEADINGS[name])
        assert len({len(column) for column in table.values()}) == 1
        assert set(table["numero_caso"]) <= known


def test_a_trial_is_held_on_the_day_of_the_register(cohort: Extract, children: dict[str, Table]) -> None:
    table = children["hearings"]
    rows = list(zip(table["numero_caso"], table["tipo"], table["fecha"], table["estado"], strict=True))
    held = {number: day for number, kind, day, state in rows if kind == TRIAL and state == HELD}
    tried = zip(cohort.cases["numero_caso"], cohort.cases["fecha_juicio"], strict=True)
    assert held == {number: day for number, day in tried if day is not None}
    assert all(day < held[number] for number, kind, day, state in rows
               if kind == TRIAL and state == SUSPENDED and number in held)  # fmt: skip


def test_a_check_of_the_sample_finds_nothing() -> None:
    report = jm.check(jm.sample_cases(), rules=tuple(one.id for one in CHILD_RULES))
    assert report.to_frame()["n"].sum() == 0
