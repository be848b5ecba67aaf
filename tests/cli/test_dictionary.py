"""justice-metrics dictionary."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import openpyxl

from tests.cli.conftest import Files, Run


def test_a_mapping_becomes_a_workbook_and_a_codebook(files: Files, shell: Run) -> None:
    book, codes = files.folder / "dictionary.xlsx", files.folder / "codebook.xml"
    answer = shell("dictionary", files.mapping, "--out", str(book), "--out", str(codes))
    assert answer.code == 0, answer.err
    assert answer.out == ""
    rows = list(openpyxl.load_workbook(book)["Codes"].iter_rows(values_only=True))
    assert ("cases", "outcome", "convicted", "convicted", "sentencia condenatoria", None, "Guilty") in rows
    root = ET.parse(codes).getroot()
    assert {one.get("name") for one in root.iter("{ddi:codebook:2_5}var")} >= {"unit_id", "department", "actor"}


def test_without_a_file_it_says_what_there_is(files: Files, shell: Run) -> None:
    answer = shell("dictionary", files.mapping)
    assert answer.code == 0, answer.err
    assert "events (events): 7 variables" in answer.out
    assert shell("dictionary", files.mapping, "--quiet").out == ""


def test_for_a_program(shell: Run) -> None:
    answer = shell("dictionary", "bolivia", "--checklist", "child_sexual_assault", "--json", "--language", "es")
    record = json.loads(answer.out)
    assert record["unit"] == "caso"
    cases = {one["name"]: one for one in record["tables"][0]["variables"]}
    assert cases["sex"]["codes"][0]["id"] == "Femenino"
    assert cases["practice__interpreter"]["codes"][-1]["missing"]


def test_wrong_words_are_told(files: Files, shell: Run) -> None:
    wrong = shell("dictionary", "boliva")
    assert (wrong.code, "Did you mean 'bolivia'" in wrong.err) == (1, True)
    wrong = shell("dictionary", files.mapping, "--out", str(files.folder / "dictionary.csv"))
    assert (wrong.code, ".xlsx, .xml" in wrong.err) == (1, True)
    wrong = shell("dictionary", files.mapping, "--checklist", "child_sexual_assault")
    assert (wrong.code, "names its own checklist" in wrong.err) == (1, True)
    survey = files.folder / "survey.toml"
    survey.write_text('[survey]\nfile = "answers.csv"\n', encoding="utf-8")
    wrong = shell("dictionary", str(survey))
    assert (wrong.code, "'survey.toml' describes a survey, not cases" in wrong.err) == (1, True)
    wrong = shell("dictionary", "bolivia", "--checklist", "child_sexual_asault")
    assert (wrong.code, "child_sexual_assault" in wrong.err) == (1, True)
