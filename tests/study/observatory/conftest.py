"""A small observatory: sixty cases, its settings and its help file, as somebody would write them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.study.test_publish import PASSPORT, made

SETTINGS = """
[observatory]
title = { es = "Observatorio", en = "Observatory" }
institution = "Example office"
policy = "policy.toml"
passport = "passport.toml"
secret = "env:JUSTICE_METRICS_TEST_KEY"

[sources]
cases = "mapping.toml"

[filters]
by = ["department"]

[help]
file = "help.toml"
"""
HELP = """
[leave]
url = "https://www.example.org/"

[[hotline]]
name = { es = "Línea de ejemplo", en = "Example line" }
number = "XXX"
"""


class Place(NamedTuple):
    """A folder with an observatory."""

    folder: Path

    @property
    def settings(self) -> Path:
        return self.folder / "observatory.toml"

    @property
    def site(self) -> Path:
        return self.folder / "site"

    def write(self, old: str = "", new: str = "", *, file: str = "observatory.toml") -> None:
        """Change a text in one of the files."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return written(tmp_path / "here")


def written(folder: Path) -> Place:
    """Write case files, mapping, policy, passport, help and settings into a folder."""
    made(folder)
    (folder / "study.toml").unlink()
    (folder / "passport.toml").write_text(PASSPORT, encoding="utf-8")
    (folder / "help.toml").write_text(HELP, encoding="utf-8")
    (folder / "observatory.toml").write_text(SETTINGS, encoding="utf-8")
    return Place(folder)
