"""Mean days up to a horizon with their variances, and the tables that show and compare them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from ..base.language import Readable, Setting, tr, trn
from ..base.levels import LEVEL_WORDS
from ..base.table import Column, Table
from ..base.types import Floats
from ..estimate.contrasts import differences_from, ratios_to
from ..estimate.limits import Limits, pointwise
from ..estimate.means import Contrast, restricted_mean_lost, restricted_mean_open
from ..estimate.robust import cluster_influence, covariance
from ..tables import Strata
from .curve_estimates import survival_of, watched
from .curve_times import Times
from .declared import levels_words, strata_columns

OPEN: Final = "open"
SCALE_WORDS: Final = {"difference": tr("difference, in days"), "ratio": tr("ratio")}


class MeanDays(NamedTuple):
    """Means of open (first) and of each ending, and how sure they are."""

    estimate: Floats  # (1 + K, G)
    covariance: Floats  # (1 + K, G, G)
    std_error: Floats  # (1 + K, G)
    conf_low: Floats  # (1 + K, G)
    conf_high: Floats  # (1 + K, G)


def mean_days_of(
    times: Times, horizon: int, confidence_level: float, limits: Limits, *, wider: float = 1.0
) -> MeanDays:
    """Return mean days open and after each ending; NaN for groups that are not observed up to the horizon.

    A mean over cases that are all alike has an estimate, but no standard error and no limits. ``wider`` is the factor
    by which intervals allow for clusters where only counts are known.
    """
    table = times.table
    data = (table.days, table.events.sum(axis=1), times.at_risk)
    formula = "greenwood" if times.variance == "infinitesimal_jackknife" else times.variance
    given: dict[str, Any] = {"horizon_days": horizon, "confidence_level": confidence_level, "limits": limits}
    still = restricted_mean_open(*data, variance=formula, **given)
    lost = restricted_mean_lost(table.days, table.events, times.at_risk, variance=formula, **given)
    estimate = np.concatenate([still.estimate[None], lost.estimate.T])
    groups = len(table.strata)
    if times.rows is None:
        std_error = np.concatenate([still.std_error[None], lost.std_error.T])
        spread = std_error[:, :, None] ** 2 * np.eye(groups)
    else:
        sizes: dict[str, int] = {"groups": groups, "outcomes": len(table.outcomes)}
        spread = np.concatenate(
            [covariance(cluster_influence(times.rows, one, [horizon], **sizes))[:, 0] for one in _CURVES]
        )
        spread[:, times.unsure] = np.nan
        spread[:, :, times.unsure] = np.nan
        std_error = np.sqrt(np.maximum(np.diagonal(spread, axis1=1, axis2=2), 0))
    std_error, spread = std_error * wider, spread * wider**2
    # Cases that are all alike (one case, or none that ended so) do not tell how far chance goes.
    alike = std_error <= _NOTHING * horizon
    std_error = np.where(alike, np.nan, std_error)
    spread = np.where(alike[:, :, None] | alike[:, None, :], np.nan, spread)
    unseen = ~watched(times, survival_of(times), [horizon])[:, 0]
    estimate, std_error = np.where(unseen, np.nan, estimate), np.where(unseen, np.nan, std_error)
    band = pointwise(estimate / horizon, std_error / horizon, confidence_level=confidence_level, limits=limits)
    return MeanDays(estimate, spread, std_error, band.conf_low * horizon, band.conf_high * horizon)


_CURVES: Final = ("mean_open", "mean_lost")
# A standard error below this share of the horizon is rounding.
_NOTHING: Final = 1e-9


def mean_table(times: Times, found: MeanDays, horizon: int, words: Mapping[str, Readable]) -> Table:
    """Return one row per group and quantity: open, and after each ending."""
    table = times.table
    quantities = (OPEN, *table.outcomes)
    upto = table.days <= horizon
    ended = table.events[:, :, upto].sum(axis=2)
    events = np.concatenate([ended.sum(axis=1, keepdims=True), ended], axis=1)
    columns = (
        *strata_columns(table.strata.names),
        Column("outcome", tr("days spent"), "text", "key", "key"),
        Column("denominator", tr("cases"), "units", "count", "count"),
        Column("events", tr("ended up to the horizon"), "units", "count", "count"),
        Column("estimate", tr("mean days"), "days", "estimate", "quantile"),
        Column("std_error", tr("standard error"), "days", "interval", "std_error"),
        Column("conf_low", tr("lower limit"), "days", "interval", "interval"),
        Column("conf_high", tr("upper limit"), "days", "interval", "interval"),
    )
    values: dict[str, Any] = {
        **table.strata.columns(len(quantities)),
        "outcome": list(quantities) * len(table.strata),
        "denominator": np.repeat(table.units, len(quantities)),
        "events": events.ravel(),
        "estimate": found.estimate.T.ravel(),
        "std_error": found.std_error.T.ravel(),
        "conf_low": found.conf_low.T.ravel(),
        "conf_high": found.conf_high.T.ravel(),
    }
    return Table(
        columns,
        values,
        labels={"outcome": words},
        title=tr("Mean days up to day {n}: spent open, and left after each ending", n=Setting(horizon)),
        guard="curve",
    )


def contrast_table(
    times: Times,
    found: MeanDays,
    reference: int,
    adjusted: Callable[[Floats], Floats],
    confidence_level: float,
    words: Mapping[str, Readable],
) -> Table:
    """Return one row per group, quantity and scale against the reference; the rows of one scale are a family."""
    strata = times.table.strata
    others = [place for place in range(len(strata)) if place != reference]
    quantities = (OPEN, *times.table.outcomes)
    names_of = group_names(strata)
    given: dict[str, Any] = {"reference": reference, "confidence_level": confidence_level}
    parts: dict[str, Contrast] = {
        "difference": differences_from(found.estimate, found.covariance, **given),
        "ratio": ratios_to(found.estimate, found.covariance, **given),
    }
    columns = (
        Column("group", tr("group"), "text", "stratum", "stratum"),
        Column("reference", tr("compared with"), "text", "stratum", "stratum"),
        Column("outcome", tr("days spent"), "text", "key", "key"),
        Column("scale", tr("scale"), "text", "key", "key"),
        Column("estimate", tr("estimate"), "number", "estimate", "difference", 2),
        Column("std_error", tr("standard error (of the logarithm for a ratio)"), "number", "interval", "std_error", 3),
        Column("conf_low", tr("lower limit"), "number", "interval", "interval", 2),
        Column("conf_high", tr("upper limit"), "number", "interval", "interval", 2),
        Column("p_value", tr("p value"), "number", "estimate", "probability", 4),
        Column("p_adjusted", tr("p value adjusted for the number of tests"), "number", "estimate", "probability", 4),
    )
    pieces: dict[str, list[Any]] = {one.name: [] for one in columns}
    for scale, contrast in parts.items():
        picked = {name: array[:, others].ravel() for name, array in contrast._asdict().items()}
        n = len(quantities) * len(others)
        pieces["group"] += [names_of[place] for place in others] * len(quantities)
        pieces["reference"] += [names_of[reference]] * n
        pieces["outcome"] += [one for one in quantities for _ in others]
        pieces["scale"] += [scale] * n
        for name, array in picked.items():
            pieces[name] += array.tolist()
        pieces["p_adjusted"] += adjusted(picked["p_value"]).tolist()
    return Table(
        columns,
        pieces,
        labels={"outcome": words, "scale": SCALE_WORDS, "group": LEVEL_WORDS, "reference": LEVEL_WORDS},
        title=tr("Groups compared with: {group}", group=levels_words((names_of[reference],))),
        guard="curve",
    )


def group_names(strata: Strata) -> list[str]:
    """Return one name per group, by which a reference is chosen."""
    return [" · ".join(level) for level in strata.levels]


def alike_note(times: Times, found: MeanDays) -> tuple[Readable, ...]:
    """Say that some means have no interval because the cases behind them are all alike."""
    bare = np.isfinite(found.estimate) & ~np.isfinite(found.std_error) & ~times.unsure
    if not bare.any():
        return ()
    return (
        tr(
            "A mean over cases that are all alike (a single case, or none that ended so) has no interval and is not "
            "compared: such cases do not tell how far chance goes."
        ),
    )


def short_note(estimate: Floats, horizon: int) -> tuple[Readable, ...]:
    """Say how many groups have no mean, because nobody of them was observed up to the horizon; estimate is (G,)."""
    unseen = int(np.isnan(estimate).sum())
    if not unseen:
        return ()
    if len(estimate) == 1:
        return (
            tr("No case was observed for {days} days, so no mean is given; ask for an earlier horizon.", days=horizon),
        )
    return (
        trn(
            "{n} group was not observed for {days} days, so it has no mean; an earlier horizon would include it.",
            "{n} groups were not observed for {days} days, so they have no mean; an earlier horizon would include "
            "them.",
            unseen,
            days=horizon,
        ),
    )
