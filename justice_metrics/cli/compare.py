"""justice-metrics compare: two extracts of one register, and what the later one does to what was published."""

from __future__ import annotations

from pathlib import Path

import typer

from ..base.language import tr
from .options import Options
from .reading import cases_of
from .shell import Shell


def add(app: typer.Typer, options: Options) -> None:
    """Add the command."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Compare two extracts of one register: what is new, late, vanished or told anew, and what it does to "
                "the figures that were published.\n\n"
                "Example: justice-metrics compare extract_2022.toml extract_2023.toml"
            )
        )
    )
    def compare(
        earlier: Path = typer.Argument(
            ...,
            metavar="EARLIER",
            show_default=False,
            help=words(tr("The mapping file (toml) of the earlier extract.")),
        ),
        later: Path = typer.Argument(
            ...,
            metavar="LATER",
            show_default=False,
            help=words(tr("The mapping file (toml) of the later extract.")),
        ),
        by: list[str] = options.by(),
        registered: str | None = typer.Option(
            None,
            "--registered",
            metavar="NAME",
            show_default=False,
            help=words(
                tr(
                    "Date attribute of the mapping with the day of registration: tells cases that the earlier extract "
                    "missed from those registered late."
                )
            ),
        ),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.quality.extracts import compare_extracts

            first, second = cases_of(shell, earlier), cases_of(shell, later)
            shell.give(compare_extracts(first, second, by=tuple(by), registered=registered))
