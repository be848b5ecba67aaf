"""justice-metrics coding-drift, date-heaping: whether labels and dates are written as before."""

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
                "Coding drift: labels that are new, no longer used, or used differently, from year to year and from "
                "office to office.\n\n"
                "Example: justice-metrics coding-drift mapping.toml --by court"
            )
        )
    )
    def coding_drift(
        mapping: Path = options.mapping(),
        fields: list[str] = typer.Option(
            [],
            "--field",
            metavar="NAME",
            show_default=False,
            help=words(tr("An attribute to look at; all with labels by default. May be given more than once.")),
        ),
        by: list[str] = options.by(),
        period: str = typer.Option(
            "year", "--period", metavar="NAME", help=words(tr("Period: month, quarter, half_year or year."))
        ),
        unclear: list[str] = typer.Option(
            [],
            "--unclear",
            metavar="LABEL",
            show_default=False,
            help=words(tr("A label that says nothing, such as Otro; by default told by its words.")),
        ),
        least_index: float = typer.Option(
            0.1,
            "--least-index",
            metavar="N",
            min=0,
            help=words(tr("Stability index below which a difference is called little.")),
        ),
        false_alarms: str = typer.Option(
            "holm",
            "--false-alarms",
            metavar="NAME",
            help=words(tr("Correction for the number of comparisons: holm or benjamini_hochberg.")),
        ),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.quality.coding_drift import coding_drift as ask

            shell.give(
                ask(
                    cases_of(shell, mapping, faults="count"),
                    fields=tuple(fields),
                    by=tuple(by),
                    period=period,  # type: ignore[arg-type]
                    unclear=tuple(unclear),
                    least_index=least_index,
                    false_alarms=false_alarms,  # type: ignore[arg-type]
                )
            )

    @app.command(
        help=words(
            tr(
                "Date heaping: dates that pile up on 1 January, the first or the 15th, round days, one weekday or one "
                "date.\n\n"
                "Example: justice-metrics date-heaping mapping.toml --by court"
            )
        )
    )
    def date_heaping(
        mapping: Path = options.mapping(),
        dates: list[str] = typer.Option(
            [],
            "--date",
            metavar="NAME",
            show_default=False,
            help=words(tr("A date to look at: a stage, ending, or a date attribute. May be given more than once.")),
        ),
        by: list[str] = options.by(),
        period: str = typer.Option(
            "year", "--period", metavar="NAME", help=words(tr("Period: month, quarter, half_year or year."))
        ),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.quality.date_heaping import date_heaping as ask

            shell.give(
                ask(
                    cases_of(shell, mapping, faults="count"),
                    dates=tuple(dates),
                    by=tuple(by),
                    period=period,  # type: ignore[arg-type]
                )
            )
