"""The survey form: it asks what the plan asks, in both languages, and pyxform takes it without a word."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pyxform.xls2xform import convert

from justice_metrics.base.language import LANGUAGES, Label
from justice_metrics.cases.checklist_file import read_checklist
from justice_metrics.cases.coding.plan import CodedField, CodedTable, CodingPlan
from justice_metrics.cases.coding.planning import coding_plan
from justice_metrics.cases.coding.xlsform import NO_DATA, Form, form_labels, form_names, xlsform, xlsform_bytes
from justice_metrics.cases.procedure_file import read_procedure
from justice_metrics.cases.readers.survey_form import read_form

CUTOFF = dt.date(2018, 4, 30)


@pytest.fixture(scope="module")
def plan() -> CodingPlan:
    return coding_plan(read_procedure("bolivia"), read_checklist("child_sexual_assault"))


@pytest.fixture(scope="module")
def form(plan: CodingPlan) -> Form:
    return xlsform(plan, "es", CUTOFF)


def rows(form: Form) -> dict[str, dict[str, Any]]:
    return {str(row["name"]): dict(row) for row in form.survey if not str(row["type"]).startswith("end_")}


@pytest.mark.parametrize("procedure", ["bolivia", "common_law"])
def test_pyxform_takes_it_without_a_warning(procedure: str) -> None:
    made = coding_plan(read_procedure(procedure), read_checklist("child_sexual_assault"))
    warnings: list[str] = []
    converted = convert(io.BytesIO(xlsform_bytes(made, "es", CUTOFF)), warnings=warnings, file_type=".xlsx")
    assert warnings == []
    assert converted.warnings == []
    assert 'lang="Español (es)" default="true()"' in converted.xform
    assert 'lang="English (en)"' in converted.xform


def test_it_asks_every_question_once(plan: CodingPlan, form: Form) -> None:
    asked = [(table.id, one.name) for table, one in plan.fields if not (table.repeats and one.kind == "id")]
    names = form_names(plan)
    assert list(names) == asked
    assert len(set(names.values())) == len(asked)
    assert set(names.values()) <= set(rows(form))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", one) for one in names.values())


def test_no_two_questions_have_one_label(plan: CodingPlan) -> None:
    labels = form_labels(plan)
    for language in LANGUAGES:
        said = [one.text(language).casefold() for one in labels.values()]
        assert len(set(said)) == len(said)
    assert str(labels["measures_ordered"]) == "Date of the order (Measures)"
    assert str(labels["charged_date"]) == "Date of formal charge"


def test_repeats_and_groups_are_closed_as_they_were_opened(form: Form) -> None:
    opened: list[tuple[str, str]] = []
    for row in form.survey:
        begin, _, what = str(row["type"]).partition("_")
        if begin == "begin":
            opened.append((what, str(row["name"])))
        elif begin == "end":
            assert opened.pop() == (what, str(row["name"]))
    assert opened == []


def test_choices_are_the_ids_of_the_plan_and_no_data(plan: CodingPlan, form: Form) -> None:
    lists: dict[str, list[str]] = {}
    for row in form.choices:
        lists.setdefault(str(row["list_name"]), []).append(str(row["name"]))
    made = rows(form)
    for (table, name), called in form_names(plan).items():
        one = plan.table(table).field(name)
        if one.kind == "level":
            kind, listed = str(made[called]["type"]).split()
            assert kind == "select_one"
            assert lists[listed] == [*[id for id, _ in one.levels], *([NO_DATA] if one.missing else [])]
    assert lists["practice"] == ["yes", "no", "not_applicable", "not_documented"]
    assert all(len(set(one)) == len(one) for one in lists.values())


def test_dates_lie_between_what_comes_before_and_the_cutoff(form: Form) -> None:
    made = rows(form)
    assert made["fact_date"]["constraint"] == ". <= date('2018-04-30')"
    assert made["charged_notified"]["constraint"] == (
        ". <= date('2018-04-30') and (${charged_date} = '' or . >= ${charged_date})"
    )
    # known to the month it stands on the first day, which may come before the day of the complaint
    assert "(${charged_exact} = 'month' and format-date(., '%Y%m') >= " in made["charged_date"]["constraint"]
    assert (
        made["charged_date"]["constraint_message"].text("en") == "Not after 30 Apr 2018. Not before: Date of complaint."
    )
    # the day of coding comes after the cut-off, and a hearing can be set for a day to come
    assert made["reviewed"]["constraint"] == ". <= today()"
    assert "constraint" not in made["hearings_scheduled"]


def test_numbers_lie_between_their_limits(form: Form) -> None:
    age = rows(form)["age_at_fact"]
    assert (age["type"], age["constraint"]) == ("integer", ". >= 0 and . <= 110")
    assert age["constraint_message"].text("en") == "At least 0. At most 110."
    assert rows(form)["reparation_paid_amount"]["type"] == "decimal"


def test_a_question_that_needs_another_answer_is_asked_after_it(form: Form) -> None:
    made = rows(form)
    assert made["charged_exact"]["relevant"] == "${charged_date} != ''"
    assert made["outcome_date"]["relevant"] == "${outcome} != '' and ${outcome} != 'pending'"
    assert made["hearings_reason"]["relevant"] == "${hearings_status} = 'suspended'"
    assert made["practice_interpreter_date"]["relevant"] == "${practice_interpreter} = 'yes'"


def test_members_number_themselves(form: Form) -> None:
    assert rows(form)["accused_member"] == {
        "type": "calculate",
        "name": "accused_member",
        "calculation": "position(..)",
    }


def test_the_same_plan_gives_the_same_bytes_and_another_question_another_version(plan: CodingPlan) -> None:
    assert xlsform_bytes(plan, "es") == xlsform_bytes(plan, "es")
    smaller = coding_plan(read_procedure("bolivia"))
    assert xlsform(plan).settings[0]["version"] != xlsform(smaller).settings[0]["version"]
    assert xlsform(plan).settings[0]["form_id"] == "coding_sheet_bolivia_child_sexual_assault"


def test_a_small_plan_by_hand() -> None:
    fields = (
        CodedField(name="case_id", text=Label("Case"), kind="id", source="cases.id", required=True),
        CodedField(name="complaint_date", text=Label({"en": "Complaint", "es": "Denuncia"}), kind="date",
                   source="dates.complaint"),
        CodedField(name="sex", text=Label("=1+1"), kind="level", source="attributes.sex", missing=True,
                   levels=(("f", Label("Female")), ("m", Label("Male")))),
    )  # fmt: skip
    table = CodedTable(id="case", text=Label("Case"), about=Label("One per file"), fields=fields)
    whole = coding_plan(read_procedure("bolivia"))
    small = CodingPlan(
        procedure=whole.procedure,
        checklist=None,
        tables=(table,),
        no_data=Label({"en": "No data", "es": "Sin dato"}),
        words=whole.words,
        instructions=whole.instructions,
    )
    survey = [[str(row["type"]), str(row["name"])] for row in xlsform(small).survey]
    assert survey == [
        ["begin_group", "group_case"],
        ["text", "case_id"],
        ["date", "complaint_date"],
        ["select_one sex", "sex"],
        ["end_group", "group_case"],
    ]
    assert [str(row["label"]) for row in xlsform(small).choices] == ["Female", "Male", "No data"]
    with zipfile.ZipFile(io.BytesIO(xlsform_bytes(small))) as parts:
        pages = [parts.read(one).decode() for one in parts.namelist() if one.startswith("xl/worksheets")]
    assert not any("<f>" in one for one in pages)


def test_our_own_reader_finds_questions_and_answers(plan: CodingPlan, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(xlsform_bytes(plan, "es"))
    read = read_form(path)
    sex = read.called("Sexo de la víctima")
    assert sex is not None
    assert sex.name == "sex"
    assert sex.groups == ("group_victim",)
    assert sex.choice_labels("en") == {"female": "Female", "male": "Male", NO_DATA: "No data"}
    held = read.called("hearings_status")
    assert held is not None
    assert held.groups == ("hearings",)
