"""What tests of readers share."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from justice_metrics.cases.readers import apart, database, files, workbook
from justice_metrics.cases.readers.text_table import TextTable


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run readers here instead of in a child process: quicker, where the child itself is not what is tested."""

    def read_here(reader: str, path: Path, *, seconds: float | None = None, **options: Any) -> TextTable:
        module, name = apart.READERS[reader].split(":")
        read = getattr(import_module(module), name)(path, **options)
        assert isinstance(read, TextTable)
        return read

    for door in (database, files, workbook):
        monkeypatch.setattr(door, "read_apart", read_here)
