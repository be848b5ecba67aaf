"""Completeness by field, group and period: against the check, by hand, planted growth and gaps, and edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.estimate.proportion import wilson
from justice_metrics.estimate.slopes import pooled_limits, pooled_share
from justice_metrics.measures.quality.check import check
from justice_metrics.measures.quality.completeness import Completeness, completeness

OUTCOMES = {"Rechazo": "rejected", "Condena": "convicted", "Absuelto": "acquitted"}
MAPPING: dict[str, Any] = {
    "cases": {"id": "id", "procedure": "bolivia", "cutoff": "2019-06-30"},
    "dates": {"complaint": "day", "charged": "charged"},
    "outcome": {"column": "end", "date": "end_day", "labels": OUTCOMES},
    "attributes": {"sex": "sex", "relationship": "kin", "court": "court"},
    "missing": {"N/C": "not_applicable", "S/D": "not_available"},
}


def frame(**columns: Any) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    empty = dict.fromkeys(("charged", "end", "end_day", "sex", "kin", "court"), [None] * n)
    made = {"id": [f"c{one}" for one in range(n)], "day": ["2016-03-01"] * n, **empty, **columns}
    return pd.DataFrame(made).astype("string")


def cases_of(**columns: Any) -> jm.CaseData:
    return jm.CaseData.from_frame(frame(**columns), MAPPING)


@pytest.fixture(scope="module")
def grown() -> jm.CaseData:
    """Two courts; the sex is recorded more often every year in court A, and seldom where a case was rejected."""
    rng = np.random.default_rng(7)
    n = 1_600
    year = rng.integers(2015, 2019, n)
    court = rng.choice(["A", "B"], n)
    end = rng.choice(["Rechazo", "Condena", ""], n, p=[0.5, 0.2, 0.3])
    chance = np.where(court == "A", 0.5 + 0.12 * (year - 2015), 0.8) - 0.25 * (end == "Rechazo")
    # spread evenly over the files of a year and court: the years lie on the line, but for what the endings add
    order = pd.DataFrame({"year": year, "court": court, "end": end}).groupby(["year", "court", "end"])
    even = (order.cumcount() + rng.random(n)) / order["year"].transform("size")
    return cases_of(
        day=[f"{one}-0{month}-11" for one, month in zip(year, rng.integers(1, 10, n), strict=True)],
        court=court,
        end=[one or None for one in end],
        end_day=["2019-01-15" if one else None for one in end],
        sex=np.where(even < chance, "F", None).tolist(),
        kin=np.where(rng.random(n) < 0.9, "x", None).tolist(),
    )


@pytest.fixture(scope="module")
def answer(grown: jm.CaseData) -> Completeness:
    return completeness(grown, by="court")


class TestByHand:
    def test_a_field_and_its_kinds_of_missing(self) -> None:
        made = completeness(cases_of(sex=["F", None, "N/C", "S/D"]), fields="sex").to_frame("fields").iloc[0]
        # what does not apply is not due
        assert (made["recorded"], made["denominator"], made["not_applicable"]) == (1, 3, 1)
        assert (made["not_recorded"], made["not_available"]) == (1, 1)

    def test_a_date_is_due_where_the_case_came_there(self) -> None:
        cases = cases_of(
            charged=["2016-04-01", None, None],
            end=["Condena", "Absuelto", "Rechazo"],
            end_day=["2017-01-01", "2017-01-01", None],
        )
        made = completeness(cases, fields=("charged", "ending")).to_frame("fields").set_index("column")
        # an acquittal comes after the charge; a rejection need not
        assert made.loc["charged", ["recorded", "denominator"]].tolist() == [1, 2]
        assert made.loc["ending", ["recorded", "denominator"]].tolist() == [2, 3]

    def test_all_fields_together_with_the_error_of_files(self) -> None:
        made = completeness(cases_of(sex=["F", "F", None], kin=["x", None, None]), fields=("sex", "relationship"))
        row = made.to_frame().iloc[0]
        assert (row["recorded"], row["denominator"], row["estimate"]) == (3, 6, 0.5)
        y, x = np.array([2, 1, 0]), np.array([2, 2, 2])
        sums = [np.array([one]) for one in (y.sum(), x.sum(), (y * y).sum(), (x * y).sum(), (x * x).sum(), 3)]
        # worth p (1 - p) / Var of independent values, less what two degrees of freedom cost
        worth = 0.25 / pooled_share(*sums).variance[0] * (1.959964 / 4.302653) ** 2
        z = 1.959964**2 / worth
        reach = np.sqrt(z / 4 + z**2 / 4) / (1 + z)
        assert row["conf_low"] == pytest.approx(0.5 - reach, abs=1e-6)

    def test_thirty_whole_files_do_not_prove_that_every_file_is_whole(self) -> None:
        row = completeness(cases_of(sex=["F"] * 30, kin=["x"] * 30), fields=("sex", "relationship")).to_frame().iloc[0]
        assert (row["estimate"], row["conf_high"]) == (1, 1)
        assert row["conf_low"] == pytest.approx(wilson(np.array([30]), np.array([30])).conf_low[0])

    def test_limits_of_few_and_nearly_whole_files_hold_the_truth(self) -> None:
        rng = np.random.default_rng(4)
        held = 0
        for _ in range(600):
            y = 1 + rng.binomial(4, 0.99, 30)
            sums = (y.sum(), 150, (y * y).sum(), (5 * y).sum(), 750, 30)
            ratios = pooled_share(*(np.array([one]) for one in sums))
            found = pooled_limits(ratios, np.array([150]), np.array([30]))
            held += bool(found.conf_low[0] <= 0.992 <= found.conf_high[0])
        assert held / 600 > 0.93


class TestAgainstTheCheck:
    def test_totals_are_those_of_the_check(self, grown: jm.CaseData) -> None:
        ours = completeness(grown).to_frame("fields").set_index("column")
        theirs = check(grown, rules="start_missing").to_frame("completeness").set_index("column")
        shared = [one for one in theirs.index if one in ours.index]
        assert len(shared) == 6
        assert ours.loc[shared, ["recorded", "denominator"]].equals(theirs.loc[shared, ["recorded", "denominator"]])


class TestPlanted:
    def test_growth_is_found_where_it_is(self, answer: Completeness) -> None:
        trend = answer.to_frame("trend").set_index(["court", "column"])
        grows, steady = trend.loc[("A", "sex")], trend.loc[("B", "sex")]
        assert grows["p_value"] < 0.001
        assert grows["conf_low"] < 0.12 < grows["conf_high"]
        assert steady["p_value"] > 0.05
        assert trend.loc[("all", "all"), "p_value"] < 0.05

    def test_years_that_merely_differ_are_no_trend(self) -> None:
        share = [0.74, 0.85, 0.71, 0.81, 0.9, 0.83]
        days = [f"{year}-03-01" for year in range(2013, 2019) for _ in range(800)]
        sex = ["F" if place < 800 * one else None for one in share for place in range(800)]
        made = completeness(cases_of(day=days, sex=sex), fields="sex")
        trend = made.to_frame("trend").set_index("column")
        assert (trend["p_value"] > 0.05).all()
        assert (trend["conf_low"] < 0).all()
        assert any("did not change more than chance may" in one.text() for one in made.findings())

    def test_two_years_tell_no_trend_from_a_difference(self, grown: jm.CaseData) -> None:
        days = ["2016-03-01"] * 90 + ["2017-03-01"] * 90
        made = completeness(cases_of(day=days, sex=["F", None, None] * 30 + ["F", "F", None] * 30), fields="sex")
        assert any("There are 2 periods only" in one.text() for one in made.notes)
        assert not any("periods only" in one.text() for one in completeness(grown, fields="sex").notes)

    def test_missing_goes_with_the_ending(self, answer: Completeness) -> None:
        by_ending = answer.to_frame("outcomes").set_index(["column", "outcome"])
        assert by_ending.loc[("sex", "rejection"), "p_value"] < 0.001
        assert by_ending.loc[("sex", "rejection"), "conf_high"] < -0.1
        assert by_ending.loc[("relationship", "rejection"), "p_value"] > 0.05
        told = " ".join(one.text() for one in answer.findings())
        assert "This is an association" in told
        assert "Record keeping became better" in told

    def test_parts_add_up(self, answer: Completeness) -> None:
        main, periods, fields = (answer.to_frame(name) for name in ("main", "periods", "fields"))
        keys = ["recorded", "denominator"]
        for court in ("A", "B", "all"):
            whole = main.loc[main["court"] == court, keys].sum().tolist()
            assert periods.loc[periods["court"] == court, keys].sum().tolist() == whole
            assert fields.loc[fields["court"] == court, keys].sum().tolist() == whole

    def test_figures_of_every_view(self, answer: Completeness) -> None:
        shown = [one.get_text() for one in answer.plot(language="es").texts]
        assert len(shown) == len(answer.shown.found.fields) * 4
        assert {"trend", "outcomes", "groups"} == set(answer.views)
        for view in answer.views:
            assert answer.draw(view).get_xlabel()


class TestWhatCanBeTold:
    @pytest.fixture(scope="class")
    @staticmethod
    def convicted() -> Completeness:
        """Sixty convictions, half of them without a date of the charge; an abbreviated procedure needs none."""
        cases = cases_of(
            charged=["2016-04-01"] * 30 + [None] * 30,
            end=["Condena"] * 60,
            end_day=["2017-01-01"] * 60,
            sex=["F"] * 45 + [None] * 15,
        )
        return completeness(cases, fields=("charged", "ending", "sex"))

    def test_a_date_that_alone_says_it_is_due_has_no_share(self, convicted: Completeness) -> None:
        fields = convicted.to_frame("fields").set_index("column")
        assert fields.loc["charged", ["recorded", "denominator", "in_doubt"]].tolist() == [30, 30, 30]
        assert np.isnan(fields.loc["charged", "estimate"])
        assert fields.loc["charged", "state"] == "untold"
        assert fields.loc["ending", "estimate"] == 1
        told = " ".join(one.text() for one in convicted.notes)
        assert "nothing but the date itself says" in told
        assert ": 30. Questions such as attrition" in told

    def test_it_is_no_part_of_the_whole(self, convicted: Completeness) -> None:
        row = convicted.to_frame().iloc[0]
        assert (row["recorded"], row["denominator"]) == (60 + 45, 120)
        assert convicted.findings()[0].text().startswith("Of 120 dates and attributes")
        assert "charged" not in set(convicted.to_frame("outcomes")["column"])
        for view in convicted.views:
            assert convicted.draw(view).get_xlabel()

    def test_nothing_else_is_asked_for(self) -> None:
        cases = cases_of(charged=["2016-04-01", None], end=["Condena"] * 2, end_day=["2017-01-01"] * 2)
        made = completeness(cases, fields="charged")
        assert [one.text() for one in made.findings()] == ["Nothing is due to be recorded in these data."]
        assert np.isnan(made.main["estimate"][0])
        assert made.draw("trend").get_xlabel()

    def test_an_acquittal_tells_that_the_charge_is_missing(self) -> None:
        cases = cases_of(charged=["2016-04-01", None], end=["Absuelto"] * 2, end_day=["2017-01-01"] * 2)
        row = completeness(cases, fields="charged").to_frame("fields").iloc[0]
        assert (row["recorded"], row["denominator"], row["estimate"], row["in_doubt"]) == (1, 2, 0.5, 0)

    def test_years_that_the_file_covers_in_part_stand_where_their_cases_do(self) -> None:
        """Half a year over New Year: the two years lie three months apart, not twelve."""
        days = pd.date_range("2016-10-01", "2017-03-31").repeat(8)
        lacks = np.arange(len(days)) % 40 / 40 < 0.5 - 0.4 * np.asarray((days - days[0]).days) / 365.25
        cases = cases_of(day=days.strftime("%Y-%m-%d").tolist(), sex=[None if one else "F" for one in lacks])
        for period in ("year", "quarter", "month"):
            row = completeness(cases, fields="sex", period=period).to_frame("trend").iloc[1]
            assert row["estimate"] == pytest.approx(0.4, abs=0.06)

    def test_the_attribute_that_splits_is_told_to_be_left_out(self, answer: Completeness) -> None:
        assert any("splits the units" in one.text() for one in answer.notes)


class TestEdges:
    def test_small_groups_and_the_last_period_are_marked(self) -> None:
        made = completeness(cases_of(day=["2016-01-01"] * 40 + ["2017-05-01"] * 5 + ["2019-02-01"] * 45), fields="sex")
        assert made.main["state"].tolist() == ["complete", "few", "few", "provisional"]

    def test_no_date_is_in_no_period(self) -> None:
        made = completeness(cases_of(day=["2016-01-01", None], sex=["F", "F"]), fields="sex")
        assert made.main["units"].tolist() == [1]
        assert made.tables["fields"]["denominator"].tolist() == [2]
        assert any("no usable date" in one.text() for one in made.notes)

    def test_a_start_long_before_all_others_makes_no_trend(self) -> None:
        days = ["1900-01-01", "1931-05-02", "2020-01-01"] + ["2015-03-01"] * 200 + ["2016-03-01"] * 200
        made = completeness(cases_of(day=days, sex=[None] * 3 + ["F", None] * 200), fields="sex")
        assert made.main["period"].tolist() == ["2015", "2016"]
        assert any("3 units have no usable date" in one.text() for one in made.notes)

    def test_ends_of_a_trend_are_periods_with_files_enough(self) -> None:
        days = ["2014-01-01"] * 2 + ["2015-03-01"] * 40 + ["2016-03-01"] * 40
        row = completeness(cases_of(day=days, sex=["F"] * 2 + ["F", None] * 40), fields="sex").to_frame("trend").iloc[0]
        assert (row["first_period"], row["first_share"], row["last_period"]) == ("2015", 0.5, "2016")

    def test_nothing_is_recorded(self) -> None:
        made = completeness(cases_of(sex=[None] * 3), fields="sex")
        assert made.tables["fields"]["estimate"].tolist() == [0.0]
        assert made.findings()

    def test_no_date_at_all(self) -> None:
        mapping = {**MAPPING, "dates": {"charged": "charged"}}
        made = completeness(jm.CaseData.from_frame(frame(sex=["F"] * 3), mapping), fields="sex")
        assert len(made.main) == 0
        assert made.plot() is not None

    def test_weights_do_not_count(self) -> None:
        weighted = {**MAPPING, "cases": {**MAPPING["cases"], "sampling": {"frame": "registered", "weight": "w"}}}
        data = frame(sex=["F", None]).assign(w=["1", "9"])
        made = completeness(jm.CaseData.from_frame(data, weighted), fields="sex")
        assert made.tables["fields"]["estimate"].tolist() == [0.5]
        assert any("weights are not used" in one.text() for one in made.notes)

    def test_an_unknown_field_is_refused(self, grown: jm.CaseData) -> None:
        with pytest.raises(QuestionError, match=r"neither a date nor an attribute.*\n.*sex"):
            completeness(grown, fields="sexo")

    @pytest.mark.parametrize("period", ["month", "quarter"])
    def test_finer_periods_hold_the_same_cases(self, grown: jm.CaseData, period: Any) -> None:
        made = completeness(grown, fields="sex", period=period)
        assert made.main["units"].sum() == grown.n_units
