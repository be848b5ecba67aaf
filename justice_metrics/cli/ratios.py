"""justice-metrics ratios, effectiveness, parts, changes: numbers of one period, from case files or from counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from ..base.language import tr
from .options import Options
from .reading import data_of
from .shell import Shell
from .speech import Words


def add(app: typer.Typer, options: Options) -> None:
    """Add the commands."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Ratios of a period: numbers of the same months set side by side, which are not the same cases.\n\n"
                "Example: justice-metrics ratios mapping.toml --of conviction --per prosecution --period quarter"
            )
        )
    )
    def ratios(
        mapping: Path = options.mapping(),
        of: list[str] = _numbers(words, ["conviction"]),
        per: list[str] = _bases(words),
        period: str | None = _period(words),
        by: list[str] = options.by(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.rates.period_ratios import period_ratios

            data = data_of(shell, mapping)
            shell.give(
                period_ratios(data, of=tuple(of), per=tuple(per), period=period, by=tuple(by))  # type: ignore[arg-type]
            )

    @app.command(
        help=words(
            tr(
                "Effectiveness of a period, and impunity as what it lacks: effective endings to the cases known.\n\n"
                "Example: justice-metrics effectiveness mapping.toml --excluded transfer"
            )
        )
    )
    def effectiveness(
        mapping: Path = options.mapping(),
        effective: list[str] = typer.Option(
            ["conviction", "alternative_exit"],
            "--effective",
            metavar="ENDING",
            help=words(tr("Ending that counts as effective. May be given more than once.")),
        ),
        known: str = typer.Option(
            "complaint", "--known", metavar="NAME", help=words(tr("What says how many cases came to be known."))
        ),
        excluded: list[str] = typer.Option(
            [],
            "--excluded",
            metavar="NAME",
            show_default=False,
            help=words(tr("What is taken off the cases known. May be given more than once.")),
        ),
        period: str | None = _period(words),
        by: list[str] = options.by(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.rates import effectiveness as measure

            shell.give(
                measure.effectiveness(
                    data_of(shell, mapping),
                    effective=tuple(effective),
                    known=known,
                    excluded=tuple(excluded),
                    period=period,  # type: ignore[arg-type]
                    by=tuple(by),
                )
            )

    @app.command(
        help=words(
            tr(
                "Parts of a whole: the share of each, what they leave over, and whether they are more than the "
                "whole.\n\nExample: justice-metrics parts counts.toml --part physical --part sexual --whole complaint"
            )
        )
    )
    def parts(
        mapping: Path = options.mapping(),
        part: list[str] = typer.Option(
            ..., "--part", metavar="NAME", help=words(tr("A part of the whole. May be given more than once."))
        ),
        whole: str = typer.Option(..., "--whole", metavar="NAME", help=words(tr("The whole."))),
        period: str | None = _period(words),
        by: list[str] = options.by(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.rates.parts_of_whole import parts_of_whole

            data = data_of(shell, mapping)
            shell.give(
                parts_of_whole(data, parts=tuple(part), whole=whole, period=period, by=tuple(by))  # type: ignore[arg-type]
            )

    @app.command(
        help=words(
            tr(
                "Changes from period to period: per cent of a number, or with --per the percentage points of a ratio."
                "\n\nExample: justice-metrics changes counts.toml --of complaint --against year_before"
            )
        )
    )
    def changes(
        mapping: Path = options.mapping(),
        of: list[str] = _numbers(words, ["complaint"]),
        per: str | None = typer.Option(
            None,
            "--per",
            metavar="NAME",
            show_default=False,
            help=words(tr("Denominator: then the change is that of a ratio, in percentage points.")),
        ),
        period: str | None = _period(words),
        against: str = typer.Option(
            "previous",
            "--against",
            metavar="NAME",
            help=words(tr("Compared with the period before (previous) or the same one a year before (year_before).")),
        ),
        rounding: str = typer.Option(
            "half_up", "--rounding", metavar="NAME", help=words(tr("Rule of rounding: half_up, half_even or down."))
        ),
        by: list[str] = options.by(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.rates.count_changes import count_changes
            from ..measures.rates.ratio_changes import ratio_changes

            data = data_of(shell, mapping)
            asked: dict[str, Any] = {"period": period, "by": tuple(by), "against": against}
            if per is None:
                shell.give(count_changes(data, of=tuple(of), rounding=rounding, **asked))  # type: ignore[arg-type]
            else:
                shell.give(ratio_changes(data, of=of[0], per=per, **asked))


def _numbers(words: Words, default: list[str]) -> Any:
    return typer.Option(
        default,
        "--of",
        metavar="NAME",
        help=words(tr("Numerator: what is counted in the period. May be given more than once.")),
    )


def _bases(words: Words) -> Any:
    return typer.Option(
        ["complaint"],
        "--per",
        metavar="NAME",
        help=words(tr("Denominator: what is counted in the same period. May be given more than once.")),
    )


def _period(words: Words) -> Any:
    return typer.Option(
        None,
        "--period",
        metavar="NAME",
        show_default=False,
        help=words(tr("Period: month, quarter, half_year or year.")),
    )
