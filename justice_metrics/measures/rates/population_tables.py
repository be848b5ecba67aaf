"""The tables of rates of a population."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from ...base.cells import CellOf, Count, Of
from ...base.language import Setting, tr
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


class Asked(NamedTuple):
    """How a rate was asked for: people it is told of, level of the limits, weights, and which units are counted."""

    per: int
    level: float
    weighted: bool
    units: Mapping[str, CellOf]  # for groups, and for groups by age

    def counted(self, name: str) -> Column:
        """Declare the events of a table."""
        return Column("numerator", tr("events"), "units", "count", "count", cell=self.units[name])


# The people of a place are known to everybody.
_PEOPLE: Final = Column("people", tr("person-years"), "units", "count", "setting")


def _rate_columns(asked: Asked, *, plain: bool = True) -> tuple[Column, ...]:
    """Declare a rate; a plain one is that of the events and the people of its row."""
    whole = {1_000: ("per_1000", ""), 100_000: ("per_100000", "_per_100000")}.get(asked.per, ("", ""))
    rate, limit = whole if plain else ("", "")
    limits = limit and not asked.weighted
    of = (
        [
            Of(inputs=("numerator", "people"), formula=formula, level=asked.level)
            for formula in (rate, f"poisson_low{limit}" if limits else "", f"poisson_high{limit}" if limits else "")
        ]
        if plain
        else [None] * 3
    )
    words = tr("per {per} people and year", per=Setting(asked.per))
    return (
        Column("estimate", words, "number", "estimate", "share", of=of[0]),
        Column("conf_low", tr("lower limit"), "number", "interval", "interval", of=of[1]),
        Column("conf_high", tr("upper limit"), "number", "interval", "interval", of=of[2]),
    )


def _limits(rate: Rate, there: Flags, *, weighted: bool) -> dict[str, Floats]:
    low, high = shown_limits(rate.conf_low, rate.conf_high, weighted=weighted)
    return {
        "estimate": np.where(there, rate.estimate, np.nan),
        "conf_low": np.where(there, low, np.nan),
        "conf_high": np.where(there, high, np.nan),
    }


def rates_table(cells: PeopleCells, asked: Asked) -> Table:
    """Return events, person-years and the rate of each group."""
    per, level = asked.per, asked.level
    rate = ratio(cells.counts, cells.people, per)
    limits = scaled(poisson_rate(np.nan_to_num(cells.counts.values), np.nan_to_num(cells.people.values), level), per)
    columns = (
        *strata_columns(cells.strata.names),
        asked.counted("groups"),
        _PEOPLE,
        *_rate_columns(asked),
    )
    values = {
        **cells.strata.columns(),
        "numerator": cells.counts.values,
        "people": cells.people.values,
        **_limits(limits, rate.known, weighted=asked.weighted),
    }
    statuses = {"numerator": cells.counts.words(), "people": cells.people.words(), "estimate": rate.words()}
    return Table(columns, values, title=tr("Rates of the population"), statuses=statuses)


def tables_by_age(cells: PeopleCells, weights: Floats, age: str, asked: Asked) -> dict[str, Table]:
    """Return the rates by age, those with the ages of the standard, and observed over expected.

    The last two are sums over ages: they could tell the events of two ages apart, so every age must have enough.
    """
    per, level, weighted = asked.per, asked.level, asked.weighted
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
    events = asked.counted("known age")
    inner = {name: levels for name, levels in cells.strata.columns(a).items() if name != age}
    by_age = Table(
        (
            *[one for one in strata if one.name != age],
            *strata_columns((age,)),
            asked.counted("ages"),
            _PEOPLE,
            *_rate_columns(asked),
        ),
        {
            **inner,
            age: list(cells.ages) * g,
            "numerator": counts.ravel(),
            "people": people.ravel(),
            **_limits(by_band, both.ravel(), weighted=weighted),
        },
        title=tr("Rates by age"),
        statuses={"estimate": _status(both.ravel(), people.ravel())},
    )
    behind = [Count(one.box, one.value, ("", "", place)) for place, one in enumerate(by_age.counts(""))]
    return {
        "ages": by_age,
        "standardised": Table(
            (*strata, events, *_rate_columns(asked, plain=False)),
            {
                **cells.strata.columns(),
                "numerator": observed,
                **_limits(direct, standardised, weighted=weighted),
            },
            title=tr("Rates with the ages of the standard"),
            statuses={"numerator": _status(known), "estimate": _status(standardised)},
            guard="model",
            cells=behind,
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
            guard="model",
            cells=behind,
        ),
    }  # fmt: skip


def _status(known: Flags, over: Floats | None = None) -> list[str]:
    """Return why a number is not there: not available, or not defined over nobody."""
    zero = np.zeros(len(known), np.bool_) if over is None else over == 0
    return ["not_defined" if none else "" if there else NOT_AVAILABLE for there, none in zip(known, zero, strict=True)]
