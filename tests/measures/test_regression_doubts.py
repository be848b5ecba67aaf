"""Ratios that must not be read alone, and intervals that must not be given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
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
