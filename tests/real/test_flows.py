"""Flows of the public cases of India, against the caseload that the published report counts (its table 3.1)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import justice_metrics as jm

pytestmark = pytest.mark.needs_data

# Registered up to the end of the year and not ended before it, 2012 to 2020.
CASELOAD = [2, 353, 1_111, 2_464, 4_642, 7_507, 11_373, 14_486, 12_465]
# Registered after 31 March 2020 by their dates: in the report's last year, and no case of a register up to that day.
AFTER_CUTOFF = 12
# Ended after it by their dates: ended in the report, pending on the day.
ENDED_AFTER_CUTOFF = 3
PENDING = 11_686


@pytest.fixture(scope="module")
def flows(shared_data: Path) -> jm.Result:
    return jm.case_flows(jm.read_cases(mapping=Path(__file__).parent / "india" / "mapping.toml"))


def test_the_caseload_of_each_year(flows: jm.Result) -> None:
    made = (flows.main["pending_start"] + flows.main["incoming"]).astype(int).tolist()
    assert made[:-1] == CASELOAD[:-1]
    assert made[-1] + AFTER_CUTOFF == CASELOAD[-1]
    assert [one.n for one in flows.provenance.left_out] == [AFTER_CUTOFF]


def test_what_is_pending_on_the_last_day(flows: jm.Result) -> None:
    assert int(flows.main["pending_end"][-1]) + AFTER_CUTOFF - ENDED_AFTER_CUTOFF == PENDING


def test_stock_and_flow_agree_once_transfers_are_counted(flows: jm.Result) -> None:
    assert not flows.tables["identity"]["residual"].any()
    assert flows.tables["parts"]["transferred_out"].sum() == 351
    np.testing.assert_allclose(
        flows.main["clearance_rate"].astype(float),
        flows.main["resolved"].astype(float) / flows.main["incoming"].astype(float),
    )
