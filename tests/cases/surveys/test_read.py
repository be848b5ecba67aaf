"""Surveys from frames and files: what a text becomes, what is counted, and what is never said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from justice_metrics.base.errors import CaseDataError, MappingError, QuestionError, ReadError, SettingsError
from justice_metrics.base.language import Language
from justice_metrics.cases.surveys.mapping import SurveyMapping, read_survey_mapping, survey_schema
from justice_metrics.cases.surveys.parts import DONT_KNOW, NO_ANSWER, NOT_RECORDED
from justice_metrics.cases.surveys.read import read_survey
from justice_metrics.cases.surveys.rounds import put_together
from justice_metrics.cases.surveys.survey import Survey
from tests.survey_cases import POINTS, TEXTS, frame, mapping


@pytest.fixture(scope="module")
def survey() -> Survey:
    return Survey.from_frame(frame(), mapping())


class TestAnswers:
    def test_texts_become_points_in_whichever_language_they_are(self, survey: Survey) -> None:
        assert survey.answers[:, 0].tolist() == [5, 2, 4, DONT_KNOW, 5, 1, 3, NOT_RECORDED]
        assert survey.answers[:, 1].tolist() == [4, 1, 4, 2, 5, NO_ANSWER, 4, 2]
        assert survey.answers[:, 2].tolist() == [2, 5, 1, 4, 1, 5, NO_ANSWER, 4]

    def test_a_score_is_the_mean_of_what_was_answered_with_reversed_items_turned(self, survey: Survey) -> None:
        # 5, 4 and 6 - 2; two of three are enough, one would not be
        scores = survey.scores(survey.scales["trust"])
        assert scores[0] == pytest.approx(13 / 3)
        assert scores[3] == pytest.approx((2 + 2) / 2)
        strict = Survey.from_frame(frame(), mapping(scales={"trust": {"text": {"en": "Trust"}, "answered": 1.0}}))
        assert np.isnan(strict.scores(strict.scales["trust"])[[3, 5, 6, 7]]).all()
        assert np.isfinite(strict.scores(strict.scales["trust"])[[0, 1, 2, 4]]).all()

    def test_groups_and_rounds(self, survey: Survey) -> None:
        assert survey.rounds == ("2016", "2018")
        assert survey.groups["role"].tolist() == ["judge", "user"] * 4

    def test_frames_of_other_libraries_and_files_give_the_same(self, survey: Survey, tmp_path: Path) -> None:
        texts = frame().astype(object).map(lambda one: None if pd.isna(one) else str(one))
        texts.to_csv(tmp_path / "survey.csv", index=False, sep=";")
        for other in (
            Survey.from_frame(pl.from_pandas(texts), mapping()),
            Survey.from_frame(texts, mapping()),
            read_survey(tmp_path / "survey.csv", mapping=mapping()),
        ):
            assert other.answers.tolist() == survey.answers.tolist()
            assert other.groups["role"].tolist() == survey.groups["role"].tolist()

    def test_a_survey_file_names_its_own_file_beside_it(self, tmp_path: Path) -> None:
        (tmp_path / "answers.csv").write_text("P1,P2\n1,agree\n2,\n", encoding="utf-8")
        lines = [
            "[survey]",
            'file = "answers.csv"',
            'language = "es"',
            "simulated = true",
            "[answers.yes]",
            "points = [",
        ]
        lines += ['{ en = "disagree" }, { en = "agree" } ]']
        lines += ["[items.P1]", 'text = { en = "a" }', "[items.P2]", 'text = { en = "b" }']
        (tmp_path / "survey.toml").write_text("\n".join(lines), encoding="utf-8")
        read = read_survey(mapping=tmp_path / "survey.toml")
        assert read.answers.tolist() == [[1, 2], [2, 0]]
        assert read.provenance.simulated
        assert "no answer in it is real" in str(read.provenance.lines()[0])

    @pytest.mark.parametrize("language", ["en", "es"])
    def test_words_in_one_language_are_enough(self, language: Language) -> None:
        described = mapping(
            survey={"language": language},
            answers={"agreement": {"points": [{language: text} for text in ("no", "sí")]}},
            items={"heard": {"text": {language: "a"}, "scale": "trust"}},
            scales={"trust": {"text": {language: "confianza"}}},
            groups={},
        )
        read = SurveyMapping.from_dict(described)
        assert read.scales["trust"].text.label().text("en") == "confianza"
        assert read.scales["trust"].text.label().text("es") == "confianza"
        assert read.answers["agreement"].meanings() == {"1": "1", "no": "1", "2": "2", "sí": "2"}

    def test_an_export_of_kobo_is_read_by_names_of_questions(self, tmp_path: Path) -> None:
        (tmp_path / "export.csv").write_text(
            '"g/heard";"g/fair";"_id";"_uuid";"_submission_time";"_index"\n'
            '"De acuerdo";"No sabe";"7";"u-7";"2018-04-01T10:00:00";"1"\n',
            encoding="utf-8",
        )
        described = mapping(survey={"export": "kobo", "language": "es"}, groups={}, scales={})
        described["items"] = {name: {"text": TEXTS[name]} for name in ("heard", "fair")}
        assert read_survey(tmp_path / "export.csv", mapping=described).answers.tolist() == [[4, DONT_KNOW]]


class TestNothingPersonal:
    def test_printing_it_shows_numbers_only(self, survey: Survey) -> None:
        assert repr(survey) == "Survey(8 people, 3 items, 1 scale, 2 rounds)"
        assert "judge" not in repr(survey.design) + str(survey.provenance.lines())

    def test_a_rare_answer_is_counted_not_shown(self) -> None:
        odd = frame().assign(heard=["ask Mrs Secret of flat 4"] * 2 + [4] * 6)
        with pytest.raises(MappingError) as told:
            Survey.from_frame(odd, mapping())
        assert "Secret" not in str(told.value)
        assert "2 cells of 8" in str(told.value)

    def test_a_frequent_answer_is_shown_with_the_nearest_known_one(self) -> None:
        odd = pd.concat([frame()] * 3, ignore_index=True).assign(No=range(24), fair="De acuerdoo", slow="???")
        with pytest.raises(MappingError) as told:
            Survey.from_frame(odd, mapping())
        assert "2 items of the survey" in str(told.value)
        assert "'De acuerdoo', 24 cells; did you mean 'De acuerdo'" in str(told.value)


class TestWrong:
    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"items": {}}, "items"),
            ({"answers": {"a": {"points": [POINTS[0], {}]}}}, "'answers.a.points.2': words are missing"),
            ({"answers": {"a": {"points": POINTS[:1]}}}, "points"),
            ({"answers": {"a": {"points": POINTS, "labels": {"x": 6}}}}, "6 is no point: there are 1 to 5"),
            ({"answers": {"a": {"points": POINTS, "agree": [1, 2, 3, 4, 5]}}}, "everybody would agree"),
            ({"answers": {"a": {"points": POINTS, "dont_know": "AGREE"}}}, "two different answers"),
            ({"answers": {"a": {"points": POINTS}, "b": {"points": POINTS}}}, "says which of"),
            ({"scales": {}}, "there is no 'trust'"),
            ({"scales": {"trust": {"text": {"en": "x"}}, "none": {"text": {"en": "y"}}}}, "no item belongs to it"),
            ({"groups": {"item": "job"}}, "cannot name a group"),
            ({"survey": {"rounds": "year"}}, "did you mean 'round'"),
            ({"groups": {"role": {"column": "job", "labels": {"a": "b"}, "bands": [1]}}}, "exclude one another"),
            ({"groups": {"age": {"column": "age", "bands": [5, 1]}}}, "rising order"),
        ],
    )
    def test_a_key_that_cannot_be(self, change: dict[str, Any], told: str) -> None:
        with pytest.raises(SettingsError, match=told):
            SurveyMapping.from_dict(mapping(**change))

    def test_scales_need_one_number_of_points(self) -> None:
        described = mapping(answers={"a": {"points": POINTS}, "b": {"points": POINTS[:2]}})
        for place, one in enumerate(described["items"].values()):
            one["answers"] = "ab"[place % 2]
        with pytest.raises(SettingsError, match="different numbers of points"):
            SurveyMapping.from_dict(described)

    def test_a_mapping_of_cases_is_told_apart(self) -> None:
        with pytest.raises(SettingsError, match="not a survey"):
            SurveyMapping.from_dict({"cases": {}})

    @pytest.mark.parametrize(
        ("change", "error", "told"),
        [
            ({"No": [1, 1, 3, 4, 5, 6, 7, 8]}, CaseDataError, "1 id stands twice in one round"),
            ({"No": [None, 2, 3, 4, 5, 6, 7, 8]}, CaseDataError, "1 row of the survey has no id"),
        ],
    )
    def test_ids(self, change: dict[str, Any], error: type[Exception], told: str) -> None:
        with pytest.raises(error, match=told):
            Survey.from_frame(frame().assign(**change), mapping())

    def test_the_same_person_may_answer_in_each_round(self) -> None:
        again = Survey.from_frame(frame().assign(No=[1, 2, 3, 4] * 2), mapping())
        assert len(again) == 8

    @pytest.mark.parametrize(
        ("weight", "told"), [([-1.0] * 8, "below 0"), (["many"] * 8, "no number"), ([None] * 8, "Nobody")]
    )
    def test_weights_that_are_none(self, weight: list[Any], told: str) -> None:
        with pytest.raises(CaseDataError, match=told):
            Survey.from_frame(frame().assign(w=weight), mapping(survey={"weight": "w"}))

    @pytest.mark.parametrize("key", ["cluster", "stratum"])
    def test_people_without_a_cluster_are_no_cluster(self, key: str) -> None:
        drawn = frame().assign(w=[1.0] * 6 + [0.0] * 2, court=["a", None, None, "b", "b", "b", None, "c"])
        with pytest.raises(CaseDataError, match="2 people of the survey have nothing in 'court'"):
            Survey.from_frame(drawn, mapping(survey={"weight": "w", key: "court"}))

    def test_a_person_without_a_weight_is_left_out_and_counted(self) -> None:
        read = Survey.from_frame(frame().assign(w=[1, 2, 1, 0, 1, 1, None, 1]), mapping(survey={"weight": "w"}))
        assert len(read) == 6
        assert [one.n for one in read.provenance.left_out] == [2]
        assert len(read.groups["role"]) == len(read.answers) == 6

    def test_missing_columns_files_and_rows(self, tmp_path: Path) -> None:
        with pytest.raises(MappingError, match="'slow'"):
            Survey.from_frame(frame().drop(columns="slow"), mapping())
        with pytest.raises(CaseDataError, match="holds no answers"):
            Survey.from_frame(frame().iloc[:0], mapping())
        with pytest.raises(ReadError, match="names no file"):
            read_survey(mapping=mapping())
        with pytest.raises(ReadError, match="There is no file"):
            read_survey(tmp_path / "none.csv", mapping=mapping())
        with pytest.raises(SettingsError, match="There is no file"):
            read_survey_mapping(tmp_path / "none.toml")
        with pytest.raises(QuestionError, match="A survey is a table"):
            Survey.from_frame(object(), mapping())

    def test_words_that_name_nothing(self, survey: Survey) -> None:
        with pytest.raises(QuestionError, match="no item 'herd'"):
            survey.chosen_items("herd")
        with pytest.raises(QuestionError, match="no scale"):
            survey.chosen_scales("x")
        with pytest.raises(QuestionError, match="no group"):
            survey.ensure_groups(("role", "sex"))


class TestTwoRounds:
    def test_two_surveys_put_together_are_the_one(self, survey: Survey) -> None:
        parts = [Survey.from_frame(frame()[frame()["year"] == year], mapping()) for year in (2016, 2018)]
        both = put_together(*parts, ("first", "second"))
        assert both.answers.tolist() == survey.answers.tolist()
        assert both.rounds == survey.rounds
        assert both.provenance.units_in == 8
        assert both.people is not None

    def test_rounds_without_a_name_get_one_and_items_are_matched_by_their_id(self) -> None:
        one = Survey.from_frame(frame(), mapping(survey={}))
        turned = mapping(survey={}, items=dict(reversed(mapping()["items"].items())))
        both = put_together(one, Survey.from_frame(frame(), turned), ("first", "second"))
        assert both.rounds == ("first", "second")
        assert both.answers[:8].tolist() == both.answers[8:].tolist()

    def test_weights_and_clusters_of_rounds_are_kept_apart(self) -> None:
        drawn = Survey.from_frame(frame().assign(w=2.0), mapping(survey={"weight": "w", "cluster": "job"}))
        both = put_together(drawn, Survey.from_frame(frame(), mapping(survey={})), ("first", "second"))
        assert both.design.weight is not None
        assert both.design.weight.tolist() == [2.0] * 8 + [1.0] * 8
        assert both.design.cluster is not None
        assert len(set(both.design.cluster.tolist())) == 2 + 8

    def test_what_cannot_be_put_together(self, survey: Survey) -> None:
        with pytest.raises(CaseDataError, match="same round"):
            put_together(survey, survey, ("first", "second"))
        changed = mapping()
        changed["items"] = {**changed["items"], "heard": {**changed["items"]["heard"], "reversed": True}}
        with pytest.raises(CaseDataError, match="do not ask the same: heard"):
            put_together(survey, Survey.from_frame(frame(), changed), ("first", "second"))
        other = mapping(items={"new": {"text": {"en": "new"}, "column": "fair"}}, scales={})
        with pytest.raises(CaseDataError, match="no item in common"):
            put_together(survey, Survey.from_frame(frame(), other), ("first", "second"))


def test_the_schema_knows_every_key() -> None:
    known = survey_schema()
    assert set(known["properties"]) == {"survey", "answers", "items", "scales", "groups"}
