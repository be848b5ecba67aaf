"""Time and memory of the whole data-quality check: every rule on one million cases with people, offices and sentences.

``python benchmarks/quality.py --check`` ends with code 1 when it takes longer or more memory than promised. Each figure
is the median of fresh processes. The register is simulated once and kept in the temporary folder of the system.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

# nothing heavy up here: on Linux a child starts with the memory peak of the process that launched it
RUNS: Final = 3
WALL_LIMIT: Final = 30.0  # seconds, reading included
MEMORY_LIMIT: Final = 2048.0  # MiB

MAPPING: Final = """
[data]
file = "cases.parquet"
faults = "count"
official_rows = {size}
extracted = 2022-02-01

[cases]
unit = "case"
id = "case_number"
procedure = "bolivia"
cutoff = 2021-12-31
links = {{ victim = "victim_id", accused = "accused_id" }}

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
status = "status"
age_at_fact = {{ column = "age", type = "integer" }}
fact_day = {{ column = "fact_date", type = "date" }}
birth_day = {{ column = "birth_date", type = "date" }}
registered_day = {{ column = "registered_date", type = "date" }}

[sentences]
file = "sentences.parquet"
date = "day"
months = "months"

[support]
file = "support.parquet"
id = "case_number"
actor = {{ column = "actor" }}
start = "start"
"""


def simulate(folder: Path, size: int) -> None:
    """Write a register of ``size`` cases that is clean but for one slip in a thousand of each of a few kinds."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq
    from main_job import simulate as simulate_cases

    simulate_cases(folder, size)
    random = np.random.default_rng(20_260_401)
    table = pq.read_table(folder / "cases.parquet")
    complaint = table["complaint_date"].cast(pa.int32()).to_numpy()
    age = table["age"].to_numpy().astype(np.int64)
    fact = complaint - random.integers(0, 20, size)
    birth = fact - (age * 365.25).astype(np.int64) - random.integers(1, 365, size)
    registered = complaint + random.integers(0, 20, size)

    def slips() -> np.ndarray:
        return np.flatnonzero(random.random(size) < 0.001)

    fact[slips()] += 40
    birth[slips()] += 9_000
    registered[slips()] += 400
    victims = np.arange(size)
    twice = slips()
    victims[twice] = victims[np.maximum(twice - 1, 0)]
    accused = np.char.add("A", np.arange(size).astype("U8"))
    ended = pc.not_equal(table["outcome"], "Pending")
    extra = {
        "victim_id": pa.array(np.char.add("V", victims.astype("U8"))),
        "accused_id": pa.array(accused),
        "status": pc.if_else(ended, "closed", "open"),
        **{
            name: pa.array(days.astype(np.int32)).cast(pa.date32())
            for name, days in (("fact_date", fact), ("birth_date", birth), ("registered_date", registered))
        },
    }
    for name, column in extra.items():
        table = table.append_column(name, column)
    convicted = table.filter(pc.equal(table["outcome"], "Convicted"))
    months = random.integers(24, 300, len(convicted)).astype(np.int32)
    sentences = pa.table(
        {"case_number": convicted["case_number"], "day": convicted["outcome_date"], "months": pa.array(months)}
    )
    chosen = np.sort(random.choice(size, size // 2, replace=False))
    start = (complaint[chosen] + random.integers(0, 90, len(chosen))).astype(np.int32)
    support = pa.table(
        {
            "case_number": table["case_number"].take(pa.array(chosen)),
            "actor": pa.array(np.where(random.random(len(chosen)) < 0.5, "lawyer", "psychologist")),
            "start": pa.array(start).cast(pa.date32()),
        }
    )
    for name, made in (("sentences", sentences), ("support", support), ("cases", table)):
        pq.write_table(made, folder / f"{name}.unfinished")
        (folder / f"{name}.unfinished").replace(folder / f"{name}.parquet")
    (folder / "mapping.toml").write_text(MAPPING.format(size=size).lstrip(), encoding="utf-8")


def inside(folder: Path) -> None:
    """Be the fresh process: read, check, print seconds and the peak of memory."""
    from main_job import peak_memory

    begin, cpu = time.perf_counter(), time.process_time()
    import justice_metrics as jm

    cases = jm.read_cases(mapping=folder / "mapping.toml")
    read = time.perf_counter()
    report = jm.check(cases)
    end = time.perf_counter()
    looked_at = sum(one.looked_at for one in report.examination.verdicts)
    measured = {"wall": end - begin, "read": read - begin, "check": end - read, "cpu": time.process_time() - cpu}
    print(json.dumps({**measured, "peak": peak_memory(), "rules": looked_at, "broken": len(report.broken)}))


def main() -> int:
    """Read the command line, measure, print, and compare with what is promised when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="size of the simulated register")
    parser.add_argument("--runs", type=int, default=RUNS, help="fresh processes")
    parser.add_argument("--check", action="store_true", help="end with code 1 when a limit is missed")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--simulate", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.simulate:
        simulate(asked.simulate, asked.cases)
        return 0
    if asked.inside:
        inside(asked.inside)
        return 0
    folder = Path(tempfile.gettempdir()) / f"justice-metrics-quality-{asked.cases}"
    if not (folder / "mapping.toml").exists():
        folder.mkdir(exist_ok=True)
        make = [sys.executable, __file__, "--simulate", str(folder), "--cases", str(asked.cases)]
        subprocess.run(make, check=True)
    command = [sys.executable, __file__, "--inside", str(folder)]
    runs = [
        json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])
        for _ in range(asked.runs)
    ]
    middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    print(f"{asked.cases:,} cases: {middle['rules']:.0f} rules looked at, {middle['broken']:.0f} broken")
    for key, unit in (("wall", "s"), ("read", "s"), ("check", "s"), ("cpu", "s"), ("peak", "MiB")):
        values = [run[key] for run in runs]
        print(f"  {key:<6} {middle[key]:9.1f}  ({min(values):.1f}-{max(values):.1f}) {unit}")
    limits = (("wall s", middle["wall"], WALL_LIMIT), ("peak MiB", middle["peak"], MEMORY_LIMIT))
    for text, value, limit in limits:
        print(f"{'kept  ' if value <= limit else 'MISSED'} {text}: {value:.1f} (limit {limit:g})")
    return 0 if not asked.check or all(value <= limit for _, value, limit in limits) else 1


if __name__ == "__main__":
    sys.exit(main())
