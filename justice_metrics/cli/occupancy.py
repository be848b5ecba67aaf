"""justice-metrics occupancy: where the cases are, by days since the start."""

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
                "Where the cases are after so many days: in which stage, or how they ended; and the days spent in each "
                "stage.\n\nExample: justice-metrics occupancy mapping.toml --days 365 --days 730"
            )
        )
    )
    def occupancy(
        mapping: Path = options.mapping(),
        start: str = options.start(),
        by: list[str] = options.by(),
        days: list[int] = typer.Option(
            [],
            "--days",
            metavar="N",
            min=0,
            show_default=False,
            help=words(tr("Days since the start to tell of. May be given more than once.")),
        ),
        horizon_days: int = typer.Option(
            0,
            "--horizon-days",
            metavar="N",
            min=0,
            show_default=False,
            help=words(tr("Days over which the time in each stage is added up; 730 as far as the data reach.")),
        ),
        cluster: str = typer.Option(
            "",
            "--cluster",
            metavar="NAME",
            show_default=False,
            help=words(tr("Attribute (court, office) whose cases are not independent; the intervals respect it.")),
        ),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.occupancy import stage_occupancy as ask

            cases = cases_of(shell, mapping)
            # Sampling weights and clusters ask for the variance that knows them.
            robust = bool(cluster) or cases.sampling.weighted
            shell.give(
                ask(
                    cases,
                    start=start,
                    by=tuple(by),
                    days=tuple(days) or None,
                    horizon_days=horizon_days or None,
                    cluster=cluster or None,
                    variance="infinitesimal_jackknife" if robust else "greenwood",
                    confidence_level=confidence_level,
                )
            )
