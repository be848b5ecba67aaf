"""Caseload by year and age of cases, by hand."""

from __future__ import annotations

import numpy as np
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from tests.made_cases import wide

YEAR = 365  # 2015 has 365 days, and so have the next ones but 2016

# Registered and ended in 2015; from 2015 into 2017; pending since 2016; ended by a date that is missing.
ROWS = [
    {"id": "a", "complaint": 10, "outcome": "rejected", "ended": 50},
    {"id": "b", "complaint": 20, "outcome": "convicted", "ended": 2 * YEAR + 30},
    {"id": "c", "complaint": YEAR + 5, "outcome": "pending", "ended": None},
    {"id": "d", "complaint": YEAR + 6, "outcome": "rejected", "ended": None},
    {"id": "e", "complaint": None, "outcome": "pending", "ended": None},
]


class TestCaseload:
    def test_by_hand(self) -> None:
        main = jm.caseload(wide(ROWS, cutoff=2 * YEAR + 200)).main
        assert main["period"].tolist() == ["2015", "2016", "2017"]
        assert main["registered"].tolist() == [2, 2, 0]
        assert main["ended"].tolist() == [1, 0, 1]
        # registered up to the end of the year and not ended before it: d is dealt with until somebody dates its end
        assert main["caseload"].tolist() == [2, 3, 3]
        # d has ended, so it is not pending
        assert main["pending"].tolist() == [1, 2, 1]

    def test_without_a_date_of_registration_a_case_is_left_out_and_counted(self) -> None:
        left_out = jm.caseload(wide(ROWS)).provenance.left_out
        assert [(str(one.reason), one.n) for one in left_out] == [
            ("no date for the start", 1),
            ("ended, but no date says when (in the caseload, not pending)", 1),
        ]

    def test_no_case_has_a_date(self) -> None:
        cases = wide([{"id": "a", "charged": 5, "outcome": "pending"}])
        with pytest.raises(QuestionError, match="No case has a date of registration"):
            jm.caseload(cases)

    def test_the_first_and_the_last_day_of_a_year(self) -> None:
        cases = wide([{"id": "a", "complaint": YEAR - 1}, {"id": "b", "complaint": YEAR}], cutoff=YEAR + 9)
        assert jm.caseload(cases).main["registered"].tolist() == [1, 1]

    def test_by_groups(self) -> None:
        rows = [{**row, "court": "one" if row["id"] in "ab" else None} for row in ROWS]
        main = jm.caseload(wide(rows, cutoff=2 * YEAR + 200), by="court").main
        assert main["court"].tolist() == ["one"] * 3 + ["not_recorded"] * 3
        assert main["registered"].tolist() == [2, 0, 0, 0, 2, 0]

    def test_weights(self) -> None:
        cases = wide([{**row, "weight": 1.5} for row in ROWS], cutoff=2 * YEAR + 200)
        assert jm.caseload(cases).main["caseload"].tolist() == [3.0, 4.5, 4.5]

    def test_the_year_of_the_cutoff_is_not_complete(self) -> None:
        assert any("is not complete" in str(one) for one in jm.caseload(wide(ROWS)).notes)


class TestCaseAges:
    AGES = (-3, 0, 365, 366, 730, 731)

    def test_bands_are_right_closed_with_negative_ages_in_the_first(self) -> None:
        rows = [{"id": f"{age}", "complaint": 100, "outcome": "rejected", "ended": 100 + age} for age in self.AGES]
        answer = jm.case_ages(wide(rows, cutoff=900), years=(1, 2))
        rejected = answer.main["outcome"] == "rejection"
        assert answer.main["age_band"][rejected].tolist() == ["0-1", "1-2", "2+"]
        assert answer.main["numerator"][rejected].tolist() == [3, 2, 1]
        assert answer.main["denominator"][rejected].tolist() == [6, 6, 6]
        assert answer.main["estimate"][rejected].tolist() == [3 / 6, 2 / 6, 1 / 6]
        assert any("negative age" in str(one) and "1" in str(one) for one in answer.notes)

    def test_pending_cases_are_aged_at_the_cutoff(self) -> None:
        rows = [{"id": f"{n}", "complaint": day, "outcome": "pending"} for n, day in enumerate((100, 535, 536, 950))]
        answer = jm.case_ages(wide(rows, cutoff=900), years=(1,))
        assert answer.main["numerator"].tolist() == [3, 1]  # 364, 365 and -50 days; 800 days
        assert jm.case_ages(wide(rows, cutoff=900), years=(1,)).tables["naive"]["longest"].tolist()[1] == 800

    def test_the_length_of_a_year_is_a_setting(self) -> None:
        cases = wide([{"id": "a", "complaint": 0, "outcome": "rejected", "ended": 362}])
        for days, bands in ((365, [1, 0]), (360, [0, 1])):
            answer = jm.case_ages(cases, year_days=days, years=(1,))
            assert answer.main["numerator"].tolist() == bands
            assert any(f"A year counts {days} days here" in str(one) for one in answer.notes)

    def test_what_has_no_age_is_left_out_and_counted(self) -> None:
        answer = jm.case_ages(wide(ROWS))
        assert [(str(one.reason), one.n) for one in answer.provenance.left_out] == [("a date is missing", 2)]

    def test_the_means_stand_in_the_naive_table_alone(self) -> None:
        rows = [
            {"id": "a", "complaint": 0, "outcome": "rejected", "ended": 100},
            {"id": "b", "complaint": 0, "outcome": "convicted", "ended": 300},
            {"id": "c", "complaint": 0, "outcome": "pending", "ended": None},
        ]
        answer = jm.case_ages(wide(rows, cutoff=730), year_days=365)
        naive = answer.tables["naive"]
        assert naive.warning is not None
        assert naive["status"].tolist() == ["ended", "pending"]
        assert naive["estimate"].tolist() == [200.0, 730.0]
        assert naive["mean_years"].tolist()[1] == pytest.approx(2)
        assert not np.isin([200.0, 730.0], answer.main["estimate"]).any()

    def test_finding(self) -> None:
        rows = [{"id": f"{n}", "complaint": 900 - age, "outcome": "pending"} for n, age in enumerate((100, 730, 731))]
        assert "1 of 3 pending cases (33.3\xa0%) are older than 2 years" in str(
            jm.case_ages(wide(rows, cutoff=900)).findings()[0]
        )
        ended = wide([{"id": "a", "complaint": 0, "outcome": "rejected", "ended": 1}])
        assert str(jm.case_ages(ended).findings()[0]) == "No case is pending."

    @pytest.mark.parametrize("years", [(), (0, 1), (2, 1), (1, 1)])
    def test_cut_points_rise(self, years: tuple[int, ...]) -> None:
        with pytest.raises(QuestionError, match="must rise"):
            jm.case_ages(wide(ROWS), years=years)
