"""justice-metrics caseload, ages: what came in, what ended, what is open, and how old it is."""

from __future__ import annotations

from pathlib import Path

import typer

from ..base.language import tr
from .options import Options
from .reading import cases_of
from .shell import Shell


def add(app: typer.Typer, options: Options) -> None:
    """Add the commands."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Caseload by year: cases registered, cases ended, cases still open.\n\n"
                "Example: justice-metrics caseload mapping.toml --by department"
            )
        )
    )
    def caseload(
        mapping: Path = options.mapping(),
        by: list[str] = options.by(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.caseload import caseload as ask

            shell.give(ask(cases_of(shell, mapping), by=tuple(by)))

    @app.command(
        help=words(
            tr(
                "How old the cases are: pending cases at the cut-off, ended cases on the day they ended.\n\n"
                "Example: justice-metrics ages mapping.toml"
            )
        )
    )
    def ages(
        mapping: Path = options.mapping(),
        by: list[str] = options.by(),
        year_days: int = typer.Option(
            365, "--year-days", metavar="N", min=1, help=words(tr("Days that make a year; some reports use 360."))
        ),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.caseload import case_ages

            shell.give(case_ages(cases_of(shell, mapping), by=tuple(by), year_days=year_days))
