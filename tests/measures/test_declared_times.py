"""Answers about time declare what the disclosure gate must know, and are published from what it gives back alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.cells import CurveCounts, box
from justice_metrics.base.errors import DisclosureError, QuestionError
from justice_metrics.base.result import Protected, Published, Result
from justice_metrics.disclosure.policy import DisclosurePolicy
from justice_metrics.measures.curve_release import JOINED, PublishedCurve, coarse_curve
from justice_metrics.measures.landmark_curves import landmark_curves
from justice_metrics.measures.shown import HIDDEN
from tests.disclosure.declared import check_declared, hidden
from tests.made_cases import wide

Ask = Callable[[jm.CaseData], Result]

CURVES: dict[str, Ask] = {
    "cumulative_incidence": jm.cumulative_incidence,
    "cumulative_incidence by": lambda cases: jm.cumulative_incidence(cases, outcome="verdict", by="department"),
    "cumulative_incidence given": lambda cases: jm.cumulative_incidence(cases, given_days=180),
    "time_to": lambda cases: jm.time_to(cases, by="department"),
    "open_share": jm.open_share,
    "restricted_means by": lambda cases: jm.restricted_means(cases, by="year", outcome="verdict"),
    "transition_times": lambda cases: jm.transition_times(cases, start="charged", outcome="accusation"),
}
TABLES: dict[str, Ask] = {
    "stage_durations": jm.stage_durations,
    "stage_durations by": lambda cases: jm.stage_durations(cases, by="department"),
    "stage_occupancy": jm.stage_occupancy,
    "stage_occupancy by": lambda cases: jm.stage_occupancy(cases, by="department", days=(365, 730)),
    "time_limits": jm.time_limits,
    "expected_endings": jm.expected_endings,
    "expected_endings by": lambda cases: jm.expected_endings(cases, by="department"),
    "landmark_association": lambda cases: jm.landmark_association(
        cases, actors=("lawyer", "psychologist", "social_worker"), resamples=50
    ),
    "curve_tests": lambda cases: jm.curve_tests(cases, by="department", outcome="any_exit", trend=True),
}


@pytest.fixture(scope="module")
def cases() -> jm.CaseData:
    return jm.sample_cases()


@pytest.fixture(scope="module")
def asked(cases: jm.CaseData) -> Callable[[Ask], Result]:
    return cache(lambda ask: ask(cases))


@pytest.fixture(params=list(CURVES))
def curve(request: pytest.FixtureRequest, asked: Callable[[Ask], Result]) -> Result:
    return asked(CURVES[request.param])


@pytest.fixture(params=list(TABLES))
def answer(request: pytest.FixtureRequest, asked: Callable[[Ask], Result]) -> Result:
    return asked(TABLES[request.param])


@cache
def published(result: Result) -> Published:
    return jm.release([result], DisclosurePolicy()).results[0]


def by_day(exits: dict[int, int], open_until: dict[int, int]) -> Result:
    """Return the open share of cases that ended, or were still open, on these days."""
    rows = [{"days": day, "end": 1} for day, n in exits.items() for _ in range(n)]
    rows += [{"days": day, "end": 0} for day, n in open_until.items() for _ in range(n)]
    return jm.open_share(jm.durations(pd.DataFrame(rows), days="days", ending="end"))


class TestCurves:
    def test_they_say_what_they_count(self, curve: Result) -> None:
        check_declared(curve)

    def test_totals_add_up_to_the_units(self, curve: Result) -> None:
        counts = [one for one in curve.base_counts().counts if one.place[0] == "curve:main"]
        groups = {one.place[2] for one in counts}
        for group in groups:
            mine = {one.place[1]: one.value for one in counts if one.place[2] == group}
            entered = mine.pop("entered")
            assert sum(mine.values()) == entered

    def test_no_step_tells_of_few(self, curve: Result) -> None:
        shown = published(curve)
        assert isinstance(shown, PublishedCurve)
        for table in shown.tables.values():
            if "events" in table.values:
                events = table["events"].astype(float)
                steps = events[np.nan_to_num(events) > 0]
                assert (steps >= 10).all()

    @pytest.mark.parametrize("name", [one for one in CURVES if one.startswith(("cumulative", "open"))])
    def test_the_published_answer_is_near_the_true_one(self, name: str, asked: Callable[[Ask], Result]) -> None:
        curve = asked(CURVES[name])
        shown = published(curve)
        keys = [one.name for one in curve.main.columns if one.role in {"stratum", "key"}]
        true, told = (
            pd.DataFrame(one.tables["milestones"].frame_columns()).set_index(keys)["estimate"].astype(float)
            for one in (curve, shown)
        )
        apart = (told - true).abs().dropna()
        assert len(apart)
        if by := [one.name for one in curve.main.columns if one.role == "stratum"]:
            # of small groups a curve has few steps: there the limits hold the truth
            frame = pd.DataFrame(shown.tables["milestones"].frame_columns()).set_index(keys)
            low, high = (frame[one].astype(float).reindex(apart.index) for one in ("conf_low", "conf_high"))
            real = true.reindex(apart.index)
            assert ((low <= real) & (real <= high)).all()
            sizes = {
                dict(one.box).get(by[0]): one.value for one in curve.base_counts().counts if one.place[1] == "entered"
            }
            large = {next(iter(level)) for level, n in sizes.items() if level is not None and n >= 200}
            apart = apart[apart.index.get_level_values(by[0]).isin(large)]
            assert len(apart)
        assert apart.max() < 0.1
        assert apart.mean() < 0.02

    def test_it_is_said_and_drawn(self, curve: Result) -> None:
        shown = published(curve)
        for one in shown.findings():
            for language in ("en", "es"):
                assert "nan" not in one.text(language)
        shown.plot(language="es")
        plt.close("all")


@pytest.fixture(scope="module")
def two_hundred() -> Result:
    """Return an answer on cases of which 40 end on day 10, 30 on day 70, and the others are open on day 400."""
    return by_day({10: 40, 70: 30}, {400: 130})


class TestCoarse:
    def given(
        self, result: Result, events: Any, censored: Any, *, days: tuple[int, ...] = (30, 90, 420)
    ) -> CurveCounts:
        told = result.base_counts().curves["main"]
        entered = np.zeros((1, len(days)))
        entered[0, 0] = np.nansum(events) + np.sum(censored)
        return CurveCounts(
            strata=told.strata,
            endings=told.endings,
            ending_boxes=told.ending_boxes,
            days=np.array(days, np.int32),
            entered=entered,
            events=np.array([[events]], np.float64),
            censored=np.array([censored], np.float64),
        )

    def test_what_is_told(self, two_hundred: Result) -> None:
        told = two_hundred.base_counts().curves["main"]
        assert told.days.tolist() == [10, 70, 400]
        assert told.entered.tolist() == [[200, 0, 0]]
        assert told.events.tolist() == [[[40, 30, 0]]]
        assert told.censored.tolist() == [[0, 0, 130]]

    def test_by_hand(self, two_hundred: Result) -> None:
        protected = Protected(
            tables={},
            provenance=two_hundred.provenance,
            curves={"main": self.given(two_hundred, [40, 30, 0], [0, 0, 130])},
        )
        shown = two_hundred.rebuild(protected)
        # each step lies in the middle of the days over which it came together; 40 of 200, then 30 of 160 left
        assert shown.main["days"].tolist() == [15, 60, 420]
        np.testing.assert_allclose(shown.main["estimate"].astype(float), [0.8, 0.65, 0.65])

    def test_nothing_is_told_before_the_first_step(self) -> None:
        table = pd.DataFrame({"days": [100] * 20 + [300] * 30 + [500] * 60, "end": [1] * 20 + [2] * 30 + [0] * 60})
        result = jm.cumulative_incidence(jm.durations(table, days="days", ending="end"))
        shown = published(result)
        milestones = shown.tables["milestones"]
        early = milestones["days"] == 180
        values = dict(zip(milestones["outcome"][early], milestones["estimate"][early].astype(float), strict=True))
        assert values["1"] == pytest.approx(20 / 110)
        assert np.isnan(values["2"])
        marks = milestones.statuses["estimate"]
        assert [one for one, flag in zip(marks, early, strict=True) if flag] == ["", "suppressed"]

    def test_an_ending_that_is_joined_is_hidden_not_zero(self) -> None:
        table = pd.DataFrame(
            {"days": [40] * 30 + [80] * 6 + [90] * 7 + [500] * 60, "end": [1] * 30 + [2] * 6 + [3] * 7 + [0] * 60}
        )
        result = jm.cumulative_incidence(jm.durations(table, days="days", ending="end"))
        told = result.base_counts().curves["main"]
        days = np.array([60, 90, 510], np.int32)
        events = np.full((1, 4, 3), np.nan)
        events[0, 0], events[0, 3] = [30, 0, 0], [0, 13, 0]
        counts = CurveCounts(
            strata=told.strata,
            endings=(*told.endings, JOINED),
            ending_boxes=(*told.ending_boxes, box({})),
            days=days,
            entered=np.array([[103, 0, 0]]),
            events=events,
            censored=np.array([[0, 0, 60]]),
        )
        shown = result.rebuild(Protected(tables={}, provenance=result.provenance, curves={"main": counts}))
        assert sorted(set(shown.main["outcome"].tolist())) == ["1", JOINED]
        last = shown.main["days"] == 510
        np.testing.assert_allclose(shown.main["estimate"][last].astype(float), [30 / 103, 13 / 103])

    def test_a_curve_of_nobody_is_refused(self, two_hundred: Result) -> None:
        nobody = self.given(two_hundred, [0, 0, 0], [0, 0, 0])
        with pytest.raises(QuestionError, match="too few cases"):
            two_hundred.rebuild(Protected(tables={}, provenance=two_hundred.provenance, curves={"main": nobody}))
        with pytest.raises(QuestionError, match="too few cases"):
            two_hundred.rebuild(Protected(tables={}, provenance=two_hundred.provenance))

    def test_twelve_cases_have_no_curve(self) -> None:
        few = by_day({10: 6}, {400: 6})
        with pytest.raises(DisclosureError):
            published(few)

    def test_few_without_a_date_stand_among_all(self) -> None:
        days = [10.0] * 40 + [400.0] * 60 + [np.nan] * 3
        table = pd.DataFrame({"days": days, "end": [1] * 40 + [0] * 63})
        result = jm.open_share(jm.durations(table, days="days", ending="end"))
        counts = {one.place[1]: one for one in result.base_counts().counts if one.place[0] == "curve:main"}
        # no difference from the number of all cases says that there are three
        assert counts["entered"].value == 103
        assert counts["entered"].box == frozenset()
        assert counts["pending"].value == 63

    def test_many_without_a_date_do_not(self) -> None:
        table = pd.DataFrame({"days": [10.0] * 40 + [400.0] * 60 + [np.nan] * 50, "end": [1] * 40 + [0] * 110})
        result = jm.open_share(jm.durations(table, days="days", ending="end"))
        counts = {one.place[1]: one for one in result.base_counts().counts if one.place[0] == "curve:main"}
        assert counts["entered"].value == 100
        assert counts["entered"].box != frozenset()


class TestLinked:
    def test_verdicts_are_convictions_and_acquittals(self, cases: jm.CaseData) -> None:
        classes, verdicts = jm.cumulative_incidence(cases), jm.cumulative_incidence(cases, outcome="verdict")
        levels = {one.place[1]: dict(one.box) for one in verdicts.base_counts().counts}["verdict"]
        apart = {one.place[1]: dict(one.box) for one in classes.base_counts().counts}
        assert levels == {"ending": frozenset({"conviction", "acquittal"})}
        assert apart["conviction"] == {"ending": frozenset({"conviction"})}

    def test_a_stage_is_an_ending_of_its_own(self, cases: jm.CaseData) -> None:
        charged = jm.time_to(cases, outcome="charge")
        boxes = [dict(one.box) for one in charged.base_counts().counts if one.place[1] == "charge"]
        assert all("ending" not in one for one in boxes)

    def test_the_same_number_of_cases_everywhere(self, cases: jm.CaseData) -> None:
        found = [jm.open_share(cases, by="department"), jm.time_to(cases, outcome="verdict", by="department")]
        sizes = [
            {one.box: one.value for one in answer.base_counts().counts if one.place[1] == "entered"} for answer in found
        ]
        assert sizes[0] == sizes[1]


class TestRefused:
    def test_curves_begun_anew(self, cases: jm.CaseData) -> None:
        with pytest.raises(DisclosureError, match="single days"):
            published(landmark_curves(cases, landmark_days=(0, 365)))

    def test_weights(self) -> None:
        table = pd.DataFrame({"days": [10] * 50 + [90] * 50, "end": [1] * 50 + [0] * 50, "w": [1.5, 2.5] * 50})
        result = jm.open_share(jm.durations(table, days="days", ending="end", weight="w"))
        assert result.base_counts().weighted
        with pytest.raises(QuestionError, match="sampling weights"):
            coarse_curve(result.times, Protected(tables={}, provenance=result.provenance))


class TestTables:
    def test_they_say_what_they_count(self, answer: Result) -> None:
        check_declared(answer)

    def test_it_is_published_said_and_drawn(self, answer: Result) -> None:
        shown = published(answer)
        assert "main" in shown.tables
        for one in shown.findings():
            assert "nan" not in one.text("es")
        for view in ("", *shown.views):
            try:
                shown.draw(view) if view else shown.plot(language="es")
            except QuestionError:
                assert answer.question == "curve_tests"
        plt.close("all")

    @pytest.mark.parametrize("name", [one for one in TABLES if one != "curve_tests"])
    def test_what_is_hidden_is_said_to_be_hidden(self, name: str, asked: Callable[[Ask], Result]) -> None:
        answer = asked(TABLES[name])
        tables = {name: hidden(one) for name, one in answer.tables.items() if one.guard == "counts"}
        shown = answer.rebuild(Protected(tables=tables, provenance=answer.provenance))
        assert not shown.findings()
        axes = shown.plot(language="en")
        written = {one.get_text() for panel in axes.figure.axes for one in panel.texts}
        legend = axes.get_legend()
        written |= {one.get_text() for one in legend.get_texts()} if legend else set()
        assert any(HIDDEN.text("en") in one for one in written)
        plt.close("all")


def test_nobody_ended_yet() -> None:
    rows = [{"id": f"case {n}", "court": "A", "complaint": 0, "outcome": None, "ended": None} for n in range(40)]
    answer = jm.time_to(wide(rows, labels={"rejected": "rejected"}, cutoff=100))
    assert {one.place[1]: one.value for one in answer.base_counts().counts if one.place[0] == "curve:main"} == {
        "entered": 40,
        "pending": 40,
    }
