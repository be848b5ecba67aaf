"""The page about observatories says what the code does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from justice_metrics.study.observatory.file import ObservatoryFile
from justice_metrics.study.observatory.help_file import read_help
from justice_metrics.study.observatory.standard import FIGURES

PAGE = (Path(__file__).parents[3] / "docs" / "observatory.md").read_text(encoding="utf-8")


def example(name: str) -> str:
    found = re.search(rf"<!-- example: {re.escape(name)} -->\n```toml\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_example_says_only_what_settings_know() -> None:
    file = ObservatoryFile.model_validate(tomllib.loads(example("observatory.toml")))
    assert file.territory.key == "department"


def test_the_example_of_a_help_file_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "help.toml").write_text(example("help.toml"), encoding="utf-8")
    assert len(read_help(tmp_path / "help.toml", languages=("es", "en"))["services"]) == 1


def test_every_key_is_on_the_page() -> None:
    rows = "\n".join(re.findall(r"^\| (`.*) \|$", PAGE, re.MULTILINE))
    for part in ObservatoryFile.model_fields.values():
        for name in getattr(part.annotation, "model_fields", {}):
            assert f"`{name}`" in rows or name == "file"


def test_every_figure_is_on_the_page() -> None:
    listed = re.search(r"## The figures\n\n(.*?)\n\n", PAGE, re.DOTALL)
    assert listed is not None
    assert set(re.findall(r"`([\w-]+)`", listed[1])) == set(FIGURES)
