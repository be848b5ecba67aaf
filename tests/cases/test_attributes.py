"""Attributes and actors are found by their words, in whichever language they are written."""

from __future__ import annotations

import pytest

from justice_metrics.base.errors import QuestionError
from justice_metrics.base.language import Label
from justice_metrics.cases.attributes import ACTOR_WORDS, CANONICAL_ATTRIBUTES, suggested
from justice_metrics.simulate.cases import sample_cases

ACTORS, ATTRIBUTES = tuple(ACTOR_WORDS), tuple(CANONICAL_ATTRIBUTES)
MEANT = [
    ("abogado", ACTORS, "lawyer"),
    ("Abogada", ACTORS, "lawyer"),
    ("psicóloga", ACTORS, "psychologist"),
    ("psicologo", ACTORS, "psychologist"),
    ("trabajadora social", ACTORS, "social_worker"),
    ("fiscal", ACTORS, "prosecutor"),
    ("delito", ATTRIBUTES, "offence"),
    ("juzgado", ATTRIBUTES, "court"),
    ("departamento", ATTRIBUTES, "department"),
    ("sexo", ATTRIBUTES, "sex"),
]


@pytest.mark.parametrize(("word", "known", "meant"), MEANT, ids=[one for one, *_ in MEANT])
def test_words_in_spanish(word: str, known: tuple[str, ...], meant: str) -> None:
    assert f"'{meant}'" in str(suggested(word, known))


def test_only_what_there_is() -> None:
    assert str(suggested("abogado", ("psychologist", "prosecutor"))) == "There are: psychologist, prosecutor."


def test_words_of_the_files_own() -> None:
    label = Label({"en": "Psic. de la DNA"})
    assert "'own_actor'" in str(suggested("psic. de la dna", ("own_actor", "lawyer"), ("own_actor", label)))


def test_of_cases() -> None:
    with pytest.raises(QuestionError, match="Did you mean 'offence'"):
        sample_cases().stratum_column("delito")
