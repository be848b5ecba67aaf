"""justice-metrics rates, outcomes, cohort-rates, contrasts, impunity: shares of the cases that are followed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from ..base.language import tr
from . import ratios, surveys
from .options import Options
from .reading import cases_of
from .shell import Shell
from .speech import Words


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
        interval: str = interval_option(words),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.rates.convictions import conviction_rates

            shell.give(
                conviction_rates(
                    cases_of(shell, mapping),
                    per=tuple(per),
                    by=tuple(by),
                    outcome=outcome,
                    interval=interval,  # type: ignore[arg-type]
                    confidence_level=confidence_level,
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
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.rates.convictions import outcome_shares

            shell.give(outcome_shares(cases_of(shell, mapping), by=tuple(by), confidence_level=confidence_level))

    @app.command(
        "cohort-rates",
        help=words(
            tr(
                "Rates of the cases that are followed, each with its denominator: charged, rejected, withdrawn, "
                "pending, of those that reached a stage.\n\n"
                "Example: justice-metrics cohort-rates mapping.toml --of charge --of withdrawal --per complaint"
            )
        ),
    )
    def cohort_rates(
        mapping: Path = options.mapping(),
        of: list[str] = typer.Option(
            [],
            "--of",
            metavar="NAME",
            show_default=False,
            help=words(tr("Numerator: a stage, a way of ending, or pending. May be given more than once.")),
        ),
        per: list[str] = typer.Option(
            ["complaint"],
            "--per",
            metavar="STAGE",
            help=words(tr("Denominator: cases that reached this stage. May be given more than once.")),
        ),
        by: list[str] = options.by(),
        interval: str = interval_option(words),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.rates import cohort_rates as measure

            shell.give(
                measure.cohort_rates(
                    cases_of(shell, mapping),
                    of=tuple(of) or None,
                    per=tuple(per),
                    by=tuple(by),
                    interval=interval,  # type: ignore[arg-type]
                    confidence_level=confidence_level,
                )
            )

    @app.command(
        help=words(
            tr(
                "Rates of two groups side by side: the difference in percentage points, and the ratio.\n\n"
                "Example: justice-metrics contrasts mapping.toml --by sex --of conviction --per complaint"
            )
        )
    )
    def contrasts(
        mapping: Path = options.mapping(),
        by: str = typer.Option(..., "--by", metavar="NAME", help=words(tr("Attribute whose levels are compared."))),
        of: str = typer.Option(
            "conviction", "--of", metavar="NAME", help=words(tr("Numerator: a stage, a way of ending, or pending."))
        ),
        per: str = typer.Option(
            "complaint", "--per", metavar="STAGE", help=words(tr("Denominator: cases that reached this stage."))
        ),
        reference: str | None = typer.Option(
            None,
            "--reference",
            metavar="LEVEL",
            show_default=False,
            help=words(tr("Level that the others are compared with; otherwise the one with the most cases.")),
        ),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.rates.rate_contrasts import rate_contrasts

            cases = cases_of(shell, mapping)
            shell.give(
                rate_contrasts(cases, by=by, of=of, per=per, reference=reference, confidence_level=confidence_level)
            )

    @app.command(
        help=words(
            tr(
                "Impunity of the reported cases: the share without a conviction or an accepted alternative exit, at "
                "fixed ages and as measured.\n\nExample: justice-metrics impunity mapping.toml --months 24 --by year"
            )
        )
    )
    def impunity(
        mapping: Path = options.mapping(),
        months: list[int] = typer.Option(
            [12, 24, 36],
            "--months",
            metavar="N",
            min=1,
            help=words(tr("Age of the case in months. May be given more than once.")),
        ),
        effective: list[str] = typer.Option(
            ["conviction", "alternative_exit"],
            "--effective",
            metavar="ENDING",
            help=words(tr("Ending that counts as effective. May be given more than once.")),
        ),
        by: list[str] = options.by(),
        interval: str = interval_option(words),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.rates import impunity as measure

            shell.give(
                measure.impunity(
                    cases_of(shell, mapping),
                    months=tuple(months),
                    effective=tuple(effective),
                    by=tuple(by),
                    interval=interval,  # type: ignore[arg-type]
                    confidence_level=confidence_level,
                )
            )

    ratios.add(app, options)
    surveys.add(app, options)


def interval_option(words: Words) -> Any:
    """Return the option --interval."""
    return typer.Option(
        "wilson",
        "--interval",
        metavar="wilson|clopper_pearson|jeffreys",
        help=words(tr("Interval of a share of independent cases: wilson, clopper_pearson (exact) or jeffreys.")),
    )
