"""Stray quotation marks swallow no rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from justice_metrics.base.errors import ReadError
from justice_metrics.cases.readers.delimited import read_delimited
from justice_metrics.cases.readers.text_table import TextTable


def read(folder: Path, content: str) -> TextTable:
    path = folder / "casos.csv"
    path.write_text(content, encoding="utf-8")
    return read_delimited(path)


@pytest.mark.parametrize(
    ("content", "n", "line"),
    [
        ('id;n;f\n1;"Juan;x\n2;b;y\n3;c";z\n' + "4;c;z\n" * 5, 2, 2),
        ('id;n;f\n1;a;x\n2;"Juan;x\n3;b;y\n4;c;y\n5;c";z\n6;c;z', 3, 3),
        # one row swallowed, and no line end behind the last one
        ('id,n,f\n1,"Juan,x\n2,b",y\n3,c,z', 1, 2),
        ('Informe\n\nid,n,f\nA-1,a,b\nA-2,"Juan,x\nA-3,b",y\n', 1, 5),
        ('id,n\n1,"Juan\n2,Ana"\n3,c\n', 1, 2),
    ],
)
def test_two_stray_marks_in_two_rows(tmp_path: Path, content: str, n: int, line: int) -> None:
    with pytest.raises(ReadError) as error:
        read(tmp_path, content)
    told = error.value.text()
    assert told.startswith(f"{n} line")
    assert f"begins in line {line})" in told
    assert "Juan" not in told


def test_texts_with_line_breaks_are_read(tmp_path: Path) -> None:
    found = read(tmp_path, 'id;n;f\n1;"Juan; y\nPedro";x\n2;"a\n3 no más";y\n"3";"a";"b\nc"\n4;b;c')
    assert found.n_rows == 4
    assert not found.notes


def test_a_text_that_may_be_a_row_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, 'id;n;f\n1;"dijo\nque sí; que no";x\n2;b;y\n')
    assert found.n_rows == 2
    assert "1 line inside a quoted cell holds as many separators as a row (the row begins in line 2)" in str(
        found.notes[0]
    )


def test_names_of_columns_may_have_line_breaks(tmp_path: Path) -> None:
    found = read(tmp_path, '"id\n1;2";"n\n1;2"\n1;a\n2;b\n')
    assert found.n_rows == 2
