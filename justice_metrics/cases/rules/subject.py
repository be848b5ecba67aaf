"""The cases under examination as rules see them: their days freed of stand-ins, their columns, their settings."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias, get_args

import narwhals.stable.v2 as nw

from ...base.language import Message, Readable, tr
from ..casedata import CaseData
from ..conversions.text import normalise
from ..days import EXACTNESS
from ..mappings.parts import LEFT_DAY
from ..office_file import OfficeDays
from .marks import alike_ids, differing_people, numbered_ids, repeated_events, sentenced
from .masks import bare_id, one_of, without_stand_in
from .spans import Span, codes_of, earliest_span, exactly, span_columns, with_spans

Words: TypeAlias = Message | Readable
Mark: TypeAlias = Literal["alike", "numbered", "people", "events_twice", "sentenced"]
MARKS: Final[tuple[Mark, ...]] = get_args(Mark)

# What offences against children are called, without accents; "infante" and "niña" as in art. 308 bis of Bolivia.
_CHILD_WORDS: Final = re.compile(r"infante|\bnin[ao]|adolescen|\bmenor(es)? de|child|\bminor\b|juvenile")

# The last day of a spell that has no end.
_OPEN_END: Final = 2**30


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
    late_registration_days : int
        A case that was entered in the register more days after its start than this was entered late.
    offices : tuple of OfficeDays
        When offices opened and closed.
    office : str
        Attribute that names the office; ``office`` or ``court`` where it is empty.
    """

    enough_recorded: float = 0.8
    child_offences: tuple[str, ...] = ()
    late_recording_days: int = 30
    late_registration_days: int = 90
    offices: tuple[OfficeDays, ...] = ()
    office: str = ""


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

    def span(self, name: str) -> Span:
        """Return the date of a state, a role, the ``outcome`` or the ``conclusion``, as a span of days.

        A date that gives the month or the year only is any day of it: rules compare these and not the day in its
        middle, so that a case is in error only where no day of the month or year would be right.
        """
        return self._spanned(name, self.on(name))

    def described(self, name: str) -> Span:
        """Return a date that describes a unit, an attribute or the day of leaving, as a span of days."""
        return self._spanned(f"{EXACTNESS}{name}", without_stand_in(nw.col(name)))

    def _spanned(self, key: str, day: nw.Expr) -> Span:
        if key not in self._coarse[1]:
            return exactly(day)
        first, last = span_columns(key)
        return Span(day, nw.col(first), nw.col(last))

    @property
    def ending(self) -> Span:
        """The first date that speaks of an ending."""
        found = earliest_span([self.span(one) for one in self.ending_columns])
        return exactly(self.on("ending")) if found is None else found

    @property
    def closed(self) -> Span:
        """The date on which a unit was closed; a first verdict that can be appealed closes nothing."""
        procedure = self.cases.procedure
        goes_on = [one for one in procedure.roles.get("verdict", ()) if procedure.edges.get(one)]
        return Span(*(nw.when(~self.stands_as(goes_on)).then(one) for one in self.span("outcome")))

    @cached_property
    def _coarse(self) -> tuple[nw.LazyFrame[Any], dict[str, nw.Expr]]:
        """Milestones, and by name the exactness of the dates that are not all exact to the day."""
        written = ["conclusion"] if "conclusion_day" in self.columns else []
        states = (*self.cases.dated_states, *self.cases.dated_roles, "outcome", *written)
        return codes_of(self.cases, states, (*self.cases.date_attributes, LEFT_DAY))

    def first_on(self, states: Sequence[str]) -> Span | None:
        """Return the first date in any of ``states``, own or of a role that only they play; None without a column."""
        own = [one for one in states if one in self.cases.dated_states]
        roles = [one for one in self.cases.dated_roles if set(self.cases.procedure.resolve(one)) <= set(states)]
        return earliest_span([self.span(one) for one in (*own, *roles)])

    def dated(self, name: str) -> list[Span]:
        """Return the dates behind one of ``dates``; an ending can have several columns."""
        if name != "ending":
            return [self.span(name)]
        return [self.span(one) for one in self.ending_columns]

    @cached_property
    def ending_columns(self) -> tuple[str, ...]:
        """Names of the days that speak of an ending."""
        outcomes = [one for one in self.cases.dated_states if one in self.cases.procedure.outcomes]
        written = ["conclusion"] if "conclusion_day" in self.columns else []
        return ("outcome", *outcomes, *self.cases.dated_roles, *written)

    def days(self, name: str) -> nw.LazyFrame[Any]:
        """Return the column ``day`` of one of ``dates``, and the frequency where rows have one."""
        columns = self.ending_columns if name == "ending" else (name,)
        known = [without_stand_in(self.raw(one)) for one in columns]
        day = known[0] if len(known) == 1 else nw.min_horizontal(*known)
        design = ["frequency"] if self.cases.sampling.repeated else []
        return self.cases.milestones.select(*design, day=day)

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
        return one_of(nw.col("outcome"), states)

    @cached_property
    def alike(self) -> nw.LazyFrame[Any] | None:
        """Ids that occur in several spellings, with the first of these; None where there are none."""
        return alike_ids(self.cases)

    @cached_property
    def numbered(self) -> nw.LazyFrame[Any] | None:
        """Units whose id is that of another with a number or a letter added; None where there are none."""
        return numbered_ids(self.cases)

    @cached_property
    def people(self) -> nw.LazyFrame[Any] | None:
        """Units of people with several records, and what these disagree on; None where nobody has several."""
        return differing_people(self.cases)

    @cached_property
    def events_twice(self) -> nw.LazyFrame[Any] | None:
        """Units of one victim, day and offence that stand in several cases; None where there are none."""
        return repeated_events(self.cases)

    @cached_property
    def sentenced(self) -> nw.LazyFrame[Any] | None:
        """Units with a row of sentences; None without such a table."""
        return sentenced(self.cases)

    @cached_property
    def offences(self) -> tuple[str, ...]:
        """Levels of ``offence``, sorted; none where it is no text."""
        if "offence" not in self.cases.attributes or "offence" in self.cases.numeric_attributes:
            return ()
        levels = self.cases.milestones.select("offence").drop_nulls().unique().collect().get_column("offence")
        return tuple(sorted(str(one) for one in levels.to_list()))

    @cached_property
    def child_offences(self) -> tuple[str, ...]:
        """Levels of ``offence`` whose victims are children, as set or told by their words."""
        if self.settings.child_offences:
            return self.settings.child_offences
        return tuple(one for one in self.offences if _CHILD_WORDS.search(normalise(one)))

    def frame(self, marks: Collection[Mark] = MARKS) -> nw.LazyFrame[Any]:
        """Return the milestones with the columns that the rules read.

        Parameters
        ----------
        marks : collection of str
            What is told of a unit by other rows, for the rules that need it; each costs a query. All by default.
        """
        names = [*self.cases.dated_states, *self.cases.dated_roles, "outcome"]
        names += ["conclusion"] if "conclusion_day" in self.columns else []
        milestones, codes = self._coarse
        frame = milestones.with_columns(**{f"on__{one}": without_stand_in(self.raw(one)) for one in names})
        days = {one: self.on(one) for one in names}
        days |= {f"{EXACTNESS}{one}": self.described(one).day for one in (*self.cases.date_attributes, LEFT_DAY)}
        frame = with_spans(frame, {key: (days[key], code) for key, code in codes.items()})
        endings = [self.on(one) for one in self.ending_columns]
        frame = frame.with_columns(on__ending=nw.min_horizontal(*endings) if len(endings) > 1 else endings[0])
        for name in (one for one in MARKS if one in marks and one != "alike"):
            marked = getattr(self, name)
            frame = frame if marked is None else frame.join(marked, on="unit_id", how="left")
        if "alike" not in marks or self.alike is None:
            return frame
        return frame.with_columns(bare__id=bare_id(nw.col("unit_id"))).join(self.alike, on="bare__id", how="left")

    def support_frame(self) -> nw.LazyFrame[Any] | None:
        """Return the support spells, each with what the rules compare it with.

        ``known`` is 1 where its unit is among the cases, ``case_start`` and ``case_end`` are the first day on which
        that can have begun and the last on which it can have been closed, and ``elsewhere`` is 1 where a spell of the
        same actor in another institution covers a day of it.
        """
        if self.cases.support is None:
            return None
        dated = self.start in self.cases.dated_states
        begins = self.span(self.start).first if dated else nw.lit(None, dtype=nw.Int32)
        units = self.frame(()).select("unit_id", known=nw.lit(1), case_start=begins, case_end=self.closed.last)
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
