from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.result import Protected, Result
from tests.disclosure.declared import check_boxes, check_declared, hidden

Ask = Callable[[jm.CaseData], Result]

COUNTS = jm.CountData.from_frame(
    pd.DataFrame(
        {"Year": [2018, 2019, 2020], "New": [40, 45, 60], "Out": [4, 30, 50], "People": [150_000, 150_000, 20]}
    ),
    {"counts": {"period": "Year", "quantities": {"new": "New", "resolved": "Out", "population": "People"}}},
)
QUESTIONS: dict[str, Ask] = {
    "trends": lambda cases: jm.trends(cases, within_days=365, period="year"),
    "trends by": lambda cases: jm.trends(cases, outcome="verdict", within_days=730, period="year", by="department"),
    "arrivals": lambda cases: jm.trends(cases, quantity="new", period="year"),
    "verdicts": lambda cases: jm.trends(cases, quantity="verdict", period="half_year"),
    "ended": lambda cases: jm.trends(cases, quantity="resolved", period="year"),
    "counts": lambda _: jm.trends(COUNTS, quantity="resolved", share_of="new", period="year"),
    "counts per": lambda _: jm.trends(COUNTS, quantity="new", per="population", period="year"),
    "counts alone": lambda _: jm.trends(COUNTS, quantity="new", period="year"),
    "crosswalk": jm.crosswalk,
    "official_tables": jm.official_tables,
}


@pytest.fixture(scope="module")
def answers() -> dict[str, Result]:
    cases = jm.sample_cases()
    return {name: ask(cases) for name, ask in QUESTIONS.items()}


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_number_says_what_it_counts(answers: dict[str, Result], name: str) -> None:
    check_declared(answers[name])


def test_the_same_units_have_the_same_number_in_every_series(answers: dict[str, Result]) -> None:
    results = [one for name, one in answers.items() if not name.startswith("counts")]
    results.append(jm.attrition(jm.sample_cases(), by=("department", "year"), age_months=(12, 24)))
    check_boxes([one for result in results for one in result.base_counts().counts if one.place[0]])


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_is_hidden_is_neither_said_nor_drawn(answers: dict[str, Result], name: str) -> None:
    answer = answers[name]
    tables = {one: hidden(table) if table.guard == "counts" else table for one, table in answer.tables.items()}
    shown = answer.rebuild(Protected(tables=tables, provenance=answer.provenance))
    said = " ".join(one.text() for one in shown.findings())
    assert "nan" not in said.split()
    plt.close(shown.plot(language="es").figure)


def test_what_is_shown_is_said(answers: dict[str, Result]) -> None:
    made = jm.release([answers["trends"], answers["counts"]], jm.DisclosurePolicy())
    assert len(made) == 2
    assert [one.text() for one in made.results[1].findings()][-1].startswith("2020: 83.3")
    assert "2018" not in " ".join(one.text() for one in made.results[1].findings())
