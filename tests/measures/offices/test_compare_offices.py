"""Offices compared: by hand, the same through every way in, at the edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from justice_metrics.base.errors import CaseDataError, ProcedureError, QuestionError
from justice_metrics.base.table import Table
from justice_metrics.cases.casedata import CaseData
from justice_metrics.cases.counts.data import CountData
from justice_metrics.estimate.proportion import wilson
from justice_metrics.measures.offices.compare_offices import OfficeComparison, compare_offices
from tests.made_cases import wide

# Complaint on the day given; a verdict so many days later, if any. Cut-off on day 1,000, followed for 300 days.
FILES = [
    ("A", "rape", 0, 100),
    ("A", "rape", 0, 300),
    ("A", "rape", 0, 301),
    ("A", "other", 700, 20),
    ("A", "other", 701, 20),
    ("B", "rape", 0, None),
    ("B", "other", 0, 299),
    (None, "rape", 0, 100),
    ("C", "other", 900, None),
]


def cases_of(files: list[tuple[Any, ...]], **more: Any) -> CaseData:
    rows = [
        {
            "id": f"u{place}",
            "complaint": begin,
            "verdict": None if days is None else begin + days,
            "court": court,
            "offence": offence,
        }
        for place, (court, offence, begin, days) in enumerate(files)
    ]
    return wide(rows, **more)


def counts_of(rows: list[tuple[Any, ...]], **quantities: str) -> CountData:
    frame = pd.DataFrame(rows, columns=["Court", "Year", "Kind", "Reported", "Verdicts"])
    named = quantities or {"complaint": "Reported", "verdict": "Verdicts"}
    mapping = {
        "counts": {
            "unit": "case",
            "office": "Court",
            "period": "Year",
            "keys": {"offence": "Kind"},
            "quantities": named,
        },
        "missing": {
            "NA": "not_available",
            "S/D": "not_available",
            "*": "suppressed",
            "NAP": "not_applicable",
            "(p)": "under_review",
        },
    }
    return CountData.from_frame(frame, mapping)


def row(table: Table, name: str, word: str) -> dict[str, Any]:
    place = table[name].tolist().index(word)
    return {one.name: table[one.name][place] for one in table.columns}


@pytest.fixture(scope="module")
def many() -> OfficeComparison:
    """Thirty offices of 200 reported cases with 20 % verdicts, one with 60 %, one small."""
    rng = np.random.default_rng(4)
    rows = [(f"J{place}", 2019, "all", 200, int(rng.binomial(200, 0.2))) for place in range(30)]
    rows += [("High", 2019, "all", 200, 120), ("Small", 2019, "all", 12, 9)]
    return compare_offices(counts_of(rows), seed=3)


class TestCaseFiles:
    def test_the_same_follow_up_by_hand(self) -> None:
        """Day 300 counts, 301 does not; who reported on day 701 is too young, its quick verdict notwithstanding."""
        found = compare_offices(cases_of(FILES), within_days=300)
        main = found.main
        assert main["court"].tolist() == ["A", "B", "C"]
        assert main["cases"].tolist() == [4, 2, 0]
        assert main["numerator"].tolist() == [3, 1, 0]
        assert main["estimate"].tolist()[:2] == [3 / 4, 1 / 2]
        assert main.statuses["estimate"] == ("", "", "not_defined")
        assert main["conf_low"][0] == wilson(np.array([3]), np.array([4])).conf_low[0]
        left_out = {str(one.reason): one.n for one in found.provenance.left_out}
        assert left_out["not old enough at the cut-off"] == 2
        assert left_out["not said at which office"] == 1

    def test_nobody_is_ranked_with_few_cases(self) -> None:
        found = compare_offices(cases_of(FILES), within_days=300)
        assert np.isnan(found.main["rank"]).all()
        assert set(found.main.statuses["rank"]) == {"not_applicable"}
        assert any("not ranked" in str(one) for one in found.notes)

    def test_adjusted_by_hand(self) -> None:
        """Rape: 2 of 4 in time; other: 2 of 2. A expects 3 (2/4) + 1 = 5/2 and has 3; B expects 1/2 + 1 and has 1."""
        found = compare_offices(cases_of(FILES), within_days=300, adjust="offence")
        indirect = found.tables["indirect"]
        assert indirect["expected"].tolist() == [3 / 2 + 1, 1 / 2 + 1, 0]
        assert indirect["estimate"].tolist()[:2] == [3 / 2.5, 1 / 1.5]
        assert indirect.statuses["estimate"][2] == "not_defined"
        direct = found.tables["direct"]
        assert direct["estimate"].tolist()[:2] == pytest.approx([4 / 6 * 2 / 3 + 2 / 6, 2 / 6])
        assert direct["covered"].tolist() == pytest.approx([1, 1, 0])
        kinds = found.tables["kinds"]
        assert kinds["weight"].tolist() == pytest.approx([2 / 6, 4 / 6])
        assert found.main["ratio"].tolist()[0] == pytest.approx(1.2)

    def test_a_verdict_without_a_day_cannot_be_told(self) -> None:
        rows = [
            {"id": "a", "complaint": 0, "outcome": "convicted", "ended": None, "court": "A"},
            {"id": "b", "complaint": 0, "outcome": "convicted", "ended": 20, "court": "A"},
            {"id": "c", "complaint": 0, "outcome": "rejected", "ended": None, "court": "B"},
            {"id": "d", "complaint": 50, "outcome": "convicted", "ended": 20, "court": "B"},
        ]
        found = compare_offices(wide(rows), within_days=300)
        # the rejection without a day is no verdict, whenever it was; a verdict before the complaint is a fault
        assert found.main["cases"].tolist() == [1, 1]
        assert found.main["numerator"].tolist() == [1, 0]

    def test_sampling_weights_are_told_not_used(self) -> None:
        rows = [
            {"id": f"u{place}", "complaint": 0, "verdict": 10, "court": "AB"[place % 2], "weight": 2.5}
            for place in range(4)
        ]
        found = compare_offices(wide(rows), within_days=300)
        assert found.main["cases"].tolist() == [2, 2]
        assert any("sampling weights are not used" in str(one) for one in found.notes)

    def test_frequencies_count(self) -> None:
        rows = [
            {"id": "a", "complaint": 0, "verdict": 10, "court": "A", "frequency": 7},
            {"id": "b", "complaint": 0, "verdict": None, "court": "B", "frequency": 3},
        ]
        main = compare_offices(wide(rows), within_days=300).main
        assert (main["cases"].tolist(), main["numerator"].tolist()) == ([7, 3], [7, 0])


class TestTablesOfCounts:
    ROWS = [
        ("A", 2018, "rape", 10, 4),
        ("A", 2019, "rape", 20, 5),
        ("A", 2019, "other", 10, 1),
        ("B", 2018, "rape", 30, 3),
        ("B", 2018, "other", 10, "NAP"),
        ("C", 2018, "rape", 5, "*"),
        ("C", 2019, "rape", 7, 3),
    ]

    def test_flows_add_up_over_the_years_and_what_is_withheld_stays_withheld(self) -> None:
        main = compare_offices(counts_of(self.ROWS)).main
        # where a verdict does not apply, the cases are no part of it
        assert main["cases"].tolist()[:2] == [40, 30]
        assert main["numerator"].tolist()[:2] == [10, 3]
        assert np.isnan(main["cases"][2])
        assert main.statuses["cases"][2] == "suppressed"
        assert main.statuses["estimate"][2] == "suppressed"

    OTHERS = [(name, month, "rape", 10, 4) for name in "AB" for month in ("2019-01", "2019-02", "2019-03")]

    @pytest.mark.parametrize(
        ("word", "cases", "silent"), [("S/D", 20, True), ("(p)", 20, True), ("NAP", 20, False), ("*", None, False)]
    )
    @pytest.mark.parametrize("lost", ["of", "per"])
    def test_both_numbers_are_those_of_the_same_months(
        self, word: str, cases: int | None, silent: bool, lost: str
    ) -> None:
        """Of three months with 4 of 10 one lacks a figure: what is left are 8 of 20, never 8 of 30 nor 12 of 20."""
        third = (10, word) if lost == "of" else (word, 4)
        rows = [*self.OTHERS[:5], ("B", "2019-03", "rape", *third), ("C", "2019-01", "rape", 10, 4)]
        rows += [("C", month, "rape", 10, 4) for month in ("2019-02", "2019-03")]
        found = compare_offices(counts_of(rows))
        office = row(found.main, "office", "B")
        if cases is None:
            assert np.isnan(office["cases"])
            assert found.main.statuses["estimate"][1] == "suppressed"
            return
        assert (office["cases"], office["numerator"]) == (cases, 8)
        assert any("periods without numbers" in str(one) for one in found.notes) is silent

    def test_an_office_that_is_under_review_all_the_time_has_no_share(self) -> None:
        rows = [*self.OTHERS, *[("C", month, "rape", 10, "(p)") for month in ("2019-01", "2019-02", "2019-03")]]
        found = compare_offices(counts_of(rows))
        office = row(found.main, "office", "C")
        assert np.isnan(office["numerator"])
        assert np.isnan(office["estimate"])
        assert office["position"] == "not_placed"
        assert found.main.statuses["estimate"][2] == "under_review"
        assert np.isnan(office["rank"])

    def test_it_is_a_flow_and_says_so(self) -> None:
        found = compare_offices(counts_of(self.ROWS))
        assert found.definition.basis == "flow"
        assert any("counts of one period" in str(one) for one in found.notes)
        with pytest.raises(QuestionError, match="how long each case was followed"):
            compare_offices(counts_of(self.ROWS), within_days=100)

    def test_what_is_no_part_is_refused(self) -> None:
        with pytest.raises(QuestionError, match="is no part of it"):
            compare_offices(counts_of([("A", 2019, "x", 10, 12), ("B", 2019, "x", 10, 2)]))

    def test_a_stock_and_a_flow_over_years_are_refused(self) -> None:
        mixed = counts_of(self.ROWS[:4], pending_end="Reported", resolved="Verdicts")
        with pytest.raises(QuestionError, match="flow and the other a stock"):
            compare_offices(mixed, outcome="resolved", per="pending_end")

    def test_of_two_stocks_the_last_counts(self) -> None:
        stocks = counts_of([*self.ROWS[:2], ("B", 2019, "rape", 50, 5)], pending_end="Reported", old_pending="Verdicts")
        main = compare_offices(stocks, outcome="old_pending", per="pending_end").main
        assert main["cases"].tolist() == [20, 50]

    def test_unknown_words(self) -> None:
        with pytest.raises(QuestionError, match="verdict"):
            compare_offices(counts_of(self.ROWS), outcome="verdicts")


class TestFunnel:
    def test_the_special_office_is_outside_and_does_not_hide_itself(self, many: OfficeComparison) -> None:
        assert row(many.main, "office", "High")["position"] == "above_998"
        assert many.answer.dispersion.factor < 3
        # nine of twelve: above the limits, small as it is, and yet without a rank
        assert row(many.main, "office", "Small")["position"].startswith("above")
        assert np.isnan(row(many.main, "office", "Small")["rank"])

    def test_the_limits_of_the_table_are_those_of_the_curve(self, many: OfficeComparison) -> None:
        one = many.answer
        place = list(one.offices).index("J0")
        curve = np.interp(200, one.curve_size, one.curves[0].high)
        assert one.limits[0].high[place] == pytest.approx(curve, abs=2e-3)

    def test_ways_to_allow_for_offices_that_differ(self) -> None:
        rng = np.random.default_rng(8)
        shares = rng.beta(20 * 0.3, 20 * 0.7, 40)
        rows = [(f"J{place}", 2019, "x", 500, int(rng.binomial(500, p))) for place, p in enumerate(shares)]
        data = counts_of(rows)
        found = {way: compare_offices(data, overdispersion=way) for way in ("none", "additive", "multiplicative")}
        outside = {way: one.answer.is_outside.sum() for way, one in found.items()}
        assert outside["none"] > 15
        assert outside["additive"] <= 5
        assert outside["multiplicative"] <= 5
        assert found["none"].answer.spread == 0
        assert found["additive"].answer.spread == pytest.approx(0.1, abs=0.03)

    def test_few_offices_do_not_tell_how_much_offices_differ(self) -> None:
        rows = [(name, 2019, "x", 100, n) for name, n in (("A", 10), ("B", 60), ("C", 30))]
        found = compare_offices(counts_of(rows))
        assert any("So few offices" in str(one) for one in found.notes)
        assert not any(
            "So few offices" in str(one) for one in compare_offices(counts_of(rows), overdispersion="none").notes
        )
        assert found.main.statuses["rank"] == ("", "", "")

    def test_an_office_with_another_mix_is_no_outlier(self) -> None:
        rows = [(f"J{place}", 2019, kind, n, n * share // 100) for place in range(12) for kind, n, share in
                (("slow", 300, 10), ("quick", 100, 80))]  # fmt: skip
        rows += [("Quick", 2019, "slow", 100, 10), ("Quick", 2019, "quick", 300, 240)]
        data = counts_of(rows)
        assert row(compare_offices(data).main, "office", "Quick")["position"] == "above_998"
        adjusted = compare_offices(data, adjust="offence")
        assert row(adjusted.main, "office", "Quick")["position"] == "inside"
        assert row(adjusted.main, "office", "Quick")["ratio"] == pytest.approx(1.0)
        assert row(adjusted.main, "office", "Quick")["pooled"] == pytest.approx(adjusted.answer.overall, abs=0.01)
        straight = adjusted.tables["direct"]["estimate"]
        assert straight.tolist() == pytest.approx([straight[0]] * 13)


class TestRanks:
    def test_the_highest_is_first_and_the_rest_cannot_be_told_apart(self, many: OfficeComparison) -> None:
        high = row(many.main, "office", "High")
        assert (high["rank"], high["rank_low"], high["rank_high"]) == (1, 1, 1)
        others = many.main["rank_high"] - many.main["rank_low"]
        assert np.nanmedian(others) > 15

    def test_the_same_seed_the_same_ranks(self, many: OfficeComparison) -> None:
        again = compare_offices(counts_of([
            (str(one), 2019, "all", int(n), int(k))
            for one, n, k in zip(many.main["office"], many.main["cases"], many.main["numerator"], strict=True)
        ]), seed=3)  # fmt: skip
        np.testing.assert_array_equal(again.main["rank_low"], many.main["rank_low"])

    def test_partial_pooling_draws_towards_all(self, many: OfficeComparison) -> None:
        small = row(many.main, "office", "Small")
        assert many.answer.overall < small["pooled"] < small["estimate"]


class TestWords:
    def test_findings_and_headline(self, many: OfficeComparison) -> None:
        said = [str(one) for one in many.findings()]
        assert "6,212" in said[0]
        assert said[1].startswith("Above the 95 % limits of the funnel:")
        assert "from " in said[-1]
        assert str(many.headline()) == said[1]
        assert many.summary("es")

    def test_every_table_is_shown_in_both_languages(self) -> None:
        found = compare_offices(cases_of(FILES), within_days=300, adjust="offence")
        for table in found.tables.values():
            for language in ("en", "es"):
                _, rows = table.display(language)
                assert len(rows) == len(table)
        assert found.to_frame("spread")["ranked"].tolist() == [0]

    def test_drawn(self, many: OfficeComparison) -> None:
        axes = many.plot()
        inside, outside = axes.lines[:2]
        assert np.size(inside.get_xdata()) + np.size(outside.get_xdata()) == 32
        assert "High" in [one.get_text() for one in axes.texts]
        ranks = many.draw("ranks", language="es")
        assert np.size(ranks.lines[0].get_xdata()) == 31
        with pytest.raises(QuestionError):
            many.draw("nothing")

    def test_adjusted_is_drawn_around_one(self) -> None:
        axes = compare_offices(cases_of(FILES), within_days=300, adjust="offence").plot(language="es")
        assert np.asarray(axes.lines[2].get_ydata())[0] == 1.0


class TestRefusals:
    def test_words_that_name_nothing(self) -> None:
        with pytest.raises(QuestionError, match="'curt' is not an attribute"):
            compare_offices(cases_of(FILES), office="curt")
        with pytest.raises(ProcedureError, match="Did you mean"):
            compare_offices(cases_of(FILES), outcome="verdct")
        with pytest.raises(QuestionError, match="would end there too"):
            compare_offices(cases_of(FILES), outcome="complaint")

    def test_numbers_that_make_no_sense(self) -> None:
        with pytest.raises(QuestionError, match="for a day or more"):
            compare_offices(cases_of(FILES), within_days=0)
        with pytest.raises(QuestionError, match="one case on or more"):
            compare_offices(cases_of(FILES), minimum=0)
        with pytest.raises(QuestionError, match="confidence level"):
            compare_offices(cases_of(FILES), confidence_level=95)

    def test_one_office_is_compared_with_nobody(self) -> None:
        with pytest.raises(QuestionError, match="Fewer than two offices"):
            compare_offices(cases_of(FILES[:4]), within_days=300)
        with pytest.raises((QuestionError, CaseDataError)):
            compare_offices(cases_of(FILES), within_days=2_000)

    def test_no_outcome_at_all(self) -> None:
        found = compare_offices(counts_of([("A", 2019, "x", 50, 0), ("B", 2019, "x", 60, 0), ("C", 2019, "x", 9, 0)]))
        assert found.main["estimate"].tolist() == [0, 0, 0]
        assert set(found.main["position"]) == {"inside"}
        assert np.isnan(found.main["rank"]).all()
        assert found.plot() is not None

    @pytest.mark.parametrize("share", [0, 100])
    def test_nobody_or_everybody_of_every_kind(self, share: int) -> None:
        rows = [(f"J{place}", 2019, kind, 100, share) for place in range(12) for kind in "xy"]
        found = compare_offices(counts_of(rows), adjust="offence")
        assert set(found.main["estimate"]) == {share / 100}
        assert not found.answer.is_outside.any()
        assert found.summary()
        assert found.plot() is not None

    def test_one_office_like_no_other(self) -> None:
        """Beliefs stay defined where a spread that suits the others makes an office all but impossible."""
        rows = [(f"J{place}", 2019, "x", 5_000, 500) for place in range(20)]
        found = compare_offices(counts_of([*rows, ("Other", 2019, "x", 5_000, 4_900)]))
        other = row(found.main, "office", "Other")
        assert other["pooled"] == pytest.approx(0.98, abs=0.002)
        assert (other["rank_low"], other["rank_high"], other["position"]) == (1, 1, "above_998")


class TestWhetherOfficesDiffer:
    def test_offices_of_one_share_are_not_said_to_differ(self) -> None:
        """Tables of forty offices with one true share: the moment estimate is above 0 in about half of them."""
        rng = np.random.default_rng(3)
        said = above = 0
        for _ in range(6):
            n = rng.integers(30, 300, 40)
            rows = [(f"J{i}", 2019, "all", int(n[i]), int(rng.binomial(n[i], 0.5))) for i in range(40)]
            found = compare_offices(counts_of(rows), draws=100)
            said += any("differ more than chance" in str(one) for one in found.findings())
            above += found.answer.spread > 0
            assert any("differ" in str(one) for one in found.findings())
        assert above >= 1
        assert said <= 1

    def test_offices_that_differ_are(self, many: OfficeComparison) -> None:
        assert any("differ more than chance makes them (test" in str(one) for one in many.findings())
        assert many.tables["spread"]["p_value"][0] == 1 / 2000

    def test_no_test_of_few_offices(self) -> None:
        rows = [("A", 2019, "all", 100, 10), ("B", 2019, "all", 100, 60)]
        found = compare_offices(counts_of(rows))
        assert not any("differ" in str(one) and "chance makes them" in str(one) for one in found.findings())
        assert found.tables["spread"].statuses["p_value"] == ("not_applicable",)

    def test_endings_without_a_day_make_shares_too_low(self) -> None:
        rows = [
            {"id": f"{office}{i}", "complaint": 0, "outcome": "convicted", "ended": day, "court": office}
            for office in "AB"
            for i, day in enumerate((100, 400, None))
        ]
        notes = [str(one) for one in compare_offices(wide(rows), outcome="conviction", within_days=300).notes]
        # 2 of 4 in time; 4 of 6 at most
        assert any("2 units" in one and "50.0\xa0%" in one and "66.7\xa0%" in one for one in notes)


def test_an_outcome_of_which_the_data_say_nothing_is_refused_and_not_0() -> None:
    with pytest.raises(QuestionError, match="The data say nothing of: "):
        compare_offices(cases_of(FILES), outcome="alternative_exit", within_days=300)
