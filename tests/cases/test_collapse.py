"""Several rows of one unit: what is recorded goes before what is missing, however the words sort."""

from __future__ import annotations

from typing import Any

import pandas as pd

import justice_metrics as jm

CASES = {"id": "id", "unit": "charge", "procedure": "bolivia", "cutoff": "2018-04-30", "links": {"accused": "person"}}
ROWS = pd.DataFrame(
    {
        "id": ["a", "a", "b", "c"],
        "person": ["P", "P", "P", "Q"],
        "what": ["complaint", "charged", "complaint", "complaint"],
        "day": ["2016-01-05", "2016-02-01", "2016-03-01", "2016-03-01"],
        "area": ["S/D", "urban", "S/D", "S/D"],
        "age": [None, 30, 20, None],
    }
)
ATTRIBUTES = {"area": "area", "age": {"column": "age", "type": "integer"}}
LOG: dict[str, Any] = {
    "data": {"kind": "events"},
    "cases": CASES,
    "events": {"state": {"column": "what"}, "date": "day"},
    "attributes": ATTRIBUTES,
    "missing": {"S/D": "not_available"},
}
TABLE: dict[str, Any] = {
    "data": {"kind": "stages"},
    "cases": CASES,
    "stages": [{"file": "one.csv", "state": "complaint", "date": "day"}],
    "attributes": ATTRIBUTES,
    "missing": {"S/D": "not_available"},
}


def levels(cases: jm.CaseData, name: str) -> dict[str, object]:
    made = cases.milestones.select("unit_id", name).collect()
    return dict(zip(made.get_column("unit_id").to_list(), made.get_column(name).to_list(), strict=True))


def test_event_log() -> None:
    cases = jm.CaseData.from_frame(ROWS, LOG)
    assert levels(cases, "area") == {"a": "urban", "b": "not_available", "c": "not_available"}
    assert levels(cases, "age") == {"a": 30, "b": 20, "c": None}


def test_stage_table() -> None:
    cases = jm.CaseData.from_frame([ROWS], TABLE)
    assert levels(cases, "area") == {"a": "urban", "b": "not_available", "c": "not_available"}


def test_members_of_a_coarser_unit() -> None:
    cases = jm.CaseData.from_frame(ROWS, LOG).to_unit("accused", principal=("conviction", "pending"))
    assert levels(cases, "area") == {"P": "urban", "Q": "not_available"}
    assert levels(cases, "age") == {"P": 20, "Q": None}
