"""Checking case data against the rules: all masks counted in one query, and the ids of offending units on request only."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw

from ..base.errors import OutputError, QuestionError, suggestion
from ..base.language import tr
from ..base.types import Names, names
from .attributes import attribute_words
from .casedata import CaseData
from .rules import INDICATORS, Counted, Probe, Rule, Settings, Subject, Tally, Words, sure
from .rules_dates import DATE_RULES
from .rules_ids import ID_RULES
from .rules_order import ORDER_RULES
from .rules_outcomes import OUTCOME_RULES
from .rules_people import PEOPLE_RULES, gaps
from .rules_support import SUPPORT_RULES

RULES: Final[tuple[Rule, ...]] = (
    *ORDER_RULES,
    *DATE_RULES,
    *OUTCOME_RULES,
    *PEOPLE_RULES,
    *ID_RULES,
    *SUPPORT_RULES,
)

# The file of ids says by its name what it is, so that nobody sends it on unaware.
OFFENDING_FILE: Final = "PERSONAL_DATA_units_to_correct.csv"
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


class Finding(NamedTuple):
    """How often one thing breaks a rule.

    Attributes
    ----------
    key : str
        The pair of stages, the column or the like; empty for the rule as a whole.
    words : Readable or None
        The thing in words; None where the key is a column of the user's.
    n, base : int
        What breaks the rule, among what it applies to.
    """

    key: str
    words: Words | None
    n: int
    base: int


class Verdict(NamedTuple):
    """What became of one rule.

    Attributes
    ----------
    rule : Rule
    looked_at : bool
        Whether the data have what the rule looks at.
    whole : Finding or None
        For a rule that was broken: all its things together; None for a rule on several columns, where that has
        no meaning.
    parts : tuple of Finding
        The things that break it, in the order in which they were looked at.
    """

    rule: Rule
    looked_at: bool
    whole: Finding | None
    parts: tuple[Finding, ...]

    @property
    def broken(self) -> bool:
        """Whether anything breaks the rule."""
        return self.whole is not None or bool(self.parts)

    @property
    def n(self) -> int:
        """How often it is broken: as a whole, or where it is broken most."""
        return self.whole.n if self.whole else max((one.n for one in self.parts), default=0)


class Recorded(NamedTuple):
    """How completely one column is recorded.

    Attributes
    ----------
    column : str
        Attribute, or state or ``ending`` for a date.
    words : Readable
    kind : {"attribute", "date"}
    recorded : int
    missing : mapping of str to int
        Units by kind of missing.
    base : int
        Units that should have a value.
    """

    column: str
    words: Words
    kind: str
    recorded: int
    missing: Mapping[str, int]
    base: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Examination:
    """Counts of everything that the rules look at.

    Attributes
    ----------
    verdicts : tuple of Verdict
        One per rule.
    completeness : tuple of Recorded
        One per attribute and date.
    doubtful : mapping of str to int
        For each indicator, units that break at least one rule which touches it; notes do not count.
    """

    verdicts: tuple[Verdict, ...]
    completeness: tuple[Recorded, ...]
    doubtful: Mapping[str, int]


def examine(cases: CaseData, *, rules: Sequence[Rule] = RULES, settings: Settings | None = None) -> Examination:
    """Count what breaks each rule, in one query where the data live (and one more for support spells).

    Parameters
    ----------
    cases : CaseData
    rules : sequence of Rule
    settings : Settings, optional
    """
    subject = Subject(cases, settings or Settings())
    of_units = _Questions(subject, [one for one in rules if one.counts != "spells"])
    counts = _sums(subject.frame(), of_units, frequency=cases.sampling.repeated)
    verdicts = {one.rule.id: one for one in of_units.verdicts(counts)}
    spells = subject.support_frame()
    if spells is not None:
        of_spells = _Questions(subject, [one for one in rules if one.counts == "spells"])
        verdicts |= {one.rule.id: one for one in of_spells.verdicts(_sums(spells, of_spells, frequency=False))}
    return Examination(
        verdicts=tuple(verdicts.get(one.id, Verdict(one, False, None, ())) for one in rules),  # noqa: FBT003
        completeness=of_units.completeness(counts),
        doubtful=of_units.doubtful(counts),
    )


def rule_named(word: str, rules: Sequence[Rule] = RULES) -> Rule:
    """Return one rule.

    Raises
    ------
    QuestionError
        When there is no such rule; names what comes nearest.
    """
    for one in rules:
        if one.id == word:
            return one
    raise QuestionError(tr("'{word}' is not a rule of the check.", word=word), suggestion(word, _ids(rules)))


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
    return nw.from_dict({"unit_id": _offending(cases, rule, settings)}, backend=cases.frame_library).to_native()


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
    folder = Path(folder)
    if not folder.is_dir():
        raise OutputError(
            tr("There is no folder '{name}'.", name=folder.name), tr("Make it first, on the secure side.")
        )
    wanted = names(rules) if rules is not None else _broken(cases, settings)
    rows = ((rule, unit) for rule in wanted for unit in _offending(cases, rule, settings))
    return _write_private(folder / OFFENDING_FILE, rows)


class _Questions:
    """The columns that a query must add up for some rules, and what the sums mean."""

    def __init__(self, subject: Subject, rules: Sequence[Rule]) -> None:
        self.subject = subject
        self.rules = tuple(rules)
        self._probes: dict[str, tuple[Probe, ...]] = {one.id: tuple(one.probes(subject)) for one in self.rules}
        self._spells = bool(self.rules) and self.rules[0].counts == "spells"

    def flags(self) -> dict[str, nw.Expr]:
        """Return the 0/1 columns."""
        made: dict[str, nw.Expr] = {}
        for rule in self.rules:
            for place, probe in enumerate(self._probes[rule.id]):
                made[f"n__{rule.id}__{place}"] = probe.hit
                made[f"of__{rule.id}__{place}"] = sure(probe.base)
                made |= {f"x__{name}__{rule.id}__{place}": sure(flag) for name, flag in probe.extra.items()}
        if not self._spells:
            for name, kinds in gaps(self.subject).items():
                made |= {f"gap__{name}__{kind}": flag for kind, flag in kinds.items()}
            for name, (recorded, due) in self._dates().items():
                made |= {f"date__{name}__recorded": recorded & due, f"date__{name}__due": due}
        return {name: flag.cast(nw.Int64) for name, flag in made.items()}

    def unions(self) -> dict[str, nw.Expr]:
        """Return the columns that say whether any of several flags holds."""
        made: dict[str, nw.Expr] = {}
        for rule in self.rules:
            places = range(len(self._probes[rule.id]))
            if len(places) > 1 and rule.certain:
                made[f"n__{rule.id}"] = nw.max_horizontal(*[f"n__{rule.id}__{place}" for place in places])
                made[f"of__{rule.id}"] = nw.max_horizontal(*[f"of__{rule.id}__{place}" for place in places])
        for name, columns in self._doubts().items():
            made[f"doubt__{name}"] = nw.max_horizontal(*columns) if len(columns) > 1 else nw.col(columns[0])
        return made

    def verdicts(self, counts: Mapping[str, int]) -> Iterable[Verdict]:
        """Return what became of each rule."""
        for rule in self.rules:
            counted = [one for one in rule.intake(self.subject) if one.base]
            looked_at = bool(self._probes[rule.id]) or bool(counted)
            broken = self._broken_parts(rule, counts, counted)
            parts = tuple(one for one in broken if one.key)
            whole = None
            if broken and rule.certain:
                whole = self._whole(rule, counts, counted)
            elif broken and not parts:
                whole = broken[0]
            yield Verdict(rule, looked_at, whole, parts)

    def completeness(self, counts: Mapping[str, int]) -> tuple[Recorded, ...]:
        """Return how completely attributes and dates are recorded."""
        made = []
        for name in self._dates():
            recorded, due = counts[f"date__{name}__recorded"], counts[f"date__{name}__due"]
            missing = {"not_recorded": due - recorded}
            made.append(Recorded(name, self.subject.words(name), "date", recorded, missing, due))
        for name, kinds in gaps(self.subject).items():
            found = {kind: counts[f"gap__{name}__{kind}"] for kind in kinds}
            recorded = found.pop("recorded")
            base = recorded + sum(n for kind, n in found.items() if kind != "not_applicable")
            made.append(Recorded(name, attribute_words(name), "attribute", recorded, found, base))
        return tuple(made)

    def doubtful(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Return the units in doubt for each indicator."""
        return {name: counts[f"doubt__{name}"] for name in self._doubts()}

    def _broken_parts(
        self, rule: Rule, counts: Mapping[str, int], counted: Sequence[Counted]
    ) -> tuple[Finding, ...]:
        parts = [Finding(*one) for one in counted if one.n]
        for place, probe in enumerate(self._probes[rule.id]):
            n, base = counts[f"n__{rule.id}__{place}"], counts[f"of__{rule.id}__{place}"]
            extra = {name: counts[f"x__{name}__{rule.id}__{place}"] for name in probe.extra}
            if probe.fires(Tally(n, base, extra)):
                parts.append(Finding(probe.key, probe.words, n, base))
        return tuple(parts)

    def _whole(self, rule: Rule, counts: Mapping[str, int], counted: Sequence[Counted]) -> Finding:
        if counted:
            return Finding("", None, sum(one.n for one in counted), sum(one.base for one in counted))
        name = rule.id if len(self._probes[rule.id]) > 1 else f"{rule.id}__0"
        return Finding("", None, counts[f"n__{name}"], counts[f"of__{name}"])

    def _doubts(self) -> dict[str, list[str]]:
        certain = [one for one in self.rules if one.certain and one.severity != "note" and one.counts == "units"]
        found = {
            name: [
                f"n__{rule.id}__{place}"
                for rule in certain
                if name in rule.touches
                for place in range(len(self._probes[rule.id]))
            ]
            for name in INDICATORS
        }
        return {name: columns for name, columns in found.items() if columns}

    def _dates(self) -> dict[str, tuple[nw.Expr, nw.Expr]]:
        """Return, for each date, the units that have it and those that should: those that came there or beyond."""
        cases, procedure = self.subject.cases, self.subject.cases.procedure
        known = (*cases.dated_states, *cases.seen_states)
        found: dict[str, tuple[nw.Expr, nw.Expr]] = {}
        for name in self.subject.dates:
            if name == "ending":
                found[name] = (~nw.col("outcome_day").is_null(), ~self.subject.pending)
                continue
            if name == self.subject.start:
                due: nw.Expr = ~nw.col("unit_id").is_null()
            else:
                beyond = tuple(one for one in known if name in procedure.required_before(one))
                counted = beyond if procedure.state(name).funnel else ()
                due = sure(cases.reached((name, *counted)))
            found[name] = (~self.subject.on(name).is_null(), due)
        return found


def _sums(frame: nw.LazyFrame[Any], questions: _Questions, *, frequency: bool) -> dict[str, int]:
    """Add all flags up in one query; a row counts as often as its frequency says."""
    flags, unions = questions.flags(), questions.unions()
    if not flags:
        return {}
    design = ["frequency"] if frequency else []
    wide = frame.select(**flags, **{one: nw.col(one) for one in design})
    wide = wide.with_columns(**unions) if unions else wide
    counted = [nw.col(one) * nw.col("frequency") if frequency else nw.col(one) for one in (*flags, *unions)]
    found = wide.select(*[one.sum().alias(name) for one, name in zip(counted, (*flags, *unions), strict=True)]).collect()
    return {name: int(found.get_column(name)[0] or 0) for name in found.columns}


def _offending(cases: CaseData, word: str, settings: Settings | None) -> list[str]:
    rule = rule_named(word)
    subject = Subject(cases, settings or Settings())
    frame = subject.support_frame() if rule.counts == "spells" else subject.frame()
    if frame is None or not rule.probes(subject):
        raise QuestionError(
            tr("The rule '{word}' does not say which units break it.", word=word),
            tr("It was counted while the file was read, or it does not apply to these cases; the column is named in the report."),
        )
    found = frame.filter(rule.listed(subject)).select("unit_id").collect()
    return sorted({str(one) for one in found.get_column("unit_id").to_list()})


def _broken(cases: CaseData, settings: Settings | None) -> tuple[str, ...]:
    found = examine(cases, settings=settings).verdicts
    subject = Subject(cases, settings or Settings())
    return tuple(
        one.rule.id
        for one in found
        if one.broken and one.rule.certain and one.rule.severity != "note" and one.rule.probes(subject)
    )


def _write_private(path: Path, rows: Iterable[tuple[str, str]]) -> Path:
    """Write beside the file, readable by its owner only, and put it in place when it is complete."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="") as lines:
            writer = csv.writer(lines)
            writer.writerow(("rule", "unit_id"))
            writer.writerows((rule, _inert(unit)) for rule, unit in rows)
            lines.flush()
            os.fsync(lines.fileno())
        beside.replace(path)
    except OSError:
        raise OutputError(
            tr("The file '{name}' could not be written.", name=path.name),
            tr("Look at the rights of the folder and at the room on the disk; an earlier file is unchanged."),
        ) from None
    finally:
        beside.unlink(missing_ok=True)
    return path


def _inert(text: str) -> str:
    """Keep a spreadsheet from taking an id for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _ids(rules: Sequence[Rule]) -> tuple[str, ...]:
    return tuple(one.id for one in rules)
