"""Tables of counts on the command line: which commands take them, and what the others say."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
import typer

from justice_metrics.cli.app import build
from justice_metrics.cli.reading import OF_COUNTS
from tests.cli.conftest import Run

TABLE = """Juzgado;Año;Mes;Ingresadas;Resueltas
Primero;2019;enero;23;12
Primero;2019;febrero;19;20
Segundo;2019;enero;8;12
Segundo;2019;febrero;8;9
"""
MAPPING = """
[data]
kind = "counts"
file = "juzgados.csv"

[counts]
office = "Juzgado"
period = { year = "Año", month = "Mes" }

[counts.quantities]
new = "Ingresadas"
resolved = "Resueltas"

[missing]
"*" = "suppressed"
"""


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    (tmp_path / "juzgados.csv").write_text(TABLE, encoding="utf-8")
    path = tmp_path / "juzgados.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return path


def test_the_commands_that_are_named_are_those_that_read_counts() -> None:
    commands = typer.main.get_command(build("en")).commands  # type: ignore[attr-defined]
    asked = {name: inspect.unwrap(one.callback) for name, one in commands.items() if one.callback is not None}
    reading = {name for name, ask in asked.items() if "data_of(" in inspect.getsource(ask)}
    assert reading == set(OF_COUNTS)


@pytest.mark.parametrize("command", ["rates", "check", "attrition", "limits"])
def test_a_command_that_follows_cases_says_which_ones_take_counts(command: str, mapping: Path, shell: Run) -> None:
    answer = shell(command, str(mapping))
    assert answer.code == 1
    assert "juzgados.toml' describes a table of counts" in answer.err
    assert "flows, ratios," in answer.err
    # nothing of what would be wrong in a mapping of cases
    assert " problem" not in answer.err
    assert "is missing" not in answer.err


def test_the_commands_of_counts_answer(mapping: Path, shell: Run) -> None:
    assert shell("flows", str(mapping), "--period", "own").code == 0


def test_init_proposes_the_mapping_of_a_table_of_counts(mapping: Path, shell: Run) -> None:
    answer = shell("init", str(mapping.with_suffix(".csv")))
    assert answer.code == 0
    proposed = mapping.with_name("juzgados_mapping.toml")
    assert 'kind = "counts"' in proposed.read_text(encoding="utf-8")
    assert shell("flows", str(proposed), "--period", "own").code == 0


def test_init_takes_cases_with_a_year_for_cases(tmp_path: Path, shell: Run) -> None:
    lines = ["Expediente;Año;Edad;Resultado", *(f"E{n};2019;{20 + n};Sobreseimiento" for n in range(30))]
    (tmp_path / "casos.csv").write_text("\n".join(lines), encoding="utf-8")
    assert shell("init", str(tmp_path / "casos.csv")).code == 0
