"""What the peers are asked, each by the quickest door that its documentation names.

Runs in an environment of its own, which ``survival.py`` makes: some peers need older versions than ours. Every task
ends in a number or two that all contenders must agree on.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from survival_task import Tasks

# versions as they were compared; comprisk asks for numba below 0.66, lifelines for pandas below 3
PINS: Final = (
    "comprisk==0.8.0",
    "lifelines==0.30.3",
    "numba<0.66",
    "numpy==2.4.6",
    "pandas==2.3.3",
    "pyarrow>=17",
    "scikit-survival==0.28.0",
    "scipy==1.17.1",
    "statsmodels==0.15.0",
    "survival==2.0.0",
)
DAY: Final = 365  # where curves are compared
HORIZON: Final = 1095  # of restricted means
CAUSES: Final = (1, 2, 3, 4)
OFFICES: Final = range(5)


def frame(data: Any, *columns: str) -> Any:
    """Return the frame, read from parquet if a path was given."""
    if not isinstance(data, Path):
        return data
    from survival_data import read

    return read(data, columns)


def arrays(data: Any) -> tuple[Any, Any, Any]:
    """Return days as floats, endings and offices."""
    table = frame(data, "days", "ending", "office")
    return table["days"].to_numpy("float64"), table["ending"].to_numpy("int64"), table["office"].to_numpy("int64")


def design(data: Any, *more: str) -> tuple[Any, Any]:
    """Return the frame and the ten covariates as a matrix."""
    from survival_data import COVARIATES

    table = frame(data, "days", "ending", *more, *COVARIATES)
    return table, table[list(COVARIATES)].to_numpy("float64")


def on(day: float, times: Any, values: Any, before: float) -> float:
    """Value of a step function on a day."""
    numpy = import_module("numpy")
    place = int(numpy.searchsorted(times, day, side="right")) - 1
    return float(values[place]) if place >= 0 else before


# -------------------------------------------------------------------------------------------------------- statsmodels


def statsmodels_km(data: Any) -> dict[str, float]:
    """Kaplan-Meier with Greenwood errors, office by office."""
    survfunc = import_module("statsmodels.duration.survfunc")
    days, ending, office = arrays(data)
    curves = [survfunc.SurvfuncRight(days[office == one], (ending[office == one] > 0) * 1) for one in OFFICES]
    errors = [one.surv_prob_se for one in curves]
    return {
        "estimate": on(DAY, curves[0].surv_times, curves[0].surv_prob, 1.0),
        "std_error": on(DAY, curves[0].surv_times, errors[0], 0.0),
    }


def statsmodels_aj(data: Any) -> dict[str, float]:
    """Cumulative incidence of four endings with standard errors, office by office."""
    survfunc = import_module("statsmodels.duration.survfunc")
    days, ending, office = arrays(data)
    curves = [survfunc.CumIncidenceRight(days[office == one], ending[office == one]) for one in OFFICES]
    errors = [one.cinc_se for one in curves]
    return {
        "estimate": on(DAY, curves[0].times, curves[0].cinc[0], 0.0),
        "std_error": on(DAY, curves[0].times, errors[0][0], 0.0),
    }


def statsmodels_logrank(data: Any) -> dict[str, float]:
    """Log-rank test over the offices."""
    survfunc = import_module("statsmodels.duration.survfunc")
    days, ending, office = arrays(data)
    return {"statistic": float(survfunc.survdiff(days, (ending > 0) * 1, office)[0])}


def statsmodels_cox(data: Any) -> dict[str, float]:
    """Cox regression of ending 1, Efron ties."""
    regression = import_module("statsmodels.duration.hazard_regression")
    table, matrix = design(data)
    fit = regression.PHReg(table["days"].to_numpy(), matrix, (table["ending"] == 1).to_numpy() * 1, ties="efron").fit()
    return {"coefficient": float(fit.params[0]), "std_error": float(fit.bse[0])}


# ---------------------------------------------------------------------------------------------------------- lifelines


def lifelines_km(data: Any) -> dict[str, float]:
    """Kaplan-Meier with limits, office by office."""
    lifelines = import_module("lifelines")
    days, ending, office = arrays(data)
    curves = [lifelines.KaplanMeierFitter().fit(days[office == one], ending[office == one] > 0) for one in OFFICES]
    return {"estimate": float(curves[0].predict(DAY))}


def lifelines_aj(data: Any) -> dict[str, float]:
    """Cumulative incidence with variance, office by office and ending by ending; it breaks ties by chance."""
    lifelines = import_module("lifelines")
    days, ending, office = arrays(data)
    curves = [
        lifelines.AalenJohansenFitter(seed=1).fit(days[office == one], ending[office == one], event_of_interest=cause)
        for one in OFFICES
        for cause in CAUSES
    ]
    return {"estimate": float(curves[0].predict(DAY))}


def lifelines_logrank(data: Any) -> dict[str, float]:
    """Log-rank test over the offices."""
    statistics = import_module("lifelines.statistics")
    days, ending, office = arrays(data)
    return {"statistic": float(statistics.multivariate_logrank_test(days, office, ending > 0).test_statistic)}


def lifelines_means(data: Any) -> dict[str, float]:
    """Restricted mean, office by office; the estimate alone, since its variance is that of the times."""
    lifelines, utils = import_module("lifelines"), import_module("lifelines.utils")
    days, ending, office = arrays(data)
    curves = [lifelines.KaplanMeierFitter().fit(days[office == one], ending[office == one] > 0) for one in OFFICES]
    means = [utils.restricted_mean_survival_time(one, t=HORIZON) for one in curves]
    return {"estimate": float(means[0])}


def _lifelines_cox(data: Any, **options: Any) -> dict[str, float]:
    from survival_data import COVARIATES

    lifelines = import_module("lifelines")
    more = ("entry",) if options.get("entry_col") else ()
    table = frame(data, "days", "ending", *more, *COVARIATES)
    table = table[["days", *more, *COVARIATES]].assign(ended=table["ending"] == 1)
    fit = lifelines.CoxPHFitter().fit(table, "days", "ended", **options)
    return {"coefficient": float(fit.params_["x1"]), "std_error": float(fit.standard_errors_["x1"])}


def lifelines_cox(data: Any) -> dict[str, float]:
    """Cox regression of ending 1, Efron ties."""
    return _lifelines_cox(data)


def lifelines_cox_robust(data: Any) -> dict[str, float]:
    """The same with robust errors."""
    return _lifelines_cox(data, robust=True)


def lifelines_cox_entry(data: Any) -> dict[str, float]:
    """The same with delayed entry."""
    return _lifelines_cox(data, entry_col="entry")


# ---------------------------------------------------------------------------------------------------- scikit-survival


def sksurv_km(data: Any) -> dict[str, float]:
    """Kaplan-Meier with limits, office by office."""
    nonparametric = import_module("sksurv.nonparametric")
    days, ending, office = arrays(data)
    curves = [
        nonparametric.kaplan_meier_estimator(ending[office == one] > 0, days[office == one], conf_type="log-log")
        for one in OFFICES
    ]
    return {"estimate": on(DAY, curves[0][0], curves[0][1], 1.0)}


def sksurv_aj(data: Any) -> dict[str, float]:
    """Cumulative incidence with limits, office by office."""
    nonparametric = import_module("sksurv.nonparametric")
    days, ending, office = arrays(data)
    curves = [
        nonparametric.cumulative_incidence_competing_risks(
            ending[office == one], days[office == one], conf_type="log-log"
        )
        for one in OFFICES
    ]
    return {"estimate": on(DAY, curves[0][0], curves[0][1][1], 0.0)}


def _sksurv_times(days: Any, ended: Any) -> Any:
    return import_module("sksurv.util").Surv.from_arrays(ended, days)


def sksurv_logrank(data: Any) -> dict[str, float]:
    """Log-rank test over the offices."""
    compare = import_module("sksurv.compare")
    days, ending, office = arrays(data)
    return {"statistic": float(compare.compare_survival(_sksurv_times(days, ending > 0), office)[0])}


def sksurv_cox(data: Any) -> dict[str, float]:
    """Cox regression of ending 1, Efron ties; it has no standard errors."""
    linear = import_module("sksurv.linear_model")
    table, matrix = design(data)
    times = _sksurv_times(table["days"].to_numpy("float64"), (table["ending"] == 1).to_numpy())
    return {"coefficient": float(linear.CoxPHSurvivalAnalysis(ties="efron").fit(matrix, times).coef_[0])}


# ------------------------------------------------------------------------------------------- survival, the Rust package


def rust_km(data: Any) -> dict[str, float]:
    """Kaplan-Meier of the five offices with standard errors and limits."""
    days, ending, office = arrays(data)
    curve = import_module("survival.surv_analysis").survfitkm(days, (ending > 0) * 1.0, strata=office)
    first = int(next(iter(curve.strata)))
    numpy = import_module("numpy")
    times, values = numpy.asarray(curve.time)[:first], numpy.asarray(curve.surv)[:first]
    return {"estimate": on(DAY, times, values, 1.0)}


def rust_aj(data: Any) -> dict[str, float]:
    """Cumulative incidence of four endings in five offices with standard errors."""
    days, ending, office = arrays(data)
    states = [str(one) for one in CAUSES]
    curve = import_module("survival.surv_analysis").survfitaj(days, ending, states, strata=office)
    numpy = import_module("numpy")
    first = int(next(iter(curve.strata)))
    place = int(numpy.searchsorted(numpy.asarray(curve.time)[:first], DAY, side="right")) - 1
    return {"estimate": float(list(curve.pstate[place])[1])}


def rust_logrank(data: Any) -> dict[str, float]:
    """Log-rank test over the offices."""
    days, ending, office = arrays(data)
    return {
        "statistic": float(import_module("survival.validation").logrank_test(days, (ending > 0) * 1, office).statistic)
    }


def rust_means(data: Any) -> dict[str, float]:
    """Restricted means of the offices with their test."""
    days, ending, office = arrays(data)
    found = import_module("survival.validation").rmst_comparison(days, (ending > 0) * 1, office, float(HORIZON))
    return {"estimate": float(found.groups[0].rmean), "std_error": float(found.groups[0].se_rmean)}


def rust_cox(data: Any) -> dict[str, float]:
    """Cox regression of ending 1, Efron ties, on arrays."""
    table, matrix = design(data)
    days, ended = table["days"].to_numpy("float64"), (table["ending"] == 1).to_numpy() * 1
    fit = import_module("survival.regression").coxph_fit_raw(days, ended, matrix, resid=False)
    return {"coefficient": float(fit.coefficients[0]), "std_error": float(fit.var[0][0]) ** 0.5}


def rust_formula_cox(data: Any) -> dict[str, float]:
    """Cox regression of ending 1, Efron ties, by a formula on the frame."""
    from survival_data import COVARIATES

    survival = import_module("survival")
    table = frame(data, "days", "ending", *COVARIATES)
    table = table.assign(ended=(table["ending"] == 1).astype("int64"))
    fit = survival.coxph(f"Surv(days, ended) ~ {' + '.join(COVARIATES)}", data=table)
    return {"coefficient": float(survival.coef(fit)[0])}


def rust_cox_robust(data: Any) -> dict[str, float]:
    """The same on arrays with robust errors."""
    table, matrix = design(data)
    days, ended = table["days"].to_numpy("float64"), (table["ending"] == 1).to_numpy() * 1
    fit = import_module("survival.regression").coxph_fit(days, ended, matrix, robust=True)
    return {"coefficient": float(fit.coefficients[0]), "std_error": float(fit.var[0][0]) ** 0.5}


def rust_cox_entry(data: Any) -> dict[str, float]:
    """The same on arrays with delayed entry."""
    table, matrix = design(data, "entry")
    days, ended = table["days"].to_numpy("float64"), (table["ending"] == 1).to_numpy() * 1
    entry = table["entry"].to_numpy("float64")
    fit = import_module("survival.regression").coxph_fit_raw(days, ended, matrix, entry=entry, resid=False)
    return {"coefficient": float(fit.coefficients[0]), "std_error": float(fit.var[0][0]) ** 0.5}


def rust_finegray(data: Any) -> dict[str, float]:
    """Fine-Gray regression of ending 1."""
    table, matrix = design(data)
    days, ending = table["days"].to_numpy("float64").tolist(), table["ending"].to_numpy().tolist()
    fit = import_module("survival.regression").finegray_regression(days, ending, matrix.tolist(), 1)
    return {"coefficient": float(fit.coefficients[0])}


# ----------------------------------------------------------------------------------------------------------- comprisk


def comprisk_aj(data: Any) -> dict[str, float]:
    """Cumulative incidence of four endings in five offices with variance."""
    days, ending, office = arrays(data)
    curves = import_module("comprisk").CumulativeIncidence().fit(days, ending, group=office).curves_
    curve = curves[(0, 1)]
    return {"estimate": on(DAY, curve.times, curve.cif, 0.0)}


def comprisk_gray(data: Any) -> dict[str, float]:
    """Gray's test over the offices for each of four endings."""
    days, ending, office = arrays(data)
    comprisk = import_module("comprisk")
    statistics = [comprisk.gray_test(days, ending, office, cause=one).stat for one in CAUSES]
    return {"statistic": float(statistics[0])}


def comprisk_finegray(data: Any) -> dict[str, float]:
    """Fine-Gray regression of ending 1, Breslow ties."""
    table, matrix = design(data)
    fit = (
        import_module("comprisk")
        .FineGrayRegression()
        .fit(matrix, time=table["days"].to_numpy("float64"), event=table["ending"].to_numpy("int64"))
    )
    return {"coefficient": float(fit.coef_[0])}


TASKS: Final[Tasks] = {
    "statsmodels": {
        "km": statsmodels_km,
        "aj": statsmodels_aj,
        "logrank": statsmodels_logrank,
        "cox": statsmodels_cox,
    },
    "lifelines": {
        "km": lifelines_km,
        "aj": lifelines_aj,
        "logrank": lifelines_logrank,
        "means": lifelines_means,
        "cox": lifelines_cox,
        "cox_robust": lifelines_cox_robust,
        "cox_entry": lifelines_cox_entry,
    },
    "scikit-survival": {"km": sksurv_km, "aj": sksurv_aj, "logrank": sksurv_logrank, "cox": sksurv_cox},
    "survival (Rust)": {
        "km": rust_km,
        "aj": rust_aj,
        "logrank": rust_logrank,
        "means": rust_means,
        "cox": rust_cox,
        "cox_robust": rust_cox_robust,
        "cox_entry": rust_cox_entry,
        "finegray": rust_finegray,
    },
    "survival (Rust), formula": {"cox": rust_formula_cox},
    "comprisk": {"aj": comprisk_aj, "gray": comprisk_gray, "finegray": comprisk_finegray},
}

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parent))  # last: ``survival`` is the package, not the file beside us
    from survival_task import run

    sys.exit(run(TASKS))
