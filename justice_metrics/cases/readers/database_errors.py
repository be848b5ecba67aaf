"""What goes wrong with a database, and which of its tables was meant.

No message repeats what an engine says: a query, a value or an address can stand in that.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...base.errors import ReadError, suggestion
from ...base.language import Message, tr, trn


def quoted(name: str) -> str:
    """Return a name of the catalogue as SQL takes it literally.

    Examples
    --------
    >>> print(quoted("casos 2018"))
    "casos 2018"
    """
    return '"' + name.replace('"', '""') + '"'


def one_of(tables: Sequence[str], table: str | None, *, source: str) -> str:
    """Return the table that is meant: the one that is named, or the only one.

    Raises
    ------
    ReadError
        When it is not there, or several could be meant.
    """
    if table is not None:
        found = [one for one in tables if one == table] or [one for one in tables if one.casefold() == table.casefold()]
        if found:
            return found[0]
        raise ReadError(
            tr("The database '{name}' has no table '{table}'.", name=source, table=table),
            suggestion(table, tuple(tables)) if tables else None,
        )
    if len(tables) == 1:
        return tables[0]
    if not tables:
        raise ReadError(
            tr("The database '{name}' has no table.", name=source), tr("Check that the right database was named.")
        )
    raise ReadError(
        tr("The database '{name}' has {n} tables, and the mapping names none.", name=source, n=len(tables)),
        tr('Say which: table = "{first}". There are: {listed}.', first=tables[0], listed=_listed(tables)),
    )


def no_select(source: str) -> ReadError:
    """Build the error for a query that does more than read."""
    return ReadError(
        tr("The query for '{name}' is not one SELECT.", name=source),
        tr("A mapping only reads: write one SELECT, without a second statement behind it."),
    )


def may_write(source: str, word: str) -> ReadError:
    """Build the error for a query with a word that may do more than read."""
    return ReadError(
        tr("The query for '{name}' holds '{word}', with which more can be done than reading.", name=source, word=word),
        tr("Leave it out; or make a view of the query in the database, and name that as the table."),
    )


def no_read_only() -> Message:
    """Say that a server knows no transaction that only reads, so that the rights of the user are what protects it."""
    return tr(
        "The server of the database knows no transaction that only reads: its user should have the right to read, and "
        "no other."
    )


def bad_query(source: str, tables: Sequence[str], *, query: bool) -> ReadError:
    """Build the error for what an engine refused."""
    if not query:
        return ReadError(
            tr("The table cannot be read from the database '{name}'.", name=source),
            tr("Look at it in the program that made it; it may be a view of something that is not there any more."),
        )
    listed = tr(" There are the tables: {listed}.", listed=_listed(tables)) if tables else ""
    return ReadError(
        tr("The database '{name}' refuses the query.", name=source),
        tr(
            "Try the query in a program for this database: a table or column may be called otherwise, or lie out of "
            "reach.{tables}",
            tables=listed,
        ),
    )


def no_database(source: str) -> ReadError:
    """Build the error for a file that is no sound database of the kind that the address says."""
    return ReadError(
        tr("'{name}' is no database of the kind that its address says, or it is damaged.", name=source),
        tr("Open it in the program that made it, and export the table as csv or parquet if it cannot be mended."),
    )


def open_elsewhere(source: str) -> ReadError:
    """Build the error for a database in which another program is writing."""
    return ReadError(
        tr("The database '{name}' is open in another program, or was not closed properly.", name=source),
        tr("Close it there and try again, or make a copy with that program and name the copy."),
    )


def by_utc(n: int) -> Message:
    """Say that moments were read by the clocks of UTC, where an evening belongs to the next day."""
    return trn(
        "{n} column holds moments with a time zone, which were read by the clocks of UTC; set time_zone in [data] to "
        "read them by those of the office.",
        "{n} columns hold moments with a time zone, which were read by the clocks of UTC; set time_zone in [data] to "
        "read them by those of the office.",
        n,
    )


def unknown_zone(zone: str) -> ReadError:
    """Build the error for a time zone that nobody knows."""
    return ReadError(tr("'{zone}' is no time zone.", zone=zone), tr("Write it as {example}.", example="America/La_Paz"))


def _listed(tables: Sequence[str]) -> str:
    return ", ".join(tables[:20]) + (" …" if len(tables) > 20 else "")
