"""Files as an office keeps them in its database: dates as texts, numbers with gaps, flags, codes for missing."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import CaseDataError
from justice_metrics.cases.casedata import CaseData
from tests.made_cases import milestones

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

FRAME = pd.DataFrame(
    {
        "id": [10, 11, 12],
        "iso": ["2015-03-01", "2016-02-29", "2016-12-31"],
        "day_first": ["14/03/2015", None, "S/D"],
        "stamp": pd.to_datetime(["2015-04-01", None, "2017-01-01"]),
        "how": ["Condena", "EN TRÁMITE", None],
        "age": [7.0, None, 12.0],
        "followed": [True, False, None],
        "mixed": ["2015-03-01", "29/02/2016", None],
    }
)
MAPPING: dict[str, Any] = {
    "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
    "dates": {"complaint": "iso", "charged": "day_first", "accusation": "stamp"},
    "outcome": {"column": "how", "labels": {"Condena": "convicted", "En trámite": "pending"}},
    "attributes": {
        "age_at_fact": {"column": "age", "bands": [0, 6, 12]},
        "years": {"column": "age", "type": "integer"},
        "engaged": "followed",
    },
    "missing": {"S/D": "not_available"},
}


def test_one_typing_in_every_engine(engine: Any) -> None:
    cases = CaseData.from_frame(engine.frame(FRAME), MAPPING)
    rows = milestones(cases)
    assert {unit: tuple(row[f"first__{one}"] for one in ("complaint", "charged", "accusation"))
            for unit, row in rows.items()} == {
        "10": (16_495, 16_508, 16_526), "11": (16_860, None, None), "12": (17_166, None, 17_167),
    }  # fmt: skip
    assert {unit: (row["outcome"], row["age_at_fact"], row["years"], row["engaged"])
            for unit, row in rows.items()} == {
        "10": ("convicted", "6-11", 7, "true"), "11": (None, None, None, "false"), "12": (None, "12+", 12, None),
    }  # fmt: skip
    main = jm.outcome_shares(cases, by="years").main
    assert list(dict.fromkeys(main["years"].tolist())) == ["7", "12", "not_recorded"]
    library = {"pandas": "pandas", "polars": "polars"}.get(engine.name, "pyarrow")
    assert type(jm.outcome_shares(cases).to_frame()).__module__.startswith(library)


def test_texts_of_several_forms_need_an_engine_that_reads_them(engine: Any) -> None:
    mapping = {**MAPPING, "dates": {"complaint": "mixed"}}
    if engine.name in ("duckdb", "pyspark"):
        with pytest.raises(CaseDataError, match="texts of several forms") as error:
            CaseData.from_frame(engine.frame(FRAME), mapping)
        assert "Turn the column into dates in the database first" in str(error.value)
        return
    rows = milestones(CaseData.from_frame(engine.frame(FRAME), mapping))
    assert {unit: row["first__complaint"] for unit, row in rows.items()} == {"10": 16_495, "11": 16_860, "12": None}
