"""justice-metrics template: the files with which the coding of case files begins."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import typer

from ..base.errors import SettingsError
from ..base.language import tr
from .options import Options
from .shell import Shell


def add(app: typer.Typer, options: Options) -> None:
    """Add the command."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Write a coding sheet for case files: a workbook with lists and date checks, a survey form for "
                "KoboToolbox or ODK, and the mappings that read both back.\n\n"
                "Example: justice-metrics template bolivia --checklist child_sexual_assault --cutoff 2018-04-30 "
                "--out coding"
            )
        )
    )
    def template(
        procedure: str = typer.Argument(
            ...,
            metavar="PROCEDURE",
            show_default=False,
            help=words(tr("bolivia, guatemala, common_law, or a procedure file (toml) of your own.")),
        ),
        checklist: str | None = typer.Option(
            None,
            "--checklist",
            metavar="CHECKLIST",
            show_default=False,
            help=words(tr("Ask for practice too: child_sexual_assault, or a checklist file (toml) of your own.")),
        ),
        cutoff: str | None = typer.Option(
            None,
            "--cutoff",
            metavar="DAY",
            show_default=False,
            help=words(tr("Last day on which the files are complete, such as 2018-04-30; today without it.")),
        ),
        coders: int = typer.Option(
            1,
            "--coders",
            metavar="N",
            help=words(tr("How many people code the same files; each gets a workbook of their own.")),
        ),
        out: Path = typer.Option(
            Path("coding_sheet"),
            "--out",
            metavar="FOLDER",
            help=words(tr("Folder for the files; it is made if it is not there.")),
        ),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json) as shell:
            from ..cases.coding.template import write_template

            day = None if cutoff is None else _day(cutoff)
            written = write_template(
                procedure, out, checklist=checklist, language=shell.language, cutoff=day, coders=coders
            )
            if json:
                shell.give_record({"written": [str(path) for path in written]})
            for path in written:
                shell.say(tr("Written: {path}", path=str(path)))
            if day is None:
                shell.tell(tr("The cut-off is today; set another one with --cutoff before coding begins."))
            shell.say(
                tr("Next: fill the sheet in, then: justice-metrics check {mapping}", mapping=str(out / "mapping.toml"))
            )


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise SettingsError(
            tr("'{text}' is not a day.", text=text), tr("Write year, month and day, such as 2018-04-30.")
        ) from None
