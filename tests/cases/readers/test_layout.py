"""Separators: found out from all rows and the header, never by guessing; no row becomes the names of the columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from justice_metrics.base.errors import ReadError
from justice_metrics.cases.readers.delimited import read_delimited
from justice_metrics.cases.readers.text_table import TextTable


def read(folder: Path, content: str, **declared: Any) -> TextTable:
    path = folder / "casos.csv"
    path.write_text(content, encoding="utf-8")
    return read_delimited(path, **declared)


def refusal(folder: Path, content: str, **declared: Any) -> str:
    with pytest.raises(ReadError) as error:
        read(folder, content, **declared)
    return error.value.text()


def lines(header: str, row: str, n: int = 500) -> str:
    return "\n".join([header, *(row.format(i=100 + i) for i in range(n))]) + "\n"


@pytest.mark.parametrize(
    ("header", "row", "columns"),
    [
        ("CUD;Nombre", "{i};Pérez{i}, Juan", ("CUD", "Nombre")),
        ("CUD;Nombre;Fin", "{i};Pérez, Juan, Quispe;Rechazo", ("CUD", "Nombre", "Fin")),
        ("CUD;Monto;Pagado;Fin", "A-{i};{i},5;{i},25;Rechazo, art. 3", ("CUD", "Monto", "Pagado", "Fin")),
        ("CUD|Nombre", "{i}|Pérez{i}, Juan", ("CUD", "Nombre")),
        ("CUD;Apellidos, nombres", "{i};Pérez, Juan", ("CUD", "Apellidos, nombres")),
        ('"CUD";"Apellidos,nombres"', '"{i}";"Pérez,Juan"', ("CUD", "Apellidos,nombres")),
        ("CUD\tApellidos,nombres", "{i}\tPérez,Juan", ("CUD", "Apellidos,nombres")),
        ("CUD,Nombre", "{i},Pérez; Juan", ("CUD", "Nombre")),
    ],
)
@pytest.mark.parametrize("title", ["", "Informe 2016\n"])
def test_separators_inside_texts_are_no_separators(
    tmp_path: Path, header: str, row: str, columns: tuple[str, ...], title: str
) -> None:
    found = read(tmp_path, title + lines(header, row))
    assert found.columns == columns
    assert found.n_rows == 500


def test_decimal_commas_without_a_header(tmp_path: Path) -> None:
    found = read(tmp_path, "1;2,5\n2;3,5\n3;4,5\n", header=False)
    assert found.separator == ";"
    assert found.n_rows == 3


@pytest.mark.parametrize("title", ["", "Informe 2016\n"])
def test_two_separators_that_part_all_rows_are_refused(tmp_path: Path, title: str) -> None:
    content = title + lines("CUD;Apellidos,nombres", "{i};Pérez,Juan")
    told = refusal(tmp_path, content)
    assert "by ',' and by ';' alike" in told
    assert "Pérez" not in told
    assert read(tmp_path, content, separator=";").columns == ("CUD", "Apellidos,nombres")


def test_a_header_is_not_left_out_as_a_title(tmp_path: Path) -> None:
    """Two faulty rows, so that the comma parts more rows than the semicolon."""
    content = lines("CUD;Nombre", "{i};Pérez{i}, Juan", 300) + "1;Pérez;, Juan\n2;Pérez;, Juan\n"
    told = refusal(tmp_path, content)
    assert "A line above the header of 'casos.csv' holds ';'" in told
    assert "Pérez" not in told
    # declared wrongly, it is the same
    assert "holds ';'" in refusal(tmp_path, lines("CUD;Nombre", "{i};Pérez{i}, Juan"), separator=",")


def test_a_title_with_the_separator_of_the_texts_can_be_declared(tmp_path: Path) -> None:
    content = "Denuncias, imputaciones\n" + lines("CUD;Nombre", "{i};Pérez{i}, Juan")
    assert "Pérez" not in refusal(tmp_path, content)
    found = read(tmp_path, content, separator=";", header_row=2)
    assert (found.columns, found.n_rows) == (("CUD", "Nombre"), 500)
