"""What a data-quality rule is, and what it may look at: a sentence, a remedy, and masks over the milestones."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw

from ...base.language import Message, Readable, tr
from ...base.types import Counts as Tallies
from ..casedata import CaseData
from ..conversions.text import normalise
from .calendar import stands_in

Severity: TypeAlias = Literal["error", "warning", "note"]
Counting: TypeAlias = Literal["units", "cells", "rows", "spells"]
Words: TypeAlias = Message | Readable

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
        "case_ages": tr("age of cases"),
        "landmark_association": tr("landmark association"),
        "support_effect": tr("effect of support"),
        "support_hazards": tr("speed with and without support"),
        "support_stages": tr("support stage by stage"),
        "support_outcomes": tr("outcomes with and without support"),
        "support_sensitivity": tr("sensitivity of the effect of support"),
        "support_presence": tr("who supports, and from when"),
        "reliance": tr("victims still engaged"),
        "breakdowns": tr("any result split by the attribute"),
        "child_tables": tr("hearings, protection measures, statements and what follows the verdict"),
    }
)
# What offences against children are called, without accents; "infante" and "niña" as in art. 308 bis of Bolivia.
_CHILD_WORDS: Final = re.compile(r"infante|\bnin[ao]|adolescen|\bmenor(es)? de|child|\bminor\b|juvenile")

# Questions that read support spells, and those that read days: the former are about time too.
SUPPORT: Final = (
    *("landmark_association", "support_effect", "support_hazards", "support_stages", "support_outcomes"),
    *("support_sensitivity", "support_presence"),
)
TIME: Final = ("cumulative_incidence", "time_to", "case_ages", *SUPPORT, "reliance")

# Questions on tables that hang on the cases; their rows are counted, no units.
CHILD_TABLES: Final = ("child_tables",)

ALWAYS: Final = nw.lit(value=True)
# The last day of a spell that has no end.
_OPEN_END: Final = 2**30


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


class DayTally(NamedTuple):
    """How many units have each date of one kind: distinct days and units, shapes (D,)."""

    days: Tallies
    n: Tallies


@dataclass(frozen=True, eq=False, kw_only=True)
class Facts:
    """What is known of the cases besides the masks, for rules that count in another way.

    Attributes
    ----------
    days : mapping of str to DayTally
        One per date of ``Subject.dates``.
    recorded : tuple of Recorded
        One per date and attribute.
    """

    days: Mapping[str, DayTally]
    recorded: tuple[Recorded, ...]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a user may set of the check.

    Attributes
    ----------
    enough_recorded : float
        Share of recorded values below which an attribute is reported.
    child_offences : tuple of str
        Levels of ``offence`` whose victims are children by definition; without them such offences are
        recognised by their words.
    late_recording_days : int
        A spell of support that was recorded more days after its start than this was recorded afterwards.
    """

    enough_recorded: float = 0.8
    child_offences: tuple[str, ...] = ()
    late_recording_days: int = 30


@dataclass(frozen=True, eq=False)
class Subject:
    """The cases under examination, with their days freed of stand-ins for "no date" such as 1900-01-01.

    A stand-in is reported once, by its own rule; the other rules take it for no date.
    """

    cases: CaseData
    settings: Settings = Settings()

    @cached_property
    def columns(self) -> frozenset[str]:
        """Columns of the milestones."""
        return frozenset(self.cases.milestones.collect_schema().names())

    @property
    def start(self) -> str:
        """The state in which every unit begins."""
        return self.cases.procedure.start

    @cached_property
    def stages(self) -> tuple[str, ...]:
        """Stages and suspensions with a date of their own, the start left out."""
        exits = {*self.cases.procedure.outcomes, self.start}
        return tuple(one for one in self.cases.dated_states if one not in exits)

    @property
    def dates(self) -> tuple[str, ...]:
        """Names of the dates that a reader would look at: start, stages, ending."""
        first = (self.start,) if self.start in self.cases.dated_states else ()
        return (*first, *self.stages, "ending")

    def on(self, name: str) -> nw.Expr:
        """Return the day of a state, a role, the ``outcome`` or the ``conclusion``; null where it says nothing."""
        return nw.col(f"on__{name}")

    def first_on(self, states: Sequence[str]) -> nw.Expr | None:
        """Return the first day in any of ``states``, own or of a role that only they play; None without a column."""
        own = [one for one in states if one in self.cases.dated_states]
        roles = [one for one in self.cases.dated_roles if set(self.cases.procedure.resolve(one)) <= set(states)]
        return earliest([self.on(one) for one in (*own, *roles)])

    def dated(self, name: str) -> list[nw.Expr]:
        """Return the days behind one of ``dates``; an ending can have several columns."""
        if name != "ending":
            return [self.on(name)]
        return [self.on(one) for one in self.ending_columns]

    @cached_property
    def ending_columns(self) -> tuple[str, ...]:
        """Names of the days that speak of an ending."""
        outcomes = [one for one in self.cases.dated_states if one in self.cases.procedure.outcomes]
        written = ["conclusion"] if "conclusion_day" in self.columns else []
        return ("outcome", *outcomes, *self.cases.dated_roles, *written)

    def raw(self, name: str) -> nw.Expr:
        """Return a day as the data give it, stand-ins included."""
        written = {"outcome": "outcome_day", "conclusion": "conclusion_day"}
        return nw.col(written.get(name, f"first__{name}"))

    def words(self, name: str) -> Words:
        """Return a state, role or date in words."""
        return tr("ending") if name == "ending" else self.cases.procedure.label(name)

    @property
    def pending(self) -> nw.Expr:
        """Units that are open at the cut-off."""
        return nw.col("outcome").is_null()

    def stands_as(self, states: Sequence[str]) -> nw.Expr:
        """Return the units that stand as ended in one of ``states``."""
        return sure(nw.col("outcome").is_in(list(states)))

    @cached_property
    def alike(self) -> nw.LazyFrame[Any] | None:
        """Ids that occur in several spellings, with the first of these; None where there are none."""
        spelled = self.cases.milestones.select("unit_id", bare__id=bare_id(nw.col("unit_id")))
        groups = spelled.group_by("bare__id").agg(alike__id=nw.len(), first__alike=nw.col("unit_id").min())
        several = groups.filter(nw.col("alike__id") > 1)
        found = several.select(n=nw.len()).collect().get_column("n")[0]
        return several if int(found or 0) else None

    @cached_property
    def child_offences(self) -> tuple[str, ...]:
        """Levels of ``offence`` whose victims are children, as set or told by their words."""
        if self.settings.child_offences:
            return self.settings.child_offences
        levels = self.cases.milestones.select("offence").drop_nulls().unique().collect().get_column("offence")
        return tuple(sorted(one for one in levels.to_list() if _CHILD_WORDS.search(normalise(one))))

    def frame(self) -> nw.LazyFrame[Any]:
        """Return the milestones with the columns that the rules read."""
        names = [*self.cases.dated_states, *self.cases.dated_roles, "outcome"]
        names += ["conclusion"] if "conclusion_day" in self.columns else []
        frame = self.cases.milestones.with_columns(**{f"on__{one}": without_stand_in(self.raw(one)) for one in names})
        endings = [self.on(one) for one in self.ending_columns]
        frame = frame.with_columns(on__ending=nw.min_horizontal(*endings) if len(endings) > 1 else endings[0])
        if self.alike is None:
            return frame
        return frame.with_columns(bare__id=bare_id(nw.col("unit_id"))).join(self.alike, on="bare__id", how="left")

    @property
    def closed_on(self) -> nw.Expr:
        """Return the day on which a unit was closed; a first verdict that can be appealed closes nothing."""
        procedure = self.cases.procedure
        goes_on = [one for one in procedure.roles.get("verdict", ()) if procedure.edges.get(one)]
        return nw.when(~self.stands_as(goes_on)).then(self.on("outcome"))

    def support_frame(self) -> nw.LazyFrame[Any] | None:
        """Return the support spells, each with what the rules compare it with.

        ``known`` is 1 where its unit is among the cases, ``case_start`` and ``case_end`` are the days on which that
        began and on which it was closed, and ``elsewhere`` is 1 where a spell of the same actor in another institution
        covers a day of it.
        """
        if self.cases.support is None:
            return None
        begins = self.on(self.start) if self.start in self.cases.dated_states else nw.lit(None, dtype=nw.Int32)
        units = self.frame().select("unit_id", known=nw.lit(1), case_start=begins, case_end=self.closed_on)
        spells = self.cases.support.with_columns(last_day=nw.col("end_day").fill_null(_OPEN_END))
        spell = ("unit_id", "actor", "institution", "start_day", "last_day")
        others = spells.select(
            "unit_id",
            "actor",
            institution_of_other=nw.col("institution"),
            start_of_other=nw.col("start_day"),
            last_of_other=nw.col("last_day"),
        )
        pairs = spells.select(*spell).join(others, on=["unit_id", "actor"])
        shared = (
            (nw.col("institution") != nw.col("institution_of_other"))
            & (nw.col("start_day") <= nw.col("last_of_other"))
            & (nw.col("start_of_other") <= nw.col("last_day"))
        )
        shared_spells = pairs.filter(shared).with_columns(elsewhere=nw.lit(1))
        overlapping = shared_spells.group_by(*spell).agg(nw.col("elsewhere").max())
        return spells.join(units, on="unit_id", how="left").join(overlapping, on=list(spell), how="left")


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

    def mask(self, subject: Subject) -> nw.Expr:
        """Return the units that break the rule, over the columns of ``subject.frame()``; never null."""
        return either([one.hit for one in self.probes(subject)])

    def listed(self, subject: Subject) -> nw.Expr:
        """Return the units that somebody must look at; never null."""
        probes = self.probes(subject)
        return either([one.hit if one.listed is None else sure(one.listed) for one in probes])


def sure(flag: nw.Expr) -> nw.Expr:
    """Return a condition with false for null."""
    return flag.fill_null(False)


def either(flags: Sequence[nw.Expr]) -> nw.Expr:
    """Return whether any of the conditions holds; false without one."""
    return reduce(lambda one, two: one | two, flags) if flags else nw.lit(value=False)


def earliest(days: Sequence[nw.Expr]) -> nw.Expr | None:
    """Return the first of several days; None without one."""
    if not days:
        return None
    return days[0] if len(days) == 1 else nw.min_horizontal(*days)


def latest(days: Sequence[nw.Expr]) -> nw.Expr | None:
    """Return the last of several days; None without one."""
    if not days:
        return None
    return days[0] if len(days) == 1 else nw.max_horizontal(*days)


def without_stand_in(day: nw.Expr) -> nw.Expr:
    """Return a day, or null where it is a date that programs write for "no date"."""
    return nw.when(~stands_in(day)).then(day)


def bare_id(text: nw.Expr) -> nw.Expr:
    """Return an id in one spelling: small letters, and one hyphen for any run of marks and spaces."""
    return text.str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]+", "-").str.strip_chars("-")
