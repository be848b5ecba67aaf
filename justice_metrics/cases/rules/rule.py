"""What a data-quality rule is, and what it may look at: a sentence, a remedy, and masks over the milestones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw

from ...base.language import Message, tr
from .masks import ALWAYS, earliest, either, latest, sure
from .subject import Mark, Settings, Subject, Words
from .tallies import DayTally, LevelTally, day_tallies, level_tallies

__all__ = [
    "ALWAYS",
    "CHILD_TABLES",
    "FLOWS",
    "INDICATORS",
    "SEVERITIES",
    "SUPPORT",
    "TIME",
    "Counted",
    "DayTally",
    "Facts",
    "LevelTally",
    "Probe",
    "Recorded",
    "Rule",
    "Settings",
    "Subject",
    "Tally",
    "Words",
    "any_hit",
    "earliest",
    "either",
    "latest",
    "sure",
]

Severity: TypeAlias = Literal["error", "warning", "note"]
Counting: TypeAlias = Literal["units", "cells", "rows", "spells"]

SEVERITIES: Final[Mapping[str, Message]] = MappingProxyType(
    {"error": tr("error"), "warning": tr("warning"), "note": tr("note")}
)

# The questions whose answers a fault can change, in the order in which they are listed.
INDICATORS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "attrition": tr("attrition"),
        "cumulative_incidence": tr("cumulative incidence"),
        "time_to": tr("time to an ending"),
        "conviction_rates": tr("conviction rates"),
        "caseload": tr("caseload"),
        "case_flows": tr("flow of cases"),
        "time_limits": tr("keeping of legal time limits"),
        "case_ages": tr("age of cases"),
        "landmark_association": tr("landmark association"),
        "support_effect": tr("effect of support"),
        "support_hazards": tr("speed with and without support"),
        "support_stages": tr("support stage by stage"),
        "support_outcomes": tr("outcomes with and without support"),
        "support_sensitivity": tr("sensitivity of the effect of support"),
        "support_presence": tr("who supports, and from when"),
        "reliance": tr("victims still engaged"),
        "practice": tr("quality of attention"),
        "breakdowns": tr("any result split by the attribute"),
        "child_tables": tr("hearings, protection measures, statements and what follows the verdict"),
    }
)
# Questions that read support spells, and those that read days: the former are about time too.
SUPPORT: Final = (
    *("landmark_association", "support_effect", "support_hazards", "support_stages", "support_outcomes"),
    *("support_sensitivity", "support_presence"),
)
TIME: Final = ("cumulative_incidence", "time_to", "case_ages", "time_limits", *SUPPORT, "reliance")
# Questions on what comes in, goes out and stays.
FLOWS: Final = ("caseload", "case_flows")

# Questions on tables that hang on the cases; their rows are counted, no units.
CHILD_TABLES: Final = ("child_tables",)


class Tally(NamedTuple):
    """What was counted for one probe: units hit, units it applies to, and what else it asked for."""

    n: int
    base: int
    extra: Mapping[str, int]

    @property
    def share(self) -> float:
        """Share of the units it applies to."""
        return self.n / self.base if self.base else 0.0


def any_hit(tally: Tally) -> bool:
    """Return whether anything was hit: the usual way to decide whether a probe fires."""
    return tally.n > 0


@dataclass(frozen=True, kw_only=True)
class Probe:
    """One thing that a rule looks at: a pair of stages, a column, or the whole.

    Attributes
    ----------
    key : str
        Short name of the thing; empty when the rule looks at one thing only.
    words : Readable, optional
        The thing in words.
    mask : expression
        Units that break the rule; where it is null they do not.
    base : expression
        Units to which the rule applies.
    listed : expression, optional
        Units that somebody must look at to correct the fault, where these are more than those counted.
    extra : mapping of str to expression
        Further units to count, for ``fires``.
    fires : callable
        Whether the count is worth reporting.
    """

    key: str = ""
    words: Words | None = None
    mask: nw.Expr
    base: nw.Expr = field(default_factory=lambda: ALWAYS)
    listed: nw.Expr | None = None
    extra: Mapping[str, nw.Expr] = field(default_factory=dict)
    fires: Callable[[Tally], bool] = any_hit

    @property
    def hit(self) -> nw.Expr:
        """Units to which the rule applies and that break it; never null."""
        return sure(self.mask) & sure(self.base)


class Counted(NamedTuple):
    """Something that was counted in another way than unit by unit: cells of a column, rows, dates on one day.

    ``remarkable`` says whether to report it; without it, anything above zero is reported.
    """

    key: str
    words: Words | None
    n: int
    base: int
    remarkable: bool | None = None

    @property
    def fires(self) -> bool:
        """Whether the count is reported."""
        return self.n > 0 if self.remarkable is None else self.remarkable


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
class Facts:
    """What is known of the cases besides the masks, for rules that count in another way; counted when it is asked for.

    Attributes
    ----------
    subject : Subject
    recorded : tuple of Recorded
        One per date and attribute.
    """

    subject: Subject
    recorded: tuple[Recorded, ...]

    @cached_property
    def days(self) -> Mapping[str, DayTally]:
        """How many units have each day, one per date of ``Subject.dates``."""
        return day_tallies(self.subject)

    @cached_property
    def levels(self) -> Mapping[str, LevelTally]:
        """How many units have each level, by year and ending, one per attribute."""
        return level_tallies(self.subject)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule in plain words, with what to do when it is broken.

    Attributes
    ----------
    id : str
        Short name.
    severity : {"error", "warning", "note"}
        An error cannot be true; a warning can hardly be; a note is worth knowing.
    sentence : Message
        What is wrong where the rule is broken.
    remedy : Message
        What to do.
    touches : tuple of str
        Questions whose answers change.
    counts : {"units", "cells", "rows", "spells"}
        What is counted: cases, cells of a column, rows of the file, spells of support.
    probes : callable
        The things it looks at unit by unit; none when it does not apply.
    counted : callable
        What it counts in another way.
    certain : bool
        Whether each unit that is hit breaks the rule by itself; otherwise only their number is remarkable.
    needs : tuple of str
        Marks of ``Subject.frame`` that its masks read.
    """

    id: str
    severity: Severity
    sentence: Message
    remedy: Message
    touches: tuple[str, ...]
    counts: Counting = "units"
    probes: Callable[[Subject], Sequence[Probe]] = lambda _: ()
    counted: Callable[[Subject, Facts], Sequence[Counted]] = lambda _subject, _facts: ()
    certain: bool = True
    needs: tuple[Mark, ...] = ()

    def mask(self, subject: Subject) -> nw.Expr:
        """Return the units that break the rule, over the columns of ``subject.frame()``; never null."""
        return either([one.hit for one in self.probes(subject)])

    def listed(self, subject: Subject) -> nw.Expr:
        """Return the units that somebody must look at; never null."""
        probes = self.probes(subject)
        return either([one.hit if one.listed is None else sure(one.listed) for one in probes])
