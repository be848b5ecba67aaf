"""The published report on 19,783 child sexual offence cases in India, made again from its cases.

The figures are those of the draft report of 14 October 2020 and of the aggregates that its authors published beside it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.table import Table
from tests.real.plain import incidence, on_day

pytestmark = pytest.mark.needs_data

HERE = Path(__file__).parent / "india"
STATES = ("Assam", "Delhi", "Haryana")
YEARS = tuple(str(year) for year in range(2012, 2021))
CUTOFF = pd.Timestamp("2020-03-31")
BANDS = ("0-1", "1-2", "2-3", "3-4", "4-5", "5+")
NOT_ENDED = "pending"


@pytest.fixture(scope="module")
def cases(shared_data: Path) -> jm.CaseData:
    return jm.read_cases(mapping=HERE / "mapping.toml")


@pytest.fixture(scope="module")
def rows(shared_data: Path) -> pd.DataFrame:
    """The cases by pandas alone, with the ending that the first words of the disposition say."""
    frame = pd.read_csv(shared_data / "india_pocso" / "cases.csv.gz", dtype=str, keep_default_na=False)
    classes = {
        "Convicted": "conviction",
        "Acquitted": "acquittal",
        "Transferred": "transfer",
        "Abated": "extinction",
        "Discharged": "dismissal",
        "Quashed": "dismissal",
    }
    first_word = frame["disposition"].str.split().str[0]
    frame["ending"] = first_word.map(classes).fillna("other").where(frame["disp_nature"] != "0", NOT_ENDED)
    frame["start"] = pd.to_datetime(frame["dt_regis"], format="%Y-%m-%d")
    decided = pd.to_datetime(frame["date_of_decision"].where(frame["date_of_decision"] != ""), format="%Y-%m-%d")
    frame["days"] = (decided.fillna(CUTOFF) - frame["start"]).dt.days
    frame["faulty"] = (frame["days"] < 0) | (decided > CUTOFF) | (frame["start"] > CUTOFF)
    return frame


def column(table: Table, name: str, **where: object) -> list[Any]:
    """Return a column of the rows in which other columns have given values."""
    kept = np.ones(len(table), dtype=bool)
    for key, value in where.items():
        kept &= np.asarray(table[key] == value)
    return np.asarray(table[name])[kept].tolist()


def plain(text: str) -> str:
    """Return a text with plain spaces."""
    return text.replace("\u00a0", " ")


def percent(shares: list[float]) -> list[float]:
    return [round(100 * one, 2) for one in shares]


# --------------------------------------------------------------------------------------- chapters 2 and 3: what came in


def test_cases_and_states(cases: jm.CaseData) -> None:
    shares = jm.outcome_shares(cases, by="state_name").main
    assert cases.n_units == 19_783
    assert column(shares, "denominator", outcome="pending") == [5_786, 9_366, 4_631]


def test_table_2_1_registrations_by_year(cases: jm.CaseData) -> None:
    load = jm.caseload(cases).main
    assert tuple(load["period"]) == YEARS
    assert load["registered"].tolist() == [2, 351, 762, 1500, 2519, 3486, 4975, 5210, 978]


def test_table_2_1_adds_up_over_states(cases: jm.CaseData) -> None:
    load = jm.caseload(cases, by="state_name").main
    summed = [sum(column(load, "registered", period=year)) for year in YEARS]
    assert summed == [2, 351, 762, 1500, 2519, 3486, 4975, 5210, 978]
    assert [sum(column(load, "registered", state_name=one)) for one in STATES] == [5_786, 9_366, 4_631]


def test_table_3_1_caseload_by_year(cases: jm.CaseData) -> None:
    load = jm.caseload(cases).main
    assert load["caseload"].tolist() == [2, 353, 1111, 2464, 4642, 7507, 11373, 14486, 12465]
    # What is left at the end of the last year is what is pending at the cut-off.
    assert load["pending"][-1] == 11_686


def test_the_authors_own_counts_by_district_and_year(cases: jm.CaseData, shared_data: Path) -> None:
    """Each of the 378 cells of their aggregated file, whose year is the register's column and not the date's."""
    published = pd.read_csv(shared_data / "india_pocso" / "year_wise_cases.csv.gz", dtype={"reg_year_date": str})
    keys = ["state_name", "district_name", "reg_year_date"]
    theirs = published.groupby(keys)[["total_cases", "pending_cases", "disposed_cases"]].sum()
    made = jm.outcome_shares(cases, by=("state_name", "district", "reg_year")).to_frame()
    ours = made[made["outcome"] == "pending"].set_index(["state_name", "district", "reg_year"])
    assert len(ours) == len(theirs) == 378
    ours = ours.reindex(theirs.index)
    assert ours["denominator"].tolist() == theirs["total_cases"].tolist()
    assert ours["numerator"].tolist() == theirs["pending_cases"].tolist()
    assert ours["ended"].tolist() == theirs["disposed_cases"].tolist()


# ---------------------------------------------------------------------------------------- chapter 4: how cases ended


def test_disposal_by_state(cases: jm.CaseData) -> None:
    table = jm.outcome_shares(cases, by="state_name").main
    ended, total = (column(table, one, outcome="pending") for one in ("ended", "denominator"))
    assert sum(ended) == 8_097
    assert sum(column(table, "numerator", outcome="pending")) == 11_686
    assert percent([one / of for one, of in zip(ended, total, strict=True)]) == [46.77, 25.05, 65.75]


def test_chart_4_2_outcomes_of_disposed_cases(cases: jm.CaseData) -> None:
    table = jm.outcome_shares(cases, by="state_name").main
    assert percent(column(table, "share_of_ended", outcome="acquittal")) == [58.98, 55.50, 63.48]
    assert percent(column(table, "share_of_ended", outcome="conviction")) == [14.19, 16.58, 30.38]


def test_karbi_anglong(cases: jm.CaseData) -> None:
    table = jm.outcome_shares(cases, by="district").main
    row = {"district": "Karbi Anglong", "outcome": "conviction"}
    assert (*column(table, "numerator", **row), *column(table, "ended", **row)) == (29, 63)
    assert percent(column(table, "share_of_ended", **row)) == [46.03]


def test_the_authors_own_counts_of_disposals(cases: jm.CaseData, shared_data: Path) -> None:
    published = pd.read_csv(shared_data / "india_pocso" / "nature_of_disposal.csv.gz")
    made = jm.outcome_shares(cases, by=("state_name", "district")).to_frame()
    for word, outcome in (("Convicted", "conviction"), ("Acquitted", "acquittal"), ("Transferred", "transfer")):
        of_word = published[published["updated_disp_name"].str.split().str[0] == word]
        theirs = of_word.groupby(["state_name", "district_name"])["total_cases"].sum()
        ours = made[made["outcome"] == outcome].set_index(["state_name", "district"])["numerator"]
        assert ours[ours > 0].to_dict() == theirs.to_dict()


def test_conviction_rate_on_three_denominators(cases: jm.CaseData) -> None:
    """One numerator, three rates that are far apart, each with its own label."""
    per = ("registered", "any_exit", "verdict")
    rates = jm.conviction_rates(cases, per=per)
    assert rates.main["per"].tolist() == list(per)
    assert rates.main["numerator"].tolist() == [1_698, 1_698, 1_698]
    assert rates.main["denominator"].tolist() == [19_783, 8_097, 1_698 + 4_831]
    assert rates.main["pending"].tolist() == [11_686, 0, 0]
    said = [one.text() for one in rates.findings()]
    assert [re.findall(r"reached (.*?),", one)[0] for one in said] == [
        "registered at the court",
        "any way of ending",
        "verdict",
    ]
    by_state = jm.conviction_rates(cases, per=per, by="state_name").main
    assert percent(column(by_state, "estimate", per="any_exit")) == [14.19, 16.58, 30.38]
    assert percent(column(by_state, "estimate", per="registered")) == [6.64, 4.15, 19.97]


# ------------------------------------------------------------------------------------- chapter 5: how old cases were


def ages(cases: jm.CaseData, year_days: int) -> tuple[list[int], list[int]]:
    table = jm.case_ages(cases, year_days=year_days).tables["status"]
    return column(table, "numerator", status="ended"), column(table, "numerator", status="pending")


def test_charts_5_1_and_5_2_with_years_of_360_days(cases: jm.CaseData) -> None:
    ended, pending = ages(cases, 360)
    assert ended == [4132, 2320, 784, 333, 240, 288]
    assert pending == [4342, 3324, 1756, 1170, 707, 387]


def test_years_of_365_days_give_other_figures(cases: jm.CaseData) -> None:
    ended, pending = ages(cases, 365)
    assert ended == [4184, 2305, 760, 336, 233, 279]
    assert sum(pending) == 11_686


def test_bands_of_all_that_ended_are_those_of_the_outcomes_together(cases: jm.CaseData) -> None:
    made = jm.case_ages(cases, year_days=360)
    ended = [sum(column(made.main, "numerator", age_band=band)) for band in BANDS]
    both = [sum(column(made.tables["status"], "numerator", age_band=band)) for band in BANDS]
    assert ended == both == [one + two for one, two in zip(*ages(cases, 360), strict=True)]


def test_table_5_7_ages_of_cases_that_ended_in_conviction(cases: jm.CaseData) -> None:
    table = jm.case_ages(cases, year_days=360).main
    assert percent(column(table, "estimate", outcome="conviction")) == [30.62, 39.63, 13.13, 6.12, 4.89, 5.59]


def test_greatest_ages_by_state(cases: jm.CaseData) -> None:
    naive = jm.case_ages(cases, by="state_name").tables["naive"]
    assert column(naive, "longest", status="ended") == [2119, 2482, 1461]
    assert column(naive, "longest", status="pending") == [2407, 2703, 1698]


def test_pending_cases_older_than_two_years(cases: jm.CaseData) -> None:
    """The report prints 3.40 % in its text and 34.40 % in its own chart; the chart is right."""
    said = plain(jm.case_ages(cases, year_days=360).findings()[0].text())
    assert "4,020 of 11,686" in said
    assert "34.4 %" in said


@pytest.mark.parametrize("year_days", [360, 365])
def test_average_of_1_3_years_and_what_it_leaves_out(cases: jm.CaseData, year_days: int) -> None:
    naive = jm.case_ages(cases, year_days=year_days).tables["naive"]
    assert column(naive, "mean_years", status="pending") == [pytest.approx(1.8, abs=0.05)]
    # Cut off after one decimal, as the report did: 1.36 and 1.34.
    assert int(column(naive, "mean_years", status="ended")[0] * 10) == 13
    assert naive.warning is not None
    said = plain(naive.warning.text())
    assert "leaves out the 11,686 pending cases (59.1 % of all 19,783)" in said
    assert "quick cases end first" in said
    assert "cumulative incidence" in said


def test_what_the_average_hides(cases: jm.CaseData) -> None:
    """In Delhi the mean of ended cases is 2.1 years, while half of all cases take more than five."""
    naive = jm.case_ages(cases, by="state_name").tables["naive"]
    medians = jm.time_to(cases, start="registered", outcome="any_exit", by="state_name", shares=(0.5,)).main
    mean = dict(zip(STATES, column(naive, "estimate", status="ended"), strict=True))
    half = dict(zip(medians["state_name"], medians["estimate"], strict=True))
    assert round(mean["Delhi"] / 365, 1) == 2.1
    assert half["Delhi"] > 5 * 365
    assert all(half[one] > mean[one] for one in STATES)


def test_decided_on_the_day_of_registration(cases: jm.CaseData) -> None:
    """148 by the dates; one of them was registered after the cut-off, so the time analysis counts 147."""
    same_day = nw.col("outcome_day") == nw.col("first__registered")
    assert len(cases.milestones.filter(same_day).select("unit_id").collect()) == 148
    curve = jm.cumulative_incidence(cases, start="registered").main
    assert sum(column(curve, "events", days=0)) == 147


# --------------------------------------------------------------------------------- what the report did not do: time


@pytest.fixture(scope="module")
def curves(cases: jm.CaseData) -> Any:
    return jm.cumulative_incidence(cases, start="registered", by="state_name")


def test_faulty_cases_leave_the_time_analysis_counted(cases: jm.CaseData, curves: Any) -> None:
    """14 negative ages and 3 decisions after the cut-off; one of the 12 late registrations was decided too."""
    left_out = {one.reason.text(): one.n for one in curves.provenance.left_out}
    assert left_out == {
        "starts after the cut-off": 12,
        "ended before it started, by its dates": 3,
        "ended after the cut-off, by its dates": 2,
    }
    assert sum(left_out.values()) == 14 + 3
    assert int(curves.table.units.sum()) == 19_783 - 17
    assert "Left out: 12 units: starts after the cut-off." in curves.summary()


def test_faulty_cases_stay_in_every_count(cases: jm.CaseData) -> None:
    assert int(jm.caseload(cases).main["registered"].sum()) == 19_783
    assert int(jm.case_ages(cases).main["numerator"].sum()) == 19_783
    assert int(jm.outcome_shares(cases).main["numerator"].sum()) == 19_783
    assert "14 cases have a negative age" in jm.case_ages(cases).summary()


def test_incidence_by_state_is_that_of_a_plain_loop(curves: Any, rows: pd.DataFrame) -> None:
    endings = ("conviction", "acquittal", "transfer", "extinction", "dismissal", "other")
    assert curves.table.outcomes == endings
    for place, state in enumerate(STATES):
        part = rows[(rows["state_name"] == state) & ~rows["faulty"]]
        by_hand = incidence(zip(part["days"].tolist(), part["ending"].tolist(), strict=True), endings)
        days = list(by_hand)
        kept = np.isin(curves.table.days, days)
        made = curves.curves.incidence[place][:, kept]
        wanted = np.array([[by_hand[day][one] for day in days] for one in endings])
        np.testing.assert_allclose(made, wanted, rtol=0, atol=1e-12)
        still_open = np.array([by_hand[day]["open"] for day in days])
        np.testing.assert_allclose(curves.curves.survival[place][kept], still_open, rtol=0, atol=1e-12)


def test_incidence_sums_to_one_with_what_is_open(curves: Any) -> None:
    total = curves.curves.incidence.sum(axis=1) + curves.curves.survival
    np.testing.assert_allclose(total, 1, rtol=0, atol=1e-12)


def test_incidence_at_one_and_two_years(curves: Any, rows: pd.DataFrame) -> None:
    table = curves.at([365, 730])
    for state in STATES:
        part = rows[(rows["state_name"] == state) & ~rows["faulty"]]
        spans = list(zip(part["days"].tolist(), part["ending"].tolist(), strict=True))
        by_hand = incidence(spans, curves.table.outcomes)
        for day in (365, 730):
            for one in ("conviction", "acquittal"):
                made = column(table, "estimate", state_name=state, outcome=one, days=day)
                assert made == [pytest.approx(on_day(by_hand, day)[one], abs=1e-12)]
            watched = column(table, "at_risk", state_name=state, outcome="conviction", days=day)
            assert watched == [sum(days > day for days, _ in spans)]


# ------------------------------------------------------------------------------------------------------- the check


@pytest.fixture(scope="module")
def quality(cases: jm.CaseData) -> Any:
    return jm.check(cases)


def found(quality: Any, rule: str) -> dict[str, int]:
    return dict(zip(column(quality.main, "detail", rule=rule), column(quality.main, "n", rule=rule), strict=True))


def test_check_finds_the_negative_ages(quality: Any) -> None:
    assert found(quality, "ending_before_start") == {"all": 3}
    assert found(quality, "start_after_cutoff") == {"all": 12, "pending": 11, "ended": 1}


def test_negative_ages_are_all_in_assam(cases: jm.CaseData, rows: pd.DataFrame) -> None:
    negative = rows[rows["days"] < 0]
    assert len(negative) == 14
    assert set(negative["state_name"]) == {"Assam"}
    left_out = jm.cumulative_incidence(cases, start="registered", by="state_name").table.left_out
    assert {name: counts.tolist() for name, counts in left_out.items() if name != "end_after_cutoff"} == {
        "start_after_cutoff": [12, 0, 0],
        "end_before_start": [3, 0, 0],
    }


def test_check_finds_the_decisions_after_the_cutoff(quality: Any) -> None:
    assert found(quality, "date_after_cutoff") == {"all": 3, "ending": 3}


def test_check_finds_the_scrambled_year_column(quality: Any) -> None:
    disagree = found(quality, "year_disagrees")
    agree = {name: 100 * (1 - n / 19_783) for name, n in disagree.items()}
    assert set(agree) == {"reg_year", "reg_year_in_age_file"}
    assert round(agree["reg_year_in_age_file"], 1) == 19.4
    assert round(agree["reg_year"], 3) == 99.995


def test_check_says_what_the_faults_do_to_the_time(quality: Any) -> None:
    effect = quality.tables["effect"]
    left = {"indicator": "cumulative_incidence", "effect": "left_out"}
    assert sum(column(effect, "n", **left)) == 17
    assert any("Time since the start cannot be told of 17 of 19,783 units" in one.text() for one in quality.findings())


# --------------------------------------------------------------------------------------------------------- the study


def test_study_from_the_shell(shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from justice_metrics.cli.app import main

    with pytest.raises(SystemExit) as left:
        main(["run", str(HERE / "study.toml"), "--folder", str(tmp_path / "report"), "--json"])
    assert not left.value.code
    said = json.loads(capsys.readouterr().out)
    assert said["audience"] == "internal"
    page = plain(Path(said["report"]).read_text(encoding="utf-8"))
    for published in ("14,486", "11,686", "58.98", "30.38", "4,132", "4,342", "2,703"):
        assert published in page
    assert "leaves out the 11,686 pending cases" in page
    # No row of the cases beside the report, and no report beside the study.
    written = [one.name for one in Path(said["folder"]).rglob("*") if one.is_file()]
    assert not [one for one in written if "PERSONAL" in one]
    assert {one.name for one in HERE.iterdir()} == {"mapping.toml", "procedure.toml", "study.toml"}
