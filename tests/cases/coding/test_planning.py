"""The coding plan: what is asked of a case file, made of a procedure and a checklist."""

from __future__ import annotations

import dataclasses

import pytest

from justice_metrics.base.errors import QuestionError, SettingsError
from justice_metrics.base.language import LANGUAGES, Label
from justice_metrics.cases.attributes import CANONICAL_ATTRIBUTES
from justice_metrics.cases.checklist_file import read_checklist
from justice_metrics.cases.coding.plan import CASE_TABLE, CodingPlan
from justice_metrics.cases.coding.planning import coding_plan
from justice_metrics.cases.procedure import Procedure
from justice_metrics.cases.procedure_file import read_procedure, shipped_procedures


@pytest.fixture(scope="module")
def plan() -> CodingPlan:
    return coding_plan(read_procedure("bolivia"), read_checklist("child_sexual_assault"))


@pytest.mark.parametrize("procedure", shipped_procedures())
def test_a_plan_holds_together_in_every_country(procedure: str) -> None:
    made = coding_plan(read_procedure(procedure), read_checklist("child_sexual_assault"))
    for table in made.tables:
        names = [one.name for one in table.fields]
        assert len(set(names)) == len(names)
        assert table.fields[0].kind == "id"
        groups = {id for id, _ in table.groups} or {""}
        for one in table.fields:
            assert one.group in groups
            assert {one.requires, one.not_before} <= {None, *names}
            assert bool(one.levels) == (one.kind == "level")
            assert not one.own_list or one.kind == "text"
        for language in LANGUAGES:
            assert len({one.text.text(language) for one in table.fields}) == len(names)
            assert 0 < len(table.text.text(language)) <= 31  # a spreadsheet takes no longer name of a sheet
            assert not set("[]:*?/\\'") & set(table.text.text(language))
    assert len({one.id for one in made.tables}) == 8


def test_what_a_country_decides(plan: CodingPlan) -> None:
    case = plan.table(CASE_TABLE)
    outcomes = dict(case.field("outcome").levels)
    assert set(outcomes) == {"pending", *plan.procedure.outcomes}
    assert outcomes["rejected"].text("es") == "Rechazo"
    assert case.field("charged_notified").source == "dates.charged.notified"  # a limit counts from its notice
    with pytest.raises(QuestionError, match="accusation_notified"):
        case.field("accusation_notified")
    assert dict(case.field("language").levels)["quechua"].text("en") == "Quechua"
    assert "rape_of_child" in dict(case.field("offence").levels)
    elsewhere = coding_plan(read_procedure("common_law")).table(CASE_TABLE)
    assert elsewhere.field("offence").own_list  # no list of offences comes with the library
    assert next(id for id, _ in elsewhere.field("language").levels) == "court_language"


def test_every_canonical_attribute_is_asked(plan: CodingPlan) -> None:
    asked = {one.source for _, one in plan.fields}
    # the year is that of the complaint
    assert {f"attributes.{name}" for name in CANONICAL_ATTRIBUTES if name != "year"} <= asked


def test_every_practice_item_is_asked_once(plan: CodingPlan) -> None:
    assert plan.checklist is not None
    fed = [source for _, one in plan.fields for source in (one.source, *one.also)]
    assert len(set(fed)) == len(fed)
    for item in plan.checklist.items:
        source = f"practice.items.{item.id}"
        assert (source in fed) == (item.kind != "days")
        assert item.kind != "days" or f"{source}.date" in fed
        if item.kind == "answer":
            # of what the first contact settles the time does not matter
            assert (f"{source}.date" in fed) == (item.settled is None)


def test_days_are_asked_as_the_date_of_the_act_that_another_item_names(plan: CodingPlan) -> None:
    asked = plan.table(CASE_TABLE).field("practice_protection_days_date")
    assert asked.also == ("practice.items.protection_ordered.date",)
    assert asked.requires == "practice_protection_ordered"
    assert asked.text.text("en").endswith(": date")


def test_without_a_checklist_nothing_is_asked_of_practice() -> None:
    made = coding_plan(read_procedure("bolivia"))
    assert not [one for _, one in made.fields if one.source.startswith("practice")]


def test_states_with_one_label_are_refused() -> None:
    procedure = read_procedure("bolivia")
    states = tuple(
        dataclasses.replace(one, label=Label({"en": "Rejected ", "es": "otro"})) if one.id == "dismissed" else one
        for one in procedure.states
    )
    twins: Procedure = dataclasses.replace(procedure, states=states)
    with pytest.raises(SettingsError, match="are called 'Rejected '"):
        coding_plan(twins)


def test_what_is_not_asked_is_named_with_the_nearest(plan: CodingPlan) -> None:
    with pytest.raises(QuestionError, match="hearings"):
        plan.table("hearing")
    assert plan.start.name == "complaint_date"
