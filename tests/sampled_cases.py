"""A made-up sampling log and its coded files, small enough to be looked through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from justice_metrics.cases.casedata import CaseData
from justice_metrics.cases.mappings.mapping import CaseMapping

# stratum, court, chance of the court, weight of a file, what became of its files (c coded, l lost, s sealed, n not
# eligible, e eligible and not coded, f found)
COURTS = (
    ("north", "N1", 0.5, 4.0, "ccccccccll"),
    ("north", "N2", 0.25, 8.0, "cccccsclnn"),
    ("north", "N3", 0.4, 5.0, "ccccccccel"),
    ("south", "S1", 1.0, 2.0, "cccccccccc"),
    ("south", "S2", 0.5, 4.0, "ccccclllsf"),
    ("south", "S3", 0.5, 4.0, "cccllcclls"),
)
WORDS = {"c": "coded", "l": "lost", "s": "sealed", "n": "not_eligible", "e": "eligible", "f": "found"}
# Every second coded file ended in a conviction, every fourth is pending.
ENDS = ("convicted", "rejected", "convicted", None)


def log_frame() -> pd.DataFrame:
    """One row per drawn file."""
    rows = [
        {
            "stratum": stratum,
            "cluster": court,
            "file": f"{court}-{place:02}",
            "cluster_probability": chance,
            "weight": weight,
            "status": WORDS[one],
        }
        for stratum, court, chance, weight, told in COURTS
        for place, one in enumerate(told)
    ]
    return pd.DataFrame(rows)


def coded_frame(log: pd.DataFrame) -> pd.DataFrame:
    """One row per coded file."""
    coded = log[log["status"] == "coded"].reset_index(drop=True)
    n = len(coded)
    return pd.DataFrame(
        {
            "id": coded["file"],
            "reported": ["2016-01-05"] * n,
            "end": [ENDS[one % 4] for one in range(n)],
            "ended": [None if ENDS[one % 4] is None else f"2016-{one % 9 + 3:02}-10" for one in range(n)],
            "court": coded["cluster"],
        }
    )


def mapping_of(folder: Path, **sampling: Any) -> CaseMapping:
    """Read the cases with the log in a folder."""
    return CaseMapping.from_dict(
        {
            "cases": {
                "id": "id",
                "procedure": "bolivia",
                "cutoff": "2018-04-30",
                "sampling": {"log": "sampling_log.csv", **sampling},
            },
            "dates": {"complaint": "reported"},
            "outcome": {"column": "end", "date": "ended"},
            "attributes": {"court": "court"},
        },
        folder=folder,
    )


def sampled_cases(folder: Path, drawn: pd.DataFrame | None = None, **sampling: Any) -> CaseData:
    """Cases that were read with the log."""
    drawn = log_frame() if drawn is None else drawn
    drawn.to_csv(folder / "sampling_log.csv", index=False)
    return CaseData.from_frame(coded_frame(drawn), mapping_of(folder, **sampling))
