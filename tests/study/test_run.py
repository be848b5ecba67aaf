"""A study runs whole or not at all, and the same study gives the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from justice_metrics.base.errors import JusticeMetricsError, OutputError
from justice_metrics.base.language import Message
from justice_metrics.publish.report import report_bytes
from justice_metrics.study.run import run_study
from tests.cli.conftest import Files

TWO = (
    '[[question]]\nask = "outcome_shares"\ntitle = { en = "Endings", es = "Finales" }\n[[question]]\nask = "time_to"\n'
)


def content(folder: Path) -> dict[str, bytes]:
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


class TestFolder:
    def test_every_file_that_was_asked_for(self, files: Files) -> None:
        study = files.write_study(TWO, 'language = ["es", "en"]', 'formats = ["html", "csv", "xlsx", "svg"]')
        found = content(run_study(study))
        assert set(found) == {
            "index.html",
            "report.en.html",
            "report.es.html",
            "manifest.json",
            "tables/01_outcome_shares.main.csv",
            "tables/01_outcome_shares.xlsx",
            "tables/02_time_to.main.csv",
            "tables/02_time_to.xlsx",
            "figures/01_outcome_shares.es.svg",
            "figures/01_outcome_shares.en.svg",
            "figures/02_time_to.es.svg",
            "figures/02_time_to.en.svg",
        }
        assert found["index.html"] == found["report.es.html"]
        assert len(json.loads(found["manifest.json"])["files"]) == len(found) - 1
        assert "Finales" in found["report.es.html"].decode()
        assert "INTERNAL" in found["report.en.html"].decode()

    def test_a_naive_table_has_no_file_of_its_own(self, files: Files) -> None:
        study = files.write_study('[[question]]\nask = "cumulative_incidence"\n', output='formats = ["csv"]')
        found = content(run_study(study))
        assert "tables/01_cumulative_incidence.milestones.csv" in found
        assert not [name for name in found if "naive" in name]

    def test_the_same_study_gives_the_same_bytes(self, files: Files) -> None:
        study = files.write_study(TWO, output='formats = ["html", "csv", "xlsx", "svg"]')
        one = content(run_study(study, folder=files.folder / "one"))
        assert one == content(run_study(study, folder=files.folder / "two"))

    def test_no_folder_or_case_in_the_report(self, files: Files) -> None:
        found = content(run_study(files.write_study(TWO, output='formats = ["html", "csv"]')))
        for data in found.values():
            assert str(files.folder).encode() not in data
            assert b"CASE-" not in data


class TestWhole:
    def test_a_report_stays_when_a_later_run_fails(self, files: Files) -> None:
        before = content(run_study(files.write_study()))
        files.data.write_text("")
        with pytest.raises(JusticeMetricsError):
            run_study(files.folder / "study.toml")
        assert content(files.folder / "report") == before

    def test_nothing_is_written_when_the_last_step_fails(self, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*args: object, **kwargs: object) -> bytes:
            raise RuntimeError

        monkeypatch.setattr("justice_metrics.study.report_files.release_files", broken)
        assert report_bytes is not broken
        with pytest.raises(RuntimeError):
            run_study(files.write_study())
        assert not (files.folder / "report").exists()

    def test_a_folder_that_is_not_there_is_told_before_reading(self, files: Files) -> None:
        files.data.unlink()
        with pytest.raises(JusticeMetricsError, match="nowhere"):
            run_study(files.write_study(output='folder = "nowhere/report"'))

    def test_the_question_that_fails_is_named(self, files: Files) -> None:
        ask = (
            '[[question]]\nask = "landmark_association"\nactors = ["lawyer"]\nlandmark_days = 700\nhorizon_days = 100\n'
        )
        with pytest.raises(JusticeMetricsError, match=r"Question 1 \(landmark_association\)"):
            run_study(files.write_study(ask))


def test_progress_counts_to_its_end(files: Files) -> None:
    seen: list[tuple[int, int, str]] = []

    def told(step: int, total: int, message: Message) -> None:
        seen.append((step, total, message.text()))

    run_study(files.write_study(TWO), progress=told)
    assert [step for step, _, _ in seen] == list(range(1, len(seen) + 1))
    assert {total for _, total, _ in seen} == {len(seen)}
    assert "outcome_shares" in " ".join(text for _, _, text in seen)


def test_cases_are_read_once_for_all_questions_of_a_mapping(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    from justice_metrics.cases.read import read_cases

    read: list[object] = []

    def counted(**given: object) -> object:
        read.append(given)
        return read_cases(**given)  # type: ignore[arg-type]

    monkeypatch.setattr("justice_metrics.study.asking.read_cases", counted)
    run_study(files.write_study(TWO))
    assert len(read) == 1


@pytest.mark.parametrize("place", ["public", "public/001", "secure/report", "."])
def test_the_command_line_names_no_folder_of_what_is_published(files: Files, place: str) -> None:
    study = files.write_study()
    folder = files.folder / place
    folder.parent.mkdir(exist_ok=True)
    with pytest.raises(OutputError, match="is for what is published"):
        run_study(study, folder=folder)
    assert not (folder / "index.html").exists()
