"""Checking case data against the rules: all masks are counted in one query, where the data live."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw

from ...base.errors import QuestionError, suggestion
from ...base.language import tr
from ...base.levels import NOT_APPLICABLE, NOT_RECORDED
from ..attributes import attribute_words
from ..casedata import CaseData
from .children import CHILD_RULES
from .dates import DATE_RULES
from .facts import FACT_RULES
from .heaps import HEAP_RULES
from .ids import ID_RULES
from .levels import LEVEL_RULES
from .offences import OFFENCE_RULES
from .offices import OFFICE_RULES
from .order import ORDER_RULES
from .outcomes import OUTCOME_RULES
from .people import PEOPLE_RULES, gaps
from .persons import PERSON_RULES
from .practice import PRACTICE_RULES
from .recorded import dates_recorded
from .registration import REGISTRATION_RULES
from .reliance import RELIANCE_RULES
from .rule import (
    INDICATORS,
    Counted,
    Facts,
    Probe,
    Recorded,
    Rule,
    Settings,
    Subject,
    Tally,
    Words,
    either,
    sure,
)
from .small import added_up, held_here
from .support import SUPPORT_RULES

RULES: Final[tuple[Rule, ...]] = (
    *ORDER_RULES,
    *DATE_RULES,
    *HEAP_RULES,
    *FACT_RULES,
    *REGISTRATION_RULES,
    *OUTCOME_RULES,
    *PEOPLE_RULES,
    *PERSON_RULES,
    *OFFENCE_RULES,
    *OFFICE_RULES,
    *LEVEL_RULES,
    *ID_RULES,
    *SUPPORT_RULES,
    *RELIANCE_RULES,
    *PRACTICE_RULES,
    *CHILD_RULES,
)


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
    split : Split
        The same counts by the keys that were asked for.
    columns : mapping of (str, str) to (str, str)
        For a rule and the key of a thing that it looks at ("" for the whole): the columns of `split` with what breaks
        it and with what it applies to, where these are units.
    """

    verdicts: tuple[Verdict, ...]
    completeness: tuple[Recorded, ...]
    doubtful: Mapping[str, int]
    split: Split
    columns: Mapping[tuple[str, str], tuple[str, str]]


class Split(NamedTuple):
    """Counts of units by some keys: one row per combination of them.

    Attributes
    ----------
    keys : mapping of str to tuple of int
    n : tuple of int
        Units.
    sums : mapping of str to tuple of int
        Units with each flag.
    """

    keys: Mapping[str, tuple[int, ...]]
    n: tuple[int, ...]
    sums: Mapping[str, tuple[int, ...]]


# So many units at most, and more flags than this, are looked at here and not in one question to the engine.
_FEW: Final = 100_000
_MANY: Final = 64

_NOTHING: Final[Mapping[str, nw.Expr]] = MappingProxyType({})


def examine(
    cases: CaseData,
    *,
    rules: Sequence[Rule] = RULES,
    settings: Settings | None = None,
    keys: Mapping[str, nw.Expr] = _NOTHING,
    also: Mapping[str, nw.Expr] = _NOTHING,
) -> Examination:
    """Count what breaks each rule, in one query where the data live (and one more for support spells).

    Parameters
    ----------
    cases : CaseData
    rules : sequence of Rule
    settings : Settings, optional
    keys : mapping of str to expression, optional
        Whole numbers, never null, by which all is counted too.
    also : mapping of str to expression, optional
        Further flags to count by the keys, never null.
    """
    subject = Subject(cases, settings or Settings())
    of_units = _Questions(subject, [one for one in rules if one.counts != "spells"], spells=False)
    needed = {one for rule in of_units.rules for one in rule.needs}
    few = cases.provenance.units_in <= _FEW
    repeated = cases.sampling.repeated
    split = _sums(subject.frame(needed), of_units, frequency=repeated, few=few, keys=keys, also=also)
    counts = {name: sum(one) for name, one in split.sums.items()}
    facts = Facts(subject=subject, recorded=of_units.recorded(counts))
    verdicts = {one.rule.id: one for one in of_units.verdicts(counts, facts)}
    spells = subject.support_frame()
    if spells is not None:
        of_spells = _Questions(subject, [one for one in rules if one.counts == "spells"], spells=True)
        of_each = _sums(spells, of_spells, frequency=False).sums
        told = of_spells.verdicts({name: sum(one) for name, one in of_each.items()}, facts)
        verdicts |= {one.rule.id: one for one in told}
    return Examination(
        verdicts=tuple(verdicts.get(one.id, Verdict(one, False, None, ())) for one in rules),
        completeness=facts.recorded,
        doubtful=of_units.doubtful(counts),
        split=split,
        columns=of_units.columns(),
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


class _Questions:
    """The flags that a query must add up for some rules, and what the sums mean."""

    def __init__(self, subject: Subject, rules: Sequence[Rule], *, spells: bool) -> None:
        self.subject = subject
        self.rules = tuple(rules)
        self._spells = spells
        self._probes: dict[str, tuple[Probe, ...]] = {one.id: tuple(one.probes(subject)) for one in self.rules}

    def flags(self) -> dict[str, nw.Expr]:
        """Return a column per probe, and per gap and date for the completeness."""
        made: dict[str, nw.Expr] = {}
        for rule in self.rules:
            for place, probe in enumerate(self._probes[rule.id]):
                made[f"n__{rule.id}__{place}"] = probe.hit
                made[f"of__{rule.id}__{place}"] = sure(probe.base)
                made |= {f"x__{name}__{rule.id}__{place}": sure(flag) for name, flag in probe.extra.items()}
        if not self._spells:
            for name, kinds in gaps(self.subject).items():
                made |= {f"gap__{name}__{kind}": flag for kind, flag in kinds.items()}
            for name, (recorded, due) in dates_recorded(self.subject).items():
                made |= {f"date__{name}__recorded": recorded & due, f"date__{name}__due": due}
        return made

    def of_rules(self) -> dict[str, nw.Expr]:
        """Return, for rules with several probes, whether any of them hits, and whether any applies."""
        made: dict[str, nw.Expr] = {}
        for rule in self.rules:
            places = range(len(self._probes[rule.id]))
            if len(places) > 1 and rule.certain:
                made[f"n__{rule.id}"] = either([nw.col(f"n__{rule.id}__{place}") for place in places])
                made[f"of__{rule.id}"] = either([nw.col(f"of__{rule.id}__{place}") for place in places])
        for group, rules in self._groups().items():
            flags = [nw.col(f"n__{one}__{place}") for one in rules for place in range(len(self._probes[one]))]
            made[group] = either(flags)
        return made

    def of_indicators(self) -> dict[str, nw.Expr]:
        """Return whether a unit breaks any rule that touches an indicator; equal sets of rules are looked at once."""
        groups = {rules[0]: nw.col(group) for group, rules in self._groups().items()}
        return {
            f"doubt__{place}": either([flag for first, flag in groups.items() if first in rules])
            for place, rules in enumerate(dict.fromkeys(self._doubts().values()))
        }

    def verdicts(self, counts: Mapping[str, int], facts: Facts) -> Iterable[Verdict]:
        """Return what became of each rule."""
        for rule in self.rules:
            counted = [one for one in rule.counted(self.subject, facts) if one.base]
            broken = [Finding(*one[:4]) for one in counted if one.fires]
            for place, probe in enumerate(self._probes[rule.id]):
                n, base = counts[f"n__{rule.id}__{place}"], counts[f"of__{rule.id}__{place}"]
                extra = {name: counts[f"x__{name}__{rule.id}__{place}"] for name in probe.extra}
                if probe.fires(Tally(n, base, extra)):
                    broken.append(Finding(probe.key, probe.words, n, base))
            parts = tuple(one for one in broken if one.key)
            whole = None
            if broken and rule.certain:
                whole = self._whole(rule, counts, counted)
            elif broken and not parts:
                whole = broken[0]
            yield Verdict(rule, bool(self._probes[rule.id]) or bool(counted), whole, parts)

    def recorded(self, counts: Mapping[str, int]) -> tuple[Recorded, ...]:
        """Return how completely dates and attributes are recorded."""
        made = []
        for name in dates_recorded(self.subject):
            recorded, due = counts[f"date__{name}__recorded"], counts[f"date__{name}__due"]
            missing = {NOT_RECORDED: due - recorded}
            made.append(Recorded(name, self.subject.words(name), "date", recorded, missing, due))
        for name, kinds in gaps(self.subject).items():
            found = {kind: counts[f"gap__{name}__{kind}"] for kind in kinds}
            recorded = found.pop("recorded")
            base = recorded + sum(n for kind, n in found.items() if kind != NOT_APPLICABLE)
            made.append(Recorded(name, attribute_words(name), "attribute", recorded, found, base))
        return tuple(made)

    def columns(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Return in which columns it is counted what breaks each rule on units, and what it applies to."""
        found: dict[tuple[str, str], tuple[str, str]] = {}
        for rule in self.rules:
            if rule.counts != "units":
                continue
            probes = self._probes[rule.id]
            if probes and (len(probes) == 1 or rule.certain):
                found[rule.id, ""] = (self._column("n", rule.id), self._column("of", rule.id))
            for place, probe in enumerate(probes):
                found[rule.id, probe.key] = (f"n__{rule.id}__{place}", f"of__{rule.id}__{place}")
        return found

    def doubtful(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Return the units in doubt for each indicator."""
        place = {rules: place for place, rules in enumerate(dict.fromkeys(self._doubts().values()))}
        return {name: counts[f"doubt__{place[rules]}"] for name, rules in self._doubts().items()}

    def _whole(self, rule: Rule, counts: Mapping[str, int], counted: Sequence[Counted]) -> Finding:
        if counted:
            return Finding("", None, sum(one.n for one in counted), sum(one.base for one in counted))
        return Finding("", None, counts[self._column("n", rule.id)], counts[self._column("of", rule.id)])

    def _column(self, what: str, rule: str) -> str:
        """Return the column in which a rule as a whole is counted."""
        return f"{what}__{rule}" if len(self._probes[rule]) > 1 else f"{what}__{rule}__0"

    def _groups(self) -> dict[str, tuple[str, ...]]:
        """Return the rules that throw doubt on the same indicators: each group is looked at once."""
        doubts = self._doubts()
        groups: dict[tuple[str, ...], list[str]] = {}
        for rule in dict.fromkeys(one for rules in doubts.values() for one in rules):
            groups.setdefault(tuple(name for name, rules in doubts.items() if rule in rules), []).append(rule)
        return {f"group__{place}": tuple(rules) for place, rules in enumerate(groups.values())}

    def _doubts(self) -> dict[str, tuple[str, ...]]:
        """Return the rules that throw doubt on single units, for each indicator that they touch."""
        certain = [
            one
            for one in self.rules
            if one.certain and one.severity != "note" and one.counts == "units" and self._probes[one.id]
        ]
        found = {name: tuple(rule.id for rule in certain if name in rule.touches) for name in INDICATORS}
        return {name: rules for name, rules in found.items() if rules}


def _sums(
    frame: nw.LazyFrame[Any],
    questions: _Questions,
    *,
    frequency: bool,
    few: bool = False,
    keys: Mapping[str, nw.Expr] = _NOTHING,
    also: Mapping[str, nw.Expr] = _NOTHING,
) -> Split:
    """Add all flags up in one query, by the keys; a row counts as often as its frequency says."""
    flags = {**questions.flags(), **{f"also__{name}": flag for name, flag in also.items()}}
    if not flags:
        return Split({}, (), {})
    names = list(flags)
    by = {f"key__{name}": key for name, key in keys.items()}
    made = {**flags, **by, **({"frequency": nw.col("frequency")} if frequency else {})}
    held = held_here(frame) if few and len(made) > _MANY else None
    if held is not None:
        then = (questions.of_rules(), questions.of_indicators())
        summed = added_up(held, made, then, keys=list(by), frequency="frequency" if frequency else None)
        return Split(
            keys={name: tuple(summed.keys[f"key__{name}"].tolist()) for name in keys},
            n=tuple(summed.n.tolist()),
            sums={name: tuple(one.tolist()) for name, one in summed.sums.items()},
        )
    # Made beside the columns first: constants alone would be selected as one row, however many units there are.
    wide = frame.with_columns(**made).select(*made)
    for more in (questions.of_rules(), questions.of_indicators()):
        if more:
            wide = wide.with_columns(**more)
            names += more
    times = nw.col("frequency").cast(nw.Int64) if frequency else None
    number = {name: nw.col(name).cast(nw.Int64) for name in names}
    sums = [(one if times is None else one * times).sum().alias(name) for name, one in number.items()]
    sums.append((nw.len() if times is None else times.sum()).alias("number__of"))
    found = (wide.group_by(*by).agg(*sums) if by else wide.select(*sums)).collect()

    def column(name: str) -> tuple[int, ...]:
        return tuple(int(one or 0) for one in found.get_column(name).to_list())

    return Split(
        keys={name: column(f"key__{name}") for name in keys},
        n=column("number__of"),
        sums={name: column(name) for name in names},
    )


def _ids(rules: Sequence[Rule]) -> tuple[str, ...]:
    return tuple(one.id for one in rules)
