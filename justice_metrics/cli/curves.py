"""justice-metrics open-share, means, tests: curves of open cases, mean days, and whether groups can be told apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from ..base.language import tr
from .options import Options
from .reading import cases_of
from .shell import Shell
from .speech import Words


def add(app: typer.Typer, options: Options) -> None:
    """Add the commands."""
    _add_open_share(app, options)
    _add_means(app, options)
    _add_tests(app, options)


def _add_open_share(app: typer.Typer, options: Options) -> None:
    words = options.words

    @app.command(
        "open-share",
        help=words(
            tr(
                "What share of the cases is still open after each day since the start, in any way. Cases that were "
                "observed a shorter time are counted right.\n\n"
                "Example: justice-metrics open-share mapping.toml --by department --out open.png"
            )
        ),
    )
    def open_share(
        mapping: Path = options.mapping(),
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
            from ..measures.open_share import open_share as ask

            given: Any = {"variance": variance, "limits": limits, "band": band}
            shell.give(
                ask(
                    cases_of(shell, mapping),
                    start=start,
                    by=tuple(by),
                    given_days=given_days,
                    cluster=cluster,
                    confidence_level=confidence_level,
                    **given,
                )
            )


def _add_means(app: typer.Typer, options: Options) -> None:
    words = options.words

    @app.command(
        help=words(
            tr(
                "Mean days: of the first N days, how many was a case open on average, and how many were left after "
                "each ending. Groups are compared with one of them.\n\n"
                "Example: justice-metrics means mapping.toml --by department --horizon-days 730"
            )
        ),
    )
    def means(
        mapping: Path = options.mapping(),
        outcome: list[str] = _outcomes(words),
        start: str = options.start(),
        by: list[str] = options.by(),
        horizon_days: int = typer.Option(
            730, "--horizon-days", metavar="N", min=1, help=words(tr("Day, since the start, up to which days count."))
        ),
        reference: str | None = typer.Option(
            None,
            "--reference",
            metavar="GROUP",
            show_default=False,
            help=words(tr("Group with which the others are compared; the first otherwise.")),
        ),
        variance: str | None = options.variance(),
        limits: str = options.limits("plain"),
        cluster: str | None = options.cluster(),
        adjust: str = _adjust(words),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.restricted_means import restricted_means

            given: Any = {"variance": variance, "limits": limits, "adjust": adjust}
            shell.give(
                restricted_means(
                    cases_of(shell, mapping),
                    start=start,
                    outcome=tuple(outcome) or None,
                    by=tuple(by),
                    horizon_days=horizon_days,
                    reference=reference,
                    cluster=cluster,
                    confidence_level=confidence_level,
                    **given,
                )
            )


def _add_tests(app: typer.Typer, options: Options) -> None:
    words = options.words

    @app.command(
        help=words(
            tr(
                "Can the data tell the groups apart? Tests of the rates at which open cases end, and of the shares "
                "that end in each way.\n\n"
                "Example: justice-metrics tests mapping.toml --by department --outcome verdict --strata offence"
            )
        ),
    )
    def tests(
        mapping: Path = options.mapping(),
        by: list[str] = typer.Option(
            ...,
            "--by",
            metavar="NAME",
            show_default=False,
            help=words(tr("Attribute whose groups are compared. May be given more than once.")),
        ),
        outcome: list[str] = _outcomes(words),
        start: str = options.start(),
        test: str = typer.Option(
            "log-rank",
            "--test",
            metavar="NAME",
            help=words(tr("How the days weigh: log-rank, g-rho (with --rho, --gamma), gehan or tarone-ware.")),
        ),
        rho: float = typer.Option(
            0.0, "--rho", metavar="X", help=words(tr("With g-rho: above 0, early days weigh more."))
        ),
        gamma: float = typer.Option(
            0.0, "--gamma", metavar="X", help=words(tr("With g-rho: above 0, late days weigh more."))
        ),
        strata: list[str] = typer.Option(
            [],
            "--strata",
            metavar="NAME",
            show_default=False,
            help=words(tr("Compare within the groups of this attribute only. May be given more than once.")),
        ),
        trend: bool = typer.Option(
            False, "--trend", help=words(tr("Test also for a trend over the groups in their order."))
        ),
        adjust: str = _adjust(words),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.curve_tests import curve_tests

            given: Any = {"test": test, "adjust": adjust}
            shell.give(
                curve_tests(
                    cases_of(shell, mapping),
                    by=tuple(by),
                    start=start,
                    outcome=tuple(outcome) or None,
                    rho=rho,
                    gamma=gamma,
                    strata=tuple(strata),
                    trend=trend,
                    confidence_level=confidence_level,
                    **given,
                )
            )


def _outcomes(words: Words) -> Any:
    return typer.Option(
        [],
        "--outcome",
        metavar="OUTCOME",
        show_default=False,
        help=words(tr("An ending to be told apart from all others; each class by itself otherwise. May be repeated.")),
    )


def _adjust(words: Words) -> Any:
    return typer.Option(
        "holm",
        "--adjust",
        metavar="NAME",
        help=words(tr("How p values are adjusted for their number: holm or benjamini-hochberg.")),
    )
