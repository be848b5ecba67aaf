"""Files in: csv, tsv, xlsx and parquet, chosen by their name and checked by their content; nothing is typed here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ...base.errors import MappingError, ReadError
from ...base.language import tr
from ..conversions.text import normalise
from .delimited import read_delimited
from .parquet import open_parquet, parquet_files
from .text_table import TextTable, missing_file
from .workbook import read_workbook, sheets_with_data

__all__ = [
    "TextTable",
    "is_parquet",
    "open_parquet",
    "parquet_files",
    "read_crosswalk",
    "read_text_table",
    "read_text_tables",
    "sheets_with_data",
]

_TEXT: Final = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".csv.bz2", ".tsv.bz2")
_WORKBOOK: Final = (".xlsx", ".xlsm", ".xls", ".ods")
_KNOWN: Final = "csv, tsv, csv.gz, xlsx, parquet"


def is_parquet(name: str | Path) -> bool:
    """Return whether a name stands for parquet: by its ending, or a folder or pattern of such files.

    Examples
    --------
    >>> is_parquet("cases.parquet"), is_parquet("cases/*.parquet"), is_parquet("cases.csv")
    (True, True, False)
    """
    path = Path(name)
    return path.suffix.lower() in {".parquet", ".pq"} or (path.is_dir() and any(path.rglob("*.parquet")))


def read_text_table(
    path: str | Path, *, sheet: str | None = None, encoding: str | None = None, separator: str | None = None
) -> TextTable:
    """Read a csv, tsv or xlsx file, every cell as text.

    Parameters
    ----------
    path : path
        The file; csv and tsv may be compressed with gzip or bzip2.
    sheet : str, optional
        For a workbook with several tables.
    encoding, separator : str, optional
        For a text file where they cannot be found out.

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
            tr("Databases cannot be named in a mapping yet."),
            tr("Pass a DuckDB relation or a frame to CaseData, or export the table to parquet."),
        )
    if path.is_dir():
        raise ReadError(
            tr("'{name}' is a folder, not a file.", name=path.name), tr("Known are: {known}.", known=_KNOWN)
        )
    if not path.is_file():
        raise missing_file(path)
    name = path.name.lower()
    try:
        if name.endswith(_WORKBOOK):
            return read_workbook(path, sheet=sheet)
        if name.endswith(_TEXT):
            return read_delimited(path, encoding=encoding, separator=separator)
    except PermissionError:
        raise ReadError(
            tr("'{name}' may not be read.", name=path.name),
            tr("Close it in other programs and look at the rights of the file."),
        ) from None
    raise _unknown_ending(path)


def read_text_tables(
    paths: Sequence[str | Path],
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    separator: str | None = None,
) -> TextTable:
    """Read several files with the same columns, one below the other.

    Raises
    ------
    ReadError
        As for one file; and when a column is missing in one of them.
    """
    import pyarrow as pa

    tables = [read_text_table(path, sheet=sheet, encoding=encoding, separator=separator) for path in paths]
    first, *others = tables
    if not others:
        return first
    for other in others:
        absent = sorted(set(first.columns) ^ set(other.columns))
        if absent:
            raise ReadError(
                tr(
                    "'{one}' and '{other}' do not have the same columns: '{column}' is in one of them only.",
                    one=first.source,
                    other=other.source,
                    column=absent[0],
                ),
                tr("Files that are read together need the same columns."),
            )
    whole = pa.concat_tables([one.table.select(list(first.columns)) for one in tables])
    return TextTable(
        table=whole,
        source=", ".join(one.source for one in tables),
        n_rows=whole.num_rows,
        encoding=first.encoding,
        separator=first.separator,
        sheet=first.sheet,
        notes=tuple(note for one in tables for note in one.notes),
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
            tr("Known here are: {known}.", known="csv, tsv, csv.gz, xlsx"),
        )
    return ReadError(
        tr("'{name}' is no kind of file that can be read: '{ending}'.", name=path.name, ending=path.suffix),
        tr("Known are: {known}.", known=_KNOWN),
    )
