"""justice-metrics coder-agreement, adjudicate: whether people who coded the same files agree, and who is right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..base.language import tr, trn
from .options import Options
from .reading import cases_of
from .shell import Shell

if TYPE_CHECKING:
    from ..cases.casedata import CaseData


def add(app: typer.Typer, options: Options) -> None:
    """Add the command."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Coder agreement: files that several people coded independently, item by item (kappa, AC1, alpha, "
                "dates in days).\n\n"
                "Give the mapping of one coding, and the mapping or the file of the second; or one mapping that names "
                "the column of coders.\n\n"
                "Example: justice-metrics coder-agreement first.toml second.xlsx"
            )
        )
    )
    def coder_agreement(
        mapping: Path = options.mapping(),
        second: Path | None = _second(options),
        items: list[str] = typer.Option(
            [],
            "--item",
            metavar="NAME",
            show_default=False,
            help=words(
                tr("An attribute, stage, outcome or date to compare; all by default. May be given more than once.")
            ),
        ),
        ordered: list[str] = typer.Option(
            [],
            "--ordered",
            metavar="NAME[=LABEL,LABEL]",
            show_default=False,
            help=words(
                tr(
                    "An attribute whose levels have an order, such as age bands: near ones count in part. Words need "
                    "theirs, from the lowest: severity=slight,grave,gravest."
                )
            ),
        ),
        weighting: str = typer.Option(
            "linear", "--weighting", metavar="NAME", help=words(tr("Credit for near levels: linear or quadratic."))
        ),
        interval: str = typer.Option(
            "asymptotic",
            "--interval",
            metavar="NAME",
            help=words(tr("Limits of kappa and alpha: asymptotic, or bootstrap for few files.")),
        ),
        disagreements: Path | None = typer.Option(
            None,
            "--disagreements",
            metavar="FILE",
            show_default=False,
            help=words(
                tr(
                    "Also list every cell on which the codings differ, for a person to decide on: an xlsx file whose "
                    "name begins with PERSONAL_DATA_."
                )
            ),
        ),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.quality.coder_agreement import coder_agreement as ask

            first = cases_of(shell, mapping)
            answer = ask(
                first,
                _second_cases(shell, mapping, second),
                items=tuple(items),
                ordered={
                    name.strip(): tuple(label.strip() for label in labels.split(",")) if given else ()
                    for name, given, labels in (one.partition("=") for one in ordered)
                },
                weighting=weighting,  # type: ignore[arg-type]
                interval=interval,  # type: ignore[arg-type]
                confidence_level=confidence_level,
            )
            if disagreements is not None:
                _list(shell, mapping, second, disagreements)
            shell.give(answer)

    @app.command(
        help=words(
            tr(
                "Adjudicate: one coding of each file, as a person decided in the list of coder-agreement "
                "--disagreements, in the shape of the coded file; with the log of the decisions. Personal data.\n\n"
                "Example: justice-metrics adjudicate first.toml second.xlsx --decisions "
                "PERSONAL_DATA_disagreements.xlsx"
            )
        )
    )
    def adjudicate(
        mapping: Path = options.mapping(),
        second: Path | None = _second(options),
        decisions: Path = typer.Option(
            ..., "--decisions", metavar="FILE", show_default=False, help=words(tr("The list, with the decisions."))
        ),
        to: Path = typer.Option(
            Path("PERSONAL_DATA_adjudicated"),
            "--to",
            metavar="FOLDER",
            help=words(tr("A new folder for the adjudicated file, its mapping and the log.")),
        ),
        undecided: str = typer.Option(
            "refuse",
            "--undecided",
            metavar="NAME",
            help=words(tr("Where nothing was decided: refuse to go on, or let the first coding stand (first).")),
        ),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..cases.mappings.mapping import read_mapping
            from ..measures.quality.adjudication import adjudicate as ask

            described = read_mapping(mapping)
            shell.settle(described.data.language)
            answer = ask(
                decisions,
                described,
                second,
                to=to,
                undecided=undecided,  # type: ignore[arg-type]
                language=shell.language,
            )
            shell.tell(tr("Written to {folder}: personal data.", folder=to.name))
            shell.give(answer)


def _second(options: Options) -> Any:
    """Return the argument SECOND."""
    return typer.Argument(
        None,
        metavar="[SECOND]",
        show_default=False,
        help=options.words(tr("The mapping of the second coding, or its data file, which MAPPING then describes too.")),
    )


def _second_cases(shell: Shell, mapping: Path, second: Path | None) -> CaseData | None:
    """Read the second coding, by its own mapping or by that of the first."""
    if second is None:
        return None
    from ..cases.coders import ensure_two_codings
    from ..cases.mappings.mapping import read_mapping

    is_mapping = second.suffix.lower() == ".toml"
    ensure_two_codings(read_mapping(mapping), read_mapping(second) if is_mapping else second)
    if is_mapping:
        return cases_of(shell, second)
    from ..cases.read import read_cases

    return read_cases(second, mapping=mapping)


def _list(shell: Shell, mapping: Path, second: Path | None, path: Path) -> None:
    """Write the list of disagreements and tell how many there are."""
    from ..measures.quality.adjudication import disagreements as ask

    found = ask(mapping, second)
    found.write(path, language=shell.language)
    n = len(found.compared.found)
    shell.tell(
        trn(
            "{n} disagreement was written to {file}: personal data.",
            "{n} disagreements were written to {file}: personal data.",
            n,
            file=path.name,
        )
    )
