"""With which software a release was made."""

from __future__ import annotations

import tomllib
from pathlib import Path

from packaging.requirements import Requirement

from justice_metrics.base.version import __version__
from justice_metrics.publish.software import CORE, PACKAGE, software_record, versions


def test_what_the_package_needs_is_what_it_declares() -> None:
    declared = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert sorted(CORE) == sorted(Requirement(one).name for one in declared["project"]["dependencies"])


def test_every_package_with_its_version_and_what_it_stands_on() -> None:
    found = versions()
    assert found[PACKAGE] == __version__
    assert set(CORE) <= set(found)
    assert "pydantic-core" in found  # of pydantic
    assert list(found) == sorted(found)
    assert set(software_record()) == {"python", "packages"}
