"""justice-metrics dark-figure, survey: what a survey of victims tells, from its figures or from its answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from ..base.language import tr
from .options import Options
from .shell import Shell
from .speech import Words


def add(app: typer.Typer, options: Options) -> None:
    """Add the commands."""
    words = options.words

    @app.command(
        "dark-figure",
        help=words(
            tr(
                "Dark figure: offences that were not reported or for which no file was opened, from the shares of a "
                "survey of victims.\n\nExample: justice-metrics dark-figure --reported 0.104 --opened 0.68"
            )
        ),
    )
    def dark_figure(
        reported: float = typer.Option(
            ..., "--reported", metavar="SHARE", help=words(tr("Share of the offences that victims reported."))
        ),
        opened: float | None = typer.Option(
            None,
            "--opened",
            metavar="SHARE",
            show_default=False,
            help=words(tr("Share of those in which a file was opened.")),
        ),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.rates import rate_chain

            shell.give(rate_chain.dark_figure(reported=reported, opened=opened))

    @app.command(
        help=words(
            tr(
                "Weighted shares of a survey, one row per person, with the intervals of its design.\n\n"
                "Example: justice-metrics survey answers.csv --of reported --among victim --weight factor "
                "--cluster upm"
            )
        )
    )
    def survey(
        file: Path = typer.Argument(..., metavar="FILE", help=words(tr("The answers: a csv or xlsx file."))),
        of: str = typer.Option(..., "--of", metavar="COLUMN", help=words(tr("Column with the answer, yes or no."))),
        among: str | None = _column(words, "--among", tr("Column that says who is in the base.")),
        weight: str | None = _column(words, "--weight", tr("Column with the sampling weight.")),
        stratum: str | None = _column(words, "--stratum", tr("Column with the stratum of the sample.")),
        cluster: str | None = _column(words, "--cluster", tr("Column with the primary sampling unit.")),
        yes: list[str] = typer.Option(
            [],
            "--yes",
            metavar="TEXT",
            show_default=False,
            help=words(tr("Text that means yes, where it is another. May be given more than once.")),
        ),
        by: list[str] = options.by(),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.rates.survey_shares import survey_shares

            shell.give(
                survey_shares(
                    file,
                    of=of,
                    among=among,
                    by=tuple(by),
                    weight=weight,
                    stratum=stratum,
                    cluster=cluster,
                    yes=tuple(yes) or None,
                    confidence_level=confidence_level,
                )
            )


def _column(words: Words, name: str, help: Any) -> Any:
    return typer.Option(None, name, metavar="COLUMN", show_default=False, help=words(help))
