"""Trends, control charts and change points of made cases and counts, by hand."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.cases.counts.data import CountData
from justice_metrics.estimate.proportion import wilson
from justice_metrics.measures.flows.case_flows import case_flows
from justice_metrics.measures.series.change_points import change_points
from justice_metrics.measures.series.control_chart import control_chart
from justice_metrics.measures.series.trends import trends
from tests.made_cases import log, wide

YEAR = 365

# Followed for 100 days each up to day 1000: two cases of 2015, three of 2016, two of 2017 (one of them too young).
ROWS = [
    {"id": "a", "complaint": 10, "outcome": "rejected", "ended": 60},  # in time
    {"id": "b", "complaint": 20, "outcome": "rejected", "ended": 121},  # one day too late
    {"id": "c", "complaint": YEAR + 10, "outcome": "rejected", "ended": YEAR + 110},  # on the last day
    {"id": "d", "complaint": YEAR + 20, "outcome": "convicted", "ended": YEAR + 30},  # another ending stays below
    {"id": "e", "complaint": YEAR + 30, "outcome": "pending", "ended": None},
    {"id": "f", "complaint": 900, "outcome": "rejected", "ended": 910},  # followed for exactly 100 days
    {"id": "g", "complaint": 901, "outcome": "rejected", "ended": 910},  # followed for 99: not counted yet
]


def asked(rows: list[dict], cutoff: int = 1000, **settings: object):
    return trends(wide(rows, cutoff=cutoff), outcome="rejection", within_days=100, period="year", **settings)


class TestCohorts:
    def test_by_hand(self) -> None:
        main = asked(ROWS).main
        assert main["period"].tolist() == ["2015", "2016", "2017"]
        assert main["units"].tolist() == [2, 3, 2]
        assert main["numerator"].tolist() == [1, 1, 1]
        assert main["denominator"].tolist() == [2, 3, 1]
        assert main["estimate"].tolist() == [1 / 2, 1 / 3, 1]
        assert main["seen"].tolist() == [1, 1, 1 / 2]
        assert main["state"].tolist() == ["complete", "complete", "immature"]
        expected = wilson(np.array([1, 1, 1]), np.array([2, 3, 1]))
        np.testing.assert_allclose(main["conf_high"].astype(float), expected.conf_high, rtol=1e-14)

    def test_a_cohort_that_nobody_followed_for_long_enough_is_pending_and_no_zero(self) -> None:
        answer = asked(ROWS, cutoff=950)
        last = {name: answer.main[name][-1] for name in ("estimate", "denominator", "numerator")}
        assert all(np.isnan(one) for one in last.values())
        assert answer.main.statuses["estimate"] == ("", "", "pending")
        assert answer.main["state"][-1] == "pending"
        assert answer.main.display()[1][-1][-2:] == ["pending", "–"]
        assert any("1 period is not mature" in str(one) for one in answer.findings())

    def test_so_far_stands_in_a_box_that_says_why_not(self) -> None:
        naive = asked(ROWS).tables["so_far"]
        assert naive["numerator"].tolist() == [2, 1, 2]
        assert "shows no trend" in str(naive.warning)

    def test_between_two_periods_without_a_case_there_is_a_gap(self) -> None:
        main = asked([ROWS[0], ROWS[5]]).main
        assert main["denominator"].tolist() == [1, 0, 1]
        assert main.statuses["estimate"] == ("", "not_defined", "")
        assert main["state"].tolist() == ["complete", "", "complete"]

    def test_who_cannot_be_placed_is_left_out_and_counted(self) -> None:
        rows = [
            *ROWS,
            {"id": "h", "complaint": None, "outcome": "pending"},
            {"id": "i", "complaint": 50, "outcome": "rejected", "ended": None},
            {"id": "j", "complaint": 50, "outcome": "rejected", "ended": 40},
            {"id": "k", "complaint": 1001, "outcome": "pending"},
        ]
        left_out = asked(rows).provenance.left_out
        assert {str(one.reason): one.n for one in left_out} == {
            "no date for the start": 1,
            "ended, but no date says when": 1,
            "ended before it started, by its dates": 1,
            "starts after the cut-off": 1,
        }
        # a conviction without a day is no rejection, so the case is counted
        undated = [*ROWS, {"id": "l", "complaint": 50, "outcome": "convicted", "ended": None}]
        assert asked(undated).main["denominator"].tolist() == [3, 3, 1]

    def test_by_groups_adds_up(self) -> None:
        rows = [{**row, "court": "one" if row["id"] in "ace" else None} for row in ROWS]
        main = asked(rows, by="court").main
        both = main["units"].reshape(2, 3).sum(axis=0)
        assert both.tolist() == [2, 3, 2]

    def test_weights_give_no_interval(self) -> None:
        main = asked([{**row, "weight": 2.5} for row in ROWS]).main
        assert main["denominator"].tolist() == [5, 7.5, 2.5]
        assert np.isnan(main["conf_low"].astype(float)).all()

    def test_the_row_ends_with_the_last_case(self) -> None:
        answer = asked(ROWS, cutoff=5 * YEAR)
        assert answer.main["period"].tolist() == ["2015", "2016", "2017"]
        assert any("2 periods from then to the cut-off" in str(one) for one in answer.notes)

    def test_one_mistyped_year_is_refused_with_the_number(self) -> None:
        rows = [*ROWS, {"id": "x", "complaint": -60 * YEAR, "outcome": "pending"}]
        with pytest.raises(QuestionError, match="span 250 periods"):
            trends(wide(rows, cutoff=1000), period="quarter")


class TestArrivals:
    def test_rejections_by_the_day_they_were_made(self) -> None:
        main = trends(wide(ROWS, cutoff=1000), quantity="rejection", period="year").main
        assert main["numerator"].tolist() == [2, 1, 2]
        # day 1000 is 27 September 2017: 270 of 365 days
        np.testing.assert_allclose(main["seen"].astype(float), [1, 1, 270 / 365])
        # 366 days in 2016
        np.testing.assert_allclose(main["estimate"].astype(float), [2 * 30 / 365, 30 / 366, 2 * 30 / 270], rtol=1e-14)
        assert main["state"].tolist() == ["complete", "complete", "immature"]

    def test_periods_without_a_verdict_up_to_the_cutoff_are_zeros(self) -> None:
        main = trends(wide(ROWS, cutoff=1000), quantity="conviction", period="half_year").main
        assert main["numerator"].tolist() == [1, 0, 0, 0]

    def test_who_came_there_without_a_day_or_too_late_is_left_out_and_counted(self) -> None:
        rows = [
            {"id": "a", "complaint": None, "outcome": "rejected", "ended": None},
            {"id": "b", "complaint": 1001, "outcome": "rejected", "ended": 1002},
            {"id": "c", "complaint": 5, "outcome": "rejected", "ended": 6},
        ]
        cases = wide(rows, cutoff=1000)
        for quantity in ("new", "rejection"):
            answer = trends(cases, quantity=quantity, period="year")
            assert answer.main["numerator"].sum() == 1
            assert {str(one.reason): one.n for one in answer.provenance.left_out} == {
                "came there, but no date says when": 1,
                "came there after the cut-off, by its dates": 1,
            }

    def test_words_of_counts_are_known_of_cases_too(self) -> None:
        cases = wide(ROWS, cutoff=1000)
        assert trends(cases, quantity="new", period="year").main["numerator"].tolist() == [2, 3, 2]
        assert trends(cases, quantity="resolved", period="year").main["numerator"].tolist() == [2, 2, 2]

    def test_resolved_is_the_first_ending_and_the_first_after_reopening_as_in_the_flows(self) -> None:
        cases = log(
            [
                # a final verdict a year later resolves nothing again
                *[("a", "complaint", 10), ("a", "convicted", 100), ("a", "final_conviction", 500)],
                *[("b", "complaint", 10), ("b", "rejected", 60), ("b", "charged", 400), ("b", "rejected", 900)],
                *[("c", "complaint", 10), ("c", "transferred", 450)],
            ],
            cutoff=1000,
        )
        ours = trends(cases, quantity="resolved", period="year").main["numerator"].tolist()
        flows = case_flows(cases, period="year").main["resolved"].tolist()
        assert ours == flows == [2, 0, 1]


def registered(first: int, last: int, *, cutoff: int) -> CaseData:
    """One case every third day."""
    rows = [{"id": f"{day}", "complaint": day, "outcome": "pending"} for day in range(first, last, 3)]
    return wide(rows, cutoff=cutoff)


class TestTheRegistersEnds:
    """Day 0 is 1 January 2015."""

    def test_a_register_that_begins_within_a_period(self) -> None:
        answer = trends(registered(170, 1000, cutoff=1000), quantity="new", period="year")
        assert answer.main["state"].tolist() == ["immature", "complete", "immature"]
        # 195 days from the first registration on, not 365
        assert answer.main["seen"][0] == 195 / 365
        assert answer.main["estimate"][0] == 65 / 195 * 30
        assert any("begins in the middle of 2015" in str(one) for one in answer.notes)
        # a verdict of that year comes from the same part of it
        rows = [{"id": "x", "complaint": 170, "outcome": "rejected", "ended": 180}]
        rows += [{"id": f"{day}", "complaint": day, "outcome": "pending"} for day in range(171, 1000, 3)]
        main = trends(wide(rows, cutoff=1000), quantity="rejection", period="year").main
        assert main["seen"][0] == 195 / 365

    def test_a_register_that_stops_within_a_period(self) -> None:
        answer = trends(registered(0, 900, cutoff=1095), quantity="new", period="year")
        assert answer.main["state"].tolist() == ["complete", "complete", "immature"]
        assert any("the register seems to stop there" in str(one) for one in answer.notes)

    def test_a_gap_that_chance_makes_is_none(self) -> None:
        answer = trends(registered(9, 1088, cutoff=1095), quantity="new", period="year")
        assert answer.main["seen"].tolist() == [1, 1, 1]
        few = trends(wide(ROWS, cutoff=1000), quantity="new", period="half_year")
        assert few.main["state"][0] == "complete"

    def test_alarms_rest_on_whole_periods(self) -> None:
        answer = control_chart(registered(170, 1400, cutoff=1400), quantity="new")
        assert answer.main["used"][0] == "no"
        assert set(answer.main["signal"]) == {""}


class TestEndingsWithoutADay:
    def test_how_far_the_share_is_too_low(self) -> None:
        rows = [*ROWS, {"id": "z", "complaint": 50, "outcome": "rejected", "ended": None}]
        # also without a day, but too young to be followed
        rows += [{"id": "y", "complaint": 950, "outcome": "rejected", "ended": None}]
        notes = [str(one) for one in asked(rows).notes]
        # 3 of 6 that were followed; 4 of 7 at most
        assert any("1 unit came to the outcome" in one and "50.0\xa0%" in one and "57.1\xa0%" in one for one in notes)
        assert not any("came to the outcome on" in str(one) for one in asked(ROWS).notes)


QUARTERS = [f"{year}-Q{quarter}" for year in range(2013, 2019) for quarter in (1, 2, 3, 4)]


def counts(new: list[float], resolved: list[float], **more: list[float]) -> CountData:
    frame = pd.DataFrame({"period": QUARTERS[: len(new)], "in": new, "out": resolved, **more})
    own = {name: name for name in more}
    return CountData.from_frame(
        frame, {"counts": {"unit": "case", "period": "period", "quantities": {"new": "in", "resolved": "out", **own}}}
    )


class TestCounts:
    def test_a_share_of_another_number(self) -> None:
        main = trends(counts([10, 20], [5, 5]), quantity="resolved", share_of="new").main
        assert main["estimate"].tolist() == [5 / 10, 5 / 20]
        assert main["denominator"].tolist() == [10, 20]

    def test_years_are_added_up_and_never_averaged(self) -> None:
        main = trends(counts([10, 30, 10, 50], [9, 3, 1, 12]), quantity="resolved", share_of="new", period="year").main
        assert main["estimate"].tolist() == [25 / 100]

    def test_per_judge_and_per_inhabitant(self) -> None:
        data = counts([10, 20], [5, 8], judges=[2, 4], population=[200_000, 200_000])
        assert trends(data, quantity="resolved", per="judges").main["estimate"].tolist() == [5 / 2, 8 / 4]
        # 10 in the 90 days of the first quarter of 2013, of 200,000
        rate = trends(data, quantity="new", per="population").main["estimate"].astype(float)
        np.testing.assert_allclose(rate, [10 / 2 * 365 / 90, 20 / 2 * 365 / 91], rtol=1e-14)

    def test_what_is_missing_stays_missing_for_its_reason(self) -> None:
        frame = pd.DataFrame({"period": QUARTERS[:3], "in": ["10", "NAP", "0"], "out": ["5", "5", "0"]})
        data = CountData.from_frame(
            frame,
            {
                "counts": {"unit": "case", "period": "period", "quantities": {"new": "in", "resolved": "out"}},
                "missing": {"NAP": "not_applicable"},
            },
        )
        main = trends(data, quantity="resolved", share_of="new").main
        assert main.statuses["estimate"] == ("", "not_applicable", "not_defined")

    def test_a_part_larger_than_its_whole(self) -> None:
        with pytest.raises(QuestionError, match="in 1 periods, so it is no part"):
            trends(counts([10, 20], [11, 20]), quantity="resolved", share_of="new")
        assert trends(counts([10, 20], [11, 20]), quantity="resolved", per="new").main["estimate"][0] == 1.1

    def test_what_does_not_go_together(self) -> None:
        data, cases = counts([10], [5]), wide(ROWS, cutoff=1000)
        with pytest.raises(QuestionError, match="has quantities, not outcomes"):
            trends(data, outcome="conviction")
        with pytest.raises(QuestionError, match="not both"):
            trends(data, quantity="new", per="resolved", share_of="resolved")
        with pytest.raises(QuestionError, match="asked of a table of counts"):
            trends(cases, per="judges")
        with pytest.raises(QuestionError, match="not for both"):
            trends(cases, outcome="rejection", quantity="new")
        with pytest.raises(QuestionError, match="must not be negative"):
            trends(cases, within_days=-1)


RNG = np.random.default_rng(20180430)
STEADY = RNG.poisson(200, 24).tolist()
RESOLVED = RNG.binomial(STEADY, np.where(np.arange(24) < 14, 0.7, 0.5)).tolist()


@pytest.fixture(scope="module")
def broken() -> CountData:
    """Six years of quarters; from the third quarter of 2016 on fewer are resolved."""
    return counts(STEADY, RESOLVED)


class TestControlChart:
    def test_limits_by_hand(self) -> None:
        data = counts([100] * 9, [20] * 8 + [45])
        main = control_chart(data, quantity="resolved", share_of="new", base_until="2014-Q4", seasonal=False).main
        assert main["centre"].tolist() == [0.2] * 9
        np.testing.assert_allclose(main["upper"].astype(float), 0.2 + 3 * 0.04, rtol=1e-14)
        assert main["signal"].tolist() == [""] * 8 + ["above"]
        assert main["used"].tolist() == ["yes"] * 8 + ["no"]

    def test_too_few_periods(self) -> None:
        with pytest.raises(QuestionError, match="7 complete periods make no centre"):
            control_chart(counts([100] * 7, [20] * 7), quantity="resolved", share_of="new")

    def test_the_base_may_not_be_shorter_than_that(self) -> None:
        with pytest.raises(QuestionError, match="complete periods make no centre"):
            control_chart(counts([100] * 9, [20] * 9), quantity="resolved", base_until="2013-Q4")

    def test_unknown_period(self, broken: CountData) -> None:
        with pytest.raises(QuestionError, match="no period '2016-Q9'"):
            control_chart(broken, quantity="new", base_until="2016-Q9")

    def test_a_drop_signals_and_its_neighbours_make_runs(self, broken: CountData) -> None:
        answer = control_chart(broken, quantity="resolved", share_of="new", base_until="2016-Q2")
        signal = answer.main["signal"].tolist()
        assert set(signal[14:]) <= {"below", "run_below"}
        assert signal.count("below") >= 5
        # one of the base lies 3.3 of its plain standard deviations below the centre, and no other
        base = np.array(STEADY[:14]), np.array(RESOLVED[:14])
        p = base[1].sum() / base[0].sum()
        z = (base[1] / base[0] - p) / np.sqrt(p * (1 - p) / base[0])
        assert np.flatnonzero(np.isin(signal[:14], ["above", "below"])).tolist() == np.flatnonzero(abs(z) > 3).tolist()

    def test_what_is_not_complete_neither_makes_limits_nor_signals(self) -> None:
        # four years of quick rejections, the cut-off 60 days after the last case: the last quarters are not followed
        rows = [
            {"id": f"{day}", "complaint": day, "outcome": "rejected", "ended": day + 5} for day in range(0, 1460, 7)
        ] + [{"id": f"open {day}", "complaint": day, "outcome": "pending"} for day in range(1380, 1460)]
        main = control_chart(wide(rows, cutoff=1520), outcome="rejection", within_days=200, seasonal=False).main
        incomplete = np.isin(main["period"], ["2018-Q3", "2018-Q4"])
        assert incomplete.sum() == 2
        assert (main["used"][incomplete] == "no").all()
        assert (main["signal"][incomplete] == "").all()
        assert main["centre"][0] == 1

    def test_weights_are_refused(self) -> None:
        rows = [{"id": f"{day}", "complaint": day, "outcome": "pending", "weight": 2.0} for day in range(0, 1400, 20)]
        with pytest.raises(QuestionError, match="weighted"):
            control_chart(wide(rows, cutoff=1500), outcome="rejection", within_days=30)

    def test_seasons_need_five_of_each(self) -> None:
        data = counts([100] * 19, [20] * 19)
        answer = control_chart(data, quantity="resolved", share_of="new")
        assert any("seasons are not told apart" in str(one) for one in answer.notes)

    def test_few_expected_are_told(self) -> None:
        answer = control_chart(counts([100] * 8, [2] * 8), quantity="resolved", share_of="new", seasonal=False)
        assert any("In 8 periods fewer than 5 are expected" in str(one) for one in answer.notes)

    def test_one_unusual_quarter_of_twelve_is_seen(self) -> None:
        """111 of 200 among 51 to 73: eight standard deviations, with the settings nobody changes."""
        rng = np.random.default_rng(1)
        share = np.full(12, 0.3)
        share[6] += 8 * np.sqrt(0.3 * 0.7 / 200)
        answer = control_chart(
            counts([200] * 12, rng.binomial(200, share).tolist()), quantity="resolved", share_of="new"
        )
        assert np.flatnonzero(answer.main["signal"] == "above").tolist() == [6]

    def test_limits_too_wide_to_see_anything_say_so(self) -> None:
        restless = counts([200] * 12, [20, 100] * 6)
        answer = control_chart(restless, quantity="resolved", share_of="new")
        said = str(answer.findings()[0])
        assert "was not to be seen" in said
        assert "No period differs" not in said
        # half a limit: 3 x spread x sqrt(.3 .7 / 200); z is 20 % / 3.24 %, less what a period is of its own centre
        half = 3 * answer.charts[0].spread * np.sqrt(0.3 * 0.7 / 200)
        assert f"{100 * half:.1f} points" in said
        steady = control_chart(counts([200] * 12, [60] * 12), quantity="resolved", share_of="new")
        assert str(steady.findings()[0]).startswith("No period differs")
        assert any("departs from the centre by about 9.7 points" in str(one) for one in steady.notes)

    def test_one_after_a_base_without_any_is_no_signal(self) -> None:
        ask = {"quantity": "resolved", "share_of": "new", "base_until": "2015-Q3"}
        answer = control_chart(counts([50] * 12, [0] * 11 + [1]), **ask)
        assert set(answer.main["signal"]) == {""}
        assert any("given that base" in str(one) for one in answer.notes)
        assert control_chart(counts([50] * 12, [0] * 11 + [3]), **ask).main["signal"][-1] == "above"


class TestChangePoints:
    def test_the_break_is_found_where_it_is(self, broken: CountData) -> None:
        answer = change_points(broken, quantity="resolved", share_of="new")
        found = answer.main["found"] == "yes"
        assert answer.main["period"][found].tolist() == ["2016-Q3"]
        before, after = sum(RESOLVED[:14]) / sum(STEADY[:14]), sum(RESOLVED[14:]) / sum(STEADY[14:])
        assert answer.main["before"][found][0] == pytest.approx(before, rel=1e-14)
        assert answer.main["difference"][found][0] == pytest.approx(after - before, rel=1e-12)
        assert answer.main["p_value"][found][0] <= 0.001

    def test_what_did_not_break_is_not_found(self, broken: CountData) -> None:
        answer = change_points(broken, quantity="new")
        assert answer.main["found"].tolist() == ["no"]
        assert str(answer.findings()[0]).startswith("No change of the level was found")

    def test_a_slow_slope_is_no_break_in_one_quarter(self) -> None:
        y = np.random.default_rng(5).binomial(200, np.linspace(0.2, 0.4, 20)).tolist()
        answer = change_points(counts([200] * 20, y), quantity="resolved", share_of="new")
        found = answer.main["found"] == "yes"
        assert answer.main["shape"][found].tolist() == ["even"]
        # every place at which a level may begin is as likely
        assert [answer.main[one][0] for one in ("earliest", "latest")] == [QUARTERS[3], QUARTERS[17]]
        assert "an even rise or fall fits as well" in str(answer.findings()[0])
        assert not any("from Q" in str(one) and "likely between" in str(one) for one in answer.findings())

    def test_a_break_is_one(self, broken: CountData) -> None:
        answer = change_points(broken, quantity="resolved", share_of="new")
        assert answer.main["shape"][answer.main["found"] == "yes"].tolist() == ["break"]

    def test_what_is_left_of_neighbours_is_told_where_a_change_was_found(self, broken: CountData) -> None:
        answer = change_points(broken, quantity="resolved", share_of="new", seasonal=False)
        assert any("takes periods as independent" in str(one) for one in answer.notes)
        steady = change_points(broken, quantity="new")
        assert not any("takes periods as independent" in str(one) for one in steady.notes)
        # four good periods follow on four bad ones within the levels that are found
        waves = np.tile([12] * 4 + [-12] * 4, 3) + np.where(np.arange(24) < 12, 60, 130)
        rows = change_points(counts([200] * 24, waves.tolist()), quantity="resolved", share_of="new", seasonal=False)
        assert "yes" in rows.main["found"].tolist()
        assert any("follow one another in rows" in str(one) for one in rows.notes)

    def test_groups_are_looks_too(self) -> None:
        frame = pd.concat(
            [
                pd.DataFrame({"court": f"c{g}", "period": QUARTERS[:12], "in": 50, "out": RNG.binomial(50, 0.4, 12)})
                for g in range(5)
            ]
        )
        data = CountData.from_frame(
            frame,
            {
                "counts": {
                    "unit": "case",
                    "office": "court",
                    "period": "period",
                    "quantities": {"new": "in", "resolved": "out"},
                }
            },
        )
        settings = {"quantity": "resolved", "share_of": "new", "seasonal": False}
        together = change_points(data, by="office", **settings).main["p_value"]
        assert len(together) == 5
        assert (together >= 5 / 5000).all()

    def test_the_same_answer_again(self, broken: CountData) -> None:
        one, two = (change_points(broken, quantity="new").main["p_value"].tolist() for _ in range(2))
        assert one == two

    def test_too_few(self) -> None:
        with pytest.raises(QuestionError, match="5 complete periods are too few"):
            change_points(counts([10] * 5, [5] * 5), quantity="new")


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_answer_can_be_read_and_drawn(broken: CountData, language: str) -> None:
    from matplotlib.axes import Axes

    for question in (trends, control_chart, change_points):
        for settings in ({"quantity": "new"}, {"quantity": "resolved", "share_of": "new"}):
            answer = question(broken, **settings)
            assert answer.summary(language)
            assert isinstance(answer.plot(language=language), Axes)
            assert len(answer.to_frame()) == len(answer.main)


def test_immature_cohorts_are_marked_in_the_figure() -> None:
    axes = asked(ROWS, cutoff=1000).plot()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["immature: observed in part"]
    waiting = asked(ROWS, cutoff=950).plot()
    assert [text.get_text() for text in waiting.get_legend().get_texts()] == ["not yet known"]


def test_case_data_in_groups_are_drawn() -> None:
    rows = [{**row, "court": f"c{place}"} for place, row in enumerate(ROWS)]
    axes = asked(rows, by="court").plot()
    assert "the 6 largest of 7 groups" in axes.get_xlabel()


def test_cases_are_one_of_the_two_kinds() -> None:
    assert isinstance(wide(ROWS), CaseData)


class TestKnownOnly:
    FRAME: ClassVar = pd.DataFrame(
        {"court": ["a", "b"] * 2, "period": ["2019-Q1"] * 2 + ["2019-Q2"] * 2, "in": ["10", "20", "30", "NA"]}
    )
    MAPPING: ClassVar = {
        "counts": {"unit": "case", "office": "court", "period": "period", "quantities": {"new": "in"}},
        "missing": {"NA": "not_available"},
    }

    def test_one_silent_court_leaves_the_sum_without_a_number_unless_asked(self) -> None:
        data = CountData.from_frame(self.FRAME, self.MAPPING)
        whole = trends(data, quantity="new")
        assert whole.main.statuses["estimate"] == ("", "not_available")
        assert any("1 cell holds no number" in str(one) for one in whole.notes)
        known = trends(data, quantity="new", known_only=True)
        assert known.main["numerator"].tolist() == [30, 30]
        assert any("Sums of those who reported: 1 cells" in str(one) for one in known.notes)

    def test_who_reports_one_of_two_numbers_only_enters_neither_side_of_their_ratio(self) -> None:
        frame = self.FRAME.assign(out=["5", "NA", "15", "7"])
        quantities = {"new": "in", "resolved": "out"}
        mapping = {**self.MAPPING, "counts": {**self.MAPPING["counts"], "quantities": quantities}}
        data = CountData.from_frame(frame, mapping)
        answer = trends(data, quantity="resolved", share_of="new", known_only=True)
        # b gave no number resolved in the first quarter, and no new one in the second
        assert answer.main["estimate"].tolist() == [5 / 10, 15 / 30]
        assert any("Sums of those who reported: 2 cells" in str(one) for one in answer.notes)

    def test_an_unknown_period(self) -> None:
        with pytest.raises(QuestionError, match="'weekly' is no period"):
            trends(wide(ROWS), period="weekly")  # type: ignore[arg-type]


def test_an_outcome_that_no_column_names_is_refused() -> None:
    rows = [{"id": str(day), "complaint": day, "outcome": "p"} for day in range(0, 300, 10)]
    with pytest.raises(QuestionError, match="say nothing of"):
        trends(wide(rows, labels={"r": "rejected", "p": "pending"}), outcome="conviction", within_days=30)
