"""What the pages say can be done as they say it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from justice_metrics.study.plan import read_study

PAGES = sorted((Path(__file__).parent.parent / "docs").glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_mapping_is_named_as_one(page: Path) -> None:
    calls = re.findall(r'read_cases\("([^"]+)"', page.read_text(encoding="utf-8"))
    assert not [one for one in calls if one.endswith(".toml")]


COMMANDS = next(one for one in PAGES if one.name == "command_line.md").read_text(encoding="utf-8")
ON_SUPPORT = [
    "support_presence", "support_hazards", "support_sensitivity", "support_outcomes", "support_stages", "reliance",
    "reliance_by_support",
]  # fmt: skip


@pytest.mark.parametrize(
    "question", ["landmark_curves", "transition_times", "coarse_dates", "duration_model", *ON_SUPPORT]
)
def test_questions_without_a_command_are_named(question: str) -> None:
    assert f"`{question}`" in COMMANDS.split("```", 1)[0]


def test_the_study_that_asks_them_is_a_study(tmp_path: Path) -> None:
    shutil.copy(PAGES[0].parent.parent / "sample_data" / "bolivia_mapping.toml", tmp_path)
    example = re.search(r"<!-- example: support\.toml -->\n```toml\n(.*?)```", COMMANDS, re.DOTALL)
    assert example is not None
    (tmp_path / "support.toml").write_text(example[1], encoding="utf-8")
    study = read_study(tmp_path / "support.toml")
    assert [one.question.ask for one in study.questions] == ON_SUPPORT
