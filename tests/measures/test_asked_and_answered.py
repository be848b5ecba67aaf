"""No argument of a question about time is without effect in silence; what a test tells is said as it is."""

from __future__ import annotations

import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError


def two_offices(days: list[int]) -> jm.Durations:
    table = pd.DataFrame({"days": days, "end": ["1"] * len(days), "office": ["a"] * 120 + ["b"] * 120})
    return jm.durations(table, days="days", ending="end")


class TestNothingIsIgnored:
    def test_time_from_a_stage_to_itself(self) -> None:
        with pytest.raises(QuestionError, match="would end there too"):
            jm.time_to(jm.sample_cases(), start="verdict", outcome="verdict")

    def test_a_group_to_compare_with_where_there_are_no_groups(self) -> None:
        with pytest.raises(QuestionError, match="nothing splits the cases"):
            jm.restricted_means(jm.sample_cases(), reference="La Paz")

    def test_rows_of_a_frame(self) -> None:
        with pytest.raises(QuestionError, match="'foo' is not known here"):
            jm.survival_frame(jm.sample_cases(), rows="foo")  # type: ignore[arg-type]

    def test_days_that_nobody_was_observed(self) -> None:
        far, near = (jm.stage_occupancy(jm.sample_cases(), days=(365, day)) for day in (99_999, 400))
        assert any("observed for 99,999 days" in one.text() for one in far.notes)
        assert not any("nothing is said of them" in one.text() for one in near.notes)

    def test_landmarks_that_nobody_reached(self) -> None:
        answer = jm.landmark_curves(jm.sample_cases(), landmark_days=(180, 99_999))
        assert any("99,999" in one.text() for one in answer.notes)


def test_the_p_value_of_a_sentence_is_said_to_be_adjusted_and_never_zero() -> None:
    days = list(range(1, 121))
    apart = two_offices([*days, *(one + 120 for one in days)])
    sentence = jm.curve_tests(apart, by="office").findings()[0].text()
    assert "adjusted p < 0.001," in sentence
    alike = two_offices([*days, *days])
    assert "adjusted p = 1.000," in jm.curve_tests(alike, by="office").findings()[0].text()
