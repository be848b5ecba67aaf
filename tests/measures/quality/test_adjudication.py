"""Disagreements and adjudication as answers: numbers only, by hand; what may not leave does not."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import openpyxl
import pytest

import justice_metrics as jm
from justice_metrics.base.errors import DisclosureError, QuestionError
from justice_metrics.disclosure.policy import DisclosurePolicy
from justice_metrics.disclosure.release import release
from justice_metrics.measures.quality.adjudication import Disagreements, adjudicate, disagreements
from justice_metrics.measures.quality.coder_agreement import coder_agreement
from tests.disclosure.declared import check_declared

MAPPING = """
[data]
file = "one.csv"
[cases]
id = "case"
procedure = "bolivia"
cutoff = 2018-04-30
[dates]
complaint = "day"
[attributes]
relationship = "kin"
[support]
file = "one_support.csv"
id = "case"
actor = "who"
start = "since"
"""
N = 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty files coded twice: kin differs in eight, the day in four, support in one."""
    made = tmp_path_factory.mktemp("codings")
    for name, coder in (("one", 0), ("two", 1)):
        lines = [
            f"secret{case},2016-01-{case % 28 + 1 - (coder and case in (1, 2, 3, 4)):02d},"
            f"{'uncle' if coder and case % 5 == 0 else 'father'}"
            for case in range(N)
        ]
        (made / f"{name}.csv").write_text("\n".join(["case,day,kin", *lines]), encoding="utf-8")
        more = ["secret1,Brisa,2016-02-01"] if coder else []
        spells = ["case,who,since", "secret0,Brisa,2016-02-01", *more]
        (made / f"{name}_support.csv").write_text("\n".join(spells), encoding="utf-8")
        text = MAPPING.replace("one", name)
        (made / f"{name}.toml").write_text(text, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def answer(folder: Path) -> Disagreements:
    return disagreements(folder / "one.toml", folder / "two.toml")


def decided(answer: Disagreements, path: Path, *, left_open: int = 0) -> Path:
    """Decide for the second coding on kin, for a new day, and for the first otherwise."""
    sheet = openpyxl.load_workbook(answer.write(path)).active
    assert sheet is not None
    rows = [[one or "" for one in row] for row in sheet.iter_rows(values_only=True)]
    for number, row in enumerate(rows[1 : len(rows) - left_open], start=2):
        decision = {"kin": "second", "day": "another value"}.get(str(row[3]), "first")
        value = "2016-01-20" if row[3] == "day" else ""
        row[6:10] = [decision, value, "AB" if number % 2 else "cd ", f"2026-11-{number:02d}"]
    made = path.with_suffix(".csv")
    with made.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(rows)
    return made


def test_disagreements_by_hand(answer: Disagreements) -> None:
    rows = answer.to_frame().set_index("column")
    assert rows["differ"].to_dict() == {"day": 4, "kin": 8, "*": 1}
    assert rows["n"].to_dict() == {"day": N, "kin": N, "*": N}
    assert rows.loc["kin", "estimate"] == 8 / N
    told = " ".join(one.text() for one in answer.findings())
    assert "40 files that were coded twice were compared; 13 differ" in told
    assert "Most often: kin: 8 of 40, day: 4 of 40, support spells, number of rows: 1 of 40." in told


def test_adjudication_by_hand(answer: Disagreements, folder: Path) -> None:
    path = decided(answer, folder / "PERSONAL_DATA_all.xlsx")
    to = folder / "PERSONAL_DATA_made"
    made = adjudicate(path, folder / "one.toml", folder / "two.toml", to=to)
    rows = made.to_frame().set_index("column")[["differ", "first", "second", "other", "undecided"]]
    assert rows.loc["kin"].tolist() == [8, 0, 8, 0, 0]
    assert rows.loc["day"].tolist() == [4, 0, 0, 4, 0]
    assert rows.loc["*"].tolist() == [1, 1, 0, 0, 0]
    assert [one.text() for one in made.findings()] == [
        "13 disagreements were decided: for the first coding 1, for the second 8, for another value 4."
    ]
    assert any("2 people decided" in one.text() for one in made.notes)
    assert made.plot(language="es") is not None
    # what was adjudicated agrees with the second coding where that was right
    cases, second = (jm.read_cases(mapping=one) for one in (to / "one.toml", folder / "two.toml"))
    agreed = coder_agreement(cases, second)
    assert agreed.main["same"][0] == N
    assert agreed.to_frame("differences").set_index("item").loc["complaint", "same"] == N - 4
    assert cases.support is not None
    assert len(cases.support.collect()) == 1


def test_what_is_not_decided_is_refused_or_told(answer: Disagreements, folder: Path) -> None:
    path = decided(answer, folder / "PERSONAL_DATA_part.xlsx", left_open=2)
    codings = folder / "one.toml", folder / "two.toml"
    with pytest.raises(QuestionError, match="2 of 13 disagreements have no decision"):
        adjudicate(path, *codings, to=folder / "PERSONAL_DATA_part")
    made = adjudicate(path, *codings, to=folder / "PERSONAL_DATA_part", undecided="first")
    assert made.main["undecided"].sum() == 2
    assert "2 are not decided" in made.findings()[1].text()


def test_no_disagreement(folder: Path) -> None:
    (folder / "copy.csv").write_bytes((folder / "one.csv").read_bytes())
    same = disagreements(folder / "one.toml", folder / "copy.csv")
    assert [one.text() for one in same.findings()] == ["The codings of 40 files do not differ in any cell."]
    assert same.plot() is not None
    made = adjudicate(
        same.write(folder / "PERSONAL_DATA_none.xlsx"),
        folder / "one.toml",
        folder / "copy.csv",
        to=folder / "PERSONAL_DATA_same",
    )
    assert len(made.main) == 0
    assert made.findings()[0].text().startswith("0 disagreements were decided")


def test_nothing_of_a_file_is_shown_or_released(answer: Disagreements) -> None:
    every = answer.summary() + answer.summary("es") + repr(answer) + answer.to_frame().to_csv()
    assert not re.search("secret|uncle|2016", every)
    check_declared(answer)
    with pytest.raises(DisclosureError, match="may see the case files only"):
        release(answer, DisclosurePolicy())


@pytest.mark.parametrize(("setting", "value"), [("undecided", "second"), ("language", "xx")])
def test_wrong_settings_are_refused(folder: Path, setting: str, value: str) -> None:
    with pytest.raises(QuestionError):
        adjudicate("list.xlsx", folder / "one.toml", folder / "two.toml", to=folder / "P", **{setting: value})
