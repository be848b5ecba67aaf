"""Attributes of the simulated cases: what a Bolivian file says about victim, offence and accused."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts, Flags
from .draws import happens, levels, levels_by_row, whole_numbers
from .places import Court

OFFENCES: Final = (
    "Violación de infante, niña, niño o adolescente (art. 308 bis)",
    "Abuso sexual (art. 312)",
    "Estupro (art. 309)",
    "Violación (art. 308)",
)
_OFFENCE_SHARES: Final = (0.34, 0.36, 0.17, 0.13)
_SEVERE: Final = (True, False, False, True)
_AGES: Final = ((2, 13), (3, 17), (14, 17), (14, 17))  # the code draws the line of art. 308 bis at fourteen years

SEXES: Final = ("Femenino", "Masculino")
PEOPLES: Final = ("Ninguno", "Aymara", "Quechua", "Guaraní", "Otro")
LANGUAGES: Final = ("Castellano", "Aymara", "Quechua", "Guaraní", "Otro")
DISABILITIES: Final = ("No", "Sí")
AREAS: Final = ("Rural", "Urbana")
RELATIONSHIPS: Final = (
    "Padre",
    "Padrastro",
    "Otro familiar",
    "Vecino o conocido",
    "Enamorado o ex enamorado",
    "Profesor",
    "Desconocido",
)
SOURCES: Final = (
    "Familiar",
    "Defensoría de la Niñez y Adolescencia",
    "Unidad educativa",
    "Centro de salud",
    "Policía",
    "La propia víctima",
)

_PEOPLE_SHARES: Final[dict[str, tuple[float, ...]]] = {
    "La Paz": (0.44, 0.50, 0.04, 0.00, 0.02),
    "Oruro": (0.50, 0.32, 0.17, 0.00, 0.01),
    "Potosí": (0.36, 0.04, 0.59, 0.00, 0.01),
    "Chuquisaca": (0.48, 0.01, 0.46, 0.04, 0.01),
    "Cochabamba": (0.52, 0.07, 0.39, 0.00, 0.02),
    "Santa Cruz": (0.78, 0.02, 0.10, 0.05, 0.05),
    "Tarija": (0.84, 0.01, 0.09, 0.05, 0.01),
    "Beni": (0.74, 0.02, 0.03, 0.01, 0.20),
    "Pando": (0.82, 0.04, 0.03, 0.00, 0.11),
}
_RELATIONS_CHILD: Final = (0.20, 0.22, 0.27, 0.20, 0.00, 0.05, 0.06)
_RELATIONS_ADOLESCENT: Final = (0.10, 0.14, 0.15, 0.26, 0.19, 0.05, 0.11)
_SOURCE_SHARES: Final = (0.47, 0.20, 0.09, 0.10, 0.09, 0.05)


class Victims(NamedTuple):
    """Attributes as level numbers; shapes (n,)."""

    court: Counts  # number in the list of courts
    offence: Counts
    severe: Flags  # offence with the higher penalty
    sex: Counts
    age: Counts  # full years at the fact
    people: Counts
    language: Counts
    disability: Counts
    area: Counts
    relationship: Counts
    source: Counts


def draw_victims(
    rng: np.random.Generator, n: int, seats: tuple[Court, ...], department_shares: dict[str, float]
) -> Victims:
    """Draw ``n`` victims with their court, offence and attributes.

    The area follows the seat of the court: capitals and El Alto are urban, provinces rural. So the two causes that
    decide about support and speed, offence and court tier, can both be read from the file.
    """
    court = levels(rng, np.array([department_shares[seat.department] * seat.share for seat in seats]), n)
    offence = levels(rng, np.array(_OFFENCE_SHARES), n)
    bounds = np.array(_AGES)[offence]
    # the larger of two draws: more older than younger children
    age = np.maximum(*(whole_numbers(rng, bounds[:, 0], bounds[:, 1], n) for _ in range(2)))
    area = np.array([seat.capital for seat in seats], dtype=np.int64)[court]
    people = levels_by_row(rng, np.array([_PEOPLE_SHARES[seat.department] for seat in seats])[court])
    speaks_it = happens(rng, np.where(area == 1, 0.15, 0.45), n)
    child = (age < 14)[:, None]
    return Victims(
        court=court,
        offence=offence,
        severe=np.array(_SEVERE)[offence],
        sex=levels(rng, np.array((0.86, 0.14)), n),
        age=age,
        people=people,
        language=np.where(speaks_it, people, 0),
        disability=levels(rng, np.array((0.96, 0.04)), n),
        area=area,
        relationship=levels_by_row(rng, np.where(child, _RELATIONS_CHILD, _RELATIONS_ADOLESCENT)),
        source=levels(rng, np.array(_SOURCE_SHARES), n),
    )
