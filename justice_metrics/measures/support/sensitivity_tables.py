"""Tables of the sensitivity of a support effect: what was changed, and what became of the difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

from ...base.language import Readable, tr, trn
from ...base.table import Column, Table
from ...base.types import Floats
from ...estimate.evalue import RiskPair, evalue_of_difference, evalues
from ...estimate.pooling import Pooled
from ...estimate.unmeasured import corrected_difference
from ..declared import Share
from ..formula_words import FormulaWords
from .variants import Compared, quantile_of

ANALYSIS_WORDS: Final[Mapping[str, Readable]] = MappingProxyType(
    {
        "main": tr("main analysis"),
        "grace": tr("other periods of grace"),
        "lag": tr("support counts later than it is dated"),
        "timing": tr("support starts on other days of the period"),
        "truncation": tr("largest weights cut"),
        "missing_dates": tr("missing dates of support imputed"),
        "under_recording": tr("support without a record in files that ended early"),
        "landmark": tr("support read on one day (association)"),
        "negative_outcome": tr("an outcome that support cannot have brought about"),
        "negative_exposure": tr("an actor who cannot act on the outcome"),
    }
)
READING_WORDS: Final[Mapping[str, Readable]] = MappingProxyType(
    {
        "same": tr("the same question"),
        "strategy": tr("another pair of strategies"),
        "supposed": tr("if the files are wrong in this way"),
        "association": tr("another question: association among cases open then"),
        "null": tr("should be zero"),
    }
)
READINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "main": "same",
        "grace": "strategy",
        "lag": "supposed",
        "timing": "strategy",
        "truncation": "same",
        "missing_dates": "same",
        "under_recording": "supposed",
        "landmark": "association",
        "negative_outcome": "null",
        "negative_exposure": "null",
    }
)
TIMING_VARIANTS: Final[Mapping[str, Readable]] = MappingProxyType(
    {"even": tr("every day of the period alike"), "late": tr("by itself, or over its last days")}
)
# Fewer cases with support before a control outcome than this, and it tells little.
FEW_BEFORE: Final = 30
# Sizes of an unmeasured cause that the table tries.
PREVALENCES: Final = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
EFFECTS: Final = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)


class Row(NamedTuple):
    """One row of the main table.

    Attributes
    ----------
    analysis : str
        What was changed, an id of :data:`ANALYSIS_WORDS`.
    variant : str
        Id of the row.
    words : Readable
        What the row says in a few words.
    found : Compared
    """

    analysis: str
    variant: str
    words: Readable
    found: Compared


def variant_words(analysis: str, value: float, *, within: int) -> Readable:
    """Return in a few words what one row changes."""
    days = int(value) if np.isfinite(value) else 0
    words: dict[str, Readable] = {
        "main": tr("started within {days} days", days=within),
        "grace": tr("started within {days} days", days=days),
        "lag": trn("{n} day later", "{n} days later", days),
        "truncation": tr("at their {percent} quantile", percent=Share(value / 100, 0)),
        "missing_dates": tr("dates imputed"),
        "under_recording": tr("{share} of these cases had it", share=Share(value, 0)),
        "landmark": tr("started by day {days}", days=days),
    }
    return words[analysis]


def main_table(rows: Sequence[Row]) -> Table:
    """Return one row per analysis and variant."""
    declared = (
        Column("analysis", tr("what was changed"), "text", "key", "key"),
        Column("variant", tr("in which way"), "text", "key", "key"),
        Column("reading", tr("to be read as"), "text", "key", "text"),
        Column("cases", tr("cases"), "units", "count", "count"),
        Column("started", tr("with support in time"), "units", "count", "count"),
        Column("estimate", tr("difference (percentage points)"), "points", "estimate", "difference", 1),
        Column("std_error", tr("standard error (percentage points)"), "points", "interval", "std_error", 1),
        Column("conf_low", tr("lower limit"), "points", "interval", "interval", 1),
        Column("conf_high", tr("upper limit"), "points", "interval", "interval", 1),
    )
    found = [one.found for one in rows]
    values = {
        "analysis": [one.analysis for one in rows],
        "variant": [one.variant for one in rows],
        "reading": [READINGS[one.analysis] for one in rows],
        "cases": [one.units for one in found],
        "started": [one.started for one in found],
        "estimate": [one.estimate for one in found],
        "std_error": [one.std_error for one in found],
        "conf_low": [one.low for one in found],
        "conf_high": [one.high for one in found],
    }
    return Table(
        declared,
        {name: np.array(one, dtype=object if name in {"analysis", "variant", "reading"} else None)
         for name, one in values.items()},
        labels={
            "analysis": ANALYSIS_WORDS,
            "variant": {one.variant: one.words for one in rows},
            "reading": READING_WORDS,
        },
        title=tr("The difference, with one thing changed at a time"),
    )  # fmt: skip


def evalue_table(main: Compared, level: float) -> Table:
    """Return E-values of the difference and of the ratio."""
    pair = RiskPair(*main.incidence, main.variance)
    of_difference = evalue_of_difference(pair, quantile=quantile_of(level, main.draws))
    of_ratio = evalues(*(np.array(one) for one in (main.ratio, main.ratio_low, main.ratio_high)))
    unknown = np.isnan(main.low)
    limits = [np.nan if unknown else float(one.limit) for one in (of_difference, of_ratio)]
    declared = (
        Column("scale", tr("scale"), "text", "key", "key"),
        Column("estimate", tr("estimate"), "number", "estimate", "difference", 3),
        Column("conf_low", tr("lower limit"), "number", "interval", "interval", 3),
        Column("conf_high", tr("upper limit"), "number", "interval", "interval", 3),
        Column("e_value", tr("E-value of the estimate"), "number", "estimate", "difference", 2),
        Column("e_value_limit", tr("E-value of the limit"), "number", "estimate", "difference", 2),
    )
    values = {
        "scale": np.array(["risk_difference", "risk_ratio"], dtype=object),
        "estimate": np.array([main.estimate, main.ratio]),
        "conf_low": np.array([main.low, main.ratio_low]),
        "conf_high": np.array([main.high, main.ratio_high]),
        "e_value": np.array([float(of_difference.estimate), float(of_ratio.estimate)]),
        "e_value_limit": np.array(limits),
    }
    return Table(
        declared, values,
        labels={"scale": {"risk_difference": tr("difference of shares"), "risk_ratio": tr("ratio of shares")}},
        title=tr("How strong an unmeasured cause of support and outcome would have to be (E-values)"),
    )  # fmt: skip


def tipping_table(main: Compared) -> Table:
    """Return what would be left of the difference, by how common and how strong an unmeasured cause is."""
    sizes, effects = np.array(PREVALENCES), np.array(EFFECTS)
    found = corrected_difference(main.estimate, main.low, main.high, sizes, effects)
    reading = np.where(found.explained, "explained", np.where(found.doubtful, "doubtful", "stands"))
    declared = (
        Column("prevalence_difference", tr("more common with support by (points)"), "points", "key", "key", 0),
        Column("effect", tr("moves the outcome by (points)"), "points", "key", "key", 0),
        Column("estimate", tr("difference left (percentage points)"), "points", "estimate", "difference", 1),
        Column("conf_low", tr("lower limit"), "points", "interval", "interval", 1),
        Column("conf_high", tr("upper limit"), "points", "interval", "interval", 1),
        Column("left", tr("what is left"), "text", "key", "text"),
    )
    values = {
        "prevalence_difference": np.repeat(sizes, len(effects)),
        "effect": np.tile(effects, len(sizes)),
        "estimate": found.estimate.ravel(),
        "conf_low": found.conf_low.ravel(),
        "conf_high": found.conf_high.ravel(),
        "left": reading.ravel().astype(object),
    }
    return Table(
        declared, values,
        labels={
            "left": {
                "stands": tr("the interval keeps zero out"),
                "doubtful": tr("the interval reaches zero"),
                "explained": tr("nothing of it"),
            }
        },
        title=tr("What an unmeasured cause of a given size would leave of the difference"),
    )  # fmt: skip


def known_causes_table(terms: Mapping[str, float], main: Compared) -> Table:
    """Return how far the difference moves when one of the causes that are known is forgotten."""
    found: Floats = np.array(list(terms.values()), dtype=np.float64)
    declared = (
        Column("term", tr("not adjusted for"), "text", "key", "key"),
        Column("estimate", tr("difference (percentage points)"), "points", "estimate", "difference", 1),
        Column("change", tr("change (percentage points)"), "points", "estimate", "difference", 1),
    )
    values = {"term": np.array(list(terms), dtype=object), "estimate": found, "change": found - main.estimate}
    return Table(
        declared, values, labels={"term": {one: FormulaWords(one) for one in terms}},
        title=tr("How far the difference moves when a known cause is forgotten: a measure for unknown ones"),
    )  # fmt: skip


def imputation_table(main: Compared, filled: Compared | None, pool: Pooled | None, undated: int) -> Table:
    """Return complete cases beside the imputed ones."""
    rows: list[tuple[str, Compared, float, float]] = [("complete", main, float(main.draws - 1), np.nan)]
    if filled is not None and pool is not None:
        rows.append(("imputed", filled, float(pool.df), float(pool.missing_information)))
    declared = (
        Column("dates", tr("cases whose support has no date"), "text", "key", "key"),
        Column("cases", tr("cases"), "units", "count", "count"),
        Column("started", tr("with support in time"), "units", "count", "count"),
        Column("estimate", tr("difference (percentage points)"), "points", "estimate", "difference", 1),
        Column("std_error", tr("standard error (percentage points)"), "points", "interval", "std_error", 1),
        Column("conf_low", tr("lower limit"), "points", "interval", "interval", 1),
        Column("conf_high", tr("upper limit"), "points", "interval", "interval", 1),
        Column("df", tr("degrees of freedom"), "number", "estimate", "difference", 1),
        Column("missing_information", tr("share of information that is missing"), "share", "estimate", "share", 1),
    )
    values: dict[str, Any] = {
        "dates": np.array([name for name, *_ in rows], dtype=object),
        "cases": [one.units for _, one, *_ in rows],
        "started": [one.started for _, one, *_ in rows],
        "estimate": [one.estimate for _, one, *_ in rows],
        "std_error": [one.std_error for _, one, *_ in rows],
        "conf_low": [one.low for _, one, *_ in rows],
        "conf_high": [one.high for _, one, *_ in rows],
        "df": [df for _, _, df, _ in rows],
        "missing_information": [share for *_, share in rows],
    }
    return Table(
        declared, {name: np.asarray(one) for name, one in values.items()},
        labels={"dates": {"complete": tr("left out"), "imputed": tr("dates imputed")}},
        title=trn(
            "{n} case was supported without a date", "{n} cases were supported without a date", undated
        ),
    )  # fmt: skip


def bounds_table(found: Sequence[tuple[float, int, Compared]]) -> Table:
    """Return the difference by the share of early files in which support left no record."""
    declared = (
        Column("share", tr("share of these cases that had support"), "share", "key", "key", 0),
        Column("cases", tr("cases"), "units", "count", "count"),
        Column("estimate", tr("difference (percentage points)"), "points", "estimate", "difference", 1),
        Column("conf_low", tr("lower limit"), "points", "interval", "interval", 1),
        Column("conf_high", tr("upper limit"), "points", "interval", "interval", 1),
    )
    values = {
        "share": np.array([share for share, *_ in found]),
        "cases": np.array([n for _, n, _ in found], dtype=np.int64),
        "estimate": np.array([one.estimate for *_, one in found]),
        "conf_low": np.array([one.low for *_, one in found]),
        "conf_high": np.array([one.high for *_, one in found]),
    }
    return Table(declared, values, title=tr("If support left no record in files that ended early"))


def controls_table(rows: Sequence[Row]) -> Table:
    """Return the comparisons that should find nothing."""
    declared = (
        Column("control", tr("comparison that should find nothing"), "text", "key", "key"),
        Column("named", tr("tried with"), "text", "key", "key"),
        Column("cases", tr("cases"), "units", "count", "count"),
        Column("started", tr("with support in time, and before"), "units", "count", "count"),
        Column("estimate", tr("difference (percentage points)"), "points", "estimate", "difference", 1),
        Column("conf_low", tr("lower limit"), "points", "interval", "interval", 1),
        Column("conf_high", tr("upper limit"), "points", "interval", "interval", 1),
        Column("verdict", tr("what it says"), "text", "key", "text"),
    )
    found = [one.found for one in rows]
    values = {
        "control": np.array([one.analysis for one in rows], dtype=object),
        "named": np.array([one.variant for one in rows], dtype=object),
        "cases": np.array([one.units for one in found], dtype=np.int64),
        "started": np.array([one.started for one in found], dtype=np.int64),
        "estimate": np.array([one.estimate for one in found], dtype=np.float64),
        "conf_low": np.array([one.low for one in found], dtype=np.float64),
        "conf_high": np.array([one.high for one in found], dtype=np.float64),
        "verdict": np.array([control_verdict(one) for one in found], dtype=object),
    }
    return Table(
        declared, values,
        labels={
            "control": ANALYSIS_WORDS,
            "named": {one.variant: one.words for one in rows},
            "verdict": {
                "passed": tr("nothing found, as it should be"),
                "failed": tr("something found: cases differ in what was not adjusted for"),
                "weak": tr("tells little: hardly any case had support before"),
                "unknown": tr("cannot be told"),
            },
        },
        title=tr("Negative controls"),
    )  # fmt: skip


def control_verdict(found: Compared) -> str:
    """Return whether a comparison that should find nothing found nothing."""
    if found.basis.starters.cases < FEW_BEFORE:
        return "weak"
    if not (np.isfinite(found.low) and np.isfinite(found.high)):
        return "unknown"
    return "passed" if found.low <= 0 <= found.high else "failed"
