"""The sample, taken in by its own mappings, is the simulated run again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from justice_metrics.cases.casedata import CaseData
from justice_metrics.cases.read import read_cases
from justice_metrics.simulate.bolivia import ACTORS
from justice_metrics.simulate.extracts import Extract
from justice_metrics.simulate.faults import PLANTED
from justice_metrics.simulate.sample import write_sample


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sample(tmp_path_factory.mktemp("read") / "demo")


def taken_in(folder: Path, name: str) -> CaseData:
    return read_cases(mapping=folder / f"{name}_mapping.toml")


def column(cases: CaseData, name: str) -> Any:
    return cases.milestones.select("unit_id", name).collect().to_pandas().set_index("unit_id")[name]


@pytest.mark.parametrize(
    ("name", "extract"), [("bolivia", "cohort"), ("bolivia_xlsx", "cohort"), ("bolivia_national", "national")]
)
def test_days_and_outcomes_are_those_of_the_run(
    name: str, extract: str, folder: Path, request: pytest.FixtureRequest
) -> None:
    run = request.getfixturevalue(extract).run
    numbers = request.getfixturevalue(extract).cases["numero_caso"]
    cases = taken_in(folder, name)
    assert cases.n_units == run.cases.n
    assert cases.actors == ACTORS
    for state in ("complaint", "charged", "accusation", "abbreviated", "final_conviction", "final_acquittal"):
        read = column(cases, f"first__{state}").reindex(numbers)
        assert read.fillna(-1).astype(int).tolist() == run.first_day(state).tolist()
    ended = column(cases, "outcome").reindex(numbers)
    assert (ended == "rejected").tolist() == (run.last_state() == run.states.index("rejected")).tolist()


def test_the_closed_files_are_fewer_and_all_ended(folder: Path) -> None:
    cases = taken_in(folder, "bolivia_closed")
    assert 50 < cases.n_units < 120
    assert column(cases, "outcome").notna().all()
    assert cases.provenance.sampling == "closed_only"


def test_the_dirty_copy_can_be_taken_in_and_its_copies_are_counted(cohort: Extract, folder: Path) -> None:
    cases = taken_in(folder, "bolivia_dirty")
    assert cases.intake.repeated_rows == PLANTED["duplicate_row"]
    assert cases.n_units == cohort.run.cases.n + PLANTED["same_case_other_format"]
    unreadable = {one.column: one.unreadable for one in cases.intake.conversions if one.unreadable}
    assert unreadable == {"Fecha de imputación": PLANTED["impossible_date"]}
