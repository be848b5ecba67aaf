"""The mapping file: how a user's columns become case data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import Field, PrivateAttr, model_validator

from ...base.errors import SettingsError
from ...base.language import tr
from ...base.settings import ReadableError, read_toml, validated
from ..intake import ALL_MEMBERS
from .children import (
    CHILDREN,
    MEMBERS,
    ChildPart,
    DetentionPart,
    HearingsPart,
    MeasuresPart,
    ReparationPart,
    SentencesPart,
    StatementsPart,
    WarrantsPart,
    check_child,
    child_columns,
)
from .columns import MadeColumn, with_parts
from .data import DataPart
from .parts import (
    AttributeColumn,
    AttributeSpec,
    CasesPart,
    DateColumn,
    DateSpec,
    EventsPart,
    Faults,
    LabelColumn,
    MissingCode,
    Name,
    OutcomePart,
    Part,
    ReliancePart,
    SamplingPart,
    StagePart,
    SupportPart,
    Unit,
    date_columns,
    label_states,
    outcome_columns,
)
from .practice import PracticePart
from .ties import JoinedPart, MembersPart, SplitPart

__all__ = [
    "RESERVED",
    "AttributeColumn",
    "CaseMapping",
    "CasesPart",
    "DataPart",
    "DateColumn",
    "EventsPart",
    "Faults",
    "LabelColumn",
    "OutcomePart",
    "ReliancePart",
    "SamplingPart",
    "StagePart",
    "SupportPart",
    "Unit",
    "mapping_schema",
    "read_mapping",
]

# Names of columns that the library makes itself; an attribute may not take them.
RESERVED: Final = frozenset(
    (
        *(
            "unit_id",
            "seq",
            "day",
            "minute",
            "state",
            "notified_day",
            "notified_precision",
            "precision",
            "frequency",
            "weight",
            "drawn_weight",
            "cluster",
        ),
        *("stratum", "entry_day", "outcome", "outcome_day", "actor", "institution", "start_day", "end_day", "basis"),
        *("recorded_day", "all", "days", "horizon_days", "landmark_days", "from_state", "to_state", "term", "level"),
        *("scale", "reference", "period", "stage", "at_risk", "events", "censored", "numerator", "denominator"),
        *("estimate", "std_error", "conf_low", "conf_high", "count"),
    )
)


_PREFIXES: Final = ("first__", "reliance__", "practice__", "practice_day__", "practice_missing__")


class CaseMapping(Part):
    """How a user's file becomes case data: the whole of ``mapping.toml``, checked.

    Attributes
    ----------
    data : DataPart
        The file, its kind, how it is written.
    cases : CasesPart
        What a row counts, its id, the procedure, the cut-off, the sampling.
    dates : mapping of str to DateColumn
        For a wide table: the date column of each state or role.
    outcome : OutcomePart, optional
        For a wide table: the outcome column and what its labels mean.
    attributes : mapping of str to AttributeColumn
        What describes a unit.
    events : EventsPart, optional
        For an event log.
    stages : tuple of StagePart
        For linked stage tables.
    support : SupportPart, optional
        Support spells.
    reliance : ReliancePart, optional
        Whether the victim still takes part, and when it stopped.
    practice : PracticePart, optional
        Items of a checklist of practice; see :mod:`justice_metrics.cases.mappings.practice`.
    hearings, measures, statements, detention, sentences, warrants, reparation : optional
        Tables with several rows per case, or none; see :mod:`justice_metrics.cases.mappings.children`.
    victims, accused, charges : MembersPart, optional
        Members of a case; see :mod:`justice_metrics.cases.mappings.ties`.
    joined, split : optional
        Cases that were joined into others, or split off from them.
    missing : mapping of str to str
        Codes that stand for missing, with the kind of missing.
    made : mapping of str to MadeColumn
        The section [columns]: columns that are made of others before anything is typed.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> mapping = jm.CaseMapping.from_dict({
    ...     "cases": {"id": "No", "procedure": "bolivia", "cutoff": "2018-04-30"},
    ...     "dates": {"complaint": "Fecha de denuncia"},
    ... })
    >>> mapping.dates["complaint"].column
    'Fecha de denuncia'
    """

    data: DataPart = Field(default_factory=DataPart)
    cases: CasesPart
    dates: Mapping[Name, DateSpec] = Field(default_factory=dict)
    outcome: OutcomePart | None = None
    attributes: Mapping[Name, AttributeSpec] = Field(default_factory=dict)
    events: EventsPart | None = None
    stages: tuple[StagePart, ...] = ()
    support: SupportPart | None = None
    reliance: ReliancePart | None = None
    practice: PracticePart | None = None
    hearings: HearingsPart | None = None
    measures: MeasuresPart | None = None
    statements: StatementsPart | None = None
    detention: DetentionPart | None = None
    sentences: SentencesPart | None = None
    warrants: WarrantsPart | None = None
    reparation: ReparationPart | None = None
    victims: MembersPart | None = None
    accused: MembersPart | None = None
    charges: MembersPart | None = None
    joined: JoinedPart | None = None
    split: SplitPart | None = None
    missing: Mapping[Name, MissingCode] = Field(default_factory=dict)
    made: Mapping[Name, MadeColumn] = Field(default_factory=dict, alias="columns")

    _folder: Path = PrivateAttr(default=Path())
    _source: str = PrivateAttr(default="mapping")

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, folder: str | Path = ".", source: str = "mapping") -> CaseMapping:
        """Check a mapping that is already a dictionary.

        Parameters
        ----------
        data : mapping
            Sections and keys as in the file.
        folder : path
            Where relative file names start.
        source : str
            Name for messages.

        Raises
        ------
        SettingsError
            With every key that is wrong.
        """
        part = data.get("data")
        if "counts" in data and isinstance(part, Mapping) and part.get("kind") == "counts":
            # everything else in the file would be reported as wrong too
            raise SettingsError(
                tr("'{source}' describes a table of counts, not case files.", source=source),
                tr("Read it with read_counts, and ask a question that takes tables of counts: docs/counts.md."),
            )
        if "survey" in data and "cases" not in data:
            raise SettingsError(
                tr("'{source}' describes a survey, not cases.", source=source),
                tr(
                    "Surveys are asked by perceptions, perception-differences, perception-change and reliability (in "
                    "Python: read_survey): docs/perceptions.md."
                ),
            )
        return validated(cls, data, source=source)._placed(Path(folder), source)  # noqa: SLF001 (its own class)

    def _placed(self, folder: Path, source: str) -> CaseMapping:
        self._folder, self._source = folder, source
        return self

    def with_faults(self, faults: Faults) -> CaseMapping:
        """Return the mapping with another way to treat faulty values."""
        return self.model_copy(update={"data": self.data.model_copy(update={"faults": faults})})

    @property
    def counts_faults(self) -> bool:
        """Whether faulty values are counted, not refused."""
        return self.data.faults == "count"

    @property
    def folder(self) -> Path:
        """Folder in which relative file names start."""
        return self._folder

    @property
    def source(self) -> str:
        """Name of the mapping file, without its folder."""
        return self._source

    def path(self, name: str) -> Path:
        """Return where a file named in the mapping is."""
        return self._folder / name

    @property
    def children(self) -> Mapping[str, ChildPart]:
        """The sections of child tables that are there."""
        parts = {name: getattr(self, name) for name in CHILDREN}
        return {name: part for name, part in parts.items() if part is not None}

    @property
    def date_attributes(self) -> tuple[str, ...]:
        """Attributes that are days."""
        return tuple(name for name, one in self.attributes.items() if one.type == "date")

    def child_id(self, name: str) -> tuple[str, ...]:
        """Return the columns of a child table that hold the id of its case."""
        return self.children[name].id or self.cases.id

    def child_columns(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return every column that the mapping needs of a child table, with the key that names it."""
        return (
            *[(one, f"{name}.id") for one in self.child_id(name)],
            *with_parts(child_columns(name, self.children[name]), self.made),
        )

    def stage_id(self, number: int) -> tuple[str, ...]:
        """Return the key columns of a stage table."""
        return self.stages[number].id or self.cases.id

    def stage_number(self, attribute: str) -> int:
        """Return the stage table that holds an attribute."""
        table = self.attributes[attribute].table
        if isinstance(table, str):
            return next(number for number, one in enumerate(self.stages) if one.state == table)
        return table or 0

    def states(self) -> tuple[tuple[str, str], ...]:
        """Return every state or role that the mapping names, with the key that names it."""
        named = [(state, f"dates.{state}") for state in self.dates]
        named += label_states(self.outcome, "outcome")
        if self.events is not None:
            named += label_states(self.events.state, "events.state")
        for number, stage in enumerate(self.stages, start=1):
            named += [(stage.state, f"stages.{number}.state")] if stage.state else []
            named += label_states(stage.outcome, f"stages.{number}.outcome")
        for section in MEMBERS.values():
            part: MembersPart | None = getattr(self, section)
            named += label_states(part.outcome, f"{section}.outcome") if part is not None else []
        return tuple(named)

    def columns(self, stage: int = 0) -> tuple[tuple[str, str], ...]:
        """Return every column needed of the main table, or of a stage table, with the key that names it."""
        named = [(one, "cases.id") for one in (self.stage_id(stage) if self.stages else self.cases.id)]
        named += [(column, f"attributes.{name}") for name, column in self._attribute_columns(stage)]
        if stage == 0:
            named += self._case_columns()
        if self.stages:
            one = self.stages[stage]
            named += date_columns(one.date, f"stages.{stage + 1}.date")
            named += outcome_columns(one.outcome, f"stages.{stage + 1}.outcome")
        for state, column in self.dates.items():
            named += date_columns(column, f"dates.{state}")
        named += outcome_columns(self.outcome, "outcome")
        if self.events is not None:
            named += [(self.events.state.column, "events.state"), *date_columns(self.events.date, "events.date")]
            named += [(self.events.order, "events.order")] if self.events.order else []
        return with_parts(named, self.made)

    def support_columns(self) -> tuple[tuple[str, str], ...]:
        """Return every column that the mapping needs of the support table, with the key that names it."""
        if self.support is None:
            return ()
        named = [(one, "support.id") for one in self.support.id] + [(self.support.actor.column, "support.actor")]
        for key in ("institution", "basis"):
            column = getattr(self.support, key)
            named += [(column, f"support.{key}")] if column else []
        for key in ("start", "end", "recorded"):
            named += date_columns(getattr(self.support, key), f"support.{key}")
        return with_parts(named, self.made)

    def _attribute_columns(self, stage: int) -> list[tuple[str, str]]:
        return [
            (name, one.column)
            for name, one in self.attributes.items()
            if not self.stages or self.stage_number(name) == stage
        ]

    def _case_columns(self) -> list[tuple[str, str]]:
        cases, sampling = self.cases, self.cases.sampling
        named = [(cases.frequency, "cases.frequency")] if cases.frequency else []
        named += [(cases.coder, "cases.coder")] if cases.coder else []
        for key in ("weight", "stratum", "cluster"):
            column = getattr(sampling, key)
            named += [(column, f"cases.sampling.{key}")] if column else []
        if sampling.log is not None:
            named += [(column, "cases.sampling.log.id") for column in sampling.log.id or ()]
        named += date_columns(sampling.entry, "cases.sampling.entry")
        if self.reliance is not None:
            named += date_columns(self.reliance.left, "reliance.left")
            named += [(self.reliance.status.column, "reliance.status")] if self.reliance.status else []
        named += self.practice.columns() if self.practice is not None else []
        named += [(column, f"cases.links.{unit}") for unit, columns in cases.links.items() for column in columns]
        return named

    @model_validator(mode="after")
    def _check_kind(self) -> CaseMapping:
        kind = self.data.kind
        if kind == "wide" and not self.dates and self.outcome is None:
            raise ReadableError(tr("a wide table needs [dates], [outcome] or both"))
        if kind == "events" and self.events is None:
            raise ReadableError(tr("an event log needs a section [events] with 'state' and 'date'"))
        if kind == "stages" and not self.stages:
            raise ReadableError(tr("stage tables need at least one section [[stages]]"))
        for section, belongs in (("dates", "wide"), ("outcome", "wide"), ("events", "events"), ("stages", "stages")):
            if getattr(self, section) and kind != belongs:
                raise ReadableError(
                    tr(
                        "the section [{section}] belongs to kind = '{belongs}', and [data] says kind = '{kind}'",
                        section=section,
                        belongs=belongs,
                        kind=kind,
                    )
                )
        if kind == "stages" and self.cases.coder is not None:
            raise ReadableError(tr("'coder' in [cases] belongs to kind = 'wide' or 'events'"))
        return self

    @model_validator(mode="after")
    def _check_children(self) -> CaseMapping:
        for name, part in self.children.items():
            check_child(name, part)
            if not part.apart and self.data.file and self.data.kind != "wide":
                raise ReadableError(
                    tr("the section [{section}] needs 'file': only a wide table can hold its columns", section=name)
                )
        return self

    @model_validator(mode="after")
    def _check_attributes(self) -> CaseMapping:
        states = {one.state for one in self.stages}
        for unit, name in self.cases.sampling.members_of_units:
            counted = self.attributes.get(name)
            if name != ALL_MEMBERS and (counted is None or counted.type not in {"integer", "number"}):
                raise ReadableError(
                    tr(
                        "cases.sampling.members.{unit}: '{name}' is no attribute with type = \"integer\"",
                        unit=unit,
                        name=name,
                    )
                )
        for name, one in self.attributes.items():
            if not name.isidentifier() or name in RESERVED or name.startswith(_PREFIXES):
                raise ReadableError(
                    tr(
                        "'{name}' cannot name an attribute: letters, digits and underscores only, and no name that the "
                        "results use themselves",
                        name=name,
                    )
                )
            if one.table is not None and not self.stages:
                raise ReadableError(tr("attributes.{name}: 'table' belongs to kind = 'stages'", name=name))
            known = (
                one.table in states if isinstance(one.table, str) else 0 <= (one.table or 0) < max(len(self.stages), 1)
            )
            if one.table is not None and not known:
                raise ReadableError(
                    tr("attributes.{name}: there is no stage table '{table}'", name=name, table=str(one.table))
                )
        return self


def read_mapping(path: str | Path) -> CaseMapping:
    """Read and check a mapping file.

    Parameters
    ----------
    path : path
        A TOML file; file names in it are relative to its folder.

    Returns
    -------
    CaseMapping
        Checked whole; whether the data fit it is seen when they are read.

    Raises
    ------
    SettingsError
        When the file is missing, is not TOML, or a key is wrong: every wrong key with what is allowed.

    Examples
    --------
    >>> import tempfile, pathlib, justice_metrics as jm
    >>> lines = ("[cases]", 'id = "No"', 'procedure = "bolivia"', "cutoff = 2018-04-30", "[dates]", 'complaint = "D"')
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder) / "mapping.toml"
    ...     _ = file.write_text("\\n".join(lines))
    ...     jm.read_mapping(file).cases.unit
    'case'
    """
    path = Path(path)
    return CaseMapping.from_dict(read_toml(path), folder=path.parent, source=path.name)


def mapping_schema() -> dict[str, Any]:
    """Return the JSON schema of a mapping file, for editors that complete and check TOML."""
    return CaseMapping.model_json_schema()
