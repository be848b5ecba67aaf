"""Counting another unit: several accused of one case become one case, with a declared principal ending."""

from __future__ import annotations

from typing import Any

import pandas as pd
import polars as pl
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import CaseDataError, QuestionError, SettingsError
from justice_metrics.cases.casedata import CaseData
from tests.made_cases import milestones, wide, wide_mapping

# Two cases with several accused, one with one, and an accused of whom nobody noted the case.
ACCUSED: list[dict[str, Any]] = [
    {"id": "1", "case_id": "A", "complaint": 5, "charged": 20, "outcome": "convicted", "ended": 90, "sex": "m"},
    {"id": "2", "case_id": "A", "complaint": 0, "charged": None, "outcome": "pending", "ended": None, "sex": None},
    {"id": "3", "case_id": "A", "complaint": 5, "charged": 10, "outcome": "convicted", "ended": 120, "sex": "f"},
    {"id": "4", "case_id": "B", "complaint": 7, "charged": None, "outcome": "rejected", "ended": 30, "sex": "f"},
    {"id": "5", "case_id": "B", "complaint": 7, "charged": None, "outcome": "acquitted", "ended": 60, "sex": "m"},
    {"id": "6", "case_id": "C", "complaint": 8, "charged": None, "outcome": "pending", "ended": None, "sex": "f"},
    {"id": "7", "case_id": None, "complaint": 9, "charged": 9, "outcome": "rejected", "ended": 10, "sex": "f"},
]


def accused(**given: Any) -> CaseData:
    return wide(ACCUSED, unit="accused", frame=pl.from_pandas, **given)


def whole(rows: list[dict[str, Any]]) -> CaseData:
    """Return accused of a weighted sample that holds every accused of its cases."""
    return wide(rows, unit="accused", sampling={"members": "all"})


def ends(cases: CaseData) -> dict[str, str | None]:
    return {unit: row["outcome"] for unit, row in milestones(cases).items()}


class TestPrincipal:
    @pytest.mark.parametrize(
        ("principal", "expected"),
        [
            (("conviction", "acquittal", "pending"), {"A": "convicted", "B": "acquitted", "C": None}),
            (("pending", "conviction"), {"A": None, "B": "acquitted", "C": None}),
            (("rejection", "pending"), {"A": None, "B": "rejected", "C": None}),
        ],
    )
    def test_the_first_class_named_stands_for_the_case(
        self, principal: tuple[str, ...], expected: dict[str, str | None]
    ) -> None:
        cases = accused().to_unit("case", principal=principal)
        assert ends(cases) == expected
        assert (cases.unit, cases.n_units, cases.provenance.unit) == ("case", 3, "case")

    def test_days_are_the_first_of_a_stage_and_the_last_of_the_ending(self) -> None:
        row = milestones(accused().to_unit("case", principal=("conviction", "pending")))["A"]
        start = row["first__complaint"]
        assert row["first__charged"] - start == 10
        assert row["outcome_day"] - start == 120
        assert row["sex"] == "f"

    def test_questions_count_cases(self) -> None:
        cases = accused().to_unit("case", principal=("conviction", "acquittal", "pending"))
        main = jm.outcome_shares(cases).main
        assert dict(zip(main["outcome"].tolist(), main["numerator"].tolist(), strict=True)) == {
            "conviction": 1,
            "acquittal": 1,
            "pending": 1,
        }
        assert "counted as: case" in cases.describe()

    def test_events_and_support_follow(self) -> None:
        cases = accused(support=[("1", "lawyer", 6, None), ("4", "lawyer", 9, None), ("7", "lawyer", 9, None)])
        merged = cases.to_unit("case", principal=("conviction", "pending"))
        assert merged.support is not None
        spells = merged.support.collect().to_arrow().to_pylist()
        assert sorted(one["unit_id"] for one in spells) == ["A", "B"]
        assert {one["unit_id"] for one in merged.events.collect().to_arrow().to_pylist()} == {"A", "B", "C"}


class TestWithoutALink:
    def test_members_of_no_case_are_counted(self) -> None:
        cases = accused().to_unit("case", principal=("conviction", "pending"))
        assert [(str(one.reason), one.n) for one in cases.provenance.left_out] == [
            ("accused without a link to: case", 1)
        ]
        assert any("without a link" in str(one) for one in jm.attrition(cases).provenance.lines())

    def test_frequencies_are_members_not_cases(self) -> None:
        rows = [{**row, "frequency": 3} for row in ACCUSED]
        cases = wide(rows, unit="accused").to_unit("case", principal=("conviction", "pending"))
        assert cases.n_units == 3
        assert [one.n for one in cases.provenance.left_out] == [3]
        assert jm.attrition(cases).main["reached"].tolist()[0] == 3


class TestRefusals:
    def test_no_links_at_all(self) -> None:
        with pytest.raises(QuestionError, match="no links to other units"):
            wide([{"id": "a", "complaint": 0}]).to_unit("case", principal=("pending",))

    def test_no_such_link(self) -> None:
        with pytest.raises(QuestionError, match="no link to the unit 'victim'") as error:
            accused().to_unit("victim", principal=("pending",))
        assert "case" in str(error.value)

    def test_pending_must_be_placed(self) -> None:
        with pytest.raises(QuestionError, match="does not say where pending members stand") as error:
            accused().to_unit("case", principal=("conviction",))
        assert "Put 'pending' into it" in str(error.value)

    def test_unknown_class(self) -> None:
        with pytest.raises(QuestionError, match="Did you mean 'conviction'"):
            accused().to_unit("case", principal=("convicton", "pending"))


class TestWhatTheMembersCarry:
    def test_equal_weights_stay_and_others_are_shared(self) -> None:
        weight = {"A": 0.1, "B": 2.0, "C": 3.0}
        rows = [{**one, "weight": weight.get(str(one["case_id"]), 1.0)} for one in ACCUSED]
        rows[4]["weight"] = 5.0
        merged = milestones(whole(rows).to_unit("case", principal=("pending",)))
        # three times a tenth is not three tenths to the last digit: equal weights are not added up
        assert {unit: row["weight"] for unit, row in merged.items()} == {"A": 0.1, "B": 3.5, "C": 3.0}

    def test_a_row_that_stands_for_several_weighs_for_all_of_them(self) -> None:
        rows = [
            {"id": "1", "case_id": "A", "complaint": 0, "weight": 1.0, "frequency": 3},
            {"id": "2", "case_id": "A", "complaint": 0, "weight": 5.0, "frequency": 1},
        ]
        merged = whole(rows).to_unit("case", principal=("pending",))
        assert milestones(merged)["A"]["weight"] == 2.0
        assert (merged.n_units, merged.sampling.weighted, merged.sampling.repeated) == (1, True, False)

    def test_a_case_has_lost_its_victim_when_all_have_gone(self) -> None:
        rows = [
            {"id": "1", "case_id": "gone", "complaint": 0, "still": "disengaged", "left": 10},
            {"id": "2", "case_id": "gone", "complaint": 0, "still": None, "left": 30},
            {"id": "3", "case_id": "one left", "complaint": 0, "still": "disengaged", "left": 10},
            {"id": "4", "case_id": "one left", "complaint": 0, "still": "engaged", "left": None},
            {"id": "5", "case_id": "not told", "complaint": 0, "still": "disengaged", "left": 10},
            {"id": "6", "case_id": "not told", "complaint": 0, "still": None, "left": None},
            {"id": "7", "case_id": "no day", "complaint": 0, "still": "disengaged", "left": 10},
            {"id": "8", "case_id": "no day", "complaint": 0, "still": "disengaged", "left": None},
        ]
        merged = milestones(wide(rows, unit="victim").to_unit("case", principal=("pending",)))
        start = merged["gone"]["first__complaint"]
        told = {unit: (row["reliance__status"], row["reliance__left_day"]) for unit, row in merged.items()}
        assert told == {
            "gone": ("disengaged", start + 30),
            "one left": ("engaged", None),
            "not told": (None, None),
            "no day": ("disengaged", None),
        }

    def test_without_a_status_a_victim_without_a_day_takes_part(self) -> None:
        rows = [
            {"id": "1", "case_id": "A", "complaint": 0, "left": 10},
            {"id": "2", "case_id": "A", "complaint": 0, "left": None},
            {"id": "3", "case_id": "B", "complaint": 0, "left": 7},
        ]
        merged = milestones(wide(rows, unit="victim").to_unit("case", principal=("pending",)))
        assert merged["A"]["reliance__left_day"] is None
        assert merged["B"]["reliance__left_day"] == merged["B"]["first__complaint"] + 7

    def test_the_first_day_is_as_exact_as_it_was_written(self) -> None:
        rows = [
            {"id": "1", "case_id": "A", "complaint": "2016-03", "charged": "2017-05-02"},
            {"id": "2", "case_id": "A", "complaint": "2016-03-20", "charged": "2017"},
            {"id": "3", "case_id": "B", "complaint": "1969-03", "charged": None},
        ]
        table = pd.DataFrame(rows)
        mapping = wide_mapping(list(table.columns), unit="accused", cutoff=2_000)
        merged = milestones(CaseData.from_frame(table, mapping).to_unit("case", principal=("pending",)))
        assert [merged["A"][f"exact__{one}"] for one in ("complaint", "charged")] == ["month", "day"]
        assert merged["B"]["exact__complaint"] == "month"

    def test_charges_become_accused_and_accused_cases(self) -> None:
        rows = [
            {"id": "1", "accused_id": "p", "case_id": "A", "complaint": 0, "outcome": "convicted", "ended": 20},
            {"id": "2", "accused_id": "p", "case_id": "A", "complaint": 0, "outcome": "acquitted", "ended": 20},
            {"id": "3", "accused_id": "q", "case_id": "A", "complaint": 3, "outcome": "rejected", "ended": 9},
        ]
        accused_ = wide(rows, unit="charge").to_unit("accused", principal=("conviction", "pending"))
        assert ends(accused_) == {"p": "convicted", "q": "rejected"}
        assert ends(accused_.to_unit("case", principal=("conviction", "pending"))) == {"A": "convicted"}

    def test_an_accused_in_two_cases_keeps_no_link_to_one_of_them(self) -> None:
        rows = [
            {"id": "1", "accused_id": "p", "case_id": "A", "complaint": 0},
            {"id": "2", "accused_id": "p", "case_id": "B", "complaint": 0},
        ]
        with pytest.raises(QuestionError, match="no links to other units"):
            wide(rows, unit="charge").to_unit("accused", principal=("pending",)).to_unit("case", principal=("pending",))


_MEMBER = {"complaint": 0, "outcome": "convicted", "ended": 9}


def weighted(*rows: tuple[str, float, int | None], **more: Any) -> CaseData:
    """Return accused of a weighted sample, of whose cases the number of accused is known."""
    table = [
        {**_MEMBER, "id": str(at), "case_id": case, "weight": weight, "members": members, **more}
        for at, (case, weight, members) in enumerate(rows)
    ]
    return wide(table, unit="accused", types={"members": "integer"}, sampling={"members": {"case": "members"}})


class TestWeightsOfASample:
    """The weight of a case is that of its drawn members, by the number of all its members."""

    def test_the_members_that_were_not_drawn_count_too(self) -> None:
        rows = (("A", 4.0, 3), ("B", 4.0, 1), ("C", 2.0, 2), ("C", 5.0, 2), ("D", 4.0, 3), ("D", 4.0, None))
        cases = weighted(*rows).to_unit("case", principal=("pending",))
        found = {unit: row["weight"] for unit, row in milestones(cases).items()}
        assert found == {"A": pytest.approx(4 / 3), "B": 4.0, "C": 3.5, "D": pytest.approx(8 / 3)}
        assert cases.sampling.partly == 2
        notes = [str(one) for one in jm.conviction_rates(cases, per="complaint").notes]
        assert sum("2 units have members that are not in the data" in one for one in notes) == 1

    def test_a_row_that_stands_for_several(self) -> None:
        cases = weighted(("A", 2.0, 6), frequency=3).to_unit("case", principal=("pending",))
        assert milestones(cases)["A"]["weight"] == 1.0

    def test_the_estimated_number_of_cases_and_their_rate_are_right_on_the_average(self) -> None:
        """Every sample of two of four accused: three of one convicted case, one of a rejected one."""
        people = [("A", 3, "convicted"), ("A", 3, "convicted"), ("A", 3, "convicted"), ("B", 1, "rejected")]
        samples = [(people[first], people[second]) for first in range(4) for second in range(first)]
        rows = [
            {**_MEMBER, "id": f"{at} {i}", "case_id": f"{case} {at}", "outcome": end, "weight": 2.0, "n": n}
            for at, drawn in enumerate(samples)
            for i, (case, n, end) in enumerate(drawn)
        ]
        accused_ = wide(rows, unit="accused", types={"n": "integer"}, sampling={"members": {"case": "n"}})
        found = milestones(accused_.to_unit("case", principal=("conviction", "pending"))).values()
        assert sum(row["weight"] for row in found) / len(samples) == pytest.approx(2)
        convicted = sum(row["weight"] for row in found if row["outcome"] == "convicted")
        assert convicted / len(samples) == pytest.approx(1)

    def test_without_their_number_it_is_refused(self) -> None:
        rows = [{**_MEMBER, "id": "1", "case_id": "A", "weight": 4.0}]
        with pytest.raises(QuestionError, match="how many of the unit case there are") as error:
            wide(rows, unit="accused").to_unit("case", principal=("pending",))
        assert 'members = "all"' in str(error.value)
        assert 'members.case = "…"' in str(error.value)
        with pytest.raises(QuestionError, match="how many of the unit case"):
            jm.conviction_rates(wide(rows, unit="accused"), per="case")

    def test_numbers_that_do_not_fit_are_refused(self) -> None:
        with pytest.raises(CaseDataError, match="1 unit has more members in the data than 'members' says"):
            weighted(("A", 4.0, 1), ("A", 4.0, 1), ("B", 4.0, 1)).to_unit("case", principal=("pending",))
        with pytest.raises(CaseDataError, match="2 units have no number of members in 'members'"):
            weighted(("A", 4.0, 2), ("A", 4.0, 3), ("B", 4.0, None)).to_unit("case", principal=("pending",))

    @pytest.mark.parametrize(
        ("sampling", "says"),
        [
            ({"weight": "weight", "members": {"case": "nobody"}}, "'nobody' is no attribute with type"),
            ({"weight": "weight", "members": {"case": "sex"}}, "'sex' is no attribute with type"),
            ({"members": "all"}, "belongs to sampling weights"),
            ({"weight": "weight", "members": "some"}, "members"),
        ],
    )
    def test_wrong_declarations_are_refused(self, sampling: dict[str, Any], says: str) -> None:
        rows = [{"id": "1", "case_id": "A", "complaint": 0, "sex": "f", "factor": 4.0}]
        if "weight" in sampling:
            sampling = {**sampling, "weight": "factor"}
        with pytest.raises(SettingsError, match=says):
            wide(rows, unit="accused", sampling=sampling)
