"""Clocks that dates cannot judge: notices, endings and suspensions known by month, and rounds of a reopened case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.cases.procedure_file import read_procedure
from justice_metrics.measures.limits.time_limits import TimeLimits, time_limits
from tests.measures.limits.test_time_limits import CUTOFF, log, standing, wide

STAGE = "preparatory_stage"


def reasons(answer: TimeLimits) -> dict[str, int]:
    """Return how many clocks could not be judged for which reason."""
    table = answer.tables["untold"]
    return {str(one): int(n) for one, n in zip(table["reason"], table["clocks"], strict=True)}


def test_a_notice_known_by_month_does_not_begin_a_clock_on_the_fifteenth() -> None:
    # six months from some day of January: the act on 20 July may be late or not
    start = {"complaint": "2016-01-01", "charged": "2016-01-04", "accusation": "2016-07-20"}
    rows = [{**start, "notified": "2016-01"}, {**start, "notified": "2016-01-25"}]
    answer = time_limits(wide(rows), limits=STAGE)
    assert standing(answer) == {"kept": 1, "cannot_be_told": 1}
    assert reasons(answer) == {"notice_coarse": 1}
    events = [("a", "complaint", "2016-01-01", None), ("a", "charged", "2016-01-04", "2016-01")]
    assert reasons(time_limits(log([*events, ("a", "accusation", "2016-07-20", None)]), limits=STAGE)) == {
        "notice_coarse": 1
    }


def test_a_notice_before_the_act_is_a_contradiction() -> None:
    start = {"complaint": "2016-01-01", "charged": "2016-03-01", "accusation": "2016-07-20"}
    # on the day of the act it is none
    rows = [{**start, "notified": "2016-02-29"}, {**start, "notified": "2016-03-01"}]
    answer = time_limits(wide(rows), limits=STAGE)
    assert standing(answer) == {"kept": 1, "cannot_be_told": 1}
    assert reasons(answer) == {"notice_before_act": 1}
    assert reasons(time_limits(wide(rows), limits=STAGE, without_notice="act")) == {"notice_before_act": 1}
    # where the act itself is known by month only, an exact notice in it contradicts nothing
    coarse = {"complaint": "2016-01-01", "charged": "2016-03", "notified": "2016-03-02", "accusation": "2016-07-20"}
    whole = {**coarse, "charged": "2016-03-01"}
    assert standing(time_limits(wide([coarse, whole]), limits=STAGE)) == {"kept": 2}


def test_another_ending_known_by_month_cannot_be_told() -> None:
    start = {"complaint": "2016-01-01", "charged": "2016-01-04", "notified": "2016-01-15"}
    rows: list[Any] = [
        {**start, "outcome": "archived", "ended": "2016-07"},
        {**start, "outcome": "archived", "ended": "2016-07-10"},
    ]
    answer = time_limits(wide(rows), limits=STAGE)
    assert standing(answer) == {"ended_otherwise": 1, "cannot_be_told": 1}
    assert reasons(answer) == {"end_coarse": 1}
    events = [("a", "charged", "2016-01-04", "2016-01-15"), ("a", "archived", "2016-07", None)]
    assert reasons(time_limits(log([("a", "complaint", "2016-01-01", None), *events]), limits=STAGE)) == {
        "end_coarse": 1
    }


@pytest.mark.parametrize(("suspended", "told"), [("pause", False), ("run", True)])
def test_a_suspension_known_by_month_cannot_be_told_unless_clocks_run_on(suspended: Any, told: bool) -> None:
    row = {"complaint": "2016-01-01", "charged": "2016-01-04", "notified": "2016-01-15", "default": "2016-03"}
    rows = [{**row, "accusation": "2016-07-20"}, {**row, "default": "2016-03-10", "accusation": "2016-07-20"}]
    answer = time_limits(wide(rows), limits=STAGE, suspended=suspended)
    assert reasons(answer) == ({} if told else {"pause_coarse": 1})
    events = [
        ("a", "complaint", "2016-01-01", None),
        ("a", "charged", "2016-01-04", "2016-01-15"),
        ("a", "default", "2016-03-10", None),
        ("a", "charged", "2016-05", None),
        ("a", "accusation", "2016-09-20", None),
    ]
    assert reasons(time_limits(log(events), limits=STAGE, suspended=suspended)) == ({} if told else {"pause_coarse": 1})


def test_the_act_of_a_second_round_is_not_that_of_the_first_clock() -> None:
    # archived in time, begun again two years later: the first clock ended otherwise, and was not missed
    first = [
        ("a", "complaint", "2014-12-01", None),
        ("a", "charged", "2015-01-05", "2015-01-05"),
        ("a", "archived", "2015-03-02", None),
    ]
    again = [("a", "charged", "2017-03-01", "2017-03-01"), ("a", "accusation", "2017-04-03", None)]
    answer = time_limits(log([*first, *again]), limits=STAGE)
    assert standing(answer) == {"ended_otherwise": 1}
    assert any("began again later" in str(note) for note in answer.notes)
    # so it is while the second round is open
    assert standing(time_limits(log([*first, *again[:1]]), limits=STAGE)) == {"ended_otherwise": 1}
    # an ending known by month cannot be told
    coarse = [*first[:2], ("a", "archived", "2015-03", None), *again]
    assert reasons(time_limits(log(coarse), limits=STAGE)) == {"end_coarse": 1}
    # without a second start it is the same clock: the file was taken up again, and the act came late
    assert standing(time_limits(log([*first, again[1]]), limits=STAGE)) == {"missed": 1}
    # a charge that is made anew while the case is open begins no second round
    open_case = [*first[:2], ("a", "charged", "2015-05-01", "2015-05-01"), ("a", "accusation", "2015-08-03", None)]
    assert standing(time_limits(log(open_case), limits=STAGE)) == {"missed": 1}


def test_a_limit_whose_act_has_no_date_is_asked_by_name_and_says_so() -> None:
    rows = [{"complaint": "2016-01-04", "preliminary": "2016-01-05", "charged": "2016-06-01", "notified": "2016-06-01"}]
    usual = time_limits(wide(rows))
    assert "police_investigation" not in usual.main["limit"].tolist()
    here = dict(zip(usual.tables["law"]["limit"], usual.tables["law"]["here"], strict=True))
    assert here["police_investigation"] == here["accusation_to_court"] == "other_act"
    named = time_limits(wide(rows), limits="police_investigation")
    here = dict(zip(named.tables["law"]["limit"], named.tables["law"]["here"], strict=True))
    assert here["police_investigation"] == "measured_otherwise"
    assert any("the report of the police" in str(note) for note in named.notes)


def test_a_law_of_2019_is_not_asked_of_earlier_clocks() -> None:
    def row(day: str, next_day: str) -> dict[str, str]:
        return {"complaint": day, "charged": day, "accusation": day, "trial_preparation": next_day}

    rows = [row("2016-03-01", "2016-09-01"), row("2019-11-04", "2019-11-04")]
    answer = time_limits(wide(rows, cutoff="2020-03-31"), limits="accusation_to_court")
    assert standing(answer) == {"kept": 1}
    assert any("1 clock began when its limit was not law" in str(note) for note in answer.notes)
    with pytest.raises(QuestionError, match="No clock of these limits"):
        time_limits(wide(rows[:1]), limits="accusation_to_court")


def test_what_follows_is_not_said_where_nobody_wrote_it_down() -> None:
    law = time_limits(wide([{"complaint": "2016-01-01", "preliminary": "2016-01-01"}])).tables["law"]
    follows = dict(zip(law["limit"], law["breach"], strict=True))
    # who misses an appeal loses it: that is not "does not end the case"
    assert follows["restricted_appeal"] == "not_written"


def test_no_complaint_must_be_turned_down_in_guatemala() -> None:
    guatemala = read_procedure("guatemala")
    assert next(one for one in guatemala.limits if one.id == "complaint_turned_down").condition is not None


def test_an_office_of_the_calendar_that_no_case_knows_is_named(tmp_path: Path) -> None:
    path = tmp_path / "calendar.csv"
    rows = "2016-05-02,2016-05-20,vacation,Uno\n2016-06-06,2016-06-24,vacation,Juzgado 2o\n"
    path.write_text("from,to,kind,office\n" + rows, encoding="utf-8")
    start = {"complaint": "2016-01-01", "charged": "2016-01-04", "notified": "2016-01-04"}
    cases = wide([{**start, "court": "Uno"}, {**start, "court": "Juzgado 2"}])
    answer = time_limits(cases, limits=STAGE, calendar=path, office="court")
    assert [str(one) for one in answer.notes if "no clock here belongs to" in str(one) and "Juzgado 2o" in str(one)]


def test_an_act_that_no_column_names_was_not_missed() -> None:
    start = {"complaint": "2016-01-01", "charged": "2016-01-04", "notified": "2016-01-15"}
    rows: list[Any] = [start, {**start, "outcome": "rejected", "ended": "2016-03-01"}, {**start, "outcome": None}]
    answer = time_limits(_labelled(rows, {"rejected": "rejected"}), limits=STAGE)
    assert standing(answer) == {"cannot_be_told": 3}
    assert reasons(answer) == {"act_unrecorded": 3}
    # a label for the act is enough to know that it was not done
    known = time_limits(_labelled(rows, {"rejected": "rejected", "accused": "accusation"}), limits=STAGE)
    assert standing(known) == {"missed": 2, "ended_otherwise": 1}
    # an event log shows what happened: no accusation in it is none
    events = [("a", "complaint", "2016-01-01", None), ("a", "charged", "2016-01-04", "2016-01-15")]
    assert standing(time_limits(log(events), limits=STAGE)) == {"missed": 1}


def _labelled(rows: list[Any], labels: dict[str, str]) -> CaseData:
    names = ("complaint", "charged", "notified", "outcome", "ended")
    table = pd.DataFrame({name: [row.get(name) for row in rows] for name in names}, dtype="str")
    table.insert(0, "id", [str(place) for place in range(len(rows))])
    mapping = {
        "data": {"date_order": "ymd"},
        "cases": {"id": "id", "procedure": "bolivia", "cutoff": CUTOFF},
        "dates": {"complaint": "complaint", "charged": {"column": "charged", "notified": "notified"}},
        "outcome": {"column": "outcome", "date": "ended", "labels": labels},
    }
    return CaseData.from_frame(table, mapping)
