"""justice-metrics publish: a study through the disclosure gate into a numbered public release."""

from __future__ import annotations

from pathlib import Path

import typer

from ..base.language import tr
from .options import Options
from .run import stepwise
from .shell import Shell


def add(app: typer.Typer, options: Options) -> None:
    """Add the command."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Publish a study: answer its questions, protect small numbers by its disclosure policy, attack the "
                "result as an outsider would, and add a numbered release that is never changed again.\n\n"
                "Example: justice-metrics publish sample_data/study.toml"
            )
        )
    )
    def publish(
        study: Path = typer.Argument(
            ..., metavar="STUDY", show_default=False, help=words(tr("The study file (toml)."))
        ),
        policy: Path | None = policy_option(options),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json) as shell:
            from ..study.plan import language_of, read_study
            from ..study.publish import publish_study

            shell.settle(language_of(study) or shell.language)
            shell.settle(read_study(study).languages[0])
            with stepwise(shell) as progress:
                done = publish_study(
                    study, policy=policy, language=shell.language if language else None, progress=progress
                )
            stored, page = done.stored, done.stored.folder / "index.html"
            opened = page if page.exists() else stored.folder
            if json:
                shell.give_record(
                    {
                        "folder": str(stored.folder),
                        "release": stored.number,
                        "new": done.new,
                        "report": str(opened),
                        "audience": "public",
                        "lines": [shell.text(one) for one in done.lines],
                    }
                )
            elif quiet:
                typer.echo(str(opened))
            if not done.new:
                shell.say(
                    tr("Nothing has changed since release {number}, so there is no new one.", number=stored.number)
                )
            for line in done.lines:
                shell.say(line)
            shell.say(tr("Release {number} is published: {path}", number=stored.number, path=str(opened)))


def policy_option(options: Options) -> Path | None:
    """Return the option --policy."""
    made: Path | None = typer.Option(
        None,
        "--policy",
        metavar="FILE",
        show_default=False,
        help=options.words(tr("Disclosure policy (toml) in place of the one that the study names.")),
    )
    return made
