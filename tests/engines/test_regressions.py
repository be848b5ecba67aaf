"""Regressions: one answer, bit for bit, from every engine and from memory."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.result import Result
from tests.conftest import Engine
from tests.made_cases import wide

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

N = 600


def times() -> pd.DataFrame:
    """Whole numbers, texts, fractions and gaps; both kinds of weight; clusters; late entry."""
    random = np.random.default_rng(5)
    days = random.integers(1, 90, N)
    return pd.DataFrame(
        {
            "days": days,
            "ending": random.choice(["pending", "verdict", "rejection"], N),
            "entry": np.where(random.random(N) < 0.2, days - random.integers(0, 20, N), -1),
            "town": pd.Series(random.choice(["La Paz", "Oruro", "Beni"], N)).where(random.random(N) > 0.1, None),
            "girl": random.integers(0, 2, N),
            "age": pd.Series(random.integers(5, 18, N), dtype="float64").where(random.random(N) > 0.1, np.nan),
            "score": random.choice([0.25, 0.5, 1.75], N),
            "copies": random.integers(1, 3, N),
            "weight": random.choice([0.5, 1.25, 3.0], N),
        }
    )


def same_frame(frame: pd.DataFrame) -> Any:
    return frame


def asked(frame: Any) -> dict[str, Result]:
    whole: dict[str, Any] = {"days": "days", "ending": "ending", "entry": "entry"}
    plain = jm.durations(frame, **whole)
    weighted = jm.durations(frame, **whole, weight="weight", cluster="town")
    repeated = jm.durations(frame, **whole, frequency="copies")
    return {
        "cox": jm.cox_regression(plain, formula="age*girl + town + score", outcome="verdict"),
        "strata": jm.cox_regression(repeated, formula="bs(age, df=4) + C(girl)", outcome="verdict", strata="town"),
        "weighted": jm.cox_regression(weighted, formula="girl + score", outcome="rejection"),
        "every ending": jm.cause_specific_regression(plain, formula="girl + town", horizon_days=(20, 60)),
        "share": jm.subdistribution_regression(plain, formula="girl + town", outcome=None, horizon_days=(20, 60)),
    }


def supported(frame: Any = same_frame) -> dict[str, Result]:
    random = np.random.default_rng(6)
    rows = [
        {
            "id": f"u{place}",
            "complaint": int(random.integers(0, 300)),
            "outcome": str(random.choice(["convicted", "rejected", "pending"])),
            "ended": None,
            "department": str(random.choice(["La Paz", "Oruro"])),
        }
        for place in range(200)
    ]
    for row in rows:
        if row["outcome"] != "pending":
            row["ended"] = int(row["complaint"]) + int(random.integers(1, 500))
    spells = [(f"u{place}", "lawyer", int(random.integers(0, 700)), None) for place in range(0, 200, 2)]
    cases = wide(rows, frame=frame, support=spells)
    return {
        "support": jm.cox_regression(
            cases, formula="department + lawyer", outcome="conviction", time_varying="lawyer", robust=True
        )
    }


@cache
def reference() -> dict[str, Result]:
    """What pandas answers, asked once."""
    return asked(times()) | supported()


def differences(one: dict[str, Result], other: dict[str, Result]) -> list[str]:
    found = []
    for name, result in one.items():
        twin = other[name]
        if list(result.tables) != list(twin.tables) or result.summary("es") != twin.summary("es"):
            found.append(f"{name}: tables or words")
            continue
        for table, columns in result.tables.items():
            for column, values in columns.values.items():
                held = twin.tables[table].values[column]
                if not np.array_equal(values, held, equal_nan=values.dtype.kind == "f"):
                    found.append(f"{name}: {table}.{column}")
    return found


def test_same_bits(engine: Engine) -> None:
    found = asked(engine.frame(times()))
    assert differences({name: reference()[name] for name in found}, found) == []


def test_same_bits_with_support_that_begins_later(engine: Engine) -> None:
    found = supported(engine.frame)
    assert differences({name: reference()[name] for name in found}, found) == []
