"""One task in a fresh process: cap the memory, take the input, warm up, start the clock, print what was measured.

Everything is imported and compiled before the clock starts, because each contender does the task once on a file of two
thousand cases first. With the input ``memory`` the frame is built before the clock starts as well; with ``parquet`` the
task gets the path and reads what it needs. The last line on stdout is one JSON object; the line ``ready`` before it
tells the launcher that the clock starts.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

Task: TypeAlias = Callable[[Any], dict[str, float]]
Tasks: TypeAlias = dict[str, dict[str, Task]]  # contender -> task -> what does it

READY: Final = "ready"
GIB: Final = 1024**3


def run(tasks: Tasks, words: list[str] | None = None) -> int:
    """Be the fresh process."""
    parser = argparse.ArgumentParser()
    parser.add_argument("contender")
    parser.add_argument("task")
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--warm", type=Path, required=True)
    parser.add_argument("--columns", nargs="+", required=True)
    parser.add_argument("--input", choices=["memory", "parquet"], required=True)
    parser.add_argument("--memory", type=float, default=0.0, help="cap in GiB; 0 is none")
    asked = parser.parse_args(words)
    if asked.memory:
        cap_memory(asked.memory)
    warnings.simplefilter("ignore")
    task = tasks[asked.contender][asked.task]
    columns = tuple(asked.columns)
    try:
        task(given(asked.warm, columns, asked.input))
        data = given(asked.file, columns, asked.input)
        print(READY, flush=True)
        held, cpu, wall = memory("VmRSS"), time.process_time(), time.perf_counter()
        answer = task(data)
        measured = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    except MemoryError:
        print(json.dumps({"failed": f"needs more than {asked.memory:g} GiB"}))
        return 0
    except Exception as error:  # noqa: BLE001  (a contender that cannot do it is a result, whatever it raises)
        lack_of_memory = "memory" in str(error).lower()
        why = f"needs more than {asked.memory:g} GiB" if lack_of_memory else f"{type(error).__name__}: {error}"
        print(json.dumps({"failed": why[:200]}))
        return 0
    print(json.dumps({**measured, "held": held, "peak": memory("VmHWM"), "answer": answer}))
    return 0


def given(path: Path, columns: tuple[str, ...], kind: str) -> Any:
    """Return the input: a frame in memory, or the path."""
    from survival_data import read

    return read(path, columns) if kind == "memory" else path


def cap_memory(gib: float) -> None:
    """Let this process hold no more than so much address space, where the system can say so."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (int(gib * GIB), int(gib * GIB)))


def memory(line: str) -> float:
    """Resident memory of this process, MiB: ``VmRSS`` now, ``VmHWM`` at its peak; NaN where it is not told."""
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    found = next(one for one in status.read_text(encoding="ascii").splitlines() if one.startswith(line))
    return int(found.split()[1]) / 1024
