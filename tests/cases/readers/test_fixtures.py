"""Fixture files of every format and trap: each gives the same case data, or is refused with what to change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from justice_metrics.base.errors import JusticeMetricsError
from tests.cases.readers.fixtures.books import BOOKS
from tests.cases.readers.fixtures.refused import REFUSED
from tests.cases.readers.fixtures.rows import canonical, expected, read
from tests.cases.readers.fixtures.texts import TEXTS


@pytest.mark.parametrize("name", TEXTS)
def test_every_text_gives_the_same_cases(tmp_path: Path, name: str) -> None:
    assert canonical(read(tmp_path, TEXTS[name](tmp_path))) == expected()


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("name", BOOKS)
def test_every_workbook_gives_the_same_cases(tmp_path: Path, name: str) -> None:
    assert canonical(read(tmp_path, BOOKS[name](tmp_path))) == expected()


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_says_what_to_change(tmp_path: Path, name: str) -> None:
    refused = REFUSED[name]
    described = refused.made(tmp_path)
    with pytest.raises(JusticeMetricsError) as error:
        read(tmp_path, described)
    message = error.value.text()
    assert [one for one in refused.says if one not in message] == [], message
    assert error.value.remedy is not None
    assert error.value.problem.text("es")
    for secret in ("A-12", "violación", "0011"):  # no cell of a person in any message
        assert secret not in message


def test_what_a_reader_found_out_stays_with_the_cases(tmp_path: Path) -> None:
    notes = [note.text() for note in read(tmp_path, TEXTS["cp1252"](tmp_path)).intake.notes]
    assert notes == ["The file is not UTF-8 and was read as Windows-1252; look at an accented word to be sure."]
    notes = [note.text() for note in read(tmp_path, TEXTS["a column that one file lacks"](tmp_path)).intake.notes]
    assert notes == ["1 row of '2019.csv' has no column 'Edad': blank."]


def test_the_example_of_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[3] / "docs" / "files.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert found is not None
    monkeypatch.chdir(tmp_path)
    exec(compile(found[1], "files.md", "exec"), {})
    said = "".join(line.removeprefix("# ") for line in found[1].splitlines(keepends=True) if line.startswith("# "))
    assert capsys.readouterr().out == said
