"""justice-metrics time-to: how long cases take."""

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
        "time-to",
        help=words(
            tr(
                "How long cases take: after how many days a quarter, half and three quarters of all cases had come to "
                "an "
                "outcome, and what share of them had by day 180, 365 and 730. Open cases are counted right.\n\n"
                "Example: justice-metrics time-to mapping.toml --outcome verdict --start complaint --by department"
            )
        ),
    )
    def time_to(
        mapping: Path = options.mapping(),
        outcome: str = typer.Option(
            "any_exit",
            "--outcome",
            metavar="OUTCOME",
            help=words(
                tr(
                    "What cases are to come to: any_exit, verdict, conviction, another outcome class, a state of the "
                    "procedure, "
                    "or a later stage such as charge."
                )
            ),
        ),
        start: str = options.start(),
        by: list[str] = options.by(),
        given_days: int | None = options.given_days(),
        variance: str | None = options.variance(),
        limits: str = options.limits(),
        band: str | None = options.band(),
        cluster: str | None = options.cluster(),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.incidence import cumulative_incidence
            from ..measures.time_to import time_to as ask

            cases, groups = cases_of(shell, mapping), tuple(by)
            given: Any = {
                "start": start,
                "by": groups,
                "given_days": given_days,
                "variance": variance,
                "limits": limits,
                "cluster": cluster,
                "confidence_level": confidence_level,
            }
            simultaneous: Any = band
            days = ask(cases, outcome=outcome, band=simultaneous, **given)
            # Other endings compete with the outcome; "any exit" has no competitor, so each class stands by itself.
            told_apart = None if outcome == "any_exit" else outcome
            shares = cumulative_incidence(cases, outcome=told_apart, **given)
            shell.give(days, shares)
