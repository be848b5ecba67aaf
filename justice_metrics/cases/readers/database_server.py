"""Databases on a server, through SQLAlchemy: opened to be read, streamed, and never told of by host or user."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...base.errors import MissingExtraError, ReadError
from ...base.language import tr
from .database_errors import bad_query, by_utc, may_write, no_read_only, no_select, one_of, unknown_zone
from .database_query import begins_as_select, word_of_writing
from .database_url import DatabaseUrl, filled_in
from .text_rows import TextRows
from .text_table import TextTable

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_BATCH: Final = 10_000
# How each server is told that this transaction only reads.
_READ_ONLY: Final = {
    "postgresql": "SET TRANSACTION READ ONLY",
    "mysql": "SET TRANSACTION READ ONLY",
    "mariadb": "SET TRANSACTION READ ONLY",
    "oracle": "SET TRANSACTION READ ONLY",
    "sqlite": "PRAGMA query_only = ON",
}
_SYSTEM: Final = frozenset({"information_schema", "pg_catalog", "pg_toast", "mysql", "performance_schema", "sys"})


def read_server(
    url: DatabaseUrl, *, table: str | None = None, query: str | None = None, time_zone: str | None = None
) -> TextTable:
    """Read a table, a view or the answer to a query from a server, every cell as text.

    Parameters
    ----------
    url : DatabaseUrl
        Where the server is; the password comes from the environment.
    table : str, optional
        Name of a table or view, with its schema where it is not the usual one.
    query : str, optional
        One SELECT in its place.
    time_zone : str, optional
        By whose clocks moments with a time zone are read.

    Raises
    ------
    MissingExtraError
        When SQLAlchemy is not installed.
    ReadError
        When the server cannot be reached, the table is not there, or the query is not one that reads.
    """
    if query is not None:
        word = word_of_writing(query)
        if not begins_as_select(query) or word == ";":
            raise no_select(url.name)
        if word is not None:
            raise may_write(url.name, word)
    engine = _engine(url)
    try:
        return _read(engine, url, table, query, time_zone)
    finally:
        engine.dispose()


def _read(engine: Engine, url: DatabaseUrl, table: str | None, query: str | None, time_zone: str | None) -> TextTable:
    import sqlalchemy as sql

    zone = _zone(time_zone)
    tables: Mapping[str, tuple[str | None, str]] = {}
    with _connected(engine, url) as connection:
        # nothing is ever committed: closing the connection takes back whatever a query might have done
        try:
            unguarded = not _only_reading(connection)
            asked: Any
            if query is None:
                tables = _tables(connection)
                chosen = one_of(tuple(tables), table, source=url.name)
                schema, plain = tables[chosen]
                name = f"{url.name}, {chosen}"
                named = sql.table(
                    sql.quoted_name(plain, quote=True), schema=sql.quoted_name(schema, quote=True) if schema else None
                )
                asked = sql.select(sql.text("*")).select_from(named)
            else:
                # a colon is part of the query, not the mark of a value to be filled in
                name, asked = url.name, sql.text(query.replace(":", "\\:"))
            streamed = connection.execution_options(stream_results=True, max_row_buffer=_BATCH)
            with streamed.execute(asked) as answer:
                rows = TextRows([str(one) for one in answer.keys()], zone=zone)  # noqa: SIM118 (it is no mapping)
                for batch in answer.partitions(_BATCH):
                    rows.add(batch)
        except (sql.exc.SQLAlchemyError, UnicodeDecodeError):
            raise bad_query(url.name, tuple(tables), query=query is not None) from None
    moments = rows.n_moments if time_zone is None else 0
    notes = (by_utc(moments),) if moments else ()
    return rows.table(name, notes=(*notes, no_read_only()) if query is not None and unguarded else notes)


def _engine(url: DatabaseUrl) -> Engine:
    try:
        import sqlalchemy as sql
    except ImportError:
        raise MissingExtraError.named("sqlalchemy", "databases") from None
    try:
        whole = sql.make_url(url.url)
        filled = whole.set(
            username=filled_in(whole.username),
            password=filled_in(str(whole.password)) if whole.password is not None else None,
            host=filled_in(whole.host),
            database=filled_in(whole.database),
            query={key: _each(value) for key, value in whole.query.items()},
        )
        return sql.create_engine(filled)
    except ImportError:
        raise _no_driver(url) from None
    except sql.exc.NoSuchModuleError:
        raise _no_driver(url) from None
    except (sql.exc.SQLAlchemyError, ValueError, TypeError):
        raise ReadError(
            tr("The address of the database is not written as one."),
            tr("Write {example}.", example="postgresql+psycopg://user:${NAME}@host:5432/database"),
        ) from None


def _each(value: str | tuple[str, ...]) -> str | tuple[str, ...]:
    return filled_in(value) or "" if isinstance(value, str) else tuple(filled_in(one) or "" for one in value)


def _no_driver(url: DatabaseUrl) -> ReadError:
    return ReadError(
        tr("No driver for the database '{dialect}' is installed.", dialect=url.dialect),
        tr(
            "Install the one that it needs and name it in the address, such as pip install 'psycopg[binary]' for "
            "{example}; or export the table to csv or parquet.",
            example="postgresql+psycopg://…",
        ),
    )


def _connected(engine: Engine, url: DatabaseUrl) -> Connection:
    import sqlalchemy as sql

    try:
        return engine.connect()
    except (sql.exc.SQLAlchemyError, OSError, UnicodeError):
        # what the driver says holds host and user
        raise ReadError(
            tr("The database '{name}' cannot be reached, or refuses the user.", name=url.name),
            tr("Check address, user, password and network with a program for this database."),
        ) from None


def _only_reading(connection: Connection) -> bool:
    """Tell the server that this transaction only reads; return whether it knows such a thing."""
    import sqlalchemy as sql

    statement = _READ_ONLY.get(connection.dialect.name)
    if statement is None:
        return False
    connection.execute(sql.text(statement))
    return True


def _tables(connection: Connection) -> Mapping[str, tuple[str | None, str]]:
    """Return the tables and views, by the name that a mapping calls them: those of other schemas with the schema."""
    import sqlalchemy as sql

    looked = sql.inspect(connection)
    usual = looked.default_schema_name
    schemas: list[str | None] = [None]
    with suppress(NotImplementedError):
        schemas += [one for one in looked.get_schema_names() if one != usual and one not in _SYSTEM]
    found: dict[str, tuple[str | None, str]] = {}
    for schema in schemas:
        names = [*looked.get_table_names(schema)]
        with suppress(NotImplementedError):
            names += looked.get_view_names(schema)
        found.update({(f"{schema}.{name}" if schema else name): (schema, name) for name in sorted(names)})
    return found


def _zone(time_zone: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(time_zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise unknown_zone(time_zone or "UTC") from None
