"""Child tables: hearings, protection measures, statements and the like, taken in from frames and files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import CaseDataError, MappingError, QuestionError
from justice_metrics.base.settings import SettingsError
from justice_metrics.cases.casedata import CHILD_WORDS, CaseData
from justice_metrics.cases.mapping import CaseMapping
from justice_metrics.cases.mapping_children import CHILD_COLUMNS
from tests.conftest import Engine

DAY0 = dt.date(2016, 1, 1)
EPOCH = (DAY0 - dt.date(1970, 1, 1)).days
CASES = pd.DataFrame({"id": ["a", "b", "c"], "reported": [DAY0] * 3, "fact": [dt.date(2015, 12, 30), None, DAY0]})


def on(day: int | None) -> dt.date | None:
    return None if day is None else DAY0 + dt.timedelta(days=day)


def mapping(faults: str = "refuse", **sections: Any) -> dict[str, Any]:
    return {
        "data": {"faults": faults},
        "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-12-31"},
        "dates": {"complaint": "reported"},
        **sections,
    }


HEARINGS = {
    "scheduled": "set",
    "status": {"column": "state", "labels": {"Sí": "held", "No": "suspended"}},
    "kind": "what",
    "reason": {"column": "why", "labels": {"MP": "prosecutor absent"}},
}


def hearings(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    columns = ("id", "set", "state", "what", "why")
    return pd.DataFrame([(one, on(day), *rest) for one, day, *rest in rows], columns=list(columns))


ROWS = [
    ("a", 10, "SI", "medidas", None),
    ("a", 40, "no", "juicio", "MP"),
    ("a", 60, "Sí", "juicio", None),
    ("b", None, None, "juicio", "lluvia"),
]


def rows_of(cases: CaseData, name: str) -> list[dict[str, Any]]:
    rows = cases.child(name).collect().to_arrow().to_pylist()
    return sorted(rows, key=lambda row: (row["unit_id"], *(str(one) for one in row.values())))


class TestHearings:
    def test_canonical_columns_in_every_engine(self, engine: Engine) -> None:
        given = engine.frame(hearings(ROWS))
        frame = engine.frame(CASES[["id", "reported"]])
        cases = CaseData.from_frame(frame, mapping(hearings=HEARINGS), children={"hearings": given})
        columns = ["unit_id", *[one.name for one in CHILD_COLUMNS["hearings"]]]
        assert list(rows_of(cases, "hearings")[0]) == columns
        found = [tuple(row[one] for one in columns) for row in rows_of(cases, "hearings")]
        assert found == [
            ("a", "juicio", EPOCH + 40, "suspended", "prosecutor absent"),
            ("a", "juicio", EPOCH + 60, "held", None),
            ("a", "medidas", EPOCH + 10, "held", None),
            ("b", "juicio", None, None, "lluvia"),
        ]
