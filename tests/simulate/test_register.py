"""The register that an office would keep of a run."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from justice_metrics.cases.calendar import date_of
from justice_metrics.simulate.bolivia import ACTORS, bolivian_world
from justice_metrics.simulate.draws import generator
from justice_metrics.simulate.extracts import COHORT, NATIONAL, Extract, closed_tribunal_files
from justice_metrics.simulate.places import courts
from justice_metrics.simulate.register import HEADINGS, OUTCOMES, PENDING, register_table, support_table
from justice_metrics.simulate.run import STILL_THERE, Cases, Events, Run, Support
from justice_metrics.simulate.victims import OFFENCES, draw_victims

IN_ORDER = (
    "fecha_denuncia",
    "fecha_inicio_investigacion",
    "fecha_imputacion",
    "fecha_acusacion",
    "fecha_apertura_juicio",
    "fecha_juicio",
    "fecha_sentencia",
    "fecha_ejecutoria",
)


def rows(table: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(table, values, strict=True)) for values in zip(*table.values(), strict=True)]


def one_case(*history: tuple[str, int]) -> dict[str, Any]:
    """Return the register's row of one case that entered states on the given days."""
    states, cutoff = bolivian_world().states, 3000
    zero = np.zeros(1)
    cases = Cases(np.zeros(1, np.int32), np.full(1, cutoff, np.int32), np.zeros(1, np.int64), zero, zero, zero)
    n = len(history)
    events = Events(
        np.zeros(n, np.int64),
        np.arange(n),
        np.array([day for _, day in history], dtype=np.int32),
        np.array([states.index(state) for state, _ in history]),
    )
    none = np.zeros(0, np.int64)
    support = Support(none, none, none.astype(np.int32), none.astype(np.int32))
    seats = courts(("La Paz",))
    victims = draw_victims(generator(1), 1, seats, {"La Paz": 1.0})
    table = register_table(generator(1), Run(states, ACTORS, cases, events, support), victims, seats)
    return {name: values[0] for name, values in table.items()}


TO_TRIAL = (("complaint", 0), ("preliminary", 1), ("charged", 40), ("accusation", 200), ("trial_preparation", 210))


def test_each_act_gets_its_date_and_the_case_its_outcome() -> None:
    row = one_case(*TO_TRIAL, ("trial", 300), ("convicted", 350), ("appeal", 360), ("final_conviction", 800))
    assert row["fecha_imputacion"] == date_of(40)
    assert date_of(41) <= row["fecha_notificacion_imputacion"] <= date_of(65)
    assert row["fecha_juicio"] == date_of(300)
    assert row["fecha_sentencia"] == date_of(350)
    assert row["fecha_ejecutoria"] == row["fecha_conclusion"] == date_of(800)
    assert row["forma_conclusion"] == "Sentencia condenatoria ejecutoriada"


def test_a_case_under_appeal_stands_as_sentenced() -> None:
    row = one_case(*TO_TRIAL, ("trial", 300), ("acquitted", 350), ("appeal", 360), ("cassation", 500))
    assert row["forma_conclusion"] == "Sentencia absolutoria"
    assert row["fecha_conclusion"] == date_of(350)


def test_an_annulled_verdict_leaves_no_trace() -> None:
    annulled = (*TO_TRIAL, ("trial", 300), ("convicted", 350), ("appeal", 360), ("trial", 700))
    row = one_case(*annulled)
    assert row["forma_conclusion"] == PENDING
    assert row["fecha_juicio"] == date_of(700)
    assert row["fecha_sentencia"] is row["fecha_conclusion"] is None
    again = one_case(*annulled, ("acquitted", 900))
    assert again["fecha_sentencia"] == date_of(900)
    assert again["forma_conclusion"] == "Sentencia absolutoria"


def test_a_default_does_not_begin_the_trial_again() -> None:
    row = one_case(*TO_TRIAL, ("trial", 300), ("default", 320), ("trial", 600), ("convicted", 650))
    assert row["fecha_juicio"] == date_of(300)


def test_a_reopened_rejection_is_gone_and_a_second_one_counts() -> None:
    opened = (("complaint", 0), ("preliminary", 2), ("rejected", 50), ("preliminary", 80))
    assert one_case(*opened)["forma_conclusion"] == PENDING
    assert one_case(*opened)["fecha_inicio_investigacion"] == date_of(2)
    assert one_case(*opened, ("rejected", 400))["fecha_conclusion"] == date_of(400)


def test_an_abbreviated_conviction_has_its_own_date_and_no_trial() -> None:
    row = one_case(("complaint", 0), ("preliminary", 1), ("charged", 30), ("abbreviated", 100), ("convicted", 120))
    assert row["fecha_procedimiento_abreviado"] == date_of(100)
    assert row["fecha_juicio"] is row["fecha_acusacion"] is None
    assert row["fecha_sentencia"] == date_of(120)


@pytest.mark.parametrize("name", ["cohort", "national"])
def test_no_date_is_at_fault(name: str, request: pytest.FixtureRequest) -> None:
    extract: Extract = request.getfixturevalue(name)
    cutoff = (COHORT if name == "cohort" else NATIONAL).cutoff
    for row in rows(extract.cases):
        dates = [row[column] for column in IN_ORDER if row[column] is not None]
        assert dates == sorted(dates)
        assert all(value <= cutoff for value in row.values() if isinstance(value, dt.date))
        assert row["fecha_denuncia"] is not None
        assert (row["fecha_conclusion"] is None) == (row["forma_conclusion"] == PENDING)
        judged = row["forma_conclusion"].startswith("Sentencia")
        assert (row["fecha_sentencia"] is not None) == judged
        assert (row["fecha_ejecutoria"] is not None) == row["forma_conclusion"].endswith("ejecutoriada")
        assert not judged or row["fecha_juicio"] or row["fecha_procedimiento_abreviado"]
        assert row["fecha_imputacion"] or not (row["fecha_acusacion"] or row["fecha_notificacion_imputacion"])
        if row["fecha_conclusion"]:
            assert row["fecha_conclusion"] >= max(dates[:1])
        if row["fecha_notificacion_imputacion"]:
            after = [row[c] for c in (*IN_ORDER[3:], "fecha_procedimiento_abreviado") if row[c]]
            assert row["fecha_imputacion"] <= row["fecha_notificacion_imputacion"] <= min(after, default=cutoff)


def test_outcomes_of_the_register_are_those_of_the_run(national: Extract) -> None:
    run, how = national.run, national.cases["forma_conclusion"]
    last = np.array(run.states)[run.last_state()]
    for state, words in OUTCOMES.items():
        if state not in {"convicted", "acquitted"}:  # those under appeal stand as sentenced
            assert how.count(words) == (last == state).sum()
    still_sentenced = np.isin(last, ["convicted", "acquitted", "appeal", "cassation"]).sum()
    assert how.count("Sentencia condenatoria") + how.count("Sentencia absolutoria") == still_sentenced
    assert set(how) == {*OUTCOMES.values(), PENDING}


def test_every_case_number_is_its_own_and_says_that_it_is_simulated(national: Extract) -> None:
    numbers = national.cases["numero_caso"]
    assert len(set(numbers)) == NATIONAL.n
    assert all(number.startswith("SIM-") for number in numbers)


def test_attributes_fit_the_offence_and_the_court(national: Extract) -> None:
    where = {seat.name: seat for seat in courts()}
    for row in rows(national.cases):
        seat = where[row["juzgado"]]
        assert (row["departamento"], row["municipio"]) == (seat.department, seat.municipality)
        assert row["area"] in {None, "Urbana" if seat.capital else "Rural"}
        if row["edad"] is not None:
            low, high = ((2, 13), (3, 17), (14, 17), (14, 17))[OFFENCES.index(row["delito"])]
            assert low <= row["edad"] <= high
    assert len(set(national.cases["juzgado"])) == 60
    assert len(set(national.cases["departamento"])) == 9


def test_missing_marks_are_as_rare_as_the_page_says(cohort: Extract, national: Extract) -> None:
    marks = {"S/D", "s/d", "Sin dato"}
    touched = set()
    for name, values in cohort.cases.items():
        share = sum(value in marks for value in values if isinstance(value, str)) / COHORT.n
        if share:
            touched.add(name)
            assert 0.008 < share < 0.085
    for name in touched:
        share = national.cases[name].count(None) / NATIONAL.n
        assert 0.015 < share < 0.065
    assert len(touched) == 8
    assert list(cohort.cases) == list(HEADINGS)


def test_closed_tribunal_files_are_the_concluded_ones_that_a_court_opened(cohort: Extract) -> None:
    cases, support = closed_tribunal_files(cohort)
    assert PENDING not in cases["forma_conclusion"]
    assert None not in cases["fecha_apertura_juicio"]
    assert set(cases["forma_conclusion"]) & {"Rechazo de denuncia", "Sobreseimiento"} == set()
    opened = sum(day is not None for day in cohort.cases["fecha_apertura_juicio"])
    still_open = sum(
        day is not None and how == PENDING
        for day, how in zip(cohort.cases["fecha_apertura_juicio"], cohort.cases["forma_conclusion"], strict=True)
    )
    assert len(cases["numero_caso"]) == opened - still_open > 50
    assert set(support["numero_caso"]) <= set(cases["numero_caso"])
    verdicts = sum(day is not None for day in cases["fecha_sentencia"])
    assert 0 < verdicts < len(cases["numero_caso"]), "some were closed without a verdict"


def test_support_rows_carry_actor_dates_and_the_day_of_recording(cohort: Extract) -> None:
    cutoff = COHORT.cutoff
    assert len(cohort.support["desde"]) == cohort.run.support.unit.size
    for row in rows(cohort.support):
        assert row["desde"] <= row["fecha_registro"] <= cutoff
        assert row["hasta"] is None or row["desde"] <= row["hasta"] <= cutoff
        assert row["tipo_actor"] in {"Abogado/a", "Psicólogo/a", "Trabajador/a social"}
    still = (cohort.run.support.end_day == STILL_THERE).sum()
    assert cohort.support["hasta"].count(None) == still > 0
    again = support_table(generator(1), cohort.run, cohort.cases["numero_caso"], 17651)
    assert again["desde"] == cohort.support["desde"]
