"""Time, memory and accuracy of a linkage of four simulated registers.

``python benchmarks/linkage.py`` links 100,000 records; ``--records 1000000`` as many as asked for. With ``--check`` the
exit code tells whether precision, recall and time were kept. The registers are simulated: the figures say that the
tool works, not how well registers of any country can be linked.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from typing import Any, Final

import numpy as np

WALL_LIMIT: Final = 120.0  # seconds, for 100,000 records
PRECISION: Final = 0.99
RECALL: Final = 0.9
THRESHOLDS: Final = (0.8, 0.9, 0.95)


def measured(records: int, seed: int) -> dict[str, Any]:
    """Link as many simulated records and compare with the truth."""
    from justice_metrics.cases.linkage.linked import link_registers
    from justice_metrics.simulate.registers import REGISTERS, registers, write_registers

    world = registers(records, seed=seed)
    with tempfile.TemporaryDirectory() as folder:
        plan = write_registers(world, folder)
        began = time.perf_counter()
        linked = link_registers(plan)
        seconds = time.perf_counter() - began
    person = np.concatenate([world.truth(one)[0] for one in REGISTERS])
    sizes = np.bincount(person)
    true = person[linked.pairs.left] == person[linked.pairs.right]
    whole = int((sizes * (sizes - 1) // 2).sum())
    return {
        "records": world.n,
        "seconds": round(seconds, 1),
        "peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        "accuracy": {
            str(one): {
                "precision": round(float(true[linked.pairs.probability >= one].mean()), 5),
                "recall": round(float(true[linked.pairs.probability >= one].sum() / whole), 4),
            }
            for one in THRESHOLDS
        },
        "simulated": True,
    }


def main() -> int:
    """Measure, tell, and check where it was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    found = measured(asked.records, asked.seed)
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    kept = all(one["precision"] >= PRECISION and one["recall"] >= RECALL for one in found["accuracy"].values())
    in_time = asked.records > 100_000 or found["seconds"] < WALL_LIMIT
    return 0 if not asked.check or (kept and in_time) else 1


if __name__ == "__main__":
    sys.exit(main())
