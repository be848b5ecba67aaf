"""Clocks of legal limits: which acts belong to them, what is known of each, and that they add up."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from justice_metrics.cases.casedata import CaseData
from justice_metrics.cases.procedure import Limit
from justice_metrics.cases.procedure_file import read_procedure
from justice_metrics.measures.limits.time_limits import time_limits
from justice_metrics.reduce.limits import UNTOLD_REASONS, clocks, past_the_act
from tests.made_cases import log, wide

BOLIVIA = read_procedure("bolivia")
LIMITS = {one.id: one for one in BOLIVIA.limits}
STAGE = replace(LIMITS["preparatory_stage"], counted_from="event")


def cells(found: Any) -> dict[tuple[Any, ...], int]:
    """Return how many units have each start, act, ending, pauses and reason."""
    parts = (found.start, found.act, found.ended, found.why)
    keys = zip(*[one.tolist() for one in parts], map(str, found.pauses.tolist()), strict=True)
    total: dict[tuple[Any, ...], int] = {}
    for key, n in zip(keys, found.units.tolist(), strict=True):
        total[key] = total.get(key, 0) + n
    return total


def test_states_that_cannot_be_come_to_without_the_act() -> None:
    assert past_the_act(BOLIVIA, STAGE)[:4] == ("trial_preparation", "trial", "convicted", "acquitted")
    assert "rejected" not in past_the_act(BOLIVIA, STAGE)  # by way of an archived file
    assert past_the_act(BOLIVIA, LIMITS["whole_process"]) == ("execution",)
    assert past_the_act(BOLIVIA, LIMITS["reopening"]) == ()
    # from the accusation nobody goes back to the charge but through default
    assert "charged" not in past_the_act(BOLIVIA, LIMITS["accusation_to_court"])


def test_clocks_of_two_parts_add_up_to_those_of_the_whole() -> None:
    one = [("a", "complaint", 0), ("a", "charged", 9), ("a", "default", 40), ("a", "charged", 70)]
    other = [("b", "complaint", 0), ("b", "charged", 9), ("b", "accusation", 90)]
    more = [("c", "complaint", 0), ("c", "charged", 9), ("c", "default", 30), ("c", "trial", 50), ("c", "default", 60)]
    parts = [cells(clocks(log(events), STAGE)) for events in (one, other, more)]
    whole = clocks(log([*one, *other, *more]), STAGE)
    assert whole.units.sum() == 3
    assert sum(sum(part.values()) for part in parts) == 3
    # two suspensions at the most, side by side; the second one of c lasts to the cut-off
    assert whole.pauses.shape == (3, 2, 2)
    last = whole.pauses[whole.why > 0][0] - whole.start[whole.why > 0][0]
    assert last.tolist() == [[21, 41], [51, 1000 - 9]]


def test_frequencies_are_units() -> None:
    rows = [
        {"id": "a", "complaint": 0, "charged": 5, "frequency": 3},
        {"id": "b", "complaint": 0, "charged": 5, "frequency": 2},
    ]
    found = clocks(wide(rows), STAGE)
    assert (found.units.tolist(), found.n.tolist()) == ([5], [5])


def test_a_verdict_of_which_kind_nobody_says_starts_the_clock_of_an_appeal() -> None:
    rows = [{"id": "a", "complaint": 0, "verdict": 100, "appeal": None}, {"id": "b", "complaint": 0, "verdict": 2_000}]
    limit = replace(LIMITS["restricted_appeal"], counted_from="event")
    found = clocks(wide(rows), limit)
    assert len(found.n) == 1
    assert found.why.tolist() == [0]


@pytest.mark.parametrize("ending", ["convicted", "acquitted"])
def test_the_notice_of_a_verdict_is_that_of_the_verdict_it_was(ending: str) -> None:
    table = pd.DataFrame(
        {"id": ["a"], "begun": ["2016-01-04"], "verdict": ["2016-05-02"], "told": ["2016-05-10"], "end": [ending]}
    ).assign(appeal=None)
    mapping = {
        "data": {"date_order": "ymd"},
        "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2018-04-30"},
        "dates": {"complaint": "begun", "verdict": {"column": "verdict", "notified": "told"}, "appeal": "appeal"},
        "outcome": {"column": "end"},
    }
    found = clocks(CaseData.from_frame(table, mapping), LIMITS["restricted_appeal"])
    assert found.why.tolist() == [0]
    assert str(found.start.astype("datetime64[D]")[0]) == "2016-05-10"


def test_a_start_that_is_reached_without_a_date_cannot_be_told() -> None:
    rows = [{"id": "a", "complaint": 0, "charged": None, "outcome": "charged"}]
    found = clocks(wide(rows), STAGE)
    assert [UNTOLD_REASONS[one - 1] for one in found.why] == ["start_undated"]


def test_a_clock_watched_late_is_at_risk_from_then_on() -> None:
    # Watched from day 60 on: its act on day 100 tells of those that were open on day 60 only.
    rows: list[dict[str, Any]] = [
        {"id": "a", "complaint": 0, "charged": 0, "accusation": 30, "entry": 0},
        {"id": "b", "complaint": 0, "charged": 0, "accusation": 100, "entry": 60},
        {"id": "c", "complaint": 0, "charged": 0, "accusation": 20, "entry": 60},
    ]
    cases = wide(rows, sampling={"frame": "prevalent"})
    answer = time_limits(cases, limits="preparatory_stage", without_notice="act")
    # by day 30: 1 of 1 at risk (c was never seen open)
    assert answer.main["estimate"][0] == pytest.approx(1.0)
    assert int(answer.main["kept"][0]) == 3


@pytest.mark.parametrize(("first", "last", "left"), [(None, None, 0), ("2015-06-01", None, 1), (None, "2015-06-01", 1)])
def test_a_limit_is_asked_of_the_clocks_that_began_while_it_was_law(
    first: str | None, last: str | None, left: int
) -> None:
    rows = [{"id": "a", "complaint": 0, "charged": 20}, {"id": "b", "complaint": 0, "charged": 300}]
    cases = wide(rows)
    limit = replace(
        LIMITS["preparatory_stage"],
        counted_from="event",
        valid_from=None if first is None else dt.date.fromisoformat(first),
        valid_to=None if last is None else dt.date.fromisoformat(last),
    )
    cases = cases.with_(procedure=replace(cases.procedure, limits=(limit,)))
    answer = time_limits(cases)
    assert int(answer.main["clocks"][0]) == 2 - left
    assert any("was not law" in str(note) for note in answer.notes) == bool(left)


def test_calendar_days_run_through_weekends_and_may_be_stopped(tmp_path: Any) -> None:
    # From Thursday 1 January 2015, ten calendar days: Sunday 11, so Monday 12; as counted, 11.
    def asked(day: int, **more: Any) -> list[int]:
        rows = [{"id": "a", "complaint": 0, "charged": 0, "accusation": day}]
        cases = wide(rows)
        limit: Limit = replace(STAGE, amount=10, unit="calendar_days")
        cases = cases.with_(procedure=replace(cases.procedure, limits=(limit,)))
        main = time_limits(cases, **more).main
        return [int(main[name][0]) for name in ("kept", "missed")]

    assert [asked(day) for day in (11, 12)] == [[1, 0], [0, 1]]
    assert [asked(day, last_day="as_counted") for day in (10, 11)] == [[1, 0], [0, 1]]
    path = tmp_path / "calendar.csv"
    path.write_text("from,to,kind\n2015-01-05,2015-01-09,vacation\n", encoding="utf-8")
    stopped: Any = {"calendar": path, "vacation_stops": "calendar_days"}
    # five days more: Friday 16
    assert [asked(day, **stopped) for day in (15, 16)] == [[1, 0], [0, 1]]
    assert asked(12, calendar=path) == [0, 1]


def test_nothing_is_told_of_limits_without_dates() -> None:
    assert np.array_equal(clocks(wide([{"id": "a", "complaint": 0}]), LIMITS["reopening"]).n, np.zeros(0))
