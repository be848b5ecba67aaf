"""Files in: text, workbooks, statistics files, event logs and parquet, known by name and checked by content."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ...base.errors import MappingError, ReadError
from ...base.language import tr
from ..conversions.text import normalise
from .apart import read_apart
from .codebook import with_codebook
from .delimited import read_delimited
from .parquet import open_parquet, parquet_files
from .several import one_below_the_other
from .text_table import TextTable, missing_file
from .workbook import read_workbook, sheets_with_data
from .xes import seconds_to_read

__all__ = [
    "TextTable",
    "is_parquet",
    "is_workbook",
    "open_parquet",
    "parquet_files",
    "read_crosswalk",
    "read_text_table",
    "read_text_tables",
    "sheets_with_data",
]

_TEXT: Final = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".csv.bz2", ".tsv.bz2")
_WORKBOOK: Final = (".xlsx", ".xlsm", ".xls", ".ods")
# Formats of statistics programs, whose codes can be kept in place of their labels; with their readers.
_LABELLED: Final[Mapping[str, str]] = MappingProxyType({".dta": "stata", ".sav": "spss", ".zsav": "spss"})
_LOGS: Final = (".xes", ".xes.gz")
_KNOWN: Final = "csv, tsv, csv.gz, xlsx, xls, ods, dta, sav, xes, parquet"


def is_parquet(name: str | Path) -> bool:
    """Return whether a name stands for parquet: by its ending, or a folder or pattern of such files.

    Examples
    --------
    >>> is_parquet("cases.parquet"), is_parquet("cases/*.parquet"), is_parquet("cases.csv")
    (True, True, False)
    """
    path = Path(name)
    return path.suffix.lower() in {".parquet", ".pq"} or (path.is_dir() and any(path.rglob("*.parquet")))


def is_workbook(name: str | Path) -> bool:
    """Return whether a name stands for a workbook, which may have several sheets."""
    return str(name).lower().endswith(_WORKBOOK)


def read_text_table(
    path: str | Path,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    header: bool | None = None,
    header_row: int | None = None,
    codes: bool | Sequence[str] = False,
) -> TextTable:
    """Read a file, every cell as text.

    Parameters
    ----------
    path : path
        csv or tsv (also compressed with gzip or bzip2), xlsx, xlsm, xls, ods, dta, sav, zsav or xes.
    sheet : str, optional
        For a workbook with several tables.
    encoding, separator : str, optional
        For a text file where they cannot be found out.
    header : bool, optional
        Whether a row of a text file or sheet holds the names of its columns; else they are "column 1" and so on. A
        first row that looks like data is refused until this says what it is.
    header_row : int, optional
        Number of that row, as a spreadsheet counts, where it cannot be found out.
    codes : bool or sequence of str
        For dta and sav: keep codes in place of their labels, in all columns or those named.

    Returns
    -------
    TextTable
        Columns of strings; a blank cell is null.

    Raises
    ------
    ReadError
        When the file is missing, is not what its name says, is empty, has a header only, or its rows are ragged.
    """
    path = Path(path)
    if "://" in str(path) or str(path).lower().startswith(("postgres:", "mysql:", "sqlite:", "duckdb:")):
        raise ReadError(
            tr("A database cannot be named here: it is read as the cases, or as a table that hangs on them."),
            tr("Name a file, or export the table to csv or parquet."),
        )
    if path.is_dir():
        raise ReadError(
            tr("'{name}' is a folder, not a file.", name=path.name), tr("Known are: {known}.", known=_KNOWN)
        )
    if not path.is_file():
        raise missing_file(path)
    name = path.name.lower()
    try:
        if is_workbook(name):
            return read_workbook(path, sheet=sheet, header=header, header_row=header_row)
        if name.endswith(_TEXT):
            return read_delimited(path, encoding=encoding, separator=separator, header=header, header_row=header_row)
        if path.suffix.lower() in _LABELLED:
            kept = codes if isinstance(codes, bool) else tuple(codes)
            return read_apart(_LABELLED[path.suffix.lower()], path, encoding=encoding, codes=kept)
        if name.endswith(_LOGS):
            return read_apart("xes", path, seconds=seconds_to_read(path))
    except PermissionError:
        raise ReadError(
            tr("'{name}' may not be read.", name=path.name),
            tr("Close it in other programs and look at the rights of the file."),
        ) from None
    raise _unknown_ending(path)


def read_text_tables(
    paths: Sequence[str | Path],
    *,
    sheet: str | Sequence[str] | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    header: bool | None = None,
    header_row: int | None = None,
    codes: bool | Sequence[str] = False,
    renamed: Mapping[str, str] = MappingProxyType({}),
    absent: Collection[str] = (),
    needed: Collection[str] | None = None,
    order_declared: bool = False,
) -> TextTable:
    """Read several files, or several sheets, one below the other.

    Parameters
    ----------
    paths : sequence of path
    sheet : str or sequence of str, optional
        For workbooks; of several, each file has them all.
    encoding, separator, header, header_row, codes
        As for one file.
    renamed : mapping of str to str
        Name of a column in some files = its name in the others.
    absent : collection of str
        Columns that some files do not have; their cells are blank there.
    needed : collection of str, optional
        Columns that every file must have but for those that are ``absent``; by default all that any file has.
    order_declared : bool
        Whether somebody said if the day or the month comes first; else a file that does not show it is told.

    Raises
    ------
    ReadError
        As for one file; and when a needed column is missing in one of them.
    """
    sheets = [sheet] if sheet is None or isinstance(sheet, str) else list(sheet)
    tables = [
        with_codebook(
            read_text_table(
                path,
                sheet=one,
                encoding=encoding,
                separator=separator,
                header=header,
                header_row=header_row,
                codes=codes,
            ),
            Path(path),
        )
        for path in paths
        for one in (sheets if is_workbook(path) else sheets[:1])
    ]
    return one_below_the_other(
        tables, renamed=renamed, absent=absent, needed=needed, codes=codes, order_declared=order_declared
    )


def read_crosswalk(path: str | Path) -> dict[str, str]:
    """Read a crosswalk: a file with the columns ``from`` and ``to`` (or "de" and "a").

    Returns
    -------
    dict
        The level of each text.

    Raises
    ------
    ReadError
        When the file cannot be read.
    MappingError
        When a column is missing, or one text leads to two levels.
    """
    read = read_text_table(path)
    columns = {normalise(name): name for name in read.columns}
    source = next((columns[word] for word in ("from", "de", "desde") if word in columns), None)
    target = next((columns[word] for word in ("to", "a", "hacia") if word in columns), None)
    if source is None or target is None:
        raise MappingError.unknown_column("from" if source is None else "to", read.columns, where=read.source)
    levels: dict[str, str] = {}
    seen: dict[str, str] = {}
    for text, level in zip(read.table.column(source).to_pylist(), read.table.column(target).to_pylist(), strict=True):
        if text is None or level is None:
            continue
        if seen.setdefault(normalise(text), level) != level:
            raise MappingError(
                tr("The crosswalk '{name}' leads one text to two levels.", name=read.source),
                tr("Capitals, accents and spaces make no difference; keep one row of them."),
            )
        levels[text] = level
    return levels


def _unknown_ending(path: Path) -> ReadError:
    if is_parquet(path):
        return ReadError(
            tr("'{name}' is parquet; it is opened, not read as text.", name=path.name),
            tr("Known here are: {known}.", known="csv, tsv, csv.gz, xlsx, xls, ods, dta, sav, xes"),
        )
    return ReadError(
        tr("'{name}' is no kind of file that can be read: '{ending}'.", name=path.name, ending=path.suffix),
        tr("Known are: {known}.", known=_KNOWN),
    )
