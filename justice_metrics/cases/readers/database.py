"""The door for databases: which engine an address stands for, and what is read through it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from .apart import read_apart
from .database_server import read_server
from .database_url import database_url
from .text_table import TextTable, missing_file

_SECONDS: Final = 60.0
_SECONDS_PER_MEBIBYTE: Final = 4.0
_MOST_SECONDS: Final = 1800.0


def read_database(
    address: str,
    *,
    folder: Path,
    table: str | None = None,
    query: str | None = None,
    time_zone: str | None = None,
) -> TextTable:
    """Read a table, a view or the answer to a query from a database, every cell as text.

    Parameters
    ----------
    address : str
        ``duckdb:///casos.duckdb``, ``sqlite:///casos.sqlite``, or an address that SQLAlchemy knows, such as
        ``postgresql+psycopg://user:${NAME}@host/database``; ``${NAME}`` is an environment variable.
    folder : Path
        Where the name of a file starts.
    table : str, optional
        Name of a table or view; not needed where there is only one.
    query : str, optional
        One SELECT in its place.
    time_zone : str, optional
        By whose clocks moments with a time zone are read, such as ``America/La_Paz``.

    Returns
    -------
    TextTable
        Dates in ISO order, decimals with all their digits.

    Raises
    ------
    ReadError
        When the address is wrong, the database cannot be read, or the table is not there; no message holds host,
        user, password or what a query asks.
    MissingExtraError
        When the database is on a server and SQLAlchemy is not installed.
    """
    url = database_url(address, folder=folder)
    if url.path is None:
        return read_server(url, table=table, query=query, time_zone=time_zone)
    if not url.path.is_file():
        raise missing_file(url.path)
    # A query may compute as long as it needs; a damaged table must not keep anybody waiting.
    seconds = _MOST_SECONDS if query is not None else _seconds(url.path)
    if url.engine == "duckdb":
        return read_apart("duckdb", url.path, seconds=seconds, table=table, query=query, time_zone=time_zone)
    return read_apart("sqlite", url.path, seconds=seconds, table=table, query=query)


def _seconds(path: Path) -> float:
    """Return how long reading a table may take; a view computes, so more than for other files."""
    return min(_MOST_SECONDS, _SECONDS + path.stat().st_size / (1 << 20) * _SECONDS_PER_MEBIBYTE)
