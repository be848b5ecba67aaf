"""The faults of clerks who write a name and a date of birth: each with its usual rate, each drawn apart."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts
from .draws import happens, whole_numbers
from .people import People
from .places import courts

# Share of the records that have each fault. Ours, not those of any register: reports say "simulated".
RATES: Final = {
    "second_missing": 0.08,
    "swapped": 0.03,
    "spelling": 0.06,
    "typo": 0.03,
    "no_enye": 0.30,
    "capitals": 0.40,
    "no_marks": 0.35,
    "short_maria": 0.35,
    "familiar": 0.01,
    "one_given": 0.10,
    "cut": 0.02,
    "particle_lost": 0.40,
    "married": 0.03,
    "day_month": 0.04,
    "first_january": 0.03,
    "birth_typo": 0.02,
    "birth_missing": 0.02,
    "age_only": 0.15,
    "sex_wrong": 0.005,
    "moved": 0.08,
}
# Letters that sound alike and are written for each other.
_ALIKE: Final = (
    ("v", "b"),
    ("b", "v"),
    ("z", "s"),
    ("s", "z"),
    ("ll", "y"),
    ("y", "ll"),
    ("h", ""),
    ("ge", "je"),
    ("gi", "ji"),
    ("ce", "se"),
    ("qui", "ki"),
    ("hua", "gua"),
    ("c", "k"),
    ("x", "j"),
)
_FAMILIAR: Final = {
    "José": "Pepe",
    "Francisco": "Paco",
    "Francisca": "Pancha",
    "Guadalupe": "Lupe",
    "Rosario": "Charo",
    "Teresa": "Tere",
    "Dolores": "Lola",
    "Ignacio": "Nacho",
    "Consuelo": "Chelo",
    "Manuel": "Manolo",
}
_FIELD: Final = 14
_BIRTH_FORM: Final = "%d/%m/%Y"


class Slips(NamedTuple):
    """What a clerk wrote down of a person; "" where nothing."""

    given: str
    first: str
    second: str
    birth: str
    age: str
    sex: str
    place: str
    document: str


def with_slips(
    rng: np.random.Generator, people: People, persons: Counts, days: Counts, *, register: str, rate: float
) -> list[Slips]:
    """Write persons down as the clerks of one register do.

    Parameters
    ----------
    rng : Generator
    people : People
    persons : array of int, shape (rows,)
        Whose record each row is.
    days : array of int, shape (rows,)
        Day of each record, from which an age is counted.
    register : str
        Only support services write an age instead of a date of birth.
    rate : float
        By how much each usual rate is multiplied.
    """
    n = len(persons)
    has = {name: happens(rng, min(share * rate, 1.0), n) for name, share in RATES.items()}
    if register != "support":
        has["age_only"][:] = False
    seats = tuple(dict.fromkeys(seat.municipality for seat in courts()))
    elsewhere = whole_numbers(rng, 0, len(seats) - 1, n)
    home = [seat.municipality for seat in courts()]
    where, what = rng.random(n), rng.random(n)
    shift = whole_numbers(rng, 1, 9, n)
    found = []
    for row in range(n):
        person = int(persons[row])
        faults = {name for name, rows in has.items() if rows[row]}
        given = _given(people.given[person], faults)
        first, second = _surnames(people.first[person], people.second[person], faults, bool(people.female[person]))
        if "spelling" in faults:
            first, given = (
                (_misspelt(first, where[row]), given) if what[row] < 0.6 else (first, _misspelt(given, where[row]))
            )
        if "typo" in faults:
            first, second, given = _typo_in(first, second, given, where[row], what[row])
        given, first, second = (_marks(one, faults) for one in (given, first, second))
        birth = dt.date(1970, 1, 1) + dt.timedelta(days=int(people.birth[person]))
        age = (int(days[row]) - int(people.birth[person])) * 4 // 1461
        female = bool(people.female[person]) != ("sex_wrong" in faults)
        found.append(
            Slips(
                given,
                first,
                second,
                "" if "age_only" in faults else _birth(birth, faults, int(shift[row])),
                str(age) if register == "support" else "",
                "F" if female else "M",
                seats[elsewhere[row]] if "moved" in faults else home[int(people.place[person])],
                people.document[person] if register == "police" else "",
            )
        )
    return found


def _given(given: str, faults: set[str]) -> str:
    words = given.split()
    if "familiar" in faults:
        words[0] = _FAMILIAR.get(words[0], words[0])
    if words[0] == "María" and len(words) > 1 and "short_maria" in faults:
        words[0] = "Ma."
    elif "one_given" in faults:
        words = words[:1]
    text = " ".join(words)
    return text[:_FIELD].strip() if "cut" in faults else text


def _surnames(first: str, second: str, faults: set[str], female: bool) -> tuple[str, str]:
    if "particle_lost" in faults:
        first, second = (one.split()[-1] if " " in one else one for one in (first, second))
    if "second_missing" in faults:
        second = ""
    elif "swapped" in faults and second:
        first, second = second, first
    if "married" in faults and female:
        return first, f"{second} de Quiroga".strip() if second else "Vda. de Quiroga"
    return first, second


def _misspelt(name: str, where: float) -> str:
    """Write one of the letters that sound alike for another."""
    small = name.lower()
    possible = [(a, b) for a, b in _ALIKE if a in small]
    if not possible:
        return name
    old, new = possible[int(where * len(possible))]
    return small.replace(old, new, 1).title()


def _typo_in(first: str, second: str, given: str, where: float, what: float) -> tuple[str, str, str]:
    if what < 0.4:
        return _typo(first, where, what), second, given
    if what < 0.7:
        return first, _typo(second, where, what), given
    return first, second, _typo(given, where, what)


def _typo(name: str, where: float, what: float) -> str:
    """Leave a letter out, double it, or exchange two."""
    if len(name) < 4:
        return name
    place = 1 + int(where * (len(name) - 2))
    kind = int(what * 1000) % 3
    if kind == 0:
        return name[:place] + name[place + 1 :]
    if kind == 1:
        return name[:place] + name[place] + name[place:]
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]


def _marks(name: str, faults: set[str]) -> str:
    if "no_enye" in faults:
        name = name.replace("ñ", "n").replace("Ñ", "N")
    if "no_marks" in faults:
        apart = unicodedata.normalize("NFD", name.replace("ñ", "\0"))
        name = "".join(one for one in apart if not unicodedata.combining(one)).replace("\0", "ñ")
    return name.upper() if "capitals" in faults else name


def _birth(day: dt.date, faults: set[str], shift: int) -> str:
    if "birth_missing" in faults:
        return ""
    if "first_january" in faults:
        day = day.replace(month=1, day=1)
    elif "day_month" in faults and day.day <= 12:
        day = day.replace(month=day.day, day=day.month)
    elif "birth_typo" in faults:
        # another last digit of the year; the 28th, so that a leap day stays one that there is
        day = day.replace(year=day.year - day.year % 10 + (day.year + shift) % 10, day=min(day.day, 28))
    return day.strftime(_BIRTH_FORM)
