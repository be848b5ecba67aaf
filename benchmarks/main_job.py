"""Time and memory of the main job: a parquet file of one million cases in, attrition and incidence by five groups out.

``make bench`` runs it. Each figure is the median of five fresh processes, with the range beside it. A bare scan of
the same columns by DuckDB is timed in the same run: it is the floor that the machine sets, so figures from two
machines are compared by the ratio and not by the seconds. The extract is simulated once and kept in the temporary
folder of the system.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

# nothing heavy up here: on Linux a child starts with the memory peak of the process that launched it
RUNS: Final = 5
WALL_LIMIT: Final = 2.0  # seconds
MEMORY_LIMIT: Final = 1024.0  # MiB
IMPORT_LIMIT: Final = 0.3  # seconds
GROUP: Final = "department"
IMPORT: Final = "import justice_metrics"
SCAN: Final = "bare DuckDB scan"
MAIN: Final = "read + attrition + incidence"

MAPPING: Final = """
[data]
file = "cases.parquet"
kind = "wide"

[cases]
unit = "case"
id = "case_number"
procedure = "bolivia"
cutoff = 2021-12-31
sampling = { frame = "registered", cluster = "court_name" }

[dates]
complaint = "complaint_date"
preliminary = "investigation_date"
charged = "charge_date"
accusation = "accusation_date"
trial = "trial_date"

[outcome]
column = "outcome"
date = "outcome_date"

[outcome.labels]
"Pending" = "pending"
"Rejected" = "rejected"
"Dismissed" = "dismissed"
"Convicted" = "convicted"
"Acquitted" = "acquitted"

[attributes]
department = "department"
offence = "offence"
sex = "sex"
area = "area"
court = "court_name"
age_at_fact = { column = "age", type = "integer" }
"""


def simulate(folder: Path, size: int, seed: int = 20180430) -> None:
    """Write an extract of ``size`` cases: each stage is passed by some, after some days, until the cut-off."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    random = np.random.default_rng(seed)
    cutoff = np.datetime64("2021-12-31").astype("datetime64[D]").astype(np.int32)
    first = np.datetime64("2015-01-01").astype("datetime64[D]").astype(np.int32)
    never = np.iinfo(np.int32).max

    def later(day: np.ndarray, share: float, mean_days: float) -> np.ndarray:
        """Day of the next stage for the share that gets there before the cut-off."""
        next_day = day.astype(np.int64) + random.exponential(mean_days, size).astype(np.int64)
        reached = (day != never) & (random.random(size) < share) & (next_day <= cutoff)
        return np.where(reached, next_day, never).astype(np.int32)

    def date_column(day: np.ndarray) -> pa.Array:
        return pa.array(day, mask=day == never, type=pa.int32()).cast(pa.date32())

    def words(choices: list[str], shares: list[float]) -> pa.Array:
        codes = random.choice(len(choices), size, p=shares).astype(np.int32)
        return pa.DictionaryArray.from_arrays(codes, choices).cast(pa.string())

    complaint = random.integers(first, cutoff - 90, size).astype(np.int32)
    investigation = later(complaint, 0.97, 5)
    charge = later(investigation, 0.40, 120)
    accusation = later(charge, 0.55, 200)
    trial = later(accusation, 0.75, 180)
    verdict = later(trial, 0.80, 150)
    rejection = np.where(charge == never, later(investigation, 0.80, 180), never)
    dismissal = np.where((charge != never) & (accusation == never), later(charge, 0.50, 150), never)
    convicted = random.random(size) < 0.7
    ending = np.select(
        [rejection != never, dismissal != never, (verdict != never) & convicted, verdict != never], [1, 2, 3, 4], 0
    ).astype(np.int32)
    outcome_day = np.select([ending == 1, ending == 2, ending >= 3], [rejection, dismissal, verdict], never)
    labels = ["Pending", "Rejected", "Dismissed", "Convicted", "Acquitted"]
    table = pa.table(
        {
            "case_number": pa.array(np.char.add("C", np.char.zfill(np.arange(size).astype("U8"), 8))),
            "department": words(["La Paz", "Santa Cruz", "Cochabamba", "Tarija", "Beni"], [0.3, 0.3, 0.2, 0.12, 0.08]),
            "court_name": words([f"Court {number:02d}" for number in range(40)], [1 / 40] * 40),
            "offence": words(["Rape", "Sexual abuse", "Family violence", "Other"], [0.2, 0.25, 0.4, 0.15]),
            "sex": words(["female", "male"], [0.85, 0.15]),
            "area": words(["urban", "rural"], [0.7, 0.3]),
            "age": pa.array(random.integers(3, 80, size).astype(np.int32)),
            "complaint_date": date_column(complaint),
            "investigation_date": date_column(investigation),
            "charge_date": date_column(charge),
            "accusation_date": date_column(accusation),
            "trial_date": date_column(trial),
            "outcome": pa.DictionaryArray.from_arrays(ending, labels).cast(pa.string()),
            "outcome_date": date_column(outcome_day.astype(np.int32)),
        }
    )
    pq.write_table(table, folder / "unfinished.parquet")
    (folder / "unfinished.parquet").replace(folder / "cases.parquet")


# --------------------------------------------------------------------------- what is timed, each in its own process


def main_job(folder: Path) -> dict[str, float]:
    """Read the extract and ask the two questions; seconds of each step."""
    clock = Steps()
    import justice_metrics as jm

    cases = jm.read_cases(folder / "cases.parquet", mapping=folder / "mapping.toml")
    clock.lap("read_cases")
    jm.attrition(cases, by=GROUP)
    clock.lap("attrition")
    jm.cumulative_incidence(cases, start="complaint", by=GROUP)
    clock.lap("cumulative_incidence")
    return clock.seconds


def bare_scan(folder: Path) -> dict[str, float]:
    """Let DuckDB read every column that the two questions need, and do nothing with it."""
    clock = Steps()
    import duckdb

    stages = ("complaint_date", "investigation_date", "charge_date", "accusation_date", "trial_date")
    needed = ("case_number", GROUP, *stages, "outcome", "outcome_date")
    read = ", ".join(f"count({column}), max({column})" for column in needed)
    with duckdb.connect() as connection:
        connection.sql(f"select {read} from '{(folder / 'cases.parquet').as_posix()}'").fetchall()  # noqa: S608
    clock.lap("scan")
    return clock.seconds


def package_import(folder: Path) -> dict[str, float]:
    """Import the package and touch nothing in it."""
    del folder
    clock = Steps()
    import justice_metrics  # noqa: F401

    clock.lap("import")
    return clock.seconds


JOBS: Final[dict[str, Callable[[Path], dict[str, float]]]] = {
    IMPORT: package_import,
    SCAN: bare_scan,
    MAIN: main_job,
}


class Steps:
    """A stop watch with named laps."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """Note the seconds since the last lap."""
        now = time.perf_counter()
        self.seconds[name] = now - self._last
        self._last = now


def peak_memory() -> float:
    """Largest resident memory of this process so far, MiB; NaN on a system that does not tell."""
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]) / 1024
    try:
        import resource
    except ImportError:
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


# ------------------------------------------------------------------------------------------------- launch and report


def launch(job: str, folder: Path) -> dict[str, float]:
    """Run one job in a fresh process and read back what it measured."""
    command = [sys.executable, __file__, "--job", job, "--folder", str(folder)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    measured: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return measured


def inside(job: str, folder: Path) -> None:
    """Be the fresh process: do the job, print wall seconds, CPU seconds, peak memory and the steps."""
    cpu = time.process_time()
    steps = JOBS[job](folder)
    measured = {"wall": sum(steps.values()), "cpu": time.process_time() - cpu, "peak": peak_memory(), **steps}
    print(json.dumps(measured))


def spread(runs: list[dict[str, float]], key: str) -> str:
    """Median of the runs with the lowest and the highest."""
    values = [run[key] for run in runs]
    digits = 0 if key == "peak" else 3
    return f"{statistics.median(values):9.{digits}f}  ({min(values):.{digits}f}-{max(values):.{digits}f})"


def report(measured: dict[str, list[dict[str, float]]], size: int) -> bool:
    """Print the table; the answer is whether every limit is kept."""
    totals = {"wall": "s", "cpu": "s", "peak": "MiB"}
    for name, runs in measured.items():
        print(f"\n{name}" + ("" if name == IMPORT else f", {size:,} cases"))
        for key, unit in totals.items():
            print(f"  {key:<22} {spread(runs, key)} {unit}")
        laps = [key for key in runs[0] if key not in totals]
        for key in laps if len(laps) > 1 else ():
            print(f"    {key:<20} {spread(runs, key)} s")

    def middle(name: str, key: str) -> float:
        return statistics.median(run[key] for run in measured[name])

    print(f"\nThe job takes {middle(MAIN, 'cpu') / middle(SCAN, 'cpu'):.1f} times the CPU of the bare scan.")
    limits = (
        (f"{size:,} cases, wall s", middle(MAIN, "wall"), WALL_LIMIT),
        (f"{size:,} cases, peak MiB", middle(MAIN, "peak"), MEMORY_LIMIT),
        ("import justice_metrics, s", middle(IMPORT, "wall"), IMPORT_LIMIT),
    )
    for text, value, limit in limits:
        print(f"{'kept  ' if value <= limit else 'MISSED'} {text}: {value:.3f} (limit {limit:g})")
    return all(value <= limit for _, value, limit in limits)


def main() -> int:
    """Read the command line; without options, measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="size of the simulated extract")
    parser.add_argument("--runs", type=int, default=RUNS, help="fresh processes per job")
    parser.add_argument("--only", choices=sorted(JOBS), help="measure this job alone, without a verdict")
    parser.add_argument("--job", choices=[*JOBS, "simulate"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.job == "simulate":
        simulate(asked.folder, asked.cases)
        return 0
    if asked.job:
        inside(asked.job, asked.folder)
        return 0
    folder = Path(tempfile.gettempdir()) / f"justice-metrics-benchmark-{asked.cases}"
    if not (folder / "cases.parquet").exists():
        folder.mkdir(exist_ok=True)
        make = [sys.executable, __file__, "--job", "simulate", "--folder", str(folder), "--cases", str(asked.cases)]
        subprocess.run(make, check=True)
    (folder / "mapping.toml").write_text(MAPPING.lstrip(), encoding="utf-8")
    jobs = [asked.only] if asked.only else list(JOBS)
    # one round of every job, then the next: a busy minute of the machine falls on all of them alike
    rounds = [{job: launch(job, folder) for job in jobs} for _ in range(asked.runs)]
    measured = {job: [one[job] for one in rounds] for job in jobs}
    if asked.only:
        print({key: spread(measured[asked.only], key) for key in measured[asked.only][0]})
        return 0
    return 0 if report(measured, asked.cases) else 1


if __name__ == "__main__":
    sys.exit(main())
