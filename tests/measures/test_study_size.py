"""How many files the next study needs: printed numbers, the pilot counted by hand, both languages, refusals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import typer
from scipy.stats import beta
from scipy.stats import t as student
from typer.testing import CliRunner

from justice_metrics.base.errors import QuestionError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.cli import study_size as command
from justice_metrics.cli.options import Options
from justice_metrics.estimate.intraclass import intraclass
from justice_metrics.measures.study_size import study_size
from justice_metrics.reduce.pilot import pilot_counts
from justice_metrics.simulate.cases import sample_cases
from tests.made_cases import wide

TRIO = ("lawyer", "psychologist", "social_worker")
VERDICT = {"verdict": ("convicted", "acquitted")}


def pilot_cases() -> CaseData:
    """Three courts of eight cases; the horizon of 100 days lies before the cut-off for all but the last two of each."""
    rows: list[dict[str, Any]] = []
    spells: list[tuple[str, str, int | None, int | None]] = []
    for court in range(3):
        for place in range(8):
            name, begin = f"{court}{place}", 0 if place < 6 else 950
            row: dict[str, Any] = {"id": name, "court": f"court {court}", "complaint": begin, "outcome": None}
            if place < court + 1:
                row |= {"convicted": 60, "outcome": "convicted", "ended": 60}
            elif place == 4:
                row |= {"convicted": 101, "outcome": "convicted", "ended": 101}
            elif place == 5:
                row |= {"outcome": "rejected", "ended": 30}
            rows.append(row)
            if place % 2 == 0:
                spells.append((name, "lawyer", begin + (20 if place < 4 else 40), None))
    rows.append({"id": "no court", "court": None, "complaint": 0, "outcome": None})
    rows.append({"id": "no date", "court": "court 0", "complaint": None, "outcome": None})
    labels = {"convicted": "convicted", "rejected": "rejected"}
    return wide(rows, support=spells, labels=labels)


class TestWithoutAPilot:
    def test_printed(self) -> None:
        """356 in each arm for 30 % against 40 %; times 2.45 with 30 files a court and a correlation of 0.05."""
        plan = study_size(baseline=0.3, difference=0.1, icc=0.05, files_per_court=30)
        (row,) = plan.to_frame().itertuples()
        assert row.independent / 2 == 356
        assert row.design_effect == pytest.approx(2.45)
        level, power = np.asarray(student.ppf([0.975, 0.8], 60))
        under_none, under_true = math.sqrt(0.35 * 0.65 * 4), math.sqrt(2 * 0.3 * 0.7 + 2 * 0.4 * 0.6)
        assert row.files == math.ceil((level * under_none + power * under_true) ** 2 / 0.1**2 * 2.45)
        assert row.files > math.ceil(711.9 * 2.45), "the normal quantiles are too short"
        assert row.courts == 61
        assert row.courts == math.ceil(row.files / 30)
        assert row.files_supported == math.ceil(row.files / 2)

    def test_hazard_ratios(self) -> None:
        plan = study_size(baseline=0.4, difference=0.1, icc=0.0, hazard_ratio=(1.5, 1.3, 1.2))
        table = plan.to_frame("hazard_ratios")
        assert table["events"].tolist() == [191, 457, 945], "the next whole number"
        for row in table.itertuples():
            reach = np.asarray(student.ppf([0.975, 0.8], row.courts - 1)).sum()
            assert row.files == math.ceil(4 * reach**2 / math.log(row.hazard_ratio) ** 2 / 0.4)
            assert row.courts == math.ceil(row.files / 30)

    def test_what_is_not_given_is_marked_as_usual(self) -> None:
        plan = study_size(baseline=0.3)
        sources = dict(
            zip(plan.to_frame("assumptions")["assumption"], plan.to_frame("assumptions")["source"], strict=True)
        )
        usual = {name for name, source in sources.items() if source == "usual"}
        assert usual == {"supported_share", "files_per_court", "size_cv", "icc", "support_icc"}
        assert any("not known" in str(note) for note in plan.notes)

    def test_a_study_of_the_size_found_shows_the_difference(self) -> None:
        plan = study_size(baseline=0.3, difference=(0.1, -0.12), icc=0.03, size_cv=0.4)
        for row in plan.to_frame().itertuples():
            (way,) = plan.plan.alike.values()
            assert float(plan.plan.shown(row.files, row.difference, way)) == pytest.approx(0.8, abs=2e-3)
            assert float(plan.plan.shown(row.files - 2, row.difference, way)) < 0.8

    def test_sizes(self) -> None:
        plan = study_size(baseline=0.3, difference=(0.1, 0.2), icc=0.05)
        frame = plan.to_frame("sizes")
        for _, one in frame.groupby("difference"):
            assert one["power"].is_monotonic_increasing
            assert one["detectable"].dropna().is_monotonic_decreasing

    def test_too_few_courts(self) -> None:
        plan = study_size(baseline=0.3, difference=(0.1, 0.3), courts=30, icc=0.05)
        frame = plan.to_frame()
        assert math.isnan(frame["files"][0])
        assert frame["courts"].tolist() == [30, 30]
        said = plan.summary()
        assert "cannot be shown with 30 courts" in said
        assert "fewer than" not in said
        assert "cannot be shown" not in " ".join(map(str, plan.findings()[1:]))
        few = study_size(baseline=0.3, difference=0.3, courts=12, icc=0.01)
        assert any("fewer than 20 courts" in str(note) for note in few.notes)

    def test_a_difference_downwards(self) -> None:
        plan = study_size(baseline=0.6, difference=-0.1, icc=0.0)
        assert plan.main["share_with"].tolist() == [0.5]
        mirrored = study_size(baseline=0.4, difference=0.1, icc=0.0)
        assert plan.main["files"].tolist() == mirrored.main["files"].tolist()

    def test_what_weighting_leaves(self) -> None:
        whole, half = (
            study_size(baseline=0.3, difference=0.1, icc=0.0, effective_share=one, courts=99) for one in (1.0, 0.5)
        )
        assert half.main["files"][0] == pytest.approx(2 * whole.main["files"][0], abs=1)
        assert len(half.notes) == len(whole.notes) - 1


def simulated_power(files: int, courts: int, shares: tuple[float, float], icc: float, *, whole: bool) -> float:
    """Return how often studies show a difference, with the error over courts and its Student's limits."""
    rng, runs = np.random.default_rng(20), 4_000
    sizes = files // courts + (np.arange(courts) < files % courts)
    first = np.arange(courts) % 2 == 0
    n = np.stack([sizes * first, sizes * ~first] if whole else [sizes // 2 + sizes % 2 * first, sizes // 2])
    n[1] += 0 if whole else sizes - n.sum(axis=0)
    k = 1 / icc - 1
    # a court that is high in one group is high in the other
    rank = rng.uniform(size=(runs, courts))
    came = [rng.binomial(n[a], beta.ppf(rank, p * k, (1 - p) * k)) for a, p in enumerate(shares)]
    mean = [y.sum(axis=1) / n[a].sum() for a, y in enumerate(came)]
    moved = [(y - n[a] * mean[a][:, None]) / n[a].sum() for a, y in enumerate(came)]
    error = np.sqrt(((moved[0] - moved[1]) ** 2).sum(axis=1) * courts / (courts - 1))
    return float(((mean[0] - mean[1]) > student.ppf(0.975, courts - 1) * error).mean())


class TestFewCourts:
    @pytest.mark.parametrize(
        ("asked", "most"),
        [
            ({"difference": 0.1}, 0.83),
            ({"difference": 0.1, "courts": 30, "icc": 0.02}, 0.83),
            ({"difference": 0.1, "support_icc": 0.0}, 0.83),
            # an error over few whole courts is itself too small, so these studies show more than the plan says
            ({"difference": 0.3}, 0.87),
            ({"difference": 0.3, "courts": 12, "icc": 0.01}, 0.87),
            ({"difference": 0.2, "support_icc": 0.0, "courts": 5}, 0.87),
        ],
    )
    def test_studies_have_the_power_that_is_stated(self, asked: dict[str, Any], most: float) -> None:
        plan = study_size(baseline=0.3, **asked)
        files, courts = int(plan.main["files"][0]), int(plan.main["courts"][0])
        shares = (0.3 + asked["difference"], 0.3)
        found = simulated_power(files, courts, shares, plan.plan.likely.outcome, whole=asked.get("support_icc") is None)
        assert 0.77 < found < most
        assert float(plan.plan.shown(files, asked["difference"], plan.plan.likely)) == pytest.approx(0.8, abs=5e-3)

    def test_two_courts_show_nothing(self) -> None:
        """What a plan with normal quantiles called a probability of 80 % was one of 22 %."""
        assert simulated_power(390, 2, (0.4, 0.3), 0.05, whole=False) < 0.4
        with pytest.raises(QuestionError, match="fewer than 5 courts"):
            study_size(baseline=0.3, difference=0.1, support_icc=0, courts=2)

    def test_no_plan_on_fewer_than_ten_courts(self) -> None:
        plan = study_size(sample_cases("national"), actors="lawyer")
        assert plan.main["courts"].min() == 10
        assert "1 courts" not in plan.summary()
        assert any("No plan rests on fewer than 10 courts" in str(one) for one in plan.notes)
        assert study_size(baseline=0.3, difference=0.3, courts=5, icc=0.01).main["courts"].tolist() == [5]

    @pytest.mark.parametrize("difference", [0.05, 0.08, 0.1, 0.15, 0.2, 0.4])
    @pytest.mark.parametrize("each", [7, 30, 200])
    def test_files_and_courts_are_the_least_that_do(self, difference: float, each: int) -> None:
        plan = study_size(baseline=0.3, difference=difference, icc=0.03, files_per_court=each)
        files, way = float(plan.main["files"][0]), plan.plan.likely
        assert float(plan.plan.shown(files, difference, way)) >= 0.8 - 1e-9
        assert float(plan.plan.shown(files - 1, difference, way)) < 0.8


class TestPilot:
    def test_counts_by_hand(self) -> None:
        found = pilot_counts(
            pilot_cases(),
            start="complaint",
            outcome=VERDICT,
            horizon_days=100,
            cluster="court",
            actors=("lawyer",),
            within_days=30,
        )
        assert found.units.tolist() == [6, 6, 6]
        assert found.came.tolist() == [1, 2, 3]
        assert found.supported.tolist() == [2, 2, 2]
        assert (found.all_units, found.all_supported) == (19, 6)
        assert found.share == pytest.approx(6 / 19)
        assert found.left_out == {"start_undated": 1, "too_young": 6}

    def test_what_the_plan_takes_from_it(self) -> None:
        plan = study_size(
            pilot_cases(), difference=0.2, horizon_days=100, cluster="court", actors="lawyer", started_within_days=30
        )
        held = dict(zip(plan.to_frame("assumptions")["assumption"], plan.to_frame("assumptions")["value"], strict=True))
        expected = intraclass(np.array([1, 2, 3]), np.array([6, 6, 6]))
        assert held["baseline"] == pytest.approx(6 / 19)
        assert held["supported_share"] == pytest.approx(6 / 19)
        assert held["files_per_court"] == 6
        assert held["icc"] == pytest.approx(max(expected.estimate, 0))
        frame = plan.to_frame()
        assert frame["alike"].tolist() == ["pilot", "upper_limit"]
        assert frame["icc"][1] == pytest.approx(expected.conf_high)
        assert [one.n for one in plan.provenance.left_out] == [1, 6]

    def test_given_beats_counted(self) -> None:
        plan = study_size(
            pilot_cases(), difference=0.2, horizon_days=100, cluster="court", icc=0.02, baseline=0.25, files_per_court=9
        )
        assert plan.main["alike"].tolist() == ["given"]
        assert plan.plan.baseline == 0.25
        assert plan.plan.files_per_court == 9

    def test_without_clusters_usual_values_stand(self) -> None:
        plan = study_size(pilot_cases(), difference=0.2, horizon_days=100)
        assert plan.plan.sources["icc"] == "usual"
        assert "pilot" not in plan.tables

    def test_sample(self) -> None:
        """Support is mixed within the courts of the sample, so courts cost next to nothing."""
        plan = study_size(sample_cases(), actors=TRIO)
        assert {"main", "sizes", "hazard_ratios", "assumptions", "pilot"} == set(plan.tables)
        assert plan.main["design_effect"].max() < 1.2
        assert 0.05 < plan.plan.likely.outcome + 0.05 < 0.2
        for language, word in (("en", "the study needs"), ("es", "723")):
            assert word in plan.summary(language)  # type: ignore[arg-type]

    def test_frequencies_count(self) -> None:
        rows = [{"id": str(n), "complaint": 0, "outcome": None, "frequency": n + 1} for n in range(3)]
        rows[2] |= {"convicted": 5, "outcome": "convicted", "ended": 5}
        found = pilot_counts(
            wide(rows, labels={"convicted": "convicted"}), start="complaint", outcome=VERDICT, horizon_days=10
        )
        assert (found.units.tolist(), found.came.tolist(), found.clustered) == ([6], [3], False)


class TestFigure:
    @pytest.mark.parametrize("language", ["en", "es"])
    def test_drawn(self, language: str) -> None:
        plan = study_size(sample_cases(), actors=TRIO, difference=(0.1, 0.15))
        axes = plan.plot(language=language)  # type: ignore[arg-type]
        files, smallest = (np.asarray(one, np.float64) for one in axes.lines[0].get_data())
        at, marked = (np.asarray(one, np.float64) for one in axes.lines[2].get_data())
        assert np.all(np.diff(smallest) < 0)
        assert marked.tolist() == [0.1, 0.15]
        on_curve = np.interp(at, files, smallest)
        assert on_curve == pytest.approx([0.1, 0.15], abs=3e-3)


class TestRefusals:
    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({}, "not told"),
            ({"baseline": 30}, "'baseline' is 30"),
            ({"baseline": 0.3, "power": 80}, "'power' is 80"),
            ({"baseline": 0.3, "difference": 0.8}, "no share between 0 and 1"),
            ({"baseline": 0.3, "difference": 0.0}, "or none"),
            ({"baseline": 0.3, "courts": 30, "files_per_court": 10}, "both given"),
            ({"baseline": 0.3, "courts": 4}, "fewer than 5 courts"),
            ({"baseline": 0.3, "files_per_court": 0.5}, "less than one file"),
            ({"baseline": 0.3, "size_cv": -1}, "below 0"),
            ({"baseline": 0.3, "hazard_ratio": 0}, "above 0"),
            ({"baseline": 0.3, "icc": 2}, "'icc' is 2"),
            ({"baseline": 0.3, "confidence_level": 95}, "confidence level 95"),
        ],
    )
    def test_settings(self, settings: dict[str, Any], words: str) -> None:
        with pytest.raises(QuestionError, match=words):
            study_size(**settings)

    def test_pilots(self) -> None:
        cases = pilot_cases()
        with pytest.raises(QuestionError, match="DataFrame|ndarray"):
            study_size(np.zeros(3))  # type: ignore[arg-type]
        with pytest.raises(QuestionError, match="as old as the horizon"):
            study_size(cases, horizon_days=5_000)
        with pytest.raises(QuestionError, match="is not a support actor"):
            study_size(cases, actors="lawer", horizon_days=100)
        with pytest.raises(QuestionError, match=r"is 0\.0"):
            study_size(cases, outcome="acquitted", horizon_days=100)
        with pytest.raises(QuestionError, match="are supported in time"):
            study_size(cases, actors="lawyer", horizon_days=100, started_within_days=1)
        with pytest.raises(QuestionError, match="no support spells"):
            study_size(wide([{"id": "a", "complaint": 0}]), actors="lawyer", horizon_days=100)


def test_command() -> None:
    app = typer.Typer()
    command.add(app, Options("en"))
    app.command("other")(lambda: None)
    ran = CliRunner().invoke(
        app, ["study-size", "--baseline", "0.3", "--difference", "0.1", "--icc", "0.05", "--quiet"]
    )
    assert ran.exit_code == 0, ran.output
    assert "1,803" in ran.output
