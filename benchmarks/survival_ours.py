"""What we are asked: the time questions by their public names, the bare kernels, and the machine's floor.

Each task ends in the same numbers as those of the peers. ``curves`` is the whole set of curves and tests that a study
of five offices and four endings needs, asked one question after the other.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

from survival_data import COVARIATES
from survival_peers import CAUSES, DAY, HORIZON
from survival_task import Tasks, run

FORMULA: Final = " + ".join(COVARIATES)
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


def km_of(times: Any) -> dict[str, float]:
    """Share still open by office, with limits."""
    import justice_metrics as jm

    answer = jm.open_share(times, by="office").at(days=(DAY,))
    return {name: cell(answer, name, office="0") for name in ("estimate", "std_error")}


def aj_of(times: Any) -> dict[str, float]:
    """Cumulative incidence of four endings by office, with limits."""
    import justice_metrics as jm

    answer = jm.cumulative_incidence(times, by="office").at(days=(DAY,))
    return {name: cell(answer, name, office="0", outcome="ending_1") for name in ("estimate", "std_error")}


def tests_of(times: Any) -> tuple[float, float]:
    """Log-rank tests of any ending and of each, Gray's of each, all pairs of offices, adjusted p values."""
    import justice_metrics as jm

    main = jm.curve_tests(times, by="office").main
    logrank = cell(main, "statistic", outcome="any_exit", scale="hazard")
    return logrank, cell(main, "statistic", outcome="ending_1", scale="incidence")


def means_of(times: Any) -> dict[str, float]:
    """Restricted mean days open and lost to each ending by office, with their differences and tests."""
    import justice_metrics as jm

    main = jm.restricted_means(times, by="office", horizon_days=HORIZON).main
    return {name: cell(main, name, office="0", outcome="open") for name in ("estimate", "std_error")}


def km(data: Any) -> dict[str, float]:
    """Kaplan-Meier by itself."""
    return km_of(spells(data))


def aj(data: Any) -> dict[str, float]:
    """Aalen-Johansen by itself."""
    return aj_of(spells(data))


def logrank(data: Any) -> dict[str, float]:
    """All tests by themselves: our question makes no single one."""
    return {"statistic": tests_of(spells(data))[0]}


def gray(data: Any) -> dict[str, float]:
    """All tests by themselves."""
    return {"statistic": tests_of(spells(data))[1]}


def means(data: Any) -> dict[str, float]:
    """Restricted means by themselves."""
    return means_of(spells(data))


def curves(data: Any) -> dict[str, float]:
    """Everything about curves: four questions of the same times."""
    times = spells(data)
    found = {f"{task}_{name}": value for task, ask in _CURVES.items() for name, value in ask(times).items()}
    found["logrank_statistic"], found["gray_statistic"] = tests_of(times)
    return found


_CURVES: Final = {"km": km_of, "aj": aj_of, "means": means_of}


def _cox(data: Any, *, entry: str | None = None, robust: bool | None = None) -> dict[str, float]:
    import justice_metrics as jm

    main = jm.cox_regression(spells(data, entry), outcome="ending_1", formula=FORMULA, robust=robust).tables[
        "coefficients"
    ]
    return {"coefficient": cell(main, "estimate", term="x1"), "std_error": cell(main, "std_error", term="x1")}


def cox(data: Any) -> dict[str, float]:
    """Cox regression of ending 1 on ten covariates, Efron ties, with its test of proportional hazards."""
    return _cox(data)


def cox_robust(data: Any) -> dict[str, float]:
    """The same with robust errors."""
    return _cox(data, robust=True)


def cox_entry(data: Any) -> dict[str, float]:
    """The same with delayed entry."""
    return _cox(data, entry="entry")


def finegray(data: Any) -> dict[str, float]:
    """Fine-Gray regression of ending 1 with robust errors, ties and censoring as in the peers."""
    import justice_metrics as jm

    conventions: dict[str, Any] = {"ties": "breslow", "censoring_ties": "all_at_risk"}
    main = jm.subdistribution_regression(spells(data), outcome="ending_1", formula=FORMULA, **conventions).tables[
        "coefficients"
    ]
    return {"coefficient": cell(main, "estimate", term="x1"), "std_error": cell(main, "std_error", term="x1")}


# --------------------------------------------------------------------------------------------- the estimates alone


def bare_curves(data: Any) -> dict[str, float]:
    """One count of the rows, then every kernel of curves and tests; no tables of results."""
    from justice_metrics.estimate.comparison import log_rank
    from justice_metrics.estimate.curves import aalen_johansen, kaplan_meier
    from justice_metrics.estimate.gray import gray as gray_test
    from justice_metrics.estimate.means import restricted_mean_lost, restricted_mean_open
    from justice_metrics.estimate.risk import at_risk
    from justice_metrics.reduce.risk import risk_table_of

    table = risk_table_of(spells(data), by=("office",))
    events, any_ending = table.events, table.events.sum(axis=1)
    risk = at_risk(events, table.censored, table.entered)
    still = kaplan_meier(any_ending, risk)
    ended = aalen_johansen(events, risk)
    apart = log_rank(any_ending, risk)
    tested = gray_test(events, risk)
    left = restricted_mean_open(table.days, any_ending, risk, horizon_days=HORIZON)
    restricted_mean_lost(table.days, events, risk, horizon_days=HORIZON)
    day = int(table.days.searchsorted(DAY, side="right")) - 1
    return {
        "km_estimate": float(still.survival[0, day]),
        "km_std_error": float(still.std_error[0, day]),
        "aj_estimate": float(ended.incidence[0, 0, day]),
        "aj_std_error": float(ended.std_error[0, 0, day]),
        "logrank_statistic": float(apart.chi_square),
        "gray_statistic": float(tested.chi_square[0]),
        "means_estimate": float(left.estimate[0]),
        "means_std_error": float(left.std_error[0]),
    }


def _cells(data: Any, entry: str | None = None) -> tuple[Any, Any]:
    """Return folded rows, and the covariates of each pattern."""
    import numpy as np

    from justice_metrics.reduce.patterns import patterns_of

    made = patterns_of(spells(data, entry), covariates=COVARIATES, categorical=frozenset())
    return made.rows, np.stack([made.covariates[name].values for name in COVARIATES], axis=1).astype(np.float64)


def _first(estimate: Any, covariance: Any) -> dict[str, float]:
    return {"coefficient": float(estimate[0]), "std_error": float(covariance[0, 0]) ** 0.5}


def bare_cox(data: Any, entry: str | None = None) -> dict[str, float]:
    """Fold the rows and fit: coefficients, covariance and the three tests, as the peers give them."""
    from justice_metrics.estimate.cox import cox as fit_cox

    fit = fit_cox(*_cells(data, entry), outcome=1)
    return _first(fit.coefficients, fit.covariance)


def bare_cox_entry(data: Any) -> dict[str, float]:
    """The same with delayed entry."""
    return bare_cox(data, "entry")


def bare_cox_robust(data: Any) -> dict[str, float]:
    """The same with robust errors."""
    from justice_metrics.estimate.cox import cox as fit_cox
    from justice_metrics.estimate.cox_robust import robust_covariance

    fit = fit_cox(*_cells(data), outcome=1)
    return _first(fit.coefficients, robust_covariance(fit).covariance)


def bare_finegray(data: Any) -> dict[str, float]:
    """Fold the rows and fit, with the inverse information as covariance, as comprisk gives it."""
    from justice_metrics.estimate.finegray import fine_gray

    fit = fine_gray(*_cells(data), outcome=1, ties="breslow", censoring_ties="all_at_risk").cox
    return _first(fit.coefficients, fit.covariance)


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
    return _scan(data, ("days", "ending", *COVARIATES), "duckdb")


def polars_scan_all(data: Any) -> dict[str, float]:
    """Add up the columns that a regression needs."""
    return _scan(data, ("days", "ending", *COVARIATES), "polars")


TASKS: Final[Tasks] = {
    "justice_metrics": {
        "km": km,
        "aj": aj,
        "logrank": logrank,
        "gray": gray,
        "means": means,
        "curves": curves,
        "cox": cox,
        "cox_robust": cox_robust,
        "cox_entry": cox_entry,
        "finegray": finegray,
    },
    "estimates alone": {
        "curves": bare_curves,
        "cox": bare_cox,
        "cox_robust": bare_cox_robust,
        "cox_entry": bare_cox_entry,
        "finegray": bare_finegray,
    },
    "scan by DuckDB": {"scan": duckdb_scan, "scan_cox": duckdb_scan_all},
    "scan by Polars": {"scan": polars_scan, "scan_cox": polars_scan_all},
}

if __name__ == "__main__":
    sys.exit(run(TASKS))
