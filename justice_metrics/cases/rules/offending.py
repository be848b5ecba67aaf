"""The ids of the units that break a rule: personal data, on request only, to a frame or to a file of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import narwhals.stable.v2 as nw

from ...base.errors import QuestionError
from ...base.language import tr
from ...base.types import Names, names
from ..casedata import CaseData
from ..private_file import PREFIX, write_private
from .examine import examine, rule_named
from .rule import Rule
from .subject import Settings, Subject

OFFENDING_FILE: Final = f"{PREFIX}units_to_correct.csv"


def offending_units(cases: CaseData, rule: str, *, settings: Settings | None = None) -> Any:
    """Return the ids of the units that break a rule: personal data.

    Parameters
    ----------
    cases : CaseData
    rule : str
        Id of the rule, as ``check`` shows it.
    settings : Settings, optional
        Those of the check.

    Returns
    -------
    frame
        One column ``unit_id``, sorted, of the library that the cases came in. Where the fault lies between
        units (two spellings of one id), all of them.

    Raises
    ------
    QuestionError
        When there is no such rule, or it was counted before there were units.
    """
    return nw.from_dict({"unit_id": breaking_ids(cases, rule, settings)}, backend=cases.frame_library).to_native()


def write_offending(
    cases: CaseData, folder: str | Path, *, rules: Names | None = None, settings: Settings | None = None
) -> Path:
    """Write the ids of the units that break rules to a file, for the person who corrects the register.

    The file is personal data: its name says so, and on systems with such rights only its owner may read it.

    Parameters
    ----------
    cases : CaseData
    folder : path
        An existing folder on the secure side; a file of an earlier check there is replaced.
    rules : str or tuple of str, optional
        Rules whose units are wanted; every broken rule about units, notes left out, by default.
    settings : Settings, optional
        Those of the check.

    Returns
    -------
    Path
        The file: columns ``rule`` and ``unit_id``, one row per unit and rule.

    Raises
    ------
    QuestionError
        When there is no such rule, or it was counted before there were units.
    OutputError
        When the file cannot be written; an earlier one is then still there.
    """
    wanted = names(rules) if rules is not None else rules_with_units(cases, settings)
    rows = ((rule, unit) for rule in wanted for unit in breaking_ids(cases, rule, settings))
    return write_private(Path(folder) / OFFENDING_FILE, ("rule", "unit_id"), rows)


def breaking_ids(cases: CaseData, word: str, settings: Settings | None = None) -> list[str]:
    """Return the ids of the units that break a rule, sorted; parameters and errors as in `offending_units`."""
    rule = rule_named(word)
    subject = Subject(cases, settings or Settings())
    frame = subject.support_frame() if rule.counts == "spells" else subject.frame()
    if frame is None or not rule.probes(subject):
        raise QuestionError(
            tr("The rule '{word}' does not say which units break it.", word=word),
            tr(
                "It was counted while the file was read, or it does not apply to these cases; the column is named in "
                "the report."
            ),
        )
    found = frame.filter(rule.listed(subject)).select("unit_id").collect()
    return sorted({str(one) for one in found.get_column("unit_id").to_list()})


def rules_with_units(cases: CaseData, settings: Settings | None = None) -> tuple[str, ...]:
    """Return the broken rules that say which units break them, notes left out."""
    found = examine(cases, settings=settings).verdicts
    subject = Subject(cases, settings or Settings())
    return tuple(one.rule.id for one in found if one.broken and lists_units(one.rule, subject))


def lists_units(rule: Rule, subject: Subject) -> bool:
    """Return whether the units that break a rule are listed: it tells them one by one, and is more than a note."""
    return rule.certain and rule.severity != "note" and bool(rule.probes(subject))
