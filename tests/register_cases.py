"""Registers for tests of linkage: a small simulated world, and hand-made ones whose links are known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from justice_metrics.base.provenance import Provenance
from justice_metrics.cases.linkage.compare import Pairs
from justice_metrics.cases.linkage.linked import LinkedRegisters
from justice_metrics.cases.linkage.plan import LinkagePlan, read_plan
from justice_metrics.cases.linkage.prepare import prepare

# Personal words that may stand in no result, message, log or figure.
NAMES = ("Quispe", "Mamani", "Rosario", "Nuñez")

POLICE = [
    ("P1", "María", "Quispe", "Mamani", "2004-05-03", "2016-01-10"),
    ("P2", "María", "Quispe", "Mamani", "2004-05-03", "2018-03-01"),
    ("P3", "Rosario", "Nuñez", None, "2001-01-01", "2016-02-01"),
    ("P4", "Juana", "Flores", "Rojas", None, "2017-06-30"),
]
COURT = [
    ("C1", "Ma.", "Quispe", "Mamani", "2004-03-05", "2017-01-10"),
    ("C2", "MARIA", "QUISPE", "MAMANI", "2004-05-03", "2019-05-05"),
    ("C3", "Charo", "Nunez", "Condori", "2001-07-09", None),
    ("C4", "Elena", "Vargas", "Poma", "1999-09-09", "2018-01-01"),
]
COLUMNS = ("id", "given", "first", "second", "born", "day")


def plan(*, simulated: bool = True) -> LinkagePlan:
    """Return a linkage file for two registers in memory."""
    part = {
        "id": "id",
        "given_names": "given",
        "first_surname": "first",
        "second_surname": "second",
        "birth_date": "born",
        "date": "day",
    }
    return read_plan(
        {
            "linkage": {"simulated": simulated},
            "registers": [{"name": "police", **part}, {"name": "court", **part}],
        }
    )


def table(rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Return rows as a table of texts."""
    return pa.table({name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate(COLUMNS)})


def by_hand(
    pairs: Sequence[tuple[int, int, float]],
    *,
    police: Sequence[Sequence[Any]] = POLICE,
    court: Sequence[Sequence[Any]] = COURT,
    expected: float | None = None,
) -> LinkedRegisters:
    """Return linked registers with pairs given by hand, as (left row, right row, probability)."""
    held = prepare(plan(), {"police": table(police), "court": table(court)})
    ordered = sorted(pairs)
    probability = np.array([one[2] for one in ordered])
    return LinkedRegisters(
        registers=held,
        pairs=Pairs(
            np.array([one[0] for one in ordered], dtype=np.int64),
            np.array([one[1] for one in ordered], dtype=np.int64),
            probability,
            float(probability.sum()) if expected is None else expected,
        ),
        notes=tuple(note for one in held for note in one.notes),
        provenance=Provenance(source="made", units_in=held[0].n, simulated=True),
    )


# Both records of María in each register, and Rosario, of whom the court has another second surname and date.
PAIRS = [(0, 1, 0.999), (0, 4, 0.93), (0, 5, 0.998), (1, 5, 0.999), (4, 5, 0.91), (2, 6, 0.85), (3, 7, 0.02)]

MAPPING = """
[data]
kind = "stages"
date_order = "ymd"
faults = "count"

[cases]
unit = "case"
id = "linked_case"
procedure = "bolivia"
cutoff = 2021-12-31

[[stages]]
file = "police"
state = "complaint"
date = "day"

[[stages]]
file = "court"
state = "trial"
date = "day"
"""


def mapping_file(folder: Path) -> Path:
    """Write the mapping of the hand-made registers."""
    path = folder / "linked_cases.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return path
