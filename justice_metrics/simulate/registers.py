"""Four registers of one world without a common id: police, prosecutor, court and support, with the faults of clerks."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts
from .draws import generator, happens, waiting_times, whole_numbers
from .people import People, draw_people
from .slips import Slips, with_slips

REGISTERS: Final = ("police", "prosecutor", "court", "support")
# Records per person that the four registers hold together, about; it turns a number of records into one of persons.
_RECORDS_PER_PERSON: Final = 2.36
_FIRST_DAY: Final = (dt.date(2015, 1, 1) - dt.date(1970, 1, 1)).days
_LAST_DAY: Final = (dt.date(2019, 12, 31) - dt.date(1970, 1, 1)).days
CUTOFF: Final = dt.date(2021, 12, 31)

HEADERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        register: tuple(headers.split("|"))
        for register, headers in {
            "police": "Caso|Nombres|Paterno|Materno|Fecha de nacimiento|Sexo|Municipio|CI|Denuncia",
            "prosecutor": "CUD|Nombres|Primer apellido|Segundo apellido|F. nacimiento|Sexo|Municipio|Imputación",
            "court": "NUREJ|Apellidos|Nombres|Nacimiento|Sexo|Municipio|Auto de apertura|Resultado|Sentencia",
            "support": "Ficha|Nombre|Apellidos|Edad|Nacimiento|Sexo|Municipio|Desde|Actor",
        }.items()
    }
)


class Record(NamedTuple):
    """One row of a register: what was written, and whose it is."""

    person: int
    case: int
    day: int
    written: Slips
    result: str = ""
    result_day: int | None = None


class World(NamedTuple):
    """The registers with their truth.

    Attributes
    ----------
    records : mapping of str to tuple of Record
        Rows of each register.
    people : People
        The persons behind them.
    """

    records: Mapping[str, tuple[Record, ...]]
    people: People

    @property
    def n(self) -> int:
        """Number of records in all registers."""
        return sum(len(one) for one in self.records.values())

    def truth(self, register: str) -> tuple[Counts, Counts]:
        """Return person and case of each row of a register; shapes (rows,)."""
        rows = self.records[register]
        return np.array([one.person for one in rows], np.int64), np.array([one.case for one in rows], np.int64)


def registers(n: int = 2_000, *, seed: int = 1, faults: float = 1.0) -> World:
    """Simulate four registers that hold about ``n`` records together.

    Every person has one case with the police, one in twenty a second one; from there a share of the cases goes on to
    the prosecutor, to court, and to a support service, whose clerks write the names again, each in their own way.

    Parameters
    ----------
    n : int
        Records of all registers together, about.
    seed : int
        The same seed gives the same registers on every platform.
    faults : float
        By how much the usual rate of each fault is multiplied; 0 for registers without a slip.

    Returns
    -------
    World

    Examples
    --------
    >>> world = registers(500, seed=3)
    >>> sorted(world.records), 400 < world.n < 600
    (['court', 'police', 'prosecutor', 'support'], True)
    """
    rng = generator(seed)
    size = max(round(n / _RECORDS_PER_PERSON), 1)
    people = draw_people(rng, size, before=_FIRST_DAY)
    persons = np.concatenate([np.arange(size), np.flatnonzero(happens(rng, 0.05, size))])
    first = whole_numbers(rng, _FIRST_DAY, _LAST_DAY, len(persons))
    charged = first + 1 + np.minimum(waiting_times(rng, np.full(len(persons), 1 / 90)), 500).astype(np.int64)
    tried = charged + 20 + np.minimum(waiting_times(rng, np.full(len(persons), 1 / 200)), 900).astype(np.int64)
    supported = first + whole_numbers(rng, 0, 120, len(persons))
    ended = tried + 10 + np.minimum(waiting_times(rng, np.full(len(persons), 1 / 120)), 400).astype(np.int64)
    with_support = happens(rng, 0.40, len(persons))
    goes_on = happens(rng, np.where(with_support, 0.66, 0.50), len(persons))
    to_court = goes_on & happens(rng, np.where(with_support, 0.60, 0.45), len(persons))
    convicted = happens(rng, 0.6, len(persons))
    last = (CUTOFF - dt.date(1970, 1, 1)).days
    there = {
        "police": np.ones(len(persons), dtype=bool),
        "prosecutor": goes_on & (charged <= last),
        "court": to_court & (tried <= last),
        "support": with_support,
    }
    days = {"police": first, "prosecutor": charged, "court": tried, "support": supported}
    records: dict[str, tuple[Record, ...]] = {}
    for register in REGISTERS:
        cases = np.flatnonzero(there[register])
        cases = cases[np.argsort(rng.random(len(cases)), kind="stable")]
        written = with_slips(rng, people, persons[cases], days[register][cases], register=register, rate=faults)
        court = register == "court"
        records[register] = tuple(
            Record(
                int(persons[case]),
                int(case),
                int(days[register][case]),
                one,
                ("Condenatoria" if convicted[case] else "Absolutoria") if court and ended[case] <= last else "",
                int(ended[case]) if court and ended[case] <= last else None,
            )
            for case, one in zip(cases, written, strict=True)
        )
    return World(MappingProxyType(records), people)


def write_registers(world: World, folder: str | Path) -> Path:
    """Write the registers as their offices would export them, a linkage file and a mapping; return the linkage file.

    Parameters
    ----------
    world : World
    folder : path
        Made when it is not there.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_registers(registers(50), folder).name
    'linkage.toml'
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for register in REGISTERS:
        with (folder / f"{register}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADERS[register])
            writer.writerows(_row(register, place, one) for place, one in enumerate(world.records[register]))
    (folder / "linked_cases.toml").write_text(_MAPPING, encoding="utf-8")
    (folder / "linkage.toml").write_text(_LINKAGE, encoding="utf-8")
    return folder / "linkage.toml"


def record_id(register: str, place: int) -> str:
    """Return the id that a register gives its row number ``place``; it tells nothing of the ids of other registers."""
    return f"{register[:2].upper()}-{(place * 7919 + 13) % 10_000_019:07d}"


def _row(register: str, place: int, one: Record) -> tuple[str, ...]:
    written = one.written
    number, day, end = record_id(register, place), _text(one.day), _text(one.result_day)
    who = (written.sex, written.place)
    if register == "police":
        return (number, written.given, written.first, written.second, written.birth, *who, written.document, day)
    if register == "prosecutor":
        return (number, written.given, written.first, written.second, written.birth, *who, day)
    both = f"{written.first} {written.second}".strip()
    if register == "court":
        return (number, both, written.given, written.birth, *who, day, one.result, end)
    return (number, written.given, both, written.age, written.birth, *who, day, "Abogada")


def _text(day: int | None) -> str:
    return "" if day is None else (dt.date(1970, 1, 1) + dt.timedelta(days=day)).strftime("%d/%m/%Y")


_LINKAGE: Final = """\
# Four simulated registers: no person in them is real.
[linkage]
simulated = true
date_order = "dmy"

[[registers]]                        # the first register is the one whose cases are followed
name = "police"
file = "police.csv"
id = "Caso"
given_names = "Nombres"
first_surname = "Paterno"
second_surname = "Materno"
birth_date = "Fecha de nacimiento"
sex = "Sexo"
place = "Municipio"
document = "CI"                      # compared where two registers have it; never part of case data
date = "Denuncia"

[[registers]]
name = "prosecutor"
file = "prosecutor.csv"
id = "CUD"
given_names = "Nombres"
first_surname = "Primer apellido"
second_surname = "Segundo apellido"
birth_date = "F. nacimiento"
sex = "Sexo"
place = "Municipio"
date = "Imputación"

[[registers]]
name = "court"
file = "court.csv"
id = "NUREJ"
given_names = "Nombres"
surnames = "Apellidos"               # both in one cell
birth_date = "Nacimiento"
sex = "Sexo"
place = "Municipio"
date = "Auto de apertura"
keep = ["Resultado", "Sentencia"]    # what may go into case data beside day, sex and place

[[registers]]
name = "support"
file = "support.csv"
id = "Ficha"
given_names = "Nombre"
surnames = "Apellidos"
birth_date = "Nacimiento"
age = "Edad"                         # used where the date of birth is blank
sex = "Sexo"
place = "Municipio"
date = "Desde"
keep = ["Actor"]
"""

_MAPPING: Final = f"""\
# The linked registers as stage tables: each file carries the column "linked_case" once the registers are linked.
[data]
kind = "stages"
date_order = "dmy"
simulated = true
faults = "count"

[cases]
unit = "case"
id = "linked_case"
procedure = "bolivia"
cutoff = {CUTOFF.isoformat()}

[[stages]]
file = "police"
state = "complaint"
date = "Denuncia"

[[stages]]
file = "prosecutor"
state = "charged"
date = "Imputación"

[[stages]]
file = "court"
state = "trial"
date = "Auto de apertura"

[stages.outcome]
column = "Resultado"
date = "Sentencia"
labels = {{ "Condenatoria" = "convicted", "Absolutoria" = "acquitted" }}

[support]
file = "support"
id = "linked_case"
actor = {{ column = "Actor", labels = {{ "Abogada" = "lawyer" }} }}
start = "Desde"
"""
