"""Time and memory of the time questions against lifelines, statsmodels, scikit-survival, comprisk, Rust and R.

``python benchmarks/survival.py --quick`` takes a small look; with ``--sizes 1e5 1e6 1e7 1e8`` and ``--report`` and the
name of a page everything is measured and written down, with a figure beside the page. The peers live in an environment
of their own, which is made at the first run (it needs a network then) and kept with the simulated files in the
temporary folder of the system.

Every task runs in a fresh process, at least five times, one round of all tasks after the other, so that a busy minute
falls on all alike. What was measured is kept: a run that was interrupted goes on where it stopped, and after a change
of our code only our own tasks run again (``--fresh`` measures all anew). A task that is not done within ``--cap``
seconds did not finish, and is not tried on more cases.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import survival_ours
import survival_peers
import survival_report
from survival_data import COVARIATES
from survival_task import READY

HERE: Final = Path(__file__).resolve().parent
PACKAGE: Final = HERE.parent / "justice_metrics"
CACHE: Final = Path(tempfile.gettempdir()) / "justice-metrics-benchmark-survival"
LOADING: Final = 240.0  # seconds for libraries, input and warm-up, before the clock starts
WARM: Final = 500  # cases
R: Final = "R"
R_TASKS: Final = (
    "km", "aj", "aj_gray", "logrank", "means", "cox", "cox_robust", "cox_entry", "finegray", "finegray_crr",
)  # fmt: skip
FLOORS: Final = ("scan by DuckDB", "scan by Polars")
PARQUET_ONLY: Final = FLOORS
MEMORY_ONLY: Final = (R,)
HUGE: Final = 20_000_000  # from here on nothing is held as a frame, and the file is deleted afterwards


class Job(NamedTuple):
    """One task of one contender."""

    contender: str
    task: str
    size: int
    input: str

    @property
    def columns(self) -> tuple[str, ...]:
        """What the frame holds."""
        if not self.task.startswith(("cox", "finegray", "scan_cox")):
            return ("days", "ending", "office")
        return ("days", "ending", *(("entry",) if self.task.endswith("entry") else ()), *COVARIATES)

    @property
    def ours(self) -> bool:
        """Whether it runs in this environment."""
        return self.contender in survival_ours.TASKS


def tasks_of(asked: argparse.Namespace) -> list[tuple[str, str]]:
    """Return contenders with their tasks, as far as they were asked for."""
    every = [
        (name, task) for tasks in (survival_ours.TASKS, survival_peers.TASKS) for name in tasks for task in tasks[name]
    ]
    every += [(R, task) for task in R_TASKS if shutil.which("Rscript")]
    wanted = asked.only or ()
    return [
        (name, task)
        for name, task in every
        if (not wanted or any(task.startswith(one) for one in wanted))
        and (not asked.contenders or any(one.lower() in name.lower() for one in asked.contenders))
    ]


def jobs_of(asked: argparse.Namespace, size: int) -> list[Job]:
    """Return what is to be measured at one size."""
    return [
        Job(name, task, size, kind)
        for name, task in tasks_of(asked)
        for kind in asked.inputs
        if not (kind == "memory" and (name in PARQUET_ONLY or size >= HUGE))
        and not (kind == "parquet" and name in MEMORY_ONLY)
        and not (size >= HUGE and name not in survival_ours.TASKS)
    ]


# ---------------------------------------------------------------------------------------------------------- input


def make_file(size: int) -> Path:
    """Return the file of simulated cases, made at the first call."""
    path = CACHE / f"cases-{size}.parquet"
    if not path.exists():
        print(f"simulating {size:,} cases", flush=True)
        # in a process of its own: on Linux a child starts with the memory peak of the process that launched it
        order = f"import pathlib, survival_data as d; d.write(pathlib.Path({str(path)!r}), {size})"
        subprocess.run([sys.executable, "-c", order], cwd=HERE, check=True)
    return path


def make_columns(size: int) -> Path:
    """Return the same as a folder of plain columns of 32-bit integers, for R, which reads no parquet by itself."""
    folder = CACHE / f"columns-{size}"
    if not folder.exists():
        order = (
            "import pathlib, survival_data as d; "
            f"d.write_columns(pathlib.Path({str(make_file(size))!r}), pathlib.Path({str(folder)!r}))"
        )
        subprocess.run([sys.executable, "-c", order], cwd=HERE, check=True)
    return folder


def peers_python() -> Path | None:
    """Return the Python of the peers' environment, made at the first call; None if that does not succeed."""
    mark = hashlib.sha256("\n".join((*survival_peers.PINS, sys.version)).encode()).hexdigest()[:12]
    folder = CACHE / f"peers-{mark}"
    windows = sys.platform == "win32"
    python = folder / ("Scripts/python.exe" if windows else "bin/python")
    done = folder / "complete"
    if done.exists():
        return python
    print("making the environment of the peers", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    uv = shutil.which("uv")
    if uv:
        make = [uv, "venv", "--quiet", "--python", sys.executable, str(folder)]
        install = [uv, "pip", "install", "--quiet", "--python", str(python), *survival_peers.PINS]
    else:
        make = [sys.executable, "-m", "venv", str(folder)]
        install = [str(python), "-m", "pip", "install", "--quiet", *survival_peers.PINS]
    try:
        subprocess.run(make, check=True)
        subprocess.run(install, check=True)
    except (subprocess.CalledProcessError, OSError) as failure:
        print(f"The peers could not be installed, so only what is there is measured: {failure}", file=sys.stderr)
        return None
    done.write_text("\n".join(survival_peers.PINS), encoding="utf-8")
    return python


# ---------------------------------------------------------------------------------------------------------- runs


def command(job: Job, memory: float, peers: Path | None) -> list[str]:
    """Return how the fresh process is started."""
    if job.contender == R:
        words = [
            "Rscript",
            str(HERE / "survival_peers.R"),
            job.task,
            str(make_columns(job.size)),
            str(make_columns(WARM)),
        ]
        words += job.columns
        return ["sh", "-c", f'ulimit -v {int(memory * 1024**2)}; exec "$0" "$@"', *words] if memory else words
    start = [sys.executable, str(HERE / "survival_ours.py")]
    if not job.ours:
        # -P: the folder of the script is not searched first, because a file of ours has the name of a package of theirs
        start = [str(peers), "-P", str(HERE / "survival_peers.py")]
    return [
        *start, job.contender, job.task, "--file", str(make_file(job.size)), "--warm", str(make_file(WARM)),
        "--input", job.input, "--memory", str(memory), "--columns", *job.columns,
    ]  # fmt: skip


def launch(job: Job, cap: float, memory: float, peers: Path | None) -> dict[str, Any]:
    """Run one task in a fresh process and read back what it measured."""
    words = command(job, memory, peers)
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        loading = threading.Timer(LOADING, process.kill)
        loading.start()
        lines = [process.stdout.readline()] if process.stdout else []
        loading.cancel()
        try:
            rest, _ = process.communicate(timeout=cap)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return {"failed": f"over {cap:g} s"}
    if process.returncode in {-signal.SIGTERM, -signal.SIGINT, -getattr(signal, "SIGHUP", signal.SIGTERM)}:
        raise KeyboardInterrupt  # somebody stopped all of us: that is no result
    lines += rest.splitlines()
    found = [one for one in lines if one.startswith("{")]
    if found:
        measured: dict[str, Any] = json.loads(found[-1])
        return measured
    started = any(one.strip() == READY for one in lines)
    return {"failed": "stopped" + (f", most likely out of {memory:g} GiB" if started and memory else " while loading")}


def revision(job: Job) -> str:
    """Return a mark of the code that is measured: what was measured with another one does not count."""
    if job.contender == R:
        sources = [HERE / "survival_peers.R"]
    elif job.ours:
        sources = [HERE / "survival_ours.py", *sorted(PACKAGE.rglob("*.py"))]
    else:
        sources = [HERE / "survival_peers.py"]
    digest = hashlib.sha256((HERE / "survival_data.py").read_bytes())
    for path in sources:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class Book:
    """What was measured so far, one line of JSON per run."""

    def __init__(self, path: Path, *, fresh: bool = False) -> None:
        self._path = path
        if fresh:
            path.unlink(missing_ok=True)
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        self.runs: list[dict[str, Any]] = [json.loads(line) for line in text.splitlines()]

    def add(self, job: Job, mark: str, measured: dict[str, Any]) -> None:
        """Write one run down."""
        entry = {**job._asdict(), "revision": mark, **measured}
        self.runs.append(entry)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def of(self, job: Job, mark: str) -> list[dict[str, Any]]:
        """Return the runs of a job."""
        wanted = {**job._asdict(), "revision": mark}
        return [one for one in self.runs if all(one[name] == value for name, value in wanted.items())]

    def gave_up(self, job: Job, mark: str) -> str:
        """Return why a job need not be tried: it, or the same with fewer cases, did not finish."""
        for one in self.runs:
            same = (one["contender"], one["task"], one["input"], one["revision"]) == (*job[:2], job.input, mark)
            if same and "failed" in one and one["size"] <= job.size:
                return f"{one['failed']} at {one['size']:,}" if one["size"] < job.size else str(one["failed"])
        return ""


def measure(asked: argparse.Namespace, book: Book) -> Iterator[tuple[Job, str]]:
    """Measure everything that was asked and is not in the book yet; what was looked at comes back."""
    for size in sorted(asked.sizes):
        jobs = jobs_of(asked, size)
        peers = peers_python() if any(not job.ours and job.contender != R for job in jobs) else None
        jobs = [job for job in jobs if job.ours or job.contender == R or peers]
        marks = {job: revision(job) for job in jobs}
        for number in range(asked.runs):
            for job in jobs:
                mark = marks[job]
                if len(book.of(job, mark)) > number or book.gave_up(job, mark):
                    continue
                measured = launch(job, asked.cap, asked.memory, peers)
                book.add(job, mark, measured)
                seconds = measured.get("wall")
                said = f"{seconds:9.3f} s" if seconds is not None else measured["failed"]
                print(f"{job.size:>11,}  {job.input:<8}{job.contender:<26}{job.task:<14}{said}", flush=True)
        yield from marks.items()
        if size >= HUGE and not asked.keep:
            (CACHE / f"cases-{size}.parquet").unlink(missing_ok=True)


def main() -> int:
    """Read the command line, measure, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=["1e5", "1e6"], help="numbers of cases, such as 1e5 1e6 1e7 1e8")
    parser.add_argument(
        "--only", nargs="+", help="tasks that start so: curves km aj logrank gray means cox finegray scan"
    )
    parser.add_argument("--contenders", nargs="+", help="contenders with this in their name: justice lifelines R ...")
    parser.add_argument("--inputs", nargs="+", choices=["memory", "parquet"], default=["memory", "parquet"])
    parser.add_argument("--runs", type=int, default=5, help="fresh processes per task")
    parser.add_argument("--cap", type=float, default=60.0, help="seconds that a task may take")
    parser.add_argument("--memory", type=float, default=8.0, help="GiB that a process may hold; 0 is no cap")
    parser.add_argument("--report", type=Path, help="write a page of markdown, and the figure beside it")
    parser.add_argument("--quick", action="store_true", help="one size, two runs, ten seconds, input in memory")
    parser.add_argument("--fresh", action="store_true", help="forget what was measured before")
    parser.add_argument("--keep", action="store_true", help="keep the largest file of cases")
    asked = parser.parse_args()
    if asked.quick:
        asked.sizes, asked.runs, asked.cap, asked.inputs = ["1e5"], min(asked.runs, 2), 10.0, ["memory"]
    asked.sizes = [int(float(one)) for one in asked.sizes]
    CACHE.mkdir(exist_ok=True)
    book = Book(CACHE / "runs.jsonl", fresh=asked.fresh)
    looked_at = list(measure(asked, book))
    figures = survival_report.summarise({job: (book.of(job, mark), book.gave_up(job, mark)) for job, mark in looked_at})
    text = survival_report.page(figures)
    print("\n" + text)
    if asked.report:
        asked.report.write_text(text, encoding="utf-8")
        with contextlib.suppress(survival_report.NothingToDrawError):
            survival_report.draw(figures, asked.report.with_suffix(".svg"))
    return 0 if survival_report.all_kept(figures) else 1


if __name__ == "__main__":
    sys.exit(main())
