"""Flows of case files and of tables of counts: by hand, with every kind of missing, and at the edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.base.quantities import quantity
from justice_metrics.measures.flows.indicators import indicator, together
from tests.made_cases import log, wide

YEAR = 365


def counts(frame: pd.DataFrame, keys: Sequence[str] = (), **more: Any) -> Any:
    quantities = {one: one for one in frame.columns if one not in {"period", "office", *keys}}
    mapping: dict[str, Any] = {"period": "period", "quantities": quantities, **more}
    if keys:
        mapping["keys"] = {one: one for one in keys}
    if "office" in frame.columns:
        mapping["office"] = "office"
    codes = {"NA": "not_available", "NAP": "not_applicable", "*": "suppressed", "...": "pending", "(p)": "under_review"}
    return jm.CountData.from_frame(frame, {"counts": mapping, "missing": codes})


def column(answer: Any, name: str, table: str = "main") -> list[float]:
    return [float(one) for one in answer.tables[table][name]]


# ----------------------------------------------------------------------------------------------------- case files

# 2015 and 2016; the cut-off is 100 days into 2017.
ROWS = [
    {"id": "a", "court": "one", "complaint": 10, "outcome": "rejected", "ended": 50},
    {"id": "b", "court": "one", "complaint": 20, "outcome": "convicted", "ended": YEAR + 30},
    {"id": "c", "court": "two", "complaint": YEAR + 5, "outcome": "pending", "ended": None},
    {"id": "d", "court": "two", "complaint": YEAR + 6, "outcome": "rejected", "ended": None},
    {"id": "e", "court": "two", "complaint": YEAR + 7, "outcome": "transferred", "ended": YEAR + 9},
]
CUTOFF = 2 * YEAR + 100


@pytest.fixture(scope="module")
def sample() -> Any:
    return jm.sample_cases()


@pytest.fixture(scope="module")
def answer() -> Any:
    return jm.case_flows(wide(ROWS, cutoff=CUTOFF), within_days=(40, 400), goals=(0.5, 0.9), judges=2)


def test_cases_by_hand(answer: Any) -> None:
    main = answer.main
    assert main["period"].tolist() == ["2015", "2016", "2017"]
    assert main["state"].tolist() == ["complete", "complete", "provisional"]
    assert column(answer, "days", "pace") == [365, 366, 100]  # 2016 is a leap year; 2017 ends with the cut-off
    assert column(answer, "pending_start") == [0, 1, 1]
    assert column(answer, "incoming") == [2, 3, 0]
    assert column(answer, "resolved") == [1, 1, 0]
    assert column(answer, "pending_end") == [1, 1, 1]
    assert column(answer, "clearance_rate")[:2] == [0.5, pytest.approx(1 / 3)]
    assert main.statuses["clearance_rate"] == ("", "", "not_defined")
    assert column(answer, "disposition_time")[:2] == [365, 366]


def test_what_the_flows_do_not_explain_is_told(answer: Any) -> None:
    # d ended nobody knows when: it came in and is not pending. The transfer explains itself.
    assert column(answer, "residual", "identity") == [0, -1, 0]
    assert any("nobody knows when" in str(one) for one in answer.notes)


def test_standards_goals_and_points(answer: Any) -> None:
    table = answer.tables["on_time"]
    assert table["standard"].tolist() == ["40", "400"] * 3
    assert column(answer, "numerator", "on_time") == [1, 1, 0, 1, 0, 0]
    assert column(answer, "points", "on_time")[:4] == pytest.approx([0.5, 0.1, -0.5, 0.1])
    units = {one.name: one.unit for one in table.columns}
    assert (units["estimate"], units["points"]) == ("share", "points")


def test_ages_backlog_and_judges(answer: Any) -> None:
    ages = answer.tables["ages"]
    last = ages["period"] == "2017"
    # c is 460 days old on the cut-off
    assert ages["numerator"][last].tolist() == [0, 0, 0, 1, 0, 0]
    assert ages["cumulative_share"][last].tolist() == [0, 0, 0, 1, 1, 1]
    assert column(answer, "old_pending", "backlog") == [0, 0, 1]
    # in the year up to 10 April 2017 no case was resolved
    assert column(answer, "resolved_past_year", "backlog") == [1, 1, 0]
    assert column(answer, "aging_index", "backlog") == [0, 0, 1]
    assert column(answer, "incoming_per_judges", "capacity") == [1, 1.5, 0]


def test_transfers_are_moves_of_the_single_office_only() -> None:
    cases = wide(ROWS, cutoff=CUTOFF)
    by_court = jm.case_flows(cases, by="court")
    two = [place for place, one in enumerate(by_court.main["court"]) if one == "two"]
    assert column(by_court, "outgoing")[two[1]] == 1
    assert column(by_court, "clearance_rate")[two[1]] == pytest.approx(1 / 3)
    assert "outgoing" not in by_court.tables["whole"].values
    assert column(by_court, "resolved", "whole") == column(jm.case_flows(cases), "resolved")


def test_groups_add_up_to_the_whole(sample: Any) -> None:
    by_court = jm.case_flows(sample, by="department", period="quarter", from_year=2015)
    p = len(by_court.tables["whole"])
    for name in ("pending_start", "incoming", "resolved", "pending_end"):
        parts = by_court.main[name].astype(float).reshape(-1, p).sum(axis=0)
        assert parts.tolist() == column(by_court, name, "whole")
    assert by_court.main["period"][0] == "2015-Q1"
    assert float(by_court.main["pending_start"].astype(float).reshape(-1, p)[:, 0].sum()) == 191


def test_months_add_up_to_years_and_agree_with_the_caseload(sample: Any) -> None:
    years, months = jm.case_flows(sample), jm.case_flows(sample, period="month")
    of_year = np.array([one[:4] for one in months.main["period"]])
    for place, year in enumerate(years.main["period"]):
        assert months.main["resolved"][of_year == year].sum() == years.main["resolved"][place]
    load = jm.caseload(sample).main
    assert load["registered"].tolist() == years.main["incoming"].tolist()
    # the caseload ends a case when it stands, here its final verdict; flows resolve it with the first one
    assert load["pending"][-1] == years.main["pending_end"][-1]
    assert (load["pending"] >= years.main["pending_end"]).all()


def test_default_is_inactive_and_a_reopened_case_comes_in_again() -> None:
    events = [
        *[("a", *one) for one in (("complaint", 0), ("charged", 10), ("default", 20), ("charged", 50))],
        *[("b", *one) for one in (("complaint", 0), ("rejected", 30), ("preliminary", 40))],
        *[("c", *one) for one in (("complaint", 5), ("charged", 10), ("default", 60))],
    ]
    answer = jm.case_flows(log(events, cutoff=99), period="quarter")
    parts = {name: column(answer, name, "parts") for name in ("new", "reopened", "reactivated", "placed_inactive")}
    assert {name: sum(one) for name, one in parts.items()} == {
        "new": 3,
        "reopened": 1,
        "reactivated": 1,
        "placed_inactive": 2,
    }
    assert column(answer, "clearance_rate")[0] == pytest.approx(3 / 5)  # two parked, one resolved
    assert column(answer, "clearance_resolved")[0] == pytest.approx(1 / 5)
    assert column(answer, "residual", "inactive") == [0, 0]
    assert column(answer, "pending_inactive_end", "inactive") == [1, 1]


def test_weights_are_summed_and_said() -> None:
    plain, weighted = (
        jm.case_flows(wide([{**row, **more} for row in ROWS], cutoff=CUTOFF)) for more in ({}, {"weight": 1.5})
    )
    assert column(weighted, "incoming") == [1.5 * one for one in column(plain, "incoming")]
    assert column(weighted, "residual", "identity") == [0, -1.5, 0]
    assert any("sampling weights" in str(one) for one in weighted.notes)


def test_the_year_so_far_is_compared_with_the_same_months() -> None:
    days = [*range(0, 90, 10), *range(YEAR, YEAR + 59, 5), *range(YEAR + 60, YEAR + 100)]
    rows = [{"id": str(place), "complaint": day} for place, day in enumerate(days)]
    # cut-off 3 March 2016: January and February of both years, in which 6 and 12 cases came in
    answer = jm.case_flows(wide([row for row in rows if row["complaint"] <= YEAR + 62], cutoff=YEAR + 62))
    table = answer.tables["to_date"]
    assert table["months"].tolist() == [2, 2]
    assert table["numerator"].tolist() == [12, 0]
    assert table["before"].tolist() == [6, 0]
    assert table["change"][0] == 1.0
    assert table.statuses["change"] == ("", "not_defined")
    assert "+100.0\xa0%" in table.display("en")[1][0]
    assert any("the first 2 months" in str(one) and "+100.0" in str(one) for one in answer.findings())


def test_a_period_that_ended_lately_may_be_provisional_too() -> None:
    cases = wide(ROWS, cutoff=2 * YEAR + 20)  # 20 days into 2017
    assert jm.case_flows(cases).main["state"].tolist() == ["complete", "complete", "provisional"]
    assert jm.case_flows(cases, provisional_days=30).main["state"].tolist() == ["complete"] + ["provisional"] * 2


def test_a_register_that_begins_in_the_middle_of_a_year_has_the_days_from_then_on() -> None:
    """A case every other day from 20 June 2015 on, each resolved on the fourth day after: 195 days of 2015."""
    rows = [
        {"id": str(one), "complaint": 170 + 2 * one, "outcome": "rejected", "ended": 174 + 2 * one}
        for one in range(250)
    ]
    found = jm.case_flows(wide(rows, cutoff=2 * YEAR), period="year")
    assert found.main["state"].tolist() == ["provisional", "complete"]
    assert found.tables["pace"]["days"].tolist() == [YEAR - 170, YEAR + 1]
    assert found.main["disposition_time"][0] == pytest.approx(2 / 96 * (YEAR - 170))
    assert any("begins in the middle of 2015" in str(one) for one in found.notes)
    # there is no whole year before to set the year so far against
    assert "to_date" not in found.tables
    early = jm.case_flows(wide(rows, cutoff=2 * YEAR), from_year=2010)
    assert early.main["period"].tolist() == ["2015", "2016"]


def test_months_after_the_last_registration_are_no_fall_in_complaints() -> None:
    rows = [{"id": str(day), "complaint": day, "outcome": "rejected", "ended": 600} for day in range(365)]
    found = jm.case_flows(wide(rows, cutoff=2 * YEAR))
    table = found.tables["to_date"]
    assert table["flow"].tolist() == ["incoming", "resolved"]
    assert table.statuses["numerator"] == ("not_available", "")
    assert table["before"].tolist() == [365, 0]
    assert not any("against 365" in str(one) for one in found.findings())
    assert any("Nothing was registered after 31 Dec 2015" in str(one) for one in found.notes)


@pytest.mark.parametrize("frame", ["closed_only", "prevalent"])
def test_files_that_are_no_register_are_refused(frame: str) -> None:
    rows = [row for row in ROWS if row["ended"]]
    sampling = {"frame": frame, **({"at": "2015-01-02"} if frame == "prevalent" else {})}
    with pytest.raises(QuestionError, match="no register"):
        jm.case_flows(wide(rows, cutoff=CUTOFF, sampling=sampling))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"period": "week"}, "'week' is no period"),
        ({"age_bands": (180, 90)}, "must rise"),
        ({"within_days": (90,), "goals": (0.5, 0.9)}, "2 goals for 1 standards"),
        ({"within_days": (90,), "goals": (90,)}, "share between 0 and 1"),
        ({"by": "colour"}, "not an attribute"),
        ({"by": "court", "judges": 12.0}, "one number for all"),
        ({"judges": {"one": 3.0}}, "exactly one attribute"),
        ({"judges": -1.0}, "cannot be below 0"),
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(QuestionError, match=words):
        jm.case_flows(wide(ROWS, cutoff=CUTOFF), **settings)


def test_a_number_for_each_level() -> None:
    answer = jm.case_flows(wide(ROWS, cutoff=CUTOFF), by="court", judges={"one": 4})
    assert column(answer, "incoming_per_judges", "capacity")[0] == 0.5
    assert answer.tables["capacity"].statuses["judges"] == ("",) * 3 + ("not_available",) * 3


# ------------------------------------------------------------------------------------------------- tables of counts


def test_every_kind_of_missing_stays_what_it_is() -> None:
    frame = pd.DataFrame(
        {
            "period": [2019] * 6,
            "office": list("abcdef"),
            "incoming": ["10", "NA", "NAP", "*", "...", "0"],
            "resolved": ["0", "5", "5", "5", "5", "5"],
        }
    )
    answer = jm.case_flows(counts(frame), by="office")
    reasons = ("", "not_available", "not_applicable", "suppressed", "pending", "not_defined")
    assert answer.main.statuses["clearance_rate"] == reasons
    assert column(answer, "clearance_rate")[0] == 0.0  # a true zero over ten
    assert answer.main.statuses["incoming"] == (*reasons[:5], "")
    # what does not apply adds nothing; what is withheld leaves no sum
    assert answer.tables["whole"].statuses["incoming"] == ("suppressed",)
    assert any("3 of 12 figures" in str(one) for one in answer.notes)


def test_only_those_who_told_everything() -> None:
    frame = pd.DataFrame(
        {
            "period": [2018, 2019] * 2,
            "office": list("aabb"),
            "incoming": ["10", "10", "20", "NA"],
            "resolved": [5, 6, 20, 30],
        }
    )
    told = jm.case_flows(counts(frame), complete_only=True)
    assert column(told, "incoming") == [30, 10]
    assert column(told, "resolved") == [25, 6]
    assert any("1 of 4 series" in str(one) for one in told.notes)
    assert np.isnan(column(jm.case_flows(counts(frame)), "clearance_rate")[1])
    with pytest.raises(QuestionError, match="No office has all"):
        jm.case_flows(counts(frame.iloc[[3]]), complete_only=True)


TRANSFERS = pd.DataFrame(
    {
        "period": [2019, 2019],
        "office": ["a", "b"],
        "pending_start": [50, 50],
        "incoming": [100, 100],
        "transferred_in": [0, 20],
        "resolved": [90, 100],
        "transferred_out": [20, 0],
        "pending_end": [40, 70],
    }
)


def test_transfers_between_offices_stay_out_of_the_national_sums() -> None:
    answer = jm.case_flows(counts(TRANSFERS), by="office")
    assert column(answer, "incoming") == [100, 120]
    assert column(answer, "outgoing") == [110, 100]
    assert column(answer, "incoming", "whole") == [200]
    assert column(answer, "clearance_rate", "whole") == [190 / 200]
    assert column(answer, "residual", "identity") == [0, 0]
    assert any("leaves them out" in str(one) for one in answer.notes)


def test_transfers_that_the_counts_hold_already_are_taken_out() -> None:
    frame = TRANSFERS.assign(incoming=[100, 120], resolved=[110, 100])
    answer = jm.case_flows(counts(frame), by="office", transfers_included=True)
    assert column(answer, "incoming") == [100, 120]
    assert column(answer, "clearance_rate", "whole") == [190 / 200]
    assert column(answer, "residual", "identity") == [0, 0]


@pytest.mark.parametrize(
    ("word", "status"), [("NA", "not_available"), ("*", "suppressed"), ("(p)", "under_review"), ("NAP", "")]
)
def test_transfers_that_are_not_told_cannot_be_taken_out(word: str, status: str) -> None:
    """Less nothing known is not known; where there are no transfers, none are in the incoming cases."""
    frame = pd.DataFrame({"period": [2019], "incoming": [50], "transferred_in": [word], "resolved": [40]})
    main = jm.case_flows(counts(frame), transfers_included=True).main
    told = float(main["incoming"][0])
    assert told == 50 if not status else np.isnan(told)
    for name in ("incoming", "clearance_rate"):
        assert main.statuses.get(name, ("",)) == (status,)


@pytest.mark.parametrize("complete_only", [False, True])
def test_where_nothing_can_come_in_what_is_resolved_clears_nothing(complete_only: bool) -> None:
    """A had 4 and resolved 3; in B no cases come in by law, and 4 old ones were resolved: 3 of 4, not 7 of 4."""
    frame = pd.DataFrame(
        {
            "office": ["A", "B"],
            "period": [2019, 2019],
            "pending_start": [5, 9],
            "new": [4, "NAP"],
            "resolved": [3, 4],
            "pending_end": [6, 5],
        }
    )
    found = jm.case_flows(counts(frame), complete_only=complete_only)
    assert column(found, "clearance_rate") == [3 / 4]
    assert (column(found, "incoming"), column(found, "resolved")) == ([4], [7])
    assert column(found, "residual", "identity") == [0]
    assert any("neither number of a clearance rate" in str(one) for one in found.notes)
    of_office = jm.case_flows(counts(frame), by="office", complete_only=complete_only)
    assert of_office.main.statuses["clearance_rate"] == ("", "not_applicable")
    assert column(of_office, "clearance_rate", "whole") == [3 / 4]


def test_the_past_year_of_a_leap_year_has_its_days() -> None:
    """Resolved on 1 January and 31 December 2016: both are of the year that ends on that evening."""
    rows = [
        {"id": "a", "complaint": 0, "outcome": "rejected", "ended": YEAR},
        {"id": "b", "complaint": 0, "outcome": "rejected", "ended": 2 * YEAR},
        {"id": "c", "complaint": 0},
    ]
    found = jm.case_flows(wide(rows, cutoff=2 * YEAR)).tables["backlog"]
    assert found["resolved_past_year"].tolist()[-1] == 2
    assert found["aging_index"].tolist()[-1] == pytest.approx(1 / 3)


def test_a_gap_in_a_figure_has_its_reason_under_it() -> None:
    frame = pd.DataFrame(
        {"period": [2018, 2019, 2020], "new": [4, "*", 5], "resolved": [3, 4, "NA"], "pending_end": [6, 5, 5]}
    )
    found = jm.case_flows(counts(frame))
    assert found.plot().get_xlabel() == "year (a gap is: not available, hidden)"
    assert "reservado" in found.draw("clearance", language="es").get_xlabel()


def test_what_is_under_review_without_a_number_stays_under_review() -> None:
    frame = pd.DataFrame({"period": [2019], "pending_start": [5], "new": ["(p)"], "resolved": [40], "pending_end": [9]})
    found = jm.case_flows(counts(frame))
    assert found.main.statuses["clearance_rate"] == ("under_review",)
    assert found.tables["pace"].statuses["congestion"] == ("under_review",)
    assert found.tables["identity"].statuses["by_flows"] == ("under_review",)
    assert found.tables["identity"].statuses["residual"] == ("under_review",)


def test_the_past_year_says_why_it_is_not_there() -> None:
    """A withheld month withholds the year that it belongs to, and no other status stands in its place."""
    frame = months(13, resolved=["*", *[5] * 12], pending_end=[7] * 13, old_pending=[1] * 13)
    table = jm.case_flows(counts(frame), period="month").tables["backlog"]
    assert table.statuses["resolved_past_year"][-2:] == ("suppressed", "")
    assert set(table.statuses["resolved_past_year"][:-2]) == {"not_available"}
    assert table["resolved_past_year"][-1] == 60


def test_transfers_that_do_not_balance_are_told() -> None:
    answer = jm.case_flows(counts(TRANSFERS.assign(transferred_in=[0, 15])))
    assert any("sent 20 cases" in str(one) and "received 15" in str(one) for one in answer.notes)
    assert any("20 cases) are left out" in str(one) for one in answer.notes)


def months(n: int, **columns: Any) -> pd.DataFrame:
    labels = [f"{2019 + one // 12}-{one % 12 + 1:02}" for one in range(n)]
    return pd.DataFrame({"period": labels, **columns})


def test_quarters_of_a_leap_year_have_their_days() -> None:
    frame = months(15, incoming=10, resolved=9, pending_start=100, pending_end=90)
    answer = jm.case_flows(counts(frame), period="quarter")
    assert column(answer, "days", "pace") == [90, 91, 92, 92, 91]  # 2020 has a 29 February
    assert column(answer, "disposition_time")[-1] == pytest.approx(90 / 27 * 91)
    # stocks are not added up over the months
    assert column(answer, "pending_start") == [100] * 5
    assert column(answer, "incoming") == [30] * 5


def test_a_year_that_is_not_over_ends_with_its_last_month_and_has_its_days() -> None:
    frame = months(15, incoming=[10] * 12 + [20] * 3, resolved=9, pending_end=90)
    answer = jm.case_flows(counts(frame))
    assert answer.main["state"].tolist() == ["complete", "provisional"]
    assert column(answer, "days", "pace") == [365, 91]
    table = answer.tables["to_date"]
    assert table["numerator"].tolist() == [60, 27]
    assert table["before"].tolist() == [30, 27]
    assert table["change"].tolist() == [1.0, 0.0]
    # the stock at the start is that at the end of the year before, and this is said
    assert column(answer, "pending_start")[1] == 90
    assert answer.main.statuses["pending_start"] == ("not_available", "")
    assert any("taken from the end of the period before" in str(one) for one in answer.notes)


def test_years_that_begin_in_july() -> None:
    frame = pd.DataFrame(
        {
            "start": ["2018-07-01", "2019-07-01"],
            "end": ["2019-06-30", "2020-06-30"],
            "incoming": [100, 110],
            "resolved": [90, 100],
            "pending_end": [50, 60],
            "old_pending": [5, 6],
        }
    )
    quantities = {one: one for one in frame.columns if one not in {"start", "end"}}
    mapping = {"counts": {"period": {"start": "start", "end": "end"}, "quantities": quantities}}
    table = jm.CountData.from_frame(frame, mapping)
    answer = jm.case_flows(table, period="own", complete_only=True)
    assert column(answer, "days", "pace") == [365, 366]
    assert column(answer, "aging_index", "backlog") == [5 / 140, 6 / 160]
    assert answer.plot(language="es").get_xlabel() == "período"
    with pytest.raises(QuestionError, match="longer time than the period"):
        jm.case_flows(table)
    with pytest.raises(QuestionError, match="no period"):
        jm.case_flows(wide(ROWS, cutoff=CUTOFF), period="own")


def test_a_change_is_of_the_same_offices() -> None:
    one, two = months(14, incoming=10, resolved=9), months(14, incoming=100, resolved=9)
    two.loc[12, "incoming"] = None
    frame = pd.concat([one.assign(office="a"), two.assign(office="b")])
    frame["incoming"] = frame["incoming"].map(lambda n: "NA" if pd.isna(n) else str(int(n)))
    table = jm.case_flows(counts(frame), complete_only=True).tables["to_date"]
    # b has no January of 2020: it is compared in neither year
    assert table["numerator"].tolist()[0] == 20
    assert table["before"].tolist()[0] == 20
    plain = jm.case_flows(counts(frame))
    assert plain.tables["to_date"].statuses["numerator"][0] == "not_available"
    assert not any("registered late" in str(one) for one in plain.notes)


def test_the_aging_index_of_months_looks_back_a_year() -> None:
    frame = months(14, incoming=10, resolved=5, pending_end=40, old_pending=10)
    backlog = jm.case_flows(counts(frame), period="month").tables["backlog"]
    assert backlog.statuses["aging_index"] == ("not_available",) * 11 + ("",) * 3
    assert backlog["aging_index"].tolist()[11:] == [10 / (40 + 60)] * 3


def test_the_standard_of_a_table_of_counts_is_its_own() -> None:
    frame = pd.DataFrame({"period": [2019], "incoming": [100], "resolved": [80], "resolved_on_time": [60]})
    answer = jm.case_flows(counts(frame), goals=(0.9,))
    assert column(answer, "estimate", "on_time") == [0.75]
    assert column(answer, "points", "on_time") == pytest.approx([-0.15])
    with pytest.raises(QuestionError, match="does not say how long single cases took"):
        jm.case_flows(counts(frame), within_days=(90,))
    with pytest.raises(QuestionError, match="columns of its own"):
        jm.case_flows(counts(frame), judges=3.0)


def test_flows_per_100_000_inhabitants_and_per_staff() -> None:
    frame = pd.DataFrame(
        {"period": [2019], "incoming": [250], "resolved": [200], "population": [500_000], "staff": [40]}
    )
    answer = jm.case_flows(counts(frame))
    assert column(answer, "incoming_per_population", "capacity") == [50]
    assert column(answer, "resolved_per_staff", "capacity") == [5]


def test_a_table_without_flows_is_refused() -> None:
    with pytest.raises(QuestionError, match="neither what came in nor what was resolved"):
        jm.case_flows(counts(pd.DataFrame({"period": [2019], "population": [500]})))


def test_one_group_that_makes_the_whole_is_named() -> None:
    frame = pd.DataFrame(
        {"period": [2019] * 2, "kind": ["fines", "assault"], "incoming": [900, 100], "resolved": [950, 40]}
    )
    answer = jm.case_flows(counts(frame, ["kind"]), by="kind")
    assert any("fines makes 96.0" in str(one) for one in answer.notes)


# ---------------------------------------------------------------------------------------------------------- parts


def test_numbers_with_what_is_known_of_them() -> None:
    made = indicator(np.array([0.5, np.nan, 0.5]), quantity([1, 1, 2]), quantity([2, 0, 4], ["", "", "under_review"]))
    assert made.words() == ["", "not_defined", "under_review"]
    total = together(quantity([3, 4]), quantity([1, 0], ["", "not_applicable"]))
    assert total.values.tolist() == [4, 4]


@pytest.mark.parametrize("language", ["en", "es"])
def test_summary_and_figures_in_both_languages(answer: Any, language: Any) -> None:
    text = answer.summary(language)
    assert "{" not in text
    axes = answer.plot(language=language)
    firm, soft = axes.lines[0].get_ydata(), axes.lines[1].get_ydata()
    # the flows of a period that is not over would look like a fall; its stock is drawn
    assert firm.tolist()[:2] == [2, 3]
    assert np.isnan(soft[2])
    assert axes.lines[5].get_ydata()[2] == 1
    for view in answer.views:
        assert answer.draw(view, language=language) is not None
    with pytest.raises(QuestionError, match="no view"):
        answer.draw("nothing")


def test_by_groups_the_rates_have_a_line_each() -> None:
    axes = jm.case_flows(wide(ROWS, cutoff=CUTOFF), by="court").draw("clearance")
    assert [one.get_text() for one in axes.texts if one.get_text() in {"one", "two"}] == ["one", "two"]
