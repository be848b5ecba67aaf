from __future__ import annotations

import pytest

import justice_metrics as jm
from justice_metrics.base.result import Protected
from tests.disclosure.declared import check_boxes, check_declared, hidden


@pytest.fixture(scope="module")
def cases() -> jm.CaseData:
    return jm.sample_cases()


@pytest.fixture(scope="module")
def compared(cases: jm.CaseData) -> jm.OfficeComparison:
    return jm.compare_offices(cases, office="department", adjust="offence", draws=200)


def test_every_number_says_which_cases_it_counts(compared: jm.OfficeComparison) -> None:
    check_declared(compared)


def test_followed_cases_are_those_that_others_call_watched(cases: jm.CaseData, compared: jm.OfficeComparison) -> None:
    others = [jm.attrition(cases, by="department"), jm.compare_offices(cases, draws=200)]
    check_boxes([one for result in (compared, *others) for one in result.base_counts().counts if one.place[0]])


def test_what_is_published_of_offices_is_said_from_what_is_shown(compared: jm.OfficeComparison) -> None:
    tables = {name: one for name, one in compared.tables.items() if one.guard == "counts"}
    shown = compared.rebuild(Protected(tables=tables, provenance=compared.provenance))
    assert [one.text() for one in shown.findings()] == ["No office lies outside the limits of the funnel."]
    tables = {name: hidden(one) for name, one in tables.items()}
    shown = compared.rebuild(Protected(tables=tables, provenance=compared.provenance))
    ax = shown.plot(language="es")
    assert ax.get_yticklabels()
    assert all(one.get_text() for one in ax.texts)
