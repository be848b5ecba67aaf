from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from justice_metrics.base.errors import OutputError, QuestionError
from justice_metrics.base.language import Label, tr
from justice_metrics.base.table import Column, Table
from justice_metrics.publish.tables import SUFFIXES, csv_bytes, result_bytes, write_table
from tests.publish.answers import HOSTILE, naive_table, provenance, rates, rates_table


def csv_rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def workbook(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def cells(sheet: Any) -> list[Any]:
    return [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]


def test_csv_has_columns_labels_full_precision_and_empty_cells() -> None:
    data = result_bytes(rates(), ".csv", language="es")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = csv_rows(data)
    assert rows[0] == [
        "court",
        "stage",
        "stage_label",
        "numerator",
        "denominator",
        "estimate",
        "conf_low",
        "conf_high",
    ]
    assert rows[1] == ["First", "complaint", "denuncia", "0", "100", "", "", ""]
    assert rows[2][:6] == ["First", "trial", "juicio", "1", "101", repr(1 / 101)]
    assert len(rows) == 4


def test_csv_writes_dates_as_dates() -> None:
    column = Column("period", tr("day"), "text", "key", "key")
    for values in (np.array(["2018-04-30"], dtype="datetime64[D]"), np.array([dt.date(2018, 4, 30)], dtype=object)):
        assert csv_rows(csv_bytes(Table((column,), {"period": values})))[1] == ["2018-04-30"]


def one_cell(words: str) -> Any:
    column = Column(words, Label(words), "text", "stratum", "stratum")
    table = Table((column,), {words: np.array([words, "a"], dtype=object)}, labels={words: {"a": Label(words)}})
    return rates(heading=Label(words), tables={"main": table}, provenance=provenance(settings=((words, words),)))


@pytest.mark.parametrize("name", HOSTILE)
def test_malicious_text_does_nothing_in_csv(name: str) -> None:
    data = result_bytes(one_cell(HOSTILE[name]), ".csv")
    rows = csv_rows(data)
    assert [len(row) for row in rows] == [2, 2, 2]
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "@", "\t", "\r", "＝"))
        assert not cell.startswith("-")
        assert not re.search("[\u202a-\u202e\x00-\x1f]", cell)


@pytest.mark.parametrize("name", HOSTILE)
def test_malicious_text_does_nothing_in_a_workbook(name: str) -> None:
    data = result_bytes(one_cell(HOSTILE[name]), ".xlsx")
    book = workbook(data)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in {"s", "n"}
                assert cell.hyperlink is None
                assert cell.data_type == "s" or cell.value is None or not isinstance(cell.value, str)
    parts = zipfile.ZipFile(io.BytesIO(data))
    for part in parts.namelist():
        text = parts.read(part).decode("utf-8")
        assert "<f>" not in text
        assert "TargetMode" not in text
        assert not re.search("[\u202a-\u202e]", text)


def test_the_workbook_holds_real_numbers_and_says_that_it_is_internal() -> None:
    data = result_bytes(rates(), ".xlsx")
    book = workbook(data)
    assert book.sheetnames == ["Table", "Columns", "About"]
    sheet = book["Table"]
    rows = list(sheet.iter_rows(min_row=5, values_only=True))
    assert rows[0] == ("court", "stage", "convicted", "cases", "conviction rate", "lower limit", "upper limit")
    assert rows[2][:5] == ("First", "trial", 1, 101, 1 / 101)
    assert rows[1][4] is None
    assert rows[3][0] == "not recorded"
    assert sheet["E7"].number_format == "0.0%"
    for number, one in enumerate(book, start=1):
        assert "INTERNAL: not for publication" in cells(one)
        part = zipfile.ZipFile(io.BytesIO(data)).read(f"xl/worksheets/sheet{number}.xml").decode()
        assert "&amp;C&amp;BINTERNAL: not for publication" in part


def test_the_workbook_explains_columns_definition_and_source() -> None:
    book = workbook(result_bytes(rates(), ".xlsx"))
    meaning = cells(book["Columns"])
    assert {"estimate", "conviction rate", "share: 0.04 is 4 %", "complaint = complaint; trial = trial"} <= set(meaning)
    about = cells(book["About"])
    for expected in (
        "cases that reached the stage",
        "8 cases ended in conviction.",
        "Fewer than 10 convictions: the intervals are wide.",
        "Left out: 12 units: no complaint date.",
        "bolivia_cases.csv",
        "confidence_level",
    ):
        assert expected in about, expected


def test_the_workbook_has_every_table_the_asked_one_first_and_warns_of_the_naive_one() -> None:
    result = rates(
        tables={"main": rates_table(["a"]), "reasons": rates_table(["b"], title=tr("Reasons")), "naive": naive_table()}
    )
    assert workbook(result_bytes(result, ".xlsx")).sheetnames == ["Table", "reasons", "naive", "Columns", "About"]
    book = workbook(result_bytes(result, ".xlsx", table="reasons", language="en"))
    assert book.sheetnames[0] == "reasons"
    assert "Why not this figure: Immortal time." in cells(book["naive"])
    assert not [one for one in cells(book["Table"]) if "Immortal" in str(one)]


def test_sheets_are_named_in_the_language_of_the_workbook() -> None:
    title = Label({"en": "Share of cases by office", "es": "Casos por oficina, del mayor al menor"})
    table = rates_table(["a"])
    tables = {"main": table, "assumptions": table, "coefficients": table, "places": rates_table(["b"], title=title)}
    data = result_bytes(rates(tables=tables), ".xlsx", language="es")
    # Words that are known, and for others the title, cut after a whole word.
    assert workbook(data).sheetnames[1:4] == ["supuestos", "coeficientes", "Casos por oficina, del"]
    assert "supuestos (assumptions)" in cells(workbook(data).worksheets[4])
    assert workbook(result_bytes(rates(tables=tables), ".xlsx")).sheetnames[1:4] == list(tables)[1:]


def test_sheets_of_like_names_are_kept_apart() -> None:
    table = rates_table(["a"])
    names = ["main", "History", "a" * 40, "a" * 41, "a[b]:c*d?e/f\\g", "columns", "about", "Table"]
    book = workbook(result_bytes(rates(tables=dict.fromkeys(names, table)), ".xlsx"))
    assert len(book.sheetnames) == len(names) + 2
    assert all(len(name) <= 31 for name in book.sheetnames)


def test_years_and_weighted_counts_are_shown_as_they_are() -> None:
    year = Column("year", tr("year"), "text", "stratum", "stratum")
    count = Column("numerator", tr("cases"), "units", "count", "count")
    points = Column("difference", tr("difference"), "points", "estimate", "difference")
    table = Table(
        (year, count, points), {"year": np.array([2018]), "numerator": np.array([3.5]), "difference": np.array([0.067])}
    )
    sheet = workbook(result_bytes(rates(tables={"main": table}), ".xlsx"))["Table"]
    assert [sheet[f"{letter}6"].number_format for letter in "ABC"] == ["General", "#,##0.0", "#,##0.0"]
    assert [sheet[f"{letter}6"].value for letter in "ABC"] == [2018, 3.5, 6.7]


def test_points_are_points_in_a_workbook_and_shares_in_a_csv_file() -> None:
    columns = (
        Column("estimate", tr("difference (percentage points)"), "points", "estimate", "difference"),
        Column("conf_low", tr("lower limit"), "points", "interval", "interval"),
        Column("conf_high", tr("upper limit"), "points", "interval", "interval"),
        Column("std_error", tr("standard error"), "points", "interval", "std_error", 2),
    )
    values = {"estimate": [-0.005], "conf_low": [-0.05], "conf_high": [0.039], "std_error": [1 / 30]}
    table = Table(columns, {name: np.array(one) for name, one in values.items()})
    result = rates(tables={"main": table})
    book = workbook(result_bytes(result, ".xlsx"))
    head, row = list(book["Table"].iter_rows(min_row=5, values_only=True))
    assert head == (
        "difference (percentage points)",
        "lower limit (points)",
        "upper limit (points)",
        "standard error (points)",
    )
    assert row == pytest.approx((-0.5, -5, 3.9, 10 / 3))
    assert [cell.number_format for cell in book["Table"][6]] == ["#,##0.0", "#,##0.0", "#,##0.0", "#,##0.00"]
    # What a page shows is what the cells hold.
    assert table.display()[1][0][0] == f"{row[0]:.1f}"
    assert "percentage points (in csv files a difference of shares: 0.01 is one point)" in cells(book["Columns"])
    assert csv_rows(result_bytes(result, ".csv"))[1][:2] == ["-0.005", "-0.05"]


def test_simulated_data_say_so_in_the_workbook() -> None:
    book = workbook(result_bytes(rates(provenance=provenance(simulated=True)), ".xlsx"))
    assert all("Simulated data: no case in it is real." in cells(sheet) for sheet in book)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("language", ["en", "es"])
def test_two_runs_give_the_same_bytes(suffix: str, language: Any) -> None:
    one, other = (result_bytes(rates(), suffix, language=language) for _ in range(2))
    assert one == other
    start = {
        ".xlsx": b"PK",
        ".json": b"{",
        ".png": b"\x89PNG",
        ".pdf": b"%PDF",
        ".svg": b"<?xml",
        ".html": b"<!DOCTYPE html>",
        ".dta": b"<stata_dta>",
    }
    assert one.startswith(start.get(suffix, b"\xef\xbb\xbf"))


@pytest.mark.parametrize("name", ["a.csv", "b.XLSX", "c.html", "d.png", "e.svg", "f.pdf"])
def test_the_ending_of_the_name_decides(tmp_path: Path, name: str) -> None:
    path = write_table(rates(), tmp_path / name)
    assert path.read_bytes() == result_bytes(rates(), path.suffix)


@pytest.mark.parametrize("name", ["table", "table.docx", "table.sav"])
def test_an_unknown_ending_is_refused_with_the_known_ones(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match=r"\.csv, \.xlsx, \.dta, \.html"):
        write_table(rates(), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_an_unknown_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match="main"):
        write_table(rates(), tmp_path / "a.csv", table="mian")
    assert not list(tmp_path.iterdir())


def test_numbers_that_are_missing_in_different_ways_stay_different_in_every_file() -> None:
    columns = (
        Column("n", tr("cases"), "units", "count", "count"),
        Column("gone", tr("change"), "change", "estimate", "difference"),
    )
    statuses = ["", "under_review", "suppressed", "not_applicable", "pending", "not_available"]
    values = {"n": np.array([0, 7, np.nan, np.nan, np.nan, np.nan]), "gone": np.full(6, -0.351)}
    result = rates(tables={"main": Table(columns, values, statuses={"n": statuses})})
    assert [row[1] for row in csv_rows(result_bytes(result, ".csv"))] == ["n__status", *statuses]
    sheet = workbook(result_bytes(result, ".xlsx"))["Table"]
    shown = [sheet[f"A{row}"].value for row in range(6, 12)]
    assert shown == [0, 7, "hidden", "not applicable", "pending", "not available"]
    assert sheet["A7"].number_format.endswith('" (under review)"')
    assert sheet["B6"].number_format.startswith("+0.0%;-0.0%")


def test_json_holds_what_a_program_needs_and_no_number_that_is_none() -> None:
    record = json.loads(result_bytes(rates(), ".json", language="es"))
    (answer,) = record["results"]
    assert record["audience"] == "internal"
    first, second = answer["tables"]["main"]["rows"][:2]
    assert (first["stage"], first["numerator"], first["estimate"]) == ("complaint", 0, None)
    assert second["estimate"] == 1 / 101
    assert answer["provenance"]["left_out"] is not None
    assert answer["provenance"]["corrections"] == []
