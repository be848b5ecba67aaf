"""justice-metrics trends, control-chart, change-points, crosswalk, official-tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from ..base.language import tr
from .options import Options
from .reading import cases_of, data_of
from .shell import Shell
from .speech import Words


def add(app: typer.Typer, options: Options) -> None:
    """Add the commands."""
    _add_trends(app, options)
    _add_control_chart(app, options)
    _add_change_points(app, options)
    _add_crosswalk(app, options)
    _add_official_tables(app, options)


def _add_trends(app: typer.Typer, options: Options) -> None:
    words = options.words

    @app.command(
        help=words(
            tr(
                "Trend by month, quarter or year, each cohort followed for the same time; cohorts that are too young "
                "are marked.\n\nExample: justice-metrics trends mapping.toml --outcome conviction --within-days 730"
            )
        )
    )
    def trends(
        mapping: Path = options.mapping(),
        outcome: str | None = _outcome(words),
        quantity: str | None = _quantity(words),
        per: str | None = _per(words),
        share_of: str | None = _share_of(words),
        start: str = options.start(),
        within_days: int = _within_days(words),
        period: str = _period(words),
        by: list[str] = options.by(),
        known_only: bool = _known_only(words),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.series.trends import trends as ask

            shell.give(
                ask(
                    data_of(shell, mapping),
                    outcome=outcome,
                    quantity=quantity,
                    per=per,
                    share_of=share_of,
                    start=start,
                    within_days=within_days,
                    period=period,  # type: ignore[arg-type]
                    by=tuple(by),
                    known_only=known_only,
                    confidence_level=confidence_level,
                )
            )


def _add_control_chart(app: typer.Typer, options: Options) -> None:
    words = options.words

    @app.command(
        "control-chart",
        help=words(
            tr(
                "Control chart: which periods differ from the others by more than chance, seasons allowed for.\n\n"
                "Example: justice-metrics control-chart counts.toml --quantity resolved --share-of new"
            )
        ),
    )
    def control_chart(
        mapping: Path = options.mapping(),
        outcome: str | None = _outcome(words),
        quantity: str | None = _quantity(words),
        per: str | None = _per(words),
        share_of: str | None = _share_of(words),
        start: str = options.start(),
        within_days: int = _within_days(words),
        period: str = _period(words),
        by: list[str] = options.by(),
        known_only: bool = _known_only(words),
        base_until: str | None = typer.Option(
            None,
            "--base-until",
            metavar="PERIOD",
            show_default=False,
            help=words(tr("Last period that makes the centre, such as 2016-Q4; later ones are watched against it.")),
        ),
        seasonal: bool = typer.Option(
            True, "--seasonal/--not-seasonal", help=words(tr("Give each season a centre of its own."))
        ),
        run_length: int = typer.Option(
            8,
            "--run-length",
            metavar="N",
            min=2,
            help=words(tr("So many periods in a row on one side of the centre are a signal.")),
        ),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.series.control_chart import control_chart as ask

            shell.give(
                ask(
                    data_of(shell, mapping),
                    outcome=outcome,
                    quantity=quantity,
                    per=per,
                    share_of=share_of,
                    start=start,
                    within_days=within_days,
                    period=period,  # type: ignore[arg-type]
                    by=tuple(by),
                    known_only=known_only,
                    base_until=base_until,
                    seasonal=seasonal,
                    run_length=run_length,
                )
            )


def _add_change_points(app: typer.Typer, options: Options) -> None:
    words = options.words

    @app.command(
        "change-points",
        help=words(
            tr(
                "Change points: whether and when the level changed, corrected for all the places that were looked at."
                "\n\nExample: justice-metrics change-points mapping.toml --outcome rejection --within-days 180"
            )
        ),
    )
    def change_points(
        mapping: Path = options.mapping(),
        outcome: str | None = _outcome(words),
        quantity: str | None = _quantity(words),
        per: str | None = _per(words),
        share_of: str | None = _share_of(words),
        start: str = options.start(),
        within_days: int = _within_days(words),
        period: str = _period(words),
        by: list[str] = options.by(),
        known_only: bool = _known_only(words),
        level: float = typer.Option(
            0.05,
            "--level",
            min=0.0001,
            max=0.5,
            help=words(tr("Chance of finding any change in rows that have none.")),
        ),
        shortest: int = typer.Option(
            3, "--shortest", metavar="N", min=1, help=words(tr("Periods that a level lasts at least."))
        ),
        seed: int = typer.Option(20180430, "--seed", metavar="N", help=words(tr("Seed of the random orders."))),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.series.change_points import change_points as ask

            shell.give(
                ask(
                    data_of(shell, mapping),
                    outcome=outcome,
                    quantity=quantity,
                    per=per,
                    share_of=share_of,
                    start=start,
                    within_days=within_days,
                    period=period,  # type: ignore[arg-type]
                    by=tuple(by),
                    known_only=known_only,
                    level=level,
                    shortest=shortest,
                    seed=seed,
                )
            )


def _add_crosswalk(app: typer.Typer, options: Options) -> None:
    words = options.words

    @app.command(
        help=words(
            tr(
                "Offences in groups of an observatory and in codes of the international classification of crime (ICCS)."
                "\n\nExample: justice-metrics crosswalk mapping.toml"
            )
        )
    )
    def crosswalk(
        mapping: Path = options.mapping(),
        attribute: str = _attribute(words),
        quantity: str = typer.Option(
            "new", "--quantity", metavar="NAME", help=words(tr("Of a table of counts: the quantity that is added up."))
        ),
        country: str | None = _country(words),
        table: Path | None = _table(words),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.series.crosswalk import crosswalk as ask

            shell.give(
                ask(data_of(shell, mapping), attribute=attribute, quantity=quantity, country=country, table=table)
            )


def _add_official_tables(app: typer.Typer, options: Options) -> None:
    words = options.words

    @app.command(
        "official-tables",
        help=words(
            tr(
                "Rows of SDG 16.3.1, 5.2.1, 5.2.2 and of the UN-CTS that these case files can fill, and those that "
                "they cannot.\n\nExample: justice-metrics official-tables mapping.toml --out rows.xlsx"
            )
        ),
    )
    def official_tables(
        mapping: Path = options.mapping(),
        attribute: str = _attribute(words),
        country: str | None = _country(words),
        table: Path | None = _table(words),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.series.official_tables import official_tables as ask

            shell.give(ask(cases_of(shell, mapping), attribute=attribute, country=country, table=table))


def _outcome(words: Words) -> Any:
    return typer.Option(
        None,
        "--outcome",
        metavar="OUTCOME",
        show_default=False,
        help=words(tr("Of case files: what the share is of; conviction when nothing else is asked.")),
    )


def _quantity(words: Words) -> Any:
    return typer.Option(
        None,
        "--quantity",
        metavar="NAME",
        show_default=False,
        help=words(tr("Counted in each period: a quantity of the table; of case files new, resolved or a stage.")),
    )


def _per(words: Words) -> Any:
    return typer.Option(
        None,
        "--per",
        metavar="NAME",
        show_default=False,
        help=words(tr("Of a table of counts: what the count comes from, such as judges or population.")),
    )


def _share_of(words: Words) -> Any:
    return typer.Option(
        None,
        "--share-of",
        metavar="NAME",
        show_default=False,
        help=words(tr("Of a table of counts: the quantity of which it is a part.")),
    )


def _within_days(words: Words) -> Any:
    return typer.Option(
        365, "--within-days", metavar="N", min=0, help=words(tr("Days for which each cohort is followed."))
    )


def _period(words: Words) -> Any:
    return typer.Option(
        "quarter", "--period", metavar="NAME", help=words(tr("Period: month, quarter, half_year or year."))
    )


def _known_only(words: Words) -> Any:
    return typer.Option(
        False,
        "--known-only",
        help=words(tr("Of a table of counts: leave cells without a number out of the sums.")),
    )


def _attribute(words: Words) -> Any:
    return typer.Option(
        "offence", "--attribute", metavar="NAME", help=words(tr("Attribute or key that names the offence."))
    )


def _country(words: Words) -> Any:
    return typer.Option(
        None,
        "--country",
        metavar="CODE",
        show_default=False,
        help=words(tr("Country of the crosswalk: BO, GT or MX; otherwise that of the procedure.")),
    )


def _table(words: Words) -> Any:
    return typer.Option(
        None,
        "--table",
        metavar="FILE",
        show_default=False,
        help=words(tr("A crosswalk of your own, as a csv file.")),
    )
