"""Visits of states, where the cases are and how long stages last: one answer in every engine, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.result import Result
from justice_metrics.cases.casedata import CaseData
from tests.engines.test_same_bits import EVENTS, Frame, cohort, differences, same
from tests.made_cases import frame_of, log, wide_mapping

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

# Several states on one day, a slip after an ending, a verdict annulled, an entry in the middle, weights of all kinds.
ROWS = [
    {
        "id": f"{i}",
        "complaint": i % 9,
        "charged": 20 + 3 * i if i % 4 else None,
        "accusation": 20 + 3 * i + i % 3 if i % 4 > 1 else None,
        "outcome": ("convicted", "rejected", "withdrawn", "pending")[i % 4],
        "ended": (150 + i, 60 + i, 15, None)[i % 4],
        "sex": ("f", "m", None)[i % 3],
        "court": f"{i % 7}",
        "entry": 30 if i % 5 == 0 else None,
        "weight": round(1 + (i * 37 % 101) / 30, 3),
        "frequency": 1 + i % 3,
    }
    for i in range(160)
]


# The endings that occur; every ending that the procedure knows would be planned for, which takes Spark a minute.
LABELS = {one: one for one in ("convicted", "rejected", "withdrawn", "pending")}


def of_rows(frame: Frame) -> CaseData:
    table = frame_of(ROWS)
    return CaseData.from_frame(frame(table), wide_mapping(list(table.columns), cutoff=500, labels=LABELS))


def from_rows(frame: Frame) -> dict[str, Result]:
    cases = of_rows(frame)
    return {
        "by group": jm.stage_occupancy(cases, by="sex", days=(90, 200)),
        "clustered": jm.stage_occupancy(cases, days=(90,), variance="infinitesimal_jackknife", cluster="court"),
    }


def from_rows_linked(frame: Frame) -> dict[str, Result]:
    cases = of_rows(frame)
    return {
        "robust": jm.stage_occupancy(cases, days=(90, 200), variance="infinitesimal_jackknife"),
        "durations": jm.stage_durations(cases, by="sex"),
    }


def from_log(frame: Frame) -> dict[str, Result]:
    cases = log(EVENTS, frame=frame)
    return {
        "occupancy": jm.stage_occupancy(cases, days=(60, 365)),
        "robust": jm.stage_occupancy(cases, days=(60, 365), variance="infinitesimal_jackknife"),
        "durations": jm.stage_durations(cases, start="charge"),
    }


def from_cohort(frame: Frame) -> dict[str, Result]:
    cases, _, mapping = cohort()
    mapping = {name: part for name, part in mapping.items() if name != "support"}
    made = CaseData.from_frame(frame(cases), mapping)
    return {"durations": jm.stage_durations(made, by="department")}


MADE = {"rows": from_rows, "log": from_log, "cohort": from_cohort}
LINKED = {"linked rows": from_rows_linked}


@pytest.fixture(scope="module")
def reference() -> Callable[[str], dict[str, Result]]:
    """What pandas answers, asked once per shape."""
    return cache(lambda shape: (MADE | LINKED)[shape](same))


@pytest.mark.parametrize("shape", MADE)
def test_same_bits(shape: str, engine: Any, reference: Callable[[str], dict[str, Result]]) -> None:
    answers = MADE[shape](engine.frame)
    assert differences(reference(shape), answers) == []
    assert all(len(answer.main) > 1 for answer in answers.values())


# Spark is asked the same of an event log above; of these rows it would cost half a minute of planning more.
@pytest.mark.parametrize("engine", ["pandas", "polars", "duckdb"], indirect=True)
def test_same_bits_of_linked_visits(engine: Any, reference: Callable[[str], dict[str, Result]]) -> None:
    assert differences(reference("linked rows"), from_rows_linked(engine.frame)) == []


def test_rows_of_any_order_give_the_same_bits(reference: Callable[[str], dict[str, Result]]) -> None:
    mixed = pd.DataFrame(frame_of(ROWS)).sample(frac=1, random_state=3)
    assert differences(reference("rows"), from_rows(lambda _: mixed)) == []
    assert differences(reference("linked rows"), from_rows_linked(lambda _: mixed)) == []
