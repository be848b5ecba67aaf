"""justice-metrics forecast: what the pending cases are expected to come to."""

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
                "How many of the cases pending at the cut-off are expected to come to an outcome within the next days, "
                "with an interval for the number. Cases older than any that was ever watched are counted apart.\n\n"
                "Example: justice-metrics forecast mapping.toml --outcome verdict --within-days 365 --by department"
            )
        )
    )
    def forecast(
        mapping: Path = options.mapping(),
        outcome: str = typer.Option(
            "verdict",
            "--outcome",
            metavar="OUTCOME",
            help=words(tr("What cases are to come to; any_exit is any ending.")),
        ),
        within_days: int = typer.Option(
            365, "--within-days", metavar="N", min=1, help=words(tr("How many days after the cut-off."))
        ),
        start: str = options.start(),
        by: list[str] = options.by(),
        constant_tail: bool = typer.Option(
            False,
            "--constant-tail",
            help=words(
                tr("Tell of the oldest cases too, as if the hazards of the last 365 days that were watched went on.")
            ),
        ),
        cluster: str | None = typer.Option(
            None,
            "--cluster",
            metavar="NAME",
            show_default=False,
            help=words(tr("Attribute whose groups are alike inside, such as court: intervals then allow for it.")),
        ),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.forecast import expected_endings

            cases = cases_of(shell, mapping)
            answer = expected_endings(
                cases,
                outcome=outcome,
                start=start,
                within_days=within_days,
                by=tuple(by),
                tail="constant" if constant_tail else "refuse",
                cluster=cluster,
                confidence_level=confidence_level,
            )
            shell.give(answer)
