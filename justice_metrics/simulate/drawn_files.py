"""A sample of the simulated register: its frame of courts, the files that were drawn, and what became of each."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ..base.types import Counts, Flags
from ..cases.sampling_list import DRAWN_COLUMNS
from ..estimate.selection import inclusion_probabilities, systematic
from .draws import generator, happens, some_of
from .register import OUTCOMES, Table

DRAW_SEED: Final = 2_018_05
FATE_SEED: Final = 2_018_06
COURTS_DRAWN: Final = {"La Paz": 9, "Santa Cruz": 5, "Cochabamba": 4, "Chuquisaca": 3}
FILES_PER_COURT: Final = 17

# What becomes of a file that is looked for. Files of rejected complaints lie in cellars, and more of them are lost.
LOST_REJECTED: Final = 0.10
LOST_OTHERS: Final = 0.04
SEALED: Final = 0.03
NOT_ELIGIBLE: Final = 0.02
NOT_CODED: Final = 0.01

FRAME_COLUMNS: Final = ("stratum", "cluster", "files")


class Drawn(NamedTuple):
    """The sample.

    Attributes
    ----------
    frame : Table
        One row per court, with the number of its files.
    log : Table
        One row per file that was drawn.
    place : Counts
        Which row of the register each drawn file is; shape (drawn,).
    """

    frame: Table
    log: Table
    place: Counts

    @property
    def coded(self) -> Counts:
        """Which rows of the register were coded; shape (coded,)."""
        return self.place[[status == "coded" for status in self.log["status"]]]


def fates(cases: Table) -> list[str]:
    """Return what becomes of each file of the register if it is drawn, in the words of a sampling log."""
    rng = generator(FATE_SEED)
    n = len(cases["numero_caso"])
    out_of_scope = happens(rng, NOT_ELIGIBLE, n)
    rejected = np.array([how == OUTCOMES["rejected"] for how in cases["forma_conclusion"]])
    lost = happens(rng, np.where(rejected, LOST_REJECTED, LOST_OTHERS), n)
    sealed, left = happens(rng, SEALED, n), happens(rng, NOT_CODED, n)
    words = np.select([lost, sealed, out_of_scope, left], ["lost", "sealed", "not_eligible", "eligible"], "coded")
    return [str(word) for word in words]


def in_scope(cases: Table) -> Flags:
    """Return which files of the register belong to the study, found or not."""
    return ~happens(generator(FATE_SEED), NOT_ELIGIBLE, len(cases["numero_caso"]))


def drawn_files(cases: Table) -> Drawn:
    """Draw courts with probability proportional to their files, department by department, then files of each.

    From each court that is drawn as many files are taken as from the others, all if there are fewer. So every file of
    a department has the same chance, but for those of small courts.

    Examples
    --------
    >>> from justice_metrics.simulate.extracts import COHORT, draw
    >>> sample = drawn_files(draw(COHORT).cases)
    >>> len(sample.frame["cluster"]), len(set(sample.log["cluster"]))
    (40, 21)
    """
    rng = generator(DRAW_SEED)
    department, court = np.array(cases["departamento"]), np.array(cases["juzgado"])
    fate = fates(cases)
    frame: Table = {name: [] for name in FRAME_COLUMNS}
    log: Table = {name: [] for name in DRAWN_COLUMNS}
    place: list[int] = []
    for stratum, wanted in COURTS_DRAWN.items():
        here = np.unique(court[department == stratum])
        lists = [np.flatnonzero(court == one) for one in here]
        sizes = np.array([one.size for one in lists])
        frame["stratum"] += [stratum] * here.size
        frame["cluster"] += here.tolist()
        frame["files"] += sizes.tolist()
        chance = inclusion_probabilities(sizes, wanted)
        for one in np.flatnonzero(systematic(chance, float(rng.random(1)[0]))):
            taken = np.sort(some_of(rng, np.arange(sizes[one]), min(FILES_PER_COURT, int(sizes[one]))))
            within = taken.size / int(sizes[one])
            for position in taken.tolist():
                row = int(lists[one][position])
                place.append(row)
                values = (
                    len(place), stratum, str(here[one]), position + 1, cases["numero_caso"][row], here.size,
                    int(sizes[one]), float(chance[one]), within, 1 / (float(chance[one]) * within), fate[row],
                )  # fmt: skip
                for name, value in zip(DRAWN_COLUMNS, values, strict=True):
                    log[name].append(value)
    return Drawn(frame, log, np.array(place, dtype=np.int64))
