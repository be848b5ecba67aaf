"""Weights, strata and clusters of the cases from the log of the drawn files, in each form of a file and each engine."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest

from justice_metrics.base.errors import CaseDataError, MappingError, SettingsError
from justice_metrics.cases.casedata import CaseData
from justice_metrics.cases.mappings.mapping import CaseMapping
from justice_metrics.cases.read import read_cases
from justice_metrics.estimate.survey import linearised_share
from justice_metrics.measures.rates.convictions import conviction_rates
from justice_metrics.measures.sampling.bounds import lost_file_bounds
from justice_metrics.reduce.design_counts import design_counts
from tests.sampled_cases import coded_frame, log_frame, mapping_of, sampled_cases

REFERENCE = Path(__file__).parent.parent / "reference"


def columns(cases: CaseData) -> dict[str, dict[str, object]]:
    frame = cases.milestones.select("unit_id", "weight", "drawn_weight", "stratum", "cluster").collect()
    return {str(row["unit_id"]): row for row in frame.iter_rows(named=True)}


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> CaseData:
    return sampled_cases(tmp_path_factory.mktemp("sampled"))


class TestGiven:
    def test_weight_stratum_and_cluster(self, cases: CaseData) -> None:
        assert (cases.sampling.weighted, cases.sampling.stratum, cases.sampling.cluster) == (True, True, True)
        row = columns(cases)["S2-00"]
        assert (row["weight"], row["drawn_weight"], row["stratum"], row["cluster"]) == (8.0, 4.0, "south", "S2")

    def test_classes_of_the_adjustment(self, tmp_path: Path) -> None:
        given = {"file": "sampling_log.csv", "classes": "none"}
        rows = columns(sampled_cases(tmp_path, log=given))
        raised = {float(str(row["weight"])) / float(str(row["drawn_weight"])) for row in rows.values()}
        assert max(raised) == pytest.approx(min(raised))

    @pytest.mark.parametrize("library", ["polars", "duckdb", "pyarrow"])
    def test_every_engine_gives_the_same(self, library: str, cases: CaseData, tmp_path: Path) -> None:
        log_frame().to_csv(tmp_path / "sampling_log.csv", index=False)
        frame = coded_frame(log_frame())
        other = {
            "polars": lambda: pl.from_pandas(frame).lazy(),
            "duckdb": lambda: duckdb.from_df(frame),
            "pyarrow": lambda: nw.from_native(frame, eager_only=True).to_arrow(),
        }[library]()
        assert columns(CaseData.from_frame(other, mapping_of(tmp_path))) == columns(cases)

    def test_from_files_with_an_id_of_two_columns(self, tmp_path: Path) -> None:
        log, frame = log_frame(), coded_frame(log_frame())
        log["file"] = log["file"].str.replace("-", "|")
        frame[["left", "right"]] = frame["id"].str.split("-", expand=True)
        log.to_csv(tmp_path / "sampling_log.csv", index=False)
        frame.drop(columns="id").to_csv(tmp_path / "cases.csv", index=False)
        mapping = mapping_of(tmp_path)
        data = mapping.data.model_copy(update={"file": ("cases.csv",)})
        cases = mapping.cases.model_copy(update={"id": ("left", "right")})
        read = read_cases(mapping=mapping.model_copy(update={"data": data, "cases": cases})._placed(tmp_path, "m"))
        assert columns(read)["S2|00"]["weight"] == 8.0

    def test_an_event_log(self, tmp_path: Path) -> None:
        log_frame().to_csv(tmp_path / "sampling_log.csv", index=False)
        frame = coded_frame(log_frame())
        events = pd.concat(
            [
                pd.DataFrame({"id": frame["id"], "what": "complaint", "day": "2016-01-05"}),
                pd.DataFrame({"id": frame["id"], "what": "charged", "day": "2016-02-05"}),
            ]
        )
        mapping = CaseMapping.from_dict(
            {
                "data": {"kind": "events"},
                "cases": {
                    "id": "id", "procedure": "bolivia", "cutoff": "2018-04-30", "sampling": {"log": "sampling_log.csv"}
                },
                "events": {"state": "what", "date": "day"},
            },
            folder=tmp_path,
        )  # fmt: skip
        assert columns(CaseData.from_frame(events, mapping))["S2-00"]["weight"] == 8.0

    def test_several_rows_of_one_file(self, tmp_path: Path) -> None:
        log_frame().to_csv(tmp_path / "sampling_log.csv", index=False)
        frame = coded_frame(log_frame())
        accused = pd.concat([frame.assign(number=frame["id"], id=frame["id"] + part) for part in "ab"])
        mapping = mapping_of(tmp_path, log={"file": "sampling_log.csv", "id": "number"})
        cases = CaseData.from_frame(accused, mapping)
        assert columns(cases)["S2-00b"]["weight"] == 8.0
        # several units of one file are no draw of their own
        assert cases.sampling.log is None


class TestRefused:
    def test_a_case_that_was_not_drawn(self, tmp_path: Path) -> None:
        log_frame().iloc[3:].to_csv(tmp_path / "sampling_log.csv", index=False)
        with pytest.raises(CaseDataError, match="3 files of the data are not in the sampling log 'sampling_log.csv'"):
            CaseData.from_frame(coded_frame(log_frame()), mapping_of(tmp_path))

    def test_a_case_that_is_not_coded_by_the_log(self, tmp_path: Path) -> None:
        log = log_frame()
        log.loc[0, "status"] = "lost"
        log.to_csv(tmp_path / "sampling_log.csv", index=False)
        with pytest.raises(CaseDataError, match="1 file of the data is not 'coded' by the sampling log"):
            CaseData.from_frame(coded_frame(log_frame()), mapping_of(tmp_path))

    @pytest.mark.parametrize("faults", ["refuse", "count"])
    def test_a_coded_file_without_a_case(self, faults: str, tmp_path: Path) -> None:
        log_frame().to_csv(tmp_path / "sampling_log.csv", index=False)
        mapping = mapping_of(tmp_path).with_faults(faults)  # type: ignore[arg-type]
        with pytest.raises(CaseDataError, match="2 files that the sampling log 'sampling_log.csv' calls coded are not"):
            CaseData.from_frame(coded_frame(log_frame()).iloc[2:], mapping)

    def test_a_coded_file_without_a_number(self, tmp_path: Path) -> None:
        log = log_frame()
        log.loc[0, "file"] = ""
        log.to_csv(tmp_path / "sampling_log.csv", index=False)
        with pytest.raises(CaseDataError, match="1 file that the sampling log"):
            CaseData.from_frame(coded_frame(log_frame()).iloc[1:], mapping_of(tmp_path))

    def test_a_column_that_the_log_tells_already(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="the sampling log tells weight, cluster already"):
            mapping_of(tmp_path, weight="w", cluster="court")

    def test_the_column_of_the_number_is_not_there(self, tmp_path: Path) -> None:
        log_frame().to_csv(tmp_path / "sampling_log.csv", index=False)
        mapping = mapping_of(tmp_path, log={"file": "sampling_log.csv", "id": "expediente"})
        with pytest.raises(MappingError, match="expediente"):
            CaseData.from_frame(coded_frame(log_frame()), mapping)


class TestDesign:
    def test_the_whole_way_is_what_r_says_of_such_a_draw(self, tmp_path: Path) -> None:
        # R: svydesign(~psu + file, strata = ~h, fpc = ~f1 + f2, pps = "brewer"), courts that are certain apart
        with (REFERENCE / "fpc_rows.csv").open(encoding="utf-8") as file:
            rows = pd.DataFrame(csv.DictReader(file))
        with (REFERENCE / "fpc_shares.csv").open(encoding="utf-8") as file:
            told = {(one["design"], one["group"]): one for one in csv.DictReader(file)}
        rows["file"] = [f"f{one}" for one in range(len(rows))]
        log = rows.rename(columns={"court": "cluster", "pi1": "cluster_probability"}).assign(status="coded")
        log.drop(columns=["y", "base", "group"]).to_csv(tmp_path / "sampling_log.csv", index=False)
        cases = pd.DataFrame(
            {
                "id": rows["file"],
                "reported": "2016-01-05",
                "end": np.where(rows["y"] == "1", "convicted", np.where(rows["base"] == "1", "rejected", "dismissed")),
                "ended": "2016-05-05",
                "court": rows["group"],
            }
        )
        data = CaseData.from_frame(cases, mapping_of(tmp_path))
        found = design_counts(
            data, {"share": (data.stands(("convicted",)), ~data.stands(("dismissed",)))}, by=["court"]
        )
        share = linearised_share(found.cells["share"])
        for place, group in enumerate(found.strata.levels):
            expected = told["unequal", group[0]]
            assert share.estimate[place] == pytest.approx(float(expected["estimate"]), rel=1e-10)
            assert share.std_error[place] == pytest.approx(float(expected["std_error"]), rel=1e-8)

    def test_a_rate_says_what_it_rests_on(self, cases: CaseData) -> None:
        notes = " ".join(one.text() for one in conviction_rates(cases, per="complaint").notes)
        assert "finite population correction" in notes
        assert "lost_file_bounds" in notes

    def test_without_the_chances_of_the_courts_nothing_is_corrected(self, tmp_path: Path) -> None:
        cases = sampled_cases(tmp_path, log_frame().drop(columns="cluster_probability"))
        cells = design_counts(cases, {"share": (cases.stands(("convicted",)), nw.lit(1))}).cells["share"]
        assert cells.stages is None

    def test_answers_about_more_than_these_files(self, tmp_path: Path) -> None:
        # files drawn directly, all of them: no error about these files, and that of a sample about the system
        log = log_frame().drop(columns=["cluster", "stratum", "cluster_probability"]).assign(weight=1.0)
        log.to_csv(tmp_path / "sampling_log.csv", index=False)
        widths = []
        for finite in (True, False):
            spec = {"file": "sampling_log.csv", "finite": finite, "classes": "none"}
            read = CaseData.from_frame(coded_frame(log_frame()), mapping_of(tmp_path, log=spec))
            cells = design_counts(read, {"share": (read.stands(("convicted",)), nw.lit(1))}).cells["share"]
            widths.append(float(linearised_share(cells).std_error[0]))
        share = 21 / 42
        assert widths[1] == pytest.approx((share * (1 - share) / 41) ** 0.5)
        # 42 of about 57 files in scope were coded
        assert widths[0] < 0.6 * widths[1]

    def test_another_unit_forgets_the_log(self, tmp_path: Path) -> None:
        log_frame().to_csv(tmp_path / "sampling_log.csv", index=False)
        mapping = mapping_of(tmp_path, members="all")
        whole = mapping.model_copy(
            update={"cases": mapping.cases.model_copy(update={"unit": "victim", "links": {"case": ("court",)}})}
        )._placed(tmp_path, "m")
        cases = CaseData.from_frame(coded_frame(log_frame()), whole)
        assert cases.to_unit("case", principal=("conviction", "pending")).sampling.log is None


def test_files_of_a_stratum_that_were_drawn_directly_are_sampling_units(tmp_path: Path) -> None:
    """As if each was a cluster of its own; not one cluster without a name, which would have no error at all."""
    log = log_frame().drop(columns="cluster_probability")
    south = log["stratum"] == "south"
    named = log.assign(cluster=log["cluster"].where(~south, log["file"]))
    some = nw.col("unit_id").cast(nw.String).str.contains("[1467]$").cast(nw.Int64)
    found = []
    for folder, frame in (("drawn", log.assign(cluster=log["cluster"].where(~south))), ("named", named)):
        (tmp_path / folder).mkdir()
        read = sampled_cases(tmp_path / folder, frame, log={"file": "sampling_log.csv", "classes": "none"})
        cells = design_counts(read, {"share": (some, nw.lit(1))}).cells["share"]
        bounds = lost_file_bounds(read, of="convicted").main
        found.append([float(linearised_share(cells, 0.95).std_error[0]), *bounds["conf_high"]])
        by = lost_file_bounds(read, of="convicted", by=("stratum", "cluster")).main
        assert by["files"].sum() == 2 * 16 - 2  # two kinds of missing files, but for what was found or in scope
        if folder == "drawn":
            assert by["cluster"].tolist()[-3:] == ["not_recorded"] * 3
    assert found[0] == pytest.approx(found[1])
    assert 0.03 < found[0][0] < 0.2
    # what the log tells of these files reaches the finite population correction too
    known = log_frame().assign(cluster=log["cluster"].where(~south))
    known.loc[south, "cluster_probability"] = 1.0
    (tmp_path / "known").mkdir()
    read = sampled_cases(tmp_path / "known", known)
    assert design_counts(read, {"share": (some, nw.lit(1))}).cells["share"].stages is not None
