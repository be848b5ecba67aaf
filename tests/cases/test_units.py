"""Counting another unit: several accused of one case become one case, with a declared principal ending."""

from __future__ import annotations

from typing import Any

import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.casedata import CaseData
from tests.made_cases import milestones, wide

# Two cases with several accused, one with one, and an accused of whom nobody noted the case.
ACCUSED = [
    {"id": "1", "case_id": "A", "complaint": 5, "charged": 20, "outcome": "convicted", "ended": 90, "sex": "m"},
    {"id": "2", "case_id": "A", "complaint": 0, "charged": None, "outcome": "pending", "ended": None, "sex": None},
    {"id": "3", "case_id": "A", "complaint": 5, "charged": 10, "outcome": "convicted", "ended": 120, "sex": "f"},
    {"id": "4", "case_id": "B", "complaint": 7, "charged": None, "outcome": "rejected", "ended": 30, "sex": "f"},
    {"id": "5", "case_id": "B", "complaint": 7, "charged": None, "outcome": "acquitted", "ended": 60, "sex": "m"},
    {"id": "6", "case_id": "C", "complaint": 8, "charged": None, "outcome": "pending", "ended": None, "sex": "f"},
    {"id": "7", "case_id": None, "complaint": 9, "charged": 9, "outcome": "rejected", "ended": 10, "sex": "f"},
]


def accused(**given: Any) -> CaseData:
    return wide(ACCUSED, unit="accused", **given)


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
