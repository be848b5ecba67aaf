"""The dimensions that answers share: nested ages, steps, endings; and what an outsider knows of periods."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import justice_metrics as jm
from justice_metrics.base.cells import CellOf, box
from justice_metrics.measures.boxes import (
    ended_among,
    finer,
    reached_restrictions,
    standing_restrictions,
    together,
    watched_levels,
    younger_levels,
)


@pytest.fixture(scope="module")
def cases() -> jm.CaseData:
    return jm.sample_cases()


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_who_was_watched_longer_was_watched_shorter_too(one: int, other: int) -> None:
    short, long = sorted((one, other))
    also = (one, other)
    watched = set(watched_levels(short, also))
    assert set(watched_levels(long, also)) <= watched
    assert not watched & set(younger_levels(short, also))
    assert watched | set(younger_levels(short, also)) == set(watched_levels(long, also)) | set(
        younger_levels(long, also)
    )


def test_the_first_step_restricts_nobody(cases: jm.CaseData) -> None:
    assert reached_restrictions(cases, "complaint") == {}
    assert reached_restrictions(cases, "verdict") == {"furthest": ("verdict", "final_verdict")}


def test_a_whole_class_of_endings_is_named_by_the_class(cases: jm.CaseData) -> None:
    whole = cases.resolve("conviction")
    assert standing_restrictions(cases, whole) == {"ending": ("conviction",)}
    assert standing_restrictions(cases, whole[:1]) == {"ending": ("conviction",), "ending_state": whole[:1]}


def test_the_convicted_are_the_same_cases_on_each_denominator(cases: jm.CaseData) -> None:
    were = {"ending": ("conviction",)}
    found = [ended_among(cases, cases.resolve("conviction"), were, one) for one in ("complaint", "charge", "verdict")]
    assert found == [were] * 3
    assert together({"furthest": ("a", "b")}, {"furthest": ("b",)}) == {"furthest": ("b",)}


def test_a_year_is_made_of_what_lies_in_it() -> None:
    shorter = dict(finer("2019"))
    assert (len(shorter["half_year"]), len(shorter["quarter"]), len(shorter["month"])) == (2, 4, 12)
    assert dict(finer("2019-H2"))["quarter"] == ("2019-Q3", "2019-Q4")
    assert finer("2019-03") == finer("2019-01-01/2019-02-15") == ()


def test_a_year_and_its_quarters_hang_together_in_a_release(cases: jm.CaseData) -> None:
    answers = [jm.period_ratios(cases, of="charge", period=one) for one in ("year", "quarter")]
    counts = {(one.box, one.events): one.value for answer in answers for one in answer.base_counts().counts}
    told = [tie for tie in answers[0].ties if len(tie) == 5 and all((one.box, one.events) in counts for one in tie)]
    assert told
    assert all(sum(one.sign * counts[one.box, one.events] for one in tie) == 0 for tie in told)


def test_names_from_the_data_are_not_read_as_columns() -> None:
    cell = CellOf(keys={"kind": "kind"}, flags={"kind": "has"}, fixed={"asked in {year}": ("yes",)})
    found = cell.box({"kind": "{x}", "year": 2019}, {"place": "{y}"})
    assert found == box({"kind": "{x}", "has:{x}": "yes", "asked in 2019": "yes", "place": "{y}"})


def test_a_group_restricted_twice_holds_both() -> None:
    cell = CellOf(keys={"period": "year"})
    assert cell.box({"period": "2016"}, {"year": "2016"}) == box({"year": "2016"})
    assert cell.box({"period": "2017"}, {"year": "2016"}) == frozenset({("year", frozenset())})
