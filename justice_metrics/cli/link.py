"""justice-metrics link, pseudonyms: registers without a common id, and ids that nobody can guess."""

from __future__ import annotations

from pathlib import Path

import typer

from ..base.language import Message, tr
from .options import Options
from .shell import Shell


def add(app: typer.Typer, options: Options) -> None:
    """Add the commands."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Link registers that share no id by names, date of birth and place; tell how sure the links are, and "
                "how far the rates hang on them. Needs the extra 'linkage'.\n\n"
                "Example: justice-metrics link linkage.toml --cases linked_cases.toml"
            )
        )
    )
    def link(
        plan: Path = typer.Argument(
            ...,
            metavar="LINKAGE",
            show_default=False,
            help=words(
                tr("The linkage file (toml): which registers there are, and which columns say who somebody is.")
            ),
        ),
        cases: Path | None = typer.Option(
            None,
            "--cases",
            metavar="MAPPING",
            show_default=False,
            help=words(tr("A mapping of the registers as stage tables: also tell how far the rates move.")),
        ),
        thresholds: list[float] = typer.Option(
            [],
            "--threshold",
            metavar="P",
            min=0.5,
            max=0.9999,
            show_default=False,
            help=words(
                tr("Probability from which two records are one person. May be given more than once; 0.8, 0.9, 0.95.")
            ),
        ),
        review: Path | None = typer.Option(
            None,
            "--review",
            metavar="FOLDER",
            show_default=False,
            help=words(tr("Write a sample of pairs for a person to decide on into this folder: personal data.")),
        ),
        pairs: int = typer.Option(210, "--pairs", metavar="N", min=1, help=words(tr("How many pairs to look at."))),
        reviewed: Path | None = typer.Option(
            None,
            "--reviewed",
            metavar="FILE",
            show_default=False,
            help=words(tr("That sample, with the decisions: the links are then judged by it.")),
        ),
        links: Path | None = typer.Option(
            None,
            "--links",
            metavar="FOLDER",
            show_default=False,
            help=words(
                tr("Write which records are one person into this folder, at the middle threshold: personal data.")
            ),
        ),
        secret: str | None = typer.Option(
            None,
            "--secret",
            metavar="FILE",
            show_default=False,
            help=words(tr("Write pseudonyms instead of ids, with the secret in this file (or env:NAME).")),
        ),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..cases.linkage.linked import THRESHOLDS, link_registers
            from ..cases.linkage.links_file import write_links
            from ..cases.linkage.review import review_path, write_review
            from ..measures.quality.linkage import linkage_error
            from ..measures.quality.linkage_sensitivity import linkage_sensitivity

            levels = tuple(sorted(thresholds)) or THRESHOLDS
            if review is not None:
                review_path(review)  # before the work, not behind it
            with shell.working(tr("Comparing the registers …")):
                linked = link_registers(plan)
            answers = [
                linkage_error(linked, thresholds=levels, review=reviewed, confidence_level=confidence_level),
                *(
                    [linkage_sensitivity(linked, cases, thresholds=levels, confidence_level=confidence_level)]
                    if cases is not None
                    else []
                ),
            ]
            if review is not None:
                shell.tell(_written(write_review(linked, review, pairs=pairs)))
            if links is not None:
                middle = levels[len(levels) // 2]
                shell.tell(_written(write_links(linked, links, threshold=middle, secret=secret)))
            shell.give(*answers)

    @app.command(
        help=words(
            tr(
                "Write a copy of a file in which the ids are pseudonyms that nobody without the secret can make.\n\n"
                "Example: justice-metrics pseudonyms cases.csv --column CUD --drop Nombres --secret ~/keys/secret "
                "--folder secure"
            )
        )
    )
    def pseudonyms(
        file: Path = typer.Argument(
            ..., metavar="FILE", show_default=False, help=words(tr("The file: csv or a workbook."))
        ),
        column: str = typer.Option(..., "--column", metavar="NAME", help=words(tr("Column with the ids."))),
        secret: str = typer.Option(
            ...,
            "--secret",
            metavar="FILE",
            help=words(tr("File with the secret, outside the project and readable by its owner only; or env:NAME.")),
        ),
        folder: Path = typer.Option(
            ..., "--folder", metavar="FOLDER", help=words(tr("Folder on the secure side for the copy."))
        ),
        purpose: str = typer.Option(
            "",
            "--purpose",
            metavar="NAME",
            show_default=False,
            help=words(tr("What the pseudonyms are for; those of another purpose cannot be joined with them.")),
        ),
        drop: list[str] = typer.Option(
            [],
            "--drop",
            metavar="NAME",
            show_default=False,
            help=words(tr("Column to leave out, such as a name. May be given more than once.")),
        ),
        sheet: str | None = typer.Option(
            None, "--sheet", metavar="NAME", show_default=False, help=words(tr("Sheet of a workbook."))
        ),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json) as shell:
            from ..cases.linkage.pseudonym_file import left_in, write_pseudonymised

            written = write_pseudonymised(
                file, folder, column=column, secret=secret, purpose=purpose, drop=tuple(drop), sheet=sheet
            )
            shell.tell(_written(written))
            for note in left_in(written, column=column):
                shell.tell(note)


def _written(path: Path) -> Message:
    return tr("Written: {path} (personal data; delete it when it has served)", path=str(path))
