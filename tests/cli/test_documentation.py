"""The page about the command line names every command and every option."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from justice_metrics.cli.app import build

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "command_line.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(build("en")).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_command_is_on_the_page(name: str) -> None:
    assert f"`{name} " in PAGE


def test_every_option_on_the_page_exists() -> None:
    inside = [*COMMANDS.values(), *COMMANDS["procedure"].commands.values()]
    known = {option for command in inside for one in command.params for option in (*one.opts, *one.secondary_opts)}
    assert set(re.findall(r"--[a-z][a-z-]+", PAGE)) <= known | {"--help"}
