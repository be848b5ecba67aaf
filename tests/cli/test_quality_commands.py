"""The commands of the quality statistics, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from justice_metrics.cli import agreement, completeness, drift
from justice_metrics.cli.options import Options

MAPPING = """
[data]
file = "{file}"
[cases]
id = "id"
unit = "case"
procedure = "bolivia"
cutoff = 2018-04-30
[dates]
complaint = "day"
[attributes]
offence = "offence"
office = "office"
entered_day = {{ column = "entered", type = "date" }}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("quality")
    for name, other in (("one", "theft"), ("two", "assault")):
        lines = ["id,day,offence,office,entered"]
        for case in range(80):
            offence = ("rape", "assault", "theft", other)[case % 4]
            lines.append(f"secret{case},{2015 + case % 2}-03-{case % 28 + 1:02d},{offence},A,2017-01-15")
        (made / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
        (made / f"{name}.toml").write_text(MAPPING.format(file=f"{name}.csv"), encoding="utf-8")
    return made


def run(*words: str) -> Result:
    app = typer.Typer()
    for group in (completeness, drift, agreement):
        group.add(app, Options("en"))
    return CliRunner().invoke(app, [*words, "--language", "en"])


@pytest.mark.parametrize(
    ("command", "more", "told"),
    [
        ("completeness", ["--field", "offence", "--by", "office"], "dates and attributes that should be recorded"),
        (
            "registration-delay",
            ["--recorded", "entered_day", "--longest-days", "1000"],
            "were registered within 30 days",
        ),
        ("coding-drift", ["--field", "offence"], "comparison"),
        ("date-heaping", ["--date", "complaint"], "more than chance gives"),
    ],
)
def test_a_command_answers(folder: Path, command: str, more: list[str], told: str) -> None:
    found = run(command, str(folder / "one.toml"), *more)
    assert found.exit_code == 0, found.output
    assert told in " ".join(found.output.split())
    assert "secret" not in found.output


def test_two_codings(folder: Path) -> None:
    found = run("coder-agreement", str(folder / "one.toml"), str(folder / "two.toml"), "--item", "offence", "--json")
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout)
    assert "secret" not in found.output


def test_a_wrong_word_is_told(folder: Path) -> None:
    found = run("completeness", str(folder / "one.toml"), "--field", "offense")
    assert found.exit_code != 0
    assert "offence" in found.output
