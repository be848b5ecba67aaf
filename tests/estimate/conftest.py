"""Counts and answers written by tests/reference/make_references.R."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from justice_metrics.base.types import Days, Floats
from justice_metrics.estimate.risk import Tallies, at_risk

REFERENCE = Path(__file__).parents[1] / "reference"


class CountTable(NamedTuple):
    groups: list[str]
    days: Days  # (T,)
    events: Tallies  # (G, K, T)
    censored: Tallies  # (G, T)
    entered: Tallies  # (G, T)

    @property
    def at_risk(self) -> Tallies:
        return at_risk(self.events, self.censored, self.entered)


def read_rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="session")
def counts() -> Callable[[str], CountTable]:
    """counts("mgus2"): the reduced table on which R's answers rest."""

    def load(name: str) -> CountTable:
        rows = read_rows(f"counts_{name}")
        groups = list(dict.fromkeys(row["group"] for row in rows))
        days = sorted({int(row["day"]) for row in rows})
        causes = [column for column in rows[0] if column.startswith("ended_")]
        kind = np.int64 if all(float(row[c]).is_integer() for row in rows for c in causes) else np.float64
        cells = np.zeros((len(groups), len(causes) + 2, len(days)), dtype=kind)
        for row in rows:
            where = groups.index(row["group"]), slice(None), days.index(int(row["day"]))
            cells[where] = [kind(float(row[column])) for column in (*causes, "censored", "entered")]
        return CountTable(groups, np.array(days, dtype=np.int32), cells[:, :-2], cells[:, -2], cells[:, -1])

    return load


@pytest.fixture(scope="session")
def expected() -> Callable[..., list[dict[str, str]]]:
    """expected("survival", data="mgus2", limits="log"): the rows of R's answer that match."""

    def load(name: str, **wanted: str) -> list[dict[str, str]]:
        rows = [row for row in read_rows(f"expected_{name}") if all(row[key] == word for key, word in wanted.items())]
        assert rows, f"no reference rows in {name} for {wanted}"
        return rows

    return load


@pytest.fixture(scope="session")
def agrees() -> Callable[[Floats | float, str], bool]:
    """Whether a number equals R's to 8 significant digits; where R has none, anything goes."""

    def compare(ours: Floats | float, theirs: str) -> bool:
        return not theirs or bool(np.isclose(float(ours), float(theirs), rtol=5e-9, atol=1e-13))

    return compare


@pytest.fixture(scope="session")
def tally() -> Callable[..., CountTable]:
    """tally([(entry, exit, cause), ...], last_day=9): rows of one group counted per day from 0; cause 0 is censored."""

    def count(rows: list[tuple[int, int, int]], *, last_day: int, causes: int = 2) -> CountTable:
        days = np.arange(last_day + 1, dtype=np.int32)
        cells = np.zeros((1, causes + 2, len(days)), dtype=np.int64)
        for entry, leaving, cause in rows:
            cells[0, cause - 1 if cause else causes, leaving] += 1
            if entry >= 0:
                cells[0, causes + 1, entry] += 1
        return CountTable(["all"], days, cells[:, :causes], cells[:, causes], cells[:, causes + 1])

    return count
