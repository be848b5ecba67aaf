"""Legal limits against cases counted by hand on the calendar of Bolivia, and every way in which a clock can stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from justice_metrics.base.errors import CaseDataError, MappingError, QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.measures.limits.time_limits import TimeLimits, time_limits
from tests import made_cases

STATES = (
    *("complaint", "preliminary", "charged", "accusation", "trial_preparation", "trial", "abbreviated", "default"),
    *("rejected", "dismissed", "convicted", "final_conviction"),
)
CUTOFF = "2018-04-30"
Row = Mapping[str, str | None]

# A judicial vacation of 25 days, and a day off in one court only.
CALENDAR = """from,to,kind,office,note
2016-12-05,2016-12-29,vacation,,example
2016-07-15,,holiday,Juzgado Primero,example
"""
COVID = """desde;hasta;tipo
22/03/2016;05/04/2016;suspensión
"""


def wide(rows: Sequence[Row], *, cutoff: str = CUTOFF, **more: Any) -> CaseData:
    """Make case data of rows of dates; ``notified`` is the notice of the charge."""
    # a column of the act, also where nobody did it: what no column names cannot be told
    acts = ["accusation"] if any("charged" in row for row in rows) else []
    names = dict.fromkeys([*(name for row in rows for name in row), *acts])
    table = pd.DataFrame({name: [row.get(name) for row in rows] for name in names}, dtype="str")
    table.insert(0, "id", [str(place) for place in range(len(rows))])
    dates: dict[str, Any] = {name: name for name in names if name in STATES}
    if "notified" in names:
        dates["charged"] = {"column": "charged", "notified": "notified"}
    mapping: dict[str, Any] = {
        "data": {"date_order": "ymd"},
        "cases": {"id": "id", "procedure": "bolivia", "cutoff": cutoff, **more},
        "dates": dates,
    }
    if "outcome" in names:
        mapping["outcome"] = {"column": "outcome", "date": "ended"}
    if "court" in names:
        mapping["attributes"] = {"court": "court"}
    return CaseData.from_frame(table, mapping)


def log(events: Sequence[tuple[str, str, str, str | None]], *, cutoff: str = CUTOFF) -> CaseData:
    """Make case data of events: id, state, day, day of the notice."""
    table = pd.DataFrame(list(events), columns=["id", "state", "day", "notice"], dtype="str")
    mapping = {
        "data": {"kind": "events", "date_order": "ymd"},
        "cases": {"id": "id", "procedure": "bolivia", "cutoff": cutoff},
        "events": {"state": "state", "date": {"column": "day", "notified": "notice"}},
    }
    return CaseData.from_frame(table, mapping)


def standing(answer: TimeLimits) -> dict[str, int]:
    """Return the counts of the first row that are not 0."""
    counts = ("kept", "missed", "running", "ended_otherwise", "cannot_be_told")
    return {name: int(answer.main[name][0]) for name in counts if answer.main[name][0]}


def after(day: str, days: int = 1) -> str:
    return (dt.date.fromisoformat(day) + dt.timedelta(days=days)).isoformat()


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("calendar") / "calendar.csv"
    path.write_text(CALENDAR, encoding="utf-8")
    return path


# ------------------------------------------------------------------------------------------- counted by hand, last days

POLICE, STAGE = "police_investigation", "preparatory_stage"

# What begins the clock, the act, the last day counted on a paper calendar, how it is asked.
BY_HAND = {
    # 3-4 March, then weeks of 5; Good Friday 25 March is off, so the 16th day is Thursday 24 and the 20th Thursday 31.
    "over Good Friday": (POLICE, {"preliminary": "2016-03-02"}, "charged", "2016-03-31", {}),
    # A Saturday: the first day that counts is Monday.
    "from a Saturday": (POLICE, {"preliminary": "2016-03-05"}, "charged", "2016-04-04", {}),
    "weekends only": (POLICE, {"preliminary": "2016-03-02"}, "charged", "2016-03-30", {"country": "none"}),
    # 29 November to 2 December are 4 days; without a vacation the 20th is Tuesday 27 (26 is Christmas, moved).
    "December, no calendar": (POLICE, {"preliminary": "2016-11-28"}, "charged", "2016-12-27", {}),
    # With it: 30 December is the 5th; 2 January is New Year, moved; 3-6, 9-13, 16-20 are 6th to 19th; 23 is off.
    "judicial vacation": (POLICE, {"preliminary": "2016-11-28"}, "charged", "2017-01-24", {"calendar": True}),
    # 16 July, day of La Paz, is a Thursday in 2015; 6 August is off everywhere.
    "country": (POLICE, {"preliminary": "2015-07-13"}, "charged", "2015-08-11", {}),
    "department": (POLICE, {"preliminary": "2015-07-13"}, "charged", "2015-08-12", {"country": "BO-L"}),
    # From the notice, not from the act of 10 January.
    "six months": (STAGE, {"charged": "2016-01-10", "notified": "2016-01-29"}, "accusation", "2016-07-29", {}),
    # 31 August and 6 months: 28 February, which is Carnival, so Wednesday 1 March.
    "last day of February": (
        STAGE,
        {"charged": "2016-08-31", "notified": "2016-08-31"},
        "accusation",
        "2017-03-01",
        {},
    ),
    "as counted": (
        *(STAGE, {"charged": "2016-08-31", "notified": "2016-08-31"}, "accusation", "2017-02-28"),
        {"last_day": "as_counted"},
    ),
    # 3 April and the 25 days of the vacation.
    "vacation and months": (
        *(STAGE, {"charged": "2016-10-01", "notified": "2016-10-03"}, "accusation", "2017-04-28"),
        {"calendar": True},
    ),
    "months run in vacation": (
        *(STAGE, {"charged": "2016-10-01", "notified": "2016-10-03"}, "accusation", "2017-04-03"),
        {"calendar": True, "vacation_stops": ()},
    ),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_the_last_day_is_the_one_on_a_paper_calendar(name: str, calendar: Path) -> None:
    limit, start, act, last, asked = BY_HAND[name]
    asked = {**asked, **({"calendar": calendar, "office": "court"} if asked.get("calendar") else {})}
    rows = [{"complaint": min(start.values()), **start, act: day, "court": day} for day in (last, after(last))]
    main = time_limits(wide(rows), limits=limit, by="court", **_own(asked, calendar)).main
    assert (main["kept"].tolist(), main["missed"].tolist()) == ([1, 0], [0, 1])


def _own(asked: dict[str, Any], calendar: Path) -> dict[str, Any]:
    """Give a calendar without offices: that of one court is another test."""
    if "calendar" not in asked:
        return asked
    common = calendar.with_name("common.csv")
    common.write_text("from,to,kind\n2016-12-05,2016-12-29,vacation\n", encoding="utf-8")
    return {**{key: value for key, value in asked.items() if key != "office"}, "calendar": common}


def test_a_day_off_in_one_court_moves_its_limits_only(calendar: Path) -> None:
    # From Monday 11 July 2016 the 20th working day is Monday 8 August; without Friday 15 July it is the 9th.
    row = {"complaint": "2016-07-11", "preliminary": "2016-07-11", "charged": "2016-08-09"}
    cases = wide([{**row, "court": "juzgado primero"}, {**row, "court": "Juzgado Segundo"}])
    answer = time_limits(cases, limits=POLICE, by="court", calendar=calendar, office="court")
    kept = dict(zip(answer.main["court"], answer.main["kept"], strict=True))
    assert kept == {"juzgado primero": 1, "Juzgado Segundo": 0}
    # the offices of the calendar do not split an answer that was not asked by them
    assert standing(time_limits(cases, limits=POLICE, calendar=calendar, office="court")) == {"kept": 1, "missed": 1}


def test_terms_suspended_by_order_stop_working_days_and_months_alike(tmp_path: Path) -> None:
    path = tmp_path / "plazos.csv"
    path.write_text(COVID, encoding="utf-8")
    # 22 March to 5 April: 14 working days were left of 2 March's 20 (7 weeks of days, 3-4, 7-11, 14-18, 21 March).
    police = {"complaint": "2016-03-02", "preliminary": "2016-03-02"}
    # 13 days passed up to 21 March; 6-8, 11-14 April are 7 more.
    for day, expected in (("2016-04-14", "kept"), ("2016-04-15", "missed")):
        answer = time_limits(wide([{**police, "charged": day}]), limits=POLICE, calendar=path)
        assert standing(answer) == {expected: 1}
    stage = {"complaint": "2016-01-04", "charged": "2016-01-04", "notified": "2016-01-04"}
    # 4 July and 15 days
    for day, expected in (("2016-07-19", "kept"), ("2016-07-20", "missed")):
        answer = time_limits(wide([{**stage, "accusation": day}]), limits=STAGE, calendar=path)
        assert standing(answer) == {expected: 1}


# --------------------------------------------------------------------------------------- suspension and default


def proceedings(final: str) -> CaseData:
    return log(
        [
            ("a", "complaint", "2014-01-20", None),
            ("a", "charged", "2014-02-01", "2014-02-03"),
            ("a", "accusation", "2014-06-02", None),
            ("a", "trial", "2014-12-01", None),
            ("a", "default", "2015-02-03", None),
            ("a", "trial", "2016-02-03", None),
            ("a", "convicted", "2017-06-01", None),
            ("a", "final_conviction", final, None),
        ]
    )


@pytest.mark.parametrize(
    ("suspended", "last"),
    [
        ("run", "2017-02-03"),  # 36 months from the notice, a Friday
        ("pause", "2018-02-05"),  # 365 days more: Saturday 3 February 2018, so Monday
        ("restart", "2019-02-04"),  # 36 months from the return: Sunday 3 February 2019, so Monday
    ],
)
def test_default_stops_the_clock_as_it_is_asked(suspended: Any, last: str) -> None:
    late = dt.date.fromisoformat(last) < dt.date.fromisoformat("2017-06-01")
    day = "2017-06-02" if late else min(last, "2018-04-27")
    answer = time_limits(proceedings(day), limits="whole_process", suspended=suspended)
    assert standing(answer) == ({"missed": 1} if late else {"kept": 1})
    if suspended == "pause":
        assert standing(time_limits(proceedings(after(last)), limits="whole_process")) == {"missed": 1}


def test_default_may_stop_one_limit_and_not_another() -> None:
    cases = log(
        [
            ("a", "complaint", "2016-01-04", None),
            ("a", "charged", "2016-01-04", "2016-01-04"),
            ("a", "default", "2016-02-01", None),
            ("a", "charged", "2016-05-02", None),
            ("a", "accusation", "2016-09-01", None),
        ]
    )
    # 4 July; the default lasted 91 days, so 3 October
    assert standing(time_limits(cases, limits=STAGE)) == {"kept": 1}
    assert standing(time_limits(cases, limits=STAGE, suspended={STAGE: "run"})) == {"missed": 1}
    assert any("began again later" in str(note) for note in time_limits(cases, limits=STAGE).notes)


def test_an_accused_still_in_default_runs_out_of_no_time() -> None:
    rows = {"complaint": "2014-01-06", "charged": "2014-01-06", "notified": "2014-01-06", "default": "2014-03-03"}
    answer = time_limits(wide([rows]), limits=STAGE)
    assert standing(answer) == {"running": 1}
    assert standing(time_limits(wide([rows]), limits=STAGE, suspended="run")) == {"missed": 1}
    # in default only after the limit had run out
    late = {**rows, "default": "2014-08-04"}
    assert standing(time_limits(wide([late]), limits=STAGE)) == {"missed": 1}


# --------------------------------------------------------------------------------------------- how a clock stands


def charged(**more: str | None) -> Row:
    return {"complaint": "2016-01-04", "charged": "2016-01-04", "notified": "2016-01-04", **more}


STANDS = [
    (charged(accusation="2016-07-04"), "kept"),
    (charged(accusation="2016-07-05"), "missed"),
    (charged(), "missed"),
    (charged(notified="2017-10-30"), "missed"),  # 30 April 2018 is the cut-off: it has run out
    (charged(notified="2017-10-31"), "missed"),  # no 31 April
    (charged(notified="2017-11-01"), "running"),  # 1 May is a holiday
    (charged(outcome="withdrawn", ended="2016-07-04"), "ended_otherwise"),
    (charged(outcome="extinguished_preparatory", ended="2016-07-05"), "missed"),
    (charged(outcome="dismissed", ended="2016-07-04"), "kept"),  # an act that the limit asks for
    (charged(accusation="2016-01-04"), "kept"),  # on the same day
    # accused before the accused was notified: the act came before the clock began
    (charged(notified="2016-03-01", accusation="2016-02-01"), "kept"),
    (charged(notified=None, accusation="2016-02-01"), "cannot_be_told"),
    (charged(trial="2016-06-01"), "cannot_be_told"),  # accused for certain, nobody knows when
    (charged(accusation="2015-12-01"), "cannot_be_told"),  # before the charge
    (charged(accusation="2016-06"), "cannot_be_told"),
    (charged(outcome="dismissed"), "cannot_be_told"),
    (charged(outcome="withdrawn"), "cannot_be_told"),
    (charged(outcome="withdrawn", ended="2015-12-01"), "cannot_be_told"),
]


@pytest.fixture(scope="module")
def stands() -> dict[str, str]:
    """How the clock of each case of ``STANDS`` stands, asked of all together."""
    nothing = {"outcome": None, "ended": None, "accusation": None, "trial": None}
    rows = [{**nothing, **row, "court": f"case {place}"} for place, (row, _) in enumerate(STANDS)]
    main = time_limits(wide(rows), limits=STAGE, by="court").main
    counts = ("kept", "missed", "running", "ended_otherwise", "cannot_be_told")
    return {str(court): " ".join(name for name in counts if main[name][row]) for row, court in enumerate(main["court"])}


@pytest.mark.parametrize("place", range(len(STANDS)))
def test_how_a_clock_stands(place: int, stands: dict[str, str]) -> None:
    assert stands[f"case {place}"] == STANDS[place][1]


def test_an_act_planned_after_the_cut_off_has_not_come() -> None:
    rows = [charged(accusation="2018-06-01"), charged(notified="2018-02-01", accusation="2018-06-01")]
    assert standing(time_limits(wide(rows), limits=STAGE)) == {"missed": 1, "running": 1}


def test_a_case_that_never_came_so_far_has_no_clock() -> None:
    cases = wide([charged(accusation="2016-02-01"), {"complaint": "2016-01-04", "charged": None, "notified": None}])
    assert int(time_limits(cases, limits=STAGE).main["clocks"][0]) == 1


def test_a_notice_without_a_date_may_be_counted_from_the_act() -> None:
    cases = wide([charged(notified=None, accusation="2016-02-01"), charged(accusation="2016-02-01")])
    assert standing(time_limits(cases, limits=STAGE)) == {"kept": 1, "cannot_be_told": 1}
    answer = time_limits(cases, limits=STAGE, without_notice="act")
    assert standing(answer) == {"kept": 2}
    assert any("its notification has no date" in str(note) for note in answer.notes)
    # data without any notice: the reason is told
    bare = wide([{"complaint": "2016-01-04", "charged": "2016-01-04"}])
    untold = time_limits(bare, limits=STAGE).tables["untold"]
    assert untold["reason"].tolist() == ["notice_undated"]


def test_hours_are_judged_from_dates_as_far_as_they_go() -> None:
    rows = [{"complaint": "2016-01-04", "preliminary": day} for day in ("2016-01-04", "2016-01-05", "2016-01-06", None)]
    answer = time_limits(wide(rows), limits="report_to_judge")
    assert standing(answer) == {"kept": 1, "missed": 2, "cannot_be_told": 1}
    assert answer.main["estimate"][0] == pytest.approx(0.25)
    assert answer.main["at_most"][0] == pytest.approx(0.5)
    assert answer.tables["untold"]["reason"].tolist() == ["hours_and_days"]


def test_a_verdict_that_is_not_final_ends_no_process() -> None:
    row = charged(outcome="convicted", ended="2016-08-01")
    assert standing(time_limits(wide([row]), limits="whole_process")) == {"running": 1}
    row = charged(outcome="final_conviction", ended="2016-08-01")
    assert standing(time_limits(wide([row]), limits="whole_process")) == {"kept": 1}


def test_a_right_of_a_party_is_asked_for_by_name_only() -> None:
    cases = wide([{"complaint": "2016-01-04", "preliminary": None, "outcome": "rejected", "ended": "2016-02-01"}])
    assert "reopening" not in time_limits(cases).main["limit"]
    answer = time_limits(cases, limits="reopening")
    assert standing(answer) == {"missed": 1}
    assert any("right of a party" in str(note) for note in answer.notes)


def test_reopening_looks_at_what_came_after_the_rejection() -> None:
    events = [("a", "complaint", "2016-01-04"), ("a", "preliminary", "2016-01-05"), ("a", "rejected", "2016-02-01")]
    again = ("a", "preliminary", "2017-02-01")
    cases = log([(*one, None) for one in (*events, again)])
    assert standing(time_limits(cases, limits="reopening")) == {"kept": 1}
    cases = log([(*one, None) for one in (*events, ("a", "preliminary", "2017-02-02"))])
    assert standing(time_limits(cases, limits="reopening")) == {"missed": 1}


# -------------------------------------------------------------------------------------------------- shares, days over


def test_shares_with_pending_cases_as_censored() -> None:
    # Of four notices two acts came in time, one late; one is pending and young. By Aalen and Johansen on the clock's
    # own time: the young one left after 60 days, between the two acts (30 and 90): 1/4 + 3/4 * 1/2 = 5/8.
    rows = [
        charged(accusation="2016-02-03"),
        charged(accusation="2016-04-03"),
        charged(accusation="2016-08-03"),
        charged(charged="2018-03-01", notified="2018-03-01"),
    ]
    answer = time_limits(wide(rows), limits=STAGE)
    assert standing(answer) == {"kept": 2, "missed": 1, "running": 1}
    main = answer.main
    assert main["estimate"][0] == pytest.approx(5 / 8)
    assert main["missed_share"][0] == pytest.approx(3 / 8)
    assert main["estimate"][0] + main["missed_share"][0] + main["ended_share"][0] == pytest.approx(1)
    over = answer.tables["over"]
    assert (int(over["late"][0]), float(over["estimate"][0])) == (1, 30.0)


def test_a_young_group_has_no_share_yet() -> None:
    rows = [charged(notified="2018-03-01", charged="2018-03-01"), charged(notified="2018-04-01", charged="2018-04-01")]
    main = time_limits(wide(rows), limits=STAGE).main
    assert np.isnan(main["estimate"][0])
    assert main.statuses["estimate"] == ("pending",)
    assert "pending" in main.display()[1][0]


def test_what_became_of_missed_limits() -> None:
    rows = [
        charged(accusation="2016-07-14"),
        charged(),
        charged(outcome="extinguished_preparatory", ended="2016-08-03"),
        charged(outcome="withdrawn", ended="2016-07-24"),
    ]
    filled = [{"outcome": None, "ended": None, "accusation": None, **one} for one in rows]
    over = time_limits(wide(filled), limits=STAGE).tables["over"]
    found = {name: int(over[name][0]) for name in ("missed", "late", "not_done", "ended_after", "extinct")}
    assert found == {"missed": 4, "late": 1, "not_done": 1, "ended_after": 2, "extinct": 1}
    # over by 10, 20, 30 days and one far longer
    assert float(over["estimate"][0]) == 25.0


def test_wide_and_log_say_the_same() -> None:
    rows = [charged(accusation="2016-07-05"), charged(accusation="2016-03-01"), charged(notified=None)]
    events = [
        (str(place), state, str(row[state]), row["notified"] if state == "charged" else None)
        for place, row in enumerate(rows)
        for state in ("complaint", "charged", "accusation")
        if row.get(state)
    ]
    assert standing(time_limits(wide(rows), limits=STAGE)) == standing(time_limits(log(events), limits=STAGE))


def test_by_year_and_without_rows_for_groups_that_have_no_clock() -> None:
    rows = [charged(accusation="2016-07-05"), {"complaint": "2017-01-04", "charged": None, "notified": None}]
    main = time_limits(wide(rows), limits=STAGE, by="year").main
    assert main["year"].tolist() == ["2016"]


def test_weights_count_and_withhold_the_interval() -> None:
    rows = [charged(accusation="2016-07-05", weight="3"), charged(accusation="2016-03-01", weight="1")]
    answer = time_limits(wide(rows, sampling={"weight": "weight"}), limits=STAGE)
    assert standing(answer) == {"kept": 1, "missed": 3}
    assert answer.main["estimate"][0] == pytest.approx(0.25)
    assert np.isnan(answer.main["conf_low"][0])


# ------------------------------------------------------------------------------------------------------- wrong calls


@pytest.fixture(scope="module")
def few() -> CaseData:
    return wide([{**charged(accusation="2016-07-05"), "court": "Juzgado Segundo"}])


def test_without_a_country_the_answer_says_so(few: CaseData) -> None:
    nobody = few.with_(procedure=replace(few.procedure, country=None))
    police = log([("a", "complaint", "2016-01-04", None), ("a", "preliminary", "2016-01-04", None)])
    for cases, country in ((police, "none"), (police.with_(procedure=nobody.procedure), None)):
        notes = time_limits(cases, limits=POLICE, country=country).notes
        assert any("No public holidays" in str(one) for one in notes)
    unknown = few.with_(procedure=replace(few.procedure, country="XX"))
    with pytest.raises(QuestionError, match="no list of public holidays for the country 'XX'"):
        time_limits(unknown, limits=STAGE)


@pytest.mark.parametrize("country", ["XX", "BO-Q", "Atlantis", ""])
def test_an_unknown_country_is_refused_with_what_is_known(few: CaseData, country: str) -> None:
    with pytest.raises(QuestionError, match="no list of public holidays") as refused:
        time_limits(few, country=country)
    assert refused.value.remedy is not None


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"limits": "preparatory"}, "is not a limit"),
        ({"limits": "police_hand_over"}, "no state of the procedure"),
        ({"suspended": "stop"}, "not a value of 'suspended'"),
        ({"suspended": {"reopening": "run"}}, "not asked for"),
        ({"vacation_stops": "hours"}, "vacation_stops"),
        ({"last_day": "monday"}, "not a value of 'last_day'"),
        ({"without_notice": "skip"}, "not a value of 'without_notice'"),
        ({"by": "tribunal"}, "not an attribute"),
        ({"office": "tribunal"}, "not an attribute"),
        ({"confidence_level": 95}, "does not lie between"),
        ({"limits": "preparatory_stage", "by": "court"}, None),
        ({"limits": "reopening"}, "No clock of these limits"),
    ],
)
def test_wrong_questions(few: CaseData, asked: dict[str, Any], problem: str | None) -> None:
    if problem is None:
        assert len(time_limits(few, **asked).main) == 1
        return
    with pytest.raises(QuestionError, match=problem):
        time_limits(few, **asked)


def test_offices_of_the_calendar_need_their_attribute_and_must_meet_the_data(few: CaseData, calendar: Path) -> None:
    with pytest.raises(QuestionError, match="nothing says which attribute"):
        time_limits(few, calendar=calendar)
    with pytest.raises(QuestionError, match="none of those in 'court'"):
        time_limits(few, calendar=calendar, office="court")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("from,to,kind\n2016-12-29,2016-12-05,vacation\n", CaseDataError),
        ("from,to,kind\n2016-12-05,2016-12-29,strike\n", MappingError),
        ("from,to\n2016-12-05,2016-12-29\n", MappingError),
        ("from,to,kind\n2016-12,2016-12-29,vacation\n", CaseDataError),
        ("from,to,kind\n,2016-12-29,vacation\n", CaseDataError),
        ("from,to,kind\nsoon,2016-12-29,vacation\n", CaseDataError),
        ("from,to,kind\n1016-12-05,2016-12-29,vacation\n", CaseDataError),
    ],
)
def test_wrong_calendars(few: CaseData, tmp_path: Path, content: str, error: type[Exception]) -> None:
    path = tmp_path / "calendar.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(error):
        time_limits(few, calendar=path)


# ------------------------------------------------------------------------------------------------------ what is shown


def test_the_law_stands_beside_the_numbers(few: CaseData) -> None:
    answer = time_limits(few)
    law = answer.tables["law"]
    assert len(law) == len(few.procedure.limits)
    breach = dict(zip(law["limit"], law["breach"], strict=True))
    assert breach["police_investigation"] == "none"
    assert breach[STAGE] == "extinction_after_summons"
    assert any("another matter" in str(note) for note in answer.notes)
    assert any("No judicial vacation" in str(note) for note in answer.notes)


@pytest.mark.parametrize("language", ["en", "es"])
def test_findings_and_figures(few: CaseData, language: Any) -> None:
    pytest.importorskip("matplotlib").use("agg")
    answer = time_limits(few, by="court")
    assert answer.summary(language)
    whole = time_limits(few, limits=STAGE)
    assert str(whole.findings()[0]).count("1") >= 2
    assert len(answer.plot(language=language).lines[0].get_xdata()) == len(answer.main)
    bars = answer.draw("standing", language=language)
    assert len(bars.containers) == 5
    import matplotlib.pyplot as plt

    plt.close("all")


# ------------------------------------------------------------------------------------------------------------- engines


# Spark is asked in tests/prove: its plans of windows and joins take longer than all of these tests.
@pytest.mark.parametrize("engine", ["pandas", "polars", "duckdb"], indirect=True)
def test_the_same_answer_from_every_engine(engine: Any) -> None:
    events = [
        *[("a", state, day) for state, day in (("complaint", 0), ("charged", 9), ("default", 40), ("charged", 70))],
        *[("b", state, day) for state, day in (("complaint", 3), ("charged", 12), ("accusation", 220))],
        *[("c", state, day) for state, day in (("complaint", 5), ("preliminary", 6), ("rejected", 20))],
    ]
    cases = made_cases.log(events, frame=engine.frame)
    assert standing(time_limits(cases, limits=STAGE, without_notice="act")) == {"missed": 2}
