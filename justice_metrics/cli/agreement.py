"""justice-metrics coder-agreement: whether two people who coded the same files say the same."""

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
                "Coder agreement: files that two people coded independently, item by item (kappa, dates in days).\n\n"
                "Give the mapping of each coding; or one mapping whose last column of id is that of the coders.\n\n"
                "Example: justice-metrics coder-agreement first.toml second.toml"
            )
        )
    )
    def coder_agreement(
        mapping: Path = options.mapping(),
        second: Path | None = typer.Argument(
            None, metavar="[SECOND]", show_default=False, help=words(tr("The mapping of the second coding."))
        ),
        items: list[str] = typer.Option(
            [],
            "--item",
            metavar="NAME",
            show_default=False,
            help=words(
                tr("An attribute, stage, outcome or date to compare; all by default. May be given more than once.")
            ),
        ),
        ordered: list[str] = typer.Option(
            [],
            "--ordered",
            metavar="NAME[=LABEL,LABEL]",
            show_default=False,
            help=words(
                tr(
                    "An attribute whose levels have an order, such as age bands: near ones count in part. Words need "
                    "theirs, from the lowest: severity=slight,grave,gravest."
                )
            ),
        ),
        weighting: str = typer.Option(
            "linear", "--weighting", metavar="NAME", help=words(tr("Credit for near levels: linear or quadratic."))
        ),
        interval: str = typer.Option(
            "asymptotic",
            "--interval",
            metavar="NAME",
            help=words(tr("Limits of kappa: asymptotic, or bootstrap for few files.")),
        ),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.quality.coder_agreement import coder_agreement as ask

            first = cases_of(shell, mapping)
            shell.give(
                ask(
                    first,
                    None if second is None else cases_of(shell, second),
                    items=tuple(items),
                    ordered={
                        name.strip(): tuple(label.strip() for label in labels.split(",")) if given else ()
                        for name, given, labels in (one.partition("=") for one in ordered)
                    },
                    weighting=weighting,  # type: ignore[arg-type]
                    interval=interval,  # type: ignore[arg-type]
                    confidence_level=confidence_level,
                )
            )
