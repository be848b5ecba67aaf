"""justice-metrics hearings, protection, statements, sentences, detention, warrants, defaults, reparation."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Final

import typer

from ..base.language import Message, tr
from .options import Options
from .reading import cases_of
from .shell import Shell

# What each command says of itself, and the function that answers, below measures.
_COMMANDS: Final[tuple[tuple[str, str, str, Message], ...]] = (
    (
        "hearings",
        "hearings",
        "hearings",
        tr(
            "Hearings held and suspended, with the reasons, dates set per trial, and days lost.\n\n"
            "Example: justice-metrics hearings mapping.toml --by department"
        ),
    ),
    (
        "protection",
        "protection",
        "protection_measures",
        tr(
            "Protection measures: asked for, ordered and after how many days, breached.\n\n"
            "Example: justice-metrics protection mapping.toml"
        ),
    ),
    (
        "statements",
        "statements",
        "repeated_statements",
        tr(
            "Statements of the victim: how many gave more than one, with and without a recorded statement.\n\n"
            "Example: justice-metrics statements mapping.toml --by department"
        ),
    ),
    (
        "sentences",
        "sentences",
        "sentences",
        tr(
            "Sentences: their length by offence beside the range of the law, and whether they are enforced.\n\n"
            "Example: justice-metrics sentences mapping.toml"
        ),
    ),
    (
        "detention",
        "detention",
        "detention",
        tr(
            "Preventive detention: in how many cases, how long, and how many passed the limit of the law.\n\n"
            "Example: justice-metrics detention mapping.toml --by offence"
        ),
    ),
    (
        "warrants",
        "warrants",
        "warrants",
        tr(
            "Arrest warrants: executed and after how many days, and those still open.\n\n"
            "Example: justice-metrics warrants mapping.toml"
        ),
    ),
    (
        "defaults",
        "defaults",
        "defaults",
        tr(
            "Default (accused absent): in how many cases, how long, and whether the accused came back.\n\n"
            "Example: justice-metrics defaults mapping.toml"
        ),
    ),
    (
        "reparation",
        "reparation",
        "reparation",
        tr(
            "Reparation: in how many cases it was ordered, and how much of it is paid.\n\n"
            "Example: justice-metrics reparation mapping.toml"
        ),
    ),
)


def add(app: typer.Typer, options: Options) -> None:
    """Add the commands: each asks one table that hangs on the cases."""
    for name, module, function, says in _COMMANDS:
        _add(app, options, name, module, function, says)


def _add(app: typer.Typer, options: Options, name: str, module: str, function: str, says: Message) -> None:
    words = options.words

    @app.command(name, help=words(says))
    def command(
        mapping: Path = options.mapping(),
        by: list[str] = options.by(),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            ask = getattr(importlib.import_module(f"..measures.records.{module}", __package__), function)
            shell.give(ask(cases_of(shell, mapping), by=tuple(by), confidence_level=confidence_level))
