"""In which language a command speaks."""

from __future__ import annotations

import pytest

from justice_metrics.cli.speech import asked_language, spoken_language


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["rates", "-l", "es"], "es"),
        (["rates", "--language=es"], "es"),
        (["rates", "--language", "en"], "en"),
        (["rates", "--language"], None),
        (["rates", "--language", "fr"], None),
        (["rates"], None),
    ],
)
def test_asked(words: list[str], expected: str | None) -> None:
    assert asked_language(words) == expected


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "es_BO.UTF-8"}, "es"),
        ({"LANG": "es_BO.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANGUAGE": "", "LANG": "es"}, "es"),
    ],
)
def test_environment(environment: dict[str, str], expected: str) -> None:
    assert spoken_language([], environment) == expected


def test_what_was_asked_comes_first() -> None:
    assert spoken_language(["-l", "en"], {"LANG": "es_GT"}) == "en"
