"""justice-metrics study-size: how many files and courts the next study needs."""

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
        "study-size",
        help=words(
            tr(
                "How many files, from how many courts, the next study needs to show a difference that support makes. A "
                "mapping makes its cases a pilot: what is not given is then taken from them.\n\nExample: "
                "justice-metrics study-size mapping.toml --actor lawyer --difference 0.1\n\nExample without case "
                "files: justice-metrics study-size --baseline 0.3 --difference 0.1 --icc 0.05"
            )
        ),
    )
    def study_size(
        mapping: Path | None = typer.Argument(
            None,
            metavar="[MAPPING]",
            show_default=False,
            help=words(tr("The mapping file (toml) of the case files that serve as a pilot, if there are any.")),
        ),
        difference: list[float] = typer.Option(
            [0.05, 0.1, 0.15],
            "--difference",
            metavar="SHARE",
            help=words(
                tr("Difference that is to be shown: 0.1 for ten percentage points. May be given more than once.")
            ),
        ),
        baseline: float | None = typer.Option(
            None,
            "--baseline",
            metavar="SHARE",
            show_default=False,
            help=words(tr("Share with the outcome without support, such as 0.3.")),
        ),
        supported_share: float | None = typer.Option(
            None,
            "--supported-share",
            metavar="SHARE",
            show_default=False,
            help=words(tr("Share of the files that are supported.")),
        ),
        outcome: str = typer.Option(
            "verdict", "--outcome", metavar="OUTCOME", help=words(tr("The outcome that is counted in the pilot."))
        ),
        start: str = options.start(),
        horizon_days: int = typer.Option(
            730,
            "--horizon-days",
            metavar="N",
            min=1,
            help=words(tr("Day by which the outcome must have come, in the pilot.")),
        ),
        actor: list[str] = typer.Option(
            [],
            "--actor",
            metavar="NAME",
            show_default=False,
            help=words(
                tr(
                    "An actor who must have started for a case of the pilot to be supported. May be given more "
                    "than once."
                )
            ),
        ),
        started_within_days: int = typer.Option(
            90,
            "--started-within-days",
            metavar="N",
            min=0,
            help=words(tr("Day by which all actors must have started, in the pilot.")),
        ),
        cluster: str | None = options.cluster(),
        files_per_court: float | None = typer.Option(
            None,
            "--files-per-court",
            metavar="N",
            show_default=False,
            help=words(tr("Files read in each court.")),
        ),
        courts: int | None = typer.Option(
            None,
            "--courts",
            metavar="N",
            show_default=False,
            help=words(tr("Courts that can take part, where that is the limit.")),
        ),
        icc: float | None = typer.Option(
            None,
            "--icc",
            metavar="SHARE",
            show_default=False,
            help=words(tr("How alike the outcomes of one court are (intraclass correlation), between 0 and 1.")),
        ),
        effective_share: float = typer.Option(
            1.0,
            "--effective-share",
            metavar="SHARE",
            help=words(tr("Share of the information that weighting for who is supported leaves.")),
        ),
        power: float = typer.Option(
            0.8, "--power", metavar="SHARE", help=words(tr("Probability of showing the difference if it is there."))
        ),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures import study_size as planned

            shell.give(
                planned.study_size(
                    cases_of(shell, mapping) if mapping is not None else None,
                    difference=tuple(difference),
                    baseline=baseline,
                    supported_share=supported_share,
                    outcome=outcome,
                    start=start,
                    horizon_days=horizon_days,
                    actors=tuple(actor),
                    started_within_days=started_within_days,
                    cluster=cluster,
                    files_per_court=files_per_court,
                    courts=courts,
                    icc=icc,
                    effective_share=effective_share,
                    power=power,
                    confidence_level=confidence_level,
                )
            )
