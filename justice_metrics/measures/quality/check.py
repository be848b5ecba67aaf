"""Data quality: which rules the case files break, how complete they are, and what that does to each indicator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from ...base.errors import QuestionError
from ...base.language import Language, Message, Readable, format_number, format_share, tr, trn
from ...base.result import Definition, Result
from ...base.types import Names, names
from ...cases.casedata import CaseData
from ...cases.office_file import read_offices
from ...cases.rules.examine import RULES, Examination, Finding, Verdict, examine, rule_named
from ...cases.rules.rule import SEVERITIES, Settings
from ...figures.dots import dots
from ..declared import LEFT_OUT_WORDS, Share
from ..places import keys_of_places, recorded_flags
from .check_guards import attribute_ties, places_of, recorded_sets
from .check_shown import shown_findings, shown_shares
from .check_tables import (
    COUNTED,
    completeness_table,
    decisions_table,
    effect_table,
    largest,
    main_table,
    rules_table,
    share_of,
    touched,
    words_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SMALL: Final = 0.001
# More parts of one rule than this are not told in a sentence; the table has them all.
_MOST_PARTS: Final = 4


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
    slips: tuple[Message, ...] = ()

    @property
    def accepted(self) -> frozenset[str]:
        """Ids of the rules whose findings a correction plan accepts."""
        return frozenset(one.rule for one in self.provenance.corrections if one.action == "accepted")

    @property
    def broken(self) -> tuple[Verdict, ...]:
        """Broken rules, worst first: by severity, then by share."""
        order = list(SEVERITIES)
        found = [one for one in self.examination.verdicts if one.broken]
        return tuple(sorted(found, key=lambda one: (order.index(one.rule.severity), -share_of(largest(one)))))

    def findings(self) -> tuple[Readable, ...]:
        """Return the broken rules in sentences, worst first, each with what to do; before them slips in a sheet."""
        told = [_told(one) for one in self.broken if one.rule.id not in self.accepted]
        return (*_of_sheet(self.slips), self._overview(), *told, *self._effects(), *self.provenance.correction_lines())

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
                (one.rule.sentence, largest(one), SEVERITIES[one.rule.severity].text(language)) for one in self.broken
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
            estimate=[share_of(found) for _, found, _ in rows],
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

    def context(self) -> Mapping[str, object]:
        """Return how many rules were looked at, and of each of them what it touches and what to do."""
        rules = [one.rule for one in self.examination.verdicts]
        return {
            "looked_at": sum(one.looked_at for one in self.examination.verdicts),
            "touches": {one.id: touched(one) for one in rules},
            "remedies": {one.id: one.remedy for one in rules},
        }

    @classmethod
    def findings_of(cls, shown: Result) -> tuple[Readable, ...]:
        """Return the broken rules that are shown in sentences, each with what to do."""
        return shown_findings(shown)

    @classmethod
    def plot_of(cls, shown: Result, ax: Axes | None = None, *, language: Language = "en") -> Axes | None:
        """Draw the share that breaks each rule, or how complete each column is."""
        return shown_shares(shown, ax, language)

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
    found = examine(cases, rules=chosen, settings=settings, keys=keys_of_places(cases), also=recorded_flags(cases))
    where = places_of(cases, found)
    sets = recorded_sets(cases, found.completeness, where)
    return QualityReport(
        heading=tr("Data quality"),
        tables={
            "main": main_table(found, where, sets),
            "completeness": completeness_table(found.completeness, sets),
            "effect": effect_table(cases, found),
            **decisions_table(cases),
            "rules": rules_table(
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
        ties=attribute_ties(sets),
        examination=found,
        slips=cases.intake.slips,
    )


def _of_sheet(slips: Sequence[Message]) -> tuple[Readable, ...]:
    """Tell what is wrong or not there yet in a coding sheet, where the data are one."""
    if not slips:
        return ()
    head = trn(
        "Look first at the coding sheet, {n} thing; wrong cells are not used below:",
        "Look first at the coding sheet, {n} things; wrong cells are not used below:",
        len(slips),
    )
    return (head, *slips)


def _told(one: Verdict) -> Message:
    """Tell one broken rule: how bad, what, how often, where, what it touches, what to do."""
    found = largest(one)
    same = len(one.parts) == 1 and one.whole is not None and one.parts[0][2:] == one.whole[2:]
    where: list[Readable] = [words_of(part) if same else _part(part) for part in one.parts[:_MOST_PARTS]]
    if len(one.parts) > _MOST_PARTS:
        where.append(tr("and {n} more", n=len(one.parts) - _MOST_PARTS))
    values: dict[str, object] = {
        "severity": SEVERITIES[one.rule.severity],
        "sentence": one.rule.sentence,
        "touches": touched(one.rule),
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


def _part(part: Finding) -> Message:
    return tr("{what}: {n} of {base}", what=words_of(part), n=part.n, base=part.base)


def _percent(found: Finding) -> Share:
    """Return the share in per cent, with decimals enough that a few cases among many are not "0.0 %"."""
    share = share_of(found)
    return Share(share, 1 if share == 0 or share >= _SMALL else 3)
