"""The tables of supported and other cases compared at one point: differences, ratios, arms, likeness, overlap."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...base.language import Readable, tr
from ...base.table import Column, Table
from ...base.types import Counts, Floats
from ...cases.attributes import attribute_words
from .points import ARM_WORDS, ESTIMATOR_WORDS, Compared, Likeness, detectable

SCALES: Mapping[str, Readable] = {"risk_ratio": tr("risk ratio"), "odds_ratio": tr("odds ratio")}


def differences_table(of: Compared, level: float, title: Readable) -> Table:
    """Return one row per estimator: share in both arms, and their difference."""
    columns = (
        Column("estimator", tr("cases compared"), "text", "key", "key"),
        Column("share_supported", tr("share, had all been supported"), "share", "estimate", "probability"),
        Column("share_not", tr("share, had none been"), "share", "estimate", "probability"),
        Column("estimate", tr("difference (percentage points)"), "points", "estimate", "difference"),
        Column("conf_low", tr("lower limit"), "points", "interval", "interval"),
        Column("conf_high", tr("upper limit"), "points", "interval", "interval"),
        Column("std_error", tr("standard error"), "points", "interval", "std_error", 2),
        Column("p_value", tr("p value"), "number", "estimate", "interval", 3),
        Column("detectable", tr("smallest difference that the data could show"), "points", "estimate", "difference"),
    )
    found = list(of.found.values())
    errors = np.array([one.std_error[0] for one in found])
    values = {
        "estimator": list(of.found),
        "share_supported": [float(one.risk[0]) for one in found],
        "share_not": [float(one.risk[1]) for one in found],
        "estimate": [float(one.estimate[0]) for one in found],
        "conf_low": [float(one.conf_low[0]) for one in found],
        "conf_high": [float(one.conf_high[0]) for one in found],
        "std_error": errors,
        "p_value": [float(one.p_value[0]) for one in found],
        "detectable": detectable(errors, level),
    }
    return Table(columns, values, labels={"estimator": ESTIMATOR_WORDS}, title=title)


def ratios_table(of: Compared) -> Table:
    """Return the risk ratio and the odds ratio of each estimator."""
    columns = (
        Column("estimator", tr("cases compared"), "text", "key", "key"),
        Column("scale", tr("scale"), "text", "key", "key"),
        Column("estimate", tr("ratio"), "number", "estimate", "difference", 2),
        Column("conf_low", tr("lower limit"), "number", "interval", "interval", 2),
        Column("conf_high", tr("upper limit"), "number", "interval", "interval", 2),
        Column("std_error", tr("standard error of its logarithm"), "number", "interval", "std_error", 3),
    )
    pairs = [(name, scale, place) for name in of.found for place, scale in enumerate(SCALES, start=1)]

    def column(field: str) -> list[float]:
        return [float(getattr(of.found[name], field)[place]) for name, _, place in pairs]

    values = {
        "estimator": [name for name, _, _ in pairs],
        "scale": [scale for _, scale, _ in pairs],
        **{field: column(field) for field in ("estimate", "conf_low", "conf_high", "std_error")},
    }
    labels = {"estimator": ESTIMATOR_WORDS, "scale": SCALES}
    return Table(columns, values, labels=labels, title=tr("Ratios of the same shares"))


def arms_table(of: Compared, alike: Likeness | None, days: Counts, days_words: Readable) -> Table:
    """Return the cases of both arms, how long they took (days of each cell), how far weights and scores reach."""
    columns = (
        Column("arm", tr("support"), "text", "key", "key"),
        Column("denominator", tr("cases"), "units", "count", "count"),
        Column("numerator", tr("with the outcome"), "units", "count", "count"),
        Column("estimate", tr("share"), "share", "estimate", "share"),
        Column("median_days", days_words, "days", "estimate", "quantile"),
        Column("effective", tr("effective number of cases, weighted"), "number", "estimate", "quantile", 0),
        Column("largest_weight", tr("largest weight"), "number", "estimate", "quantile", 2),
        Column("lowest_score", tr("lowest probability of support"), "share", "estimate", "quantile"),
        Column("highest_score", tr("highest probability of support"), "share", "estimate", "quantile"),
    )
    nothing: Floats = np.full(2, np.nan)
    seen = None if alike is None else alike.overlap
    values = {
        "arm": list(ARM_WORDS),
        "denominator": of.units,
        "numerator": of.with_outcome,
        "estimate": of.found["as_they_are"].risk,
        "median_days": np.array([_median(days[arm], of.cells.mass[arm]) for arm in of.cells.arms]),
        "effective": nothing if seen is None else seen.effective,
        "largest_weight": nothing if seen is None else seen.largest,
        "lowest_score": nothing if seen is None else seen.lowest,
        "highest_score": nothing if seen is None else seen.highest,
    }
    return Table(columns, values, labels={"arm": ARM_WORDS}, title=tr("Both groups"))


def _median(days: Counts, mass: Floats) -> float:
    """Return the first day by which half of the mass lies, NaN for nobody."""
    order = np.argsort(days, kind="stable")
    upto = np.cumsum(mass[order])
    return float(days[order][np.searchsorted(upto, upto[-1] / 2)]) if len(upto) and upto[-1] > 0 else float("nan")


def balance_table(alike: Likeness) -> Table:
    """Return the mean of each attribute or level in both arms, before weighting and after it."""
    columns = (
        Column("attribute", tr("attribute"), "text", "key", "key"),
        Column("level", tr("level"), "text", "key", "key"),
        Column("supported_before", tr("supported, before weighting"), "number", "estimate", "probability", 3),
        Column("not_before", tr("not supported, before weighting"), "number", "estimate", "probability", 3),
        Column("difference_before", tr("standardised difference before"), "number", "estimate", "difference", 3),
        Column("supported_after", tr("supported, weighted"), "number", "estimate", "probability", 3),
        Column("not_after", tr("not supported, weighted"), "number", "estimate", "probability", 3),
        Column("difference_after", tr("standardised difference after"), "number", "estimate", "difference", 3),
    )
    means = alike.balance
    values = {
        "attribute": list(alike.attribute),
        "level": list(alike.level),
        "supported_before": means.means[0],
        "not_before": means.means[1],
        "difference_before": means.difference,
        "supported_after": means.weighted_means[0],
        "not_after": means.weighted_means[1],
        "difference_after": means.weighted_difference,
    }
    labels = {"attribute": {one: attribute_words(one) for one in alike.attribute}}
    return Table(columns, values, labels=labels, title=tr("Likeness of both groups"))


def overlap_table(alike: Likeness) -> Table:
    """Return how the probabilities of support are spread in both arms; bins of nobody are left out."""
    seen = alike.overlap
    kept = np.flatnonzero(np.nan_to_num(seen.shares).sum(axis=0) > 0)
    columns = (
        Column("score_from", tr("probability of support, from"), "share", "key", "key", 0),
        Column("score_to", tr("to"), "share", "key", "key", 0),
        Column("supported_before", tr("share of the supported"), "share", "estimate", "share"),
        Column("not_before", tr("share of the others"), "share", "estimate", "share"),
        Column("supported_after", tr("share of the supported, weighted"), "share", "estimate", "share"),
        Column("not_after", tr("share of the others, weighted"), "share", "estimate", "share"),
    )
    values = {
        "score_from": seen.edges[:-1][kept],
        "score_to": seen.edges[1:][kept],
        "supported_before": seen.shares[0, kept],
        "not_before": seen.shares[1, kept],
        "supported_after": seen.weighted_shares[0, kept],
        "not_after": seen.weighted_shares[1, kept],
    }
    return Table(columns, values, title=tr("Overlap of both groups"))
