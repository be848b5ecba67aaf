"""Fixture files of every format and trap: each gives the same case data, or is refused with what to change."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cases.readers.fixtures.books import BOOKS
from tests.cases.readers.fixtures.rows import canonical, expected, read
from tests.cases.readers.fixtures.texts import TEXTS


@pytest.mark.parametrize("name", TEXTS)
def test_every_text_gives_the_same_cases(tmp_path: Path, name: str) -> None:
    assert canonical(read(tmp_path, TEXTS[name](tmp_path))) == expected()


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("name", BOOKS)
def test_every_workbook_gives_the_same_cases(tmp_path: Path, name: str) -> None:
    assert canonical(read(tmp_path, BOOKS[name](tmp_path))) == expected()
