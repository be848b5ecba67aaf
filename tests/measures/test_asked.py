"""The door of every question: plain words for what it cannot be asked of."""

from __future__ import annotations

import inspect
from typing import Any

import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.measures.asked import at_the_door

TABLE = pd.DataFrame({"days": [3, 5, 8, 9], "end": [1, 0, 1, 1]})
QUESTIONS = sorted(
    name
    for name in jm.__all__
    if callable(getattr(jm, name))
    and getattr(getattr(jm, name), "__module__", "").startswith("justice_metrics.measures")
)
OF_CASES = [
    name
    for name in QUESTIONS
    if next(iter(inspect.signature(getattr(jm, name)).parameters.values())).annotation == "CaseData"
]
NEEDED: dict[str, dict[str, Any]] = {
    "landmark_association": {"actor": "lawyer"},
    "cox_regression": {"formula": "office"},
    "cause_specific_regression": {"formula": "office"},
    "subdistribution_regression": {"formula": "office"},
    "curve_tests": {"by": "office"},
}


# asked of a procedure, of times that go elsewhere, of published shares, of the rows of a survey, of linked registers,
# of what a study plans, of frames and logs of files, of coded files, of people who were asked
OF_SOMETHING_ELSE = {
    *("procedure_map", "survival_frame", "rate_chain", "dark_figure", "share_change"),
    *("survey_shares", "reporting_rate"),
    *("linkage_error", "linkage_sensitivity"),
    *("sample_size_for_share", "sample_size_for_median", "draw_files", "sampling_log"),
    *("disagreements", "adjudicate"),
    *("perceptions", "perception_differences", "perception_change", "reliability"),
}


def asked_of_cases() -> list[str]:
    return [name for name in QUESTIONS if name not in OF_SOMETHING_ELSE]


def test_the_list_is_long_enough_to_mean_something() -> None:
    assert len(asked_of_cases()) > 15
    assert {"attrition", "check", "conviction_rates"} <= set(OF_CASES)


@pytest.mark.parametrize("name", asked_of_cases())
def test_a_plain_table_is_refused_with_the_way_to_case_data(name: str) -> None:
    with pytest.raises(QuestionError, match=r"DataFrame[^$]*jm\.read_cases"):
        getattr(jm, name)(TABLE, **NEEDED.get(name, {}))


@pytest.mark.parametrize("name", ["linkage_error", "linkage_sensitivity"])
def test_a_plain_table_is_refused_with_the_way_to_linked_registers(name: str) -> None:
    with pytest.raises(QuestionError, match=r"DataFrame[^$]*jm\.link_registers"):
        getattr(jm, name)(TABLE)


@pytest.mark.parametrize("name", OF_CASES)
def test_durations_are_refused_where_stages_are_needed(name: str) -> None:
    spells = jm.durations(TABLE, days="days", ending="end")
    with pytest.raises(QuestionError, match="stages"):
        getattr(jm, name)(spells, **NEEDED.get(name, {}))


def test_one_number_is_a_sequence_of_one() -> None:
    spells = jm.durations(TABLE, days="days", ending="end")
    assert jm.landmark_curves(spells, landmark_days=3, outcome="1").main["landmark_days"].max() == 3  # type: ignore[arg-type]
    assert set(jm.time_to(spells, shares=0.5).main["share"].tolist()) == {0.5}  # type: ignore[arg-type]


def test_a_function_that_is_asked_of_something_else_stays_as_it_is() -> None:
    def square(of: int) -> int:
        return of * of

    assert at_the_door(square) is square


def test_a_language_that_is_not_there_is_named_with_those_that_are() -> None:
    answer = jm.open_share(jm.durations(TABLE, days="days", ending="end"))
    with pytest.raises(QuestionError, match="'fr'[^$]*en, es"):
        answer.summary("fr")  # type: ignore[arg-type]
    with pytest.raises(QuestionError, match="'fr'"):
        answer.plot(language="fr")  # type: ignore[arg-type]


class TestTablesOfCounts:
    COUNTS = jm.CountData.from_frame(
        pd.DataFrame({"year": [2018, 2019], "in": [10, 12], "out": [8, 9]}),
        {"counts": {"unit": "case", "period": "year", "quantities": {"incoming": "in", "resolved": "out"}}},
    )

    def test_a_question_on_the_cases_refuses_them(self):
        with pytest.raises(QuestionError, match="does not know when each case began"):
            jm.attrition(self.COUNTS)

    def test_a_question_on_flows_takes_them_and_refuses_what_is_neither(self):
        assert len(jm.case_flows(self.COUNTS).main) == 2
        with pytest.raises(QuestionError, match=r"case data or of a table of counts, and was given a int"):
            jm.case_flows(3)
