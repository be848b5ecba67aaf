"""Counts of offices, and events by year: the same from every engine, and additive."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from justice_metrics.cases.casedata import CaseData
from justice_metrics.reduce.offices import office_counts
from justice_metrics.reduce.population import case_events
from tests.made_cases import same, wide

ROWS: list[dict[str, Any]] = [
    {"id": "a", "complaint": 0, "verdict": 100, "court": "J10", "offence": "x", "outcome": None},
    {"id": "b", "complaint": 0, "verdict": 300, "court": "J9", "offence": "x", "outcome": None},
    {"id": "c", "complaint": 0, "verdict": 301, "court": "J9", "offence": "y", "outcome": None},
    {"id": "d", "complaint": 400, "verdict": None, "court": "J9", "offence": None, "outcome": "rejected"},
    {"id": "e", "complaint": 701, "verdict": 710, "court": "J9", "offence": "x", "outcome": None},
    {"id": "f", "complaint": None, "verdict": 5, "court": "J10", "offence": "x", "outcome": None},
    {"id": "g", "complaint": 0, "verdict": 5, "court": None, "offence": "x", "outcome": None},
]


def counted(cases: CaseData) -> Any:
    states = cases.resolve("verdict")
    return office_counts(cases, office="court", adjust=("offence",), start="complaint", states=states, within_days=300)


def test_by_hand_in_every_engine(engine: Any) -> None:
    cases = wide(ROWS, frame=engine.frame)
    found = counted(cases)
    assert found.offices == ("J9", "J10")
    assert found.kinds.levels == (("x",), ("y",), ("not_recorded",))
    assert found.trials.tolist() == [[1, 1, 1], [1, 0, 0]]
    assert found.successes.tolist() == [[1, 0, 0], [1, 0, 0]]
    told = {name: n for name, n in found.left_out.items() if n}
    assert told == {"start_undated": 1, "too_young": 1, "office_not_recorded": 1}
    events = case_events(cases, states=cases.resolve("complaint"), by=("court",))
    assert events.years.tolist() == [2015, 2016, 2017]
    rows = zip(events.levels, events.year.tolist(), events.counts.values.tolist(), strict=True)
    by_year = {(level[0], year): n for level, year, n in rows}
    assert by_year == {("J9", 2015): 2, ("J9", 2016): 2, ("J10", 2015): 1, ("not_recorded", 2015): 1}
    assert events.left_out["start_undated"] == 1


@pytest.mark.parametrize("cut", [1, 3, 5])
def test_two_files_add_up(cut: int) -> None:
    whole, one, two = (counted(wide(rows, frame=same)) for rows in (ROWS, ROWS[:cut], ROWS[cut:]))
    assert whole.trials.sum() == one.trials.sum() + two.trials.sum()
    assert whole.successes.sum() == one.successes.sum() + two.successes.sum()
    for name, n in whole.left_out.items():
        assert n == one.left_out[name] + two.left_out[name]


def test_the_part_of_the_last_year() -> None:
    """The cut-off is the last day of June of a leap year."""
    cases = wide(ROWS[:4], frame=same, cutoff=365 + 181)
    events = case_events(cases, states=cases.resolve("complaint"), by=())
    np.testing.assert_allclose(events.part, [1, 182 / 366])
