"""The door to lifelines: its fit of a model, as parameters in our order. It is imported inside the functions."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..base.types import Floats
from .time_distributions import SPLINE_KNOTS, Distribution, Times


def fitted_by_lifelines(
    distribution: Distribution, times: Times, begin: Floats, end: Floats, weight: Floats, knots: Floats
) -> Floats:
    """Let lifelines fit the model and return its parameters in our order: location, coefficients, shape."""
    import lifelines
    import pyarrow as pa

    p = times.design.shape[1]
    covariates = [f"x{place}" for place in range(p)]
    columns: dict[str, Any] = {"T": end, "E": times.ended == 1, "w": weight, "entry": begin}
    columns |= {name: times.design[:, place] for place, name in enumerate(covariates)}
    frame = pa.table(columns).to_pandas()
    late = {"entry_col": "entry"} if bool((begin > 0).any()) else {}
    if not late:
        frame = frame.drop(columns="entry")
    linear = " + ".join(covariates) if p else "1"
    common: dict[str, Any] = {"weights_col": "w", **late}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # what it doubts is judged by the likelihood afterwards
        warnings.simplefilter("ignore")
        try:
            if distribution == "spline":
                return _spline_by_lifelines(lifelines, frame, covariates, common, knots)
            if distribution == "generalised-gamma":
                model = lifelines.GeneralizedGammaRegressionFitter()
                model.fit(frame, "T", "E", regressors={"mu_": linear, "sigma_": "1", "lambda_": "1"}, **common)
                found = model.params_
                return np.array(
                    [
                        *_linear(found["mu_"], covariates),
                        float(found["sigma_"]["Intercept"]),
                        float(found["lambda_"]["Intercept"]),
                    ]
                )
            return _aft_by_lifelines(lifelines, distribution, frame, covariates, linear, common)
        except lifelines.exceptions.ConvergenceError:
            return _rough(distribution, times, end, weight)


def _aft_by_lifelines(
    lifelines: Any, distribution: Distribution, frame: Any, covariates: list[str], linear: str, common: dict[str, Any]
) -> Floats:
    kind, location, shape = {
        "weibull": (lifelines.WeibullAFTFitter, "lambda_", "rho_"),
        "log-normal": (lifelines.LogNormalAFTFitter, "mu_", "sigma_"),
        "log-logistic": (lifelines.LogLogisticAFTFitter, "alpha_", "beta_"),
    }[distribution]
    model = kind()
    model.fit(frame, "T", "E", formula=linear, **common)
    found = model.params_
    # shapes of lifelines are 1 / s for Weibull and log-logistic, and s itself for the log-normal; all are logs
    sign = 1.0 if distribution == "log-normal" else -1.0
    return np.array([*_linear(found[location], covariates), sign * float(found[shape]["Intercept"])])


def _spline_by_lifelines(
    lifelines: Any, frame: Any, covariates: list[str], common: dict[str, Any], knots: Floats
) -> Floats:
    if not covariates:
        late = {"entry": frame["entry"]} if "entry_col" in common else {}
        plain = lifelines.SplineFitter(np.exp(knots))
        plain.fit(frame["T"], frame["E"], weights=frame["w"], **late)
        return np.array([float(getattr(plain, f"phi_{place}_")) for place in range(len(knots))])
    model = lifelines.CRCSplineFitter(knots=list(knots))
    gammas = [f"gamma{place}_" for place in range(len(knots))]
    linear = " + ".join(covariates) + " - 1"
    model.fit(frame, "T", "E", regressors={"beta_": linear, **dict.fromkeys(gammas, "1")}, **common)
    found = model.params_
    return np.array(
        [*(float(found["beta_"][name]) for name in covariates), *(float(found[one]["Intercept"]) for one in gammas)]
    )


def _linear(found: Any, covariates: Sequence[str]) -> list[float]:
    return [float(found["Intercept"]), *(float(found[name]) for name in covariates)]


def _rough(distribution: Distribution, times: Times, end: Floats, weight: Floats) -> Floats:
    """Return parameters from which the maximum can be climbed to when lifelines gives none."""
    rate = float((weight * times.ended).sum() / (weight * end).sum())
    p = times.design.shape[1]
    location = -np.log(max(rate, 1e-9))
    if distribution == "spline":
        return np.array([*np.zeros(p), -location, 1.0, *np.zeros(SPLINE_KNOTS - 2)])
    return np.array([location, *np.zeros(p), 0.0, *([1.0] if distribution == "generalised-gamma" else [])])
