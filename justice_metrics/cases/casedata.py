"""Case files in canonical form: units, events, support, links, and what is derived of each unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import narwhals.stable.v2 as nw

from ..base.errors import QuestionError, suggestion
from ..base.language import Label, Language, Readable, tr, trn
from ..base.levels import NOT_RECORDED
from ..base.provenance import LeftOut, Provenance, unit_words
from ..base.types import FrameLibrary, Names, names
from . import canonical
from .attributes import suggested
from .calendar import date_of
from .coders import OneEach, one_coding_each
from .days import year_of_day
from .intake import ALL_MEMBERS, Intake, Sampling
from .mappings.children import MEMBERS
from .units import coarser, finer

if TYPE_CHECKING:
    from .checklist import Checklist
    from .mappings.mapping import CaseMapping
    from .procedure import Procedure

# How a sentence calls each child table.
CHILD_WORDS: Final[Mapping[str, Readable]] = MappingProxyType(
    {
        "hearings": tr("hearings"),
        "measures": tr("protection measures"),
        "statements": tr("statements of the victim"),
        "detention": tr("preventive detention"),
        "sentences": tr("sentences"),
        "warrants": tr("arrest warrants"),
        "reparation": tr("reparation"),
        "victims": tr("victims"),
        "accused": tr("accused"),
        "charges": tr("charges"),
        "joined": tr("joined cases"),
        "split": tr("cases split off"),
    }
)

CountingUnit: TypeAlias = Literal["complaint", "case", "victim", "accused", "charge"]


@dataclass(frozen=True, eq=False, kw_only=True)
class CaseData:
    """Case files of one procedure up to a cut-off, whatever form they came in.

    Make one with :func:`justice_metrics.read_cases` from files or with :meth:`from_frame` from a pandas or Polars
    frame, a DuckDB relation or a PySpark frame. It holds personal data: printing it shows counts, never a row.

    Attributes
    ----------
    milestones : narwhals LazyFrame, one row per unit
        ``unit_id``; attributes; ``first__<state>`` (day of the first visit, null if never or undated);
        ``seen__<state>`` where visits without a date occur; ``outcome``, its rank in the procedure ``outcome_rank``
        and ``outcome_day`` (how the unit stands at the cut-off, null when pending); ``frequency``, ``weight``,
        ``stratum``, ``cluster``, ``entry_day``, ``reliance__left_day``, ``reliance__status`` where declared.
    events : narwhals LazyFrame
        ``unit_id, seq, day, state, precision, notified_day, notified_precision``.
    support : narwhals LazyFrame or None
        ``unit_id, actor, institution, start_day, end_day, basis, recorded_day``.
    links : narwhals LazyFrame or None
        Which case, victim, accused and charge a unit belongs to.
    children : mapping of str to narwhals LazyFrame
        Tables with several rows per unit or none, by the name of their section: hearings, measures, statements,
        detention, sentences, warrants, reparation; ``unit_id`` is always that of a unit of the milestones.
    procedure : Procedure
    cutoff : datetime.date
        Last day on which the data are complete.
    unit : {"complaint", "case", "victim", "accused", "charge"}
    dated_states, seen_states : tuple of str
        States with a ``first__`` column, and those with a ``seen__`` column.
    dated_roles : tuple of str
        Roles whose date the data give without saying which state played it.
    attributes : tuple of str
        Columns of ``milestones`` that split units.
    numeric_attributes : tuple of str
        Those of them that are numbers.
    date_attributes : tuple of str
        Further columns of ``milestones``: days that describe a unit and split none.
    years : (int, int)
        First and last year in which a unit can have started: from its first date to the cut-off or, by faulty dates,
        at most five years later.
    members_merged : bool
        Whether units were made of several by :meth:`to_unit` or by joining; then ``events`` mixes those of its members.
    joined : narwhals LazyFrame or None
        ``unit_id, leading``: cases that count with the one into which they were joined.
    checklist : Checklist or None
        Items of practice; the milestones hold ``practice__<item>`` of each that was coded (yes, no, not_applicable, or
        a number; null is not documented) and ``practice_day__<item>`` where its day is known.
    codings : CaseData or None
        Every coding as a unit of its own, with the coder as the last part of its id, where some cases were coded by
        several people (``coder`` in [cases]). These cases here are one coding of each.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> jm.sample_cases()
    CaseData(1,200 units counted as victim, procedure bolivia, cut-off 2018-04-30)
    """

    milestones: nw.LazyFrame[Any]
    events: nw.LazyFrame[Any]
    support: nw.LazyFrame[Any] | None = None
    links: nw.LazyFrame[Any] | None = None
    children: Mapping[str, nw.LazyFrame[Any]] = field(default_factory=dict)
    procedure: Procedure
    cutoff_day: int
    unit: CountingUnit = "case"
    sampling: Sampling = Sampling()
    dated_states: tuple[str, ...]
    seen_states: tuple[str, ...] = ()
    dated_roles: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    numeric_attributes: tuple[str, ...] = ()
    date_attributes: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    years: tuple[int, int]
    intake: Intake
    provenance: Provenance
    frame_library: FrameLibrary = "pandas"
    members_merged: bool = False
    joined: nw.LazyFrame[Any] | None = None
    checklist: Checklist | None = None
    codings: CaseData | None = None

    @classmethod
    def from_frame(
        cls, frame: Any, mapping: Any, *, support: Any = None, children: Mapping[str, Any] | None = None
    ) -> CaseData:
        """Take case files from a frame of the user's engine.

        Parameters
        ----------
        frame : pandas or Polars frame, Arrow table, DuckDB relation, PySpark frame, ibis table
            One row per unit (``kind = "wide"``) or per event (``kind = "events"``); for ``kind = "stages"`` a
            list of frames in the order of the mapping's stage tables. Polars, DuckDB, Spark and ibis stay in their
            engine; pandas and Arrow are handed to the embedded one inside this process.
        mapping : CaseMapping, dict or path
            Which column is what; the shape of a mapping file without ``file``.
        support : frame, optional
            Support spells, when the mapping has a ``[support]`` section.
        children : mapping of str to frame, optional
            Child tables by the name of their section, such as ``{"hearings": frame}``. A section that names neither
            file nor sheet and for which none is handed over is looked for in ``frame``.

        Raises
        ------
        MappingError
            When mapping and frame do not fit each other.
        CaseDataError
            When ids repeat, dates cannot be told, or there is no unit.

        Examples
        --------
        >>> import pandas as pd, justice_metrics as jm
        >>> frame = pd.DataFrame({"id": ["a", "b"], "reported": ["2016-01-05", "2016-02-01"], "end": [None, "Rechazo"]})
        >>> cases = jm.CaseData.from_frame(frame, {
        ...     "cases": {"id": "id", "unit": "case", "procedure": "bolivia", "cutoff": "2018-04-30"},
        ...     "dates": {"complaint": "reported"},
        ...     "outcome": {"column": "end", "labels": {"Rechazo": "rejected"}},
        ... })
        >>> cases.n_units
        2
        """
        described = canonical.as_mapping(mapping)
        if described.cases.coder is None:
            made = canonical.from_frames(frame, described, support=support, children=children)
            return counted_as(cls(**made._asdict()), described)
        tables = {"": frame, **(children or {}), **({} if support is None else {"support": support})}
        each = one_coding_each(tables, described)
        return counted_as(with_codings(cls._of(each.tables, described), each, tables, cls._of), described)

    @classmethod
    def _of(cls, tables: Mapping[str, Any], mapping: CaseMapping) -> CaseData:
        """Return the cases of tables by the name of their section, those of the cases under the empty one."""
        given = dict(tables)
        frame, support = given.pop(""), given.pop("support", None)
        return cls(**canonical.from_frames(frame, mapping, support=support, children=given)._asdict())

    @property
    def cutoff(self) -> dt.date:
        """Last day on which the data are complete."""
        return date_of(self.cutoff_day)

    @property
    def n_units(self) -> int:
        """How many units there are (rows times their frequency)."""
        return self.provenance.units_in

    @property
    def units(self) -> nw.LazyFrame[Any]:
        """One row per unit: id, attributes and design columns."""
        design = [name for name in ("frequency", "weight", "stratum", "cluster", "entry_day") if self.has(name)]
        return self.milestones.select("unit_id", *self.attributes, *self.date_attributes, *design)

    def child(self, name: str) -> nw.LazyFrame[Any]:
        """Return a child table, such as the hearings.

        Raises
        ------
        QuestionError
            When the data have none of that name; says which section of the mapping brings it.
        """
        if name not in self.children:
            raise QuestionError(
                tr("These cases come without a table of {section}.", section=CHILD_WORDS.get(name, Label(name))),
                tr("Describe it in a section [{section}] of the mapping; docs/mapping.md lists its keys.", section=name)
                if name in CHILD_WORDS
                else suggestion(name, tuple(CHILD_WORDS)),
            )
        return self.children[name]

    def strays(self, name: str) -> int:
        """Return how many rows of a child table were left out because they refer to no unit of the data."""
        return sum(one.without_id + one.unknown_ids for one in self.intake.children if one.name == name)

    def has(self, design: str) -> bool:
        """Whether the milestones hold a design column."""
        there = {
            "frequency": self.sampling.repeated,
            "weight": self.sampling.weighted,
            "stratum": self.sampling.stratum,
            "cluster": self.sampling.cluster,
            "entry_day": self.sampling.delayed_entry,
        }
        return there[design]

    def resolve(self, word: str) -> tuple[str, ...]:
        """Return the states that ``word`` names: a state, a role, an outcome class or an endpoint set.

        Raises
        ------
        ProcedureError
            When the procedure knows no such thing.
        """
        return self.procedure.endpoint(word)

    def reached(self, states: tuple[str, ...]) -> nw.Expr:
        """Return whether a unit ever was in one of ``states``, dated or not."""
        parts = [~nw.col(name).is_null() for name in self._day_columns(states)]
        parts += [nw.col(f"seen__{one}") == 1 for one in states if one in self.seen_states]
        ways = tuple(one for one in states if one in self.procedure.outcomes)
        parts += [self.stands(ways)] if ways else []
        return reduce(or_, parts) if parts else nw.lit(value=False)

    def stands(self, outcomes: tuple[str, ...]) -> nw.Expr:
        """Return whether a unit stands, at the cut-off, as ended by one of ``outcomes``; never null."""
        # Whole numbers, one comparison each: an SQL engine searches a list of texts far more slowly.
        parts = [nw.col("outcome_rank") == self.procedure.state(one).rank for one in outcomes]
        return reduce(or_, parts).fill_null(False) if parts else nw.lit(value=False)

    def first_day(self, states: tuple[str, ...]) -> nw.Expr:
        """Return the first day in any of ``states``; null when never or undated."""
        columns = [nw.col(name) for name in self._day_columns(states)]
        if not columns:
            return nw.lit(None, dtype=nw.Int32)
        return columns[0] if len(columns) == 1 else nw.min_horizontal(*columns)

    def _day_columns(self, states: tuple[str, ...]) -> list[str]:
        own = [f"first__{one}" for one in states if one in self.dated_states]
        roles = [one for one in self.dated_roles if set(self.procedure.resolve(one)) <= set(states)]
        return own + [f"first__{one}" for one in roles]

    def stratum_column(self, name: str) -> str:
        """Check that ``name`` can split units and return it.

        Raises
        ------
        QuestionError
            When there is no such attribute.
        """
        design = tuple(one for one in ("cluster", "stratum") if self.has(one))
        if name not in (*self.attributes, "year", *design):
            known = (*self.attributes, "year", *design)
            raise QuestionError(tr("'{name}' is not an attribute of these cases.", name=name), suggested(name, known))
        return name

    def level(self, name: str) -> nw.Expr:
        """Return the level of one attribute as text, never null; ``year`` is that of the procedure's start."""
        name = self.stratum_column(name)
        if name == "year" and "year" not in self.attributes:
            first, last = self.years
            year = self.start_year()
            known = (year >= first) & (year <= last)
            return nw.when(known).then(year.cast(nw.String)).otherwise(nw.lit(NOT_RECORDED))
        column = nw.col(name)
        if name in self.numeric_attributes:
            column = column.floor().cast(nw.Int64).cast(nw.String)
        return column.fill_null(NOT_RECORDED)

    def start_year(self) -> nw.Expr:
        """Return the year in which a unit started; 0 where no date says so."""
        start = self.first_day((self.procedure.start,))
        return nw.when(~start.is_null()).then(year_of_day(start, *self.years)).otherwise(nw.lit(0))

    def to_unit(self, unit: CountingUnit, *, principal: Names = ()) -> CaseData:
        """Count another unit: the members of a case (victims, accused) become one, or a case becomes its members.

        Parameters
        ----------
        unit : {"complaint", "case", "victim", "accused", "charge"}
            A coarser unit, known from ``links`` in [cases] of the mapping; or a finer one, whose members a section
            [victims], [accused] or [charges] tells.
        principal : str or tuple of str
            For a coarser unit: which ending stands for it when its members ended differently: outcome classes, or
            ``pending``, most telling first. Classes that are not named come last, in the order of the procedure.

        Raises
        ------
        QuestionError
            When the data tell neither a link to that unit nor its members, a finer unit is given a principal, or there
            are sampling weights and ``members`` of [cases.sampling] does not say how many members a unit has.
        CaseDataError
            When the members of one case cannot be told apart, or their number does not fit the data.
        """
        members = self.children.get(MEMBERS.get(unit, ""))
        linked = self.links is not None and f"link__{unit}" in self.links.collect_schema().names()
        if members is not None and not linked:
            return self._parted(unit, members, principal)
        if self.links is None:
            raise QuestionError(
                tr("These cases have no links to other units."),
                tr("Name the columns of the other units in the mapping's [links] section."),
            )
        made = coarser.merged(
            self.milestones,
            self.links,
            unit,
            procedure=self.procedure,
            attributes=(*self.attributes, *self.date_attributes),
            dated=self.dated_states,
            roles=self.dated_roles,
            seen=self.seen_states,
            sampling=self.sampling,
            principal=names(principal),
            numeric=self.numeric_attributes,
        )
        reason = tr("{member} without a link to: {unit}", member=unit_words(self.unit), unit=unit_words(unit))
        return replace(
            self,
            milestones=made.milestones,
            links=_links_of(made.milestones),
            support=None if self.support is None else coarser.relinked(self.support, self.links, unit),
            children={name: coarser.relinked(one, self.links, unit) for name, one in self.children.items()},
            events=coarser.relinked(self.events, self.links, unit),
            unit=unit,
            members_merged=True,
            joined=None,
            sampling=replace(self.sampling, repeated=False, partly=max(made.partly, self.sampling.partly), log=None),
            provenance=replace(self.provenance, unit=unit, units_in=made.n).leave_out(LeftOut(reason, made.without)),
        )

    def _parted(self, unit: CountingUnit, members: nw.LazyFrame[Any], principal: Names) -> CaseData:
        """Return the cases with each member as a unit; other tables that hang on a case are not a member's."""
        if principal:
            raise QuestionError(
                tr("'principal' is for a coarser unit; every {unit} keeps its own ending.", unit=unit_words(unit)),
                tr("Leave 'principal' out."),
            )
        told = members.filter(~nw.col("outcome").is_null()).select(n=nw.len()).collect().get_column("n")[0]
        more = finer.missing_endings(members, self.procedure, self.dated_states)
        dated = tuple(one for one in self.procedure.ids if one in {*self.dated_states, *more})
        made = finer.parted(
            finer.with_columns_of(self.milestones, more),
            members,
            unit=self.unit,
            procedure=self.procedure,
            attributes=self.attributes,
            numeric=self.numeric_attributes,
            dated=dated,
            roles=self.dated_roles,
            own_endings=bool(told),
            repeated=self.sampling.repeated,
        )
        reason = tr("{member} without a link to: {unit}", member=unit_words(self.unit), unit=unit_words(unit))
        return replace(
            self,
            milestones=made.milestones,
            links=_links_of(made.milestones),
            support=None if self.support is None else finer.handed_on(self.support, members),
            children={},
            events=finer.handed_on(self.events, members),
            unit=unit,
            dated_states=dated,
            attributes=made.attributes,
            numeric_attributes=made.numeric,
            members_merged=True,
            joined=None,
            # each member has the weight of its case, and makes one case again with the others
            sampling=replace(self.sampling, members=(*self.sampling.members, (self.unit, ALL_MEMBERS)), log=None),
            provenance=replace(self.provenance, unit=unit, units_in=made.n).leave_out(LeftOut(reason, made.without)),
        )

    def with_(self, **changes: Any) -> CaseData:
        """Return the same cases with some fields replaced."""
        return replace(self, **changes)

    def describe(self, language: Language = "en") -> str:
        """Return what the data hold in words; counts only."""
        lines: list[Readable] = list(self.provenance.lines())
        lines.append(tr("Procedure: {title}.", title=self.procedure.title))
        if self.attributes:
            lines.append(tr("Attributes: {attributes}.", attributes=", ".join(self.attributes)))
        if self.actors:
            lines.append(tr("Support actors: {actors}.", actors=", ".join(self.actors)))
        if self.children:
            lines.append(
                tr("Tables that hang on the cases: {tables}.", tables=[CHILD_WORDS[one] for one in self.children])
            )
        if self.checklist is not None:
            coded = [one for one in self.milestones.collect_schema().names() if one.startswith("practice__")]
            lines.append(
                trn(
                    "Practice: {n} item of the checklist '{checklist}' is coded.",
                    "Practice: {n} items of the checklist '{checklist}' are coded.",
                    len(coded),
                    checklist=self.checklist.id,
                )
            )
        met = self.intake.joining
        if any((met.joined, met.joined_elsewhere, met.joined_in_circle, met.split, met.split_elsewhere)):
            lines.append(
                tr(
                    "Joined into another case: {joined}; into one that is not in the data: {elsewhere}; into one "
                    "another: {circle}. Split off from another case: {split}; from one that is not in the data: "
                    "{gone}.",
                    joined=met.joined,
                    elsewhere=met.joined_elsewhere,
                    circle=met.joined_in_circle,
                    split=met.split,
                    gone=met.split_elsewhere,
                )
            )
        return "\n".join(one.text(language) for one in lines)

    def __repr__(self) -> str:
        words = unit_words(self.unit).text()
        return (
            f"CaseData({self.n_units:,} units counted as {words}, procedure {self.procedure.id}, cut-off {self.cutoff})"
        )

    def _repr_html_(self) -> str:
        import html

        return "".join(f"<p>{html.escape(line)}</p>" for line in self.describe().splitlines())


def with_codings(
    cases: CaseData,
    each: OneEach,
    tables: Mapping[str, Any],
    read: Callable[[Mapping[str, Any], CaseMapping], CaseData],
) -> CaseData:
    """Return the cases with all codings beside them, where some were coded by several people."""
    if each.as_codings is None:
        return cases
    left_out = cases.provenance.leave_out(LeftOut(tr("further codings of a case"), each.further))
    kept = {name: one for name, one in tables.items() if name in {"", "support", *each.as_codings.children}}
    return replace(cases, codings=read(kept, each.as_codings), provenance=left_out)


def counted_as(cases: CaseData, mapping: CaseMapping) -> CaseData:
    """Return the cases in the unit that the mapping wants answers to count (``count_as`` in [cases])."""
    wanted = mapping.cases.count_as
    return (
        cases if wanted is None or wanted.unit == cases.unit else cases.to_unit(wanted.unit, principal=wanted.principal)
    )


def _links_of(milestones: nw.LazyFrame[Any]) -> nw.LazyFrame[Any] | None:
    """Return the links that milestones carry, if they carry any."""
    names = [one for one in milestones.collect_schema().names() if one.startswith("link__")]
    return milestones.select("unit_id", *names) if names else None
