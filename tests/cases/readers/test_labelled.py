"""Stata and SPSS files: labels, dates, declared gaps and damaged letters; what is damaged is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from justice_metrics.base.errors import ReadError
from justice_metrics.cases.readers.apart import read_apart
from justice_metrics.cases.readers.labelled import read_spss, read_stata
from justice_metrics.cases.readers.labelled_cells import inexact_numbers, number_text, writer_of_format
from justice_metrics.cases.readers.letters import Letters
from justice_metrics.cases.readers.text_table import TextTable, cells_of_labels

pyreadstat = pytest.importorskip("pyreadstat")

READ = {"sav": read_spss, "zsav": read_spss, "dta": read_stata}
OUTCOMES = {1.0: "Sentencia condenatoria", 2.0: "Rechazo", 8.0: "Otro", 9.0: "otro"}
DAY = dt.date(2019, 3, 5)


def written(folder: Path, ending: str, columns: dict[str, list[Any]], **options: Any) -> Path:
    path = folder / f"cases.{ending}"
    frame = pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})
    if ending == "dta":
        pyreadstat.write_dta(frame, str(path), **options)
    else:
        pyreadstat.write_sav(frame, str(path), compress=ending == "zsav", **options)
    return path


def cells(read: TextTable, column: str) -> list[str | None]:
    return list(read.table.column(column).to_pylist())


@pytest.mark.parametrize("ending", READ)
class TestBoth:
    def test_cells_hold_what_a_person_reads(self, tmp_path: Path, ending: str) -> None:
        labels = {int(code) if ending == "dta" else code: label for code, label in OUTCOMES.items()}
        path = written(
            tmp_path,
            ending,
            {
                "caso": ["007", " 8 ", "9", ""],
                "fin": [1.0, 2.0, 8.0, 9.0],
                "edad": [34.0, 0.5, None, 3.0],
                "dia": [DAY, None, dt.date(1890, 1, 1), DAY],
            },
            variable_value_labels={"fin": labels},
            column_labels={"fin": "Forma de conclusión"},
        )
        read = READ[ending](path)
        assert cells(read, "caso") == ["007", "8", "9", None]
        assert cells(read, "fin") == ["Sentencia condenatoria", "Rechazo", "Otro [8]", "otro [9]"]
        assert cells(read, "edad") == ["34", "0.5", None, "3"]
        assert cells(read, "dia") == ["2019-03-05", None, "1890-01-01", "2019-03-05"]
        assert read.column_labels == {"fin": "Forma de conclusión"}
        assert read.value_labels == {"fin": {"1": "Sentencia condenatoria", "2": "Rechazo", "8": "Otro", "9": "otro"}}
        assert (read.n_rows, read.first_row) == (4, 1)
        assert [note.n for note in read.notes] == [2]  # two codes share a label
        assert cells(READ[ending](path, codes=True), "fin") == ["1", "2", "8", "9"]
        assert cells(READ[ending](path, codes=("edad",)), "fin")[0] == "Sentencia condenatoria"

    def test_long_texts(self, tmp_path: Path, ending: str) -> None:
        texts = ["á" * 200, "b" * 3000, "c"]
        assert cells(READ[ending](written(tmp_path, ending, {"id": ["1", "2", "3"], "t": texts})), "t") == texts

    def test_no_rows(self, tmp_path: Path, ending: str) -> None:
        path = written(tmp_path, ending, {"id": ["1"], "n": [1.0]})
        blank = written(tmp_path, ending, {"id": ["", ""], "n": [None, None]})
        with pytest.raises(ReadError, match="a header and no rows"):
            READ[ending](blank)
        path.write_bytes(b"")
        with pytest.raises(ReadError, match="is empty"):
            READ[ending](path)

    def test_another_kind_of_file(self, tmp_path: Path, ending: str) -> None:
        path = tmp_path / f"cases.{ending}"
        path.write_text("id;fin\n1;2\n", encoding="utf-8")
        with pytest.raises(ReadError, match="is called a (SPSS|Stata) file and is none"):
            READ[ending](path)

    def test_a_file_that_was_cut_off(self, tmp_path: Path, ending: str) -> None:
        path = written(
            tmp_path, ending, {"id": [f"{n:05d}" for n in range(3000)], "n": [float(n) for n in range(3000)]}
        )
        raw = path.read_bytes()
        for share in (0.3, 0.6, 0.9):
            path.write_bytes(raw[: int(len(raw) * share)])
            with pytest.raises(ReadError):
                READ[ending](path)


def test_labels_that_were_cut_off_are_missed(tmp_path: Path) -> None:
    labels = {"fin": {1: "Sí"}}
    path = written(tmp_path, "dta", {"id": ["1", "2"], "fin": [1.0, 2.0]}, version=12, variable_value_labels=labels)
    path.write_bytes(path.read_bytes()[:-10])
    read = read_stata(path)
    assert cells(read, "fin") == ["1", "2"]
    assert [str(note) for note in read.notes] == ["The labels of 1 column are not in the file; its cells show codes."]


def test_a_new_stata_file_must_come_to_its_end(tmp_path: Path) -> None:
    path = written(tmp_path, "dta", {"id": ["1", "2"], "n": [1.0, 2.0]}, variable_value_labels={"n": {1: "Sí"}})
    raw = path.read_bytes()
    for left in (1, 12, 40):
        path.write_bytes(raw[:-left])
        with pytest.raises(ReadError, match="does not come to its end"):
            read_stata(path)
    path.write_bytes(raw + b"\n")
    assert read_stata(path).value_labels == {"n": {"1": "Sí"}}


def test_a_file_that_does_not_say_how_many_rows_it_has(tmp_path: Path) -> None:
    path = written(tmp_path, "sav", {"id": ["1", "2"], "n": [1.0, 2.0]})
    raw = bytearray(path.read_bytes())
    raw[80:84] = b"\xff\xff\xff\xff"  # the number of cases, where programs that export as they go write -1
    path.write_bytes(bytes(raw))
    read = read_spss(path)
    assert read.n_rows == 2
    assert "whether all of them came" in str(read.notes[0])


class TestDeclaredMissing:
    def test_letters_of_stata(self, tmp_path: Path) -> None:
        path = written(
            tmp_path,
            "dta",
            {"x": [1.0, "a", "b", None], "y": ["a", "b", "c", "d"]},
            missing_user_values={"x": ["a", "b"]},
            variable_value_labels={"x": {1: "Sí", "a": "No sabe"}},
        )
        read = read_stata(path)
        assert cells(read, "x") == ["Sí", "No sabe", ".b", None]
        assert read.user_missing == {"x": ("No sabe", ".b")}
        assert cells(read, "y") == ["a", "b", "c", "d"]
        assert cells(read_stata(path, codes=True), "x") == ["1", ".a", ".b", None]

    def test_values_and_ranges_of_spss(self, tmp_path: Path) -> None:
        path = written(
            tmp_path,
            "sav",
            {"x": [1.0, 97.0, 98.0, 150.0], "y": [5.0, 99.0, 1.0, 2.0], "z": ["a", "NS", "b", "c"]},
            variable_value_labels={"x": {1.0: "Sí", 98.0: "No sabe"}},
            missing_ranges={"x": [{"lo": 97.0, "hi": 999.0}], "y": [99.0, 77.0], "z": ["NS"]},
        )
        read = read_spss(path)
        assert cells(read, "x") == ["Sí", "97", "No sabe", "150"]
        assert {name: set(texts) for name, texts in read.user_missing.items()} == {
            "x": {"97", "No sabe", "150"},
            "y": {"99", "77"},
            "z": {"NS"},
        }


class TestLetters:
    @pytest.mark.parametrize("ending", ["sav", "dta"])
    @pytest.mark.parametrize("where", ["label", "code", "cell"])
    def test_one_damaged_text_leaves_the_others_whole(self, tmp_path: Path, ending: str, where: str) -> None:
        code = 1 if ending == "dta" else 1.0
        path = written(
            tmp_path,
            ending,
            {"x": [1.0, 2.0], "t": ["cellSí§", "y"]},
            column_labels={"x": "labelSí§"},
            variable_value_labels={"x": {code: "codeSí§"}},
        )
        raw = path.read_bytes()
        good, damaged = f"{where}Sí§".encode(), f"{where}Sí §".encode("cp1252") + b" "
        assert raw.count(good) == 1
        path.write_bytes(raw.replace(good, damaged))
        read = READ[ending](path)
        found = {
            "label": read.column_labels["x"],
            "code": read.value_labels["x"]["1"],
            "cell": cells(read, "t")[0],
        }
        assert found == {name: f"{name}Sí §" if name == where else f"{name}Sí§" for name in found}
        assert [note.n for note in read.notes] == [1]

    def test_utf8_in_an_old_file(self, tmp_path: Path) -> None:
        path = written(tmp_path, "dta", {"t": ["Imputación", "Sí"], "n": [1.0, 2.0]}, version=12)
        read = read_stata(path)
        assert cells(read, "t") == ["Imputación", "Sí"]
        assert [note.n for note in read.notes] == [2]

    def test_a_declared_encoding(self, tmp_path: Path) -> None:
        path = written(tmp_path, "sav", {"t": ["Niez~", "b"], "n": [1.0, 2.0]})
        path.write_bytes(path.read_bytes().replace(b"Niez~", b"Ni\xa4ez"))
        assert cells(read_spss(path, encoding="cp850"), "t")[0] == "Niñez"

    def test_texts_by_themselves(self) -> None:
        letters = Letters(as_bytes=True)
        assert letters.right("Ni\xc3\xb1", 3) == "Niñ"
        assert (letters.mended, letters.lost) == (0, 0)
        assert letters.right("Niñ".encode()[:-1].decode("latin-1"), 2) == "Ni"  # cut in the middle of a letter
        assert letters.right("Sí o n\xf3".encode("cp1252").decode("latin-1")) == "Sí o nó"
        assert letters.right("a\xc3\xb1\xff") == "añ\ufffd"
        assert (letters.mended, letters.lost) == (4, 1)
        assert len(letters.notes()) == 2
        assert Letters().right("Ãrea de São Paulo") == "Ãrea de São Paulo"  # Portuguese, not broken


class TestDates:
    @pytest.mark.parametrize(
        ("given", "value", "text"),
        [
            ("%td", 21613.0, "2019-03-05"),
            ("%d", -25566.0, "1890-01-01"),
            ("%tdD_m_Y", 0.0, "1960-01-01"),
            ("%tc", 1867363200000.0, "2019-03-05"),
            ("%tc", 1867363261500.0, "2019-03-05 00:01:01.500000"),
            ("%tm", 710.0, "2019-03"),
            ("%tq", -1.0, "1959-Q4"),
            ("%th", 118.0, "2019-H1"),
            ("%tw", 3077.0, "2019-W10"),
            ("%ty", 2019.0, "2019"),
            ("%10.0g", 21613.0, "21613"),
            ("%td", 1e12, "1000000000000"),
            (None, 0.1, "0.1"),
        ],
    )
    def test_stata(self, given: str | None, value: float, text: str) -> None:
        assert writer_of_format(given, stata=True)(value) == text

    @pytest.mark.parametrize(
        ("given", "value", "text"),
        [
            ("DATE11", 13771123200.0, "2019-03-05"),
            ("ADATE10", 13771123200.0, "2019-03-05"),
            ("EDATE10", 13771123200.0, "2019-03-05"),
            ("DATETIME20", 13771126800.0, "2019-03-05 01:00:00"),
            ("MOYR8", 13771123200.0, "2019-03"),
            ("QYR8", 13771123200.0, "2019-Q1"),
            ("TIME8", 3661.0, "01:01:01"),
            ("F8.2", 3.0, "3"),
            ("DATE11", -1e20, "-1e+20"),
        ],
    )
    def test_spss(self, given: str, value: float, text: str) -> None:
        assert writer_of_format(given, stata=False)(value) == text

    def test_single_precision(self) -> None:
        assert writer_of_format("%9.0g", stata=True, single=True)(0.10000000149011612) == "0.1"
        assert writer_of_format("%9.0g", stata=True)(0.10000000149011612) == "0.10000000149011612"
        assert number_text(2.0**60) == "1.152921504606847e+18"


class TestPrecision:
    @pytest.mark.parametrize("stored", ["float", "double"])
    def test_a_midnight_of_single_precision_is_midnight(self, tmp_path: Path, stored: str) -> None:
        days = [dt.date(2018, 1, 1) + dt.timedelta(days=at) for at in range(60)]
        moments = np.array([86_400_000.0 * (one - dt.date(1960, 1, 1)).days for one in days])
        frame = pd.DataFrame({"d": moments.astype(np.float32), "noon": (moments + 43_200_000).astype(np.float32)})
        read = self.read(tmp_path, frame, stored, {"d": "%tc", "noon": "%tc"})
        assert cells(read, "d") == [one.isoformat() for one in days]
        noons = [dt.datetime.fromisoformat(one or "") for one in cells(read, "noon")]
        true = [dt.datetime.combine(day, dt.time(12)) for day in days]
        assert max(abs((one - noon).total_seconds()) for one, noon in zip(noons, true, strict=True)) <= 66
        told = ["single precision" in note.text() for note in read.notes]
        assert told == ([True, True] if stored == "float" else [True])

    def read(self, folder: Path, frame: pd.DataFrame, stored: str, formats: dict[str, str]) -> TextTable:
        path = folder / "single.dta"
        pyreadstat.write_dta(frame, str(path), variable_format=formats)
        if stored == "float":
            frame.to_stata(path, write_index=False)
            data = path.read_bytes()
            for shown in formats.values():
                data = data.replace(b"%9.0g", shown.encode().ljust(5, b"\0"), 1)
            path.write_bytes(data)
        return read_stata(path)

    def test_double_precision_is_taken_at_its_word(self) -> None:
        assert writer_of_format("%tc", stata=True)(1830297590000.0) == "2017-12-30 23:59:50"

    @pytest.mark.parametrize(("ending", "dtype"), [("dta", "float32"), ("dta", "float64"), ("sav", "float64")])
    def test_ids_that_lost_digits_are_told(self, tmp_path: Path, ending: str, dtype: str) -> None:
        longest = 2.0**24 if dtype == "float32" else 2.0**53
        frame = pd.DataFrame({"id": np.array([longest, 2 * longest, 4 * longest, 7.0, 0.5], dtype=dtype)})
        path = tmp_path / f"ids.{ending}"
        if dtype == "float32":
            frame.to_stata(path, write_index=False)
        else:
            (pyreadstat.write_dta if ending == "dta" else pyreadstat.write_sav)(frame, str(path))
        (note,) = READ[ending](path).notes
        assert note.text() == (
            "2 whole numbers in 'id' are longer than the file holds exactly: their last digits are lost."
        )

    def test_single_numbers_in_double_storage(self) -> None:
        ids = [float(np.float32(201_700_000 + 37 * at)) for at in range(12)]
        assert inexact_numbers(ids, "F8.0", stata=False, single=False) == len(set(ids))
        # a few, round amounts, and true double numbers
        for right in (ids[:5], [20_000_000.0 * at for at in range(1, 15)], [*ids, 201_700_001.0]):
            assert inexact_numbers(right, "F8.0", stata=False, single=False) == 0


class TestLabels:
    def test_a_label_that_is_a_code(self) -> None:
        assert cells_of_labels({"1": "2", "2": "1", "3": "3", "4": " "}) == {
            "1": "2 [1]",
            "2": "1 [2]",
            "3": "3",
            "4": "4",
        }

    def test_a_code_that_looks_like_a_label(self, tmp_path: Path) -> None:
        path = written(
            tmp_path, "sav", {"x": [1.0, 2015.0], "y": [1.0, 1.0]}, variable_value_labels={"x": {1.0: "2015"}}
        )
        assert cells(read_spss(path), "x") == ["2015", "[2015]"]


def test_in_the_child_process(tmp_path: Path) -> None:
    path = written(tmp_path, "sav", {"x": [1.0, 2.0], "t": ["a", "b"]}, variable_value_labels={"x": OUTCOMES})
    assert read_apart("spss", path, codes=("x",)).table.equals(read_spss(path, codes=True).table)
    assert read_apart("spss", path).value_labels == read_spss(path).value_labels


def test_the_example_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = Path(__file__).parents[3] / "docs" / "labelled_files.md"
    code = page.read_text(encoding="utf-8").split("```python\n", 1)[1].split("```", 1)[0]
    monkeypatch.chdir(tmp_path)
    exec(compile(code, page.name, "exec"), {})
    said = [line[2:] for line in code.splitlines() if line.startswith("# ")]
    assert capsys.readouterr().out.splitlines() == said
