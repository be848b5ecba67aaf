"""The section [data] of a mapping: the files and how they are written."""

from __future__ import annotations

import codecs
import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, field_validator, model_validator

from ...base.language import Language, tr
from ...base.settings import ReadableError
from ..conversions.days import DateOrder
from ..conversions.numbers import DecimalMark
from ..readers.database_url import is_database, refuse_secrets
from .parts import DataKind, Faults, Name, Part, Sheets, as_several

ThousandsMark: TypeAlias = Literal[".", ",", " ", "'"]


class DataPart(Part):
    """[data]: the file and how it is written.

    ``codes`` keeps the codes of a Stata or SPSS file instead of their labels, in all columns or in those named.
    ``corrections`` is a plan of decisions on broken rules, as ``check --plan`` writes it. ``official_rows`` is how many
    rows the register has by another source, and ``extracted`` the day on which the file was taken from it.
    ``sheet`` may name several sheets, which then stand one below the other as several files do. ``renamed`` gives the
    name of a column in some of them = the name used below, ``absent`` the columns that some of them do not have.
    ``header`` says whether there are names of columns at all, ``header_row`` in which row. ``thousands`` is the mark
    between groups of three digits; a point there makes the comma the decimal mark, and the other way round.
    ``file`` may be the address of a database; then ``table`` or ``query`` says what is read, and ``time_zone`` by whose
    clocks its moments are. ``export`` is the survey system whose export the file is, ``form`` its XLSForm.
    ``codebook`` is the DDI codebook of the table of cases. ``coding_sheet`` says that the workbook was written by
    ``justice-metrics template``: its cells are checked against what was asked, and a sheet may have no rows.
    """

    file: Annotated[tuple[Name, ...], BeforeValidator(as_several, json_schema_input_type=str | list[str])] = ()
    sheet: Sheets = ()
    kind: DataKind = "wide"
    date_order: DateOrder | None = None
    language: Language = "en"
    encoding: Name | None = None
    separator: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    header: bool | None = None
    header_row: Annotated[int, Field(ge=1)] | None = None
    decimal: DecimalMark | None = None
    thousands: ThousandsMark | None = None
    renamed: Mapping[Name, Name] = Field(default_factory=dict)
    absent: Annotated[tuple[Name, ...], BeforeValidator(as_several, json_schema_input_type=str | list[str])] = ()
    faults: Faults = "refuse"
    simulated: bool = False
    official_rows: Annotated[int, Field(ge=1)] | None = None
    extracted: dt.date | None = None
    codes: bool | tuple[Name, ...] = False
    corrections: Name | None = None
    table: Name | None = None
    query: Name | None = None
    time_zone: Name | None = None
    export: Literal["kobo", "odk"] | None = None
    form: Name | None = None
    codebook: Name | None = None
    coding_sheet: bool = False

    @field_validator("kind")
    @classmethod
    def _not_yet(cls, kind: DataKind) -> DataKind:
        if kind == "counts":
            raise ReadableError(tr("aggregated tables (counts) are no case files: read them with read_counts"))
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

    @field_validator("file")
    @classmethod
    def _no_secret(cls, file: tuple[str, ...]) -> tuple[str, ...]:
        for one in file:
            if is_database(one):
                refuse_secrets(one)
        return file

    @model_validator(mode="before")
    @classmethod
    def _other_mark(cls, given: Any) -> Any:
        """Take the decimal mark from that of the thousands, where only this is declared."""
        other = {".": ",", ",": "."}.get(given.get("thousands", "")) if isinstance(given, Mapping) else None
        return {**given, "decimal": other} if other is not None and given.get("decimal") is None else given

    @model_validator(mode="after")
    def _check_reading(self) -> DataPart:
        if self.header is False and self.header_row is not None:
            raise ReadableError(tr("header = false says that there is no header, and header_row where it is"))
        if self.thousands is not None and self.thousands == self.decimal:
            raise ReadableError(tr("'{mark}' cannot be the decimal mark and part thousands too", mark=self.decimal))
        if self.table is not None and self.query is not None:
            raise ReadableError(tr("'table' and 'query' exclude one another"))
        if self.export is not None and any(is_database(one) for one in self.file):
            raise ReadableError(tr("'export' is for files, not for the address of a database"))
        if self.coding_sheet and (self.kind != "wide" or self.export is not None):
            raise ReadableError(tr("'coding_sheet' is for a workbook of kind = 'wide', without 'export'"))
        if self.form is not None and self.export is None:
            raise ReadableError(tr("'form' belongs to 'export', such as export = \"kobo\""))
        if self.file and not any(is_database(one) for one in self.file):
            for key in ("table", "query", "time_zone"):
                if getattr(self, key) is not None:
                    raise ReadableError(tr("'{key}' belongs to the address of a database in 'file'", key=key))
        both = sorted(set(self.renamed) & set(self.renamed.values()))
        if both:
            raise ReadableError(tr("'{name}' is an old name and a new one in [data.renamed]", name=both[0]))
        return self
