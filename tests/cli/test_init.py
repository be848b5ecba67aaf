"""justice-metrics init: several files, questions to a person, labels too rare to print; justice-metrics schema."""

from __future__ import annotations

import csv
import json
import sqlite3
import stat
import tomllib
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from justice_metrics.cases.mappings.mapping import read_mapping
from justice_metrics.cases.read import read_cases
from justice_metrics.cli import init, schema
from justice_metrics.cli.options import Options

HEADER = "N° de caso;Fecha de denuncia;Estado;Delito"


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    return CliRunner()


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    for group in (init, schema):
        group.add(made, Options("en"))
    return made


def cases(folder: Path) -> Path:
    ends = ["Rechazo de denuncia"] * 40 + ["Pasa al Grupo Alfa"] * 11 + ["Cerrado por Ana Quispe"] * 2
    rows = [f"LPZ-{n};0{n % 9 + 1}/0{n % 5 + 1}/2017;{end};Violación" for n, end in enumerate(ends)]
    path = folder / "casos.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def test_questions_are_asked_and_answered(app: typer.Typer, runner: CliRunner, tmp_path: Path) -> None:
    file = cases(tmp_path)
    words = ["bolivya", "bolivia", "victm", "victim", "dmy", "30/04/2018", "2018-04-30", "registered"]
    # whether a column is the outcome, the label that nobody knows, then all others
    answers = [*words, "yes", "withdrwn", "withdrawn", "transferred"]
    done = runner.invoke(app, ["init", str(file), "--interactive", "-l", "en"], input="\n".join(answers) + "\n")
    assert done.exit_code == 0, done.output
    assert "Did you mean 'bolivia'" in done.stderr
    assert "Did you mean 'victim'" in done.stderr
    assert "Did you mean 'withdrawn'" in done.stderr
    assert "A day is written as 2018-04-30" in done.stderr
    assert "Quispe" not in done.output + done.stderr
    mapping = read_mapping(tmp_path / "casos_mapping.toml")
    assert (mapping.cases.unit, mapping.cases.procedure, mapping.data.date_order) == ("victim", "bolivia", "dmy")
    assert str(mapping.cases.cutoff) == "2018-04-30"
    assert mapping.outcome is not None
    assert mapping.outcome.labels == {"Rechazo de denuncia": "rejected", "Pasa al Grupo Alfa": "withdrawn"}
    assert mapping.outcome.otherwise == "transferred"
    text = (tmp_path / "casos_mapping.toml").read_text(encoding="utf-8")
    assert "FILL IN:" not in text


def test_what_is_left_open_stays_marked(app: typer.Typer, runner: CliRunner, tmp_path: Path) -> None:
    answers = ["bolivia", "", "dmy", "2018-04-30", "", "", "-", "-"]
    done = runner.invoke(app, ["init", str(cases(tmp_path)), "-i", "-l", "en"], input="\n".join(answers) + "\n")
    assert done.exit_code == 0, done.output
    text = (tmp_path / "casos_mapping.toml").read_text(encoding="utf-8")
    assert '# "Pasa al Grupo Alfa" = ""' in text
    assert "1 further label" in text


def test_whoever_stops_answering_changes_nothing(app: typer.Typer, runner: CliRunner, tmp_path: Path) -> None:
    done = runner.invoke(app, ["init", str(cases(tmp_path)), "-i", "-l", "en"], input="bolivia\n")
    assert done.exit_code == 130
    assert "nothing was changed" in done.stderr
    assert not (tmp_path / "casos_mapping.toml").exists()


def test_unsure_columns_are_asked_about(app: typer.Typer, runner: CliRunner, tmp_path: Path) -> None:
    rows = [f"{n},2017-01-31,2017-02-{n % 20 + 1:02d}" for n in range(30)]
    file = tmp_path / "cases.csv"
    file.write_text("\n".join(["case_id,report_date,arrest_date", *rows]), encoding="utf-8")
    words = ["init", str(file), "-i", "--procedure", "common_law", "-l", "en"]
    done = runner.invoke(app, words, input="\n\n\nno\n")
    assert done.exit_code == 0, done.stderr
    assert "'arrest_date' (dates): is it dates.arrested? (yes, no)" in done.stderr
    mapping = read_mapping(tmp_path / "cases_mapping.toml")
    assert set(mapping.dates) == {"complaint"}


def test_questions_in_spanish(app: typer.Typer, runner: CliRunner, tmp_path: Path) -> None:
    done = runner.invoke(
        app, ["init", str(cases(tmp_path)), "-i", "-l", "es"], input="bolivia\n\ndmy\n2018-04-30\n\nsí\n-\n-\n"
    )
    assert done.exit_code == 0, done.output
    assert "LPZ" not in done.output + done.stderr


def test_rare_labels_go_to_a_file_of_personal_data(app: typer.Typer, runner: CliRunner, tmp_path: Path) -> None:
    secure = tmp_path / "secure"
    secure.mkdir()
    done = runner.invoke(app, ["init", str(cases(tmp_path)), "--rare-labels", str(secure), "-l", "en"])
    assert done.exit_code == 0, done.output
    assert "personal data" in done.stdout
    assert "Quispe" not in done.output + done.stderr
    path = secure / "PERSONAL_DATA_labels.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(encoding="utf-8-sig", newline="") as lines:
        assert list(csv.reader(lines)) == [
            ["table", "column", "label", "rows"],
            ["", "Estado", "Cerrado por Ana Quispe", "2"],
        ]


def test_without_rare_labels_nothing_is_written(app: typer.Typer, runner: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "casos.csv"
    rows = [f"{n};2017-01-31;Rechazo de denuncia;Violación" for n in range(20)]
    file.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    done = runner.invoke(app, ["init", str(file), "--rare-labels", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert not list(tmp_path.glob("PERSONAL_DATA_*"))


def test_several_files_and_a_mapping_elsewhere(app: typer.Typer, runner: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    file = cases(tmp_path / "data")
    support = file.with_name("apoyo.csv")
    rows = [f"LPZ-{n};Abogada;13/02/2017" for n in range(12)]
    support.write_text("\n".join(["N° de caso;Tipo de actor;Apersonamiento", *rows]), encoding="utf-8")
    target = tmp_path / "study" / "mapping.toml"
    target.parent.mkdir()
    words = ["init", str(file), str(support), "--out", str(target), "--procedure", "bolivia", "--json"]
    done = runner.invoke(app, words)
    assert done.exit_code == 0, done.output
    columns = {one["column"]: one["key"] for one in json.loads(done.stdout)["columns"]}
    assert columns["Apersonamiento"] == "support.start"
    mapping = read_mapping(target)
    assert mapping.data.file == ("../data/casos.csv",)
    assert mapping.support is not None
    assert mapping.support.file == ("../data/apoyo.csv",)
    assert mapping.support.actor.labels == {"Abogada": "lawyer"}


def test_a_table_of_a_database(app: typer.Typer, runner: CliRunner, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "casos.sqlite") as base:
        base.execute("create table expedientes (caso text, fecha_denuncia text, resultado text)")
        base.execute("create table listas (a text, b text)")
        rows = [(f"E{n}", f"2018-01-{n % 28 + 1:02d}", "Rechazo de denuncia") for n in range(20)]
        base.executemany("insert into expedientes values (?, ?, ?)", rows)
    base.close()
    target = tmp_path / "mapping.toml"
    words = ["init", "sqlite:///casos.sqlite", "--out", str(target), "--procedure", "bolivia", "-l", "en"]
    done = runner.invoke(app, words)
    assert done.exit_code == 1
    assert "has 2 tables" in done.stderr
    done = runner.invoke(app, [*words, "--sheet", "expedientes"])
    assert done.exit_code == 0, done.stderr
    mapping = read_mapping(target)
    assert (mapping.data.file, mapping.data.table) == (("sqlite:///casos.sqlite",), "expedientes")
    assert mapping.data.sheet == ()
    assert read_cases(mapping=mapping).n_units == 20


def test_a_password_in_an_address_is_refused(app: typer.Typer, runner: CliRunner, tmp_path: Path) -> None:
    words = ["init", "postgresql://ana:clave9@example.org/casos", "--out", str(tmp_path / "m.toml")]
    done = runner.invoke(app, words)
    assert done.exit_code == 1
    assert "clave9" not in done.output + done.stderr


def test_a_procedure_that_is_not_there(app: typer.Typer, runner: CliRunner, tmp_path: Path) -> None:
    done = runner.invoke(app, ["init", str(cases(tmp_path)), "--procedure", "bolivya"])
    assert done.exit_code == 1
    assert "bolivia" in done.stderr
    assert not (tmp_path / "casos_mapping.toml").exists()


@pytest.mark.parametrize(
    ("file", "section"),
    [("mapping", "cases"), ("counts", "counts"), ("procedure", "state"), ("plan", None)],
)
def test_schemas_are_json(file: str, section: str | None, app: typer.Typer, runner: CliRunner) -> None:
    done = runner.invoke(app, ["schema", file])
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    assert made["$schema"].startswith("https://json-schema.org/")
    assert section is None or section in made["properties"]


def test_a_schema_that_is_not_there(app: typer.Typer, runner: CliRunner) -> None:
    done = runner.invoke(app, ["schema", "maping"])
    assert done.exit_code == 1
    assert "Did you mean 'mapping'?" in done.stderr


def test_the_schema_of_mappings_takes_the_mapping_of_the_sample(app: typer.Typer, runner: CliRunner) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    sample = Path(__file__).parents[2] / "sample_data" / "bolivia_mapping.toml"
    if not sample.is_file():
        pytest.skip("no sample data")
    written = json.loads(json.dumps(tomllib.loads(sample.read_text(encoding="utf-8")), default=str))
    schema_read = json.loads(runner.invoke(app, ["schema", "mapping"]).stdout)
    checker = jsonschema.Draft202012Validator(schema_read)
    assert list(checker.iter_errors(written)) == []
    written["cases"]["cutof"] = "2018-04-30"
    assert list(checker.iter_errors(written)) != []
