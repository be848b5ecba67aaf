"""justice-metrics sample: simulated case files and studies to try everything with."""

from __future__ import annotations

from pathlib import Path

import typer

from ..base.language import tr
from .options import Options
from .shell import Shell


def add(app: typer.Typer, options: Options) -> None:
    """Add the command."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Write simulated Bolivian case files, mappings and studies into a folder, to try everything with.\n\n"
                "Example: justice-metrics sample demo, then: justice-metrics run demo/study.toml"
            )
        )
    )
    def sample(
        folder: Path = typer.Argument(
            ...,
            metavar="FOLDER",
            show_default=False,
            help=words(tr("A new or empty folder, or one with an earlier sample.")),
        ),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json) as shell:
            from ..simulate.sample import write_sample

            with shell.working(tr("Simulating case files")):
                # Without a word about it the reports are in Spanish first, as the files are.
                written = write_sample(folder, language=shell.language if language else "es")
            if json:
                shell.give_record({"folder": str(written), "study": str(written / "study.toml")})
            shell.say(tr("Written: {path}", path=str(written)))
            shell.say(tr("Next: justice-metrics run {study}", study=str(written / "study.toml")))
