"""Everything that a user can get wrong ends with a message and a code, never with a traceback or a row."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import HEAD, LABELS, Files, Run, rows


def missing_file(files: Files) -> None:
    files.data.unlink()


def not_csv(files: Files) -> None:
    files.data.write_bytes(bytes(range(256)) * 8)


def empty_file(files: Files) -> None:
    files.data.write_text("")


def header_only(files: Files) -> None:
    files.write_data([])


def no_such_column(files: Files) -> None:
    files.write_mapping(complaint="reporte")


def unknown_label(files: Files) -> None:
    files.write_mapping(labels={label: state for label, state in LABELS.items() if label != "Guilty"})


def dates_missing(files: Files) -> None:
    files.write_data([[row[0], "", "", *row[3:]] for row in rows()])


def id_twice(files: Files) -> None:
    cells = rows()
    files.write_data([*cells, [cells[0][0], *cells[1][1:]]])


def early_cutoff(files: Files) -> None:
    files.write_mapping(cutoff="2001-01-01")


def row_70000(files: Files) -> None:
    cells = [[f"CASE-{number:06}", "2016-01-05", "", "Open", "North", "1"] for number in range(70_010)]
    cells[69_998][1] = "SecretName"  # row 70,000 as a spreadsheet counts, its header the first
    files.write_data(cells)


WRONG: list[tuple[Callable[[Files], None], str]] = [
    (missing_file, "cases.csv"),
    (not_csv, "cases.csv"),
    (empty_file, "cases.csv"),
    (header_only, "cases.csv"),
    (no_such_column, "Did you mean 'reported'?"),
    (unknown_label, "15"),
    (dates_missing, "60"),
    (id_twice, "1 row"),
    (early_cutoff, "cut-off"),
    (row_70000, "70,000"),
]


@pytest.mark.parametrize(("spoil", "telling"), WRONG, ids=[one.__name__ for one, _ in WRONG])
@pytest.mark.parametrize("language", ["en", "es"])
def test_wrong_data(files: Files, shell: Run, spoil: Callable[[Files], None], telling: str, language: str) -> None:
    spoil(files)
    answer = shell("outcomes", files.mapping, "--language", language)
    assert answer.code == 1
    assert answer.out == ""
    if language == "en":
        assert telling in answer.err
        assert answer.err.startswith("Error: ")
    assert len(answer.err.splitlines()) <= 5
    for never in ("Traceback", "CASE-", "SecretName", str(files.folder)):
        assert never not in answer.err


class TestQuestions:
    def test_unknown_attribute(self, files: Files, shell: Run) -> None:
        answer = shell("attrition", files.mapping, "--by", "departmento")
        assert answer.code == 1
        assert "Did you mean 'department'?" in answer.err

    def test_unknown_stage(self, files: Files, shell: Run) -> None:
        answer = shell("time-to", files.mapping, "--outcome", "verdit")
        assert answer.code == 1
        assert "Did you mean 'verdict'?" in answer.err

    def test_unknown_actor(self, files: Files, shell: Run) -> None:
        answer = shell("landmark", files.mapping, "--actor", "lawyr")
        assert answer.code == 1
        assert "Did you mean 'lawyer'?" in answer.err

    def test_a_wrong_study_speaks_its_language(self, files: Files, shell: Run) -> None:
        study = files.write_study('[[question]]\nask = "reliance"\ndays = -5\n', study='language = "es"')
        answer = shell("run", study)
        assert answer.code == 1
        assert "no se puede ejecutar" in answer.err


class TestUsage:
    @pytest.mark.parametrize(
        "words", [["nonsense"], ["attrition"], ["rates", "x.toml", "--nonsense"], ["rates", "x.toml", "-l", "fr"]]
    )
    def test_wrong_words_are_code_2(self, shell: Run, words: list[str]) -> None:
        answer = shell(*words)
        assert answer.code == 2
        assert "Traceback" not in answer.err

    def test_unknown_ending_of_out_is_told_before_the_data_are_read(self, files: Files, shell: Run) -> None:
        files.data.unlink()
        answer = shell("rates", files.mapping, "--out", str(files.folder / "rates.docx"))
        assert answer.code == 1
        assert "rates.docx" in answer.err
        assert ".csv" in answer.err


class TestWriting:
    def test_folder_that_is_not_there(self, files: Files, shell: Run) -> None:
        answer = shell("rates", files.mapping, "--out", str(files.folder / "nowhere" / "rates.csv"))
        assert answer.code == 1
        assert "nowhere" in answer.err

    @pytest.mark.parametrize(("number", "telling"), [(errno.ENOSPC, "full"), (errno.EACCES, "permission")])
    @pytest.mark.parametrize("command", ["run", "rates"])
    def test_disk_refuses(
        self, files: Files, shell: Run, monkeypatch: pytest.MonkeyPatch, number: int, telling: str, command: str
    ) -> None:
        def refuse(handle: int) -> None:
            raise OSError(number, os.strerror(number))

        study, target = files.write_study(), files.folder / "rates.csv"
        monkeypatch.setattr(os, "fsync", refuse)
        words = ["run", study] if command == "run" else ["rates", files.mapping, "--out", str(target)]
        answer = shell(*words)
        assert answer.code == 1
        assert telling in answer.err
        assert "Traceback" not in answer.err
        assert not target.exists()
        assert not (files.folder / "report").exists()

    def test_folder_without_permission(self, files: Files, shell: Run, closed_folder: Path) -> None:
        answer = shell("rates", files.mapping, "--out", str(closed_folder / "rates.csv"))
        assert answer.code == 1
        assert "permission" in answer.err


class TestUnexpected:
    def test_an_unexpected_error_shows_no_content(
        self, files: Files, shell: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*args: object, **kwargs: object) -> None:
            raise ValueError("row of CASE-001: SecretName")

        monkeypatch.setattr("justice_metrics.measures.rates.convictions.outcome_shares", broken)
        answer = shell("outcomes", files.mapping)
        assert answer.code == 1
        assert "ValueError" in answer.err
        assert "SecretName" not in answer.err
        assert "Traceback" not in answer.err

    def test_debugging_shows_where(self, files: Files, shell: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        files.data.unlink()
        monkeypatch.setenv("JUSTICE_METRICS_DEBUG", "1")
        assert "Traceback" in shell("outcomes", files.mapping).err

    def test_interrupted(self, files: Files, shell: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(*args: object, **kwargs: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("justice_metrics.measures.rates.convictions.outcome_shares", interrupted)
        answer = shell("outcomes", files.mapping)
        assert answer.code == 130
        assert "Traceback" not in answer.err


def test_the_columns_of_the_test_data_are_those_of_the_mapping(files: Files) -> None:
    assert files.data.read_text().splitlines()[0] == ",".join(HEAD)
