"""The sections of a mapping file: every key but the file as a whole is declared here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from ...base.language import tr
from ...base.settings import ReadableError
from ..conversions.days import ColumnOrder
from ..conversions.labels import LabelMatch
from ..conversions.text import normalise

DataKind: TypeAlias = Literal["wide", "events", "stages", "counts"]
Faults: TypeAlias = Literal["refuse", "count"]
Unit: TypeAlias = Literal["complaint", "case", "victim", "accused", "charge"]
Frame: TypeAlias = Literal["registered", "closed_only", "prevalent", "census"]
MissingCode: TypeAlias = Literal["not_available", "not_applicable", "under_review"]
AttributeType: TypeAlias = Literal["text", "integer", "number", "date"]


class Part(BaseModel):
    """A section of the mapping: unknown keys are errors, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)


def as_column(given: Any) -> Any:
    """Take the name of a column for a table that names nothing else."""
    return {"column": given} if isinstance(given, str) else given


def as_several(given: Any) -> Any:
    """Take one name for a list of one."""
    return (given,) if isinstance(given, str) else given


Name: TypeAlias = Annotated[str, Field(min_length=1)]
Names: TypeAlias = Annotated[
    tuple[Name, ...], BeforeValidator(as_several, json_schema_input_type=str | list[str]), Field(min_length=1)
]
# One sheet of a workbook, or several that stand one below the other.
Sheets: TypeAlias = Annotated[tuple[Name, ...], BeforeValidator(as_several, json_schema_input_type=str | list[str])]
Labels: TypeAlias = Mapping[Name, Name]


def clear_labels(labels: Mapping[str, str]) -> None:
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


class DateColumn(Part):
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


DateSpec: TypeAlias = Annotated[DateColumn, BeforeValidator(as_column, json_schema_input_type=str | DateColumn)]


class LabelColumn(Part):
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
        clear_labels(self.labels)
        twice = {normalise(one) for one in self.ignore} & {normalise(one) for one in self.labels}
        if twice:
            raise ReadableError(tr("{n} label(s) stand in 'labels' and in 'ignore'", n=len(twice)))
        return self


LabelSpec: TypeAlias = Annotated[LabelColumn, BeforeValidator(as_column, json_schema_input_type=str | LabelColumn)]


class LogPart(Part):
    """The log of the files that were drawn.

    Attributes
    ----------
    file : str
        The list that the draw made, with its column ``status`` filled in.
    sheet : str, optional
        Of a workbook.
    id : str or tuple of str, optional
        Columns of the cases with the number of their file, where that is not the id of [cases].
    classes : {"cluster", "stratum", "none"}
        Within what files that were not coded are taken to be like those that were.
    finite : bool
        Whether answers are about the files of the frame, so that the part of them that was drawn makes intervals
        narrower; not where they stand for how the system works, or years are compared.
    """

    file: Name
    sheet: Name | None = None
    id: Names | None = None
    classes: Literal["cluster", "stratum", "none"] = "cluster"
    finite: bool = True


def _as_log(given: Any) -> Any:
    return {"file": given} if isinstance(given, str) else given


class SamplingPart(Part):
    """How the cases came to be in the file.

    Attributes
    ----------
    frame : {"registered", "closed_only", "prevalent", "census"}
        Every registered case, closed files only, those open on a day, or all there are.
    weight, stratum, cluster : str, optional
        Columns of the sampling design.
    log : str or table, optional
        The sampling log, which tells weight, stratum and cluster of each case in place of columns.
    entry : str or table, optional
        Column with the day from which a case was observed.
    at : date, optional
        For a prevalent sample: the day on which the cases were open.
    members : "all" or mapping of unit to attribute
        With weights, where units are made of rows: that the file holds every member of each, or the attribute with the
        number of members, sampled or not.
    """

    frame: Frame = "registered"
    weight: Name | None = None
    stratum: Name | None = None
    cluster: Name | None = None
    log: Annotated[LogPart, BeforeValidator(_as_log, json_schema_input_type=str | LogPart)] | None = None
    entry: DateSpec | None = None
    at: dt.date | None = None
    members: Literal["all"] | Mapping[Unit, Name] | None = None

    @property
    def members_of_units(self) -> tuple[tuple[str, str], ...]:
        """Attribute with the number of members, or "all", by unit."""
        if self.members is None:
            return ()
        return tuple(dict.fromkeys(get_args(Unit), "all").items() if self.members == "all" else self.members.items())

    @model_validator(mode="after")
    def _check_frame(self) -> SamplingPart:
        if self.frame == "prevalent" and self.entry is None and self.at is None:
            raise ReadableError(tr("a prevalent sample needs 'at' (the day on which the cases were open) or 'entry'"))
        if self.at is not None and (self.entry is not None or self.frame != "prevalent"):
            raise ReadableError(tr("'at' belongs to a prevalent sample without an 'entry' column"))
        twice = [one for one in ("weight", "stratum", "cluster") if self.log is not None and getattr(self, one)]
        if twice:
            raise ReadableError(tr("the sampling log tells {names} already: name the columns or the log", names=twice))
        if self.members is not None and self.weight is None and self.log is None:
            raise ReadableError(tr("'members' belongs to sampling weights: name their column in 'weight'"))
        return self


class CountAs(Part):
    """The unit that answers count where it is not that of a row.

    Attributes
    ----------
    unit : {"complaint", "case", "victim", "accused", "charge"}
    principal : tuple of str
        For a coarser unit: which ending stands for it, outcome classes and ``pending``, most telling first.
    """

    unit: Unit
    principal: Annotated[tuple[Name, ...], BeforeValidator(as_several, json_schema_input_type=str | list[str])] = ()


class CasesPart(Part):
    """[cases]: what a row is, and until when the data are complete.

    ``coder`` is the column that says who coded a row, where some cases were coded by several people.
    """

    unit: Unit = "case"
    id: Names
    procedure: Name
    cutoff: dt.date
    sampling: SamplingPart = Field(default_factory=SamplingPart)
    frequency: Name | None = None
    coder: Name | None = None
    links: Mapping[Unit, Names] = Field(default_factory=dict)
    count_as: CountAs | None = None

    @field_validator("cutoff", mode="before")
    @classmethod
    def _whole_day(cls, cutoff: Any) -> Any:
        if isinstance(cutoff, dt.datetime) or not isinstance(cutoff, str | dt.date):
            raise ReadableError(tr("the cut-off is a day, written as 2018-04-30"))
        return cutoff


class OutcomePart(LabelColumn):
    """[outcome]: with what a case ended, and when."""

    date: DateSpec | None = None


class AttributeColumn(Part):
    """A column that describes the unit.

    Attributes
    ----------
    column : str
        Column with the values.
    type : {"text", "integer", "number", "date"}
        How it is read. A date becomes a day number; it splits no cases, and questions about time can name it.
    labels : mapping of str to str
        Levels of the texts; a text without a label stays as it is.
    bands : tuple of int
        Where bands begin: 0, 6, 12, 18 makes "0-5", "6-11", "12-17", "18+".
    crosswalk : str, optional
        A csv file with two columns, from and to, in place of labels.
    table : int or str, optional
        For stage tables: number (from 0) or state of the table that holds the column; the first otherwise.
    order : {"dmy", "mdy", "ymd", "excel_1900", "excel_1904"}, optional
        For a date: order of its numbers where it is not that of the file.
    """

    column: Name
    type: AttributeType = "text"
    labels: Labels = Field(default_factory=dict)
    bands: tuple[int, ...] = ()
    crosswalk: Name | None = None
    table: int | str | None = None
    order: ColumnOrder | None = None

    @model_validator(mode="after")
    def _check_reading(self) -> AttributeColumn:
        clear_labels(self.labels)
        if bool(self.labels) + bool(self.bands) + (self.crosswalk is not None) > 1:
            raise ReadableError(tr("labels, bands and crosswalk exclude one another"))
        if self.type != "text" and (self.labels or self.crosswalk is not None):
            raise ReadableError(tr("labels and crosswalk are for texts, not for type = '{type}'", type=self.type))
        if self.type == "date" and self.bands:
            raise ReadableError(tr("bands are for numbers, not for type = 'date'"))
        if self.order is not None and self.type != "date":
            raise ReadableError(tr("'order' belongs to type = 'date'"))
        if any(after <= before for before, after in zip(self.bands, self.bands[1:], strict=False)):
            raise ReadableError(tr("bands are written in rising order, such as [0, 6, 12, 18]"))
        return self


AttributeSpec: TypeAlias = Annotated[
    AttributeColumn, BeforeValidator(as_column, json_schema_input_type=str | AttributeColumn)
]


class SupportPart(Part):
    """[support]: who supported the victim, from when to when."""

    file: Annotated[tuple[Name, ...], BeforeValidator(as_several, json_schema_input_type=str | list[str])] = ()
    sheet: Name | None = None
    table: Name | None = None
    query: Name | None = None
    id: Names
    actor: LabelSpec
    institution: Name | None = None
    start: DateSpec
    end: DateSpec | None = None
    basis: Name | None = None
    recorded: DateSpec | None = None

    @property
    def apart(self) -> bool:
        """Whether the mapping says where the table is: a file, a sheet, or a table of a database."""
        return bool(self.file) or any(one is not None for one in (self.sheet, self.table, self.query))


# What a column of reliance may say.
ENGAGED: Final = "engaged"
DISENGAGED: Final = "disengaged"
# Columns of the milestones that hold it.
LEFT_DAY: Final = "reliance__left_day"
RELIANCE_STATUS: Final = "reliance__status"


class ReliancePart(Part):
    """[reliance]: whether the victim still takes part, and when it stopped.

    Attributes
    ----------
    left : str or table, optional
        Column with the day on which the victim stopped taking part, or of the last contact with one who did.
    status : str or table, optional
        Column that says whether the victim takes part; its labels stand for ``engaged`` or ``disengaged``.
    """

    left: DateSpec | None = None
    status: LabelSpec | None = None

    @model_validator(mode="after")
    def _says_something(self) -> ReliancePart:
        if self.left is None and self.status is None:
            raise ReadableError(tr("reliance needs 'left', 'status' or both"))
        if self.status is not None:
            meant = {*self.status.labels.values(), *([self.status.otherwise] if self.status.otherwise else [])}
            unknown = sorted(meant - {ENGAGED, DISENGAGED})
            if unknown:
                raise ReadableError(tr("'{word}' is no status: a victim is 'engaged' or 'disengaged'", word=unknown[0]))
        return self


class EventsPart(Part):
    """[events]: one row per event."""

    state: LabelSpec
    date: DateSpec
    order: Name | None = None


class StagePart(Part):
    """[[stages]]: one table per stage, joined on a shared key."""

    file: Annotated[tuple[Name, ...], BeforeValidator(as_several, json_schema_input_type=str | list[str])] = ()
    sheet: Sheets = ()
    table: Name | None = None
    query: Name | None = None
    id: Names | None = None
    state: Name | None = None
    date: DateSpec | None = None
    outcome: OutcomePart | None = None

    @model_validator(mode="after")
    def _says_something(self) -> StagePart:
        if self.state is None and self.outcome is None:
            raise ReadableError(tr("a stage table needs 'state', 'outcome' or both"))
        return self


def label_states(labels: LabelColumn | None, key: str) -> list[tuple[str, str]]:
    """Return the states that labels stand for, each with the key that names it."""
    if labels is None:
        return []
    named = [(state, f"{key}.labels") for state in dict.fromkeys(labels.labels.values())]
    named += [(labels.otherwise, f"{key}.otherwise")] if labels.otherwise else []
    return [one for one in named if one[0] != "pending"]


def date_columns(date: DateColumn | None, key: str) -> list[tuple[str, str]]:
    """Return the columns of a date, each with the key that names it."""
    if date is None:
        return []
    return [(column, key) for column in (date.column, date.notified, date.precision) if column]


def outcome_columns(outcome: OutcomePart | None, key: str) -> list[tuple[str, str]]:
    """Return the columns of an outcome, each with the key that names it."""
    if outcome is None:
        return []
    return [(outcome.column, key), *date_columns(outcome.date, f"{key}.date")]
