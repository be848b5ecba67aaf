"""Time, memory and hidden cells of the disclosure gate: tables of several sizes with all their margins.

``python benchmarks/disclosure.py`` protects each table in a fresh process. The
counts are drawn from a negative binomial distribution, as skewed as those of small offices. With ``--check`` the exit
code tells whether the limits were kept.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from itertools import product
from typing import Final

import numpy as np

from justice_metrics.base.cells import Count, box
from justice_metrics.disclosure.policy import DisclosurePolicy
from justice_metrics.disclosure.protect import protect

# Seconds of the processor; the 864 cells of 15 x 8 x 5 are what a public study asks for.
LIMITS: Final = {"20x6": 2.0, "50x8": 5.0, "15x8x5": 10.0, "33x10x6": 60.0, "300x12": 60.0}
POPULATION: Final = "case of the benchmark"


def counts(shape: tuple[int, ...]) -> list[Count]:
    """Return a table with all its margins; mean 12, and many cells below 10."""
    drawn = np.random.default_rng(20180430).negative_binomial(0.6, 0.6 / 12.6, shape)
    found: list[Count] = []
    for kept in product((False, True), repeat=len(shape)):
        margin = drawn.sum(axis=tuple(axis for axis, one in enumerate(kept) if not one))
        names = [f"d{axis}" for axis, one in enumerate(kept) if one]
        for place in np.ndindex(margin.shape):
            levels = dict(zip(names, (f"l{one}" for one in place), strict=True))
            found.append(Count(box(levels), float(margin[place]), ("main", "n", len(found))))
    return found


def measured(size: str, mode: str) -> dict[str, object]:
    """Return what it costs to protect one table."""
    cells = counts(tuple(map(int, size.split("x"))))
    policy = DisclosurePolicy(
        mode=mode,  # type: ignore[arg-type]
        zeros="structural",
        hundred_percent="show",
        secret="env:BENCHMARK_SECRET",  # noqa: S106 (where it is, not what it is)
    )
    begun, wall = time.process_time(), time.perf_counter()
    decided = protect({POPULATION: cells}, policy)
    seconds = time.process_time() - begun
    return {
        "size": size,
        "mode": mode,
        "cells": len(cells),
        **decided.rules(),
        "cpu_seconds": round(seconds, 2),
        "wall_seconds": round(time.perf_counter() - wall, 2),
        "memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> int:
    """Measure each size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--sizes", nargs="+", default=list(LIMITS), choices=list(LIMITS))
    parser.add_argument("--one", nargs=2, metavar=("SIZE", "MODE"))
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measured(*asked.one)))
        return 0
    kept = True
    secret = {"BENCHMARK_SECRET": np.random.default_rng().bytes(32).hex(), "OMP_NUM_THREADS": "1"}
    for size, mode in product(asked.sizes, ("suppress", "round")):
        command = [sys.executable, __file__, "--one", size, mode]
        done = subprocess.run(command, env={**os.environ, **secret}, check=True, capture_output=True, text=True)
        found = json.loads(done.stdout)
        print(json.dumps(found))
        kept &= found["cpu_seconds"] <= LIMITS[size]
    return 0 if kept or not asked.check else 1


if __name__ == "__main__":
    raise SystemExit(main())
