"""Tables of hazard ratios of support: ratios with the endings behind them, tests, naive ones with a warning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from ...base.cells import CellOf
from ...base.language import Readable, tr
from ...base.table import Column, Table
from ...estimate.additive_interaction import excess_of_all
from ...estimate.limits import normal_quantile
from .hazard_contrasts import joint_tests, reach, single_test
from .hazard_models import Line, Told
from .hazard_states import SET
from .hazards_words import (
    ALL_TERMS,
    READING_WORDS,
    SCALE_WORDS,
    SHORT_WORDS,
    TEST_WORDS,
    level_words_of,
    short_term,
    term_of,
)

# With this probability a ratio of the size called detectable would be told from 1.
POWER: Final = 0.8


def main_table(
    found: Sequence[Told],
    words: Mapping[str, Readable],
    *,
    direct: bool,
    confidence_level: float,
    cells: tuple[CellOf, CellOf],
) -> Table:
    """Return one row per outcome, model, lag and level of support: cases, endings, hazard ratio with its interval.

    ``cells`` says who was at the level of a row, and who came to the outcome there.
    """
    more = normal_quantile(2 * POWER - 1)
    rows: list[tuple[object, ...]] = []
    for one in found:
        z = reach(one.model, confidence_level)
        for at, line in enumerate(one.model.lines):
            ratio, low, high = _ratio(one, line, z)
            least = float(np.exp((z + more) * one.of(line, "std_error")))
            numbers = (line.cases, int(one.events[at]), ratio, low, high, least)
            rows.append((*_keys_of(one, line), *numbers, _reading(direct)))
    declared = (
        *_key_columns(),
        Column("at_risk", tr("cases"), "units", "count", "count", cell=cells[0]),
        Column("events", tr("came to it"), "units", "count", "count", cell=cells[1]),
        Column("estimate", tr("hazard ratio"), "number", "estimate", "difference", 2),
        Column("conf_low", tr("lower limit"), "number", "interval", "interval", 2),
        Column("conf_high", tr("upper limit"), "number", "interval", "interval", 2),
        Column("detectable", tr("detectable from"), "number", "estimate", "difference", 2),
        Column("reading", tr("reading"), "text", "key", "key"),
    )
    title = (
        tr("Hazard ratios by support at the same milestones: a direct effect at best, not the effect")
        if direct
        else tr("Hazard ratios by support: an association, not the effect")
    )
    return _table(declared, rows, labels_of(found, words), title)


def coefficient_table(found: Sequence[Told], words: Mapping[str, Readable], *, confidence_level: float) -> Table:
    """Return the same on the logarithmic scale, with both errors and the p value."""
    rows: list[tuple[object, ...]] = []
    for one in found:
        z = reach(one.model, confidence_level)
        for line in one.model.lines:
            if line.level == line.reference:
                continue
            estimate, error, model = (one.of(line, what) for what in ("estimate", "std_error", "model_error"))
            statistic, p_value = single_test(one.model, estimate, error)
            numbers = (estimate, error, estimate - z * error, estimate + z * error, model, statistic, p_value)
            rows.append((*_keys_of(one, line), *numbers))
    declared = (
        *_key_columns(),
        Column("estimate", tr("coefficient (log ratio)"), "number", "estimate", "difference", 4),
        Column("std_error", tr("standard error"), "number", "interval", "std_error", 4),
        Column("conf_low", tr("lower limit"), "number", "interval", "interval", 4),
        Column("conf_high", tr("upper limit"), "number", "interval", "interval", 4),
        Column("std_error_model", tr("standard error of the model"), "number", "interval", "std_error", 4),
        Column("statistic", tr("t statistic"), "number", "estimate", "interval", 2),
        Column("p_value", tr("p value"), "number", "estimate", "interval", 4),
    )
    return _table(declared, rows, labels_of(found, words), tr("Coefficients"))


def table_of_tests(found: Sequence[Told], words: Mapping[str, Readable]) -> Table:
    """Return the tests of each model: no difference, all levels alike, more than the parts, one ratio for all time."""
    first = found[0].model.lag_days if found else 0
    rows: list[tuple[object, ...]] = []
    for one in found:
        keys = (one.outcome, one.model.name, one.model.lag_days)
        rows += [
            (*keys, name, test.wald, test.terms, test.f_statistic, test.residual, test.p_value)
            for name, test in joint_tests(one)
        ]
        if one.model.lag_days == first:
            steady, nan = one.proportional, float("nan")
            numbers = (steady.statistic, steady.degrees_of_freedom, nan, nan, steady.p_value)
            rows.append((*keys, "proportional_hazards", *numbers))
    declared = (
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("model", tr("model"), "text", "key", "key"),
        Column("lag_days", tr("days later"), "days", "key", "key"),
        Column("test", tr("test"), "text", "key", "key"),
        Column("statistic", tr("chi-squared"), "number", "estimate", "interval", 3),
        Column("degrees_of_freedom", tr("degrees of freedom"), "number", "estimate", "key", 0),
        Column("f_statistic", tr("F statistic"), "number", "estimate", "interval", 3),
        Column("residual", tr("residual degrees of freedom"), "number", "estimate", "key", 0),
        Column("p_value", tr("p value"), "number", "estimate", "interval", 4),
    )
    labels = {"outcome": words, "model": SHORT_WORDS, "test": TEST_WORDS}
    return _table(declared, rows, labels, tr("Tests"))


class Combined(NamedTuple):
    """Whether the set is more than its parts, for one outcome and lag."""

    outcome: str
    lag_days: int
    scale: str
    estimate: float
    conf_low: float
    conf_high: float


def combined(found: Sequence[Told], *, confidence_level: float) -> list[Combined]:
    """Return the interaction on both scales: as a ratio of hazards, and as an excess over the sum of the parts."""
    made = []
    for one in found:
        if one.model.name != "combination":
            continue
        z = reach(one.model, confidence_level)
        line = next(line for line in one.model.lines if line.factor == SET and line.level != line.reference)
        made.append(Combined(one.outcome, one.model.lag_days, "multiplicative", *_ratio(one, line, z)))
        excess, error = float("nan"), float("nan")
        # of an actor who never came there is no part to add
        if one.one is not None and len(one.places) == len(one.model.states.factors):
            b, variance = one.one.estimate[one.places], one.covariance[np.ix_(one.places, one.places)]
            excess, error = excess_of_all(b, variance)
        made.append(
            Combined(one.outcome, one.model.lag_days, "additive", excess, excess - z * error, excess + z * error)
        )
    return made


def combination_table(rows: Sequence[Combined], words: Mapping[str, Readable]) -> Table:
    """Return whether the set is more than its parts as a table."""
    declared = (
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("lag_days", tr("days later"), "days", "key", "key"),
        Column("scale", tr("scale"), "text", "key", "key"),
        Column("estimate", tr("set beyond its parts"), "number", "estimate", "difference", 2),
        Column("conf_low", tr("lower limit"), "number", "interval", "interval", 2),
        Column("conf_high", tr("upper limit"), "number", "interval", "interval", 2),
    )
    labels = {"outcome": words, "scale": SCALE_WORDS}
    return _table(declared, rows, labels, tr("Is the set more than its parts?"))


def naive_table(found: Sequence[Told], words: Mapping[str, Readable], *, confidence_level: float) -> Table:
    """Return what comes out when whoever was ever supported counts as supported from the first day on."""
    rows: list[tuple[object, ...]] = []
    for one in found:
        z = reach(one.model, confidence_level)
        base = next(at for at, line in enumerate(one.model.lines) if line.level == line.reference)
        base_cases, base_events = one.model.lines[base].cases, int(one.events[base])
        for at, line in enumerate(one.model.lines):
            cases, events = line.cases, int(one.events[at])
            if line.level == line.reference:
                odds = 1.0
            else:
                under = (cases - events) * base_events
                odds = events * (base_cases - base_events) / under if under else float("nan")
            term = term_of(one.model, line)
            keys = (one.outcome, one.model.name, term, line.level)
            rows.append((*keys, cases, events, *_ratio(one, line, z), odds))
    declared = (
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("model", tr("model"), "text", "key", "key"),
        Column("term", tr("support"), "text", "key", "key"),
        Column("level", tr("ever in the file"), "text", "key", "key"),
        Column("at_risk", tr("cases"), "units", "count", "count"),
        Column("events", tr("came to it"), "units", "count", "count"),
        Column("estimate", tr("naive hazard ratio"), "number", "estimate", "difference", 2),
        Column("conf_low", tr("lower limit"), "number", "interval", "interval", 2),
        Column("conf_high", tr("upper limit"), "number", "interval", "interval", 2),
        Column("odds_ratio", tr("naive odds ratio, not adjusted"), "number", "estimate", "difference", 2),
    )
    labels = labels_of(found, words)
    warning = tr(
        "Do not use it: whoever was ever supported counts here as supported from the first day on. A case must stay "
        "open long enough to meet its supporters (immortal time), so supported cases seem slow, and yet seem to go "
        "further; adjusting for covariates does not help. In simulated cases without any effect these ratios lie far "
        "from 1."
    )
    return _table(declared, rows, {name: labels[name] for name in ("outcome", "model", "term", "level")},
                  tr("Ratios by support ever received"), warning)  # fmt: skip


def labels_of(found: Sequence[Told], words: Mapping[str, Readable]) -> dict[str, Mapping[str, Readable]]:
    """Return the words of the keys of a table."""
    levels: dict[str, Readable] = {}
    terms: dict[str, Readable] = {}
    for one in found:
        for line in one.model.lines:
            terms[term_of(one.model, line)] = short_term(one.model, line)
            levels |= {level: level_words_of(level, one.model.asked.present) for level in (line.level, line.reference)}
    return {
        "outcome": words,
        "model": SHORT_WORDS,
        "term": {**terms, "": ALL_TERMS},
        "level": levels,
        "reference": levels,
        "reading": READING_WORDS,
    }


def _ratio(one: Told, line: Line, z: float) -> tuple[float, float, float]:
    if line.level == line.reference:
        return 1.0, float("nan"), float("nan")
    estimate, error = one.of(line, "estimate"), one.of(line, "std_error")
    ratio, low, high = np.exp(np.array([estimate, estimate - z * error, estimate + z * error])).tolist()
    return ratio, low, high


def _keys_of(one: Told, line: Line) -> tuple[object, ...]:
    return one.outcome, one.model.name, term_of(one.model, line), line.level, line.reference, one.model.lag_days


def _key_columns() -> tuple[Column, ...]:
    return (
        Column("outcome", tr("ending"), "text", "key", "key"),
        Column("model", tr("model"), "text", "key", "key"),
        Column("term", tr("support"), "text", "key", "key"),
        Column("level", tr("level"), "text", "key", "key"),
        Column("reference", tr("compared with"), "text", "key", "key"),
        Column("lag_days", tr("days later"), "days", "key", "key"),
    )


def _reading(direct: bool) -> str:
    return "direct" if direct else "association"


def _table(
    declared: Sequence[Column],
    rows: Sequence[Sequence[object]],
    labels: Mapping[str, Mapping[str, Readable]],
    title: Readable,
    warning: Readable | None = None,
) -> Table:
    values = {one.name: [row[place] for row in rows] for place, one in enumerate(declared)}
    known = {name: one for name, one in labels.items() if name in values}
    return Table(declared, values, labels=known, title=title, warning=warning)
