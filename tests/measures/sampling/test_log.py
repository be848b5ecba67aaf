"""What became of drawn files: counts by hand, rates, weights, groups, and what of it may be published."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.intake import FILE_STATUSES
from justice_metrics.disclosure.policy import DisclosurePolicy
from justice_metrics.disclosure.release import release
from justice_metrics.measures.sampling.log import SamplingLog, sampling_log
from tests.disclosure.declared import check_declared
from tests.sampled_cases import log_frame, sampled_cases


@pytest.fixture(scope="module")
def whole() -> SamplingLog:
    return sampling_log(log_frame())


class TestByHand:
    def test_steps(self, whole: SamplingLog) -> None:
        # 60 drawn, 10 lost; 4 sealed and 1 found are not read, 2 are out of scope, 1 in scope is not coded
        main = whole.main
        assert main["n"].tolist() == [60, 49, 45, 43, 42]
        np.testing.assert_allclose(main["estimate"][[1, 4]], [49 / 60, 42 / 60])
        np.testing.assert_allclose(main["of_before"][[2, 3]], [45 / 49, 43 / 45])

    def test_statuses(self, whole: SamplingLog) -> None:
        table = whole.tables["statuses"]
        found = dict(zip(table["status"].tolist(), table["n"].tolist(), strict=True))
        assert found == {
            "drawn": 0, "found": 1, "lost": 11, "sealed": 3, "not_eligible": 2, "eligible": 1, "coded": 42
        }  # fmt: skip

    def test_rates(self, whole: SamplingLog) -> None:
        table = whole.tables["rates"]
        assert table["response_low"][0] == pytest.approx(42 / 58)
        assert table["response"][0] == pytest.approx(42 / (43 + 43 / 45 * 15))
        assert table["response_high"][0] == pytest.approx(42 / 43)

    def test_weights(self, whole: SamplingLog) -> None:
        table = whole.tables["weights"]
        # by the draw 40 + 80 + 50 + 20 + 40 + 40; in N2 a quarter of what was read is out of scope
        assert table["drawn_weight"][0] == pytest.approx(270)
        assert table["stands_for"][0] == pytest.approx(40 + 60 + 50 + 20 + 40 + 40)
        assert table["effective"][0] < 42
        assert table["design_effect"][0] == pytest.approx(42 / table["effective"][0])

    def test_classes(self, whole: SamplingLog) -> None:
        table = whole.tables["classes"]
        assert table["files"].tolist()[0] == "north · N1"
        assert table["raised"][0] == 1.25
        np.testing.assert_allclose(table["for_unread"] * table["for_uncoded"], table["raised"])

    def test_it_says_so(self, whole: SamplingLog) -> None:
        said = whole.summary()
        assert "Files drawn: 60; found: 49" in said
        assert "1 file is still to be searched or read" in said
        assert "stand for 250 files in scope" in said
        assert "60 files were drawn" in said


class TestGroups:
    def test_by_a_column_of_the_list(self) -> None:
        found = sampling_log(log_frame().assign(reader=["ana", "luis"] * 30), by="reader")
        assert found.main["reader"].tolist() == ["ana"] * 5 + ["luis"] * 5
        assert found.main["n"].tolist()[::5] == [30, 30]

    def test_groups_add_up_to_the_whole(self, whole: SamplingLog) -> None:
        for by in ("stratum", "cluster", ("stratum", "cluster")):
            found = sampling_log(log_frame(), by=by)
            steps = found.main["n"].reshape(-1, 5).sum(axis=0)
            assert steps.tolist() == whole.main["n"].tolist()
            total = found.tables["weights"]["stands_for"].sum()
            assert total == pytest.approx(whole.tables["weights"]["stands_for"][0])

    @pytest.mark.parametrize("by", ["file", "status", "weight", "judge"])
    def test_what_cannot_split_files(self, by: str) -> None:
        with pytest.raises(QuestionError, match="cannot be split"):
            sampling_log(log_frame(), by=by)

    def test_of_cases_it_is_that_of_their_log(self, tmp_path: Path) -> None:
        cases = sampled_cases(tmp_path)
        for by in ((), "cluster"):
            one, other = sampling_log(cases, by=by), sampling_log(tmp_path / "sampling_log.csv", by=by)
            for name in ("main", "statuses", "rates", "weights"):
                for column in one.tables[name].columns:
                    np.testing.assert_array_equal(one.tables[name][column.name], other.tables[name][column.name])
        assert "classes" not in one.tables

    def test_cases_without_a_log(self, tmp_path: Path) -> None:
        cases = sampled_cases(tmp_path, log={"file": "sampling_log.csv", "id": "id"})
        with pytest.raises(QuestionError, match="not read with a sampling log"):
            sampling_log(cases)


class TestEdges:
    def test_nothing_searched_yet(self) -> None:
        found = sampling_log(log_frame().assign(status=""))
        assert found.main["n"].tolist() == [60, 0, 0, 0, 0]
        assert np.isnan(found.tables["rates"]["response"][0])
        assert "Files drawn: 60; found: 0" in found.summary()
        assert "classes" not in found.tables

    def test_everything_coded(self) -> None:
        found = sampling_log(log_frame().assign(status="coded"))
        assert not [one for one in found.notes if "raised" in one.text().lower()]
        assert "100.0" in found.summary().replace("\xa0", " ")
        assert found.tables["weights"]["raised_most"][0] == 1

    def test_one_file(self) -> None:
        found = sampling_log(log_frame().iloc[:1])
        assert found.main["n"].tolist() == [1] * 5

    def test_small_classes_are_told_of(self) -> None:
        frame = log_frame()
        frame.loc[(frame["cluster"] == "S3") & (frame.index % 2 == 0), "status"] = "lost"
        assert "were put together" in sampling_log(frame).summary()

    def test_a_stratum_of_which_nothing_was_read_leans_on_another_and_says_so(self) -> None:
        log = pd.DataFrame(
            {
                "stratum": ["a"] * 10 + ["b"] * 10,
                "weight": [5.0] * 10 + [50.0] * 10,
                "status": ["coded"] * 6 + ["lost"] * 14,
            }
        )
        for by in ((), "stratum"):
            said = sampling_log(log, classes="stratum", by=by).summary()
            assert "2 strata stand for one another" in said
            assert "The weights of 6 coded files are raised by more than 3" in said

    def test_coded_files_without_a_number_are_told(self) -> None:
        frame = log_frame()
        frame.loc[[0, 1], "file"] = None
        assert "2 coded files have no number in the column 'file'" in sampling_log(frame).summary()

    def test_nothing_is_said_of_weights_that_do_not_differ(self) -> None:
        said = sampling_log(pd.DataFrame({"status": ["coded"] * 20 + ["lost"] * 5, "weight": 4.0})).summary()
        assert "stand for 100 files" in said
        assert "As weights differ" not in said
        assert "As weights differ, the 42 coded files" in sampling_log(log_frame()).summary()


class TestShown:
    @pytest.mark.parametrize("by", [(), "stratum", "cluster"])
    def test_declared_and_drawn(self, by: str) -> None:
        found = sampling_log(log_frame(), by=by)
        check_declared(found)
        assert found.plot(language="es").has_data()
        if by == "stratum":
            assert found.draw("became", language="es").has_data()
        plt.close("all")

    def test_many_groups_have_one_row_each(self) -> None:
        frame = pd.concat([log_frame().assign(cluster=lambda one, part=part: one["cluster"] + part) for part in "ab"])
        frame["file"] = [f"f{one}" for one in range(len(frame))]
        axes = sampling_log(frame, by="cluster").plot()
        assert len(axes.get_yticks()) == 12
        plt.close("all")

    def test_of_all_files_together_a_release_tells_everything_but_weights(self, whole: SamplingLog) -> None:
        shown = release([whole], DisclosurePolicy()).results[0]
        assert set(shown.tables) == {"main", "statuses", "rates"}
        assert shown.main["n"].tolist() == whole.main["n"].tolist()
        assert [one.text() for one in shown.findings()] == [one.text() for one in SamplingLog.findings_of(whole)]
        assert shown.draw("became").has_data()
        plt.close("all")

    def test_by_groups_small_numbers_are_hidden(self) -> None:
        frame = pd.concat([log_frame().assign(file=None) for _ in range(3)])
        shown = release([sampling_log(frame, by="stratum")], DisclosurePolicy()).results[0]
        statuses = shown.tables["statuses"]
        small = statuses["n"][(statuses["status"] == "not_eligible") & (statuses["stratum"] == "north")]
        assert np.isnan(small.astype(float)).all()
        assert set(shown.main["denominator"].tolist()) == {90}
        assert not [one for one in shown.findings() if "nan" in one.text()]
        assert shown.plot().has_data()
        with pytest.raises(QuestionError):
            shown.draw("became")
        plt.close("all")


@settings(max_examples=15, deadline=None)
@given(
    told=st.lists(st.sampled_from(FILE_STATUSES), min_size=1, max_size=40),
    weight=st.lists(st.floats(1, 50), min_size=40, max_size=40),
)
def test_rates_lie_in_their_order_and_weights_add_up(told: list[str], weight: list[float]) -> None:
    n = len(told)
    found = sampling_log(pd.DataFrame({"status": told, "weight": weight[:n]}))
    steps = found.main["n"].tolist()
    assert steps == sorted(steps, reverse=True)
    low, rate, high = (found.tables["rates"][one][0] for one in ("response_low", "response", "response_high"))
    if not np.isnan(rate):
        assert low - 1e-12 <= rate <= high + 1e-12
    weights = found.tables["weights"]
    assert weights["effective"][0] <= weights["coded"][0] + 1e-9
    if steps[-1]:
        # files of one class: the coded ones stand for the part of all that is in scope
        scope = sum(one for one, status in zip(weight, told, strict=False) if status in {"eligible", "coded"})
        read = scope + sum(one for one, status in zip(weight, told, strict=False) if status == "not_eligible")
        assert weights["stands_for"][0] == pytest.approx(sum(weight[:n]) * scope / read, abs=1e-5)
