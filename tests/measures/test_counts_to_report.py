"""Six kinds of missing, from the cell of a ministry's file to the csv, the workbook and the page."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest

import justice_metrics as jm
from justice_metrics.base.quantities import STATUS_WORDS
from justice_metrics.base.result import Result
from justice_metrics.publish.tables import result_bytes

CELLS = {
    "a": ("4", ""),
    "b": ("0", ""),
    "c": ("S/D", "not_available"),
    "d": ("N/C", "not_applicable"),
    "e": ("*", "suppressed"),
    "f": ("pend.", "pending"),
    "g": ("4 (p)", "under_review"),
}
# "pending" is a word of other columns too; in the csv it is told apart
WORDS = [STATUS_WORDS[one].text("es") for one in ("not_available", "not_applicable", "suppressed", "under_review")]


@pytest.fixture(scope="module")
def flows(tmp_path_factory: pytest.TempPathFactory) -> Result:
    file: Path = tmp_path_factory.mktemp("counts") / "2019.csv"
    rows = [f"Juzgado {court};2019;8;{cell}" for court, (cell, _) in CELLS.items()]
    file.write_text("\n".join(["Órgano;Año;Ingresadas;Resueltas", *rows]), encoding="cp1252")
    counts = jm.read_counts(
        file,
        mapping={
            "counts": {
                "office": "Órgano",
                "period": "Año",
                "quantities": {"new": "Ingresadas", "resolved": "Resueltas"},
            },
            "missing": {
                "S/D": "not_available",
                "N/C": "not_applicable",
                "*": "suppressed",
                "pend.": "pending",
                "(p)": "under_review",
            },
        },
    )
    return jm.case_flows(counts, by="office")


def test_each_reason_is_there_in_the_answer_and_zero_is_none_of_them(flows: Result) -> None:
    table = flows.tables["main"]
    assert list(table.statuses["resolved"]) == [status for _, status in CELLS.values()]
    assert list(table.statuses["clearance_rate"]) == [status for _, status in CELLS.values()]
    assert table.values["resolved"][1] == 0
    assert table.values["clearance_rate"][1] == 0
    assert table.values["clearance_rate"][[0, 6]] == pytest.approx([0.5, 0.5])


def test_each_reason_is_there_in_the_csv_and_the_workbook(flows: Result) -> None:
    rows = list(csv.DictReader(io.StringIO(result_bytes(flows, ".csv").decode("utf-8-sig"), newline="")))
    assert [row["resolved__status"] for row in rows] == [status for _, status in CELLS.values()]
    book = openpyxl.load_workbook(io.BytesIO(result_bytes(flows, ".xlsx", language="es")))
    # a number under review stays a number, and is shown with its words
    held = {f"{cell.value} {cell.number_format}" for sheet in book for row in sheet.iter_rows() for cell in row}
    for words in WORDS:
        assert any(words in text for text in held), words


def test_each_reason_is_there_on_the_page(flows: Result) -> None:
    page = result_bytes(flows, ".html", language="es").decode()
    for words in WORDS:
        assert words in page
