"""Bounds for files that were not coded: by hand, against every way the files could have gone, and their limits."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.disclosure.policy import DisclosurePolicy
from justice_metrics.disclosure.release import release
from justice_metrics.estimate.missing_bounds import quantile_bounds, share_bounds
from justice_metrics.measures.sampling.bounds import LostFileBounds, lost_file_bounds
from tests.disclosure.declared import check_declared
from tests.sampled_cases import COURTS, coded_frame, log_frame, mapping_of, sampled_cases

WEIGHT = {court: weight for _, court, _, weight, _ in COURTS}


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> CaseData:
    return sampled_cases(tmp_path_factory.mktemp("sampled"))


@pytest.fixture(scope="module")
def convicted(cases: CaseData) -> LostFileBounds:
    return lost_file_bounds(cases, of="convicted")


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> CaseData:
    log = log_frame()
    log["status"] = np.where(log["stratum"] == "south", "lost", "coded")
    return sampled_cases(tmp_path_factory.mktemp("halves"), log)


def weighted() -> dict[str, float]:
    """Weights of the draw, added up by hand."""
    log = log_frame()
    coded = coded_frame(log)
    came = coded.loc[coded["end"] == "convicted", "court"].map(WEIGHT).sum()
    return {
        "came": came,
        "coded": log.loc[log["status"] == "coded", "weight"].sum(),
        "lost": log.loc[log["status"] == "lost", "weight"].sum(),
        "sealed": log.loc[log["status"] == "sealed", "weight"].sum(),
        "not_coded": log.loc[~log["status"].isin(["coded", "not_eligible"]), "weight"].sum(),
    }


class TestByHand:
    @pytest.mark.parametrize(("row", "kind"), [(0, "not_coded"), (1, "lost"), (2, "sealed")])
    def test_none_or_all_of_them(self, convicted: LostFileBounds, row: int, kind: str) -> None:
        by_hand, main = weighted(), convicted.main
        whole = by_hand["coded"] + by_hand[kind]
        assert main["missing"][row] == kind
        assert main["estimate"][row] == pytest.approx(by_hand["came"] / by_hand["coded"])
        assert main["bound_low"][row] == pytest.approx(by_hand["came"] / whole)
        assert main["bound_high"][row] == pytest.approx((by_hand["came"] + by_hand[kind]) / whole)
        assert main["files"].tolist() == [16, 11, 3]

    def test_limits_reach_beyond_the_bounds(self, convicted: LostFileBounds) -> None:
        main = convicted.main
        assert (main["conf_low"] < main["bound_low"]).all()
        assert (main["conf_high"] > main["bound_high"]).all()

    def test_the_bounds_are_those_of_the_lost_files_coded_one_way(
        self, convicted: LostFileBounds, tmp_path: Path
    ) -> None:
        # all files that were not coded are coded now, each as a conviction: the share and its limit are the upper ones
        log = log_frame()
        before = coded_frame(log).set_index("id")["end"]
        log["status"] = log["status"].where(log["status"] == "not_eligible", "coded")
        log.to_csv(tmp_path / "sampling_log.csv", index=False)
        frame = coded_frame(log)
        log_read = {"file": "sampling_log.csv", "classes": "none"}
        frame["end"] = [before.get(one, "convicted") for one in frame["id"]]
        frame["ended"] = np.where(frame["end"].isna(), None, "2016-06-10")
        read = CaseData.from_frame(frame, mapping_of(tmp_path, log=log_read))
        found = lost_file_bounds(read, of="convicted").main
        assert found["estimate"][0] == pytest.approx(convicted.main["bound_high"][0])
        assert found["conf_high"][0] == pytest.approx(convicted.main["conf_high"][0])
        # nothing is missing any more
        assert found["bound_low"][0] == found["bound_high"][0] == found["estimate"][0]

    def test_medians(self, tmp_path: Path) -> None:
        # ten files ended after 10, 20 ... 100 days, two were lost: the fourth and the sixth bound the median
        log = pd.DataFrame({"file": [f"f{one}" for one in range(12)], "weight": 3.0, "status": "coded"})
        log.loc[10:, "status"] = "lost"
        log.to_csv(tmp_path / "sampling_log.csv", index=False)
        days = pd.date_range("2016-01-15", periods=10, freq="10D").strftime("%Y-%m-%d")
        frame = pd.DataFrame(
            {"id": log["file"][:10], "reported": "2016-01-05", "end": "convicted", "ended": days, "court": "a"}
        )
        found = lost_file_bounds(CaseData.from_frame(frame, mapping_of(tmp_path)), of="convicted")
        table = found.tables["median"]
        # 11 files of which half came there by day 60 if the lost one was slow
        assert [table[one][0] for one in ("bound_low", "estimate", "bound_high")] == [40, 50, 60]
        assert [table[one][2] for one in ("bound_low", "estimate", "bound_high")] == [50, 50, 50]
        assert "of all, half within 40 to 60 days" in found.summary()

    def test_coded_files_without_a_date_are_missing_for_the_median(self, tmp_path: Path) -> None:
        # of 20 files 16 have a time, two were lost, and two have no first day: as if four of 20 were lost
        log = pd.DataFrame({"file": [f"f{one}" for one in range(20)], "weight": 3.0, "status": "coded"})
        log.loc[18:, "status"] = "lost"
        log.to_csv(tmp_path / "sampling_log.csv", index=False)
        days = pd.date_range("2016-01-15", periods=18, freq="10D").strftime("%Y-%m-%d")
        first = ["2016-01-05"] * 16 + [None] * 2
        frame = pd.DataFrame(
            {"id": log["file"][:18], "reported": first, "end": "convicted", "ended": days, "court": "a"}
        )
        found = lost_file_bounds(CaseData.from_frame(frame, mapping_of(tmp_path)), of="convicted")
        table = found.tables["median"]
        # the sixth and the tenth of the sixteen
        assert [table[one][0] for one in ("bound_low", "estimate", "bound_high")] == [60, 80, 100]
        assert "whose time cannot be told count as missing" in found.summary()

    def test_no_median_where_too_many_are_missing(self, convicted: LostFileBounds) -> None:
        assert np.isnan(convicted.tables["median"]["bound_high"]).any()

    def test_by_stratum(self, cases: CaseData, convicted: LostFileBounds) -> None:
        found = lost_file_bounds(cases, of="convicted", by="stratum").main
        assert found["files"].tolist() == [6, 4, 1, 10, 7, 2]
        assert found["files"].reshape(2, 3).sum(axis=0).tolist() == convicted.main["files"].tolist()

    def test_without_known_chances_clusters_count_as_replaced(self, convicted: LostFileBounds, tmp_path: Path) -> None:
        read = sampled_cases(tmp_path, log_frame().drop(columns="cluster_probability"))
        found = lost_file_bounds(read, of="convicted").main
        np.testing.assert_allclose(found["bound_low"], convicted.main["bound_low"])
        assert (found["conf_low"] != convicted.main["conf_low"]).all()


class TestRefused:
    def test_cases_without_a_log(self, tmp_path: Path) -> None:
        read = sampled_cases(tmp_path, log={"file": "sampling_log.csv", "id": "id"})
        with pytest.raises(QuestionError, match="not read with a sampling log"):
            lost_file_bounds(read)

    def test_nobody_knows_more_of_a_lost_file(self, cases: CaseData) -> None:
        with pytest.raises(QuestionError, match="cannot be split by 'court'"):
            lost_file_bounds(cases, of="convicted", by="court")

    def test_what_the_data_do_not_tell(self, cases: CaseData) -> None:
        with pytest.raises(QuestionError, match="The data say nothing of"):
            lost_file_bounds(cases, of="charge")


class TestShown:
    @pytest.mark.parametrize("by", [(), "stratum"])
    def test_declared_and_drawn(self, cases: CaseData, by: str) -> None:
        found = lost_file_bounds(cases, of="convicted", by=by)
        check_declared(found)
        assert found.plot(language="es").has_data()
        plt.close("all")

    def test_a_release_keeps_medians_and_counts_inside(self, convicted: LostFileBounds) -> None:
        shown = release([convicted], DisclosurePolicy()).results[0]
        assert set(shown.tables) == {"main"}
        assert not {"files", "numerator", "denominator"} & set(shown.main.values)
        assert "if all did" in shown.summary()
        assert shown.plot().has_data()
        plt.close("all")

    def test_a_release_refuses_what_few_files_came_to(self, cases: CaseData) -> None:
        with pytest.raises(Exception, match="too few cases stand behind"):
            release([lost_file_bounds(cases, of="convicted", by="cluster")], DisclosurePolicy())

    def test_it_says_so(self, convicted: LostFileBounds) -> None:
        said = convicted.summary().replace("\xa0", " ")
        assert "Lost (11):" in said
        assert "if none of the missing ones did" in said
        assert "other missing files taken to be like the coded ones" in said


class TestAGroupThatLostAll:
    """Nobody read a file of the south: its share can be anything, and it must not vanish."""

    def test_it_is_there(self, halves: CaseData) -> None:
        found = lost_file_bounds(halves, of="convicted", by="stratum")
        main = found.main
        south = (main["stratum"] == "south") & (main["missing"] != "sealed")
        assert main["denominator"][south].tolist() == [0, 0]
        assert main["files"][south].tolist() == [30, 30]
        assert main["bound_low"][south].tolist() == [0, 0]
        assert main["bound_high"][south].tolist() == [1, 1]
        assert np.isnan(main["estimate"][south]).all()
        assert "Of 1 group no file was coded" in found.summary()
        # nothing is said of its days, and the north has those that it had
        table = found.tables["median"]
        assert np.isnan(table["bound_low"][3:]).all()
        assert table["bound_low"][0] == table["bound_high"][0] > 0

    def test_all_files_together_were_right_before(self, halves: CaseData) -> None:
        found = lost_file_bounds(halves, of="convicted")
        assert found.main["files"].tolist() == [30, 30, 0]
        assert "no file was coded" not in found.summary()

    def test_declared_drawn_and_released(self, halves: CaseData) -> None:
        found = lost_file_bounds(halves, of="convicted", by="stratum")
        check_declared(found)
        assert found.plot().has_data()
        plt.close("all")
        shown = release([found], DisclosurePolicy(minimum=5)).results[0]
        assert not {"files", "numerator", "denominator"} & set(shown.main.values)
        assert shown.main["bound_high"][shown.main["stratum"] == "south"].tolist()[:2] == [1, 1]


@settings(max_examples=40, deadline=None)
@given(
    seen=st.lists(st.tuples(st.booleans(), st.floats(1, 9)), min_size=1, max_size=12),
    gone=st.lists(st.tuples(st.booleans(), st.floats(1, 9)), max_size=8),
)
def test_whatever_became_of_the_missing_the_share_lies_between(
    seen: list[tuple[bool, float]], gone: list[tuple[bool, float]]
) -> None:
    y, x = sum(w for had, w in seen if had), sum(w for _, w in seen)
    missing = sum(w for _, w in gone)
    truth = (y + sum(w for had, w in gone if had)) / (x + missing)
    found = share_bounds(np.array([y]), np.array([x]), np.array([missing]))
    assert found.low[0] - 1e-12 <= truth <= found.high[0] + 1e-12


@settings(max_examples=40, deadline=None)
@given(
    seen=st.lists(st.integers(1, 50), min_size=1, max_size=15),
    gone=st.lists(st.integers(1, 50), max_size=6),
)
def test_whatever_became_of_the_missing_the_median_lies_between(seen: list[int], gone: list[int]) -> None:
    def quantile(days: list[int], p: float) -> float:
        if p > 1:
            return np.inf
        return 0 if p <= 0 else sorted(days)[int(np.ceil(p * len(days) - 1e-9)) - 1]

    found = quantile_bounds(0.5, np.array([float(len(seen))]), np.array([float(len(gone))]))
    truth = quantile([*seen, *gone], 0.5)
    assert quantile(seen, found.low[0]) <= truth <= quantile(seen, found.high[0])
