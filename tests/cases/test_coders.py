"""Several codings of a case: one counts, all are kept beside, tables that hang on them follow, refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import CaseDataError, MappingError, SettingsError

MAPPING: dict[str, Any] = {
    "cases": {"id": "case", "coder": "coder", "procedure": "bolivia", "cutoff": "2018-04-30"},
    "dates": {"complaint": "day"},
    "attributes": {"relationship": "kin"},
}
CASES = pd.DataFrame(
    {
        "case": ["a", "b", "a", "c", "b"],
        "coder": ["y", "x", "x", "y", "y"],
        "day": ["2016-01-05"] * 5,
        "kin": ["second of a", "first of b", "first of a", "only of c", "second of b"],
    }
)
HEARINGS = pd.DataFrame({"case": ["a", "a", "b", "c"], "coder": ["x", "y", "y", "y"], "set": ["2016-02-01"] * 4})


def levels(cases: jm.CaseData) -> dict[str, str]:
    found = cases.milestones.select("unit_id", "relationship").collect()
    return dict(zip(found.get_column("unit_id").to_list(), found.get_column("relationship").to_list(), strict=True))


def hearings(cases: jm.CaseData) -> list[str]:
    return sorted(cases.child("hearings").select("unit_id").collect().get_column("unit_id").to_list())


@pytest.mark.parametrize("made", [lambda one: one, pl.from_pandas])
def test_one_coding_counts_and_all_are_kept(made: Any) -> None:
    cases = jm.CaseData.from_frame(made(CASES), MAPPING)
    assert levels(cases) == {"a": "first of a", "b": "first of b", "c": "only of c"}
    assert cases.codings is not None
    assert sorted(levels(cases.codings)) == ["a|x", "a|y", "b|x", "b|y", "c|y"]
    assert [(one.reason.text(), one.n) for one in cases.provenance.left_out] == [("further codings of a case", 2)]


def test_files_keep_the_numbers_of_their_rows(tmp_path: Path) -> None:
    CASES.to_csv(tmp_path / "cases.csv", index=False)
    HEARINGS.to_csv(tmp_path / "hearings.csv", index=False)
    mapping = {
        **MAPPING,
        "data": {"file": str(tmp_path / "cases.csv")},
        "hearings": {"file": str(tmp_path / "hearings.csv"), "scheduled": "set"},
    }
    cases = jm.read_cases(mapping=mapping)
    assert levels(cases) == {"a": "first of a", "b": "first of b", "c": "only of c"}
    # only the hearings that the same person wrote down
    assert hearings(cases) == ["a", "c"]
    assert cases.codings is not None
    assert hearings(cases.codings) == ["a|x", "a|y", "b|y", "c|y"]
    wrong = CASES.assign(day=["2016-01-05", "2016-01-05", "2016-01-05", "31/31/2016", "2016-01-05"])
    wrong.to_csv(tmp_path / "cases.csv", index=False)
    with pytest.raises(CaseDataError, match="row 5"):
        jm.read_cases(mapping=mapping)


def test_tables_that_hang_on_them() -> None:
    mapping = {**MAPPING, "hearings": {"scheduled": "set"}, "support": {"id": "case", "actor": "who", "start": "set"}}
    support = HEARINGS.assign(who="brisa")
    cases = jm.CaseData.from_frame(CASES, mapping, children={"hearings": HEARINGS}, support=support)
    assert hearings(cases) == ["a", "c"]
    assert cases.support is not None
    assert len(cases.support.collect()) == 2
    # a table that does not tell the coder is no coding's, and will do where its cases were coded once
    with pytest.raises(CaseDataError, match=r"3 rows of cases .* \(table 'hearings'\)"):
        jm.CaseData.from_frame(CASES, mapping, children={"hearings": HEARINGS.drop(columns="coder")}, support=support)
    once = HEARINGS.drop(columns="coder")[3:]
    cases = jm.CaseData.from_frame(CASES, mapping, children={"hearings": once}, support=support)
    assert hearings(cases) == ["c"]
    assert cases.codings is not None
    assert "hearings" not in cases.codings.children


def test_whole_numbers_with_gaps_are_the_same_ids() -> None:
    cases = CASES.assign(case=[1, 2, 1, 3, 2])
    children = {"hearings": HEARINGS.assign(case=[1.0, 1.0, 2.0, None])}
    mapping = {**MAPPING, "data": {"faults": "count"}, "hearings": {"scheduled": "set"}}
    made = jm.CaseData.from_frame(cases, mapping, children=children)
    assert hearings(made) == ["1"]


def test_coded_once_nothing_changes() -> None:
    alone = CASES[1:4]
    cases = jm.CaseData.from_frame(alone, MAPPING)
    assert cases.codings is None
    assert cases.provenance.left_out == ()
    cases = jm.CaseData.from_frame(alone.assign(coder=None), MAPPING)
    assert (cases.codings, cases.n_units) == (None, 3)


class TestRefusals:
    def test_a_coding_without_a_coder(self) -> None:
        with pytest.raises(CaseDataError, match="1 row of a case that several people coded"):
            jm.CaseData.from_frame(CASES.assign(coder=["y", "x", "x", "y", None]), MAPPING)

    def test_one_coder_twice(self) -> None:
        with pytest.raises(CaseDataError, match="1 row has an id that stands in an earlier row"):
            jm.CaseData.from_frame(CASES.assign(coder=["y", "x", "x", "y", "x"]), MAPPING)

    def test_no_such_column(self) -> None:
        with pytest.raises(MappingError, match="coder"):
            jm.CaseData.from_frame(CASES.drop(columns="coder"), MAPPING)

    def test_a_table_that_stays_in_its_engine(self) -> None:
        with pytest.raises(MappingError, match="in memory"):
            jm.CaseData.from_frame(pl.from_pandas(CASES).lazy(), MAPPING)

    def test_stage_tables(self) -> None:
        wrong = {"cases": MAPPING["cases"], "data": {"kind": "stages"}, "stages": [{"state": "complaint"}]}
        with pytest.raises(SettingsError, match="'wide' or 'events'"):
            jm.CaseMapping.from_dict(wrong)
