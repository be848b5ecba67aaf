"""The simulated twin: what a mapping of any kind can read, and made from nothing that a case says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import justice_metrics as jm
from justice_metrics.cases.counts.mapping import CountMapping
from justice_metrics.cases.mappings.mapping import CaseMapping
from justice_metrics.simulate.twin import twin_tables
from justice_metrics.simulate.twin_counts import twin_counts

CASES = {"id": "No", "procedure": "bolivia", "cutoff": "2018-04-30"}
LABELS = {"Rechazo": "rejected", "Condena": "convicted", "Absolución": "acquitted", "En trámite": "pending"}
WIDE: dict[str, Any] = {
    "data": {"date_order": "dmy"},
    "cases": {**CASES, "sampling": {"cluster": "Juzgado"}},
    "dates": {
        "complaint": {"column": "Denuncia", "notified": "Notificada"},
        "charged": "Imputación",
        "verdict": "Sentencia",
    },
    "outcome": {"column": "Forma", "date": "Conclusión", "labels": LABELS},
    "attributes": {
        "department": "Departamento",
        "court": "Juzgado",
        "age": {"column": "Edad", "type": "integer", "bands": [0, 6, 12, 18]},
        "born": {"column": "Nacimiento", "type": "date"},
        "sex": {"column": "Sexo", "labels": {"F": "female", "M": "male"}},
    },
    "support": {
        "file": "s.csv",
        "id": "No",
        "actor": {"column": "Actor", "labels": {"Abogada": "lawyer"}},
        "start": "Desde",
    },
    "hearings": {
        "file": "h.csv",
        "scheduled": "Fecha",
        "status": {"column": "Estado", "labels": {"Realizada": "held", "Suspendida": "suspended"}},
    },
    "sentences": {"file": "p.csv", "date": "Fecha", "years": "Años", "months": "Meses"},
    "joined": {"file": "j.csv", "into": "Destino"},
    "victims": {"file": "v.csv", "member": "Víctima", "attributes": {"sex": {"column": "Sexo"}}},
}
MADE: dict[str, Any] = {
    "columns": {
        "Denuncia": {"year": "A", "month": "M", "day": "D"},
        "Departamento": {"column": "Código", "from": 1, "to": 2, "pad": 4},
        "No": {"columns": ["Serie", "Número"]},
    },
    "cases": CASES,
    "dates": {"complaint": "Denuncia"},
    "outcome": {"column": "Forma", "labels": LABELS},
    "attributes": {"department": "Departamento"},
}
EVENTS: dict[str, Any] = {
    "data": {"kind": "events"},
    "cases": CASES,
    "events": {
        "state": {
            "column": "Acto",
            "labels": {"Denuncia": "complaint", "Imputación": "charged", "Condena": "convicted"},
        },
        "date": "Fecha",
        "order": "Orden",
    },
    "attributes": {"department": "Departamento"},
}
STAGES: dict[str, Any] = {
    "data": {"kind": "stages"},
    "cases": CASES,
    "stages": [
        {"file": "a.csv", "state": "complaint", "date": "Denuncia"},
        {"file": "b.csv", "state": "charged", "date": "Imputación", "id": "Caso"},
        {
            "file": "c.csv",
            "id": "Caso",
            "outcome": {"column": "Forma", "date": "Conclusión", "labels": LABELS},
        },
    ],
    "attributes": {"department": "Departamento", "area": {"column": "Área", "table": 1}},
}


def twin(mapping: dict[str, Any], *, units: int = 60, seed: int = 1) -> dict[str, Any]:
    return twin_tables(
        CaseMapping.from_dict(mapping),
        jm.read_procedure("bolivia"),
        levels={"department": {"01": 30.0, "07": 10.0}},
        units=units,
        seed=seed,
    )


def read(mapping: dict[str, Any], folder: Path) -> jm.CaseData:
    """Write a twin where its mapping looks for it, and read it."""
    named = {name: dict(part) if isinstance(part, dict) else part for name, part in mapping.items()}
    named["data"] = dict(named.get("data", {}))
    for name, table in twin(mapping).items():
        file = f"{name or 'cases'}.csv"
        (folder / file).write_bytes(table.csv_bytes())
        if name.startswith("stage "):
            named["stages"] = [dict(one) for one in named["stages"]]
            named["stages"][int(name[6:]) - 1]["file"] = file
        else:
            named[name or "data"]["file"] = file
    return jm.read_cases(mapping=CaseMapping.from_dict(named, folder=folder))


@pytest.mark.parametrize("mapping", [WIDE, MADE, EVENTS, STAGES], ids=["wide", "made", "events", "stages"])
def test_its_mapping_reads_it(tmp_path: Path, mapping: dict[str, Any]) -> None:
    cases = read(mapping, tmp_path)
    assert cases.provenance.units_in == 60
    assert not cases.provenance.left_out
    found = jm.attrition(cases, by="department").to_frame()
    assert {"01", "07"} <= set(found["department"]) <= {"01", "07", "all"}


def test_every_column_of_the_mapping_is_there() -> None:
    mapping = CaseMapping.from_dict(WIDE)
    tables = twin(WIDE)
    assert set(tables) == {"", "support", "hearings", "sentences", "joined", "victims"}
    assert {column for column, _ in mapping.columns()} == set(tables[""].columns)
    assert {column for column, _ in mapping.support_columns()} == set(tables["support"].columns)
    for name in mapping.children:
        assert {column for column, _ in mapping.child_columns(name)} == set(tables[name].columns)
    assert len(tables["joined"]) == 1


def test_levels_come_in_the_published_proportions() -> None:
    lines = twin(WIDE, units=2000)[""].csv_bytes().decode("utf-8-sig").splitlines()
    place = lines[0].split(",").index("Departamento")
    share = np.mean([line.split(",")[place] == "01" for line in lines[1:]])
    assert share == pytest.approx(0.75, abs=0.04)


def test_the_same_seed_gives_the_same_twin() -> None:
    def written(seed: int) -> dict[str, bytes]:
        return {name: table.csv_bytes() for name, table in twin(WIDE, seed=seed).items()}

    assert written(1) == written(1)
    assert written(1) != written(2)


@pytest.mark.parametrize(
    ("period", "long"),
    [
        ({"year": "Año", "month": "Mes"}, None),
        ({"year": "Año", "quarter": "T"}, None),
        ({"year": "Año"}, None),
        ("Período", None),
        ({"column": "Período", "length": "year"}, None),
        ({"start": "Desde", "end": "Hasta"}, None),
        ({"year": "Año", "month": "Mes"}, {"quantity": "Qué", "number": "Cuánto"}),
    ],
)
def test_a_table_of_counts(tmp_path: Path, period: Any, long: dict[str, str] | None) -> None:
    counts: dict[str, Any] = {
        "cutoff": "2018-04-30",
        "office": "Juzgado",
        "period": period,
        "keys": {"offence": {"column": "Delito", "labels": {"Violación": "rape", "Abuso": "abuse"}}},
        "quantities": {"new": "Ingresos", "judges": {"column": "Jueces", "per": "office"}},
    }
    if long is not None:
        counts["long"] = long
    mapping = CountMapping.from_dict({"counts": counts})
    file = tmp_path / "t.csv"
    file.write_bytes(twin_counts(mapping).csv_bytes())
    read_back = jm.read_counts(file, mapping=mapping)
    assert int(re.findall(r"\((\d+) rows", repr(read_back).replace(",", ""))[0]) >= 8
