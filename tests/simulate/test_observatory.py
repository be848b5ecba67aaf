"""What the demonstration site is built from: as it was drawn, and nothing in it that could be dialled or is real."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from justice_metrics.cases.counts.reading import read_counts
from justice_metrics.cases.population_file import read_population
from justice_metrics.cases.read import read_cases
from justice_metrics.simulate import observatory
from justice_metrics.simulate.observatory import CASES, CUTOFF, FIRST, Sources, sources

SAMPLE = Path(__file__).parents[2] / "sample_data"


@pytest.fixture(scope="module")
def made() -> Sources:
    return sources()


def test_complaints_reach_the_cut_off_and_rise(made: Sources) -> None:
    days = made.cases["fecha_denuncia"]
    assert (len(days), min(days).year, max(days) <= CUTOFF) == (CASES, FIRST.year, True)
    years = Counter(day.year for day in days)
    assert years[2020] < years[2019] < years[2022] < years[2024]
    half = sum(day.year == 2024 and day.month <= 6 for day in days)
    assert abs(years[2025] / half - 1) < 0.15  # what the site compares


def test_the_fact_is_no_later_than_the_complaint(made: Sources) -> None:
    pairs = zip(made.cases["fecha_hecho"], made.cases["fecha_denuncia"], strict=True)
    waits = [(complaint - fact).days for fact, complaint in pairs if fact is not None]
    assert min(waits) == 0
    assert len(waits) / CASES == pytest.approx(0.94, abs=0.01)
    assert sum(one == 0 for one in waits) / len(waits) == pytest.approx(0.13, abs=0.01)
    assert sum(one > 365 for one in waits) / len(waits) == pytest.approx(0.17, abs=0.01)


def test_accused_belong_to_the_cases(made: Sources) -> None:
    ids = made.accused["id_imputado"]
    assert len(set(ids)) == len(ids)
    of_case = Counter(one.rsplit("-", 1)[0] for one in ids)
    assert set(of_case) <= set(made.cases["numero_caso"])
    assert set(of_case.values()) == {1, 2}
    assert len(of_case) / CASES == pytest.approx(0.88, abs=0.01)
    ages = [age for age in made.accused["edad"] if age is not None]
    assert min(ages) >= 14


def test_alerts_of_the_last_months_are_the_active_ones(made: Sources) -> None:
    table = made.alerts
    rows = list(zip(table["Año"], table["Mes"], table["Estado"], table["Alertas"], strict=True))

    def share(year: int) -> float:
        total = sum(n for y, _, _, n in rows if y == year)
        return sum(n for y, _, state, n in rows if y == year and state == "Activa") / total

    assert share(2025) > share(2019) > 0
    assert len(rows) == 9 * observatory.MONTHS * 2


def test_the_files_are_read_by_their_mappings() -> None:
    cases = read_cases(mapping=SAMPLE / "bolivia_observatory_mapping.toml")
    assert (cases.provenance.units_in, cases.provenance.simulated, cases.cutoff) == (CASES, True, CUTOFF)
    assert cases.date_attributes == ("fact_day",)
    accused = read_cases(mapping=SAMPLE / "bolivia_accused_mapping.toml")
    assert accused.unit == "accused"
    alerts = read_counts(mapping=SAMPLE / "bolivia_alerts_mapping.toml")
    assert (set(alerts.quantities), alerts.cutoff) == ({"issued"}, dt.date(2025, 6, 30))
    people = read_population(SAMPLE / "bolivia_population.csv", wanted=("department", "year"))
    assert set(people.levels["department"]) == set(alerts.key_levels("department"))
    assert all(one % 1000 == 0 for one in people.people)  # invented, and looks it


def test_nobody_can_be_called_and_nothing_can_be_visited() -> None:
    """A number that somebody dials in need must not be one of ours."""
    text = (SAMPLE / "bolivia_help.toml").read_text(encoding="utf-8")
    numbers = re.findall(r'^number = "(.*)"$', text, re.MULTILINE)
    assert len(numbers) >= 4
    assert not [one for one in numbers if re.search(r"\d", one)]
    assert "EXAMPLE" in tomllib.loads(text)["note"]["en"]
    assert set(re.findall(r"https?://[^\"]+", text)) == {"https://www.wikipedia.org/"}
