"""justice-metrics run: a whole study, from case files to the report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..base.language import Message, tr
from .options import Options
from .shell import Shell, screen

if TYPE_CHECKING:
    from ..study.run import Progress


def add(app: typer.Typer, options: Options) -> None:
    """Add the command."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Run a study: read the case files, answer its questions, write the report folder. The report is "
                "internal.\n\n"
                "Example: justice-metrics run sample_data/study.toml"
            )
        )
    )
    def run(
        study: Path = typer.Argument(
            ..., metavar="STUDY", show_default=False, help=words(tr("The study file (toml)."))
        ),
        folder: Path | None = typer.Option(
            None,
            "--folder",
            metavar="FOLDER",
            show_default=False,
            help=words(tr("Where the report goes, in place of the folder that the study names.")),
        ),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json) as shell:
            from ..study.plan import language_of, read_study
            from ..study.run import run_study

            shell.settle(language_of(study) or shell.language)
            shell.settle(read_study(study).languages[0])
            with stepwise(shell) as progress:
                report = run_study(
                    study, language=shell.language if language else None, folder=folder, progress=progress
                )
            page = report / "index.html"
            opened = page if page.exists() else report
            if json:
                shell.give_record({"folder": str(report), "report": str(opened), "audience": "internal"})
            elif quiet:
                typer.echo(str(opened))
            shell.say(tr("The report is ready: {path}", path=str(opened)))
            shell.say(tr("It is INTERNAL: for people who may see the case files, not for publication."))


@contextmanager
def stepwise(shell: Shell) -> Iterator[Progress | None]:
    """Show the steps of the run, if there is somebody to see them."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    shown = screen(stderr=True)
    if shell.quiet or shell.json or not shown.is_terminal:
        yield None
        return
    columns = (
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Bar(*columns, console=shown, transient=True) as bar:
        task = bar.add_task("", total=None)

        def told(step: int, total: int, message: Message) -> None:
            bar.update(task, total=total, completed=step - 1, description=shell.text(message))

        yield told
