"""The child process in which a file is parsed: first it gives up what it will not need, then it reads, then it is gone.

Its standard input holds one request, its standard output one answer. It writes no file, leaves no core dump, says
nothing on standard error (where a parser may print what it stumbled over), and has a limit of memory and of time.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any


def main(request: Mapping[str, Any]) -> None:
    """Answer a request, and write the answer to standard output.

    Parameters
    ----------
    request : mapping
        Reader, path, options, and limits of memory and time.
    """
    from .crossing import READY

    # What a parser prints must not stand between the bytes of the answer.
    answer = os.fdopen(os.dup(1), "wb")
    answer.write(READY)
    answer.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    limit(request["memory"], request["seconds"])
    with answer:
        answer.write(_answered(request))


def limit(memory: int, seconds: float) -> None:
    """Give up memory beyond a limit, time, files and core dumps, where the system has such limits.

    Parameters
    ----------
    memory : int
        Bytes.
    seconds : float
        Seconds of computing.
    """
    try:
        import resource
    except ImportError:  # Windows has none of them; the parent's clock runs there too
        return
    wanted = (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, int(seconds) + 1),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    )
    for what, most in wanted:
        _, ceiling = resource.getrlimit(what)
        allowed = most if ceiling == resource.RLIM_INFINITY else min(most, ceiling)
        try:
            resource.setrlimit(what, (allowed, allowed))
        except (ValueError, OSError):  # macOS knows the limit of memory and refuses to set it
            continue


def _answered(request: Mapping[str, Any]) -> bytes:
    from ...base.errors import JusticeMetricsError
    from .crossing import packed_breakdown, packed_error, packed_table, packed_tables, whole

    module, name = request["reader"].split(":")
    try:
        reader = getattr(import_module(module), name)
        made = reader(Path(request["path"]), **whole(request["options"]))
        return packed_tables(made) if isinstance(made, tuple) else packed_table(made)
    except JusticeMetricsError as error:
        return packed_error(error)
    except Exception as error:  # noqa: BLE001 (whatever a parser raises: the parent says what to do, by its kind only)
        return packed_breakdown(type(error).__name__)
