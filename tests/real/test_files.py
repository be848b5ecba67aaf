"""The files that describe the public data sets hold together, also where the data are not at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

import justice_metrics as jm
from justice_metrics.study.plan import read_study

HERE = Path(__file__).parent
MAPPINGS = sorted(one for one in HERE.rglob("*.toml") if one.name not in {"procedure.toml", "study.toml"})


@pytest.mark.parametrize("path", sorted(HERE.rglob("procedure.toml")), ids=lambda one: one.parent.name)
def test_procedure(path: Path) -> None:
    assert jm.read_procedure(path).start in {"registered", "created", "received"}


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda one: f"{one.parent.name}-{one.stem}")
def test_mapping_names_states_of_its_procedure(path: Path) -> None:
    mapping = jm.read_mapping(path)
    procedure = jm.read_procedure(path.parent / mapping.cases.procedure)
    for word, _ in mapping.states():
        assert procedure.resolve(word)


def test_study() -> None:
    study = read_study(HERE / "india" / "study.toml")
    assert [one.question.ask for one in study.questions].count("case_ages") == 2


def test_no_data_travel_with_the_repository() -> None:
    kinds = {one.suffix for one in HERE.rglob("*") if one.is_file() and "__pycache__" not in one.parts}
    assert kinds == {".py", ".toml"}
