"""The embedded engine keeps rows to itself, also those that do not fit into memory."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from justice_metrics.cases.readers.embedded import Embedded, private_connection, spill_folder


def test_what_does_not_fit_goes_to_a_private_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    connection = private_connection()
    folder = Path(spill_folder())
    connection.execute("SET memory_limit = '80MB'; SET threads = 1")
    connection.execute("CREATE TABLE t AS SELECT range AS n, repeat('Mamani', 20) AS who FROM range(1500000)")
    assert any(folder.iterdir())
    assert not any(tmp_path.iterdir())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    connection.close()


def test_every_connection_has_it() -> None:
    (named,) = Embedded().connection.execute("SELECT current_setting('temp_directory')").fetchone() or ("",)
    assert named == spill_folder()


@pytest.mark.skipif(os.name == "nt", reason="a process cannot be asked there whether it lives")
def test_what_a_killed_process_left_is_removed() -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = Path(tempfile.mkdtemp(prefix=f"justice_metrics-{dead.pid}-"))
    (left / "rows").write_text("Mamani", encoding="utf-8")
    mine = Path(tempfile.mkdtemp(prefix=f"justice_metrics-{os.getpid()}-"))
    spill_folder.cache_clear()
    spill_folder()
    assert not left.exists()
    assert mine.exists()
    mine.rmdir()
