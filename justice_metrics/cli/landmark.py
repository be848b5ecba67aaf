"""justice-metrics landmark: support actors and what followed, honest about time."""

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
                "Support actors and what followed: among cases still open on a day (the landmark), those in which all "
                "actors had "
                "started by then beside the others. An association, not the effect of support.\n\nExample: "
                "justice-metrics "
                "landmark mapping.toml --actor lawyer --actor psychologist --actor social_worker --cluster court"
            )
        )
    )
    def landmark(
        mapping: Path = options.mapping(),
        actor: list[str] = typer.Option(
            ...,
            "--actor",
            metavar="NAME",
            show_default=False,
            help=words(tr("An actor who must have started by the landmark. May be given more than once.")),
        ),
        landmark_days: int = typer.Option(
            180,
            "--landmark-days",
            metavar="N",
            min=0,
            help=words(tr("Day, since the start, on which support is read.")),
        ),
        horizon_days: int = typer.Option(
            730,
            "--horizon-days",
            metavar="N",
            min=1,
            help=words(tr("Day, since the start, up to which outcomes are compared.")),
        ),
        outcome: str = typer.Option(
            "verdict", "--outcome", metavar="OUTCOME", help=words(tr("The outcome that is compared."))
        ),
        start: str = options.start(),
        cluster: str | None = typer.Option(
            None,
            "--cluster",
            metavar="NAME",
            show_default=False,
            help=words(tr("Attribute whose groups are alike inside, such as court: intervals then allow for it.")),
        ),
        resamples: int = typer.Option(
            2000,
            "--resamples",
            metavar="N",
            min=100,
            help=words(tr("How often clusters are drawn anew for the interval.")),
        ),
        seed: int = typer.Option(1, "--seed", metavar="N", help=words(tr("The same number gives the same interval."))),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.landmark import landmark_association

            cases = cases_of(shell, mapping)
            with shell.working(tr("Drawing courts anew for the interval")):
                answer = landmark_association(
                    cases,
                    actors=tuple(actor),
                    landmark_days=landmark_days,
                    horizon_days=horizon_days,
                    outcome=outcome,
                    start=start,
                    cluster=cluster,
                    resamples=resamples,
                    seed=seed,
                    confidence_level=confidence_level,
                )
            shell.give(answer)
