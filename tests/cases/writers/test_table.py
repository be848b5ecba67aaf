"""Round trips: a table written as csv, xlsx, dta or sav comes back whole, or is refused; never a formula."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from justice_metrics.base.errors import OutputError, ReadError
from justice_metrics.cases.readers.codebook import codebook_of, with_codebook
from justice_metrics.cases.readers.delimited import read_delimited
from justice_metrics.cases.readers.labelled import read_spss, read_stata
from justice_metrics.cases.readers.sheets import read_sheet
from justice_metrics.cases.readers.text_table import TextTable
from justice_metrics.cases.writers.table import write_table

READ: dict[str, Any] = {"csv": read_delimited, "xlsx": read_sheet, "dta": read_stata, "sav": read_spss}
FORMATS = tuple(READ)


def made(columns: dict[str, list[str | None]], **known: Any) -> TextTable:
    table = pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
    return TextTable(table=table, source="made", n_rows=table.num_rows, **known)


def back(table: TextTable, folder: Path, ending: str) -> TextTable:
    path = write_table(table, folder / f"PERSONAL_DATA_t.{ending}")
    return with_codebook(READ[ending](path), path)


def rich() -> TextTable:
    """Return a table with everything that a register may hold: labels, gaps, long names and texts, dates, codes."""
    return made(
        {
            "N° de caso": ["001", "002", "003", "004"],
            "Forma de conclusión del proceso según el fiscal": ["Sentencia condenatoria", "Otro [8]", "No sabe", None],
            "edad": ["34", "0.1", "No responde", "[8]"],
            "fecha": ["2019-03-05", None, "1890-01-01", "2024-02-29"],
            "relato": ["=1+1", "@SUM(A1)", "+591 2", "-x"],
            "largo": ["á" * 300, "b" * 3000, 'dice "no", y;\nluego sí', "'=ya"],
            "if": ["1", "2", "3", None],
            "vacía": [None, None, None, None],
        },
        column_labels={
            "edad": "Edad de la víctima en años cumplidos, según ella misma o según el informe médico del primer día",
            "fecha": "Fecha de denuncia",
        },
        value_labels={
            "Forma de conclusión del proceso según el fiscal": {
                "1": "Sentencia condenatoria",
                "8": "Otro",
                "9": "Otro",
                "99": "No sabe",
            },
            "edad": {"97": "8", "98": "No sabe", "99": "No responde"},
        },
        user_missing={
            "Forma de conclusión del proceso según el fiscal": ("No sabe",),
            "edad": ("No sabe", "No responde"),
        },
    )


def same(one: TextTable, other: TextTable) -> None:
    assert other.table.to_pydict() == one.table.to_pydict()
    assert dict(other.column_labels) == dict(one.column_labels)
    assert {name: dict(labels) for name, labels in other.value_labels.items()} == one.value_labels
    assert {name: set(texts) for name, texts in other.user_missing.items()} == {
        name: set(texts) for name, texts in one.user_missing.items()
    }


@pytest.mark.parametrize("ending", FORMATS)
def test_nothing_is_lost(tmp_path: Path, ending: str) -> None:
    read = back(rich(), tmp_path, ending)
    same(rich(), read)
    # a codebook beside a file changes what is read: it is said
    assert f"are those of 'PERSONAL_DATA_t.{ending}.codebook.csv'" in read.notes[-1].text()


@pytest.mark.parametrize("ending", FORMATS)
def test_what_only_the_owner_may_read(tmp_path: Path, ending: str) -> None:
    path = write_table(rich(), tmp_path / f"PERSONAL_DATA_t.{ending}")
    for one in (path, codebook_of(path)):
        assert stat.S_IMODE(one.stat().st_mode) == 0o600
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted([path.name, codebook_of(path).name])


def test_no_codebook_where_the_format_holds_all(tmp_path: Path) -> None:
    plain = made(
        {"id": ["1", "2"], "fin": ["Sí", ".a"]}, value_labels={"fin": {"1": "Sí"}}, user_missing={"fin": (".a",)}
    )
    declared = made(
        {"id": ["1", "2"], "fin": ["Sí", "NS"]},
        value_labels={"fin": {"1": "Sí", "9": "NS"}},
        user_missing={"fin": ("NS",)},
    )
    bare = made({"id": ["1", "2"], "fin": ["Sí", "=1"]})
    for table, ending in ((plain, "dta"), (declared, "sav"), (bare, "csv"), (bare, "xlsx")):
        same(table, back(table, tmp_path, ending))
        assert not codebook_of(tmp_path / f"PERSONAL_DATA_t.{ending}").exists()


def test_an_old_codebook_goes_when_it_is_not_needed(tmp_path: Path) -> None:
    write_table(rich(), tmp_path / "PERSONAL_DATA_t.csv")
    bare = made({"id": ["1", "2"], "fin": ["Sí", "No"]})
    same(bare, back(bare, tmp_path, "csv"))
    assert not codebook_of(tmp_path / "PERSONAL_DATA_t.csv").exists()


def test_a_workbook_holds_no_formula(tmp_path: Path) -> None:
    path = write_table(rich(), tmp_path / "PERSONAL_DATA_t.xlsx")
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"<f " not in sheet
    assert b"=1+1" in b"".join(_parts(path))


def _parts(path: Path) -> list[bytes]:
    with zipfile.ZipFile(path) as archive:
        return [archive.read(one) for one in archive.namelist()]


def test_a_csv_cell_cannot_run_and_numbers_stay_numbers(tmp_path: Path) -> None:
    table = made({"n": ["-5", "3.5"], "t": ["-5", "=cmd|x"], "w": ["＝1", "＠x"]})
    path = write_table(table, tmp_path / "PERSONAL_DATA_t.csv")
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert lines == ["n,t,w", "-5,'-5,'＝1", "3.5,'=cmd|x,'＠x"]
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    same(table, back(table, tmp_path, "csv"))


def test_more_declared_gaps_than_spss_lists(tmp_path: Path) -> None:
    labels = {"1": "a", "95": "b", "96": "c", "97": "d", "99": "e"}
    table = made(
        {"id": ["1", "2"], "x": ["a", "c"]}, value_labels={"x": labels}, user_missing={"x": ("b", "c", "d", "e")}
    )
    same(table, back(table, tmp_path, "sav"))
    assert not codebook_of(tmp_path / "PERSONAL_DATA_t.sav").exists()  # a range, as no other value lies in it
    labels = {f"{n}": f"answer {n}" for n in range(1, 8)}
    gaps = tuple(f"answer {n}" for n in (1, 3, 5, 7))
    mixed = made({"id": ["1", "2"], "x": [*gaps[:2]]}, value_labels={"x": labels}, user_missing={"x": gaps})
    same(mixed, back(mixed, tmp_path, "sav"))
    assert codebook_of(tmp_path / "PERSONAL_DATA_t.sav").exists()


def test_codes_of_words_in_spss(tmp_path: Path) -> None:
    table = made(
        {"id": ["1", "2"], "x": ["Sí", "No"]}, value_labels={"x": {"S": "Sí", "N": "No"}}, user_missing={"x": ("No",)}
    )
    same(table, back(table, tmp_path, "sav"))
    assert read_spss(tmp_path / "PERSONAL_DATA_t.sav", codes=True).table.column("x").to_pylist() == ["S", "N"]


def test_a_table_with_its_codes_is_written_as_one_with_its_labels(tmp_path: Path) -> None:
    table = made({"id": ["1", "2"], "x": ["1", "2"]}, value_labels={"x": {"1": "Sí", "2": "No"}})
    assert back(table, tmp_path, "sav").table.column("x").to_pylist() == ["Sí", "No"]


@pytest.mark.parametrize("name", ["cases.csv", "PERSONAL_DATA_cases.pdf"])
def test_other_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError):
        write_table(rich(), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_what_a_format_cannot_hold_is_refused_and_leaves_the_old_file(tmp_path: Path) -> None:
    path = write_table(rich(), tmp_path / "PERSONAL_DATA_t.xlsx")
    before = path.read_bytes()
    with pytest.raises(OutputError, match="1 cell holds more letters"):
        write_table(made({"id": ["1"], "x": ["a" * 32_768]}), path)
    assert path.read_bytes() == before
    with pytest.raises(OutputError, match="longer than statistics programs hold"):
        write_table(made({"id": ["1"], "x": ["é" * 20_000]}), tmp_path / "PERSONAL_DATA_t.sav")


def test_a_codebook_of_another_table_is_refused(tmp_path: Path) -> None:
    path = write_table(rich(), tmp_path / "PERSONAL_DATA_t.csv")
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ReadError, match="does not have the columns"):
        with_codebook(read_delimited(path), path)
    codebook_of(path).write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ReadError, match="does not have the columns"):
        with_codebook(read_delimited(path), path)


WORD = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("=+-@'\"\n;,áñ"), min_size=1, max_size=12)
    .map(str.strip)
    .filter(bool)
)
CELL = WORD | st.integers(-(10**6), 10**6).map(str) | st.floats(allow_nan=False, allow_infinity=False).map(repr)
CELL |= st.dates().map(str) | st.sampled_from(["-1.7976931348623157e+308", "007", "1e5", "NA", "nan", "TRUE"])


@pytest.mark.parametrize("ending", FORMATS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(CELL | st.none(), min_size=1, max_size=5), label=WORD, title=WORD)
def test_any_text_comes_back_as_text(tmp_path: Path, ending: str, cells: Any, label: str, title: str) -> None:
    rows = {"id": [f"c{n}" for n in range(len(cells))], "x": cells, "y": ["1"] * len(cells)}
    table = made(rows, value_labels={"y": {"1": label, "2": "z"}}, column_labels={"x": title})
    again = back(table, tmp_path, ending)
    assert again.table.column("x").to_pylist() == cells
    assert again.value_labels["y"] == {"1": label, "2": "z"}
    assert again.column_labels == {"x": title}
