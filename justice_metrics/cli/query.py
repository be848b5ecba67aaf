"""justice-metrics query: one public table for the press, through the same gate as a release."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import typer

from ..base.language import tr
from .options import Options
from .publish import policy_option
from .shell import Shell, wrong_usage


def add(app: typer.Typer, options: Options) -> None:
    """Add the command."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Answer one query so that the answer may be published: one table through the disclosure policy of the "
                "study, with its definition, cut-off and citation. What was published before counts as known.\n\n"
                "Example: justice-metrics query study.toml --ask conviction_rates --set per=complaint --by department "
                "--out table.csv"
            )
        )
    )
    def query(
        study: Path = typer.Argument(
            ..., metavar="STUDY", show_default=False, help=words(tr("The study file (toml)."))
        ),
        ask: str = typer.Option(
            ...,
            "--ask",
            metavar="QUESTION",
            show_default=False,
            help=words(tr("What is asked, by its name in a study file, such as conviction_rates.")),
        ),
        by: list[str] = options.by(),
        settings: list[str] = typer.Option(
            [],
            "--set",
            metavar="NAME=VALUE",
            show_default=False,
            help=words(tr("A setting of the question, as in a study file. May be given more than once.")),
        ),
        mapping: str | None = typer.Option(
            None,
            "--mapping",
            metavar="FILE",
            show_default=False,
            help=words(tr("Another mapping that the study names.")),
        ),
        policy: Path | None = policy_option(options),
        out: list[Path] = typer.Option(
            [],
            "--out",
            "-o",
            metavar="FILE",
            show_default=False,
            help=words(tr("Write the table into a file: csv, xlsx, html or json. May be given more than once.")),
        ),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        question = {"ask": ask, **_settings(settings)}
        question |= {"by": list(by)} if by else {}
        question |= {"mapping": mapping} if mapping is not None else {}
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json) as shell:
            from ..study.plan import language_of
            from ..study.query import query_study

            shell.settle(language_of(study) or shell.language)
            with shell.working(tr("Protecting small numbers")):
                done = query_study(study, question, out=out, policy=policy, language=shell.language)
            if not (quiet and out):
                shell.give(done.result)
            for line in done.lines:
                shell.say(line)
            for path in out:
                if not quiet:
                    shell.tell(tr("Written: {path}", path=str(path)))


def _settings(given: list[str]) -> dict[str, Any]:
    """Read settings as a study file would; what is no TOML value is a text, and commas make a list of texts."""
    found: dict[str, Any] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            wrong_usage(tr("'{given}' is no setting: write NAME=VALUE.", given=one[:60]).text())
        found[name.strip()] = _value(value.strip())
    return found


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return [one.strip() for one in text.split(",")] if "," in text else text
