"""Questions about curves by hand: clusters, conditions, means, tests, bands, and what cannot be answered."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.base.result import Result
from justice_metrics.cases.durations import Durations

# Eleven cases with ties: time, ending (0 still open), court, office.
TIMES = (1, 5, 3, 6, 1, 3, 2, 5, 2, 3, 6)
KINDS = (0, 1, 1, 1, 2, 1, 0, 1, 0, 2, 2)
COURTS = (1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3)
OFFICES = ("a", "a", "a", "a", "a", "b", "b", "b", "b", "b", "b")


def eleven(**given: Any) -> Durations:
    table = pd.DataFrame({"days": TIMES, "end": KINDS, "court": COURTS, "office": OFFICES})
    return jm.durations(table, days="days", ending="end", outcomes={"1": "one", "2": "two"}, **given)


def times(days: list[int], end: list[Any], **columns: Any) -> Durations:
    design = {name: name for name in ("frequency", "weight", "cluster", "entry", "id") if name in columns}
    return jm.durations(pd.DataFrame({"days": days, "end": end, **columns}), days="days", ending="end", **design)


def value(answer: Result, column: str, table: str = "main", **wanted: Any) -> float:
    data = answer.tables[table]
    rows = np.logical_and.reduce([np.ones(len(data), np.bool_), *[data[key] == word for key, word in wanted.items()]])
    assert rows.sum() == 1, wanted
    return float(data[column][rows][0])


def said(answer: Result) -> str:
    return answer.summary()


class TestGiven:
    def test_of_those_open_after_two_days(self) -> None:
        # seven are left after day 2: 2 of 7 end by one on day 3, 1 by two; then 2 of 4; then 1 and 1 of 2
        answer = jm.cumulative_incidence(eleven(), given_days=2)
        assert value(answer, "at_risk", outcome="one", days=3) == 7
        assert value(answer, "estimate", outcome="one", days=5) == pytest.approx(
            float(Fraction(2, 7) + Fraction(4, 7) * Fraction(1, 2))
        )
        assert value(answer, "estimate", outcome="two", days=6) == pytest.approx(
            float(Fraction(1, 7) + Fraction(2, 7) * Fraction(1, 2))
        )
        assert "naive" not in answer.tables
        assert "open after 2 days" in said(answer)

    def test_every_sentence_tells_the_condition(self) -> None:
        cases = jm.sample_cases()
        for answer in (
            jm.cumulative_incidence(cases, given_days=365),
            jm.cumulative_incidence(cases, given_days=365, by="offence"),
            jm.open_share(cases, given_days=365, by="offence"),
            jm.time_to(cases, given_days=365, outcome="verdict"),
            jm.time_to(cases, given_days=365, by="offence"),
        ):
            sentences = [one.text() for one in answer.findings()]
            assert sentences
            assert all("still open after 365 days" in one for one in sentences)
            assert all("365" in one.text("es") for one in answer.findings())

    def test_it_is_the_ratio_of_the_curves(self) -> None:
        whole, later = jm.open_share(eleven()), jm.open_share(eleven(), given_days=3)
        for day in (5, 6):
            ratio = value(whole, "estimate", days=day) / value(whole, "estimate", days=3)
            assert value(later, "estimate", days=day) == pytest.approx(ratio)

    def test_days_before_it_are_not_told(self) -> None:
        table = jm.cumulative_incidence(eleven(), given_days=3).at((2, 5))
        assert np.isnan(table["estimate"][table["days"] == 2]).all()
        assert np.isfinite(table["estimate"][table["days"] == 5]).all()

    def test_a_median_counts_from_the_start(self) -> None:
        assert jm.time_to(eleven(), given_days=3, shares=(0.5,)).main["estimate"].tolist() == [5.5]

    def test_who_came_later_is_followed_too(self) -> None:
        # two open from the start, two observed from day 5 on
        spells = times([10, 20, 8, 12], [1, 1, 1, 0], entry=[-1, -1, 5, 5])
        answer = jm.open_share(spells, given_days=3)
        assert answer.main["at_risk"].tolist() == [4, 3, 2, 1]
        with pytest.raises(QuestionError, match="No case was observed as open after 20 days"):
            jm.open_share(spells, given_days=20)

    def test_a_negative_day_is_refused(self) -> None:
        with pytest.raises(QuestionError, match="given_days is -1"):
            jm.time_to(eleven(), given_days=-1)

    @pytest.mark.parametrize("design", [{"cluster": "court"}, {}])
    def test_with_robust_errors(self, design: dict[str, Any]) -> None:
        answer = jm.open_share(eleven(**design), given_days=2, variance="infinitesimal_jackknife")
        errors = jm.open_share(eleven(), given_days=2)
        # seven open cases, three end on day 3: with independent cases the same as Greenwood's formula
        if not design:
            assert value(answer, "std_error", days=3) == pytest.approx(value(errors, "std_error", days=3))
        else:
            p = 4 / 7
            # courts of the seven: 1, 1 | 2, 2 | 3, 3, 3; ended on day 3: one of court 1, one of court 2, one of court 3
            pulls = [1 - 2 * p, 1 - 2 * p, 2 - 3 * p]
            assert value(answer, "std_error", days=3) == pytest.approx(np.sqrt(np.sum(np.square(pulls))) / 7)


class TestClusters:
    def test_by_hand(self) -> None:
        # ten cases in two courts of five; four of the first ended on day 1, none of the second
        spells = times([1] * 4 + [2] * 6, [1] * 4 + [0] * 6, cluster=[1] * 5 + [2] * 5)
        answer = jm.open_share(spells)
        p = 0.6
        pulls = [1 - 5 * p, 5 - 5 * p]
        assert value(answer, "std_error", days=1) == pytest.approx(np.sqrt(np.sum(np.square(pulls))) / 10)
        assert "Clusters: 2" in said(answer)
        assert "too narrow" in said(answer)

    def test_a_group_inside_one_cluster_has_no_interval(self) -> None:
        spells = times([1, 2, 3, 1, 2, 3], [1, 1, 0, 1, 1, 0], cluster=[1, 1, 1, 2, 3, 3], office=list("aaabbb"))
        answer = jm.open_share(spells, by="office")
        assert np.isnan(value(answer, "std_error", office="a", days=1))
        assert value(answer, "std_error", office="b", days=1) > 0
        assert "1 group lies within one cluster" in said(answer)
        means = jm.restricted_means(spells, by="office", horizon_days=3)
        assert np.isnan(value(means, "std_error", office="a", outcome="open"))
        assert np.isnan(means.tables["contrast"]["p_value"].astype(float)).all()

    def test_groups_that_are_clusters_speak_of_themselves(self) -> None:
        spells = times([1, 2, 3, 1, 2, 3], [1, 1, 0, 1, 1, 0], cluster=[1, 1, 1, 2, 2, 2])
        answer = jm.open_share(spells, by="cluster")
        alone = jm.open_share(spells, by="cluster", variance="greenwood")
        assert answer.main["std_error"].tolist() == pytest.approx(alone.main["std_error"].tolist())
        assert "Each group lies within one cluster" in said(answer)
        assert "take cases as independent" in said(alone)

    def test_a_cluster_of_the_data_can_be_named(self) -> None:
        named = jm.open_share(eleven(), cluster="court")
        declared = jm.open_share(eleven(cluster="court"))
        assert named.main["std_error"].tolist() == declared.main["std_error"].tolist()
        with pytest.raises(QuestionError, match="a cluster was named"):
            jm.open_share(eleven(), cluster="court", variance="greenwood")
        with pytest.raises(QuestionError, match="'cort' is not an attribute"):
            jm.open_share(eleven(), cluster="cort")

    def test_shared_clusters_link_the_groups_of_a_contrast(self) -> None:
        # both offices have the same two courts, and a court does to both what it does: the difference is sure
        days, end = [1, 1, 9, 9] * 2, [1, 1, 0, 0] * 2
        spells = times(days, end, cluster=[1, 1, 2, 2] * 2, office=list("aaaabbbb"))
        contrast = jm.restricted_means(spells, by="office", horizon_days=9).tables["contrast"]
        assert contrast["estimate"][0] == pytest.approx(0)
        assert np.isnan(contrast["std_error"][0])  # nothing is left to vary, which proves nothing
        alone = jm.restricted_means(spells, by="office", horizon_days=9, variance="greenwood").tables["contrast"]
        assert alone["std_error"][0] > 1


class TestVariance:
    def test_an_unknown_one(self) -> None:
        wrong: Any = "bootstrap"
        with pytest.raises(QuestionError, match="'bootstrap' is no variance"):
            jm.open_share(eleven(), variance=wrong)

    def test_counting_process_of_one_day(self) -> None:
        # 3 of 6 end on one day: 3 * 3 / (36 * 5) against 3 * 3 / 6^3
        spells = times([1, 1, 1, 2, 2, 2], [1, 1, 1, 0, 0, 0])
        counting = jm.open_share(spells, variance="counting_process")
        assert value(counting, "std_error", days=1) ** 2 == pytest.approx(0.05)
        assert value(jm.open_share(spells), "std_error", days=1) ** 2 == pytest.approx(1 / 24)

    def test_the_hazard_counts_every_ending(self) -> None:
        answer = jm.open_share(eleven())
        assert value(answer, "estimate", "hazard", outcome="one", days=3) == pytest.approx(2 / 7)
        assert value(answer, "estimate", "hazard", outcome="any_exit", days=3) == pytest.approx(1 / 11 + 3 / 7)


class TestMeans:
    def test_by_hand(self) -> None:
        # S is 10/11 from day 1, 40/77 from day 3, 20/77 from day 5
        answer = jm.restricted_means(eleven(), horizon_days=6)
        still = 1 + 2 * Fraction(10, 11) + 2 * Fraction(40, 77) + Fraction(20, 77)
        one = 2 * Fraction(20, 77) + Fraction(40, 77)
        assert value(answer, "estimate", outcome="open") == pytest.approx(float(still))
        assert value(answer, "estimate", outcome="one") == pytest.approx(float(one))
        assert answer.main["estimate"].sum() == pytest.approx(6)
        assert value(answer, "events", outcome="one") == 5

    def test_a_horizon_beyond_the_follow_up(self) -> None:
        spells = times([5, 9, 20, 30], [1, 0, 1, 0], office=list("aabb"))
        answer = jm.restricted_means(spells, by="office", horizon_days=25)
        assert np.isnan(value(answer, "estimate", office="a", outcome="open"))
        assert value(answer, "estimate", office="b", outcome="open") == pytest.approx(22.5)
        assert "1 group was not observed for 25 days" in said(answer)
        assert "cannot be compared" in said(answer)
        with pytest.raises(QuestionError, match="The horizon is day 0"):
            jm.restricted_means(spells, horizon_days=0)

    def test_the_reference_may_be_chosen(self) -> None:
        first = jm.restricted_means(eleven(), by="office", horizon_days=5).tables["contrast"]
        other = jm.restricted_means(eleven(), by="office", horizon_days=5, reference="b").tables["contrast"]
        assert (first["reference"][0], other["reference"][0]) == ("a", "b")
        assert first["estimate"][0] == pytest.approx(-other["estimate"][0])
        assert first["p_value"][0] == pytest.approx(other["p_value"][0])
        ratios = first["scale"] == "ratio"
        again = other["estimate"][ratios].astype(float)
        assert first["estimate"][ratios].astype(float) * again == pytest.approx(np.ones(len(again)))
        with pytest.raises(QuestionError, match="'c' is no group here"):
            jm.restricted_means(eleven(), by="office", reference="c")


class TestTests:
    def test_log_rank_by_hand(self) -> None:
        # day 1: two of four in a, none of four in b; day 2: none of two, one of four
        spells = times([1, 1, 2, 2, 2, 3, 3, 3], [1, 1, 0, 0, 1, 0, 0, 0], office=list("aaaabbbb"))
        answer = jm.curve_tests(spells, by="office")
        expected = 1 + 1 / 3
        variance = 2 * 6 / 7 * 0.25 + 1 / 3 * 2 / 3
        assert value(answer, "observed", "observed", outcome="any_exit", office="a") == 2
        assert value(answer, "expected", "observed", outcome="any_exit", office="a") == pytest.approx(expected)
        assert value(answer, "statistic") == pytest.approx((2 - expected) ** 2 / variance)
        assert "do not tell the groups apart" in said(answer)
        assert "their p values are rough" in said(answer)
        assert "pairs" not in answer.tables

    def test_pairs_and_trend(self) -> None:
        days = list(range(1, 31))
        office = ["a", "b", "c"] * 10
        spells = times(days, [1] * 30, office=office)
        answer = jm.curve_tests(spells, by="office", trend=True, adjust="benjamini-hochberg")
        pairs = answer.tables["pairs"]
        assert list(zip(pairs["reference"], pairs["group"], strict=True)) == [("a", "b"), ("a", "c"), ("b", "c")]
        two = jm.curve_tests(times([1, 3], [1, 1], office=["a", "c"]), by="office").main
        assert len(two) == 1
        alone = [day for day, one in zip(days, office, strict=True) if one in "ac"]
        same = jm.curve_tests(times(alone, [1] * 20, office=["a", "c"] * 10), by="office")
        assert pairs["statistic"][1] == pytest.approx(value(same, "statistic"))
        assert (pairs["p_adjusted"] >= pairs["p_value"]).all()
        assert answer.tables["trend"]["degrees"].tolist() == [1]

    def test_a_trend_leaves_out_what_is_not_recorded(self) -> None:
        days = list(range(1, 31))
        office = ["1", "2", None] * 10
        known = [one for one in zip(days, office, strict=True) if one[1] is not None]
        whole = jm.curve_tests(times(days, [1] * 30, office=office), by="office", trend=True)
        some = jm.curve_tests(
            times([day for day, _ in known], [1] * 20, office=[one for _, one in known]), by="office", trend=True
        )
        assert whole.main["degrees"].tolist() == [2]
        assert value(whole, "statistic", "trend") == pytest.approx(value(some, "statistic", "trend"))

    def test_a_stratum_is_held_alike(self) -> None:
        # within each court the offices do not differ; the court alone makes the difference
        days = [1, 2, 3, 4] * 4 + [11, 12, 13, 14] * 4
        office = ["a"] * 12 + ["b"] * 4 + ["a"] * 4 + ["b"] * 12
        court = ["x"] * 16 + ["y"] * 16
        spells = times(days, [1] * 32, office=office, court=court)
        assert value(jm.curve_tests(spells, by="office"), "p_value") < 0.05
        assert value(jm.curve_tests(spells, by="office", strata="court"), "p_value") == pytest.approx(1)

    def test_weights_are_not_used_and_said_so(self) -> None:
        table = {"office": list("aabb"), "weight": [1.5, 2.0, 7.0, 1.0]}
        weighted = jm.curve_tests(times([1, 2, 3, 4], [1, 1, 1, 0], **table), by="office")
        plain = jm.curve_tests(times([1, 2, 3, 4], [1, 1, 1, 0], office=list("aabb")), by="office")
        assert value(weighted, "statistic") == value(plain, "statistic")
        assert "sampling weights are not used" in said(weighted)

    @pytest.mark.parametrize("outcome", [None, "1"])
    def test_a_test_leaves_the_weights_of_other_questions_alone(self, outcome: Any) -> None:
        spells = times([1, 2, 3, 4], [1, 2, 1, 0], office=list("aabb"), weight=[1.5, 2.0, 7.0, 1.0])
        before = jm.cumulative_incidence(spells, by="office", outcome=outcome).main["at_risk"].tolist()
        unused = jm.curve_tests(spells, by="office", outcome=outcome)
        assert value(unused, "observed", "observed", outcome="any_exit", office="a") == 2
        assert jm.cumulative_incidence(spells, by="office", outcome=outcome).main["at_risk"].tolist() == before

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"by": ()}, "none were named"),
            ({"by": "office", "strata": "office"}, "held alike at once"),
            ({"by": "office", "rho": 1.0}, "do not go with this test"),
            ({"by": "office", "test": "g-rho", "rho": -1.0}, "do not go with this test"),
            ({"by": "office", "test": "cox"}, "'cox' is not known"),
            ({"by": "office", "adjust": "none"}, "'none' is not known"),
            ({"by": ("office", "court"), "trend": True}, "2 were named"),
            ({"by": "constant"}, "only one group"),
        ],
    )
    def test_wrong_calls(self, given: dict[str, Any], words: str) -> None:
        spells = times(list(TIMES), list(KINDS), office=list(OFFICES), court=list(COURTS), constant=["x"] * 11)
        with pytest.raises(QuestionError, match=words):
            jm.curve_tests(spells, **given)


class TestBands:
    def many(self) -> Durations:
        days = [1 + place % 90 for place in range(400)]
        end = [(1, 2, 0, 1)[place % 4] for place in range(400)]
        return times(days, end, office=["ab"[place % 2] for place in range(400)])

    @pytest.mark.parametrize("band", ["hall-wellner", "equal-precision"])
    def test_a_band_is_wider_than_the_limits_of_each_day(self, band: Any) -> None:
        answer = jm.open_share(self.many(), by="office", band=band)
        table = answer.tables["band"]
        wider = 0
        for row in range(len(table)):
            where = {"office": table["office"][row], "days": table["days"][row]}
            assert value(answer, "estimate", **where) == table["estimate"][row]
            assert table["conf_low"][row] < table["estimate"][row] < table["conf_high"][row]
            wider += table["conf_low"][row] < value(answer, "conf_low", **where)
        assert wider > 0.9 * len(table)

    def test_time_to_any_ending_turns_it_over(self) -> None:
        still = jm.open_share(self.many(), band="equal-precision", band_days=(20, 60)).tables["band"]
        came = jm.time_to(self.many(), band="equal-precision", band_days=(20, 60)).tables["band"]
        assert came["conf_low"] == pytest.approx(1 - still["conf_high"])
        assert (min(came["days"]), max(came["days"])) == (20, 60)

    def test_an_incidence_has_an_equal_precision_band_only(self) -> None:
        table = jm.cumulative_incidence(self.many(), band="equal-precision").tables["band"]
        assert set(table["outcome"]) == {"1", "2"}
        one = jm.time_to(self.many(), outcome="1", band="equal-precision").tables["band"]
        assert one["estimate"] == pytest.approx(table["estimate"][table["outcome"] == "1"])
        with pytest.raises(QuestionError, match="still open only"):
            jm.cumulative_incidence(self.many(), band="hall-wellner")

    def test_where_there_is_none(self) -> None:
        answer = jm.open_share(eleven(), band="hall-wellner")
        assert len(answer.tables["band"]) == 0
        assert "1 curve has no simultaneous band" in said(answer)
        nobody = jm.time_to(times([1, 2], [0, 0]), band="equal-precision")
        assert len(nobody.tables["band"]) == 0
        with pytest.raises(QuestionError, match="independent and of equal weight"):
            jm.open_share(eleven(cluster="court"), band="hall-wellner")
        for wrong in ((5,), (5, 5), (-1, 4)):
            with pytest.raises(QuestionError, match="a first and a later last day"):
                jm.open_share(self.many(), band="hall-wellner", band_days=wrong)
        unknown: Any = "bonferroni"
        with pytest.raises(QuestionError, match="'bonferroni' is no simultaneous band"):
            jm.open_share(self.many(), band=unknown)


class TestEdges:
    @pytest.mark.parametrize(
        ("days", "end"), [([3, 4, 5], [0, 0, 0]), ([7], [1]), ([7], [0]), ([2] * 5, [1] * 5), ([0, 0], [1, 0])]
    )
    def test_every_question_has_an_answer(self, days: list[int], end: list[int]) -> None:
        spells = times(days, end)
        answers = [
            jm.open_share(spells, band="equal-precision"),
            jm.cumulative_incidence(spells, variance="counting_process"),
            jm.cumulative_incidence(spells, variance="infinitesimal_jackknife"),
            jm.time_to(spells, limits="plain"),
            jm.restricted_means(spells, horizon_days=2),
        ]
        for answer in answers:
            assert answer.summary()
            assert answer.plot() is not None

    def test_an_entry_on_the_day_of_the_exit_is_left_out(self) -> None:
        answer = jm.open_share(times([5, 6], [1, 1], entry=[5, 0]))
        assert [(one.n, "observed only from" in str(one.reason)) for one in answer.provenance.left_out] == [(1, True)]
        assert answer.main["at_risk"].tolist() == [1]

    def test_a_group_without_an_ending(self) -> None:
        spells = times([1, 2, 3, 4], [1, 1, 0, 0], office=list("aabb"))
        assert jm.time_to(spells, by="office", shares=(0.5,)).main["estimate"].astype(float)[0] == 1.5
        means = jm.restricted_means(spells, by="office", horizon_days=3)
        assert value(means, "estimate", office="b", outcome="open") == 3
        tests = jm.curve_tests(spells, by="office")
        assert value(tests, "observed", "observed", office="b") == 0

    def test_ten_thousand_ties_a_day(self) -> None:
        spells = times([1, 1, 2, 2], [1, 0, 1, 0], frequency=[10_000, 5_000, 10_000, 5_000])
        answer = jm.open_share(spells)
        assert value(answer, "estimate", days=2) == pytest.approx(2 / 3 * 1 / 3)
        exact = (2 / 9) ** 2 * (10_000 / (30_000 * 20_000) + 10_000 / (15_000 * 5_000))
        assert value(answer, "std_error", days=2) ** 2 == pytest.approx(exact)


class TestLandmarks:
    def test_each_curve_is_that_of_the_cases_that_lasted(self) -> None:
        answer = jm.landmark_curves(eleven(), landmark_days=(0, 2), outcome="one")
        given_two = jm.cumulative_incidence(eleven(), outcome="one", given_days=2)
        for after in (1, 3, 4):
            whole = value(given_two, "estimate", outcome="one", days=2 + after)
            assert value(answer, "estimate", "curve", landmark_days=2, days=after) == pytest.approx(whole)
            error = value(given_two, "std_error", outcome="one", days=2 + after)
            assert value(answer, "std_error", "curve", landmark_days=2, days=after) == pytest.approx(error)
        assert answer.table.units.tolist() == [11, 7]
        assert answer.plot() is not None

    def test_who_came_later_is_not_on_the_landmark(self) -> None:
        spells = times([10, 20, 8, 12], [1, 1, 1, 0], entry=[-1, -1, 5, 5])
        answer = jm.landmark_curves(spells, landmark_days=(3, 6), outcome="1")
        assert answer.table.units.tolist() == [2, 4]

    def test_weights_and_clusters(self) -> None:
        spells = times([1, 2, 3, 4], [1, 0, 1, 1], weight=[1.0, 2.0, 3.0, 4.0], cluster=[1, 1, 2, 2])
        answer = jm.landmark_curves(spells, landmark_days=(1,), outcome="1")
        given = jm.cumulative_incidence(spells, given_days=1)
        for column in ("estimate", "std_error"):
            assert value(answer, column, "curve", days=2) == pytest.approx(value(given, column, outcome="1", days=3))
        assert answer.table.weighted

    def test_landmarks_that_nobody_reached(self) -> None:
        answer = jm.landmark_curves(eleven(), landmark_days=(2, 90), outcome="one")
        assert answer.landmarks == (2,)
        with pytest.raises(QuestionError, match="No case was open and observed on day 90"):
            jm.landmark_curves(eleven(), landmark_days=(90,), outcome="one")
        for wrong in ((), (5, 5), (-1, 3)):
            with pytest.raises(QuestionError, match="each later than the one before"):
                jm.landmark_curves(eleven(), landmark_days=wrong, outcome="one")

    def test_an_outcome_that_nobody_came_to(self) -> None:
        answer = jm.landmark_curves(times([1, 2, 3], [0, 0, 0]), landmark_days=(0,), outcome="any_exit")
        assert answer.main["estimate"].tolist() == [0.0]
        assert answer.summary()


class TestAllAlike:
    """A group whose cases are all alike does not tell how far chance goes."""

    def test_one_case_is_no_finding(self) -> None:
        spells = jm.durations(
            pd.DataFrame({"d": [2, 3, 4, 5], "s": [1, 1, 0, 1], "g": list("abbb")}), days="d", ending="s"
        )
        answer = jm.restricted_means(spells, by="g", horizon_days=4)
        assert value(answer, "estimate", g="a", outcome="open") == 2
        for edge in ("std_error", "conf_low", "conf_high"):
            assert np.isnan(value(answer, edge, g="a", outcome="open"))
            assert np.isfinite(value(answer, edge, g="b", outcome="open"))
        for column in ("std_error", "conf_low", "p_value", "p_adjusted"):
            assert np.isnan(answer.tables["contrast"][column].astype(float)).all()
        assert "A: of the first 4 days a case was open 2 days on average; no interval can be given." in said(answer)
        assert "tell 1 group apart" not in said(answer)
        assert "cannot be compared" in said(answer)
        assert any("all alike" in one.text("en") for one in answer.notes)

    def test_one_open_case_is_no_finding(self) -> None:
        answer = jm.restricted_means(times([4], [0]), horizon_days=4)
        assert np.isnan(value(answer, "conf_low", outcome="open"))
        assert "interval 4" not in said(answer)

    def test_the_robust_variance_too(self) -> None:
        spells = times([2, 3, 4, 5], [1, 1, 0, 1], weight=[2.0, 1.0, 1.0, 3.0], office=list("abbb"))
        answer = jm.restricted_means(spells, by="office", horizon_days=4)
        assert np.isnan(value(answer, "conf_low", office="a", outcome="open"))
        assert np.isnan(answer.tables["contrast"]["p_value"].astype(float)).all()

    def test_no_note_where_cases_differ(self) -> None:
        answer = jm.restricted_means(eleven(), horizon_days=5)
        assert not any("all alike" in one.text("en") for one in answer.notes)


def test_a_narrow_interval_is_said_with_decimals() -> None:
    spells = times([5, 6, 7], [1, 1, 1], frequency=[1_000, 8_000, 1_000])
    assert "6.00 days on average (interval 5.99 days to 6.01 days)" in said(jm.restricted_means(spells, horizon_days=9))


def test_landmarks_refuse_several_rows_of_a_unit() -> None:
    spells = times([3, 8, 5], [0, 1, 1], entry=[-1, 3, -1], id=[1, 1, 2])
    with pytest.raises(QuestionError, match="several rows for one unit") as caught:
        jm.landmark_curves(spells, landmark_days=(0, 2), outcome="1")
    assert "one row per unit" in str(caught.value)


def few_files() -> Durations:
    return times(list(range(1, 21)), [1, 0] * 10, weight=[10.0, 12.0] * 10)


class TestWeightsAreNoCases:
    """Twenty files of weight 10 are twenty files: small samples stay small, and sentences count files."""

    def test_small_samples_are_told(self) -> None:
        few = few_files()
        for answer in (
            jm.cumulative_incidence(few),
            jm.open_share(few),
            jm.time_to(few),
            jm.restricted_means(few, horizon_days=10),
            jm.landmark_curves(few, landmark_days=(0,), outcome="1"),
        ):
            assert any("Rests on 20 units only" in one.text("en") for one in answer.notes), answer.question

    def test_landmarks_count_files(self) -> None:
        few = few_files()
        answer = jm.landmark_curves(few, landmark_days=(0, 10), outcome="1")
        sentences = [one.text("en") for one in answer.findings()]
        assert sentences[0].startswith("Of 20 cases open 0 days")
        assert sentences[1].startswith("Of 10 cases open 10 days")
        assert all("(weighted)" in one for one in sentences)

    def test_a_forecast_says_that_it_is_weighted(self) -> None:
        few = few_files()
        answer = jm.expected_endings(few, outcome="1", within_days=1)
        assert "pending cases, counted by their sampling weights, about" in said(answer)
        assert any("sums of sampling weights" in one.text("en") for one in answer.notes)


class TestNothingIsLeftOutSilently:
    def test_incidence_of_short_times(self) -> None:
        sentences = [one.text("en") for one in jm.cumulative_incidence(eleven()).findings()]
        assert len(sentences) == 1
        assert sentences[0].startswith("6 days after the start")

    def test_open_share_of_a_group_that_was_watched_less(self) -> None:
        spells = times([20, 29, 30, 5, 8], [1, 0, 0, 1, 0], office=list("aaabb"))
        sentences = [one.text("en") for one in jm.open_share(spells, by="office").findings()]
        assert len(sentences) == 2
        assert sentences[1] == "1 group was not watched for 30 days; nothing is said of it there."

    def test_landmarks_on_short_times(self) -> None:
        spells = times([4, 6, 8, 12, 12, 14], [1, 1, 1, 1, 0, 0])
        answer = jm.landmark_curves(spells, landmark_days=(0, 5, 13, 20), outcome="1")
        sentences = [one.text("en") for one in answer.findings()]
        assert [one.split(" days")[0] for one in sentences] == [f"Of {n} {w}" for n, w in SEEN_ON]
        notes = " ".join(one.text("en") for one in answer.notes)
        assert "No case was open and observed on these landmarks, so they are left out: 20." in notes


SEEN_ON = ((6, "cases open 0"), (5, "cases open 5"), (1, "case open 13"))


class TestTrend:
    def test_findings_tell_it(self) -> None:
        days = [*range(40, 60), *range(20, 40), *range(1, 21), 5, 60]
        spells = times(days, [1] * 62, grade=["1"] * 20 + ["2"] * 20 + ["3"] * 20 + [None] * 2)
        answer = jm.curve_tests(spells, by="grade", trend=True)
        assert "any ending, rate among open cases: it rises over the groups in their order (p < 0.001)." in (
            said(answer).replace("Any", "any")
        )
        assert any("1 group whose attribute is not recorded" in one.text("en") for one in answer.notes)
        plain = jm.curve_tests(spells, by="grade")
        assert "in their order" not in said(plain)
        assert not any("no place in the order" in one.text("en") for one in plain.notes)

    def test_no_trend_is_no_proof(self) -> None:
        spells = times([1, 2, 3, 4, 5, 6] * 5, [1] * 30, grade=["1", "2"] * 15)
        assert "no trend over the groups" in said(jm.curve_tests(spells, by="grade", trend=True))


def test_observed_endings_have_no_interval_made_under_the_null() -> None:
    observed = jm.curve_tests(eleven(), by="office").tables["observed"]
    names = [one.name for one in observed.columns]
    assert "std_error" in names
    assert not {"conf_low", "conf_high"} & set(names)


class TestNobodyEnded:
    def test_it_is_drawn_and_said(self) -> None:
        still_open = times([3, 4, 5], [0, 0, 0], office=list("aab"))
        alone, split = jm.cumulative_incidence(still_open), jm.cumulative_incidence(still_open, by="office")
        for answer in (alone, split):
            for language in ("en", "es"):
                answer.plot(language=language)
        assert "no case had ended; still open 100.0" in said(alone)
        assert "No case was observed to end." in said(split)


def test_groups_that_are_alike_are_no_range() -> None:
    spells = times([1, 2, 3] * 2, [1, 1, 0] * 2, office=list("aaabbb"))
    (sentence,) = [one.text("en") for one in jm.cumulative_incidence(spells, by="office").findings()]
    assert "66.7" in sentence
    assert "in each group that was watched so long" in sentence
    assert "from" not in sentence


def test_a_note_on_few_units_does_not_point_at_an_interval_that_is_not_there() -> None:
    answer = jm.restricted_means(times([4], [0]), horizon_days=4)
    notes = [one.text("en") for one in answer.notes]
    assert "Rests on 1 units only, which tells little." in notes
