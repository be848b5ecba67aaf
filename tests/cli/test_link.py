"""justice-metrics link and pseudonyms; the registers are linked by hand, the files are real."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from justice_metrics.cases.linkage import linked as linking
from justice_metrics.cli import app, link
from tests.cli.conftest import Run
from tests.register_cases import NAMES, PAIRS, by_hand, mapping_file

Say: TypeAlias = Callable[..., Any]


@pytest.fixture(autouse=True)
def group(monkeypatch: pytest.MonkeyPatch) -> None:
    if link not in app.GROUPS:
        monkeypatch.setattr(app, "GROUPS", (*app.GROUPS, link))


@pytest.fixture
def say(shell: Run) -> Callable[..., Any]:
    """Run a command with paths among its words."""
    return lambda *words: shell(*map(str, words))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Links by hand instead of a run of the engine, and the folder of their files."""

    def links(*_: Any, **__: Any) -> linking.LinkedRegisters:
        return by_hand(PAIRS)

    monkeypatch.setattr(linking, "link_registers", links)
    mapping_file(tmp_path)
    return tmp_path


def test_links_and_the_rates_that_hang_on_them(made: Path, say: Say) -> None:
    answer = say("link", made / "linkage.toml", "--cases", made / "linked_cases.toml")
    assert answer.code == 0, answer.err
    assert "How well the registers were linked" in answer.out
    assert "How far the rates hang on the linkage" in answer.out
    assert not any(name in answer.out + answer.err for name in NAMES)


def test_thresholds_for_a_machine(made: Path, say: Say) -> None:
    answer = say("link", made / "linkage.toml", "--threshold", "0.9", "--json")
    assert answer.code == 0, answer.err
    assert "0.9" in answer.out
    json.loads(answer.out)


def test_personal_files_only_where_asked(made: Path, say: Say) -> None:
    secure = made / "secure"
    secure.mkdir()
    answer = say("link", made / "linkage.toml", "--review", secure, "--links", secure, "--quiet")
    assert answer.code == 0, answer.err
    assert {one.name for one in secure.iterdir()} == {"PERSONAL_DATA_links.csv", "PERSONAL_DATA_pairs_to_review.csv"}
    assert answer.err.count("personal data") == 2
    before = {one: one.read_bytes() for one in secure.iterdir()}
    refused = say("link", made / "linkage.toml", "--review", secure, "--quiet")
    assert refused.code == 1
    assert "already" in refused.err
    assert {one: one.read_bytes() for one in secure.iterdir()} == before
    again = say("link", made / "linkage.toml", "--review", made / "nowhere")
    assert again.code == 1
    assert "nowhere" in again.err


def test_a_linkage_file_that_is_not_there(tmp_path: Path, say: Say) -> None:
    answer = say("link", tmp_path / "linkage.toml")
    assert answer.code == 1
    assert "linkage.toml" in answer.err


def test_pseudonyms_of_a_file(tmp_path: Path, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "cases.csv"
    source.write_text("CUD,Nombres\n17-01,Rosario\n", encoding="utf-8")
    monkeypatch.setenv("CASE_SECRET", "weak")
    words = ("pseudonyms", source, "--column", "CUD", "--drop", "Nombres", "--folder", tmp_path, "--secret")
    refused = say(*words, "env:CASE_SECRET")
    assert refused.code == 1
    assert "weak: a pseudonym" in refused.err
    monkeypatch.setenv("CASE_SECRET", "8f3b0c61d97e24a5f01c7d3e6b92a84850de17f6c3ab94271e6d0f58b3c92a7d")
    answer = say(*words, "env:CASE_SECRET")
    assert answer.code == 0, answer.err
    assert "seem" not in answer.err
    written = (tmp_path / "PERSONAL_DATA_pseudonyms_cases.csv").read_text(encoding="utf-8-sig")
    assert written.startswith("CUD\n")
    assert "17-01" not in written
    assert "8f3b0" not in answer.out + answer.err + written


def test_names_that_stay_in_a_copy_are_told(tmp_path: Path, say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "cases.csv"
    source.write_text("CUD,Nombres,Materno\n17-01,Rosario,Rojas\n", encoding="utf-8")
    monkeypatch.setenv("CASE_SECRET", "8f3b0c61d97e24a5f01c7d3e6b92a84850de17f6c3ab94271e6d0f58b3c92a7d")
    answer = say("pseudonyms", source, "--column", "CUD", "--folder", tmp_path, "--secret", "env:CASE_SECRET")
    assert answer.code == 0, answer.err
    assert "Nombres, Materno" in " ".join(answer.err.split())
