"""The sets against what they were made to look like."""

from __future__ import annotations

import pytest

import justice_metrics as jm
from justice_metrics.simulate.draws import generator
from justice_metrics.simulate.extracts import COHORT, NATIONAL, Extract, draw
from justice_metrics.simulate.summary import stage_shares

# the public stage table: 321 files, 189 rejected, 26 without resolution, 106 charged, 8 final sentences
PUBLISHED = {"rejected": 189 / 321, "unresolved": 26 / 321, "charged": 106 / 321, "final": 8 / 321}


@pytest.mark.parametrize(
    ("name", "within"), [("rejected", 0.01), ("unresolved", 0.01), ("charged", 0.01), ("final", 0.003)]
)
def test_the_cohort_meets_the_published_stage_table(name: str, within: float, cohort: Extract) -> None:
    assert stage_shares(cohort.cases)[name] == pytest.approx(PUBLISHED[name], abs=within)


def test_the_three_ways_of_the_table_are_all_there_are(cohort: Extract) -> None:
    shares = stage_shares(cohort.cases)
    assert shares["rejected"] + shares["unresolved"] + shares["charged"] == pytest.approx(1)


def test_the_table_is_met_on_average_and_not_by_one_lucky_seed() -> None:
    many = stage_shares(draw(COHORT._replace(n=30_000, seed=4)).cases)
    for name, share in PUBLISHED.items():
        assert many[name] == pytest.approx(share, abs=0.015)


def test_the_national_extract_has_verdicts_enough_for_the_effect_to_be_seen(national: Extract) -> None:
    assert len(national.cases["numero_caso"]) == NATIONAL.n == 20_000
    assert sum(day is not None for day in national.cases["fecha_sentencia"]) >= 1500
    complete = national.run.all_started_day() - national.run.cases.complaint_day
    assert ((national.run.all_started_day() >= 0) & (complete <= 90)).sum() > 2000


def test_complaints_fill_the_declared_period(cohort: Extract, national: Extract) -> None:
    for extract, design in ((cohort, COHORT), (national, NATIONAL)):
        days = extract.cases["fecha_denuncia"]
        assert days == sorted(days)
        assert design.first <= days[0]
        assert days[-1] <= design.last
        assert {day.year for day in days} == set(range(design.first.year, design.last.year + 1))


def test_a_set_is_made_by_its_seed_alone() -> None:
    small = COHORT._replace(n=60)
    generator(1).random(10)  # other draws elsewhere do not matter
    assert draw(small).cases == draw(small).cases
    assert draw(small).cases != draw(small._replace(seed=2)).cases


def test_a_world_without_effect_shows_the_trap_all_the_same() -> None:
    # The effect changes who comes to a verdict and nothing about who is reported; the naive shares differ all the same.
    three = ("lawyer", "psychologist", "social_worker")
    without = jm.sample_cases("registered", true_effect=1.0)
    assert without.n_units == 1200
    naive = jm.landmark_association(without, actors=three, resamples=100).tables["naive"]
    assert naive["estimate"][3] > 2 * naive["estimate"][0]
    assert sum(naive["numerator"]) < sum(
        jm.landmark_association(jm.sample_cases("registered"), actors=three, resamples=100).tables["naive"]["numerator"]
    )
