"""Workbooks are parsed in the process of the tests: the child process has tests of its own."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from justice_metrics.cases.readers.apart import READERS
from justice_metrics.cases.readers.text_table import TextTable


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def here(reader: str, path: Path, **options: Any) -> TextTable:
        module, _, function = READERS[reader].partition(":")
        return getattr(import_module(module), function)(path, **options)  # type: ignore[no-any-return]

    monkeypatch.setattr("justice_metrics.cases.readers.workbook.read_apart", here)
