"""The ledger of a release: what was held back and why, without a number of cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from ..base.language import Label, Message, Readable, tr, trn
from .clauses import Clause, Numbered

# Which rule hid a single cell is not told: who knows that it is hidden for being small, knows that it is small.
RULE_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "count": tr("small counts, or counts that would give a small one away"),
        "derived": tr("computed from hidden counts"),
        "few": tr("medians or means of too few cases"),
        "no_formula": tr("not to be computed from rounded counts"),
        "model": tr("a model of too few cases"),
        "undeclared": tr("without saying what they count"),
        "curve": tr("curves of too few cases"),
    }
)
_OF_COUNTS: Final = frozenset({"minimum", "zero", "whole", "difference", "linked", "previous"})


@dataclass(frozen=True, slots=True)
class Entry:
    """What was held back of one table.

    Attributes
    ----------
    result : int
        Place of the answer among those that are published, from 1 on: the number of its section.
    heading : Readable
        Of the answer.
    table : str
    rules : tuple of (str, int)
        How many numbers, by rule.
    reason : Readable or None
        Why the whole table was left out.
    title : Readable or None
        Of the table; None where it has none that may be told.
    """

    result: int
    heading: Readable
    table: str
    rules: tuple[tuple[str, int], ...] = ()
    reason: Readable | None = None
    title: Readable | None = None

    @property
    def words(self) -> Readable:
        """What the table is called where a reader sees it."""
        named = self.heading if self.table == "main" else Label(self.table.replace("_", " "))
        return self.title if self.title is not None else named


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that could not be published.

    Attributes
    ----------
    question : str
    heading : Readable
    reason : Readable
    """

    question: str
    heading: Readable
    reason: Readable


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What a release holds back.

    Attributes
    ----------
    entries : tuple of Entry
        Tables of which something is hidden, or that were left out.
    refused : tuple of Refused
        Answers that were left out whole.
    remarks : tuple of Readable
        Where the policy protects less than the default, and what it lets be exact.
    """

    entries: tuple[Entry, ...] = ()
    refused: tuple[Refused, ...] = ()
    remarks: tuple[Readable, ...] = ()

    def lines(self) -> tuple[Readable, ...]:
        """Return the ledger in sentences that may be published."""
        said: list[Readable] = [*self.remarks]
        for one in self.entries:
            where: dict[str, Readable] = {"heading": Numbered(one.result, one.heading), "table": one.words}
            if one.reason is not None:
                said.append(
                    tr(
                        "{heading}, table '{table}': not published, because {reason}.",
                        **where,
                        reason=Clause(one.reason),
                    )
                )
            said += [
                trn(
                    "{heading}, table '{table}': {n} number hidden ({rule}).",
                    "{heading}, table '{table}': {n} numbers hidden ({rule}).",
                    n,
                    **where,
                    rule=RULE_WORDS[rule],
                )
                for rule, n in one.rules
            ]
        said += [
            tr("{heading}: not published, because {reason}.", heading=one.heading, reason=Clause(one.reason))
            for one in self.refused
        ]
        return tuple(said)

    def to_record(self) -> dict[str, Any]:
        """Return the ledger for JSON."""
        return {
            "tables": [
                {
                    "result": one.result,
                    "table": one.table,
                    "hidden": dict(one.rules),
                    "reason": None if one.reason is None else one.reason.text("en"),
                }
                for one in self.entries
            ],
            "refused": [{"question": one.question, "reason": one.reason.text("en")} for one in self.refused],
        }


def public_rules(rules: Mapping[str, int], *, sparse: bool) -> tuple[tuple[str, int], ...]:
    """Return how many numbers were hidden by each rule that may be told apart.

    Parameters
    ----------
    rules : mapping of str to int
        As the guard counted them.
    sparse : bool
        Rows of which nothing is shown are not listed: then their number would tell how many there are.
    """
    if sparse:
        return ()
    told: dict[str, int] = {}
    for rule, n in rules.items():
        name = "count" if rule in _OF_COUNTS else rule
        told[name] = told.get(name, 0) + n
    return tuple((name, told[name]) for name in RULE_WORDS if name in told)
