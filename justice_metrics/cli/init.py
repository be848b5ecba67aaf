"""justice-metrics init: a first mapping for files of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..base.errors import OutputError
from ..base.language import tr, trn
from .options import Options
from .screen import fitted
from .shell import Shell

if TYPE_CHECKING:
    from ..cases.proposals.counts import CountProposal
    from ..cases.proposals.propose import Proposal

RARE_LABELS_FILE = "labels.csv"


def add(app: typer.Typer, options: Options) -> None:
    """Add the command."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Propose a mapping for files of your own: which column is the case id, which are stage dates, what "
                "the outcome labels mean. Several files may be a table per stage, or tables that hang on the cases; a "
                "table of counts is known by its columns. It is a proposal: read it and correct it by hand.\n\n"
                "Example: justice-metrics init cases.xlsx --out mapping.toml"
            )
        )
    )
    def init(
        files: list[str] = typer.Argument(
            ...,
            metavar="FILE...",
            show_default=False,
            help=words(tr("The file with the cases, or several files; or the address of a database.")),
        ),
        out: Path | None = typer.Option(
            None,
            "--out",
            "-o",
            metavar="MAPPING",
            show_default=False,
            help=words(tr("Where the mapping goes; otherwise beside the file, as NAME_mapping.toml.")),
        ),
        sheet: str | None = typer.Option(
            None,
            "--sheet",
            metavar="NAME",
            show_default=False,
            help=words(tr("Sheet of a workbook, otherwise the fullest one; or table of a database.")),
        ),
        procedure: str | None = typer.Option(
            None,
            "--procedure",
            metavar="ID|FILE",
            show_default=False,
            help=words(
                tr(
                    "Procedure that the cases follow: a shipped one (bolivia, guatemala, common_law) or a file of your "
                    "own, whose words then name the stages. Otherwise it is guessed."
                )
            ),
        ),
        interactive: bool = typer.Option(
            False, "--interactive", "-i", help=words(tr("Ask about everything that is unclear before writing."))
        ),
        rare_labels: Path | None = typer.Option(
            None,
            "--rare-labels",
            metavar="FOLDER",
            show_default=False,
            help=words(
                tr(
                    "Write the labels that fewer than ten rows have into a file in this folder, for the person who "
                    "completes the mapping. They can speak of a person: the file is personal data."
                )
            ),
        ),
        force: bool = typer.Option(False, "--force", help=words(tr("Replace a mapping that is there already."))),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json) as shell:
            from ..cases.proposals.propose import propose_mapping
            from ..cases.readers.database_url import source_name
            from ..publish.folder import write_file

            target = out or _beside(files[0])
            if target.exists() and not force:
                raise OutputError(
                    tr("There is a file '{name}' already.", name=target.name),
                    tr("Name another one with --out, or replace it with --force."),
                )
            names = ", ".join(source_name(one) for one in files)
            folder = target.absolute().parent
            with shell.working(tr("Looking at {name}", name=names)):
                proposal = propose_mapping(files, sheet=sheet, procedure=procedure, folder=folder)
            shell.settle(proposal.language)
            if interactive:
                from .asking import ask_about

                proposal = ask_about(
                    proposal, shell, lambda named: propose_mapping(files, sheet=sheet, procedure=named, folder=folder)
                )
            write_file(target, proposal.toml(shell.language, folder=folder).encode("utf-8"))
            if json:
                shell.give_record({"mapping": str(target), "columns": _record(proposal)})
            elif quiet:
                typer.echo(str(target))
            else:
                headings, rows = proposal.headings(shell.language), proposal.rows(shell.language)
                numbers = [one in {3, 1} for one in range(len(headings), 0, -1)]
                shell.screen.print(fitted(headings, rows, numbers=numbers, width=shell.screen.width))
            shell.say(tr("Written: {path}", path=str(target)))
            if rare_labels is not None:
                _write_rare(proposal, rare_labels, shell)
            shell.say(
                tr("Read it and correct it: lines marked CHECK or FILL IN need a person.")
                if proposal.kind == "counts"
                else tr(
                    "Read it and correct it: lines marked CHECK or FILL IN need a person. Then: justice-metrics check "
                    "{mapping}",
                    mapping=str(target),
                )
            )


def _beside(first: str) -> Path:
    """Return where the mapping goes by default: beside the first file, called as it is without its endings."""
    from ..cases.readers.database_url import is_database, source_name

    folder = Path() if is_database(first) else Path(first).parent
    return folder / f"{source_name(first).split('.')[0]}_mapping.toml"


def _record(proposal: Proposal | CountProposal) -> list[dict[str, object]]:
    return [
        {"column": one.column, "key": section + one.key if one.key else "", "confidence": one.confidence}
        for section, one in proposal.every()
    ]


def _write_rare(proposal: Proposal | CountProposal, folder: Path, shell: Shell) -> None:
    """Write the labels that are not printed into a file of personal data, which only its owner may read."""
    from ..cases.private_file import PREFIX, write_private

    rare = proposal.rare_labels()
    if not rare:
        shell.say(tr("No label is as rare as that; nothing was written."))
        return
    path = write_private(
        folder / (PREFIX + RARE_LABELS_FILE),
        ("table", "column", "label", "rows"),
        ((table, column, label, str(n)) for table, column, label, n in rare),
    )
    shell.say(
        trn(
            "Written: {path} ({n} label). It is personal data: keep it where the register is kept.",
            "Written: {path} ({n} labels). It is personal data: keep it where the register is kept.",
            len(rare),
            path=str(path),
        )
    )
