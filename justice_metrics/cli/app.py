"""The entry of the command line: one application, made in the language of who calls it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import typer

from .. import __version__
from ..base.language import LANGUAGES, Language, tr
from . import (
    agreement,
    attrition,
    audit,
    caseload,
    check,
    compare,
    completeness,
    counts,
    curves,
    dictionary,
    drift,
    durations,
    figure,
    flows,
    forecast,
    init,
    landmark,
    limits,
    link,
    observatory,
    occupancy,
    offices,
    perceptions,
    practice,
    procedure,
    publish,
    query,
    rates,
    records,
    regression,
    run,
    sample,
    sampling,
    schema,
    study_size,
    support,
    template,
    time_to,
    trends,
)
from .options import Options
from .shell import FAULT, INTERRUPTED, explained
from .speech import Words, asked_language, spoken_language

GROUPS = (
    sample,
    run,
    figure,
    publish,
    query,
    audit,
    observatory,
    init,
    template,
    sampling,
    check,
    completeness,
    drift,
    agreement,
    compare,
    link,
    attrition,
    time_to,
    curves,
    durations,
    occupancy,
    rates,
    caseload,
    counts,
    flows,
    limits,
    offices,
    trends,
    records,
    practice,
    perceptions,
    support,
    landmark,
    regression,
    forecast,
    study_size,
    procedure,
    dictionary,
    schema,
)


def build(language: Language, asked: Language | None = None) -> typer.Typer:
    """Return the application with its help in one language; messages are in it too where it was asked for."""
    options = Options(language, asked)
    words = options.words
    app = typer.Typer(
        name="justice-metrics",
        help=words(
            tr(
                "Measure how a criminal justice system treats violence against women and children, from case files. "
                "To see it work: justice-metrics sample demo, then justice-metrics run demo/study.toml. "
                "With your own file: justice-metrics init FILE, correct the mapping, then ask a question of it."
            )
        ),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 110},
    )

    @app.callback()
    def main_options(
        version: bool = typer.Option(
            False, "--version", help=words(tr("Show the version and stop.")), is_eager=True, callback=_show_version
        ),
        # Read from the words themselves before anything is built; see main().
        language: str = typer.Option(
            "",
            "--language",
            "-l",
            metavar="|".join(LANGUAGES),
            show_default=False,
            help=words(tr("Language of the help: en (English) or es (Spanish).")),
        ),
    ) -> None:
        pass

    for group in GROUPS:
        group.add(app, options)
    return app


def command(language: Language, asked: Language | None = None) -> Any:
    """Return the application as the command that runs, with the headings of its help in one language."""
    made = typer.main.get_command(build(language, asked))
    _headed(made, Words(language))
    return made


def _headed(made: Any, words: Words) -> None:
    """Put every argument, option and command that has no heading under one that the user can read."""
    for one in made.params:
        if getattr(one, "rich_help_panel", None) is None:
            one.rich_help_panel = words(tr("Arguments") if one.param_type_name == "argument" else tr("Options"))
    for below in getattr(made, "commands", {}).values():
        if getattr(below, "rich_help_panel", None) is None:
            below.rich_help_panel = words(tr("Commands"))
        _headed(below, words)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its code: 0 done, 1 data or settings at fault, 2 wrong usage.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words of the command; those that the process was started with by default.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    language = spoken_language(given, os.environ)
    try:
        command(language, asked_language(given))(args=given, prog_name="justice-metrics")
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except Exception as error:  # nobody is to meet a traceback with data in it
        if os.environ.get("JUSTICE_METRICS_DEBUG"):
            raise
        typer.echo(tr("Error: {text}", text=explained(error)).text(language), err=True)
        raise SystemExit(FAULT) from None


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"justice-metrics {__version__}")
        raise typer.Exit
