"""justice-metrics observatory build, preview, diff: a public statistics site, quarter by quarter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from ..base.language import format_number, format_share, tr
from .options import Options
from .run import stepwise
from .shell import Shell
from .speech import Words

if TYPE_CHECKING:
    from ..publish.changes import Change, ChangeLog

NOTHING_NEW: Final = 3
"""Exit code of a build that would publish the same again: a scheduler need not call anybody."""
_SHOWN: Final = 30


def add(app: typer.Typer, options: Options) -> None:
    """Add the group of commands."""
    words = options.words
    group = typer.Typer(
        name="observatory",
        help=words(tr("Build a public statistics site from case data, look at it, and compare two of its releases.")),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    app.add_typer(group)
    _add_build(group, options, words)
    _add_preview(group, options, words)
    _add_diff(group, options, words)


def _add_build(group: typer.Typer, options: Options, words: Words) -> None:
    @group.command(
        help=words(
            tr(
                "Build the site: answer its questions, protect small numbers, attack the result as an outsider would, "
                "and put the new release at the root, with all earlier ones as they were. The site is complete, or as "
                "it was.\n\n"
                "Exit codes: 0 built, 1 settings or data at fault, 2 wrong usage, 3 nothing new to publish.\n\n"
                "Example: justice-metrics observatory build sample_data/bolivia_observatory.toml"
            )
        )
    )
    def build(
        settings: Path = typer.Argument(
            ..., metavar="SETTINGS", show_default=False, help=words(tr("The settings of the observatory (toml)."))
        ),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json) as shell:
            from ..study.observatory.file import language_of
            from ..study.observatory.run import run_observatory

            shell.settle(language_of(settings) or shell.language)
            with stepwise(shell) as progress:
                built = run_observatory(settings, progress=progress)
            page = built.folder / "index.html"
            if json:
                shell.give_record(
                    {
                        "folder": str(built.folder),
                        "published_on": built.published_on.isoformat(),
                        "new": built.new,
                        "site": str(page),
                        "audience": "public",
                        "lines": [shell.text(one) for one in built.lines],
                    }
                )
            elif quiet:
                typer.echo(str(page))
            if not built.new:
                shell.say(tr("Nothing has changed since the release of {day}.", day=built.published_on))
                raise typer.Exit(NOTHING_NEW)
            for line in built.lines:
                shell.say(line)
            shell.say(tr("The release of {day} is built: {path}", day=built.published_on, path=str(page)))


def _add_preview(group: typer.Typer, options: Options, words: Words) -> None:
    @group.command(
        help=words(
            tr(
                "Show a site in the browser of this machine; nobody else can reach it. Ctrl-C stops.\n\n"
                "Example: justice-metrics observatory preview site"
            )
        )
    )
    def preview(
        folder: Path = typer.Argument(
            ..., metavar="FOLDER", show_default=False, help=words(tr("The folder of the site."))
        ),
        port: int = typer.Option(
            0,
            "--port",
            metavar="N",
            min=0,
            max=65535,
            show_default=False,
            help=words(tr("Otherwise a free one.")),
        ),
        language: str | None = options.language(),
    ) -> None:
        with Shell(words.language, language=language or words.asked) as shell:
            from ..study.observatory.preview import LOOPBACK, preview_server

            with preview_server(folder, port=port) as server:
                address = f"http://{LOOPBACK}:{server.server_address[1]}/"
                shell.say(tr("The site is at {address} for this machine only; Ctrl-C stops.", address=address))
                try:
                    server.serve_forever()
                except KeyboardInterrupt:
                    shell.say(tr("Stopped."))


def _add_diff(group: typer.Typer, options: Options, words: Words) -> None:
    @group.command(
        help=words(
            tr(
                "What a release says other than an earlier one: every revised figure, with the size of the "
                "revision.\n\n"
                "Example: justice-metrics observatory diff site/releases/2026-04-15 site --out revisions.csv"
            )
        )
    )
    def diff(
        old: Path = typer.Argument(
            ...,
            metavar="OLD",
            show_default=False,
            help=words(tr("The earlier one: a site or one of its releases.")),
        ),
        new: Path = typer.Argument(..., metavar="NEW", show_default=False, help=words(tr("The later one."))),
        out: Path | None = typer.Option(
            None,
            "--out",
            "-o",
            metavar="FILE",
            show_default=False,
            help=words(tr("Write every revision into this csv file.")),
            rich_help_panel=options.panel(),
        ),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json) as shell:
            from ..publish.folder import write_file
            from ..study.observatory.difference import largest_first, site_changes

            log = site_changes(old, new)
            if json:
                shell.give_record(log.to_record())
            elif not quiet:
                _show(shell, log, largest_first(log.changes)[:_SHOWN])
            if out is not None:
                write_file(out, log.csv_bytes())
                shell.say(tr("Written: {path}", path=str(out)))


def _show(shell: Shell, log: ChangeLog, shown: list[Change]) -> None:
    """Write the largest revisions as a table, and how many there are in all."""
    from rich.table import Table as Grid

    if shown:
        grid = Grid()
        for heading in (tr("question"), tr("row"), tr("column")):
            grid.add_column(shell.text(heading), overflow="fold")
        for heading in (tr("before"), tr("now"), tr("difference"), tr("revision")):
            grid.add_column(shell.text(heading), justify="right")
        for one in shown:
            numbers = (_number(value, shell) for value in (one.before, one.now, one.difference))
            part = "–" if one.relative is None else format_share(one.relative, shell.language)
            grid.add_row(one.question, f"{one.table}: {one.row}", one.column, *numbers, part)
        shell.screen.print(grid)
    shell.say(
        tr(
            "{changed} figures differ, {same} are the same, {added} are new, {gone} are gone.",
            changed=len(log.changes),
            same=log.same,
            added=log.added,
            gone=log.gone,
        )
    )
    if len(log.changes) > len(shown):
        shell.say(tr("The {n} largest are shown; --out FILE writes all of them.", n=len(shown)))


def _number(value: float | None, shell: Shell) -> str:
    if value is None:
        return shell.text(tr("hidden"))
    return format_number(value, shell.language, decimals=0 if float(value).is_integer() else 3)
