"""justice-metrics check: what is wrong with the data, and what it does to the answers."""

from __future__ import annotations

from pathlib import Path

import typer

from ..base.language import tr
from .options import Options
from .reading import cases_of
from .shell import FAULT, Shell


def add(app: typer.Typer, options: Options) -> None:
    """Add the command."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Check the data: each rule in plain words, how many cases break it, which answers it touches, what to "
                "do.\n\n"
                "Example: justice-metrics check mapping.toml"
            )
        )
    )
    def check(
        mapping: Path = options.mapping(),
        strict: bool = typer.Option(
            False, "--strict", help=words(tr("End with code 1 when a rule that counts as an error is broken."))
        ),
        ids: Path | None = typer.Option(
            None,
            "--ids",
            metavar="FOLDER",
            show_default=False,
            help=words(
                tr(
                    "Write the ids of the cases that break rules into a file in this folder, for the person who "
                    "corrects the register. The file is personal data."
                )
            ),
        ),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language, quiet=quiet, json=json, out=out) as shell:
            from ..measures.quality.check import check as ask

            cases = cases_of(shell, mapping, faults="count")
            answer = ask(cases)
            if ids is not None:
                from ..cases.rules.offending import write_offending

                written = write_offending(cases, ids)
                shell.tell(
                    tr("Written: {path} (personal data; delete it when the register is corrected)", path=str(written))
                )
            shell.give(answer)
            if strict and any(one.rule.severity == "error" for one in answer.broken):
                raise typer.Exit(FAULT)
