"""The workbook: instructions, lists and checks in its cells, answers where they belong, nothing that is a formula."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest

from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.checklist_file import read_checklist
from justice_metrics.cases.coding.plan import CASE_TABLE, CodingPlan
from justice_metrics.cases.coding.planning import coding_plan
from justice_metrics.cases.coding.workbook import sheet_columns, workbook_bytes
from justice_metrics.cases.procedure_file import read_procedure

CUTOFF = dt.date(2018, 4, 30)


@pytest.fixture(scope="module")
def plan() -> CodingPlan:
    return coding_plan(read_procedure("bolivia"), read_checklist("child_sexual_assault"))


@pytest.fixture(scope="module")
def content(plan: CodingPlan) -> bytes:
    row = {"case_id": "=A-1", "complaint_date": dt.date(2016, 5, 2), "age_at_fact": 9, "sex": "female", "area": None}
    return workbook_bytes(plan, language="es", cutoff=CUTOFF, answers={"case": [row]})


@pytest.fixture(scope="module")
def book(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def check_of(book: Any, plan: CodingPlan, table: str, name: str) -> Any:
    """Return the data validation of a question."""
    sheet = book[plan.table(table).text.text("es")]
    heads = [cell.value for cell in sheet[1]]
    cell = sheet.cell(2, heads.index(plan.table(table).field(name).text.text("es")) + 1).coordinate
    return next((one for one in sheet.data_validations.dataValidation if cell in one.sqref), None)


def test_its_sheets_are_the_tables_between_instructions_and_lists(book: Any, plan: CodingPlan) -> None:
    tables = [one.text.text("es") for one in plan.tables]
    assert book.sheetnames == ["Instrucciones", *tables, "Listas", "Libro de códigos"]
    for table in plan.tables:
        sheet = book[table.text.text("es")]
        assert [cell.value for cell in sheet[1]] == [one.text.text("es") for one in table.fields]
        assert sheet.freeze_panes == "B2"
    told = "\n".join(str(row[0]) for row in book["Instrucciones"].iter_rows(values_only=True))
    assert "30 abr 2018" in told
    assert "{" not in told


def test_every_question_has_its_list_or_check(book: Any, plan: CodingPlan) -> None:
    kinds = {"level": "list", "date": "date", "id": "list"}
    for table, one in plan.fields:
        check = check_of(book, plan, table.id, one.name)
        if one.kind == "number":
            assert check.type == ("whole" if one.whole else "decimal")
        elif one.kind == "text":
            assert check.type == "list"
            assert check.errorStyle == ("warning" if one.own_list else "stop")
        else:
            assert check.type == ("custom" if (table.id, one.kind) == (CASE_TABLE, "id") else kinds[one.kind])


def test_a_list_holds_the_answers(book: Any, plan: CodingPlan) -> None:
    check = check_of(book, plan, "case", "outcome")
    sheet, cells = check.formula1.replace("'", "").split("!")
    listed = [cell.value for (cell,) in book[sheet][cells.replace("$", "")]]
    assert listed == [label.text("es") for _, label in plan.table("case").field("outcome").levels]
    assert check_of(book, plan, "accused", "outcome").formula1 == check.formula1  # written once
    sex = check_of(book, plan, "case", "sex")
    sheet, cells = sex.formula1.replace("'", "").split("!")
    assert [cell.value for (cell,) in book[sheet][cells.replace("$", "")]] == ["Femenino", "Masculino", "Sin dato"]


def test_dates_lie_between_the_act_before_and_the_cut_off(book: Any, plan: CodingPlan) -> None:
    charged = check_of(book, plan, "case", "charged_notified")
    assert charged.formula2 == "DATE(2018,4,30)"
    heads = [cell.value for cell in book["Caso"][1]]
    before = openpyxl.utils.get_column_letter(heads.index("Fecha de imputación formal") + 1)
    assert charged.formula1 == f"MAX(DATE(1950,1,1),${before}2)"
    assert check_of(book, plan, "case", "reviewed").formula2 == "DATE(2099,12,31)"


def test_a_child_row_can_only_name_a_case_of_the_sheet(book: Any, plan: CodingPlan) -> None:
    check = check_of(book, plan, "hearings", "case_id")
    assert "'Caso'!$A$2:$A$3001" in check.formula1
    assert check.errorStyle is None or check.errorStyle == "stop"


def test_answers_stand_in_their_cells_and_no_text_is_a_formula(book: Any, content: bytes) -> None:
    sheet = book["Caso"]
    row = dict(zip([cell.value for cell in sheet[1]], sheet[2], strict=True))
    assert (row["N° de caso"].value, row["N° de caso"].data_type) == ("=A-1", "s")
    assert row["Fecha de denuncia"].value == dt.datetime(2016, 5, 2)
    assert row["Fecha de denuncia"].number_format == "dd/mm/yyyy"
    assert row["Edad de la víctima al momento del hecho"].value == 9
    assert row["Sexo de la víctima"].value == "Femenino"
    assert row["Área"].value is None
    assert not any(cell.data_type == "f" for one in book for cells in one.iter_rows() for cell in cells)


def test_the_codebook_has_a_row_for_every_question(book: Any, plan: CodingPlan) -> None:
    rows = list(book["Libro de códigos"].iter_rows(min_row=2, values_only=True))
    assert len(rows) == sum(len(table.fields) for table in plan.tables)
    outcome = next(row for row in rows if row[7] == "outcome")
    assert "Rechazo = rejected" in outcome[4]
    item = next(row for row in rows if row[7] == "practice.items.interpreter")
    assert item[8] == plan.checklist.item("interpreter").source  # type: ignore[union-attr]


def test_the_same_sheet_is_the_same_file(plan: CodingPlan) -> None:
    made = [workbook_bytes(plan, language="en", cutoff=CUTOFF) for _ in range(2)]
    assert made[0] == made[1]


def test_with_coders_every_row_says_who_coded_it(plan: CodingPlan) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(plan, language="en", cutoff=CUTOFF, coders=("C1", "C2"))))
    for table in plan.tables:
        assert "Coder" in [cell.value for cell in book[table.text.text("en")][1]][:2]
    lists = {column[0]: [one for one in column[1:] if one] for column in book["Lists"].iter_cols(values_only=True)}
    assert lists["Coder"] == ["C1", "C2"]


def test_an_answer_that_is_not_asked_is_refused(plan: CodingPlan) -> None:
    with pytest.raises(QuestionError, match="Did you mean 'sex'"):
        workbook_bytes(plan, language="en", cutoff=CUTOFF, answers={"case": [{"sexx": "female"}]})
    with pytest.raises(QuestionError, match="femal"):
        workbook_bytes(plan, language="en", cutoff=CUTOFF, answers={"case": [{"sex": "femal"}]})


def test_columns_of_the_mapping_are_the_headings(plan: CodingPlan) -> None:
    assert sheet_columns(plan, "es")["support", "actor"] == "Tipo de actor"
