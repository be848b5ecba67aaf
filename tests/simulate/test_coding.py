"""The simulated coding sheets: every answer is one that may be given, and the second coder errs as was chosen."""

from __future__ import annotations

import math

import pytest

import justice_metrics as jm
from justice_metrics.cases.calendar import day_number
from justice_metrics.cases.checklist_file import read_checklist
from justice_metrics.cases.coding.plan import CASE_TABLE, CodingPlan
from justice_metrics.cases.coding.planning import coding_plan
from justice_metrics.simulate import second_coder
from justice_metrics.simulate.coding import Answers, coded_answers
from justice_metrics.simulate.coding_words import NO_DATA
from justice_metrics.simulate.drawn_files import Drawn, drawn_files
from justice_metrics.simulate.extracts import COHORT, Extract, child_tables
from justice_metrics.simulate.practice import Practice, practice_of


@pytest.fixture(scope="module")
def plan() -> CodingPlan:
    return coding_plan(jm.read_procedure("bolivia"), read_checklist("child_sexual_assault"))


@pytest.fixture(scope="module")
def practice(cohort: Extract) -> Practice:
    children = child_tables(cohort.cases, COHORT.cutoff)
    return practice_of(cohort.cases, cohort.support, children, day_number(COHORT.cutoff))


@pytest.fixture(scope="module")
def sample(cohort: Extract) -> Drawn:
    return drawn_files(cohort.cases)


@pytest.fixture(scope="module")
def first(plan: CodingPlan, cohort: Extract, sample: Drawn, practice: Practice) -> Answers:
    children = child_tables(cohort.cases, COHORT.cutoff)
    return coded_answers(plan, sample.coded, cohort.cases, cohort.support, children, practice)


@pytest.fixture(scope="module")
def second(plan: CodingPlan, first: Answers) -> Answers:
    return second_coder.coded_again(plan, first, COHORT.cutoff)


@pytest.mark.parametrize("coding", ["first", "second"])
def test_every_answer_may_be_given(coding: str, plan: CodingPlan, request: pytest.FixtureRequest) -> None:
    answers: Answers = request.getfixturevalue(coding)
    assert list(answers) == [table.id for table in plan.tables]
    cases = set(answers[CASE_TABLE]["case_id"])
    for table in plan.tables:
        values = answers[table.id]
        assert list(values) == [field.name for field in table.fields]
        assert len({len(one) for one in values.values()}) == 1
        assert set(values["case_id"]) <= cases
        for field in table.fields:
            given = set(values[field.name]) - {None}
            if field.kind == "level":
                assert given <= {id for id, _ in field.levels} | ({NO_DATA} if field.missing else set()), field.name
            if field.kind == "number":
                assert all((field.low or 0) <= one <= (field.high or math.inf) for one in given), field.name
            if field.required and coding == "first":
                assert None not in values[field.name], field.name
            if field.requires is not None:
                pairs = zip(values[field.name], values[field.requires], strict=True)
                assert not any(one is not None and needed is None for one, needed in pairs), field.name


def test_what_was_coded_is_what_the_register_holds(
    cohort: Extract, sample: Drawn, practice: Practice, first: Answers
) -> None:
    case = first[CASE_TABLE]
    assert case["case_id"] == [cohort.cases["numero_caso"][row] for row in sample.coded]
    assert case["charged_date"] == [cohort.cases["fecha_imputacion"][row] for row in sample.coded]
    told = [practice.told["victim_informed"][row] for row in sample.coded]
    assert case["practice_victim_informed"] == told
    spells = [number for number in cohort.support["numero_caso"] if number in set(case["case_id"])]
    assert first["support"]["case_id"] == spells
    assert set(case["coder"]) == {"C1", "C2", "C3"}


def test_a_second_coder_never_codes_a_file_of_his_own(first: Answers, second: Answers) -> None:
    who = dict(zip(first[CASE_TABLE]["case_id"], first[CASE_TABLE]["coder"], strict=True))
    again = second[CASE_TABLE]
    assert len(set(again["case_id"])) == second_coder.CODED_TWICE
    assert all(who[number] != coder for number, coder in zip(again["case_id"], again["coder"], strict=True))


def test_the_second_coder_errs_as_often_as_was_chosen(plan: CodingPlan, first: Answers, second: Answers) -> None:
    place = {number: row for row, number in enumerate(first[CASE_TABLE]["case_id"])}
    rows = [place[number] for number in second[CASE_TABLE]["case_id"]]
    pairs = {
        field.name: [(first[CASE_TABLE][field.name][row], other) for row, other in zip(rows, there, strict=True)]
        for field in plan.table(CASE_TABLE).fields
        for there in (second[CASE_TABLE][field.name],)
    }
    practice = [
        pair
        for field in plan.table(CASE_TABLE).fields
        if field.name.startswith("practice_") and field.kind == "level"
        for pair in pairs[field.name]
    ]
    dates = [pair for name, found in pairs.items() if name.endswith("_date") and "practice" not in name
             and name != "complaint_date" for pair in found if pair[0] is not None]  # fmt: skip
    chosen = (
        ([one for one in practice if one[0] in {"yes", "no"}], second_coder.TURNED + second_coder.NOT_FOUND),
        ([one for one in practice if one[0] == "not_documented"], second_coder.TAKEN_FOR_NO),
        (dates, second_coder.OTHER_DAY + second_coder.NO_DAY),
    )
    for found, chance in chosen:
        differ = sum(one != other for one, other in found)
        assert abs(differ / len(found) - chance) < 3.5 * math.sqrt(chance * (1 - chance) / len(found))
    assert all(one == other for one, other in practice if one == "not_applicable")
    assert all(one == other for one, other in pairs["complaint_date"])


def test_the_same_every_time_and_the_first_coding_stays_as_it_is(
    plan: CodingPlan, first: Answers, second: Answers
) -> None:
    before = {table: {name: list(values) for name, values in found.items()} for table, found in first.items()}
    assert second_coder.coded_again(plan, first, COHORT.cutoff) == second
    assert first == before
