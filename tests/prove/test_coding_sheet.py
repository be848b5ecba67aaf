"""The coding sheet in LibreOffice, of two coders, and in the check: what takes a spreadsheet program or a while."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from justice_metrics.cases.casedata import CaseData
from justice_metrics.cases.coding.plan import CodingPlan
from justice_metrics.cases.mappings.mapping import CaseMapping, read_mapping
from justice_metrics.cases.read import read_cases
from tests.cases.coding.test_template import CUTOFF, TEN, case, fill, folder, plan, write_template

__all__ = ["folder", "plan"]  # fixtures

pytestmark = pytest.mark.prove

_OFFICE = Path(__file__).with_name("coding_sheet_office.py")
_DAY_ZERO = dt.date(1899, 12, 30)


def rows_of(cases: CaseData) -> list[dict[str, Any]]:
    return sorted(cases.milestones.collect().rows(named=True), key=lambda row: row["unit_id"])


def test_the_check_goes_on_in_spite_of_ten_mistakes_and_tells_them_all(
    folder: Path, plan: CodingPlan, tmp_path: Path
) -> None:
    for name in ("coding_sheet.xlsx", "mapping.toml"):
        shutil.copy(folder / name, tmp_path / name)
    fill(tmp_path / "coding_sheet.xlsx", plan, TEN)
    counted = read_cases(mapping=tmp_path / "mapping.toml", faults="count")
    assert len([one for one in map(str, counted.intake.notes) if "', column '" in one]) == 10


def test_two_coders_fill_in_two_workbooks_and_one_mapping_reads_both(plan: CodingPlan, tmp_path: Path) -> None:
    made = write_template("bolivia", tmp_path / "two", language="es", cutoff=CUTOFF, coders=2)
    for number, path in enumerate(made[:2], start=1):
        one = {key: value for key, value in case(1, coder=f"C{number}").items() if not key.startswith("practice")}
        fill(path, plan, {("case", 2): one, ("case", 3): {**one, "case_id": f"only {number}"}})
    assert read_cases(mapping=tmp_path / "two" / "mapping.toml").n_units == 3


# ------------------------------------------------------------------------------------------------------- LibreOffice


def office_python() -> str | None:
    """Return a Python that can steer LibreOffice, where there is one."""
    for one in (sys.executable, shutil.which("python3", path=os.defpath)):
        if (
            one is not None
            and not subprocess.run([one, "-c", "import uno"], capture_output=True, check=False).returncode
        ):
            return one
    return None


needs_office = pytest.mark.skipif(
    shutil.which("soffice") is None or office_python() is None, reason="needs LibreOffice with its Python bridge"
)


def typed(plan: CodingPlan, what: str, table: str, name: str, row: int, value: Any) -> Mapping[str, Any]:
    """Describe a cell that is typed into: a date as its number, as a spreadsheet keeps it."""
    one = plan.table(table)
    number = (value - _DAY_ZERO).days if isinstance(value, dt.date) else value
    place = [field.name for field in one.fields].index(name)
    return {"what": what, "sheet": one.text.text("es"), "column": place, "row": row - 1, "value": number}


@needs_office
def test_lists_and_checks_work_in_libreoffice_and_outlive_it(folder: Path, plan: CodingPlan, tmp_path: Path) -> None:
    """LibreOffice is asked which cells break their checks, before and after each mistake is typed."""
    shutil.copy(folder / "coding_sheet.xlsx", tmp_path / "coding_sheet.xlsx")
    shutil.copy(folder / "mapping.toml", tmp_path / "mapping.toml")
    wrong = [
        typed(plan, "label", "case", "sex", 2, "Fem"),
        typed(plan, "text", "case", "charged_date", 3, "en marzo"),
        typed(plan, "no such day", "case", "charged_date", 4, "31/02/2017"),
        typed(plan, "late", "case", "charged_date", 5, dt.date(2019, 5, 1)),
        typed(plan, "before", "case", "verdict_date", 6, dt.date(2015, 12, 1)),
        typed(plan, "twice", "case", "case_id", 7, "003"),
        typed(plan, "age", "case", "age_at_fact", 8, 200),
        typed(plan, "half", "case", "age_at_fact", 8, 7.5),
        typed(plan, "words", "case", "age_at_fact", 8, "siete"),
        typed(plan, "stranger", "support", "case_id", 2, "999"),
        typed(plan, "actor", "support", "actor", 2, "Amiga"),
        typed(plan, "end", "support", "end", 2, dt.date(2015, 1, 1)),
    ]
    right = [
        typed(plan, "known case", "support", "case_id", 2, "004"),
        typed(plan, "known actor", "support", "actor", 2, "Abogado/a"),
        typed(plan, "month", "case", "charged_date", 4, dt.date(2016, 1, 1)),
        typed(plan, "under one", "case", "age_at_fact", 8, 0),
    ]
    job = {
        "profile": (tmp_path / "profile").as_uri(),
        "workbook": (tmp_path / "coding_sheet.xlsx").as_uri(),
        "sheets": {one.text.text("es"): len(one.fields) for one in plan.tables},
        "typed": [*wrong, *right],
        "save": {
            "calc8": (tmp_path / "saved.ods").as_uri(),
            "Calc MS Excel 2007 XML": (tmp_path / "saved.xlsx").as_uri(),
        },
    }
    python = office_python()
    assert python is not None
    done = subprocess.run(
        [python, str(_OFFICE)], input=json.dumps(job), capture_output=True, text=True, timeout=240, check=True
    )
    said = json.loads(done.stdout)
    assert not any(said["clean"].values())
    assert not any(said["after"].values())
    assert {one["what"]: said["broken"][one["what"]] for one in wrong} == {one["what"]: True for one in wrong}
    assert {one["what"]: said["broken"][one["what"]] for one in right} == {one["what"]: False for one in right}

    # saved by LibreOffice in both formats: every list and check is still there, and the answers are the same
    assert all(said["saved"][kind] == said["kinds"] for kind in job["save"])
    assert not any(one.startswith("ANY") for kinds in said["kinds"].values() for one in kinds)
    before, after = (openpyxl.load_workbook(tmp_path / name) for name in ("coding_sheet.xlsx", "saved.xlsx"))
    for sheet in before:
        assert len(sheet.conditional_formatting) == len(after[sheet.title].conditional_formatting)
    answers = rows_of(read_cases(mapping=folder / "mapping.toml"))
    for name in ("saved.xlsx", "saved.ods"):
        assert rows_of(read_cases(mapping=named(folder / "mapping.toml", tmp_path / name))) == answers


def named(mapping: Path, workbook: Path) -> CaseMapping:
    """Return a mapping that reads another workbook."""
    read = read_mapping(mapping)
    return read.model_copy(update={"data": read.data.model_copy(update={"file": (str(workbook),)})})
