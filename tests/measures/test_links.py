"""Counts of different answers that lie in one another: published together, none differ by a small number."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

import justice_metrics as jm
from justice_metrics.base.result import Result
from justice_metrics.base.table import Table
from justice_metrics.disclosure.release import Release
from tests.disclosure.declared import check_boxes, check_declared

MINIMUM = 10


@pytest.fixture(scope="module")
def cases() -> jm.CaseData:
    return jm.read_cases(mapping="sample_data/bolivia_mapping.toml")


@pytest.fixture(scope="module")
def answers(cases: jm.CaseData) -> list[Result]:
    return [
        jm.check(cases, rules=("days_without_office", "no_movement")),
        jm.attrition(cases, age_months=()),
        jm.outcome_shares(cases),
    ]


@pytest.fixture(scope="module")
def release(answers: list[Result]) -> Release:
    return jm.release(answers, jm.DisclosurePolicy(minimum=MINIMUM))


def shown(result: Result, table: str, name: str, /, **where: str) -> float:
    """Return a number of a table; NaN where it is hidden or not listed."""
    found = result.tables[table]
    rows = [row for row in range(len(found)) if all(str(found[key][row]) == one for key, one in where.items())]
    return float(found[name][rows[0]]) if rows else np.nan


class TestRecordsAndStages:
    STAGES = ("charged", "accusation", "trial_preparation", "trial")

    def test_who_reached_a_stage_and_who_has_its_date_differ_by_no_small_number(self, release: Release) -> None:
        check, attrition, _ = release.results
        told = 0
        for stage in self.STAGES:
            counts = {
                "reached": shown(attrition, "main", "reached", stage=stage),
                "recorded": shown(attrition, "main", "recorded", stage=stage),
                "dated": shown(check, "completeness", "recorded", column=stage),
                "due": shown(check, "completeness", "denominator", column=stage),
                "looked at": shown(check, "main", "denominator", rule="days_without_office", detail=stage),
            }
            for one, other in product(counts.values(), repeat=2):
                told += np.isfinite(one - other)
                assert not 0 < one - other < MINIMUM, (stage, counts)
        assert told > len(self.STAGES)

    def test_the_same_units_are_the_same_cell(self, answers: list[Result]) -> None:
        for one in answers:
            check_declared(one)
        check_boxes([one for answer in answers for one in answer.base_counts().counts if one.place[0]])
        boxes = {one.place: one.box for one in answers[0].base_counts().counts}
        of_attrition = {one.place: one.box for one in answers[1].base_counts().counts}
        rows = answers[0].tables["completeness"]["column"].tolist()
        steps = answers[1].main["stage"].tolist()
        for stage in self.STAGES:
            own = of_attrition["main", "recorded", steps.index(stage)]
            assert boxes["completeness", "recorded", rows.index(stage)] == own
            assert own != of_attrition["main", "reached", steps.index(stage)] or stage == "charged"

    def test_completeness_counts_the_same_cells(self, cases: jm.CaseData, answers: list[Result]) -> None:
        fields = ("trial", "accusation", "ending", "area")
        whole, parts = (jm.completeness(cases, fields=fields, by=by) for by in ((), "department"))
        for one in (whole, parts):
            check_declared(one)
        check_boxes([one for each in (whole, *answers) for one in each.base_counts().counts if one.place[0]])
        boxes = {one.place: one.box for one in whole.base_counts().counts}
        beside = {one.place: one.box for one in answers[0].base_counts().counts}
        rows = answers[0].tables["completeness"]["column"].tolist()
        for place, field in enumerate(fields):
            for column in ("recorded", "denominator"):
                assert boxes["fields", column, place] == beside["completeness", column, rows.index(field)]
        # those that went around the trial and those that have its date are those that reached it
        around = dict(boxes["fields", "in_doubt", 0])
        own = dict(boxes["fields", "recorded", 0])
        assert around["furthest"] == own["furthest"]
        assert not around["recorded:trial"] & own["recorded:trial"]

    def test_an_attribute_that_is_missing_is_a_level_of_it(self, cases: jm.CaseData, answers: list[Result]) -> None:
        by_area = jm.outcome_shares(cases, by="area")
        held = {one.box: one.value for one in by_area.base_counts().counts if one.place[1] == "denominator"}
        table = answers[0].tables["completeness"]
        row = table["column"].tolist().index("area")
        box = next(
            one.box for one in answers[0].base_counts().counts if one.place == ("completeness", "not_available", row)
        )
        assert held[box] == table["not_available"][row] > 0


class TestFlows:
    def test_a_year_that_is_over_is_the_year_before_its_end(self, cases: jm.CaseData) -> None:
        answer = jm.case_flows(cases, by="area")
        names = [{unit for member in one for unit in dict(member.box).get("unit", ())} for one in answer.ties]
        assert {"flow of resolved", "flow of resolved_past_year"} in names
        public = jm.release([answer], jm.DisclosurePolicy(minimum=MINIMUM)).results[0]
        main, backlog, whole = (public.tables[name] for name in ("main", "backlog", "whole"))
        for label in sorted(set(main["period"].tolist()))[:-1]:  # the last one is not over
            total = next(float(whole["resolved"][row]) for row, one in enumerate(whole["period"]) if one == label)
            parts = [
                max((n for n in (one, other) if np.isfinite(n)), default=np.nan)
                for one, other in zip(
                    _of(main, "resolved", label), _of(backlog, "resolved_past_year", label), strict=True
                )
            ]
            hidden = sum(not np.isfinite(one) for one in parts)
            if hidden == 1 and np.isfinite(total):
                assert total - np.nansum(parts) >= MINIMUM, label

    def test_quarters_of_a_year_add_up_to_the_year_before_their_end(self, cases: jm.CaseData) -> None:
        answer = jm.case_flows(cases, period="quarter")
        assert any(
            any(("unit", frozenset({"flow of resolved_past_year"})) in one.box for one in tie)
            and sum(("unit", frozenset({"flow of resolved"})) in one.box for one in tie) == 4
            for tie in answer.base_counts().ties
        )


class TestHearings:
    def test_dates_until_held_are_some_of_the_hearings_set_and_their_distribution_stays(
        self, cases: jm.CaseData
    ) -> None:
        answer = jm.hearings(cases)
        check_declared(answer)
        boxes = {one.place: one.box for one in answer.base_counts().counts}
        kinds = answer.main["hearing"].tolist()
        for row, kind in enumerate(answer.tables["certainty"]["hearing"].tolist()):
            whole = boxes["main", "set", kinds.index(kind)]
            assert boxes["certainty", "dates", row] > whole
        # 95 cases with 124 dates, 73 of them with one: the others would be told to within three
        public = jm.release([answer], jm.DisclosurePolicy(minimum=MINIMUM)).results[0]
        assert "certainty" in public.tables
        assert "dates" not in public.tables

    def test_what_two_ways_leave_over_is_told_together(self, cases: jm.CaseData) -> None:
        answer = jm.hearings(cases)
        held = answer.tables["held"]
        everybody = held["denominator"] == held["numerator"]
        assert everybody.any()
        assert not (held["censored"] + held["otherwise"])[everybody].any()
        public = jm.release([answer, jm.attrition(cases)], jm.DisclosurePolicy(minimum=MINIMUM)).results[0]
        assert {"censored", "otherwise"}.isdisjoint(public.tables["held"].values)

    def test_the_sum_of_statements_stays_inside(self, cases: jm.CaseData) -> None:
        answer = jm.repeated_statements(cases)
        check_declared(answer)
        public = jm.release([answer], jm.DisclosurePolicy(minimum=MINIMUM)).results[0]
        assert np.isfinite(public.tables["distribution"]["numerator"]).any()
        assert "given" not in public.main.values
        assert not np.isfinite(public.main["average"]).any()


class TestPending:
    def test_pending_cases_of_an_age_are_those_of_every_table(self, cases: jm.CaseData) -> None:
        ages, expected = jm.case_ages(cases), jm.expected_endings(cases, outcome="verdict", resamples=20)
        counts = [one for each in (ages, expected) for one in each.base_counts().counts if one.place[0]]
        check_boxes(counts)
        held = {one.box: one.value for one in ages.base_counts().counts if one.place[0] == "main"}
        told: dict[frozenset[tuple[str, frozenset[str]]], dict[str, float]] = {}
        for one in expected.base_counts().counts:
            if one.place[0] == "ages":
                band = frozenset(each for each in one.box if not each[0].startswith("ending:"))
                told.setdefault(band, {})[one.place[1]] = one.value
        assert len(told) == 5
        assert {band: sum(parts.values()) for band, parts in told.items()} == {band: held[band] for band in told}


class TestOpenOnADay:
    def test_how_many_were_open_on_the_landmark_stays_inside(self, cases: jm.CaseData) -> None:
        answer = jm.landmark_association(cases, actors=("lawyer", "psychologist"), landmark_days=180)
        check_declared(answer)
        public = jm.release([answer], jm.DisclosurePolicy(minimum=MINIMUM)).results[0]
        assert "at_risk" not in public.main.values
        assert "at_risk" not in public.tables["by_actors"].values
        # two digits of a share leave room for at least so many numbers of cases
        share, raw = public.main["estimate"][0], answer.main["estimate"][0]
        assert share == pytest.approx(float(f"{raw:.2g}"))
        assert public.findings()[0].text().startswith("Of the cases open on day 180, ")
        public.plot()


def _of(table: Table, column: str, label: str) -> list[float]:
    held = {
        str(area): float(n)
        for area, n, one in zip(table["area"], table[column], table["period"], strict=True)
        if one == label
    }
    return [held.get(area, np.nan) for area in ("Rural", "Urbana", "not_available")]
