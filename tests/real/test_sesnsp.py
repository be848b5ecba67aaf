"""Victims by state, month, offence, sex and age in Mexico: a published table of counts, read as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from justice_metrics.cases.counts.data import CountData
from justice_metrics.cases.counts.reading import read_counts
from justice_metrics.reduce.count_sums import added

pytestmark = pytest.mark.needs_data

# Feminicide victims by year, counted from the file when it was stored; 851 in 2023 is the published figure too.
FEMINICIDES = [428, 647, 768, 920, 970, 976, 1021, 983, 851, 852, 338]


@pytest.fixture(scope="module")
def victims(shared_data: Path) -> CountData:
    return read_counts(
        shared_data / "mexico_sesnsp" / "victims_state_month_sex_age.csv.bz2",
        mapping={
            "counts": {
                "unit": "victim",
                "period": {"year": "n_year", "month": "n_month"},
                "repeated": "add",
                "keys": {"state": "nombre_estado", "offence": "tipo_de_delito", "sex": "genero"},
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
