"""Two rounds that were sampled: the log of both, each in strata of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from justice_metrics.cases.rounds import two_rounds
from justice_metrics.measures.sampling.bounds import lost_file_bounds
from justice_metrics.measures.sampling.log import sampling_log
from tests.sampled_cases import log_frame, sampled_cases


@pytest.mark.parametrize("strata", [True, False])
def test_the_log_of_both_rounds(strata: bool, tmp_path: Path) -> None:
    lost = log_frame()
    lost.loc[lost["cluster"] == "N1", "status"] = "lost"
    logs = [log_frame(), lost] if strata else [one.drop(columns="stratum") for one in (log_frame(), lost)]
    rounds = []
    for name, log in zip(("2016", "2018"), logs, strict=True):
        (tmp_path / name).mkdir()
        rounds.append(sampled_cases(tmp_path / name, log))
    one, other = rounds
    both = two_rounds(one, other, names=("2016", "2018"))
    flow = sampling_log(both).main
    # 60 and 60 drawn; eight of the second round are lost besides
    assert flow["n"].tolist() == [120, 90, 82, 78, 76]
    assert sampling_log(both, by="stratum").main["n"].reshape(-1, 5).sum(axis=0).tolist() == flow["n"].tolist()
    bounds = lost_file_bounds(both, of="convicted", by="stratum").main
    assert bounds["files"].reshape(-1, 3).sum(axis=0).tolist() == [40, 30, 6]
    assert (bounds["bound_low"][::3] < bounds["bound_high"][::3]).all()


def test_a_round_without_a_log(tmp_path: Path) -> None:
    with_log = sampled_cases(tmp_path)
    without = sampled_cases(tmp_path, log={"file": "sampling_log.csv", "id": "id"})
    assert two_rounds(with_log, without).sampling.log is None
