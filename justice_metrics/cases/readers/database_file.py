"""Databases that are one file, DuckDB and SQLite: opened to be read, with nothing else within reach of a query.

Both functions run in the child process of :mod:`justice_metrics.cases.readers.apart`.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from ...base.language import Message, trn
from .database_errors import (
    bad_query,
    by_utc,
    no_database,
    no_select,
    one_of,
    open_elsewhere,
    quoted,
    unknown_zone,
)
from .database_query import begins_as_select
from .text_rows import TextRows, nothing_readable, table_of_columns, trimmed
from .text_table import TextTable, no_rows
from .typed_numbers import all_typed

if TYPE_CHECKING:
    import duckdb

_BATCH: Final = 20_000
_SQLITE: Final = b"SQLite format 3\x00"
_DUCKDB: Final = b"DUCK"
_DUCKDB_TABLES: Final = (
    "SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = current_database() "
    "ORDER BY table_schema <> 'main', table_schema, table_name"
)
_SQLITE_TABLES: Final = (
    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite~_%' ESCAPE '~' "
    "ORDER BY name"
)
# Types of DuckDB that are single values; the others are left out by name.
_TEXT_TYPES: Final = re.compile(
    r"(VARCHAR|ENUM|UUID|DATE|TIME|TIMESTAMP|DECIMAL|U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|BIGNUM|VARINT|JSON|BIT)\b"
)
_WITH_FRACTIONS: Final = re.compile(r"(DOUBLE|FLOAT|REAL|DECIMAL)\b(?!.*\])")
_ZONED: Final = "TIMESTAMP WITH TIME ZONE"
_READING: Final = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE})


def read_duckdb(
    path: Path, *, table: str | None = None, query: str | None = None, time_zone: str | None = None
) -> TextTable:
    """Read a table, a view or the answer to a query from a DuckDB file, every cell as text.

    Parameters
    ----------
    path : Path
        The file.
    table : str, optional
        Name of a table or view, with its schema where that is not ``main``; not needed where there is only one.
    query : str, optional
        One SELECT in its place. It sees this file and nothing else.
    time_zone : str, optional
        By whose clocks moments with a time zone are read; by those of UTC without it, and a note says so.

    Raises
    ------
    ReadError
        When the file is no DuckDB database, the table is not there, or the query is not one that reads.
    """
    import duckdb

    _refuse_other_kinds(path, _DUCKDB, at=8)
    try:
        connection = duckdb.connect(str(path), read_only=True, config={"enable_external_access": "false", "threads": 1})
    except duckdb.IOException as error:
        raise (open_elsewhere if "lock" in str(error).casefold() else no_database)(path.name) from None
    except duckdb.Error:
        raise no_database(path.name) from None
    with connection:
        try:
            connection.execute("SET enable_progress_bar = false")
            tables = [(str(schema), str(name)) for schema, name in connection.execute(_DUCKDB_TABLES).fetchall()]
        except duckdb.Error:
            raise no_database(path.name) from None
        _set_zone(connection, time_zone)
        connection.execute("SET lock_configuration = true")
        called = {name if schema == "main" else f"{schema}.{name}": (schema, name) for schema, name in tables}
        try:
            if query is not None:
                return _duckdb_answer(_duckdb_query(connection, query, path.name), path.name, time_zone)
            chosen = one_of(tuple(called), table, source=path.name)
            schema, name = called[chosen]
            relation = connection.sql(f"SELECT * FROM {quoted(schema)}.{quoted(name)}")  # noqa: S608 (of the catalogue)
            return _duckdb_answer(relation, f"{path.name}: {chosen}", time_zone)
        except (duckdb.Error, UnicodeDecodeError):
            raise bad_query(path.name, tuple(called), query=query is not None) from None


def read_sqlite(path: Path, *, table: str | None = None, query: str | None = None) -> TextTable:
    """Read a table, a view or the answer to a query from an SQLite file, every cell as text.

    Parameters
    ----------
    path : Path
        The file.
    table : str, optional
        Name of a table or view; not needed where there is only one.
    query : str, optional
        One SELECT in its place.

    Raises
    ------
    ReadError
        When the file is no SQLite database, is in use, the table is not there, or the query is not one that reads.

    Notes
    -----
    SQLite has no dates: what a program wrote as text is read as text, and a number of seconds stays a number.
    """
    _refuse_other_kinds(path, _SQLITE, at=0)
    for ending in ("-wal", "-journal"):
        beside = path.with_name(path.name + ending)
        if beside.exists() and beside.stat().st_size:
            raise open_elsewhere(path.name)
    broken: Counter[str] = Counter()

    def decoded(raw: bytes) -> str:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            broken["cells"] += 1
            return raw.decode("cp1252", "replace")

    # Nobody writes any more, so no lock and no file beside it is needed.
    connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1", uri=True)
    connection.text_factory = decoded
    tables: tuple[str, ...] = ()
    try:
        tables = tuple(str(name) for (name,) in connection.execute(_SQLITE_TABLES))
        if query is None:
            chosen = one_of(tables, table, source=path.name)
            name, asked = f"{path.name}: {chosen}", f"SELECT * FROM {quoted(chosen)}"  # noqa: S608 (of the catalogue)
        elif begins_as_select(query):
            name, asked = path.name, query
        else:
            raise no_select(path.name)
        connection.set_authorizer(_only_reading)
        answer = connection.execute(asked)
        rows = TextRows([str(one[0]) for one in answer.description])
        while batch := answer.fetchmany(_BATCH):
            rows.add(batch)
    except (sqlite3.Error, sqlite3.Warning):
        raise (bad_query(path.name, tables, query=query is not None) if tables else no_database(path.name)) from None
    finally:
        connection.close()
    return rows.table(name, notes=_letters(broken["cells"]))


def _duckdb_query(connection: duckdb.DuckDBPyConnection, query: str, name: str) -> duckdb.DuckDBPyRelation:
    import duckdb

    statements = connection.extract_statements(query)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise no_select(name)
    return connection.sql(query)


def _duckdb_answer(relation: duckdb.DuckDBPyRelation, name: str, time_zone: str | None) -> TextTable:
    kinds = [str(one).upper() for one in relation.types]
    given = [str(one) for one in relation.columns]
    # columns by their place: two of a query may have one name
    texts = {place: text for place, kind in enumerate(kinds) if (text := _as_text(f"#{place + 1}", kind))}
    if not texts:
        raise nothing_readable(name)
    moments = sum(kinds[place] == _ZONED for place in texts)
    projected = relation.project(", ".join(f"{text} AS c{place}" for place, text in texts.items()))
    return table_of_columns(
        trimmed(projected.to_arrow_table()).columns,
        [given[place] for place in texts],
        name,
        left_out=[one for place, one in enumerate(given) if place not in texts],
        notes=(by_utc(moments),) if moments and time_zone is None else (),
        written=[all_typed() if _WITH_FRACTIONS.match(kinds[place]) else None for place in texts],
    )


def _as_text(column: str, kind: str) -> str | None:
    """Return the expression that writes a column down; None for what is no single value."""
    text = f"CAST({column} AS VARCHAR)"
    if kind in {"DOUBLE", "FLOAT", "REAL"}:
        # an id that a spreadsheet made a number of is written without a point
        whole = f"isfinite({column}) AND {column} = trunc({column}) AND abs({column}) < 9007199254740992"
        number = f"CASE WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE {text} END"
        return f"CASE WHEN NOT isnan({column}) THEN {number} END"
    if kind == "BOOLEAN":
        return f"CASE {column} WHEN true THEN 'TRUE' WHEN false THEN 'FALSE' END"
    if kind.startswith("TIMESTAMP") and kind != _ZONED:
        midnight = f"{column} = date_trunc('day', {column})"
        return f"CASE WHEN {midnight} THEN CAST(CAST({column} AS DATE) AS VARCHAR) ELSE {text} END"
    # an array is called by the name of its type, with brackets behind
    return text if _TEXT_TYPES.match(kind) and not kind.endswith("]") else None


def _set_zone(connection: duckdb.DuckDBPyConnection, time_zone: str | None) -> None:
    import duckdb

    zone = (time_zone or "UTC").replace("'", "''")  # no parameter may stand in this statement
    try:
        connection.execute(f"SET TimeZone = '{zone}'")
    except duckdb.Error:
        if time_zone is not None:
            raise unknown_zone(time_zone) from None


def _only_reading(action: int, first: str | None, second: str | None, *_: object) -> int:
    """Let SQLite look at tables and compute, and do nothing else: no attaching, no settings, no extensions."""
    if action in _READING or (action == sqlite3.SQLITE_FUNCTION and second != "load_extension"):
        return sqlite3.SQLITE_OK
    del first
    return sqlite3.SQLITE_DENY


def _refuse_other_kinds(path: Path, magic: bytes, *, at: int) -> None:
    with path.open("rb") as file:
        start = file.read(at + len(magic))
    if not start:
        raise no_rows(path.name, header=False)
    if start[at:] != magic:
        raise no_database(path.name)


def _letters(n: int) -> tuple[Message, ...]:
    if not n:
        return ()
    return (
        trn(
            "{n} text of the database was not in UTF-8 and was read as Windows-1252.",
            "{n} texts of the database were not in UTF-8 and were read as Windows-1252.",
            n,
        ),
    )
