"""Set-up from the locks: what they hold, and the program that installs them."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
import types
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = ("constraints.txt", "constraints-test.txt", "constraints-lifelines.txt")


def pinned(lock: str) -> dict[str, set[str]]:
    """Name -> versions in a lock; a package may have one version for each range of Pythons."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE):
        found.setdefault(name.lower().replace("_", "-"), set()).add(version)
    return found


class TestLocks:
    @pytest.mark.parametrize("lock", LOCKS)
    def test_holds_names_versions_and_hashes_only(self, lock: str) -> None:
        lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
        strange = [
            line
            for line in lines
            if not re.match(r"^([A-Za-z0-9._-]+==\S+( ; [^/]+)? \\|    --hash=sha256:\w+( \\)?)$", line)
        ]
        assert strange == []

    @pytest.mark.parametrize("lock", LOCKS)
    def test_every_package_has_a_hash(self, lock: str) -> None:
        blocks = re.split(r"^(?=\S)", (ROOT / lock).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
        assert len(blocks) > 30
        assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []

    def test_the_test_lock_holds_the_study_lock(self) -> None:
        small, large = pinned("constraints.txt"), pinned("constraints-test.txt")
        assert {name: versions for name, versions in small.items() if large.get(name) != versions} == {}

    def test_two_worlds_of_pandas(self) -> None:
        assert {Version(v).major for v in pinned("constraints.txt")["pandas"]} == {3}
        assert {Version(v).major for v in pinned("constraints-lifelines.txt")["pandas"]} == {2}
        assert all(Version(v) >= Version("0.30.3") for v in pinned("constraints-lifelines.txt")["lifelines"])

    @pytest.mark.parametrize("lock", LOCKS)
    def test_every_dependency_is_locked_within_its_bounds(self, lock: str) -> None:
        locked = pinned(lock)
        for text in PROJECT["dependencies"]:
            need = Requirement(text)
            versions = locked[need.name.lower().replace("_", "-")]
            assert all(need.specifier.contains(version) for version in versions), text


def set_up() -> types.ModuleType:
    """Load the set-up program, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("set_up", ROOT / ".ci" / "set_up.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestSetUp:
    def test_an_old_python_can_read_it(self) -> None:
        ast.parse((ROOT / ".ci" / "set_up.py").read_text(encoding="utf-8"), feature_version=(3, 7))

    def test_an_old_python_gets_a_message(self) -> None:
        text = set_up().wrong_python((3, 9))
        assert "3.11 or later" in text
        assert "is 3.9" in text
        assert "PYTHON=python3" in text

    def test_the_oldest_python_is_the_one_of_the_package(self) -> None:
        assert PROJECT["requires-python"] == ">=" + ".".join(map(str, set_up().OLDEST))

    def test_this_python_is_fine(self) -> None:
        assert set_up().wrong_python(sys.version_info[:2]) == ""

    def test_its_locks_exist(self) -> None:
        assert {lock for _, lock in set_up().KINDS.values()} == set(LOCKS)

    def test_only_a_finished_environment_is_up_to_date(self, tmp_path: Path) -> None:
        program = set_up()
        assert not program.up_to_date(tmp_path, "study")
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path)], check=True)
        assert program.works(tmp_path)
        assert not program.up_to_date(tmp_path, "study")
        done = program.stamp(tmp_path, "test")
        done.write_text(program.fingerprint(tmp_path, ROOT / "constraints-test.txt"), encoding="utf-8")
        assert program.up_to_date(tmp_path, "test")
        assert program.up_to_date(tmp_path, "study"), "the tests' environment serves a study too"
        done.write_text("of an older lock", encoding="utf-8")
        assert not program.up_to_date(tmp_path, "test")

    def test_a_folder_of_the_user_is_never_removed(self, tmp_path: Path) -> None:
        kept = tmp_path / "thesis.txt"
        kept.write_text("mine", encoding="utf-8")
        with pytest.raises(FileExistsError, match="not a Python environment"):
            set_up().install(tmp_path, ROOT / "constraints.txt", None)
        assert kept.read_text(encoding="utf-8") == "mine"
