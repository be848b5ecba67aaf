"""Errors say what is wrong, with numbers, and then what to do."""

from __future__ import annotations

import pickle

import pytest

from justice_metrics.base import errors
from justice_metrics.base.errors import (
    JusticeMetricsError,
    MappingError,
    MissingExtraError,
    ProcedureError,
    nearest,
    suggestion,
)
from justice_metrics.base.language import Label, tr

KINDS = (
    errors.SettingsError,
    errors.ProcedureError,
    errors.ReadError,
    errors.MappingError,
    errors.CaseDataError,
    errors.QuestionError,
    errors.OutputError,
    errors.DisclosureError,
    errors.MissingExtraError,
)


@pytest.mark.parametrize("kind", KINDS)
def test_problem_then_remedy(kind: type[JusticeMetricsError]) -> None:
    error = kind(tr("{n} cases have no date", n=1200), tr("Save it as UTF-8 and try again."))
    assert isinstance(error, JusticeMetricsError)
    assert str(error) == "1,200 cases have no date\nSave it as UTF-8 and try again."
    problem, remedy = error.text("es").splitlines()
    assert problem == "1.200 cases have no date"  # nobody translated it
    assert "UTF-8" in remedy
    assert remedy != "Save it as UTF-8 and try again."
    assert str(kind(tr("{n} cases have no date", n=1))) == "1 cases have no date"


@pytest.mark.parametrize("kind", KINDS)
def test_errors_cross_processes(kind: type[JusticeMetricsError]) -> None:
    error = kind(tr("{n} cases have no date", n=3), tr("Split by fewer or coarser attributes."))
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert again.text("es") == error.text("es")


def test_every_kind_is_looked_at() -> None:
    defined = {one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, JusticeMetricsError)}
    assert defined == {*KINDS, JusticeMetricsError}


class TestNearest:
    @pytest.mark.parametrize(
        ("word", "known", "expected"),
        [
            ("departmento", ["department", "court"], "department"),
            ("COURT", ["department", "court"], "court"),
            ("xyz", ["department", "court"], None),
            ("court", [], None),
            ("", ["court"], None),
        ],
    )
    def test_by_hand(self, word: str, known: list[str], expected: str | None) -> None:
        assert nearest(word, known) == expected

    def test_the_first_of_two_spellings(self) -> None:
        assert nearest("court", ["Court", "COURT"]) == "Court"

    def test_what_there_is_to_choose_from(self) -> None:
        assert str(suggestion("curt", ("court", "sex"))) == "Did you mean 'court'? There are: court, sex."
        assert str(suggestion("zzz", ("court", "sex"))) == "There are: court, sex."

    def test_long_lists_are_cut(self) -> None:
        words = tuple(f"stage_{n:03d}" for n in range(50))
        said = str(suggestion("zzz", words))
        assert said.count("stage_") == 40
        assert said.endswith("….")


def test_built_errors() -> None:
    assert str(ProcedureError.unknown_stage("tral", {"trial": Label("Trial"), "charge": Label("Charge")})) == (
        "'tral' is not a stage, outcome or role of this procedure.\nDid you mean 'trial'? There are: trial, charge."
    )
    assert str(MappingError.unknown_column("sexx", ("sex",), where="attributes.sex")) == (
        "The mapping names the column 'sexx' (attributes.sex), which the data do not have.\n"
        "Did you mean 'sex'? There are: sex."
    )
    assert "pip install 'justice-metrics[spark]'" in str(MissingExtraError.named("pyspark", "spark"))


class TestLongLists:
    def test_only_what_comes_near_is_told(self) -> None:
        known = ("accusation", "acquittal", *(f"ending_{n}" for n in range(40)))
        text = str(suggestion("acusation", known))
        assert text.startswith("Did you mean 'accusation'? Of 42 names these come next: acquittal, ")
        assert text.count(",") == 5

    def test_everything_where_nothing_is_near(self) -> None:
        assert str(suggestion("zzz", tuple("abcdefgh" * 4))).count(",") == 31


def test_a_stage_before_the_role_with_the_same_words() -> None:
    """Both are called acusación; the stage is named like what was written."""
    words = {"prosecution": Label({"en": "prosecution", "es": "acusación"}),
             "accusation": Label({"en": "accusation", "es": "acusación"})}  # fmt: skip
    assert "Did you mean 'accusation' (acusación)?" in ProcedureError.unknown_stage("acusacion", words).text()


def test_a_word_like_that_of_a_stage_leads_to_its_id() -> None:
    known = {
        "rejected": Label({"en": "rejection", "es": "rechazo"}),
        "acquitted": Label({"en": "acquittal", "es": "absolución"}),
    }
    assert "Did you mean 'rejected'" in str(ProcedureError.unknown_stage("rechazado", known))
