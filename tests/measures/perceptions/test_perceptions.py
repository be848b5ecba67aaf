"""What people answered: counted by hand, guarded at the gate, said and drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.base.result import Published
from justice_metrics.base.table import Table
from justice_metrics.cases.surveys.survey import Survey
from justice_metrics.estimate.ordered_answers import student_mean
from justice_metrics.estimate.proportion import wilson
from justice_metrics.measures.perceptions.perceptions import Perceptions, perceptions
from justice_metrics.study.asking import heading_of
from tests.disclosure.declared import check_declared
from tests.survey_cases import frame, large_frame, mapping


@pytest.fixture(scope="module")
def survey() -> Survey:
    return Survey.from_frame(frame(), mapping())


@pytest.fixture(scope="module")
def large() -> Survey:
    return Survey.from_frame(large_frame(), mapping(groups={"role": "job"}))


@pytest.fixture(scope="module")
def answer(large: Survey) -> Perceptions:
    return perceptions(large, by="role")


class TestByHand:
    def test_statements(self, survey: Survey) -> None:
        main = perceptions(survey).main
        # heard: 5 2 4 dk 5 1 3 blank; fair: 4 1 4 2 5 refused 4 2; slow: 2 5 1 4 1 5 refused 4
        assert main["item"].tolist() == ["heard", "fair", "slow"]
        assert main["numerator"].tolist() == [3, 4, 4]
        assert main["denominator"].tolist() == [6, 7, 7]
        assert main["mean"].tolist() == pytest.approx([20 / 6, 22 / 7, 22 / 7])
        assert main["neither"].tolist() == [1, 0, 0]
        assert main["disagree"].tolist() == [2, 3, 3]
        assert main["dont_know"].tolist() == [1, 0, 0]
        assert main["no_answer"].tolist() == [1, 1, 1]
        known = wilson(np.array([3]), np.array([6]))
        assert (main["conf_low"][0], main["conf_high"][0]) == (known.conf_low[0], known.conf_high[0])

    def test_answers(self, survey: Survey) -> None:
        table = perceptions(survey, items="heard").tables["answers"]
        assert table["numerator"].tolist() == [1, 1, 1, 1, 2]
        assert table["estimate"].sum() == pytest.approx(1)

    def test_scales_by_group(self, survey: Survey) -> None:
        table = perceptions(survey, by="role").tables["scales"]
        judges = np.array([13 / 3, (4 + 4 + 5) / 3, 5.0, 3.5])
        users = np.array([(2 + 1 + 1) / 3, 2.0, 1.0, 2.0])
        assert table["role"].tolist() == ["judge", "user"]
        assert table["people"].tolist() == [4, 4]
        for place, scores in enumerate((judges, users)):
            known = student_mean(scores)
            found = [float(table[name][place]) for name in ("mean", "conf_low", "conf_high")]
            # no limit of a mean lies beyond the scale
            assert found == pytest.approx([known.estimate, max(known.conf_low, 1), min(known.conf_high, 5)])
        assert table["median"].tolist() == pytest.approx([(13 / 3 + 13 / 3) / 2, (4 / 3 + 2) / 2])

    def test_other_points_can_mean_agreement(self) -> None:
        described = mapping()
        described["answers"]["agreement"]["agree"] = [5]
        assert perceptions(Survey.from_frame(frame(), described)).main["numerator"].tolist() == [2, 1, 2]

    def test_weights_make_the_shares_and_leave_the_numbers_of_people(self, survey: Survey) -> None:
        drawn = Survey.from_frame(frame().assign(w=[3.0] * 4 + [1.0] * 4), mapping(survey={"weight": "w"}))
        found, plain = perceptions(drawn), perceptions(survey)
        assert found.main["numerator"].tolist() == plain.main["numerator"].tolist()
        # 5 and 4 of the first round weigh 3 each, 5 of the second 1; the base is 3 x 3 and 3 x 1
        assert found.main["estimate"][0] == pytest.approx(7 / 12)
        assert found.tables["answers"]["estimate"][:5].sum() == pytest.approx(1)
        assert np.isnan(found.tables["scales"]["median"]).all()
        assert any("sampling weights" in str(one) for one in found.notes)
        check_declared(found)

    def test_clusters_alone_leave_the_share_and_change_its_limits(self, large: Survey) -> None:
        drawn = Survey.from_frame(
            large_frame().assign(office=np.arange(240) // 12), mapping(survey={"cluster": "office"}, groups={})
        )
        found, plain = perceptions(drawn), perceptions(large)
        assert found.main["estimate"].tolist() == pytest.approx(plain.main["estimate"].tolist())
        assert found.main["conf_low"].tolist() != pytest.approx(plain.main["conf_low"].tolist())
        check_declared(found)

    @pytest.mark.parametrize("interval", ["clopper_pearson", "jeffreys"])
    def test_other_limits(self, large: Survey, interval: str) -> None:
        found = perceptions(large, interval=interval, mean_interval="bootstrap", draws=300)  # type: ignore[arg-type]
        check_declared(found)
        table = found.tables["scales"]
        assert table["conf_low"][0] < table["mean"][0] < table["conf_high"][0]


class TestGate:
    def test_declared(self, answer: Perceptions, large: Survey) -> None:
        check_declared(answer)
        check_declared(perceptions(large))

    @pytest.mark.parametrize("mode", ["suppress", "round"])
    def test_few_judges_stay_inside_and_their_opinion_too(
        self, answer: Perceptions, mode: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("JUSTICE_METRICS_SECRET", "0f3a9b7c5d1e2f4a6b8c0d9e7f5a3b1c2d4e6f8a0b9c7d5e3f1a2b4c6d8e0f9a")
        policy = jm.DisclosurePolicy(mode=mode)  # type: ignore[arg-type]
        (shown,) = jm.release([answer], policy=policy, project=tmp_path).results
        scales = shown.tables["scales"]
        assert isinstance(shown, Published)
        # eight judges: neither their number nor their mean leaves
        assert "Juez" not in scales["role"].tolist()
        assert {"Fiscal", "Usuaria"} == set(scales["role"].tolist())
        assert np.isfinite(scales["mean"].astype(float)).all()
        assert "people" not in scales.values
        judges = np.array([one == "Juez" for one in shown.main["role"].tolist()])
        assert np.isnan(shown.main["estimate"].astype(float)[judges]).all()
        assert not {"dont_know", "no_answer", "not_applicable"} & set(shown.main.values)
        for language in ("en", "es"):
            assert shown.summary(language)
            shown.plot(language=language)
            for view in ("agreement", "scales"):
                shown.draw(view, language=language)
        assert "answers" not in shown.tables
        with pytest.raises(QuestionError, match="no view 'points' that may be published"):
            shown.draw("points")
        assert all("nan" not in str(one) for one in shown.findings())

    def test_that_somebody_left_a_statement_out_hides_nothing(self, large: Survey, tmp_path: Path) -> None:
        (shown,) = jm.release([perceptions(large)], policy=jm.DisclosurePolicy(), project=tmp_path).results
        for name in ("numerator", "denominator", "estimate", "conf_low", "mean", "neither", "share_disagree"):
            assert np.isfinite(shown.main[name].astype(float)).all()
        assert shown.draw("points")

    def test_points_and_classes_are_the_same_answers(self, large: Survey) -> None:
        counts = {one.box: one.value for one in perceptions(large).base_counts().counts if one.events}
        fair = {point: value for box, value in counts.items() for name, point in box if name == "answer_fair"}
        assert fair[frozenset("45")] == fair[frozenset("4")] + fair[frozenset("5")]
        assert fair[frozenset("12")] == fair[frozenset("1")] + fair[frozenset("2")]
        assert (
            sum(fair[frozenset(one)] for one in "12345") == counts[frozenset({("unit", frozenset({"answer to fair"}))})]
        )

    def test_a_row_with_a_hidden_class_says_so(self, large: Survey) -> None:
        main = perceptions(large).main
        values = {name: main[name].copy() for name in main.values}
        values["share_neither"][1] = np.nan
        statuses = {"share_neither": ["", "suppressed", ""]}
        table = Table(main.columns, values, labels=main.labels, statuses=statuses)
        shown = perceptions(large)
        object.__setattr__(shown, "tables", {**shown.tables, "main": table})
        assert "hidden" in [text.get_text() for text in shown.plot().texts]


class TestWords:
    def test_findings(self, large: Survey, answer: Perceptions) -> None:
        said = [str(one) for one in perceptions(large).findings()]
        assert said[0].startswith("Agreement is highest with '")
        assert said[1].startswith("Trust: mean score ")
        assert "between 1 and 5, from 2" in said[1]
        (grouped,) = [str(one) for one in answer.findings()]
        assert "(Usuaria) to" in grouped
        assert "among groups with 10 people or more" in grouped

    def test_a_small_group_is_told_and_not_ranked(self, answer: Perceptions) -> None:
        assert any("1 group has fewer than 10 people" in str(one) for one in answer.notes)
        assert "Juez" not in str(answer.findings()[0])

    def test_words_of_levels_come_from_the_survey_file(self) -> None:
        words = {"judge": {"en": "judges", "es": "juezas y jueces"}}
        groups = {"role": {"column": "job", "labels": {"Juez": "judge", "Usuaria": "user"}, "words": words}}
        found = perceptions(Survey.from_frame(frame(), mapping(groups=groups)), by="role")
        assert found.main.display("es")[1][0][0] == "juezas y jueces"

    def test_simulated_data_say_so(self) -> None:
        made = Survey.from_frame(frame(), mapping(survey={"simulated": True}))
        assert "no answer in it is real" in perceptions(made).summary()

    def test_many_groups_are_drawn_by_their_scales(self, large: Survey) -> None:
        wide = large_frame().assign(job=[f"office {place % 20:02d}" for place in range(240)])
        found = perceptions(Survey.from_frame(wide, mapping(groups={"role": "job"})), by="role")
        assert found.plot().get_xlabel() == "mean score"
        assert perceptions(large).plot().get_xlabel() == "share of those who answered"


class TestWrong:
    def test_what_is_no_survey(self) -> None:
        with pytest.raises(QuestionError, match="was given a list"):
            perceptions([])  # type: ignore[arg-type]

    def test_words_that_are_not_known(self, survey: Survey) -> None:
        with pytest.raises(QuestionError, match="no group 'rol'"):
            perceptions(survey, by="rol")
        with pytest.raises(QuestionError, match="'exact' is not known"):
            perceptions(survey, interval="exact")  # type: ignore[arg-type]
        with pytest.raises(QuestionError, match="confidence level"):
            perceptions(survey, confidence_level=95)

    def test_a_statement_that_nobody_answered(self) -> None:
        found = perceptions(Survey.from_frame(frame().assign(heard=None), mapping()))
        assert np.isnan(found.main["estimate"][0])
        assert found.main.statuses["estimate"][0] == "not_defined"
        assert found.plot()
        check_declared(found)

    def test_people_of_one_mind_have_no_interval_of_width_0(self) -> None:
        alike = perceptions(Survey.from_frame(frame().assign(heard=4, fair=4, slow=2), mapping()))
        assert np.isnan(alike.tables["scales"]["conf_low"]).all()
        assert "interval" not in str(alike.findings()[-1])

    def test_one_person(self) -> None:
        found = perceptions(Survey.from_frame(frame().iloc[:1], mapping()))
        assert found.tables["scales"]["mean"].tolist() == pytest.approx([13 / 3])
        assert np.isnan(found.tables["scales"]["conf_low"]).all()
        assert found.findings()


@settings(max_examples=8)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=12), st.integers(0, 11))
def test_the_order_of_people_and_groups_changes_nothing(points: list[int], cut: int) -> None:
    people = {"No": range(len(points)), "year": 1, "job": "x", "heard": points, "fair": points[::-1], "slow": 3}
    import pandas as pd

    made = pd.DataFrame(people)
    one = perceptions(Survey.from_frame(made, mapping()))
    two = perceptions(Survey.from_frame(made.iloc[::-1], mapping()))
    for name in ("numerator", "denominator", "estimate"):
        np.testing.assert_array_equal(one.main[name], two.main[name])
    parts = [part for part in (made.iloc[:cut], made.iloc[cut:]) if len(part)]
    added = sum(perceptions(Survey.from_frame(part, mapping())).main["numerator"] for part in parts)
    np.testing.assert_array_equal(added, one.main["numerator"])


def test_groups_are_called_by_words(large: Survey) -> None:
    found = perceptions(large, by="role")
    (column,) = [one for one in found.main.columns if one.name == "role"]
    assert column.meaning.text("es") == "función"
    assert heading_of(found, "role").text("es").endswith(", por función")
    assert heading_of(found, ()).text("es") == found.heading.text("es")
