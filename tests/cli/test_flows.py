"""justice-metrics flows and nowcast."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from justice_metrics.cli import app, flows
from tests.cli.conftest import Files, Run

COUNTS = """
[data]
kind = "counts"
file = "counts.csv"

[counts]
office = "Court"
period = "Year"
quantities = { incoming = "In", resolved = "Out" }

[missing]
"NA" = "not_available"
"""


@pytest.fixture(autouse=True)
def group(monkeypatch: pytest.MonkeyPatch) -> None:
    if flows not in app.GROUPS:
        monkeypatch.setattr(app, "GROUPS", (*app.GROUPS, flows))


def test_flows_of_case_files(files: Files, shell: Run) -> None:
    words = ["--by", "department", "--within-days", "110", "--goal", "0.5", "--quiet"]
    answer = shell("flows", files.mapping, *words)
    assert answer.code == 0, answer.err
    assert "clearance rate" in answer.out
    spanish = shell("flows", files.mapping, "--language", "es", "--quiet")
    assert spanish.code == 0
    assert spanish.out != answer.out


def test_flows_of_a_table_of_counts(tmp_path: Path, shell: Run) -> None:
    rows = ["Court,Year,In,Out", "a,2019,100,90", "b,2019,50,NA"]
    (tmp_path / "counts.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / "counts.toml").write_text(COUNTS, encoding="utf-8")
    answer = shell("flows", str(tmp_path / "counts.toml"), "--by", "office", "--json")
    assert answer.code == 0, answer.err
    text = json.dumps(json.loads(answer.out))
    assert "not_available" in text
    assert "0.9" in text
    told = shell("flows", str(tmp_path / "counts.toml"), "--complete-only", "--period", "own")
    assert told.code == 0, told.err
    assert "1 of 2 series" in told.out + told.err


def test_wrong_words_are_explained(files: Files, shell: Run) -> None:
    answer = shell("flows", files.mapping, "--period", "week")
    assert answer.code == 1
    assert "'week' is no period" in answer.err
    answer = shell("nowcast", files.mapping, "--recorded", "entered_day")
    assert answer.code == 1
    assert "no date of these cases" in answer.err
