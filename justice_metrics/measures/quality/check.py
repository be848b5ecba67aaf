"""Data quality: which rules the case files break, how complete they are, and what that does to each indicator."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from ...base.errors import QuestionError
from ...base.language import Language, Message, Readable, format_number, format_share, tr, trn
from ...base.levels import ALL, LEVEL_WORDS, MISSING_LEVELS
from ...base.provenance import ACTION_WORDS
from ...base.result import Column, Definition, Result, Table
from ...base.types import Names, Values, names
from ...cases.casedata import CaseData
from ...cases.mappings.parts import LEFT_DAY
from ...cases.office_file import read_offices
from ...cases.rules.examine import RULES, Examination, Finding, Verdict, examine, rule_named
from ...cases.rules.rule import CHILD_TABLES, INDICATORS, SEVERITIES, SUPPORT, TIME, Recorded, Rule, Settings
from ...figures.dots import dots
from ...reduce.risk import risk_table
from ..declared import LEFT_OUT_WORDS, Share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
_SMALL: Final = 0.001
# More parts of one rule than this are not told in a sentence; the table has them all.
_MOST_PARTS: Final = 4
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


@dataclass(frozen=True, eq=False, kw_only=True)
class QualityReport(Result):
    """What the rules found in case files; counts only, never an id.

    Tables
    ------
    main
        One row per broken rule (``detail`` is ``all``) and per thing that breaks it (a pair of stages, a column):
        ``rule, severity, detail, counted, n, denominator, share, touches``.
    completeness
        One row per date and attribute: ``column, recorded``, the kinds of missing, ``denominator, share``.
    effect
        One row per indicator and reason: units that leave it, and units in it that break a rule which touches it.
    decisions
        What a correction plan did, where one was applied: ``what, done, n, reason``.
    rules
        Every rule in plain words, whether it was looked at, kept, broken or accepted, and what to do.
    """

    question: ClassVar[str] = "check"

    examination: Examination

    @property
    def accepted(self) -> frozenset[str]:
        """Ids of the rules whose findings a correction plan accepts."""
        return frozenset(one.rule for one in self.provenance.corrections if one.action == "accepted")

    @property
    def broken(self) -> tuple[Verdict, ...]:
        """Broken rules, worst first: by severity, then by share."""
        order = list(SEVERITIES)
        found = [one for one in self.examination.verdicts if one.broken]
        return tuple(sorted(found, key=lambda one: (order.index(one.rule.severity), -_share(_largest(one)))))

    def findings(self) -> tuple[Readable, ...]:
        """Return the broken rules in sentences, worst first, each with what to do."""
        told = [_told(one) for one in self.broken if one.rule.id not in self.accepted]
        return (self._overview(), *told, *self._effects(), *self.provenance.correction_lines())

    def plot(self, ax: Axes | None = None, *, language: Language = "en") -> Axes:
        """Draw the share that breaks each rule, by severity; where no rule is broken, how complete each column is.

        Parameters
        ----------
        ax : Axes, optional
            Where to draw; a figure of its own otherwise.
        language : {"en", "es"}
            Language of the words.

        Returns
        -------
        Axes
        """
        rows: list[tuple[Readable, Finding, str]]
        if self.broken:
            rows = [
                (one.rule.sentence, _largest(one), SEVERITIES[one.rule.severity].text(language)) for one in self.broken
            ]
            axis = tr("share that breaks the rule")
        else:
            rows = [
                (one.words, Finding(one.column, None, one.recorded, one.base), tr("recorded").text(language))
                for one in self.examination.completeness
            ]
            axis = tr("share recorded")
        nothing = np.full(len(rows), np.nan)
        return dots(
            labels=[words.text(language) for words, _, _ in rows],
            estimate=[_share(found) for _, found, _ in rows],
            conf_low=nothing,
            conf_high=nothing,
            annotations=[
                f"{format_number(one.n, language)} / {format_number(one.base, language)}" for _, one, _ in rows
            ],
            groups=[group for _, _, group in rows],
            x_label=axis.text(language),
            number=lambda share: format_share(share, language, decimals=0),
            ax=ax,
        )

    def _overview(self) -> Message:
        looked_at = [one for one in self.examination.verdicts if one.looked_at]
        number = {level: sum(one.rule.severity == level for one in self.broken) for level in SEVERITIES}
        return tr(
            "{n} rules were looked at. Found: {errors}, {warnings}, {notes}.",
            n=len(looked_at),
            errors=trn("{n} error", "{n} errors", number["error"]),
            warnings=trn("{n} warning", "{n} warnings", number["warning"]),
            notes=trn("{n} note", "{n} notes", number["note"]),
        )

    def _effects(self) -> tuple[Message, ...]:
        table = self.tables["effect"]
        rows = [
            (str(table["indicator"][row]), str(table["reason"][row]), int(table["n"][row]))
            for row in range(len(table))
            if table["effect"][row] == "left_out" and table["indicator"][row] == "cumulative_incidence"
        ]
        if not rows:
            return ()
        reasons = [tr("{reason} {n}", reason=LEFT_OUT_WORDS[reason], n=n) for _, reason, n in rows]
        return (
            tr(
                "Time since the start cannot be told of {n} of {total} units, which stay in all counts: {reasons}.",
                n=sum(n for _, _, n in rows),
                total=self.provenance.units_in,
                reasons=reasons,
            ),
        )


def check(
    cases: CaseData,
    *,
    rules: Names | None = None,
    enough_recorded: float = 0.8,
    child_offences: Names = (),
    late_recording_days: int = 30,
    late_registration_days: int = 90,
    offices: str | Path | None = None,
    office: str | None = None,
) -> QualityReport:
    """Data quality of case files: broken rules in plain words, completeness, and the effect on each indicator.

    Dates such as 1/1/1900 that stand for "no date" are reported by one rule and count as no date in the others. The
    report holds counts; the ids of the cases to correct are given by ``write_offending`` on request, to a file.

    Parameters
    ----------
    cases : CaseData
        To count unreadable cells and repeated ids too, read them with ``faults = "count"``.
    rules : str or tuple of str, optional
        Ids of the rules to look at; all of them by default.
    enough_recorded : float
        Share of recorded values, between 0 and 1, below which an attribute is reported.
    child_offences : str or tuple of str
        Levels of ``offence`` whose victims are children by definition; by default such offences are told by their
        words.
    late_recording_days : int
        A spell of support that was recorded more days after its start than this is reported.
    late_registration_days : int
        A case that was entered in the register more days after its start than this is reported.
    offices : str or Path, optional
        A csv file that says when offices opened and closed: columns ``office``, ``opened``, ``closed``.
    office : str, optional
        Attribute that names the office; ``office`` or ``court`` by default.

    Returns
    -------
    QualityReport

    Raises
    ------
    QuestionError
        When there is no such rule or attribute, the share does not lie between 0 and 1, or the days are negative.
    SettingsError
        When the file of offices cannot be read.

    Examples
    --------
    >>> import tempfile, justice_metrics as jm
    >>> from justice_metrics.simulate.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     demo = write_sample(folder + "/demo")
    ...     report = jm.check(jm.read_cases(mapping=demo / "bolivia_dirty_mapping.toml"))
    >>> report.broken[0].rule.severity
    'error'
    """
    if not 0 <= enough_recorded <= 1:
        raise QuestionError(tr("'enough_recorded' is a share between 0 and 1."), tr("Write 80 per cent as 0.8."))
    chosen = RULES if rules is None else tuple(rule_named(one) for one in names(rules))
    if late_recording_days < 0:
        raise QuestionError(
            tr("'late_recording_days' is {n}, below 0.", n=late_recording_days),
            tr("Give the days within which support is usually written down, such as 30."),
        )
    if late_registration_days < 0:
        raise QuestionError(
            tr("'late_registration_days' is {n}, below 0.", n=late_registration_days),
            tr("Give the days within which cases are usually entered in the register, such as 90."),
        )
    settings = Settings(
        enough_recorded=enough_recorded,
        child_offences=names(child_offences),
        late_recording_days=late_recording_days,
        late_registration_days=late_registration_days,
        offices=() if offices is None else read_offices(offices),
        office="" if office is None else cases.stratum_column(office),
    )
    found = examine(cases, rules=chosen, settings=settings)
    return QualityReport(
        heading=tr("Data quality"),
        tables={
            "main": _main_table(found),
            "completeness": _completeness_table(found.completeness),
            "effect": _effect_table(cases, found),
            **_decisions_table(cases),
            "rules": _rules_table(
                found.verdicts, {one.rule for one in cases.provenance.corrections if one.action == "accepted"}
            ),
        },
        definition=Definition(
            answers=tr("Which rules do the case files break, how often, and what does it do to the results?"),
            numerator=tr("units, cells, rows or spells of support that break the rule"),
            denominator=tr("those to which the rule applies"),
            basis="snapshot",
            pending=tr("looked at like all others; to be open is no fault"),
        ),
        provenance=cases.provenance.add(
            "check",
            rules=names(rules),
            enough_recorded=enough_recorded,
            child_offences=names(child_offences),
            late_recording_days=late_recording_days,
            late_registration_days=late_registration_days,
            offices=None if offices is None else Path(offices).name,
            office=office,
        ),
        notes=cases.intake.notes,
        frame_library=cases.frame_library,
        examination=found,
    )


def _main_table(found: Examination) -> Table:
    rows = [(one.rule, part) for one in found.verdicts for part in (*([one.whole] if one.whole else []), *one.parts)]
    order = list(SEVERITIES)
    worst = {one.rule.id: -_share(_largest(one)) for one in found.verdicts if one.broken}
    rows.sort(key=lambda row: (order.index(row[0].severity), worst[row[0].id], row[0].id))
    columns = (
        Column("rule", tr("what is wrong"), "text", "key", "key"),
        Column("severity", tr("severity"), "text", "key", "text"),
        Column("detail", tr("where"), "text", "key", "key"),
        Column("counted", tr("counted"), "text", "key", "text"),
        Column("n", tr("number"), "units", "count", "count"),
        Column("denominator", tr("of"), "units", "count", "count"),
        Column("share", tr("share"), "share", "estimate", "share", 2),
        Column("touches", tr("touches"), "text", "key", "text"),
    )
    values = {
        "rule": _texts(rule.id for rule, _ in rows),
        "severity": _texts(rule.severity for rule, _ in rows),
        "detail": _texts(part.key or ALL for _, part in rows),
        "counted": _texts(rule.counts for rule, _ in rows),
        "n": np.array([part.n for _, part in rows], dtype=np.int64),
        "denominator": np.array([part.base for _, part in rows], dtype=np.int64),
        "share": np.array([_share(part) for _, part in rows], dtype=np.float64),
        "touches": _texts(_touches(rule) for rule, _ in rows),
    }
    details: dict[str, Readable] = {part.key: part.words for _, part in rows if part.words is not None}
    labels: dict[str, Mapping[str, Readable]] = {
        "rule": {rule.id: rule.sentence for rule, _ in rows},
        "severity": SEVERITIES,
        "detail": {**details, ALL: LEVEL_WORDS[ALL]},
        "counted": COUNTED,
        "touches": _touches_words(rule for rule, _ in rows),
    }
    return Table(columns, values, labels=labels, title=tr("Broken rules, worst first"))


def _completeness_table(found: Sequence[Recorded]) -> Table:
    columns = (
        Column("column", tr("date or attribute"), "text", "key", "key"),
        Column("holds", tr("holds"), "text", "key", "text"),
        Column("recorded", tr("recorded"), "units", "count", "count"),
        *[Column(kind, LEVEL_WORDS[kind], "units", "count", "count") for kind in MISSING_LEVELS],
        Column("denominator", tr("should be recorded"), "units", "count", "count"),
        Column("share", tr("share recorded"), "share", "estimate", "share"),
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


def _effect_table(cases: CaseData, found: Examination) -> Table:
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
    return Table(columns, values, labels=labels, title=tr("What it does to each indicator"))


def _asked_of(cases: CaseData) -> list[str]:
    """Return the indicators that these cases can be asked for."""
    unknown = () if cases.support is not None else SUPPORT
    silent = () if LEFT_DAY in cases.milestones.collect_schema().names() else ("reliance",)
    lawless = () if cases.procedure.limits else ("time_limits",)
    return [one for one in INDICATORS if one not in {*unknown, *silent, *lawless, *CHILD_TABLES}]


def _decisions_table(cases: CaseData) -> dict[str, Table]:
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
    return {"decisions": Table(columns, values, labels=labels, title=title)}


def _rules_table(verdicts: Sequence[Verdict], accepted: Collection[str]) -> Table:
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
    return Table(columns, values, labels=labels, title=tr("The rules, and what to do"))


def _state(one: Verdict, accepted: Collection[str]) -> str:
    if one.broken:
        return "accepted" if one.rule.id in accepted else "broken"
    return "kept" if one.looked_at else "not_looked_at"


def _told(one: Verdict) -> Message:
    """Tell one broken rule: how bad, what, how often, where, what it touches, what to do."""
    found = _largest(one)
    same = len(one.parts) == 1 and one.whole is not None and one.parts[0][2:] == one.whole[2:]
    where: list[Readable] = [_words(part) if same else _part(part) for part in one.parts[:_MOST_PARTS]]
    if len(one.parts) > _MOST_PARTS:
        where.append(tr("and {n} more", n=len(one.parts) - _MOST_PARTS))
    values: dict[str, object] = {
        "severity": SEVERITIES[one.rule.severity],
        "sentence": one.rule.sentence,
        "touches": _touched(one.rule),
        "remedy": one.rule.remedy,
    }
    if one.whole is None:
        return tr("[{severity}] {sentence}: {where}. Touches: {touches}. What to do: {remedy}", where=where, **values)
    values |= {"n": found.n, "base": found.base, "counted": COUNTED[one.rule.counts], "share": _percent(found)}
    if not where:
        return tr(
            "[{severity}] {sentence}: {n} of {base} {counted} ({share}). Touches: {touches}. What to do: {remedy}",
            **values,
        )
    return tr(
        "[{severity}] {sentence}: {n} of {base} {counted} ({share}; {where}). Touches: {touches}. What to do: {remedy}",
        where=where,
        **values,
    )


def _touched(rule: Rule) -> list[Readable]:
    """Return the indicators in words; those about time or support are told in one word where all are touched."""
    told = set(rule.touches)
    whole: list[Readable] = []
    for group, words in ((TIME, tr("everything about time")), (SUPPORT, tr("everything about support"))):
        if set(group) <= told:
            whole.append(words)
            told -= set(group)
    return [*(INDICATORS[name] for name in rule.touches if name in told), *whole]


def _words(part: Finding) -> Readable:
    return part.words or tr("{name}", name=part.key)


def _part(part: Finding) -> Message:
    return tr("{what}: {n} of {base}", what=_words(part), n=part.n, base=part.base)


def _largest(one: Verdict) -> Finding:
    """Return the rule as a whole, or the thing that breaks it in the largest share."""
    return one.whole or max(one.parts, key=_share)


def _share(found: Finding) -> float:
    return found.n / found.base if found.base else 0.0


def _percent(found: Finding) -> Share:
    """Return the share in per cent, with decimals enough that a few cases among many are not "0.0 %"."""
    share = _share(found)
    return Share(share, 1 if share == 0 or share >= _SMALL else 3)


def _touches(rule: Rule) -> str:
    return ", ".join(rule.touches)


def _touches_words(rules: Iterable[Rule]) -> dict[str, Readable]:
    return {_touches(one): tr("{listed}", listed=_touched(one)) for one in rules}


def _texts(words: Iterable[str]) -> Values:
    return np.array([*words, None], dtype=object)[:-1]
