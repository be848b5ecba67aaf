"""The sets of the sample: a registered cohort, its dirty copy, its closed tribunal files, a national extract."""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

import numpy as np

from ..cases.calendar import day_number
from . import attention, enforcement
from .bolivia import TRUE_EFFECT, bolivian_world, cases_of
from .draws import generator, whole_numbers
from .faults import dirty_rows, rows_of, table_of
from .places import Court, courts
from .register import PENDING, Table, register_table, rows_where, sprinkle_missing, support_table
from .run import Run
from .victims import Victims, draw_victims
from .world import simulate

CHILD_HEADINGS: Final[dict[str, dict[str, str]]] = {
    "hearings": attention.HEARING_HEADINGS,
    "measures": attention.MEASURE_HEADINGS,
    "statements": attention.STATEMENT_HEADINGS,
    "detention": enforcement.DETENTION_HEADINGS,
    "sentences": enforcement.SENTENCE_HEADINGS,
    "warrants": enforcement.WARRANT_HEADINGS,
    "reparation": enforcement.REPARATION_HEADINGS,
}


class Design(NamedTuple):
    """What is chosen for one set: size, seed, period of the complaints, cut-off, share of each department."""

    n: int
    seed: int
    first: dt.date
    last: dt.date
    cutoff: dt.date
    departments: dict[str, float]
    missing_marks: dict[str, float]


class Extract(NamedTuple):
    """One simulated set: the run behind it, and the two tables that an office would hand over."""

    run: Run
    victims: Victims
    cases: Table
    support: Table


COHORT: Final = Design(
    n=1200,
    seed=394,  # of the first 400, the one whose shares come nearest to the published ones
    first=dt.date(2014, 1, 1),
    last=dt.date(2017, 12, 31),
    cutoff=dt.date(2018, 4, 30),
    departments={"La Paz": 0.56, "Santa Cruz": 0.20, "Cochabamba": 0.16, "Chuquisaca": 0.08},
    missing_marks={"S/D": 0.7, "Sin dato": 0.2, "s/d": 0.1},
)
NATIONAL: Final = Design(
    n=20_000,
    seed=20_000,
    first=dt.date(2012, 1, 1),
    last=dt.date(2019, 12, 31),
    cutoff=dt.date(2021, 12, 31),
    departments={
        "La Paz": 0.26,
        "Santa Cruz": 0.32,
        "Cochabamba": 0.16,
        "Chuquisaca": 0.06,
        "Oruro": 0.05,
        "Potosí": 0.055,
        "Tarija": 0.05,
        "Beni": 0.03,
        "Pando": 0.015,
    },
    missing_marks={"": 1.0},
)
DIRTY_SEED: Final = 1900


def draw(design: Design, *, true_effect: float = TRUE_EFFECT) -> Extract:
    """Simulate one set; ``true_effect`` is that of the three actors, and 1 is none.

    Examples
    --------
    >>> len(draw(COHORT).cases["numero_caso"])
    1200
    """
    rng = generator(design.seed)
    seats: tuple[Court, ...] = courts(tuple(design.departments))
    victims = draw_victims(rng, design.n, seats, design.departments)
    first, last, cutoff = (day_number(date) for date in (design.first, design.last, design.cutoff))
    complaint = np.sort(whole_numbers(rng, first, last, design.n)).astype(np.int32)
    cases = cases_of(rng, victims, seats, complaint, np.full(design.n, cutoff, dtype=np.int32))
    run = simulate(bolivian_world().with_effect(true_effect), cases, rng)
    table = register_table(rng, run, victims, seats)
    support = support_table(rng, run, table["numero_caso"], cutoff)
    sprinkle_missing(rng, table, design.missing_marks)
    return Extract(run, victims, table, support)


def child_tables(cases: Table, cutoff: dt.date) -> dict[str, Table]:
    """Draw the tables that hang on the cases, by the names of their sections; the cases stay as they are."""
    day = day_number(cutoff)
    return {
        "hearings": attention.hearings_table(cases, day),
        "measures": attention.measures_table(cases, day),
        "statements": attention.statements_table(cases, day),
        "detention": enforcement.detention_table(cases, day),
        "sentences": enforcement.sentences_table(cases, day),
        "warrants": enforcement.warrants_table(cases, day),
        "reparation": enforcement.reparation_table(cases, day),
    }


def closed_tribunal_files(cohort: Extract) -> tuple[Table, Table]:
    """Draw from the cohort what the study of 2018 could draw: files that reached a tribunal and are closed.

    Reached means that the trial court opened the trial; closed means a first verdict or another conclusion by the
    cut-off. Cases still open, and all that ended before, are not there.
    """
    keep = [
        opened is not None and how != PENDING
        for opened, how in zip(cohort.cases["fecha_apertura_juicio"], cohort.cases["forma_conclusion"], strict=True)
    ]
    cases = rows_where(cohort.cases, keep)
    there = set(cases["numero_caso"])
    return cases, rows_where(cohort.support, [number in there for number in cohort.support["numero_caso"]])


def dirty_copy(cohort: Extract) -> Table:
    """Return the cohort's register with every fault of ``faults.PLANTED``."""
    return table_of(dirty_rows(generator(DIRTY_SEED), rows_of(cohort.cases)))
