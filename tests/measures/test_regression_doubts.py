"""Ratios that must not be read alone, and intervals that must not be given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.durations import Durations

QUESTIONS = (jm.cox_regression, jm.cause_specific_regression, jm.subdistribution_regression)


def frame(n: int = 400) -> pd.DataFrame:
    random = np.random.default_rng(3)
    group = random.integers(0, 3, n)
    return pd.DataFrame(
        {
            "days": 1 + random.exponential(200 / (1 + group), n).astype(int),
            "ending": random.choice([0, 1, 2], n, p=[0.2, 0.5, 0.3]),
            "group": np.array(["a", "b", "c"])[group],
            "area": np.where(random.integers(0, 2, n) == 1, "rural", "urban"),
            "age": random.integers(5, 18, n),
            "court": random.integers(0, 20, n).astype(str),
        }
    )


def times(made: pd.DataFrame, **more: Any) -> Durations:
    return jm.durations(made, days="days", ending="ending", **more)


def limits(answer: Any, level: str, outcome: str = "1") -> list[float]:
    main = answer.main
    row = (main["level"] == level) & (main["outcome"] == outcome)
    return [float(main[name][row][0]) for name in ("estimate", "conf_low", "conf_high")]


def notes(answer: Any) -> str:
    return " ".join(str(one) for one in answer.notes)


class TestTooFewClusters:
    @pytest.mark.parametrize("question", QUESTIONS)
    @pytest.mark.parametrize("clusters", ["one", "those of the groups"])
    def test_no_more_clusters_than_coefficients_give_no_interval(self, question: Any, clusters: str) -> None:
        made = frame().assign(sole="one" if clusters == "one" else frame()["group"], other=np.arange(400) % 2)
        answer = question(times(made), formula="group + age", outcome="1", cluster="sole", references={"group": "a"})
        ratio, low, high = limits(answer, "b")
        assert np.isfinite(ratio)
        assert np.isnan([low, high]).all()
        assert np.isnan(answer.tables["coefficients"]["p_value"].astype(float)).all()
        tests = answer.tables["tests"]
        assert np.isnan(tests["p_value"][tests["test"] == "wald"].astype(float)).all()
        assert "No interval and no p value is given" in notes(answer)
        assert "No interval can be given" in answer.summary()
        if "predicted" in answer.tables:
            assert np.isnan(answer.tables["predicted"]["conf_low"].astype(float)).all()

    @pytest.mark.parametrize("question", QUESTIONS)
    def test_a_level_inside_one_cluster_has_none(self, question: Any) -> None:
        made = frame()
        made["court"] = made["court"].where(made["group"] != "c", "alone")
        answer = question(times(made), formula="group + age", outcome="1", cluster="court", references={"group": "a"})
        assert np.isnan(limits(answer, "c")[1:]).all()
        assert np.isfinite(limits(answer, "b")).all()
        assert np.isfinite(limits(answer, "")).all()
        assert "No interval for group: c" in notes(answer)
        for name in {"predicted", "adjusted"} & set(answer.tables):
            table = answer.tables[name]
            if "conf_low" not in table.values:
                continue
            known = {level: np.isfinite(table["conf_low"][table["level"] == level].astype(float)) for level in "bc"}
            assert known["b"].any()
            assert not known["c"].any()

    def test_so_has_every_ratio_beside_a_reference_inside_one_cluster(self) -> None:
        made = frame()
        made["court"] = made["court"].where(made["group"] != "a", "alone")
        answer = jm.cox_regression(
            times(made), formula="group", outcome="1", cluster="court", references={"group": "a"}
        )
        assert np.isnan(limits(answer, "b")[1:] + limits(answer, "c")[1:]).all()

    def test_and_a_cell_of_an_interaction_and_a_number_that_differs_in_one_cluster(self) -> None:
        made = frame()
        made["court"] = made["court"].where((made["group"] != "c") | (made["area"] != "rural"), "alone")
        made["mark"] = (made["court"] == "3").astype(int)
        answer = jm.cox_regression(
            times(made), formula="group*area + mark", outcome="1", cluster="court",
            references={"group": "a", "area": "urban"},
        )  # fmt: skip
        assert np.isnan(limits(answer, "c · rural")[1:]).all()
        assert np.isfinite(limits(answer, "b · rural")).all()
        assert np.isfinite(limits(answer, "c")).all()
        assert np.isnan(limits(answer, "")[1:]).all()

    def test_robust_errors_of_a_single_case(self) -> None:
        made = frame()
        made.loc[0, ["group", "ending"]] = ["lone", 1]
        answer = jm.cox_regression(times(made), formula="group", outcome="1", robust=True, references={"group": "a"})
        assert np.isnan(limits(answer, "lone")[1:]).all()
        assert np.isfinite(limits(answer, "b")).all()


class TestSamplingWeights:
    @pytest.mark.parametrize("question", QUESTIONS[:2])
    def test_their_scale_changes_nothing_that_is_told(self, question: Any) -> None:
        made = frame()
        one, other = (
            question(times(made.assign(w=scale * (1 + made["age"] / 10)), weight="w"), formula="group + age",
                     outcome="1")
            for scale in (1, 50)
        )  # fmt: skip
        for name in ("main", "coefficients", "tests", "residuals"):
            for column in {"estimate", "conf_low", "conf_high", "statistic", "p_value", "residual"} & set(
                one.tables[name].values
            ):
                pair = [each.tables[name][column].astype(float) for each in (one, other)]
                assert pair[0] == pytest.approx(pair[1], rel=1e-6, nan_ok=True)
        assert "proportional_hazards" not in one.tables["tests"]["test"].tolist()
        assert "not the same over time" not in notes(other)
        assert "not tested whether one ratio holds for all time" in notes(one)


class TestInteractions:
    @pytest.mark.parametrize("question", QUESTIONS)
    @pytest.mark.parametrize("formula", ["group*area", "group*age", "group*bs(age, df=4)"])
    def test_what_interacts_has_no_sentence_but_a_note(self, question: Any, formula: str) -> None:
        answer = question(times(frame()), formula=formula + " + court", outcome="1", references={"court": "1"})
        said = " ".join(str(one) for one in answer.findings())
        for term in ("group, ", "urban or rural, ", "age: each"):
            assert term not in said.lower()
        assert ", 2 beside 1: " in said
        other = {"group*area": "urban or rural"}.get(formula, formula.partition("*")[2])
        assert f"The ratio of group is that at the reference level, or at the value 0, of {other}" in notes(answer)

    def test_without_an_interaction_nothing_is_said_of_one(self) -> None:
        answer = jm.cox_regression(times(frame()), formula="group + area", outcome="1", references={"group": "a"})
        assert "interacts" not in notes(answer)
        assert "b beside a" in answer.summary()


class TestRatiosWithoutEnd:
    def never(self) -> pd.DataFrame:
        made = frame()
        made.loc[:29, ["group", "ending"]] = ["never", 0]
        return made

    @pytest.mark.parametrize("question", QUESTIONS)
    def test_only_a_question_that_takes_the_penalty_advises_it(self, question: Any) -> None:
        answer = question(times(self.never()), formula="group + age", outcome="1", references={"group": "a"})
        assert "no ratio can be given for group: never" in notes(answer)
        assert ("firth" in notes(answer)) == (question is jm.cox_regression)
        tests = answer.tables["tests"]
        assert np.isnan(tests["p_value"][tests["test"] == "wald"].astype(float)).all()
        if question is not jm.subdistribution_regression:
            assert np.isfinite(tests["p_value"][tests["test"] == "likelihood_ratio"].astype(float)).all()

    def test_a_share_that_rests_on_one_is_not_told(self) -> None:
        answer = jm.cause_specific_regression(times(self.never()), formula="group + area", outcome="1")
        assert "ranges over urban or rural from" in answer.summary()
        assert "ranges over group" not in answer.summary()

    def test_levels_are_not_merged_of_a_number(self) -> None:
        made = pd.DataFrame({"days": range(1, 13), "ending": [1] * 6 + [0] * 6, "x": range(12, 0, -1)})
        answer = jm.cause_specific_regression(times(made), formula="x")
        assert "no ratio can be given for x" in notes(answer)
        assert "Merge levels" not in notes(answer)


def test_a_model_of_shares_says_that_constant_ratios_are_not_tested() -> None:
    answer = jm.subdistribution_regression(times(frame()), formula="group", outcome="1")
    assert "not tested whether a ratio of this model is the same on all days" in notes(answer)


class TestPenalties:
    def test_ratios_are_told_to_be_pulled(self) -> None:
        assert "pulled" not in notes(jm.cox_regression(times(frame()), formula="group", outcome="1"))
        ridge = jm.cox_regression(times(frame()), formula="group", outcome="1", penalty=3.0)
        assert "pulled towards 1 by the penalty" in notes(ridge)
        assert np.isfinite(ridge.tables["coefficients"]["statistic"].astype(float)).all()

    def test_a_p_value_of_a_likelihood_ratio_stands_without_z(self) -> None:
        answer = jm.cox_regression(times(frame()), formula="group", outcome="1", penalty="firth")
        assert "pulled towards 1 by Firth" in notes(answer)
        table = answer.tables["coefficients"]
        assert np.isnan(table["statistic"].astype(float)).all()
        assert np.isfinite(table["p_value"].astype(float)).all()


@pytest.mark.parametrize(
    ("term", "remedy"),
    [("I(1 / (age - age))", "division by 0"), ("log(age - age)", "logarithm of 0"), ("sqrt(age - 100)", "root of")],
)
def test_the_remedy_is_about_what_a_term_computes(term: str, remedy: str) -> None:
    with pytest.raises(QuestionError, match=remedy):
        jm.cox_regression(times(frame()), formula=term, outcome="1")


def test_many_levels_have_few_sentences_and_none_on_a_handful_of_endings() -> None:
    made = frame()
    answer = jm.cox_regression(times(made), formula="court", outcome="1", references={"court": "1"})
    assert len(answer.sentences) == 12
    assert "the table holds all" in notes(answer)
    made.loc[0, ["group", "ending"]] = ["lone", 1]
    answer = jm.cox_regression(times(made), formula="group", outcome="1", references={"group": "a"})
    assert len(answer.sentences) == 2
    assert "lone" not in " ".join(str(one) for one in answer.findings())
    assert "none of a level with fewer than 5 endings" in notes(answer)


def test_robust_errors_without_clusters_are_told() -> None:
    answer = jm.cox_regression(times(frame()), formula="group", outcome="1", robust=True)
    assert "Intervals are robust" in notes(answer)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_part_of_a_day_is_refused(question: Any) -> None:
    with pytest.raises(QuestionError, match="2.5 is no whole number of days"):
        question(times(frame().assign(ending=1)), formula="group", outcome="1", horizon_days=(2.5,))
