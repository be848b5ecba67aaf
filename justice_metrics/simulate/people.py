"""Persons as they are, before a clerk wrote them down: names by their frequency, birth, place."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts, Days, Flags, Floats
from .draws import happens, levels, whole_numbers
from .people_names import FOREIGN, MEN, SURNAMES, WITH_PARTICLES, WOMEN
from .places import courts

# A frequency falls with the rank of a name, by this power.
_FALL: Final = 0.75


class People(NamedTuple):
    """Who the persons are, before any clerk wrote them down; shapes (P,)."""

    female: Flags
    given: tuple[str, ...]
    first: tuple[str, ...]
    second: tuple[str, ...]  # "" with one surname
    birth: Days  # days since 1970
    place: Counts
    document: tuple[str, ...]


def draw_people(rng: np.random.Generator, n: int, *, before: int) -> People:
    """Draw ``n`` persons who were at least three years old on day ``before``; mostly girls and women.

    Frequent names are drawn often, one person in twenty has one surname, and one in twenty-five one with particles.
    """
    female = happens(rng, 0.86, n)
    women, men = (_ranked(rng, names, n) for names in (WOMEN, MEN))
    others_w, others_m = (_ranked(rng, names, n) for names in (WOMEN, MEN))
    compound = happens(rng, 0.55, n)
    given = []
    for place in range(n):
        one, other = (women[place], others_w[place]) if female[place] else (men[place], others_m[place])
        given.append(f"{one} {_joined(other)}" if compound[place] and other != one else one)
    first, second = _ranked(rng, SURNAMES, n), _ranked(rng, SURNAMES, n)
    particles = levels(rng, np.ones(len(WITH_PARTICLES)), n)
    which = rng.random(n)
    foreign = _ranked(rng, FOREIGN, n)
    single = which > 0.95  # unknown father, or a country where people have one surname
    first = [
        foreign[place]
        if single[place] and place % 2
        else WITH_PARTICLES[particles[place]]
        if which[place] < 0.02
        else one
        for place, one in enumerate(first)
    ]
    second = [
        "" if single[place] else WITH_PARTICLES[particles[place]] if 0.02 <= which[place] < 0.04 else one
        for place, one in enumerate(second)
    ]
    seats = courts()
    age_days = np.where(
        happens(rng, 0.6, n), whole_numbers(rng, 3 * 365, 18 * 365, n), whole_numbers(rng, 18 * 365, 60 * 365, n)
    )
    numbers = whole_numbers(rng, 1_000_000, 9_999_999, n)
    return People(
        female=female,
        given=tuple(given),
        first=tuple(first),
        second=tuple(second),
        birth=(before - age_days).astype(np.int32),
        place=levels(rng, np.array([seat.share for seat in seats]), n),
        document=tuple(str(one) for one in numbers),
    )


def _ranked(rng: np.random.Generator, names: tuple[str, ...], n: int) -> list[str]:
    shares: Floats = 1 / np.arange(1, len(names) + 1, dtype=np.float64) ** _FALL
    return [names[one] for one in levels(rng, shares, n)]


def _joined(name: str) -> str:
    """Write some second names as they are given: María del Carmen, María de los Ángeles."""
    return {"Carmen": "del Carmen", "Pilar": "del Pilar", "Ángela": "de los Ángeles", "Luz": "de la Luz"}.get(
        name, name
    )
