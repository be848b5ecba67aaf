"""justice-metrics figure: one figure of a study, drawn again by itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

from ..base.language import tr
from .options import Options
from .shell import Shell

if TYPE_CHECKING:
    from ..figures.style import FigureFormat


def add(app: typer.Typer, options: Options) -> None:
    """Add the command."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Draw one figure of a study again, by the number that it has in the report. It is internal, and says "
                "so.\n\n"
                "Example: justice-metrics figure sample_data/study.toml 3 --out figure.svg"
            )
        )
    )
    def figure(
        study: Path = typer.Argument(
            ..., metavar="STUDY", show_default=False, help=words(tr("The study file (toml)."))
        ),
        number: str = typer.Argument(
            ..., metavar="N", show_default=False, help=words(tr("Number of the figure, such as 3 or 3b."))
        ),
        out: list[Path] = typer.Option(
            [],
            "--out",
            "-o",
            metavar="FILE",
            show_default=False,
            help=words(
                tr("Where: the ending decides (svg, png, pdf). May be given more than once. Otherwise figure_N.svg.")
            ),
            rich_help_panel=options.panel(),
        ),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, out=out) as shell:
            from ..base.errors import OutputError
            from ..publish.folder import write_file
            from ..publish.names import file_stem
            from ..publish.tables import FIGURES
            from ..study.figure import study_figure
            from ..study.plan import language_of

            shell.settle(language_of(study) or shell.language)
            wrong = [one for one in out if one.suffix.lower() not in FIGURES]
            if wrong:
                raise OutputError(
                    tr("A figure cannot be written as '{suffix}'.", suffix=wrong[0].suffix or "-"),
                    tr("The name must end in one of: {known}.", known=FIGURES),
                )
            paths = out or [Path(f"figure_{file_stem(number.lower())}.svg")]
            kinds = tuple(dict.fromkeys(cast("FigureFormat", path.suffix.lower()[1:]) for path in paths))
            with shell.working(tr("Drawing figure {number}", number=number[:20])):
                drawn = study_figure(study, number, kinds, language=shell.language)
            for path in paths:
                write_file(path, drawn[cast("FigureFormat", path.suffix.lower()[1:])])
                if quiet:
                    typer.echo(str(path))
                shell.say(tr("The figure is ready: {path}", path=str(path)))
            shell.say(tr("It is INTERNAL: for people who may see the case files, not for publication."))
