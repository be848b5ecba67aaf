"""Answers rest on what was known on the day they speak of: no later date or reopening, no curve without data."""

from __future__ import annotations

import numpy as np
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import CaseDataError
from tests.made_cases import frame_of, log, wide, wide_mapping


def test_a_conviction_counts_from_the_first_verdict_in_every_curve() -> None:
    events = [("a", "complaint", 0), ("a", "convicted", 100), ("a", "final_conviction", 400)]
    events += [("b", "complaint", 0), ("b", "convicted", 200), ("b", "appeal", 300)]
    events += [("c", "complaint", 0), ("d", "complaint", 0)]
    by_default = jm.cumulative_incidence(log(events))
    asked = jm.cumulative_incidence(log(events), outcome="conviction")
    for answer in (by_default, asked):
        assert answer.at((150, 250, 900))["estimate"][:3].tolist() == pytest.approx([1 / 4, 1 / 2, 1 / 2])


def test_a_conviction_that_was_set_aside_is_no_conviction_in_the_rates() -> None:
    events = [("a", "complaint", 0), ("a", "convicted", 100), ("a", "appeal", 150), ("a", "trial", 300)]
    events += [("b", "complaint", 0), ("b", "convicted", 100), ("b", "appeal", 150)]
    rates = jm.conviction_rates(log(events), per="verdict").main
    assert (rates["numerator"][0], rates["denominator"][0], rates["pending"][0]) == (1, 2, 1)


def test_a_cutoff_long_before_the_endings_is_refused() -> None:
    rows = [{"id": f"{n}", "complaint": n, "outcome": "rejected", "ended": 100 + 10 * n} for n in range(60)]
    table = frame_of(rows)
    with pytest.raises(CaseDataError, match=r"39 of 60 endings are dated after the cut-off"):
        jm.CaseData.from_frame(table, wide_mapping(list(table.columns), cutoff=300))


def test_a_few_endings_after_the_cutoff_are_said_in_every_answer() -> None:
    rows = [{"id": f"{n}", "complaint": 0, "outcome": "rejected", "ended": 1_200 if n == 0 else 50} for n in range(20)]
    cases = wide(rows)
    for answer in (jm.attrition(cases), jm.outcome_shares(cases), jm.conviction_rates(cases), jm.time_to(cases)):
        assert any("1 case ended after the cut-off by its dates" in str(one) for one in answer.notes)


def test_a_case_closed_before_the_landmark_is_not_picked_by_its_later_reopening() -> None:
    rows = [
        {"id": "open", "complaint": 0, "outcome": "pending"},
        {"id": "closed", "complaint": 0, "rejected": 31, "outcome": "convicted", "ended": 500},
    ]
    cases = wide(rows, support=[("open", "lawyer", 5, None), ("closed", "lawyer", 400, None)])
    answer = jm.landmark_association(cases, actors="lawyer", landmark_days=180)
    assert answer.main["at_risk"].tolist() == [1, 0]
    assert [(str(one.reason), one.n) for one in answer.provenance.left_out] == [("ended by the landmark", 1)]


def test_a_case_not_yet_observed_on_the_landmark_is_not_in_it() -> None:
    rows = [{"id": f"{n}", "complaint": 0, "outcome": "pending", "entry": entry} for n, entry in enumerate((10, 365))]
    cases = wide(rows, support=[("0", "lawyer", 5, None)], sampling={"frame": "prevalent", "entry": "entry"})
    answer = jm.landmark_association(cases, actors="lawyer", landmark_days=180)
    assert answer.main["at_risk"].sum() == 1
    assert ("not yet observed on the landmark", 1) in [(str(one.reason), one.n) for one in answer.provenance.left_out]


def test_no_group_is_carried_beyond_its_own_follow_up() -> None:
    rows = [
        {"id": f"a{n}", "complaint": 900, "outcome": "rejected" if n else "pending", "court": "young"} for n in (0, 1)
    ]
    rows += [{"id": f"b{n}", "complaint": 0, "outcome": "rejected" if n else "pending", "court": "old"} for n in (0, 1)]
    rows = [
        {**row, "ended": (930 if row["court"] == "young" else 700) if row["outcome"] == "rejected" else None}
        for row in rows
    ]
    table = jm.cumulative_incidence(wide(rows), by="court").at((60, 730))
    shown = dict(zip(zip(table["court"], table["days"], strict=True), table["estimate"], strict=True))
    assert shown["young", 60] == pytest.approx(0.5)
    assert np.isnan(shown["young", 730])
    assert shown["old", 730] == pytest.approx(0.5)


def test_a_step_without_a_date_has_no_age() -> None:
    rows = [
        {"id": "a", "complaint": 0, "outcome": "convicted", "ended": 100},
        {"id": "b", "complaint": 0, "outcome": "convicted", "ended": None},
        {"id": "c", "complaint": 0, "outcome": "pending"},
    ]
    answer = jm.attrition(wide(rows), age_months=(12,))
    ages = answer.tables["ages"]
    verdict = ages["stage"] == "verdict"
    assert (ages["numerator"][verdict][0], ages["denominator"][verdict][0]) == (1, 2)
    assert any("the furthest step has no date" in str(one) for one in answer.notes)


def test_a_step_of_which_the_data_say_nothing_is_not_in_the_funnel() -> None:
    rows = [{"id": "a", "complaint": 0, "outcome": "rejected", "ended": 9}, {"id": "b", "complaint": 0, "charged": 5}]
    table = frame_of(rows)
    mapping = wide_mapping(list(table.columns))
    mapping["outcome"]["labels"] = {"rejected": "rejected"}
    steps = jm.attrition(jm.CaseData.from_frame(table, mapping)).main["stage"].tolist()
    assert steps == ["complaint", "charged"]


def test_bands_of_age_stand_in_their_own_order() -> None:
    levels = ["12-17", "0-5", "18+", "6-11", None]
    rows = [{"id": f"{n}", "complaint": 0, "outcome": "pending", "court": level} for n, level in enumerate(levels)]
    main = jm.outcome_shares(wide(rows), by="court").main
    assert list(dict.fromkeys(main["court"].tolist())) == ["0-5", "6-11", "12-17", "18+", "not_recorded"]
