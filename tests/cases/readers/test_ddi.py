"""Codebooks in DDI: labels of columns and codes, declared gaps; nothing else of the file."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import ReadError
from justice_metrics.cases.readers.ddi import read_ddi, with_ddi
from justice_metrics.cases.readers.text_table import TextTable

BOOK = """<?xml version="1.0" encoding="UTF-8"?>
<codeBook version="1.2.2" xmlns="http://www.icpsr.umich.edu/DDI">
  <stdyDscr><citation><titlStmt><titl>Encuesta</titl></titlStmt></citation></stdyDscr>
  <dataDscr>
    <var ID="V1" name="VIC_SEXO" files="F1">
      <labl><![CDATA[ Sexo de la
        víctima ]]></labl>
      <qstn><qstnLit>¿Cuál es el sexo?</qstnLit></qstn>
      <catgry><catValu>1</catValu><labl>Hombre</labl><catStat type="freq">10</catStat></catgry>
      <catgry><catValu>2</catValu><labl>Mujer</labl></catgry>
      <catgry missing="Y"><catValu>9</catValu><labl>Sin dato</labl></catgry>
      <varFormat type="numeric"/>
    </var>
    <var ID="V2" name="EDAD"><labl>Edad</labl><invalrng><item VALUE="99"/></invalrng></var>
    <var ID="V3" name="OTRA"><labl>Otra</labl><catgry><catValu>1</catValu><labl>x</labl></catgry></var>
  </dataDscr>
</codeBook>"""


def book(folder: Path, text: str = BOOK) -> Path:
    path = folder / "ddi.xml"
    path.write_text(text, encoding="utf-8")
    return path


def table() -> TextTable:
    held = pa.table({"vic_sexo": ["1", "02", "9", "7", None], "EDAD": ["30", "99", "099", "x", None]})
    return TextTable(table=held, source="datos.csv", n_rows=5)


def test_labels_in_place_of_codes(tmp_path: Path) -> None:
    read = with_ddi(table(), read_ddi(book(tmp_path)))
    assert read.table.column("vic_sexo").to_pylist() == ["Hombre", "Mujer", "Sin dato", "7", None]
    assert read.table.column("EDAD").to_pylist() == ["30", "99", "99", "x", None]
    assert read.column_labels == {"vic_sexo": "Sexo de la víctima", "EDAD": "Edad"}
    assert read.value_labels == {"vic_sexo": {"1": "Hombre", "2": "Mujer", "9": "Sin dato"}}
    assert read.user_missing == {"vic_sexo": ("Sin dato",), "EDAD": ("99",)}
    assert read.notes[-1].text() == "1 column got labels from the codebook 'ddi.xml'."


@pytest.mark.parametrize("codes", [True, ["vic_sexo"]])
def test_codes_are_kept(tmp_path: Path, codes: bool | list[str]) -> None:
    read = with_ddi(table(), read_ddi(book(tmp_path)), codes=codes)
    assert read.table.column("vic_sexo").to_pylist() == ["1", "2", "9", "7", None]
    assert read.user_missing["vic_sexo"] == ("9",)


def test_a_mapping_names_it(tmp_path: Path) -> None:
    book(tmp_path)
    (tmp_path / "casos.csv").write_text("caso,dia,VIC_SEXO\n1,2018-01-01,1\n2,2018-01-02,2\n3,2018-01-03,9\n")
    described = {
        "data": {"file": "casos.csv", "codebook": "ddi.xml"},
        "cases": {"id": "caso", "procedure": "bolivia", "cutoff": "2018-12-31"},
        "dates": {"complaint": "dia"},
        "attributes": {"sex": "VIC_SEXO"},
    }
    cases = jm.read_cases(mapping=jm.CaseMapping.from_dict(described, folder=tmp_path))
    levels = cases.milestones.select("unit_id", "sex").collect().rows()
    assert sorted(levels)[:2] == [("1", "Hombre"), ("2", "Mujer")]
    assert sorted(levels)[2][1] not in {"Sin dato", "9"}
    described["data"]["codebook"] = "ddl.xml"  # type: ignore[index]
    with pytest.raises(ReadError, match="ddi.xml"):
        jm.read_cases(mapping=jm.CaseMapping.from_dict(described, folder=tmp_path))


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n",
        "<html/>",
        "<codeBook/>",
        "<codeBook><dataDscr>",
        '<!DOCTYPE codeBook [<!ENTITY a "x">]>' + BOOK.partition("?>")[2],
        "<codeBook>" + "<a>" * 200,
    ],
)
def test_refusals(tmp_path: Path, text: str) -> None:
    with pytest.raises(ReadError, match="no codebook"):
        read_ddi(book(tmp_path, text))


def test_a_variable_that_stands_twice(tmp_path: Path) -> None:
    other = '<var ID="V9" name="vic_sexo"><catgry><catValu>1</catValu><labl>{}</labl></catgry></var></dataDscr>'
    clash = book(tmp_path, BOOK.replace("</dataDscr>", other.format("Mujer")))
    with pytest.raises(ReadError, match=r"describes 'vic_sexo' twice, in two ways"):
        with_ddi(table(), read_ddi(clash))
    same = book(tmp_path, BOOK.replace("</dataDscr>", other.format("Hombre")))
    assert with_ddi(table(), read_ddi(same)).value_labels["vic_sexo"]["1"] == "Hombre"
