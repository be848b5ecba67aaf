"""Rules on practice: days after the cut-off and before the start, and days of what was not done."""

from __future__ import annotations

from typing import Any

import pandas as pd

import justice_metrics as jm
from justice_metrics.cases.rules.examine import examine
from justice_metrics.cases.rules.practice import PRACTICE_RULES

FRAME = pd.DataFrame(
    {
        "id": list("abcdefg"),
        "day": ["2016-03-05"] * 7,
        "taped": ["sí", "sí", "sí", "no", "no aplica", None, "sí"],
        #               after the cut-off, before the complaint, known to the month only
        "taped_on": ["2016-04-01", "2018-05-01", "2016-03-04", "2016-04-01", "2016-04-02", "2016-04-03", "2016-02"],
        "exam": ["2018-05-02", "", "", "", "", "", ""],
    }
)


def found(frame: pd.DataFrame, items: dict[str, Any]) -> dict[str, dict[str, tuple[int, int]]]:
    cases = jm.CaseData.from_frame(
        frame,
        {
            "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
            "dates": {"complaint": "day"},
            "practice": {"checklist": "child_sexual_assault", "items": items},
        },
    )
    verdicts = examine(cases, rules=PRACTICE_RULES).verdicts
    return {one.rule.id: {part.key: (part.n, part.base) for part in one.parts} for one in verdicts}


def test_each_item_is_looked_at_by_itself() -> None:
    items = {
        "recorded_interview": {"column": "taped", "date": "taped_on"},
        "forensic_examination_days": {"date": "exam"},
    }
    assert found(FRAME, items) == {
        "practice_after_cutoff": {"recorded_interview": (1, 6), "forensic_examination_days": (1, 1)},
        "practice_before_start": {"recorded_interview": (1, 6)},
        "practice_not_done_but_dated": {"recorded_interview": (2, 5)},
    }


def test_without_days_nothing_is_looked_at() -> None:
    told = found(FRAME, {"recorded_interview": "taped"})
    assert all(not parts for parts in told.values())


def test_the_check_names_the_item() -> None:
    cases = jm.CaseData.from_frame(
        FRAME,
        {
            "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
            "dates": {"complaint": "day"},
            "practice": {
                "checklist": "child_sexual_assault",
                "items": {"recorded_interview": {"column": "taped", "date": "taped_on"}},
            },
        },
    )
    said = jm.check(cases, rules=("practice_after_cutoff",)).summary()
    assert "recorded interview" in said
