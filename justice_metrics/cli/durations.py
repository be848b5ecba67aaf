"""justice-metrics durations: how long each stage lasts."""

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
                "How long each stage lasts, open cases counted, and what comes next with which share and wait."
                "\n\nExample: justice-metrics durations mapping.toml --by department"
            )
        )
    )
    def durations(
        mapping: Path = options.mapping(),
        start: str = options.start(),
        by: list[str] = options.by(),
        horizon_days: int = typer.Option(
            730,
            "--horizon-days",
            metavar="N",
            min=1,
            help=words(tr("Days of a stay up to which its mean is taken.")),
        ),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.durations import stage_durations as ask

            cases = cases_of(shell, mapping)
            shell.give(
                ask(
                    cases,
                    start=start,
                    by=tuple(by),
                    horizon_days=horizon_days,
                    confidence_level=confidence_level,
                )
            )
