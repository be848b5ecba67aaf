"""A test that is skipped has shown nothing: where it counts, a skip is a failure."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

TESTS = """
import pytest

def test_runs():
    assert True

def test_skipped():
    pytest.skip("no such thing here")

@pytest.mark.xfail(strict=True, reason="known")
def test_known_to_fail():
    assert False

@pytest.mark.needs_data
def test_of_data(shared_data):
    assert shared_data.is_dir()
"""
MODULE = """
import pytest
pytest.importorskip("a_package_that_nobody_has")
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of its own, with our conftest and no data beside it."""
    root = tmp_path_factory.mktemp("apart") / "repository"
    (root / "tests").mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "conftest.py", root / "tests")
    (root / "tests" / "test_kinds.py").write_text(TESTS, encoding="utf-8")
    (root / "tests" / "test_module.py").write_text(MODULE, encoding="utf-8")
    (root / "pytest.ini").write_text("[pytest]\nmarkers =\n    needs_data:\n    spark:\n", encoding="utf-8")
    return root


def run(place: Path, *, ci: str, tests: str = "tests") -> str:
    words = [sys.executable, "-m", "pytest", "-q", "-ra", "-p", "no:cacheprovider", "-p", "no:randomly", tests]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    env["JUSTICE_METRICS_CI"] = ci
    answer = subprocess.run(words, cwd=place, env=env, capture_output=True, text=True, check=False)
    assert answer.returncode in (0, 1, 2), answer.stdout + answer.stderr
    return answer.stdout


def test_at_home_a_skip_is_a_skip(place: Path) -> None:
    told = run(place, ci="0")
    assert "1 passed, 3 skipped, 1 xfailed" in told


def test_in_ci_a_skip_is_a_failure(place: Path) -> None:
    told = run(place, ci="1")
    assert "JUSTICE_METRICS_CI=1, and this was not tested: Skipped: could not import" in told
    told = run(place, ci="1", tests="tests/test_kinds.py")
    assert "JUSTICE_METRICS_CI=1, and this was not tested: Skipped: no such thing here" in told
    # a machine without the data is nobody's fault, and a failure that is known is looked at
    assert "1 failed, 1 passed, 1 skipped, 1 xfailed" in told
