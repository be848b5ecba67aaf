"""Impunity in both definitions, by hand; ratios of a period from cases and from counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.estimate.proportion import wilson
from tests.made_cases import log, wide

# The cut-off is day 1,000. Convicted on day 300 and on day 500; alternative exit on day 100; rejected; convicted, then
# acquitted; young and pending (complaint on day 800).
EVENTS = [
    *(("a", "complaint", 0), ("a", "trial", 200), ("a", "convicted", 300)),
    *(("b", "complaint", 0), ("b", "trial", 400), ("b", "convicted", 500)),
    *(("c", "complaint", 0), ("c", "charged", 50), ("c", "alternative_exit", 100)),
    *(("d", "complaint", 0), ("d", "rejected", 30)),
    *(
        ("e", "complaint", 0),
        ("e", "trial", 100),
        ("e", "convicted", 200),
        ("e", "trial", 300),
        ("e", "acquitted", 400),
    ),
    ("f", "complaint", 800),
]


def rows(result: jm.Result, key: str) -> dict[str, tuple[float, ...]]:
    main = result.main
    names = ("numerator", "denominator", "pending", "too_young")
    return {str(main[key][row]): tuple(float(main[name][row]) for name in names) for row in range(len(main))}


class TestOfACohort:
    def test_fixed_ages_by_hand(self) -> None:
        # at 12 months a and c count; at 24 months b too; f is too young for both; e was acquitted in the end
        assert rows(jm.impunity(log(EVENTS), months=(12, 24, 36)), "age") == {
            "12": (3, 5, 0, 1),
            "24": (2, 5, 0, 1),
            "36": (0, 0, 0, 6),
            "as_measured": (3, 6, 1, 0),
        }

    def test_convictions_alone(self) -> None:
        found = rows(jm.impunity(log(EVENTS), months=12, effective="conviction"), "age")
        assert found["12"][:2] == (4, 5)
        assert found["as_measured"][:2] == (4, 6)

    def test_the_age_is_part_of_the_label(self) -> None:
        labels = [row[0] for row in jm.impunity(log(EVENTS), months=(12, 24)).main.display()[1]]
        assert len(set(labels)) == 3
        assert labels[0] == "12 months after the complaint"

    def test_it_falls_as_a_cohort_grows_old(self) -> None:
        main = jm.impunity(log(EVENTS), months=(6, 12, 24)).main
        assert (np.diff(main["estimate"][:3]) <= 0).all()
        assert any("compare years, offices or countries at one age" in str(one)
                   for one in jm.impunity(log(EVENTS)).notes)  # fmt: skip

    def test_an_ending_without_a_date_gives_bounds(self) -> None:
        events = [*EVENTS, ("g", "complaint", 0), ("g", "trial", 5), ("g", "convicted", None)]
        answer = jm.impunity(log(events), months=12)
        assert rows(answer, "age") == {"12": (3, 6, 0, 1), "as_measured": (3, 7, 1, 0)}
        assert answer.main["untold"].tolist() == [1, 0]
        np.testing.assert_allclose(answer.main["estimate"], [3 / 6, 3 / 7])
        np.testing.assert_allclose(answer.main["at_most"], [4 / 6, 3 / 7])
        # the interval reaches from that of the least to that of the most
        assert answer.main["conf_low"][0] == pytest.approx(float(wilson(np.array([3]), np.array([6])).conf_low[0]))
        assert answer.main["conf_high"][0] == pytest.approx(float(wilson(np.array([4]), np.array([6])).conf_high[0]))
        assert "at least 3 of 6" in str(answer.findings()[0])
        assert any("effective ending without a date" in str(one) for one in answer.notes)

    def test_two_of_three_punished_on_unknown_days_are_no_full_impunity(self) -> None:
        labels = {"c": "convicted", "a": "alternative_exit", "p": "pending"}
        cases = wide([{"id": one, "complaint": 0, "outcome": one} for one in labels], labels=labels)
        main = jm.impunity(cases, months=12).main
        np.testing.assert_allclose(main["estimate"], [1 / 3, 1 / 3])
        np.testing.assert_allclose(main["at_most"], [1, 1 / 3])

    def test_no_effective_ending_in_the_mapping_is_refused(self) -> None:
        cases = wide([{"id": "a", "complaint": 0, "outcome": "r"}], labels={"r": "rejected", "p": "pending"})
        with pytest.raises(QuestionError, match="say nothing of"):
            jm.impunity(cases, months=12)

    def test_one_effective_ending_that_is_not_in_the_mapping_is_told(self) -> None:
        cases = wide([{"id": "a", "complaint": 0, "outcome": "c"}], labels={"c": "convicted", "p": "pending"})
        notes = [str(one) for one in jm.impunity(cases, months=12).notes]
        assert any("count as unpunished" in one and "alternative" in one for one in notes)
        known = {"c": "convicted", "p": "pending", "x": "alternative_exit"}
        whole = jm.impunity(wide([{"id": "a", "complaint": 0, "outcome": "c"}], labels=known), months=12)
        assert not any("count as unpunished" in str(one) for one in whole.notes)

    def test_by_year_of_the_complaint(self) -> None:
        main = jm.impunity(log(EVENTS), months=12, by="year").main
        assert list(zip(main["year"].tolist(), main["age"].tolist(), main["denominator"].tolist(), strict=True)) == [
            ("2015", "12", 5), ("2015", "as_measured", 5), ("2017", "12", 0), ("2017", "as_measured", 1),
        ]  # fmt: skip

    @pytest.mark.parametrize("wrong", [{"effective": "trial"}, {"months": (0,)}])
    def test_wrong_questions(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(QuestionError):
            jm.impunity(log(EVENTS), **wrong)


def counts(**given: Any) -> Any:
    mapping = given.pop("mapping", {})
    frame = pd.DataFrame(given)
    office = {"office": "office"} if "office" in given else {}
    quantities = {name: name for name in given if name not in ("year", "office")}
    return jm.CountData.from_frame(
        frame, {"counts": {"period": "year", **office, "quantities": quantities}, "missing": {"NA": "not_available"},
                **mapping}
    )  # fmt: skip


class TestOfAPeriod:
    def test_from_counts_by_hand(self) -> None:
        data = counts(year=["2021", "2022"], complaint=[1000, 0], conviction=[30, 2], alternative_exit=[20, "NA"],
                      withdrawal=[200, 0])  # fmt: skip
        answer = jm.effectiveness(data, excluded="withdrawal")
        main = answer.main
        assert main["estimate"][0] == 50 / 800
        assert main["impunity"][0] == 1 - 50 / 800
        assert main.statuses["estimate"] == ("", "not_available")
        only = jm.effectiveness(data, effective="conviction").main
        assert only.statuses["estimate"] == ("", "not_defined")

    def test_from_cases_it_is_not_the_figure_of_the_cohort(self) -> None:
        main = jm.effectiveness(log(EVENTS)).main
        # complaints of 2015: 5; convictions of 2015, by the day they were first given: a and e; exits: c
        assert main["period"].tolist() == ["2015", "2016", "2017"]
        assert main["numerator"].tolist() == [3, 1, 0]
        assert main["known"].tolist() == [5, 0, 1]
        assert main["estimate"][0] == 3 / 5
        assert main.statuses["estimate"] == ("", "not_defined", "")

    def test_more_than_all(self) -> None:
        answer = jm.effectiveness(counts(year=["2022"], complaint=[10], conviction=[12]))
        # a ratio of flows may pass 100 %; an index of impunity below 0 says nothing
        assert answer.main["estimate"][0] == pytest.approx(1.2)
        assert answer.main.statuses["impunity"] == ("not_defined",)
        assert any("above 100 %" in str(one) for one in answer.notes)
        assert "no impunity index is defined" in str(answer.findings()[0])

    @pytest.mark.parametrize(("taken_off", "left"), [(120, np.nan), (100, 0.0)])
    def test_more_taken_off_than_known_is_no_impunity_above_all(self, taken_off: int, left: float) -> None:
        data = counts(year=["2019"], complaint=[100], rejection=[taken_off], conviction=[5])
        answer = jm.effectiveness(data, effective="conviction", excluded="rejection")
        np.testing.assert_array_equal(answer.main["denominator"], [left])
        assert answer.main.statuses["estimate"] == answer.main.statuses["impunity"] == ("not_defined",)
        assert answer.main["excluded"].tolist() == [taken_off]
        assert answer.findings() == ()
        assert any("were taken off: effectiveness is not defined" in str(one) for one in answer.notes)

    def test_the_sample_has_no_index_outside_0_and_1(self) -> None:
        answer = jm.effectiveness(jm.sample_cases(), excluded="rejection", period="year")
        index = answer.main["impunity"][np.isfinite(answer.main["impunity"])]
        assert index.min() >= 0
        assert index.max() <= 1
        assert any("is too high and says little" in str(one) for one in answer.notes)

    def test_both_definitions_have_their_own_words(self) -> None:
        cohort, flow = jm.impunity(log(EVENTS)), jm.effectiveness(log(EVENTS))
        assert (cohort.definition.basis, flow.definition.basis) == ("cohort", "flow")
        assert not {str(one.meaning) for one in flow.main.columns} & {"without an effective ending", "share"}


class TestPeriodRatios:
    def test_charges_that_only_verdicts_tell_of_are_no_0_percent(self) -> None:
        labels = {"c": "convicted", "p": "pending"}
        rows = [{"id": "a", "complaint": 0, "charged": None, "outcome": "c", "ended": 90},
                {"id": "b", "complaint": 5, "charged": None, "outcome": "p", "ended": None}]  # fmt: skip
        answer = jm.period_ratios(wide(rows, labels=labels), of="charge")
        assert set(answer.main.statuses["estimate"]) == {"not_available"}
        assert answer.findings() == ()
        assert any("only by a later step" in str(one) for one in answer.notes)
        # beside a dated one it is told, and the dated one counts
        told = jm.period_ratios(wide([*rows, {**rows[1], "id": "d", "charged": 9}], labels=labels), of="charge")
        assert told.main["numerator"].tolist()[0] == 1
        assert any("1 case shows only by a later step" in str(one) for one in told.notes)

    def test_what_no_column_names_is_refused(self) -> None:
        cases = wide([{"id": "a", "complaint": 0, "outcome": "p"}], labels={"r": "rejected", "p": "pending"})
        for word in ("charge", "verdict"):
            with pytest.raises(QuestionError, match="say nothing of"):
                jm.period_ratios(cases, of=word)
        with pytest.raises(QuestionError, match="say nothing of"):
            jm.effectiveness(cases)

    def test_cases_are_counted_on_the_day_of_each_step(self) -> None:
        main = jm.period_ratios(log(EVENTS), of=("conviction", "rejection"), per="complaint").main
        found = {
            (str(p), str(r)): (float(y), float(n))
            for p, r, y, n in zip(main["period"], main["rate"], main["numerator"], main["denominator"], strict=True)
        }
        assert found == {
            ("2015", "conviction/complaint"): (2, 5), ("2015", "rejection/complaint"): (1, 5),
            ("2016", "conviction/complaint"): (1, 0), ("2016", "rejection/complaint"): (0, 0),
            ("2017", "conviction/complaint"): (0, 1), ("2017", "rejection/complaint"): (0, 1),
        }  # fmt: skip
        assert main.statuses["estimate"][2:4] == ("not_defined", "not_defined")

    def test_a_period_that_is_not_over_is_said(self) -> None:
        assert any("a part of the period only: 2017" in str(one)
                   for one in jm.period_ratios(log(EVENTS), of="conviction").notes)  # fmt: skip
        changes = jm.count_changes(log(EVENTS), of="complaint").main
        assert changes.statuses["estimate"] == ("not_applicable", "", "pending")

    def test_totals_are_sums_over_sums(self) -> None:
        data = counts(office=["a", "b"], year=["2022", "2022"], complaint=[100, 10], conviction=[10, 9])
        main = jm.conviction_ratio(data, per="complaint", by="office").main
        assert main["office"].tolist() == ["a", "b", "all"]
        assert main["estimate"].tolist() == [0.1, 0.9, 19 / 110]

    def test_a_missing_part_is_no_zero_in_the_total(self) -> None:
        data = counts(office=["a", "b"], year=["2022", "2022"], complaint=[100, 10], conviction=[10, "NA"])
        main = jm.conviction_ratio(data, per="complaint", by="office").main
        assert main.statuses["estimate"] == ("", "not_available", "not_available")

    def test_a_ratio_across_units_says_so(self) -> None:
        frame = pd.DataFrame({"year": ["2022"], "complaint": [50], "convicted": [8]})
        quantities = {"complaint": "complaint", "persons": {"column": "convicted", "label": "persons convicted",
                                                            "unit": "accused"}}  # fmt: skip
        data = jm.CountData.from_frame(frame, {"counts": {"period": "year", "quantities": quantities}})
        assert any("crosses units: accused to case" in str(one)
                   for one in jm.period_ratios(data, of="persons").notes)  # fmt: skip

    def test_a_quantity_that_is_not_there(self) -> None:
        with pytest.raises(QuestionError, match="no quantity 'convictions'"):
            jm.period_ratios(counts(year=["2022"], complaint=[1], conviction=[1]), of="convictions")


class TestChanges:
    def test_the_year_before_and_gaps(self) -> None:
        data = counts(year=["2019", "2021", "2022"], complaint=[100, 150, 120])
        main = jm.count_changes(data, of="complaint").main
        found = dict(zip(main["period"].tolist(), main["rounded"].tolist(), strict=True))
        # what stands before 2021 in the file is 2019, and that is not the year before it
        assert np.isnan([found["2019"], found["2021"]]).all()
        assert found["2022"] == -0.2
        months = pd.DataFrame({"year": ["2021-01", "2022-01"], "complaint": [10, 15]})
        monthly = jm.CountData.from_frame(
            months, {"counts": {"period": "year", "quantities": {"complaint": "complaint"}}}
        )
        assert jm.count_changes(monthly, of="complaint", against="year_before").main["estimate"][-1] == 0.5

    def test_sums_of_weights_have_no_interval(self) -> None:
        rows = [
            {"id": str(one), "complaint": 400 * (one % 2), "outcome": "pending", "weight": 10.0} for one in range(8)
        ]
        answer = jm.count_changes(wide(rows), of="complaint")
        assert answer.main["after"].tolist()[:2] == [40, 40]
        assert np.isnan(answer.main["conf_low"]).all()
        assert any("Weighted by the sampling weights" in str(one) for one in answer.notes)

    def test_from_zero(self) -> None:
        main = jm.count_changes(counts(year=["2021", "2022"], complaint=[0, 3]), of="complaint").main
        assert main.statuses["estimate"][1] == "not_defined"
        assert main.statuses["rounded"][1] == "not_defined"
        assert np.isnan(main["conf_low"][1])

    def test_points_and_relative_change_of_a_ratio(self) -> None:
        data = counts(year=["2021", "2022"], complaint=[1000, 1000], conviction=[830, 819])
        answer = jm.ratio_changes(data, of="conviction", per="complaint")
        assert answer.main["points"][1] == pytest.approx(-0.011)
        assert answer.main["change"][1] == pytest.approx(-11 / 830)
        assert "−1.1 percentage points" in str(answer.findings()[0])
        headings = answer.main.display()[0]
        assert len(set(headings)) == len(headings)
