"""justice-metrics offices, population-rates: offices compared fairly, and rates of the population."""

from __future__ import annotations

from pathlib import Path

import typer

from ..base.language import tr
from .options import Options
from .reading import data_of
from .shell import Shell


def add(app: typer.Typer, options: Options) -> None:
    """Add the commands."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Compare offices fairly: the same follow-up, the same mix of cases, a funnel plot, and ranks with "
                "their intervals; small offices are not ranked.\n\n"
                "Example: justice-metrics offices mapping.toml --outcome verdict --within-days 730 --adjust offence"
            )
        )
    )
    def offices(
        mapping: Path = options.mapping(),
        outcome: str = typer.Option("verdict", "--outcome", metavar="OUTCOME", help=words(tr("What is compared."))),
        per: str = typer.Option(
            "complaint", "--per", metavar="STAGE", help=words(tr("Stage from which cases are followed."))
        ),
        office: str | None = typer.Option(
            None, "--office", metavar="NAME", show_default=False, help=words(tr("Attribute that is the office."))
        ),
        within_days: int | None = typer.Option(
            None,
            "--within-days",
            metavar="N",
            min=1,
            show_default=False,
            help=words(tr("Days within which the outcome counts; 730 for case files.")),
        ),
        adjust: list[str] = typer.Option(
            [],
            "--adjust",
            metavar="NAME",
            show_default=False,
            help=words(tr("Attribute in which offices may differ by no doing of theirs. May be given more than once.")),
        ),
        minimum: int = typer.Option(
            30, "--minimum", metavar="N", min=1, help=words(tr("Cases from which on an office is ranked."))
        ),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.offices.compare_offices import compare_offices

            shell.give(
                compare_offices(
                    data_of(shell, mapping),
                    outcome=outcome,
                    per=per,
                    office=office,
                    within_days=within_days,
                    adjust=tuple(adjust),
                    minimum=minimum,
                    confidence_level=confidence_level,
                )
            )

    @app.command(
        name="population-rates",
        help=words(
            tr(
                "Rates per 100,000 people and year, with exact intervals and, with --age, standardised for age.\n\n"
                "Example: justice-metrics population-rates mapping.toml --population people.csv --by department"
            )
        ),
    )
    def population_rates(
        mapping: Path = options.mapping(),
        population: Path | None = typer.Option(
            None,
            "--population",
            metavar="FILE",
            show_default=False,
            help=words(tr("Table of the population: a column population, and one for each attribute by its name.")),
        ),
        counted: str | None = typer.Option(
            None,
            "--counted",
            metavar="STAGE",
            show_default=False,
            help=words(tr("What is counted: a stage such as complaint, or a quantity of a table of counts.")),
        ),
        by: list[str] = options.by(),
        age: str | None = typer.Option(
            None,
            "--age",
            metavar="NAME",
            show_default=False,
            help=words(tr("Attribute that is the age; the file has bands of it, such as 15-19.")),
        ),
        who: bool = typer.Option(
            False, "--who", help=words(tr("Standardise to the ages of the WHO's world population."))
        ),
        standard_file: Path | None = typer.Option(
            None,
            "--standard-file",
            metavar="FILE",
            show_default=False,
            help=words(tr("Ages to standardise to; otherwise those of the whole population.")),
        ),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.rates.population_rates import population_rates as ask

            shell.give(
                ask(
                    data_of(shell, mapping),
                    population=population,
                    counted=counted,
                    by=tuple(by) or ("year",),
                    age=age,
                    standard="who" if who else "population",
                    standard_file=standard_file,
                    confidence_level=confidence_level,
                )
            )
