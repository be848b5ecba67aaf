"""The tables of a comparison of offices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from ...base.language import Message, tr
from ...base.levels import NOT_APPLICABLE
from ...base.quantities import NOT_DEFINED
from ...base.table import Column, Table, Unit
from ...base.types import Floats
from ...cases.attributes import attribute_words
from ...estimate.standardise import pooled_shares
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


def office_tables(answer: OfficeAnswer, office: str) -> dict[str, Table]:
    """Return all tables, ``main`` first."""
    found = {"main": _main(answer, office), "funnel": _funnel(answer, office), "spread": _spread(answer)}
    if answer.adjusted:
        found |= {"indirect": _indirect(answer, office), "direct": _direct(answer, office), "kinds": _kinds(answer)}
    return found


def _office(answer: OfficeAnswer, office: str) -> tuple[Column, Sequence[str]]:
    words = tr("office") if office == "office" else attribute_words(office)
    return Column(office, words, "text", "stratum", "stratum"), list(answer.offices)


def _missing(answer: OfficeAnswer, values: Floats, why: str = NOT_DEFINED) -> list[str]:
    """Return why a value is not there: the reason of the office, else the one given."""
    return ["" if np.isfinite(value) else status or why for value, status in zip(values, answer.status, strict=True)]


def _main(answer: OfficeAnswer, office: str) -> Table:
    key, offices = _office(answer, office)
    there = np.array([not one for one in answer.status], np.bool_)
    cases, outcomes = (np.where(there, one, np.nan).astype(np.float64) for one in (answer.cases, answer.outcomes))
    columns = (
        key,
        Column("cases", tr("cases"), "units", "count", "count"),
        Column("numerator", tr("with the outcome"), "units", "count", "count"),
        *interval_columns(),
        *(
            (Column("ratio", tr("observed over expected"), "number", "estimate", "share", 2),)
            if answer.adjusted
            else ()
        ),
        Column("position", tr("in the funnel"), "text", "key", "text"),
        Column("pooled", tr("partially pooled share"), "share", "estimate", "share"),
        Column("rank", tr("rank"), "number", "estimate", "quantile", 0),
        Column("rank_low", tr("rank, lower limit"), "number", "interval", "interval", 0),
        Column("rank_high", tr("rank, upper limit"), "number", "interval", "interval", 0),
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
    )


def _spread(answer: OfficeAnswer) -> Table:
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
    return Table(columns, values, title=tr("How much offices differ"), statuses=unknown)


def _indirect(answer: OfficeAnswer, office: str) -> Table:
    key, offices = _office(answer, office)
    found = answer.indirect
    columns = (
        key,
        Column("numerator", tr("with the outcome"), "units", "count", "count"),
        Column("expected", tr("expected"), "number", "estimate", "share", 1),
        Column("estimate", tr("observed over expected"), "number", "estimate", "share", 2),
        Column("conf_low", tr("lower limit"), "number", "interval", "interval", 2),
        Column("conf_high", tr("upper limit"), "number", "interval", "interval", 2),
    )
    values = {
        office: offices,
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


def _direct(answer: OfficeAnswer, office: str) -> Table:
    key, offices = _office(answer, office)
    found = answer.direct
    columns = (
        key,
        Column("cases", tr("cases"), "units", "count", "count"),
        Column("covered", tr("part of the mix that the office has"), "share", "estimate", "share"),
        *interval_columns(),
    )
    values = {
        office: offices,
        "cases": answer.cases,
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


def _kinds(answer: OfficeAnswer) -> Table:
    kinds, y, n = answer.counted.kinds, answer.counted.successes, answer.counted.trials
    cases = n.sum(axis=0)
    columns = (
        *strata_columns(kinds.names),
        Column("cases", tr("cases"), "units", "count", "count"),
        Column("numerator", tr("with the outcome"), "units", "count", "count"),
        Column("estimate", tr("share"), "share", "estimate", "share"),
        Column("weight", tr("part of all cases"), "share", "estimate", "share"),
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
