"""justice-metrics template: asked as a new user asks, and asked wrongly."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run


def test_it_writes_what_coding_begins_with(shell: Run, tmp_path: Path) -> None:
    out = tmp_path / "coding"
    answer = shell("template", "bolivia", "--language", "es", "--cutoff", "2018-04-30", "--out", str(out))
    assert answer.code == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "coding_sheet.xlsx",
        "form.xlsx",
        "form_mapping.toml",
        "mapping.toml",
    ]
    assert str(out / "mapping.toml") in answer.out
    assert "cutoff = 2018-04-30" in (out / "mapping.toml").read_text(encoding="utf-8")
    again = shell("template", "bolivia", "--out", str(out))
    assert again.code == 1
    assert "may be filled in" in again.err


def test_for_a_machine(shell: Run, tmp_path: Path) -> None:
    answer = shell("template", "common_law", "--json", "--coders", "2", "--out", str(tmp_path / "coding"))
    assert answer.code == 0
    assert len(json.loads(answer.out)["written"]) == 5


def test_what_is_asked_wrongly_says_what_to_do(shell: Run, tmp_path: Path) -> None:
    out = str(tmp_path / "coding")
    day = shell("template", "bolivia", "--cutoff", "30/04/2018", "--out", out)
    assert (day.code, "such as 2018-04-30" in day.err) == (1, True)
    unknown = shell("template", "bolivai", "--out", out)
    assert (unknown.code, "Did you mean 'bolivia'" in unknown.err) == (1, True)
    checklist = shell("template", "bolivia", "--checklist", "child", "--out", out)
    assert (checklist.code, "child_sexual_assault" in checklist.err) == (1, True)
    assert list(tmp_path.iterdir()) == []
