"""justice-metrics procedure show, check: the stages of a country's criminal procedure."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import typer

from ..base.language import tr
from .options import Options
from .shell import Shell

_METAVAR: Final = "PROCEDURE"


def add(app: typer.Typer, options: Options) -> None:
    """Add the group of commands."""
    words = options.words
    group = typer.Typer(
        name="procedure",
        help=words(tr("Show or check a criminal procedure: its stages, how a case can end, legal time limits.")),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    app.add_typer(group)
    which = tr("bolivia, guatemala, common_law, or a procedure file (toml) of your own.")

    @group.command(
        help=words(
            tr(
                "Show a procedure as tables, as a drawing (--out) or as Mermaid text.\n\n"
                "Example: justice-metrics procedure show bolivia --out bolivia.png"
            )
        )
    )
    def show(
        procedure: str = typer.Argument(..., metavar=_METAVAR, show_default=False, help=words(which)),
        mermaid: bool = typer.Option(
            False, "--mermaid", help=words(tr("Write the graph as Mermaid text, for a wiki."))
        ),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..cases.procedure_file import read_procedure
            from ..measures.procedure_map import procedure_map

            answer = procedure_map(read_procedure(procedure))
            if mermaid:
                typer.echo(answer.mermaid(shell.language), nl=False)
            else:
                shell.give(answer)

    @group.command(
        help=words(
            tr(
                "Check a procedure file: every stage known and reachable, every outcome with a class.\n\n"
                "Example: justice-metrics procedure check my_procedure.toml"
            )
        )
    )
    def check(
        procedure: str = typer.Argument(..., metavar=_METAVAR, show_default=False, help=words(which)),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json) as shell:
            from ..cases.procedure_file import read_procedure

            read = read_procedure(procedure)
            if json:
                shell.give_record(
                    {
                        "procedure": read.id,
                        "holds_together": True,
                        "stages": len(read.stages),
                        "outcomes": len(read.outcomes),
                    }
                )
            shell.say(
                tr(
                    "The procedure '{id}' holds together: {stages} stages, {outcomes} ways of ending.",
                    id=read.id,
                    stages=len(read.stages),
                    outcomes=len(read.outcomes),
                )
            )
