"""justice-metrics support: what starting support in time does to how cases end, by emulating a trial."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..base.errors import QuestionError
from ..base.language import tr
from ..base.types import Names
from .options import Options
from .reading import cases_of
from .shell import Shell

if TYPE_CHECKING:
    from ..reduce.histories import Needed


class Timing(StrEnum):
    """On which days support starts under the first strategy."""

    USUAL = "usual"
    EVEN = "even"
    LATE = "late"


def add(app: typer.Typer, options: Options) -> None:
    """Add the command."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "The effect of support: how cases would end if support started within so many days, and if it did not, "
                "by emulating a trial of both (cloning, censoring and weighting).\n\nExample: justice-metrics support "
                "mapping.toml --actor lawyer --actor psychologist --actor social_worker --adjust offence --adjust area "
                "--milestone accusation --cluster court"
            )
        )
    )
    def support(
        mapping: Path = options.mapping(),
        actor: list[str] = typer.Option(
            ...,
            "--actor",
            metavar="NAME",
            show_default=False,
            help=words(tr("A support actor who counts. May be given more than once.")),
        ),
        needed: str = typer.Option(
            "all",
            "--needed",
            metavar="all|any|N",
            help=words(tr("How many of the actors make a case supported: all, any, or a number.")),
        ),
        started_within_days: int = typer.Option(
            90,
            "--started-within-days",
            metavar="N",
            min=0,
            help=words(tr("Last day, since the start, on which support counts as started in time.")),
        ),
        horizon_days: list[int] = typer.Option(
            [730],
            "--horizon-days",
            metavar="N",
            min=1,
            help=words(tr("Day, since the start, by which outcomes are compared. May be given more than once.")),
        ),
        outcome: list[str] = typer.Option(
            [],
            "--outcome",
            metavar="OUTCOME",
            show_default=False,
            help=words(
                tr(
                    "An outcome that is compared; by default verdict, conviction, acquittal, rejection, dismissal and "
                    "withdrawal. May be given more than once."
                )
            ),
        ),
        start: str = options.start(),
        adjust: list[str] = typer.Option(
            [],
            "--adjust",
            metavar="TERM",
            show_default=False,
            help=words(
                tr(
                    "What attracts support and decides the outcome: an attribute, or a term such as "
                    "bs(age_at_fact, df=3). May be given more than once."
                )
            ),
        ),
        milestone: list[str] = typer.Option(
            [],
            "--milestone",
            metavar="STAGE",
            show_default=False,
            help=words(
                tr(
                    "A stage on the way that attracts support and hastens the outcome, such as accusation. May be "
                    "given more than once."
                )
            ),
        ),
        cluster: str | None = options.cluster(),
        timing: Timing = typer.Option(
            Timing.USUAL,
            "--timing",
            help=words(
                tr(
                    "On which days support starts under the first strategy: usual (as it does where it starts in "
                    "time), even, or late (by itself, the rest over the last days)."
                )
            ),
        ),
        window_days: int = typer.Option(
            30,
            "--window-days",
            metavar="N",
            min=1,
            help=words(tr("With late: over how many last days what is missing is spread.")),
        ),
        lag_days: int = typer.Option(
            0, "--lag-days", metavar="N", min=0, help=words(tr("Support counts so many days after its first day."))
        ),
        institution: list[str] = typer.Option(
            [],
            "--institution",
            metavar="NAME",
            show_default=False,
            help=words(tr("Only support by this institution counts. May be given more than once.")),
        ),
        truncate: float | None = typer.Option(
            None,
            "--truncate",
            metavar="SHARE",
            min=0.5,
            max=1.0,
            show_default=False,
            help=words(tr("Cut weights at this quantile, such as 0.99. By default they are not cut.")),
        ),
        resamples: int = typer.Option(
            500,
            "--resamples",
            metavar="N",
            min=50,
            help=words(tr("How often courts are drawn anew, and everything repeated, for the interval.")),
        ),
        seed: int = typer.Option(1, "--seed", metavar="N", help=words(tr("The same number gives the same interval."))),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.support.effect import support_effect

            cases = cases_of(shell, mapping)
            answer = support_effect(
                cases,
                actors=tuple(actor),
                needed=_needed(needed),
                started_within_days=started_within_days,
                horizon_days=tuple(horizon_days),
                outcome=_outcomes(outcome),
                start=start,
                adjust=tuple(adjust),
                milestones=tuple(milestone),
                cluster=cluster,
                timing=timing.value,
                window_days=window_days,
                lag_days=lag_days,
                institutions=tuple(institution),
                truncate=truncate,
                resamples=resamples,
                seed=seed,
                confidence_level=confidence_level,
                progress=not (quiet or json),
            )
            shell.give(answer)


def _needed(given: str) -> Needed:
    """Return how many actors are needed; what is neither a word nor a number is told by the question itself."""
    if given.strip().isdecimal():
        return int(given)
    if given in ("all", "any"):
        return "all" if given == "all" else "any"
    raise QuestionError(
        tr("'{given}' is no number of actors.", given=given), tr("Write --needed all, --needed any or --needed 2.")
    )


def _outcomes(given: list[str]) -> Names | None:
    return tuple(given) or None
