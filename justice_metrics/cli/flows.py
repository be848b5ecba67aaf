"""justice-metrics flows, nowcast: stock and flow of cases, and how many are still to be registered."""

from __future__ import annotations

from pathlib import Path

import typer

from ..base.language import tr
from .options import Options
from .reading import cases_of, data_of
from .shell import Shell


def add(app: typer.Typer, options: Options) -> None:
    """Add the commands."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Stock and flow: what came in, what was resolved, what is pending, clearance rate and disposition "
                "time, from case files or from a table of counts.\n\n"
                "Example: justice-metrics flows mapping.toml --period quarter --by court"
            )
        )
    )
    def flows(
        mapping: Path = options.mapping(),
        period: str = typer.Option(
            "year",
            "--period",
            metavar="NAME",
            help=words(tr("Period: month, quarter, half_year or year; own: that of each row of a table of counts.")),
        ),
        by: list[str] = options.by(),
        from_year: int | None = typer.Option(
            None, "--from-year", metavar="YYYY", show_default=False, help=words(tr("First year to tell of."))
        ),
        within_days: list[int] = typer.Option(
            [],
            "--within-days",
            metavar="N",
            min=0,
            show_default=False,
            help=words(tr("Standard: resolved within N days of the registration. May be given more than once.")),
        ),
        goals: list[float] = typer.Option(
            [],
            "--goal",
            metavar="SHARE",
            show_default=False,
            help=words(tr("Share that should keep the standard, such as 0.9; one for each --within-days.")),
        ),
        backlog_days: int = typer.Option(
            365, "--backlog-days", metavar="N", min=0, help=words(tr("Backlog: pending for more than N days."))
        ),
        judges: float | None = typer.Option(
            None, "--judges", metavar="N", min=0, show_default=False, help=words(tr("Judges, for case files."))
        ),
        population: float | None = typer.Option(
            None,
            "--population",
            metavar="N",
            min=0,
            show_default=False,
            help=words(tr("Inhabitants, for case files.")),
        ),
        transfers_included: bool = typer.Option(
            False,
            "--transfers-included",
            help=words(tr("The incoming and resolved cases of the table hold those transferred between offices.")),
        ),
        complete_only: bool = typer.Option(
            False,
            "--complete-only",
            help=words(tr("Of a table of counts: add up only those who told every figure of a period.")),
        ),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.flows.case_flows import case_flows

            shell.give(
                case_flows(
                    data_of(shell, mapping),
                    period=period,  # type: ignore[arg-type]
                    by=tuple(by),
                    from_year=from_year,
                    within_days=tuple(within_days),
                    goals=tuple(goals),
                    backlog_days=backlog_days,
                    judges=judges,
                    population=population,
                    transfers_included=transfers_included,
                    complete_only=complete_only,
                )
            )

    @app.command(
        help=words(
            tr(
                "Late registration: how many cases of the last periods are still to be registered, with limits.\n\n"
                "Example: justice-metrics nowcast mapping.toml --recorded recorded_day"
            )
        )
    )
    def nowcast(
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
        period: str = typer.Option(
            "month", "--period", metavar="NAME", help=words(tr("Period: month, quarter, half_year or year."))
        ),
        periods: int = typer.Option(
            12, "--periods", metavar="N", min=1, help=words(tr("How many of the last periods to tell of."))
        ),
        longest_days: int = typer.Option(
            365, "--longest-days", metavar="N", min=1, help=words(tr("Longest delay that is looked at."))
        ),
        window_days: int | None = typer.Option(
            None,
            "--window-days",
            metavar="N",
            min=1,
            show_default=False,
            help=words(tr("Only registrations of the last N days tell of the delays.")),
        ),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.flows.nowcast import nowcast as ask

            shell.give(
                ask(
                    cases_of(shell, mapping),
                    recorded=recorded,
                    start=start,
                    period=period,  # type: ignore[arg-type]
                    periods=periods,
                    longest_days=longest_days,
                    window_days=window_days,
                    confidence_level=confidence_level,
                )
            )
