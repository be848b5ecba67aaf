"""From a fitted duration model to the tables of the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from ..base.language import Readable, tr
from ..base.table import Column, Table
from ..base.types import Floats
from ..estimate.calibration import Calibration, observed_share
from ..estimate.parametric import Fit, survival
from ..estimate.time_distributions import Times
from .caseload import band_words
from .regression_model import Prepared

DISTRIBUTION_WORDS: Final[Mapping[str, Readable]] = {
    "weibull": tr("Weibull"),
    "log-normal": tr("log-normal"),
    "log-logistic": tr("log-logistic"),
    "generalised-gamma": tr("generalised gamma"),
    "spline": tr("spline"),
}
_YEAR: Final = 365
_POINTS: Final = 120


def unit_weights(times: Times) -> Floats:
    """Return for how many units each cell stands, sampling weights included."""
    return times.n * (np.ones(len(times.n)) if times.weight is None else times.weight)


def models_table(fits: Mapping[str, Fit | None], *, weighted: bool) -> Table:
    """Return the distributions that were tried, side by side."""
    columns = (
        Column("distribution", tr("distribution"), "text", "key", "key"),
        Column("parameters", tr("parameters"), "number", "key", "key", 0),
        Column("log_likelihood", tr("log-likelihood"), "number", "estimate", "difference", 2),
        Column("aic", tr("AIC"), "number", "estimate", "difference", 1),
        Column("bic", tr("BIC"), "number", "estimate", "difference", 1),
    )
    found = [(name, one if one is not None and one.converged else None) for name, one in fits.items()]
    nothing = np.nan
    values = {
        "distribution": [name for name, _ in found],
        "parameters": [nothing if one is None else one.parameters for _, one in found],
        "log_likelihood": [nothing if one is None else one.log_likelihood for _, one in found],
        # with sampling weights the likelihood is none, and the criteria mean nothing
        "aic": [nothing if one is None or weighted else one.aic for _, one in found],
        "bic": [nothing if one is None or weighted else one.bic for _, one in found],
    }
    labels = {"distribution": DISTRIBUTION_WORDS}
    return Table(columns, values, labels=labels, title=tr("Distributions side by side"))


def curve_table(chosen: Fit, times: Times, made: Prepared, last: int) -> Table:
    """Return the mean curve of the model beside Kaplan-Meier, on a grid of days."""
    marked = np.arange(0, last + 1, axis_pace(last))
    days = np.unique(np.concatenate([np.linspace(0, last, _POINTS).astype(np.int64), marked]))
    weight = unit_weights(times)
    eta, place = np.unique(chosen.predictor(times.design), return_inverse=True)
    of_eta = np.bincount(place, weights=weight) / weight.sum()
    model = 1 - of_eta @ survival(chosen, eta[:, None], days[None].astype(np.float64))
    rows = made.patterns.rows
    observed, at_risk = observed_share(rows.entry, rows.exit, times.ended, weight, days)
    columns = (
        Column("days", tr("day"), "days", "key", "key"),
        Column("at_risk", tr("open just before"), "units", "count", "count"),
        Column("predicted", tr("share ended by the model"), "share", "estimate", "probability"),
        Column("estimate", tr("share ended as observed"), "share", "estimate", "probability"),
    )
    values = {"days": days, "at_risk": np.round(at_risk, 6), "predicted": model, "estimate": observed}
    return Table(columns, values, title=tr("The model beside what was observed"))


def axis_pace(last: int) -> int:
    """Return the days between two marks of an axis."""
    return next((one for one in (1, 5, 30, 60, 90, 180, 365, 730, 1095) if last / one <= 6), 3650)


def calibration_table(found: Calibration, *, weighted: bool) -> Table:
    """Return predicted and observed shares by group of predictions."""
    g = len(found.units)
    nothing = np.full(g, np.nan)
    columns = (
        Column("group", tr("group of predictions, from low to high"), "number", "key", "key", 0),
        Column("denominator", tr("units"), "units", "count", "count"),
        Column("predicted", tr("predicted share ended"), "share", "estimate", "probability"),
        Column("estimate", tr("observed share"), "share", "estimate", "probability"),
        Column("conf_low", tr("lower limit"), "share", "interval", "interval"),
        Column("conf_high", tr("upper limit"), "share", "interval", "interval"),
    )
    values = {
        "group": np.arange(1, g + 1),
        "denominator": found.units,
        "predicted": found.predicted,
        "estimate": found.observed,
        "conf_low": nothing if weighted else found.conf_low,
        "conf_high": nothing if weighted else found.conf_high,
    }
    return Table(columns, values, title=tr("Predicted and observed"))


def pending_table(chosen: Fit, times: Times) -> Table:
    """Return how long pending cases will go on by the model, by age."""
    still_open = times.ended == 0
    ages, weight = times.exit[still_open], unit_weights(times)[still_open]
    eta = chosen.predictor(times.design[still_open])
    last = min(int(ages.max(initial=0)) // _YEAR, 5)
    band = np.minimum(np.maximum(ages - 1, 0) // _YEAR, last).astype(np.int64)
    names_of = [f"{year}-{year + 1}" for year in range(last)] + [f"{last}+" if last == 5 else f"{last}-{last + 1}"]
    kept = [place for place in range(last + 1) if (band == place).any()]
    held: dict[str, list[float]] = {"n": [], "within": [], "half": []}
    for place in kept:
        mine = band == place
        of, share = eta[mine], weight[mine] / weight[mine].sum()
        now = survival(chosen, of, ages[mine])

        def gone(days: float, of: Floats = of, share: Floats = share, now: Floats = now, mine: Floats = mine) -> float:
            return 1 - float(share @ (survival(chosen, of, ages[mine] + days) / np.maximum(now, 1e-300)))

        low, high = 0.0, 40_000.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (low, middle) if gone(middle) >= 0.5 else (middle, high)
        held["n"].append(float(weight[mine].sum()))
        held["within"].append(gone(float(_YEAR)))
        held["half"].append((low + high) / 2 if high < 39_999 else np.nan)
    columns = (
        Column("age_band", tr("age at the cut-off"), "text", "key", "key"),
        Column("denominator", tr("pending cases"), "units", "count", "count"),
        Column("share", tr("expected to end within 365 days"), "share", "estimate", "probability"),
        Column("estimate", tr("further days until half of them have ended"), "days", "estimate", "quantile"),
    )
    shown = [names_of[place] for place in kept]
    values = {
        "age_band": np.array(shown, dtype=object),
        "denominator": np.array(held["n"]),
        "share": np.array(held["within"]),
        "estimate": np.round(np.array(held["half"]), 0),
    }
    labels: dict[str, Mapping[str, Readable]] = {"age_band": {one: band_words(one) for one in shown}}
    return Table(columns, values, labels=labels, title=tr("Pending cases, as the model has it"))
