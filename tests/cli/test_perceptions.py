"""The commands of surveys, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from justice_metrics.cli import perceptions
from justice_metrics.cli.options import Options
from tests.survey_cases import TEXTS, large_frame


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("perceptions")
    large_frame().assign(No=lambda one: "secret" + one["No"].astype(str)).to_csv(made / "survey.csv", index=False)
    points = ", ".join(f'{{ en = "point {one}", es = "punto {one}" }}' for one in range(1, 6))
    lines = ["[survey]", 'file = "survey.csv"', 'id = "No"', 'round = "year"', "[answers.a]", f"points = [{points}]"]
    lines += ['dont_know = "No sabe"', "[groups]", 'role = "job"', "[scales.trust]", 'text = { en = "Trust" }']
    for name, text in TEXTS.items():
        lines += [f"[items.{name}]", 'text = {{ en = "{en}", es = "{es}" }}'.format(**text), 'scale = "trust"']
    (made / "survey.toml").write_text("\n".join(lines), encoding="utf-8")
    return made


def run(*words: str) -> Result:
    app = typer.Typer()
    perceptions.add(app, Options("en"))
    return CliRunner().invoke(app, list(words))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["perceptions", "--by", "role", "--mean-interval", "bootstrap"], "mean scores from"),
        (["perception-differences", "--between", "role", "--reference", "Fiscal"], "Perceptions of groups compared"),
        (["perception-change", "--item", "fair"], "Change of perceptions"),
        (["reliability"], "goes against the rest of its scale"),
    ],
)
def test_a_command_answers(folder: Path, words: list[str], told: str) -> None:
    command, *more = words
    found = run(command, str(folder / "survey.toml"), *more, "--language", "en")
    assert found.exit_code == 0, found.output
    assert told in " ".join(found.output.split())
    assert "secret" not in found.output


def test_files_and_json(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "perceptions.csv"
    found = run("perceptions", str(folder / "survey.toml"), "--json", "--out", str(out))
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout[: found.stdout.rindex("}") + 1])
    assert "secret" not in found.output + out.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["perceptions", "none.toml"], "There is no file 'none.toml'"),
        (["perceptions", "survey.toml", "--by", "rol"], "Did you mean 'role'?"),
        (["perceptions", "survey.csv"], "is a file of data"),
        (["perception-differences", "survey.toml", "--between", "role", "--reference", "x"], "is no level of 'role'"),
    ],
)
def test_wrong_words_are_told(folder: Path, words: list[str], told: str) -> None:
    command, file, *more = words
    found = run(command, str(folder / file), *more)
    assert found.exit_code == 1
    assert told in found.output
