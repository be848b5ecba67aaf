"""The draw of files: by hand, chances over all seeds, the Gauteng design, refusals, what may leave the building."""

from __future__ import annotations

import csv
import math
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import justice_metrics as jm
from justice_metrics.base.errors import CaseDataError, JusticeMetricsError, MappingError, OutputError, QuestionError
from justice_metrics.cases.sampling_list import DRAWN_COLUMNS
from justice_metrics.cases.sampling_log import read_sampling_log
from justice_metrics.cli import sampling as command
from justice_metrics.cli.options import Options
from justice_metrics.estimate.selection import inclusion_probabilities
from justice_metrics.measures.sampling.draw import DrawnFiles, draw_files
from justice_metrics.simulate.stations import REPORTS, STATIONS, station_sizes
from tests.disclosure.declared import check_declared

GAUTENG = {"cluster": "station", "size": "rapes", "clusters": 70, "files_per_cluster": 30}


@pytest.fixture(scope="module")
def stations() -> pd.DataFrame:
    sizes = station_sizes()
    area = np.where(np.arange(STATIONS) % 3 == 0, "south", "north")
    return pd.DataFrame({"station": [f"S{n:03}" for n in range(STATIONS)], "rapes": sizes, "area": area})


@pytest.fixture(scope="module")
def gauteng(stations: pd.DataFrame) -> DrawnFiles:
    return draw_files(stations, seed=2003, **GAUTENG)


@pytest.fixture(scope="module")
def register() -> pd.DataFrame:
    n = np.arange(500)
    return pd.DataFrame({"number": [f"F-{one}" for one in n], "court": n % 17, "area": np.where(n < 300, "N", "S")})


@pytest.fixture(scope="module")
def app() -> typer.Typer:
    made = typer.Typer(pretty_exceptions_enable=False)
    command.add(made, Options("en"))

    @made.callback()
    def whole() -> None:
        pass

    return made


class TestByHand:
    def test_four_clusters(self) -> None:
        """Of 40, 20, 100 and 40 files two clusters: the third is certain (2 * 100 / 200), the others share one."""
        frame = pd.DataFrame({"court": list("ABCD"), "n": [40, 20, 100, 40]})
        seen = dict.fromkeys("ABCD", 0)
        for seed in range(40):
            answer = draw_files(frame, cluster="court", size="n", clusters=2, files_per_cluster=10, seed=seed)
            table = answer.tables["clusters"]
            assert set(table["cluster"]) > {"C"}
            chance = dict(zip(table["cluster"], table["cluster_probability"], strict=True))
            assert chance.pop("C") == 1
            assert all(value == {"A": 0.4, "B": 0.2, "D": 0.4}[name] for name, value in chance.items())
            for name in chance:
                seen[name] += 1
            # the certain cluster stands for its 100 files, the other one for the 100 that are left
            assert table["weight"].tolist() == [10.0, 10.0]
            assert answer.tables["weights"]["weighted"][0] == pytest.approx(200)
        assert seen["B"] < min(seen["A"], seen["D"])

    def test_all_if_fewer(self) -> None:
        frame = pd.DataFrame({"court": list("ABC"), "n": [3, 50, 7]})
        answer = draw_files(frame, cluster="court", size="n", files_per_cluster=10, seed=5)
        assert answer.main["files_drawn"].tolist() == [20]
        assert answer.tables["clusters"]["file_probability"].tolist() == [1, 0.2, 1]
        # all clusters are taken, so no seed decides about them
        assert answer.tables["clusters"]["cluster_probability"].tolist() == [1, 1, 1]
        # and they are strata: weights 1, 5, 1 for 3, 10 and 7 files, 17 degrees of freedom
        effect = 20 * (3 + 250 + 7) / 60**2
        weights = answer.tables["weights"]
        assert weights["design_effect"][0] == pytest.approx(effect)
        # Wilson's interval of one half with so many files is z / 2 / sqrt(n + z^2) on either side
        assert weights["margin"][0] == pytest.approx(2.10982 / 2 / math.sqrt(20 / effect + 2.10982**2), rel=1e-5)
        assert "intraclass" not in answer.summary()

    def test_files_of_strata(self, register: pd.DataFrame) -> None:
        answer = draw_files(register, file="number", stratum="area", files=100, seed=1)
        assert answer.main["files_drawn"].tolist() == [100, 60, 40]
        drawn = answer.drawn.to_frame()
        assert set(drawn["file"]) <= set(register["number"])
        assert drawn["file"].is_unique
        assert (drawn["weight"] == 5).all()
        # the place on the list leads to the file
        north = register[register["area"] == "N"]["number"].tolist()
        there = drawn[drawn["stratum"] == "N"]
        assert [north[one - 1] for one in there["position"]] == there["file"].tolist()

    def test_as_said(self, stations: pd.DataFrame, register: pd.DataFrame) -> None:
        asked = GAUTENG | {"clusters": {"north": 10, "south": 4}}
        assert draw_files(stations, stratum="area", seed=1, **asked).main["clusters_drawn"].tolist() == [14, 4, 10]
        files = draw_files(register, file="number", stratum="area", files={"N": 0, "S": 9}, seed=1)
        assert files.main["files_drawn"].tolist() == [9, 0, 9]
        note = "In 1 stratum nothing is drawn: its files have no chance"
        assert note in files.summary()
        # whoever reads what is published must know it too
        assert note in jm.release([files], jm.DisclosurePolicy()).results[0].summary()

    def test_few_files_promise_no_margin_beyond_a_half(self) -> None:
        """One file of one stratum and two of five: t = 12.7 for one degree, so 12.706 / 2 / sqrt(n + 161.4)."""
        frame = pd.DataFrame({"f": list("abcdef"), "s": ["x"] * 5 + ["y"]})
        weights = draw_files(frame, file="f", stratum="s", files=3, seed=1).tables["weights"]
        n = 3 / weights["design_effect"][0]
        assert weights["margin"][0] == pytest.approx(12.7062 / 2 / math.sqrt(n + 12.7062**2), rel=1e-4)
        assert weights["margin"][0] < 0.5

    def test_a_stratum_in_which_nothing_is_drawn(self) -> None:
        frame = pd.DataFrame({"court": list("ABC"), "n": [3, 30, 10], "area": ["x", "y", "y"]})
        asked = {"cluster": "court", "size": "n", "stratum": "area", "files_per_cluster": 3, "seed": 1}
        answer = draw_files(frame, clusters={"x": 0, "y": 2}, **asked)
        assert "In 1 stratum nothing is drawn: its files have no chance" in answer.summary()
        # both of the other stratum were asked for: that has nothing to do with their size
        assert answer.main["clusters_certain"].tolist() == [2, 0, 2]
        assert "so large" not in answer.summary()
        whole = draw_files(frame, clusters={"x": 1, "y": 2}, **asked)
        assert "nothing is drawn" not in whole.summary()
        # of 30 and 10 files one is drawn by lot; of 30, 2 and 2 two: the first is certain
        frame = pd.DataFrame({"court": list("ABC"), "n": [30, 2, 2], "area": "y"})
        assert "1 cluster is so large" in draw_files(frame, clusters=2, **asked).summary()


class TestGauteng:
    def test_the_design(self, gauteng: DrawnFiles) -> None:
        """70 of 128 stations and 30 dockets in each, all where there are fewer: a few less than 2,100."""
        main, weights = gauteng.main, gauteng.tables["weights"]
        assert (main["clusters"][0], main["clusters_drawn"][0], main["files"][0]) == (128, 70, 11_926)
        table = gauteng.tables["clusters"]
        assert (table["files_drawn"] == np.minimum(table["files"], 30)).all()
        assert main["files_drawn"][0] == table["files_drawn"].sum() <= 2100
        # whatever is drawn, the weights stand for all reports
        assert weights["weighted"][0] == pytest.approx(REPORTS, rel=1e-12)
        # so much as so many independent files, with Student's quantile for 69 degrees of freedom
        assert weights["margin"][0] == pytest.approx(
            1.9949 / 2 / math.sqrt(main["files_drawn"][0] / 2.8617 + 1.9949**2), rel=1e-4
        )
        expected = float((inclusion_probabilities(station_sizes(), 70) * np.minimum(station_sizes(), 30)).sum())
        assert expected == pytest.approx(2078, abs=1)

    @pytest.mark.parametrize("method", ["systematic", "brewer"])
    def test_weights_stand_for_all_in_every_stratum(self, stations: pd.DataFrame, method: Any) -> None:
        answer = draw_files(stations, stratum="area", method=method, seed=11, **GAUTENG)
        table = answer.tables["weights"]
        files = dict(zip(answer.main["stratum"], answer.main["files"], strict=True))
        assert table["weighted"].tolist() == pytest.approx([files[one] for one in table["stratum"]])
        assert answer.drawn.weight.sum() == pytest.approx(REPORTS)

    def test_unbiased(self, stations: pd.DataFrame) -> None:
        """Over 60 draws, a total that follows no size comes out right; tests/prove has more of them."""
        y = np.where(stations["rapes"] % 2 == 0, 1.0, 0.2)
        totals = []
        for seed in range(60):
            table = draw_files(stations, seed=seed, **GAUTENG).tables["clusters"]
            there = [int(one[1:]) for one in table["cluster"]]
            totals.append(float((table["weight"] * table["files_drawn"] * y[there]).sum()))
        truth = float((stations["rapes"] * y).sum())
        error = np.std(totals) / np.sqrt(len(totals))
        assert abs(np.mean(totals) - truth) < 3.5 * error < 0.05 * truth


class TestSeed:
    def test_the_same_again(self, stations: pd.DataFrame, gauteng: DrawnFiles) -> None:
        again = draw_files(pl.from_pandas(stations), seed=2003, **GAUTENG)
        assert isinstance(again.drawn.to_frame(), pl.DataFrame)
        assert again.drawn.columns() == gauteng.drawn.columns()
        other = draw_files(stations, seed=2004, **GAUTENG)
        assert other.drawn.columns() != gauteng.drawn.columns()

    def test_the_same_on_every_machine(self) -> None:
        """Written down once; a change here would draw other files for a study that has begun."""
        frame = pd.DataFrame({"court": list("ABCDEF"), "n": [40, 25, 100, 40, 15, 30]})
        answer = draw_files(frame, cluster="court", size="n", clusters=3, files_per_cluster=2, seed=20260115)
        listed = answer.drawn.columns()
        assert list(zip(listed["cluster"], listed["position"], strict=True)) == DRAWN_ONCE

    def test_a_file_and_its_frame(self, stations: pd.DataFrame, gauteng: DrawnFiles, tmp_path: Path) -> None:
        stations.to_csv(tmp_path / "stations.csv", index=False)
        assert draw_files(tmp_path / "stations.csv", seed=2003, **GAUTENG).drawn.columns() == gauteng.drawn.columns()

    @given(
        st.lists(st.integers(0, 60), min_size=2, max_size=12),
        st.integers(1, 12),
        st.integers(1, 20),
        st.integers(0, 99),
    )
    def test_any_frame(self, sizes: list[int], clusters: int, each: int, seed: int) -> None:
        frame = pd.DataFrame({"court": [f"J{one}" for one in range(len(sizes))], "n": sizes})
        there = sum(one > 0 for one in sizes)
        asked = {"cluster": "court", "size": "n", "clusters": clusters, "files_per_cluster": each, "seed": seed}
        if clusters > there:
            with pytest.raises(QuestionError):
                draw_files(frame, **asked)
            return
        answer = draw_files(frame, **asked)
        assert answer.main["clusters_drawn"][0] == clusters
        assert answer.tables["weights"]["weighted"][0] == pytest.approx(sum(sizes))
        left_out = answer.provenance.left_out
        assert sum(one.n for one in left_out) == len(sizes) - there


class TestNotes:
    def test_certain_clusters_and_weights(self, gauteng: DrawnFiles) -> None:
        text = gauteng.summary()
        assert "24 clusters are so large that they are drawn for certain" in text
        assert "The weights of the files differ" in text
        assert "seed 2003" in text

    def test_one_cluster_in_a_stratum(self, stations: pd.DataFrame) -> None:
        answer = draw_files(stations, stratum="area", seed=1, **(GAUTENG | {"clusters": 3}))
        assert "In 1 stratum one cluster only is drawn by lot" in answer.summary()

    def test_empty_clusters(self) -> None:
        frame = pd.DataFrame({"court": list("ABC"), "n": [3, 0, 7]})
        answer = draw_files(frame, cluster="court", size="n", files_per_cluster=2, seed=5)
        assert answer.main["clusters"][0] == 2
        assert "Left out: 1 cluster: no file in the frame" in answer.summary()


class TestRefused:
    @pytest.mark.parametrize(
        ("change", "error", "problem"),
        [
            ({"size": "rape"}, MappingError, "no column 'rape'"),
            ({"size": "area"}, CaseDataError, "128 cells of the column 'area'"),
            ({"cluster": "area"}, CaseDataError, "126 rows of the frame repeat"),
            ({"size": None}, QuestionError, "lists clusters with the number of their files"),
            ({"file": "station"}, QuestionError, "lists clusters with the number of their files"),
            ({"cluster": None}, QuestionError, "no column of the frame is named for them"),
            ({"cluster": None, "clusters": None, "files_per_cluster": None, "files": 9}, QuestionError, "not whose"),
            ({"clusters": 129}, QuestionError, "129 clusters are to be drawn, and the frame has 128"),
            ({"clusters": 0}, QuestionError, "Nothing is to be drawn"),
            ({"clusters": 1, "stratum": "area"}, QuestionError, "Too few are to be drawn"),
            ({"clusters": {"nort": 3}, "stratum": "area"}, QuestionError, "'nort' is no stratum"),
            ({"clusters": {"north": 3}, "stratum": "area"}, QuestionError, "stratum 'south'"),
            ({"clusters": {"north": 3, "south": 44}, "stratum": "area"}, QuestionError, "47 clusters are to be drawn"),
            ({"files": 20}, QuestionError, "so many in each"),
            ({"clusters": None, "files_per_cluster": None}, QuestionError, "not said how many"),
            ({"files_per_cluster": 0}, QuestionError, "less than one file"),
            ({"method": "lottery"}, QuestionError, "by 'lottery'"),
            ({"seed": -1}, QuestionError, "no whole number from 0 on"),
            ({"icc": 2.0}, QuestionError, "no share between 0 and 1"),
        ],
    )
    def test_settings(
        self, stations: pd.DataFrame, change: dict[str, Any], error: type[JusticeMetricsError], problem: str
    ) -> None:
        with pytest.raises(error, match=problem):
            draw_files(stations, **({"seed": 1} | GAUTENG | change))

    def test_frames(self, register: pd.DataFrame) -> None:
        with pytest.raises(QuestionError, match="was given a int"):
            draw_files(3, file="number", files=2, seed=1)
        with pytest.raises(CaseDataError, match="no row"):
            draw_files(register.iloc[:0], file="number", files=2, seed=1)
        with pytest.raises(QuestionError, match="501 files are to be drawn, and the frame has 500"):
            draw_files(register, file="number", files=501, seed=1)
        twice = pd.concat([register, register.iloc[:3]])
        with pytest.raises(CaseDataError, match="3 rows of the frame repeat") as raised:
            draw_files(twice, file="number", files=20, seed=1)
        assert "F-" not in str(raised.value)
        empty = register.assign(number=register["number"].where(register.index > 4))
        with pytest.raises(CaseDataError, match="5 rows of the frame have nothing"):
            draw_files(empty, file="number", files=20, seed=1)

    @pytest.mark.parametrize("size", ["1.000", "-3", "many", "", None, 2.5, True])
    def test_sizes_that_are_none(self, size: object) -> None:
        frame = pd.DataFrame({"court": ["A", "B"], "n": pd.Series([size, "40"], dtype=object)})
        with pytest.raises(CaseDataError, match="1 cell of the column 'n' is no number of files"):
            draw_files(frame, cluster="court", size="n", files_per_cluster=2, seed=5)


class TestList:
    def test_written_once_and_for_its_owner(self, gauteng: DrawnFiles, tmp_path: Path) -> None:
        path = gauteng.drawn.write(tmp_path)
        assert path.name == "PERSONAL_DATA_drawn_files.csv"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
        assert tuple(rows[0]) == DRAWN_COLUMNS
        assert len(rows) == len(gauteng.drawn)
        # every digit comes back, so that the weights add up
        assert sum(float(one["weight"]) for one in rows) == pytest.approx(REPORTS, rel=1e-12)
        assert {one["status"] for one in rows} == {""}
        with pytest.raises(OutputError, match="already"):
            gauteng.drawn.write(tmp_path)

    def test_in_spanish_as_spreadsheets_there_open_it(self, gauteng: DrawnFiles, tmp_path: Path) -> None:
        path = gauteng.drawn.write(tmp_path / "seguro", language="es")
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        first, second = path.read_text(encoding="utf-8-sig").splitlines()[:2]
        assert first == ";".join(DRAWN_COLUMNS)
        assert "." not in second
        read = read_sampling_log(path)
        assert read.weight.sum() == pytest.approx(REPORTS, rel=1e-12)
        assert read.has("drawn").all()
        with pytest.raises(OutputError, match="could not be made"):
            gauteng.drawn.write(tmp_path / "none" / "seguro")

    def test_it_shows_nothing(self, register: pd.DataFrame) -> None:
        answer = draw_files(register, file="number", cluster="court", clusters=5, files_per_cluster=10, seed=1)
        assert repr(answer.drawn) == "DrawnList(50 files: personal data)"
        for text in (repr(answer), answer.summary(), answer._repr_html_()):
            assert "F-" not in text


def test_declared(gauteng: DrawnFiles, stations: pd.DataFrame, register: pd.DataFrame, monkeypatch: Any) -> None:
    monkeypatch.setenv("JUSTICE_METRICS_SECRET", "62046ad4d0ae18ceee75ef1ad2df641219e258c22ab9001057d535a903d9d92b")
    strata = draw_files(stations, seed=1, stratum="area", **GAUTENG)
    files = draw_files(register, file="number", stratum="area", files=100, seed=1)
    for one in (gauteng, strata, files):
        check_declared(one)
    for policy in (jm.DisclosurePolicy(), jm.DisclosurePolicy(mode="round", secret="env:JUSTICE_METRICS_SECRET")):
        released = jm.release([gauteng, strata, files], policy).results
        for public in released:
            assert set(public.tables) == {"main"}
            assert "seed" not in public.summary()
            # the shares drawn, by stratum: no size of a cluster
            assert not [one for one in public.plot().containers if len(one) > 3]
    assert "70 of 128 clusters are drawn" in jm.release([gauteng], jm.DisclosurePolicy()).results[0].summary()


def test_figure(gauteng: DrawnFiles, register: pd.DataFrame) -> None:
    axes = gauteng.plot(language="es")
    bars = [len(group) for group in axes.containers]
    assert bars == [70, 58]
    assert axes.get_ylim()[1] >= station_sizes().max()
    assert draw_files(register, file="number", files=20, seed=1).plot().containers


class TestCommand:
    def test_plan(self, app: typer.Typer) -> None:
        words = "sampling plan --share 0.3 --files-per-cluster 30 --icc 0.05 --lost 0.05 --median-days 400 "
        ran = CliRunner().invoke(app, [*words.split(), "--margin-days", "60", "--difference", "0.1", "--json"])
        assert ran.exit_code == 0, ran.output
        for name in ("sample_size_for_share", "sample_size_for_median", "study_size"):
            assert name in ran.stdout

    def test_draw(self, app: typer.Typer, stations: pd.DataFrame, tmp_path: Path) -> None:
        stations.to_csv(tmp_path / "stations.csv", index=False)
        words = "--cluster station --size rapes --clusters 70 --files-per-cluster 30 --seed 2003"
        asked = ["sampling", "draw", str(tmp_path / "stations.csv"), *words.split()]
        ran = CliRunner().invoke(app, asked)
        assert ran.exit_code == 0
        assert "70 of 128 clusters are drawn" in ran.stdout
        assert "was not written" in ran.stderr
        ran = CliRunner().invoke(app, [*asked, "--folder", str(tmp_path)])
        assert "becomes the log of the field team" in ran.stderr
        ran = CliRunner().invoke(app, [*asked, "--folder", str(tmp_path)])
        assert ran.exit_code == 1
        assert "nothing is put over it" in ran.stderr

    def test_strata(self, app: typer.Typer, stations: pd.DataFrame, tmp_path: Path) -> None:
        ran = CliRunner().invoke(app, ["sampling", "plan", "--stratum", "La Paz=2000", "--stratum", "Oruro=300", "-q"])
        assert "Oruro" in ran.stdout
        stations.to_csv(tmp_path / "stations.csv", index=False)
        words = "--cluster station --size rapes --files-per-cluster 5 --seed 3 --stratum area"
        asked = ["sampling", "draw", str(tmp_path / "stations.csv"), *words.split(), "--allot", "north=6"]
        ran = CliRunner().invoke(app, [*asked, "--allot", "south=3"])
        assert "9 of 128 clusters are drawn" in ran.stdout
        ran = CliRunner().invoke(app, asked)
        assert "Nothing is said of the stratum 'south'" in ran.stderr
        for wrong in (["--allot", "south"], ["--allot", "south=3", "--clusters", "9"]):
            ran = CliRunner().invoke(app, [*asked, *wrong])
            assert ran.exit_code == 1
            assert ran.stderr.startswith("Error: ")

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (
                "draw {frame} --seed 1",
                "Give --clusters and --files-per-cluster, or --files; justice-metrics sampling plan",
            ),
            ("draw {frame} --seed 1 --clusters 2", "Name it (--cluster), or ask for files (--files)."),
            ("draw {frame} --seed 1 --cluster station --files 9", "Give --files-per-cluster in place of --files."),
            ("draw nowhere.csv --seed 1", "There is no file 'nowhere.csv'."),
            ("plan --lost 1", "'--lost' is "),
            ("plan --icc 0.1", "cluster (--files-per-cluster), or the clusters that take part (--clusters)."),
            ("plan --stratum A=100 --stratum B=50 --files-in-frame 200", "Leave --files-in-frame out"),
            ("plan --files-in-frame 0", "'--files-in-frame' is 0"),
        ],
    )
    def test_messages_name_options(
        self, app: typer.Typer, stations: pd.DataFrame, tmp_path: Path, words: str, told: str
    ) -> None:
        stations.to_csv(tmp_path / "stations.csv", index=False)
        asked = [one.format(frame=tmp_path / "stations.csv") for one in words.split()]
        ran = CliRunner().invoke(app, ["sampling", *asked])
        assert ran.exit_code == 1
        assert told in ran.stderr

    def test_in_python_they_name_parameters(self, stations: pd.DataFrame) -> None:
        with pytest.raises(QuestionError, match="Give clusters and files_per_cluster, or files; sample_size_for_share"):
            draw_files(stations, seed=1)

    @pytest.mark.parametrize("words", [["plan", "--median-days", "400"], ["plan", "--share", "30"]])
    def test_wrong_input(self, app: typer.Typer, words: list[str]) -> None:
        ran = CliRunner().invoke(app, ["sampling", *words])
        assert ran.exit_code == 1
        assert ran.stderr.startswith("Error: ")


DRAWN_ONCE = [("B", 10), ("B", 21), ("C", 44), ("C", 45), ("F", 8), ("F", 28)]


def test_a_draw_of_a_register_with_an_end_keeps_the_margin_of_its_plan() -> None:
    """217 of 500 files for five points, and all 500 for none."""
    register = pd.DataFrame({"file": [f"f{one}" for one in range(500)]})
    files = int(jm.sample_size_for_share(margin=0.05, files_in_frame=500).main["files"][0])
    answer = draw_files(register, file="file", files=files, seed=1)
    assert answer.tables["weights"]["margin_of_frame"][0] == pytest.approx(0.05, abs=2e-4)
    assert "within 5.0 percentage points, if no file is lost; where these" in answer.summary()
    assert answer.tables["weights"]["margin"][0] == pytest.approx(0.066, abs=1e-3)
    every = draw_files(register, file="file", files=500, seed=1)
    assert every.tables["weights"]["margin_of_frame"][0] == 0
