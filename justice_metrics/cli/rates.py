"""justice-metrics rates, outcomes: conviction rates by denominator, and how cases ended."""

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
                "Conviction rates: of the cases that reached a complaint, a charge, a prosecution, a verdict, the "
                "share that "
                "ended in conviction, side by side.\n\nExample: justice-metrics rates mapping.toml --per complaint "
                "--per verdict"
            )
        )
    )
    def rates(
        mapping: Path = options.mapping(),
        per: list[str] = typer.Option(
            ["complaint", "charge", "prosecution", "verdict"],
            "--per",
            metavar="STAGE",
            help=words(tr("Denominator: cases that reached this stage. May be given more than once.")),
        ),
        outcome: str = typer.Option(
            "conviction", "--outcome", metavar="OUTCOME", help=words(tr("What counts as a conviction."))
        ),
        by: list[str] = options.by(),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language, quiet=quiet, json=json, out=out) as shell:
            from ..measures.rates import conviction_rates

            cases = cases_of(shell, mapping)
            shell.give(
                conviction_rates(
                    cases, per=tuple(per), by=tuple(by), outcome=outcome, confidence_level=confidence_level
                )
            )

    @app.command(
        help=words(
            tr(
                "How the cases ended: the share of each kind of ending among all cases, and the share still "
                "pending.\n\n"
                "Example: justice-metrics outcomes mapping.toml --by year"
            )
        )
    )
    def outcomes(
        mapping: Path = options.mapping(),
        by: list[str] = options.by(),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language, quiet=quiet, json=json, out=out) as shell:
            from ..measures.rates import outcome_shares

            shell.give(outcome_shares(cases_of(shell, mapping), by=tuple(by), confidence_level=confidence_level))
