"""What the demonstration site is built from: a register up to the middle of a year, accused, alerts, people."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts, Days, Floats
from ..cases.calendar import date_of, day_number
from .bolivia import bolivian_world, cases_of
from .draws import generator, happens, levels, whole_numbers
from .extracts import NATIONAL
from .places import courts
from .register import Table, register_table, sprinkle_missing
from .victims import draw_victims
from .world import simulate

CASES: Final = 20_000
SEED: Final = 9_2025
FIRST: Final = dt.date(2019, 1, 1)
CUTOFF: Final = dt.date(2025, 6, 30)
"""The last year is told to its middle, as an office would publish it in July."""
MONTHS: Final = 78
# How many complaints a year has beside the others, and a month beside the others of its year.
_YEARS: Final = (0.86, 0.71, 0.92, 1.0, 1.04, 1.10, 1.14)
_SEASON: Final = (0.90, 0.94, 1.08, 1.02, 1.06, 0.98, 1.00, 1.06, 1.08, 1.04, 0.98, 0.86)
# Days from the fact to the complaint: the same day, a week, a month, a year, later.
_WAITS: Final = ((0, 0), (1, 7), (8, 30), (31, 365), (366, 2500))
_WAIT_SHARES: Final = (0.13, 0.24, 0.17, 0.29, 0.17)
_NO_FACT: Final = 0.06
_SECOND_ACCUSED: Final = 0.08
_UNKNOWN_ACCUSED: Final = 0.12
_ALERTS_A_MONTH: Final = 140.0
_SOLVED: Final = 0.72  # of those that can be, in a month
_NEVER_SOLVED: Final = 0.08
# Invented round numbers of people, so that a rate has something to stand on; no census says them.
_PEOPLE: Final[dict[str, int]] = {
    "La Paz": 2_900_000,
    "Santa Cruz": 3_300_000,
    "Cochabamba": 2_000_000,
    "Chuquisaca": 650_000,
    "Oruro": 560_000,
    "Potosí": 900_000,
    "Tarija": 590_000,
    "Beni": 480_000,
    "Pando": 150_000,
}
_GROWTH: Final = 0.011

ALERT_HEADINGS: Final = ("Departamento", "Año", "Mes", "Estado", "Alertas")
_STANDING: Final = ("Activa", "Resuelta")
PEOPLE_HEADINGS: Final = ("department", "year", "population")


class Sources(NamedTuple):
    """Tables of the demonstration site, by what they hold."""

    cases: Table
    accused: Table
    alerts: Table
    people: Table


@cache
def sources() -> Sources:
    """Draw everything that the demonstration site is built from; nobody may change what is returned.

    Examples
    --------
    >>> made = sources()
    >>> len(made.cases["numero_caso"]), len(made.alerts["Mes"])
    (20000, 1404)
    """
    rng = generator(SEED)
    cases = _cases(rng)
    return Sources(cases, _accused(rng, cases), _alerts(rng), _people())


def facts() -> dict[str, str]:
    """Return the numbers that the page of the sample tells of these files."""
    made = sources()
    return {
        "observatory_n": f"{CASES:,}",
        "observatory_n_es": f"{CASES:,}".replace(",", "."),
        "observatory_accused": f"{len(made.accused['id_imputado']):,}",
        "observatory_alerts": f"{sum(made.alerts['Alertas']):,}",
    }


def _cases(rng: np.random.Generator) -> Table:
    """Draw a register like the national extract, with the day of the fact and more complaints in later years."""
    seats = courts(tuple(NATIONAL.departments))
    victims = draw_victims(rng, CASES, seats, NATIONAL.departments)
    complaint = np.sort(_complaint_days(rng)).astype(np.int32)
    cases = cases_of(rng, victims, seats, complaint, np.full(CASES, day_number(CUTOFF), dtype=np.int32))
    table = register_table(rng, simulate(bolivian_world(), cases, rng), victims, seats)
    sprinkle_missing(rng, table, {"": 1.0})
    fact = _fact_days(rng, complaint)
    return {**table, "fecha_hecho": [date_of(int(day)) if day else None for day in fact]}


def _complaint_days(rng: np.random.Generator) -> Counts:
    """Draw days of complaints, shapes (n,): a month by its weight, then any day of it."""
    firsts = np.array([day_number(_month(number)) for number in range(MONTHS + 1)])
    weights = np.array([_YEARS[number // 12] * _SEASON[number % 12] for number in range(MONTHS)])
    month = levels(rng, weights, CASES)
    return whole_numbers(rng, firsts[month], firsts[month + 1] - 1, CASES)


def _fact_days(rng: np.random.Generator, complaint: Days) -> Counts:
    """Draw the day of the fact, shapes (n,); 0 where the file does not tell it."""
    n = complaint.size
    bounds = np.array(_WAITS)[levels(rng, np.array(_WAIT_SHARES), n)]
    waited = whole_numbers(rng, bounds[:, 0], bounds[:, 1], n)
    return np.where(happens(rng, _NO_FACT, n), 0, complaint - waited)


def _accused(rng: np.random.Generator, cases: Table) -> Table:
    """Write one row per accused: most cases have one, some two, and of some nobody knows who it is."""
    numbers = cases["numero_caso"]
    n = len(numbers)
    known, second = ~happens(rng, _UNKNOWN_ACCUSED, n), happens(rng, _SECOND_ACCUSED, n)
    case = np.repeat(np.arange(n), np.where(known, 1 + second, 0))
    place = np.concatenate([np.arange(count) for count in np.unique(case, return_counts=True)[1]]) + 1
    # the smaller of two draws: more younger than older accused
    ages = np.minimum(*(whole_numbers(rng, 14, 75, case.size) for _ in range(2)))
    table: Table = {
        "id_imputado": [f"{numbers[one]}-I{which}" for one, which in zip(case, place, strict=True)],
        "fecha_denuncia": [cases["fecha_denuncia"][one] for one in case],
        "departamento": [cases["departamento"][one] for one in case],
        "sexo": ["Femenino" if one else "Masculino" for one in happens(rng, 0.03, case.size)],
        "edad": ages.tolist(),
    }
    for column, share in (("sexo", 0.02), ("edad", 0.15)):
        for row in np.flatnonzero(happens(rng, share, case.size)):
            table[column][row] = None
    return table


def _alerts(rng: np.random.Generator) -> Table:
    """Write the alerts that were issued in each department and month, by how they stand: still active, or solved."""
    table: Table = {name: [] for name in ALERT_HEADINGS}
    for department, share in NATIONAL.departments.items():
        issued = _about(rng, np.full(MONTHS, _ALERTS_A_MONTH * share))
        for number, new in enumerate(issued.tolist()):
            month, active = _month(number), int(happens(rng, _still_active(MONTHS - number), new).sum())
            for standing, n in zip(_STANDING, (active, new - active), strict=True):
                for name, value in zip(ALERT_HEADINGS, (department, month.year, month.month, standing, n), strict=True):
                    table[name].append(value)
    return table


def _still_active(months: int) -> float:
    """Return the share of alerts that nobody has solved after so many months."""
    return _NEVER_SOLVED + (1 - _NEVER_SOLVED) * (1 - _SOLVED) ** months


def _about(rng: np.random.Generator, mean: Floats) -> Counts:
    """Draw counts around a mean, shapes (n,): of two hundred occasions each comes with the same small chance."""
    occasions = 200
    return np.asarray((rng.random((mean.size, occasions)) < mean[:, None] / occasions).sum(axis=1), dtype=np.int64)


def _people() -> Table:
    rows = [
        (department, year, round(people * (1 + _GROWTH) ** (year - FIRST.year), -3))
        for department, people in _PEOPLE.items()
        for year in range(FIRST.year, CUTOFF.year + 1)
    ]
    return {name: [row[place] for row in rows] for place, name in enumerate(PEOPLE_HEADINGS)}


def _month(number: int) -> dt.date:
    """Return the first day of a month, counted from the first one of the register."""
    return dt.date(FIRST.year + number // 12, number % 12 + 1, 1)
