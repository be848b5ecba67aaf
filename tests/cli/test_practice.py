"""justice-metrics practice, practice-change, practice-association: of a small file, and asked wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from justice_metrics.cli import practice, schema
from justice_metrics.cli.options import Options

MAPPING = """
[data]
file = "cases.csv"
simulated = true
[cases]
id = "id"
procedure = "bolivia"
cutoff = 2018-12-31
[dates]
complaint = "day"
charge = "charged"
[attributes]
round = "round"
[practice]
checklist = "child_sexual_assault"
[practice.items]
child_friendly_space = "room"
rights_explained = "told"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = ["id,day,charged,round,room,told"]
    for n in range(80):
        charged = "2015-04-01" if n % 2 else ""
        lines.append(f"{n},2015-01-05,{charged},{2016 + n % 2},{('sí', 'no', '')[n % 3]},{('sí', 'no')[n % 5 < 2]}")
    (tmp_path / "cases.csv").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "later.toml").write_text(MAPPING, encoding="utf-8")
    return tmp_path


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    for group in (practice, schema):
        group.add(made, Options("en"))
    return made


def run(app: typer.Typer, *words: str | Path) -> tuple[int, str]:
    done = CliRunner(env={"COLUMNS": "200"}).invoke(app, [str(one) for one in words])
    return done.exit_code, done.output + done.stderr


def test_each_item_and_a_file_of_it(app: typer.Typer, folder: Path) -> None:
    code, said = run(app, "practice", folder / "mapping.toml", "-o", folder / "items.csv")
    assert code == 0, said
    assert "Simulated data" in said
    assert "room made for children" in said
    assert "child_friendly_space" in (folder / "items.csv").read_text(encoding="utf-8-sig")


def test_one_item_by_groups(app: typer.Typer, folder: Path) -> None:
    code, said = run(app, "practice", folder / "mapping.toml", "--by", "round", "--item", "rights_explained", "-q")
    assert code == 0, said
    assert "room made for children" not in said


def test_change_of_one_set_and_of_two(app: typer.Typer, folder: Path) -> None:
    code, said = run(app, "practice-change", folder / "mapping.toml", "--round", "round", "-q")
    assert code == 0, said
    assert "from 2016 to 2017" in said
    code, said = run(app, "practice-change", folder / "mapping.toml", folder / "later.toml", "-q", "--after", "now")
    assert code == 0, said
    assert "in mapping and" in said
    assert "0.0 percentage points" in said


def test_what_followed(app: typer.Typer, folder: Path) -> None:
    code, said = run(app, "practice-association", folder / "mapping.toml", "--at", "complaint", "--to", "charge", "-q")
    assert code == 0, said
    assert "association, not the effect of the practice" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["practice", "mapping.toml", "--item", "rights"], "'rights' is not an item"),
        (["practice-change", "mapping.toml"], "Two rounds are needed"),
        (["practice-change", "mapping.toml", "later.toml", "--round", "round"], "Two rounds are needed"),
        (["practice-change", "mapping.toml", "mapping.toml"], "Both rounds have the same name"),
        (["practice-association", "mapping.toml", "--at", "chrge"], "'chrge' is not a stage"),
    ],
)
def test_asked_wrongly(app: typer.Typer, folder: Path, words: list[str], message: str) -> None:
    code, said = run(app, *[folder / one if one.endswith(".toml") else one for one in words])
    assert code == 1
    assert message in said
    assert "Traceback" not in said


def test_the_schema_of_a_checklist(app: typer.Typer) -> None:
    code, said = run(app, "schema", "checklist")
    assert code == 0
    assert '"applies_if"' in said
