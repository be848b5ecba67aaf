"""The simulated study, coded twice: the agreement that is found is that of the errors which were made."""

from __future__ import annotations

from pathlib import Path

import pytest

import justice_metrics as jm
from justice_metrics.simulate.extracts import COHORT, child_tables, draw
from justice_metrics.simulate.study_kit import study_kit

SAMPLE = Path(__file__).parents[2] / "sample_data"

pytestmark = pytest.mark.prove


def test_the_agreement_is_that_of_the_errors_that_were_made() -> None:
    cohort = draw(COHORT)
    kit = study_kit(cohort, child_tables(cohort.cases, COHORT.cutoff))
    both = jm.read_cases(mapping=SAMPLE / "bolivia_codings_mapping.toml")
    main = jm.coder_agreement(both).main
    place = {number: row for row, number in enumerate(kit.coded["case"]["case_id"])}
    rows = [place[number] for number in kit.again["case"]["case_id"]]
    items = [item for item in kit.plan.checklist.items if item.kind == "answer"] if kit.plan.checklist else []
    assert len(items) > 20
    for item in (one.id for one in items):
        here = list(main["item"]).index(f"practice__{item}")
        one = [kit.coded["case"][f"practice_{item}"][row] for row in rows]
        other = kit.again["case"][f"practice_{item}"]
        assert main["n"][here] == len(rows)
        assert main["same"][here] == sum(mine == yours for mine, yours in zip(one, other, strict=True))
