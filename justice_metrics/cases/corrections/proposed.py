"""A plan to fill in: one undecided decision per broken rule, and the file in which cells are corrected."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ...base.errors import OutputError
from ...base.language import Language, Message, format_number, tr
from ..casedata import CaseData
from ..private_file import PREFIX, write_private
from ..rules.examine import Examination, Verdict, rule_named
from ..rules.offending import breaking_ids, rules_with_units
from ..rules.rule import SEVERITIES
from .cells import CELLS_HEADER
from .plan import CorrectionPlan, Decision

CELLS_FILE: Final = f"{PREFIX}corrections.csv"


def plan_text(
    cases: CaseData,
    found: Examination,
    *,
    mapping: str,
    language: Language = "en",
    earlier: CorrectionPlan | None = None,
) -> str:
    """Return the text of a plan: valid TOML without ids, to be decided on line by line.

    Parameters
    ----------
    cases : CaseData
        As they were checked.
    found : Examination
        What the rules found in them.
    mapping : str
        Name of the mapping file.
    language : {"en", "es"}
        Language of the comments.
    earlier : CorrectionPlan, optional
        A plan whose decisions stay; only what it does not decide on is added.
    """
    return "\n".join(_lines(cases, found, mapping, language, earlier)) + "\n"


def write_plan(path: Path, text: str, cases: CaseData) -> tuple[Path, Path]:
    """Write a plan, and beside it the file of cells with the ids of the units that break rules: personal data.

    Returns
    -------
    plan, cells : Path

    Raises
    ------
    OutputError
        When one of them is there already (somebody may have filled it in), or cannot be written.
    """
    cells = path.with_name(CELLS_FILE)
    for one in (path, cells):
        if one.exists():
            raise OutputError(
                tr("There is a file '{name}' already.", name=one.name),
                tr("It may hold decisions: name another plan in another folder, or move it away first."),
            )
    listed = (
        (rule, unit, "support" if rule_named(rule).counts == "spells" else "", "", "", "")
        for rule in rules_with_units(cases)
        for unit in breaking_ids(cases, rule)
    )
    write_private(cells, CELLS_HEADER, listed)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        raise OutputError(
            tr("The file '{name}' could not be written.", name=path.name),
            tr("Look at the rights of the folder and at the room on the disk."),
        ) from None
    return path, cells


def _lines(
    cases: CaseData, found: Examination, mapping: str, language: Language, earlier: CorrectionPlan | None
) -> Iterator[str]:
    def remark(message: Message) -> str:
        return f"# {' '.join(message.text(language).split())}"

    yield remark(tr("Plan of corrections. For each broken rule write what is to be done, and why:"))
    yield remark(tr('"accept": it is right, or cannot be mended; the cases stay as they are.'))
    yield remark(tr('"drop": the units that break the rule are left out of the data, and counted as left out.'))
    yield remark(
        tr(
            '"correct": the cells are corrected in {file}: table, column, from (as it stands now) and to.',
            file=CELLS_FILE,
        )
    )
    yield remark(tr("This file holds no ids; the other one does, and is personal data."))
    yield ""
    yield "[plan]"
    yield f"mapping = {_quoted(mapping)}"
    yield f"units = {cases.n_units}"
    yield f"fingerprint = {_quoted(cases.provenance.fingerprint)}"
    yield f"cells = {_quoted(CELLS_FILE)}"
    decided = {one.rule for one in earlier.decision} if earlier is not None else set()
    for one in earlier.decision if earlier is not None else ():
        yield from _decision(one)
    order = list(SEVERITIES)
    broken = [one for one in found.verdicts if one.broken and one.rule.id not in decided]
    for verdict in sorted(broken, key=lambda one: (order.index(one.rule.severity), -one.n)):
        yield ""
        yield remark(
            tr(
                "{severity}: {sentence}. What to do: {remedy}",
                severity=SEVERITIES[verdict.rule.severity],
                sentence=verdict.rule.sentence,
                remedy=verdict.rule.remedy,
            )
        )
        yield from (f"# {line}" for line in _where(verdict, language))
        yield from _decision(Decision(rule=verdict.rule.id, n=verdict.n), spaced=False)


def _decision(one: Decision, *, spaced: bool = True) -> Iterator[str]:
    yield from ("",) if spaced else ()
    yield "[[decision]]"
    yield f"rule = {_quoted(one.rule)}"
    if one.detail is not None:
        yield f"detail = {_quoted(one.detail)}"
    yield f"n = {one.n}"
    yield f"do = {_quoted(one.do)}"
    yield f"reason = {_quoted(one.reason)}"


def _where(verdict: Verdict, language: Language) -> Iterator[str]:
    """Say where the rule is broken: each thing it looks at, by the name under which a decision can choose it."""
    for part in verdict.parts:
        words = f" ({part.words.text(language)})" if part.words is not None else ""
        n, base = format_number(part.n, language), format_number(part.base, language)
        yield " ".join(f"{part.key}{words}: {n} / {base}".split())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
