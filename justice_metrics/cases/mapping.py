"""The mapping file: how a user's columns become case data. Every key of ``mapping.toml`` is declared here."""

from __future__ import annotations

import codecs
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, field_validator, model_validator

from ..base.language import tr
from ..base.settings import ReadableError, read_toml, validated
from .conversion_days import ColumnOrder, DateOrder
from .conversion_labels import LabelMatch
from .conversion_numbers import DecimalMark
from .conversion_text import normalise

DataKind: TypeAlias = Literal["wide", "events", "stages", "counts"]
Faults: TypeAlias = Literal["refuse", "count"]
Unit: TypeAlias = Literal["complaint", "case", "victim", "accused", "charge"]
Frame: TypeAlias = Literal["registered", "closed_only", "prevalent", "census"]
MissingCode: TypeAlias = Literal["not_available", "not_applicable", "under_review"]
AttributeType: TypeAlias = Literal["text", "integer", "number"]

# Names of columns that the library makes itself; an attribute may not take them.
RESERVED: Final = frozenset(
    (
        *("unit_id", "seq", "day", "minute", "state", "notified_day", "precision", "frequency", "weight", "cluster"),
        *("stratum", "entry_day", "outcome", "outcome_day", "actor", "institution", "start_day", "end_day", "basis"),
        *("recorded_day", "all", "days", "horizon_days", "landmark_days", "from_state", "to_state", "term", "level"),
        *("scale", "reference", "period", "stage", "at_risk", "events", "censored", "numerator", "denominator"),
        *("estimate", "std_error", "conf_low", "conf_high", "count"),
    )
)


class _Part(BaseModel):
    """A section of the mapping: unknown keys are errors, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)


def _as_column(given: Any) -> Any:
    return {"column": given} if isinstance(given, str) else given


def _as_several(given: Any) -> Any:
    return (given,) if isinstance(given, str) else given


Name: TypeAlias = Annotated[str, Field(min_length=1)]
Names: TypeAlias = Annotated[
    tuple[Name, ...], BeforeValidator(_as_several, json_schema_input_type=str | list[str]), Field(min_length=1)
]
Labels: TypeAlias = Mapping[Name, Name]


def _clear_labels(labels: Mapping[str, str]) -> None:
    """Refuse labels that are one text but for capitals, accents and spaces, and mean different things."""
    seen: dict[str, str] = {}
    for label, meaning in labels.items():
        bare = normalise(label)
        if not bare:
            raise ReadableError(tr("a label is blank; blank cells are always missing"))
        if seen.setdefault(bare, meaning) != meaning:
            raise ReadableError(
                tr(
                    "the label '{label}' stands there twice, once for '{one}' and once for '{other}' (capitals, "
                    "accents and spaces make no difference)",
                    label=label,
                    one=seen[bare],
                    other=meaning,
                )
            )


class DateColumn(_Part):
    """A column of dates, with the columns that say when it was notified and how exact it is.

    Attributes
    ----------
    column : str
        Column with the date.
    notified : str, optional
        Column with the day on which the person concerned was notified.
    precision : str, optional
        Column that says day, month or year.
    order : {"dmy", "mdy", "ymd", "excel_1900", "excel_1904"}, optional
        Order of this column's dates where it is not that of the file.
    """

    column: Name
    notified: Name | None = None
    precision: Name | None = None
    order: ColumnOrder | None = None


DateSpec: TypeAlias = Annotated[DateColumn, BeforeValidator(_as_column, json_schema_input_type=str | DateColumn)]


class LabelColumn(_Part):
    """A column of labels, and the id that each stands for; without labels the texts are ids themselves.

    Attributes
    ----------
    column : str
        Column with the labels.
    labels : mapping of str to str
        Id of each label.
    otherwise : str, optional
        Id of everything else that is not missing.
    match : {"whole", "start"}
        Whether a label is the whole text or its first words.
    ignore : tuple of str
        Labels that are left out on purpose.
    """

    column: Name
    labels: Labels = Field(default_factory=dict)
    otherwise: Name | None = None
    match: LabelMatch = "whole"
    ignore: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _check_labels(self) -> LabelColumn:
        _clear_labels(self.labels)
        twice = {normalise(one) for one in self.ignore} & {normalise(one) for one in self.labels}
        if twice:
            raise ReadableError(tr("{n} label(s) stand in 'labels' and in 'ignore'", n=len(twice)))
        return self


LabelSpec: TypeAlias = Annotated[LabelColumn, BeforeValidator(_as_column, json_schema_input_type=str | LabelColumn)]


class DataPart(_Part):
    """[data]: the file and how it is written."""

    file: Annotated[tuple[Name, ...], BeforeValidator(_as_several, json_schema_input_type=str | list[str])] = ()
    sheet: Name | None = None
    kind: DataKind = "wide"
    date_order: DateOrder | None = None
    language: Literal["en", "es"] = "en"
    encoding: Name | None = None
    separator: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    decimal: DecimalMark | None = None
    faults: Faults = "refuse"
    simulated: bool = False

    @field_validator("kind")
    @classmethod
    def _not_yet(cls, kind: DataKind) -> DataKind:
        if kind == "counts":
            raise ReadableError(tr("aggregated tables (counts) come in a later version; use wide, events or stages"))
        return kind

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str | None) -> str | None:
        try:
            return codecs.lookup(encoding).name if encoding else None
        except (LookupError, ValueError):
            raise ReadableError(
                tr("'{encoding}' is not an encoding; usual ones are utf-8, cp1252, latin-1, cp850", encoding=encoding)
            ) from None


class SamplingPart(_Part):
    """How the cases came to be in the file.

    Attributes
    ----------
    frame : {"registered", "closed_only", "prevalent", "census"}
        Every registered case, closed files only, those open on a day, or all there are.
    weight, stratum, cluster : str, optional
        Columns of the sampling design.
    entry : str or table, optional
        Column with the day from which a case was observed.
    at : date, optional
        For a prevalent sample: the day on which the cases were open.
    """

    frame: Frame = "registered"
    weight: Name | None = None
    stratum: Name | None = None
    cluster: Name | None = None
    entry: DateSpec | None = None
    at: dt.date | None = None

    @model_validator(mode="after")
    def _check_frame(self) -> SamplingPart:
        if self.frame == "prevalent" and self.entry is None and self.at is None:
            raise ReadableError(tr("a prevalent sample needs 'at' (the day on which the cases were open) or 'entry'"))
        if self.at is not None and (self.entry is not None or self.frame != "prevalent"):
            raise ReadableError(tr("'at' belongs to a prevalent sample without an 'entry' column"))
        return self


class CasesPart(_Part):
    """[cases]: what a row is, and until when the data are complete."""

    unit: Unit = "case"
    id: Names
    procedure: Name
    cutoff: dt.date
    sampling: SamplingPart = Field(default_factory=SamplingPart)
    frequency: Name | None = None
    links: Mapping[Unit, Names] = Field(default_factory=dict)

    @field_validator("cutoff", mode="before")
    @classmethod
    def _whole_day(cls, cutoff: Any) -> Any:
        if isinstance(cutoff, dt.datetime) or not isinstance(cutoff, str | dt.date):
            raise ReadableError(tr("the cut-off is a day, written as 2018-04-30"))
        return cutoff


class OutcomePart(LabelColumn):
    """[outcome]: with what a case ended, and when."""

    date: DateSpec | None = None
    empty: Literal["pending", "not_recorded"] = "pending"


class AttributeColumn(_Part):
    """A column that describes the unit.

    Attributes
    ----------
    column : str
        Column with the values.
    type : {"text", "integer", "number"}
        How it is read.
    labels : mapping of str to str
        Levels of the texts; a text without a label stays as it is.
    bands : tuple of int
        Where bands begin: 0, 6, 12, 18 makes "0-5", "6-11", "12-17", "18+".
    crosswalk : str, optional
        A csv file with two columns, from and to, in place of labels.
    table : int or str, optional
        For stage tables: number (from 0) or state of the table that holds the column; the first otherwise.
    """

    column: Name
    type: AttributeType = "text"
    labels: Labels = Field(default_factory=dict)
    bands: tuple[int, ...] = ()
    crosswalk: Name | None = None
    table: int | str | None = None

    @model_validator(mode="after")
    def _check_reading(self) -> AttributeColumn:
        _clear_labels(self.labels)
        if bool(self.labels) + bool(self.bands) + (self.crosswalk is not None) > 1:
            raise ReadableError(tr("labels, bands and crosswalk exclude one another"))
        if self.type != "text" and (self.labels or self.crosswalk is not None):
            raise ReadableError(tr("labels and crosswalk are for texts, not for type = '{type}'", type=self.type))
        if any(after <= before for before, after in zip(self.bands, self.bands[1:], strict=False)):
            raise ReadableError(tr("bands are written in rising order, such as [0, 6, 12, 18]"))
        return self


AttributeSpec: TypeAlias = Annotated[
    AttributeColumn, BeforeValidator(_as_column, json_schema_input_type=str | AttributeColumn)
]


class SupportPart(_Part):
    """[support]: who supported the victim, from when to when."""

    file: Annotated[tuple[Name, ...], BeforeValidator(_as_several, json_schema_input_type=str | list[str])] = ()
    sheet: Name | None = None
    id: Names
    actor: LabelSpec
    institution: Name | None = None
    start: DateSpec
    end: DateSpec | None = None
    basis: Name | None = None
    recorded: DateSpec | None = None


class EventsPart(_Part):
    """[events]: one row per event."""

    state: LabelSpec
    date: DateSpec
    order: Name | None = None


class StagePart(_Part):
    """[[stages]]: one table per stage, joined on a shared key."""

    file: Annotated[tuple[Name, ...], BeforeValidator(_as_several, json_schema_input_type=str | list[str])] = ()
    sheet: Name | None = None
    id: Names | None = None
    state: Name | None = None
    date: DateSpec | None = None
    outcome: OutcomePart | None = None

    @model_validator(mode="after")
    def _says_something(self) -> StagePart:
        if self.state is None and self.outcome is None:
            raise ReadableError(tr("a stage table needs 'state', 'outcome' or both"))
        return self


class CaseMapping(_Part):
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
    missing : mapping of str to str
        Codes that stand for missing, with the kind of missing.
    """

    data: DataPart = Field(default_factory=DataPart)
    cases: CasesPart
    dates: Mapping[Name, DateSpec] = Field(default_factory=dict)
    outcome: OutcomePart | None = None
    attributes: Mapping[Name, AttributeSpec] = Field(default_factory=dict)
    events: EventsPart | None = None
    stages: tuple[StagePart, ...] = ()
    support: SupportPart | None = None
    missing: Mapping[Name, MissingCode] = Field(default_factory=dict)

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
        return validated(cls, data, source=source)._placed(Path(folder), source)  # noqa: SLF001 (its own class)

    def _placed(self, folder: Path, source: str) -> CaseMapping:
        self._folder, self._source = folder, source
        return self

    def with_faults(self, faults: Faults) -> CaseMapping:
        """Return the mapping with another way to treat faulty values."""
        changed = self.model_copy(update={"data": self.data.model_copy(update={"faults": faults})})
        return changed._placed(self._folder, self._source)

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
        named += _label_states(self.outcome, "outcome")
        if self.events is not None:
            named += _label_states(self.events.state, "events.state")
        for number, stage in enumerate(self.stages, start=1):
            named += [(stage.state, f"stages.{number}.state")] if stage.state else []
            named += _label_states(stage.outcome, f"stages.{number}.outcome")
        return tuple(named)

    def columns(self, stage: int = 0) -> tuple[tuple[str, str], ...]:
        """Return every column needed of the main table, or of a stage table, with the key that names it."""
        named = [(one, "cases.id") for one in (self.stage_id(stage) if self.stages else self.cases.id)]
        named += [(column, f"attributes.{name}") for name, column in self._attribute_columns(stage)]
        if stage == 0:
            named += self._case_columns()
        if self.stages:
            one = self.stages[stage]
            named += _date_columns(one.date, f"stages.{stage + 1}.date")
            named += _outcome_columns(one.outcome, f"stages.{stage + 1}.outcome")
        for state, column in self.dates.items():
            named += _date_columns(column, f"dates.{state}")
        named += _outcome_columns(self.outcome, "outcome")
        if self.events is not None:
            named += [(self.events.state.column, "events.state"), *_date_columns(self.events.date, "events.date")]
            named += [(self.events.order, "events.order")] if self.events.order else []
        return tuple(named)

    def support_columns(self) -> tuple[tuple[str, str], ...]:
        """Return every column that the mapping needs of the support table, with the key that names it."""
        if self.support is None:
            return ()
        named = [(one, "support.id") for one in self.support.id] + [(self.support.actor.column, "support.actor")]
        for key in ("institution", "basis"):
            column = getattr(self.support, key)
            named += [(column, f"support.{key}")] if column else []
        for key in ("start", "end", "recorded"):
            named += _date_columns(getattr(self.support, key), f"support.{key}")
        return tuple(named)

    def _attribute_columns(self, stage: int) -> list[tuple[str, str]]:
        return [
            (name, one.column)
            for name, one in self.attributes.items()
            if not self.stages or self.stage_number(name) == stage
        ]

    def _case_columns(self) -> list[tuple[str, str]]:
        cases, sampling = self.cases, self.cases.sampling
        named = [(cases.frequency, "cases.frequency")] if cases.frequency else []
        for key in ("weight", "stratum", "cluster"):
            column = getattr(sampling, key)
            named += [(column, f"cases.sampling.{key}")] if column else []
        named += _date_columns(sampling.entry, "cases.sampling.entry")
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
        return self

    @model_validator(mode="after")
    def _check_attributes(self) -> CaseMapping:
        states = {one.state for one in self.stages}
        for name, one in self.attributes.items():
            if not name.isidentifier() or name in RESERVED or name.startswith("first__"):
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

    Raises
    ------
    SettingsError
        When the file is missing, is not TOML, or a key is wrong: every wrong key with what is allowed.
    """
    path = Path(path)
    return CaseMapping.from_dict(read_toml(path), folder=path.parent, source=path.name)


def mapping_schema() -> dict[str, Any]:
    """Return the JSON schema of a mapping file, for editors that complete and check TOML."""
    return CaseMapping.model_json_schema()


def _label_states(labels: LabelColumn | None, key: str) -> list[tuple[str, str]]:
    if labels is None:
        return []
    named = [(state, f"{key}.labels") for state in dict.fromkeys(labels.labels.values())]
    named += [(labels.otherwise, f"{key}.otherwise")] if labels.otherwise else []
    return [one for one in named if one[0] != "pending"]


def _date_columns(date: DateColumn | None, key: str) -> list[tuple[str, str]]:
    if date is None:
        return []
    return [(column, key) for column in (date.column, date.notified, date.precision) if column]


def _outcome_columns(outcome: OutcomePart | None, key: str) -> list[tuple[str, str]]:
    if outcome is None:
        return []
    return [(outcome.column, key), *_date_columns(outcome.date, f"{key}.date")]
