"""justice-metrics counts: how many there were, by period and by combinations of attributes."""

from __future__ import annotations

from pathlib import Path

import typer

from ..base.language import tr
from .options import Options
from .reading import data_of
from .shell import Shell


def add(app: typer.Typer, options: Options) -> None:
    """Add the command."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Counts by month, year and year to date: of all together, by attributes and by combinations of them, "
                "from case files or from a table of counts.\n\n"
                "Example: justice-metrics counts mapping.toml --by offence --combine offence,department"
            )
        )
    )
    def counts(
        mapping: Path = options.mapping(),
        of: str | None = typer.Option(
            None,
            "--of",
            metavar="NAME",
            show_default=False,
            help=words(
                tr(
                    "What is counted: a quantity of the table of counts; of case files a stage or outcome, by default "
                    "their start."
                )
            ),
        ),
        by: list[str] = options.by(),
        combine: list[str] = typer.Option(
            [],
            "--combine",
            metavar="NAME,NAME",
            show_default=False,
            help=words(tr("Attributes that split the counts together, with commas. May be given more than once.")),
        ),
        period: list[str] = typer.Option(
            ["month", "year", "to_date"],
            "--period",
            metavar="NAME",
            help=words(
                tr(
                    "Period: month, quarter, year, or to_date (of each year, the months that the last one has). May be "
                    "given more than once."
                )
            ),
        ),
        years: int | None = typer.Option(
            None, "--years", metavar="N", min=1, show_default=False, help=words(tr("Only so many of the last years."))
        ),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.counted.case_counts import case_counts

            shell.give(
                case_counts(
                    data_of(shell, mapping),
                    of=of,
                    by=tuple(by),
                    combine=tuple(tuple(name.strip() for name in one.split(",")) for one in combine),
                    period=tuple(period),  # type: ignore[arg-type]
                    years=years,
                )
            )
