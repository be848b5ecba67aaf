"""The workbook and the survey form read to the same case data, however the answers were exported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from justice_metrics.base.language import Language
from justice_metrics.cases.casedata import CaseData
from justice_metrics.cases.checklist_file import read_checklist
from justice_metrics.cases.coding.form_mapping import form_mapping_text
from justice_metrics.cases.coding.mapping_text import mapping_text
from justice_metrics.cases.coding.plan import CodingPlan
from justice_metrics.cases.coding.planning import coding_plan
from justice_metrics.cases.coding.workbook import sheet_columns, workbook_bytes
from justice_metrics.cases.coding.xlsform import xlsform_bytes
from justice_metrics.cases.procedure_file import read_procedure
from justice_metrics.cases.read import read_cases
from justice_metrics.cases.readers.apart import READERS
from tests.cases.coding.kobo_export import Answer, write_export
from tests.cases.coding.made_answers import CUTOFF, made_answers

# Of each kind of question one or two; the whole plan is read in the long proofs.
ASKED = frozenset(
    (
        *("case_id", "coder", "reviewed", "offence", "disability", "language", "age_at_fact", "fact_date"),
        *(
            "complaint_date",
            "charged_date",
            "charged_exact",
            "charged_notified",
            "verdict_date",
            "outcome",
            "outcome_date",
        ),
        *("detention_start", "practice_statements_taken", "practice_interpreter", "practice_interpreter_date"),
    )
)
TABLES = frozenset({"case", "accused", "support", "hearings", "measures"})


def shortened(plan: CodingPlan) -> CodingPlan:
    """Return a plan with fewer questions."""
    tables = [
        one if one.repeats else replace(one, fields=tuple(each for each in one.fields if each.name in ASKED))
        for one in plan.tables
        if one.id in TABLES
    ]
    return replace(plan, tables=tuple(tables))


def frames(cases: CaseData) -> dict[str, list[dict[str, Any]]]:
    """Return every table as rows in an order that does not hang on the file."""
    found = {"milestones": cases.milestones, "events": cases.events, "support": cases.support, **cases.children}
    made = {}
    for name, frame in found.items():
        assert frame is not None
        rows = frame.collect().rows(named=True)
        made[name] = sorted(({key: row[key] for key in sorted(row)} for row in rows), key=repr)
    return made


def settings(plan: CodingPlan) -> dict[str, Any]:
    checklist = None if plan.checklist is None else plan.checklist.id
    return {"procedure": plan.procedure.id, "checklist": checklist, "cutoff": CUTOFF}


def from_workbook(
    plan: CodingPlan, folder: Path, answers: Mapping[str, list[Mapping[str, Answer]]], language: Language
) -> CaseData:
    (folder / "sheet.xlsx").write_bytes(workbook_bytes(plan, language=language, cutoff=CUTOFF, answers=answers))
    text = mapping_text(
        plan,
        language=language,
        data={"file": "sheet.xlsx", "sheet": plan.tables[0].text.text(language)},
        columns=sheet_columns(plan, language),
        sheets={one.id: one.text.text(language) for one in plan.tables},
        **settings(plan),
    )
    (folder / "sheet.toml").write_text(text, encoding="utf-8")
    return read_cases(mapping=folder / "sheet.toml")


def write_form(plan: CodingPlan, folder: Path, language: Language) -> Path:
    (folder / "form.xlsx").write_bytes(xlsform_bytes(plan, language, CUTOFF))
    text = form_mapping_text(plan, language=language, file="export.xlsx", form="form.xlsx", **settings(plan))
    (folder / "form.toml").write_text(text, encoding="utf-8")
    return folder / "form.toml"


@pytest.fixture(scope="module", autouse=True)
def _in_this_process() -> Iterator[None]:
    """Workbooks are parsed here: the child process has tests of its own."""

    def here(reader: str, path: Path, **options: Any) -> Any:
        module, _, function = READERS[reader].partition(":")
        return getattr(import_module(module), function)(path, **options)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("read_apart", "read_all_apart"):
            patch.setattr(f"justice_metrics.cases.readers.workbook.{name}", here)
        yield


@pytest.fixture(scope="module")
def plan() -> CodingPlan:
    return shortened(coding_plan(read_procedure("bolivia"), read_checklist("child_sexual_assault")))


@pytest.fixture(scope="module")
def folder(plan: CodingPlan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("form")
    write_form(plan, made, "es")
    return made


@pytest.fixture(scope="module")
def expected(plan: CodingPlan, folder: Path) -> dict[str, list[dict[str, Any]]]:
    return frames(from_workbook(plan, folder, made_answers(plan), "es"))


@pytest.mark.parametrize(("labels", "groups"), [(None, False), ("en", True)])
def test_an_export_reads_as_the_workbook_does(
    plan: CodingPlan,
    folder: Path,
    expected: dict[str, list[dict[str, Any]]],
    labels: Language | None,
    groups: bool,
) -> None:
    write_export(folder / "export.xlsx", plan, made_answers(plan), labels=labels, groups=groups)
    read = frames(read_cases(mapping=folder / "form.toml"))
    assert read == expected
    assert len(read["milestones"]) == 6
    assert len(read["hearings"]) == 7


def test_the_answers_are_what_was_coded(expected: dict[str, list[dict[str, Any]]]) -> None:
    """By hand: the second case, of which every answer that can be is "no data"."""
    cases = {row["unit_id"]: row for row in expected["milestones"]}
    second = cases["CASE-001"]
    assert second["disability"] == "not_available"
    ages = {id: row["age_at_fact"] for id, row in cases.items() if row["age_at_fact"] is not None}
    assert ages == {id: int(id[-3:]) + 1 for id in ages}
    assert second["first__complaint"] is not None
    assert {row["member_id"] for row in expected["accused"] if row["unit_id"] == "CASE-001"} == {"1", "2"}
    assert {row["exact__charged"] for id, row in cases.items() if id != "CASE-002"} <= {"day", None}
    assert cases["CASE-002"]["exact__charged"] == ("month" if cases["CASE-002"]["first__charged"] else None)


def test_repeats_that_nobody_filled_in_leave_empty_tables(plan: CodingPlan, folder: Path) -> None:
    answers = {id: rows if id == "case" else [] for id, rows in made_answers(plan).items()}
    write_export(folder / "export.xlsx", plan, answers, labels=None, groups=False)
    cases = read_cases(mapping=folder / "form.toml")
    assert cases.n_units == 6
    assert cases.child("hearings").collect().shape[0] == 0


def test_rows_of_repeats_belong_to_the_coder_of_their_submission(plan: CodingPlan, folder: Path) -> None:
    """The first case is coded again by a second coder, who saw two hearings and not one."""
    answers = made_answers(plan, n=3)
    again = {**answers["case"][0], "coder": "C2"}
    first = [{**row, "coder": "C1"} for row in answers["case"]]
    of_second = {**answers["hearings"][0], "_parent": "4"}
    both = {**answers, "case": [*first, again], "hearings": [*answers["hearings"], of_second, of_second]}
    write_export(folder / "export.xlsx", plan, both, labels=None, groups=False)
    cases = read_cases(mapping=folder / "form.toml")
    assert cases.n_units == 3
    assert cases.codings is not None
    kept = cases.child("hearings").collect().get_column("unit_id").to_list()
    of_both = cases.codings.child("hearings").collect().get_column("unit_id").to_list()
    assert kept.count("CASE-000") == 1
    assert sorted(one for one in of_both if one.startswith("CASE-000")) == ["CASE-000|C1", "CASE-000|C2", "CASE-000|C2"]
