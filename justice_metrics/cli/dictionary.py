"""justice-metrics dictionary: what the tables, variables and codes of case data mean, as a workbook or a codebook."""

from __future__ import annotations

from pathlib import Path

import typer

from ..base.language import Label, tr
from .options import Options
from .shell import Shell


def add(app: typer.Typer, options: Options) -> None:
    """Add the command."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Data dictionary: every table, variable and code of case data, with its words in both languages and "
                "the codes of missing; of a mapping with its columns and labels, or of a procedure. Reads no case.\n\n"
                "Example: justice-metrics dictionary mapping.toml --out dictionary.xlsx --out codebook.xml"
            )
        )
    )
    def dictionary(
        described: str = typer.Argument(
            ...,
            metavar="MAPPING|PROCEDURE",
            show_default=False,
            help=words(tr("A mapping (toml); or bolivia, guatemala, common_law, or a procedure file (toml).")),
        ),
        checklist: str | None = typer.Option(
            None,
            "--checklist",
            metavar="NAME",
            show_default=False,
            help=words(
                tr("With a procedure: the checklist of practice that goes with it, shipped or your own file (toml).")
            ),
        ),
        out: list[Path] = typer.Option(
            [],
            "--out",
            "-o",
            metavar="FILE",
            show_default=False,
            help=words(
                tr(
                    "Write the dictionary into a file; its ending decides: xlsx (workbook) or xml (codebook in DDI "
                    "2.5). May be given more than once."
                )
            ),
            rich_help_panel=options.panel(),
        ),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json) as shell:
            from ..cases.dictionary.described import data_dictionary, read_described
            from ..cases.dictionary.written import dictionary_bytes
            from ..cases.mappings.mapping import CaseMapping
            from ..publish.folder import write_file

            given = read_described(described)
            if isinstance(given, CaseMapping):
                shell.settle(given.data.language)
            made = data_dictionary(given, checklist=checklist, answered=shell.language)
            files = [(path, dictionary_bytes(made, path.name, language=shell.language)) for path in out]
            if json:
                shell.give_record(made.record(shell.language))
            elif not out:
                shell.say(Label(made.describe(shell.language)))
            for path, content in files:
                write_file(path, content)
                shell.tell(tr("Written: {path}", path=str(path)))
