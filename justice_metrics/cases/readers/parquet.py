"""Parquet: a lazy DuckDB relation over one file, several, a folder or a pattern."""

from __future__ import annotations

import re
from collections.abc import Sequence
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING

from ...base.errors import ReadError
from ...base.language import tr
from .embedded import private_connection
from .text_table import missing_file, no_rows

if TYPE_CHECKING:
    import duckdb

_MAGIC = b"PAR1"


def parquet_files(given: str | Path | Sequence[str | Path]) -> tuple[Path, ...]:
    """Return the files that a name, a folder, a pattern or several of them stand for, in order.

    Raises
    ------
    ReadError
        When there are none, or one is missing.
    """
    several = (given,) if isinstance(given, str | Path) else tuple(given)
    files: list[Path] = []
    for one in map(Path, several):
        if one.is_file():
            files.append(one)
        elif one.is_dir():
            files += sorted(path for path in one.rglob("*.parquet") if path.is_file())
        elif any(sign in one.name for sign in "*?["):
            files += sorted(Path(path) for path in glob(str(one), recursive=True) if Path(path).is_file())  # noqa: PTH207
        else:
            raise missing_file(one)
    if not files:
        raise ReadError(
            tr("'{name}' stands for no parquet file.", name=Path(several[0]).name if several else ""),
            tr("Name a file that ends in .parquet, a folder of such files, or a pattern such as cases/*.parquet."),
        )
    return tuple(files)


def open_parquet(
    given: str | Path | Sequence[str | Path], *, connection: duckdb.DuckDBPyConnection | None = None
) -> duckdb.DuckDBPyRelation:
    """Open parquet files as one relation that reads only the columns and rows that are asked of it.

    Parameters
    ----------
    given : path or sequence of paths
        A file, a folder, a pattern, or several.
    connection : DuckDB connection, optional
        A connection of its own by default; tables that are joined must share one.

    Raises
    ------
    ReadError
        When a file is missing, is not parquet, has no rows, or the files differ in their columns.
    """
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = parquet_files(given)
    for file in files:
        _refuse_other_kinds(file)
    connection = private_connection() if connection is None else connection
    try:
        # names are taken as they are: a bracket or star in a name is no pattern
        relation = connection.read_parquet([_literal(file) for file in files])
        # the foot of one file knows its rows; of several the engine must see whether they fit together
        if any("TIME ZONE" in str(kind) for kind in relation.types):
            _days_where_they_were(connection, files)
        empty = not (pq.read_metadata(files[0]).num_rows if len(files) == 1 else relation.limit(1).fetchall())
    except (duckdb.Error, pa.ArrowException, OSError):
        raise ReadError(
            tr("'{name}' cannot be read as parquet, or its files differ in their columns.", name=files[0].name),
            tr("Write the file again; files that are read together need the same columns of the same types."),
        ) from None
    if empty:
        raise no_rows(files[0].name, header=True)
    return relation


def _days_where_they_were(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
    """Let the days of moments be those of the time zone that the files name; the engine itself keeps moments only.

    Raises
    ------
    ReadError
        When columns or files name several time zones.
    """
    import pyarrow.parquet as pq

    zones = {zone for file in files for field in pq.read_schema(file) if (zone := getattr(field.type, "tz", None))}
    if len(zones) > 1:
        raise ReadError(
            tr("'{name}' holds moments of {n} time zones.", name=files[0].name, n=len(zones)),
            tr("Write days, or moments of one time zone."),
        )
    for zone in zones:
        connection.execute("SET TimeZone = ?", [zone])


def _refuse_other_kinds(file: Path) -> None:
    size = file.stat().st_size
    if size == 0:
        raise no_rows(file.name, header=False)
    with file.open("rb") as opened:
        start = opened.read(4)
        opened.seek(max(size - 4, 0))
        end = opened.read(4)
    if start == _MAGIC and end != _MAGIC:
        raise ReadError(tr("The parquet file '{name}' is not complete.", name=file.name), tr("Copy or write it again."))
    if start != _MAGIC:
        raise ReadError(
            tr("'{name}' is called parquet and is not.", name=file.name),
            tr("If it is text, give it the ending .csv; otherwise write it again."),
        )


def _literal(file: Path) -> str:
    return re.sub(r"([*?\[])", r"[\1]", str(file))
