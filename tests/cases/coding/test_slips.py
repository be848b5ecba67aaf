"""Slips in a filled coding sheet: mistakes on purpose, each told with sheet, column, rows and what to do."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.base.language import tr
from justice_metrics.cases.checklist_file import read_checklist
from justice_metrics.cases.coding.plan import CodingPlan
from justice_metrics.cases.coding.planning import coding_plan
from justice_metrics.cases.coding.slips import Slip, slips_error, slips_in, told
from justice_metrics.cases.coding.template import sheet_mapping_text
from justice_metrics.cases.coding.workbook import sheet_columns
from justice_metrics.cases.mappings.mapping import CaseMapping
from justice_metrics.cases.procedure_file import read_procedure
from justice_metrics.cases.readers.text_table import TextTable

CUTOFF = dt.date(2018, 4, 30)
Row = Mapping[str, str | None]
GOOD: Row = {
    "case_id": "A-1",
    "coder": "C1",
    "reviewed": "2018-06-01",
    "complaint_date": "2016-03-10",
    "outcome": "Rechazo",
    "outcome_date": "2016-06-01",
}


@pytest.fixture(scope="module")
def plan() -> CodingPlan:
    made = coding_plan(read_procedure("bolivia"), read_checklist("child_sexual_assault"))
    # practice is needed in every row; two items of it are enough here
    case = made.tables[0]
    kept = {"practice_interpreter", "practice_interpreter_date"}
    fields = tuple(one for one in case.fields if not one.name.startswith("practice_") or one.name in kept)
    return replace(made, tables=(replace(case, fields=fields), *made.tables[1:]))


@pytest.fixture(scope="module")
def mapping(plan: CodingPlan) -> CaseMapping:
    text = sheet_mapping_text(
        plan, ["sheet.xlsx"], language="es", procedure="bolivia", checklist="child_sexual_assault", cutoff=CUTOFF
    )
    return CaseMapping.from_dict(tomllib.loads(text))


def read(plan: CodingPlan, table: str, rows: Sequence[Row]) -> TextTable:
    columns = {
        one.text.text("es"): pa.array([row.get(one.name) for row in rows], pa.string())
        for one in plan.table(table).fields
    }
    return TextTable(table=pa.table(columns), source="sheet.xlsx", n_rows=len(rows))


def found(plan: CodingPlan, mapping: CaseMapping, cases: Sequence[Row], **children: Sequence[Row]) -> list[Slip]:
    answered = [{"practice_interpreter": "No aplica", **GOOD, **row} for row in cases]
    tables = {"": read(plan, "case", answered)}
    tables |= {name: read(plan, name, rows) for name, rows in children.items()}
    return list(slips_in(tables, mapping, plan))


def test_a_sheet_without_slips_has_none(plan: CodingPlan, mapping: CaseMapping) -> None:
    pending = {"case_id": "A-2", "outcome": "en tramite", "outcome_date": None, "sex": "sin dato", "area": " URBANA "}
    support = [{"case_id": "A-2", "actor": "abogado/a", "start": "2016-04-01", "end": "2016-04-01"}]
    assert found(plan, mapping, [{"practice_interpreter": "Sí"}, pending], support=support) == []
    assert slips_error((), "m.toml") is None
    assert told(()) == ()


MISTAKES: tuple[tuple[str, Row, str, str], ...] = (
    ("label not on the list", {"sex": "Fem"}, "Sexo de la víctima", "not on its list"),
    ("text in place of a date", {"charged_date": "en marzo"}, "Fecha de imputación formal", "text in place of a date"),
    ("a day that does not exist", {"charged_date": "31/02/2017"}, "Fecha de imputación formal", "does not exist"),
    (
        "after the cut-off",
        {"charged_date": "2018-05-01"},
        "Fecha de imputación formal",
        "after the cut-off 30 Apr 2018",
    ),
    (
        "verdict before the complaint",
        {"verdict_date": "2016-03-09"},
        "Fecha de sentencia (condenatoria o absolutoria)",
        "before the one in 'Fecha de denuncia'",
    ),
    ("before anybody can remember", {"fact_date": "1900-01-01"}, "Fecha del hecho", "before 1 Jan 1950"),
    ("age of 200", {"age_at_fact": "200"}, "Edad de la víctima al momento del hecho", "from 0 to 110"),
    (
        "half a year",
        {"age_at_fact": "7.5"},
        "Edad de la víctima al momento del hecho",
        "from 0 to 110, without decimals",
    ),
    ("age in words", {"age_at_fact": "siete"}, "Edad de la víctima al momento del hecho", "in place of a number"),
    (
        "the date of an ending of a pending case",
        {"outcome": "En trámite"},
        "Fecha de conclusión",
        "'Forma de conclusión'",
    ),
    (
        "exactness of no date",
        {"trial_exact": "Mes"},
        "Fecha de juicio oral: se conoce hasta",
        "stands where 'Fecha de juicio oral' has none",
    ),
)


@pytest.mark.parametrize(("row", "column", "words"), [one[1:] for one in MISTAKES], ids=[one[0] for one in MISTAKES])
def test_each_mistake_is_told(plan: CodingPlan, mapping: CaseMapping, row: Row, column: str, words: str) -> None:
    (slip,) = found(plan, mapping, [{}, {"case_id": "A-2", **row}])
    assert (slip.sheet, slip.column, slip.n, slip.rows) == ("Caso", column, 1, (3,))
    said = str(slip.message)
    assert said.startswith(f"Sheet 'Caso', column '{column}', row 3: 1 ")
    assert words in said
    assert not any(value in said for value in row.values() if value not in {"En trámite", "Mes"} and value is not None)


def test_rows_without_a_case_or_with_one_twice(plan: CodingPlan, mapping: CaseMapping) -> None:
    rows: list[Row] = [{}, {"case_id": None}, {}, {"case_id": "A-3"}]
    support = [
        {"case_id": "A-9", "actor": "Abogado/a", "start": "2016-04-01"},
        {"actor": "Abogado/a", "start": "2016-04-01"},
    ]
    slips = found(plan, mapping, rows, support=support)
    said = [(one.sheet, one.column, one.n, one.rows, str(one.words).split(".")[0]) for one in slips]
    assert said == [
        ("Caso", "N° de caso", 1, (3,), "1 row has answers and no case number"),
        ("Caso", "N° de caso", 1, (4,), "1 row repeats the case number of a row above it"),
        ("Apoyo", "N° de caso", 1, (3,), "1 row has answers and no case number"),
        ("Apoyo", "N° de caso", 1, (2,), "1 row belongs to no case of the sheet 'Caso'"),
    ]


def test_two_codings_of_a_case_are_no_repetition(plan: CodingPlan, mapping: CaseMapping) -> None:
    assert found(plan, mapping, [{"coder": "C1"}, {"coder": "C2"}]) == []
    assert len(found(plan, mapping, [{"coder": "C1"}, {"coder": "C1"}])) == 1


def test_a_date_known_to_the_month_may_begin_before_the_act(plan: CodingPlan, mapping: CaseMapping) -> None:
    """By hand: the complaint is of 10 March 2016."""
    early = {"charged_date": "2016-03-01"}
    assert len(found(plan, mapping, [early])) == 1
    assert found(plan, mapping, [{**early, "charged_exact": "Mes"}]) == []
    assert len(found(plan, mapping, [{"charged_date": "2016-02-15", "charged_exact": "Mes"}])) == 1
    assert found(plan, mapping, [{"charged_date": "2016-01-01", "charged_exact": "Año"}]) == []
    assert len(found(plan, mapping, [{"charged_date": "2015-07-01", "charged_exact": "Año"}])) == 1


def test_a_day_of_review_and_a_hearing_may_lie_after_the_cut_off(plan: CodingPlan, mapping: CaseMapping) -> None:
    hearings = [{"case_id": "A-1", "scheduled": "2019-01-08"}]
    assert found(plan, mapping, [{"reviewed": "2020-01-01"}], hearings=hearings) == []


def test_what_is_not_filled_in_yet_does_not_stop_the_reading(plan: CodingPlan, mapping: CaseMapping) -> None:
    rows: list[Row] = [{}, {"case_id": "A-2", "outcome": None, "outcome_date": None}]
    slips = found(plan, mapping, rows)
    assert [(one.column, one.lacking) for one in slips] == [("Forma de conclusión", True)]
    assert slips_error(slips, "m.toml") is None
    assert "1 row has no answer" in str(told(slips)[0])


def test_many_empty_columns_are_one_sentence(plan: CodingPlan, mapping: CaseMapping) -> None:
    lacking = [Slip("Caso", f"column {n}", 3, (2,), tr("…"), lacking=True) for n in range(7)]
    assert [str(one) for one in told(lacking)] == [
        "Sheet 'Caso': 21 cells in 7 columns need an answer and have none. They are yellow."
    ]


def test_all_mistakes_are_lines_of_one_error(plan: CodingPlan, mapping: CaseMapping) -> None:
    mistakes = {one[0]: one[1] for one in MISTAKES if one[0] != "half a year"}  # beside the age of 200, in one column
    rows = [{"case_id": f"A-{place}", **one} for place, one in enumerate(mistakes.values(), start=2)]
    slips = found(plan, mapping, [{}, *rows])
    error = slips_error(slips, "m.toml")
    assert error is not None
    lines = str(error).splitlines()
    assert lines[0] == "The coding sheet has 10 things to correct:"
    assert len([one for one in lines if one.startswith("  - Sheet 'Caso', column '")]) == 10
    assert lines[-1].endswith("justice-metrics check m.toml")
    assert not any(f"A-{place}" in str(error) for place in range(20))


@cache
def small() -> tuple[CodingPlan, CaseMapping]:
    plan = coding_plan(read_procedure("bolivia"))
    text = sheet_mapping_text(plan, ["a.xlsx"], language="es", procedure="bolivia", checklist=None, cutoff=CUTOFF)
    return plan, CaseMapping.from_dict(tomllib.loads(text))


@settings(max_examples=40)
@given(st.lists(st.sampled_from(["", "Femenino", "masculino", "Fem", "Sin dato", "X"]), min_size=1, max_size=30))
def test_as_many_cells_are_counted_as_are_wrong(texts: list[str]) -> None:
    plan, mapping = small()
    rows = [{**GOOD, "case_id": str(n), **({"sex": one} if one else {})} for n, one in enumerate(texts)]
    slips = slips_in({"": read(plan, "case", rows)}, mapping, plan)
    wrong = [place + 2 for place, one in enumerate(texts) if one in {"Fem", "X"}]
    assert [(one.n, one.rows) for one in slips] == ([(len(wrong), tuple(wrong[:5]))] if wrong else [])


def test_columns_that_are_not_there_are_left_alone(plan: CodingPlan, mapping: CaseMapping) -> None:
    table = pa.table({"N° de caso": ["A-1"], "Sexo de la víctima": ["Fem"]})
    slips = slips_in({"": TextTable(table=table, source="a", n_rows=1)}, mapping, plan)
    assert [one.column for one in slips] == ["Sexo de la víctima"]
    assert ("case", "sex") in sheet_columns(plan, "es")
