"""Cases as they tell of an earlier day: a log cut there is the log that was read with its later lines taken out."""

from __future__ import annotations

import numpy as np
import pytest

from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.cut import cut_at
from tests.made_cases import log, wide

STATES = ("complaint", "preliminary", "charged", "rejected", "accusation", "trial", "convicted", "final_conviction")


def test_a_log_cut_is_a_log_without_its_later_lines() -> None:
    rng = np.random.default_rng(11)
    events = [("c0", one, 0) for one in STATES]
    for unit in range(1, 120):
        days = np.sort(rng.integers(0, 400, rng.integers(1, 9)))
        events += [(f"c{unit}", STATES[rng.integers(0, len(STATES))], int(day)) for day in days]
    cases = log(events, cutoff=400, data={"faults": "count"})
    read = log([one for one in events if one[2] <= 200], cutoff=200, data={"faults": "count"})
    cut = cut_at(cases, cases.cutoff_day - 200)
    columns = ("unit_id", "outcome", "outcome_day", "set_aside", *[f"first__{one}" for one in read.dated_states])
    found, wanted = (one.milestones.select(*columns).sort("unit_id").collect().rows() for one in (cut, read))
    assert found == wanted
    assert len(found) == read.n_units == cut.n_units > 80
    assert sum(row[1] is not None for row in found) > 20


def test_a_conviction_that_became_final_later_was_a_conviction() -> None:
    rows = [
        {"id": "a", "complaint": 0, "verdict": 60, "outcome": "final_conviction", "ended": 150},
        {"id": "b", "complaint": 0, "verdict": 120, "outcome": "final_conviction", "ended": 150},
        {"id": "c", "complaint": 0, "verdict": None, "outcome": "rejected", "ended": 40},
        {"id": "d", "complaint": 0, "verdict": None, "outcome": "rejected", "ended": None},
        {"id": "e", "complaint": 0, "verdict": None, "outcome": "withdrawn", "ended": 140},
    ]
    cases = wide(rows, cutoff=200)
    cut = cut_at(cases, cases.cutoff_day - 100).milestones.sort("unit_id").collect()
    zero = cut.get_column("first__complaint")[0]
    days = [None if one is None else one - zero for one in cut.get_column("outcome_day").to_list()]
    assert cut.get_column("outcome").to_list() == ["convicted", None, "rejected", "rejected", None]
    # the ending without a date stays: nobody can say on which side of the day it lies
    assert days == [60, None, 40, None, None]


def test_whoever_left_later_still_takes_part() -> None:
    rows = [
        {"id": "a", "complaint": 0, "still": "disengaged", "left": 150},
        {"id": "b", "complaint": 0, "still": "disengaged", "left": 50},
    ]
    cases = wide(rows, cutoff=200)
    cut = cut_at(cases, cases.cutoff_day - 100).milestones.sort("unit_id").collect()
    assert cut.get_column("reliance__status").to_list() == ["engaged", "disengaged"]
    assert [one is None for one in cut.get_column("reliance__left_day").to_list()] == [True, False]


def test_the_last_day_changes_nothing_and_a_later_one_is_refused() -> None:
    cases = wide([{"id": "a", "complaint": 0, "outcome": "rejected", "ended": 90}], cutoff=200)
    (whole,) = cut_at(cases, cases.cutoff_day).milestones.collect().to_arrow().to_pylist()
    assert whole["outcome"] == "rejected"
    with pytest.raises(QuestionError, match="lies after the cut-off"):
        cut_at(cases, cases.cutoff_day + 1)
