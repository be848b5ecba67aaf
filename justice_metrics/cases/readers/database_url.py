"""Addresses of databases: what they stand for, where a file starts, and passwords that stay in the environment."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

from ...base.errors import ReadError
from ...base.language import tr

Engine: TypeAlias = Literal["duckdb", "sqlite", "server"]

_URL: Final = re.compile(r"^(?P<dialect>[A-Za-z][A-Za-z0-9_]*)(?:\+[A-Za-z0-9_]+)?://")
_VARIABLE: Final = re.compile(r"\$\{(\w+)\}")
_SECRETS: Final = frozenset({"password", "passwd", "pwd", "secret", "token", "sslpassword"})


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """The address of a database.

    Attributes
    ----------
    engine : {"duckdb", "sqlite", "server"}
        Who reads it: two kinds of file, or a server.
    dialect : str
        First word of the address, such as postgresql.
    name : str
        What messages and provenance call it: never host, user or password.
    path : Path, optional
        For a file.
    url : str
        The address as it was written; for a server only. It holds no password, but the name of a variable with it.
    """

    engine: Engine
    dialect: str
    name: str
    path: Path | None = None
    url: str = ""

    def __repr__(self) -> str:
        """Show no address: user and host stand in it."""
        return f"DatabaseUrl({self.name!r})"


def is_database(name: object) -> bool:
    """Return whether a name is the address of a database.

    Examples
    --------
    >>> is_database("duckdb:///casos.duckdb"), is_database("postgresql://ana@host/casos"), is_database("casos.csv")
    (True, True, False)
    """
    return isinstance(name, str) and _URL.match(name) is not None


def database_url(text: str, *, folder: Path) -> DatabaseUrl:
    """Take an address apart.

    Parameters
    ----------
    text : str
        ``duckdb:///file``, ``sqlite:///file`` (four strokes for a path from the root), or that of a server.
    folder : Path
        Where the name of a file starts.

    Raises
    ------
    ReadError
        When it names no file, or a password stands in it.
    """
    found = _URL.match(text)
    if found is None:
        raise _no_address()
    dialect = found["dialect"].lower()
    if dialect in {"duckdb", "sqlite"} and "+" not in found[0]:
        path = _file_of(text[found.end() :], dialect)
        return DatabaseUrl("duckdb" if dialect == "duckdb" else "sqlite", dialect, path.name, folder / path)
    refuse_secrets(text)
    try:
        database = unquote(urlsplit(text).path).rpartition("/")[2]
    except ValueError:
        raise _no_address() from None
    name = f"{dialect}: {database}" if database and not _VARIABLE.search(database) else dialect
    return DatabaseUrl("server", dialect, name, url=text)


def database_name(text: str) -> str:
    """Return what messages and provenance call a database.

    Examples
    --------
    >>> database_name("sqlite:///datos/casos.db"), database_name("postgresql://ana:${CLAVE}@10.0.0.1:5432/casos")
    ('casos.db', 'postgresql: casos')
    """
    return database_url(text, folder=Path()).name


def source_name(given: str | Path) -> str:
    """Return what provenance calls a file or a database: no folder, no host, no user.

    Examples
    --------
    >>> source_name("datos/casos.csv"), source_name("postgresql://ana@10.0.0.1/casos")
    ('casos.csv', 'postgresql: casos')
    """
    return database_name(given) if isinstance(given, str) and is_database(given) else Path(given).name


def refuse_secrets(text: str) -> None:
    """Refuse an address in which a password is written out.

    Raises
    ------
    ReadError
        That says where the password belongs; it is not repeated.
    """
    try:
        parts = urlsplit(text)
        given = [parts.password, *[value for key, value in parse_qsl(parts.query) if key.casefold() in _SECRETS]]
    except ValueError:
        raise _no_address() from None
    if any(one and not _VARIABLE.fullmatch(unquote(one)) for one in given):
        raise ReadError(
            tr("A password stands in the address of the database, where everybody who opens the mapping reads it."),
            tr(
                "Put it into an environment variable and write its name in the address: {example}",
                example="postgresql://user:${NAME}@host/database",
            ),
        )


def filled_in(text: str | None) -> str | None:
    """Put the values of environment variables in the place of their names.

    Raises
    ------
    ReadError
        When a variable is not set; its name is told.
    """
    if text is None:
        return None

    def value(found: re.Match[str]) -> str:
        held = os.environ.get(found[1])
        if not held:
            raise ReadError(
                tr(
                    "The address of the database needs the environment variable {name}, which is not set.",
                    name=found[1],
                ),
                tr("Set it before you start the program; its value is never written anywhere."),
            )
        return held

    return _VARIABLE.sub(value, text)


def _file_of(rest: str, dialect: str) -> Path:
    name = unquote(rest.partition("?")[0])
    if not name.startswith("/") or not name.strip("/") or ":memory:" in name:
        raise ReadError(
            tr("The address of the database names no file."),
            tr("Write {example} for a file beside the mapping.", example=f"{dialect}:///cases.{dialect}"),
        )
    return Path(name[1:])


def _no_address() -> ReadError:
    return ReadError(
        tr("The address of the database is not written as one."),
        tr(
            "Write {example} for a file beside the mapping.",
            example="duckdb:///cases.duckdb, sqlite:///cases.sqlite, postgresql://user:${NAME}@host/database",
        ),
    )
