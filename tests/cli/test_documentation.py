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
    inside = [one for command in COMMANDS.values() for one in (command, *getattr(command, "commands", {}).values())]
    known = {option for command in inside for one in command.params for option in (*one.opts, *one.secondary_opts)}
    assert set(re.findall(r"--[a-z][a-z-]+", PAGE)) <= known | {"--help"}


@pytest.mark.parametrize("name", ["plan", "draw", "log", "bounds"])
def test_options_of_sampling_are_those_of_its_commands(name: str) -> None:
    line = next(one for one in PAGE.splitlines() if one.startswith(f"| `sampling {name}"))
    known = {option for one in COMMANDS["sampling"].commands[name].params for option in one.opts}
    assert set(re.findall(r"--[a-z][a-z-]+", line)) <= known
