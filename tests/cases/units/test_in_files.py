"""Units in files: joined cases, accused and the unit that answers count are said in the mapping, and read with it."""

from __future__ import annotations

from pathlib import Path

import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from tests.made_cases import milestones

CASES = """Caso,Denuncia,Fin,Cómo,Acumulado a,Fecha acumulación
1/16,2016-01-05,2016-09-01,Condena,,
2/16,2016-01-02,,,1/16,2016-02-01
3/16,2016-03-01,2016-04-01,Rechazo,,
"""
ACCUSED = """Caso;Imputado;Cómo terminó;Sexo
1/16;1;Condena;M
1/16;2;Rechazo;M
3/16;1;Rechazo;F
"""
MAPPING = """
[data]
file = "casos.csv"
date_order = "ymd"

[cases]
unit = "case"
id = "Caso"
procedure = "bolivia"
cutoff = 2017-12-31
count_as = {count_as}

[dates]
complaint = "Denuncia"

[outcome]
column = "Cómo"
date = "Fin"
labels = {{ "Condena" = "convicted", "Rechazo" = "rejected" }}

[joined]
into = "Acumulado a"
date = "Fecha acumulación"

[accused]
file = "imputados.csv"
member = "Imputado"
outcome = {{ column = "Cómo terminó", labels = {{ "Condena" = "convicted", "Rechazo" = "rejected" }} }}
attributes = {{ sex = {{ column = "Sexo", labels = {{ "M" = "Masculino", "F" = "Femenino" }} }} }}
"""


def folder(path: Path, count_as: str) -> Path:
    (path / "casos.csv").write_text(CASES, encoding="utf-8")
    (path / "imputados.csv").write_text(ACCUSED, encoding="utf-8")
    (path / "mapping.toml").write_text(MAPPING.format(count_as=count_as), encoding="utf-8")
    return path / "mapping.toml"


def test_joined_cases_and_their_accused_are_read(tmp_path: Path) -> None:
    cases = jm.read_cases(mapping=folder(tmp_path, '{ unit = "accused" }'))
    found = milestones(cases)
    assert {one: (row["outcome"], row["sex"]) for one, row in found.items()} == {
        "1/16|1": ("convicted", "Masculino"),
        "1/16|2": ("rejected", "Masculino"),
        "3/16|1": ("rejected", "Femenino"),
    }
    # the first complaint is that of the joined case; who has no day of his own has the day of the case
    assert found["1/16|1"]["first__complaint"] == found["3/16|1"]["first__complaint"] - 59
    assert (cases.unit, cases.n_units) == ("accused", 3)
    assert [one.n for one in cases.provenance.left_out] == [1]


def test_the_unit_of_the_row_is_no_change(tmp_path: Path) -> None:
    cases = jm.read_cases(mapping=folder(tmp_path, '{ unit = "case", principal = "pending" }'))
    assert (cases.unit, cases.n_units) == ("case", 2)
    assert sorted(cases.children) == ["accused"]


def test_a_unit_without_a_link_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match="no links to other units"):
        jm.read_cases(mapping=folder(tmp_path, '{ unit = "victim", principal = ["pending"] }'))
