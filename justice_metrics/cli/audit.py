"""justice-metrics audit: attacks a release folder and lists what a checker must see."""

from __future__ import annotations

import json as standard_json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..base.errors import ReadError
from ..base.language import tr
from .options import Options
from .shell import FAULT, Shell

if TYPE_CHECKING:
    from ..base.cells import Box
    from ..disclosure.audit import AuditReport


def add(app: typer.Typer, options: Options) -> None:
    """Add the command."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Attack a release folder, or a whole site, as an outsider would, and go through the list of an output "
                "checker. Ends with code 1 when something was found that may not leave.\n\n"
                "Example: justice-metrics audit public/002 --previous public/001"
            )
        )
    )
    def audit(
        folder: Path = typer.Argument(
            ...,
            metavar="FOLDER",
            show_default=False,
            help=words(tr("The folder of one release, such as public/001, or of a built site.")),
        ),
        previous: list[Path] = typer.Option(
            [],
            "--previous",
            metavar="FOLDER",
            show_default=False,
            help=words(
                tr("An earlier release of the same study: what it published is known. May be given more than once.")
            ),
        ),
        canary: Path | None = typer.Option(
            None,
            "--canary",
            metavar="FILE",
            show_default=False,
            help=words(
                tr(
                    "A text file with names and ids, one in each line, that must be nowhere in the release. It is "
                    "personal data, and nothing of it is repeated."
                )
            ),
        ),
        dossier: Path | None = typer.Option(
            None,
            "--dossier",
            metavar="FILE",
            show_default=False,
            help=words(
                tr(
                    "The dossier of the release, from the secure side: its true counts only tell which guesses of an "
                    "outsider would be wrong. Without it, a guess that leads to a number is an objection."
                )
            ),
        ),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json) as shell:
            from ..disclosure.audit import audit as attack

            canaries = () if canary is None else _words_of(canary)
            truth = {} if dossier is None else _truth_in(dossier)
            with shell.working(tr("Attacking the release")):
                report = attack(folder, previous, canaries=canaries, truth=truth)
            if json:
                shell.give_record(report.to_record(shell.language))
            else:
                _show(shell, report)
            if not report.passed:
                raise typer.Exit(FAULT)


def _words_of(path: Path) -> tuple[str, ...]:
    from ..disclosure.audit.canaries import read_canaries

    try:
        found = tuple(read_canaries(path.read_text(encoding="utf-8-sig")))
    except UnicodeDecodeError as error:
        raise ReadError(
            tr("'{name}' is not written in UTF-8.", name=path.name), tr("Save it as UTF-8, with one word in each line.")
        ) from error
    if not found:
        raise ReadError(
            tr("'{name}' holds no word of four characters or more.", name=path.name),
            tr("Write one name or id in each line."),
        )
    return found


def _truth_in(path: Path) -> Mapping[tuple[str, bool, Box], float]:
    from ..disclosure.audit import truth_of

    try:
        found = truth_of(standard_json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReadError(
            tr("'{name}' is no dossier of a release.", name=path.name),
            tr("Name the file that publish wrote on the secure side for this release."),
        ) from error
    if not found:
        raise ReadError(
            tr("'{name}' holds no counts.", name=path.name),
            tr("Name the file that publish wrote on the secure side for this release."),
        )
    return found


def _show(shell: Shell, report: AuditReport) -> None:
    for heading, lines in (
        (tr("May not leave as it is:"), report.findings),
        (tr("For a person to look at:"), report.notices),
    ):
        if lines:
            shell.say(heading)
            for one in lines:
                shell.say(tr("- {line}", line=one))
    for line in report.lines():
        shell.say(line)
