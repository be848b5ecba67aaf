"""Time and memory of statistics files: a million cases with 18 columns as .sav and as .dta, read in the child process.

``python benchmarks/labelled_files.py`` writes both files with pyreadstat, then reads each as a mapping would, in a
fresh process. With ``--check`` the exit code tells whether the limits were kept.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np

SECONDS: Final = 60.0
MEMORY: Final = 1536.0  # MiB, of the child that parses; the parent holds the texts
DAY: Final = 86_400.0
PLACES: Final = ("La Paz", "Santa Cruz", "Cochabamba", "Beni")


def write(folder: Path, rows: int) -> tuple[Path, Path]:
    """Write the same cases in both formats: an id, codes with labels, texts and dates."""
    import pandas as pd
    import pyreadstat

    draw = np.random.default_rng(20180430)
    columns: dict[str, object] = {"id": [f"C-{number:07d}" for number in range(rows)]}
    columns |= {f"code{place}": draw.integers(1, 9, rows).astype(float) for place in range(8)}
    columns |= {f"text{place}": np.array(PLACES)[draw.integers(0, len(PLACES), rows)] for place in range(5)}
    days = {f"day{place}": draw.integers(20_000, 22_000, rows).astype(float) for place in range(4)}
    labels = {float(code): f"answer {code}" for code in range(1, 9)}
    named = {name: labels for name in columns if name.startswith("code")}
    sav, dta = folder / "cases.sav", folder / "cases.dta"
    spss = {name: (one + 137_775) * DAY for name, one in days.items()}  # from 14 October 1582, not from 1960
    formats = dict.fromkeys(days, "DATE11")
    pyreadstat.write_sav(pd.DataFrame(columns | spss), sav, variable_value_labels=named, variable_format=formats)
    whole: dict[str, dict[int | float, str]] = {
        name: dict(zip(range(1, 9), one.values(), strict=True)) for name, one in named.items()
    }
    stata = dict.fromkeys(days, "%td")
    pyreadstat.write_dta(pd.DataFrame(columns | days), dta, variable_value_labels=whole, variable_format=stata)
    return sav, dta


def read(path: Path) -> tuple[float, float, float]:
    """Return seconds, and the most memory of the parsing child and of this process, in MiB."""
    from justice_metrics.cases.readers.files import read_text_table

    begun = time.perf_counter()
    read_text_table(path)
    seconds = time.perf_counter() - begun
    used = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF)]
    return seconds, used[0], used[1]


def main() -> int:
    """Measure, tell, and return whether a limit was passed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--check", action="store_true")
    given = asked.parse_args()
    passed = False
    with tempfile.TemporaryDirectory() as folder:
        for path in write(Path(folder), given.rows):
            with get_context("spawn").Pool(1) as pool:
                seconds, child, own = pool.apply(read, (path,))
            size = path.stat().st_size >> 20
            told = f"{path.suffix} {size} MiB: {seconds:.1f} s, child {child:.0f} MiB, this process {own:.0f} MiB"
            sys.stdout.write(f"{told}\n")
            passed = passed or seconds > SECONDS or child > MEMORY
    return int(given.check and passed)


if __name__ == "__main__":
    raise SystemExit(main())
