from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.result import Protected
from justice_metrics.measures.rates.population_rates import PopulationRates
from tests.disclosure.declared import check_boxes, check_declared, hidden

COUNTS = jm.CountData.from_frame(
    pd.DataFrame({"Year": [2018, 2019, 2020], "New": [4, 45, 60], "People": [150_000, 150_000, 200_000]}),
    {"counts": {"period": "Year", "quantities": {"new": "New", "population": "People"}}},
)


@pytest.fixture(scope="module")
def cases() -> jm.CaseData:
    return jm.sample_cases()


@pytest.fixture(scope="module")
def people(cases: jm.CaseData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("people") / "people.csv"
    places = jm.attrition(cases, by="department", age_months=()).main["department"].tolist()
    rows = [(place, year, 100_000) for place in dict.fromkeys(places) for year in range(2010, 2019)]
    pd.DataFrame(rows, columns=["department", "year", "population"]).to_csv(path, index=False)
    return path


def test_counts_over_people_say_what_they_count(cases: jm.CaseData, people: Path) -> None:
    answers = [
        jm.population_rates(COUNTS),
        jm.population_rates(cases, population=people, by=("department", "year")),
        jm.population_rates(cases, population=people, by="department", counted="verdict"),
    ]
    for one in answers:
        check_declared(one)
    others = [*answers[1:], jm.caseload(cases, by=("department", "year")), jm.attrition(cases, by="department")]
    check_boxes([one for result in others for one in result.base_counts().counts if one.place[0]])


def test_a_hidden_rate_is_neither_said_nor_drawn() -> None:
    made = jm.release(jm.population_rates(COUNTS), jm.DisclosurePolicy()).results[0]
    said = " ".join(one.text() for one in made.findings())
    assert "30.0 per 100,000" in said
    assert "2018" not in said
    ax = made.plot(language="es")
    plt.close(ax.figure)
    inside = jm.population_rates(COUNTS)
    tables = {name: hidden(one) for name, one in inside.tables.items()}
    assert PopulationRates.findings_of(inside.rebuild(Protected(tables=tables, provenance=inside.provenance))) == ()
