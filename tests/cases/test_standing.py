"""How a unit stands at the cut-off, by its dates: the last state it came to, whatever form the file has."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import justice_metrics as jm

CASES = {"id": "id", "unit": "case", "procedure": "bolivia", "cutoff": "2018-04-30"}
STATES = ("complaint", "charged", "rejected", "convicted", "final_conviction", "execution")

# What happened to one case, and how it stands.
LIVES: dict[str, tuple[dict[str, str], str | None, str | None]] = {
    "never ended": ({"complaint": "2016-01-05", "charged": "2016-06-01"}, None, None),
    "rejected": ({"complaint": "2016-01-05", "rejected": "2016-03-01"}, "rejected", "2016-03-01"),
    "reopened": ({"complaint": "2016-01-05", "rejected": "2016-03-01", "charged": "2017-01-01"}, None, None),
    "hearing planned": (
        {"complaint": "2016-01-05", "rejected": "2016-03-01", "charged": "2018-05-01"},
        "rejected",
        "2016-03-01",
    ),
    "hearing on the last day": (
        {"complaint": "2016-01-05", "rejected": "2016-03-01", "charged": "2018-04-30"},
        None,
        None,
    ),
    "one day": (
        {"complaint": "2016-01-05", "charged": "2016-03-01", "rejected": "2016-03-01"},
        "rejected",
        "2016-03-01",
    ),
    "ended too late": ({"complaint": "2016-01-05", "rejected": "2018-06-01"}, "rejected", "2018-06-01"),
    "executed": (
        {"complaint": "2016-01-05", "final_conviction": "2017-03-01", "execution": "2017-05-01"},
        "final_conviction",
        "2017-03-01",
    ),
    "complaint dated too late": (
        {"complaint": "2017-01-05", "rejected": "2016-03-01"},
        "rejected",
        "2016-03-01",
    ),
    "convicted before the charge": (
        {"complaint": "2016-01-05", "convicted": "2016-03-01", "charged": "2016-04-01"},
        "convicted",
        "2016-03-01",
    ),
    "rejected before the conviction": (
        {"complaint": "2016-01-05", "rejected": "2016-03-01", "charged": "2016-04-01", "convicted": "2016-05-01"},
        "convicted",
        "2016-05-01",
    ),
    "convicted, then made final": (
        {"complaint": "2016-01-05", "convicted": "2016-03-01", "final_conviction": "2016-04-01"},
        "final_conviction",
        "2016-04-01",
    ),
    "all after the cut-off": ({"complaint": "2018-06-01"}, None, None),
}


def wide() -> jm.CaseData:
    frame = pd.DataFrame([{"id": name, **dates} for name, (dates, _, _) in LIVES.items()])
    return jm.CaseData.from_frame(frame, {"cases": CASES, "dates": {one: one for one in STATES if one in frame}})


def events() -> jm.CaseData:
    rows = [(name, state, day) for name, (dates, _, _) in LIVES.items() for state, day in dates.items()]
    frame = pd.DataFrame(rows, columns=["id", "what", "day"])
    mapping = {"data": {"kind": "events"}, "cases": CASES, "events": {"state": {"column": "what"}, "date": "day"}}
    return jm.CaseData.from_frame(frame, mapping)


def stages() -> jm.CaseData:
    tables, parts = [], []
    for state in STATES:
        rows = [(name, dates[state]) for name, (dates, _, _) in LIVES.items() if state in dates]
        if rows:
            tables.append(pd.DataFrame(rows, columns=["id", "day"]))
            parts.append({"file": f"{state}.csv", "state": state, "date": "day"})
    return jm.CaseData.from_frame(tables, {"data": {"kind": "stages"}, "cases": CASES, "stages": parts})


@pytest.mark.parametrize("form", [wide, events, stages])
def test_standing_is_the_same_in_every_form(form: Any) -> None:
    made = form().milestones.select("unit_id", "outcome", "outcome_day").collect()
    days = pd.to_datetime(pd.Series(made.get_column("outcome_day").to_list(), dtype="float64"), unit="D")
    found = {
        name: (outcome, None if pd.isna(day) else day.date().isoformat())
        for name, outcome, day in zip(
            made.get_column("unit_id").to_list(), made.get_column("outcome").to_list(), days, strict=True
        )
    }
    assert found == {name: (outcome, day) for name, (_, outcome, day) in LIVES.items()}


def test_planned_hearing_is_still_reported() -> None:
    table = jm.check(events(), rules="date_after_cutoff").main
    assert dict(zip(table["detail"], table["n"], strict=True)) == {"all": 2, "charged": 1, "ending": 1}
