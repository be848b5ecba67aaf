"""The command for legal limits: what it shows, and what it says of a wrong country, calendar or word."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from justice_metrics.cli import limits
from justice_metrics.cli.options import Options

MAPPING = """
[data]
file = "cases.csv"
date_order = "ymd"
language = "en"

[cases]
id = "id"
procedure = "bolivia"
cutoff = 2018-04-30

[dates]
complaint = "reported"
charged = { column = "charged", notified = "notified" }
accusation = "accused"
"""
CASES = """id,reported,charged,notified,accused
1,2016-01-04,2016-01-10,2016-01-29,2016-07-29
2,2016-01-05,2016-01-10,2016-01-29,2016-08-01
3,2016-01-06,2016-01-10,2016-01-29,
"""


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    (tmp_path / "cases.csv").write_text(CASES, encoding="utf-8")
    path = tmp_path / "mapping.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return path


def run(*given: object) -> Any:
    app = typer.Typer()
    app.callback()(lambda: None)
    limits.add(app, Options("en"))
    return CliRunner().invoke(app, ["limits", *map(str, given)])


def test_the_command_gives_the_limits(mapping: Path, tmp_path: Path) -> None:
    calendar, out = tmp_path / "calendar.csv", tmp_path / "limits.csv"
    calendar.write_text("from,to,kind\n2016-07-29,,holiday\n", encoding="utf-8")
    answer = run(mapping, "--limit", "preparatory_stage", "--calendar", calendar, "--out", out, "--quiet")
    assert answer.exit_code == 0, answer.output
    # Friday 29 July is off in this calendar, so Monday is in time too
    with out.open(encoding="utf-8-sig", newline="") as file:
        row = next(csv.DictReader(file))
    assert (row["kept"], row["missed"]) == ("2", "1")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("--country", "XX"), "There is no list of public holidays"),
        (("--limit", "preparatory"), "preparatory_stage"),
        (("--suspended", "stop"), "pause"),
        (("--last-day", "monday"), "next_working_day"),
        (("--calendar", "nowhere.csv"), "no file"),
        (("--office", "tribunal"), "not an attribute"),
    ],
)
def test_wrong_words_are_told(mapping: Path, asked: tuple[str, str], told: str) -> None:
    answer = run(mapping, *asked)
    assert answer.exit_code == 1
    assert told in answer.output
