"""justice-metrics practice, practice-change, practice-association: how victims were treated, by a checklist."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ..base.errors import QuestionError
from ..base.language import tr
from .options import Options
from .reading import cases_of
from .shell import Shell
from .speech import Words

if TYPE_CHECKING:
    from ..cases.casedata import CaseData


def add(app: typer.Typer, options: Options) -> None:
    """Add the commands."""
    _add_practice(app, options)
    _add_change(app, options)
    _add_association(app, options)


def _items(words: Words) -> Any:
    return typer.Option(
        [],
        "--item",
        metavar="NAME",
        show_default=False,
        help=words(tr("Only this item of the checklist. May be given more than once.")),
    )


def _domains(words: Words) -> Any:
    return typer.Option(
        [],
        "--domain",
        metavar="NAME",
        show_default=False,
        help=words(tr("Only the items of this domain of the checklist. May be given more than once.")),
    )


def _add_practice(app: typer.Typer, options: Options) -> None:
    words = options.words

    @app.command(
        help=words(
            tr(
                "Quality of attention: how often each practice of the checklist was kept, in the cases to which it "
                "applies and whose file tells; what files do not tell stands apart.\n\n"
                "Example: justice-metrics practice mapping.toml --by department"
            )
        )
    )
    def practice(
        mapping: Path = options.mapping(),
        by: list[str] = options.by(),
        item: list[str] = _items(words),
        domain: list[str] = _domains(words),
        interval: str = typer.Option(
            "wilson",
            "--interval",
            metavar="NAME",
            help=words(tr("Intervals of independent cases: wilson, clopper_pearson (exact) or jeffreys.")),
        ),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.practice.practice import practice as measure

            shell.give(
                measure(
                    cases_of(shell, mapping),
                    by=tuple(by),
                    items=tuple(item),
                    domains=tuple(domain),
                    interval=interval,  # type: ignore[arg-type]
                    confidence_level=confidence_level,
                )
            )


def _add_change(app: typer.Typer, options: Options) -> None:
    words = options.words

    @app.command(
        "practice-change",
        help=words(
            tr(
                "Change of attention between two rounds of a study: of one mapping whose attribute tells the rounds "
                "apart, or of two mappings.\n\n"
                "Example: justice-metrics practice-change mapping.toml --round year_of_review\n\n"
                "Example: justice-metrics practice-change round_2016.toml round_2018.toml"
            )
        ),
    )
    def practice_change(
        mapping: Path = options.mapping(),
        later: Path | None = typer.Argument(
            None,
            metavar="LATER",
            show_default=False,
            help=words(tr("The mapping file (toml) of the later round, where it is a set of its own.")),
        ),
        attribute: str | None = typer.Option(
            None,
            "--round",
            metavar="NAME",
            show_default=False,
            help=words(tr("Attribute of the mapping that tells the rounds apart.")),
        ),
        before: str | None = typer.Option(
            None, "--before", metavar="LEVEL", show_default=False, help=words(tr("Name of the earlier round."))
        ),
        after: str | None = typer.Option(
            None, "--after", metavar="LEVEL", show_default=False, help=words(tr("Name of the later round."))
        ),
        by: list[str] = options.by(),
        item: list[str] = _items(words),
        domain: list[str] = _domains(words),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.practice.change import practice_change as measure

            if (later is None) == (attribute is None):
                raise QuestionError(
                    tr("Two rounds are needed: a second mapping, or --round with the attribute that tells them apart."),
                    tr("Give one of the two."),
                )
            cases = cases_of(shell, mapping)
            if later is not None:
                before, after = before or mapping.stem, after or later.stem
                cases, attribute = _two(cases, cases_of(shell, later), before, after)
            shell.give(
                measure(
                    cases,
                    round=attribute or "",
                    before=before,
                    after=after,
                    by=tuple(by),
                    items=tuple(item),
                    domains=tuple(domain),
                    confidence_level=confidence_level,
                )
            )


def _two(first: CaseData, second: CaseData, before: str, after: str) -> tuple[CaseData, str]:
    """Put two sets together under an attribute whose name neither has."""
    from ..cases.rounds import two_rounds

    taken = {*first.attributes, *second.attributes}
    name = next(one for one in ("round", "study_round", "round_of_study", "round_") if one not in taken)
    return two_rounds(first, second, names=(before, after), attribute=name), name


def _add_association(app: typer.Typer, options: Options) -> None:
    words = options.words

    @app.command(
        "practice-association",
        help=words(
            tr(
                "Practice and the progress of cases: what followed where an item had been met when the case entered a "
                "stage, and where it had not. An association, not the effect of the practice.\n\n"
                "Example: justice-metrics practice-association mapping.toml --at charge --to verdict"
            )
        ),
    )
    def practice_association(
        mapping: Path = options.mapping(),
        at: str = typer.Option(
            "charge", "--at", metavar="STAGE", help=words(tr("Stage on whose first day the items are read."))
        ),
        to: str = typer.Option("verdict", "--to", metavar="STAGE", help=words(tr("What counts as progress."))),
        within_days: int = typer.Option(
            730, "--within-days", metavar="N", min=1, help=words(tr("Days after it within which it counts."))
        ),
        item: list[str] = _items(words),
        domain: list[str] = _domains(words),
        confidence_level: float = options.level(),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.practice.association import practice_association as measure

            shell.give(
                measure(
                    cases_of(shell, mapping),
                    at=at,
                    to=to,
                    within_days=within_days,
                    items=tuple(item),
                    domains=tuple(domain),
                    confidence_level=confidence_level,
                )
            )
