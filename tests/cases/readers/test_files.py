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


def years(folder: Path) -> list[Path]:
    return [
        write(folder / "2016.csv", "id,Fecha den.,Distrito\n1,2016-01-05,Norte\n2,2016-02-05,\n"),
        write(folder / "2017.csv", "id,Fecha de denuncia,Nota\n3,2017-01-05,x\n"),
    ]


RENAMED = {"Fecha den.": "Fecha de denuncia"}


def test_columns_that_a_file_lacks_are_listed_with_what_comes_nearest(tmp_path: Path) -> None:
    with pytest.raises(ReadError) as error:
        read_text_tables(years(tmp_path))
    lines = error.value.text().splitlines()
    assert lines[0] == "2 files do not have all columns of the others:"
    assert (
        lines[1]
        == "  - 2016.csv: 'Fecha de denuncia' (perhaps 'Fecha den.'), 'Nota', unlike the others it has 'Distrito'"
    )
    assert (
        lines[2]
        == "  - 2017.csv: 'Fecha den.' (perhaps 'Fecha de denuncia'), 'Distrito', unlike the others it has 'Nota'"
    )
    assert "[data.renamed]" in lines[3]
    assert "  - 2016.csv: 'Fecha de denuncia' (" in error.value.problem.text("es")


def test_only_unused_columns_are_taken_for_the_missing_ones(tmp_path: Path) -> None:
    names = ["Fecha de imputación", "Fecha de acusación", "Estado del proceso", "c1", "c2", "c3", "c4", "c5"]
    one = write(tmp_path / "2018.csv", ",".join(names) + "\n" + ",".join("abcdefgh") + "\n")
    other = ["Fecha imputación formal", "Fecha de acusación", "Estado", "Nota"]
    two = write(tmp_path / "2019.csv", ",".join(other) + "\na,b,c,d\n")
    with pytest.raises(ReadError) as error:
        read_text_tables([one, two], needed=names)
    line = error.value.text().splitlines()[1]
    assert line == (
        "  - 2019.csv: 'Fecha de imputación' (perhaps 'Fecha imputación formal'), 'Estado del proceso' (perhaps "
        "'Estado'), 'c1', 'c2', 'c3', 'c4', 'c5', unlike the others it has 'Nota'"
    )


def test_renamed_and_absent_columns(tmp_path: Path) -> None:
    read = read_text_tables(years(tmp_path), renamed=RENAMED, absent=["Distrito", "Nota"])
    assert read.table.to_pydict() == {
        "id": ["1", "2", "3"],
        "Fecha de denuncia": ["2016-01-05", "2016-02-05", "2017-01-05"],
        "Distrito": ["Norte", None, None],
        "Nota": [None, None, "x"],
    }
    assert [note.text() for note in read.notes] == [
        "1 row of '2017.csv' has no column 'Distrito': blank.",
        "2 rows of '2016.csv' have no column 'Nota': blank.",
    ]


def test_only_columns_that_are_needed_must_be_everywhere(tmp_path: Path) -> None:
    read = read_text_tables(years(tmp_path), renamed=RENAMED, needed=["id", "Fecha de denuncia"])
    assert read.table.column("Distrito").to_pylist() == ["Norte", None, None]
    assert [note.text() for note in read.notes] == [
        "2 columns that the mapping does not use are not in every file: 'Distrito', 'Nota'."
    ]
    with pytest.raises(ReadError, match="1 file does not have all columns of the others:\n  - 2017.csv: 'Distrito'"):
        read_text_tables(years(tmp_path), renamed=RENAMED, needed=["id", "Distrito"])


def test_two_columns_cannot_have_one_name(tmp_path: Path) -> None:
    both = write(tmp_path / "a.csv", "Fecha den.,Fecha de denuncia\n1,2\n")
    with pytest.raises(ReadError, match="two columns that are to be 'Fecha de denuncia'"):
        read_text_tables([both], renamed=RENAMED)


def test_notes_of_all_files_are_told_once_those_of_one_by_its_name(tmp_path: Path) -> None:
    one = write(tmp_path / "a.csv", "Lista\n\nid;fin\n1;x\n")
    two = write(tmp_path / "b.csv", "Lista\n\nid;fin\n1;x\n;\n2;x\n")
    notes = [note.text() for note in read_text_tables([one, two]).notes]
    assert notes == ["2 lines above the header were left out.", "b.csv: 1 blank row was left out."]


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


def test_a_file_whose_dates_do_not_show_their_order_is_told(tmp_path: Path) -> None:
    days = [f"{13 + n % 15}/0{1 + n % 9}/2018" for n in range(50)]
    one = write(tmp_path / "norte.csv", "id,D\n" + "".join(f"N-{n},{day}\n" for n, day in enumerate(days)))
    two = write(tmp_path / "sur.csv", "id,D\nS-1,03/04/2018\nS-2,05/05/2018\nS-3,07/08/2018\n")
    (note,) = read_text_tables([one, two]).notes
    assert note.text().startswith("2 dates in the column 'D' of 'sur.csv' could be day or month first")
    assert not read_text_tables([one, two], order_declared=True).notes
    assert not read_text_tables([one, one]).notes
    assert not read_text_tables([two, two]).notes  # nothing settles it: the column is refused, or declared
