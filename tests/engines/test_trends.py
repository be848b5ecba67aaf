"""Cohorts and arrivals by day: the same from every engine."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from justice_metrics.cases.casedata import CaseData
from justice_metrics.measures.series.official_tables import official_tables
from justice_metrics.measures.series.trends import trends
from tests.conftest import Engine
from tests.made_cases import wide

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

ASKED: tuple[dict[str, Any], ...] = (
    {"outcome": "rejection", "within_days": 90, "period": "half_year", "by": "court"},
    {"outcome": "conviction", "start": "charge", "within_days": 200, "period": "year"},
    {"quantity": "new", "period": "year", "by": "court"},
    {"quantity": "rejection", "period": "quarter"},
)


def same(frame: pd.DataFrame) -> Any:
    return frame


def cases(frame: Any = same) -> CaseData:
    random = np.random.default_rng(7)
    rows = []
    for place in range(80):
        begin = None if random.random() < 0.05 else int(random.integers(0, 700))
        ending = str(random.choice(["rejected", "convicted", "pending"]))
        length = int(random.integers(-5, 300))
        ended = None if ending == "pending" or begin is None or random.random() < 0.1 else begin + length
        rows.append(
            {
                "id": f"u{place:02d}",
                "complaint": begin,
                "charged": None if begin is None or random.random() < 0.5 else begin + 3,
                "outcome": ending,
                "ended": ended,
                "court": str(random.choice(["one", "two"])),
                "offence": str(random.choice(["Violación", "Abuso sexual", "Hurto"])),
            }
        )
    return wide(rows, cutoff=1100, frame=frame)


@cache
def reference() -> CaseData:
    return cases()


def test_answers_are_the_same_bits(engine: Engine) -> None:
    found, known = cases(engine.frame), reference()
    # each question is a count of its own, and Spark takes seconds for the smallest
    for asked in ASKED[1:2] if engine.name == "pyspark" else ASKED:
        one, two = trends(found, **asked), trends(known, **asked)
        for name, column in two.main.values.items():
            np.testing.assert_array_equal(one.main[name], column, err_msg=name)
        assert [(str(a.reason), a.n) for a in one.provenance.left_out] == [
            (str(b.reason), b.n) for b in two.provenance.left_out
        ]
    if engine.name == "pyspark":
        return
    one, two = official_tables(found), official_tables(known)
    np.testing.assert_array_equal(one.main["value"], two.main["value"])
