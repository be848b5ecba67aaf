"""Questions about support: one reduction, bit for bit, from every engine."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from justice_metrics.measures.support.data import support_data
from justice_metrics.reduce.histories import Histories
from tests.conftest import Engine
from tests.made_cases import wide

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

N = 400


def same_frame(frame: pd.DataFrame) -> Any:
    return frame


def reduced(frame: Any = same_frame) -> Histories:
    """Weights, undated spells, several institutions, bases, a milestone, a number and a text."""
    random = np.random.default_rng(8)
    rows: list[dict[str, Any]] = []
    for place in range(N):
        begin, ending = int(random.integers(0, 300)), str(random.choice(["convicted", "rejected", "pending"]))
        rows.append(
            {
                "id": f"u{place}",
                "complaint": begin,
                "accusation": begin + int(random.integers(5, 80)) if random.random() < 0.4 else None,
                "outcome": ending,
                "ended": None if ending == "pending" else begin + int(random.integers(1, 500)),
                "court": str(random.choice(["x", "y", "z"])),
                "age": int(random.integers(5, 18)),
                "weight": float(random.choice([0.5, 1.25, 3.1])),
            }
        )
    spells = [
        (f"u{place}", str(random.choice(["lawyer", "psychologist"])), int(day) if day < 650 else None, None)
        for place, day in zip(random.integers(0, N, 2 * N), random.integers(0, 700, 2 * N), strict=True)
    ]
    cases = wide(rows, frame=frame, support=spells, types={"age": "integer"})
    return support_data(
        cases,
        actors=("lawyer", "psychologist"),
        outcome=("conviction", "rejection"),
        adjust=("court", "age"),
        milestones="accusation",
        strata="court",
        cluster="court",
    ).histories


@cache
def reference() -> Histories:
    return reduced()


def test_histories_are_the_same_bits(engine: Engine) -> None:
    found, known = reduced(engine.frame), reference()
    for name in ("entry", "exit", "code", "pattern", "stratum", "cluster", "n", "weight"):
        np.testing.assert_array_equal(getattr(found, name), getattr(known, name), err_msg=name)
    assert found.days.keys() == known.days.keys()
    for name, days in found.days.items():
        np.testing.assert_array_equal(days, known.days[name], err_msg=name)
    for name, covariate in found.covariates.items():
        assert covariate.levels == known.covariates[name].levels
        np.testing.assert_array_equal(covariate.values, known.covariates[name].values)
    assert (found.strata.levels, found.clusters, found.left_out) == (
        known.strata.levels,
        known.clusters,
        known.left_out,
    )
