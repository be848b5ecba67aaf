"""Numbers that a file types are read as they are; ``decimal`` and the vote of a column are about texts."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import pytest
import xlsxwriter

import justice_metrics as jm
from justice_metrics.base.errors import CaseDataError
from justice_metrics.cases.readers.database import read_database
from justice_metrics.cases.readers.files import read_text_table, read_text_tables

pytestmark = pytest.mark.usefixtures("in_process")


def book(folder: Path, amounts: list[Any], name: str = "casos.xlsx") -> Path:
    path = folder / name
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as made:
        page = made.add_worksheet()
        page.write_row(0, 0, ["", "CUD", "Denuncia", "Monto"])
        for row, amount in enumerate(amounts, start=1):
            page.write_string(row, 1, f"A-{row}")
            page.write_datetime(row, 2, dt.datetime(2018, 1, 20))
            page.write(row, 3, amount)
    return path


def amounts(*files: Path, bands: list[int] | None = None, **data: Any) -> list[Any]:
    attribute = {"column": "Monto", "type": "number"} | ({"bands": bands} if bands else {})
    cases = jm.read_cases(
        mapping=jm.CaseMapping.from_dict(
            {
                "data": {"file": [one.name for one in files], **data},
                "cases": {"id": "CUD", "procedure": "bolivia", "cutoff": "2019-12-31"},
                "dates": {"complaint": "Denuncia"},
                "attributes": {"amount": attribute},
            },
            folder=files[0].parent,
        )
    )
    table = nw.to_native(cases.milestones.select("unit_id", "amount").sort("unit_id").collect())
    return list(table["amount"].to_pylist())


def test_what_stands_as_text_is_remembered(tmp_path: Path) -> None:
    read = read_text_table(book(tmp_path, [1500.5, "1.234 ", 1.234, "12,5", "no consta", 7]))
    assert read.written_numbers == {"Monto": {"1.234": True, "12,5": False}}
    assert not read_text_table(book(tmp_path, [7, "1.234"])).written_numbers


def test_a_thousand_among_typed_numbers_is_not_guessed(tmp_path: Path) -> None:
    path = book(tmp_path, [1500.5, "1.234", 12.25])
    with pytest.raises(CaseDataError, match="1 number in the column 'Monto' looks like 9.999"):
        amounts(path)
    assert amounts(path, decimal=",") == [1500.5, 1234, 12.25]
    assert amounts(path, decimal=".") == [1500.5, 1.234, 12.25]
    assert amounts(path, decimal=",", bands=[10, 1300]) == ["1300+", "10-1299", "10-1299"]


def test_the_declared_mark_leaves_typed_numbers_alone(tmp_path: Path) -> None:
    assert amounts(book(tmp_path, [1.235, 1.237, -2.001]), decimal=",") == [1.235, 1.237, -2.001]


def test_typed_in_one_file_and_text_in_another(tmp_path: Path) -> None:
    one = book(tmp_path, [1.235, 2.5], "2017.xlsx")
    two = tmp_path / "2018.csv"
    two.write_text('CUD,Denuncia,Monto\nB-1,2019-01-20,1.234\nB-2,2019-01-20,"12,5"\n', encoding="utf-8")
    assert amounts(one, two) == [1.235, 2.5, 1234, 12.5]
    two.write_text('CUD,Denuncia,Monto\nB-1,2019-01-20,1.235\nB-2,2019-01-20,"12,5"\n', encoding="utf-8")
    with pytest.raises(CaseDataError, match="2 cells in the column 'Monto' look like 9.999"):
        amounts(one, two)
    renamed = read_text_tables([one, two], renamed={"Monto": "Cuantía"})
    assert renamed.written_numbers == {"Cuantía": {"1.235": True, "12,5": False}}


def test_databases_type_their_numbers(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect(str(tmp_path / "casos.duckdb")) as made:
        made.execute("CREATE TABLE casos AS SELECT 1.235::DOUBLE AS a, 1.235::DECIMAL(9, 3) AS b, '1.235' AS c, 7 AS d")
    read = read_database("duckdb:///casos.duckdb", folder=tmp_path)
    assert read.written_numbers == {"a": {}, "b": {}}
    with sqlite3.connect(tmp_path / "casos.sqlite") as other:
        other.execute("CREATE TABLE casos (a, b)")
        other.executemany("INSERT INTO casos VALUES (?, ?)", [(1.235, "1.235"), ("1.235", "2"), ("12,5", "3")])
    other.close()
    read = read_database("sqlite:///casos.sqlite", folder=tmp_path)
    assert read.written_numbers == {"a": {"1.235": True, "12,5": False}}


def test_statistics_files_type_their_numbers(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {"CUD": ["1", "2"], "Denuncia": ["2018-01-20"] * 2, "Monto": [1.235, 1.237], "Nota": ["1.235", "x"]}
    )
    pyreadstat.write_sav(frame, str(tmp_path / "casos.sav"))
    assert read_text_table(tmp_path / "casos.sav").written_numbers == {"Monto": {}}
    assert amounts(tmp_path / "casos.sav", decimal=",") == [1.235, 1.237]
    assert amounts(tmp_path / "casos.sav") == [1.235, 1.237]
