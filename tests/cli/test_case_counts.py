"""justice-metrics counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Files, Run

TABLE = """
[data]
kind = "counts"
file = "counts.csv"

[counts]
period = "Month"
keys = { state = "State" }
quantities = { incoming = "In", resolved = "Left", judges = "Judges" }
"""


@pytest.fixture
def table(tmp_path: Path) -> str:
    months = [f"{year}-{month:02d}" for year in (2023, 2024) for month in range(1, 13)] + ["2025-01", "2025-02"]
    lines = [f"{month},Colima,{place + 10},{place + 50},3" for place, month in enumerate(months)]
    (tmp_path / "counts.csv").write_text("\n".join(["Month,State,In,Left,Judges", *lines]), encoding="utf-8")
    mapping = tmp_path / "counts.toml"
    mapping.write_text(TABLE, encoding="utf-8")
    return str(mapping)


def test_counts_of_case_files(files: Files, shell: Run) -> None:
    answer = shell("counts", files.mapping, "--combine", "department, court", "--period", "year", "--quiet")
    assert answer.code == 0, answer.err
    assert "By calendar year, by department, court" in answer.out


def test_counts_of_a_table(table: str, shell: Run) -> None:
    answer = shell("counts", table, "--of", "incoming", "--by", "state", "--json", "--quiet")
    assert answer.code == 0, answer.err
    assert "the same months of 2024" in json.dumps(json.loads(answer.out))
    stock = shell("counts", table, "--of", "resolved", "--years", "1", "--quiet")
    assert stock.code == 0, stock.err
    assert "75" in stock.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--period", "week"], "'week' is not known here"),
        (["--combine", "department,nowhere"], "'nowhere' is not an attribute"),
        (["--by", "year"], "The year is a period"),
    ],
)
def test_wrong_words_are_refused(files: Files, shell: Run, words: list[str], said: str) -> None:
    answer = shell("counts", files.mapping, *words, "--quiet")
    assert answer.code == 1
    assert said in answer.err


def test_what_is_counted_must_be_said(table: str, shell: Run) -> None:
    assert "'judges' is no count" in shell("counts", table, "--of", "judges", "--quiet").err
    answer = shell("counts", table, "--period", "month", "--quiet")
    assert answer.code == 1
    assert "of = one of incoming, resolved" in answer.err
