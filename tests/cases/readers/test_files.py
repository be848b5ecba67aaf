"""Several files as one, and crosswalks."""

from __future__ import annotations

from pathlib import Path

import pytest

from justice_metrics.base.errors import MappingError, ReadError
from justice_metrics.cases.readers.files import read_crosswalk, read_text_tables


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_files_with_the_same_columns_stand_one_below_the_other(tmp_path: Path) -> None:
    one = write(tmp_path / "2017.csv", "id,fin\n1,a\n")
    two = write(tmp_path / "2018.csv", "fin;id\nb;2\nc;3\n")
    read = read_text_tables([one, two])
    assert read.n_rows == 3
    assert read.table.to_pydict() == {"id": ["1", "2", "3"], "fin": ["a", "b", "c"]}
    assert read.source == "2017.csv, 2018.csv"


def test_a_column_that_one_file_lacks_is_named(tmp_path: Path) -> None:
    one = write(tmp_path / "2017.csv", "id,fin\n1,a\n")
    two = write(tmp_path / "2018.csv", "id,final\n2,b\n")
    with pytest.raises(ReadError, match="'fin' is in one of them only"):
        read_text_tables([one, two])


def test_a_crosswalk(tmp_path: Path) -> None:
    path = write(tmp_path / "delitos.csv", "De;A\nart. 308;violación\nART. 308;violación\nart. 312;abuso sexual\n;x\n")
    assert read_crosswalk(path) == {
        "art. 308": "violación",
        "ART. 308": "violación",
        "art. 312": "abuso sexual",
    }


def test_crosswalks_that_mislead(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="'to'"):
        read_crosswalk(write(tmp_path / "a.csv", "from,level\nx,y\n"))
    with pytest.raises(MappingError, match="two levels"):
        read_crosswalk(write(tmp_path / "b.csv", "from,to\nx,y\nX,z\n"))
