"""Shares of a survey of people: against R's survey package, and what a file may hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import CaseDataError, MappingError, QuestionError

REFERENCE = Path(__file__).parents[2] / "reference"


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "rates_survey_rows.csv")


@pytest.fixture(scope="module")
def expected() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "rates_survey_shares.csv").set_index(["design", "group"])


DESIGNS: dict[str, dict[str, str]] = {
    "weights": {"weight": "weight"},
    "strata": {"weight": "weight", "stratum": "region"},
    "clusters": {"weight": "weight", "cluster": "cluster"},
    "both": {"weight": "weight", "stratum": "region", "cluster": "cluster"},
}


class TestAgainstR:
    @pytest.mark.parametrize("design", DESIGNS)
    def test_by_group(self, design: str, people: pd.DataFrame, expected: pd.DataFrame) -> None:
        main = jm.survey_shares(people, of="reported", among="victim", by="form", **DESIGNS[design]).main
        together = jm.survey_shares(people, of="reported", among="victim", **DESIGNS[design]).main
        for group, table, row in [*((name, main, row) for row, name in enumerate(main["form"])), ("all", together, 0)]:
            known = expected.loc[design, group]
            for name in ("estimate", "std_error", "conf_low", "conf_high"):
                assert table[name][row] == pytest.approx(known[name], rel=2e-8)
            assert table["degrees_of_freedom"][row] == known["df"]

    def test_frames_and_files_give_the_same(self, people: pd.DataFrame, tmp_path: Path) -> None:
        asked: dict[str, Any] = {"of": "reported", "among": "victim", "by": "form", **DESIGNS["both"]}
        first = jm.survey_shares(people, **asked).main
        people.to_csv(tmp_path / "survey.csv", index=False)
        for other in (pl.from_pandas(people), str(tmp_path / "survey.csv"), tmp_path / "survey.csv"):
            found = jm.survey_shares(other, **asked).main
            for name in ("form", "people", "estimate", "conf_high"):
                assert found[name].tolist() == first[name].tolist()


class TestReportingRate:
    def test_each_form_has_victims_of_its_own(self) -> None:
        frame = pd.DataFrame(
            {"hit": [1, 1, 0, 1], "hit_told": [1, 0, None, 0], "raped": [0, 1, 1, 0], "raped_told": [None, 0, 0, None]}
        )
        answer = jm.reporting_rate(frame, forms={"physical": ("hit", "hit_told"), "sexual": ("raped", "raped_told")})
        assert answer.main["people"].tolist() == [3, 2]
        assert answer.main["estimate"].tolist() == [1 / 3, 0]
        assert "16.3.1" in str(answer.heading)
        assert any("must never be its numerator" in str(one) for one in answer.notes)

    def test_a_form_needs_two_columns(self) -> None:
        with pytest.raises(QuestionError, match="needs two columns"):
            jm.reporting_rate(pd.DataFrame({"a": [1]}), forms={"physical": ("a",)})


class TestFiles:
    def test_what_was_left_out_is_counted(self) -> None:
        frame = pd.DataFrame(
            {"told": [1, 0, None, 1, 1], "victim": [1, 1, 1, None, 1], "weight": [1.0, 2.0, 3.0, 4.0, None]}
        )
        answer = jm.survey_shares(frame, of="told", among="victim", weight="weight")
        assert answer.main["denominator"].tolist() == [3.0]
        assert sorted((one.n, str(one.reason)) for one in answer.provenance.left_out) == [
            (1, "in the base, without an answer (told)"),
            (1, "no sampling weight is given"),
            (1, "not said whether in the base (told)"),
        ]
        assert "5 people answered the survey" in answer.summary()

    def test_words_for_yes(self) -> None:
        frame = pd.DataFrame({"told": ["Sí", "No", "no", "SI", None]})
        assert jm.survey_shares(frame, of="told").main["estimate"].tolist() == [0.5]
        coded = pd.DataFrame({"told": ["1 police", "2 nobody", "9 other"]})
        with pytest.raises(QuestionError, match="3 answers in the column 'told' are neither yes nor no"):
            jm.survey_shares(coded, of="told")
        assert jm.survey_shares(coded, of="told", yes="1 police").main["estimate"].tolist() == [1 / 3]

    def test_clusters_numbered_anew_in_each_stratum(self) -> None:
        frame = pd.DataFrame({"told": [1, 0, 1, 0, 1, 1], "region": list("aaabbb"), "psu": [1, 1, 2, 1, 1, 2]})
        answer = jm.survey_shares(frame, of="told", stratum="region", cluster="psu")
        assert answer.main["degrees_of_freedom"].tolist() == [2]

    def test_wrong_tables(self) -> None:
        with pytest.raises(MappingError, match="told"):
            jm.survey_shares(pd.DataFrame({"tell": [1]}), of="told")
        with pytest.raises(CaseDataError, match="1 weight of the survey is below 0"):
            jm.survey_shares(pd.DataFrame({"told": [1], "w": [-1.0]}), of="told", weight="w")
        with pytest.raises(CaseDataError, match="no number"):
            jm.survey_shares(pd.DataFrame({"told": [1], "w": ["much"]}), of="told", weight="w")
        with pytest.raises(QuestionError, match="A survey is a table"):
            jm.survey_shares([1, 0], of="told")

    def test_nobody_in_the_base(self) -> None:
        frame = pd.DataFrame({"told": [1, 0], "victim": [0, 0]})
        assert np.isnan(jm.survey_shares(frame, of="told", among="victim").main["estimate"]).all()
