"""From what a forecast found in each stratum to the tables of the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from ..base.cells import CellOf, Of
from ..base.language import Readable, tr
from ..base.levels import PENDING
from ..base.table import Column, Table
from ..base.types import Counts, Days, Floats, Tallies, Values
from ..estimate.forecast import (
    Expected,
    prediction_interval,
)
from ..tables import RiskTable
from .caseload import band_words
from .curve_release import CurveCells
from .declared import (
    strata_columns,
)

_YEAR: Final = 365


class StratumForecast(NamedTuple):
    """One stratum."""

    ages: Days  # (A,)
    pending: Tallies  # (A,)
    found: Expected
    variance: Floats  # (K + 1,) all doubt of each outcome, and of any ending
    estimation: Floats  # (K + 1,)


_TOLD: Final = Of(inputs=("denominator",))


def pending_cells(curve: CurveCells, within_days: int, tail: str) -> tuple[CellOf, CellOf]:
    """Declare the pending cases that are told of, and those that are too old to.

    Parameters
    ----------
    curve : CurveCells
        In which words the curve is told that they are read from: its pending cases are these.
    within_days : int
    tail : str
    """
    asked = f"{curve.dimension}: next {within_days} days" + ("" if tail == "refuse" else f", {tail}")
    pending = {curve.dimension: (PENDING,)} | ({curve.start: ("yes",)} if curve.start else {})
    return CellOf(fixed={**pending, asked: ("told",)}), CellOf(fixed={**pending, asked: ("too old",)})


def main_table(
    table: RiskTable,
    strata: Sequence[StratumForecast],
    confidence_level: float,
    words: Mapping[str, Readable],
    cells: tuple[CellOf, CellOf],
) -> Table:
    """Return one row per stratum and outcome: the expected number with its limits."""
    outcomes = (*table.outcomes, PENDING)
    rows = len(outcomes)
    told = np.array([float(np.where(one.found.told, one.pending, 0).sum()) for one in strata])
    beyond = np.array([float(one.pending.sum()) for one in strata]) - told
    expected = np.array(
        [[*one.found.expected, n - one.found.any_expected] for one, n in zip(strata, told, strict=True)]
    )
    # where cases are pending and none can be told of, an expectation of 0 would be an answer
    expected[(told == 0) & (beyond > 0)] = np.nan
    variance = np.array([one.variance for one in strata])
    error = np.sqrt(np.where(np.isnan(expected), np.nan, np.array([one.estimation for one in strata])))
    limits = prediction_interval(np.maximum(expected, 0.0), variance, told[:, None], confidence_level=confidence_level)
    if table.weighted:
        nothing = np.full_like(expected, np.nan)
        limits, error = limits._replace(conf_low=nothing, conf_high=nothing), nothing
    with np.errstate(invalid="ignore", divide="ignore"):
        share = expected / told[:, None]
    columns = (
        *strata_columns(table.strata.names),
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("denominator", tr("pending cases told of"), "units", "count", "count", cell=cells[0]),
        Column("not_told", tr("too old to tell"), "units", "count", "count", cell=cells[1]),
        Column("estimate", tr("expected"), "units", "estimate", "mean", of=_TOLD),
        Column("std_error", tr("standard error of the expected number"), "units", "interval", "mean", of=_TOLD),
        Column("conf_low", tr("lower limit of the number"), "units", "interval", "mean", of=_TOLD),
        Column("conf_high", tr("upper limit of the number"), "units", "interval", "mean", of=_TOLD),
        Column("share", tr("expected share"), "share", "estimate", "mean", of=_TOLD),
    )
    values = {
        **table.strata.columns(rows),
        "outcome": list(outcomes) * len(strata),
        "denominator": _whole(np.repeat(told, rows), table.weighted),
        "not_told": _whole(np.repeat(beyond, rows), table.weighted),
        "estimate": np.maximum(expected, 0).ravel(),
        "std_error": error.ravel(),
        "conf_low": limits.conf_low.ravel(),
        "conf_high": limits.conf_high.ravel(),
        "share": share.ravel(),
    }
    return Table(
        columns,
        values,
        labels={"outcome": {one: words[one] for one in outcomes}},
        title=tr("Expected endings of the pending cases"),
    )


def ages_table(
    table: RiskTable, strata: Sequence[StratumForecast], words: Mapping[str, Readable], cells: tuple[CellOf, CellOf]
) -> Table:
    """Return expected endings by the age in years of the pending cases."""
    outcomes = (*table.outcomes, PENDING)
    most = max(int(one.ages.max(initial=0)) for one in strata) // _YEAR
    last = min(most, 5)
    bands = [f"{year}-{year + 1}" for year in range(last)] + [f"{last}-{last + 1}" if most < 5 else f"{last}+"]
    held: dict[str, list[float]] = {name: [] for name in ("denominator", "not_told", "estimate", "remaining")}
    for one in strata:
        # whole years are the end of a band, as in the ages of cases
        band: Counts = np.minimum(np.maximum(one.ages.astype(np.int64) - 1, 0) // _YEAR, last)
        for place in range(len(bands)):
            inside = band == place
            told = inside & one.found.told
            n = float(one.pending[told].sum())
            each = np.where(told, one.found.probability, 0.0) @ one.pending
            days = float(np.where(told, one.found.remaining_days, 0.0) @ one.pending) / n if n else np.nan
            for expected in (*each, n - float(each.sum())):
                held["denominator"].append(n)
                held["not_told"].append(float(one.pending[inside].sum()) - n)
                held["estimate"].append(max(float(expected), 0.0) if n else np.nan)
                held["remaining"].append(days)
    rows = len(bands) * len(outcomes)
    # the bands of the ages of cases
    aged = [replace(one, keys={"age_band": "age_365_1_2_3_4_5"}) for one in cells]
    columns = (
        *strata_columns(table.strata.names),
        Column("age_band", tr("age at the cut-off"), "text", "key", "key"),
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("denominator", tr("pending cases told of"), "units", "count", "count", cell=aged[0]),
        Column("not_told", tr("too old to tell"), "units", "count", "count", cell=aged[1]),
        Column("estimate", tr("expected"), "units", "estimate", "mean", of=_TOLD),
        Column("restricted_mean_days", tr("mean days still open in the horizon"), "days", "estimate", "mean", of=_TOLD),
    )
    values = {
        **table.strata.columns(rows),
        "age_band": [band for band in bands for _ in outcomes] * len(strata),
        "outcome": list(outcomes) * (len(bands) * len(strata)),
        "denominator": _whole(np.array(held["denominator"]), table.weighted),
        "not_told": _whole(np.array(held["not_told"]), table.weighted),
        "estimate": np.array(held["estimate"]),
        "restricted_mean_days": np.round(np.array(held["remaining"]), 1),
    }
    labels: dict[str, Mapping[str, Readable]] = {
        "outcome": {one: words[one] for one in outcomes},
        "age_band": {one: band_words(one) for one in bands},
    }
    return Table(columns, values, labels=labels, title=tr("By age of the case"))


def _whole(values: Floats, weighted: bool) -> Values:
    return values if weighted else np.round(values).astype(np.int64)
