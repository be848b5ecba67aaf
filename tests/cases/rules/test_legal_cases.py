"""Cases that the law allows, and that a check called faults."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.cases.rules.examine import examine, rule_named

LOOKED = (
    *("dates_out_of_order", "appeal_before_verdict", "open_status_with_outcome", "reopened_without_marker"),
    "registered_before_start",
)
MAPPING: dict[str, Any] = {
    "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-12-31"},
    "dates": {"complaint": "day", "charged": "charged", "trial": "trial", "appeal": "appeal"},
    "outcome": {
        "column": "end",
        "date": "ended",
        "labels": {"C": "convicted", "F": "final_conviction", "R": "rejected", "X": "archived"},
    },
    "attributes": {"registered": {"column": "entered", "type": "date"}, "status": "status"},
}
COLUMNS = ["id", "day", "charged", "trial", "appeal", "end", "ended", "entered", "status"]


@pytest.mark.parametrize(
    ("row", "broken"),
    [
        # acquitted, appealed, tried again, convicted: the one verdict of the row is the last
        (
            ["2015-01-05", "2015-03-01", "2016-02-01", "2016-05-01", "C", "2016-11-01", None, "cerrado"],
            {"appeal_before_verdict"},
        ),
        # convicted and appealed: not final, so still open
        (["2015-01-05", "2015-03-01", "2016-02-01", "2016-05-01", "C", "2016-03-01", None, "en trámite"], set()),
        (
            ["2015-01-05", "2015-03-01", "2016-02-01", None, "F", "2016-03-01", None, "en trámite"],
            {"open_status_with_outcome"},
        ),
        # archived, then charged: one fault, and not two
        (
            ["2015-01-05", "2017-03-01", None, None, "X", "2016-01-01", None, "abierto"],
            {"open_status_with_outcome"},
        ),
        (["2015-01-05", "2017-03-01", None, None, "X", "2016-01-01", None, "cerrado"], {"reopened_without_marker"}),
        # typed the evening before the formal complaint
        (["2015-01-05", None, None, None, None, None, "2015-01-04", "abierto"], set()),
        (["2015-01-05", None, None, None, None, None, "2015-01-03", "abierto"], {"registered_before_start"}),
    ],
)
def test_told(row: list[str | None], broken: set[str]) -> None:
    cases = jm.CaseData.from_frame(pd.DataFrame([["a", *row]], columns=COLUMNS), MAPPING)
    found = examine(cases, rules=[rule_named(one) for one in LOOKED])
    assert {one.rule.id for one in found.verdicts if one.broken} == broken


def broken(rows: list[list[Any]], columns: list[str], mapping: dict[str, Any], rule: str) -> int:
    found = examine(jm.CaseData.from_frame(pd.DataFrame(rows, columns=columns), mapping), rules=[rule_named(rule)])
    return found.verdicts[0].n


def test_a_conviction_without_a_date_of_trial_is_told() -> None:
    """Where no column tells of the abbreviated procedure nobody knows how they were convicted."""
    tried = ["2015-01-05", "2015-03-01", "2016-02-01", None, "C", "2016-03-01", None, "cerrado"]
    untold = ["2015-01-05", None, None, None, "C", "2016-03-01", None, "cerrado"]
    rows = [[f"{place}", *(tried if place % 2 else untold)] for place in range(10)]
    assert broken(rows, COLUMNS, MAPPING, "verdict_way_unknown") == 5


@pytest.mark.parametrize(
    ("ages", "n"),
    [
        ([99] * 20 + list(range(10, 90)), 20),
        ([0] * 20 + list(range(1, 81)), 20),
        ([99, *range(10, 90)], 0),
        ([0] * 6 + [1] * 9 + list(range(2, 81)), 0),
    ],
)
def test_codes_for_an_unknown_age(ages: list[int], n: int) -> None:
    mapping = {**MAPPING, "attributes": {"age_at_fact": {"column": "age", "type": "integer"}}}
    cells = [None] * 6
    rows = [[f"{place}", "2015-01-05", *cells, "x", age] for place, age in enumerate(ages)]
    assert broken(rows, [*COLUMNS, "age"], mapping, "stand_in_ages") == n
