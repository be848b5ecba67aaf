"""Dates that give the month or the year only break a rule when no day of that month or year would be right."""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl

import justice_metrics as jm
from justice_metrics.cases.calendar import day_number
from justice_metrics.cases.casedata import CaseData
from justice_metrics.cases.rules.examine import RULES, examine, rule_named
from justice_metrics.cases.rules.offending import offending_units
from justice_metrics.cases.rules.spans import MONTH, YEAR, span_columns, with_spans

MAPPING: dict[str, Any] = {
    "data": {"faults": "count", "date_order": "dmy", "extracted": "2018-12-20"},
    "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-12-05"},
    "dates": {"complaint": "day", "charged": "charge"},
    "outcome": {"column": "end", "date": "ended", "labels": {"C": "convicted", "R": "rejected"}},
    "attributes": {
        "fact_day": {"column": "fact", "type": "date"},
        "birth_day": {"column": "birth", "type": "date"},
        "registered_day": {"column": "entered", "type": "date"},
        "age_at_fact": {"column": "age", "type": "integer"},
    },
    "reliance": {"left": "left"},
}
COLUMNS = ["id", "day", "charge", "end", "ended", "fact", "birth", "entered", "age", "left"]
# By id: what can be, then the same made impossible by one month or year.
POSSIBLE = [
    ["ended in the month", "20/03/2016", "", "R", "03/2016", "10/03/2016", "", "", "", ""],
    ["ended in the year", "05/08/2016", "", "C", "2016", "10/01/2016", "", "", "", ""],
    ["fact in the month", "05/03/2016", "", "R", "01/07/2016", "03/2016", "", "", "", ""],
    ["fact in the year", "05/02/2016", "", "R", "01/07/2016", "2016", "", "", "", ""],
    ["charge in the month", "25/03/2016", "03/2016", "R", "01/07/2016", "10/03/2016", "", "", "", ""],
    ["start in the year", "2016", "20/02/2016", "R", "01/07/2016", "10/02/2016", "", "", "", ""],
    ["after the cut-off by its middle", "12/2018", "", "", "", "01/12/2018", "", "", "", ""],
    ["born in the year", "05/02/2016", "", "", "", "03/02/2016", "2016", "", "0", ""],
    ["entered in the month", "25/03/2016", "", "R", "03/2016", "", "", "03/2016", "", ""],
    ["entered in the year", "05/09/2016", "", "", "", "", "", "2016", "", ""],
    ["left in the month", "25/03/2016", "", "", "", "", "", "", "", "03/2016"],
]
IMPOSSIBLE = {
    "ending_before_start": [
        ["a", "20/03/2016", "", "R", "02/2016", "", "", "", "", ""],
        ["b", "05/08/2016", "", "R", "2015", "", "", "", "", ""],
    ],
    "fact_after_start": [
        ["c", "29/02/2016", "", "", "", "03/2016", "", "", "", ""],
        ["d", "31/12/2015", "", "", "", "2016", "", "", "", ""],
        ["e", "2015", "", "", "", "2016", "", "", "", ""],
    ],
    "dates_out_of_order": [["f", "01/03/2016", "02/2016", "", "", "", "", "", "", ""]],
    "date_before_birth": [["g", "31/12/2015", "", "", "", "", "2016", "", "", ""]],
    "registered_before_start": [["h", "02/04/2016", "", "", "", "", "", "03/2016", "", ""]],
    "left_before_start": [["i", "01/04/2016", "", "", "", "", "", "", "", "03/2016"]],
    "age_disagrees_with_birth": [["j", "02/2016", "", "", "", "01/2016", "1998", "", "30", ""]],
}


def cases_of(rows: list[list[str]], **more: Any) -> CaseData:
    return jm.CaseData.from_frame(pd.DataFrame(rows, columns=COLUMNS), MAPPING | more)


def broken(cases: CaseData, *rules: str) -> dict[str, int]:
    """Return how often some rules are broken, those that are."""
    told = examine(cases, rules=[rule_named(one) for one in rules])
    return {one.rule.id: one.n for one in told.verdicts if one.broken}


class TestWideTable:
    def test_only_what_no_day_of_a_month_or_year_allows_breaks_a_rule(self) -> None:
        rows = [*POSSIBLE, *[row for planted in IMPOSSIBLE.values() for row in planted]]
        told = examine(cases_of(rows), rules=RULES)
        of_units = {one.rule.id: one.n for one in told.verdicts if one.broken and one.rule.severity != "note"}
        del of_units["poorly_recorded"]
        assert of_units == {rule: len(planted) for rule, planted in IMPOSSIBLE.items()}

    def test_which_units(self) -> None:
        rows = [*POSSIBLE, *IMPOSSIBLE["fact_after_start"]]
        assert sorted(offending_units(cases_of(rows), "fact_after_start")["unit_id"]) == ["c", "d", "e"]

    def test_acts_of_one_month_are_not_on_one_day(self) -> None:
        for month, found in (("03/2016", {}), ("09/03/2016", {"stages_on_one_day": 60})):
            rows = [[f"{place}", month, month, "R", month, *[""] * 5] for place in range(60)]
            assert broken(cases_of(rows), "stages_on_one_day", "all_on_one_day") == found


def test_events() -> None:
    """The exactness of an event log is that of each event."""
    rows = [
        ["a", "complaint", "20/03/2016"],
        ["a", "charged", "03/2016"],
        ["b", "complaint", "20/03/2016"],
        ["b", "charged", "02/2016"],
        ["c", "complaint", "2016"],
        ["c", "rejected", "20/02/2016"],
        ["d", "complaint", "20/02/2016"],
        ["d", "rejected", "2015"],
    ]
    mapping = {
        "data": {"kind": "events", "date_order": "dmy"},
        "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-12-05"},
        "events": {"state": {"column": "act"}, "date": "day"},
    }
    cases = jm.CaseData.from_frame(pl.DataFrame(rows, schema=["id", "act", "day"], orient="row"), mapping)
    assert broken(cases, "dates_out_of_order", "ending_before_start") == {
        "dates_out_of_order": 1,
        "ending_before_start": 1,
    }


def test_every_day_of_two_centuries() -> None:
    first, last = day_number(dt.date(1901, 1, 1)), day_number(dt.date(2099, 12, 31))
    days = np.arange(first, last + 1)
    frame = nw.from_native(pl.LazyFrame({"month": days, "year": days, "day": days}))
    codes = {"month": MONTH, "year": YEAR, "day": 0}
    made = with_spans(frame, {one: (nw.col(one), nw.lit(code)) for one, code in codes.items()}).collect()
    for key, unit in (("month", "M"), ("year", "Y"), ("day", "D")):
        whole = days.astype("datetime64[D]").astype(f"datetime64[{unit}]")
        low, high = (made.get_column(one).to_numpy() for one in span_columns(key))
        assert np.array_equal(low, whole.astype("datetime64[D]").astype(int))
        assert np.array_equal(high, (whole + 1).astype("datetime64[D]").astype(int) - 1)


class TestYearsOfTheFact:
    def told(self, name: str, back: list[int]) -> bool:
        mapping = {
            "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-12-31"},
            "dates": {"complaint": "day"},
            "attributes": {name: {"column": "year", "type": "integer"}},
        }
        rows = [(f"k{place}", f"201{4 + place % 4}-05-03", 2014 + place % 4 - one) for place, one in enumerate(back)]
        cases = jm.CaseData.from_frame(pd.DataFrame(rows, columns=["id", "day", "year"]), mapping)
        return bool(broken(cases, "year_disagrees"))

    def test_late_reports_are_no_fault(self) -> None:
        late = [0] * 260 + [1] * 80 + [2] * 40 + [5] * 20
        assert not self.told("year_a", late)
        assert not self.told("fact_year", late)
        assert not self.told("fact_year", [0] * 390 + [1] * 10)

    def test_a_slip_of_its_own_changes_nothing(self) -> None:
        assert not self.told("year_a", [0] * 260 + [1] * 139 + [-1])

    def test_slips_in_a_column_that_agrees_are_told(self) -> None:
        assert self.told("year_a", [0] * 396 + [1] * 4)
        assert self.told("year_a", [0] * 300 + [1] * 50 + [-1] * 50)
        assert self.told("fact_year", [0] * 300 + [1] * 50 + [-1] * 50)
