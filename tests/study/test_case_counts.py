"""Counts by combinations of attributes, asked in a study."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from justice_metrics.base.errors import SettingsError
from justice_metrics.study.plan import read_study

ROOT = Path(__file__).resolve().parents[2]
STUDY = """
[study]
title = "Counts"
mapping = "bolivia_mapping.toml"

[[question]]
ask = "case_counts"
by = ["department"]
combine = [["department", "sex"], ["{name}"]]
period = ["year", "to_date"]
"""


def study(tmp_path: Path, name: str) -> Path:
    shutil.copy(ROOT / "sample_data" / "bolivia_mapping.toml", tmp_path)
    path = tmp_path / "study.toml"
    path.write_text(STUDY.format(name=name), encoding="utf-8")
    return path


def test_combinations_are_settings(tmp_path: Path) -> None:
    (asked,) = read_study(study(tmp_path, "offence")).questions
    assert [tuple(one) for one in asked.settings["combine"]] == [("department", "sex"), ("offence",)]


def test_an_attribute_that_is_not_there_is_found_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="'combine': 'departmento' is not an attribute"):
        read_study(study(tmp_path, "departmento"))
