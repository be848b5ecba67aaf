"""justice-metrics regression: which cases come to an outcome faster or more often, other things being equal."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import typer

from ..base.errors import QuestionError
from ..base.language import tr
from .options import Options
from .reading import cases_of
from .shell import Shell


class Model(StrEnum):
    """What is compared between cases."""

    COX = "cox"
    CAUSE_SPECIFIC = "cause-specific"
    SUBDISTRIBUTION = "subdistribution"


def add(app: typer.Typer, options: Options) -> None:
    """Add the command."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Which cases come to an outcome faster, or more of them in the end, other covariates being equal: "
                "ratios with intervals by level.\n\nExample: justice-metrics regression mapping.toml --formula "
                '"department + age_at_fact" --outcome verdict'
            )
        ),
    )
    def regression(
        mapping: Path = options.mapping(),
        formula: str = typer.Option(
            ...,
            "--formula",
            metavar="FORMULA",
            show_default=False,
            help=words(
                tr(
                    "Covariates: attributes of the mapping joined by +, by * for interactions; functions such as "
                    "bs(age_at_fact, df=4) or C(year)."
                )
            ),
        ),
        model: Model = typer.Option(
            Model.COX,
            "--model",
            help=words(
                tr(
                    "cox: pace towards one outcome among open cases; cause-specific: towards every ending at once, "
                    "with the shares that follow; subdistribution: share that comes to the outcome (Fine and Gray)."
                )
            ),
        ),
        outcome: list[str] = typer.Option(
            [],
            "--outcome",
            metavar="OUTCOME",
            show_default=False,
            help=words(
                tr(
                    "What cases are to come to: verdict by default, for cause-specific every outcome class. May be "
                    "given more than once, except with cox."
                )
            ),
        ),
        start: str = options.start(),
        strata: list[str] = typer.Option(
            [],
            "--strata",
            metavar="NAME",
            show_default=False,
            help=words(tr("Attribute whose groups have a baseline of their own. May be given more than once.")),
        ),
        time_varying: list[str] = typer.Option(
            [],
            "--time-varying",
            metavar="ACTOR",
            show_default=False,
            help=words(
                tr("Support actor in the formula: counts from the day after the support started. May be given again.")
            ),
        ),
        reference: list[str] = typer.Option(
            [],
            "--reference",
            metavar="NAME=LEVEL",
            show_default=False,
            help=words(tr("Level that the others of an attribute are compared with. May be given more than once.")),
        ),
        horizon_days: list[int] = typer.Option(
            [],
            "--horizon-days",
            metavar="N",
            min=0,
            show_default=False,
            help=words(tr("Day on which shares are read. May be given more than once.")),
        ),
        cluster: str | None = typer.Option(
            None,
            "--cluster",
            metavar="NAME",
            show_default=False,
            help=words(tr("Attribute whose groups are alike inside, such as court: intervals then allow for it.")),
        ),
        penalty: str | None = typer.Option(
            None,
            "--penalty",
            metavar="N|firth",
            show_default=False,
            help=words(
                tr(
                    "Only with cox: firth keeps ratios finite where a level has no ending; a number is a ridge penalty "
                    "on standardised covariates."
                )
            ),
        ),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            given: dict[str, Any] = {
                "formula": formula,
                "start": start,
                "strata": tuple(strata),
                "references": _references(reference),
                "cluster": cluster,
                "horizon_days": tuple(horizon_days) or None,
                "confidence_level": confidence_level,
            }
            cases = cases_of(shell, mapping)
            if model is Model.SUBDISTRIBUTION:
                from ..measures.subdistribution import subdistribution_regression

                _ensure_none(time_varying)
                _ensure_no_penalty(penalty)
                shell.give(subdistribution_regression(cases, outcome=tuple(outcome) or "verdict", **given))
            elif model is Model.CAUSE_SPECIFIC:
                from ..measures.cause_specific import cause_specific_regression

                _ensure_no_penalty(penalty)
                chosen = tuple(outcome) or None
                shell.give(cause_specific_regression(cases, outcome=chosen, time_varying=tuple(time_varying), **given))
            else:
                from ..measures.regression import cox_regression

                given |= {"outcome": _one(outcome), "time_varying": tuple(time_varying), "penalty": _penalty(penalty)}
                shell.give(cox_regression(cases, **given))


def _references(given: list[str]) -> dict[str, str]:
    parts = [one.partition("=") for one in given]
    for name, mark, level in parts:
        if not (name and mark and level):
            raise QuestionError(
                tr("'{given}' names no reference level.", given=name), tr("Write it as: department=La Paz")
            )
    return {name.strip(): level.strip() for name, _, level in parts}


def _one(outcome: list[str]) -> str:
    if len(outcome) > 1:
        raise QuestionError(
            tr("A Cox model explains one outcome; {n} were named.", n=len(outcome)),
            tr("Use --model cause-specific for several."),
        )
    return outcome[0] if outcome else "verdict"


def _penalty(given: str | None) -> float | Literal["firth"] | None:
    if given is None:
        return None
    if given.strip().lower() == "firth":
        return "firth"
    try:
        return float(given)
    except ValueError:
        raise QuestionError(
            tr("'{given}' is no penalty.", given=given), tr("Write --penalty firth, or a number such as --penalty 0.5.")
        ) from None


def _ensure_no_penalty(penalty: str | None) -> None:
    if penalty is not None:
        raise QuestionError(tr("Only a Cox model takes a penalty."), tr("Use --model cox, or leave --penalty out."))


def _ensure_none(time_varying: list[str]) -> None:
    if time_varying:
        raise QuestionError(
            tr("A share of cases cannot be compared by covariates that change over time."),
            tr("Use --model cox or --model cause-specific."),
        )
