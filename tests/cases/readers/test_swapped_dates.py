"""A csv with days first, opened where months come first and saved as a workbook, is not read silently wrong."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

import justice_metrics as jm
from justice_metrics.base.errors import CaseDataError
from justice_metrics.cases.readers.files import read_text_tables

pytestmark = pytest.mark.usefixtures("in_process")


def book(folder: Path, name: str, *, year: int, swapped: bool) -> Path:
    path = folder / name
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as made:
        page = made.add_worksheet()
        page.write_row(0, 0, ["CUD", "Denuncia"])
        for row in range(1, 41):
            day = dt.datetime(year, 1, 1) + dt.timedelta(days=7 * row)
            page.write_string(row, 0, f"{year}-{row}")
            if not swapped:
                page.write_datetime(row, 1, day)
            elif day.day <= 12:
                page.write_datetime(row, 1, dt.datetime(day.year, day.day, day.month))
            else:
                page.write_string(row, 1, day.strftime("%d/%m/%Y"))
    return path


def read(*files: Path, complaint: Any = "Denuncia", **data: Any) -> jm.CaseData:
    return jm.read_cases(
        mapping=jm.CaseMapping.from_dict(
            {
                "data": {"file": [one.name for one in files], **data},
                "cases": {"id": "CUD", "procedure": "bolivia", "cutoff": "2019-12-31"},
                "dates": {"complaint": complaint},
            },
            folder=files[0].parent,
        )
    )


@pytest.mark.parametrize("declared", [{}, {"date_order": "dmy"}])
def test_one_file(tmp_path: Path, declared: dict[str, str]) -> None:
    path = book(tmp_path, "2018.xlsx", year=2018, swapped=True)
    with pytest.raises(CaseDataError, match="In the column 'Denuncia' none of 17 typed dates has a day above 12"):
        read(path, **declared)
    # somebody who looked at this column may say otherwise
    assert read(path, complaint={"column": "Denuncia", "order": "dmy"}).n_units == 40
    assert read(book(tmp_path, "2017.xlsx", year=2017, swapped=False)).n_units == 40


def test_one_of_several_files(tmp_path: Path) -> None:
    files = [book(tmp_path, f"{year}.xlsx", year=year, swapped=year == 2018) for year in (2017, 2018)]
    assert read_text_tables(files).swapped_dates == {"Denuncia": ("2018.xlsx (Sheet1)", 17, 23, "dmy")}
    with pytest.raises(
        CaseDataError, match="In the column 'Denuncia' of '2018.xlsx \\(Sheet1\\)' none of 17 typed dates"
    ):
        read(*files, date_order="dmy")
    assert read(*files, complaint={"column": "Denuncia", "order": "dmy"}).n_units == 80
