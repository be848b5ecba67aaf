"""Joined and split cases: each counted once, none lost, the first dates kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import justice_metrics as jm
from justice_metrics.cases.casedata import CaseData
from tests.made_cases import ORIGIN, frame_of, milestones, wide_mapping

Row = dict[str, Any]


def tied(
    rows: Sequence[Row],
    *,
    joined: Sequence[tuple[str, str | None]] | None = None,
    split: Sequence[tuple[str, str | None, int | None]] | None = None,
    polars: bool = True,
    **given_: Any,
) -> CaseData:
    """Return cases with a table of joinings (id, into), and one of splittings (id, origin, day)."""
    table = frame_of(rows)
    mapping = wide_mapping(list(table.columns), **given_)
    children: dict[str, Any] = {}
    if joined is not None:
        mapping["joined"] = {"file": "joined.csv", "into": "into"}
        children["joined"] = frame_of([{"id": one, "into": other} for one, other in joined])
    if split is not None:
        mapping["split"] = {"file": "split.csv", "origin": "of", "date": "day"}
        children["split"] = frame_of([{"id": one, "of": other, "day": day} for one, other, day in split])
    if polars:
        children = {name: pl.from_pandas(one) for name, one in children.items()}
        return CaseData.from_frame(pl.from_pandas(table), mapping, children=children)
    return CaseData.from_frame(table, mapping, children=children)


CASES = [
    {"id": "A", "complaint": 10, "charged": None, "outcome": "convicted", "ended": 90, "sex": None},
    {"id": "B", "complaint": 4, "charged": 8, "outcome": "archived", "ended": 20, "sex": "f"},
    {"id": "C", "complaint": 2, "charged": 30, "outcome": "pending", "ended": None, "sex": "m"},
    {"id": "D", "complaint": 50, "charged": None, "outcome": "pending", "ended": None, "sex": "f"},
]


class TestJoined:
    @pytest.mark.parametrize("polars", [False, True])
    def test_a_chain_is_one_proceeding(self, polars: bool) -> None:
        cases = tied(CASES, joined=[("C", "B"), ("B", "A")], polars=polars)
        found = milestones(cases)
        assert set(found) == {"A", "D"}
        lead, other = found["A"], found["D"]
        zero = other["first__complaint"] - 50
        # the first complaint and charge of any file; the ending and its day of the leading one
        assert (lead["first__complaint"] - zero, lead["first__charged"] - zero) == (2, 8)
        assert (lead["outcome"], lead["outcome_day"] - zero) == ("convicted", 90)
        assert lead["first__archived"] is None
        # what the leading file does not tell is told by another one
        assert (lead["sex"], other["sex"]) == ("f", "f")

    def test_they_count_once_and_it_is_said(self) -> None:
        cases = tied(CASES, joined=[("C", "B"), ("B", "A")])
        assert cases.n_units == 2
        assert [(one.n, "joined into another case" in str(one.reason)) for one in cases.provenance.left_out] == [
            (2, True)
        ]
        assert jm.outcome_shares(cases).main["numerator"].sum() == 2
        assert cases.intake.joining.joined == 2
        assert "joined" not in cases.children

    def test_no_case_is_lost(self) -> None:
        # into a case that is not there, into one another, into itself, into nothing
        cases = tied(CASES, joined=[("A", "Z"), ("B", "C"), ("C", "B"), ("D", "D"), ("D", None), ("gone", "A")])
        assert cases.n_units == 4
        met = cases.intake.joining
        assert (met.joined, met.joined_elsewhere, met.joined_in_circle) == (0, 1, 2)
        assert "into one that is not in the data: 1; into one another: 2." in cases.describe()
        assert not cases.members_merged

    def test_support_follows(self) -> None:
        table = frame_of(CASES)
        mapping = wide_mapping(
            list(table.columns), support={"id": "id", "actor": "actor", "start": "start", "end": "end"}
        )
        mapping["joined"] = {"file": "x.csv", "into": "into"}
        spells = frame_of([{"id": "B", "actor": "lawyer", "start": 5, "end": None}])
        joined = frame_of([{"id": "B", "into": "A"}])
        cases = CaseData.from_frame(table, mapping, support=spells, children={"joined": joined})
        assert cases.support is not None
        assert cases.support.collect().get_column("unit_id").to_list() == ["A"]

    def test_events_of_a_log_follow(self) -> None:
        events = [("A", "complaint", 10), ("A", "convicted", 90), ("B", "complaint", 4), ("B", "archived", 20)]
        table = frame_of([dict(zip(("id", "state", "day"), one, strict=True)) for one in events])
        mapping = {
            "data": {"kind": "events"},
            "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2017-12-31"},
            "events": {"state": "state", "date": "day"},
            "joined": {"file": "x.csv", "into": "into"},
        }
        cases = CaseData.from_frame(table, mapping, children={"joined": frame_of([{"id": "B", "into": "A"}])})
        assert cases.events.collect().get_column("unit_id").to_list() == ["A"] * 4
        assert {one: row["outcome"] for one, row in milestones(cases).items()} == {"A": "convicted"}
        assert milestones(cases)["A"]["first__complaint"] - _zero() == 4

    def test_a_column_of_the_table_itself(self) -> None:
        rows = [{**one, "into": {"B": "A", "C": ""}.get(str(one["id"]))} for one in CASES]
        table = frame_of(rows)
        mapping = wide_mapping([one for one in table.columns if one != "into"])
        cases = CaseData.from_frame(table, {**mapping, "joined": {"into": "into"}})
        assert (cases.n_units, cases.intake.joining.joined) == (3, 1)

    def test_endings_of_joined_files_that_nobody_tells_are_counted(self) -> None:
        # A was convicted and D is open; an archived file (B) and an open one (C) were not decided
        more = [
            {"id": "E", "complaint": 3, "charged": 9, "outcome": "convicted", "ended": 60, "sex": "f"},
            {"id": "F", "complaint": 3, "charged": 9, "outcome": "convicted", "ended": 60, "sex": "f"},
            {"id": "G", "complaint": 3, "charged": 9, "outcome": "rejected", "ended": 60, "sex": "f"},
        ]
        cases = tied([*CASES, *more], joined=[("B", "A"), ("C", "A"), ("E", "A"), ("F", "D"), ("G", "A")])
        assert (cases.intake.joining.joined, cases.intake.joining.joined_ended) == (5, 2)
        notes = [str(one) for one in jm.conviction_rates(cases, per="complaint").notes]
        assert sum("2 cases that were joined into others had been decided otherwise" in one for one in notes) == 1
        assert tied(CASES, joined=[("C", "A")]).intake.joining.joined_ended == 0

    def test_weights_and_frequencies_are_those_of_the_leading_file(self) -> None:
        rows = [{**one, "weight": 2.0 + place, "frequency": 2} for place, one in enumerate(CASES)]
        cases = tied(rows, joined=[("B", "A")])
        assert (milestones(cases)["A"]["weight"], cases.n_units) == (2.0, 6)

    def test_in_a_sample_a_case_whose_leading_file_was_not_drawn_is_told(self) -> None:
        told = []
        for rows in ([{**one, "weight": 4.0} for one in CASES], CASES):
            cases = tied(rows, joined=[("B", "not drawn")])
            notes = [str(one) for one in jm.conviction_rates(cases, per="complaint").notes]
            told.append(sum("1 case was joined into another one that is not in the sample" in one for one in notes))
        assert told == [1, 0]

    @given(into=st.lists(st.integers(0, 11), min_size=12, max_size=12))
    @settings(max_examples=3, deadline=None)
    def test_every_case_stays_or_counts_with_one_that_does(self, into: list[int]) -> None:
        rows = [{"id": f"c{i}", "complaint": 100 - i} for i in range(12)]
        cases = tied(rows, joined=[(f"c{i}", f"c{other}") for i, other in enumerate(into)])
        # a case leads when it is joined into itself; others follow their chain or stand in a circle
        leads = {i: i for i, other in enumerate(into) if other == i}
        for i in range(12):
            at = i
            for _ in range(12):
                at = into[at]
            if at in leads:
                leads[i] = at
        circle = 12 - len(leads)
        wanted = {f"c{at}" for at in leads.values()} | {f"c{i}" for i in range(12) if i not in leads}
        found = milestones(cases)
        assert set(found) == wanted
        assert cases.intake.joining.joined_in_circle == circle
        for at in set(leads.values()):
            days = [100 - i for i, other in leads.items() if other == at]
            assert found[f"c{at}"]["first__complaint"] == min(days) + _zero()


def _zero() -> int:
    return (ORIGIN - dt.date(1970, 1, 1)).days


class TestSplit:
    ROWS = (
        {"id": "A", "complaint": 0, "charged": 20, "trial": 70, "outcome": "convicted", "ended": 90},
        {"id": "B", "complaint": 40, "charged": None, "trial": None, "outcome": "pending", "ended": None},
        {"id": "C", "complaint": 60, "charged": None, "trial": None, "outcome": "rejected", "ended": 80},
    )

    def test_a_split_case_keeps_what_was_reached_before(self) -> None:
        cases = tied(self.ROWS, split=[("B", "A", 50)])
        found = milestones(cases)
        zero = _zero()
        assert set(found) == {"A", "B", "C"}
        assert (found["B"]["first__complaint"] - zero, found["B"]["first__charged"] - zero) == (0, 20)
        # the trial of the origin came after the splitting, and so did its ending
        assert (found["B"]["first__trial"], found["B"]["outcome"]) == (None, None)
        assert cases.intake.joining.split == 1
        assert cases.n_units == 3
        assert found["C"]["first__complaint"] - zero == 60

    def test_without_a_day_the_new_file_begins_at_the_splitting(self) -> None:
        found = milestones(tied(self.ROWS, split=[("B", "A", None)]))
        assert found["B"]["first__charged"] - _zero() == 20
        assert found["B"]["first__trial"] is None

    def test_split_off_from_a_split_case(self) -> None:
        found = milestones(tied(self.ROWS, split=[("C", "B", 65), ("B", "A", 50)]))
        assert [found[one]["first__complaint"] - _zero() for one in ("A", "B", "C")] == [0, 0, 0]

    def test_an_origin_elsewhere_is_counted(self) -> None:
        cases = tied(self.ROWS, split=[("B", "Z", 50), ("C", "A", None)])
        assert (cases.intake.joining.split, cases.intake.joining.split_elsewhere) == (1, 1)
        assert milestones(cases)["B"]["first__complaint"] - _zero() == 40

    def test_split_and_then_joined_again(self) -> None:
        cases = tied(self.ROWS, split=[("B", "A", 50)], joined=[("B", "C")])
        found = milestones(cases)
        assert (set(found), found["C"]["first__complaint"] - _zero()) == ({"A", "C"}, 0)
