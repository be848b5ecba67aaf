"""justice-metrics check: what is wrong with the data, and what it does to the answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..base.errors import OutputError
from ..base.language import tr
from .options import Options
from .reading import cases_of
from .shell import FAULT, Shell

if TYPE_CHECKING:
    from ..cases.casedata import CaseData
    from ..measures.quality.check import QualityReport


_REPORTS = (".html", ".json")


def add(app: typer.Typer, options: Options) -> None:
    """Add the command."""
    words = options.words

    @app.command(
        help=words(
            tr(
                "Check the data: each rule in plain words, how many cases break it, which answers it touches, what to "
                "do.\n\n"
                "Example: justice-metrics check mapping.toml"
            )
        )
    )
    def check(
        mapping: Path = options.mapping(),
        strict: bool = typer.Option(
            False, "--strict", help=words(tr("End with code 1 when a rule that counts as an error is broken."))
        ),
        ids: Path | None = typer.Option(
            None,
            "--ids",
            metavar="FOLDER",
            show_default=False,
            help=words(
                tr(
                    "Write the ids of the cases that break rules into a file in this folder, for the person who "
                    "corrects the register. The file is personal data."
                )
            ),
        ),
        plan: Path | None = typer.Option(
            None,
            "--plan",
            metavar="FILE",
            show_default=False,
            help=words(
                tr(
                    "Write a correction plan to fill in, and beside it the file in which cells are corrected, which is "
                    "personal data."
                )
            ),
        ),
        corrections: Path | None = typer.Option(
            None,
            "--corrections",
            metavar="FILE",
            show_default=False,
            help=words(tr("Check the data as this plan corrects them; otherwise as the plan of the mapping does.")),
        ),
        report: Path | None = typer.Option(
            None,
            "--report",
            metavar="FILE",
            show_default=False,
            help=words(
                tr(
                    "Write all that can be said about the quality of the data (rules, completeness by office and year, "
                    "drift of coding, late registration) as one page (.html), or for a program (.json)."
                )
            ),
        ),
        offices: Path | None = typer.Option(
            None,
            "--offices",
            metavar="FILE",
            show_default=False,
            help=words(tr("Table of the offices with the days on which each was opened and closed.")),
        ),
        out: list[Path] = options.out(),
        language: str | None = options.language(),
        quiet: bool = options.quiet(),
        json: bool = options.json(),
    ) -> None:
        with Shell(words.language, language=language or words.asked, quiet=quiet, json=json, out=out) as shell:
            from ..measures.quality.check import check as ask

            if report is not None and report.suffix.lower() not in _REPORTS:
                raise OutputError(
                    tr("'{name}' cannot be written: its ending says no known format.", name=report.name),
                    tr("The name must end in one of: {known}.", known=_REPORTS),
                )
            cases = cases_of(shell, mapping, faults="count", corrections=corrections)
            answer = ask(cases, offices=offices)
            if report is not None:
                _write_report(shell, report, mapping, cases)
            if plan is not None:
                _write_plan(shell, plan, mapping, cases, answer, corrections)
            if ids is not None:
                from ..cases.rules.offending import write_offending

                written = write_offending(cases, ids)
                shell.tell(
                    tr("Written: {path} (personal data; delete it when the register is corrected)", path=str(written))
                )
            shell.give(answer)
            if strict and any(
                one.rule.severity == "error" for one in answer.broken if one.rule.id not in answer.accepted
            ):
                raise typer.Exit(FAULT)


def _write_report(shell: Shell, path: Path, mapping: Path, cases: CaseData) -> None:
    from ..disclosure.release import internal
    from ..measures.quality.assessment import quality_assessment
    from ..publish.folder import write_file
    from ..publish.record import json_bytes
    from ..publish.report import report_bytes

    with shell.working(tr("Looking at the quality of the data")):
        answers = quality_assessment(cases)
    title = tr("Quality of the data: {source}", source=cases.provenance.source)
    if path.suffix.lower() == ".json":
        write_file(path, json_bytes(answers, shell.language))
    else:
        write_file(path, report_bytes(internal(answers, title=title), language=shell.language, study=mapping.name))
    shell.tell(tr("Written: {path}", path=str(path)))


def _write_plan(
    shell: Shell, plan: Path, mapping: Path, cases: CaseData, answer: QualityReport, corrections: Path | None
) -> None:
    from ..cases.corrections.plan import read_plan
    from ..cases.corrections.proposed import plan_text, write_plan

    text = plan_text(
        cases,
        answer.examination,
        mapping=mapping.name,
        language=shell.language,
        earlier=None if corrections is None else read_plan(corrections),
    )
    written, cells = write_plan(plan, text, cases)
    shell.tell(tr("Written: {path}", path=str(written)))
    shell.tell(tr("Written: {path} (personal data; delete it when the register is corrected)", path=str(cells)))
    shell.tell(tr('Fill them in, and name the plan in [data] of the mapping: corrections = "{name}".', name=plan.name))
