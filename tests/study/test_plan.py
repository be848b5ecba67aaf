"""A study file is checked whole: every wrong key is named, with what is allowed and what comes nearest."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from justice_metrics.base.errors import JusticeMetricsError, SettingsError
from justice_metrics.study.plan import language_of, read_study, study_schema
from justice_metrics.study.questions import QUESTIONS
from tests.cli.conftest import Files


def told(path: str) -> str:
    with pytest.raises(JusticeMetricsError) as raised:
        read_study(path)
    assert raised.value.text("es")
    return raised.value.text("en")


SURVEY = """
[survey]
file = "survey.csv"
[answers.agreement]
points = [{ en = "no" }, { en = "yes" }]
[items.heard]
text = { en = "Heard" }
"""


class TestGood:
    def test_settings_reach_the_question_as_given(self, files: Files) -> None:
        study = read_study(
            files.write_study('[[question]]\nask = "attrition"\nby = ["department"]\nage_months = [12]\n')
        )
        assert dict(study.questions[0].settings) == {"by": ("department",), "age_months": (12,)}

    def test_one_number_for_several(self, files: Files) -> None:
        study = read_study(files.write_study('[[question]]\nask = "landmark_curves"\nlandmark_days = 180\n'))
        assert dict(study.questions[0].settings) == {"landmark_days": (180,)}

    def test_defaults(self, files: Files) -> None:
        study = read_study(files.write_study())
        assert (study.languages, study.formats) == (("en",), ("html",))
        assert study.folder == files.folder / "report"

    def test_one_language_or_several(self, files: Files) -> None:
        assert read_study(files.write_study(study='language = "es"')).languages == ("es",)
        assert read_study(files.write_study(study='language = ["es", "en", "es"]')).languages == ("es", "en")

    def test_a_question_of_another_mapping(self, files: Files) -> None:
        other = files.folder / "other.toml"
        other.write_bytes(Path(files.mapping).read_bytes())
        study = read_study(files.write_study('[[question]]\nask = "attrition"\nmapping = "other.toml"\n'))
        assert study.questions[0].mapping == "other.toml"
        assert set(study.data) == {"mapping.toml", "other.toml"}

    def test_a_survey_that_the_study_names_elsewhere(self, files: Files) -> None:
        survey = Path(files.mapping).with_name("survey.toml")
        survey.write_text(SURVEY, encoding="utf-8")
        asked = '[[question]]\nask = "perceptions"\n'
        with pytest.raises(SettingsError, match="mapping = '…'"):
            read_study(files.write_study(asked))
        with pytest.raises(SettingsError, match="on the command line, --mapping survey.toml"):
            read_study(files.write_study(f'{asked}mapping = "survey.toml"\n{asked}'))

    def test_title_in_both_languages(self, files: Files) -> None:
        title = 'title = { en = "Funnel", es = "Embudo" }'
        study = read_study(files.write_study(f'[[question]]\nask = "attrition"\n{title}\n'))
        assert study.questions[0].title is not None
        assert study.questions[0].title.text("es") == "Embudo"


WRONG_QUESTIONS = [
    ('ask = "atrition"', "Did you mean 'attrition'?"),
    ("by = 'department'", "does not say what it asks"),
    ('ask = "attrition"\nbyy = "department"', "did you mean 'by'?"),
    ('ask = "attrition"\nby = "departement"', "Did you mean 'department'?"),
    ('ask = "attrition"\nage_months = ["12"]', "age_months"),
    ('ask = "attrition"\nconfidence_level = "high"', "confidence_level"),
    ('ask = "time_to"\noutcome = "verdit"', "Did you mean 'verdict'?"),
    ('ask = "time_to"\nstart = "complain"', "Did you mean 'complaint'?"),
    ('ask = "conviction_rates"\nper = ["complaint", "charg"]', "Did you mean 'charge"),
    ('ask = "cumulative_incidence"\nendings = "last"', "endings"),
    ('ask = "landmark_association"', "'actors' is missing"),
    ('ask = "landmark_association"\nactors = ["lawyer"]\ncluster = "cort"', "Did you mean 'court'?"),
    ('ask = "procedure"\nby = "court"', "by"),
    ('ask = "check"\nrules = ["impossible_agess"]', "Did you mean 'impossible_ages'?"),
    ('ask = "attrition"\ntitle = ""', "title"),
    ('ask = "landmark_curves"\nlandmark_days = "180"', "landmark_days"),
    ('ask = "landmark_curves"\nlandmark_days = true', "landmark_days"),
    ('ask = "attrition"\nby = "juzgado"', "Did you mean 'court'?"),
    ('ask = "landmark_association"\nactors = ["lawyer"]\nlandmark_days = -1', "must be at least 0"),
    ('ask = "reliance"\ndays = [-5]', "'days' is -5; it must be at least 0."),
    ('ask = "attrition"\nconfidence_level = 95.0', "write 95 % as 0.95"),
    ('ask = "study_size"\ndifference = [5.0]', "write five percentage points as 0.05"),
    ('ask = "study_size"\npower = 80.0', "'power' is 80.0, which is no share"),
    ('ask = "support_hazards"\nactors = "lawyer"\nmodel = ["conjunto"]', "there is no 'conjunto' here"),
    ('ask = "support_sensitivity"\nactors = "lawyer"\nanalyses = ["placebo"]', "there is no 'placebo' here"),
    ('ask = "support_effect"\nactors = "lawyer"\nhorizon_days = 60', "must lie after the 90 days"),
    ('ask = "support_effect"\nactors = "lawyer"\nresamples = 1', "'resamples' is 1; it must be at least 2."),
    ('ask = "reliance_by_support"\nactors = "lawyer"\ndays = [30, 365]', "'days' is 30; it must lie after"),
    ('ask = "cox_regression"\nformula = "departement"', "Did you mean 'department'?"),
    ('ask = "cox_regression"\nformula = "department +"', "'formula': The formula 'department +' cannot be read."),
    ('ask = "cox_regression"\nformula = "log(department)"', "'department' is no number"),
    ('ask = "cox_regression"\nformula = "department"\nreferences = { court = "1" }', "reference level was given"),
    ('ask = "cox_regression"\nformula = "department"\ntime_varying = "lawyer"', "formula does not use it"),
]


class TestWrong:
    @pytest.mark.parametrize(("question", "telling"), WRONG_QUESTIONS, ids=[one for one, _ in WRONG_QUESTIONS])
    def test_question(self, files: Files, question: str, telling: str) -> None:
        text = told(files.write_study(f"[[question]]\n{question}\n"))
        assert telling in text
        assert "study.toml" in text

    @pytest.mark.parametrize(
        "question",
        ['ask = "duration_model"\nformula = "department"', 'ask = "expected_endings"\ntail = "weibull"'],
    )
    def test_an_extra_that_is_missing(self, files: Files, question: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
        text = told(files.write_study(f'[[question]]\nask = "attrition"\n[[question]]\n{question}\n'))
        assert "justice-metrics[lifelines]" in text
        assert "Question 2 (" in text

    def test_words_in_spanish(self, tmp_path: Path) -> None:
        shutil.copy("sample_data/bolivia_mapping.toml", tmp_path)
        head = '[study]\ntitle = "T"\nmapping = "bolivia_mapping.toml"\n'
        question = 'ask = "support_effect"\nactors = ["abogado", "Psicóloga"]\nadjust = "delito"\ncluster = "Juzgado"'
        (tmp_path / "study.toml").write_text(f"{head}[[question]]\n{question}\n", encoding="utf-8")
        text = told(str(tmp_path / "study.toml"))
        for meant in ("lawyer", "psychologist", "offence", "court"):
            assert f"Did you mean '{meant}'?" in text

    def test_the_language_of_a_wrong_study(self, files: Files) -> None:
        wrong = '[[question]]\nask = "atrition"\n'
        assert language_of(files.write_study(wrong, study='language = ["es", "en"]')) == "es"
        assert language_of(files.write_study(wrong, study='language = "fr"')) is None
        assert language_of(files.write_study(wrong)) is None
        assert language_of(files.folder / "none.toml") is None

    def test_a_wrong_key_hides_no_wrong_word(self, files: Files) -> None:
        text = told(files.write_study('[[question]]\nask = "attrition"\nbyy = 1\nby = "departement"\n'))
        assert "did you mean 'by'?" in text
        assert "Did you mean 'department'?" in text

    def test_all_wrong_questions_at_once(self, files: Files) -> None:
        text = told(files.write_study('[[question]]\nask = "atrition"\n[[question]]\nask = "rates"\n'))
        assert "2 questions are wrong" in text
        assert "Question 1" in text
        assert "Question 2" in text

    @pytest.mark.parametrize(
        ("study", "output", "telling"),
        [
            ("policy = 3", "", "policy"),
            ('corrections = "plan.toml"', "", "There is no file 'plan.toml'"),
            ('language = "fr"', "", "language"),
            ("languge = 'es'", "", "did you mean 'language'?"),
            ("", 'formats = ["html", "rtf"]', "rtf"),
            ("", 'formats = ["html"]\n[publish]\nsecure = "public/inside"', "lie in one another"),
            ("", 'folder = "public/report"\n[publish]', "lie in one another"),
            ("", 'formats = ["html"]\n[publish]\npassprt = "p.toml"', "did you mean 'passport'?"),
            ("", 'formats = ["htm"]', "did you mean 'html'?"),
            ("", 'fodler = "x"', "did you mean 'folder'?"),
        ],
    )
    def test_key(self, files: Files, study: str, output: str, telling: str) -> None:
        assert telling in told(files.write_study(study=study, output=output))

    def test_no_question(self, files: Files) -> None:
        assert "question" in told(files.write_study(""))

    def test_mapping_that_is_not_there(self, files: Files) -> None:
        Path(files.mapping).unlink()
        assert "mapping.toml" in told(files.write_study())

    def test_procedure_that_is_not_there(self, files: Files) -> None:
        mapping = Path(files.mapping)
        mapping.write_text(mapping.read_text().replace('"bolivia"', '"bolvia"'))
        assert "Did you mean 'bolivia'?" in told(files.write_study())

    def test_actors_that_the_mapping_names(self, files: Files) -> None:
        mapping = Path(files.mapping)
        actor = 'actor = { column = "actor", labels = { "lawyer" = "lawyer" } }'
        mapping.write_text(mapping.read_text().replace('actor = "actor"', actor))
        text = told(files.write_study('[[question]]\nask = "landmark_association"\nactors = ["lawyr"]\n'))
        assert "Did you mean 'lawyer'?" in text

    def test_support_that_the_mapping_lacks(self, files: Files) -> None:
        mapping = Path(files.mapping)
        mapping.write_text(mapping.read_text().partition("[support]")[0])
        text = told(files.write_study('[[question]]\nask = "landmark_association"\nactors = ["lawyer"]\n'))
        assert "[support]" in text

    def test_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match=r"none\.toml"):
            read_study(tmp_path / "none.toml")


def test_schema_names_every_question_and_its_settings() -> None:
    schema = study_schema()
    listed = {one["properties"]["ask"]["const"]: one for one in schema["properties"]["question"]["items"]["oneOf"]}
    assert set(listed) == set(QUESTIONS)
    assert {"by", "age_months", "confidence_level"} <= set(listed["attrition"]["properties"])
    assert listed["landmark_association"]["required"] == ["ask", "actors"]
    assert all(one["additionalProperties"] is False for one in listed.values())
