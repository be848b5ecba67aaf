"""Time and memory of a ministry's table: a year of monthly counts for 400 offices and 12 offences, with gaps and marks.

``python benchmarks/counts.py`` writes the file, then reads it and asks for the flows of the country, of every office
and of every offence, each time in a fresh process: from the import of the library to the tables that would be printed.
With ``--check`` the exit code tells whether the limits were kept.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parent
WALL_LIMIT: Final = 2.0  # seconds
MEMORY_LIMIT: Final = 1024.0  # MiB

COLUMNS: Final = {
    "pending_start": "Pendientes al inicio",
    "new": "Ingresadas",
    "reopened": "Reabiertas",
    "resolved": "Resueltas",
    "pending_end": "Pendientes al final",
}
CODES: Final = {
    "S/D": "not_available",
    "N/C": "not_applicable",
    "*": "suppressed",
    "pend.": "pending",
    "(p)": "under_review",
    "-": "zero",
}
MAPPING: Final = {
    "data": {"separator": ";", "encoding": "cp1252"},
    "counts": {
        "office": "Juzgado",
        "period": {"year": "Año", "month": "Mes"},
        "keys": {"offence": "Delito"},
        "quantities": COLUMNS,
    },
    "missing": CODES,
}


def write(file: Path, asked: argparse.Namespace) -> int:
    """Write the table and return its rows; a stock is what was left of the month before."""
    draw = random.Random(20180430)
    with file.open("w", encoding="cp1252", newline="") as held:
        writer = csv.writer(held, delimiter=";")
        writer.writerow(["Juzgado", "Delito", "Año", "Mes", *COLUMNS.values()])
        rows = 0
        for office in range(asked.offices):
            for offence in range(asked.offences):
                pending = draw.randint(0, 60)
                for month in range(asked.months):
                    new, again = draw.randint(0, 9), draw.randint(0, 1)
                    resolved = draw.randint(0, min(9, pending + new + again))
                    end = pending + new + again - resolved
                    cells: list[Any] = [pending, new, again, resolved, end]
                    if draw.random() < asked.missing:
                        place = draw.randrange(5)
                        marked = f"{cells[place]} (p)" if cells[place] else "-"
                        cells[place] = draw.choice(["S/D", "N/C", "*", "pend.", marked])
                    when = (2017 + month // 12, month % 12 + 1)
                    writer.writerow([f"Juzgado N° {office + 1}", f"Delito {offence + 1}", *when, *cells])
                    pending, rows = end, rows + 1
    return rows


def once(asked: argparse.Namespace) -> dict[str, float]:
    """Be the fresh process: import, read, report, and tell what it took."""
    sys.path.insert(0, str(HERE.parent))
    begin, spent = time.perf_counter(), time.process_time()
    import justice_metrics as jm

    counts = jm.read_counts(asked.file, mapping=MAPPING)
    read = time.perf_counter()
    answers = [
        jm.case_flows(counts, period="month"),
        jm.case_flows(counts, period="year", by="office"),
        jm.case_flows(counts, period="month", by="offence"),
    ]
    printed = sum(len(str(one)) for one in answers)
    end = time.perf_counter()
    return {
        "read": read - begin,
        "report": end - read,
        "wall": end - begin,
        "cpu": time.process_time() - spent,
        "peak": peak(),
        "letters": printed,
    }


def peak() -> float:
    """Largest resident memory of this process, MiB; NaN where it is not told."""
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    found = [one for one in status.read_text(encoding="ascii").splitlines() if one.startswith("VmHWM")]
    return float(found[0].split()[1]) / 1024


def main() -> int:
    """Read the command line, measure, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--offices", type=int, default=400)
    parser.add_argument("--offences", type=int, default=12)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--missing", type=float, default=0.05, help="share of rows with a cell that is no plain number")
    parser.add_argument("--runs", type=int, default=5, help="fresh processes")
    parser.add_argument("--check", action="store_true", help="fail when the limits are not kept")
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.once:
        print(json.dumps(once(asked)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "counts.csv"
        rows = write(file, asked)
        runs = []
        for _ in range(max(asked.runs, 1)):
            words = [sys.executable, str(Path(__file__).resolve()), *sys.argv[1:], "--once", "--file", str(file)]
            done = subprocess.run(words, check=True, capture_output=True, text=True)
            runs.append(json.loads(done.stdout.splitlines()[-1]))
            print(
                f"{rows:>9,} rows  read {runs[-1]['read']:5.2f} s  report {runs[-1]['report']:5.2f} s  "
                f"processor {runs[-1]['cpu']:5.2f} s  "
                f"peak {runs[-1]['peak']:6.0f} MiB",
                flush=True,
            )
    wall = statistics.median(one["wall"] for one in runs)
    largest = max(one["peak"] for one in runs)
    print(f"median {wall:.2f} s, peak {largest:.0f} MiB")
    kept = wall <= WALL_LIMIT and not largest > MEMORY_LIMIT
    return 0 if kept or not asked.check else 1


if __name__ == "__main__":
    sys.exit(main())
