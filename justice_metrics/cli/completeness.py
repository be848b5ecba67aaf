"""justice-metrics completeness: how much of what should be recorded is there, and whether it grows."""

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
                "Completeness: how much of what should be recorded is there, by date and attribute, office and year, "
                "and whether record keeping becomes better.\n\n"
                "Example: justice-metrics completeness mapping.toml --by department"
            )
        )
    )
    def completeness(
        mapping: Path = options.mapping(),
        fields: list[str] = typer.Option(
            [],
            "--field",
            metavar="NAME",
            show_default=False,
            help=words(tr("A date or attribute to look at; all by default. May be given more than once.")),
        ),
        by: list[str] = options.by(),
        period: str = typer.Option(
            "year", "--period", metavar="NAME", help=words(tr("Period: month, quarter, half_year or year."))
        ),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language, quiet=quiet, json=json, out=out) as shell:
            from ..measures.quality.completeness import completeness as ask

            shell.give(
                ask(
                    cases_of(shell, mapping, faults="count"),
                    fields=tuple(fields),
                    by=tuple(by),
                    period=period,  # type: ignore[arg-type]
                    confidence_level=confidence_level,
                )
            )
