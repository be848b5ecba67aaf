"""justice-metrics completeness, registration-delay: how much is recorded, how late, and whether it becomes better."""

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
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
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

    @app.command(
        help=words(
            tr(
                "Delay of registration: the share of cases that is registered in time, by office and period.\n\n"
                "Example: justice-metrics registration-delay mapping.toml --recorded recorded_day --by department"
            )
        )
    )
    def registration_delay(
        mapping: Path = options.mapping(),
        recorded: str = typer.Option(
            ...,
            "--recorded",
            metavar="NAME",
            help=words(tr("Date of registration: a date attribute of the mapping, or a stage.")),
        ),
        start: str = typer.Option(
            "complaint",
            "--start",
            metavar="NAME",
            help=words(tr("Date by which cases are counted: a stage, or a date attribute.")),
        ),
        within_days: int = typer.Option(
            30, "--within-days", metavar="N", min=0, help=words(tr("Registered in time means within N days."))
        ),
        longest_days: int = typer.Option(
            365, "--longest-days", metavar="N", min=1, help=words(tr("Longest delay that is looked at."))
        ),
        by: list[str] = options.by(),
        period: str = typer.Option(
            "quarter", "--period", metavar="NAME", help=words(tr("Period: month, quarter, half_year or year."))
        ),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.quality.registration_delay import registration_delay as ask

            shell.give(
                ask(
                    cases_of(shell, mapping),
                    recorded=recorded,
                    start=start,
                    within_days=within_days,
                    longest_days=longest_days,
                    by=tuple(by),
                    period=period,  # type: ignore[arg-type]
                    confidence_level=confidence_level,
                )
            )
