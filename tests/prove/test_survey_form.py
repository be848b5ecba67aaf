"""The whole coding plan as a survey form: with ODK's own checker, and read from every style of export."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pyxform.xls2xform import xls2xform_convert

from justice_metrics.base.language import Language
from justice_metrics.cases.checklist_file import read_checklist
from justice_metrics.cases.coding.plan import CodingPlan
from justice_metrics.cases.coding.planning import coding_plan
from justice_metrics.cases.coding.xlsform import xlsform_bytes
from justice_metrics.cases.procedure_file import read_procedure
from justice_metrics.cases.read import read_cases
from tests.cases.coding.kobo_export import write_export
from tests.cases.coding.made_answers import CUTOFF, made_answers
from tests.cases.coding.test_form_mapping import frames, from_workbook, write_form

pytestmark = pytest.mark.prove


@pytest.fixture(scope="module")
def plan() -> CodingPlan:
    return coding_plan(read_procedure("bolivia"), read_checklist("child_sexual_assault"))


@pytest.fixture(scope="module")
def expected(plan: CodingPlan, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[dict[str, Any]]]:
    return frames(from_workbook(plan, tmp_path_factory.mktemp("book"), made_answers(plan), "es"))


@pytest.mark.skipif(shutil.which("java") is None, reason="ODK Validate needs Java")
@pytest.mark.parametrize("procedure", ["bolivia", "guatemala", "common_law"])
@pytest.mark.parametrize("language", ["es", "en"])
def test_odk_validate_takes_the_form(tmp_path: Path, procedure: str, language: Language) -> None:
    made = coding_plan(read_procedure(procedure), read_checklist("child_sexual_assault"))
    (tmp_path / "form.xlsx").write_bytes(xlsform_bytes(made, language, CUTOFF))
    assert xls2xform_convert(str(tmp_path / "form.xlsx"), str(tmp_path / "form.xml"), validate=True) == []


@pytest.mark.parametrize("labels", [None, "es", "en"])
@pytest.mark.parametrize("groups", [False, True])
def test_every_style_reads_to_the_same_case_data(
    plan: CodingPlan,
    expected: Mapping[str, list[dict[str, Any]]],
    tmp_path: Path,
    labels: Language | None,
    groups: bool,
) -> None:
    mapping = write_form(plan, tmp_path, "es")
    write_export(tmp_path / "export.xlsx", plan, made_answers(plan), labels=labels, groups=groups)
    assert frames(read_cases(mapping=mapping)) == expected
