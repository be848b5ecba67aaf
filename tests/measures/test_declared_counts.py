"""Answers that count cases declare what the disclosure gate must know, and speak of what is published alone."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import pytest

import justice_metrics as jm
from justice_metrics.base.result import Protected, Published, Result
from justice_metrics.base.table import Table
from justice_metrics.measures.shown import HIDDEN
from tests.disclosure.declared import check_declared, hidden

Ask = Callable[[jm.CaseData], Result]

QUESTIONS: dict[str, Ask] = {
    "attrition": jm.attrition,
    "attrition by": lambda cases: jm.attrition(cases, by="department", age_months=(12, 30)),
    "conviction_rates": lambda cases: jm.conviction_rates(cases, per=("complaint", "charge", "verdict")),
    "conviction_rates by": lambda cases: jm.conviction_rates(cases, by="department", interval="jeffreys"),
    "final convictions": lambda cases: jm.conviction_rates(cases, outcome="final_conviction", per="complaint"),
    "outcome_shares": jm.outcome_shares,
    "outcome_shares by": lambda cases: jm.outcome_shares(cases, by="department", interval="clopper_pearson"),
    "cohort_rates": lambda cases: jm.cohort_rates(cases, per=("complaint", "charge")),
    "cohort_rates by": lambda cases: jm.cohort_rates(cases, of=("charge", "pending"), by="department"),
    "caseload": jm.caseload,
    "caseload by year": lambda cases: jm.caseload(cases, by=("department", "year")),
    "case_ages": jm.case_ages,
    "case_ages by": lambda cases: jm.case_ages(cases, by="department", years=(1, 2), year_days=360),
}


@pytest.fixture(scope="module")
def cases() -> jm.CaseData:
    return jm.sample_cases()


@pytest.fixture(scope="module", params=list(QUESTIONS))
def answer(request: pytest.FixtureRequest, cases: jm.CaseData) -> Result:
    return QUESTIONS[request.param](cases)


def published(answer: Result, tables: dict[str, Table]) -> Published:
    shown = answer.rebuild(Protected(tables=tables, provenance=answer.provenance))
    assert isinstance(shown, Published)
    return shown


def test_every_table_says_what_it_counts(answer: Result) -> None:
    check_declared(answer)


def test_what_is_published_whole_is_said_as_inside(answer: Result) -> None:
    tables = {name: one for name, one in answer.tables.items() if one.guard != "internal"}
    shown = published(answer, tables)
    assert [str(one) for one in shown.findings()] == [str(one) for one in answer.findings()]


@pytest.mark.parametrize("language", ["en", "es"])
def test_hidden_numbers_are_drawn_as_hidden(answer: Result, language: str) -> None:
    tables = {name: hidden(one) for name, one in answer.tables.items() if one.guard != "internal"}
    shown = published(answer, tables)
    figures = [shown.plot(language=language), *(shown.draw(view, language=language) for view in answer.views)]
    for axes in figures:
        said = [one.get_text() for one in axes.texts]
        assert any(HIDDEN.text(language) in one for one in said), said
        plt.close(axes.figure)
