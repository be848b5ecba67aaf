"""The tables of a comparison of offices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from ...base.cells import CellOf, Count, Of, box
from ...base.language import Message, tr
from ...base.levels import NOT_APPLICABLE
from ...base.quantities import NOT_DEFINED
from ...base.table import Column, Role, Table, Unit
from ...base.types import Floats
from ...cases.attributes import attribute_words
from ...estimate.standardise import pooled_shares
from ..boxes import Restrictions
from ..declared import interval_columns, strata_columns
from .answer import OfficeAnswer

POSITION_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "inside": tr("within the limits"),
        "above_95": tr("above the 95 % limit"),
        "above_998": tr("above the 99.8 % limit"),
        "below_95": tr("below the 95 % limit"),
        "below_998": tr("below the 99.8 % limit"),
        "not_placed": tr("not defined"),
    }
)

VALUE_WORDS: Final = (tr("share"), tr("observed over expected"))


class Units(NamedTuple):
    """Which units the columns of cases and of outcomes count, besides their office."""

    cases: Restrictions
    outcomes: Restrictions

    def at(self, office: str, answer: OfficeAnswer) -> Units:
        """Return the same of all offices together: cases of which nobody knows the office are none of theirs."""
        if not answer.counted.left_out.get("office_not_recorded"):
            return self
        there = {office: tuple(answer.offices)}
        return Units({**self.cases, **there}, {**self.outcomes, **there})


def office_tables(answer: OfficeAnswer, office: str, units: Units, level: float) -> dict[str, Table]:
    """Return all tables, ``main`` first."""
    found = {
        "main": _main(answer, office, units, level),
        "funnel": _funnel(answer, office),
        "spread": _spread(answer, units.at(office, answer)),
    }
    if answer.adjusted:
        found |= {
            "indirect": _indirect(answer, office, units),
            "direct": _direct(answer, office, units),
            "kinds": _kinds(answer, units.at(office, answer)),
        }
    return found


def _count(name: str, meaning: Message, units: Restrictions) -> Column:
    return Column(name, meaning, "units", "count", "count", cell=CellOf(fixed=units))


def _both_counts(units: Units) -> tuple[Column, Column]:
    return _count("cases", tr("cases"), units.cases), _count("numerator", tr("with the outcome"), units.outcomes)


def _modelled(
    name: str,
    meaning: Message,
    unit: Unit = "share",
    decimals: int = 1,
    *,
    role: Role = "estimate",
    all_rows: bool = False,
) -> Column:
    """Declare a number that takes more than an office's two counts: it is shown with few digits, where both are.

    Ranks tell of all offices: they are shown where every office is.
    """
    of = Of(inputs=("cases", "numerator"), rows="table" if all_rows else "own")
    return Column(name, meaning, unit, role, "coefficient", decimals, of=of)


def _office(answer: OfficeAnswer, office: str) -> tuple[Column, Sequence[str]]:
    words = tr("office") if office == "office" else attribute_words(office)
    return Column(office, words, "text", "stratum", "stratum"), list(answer.offices)


def _missing(answer: OfficeAnswer, values: Floats, why: str = NOT_DEFINED) -> list[str]:
    """Return why a value is not there: the reason of the office, else the one given."""
    return ["" if np.isfinite(value) else status or why for value, status in zip(values, answer.status, strict=True)]


def _main(answer: OfficeAnswer, office: str, units: Units, level: float) -> Table:
    key, offices = _office(answer, office)
    there = np.array([not one for one in answer.status], np.bool_)
    cases, outcomes = (np.where(there, one, np.nan).astype(np.float64) for one in (answer.cases, answer.outcomes))
    columns = (
        key,
        *_both_counts(units),
        *interval_columns(of=("numerator", "cases"), level=level),
        *((_modelled("ratio", tr("observed over expected"), "number", 2),) if answer.adjusted else ()),
        Column("position", tr("in the funnel"), "text", "key", "text", of=Of(inputs=("cases", "numerator"))),
        _modelled("pooled", tr("partially pooled share")),
        _modelled("rank", tr("rank"), "number", 0, all_rows=True),
        _modelled("rank_low", tr("rank, lower limit"), "number", 0, role="interval", all_rows=True),
        _modelled("rank_high", tr("rank, upper limit"), "number", 0, role="interval", all_rows=True),
    )
    pooled = np.where(answer.cases > 0, answer.pooled, np.nan)
    values = {
        office: offices,
        "cases": cases,
        "numerator": outcomes,
        "estimate": answer.share.estimate,
        "conf_low": answer.share.conf_low,
        "conf_high": answer.share.conf_high,
        **({"ratio": answer.indirect.estimate} if answer.adjusted else {}),
        "position": list(answer.position),
        "pooled": pooled,
        "rank": answer.rank,
        "rank_low": answer.rank_low,
        "rank_high": answer.rank_high,
    }
    statuses = {
        "cases": _missing(answer, cases),
        "numerator": _missing(answer, outcomes),
        "estimate": _missing(answer, answer.share.estimate),
        "pooled": _missing(answer, pooled),
        **{
            name: _missing(answer, np.asarray(values[name]), NOT_APPLICABLE)
            for name in ("rank", "rank_low", "rank_high")
        },
    }
    if answer.adjusted:
        statuses["ratio"] = _missing(answer, answer.indirect.estimate)
    return Table(columns, values, labels={"position": POSITION_WORDS}, title=tr("Offices"), statuses=statuses)


def _funnel(answer: OfficeAnswer, office: str) -> Table:
    key, offices = _office(answer, office)
    unit: Unit = "number" if answer.adjusted else "share"
    decimals = 2 if answer.adjusted else 1
    inner, outer = answer.limits
    size = tr("cases, as they count after the adjustment") if answer.adjusted else tr("cases")
    columns = (
        key,
        Column("size", size, "number" if answer.adjusted else "units", "count", "count", 0),
        Column("value", VALUE_WORDS[answer.adjusted], unit, "estimate", "share", decimals),
        *[
            Column(name, words, unit, "interval", "interval", decimals)
            for name, words in (
                ("low_998", tr("lower 99.8 % limit")),
                ("low_95", tr("lower 95 % limit")),
                ("high_95", tr("upper 95 % limit")),
                ("high_998", tr("upper 99.8 % limit")),
            )
        ],
        Column("position", tr("in the funnel"), "text", "key", "text"),
    )
    values = {
        office: offices,
        "size": answer.size,
        "value": answer.value,
        "low_998": outer.low,
        "low_95": inner.low,
        "high_95": inner.high,
        "high_998": outer.high,
        "position": list(answer.position),
    }
    numbers = [name for name in values if name not in {office, "position"}]
    return Table(
        columns,
        values,
        labels={"position": POSITION_WORDS},
        title=tr("Limits of the funnel"),
        statuses={name: _missing(answer, np.asarray(values[name], np.float64)) for name in numbers},
        guard="internal",
    )


def _spread(answer: OfficeAnswer, units: Units) -> Table:
    # what is said of all offices together rests on all their cases, those with the outcome, and those without
    total, came = answer.total_cases, answer.total_outcomes
    rest = {**units.cases, "without the outcome": ("yes",)}
    behind = [(units.cases, total), (units.outcomes, came), (rest, total - came)]
    cells = [Count(box(dict(one)), float(n), ("", "", place)) for place, (one, n) in enumerate(behind)]
    model = answer.model
    columns = (
        Column("offices", tr("offices with cases"), "units", "count", "count"),
        Column("ranked", tr("of them ranked"), "units", "count", "count"),
        Column("outside", tr("outside the 95 % limits"), "units", "count", "count"),
        Column("expected_outside", tr("expected there by chance, at most"), "number", "estimate", "share", 1),
        Column("factor", tr("variance, times that of chance"), "number", "estimate", "share", 2),
        Column("p_value", tr("p value: equal shares of all offices"), "number", "estimate", "probability", 4),
        Column("spread", tr("standard deviation of true shares"), "points", "estimate", "difference", 1),
        Column("model_spread", tr("standard deviation of log odds (mixed model)"), "number", "estimate", "share", 2),
    )
    values: dict[str, list[float]] = {
        "offices": [answer.placed],
        "ranked": [answer.ranked],
        "outside": [int(answer.is_outside.sum())],
        "expected_outside": [answer.expected_outside],
        "factor": [answer.dispersion.factor],
        "p_value": [answer.p_value],
        "spread": [answer.spread if answer.dispersed else np.nan],
        "model_spread": [np.nan if model is None else model.best_spread],
    }
    unknown = {
        name: ["" if np.isfinite(values[name][0]) else NOT_APPLICABLE] for name in ("factor", "p_value", "spread")
    }
    return Table(columns, values, title=tr("How much offices differ"), statuses=unknown, guard="model", cells=cells)


def _indirect(answer: OfficeAnswer, office: str, units: Units) -> Table:
    key, offices = _office(answer, office)
    found = answer.indirect
    columns = (
        key,
        *_both_counts(units),
        _modelled("expected", tr("expected"), "number"),
        _modelled("estimate", tr("observed over expected"), "number", 2),
        _modelled("conf_low", tr("lower limit"), "number", 2, role="interval"),
        _modelled("conf_high", tr("upper limit"), "number", 2, role="interval"),
    )
    values = {
        office: offices,
        "cases": answer.cases,
        "numerator": answer.outcomes,
        "expected": found.expected,
        "estimate": found.estimate,
        "conf_low": found.conf_low,
        "conf_high": found.conf_high,
    }
    return Table(
        columns,
        values,
        title=tr("Indirect standardisation: against what the office's own mix of cases lets expect"),
        statuses={"estimate": _missing(answer, found.estimate)},
    )


def _direct(answer: OfficeAnswer, office: str, units: Units) -> Table:
    key, offices = _office(answer, office)
    found = answer.direct
    columns = (
        key,
        *_both_counts(units),
        _modelled("covered", tr("part of the mix that the office has")),
        _modelled("estimate", tr("share")),
        _modelled("conf_low", tr("lower limit"), role="interval"),
        _modelled("conf_high", tr("upper limit"), role="interval"),
    )
    values = {
        office: offices,
        "cases": answer.cases,
        "numerator": answer.outcomes,
        "covered": found.covered,
        "estimate": found.estimate,
        "conf_low": found.conf_low,
        "conf_high": found.conf_high,
    }
    return Table(
        columns,
        values,
        title=tr("Direct standardisation: the share if the office had the mix of cases of all offices"),
        statuses={"estimate": _missing(answer, found.estimate)},
    )


def _kinds(answer: OfficeAnswer, units: Units) -> Table:
    kinds, y, n = answer.counted.kinds, answer.counted.successes, answer.counted.trials
    cases = n.sum(axis=0)
    columns = (
        *strata_columns(kinds.names),
        *_both_counts(units),
        Column(
            "estimate", tr("share"), "share", "estimate", "share", of=Of(inputs=("numerator", "cases"), formula="share")
        ),
        Column(
            "weight",
            tr("part of all cases"),
            "share",
            "estimate",
            "share",
            of=Of(inputs=("cases",), formula="share_of_rows", rows="table"),
        ),
    )
    share = np.where(cases > 0, pooled_shares(y, n), np.nan)
    values = {
        **kinds.columns(),
        "cases": cases,
        "numerator": y.sum(axis=0),
        "estimate": share,
        "weight": cases / cases.sum(),
    }
    return Table(
        columns,
        values,
        title=tr("Kinds of case, all offices together"),
        statuses={"estimate": ["" if one > 0 else NOT_DEFINED for one in cases]},
    )
