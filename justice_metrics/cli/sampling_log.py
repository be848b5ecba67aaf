"""justice-metrics sampling log, bounds: what became of the drawn files, and what the missing ones could change."""

from __future__ import annotations

from pathlib import Path

import typer

from ..base.language import tr
from .options import Options
from .reading import cases_of
from .shell import Shell
from .speech import Words


def add_log(group: typer.Typer, options: Options) -> None:
    """Add the commands to the group of sampling."""
    words = options.words
    _add_flow(group, options, words)
    _add_bounds(group, options, words)


def _add_flow(group: typer.Typer, options: Options, words: Words) -> None:
    @group.command(
        help=words(
            tr(
                "What became of the files that were drawn: found, lost, sealed, in scope, coded; response rates, and "
                "weights raised for files that were not coded.\n\n"
                "Example: justice-metrics sampling log sampling_log.csv --by stratum"
            )
        )
    )
    def log(
        file: Path = typer.Argument(
            ...,
            metavar="LOG",
            show_default=False,
            help=words(tr("The list that 'sampling draw' wrote, with its column 'status' filled in (csv, xlsx, ods).")),
        ),
        by: list[str] = typer.Option(
            [],
            "--by",
            metavar="COLUMN",
            show_default=False,
            help=words(tr("Show each group by itself: stratum, cluster, or a column that was added to the list.")),
        ),
        classes: str = typer.Option(
            "cluster",
            "--classes",
            metavar="NAME",
            help=words(tr("Within what files that were not coded are like those that were: cluster, stratum or none.")),
        ),
        weights: Path | None = typer.Option(
            None,
            "--weights",
            metavar="FOLDER",
            show_default=False,
            help=words(
                tr("Write the weight of each coded file into this folder, for other programs. The file is personal.")
            ),
        ),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..cases.sampling_weights import classes_of
            from ..cases.weights_file import write_weights
            from ..measures.sampling.log import sampling_log

            chosen = classes_of(classes)
            answer = sampling_log(file, by=tuple(by), classes=chosen)
            if weights is not None:
                written = write_weights(file, weights, classes=chosen)
                shell.tell(tr("Written: {path} (personal data)", path=str(written)))
            shell.give(answer)


def _add_bounds(group: typer.Typer, options: Options, words: Words) -> None:
    @group.command(
        help=words(
            tr(
                "How far a share or a median time can be off because of files that were lost or sealed: if none of "
                "them had it, and if all had. The mapping names the sampling log.\n\n"
                "Example: justice-metrics sampling bounds mapping.toml --of verdict"
            )
        )
    )
    def bounds(
        mapping: Path = options.mapping(),
        of: str = typer.Option(
            "verdict",
            "--of",
            metavar="STATE",
            help=words(tr("A stage that was reached, an ending, a class of endings, or verdict.")),
        ),
        start: str = options.start(),
        by: list[str] = typer.Option(
            [], "--by", metavar="NAME", show_default=False, help=words(tr("Show each stratum or cluster by itself."))
        ),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.sampling.bounds import lost_file_bounds

            cases = cases_of(shell, mapping)
            shell.give(lost_file_bounds(cases, of=of, start=start, by=tuple(by), confidence_level=confidence_level))
