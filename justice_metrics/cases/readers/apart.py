"""Reading in a child process: a file that breaks its parser, or never ends, takes nothing else down with it.

Parsers of binary formats are written in C or Rust and trust what they read. A damaged file can crash the interpreter,
run for ever or fill the memory; in a process of its own it becomes a message that says what to do.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from ...base.errors import ReadError
from ...base.language import Message, tr, trn
from .crossing import READY, BrokenAnswer, plain, unpacked_tables
from .text_table import TextTable

# Functions from a path and options to a TextTable; they are imported in the child only.
READERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "workbook": "justice_metrics.cases.readers.sheets:read_sheet",
        "workbook_tables": "justice_metrics.cases.readers.sheets:read_sheets",
        "workbook_sheets": "justice_metrics.cases.readers.sheets:list_sheets",
        "stata": "justice_metrics.cases.readers.labelled:read_stata",
        "spss": "justice_metrics.cases.readers.labelled:read_spss",
        "ddi": "justice_metrics.cases.readers.ddi:read_ddi",
        "xes": "justice_metrics.cases.readers.xes:read_xes",
        "duckdb": "justice_metrics.cases.readers.database_file:read_duckdb",
        "sqlite": "justice_metrics.cases.readers.database_file:read_sqlite",
    }
)

_MEBIBYTE: Final = 1 << 20
_MEMORY: Final = 1 << 30
_MOST_MEMORY: Final = 8 << 30
# Files above this need more than the usual memory: so many bytes of it for each of theirs.
_LARGE: Final = 24 * _MEBIBYTE
_MEMORY_PER_BYTE: Final = 40
_SECONDS: Final = 9.0
_SECONDS_PER_MEBIBYTE: Final = 4.0
_MOST_SECONDS: Final = 1800.0
_CHUNK: Final = 1 << 20

# The child finds the library where the parent found it, and nothing that merely lies in the folder it was started in.
# Where the library lies is told by itself: a notebook finds it in its own folder, which is no path for the child.
_LIBRARY: Final = str(Path(__file__).resolve().parents[3])
_START: Final = (
    "import sys, json; request = json.loads(sys.stdin.buffer.read()); sys.path[:] = request['modules']; "
    "from justice_metrics.cases.readers.child import main; main(request)"
)
# Of the parent's variables the child gets what a system needs to start a program; passwords and secrets stay behind.
_KEPT: Final = frozenset(
    "PATH HOME LANG TZ TMPDIR TEMP TMP SYSTEMROOT WINDIR COMSPEC PATHEXT USERPROFILE APPDATA LOCALAPPDATA".split()
)
_KEPT_STARTS: Final = ("LC_", "LD_", "DYLD_", "CONDA")
# One thread is enough to read a file: each has a stack that counts as memory, and some allocators an arena.
_SMALL: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS", "MALLOC_ARENA_MAX"), "1"),
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }
)


def read_apart(
    reader: str, path: Path, *, memory: int | None = None, seconds: float | None = None, **options: Any
) -> TextTable:
    """Read a file in a child process with limits of memory and time.

    Parameters
    ----------
    reader : str
        Name of a reader in ``READERS``, or ``"module:function"``; the function takes the path and the options and
        returns a TextTable.
    path : Path
        The file.
    memory : int, optional
        Bytes that the child may use; by default 1 GiB, and 40 for each byte of a file above 24 MiB.
    seconds : float, optional
        After these the child is ended, with whatever it started; by default 9, and 4 for each MiB of the file.
    **options
        Handed to the reader: texts, numbers, None, tuples and mappings of them.

    Returns
    -------
    TextTable
        As the reader made it.

    Raises
    ------
    JusticeMetricsError
        The error that the reader raised, whole.
    ReadError
        When the child crashed, ran out of memory or time, or cannot be started.
    """
    return read_all_apart(reader, path, memory=memory, seconds=seconds, **options)[0]


def read_all_apart(
    reader: str, path: Path, *, memory: int | None = None, seconds: float | None = None, **options: Any
) -> tuple[TextTable, ...]:
    """Read several tables of a file in one child process; as :func:`read_apart`, but the reader returns a tuple."""
    size = path.stat().st_size
    memory = _memory_for(size) if memory is None else memory
    seconds = _seconds_for(size) if seconds is None else seconds
    request = {
        "modules": list(dict.fromkeys([*(one for one in sys.path if Path(one).is_absolute()), _LIBRARY])),
        "reader": READERS.get(reader, reader),
        "path": str(path.absolute()),
        "options": plain(options),
        "memory": memory,
        "seconds": seconds,
    }
    answer = _answer(json.dumps(request).encode(), seconds, most=memory, name=path.name)
    if answer is None:
        raise _took_too_long(path.name, seconds)
    if not answer.startswith(READY):
        raise _cannot_start(path.name)
    del answer[: len(READY)]
    try:
        return unpacked_tables(answer)
    except ImportError:
        raise _cannot_start(path.name) from None
    except MemoryError:
        raise _took_too_much(path.name, memory) from None
    except BrokenAnswer:
        raise _broke_down(path.name) from None


def _answer(request: bytes, seconds: float, *, most: int, name: str) -> bytearray | None:
    """Return what the child says, as far as it comes; None when its time is over."""
    child = _started(name)
    late = threading.Event()

    def stop() -> None:
        late.set()
        _end(child)

    clock = threading.Timer(seconds, stop)
    clock.daemon = True
    clock.start()
    answer = bytearray()
    try:
        with suppress(OSError):  # a child that died at once listens no more; what it did not say tells it
            child.stdin.write(request)
            child.stdin.close()
        while len(answer) <= most and (chunk := child.stdout.read1(_CHUNK)):
            answer += chunk
    finally:
        clock.cancel()
        _end(child)
        child.stdout.close()
        child.wait()
    return None if late.is_set() else answer


def _started(name: str) -> Any:
    # A program that carries its Python inside it would start itself once more, not a Python.
    if not sys.executable or getattr(sys, "frozen", False):
        raise _cannot_start(name)
    kept = {name: value for name, value in os.environ.items() if name.upper() in _KEPT or name.startswith(_KEPT_STARTS)}
    try:
        return subprocess.Popen(  # noqa: S603 (this very Python, and a line of our own)
            [sys.executable, "-I", "-B", "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**kept, **_SMALL},
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows would show one
        )
    except OSError:
        raise _cannot_start(name) from None


def _end(child: Any) -> None:
    """End a child that was not waited for yet, with everything that it started."""
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()


def _memory_for(size: int) -> int:
    return min(_MEMORY + max(0, size - _LARGE) * _MEMORY_PER_BYTE, _MOST_MEMORY)


def _seconds_for(size: int) -> float:
    return min(_SECONDS + size / _MEBIBYTE * _SECONDS_PER_MEBIBYTE, _MOST_SECONDS)


def _took_too_long(name: str, seconds: float) -> ReadError:
    return ReadError(
        trn(
            "'{name}' was not read after {n} second; it is probably damaged.",
            "'{name}' was not read after {n} seconds; it is probably damaged.",
            round(seconds),
            name=name,
        ),
        _again(),
    )


def _took_too_much(name: str, memory: int) -> ReadError:
    return ReadError(
        tr("'{name}' takes more than {n} MiB of memory to read.", name=name, n=memory // _MEBIBYTE), _again()
    )


def _broke_down(name: str) -> ReadError:
    return ReadError(
        tr("'{name}' is damaged, or takes too much memory: its reader broke down.", name=name),
        _again(),
    )


def _again() -> Message:
    return tr(
        "Open the file in the program that made it, delete what stands far from the table, and save it again, or as "
        "csv."
    )


def _cannot_start(name: str) -> ReadError:
    return ReadError(
        tr("'{name}' must be read in a process of its own, and no Python can be started for it.", name=name),
        tr("Save the data as csv or parquet, or run the library with an ordinary Python."),
    )
