"""justice-metrics publish, query: what a person meets who publishes a study."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.study.test_publish import KEY, made


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JUSTICE_METRICS_TEST_KEY", KEY)
    return made(tmp_path / "study")


def test_publish_then_ask(shell: Run, study: Path) -> None:
    first = shell("publish", str(study))
    assert (first.code, first.err) == (0, "")
    assert "Release 1 is published:" in first.out
    assert "numbers are hidden" in first.out
    again = shell("publish", str(study), "--json")
    assert json.loads(again.out)["new"] is False
    out = study.parent / "t.csv"
    asked = shell(
        "query", str(study), "--ask", "conviction_rates", "--set", "per=complaint", "--out", str(out), "--quiet"
    )
    assert (asked.code, asked.out, asked.err) == (0, "", "")
    assert "How to cite" in out.read_text(encoding="utf-8-sig")


def test_the_language_that_was_asked_for_wins_wherever_it_stands(shell: Run, study: Path) -> None:
    """The study speaks English by itself."""
    for words in (("--language", "es", "publish", str(study)), ("publish", str(study), "--language", "es")):
        assert "La publicación " in shell(*words).out
    assert " is published:" in shell("publish", str(study)).out


@pytest.mark.parametrize(
    ("words", "code", "telling"),
    [
        (("publish", "nowhere.toml"), 1, "There is no file 'nowhere.toml'"),
        (("query", "STUDY"), 2, "--ask"),
        (("query", "STUDY", "--ask", "atrition"), 1, "Did you mean 'attrition'"),
        (("query", "STUDY", "--ask", "attrition", "--set", "by"), 2, "NAME=VALUE"),
        (("query", "STUDY", "--ask", "attrition", "--set", "bye=1"), 1, "did you mean 'by'"),
        (("query", "STUDY", "--ask", "attrition", "--out", "t.docx"), 1, "its ending says no known format"),
    ],
)
def test_wrong_words(shell: Run, study: Path, words: tuple[str, ...], code: int, telling: str) -> None:
    answer = shell(*(str(study) if one == "STUDY" else one for one in words))
    assert answer.code == code
    assert telling in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("name", ["policy", "passport"])
def test_schemas(shell: Run, name: str) -> None:
    answer = shell("schema", name)
    assert answer.code == 0
    assert json.loads(answer.out)["properties"]
