"""justice-metrics init: a first mapping for a file of one's own."""

from __future__ import annotations

from pathlib import Path

import typer

from ..base.errors import OutputError
from ..base.language import tr
from .options import Options
from .screen import fitted
from .shell import Shell


def add(app: typer.Typer, options: Options) -> None:
    """Add the command."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Propose a mapping for a csv, xlsx or parquet file: which column is the case id, which are stage "
                "dates, what the "
                "outcome labels mean. It is a proposal: read it and correct it by hand.\n\n"
                "Example: justice-metrics init cases.xlsx --out mapping.toml"
            )
        )
    )
    def init(
        file: Path = typer.Argument(
            ..., metavar="FILE", show_default=False, help=words(tr("The file with the cases."))
        ),
        out: Path | None = typer.Option(
            None,
            "--out",
            "-o",
            metavar="MAPPING",
            show_default=False,
            help=words(tr("Where the mapping goes; otherwise beside the file, as NAME_mapping.toml.")),
        ),
        sheet: str | None = typer.Option(
            None,
            "--sheet",
            metavar="NAME",
            show_default=False,
            help=words(tr("Sheet of a workbook; otherwise the fullest one.")),
        ),
        force: bool = typer.Option(False, "--force", help=words(tr("Replace a mapping that is there already."))),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language, quiet=quiet, json=json) as shell:
            from ..cases.proposals.propose import propose_mapping
            from ..publish.folder import write_file

            target = out or file.with_name(f"{file.stem}_mapping.toml")
            if target.exists() and not force:
                raise OutputError(
                    tr("There is a file '{name}' already.", name=target.name),
                    tr("Name another one with --out, or replace it with --force."),
                )
            with shell.working(tr("Looking at {name}", name=file.name)):
                proposal = propose_mapping(file, sheet=sheet)
            shell.settle(proposal.language)
            write_file(target, proposal.toml(shell.language).encode("utf-8"))
            if json:
                shell.give_record(
                    {
                        "mapping": str(target),
                        "columns": [
                            {"column": one.column, "key": one.key, "confidence": one.confidence}
                            for one in proposal.guesses
                        ],
                    }
                )
            elif quiet:
                typer.echo(str(target))
            else:
                headings, rows = proposal.headings(shell.language), proposal.rows(shell.language)
                numbers = [False, False, True, False, True]
                shell.screen.print(fitted(headings, rows, numbers=numbers, width=shell.screen.width))
            shell.say(tr("Written: {path}", path=str(target)))
            shell.say(
                tr(
                    "Read it and correct it: lines marked CHECK or FILL IN need a person. Then: justice-metrics check "
                    "{mapping}",
                    mapping=str(target),
                )
            )
