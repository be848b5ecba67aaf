"""What we are asked: the time questions by their public names, the bare kernels, and the machine's floor.

Each task ends in the same numbers as those of the peers. ``curves`` is the whole set of curves and tests that a study
of five offices and four endings needs, asked one question after the other.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

from survival_peers import CAUSES, DAY
from survival_task import Tasks, run

OUTCOMES: Final = {str(cause): f"ending_{cause}" for cause in CAUSES}


def spells(data: Any, entry: str | None = None) -> Any:
    """Hand the frame or the file over."""
    import justice_metrics as jm

    return jm.durations(data, days="days", ending="ending", outcomes=OUTCOMES, entry=entry)


def cell(table: Any, column: str, **where: Any) -> float:
    """Value of one cell of a result's table."""
    import numpy as np

    chosen = np.ones(len(table[column]), dtype=bool)
    for name, value in where.items():
        chosen &= np.asarray(table[name]) == value
    return float(table[column][int(np.flatnonzero(chosen)[0])])


# ------------------------------------------------------------------------------------------------ the public questions


def aj(data: Any) -> dict[str, float]:
    """Cumulative incidence of four endings by office."""
    import justice_metrics as jm

    answer = jm.cumulative_incidence(spells(data), by="office").at(days=(DAY,))
    where = {"office": "0", "outcome": "ending_1"}
    return {"estimate": cell(answer, "estimate", **where), "std_error": cell(answer, "std_error", **where)}


# ------------------------------------------------------------------------------------------------------- bare kernels


def kernel_curves(data: Any) -> dict[str, float]:
    """Count in numpy, then Kaplan-Meier and Aalen-Johansen: what curves cost without our table of results."""
    import numpy as np

    from justice_metrics.estimate.curves import aalen_johansen, kaplan_meier
    from justice_metrics.estimate.risk import at_risk

    last = int(data["days"].max()) + 1
    counts = np.zeros(25 * last, dtype=np.int64)
    days, ending, office = (data[name].to_numpy() for name in ("days", "ending", "office"))
    for start in range(0, len(days), 1 << 17):
        piece = slice(start, start + (1 << 17))
        key = (office[piece].astype(np.int32) * 5 + ending[piece]) * np.int32(last) + days[piece]
        counts += np.bincount(key, minlength=len(counts))
    table = counts.reshape(5, 5, last)
    events, censored = table[:, 1:], table[:, 0]
    risk = at_risk(events, censored, np.zeros_like(censored))
    open_cases = kaplan_meier(events.sum(axis=1), risk)
    endings = aalen_johansen(events, risk)
    return {"km": float(open_cases.survival[0, DAY]), "estimate": float(endings.incidence[0, 0, DAY])}


# -------------------------------------------------------------------------------------------------- the machine's floor


def _scan(path: Path, columns: tuple[str, ...], engine: str) -> dict[str, float]:
    if engine == "duckdb":
        import duckdb

        sums = ", ".join(f"sum({name})" for name in columns)
        with duckdb.connect() as connection:
            row = connection.sql(f"select {sums} from '{path.as_posix()}'").fetchall()[0]  # noqa: S608
        return {"days": float(row[0])}
    import polars as pl

    return {"days": float(pl.scan_parquet(path).select(pl.col(*columns).cast(pl.Int64).sum()).collect()["days"][0])}


def duckdb_scan(data: Any) -> dict[str, float]:
    """Add up the columns that curves need."""
    return _scan(data, ("days", "ending", "office"), "duckdb")


def polars_scan(data: Any) -> dict[str, float]:
    """Add up the columns that curves need."""
    return _scan(data, ("days", "ending", "office"), "polars")


def duckdb_scan_all(data: Any) -> dict[str, float]:
    """Add up the columns that a regression needs."""
    from survival_data import COVARIATES

    return _scan(data, ("days", "ending", *COVARIATES), "duckdb")


def polars_scan_all(data: Any) -> dict[str, float]:
    """Add up the columns that a regression needs."""
    from survival_data import COVARIATES

    return _scan(data, ("days", "ending", *COVARIATES), "polars")


TASKS: Final[Tasks] = {
    "justice_metrics": {"aj": aj},
    "our kernels": {"curves": kernel_curves},
    "scan by DuckDB": {"scan": duckdb_scan, "scan_cox": duckdb_scan_all},
    "scan by Polars": {"scan": polars_scan, "scan_cox": polars_scan_all},
}

if __name__ == "__main__":
    sys.exit(run(TASKS))
