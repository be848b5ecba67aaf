"""On Spark, counting is one distributed aggregation: rows stay where they are, groups alone come back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import justice_metrics as jm
from justice_metrics.reduce.risk import risk_table_of
from tests.engines.test_durations import differences

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")]

ROWS = 6_000
LAST_DAY = 12
OFFICES = 3
ENDINGS = 3
# what brings data from Spark to this process, and how many rows that were
ACTIONS: dict[str, Callable[[Any], int]] = {
    "toArrow": lambda found: int(found.num_rows),
    "toPandas": len,
    "collect": len,
    "take": len,
    "head": lambda found: len(found) if isinstance(found, list) else 1,
    "tail": len,
    "first": lambda found: 1,
    "count": lambda found: 1,
    "isEmpty": lambda found: 1,
}
FORBIDDEN = ("toLocalIterator", "foreach", "foreachPartition", "cache", "persist", "checkpoint", "localCheckpoint")


class Action(NamedTuple):
    """One trip from Spark to this process."""

    name: str
    plan: str
    rows: int


@pytest.fixture
def actions(spark: Any, monkeypatch: pytest.MonkeyPatch) -> list[Action]:
    """Every trip from here on, with the plan that Spark ran."""
    seen: list[Action] = []
    kind = type(spark.range(1))
    depth = [0]

    def watched(name: str, rows: Callable[[Any], int]) -> Callable[..., Any]:
        original = getattr(kind, name)

        def action(self: Any, *args: Any, **options: Any) -> Any:
            plan = self._jdf.queryExecution().executedPlan().toString()
            depth[0] += 1
            try:
                found = original(self, *args, **options)
            finally:
                depth[0] -= 1
            if not depth[0]:  # one action that calls another is one trip
                seen.append(Action(name, plan, rows(found)))
            return found

        return action

    def refused(name: str) -> Callable[..., Any]:
        def action(self: Any, *args: Any, **options: Any) -> Any:
            raise AssertionError(f"{name} moves rows")

        return action

    for name, rows in ACTIONS.items():
        monkeypatch.setattr(kind, name, watched(name, rows))
    for name in FORBIDDEN:
        monkeypatch.setattr(kind, name, refused(name))
    monkeypatch.setattr(kind, "rdd", property(lambda self: pytest.fail("rdd moves rows")))
    return seen


@pytest.fixture(scope="module")
def cases() -> pd.DataFrame:
    random = np.random.default_rng(3)
    days = random.integers(1, LAST_DAY + 1, ROWS)
    return pd.DataFrame(
        {
            "days": days.astype(np.int32),
            "ending": random.integers(0, ENDINGS + 1, ROWS).astype(np.int32),
            "office": np.array(["La Paz", "Oruro", "Tarija"])[random.integers(0, OFFICES, ROWS)],
            "entry": np.where(random.random(ROWS) < 0.3, days - random.integers(1, 4, ROWS), -1).astype(np.int32),
        }
    )


@pytest.fixture
def stored(spark: Any, cases: pd.DataFrame, tmp_path: Path) -> Any:
    """The cases as a Spark frame over a folder of four files."""
    for number in range(4):
        piece = cases.iloc[number::4].reset_index(drop=True)
        pq.write_table(pa.Table.from_pandas(piece, preserve_index=False), tmp_path / f"part-{number}.parquet")
    return spark.read.parquet(str(tmp_path))


def scans(plan: str) -> int:
    return plan.count("FileScan parquet")


def distributed_aggregation(action: Action) -> bool:
    """Whether each part of the data was counted where it lies, and only the counts were brought together."""
    parts = [line for line in action.plan.splitlines() if "HashAggregate" in line]
    first_counted = [line for line in parts if "partial_" in line]
    return scans(action.plan) == 1 and len(parts) == 2 and len(first_counted) == 1 and "Exchange" in action.plan


@pytest.mark.parametrize("entry", [None, "entry"])
def test_one_aggregation_over_one_scan(
    stored: Any, cases: pd.DataFrame, actions: list[Action], entry: str | None
) -> None:
    times = jm.durations(stored, days="days", ending="ending", entry=entry)
    # making the table looks at totals alone: which endings there are, and how many rows
    assert all(distributed_aggregation(one) for one in actions)
    assert max(one.rows for one in actions) <= ENDINGS + 1
    actions.clear()
    table = risk_table_of(times, by=("office",))
    (only,) = actions
    assert distributed_aggregation(only)
    groups = len(cases.groupby(["office", "ending", "days", *([entry] if entry else [])]))
    assert only.rows == groups < ROWS / 5
    assert (
        differences(
            table, risk_table_of(jm.durations(cases, days="days", ending="ending", entry=entry), by=("office",))
        )
        == []
    )


def test_only_the_needed_columns_are_read(stored: Any, actions: list[Action]) -> None:
    times = jm.durations(stored, days="days", ending="ending")
    actions.clear()
    risk_table_of(times)
    (read,) = [line for line in actions[0].plan.splitlines() if "FileScan parquet" in line]
    assert "days" in read
    assert "ending" in read
    assert "office" not in read
    assert "entry" not in read


def test_a_question_is_one_trip(stored: Any, cases: pd.DataFrame, actions: list[Action]) -> None:
    times = jm.durations(stored, days="days", ending="ending")
    actions.clear()
    answer = jm.cumulative_incidence(times, by="office")
    assert [distributed_aggregation(one) for one in actions] == [True]
    local = jm.cumulative_incidence(jm.durations(cases, days="days", ending="ending"), by="office")
    for column, values in local.main.values.items():
        assert np.array_equal(values, answer.main.values[column], equal_nan=values.dtype.kind == "f")
