"""justice-metrics attrition: how far cases come."""

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
                "How far cases come: at each step how many reached it, how many were lost and why, and how many are "
                "still "
                "pending.\n\nExample: justice-metrics attrition mapping.toml --by department"
            )
        )
    )
    def attrition(
        mapping: Path = options.mapping(),
        by: list[str] = options.by(),
        age_months: list[int] = typer.Option(
            [12, 24, 36],
            "--age-months",
            metavar="N",
            min=1,
            help=words(tr("Age in months at which old and young cases are compared. May be given more than once.")),
        ),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.attrition import attrition as ask

            cases = cases_of(shell, mapping)
            shell.give(ask(cases, by=tuple(by), age_months=tuple(age_months), confidence_level=confidence_level))
