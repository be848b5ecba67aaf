"""justice-metrics sampling plan, draw, log: how many files, which ones, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from ..base.errors import QuestionError, ReadError
from ..base.language import tr
from .asked import as_options
from .options import Options
from .sampling_log import add_log
from .shell import Shell
from .speech import Words

if TYPE_CHECKING:
    from ..base.result import Result

# Parameters and functions whose options and commands have other names.
_OPTIONS: Final = {
    "lost_share": "--lost",
    "strata": "--stratum",
    "strata_shares": "--share",
    "baseline": "--share",
    "courts": "--clusters",
    "files_per_court": "--files-per-cluster",
    "sample_size_for_share": "justice-metrics sampling plan",
}


def add(app: typer.Typer, options: Options) -> None:
    """Add the group of commands."""
    words = options.words
    group = typer.Typer(
        name="sampling",
        help=words(tr("Plan and draw a sample of case files, and tell what became of the files that were drawn.")),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    app.add_typer(group)
    _add_plan(group, options, words)
    _add_draw(group, options, words)
    add_log(group, options)


def _add_plan(group: typer.Typer, options: Options, words: Words) -> None:
    @group.command(
        help=words(
            tr(
                "How many files must be drawn, so that a share or a median time is known to within a margin, or a "
                "difference that support makes is shown.\n\n"
                "Example: justice-metrics sampling plan --share 0.3 --margin 0.05 --files-in-frame 11926 "
                "--clusters-in-frame 128 --files-per-cluster 30 --icc 0.05 --lost 0.05\n\n"
                "Example: justice-metrics sampling plan --median-days 400 --margin-days 60 --follow-up-days 300"
            )
        )
    )
    def plan(
        share: list[float] = typer.Option(
            [],
            "--share",
            metavar="SHARE",
            show_default=False,
            help=words(tr("Share that is expected; 0.5 needs most files. May be given more than once.")),
        ),
        margin: list[float] = typer.Option(
            [0.05],
            "--margin",
            metavar="SHARE",
            help=words(tr("Half the width of its interval: 0.05 for five points. May be given more than once.")),
        ),
        interval: str = typer.Option(
            "wilson", "--interval", metavar="NAME", help=words(tr("Interval: wilson, normal or exact."))
        ),
        median_days: list[float] = typer.Option(
            [],
            "--median-days",
            metavar="N",
            show_default=False,
            help=words(tr("Median time that is expected, in days. May be given more than once.")),
        ),
        margin_days: list[float] = typer.Option(
            [],
            "--margin-days",
            metavar="N",
            show_default=False,
            help=words(tr("Half the width of its interval, in days. May be given more than once.")),
        ),
        shape: float = typer.Option(
            1.0, "--shape", metavar="K", help=words(tr("Shape of the times (Weibull); 1 is exponential."))
        ),
        follow_up_days: float | None = typer.Option(
            None,
            "--follow-up-days",
            metavar="N",
            show_default=False,
            help=words(
                tr("Days from the last registration to the cut-off; otherwise all files are seen to their end.")
            ),
        ),
        registered_over_days: float = typer.Option(
            0.0,
            "--registered-over-days",
            metavar="N",
            help=words(tr("Length of the period in which the files were registered.")),
        ),
        difference: list[float] = typer.Option(
            [],
            "--difference",
            metavar="SHARE",
            show_default=False,
            help=words(
                tr("Difference that support makes and that is to be shown, on top of --share; see study-size too.")
            ),
        ),
        files_in_frame: int | None = typer.Option(
            None, "--files-in-frame", metavar="N", show_default=False, help=words(tr("Files that there are."))
        ),
        clusters_in_frame: int | None = typer.Option(
            None,
            "--clusters-in-frame",
            metavar="N",
            show_default=False,
            help=words(tr("Clusters (courts, stations) that there are.")),
        ),
        files_per_cluster: int | None = typer.Option(
            None,
            "--files-per-cluster",
            metavar="N",
            show_default=False,
            help=words(tr("Files read in each cluster.")),
        ),
        clusters: int | None = typer.Option(
            None,
            "--clusters",
            metavar="N",
            show_default=False,
            help=words(tr("In place of --files-per-cluster: clusters that take part.")),
        ),
        icc: float | None = typer.Option(
            None,
            "--icc",
            metavar="SHARE",
            show_default=False,
            help=words(tr("How alike the files of one cluster are (intraclass correlation), between 0 and 1.")),
        ),
        size_cv: float = typer.Option(
            0.0,
            "--size-cv",
            metavar="NUMBER",
            help=words(
                tr(
                    "Variation of the numbers of files read in a cluster (coefficient of variation); where all "
                    "clusters take part, that of their sizes."
                )
            ),
        ),
        stratum: list[str] = typer.Option(
            [],
            "--stratum",
            metavar="NAME=N",
            show_default=False,
            help=words(tr("A stratum and its files in the frame: the files are shared out. Once per stratum.")),
        ),
        lost: float = typer.Option(
            0.0, "--lost", metavar="SHARE", help=words(tr("Share of the drawn files that cannot be coded."))
        ),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with (
            Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell,
            as_options(_OPTIONS),
        ):
            from ..measures.sampling.median_size import sample_size_for_median
            from ..measures.sampling.share_size import sample_size_for_share
            from ..measures.study_size import study_size

            if bool(median_days) != bool(margin_days):
                raise QuestionError(
                    tr("A median time and its margin belong together."),
                    tr("Give both: --median-days 400 --margin-days 60."),
                )
            answers: list[Result] = []
            if share or not (median_days or difference):
                answers.append(
                    sample_size_for_share(
                        share=tuple(share) or 0.5,
                        margin=tuple(margin),
                        files_in_frame=files_in_frame,
                        clusters_in_frame=clusters_in_frame,
                        files_per_cluster=files_per_cluster,
                        clusters=clusters,
                        icc=icc,
                        size_cv=size_cv,
                        lost_share=lost,
                        strata=_numbers(stratum) or None,
                        interval=interval,  # type: ignore[arg-type]
                        confidence_level=confidence_level,
                    )
                )
            if median_days:
                answers.append(
                    sample_size_for_median(
                        median_days=tuple(median_days),
                        margin_days=tuple(margin_days),
                        shape=shape,
                        follow_up_days=follow_up_days,
                        registered_over_days=registered_over_days,
                        files_in_frame=files_in_frame,
                        clusters_in_frame=clusters_in_frame,
                        files_per_cluster=files_per_cluster,
                        clusters=clusters,
                        icc=icc,
                        size_cv=size_cv,
                        lost_share=lost,
                        confidence_level=confidence_level,
                    )
                )
            if difference:
                answers.append(
                    study_size(
                        difference=tuple(difference),
                        baseline=share[0] if share else 0.5,
                        files_per_court=files_per_cluster,
                        courts=clusters,
                        icc=icc,
                        confidence_level=confidence_level,
                    )
                )
            shell.give(*answers)


def _add_draw(group: typer.Typer, options: Options, words: Words) -> None:
    @group.command(
        help=words(
            tr(
                "Draw the files that will be read: clusters with probability in proportion to size, then files at "
                "random in each. The list of them is personal data, and becomes the log of the field team.\n\n"
                "Example: justice-metrics sampling draw stations.csv --cluster station --size cases --clusters 70 "
                "--files-per-cluster 30 --seed 20260115 --folder secure\n\n"
                "Example: justice-metrics sampling draw register.csv --file number --stratum district --files 400 "
                "--seed 20260115 --folder secure"
            )
        )
    )
    def draw(
        frame: Path = typer.Argument(
            ...,
            metavar="FRAME",
            show_default=False,
            help=words(
                tr("The list to draw from (csv, workbook): a row per cluster with its number of files, or per file.")
            ),
        ),
        seed: int = typer.Option(
            ...,
            "--seed",
            metavar="N",
            min=0,
            show_default=False,
            help=words(tr("A number that was settled before the draw; with it the draw can be made again.")),
        ),
        cluster: str | None = typer.Option(
            None,
            "--cluster",
            metavar="NAME",
            show_default=False,
            help=words(tr("Column with the cluster: court, station.")),
        ),
        size: str | None = typer.Option(
            None,
            "--size",
            metavar="NAME",
            show_default=False,
            help=words(tr("Of a list of clusters: column with the number of their files.")),
        ),
        file: str | None = typer.Option(
            None,
            "--file",
            metavar="NAME",
            show_default=False,
            help=words(tr("Of a list of files: column with their ids.")),
        ),
        stratum: str | None = typer.Option(
            None,
            "--stratum",
            metavar="NAME",
            show_default=False,
            help=words(tr("Column with the stratum, in each of which is drawn by itself.")),
        ),
        clusters: int | None = typer.Option(
            None,
            "--clusters",
            metavar="N",
            min=1,
            show_default=False,
            help=words(tr("Clusters to draw; otherwise all are taken.")),
        ),
        files_per_cluster: int | None = typer.Option(
            None,
            "--files-per-cluster",
            metavar="N",
            min=1,
            show_default=False,
            help=words(tr("Files to draw in each cluster, all where it has fewer; otherwise all are taken.")),
        ),
        files: int | None = typer.Option(
            None,
            "--files",
            metavar="N",
            min=1,
            show_default=False,
            help=words(tr("Without clusters: files to draw.")),
        ),
        allot: list[str] = typer.Option(
            [],
            "--allot",
            metavar="NAME=N",
            show_default=False,
            help=words(
                tr("Clusters, or files, to draw in a stratum, in place of their number in all. Once per stratum.")
            ),
        ),
        method: str = typer.Option(
            "systematic",
            "--method",
            metavar="NAME",
            help=words(tr("How clusters are drawn: systematic (along the list) or brewer (whatever its order).")),
        ),
        icc: float = typer.Option(
            0.05,
            "--icc",
            metavar="SHARE",
            help=words(tr("How alike the files of one cluster are (intraclass correlation), between 0 and 1.")),
        ),
        folder: Path | None = typer.Option(
            None,
            "--folder",
            metavar="FOLDER",
            show_default=False,
            help=words(tr("Folder on the secure side for the list of the drawn files; otherwise none is written.")),
        ),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with (
            Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell,
            as_options(_OPTIONS),
        ):
            from ..measures.sampling.draw import draw_files

            if frame.suffix and "*" not in frame.name and ":" not in str(frame) and not frame.exists():
                raise ReadError(
                    tr("There is no file '{name}'.", name=frame.name),
                    tr("Looked in the folder '{folder}'.", folder=frame.parent.name or "."),
                )

            allotted = _numbers(allot)
            if allotted and (clusters is not None or files is not None):
                raise QuestionError(
                    tr("How many are drawn was said of each stratum, and of all together."),
                    tr("Give --allot for each stratum, or one number for all."),
                )
            answer = draw_files(
                frame,
                seed=seed,
                cluster=cluster,
                size=size,
                file=file,
                stratum=stratum,
                clusters=clusters if cluster is None else allotted or clusters,
                files_per_cluster=files_per_cluster,
                files=files if cluster is not None else allotted or files,
                method=method,  # type: ignore[arg-type]
                icc=icc,
            )
            if folder is not None:
                written = answer.drawn.write(folder, language=shell.language)
                shell.tell(
                    tr("Written: {path} (personal data; it becomes the log of the field team)", path=str(written))
                )
            elif not quiet:
                shell.tell(tr("The list of the drawn files was not written: name a folder for it (--folder)."))
            shell.give(answer)


def _numbers(pairs: Sequence[str]) -> dict[str, int]:
    """Return the number of each stratum.

    Raises
    ------
    QuestionError
        When a pair is none.
    """
    found: dict[str, int] = {}
    for pair in pairs:
        name, _, number = pair.rpartition("=")
        if not name or not number.strip().isdecimal():
            raise QuestionError(
                tr("'{pair}' is no name with a number.", pair=pair), tr("Write it as in: --stratum 'La Paz=2000'.")
            )
        found[name.strip()] = int(number)
    return found
