"""Victims by state, month, offence, sex and age in Mexico: a published table of counts, read as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import justice_metrics as jm
from justice_metrics.cases.counts.data import CountData
from justice_metrics.cases.counts.reading import read_counts
from justice_metrics.measures.counted.tables import counted_tables
from justice_metrics.reduce.count_sums import added

pytestmark = pytest.mark.needs_data

# Feminicide victims by year, counted from the file when it was stored; 851 in 2023 is the published figure too.
FEMINICIDES = [428, 647, 768, 920, 970, 976, 1021, 983, 851, 852, 338]
# The table spells it in two ways.
UNKNOWN = {"No especificado": "not_recorded", "No identificado": "not_recorded"}


@pytest.fixture(scope="module")
def victims(shared_data: Path) -> CountData:
    return read_counts(
        shared_data / "mexico_sesnsp" / "victims_state_month_sex_age.csv.bz2",
        mapping={
            "counts": {
                "unit": "victim",
                "period": {"year": "n_year", "month": "n_month"},
                "repeated": "add",
                "keys": {
                    "state": "nombre_estado",
                    "offence": "tipo_de_delito",
                    "sex": {"column": "genero", "labels": UNKNOWN},
                    "age": {"column": "rango_de_edad", "labels": UNKNOWN},
                },
                "quantities": {"victims": {"column": "n_victimas", "label": {"en": "victims", "es": "víctimas"}}},
            }
        },
    )


def test_the_table_is_read_whole(victims: CountData) -> None:
    assert len(victims.key_levels("state")) == 32
    assert str(victims.cutoff) == "2025-06-30"
    assert victims.native_period == "month"
    assert "rows were added to others" in str(victims.notes[0])


def test_feminicides_by_year_are_those_published(victims: CountData) -> None:
    table = added(victims, by="offence", period="year")
    place = table.strata.column("offence").index("Feminicidio")
    assert table.quantity("victims").values[place].tolist() == FEMINICIDES
    assert table.labels == tuple(str(year) for year in range(2015, 2026))
    assert table.seen_days[-1] == 181  # January to June


def test_states_and_sexes_add_up_to_the_country(victims: CountData) -> None:
    whole = added(victims, by="offence", period="year").quantity("victims").values
    split = added(victims, by=("offence", "state", "sex"), period="year")
    places = split.strata.column("offence")
    for row, offence in enumerate(dict.fromkeys(places)):
        rows = [number for number, one in enumerate(places) if one == offence]
        assert split.quantity("victims").values[rows].sum(axis=0) == pytest.approx(whole[row])


# --------------------------------------------------------------------- what filters of a statistics site show


@pytest.fixture(scope="module")
def answer(victims: CountData) -> Any:
    return jm.case_counts(
        victims,
        by=("state", "offence", "sex", "age"),
        combine=[["offence", "state", "sex", "age"], ["state", "offence"]],
        combine_period=("month", "year", "to_date"),
    )


def of_feminicide(answer: Any, table: str, column: str = "count") -> list[Any]:
    shown = answer.tables[table]
    return [
        one for one, offence in zip(shown[column].tolist(), shown["offence"], strict=True) if offence == "Feminicidio"
    ]


def test_feminicides_of_a_site_are_those_published(answer: Any) -> None:
    assert of_feminicide(answer, "year_by_offence") == FEMINICIDES
    assert of_feminicide(answer, "year_by_offence", "maturity") == ["complete"] * 10 + ["provisional"]


def test_2025_is_compared_with_january_to_june_of_2024(answer: Any, victims: CountData) -> None:
    chosen = (victims.level("offence") == "Feminicidio") & (victims.first_day >= 19_723) & (victims.last_day <= 19_904)
    assert (victims.quantities["victims"].values[chosen]).sum() == 437  # 1 January to 30 June 2024
    assert of_feminicide(answer, "to_date_by_offence")[-2:] == [437, 338]
    assert of_feminicide(answer, "to_date_by_offence", "before")[-1] == 437
    assert of_feminicide(answer, "to_date_by_offence", "maturity")[-1] == "provisional"
    said = answer.findings()[0].text().replace("\N{NO-BREAK SPACE}", " ")
    assert said == (
        "Jan 2025 to Jun 2025: 181,948 (victims); the same months of 2024: 194,845, a change of −6.6 %. "
        "The numbers of 2025 are provisional."
    )


def test_both_spellings_of_unknown_are_one_level(answer: Any) -> None:
    assert list(dict.fromkeys(answer.tables["year_by_sex"]["sex"])) == ["Hombre", "Mujer", "not_recorded"]
    ages = list(dict.fromkeys(answer.tables["year_by_age"]["age"]))
    assert ages == ["Adultos (18 y más)", "Menores de edad (0-17)", "not_recorded"]


def test_all_selections_add_up_to_the_country(answer: Any) -> None:
    whole = {one.period: answer.tables[one.name]["count"] for one in counted_tables(answer) if not one.by}
    for name, period, by in counted_tables(answer):
        if by:
            count = answer.tables[name]["count"].reshape(-1, len(whole[period]))
            np.testing.assert_array_equal(count.sum(axis=0), whole[period])
    months = answer.tables["month"]
    years = np.array([int(one[:4]) - 2015 for one in months["period"]])
    np.testing.assert_array_equal(np.bincount(years, weights=months["count"]), answer.main["count"])
    assert (
        len(answer.tables["month_by_offence_state_sex_age"])
        == 126 * len(answer.tables["year_by_offence_state_sex_age"]) // 11
    )
