"""Traces that traps leave in a table."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from justice_metrics.base.errors import ReadError
from justice_metrics.cases.readers.files import read_text_table
from justice_metrics.cases.readers.traps import trap_notes, without_headers


def texts(**columns: list[str | None]) -> pa.Table:
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})


def told(table: pa.Table, rows: int = 10) -> list[str]:
    return [note.text() for note in trap_notes(table, rows=rows)]


def test_nothing_is_told_of_a_sound_table() -> None:
    assert told(texts(id=["1", "2"], fin=["x", None], nota=["a", "b"])) == []
    assert told(texts(id=[], fin=[])) == []
    assert told(texts(id=[None], fin=[None])) == []


def test_cells_that_were_cut_at_a_limit() -> None:
    (note,) = told(texts(id=["1", "2", "3"], relato=["x" * 32767, "y" * 32767, "z"]))
    assert note == "2 cells in the column 'relato' are 32,767 letters long and none is longer: they were cut."
    assert told(texts(id=["1", "2"], relato=["x" * 255, "y" * 256])) == []


@pytest.mark.parametrize(("rows", "n"), [(65_536, 1), (65_535, 1), (1_048_576, 1), (65_537, 0)])
def test_as_many_rows_as_a_sheet_can_hold(rows: int, n: int) -> None:
    assert len(told(texts(id=["1", "2"], fin=["x", "y"]), rows=rows)) == n


def test_numbers_that_a_spreadsheet_shortened() -> None:
    table = texts(id=["2,01712E+15", "2.01712E+15", "1E+05", "E+15", "2017E"], fin=["x"] * 5)
    assert "3 numbers in the column 'id'" in told(table)[0]
    assert [str(one) for one in trap_notes(table, rows=6, maybe_shortened=False)] == []


def test_a_total_and_notes_below_the_table() -> None:
    ids: list[str | None] = [str(n) for n in range(20)]
    rows = texts(
        id=[*ids, "TOTAL:", "Fuente: registro", "Elaboración propia"],
        fin=["x"] * 20 + ["20", None, None],
        nota=["y"] * 20 + ["20", None, None],
    )
    assert told(rows) == [
        "1 of the last rows says that it is a total; it is read as a row like all others: delete it.",
        "2 rows at the end have one filled cell only; if they are notes below the table, delete them.",
    ]
    # a court that is called "Total" far above the end, and a table of two columns, are none
    assert told(texts(id=["Total", *ids], fin=["x"] * 21, nota=["y"] * 21)) == []
    assert told(texts(id=ids, fin=[*["x"] * 19, None])) == []


def test_headers_of_files_that_were_pasted_together(tmp_path: Path) -> None:
    path = tmp_path / "casos.csv"
    path.write_text("id;fin;nota\n1;x;\nid;fin;nota\n\n2;y;\nid;fin;\n;;\n3;z;\n", encoding="utf-8")
    read = read_text_table(path)
    assert read.table.column("id").to_pylist() == ["1", "2", "id", "3"]
    assert "1 row repeats the header and was left out." in [note.text() for note in read.notes]
    assert (read.first_row_with("id", ["1"]), read.n_rows) == (2, 4)
    path.write_text("id;fin\nid;fin\n", encoding="utf-8")
    with pytest.raises(ReadError, match="a header and no rows"):
        read_text_table(path)


def test_rows_keep_their_numbers() -> None:
    body = without_headers(texts(id=["1", "id", "2"], fin=["x", "fin", None]), None, first_row=5, name="casos.csv")
    assert body.table.column("id").to_pylist() == ["1", "2"]
    assert body.numbers is not None
    assert body.numbers.tolist() == [5, 7]


def write(folder: Path, content: str) -> Path:
    path = folder / "casos.csv"
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize("again", ["CUD;D;Fin", "Cud ;D;FIN", "\ufeffCUD;D;Fin"])
def test_headers_in_another_spelling(tmp_path: Path, again: str) -> None:
    read = read_text_table(write(tmp_path, f"CUD;D;Fin\nA1;13/01/2018;x\n{again}\nA2;14/01/2018;y\n"))
    assert read.table.column("CUD").to_pylist() == ["A1", "A2"]
    assert read.row_number(1) == 4
    assert [note.text() for note in read.notes] == ["1 row repeats the header and was left out."]


@pytest.mark.parametrize("names", [("CUD;D;Fin", "CUD;Fin;D"), ("CUD;D;D", "D;CUD;D"), ("CUD;Año", "año;cud")])
def test_a_header_in_another_order_is_refused(tmp_path: Path, names: tuple[str, str]) -> None:
    one = {"CUD": "A1", "D": "13/01/2018", "Fin": "x", "Año": "2018"}
    first = ";".join(one[name] for name in names[0].split(";"))
    with pytest.raises(ReadError) as error:
        read_text_table(write(tmp_path, f"{names[0]}\n{first}\n{names[1]}\n{first}\n"))
    assert "1 row of 'casos.csv' holds the names of the columns in another order (row 3)" in error.value.text()


@pytest.mark.parametrize("total", ["TOTAL NACIONAL", "Total país", "TOTAL 2018", "Total de casos:", "Subtotal"])
def test_totals_by_other_names(total: str) -> None:
    table = texts(depto=[*"abcdefghij", total], casos=[*map(str, range(10)), "45"], fin=["x"] * 11)
    assert told(table) == [
        "1 of the last rows says that it is a total; it is read as a row like all others: delete it."
    ]
    assert told(texts(depto=["Totalidad", "Sumario"], casos=["1", "2"])) == []


def test_signs_that_nobody_sees_are_told(tmp_path: Path) -> None:
    read = read_text_table(write(tmp_path, "CUD;Fin\nA-1;x\nA-1\u200b;\u2060\nA\u00ad-2;“y”\n"))
    assert read.n_rows == 3
    assert [note.text() for note in read.notes] == [
        "3 cells hold signs that nobody sees, such as spaces without width: what looks alike may differ."
    ]
    assert not read_text_table(write(tmp_path, "CUD;Fin\nA-1;“x”…\n")).notes
