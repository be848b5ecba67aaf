"""justice-metrics limits: which legal time limits were kept, missed, or are still running."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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
                "Legal time limits: for each limit of the procedure, how many cases kept it, missed it, are still "
                "within it, or cannot be judged by their dates.\n\n"
                "Example: justice-metrics limits mapping.toml --calendar calendar.csv --by year"
            )
        )
    )
    def limits(
        mapping: Path = options.mapping(),
        limit: list[str] = typer.Option(
            [],
            "--limit",
            metavar="NAME",
            show_default=False,
            help=words(tr("Only this limit of the procedure. May be given more than once.")),
        ),
        calendar: Path | None = typer.Option(
            None,
            "--calendar",
            metavar="FILE",
            show_default=False,
            help=words(
                tr("Table of judicial vacations, suspended terms, holidays and working days: from, to, kind, office.")
            ),
        ),
        office: str | None = typer.Option(
            None,
            "--office",
            metavar="NAME",
            show_default=False,
            help=words(tr("Attribute that names the offices of the calendar, such as court or department.")),
        ),
        country: str | None = typer.Option(
            None,
            "--country",
            metavar="CODE",
            show_default=False,
            help=words(
                tr("Country whose public holidays count, such as BO, or none. Otherwise that of the procedure.")
            ),
        ),
        suspended: str = typer.Option(
            "pause",
            "--suspended",
            metavar="NAME",
            help=words(tr("What default of the accused does to a clock: pause, restart or run.")),
        ),
        last_day: str = typer.Option(
            "next_working_day",
            "--last-day",
            metavar="NAME",
            help=words(tr("Where a limit ends on a day without work: next_working_day or as_counted.")),
        ),
        by: list[str] = options.by(),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.limits.time_limits import time_limits

            # words that the question itself checks
            given: Any = {"suspended": suspended, "last_day": last_day}
            shell.give(
                time_limits(
                    cases_of(shell, mapping),
                    limits=tuple(limit),
                    by=tuple(by),
                    calendar=calendar,
                    office=office,
                    country=country,
                    confidence_level=confidence_level,
                    **given,
                )
            )
