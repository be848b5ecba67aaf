"""The tables of rates of a population."""

from __future__ import annotations

import numpy as np

from ...base.language import tr
from ...base.levels import NOT_AVAILABLE
from ...base.quantities import ratio
from ...base.table import Column, Table
from ...base.types import Flags, Floats
from ...estimate.age_standardise import Rate, direct_rate, poisson_rate
from ..declared import shown_limits, strata_columns
from .population_cells import PeopleCells


def scaled(rate: Rate, per: int) -> Rate:
    """Return a rate per so many people."""
    return Rate(*(per * one for one in rate))


def _rate_columns(per: int) -> tuple[Column, ...]:
    return (
        Column("estimate", tr("per {per} people and year", per=per), "number", "estimate", "share"),
        Column("conf_low", tr("lower limit"), "number", "interval", "interval"),
        Column("conf_high", tr("upper limit"), "number", "interval", "interval"),
    )


def _limits(rate: Rate, there: Flags, *, weighted: bool) -> dict[str, Floats]:
    low, high = shown_limits(rate.conf_low, rate.conf_high, weighted=weighted)
    return {
        "estimate": np.where(there, rate.estimate, np.nan),
        "conf_low": np.where(there, low, np.nan),
        "conf_high": np.where(there, high, np.nan),
    }


def rates_table(cells: PeopleCells, per: int, level: float, *, weighted: bool) -> Table:
    """Return events, person-years and the rate of each group."""
    rate = ratio(cells.counts, cells.people, per)
    limits = scaled(poisson_rate(np.nan_to_num(cells.counts.values), np.nan_to_num(cells.people.values), level), per)
    columns = (
        *strata_columns(cells.strata.names),
        Column("numerator", tr("events"), "units", "count", "count"),
        Column("people", tr("person-years"), "units", "count", "count"),
        *_rate_columns(per),
    )
    values = {
        **cells.strata.columns(),
        "numerator": cells.counts.values,
        "people": cells.people.values,
        **_limits(limits, rate.known, weighted=weighted),
    }
    statuses = {"numerator": cells.counts.words(), "people": cells.people.words(), "estimate": rate.words()}
    return Table(columns, values, title=tr("Rates of the population"), statuses=statuses)


def tables_by_age(
    cells: PeopleCells, weights: Floats, age: str, per: int, level: float, *, weighted: bool
) -> dict[str, Table]:
    """Return the rates by age, those with the ages of the standard, and observed over expected."""
    counts, people = cells.counts_by_age, cells.people_by_age
    g, a = counts.shape
    direct = scaled(direct_rate(counts, people, weights, level), per)
    both = np.asarray(np.isfinite(counts) & np.isfinite(people), np.bool_)
    pooled = np.where(both, counts, 0).sum(axis=0) / np.maximum(np.where(both, people, 0).sum(axis=0), 1e-300)
    known = np.asarray(both.all(axis=1), np.bool_)
    standardised = np.isfinite(direct.estimate)
    expected = np.where(known, (np.nan_to_num(people) * pooled).sum(axis=1), np.nan)
    observed = np.where(known, counts.sum(axis=1), np.nan)
    smr = poisson_rate(np.nan_to_num(observed), np.nan_to_num(expected), level)
    by_band = scaled(poisson_rate(np.nan_to_num(counts).ravel(), np.nan_to_num(people).ravel(), level), per)
    strata = strata_columns(cells.strata.names)
    events = Column("numerator", tr("events"), "units", "count", "count")
    inner = {name: levels for name, levels in cells.strata.columns(a).items() if name != age}
    return {
        "ages": Table(
            (*[one for one in strata if one.name != age], *strata_columns((age,)), events,
             Column("people", tr("person-years"), "units", "count", "count"), *_rate_columns(per)),
            {**inner, age: list(cells.ages) * g, "numerator": counts.ravel(), "people": people.ravel(),
             **_limits(by_band, both.ravel(), weighted=weighted)},
            title=tr("Rates by age"),
            statuses={"estimate": _status(both.ravel(), people.ravel())},
        ),
        "standardised": Table(
            (*strata, events, *_rate_columns(per)),
            {
                **cells.strata.columns(),
                "numerator": observed,
                **_limits(direct, standardised, weighted=weighted),
            },
            title=tr("Rates with the ages of the standard"),
            statuses={"numerator": _status(known), "estimate": _status(standardised)},
        ),
        "indirect": Table(
            (*strata, events, Column("expected", tr("expected"), "number", "estimate", "share", 1),
             Column("estimate", tr("observed over expected"), "number", "estimate", "share", 2),
             Column("conf_low", tr("lower limit"), "number", "interval", "interval", 2),
             Column("conf_high", tr("upper limit"), "number", "interval", "interval", 2)),
            {**cells.strata.columns(), "numerator": observed, "expected": expected,
             **_limits(smr, known & np.asarray(expected > 0, np.bool_), weighted=weighted)},
            title=tr("Observed over expected, by the rates of all groups at each age"),
            statuses={
                "numerator": _status(known), "expected": _status(known), "estimate": _status(known, expected),
            },
        ),
    }  # fmt: skip


def _status(known: Flags, over: Floats | None = None) -> list[str]:
    """Return why a number is not there: not available, or not defined over nobody."""
    zero = np.zeros(len(known), np.bool_) if over is None else over == 0
    return ["not_defined" if none else "" if there else NOT_AVAILABLE for there, none in zip(known, zero, strict=True)]
