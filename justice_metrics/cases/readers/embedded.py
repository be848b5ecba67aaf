"""The embedded engine: a private database in this process, for files and for frames that are in memory already."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import narwhals.stable.v2 as nw

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


_PREFIX: Final = "justice_metrics-"


def private_connection() -> duckdb.DuckDBPyConnection:
    """Open a database in memory; what does not fit there goes to a private folder that is deleted at the end.

    Its own choice would be a folder in which the person stands, readable by everybody and left there after a crash.
    """
    import duckdb

    opened = duckdb.connect(config={"temp_directory": spill_folder()})
    # the day of a moment with a time zone must not hang on the clock of the machine
    opened.execute("SET TimeZone = 'UTC'")
    return opened


@cache
def spill_folder() -> str:
    """Return the folder for what does not fit into memory: this process's own, readable by its owner only."""
    _remove_stale()
    folder = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _remove_stale() -> None:
    """Remove what processes left behind that were killed: it can hold rows."""
    if os.name == "nt":  # there a process cannot be asked whether it lives without ending it
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        number = folder.name.removeprefix(_PREFIX).split("-")[0]
        with suppress(OSError):
            if number.isdigit() and folder.stat().st_uid == os.getuid() and not _lives(int(number)):
                shutil.rmtree(folder, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


class Embedded:
    """A private in-process database for files and in-memory frames; tables made here can be joined."""

    def __init__(self) -> None:
        self._tables = 0

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection, opened when the first table is looked at."""
        import duckdb

        opened = private_connection()
        # A bar on standard output would stand in the middle of a table that somebody pipes on.
        # A notebook without ipywidgets draws none, and there the engine refuses even to switch it off.
        with suppress(duckdb.InvalidInputException):
            opened.execute("SET enable_progress_bar = false")
        return opened

    def table(self, arrow: pa.Table) -> nw.LazyFrame[Any]:
        """Return an Arrow table as a lazy frame, without a copy."""
        return nw.from_native(self.connection.from_arrow(arrow))

    def kept(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Return a frame of this engine computed once, so that the next questions do not derive it again."""
        self._tables += 1
        name = f"kept_{self._tables}"
        frame.to_native().create(name)
        return nw.from_native(self.connection.table(name))


@dataclass(frozen=True, eq=False)
class DayFrame:
    """A relation of the embedded engine whose dates are day numbers already."""

    native: Any
    columns: frozenset[str]


def with_day_numbers(relation: duckdb.DuckDBPyRelation) -> DayFrame:
    """Turn the dates of a relation into day numbers in the engine's own words, with less work than the common ones."""
    dates = [name for name, kind in zip(relation.columns, relation.types, strict=True) if _is_date(str(kind))]
    if not dates:
        return DayFrame(relation, frozenset())
    quoted = {name: '"' + name.replace('"', '""') + '"' for name in dates}
    changed = ", ".join(f"(CAST({one} AS DATE) - DATE '1970-01-01')::INTEGER AS {one}" for one in quoted.values())
    return DayFrame(relation.project(f"* REPLACE ({changed})"), frozenset(dates))


def _is_date(kind: str) -> bool:
    return kind == "DATE" or kind.startswith("TIMESTAMP")
