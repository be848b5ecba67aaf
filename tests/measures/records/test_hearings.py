"""Hearings: suspended and why, certainty of dates, days lost; by hand, in every engine, and on India's case list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.base.language import tr
from justice_metrics.cases.casedata import CaseData
from justice_metrics.estimate.proportion import wilson
from justice_metrics.measures.records.hearings import Hearings, hearings
from justice_metrics.reduce.hearings import hearing_counts, hearing_rows, reason_counts, waits_until_held
from justice_metrics.reduce.hearings import settings as settings_of
from justice_metrics.reduce.risk import risk_table_of
from tests.conftest import Engine

DAY0 = dt.date(2016, 1, 1)
CUTOFF = 1_095  # 31 December 2018


def on(day: int | None) -> dt.date | None:
    return None if day is None else DAY0 + dt.timedelta(days=day)


Row = tuple[str, int | None, str | None, str | None, str | None]
# case, day, what became of it, kind, reason
ROWS: list[Row] = [
    ("a", 5, "held", "medidas", None),
    ("a", 10, "suspended", "juicio", "fiscal"),
    ("a", 40, "suspended", "juicio", "fiscal"),
    ("a", 60, "held", "juicio", None),
    ("b", 20, "held", "juicio", None),
    ("b", 80, "suspended", "juicio", "testigos"),  # set after it was held: suspended, but no date of the trial
    ("c", 30, "suspended", "juicio", None),
    ("c", CUTOFF + 40, "scheduled", "juicio", None),
]


def made(rows: Sequence[Row] = ROWS, *, frame: Any = lambda one: one, **columns: Sequence[Any]) -> CaseData:
    n = 4
    table = pd.DataFrame({"id": list("abcd"), "reported": [on(0)] * n, "judged": [on(70), None, None, None], **columns})
    child = pd.DataFrame(
        [(one, on(day), state, kind, why) for one, day, state, kind, why in rows],
        columns=["id", "set", "state", "kind", "why"],
    )
    mapping = {
        "cases": {"id": "id", "procedure": "bolivia", "cutoff": on(CUTOFF)},
        "dates": {"complaint": "reported", "convicted": "judged"},
        "attributes": {"town": "town"} if "town" in columns else {},
        "hearings": {"scheduled": "set", "status": "state", "kind": "kind", "reason": "why"},
    }
    if "weight" in columns:
        mapping["cases"]["sampling"] = {"weight": "weight"}  # type: ignore[index]
    if "frequency" in columns:
        mapping["cases"]["frequency"] = "frequency"  # type: ignore[index]
    return CaseData.from_frame(frame(table), mapping, children={"hearings": frame(child)})


@pytest.fixture(scope="module")
def answer() -> Hearings:
    return hearings(made(), horizon_days=(40, 50, 365))


def row_of(answer: Hearings, table: str, **keys: Any) -> dict[str, Any]:
    found = answer.tables[table]
    rows = [place for place in range(len(found)) if all(found[name][place] == value for name, value in keys.items())]
    assert len(rows) == 1
    return {name: found[name][rows[0]] for name in found.values}


class TestByHand:
    def test_suspended_of_those_due(self, answer: Hearings) -> None:
        every = row_of(answer, "main", hearing="all")
        assert (every["numerator"], every["denominator"], every["scheduled"], every["units"]) == (4, 7, 1, 4)
        assert every["estimate"] == pytest.approx(float(Fraction(4, 7)))
        assert every["per_case"] == 2.0
        assert every["conf_low"] == pytest.approx(wilson(np.array([4]), np.array([7])).conf_low[0])
        trial = row_of(answer, "main", hearing="juicio")
        assert (trial["numerator"], trial["denominator"]) == (4, 6)

    def test_certainty_of_the_trial_date(self, answer: Hearings) -> None:
        trial = row_of(answer, "certainty", hearing="juicio")
        assert (trial["numerator"], trial["denominator"], trial["dates"], trial["days"]) == (1, 2, 4, 50)
        assert (trial["average_dates"], trial["average_days"], trial["estimate"]) == (2.0, 25.0, 0.5)

    def test_numbers_of_dates(self, answer: Hearings) -> None:
        told = {name: float(main[name][alone][0]) for name in ("numerator", "denominator", "scheduled", "not_recorded")}
    assert told == {"numerator": 1, "denominator": 2, "scheduled": 1, "not_recorded": 1}
