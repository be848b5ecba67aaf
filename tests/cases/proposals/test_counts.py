"""Tables of counts are known by their columns, and the proposed mapping reads them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from justice_metrics.base.errors import MappingError
from justice_metrics.cases.counts.data import CountData
from justice_metrics.cases.counts.reading import read_counts
from justice_metrics.cases.proposals.counts import CountProposal
from justice_metrics.cases.proposals.propose import Proposal, propose_mapping

MONTHS = ("enero", "febrero", "marzo")
OFFICES = ("Primero", "Segundo")


def write(path: Path, header: str, rows: list[list[Any]]) -> Path:
    path.write_text("\n".join([header, *(";".join(map(str, row)) for row in rows)]) + "\n", encoding="utf-8")
    return path


def proposed(path: Path) -> CountProposal:
    made = propose_mapping(path)
    assert isinstance(made, CountProposal)
    return made


def read(path: Path) -> CountData:
    return read_counts(path, mapping=tomllib.loads(proposed(path).toml("en")))


def test_a_ministrys_table(tmp_path: Path) -> None:
    rows = [
        [office, 2019, month, offence, 2, 20 + place, 3, "S/D" if place == 1 else 7]
        for place, month in enumerate(MONTHS)
        for office in OFFICES
        for offence in ("Violación", "Abuso")
    ]
    rows[0][-1] = "9 (p)"
    header = "Juzgado;Gestión;Mes;Delito;Jueces;Pendientes al inicio;Ingresadas;Resueltas"
    path = write(tmp_path / "juzgados.csv", header, rows)
    made = proposed(path)
    assert made.unit == "case"
    assert made.period == (("year", "Gestión"), ("month", "Mes"))
    assert [(one.name, one.per_office) for one in made.quantities] == [
        ("judges", True),
        ("pending_start", False),
        ("new", False),
        ("resolved", False),
    ]
    assert dict(made.missing) == {"S/D": "not_available", "(p)": "under_review"}
    counts = read(path)
    assert counts.key_levels("office") == OFFICES
    assert counts.key_levels("offence") == ("Abuso", "Violación")


def test_a_long_table(tmp_path: Path) -> None:
    rows = [
        [office, f"{month} 2019", what, n]
        for month in MONTHS
        for office in OFFICES
        for n, what in enumerate(("Casos ingresados", "Casos resueltos", "Conciliadas en sala"))
    ]
    path = write(tmp_path / "largo.csv", "Juzgado;Periodo;Indicador;Valor", rows)
    made = proposed(path)
    assert made.long == ("Indicador", "Valor")
    assert {one.name: one.known for one in made.quantities} == {
        "new": True,
        "resolved": True,
        "conciliadas_sala": False,
    }
    assert read(path).key_levels("office") == OFFICES


def test_victims_by_state_and_month_of_a_date(tmp_path: Path) -> None:
    rows = [
        [f"{year}-{month:02d}-15", code, state, sex, year - 2015 + month]
        for year in (2019, 2020)
        for month in range(1, 13)
        for code, state in (("01", "Aguascalientes"), ("02", "Baja California"))
        for sex in ("Mujer", "Hombre")
    ]
    path = write(tmp_path / "victimas.csv", "mes_fecha;cve_ent;nombre_estado;genero;n_victimas", rows)
    made = proposed(path)
    assert made.unit == "victim"
    assert made.period == (("column", "mes_fecha"), ("length", "month"))
    assert made.same == (("cve_ent", "nombre_estado"),)
    assert "says again what" in made.toml("en")
    counts = read(path)
    assert counts.native_period == "month"
    assert counts.key_levels("sex") == ("Hombre", "Mujer")


def test_rows_beside_one_another_are_added(tmp_path: Path) -> None:
    rows = [[office, year, 3] for office in OFFICES for year in (2018, 2019, 2019)]
    path = write(tmp_path / "x.csv", "Juzgado;Año;Ingresadas", rows)
    assert proposed(path).repeated == 2
    assert 'repeated = "add"' in proposed(path).toml("en")
    read(path)


def test_a_row_of_totals_is_left_out(tmp_path: Path) -> None:
    rows = [[office, year, n] for year in (2018, 2019) for office, n in (("Uno", 1), ("Dos", 2), ("TOTAL", 3))]
    path = write(tmp_path / "x.csv", "Juzgado;Año;Ingresadas", rows)
    assert 'ignore = ["TOTAL"]' in proposed(path).toml("en")
    assert read(path).key_levels("office") == ("Dos", "Uno")


def test_years_side_by_side_have_no_mapping(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", "Juzgado;2017;2018;2019", [["Uno", 1, 2, 3], ["Dos", 4, 5, 6]])
    with pytest.raises(MappingError, match="beside one another: 3 columns"):
        propose_mapping(path)


def test_case_files_are_no_table_of_counts(tmp_path: Path) -> None:
    rows = [[f"E{n}", 2019, 20 + n % 9, "Sobreseimiento"] for n in range(30)]
    assert isinstance(propose_mapping(write(tmp_path / "x.csv", "Expediente;Año;Edad;Resultado", rows)), Proposal)


def test_the_list_of_guesses(tmp_path: Path) -> None:
    made = proposed(write(tmp_path / "x.csv", "Juzgado;Año;Ingresadas", [["Uno", 2018, 1], ["Dos", 2018, 2]]))
    assert [row[3] for row in made.rows()] == ["counts.office", "counts.period.year", "counts.quantities.new"]
    assert made.rare_labels() == ()


def test_thousands_with_points_are_numbers(tmp_path: Path) -> None:
    """5.321 could be five or five thousand for a reader; in a table of counts it is no key."""
    rows = [
        ["La Paz", 2019, "Penal", "5.321", "11.297", "S/D"],
        ["Oruro", 2019, "Penal", "1.280", "2.909", "2.688"],
        ["TOTAL", 2019, "Penal", "6.601", "14.206", "2.688"],
        ["La Paz", 2020, "Penal", "4.100", "9.300", "7.777"],
        ["Oruro", 2020, "Niñez", "2.100", "1.300", "3.777"],
        ["TOTAL", 2020, "Penal", "6.200", "10.600", "11.554"],
    ]
    header = "Departamento;Año;Materia;Pendientes gestión anterior;Causas ingresadas;Causas resueltas"
    path = write(tmp_path / "causas.csv", header, rows)
    made = proposed(path)
    assert [one.name for one in made.quantities] == ["pending_start", "new", "resolved"]
    assert (made.decimal, made.same) == (",", ())
    text = made.toml("en")
    assert 'decimal = ","' in text
    assert "CHECK: numbers like 9.999" in text
    assert read(path).key_levels("department") == ("La Paz", "Oruro")
