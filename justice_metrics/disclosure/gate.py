"""The gate: collects every count behind all answers, has them protected at once, and makes each answer anew."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from ..base.cells import BaseCounts, Box, Count, CurveCounts, Tie
from ..base.errors import DisclosureError, QuestionError
from ..base.language import Readable, tells_of_cases, tr
from ..base.result import Protected, Published, Result
from ..base.table import Table
from .alike import alike, nested, periods
from .curves import Asked as AskedCurve
from .curves import Coarse, coarsened, totals_of
from .guarded import Asked, Decided
from .held_back import Rule
from .in_full import passed_in_full
from .ledger import Entry, Ledger, Refused, public_rules
from .listed import NOT_LISTED, has_groups
from .models import guarded
from .policy import DisclosurePolicy
from .protect import Decision, Decisions, protect
from .published import ProtectedCells
from .released import Release
from .safe import definition_tells, keyed, public_notes, public_provenance, words_tell
from .sentences import told
from .wider import factor_of, widened_note


@dataclass(frozen=True, slots=True)
class _Given:
    """One answer with its counts."""

    place: int
    result: Result
    base: BaseCounts
    population: str

    @property
    def question(self) -> str:
        return self.result.provenance.question or self.result.question


class _Passed(NamedTuple):
    result: Published
    entries: list[Entry]


def passed(
    results: tuple[Result, ...],
    policy: DisclosurePolicy,
    *,
    previous: tuple[ProtectedCells, ...],
    title: Readable | None,
    project: str | Path | None,
) -> Release:
    """Protect the counts of all answers at once and put the release together; see `release`."""
    if policy.already_public is not None:
        return passed_in_full(results, policy, policy.already_public, title=title)
    key = policy.key(project) if policy.mode == "round" else b""
    refused: list[Refused] = []
    given = []
    for place, one in enumerate(results, start=1):
        found = _given(one, place, key)
        if isinstance(found, _Given):
            given.append(found)
        else:
            refused.append(Refused(one.provenance.question or one.question, one.heading, found))
    exact = _exact(given, policy)
    ties = _ties(given)
    counts = _by_population(given)
    known = _with_alike(ties, counts, given, policy)
    decisions = protect(counts, policy, previous, exact=exact, ties=known, project=project)
    entries: list[Entry] = []
    shown: list[Published] = []
    gates = [_Gate(one, policy, decisions, key) for one in given]
    _put_curves(gates, policy)
    for asked, gate in zip(given, gates, strict=True):
        made = gate.passed()
        if isinstance(made, _Passed):
            shown.append(made.result)
            entries += [replace(one, result=len(shown)) for one in made.entries]
        else:
            refused.append(Refused(asked.question, asked.result.heading, made))
    if not shown:
        reasons = [tr("{n}: {reason}", n=place, reason=one.reason) for place, one in enumerate(refused, start=1)]
        raise DisclosureError(
            tr("Nothing of this can be published: {reasons}.", reasons=reasons),
            tr("Ask for fewer groups, or make an internal release."),
        )
    return Release(
        results=tuple(shown),
        policy=policy,
        ledger=Ledger(entries=tuple(entries), refused=tuple(refused), remarks=policy.remarks()),
        cells=decisions.cells,
        exact=frozenset((*exact, *decisions.exact)),
        ties=ties,
        title=title,
        raw=_dossier(given, decisions),
    )


def _given(result: Result, place: int, key: bytes) -> _Given | Readable:
    """Return an answer with its counts, or the reason why it cannot be published."""
    if isinstance(result, Published):
        return tr("it is published already")
    if definition_tells(result.definition) or tells_of_cases(result.heading):
        return tr("its definition holds a number of cases")
    try:
        base = result.base_counts()
    except QuestionError as error:
        return _why(error)
    whose = result.provenance.fingerprint
    unit, of, told = base.population.rpartition(" of ")
    # only the fingerprint itself: a short one could be letters of the unit's name as well
    population = f"{unit}{of}{keyed(whose, key)}" if whose and told == whose else base.population
    return _Given(place, result, base, population)


def _why(error: QuestionError) -> Readable:
    """Return the reason that an answer gives for staying inside; in the ledger it may tell no number of cases."""
    return tr("it cannot be made anew") if tells_of_cases(error.problem) else error.problem


def _published(given: _Given) -> list[Count]:
    """Return the counts of an answer that stand in a table which may leave, or behind a model."""
    tables = given.result.tables
    if given.base.weighted:
        # sums of weights stay inside; the units behind them are counts like any others
        behind = {(name, column) for name, table in tables.items() for column in table.in_units} | {("", "")}
        return [one for one in given.base.counts if one.place[0] == "provenance" or one.place[:2] in behind]
    found = [
        one
        for one in given.base.counts
        if one.place[0] not in tables or tables[one.place[0]].guard not in {"internal", "words"}
    ]
    # an answer that lists its counts itself may have forgotten those of a table
    places = {one.place for one in found}
    for name, table in tables.items():
        if table.guard in {"counts", "model"}:
            found += [one for one in table.counts(name) if one.place[0] and one.place not in places]
    return found


def _by_population(given: Sequence[_Given]) -> dict[str, list[Count]]:
    found: dict[str, list[Count]] = {}
    for one in given:
        found.setdefault(one.population, []).extend(_published(one))
    return found


def _exact(given: Sequence[_Given], policy: DisclosurePolicy) -> frozenset[tuple[str, Box]]:
    """Return the counts that the policy declares to be known, by the columns in which they stand."""
    return frozenset(
        (one.population, count.box)
        for one in given
        for count in _published(one)
        if policy.is_exact(count.box, f"{one.question}.{count.place[1]}")
    )


def _ties(given: Sequence[_Given]) -> dict[str, tuple[Tie, ...]]:
    """Return the sums that an outsider knows besides those of boxes, where all their counts are in the release."""
    there = {(one.population, count.box, count.events) for one in given for count in _published(one) if count.place[0]}
    found: dict[str, dict[Tie, None]] = {}
    for one in given:
        for tie in one.base.ties:
            if all((one.population, part.box, part.events) in there for part in tie):
                found.setdefault(one.population, {})[tie] = None
    return {population: tuple(ties) for population, ties in found.items()}


def _with_alike(
    ties: Mapping[str, Sequence[Tie]],
    counts: Mapping[str, Sequence[Count]],
    given: Sequence[_Given],
    policy: DisclosurePolicy,
) -> dict[str, tuple[Tie, ...]]:
    """Return the ties with those of groups in one another and of equal counts; these are never told to anybody."""
    found: dict[str, tuple[Tie, ...]] = {}
    for population, several in counts.items():
        answers = [one.result for one in given if one.population == population]
        tables = [table for one in answers for table in one.tables.values()]
        groups = {column.name for table in tables for column in table.columns if column.role == "stratum"}
        shown = [one for one in several if one.place[0]]
        # equal counts are rounded each by itself, and one tells of another no more than its own window
        equal = alike(shown, groups, policy.minimum) if policy.mode == "suppress" else ()
        nests = {**_nests(answers, sorted(groups)), **periods(shown)}
        found[population] = (*ties.get(population, ()), *nested(shown, nests), *equal)
    return found


def _nests(answers: Sequence[Result], groups: Sequence[str]) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return which attributes lie in one another in the data of some answers.

    Raises
    ------
    DisclosureError
        When their case data are gone, so that nobody can tell.
    """
    asked = [one.nests for one in answers if one.nests is not None]
    told = next((found for one in asked if (found := one(groups)) is not None), None)
    if told is None and asked and len(groups) > 1:
        raise DisclosureError(
            tr("The case data behind these answers are gone, so nobody can tell which groups lie in one another."),
            tr("Keep the case data until the release is made."),
        )
    return told or {}


class _Gate:
    """One answer on its way out."""

    def __init__(self, given: _Given, policy: DisclosurePolicy, decisions: Decisions, key: bytes) -> None:
        self.given, self.policy, self.decisions, self.key = given, policy, decisions, key
        self.curves: dict[str, Coarse] = {}
        self.counts = {one.place: one for one in given.base.counts}
        self.asked = Asked(
            decide=self._decide,
            large_enough=lambda count: decisions.large_enough(given.population, count),
            minimum=policy.minimum,
            rounding=policy.mode == "round",
            base=policy.base,
            protection=policy.protection,
        )

    def passed(self) -> _Passed | Readable:
        """Return the answer as it may be published, or the reason why it may not."""
        result, entries = self.given.result, list[Entry]()
        asked = replace(self.asked, wider=self.wider)
        tables: dict[str, Table] = {}
        why: Readable | None = None
        for name, table in result.tables.items():
            made = guarded(
                table,
                asked,
                weighted=self.given.base.weighted,
                excepted=self.policy.excepted(self.given.question, name) is not None,
            )
            if made.table is not None:
                tables[name] = made.table
            elif name == "main" and made.reason is not None:
                why = made.reason
            self._note(entries, name, made.rules, made.reason, sparse=table.sparse)
        for name, coarse in self.curves.items():
            if coarse.hidden:
                said = (("curve", coarse.hidden),)
                entries.append(Entry(self.given.place, result.heading, name, said, title=self._title(name)))
        curves = {name: one.counts for name, one in self.curves.items()}
        if why is not None and result.tables["main"].guard != "curve":
            return tr("its main table stays inside: {reason}", reason=why)
        try:
            shown = result.rebuild(self._protected(tables, curves))
        except QuestionError as error:
            return _why(error)
        reason = _unsafe(shown, tables, result)
        return reason if reason is not None else _Passed(told(shown), entries)

    @cached_property
    def wider(self) -> float:
        """By how much limits of the answer that allow for clusters are wider; NaN where there are none."""
        return math.nan if self.given.base.weighted else factor_of(self.given.result.tables.values(), self.asked)

    def _notes(self) -> tuple[Readable, ...]:
        """Return what is to be said of the answer besides its own notes."""
        found: list[Readable] = []
        if any(map(has_groups, self.given.result.tables.values())):
            found.append(NOT_LISTED)
        if self.wider > 1:
            found.append(widened_note(self.wider))
        return tuple(found)

    def _note(
        self, entries: list[Entry], name: str, rules: Mapping[str, int], reason: Readable | None, *, sparse: bool
    ) -> None:
        said = public_rules(rules, sparse=sparse or reason is not None)
        if said or reason is not None:
            heading = self.given.result.heading
            entries.append(Entry(self.given.place, heading, name, said, reason, self._title(name)))

    def _title(self, name: str) -> Readable | None:
        table = self.given.result.tables.get(name)
        return None if table is None or tells_of_cases(table.title) else table.title

    def asked_curves(self) -> list[tuple[str, AskedCurve]]:
        """Return the curves of the answer with what is shown of their totals."""
        if self.given.base.weighted:
            return []
        curves = self.given.base.curves.items()
        return [(name, AskedCurve(one, totals_of(one, name, self._total))) for name, one in curves]

    def _decide(self, count: Count) -> Decided:
        try:
            return self.decisions.of(self.given.population, count)
        except KeyError:
            return Decision(math.nan, "undeclared")

    def _total(self, place: str, column: str, row: int) -> float:
        count = self.counts.get((place, column, row))
        return math.nan if count is None else self.asked.decide(count).value

    def _protected(self, tables: Mapping[str, Table], curves: Mapping[str, CurveCounts]) -> Protected:
        result = self.given.result
        whose = {(column, row): one for (table, column, row), one in self.counts.items() if table == "provenance"}
        return Protected(
            tables=tables,
            provenance=public_provenance(
                result.provenance,
                decide=self.asked.decide,
                counts=whose,
                minimum=self.policy.minimum,
                key=self.key,
            ),
            notes=(*public_notes(result.notes), *self._notes()),
            curves=curves,
            minimum=self.policy.minimum,
        )


def _put_curves(gates: Sequence[_Gate], policy: DisclosurePolicy) -> None:
    """Give each answer its curves as they may be shown: those of the same population are made together."""
    base = policy.base if policy.mode == "round" else None
    rule = Rule(minimum=policy.minimum, at_risk=policy.at_risk, base=base)
    by_population: dict[str, list[tuple[_Gate, str, AskedCurve]]] = {}
    for gate in gates:
        for name, asked in gate.asked_curves():
            by_population.setdefault(gate.given.population, []).append((gate, name, asked))
    for several in by_population.values():
        made = coarsened([asked for _, _, asked in several], rule)
        for (gate, name, _), coarse in zip(several, made, strict=True):
            gate.curves[name] = coarse


def _unsafe(shown: Result, tables: Mapping[str, Table], asked: Result) -> Readable | None:
    """Return why what an answer made of its protected tables cannot leave; None where it can."""
    if not isinstance(shown, Published):
        return tr("it was not made anew from protected counts")
    for name, table in shown.tables.items():
        curve = name in asked.tables and asked.tables[name].guard == "curve"
        if table is not tables.get(name) and not curve:
            return tr("its table '{table}' did not come through the gate", table=name)
    if words_tell(shown.words) or any(tells_of_cases(one) for one in shown.notes):
        return tr("its words hold numbers of cases")
    return None


def _dossier(given: Sequence[_Given], decisions: Decisions) -> dict[str, Any]:
    """Return the raw counts with what was decided of each."""
    return {
        "results": [
            {
                "question": one.question,
                "population": one.population,
                "counts": [_entry(one.population, count, decisions) for count in _published(one)],
            }
            for one in given
        ]
    }


def _entry(population: str, count: Count, decisions: Decisions) -> dict[str, Any]:
    table, column, row = count.place
    record: dict[str, Any] = {
        "table": table,
        "column": column,
        "row": row,
        "units": {name: sorted(levels) for name, levels in sorted(count.box, key=lambda one: one[0])},
        "events": count.events,
        "count": count.value,
    }
    if table:
        decision = decisions.of(population, count)
        record |= {"shown": None if math.isnan(decision.value) else decision.value, "rule": decision.rule}
    else:
        record |= {"shown": None, "rule": "" if decisions.large_enough(population, count) else "model"}
    return record
