"""The check as a user runs it: report, plan, and the plan followed."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Files, Run, rows


def with_faults(files: Files) -> None:
    cells = rows()
    cells[4][2] = "2014-01-01"  # rejected a year before it was reported
    cells[8][2] = "2014-02-01"
    files.write_data(cells)


def test_a_page_with_everything_about_quality(files: Files, shell: Run) -> None:
    page = files.folder / "quality.html"
    assert shell("check", files.mapping, "--report", str(page), "-q").code == 0
    text = page.read_text(encoding="utf-8")
    assert "Quality of the data: cases.csv" in text
    assert "Completeness of the files" in text
    assert "CASE-0" not in text


def test_the_same_for_a_program(files: Files, shell: Run) -> None:
    record = files.folder / "quality.json"
    assert shell("check", files.mapping, "--report", str(record), "-q").code == 0
    questions = [one["question"] for one in json.loads(record.read_text(encoding="utf-8"))["results"]]
    assert questions[:2] == ["check", "completeness"]


def test_a_report_of_another_kind_is_refused_at_once(files: Files, shell: Run) -> None:
    answer = shell("check", files.mapping, "--report", str(files.folder / "quality.docx"))
    assert answer.code == 1
    assert ".html" in answer.err


def test_a_plan_is_written_filled_in_and_followed(files: Files, shell: Run) -> None:
    with_faults(files)
    plan = files.folder / "plan.toml"
    assert shell("check", files.mapping, "--strict").code == 1
    answer = shell("check", files.mapping, "--plan", str(plan), "-q", "--out", str(files.folder / "q.csv"))
    assert answer.code == 0
    assert "personal data" in answer.err
    text = plan.read_text(encoding="utf-8")
    start = text.index('rule = "ending_before_start"')
    decided = text[start:].replace('do = "undecided"', 'do = "drop"', 1).replace('reason = ""', 'reason = "typing"', 1)
    plan.write_text(text[:start] + decided, encoding="utf-8")
    followed = shell("check", files.mapping, "--corrections", str(plan), "--strict", "--language", "en")
    assert followed.code == 0
    assert "2 left out" in followed.out
    mapping = Path(files.mapping)
    mapping.write_text(
        mapping.read_text(encoding="utf-8").replace("[data]", '[data]\ncorrections = "plan.toml"'), encoding="utf-8"
    )
    funnel = json.loads(shell("attrition", files.mapping, "--json").out)
    assert funnel["results"][0]["provenance"]["units"] == 58
    assert funnel["results"][0]["provenance"]["corrections"][0]["n"] == 2


def test_a_plan_in_the_way_is_not_replaced(files: Files, shell: Run) -> None:
    plan = files.folder / "plan.toml"
    plan.write_text("# mine\n", encoding="utf-8")
    answer = shell("check", files.mapping, "--plan", str(plan), "-q")
    assert answer.code == 1
    assert "already" in answer.err
    assert plan.read_text(encoding="utf-8") == "# mine\n"


def test_a_study_follows_its_plan(files: Files, shell: Run) -> None:
    with_faults(files)
    (files.folder / "plan.toml").write_text(
        '[[decision]]\nrule = "ending_before_start"\nn = 2\ndo = "drop"\nreason = "typing"\n', encoding="utf-8"
    )
    study = files.write_study(study='corrections = "plan.toml"\n')
    assert shell("run", study).code == 0
    page = (files.folder / "report" / "index.html").read_text(encoding="utf-8")
    assert "By the plan &#39;plan.toml&#39;" in page or "By the plan 'plan.toml'" in page
