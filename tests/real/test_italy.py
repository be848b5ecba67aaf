"""An event log of 150,370 road traffic fines: repeated events, competing endings, endings that are not the end."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from collections import defaultdict
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

import justice_metrics as jm
from tests.real.plain import incidence

pytestmark = pytest.mark.needs_data

HERE = Path(__file__).parent / "italy"
CUTOFF = dt.date(2013, 6, 18).toordinal()
ENDINGS = {"Payment": "paid", "Send for Credit Collection": "collection"}

# Cases with at least one event of the kind, as published with the data.
REACHED = {
    "created": 150_370,
    "sent": 103_987,
    "notified": 79_860,
    "penalty_added": 79_860,
    "paid": 69_715,
    "collection": 59_013,
    "prefecture_appeal_dated": 4_188,
    "judge_appeal": 555,
}


@pytest.fixture(scope="module")
def cases(shared_data: Path) -> jm.CaseData:
    return jm.read_cases(mapping=HERE / "mapping.toml")


@pytest.fixture(scope="module")
def log(shared_data: Path) -> dict[str, list[tuple[int, int, str]]]:
    """Day, number and activity of the events of each case, in order; by the standard library alone."""
    found: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    with gzip.open(shared_data / "italy_road_fines" / "events.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            day = dt.date.fromisoformat(row["timestamp"]).toordinal()
            found[row["case_id"]].append((day, int(row["event_no"]), row["activity"]))
    return {case: sorted(events) for case, events in found.items()}


def span(events: list[tuple[int, int, str]], endings: str) -> tuple[int, str]:
    """Return how many days a case was watched and how it ended, as each way of counting endings has it."""
    start = min(day for day, _, activity in events if activity == "Create Fine")
    if endings == "first":
        ends = [(day, list(ENDINGS).index(activity)) for day, _, activity in events if activity in ENDINGS]
        if ends:
            day, which = min(ends)
            return day - start, list(ENDINGS.values())[which]
    else:
        day, _, activity = events[-1]
        if activity in ENDINGS:
            return day - start, ENDINGS[activity]
    return CUTOFF - start, "open"


def test_log_is_read_whole(cases: jm.CaseData) -> None:
    assert cases.n_units == 150_370
    assert cases.intake.rows == 561_470
    assert len(cases.events.select("unit_id").collect()) == 561_470
    assert all(one.unreadable == 0 for one in cases.intake.conversions)


@pytest.mark.parametrize("state", REACHED)
def test_cases_that_ever_came_to_a_state(cases: jm.CaseData, state: str) -> None:
    found = cases.milestones.filter(cases.reached((state,))).select("unit_id").collect()
    assert len(found) == REACHED[state]


def test_attrition_records_the_same(cases: jm.CaseData) -> None:
    table = jm.attrition(cases, age_months=()).main
    recorded = dict(zip(table["stage"], table["recorded"], strict=True))
    assert recorded == {state: REACHED[state] for state in ("created", "sent", "notified", "penalty_added")}


def test_losses_after_the_last_step_are_called_so(cases: jm.CaseData) -> None:
    said = " ".join(one.text() for one in jm.attrition(cases, age_months=()).findings())
    assert "The largest loss was after the last step, penalty added" in said


def test_outcomes_at_the_cutoff_are_the_last_events(
    cases: jm.CaseData, log: dict[str, list[tuple[int, int, str]]]
) -> None:
    shares = jm.outcome_shares(cases).main
    made = dict(zip(shares["outcome"], shares["numerator"], strict=True))
    stands = [ENDINGS.get(events[-1][2], "open") for events in log.values()]
    assert made == {
        "extinction": stands.count("paid"),
        "transfer": stands.count("collection"),
        "pending": stands.count("open"),
    }


@pytest.mark.parametrize("endings", ["first", "standing"])
def test_competing_endings_are_those_of_a_plain_loop(
    cases: jm.CaseData, log: dict[str, list[tuple[int, int, str]]], endings: Literal["first", "standing"]
) -> None:
    names = ("paid", "collection")
    made = jm.cumulative_incidence(cases, start="created", outcome=names, endings=endings)
    assert made.table.outcomes == names
    assert not made.provenance.left_out
    by_hand = incidence((span(events, endings) for events in log.values()), names)
    kept = np.isin(made.table.days, list(by_hand))
    wanted = np.array([[shares[one] for shares in by_hand.values()] for one in names])
    np.testing.assert_allclose(made.curves.incidence[0][:, kept], wanted, rtol=0, atol=1e-10)
    still_open = np.array([shares["open"] for shares in by_hand.values()])
    np.testing.assert_allclose(made.curves.survival[0][kept], still_open, rtol=0, atol=1e-10)


def test_first_and_standing_endings_differ_and_say_so(cases: jm.CaseData) -> None:
    """A fine that was paid too little is open again, so fewer stand as paid than were ever paid."""
    both: dict[str, Any] = {
        one: jm.cumulative_incidence(cases, start="created", outcome=("paid", "collection"), endings=one)
        for one in ("first", "standing")
    }
    paid = {one: float(made.at([730]).values["estimate"][0]) for one, made in both.items()}
    assert paid["standing"] < paid["first"]
    assert dict(both["first"].provenance.settings)["endings"] == "first"
    assert "closed and reopened counts as open" in both["standing"].summary()


def test_one_ending_alone_would_be_overstated(cases: jm.CaseData) -> None:
    """One minus Kaplan-Meier, which takes collection for censoring, gives more payments than there were."""
    made = jm.cumulative_incidence(cases, start="created", outcome=("paid", "collection"), endings="first")
    events, censored = made.table.events[0], made.table.censored[0]
    at_risk = made.table.units[0] - np.concatenate([[0], np.cumsum(events.sum(axis=0) + censored)[:-1]])
    naive = 1 - np.cumprod(1 - events[0] / np.maximum(at_risk, 1))
    assert naive[-1] > made.curves.incidence[0, 0, -1] + 0.01
