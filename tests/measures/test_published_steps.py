"""What the steps of a published curve leave open: nothing told is no zero, and limits hold wherever the steps lie."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import DisclosureError
from justice_metrics.base.result import Published, Result
from justice_metrics.measures.curve_steps import EXTREMES, Bounds, around, placed, steps_of
from justice_metrics.tables import RiskTable, Strata


@pytest.fixture(scope="module")
def cases() -> jm.CaseData:
    return jm.sample_cases()


@cache
def published(result: Result) -> Published:
    shown = jm.release([result], jm.DisclosurePolicy()).results[0]
    assert isinstance(shown, Published)
    return shown


def told(events: list[int], censored: list[int], days: tuple[int, ...] = (0, 100, 200, 300)) -> RiskTable:
    entered = np.zeros((1, len(days)), np.int64)
    entered[0, 0] = sum(events) + sum(censored)
    return RiskTable(
        strata=Strata((), ((),)),
        outcomes=("verdict",),
        days=np.array(days, np.int32),
        events=np.array([[events]], np.int64),
        censored=np.array([censored], np.int64),
        entered=entered,
        left_out={},
    )


def late_endings() -> jm.Durations:
    """Cases of which twelve come to a verdict after all others, where a curve is cut off."""
    days = [40] * 60 + [901 + n for n in range(12)] + [890] * 12
    return jm.durations(pd.DataFrame({"days": days, "end": [1] * 60 + [2] * 12 + [0] * 12}), days="days", ending="end")


class TestNothingToldIsNoZero:
    def test_an_ending_without_a_step_is_hidden(self) -> None:
        shown = published(jm.cumulative_incidence(late_endings()))
        outcomes = set(shown.main["outcome"].tolist())
        assert "1" in outcomes
        # twelve ended so, and no day of theirs is told
        assert "2" not in outcomes
        said = " ".join(one.text("en") for one in shown.findings())
        assert "2 0.0 %" not in said

    def test_in_one_group_only(self, cases: jm.CaseData) -> None:
        internal = jm.cumulative_incidence(cases, by="department")
        shown = published(internal)
        milestones = shown.tables["milestones"]
        estimate = milestones["estimate"].astype(float)
        conviction = milestones["outcome"] == "conviction"
        assert not (estimate[conviction] == 0).any()
        assert "0.0 %" not in " ".join(one.text("en") for one in shown.findings())

    def test_a_day_is_not_asked_of_a_group_that_tells_none(self, cases: jm.CaseData) -> None:
        shown = published(jm.time_to(cases, outcome="verdict", by="area"))
        assert "Rural" not in shown.main["area"].tolist()
        said = " ".join(one.text("en") for one in shown.findings())
        assert "0.0 %" not in said
        assert "in the time observed" not in said
        # the one group that is left is named once
        assert "Urbana: Urbana" not in said

    def test_nobody_tells_a_day(self) -> None:
        with pytest.raises(DisclosureError, match="too few cases ended so"):
            jm.release([jm.time_to(late_endings(), outcome="2")], jm.DisclosurePolicy())


class TestCountsOfWholeGroups:
    def test_a_total_that_all_answers_share_is_the_total(self, cases: jm.CaseData) -> None:
        main = published(jm.time_to(cases, outcome="verdict")).main
        assert set(main["numerator"].tolist()) == {77}
        assert set(main["denominator"].tolist()) == {1200}
        assert "censored" not in main.values

    def test_others_stay_inside(self, cases: jm.CaseData) -> None:
        moved = published(jm.transition_times(cases, start="charge", outcome="verdict")).main
        assert not [one.name for one in moved.columns if one.role == "count"]
        means = published(jm.restricted_means(cases, start="accusation")).main
        assert not [one.name for one in means.columns if one.role == "count"]

    def test_who_begins_at_a_step_is_who_has_a_record_of_it(self, cases: jm.CaseData) -> None:
        steps = {one.box: one.value for one in jm.attrition(cases).base_counts().counts}
        for start in ("charge", "accusation", "trial"):
            counts = jm.open_share(cases, start=start).base_counts().counts
            entered = next(one for one in counts if one.place[1] == "entered")
            assert steps[entered.box] == entered.value


class TestPlaced:
    def test_the_same_days_and_cases(self) -> None:
        steps = steps_of(told([0, 20, 0, 14], [0, 0, 0, 66]), np.array([[34.0]]), 10)
        tables = [placed(steps, "middle", "middle"), *(placed(steps, *where) for where in EXTREMES)]
        for one in tables:
            assert one.days.tolist() == tables[0].days.tolist()
            assert one.events.sum() + one.censored.sum() == 100

    def test_by_hand(self) -> None:
        # all 34 are told: four of the last step can have come after the last day
        steps = steps_of(told([0, 20, 0, 14], [0, 0, 0, 66]), np.array([[34.0]]), 10)
        assert steps.untold.tolist() == [[0]]
        assert steps.after.tolist() == [[4]]
        late, early = placed(steps, "late", "late"), placed(steps, "early", "late")
        assert {day: n for day, n in zip(late.days.tolist(), late.events[0, 0].tolist(), strict=True) if n} == {
            100: 20,
            300: 10,
        }
        assert late.censored[0, -1] == 70
        assert {day: n for day, n in zip(early.days.tolist(), early.events[0, 0].tolist(), strict=True) if n} == {
            0: 20,
            100: 14,
        }

    def test_more_may_have_ended_than_is_told(self) -> None:
        steps = steps_of(told([0, 20, 0, 0], [0, 0, 0, 80]), np.array([[60.0]]), 10)
        assert steps.untold.tolist() == [[9]]
        early = placed(steps, "early", "late")
        assert early.events.sum() == 29
        assert early.censored.sum() == 71

    def test_limits_hold_wherever_the_steps_lie(self) -> None:
        def bounds(*values: float) -> Bounds:
            return Bounds(*(np.array([one]) for one in values))

        found = around(bounds(0.3, 0.02, 0.26, 0.34), [bounds(0.0, 0.0, np.nan, np.nan)], confidence_level=0.95)
        assert found.conf_low == 0
        assert found.conf_high == 0.34
        assert found.std_error == pytest.approx(0.34 / 2 / 1.96, rel=1e-3)


class TestIntervals:
    @pytest.mark.parametrize("by", [(), ("department",)])
    def test_they_hold_the_true_share(self, cases: jm.CaseData, by: tuple[str, ...]) -> None:
        answers: tuple[tuple[Result, str], ...] = (
            (jm.open_share(cases, by=by), "milestones"),
            (jm.restricted_means(cases, by=by), "main"),
        )
        for answer, name in answers:
            true, shown = answer.tables[name], published(answer).tables[name]
            keys = [one.name for one in shown.columns if one.role in {"stratum", "key"}]
            frames = [pd.DataFrame({n: dict(one.values)[n] for n in one.values}) for one in (true, shown)]
            both = frames[0].merge(frames[1], on=keys, suffixes=("", "_shown"))
            low, high = both["conf_low_shown"].astype(float), both["conf_high_shown"].astype(float)
            there = low.notna() & high.notna()
            estimate = both["estimate"].astype(float)
            assert there.any()
            assert ((low <= estimate) & (estimate <= high))[there].all()

    def test_no_test_of_coarse_curves(self, cases: jm.CaseData) -> None:
        shown = published(jm.restricted_means(cases, by="department"))
        assert "contrast" not in shown.tables
        assert any("not tested" in one.text("en") for one in shown.notes)

    def test_the_upper_limit_of_a_median_beyond_the_last_days(self, cases: jm.CaseData) -> None:
        answer: Any = jm.time_to(cases, outcome="verdict", start="accusation")
        half = np.isclose(answer.main["share"].astype(float), 0.5)
        true = float(answer.main["estimate"][half][0])
        main = published(answer).main
        low, high = (float(main[one][half][0]) for one in ("conf_low", "conf_high"))
        assert low <= true
        assert not np.isfinite(high) or high >= true
