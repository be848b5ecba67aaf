"""Counting with nothing but constants to count by: every engine counts the units, not the constants."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import pytest

from justice_metrics.cases.casedata import CaseData
from justice_metrics.reduce.grouped import grouped_counts

FRAME = pd.DataFrame({"id": ["a", "b", "c"], "reported": ["2016-01-05", "2016-02-01", "2016-03-01"]})
MAPPING = {
    "cases": {"id": "id", "unit": "case", "procedure": "bolivia", "cutoff": "2018-04-30"},
    "dates": {"complaint": "reported"},
}


@pytest.mark.parametrize("engine", ["pandas", "polars", "duckdb"], indirect=True)
def test_constants_alone_count_every_unit(engine: Any) -> None:
    cases = CaseData.from_frame(engine.frame(FRAME), MAPPING)
    counted = grouped_counts(cases, keys={"all": nw.lit(0)}, sums={"one": nw.lit(1)})
    assert counted.n.tolist() == [3]
    assert counted.sums["one"].tolist() == [3]
