"""The files with which coding begins, filled in and read back without an edit."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from justice_metrics.base.errors import CaseDataError, OutputError, QuestionError, ReadError, SettingsError
from justice_metrics.cases.adjudication.adjudicated_folder import LOG_FILE
from justice_metrics.cases.attributes import attribute_words
from justice_metrics.cases.checklist_file import read_checklist
from justice_metrics.cases.coding.plan import CASE_TABLE, CodingPlan
from justice_metrics.cases.coding.planning import coding_plan
from justice_metrics.cases.coding.template import write_template
from justice_metrics.cases.mappings.mapping import CaseMapping
from justice_metrics.cases.procedure_file import read_procedure
from justice_metrics.cases.read import read_cases
from justice_metrics.measures.quality.adjudication import adjudicate, disagreements
from justice_metrics.measures.quality.check import check

CUTOFF = dt.date(2018, 4, 30)
D = dt.date


@pytest.fixture(scope="module")
def plan() -> CodingPlan:
    return coding_plan(read_procedure("bolivia"), read_checklist("child_sexual_assault"))


def fill(path: Path, plan: CodingPlan, rows: Mapping[tuple[str, int], Mapping[str, Any]]) -> None:
    """Type answers into a workbook as a coder does: by table and row of the sheet, levels by their ids."""
    book = openpyxl.load_workbook(path)
    for (id, row), answers in rows.items():
        table = plan.table(id)
        sheet = book[table.text.text("es")]
        heads = [cell.value for cell in sheet[1]]
        for name, answer in answers.items():
            field = table.field(name)
            levels = {level: label.text("es") for level, label in field.levels}
            text = levels.get(answer, answer) if isinstance(answer, str) else answer
            sheet.cell(row, heads.index(field.text.text("es")) + 1).value = text
    book.save(path)


def case(number: int, **more: Any) -> Mapping[str, Any]:
    day = D(2016, 1, 1) + dt.timedelta(days=number)
    return {
        "case_id": f"00{number}",
        "coder": "C1",
        "reviewed": D(2018, 6, 1),
        "complaint_date": day,
        "sex": "female",
        "age_at_fact": 5 + number,
        "language": "quechua",
        "outcome": "rejected",
        "outcome_date": D(2017, 1, 1),
        "practice_interpreter": "yes",
        "practice_interpreter_date": D(2016, 6, 1),
        "practice_statements_taken": 2,
        "practice_protection_ordered": "yes",
        "practice_protection_days_date": day + dt.timedelta(days=9),
        **more,
    }


@pytest.fixture(scope="module")
def folder(plan: CodingPlan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("coding") / "study"
    written = write_template("bolivia", made, checklist="child_sexual_assault", language="es", cutoff=CUTOFF)
    assert sorted(path.name for path in made.iterdir()) == sorted(path.name for path in written)
    rows: dict[tuple[str, int], Mapping[str, Any]] = {("case", n + 2): case(n) for n in range(8)}
    rows["case", 3] = case(1, outcome="convicted", verdict_date=D(2017, 1, 1), charged_date=D(2016, 3, 15),
                           charged_exact="month")  # fmt: skip
    rows["support", 2] = {"case_id": "001", "actor": "psychologist", "start": D(2016, 2, 1)}
    rows["sentences", 2] = {"case_id": "001", "date": D(2017, 1, 1), "years": 15, "months": 6, "status": "under_appeal"}
    fill(made / "coding_sheet.xlsx", plan, rows)
    return made


def test_a_filled_sheet_reads_back_without_an_edit(folder: Path) -> None:
    """By hand: the second case was convicted, after a charge that is known to the month."""
    cases = read_cases(mapping=folder / "mapping.toml")
    rows = {row["unit_id"]: row for row in cases.milestones.collect().rows(named=True)}
    assert sorted(rows) == [f"00{n}" for n in range(8)]  # zeros in front are kept
    second = rows["001"]
    assert (second["outcome"], second["sex"], second["age_at_fact"]) == ("convicted", "Femenino", 6)
    assert (second["language"], second["practice__interpreter"]) == ("quechua", "yes")
    assert (second["practice__protection_days"], second["practice__statements_taken"]) == (9.0, 2.0)
    assert (second["exact__charged"], second["exact__complaint"]) == ("month", "day")
    assert second["first__convicted"] == (D(2017, 1, 1) - D(1970, 1, 1)).days
    assert cases.support is not None
    assert cases.support.collect().rows() == [
        ("001", "psychologist", None, (D(2016, 2, 1) - D(1970, 1, 1)).days, None, None, None)
    ]
    assert cases.child("sentences").collect().get_column("months").to_list() == [15 * 12 + 6]
    # sheets that nobody filled in are tables without rows
    assert cases.child("hearings").collect().shape[0] == cases.child("accused").collect().shape[0] == 0


TEN = {
    ("case", 2): {"sex": "Fem"},
    ("case", 3): {"charged_date": "en marzo"},
    ("case", 4): {"charged_date": "31/02/2017"},
    ("case", 5): {"charged_date": D(2019, 5, 1)},
    ("case", 6): {"verdict_date": D(2015, 12, 1)},
    ("case", 7): {"case_id": "003"},
    ("case", 8): {"age_at_fact": 200},
    ("case", 9): {"outcome": "pending"},
    ("support", 3): {"case_id": "999", "actor": "lawyer", "start": D(2016, 3, 1)},
    ("support", 4): {"actor": "lawyer", "start": D(2016, 3, 1)},
}


def test_ten_mistakes_come_back_as_ten_messages(folder: Path, plan: CodingPlan, tmp_path: Path) -> None:
    for name in ("coding_sheet.xlsx", "mapping.toml"):
        shutil.copy(folder / name, tmp_path / name)
    fill(tmp_path / "coding_sheet.xlsx", plan, TEN)
    with pytest.raises(CaseDataError) as caught:
        read_cases(mapping=tmp_path / "mapping.toml")
    said = [one for one in str(caught.value).splitlines() if "column '" in one]
    assert len(said) == 10
    assert "The coding sheet has 10 things to correct" in str(caught.value)
    for row in (*(f"row {n}:" for n in (2, 3, 4, 5, 6, 7, 8, 9)), "Sheet 'Apoyo', column 'N° de caso', row 3:"):
        assert any(row in one for one in said)
    assert not any(value in str(caught.value) for value in ("Fem'", "marzo", "200", "003", "999"))


def test_check_tells_the_slips_first_and_goes_on(folder: Path, plan: CodingPlan, tmp_path: Path) -> None:
    """Typed dates whose days are all below 13 beside a text with one above were not turned round: they were typed."""
    for name in ("coding_sheet.xlsx", "mapping.toml"):
        shutil.copy(folder / name, tmp_path / name)
    early = {("case", n + 2): {"complaint_date": D(2015, 4, n + 1)} for n in range(1, 8)}
    early["case", 2] = {"complaint_date": "31/02/2015", "reviewed": None}
    fill(tmp_path / "coding_sheet.xlsx", plan, early)
    cases = read_cases(mapping=tmp_path / "mapping.toml", faults="count")
    answer = check(cases)
    said = [str(one) for one in answer.findings()]
    assert said[0].startswith("Look first at the coding sheet, ")
    assert "'Fecha de denuncia', row 2: 1 cell holds a date that does not exist" in said[1]
    # what is not there yet is told too, and is not among what must be corrected
    assert any("need an answer and have none" in one for one in said)
    with pytest.raises(CaseDataError, match="has 1 thing to correct") as caught:
        read_cases(mapping=tmp_path / "mapping.toml")
    assert str(caught.value).count("\n  - ") == 1
    # optional questions that no file answers are no mistake of the mapping, and have words in both languages
    assert "never_recorded" not in {one.rule.id for one in answer.broken}
    assert attribute_words("reviewed").text("en") == "date of review"


def test_what_stops_the_check_comes_after_the_slips(folder: Path, plan: CodingPlan, tmp_path: Path) -> None:
    for name in ("coding_sheet.xlsx", "mapping.toml"):
        shutil.copy(folder / name, tmp_path / name)
    fill(tmp_path / "coding_sheet.xlsx", plan, {("case", n + 2): {"outcome": "Nada"} for n in range(8)})
    text = (tmp_path / "mapping.toml").read_text(encoding="utf-8").replace(f"cutoff = {CUTOFF}", "cutoff = 2015-01-01")
    (tmp_path / "mapping.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CaseDataError, match="The coding sheet has") as caught:
        read_cases(mapping=tmp_path / "mapping.toml", faults="count")
    assert "Without them the data could not be read either" in str(caught.value)


def two_coders(folder: Path) -> list[Path]:
    return list(
        write_template(
            "bolivia", folder / "two", checklist="child_sexual_assault", language="es", cutoff=CUTOFF, coders=2
        )
    )


def test_a_new_value_that_the_sheet_would_refuse_is_not_written(tmp_path: Path, plan: CodingPlan) -> None:
    made = two_coders(tmp_path)
    fill(made[0], plan, {("case", 2): case(1)})
    fill(made[1], plan, {("case", 2): case(1, coder="C2", age_at_fact=9, sex="male")})
    found = disagreements(made[2])
    listed = found.write(tmp_path / "PERSONAL_DATA_list.xlsx")
    book = openpyxl.load_workbook(listed)
    values = {"Edad de la víctima al momento del hecho": "300", "Sexo de la víctima": "Otra cosa"}
    for row in book.active.iter_rows(min_row=2):
        row[6].value, row[7].value = "another value", values[row[3].value]
    book.save(listed)
    to = tmp_path / "PERSONAL_DATA_made"
    with pytest.raises(CaseDataError, match="would have 2 things to correct") as caught:
        adjudicate(listed, made[2], to=to)
    assert "column 'Sexo de la víctima': 1 cell" in str(caught.value)
    assert not any(one in str(caught.value) for one in ("300", "Otra cosa"))
    assert not to.exists()
    for row in book.active.iter_rows(min_row=2):
        row[6].value, row[7].value = "second", None
    book.save(listed)
    adjudicate(listed, made[2], to=to, language="es")
    assert read_cases(mapping=to / "mapping.toml").n_units == 1
    log = (to / LOG_FILE).read_text(encoding="utf-8-sig").splitlines()
    assert log[0].startswith("tabla;caso;fila;ítem;primera codificación;segunda codificación;decisión;")
    assert ";segunda;" in log[1]


def test_of_two_workbooks_each_slip_names_its_own_with_the_row(tmp_path: Path, plan: CodingPlan) -> None:
    made = two_coders(tmp_path)
    fill(made[0], plan, {("case", 2): case(1)})
    fill(made[1], plan, {("case", 2): case(1, coder="C2"), ("accused", 2): {"case_id": "001", "accused_sex": 44}})
    with pytest.raises(CaseDataError, match="has 1 thing to correct") as caught:
        read_cases(mapping=made[2])
    assert "'coding_sheet_C2.xlsx', sheet 'Acusados', column 'Sexo del acusado', row 2: 1 cell holds an answer" in str(
        caught.value
    )


def test_each_coder_gets_a_workbook_and_one_mapping_reads_them_all(tmp_path: Path) -> None:
    made = write_template("bolivia", tmp_path / "two", language="es", cutoff=CUTOFF, coders=2)
    names = [path.name for path in made if path.suffix == ".xlsx"]
    assert names == ["coding_sheet_C1.xlsx", "coding_sheet_C2.xlsx", "form.xlsx"]
    text = made[2].read_text(encoding="utf-8")
    assert 'file = ["coding_sheet_C1.xlsx", "coding_sheet_C2.xlsx"]' in text
    assert 'coder = "Codificador/a"' in text
    with pytest.raises(ReadError, match="No case is on the sheet 'Caso' yet"):
        read_cases(mapping=made[2])


def test_a_procedure_and_a_checklist_of_ones_own_travel_along(tmp_path: Path) -> None:
    procedure, checklist = tmp_path / "own.toml", tmp_path / "list.toml"
    shipped = Path(__file__).parents[3] / "justice_metrics" / "cases"
    shutil.copy(shipped / "procedures" / "guatemala.toml", procedure)
    shutil.copy(shipped / "checklists" / "child_sexual_assault.toml", checklist)
    made = write_template(procedure, tmp_path / "study", checklist=checklist, cutoff=CUTOFF)
    assert [path.name for path in made][-2:] == ["procedure.toml", "checklist.toml"]
    text = made[1].read_text(encoding="utf-8")
    assert 'procedure = "procedure.toml"' in text
    assert 'checklist = "checklist.toml"' in text


def test_a_sheet_that_may_be_filled_in_is_never_replaced(folder: Path) -> None:
    before = (folder / "coding_sheet.xlsx").read_bytes()
    with pytest.raises(OutputError, match="may be filled in"):
        write_template("bolivia", folder, cutoff=CUTOFF)
    assert (folder / "coding_sheet.xlsx").read_bytes() == before


def test_wrong_wishes_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match="1 to 50 coders, not 0"):
        write_template("bolivia", tmp_path / "a", coders=0)
    with pytest.raises(QuestionError, match="'fr' is no language"):
        write_template("bolivia", tmp_path / "a", language="fr")
    with pytest.raises(OutputError, match="could not be made"):
        write_template("bolivia", tmp_path / "a" / "b" / "c")
    assert list(tmp_path.iterdir()) == []


def test_only_a_wide_workbook_is_a_coding_sheet() -> None:
    with pytest.raises(SettingsError, match="'coding_sheet' is for a workbook"):
        CaseMapping.from_dict(
            {
                "data": {"file": "a.xlsx", "export": "kobo", "coding_sheet": True},
                "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
                "dates": {"complaint": "day"},
            }
        )


def test_the_table_of_the_cases_comes_first(plan: CodingPlan) -> None:
    assert plan.tables[0].id == CASE_TABLE
