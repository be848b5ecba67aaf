"""Support on a landmark day, by hand: who counts as supported, who is left out, what the interval rests on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.measures.landmark import LandmarkAssociation
from tests.made_cases import wide

ROWS = [
    {"id": "a", "complaint": 0, "outcome": "convicted", "ended": 200, "court": "one"},
    {"id": "b", "complaint": 0, "outcome": "pending", "ended": None, "court": "one"},
    {"id": "c", "complaint": 0, "outcome": "convicted", "ended": 250, "court": "two"},
    {"id": "d", "complaint": 0, "outcome": "rejected", "ended": 100, "court": "two"},  # on the landmark, not after it
    {"id": "e", "complaint": 950, "outcome": "pending", "ended": None, "court": "three"},
    {"id": "f", "complaint": 0, "outcome": "rejected", "ended": 180, "court": "three"},
]
SPELLS: list[tuple[str, str, int | None, int | None]] = [
    ("a", "lawyer", 10, 50),  # over by the landmark: it happened all the same
    ("a", "psychologist", 100, None),  # on the day itself
    ("b", "lawyer", 20, None),
    ("b", "psychologist", 101, None),  # a day too late
    ("f", "lawyer", -30, None),
    ("f", "psychologist", 60, None),
    ("f", "psychologist", 160, None),  # a second spell changes nothing
    ("c", "lawyer", None, None),  # nobody knows since when
    ("unknown", "lawyer", 5, None),  # of no case in the file
]
ACTORS = ("lawyer", "psychologist")


def cases(**given: Any) -> CaseData:
    return wide(ROWS, support=SPELLS, **given)


def asked(of: CaseData | None = None, **given: Any) -> LandmarkAssociation:
    settings: dict[str, Any] = {"actors": ACTORS, "landmark_days": 100, "horizon_days": 300, "resamples": 200, **given}
    return jm.landmark_association(of or cases(), **settings)


class TestByHand:
    def test_arms(self) -> None:
        main = asked().main
        assert main["arm"].tolist() == ["all_actors", "not_all"]
        assert main["at_risk"].tolist() == [2, 2]  # a and f; b and c
        assert main["events"].tolist() == [1, 1]
        assert main["estimate"].tolist() == [0.5, 0.5]

    def test_by_number_of_actors(self) -> None:
        table = asked().tables["by_actors"]
        assert table["actors"].tolist() == [0, 1, 2]
        assert table["at_risk"].tolist() == [1, 1, 2]
        assert table["events"].tolist() == [1, 0, 1]

    def test_left_out_with_reasons(self) -> None:
        reasons = {str(one.reason): one.n for one in asked().provenance.left_out}
        assert reasons == {"ended by the landmark": 1, "not yet observed beyond the landmark": 1}

    def test_the_naive_table_alone_has_a_warning(self) -> None:
        answer = asked()
        assert [name for name, table in answer.tables.items() if table.warning is not None] == ["naive"]
        naive = answer.tables["naive"]
        assert naive["actors"].tolist() == [0, 1, 2]
        assert naive["numerator"].tolist() == [1, 0, 1]
        assert naive["closed"].tolist() == [2, 0, 2]
        assert naive["denominator"].tolist() == [3, 0, 3]  # c, d, e; nobody; a, b, f

    def test_the_horizon_counts_from_the_start(self) -> None:
        assert asked(horizon_days=249).main["events"].tolist() == [1, 0]
        assert asked(horizon_days=250).main["events"].tolist() == [1, 1]

    def test_it_is_called_an_association(self) -> None:
        answer = asked()
        words = " ".join(str(one) for one in (answer.heading, *answer.findings(), *answer.notes))
        assert "association" in words
        assert "not an effect" in words
        assert any("smallest difference" in str(one.meaning) for one in answer.tables["difference"].columns)


class TestInterval:
    def test_without_a_cluster_it_is_analytic(self) -> None:
        answer = asked()
        arms, difference = answer.main, answer.tables["difference"]
        # Both arms have one verdict among two: the variance of each is 1/4 * 1/2
        reach = 1.959963984540054 * np.sqrt(2 * 0.125)
        assert difference["estimate"].tolist() == [0.0]
        assert difference["conf_high"] == pytest.approx([reach])
        assert difference["conf_low"] == pytest.approx([-reach])
        assert np.isfinite(arms["conf_low"]).all()
        assert any("No cluster was named" in str(one) for one in answer.notes)

    def test_the_same_seed_gives_the_same_interval(self) -> None:
        many = many_courts()
        one, two, other = (asked(many, cluster="court", seed=seed).tables["difference"] for seed in (7, 7, 8))
        assert one["conf_low"].tolist() == two["conf_low"].tolist()
        assert one["conf_low"].tolist() != other["conf_low"].tolist()
        assert one["estimate"].tolist() == other["estimate"].tolist()

    def test_few_clusters_are_said(self) -> None:
        notes = [str(one) for one in asked(cluster="court").notes]
        assert any(one.startswith("Only 3 clusters") for one in notes)
        assert not any("No cluster" in one for one in notes)

    def test_the_cluster_of_the_design_is_taken(self) -> None:
        rows = [{**row, "cluster": row["court"]} for row in ROWS]
        assert asked(wide(rows, support=SPELLS)).clusters == 3

    @pytest.mark.parametrize("cluster", [None, "court"])
    def test_nobody_has_no_share(self, cluster: str | None) -> None:
        nobody = wide(ROWS, support=[("a", "lawyer", 150, None), ("a", "psychologist", 150, None)])
        answer = asked(nobody, cluster=cluster)
        assert answer.main["at_risk"].tolist() == [0, 4]
        assert np.isnan(answer.main["estimate"][0])
        difference = answer.tables["difference"]
        assert np.isnan([difference[one][0] for one in ("estimate", "conf_low", "conf_high")]).all()
        assert any("No interval can be given" in str(one) for one in answer.findings())

    @pytest.mark.parametrize("cluster", [None, "court"])
    def test_no_outcome_on_one_side_gives_no_interval(self, cluster: str | None) -> None:
        alone = [("f", one, 5, None) for one in ACTORS]
        answer = asked(wide(ROWS, support=alone), cluster=cluster)
        assert answer.main["events"].tolist() == [0, 2]
        assert answer.tables["difference"]["estimate"].tolist() == pytest.approx([-2 / 3])
        assert np.isnan(answer.tables["difference"]["conf_low"]).all()


def many_courts() -> CaseData:
    """Return 150 cases in 25 courts; every second case has both actors from the first week on."""
    rows = [
        {
            "id": f"{n}",
            "complaint": 0,
            "outcome": ("convicted", "pending", "rejected")[n * n % 7 % 3],
            "ended": (120 + n, None, 300)[n * n % 7 % 3],
            "court": f"court {n % 25}",
        }
        for n in range(150)
    ]
    return wide(rows, support=[(f"{n}", one, n % 7, None) for n in range(0, 150, 2) for one in ACTORS])


class TestSampling:
    def test_weights_are_not_used_and_it_says_so(self) -> None:
        weighted = wide([{**row, "weight": 3.5} for row in ROWS], support=SPELLS)
        answer = asked(weighted)
        assert answer.main["at_risk"].tolist() == [2, 2]
        assert any("sampling weights are not used here" in str(one) for one in answer.notes)
        assert not any("Weighted by" in str(one) for one in answer.notes)

    def test_closed_files_are_flagged(self) -> None:
        closed = asked(wide(ROWS, support=SPELLS, sampling={"frame": "closed_only"}))
        assert any("closed files only" in str(one) for one in closed.notes)
        assert not any("closed files only" in str(one) for one in asked().notes)

    def test_a_frequency_is_so_many_cases(self) -> None:
        assert asked(wide([{**row, "frequency": 3} for row in ROWS], support=SPELLS)).main["at_risk"].tolist() == [6, 6]


class TestRefusals:
    def test_no_support(self) -> None:
        with pytest.raises(QuestionError, match="no support spells"):
            asked(wide(ROWS))

    def test_unknown_actor(self) -> None:
        with pytest.raises(QuestionError, match="'lawyr' is not a support actor") as error:
            asked(actors=("lawyr", "psychologist"))
        assert "Did you mean 'lawyer'?" in str(error.value)

    def test_no_actor(self) -> None:
        with pytest.raises(QuestionError, match="No actor was named"):
            asked(actors=())

    @pytest.mark.parametrize(("landmark", "horizon"), [(300, 300), (400, 300), (-1, 300)])
    def test_the_landmark_lies_before_the_horizon(self, landmark: int, horizon: int) -> None:
        with pytest.raises(QuestionError, match="must lie before the horizon"):
            asked(landmark_days=landmark, horizon_days=horizon)

    def test_nobody_open_on_the_landmark(self) -> None:
        with pytest.raises(QuestionError, match="No case was open and observed on day 1,000"):
            asked(landmark_days=1_000, horizon_days=2_000)

    def test_unknown_cluster(self) -> None:
        with pytest.raises(QuestionError, match="Did you mean 'court'"):
            asked(cluster="cort")

    def test_a_level_is_a_share(self) -> None:
        with pytest.raises(QuestionError, match="does not lie between 0 and 1"):
            asked(confidence_level=95)
