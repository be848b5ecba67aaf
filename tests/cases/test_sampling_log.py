"""The sampling log: what it says of each file, and what it cannot say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from justice_metrics.base.errors import CaseDataError, MappingError, QuestionError
from justice_metrics.base.language import LANGUAGES, Language
from justice_metrics.cases.intake import FILE_STATUSES
from justice_metrics.cases.sampling_list import DRAWN_COLUMNS, DrawnList
from justice_metrics.cases.sampling_log import read_sampling_log
from justice_metrics.cases.sampling_weights import adjusted_weights, file_log
from justice_metrics.measures.sampling.log_tables import STATUS_WORDS
from tests.sampled_cases import log_frame


def log(**changes: object) -> pd.DataFrame:
    return log_frame().assign(**changes)


class TestReading:
    def test_a_frame_of_any_library(self) -> None:
        frame = log_frame()
        first, second = read_sampling_log(frame), read_sampling_log(pl.from_pandas(frame))
        assert first.file == second.file
        assert (first.library, second.library) == ("pandas", "polars")
        np.testing.assert_array_equal(first.status, second.status)

    def test_what_the_draw_wrote_is_a_log_in_which_nothing_was_searched(self, tmp_path: Path) -> None:
        one = np.ones(2, np.int64)
        drawn = DrawnList(
            stratum=("north", "north"), cluster=("N1", "N1"), position=one, file=("=7", ""),
            clusters_in_stratum=3 * one, files_in_cluster=10 * one, cluster_probability=one / 3,
            file_probability=one / 5,
        )  # fmt: skip
        found = read_sampling_log(drawn.write(tmp_path))
        assert tuple(found.columns) == DRAWN_COLUMNS
        assert found.file == ("=7", "")
        assert found.has("drawn").all()
        np.testing.assert_array_equal(found.weight, [15, 15])

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("Codificado", "coded"),
            (" CODED ", "coded"),
            ("extraviado", "lost"),
            ("No ubicado", "lost"),
            ("Reservada", "sealed"),
            ("no elegible", "not_eligible"),
            ("not eligible", "not_eligible"),
            ("not coded", "eligible"),
            (None, "drawn"),
            ("hallado", "found"),
            ("fuera del alcance", "not_eligible"),
            ("Perdidas", "lost"),
        ],
    )
    def test_words_of_a_field_team(self, written: str | None, meant: str) -> None:
        frame = log_frame()
        frame.loc[0, "status"] = written
        assert FILE_STATUSES[read_sampling_log(frame).status[0]] == meant

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_the_words_of_our_own_answers(self, language: Language) -> None:
        frame = log_frame()
        frame.loc[: len(STATUS_WORDS) - 1, "status"] = [one.text(language) for one in STATUS_WORDS.values()]
        found = read_sampling_log(frame).status[: len(STATUS_WORDS)]
        assert [FILE_STATUSES[one] for one in found] == list(STATUS_WORDS)

    def test_a_weight_is_made_of_the_chances(self) -> None:
        frame = log(file_probability=0.5).drop(columns="weight")
        np.testing.assert_allclose(read_sampling_log(frame).weight, 2 / frame["cluster_probability"])

    def test_a_spreadsheet_turned_points_into_commas(self) -> None:
        frame = log_frame().astype({"weight": str})
        frame["weight"] = frame["weight"].str.replace(".", ",")
        np.testing.assert_array_equal(read_sampling_log(frame).weight, log_frame()["weight"])

    def test_files_that_were_drawn_directly(self) -> None:
        found = read_sampling_log(log_frame().drop(columns=["cluster", "stratum", "cluster_probability"]))
        assert (found.cluster, found.stratum) == ((), ())
        assert (found.chance == 1).all()

    def test_a_number_that_excel_made_a_float(self) -> None:
        frame = log(file=np.arange(60, dtype=float))
        assert read_sampling_log(frame).file[:3] == ("0", "1", "2")

    def test_it_is_personal(self) -> None:
        assert "N1" not in repr(read_sampling_log(log_frame()))


class TestRefused:
    @pytest.mark.parametrize(
        ("frame", "words"),
        [
            (log(status=["gone"] * 2 + ["coded"] * 58), "2 files of the sampling log have a status"),
            (log(weight=[0.5] + [2.0] * 59), "1 file of the sampling log has no weight, or one below 1"),
            (log(weight=[None] * 2 + [2.0] * 58), "2 files of the sampling log have no weight"),
            (log(weight=float("inf")), "60 files"),
            (log(file=["a", "A "] + [f"b{one}" for one in range(58)]), "1 row of the sampling log has the number"),
            (log(cluster_probability=1.2), "60 cells of 'cluster_probability' are no chances"),
            (log(cluster_probability=np.linspace(0.1, 0.9, 60)), "6 clusters have several chances"),
            (log_frame().head(0), "holds no drawn file"),
        ],
    )
    def test_with_how_many(self, frame: pd.DataFrame, words: str) -> None:
        with pytest.raises(CaseDataError) as caught:
            read_sampling_log(frame)
        assert words in caught.value.text()
        for language in ("en", "es"):
            assert "N1-" not in caught.value.text(Language.__args__[("en", "es").index(language)])

    @pytest.mark.parametrize("column", ["cluster", "stratum"])
    def test_merged_cells_of_a_workbook(self, column: str) -> None:
        # the court stands in the first of its ten rows only: the other files would be one cluster
        frame = log_frame()
        first = ~frame.duplicated(column)
        frame[column] = frame[column].where(first, "" if column == "cluster" else None)
        blank = int((~first).sum())
        with pytest.raises(CaseDataError, match=f"{blank} rows .* no '{column}', where others .* row 2"):
            read_sampling_log(frame)

    def test_files_of_a_whole_stratum_were_drawn_directly(self) -> None:
        frame = log_frame()
        frame.loc[frame["stratum"] == "south", ["cluster", "cluster_probability"]] = ["", 1.0]
        assert read_sampling_log(frame).cluster[-1] == ""
        frame.loc[59, "cluster"] = "S3"
        with pytest.raises(CaseDataError, match="29 rows"):
            read_sampling_log(frame)

    def test_a_weight_that_is_not_that_of_its_chances(self) -> None:
        frame = log(file_probability=lambda one: 1 / (one["weight"] * one["cluster_probability"]))
        read_sampling_log(frame)
        # written with two decimals it is still the same
        read_sampling_log(frame.round({"file_probability": 4}))
        frame.loc[[3, 7], "weight"] = 5.0
        with pytest.raises(CaseDataError, match="The weights of 2 files are not 1 divided by their chances"):
            read_sampling_log(frame)

    @pytest.mark.parametrize("column", ["status", "weight"])
    def test_a_column_is_missing(self, column: str) -> None:
        with pytest.raises(MappingError, match=f"no column '{column}'"):
            read_sampling_log(log_frame().drop(columns=column))

    def test_no_table(self) -> None:
        with pytest.raises(QuestionError, match="was given a int"):
            read_sampling_log(7)

    def test_nothing_coded_and_unknown_classes(self) -> None:
        with pytest.raises(CaseDataError, match="No file of the sampling log is coded: there are 60 drawn"):
            adjusted_weights(read_sampling_log(log(status="lost")))
        with pytest.raises(QuestionError, match="no way to form classes"):
            adjusted_weights(read_sampling_log(log_frame()), "court")  # type: ignore[arg-type]

    def test_the_row_is_told_as_a_spreadsheet_counts(self, tmp_path: Path) -> None:
        frame = log_frame()
        frame.loc[[4, 9], "status"] = "borrowed"
        frame.to_csv(tmp_path / "log.csv", index=False)
        with pytest.raises(CaseDataError, match=r"2 files .* \(the first in row 6\)"):
            read_sampling_log(tmp_path / "log.csv")
        with pytest.raises(CaseDataError, match=r"in row 5\)[^$]*coded \(codificado\)"):
            read_sampling_log(frame)


class TestAdjusting:
    def test_courts_by_hand(self) -> None:
        files = read_sampling_log(log_frame())
        found = adjusted_weights(files)
        by_court = dict(zip(files.cluster, found.factor, strict=True))
        # N1: two of ten were lost; N2: two of ten are unread, two of eight read are out of scope
        assert by_court["N1"] == 1.25
        assert by_court["N2"] == 1.25
        # N3: one was lost, and one of nine in scope is not coded
        assert by_court["N3"] == pytest.approx(10 / 9 * 9 / 8)
        assert by_court["S1"] == 1
        assert by_court["S2"] == 2
        assert found.pooled == 0

    def test_strata_and_all_together(self) -> None:
        files = read_sampling_log(log_frame())
        by_stratum = adjusted_weights(files, "stratum")
        south = by_stratum.factor[np.array(files.stratum) == "south"]
        # 100 files by weight, of which those coded in S1 stand for 20, in S2 and S3 for 20 each
        np.testing.assert_allclose(south, 100 / 60)
        assert len(set(np.round(adjusted_weights(files, "none").factor, 12))) == 1

    def test_too_few_coded_files_lean_on_their_stratum(self) -> None:
        frame = log_frame()
        frame.loc[(frame["cluster"] == "S3") & (frame.index % 2 == 0), "status"] = "lost"
        files = read_sampling_log(frame)
        found = adjusted_weights(files)
        by_court = dict(zip(files.cluster, found.classes, strict=True))
        assert by_court["S3"] == by_court["S2"] != by_court["S1"]
        assert found.pooled == 2

    def test_adjusted_weights_add_up_to_the_files_in_scope(self) -> None:
        files = read_sampling_log(log_frame())
        for way in ("cluster", "stratum"):
            found = adjusted_weights(files, way)  # type: ignore[arg-type]
            total = (files.weight * found.factor)[files.has("coded")].sum()
            assert total == pytest.approx(40 + 80 * 6 / 8 + 50 + 20 + 40 + 40, rel=0.02 if way == "stratum" else 1e-12)

    def test_the_log_without_numbers(self) -> None:
        files = read_sampling_log(log_frame())
        made = file_log(files, adjusted_weights(files))
        assert sum(one.n for one in made.groups) == 60
        assert made.chances[("north", "N2")] == 0.25
        assert not [one for one in made.groups if "N1-" in repr(one)]
