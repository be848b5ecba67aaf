"""Event logs in XES, the XML of process mining: one row per event, with the attributes of its trace beside it.

The file is read as a stream, so its size does not matter for memory; only the cells that it holds do. A file that
declares entities of its own is refused before any of them is looked at.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final
from xml.parsers import expat

from ...base.errors import ReadError
from ...base.language import Message, tr, trn
from .text_table import TextTable, no_rows

# What an attribute of the trace is called, as other programs of the field do.
TRACE: Final = "case:"
# Place of an event within its trace: it settles the order of events of one day.
NUMBER: Final = "event:number"

_SIMPLE: Final = frozenset({"string", "date", "int", "float", "boolean", "id"})
_NESTING: Final = frozenset({"list", "container", "values"})
# A time of day by UTC; midnight stands for a day alone.
_BY_UTC: Final = re.compile(r"T(?!00:00(?::00(?:\.0+)?)?(?:Z|[+-]00:?00)$)[\d:.]+(?:Z|[+-]00:?00)$")
_CHUNK: Final = 1 << 16
_BLOCK: Final = 50_000
# A log of 560,000 events shrinks to a fiftieth; what shrinks much more holds nothing but repetition.
_SMALL: Final = 100 << 20
_MOST_RATIO: Final = 250
# Seconds for any log, and for each MiB; some ten times what an idle machine needs.
_SECONDS: Final = 9.0
_SECONDS_PLAIN: Final = 1.0
_SECONDS_COMPRESSED: Final = 40.0
_MOST_SECONDS: Final = 1800.0
_DEEPEST: Final = 100
_MOST_COLUMNS: Final = 500
_GZIP: Final = b"\x1f\x8b"


def is_xes(name: str | Path) -> bool:
    """Return whether a name stands for an event log in XES.

    Examples
    --------
    >>> is_xes("log.xes"), is_xes("log.xes.gz"), is_xes("log.xml")
    (True, True, False)
    """
    return str(name).lower().endswith((".xes", ".xes.gz"))


def seconds_to_read(path: Path) -> float:
    """Return how long reading a log may take: by its size, which compression makes fifty times smaller.

    Parameters
    ----------
    path : Path
        The file.
    """
    mebibytes = path.stat().st_size / (1 << 20)
    return min(
        _SECONDS + mebibytes * (_SECONDS_COMPRESSED if path.suffix.lower() == ".gz" else _SECONDS_PLAIN), _MOST_SECONDS
    )


def read_xes(path: Path) -> TextTable:
    """Read an event log, every attribute as text.

    Parameters
    ----------
    path : Path
        A file in XES, plain or compressed with gzip.

    Returns
    -------
    TextTable
        One row per event, in the order of the log. Attributes of the trace are called ``case:concept:name`` and so on,
        those of the event as in the file (``concept:name``, ``time:timestamp``). ``event:number`` counts the events of
        a trace.

    Raises
    ------
    ReadError
        When the file is no XES, is damaged, declares entities, holds no event, or would fill memory.

    Notes
    -----
    Attributes that hold further attributes, lists and containers are left out and counted; global attributes and
    classifiers describe a log and are no data.

    References
    ----------
    IEEE Std 1849: eXtensible Event Stream (XES).

    Examples
    --------
    >>> import pathlib, tempfile
    >>> cells = '<string key="concept:name" value="Denuncia"/><date key="time:timestamp" value="2018-04-30"/>'
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder) / "log.xes"
    ...     _ = file.write_text(f"<log><trace><event>{cells}</event></trace></log>")
    ...     read_xes(file).columns
    ('event:number', 'concept:name', 'time:timestamp')
    """
    log = _Log(path.name)
    try:
        with path.open("rb") as raw:
            start = raw.read(2)
            raw.seek(0)
            if not start:
                raise no_rows(path.name, header=False)
            compressed = start == _GZIP
            opened: Any = gzip.GzipFile(fileobj=raw) if compressed else raw
            for chunk in _chunks(opened, path, limited=compressed):
                log.feed(chunk)
            log.feed(b"", last=True)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise _damaged(path.name) from None
    return log.table()


def _chunks(file: IO[bytes], path: Path, *, limited: bool) -> Iterator[bytes]:
    """Give out the file by pieces; what comes out of an archive is counted, as a bomb does not say its size."""
    most = max(_SMALL, _MOST_RATIO * path.stat().st_size)
    so_far = 0
    while chunk := file.read(_CHUNK):
        so_far += len(chunk)
        if limited and so_far > most:
            raise ReadError(
                tr("The archive '{name}' would take more memory than an event log can need.", name=path.name),
                tr("Unpack it and look at what is in it."),
            )
        yield chunk


class _Log:
    """The events of a log while it is parsed; finished blocks of rows are kept as Arrow."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._open: list[str] = []
        self._trace: dict[str, str] = {}
        self._event: dict[str, str] = {}
        self._events: list[dict[str, str]] = []
        self._columns: dict[str, list[str | None]] = {}
        self._texts: dict[str, str] = {}
        self._blocks: list[Any] = []
        self._n_rows = 0
        self._in_block = 0
        self._n_nested = 0
        self._n_repeated = 0
        self._n_empty = 0
        self._n_utc = 0

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        """Parse a piece of the file."""
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError:
            raise _damaged(self._name) from None

    def table(self) -> TextTable:
        """Return what was read."""
        import pyarrow as pa

        self._finish_block()
        if not self._n_rows:
            raise ReadError(
                tr("The event log '{name}' holds no event.", name=self._name),
                tr("Export the log again, with the cases."),
            )
        names = {name: None for block in self._blocks for name in block.column_names}
        leading = [name for name in names if name.startswith(TRACE)]
        ordered = [*leading, NUMBER, *[name for name in names if name not in leading and name != NUMBER]]
        blocks = [_with_columns(block, ordered) for block in self._blocks]
        return TextTable(table=pa.concat_tables(blocks), source=self._name, n_rows=self._n_rows, notes=self._notes())

    def _notes(self) -> tuple[Message, ...]:
        notes = []
        if self._n_nested:
            notes.append(
                trn(
                    "{n} attribute inside another one, or in a list, was left out.",
                    "{n} attributes inside other ones, or in lists, were left out.",
                    self._n_nested,
                )
            )
        if self._n_repeated:
            notes.append(
                trn(
                    "{n} attribute stands twice in one event or trace; the first was kept.",
                    "{n} attributes stand twice in one event or trace; the first was kept.",
                    self._n_repeated,
                )
            )
        if self._n_empty:
            notes.append(trn("{n} trace holds no event.", "{n} traces hold no event.", self._n_empty))
        if self._n_utc:
            notes.append(
                trn(
                    "{n} moment is written by the clocks of UTC, by which an evening can be the next day; the day that "
                    "is written was taken.",
                    "{n} moments are written by the clocks of UTC, by which an evening can be the next day; the day "
                    "that is written was taken.",
                    self._n_utc,
                )
            )
        return tuple(notes)

    def _start(self, qualified: str, given: Mapping[str, str]) -> None:
        element = qualified.rpartition(":")[2]
        if not self._open and element != "log":
            raise ReadError(
                tr("'{name}' is XML, but no event log in XES.", name=self._name),
                tr("Export the log as XES, or as csv with one row per event."),
            )
        if len(self._open) >= _DEEPEST:
            raise _damaged(self._name)
        inside = self._open[-1] if self._open else ""
        self._open.append(element)
        if element == "event" and inside in {"trace", "log"}:
            self._event = {}
        elif element == "trace" and inside == "log":
            self._trace, self._events = {}, []
        elif element in _SIMPLE or element in _NESTING:
            self._attribute(element, inside, given)

    def _attribute(self, element: str, inside: str, given: Mapping[str, str]) -> None:
        within = "event" in self._open or "trace" in self._open
        if element in _NESTING or inside not in {"event", "trace"}:
            # what describes the log as a whole (globals, extensions, its own attributes) is no data
            self._n_nested += within and element != "values"
            return
        key, value = " ".join(given.get("key", "").split()), given.get("value", "").strip()
        target = self._event if inside == "event" else self._trace
        if not key:
            return
        if key in target:
            self._n_repeated += 1
        elif value:
            self._n_utc += element == "date" and _BY_UTC.search(value) is not None
            target[key] = self._texts.setdefault(value, value)

    def _end(self, _: str) -> None:
        element = self._open.pop()
        inside = self._open[-1] if self._open else ""
        if element == "event" and inside in {"trace", "log"}:
            self._events.append(self._event)
            if inside == "log":  # an event outside of any trace has no case
                self._trace = {}
                self._finish_trace()
        elif element == "trace" and inside == "log":
            self._n_empty += not self._events
            self._finish_trace()

    def _finish_trace(self) -> None:
        of_trace = {TRACE + key: value for key, value in self._trace.items()}
        for number, event in enumerate(self._events, start=1):
            # an event that calls an attribute of its own like one of the trace keeps the latter
            row = {**event, NUMBER: str(number), **of_trace}
            for key, value in row.items():
                if key not in self._columns:
                    if len(self._columns) >= _MOST_COLUMNS:
                        raise ReadError(
                            tr(
                                "The event log '{name}' has more than {n} different attributes.",
                                name=self._name,
                                n=_MOST_COLUMNS,
                            ),
                            tr("Export it with the attributes that are needed."),
                        )
                    self._columns[key] = [None] * self._in_block
                self._columns[key].append(value)
            self._in_block += 1
            for cells in self._columns.values():
                if len(cells) < self._in_block:
                    cells.append(None)
            if self._in_block >= _BLOCK:
                self._finish_block()
        self._events = []

    def _finish_block(self) -> None:
        import pyarrow as pa

        if self._in_block:
            self._blocks.append(pa.table({key: pa.array(cells, pa.string()) for key, cells in self._columns.items()}))
        self._n_rows += self._in_block
        self._columns = {}
        self._texts = {}
        self._in_block = 0

    def _refuse_doctype(self, *_: Any) -> None:
        raise ReadError(
            tr("'{name}' declares entities of its own, which no event log needs and which can harm.", name=self._name),
            tr("Take the line that begins with <!DOCTYPE out of the file, or export the log again."),
        )


def _with_columns(block: Any, names: list[str]) -> Any:
    import pyarrow as pa

    have = set(block.column_names)
    return pa.table(
        {name: block.column(name) if name in have else pa.nulls(block.num_rows, pa.string()) for name in names}
    )


def _damaged(name: str) -> ReadError:
    return ReadError(
        tr("The event log '{name}' is damaged: its XML does not hold together.", name=name),
        tr("Copy or export it again; a file that was cut off while copying looks like this."),
    )
