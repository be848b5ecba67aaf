"""The tables of the check: broken rules, completeness, effect on each indicator, decisions of a plan, all rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from ...base.cells import Of
from ...base.language import Message, Readable, tr
from ...base.levels import ALL, LEVEL_WORDS, MISSING_LEVELS
from ...base.provenance import ACTION_WORDS
from ...base.table import Column, Table
from ...base.types import Values
from ...cases.casedata import CaseData
from ...cases.mappings.parts import LEFT_DAY
from ...cases.rules.examine import Examination, Finding, Verdict
from ...cases.rules.rule import CHILD_TABLES, INDICATORS, SEVERITIES, SUPPORT, TIME, Recorded, Rule
from ...reduce.risk import risk_table
from ..declared import LEFT_OUT_WORDS
from ..places import Places
from .check_guards import DUE, RECORDED, Sets, base_cell, broken_cell, set_cell

COUNTED: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "units": tr("units"),
        "cells": tr("cells"),
        "rows": tr("rows"),
        "spells": tr("spells of support"),
    }
)
STATES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "broken": tr("broken"),
        "accepted": tr("broken, and accepted by the plan"),
        "kept": tr("kept"),
        "not_looked_at": tr("not looked at: the data do not have what it needs"),
    }
)
EFFECTS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "left_out": tr("left out"),
        "in_doubt": tr("breaks a rule that touches it"),
    }
)
_SHARE: Final = Of(inputs=("n", "denominator"), formula="share")
# Which reasons for being left out of the time since the start also leave out of each indicator.
_LEAVES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "cumulative_incidence": tuple(LEFT_OUT_WORDS),
        "time_to": tuple(LEFT_OUT_WORDS),
        **dict.fromkeys((*SUPPORT, "reliance"), tuple(LEFT_OUT_WORDS)),
        "caseload": ("start_undated",),
        "case_ages": ("start_undated", "end_undated"),
    }
)


def main_table(found: Examination, where: Places, sets: Sets) -> Table:
    """Return the broken rules and the things that break them, worst first."""
    rows = [(one.rule, part) for one in found.verdicts for part in (*([one.whole] if one.whole else []), *one.parts)]
    order = list(SEVERITIES)
    worst = {one.rule.id: -share_of(largest(one)) for one in found.verdicts if one.broken}
    rows.sort(key=lambda row: (order.index(row[0].severity), worst[row[0].id], row[0].id))
    columns = (
        Column("rule", tr("what is wrong"), "text", "key", "key"),
        Column("severity", tr("severity"), "text", "key", "text"),
        Column("detail", tr("where"), "text", "key", "key"),
        Column("counted", tr("counted"), "text", "key", "text"),
        Column("n", tr("number"), "units", "count", "count", cell=broken_cell(found, where, sets)),
        Column("denominator", tr("of"), "units", "count", "count", cell=base_cell(found, where, sets)),
        Column("share", tr("share"), "share", "estimate", "share", 2, of=_SHARE),
        Column("touches", tr("touches"), "text", "key", "text"),
    )
    values = {
        "rule": _texts(rule.id for rule, _ in rows),
        "severity": _texts(rule.severity for rule, _ in rows),
        "detail": _texts(part.key or ALL for _, part in rows),
        "counted": _texts(rule.counts for rule, _ in rows),
        "n": np.array([part.n for _, part in rows], dtype=np.int64),
        "denominator": np.array([part.base for _, part in rows], dtype=np.int64),
        "share": np.array([share_of(part) for _, part in rows], dtype=np.float64),
        "touches": _texts(_touches(rule) for rule, _ in rows),
    }
    details: dict[str, Readable] = {part.key: part.words for _, part in rows if part.words is not None}
    labels: dict[str, Mapping[str, Readable]] = {
        # all that were looked at: which of them are broken by a few is not to be read from a list of words
        "rule": {one.rule.id: one.rule.sentence for one in found.verdicts},
        "severity": SEVERITIES,
        "detail": {**details, ALL: LEVEL_WORDS[ALL]},
        "counted": COUNTED,
        "touches": _touches_words(one.rule for one in found.verdicts),
    }
    return Table(columns, values, labels=labels, title=tr("Broken rules, worst first"), sparse=True)


def completeness_table(found: Sequence[Recorded], sets: Sets) -> Table:
    """Return how completely each date and attribute is recorded."""
    columns = (
        Column("column", tr("date or attribute"), "text", "key", "key"),
        Column("holds", tr("holds"), "text", "key", "text"),
        Column("recorded", tr("recorded"), "units", "count", "count", cell=set_cell(sets, RECORDED)),
        *[
            Column(kind, LEVEL_WORDS[kind], "units", "count", "count", cell=set_cell(sets, kind))
            for kind in MISSING_LEVELS
        ],
        Column("denominator", tr("should be recorded"), "units", "count", "count", cell=set_cell(sets, DUE)),
        Column(
            "share",
            tr("share recorded"),
            "share",
            "estimate",
            "share",
            of=Of(inputs=("recorded", "denominator"), formula="share"),
        ),
    )
    values = {
        "column": _texts(one.column for one in found),
        "holds": _texts(one.kind for one in found),
        "recorded": np.array([one.recorded for one in found], dtype=np.int64),
        **{kind: np.array([one.missing.get(kind, 0) for one in found], dtype=np.int64) for kind in MISSING_LEVELS},
        "denominator": np.array([one.base for one in found], dtype=np.int64),
        "share": np.array([one.recorded / one.base if one.base else np.nan for one in found], dtype=np.float64),
    }
    labels: dict[str, Mapping[str, Readable]] = {
        "column": {one.column: one.words for one in found},
        "holds": {"date": tr("date"), "attribute": tr("attribute")},
    }
    return Table(columns, values, labels=labels, title=tr("How completely dates and attributes are recorded"))


def effect_table(cases: CaseData, found: Examination) -> Table:
    """Say who leaves each indicator, by the reduction that it uses itself, and who stays in it in doubt."""
    left_out = risk_table(cases, start=cases.procedure.start, outcomes=None).left_out
    rows: list[tuple[str, str, str, int]] = []
    for indicator in _asked_of(cases):
        for reason in _LEAVES.get(indicator, ()):
            n = int(left_out[reason].sum()) if reason in left_out else 0
            if n:
                rows.append((indicator, "left_out", reason, n))
        if found.doubtful.get(indicator):
            rows.append((indicator, "in_doubt", ALL, found.doubtful[indicator]))
    columns = (
        Column("indicator", tr("indicator"), "text", "key", "key"),
        Column("effect", tr("effect"), "text", "key", "key"),
        Column("reason", tr("reason"), "text", "key", "key"),
        Column("n", tr("units"), "units", "count", "count"),
        Column("denominator", tr("of"), "units", "count", "count"),
        Column("share", tr("share"), "share", "estimate", "share"),
    )
    number = np.array([n for *_, n in rows], dtype=np.int64)
    values = {
        "indicator": _texts(one for one, *_ in rows),
        "effect": _texts(one for _, one, *_ in rows),
        "reason": _texts(one for _, _, one, _ in rows),
        "n": number,
        "denominator": np.full(len(rows), cases.n_units, dtype=np.int64),
        "share": number / max(cases.n_units, 1),
    }
    labels: dict[str, Mapping[str, Readable]] = {
        "indicator": INDICATORS,
        "effect": EFFECTS,
        "reason": {**LEFT_OUT_WORDS, ALL: tr("any")},
    }
    title = tr("What it does to each indicator")
    # those in doubt are all that break a rule of the indicator and some more: the difference would be told
    return Table(columns, values, labels=labels, title=title, sparse=True, guard="internal")


def _asked_of(cases: CaseData) -> list[str]:
    """Return the indicators that these cases can be asked for."""
    unknown = () if cases.support is not None else SUPPORT
    silent = () if LEFT_DAY in cases.milestones.collect_schema().names() else ("reliance",)
    uncoded = ("practice",) if cases.checklist is None else ()
    lawless = () if cases.procedure.limits else ("time_limits",)
    return [one for one in INDICATORS if one not in {*unknown, *silent, *uncoded, *lawless, *CHILD_TABLES}]


def decisions_table(cases: CaseData) -> dict[str, Table]:
    """Say what a correction plan did; nothing without one."""
    told = cases.provenance.corrections
    if not told:
        return {}
    columns = (
        Column("what", tr("what"), "text", "key", "text"),
        Column("done", tr("decision"), "text", "key", "text"),
        Column("n", tr("number"), "units", "count", "count"),
        Column("reason", tr("reason"), "text", "key", "text"),
    )
    values = {
        "what": _texts(one.rule or "cells" for one in told),
        "done": _texts(one.action for one in told),
        "n": np.array([one.n for one in told], dtype=np.int64),
        "reason": _texts(one.reason for one in told),
    }
    labels: dict[str, Mapping[str, Readable]] = {
        "what": {one.rule or "cells": one.what for one in told},
        "done": ACTION_WORDS,
    }
    title = tr("What the plan '{plan}' decided", plan=cases.provenance.plan)
    return {"decisions": Table(columns, values, labels=labels, title=title, guard="internal")}


def rules_table(verdicts: Sequence[Verdict], accepted: Collection[str]) -> Table:
    """Return every rule, what became of it, and what to do."""
    rules = [one.rule for one in verdicts]
    columns = (
        Column("rule", tr("rule"), "text", "key", "key"),
        Column("state", tr("state"), "text", "key", "text"),
        Column("severity", tr("severity"), "text", "key", "text"),
        Column("sentence", tr("what is wrong when it is broken"), "text", "key", "text"),
        Column("remedy", tr("what to do"), "text", "key", "text"),
        Column("touches", tr("touches"), "text", "key", "text"),
    )
    values = {
        "rule": _texts(one.id for one in rules),
        "state": _texts(_state(one, accepted) for one in verdicts),
        "severity": _texts(one.severity for one in rules),
        "sentence": _texts(str(one.sentence) for one in rules),
        "remedy": _texts(str(one.remedy) for one in rules),
        "touches": _texts(_touches(one) for one in rules),
    }
    labels: dict[str, Mapping[str, Readable]] = {
        "state": STATES,
        "severity": SEVERITIES,
        "sentence": {str(one.sentence): one.sentence for one in rules},
        "remedy": {str(one.remedy): one.remedy for one in rules},
        "touches": _touches_words(rules),
    }
    return Table(columns, values, labels=labels, title=tr("The rules, and what to do"), guard="internal")


def _state(one: Verdict, accepted: Collection[str]) -> str:
    if one.broken:
        return "accepted" if one.rule.id in accepted else "broken"
    return "kept" if one.looked_at else "not_looked_at"


def touched(rule: Rule) -> list[Readable]:
    """Return the indicators in words; those about time or support are told in one word where all are touched."""
    told = set(rule.touches)
    whole: list[Readable] = []
    for group, words in ((TIME, tr("everything about time")), (SUPPORT, tr("everything about support"))):
        if set(group) <= told:
            whole.append(words)
            told -= set(group)
    return [*(INDICATORS[name] for name in rule.touches if name in told), *whole]


def words_of(part: Finding) -> Readable:
    """Return a thing in words, or the name of the user's column."""
    return part.words or tr("{name}", name=part.key)


def largest(one: Verdict) -> Finding:
    """Return the rule as a whole, or the thing that breaks it in the largest share."""
    return one.whole or max(one.parts, key=share_of)


def share_of(found: Finding) -> float:
    """Return the share that breaks the rule; 0 where it applies to nothing."""
    return found.n / found.base if found.base else 0.0


def _touches(rule: Rule) -> str:
    return ", ".join(rule.touches)


def _touches_words(rules: Iterable[Rule]) -> dict[str, Readable]:
    return {_touches(one): tr("{listed}", listed=touched(one)) for one in rules}


def _texts(words: Iterable[str]) -> Values:
    return np.array([*words, None], dtype=object)[:-1]
