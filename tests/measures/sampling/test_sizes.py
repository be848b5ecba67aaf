"""How many files a study draws: solved by hand, published numbers, clusters, both languages, refusals."""

from __future__ import annotations

import doctest
import math
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import QuestionError
from justice_metrics.estimate.median_sizes import curve_spread, median_units
from justice_metrics.estimate.power import design_effect
from justice_metrics.estimate.sample_sizes import share_margin, share_units, variance_factor, wilson_units
from justice_metrics.measures.sampling import draw, median_size, share_size
from justice_metrics.measures.sampling.median_size import sample_size_for_median
from justice_metrics.measures.sampling.share_size import sample_size_for_share
from tests.disclosure.declared import check_declared

GAUTENG = {"files_in_frame": 11_926, "clusters_in_frame": 128, "files_per_cluster": 30, "icc": 0.05}


@pytest.mark.parametrize("module", [share_size, median_size, draw])
def test_examples(module: ModuleType) -> None:
    outcome = doctest.testmod(module)
    assert outcome.attempted > 2
    assert outcome.failed == 0


class TestShares:
    def test_by_hand(self) -> None:
        """1.96^2 / 4 / 0.05^2 = 384.1; of 1,000 files 278 (Krejcie and Morgan); a tenth is lost: 278 / 0.9 = 308.9."""
        found = sample_size_for_share(files_in_frame=1000, lost_share=0.1, interval="normal").main
        assert [found[one][0] for one in ("independent", "files", "drawn")] == [385, 278, 309]
        assert np.isnan(found["clusters"][0])

    def test_clusters_by_hand(self) -> None:
        """The smallest c that is n (0.05 + 0.95 / 30), with n of Student's quantile for c - 1."""
        found = sample_size_for_share(share=0.5, margin=0.05, files_per_cluster=30, icc=0.05, interval="normal").main

        def enough(c: int) -> bool:
            n = float(share_units(0.5, 0.05, degrees_of_freedom=c - 1))
            return n * (0.05 + 0.95 / 30) <= c

        c = next(c for c in range(2, 200) if enough(c))
        assert found["clusters"][0] == c
        assert found["files"][0] == 30 * c
        assert found["design_effect"][0] == pytest.approx(float(design_effect(30, 0.05)))

    def test_the_margin_is_kept_and_no_smaller_sample_keeps_it(self) -> None:
        answer = sample_size_for_share(share=0.2, margin=0.04, interval="normal", **GAUTENG)
        clusters = int(answer.main["clusters"][0])

        def reached(c: int) -> float:
            factor = variance_factor(30 * c, c, 0.05, population=11_926, clusters_in_population=128)
            return float(share_margin(1 / factor, 0.2, degrees_of_freedom=c - 1))

        assert reached(clusters) <= 0.04 < reached(clusters - 1)

    def test_clusters_that_take_part(self) -> None:
        """Twenty courts: so many files in each that the margin is kept; ten courts cannot keep it."""
        found = sample_size_for_share(margin=[0.08, 0.03], clusters=20, icc=0.03).main
        assert found["files"][0] == 20 * found["files_per_cluster"][0]
        n = 1 / float(variance_factor(found["files"][0], 20, 0.03))
        assert n >= float(wilson_units(0.5, 0.08, degrees_of_freedom=19))
        assert np.isnan(found["files"][1])

    SIZES = np.array([1800, 1500, 900, 300, 200, 120, 80, 60, 40])

    def test_all_clusters_of_unequal_size(self) -> None:
        """Nine departments, as many files in each: sum (N_j / N)^2 (1 - icc) / m (1 - m / N_j) is the error."""
        every = int(self.SIZES.sum())
        cv = float(self.SIZES.std() / self.SIZES.mean())
        asked = {"files_in_frame": every, "clusters_in_frame": 9, "clusters": 9, "icc": 0.05}
        alike, unequal = (sample_size_for_share(margin=0.05, size_cv=one, **asked) for one in (0.0, cv))
        m = unequal.main["files_per_cluster"][0]
        part = self.SIZES / every
        # as if no cluster had fewer files than are read in it
        factor = (part**2 * (1 - 0.05) * (1 / m - 1 / self.SIZES)).sum() * every / (every - 1)
        assert float(variance_factor(m * 9, 9, 0.05, weights_cv=cv, population=every, clusters_in_population=9)) == (
            pytest.approx(factor)
        )
        needed = float(wilson_units(0.5, 0.05))
        assert 1 / factor >= needed > 1 / (factor * m / (m - 1)) * 0.99
        # that is what the draw of this plan says of itself; a plan for clusters of one size does not keep its margin
        frame = pd.DataFrame({"court": list("ABCDEFGHI"), "files": self.SIZES})
        said = [
            jm.draw_files(frame, cluster="court", size="files", files_per_cluster=int(n), seed=1).findings()[2].text()
            for n in (m, alike.main["files_per_cluster"][0])
        ]
        assert "within 5.0 percentage points" in said[0]
        assert "within 7.7 percentage points" in said[1]
        notes = [[one.text() for one in plan.notes] for plan in (alike, unequal)]
        assert any("All clusters take part" in one for one in notes[0])
        assert not any("All clusters take part" in one for one in notes[1])
        assert not any("come out too short" in one for one in [*notes[0], *notes[1]])

    def test_all_clusters_without_the_number_of_files_is_a_register_with_an_end(self) -> None:
        found = sample_size_for_share(clusters=40, clusters_in_frame=40)
        assert any("register having an end" in one.text() for one in found.notes)
        # strata of one size: no more than independent files
        assert found.main["files"][0] == 400
        assert found.main["design_effect"][0] == pytest.approx(0.95)

    def test_more_or_fewer(self) -> None:
        """Fewer for a rare share, a register that ends, clusters less alike; more when some are lost."""

        def files(**other: Any) -> float:
            return float(sample_size_for_share(**({"share": 0.5, "margin": 0.06} | other)).main["drawn"][0])

        assert files(share=0.1) < files() > files(files_in_frame=2000)
        assert files(lost_share=0.2) > files()
        assert files(files_per_cluster=10, icc=0.02) < files(files_per_cluster=10, icc=0.1)
        assert files(files_per_cluster=10) < files(files_per_cluster=30)
        assert files(interval="exact") > files(interval="wilson")

    def test_all_files(self) -> None:
        """A margin that only the whole register keeps needs the whole register."""
        found = sample_size_for_share(margin=0.001, files_in_frame=400).main
        assert found["files"][0] == 400
        every = sample_size_for_share(
            margin=0.02, files_in_frame=60, clusters_in_frame=6, files_per_cluster=10, icc=0.1
        )
        assert every.main["files"][0] == 60

    def test_not_enough_in_the_frame(self) -> None:
        answer = sample_size_for_share(margin=0.1, files_in_frame=60, clusters_in_frame=6, files_per_cluster=5)
        assert np.isnan(answer.main["files"][0])
        assert "cannot be told to within 10.0 percentage points" in answer.summary()

    def test_strata(self) -> None:
        answer = sample_size_for_share(strata={"North": 2000, "South": 300}, strata_shares={"South": 0.2})
        table = answer.tables["strata"]
        files = answer.main["files"][0]
        assert table["proportional"].sum() == table["least_error"].sum() == files
        # less spread in the South: fewer files there for the least error of the whole
        assert table["least_error"][1] < table["proportional"][1]
        assert table["margin"][1] > table["margin"][0] > 0.05
        assert table["alike"].tolist() == [math.ceil(files / 2), math.floor(files / 2)]

    def test_what_will_be_lost_in_a_small_stratum_cannot_be_coded(self) -> None:
        """Of 50 files 35 will be left: 286 come from the other, and 459 are drawn, 50 of the small one at most."""
        found = sample_size_for_share(strata={"a": 2000, "b": 50}, lost_share=0.3)
        table = found.tables["strata"]
        assert table["alike"].tolist() == [286, 35]
        assert table["drawn_alike"].tolist() == [409, 50]
        assert (table["drawn"] <= table["files_in_frame"]).all()
        assert table["drawn"].sum() == pytest.approx(found.main["drawn"][0], abs=1)
        plain = sample_size_for_share(strata={"a": 2000, "b": 50}).tables["strata"]
        assert plain["drawn"].tolist() == plain["proportional"].tolist()

    def test_a_small_stratum_hands_its_rest_on(self) -> None:
        """321 files of strata with 2,000 and 50: all 50, and 271; of three alike, 107 each."""
        table = sample_size_for_share(strata={"a": 2000, "b": 50}).tables["strata"]
        assert table["alike"].tolist() == [271, 50]
        three = sample_size_for_share(strata=dict.fromkeys("abc", 700))
        assert three.tables["strata"]["alike"].sum() == three.main["files"][0]

    def test_no_more_than_the_frame_has(self) -> None:
        """Of 100 files 80 must be coded, and 30 are lost; of 8 x 50 files 49 x 8 / 0.9 cannot be drawn."""
        answer = sample_size_for_share(files_in_frame=100, lost_share=0.3)
        assert np.isnan([answer.main[one][0] for one in ("files", "drawn")]).all()
        assert "more files would have to be drawn than there are" in answer.summary()
        # a fifth lost leaves the 80 that are needed
        enough = sample_size_for_share(files_in_frame=100, lost_share=0.2).main
        assert (enough["files"][0], enough["drawn"][0]) == (80, 100)
        courts = {"files_in_frame": 500, "clusters_in_frame": 10, "clusters": 8, "icc": 0.05}
        assert sample_size_for_share(**courts).main["drawn"][0] == 8 * 49
        short = sample_size_for_share(lost_share=0.1, **courts)
        assert np.isnan(short.main["drawn"][0])
        assert "too few files in them" in short.summary()

    def test_no_more_than_a_cluster_has(self) -> None:
        """128 clusters of 1,000 files hold 8 each on average: 45 of them are needed, or more than there are."""
        frame = {"files_in_frame": 1000, "clusters_in_frame": 128, "icc": 0.05}
        found = sample_size_for_share(files_per_cluster=8, **frame)
        assert [found.main[one][0] for one in ("files", "clusters", "drawn")] == [360, 45, 360]
        # 23 clusters have no 690 files, and one has no 20 of which 30 are read
        with pytest.raises(QuestionError, match="30 files are to be read in each cluster, and .* have 8 on average"):
            sample_size_for_share(files_per_cluster=30, **frame)
        assert np.isnan(sample_size_for_share(files_in_frame=20, files_per_cluster=30, margin=0.1).main["files"][0])
        # sizes that the clusters cannot hold have no margin: 23 of 128 clusters hold 184
        sizes = sample_size_for_share(margin=0.2, clusters=23, **frame).tables["sizes"]
        assert dict(zip(sizes["files"], np.isfinite(sizes["margin"]), strict=True)) == {
            50: True, 100: True, 200: False, 300: False, 400: False, 600: False, 800: False
        }  # fmt: skip

    def test_sizes_reach_what_was_asked(self) -> None:
        answer = sample_size_for_share(margin=0.05)
        table = answer.tables["sizes"]
        assert (np.diff(table["margin"]) < 0).all()
        needed = answer.main["files"][0]
        assert ((table["margin"] <= 0.05) == (table["files"] >= needed)).all()

    @pytest.mark.parametrize(
        ("asked", "problem"),
        [
            ({"share": 30}, "no share between 0 and 1"),
            ({"margin": 0.0}, "no share between 0 and 1"),
            ({"margin": [0.05, 0.6]}, "'margin' is 0.6: from 0.5 on"),
            ({"share": []}, "'share' names no value"),
            ({"margin": ()}, "'margin' names no value"),
            ({"files_per_cluster": 5, "size_cv": float("nan")}, "or no number"),
            ({"strata": {"a": 2000, "b": 50}, "files_in_frame": 100}, "2,050 files together, and the frame has 100"),
            ({"files_in_frame": 30, "clusters_in_frame": 40, "clusters": 5}, "40 clusters, and 30 files only"),
            ({"lost_share": 1.0}, "no share between 0 and 1"),
            ({"icc": 0.1}, "not how files are drawn in them"),
            ({"clusters": 5, "files_per_cluster": 5}, "settled already"),
            ({"clusters": 1}, "which no sample has"),
            ({"clusters": 30, "clusters_in_frame": 20}, "30 clusters are to take part"),
            ({"files_per_cluster": 5, "size_cv": -1}, "below 0"),
            ({"interval": "agresti"}, "no interval of a share"),
            ({"strata": {"a": 0}}, "without files"),
            ({"strata": {"a": 10}, "strata_shares": {"b": 0.2}}, "'b', which is no stratum"),
            ({"confidence_level": 95}, "confidence level"),
        ],
    )
    def test_refused(self, asked: dict[str, Any], problem: str) -> None:
        with pytest.raises(QuestionError, match=problem):
            sample_size_for_share(**asked)


class TestMedians:
    def test_by_hand(self) -> None:
        """All seen to their end: (1.96 / asinh(60 / 400) / log 2)^2 = 358.01."""
        found = sample_size_for_median(median_days=400, margin_days=60).main
        expected = (1.959963984540054 / math.asinh(0.15) / math.log(2)) ** 2
        assert found["files"][0] == math.ceil(expected) == 359
        assert found["shape_known"][0] == math.ceil(expected * math.log(2) ** 2)

    def test_clusters(self) -> None:
        follow = {"follow_up_days": 300.0, "registered_over_days": 300.0}
        found = sample_size_for_median(median_days=400, margin_days=60, files_per_cluster=20, icc=0.03, **follow).main
        c = int(found["clusters"][0])
        n = float(median_units(curve_spread(400.0, **follow), 400, 60, degrees_of_freedom=c - 1))
        assert c >= n * (0.03 + 0.97 / 20) > c - 1.5

    def test_a_median_that_nobody_sees(self) -> None:
        answer = sample_size_for_median(median_days=700, margin_days=60, follow_up_days=300)
        assert np.isnan(answer.main["files"][0])
        assert "follow the files for longer" in answer.summary()

    @pytest.mark.parametrize("follow", [(390.0, 20.0), (420.0, 0.0)])
    def test_limits_that_most_samples_do_not_see(self, follow: tuple[float, float]) -> None:
        """R (survfit): of 400 samples of 363 files, 97 % and 89 % have no upper limit."""
        seen = {"follow_up_days": follow[0], "registered_over_days": follow[1]}
        answer = sample_size_for_median(median_days=400, margin_days=60, **seen)
        for column in ("independent", "files", "drawn", "limit_missing"):
            assert np.isnan(answer.main[column][0])
        assert np.isnan(answer.tables["sizes"]["margin_days"][:4]).all()
        assert "cannot be told to within 60 days: follow the files for longer" in answer.summary()
        assert not answer.plot().texts

    def test_limits_that_some_samples_do_not_see(self) -> None:
        """At 470 days the curve has moved by log(1.175); H = 0.8145, V = e^H - 1 = 1.2579, of 359 files:
        0.16127 x 0.8145 / sqrt(1.2579 / 359) = 2.219, and Phi(1.96 - 2.219) = 0.398."""
        answer = sample_size_for_median(median_days=400, margin_days=60, follow_up_days=470)
        assert answer.main["files"][0] == 359
        assert answer.main["limit_missing"][0] == pytest.approx(0.398, abs=5e-4)
        assert "in up to 40 of 100 samples the upper limit of the median will not be reached" in answer.summary()
        # a narrow margin has a limit that lies near the median
        later = sample_size_for_median(median_days=400, margin_days=[60, 5], follow_up_days=800)
        assert (later.main["limit_missing"] < 1e-4).all()
        assert not [one for one in later.notes if "will not be reached" in one.text()]

    def test_limits_of_clusters(self) -> None:
        """More files are asked of clusters, so that as many samples see the limit; five clusters do not tell enough."""
        follow = {"median_days": 400, "margin_days": 60, "follow_up_days": 480}
        alone = sample_size_for_median(**follow).main
        together = sample_size_for_median(files_per_cluster=20, icc=0.1, **follow).main
        assert together["limit_missing"][0] == pytest.approx(alone["limit_missing"][0], abs=0.05)
        assert np.isnan(sample_size_for_median(clusters=5, icc=0.1, **follow).main["files"][0])

    @pytest.mark.parametrize(
        "asked",
        [
            {"median_days": 0, "margin_days": 60},
            {"median_days": 400, "margin_days": -1},
            {"median_days": 400, "margin_days": 60, "shape": 0},
            {"median_days": 400, "margin_days": 60, "follow_up_days": 0},
            {"median_days": 400, "margin_days": 60, "registered_over_days": -5},
            {"median_days": [400, float("nan")], "margin_days": 60},
            {"median_days": 400, "margin_days": 60, "follow_up_days": -10, "registered_over_days": 900},
        ],
    )
    def test_refused(self, asked: dict[str, Any]) -> None:
        with pytest.raises(QuestionError, match="not above 0"):
            sample_size_for_median(**asked)

    def test_nothing_asked(self) -> None:
        with pytest.raises(QuestionError, match="'median_days' names no value"):
            sample_size_for_median(median_days=(), margin_days=60)


@pytest.fixture(scope="module")
def answers() -> list[jm.Result]:
    return [
        sample_size_for_share(share=[0.06, 0.5], lost_share=0.05, strata={"A": 5000, "B": 6926}, **GAUTENG),
        sample_size_for_median(median_days=[400, 900], margin_days=60, follow_up_days=500, **GAUTENG),
    ]


def test_declared(answers: list[jm.Result]) -> None:
    for one in answers:
        check_declared(one)
    released = jm.release(answers, jm.DisclosurePolicy()).results
    assert [list(one.findings()) for one in released] != [[], []]
    for raw, public in zip(answers, released, strict=True):
        assert [one.text() for one in public.findings()] == [one.text() for one in raw.findings()]


def test_figures_and_languages(answers: list[jm.Result]) -> None:
    for one in answers:
        for language in ("en", "es"):
            assert len(one.plot(language=language).lines) > 2
            assert one.summary(language)
