"""A case becomes its accused, where a table tells of them; and the accused become the case again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import CaseDataError, MappingError, QuestionError, SettingsError
from justice_metrics.cases.casedata import CaseData
from tests.made_cases import ORIGIN, frame_of, milestones, wide_mapping

Row = dict[str, Any]

CASES: list[Row] = [
    {"id": "A", "complaint": 0, "charged": 20, "verdict": 90, "outcome": "convicted", "ended": 90, "sex": "f"},
    {"id": "B", "complaint": 5, "charged": None, "verdict": None, "outcome": "pending", "ended": None, "sex": "f"},
    {"id": "C", "complaint": 7, "charged": None, "verdict": None, "outcome": "rejected", "ended": 30, "sex": "m"},
]
ACCUSED: list[Row] = [
    {"case": "A", "person": "1", "how": "convicted", "end": 90, "sex": "m", "age": "30"},
    {"case": "A", "person": "2", "how": "withdrawn", "end": 60, "sex": "m", "age": "41"},
    {"case": "A", "person": "3", "how": None, "end": None, "sex": "f", "age": None},
    {"case": "B", "person": "1", "how": None, "end": None, "sex": "m", "age": "25"},
]
SECTION: Row = {
    "file": "accused.csv",
    "id": "case",
    "member": "person",
    "outcome": {"column": "how", "date": "end"},
    "attributes": {"sex": "sex", "age": {"column": "age", "type": "integer"}},
}


def made(
    rows: Sequence[Row] = CASES,
    members: Sequence[Row] = ACCUSED,
    *,
    section: Row = SECTION,
    polars: bool = True,
    **given: Any,
) -> CaseData:
    table = frame_of(rows)
    mapping = {**wide_mapping(list(table.columns), **given), "accused": section}
    frame = frame_of(members)
    if polars:
        return CaseData.from_frame(pl.from_pandas(table), mapping, children={"accused": pl.from_pandas(frame)})
    return CaseData.from_frame(table, mapping, children={"accused": frame})


@pytest.fixture(scope="module")
def accused() -> CaseData:
    return made().to_unit("accused")


class TestEveryAccused:
    @pytest.mark.parametrize("polars", [False, True])
    def test_has_the_dates_of_the_case_and_an_ending_of_its_own(self, polars: bool) -> None:
        cases = made(polars=polars).to_unit("accused")
        found = milestones(cases)
        zero = (ORIGIN - type(ORIGIN)(1970, 1, 1)).days
        assert {one: row["outcome"] for one, row in found.items()} == {
            "A|1": "convicted",
            "A|2": "withdrawn",
            "A|3": None,
            "B|1": None,
        }
        assert found["A|2"]["outcome_day"] - zero == 60
        assert {found[one]["first__charged"] - zero for one in ("A|1", "A|2", "A|3")} == {20}
        # the verdict was on one of them
        assert [found[one]["first__verdict"] is None for one in ("A|1", "A|2", "A|3")] == [False, True, True]
        assert [found[one]["first__convicted"] is None for one in ("A|1", "A|2", "A|3")] == [False, True, True]

    def test_describes_itself(self, accused: CaseData) -> None:
        found = milestones(accused)
        assert {row["sex"] for row in found.values()} == {"m", "f"}
        assert found["A|2"]["age"] == 41
        assert (accused.attributes, accused.numeric_attributes) == (("sex", "age"), ("age",))

    def test_is_counted_and_so_are_cases_without_one(self, accused: CaseData) -> None:
        cases = accused
        assert (cases.unit, cases.n_units) == ("accused", 4)
        assert [(str(one.reason), one.n) for one in cases.provenance.left_out] == [
            ("case without a link to: accused", 1)
        ]
        main = jm.outcome_shares(cases).main
        counted = dict(zip(main["outcome"].tolist(), main["numerator"].tolist(), strict=True))
        assert {one: n for one, n in counted.items() if n} == {"conviction": 1, "withdrawal": 1, "pending": 2}
        assert jm.conviction_rates(cases, per="verdict").main["denominator"].tolist() == [1]

    def test_becomes_the_case_again(self, accused: CaseData) -> None:
        back = accused.to_unit("case", principal=("conviction", "withdrawal", "pending"))
        assert {one: row["outcome"] for one, row in milestones(back).items()} == {"A": "convicted", "B": None}

    def test_without_endings_of_their_own_all_ended_as_the_case(self) -> None:
        section = {key: value for key, value in SECTION.items() if key != "outcome"}
        found = milestones(made(section=section).to_unit("accused"))
        assert {one: row["outcome"] for one, row in found.items()} == {
            **dict.fromkeys(("A|1", "A|2", "A|3"), "convicted"),
            "B|1": None,
        }

    def test_a_case_that_stands_for_several_has_members_that_do(self) -> None:
        cases = made([{**one, "frequency": 2} for one in CASES]).to_unit("accused")
        assert (cases.n_units, [one.n for one in cases.provenance.left_out]) == (8, [2])

    def test_support_stands_with_each_of_them(self) -> None:
        table = frame_of(CASES)
        mapping = wide_mapping(
            list(table.columns), support={"id": "id", "actor": "actor", "start": "start", "end": "end"}
        )
        spells = frame_of([{"id": "A", "actor": "lawyer", "start": 1, "end": None}])
        cases = CaseData.from_frame(
            table, {**mapping, "accused": SECTION}, support=spells, children={"accused": frame_of(ACCUSED)}
        )
        support = cases.to_unit("accused").support
        assert support is not None
        assert sorted(support.collect().get_column("unit_id").to_list()) == ["A|1", "A|2", "A|3"]


class TestRefusals:
    def test_a_member_twice(self) -> None:
        with pytest.raises(CaseDataError, match="1 row of the members' table repeats a member"):
            made(members=[*ACCUSED, ACCUSED[0]]).to_unit("accused")

    def test_a_principal_for_members(self) -> None:
        with pytest.raises(QuestionError, match="'principal' is for a coarser unit"):
            made().to_unit("accused", principal=("conviction", "pending"))

    def test_members_that_nobody_tells_of(self) -> None:
        with pytest.raises(QuestionError, match="no links to other units"):
            made().to_unit("victim")

    def test_without_what_tells_them_apart(self) -> None:
        with pytest.raises(SettingsError, match="'member' is needed"):
            made(section={"file": "accused.csv", "outcome": {"column": "how"}})

    def test_an_unknown_ending(self) -> None:
        with pytest.raises(MappingError, match=r"accused\.outcome"):
            made(section={**SECTION, "outcome": {"column": "how", "labels": {"x": "convictedd"}}})
