"""Counts and answers written by tests/reference/make_curves.R, for the tests of curves, means and tests."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from justice_metrics.base.types import Counts, Days, Floats
from justice_metrics.estimate.risk import at_risk

REFERENCE = Path(__file__).parents[1] / "reference"


class Table(NamedTuple):
    """Counts of one data set: strata, groups, endings, days."""

    groups: list[str]
    days: Days  # (T,)
    events: Counts  # (B, G, K, T)
    risk: Counts  # (B, G, T)

    @property
    def pooled(self) -> tuple[Counts, Counts]:
        """Events (G, K, T) and risk sets (G, T) without the strata."""
        return self.events.sum(axis=0), self.risk.sum(axis=0)

    @property
    def together(self) -> tuple[Counts, Counts]:
        """Endings of any kind (G, T) and risk sets (G, T)."""
        return self.events.sum(axis=(0, 2)), self.risk.sum(axis=0)


def answers(name: str, **wanted: str) -> list[dict[str, str]]:
    """Rows of R's answer that match."""
    with (REFERENCE / f"curves_{name}.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if all(row[key] == word for key, word in wanted.items())]
    assert rows, f"no reference rows in {name} for {wanted}"
    return rows


@cache
def _by_data() -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in answers("counts"):
        found.setdefault(row["data"], []).append(row)
    return found


def data_sets() -> list[str]:
    """Every data set of the reference."""
    return list(_by_data())


@cache
def table(name: str) -> Table:
    """Counts of one data set."""
    rows = _by_data()[name]
    groups, strata = (sorted({row[axis] for row in rows}) for axis in ("group", "stratum"))
    days = sorted({int(row["day"]) for row in rows})
    causes = sorted({row["what"] for row in rows if row["what"].startswith("ended_")})
    kinds = [*causes, "censored", "entered"]
    cells = np.zeros((len(strata), len(groups), len(kinds), len(days)), dtype=np.int64)
    for row in rows:
        place = strata.index(row["stratum"]), groups.index(row["group"]), kinds.index(row["what"])
        cells[(*place, days.index(int(row["day"])))] = int(row["n"])
    events = cells[:, :, :-2]
    return Table(groups, np.array(days, np.int32), events, at_risk(events, cells[:, :, -2], cells[:, :, -1]))


def equal(ours: Floats | float, theirs: str, digits: int = 8) -> bool:
    """Whether a number equals R's to so many significant digits; where R has none, anything goes."""
    return not theirs or bool(np.isclose(float(ours), float(theirs), rtol=0.5 * 10.0 ** (1 - digits), atol=1e-13))
