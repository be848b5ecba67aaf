"""Every table that a mapping needs: where each lies, which reader it takes, and what the mapping asks of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from ..base.errors import ReadError
from ..base.language import tr
from .mappings.children import child_dates
from .mappings.mapping import CaseMapping, DateColumn
from .readers.apart import read_apart
from .readers.database import read_database
from .readers.database_url import is_database, source_name
from .readers.ddi import with_ddi
from .readers.files import is_parquet, is_workbook, read_text_tables
from .readers.frames import Embedded, with_day_numbers
from .readers.parquet import open_parquet, parquet_files
from .readers.several import one_below_the_other
from .readers.survey import MainTable, SurveyFiles, read_survey
from .readers.survey_form import read_form
from .readers.text_table import FileRows, TextTable, missing_file
from .readers.workbook import read_workbook_tables

# The name of a file or the address of a database.
Given: TypeAlias = str | Path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """One table as a mapping describes it.

    Attributes
    ----------
    files : tuple of str or Path
        Files, or the address of a database.
    sheet : tuple of str
        Sheets of a workbook.
    table, query : str, optional
        For a database.
    dates : tuple of DateColumn
        Its columns of dates.
    needed : tuple of str
        Every column that the mapping names.
    ids : tuple of str
        For a table that hangs on the cases by the id of [cases]: that id.
    is_main : bool
        Whether it holds the cases, or a stage of them: what [data] says of header and columns is said of it.
    other_hand : bool
        Whether it is a file of its own, which often comes from another hand: how it is written is found out.
    beside : tuple of str or Path
        For a table that hangs on the cases: their files.
    """

    files: tuple[Given, ...]
    sheet: tuple[str, ...] = ()
    table: str | None = None
    query: str | None = None
    dates: tuple[DateColumn, ...] = ()
    needed: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    is_main: bool = False
    other_hand: bool = False
    beside: tuple[Given, ...] = ()


def given_tables(
    path: Given | Sequence[Given] | None, mapping: CaseMapping, embedded: Embedded
) -> tuple[dict[str, Any], str]:
    """Return every table that a mapping needs by its name, and the names of the files of the cases.

    The table of the cases has the name ""; stage tables have that of their file, all others that of their section.

    Parameters
    ----------
    path : path, address of a database, or sequence of them, optional
        In place of the files that the mapping names; for stage tables one per table.
    mapping : CaseMapping
    embedded : Embedded
        Where parquet is opened.

    Raises
    ------
    ReadError
        When no file is named, or one cannot be read.
    """
    described = _described(path, mapping)
    source = ", ".join(source_name(one) for table in described.values() if table.is_main for one in table.files)
    survey = _Survey(mapping) if mapping.data.export is not None else None
    read: dict[str, TextTable] = {}
    if mapping.data.coding_sheet and all(is_workbook(str(one)) for one in described[""].files):
        read = _from_coding_sheets({name: one for name, one in described.items() if not one.other_hand}, mapping)
    return {
        name: read[name] if name in read else _read(one, mapping, embedded, survey) for name, one in described.items()
    }, source


def _described(path: Given | Sequence[Given] | None, mapping: CaseMapping) -> dict[str, _Table]:
    """Return every table of a mapping as it is described there, by its name."""
    given = _listed(path)
    tables: dict[str, _Table] = {}
    if mapping.data.kind == "stages":
        own: Sequence[tuple[Given, ...]] = [(one,) for one in given] or [
            one.file or mapping.data.file for one in mapping.stages
        ]
        for place, (files, stage) in enumerate(zip(own, mapping.stages, strict=False)):
            name = stage.table or ", ".join(source_name(each) for each in files)
            tables[name if name not in tables else f"{name} ({place + 1})"] = _Table(
                files=files,
                sheet=stage.sheet,
                table=stage.table,
                query=stage.query,
                dates=_dates(mapping, place),
                needed=_needed(mapping, place),
                is_main=True,
            )
        first: tuple[Given, ...] = mapping.stages[0].file or mapping.data.file
    else:
        first = tuple(given) or mapping.data.file
        tables[""] = _Table(
            files=first,
            sheet=mapping.data.sheet,
            table=mapping.data.table,
            query=mapping.data.query,
            dates=_dates(mapping),
            needed=_needed(mapping),
            is_main=True,
        )
    if not all(one.files for one in tables.values()):
        raise ReadError(
            tr("The mapping names no data file."), tr("Set 'file' in [data], or name the file in the call.")
        )
    return {**tables, **_hanging(mapping, first)}


def _hanging(mapping: CaseMapping, first: tuple[Given, ...]) -> dict[str, _Table]:
    """Return the tables that hang on the cases; one without a file lies where the cases lie."""
    tables: dict[str, _Table] = {}
    spells = mapping.support
    if spells is not None and spells.apart:
        tables["support"] = _Table(
            files=spells.file or first,
            sheet=(spells.sheet,) if spells.sheet else (),
            table=spells.table,
            query=spells.query,
            dates=tuple(one for one in (spells.start, spells.end, spells.recorded) if one is not None),
            needed=tuple(column for column, _ in mapping.support_columns()),
            ids=mapping.cases.id if spells.id == mapping.cases.id else (),
            other_hand=bool(spells.file),
            beside=first,
        )
    for name, part in mapping.children.items():
        if part.apart:
            tables[name] = _Table(
                files=part.file or first,
                sheet=(part.sheet,) if part.sheet else (),
                table=part.table,
                query=part.query,
                dates=child_dates(name, part),
                needed=tuple(column for column, _ in mapping.child_columns(name)),
                ids=mapping.cases.id if part.id in {None, mapping.cases.id} else (),
                other_hand=bool(part.file),
                beside=first,
            )
    return tables


class _Survey:
    """What all tables of one survey share: its form, and the sheets that were parsed already."""

    def __init__(self, mapping: CaseMapping) -> None:
        form = mapping.data.form
        self.form = read_form(mapping.path(form)) if form is not None else None
        self.files = SurveyFiles()


def _read(one: _Table, mapping: CaseMapping, embedded: Embedded, survey: _Survey | None) -> Any:
    """Return one table: parquet as a relation that is read where it is needed, everything else as texts."""
    data = mapping.data
    if any(is_database(each) for each in one.files):
        return read_database(
            _only(one.files), folder=mapping.folder, table=one.table, query=one.query, time_zone=data.time_zone
        )
    paths = [mapping.path(str(each)) for each in one.files]
    if all(is_parquet(each) for each in paths):
        relation = open_parquet(parquet_files(paths), connection=embedded.connection)
        return relation.to_arrow_table() if _text_dates(relation, one.dates) else with_day_numbers(relation)
    encoding, separator = (None, None) if one.other_hand else (data.encoding, data.separator)
    if survey is not None:
        return _from_survey(one, paths, mapping, survey, encoding, separator)
    if not one.is_main:
        return read_text_tables(
            paths, sheet=one.sheet or None, encoding=encoding, separator=separator, codes=data.codes
        )
    read = read_text_tables(
        paths,
        sheet=one.sheet or None,
        encoding=encoding,
        separator=separator,
        header=data.header,
        header_row=data.header_row,
        codes=data.codes,
        renamed=data.renamed,
        absent=data.absent,
        needed=one.needed,
        order_declared=data.date_order is not None,
    )
    return read if data.codebook is None else _with_labels(read, mapping.path(data.codebook), data.codes)


def _from_coding_sheets(tables: Mapping[str, _Table], mapping: CaseMapping) -> dict[str, TextTable]:
    """Return the tables that stand in coding sheets; a sheet of anything but the cases may have no rows."""
    sheets = list(dict.fromkeys(sheet for one in tables.values() for sheet in one.sheet))
    files = [mapping.path(str(one)) for one in tables[""].files]
    read = [read_workbook_tables(one, sheets=sheets, may_be_empty=sheets) for one in files]
    made = {}
    for name, one in tables.items():
        parts = [book[sheet] for book in read for sheet in one.sheet]
        if parts:
            whole = one_below_the_other(parts, needed=one.needed)
            made[name] = replace(whole, files=tuple(map(_rows_of_file, parts))) if len(parts) > 1 else whole
    if "" in made and made[""].n_rows == 0:
        raise ReadError(
            tr("No case is on the sheet '{sheet}' yet.", sheet=tables[""].sheet[0]),
            tr("Fill the sheet in, save it, and run the same command again."),
        )
    return made


def _rows_of_file(part: TextTable) -> FileRows:
    import numpy as np

    return FileRows(part.source, np.array([part.row_number(place) for place in range(part.n_rows)], np.int64))


def _with_labels(read: TextTable, codebook: Path, codes: bool | Sequence[str]) -> TextTable:
    if not codebook.is_file():
        raise missing_file(codebook)
    return with_ddi(read, read_apart("ddi", codebook), codes=codes)


def _from_survey(
    one: _Table,
    paths: Sequence[Path],
    mapping: CaseMapping,
    survey: _Survey,
    encoding: str | None,
    separator: str | None,
) -> TextTable:
    data = mapping.data
    main = None
    if not one.is_main:
        files = tuple(mapping.path(str(each)) for each in one.beside)
        main = MainTable(files, data.sheet[0] if data.sheet else None, one.ids)
    # the rows of a repeat were coded by whom its submission names
    coder = () if main is None or mapping.cases.coder is None else (mapping.cases.coder,)
    return read_survey(
        paths,
        names=(*one.needed, *coder),
        sheet=one.sheet[0] if one.sheet else None,
        main=main,
        form=survey.form,
        language=data.language,
        codes=data.codes,
        encoding=encoding,
        separator=separator,
        renamed=data.renamed if one.is_main else {},
        absent=data.absent if one.is_main else (),
        files=survey.files,
    )


def _only(files: Sequence[Given]) -> str:
    """Return the address of a database, which stands alone."""
    if len(files) > 1:
        raise ReadError(
            tr("'file' names {n} addresses and files; a database stands alone.", n=len(files)),
            tr("Join the tables in one query, or export them to files."),
        )
    return str(files[0])


def _needed(mapping: CaseMapping, stage: int = 0) -> tuple[str, ...]:
    """Return the columns that the table of the cases, or a stage table, must have."""
    named = [column for column, _ in mapping.columns(stage)]
    if not mapping.stages:
        named += [
            column
            for name, part in mapping.children.items()
            if not part.apart
            for column, _ in mapping.child_columns(name)
        ]
    return tuple(dict.fromkeys(named))


def _dates(mapping: CaseMapping, stage: int = 0) -> tuple[DateColumn, ...]:
    """Return the dates that the table of the cases, or a stage table, holds."""
    found = list(mapping.dates.values())
    found += [DateColumn(column=one.notified) for one in mapping.dates.values() if one.notified is not None]
    found += [mapping.outcome.date] if mapping.outcome is not None and mapping.outcome.date is not None else []
    found += [mapping.events.date] if mapping.events is not None else []
    if mapping.stages:
        one = mapping.stages[stage]
        found += [one.date] if one.date is not None else []
        found += [one.outcome.date] if one.outcome is not None and one.outcome.date is not None else []
    found += [DateColumn(column=mapping.attributes[one].column) for one in mapping.date_attributes]
    if mapping.practice is not None:
        found += [one.date for one in mapping.practice.items.values() if one.date is not None]
    found += [date for name, part in mapping.children.items() if not part.apart for date in child_dates(name, part)]
    entry = mapping.cases.sampling.entry
    return (*found, entry) if entry is not None else tuple(found)


def _text_dates(relation: Any, dates: Sequence[DateColumn]) -> bool:
    """Whether a mapped date is a text, which only an in-memory table can read in every form."""
    types = dict(zip(relation.columns, map(str, relation.types), strict=True))
    return any(types.get(one.column) == "VARCHAR" for one in dates)


def _listed(path: Given | Sequence[Given] | None) -> list[Given]:
    if path is None:
        return []
    # A path of the caller's starts where the caller stands, not beside the mapping.
    several = [path] if isinstance(path, str | Path) else path
    return [one if is_database(one) else Path(one).absolute() for one in several]
