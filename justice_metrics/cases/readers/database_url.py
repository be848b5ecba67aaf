"""Addresses of databases: what they stand for, where a file starts, and passwords that stay in the environment."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias
from urllib.parse import unquote, urlsplit

from ...base.errors import ReadError
from ...base.language import tr

Engine: TypeAlias = Literal["duckdb", "sqlite", "server"]

_URL: Final = re.compile(r"^(?P<dialect>[A-Za-z][A-Za-z0-9_]*)(?:\+[A-Za-z0-9_]+)?://")
# What only an address looks like, also where it is not written as one: "jdbc:postgresql://", "psycopg-binary".
_ALMOST: Final = re.compile(r"^\s*[A-Za-z][A-Za-z0-9_+.:-]*://")
_VARIABLE: Final = re.compile(r"\$\{(\w+)\}")
_GUARDED: Final = re.compile(r"(?:\{\s*)?\$\{\w+\}(?:\s*\})?")
# Whatever is called so, at the beginning of an option or inside another one: PWD=, access_token=, Authorization: ...
_SECRET: Final = re.compile(
    r"[\w.-]*(?:pass(?!file)|pwd|secret|token|credential(?!s_path)|authorization|(?:api|access|account|private)_?-?key"
    r"(?!_?(?:file|path)))[\w.-]*\s*[=:]\s*(?:bearer\s+|basic\s+)?(?P<value>[^&;\s]+)",
    re.IGNORECASE,
)
# A path that only a mistyped address has: a scheme before one stroke, a user before a host, a password by its name.
_MISTYPED: Final = re.compile(r"(?:pass|pwd|token|secret|key)\w*\s*=|\w{2,}:/", re.IGNORECASE)
_ENDING: Final = re.compile(
    r"\.(?:csv|tsv|txt|xls[xmb]?|ods|dta|z?sav|parquet|xes|xml|json|toml|db|sqlite3?|duckdb|gz|bz2|xz|zip)$",
    re.IGNORECASE,
)
# host:5432/database?options, in which no user stands
_NO_USER: Final = re.compile(r"[^/:@?]*(?::\d+)?/[^:@?]*\?")


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
    return isinstance(name, str) and _ALMOST.match(name) is not None


def may_hold_password(path: str | Path) -> bool:
    """Return whether the name of a file looks like a mistyped address, which no message may repeat.

    Examples
    --------
    >>> may_hold_password("postgresql:/ana:clave@host"), may_hold_password("Server=h;Pwd=clave"), may_hold_password("a.csv")
    (True, True, False)
    """  # noqa: E501
    name = Path(path).name
    return ("@" in name and not _ENDING.search(name)) or _MISTYPED.search(str(path)) is not None


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
    text = text.strip()
    refuse_secrets(text)
    found = _URL.match(text)
    if found is None:
        raise _no_address()
    dialect = found["dialect"].lower()
    if _is_file(text):
        path = _file_of(text[found.end() :], dialect)
        return DatabaseUrl("duckdb" if dialect == "duckdb" else "sqlite", dialect, path.name, folder / path)
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
    if isinstance(given, str) and is_database(given):
        return database_name(given)
    return "…" if may_hold_password(given) else Path(given).name


def refuse_secrets(text: str) -> None:
    """Refuse an address in which a password is written out.

    Raises
    ------
    ReadError
        That says where the password belongs; it is not repeated.
    """
    rest = text.partition("://")[2]
    # twice: the whole address of a driver may stand, encoded, in one option of another address
    plain = unquote(unquote(rest.replace("+", " ")))
    options = rest.partition("?")[2] if _is_file(text) else rest
    given = [found["value"] for found in _SECRET.finditer(unquote(unquote(options.replace("+", " "))))]
    if not _is_file(text) and "@" in rest and not _NO_USER.match(rest):
        # a password may hold any sign, so it ends at the last "@" only
        given.append(plain.rpartition("@")[0].partition(":")[2])
    if any(one and not _GUARDED.fullmatch(one) for one in given):
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


def _is_file(text: str) -> bool:
    """Return whether an address stands for a file, in which no user stands."""
    found = _URL.match(text)
    return found is not None and found["dialect"].lower() in {"duckdb", "sqlite"} and "+" not in found[0]


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
