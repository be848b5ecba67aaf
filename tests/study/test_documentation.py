"""The page about study files says what the code does."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from justice_metrics.study.plan import read_study
from justice_metrics.study.questions import QUESTIONS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "study_file.md").read_text(encoding="utf-8")


def test_the_example_is_a_study(tmp_path: Path) -> None:
    for mapping in ("bolivia_mapping.toml", "bolivia_closed_mapping.toml"):
        shutil.copy(ROOT / "sample_data" / mapping, tmp_path)
    example = re.search(r"<!-- example: study\.toml -->\n```toml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    (tmp_path / "study.toml").write_text(example[1], encoding="utf-8")
    study = read_study(tmp_path / "study.toml")
    assert [one.question.ask for one in study.questions][:2] == ["check", "attrition"]


def test_every_question_and_setting_is_on_the_page() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE, re.MULTILINE))
    for question in QUESTIONS.values():
        assert question.ask in rows
        if question.ask != "procedure":
            listed = set(re.findall(r"`(\w+)`", rows[question.ask]))
            assert listed == set(question.settings().model_fields)


def test_the_sample_studies_are_good() -> None:
    studies = sorted((ROOT / "sample_data").glob("study*.toml"))
    assert len(studies) == 4
    for path in studies:
        assert read_study(path).questions
