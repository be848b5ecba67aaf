"""Where the tables of a mapping lie: the same cases from files, a database, a survey's export and an event log."""

from __future__ import annotations

import csv
import re
import sqlite3
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter

import justice_metrics as jm
from justice_metrics.base.errors import JusticeMetricsError
from justice_metrics.cases.mappings.mapping import read_mapping
from justice_metrics.cases.readers.apart import READERS
from justice_metrics.cases.readers.text_table import TextTable

Rows = Sequence[Sequence[str]]
SECRET = "Potosi-1545"

CASES: Rows = [
    ["caso", "denuncia", "imputacion", "salida", "fin", "distrito"],
    ["A-1", "2018-01-10", "2018-02-01", "condena", "2018-06-01", "Sucre"],
    ["A-2", "2018-01-20", "", "rechazo", "2018-03-01", "Tarija"],
    ["A-3", "2018-02-10", "2018-03-15", "", "", "Sucre"],
]
HEARINGS: Rows = [
    ["caso", "fecha", "estado"],
    ["A-1", "2018-04-01", "realizada"],
    ["A-3", "2018-05-01", "suspendida"],
    ["A-3", "2018-06-01", "realizada"],
]
SUPPORT: Rows = [["caso", "actor", "desde"], ["A-1", "abogada", "2018-01-15"], ["A-3", "abogada", "2018-02-20"]]


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are parsed here: the child process has tests of its own."""

    def here(reader: str, path: Path, *, seconds: float | None = None, **options: Any) -> TextTable:
        module, _, function = READERS[reader].partition(":")
        return getattr(import_module(module), function)(path, **options)  # type: ignore[no-any-return]

    for module in ("workbook", "database", "files"):
        monkeypatch.setattr(f"justice_metrics.cases.readers.{module}.read_apart", here)


def mapping(
    data: Mapping[str, Any], *, hearings: Mapping[str, Any], support: Mapping[str, Any], case: str = "caso"
) -> dict[str, Any]:
    return {
        "data": dict(data),
        "cases": {"unit": "case", "id": case, "procedure": "bolivia", "cutoff": "2018-12-31"},
        "dates": {"complaint": "denuncia", "charged": "imputacion"},
        "outcome": {"column": "salida", "date": "fin", "labels": {"condena": "convicted", "rechazo": "rejected"}},
        "attributes": {"district": "distrito"},
        "hearings": {
            "scheduled": "fecha",
            "status": {"column": "estado", "labels": {"realizada": "held", "suspendida": "suspended"}},
            **hearings,
        },
        "support": {
            "id": case,
            "actor": {"column": "actor", "labels": {"abogada": "lawyer"}},
            "start": "desde",
            **support,
        },
    }


def facts(cases: jm.CaseData) -> list[Any]:
    """Return everything that these cases say."""
    order = ["unit_id", "first__complaint", "first__charged", "outcome", "outcome_day", "district"]
    found = [
        sorted(cases.milestones.select(*order).collect().rows(), key=str),
        sorted(cases.child("hearings").select("unit_id", "scheduled_day", "status").collect().rows(), key=str),
    ]
    assert cases.support is not None
    return [*found, sorted(cases.support.select("unit_id", "actor", "start_day").collect().rows(), key=str)]


def text(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)


def from_files(folder: Path) -> jm.CaseData:
    for name, rows in (("casos", CASES), ("audiencias", HEARINGS), ("apoyo", SUPPORT)):
        text(folder / f"{name}.csv", rows)
    described = mapping({"file": "casos.csv"}, hearings={"file": "audiencias.csv"}, support={"file": "apoyo.csv"})
    return jm.read_cases(mapping=jm.CaseMapping.from_dict(described, folder=folder))


@pytest.fixture
def meant(tmp_path: Path) -> list[Any]:
    return facts(from_files(tmp_path))


def test_tables_of_a_database(tmp_path: Path, meant: list[Any]) -> None:
    made = sqlite3.connect(tmp_path / "casos.sqlite")
    lake = duckdb.connect(str(tmp_path / "casos.duckdb"))
    for name, (head, *rows) in (("casos", CASES), ("audiencias", HEARINGS), ("apoyo", SUPPORT)):
        columns, marks = ", ".join(head), ", ".join("?" * len(head))
        for connection, kinds in ((made, head), (lake, [f"{one} VARCHAR" for one in head])):
            connection.execute(f"CREATE TABLE {name} ({', '.join(kinds)})")
            connection.executemany(f"INSERT INTO {name} ({columns}) VALUES ({marks})", rows)
    made.commit()
    made.close()
    lake.execute("ALTER TABLE casos ALTER denuncia TYPE DATE")
    lake.close()
    for address in ("sqlite:///casos.sqlite", "duckdb:///casos.duckdb"):
        described = mapping(
            {"file": address, "table": "casos"},
            hearings={"table": "audiencias"},
            support={"query": "SELECT * FROM apoyo WHERE actor <> 'nadie'"},
        )
        cases = jm.read_cases(mapping=jm.CaseMapping.from_dict(described, folder=tmp_path))
        assert facts(cases) == meant
        assert cases.provenance.source == address.rpartition("/")[2]
        del described["data"]["file"]
        given = f"{address.partition(':')[0]}:///{tmp_path / address.rpartition('/')[2]}"
        assert facts(jm.read_cases(given, mapping=jm.CaseMapping.from_dict(described))) == meant


def test_an_export_of_kobo_with_repeats(tmp_path: Path, meant: list[Any]) -> None:
    """Groups before the names, ids by the repeat's link alone, and one submission that was sent again."""
    head, *rows = CASES
    sheets: dict[str, list[list[str]]] = {
        "Casos": [
            [("" if one == "caso" else "datos/") + one for one in head]
            + ["_id", "_uuid", "_submission_time", "_index", "deviceid"]
        ]
    }
    numbers = {}
    for place, row in enumerate([rows[0], *rows], start=1):
        numbers[row[0]] = str(place)
        sheets["Casos"].append([*row, str(50 + place), f"u{row[0]}", f"2018-07-0{place}", str(place), "d"])
    for name, (above, *below) in (("audiencias", HEARINGS), ("apoyo", SUPPORT)):
        link = ["_index", "_parent_table_name", "_parent_index"]
        sheets[name] = [[f"{name}/{one}" for one in above[1:]] + link]
        sheets[name] += [[*row[1:], str(place), "Casos", numbers[row[0]]] for place, row in enumerate(below, start=1)]
    sheets["audiencias"].append(["2018-01-01", "realizada", "9", "Casos", "1"])  # of the submission sent first
    with xlsxwriter.Workbook(tmp_path / "kobo.xlsx") as made:
        for name, written in sheets.items():
            page = made.add_worksheet(name)
            for number, row in enumerate(written):
                page.write_row(number, 0, row)
    described = mapping(
        {"file": "kobo.xlsx", "export": "kobo"}, hearings={"sheet": "audiencias"}, support={"sheet": "apoyo"}
    )
    cases = jm.read_cases(mapping=jm.CaseMapping.from_dict(described, folder=tmp_path))
    assert facts(cases) == meant
    said = " ".join(note.text() for note in cases.intake.notes)
    assert "1 submission stands there again" in said
    assert "1 column with places" in said


def test_stage_tables_of_a_database(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "casos.duckdb")) as made:
        made.execute("CREATE TABLE denuncias AS SELECT 'A-1' AS caso, DATE '2018-01-10' AS dia")
        made.execute("CREATE TABLE fallos AS SELECT 'A-1' AS caso, DATE '2018-06-01' AS dia, 'condena' AS fallo")
    described = {
        "data": {"file": "duckdb:///casos.duckdb", "kind": "stages"},
        "cases": {"unit": "case", "id": "caso", "procedure": "bolivia", "cutoff": "2018-12-31"},
        "stages": [
            {"table": "denuncias", "state": "complaint", "date": "dia"},
            {"table": "fallos", "outcome": {"column": "fallo", "date": "dia", "labels": {"condena": "convicted"}}},
        ],
    }
    cases = jm.read_cases(mapping=jm.CaseMapping.from_dict(described, folder=tmp_path))
    row = cases.milestones.select("unit_id", "outcome").collect().rows()
    assert row == [("A-1", "convicted")]


def test_an_event_log(tmp_path: Path) -> None:
    def event(name: str, day: str) -> str:
        return f'<event><string key="concept:name" value="{name}"/><date key="time:timestamp" value="{day}"/></event>'

    traces = [
        ("1", ("a", "2018-01-10T09:00:00.000-04:00"), ("c", "2018-01-10T08:00:00.000-04:00")),
        ("2", ("a", "2018-02-10")),
    ]
    body = "".join(
        f'<trace><string key="concept:name" value="{case}"/>{"".join(event(*one) for one in events)}</trace>'
        for case, *events in traces
    )
    (tmp_path / "log.xes").write_text(f"<log>{body}</log>", encoding="utf-8")
    described = {
        "data": {"file": "log.xes", "kind": "events"},
        "cases": {"unit": "case", "id": "case:concept:name", "procedure": "bolivia", "cutoff": "2018-12-31"},
        "events": {
            "date": "time:timestamp",
            "order": "event:number",
            "state": {"column": "concept:name", "labels": {"a": "complaint", "c": "convicted"}},
        },
    }
    cases = jm.read_cases(mapping=jm.CaseMapping.from_dict(described, folder=tmp_path))
    assert sorted(cases.milestones.select("unit_id", "outcome").collect().rows(), key=str) == [
        ("1", "convicted"),
        ("2", None),
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"file": "casos.csv", "table": "casos"}, "'table' belongs to the address of a database"),
        ({"file": "casos.csv", "time_zone": "America/La_Paz"}, "'time_zone' belongs"),
        ({"file": "sqlite:///a.db", "table": "a", "query": "SELECT 1"}, "exclude one another"),
        ({"file": "sqlite:///a.db", "export": "kobo"}, "'export' is for files"),
        ({"file": "casos.csv", "form": "form.xlsx"}, "'form' belongs to 'export'"),
        ({"file": "casos.csv", "export": "survey123"}, "export"),
        ({"file": f"postgresql://ana:{SECRET}@host/casos"}, "environment variable"),
        ({"file": ["sqlite:///a.db", "casos.csv"]}, "a database stands alone"),
        ({"file": "postgresql://ana:${CLAVE_QUE_NO_HAY}@host/casos"}, "CLAVE_QUE_NO_HAY, which is not set"),
    ],
)
def test_refusals(tmp_path: Path, data: dict[str, Any], said: str) -> None:
    described = mapping(data, hearings={"file": "a.csv"}, support={"file": "b.csv"})
    with pytest.raises(JusticeMetricsError) as error:
        jm.read_cases(mapping=jm.CaseMapping.from_dict(described, folder=tmp_path))
    assert said in error.value.text()
    assert SECRET not in error.value.text()
    assert SECRET not in repr(error.value)


PAGES = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["databases.md", "kobo.md"])
def test_the_page_is_true(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = (PAGES / page).read_text(encoding="utf-8")
    for name, example in re.findall(r"<!-- example: (\S+) -->\n```toml\n(.*?)```", written, re.DOTALL):
        (tmp_path / name).write_text(example, encoding="utf-8")
        read_mapping(tmp_path / name)
    program = re.search(r"```python\n(.*?)```", written, re.DOTALL)
    assert program is not None
    monkeypatch.chdir(tmp_path)
    exec(program[1], {})  # the page's own example
    said = [line.removeprefix("# ") for line in program[1].splitlines() if line.startswith("# ")]
    assert capsys.readouterr().out.splitlines() == said


def test_tables_of_counts_in_a_database(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "juzgados.duckdb")) as made:
        made.execute("CREATE TABLE ingresos (juzgado VARCHAR, mes VARCHAR, n INTEGER)")
        made.execute("INSERT INTO ingresos VALUES ('Único', '2019-01', 12), ('Único', '2019-02', 7)")
    described: dict[str, Any] = {
        "data": {"file": "duckdb:///juzgados.duckdb", "kind": "counts"},
        "counts": {"office": "juzgado", "period": "mes", "quantities": {"new": "n"}},
    }
    (tmp_path / "mapping.toml").write_text(
        '[data]\nfile = "duckdb:///juzgados.duckdb"\nkind = "counts"\nquery = "SELECT * FROM ingresos WHERE n > 10"\n'
        '[counts]\noffice = "juzgado"\nperiod = "mes"\nquantities = { new = "n" }\n',
        encoding="utf-8",
    )
    assert "1 row" in repr(jm.read_counts(mapping=tmp_path / "mapping.toml"))
    del described["data"]["file"]
    counts = jm.read_counts(f"duckdb:///{tmp_path / 'juzgados.duckdb'}", mapping=described)
    assert "2 rows" in repr(counts)
    with pytest.raises(JusticeMetricsError, match="environment variable") as error:
        jm.read_counts(
            mapping={**described, "data": {"file": f"postgresql://ana:{SECRET}@host/casos", "kind": "counts"}}
        )
    assert SECRET not in error.value.text()
