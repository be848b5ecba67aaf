"""The mapping file of a table of counts: which column is which quantity, office, period and breakdown."""

from __future__ import annotations

import codecs
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Field, PrivateAttr, field_validator, model_validator

from ...base.errors import MappingError, suggestion
from ...base.language import Label, Language, Readable, tr
from ...base.settings import ReadableError, read_toml, validated
from ..conversions.days import DateOrder
from ..conversions.numbers import DecimalMark
from ..mappings.columns import MadeColumn
from ..mappings.mapping import RESERVED, CaseMapping
from ..mappings.parts import Faults, Labels, Name, Names, Part, Unit
from ..periods import Period
from ..readers.database_url import is_database, refuse_secrets
from .quantities import WORDS, OverTime, over_time

OFFICE: Final = "office"
# Names that answers about counts use themselves; a federal state may be called what it is.
_TAKEN: Final = (RESERVED - {"state", "institution", "actor", *WORDS}) | {"label", "first_day", "last_day"}

CountCode: TypeAlias = Literal["not_available", "not_applicable", "under_review", "pending", "suppressed", "zero"]
CountUnit: TypeAlias = Unit | Literal["offence"]
Absent: TypeAlias = Literal["not_available", "not_applicable", "zero"]


def _as_column(given: Any) -> Any:
    return {"column": given} if isinstance(given, str) else given


def _as_several(given: Any) -> Any:
    return (given,) if isinstance(given, str) else given


class CountFiles(Part):
    """[data]: the files and how they are written."""

    file: Annotated[tuple[Name, ...], BeforeValidator(_as_several, json_schema_input_type=str | list[str])] = ()
    sheet: Name | None = None
    table: Name | None = None
    query: Name | None = None
    kind: Literal["counts"] = "counts"
    date_order: DateOrder | None = None
    language: Language = "en"
    encoding: Name | None = None
    separator: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    decimal: DecimalMark | None = None
    faults: Faults = "refuse"
    simulated: bool = False

    @field_validator("file")
    @classmethod
    def _no_secret(cls, file: tuple[str, ...]) -> tuple[str, ...]:
        for one in file:
            if is_database(one):
                refuse_secrets(one)
        return file

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str | None) -> str | None:
        try:
            return codecs.lookup(encoding).name if encoding else None
        except (LookupError, ValueError):
            raise ReadableError(
                tr("'{encoding}' is not an encoding; usual ones are utf-8, cp1252, latin-1, cp850", encoding=encoding)
            ) from None


class KeyColumn(Part):
    """A column that says what a row counts: office, offence, department.

    Attributes
    ----------
    column : str
        Column with the texts.
    labels : mapping of str to str
        What a text is called; a text without a label stays as it is. Rows of texts with one label add up.
    crosswalk : str, optional
        A csv file with two columns, from and to, in place of labels.
    ignore : tuple of str
        Texts whose rows are left out on purpose, such as a row of totals.
    """

    column: Name
    labels: Labels = Field(default_factory=dict)
    crosswalk: Name | None = None
    ignore: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _one_list(self) -> KeyColumn:
        if self.labels and self.crosswalk is not None:
            raise ReadableError(tr("labels, bands and crosswalk exclude one another"))
        return self


KeySpec: TypeAlias = Annotated[KeyColumn, BeforeValidator(_as_column, json_schema_input_type=str | KeyColumn)]


class PeriodColumns(Part):
    """Where the period of a row stands: one column, two days, or a year with its parts.

    Attributes
    ----------
    column : str, optional
        Column such as 2019, 2019-03, mar 2019, 2019-Q1 or 1T2019; of whole dates, ``length`` says how long the
        period is that the date lies in.
    length : {"month", "quarter", "half_year", "year"}, optional
    start, end : str or date, optional
        Columns with the first and the last day, or the days themselves when they are those of the whole table.
    year, half_year, quarter, month : str or int, optional
        Columns with the numbers, or the numbers themselves; a month may be a name.
    """

    column: Name | None = None
    length: Period | None = None
    start: dt.date | Name | None = None
    end: dt.date | Name | None = None
    year: int | Name | None = None
    half_year: int | Name | None = None
    quarter: int | Name | None = None
    month: int | Name | None = None

    @model_validator(mode="after")
    def _one_way(self) -> PeriodColumns:
        parts = [one for one in (self.half_year, self.quarter, self.month) if one is not None]
        days = (self.start is not None) + (self.end is not None)
        ways = (self.column is not None) + (days > 0) + (self.year is not None)
        if ways != 1 or days == 1 or len(parts) > 1 or (parts and self.year is None):
            raise ReadableError(
                tr(
                    "a period is one column, or 'start' and 'end', or 'year' with one of 'half_year', 'quarter' and "
                    "'month' or none"
                )
            )
        if self.length is not None and self.column is None:
            raise ReadableError(tr("'length' belongs to a period in one column"))
        return self

    def columns(self) -> tuple[str, ...]:
        """Return the columns that are needed of the table."""
        parts = (self.column, self.start, self.end, self.year, self.half_year, self.quarter, self.month)
        return tuple(one for one in parts if isinstance(one, str))


PeriodSpec: TypeAlias = Annotated[
    PeriodColumns, BeforeValidator(_as_column, json_schema_input_type=str | PeriodColumns)
]


class QuantityColumn(Part):
    """A column of numbers, or in a long table the text that names them.

    Attributes
    ----------
    column : str
        Column; in a long table the text in the column of quantities.
    label : str or mapping of str to str, optional
        What a reader calls it, in one or several languages; a quantity of the user's own needs it.
    unit : str, optional
        What it counts, where that is not the unit of the table.
    over_time : {"add", "first", "last", "mean"}, optional
        How the whole of a period is made of its parts; by default as the name says, and a quantity of the user's own
        adds up.
    per : str or list of str, optional
        The keys that the figure belongs to, where it stands again on every row of the others: judges per office.
    """

    column: Name
    label: Name | Mapping[Language, Name] | None = None
    unit: CountUnit | None = None
    over_time: OverTime | None = None
    per: Names | None = None


QuantitySpec: TypeAlias = Annotated[
    QuantityColumn, BeforeValidator(_as_column, json_schema_input_type=str | QuantityColumn)
]


class LongPart(Part):
    """[counts.long]: a table with one number per row, and a column that says which quantity it is."""

    quantity: Name
    number: Name
    ignore: tuple[Name, ...] = ()


class CountsPart(Part):
    """[counts]: what is counted, where, when, and until which day the table is complete.

    Attributes
    ----------
    unit : {"complaint", "case", "victim", "accused", "charge", "offence"}
    cutoff : date, optional
        Day to which the table is complete; by default the last day of its last period.
    office : str or table, optional
        Column with the office.
    period : str or table
    keys : mapping of str to column
        Further columns that split the counts.
    quantities : mapping of str to column
    long : table, optional
    repeated : {"refuse", "add"}
        What rows of one office, period and breakdown are: a mistake, or parts that are added.
    absent : {"not_available", "not_applicable", "zero"}, optional
        What it means that a row is not there. By default an office without any row in a period within its time has
        not reported (not available), and a breakdown without a row had nothing to count.
    changing_offices : bool
        Whether an office may stand in one of several files only.
    """

    unit: CountUnit = "case"
    cutoff: dt.date | None = None
    office: KeySpec | None = None
    period: PeriodSpec
    keys: Mapping[Name, KeySpec] = Field(default_factory=dict)
    quantities: Mapping[Name, QuantitySpec] = Field(min_length=1)
    long: LongPart | None = None
    repeated: Literal["refuse", "add"] = "refuse"
    absent: Absent | None = None
    changing_offices: bool = False

    @field_validator("cutoff", mode="before")
    @classmethod
    def _whole_day(cls, cutoff: Any) -> Any:
        if isinstance(cutoff, dt.datetime) or not isinstance(cutoff, str | dt.date | None):
            raise ReadableError(tr("the cut-off is a day, written as 2018-04-30"))
        return cutoff

    @model_validator(mode="after")
    def _names(self) -> CountsPart:
        for name in (*self.keys, *self.quantities):
            if not name.isidentifier() or name in _TAKEN or name.endswith("__status"):
                raise ReadableError(
                    tr(
                        "'{name}' cannot name a key or a quantity: letters, digits and underscores only, and no name "
                        "that the results use themselves",
                        name=name,
                    )
                )
        if OFFICE in self.keys:
            raise ReadableError(tr("the office is named by 'office' in [counts], not among the keys"))
        both = sorted(set(self.keys) & set(self.quantities))
        if both:
            raise ReadableError(tr("'{name}' is a key and a quantity", name=both[0]))
        return self

    @model_validator(mode="after")
    def _quantities(self) -> CountsPart:
        for name, one in self.quantities.items():
            if name not in WORDS and one.label is None:
                raise ReadableError(
                    tr(
                        "'{name}' is not a known quantity. {known} A quantity of your own needs a label: "
                        '{name} = {{ column = "{column}", label = "…" }}',
                        name=name,
                        known=suggestion(name, tuple(WORDS), tuple(WORDS.items())),
                        column=one.column,
                    )
                )
            unknown = [key for key in one.per or () if key not in self.key_columns()]
            if unknown:
                raise ReadableError(
                    tr("quantities.{name}: there is no key '{key}' to be counted per", name=name, key=unknown[0])
                )
        return self

    def key_columns(self) -> dict[str, KeyColumn]:
        """Return the columns that split the counts, the office first."""
        return {**({OFFICE: self.office} if self.office is not None else {}), **self.keys}


class CountMapping(Part):
    """How a table of counts is read: the whole of its mapping file, checked.

    Attributes
    ----------
    data : CountFiles
        The files, and how they are written.
    counts : CountsPart
        What is counted, where and when.
    missing : mapping of str to str
        Texts that stand in place of a number, with what they mean; ``under_review`` may also stand beside one.
    made : mapping of str to MadeColumn
        The section [columns]: columns that are made of others before anything is typed.

    Examples
    --------
    >>> mapping = CountMapping.from_dict({
    ...     "counts": {"period": "Año", "office": "Juzgado", "quantities": {"new": "Ingresos"}},
    ...     "missing": {"NA": "not_available"},
    ... })
    >>> mapping.counts.quantities["new"].column
    'Ingresos'
    """

    data: CountFiles = Field(default_factory=CountFiles)
    counts: CountsPart
    missing: Mapping[Name, CountCode] = Field(default_factory=dict)
    made: Mapping[Name, MadeColumn] = Field(default_factory=dict, alias="columns")

    _folder: Path = PrivateAttr(default=Path())
    _source: str = PrivateAttr(default="mapping")

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, folder: str | Path = ".", source: str = "mapping") -> CountMapping:
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
        made = validated(cls, data, source=source)
        made._folder, made._source = Path(folder), source  # noqa: SLF001 (its own class)
        return made

    @property
    def counts_faults(self) -> bool:
        """Whether faulty values are counted, not refused."""
        return self.data.faults == "count"

    @property
    def source(self) -> str:
        """Name of the mapping file, without its folder."""
        return self._source

    def path(self, name: str | Path) -> Path:
        """Return where a file named in the mapping is."""
        return self._folder / name

    def words(self) -> dict[str, Readable]:
        """Return what a reader calls each quantity."""
        return {
            name: WORDS[name]
            if one.label is None
            else Label(
                one.label if isinstance(one.label, str) else {str(code): said for code, said in one.label.items()}
            )
            for name, one in self.counts.quantities.items()
        }

    def over_time(self) -> dict[str, OverTime]:
        """Return how each quantity adds up over the parts of a period."""
        return {name: one.over_time or over_time(name) for name, one in self.counts.quantities.items()}


def section_of_counts(path: str | Path) -> Mapping[str, Any] | None:
    """Return the section [data] of the mapping of a table of counts; None for a mapping of case files.

    Raises
    ------
    SettingsError
        When the file is missing or is not TOML.
    """
    data = read_toml(Path(path)).get("data")
    return data if isinstance(data, Mapping) and data.get("kind") == "counts" else None


def read_count_mapping(path: str | Path) -> CountMapping:
    """Read and check the mapping file of a table of counts.

    Parameters
    ----------
    path : path
        A TOML file; file names in it are relative to its folder.

    Raises
    ------
    SettingsError
        When the file is missing, is not TOML, or a key is wrong.
    MappingError
        When it is the mapping of case files.
    """
    path = Path(path)
    return as_count_mapping(read_toml(path), folder=path.parent, source=path.name)


def as_count_mapping(mapping: Any, *, folder: str | Path = ".", source: str = "mapping") -> CountMapping:
    """Take a mapping as a model, a dictionary or a path.

    Raises
    ------
    MappingError
        When it is the mapping of case files.
    """
    if isinstance(mapping, CountMapping):
        return mapping
    if isinstance(mapping, str | Path):
        return read_count_mapping(mapping)
    of_cases = isinstance(mapping, CaseMapping) or (
        isinstance(mapping, Mapping) and "cases" in mapping and "counts" not in mapping
    )
    if of_cases:
        raise MappingError(
            tr("'{source}' describes case files, not a table of counts.", source=source),
            tr("Read case files with read_cases; a table of counts has a section [counts]."),
        )
    return CountMapping.from_dict(mapping, folder=folder, source=source)


def counts_schema() -> dict[str, Any]:
    """Return the JSON schema of the mapping of a table of counts, for editors that complete and check TOML."""
    return CountMapping.model_json_schema()
