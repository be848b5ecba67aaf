"""Counts by period: by hand, from case files and from a table of counts, and at the edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.base.result import Protected, Published
from justice_metrics.measures.counted.tables import CountedTable, counted_tables
from tests.disclosure.declared import check_declared
from tests.made_cases import log, wide

# Days from 1 January 2015; the cut-off is 30 June 2016, a day that ends a month.
FEB_2015, MAY_2015, NOV_2015, JAN_2016, JUNE_2016 = 40, 130, 310, 370, 540
CUTOFF = 365 + 181
DAYS = {
    "north": [FEB_2015, FEB_2015, NOV_2015, JAN_2016, JUNE_2016, JUNE_2016],
    "south": [MAY_2015, NOV_2015, NOV_2015, JAN_2016, None, 600],
}
ROWS = [
    {"id": f"{court}{place}", "court": court, "sex": "f" if place % 2 else None, "complaint": day}
    for court, days in DAYS.items()
    for place, day in enumerate(days)
]


@pytest.fixture(scope="module")
def answer() -> Any:
    return jm.case_counts(
        wide(ROWS, cutoff=CUTOFF),
        by=("court", "sex"),
        combine=[["sex", "court"]],
        period=("month", "quarter", "year", "to_date"),
    )


def rows(answer: Any, table: str, *columns: str) -> list[tuple[Any, ...]]:
    shown = answer.tables[table]
    return list(zip(*(shown[one].tolist() for one in columns), strict=True))


def test_years_by_hand(answer: Any) -> None:
    assert rows(answer, "main", "period", "maturity", "count") == [("2015", "complete", 6), ("2016", "provisional", 4)]
    assert rows(answer, "year_by_court", "court", "period", "count") == [
        ("north", "2015", 3),
        ("north", "2016", 3),
        ("south", "2015", 3),
        ("south", "2016", 1),
    ]


def test_the_year_to_date_counts_the_months_that_the_last_year_has(answer: Any) -> None:
    assert rows(answer, "to_date", "period", "maturity", "count", "before")[1] == ("2016", "provisional", 4, 3)
    assert answer.tables["to_date"].statuses["before"] == ("not_applicable", "")
    assert answer.tables["to_date"]["estimate"][1] == pytest.approx(1 / 3)


def test_the_register_begins_in_february_so_that_the_first_year_to_date_is_of_it_only() -> None:
    # days with a complaint are few, so that January without one is chance
    answer = jm.case_counts(wide(ROWS, cutoff=CUTOFF))
    assert answer.tables["to_date"]["period"].tolist() == ["2015", "2016"]
    # a register with complaints on every day begins where it begins
    busy = [{"id": f"a{day}", "complaint": day} for day in range(90, CUTOFF)]
    answer = jm.case_counts(wide(busy, cutoff=CUTOFF))
    assert answer.tables["to_date"]["period"].tolist() == ["2016"]
    assert [str(one) for one in answer.notes].count(
        "The data hold a part of the period only: 2015. Do not compare it with a whole one."
    ) == 1


def test_months_and_missing_levels(answer: Any) -> None:
    months = dict(rows(answer, "month", "period", "count"))
    assert [months[one] for one in ("2015-02", "2015-03", "2016-06")] == [2, 0, 2]
    assert list(months)[-1] == "2016-06"
    assert set(answer.tables["year_by_sex"]["sex"]) == {"f", "not_recorded"}


def test_those_without_a_day_are_left_out_and_told(answer: Any) -> None:
    told = {str(one.reason): one.n for one in answer.provenance.left_out}
    assert told == {"came there, but no date says when": 1, "came there after the cut-off, by its dates": 1}
    assert answer.main["count"].sum() + 2 == answer.provenance.units_in


def test_groups_add_up_to_the_whole_and_months_to_years(answer: Any) -> None:
    def total(table: str) -> dict[str, float]:
        shown = answer.tables[table]
        return pd.Series(shown["count"]).groupby(shown["period"].astype(str)).sum().to_dict()

    for name, period, _ in counted_tables(answer):
        whole = {one.period: one.name for one in counted_tables(answer) if not one.by}[period]
        assert total(name) == total(whole)
    for name in ("month", "quarter"):
        years: dict[str, float] = {}
        for period, n in total(name).items():
            years[period[:4]] = years.get(period[:4], 0) + n
        assert years == total("main")


def test_the_tables_are_listed_with_what_they_hold(answer: Any) -> None:
    found = counted_tables(answer)
    assert found[0] == CountedTable("main", "year", ())
    assert CountedTable("year_by_sex_court", "year", ("sex", "court")) in found
    # combinations have no months unless they are asked for
    assert {one.period for one in found if len(one.by) == 2} == {"year", "to_date"}
    shown = answer.rebuild(Protected(tables={"main": answer.main}, provenance=answer.provenance))
    assert isinstance(shown, Published)
    assert counted_tables(shown) == found[:1]
    assert counted_tables(jm.caseload(wide(ROWS, cutoff=CUTOFF))) == ()


def test_combinations_by_month_only_where_asked() -> None:
    cases = wide(ROWS, cutoff=CUTOFF)
    monthly = jm.case_counts(cases, combine=[["court", "sex"]], period=("year",), combine_period=("month",))
    assert list(monthly.tables) == ["main", "month_by_court_sex"]
    only = jm.case_counts(cases, combine=[["court"]], period=("month",))
    assert list(only.tables) == ["main", "month_by_court"]
    assert only.main["period"][0] == "2015-02"
    again = jm.case_counts(cases, by=("court", "sex"), combine=[["sex"], ["court", "sex"], ["sex", "court"]])
    assert [one.by for one in counted_tables(again) if len(one.by) == 2] == [("court", "sex")] * 2


def test_an_unfinished_month_is_in_its_year_and_not_to_date() -> None:
    answer = jm.case_counts(wide(ROWS, cutoff=CUTOFF - 5))
    assert rows(answer, "to_date", "period", "count")[1] == ("2016", 2)  # January to May
    assert rows(answer, "month", "period", "maturity")[-1] == ("2016-06", "provisional")
    check_declared(answer)


def test_early_in_january_the_year_before_is_to_date() -> None:
    answer = jm.case_counts(wide(ROWS, cutoff=JAN_2016 + 10))
    assert rows(answer, "to_date", "period", "maturity", "count") == [("2015", "complete", 6)]
    assert rows(answer, "main", "period", "maturity", "count")[1] == ("2016", "provisional", 2)
    check_declared(answer)


def test_a_register_that_stops_is_counted_to_its_end() -> None:
    busy = [{"id": f"a{day}", "complaint": day} for day in range(365)]
    answer = jm.case_counts(wide(busy, cutoff=CUTOFF))
    assert rows(answer, "main", "period", "maturity", "count") == [("2015", "complete", 365)]
    assert any("Nothing was registered after" in str(one) for one in answer.notes)


def test_years_limits_what_is_told() -> None:
    answer = jm.case_counts(wide(ROWS, cutoff=CUTOFF), by="court", years=1)
    assert rows(answer, "main", "period", "count") == [("2016", 4)]
    assert rows(answer, "month", "period")[0] == ("2016-01",)
    assert rows(answer, "to_date", "count", "before")[0][0] == 4
    assert np.isnan(answer.tables["to_date"]["before"][0])
    check_declared(answer)


def test_a_stage_is_counted_on_its_first_day() -> None:
    rows_ = [
        {"id": "a", "complaint": 10, "outcome": "rejected", "ended": 400},
        {"id": "b", "complaint": 20, "outcome": "rejected", "ended": 60},
        {"id": "c", "complaint": 30, "outcome": "pending", "ended": None},
    ]
    labels = {"rejected": "rejected", "pending": "pending"}
    answer = jm.case_counts(wide(rows_, cutoff=CUTOFF, labels=labels), of="rejection")
    assert rows(answer, "main", "period", "count") == [("2015", 1), ("2016", 1)]
    assert answer.main.columns[-1].meaning.text() == "rejection"
    check_declared(answer)


def test_dates_known_by_their_year_are_told() -> None:
    frame = pd.DataFrame({"id": ["a", "b"], "complaint": ["2015", "2015-03-01"]})
    mapping = {
        "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2016-06-30"},
        "dates": {"complaint": "complaint"},
    }
    notes = jm.case_counts(jm.CaseData.from_frame(frame, mapping)).notes
    assert any("give the year only" in str(one) for one in notes)
    events = log([("a", "complaint", 10), ("b", "complaint", 20)], cutoff=CUTOFF)
    assert not any("give the year only" in str(one) for one in jm.case_counts(events).notes)


def counts(frame: pd.DataFrame, **more: Any) -> jm.CountData:
    keys = {one: one for one in ("place", "state") if one in frame}
    quantities = {
        one: {"column": one, "label": one, **({"over_time": "last"} if one == "active" else {})}
        for one in ("n", "active", "judges")
        if one in frame
    }
    mapping = {"period": "period", "quantities": quantities, "keys": keys, **more}
    return jm.CountData.from_frame(frame, {"counts": mapping, "missing": {"S/D": "not_available"}})


MONTHS = [f"{year}-{month:02d}" for year in (2022, 2023) for month in range(1, 13)] + ["2024-01", "2024-02"]


def test_a_table_of_counts_by_hand() -> None:
    frame = pd.DataFrame({"period": MONTHS, "n": range(26), "active": range(100, 126)})
    answer = jm.case_counts(counts(frame), of="n", period=("month", "quarter", "year", "to_date"))
    assert answer.main["count"].tolist() == [66, 210, 49]
    assert rows(answer, "to_date", "count", "before")[1:] == [(12 + 13, 0 + 1), (24 + 25, 25)]
    assert answer.tables["to_date"]["estimate"][2] == pytest.approx(24 / 25)
    stock = jm.case_counts(counts(frame), of="active")
    assert stock.main["count"].tolist() == [111, 123, 125]
    assert stock.tables["to_date"]["count"].tolist() == [101, 113, 125]
    check_declared(stock)


def test_a_missing_number_leaves_its_sums_without_one() -> None:
    frame = pd.DataFrame({"period": MONTHS, "n": [*range(25), "S/D"]})
    answer = jm.case_counts(counts(frame))
    assert answer.main.statuses["count"] == ("", "", "not_available")
    assert answer.tables["to_date"].statuses["estimate"] == ("not_applicable", "", "not_available")
    assert "nan" not in " ".join(str(one) for one in answer.findings())
    check_declared(answer)


def test_a_table_by_years_tells_no_months() -> None:
    frame = pd.DataFrame({"period": ["2022", "2023"], "n": [5, 7]})
    answer = jm.case_counts(counts(frame))
    assert list(answer.tables) == ["main", "to_date"]
    assert answer.tables["to_date"]["before"].tolist()[1] == 5
    assert "Not told by the data, and left out: month." in [str(one) for one in answer.notes]
    with pytest.raises(QuestionError, match="none of these periods: month"):
        jm.case_counts(counts(frame), period=("month",))
    cut = jm.case_counts(counts(frame, cutoff="2023-06-30"))
    assert cut.main["maturity"].tolist() == ["complete", "provisional"]
    assert cut.tables["to_date"]["period"].tolist() == ["2022"]


def test_a_key_may_be_called_state() -> None:
    frame = pd.DataFrame({"period": MONTHS, "n": 1, "state": "Colima"})
    answer = jm.case_counts(counts(frame), by="state")
    assert answer.tables["year_by_state"]["state"].tolist() == ["Colima"] * 3


def test_no_row_and_one_row() -> None:
    one = counts(pd.DataFrame({"period": ["2023-05"], "n": [4]}))
    answer = jm.case_counts(one)
    assert list(answer.tables) == ["main", "month"]
    assert answer.main["count"].tolist() == [4]
    check_declared(answer)
    undated = [{"id": "a", "complaint": 10, "outcome": "rejected", "ended": None}]
    with pytest.raises(QuestionError, match="No unit came there"):
        jm.case_counts(wide(undated, cutoff=CUTOFF, labels={"rejected": "rejected"}), of="rejection")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"period": ("week",)}, "'week' is not known here"),
        ({"period": ()}, "No period is asked for"),
        ({"by": "year"}, "The year is a period"),
        ({"combine": [["year", "court"]]}, "The year is a period"),
        ({"by": "provincia"}, "'provincia' is not an attribute"),
        ({"years": 0}, "At least one year"),
    ],
)
def test_wrong_questions_are_refused(asked: dict[str, Any], words: str) -> None:
    with pytest.raises(QuestionError, match=words):
        jm.case_counts(wide(ROWS, cutoff=CUTOFF), **asked)


def test_what_is_no_count_is_refused() -> None:
    frame = pd.DataFrame({"period": MONTHS, "n": 1, "active": 2, "judges": 3})
    data = counts(frame)
    with pytest.raises(QuestionError, match="'judges' is no count that adds up"):
        jm.case_counts(data, of="judges")
    with pytest.raises(QuestionError, match="no quantity 'complaints'"):
        jm.case_counts(data, of="complaints")
    both = counts(frame).__class__.from_frame(
        frame, {"counts": {"period": "period", "quantities": {"new": "n", "resolved": "active"}}}
    )
    with pytest.raises(QuestionError, match="several quantities"):
        jm.case_counts(both)


def test_sentences_name_both_years_and_say_what_is_provisional(answer: Any) -> None:
    to_date, last_year = (one.text().replace("\N{NO-BREAK SPACE}", " ") for one in answer.findings())
    assert last_year == "2015: 6 (complaint)."
    assert to_date.startswith("Jan 2016 to Jun 2016: 4 (complaint); the same months of 2015: 3, a change of +33.3 %.")
    assert to_date.endswith("The numbers of 2016 are provisional.")
    headline = answer.headline()
    assert headline is not None
    assert headline.text() == answer.findings()[0].text()
    whole = jm.case_counts(wide(ROWS, cutoff=364))
    assert [one.text() for one in whole.findings()] == ["Jan 2015 to Dec 2015: 6 (complaint)."]


def test_figures_show_what_is_not_over_and_what_is_hidden(answer: Any) -> None:
    axes = answer.plot(language="es")
    assert axes.get_xticklabels()[0].get_text() == "2015"
    assert [float(bar.get_height()) for bar in axes.containers[0]] == [6, 4]
    months = answer.draw("months")
    assert months.get_xticklabels()[0].get_text() == "Jan"
    drawn = months.get_lines()[1].get_ydata()
    assert drawn[5] == 2
    assert np.isnan(drawn[6:]).all()
    plt.close("all")
    assert not jm.case_counts(wide(ROWS, cutoff=CUTOFF), period=("year",)).views


def test_it_declares_what_the_gate_must_know(answer: Any) -> None:
    check_declared(answer)
