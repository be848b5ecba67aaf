"""Curves, means and tests with weights and clusters: one answer, bit for bit, whatever engine the times lie in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.result import Result
from tests.conftest import Engine

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

N = 400


def table() -> pd.DataFrame:
    random = np.random.default_rng(11)
    days = random.integers(1, 40, N)
    return pd.DataFrame(
        {
            "days": days,
            "end": random.integers(0, 3, N),
            "office": random.choice(["north", "south", "east"], N),
            "court": random.choice(["court 1", "court 2", "court 3", "court 10", "court 11"], N),
            "since": np.where(random.random(N) < 0.2, days - random.integers(1, 30, N), -1),
            "weight": np.round(1 + random.random(N) * 2, 2),
        }
    )


def asked(frame: Any, **design: str) -> list[Result]:
    times = jm.durations(frame, days="days", ending="end", entry="since", by=("office", "court"), **design)
    return [
        jm.open_share(times, by="office"),
        jm.cumulative_incidence(times, by="office", given_days=5),
        jm.time_to(times, outcome="1", by="office"),
        jm.restricted_means(times, by="office", horizon_days=20),
        jm.curve_tests(times, by="office", strata="court", test="g-rho", rho=1.0),
        jm.landmark_curves(times, landmark_days=(0, 10), outcome="2"),
    ]


@pytest.mark.parametrize("design", [{}, {"weight": "weight", "cluster": "court"}])
def test_same_bits(engine: Engine, design: dict[str, str]) -> None:
    for one, other in zip(asked(table(), **design), asked(engine.frame(table()), **design), strict=True):
        assert list(one.tables) == list(other.tables)
        for name, columns in one.tables.items():
            for column, values in columns.values.items():
                held = other.tables[name].values[column]
                assert values.dtype == held.dtype
                assert np.array_equal(values, held, equal_nan=values.dtype.kind == "f"), (one.question, name, column)
        assert one.summary("es") == other.summary("es")
