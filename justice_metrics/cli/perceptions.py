"""justice-metrics perceptions, perception-differences, perception-change, reliability: what people asked think."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..base.language import tr
from .options import Options
from .shell import Shell
from .speech import Words

if TYPE_CHECKING:
    from ..cases.surveys.survey import Survey


def add(app: typer.Typer, options: Options) -> None:
    """Add the commands."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "What officials and users answered in a survey: who agrees with each statement, and mean scores of the "
                "scales.\n\nExample: justice-metrics perceptions survey.toml --by role"
            )
        )
    )
    def perceptions(
        survey: Path = _survey(words),
        by: list[str] = _by(words),
        items: list[str] = _items(words),
        scales: list[str] = _scales(words),
        interval: str = typer.Option(
            "wilson",
            "--interval",
            metavar="NAME",
            help=words(tr("Limits of shares: wilson, clopper_pearson (exact) or jeffreys.")),
        ),
        mean_interval: str = typer.Option(
            "student",
            "--mean-interval",
            metavar="NAME",
            help=words(tr("Limits of mean scores: student, or bootstrap for few people.")),
        ),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.perceptions.perceptions import perceptions as ask

            shell.give(
                ask(
                    survey_of(shell, survey),
                    by=tuple(by),
                    items=tuple(items),
                    scales=tuple(scales),
                    interval=interval,  # type: ignore[arg-type]
                    mean_interval=mean_interval,  # type: ignore[arg-type]
                    confidence_level=confidence_level,
                )
            )

    @app.command(
        help=words(
            tr(
                "Compare what groups of people answered in a survey, with limits and tests.\n\n"
                "Example: justice-metrics perception-differences survey.toml --between role --reference judge"
            )
        )
    )
    def perception_differences(
        survey: Path = _survey(words),
        between: str = typer.Option(..., "--between", metavar="NAME", help=words(tr("The groups to compare."))),
        reference: str | None = typer.Option(
            None,
            "--reference",
            metavar="LEVEL",
            show_default=False,
            help=words(tr("The group with which the others are compared; otherwise the one with most people.")),
        ),
        by: list[str] = _by(words),
        items: list[str] = _items(words),
        scales: list[str] = _scales(words),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.perceptions.differences import perception_differences as ask

            shell.give(
                ask(
                    survey_of(shell, survey),
                    between=between,
                    reference=reference,
                    by=tuple(by),
                    items=tuple(items),
                    scales=tuple(scales),
                    confidence_level=confidence_level,
                )
            )

    @app.command(
        help=words(
            tr(
                "What changed between the rounds of a survey, with limits and tests. Give one survey file that tells "
                "rounds apart, or that of each round.\n\nExample: justice-metrics perception-change survey.toml"
            )
        )
    )
    def perception_change(
        survey: Path = _survey(words),
        later: Path | None = typer.Argument(
            None, metavar="[LATER]", show_default=False, help=words(tr("The survey file of the later round."))
        ),
        by: list[str] = _by(words),
        items: list[str] = _items(words),
        scales: list[str] = _scales(words),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.perceptions.differences import perception_change as ask

            shell.give(
                ask(
                    survey_of(shell, survey),
                    None if later is None else survey_of(shell, later),
                    by=tuple(by),
                    items=tuple(items),
                    scales=tuple(scales),
                    confidence_level=confidence_level,
                )
            )

    @app.command(
        help=words(
            tr(
                "Reliability of the scales of a survey: whether their statements say the same (alpha, omega), and "
                "which of them do not.\n\nExample: justice-metrics reliability survey.toml"
            )
        )
    )
    def reliability(
        survey: Path = _survey(words),
        scales: list[str] = _scales(words),
        by: list[str] = _by(words),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.perceptions.reliability import reliability as ask

            shell.give(
                ask(survey_of(shell, survey), scales=tuple(scales), by=tuple(by), confidence_level=confidence_level)
            )


def survey_of(shell: Shell, path: Path) -> Survey:
    """Read the survey that a file describes, and speak its language from here on."""
    from ..cases.surveys.mapping import read_survey_mapping
    from ..cases.surveys.read import read_survey

    described = read_survey_mapping(path)
    shell.settle(described.survey.language)
    with shell.working(tr("Reading the survey: {files}", files=described.survey.file)):
        return read_survey(mapping=described)


def _survey(words: Words) -> Any:
    return typer.Argument(
        ...,
        metavar="SURVEY",
        show_default=False,
        help=words(tr("The survey file (toml) that describes the answers: docs/perceptions.md.")),
    )


def _by(words: Words) -> Any:
    return typer.Option(
        [],
        "--by",
        metavar="NAME",
        show_default=False,
        help=words(tr("Show each group of people by itself, such as role or round. May be given more than once.")),
    )


def _items(words: Words) -> Any:
    return typer.Option(
        [],
        "--item",
        metavar="NAME",
        show_default=False,
        help=words(tr("A statement; all by default. May be given more than once.")),
    )


def _scales(words: Words) -> Any:
    return typer.Option(
        [],
        "--scale",
        metavar="NAME",
        show_default=False,
        help=words(tr("A scale; all by default. May be given more than once.")),
    )
