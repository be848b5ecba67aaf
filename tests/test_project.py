"""The rules of the house: what the repository holds, what an import costs, what travels in the wheel."""

from __future__ import annotations

import ast
import doctest
import fnmatch
import inspect
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import justice_metrics as jm

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "justice_metrics"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# importing the package, or asking the shell for help, must load none of these
HEAVY = (
    "duckdb",
    "lifelines",
    "matplotlib",
    "pandas",
    "polars",
    "pyarrow",
    "pydantic",
    "pyspark",
    "scipy",
    "statsmodels",
)

# the files that may name a dataframe engine, below the package
ENGINES = {"duckdb", "ibis", "pandas", "polars", "pyspark"}
ENGINE_DOORS = (
    "cases/read*.py",
    "cases/readers/*.py",
    "cases/proposals/columns.py",
    "cases/linkage/*.py",
    "simulate/*.py",
    "base/result.py",
)


def project_files() -> list[Path]:
    """Files of the repository as git sees them; outside a checkout there is nothing to look at."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    """Path below the package and parsed text of every module."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return tuple((path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))) for path in paths)


def imported(tree: ast.Module) -> Iterator[str]:
    """Absolute names that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def explained() -> list[str]:
    """Public names that a user calls or holds."""
    return [name for name in jm.__all__ if not name.startswith("__")]


class TestProjectFile:
    def test_every_dependency_has_a_lower_bound(self) -> None:
        extras = PROJECT["optional-dependencies"]
        needs = [Requirement(text) for text in [*PROJECT["dependencies"], *itertools.chain(*extras.values())]]
        without = [str(need) for need in needs if not any(part.operator == ">=" for part in need.specifier)]
        # in an extra, `pandas<3` only narrows the bound of the core
        assert without == ["pandas<3"]

    def test_lifelines_and_pandas_are_bound_together(self) -> None:
        # without both bounds one installer goes back to lifelines 0.30.0 and another to pandas 2
        assert set(PROJECT["optional-dependencies"]["lifelines"]) == {"lifelines>=0.30.3", "pandas<3"}

    def test_the_oldest_python_is_the_same_everywhere(self) -> None:
        oldest = PROJECT["requires-python"].removeprefix(">=")
        tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
        assert tools["mypy"]["python_version"] == oldest
        assert tools["ruff"]["target-version"] == "py" + oldest.replace(".", "")

    def test_version(self) -> None:
        assert jm.__version__ == PROJECT["version"]


class TestRepository:
    def test_no_path_of_a_machine_and_no_registry_host(self) -> None:
        homes = "|".join(("work", "farm", "root", "tmp/(jm|studio)"))
        hosts = "|".join((r"pypi\.\w+", r"pythonhosted\.\w+", r"registry\.npmjs", r"deb\.debian"))
        unwanted = re.compile(rf"(^|[^A-Za-z0-9_.])/({homes})/|\b({hosts})".encode(), re.MULTILINE)
        own = Path(__file__).resolve()
        found = [
            str(path.relative_to(ROOT))
            for path in project_files()
            if path != own and unwanted.search(path.read_bytes())
        ]
        assert found == []

    def test_every_link_of_a_page_leads_somewhere(self) -> None:
        pages = [path for path in project_files() if path.suffix == ".md"]
        links = [
            (page, link) for page in pages for link in re.findall(r"\]\(([^)#:\s]+)", page.read_text(encoding="utf-8"))
        ]
        dead = [f"{page.relative_to(ROOT)}: {link}" for page, link in links if not (page.parent / link).exists()]
        assert links
        assert dead == []

    def test_no_large_file(self) -> None:
        assert [str(path.relative_to(ROOT)) for path in project_files() if path.stat().st_size > 3_000_000] == []

    def test_no_file_for_odds_and_ends(self) -> None:
        names = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
        assert [name for name, _ in modules() if set(Path(name).with_suffix("").parts) & names] == []

    def test_top_level_is_what_the_product_fixes(self) -> None:
        fixed = {"justice_metrics", "notebooks", "sample_data", "tests", "pyproject.toml", "README.md"}
        tools = {".ci", ".gitattributes", ".gitignore", ".pre-commit-config.yaml", "ARCHITECTURE.md", "CHANGELOG.md"}
        tools |= {"LICENSE", "Makefile", "benchmarks", "docs"}
        tools |= {"constraints.txt", "constraints-test.txt", "constraints-lifelines.txt"}
        assert {path.relative_to(ROOT).parts[0] for path in project_files()} - fixed - tools == set()


class TestImports:
    def test_narwhals_comes_through_its_stable_namespace(self) -> None:
        names = [(where, name) for where, tree in modules() for name in imported(tree)]
        assert [pair for pair in names if re.match(r"narwhals($|\.(?!stable\.v2))", pair[1])] == []

    def test_engines_are_named_at_the_doors_only(self) -> None:
        inside = [
            (where, name)
            for where, tree in modules()
            for name in imported(tree)
            if name.split(".")[0] in ENGINES and not any(fnmatch.fnmatch(where, door) for door in ENGINE_DOORS)
        ]
        assert inside == []

    def test_importing_the_package_loads_nothing_heavy(self) -> None:
        assert loaded_by("import justice_metrics") & set(HEAVY) == set()

    def test_help_loads_nothing_heavy(self) -> None:
        code = """
import contextlib, io
from justice_metrics.cli.app import main
sys.argv = ["justice-metrics", "--help"]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()
"""
        assert loaded_by(code) & set(HEAVY) == set()


def loaded_by(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after the code."""
    report = "\nprint(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    paths = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", "import json, sys\n" + code + report]
    answer = subprocess.run(words, capture_output=True, text=True, check=True, env=paths, cwd=ROOT)
    return set(json.loads(answer.stdout.splitlines()[-1]))


# what others are made from; nobody makes one of these by hand
BASES = ("JusticeMetricsError", "Result")


class TestPublicNames:
    """Everything in ``justice_metrics.__all__`` explains itself."""

    def test_there_are_some(self) -> None:
        assert {"CaseData", "read_cases", "attrition", "cumulative_incidence", "conviction_rates"} <= set(jm.__all__)

    @pytest.mark.parametrize("name", explained())
    def test_docstring(self, name: str) -> None:
        validate = pytest.importorskip("numpydoc.validate").validate
        thing = getattr(jm, name)
        wanted = {"GL03", "GL06", "GL07", "GL08", "SS01", "SS03", "PR02", "PR05", "PR10"}
        if name not in BASES:
            wanted |= {"EX01"}
        if inspect.isfunction(thing):
            wanted |= {"PR01", "PR03", "PR04", "RT01"}
        found = validate(f"{thing.__module__}.{thing.__qualname__}")["errors"]
        assert [f"{code}: {text}" for code, text in found if code in wanted] == []

    @pytest.mark.parametrize("name", explained())
    def test_example_runs(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(ROOT)
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        runner = doctest.DocTestRunner(optionflags=flags, verbose=False)
        text: list[str] = []
        for example in doctest.DocTestFinder(recurse=False).find(getattr(jm, name), name, globs={"jm": jm}):
            runner.run(example, out=text.append)
        assert runner.summarize(verbose=False).failed == 0, "".join(text)


class TestWheel:
    def test_every_data_file_travels(self, tmp_path: Path) -> None:
        pytest.importorskip("hatchling")
        words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
        subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
        (wheel,) = tmp_path.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            names = {name for name in archive.namelist() if ".dist-info/" not in name}
            entry = next(name for name in archive.namelist() if name.endswith("entry_points.txt"))
            assert "justice-metrics = justice_metrics.cli.app:main" in archive.read(entry).decode()
        here = {path.relative_to(ROOT).as_posix() for path in project_files() if PACKAGE in path.parents}
        assert here - names == set()
        assert all(name.startswith("justice_metrics/") for name in names)
        kinds = {Path(name).suffix for name in names} | {Path(name).name for name in names}
        assert {".toml", ".po", "py.typed"} <= kinds
