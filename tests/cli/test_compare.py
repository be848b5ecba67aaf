"""justice-metrics compare, as somebody types it."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from justice_metrics.cli import compare
from justice_metrics.cli.options import Options

MAPPING = """
[data]
file = "{name}.csv"
date_order = "ymd"
language = "{language}"

[cases]
unit = "case"
id = "id"
procedure = "bolivia"
cutoff = {cutoff}

[dates]
complaint = "denuncia"

[attributes]
department = "departamento"

[outcome]
column = "fin"
date = "fecha"
labels = {{ "Condena" = "convicted", "Rechazo" = "rejected" }}
"""
ROWS = {
    "first": ["a,2016-01-01,,,Oruro", "b,2016-02-01,Rechazo,2016-05-01,Oruro", "c,2016-03-01,,,Beni"],
    "second": ["a,2016-01-01,Condena,2017-03-01,Oruro", "b,2016-02-01,Condena,2016-05-01,Oruro", "d,2016-12-01,,,Beni"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("extracts")
    for (name, rows), cutoff, language in zip(ROWS.items(), ("2016-12-31", "2017-12-31"), ("en", "es"), strict=True):
        lines = ["id,denuncia,fin,fecha,departamento", *rows]
        (path / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
        text = MAPPING.format(name=name, cutoff=cutoff, language=language)
        (path / f"{name}.toml").write_text(text, encoding="utf-8")
    return path


def call(*words: str) -> tuple[int, str]:
    app = typer.Typer()
    compare.add(app, Options("en"))
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.output


def test_a_table_and_a_sentence(folder: Path) -> None:
    code, text = call(str(folder / "first.toml"), str(folder / "second.toml"), "--by", "department", "-l", "en")
    assert code == 0
    assert "Oruro" in text
    assert "Of 3 units of the earlier extract, no longer in the later one: 1 (33.3 %)" in " ".join(text.split())


def test_the_wrong_way_round(folder: Path) -> None:
    code, text = call(str(folder / "second.toml"), str(folder / "first.toml"), "--language", "en")
    assert code == 1
    assert "Hand over the earlier extract first." in text


def test_a_file_that_is_not_there(folder: Path) -> None:
    code, text = call(str(folder / "first.toml"), str(folder / "third.toml"))
    assert code == 1
    assert "third.toml" in text
