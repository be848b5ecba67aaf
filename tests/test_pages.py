"""What the pages say can be done as they say it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).parent.parent / "docs").glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_mapping_is_named_as_one(page: Path) -> None:
    calls = re.findall(r'read_cases\("([^"]+)"', page.read_text(encoding="utf-8"))
    assert not [one for one in calls if one.endswith(".toml")]


@pytest.mark.parametrize("question", ["landmark_curves", "transition_times", "coarse_dates", "duration_model"])
def test_questions_without_a_command_are_named(question: str) -> None:
    page = next(one for one in PAGES if one.name == "command_line.md").read_text(encoding="utf-8")
    assert question in page.split("```", 1)[0]
