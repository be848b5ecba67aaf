"""Each command as a user gives it: what is on the screen, in the files and in the JSON."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Files, Run, rows

QUESTIONS = [
    ["attrition"],
    ["time-to", "--outcome", "conviction"],
    ["occupancy", "--days", "90", "--cluster", "court"],
    ["durations", "--horizon-days", "200"],
    ["open-share", "--by", "department", "--given-days", "30"],
    ["means", "--by", "department", "--horizon-days", "120"],
    ["tests", "--by", "department", "--outcome", "conviction"],
    ["regression", "--formula", "department", "--outcome", "conviction"],
    ["rates", "--per", "complaint", "--per", "verdict"],
    ["outcomes"],
    ["caseload"],
    ["ages"],
    ["landmark", "--actor", "lawyer", "--landmark-days", "60", "--horizon-days", "365", "--resamples", "100"],
    ["forecast", "--within-days", "100", "--constant-tail"],
]
NAMES = [words[0] for words in QUESTIONS]


@pytest.mark.parametrize("words", QUESTIONS, ids=NAMES)
class TestEveryQuestion:
    def test_on_the_screen(self, files: Files, shell: Run, words: list[str]) -> None:
        answer = shell(words[0], files.mapping, *words[1:])
        assert answer.code == 0
        assert answer.err == ""
        assert answer.out.startswith("INTERNAL")
        for told in ("Numerator: ", "Denominator: ", "counted as: case", "cut-off"):
            assert told in answer.out
        assert "CASE-" not in answer.out
        assert "…" not in answer.out

    def test_for_a_program(self, files: Files, shell: Run, words: list[str]) -> None:
        answer = shell(words[0], files.mapping, *words[1:], "--json")
        read = json.loads(answer.out)
        assert read["audience"] == "internal"
        for result in read["results"]:
            assert result["definition"]["denominator"]
            main = result["tables"]["main"]
            assert [one["name"] for one in main["columns"]] == list(main["rows"][0])


class TestLanguage:
    def test_that_of_the_file(self, files: Files, shell: Run) -> None:
        files.write_mapping(language="es")
        assert "25,0\xa0%" in shell("outcomes", files.mapping).out

    def test_that_which_was_asked_for(self, files: Files, shell: Run) -> None:
        files.write_mapping(language="es")
        assert "25.0\xa0%" in shell("outcomes", files.mapping, "-l", "en").out

    def test_errors_before_the_file_is_read_speak_that_of_the_environment(
        self, files: Files, shell: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # a catalogue of one sentence, so that the test does not hang on a translation
        words = {"es": {"Error: {text}": ("Fallo: {text}",)}}
        monkeypatch.setattr("justice_metrics.base.language.catalogue", lambda language: words.get(language, {}))
        Path(files.mapping).unlink()
        assert shell("outcomes", files.mapping).err.startswith("Error: ")
        monkeypatch.setenv("LANG", "es_BO.UTF-8")
        assert shell("outcomes", files.mapping).err.startswith("Fallo: ")
        assert shell("outcomes", files.mapping, "-l", "en").err.startswith("Error: ")


def test_outcomes_are_those_of_the_file(files: Files, shell: Run) -> None:
    read = json.loads(shell("outcomes", files.mapping, "--json").out)
    counted = {row["outcome"]: row["numerator"] for row in read["results"][0]["tables"]["main"]["rows"]}
    assert {name: n for name, n in counted.items() if n} == {
        "conviction": 15,
        "acquittal": 15,
        "rejection": 15,
        "pending": 15,
    }


def test_a_naive_table_stands_in_its_box_with_the_reason(files: Files, shell: Run) -> None:
    out = shell("time-to", files.mapping).out
    box = out[out.index("╭") : out.index("╰")]
    assert "Why not this figure" in box
    assert "Do not use it" in box
    assert "The table is written with --out FILE.xlsx." in box
    # Its numbers are in the file only: what stands last on a screen is what is remembered.
    assert "mean days" not in out


def test_sentences_come_before_tables_and_naive_boxes_last(files: Files, shell: Run) -> None:
    out = shell("time-to", files.mapping).out
    answer, table, box = out.index("Denominator: "), out.index("─"), out.index("╭")
    assert answer < table < box
    assert out.rstrip().endswith("╯")


def test_files_in_every_format(files: Files, shell: Run) -> None:
    names = ["rates.csv", "rates.xlsx", "rates.svg", "rates.html"]
    words = [word for name in names for word in ("--out", str(files.folder / name))]
    answer = shell("rates", files.mapping, *words)
    assert answer.code == 0
    assert all((files.folder / name).stat().st_size > 100 for name in names)
    assert [name in answer.err for name in names] == [True] * 4
    with (files.folder / "rates.csv").open(encoding="utf-8-sig", newline="") as file:
        read = list(csv.DictReader(file))
    assert (read[0]["numerator"], read[0]["denominator"]) == ("15", "60")


def test_quiet_with_out_says_nothing(files: Files, shell: Run) -> None:
    answer = shell("rates", files.mapping, "--quiet", "--out", str(files.folder / "rates.csv"))
    assert (answer.code, answer.out, answer.err) == (0, "", "")


@pytest.mark.parametrize("width", ["20", "40", "80", "200"])
def test_no_word_is_lost_on_a_narrow_screen(
    files: Files, shell: Run, monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    out = shell("outcomes", files.mapping).out
    # Headings of columns are folded word by word; in cells nothing is cut.
    for word in ("conviction", "share", "those", "ended", "interval", "25.0\xa0%", "15.8\xa0%", "37.2\xa0%"):
        assert word in out
    assert max(len(line) for line in out.splitlines()) <= max(int(width), 20)


class TestCheck:
    def test_good_data(self, files: Files, shell: Run) -> None:
        answer = shell("check", files.mapping)
        assert answer.code == 0
        assert "CASE-" not in answer.out

    def spoil(self, files: Files) -> None:
        cells = rows()
        cells[0][1], cells[1][2], cells[2][1] = "not a date", "2014-06-01", "2044-01-01"
        files.write_data([*cells, cells[5]])

    def test_faults_are_counted_not_refused(self, files: Files, shell: Run) -> None:
        self.spoil(files)
        answer = shell("check", files.mapping)
        assert answer.code == 0
        assert "[error]" in answer.out
        assert shell("outcomes", files.mapping).code == 1

    def test_strict_ends_with_a_code(self, files: Files, shell: Run) -> None:
        assert shell("check", files.mapping, "--strict").code == 0
        self.spoil(files)
        assert shell("check", files.mapping, "--strict").code == 1

    def test_ids_go_to_a_file_only(self, files: Files, shell: Run) -> None:
        self.spoil(files)
        answer = shell("check", files.mapping, "--ids", str(files.folder))
        assert "CASE-" not in answer.out + answer.err
        written = [one for one in files.folder.iterdir() if one.suffix == ".csv" and one.name in answer.err]
        assert "CASE-001" in written[0].read_text(encoding="utf-8-sig")


class TestProcedure:
    def test_show(self, shell: Run) -> None:
        answer = shell("procedure", "show", "guatemala")
        assert answer.code == 0
        assert "INTERNAL" in answer.out

    def test_mermaid(self, shell: Run) -> None:
        assert shell("procedure", "show", "bolivia", "--mermaid").out.startswith("flowchart")

    def test_drawing(self, shell: Run, tmp_path: Path) -> None:
        assert shell("procedure", "show", "common_law", "-q", "-o", str(tmp_path / "map.svg")).code == 0
        assert b"<svg" in (tmp_path / "map.svg").read_bytes()

    def test_check(self, shell: Run) -> None:
        answer = shell("procedure", "check", "bolivia")
        assert (answer.code, answer.out.count("bolivia")) == (0, 1)

    def test_check_of_a_wrong_one(self, shell: Run, tmp_path: Path) -> None:
        wrong = tmp_path / "mine.toml"
        wrong.write_text("[procedure]\n", encoding="utf-8")
        answer = shell("procedure", "check", str(wrong))
        assert answer.code == 1
        assert "mine.toml" in answer.err

    def test_unknown_id(self, shell: Run) -> None:
        answer = shell("procedure", "show", "bolvia")
        assert answer.code == 1
        assert "Did you mean 'bolivia'?" in answer.err


class TestInit:
    def test_proposes_and_names_no_person(self, files: Files, shell: Run) -> None:
        answer = shell("init", str(files.data))
        assert answer.code == 0
        assert (files.folder / "cases_mapping.toml").exists()
        assert "reported" in answer.out
        assert "CASE-" not in answer.out

    def test_never_replaces_unasked(self, files: Files, shell: Run) -> None:
        before = Path(files.mapping).read_bytes()
        answer = shell("init", str(files.data), "--out", files.mapping)
        assert answer.code == 1
        assert "--force" in answer.err
        assert Path(files.mapping).read_bytes() == before
        assert shell("init", str(files.data), "--out", files.mapping, "--force").code == 0
        assert Path(files.mapping).read_bytes() != before

    def test_missing_file(self, shell: Run, tmp_path: Path) -> None:
        answer = shell("init", str(tmp_path / "none.csv"))
        assert answer.code == 1
        assert "none.csv" in answer.err


class TestRun:
    def test_writes_the_report_and_says_where(self, files: Files, shell: Run) -> None:
        answer = shell("run", files.write_study())
        assert answer.code == 0
        assert "index.html" in answer.out
        assert "INTERNAL" in answer.out
        assert "Sixty cases" in (files.folder / "report" / "index.html").read_text(encoding="utf-8")

    def test_for_a_program(self, files: Files, shell: Run) -> None:
        read = json.loads(shell("run", files.write_study(), "--json").out)
        assert Path(read["report"]).exists()
        assert read["audience"] == "internal"

    def test_folder_and_language_of_choice(self, files: Files, shell: Run) -> None:
        study, target = files.write_study(), files.folder / "elsewhere"
        assert shell("run", study, "--folder", str(target), "-l", "es", "-q").out.strip() == str(target / "index.html")
        assert sorted(one.name for one in target.iterdir()) == ["index.html", "manifest.json", "report.es.html"]


class TestHelp:
    COMMANDS = (
        "sample",
        "run",
        "init",
        "check",
        "attrition",
        "time-to",
        "rates",
        "outcomes",
        "caseload",
        "ages",
        "landmark",
        "forecast",
    )

    @pytest.mark.parametrize("command", COMMANDS)
    def test_has_an_example(self, shell: Run, command: str) -> None:
        answer = shell(command, "--help")
        assert answer.code == 0
        assert f"justice-metrics {command}" in " ".join(answer.out.split())
        assert "Example:" in answer.out

    def test_no_command_shows_what_there_is(self, shell: Run) -> None:
        answer = shell("--help")
        assert all(command in answer.out for command in self.COMMANDS)

    def test_is_in_the_language_asked_for(self, shell: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        words = {"es": {"Options": ("Opciones",), "Show the version and stop.": ("Muestra la versión.",)}}
        monkeypatch.setattr("justice_metrics.base.language.catalogue", lambda language: words.get(language, {}))
        monkeypatch.setenv("LANG", "es_BO.UTF-8")
        out = shell("--help").out
        assert "Opciones" in out
        assert "Muestra la versión." in out

    def test_version(self, shell: Run) -> None:
        assert shell("--version").out.startswith("justice-metrics ")
